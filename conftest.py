"""Settings of all tests: what nbval compares, which tests run alone, which start first, and which took longest.

nbval compares the text of outputs, not warnings on stderr nor the HTML twin of a table.
"""

from collections import Counter

import pytest

from tools.catalogue import load_course


def pytest_collectstart(collector):
    """Leave stderr and HTML out of the comparison; the plain text of the same output is compared."""
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("stderr", "text/html")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark the cells of lessons that measure speed, and let the longest notebooks start first."""
    lessons = {f"{lesson.file}.ipynb": lesson for lesson in load_course().lessons}
    for item in items:
        if item.path.name in lessons and lessons[item.path.name].alone:
            item.add_marker(pytest.mark.alone)
    items.sort(key=lambda item: -lessons[item.path.name].seconds if item.path.name in lessons else 0)


def pytest_terminal_summary(terminalreporter):
    """Name the ten files and notebooks that took longest."""
    seconds = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration"):
                seconds[report.nodeid.split("::")[0]] += report.duration
    if seconds:
        terminalreporter.section("slowest ten files and notebooks")
    for name, took in seconds.most_common(10):
        terminalreporter.line(f"{took:7.1f} s  {name}")
