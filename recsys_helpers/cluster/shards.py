"""Pairs of films to learn from, and a table cut into shards: row id belongs to shard id % n, position id // n."""

from collections.abc import Sequence

import numpy as np


def film_pairs(histories: Sequence[np.ndarray], n_rows: int, rng: np.random.Generator):
    """Pairs of films in random order: left, right, label, each of shape (2 n,).

    Label 1: somebody watched `right` directly after `left`. For each such pair there is one with label 0 and a random
    film from 1 to n_rows − 1 on the right.

    >>> left, right, label = film_pairs([np.array([3, 5, 4])], 9, np.random.default_rng(0))
    >>> sorted(left.tolist()), float(label.sum()), {(3, 5), (5, 4)} <= set(zip(left.tolist(), right.tolist()))
    ([3, 3, 5, 5], 2.0, True)
    """
    first = np.concatenate([films[:-1] for films in histories])
    second = np.concatenate([films[1:] for films in histories])
    order = rng.permutation(2 * len(first))
    left = np.tile(first, 2)[order]
    right = np.concatenate([second, rng.integers(1, n_rows, len(first))])[order]
    return left, right, np.repeat([1.0, 0.0], len(first))[order]


def cut(table: np.ndarray, n: int) -> list[np.ndarray]:
    """The n shards of a table of shape (n_rows, dim), each a copy.

    >>> [shard.tolist() for shard in cut(np.arange(5)[:, None], 2)]
    [[[0], [2], [4]], [[1], [3]]]
    """
    return [table[k::n].copy() for k in range(n)]


def together(shards: Sequence[np.ndarray]) -> np.ndarray:
    """The table that was cut, shape (n_rows, dim).

    >>> together(cut(np.arange(5), 3)).tolist()
    [0, 1, 2, 3, 4]
    """
    table = np.empty((sum(map(len, shards)), *shards[0].shape[1:]), shards[0].dtype)
    for k, shard in enumerate(shards):
        table[k :: len(shards)] = shard
    return table


def look_up(shards: Sequence[np.ndarray], ids: np.ndarray) -> np.ndarray:
    """The rows of `ids` (m,), in this order, shape (m, dim). Built in lesson 20.

    Raises IndexError for an id that the table does not have.

    >>> look_up(cut(10 * np.arange(5)[:, None], 2), np.array([4, 1, 4])).tolist()
    [[40], [10], [40]]
    """
    ids = np.asarray(ids)
    n_rows = sum(map(len, shards))
    if len(ids) and not (0 <= ids.min() and ids.max() < n_rows):
        raise IndexError(f"The table has rows 0 to {n_rows - 1}; asked for {ids.min()} to {ids.max()}.")
    result = np.empty((len(ids), *shards[0].shape[1:]), shards[0].dtype)
    for k, shard in enumerate(shards):
        mine = ids % len(shards) == k
        result[mine] = shard[ids[mine] // len(shards)]
    return result


def gradient(table: np.ndarray, left: np.ndarray, right: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Gradient of the mean logistic loss of pairs of rows, whose score is their dot product; the shape of the table.

    Each pair adds to the rows of its two films: the scatter-add of lesson 07.

    >>> gradient(np.array([[0.0], [2.0], [5.0]]), np.array([0]), np.array([1]), np.array([1.0])).ravel().tolist()
    [-1.0, 0.0, 0.0]
    """
    one, other = table[left], table[right]
    with np.errstate(over="ignore"):
        probability = 1 / (1 + np.exp(-(one * other).sum(axis=1)))
    error = ((probability - label) / len(label))[:, None].astype(table.dtype)
    result = np.zeros_like(table)
    np.add.at(result, left, error * other)
    np.add.at(result, right, error * one)
    return result


def mean_loss(table: np.ndarray, left: np.ndarray, right: np.ndarray, label: np.ndarray) -> float:
    """The mean logistic loss whose gradient `gradient` is.

    >>> pair = np.array([0]), np.array([1]), np.array([1.0])
    >>> float(round(mean_loss(np.zeros((2, 3)), *pair), 4))
    0.6931
    """
    score = (table[left] * table[right]).sum(axis=1)
    return float(np.logaddexp(0, np.where(label == 1, -score, score)).mean())


def trained(table: np.ndarray, pairs: Sequence[np.ndarray], batches: Sequence[slice], rate: float) -> np.ndarray:
    """The table after one step of gradient descent for each batch of the pairs (left, right, label), in one process.

    >>> pairs = np.array([0]), np.array([1]), np.array([1.0])
    >>> trained(np.array([[0.0], [2.0]]), pairs, [slice(0, 1)], rate=0.5).ravel().tolist()
    [0.5, 2.0]
    """
    table = table.copy()
    for rows in batches:
        table -= rate * gradient(table, *(column[rows] for column in pairs))
    return table
