"""What lesson 21 needs around its small models: user vectors, code words, shared rows, examples, comparison, time.

Left out, because the lesson builds it inline: quantisation, pruning, and the networks.
"""

import time
import warnings
import zlib
from collections.abc import Callable

import numpy as np
import pandas as pd
import scipy.sparse as sp
from sklearn.cluster import MiniBatchKMeans
from sklearn.exceptions import ConvergenceWarning

from recsys_helpers.evaluation import metrics, paired_bootstrap, top_k
from recsys_helpers.models import linear


def fold_in(items: np.ndarray, rows: sp.csr_array, regularisation: float = 30.0, alpha: float = 5.0) -> np.ndarray:
    """Vectors of users from the vectors of the items they have seen: one step of iALS with the items held.

    `items` (n_columns, dim), `rows` a sparse 0/1 matrix (n_rows, n_columns); returns (n_rows, dim), zeros for an empty
    row. Source: Hu, Koren & Volinsky, ICDM 2008. The step is built in lesson 09.

    >>> fold_in(np.array([[0.0], [1.0]]), sp.csr_array([[0, 0], [0, 1]]), regularisation=1.0, alpha=1.0).round(2)
    array([[0.  ],
           [0.67]])
    """
    items = np.asarray(items, float)
    base = items.T @ items + regularisation * np.eye(items.shape[1])
    vectors = np.zeros((rows.shape[0], items.shape[1]))
    for row in range(rows.shape[0]):
        seen = items[rows.indices[rows.indptr[row] : rows.indptr[row + 1]]]
        if len(seen):
            vectors[row] = np.linalg.solve(base + alpha * seen.T @ seen, (1 + alpha) * seen.sum(axis=0))
    return vectors


def overlap_at_k(one: np.ndarray, other: np.ndarray, seen: sp.csr_array, k: int = 10) -> float:
    """Mean share of the first k items that two models have in common; row 0 is padding.

    `one` and `other`: scores (n_rows, n_columns); what is in `seen` is hidden first, as `evaluate` does.

    >>> scores = np.array([[0, 0, 0, 0], [0, 3, 2, 1.0]])
    >>> overlap_at_k(scores, np.array([[0, 0, 0, 0], [0, 3, 1, 2.0]]), sp.csr_array((2, 4)), k=2)
    0.5
    """
    return _overlap(_best(one, seen, k), _best(other, seen, k))


def _best(scores: np.ndarray, seen: sp.csr_array, k: int) -> np.ndarray:
    visible = np.array(scores)
    visible = visible if visible.dtype.kind == "f" else visible.astype(float)
    visible[seen.nonzero()] = -np.inf
    return top_k(visible[1:], k)


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.mean([np.isin(a, b).mean() for a, b in zip(one, other)]))


def compared(scores: np.ndarray, reference: np.ndarray, seen: sp.csr_array, relevant: sp.csr_array) -> dict[str, float]:
    """NDCG@10 of `scores`, its paired difference to `reference` with the 95 % interval, and the overlap of the lists.

    Scores, `seen` and `relevant` are (n_rows, n_columns), as in `evaluate`. Built in lesson 04.

    >>> scores = np.array([[0, 0, 0], [0, 1, 2], [0, 2, 1.0]])
    >>> compared(scores, scores, sp.csr_array((3, 3)), sp.csr_array(np.array([[0, 0, 0], [0, 0, 1], [0, 1, 0]])))
    {'NDCG@10': 1.0, 'difference': 0.0, 'low': 0.0, 'high': 0.0, 'overlap': 1.0}
    """
    lists = [_best(one, seen, 10) for one in (scores, reference)]  # as `evaluate` ranks, but once for both figures
    mine, other = (metrics.ndcg_at_k(*metrics.hit_matrix(one, relevant[1:])) for one in lists)
    mean, low, high = paired_bootstrap(mine, other)
    ndcg = float(np.nanmean(mine))
    return {"NDCG@10": ndcg, "difference": mean, "low": low, "high": high, "overlap": _overlap(*lists)}


def file_sizes(file: bytes, reference: bytes) -> dict[str, float]:
    """Size of a file in kB, as it is and zipped (zlib), and how many times smaller than `reference` it is.

    >>> file_sizes(bytes(1000), bytes(4000))["smaller"]
    4.0
    """
    zipped = len(zlib.compress(file, 1))
    return {"kB": len(file) / 1000, "zip": zipped / 1000, "smaller": len(reference) / len(file)}


