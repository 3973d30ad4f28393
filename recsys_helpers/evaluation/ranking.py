"""Score → hide what was seen → keep the best k → mean over users.

Rank all items of the catalogue, never a sample of them (lesson 04 shows why).
"""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from recsys_helpers.evaluation import metrics
from recsys_helpers.evaluation.intervals import mean_interval

CHUNK = 128  # users scored at once: bounds the memory at CHUNK × n_items scores, and keeps them near the processor
BLOCKS = 512
RANKING_METRICS = {
    "NDCG": metrics.ndcg_at_k,
    "Recall": metrics.recall_at_k,
    "MRR": metrics.mrr_at_k,
    "Precision": metrics.precision_at_k,
    "F1": metrics.f1_at_k,
    "HitRate": metrics.hit_rate_at_k,
    "MAP": metrics.average_precision_at_k,
}


def top_k(scores: np.ndarray, k: int, tie_seed: int = 42) -> np.ndarray:
    """Indices of the k highest scores of each row, best first; shape (n_users, k).

    Column 0 (padding) and items scored -inf (hidden) never enter; a row with fewer than k candidates ends in zeros.
    Equal scores are ordered by a random key drawn from `tie_seed`, the same for every row, never by item index.
    The maxima of strided blocks give a lower bound of the k-th best score, so only few scores need sorting.
    Built in lesson 04.

    >>> top_k(np.array([[9.0, 0.1, 0.7, 0.3], [9.0, -np.inf, 0.2, -np.inf]]), k=2)
    array([[2, 3],
           [2, 0]])
    """
    if scores.ndim != 2 or k < 1:
        raise ValueError(f"top_k needs scores of shape (n_users, n_items + 1) and k ≥ 1, not {scores.shape} and {k}.")
    n_users, n_columns = scores.shape
    key = np.random.default_rng(tie_seed).permutation(n_columns)
    bound = _lower_bound(scores, min(k + 1, n_columns))  # + 1: column 0 may be among the best
    with np.errstate(invalid="ignore"):
        flat = np.flatnonzero(scores >= bound[:, None])
    rows, items = np.divmod(flat, n_columns)
    values = scores.ravel()[flat]
    if values.dtype.kind != "f":  # whole numbers keep all their digits: sorted as ranks, which have a minus
        values = np.unique(values, return_inverse=True)[1].astype(float)
    is_candidate = (items > 0) & (values > -np.inf)
    rows, items, values = rows[is_candidate], items[is_candidate], values[is_candidate]
    order = np.lexsort((key[items], -values, rows))
    rows, items = rows[order], items[order]
    rank = np.arange(len(rows)) - np.searchsorted(rows, np.arange(n_users))[rows]
    top = np.zeros((n_users, k), dtype=np.int64)
    top[rows[rank < k], rank[rank < k]] = items[rank < k]
    return top


def _lower_bound(scores: np.ndarray, k: int) -> np.ndarray:
    """At least k scores of each row are ≥ this value, shape (n_users,)."""
    n_users, n_columns = scores.shape
    depth = n_columns // BLOCKS
    maxima = scores
    if depth > 1 and k < BLOCKS:
        maxima = scores[:, : depth * BLOCKS].reshape(n_users, depth, BLOCKS).max(axis=1)
        rest = n_columns - depth * BLOCKS
        maxima[:, :rest] = np.maximum(maxima[:, :rest], scores[:, depth * BLOCKS :])
    if np.isnan(maxima).any():
        raise ValueError("Some scores are NaN, so no ranking exists. Look for a loss that diverged or a division by 0.")
    return np.partition(maxima, maxima.shape[1] - k, axis=1)[:, maxima.shape[1] - k]


@dataclass
class Evaluation:
    """What one model did under the protocol: one row per user in `per_user` (NaN: no relevant item), and its cost."""

    name: str
    k: int
    per_user: pd.DataFrame
    coverage: float
    seconds: float
    seeds: int = 1
    n_relevant_seen: int = 0  # relevant pairs that are also in `seen`: nobody could recommend them, they do not count

    @property
    def n_without_relevant(self) -> int:
        """Users who have nothing to find and so do not count in the means."""
        return int(self.per_user.isna().any(axis=1).sum())

    def mean(self, metric: str = "NDCG") -> float:
        """Mean of a metric over the users who have something to find."""
        return float(self.per_user[metric].mean())

    def row(self) -> dict:
        """The row of this model in the results table."""
        row = {"model": self.name, f"NDCG@{self.k}": self.mean(), "±": mean_interval(self.per_user["NDCG"])[1]}
        row |= {f"{metric}@{self.k}": self.mean(metric) for metric in ("Recall", "MRR")}
        return row | {f"coverage@{self.k}": self.coverage, "seconds": self.seconds, "seeds": self.seeds}


