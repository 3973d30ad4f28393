"""How negatives are drawn: the probability of each item, from its count."""

import numpy as np


def negative_probabilities(item_counts: np.ndarray, power: float = 0.5) -> np.ndarray:
    """Probability of each item to be drawn as a negative, proportional to count ** power; shape (n_items + 1,).

    0: every item that was ever seen alike; 1: as often as in the data. Padding (0) and unseen items are never drawn.
    Source: Mikolov et al., NeurIPS 2013, use 0.75. Built in lesson 09.

    >>> negative_probabilities(np.array([0, 1, 4, 0]), power=0.5).round(2)
    array([0.  , 0.33, 0.67, 0.  ])
    """
    counts = np.asarray(item_counts, dtype=float)
    probabilities = np.where(counts > 0, np.maximum(counts, 1) ** power, 0)
    probabilities[0] = 0
    if probabilities.sum() == 0:
        raise ValueError("No item has a count above zero: build the counts from the interactions to learn from.")
    return probabilities / probabilities.sum()
