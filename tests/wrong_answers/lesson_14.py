"""Typical wrong answers of lesson 14; each must be refused, each with its own hint."""

import numpy as np


def _same(category, fold, other_folds):
    same = category[:, None] == category
    return same & (fold[:, None] != fold) if other_folds else same


def _rates(category, label, fold, overall, strength):
    used = category[:, None] == category
    return (used @ label + strength * overall) / (used.sum(axis=1) + strength)


def _without_itself(category, label, fold, overall, strength):
    used = (category[:, None] == category) & ~np.eye(len(label), dtype=bool)
    return (used @ label + strength * overall) / (used.sum(axis=1) + strength)


def _own_fold(category, label, fold, overall, strength):
    used = (category[:, None] == category) & (fold[:, None] == fold)
    return (used @ label + strength * overall) / (used.sum(axis=1) + strength)


def _sum_only(category, label, fold, overall, strength):
    used = _same(category, fold, True)
    return (used @ label + strength * overall) / (_same(category, fold, False).sum(axis=1) + strength)


def _any_category(category, label, fold, overall, strength):
    used = fold[:, None] != fold
    return (used @ label + strength * overall) / (used.sum(axis=1) + strength)


def _groups(p, n_bins):
    return np.array_split(np.argsort(p, kind="stable"), n_bins)


def _width(p, happened, n_bins):
    number = np.minimum((p * n_bins).astype(int), n_bins - 1)
    return sum(
        (number == bin).mean() * abs(p[number == bin].mean() - happened[number == bin].mean())
        for bin in np.unique(number)
    )


def _weights(scores, axis=1):
    weights = np.exp(scores - scores.max())
    return weights / weights.sum(axis=axis, keepdims=True)


WRONG = {
    "14.2": [
        (lambda q, kept: q * kept, "multiply the *odds* by w"),
        (lambda q, kept: kept * q / (1 - q), "odds of p"),
        (lambda q, kept: q / (q + (1 - q) * kept), "wrong way round"),
        (lambda q, kept: 1 - (1 - q) * kept, "probability of a negative"),
        (lambda q, kept: q / (q + (1 - q) * (1 - kept)), "share thrown away"),
    ],
    "14.4": [
        (_without_itself, "leave out only the row itself"),
        (_own_fold, "own fold"),
        (_sum_only, "the count does not"),
        (_any_category, "all categories"),
        (_rates, "still in the sum"),
    ],
    "14.6": [
        (lambda x, V: ((x @ V) ** 2 - x**2 @ V**2).sum(axis=1), "halve"),
        (lambda x, V: ((x @ V) ** 2 - x**2 @ V).sum(axis=1) / 2, "vectors must be squared"),
        (lambda x, V: ((x @ V) ** 2).sum(axis=1) / 2, "still in it"),
        (lambda x, V: ((x @ V) ** 2 - x**2 @ V**2).sum(axis=0) / 2, "axis 0"),
        (lambda x, V: ((x @ V) ** 2 - x**2 @ V**2) / 2, "for each coordinate"),
    ],
    "14.7": [
        (lambda x0, x, W, b: x0 * (x0 @ W + b) + x, "dense layer reads `x0`"),
        (lambda x0, x, W, b: x * (x @ W + b) + x, "multiply by `x`"),
        (lambda x0, x, W, b: x0 * (x @ W + b) + x0, "You add `x0`. Add"),
        (lambda x0, x, W, b: x0 * (x @ W + b), "not added back"),
        (lambda x0, x, W, b: x0 * (x @ W) + b + x, "outside the product"),
    ],
    "14.9": [
        (lambda p, h, n: sum(len(r) / len(p) * (p[r].mean() - h[r].mean()) for r in _groups(p, n)), "cancel"),
        (_width, "equal *width*"),
        (lambda p, h, n: np.abs(p - h).mean(), "single rows"),
        (lambda p, h, n: sum(abs(p[r].mean() - h[r].mean()) for r in _groups(p, n)), "You add the gaps"),
        (
            lambda p, h, n: sum(
                len(r) / len(p) * abs(p[r].mean() - h[r].mean()) for r in np.array_split(np.arange(len(p)), n)
            ),
            "in which they come",
        ),
    ],
    "14.11": [
        (lambda experts, scores: (scores[:, :, None] * experts).sum(axis=1), "softmax is missing"),
        (lambda experts, scores: (_weights(scores, 0)[:, :, None] * experts).sum(axis=1), "over the rows"),
        (lambda experts, scores: (_weights(scores)[:, :, None] * experts).mean(axis=1), "You average"),
        (lambda experts, scores: (_weights(scores)[:, :, None] * experts).sum(axis=2), "over the width"),
        (lambda experts, scores: experts.mean(axis=1), "count alike"),
    ],
}
