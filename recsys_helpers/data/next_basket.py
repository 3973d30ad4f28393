"""Stand on a date in a shop: what is known about each customer by then, and what the next basket holds.

What it leaves out: customers without an earlier purchase, whom it counts, and second baskets after the date.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from recsys_helpers.data.ids import IdMap, pair_indices


@dataclass
class NextBaskets:
    """What a shop knows at a moment, and the first basket after it of every customer who comes back.

    `past`: purchases before the moment, with `user_idx`, `item_idx` and `age` (days before it). `seen`: in how many
    baskets a customer had an item, csr (users.n_rows, items.n_rows), from `past` alone. The n customers who come back
    are `rows` of it (n,); `bought` are their rows, `basket` 1 for each item of their next basket, both (n,
    items.n_rows), and `basket_id` (n,) its number. `n_new`: customers of the same days who had never bought before.
    """

    moment: pd.Timestamp
    past: pd.DataFrame
    seen: sp.csr_array
    rows: np.ndarray
    bought: sp.csr_array
    basket: sp.csr_array
    basket_id: np.ndarray
    n_new: int


def next_baskets(
    purchases: pd.DataFrame, users: IdMap, items: IdMap, moment: str, days: float, tie_seed: int = 42
) -> NextBaskets:
    """Cut `purchases` at `moment`, and look for each known customer's first basket in the `days` that follow.

    `purchases`: user_id, item_id, basket_id, time, one row for each item of a basket. A purchase at the moment itself
    lies in the future. Baskets of one customer in the same minute are ordered at random (lesson 04), never by id.
    Raises ValueError if nobody comes back. Used in lesson 27.
    """
    moment = pd.Timestamp(moment)
    user_idx, item_idx = pair_indices(purchases, users, items)
    frame = purchases.assign(user_idx=user_idx, item_idx=item_idx)
    past = frame[frame["time"] < moment]
    past = past.assign(age=(moment - past["time"]).dt.total_seconds() / 86400)
    later = frame[(frame["time"] >= moment) & (frame["time"] < moment + pd.Timedelta(days=days))]
    is_known = later["user_idx"].isin(past["user_idx"].unique())
    n_new = later.loc[~is_known, "user_idx"].nunique()
    baskets = later[is_known].drop_duplicates("basket_id")
    if baskets.empty:
        raise ValueError(f"No customer from before {moment:%Y-%m-%d} comes back within {days:g} days.")
    baskets = baskets.assign(tie=np.random.default_rng(tie_seed).random(len(baskets)))
    first = baskets.sort_values(["user_idx", "time", "tie"]).drop_duplicates("user_idx")
    rows = first["user_idx"].to_numpy()
    target = later[later["basket_id"].isin(first["basket_id"])]
    shape = users.n_rows, items.n_rows
    seen, basket = (_counts(part["user_idx"], part["item_idx"], shape) for part in (past, target))
    return NextBaskets(
        moment, past, seen, rows, seen[rows], basket[rows].minimum(1), first["basket_id"].to_numpy(), n_new
    )


def _counts(user_idx: pd.Series, item_idx: pd.Series, shape: tuple[int, int]) -> sp.csr_array:
    ones = np.ones(len(user_idx), dtype="float32")
    return sp.coo_array((ones, (user_idx.to_numpy(), item_idx.to_numpy())), shape).tocsr()  # adds up repeated pairs
