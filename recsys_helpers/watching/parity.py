"""The parity test: compute the features of some users offline, ask what the service used, and compare each value.

A difference is a fault, whatever the distributions look like. What it leaves out: which of the two sides is right.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Parity:
    """What a parity test found. `features`: one row for each feature of both sides, indexed by its name.

    Its columns: `different`, the number of users whose values differ; `largest`, the largest difference (NaN if the
    values are no numbers); and for the user with the largest difference `user`, `offline` and `served`.
    `only_offline`, `only_served`: users and features that one side lacks.
    """

    n_users: int
    features: pd.DataFrame
    only_offline: tuple
    only_served: tuple

    @property
    def holds(self) -> bool:
        """Whether both sides have the same users, the same features and the same values."""
        return not self.only_offline and not self.only_served and not self.features["different"].any()

    def report(self) -> str:
        """A line for each feature that differs, the most frequent first; what is missing; or that all is equal."""
        lines = [f"offline alone has {name}" for name in self.only_offline[:5]]
        lines += [f"the service alone has {name}" for name in self.only_served[:5]]
        wrong = self.features[self.features["different"] > 0].sort_values("different", ascending=False, kind="stable")
        lines += [
            f"{name}: differs for {row.different} of {self.n_users} users; most for user {row.user}: "
            f"offline {_text(row.offline)}, served {_text(row.served)}"
            for name, row in zip(wrong.index, wrong.itertuples())
        ]
        return "\n".join(lines) if lines else f"{len(self.features)} features agree for all {self.n_users} users"


def compare_features(offline: pd.DataFrame, served: pd.DataFrame, atol: float = 1e-6, rtol: float = 1e-6) -> Parity:
    """Compare two tables of features, one row for each user, with the user's id as the index.

    Numbers are equal if they differ by at most `atol` + `rtol` · |offline|; where `offline` holds whole numbers (ids,
    counts, times), only if they are the same. Two missing values are equal. Anything else is compared as it is: 7 and
    "7" differ. ValueError if a user or a feature stands in a table twice, or both
    tables have no user or no feature in common. Used in lesson 24.

    >>> offline = pd.DataFrame({"n_films": [3, 5], "newest": [50, 7]}, index=[1, 2])
    >>> print(compare_features(offline, offline.assign(newest=[50, 8])).report())
    newest: differs for 1 of 2 users; most for user 2: offline 7, served 8
    """
    for name, table in (("offline", offline), ("served", served)):
        if not table.index.is_unique or not table.columns.is_unique:
            raise ValueError(f"{name} holds a user or a feature twice.")
    users, features = offline.index.intersection(served.index), offline.columns.intersection(served.columns)
    if len(users) == 0 or len(features) == 0:
        raise ValueError("The tables have no user, or no feature, in common. Are the ids of the same kind?")
    rows = {name: _compare(offline.loc[users, name], served.loc[users, name], atol, rtol) for name in features}
    columns = ["different", "largest", "user", "offline", "served"]
    table = pd.DataFrame(rows.values(), index=list(rows), columns=columns, dtype=object)
    table = table.astype({"different": int, "largest": float})
    missing = [
        (*(f"user {user}" for user in one.index.difference(other.index)), *one.columns.difference(other.columns))
        for one, other in ((offline, served), (served, offline))
    ]
    return Parity(len(users), table, *missing)


def _compare(offline: pd.Series, served: pd.Series, atol: float, rtol: float) -> list:
    """different, largest, user, offline, served of one feature."""
    if all(pd.api.types.is_numeric_dtype(one) for one in (offline, served)):
        one, other = offline.to_numpy(float), served.to_numpy(float)
        with np.errstate(invalid="ignore"):
            gap = np.abs(one - other)
            allowed = 0 if pd.api.types.is_integer_dtype(offline) else atol + rtol * np.abs(one)
            is_equal = (gap <= allowed) | (one == other)  # the second: infinity on both sides
        is_equal |= np.isnan(one) & np.isnan(other)
        gap = np.where(is_equal, 0.0, np.where(np.isnan(gap), np.inf, gap))  # missing on one side: the largest of all
    else:
        pairs = list(zip(offline.tolist(), served.tolist()))
        is_equal = np.array([_same(left, right) for left, right in pairs])
        gap = np.where(is_equal, 0.0, np.nan)
    if is_equal.all():
        return [0, 0.0, None, None, None]
    worst = int(np.argmax(np.where(np.isnan(gap), np.inf, gap)))
    return [int((~is_equal).sum()), float(gap[worst]), offline.index[worst], offline.iloc[worst], served.iloc[worst]]


def _same(left, right) -> bool:
    if pd.api.types.is_scalar(left) and pd.api.types.is_scalar(right) and pd.isna(left) and pd.isna(right):
        return True
    return type(left) is type(right) and bool(np.array_equal(left, right))


def _text(value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def overlap_of_lists(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Share of the items of each list that the other side's list holds as well; shape (n_users,).

    `one`, `other` (n_users, k): two lists of k item numbers for the same users; the order does not matter, and 0 is
    padding, which is no item. A list without any item gets NaN. ValueError if the numbers of users differ.

    >>> overlap_of_lists(np.array([[1, 2], [3, 4]]), np.array([[2, 1], [4, 5]]))
    array([1. , 0.5])
    """
    if len(one) != len(other):
        raise ValueError(f"{len(one)} lists cannot be compared with {len(other)}.")
    found = np.full(len(one), np.nan)
    for row, (left, right) in enumerate(zip(np.asarray(one).tolist(), np.asarray(other).tolist())):
        left, right = set(left) - {0}, set(right) - {0}
        if left:
            found[row] = len(left & right) / len(left)
    return found
