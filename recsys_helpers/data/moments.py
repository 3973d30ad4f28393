"""A cut between moments: what a user did at one time, such as an order or a visit, stays on one side.

A cut between rows would show a model one half of an order and ask for the other half.
"""

import numpy as np
import pandas as pd

from recsys_helpers.data.splits import Split, order_in_time


def split_whole_moments(frame: pd.DataFrame, valid: float = 0.1, test: float = 0.2, seed: int = 42) -> Split:
    """Train, valid and test, cut between the moments of each user: rows of one user and time stay together.

    The newest `test` share of a user's moments, rounded down but at least one, is test, the `valid` share before it
    valid (0: there is none). A user with one moment is in train only, one with two has no valid. The rows of each part
    are in time order; within a moment the order is drawn with `seed`. Still leaks: other users' future. Used in lesson
    33, and by the service for data of your own.

    >>> frame = pd.DataFrame({"user_id": 1, "item_id": range(6), "timestamp": [1, 1, 2, 3, 3, 3]})
    >>> [sorted(part.item_id) for part in split_whole_moments(frame)]
    [[0, 1], [2], [3, 4, 5]]
    """
    moments = frame[["user_id", "timestamp"]].drop_duplicates().sort_values(["user_id", "timestamp"])
    n = moments.groupby("user_id")["timestamp"].transform("size")
    from_the_end = moments.groupby("user_id").cumcount(ascending=False)
    n_test = np.maximum(1, np.floor(test * n + 1e-9)) * (n >= 2)
    n_valid = np.maximum(1, np.floor(valid * n + 1e-9)) * (n >= 3) * (valid > 0)
    part = np.select([from_the_end < n_test, from_the_end < n_test + n_valid], ["test", "valid"], "train")
    placed = order_in_time(frame, seed=seed).merge(moments.assign(part=part), on=["user_id", "timestamp"])
    return Split(*(placed[placed["part"] == name].drop(columns="part") for name in ("train", "valid", "test")))
