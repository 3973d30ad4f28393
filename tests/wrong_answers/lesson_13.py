"""Typical wrong answers of lesson 13; each must be refused, each with its own hint."""

import numpy as np


def _mean_without_guard(history, features):
    is_real = history > 0
    with np.errstate(invalid="ignore"):
        return (features[history] * is_real[:, :, None]).sum(axis=1) / is_real.sum(axis=1)[:, None]


def _hits(film):
    return (film[:, None] == film) & ~np.eye(len(film), dtype=bool)


WRONG = {
    "13.2": [
        (lambda years, knots: np.eye(len(knots))[np.abs(years[:, None] - knots).argmin(axis=1)], "nearest knot"),
        (
            lambda years, knots: np.array([np.interp(years, knots, row) for row in np.eye(len(knots))]),
            "one row for each",
        ),
        (
            lambda years, knots: np.column_stack(
                [np.interp(years, knots, row, left=0, right=0) for row in np.eye(len(knots))]
            ),
            "get rows of zeros",
        ),
        (lambda years, knots: np.abs(years[:, None] - knots), "These are distances"),
        (lambda years, knots: np.interp(years, knots, np.arange(len(knots))), "one number for each year"),
    ],
    "13.4": [
        (lambda history, features: features[history].mean(axis=1), "and it is not a film"),
        (
            lambda history, features: (features[history] * (history > 0)[:, :, None]).sum(axis=1),
            "That is the sum",
        ),
        (
            lambda history, features: (features[history] * (history > 0)[:, :, None]).mean(axis=1),
            "length of the row",
        ),
        (_mean_without_guard, "0 / 0"),
    ],
    "13.5": [
        (
            lambda scores, film, log_p: np.where(_hits(film), -1e9, scores + log_p[film]),
            "sign of the logQ",
        ),
        (
            lambda scores, film, log_p: np.where(_hits(film), -1e9, scores - log_p[film][:, None]),
            "correct by row",
        ),
        (
            lambda scores, film, log_p: np.where(film[:, None] == film, -1e9, scores - log_p[film]),
            "diagonal is masked as well",
        ),
        (lambda scores, film, log_p: scores - log_p[film], "still count"),
        (lambda scores, film, log_p: np.where(_hits(film), -1e9, scores), "correction is missing"),
    ],
    "13.7": [
        (lambda content, id_vectors, counts: content, "gone for all films"),
        (lambda content, id_vectors, counts: content + id_vectors * (counts == 0)[:, None], "wrong way round"),
        (lambda content, id_vectors, counts: content + id_vectors * (counts > 1)[:, None], "one rating"),
        (lambda content, id_vectors, counts: content + id_vectors * counts[:, None], "multiply by the counts"),
    ],
    "13.9": [
        (lambda warm, cold, slots, k: warm[:k], "No cold film"),
        (lambda warm, cold, slots, k: warm[: k - len(slots)] + cold[: len(slots)], "at the end"),
        (
            lambda warm, cold, slots, k: [
                cold[sorted(slots).index(p)] if p in slots else warm[p - 1] for p in range(1, k + 1)
            ],
            "lost at each slot",
        ),
        (
            lambda warm, cold, slots, k: [
                cold[0] if p in slots else warm[p - 1 - sum(s < p for s in slots)] for p in range(1, k + 1)
            ],
            "same cold film",
        ),
    ],
}
