"""Typical wrong answers of lesson 16; each must be refused, each with its own hint."""

import numpy as np


def ranks_of(scores, sign=-1):
    return np.argsort(np.argsort(sign * scores, axis=1), axis=1) + 1


def rows_with(scores, candidates, labels):
    return scores[:, candidates].T, labels[candidates].astype(int)


WRONG = {
    "16.2": [
        (lambda scores: (scores - scores.mean()) / scores.std(), "You use one mean and one standard"),
        (
            lambda scores: (scores - scores.mean(axis=1, keepdims=True)) / scores.std(axis=0),
            "You take the mean of each row,",
        ),
        (lambda scores: scores - scores.mean(axis=1, keepdims=True), "and stop there"),
        (
            lambda scores: (scores - scores.mean(axis=1, keepdims=True)) / scores.var(axis=1, keepdims=True),
            "the variance",
        ),
    ],
    "16.4": [
        (lambda scores, k: (1 / (k + ranks_of(scores) - 1)).sum(axis=0), "count from 0"),
        (lambda scores, k: (1 / (k + ranks_of(scores, sign=1))).sum(axis=0), "lowest score"),
        (lambda scores, k: (1 / (k + np.argsort(-scores, axis=1) + 1)).sum(axis=0), "not the rank of each item. Apply"),
        (lambda scores, k: (1 / (k + ranks_of(scores))).sum(axis=1), "one number per model"),
        (lambda scores, k: ranks_of(scores).sum(axis=0), "add up the ranks"),
    ],
    "16.6": [
        (lambda a, b: (a & b).sum() / a.sum(), "hits of `a`"),
        (lambda a, b: (a & b).sum() / (a.sum() + b.sum()), "a.sum() + b.sum() counts the"),
        (lambda a, b: (a & b).mean(), "number of all entries"),
        (lambda a, b: (a == b).mean(), "You count the entries where both"),
    ],
    "16.8": [  # the first two are the leak of the lesson, planted: labels and rows that the members learned from
        (lambda scores, seen, hidden: rows_with(scores, np.ones_like(seen), seen), "all films are rows, and the label"),
        (
            lambda scores, seen, hidden: rows_with(scores, seen, seen),
            "This is the leak: your rows are the films that the members learned from,",
        ),
        (lambda scores, seen, hidden: rows_with(scores, np.ones_like(seen), hidden), "Your rows include films that"),
        (lambda scores, seen, hidden: rows_with(scores, hidden, hidden), "All your rows are positive"),
        (
            lambda scores, seen, hidden: (scores[:, ~seen], hidden[~seen].astype(int)),
            "X has one row per model. Transpose",
        ),
    ],
}
