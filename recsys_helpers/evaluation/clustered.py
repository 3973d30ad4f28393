"""Intervals for rates of impressions, which come in clusters: those of one user, or of one item, are alike.

What it leaves out: impressions that are alike in both ways at once.
"""

from collections.abc import Collection

import numpy as np
import pandas as pd


def rate_interval(happened: pd.Series, cluster: pd.Series) -> tuple[float, float]:
    """Mean of `happened` and the half-width of its 95 % interval over clusters, such as users; both have shape (n,).

    Standard error of a ratio: √(Σ over clusters of (Σ of happened − rate)²) / n. Where each cluster has one row it is
    that of a mean. Source: Cochran, Sampling Techniques, 1977, ch. 6 (ratio estimates).

    >>> rate, half = rate_interval(pd.Series([0, 1, 0, 1]), pd.Series([1, 2, 3, 4]))
    >>> round(rate, 2), round(half, 2)
    (0.5, 0.49)
    """
    rate = happened.mean()
    errors = (happened - rate).groupby(cluster).sum()
    return float(rate), float(1.96 * np.sqrt((errors**2).sum()) / len(happened))


def rate_gap(
    rows: pd.DataFrame, column: str, chosen: Collection, other: Collection, n_draws: int = 1000, seed: int = 42
) -> tuple[float, float, float]:
    """Mean of `column` over the rows of the `chosen` items minus that over the `other` items, and its 95 % interval.

    A percentile bootstrap that redraws items (`item_id`), each with all its rows; an item may belong to both sides.
    Raises ValueError if one side has no rows. Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993.

    >>> rows = pd.DataFrame({"item_id": [1, 1, 2, 2, 3, 3], "is_like": [1, 1, 0, 0, 0, 0]})
    >>> rate_gap(rows, "is_like", [1], [1, 2, 3])[0].round(3)
    np.float64(0.667)
    """
    of_item = rows.groupby("item_id")[column].agg(["sum", "size"])
    sides = [of_item.mul(of_item.index.isin(items), axis=0) for items in (chosen, other)]
    if not all(side["size"].sum() for side in sides):
        raise ValueError("Both sides need items that occur in the rows.")
    n = len(of_item)
    times = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), n_draws)  # how often each item is drawn
    times = np.vstack([np.ones(n), times])  # row 0: the data as they are
    with np.errstate(invalid="ignore"):  # a draw without any item of one side gives NaN and does not count
        gaps = np.subtract(*[(times @ side["sum"].to_numpy()) / (times @ side["size"].to_numpy()) for side in sides])
    return gaps[0], *np.nanquantile(gaps[1:], [0.025, 0.975])
