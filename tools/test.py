"""Run the tests on all cores: one process for each file or notebook, one thread each; what measures speed runs alone.

    python -m tools.test                  everything
    python -m tools.test --quick          without notebooks, and without tests that train networks or measure time
    python -m tools.test --jobs 1         one process (default: one for each core)
    python -m tools.test -k serving -x    other options and files go to pytest

`python -m pytest` runs the same tests one after another.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from tools.catalogue import ROOT, load_course
from tools.execute import ONE_THREAD

NO_TESTS = 5  # pytest's exit status if nothing was selected


def files_with(mark: str) -> list[str]:
    """The test files whose text holds a mark: collecting only these saves the imports of all others."""
    paths = sorted((ROOT / "tests").rglob("test_*.py"))
    return [path.relative_to(ROOT).as_posix() for path in paths if mark in path.read_text(encoding="utf-8")]


def commands(quick: bool, jobs: int, more: list[str]) -> list[list[str]]:
    """The calls of pytest: what runs side by side, then what runs alone; quickly, only a part of the first."""
    named = [word for word in more if not word.startswith("-") and Path(ROOT, word.split("::")[0]).exists()]
    options = [word for word in more if word not in named]
    pytest = [sys.executable, "-m", "pytest", *options]
    side_by_side = [*pytest, "-n", str(jobs), "--dist", "loadfile", "--no-loadscope-reorder", "-m"]
    if quick:
        slow = [f"--ignore={file}" for file in files_with("\npytestmark = pytest.mark.slow")]
        return [[*side_by_side, "not alone and not slow", *(named or ["tests", "recsys_helpers", *slow])]]
    course = load_course()
    lessons = [course.notebook(lesson, solved=False) for lesson in course.lessons if lesson.alone]
    alone = [*files_with("mark.alone"), *(path.relative_to(ROOT).as_posix() for path in lessons)]
    return [[*side_by_side, "not alone", *named], [*pytest, "-m", "alone", *(named or alone)]]


def main(arguments: list[str]) -> int:
    """Command line; see the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="only what takes little time")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at a time")
    chosen, more = parser.parse_known_args(arguments)
    together, *alone = commands(chosen.quick, chosen.jobs, more)
    started = time.monotonic()
    statuses = {subprocess.run(together, cwd=ROOT, env=os.environ | ONE_THREAD).returncode}
    statuses |= {subprocess.run(command, cwd=ROOT).returncode for command in alone}
    minutes, seconds = divmod(round(time.monotonic() - started), 60)
    bad = {NO_TESTS} if statuses == {NO_TESTS} else statuses - {0, NO_TESTS}
    print(f"{'Something failed' if bad else 'All passed'}, in {minutes} min {seconds} s.")
    return max(bad, default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
