"""Natural answers of lesson 23: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

import numpy as np


def wrong_23_2_not_hidden(scores, hidden, k):
    return np.argsort(-scores)[:k]


def wrong_23_2_cut_first(scores, hidden, k):
    b = np.argsort(-scores)[:k]
    return b[~np.isin(b, hidden)]


def wrong_23_2_ascending(scores, hidden, k):
    s = scores.copy()
    s[hidden] = -np.inf
    b = np.argsort(s)[:k]
    return b[s[b] > -np.inf]


def wrong_23_2_zero(scores, hidden, k):
    s = scores.copy()
    s[hidden] = 0
    return np.argsort(-s)[:k]


def wrong_23_2_fill(scores, hidden, k):
    s = scores.copy()
    s[hidden] = -np.inf
    return np.argsort(-s)[:k]


def wrong_23_2_delete(scores, hidden, k):
    return np.argsort(-np.delete(scores, hidden))[:k]


def wrong_23_2_positive(scores, hidden, k):
    s = scores.copy()
    s[hidden] = -np.inf
    b = np.argsort(-s)[:k]
    return b[s[b] > 0]


def wrong_23_2_scores(scores, hidden, k):
    s = np.delete(scores, hidden)
    return -np.sort(-s)[:k]


def wrong_23_2_in_place(scores, hidden, k):
    scores[hidden] = -np.inf
    b = np.argsort(-scores)[:k]
    return b[scores[b] > -np.inf]


def wrong_23_2_partition(scores, hidden, k):
    s = scores.copy()
    s[hidden] = -np.inf
    k = min(k, (s > -np.inf).sum())
    return np.argpartition(-s, k - 1)[:k] if k else np.array([], int)


def wrong_23_2_partition_crash(scores, hidden, k):
    s = scores.copy()
    s[hidden] = -np.inf
    b = np.argpartition(-s, k)[:k]
    return b[np.argsort(-s[b])]


def wrong_23_2_worst_first(scores, hidden, k):
    s = scores.copy()
    s[hidden] = -np.inf
    b = np.argsort(s)[-k:]
    return b[s[b] > -np.inf]


def wrong_23_2_nan(scores, hidden, k):
    s = scores.copy()
    s[hidden] = np.nan
    return np.argsort(-s)[:k]


def wrong_23_2_set(scores, hidden, k):
    free = set(range(len(scores))) - set(hidden.tolist())
    return sorted(free)[:k]


def wrong_23_2_k_minus(scores, hidden, k):
    s = scores.copy()
    s[hidden] = -np.inf
    b = np.argsort(-s)[: k - 1]
    return b[s[b] > -np.inf]


def right_23_2_list(scores, hidden, k):
    h = set(hidden.tolist())
    return [i for i in sorted(range(len(scores)), key=lambda i: -scores[i]) if i not in h][:k]


def right_23_2_free(scores, hidden, k):
    free = np.setdiff1d(np.arange(len(scores)), hidden)
    return free[np.argsort(scores[free])[::-1]][:k]


def wrong_23_3_precision(truth, found):
    return np.mean([len(set(t) & set(f)) / max(len(f), 1) for t, f in zip(truth, found)])


def wrong_23_3_pooled(truth, found):
    return sum(len(set(t) & set(f)) for t, f in zip(truth, found)) / sum(map(len, truth))


def wrong_23_3_hit(truth, found):
    return np.mean([len(set(t) & set(f)) > 0 for t, f in zip(truth, found)])


def wrong_23_3_all(truth, found):
    return np.mean([set(t) <= set(f) for t, f in zip(truth, found)])


def wrong_23_3_list(truth, found):
    return [len(set(t) & set(f)) / len(t) for t, f in zip(truth, found)]


def wrong_23_3_sum(truth, found):
    return sum(len(set(t) & set(f)) / len(t) for t, f in zip(truth, found))


def wrong_23_3_positions(truth, found):
    return np.mean([np.mean([a == b for a, b in zip(t, f)]) if len(f) else 0 for t, f in zip(truth, found)])


def wrong_23_3_jaccard(truth, found):
    return np.mean([len(set(t) & set(f)) / len(set(t) | set(f)) for t, f in zip(truth, found)])


def wrong_23_3_min(truth, found):
    return np.mean([len(set(t) & set(f)) / max(min(len(t), len(f)), 1) for t, f in zip(truth, found)])


def wrong_23_3_first(truth, found):
    return len(set(truth[0]) & set(found[0])) / len(truth[0])


def wrong_23_3_k10(truth, found):
    return np.mean([len(set(t) & set(f)) / 10 for t, f in zip(truth, found)])


def wrong_23_3_missed(truth, found):
    return np.mean([len(set(t) - set(f)) / len(t) for t, f in zip(truth, found)])


def wrong_23_3_crash(truth, found):
    return np.mean([len(set(t) & set(f)) / len(f) for t, f in zip(truth, found)])


def wrong_23_3_count(truth, found):
    return np.mean([len(set(t) & set(f)) for t, f in zip(truth, found)])


def wrong_23_3_len_ratio(truth, found):
    return np.mean([len(f) / len(t) for t, f in zip(truth, found)])


def wrong_23_3_median(truth, found):
    return np.median([len(set(t) & set(f)) / len(t) for t, f in zip(truth, found)])


def right_23_3_isin(truth, found):
    return np.mean([np.isin(t, f).mean() for t, f in zip(truth, found)])


def right_23_3_loop(truth, found):
    s = 0
    for t, f in zip(truth, found):
        s += sum(x in list(f) for x in t) / len(t)
    return np.float32(s / len(truth))


def wrong_23_5_k_wide(scores, is_seen, is_genre, k):
    b = np.argsort(-scores)[: 10 * k]
    return b[is_genre[b] & ~is_seen[b]][:k]


def wrong_23_5_genre_after(scores, is_seen, is_genre, k):
    s = np.where(is_seen, -np.inf, scores)
    b = np.argsort(-s)[:k]
    return b[is_genre[b] & ~is_seen[b]]


def wrong_23_5_seen_after(scores, is_seen, is_genre, k):
    s = np.where(is_genre, scores, -np.inf)
    b = np.argsort(-s)[:k]
    return b[is_genre[b] & ~is_seen[b]]


def wrong_23_5_positions(scores, is_seen, is_genre, k):
    a = np.flatnonzero(is_genre & ~is_seen)
    return np.argsort(-scores[a])[:k]


def wrong_23_5_fill(scores, is_seen, is_genre, k):
    return np.argsort(-np.where(is_genre & ~is_seen, scores, -np.inf))[:k]


def wrong_23_5_or(scores, is_seen, is_genre, k):
    ok = is_genre | ~is_seen
    a = np.flatnonzero(ok)
    return a[np.argsort(-scores[a])][:k]


def wrong_23_5_seen_wanted(scores, is_seen, is_genre, k):
    a = np.flatnonzero(is_genre & is_seen)
    return a[np.argsort(-scores[a])][:k]


def wrong_23_5_uncut(scores, is_seen, is_genre, k):
    b = np.argsort(-scores)
    return b[is_genre[b] & ~is_seen[b]]


def wrong_23_5_ascending(scores, is_seen, is_genre, k):
    a = np.flatnonzero(is_genre & ~is_seen)
    return a[np.argsort(scores[a])][:k]


def wrong_23_5_zero(scores, is_seen, is_genre, k):
    s = scores * (is_genre & ~is_seen)
    return np.argsort(-s)[:k]


def wrong_23_5_unsorted(scores, is_seen, is_genre, k):
    return np.flatnonzero(is_genre & ~is_seen)[:k]


def wrong_23_5_in_place(scores, is_seen, is_genre, k):
    scores[is_seen | ~is_genre] = -np.inf
    b = np.argsort(-scores)[:k]
    return b[scores[b] > -np.inf]


def wrong_23_5_worst_first(scores, is_seen, is_genre, k):
    a = np.flatnonzero(is_genre & ~is_seen)
    return a[np.argsort(scores[a])][-k:]


def right_23_5_all_first(scores, is_seen, is_genre, k):
    b = np.argsort(-scores)
    return b[is_genre[b] & ~is_seen[b]][:k]


def right_23_5_list(scores, is_seen, is_genre, k):
    return sorted(
        [i for i in range(len(scores)) if is_genre[i] and not is_seen[i]], key=lambda i: scores[i], reverse=True
    )[:k]


def wrong_23_8_work(due, work):
    return work


def wrong_23_8_end(due, work):
    f, o = 0, []
    for d, w in zip(due, work):
        f = max(f, d) + w
        o.append(f)
    return np.array(o)


def wrong_23_8_wait(due, work):
    f, o = 0, []
    for d, w in zip(due, work):
        s = max(f, d)
        o.append(s - d)
        f = s + w
    return np.array(o)


def wrong_23_8_no_max(due, work):
    f, o = 0, []
    for d, w in zip(due, work):
        f = f + w
        o.append(f - d)
    return np.array(o)


def wrong_23_8_min(due, work):
    f, o = 0, []
    for d, w in zip(due, work):
        f = min(f, d) + w
        o.append(f - d)
    return np.array(o)


def wrong_23_8_previous_only(due, work):
    o = []
    for i in range(len(due)):
        s = due[i] if i == 0 else max(due[i], due[i - 1] + work[i - 1])
        o.append(s + work[i] - due[i])
    return np.array(o)


def wrong_23_8_not_updated(due, work):
    f, o = 0, []
    for d, w in zip(due, work):
        s = max(f, d)
        f = s
        o.append(s + w - d)
    return np.array(o)


def wrong_23_8_max(due, work):
    return right_23_8_list(due, work)[-1]


def wrong_23_8_from_start(due, work):
    f, o = 0, []
    for d, w in zip(due, work):
        f = max(f, d) + w
        o.append(f - due[0])
    return np.array(o)


def wrong_23_8_cumsum(due, work):
    return np.cumsum(work)


def wrong_23_8_parallel(due, work):
    return np.maximum(due, 0) + work - due


def wrong_23_8_mean(due, work):
    return np.mean(right_23_8_list(due, work))


def wrong_23_8_sign(due, work):
    return -np.array(right_23_8_list(due, work))


def wrong_23_8_due_plus_max_work(due, work):
    return np.maximum.accumulate(work)


def right_23_8_list(due, work):
    f, o = float("-inf"), []
    for d, w in zip(due.tolist(), work.tolist()):
        f = (d if d > f else f) + w
        o.append(f - d)
    return o


def right_23_8_vector(due, work):
    c = np.cumsum(work)
    return c + np.maximum.accumulate(due - (c - work)) - due


NATURAL = {
    "23.2": [
        (wrong_23_2_not_hidden, "You return a hidden"),
        (wrong_23_2_cut_first, "You return 18 films, but 20 are available: hide"),
        (wrong_23_2_ascending, "Your order begins with"),
        (wrong_23_2_zero, "You return a hidden"),
        (wrong_23_2_fill, "2 films are left and k is 4: return only these,"),
        (wrong_23_2_delete, "After `np.delete`, the positions"),
        (wrong_23_2_positive, "Scores may be negative. Keep what is above −∞,"),
        (wrong_23_2_scores, "You return scores. Return"),
        (wrong_23_2_in_place, "Your function changed `scores`, which its"),
        (wrong_23_2_partition, "The films are right, but not in order"),
        (wrong_23_2_partition_crash, "2 films are left and k is 4: return only these,"),
        (wrong_23_2_worst_first, "The films are right, but the"),
        (wrong_23_2_nan, "2 films are left and k is 4: return only these,"),
        (wrong_23_2_set, "These are not the"),
        (wrong_23_2_k_minus, "You return 19 films, but 20 are available: hide"),
    ],
    "23.3": [
        (wrong_23_3_precision, "You divide by the number of *found* items: that"),
        (wrong_23_3_pooled, "You pool all queries"),
        (wrong_23_3_hit, "You check whether at"),
        (wrong_23_3_all, "You check whether all"),
        (wrong_23_3_list, "You return one share for each query. Take their"),
        (wrong_23_3_sum, "You return the sum over the queries. Take the"),
        (wrong_23_3_positions, "You compare position by position. The order"),
        (wrong_23_3_jaccard, "You divide by the size"),
        (wrong_23_3_min, "You divide by the shorter"),
        (wrong_23_3_first, "You use only the"),
        (wrong_23_3_k10, "You divide by a"),
        (wrong_23_3_missed, "That is the share that was missed."),
        (wrong_23_3_crash, "`found` may be empty"),
        (wrong_23_3_count, "That is the mean *number* of right items found."),
        (wrong_23_3_len_ratio, "You compare the lengths of the two lists. Count"),
        (wrong_23_3_median, "That is the median of the queries. Take their"),
    ],
    "23.5": [
        (wrong_23_5_k_wide, "5 allowed films are available, but you return 0: a"),
        (wrong_23_5_genre_after, "4 allowed films are available, but you return 1: a"),
        (wrong_23_5_seen_after, "4 allowed films are available, but you return 1: a"),
        (wrong_23_5_positions, "These are positions within"),
        (wrong_23_5_fill, "Fewer than k films"),
        (wrong_23_5_or, "You return a film that"),
        (wrong_23_5_seen_wanted, "You return a film that"),
        (wrong_23_5_uncut, "Cut the list at the end: k is 4, but you return 22 films."),
        (wrong_23_5_ascending, "Those are the allowed films with the *lowest*"),
        (wrong_23_5_zero, "You return a film that"),
        (wrong_23_5_unsorted, "Those are the first"),
        (wrong_23_5_in_place, "Your function changed `scores`, which its"),
        (wrong_23_5_worst_first, "The films are right, but not in order"),
    ],
    "23.8": [
        (wrong_23_8_work, "That is the work"),
        (wrong_23_8_end, "You return the time"),
        (wrong_23_8_wait, "That is the waiting"),
        (wrong_23_8_no_max, "Your server starts before"),
        (wrong_23_8_min, "Your server starts at"),
        (wrong_23_8_previous_only, "You look back at one request only, as if it had"),
        (wrong_23_8_not_updated, "That is the work"),
        (wrong_23_8_max, "You return only the last entry along axis 0."),
        (wrong_23_8_from_start, "You measure every time"),
        (wrong_23_8_cumsum, "You add up the"),
        (wrong_23_8_parallel, "That is the work"),
        (wrong_23_8_mean, "You return only the mean"),
        (wrong_23_8_sign, "The sign is wrong: you return minus the expected"),
        (wrong_23_8_due_plus_max_work, None),
    ],
}

RIGHT = {
    "23.2": [right_23_2_list, right_23_2_free],
    "23.3": [right_23_3_isin, right_23_3_loop],
    "23.5": [right_23_5_all_first, right_23_5_list],
    "23.8": [right_23_8_list, right_23_8_vector],
}
