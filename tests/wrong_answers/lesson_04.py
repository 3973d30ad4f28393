"""Typical wrong answers of lesson 04; each must be refused, each with its own hint."""

from functools import partial

import numpy as np


def _dcg(places, n=None):
    return sum(1 / np.log2(place + 2) for place in places)


def recall_in_whole_list(ranked, relevant, k):
    return sum(item in relevant for item in ranked) / len(relevant)


def recall_divided_by_k(ranked, relevant, k):
    return sum(item in relevant for item in ranked[:k]) / k


def recall_only_counted(ranked, relevant, k):
    return sum(item in relevant for item in ranked[:k])


def recall_as_hit_rate(ranked, relevant, k):
    return float(any(item in relevant for item in ranked[:k]))


def ndcg_not_cut(ranked, relevant, k):
    best = _dcg(range(min(k, len(relevant))))
    return _dcg(place for place, item in enumerate(ranked) if item in relevant) / best


def ndcg_not_normalised(ranked, relevant, k):
    return _dcg(place for place, item in enumerate(ranked[:k]) if item in relevant)


def ndcg_best_of_k_hits(ranked, relevant, k):
    return ndcg_not_normalised(ranked, relevant, k) / _dcg(range(k))


def ndcg_best_not_cut(ranked, relevant, k):
    return ndcg_not_normalised(ranked, relevant, k) / _dcg(range(len(relevant)))


def ndcg_rank_from_two(ranked, relevant, k):
    gain = sum(1 / np.log2(place + 3) for place, item in enumerate(ranked[:k]) if item in relevant)
    return gain / sum(1 / np.log2(place + 3) for place in range(min(k, len(relevant))))


def ndcg_without_discount(ranked, relevant, k):
    return sum(item in relevant for item in ranked[:k]) / min(k, len(relevant))


def ndcg_rank_from_zero(ranked, relevant, k):
    with np.errstate(divide="ignore"):
        return sum(1 / np.log2(np.float64(place + 1)) for place in range(k))


def recall_divided_by_min(ranked, relevant, k):
    return sum(item in relevant for item in ranked[:k]) / min(k, len(relevant))


def recall_with_isin_on_a_set(ranked, relevant, k):
    return np.isin(ranked[:k], relevant).sum() / len(relevant)


def recall_rounded(ranked, relevant, k):
    return round(sum(item in relevant for item in ranked[:k]) / len(relevant), 2)


def ndcg_best_of_found_hits(ranked, relevant, k):
    n_found = sum(item in relevant for item in ranked[:k])
    return ndcg_not_normalised(ranked, relevant, k) / _dcg(range(n_found)) if n_found else 0.0


def reciprocal_rank_still_one_without_a_hit(is_hit):
    return 1 / (int(np.argmax(is_hit)) + 1)


def reciprocal_rank_zero_for_the_top(is_hit):
    return 0 if np.argmax(is_hit) == 0 else 1 / (np.argmax(is_hit) + 1)


def reciprocal_rank_is_index(is_hit):
    return float(np.argmax(is_hit))


def reciprocal_rank_is_rank(is_hit):
    return float(np.argmax(is_hit) + 1) if np.any(is_hit) else 0.0


def reciprocal_rank_of_all(is_hit):
    return float((1 / (np.flatnonzero(is_hit) + 1)).sum())


def reciprocal_rank_nan(is_hit):
    return 1 / (np.argmax(is_hit) + 1) if np.any(is_hit) else np.nan


def popular_with_padding(popularity, seen, k):
    scores = popularity.copy()
    scores[list(seen)] = -np.inf
    return np.argsort(-scores)[:k]


def popular_with_seen(popularity, seen, k):
    return np.argsort(-popularity[1:])[:k] + 1


def popular_seen_is_zero(popularity, seen, k):
    scores = popularity.copy()
    scores[[0, *seen]] = 0
    return np.argsort(-scores, kind="stable")[:k]


def popular_upside_down(popularity, seen, k):
    scores = popularity.copy()
    scores[[0, *seen]] = np.inf
    return np.argsort(scores)[:k]


def popular_that_changes_its_input(popularity, seen, k):
    popularity[[0, *seen]] = -np.inf
    return np.argsort(-popularity)[:k]


def popular_unsorted(popularity, seen, k):
    scores = popularity.copy()
    scores[[0, *seen]] = -np.inf
    return np.sort(np.argsort(-scores)[:k])


