"""The bundles of a service below one folder: which is in use, which was before, and which must not come back.

`in_use.json` is the pointer. Whoever replaces it puts another version into use: a running service looks at it every
second, so `build` in another process, or on another machine that shares the folder, reaches every replica.
"""

import json
import os
import re
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from recsys_helpers.serving.sealed import MIB, BadBundle, read_at_most, sync_folder, write_durably

VERSION = re.compile(r"[0-9a-f]{16}")
AN_HOUR = 3600.0


@dataclass(frozen=True)
class Pointer:
    """`current` version, the `earlier` ones (the newest last), and the `bad` ones that were rolled back."""

    current: str | None = None
    earlier: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()

    @property
    def previous(self) -> str | None:
        """The version that a roll-back would put into use; None if there is none."""
        good = [version for version in self.earlier if version not in self.bad]
        return good[-1] if good else None

    def use(self, version: str) -> "Pointer":
        """The pointer after this version was put into use; a version chosen again is no longer bad."""
        if version == self.current:
            return self
        earlier = (*self.earlier, self.current) if self.current else self.earlier
        bad = tuple(name for name in self.bad if name != version)
        return Pointer(version, tuple(name for name in earlier if name != version), bad)

    def roll_back(self) -> "Pointer":
        """The pointer one good version back; BadBundle if there is none. The version left is bad from now on."""
        good = [name for name in self.earlier if name not in self.bad]
        if not good:
            raise BadBundle("There is no earlier version to go back to.")
        bad = (*self.bad, self.current) if self.current else self.bad
        return Pointer(good[-1], tuple(good[:-1]), bad)


class Store:
    """The bundles below `folder`, and the pointer to the one in use.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = Store(folder)
    ...     for version in ("a" * 16, "b" * 16, "c" * 16):
    ...         store.use(version)
    ...     store.roll_back()
    ...     store.roll_back()
    ...     store.current, store.pointer().bad
    ('aaaaaaaaaaaaaaaa', ('cccccccccccccccc', 'bbbbbbbbbbbbbbbb'))
    """

    def __init__(self, folder: Path | str):
        self.folder = Path(folder)
        self.bundles = self.folder / "bundles"
        self.file = self.folder / "in_use.json"

    def path_of(self, version: str) -> Path:
        """Folder of a version; BadBundle if the name is not one that a version can have."""
        if not isinstance(version, str) or not VERSION.fullmatch(version):
            raise BadBundle("A version is 16 hexadecimal digits.")
        return self.bundles / version

    def versions(self) -> list[str]:
        """All versions there are, the newest last."""
        found = [path for path in self.bundles.glob("*") if VERSION.fullmatch(path.name)]
        return [path.name for path in sorted(found, key=lambda path: path.stat().st_mtime_ns)]

    def pointer(self) -> Pointer:
        """What `in_use.json` says; an empty pointer if there is no such file, BadBundle if it is damaged."""
        if not self.file.exists():
            return Pointer()
        try:
            kept = json.loads(read_at_most(self.file, MIB))
            earlier = kept["earlier"] if "earlier" in kept else [kept["previous"]] if kept["previous"] else []
            pointer = Pointer(kept["current"], tuple(earlier), tuple(kept.get("bad", ())))
            for version in (pointer.current, *pointer.earlier, *pointer.bad):
                self.path_of(version)
        except (BadBundle, ValueError, KeyError, TypeError, RecursionError, OSError) as error:
            raise BadBundle(
                f"{self.file.name} is damaged, so nobody knows which version is in use. Choose one of: "
                f"{', '.join(self.versions()) or 'none'}."
            ) from error
        return pointer

    @property
    def current(self) -> str | None:
        """The version in use; None if there is none; BadBundle if the pointer is damaged."""
        return self.pointer().current

    @property
    def previous(self) -> str | None:
        """The version that a roll-back would put into use; None if there is none."""
        return self.pointer().previous

    def use(self, version: str) -> None:
        """Put a version into use, durably and at once; the one before it stays at hand. Repairs a damaged pointer."""
        self.path_of(version)
        try:
            before = self.pointer()
        except BadBundle:
            before = Pointer()
        self.write(before.use(version))

    def roll_back(self) -> None:
        """Go back to the last good version; BadBundle if there is none."""
        self.write(self.pointer().roll_back())

    def write(self, pointer: Pointer) -> None:
        """Replace the pointer, durably and at once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f".in_use-{os.getpid()}"
        write_durably(temporary, json.dumps(asdict(pointer)).encode())
        os.replace(temporary, self.file)
        sync_folder(self.folder)

    def prune(self, keep: int = 3) -> list[str]:
        """Delete old versions and return their names; kept are the one in use and the newest good `keep` others.

        What a crash left half written goes too, once it is an hour old.
        """
        pointer = self.pointer()
        others = [version for version in self.versions() if version not in (pointer.current, *pointer.bad)]
        likely = [version for version in others if version not in pointer.earlier] + list(pointer.earlier)
        kept = {pointer.current, *likely[-keep:]} if keep else {pointer.current}
        gone = [version for version in self.versions() if version not in kept]
        earlier, bad = (tuple(name for name in names if name not in gone) for names in (pointer.earlier, pointer.bad))
        self.write(Pointer(pointer.current, earlier, bad))
        for version in gone:
            shutil.rmtree(self.path_of(version), ignore_errors=True)
        for path in self.bundles.glob(".writing-*"):
            if time.time() - path.stat().st_mtime > AN_HOUR:
                shutil.rmtree(path, ignore_errors=True)
        return gone
