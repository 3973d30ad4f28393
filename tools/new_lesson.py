"""Make the files of a new lesson, ready to be built and then filled.

    python -m tools.new_lesson 34 recommend_news

writes the script, the checks of its exercises, typical wrong answers, and the entry in notebooks/course.toml, in the
part that planned the number, or else after the lesson before it. The files hold a small complete lesson with exercises
of several kinds, so that a build and the tests of its shape pass; replace every TODO.
"""

import argparse
import re
import sys
from pathlib import Path
from string import Template

from tools.catalogue import Course, load_course

TEMPLATES = Path(__file__).with_name("templates")


def new_lesson(course: Course, number: str, name: str) -> list[Path]:
    """Write the files of a lesson; returns them. Nothing is ever overwritten: FileExistsError names what is there."""
    if not re.fullmatch(r"\d\d", number) or not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise ValueError("Give two digits and a name in small letters: 34 recommend_news (a verb comes first).")
    before = [lesson for lesson in course.lessons if lesson.number < number]
    if not before or any(lesson.number == number for lesson in course.lessons):
        raise ValueError(f"Lesson {number} exists already, or nothing stands before it.")
    title = name.replace("_", " ").capitalize()
    words = {"number": number, "name": name.replace("_", " "), "title": title, "before": before[-1].number}
    files = {
        "lesson": course.notebooks / "src" / f"{number}_{name}.py",
        "checks": course.package / "exercises" / f"lesson_{number}.py",
        "wrong_answers": course.root / "tests" / "wrong_answers" / f"lesson_{number}.py",
    }
    for path in files.values():
        if path.exists():
            raise FileExistsError(f"{path.relative_to(course.root).as_posix()} exists already.")
    for template, path in files.items():
        text = (TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")
        path.write_text(Template(text).substitute(words), encoding="utf-8", newline="\n")
    catalogue = course.notebooks / "course.toml"
    text = catalogue.read_text(encoding="utf-8")
    entry = f"""[[part.lesson]]
file = "{number}_{name}"
title = "{title}"
task = "TODO: what learners do, in one sentence."
teaching = 3
exercises = 15
seconds = 5
needs = ["{before[-1].number}"]
"""
    catalogue.write_text(with_entry(text, number, entry), encoding="utf-8", newline="\n")
    return [*files.values(), catalogue]


def with_entry(text: str, number: str, entry: str) -> str:
    """course.toml with one more lesson: in the part that planned its number, or else after the lesson before it."""
    parts = re.split(r"(?m)^(?=\[\[part\]\]$)", text)  # the head, then one piece for each part
    planned = re.compile(rf'(?m)^ *\{{ number = "{number}", .*\n')
    homes = [index for index, part in enumerate(parts) if planned.search(part)]
    if not homes:  # not planned: the last part that begins before it
        starts = [re.search(r'(?m)^file = "(\d\d)_', part) for part in parts]
        homes = [index for index, start in enumerate(starts) if start and start[1] < number]
    index = homes[-1]
    head, *lessons = re.split(r"(?m)^(?=\[\[part\.lesson\]\]$)", planned.sub("", parts[index]))
    lessons = [lesson.rstrip("\n") + "\n" for lesson in [*lessons, entry]]
    lessons.sort(key=lambda lesson: re.search(r'(?m)^file = "(\d\d)_', lesson)[1])
    parts[index] = "\n".join([head.rstrip("\n") + "\n", *lessons]) + ("\n" if index + 1 < len(parts) else "")
    return "".join(parts)


def main(arguments: list[str]) -> None:
    """Command line; see the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", help='two digits: "34"')
    parser.add_argument("name", help="verb_object: recommend_news")
    chosen = parser.parse_args(arguments)
    course = load_course()
    try:
        files = new_lesson(course, chosen.number, chosen.name)
    except (ValueError, FileExistsError) as error:
        parser.error(str(error))
    print(*(path.relative_to(course.root).as_posix() for path in files), sep="\n")
    print("Next: `make notebooks`, then replace every TODO. CONTRIBUTING.md says what a lesson needs.")


if __name__ == "__main__":
    main(sys.argv[1:])
