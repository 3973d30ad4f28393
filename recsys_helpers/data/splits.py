"""Cut interactions into train, valid and test; each cut says what it still leaks.

Every function takes the tidy frame of `recsys_helpers.data` (columns `user_id`, `item_id`, `timestamp`, …).
"""

from typing import NamedTuple

import numpy as np
import pandas as pd


class Split(NamedTuple):
    """Three disjoint frames that together hold every row of the input."""

    train: pd.DataFrame
    valid: pd.DataFrame
    test: pd.DataFrame


def order_in_time(interactions: pd.DataFrame, ties: str = "random", seed: int = 42) -> pd.DataFrame:
    """Sort by user and time; rows that share a second are put in random order (or by id, to show what that does).

    The random key is drawn after sorting by (user_id, item_id), so the order of the rows in the file has no say.
    Built in lesson 04.
    """
    if ties not in ("random", "id"):
        raise ValueError(f"ties must be 'random' or 'id', not {ties!r}.")
    for column in ("user_id", "item_id", "timestamp"):
        if column not in interactions:
            raise KeyError(f"The frame has no column {column!r}; it has {list(interactions.columns)}.")
    rows = interactions.sort_values(["user_id", "item_id"], kind="stable")
    if ties == "id":
        return rows.sort_values(["user_id", "timestamp"], kind="stable", ignore_index=True)
    rows = rows.assign(tie=np.random.default_rng(seed).random(len(rows)))
    return rows.sort_values(["user_id", "timestamp", "tie"], kind="stable", ignore_index=True).drop(columns="tie")


def _from_the_end(ordered: pd.DataFrame) -> np.ndarray:
    """0 for the last row of each user, 1 for the one before, …"""
    return ordered.groupby("user_id", sort=False).cumcount(ascending=False).to_numpy()


def split_last_share(
    interactions: pd.DataFrame, valid: float = 0.1, test: float = 0.2, ties: str = "random", seed: int = 42
) -> Split:
    """The course's split: the last `test` share of each user's rows, the `valid` share before it, the rest to train.

    Each share is rounded down, but at least one row. Still leaks: other users' future. Built in lesson 04.
    A user with fewer than three rows keeps nothing in train: test is filled first, then valid.

    >>> frame = pd.DataFrame({"user_id": 1, "item_id": range(1, 11), "timestamp": range(10)})
    >>> [part.item_id.tolist() for part in split_last_share(frame)]
    [[1, 2, 3, 4, 5, 6, 7], [8], [9, 10]]
    """
    _check_shares(valid, test)
    ordered = order_in_time(interactions, ties, seed)
    n = ordered.groupby("user_id")["item_id"].transform("size").to_numpy()
    n_test = np.maximum(1, np.floor(test * n + 1e-9))
    n_valid = np.maximum(1, np.floor(valid * n + 1e-9)) if valid else np.zeros_like(n)
    return _cut(ordered, _from_the_end(ordered), n_valid, n_test)


def split_leave_last_out(interactions: pd.DataFrame, ties: str = "random", seed: int = 42) -> Split:
    """Each user's last row to test, the one before to valid. Still leaks other users' future. Built in lesson 04.

    >>> frame = pd.DataFrame({"user_id": 1, "item_id": [7, 8, 9], "timestamp": [3, 1, 2]})
    >>> [part.item_id.tolist() for part in split_leave_last_out(frame)]
    [[8], [9], [7]]
    """
    ordered = order_in_time(interactions, ties, seed)
    ones = np.ones(len(ordered))
    return _cut(ordered, _from_the_end(ordered), ones, ones)


def split_random(interactions: pd.DataFrame, valid: float = 0.1, test: float = 0.2, seed: int = 42) -> Split:
    """Rows thrown into the three parts by chance. Leaks each user's own future. Built in lesson 04.

    The chance goes by place in the frame: the same rows in another order are split otherwise.
    """
    _check_shares(valid, test)
    draw = np.random.default_rng(seed).random(len(interactions))
    parts = np.where(draw < test, 2, np.where(draw < test + valid, 1, 0))
    return Split(*(interactions[parts == part].reset_index(drop=True) for part in range(3)))


def split_global_time(interactions: pd.DataFrame, valid: float = 0.1, test: float = 0.2) -> Split:
    """One moment for everybody: the newest `test` share of all rows, the `valid` share before it. Leaks nothing.

    Rows that share the second of a border stay on its earlier side, so no moment stands on both. Built in lesson 04.
    """
    _check_shares(valid, test)
    times = interactions["timestamp"]
    start_valid, start_test = times.quantile([1 - test - valid, 1 - test], interpolation="lower")
    parts = (times > start_valid).astype(int) + (times > start_test).astype(int)
    return Split(*(interactions[parts == part].reset_index(drop=True) for part in range(3)))


def _check_shares(valid: float, test: float) -> None:
    if not (valid >= 0 and test > 0 and valid + test < 1):
        raise ValueError(f"valid={valid} and test={test} must be shares that leave something to train on.")


def _cut(ordered: pd.DataFrame, from_end: np.ndarray, n_valid: np.ndarray, n_test: np.ndarray) -> Split:
    is_test = from_end < n_test
    is_valid = ~is_test & (from_end < n_test + n_valid)
    return Split(*(ordered[part].reset_index(drop=True) for part in (~is_test & ~is_valid, is_valid, is_test)))
