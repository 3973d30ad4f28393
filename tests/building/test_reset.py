"""A lesson comes back as it was, and nothing that a learner wrote is lost."""

from datetime import datetime

import nbformat
import pytest

from tools import build, reset
from tools.catalogue import load_course

NOW = datetime(2026, 5, 4, 13, 14, 15)


@pytest.fixture
def edited(root):
    """The tiny course, with an answer and an own cell in lesson 04."""
    path = root / "notebooks" / "04_measure.ipynb"
    book = nbformat.read(path, as_version=4)
    book.cells[-1].source = "answer = 42  # mine"
    book.cells.append(nbformat.v4.new_code_cell("print('my own cell')"))
    nbformat.write(book, path)
    return root


def test_the_edited_notebook_is_kept_byte_for_byte_and_the_original_is_back(edited):
    course = load_course(edited)
    path, lesson = edited / "notebooks" / "04_measure.ipynb", course.lesson("04")
    mine = path.read_bytes()
    copy = reset.reset(course, lesson, NOW)
    assert copy == edited / "notebooks" / "my_copies" / "04_measure_2026-05-04_13-14-15.ipynb"
    assert copy.read_bytes() == mine
    book, made = nbformat.read(path, as_version=4), build.generate(course, lesson, solved=False)
    assert [(cell.id, cell.source) for cell in book.cells] == [(cell.id, cell.source) for cell in made.cells]
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    outputs = [bool(cell.outputs) for cell in code]
    assert outputs == [True, True, True, False, False], "stored outputs are shown, the solution's answer is not"
    assert "42" not in path.read_text() and "answer = 1" not in path.read_text()


def test_a_reset_lesson_is_built_again_when_an_author_builds(edited, kernels):
    course = load_course(edited)
    reset.reset(course, course.lesson("04"), NOW)
    assert build.bring_up_to_date(course)
    assert kernels.runs == [("Measure", False)]


def test_a_missing_notebook_comes_back_and_a_copy_is_never_overwritten(edited):
    course = load_course(edited)
    lesson = course.lesson("04")
    assert reset.reset(course, lesson, NOW) is not None
    kept = (edited / "notebooks" / "my_copies" / "04_measure_2026-05-04_13-14-15.ipynb").read_bytes()
    with pytest.raises(FileExistsError, match="Wait a second"):
        reset.reset(course, lesson, NOW)
    assert (edited / "notebooks" / "my_copies" / "04_measure_2026-05-04_13-14-15.ipynb").read_bytes() == kept
    (edited / "notebooks" / "04_measure.ipynb").unlink()
    assert reset.reset(course, lesson, NOW) is None
    assert (edited / "notebooks" / "04_measure.ipynb").exists()


def test_the_command_says_where_the_copy_is_and_names_an_unknown_lesson(edited, monkeypatch, capsys):
    monkeypatch.setattr(reset, "load_course", lambda: load_course(edited))
    reset.main(["4"])
    said = capsys.readouterr().out
    assert "Your version is kept in notebooks/my_copies/04_measure_" in said
    with pytest.raises(SystemExit):
        reset.main(["98"])
    assert "no lesson '98'" in capsys.readouterr().err
