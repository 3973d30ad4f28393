"""The lists that are made from the catalogue: README's table of lessons, and the table of parts in lesson 00.

    python -m tools.lists         write them (a build does it too)

Each list stands between two marks, and everything between the marks is overwritten.
"""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from tools.catalogue import Course, load_course


def lessons_table(course: Course) -> str:
    """README's table: one row for each lesson under the name of its part; then what is planned."""
    rows = ["| Lesson | What you will do | Minutes | Seconds |", "|---|---|---|---|"]
    for part in course.parts:
        if part.lessons:
            rows.append(f"| **{part.name}** | | | |")
        for lesson in part.lessons:
            link = f"[{lesson.number} {lesson.title}](notebooks/{lesson.file}.ipynb)"
            minutes = f"{lesson.teaching} + {lesson.exercises}"
            rows.append(f"| {link} | {lesson.task} | {minutes} | {lesson.seconds} |")
    planned = [f"{lesson.topic} ({lesson.number})" for part in course.parts for lesson in part.planned]
    return "\n".join(rows) + (f"\n\n**Planned next**: {', '.join(planned)}." if planned else "")


def parts_table(course: Course) -> str:
    """The table of lesson 00: each part that has lessons, their numbers, and the question it answers."""
    rows = ["| Part | Lessons | The question it answers |", "|---|---|---|"]
    for part in course.parts:
        if part.lessons:
            first, last = part.lessons[0].number, part.lessons[-1].number
            rows.append(f"| {part.name} | {first if first == last else f'{first}–{last}'} | {part.question} |")
    return "\n".join(rows)


def written(course: Course) -> Iterator[tuple[Path, str, str]]:
    """(file, its text today, its text as it should be) for each file that holds a list."""
    for path, name, table, prefix in (
        (course.root / "README.md", "lessons", lessons_table(course), ""),
        *((course.script(lesson), "parts", parts_table(course), "# ") for lesson in course.lessons[:1]),
    ):
        text = path.read_text(encoding="utf-8")
        begin, end = f"{prefix}<!-- {name}:begin -->\n", f"{prefix}<!-- {name}:end -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"{path.name} must hold the lines {begin.strip()} and {end} once each.")
        block = "".join(f"{prefix}{line}".rstrip() + "\n" for line in ["", *table.splitlines(), ""])
        head, rest = text.split(begin)
        yield path, text, f"{head}{begin}{block}{end}{rest.split(end)[1]}"


def write(course: Course) -> list[Path]:
    """Write the lists that are out of date; returns their files."""
    changed = [(path, new) for path, old, new in written(course) if new != old]
    for path, new in changed:
        path.write_text(new, encoding="utf-8", newline="\n")
    return [path for path, _ in changed]


def problems(course: Course) -> Iterator[str]:
    """What is out of date, and what a lesson lacks: one sentence each."""
    for path, old, new in written(course):
        if old != new:
            yield f"{path.name}: its list is not what course.toml says; run `python -m tools.lists`"
    for lesson in course.lessons:
        needed = {
            "its script": course.script(lesson),
            "the checks of its exercises": course.package / "exercises" / f"lesson_{lesson.number}.py",
            "typical wrong answers": course.root / "tests" / "wrong_answers" / f"lesson_{lesson.number}.py",
        }
        for what, path in needed.items():
            if not path.exists():
                yield f"lesson {lesson.number} lacks {what}: {path.relative_to(course.root).as_posix()}"
    files = {lesson.file for lesson in course.lessons}
    for folder, ending in (("notebooks/src", "py"), ("notebooks", "ipynb"), ("notebooks/solutions", "ipynb")):
        for path in sorted((course.root / folder).glob(f"[0-9][0-9]_*.{ending}")):
            if path.stem not in files:
                yield f"{folder}/{path.name} has no entry in course.toml"
    numbers = {lesson.number for lesson in course.lessons}
    for folder in ("recsys_helpers/exercises", "tests/wrong_answers"):
        for path in sorted((course.root / folder).glob("lesson_*.py")):
            if not re.fullmatch(r"lesson_\d\d", path.stem) or path.stem[-2:] not in numbers:
                yield f"{folder}/{path.name} belongs to no lesson of course.toml"


def main() -> None:
    """Write the lists and say which changed."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    course = load_course()
    for path in write(course):
        print(f"{path.relative_to(course.root).as_posix()}: written")
    for problem in problems(course):
        print(problem)


if __name__ == "__main__":
    main()
