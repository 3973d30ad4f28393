"""From interactions to training examples: histories in time order, windows with the next item, negatives.

Everything is in dense indices; 0 pads, always at the end, so a causal model never meets it before a real item.
"""

import numpy as np
import pandas as pd

from recsys_helpers.data.ids import IdMap, pair_indices
from recsys_helpers.data.splits import check_complete


def histories(interactions: pd.DataFrame, users: IdMap, items: IdMap) -> list[np.ndarray]:
    """Item indices of each user, oldest first; entry 0 (padding) is empty. Built in lesson 10.

    Rows must be in time order within each user, as every split of `recsys_helpers.data.splits` leaves them; after
    `pd.concat([train, valid])` they still are.

    >>> frame = pd.DataFrame({"user_id": [7, 8, 7], "item_id": [50, 40, 40], "timestamp": [1, 5, 2]})
    >>> [history.tolist() for history in histories(frame, IdMap([7, 8]), IdMap([40, 50]))]
    [[], [2, 1], [1]]
    """
    check_complete(interactions)
    user_idx, item_idx = pair_indices(interactions, users, items)
    times = interactions["timestamp"].to_numpy()
    order = np.argsort(user_idx, kind="stable")
    is_earlier = (np.diff(times[order]) < 0) & (np.diff(user_idx[order]) == 0)
    if is_earlier.any():
        raise ValueError("Rows of a user are not in time order: sort with `order_in_time` before building histories.")
    cuts = np.searchsorted(user_idx[order], np.arange(1, users.n_rows))
    return np.split(item_idx[order].astype(np.int32), cuts)


def last_items(histories: list[np.ndarray], length: int) -> np.ndarray:
    """The newest `length` items of each history, zeros behind the last one; shape (n_histories, length).

    Built in lesson 10.

    >>> last_items([np.array([], int), np.array([4, 5, 6]), np.array([9])], length=2)
    array([[0, 0],
           [5, 6],
           [9, 0]], dtype=int32)
    """
    if length < 1:
        raise ValueError(f"length must be at least 1, not {length}.")
    padded = np.zeros((len(histories), length), np.int32)
    for row, history in enumerate(histories):
        newest = history[-length:]
        padded[row, : len(newest)] = newest
    return padded


def windows(
    histories: list[np.ndarray], length: int, rng: np.random.Generator, horizon: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Cut histories into windows: `inputs` and, for every place, the `targets` that come soon after it.

    Both have shape (n_windows, length), 0 pads at the end. The target of a place is one of the next `horizon` items of
    the same user, drawn at random (1: always the next). Windows start at a random offset, so each call gives others.
    The last window of a user always ends at the newest item. Built in lesson 10.

    >>> windows([np.array([1, 2, 3])], length=4, rng=np.random.default_rng(0))
    (array([[1, 2, 0, 0]], dtype=int32), array([[2, 3, 0, 0]], dtype=int32))
    """
    if length < 1 or horizon < 1:
        raise ValueError(f"length and horizon must be at least 1, not {length} and {horizon}.")
    inputs, targets = [], []
    for history in histories:
        end = len(history)
        stops = [end, *range(end - int(rng.integers(1, length + 1)), 1, -length)]
        for stop in stops:
            places = np.arange(max(0, stop - 1 - length), stop - 1)
            if len(places) == 0:
                continue
            ahead = np.minimum(places + 1 + rng.integers(0, horizon, len(places)), end - 1)
            pad = (0, length - len(places))
            inputs.append(np.pad(history[places], pad))
            targets.append(np.pad(history[ahead], pad))
    if not inputs:
        raise ValueError("No user has two items, so there is no next item to learn from.")
    return np.array(inputs, np.int32), np.array(targets, np.int32)


def windows_with_targets(
    histories: list[np.ndarray],
    length: int,
    n_windows: int,
    n_positions: int,
    horizon: int,
    target_decay: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw windows and, in each, several positions with a target: `window`, `n_seen`, `target`.

    Shapes (n_windows, length), (n_windows, n_positions), (n_windows, n_positions). `window` holds consecutive items, 0
    pads at the end; `n_seen` says how many of them, counted from the first, a prediction may use; `target` lies j
    items behind these, j from 0 to `horizon` − 1 with a probability proportional to exp(−j / target_decay), or is the
    newest item if the history ends before. A history with n + 1 items is drawn with a probability proportional to
    n, so that every position of every history counts about the same.

    >>> window, n_seen, target = windows_with_targets([np.array([7, 8])], 3, 1, 2, 5, 1.0, np.random.default_rng(0))
    >>> window, n_seen, target
    (array([[7, 0, 0]], dtype=int32), array([[1, 1]], dtype=int32), array([[8, 8]], dtype=int32))
    """
    if min(length, n_windows, n_positions, horizon) < 1 or target_decay <= 0:
        raise ValueError("length, n_windows, n_positions, horizon and target_decay must be positive.")
    lengths = np.array([len(history) for history in histories])
    if lengths.max() < 2:
        raise ValueError("No user has two items, so there is no next item to learn from.")
    starts = np.cumsum(lengths) - lengths
    flat = np.concatenate(histories).astype(np.int32)
    share = np.maximum(lengths - 1, 0)
    owner = rng.choice(len(lengths), n_windows, p=share / share.sum())
    newest = lengths[owner] - 1  # the newest item is never read, it can only be a target
    stop = np.minimum(1 + (rng.random(n_windows) * newest).astype(int) + rng.integers(0, length, n_windows), newest)
    first = np.maximum(stop - length, 0)

    at = first[:, None] + np.arange(length)
    is_real = at < stop[:, None]
    window = np.where(is_real, flat[np.minimum(starts[owner][:, None] + at, len(flat) - 1)], 0)
    n_seen = 1 + (rng.random((n_windows, n_positions)) * (stop - first)[:, None]).astype(np.int32)
    nearness = np.exp(-np.arange(horizon) / target_decay)
    ahead = rng.choice(horizon, n_seen.shape, p=nearness / nearness.sum())
    target = flat[starts[owner][:, None] + np.minimum(first[:, None] + n_seen + ahead, newest[:, None])]
    return window, n_seen, target
