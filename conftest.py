"""Settings of all tests: what nbval compares, which tests run alone, and which file starts first.

nbval compares the text of outputs, not warnings on stderr nor the HTML twin of a table.
"""

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
