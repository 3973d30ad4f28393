"""One colour-blind-safe style, and figures that carry their own description."""

import matplotlib.pyplot as plt
from cycler import cycler
from IPython.display import display

# Okabe & Ito, Color Universal Design, 2008 (without the yellow, which is too pale on white)
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
LINES = ["-", "--", "-.", ":", "-", "--", "-."]


def new_figure(width: float = 7.0, height: float = 3.2, n_panels: int = 1, **options) -> tuple:
    """A figure and its axes in the house style: safe colours, and series that also differ by marker and line.

    `width` and `height` in inches; `options` go to `matplotlib.pyplot.subplots`.
    """
    style = {
        "axes.prop_cycle": cycler(color=COLOURS, marker=MARKERS, linestyle=LINES),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.alpha": 0.25,
        "lines.markersize": 4,
        "figure.dpi": 110,
        "image.cmap": "cividis",
    }
    with plt.rc_context(style):
        return plt.subplots(1, n_panels, figsize=(width, height), layout="constrained", **options)


def show(figure, alt: str) -> None:
    """Display a figure with its alt text (20 to 400 characters, for a reader who cannot see it), and close it."""
    if not 20 <= len(alt) <= 400:
        raise ValueError(f"Alt text of {len(alt)} characters: say in 20 to 400 what the figure shows.")
    display(figure, metadata={"image/png": {"alt": alt}})
    plt.close(figure)
