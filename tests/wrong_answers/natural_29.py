"""Natural answers of lesson 29: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata


def wrong_29_3_pct(seconds, bucket):
    return pd.Series(seconds).groupby(bucket).rank(pct=True).to_numpy()


def wrong_29_3_rank(seconds, bucket):
    return pd.Series(seconds).groupby(bucket).rank().to_numpy()


def wrong_29_3_no_bucket(seconds, bucket):
    return (rankdata(seconds) - 0.5) / len(seconds)


def wrong_29_3_strict(seconds, bucket):
    return [np.mean(seconds[bucket == bucket[row]] < seconds[row]) for row in range(len(seconds))]


def wrong_29_3_at_most(seconds, bucket):
    return [np.mean(seconds[bucket == bucket[row]] <= seconds[row]) for row in range(len(seconds))]


def wrong_29_3_others(seconds, bucket):
    answer = []
    for row in range(len(seconds)):
        others = np.delete(seconds, row)[np.delete(bucket, row) == bucket[row]]
        answer.append((np.sum(others < seconds[row]) + 0.5 * np.sum(others == seconds[row])) / len(others))
    return np.array(answer)


def wrong_29_3_by_all(seconds, bucket):
    answer = []
    for row in range(len(seconds)):
        same = seconds[bucket == bucket[row]]
        answer.append((np.sum(same < seconds[row]) + 0.5 * np.sum(same == seconds[row])) / len(seconds))
    return np.array(answer)


def wrong_29_3_longer(seconds, bucket):
    answer = []
    for row in range(len(seconds)):
        same = seconds[bucket == bucket[row]]
        answer.append((np.sum(same > seconds[row]) + 0.5 * np.sum(same == seconds[row])) / len(same))
    return answer


def wrong_29_3_max(seconds, bucket):
    return pd.Series(seconds).groupby(bucket).transform(lambda same: same / same.max())


def wrong_29_3_min_max(seconds, bucket):
    return pd.Series(seconds).groupby(bucket).transform(lambda s: (s - s.min()) / (s.max() - s.min()))


def wrong_29_3_counts(seconds, bucket):
    return pd.Series(seconds).groupby(bucket).rank().to_numpy() - 0.5


def wrong_29_3_argsort(seconds, bucket):
    answer = np.zeros(len(seconds))
    for number in set(bucket):
        rows = np.where(bucket == number)[0]
        answer[rows] = (np.argsort(np.argsort(seconds[rows], kind="stable")) + 0.5) / len(rows)
    return answer


def wrong_29_3_concatenated(seconds, bucket):
    parts = [(rankdata(seconds[bucket == number]) - 0.5) / (bucket == number).sum() for number in np.unique(bucket)]
    return np.concatenate(parts)


def wrong_29_3_one_argsort(seconds, bucket):
    answer = np.zeros(len(seconds))
    for number in np.unique(bucket):
        rows = np.flatnonzero(bucket == number)
        answer[rows] = (np.argsort(seconds[rows]) + 0.5) / len(rows)
    return answer


def right_29_3_pandas(seconds, bucket):
    views = pd.Series(seconds).groupby(bucket)
    return (views.rank() - 0.5) / views.transform("size")


def right_29_3_pairs(seconds, bucket):
    same = bucket[:, None] == bucket
    larger = np.sign(seconds[:, None] - seconds) / 2 + 0.5
    return ((larger * same).sum(axis=1) / same.sum(axis=1)).astype("float32")


def right_29_3_scipy(seconds, bucket):
    answer = [0.0] * len(seconds)
    for number in set(bucket.tolist()):
        rows = np.flatnonzero(bucket == number)
        for row, rank in zip(rows, rankdata(seconds[rows])):
            answer[row] = (rank - 0.5) / len(rows)
    return answer


def wrong_29_5_strict(seconds, length):
    return np.where(length < 18, seconds > length, seconds > 18)


def wrong_29_5_both(seconds, length):
    return np.logical_and(seconds >= 18, seconds >= length)


def wrong_29_5_end(seconds, length):
    return seconds / length >= 1


def wrong_29_5_short_all(seconds, length):
    return np.where(length < 18, True, seconds >= 18)


def wrong_29_5_short_none(seconds, length):
    return np.where(length < 18, False, seconds >= 18)


def wrong_29_5_max(seconds, length):
    return seconds >= np.maximum(length, 18)


def wrong_29_5_python_min(seconds, length):
    return seconds >= np.min([18, length.min()])


def wrong_29_5_fifteen(seconds, length):
    return seconds >= 15


def wrong_29_5_half(seconds, length):
    return seconds >= length / 2


def wrong_29_5_bar(seconds, length):
    return np.where(length < 18, length, 18)


def wrong_29_5_swapped(seconds, length):
    return np.where(length < 18, seconds < length, seconds < 18)


def wrong_29_5_rows(seconds, length):
    return np.where(seconds >= np.minimum(length, 18))[0]


def wrong_29_5_clipped(seconds, length):
    return seconds.clip(max=18) >= length


def wrong_29_5_over_half(seconds, length):
    return seconds / length > 0.5


def wrong_29_5_exactly_the_end(seconds, length):
    return (seconds >= 18) | (seconds == length)


def right_29_5_or(seconds, length):
    return (seconds >= 18) | (seconds >= length)


def right_29_5_loop(seconds, length):
    return [bool(s >= 18) if of_video >= 18 else bool(s >= of_video) for s, of_video in zip(seconds, length)]


def right_29_5_numbers(seconds, length):
    return np.where(length < 18, seconds >= length, seconds >= 18).astype(int)


def top(score, n):
    return np.argsort(-score, kind="stable")[:n]


def wrong_29_7_not_hidden(familiar, new, is_known, m, k):
    return np.concatenate([top(np.where(is_known, familiar, -np.inf), m), top(new, k - m)])


def wrong_29_7_zero(familiar, new, is_known, m, k):
    return np.concatenate([top(np.where(is_known, familiar, -np.inf), m), top(new * ~is_known, k - m)])


def wrong_29_7_inverted(familiar, new, is_known, m, k):
    return np.concatenate([top(np.where(is_known, familiar, -np.inf), m), top(np.where(is_known, new, -np.inf), k - m)])


def wrong_29_7_all_k(familiar, new, is_known, m, k):
    return np.concatenate([top(np.where(is_known, familiar, -np.inf), m), top(np.where(is_known, -np.inf, new), k)])


def wrong_29_7_m_new(familiar, new, is_known, m, k):
    return np.concatenate([top(np.where(is_known, familiar, -np.inf), m), top(np.where(is_known, -np.inf, new), m)])


def wrong_29_7_local(familiar, new, is_known, m, k):
    return np.concatenate([top(np.where(is_known, familiar, -np.inf), m), top(new[~is_known], k - m)])


def wrong_29_7_ascending(familiar, new, is_known, m, k):
    old_ones = top(np.where(is_known, familiar, -np.inf), m)
    return np.concatenate([old_ones, np.argsort(np.where(is_known, -np.inf, new))[: k - m]])


def wrong_29_7_worst(familiar, new, is_known, m, k):
    old_ones = top(np.where(is_known, familiar, -np.inf), m)
    return np.concatenate([old_ones, np.argsort(np.where(is_known, np.inf, new))[: k - m]])


def wrong_29_7_from_m(familiar, new, is_known, m, k):
    old_ones = top(np.where(is_known, familiar, -np.inf), m)
    return np.concatenate([old_ones, np.argsort(-np.where(is_known, -np.inf, new))[m:k]])


def wrong_29_7_by_familiar(familiar, new, is_known, m, k):
    return np.concatenate(
        [top(np.where(is_known, familiar, -np.inf), m), top(np.where(is_known, -np.inf, familiar), k - m)]
    )


def wrong_29_7_new_first(familiar, new, is_known, m, k):
    return np.concatenate([top(np.where(is_known, -np.inf, new), k - m), top(np.where(is_known, familiar, -np.inf), m)])


def wrong_29_7_pair(familiar, new, is_known, m, k):
    return top(np.where(is_known, familiar, -np.inf), m), top(np.where(is_known, -np.inf, new), k - m)


def wrong_29_7_sorted(familiar, new, is_known, m, k):
    return sorted(right_29_7_lists(familiar, new, is_known, m, k))


def wrong_29_7_sum(familiar, new, is_known, m, k):
    return top(familiar + new, k)


def wrong_29_7_only_new(familiar, new, is_known, m, k):
    return top(np.where(is_known, -np.inf, new), k - m)


def wrong_29_7_only_chosen_left_out(familiar, new, is_known, m, k):
    old_ones = top(np.where(is_known, familiar, -np.inf), m)
    return [*old_ones, *[t for t in np.argsort(-new) if t not in old_ones][: k - m]]


def wrong_29_7_one_sorting(familiar, new, is_known, m, k):
    return np.argsort(-np.where(is_known, familiar, new))[:k]


def wrong_29_7_tail(familiar, new, is_known, m, k):
    old_ones = top(np.where(is_known, familiar, -np.inf), m)
    return np.append(old_ones, np.argsort(-np.where(is_known, -np.inf, new))[m - k :])


def right_29_7_lists(familiar, new, is_known, m, k):
    tracks = range(len(new))
    old_ones = sorted((t for t in tracks if is_known[t]), key=lambda t: familiar[t], reverse=True)[:m]
    return old_ones + sorted((t for t in tracks if not is_known[t]), key=lambda t: -new[t])[: k - m]


def right_29_7_rows(familiar, new, is_known, m, k):
    known, unknown = np.flatnonzero(is_known), np.flatnonzero(~is_known)
    return np.r_[known[np.argsort(-familiar[known])][:m], unknown[np.argsort(-new[unknown])][: k - m]]


NATURAL = {
    "29.3": [
        (wrong_29_3_pct, "You divide the mean rank by"),
        (wrong_29_3_rank, None),
        (wrong_29_3_no_bucket, "compare with all views"),
        (wrong_29_3_strict, "You count the shorter views only."),
        (wrong_29_3_at_most, "in full (≤)"),
        (wrong_29_3_others, "left the view itself out"),
        (wrong_29_3_by_all, "number of all views"),
        (wrong_29_3_longer, "You count the longer views. Count"),
        (wrong_29_3_max, "You divide each view by the"),
        (wrong_29_3_min_max, "smallest and the largest"),
        (wrong_29_3_counts, "You return counts. Divide them by"),
        (wrong_29_3_argsort, "`argsort` gives equally long views different"),
        (wrong_29_3_one_argsort, "A single `argsort` returns the sorting"),
        (wrong_29_3_concatenated, "bucket by bucket"),
    ],
    "29.5": [
        (wrong_29_5_strict, "A view that lasts exactly as"),
        (wrong_29_5_both, "Take the smaller"),
        (wrong_29_5_end, "You require that every video is"),
        (wrong_29_5_short_all, "You count every view of a video shorter"),
        (wrong_29_5_short_none, "You count no view of a"),
        (wrong_29_5_max, "Take the smaller"),
        (wrong_29_5_python_min, "`min` over all videos gives one"),
        (wrong_29_5_fifteen, "You lowered the threshold for all"),
        (wrong_29_5_half, "You test whether half of the"),
        (wrong_29_5_over_half, "You test whether half of the"),
        (wrong_29_5_exactly_the_end, "past the end"),
        (wrong_29_5_bar, "You return the threshold. Compare `seconds`"),
        (wrong_29_5_swapped, "True and False are swapped"),
        (wrong_29_5_rows, "row numbers"),
        (wrong_29_5_clipped, "You limit `seconds` to 18. Limit"),
    ],
    "29.7": [
        (wrong_29_7_not_hidden, "There are known tracks among your"),
        (wrong_29_7_zero, "You hide known tracks with 0"),
        (wrong_29_7_inverted, "Your second part holds only known"),
        (wrong_29_7_all_k, "too long"),
        (wrong_29_7_m_new, "You take m new tracks"),
        (wrong_29_7_local, "numbers them from 0"),
        (wrong_29_7_ascending, "ascending"),
        (wrong_29_7_tail, "Your second part begins with the"),
        (wrong_29_7_only_chosen_left_out, "Hide all known tracks"),
        (wrong_29_7_one_sorting, "You rank all tracks in one"),
        (wrong_29_7_worst, "the worst of the unknown"),
        (wrong_29_7_from_m, "You skip the m best new"),
        (wrong_29_7_by_familiar, "by `familiar`"),
        (wrong_29_7_new_first, "begins with the new"),
        (wrong_29_7_pair, "two lists"),
        (wrong_29_7_sorted, "their order is not"),
        (wrong_29_7_sum, None),
        (wrong_29_7_only_new, "You return only the new tracks."),
    ],
}
RIGHT = {
    "29.3": [right_29_3_pandas, right_29_3_pairs, right_29_3_scipy],
    "29.5": [right_29_5_or, right_29_5_loop, right_29_5_numbers],
    "29.7": [right_29_7_lists, right_29_7_rows],
}
