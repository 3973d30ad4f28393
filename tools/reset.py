"""Put the original of a lesson back; what stands there now is kept.

    python -m tools.reset 04

The edited notebook moves to `notebooks/my_copies/`, with the date in its name; solved exercises stay remembered. The
original is made again from the script of the lesson, without running it: cells that are the same in the solved notebook
get its stored outputs, the others are empty until you run them. It needs neither git nor a network.
"""

import argparse
import re
import sys
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.catalogue import Course, Lesson, load_course
from tools.generate import generate

COPIES = "my_copies"


def original(course: Course, lesson: Lesson) -> NotebookNode:
    """The learner's notebook as it was before anybody worked in it."""
    book = generate(course, lesson, solved=False)
    solved = course.notebook(lesson, solved=True)
    if solved.exists():
        stored = {cell.id: cell for cell in nbformat.read(solved, as_version=4).cells}
        for cell in book.cells:
            twin = stored.get(cell.id)
            is_check = re.search(r"^check\(", cell.source, re.MULTILINE)  # its output is the answer to the solution
            if cell.cell_type == "code" and twin and twin.source == cell.source and not is_check:
                cell.outputs, cell.execution_count = twin.outputs, twin.execution_count
    return book


def reset(course: Course, lesson: Lesson, now: datetime) -> Path | None:
    """Move the notebook aside and write the original; returns the copy, or None if there was nothing to keep."""
    path = course.notebook(lesson, solved=False)
    copy = None
    if path.exists():
        copy = course.notebooks / COPIES / f"{lesson.file}_{now:%Y-%m-%d_%H-%M-%S}.ipynb"
        copy.parent.mkdir(exist_ok=True)
        if copy.exists():  # twice in one second: never write over a copy
            raise FileExistsError(f"{copy.name} exists already. Wait a second and try again.")
        path.replace(copy)
    path.write_text(nbformat.writes(original(course, lesson)) + "\n", encoding="utf-8", newline="\n")
    return copy


def main(arguments: list[str]) -> None:
    """Command line; see the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lesson", help='the number of the lesson: "04"')
    number = parser.parse_args(arguments).lesson.zfill(2)
    course = load_course()
    try:
        lesson = course.lesson(number)
    except ValueError as error:
        parser.error(str(error))
    copy = reset(course, lesson, datetime.now())
    path = course.notebook(lesson, solved=False)
    if copy:
        print(f"Your version is kept in {copy.relative_to(course.root).as_posix()}.")
    print(f"{path.relative_to(course.root).as_posix()} is the original again. Is it open? Choose Revert when asked.")
    print("Some cells are empty until you run them: Run, then Run All Cells.")


if __name__ == "__main__":
    main(sys.argv[1:])
