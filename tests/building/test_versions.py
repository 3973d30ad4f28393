"""Lower bounds are true, and the tools that try Colab's and the oldest versions see what a reader would see."""

import re
import subprocess
import sys
from pathlib import Path
from threading import Barrier

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tools import colab, environments, oldest, run_elsewhere
from tools.catalogue import Lesson, load_course

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"^([A-Za-z0-9.-]+)==([^\s;]+)", re.MULTILINE)


def pinned(path):
    """Package → version of a file with lines such as "numpy==2.1.3"."""
    return dict(PINNED.findall(path.read_text(encoding="utf-8")))


def requirements():
    asked = oldest.project()
    return [*map(Requirement, asked["dependencies"] + asked["optional-dependencies"]["course"])]


def notebook(*cells):
    return nbformat.v4.new_notebook(cells=list(cells))


def cell(*outputs, id="cell-007", tags=()):
    return nbformat.v4.new_code_cell("…", id=id, outputs=list(outputs), metadata={"tags": list(tags)})


def stream(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


ERROR = nbformat.v4.new_output("error", ename="ValueError", evalue="seven")


@pytest.mark.parametrize("requirement", requirements(), ids=lambda requirement: requirement.name)
def test_every_dependency_has_a_lower_bound_that_the_locked_version_and_colab_keep(requirement):
    bounds = [Version(part.version) for part in requirement.specifier if part.operator == ">="]
    assert len(bounds) == 1, f"{requirement} has no lower bound"
    locked = pinned(ROOT / "requirements.txt")[requirement.name]
    assert bounds[0] <= Version(locked) and locked in requirement.specifier
    on_colab = pinned(colab.VERSIONS)
    name = "tensorflow" if requirement.name == "tensorflow-cpu" else requirement.name
    if name in on_colab and name not in colab.MAY_BE_RAISED:
        assert on_colab[name] in requirement.specifier, f"Colab has {on_colab[name]}; never raise its versions"


def test_lower_bounds_names_each_package_of_this_machine_once_and_refuses_one_without(monkeypatch):
    bounds = oldest.lower_bounds()
    assert {"pandas", "keras", "nbval"} <= bounds.keys()
    assert len({"tensorflow", "tensorflow-cpu"} & bounds.keys()) == 1
    asked = {"dependencies": ["numpy>=2.1", "pandas"], "optional-dependencies": {"course": []}}
    monkeypatch.setattr(oldest, "project", lambda: asked)
    with pytest.raises(SystemExit, match="pandas has no lower bound"):
        oldest.lower_bounds()


@pytest.mark.parametrize(
    ("faulty", "words"),
    [
        (cell(ERROR), "cell-007 raised ValueError: seven"),
        (cell(stream("I0000 compiled\n", "stderr")), "cell-007 wrote to stderr: I0000 compiled"),
        (cell(stream("✓ one\n✗ not in this run (…): two\n")), "cell-007 claims: ✗ not in this run (…): two"),
    ],
)
def test_what_a_reader_would_stumble_over_is_one_line_each(faulty, words):
    assert run_elsewhere.problems_of(notebook(cell(id="cell-001"), faulty)) == [words]


def test_an_error_that_a_lesson_shows_on_purpose_and_ordinary_output_are_no_problem():
    assert (
        run_elsewhere.problems_of(
            notebook(cell(ERROR, id="cell-001", tags=["raises-exception"]), cell(stream("✓ one\n")))
        )
        == []
    )


def test_a_lesson_runs_alone_in_its_folder_without_this_projects_python_path(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    source = (
        "import os, sys; print(sorted(os.listdir()), os.environ.get('PYTHONPATH')); print('!', file=sys.stderr); 1/0"
    )
    book = notebook(nbformat.v4.new_code_cell(source, id="only"), nbformat.v4.new_code_cell("print('after')"))
    run_elsewhere.execute(
        book, [sys.executable, "-X", "frozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    )
    assert book.cells[0].outputs[0].text == "['lesson.ipynb'] None\n"
    assert run_elsewhere.problems_of(book) == [
        "only wrote to stderr: !",
        "only raised ZeroDivisionError: division by zero",
    ]
    assert book.cells[1].outputs[0].text == "after\n"


def lesson(file, alone=False):
    return Lesson(file, title="", task="", teaching=0, exercises=0, seconds=0, alone=alone)


def test_the_report_counts_what_failed_and_runs_what_measures_speed_alone_at_the_end(capsys):
    lessons, both, order = [lesson("01_one", alone=True), lesson("02_two"), lesson("03_three")], Barrier(2), []

    def run(one):
        if not one.alone:
            both.wait(timeout=20)  # fails unless two lessons are here at the same time
        order.append(one.file)
        return ["cell-001 raised"] if one.file == "02_two" else []

    assert not run_elsewhere.report(lessons, run, jobs=2)
    assert len(order) == 3 and order[-1] == "01_one"
    printed = capsys.readouterr().out
    assert "FAIL 02_two" in printed and "cell-001 raised" in printed and "2 of 3 lessons passed" in printed
    assert run_elsewhere.report(lessons[:1], run, jobs=1)


def test_a_kernel_that_dies_fails_its_lesson_and_not_the_others(capsys):
    def run(one):
        book = notebook(nbformat.v4.new_code_cell("import os; os._exit(1)" if one.file == "01_one" else "1"))
        start = [sys.executable, "-X", "frozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        run_elsewhere.execute(book, start)
        return run_elsewhere.problems_of(book)

    assert not run_elsewhere.report([lesson("01_one"), lesson("02_two")], run, jobs=1)
    printed = capsys.readouterr().out
    assert "FAIL 01_one" in printed and "stopped: Kernel died" in printed and "ok   02_two" in printed


def test_an_unknown_lesson_number_is_refused():
    course = load_course()
    assert [found.number for found in run_elsewhere.chosen(course, ["04", "00"])] == ["00", "04"]
    assert len(run_elsewhere.chosen(course, [])) == len(course.lessons)
    with pytest.raises(SystemExit, match="no lesson 99"):
        run_elsewhere.chosen(course, ["04", "99"])


def test_a_python_is_taken_only_if_it_is_of_the_version():
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = environments.find_python(here, sys.executable)
    assert subprocess.run([found, "-V"], capture_output=True, text=True).stdout.startswith(f"Python {here}.")
    with pytest.raises(SystemExit, match=r"Python 2\.9 is needed.*--python PATH"):
        environments.find_python("2.9", sys.executable)


def test_a_package_of_colab_that_the_first_cell_replaces_is_named(tmp_path):
    for folder, name, version in (
        ("machine", "numpy", "2.1.3"),
        ("machine", "keras", "3.10.0"),
        ("layer", "keras", "3.15.1"),
        ("layer", "pandera", "0.35.0"),
        ("layer", "NumPy", "2.4.6"),
    ):
        info = tmp_path / folder / f"{name}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    found = colab.replaced(tmp_path / "machine", tmp_path / "layer")
    assert found == ["the first cell replaces Colab's numpy 2.1.3 by 2.4.6"]


def test_a_lesson_without_the_install_cell_fails_before_it_runs(tmp_path):
    nbformat.write(notebook(cell()), tmp_path / "lesson.ipynb")
    assert "no cell with the tag colab" in colab.try_lesson(tmp_path / "lesson.ipynb", tmp_path / "a.whl")[0]
