"""nbval compares the text of outputs, not warnings on stderr nor the HTML twin of a table."""


def pytest_collectstart(collector):
    """Leave stderr and HTML out of the comparison; the plain text of the same output is compared."""
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("stderr", "text/html")
