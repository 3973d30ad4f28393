"""Run the tests on all cores: one process for each file or notebook, one thread each; what measures speed runs alone.

    python -m tools.test                  everything
    python -m tools.test --quick          without the notebooks and the tests that train networks
    python -m tools.test --jobs 1         one process (as many as there are cores if nothing is said)
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
    """The two calls of pytest: what runs side by side, then what runs alone."""
    named = [word for word in more if not word.startswith("-") and Path(ROOT, word.split("::")[0]).exists()]
    options = [word for word in more if word not in named]
    course = load_course()
    lessons = [course.notebook(lesson, solved=False) for lesson in course.lessons if lesson.alone]
    alone = files_with("mark.alone")
    together, but = [], ""
    if quick:
        slow = [f"--ignore={file}" for file in files_with("\npytestmark = pytest.mark.slow")]
        together = ["tests", "recsys_helpers", *slow]
        but = " and not slow"
    else:
        alone += [path.relative_to(ROOT).as_posix() for path in lessons]
    pytest = [sys.executable, "-m", "pytest", *options]
    parallel = ["-n", str(jobs), "--dist", "loadfile", "--no-loadscope-reorder"]
    return [
        [*pytest, *parallel, "-m", f"not alone{but}", *(named or together)],
        [*pytest, "-m", f"alone{but}", *(named or alone)],
    ]


def main(arguments: list[str]) -> int:
    """Command line; see the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen, more = parser.parse_known_args(arguments)
    together, alone = commands(chosen.quick, chosen.jobs, more)
    started = time.monotonic()
    statuses = {
        subprocess.run(together, cwd=ROOT, env=os.environ | ONE_THREAD).returncode,
        subprocess.run(alone, cwd=ROOT).returncode,
    }
    minutes, seconds = divmod(round(time.monotonic() - started), 60)
    bad = {NO_TESTS} if statuses == {NO_TESTS} else statuses - {0, NO_TESTS}
    print(f"{'Something failed' if bad else 'All passed'}, in {minutes} min {seconds} s.")
    return max(bad, default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