def evaluate(
    scores: np.ndarray | Callable[[np.ndarray], np.ndarray],
    seen: sp.csr_array,
    relevant: sp.csr_array,
    k: int = 10,
    name: str = "model",
    seconds: float = np.nan,
    tie_seed: int = 42,
) -> Evaluation:
    """Rank every unseen item for every user and measure the first k. Built in lesson 04.

    `scores`: array or sparse matrix (n_rows, n_items + 1), or a function from user indices (n,) to (n, n_items + 1);
    ranked in the precision they have. `seen`, `relevant`: sparse (n_rows, n_items + 1) matrices; row 0 and column 0 are
    padding and do not count. A pair in both cannot be recommended: it does not count, and a warning says how many do
    not. Raises ValueError if nobody has anything to find.
    `seconds`: time of fitting, for the table; if not given, the time of scoring and ranking stands there.

    >>> relevant = sp.csr_array(np.array([[0, 0, 0], [0, 0, 1]]))
    >>> evaluate(np.array([[0, 0, 0], [0, 0.9, 0.1]]), 0 * relevant, relevant, k=1).mean("Recall")
    0.0
    """
    n_rows, n_columns = relevant.shape
    if seen.shape != relevant.shape or n_rows < 2:
        raise ValueError(f"seen {seen.shape} and relevant {relevant.shape} must have the same shape, two rows or more.")
    if not callable(scores) and scores.shape != relevant.shape:
        raise ValueError(f"scores {scores.shape} must have the shape of relevant {relevant.shape}: row 0 is padding.")
    started = time.perf_counter()
    users = np.arange(1, n_rows)
    findable, n_relevant_seen = _findable(seen, relevant)
    tops = []
    for start in range(1, n_rows, CHUNK):
        chunk = np.arange(start, min(start + CHUNK, n_rows))
        block = scores(chunk) if callable(scores) else scores[start : start + CHUNK]  # frees the last block's memory
        block = _own_floats(block)
        if block.shape != (len(chunk), n_columns):
            raise ValueError(f"Scores of {len(chunk)} users have shape {block.shape}, not {(len(chunk), n_columns)}.")
        block[seen[chunk].nonzero()] = -np.inf
        block[:, 0] = -np.inf
        tops.append(top_k(block, k, tie_seed))
    top_items = np.concatenate(tops)
    is_hit, n_relevant = metrics.hit_matrix(top_items, findable[users])
    if not n_relevant.any():
        raise ValueError("Nobody has a relevant item that is not in seen: there is nothing to find. Look at the split.")
    per_user = pd.DataFrame({metric: f(is_hit, n_relevant) for metric, f in RANKING_METRICS.items()}, index=users)
    coverage = metrics.coverage_at_k(top_items, n_columns - 1)
    seconds = time.perf_counter() - started if np.isnan(seconds) else seconds
    return Evaluation(name, k, per_user, coverage, seconds, n_relevant_seen=n_relevant_seen)


def _findable(seen: sp.csr_array, relevant: sp.csr_array) -> tuple[sp.csr_array, int]:
    """The relevant pairs that are not hidden, and how many are; row and column 0 do not count."""
    both = sp.csr_array(relevant.multiply(seen))
    n_hidden = both[1:, 1:].count_nonzero() if both.nnz else 0
    if n_hidden == 0:
        return relevant, 0
    warnings.warn(
        f"{n_hidden:,} relevant pairs are also in seen, so they are hidden and do not count. Leave them out of one of "
        "the two: relevant - relevant.multiply(seen), or seen - seen.multiply(relevant).",
        stacklevel=3,
    )
    return sp.csr_array((relevant != 0) > (seen != 0)), n_hidden


def _own_floats(block) -> np.ndarray:
    """A copy of scores as floats that keeps their order: float64 stays float64, long whole numbers become ranks."""
    block = np.array(block.toarray() if sp.issparse(block) else block)
    if block.dtype.kind == "f":
        return block.astype(np.float32) if block.dtype.itemsize < 4 else block
    if block.dtype.kind in "iu" and block.size and (block.max() > 2**53 or block.min() < -(2**53)):
        return np.unique(block, return_inverse=True)[1].reshape(block.shape).astype(np.float64)
    return block.astype(np.float64 if block.dtype.kind in "iu" else np.float32)


def mean_over_seeds(evaluations: list[Evaluation], name: str | None = None) -> Evaluation:
    """One evaluation from several trainings of a model: each user's metrics, coverage and seconds are averaged.

    The interval of the mean then says how much users differ; how much seeds differ stands in the single evaluations.
    Built in lesson 08.
    """
    if len({(evaluation.k, len(evaluation.per_user)) for evaluation in evaluations}) != 1:
        raise ValueError("Give at least one evaluation, all with the same k and the same users.")
    per_user = sum(evaluation.per_user for evaluation in evaluations) / len(evaluations)
    coverage, seconds = (np.mean([getattr(e, field) for e in evaluations]) for field in ("coverage", "seconds"))
    first = evaluations[0]
    return Evaluation(name or first.name, first.k, per_user, float(coverage), float(seconds), seeds=len(evaluations))
