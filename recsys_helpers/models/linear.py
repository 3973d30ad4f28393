"""Linear recommenders that know the order of a history: aged rows for any item-to-item matrix, and a next-item model.

What it leaves out: sessions, repeated consumption and time stamps. Age is counted in positions, not in days.
"""

import numpy as np
import scipy.linalg
import scipy.sparse as sp


def age_weights(n_items: int, decay: float = 5.0, floor: float = 0.1) -> np.ndarray:
    """Weight of each item of a history of `n_items`, oldest first; shape (n_items,), the newest item has weight 1.

    weight = floor + (1 − floor) · exp(−age / decay), where the age of the newest item is 0, of the one before it 1, …
    `decay` is in positions and must be positive; `floor`, from 0 to 1, is what remains of the oldest items.
    With `floor` 1 the order has no influence.

    >>> age_weights(3, decay=1.0, floor=0.1).round(2)
    array([0.22, 0.43, 1.  ])
    """
    if decay <= 0 or not 0 <= floor <= 1:
        raise ValueError(f"decay must be positive and floor between 0 and 1, not {decay} and {floor}.")
    return floor + (1 - floor) * np.exp(-np.arange(n_items)[::-1] / decay)


def aged(histories: list[np.ndarray], n_columns: int, decay: float = 5.0, floor: float = 0.1) -> sp.csr_array:
    """One row per history with the age weights of its items, shape (n_histories, n_columns); scores = rows @ weights.

    `histories` hold item indices from 1 to n_columns − 1, oldest first. An item that occurs twice gets both weights.
    With `baselines.ease` as the matrix this is EASE whose input knows which items are newest.

    >>> aged([np.array([], int), np.array([2, 1])], n_columns=3, decay=1.0, floor=0.1).toarray().round(2)
    array([[0.  , 0.  , 0.  ],
           [0.  , 1.  , 0.43]], dtype=float32)
    """
    _check_histories(histories, n_columns)
    lengths = [len(history) for history in histories]
    values = np.concatenate([age_weights(n, decay, floor) for n in lengths]).astype(np.float32)
    rows = sp.csr_array((values, (np.repeat(np.arange(len(histories)), lengths), np.concatenate(histories))),
                        shape=(len(histories), n_columns))  # fmt: skip
    rows.sum_duplicates()
    return rows


def sources_and_targets(
    n_items: int, decay: float = 5.0, floor: float = 0.1, target_decay: float = 5.0, horizon: int = 20
) -> tuple[np.ndarray, np.ndarray]:
    """What the next-item model learns from one history: for each position the weights of its past and of its future.

    Both have shape (n_items − 1, n_items): row t is position t, column s the s-th item of the history, oldest first.
    The source row holds the age weights of the items up to t, the target row exp(−j / target_decay) for the items at
    t + 1 + j, j from 0 to `horizon` − 1; everything else is 0.

    >>> source, target = sources_and_targets(3, decay=1.0, floor=0.1, target_decay=1.0, horizon=20)
    >>> source.round(2)
    array([[1.  , 0.  , 0.  ],
           [0.43, 1.  , 0.  ]])
    >>> target.round(2)
    array([[0.  , 1.  , 0.37],
           [0.  , 0.  , 1.  ]])
    """
    if target_decay <= 0 or horizon < 1:
        raise ValueError(f"target_decay must be positive and horizon at least 1, not {target_decay} and {horizon}.")
    newest_first = age_weights(n_items, decay, floor)[::-1]
    age = np.arange(n_items - 1)[:, None] - np.arange(n_items)[None, :]  # of item s, seen from position t
    source = np.where(age >= 0, newest_first[np.maximum(age, 0)], 0.0)
    ahead = -age - 1
    target = np.where((ahead >= 0) & (ahead < horizon), np.exp(-np.maximum(ahead, 0) / target_decay), 0.0)
    return source, target


def linear_next_item(
    histories: list[np.ndarray],
    n_columns: int,
    regularisation: float = 300.0,
    decay: float = 5.0,
    floor: float = 0.1,
    target_decay: float = 5.0,
    horizon: int = 20,
    min_count: int = 3,
) -> np.ndarray:
    """Item-to-item weights B that best predict the near future of every position from its aged past.

    Scores = `aged(histories, n_columns, decay, floor)` @ B, with the same decay and floor. B = (SᵀS + λI)⁻¹ SᵀT, where
    S and T stack the rows of `sources_and_targets` over all histories. Items with fewer than `min_count` interactions
    have empty rows and columns. Shape (n_columns, n_columns), float32; raises ValueError if no item is left.

    Time grows with the cube of the number of kept items and of the longest history, memory with their squares.

    Source: Choi et al., "Session-aware Linear Item-Item Models for Session-based Recommendation", WWW 2021 (the part
    called SLIT). Unlike there, old items keep a floor weight, the target ends after `horizon` items and has a decay of
    its own, rows are not normalised, sessions are not weighted by their date, and the item-similarity part (SLIS) is
    absent.

    >>> always_next = [np.array([1, 2, 3])] * 9
    >>> weights = linear_next_item(always_next, n_columns=4, regularisation=0.1, decay=0.1, floor=0.0, target_decay=0.1)
    >>> (weights > 0.9)[1:, 1:]
    array([[False,  True, False],
           [False, False,  True],
           [False, False, False]])
    """
    if regularisation <= 0:
        raise ValueError("regularisation must be positive: without it the normal equations may have no solution.")
    _check_histories(histories, n_columns)
    counts = np.bincount(np.concatenate(histories), minlength=n_columns)
    kept = np.flatnonzero(counts >= max(min_count, 1))
    if len(kept) == 0:
        raise ValueError(f"No item has {min_count} interactions, so there is nothing to learn from.")
    position_of = np.full(n_columns, -1)
    position_of[kept] = np.arange(len(kept))

    past = np.zeros((len(kept), len(kept)), np.float32)  # SᵀS
    future = np.zeros_like(past)  # SᵀT
    for history in histories:
        if len(history) < 2:
            continue
        source, target = sources_and_targets(len(history), decay, floor, target_decay, horizon)
        known = position_of[history]
        is_kept = known >= 0
        own, column = np.unique(known[is_kept], return_inverse=True)
        to_item = sp.csr_array((np.ones(len(column)), (np.flatnonzero(is_kept), column)), (len(history), len(own)))
        source, target = ((rows @ to_item).astype(np.float32) for rows in (source, target))  # repeats add up
        block = np.ix_(own, own)
        past[block] += source.T @ source
        future[block] += source.T @ target

    past[np.diag_indices_from(past)] += regularisation
    solved = scipy.linalg.solve(past, future, assume_a="pos", overwrite_a=True, overwrite_b=True)
    weights = np.zeros((n_columns, n_columns), np.float32)
    weights[np.ix_(kept, kept)] = solved
    return weights


def _check_histories(histories: list[np.ndarray], n_columns: int) -> None:
    if not len(histories):
        raise ValueError("There are no histories.")
    items = np.concatenate([np.asarray(history) for history in histories])
    if len(items) and (items.min() < 1 or items.max() >= n_columns):
        raise ValueError(f"Item indices must lie in 1 … {n_columns - 1}; 0 is padding and no item of a history.")
