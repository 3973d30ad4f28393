"""What is committed is what a build would make today: notebooks, lists, the map of the exercises."""

import json
import re
import shutil
from fnmatch import fnmatch

import nbformat
import pytest

from recsys_helpers import exercises
from tools import build
from tools.catalogue import EARLIER, EXERCISE_IDS, ROOT, load_course
from tools.dependencies import exercise_ids
from tools.reset import COPIES

COURSE = load_course()


def test_a_fresh_copy_of_the_course_has_nothing_to_build(tmp_path):
    """In another folder, with the times of the copy: content alone decides."""
    for folder in ("notebooks", "recsys_helpers", "data", "tests/wrong_answers"):
        copied = shutil.ignore_patterns("__pycache__", "my_copies", ".ipynb_checkpoints")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=copied, copy_function=shutil.copyfile)
    for file in ("pyproject.toml", "README.md"):
        shutil.copyfile(ROOT / file, tmp_path / file)
    assert build.check(load_course(tmp_path)) == [], "run `make notebooks`"


@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.file)
def test_the_catalogue_says_which_recorded_results_a_lesson_shows_and_writes(lesson):
    code = COURSE.script(lesson).read_text(encoding="utf-8")
    shows = set()
    if re.search(r"\b(recorded_seeds|THREE_SEEDS)\b", re.sub(r"^from .*", "", code, flags=re.MULTILINE)):
        shows.add("three_seeds.csv.gz")
    readers = {"codes_seeds(": "codes_seeds.csv.gz", "codes_trials(": "codes_trials.csv"}
    shows |= {file for reader, file in readers.items() if reader in code}
    if "results_so_far(" in code and COURSE.recorded_before(lesson):
        shows.add(EARLIER)
    if re.search(r"^progress\(\)", code, re.MULTILINE):
        shows.add(EXERCISE_IDS)
    assert set(lesson.reads) == shows
    assert lesson.records == ("results_so_far(" in code)
    if lesson.records:
        assert re.search(rf'results_so_far\(\s*"{lesson.number}", ', code), "it records under its own number"
        assert (COURSE.recorded / f"{lesson.number}.csv").exists()


def test_the_file_browser_of_jupyterlab_shows_lessons_solutions_and_the_glossary_only():
    settings = json.loads((ROOT / "tools" / "lab_server.json").read_text(encoding="utf-8"))
    assert settings["ServerApp"]["root_dir"] == "notebooks"
    names = [path.name for path in COURSE.notebooks.iterdir() if not path.name.startswith(".")]
    shown = {
        name for name in names if not any(fnmatch(name, glob) for glob in settings["ContentsManager"]["hide_globs"])
    }
    lessons = {f"{lesson.file}.ipynb" for lesson in COURSE.lessons}
    assert shown - {COPIES} == lessons | {"solutions", "glossary.md"}


@pytest.mark.parametrize("solved", [False, True])
def test_the_map_in_lesson_00_shows_every_exercise_of_the_course(solved, tmp_path, monkeypatch, capsys):
    first = COURSE.lessons[0]
    file = tmp_path / "progress.json"
    monkeypatch.setenv("RECSYS_PROGRESS", str(file))
    file.write_text(json.dumps([task.id for task in exercises.exercises_of(first.number)] if solved else []))
    capsys.readouterr()
    exercises.progress()
    cells = nbformat.read(COURSE.notebook(first, solved), as_version=4).cells
    stored = [cell.outputs[0].text for cell in cells if cell.cell_type == "code" and cell.source == "progress()"]
    assert stored == [capsys.readouterr().out]


def test_the_build_reads_the_same_ids_of_exercises_that_the_course_registers():
    registered = [task.id for lesson in COURSE.lessons for task in exercises.exercises_of(lesson.number)]
    assert exercise_ids(COURSE) == registered
