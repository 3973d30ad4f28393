"""Every built notebook is what its script says, was run from top to bottom, and reads as CONTRIBUTING promises."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import nbformat
import numpy as np
import pytest

from recsys_helpers.notebook.results import recorded_results
from tools import generate, stale
from tools.catalogue import ROOT, load_course
from tools.execute import execute

COURSE = load_course()
LESSONS = {lesson.file: lesson for lesson in COURSE.lessons}
NAMES = list(LESSONS)
BOTH = [(name, solved) for name in NAMES for solved in (False, True)]
HOME_OR_ROOT = re.compile(r"/(?:root|home|work|tmp|Users)/|[A-Z]:\\Users")
NUMBER = re.compile(r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)(?:[ \u00a0]?(%))?(?![\w])")


def read(name, solved=False):
    return nbformat.read(COURSE.notebook(LESSONS[name], solved), as_version=4)


def text_of(output):
    """The readable text of one output."""
    data = output.get("data", {})
    return "".join(output.get("text", "")) + "".join(data.get("text/plain", ""))


def run_state_problems(book):
    """What shows that a notebook was not run from top to bottom, or holds what a reader should not get."""
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    problems = []
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        problems.append("not run from top to bottom: the execution counts are not 1 … n")
    for cell in code:
        for output in cell.outputs:
            data = output.get("data", {})
            if output.output_type == "error":
                problems.append(f"{cell.id}: a stored error")
            if output.get("name") == "stderr":
                problems.append(f"{cell.id}: text on stderr")
            if any("javascript" in kind or "widget" in kind for kind in data) or "<script" in str(data):
                problems.append(f"{cell.id}: JavaScript or a widget in the output")
            if "✗ not in this run" in text_of(output):
                problems.append(f"{cell.id}: a claim that did not hold")
            if HOME_OR_ROOT.search(text_of(output)):
                problems.append(f"{cell.id}: a path of one machine: {HOME_OR_ROOT.search(text_of(output))[0]}")
            if "image/png" in data and not 20 <= len(output.metadata.get("image/png", {}).get("alt", "")) <= 400:
                problems.append(f"{cell.id}: a figure without alt text of 20 to 400 characters")
    return problems


def numbers_in(text):
    """Every number of a text as a float; thousands separators are taken out."""
    return [float(found.replace(",", "")) for found in re.findall(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+\.?\d*", text)]


def claims_in(text):
    """Numbers of prose that need evidence: decimals, percentages, and thousands; (value, decimals, is a share)."""
    text = re.sub(r"\[[^\]]*\]\([^)]*\)|`[^`]*`|<[^>]*>|Exercise \d\d\.\d+|[Ll]essons? \d+\S*", " ", text)
    for digits, percent in NUMBER.findall(text):
        value = float(digits.replace(",", ""))
        if "." in digits or percent or "," in digits.rstrip(","):
            yield value, len(digits.partition(".")[2]), bool(percent)


def claims_without_evidence(book):
    """Claims of the prose that no output and no code of the same notebook shows."""
    known = [0.0, 1.0]
    for cell in book.cells:
        if cell.cell_type == "code":
            known += numbers_in(cell.source.replace("_", "")) + numbers_in("".join(map(text_of, cell.outputs)))
    for cell in book.cells:
        is_claim = cell.cell_type == "markdown" and "### Exercise" not in cell.source  # exercises may invent numbers
        if not is_claim or {"reading", "links"} & set(cell.metadata.get("tags", [])):
            continue
        for value, decimals, is_share in claims_in(cell.source):
            fits = 0.5 * 10**-decimals + 1e-9
            scales = (1, 100) if is_share else (1,)
            if not any(abs(number * scale - value) <= fits for number in known for scale in scales):
                yield f"{cell.id}: {value:g}{' %' if is_share else ''}"


@pytest.mark.parametrize(("name", "solved"), BOTH)
def test_a_notebook_is_exactly_what_its_script_says(name, solved):
    made, stored = generate.generate(COURSE, LESSONS[name], solved), read(name, solved)
    assert [cell.source for cell in stored.cells] == [cell.source for cell in made.cells], "run `make notebooks`"
    assert [(cell.id, cell.cell_type, dict(cell.metadata)) for cell in stored.cells] == [
        (cell.id, cell.cell_type, dict(cell.metadata)) for cell in made.cells
    ]
    assert stale.without_built(stored) == made.metadata


@pytest.mark.parametrize(("name", "solved"), BOTH)
def test_a_notebook_was_run_from_top_to_bottom_and_is_clean(name, solved):
    assert run_state_problems(read(name, solved)) == []


@pytest.mark.parametrize("name", NAMES)
def test_no_solution_stands_in_the_learners_notebook(name):
    stored = json.dumps([cell.source for cell in read(name).cells])
    assert "SOLUTION" not in stored
    for solution in generate.SOLUTION.finditer(COURSE.script(LESSONS[name]).read_text(encoding="utf-8")):
        lines = [line.strip() for line in solution[0].splitlines()[1:-1]]
        assert lines and json.dumps("\n".join(solution[0].splitlines()[1:-1]))[1:-1] not in stored


@pytest.mark.parametrize("name", NAMES)
def test_every_check_of_the_solved_notebook_says_correct(name):
    said = [text_of(output) for cell in read(name, solved=True).cells for output in cell.get("outputs", [])]
    answers = re.findall(r"^\d\d\.\d+ · .*", "".join(said), re.MULTILINE)
    assert all(re.match(r"\d\d\.\d+ · (correct|noted)\. ", answer) for answer in answers), answers


@pytest.mark.parametrize("name", NAMES)
def test_headings_start_with_one_h1_and_never_skip_a_level(name):
    cells = read(name).cells
    markdown = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    markdown = re.sub(r"```.*?```", "", markdown, flags=re.DOTALL)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", markdown, re.MULTILINE)]
    assert levels[0] == 1 and levels.count(1) == 1 and cells[0].source.startswith("# ")
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", NAMES)
def test_cells_are_short(name):
    cells = read(name, solved=True).cells
    code = [[line for line in c.source.splitlines() if line.strip()] for c in cells if c.cell_type == "code"]
    sizes = sorted(len(lines) for lines in code)
    assert sizes[-1] <= 40 and sizes[len(sizes) // 2] <= 6, sizes
    assert max(len(line) for lines in code for line in lines) <= 120
    texts = [c for c in cells if c.cell_type == "markdown"]
    prose = re.compile(r"(?m)^\|.*$|<[^>]*>|\([^)]*\)")  # what is no prose: rows of a table, tags, links
    long = {c.id: len(prose.sub(" ", c.source).split()) for c in texts}
    assert max(long.values()) <= 160, max(long, key=long.get)
    assert 2 * len(texts) >= len(code)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_the_prose_stands_in_an_output_or_in_the_code(name):
    assert list(claims_without_evidence(read(name, solved=True))) == []


@pytest.mark.parametrize("name", NAMES)
def test_tables_fit_the_page(name):
    for cell in read(name).cells:
        for output in cell.get("outputs", []):
            html = "".join(output.get("data", {}).get("text/html", ""))
            if "<table" in html:
                assert html.count("<tr") <= 14, cell.id
                assert len(re.findall(r"<th\b", html.split("</tr>")[0])) <= 9, cell.id


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name):
    glossary = (COURSE.notebooks / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall("^## (.*)$", glossary, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", term.lower()).replace(" ", "-") for term in terms}
    for cell in read(name).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)]+)\)", cell.source):
                if target.startswith("glossary.md#"):
                    assert target.split("#")[1] in anchors, f"{cell.id}: {target}"
                elif not target.startswith("https://"):
                    assert (COURSE.notebooks / target.split("#")[0]).exists(), f"{cell.id}: {target}"


def test_the_readme_shows_the_recorded_results():
    readme = (ROOT / "README.md").read_text(encoding="utf-8").split("## What the models reach")[1].split("\n## ")[0]
    shown = [[part.strip() for part in line.split("|")[1:-1]] for line in readme.splitlines() if line.startswith("| ")]
    shown = {row[0]: row for row in shown[1:]}
    recorded = recorded_results()
    assert set(shown) == set(recorded.index)
    for name, (_, _, ndcg, recall, coverage, *_, lesson) in shown.items():
        mean, half = map(float, ndcg.split(" ± "))
        values = [mean, half, float(recall), float(coverage.rstrip(" %")) / 100]
        stored = recorded.loc[name, ["NDCG@10", "±", "Recall@10", "coverage@10"]].to_numpy(float)
        assert np.abs(stored - values).max() < 0.006, name  # trained again, networks differ in the third digit
        assert recorded.loc[name, "lesson"] == lesson


@pytest.mark.parametrize("name", NAMES)
def test_the_catalogue_and_the_lesson_say_the_same(name):
    lesson, book = LESSONS[name], read(name)
    assert book.metadata["minutes"] == {"teaching": lesson.teaching, "exercises": lesson.exercises}
    assert book.cells[0].source.startswith(f"# {lesson.title}")
    needed = re.search(r"\*\*What you need\*\*: .*", book.cells[2].source)[0]
    assert set(lesson.needs) <= set(re.findall(r"\d\d", needed)) | {"00"}, needed


def test_the_repository_is_named_once_and_every_lesson_is_built_from_it():
    url = COURSE.repository
    for name in NAMES:
        assert url not in COURSE.script(LESSONS[name]).read_text(encoding="utf-8")
        cells = {tag: cell for cell in read(name).cells for tag in cell.metadata.get("tags", [])}
        assert f"git+{url}" in cells["colab"].source
        glossary = re.search(rf"{re.escape(url)}/blob/main/(\S+\.md)", cells["colab"].source)
        assert (ROOT / glossary[1]).exists()  # Colab does not open the links to it
        assert url.removeprefix("https://github.com/") in cells["links"].source


@pytest.mark.parametrize("name", NAMES)
def test_an_edited_notebook_goes_back_to_the_same_script(name, tmp_path):
    script = COURSE.script(LESSONS[name])
    shutil.copytree(script.parent, tmp_path / "notebooks" / "src")
    elsewhere = replace(COURSE, root=tmp_path)
    for solved in (False, True):
        generate.back(elsewhere, COURSE.notebook(LESSONS[name], solved))
        assert elsewhere.script(LESSONS[name]).read_bytes() == script.read_bytes()


# Tests of the tests: a lesson that is broken on purpose turns the suite red.


@pytest.fixture
def tiny(tmp_path):
    """A small executed notebook under the settings of the course."""
    shutil.copy(ROOT / "conftest.py", tmp_path)
    cells = ["numbers = [1, 2, 3]", "sum(numbers) / len(numbers)"]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    book.metadata = {"kernelspec": generate.KERNEL}
    (tmp_path / "notebooks").mkdir()
    execute(book, tmp_path)
    nbformat.write(book, tmp_path / "tiny.ipynb")
    return tmp_path / "tiny.ipynb"


def nbval(path):
    command = [sys.executable, "-m", "pytest", "-q", "--nbval", "-p", "no:cacheprovider", str(path)]
    return subprocess.run(command, cwd=path.parent, capture_output=True, text=True).returncode


@pytest.mark.slow
def test_an_unchanged_notebook_is_green(tiny):
    assert nbval(tiny) == 0


@pytest.mark.slow
def test_a_changed_number_turns_the_suite_red(tiny):
    tiny.write_text(tiny.read_text().replace("[1, 2, 3]", "[1, 2, 4]"))
    assert nbval(tiny) == 1


@pytest.mark.slow
def test_a_stale_output_turns_the_suite_red(tiny):
    tiny.write_text(tiny.read_text().replace('"2.0"', '"2.5"'))
    assert nbval(tiny) == 1


@pytest.mark.slow
def test_a_stripped_notebook_is_caught_although_nbval_passes_it(tiny):
    book = nbformat.read(tiny, as_version=4)
    for cell in book.cells:
        cell.outputs, cell.execution_count = [], None
    nbformat.write(book, tiny)
    assert nbval(tiny) == 0
    assert run_state_problems(book) == ["not run from top to bottom: the execution counts are not 1 … n"]


def test_a_figure_without_alt_text_an_error_and_a_private_path_are_caught():
    output = nbformat.v4.new_output
    cell = nbformat.v4.new_code_cell("x", execution_count=1)
    cell.outputs = [
        output("display_data", {"image/png": "AAAA"}),
        output("error", ename="E", evalue="", traceback=[]),
        output("stream", text="/home/somebody/data.csv"),
        output("stream", name="stderr", text="warning"),
        output("display_data", {"text/html": "<script>1</script>"}),
    ]
    assert len(run_state_problems(nbformat.v4.new_notebook(cells=[cell]))) == 5


@pytest.mark.parametrize(
    ("prose", "evidence", "is_shown"),
    [
        ("The mean is 0.136.", "0.1361", True),
        ("The mean is 0.137.", "0.1361", False),
        ("It finds 44 % of them.", "0.4398", True),
        ("It finds 45 % of them.", "0.4398", False),
        ("There are 9,066 films.", "9066", True),
        ("There are 9,067 films.", "9,066 films", False),
        ("See lesson 04 and [0.5](x), `0.7`.", "", True),
    ],
)
def test_a_number_without_evidence_is_caught(prose, evidence, is_shown):
    code = nbformat.v4.new_code_cell("print()", execution_count=1)
    code.outputs = [nbformat.v4.new_output("stream", text=evidence)]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(prose), code])
    assert (list(claims_without_evidence(book)) == []) is is_shown
