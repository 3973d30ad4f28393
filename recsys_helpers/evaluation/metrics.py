"""Rating and ranking metrics on plain arrays, one value per user.

Ranking metrics take the pair that `hit_matrix` makes: `is_hit`, booleans of shape (n_users, k), best rank first,
and `n_relevant`, the number of relevant items of each user. A user without a relevant item gets NaN, never 0:
the mean is taken over the others, and `evaluate` reports how many were left out.
"""

import numpy as np
import scipy.sparse as sp


def rmse(predicted: np.ndarray, actual: np.ndarray) -> float:
    """Root mean squared error, in stars.

    >>> rmse(np.array([3.0, 5.0]), np.array([4.0, 5.0]))  # sqrt((1 + 0) / 2)
    0.7071067811865476
    """
    return float(np.sqrt(np.mean(_errors(predicted, actual) ** 2)))


def mae(predicted: np.ndarray, actual: np.ndarray) -> float:
    """Mean absolute error, in stars.

    >>> mae(np.array([3.0, 5.0]), np.array([4.0, 5.0]))
    0.5
    """
    return float(np.mean(np.abs(_errors(predicted, actual))))


def hit_matrix(top_items: np.ndarray, relevant: sp.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Compare recommended items with the relevant ones.

    `top_items`: item indices, shape (n_users, k), 0 where a list is too short. `relevant`: sparse matrix of shape
    (n_users, n_items + 1) whose non-zero entries are relevant; column 0 does not count. Returns `is_hit` (n_users, k)
    and `n_relevant` (n_users,). A list that shows an item twice raises ValueError. Built in lesson 04.

    >>> relevant = sp.csr_array(np.array([[0, 1, 0, 1], [0, 0, 0, 0]]))
    >>> hit_matrix(np.array([[3, 2], [1, 2]]), relevant)[0]
    array([[ True, False],
           [False, False]])
    """
    n_users, n_columns = relevant.shape
    if top_items.shape[0] != n_users:
        raise ValueError(f"top_items has {top_items.shape[0]} rows, relevant has {n_users}: one row a user in both.")
    if top_items.size and not (top_items.min() >= 0 and top_items.max() < n_columns):
        raise ValueError(f"top_items must hold column indices of relevant, 0 … {n_columns - 1}, and does not.")
    in_order = np.sort(top_items, axis=1)
    is_again = (np.diff(in_order, axis=1) == 0) & (in_order[:, 1:] > 0)
    if is_again.any():
        row, place = np.argwhere(is_again)[0]
        raise ValueError(f"The list in row {row} shows item {in_order[row, place]} twice: it would count as two hits.")
    relevant = sp.csr_array(relevant, copy=True)
    relevant.sum_duplicates()  # sorts as well
    rows, items = relevant.nonzero()
    known = rows[items > 0].astype(np.int64) * n_columns + items[items > 0]
    n_relevant = np.bincount(known // n_columns, minlength=n_users)
    asked = np.arange(n_users, dtype=np.int64)[:, None] * n_columns + top_items
    if len(known) == 0:
        return np.zeros(top_items.shape, dtype=bool), n_relevant
    return known[np.minimum(np.searchsorted(known, asked), len(known) - 1)] == asked, n_relevant


def precision_at_k(is_hit: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """Share of the k recommended items that are relevant; a short list counts as if filled with misses.

    >>> precision_at_k(np.array([[True, False, True, False]]), np.array([3]))
    array([0.5])
    """
    return _where_defined(is_hit.mean(axis=1), is_hit, n_relevant)


def recall_at_k(is_hit: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """Share of the relevant items that are among the k recommended; its best value is below 1 if n_relevant > k.

    >>> recall_at_k(np.array([[True, False, True, False]]), np.array([3]))
    array([0.66666667])
    """
    return _where_defined(is_hit.sum(axis=1) / np.maximum(n_relevant, 1), is_hit, n_relevant)


def f1_at_k(is_hit: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """Harmonic mean of precision and recall; 0 when there is no hit.

    >>> f1_at_k(np.array([[True, False, True, False]]), np.array([3]))  # 2 · 0.5 · 0.667 / (0.5 + 0.667)
    array([0.57142857])
    """
    n_hits = is_hit.sum(axis=1)
    return _where_defined(2 * n_hits / np.maximum(is_hit.shape[1] + n_relevant, 1), is_hit, n_relevant)


def hit_rate_at_k(is_hit: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """1 if at least one of the k recommended items is relevant, else 0.

    >>> hit_rate_at_k(np.array([[False, True], [False, False]]), np.array([3, 1]))
    array([1., 0.])
    """
    return _where_defined(is_hit.any(axis=1).astype(float), is_hit, n_relevant)


def mrr_at_k(is_hit: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """One over the rank of the first hit; 0 when the first k hold none (Voorhees, TREC-8, 1999).

    >>> mrr_at_k(np.array([[False, True, True]]), np.array([3]))
    array([0.5])
    """
    first = is_hit.argmax(axis=1) + 1
    return _where_defined(is_hit.any(axis=1) / first, is_hit, n_relevant)


def average_precision_at_k(is_hit: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """Mean, over the relevant items, of the precision at the rank of each; its mean over users is MAP@k.

    Divided by min(k, n_relevant), so a perfect list has 1. ranx divides by n_relevant instead: the same while
    n_relevant ≤ k.

    >>> average_precision_at_k(np.array([[True, False, True]]), np.array([2]))  # (1/1 + 2/3) / 2
    array([0.83333333])
    """
    k = is_hit.shape[1]
    precision_at = np.cumsum(is_hit, axis=1) / np.arange(1, k + 1)
    return _where_defined((precision_at * is_hit).sum(axis=1) / np.clip(n_relevant, 1, k), is_hit, n_relevant)


def ndcg_at_k(is_hit: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """Discounted gain of the hits, Σ 1 / log2(rank + 1), over that of a perfect list (Järvelin & Kekäläinen, 2002).

    The perfect list has min(k, n_relevant) hits at its head. Gains are 0 or 1: every interaction counts the same.

    >>> ndcg_at_k(np.array([[True, False, True]]), np.array([2]))  # (1 + 1/2) / (1 + 1/log2(3))
    array([0.91972079])
    """
    k = is_hit.shape[1]
    discount = 1 / np.log2(np.arange(2, k + 2))
    best = np.concatenate([[1.0], np.cumsum(discount)])  # best[0]: no relevant item, the result becomes NaN anyway
    return _where_defined(is_hit @ discount / best[np.minimum(n_relevant, k)], is_hit, n_relevant)


def coverage_at_k(top_items: np.ndarray, n_items: int) -> float:
    """Share of the catalogue that is recommended to at least one user.

    >>> coverage_at_k(np.array([[1, 2], [2, 3]]), n_items=10)
    0.3
    """
    return float(len(np.setdiff1d(top_items, [0])) / n_items)


def _where_defined(values: np.ndarray, is_hit: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """The values, NaN for users without a relevant item; ValueError for a list with more hits than there can be."""
    n_hits = is_hit.sum(axis=1)
    if (n_hits > n_relevant).any():
        row = int(np.argmax(n_hits > n_relevant))
        what = f"{n_hits[row]} hits in row {row}, but {n_relevant[row]} relevant item(s)"
        raise ValueError(f"{what}: a list that shows an item twice? hit_matrix says which.")
    return np.where(n_relevant > 0, values, np.nan)


def _errors(predicted: np.ndarray, actual: np.ndarray) -> np.ndarray:
    predicted, actual = np.asarray(predicted, dtype=float), np.asarray(actual, dtype=float)
    if predicted.shape != actual.shape:  # (n, 1) − (n,) would become (n, n) without a word
        raise ValueError(f"Predictions {predicted.shape} and ratings {actual.shape} must have the same shape.")
    errors = predicted - actual
    if errors.size == 0 or not np.isfinite(errors).all():
        raise ValueError("Predictions and ratings must be numbers, at least one, and hold no NaN or infinity.")
    return errors
