"""Build the lessons: each script in notebooks/src becomes a notebook for learners and a solved one, both executed.

    python -m tools.build                 bring the lists and every notebook up to date
    python -m tools.build --check         say what is out of date, change nothing; exit 1 if anything is
    python -m tools.build 04 07           execute these lessons, whatever their state
    python -m tools.build --jobs 1        one lesson at a time (default: two)
    python -m tools.build --back FILE     turn a notebook edited in JupyterLab into its script

A notebook whose text or links changed is written again and keeps its stored outputs; only one whose code, helpers, data
or recorded results changed is executed. A lesson that shows what another one records waits for it.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from tools import lists
from tools.catalogue import EARLIER, Course, Lesson, load_course
from tools.execute import execute
from tools.generate import back, generate
from tools.stale import State, cells_digest, made_from, state

BOTH = (False, True)  # the learner's notebook, then the solved one


def rewrite(course: Course, lesson: Lesson, solved: bool) -> None:
    """Write the cells of a notebook again around its stored outputs, which still are those of its code."""
    path = course.notebook(lesson, solved)
    stored, book = nbformat.read(path, as_version=4), generate(course, lesson, solved)
    runs = [cell for cell in stored.cells if cell.cell_type == "code"]
    for cell, run in zip([cell for cell in book.cells if cell.cell_type == "code"], runs, strict=True):
        cell.outputs, cell.execution_count = run.outputs, run.execution_count
    book.metadata["built"] = stored.metadata["built"] | {"cells": cells_digest(book)}
    _write(book, path)


def run(course: Course, lesson: Lesson, solved: bool) -> float:
    """Generate a notebook, execute it and store it; returns the seconds. The solved one records the results."""
    book = generate(course, lesson, solved)
    origin = made_from(course, lesson, book)  # before the run: what changes meanwhile is noticed next time
    seconds = execute(book, course.root, lesson.alone, record=lesson.records and solved)
    book.metadata["built"] = {"cells": cells_digest(book), "made_from": origin}
    _write(book, course.notebook(lesson, solved))
    return seconds


def _write(book: NotebookNode, path: Path) -> None:
    """Store a notebook whole or not at all: a build that is interrupted leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(nbformat.writes(book) + "\n", encoding="utf-8", newline="\n")
    draft.replace(path)


def build(course: Course, forced: Sequence[str] = (), jobs: int = 2) -> bool:
    """Bring notebooks up to date, or execute the `forced` ones; returns whether all went well.

    A lesson waits for every earlier one whose recorded results it shows, and is looked at only then. One that measures
    speed waits until nothing else runs.
    """
    waiting = [course.lesson(number) for number in forced] or list(course.lessons)
    running: dict[Future, Lesson] = {}
    went_well, did_something = True, False
    with ThreadPoolExecutor(jobs) as pool:
        while waiting or running:
            for lesson in _ready(course, waiting, list(running.values()), jobs):
                waiting.remove(lesson)
                if work := _work(course, lesson, lesson.number in forced):
                    did_something = True
                    running[pool.submit(_carry_out, course, lesson, work)] = lesson
                break  # what is ready now may differ
            else:
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    went_well &= future.result()
                    del running[future]
    if not did_something:
        print("Every notebook is up to date.")
    return went_well


def _ready(course: Course, waiting: list[Lesson], running: list[Lesson], jobs: int) -> list[Lesson]:
    """The lessons that may start now, in order; those that run alone come last, when nothing else can start."""
    if len(running) >= jobs:
        return []
    unfinished = [*running, *waiting]
    free = [
        lesson
        for lesson in waiting
        if EARLIER not in lesson.reads or not any(other in unfinished for other in course.recorded_before(lesson))
    ]
    together = [lesson for lesson in free if not lesson.alone]
    return together or ([lesson for lesson in free if lesson.alone] if not running else [])


def _work(course: Course, lesson: Lesson, forced: bool) -> list[tuple[bool, State]]:
    """What there is to do for a lesson: (solved, state) for each notebook that is not fresh."""
    if forced:
        return [(solved, State("run", ("asked for",))) for solved in BOTH]
    states = [(solved, state(course, lesson, solved)) for solved in BOTH]
    return [(solved, found) for solved, found in states if found.kind != "fresh"]


def _carry_out(course: Course, lesson: Lesson, work: list[tuple[bool, State]]) -> bool:
    """Do it, one line for each notebook; returns whether all went well."""
    went_well = True
    for solved, found in work:
        name = course.notebook(lesson, solved).relative_to(course.root).as_posix()
        try:
            if found.kind == "text":
                rewrite(course, lesson, solved)
                _say(f"{name}: written again, not executed")
            elif found.kind == "run":
                _say(f"{name}: executed in {run(course, lesson, solved):.0f} s ({found.because})")
            else:
                went_well = False
                _say(
                    f"{name}: left alone, because its cells were edited. Turn them into the script with "
                    f"`python -m tools.build --back {name}`, or put the original back with "
                    f"`python -m tools.reset {lesson.number}`."
                )
        except (CellExecutionError, RuntimeError, TimeoutError) as error:
            went_well = False
            _say(f"{name}: FAILED\n{error}")
    return went_well


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")  # one call, so that two threads do not mix their lines
    sys.stdout.flush()


def bring_up_to_date(course: Course, forced: Sequence[str] = (), jobs: int = 2) -> bool:
    """Write the lists, then the notebooks; returns whether all went well."""
    for path in lists.write(course):
        _say(f"{path.relative_to(course.root).as_posix()}: list written")
    return build(course, forced, jobs)


def check(course: Course) -> list[str]:
    """Everything that is out of date, one sentence each."""
    found = list(lists.problems(course))
    for lesson in course.lessons:
        for solved in BOTH:
            name = course.notebook(lesson, solved).relative_to(course.root).as_posix()
            today = state(course, lesson, solved)
            if today.kind != "fresh":
                found.append(f"{name} ({today.kind}): {today.because}")
    return found


def main(arguments: list[str]) -> int:
    """Command line; see the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lessons", nargs="*", help="numbers of lessons to execute")
    parser.add_argument("--check", action="store_true", help="only say what is out of date")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="lessons at a time")
    parser.add_argument("--back", nargs="+", type=Path, metavar="FILE", help="edited notebooks")
    chosen = parser.parse_args(arguments)
    course = load_course()
    if chosen.back:
        for path in chosen.back:
            back(course, path)
        return 0
    if chosen.check:
        found = check(course)
        print("\n".join(found) or "Everything is up to date.")
        return 1 if found else 0
    return 0 if bring_up_to_date(course, chosen.lessons, chosen.jobs) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
