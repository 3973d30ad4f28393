"""Checkpoints of a training: whole or not there at all, readable without pickle, and never lost to a newer, broken one.

A checkpoint is one `.npz` file: `step`, the `losses` so far, the `settings`, and the arrays of weights and optimizer.
"""

import json
import os
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from recsys_helpers.cluster.faults import ClusterError
from recsys_helpers.cluster.network import Settings

KEPT = 2  # the newest, and one more should the newest turn out to be damaged


@dataclass(frozen=True)
class Checkpoint:
    """State after `step` steps: the loss of each, and all arrays, the trainer's variables before the optimizer's."""

    step: int
    losses: list[float]
    arrays: list[np.ndarray]
    settings: Settings


def save(folder: Path, checkpoint: Checkpoint) -> Path:
    """Write a checkpoint so that a reader sees all of it or nothing, then delete all but the newest two; its path.

    The bytes go to a temporary file, which is forced to the disk and then renamed, which is one step for the operating
    system. If anything fails (a full disk, say), the temporary file goes, earlier checkpoints stay, and a ClusterError
    says so.
    """
    path = folder / f"checkpoint-{checkpoint.step:06d}.npz"
    unfinished = folder / f".{path.name}.{os.getpid()}"
    arrays = {f"array_{n:04d}": array for n, array in enumerate(checkpoint.arrays)}
    try:
        with open(unfinished, "wb") as file:
            np.savez(
                file,
                step=checkpoint.step,
                losses=np.array(checkpoint.losses, float),
                settings=json.dumps(asdict(checkpoint.settings)),
                **arrays,
            )
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError as error:
        kept = _steps(folder)
        lost = f"the checkpoint of step {kept[-1]} is whole" if kept else "there is no earlier one"
        raise ClusterError(
            f"The checkpoint of step {checkpoint.step} could not be written to {folder} ({error.strerror}); {lost}. "
            "Make room there, or choose another folder, and run the same again."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    for step in _steps(folder)[:-KEPT]:
        (folder / f"checkpoint-{step:06d}.npz").unlink(missing_ok=True)
    return path


def newest(folder: Path, settings: Settings) -> Checkpoint | None:
    """The newest checkpoint of a folder that can be read to its last byte, or None if there is none.

    A damaged file is passed over. A checkpoint of other settings is a ClusterError: going on from it would give a
    training that no settings describe.
    """
    for step in reversed(_steps(folder)):
        path = folder / f"checkpoint-{step:06d}.npz"
        try:
            with np.load(path, allow_pickle=False) as stored:
                found = {name: stored[name] for name in stored.files}  # reads all, and checks the sums in the file
            made_with = json.loads(str(found["settings"]))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            continue
        if made_with != asdict(settings):
            other = {name: made_with.get(name) for name, now in asdict(settings).items() if made_with.get(name) != now}
            raise ClusterError(
                f"{path} is from a training with other settings ({', '.join(f'{k}={v}' for k, v in other.items())}). "
                "Train with these, or choose an empty folder."
            )
        arrays = [found[name] for name in sorted(found) if name.startswith("array_")]
        return Checkpoint(int(found["step"]), found["losses"].tolist(), arrays, settings)
    return None


def forget(folder: Path) -> None:
    """Delete the checkpoints of a folder, and nothing else."""
    for step in _steps(folder):
        (folder / f"checkpoint-{step:06d}.npz").unlink(missing_ok=True)


def tidy(folder: Path) -> None:
    """Delete the unfinished files of processes that were killed while they wrote."""
    for unfinished in folder.glob(".checkpoint-*.npz.*"):
        unfinished.unlink(missing_ok=True)


def newest_step(folder: Path) -> int:
    """Step of the newest checkpoint, unread; 0 if there is none."""
    return max(_steps(folder), default=0)


def _steps(folder: Path) -> list[int]:
    """Steps of the checkpoints in a folder, the newest last."""
    return sorted(int(path.stem.split("-")[1]) for path in folder.glob("checkpoint-[0-9]*.npz"))
