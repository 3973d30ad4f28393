"""Embedding: a table with a row for each id, and what makes it fast: a step touches only the rows of its batch."""

import numpy as np
import scipy.sparse as sp

from recsys_helpers.models.scratch.layers import Parameter


class Embedding:
    """Rows `ids` (batch,) of a table (n_rows, dim) that starts uniform in ± scale: y (batch, dim). Built in lesson 07.

    With n_rows = [n_users, n_items], ids are (batch, 2): column j looks up in table j, and y (batch, 2 · dim) holds
    both rows side by side. Ids may repeat: y = one_hot @ table, so the gradient of the table is one_hotᵀ @ grad, and a
    row that was looked up twice collects both gradients.

    lazy=True: a step of an optimiser leaves the rows that are not in the batch, and their memory, as they are. By
    default, as in Keras, these rows have gradient 0, and fading memory (or a penalty) may still move them.

    >>> Embedding([5, 9], 2, np.random.default_rng(0)).forward(np.array([[4, 8], [0, 8], [4, 1]])).shape
    (3, 4)
    """

    def __init__(
        self,
        n_rows: int | list[int],
        dim: int,
        rng: np.random.Generator,
        l2: float = 0.0,
        dtype: type = np.float64,
        scale: float = 0.05,
        lazy: bool = False,
    ):
        self.n_rows = np.atleast_1d(n_rows)
        self.first_row = np.cumsum(self.n_rows) - self.n_rows  # the tables are stacked, one below another
        start = rng.uniform(-scale, scale, (self.n_rows.sum(), dim)).astype(dtype)
        self.table = _Table(start, l2, lazy)
        self.parameters = [self.table]

    def forward(self, ids: np.ndarray, training: bool = False) -> np.ndarray:
        ids = self._checked(ids)  # (batch, n_tables)
        self.ids = (ids.astype(np.int64) + self.first_row).ravel()
        return self.table.value[self.ids].reshape(len(ids), self.table.value.shape[1] * len(self.n_rows))

    def backward(self, grad: np.ndarray) -> None:
        """Store the gradient of the table; ids have none, so there is nothing to return."""
        self.table.forget()
        self.table.rows, row = np.unique(self.ids, return_inverse=True)
        one_hot_T = sp.csc_array((np.ones(len(row), grad.dtype), row, np.arange(len(row) + 1)))  # a 1 in each column
        self.table.grad[self.table.rows] = one_hot_T @ grad.reshape(len(row), -1)

    def _checked(self, ids: np.ndarray) -> np.ndarray:
        """The ids as (batch, n_tables), or an error that says what is wrong with them."""
        ids = np.atleast_1d(ids)
        ids = ids[:, None] if ids.ndim == 1 else ids
        if ids.dtype.kind not in "iu" or ids.shape[1] != len(self.n_rows):
            raise TypeError(f"Embedding expects {len(self.n_rows)} integer ids a row, got {ids.shape[1]}, {ids.dtype}.")
        if (ids < 0).any() or (ids >= self.n_rows).any():
            raise IndexError(f"Ids are {ids.min()} … {ids.max()}, n_rows {self.n_rows}. If negative: an overflow?")
        return ids

    def __repr__(self) -> str:
        n_rows = self.n_rows.tolist()
        return f"Embedding({n_rows if len(n_rows) > 1 else n_rows[0]}, {self.table.value.shape[1]})"


class _Table(Parameter):
    """A parameter of many rows, of which a batch touches few: `rows` are those that have a gradient."""

    def __init__(self, value: np.ndarray, l2: float, lazy: bool):
        super().__init__(value, l2)
        self.lazy, self.rows = lazy, np.empty(0, np.int64)

    def forget(self) -> None:
        """Set the gradient back to 0 where the last batch left one: cheaper than everywhere."""
        self.grad[self.rows] = 0

    def move(self, rule, memory: dict) -> None:
        if not self.lazy:
            return super().move(rule, memory)
        touched = Parameter(self.value[self.rows], self.l2)  # copies of these rows, and of their memory
        touched.grad = self.grad[self.rows]
        touched_memory = {name: array[self.rows] for name, array in memory.items()}
        touched.move(rule, touched_memory)
        self.value[self.rows] = touched.value
        for name, array in touched_memory.items():
            memory[name][self.rows] = array
