"""Finished steps of a run, kept in a folder, so that the same command goes on where it was interrupted.

Only plain formats: JSON, and npz without objects. A step is written aside and then renamed, so it is whole or absent;
one that cannot be read is made again.
"""

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np


class Steps:
    """The finished steps below `folder`; `made` and `kept` name those of this run that were made, and found.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first = Steps(folder).facts("a", lambda: {"ndcg": 0.1})
    ...     again = Steps(folder)
    ...     again.facts("a", lambda: {"ndcg": 0.9}), again.kept
    ({'ndcg': 0.1}, ['a'])
    """

    def __init__(self, folder: Path | str):
        self.folder = Path(folder)
        self.made: list[str] = []
        self.kept: list[str] = []

    def facts(self, name: str, make: Callable[[], dict]) -> dict:
        """What JSON can hold: read, or made and kept."""
        try:
            found = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = make()
            self._write(f"{name}.json", lambda path: path.write_text(json.dumps(found), encoding="utf-8"))
            self.made.append(name)
        else:
            self.kept.append(name)
        return found

    def arrays(self, name: str, make: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
        """Arrays by name: read, or made and kept."""
        try:
            with np.load(self.folder / f"{name}.npz", allow_pickle=False) as file:
                found = {key: file[key] for key in file.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            found = make()
            self._write(f"{name}.npz", lambda path: _save(path, found))
            self.made.append(name)
        else:
            self.kept.append(name)
        return found

    def forget(self, name: str) -> None:
        """Make a step of facts anew the next time."""
        (self.folder / f"{name}.json").unlink(missing_ok=True)

    def _write(self, name: str, write: Callable[[Path], object]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.folder / f".{os.getpid()}-{name}"
        try:
            write(aside)
            os.replace(aside, self.folder / name)
        finally:
            aside.unlink(missing_ok=True)


def _save(path: Path, arrays: dict[str, np.ndarray]) -> None:
    with path.open("wb") as file:
        np.savez(file, **arrays)
