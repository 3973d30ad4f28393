"""Run the tests and the lessons on the oldest versions that pyproject.toml allows.

    python -m tools.oldest                 the tests of the helpers, then all lessons
    python -m tools.oldest 03 22           these lessons, without the tests
    python -m tools.oldest --jobs 2        two lessons at a time
    python -m tools.oldest --python PATH   with this oldest Python instead of the one on the path

A lower bound that was never tried is a guess. Packages that pyproject.toml does not name come in their newest versions.
"""

import re
import subprocess
import sys
import tomllib

import nbformat
from packaging.requirements import Requirement

from tools.catalogue import ROOT, Lesson, load_course
from tools.environments import find_python, python_of, run
from tools.run_elsewhere import chosen, command_line, execute, problems_of, report

ENVIRONMENT = ROOT / ".venv-oldest"


def project() -> dict:
    """The table [project] of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def lower_bounds() -> dict[str, str]:
    """Package → the oldest version that pyproject.toml allows, for each that this machine needs."""
    asked = project()
    bounds = {}
    for requirement in map(Requirement, asked["dependencies"] + asked["optional-dependencies"]["course"]):
        if requirement.marker is None or requirement.marker.evaluate():
            found = [part.version for part in requirement.specifier if part.operator == ">="]
            if not found:
                sys.exit(f"{requirement.name} has no lower bound in pyproject.toml: write >= and a version you tried.")
            bounds[requirement.name] = found[0]
    return bounds


def make_environment(python: str) -> None:
    """Install the package with every direct dependency at its lower bound, unless that was done."""
    constraints, made_from = ENVIRONMENT / "lower_bounds.txt", ENVIRONMENT / "made_from.txt"
    wanted = "".join(f"{name}=={version}\n" for name, version in sorted(lower_bounds().items()))
    recipe = f"{python}\n{wanted}"
    if made_from.exists() and made_from.read_text(encoding="utf-8") == recipe:
        return
    print(f"Installing the oldest versions into {ENVIRONMENT.name} (about 2 GB, some minutes, once) …", flush=True)
    run(python, "-m", "venv", "--clear", ENVIRONMENT)
    constraints.write_text(wanted, encoding="utf-8")
    run(python_of(ENVIRONMENT), "-m", "pip", "install", "-q", "-c", constraints, "-e", f"{ROOT}[course]")
    made_from.write_text(recipe, encoding="utf-8")


def main() -> None:
    """Command line; see the top of this file."""
    asked, course = command_line(__doc__).parse_args(), load_course()
    lessons = chosen(course, asked.lessons)
    make_environment(find_python(re.search(r">=(\d+\.\d+)", project()["requires-python"])[1], asked.python))
    python = str(python_of(ENVIRONMENT))

    def run_one(lesson: Lesson) -> list[str]:
        book = nbformat.read(course.notebook(lesson, asked.solved), as_version=4)
        start = [python, "-X", "frozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        execute(book, start, lesson.alone)
        return problems_of(book)

    green = True
    if not asked.lessons:
        tests = [python, "-m", "tools.test", "--jobs", str(asked.jobs), "tests", "recsys_helpers"]
        green = subprocess.run(tests, cwd=ROOT).returncode == 0
    sys.exit(not (report(lessons, run_one, asked.jobs) and green))


if __name__ == "__main__":
    main()
