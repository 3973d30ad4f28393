"""`python -m tools.test` runs every test once: side by side or alone, and the quick way leaves out what is slow."""

import os
import shutil
import subprocess

import pytest

from tools import test as run_tests
from tools.catalogue import ROOT, load_course

TESTS = """
import pytest


def test_plain(): ...


@pytest.mark.alone
def test_that_measures_time(): ...


@pytest.mark.slow
def test_that_trains(): ...
"""
OWN_MODULE = "import pytest\n\npytestmark = pytest.mark.{mark}\n\n\ndef test_of_a_marked_module(): ...\n"


@pytest.fixture
def course(root, monkeypatch):
    """The tiny course with some tests; the commands are for it."""
    for file in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / file, root / file)
    shutil.copytree(ROOT / "tools", root / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "tests" / "test_some.py").write_text(TESTS)
    (root / "tests" / "test_all_alone.py").write_text(OWN_MODULE.format(mark="alone"))
    (root / "tests" / "test_all_slow.py").write_text(OWN_MODULE.format(mark="slow"))
    monkeypatch.setattr(run_tests, "ROOT", root)
    monkeypatch.setattr(run_tests, "load_course", lambda: load_course(root))
    return root


def collected(command, root):
    """The tests that a call of pytest would run."""
    environment = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    return {line for line in done.stdout.splitlines() if "::" in line}


@pytest.mark.slow
def test_every_test_runs_once(course):
    more = ["--collect-only", "-q", "-p", "no:cacheprovider"]
    together, alone = (collected(command, course) for command in run_tests.commands(False, 1, more))
    assert together & alone == set()
    files = {test.split("::")[0] for test in together}
    assert files == {
        "tests/test_some.py",
        "tests/test_all_slow.py",
        *(
            f"notebooks/{name}.ipynb"
            for name in ("00_start", "04_measure", "07_rank", "09_click", "10_convolve", "11_remember")
        ),
    }
    assert {test.split("::")[0] for test in alone} == {
        "notebooks/23_serve.ipynb",
        "tests/test_all_alone.py",
        "tests/test_some.py",
    }
    assert {test for test in together | alone if test.startswith("tests/test_some.py")} == {
        f"tests/test_some.py::{name}" for name in ("test_plain", "test_that_measures_time", "test_that_trains")
    }


def test_the_quick_way_leaves_out_notebooks_and_what_is_slow(course):
    (command,) = run_tests.commands(True, 2, ["-x"])
    assert command[-5:] == [
        "-m",
        "not alone and not slow",
        "tests",
        "recsys_helpers",
        "--ignore=tests/test_all_slow.py",
    ]


def test_named_files_are_the_only_ones(course):
    for quick in (False, True):
        for command in run_tests.commands(quick, 2, ["-x", "tests/test_some.py::test_plain"]):
            assert command[-1] == "tests/test_some.py::test_plain"
            assert [word for word in command if word.endswith((".py", ".ipynb")) or word == "tests"] == []


@pytest.mark.parametrize(
    "statuses, expected",
    [((0, 0), 0), ((0, 5), 0), ((5, 0), 0), ((5, 5), 5), ((1, 0), 1), ((0, 1), 1), ((1, 5), 1), ((2, 1), 2)],
)
def test_a_failure_in_either_call_is_a_failure(statuses, expected, monkeypatch):
    """5 is pytest's "no tests selected": fine for one of the two calls, not for both."""
    left = list(statuses)
    ran = type("Done", (), {"returncode": property(lambda _: left.pop(0))})
    monkeypatch.setattr(run_tests.subprocess, "run", lambda *_, **__: ran())
    assert run_tests.main(["-x"]) == expected
    assert left == []
