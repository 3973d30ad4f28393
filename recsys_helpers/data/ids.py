"""Raw ids and dense indices: two worlds, two names (`user_id` / `user_idx`), one map between them.

Index 0 never belongs to a real user or item: it pads histories and stands for "unknown".
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd


class IdMap:
    """A two-way map between raw ids and the indices 1 … n, in sorted order of the raw ids.

    An embedding table or a matrix side for these ids needs `n_rows = n + 1` rows: row 0 is padding.
    Built in lesson 03.

    >>> items = IdMap([50, 10, 50, 30])
    >>> items.n, items.n_rows
    (3, 4)
    >>> items.to_idx([10, 50])
    array([1, 3])
    >>> items.to_id([3, 1])
    array([50, 10])
    >>> items.to_idx([10, 999], unknown=0)
    array([1, 0])
    """

    def __init__(self, raw_ids: Iterable):
        ids = pd.Index(pd.unique(pd.Series(raw_ids)))
        if ids.hasnans:
            raise ValueError("An id is missing (NaN). Drop or repair those rows before building an IdMap.")
        if len(ids) == 0:
            raise ValueError("There are no ids. Was the table empty, or did a filter remove every row?")
        self._ids = ids.sort_values()

    @property
    def n(self) -> int:
        """Number of known ids."""
        return len(self._ids)

    @property
    def n_rows(self) -> int:
        """Number of rows of a table indexed by these indices: known ids plus row 0."""
        return len(self._ids) + 1

    @property
    def ids(self) -> np.ndarray:
        """The raw ids in the order of their indices; `ids[0]` has index 1."""
        return self._ids.to_numpy()

    def to_idx(self, raw_ids: Iterable, unknown: int | None = None) -> np.ndarray:
        """Indices of raw ids, shape (n,); an unknown id raises KeyError, or becomes `unknown` if that is set."""
        idx = self._ids.get_indexer(pd.Index(raw_ids)) + 1
        if (idx == 0).any():
            if unknown is None:
                missing = list(pd.Index(raw_ids)[idx == 0].unique()[:5])
                raise KeyError(f"Unknown ids, for example {missing}. Pass unknown=0 to send them to index 0.")
            idx[idx == 0] = unknown
        return idx

    def to_id(self, idx: Iterable) -> np.ndarray:
        """Raw ids of indices in 1 … n; index 0 (padding) and anything else outside raise IndexError."""
        idx = np.asarray(idx)
        if idx.size == 0:
            return self.ids[:0]
        if idx.min() < 1 or idx.max() > self.n:
            raise IndexError(f"Indices must lie in 1 … {self.n}; 0 is padding and has no raw id.")
        return self.ids[idx - 1]
