"""Speeds by device, in one small file on this computer: `RECSYS_RUNS`, or the user's own data folder.

One row for each device, backend, batch size and number type; a new run replaces the old one. Nothing leaves the
machine, and a file that cannot be used never stops a lesson.
"""

import json
import os
from pathlib import Path

import platformdirs

KEY = ("device", "backend", "batch", "numbers")
KEPT = (*KEY, "trained_on", "first_epoch_seconds", "epoch_seconds", "examples_per_second")


def runs_file() -> Path:
    """Where the runs are kept."""
    named = os.environ.get("RECSYS_RUNS")
    return Path(named) if named else Path(platformdirs.user_data_dir("recsys-course")) / "runs.json"


def runs_so_far() -> tuple[list[dict], str]:
    """All remembered runs, and a sentence if they could not be read ("" otherwise). Changes nothing on disk."""
    try:
        return _read(runs_file()), ""
    except ValueError:
        return [], "(The file with earlier runs is damaged or belongs to another program: starting from none.)"
    except OSError as error:
        return [], f"(Earlier runs could not be read: {error.strerror or error}.)"


def remember_run(run: dict) -> str:
    """Add a run of `train_in`; only its speeds are kept.

    Returns a sentence if it could not be saved, "" otherwise. Raises ValueError for a run that does not name its
    device, backend, batch, numbers and examples_per_second.
    """
    if not _is_run(run):
        raise ValueError(f"A run names its {', '.join(KEY)}, and examples_per_second, a positive number.")
    path, run = runs_file(), {name: run[name] for name in KEPT if name in run}
    try:
        try:
            known = _read(path)
        except ValueError:  # damaged, or of another program: keep it for its owner, start a new one
            path.replace(path.with_suffix(".damaged"))
            known = []
        kept = [other for other in known if any(other[name] != run[name] for name in KEY)]
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(json.dumps([*kept, run], indent=1), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        return f"(This run could not be saved: {error.strerror or error}.)"
    return ""


def _read(path: Path) -> list[dict]:
    """The runs in the file, none if there is no file. Raises ValueError if it holds anything else."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    if not isinstance(found, list) or not all(_is_run(run) for run in found):
        raise ValueError("not a list of runs")
    return found


def _is_run(run) -> bool:
    if not isinstance(run, dict) or not all(name in run for name in KEY):
        return False
    speed = run.get("examples_per_second")
    return isinstance(speed, int | float) and not isinstance(speed, bool) and speed > 0
