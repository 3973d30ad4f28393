"""From interactions to training examples: histories in time order, windows with the next item, negatives.

Everything is in dense indices; 0 pads, always at the end, so a causal model never meets it before a real item.
"""

import numpy as np
import pandas as pd

from recsys_helpers.data.ids import IdMap


def histories(interactions: pd.DataFrame, users: IdMap, items: IdMap) -> list[np.ndarray]:
    """Item indices of each user, oldest first; entry 0 (padding) is empty. Built in lesson 10.

    Rows must be in time order within each user, as every split of `recsys_helpers.data.splits` leaves them; after
    `pd.concat([train, valid])` they still are.

    >>> frame = pd.DataFrame({"user_id": [7, 8, 7], "item_id": [50, 40, 40], "timestamp": [1, 5, 2]})
    >>> [history.tolist() for history in histories(frame, IdMap([7, 8]), IdMap([40, 50]))]
    [[], [2, 1], [1]]
    """
    user_idx, item_idx = users.to_idx(interactions["user_id"]), items.to_idx(interactions["item_id"])
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
