"""A tiny course in a folder of its own, built without running anything."""

import shutil

import pytest
from course_kit import Kernels, make_course

from tools import build
from tools.catalogue import load_course


@pytest.fixture
def kernels(monkeypatch):
    """No kernel is started; see `Kernels`."""
    stand_in = Kernels()
    monkeypatch.setattr(build, "execute", stand_in)
    return stand_in


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A course of seven lessons, built once."""
    root = tmp_path_factory.mktemp("built")
    make_course(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "execute", Kernels())
        assert build.bring_up_to_date(load_course(root))
    return root


@pytest.fixture
def root(built, tmp_path, kernels):
    """A copy of it for one test."""
    shutil.copytree(built, tmp_path / "course")
    return tmp_path / "course"
