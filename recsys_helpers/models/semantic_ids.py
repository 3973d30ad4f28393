"""Semantic ids: items as short rows of codes, a tree of the ids that exist, and beam search in that tree.

What it leaves out: the network that predicts the codes (`code_decoder`). No TensorFlow is loaded here.
"""

from collections.abc import Callable

import numpy as np
from sklearn.cluster import KMeans


def residual_codes(
    vectors: np.ndarray, n_codes: int, n_levels: int = 3, seed: int = 0
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Codes of each row, (n, n_levels), and the codebooks that they point into, one (n_codes, dim) for each level.

    Level by level, k-means clusters what the levels before it left over, and a row gets the number of its cluster.
    The sum of a row's code words is close to the row. ValueError if there are fewer rows than codes.
    Source: Rajput et al., NeurIPS 2023 (TIGER), there with a learned autoencoder (RQ-VAE) instead of k-means. Built in
    lesson 32.

    >>> codes, books = residual_codes(np.array([[0.0], [1.0], [10.0], [11.0]]), n_codes=2, n_levels=2)
    >>> (books[0][codes[:, 0]] + books[1][codes[:, 1]]).round(6).ravel().tolist()
    [0.0, 1.0, 10.0, 11.0]
    """
    left, codes, books = np.asarray(vectors, np.float64), [], []
    if len(left) < n_codes or n_codes < 1 or n_levels < 1:
        raise ValueError(f"{len(left)} rows cannot fill {n_codes} codes on {n_levels} levels.")
    for _ in range(n_levels):
        distinct = len(np.unique(left, axis=0))
        fitted = KMeans(min(n_codes, distinct), n_init=1, random_state=seed).fit(left)
        book = fitted.cluster_centers_
        codes.append(fitted.labels_.astype(np.int32))
        books.append(book)
        left = left - book[codes[-1]]
    return np.column_stack(codes), books


def numbered(codes: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """One more code, so that no two rows are equal: 0, 1, 2, … among the rows with the same codes; (n, n_levels + 1).

    The row with the larger count comes first, and of equal counts the earlier row. Built in lesson 32.

    >>> numbered(np.array([[5, 5], [5, 5], [4, 0]]), counts=np.array([1, 9, 2])).tolist()
    [[5, 5, 1], [5, 5, 0], [4, 0, 0]]
    """
    codes, counts = np.asarray(codes), np.asarray(counts)
    if codes.ndim != 2 or counts.shape != (len(codes),):
        raise ValueError(f"codes {codes.shape} and counts {counts.shape} need one row and one entry for each item.")
    group = np.unique(codes, axis=0, return_inverse=True)[1].ravel()
    order = np.lexsort((np.arange(len(codes)), -counts, group))
    first = np.searchsorted(group[order], np.arange(group.max() + 1))
    number = np.empty(len(codes), np.int32)
    number[order] = np.arange(len(codes)) - first[group[order]]
    return np.column_stack([codes, number])


class CodeTree:
    """The ids that exist, as a tree: which code may follow which beginning, and which item an id belongs to.

    `ids`: (n_items + 1, n_levels), row 0 is padding and no item; no two items may have the same id. `sizes`: number of
    codes on each level. `children[level]`: (n_nodes, size), the node of the next level or −1; the root is node 0.
    `item_of`: the item of each node of the last level.

    >>> tree = CodeTree(np.array([[0, 0], [2, 1], [2, 0]]))
    >>> tree.sizes, tree.children[0].tolist(), tree.item_of.tolist()
    ([3, 2], [[-1, -1, 0]], [2, 1])
    """

    def __init__(self, ids: np.ndarray):
        ids = np.asarray(ids)
        if ids.ndim != 2 or len(ids) < 2 or ids.min() < 0:
            raise ValueError(f"ids need shape (n_items + 1, n_levels) and codes from 0, not {ids.shape}.")
        self.sizes = [int(size) for size in ids.max(axis=0) + 1]
        self.children, node, n_nodes = [], np.zeros(len(ids) - 1, np.int64), 1
        for level, size in enumerate(self.sizes):
            found, node = np.unique(node * size + ids[1:, level], return_inverse=True)
            table = np.full((n_nodes, size), -1, np.int32)
            table[found // size, found % size] = np.arange(len(found))
            self.children.append(table)
            n_nodes = len(found)
        if n_nodes < len(ids) - 1:
            raise ValueError(f"{len(ids) - 1 - n_nodes} items share an id with another one: see `numbered`.")
        self.item_of = np.empty(n_nodes, np.int32)
        self.item_of[node] = np.arange(1, len(ids))


def beam_search(
    tree: CodeTree, log_probabilities: Callable, n_users: int, width: int, is_seen: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The items that a beam of `width` finds for each user, best first, and the log-probability of each.

    Level by level, every kept beginning is continued with each code that exists in the tree, and the best `width` are
    kept. `log_probabilities(beginnings)` gets codes (n_users, n_kept, level) and returns those of the next code,
    (n_users, n_kept, size). Items in `is_seen` (n_users, n_items + 1) are left out at the last level. Both results have
    shape (n_users, width); where fewer items are found, item 0 with −inf.

    Source: prefix-constrained beam search as in De Cao et al., ICLR 2021. Built in lesson 32.
    """
    if width < 1:
        raise ValueError(f"The width of the beam must be at least 1, not {width}.")
    node, total = np.zeros((n_users, 1), np.int64), np.zeros((n_users, 1), np.float32)
    kept = np.zeros((n_users, 1, 0), np.int64)
    for level, size in enumerate(tree.sizes):
        child = tree.children[level][node]  # (n_users, n_kept, size)
        after = np.where(child < 0, -np.inf, total[:, :, None] + log_probabilities(kept))
        if level == len(tree.sizes) - 1 and is_seen is not None:
            item = np.where(child < 0, 0, tree.item_of[child])
            after[np.take_along_axis(is_seen, item.reshape(n_users, -1), axis=1).reshape(after.shape)] = -np.inf
        after, child = after.reshape(n_users, -1), child.reshape(n_users, -1)
        best = np.argpartition(-after, min(width, after.shape[1]) - 1, axis=1)[:, :width]
        total = np.take_along_axis(after, best, axis=1)
        node = np.where(total > -np.inf, np.take_along_axis(child, best, axis=1), 0)
        beginning = np.take_along_axis(kept, best[:, :, None] // size, axis=1)
        kept = np.concatenate([beginning, (best % size)[:, :, None]], axis=2)
    item = np.where(total > -np.inf, tree.item_of[node], 0)
    order = np.argsort(-total, axis=1, kind="stable")
    item, total = np.take_along_axis(item, order, axis=1), np.take_along_axis(total, order, axis=1)
    missing = width - item.shape[1]
    if missing > 0:
        item = np.pad(item, ((0, 0), (0, missing)))
        total = np.pad(total, ((0, 0), (0, missing)), constant_values=-np.inf)
    return item, total


def next_item_vectors(histories: list[np.ndarray], n_columns: int, dim: int = 64, min_count: int = 3) -> np.ndarray:
    """Vectors of items as targets of the linear next-item model, cut down to `dim` numbers; shape (n_columns, dim).

    The weights B of `linear_next_item` are approximated by P Qᵀ with a truncated singular value decomposition; the
    result is Q. Items with fewer than `min_count` interactions have zeros. Used in lesson 32.
    """
    from scipy.sparse.linalg import svds

    from recsys_helpers.models.linear import linear_next_item

    weights = linear_next_item(histories, n_columns, min_count=min_count)
    known = np.flatnonzero(weights.any(axis=0))
    if not 1 <= dim < len(known):
        raise ValueError(f"dim must be from 1 to {len(known) - 1}, the number of known items less 1, not {dim}.")
    _, sizes, directions = svds(weights[np.ix_(known, known)].astype(np.float64), dim, random_state=0)
    vectors = np.zeros((n_columns, dim))
    vectors[known] = directions.T * sizes
    return vectors


def filled_in(vectors: np.ndarray, features: np.ndarray, is_known: np.ndarray, regularisation: float = 30.0):
    """The vectors, with those of unknown items predicted from their features by ridge regression; shape as `vectors`.

    `vectors` (n, dim), `features` (n, n_features), `is_known` (n,). An intercept is added, and penalised like the
    weights. Built in lesson 32.

    >>> filled_in(np.array([[2.0], [4.0], [0.0]]), np.array([[1.0], [2.0], [3.0]]), [True, True, False], 1e-9).round(3)
    array([[2.],
           [4.],
           [6.]])
    """
    F = np.pad(np.asarray(features, float), ((0, 0), (0, 1)), constant_values=1)
    is_known = np.asarray(is_known, bool)
    left = F[is_known].T @ F[is_known] + regularisation * np.eye(F.shape[1])
    weights = np.linalg.solve(left, F[is_known].T @ np.asarray(vectors)[is_known])
    return np.where(is_known[:, None], vectors, F @ weights)
