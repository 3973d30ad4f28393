"""From script to notebook and back, without running anything.

The build adds two cells to a script: the line of links under the title and, for Colab, a folded cell that installs the
package. Both are made from the repository's address and are left out again on the way back.
"""

import copy
import re
from functools import cache
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from tools.catalogue import Course, Lesson

SOLUTION = re.compile(r"^([ ]*)### BEGIN SOLUTION\n.*?^[ ]*### END SOLUTION\n?", re.DOTALL | re.MULTILINE)
MARKS = re.compile(r"^[ ]*### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
ADDED = {"links", "colab"}  # tags of the cells that no script holds


def links(course: Course, lesson: Lesson, solved: bool) -> str:
    """The line under the title: Colab, previous, next, solutions."""
    colab = course.repository.replace("https://github.com", "https://colab.research.google.com/github")
    folder = "notebooks/solutions" if solved else "notebooks"
    place = course.lessons.index(lesson)
    parts = [f"[Open in Colab]({colab}/blob/main/{folder}/{lesson.file}.ipynb)"]
    if place > 0:
        before = course.lessons[place - 1]
        parts.append(f"[← Lesson {before.number}]({before.file}.ipynb)")
    if place + 1 < len(course.lessons):
        after = course.lessons[place + 1]
        parts.append(f"[Lesson {after.number} →]({after.file}.ipynb)")
    twin = f"[Lesson without solutions](../{lesson.file}.ipynb)"
    parts.append(twin if solved else f"[Solutions](solutions/{lesson.file}.ipynb)")
    return " · ".join(parts)


def colab_cell(course: Course, lesson: Lesson) -> str:
    """Installs the package, and what a lesson needs beside it, on Colab and nowhere else; its TensorFlow stays.

    Colab opens relative links to other notebooks, but none to a text such as the glossary. One notebook cannot hold two
    kinds of links, and absolute ones would be dead without a network: so the cell says where the glossary is.
    """
    lines = [
        "import sys",
        "",
        'if "google.colab" in sys.modules:  # does nothing on your own machine',
        f'    get_ipython().run_line_magic("pip", "install -q --no-deps git+{course.repository}")',
        "    get_ipython().run_line_magic('pip', 'install -q pandera pooch \"keras>=3.15.1\"')",
    ]
    if lesson.colab:
        lines.append(f'    get_ipython().run_line_magic("pip", "install -q {" ".join(lesson.colab)}")')
    lines.append(f'    glossary = "{course.repository}/blob/main/notebooks/glossary.md"')
    lines.append('    print("Links to the glossary do not open on Colab. It is here:", glossary)')
    return "\n".join(lines)


def learner_source(source: str) -> str:
    """A code cell with its solution taken out: `return ...` in a function, nothing at the top level."""
    stub = "return ...  # your code here\n"
    return SOLUTION.sub(lambda found: found[1] + stub if found[1] else "", source).rstrip("\n")


def generate(course: Course, lesson: Lesson, solved: bool) -> NotebookNode:
    """The notebook of a lesson, not yet executed."""
    title, *cells = copy.deepcopy(_cells(course.script(lesson).read_text(encoding="utf-8")))
    line = nbformat.v4.new_markdown_cell(links(course, lesson, solved), metadata={"tags": ["links"]})
    folded = {"tags": ["colab"], "jupyter": {"source_hidden": True}}  # JupyterLab folds it
    install = nbformat.v4.new_code_cell(colab_cell(course, lesson), metadata=folded)
    cells = [title, line, *cells[:1], install, *cells[1:]]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number:03d}"
        if "reveal" in cell.metadata.get("tags", []):  # stored, but folded: the answer to a question asked before it
            tells = re.search(r"^(?:claim|show)\(", cell.source, re.MULTILINE)  # so do a claim and an alt text
            cell.metadata["jupyter"] = {"outputs_hidden": True} | ({"source_hidden": True} if tells else {})
        if cell.cell_type == "code":
            cell["source"] = MARKS.sub("", cell.source).rstrip("\n") if solved else learner_source(cell.source)
    minutes = {"teaching": lesson.teaching, "exercises": lesson.exercises}  # for instructors
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}, "minutes": minutes}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


@cache
def _cells(script: str) -> list[NotebookNode]:
    """The cells of a script; both notebooks of a lesson start from them."""
    return jupytext.reads(script, fmt="py:percent").cells


def tags_of(cell: NotebookNode) -> set[str]:
    """The tags of a cell."""
    return set(cell.metadata.get("tags", []))


def code_cells(book: NotebookNode) -> list[NotebookNode]:
    """The code cells that come from the script, in order."""
    return [cell for cell in book.cells if cell.cell_type == "code" and not ADDED & tags_of(cell)]


def back(course: Course, path: Path) -> None:
    """Write the script of a lesson from its notebook, opened and edited in JupyterLab or Colab.

    Solutions need their marks: edit the solved cells in the script itself, everything else anywhere.
    """
    script = course.script(course.lesson(path.name[:2]))
    book = nbformat.read(path, as_version=4)
    marked: dict[str, list[str]] = {}  # a cell without marks or without its solution → the cells it can come from
    for cell in jupytext.read(script, fmt="py:percent").cells:
        if MARKS.search(cell.source):
            for seen in (MARKS.sub("", cell.source).rstrip("\n"), learner_source(cell.source)):
                marked.setdefault(seen, []).append(cell.source)
    book.cells = [cell for cell in book.cells if not ADDED & tags_of(cell)]
    for cell in book.cells:
        if cell.cell_type == "code" and marked.get(cell.source):
            cell["source"] = marked[cell.source].pop(0)
    options = {"notebook_metadata_filter": "-all", "cell_metadata_filter": "tags,-all"}
    book.metadata = {"jupytext": options}
    script.write_text(jupytext.writes(book, fmt="py:percent"), encoding="utf-8", newline="\n")
