"""The next basket, measured apart: what the customer had bought before, and what is new to them."""

import numpy as np
import pandas as pd
import scipy.sparse as sp


def repeat_and_explore(top: np.ndarray, bought: sp.csr_array, basket: sp.csr_array) -> pd.DataFrame:
    """One row per customer: `NDCG` and `Recall` of the list, recall of `repeat` and of `explore` items, `shown again`.

    `top`: the list, best first, item indices (n, k), 0 for an empty position; `bought`, `basket`: sparse (n, n_items +
    1), above 0 for what was bought before and for the next basket. A repeat item of the basket was bought before, an
    explore item was not; NaN for a customer whose basket has none. `shown again`: share of the list that was bought
    before. Source: Li et al., A Next Basket Recommendation Reality Check, TOIS 2023, arXiv 2109.14233.

    >>> bought, basket = sp.csr_array(np.array([[0, 3, 1, 0, 0]])), sp.csr_array(np.array([[0, 1, 1, 1, 0]]))
    >>> repeat_and_explore(np.array([[1, 4, 3]]), bought, basket).round(2).values.tolist()
    [[0.7, 0.67, 0.5, 1.0, 0.33]]
    """
    n, k = top.shape
    if bought.shape != basket.shape or bought.shape[0] != n:
        raise ValueError(
            f"top {top.shape}, bought {bought.shape} and basket {basket.shape} must hold the same customers."
        )
    before, wanted = bought.toarray() > 0, basket.toarray() > 0
    wanted[:, 0] = before[:, 0] = False  # padding
    if not wanted.any(axis=1).all():
        raise ValueError("A customer has an empty basket: nothing can be found in it.")
    row = np.arange(n)[:, None]
    is_hit, is_again = wanted[row, top], before[row, top]
    n_repeat, n_explore = (wanted & before).sum(axis=1), (wanted & ~before).sum(axis=1)
    gain = 1 / np.log2(np.arange(2, k + 2))
    best = np.cumsum(gain)[np.minimum(wanted.sum(axis=1), k) - 1]
    with np.errstate(invalid="ignore"):  # 0 / 0: the basket has no such item
        return pd.DataFrame(
            {
                "NDCG": (is_hit * gain).sum(axis=1) / best,
                "Recall": is_hit.sum(axis=1) / wanted.sum(axis=1),
                "repeat": (is_hit & is_again).sum(axis=1) / n_repeat,
                "explore": (is_hit & ~is_again).sum(axis=1) / n_explore,
                "shown again": is_again.mean(axis=1),
            }
        )
