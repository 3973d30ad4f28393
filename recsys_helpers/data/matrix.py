"""From a frame of interactions to the sparse 0/1 matrix that the linear models read."""

import numpy as np
import pandas as pd
import scipy.sparse as sp

from recsys_helpers.data.ids import IdMap, pair_indices


def to_matrix(interactions: pd.DataFrame, users: IdMap, items: IdMap) -> sp.csr_array:
    """Sparse 0/1 matrix of who interacted with what, shape (users.n_rows, items.n_rows); row and column 0 empty.

    Raises KeyError if a map does not know a user or an item of the frame. Built in lesson 04.

    >>> frame = pd.DataFrame({"user_id": [7, 8], "item_id": [50, 40]})
    >>> to_matrix(frame, IdMap([7, 8]), IdMap([40, 50])).toarray()
    array([[0., 0., 0.],
           [0., 0., 1.],
           [0., 1., 0.]], dtype=float32)
    """
    user_idx, item_idx = pair_indices(interactions, users, items)
    shape = (users.n_rows, items.n_rows)
    matrix = sp.csr_array((np.ones(len(user_idx), dtype=np.float32), (user_idx, item_idx)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix
