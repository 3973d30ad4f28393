"""Typical wrong answers of lesson 24; each must be refused, each with its own hint."""

import numpy as np

from recsys_helpers.exercises import lesson_24 as checks


def _with(function, **settings):
    return lambda *case: function(*case, **settings)


WRONG = {
    "24.3": [
        (_with(checks._psi_like, add=0.0), "An empty bin makes"),
        (_with(checks._psi_like, add=1.0), "You added 1 to each count"),
        (_with(checks._psi_like, late=True), "added 0.5 to the *shares*"),
        (_with(checks._psi_like, by="raw"), "divided by the old sums"),
        (_with(checks._psi_like, log="p/q"), "The sign is wrong"),
        (_with(checks._psi_like, change="q"), "Kullback–Leibler divergence, weighted by q"),
        (_with(checks._psi_like, part=np.mean), "mean over the bins"),
        (_with(checks._psi_like, base=np.log2), "np.log2"),
        (checks._without_zeros, "left out the bins with a zero"),
    ],
    "24.6": [
        (_with(checks._rates_like, keep="viewed lists"), "You still count only"),
        (_with(checks._rates_like, key="item"), "The item alone"),
        (_with(checks._rates_like, key="request"), "The request alone"),
        (_with(checks._rates_like, part="sum"), "Those are counts"),
        (_with(checks._rates_like, part="of views"), "divided by the number of views"),
        (_with(checks._rates_like, part="only viewed"), "Positions that nobody viewed are missing"),
    ],
    "24.8": [
        (_with(checks._differing_like, order="place"), "in another order"),
        (_with(checks._differing_like, missing="never"), "You miss values that"),
        (_with(checks._differing_like, missing="different"), "Two missing values are equal"),
        (_with(checks._differing_like, how="signed"), "too large on the served side"),
        (_with(checks._differing_like, tolerance=False), "`atol` is missing"),
        (_with(checks._differing_like, by="users"), "features of each user"),
        (_with(checks._differing_like, side="equal"), "values *agree*"),
    ],
    "24.9": [
        (_with(checks._visits_like, whole="canary"), "visits of the canary"),
        (_with(checks._visits_like, whole="times"), "You multiplied by `share`"),
        (_with(checks._visits_like, factor="equal"), "groups of equal size"),
        (_with(checks._visits_like, factor="none"), "is missing"),
        (_with(checks._visits_like, factor="upside down"), "upside down"),
        (_with(checks._visits_like, sd_power=1), "`sd` must be squared"),
        (_with(checks._visits_like, effect_power=1), "`effect` must be squared"),
    ],
}
