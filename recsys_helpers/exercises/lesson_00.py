"""Checks of lesson 00, start here."""

import numpy as np

from recsys_helpers.exercises import Sign, choice, exercise, judge, predict, takes_best, trace

trace(
    "00.1",
    "O1",
    0.25,
    {
        0.45: "You added 0.10. The third film speaks against it: its weight is −0.10.",
        0.35: "Two of the weights make that. The third one, −0.10, counts too: it takes something off.",
        -0.25: "The signs are reversed: two weights are positive, one is negative.",
    },
    "Add the three weights, the negative one too.",
    "A score is a sum; a negative weight speaks against a film.",
)


def _best(scores, known, k, hidden=-np.inf):
    scores = scores.copy()
    scores[known] = hidden
    return np.argsort(-scores)[:k]


def _hidden(scores, known, by):
    scores = scores.copy()
    scores[known] = by(scores) if callable(by) else by
    return scores


@exercise("00.2", "O1", "code", done="These three lines end every recommender of this course.")
def recommend(answer) -> None:
    rng = np.random.default_rng(0)
    cases = []
    for n_items, n_known, k in ((6, 2, 3), (9, 1, 4), (12, 4, 5), (7, 3, 4), (8, 4, 4), (5000, 30, 900)):
        scores = rng.normal(size=n_items)
        known = np.argsort(-scores)[:n_known]  # the known ones would come first
        cases.append((scores, rng.permutation(known), k))
    cases.append((np.array([0.3, 0.9, 0.1, 0.5]), np.array([3, 1]), 2))  # all the others are asked for
    mistakes = {
        "Cut at the end: k films are asked for, yours are more.": Sign(
            lambda rows, scores, known, k: (
                len(rows) > k and np.array_equal(np.asarray(rows)[:k], _best(scores, known, k))
            )
        ),
        "You recommend what is known already. Give it a score of −∞ before you sort.": takes_best(
            lambda scores, known, k: scores
        ),
        "A score of 0 does not hide: other scores may be below 0. Take −∞.": takes_best(
            lambda scores, known, k: _hidden(scores, known, 0.0)
        ),
        "A score of −1 does not hide: other scores may be below −1. Take −∞.": takes_best(
            lambda scores, known, k: _hidden(scores, known, -1.0)
        ),
        "The lowest score does not hide: the film that has it stands level with the known ones. Take −∞.": takes_best(
            lambda scores, known, k: _hidden(scores, known, np.min)
        ),
        "Yours are the lowest scores: sort by minus the score.": takes_best(
            lambda scores, known, k: -_hidden(scores, known, np.inf)
        ),
        "The lowest scores come first in yours, and the hidden ones before them: sort by minus the score.": takes_best(
            lambda scores, known, k: -_hidden(scores, known, -np.inf)
        ),
        "NaN is sorted to the end, which becomes the beginning when you reverse. Hide with −∞.": Sign(
            lambda rows, scores, known, k: (
                set(np.asarray(rows)[: len(known)].tolist()) <= set(known.tolist())
                and np.array_equal(rows[len(known) :], _best(scores, known, k)[: max(k - len(known), 0)])
            )
        ),
        "You return the known films themselves. Leave them out: give them −∞ before you sort.": Sign(
            lambda rows, scores, known, k: set(np.asarray(rows).tolist()) <= set(known.tolist())
        ),
        "The right ones, but the best stands last. Best first.": lambda scores, known, k: _best(scores, known, k)[::-1],
        "The right ones, but not in order: np.argpartition does not sort. Best first.": Sign(
            lambda rows, scores, known, k: set(np.asarray(rows).tolist()) == set(_best(scores, known, k).tolist())
        ),
        "You return the scores. The indices of the films are asked for.": (
            lambda scores, known, k: scores[_best(scores, known, k)]
        ),
        "You cut to k first and take the known ones out of these, so too few are left. Hide, then cut.": (
            lambda scores, known, k: [row for row in np.argsort(-scores)[:k] if row not in known]
        ),
        "Deleting the known ones shifts all indices behind them: yours point to other films. Hide, do not delete.": (
            lambda scores, known, k: np.argsort(-np.delete(scores, known))[:k]
        ),
    }

    def view(rows, scores, known, k):  # films of equal score may change places
        return _hidden(scores, known, -np.inf)[np.asarray(rows)]

    judge(answer, cases, _best, mistakes, keeps_input=True, view=view)


choice(
    "00.3",
    "O2",
    right="b",
    why_not={
        "a": "No lesson needs a GPU: all were written and timed on two processor cores.",
        "c": "4 GiB of free memory are enough for every lesson.",
        "d": "Look at the first line of the report: TensorFlow has no build for that version.",
    },
    done="A new `.venv` with Python 3.11, 3.12 or 3.13, and `make lab` again.",
)

predict(
    "00.4",
    "O3",
    truth=4,
    within=0.5,
    low="Lesson 00 has four exercises, this one counts too. Look at the map below.",
    high="Lesson 00 has four exercises. Look at the map below.",
    done="Run the next cell and count.",
)
