"""Typical wrong answers of lesson 00; each must be refused, each with its own hint."""

import numpy as np


def known_not_hidden(scores, known, k):
    return np.argsort(-scores)[:k]


def lowest_first(scores, known, k):
    scores = scores.copy()
    scores[known] = np.inf
    return np.argsort(scores)[:k]


def best_last(scores, known, k):
    scores = scores.copy()
    scores[known] = -np.inf
    return np.argsort(scores)[-k:]


def scores_not_indices(scores, known, k):
    scores = scores.copy()
    scores[known] = -np.inf
    return -np.sort(-scores)[:k]


def not_cut(scores, known, k):
    scores = scores.copy()
    scores[known] = -np.inf
    return np.argsort(-scores)


WRONG = {
    "00.1": [(0.45, "speaks against"), (1, "negative one too")],
    "00.2": [
        (known_not_hidden, "known already"),
        (lowest_first, "lowest scores"),
        (best_last, "best stands last"),
        (scores_not_indices, "return the scores"),
        (not_cut, "shape"),
    ],
}
