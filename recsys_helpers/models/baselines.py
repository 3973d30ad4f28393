"""The bar that every network of the course has to clear: popularity, item-kNN, EASE, iALS; and the fusion of lists.

Each takes the sparse interaction matrix, shape (n_users + 1, n_items + 1), row and column 0 empty.
"""

import numpy as np
import psutil
import scipy.sparse as sp
from threadpoolctl import threadpool_limits


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
    the catalogue: 0.3 GB for 9,000 items. Raises MemoryError before it starts if that does not fit.
    Source: Steck, WWW 2019. Built in lesson 04.
    """
    if regularisation <= 0:
        raise ValueError("EASE needs regularisation > 0: without it the matrix of co-occurrences cannot be inverted.")
    n_users, n_items = interactions.shape
    _refuse_without_memory(n_users, n_items)
    x = sp.csr_array(interactions, dtype=np.float64)
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


def _refuse_without_memory(n_users: int, n_items: int) -> None:
    """Raise MemoryError, with the size and a way out, if the tables of EASE do not fit into the free memory."""
    if n_users < n_items:  # the weights twice in float32; users × items in float64 and float32
        needed = 8 * n_items**2 + 12 * n_users * n_items
    else:  # the matrix to invert, λI, their sum and the inverse in float64
        needed = 32 * n_items**2
    free = psutil.virtual_memory().available
    if needed > free:
        raise MemoryError(
            f"EASE of {n_items - 1:,} items is a table of {n_items:,} × {n_items:,} weights: "
            f"{4 * n_items**2 / 2**30:.1f} GiB, and {needed / 2**30:.1f} GiB while it is computed; "
            f"{free / 2**30:.1f} GiB are free. Use item_knn, which keeps a few neighbours of each item, or ials; "
            "or leave out the items that few users have."
        )


def ials(
    interactions: sp.csr_array,
    dim: int = 128,
    regularisation: float = 30.0,
    alpha: float = 5.0,
    n_epochs: int = 10,
    seed: int = 42,
) -> tuple[np.ndarray, np.ndarray]:
    """Factors of users and items from implicit feedback by alternating least squares; scores = users @ items.T.

    Minimises Σ over all pairs (1 + alpha · x) · (x − p·q)² + regularisation · (Σ|p|² + Σ|q|²), x being 0 or 1: a pair
    that was not seen counts too, with weight 1. Shapes (n_users + 1, dim), (n_items + 1, dim).
    Source: Hu, Koren & Volinsky, ICDM 2008. Built in lesson 09.
    """
    if dim < 1 or regularisation <= 0 or alpha < 0 or n_epochs < 1:
        raise ValueError("iALS needs dim ≥ 1, regularisation > 0, alpha ≥ 0 and n_epochs ≥ 1.")
    rows = sp.csr_array(interactions > 0)
    columns = rows.T.tocsr()
    q = np.random.default_rng(seed).normal(0, 0.1, (rows.shape[1], dim))
    q[np.diff(columns.indptr) == 0] = 0  # padding, and items nobody has seen
    with threadpool_limits(1):  # thousands of small systems: waking a second thread costs more than it saves
        for _ in range(n_epochs):
            p = _solve(rows, q, regularisation, alpha)
            q = _solve(columns, p, regularisation, alpha)
    return p, q


def _solve(rows: sp.csr_array, other: np.ndarray, regularisation: float, alpha: float) -> np.ndarray:
    """Best factors of one side with the other side held: one linear system a row, the smaller of two equal ones."""
    base = other.T @ other + regularisation * np.eye(other.shape[1])
    inverse = np.linalg.inv(base)
    solved = np.zeros((rows.shape[0], other.shape[1]))
    for row in range(rows.shape[0]):
        seen = other[rows.indices[rows.indptr[row] : rows.indptr[row + 1]]]  # (n_seen, dim)
        if 0 < len(seen) <= other.shape[1]:
            small = np.eye(len(seen)) + alpha * seen @ inverse @ seen.T
            solved[row] = (1 + alpha) * inverse @ (seen.T @ np.linalg.solve(small, np.ones(len(seen))))
        elif len(seen):
            solved[row] = np.linalg.solve(base + alpha * seen.T @ seen, (1 + alpha) * seen.sum(axis=0))
    return solved