def popular_too_many(popularity, seen, k):
    scores = popularity.copy()
    scores[[0, *seen]] = -np.inf
    return np.argsort(-scores)


def popular_set_as_index(popularity, seen, k):
    scores = popularity.copy()
    scores[0] = scores[seen] = -np.inf
    return np.argsort(-scores)[:k]


def popular_as_a_set(popularity, seen, k):
    scores = popularity.copy()
    scores[[0, *seen]] = -np.inf
    return {int(item) for item in np.argsort(-scores)[:k]}


def popular_shifted(popularity, seen, k):
    scores = popularity.copy()
    scores[[0, *seen]] = -np.inf
    return np.argsort(-scores[1:])[:k]


def knn(divide, zero=True):
    def scores(x):
        together = x.T @ x
        similarity = together / divide(np.diag(together))
        if zero:
            np.fill_diagonal(similarity, 0)
        return x @ similarity

    return scores


def ease(x, regularisation, by_row=False, sign=-1, zero=True, everywhere=False, fixed=None):
    n = x.shape[1]
    inverse = np.linalg.inv(
        x.T @ x + (fixed or regularisation) * (np.ones((n, n)) + 1e-9 * np.eye(n) if everywhere else np.eye(n))
    )
    weights = sign * inverse / (np.diag(inverse)[:, None] if by_row else np.diag(inverse))
    if zero:
        np.fill_diagonal(weights, 0)
    return weights


WRONG = {
    "04.2": [
        (0.667, "Four pairs are in the right"),
        (5 / 6, "The pair of 0.3 and 0.3 is a tie, which counts a half,"),
        (4.5, "This is the number of pairs"),
        (0.1, "Go through the pairs"),
    ],
    "04.3": [
        (recall_in_whole_list, "whole list"),
        (recall_divided_by_k, "divided by k"),
        (recall_only_counted, "number of hits"),
        (recall_as_hit_rate, "hit rate"),
        (recall_divided_by_min, "min(k, n)"),
        (recall_with_isin_on_a_set, "list(relevant)"),
        (recall_rounded, "Do not round"),
        (0.5, "the function itself"),
    ],
    "04.4": [
        (ndcg_not_cut, "You counted hits beyond"),
        (ndcg_not_normalised, "This is DCG. Divide it by the"),
        (ndcg_best_of_k_hits, "divided by k hits"),
        (ndcg_best_not_cut, "also cut at k"),
        (ndcg_rank_from_two, "ranks start at 2"),
        (ndcg_without_discount, "You count every hit the same."),
        (ndcg_rank_from_zero, "Your result is not finite:"),
        (ndcg_best_of_found_hits, "Your perfect list has only"),
    ],
    "04.5": [
        (reciprocal_rank_still_one_without_a_hit, "without any hit"),
        (reciprocal_rank_zero_for_the_top, "Now a hit at the top gets 0"),
        (reciprocal_rank_is_index, "You return the index"),
        (reciprocal_rank_is_rank, "You return the rank"),
        (reciprocal_rank_of_all, "add up all hits"),
        (reciprocal_rank_nan, "not NaN"),
    ],
    "04.7": [
        (popular_with_padding, "padding"),
        (popular_with_seen, "already seen"),
        (popular_seen_is_zero, "does not hide"),
        (popular_upside_down, "least popular"),
        (popular_that_changes_its_input, "itself"),
        (popular_unsorted, "wrong order"),
        (popular_too_many, "For k=3, your function"),
        (popular_set_as_index, "list(seen)"),
        (popular_as_a_set, "no order"),
        (popular_shifted, "one too small"),
    ],
    "04.8": [
        (knn(lambda size: np.outer(size, size)), "sizes themselves"),
        (knn(np.sqrt), "one length only"),
        (knn(lambda size: 1.0), "You do not divide, so popular"),
        (knn(lambda size: np.sqrt(np.outer(size, size)), zero=False), "The diagonal is not 0, so"),
    ],
    "04.9": [
        (partial(ease, by_row=True), "divided the rows"),
        (partial(ease, sign=1), "sign is missing"),
        (partial(ease, zero=False), "predicts itself"),
        (partial(ease, everywhere=True), "diagonal only"),
        (partial(ease, fixed=1.0), "You fix λ at 1. Add"),
    ],
    "04.10": [
        ("CDFE", "Line F"),
        ("DCABE", "before the loop"),
        ("CADBE", "Line A draws new users in"),
        ("CDBAE", "drawn before"),
        ("CDAB", "each of the letters"),
    ],
}
