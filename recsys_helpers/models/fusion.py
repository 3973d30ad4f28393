"""Fuse the lists of several models into one."""

import numpy as np
import scipy.sparse as sp
from scipy.stats import rankdata


def rank_fusion(scores: list[np.ndarray], seen: sp.csr_array, k: float = 60) -> np.ndarray:
    """One score from several models: the sum of 1 / (k + rank) over their lists, rank 1 the best unseen item.

    Each of `scores` (arrays or sparse matrices) and `seen` has shape (n_users + 1, n_items + 1); only the order of
    scores counts, ties share the mean of their ranks. Seen items and index 0 come last. NaN raises ValueError.
    k is the constant of the source, not tuned.
    Source: Cormack, Clarke & Büttcher, SIGIR 2009 (reciprocal rank fusion). Built in lesson 11.

    >>> seen = sp.csr_array(np.array([[0, 0, 0, 0], [0, 0, 0, 1]]))
    >>> one, two = np.array([[0, 0, 0, 0], [0, 5, 4, 9]]), np.array([[0, 0, 0, 0], [0, 0.1, 0.7, 0.9]])
    >>> (1 / rank_fusion([one], seen))[1].round(1)
    array([63.5, 61. , 62. , 63.5])
    >>> bool(np.isclose(rank_fusion([one, two], seen)[1, 1], 1 / 61 + 1 / 62))
    True
    """
    if any(one.shape != seen.shape for one in scores):
        raise ValueError(f"Scores {[one.shape for one in scores]} must all have the shape of seen, {seen.shape}.")
    is_out = seen.toarray() > 0
    is_out[:, 0] = True
    return sum(1 / (k + _ranks(one, is_out)) for one in scores)


def _ranks(scores, is_out: np.ndarray) -> np.ndarray:
    """Ranks from 1 in each row, the highest score first; what is out comes last."""
    scores = np.asarray(scores.toarray() if sp.issparse(scores) else scores, dtype=float)  # unsigned ones have no minus
    keys = np.where(is_out, np.inf, -scores)
    if np.isnan(keys[1:]).any():
        raise ValueError("Some scores are NaN, so no ranking exists. Look for a loss that diverged or a division by 0.")
    return rankdata(keys, axis=1)
