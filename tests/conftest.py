"""Shared by the tests: the build script as a module, and progress kept out of the reader's own file."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "notebooks"), str(ROOT / "tests")]  # not part of the package
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


@pytest.fixture(autouse=True)
def own_progress_file(tmp_path, monkeypatch):
    """Each test has a progress file of its own."""
    monkeypatch.setenv("RECSYS_PROGRESS", str(tmp_path / "progress.json"))
