"""Typical wrong answers of lesson 04; each must be refused, each with its own hint."""

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


def reciprocal_rank_as_given(is_hit):
    return 1 / (np.argmax(is_hit) + 1)


def reciprocal_rank_is_index(is_hit):
    return float(np.argmax(is_hit)) if np.any(is_hit) else 0.0


def reciprocal_rank_mean_of_all(is_hit):
    ranks = np.flatnonzero(is_hit) + 1
    return float((1 / ranks).sum()) if len(ranks) else 0.0


def popular_with_padding(popularity, seen, k):
    scores = popularity.copy()
    scores[list(seen)] = -np.inf
    return np.argsort(-scores)[:k]


def popular_with_seen(popularity, seen, k):
    return np.argsort(-popularity[1:])[:k] + 1


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


WRONG = {
    "04.2": [
        (recall_in_whole_list, "whole list"),
        (recall_divided_by_k, "divided by k"),
        (recall_only_counted, "number of hits"),
        (recall_as_hit_rate, "hit rate"),
    ],
    "04.3": [
        (ndcg_not_cut, "behind place k"),
        (ndcg_not_normalised, "That is DCG"),
        (ndcg_best_of_k_hits, "divided by k hits"),
        (ndcg_best_not_cut, "also cut at k"),
        (ndcg_rank_from_two, "ranks start at 2"),
        (ndcg_without_discount, "counts the same"),
        (ndcg_rank_from_zero, "finite number"),
    ],
    "04.4": [
        (reciprocal_rank_as_given, "without any hit"),
        (reciprocal_rank_is_index, "You return the index"),
        (reciprocal_rank_mean_of_all, "first hit has rank"),
    ],
    "04.6": [
        (popular_with_padding, "padding"),
        (popular_with_seen, "already seen"),
        (popular_upside_down, "turned round"),
        (popular_that_changes_its_input, "itself"),
        (popular_unsorted, "wrong order"),
        (popular_too_many, "Asked for"),
    ],
    "04.7": [
        ("CDFE", "Line F"),
        ("DCABE", "before the loop"),
        ("CDBAE", "drawn before"),
        ("CDAB", "each of the letters"),
    ],
}
