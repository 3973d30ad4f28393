"""Run the tests and the lessons on the oldest versions that pyproject.toml allows.

    python -m tools.oldest                 the tests of the helpers, then all lessons
    python -m tools.oldest 03 22           these lessons, without the tests
    python -m tools.oldest --jobs 2        two lessons at a time
    python -m tools.oldest --python PATH   with this oldest Python instead of the one on the path

A lower bound that was never tried is a guess. Packages that pyproject.toml does not name come in their newest versions.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
from packaging.requirements import Requirement

from tools.environments import find_python, python_of, run
from tools.run_elsewhere import ROOT, execute, learner_notebooks, problems_of, report

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
    if made_from.exists() and made_from.read_text(encoding="utf-8") == python + wanted:
        return
    print(f"Installing the oldest versions into {ENVIRONMENT.name} (about 2 GB, some minutes, once) …", flush=True)
    run(python, "-m", "venv", "--clear", ENVIRONMENT)
    constraints.write_text(wanted, encoding="utf-8")
    run(python_of(ENVIRONMENT), "-m", "pip", "install", "-q", "-c", constraints, "-e", f"{ROOT}[course]")
    made_from.write_text(python + wanted, encoding="utf-8")


def try_lesson(path: Path) -> list[str]:
    """Run one lesson in the environment and return what is wrong with it."""
    book = nbformat.read(path, as_version=4)
    start = [str(python_of(ENVIRONMENT)), "-X", "frozen_modules=off", "-m", "ipykernel_launcher"]
    execute(book, [*start, "-f", "{connection_file}"])
    return problems_of(book)


def main() -> None:
    """Command line; see the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lessons", nargs="*", metavar="NN", help="lesson numbers; all, and the tests, if none is named")
    parser.add_argument("--jobs", type=int, default=1, help="how many lessons run at the same time")
    parser.add_argument("--python", help="the path of the oldest Python that pyproject.toml allows")
    asked = parser.parse_args()
    paths = learner_notebooks(asked.lessons)
    oldest = re.search(r">=(\d+\.\d+)", project()["requires-python"])[1]
    make_environment(find_python(oldest, asked.python))
    tests = [str(python_of(ENVIRONMENT)), "-m", "pytest", "-q", "tests", "recsys_helpers"]
    green = bool(asked.lessons) or subprocess.run(tests, cwd=ROOT).returncode == 0
    sys.exit(not (report(paths, try_lesson, asked.jobs) and green))


if __name__ == "__main__":
    main()
