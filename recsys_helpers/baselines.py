"""The bar that every network of the course has to clear: popularity, item-kNN, EASE.

Each takes the sparse interaction matrix, shape (n_users + 1, n_items + 1), row and column 0 empty.
"""

import numpy as np
import scipy.sparse as sp


def popularity(interactions: sp.csr_array) -> np.ndarray:
    """Number of users of each item, shape (n_items + 1,): the same scores for everybody. Built in lesson 04.

    >>> popularity(sp.csr_array(np.array([[0, 0, 0], [0, 1, 1], [0, 0, 1]])))
    array([0., 1., 2.])
    """
    return np.asarray((interactions > 0).sum(axis=0), dtype=float)


def item_knn(interactions: sp.csr_array, n_neighbours: int = 200, shrink: float = 10.0) -> sp.csr_array:
    """Cosine similarities of items, only the largest `n_neighbours` of each item kept; scores = interactions @ this.

    sim(i, j) = n_ij / (√n_i √n_j + shrink): shrink doubts similarities that rest on few users. Shape
    (n_items + 1, n_items + 1), zero diagonal. Source: Sarwar et al., WWW 2001. Built in lesson 04.
    """
    x = sp.csr_array(interactions, dtype=np.float32)
    together = (x.T @ x).tocsr()
    norm = np.sqrt(together.diagonal())
    rows = np.repeat(np.arange(together.shape[0]), np.diff(together.indptr))
    together.data /= norm[rows] * norm[together.indices] + shrink
    together.setdiag(0)
    together.eliminate_zeros()
    for row in range(together.shape[0]):
        values = together.data[together.indptr[row] : together.indptr[row + 1]]
        if len(values) > n_neighbours:
            values[np.argpartition(values, -n_neighbours)[:-n_neighbours]] = 0
    together.eliminate_zeros()
    return together.T.tocsr()


def ease(interactions: sp.csr_array, regularisation: float = 100.0) -> np.ndarray:
    """Item-to-item weights B with zero diagonal that best rebuild X from X B; scores = interactions @ B.

    B = −P / diag(P) off the diagonal, P = (XᵀX + λI)⁻¹. With fewer users than items the smaller matrix is inverted:
    P = (I − Xᵀ(XXᵀ + λI)⁻¹X) / λ (Woodbury). Shape (n_items + 1, n_items + 1), so memory grows with the square of
    the catalogue: 0.3 GB for 9,000 items. Source: Steck, WWW 2019. Built in lesson 04.
    """
    if regularisation <= 0:
        raise ValueError("EASE needs regularisation > 0: without it the matrix of co-occurrences cannot be inverted.")
    x = sp.csr_array(interactions, dtype=np.float64)
    n_users, n_items = x.shape
    if n_users < n_items:
        inner = np.linalg.inv((x @ x.T).toarray() + regularisation * np.eye(n_users))
        dense = x.toarray().astype(np.float32)
        inverse = dense.T @ (inner.astype(np.float32) @ dense)
        np.subtract(0, inverse, out=inverse)
        inverse[np.diag_indices_from(inverse)] += 1  # P times λ: the factor cancels in the next line
    else:
        inverse = np.linalg.inv((x.T @ x).toarray() + regularisation * np.eye(n_items)).astype(np.float32)
    inverse /= -np.diag(inverse)
    np.fill_diagonal(inverse, 0)
    return inverse
