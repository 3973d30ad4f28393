"""Shared by the tests: progress is kept out of the reader's own file, and a lesson that silences logs does so alone."""

import logging
import os

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


@pytest.fixture(autouse=True)
def own_progress_file(tmp_path, monkeypatch):
    """Each test has a progress file of its own."""
    monkeypatch.setenv("RECSYS_PROGRESS", str(tmp_path / "progress.json"))


@pytest.fixture(autouse=True)
def logs_are_heard_again():
    """A lesson that switches logging off for its notebook does not switch it off for the tests that follow."""
    yield
    logging.disable(logging.NOTSET)
