"""Typical wrong answers of lesson 15; each must be refused, each with its own hint."""

import numpy as np


def fold_counted_from_the_end(n_rows, n_folds, horizon, fold):
    origin = n_rows - (fold + 1) * horizon
    return np.arange(origin), np.arange(origin, origin + horizon)


def fold_learns_from_later_rows(n_rows, n_folds, horizon, fold):
    origin = n_rows - (n_folds - fold) * horizon
    valid = np.arange(origin, origin + horizon)
    return np.setdiff1d(np.arange(n_rows), valid), valid


def fold_validates_on_all_later(n_rows, n_folds, horizon, fold):
    origin = n_rows - (n_folds - fold) * horizon
    return np.arange(origin), np.arange(origin, n_rows)


def fold_from_the_oldest(n_rows, n_folds, horizon, fold):
    return np.arange((fold + 1) * horizon), np.arange((fold + 1) * horizon, (fold + 2) * horizon)


def plateau_with(scores, z=1.96, root=np.sqrt, paired=True):
    difference = scores - scores[scores.mean(axis=1).argmax()]
    error = (difference if paired else scores).std(axis=1) / root(scores.shape[1])
    return np.abs(difference.mean(axis=1)) <= z * error


def halving_with(curves, column, sign=-1):
    alive, epoch = np.arange(len(curves)), 1
    while len(alive) > 1:
        order = np.argsort(sign * curves[alive, column(epoch)])
        alive, epoch = alive[order[: len(alive) // 2]], 2 * epoch
    return alive[0]


WRONG = {
    "15.2": [
        (fold_counted_from_the_end, "You count the folds from the"),
        (fold_learns_from_later_rows, "You also learn from the rows after"),
        (fold_validates_on_all_later, "everything after the origin"),
        (fold_from_the_oldest, "the blocks from the oldest row"),
    ],
    "15.6": [
        (lambda u, low, high: low + u * (high - low), "linear scale"),
        (lambda u, low, high: np.log10(low) + u * np.log10(high / low), "exponents of ten"),
        (lambda u, low, high: 10 ** (low + u * (high - low)), "values, not exponents"),
        (lambda u, low, high: 10 ** (np.log(low) + u * np.log(high / low)), "mixed two bases"),
    ],
    "15.7": [
        (lambda scores: plateau_with(scores, root=lambda n: 1), "Divide the standard deviation"),
        (lambda scores: plateau_with(scores, z=1), "Your interval is ± 1 standard"),
        (lambda scores: plateau_with(scores, paired=False), "spread of the scores"),
    ],
    "15.9": [
        (lambda valid, test: test.mean(axis=1).max(), "still chooses"),
        (lambda valid, test: valid[valid.mean(axis=1).argmax()].mean(), "You chose on `valid` and report"),
        (lambda valid, test: valid[test.mean(axis=1).argmax()].mean(), "wrong way round"),
    ],
    "15.10": [
        (lambda curves: curves[:, -1].argmax(), "by the last epoch"),
        (lambda curves: halving_with(curves, lambda epoch: 0), "You rank by the first epoch only."),
        (lambda curves: halving_with(curves, lambda epoch: epoch), "Your column is off by one: the"),
        (lambda curves: halving_with(curves, lambda epoch: epoch - 1, sign=1), "lower half"),
    ],
}