def as_table(results: pd.DataFrame) -> pd.DataFrame:
    """Rows of `compared`, with the sizes of files, rounded for reading; the interval becomes one column of text.

    >>> row = {"kB": 9.6, "zip": 8.2, "smaller": 3.33, "NDCG@10": 0.5, "difference": 0, "low": -0.1, "high": 0.1}
    >>> as_table(pd.DataFrame({"a": row | {"overlap": 1.0}}).T)["interval"].tolist()
    ['-0.100, +0.100']
    """
    table = results.round({"kB": 0, "zip": 0, "smaller": 1, "NDCG@10": 3, "difference": 3, "overlap": 2})
    table["interval"] = [f"{low:+.3f}, {high:+.3f}" for low, high in zip(results["low"], results["high"])]
    table = table.astype({"kB": int, "zip": int})
    table = table.rename(columns={"difference": "diff"})
    return table[["kB", "zip", "smaller", "NDCG@10", "diff", "interval", "overlap"]]


def n_near_ties(scores: np.ndarray, changed: np.ndarray, seen: sp.csr_array, k: int = 10) -> np.ndarray:
    """How many items of each user lie nearer to the k-th best score than its typical error; shape (n_rows − 1,).

    The typical error is the mean of |changed − scores| over the user's first k items. Row and column 0 are padding.

    >>> scores = np.array([[0, 0, 0, 0, 0], [0, 4, 3.0, 2.9, 1]])
    >>> n_near_ties(scores, scores + 0.2, sp.csr_array((2, 5)), k=2).tolist()
    [2]
    """
    visible = np.array(scores, float)
    visible[seen.nonzero()] = -np.inf
    visible, best = visible[1:, 1:], _best(scores, seen, k) - 1
    error = np.abs(np.take_along_axis((changed - scores)[1:, 1:], best, axis=1)).mean(axis=1, keepdims=True)
    return (np.abs(visible - np.take_along_axis(visible, best[:, -1:], axis=1)) < error).sum(axis=1)


