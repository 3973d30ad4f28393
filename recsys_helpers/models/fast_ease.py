"""The scores of EASE without its weights: for searches, which fit the same data many times.

`baselines.ease` returns all weights, a matrix of items × items. Where only scores are needed, one linear system with a
row per user is enough. Left out: adding users later, and looking at single weights.
"""

import numpy as np
import scipy.linalg
import scipy.sparse as sp


def ease_scores(seen: sp.csr_array, regularisation: float, rows: sp.csr_array | None = None) -> np.ndarray:
    """Scores of all items for all users, shape (n_users, n_items): `rows` (default: `seen`) times EASE's weights.

    `seen`: 0/1 matrix (n_users, n_items) to learn from; `rows`: what meets the weights instead, such as rows weighted
    by age, of the same shape. With P = (XᵀX + λI)⁻¹ the weights are I − P / diag(P), and XP = (XXᵀ + λI)⁻¹X by the
    push-through identity, so no items × items matrix is made. Raises ValueError if the regularisation is not positive
    or the shapes differ. Source of EASE: Steck, WWW 2019, arXiv 1905.03375. Used in lesson 15.

    >>> seen = sp.csr_array(np.array([[1, 1, 0], [1, 0, 1]], dtype="float32"))
    >>> ease_scores(seen, 1.0).astype(float).round(2)
    array([[0.5, 0.4, 0.2],
           [0.5, 0.2, 0.4]])
    """
    if not regularisation > 0:
        raise ValueError(f"The regularisation must be positive, not {regularisation}.")
    if rows is not None and rows.shape != seen.shape:
        raise ValueError(f"rows {rows.shape} must have the shape of seen {seen.shape}.")
    x = seen.toarray()
    gram = (seen @ seen.T).toarray() + regularisation * np.eye(len(x), dtype=x.dtype)  # (n_users, n_users)
    solved = scipy.linalg.solve(gram, x, assume_a="pos")  # X P
    diagonal = (1 - (x * solved).sum(axis=0)) / regularisation  # of P
    if rows is None:
        return x - solved / diagonal
    dense = rows.toarray()
    return dense - (dense - (rows @ seen.T).toarray() @ solved) / regularisation / diagonal
