"""Typical wrong answers to lesson 20, each with a part of the hint that it must get."""

import numpy as np


def gather_with(pieces, adds=False, to=1, offset=1):
    pieces, n = pieces.copy(), len(pieces)
    for step in range(n - 1):
        sent = [pieces[worker, (worker + offset - step) % n].copy() for worker in range(n)]
        for worker in range(n):
            target = (worker + to) % n, (worker + offset - step) % n
            pieces[target] = pieces[target] + sent[worker] if adds else sent[worker]
    return pieces


def by_owner(shards, ids):
    n = len(shards)
    return np.concatenate([shards[k][ids[ids % n == k] // n] for k in range(n)])


def added_up(files, n_films):
    return sum(np.bincount(np.unique(rows, axis=0)[:, 1], minlength=n_films) for rows in files)


WRONG = {
    "20.2": [
        (lambda gradients, sizes: np.mean(gradients, axis=0), "plain mean over workers"),
        (lambda gradients, sizes: sum(s * g for s, g in zip(sizes, gradients)), "sum over all examples"),
        (lambda gradients, sizes: sum(s * g for s, g in zip(sizes, gradients)) / len(sizes), "number of workers"),
        (lambda gradients, sizes: sum(gradients) / sum(sizes), "not weighted"),
        (
            lambda gradients, sizes: sum(g / s for s, g in zip(sizes, gradients)) / len(sizes),
            "You divided each gradient by its size and",
        ),
    ],
    "20.4": [
        (lambda pieces: gather_with(pieces, adds=True), "You add"),
        (lambda pieces: gather_with(pieces, to=-1), "wrong way round"),
        (lambda pieces: gather_with(pieces, to=0), "Each worker writes to"),
        (lambda pieces: gather_with(pieces, offset=0), "You start with the"),
    ],
    "20.7": [
        (lambda shards, ids: np.array([shards[i // len(shards)][i % len(shards)] for i in ids]), "outside its shard"),
        (by_owner, "shard by shard"),
        (lambda shards, ids: np.concatenate(shards)[ids], "consecutive blocks"),
        (
            lambda shards, ids: np.array([shards[i % len(shards)][i // len(shards)] for i in np.unique(ids)]),
            "You return each id",
        ),
    ],
    "20.9": [
        (added_up, "watches a film in two weeks counts twice"),
        (
            lambda files, n_films: np.bincount(np.concatenate(files)[:, 1], minlength=n_films),
            "You count interactions",
        ),
        (
            lambda files, n_films: np.max(
                [np.bincount(np.unique(rows, axis=0)[:, 1], minlength=n_films) for rows in files], axis=0
            ),
            "largest count of one file",
        ),
        (
            lambda files, n_films: np.bincount(np.unique(np.concatenate(files), axis=0)[:, 0], minlength=n_films),
            "column 0",
        ),
    ],
}
