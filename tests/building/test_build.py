"""A build does what changed and nothing else, in an order that holds."""

import os
import shutil

import nbformat
import pytest
from course_kit import add_lesson, write

from tools import build
from tools.catalogue import load_course


def states(root):
    """number → the kinds of state of its two notebooks, if they are the same: "fresh"."""
    course = load_course(root)
    found = {
        lesson.number: {build.state(course, lesson, solved).kind for solved in (False, True)}
        for lesson in course.lessons
    }
    return {number: kinds.pop() if len(kinds) == 1 else sorted(kinds) for number, kinds in found.items()}


def not_fresh(root):
    return {number: kind for number, kind in states(root).items() if kind != "fresh"}


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def read(root, name, solved=False):
    return nbformat.read(root / "notebooks" / ("solutions" if solved else ".") / f"{name}.ipynb", as_version=4)


def test_a_fresh_copy_in_another_folder_with_other_times_has_nothing_to_build(root, tmp_path_factory, kernels, capsys):
    copy = tmp_path_factory.mktemp("clone") / "elsewhere"
    shutil.copytree(root, copy, copy_function=shutil.copyfile)
    assert build.check(load_course(copy)) == []
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert build.bring_up_to_date(load_course(copy))
    assert kernels.runs == []
    assert "Every notebook is up to date." in capsys.readouterr().out
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


def test_a_copy_with_the_line_ends_of_windows_has_nothing_to_build(root):
    for path in [*root.rglob("*.py"), *root.rglob("*.csv"), *root.rglob("*.toml"), *root.rglob("*.html")]:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert not_fresh(root) == {}


def test_touching_files_changes_nothing(root, kernels):
    for path in root.rglob("*"):
        os.utime(path)
    for path in (root / "recsys_helpers").rglob("*.py"):
        os.utime(path, (4e9, 4e9))
    assert not_fresh(root) == {}


def test_another_address_changes_the_links_of_every_notebook_and_executes_none(root, kernels):
    outputs = {name: [cell.get("outputs") for cell in read(root, name).cells] for name in ("04_measure", "23_serve")}
    change(root / "pyproject.toml", "somebody/tiny", "another/place")
    assert set(states(root).values()) == {"text"}
    assert build.bring_up_to_date(load_course(root))
    assert kernels.runs == []
    assert not_fresh(root) == {}
    for name, before in outputs.items():
        for solved in (False, True):
            book = read(root, name, solved)
            assert "another/place" in book.cells[1].source and "another/place" in book.cells[3].source
        assert [cell.get("outputs") for cell in read(root, name).cells] == before


def test_changed_prose_is_written_around_the_stored_outputs(root, kernels):
    change(root / "notebooks" / "src" / "04_measure.py", "What you will do", "What you will learn")
    assert not_fresh(root) == {"04": "text"}
    assert build.bring_up_to_date(load_course(root))
    assert kernels.runs == []
    assert "learn" in read(root, "04_measure").cells[2].source
    outputs = [cell.outputs for cell in read(root, "04_measure").cells if cell.cell_type == "code"]
    assert all(output[0].text.startswith("run ") for output in outputs)


def test_changed_minutes_stand_in_the_notebook_and_execute_nothing(root, kernels):
    change(root / "notebooks" / "course.toml", "teaching = 1", "teaching = 25")
    assert build.bring_up_to_date(load_course(root))
    assert kernels.runs == []
    assert read(root, "00_start").metadata["minutes"]["teaching"] == 25


