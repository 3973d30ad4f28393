"""The scaffold of a lesson builds, passes the tests of its shape, and lands in the right part of the catalogue."""

import os
import shutil
import subprocess
import sys

import pytest

from tools import build, new_lesson
from tools.catalogue import ROOT, load_course

PLANNED = [(part.planned[0].number, part.name) for part in load_course(ROOT).parts if part.planned]
NAME = f"{PLANNED[0][0] if PLANNED else '90'}_try_something_new"


@pytest.fixture
def copy(tmp_path):
    """The course without its built notebooks, elsewhere."""
    for folder in ("notebooks/src", "recsys_helpers", "tools", "tests/lessons", "tests/wrong_answers", "data"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "conftest.py", "tests/conftest.py", "README.md"):
        shutil.copy(ROOT / file, tmp_path / file)
    for file in ("course.toml", "glossary.md"):
        shutil.copy(ROOT / "notebooks" / file, tmp_path / "notebooks" / file)
    return tmp_path


@pytest.mark.slow
def test_a_new_lesson_builds_at_once_and_passes_the_tests_of_every_lesson(copy):
    number, _, name = NAME.partition("_")
    new_lesson.new_lesson(load_course(copy), number, name)
    course = load_course(copy)
    assert build.bring_up_to_date(course, [number])
    for lesson in course.lessons:  # what its links lead to
        course.notebook(lesson, solved=False).touch()
    in_the_copy = os.environ | {"PYTHONPATH": str(copy)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/lessons", "-k", NAME]
    done = subprocess.run(
        [*command, f"notebooks/{NAME}.ipynb"], cwd=copy, env=in_the_copy, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "skipped" not in done.stdout
    n_passed = int(done.stdout.rsplit(" passed", 1)[0].split()[-1])
    assert n_passed > 30, "its structure, its exercises and its cells"
    assert f"[{number} Try something new](notebooks/{NAME}.ipynb)" in (copy / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("number, part", PLANNED)
def test_the_entry_stands_where_the_number_was_planned(copy, number, part):
    there = [lesson.number for lesson in load_course(copy).lessons]
    new_lesson.new_lesson(load_course(copy), number, "do_it")
    course = load_course(copy)
    assert [lesson.number for lesson in course.lessons] == sorted([*there, number])
    home = next(part for part in course.parts if course.lesson(number) in part.lessons)
    assert home.name == part
    assert number not in [planned.number for part in course.parts for planned in part.planned]
    others = {lesson for lesson in course.lessons if lesson.number != number}
    assert others == set(load_course(ROOT).lessons)


def test_a_number_that_nobody_planned_follows_the_lesson_before_it(root):
    new_lesson.new_lesson(load_course(root), "05", "propagate")
    assert [lesson.number for lesson in load_course(root).lessons] == ["00", "04", "05", "07", "09", "10", "11", "23"]


@pytest.mark.parametrize(
    "number, name, message",
    [("4", "measure", "two digits"), ("05", "Two Towers", "small letters"), ("04", "measure", "exists already")],
)
def test_a_bad_number_or_name_writes_nothing(root, number, name, message):
    before = sorted(root.rglob("*"))
    with pytest.raises(ValueError, match=message):
        new_lesson.new_lesson(load_course(root), number, name)
    assert sorted(root.rglob("*")) == before


def test_no_file_is_overwritten(root):
    (root / "tests" / "wrong_answers" / "lesson_05.py").write_text("mine")
    with pytest.raises(FileExistsError, match=r"tests/wrong_answers/lesson_05\.py exists already"):
        new_lesson.new_lesson(load_course(root), "05", "propagate")
    assert (root / "tests" / "wrong_answers" / "lesson_05.py").read_text() == "mine"
    assert not (root / "notebooks" / "src" / "05_propagate.py").exists()
