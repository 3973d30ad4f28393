"""Features of (customer, item) pairs for the next basket, from what is known at a moment and from nothing later."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from recsys_helpers.data.next_basket import NextBaskets
from recsys_helpers.evaluation.ranking import top_k
from recsys_helpers.models import baselines

FEATURES = [
    "times bought", "share of baskets", "bought before", "newness", "decayed count", "EASE", "popularity", "last month",
    "number of baskets",
]  # fmt: skip


@dataclass
class ShopFeatures:
    """Scores that the features are made of, the pairs that are candidates, and their features.

    `ease` (n, n_items + 1): scores of EASE for the n customers; `last_month` (n_items + 1,): customers of each item in
    the last 30 days; `is_candidate` (n, n_items + 1); `x`: one row of FEATURES per candidate, row by row of it.
    """

    ease: np.ndarray
    last_month: np.ndarray
    is_candidate: np.ndarray
    x: pd.DataFrame

    def labels(self, basket: sp.csr_array) -> np.ndarray:
        """Whether each candidate is in the next basket, 0 or 1, in the order of `x`."""
        return (basket.toarray() > 0)[self.is_candidate].astype("float32")

    def scores(self, values: np.ndarray) -> np.ndarray:
        """Values of the candidates as scores of all pairs, shape of `is_candidate`; -inf for the others."""
        scores = np.full(self.is_candidate.shape, -np.inf, dtype="float32")
        scores[self.is_candidate] = values
        return scores


def decayed_counts(view: NextBaskets, days: float) -> sp.csr_array:
    """Purchases of the returning customers, each counted as exp(−age / days), csr (n, n_items + 1)."""
    weight = np.exp(-view.past["age"].to_numpy() / days)
    pairs = view.past["user_idx"].to_numpy(), view.past["item_idx"].to_numpy()
    return sp.coo_array((weight, pairs), view.seen.shape).tocsr()[view.rows]


def customers_of_items(view: NextBaskets, days: float = np.inf) -> np.ndarray:
    """Number of customers who bought each item in the last `days` days, shape (n_items + 1,)."""
    recent = view.past.loc[view.past["age"] <= days, ["user_idx", "item_idx"]].drop_duplicates()
    return np.bincount(recent["item_idx"], minlength=view.seen.shape[1]).astype(float)


def shop_features(view: NextBaskets, n_new: int = 100, regularisation: float = 100.0, days: float = 60) -> ShopFeatures:
    """Candidates and their features at the moment of `view`: counts as log(1 + n), newness exp(−days since / `days`).

    Candidates of a customer: everything bought before, the `n_new` best other items by EASE and the `n_new` items most
    popular in the last 30 days. Reads only `past` and what was made of it. Used in lesson 27.
    """
    seen = sp.csr_array(view.seen > 0, dtype="float32")
    ease = (seen[view.rows] @ baselines.ease(seen, regularisation)).astype("float32")
    counts = view.bought.toarray()
    last_month = customers_of_items(view, 30)
    new_only = np.where(counts > 0, -np.inf, ease)
    is_candidate = counts > 0
    is_candidate[np.arange(len(counts))[:, None], top_k(new_only, n_new)] = True
    is_candidate[:, top_k(last_month[None], n_new)[0]] = True
    is_candidate[:, 0] = False
    newest = view.past.sort_values("age").drop_duplicates(["user_idx", "item_idx"])
    pairs = newest["user_idx"].to_numpy(), newest["item_idx"].to_numpy()
    newness = sp.coo_array((np.exp(-newest["age"].to_numpy() / days), pairs), view.seen.shape).tocsr()[view.rows]
    n_baskets = view.past.groupby("user_idx")["basket_id"].nunique()[view.rows].to_numpy()
    row, item = np.nonzero(is_candidate)
    times = counts[row, item]
    columns = [
        np.log1p(times), times / n_baskets[row], times > 0, newness.toarray()[row, item],
        decayed_counts(view, days).toarray()[row, item], ease[row, item], np.log1p(customers_of_items(view)[item]),
        np.log1p(last_month[item]), np.log1p(n_baskets[row]),
    ]  # fmt: skip
    x = pd.DataFrame(np.column_stack(columns).astype("float32"), columns=FEATURES)
    return ShopFeatures(ease, last_month, is_candidate, x)
