"""Checks of lesson 00, start here."""

import numpy as np

from recsys_helpers.exercises import NotYet, as_number, choice, exercise, judge, predict


@exercise("00.1", "O1", "trace", done="A score is a sum; a negative weight speaks against a film.")
def score_of_three(answer) -> None:
    number = as_number(answer)
    if np.isclose(number, 0.45):
        raise NotYet("You added 0.10. The third film speaks against it: its weight is −0.10.")
    if not np.isclose(number, 0.25):
        raise NotYet("Add the three weights, the negative one too.")


def _best(scores, known, k):
    scores = scores.copy()
    scores[known] = -np.inf
    return np.argsort(-scores)[:k]


def _best_without_hiding(scores, known, k):
    return np.argsort(-scores)[:k]


def _worst(scores, known, k):
    scores = scores.copy()
    scores[known] = np.inf
    return np.argsort(scores)[:k]


def _in_wrong_order(scores, known, k):
    return _best(scores, known, k)[::-1]


def _scores_instead(scores, known, k):
    return scores[_best(scores, known, k)]


@exercise("00.2", "O1", "code", done="These three lines end every recommender of this course.")
def recommend(answer) -> None:
    rng = np.random.default_rng(0)
    cases = []
    for n_items, n_known, k in ((6, 2, 3), (9, 1, 4), (12, 4, 5), (7, 3, 2)):
        cases.append((rng.normal(size=n_items), np.argsort(rng.random(n_items))[:n_known], k))
        cases[-1][0][cases[-1][1][0]] = 9.0  # a known one would come first
    mistakes = {
        "You recommend what is known already. Give it a score of −∞ before you sort.": _best_without_hiding,
        "Yours are the lowest scores: sort by minus the score.": _worst,
        "The right ones, but the best stands last. Best first.": _in_wrong_order,
        "You return the scores. The indices of the films are asked for.": _scores_instead,
    }
    judge(answer, cases, _best, mistakes)


choice(
    "00.3",
    "O2",
    right="b",
    why_not={
        "a": "You can: every lesson was written and timed on two processor cores.",
        "c": "No lesson needs one. Where a GPU is present, TensorFlow uses it; that is all.",
    },
    done="The lessons are sized for two processor cores.",
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
