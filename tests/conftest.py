"""Shared by the tests: progress is kept out of the reader's own file."""

import os

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


@pytest.fixture(autouse=True)
def own_progress_file(tmp_path, monkeypatch):
    """Each test has a progress file of its own."""
    monkeypatch.setenv("RECSYS_PROGRESS", str(tmp_path / "progress.json"))