def product_codes(vectors: np.ndarray, n_blocks: int, n_codes: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Product quantisation: k-means on each block of columns. Returns the codes and the code words.

    `vectors` (n, n_blocks · width) → `codes` (n, n_blocks) and `tables` (n_blocks, n_codes, width).
    Source: Jégou, Douze & Schmid, IEEE TPAMI 33(1), 2011.

    >>> codes, tables = product_codes(np.array([[0.0, 5.0], [0.0, 7.0]]), n_blocks=2, n_codes=2)
    >>> codes.shape, rebuilt(codes, tables).round().tolist()
    ((2, 2), [[0.0, 5.0], [0.0, 7.0]])
    """
    codes, tables = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct points than code words
        for block in np.split(vectors, n_blocks, axis=1):
            groups = MiniBatchKMeans(n_codes, n_init=1, batch_size=1024, random_state=0).fit(block)
            codes.append(groups.predict(block))
            tables.append(groups.cluster_centers_)
    return np.array(codes).T, np.array(tables, "float32")


def rebuilt(codes: np.ndarray, tables: np.ndarray) -> np.ndarray:
    """The vectors that codes and code words of `product_codes` stand for, shape (n, n_blocks · width).

    >>> rebuilt(np.array([[1, 0]]), np.array([[[0.0], [1.0]], [[5.0], [6.0]]])).tolist()
    [[1.0, 5.0]]
    """
    return np.hstack([table[code] for table, code in zip(tables, codes.T)])


def own_or_shared(counts: np.ndarray, n_own: int = 900, n_shared: int = 100) -> np.ndarray:
    """Row number of each item: the `n_own` most frequent have a row each, the others share `n_shared`.

    `counts` (n_columns,); of equal counts the smaller index comes first.

    >>> own_or_shared(np.array([0, 5, 9, 1, 0]), n_own=2, n_shared=1).tolist()
    [2, 1, 0, 2, 2]
    """
    rank = np.argsort(np.argsort(-np.asarray(counts), kind="stable"), kind="stable")
    return np.where(rank < n_own, rank, n_own + rank % n_shared)


def shared_rows(
    items: np.ndarray, counts: np.ndarray, rows_of_item: list[np.ndarray], n_rows: int
) -> tuple[sp.csr_array, np.ndarray]:
    """Tables whose rows several items share, fitted to their vectors by least squares weighted by frequency.

    `items` (n_columns, dim); `rows_of_item` holds one array (n_columns,) of row numbers per table: an item's vector is
    the sum of its rows. Returns `design` (n_columns, n_rows), sparse, and `table` (n_rows, dim), float32:
    design @ table are the vectors. Source of sums of rows: Shi et al., KDD 2020, arXiv 1909.02107.

    >>> _, table = shared_rows(np.array([[1.0], [4.0], [7.0]]), np.array([1, 1, 0]), [np.array([0, 0, 1])], 2)
    >>> table.astype(float).round(1).tolist()
    [[2.5], [6.4]]
    """
    item = np.tile(np.arange(len(items)), len(rows_of_item))
    design = sp.csr_array((np.ones(len(item)), (item, np.concatenate(rows_of_item))), (len(items), n_rows))
    weight = np.asarray(counts)[:, None] + 0.01
    normal = (design.T @ (design * weight)).toarray() + 0.001 * np.eye(n_rows)
    return design, np.linalg.solve(normal, design.T @ (items * weight)).astype("float32")


def linear_block(histories: list[np.ndarray], n_columns: int) -> tuple[np.ndarray, np.ndarray]:
    """The weights of `linear.linear_next_item` without the items that it leaves empty: (weights, kept).

    `kept` are the indices of the items that have weights, `weights` (n_kept, n_kept), float32.

    >>> linear_block([np.array([1, 3])] * 9, n_columns=4)[1].tolist()
    [1, 3]
    """
    weights = linear.linear_next_item(histories, n_columns)
    counts = np.bincount(np.concatenate(histories), minlength=n_columns)
    kept = np.flatnonzero(counts >= 3)
    return np.ascontiguousarray(weights[np.ix_(kept, kept)]), kept


def on_all_columns(scores: np.ndarray, kept: np.ndarray, n_columns: int) -> np.ndarray:
    """Scores of some items as a table over all of them, −inf for the others; shape (n_rows, n_columns), float32.

    >>> on_all_columns(np.array([[0.5]]), np.array([2]), 4).tolist()
    [[-inf, -inf, 0.5, -inf]]
    """
    everywhere = np.full((len(scores), n_columns), -np.inf, "float32")
    everywhere[:, kept] = scores
    return everywhere


def cut_histories(
    histories: list[np.ndarray], kept: np.ndarray, n_columns: int, n_cuts: int = 8, horizon: int = 20, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Examples for a next-item network: (inputs, came_next), each (n_examples, n_kept).

    Each history is cut at `n_cuts` random points. `inputs` are the aged rows of what came before (`linear.aged`),
    `came_next` the next `horizon` items with weights exp(−j / 5), scaled to sum 1. Entry 0 of `histories` is padding.

    >>> inputs, came_next = cut_histories([np.array([], int), np.array([1, 2])], np.array([1, 2]), 3, n_cuts=1)
    >>> inputs.tolist(), came_next.tolist()
    ([[1.0, 0.0]], [[0.0, 1.0]])
    """
    rng, past, row, item, label = np.random.default_rng(seed), [], [], [], []
    for history in histories[1:]:
        if len(history) < 2:
            continue
        for end in rng.integers(1, len(history), n_cuts):
            following = history[end : end + horizon]
            row += [len(past)] * len(following)
            item += following.tolist()
            label += np.exp(-np.arange(len(following)) / 5).tolist()
            past.append(history[:end])
    inputs = linear.aged(past, n_columns)[:, kept].toarray()
    came_next = sp.csr_array((label, (row, item)), (len(past), n_columns))[:, kept].toarray()
    return inputs, came_next / np.maximum(came_next.sum(axis=1, keepdims=True), 1e-9)


def milliseconds(ways: dict[str, Callable], n_times: int = 7) -> dict[str, float]:
    """Median time of each function in milliseconds; they take turns, so that a busy moment meets all of them.

    >>> list(milliseconds({"a": lambda: 1}, n_times=3))
    ['a']
    """
    seconds = {name: [] for name in ways}
    for _ in range(n_times):
        for name, run in ways.items():
            began = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - began)
    return {name: 1000 * float(np.median(took)) for name, took in seconds.items()}


def packed(codes: np.ndarray, bits: int) -> bytes:
    """Whole numbers as bytes, `bits` bits each, one after the other; negative ones count up from −2^(bits − 1).

    With 8 bits they are stored as int8.

    >>> packed(np.array([[-8, 7]]), 4).hex(), len(packed(np.zeros((2, 8), int), 6))
    ('0f', 12)
    """
    codes = np.asarray(codes)
    if bits == 8:
        return codes.astype("int8").tobytes()
    codes = codes.astype(int)
    shifted = (codes + 2 ** (bits - 1) * (codes.min() < 0)).astype("uint8")
    return np.packbits(np.unpackbits(shifted[..., None], axis=-1)[..., 8 - bits :]).tobytes()
