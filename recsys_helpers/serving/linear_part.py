"""The linear part of a bundle: each item of a history adds its own share to the score of every item.

So the reasons are exact: what a seen item contributes is one product, and the contributions sum to the linear score.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ages:
    """How a linear part weighs the items of a history, and how much its scores count.

    The weights are those of `models.linear.age_weights`, written again because that file loads SciPy, which would
    double the time in which the service starts; a test compares them. With `floor` 1 the order has no influence.
    `scale`: factor of all scores, for the sum with those of a network.
    """

    decay: float = 5.0
    floor: float = 1.0
    scale: float = 1.0

    def of(self, n_items: int) -> np.ndarray:
        """Weight of each item of a history, oldest first; shape (n_items,).

        >>> Ages(decay=1.0, floor=0.0, scale=2.0).of(2).round(2)
        array([0.74, 2.  ], dtype=float32)
        """
        age = np.arange(n_items)[::-1]
        return (self.scale * (self.floor + (1 - self.floor) * np.exp(-age / self.decay))).astype(np.float32)


@dataclass(frozen=True)
class DenseLinear:
    """Item-to-item weights of some items: `weights` (n_kept, n_kept), and `items` (n_kept,), the item_idx of each row.

    Weight [s, i] is what item s in a history says for item i. All other items have neither a say nor a score (0).
    `n_rows`: number of items + 1. `scales` (n_kept,): with them `weights` are int8 codes, and row s counts scales[s]
    times its codes; None: float32.

    >>> part = DenseLinear(np.array([[0, 2], [3, 0]], np.float32), np.array([1, 3]), n_rows=4, ages=Ages())
    >>> part.scores([np.array([3, 2])])
    array([[0., 3., 0., 0.]], dtype=float32)
    >>> part.contributions(np.array([3, 2]), np.array([1, 2]))
    array([[3., 0.],
           [0., 0.]], dtype=float32)
    """

    weights: np.ndarray
    items: np.ndarray
    n_rows: int
    ages: Ages
    scales: np.ndarray | None = None

    def __post_init__(self):
        place = np.full(self.n_rows, -1, np.int64)
        place[self.items] = np.arange(len(self.items))
        object.__setattr__(self, "_place", place)

    def scores(self, histories: list[np.ndarray]) -> np.ndarray:
        """Scores of all items for each history (item indices, oldest first); shape (n_histories, n_rows), float32."""
        found = np.zeros((len(histories), self.n_rows), np.float32)
        for row, history in enumerate(histories):
            place = self._place[history]
            is_kept = place >= 0
            found[row, self.items] = self.ages.of(len(history))[is_kept] @ self.rows(place[is_kept])
        return found

    def rows(self, places) -> np.ndarray:
        """These rows of the weights, as float32."""
        rows = self.weights[places]
        return rows if self.scales is None else rows * self.scales[places][:, None]

    def contributions(self, history: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """What each item of a history adds to the scores of the items `rows`; shape (len(history), len(rows))."""
        source, target = self._place[history], self._place[rows]
        found = self.weights[source[:, None], target] * self.ages.of(len(history))[:, None]
        if self.scales is not None:
            found *= self.scales[source][:, None]
        found[source < 0] = found[:, target < 0] = 0
        return found


@dataclass(frozen=True)
class SparseLinear:
    """As `DenseLinear` for all items, with the weights that are not 0 in compressed rows, as scipy's CSR keeps them.

    Item s says `values[starts[s] : starts[s + 1]]` for the items `targets[starts[s] : starts[s + 1]]`, sorted by item.

    >>> part = SparseLinear(np.array([2.0, 3.0]), np.array([1, 2]), np.array([0, 0, 0, 2]), ages=Ages())
    >>> part.scores([np.array([1]), np.array([2])])
    array([[0., 0., 0.],
           [0., 2., 3.]], dtype=float32)
    >>> part.contributions(np.array([2]), np.array([2]))
    array([[3.]], dtype=float32)
    """

    values: np.ndarray
    targets: np.ndarray
    starts: np.ndarray
    ages: Ages

    @property
    def n_rows(self) -> int:
        """Number of items + 1."""
        return len(self.starts) - 1

    def _say(self, item: int) -> tuple[np.ndarray, np.ndarray]:
        inside = slice(self.starts[item], self.starts[item + 1])
        return self.targets[inside], self.values[inside]

    def scores(self, histories: list[np.ndarray]) -> np.ndarray:
        """As `DenseLinear.scores`."""
        found = np.zeros((len(histories), self.n_rows), np.float32)
        for row, history in enumerate(histories):
            for item, weight in zip(history.tolist(), self.ages.of(len(history))):
                targets, values = self._say(item)
                found[row, targets] += weight * values
        return found

    def contributions(self, history: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """As `DenseLinear.contributions`."""
        found = np.zeros((len(history), len(rows)), np.float32)
        for line, (item, weight) in enumerate(zip(history.tolist(), self.ages.of(len(history)))):
            targets, values = self._say(item)
            if len(targets):
                at = np.minimum(np.searchsorted(targets, rows), len(targets) - 1)
                found[line] = np.where(targets[at] == rows, weight * values[at], 0)
        return found


Linear = DenseLinear | SparseLinear


def dense_part(weights: np.ndarray, ages: Ages) -> DenseLinear:
    """The linear part with this matrix (n_rows, n_rows); items without any weight are left out."""
    kept = np.flatnonzero(weights.any(axis=0) | weights.any(axis=1))
    return DenseLinear(np.ascontiguousarray(weights[np.ix_(kept, kept)], np.float32), kept, len(weights), ages)


def sparse_part(weights, ages: Ages) -> SparseLinear:
    """The linear part with this sparse matrix (n_rows, n_rows)."""
    rows = weights.tocsr()
    rows.sort_indices()
    return SparseLinear(rows.data.astype(np.float32), rows.indices, rows.indptr.astype(np.int64), ages)
