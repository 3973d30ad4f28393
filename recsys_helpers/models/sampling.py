"""How negatives are drawn: at random among the items a user has not seen, or with a probability from their counts."""

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


def draw_negatives(rng: np.random.Generator, user_idx: np.ndarray, is_seen: np.ndarray) -> np.ndarray:
    """One item for each entry of `user_idx` that this user has not seen, all such items alike; shape (n,).

    `is_seen`: booleans of shape (n_users + 1, n_items + 1), row and column 0 are padding. A user who has seen every
    item has no negative: ValueError names them. Built in lesson 08.

    >>> is_seen = np.array([[False, False, False], [False, True, False], [False, False, True]])
    >>> draw_negatives(np.random.default_rng(0), np.array([1, 2, 1]), is_seen)
    array([2, 1, 2])
    """
    has_none = is_seen[:, 1:].all(axis=1)[user_idx]
    if has_none.any():
        users = np.unique(user_idx[has_none])[:5].tolist()
        raise ValueError(f"Users {users} have seen every item: there is no negative to draw. Leave them out.")
    item = rng.integers(1, is_seen.shape[1], len(user_idx))
    while (is_wrong := is_seen[user_idx, item]).any():
        item[is_wrong] = rng.integers(1, is_seen.shape[1], is_wrong.sum())
    return item
