"""Checks of lesson 00, start here."""

import numpy as np

from recsys_helpers.exercises import Sign, choice, exercise, judge, predict, takes_best, trace

trace(
    "00.1",
    "O1",
    0.25,
    {
        0.45: "You added 0.10. The third film speaks against *Shrek*: its weight is −0.10.",
        0.35: "You added only two of the weights. Add the third one as well, −0.10.",
        -0.25: "The signs are reversed: two weights are positive, one is negative.",
    },
    "Add all three weights, including the negative one.",
    "A score is a sum of weights; a negative weight lowers it.",
)


def _best(scores, known, k, hidden=-np.inf):
    scores = scores.copy()
    scores[known] = hidden
    return np.argsort(-scores)[:k]


def _hidden(scores, known, by):
    scores = scores.copy()
    scores[known] = by(scores) if callable(by) else by
    return scores


@exercise(
    "00.2",
    "O1",
    "code",
    done="Most recommenders of this course end with these steps: hide known items, sort by score, cut to k.",
)
def recommend(answer) -> None:
    rng = np.random.default_rng(0)
    cases = []
    for n_items, n_known, k in ((6, 2, 3), (9, 1, 4), (12, 4, 5), (7, 3, 4), (8, 4, 4), (5000, 30, 900)):
        scores = rng.normal(size=n_items)
        known = np.argsort(-scores)[:n_known]  # the known ones would come first
        cases.append((scores, rng.permutation(known), k))
    cases.append((np.array([0.3, 0.9, 0.1, 0.5]), np.array([3, 1]), 2))  # all the others are asked for
    mistakes = {
        "You return more than k films. Cut the list to k at the end.": Sign(
            lambda rows, scores, known, k: (
                len(rows) > k and np.array_equal(np.asarray(rows)[:k], _best(scores, known, k))
            )
        ),
        "You recommend films that are known already. Give them a score of −∞ before you sort.": takes_best(
            lambda scores, known, k: scores
        ),
        "A score of 0 does not hide a film: other scores may be below 0. Use −∞.": takes_best(
            lambda scores, known, k: _hidden(scores, known, 0.0)
        ),
        "A score of −1 does not hide a film: other scores may be below −1. Use −∞.": takes_best(
            lambda scores, known, k: _hidden(scores, known, -1.0)
        ),
        "The lowest score does not hide a film: the one that has it ties with the known ones. Use −∞.": takes_best(
            lambda scores, known, k: _hidden(scores, known, np.min)
        ),
        "You return the lowest scores: sort by minus the score.": takes_best(
            lambda scores, known, k: -_hidden(scores, known, np.inf)
        ),
        "You sort in ascending order, so the hidden films come first: sort by minus the score.": takes_best(
            lambda scores, known, k: -_hidden(scores, known, -np.inf)
        ),
        "Sorting puts NaN at the end, which becomes the beginning when you reverse. Hide films with −∞.": Sign(
            lambda rows, scores, known, k: (
                set(np.asarray(rows)[: len(known)].tolist()) <= set(known.tolist())
                and np.array_equal(rows[len(known) :], _best(scores, known, k)[: max(k - len(known), 0)])
            )
        ),
        "You return the known films themselves. Leave them out: give them −∞ before you sort.": Sign(
            lambda rows, scores, known, k: set(np.asarray(rows).tolist()) <= set(known.tolist())
        ),
        "These are the right films, but the best comes last. Return the best first.": lambda scores, known, k: _best(
            scores, known, k
        )[::-1],
        "These are the right films, but not in order: np.argpartition does not sort. Return the best first.": Sign(
            lambda rows, scores, known, k: set(np.asarray(rows).tolist()) == set(_best(scores, known, k).tolist())
        ),
        "You return the scores. Return the indices of the films.": (
            lambda scores, known, k: scores[_best(scores, known, k)]
        ),
        "You cut to k first and then remove the known films, so too few are left. Hide them first, then cut.": (
            lambda scores, known, k: [row for row in np.argsort(-scores)[:k] if row not in known]
        ),
        "Deleting the known films shifts all later indices, so yours point to other films. Hide them with −∞.": (
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
        "d": "Look at the first line of the report: TensorFlow has no build for that Python version.",
    },
    done="Make a new `.venv` with Python 3.11, 3.12 or 3.13, then run `make lab` again.",
)

predict(
    "00.4",
    "O3",
    truth=4,
    within=0.5,
    low="Lesson 00 has four exercises, and this one counts, too. Look at the map below.",
    high="Lesson 00 has four exercises. Look at the map below.",
    done="Lesson 00 has four exercises, so four squares. Run the next cell and count them.",
)
