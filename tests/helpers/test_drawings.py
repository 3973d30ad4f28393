"""The drawings hold every number they are given, and one arrow for each weight or slope."""

import matplotlib.pyplot as plt
import numpy as np

from recsys_helpers.notebook.drawings import draw_chain, draw_network


def texts_and_arrows(figure):
    """The texts of a figure with their positions (text → (x, y)), and how many arrows there are."""
    annotations = [text for text in figure.axes[0].texts if getattr(text, "arrow_patch", None) is not None]
    texts = [text for text in figure.axes[0].texts if text not in annotations]
    plt.close(figure)
    return [(text.get_text(), *text.get_position()) for text in texts], len(annotations)


def test_a_network_has_a_column_for_each_layer_the_first_number_on_top_and_an_arrow_for_each_weight():
    columns, weights = [np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.5])], [np.array([[1, 2], [3, -4], [5, 0.25]])]
    texts, n_arrows = texts_and_arrows(draw_network(columns, weights, ["in", "out"]))
    assert {("1.0", 0, 1.0), ("2.0", 0, 0.0), ("3.0", 0, -1.0), ("4.0", 2, 0.5), ("5.5", 2, -0.5)} <= set(texts)
    assert {("in", 0, 1.6), ("out", 2, 1.6)} <= set(texts)
    assert sorted(text for text, x, _ in texts if x not in (0, 2)) == sorted(["1", "2", "3", "−4", "5", "0.25"])
    assert n_arrows == 6


def test_a_chain_has_a_node_for_each_value_and_two_arrows_for_each_slope():
    texts, n_arrows = texts_and_arrows(draw_chain(["a", "b", "c"], [1, -2, 3], [-4, 0.5], {1: "w: slope -8"}))
    assert {("1", 0, 0), ("−2", 1, 0), ("3", 2, 0)} <= set(texts)
    assert {("slope −4", 0, -0.65), ("slope 0.5", 1, -0.65), ("w: slope −8", 1, -1.1)} <= set(texts)
    assert n_arrows == 4
