"""Paired comparisons: two models in one line, several under several judges, and two in groups of users."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from recsys_helpers.evaluation.intervals import mean_interval, paired_bootstrap


def print_gap(results: dict[str, np.ndarray], one: str, other: str) -> tuple[float, float, float]:
    """Print the mean of results[one] − results[other] over users with its paired 95 % interval; returns the three.

    >>> print_gap({"a": np.array([1.0, 2.0]), "b": np.array([0.5, 1.5])}, "a", "b")
    a − b: +0.500 [+0.500, +0.500]
    (0.5, 0.5, 0.5)
    """
    mean, low, high = paired_bootstrap(results[one], results[other])
    print(f"{one} − {other}: {mean:+.3f} [{low:+.3f}, {high:+.3f}]")
    return mean, low, high


def table_of_gaps(
    results: Mapping[str, Mapping[str, np.ndarray]], pairs: Iterable[tuple[str, str]], n_draws: int = 2000
) -> pd.DataFrame:
    """Mean difference and its 95 % interval for each pair of models, under each judge.

    `results`: model → judge → one value for each user, shape (n_users,), NaN where the user does not count. Rows
    "one − other"; columns (judge, "mean" | "low" | "high"). Used in lesson 31.

    >>> results = {"a": {"NDCG": np.array([1.0, 2.0])}, "b": {"NDCG": np.array([0.5, 1.5])}}
    >>> table_of_gaps(results, [("a", "b")]).loc["a − b", "NDCG"].tolist()
    [0.5, 0.5, 0.5]
    """
    rows = {}
    for one, other in pairs:
        rows[f"{one} − {other}"] = {
            (judge, name): value
            for judge in results[one]
            for name, value in zip(
                ("mean", "low", "high"), paired_bootstrap(results[one][judge], results[other][judge], n_draws)
            )
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def gains_by_group(one: np.ndarray, other: np.ndarray, group: pd.Series) -> pd.DataFrame:
    """Mean of `one` with its half-width, and its gain over `other` with an interval, for each group of users.

    `one`, `other`, `group`: shape (n_users,), users in the same order; NaN in `one` or in `group`: the user does not
    count. Columns users, mean, ±, gain, low, high; groups in order. Used in lesson 31.

    >>> group = pd.Series(["few", "few", "many", "many"])
    >>> gains_by_group(np.array([1.0, 1, 3, 3]), np.array([0.0, 0, 1, 1]), group)["gain"].tolist()
    [1.0, 2.0]
    """
    one, other, rows = np.asarray(one, float), np.asarray(other, float), {}
    group = group.reset_index(drop=True)
    for name, members in group.groupby(group, observed=True):
        users = members.index[~np.isnan(one[members.index])]
        rows[name] = [len(users), *mean_interval(one[users]), *paired_bootstrap(one[users], other[users])]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["users", "mean", "±", "gain", "low", "high"])
    return table.astype({"users": int})
