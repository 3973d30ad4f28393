"""What was passed, remembered in one small file on this computer: `RECSYS_PROGRESS`, or the user's own data folder.

A file or folder that cannot be used never stops a check: the answer is given all the same, with a sentence about it.
"""

import json
import os
import re
from pathlib import Path

import platformdirs

_ID = re.compile(r"\d\d\.\d+")


def progress_file() -> Path:
    """Where the ids of passed exercises are kept."""
    named = os.environ.get("RECSYS_PROGRESS")
    return Path(named) if named else Path(platformdirs.user_data_dir("recsys-course")) / "progress.json"


def passed() -> tuple[set[str], str]:
    """The ids of passed exercises, and a sentence if they could not be read ("" otherwise). Changes nothing on disk."""
    try:
        return _read(progress_file()), ""
    except ValueError:
        return set(), "(The file with your progress is damaged or belongs to another program: starting from none.)"
    except OSError as error:
        return set(), _cannot("read", error)


def remember(id: str) -> str:
    """Add one id to the file. Returns a sentence if it could not be saved, "" otherwise; never raises OSError."""
    path = progress_file()
    try:
        try:
            known = _read(path)
        except ValueError:  # damaged, or of another program: keep it for its owner, start a new one
            path.replace(path.with_suffix(".damaged"))
            known = set()
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(json.dumps(sorted(known | {id})), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        return _cannot("saved", error)
    return ""


def _read(path: Path) -> set[str]:
    """The ids in the file, none if there is no file. Raises ValueError if it holds anything else, OSError if closed."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return set()
    if not isinstance(found, list) or not all(isinstance(id, str) and _ID.fullmatch(id) for id in found):
        raise ValueError("not a list of exercise ids")
    return set(found)


def _cannot(what: str, error: OSError) -> str:
    return f"(Your progress could not be {what} in {progress_file().parent}: {error.strerror or error}.)"
