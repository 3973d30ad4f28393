"""Run the tests on all cores: one process for each file or notebook, one thread each; what measures speed runs alone.

    python -m tools.test                  everything
    python -m tools.test --quick          without running the notebooks again
    python -m tools.test --jobs 1         one process (as many as there are cores if nothing is said)
    python -m tools.test -k serving -x    other options go to pytest

`python -m pytest` runs the same tests one after another.
"""

import argparse
import os
import subprocess
import sys
import time

from tools.catalogue import ROOT
from tools.execute import ONE_THREAD

NO_TESTS = 5  # pytest's exit status if nothing was selected


def main(arguments: list[str]) -> int:
    """Command line; see the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen, more = parser.parse_known_args(arguments)
    folders = ["tests", "recsys_helpers"] if chosen.quick else []
    pytest = [sys.executable, "-m", "pytest", *folders, *more]
    side_by_side = ["-n", str(chosen.jobs), "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not alone"]
    started = time.monotonic()
    statuses = [
        subprocess.run([*pytest, *side_by_side], cwd=ROOT, env=os.environ | ONE_THREAD).returncode,
        subprocess.run([*pytest, "-m", "alone"], cwd=ROOT).returncode,
    ]
    minutes, seconds = divmod(round(time.monotonic() - started), 60)
    bad = [status for status in statuses if status not in (0, NO_TESTS)]
    print(f"{'Something failed' if bad else 'All passed'}, in {minutes} min {seconds} s.")
    return bad[0] if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
