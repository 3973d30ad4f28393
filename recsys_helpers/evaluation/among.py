"""A ranking measured on a part of the catalogue: only the candidates are ranked and can be found."""

import numpy as np
import scipy.sparse as sp

from recsys_helpers.evaluation.metrics import hit_matrix, ndcg_at_k
from recsys_helpers.evaluation.ranking import top_k


def within(relevant: sp.csr_array, candidates: np.ndarray) -> sp.csr_array:
    """The relevant pairs that are among the candidates; `candidates` is a mask that broadcasts to the matrix.

    >>> within(sp.csr_array(np.array([[0, 1, 1]])), np.array([False, True, False])).toarray()
    array([[0, 1, 0]])
    """
    kept = sp.csr_array(relevant.multiply(candidates))
    kept.eliminate_zeros()
    return kept


def ndcg_among(
    scores: np.ndarray, candidates: np.ndarray, relevant: sp.csr_array, k: int = 10, wanted: np.ndarray | None = None
) -> np.ndarray:
    """NDCG@k of each user, shape (n_users,), when only the candidates are ranked; NaN for users with none to find.

    `scores` and `relevant` have shape (n_users + 1, n_items + 1), row and column 0 are padding. `candidates` is a mask
    that broadcasts to it. `wanted`: a mask of what is to be found, if it is not all the candidates.

    >>> relevant = sp.csr_array(np.array([[0, 0, 0], [0, 1, 1]]))
    >>> scores = np.array([[0, 0, 0], [0, 0.2, 0.9]])
    >>> ndcg_among(scores, np.array([False, True, False]), relevant)
    array([1.])
    """
    lists = top_k(np.where(candidates, scores, -np.inf)[1:], k)
    return ndcg_at_k(*hit_matrix(lists, within(relevant, candidates if wanted is None else wanted)[1:]))