@pytest.mark.parametrize(
    "path, old, new, expected",
    [
        ("recsys_helpers/evaluation/metrics.py", "sum(x)", "sum(x) * 1.0", {"04", "07"}),
        ("recsys_helpers/evaluation/ranking.py", "max(x)", "max(x, default=0)", {"07"}),  # 04 only asks for `mean`
        ("recsys_helpers/evaluation/__init__.py", "from .ranking", "from recsys_helpers.evaluation.ranking", {"07"}),
        ("recsys_helpers/data/ratings.py", "[3, 4]", "[3, 5]", {"07"}),  # imported inside a function
        ("data/small/ratings.csv.gz", "ratings", "more ratings", {"07"}),
        ("data/other/ratings.csv.gz", "others", "no lesson reads them", set()),
        ("recsys_helpers/serving/page.html", "hello", "welcome", {"23"}),  # through a string and a file beside a module
        (
            "recsys_helpers/exercises/__init__.py",
            "print(id)",
            "print(id, '?')",
            {"00", "04", "07", "09", "10", "11", "23"},
        ),
        ("recsys_helpers/exercises/lesson_04.py", '"O1"', '"O2"', {"04"}),
        ("recsys_helpers/exercises/lesson_04.py", "04.1", "04.2", {"00", "04"}),  # the map shows every id
        ("recsys_helpers/recorded/09.csv", "0.1", "0.2", {"10", "11"}),
        ("notebooks/course.toml", "alone = true", "alone = false", {"23"}),
    ],
)
def test_a_change_marks_the_lessons_that_depend_on_it_and_no_others(root, kernels, path, old, new, expected):
    change(root / path, old, new)
    assert not_fresh(root) == dict.fromkeys(sorted(expected), "run")
    assert build.bring_up_to_date(load_course(root))
    assert {title for title, _ in kernels.runs} == {load_course(root).lesson(number).title for number in expected}
    assert len(kernels.runs) == 2 * len(expected)
    assert not_fresh(root) == {}


def test_the_reason_is_named(root):
    change(root / "recsys_helpers" / "evaluation" / "ranking.py", "max(x)", "max(x, default=0)")
    assert build.check(load_course(root)) == [
        "notebooks/07_rank.ipynb (run): recsys_helpers/evaluation/ranking.py",
        "notebooks/solutions/07_rank.ipynb (run): recsys_helpers/evaluation/ranking.py",
    ]


def test_a_changed_solution_runs_only_the_solved_notebook(root, kernels):
    change(root / "notebooks" / "src" / "04_measure.py", "answer = 1\n", "answer = 2\n")
    assert not_fresh(root) == {"04": ["fresh", "run"]}
    assert build.bring_up_to_date(load_course(root))
    assert kernels.runs == [("Measure", True)]


def test_a_new_lesson_runs_and_its_neighbours_get_their_links(root, kernels):
    add_lesson(root, "08_build", "print(8)", position=3)
    assert not_fresh(root) == {
        "00": "run",
        "07": "text",
        "08": "run",
        "09": "text",
    }  # 00 shows the map of all exercises
    assert build.bring_up_to_date(load_course(root))
    assert set(kernels.titles) == {"Start", "Build"}
    assert "[Lesson 08 →](08_build.ipynb)" in read(root, "07_rank").cells[1].source
    assert "[← Lesson 08](08_build.ipynb)" in read(root, "09_click", solved=True).cells[1].source
    assert not_fresh(root) == {}
    assert "08_build.ipynb" in (root / "README.md").read_text()


def test_a_changed_result_runs_its_readers_in_the_same_build_after_it(root, kernels):
    change(root / "notebooks" / "src" / "09_click.py", "'nine'", "'NINE'")
    kernels.rows = "first,0.3"
    kernels.seconds = 0.05
    assert build.bring_up_to_date(load_course(root), jobs=2)
    assert kernels.titles[0] == "Click" and set(kernels.titles) == {"Click", "Convolve", "Remember"}
    end = max(end for title, _, end in kernels.spans if title == "Click")
    assert all(start >= end for title, start, _ in kernels.spans if title != "Click")
    assert not_fresh(root) == {}


def test_a_result_that_stays_the_same_runs_no_reader(root, kernels):
    change(root / "notebooks" / "src" / "09_click.py", "'nine'", "'NINE'")
    assert build.bring_up_to_date(load_course(root))
    assert kernels.titles == ["Click"]


def test_two_run_side_by_side_but_what_measures_speed_runs_alone(root, kernels):
    change(root / "recsys_helpers" / "exercises" / "__init__.py", "print(id)", "print(id, '?')")
    change(root / "notebooks" / "course.toml", 'title = "Measure"', 'title = "Measure"\nalone = true')
    kernels.seconds = 0.05
    assert build.bring_up_to_date(load_course(root), jobs=2)

    def overlaps(a, b):
        return a[0] != b[0] and a[1] < b[2] and b[1] < a[2]

    pairs = {(a[0], b[0]) for a in kernels.spans for b in kernels.spans if overlaps(a, b)}
    assert pairs and not any("Serve" in pair or "Measure" in pair for pair in pairs)


