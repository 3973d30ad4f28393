"""Checks of lesson 00, start here."""

import copy
from functools import partial

import numpy as np

from recsys_helpers.exercises import NotYet, choice, exercise, judge, predict, trace

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


def _best(scores, known, k, hidden=-np.inf, sign=-1):
    scores = scores.copy()
    scores[known] = hidden
    return np.argsort(sign * scores, kind="stable")[:k]


@exercise("00.2", "O1", "code", done="These three lines end every recommender of this course.")
def recommend(answer) -> None:
    rng = np.random.default_rng(0)
    cases = []
    for n_items, n_known, k in ((6, 2, 3), (9, 1, 4), (12, 4, 5), (7, 3, 4), (5000, 30, 900)):
        scores = rng.normal(size=n_items)
        known = np.argsort(-scores)[:n_known]  # the known ones would come first
        cases.append((scores, rng.permutation(known), k))
    kept = copy.deepcopy(cases[0])
    if callable(answer):
        answer(*kept)
        if not np.array_equal(kept[0], cases[0][0]):
            raise NotYet("Your function changed the `scores` that came in. Work on a copy: `scores = scores.copy()`.")
    mistakes = {
        "You recommend what is known already. Give it a score of −∞ before you sort.": (
            lambda scores, known, k: _best(scores, [], k)
        ),
        "A score of 0 does not hide: other scores may be below 0. Take −∞.": partial(_best, hidden=0.0),
        "Yours are the lowest scores: sort by minus the score.": partial(_best, hidden=np.inf, sign=1),
        "The lowest scores come first in yours, and the hidden ones before them: sort by minus the score.": partial(
            _best, sign=1
        ),
        "The right ones, but the best stands last. Best first.": lambda scores, known, k: _best(scores, known, k)[::-1],
        "You return the scores. The indices of the films are asked for.": (
            lambda scores, known, k: scores[_best(scores, known, k)]
        ),
        "Deleting the known ones shifts all positions behind them: your indices point to others. Hide, do not "
        "delete.": (lambda scores, known, k: np.argsort(-np.delete(scores, known))[:k]),
    }
    judge(answer, cases, _best, mistakes)


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
