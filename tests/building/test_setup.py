"""The set-up of the Makefile, asked what it would run: once, again where the folder moved, and without a network."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ("Makefile", "requirements.txt", "pyproject.toml")

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def folder(tmp_path):
    """A copy of what the set-up reads, in a folder with a space in its name."""
    folder = tmp_path / "the room"
    folder.mkdir()
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    return folder


def planned(folder: Path, target: str = ".venv/ready") -> str:
    """The commands that make would run."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(["make", "-n", target], cwd=folder, env=clean, text=True, capture_output=True, check=True)
    return done.stdout


def set_up(folder: Path) -> None:
    """What a finished set-up leaves: the place of the folder, written after everything else."""
    (folder / ".venv").mkdir(exist_ok=True)
    (folder / ".venv" / "ready").write_text(f"{folder}\n")


def test_it_runs_once_and_again_when_a_version_changes(folder):
    assert "pip install" in planned(folder)
    set_up(folder)
    assert "pip install" not in planned(folder) and planned(folder, "lab").startswith(".venv/bin/jupyter lab")
    (folder / "requirements.txt").touch()
    os.utime(folder / ".venv" / "ready", (0, 0))
    again = planned(folder)
    assert "pip install" in again and "--clear" not in again


def test_where_the_folder_was_moved_or_the_set_up_interrupted_it_is_made_anew(folder):
    set_up(folder)
    moved = folder.rename(folder.with_name("elsewhere"))
    assert "-m venv --clear .venv" in planned(moved) and "pip install" in planned(moved, "lab")
    (moved / ".venv" / "ready").unlink()
    assert "-m venv --clear .venv" in planned(moved)


def test_with_a_folder_of_wheels_no_index_is_asked(folder):
    assert "--no-index" not in planned(folder)
    (folder / "wheels").mkdir()
    assert "pip install --disable-pip-version-check --no-index --find-links wheels -r" in planned(folder)


def test_what_is_downloaded_is_every_pinned_package_and_what_builds_the_helpers(folder):
    told = planned(folder, "wheels")
    assert "Python 3.11, 3.12 or 3.13 is needed" in told
    assert "grep -v '^-e' requirements.txt" in told and "hatchling editables" in told
    assert "hatchling" in (ROOT / "pyproject.toml").read_text().split("[project]")[0]
