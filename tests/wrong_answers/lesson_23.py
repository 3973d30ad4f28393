"""Typical wrong answers of lesson 23; each must be refused, each with its own hint."""

import numpy as np


def top_zero(scores, hidden, k):
    left = scores.copy()
    left[hidden] = 0
    best = np.argsort(-left)[:k]
    return best[: len(scores) - len(hidden)]


def top_late(scores, hidden, k):
    best = np.argsort(-scores)[:k]
    return best[~np.isin(best, hidden)]


def top_changes(scores, hidden, k):
    scores[hidden] = -np.inf
    best = np.argsort(-scores)[:k]
    return best[scores[best] > -np.inf]


def top_fills(scores, hidden, k):
    left = scores.astype(float)
    left[hidden] = -np.inf
    return np.argsort(-left)[:k]


def top_worst_first(scores, hidden, k):
    left = scores.astype(float)
    left[hidden] = -np.inf
    best = np.argsort(left)[-k:]
    return best[left[best] > -np.inf]


def top_unsorted(scores, hidden, k):
    left = scores.astype(float)
    left[hidden] = -np.inf
    k = min(k, len(left))
    best = np.sort(np.argpartition(left, -k)[-k:])
    return best[left[best] > -np.inf]


def top_partition(scores, hidden, k):
    left = scores.astype(float)
    left[hidden] = -np.inf
    best = np.argpartition(left, -k)[-k:]
    best = best[np.argsort(-left[best])]
    return best[left[best] > -np.inf]


def top_scores(scores, hidden, k):
    return np.sort(np.delete(scores, np.unique(hidden)))[::-1][:k]


def top_lowest(scores, hidden, k):
    left = scores.astype(float)
    left[hidden] = np.inf
    best = np.argsort(left)[:k]
    return best[left[best] < np.inf]


def top_all(scores, hidden, k):
    left = scores.astype(float)
    left[hidden] = -np.inf
    best = np.argsort(-left)
    return best[left[best] > -np.inf]


def top_places_of_the_rest(scores, hidden, k):
    return np.argsort(-np.delete(scores, np.unique(hidden)))[:k]


def top_above_zero(scores, hidden, k):
    left = scores.astype(float)
    left[hidden] = -np.inf
    best = np.argsort(-left)[:k]
    return best[left[best] > 0]


def top_ascending(scores, hidden, k):
    left = scores.astype(float)
    left[hidden] = -np.inf
    best = np.argsort(left)[:k]
    return best[left[best] > -np.inf]


def sets(truth, found):
    return [(set(np.ravel(t).tolist()), set(np.ravel(f).tolist())) for t, f in zip(truth, found)]


def recall_precision(truth, found):
    return np.mean([len(t & f) / len(f) if f else 0.0 for t, f in sets(truth, found)])


def recall_any(truth, found):
    return np.mean([len(t & f) > 0 for t, f in sets(truth, found)])


def recall_pot(truth, found):
    return sum(len(t & f) for t, f in sets(truth, found)) / sum(len(t) for t in truth)


def recall_sum(truth, found):
    return sum(len(t & f) / len(t) for t, f in sets(truth, found))


def recall_each(truth, found):
    return [len(t & f) / len(t) for t, f in sets(truth, found)]


def recall_number(truth, found):
    return np.mean([len(t & f) for t, f in sets(truth, found)])


def recall_missed(truth, found):
    return np.mean([len(t - f) / len(t) for t, f in sets(truth, found)])


def recall_union(truth, found):
    return np.mean([len(t & f) / len(t | f) for t, f in sets(truth, found)])


def recall_found(truth, found):
    return np.mean([len(t & f) / len(f) for t, f in sets(truth, found)])


def recall_ten(truth, found):
    return np.mean([len(t & f) / 10 for t, f in sets(truth, found)])


def recall_longer(truth, found):
    return np.mean([len(t & f) / max(len(t), len(f)) for t, f in sets(truth, found)])


def recall_first(truth, found):
    t, f = sets(truth, found)[0]
    return len(t & f) / len(t)


def recall_per_cent(truth, found):
    return 100 * np.mean([len(t & f) / len(t) for t, f in sets(truth, found)])


def genre_three_times(scores, is_seen, is_genre, k):
    best = np.argsort(-scores)[: 3 * k]
    return best[is_genre[best] & ~is_seen[best]][:k]


def genre_seen_later(scores, is_seen, is_genre, k):
    allowed = np.flatnonzero(is_genre)
    return allowed[np.argsort(-scores[allowed])][:k]


def genre_other(scores, is_seen, is_genre, k):
    allowed = np.flatnonzero(~is_seen)
    return allowed[np.argsort(-scores[allowed])][:k]


def genre_uncut(scores, is_seen, is_genre, k):
    allowed = np.flatnonzero(is_genre & ~is_seen)
    return allowed[np.argsort(-scores[allowed])]


def genre_worst(scores, is_seen, is_genre, k):
    allowed = np.flatnonzero(is_genre & ~is_seen)
    return allowed[np.argsort(scores[allowed])][:k]


