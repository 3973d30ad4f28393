"""Cut interactions into train, valid and test; each cut says what it still leaks.

Every function takes the tidy frame of `recsys_helpers.data` (columns `user_id`, `item_id`, `timestamp`, …). Values that
are missing, times that are text, and a split that would leave nothing to test raise an error.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

SEE_CHECKS = "Call frame = check_interactions(frame): it reads numbers, and says which rows are wrong and what to do."


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
    check_complete(interactions)
    rows = interactions.reset_index(drop=True).sort_values(["user_id", "item_id"], kind="stable", ignore_index=True)
    keys = rows[["user_id", "timestamp"]]
    if ties == "random":
        keys = keys.assign(tie=np.random.default_rng(seed).random(len(rows)))
    order = keys.sort_values(list(keys), kind="stable").index
    return rows.iloc[order].reset_index(drop=True)


def check_complete(interactions: pd.DataFrame, columns: tuple = ("user_id", "item_id", "timestamp")) -> None:
    """Raise if a column is not there (KeyError), or holds a missing value or times that are no numbers (ValueError)."""
    for column in columns:
        if column not in interactions:
            raise KeyError(f"The frame has no column {column!r}; it has {list(interactions.columns)}.")
        values = interactions[column]
        is_missing = values.isna()
        if column == "timestamp":
            is_time = pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values)
            if len(values) and not is_time:
                is_text = pd.to_numeric(values, errors="coerce").isna() & ~is_missing
                some = values[is_text if is_text.any() else ~is_missing].iloc[:1].tolist()
                raise ValueError(f"timestamp is no column of numbers: it is {values.dtype}, with {some}. {SEE_CHECKS}")
            is_missing |= values.isin([np.inf, -np.inf])
        if is_missing.any():
            raise ValueError(f"{column} is missing in {is_missing.sum():,} of {len(values):,} rows. {SEE_CHECKS}")


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
    """Rows thrown into the three parts at random. Leaks each user's own future. Built in lesson 04.

    The draw goes by place in the frame: the same rows in another order are split otherwise.
    """
    _check_shares(valid, test)
    check_complete(interactions, ("user_id", "item_id", *(["timestamp"] if "timestamp" in interactions else [])))
    draw = np.random.default_rng(seed).random(len(interactions))
    parts = np.where(draw < test, 2, np.where(draw < test + valid, 1, 0))
    return _parts(interactions, parts, "Give more rows or larger shares.")


def split_global_time(interactions: pd.DataFrame, valid: float = 0.1, test: float = 0.2) -> Split:
    """One moment for everybody: the newest `test` share of all rows, the `valid` share before it. Leaks nothing.

    Rows that share the second of a border stay on its earlier side, so no moment stands on both. Where so many share
    it that nothing is left to test, or to validate with, ValueError is raised. Built in lesson 04.
    """
    _check_shares(valid, test)
    check_complete(interactions)
    times = interactions["timestamp"]
    start_valid, start_test = times.quantile([1 - test - valid, 1 - test], interpolation="lower")
    parts = (times > start_valid).to_numpy(int) + (times > start_test).to_numpy(int)
    share = times.eq(start_test).mean()
    advice = f"{share:.0%} of the rows share the time {start_test}. Use split_last_share, which draws ties at random."
    return _parts(interactions, parts, advice, needs_valid=valid > 0)


def _check_shares(valid: float, test: float) -> None:
    if not (valid >= 0 and test > 0 and valid + test < 1):
        raise ValueError(f"valid={valid} and test={test} must be shares that leave something to train on.")


def _cut(ordered: pd.DataFrame, from_end: np.ndarray, n_valid: np.ndarray, n_test: np.ndarray) -> Split:
    is_test = from_end < n_test
    is_valid = ~is_test & (from_end < n_test + n_valid)
    return _parts(ordered, is_valid + 2 * is_test, "")


def _parts(rows: pd.DataFrame, parts: np.ndarray, advice: str, needs_valid: bool = False) -> Split:
    """The rows whose part is 0, 1 and 2; ValueError if nothing is left to test."""
    if len(rows) == 0:
        raise ValueError("The frame has no rows, so there is nothing to split. Did a filter remove all of them?")
    for part, name in ((2, "test"), (1, "valid")):
        if (name == "test" or needs_valid) and not (parts == part).any():
            raise ValueError(f"Of {len(rows):,} rows none would be in {name}. {advice}")
    return Split(*(rows[parts == part].reset_index(drop=True) for part in range(3)))
