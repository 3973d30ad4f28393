"""Drawings of small networks: circles with numbers, joined by arrows."""

import numpy as np

from recsys_helpers.notebook.plots import new_figure

FORWARD, BACKWARD = "#0072B2", "#D55E00"  # Okabe & Ito: blue for values, orange for weights and slopes


def draw_network(columns: list[np.ndarray], weights: list[np.ndarray], captions: list[str]):
    """A figure of a dense network: a column of circles for each layer, weights (n_in, n_out) on the arrows between."""
    figure, axes = new_figure(7, 2.8)
    for i, (values, caption) in enumerate(zip(columns, captions)):
        for height, value in zip(_heights(len(values)), values):
            axes.text(
                2 * i, height, f"{value:.1f}", ha="center", va="center", bbox={"boxstyle": "circle", "fc": "white"}
            )
        axes.text(2 * i, 1.6, caption, ha="center")
    for i, matrix in enumerate(weights):
        starts, ends = (_heights(n) for n in matrix.shape)
        for (j, k), weight in np.ndenumerate(matrix):
            arrow = {"arrowstyle": "->", "color": FORWARD}
            axes.annotate("", (2 * i + 1.75, ends[k]), (2 * i + 0.25, starts[j]), arrowprops=arrow)
            label = {"color": BACKWARD, "ha": "center", "va": "center", "bbox": {"fc": "white", "ec": "none", "pad": 1}}
            axes.text(2 * i + 0.7, starts[j] + 0.3 * (ends[k] - starts[j]), _number(weight), **label)
    axes.set(xlim=(-0.5, 2 * len(columns) - 1.5), ylim=(-1.5, 1.9))
    axes.axis("off")
    return figure


def draw_chain(names: list[str], values: list[float], slopes: list[float], below: dict[int, str]):
    """A figure of nodes in a row: values go right, slopes come back below; `below` adds a line under some nodes."""
    figure, axes = new_figure(8.5, 2.3)
    for i, (name, value) in enumerate(zip(names, values)):
        axes.text(i, 0, _number(value), ha="center", va="center", size=13, bbox={"boxstyle": "circle", "fc": "white"})
        axes.text(i, 0.55, name, ha="center")
    for i, slope in enumerate(slopes):
        axes.annotate("", (i + 0.8, 0.12), (i + 0.2, 0.12), arrowprops={"arrowstyle": "->", "color": FORWARD})
        axes.annotate("", (i + 0.2, -0.12), (i + 0.8, -0.12), arrowprops={"arrowstyle": "->", "color": BACKWARD})
        axes.text(i, -0.65, f"slope {_number(slope)}", ha="center", color=BACKWARD)
    for i, line in below.items():
        axes.text(i, -1.1, line.replace("-", "−"), ha="center", color=BACKWARD)
    axes.set(xlim=(-0.6, len(names) - 0.4), ylim=(-1.3, 0.9))
    axes.axis("off")
    return figure


def _heights(n: int) -> np.ndarray:
    """Heights of n circles in a column, the first one on top, centred around 0."""
    return (n - 1) / 2 - np.arange(n)


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")