def genre_in_order_of_the_table(scores, is_seen, is_genre, k):
    allowed = np.flatnonzero(is_genre & ~is_seen)
    return np.sort(allowed[np.argsort(-scores[allowed])][:k])


def genre_changes(scores, is_seen, is_genre, k):
    scores[is_seen | ~is_genre] = -np.inf
    best = np.argsort(-scores)[:k]
    return best[scores[best] > -np.inf]


def genre_places_within(scores, is_seen, is_genre, k):
    return np.argsort(-scores[is_genre & ~is_seen])[:k]


def genre_fills(scores, is_seen, is_genre, k):
    return np.argsort(-np.where(is_genre & ~is_seen, scores, -np.inf), kind="stable")[:k]


def waits_work(due, work):
    return np.array(work)


def ends(due, work):
    free, found = -np.inf, []
    for came, needed in zip(due, work):
        free = max(free, came) + needed
        found.append(free)
    return np.array(found)


def waits_only(due, work):
    return ends(due, work) - due - work


def waits_before_due(due, work):
    return np.cumsum(work) - due


def waits_never_idle(due, work):
    return np.cumsum(work) + due[0] - due


def waits_one_back(due, work):
    found = [work[0]]
    for i in range(1, len(due)):
        found.append(max(due[i], due[i - 1] + work[i - 1]) + work[i] - due[i])
    return np.array(found)


def waits_longest(due, work):
    return (ends(due, work) - due).max()


def waits_mean(due, work):
    return (ends(due, work) - due).mean()


WRONG = {
    "23.1": [
        ("Clue", "highest score"),
        ("fargo", "too"),
        ("Brazil", "Brazil scores 0.5 +"),
        ("Alien", "first visitor"),
        ("Dune", "Dune scores 0.2 +"),
        (0.7, "as a string"),
    ],
    "23.2": [
        (top_zero, "You return a hidden"),
        (top_late, "hide *before* you cut"),
        (top_changes, "changed `scores`"),
        (top_fills, ": return only these"),
        (top_worst_first, "The films are right, but the"),
        (top_unsorted, "does not sort"),
        (top_partition, "ValueError"),
        (top_scores, "You return scores"),
        (top_lowest, "lowest scores"),
        (top_all, "and you return"),
        (top_places_of_the_rest, "a shorter array"),
        (top_above_zero, "above 0"),
        (top_ascending, "begins with the lowest"),
    ],
    "23.3": [
        (recall_precision, "that is precision"),
        (recall_any, "at least one"),
        (recall_pot, "You pool all queries"),
        (recall_sum, "sum over the queries"),
        (recall_each, "one share for each"),
        (recall_number, "mean *number*"),
        (recall_missed, "was missed"),
        (recall_union, "size of the union"),
        (recall_found, "may be empty"),
        (recall_ten, "a fixed 10"),
        (recall_longer, "longer of the two"),
        (recall_first, "You use only the"),
        (recall_per_cent, "You return percentages. Return"),
    ],
    "23.5": [
        (genre_three_times, "a rule still follows a cut"),
        (genre_seen_later, "that was seen"),
        (genre_other, "another genre"),
        (genre_uncut, "Cut the list at"),
        (genre_worst, "the *lowest* scores"),
        (genre_in_order_of_the_table, "The films are right, but not in order"),
        (genre_changes, "changed `scores`"),
        (genre_places_within, "within `allowed`"),
        (genre_fills, "still at −∞"),
    ],
    "23.6": [
        ([200, 404, 200, 405, False], "k=1000"),
        ([404, 404, 200, 405, False], "First request: the path"),
        ([422, 200, 200, 405, False], "Second request: this user"),
        ([422, 422, 200, 405, False], "well-formed user_id"),
        ([422, 404, 404, 405, False], "Third request: the body"),
        ([422, 404, 200, 404, False], "Fourth request: the path"),
        ([422, 404, 200, 500, False], "the *service* failed"),
        ([422, 404, 200, 405], "four numbers"),
        ([422, 404, 200, 405, True], "Degraded means that the"),
        (422, "Write a list of"),
    ],
    "23.8": [
        (waits_work, "a polite client sees"),
        (ends, "You return the time"),
        (waits_only, "waiting alone"),
        (waits_before_due, "Your server starts before"),
        (waits_never_idle, "never idle"),
        (waits_one_back, "one request only"),
        (waits_longest, "You return only the longest"),
        (waits_mean, "You return only the mean"),
    ],
    "23.11": [
        (16, "without a breaker"),
        (12, "still late"),
        (4, "the late ones"),
        (5, "closed"),
        (11, "the breaker learns this only"),
        (9, "after the late try"),
        (3, "second by second"),
    ],
    "23.13": [
        ("DBFCAE", "Leave out line E"),
        ("DBFC", "each of the letters"),
        ("BDFCA", "D comes first"),
        ("DBFAC", "after the swap"),
        ("DFCBA", "Measure the version before"),
        ("DBCFA", "The lists are compared"),
    ],
}