def test_a_notebook_that_somebody_worked_in_is_left_alone(root, kernels, capsys):
    path = root / "notebooks" / "04_measure.ipynb"
    book = read(root, "04_measure")
    book.cells[-1].source = "answer = 3  # mine"
    nbformat.write(book, path)
    mine = path.read_bytes()
    change(root / "recsys_helpers" / "evaluation" / "metrics.py", "sum(x)", "sum(x) * 1.0")
    assert states(root)["04"] == ["edited", "run"]
    assert not build.bring_up_to_date(load_course(root))
    assert path.read_bytes() == mine
    assert "04_measure.ipynb: left alone" in capsys.readouterr().out


def test_an_edit_that_went_back_into_the_script_is_built(root, kernels):
    path = root / "notebooks" / "04_measure.ipynb"
    book = read(root, "04_measure")
    book.cells[5].source = "print(2)"
    nbformat.write(book, path)
    build.back(load_course(root), path)
    assert "print(2)" in (root / "notebooks" / "src" / "04_measure.py").read_text()
    assert build.bring_up_to_date(load_course(root))
    assert kernels.runs == [("Measure", False), ("Measure", True)]


def test_running_a_notebook_without_editing_it_is_no_reason_to_build(root):
    path = root / "notebooks" / "04_measure.ipynb"
    book = read(root, "04_measure")
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], 77
    nbformat.write(book, path)
    assert not_fresh(root) == {}


def test_a_lesson_that_fails_keeps_its_old_notebook_and_the_others_are_built(root, kernels, monkeypatch, capsys):
    def failing(book, *arguments, **named):
        if "Measure" in book.cells[0].source:
            raise RuntimeError("cell-005 wrote to stderr")
        return kernels(book, *arguments, **named)

    monkeypatch.setattr(build, "execute", failing)
    before = (root / "notebooks" / "04_measure.ipynb").read_bytes()
    change(root / "recsys_helpers" / "evaluation" / "metrics.py", "sum(x)", "sum(x) * 1.0")
    assert not build.bring_up_to_date(load_course(root))
    assert "04_measure.ipynb: FAILED\ncell-005 wrote to stderr" in capsys.readouterr().out
    assert (root / "notebooks" / "04_measure.ipynb").read_bytes() == before
    assert not_fresh(root) == {"04": "run"}


def test_named_lessons_are_executed_whatever_their_state(root, kernels):
    assert build.bring_up_to_date(load_course(root), ["10", "04"])
    assert set(kernels.titles) == {"Convolve", "Measure"}
    with pytest.raises(ValueError, match="no lesson '99'"):
        build.bring_up_to_date(load_course(root), ["99"])


@pytest.mark.slow
def test_one_real_build_records_results_and_the_next_lesson_shows_them(tmp_path):
    """Two kernels: they import the helpers of their own course, have one thread, and leave the recorded file."""
    write(tmp_path / "pyproject.toml", '[project.urls]\nRepository = "https://github.com/somebody/tiny"\n')
    write(tmp_path / "README.md", "<!-- lessons:begin -->\n<!-- lessons:end -->\n")
    write(
        tmp_path / "recsys_helpers" / "__init__.py",
        "import os\nfrom pathlib import Path\nFILE = Path(__file__).parent / 'recorded' / '01.csv'\n"
        "def record(text):\n    if os.environ.get('RECSYS_RECORD'):\n        FILE.write_text(text)\n",
    )
    write(tmp_path / "recsys_helpers" / "exercises" / "__init__.py", "check = print\n")
    write(tmp_path / "recsys_helpers" / "recorded" / "01.csv", "old")
    threads = "import os\nprint(os.environ.get('OMP_NUM_THREADS'))\n"
    add_lesson(tmp_path, "01_write", f"import recsys_helpers\n{threads}recsys_helpers.record('new')", "records = true")
    add_lesson(
        tmp_path, "02_show", "import recsys_helpers\nprint(recsys_helpers.FILE.read_text())", 'reads = ["earlier"]'
    )
    assert build.bring_up_to_date(load_course(tmp_path), jobs=2)
    for solved in (False, True):
        code = [cell for cell in read(tmp_path, "01_write", solved).cells if cell.cell_type == "code"]
        assert code[2].outputs[0].text == "1\n"
        assert [cell.execution_count for cell in code] == [1, 2, 3, 4, 5][: len(code)]
        shown = [cell for cell in read(tmp_path, "02_show", solved).cells if cell.cell_type == "code"]
        assert shown[2].outputs[0].text == "new\n"
    assert not_fresh(tmp_path) == {}
