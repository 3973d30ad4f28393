"""Natural answers of lesson 00: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

import numpy as np


def wrong_00_2_min_hides(scores, known, k):
    s = scores.copy()
    s[known] = s.min()
    return np.argsort(-s)[:k]


def wrong_00_2_default_sort_lowest(scores, known, k):
    s = scores.copy()
    s[known] = -np.inf
    return np.argsort(s)[:k]


def wrong_00_2_lowest_known_inf(scores, known, k):
    s = scores.copy()
    s[known] = np.inf
    return np.argsort(s)[:k]


def wrong_00_2_minus_one(scores, known, k):
    s = scores.copy()
    s[known] = -1
    return np.argsort(-s)[:k]


def wrong_00_2_zero(scores, known, k):
    s = scores.copy()
    s[known] = 0
    return np.argsort(-s)[:k]


def wrong_00_2_last_k(scores, known, k):
    s = scores.copy()
    s[known] = -np.inf
    return np.argsort(s)[-k:]


def wrong_00_2_deleted(scores, known, k):
    return np.argsort(-np.delete(scores, known))[:k]


def wrong_00_2_filter_after_cut(scores, known, k):
    best = np.argsort(-scores)[:k]
    return best[~np.isin(best, known)]


def wrong_00_2_partition(scores, known, k):
    s = scores.copy()
    s[known] = -np.inf
    return np.argpartition(-s, k - 1)[:k]


def wrong_00_2_nan(scores, known, k):
    s = scores.copy()
    s[known] = np.nan
    return np.argsort(s)[::-1][:k]


def wrong_00_2_in_place(scores, known, k):
    scores[known] = -np.inf
    return np.argsort(-scores)[:k]


def wrong_00_2_scores(scores, known, k):
    s = scores.copy()
    s[known] = -np.inf
    return np.sort(s)[::-1][:k]


def wrong_00_2_known_only(scores, known, k):
    return known[np.argsort(-scores[known])][:k]


def wrong_00_2_k_plus(scores, known, k):
    s = scores.copy()
    s[known] = -np.inf
    return np.argsort(-s)[: k + 1]


def right_00_2_filter(scores, known, k):
    order = np.argsort(-scores)
    return order[~np.isin(order, known)][:k]


def right_00_2_sorted(scores, known, k):
    ban = set(known.tolist())
    return [i for i in sorted(range(len(scores)), key=lambda i: scores[i], reverse=True) if i not in ban][:k]


def right_00_2_nan_last(scores, known, k):
    s = -scores
    s[known] = np.nan
    return np.argsort(s)[:k]


NATURAL = {
    "00.2": [
        (wrong_00_2_min_hides, "The lowest score does not hide a film: the"),
        (wrong_00_2_default_sort_lowest, "You sort in ascending order, so the hidden"),
        (wrong_00_2_lowest_known_inf, "You return the lowest scores: sort by minus"),
        (wrong_00_2_minus_one, "A score of −1 does not hide a film: other"),
        (wrong_00_2_zero, "A score of 0 does not hide a film: other"),
        (wrong_00_2_last_k, "These are the right films, but the best"),
        (wrong_00_2_deleted, "Deleting the known films shifts all later"),
        (wrong_00_2_filter_after_cut, "A score of −1 does not hide a film: other"),
        (wrong_00_2_partition, "These are the right films, but not in order:"),
        (wrong_00_2_nan, "Sorting puts NaN at the end, which becomes"),
        (wrong_00_2_in_place, "The result is right, but your function changes"),
        (wrong_00_2_scores, "You return the scores. Return the indices of"),
        (wrong_00_2_known_only, "You recommend films that are known already."),
        (wrong_00_2_k_plus, "You return more than k films. Cut the list"),
    ],
}

RIGHT = {
    "00.2": [right_00_2_filter, right_00_2_sorted, right_00_2_nan_last],
}
