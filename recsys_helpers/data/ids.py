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
        raw_ids = pd.Series(raw_ids)
        _refuse_rounded(raw_ids)
        ids = pd.Index(pd.unique(raw_ids))
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
        """Indices of raw ids, shape (n,); an unknown id raises KeyError, or becomes `unknown` if that is set.

        Ids that came as floats of 2**53 or more raise ValueError: such a float stands for several whole numbers.
        """
        raw_ids = pd.Index(raw_ids)
        _refuse_rounded(raw_ids)
        idx = self._ids.get_indexer(raw_ids) + 1
        if (idx == 0).any():
            if unknown is None:
                missing = list(raw_ids[idx == 0].unique()[:5])
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


def pair_indices(interactions: pd.DataFrame, users: IdMap, items: IdMap) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the users and of the items of a frame, both of shape (n_rows,).

    Raises KeyError if a map lacks one of them, with the line that drops such rows.

    >>> frame = pd.DataFrame({"user_id": [7, 8], "item_id": [50, 40]})
    >>> pair_indices(frame, IdMap([7, 8]), IdMap([40, 50]))
    (array([1, 2]), array([2, 1]))
    """
    indices = {}
    for column, name, id_map in (("user_id", "users", users), ("item_id", "items", items)):
        indices[name] = id_map.to_idx(interactions[column], unknown=0)
        is_unknown = indices[name] == 0
        if is_unknown.any():
            some = interactions[column][is_unknown].unique()[:5].tolist()
            raise KeyError(
                f"Unknown to {name}: the {column} of {is_unknown.sum():,} rows, for example {some}. Build {name} from "
                f"all interactions, before the split; or leave such rows out: frame[frame[{column!r}].isin({name}.ids)]"
            )
    return indices["users"], indices["items"]


def _refuse_rounded(raw_ids: pd.Series | pd.Index) -> None:
    if pd.api.types.is_float_dtype(raw_ids.dtype):
        numbers = np.abs(raw_ids.to_numpy(dtype="float64", na_value=np.nan))
        if (numbers >= 2.0 ** {2: 11, 4: 24}.get(raw_ids.dtype.itemsize, 53)).any():
            largest = f"{np.nanmax(numbers):.0f}"
            raise ValueError(
                f"The ids are floats, and {largest} is too large for one: it may have been another id. Read the ids as "
                "whole numbers or text, for example with pd.read_csv(path, dtype={'user_id': 'str'})."
            )
