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


def ascending_with_minus_infinity(scores, known, k):
    scores = scores.copy()
    scores[known] = -np.inf
    return np.argsort(scores, kind="stable")[:k]


def known_is_zero(scores, known, k):
    scores = scores.copy()
    scores[known] = 0
    return np.argsort(-scores, kind="stable")[:k]


def deleted(scores, known, k):
    return np.argsort(-np.delete(scores, known))[:k]


def changes_its_input(scores, known, k):
    scores[known] = -np.inf
    return np.argsort(-scores)[:k]


def not_cut(scores, known, k):
    scores = scores.copy()
    scores[known] = -np.inf
    return np.argsort(-scores)


WRONG = {
    "00.1": [(0.45, "speaks against"), (1, "Add all three weights,")],
    "00.2": [
        (known_not_hidden, "known already"),
        (lowest_first, "You return the lowest scores:"),
        (ascending_with_minus_infinity, "You sort in ascending order,"),
        (known_is_zero, "does not hide"),
        (deleted, "Deleting the known films"),
        (changes_its_input, "Work on a copy"),
        (best_last, "These are the right films,"),
        (scores_not_indices, "return the scores"),
        (not_cut, "You return more than k films."),
    ],
}
