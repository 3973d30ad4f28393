"""Natural answers of lesson 16: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata, zscore
from sklearn.metrics import jaccard_score
from sklearn.preprocessing import StandardScaler, minmax_scale


def wrong_16_2_whole(scores):
    mean, deviation = np.mean(scores), np.std(scores)
    return (scores - mean) / deviation


def wrong_16_2_scaler(scores):
    return StandardScaler().fit_transform(scores)


def wrong_16_2_no_keepdims(scores):
    return (scores - scores.mean(axis=1)) / scores.std(axis=1)


def wrong_16_2_minmax(scores):
    return minmax_scale(scores, axis=1)


def wrong_16_2_pandas(scores):
    frame = pd.DataFrame(scores)
    return frame.sub(frame.mean(axis=1), axis=0).div(frame.std(axis=1), axis=0).to_numpy()


def wrong_16_2_brackets(scores):
    return scores - scores.mean(1, keepdims=True) / scores.std(1, keepdims=True)


def wrong_16_2_norm(scores):
    centred = scores - scores.mean(1, keepdims=True)
    return centred / np.linalg.norm(centred, axis=1, keepdims=True)


def wrong_16_2_transposed(scores):
    return (scores.T - scores.mean(axis=1)) / scores.std(axis=1)


def wrong_16_2_only_scale(scores):
    return scores / np.std(scores, axis=1)[:, None]


def wrong_16_2_mean_of_columns(scores):
    return (scores - scores.mean(axis=0)) / scores.std(axis=1)[:, None]


def right_16_2_loop(scores):
    return [[(x - np.mean(row)) / np.std(row) for x in row] for row in scores]


def right_16_2_scipy(scores):
    return zscore(scores.astype("float32"), axis=1)


def wrong_16_4_argsort(scores, k=60):
    order = np.argsort(scores, axis=1)[:, ::-1]
    return sum(1 / (k + order[m] + 1) for m in range(len(scores)))


def wrong_16_4_zero(scores, k=60):
    fused = np.zeros(scores.shape[1])
    for row in scores:
        for rank, item in enumerate(np.argsort(-row)):
            fused[item] += 1 / (k + rank)
    return fused


def wrong_16_4_lowest(scores, k=60):
    return (1 / (k + rankdata(scores, axis=1))).sum(axis=0)


def wrong_16_4_models(scores, k=60):
    return (1 / (k + rankdata(-scores, axis=0))).sum(axis=0)


def wrong_16_4_together(scores, k=60):
    ranks = rankdata(-scores).reshape(scores.shape)
    return (1 / (k + ranks)).sum(axis=0)


def wrong_16_4_no_k(scores, k=60):
    return (1 / rankdata(-scores, axis=1)).sum(axis=0)


def wrong_16_4_fixed(scores, k=60):
    return (1 / (60 + rankdata(-scores, axis=1))).sum(axis=0)


def wrong_16_4_mean(scores, k=60):
    return np.mean(1 / (k + rankdata(-scores, axis=1)), axis=0)


def wrong_16_4_brackets(scores, k=60):
    return (1 / k + rankdata(-scores, axis=1)).sum(axis=0)


def wrong_16_4_per_model(scores, k=60):
    return (1 / (k + rankdata(-scores, axis=1))).sum(axis=1)


def wrong_16_4_not_added(scores, k=60):
    return 1 / (k + rankdata(-scores, axis=1))


def wrong_16_4_order(scores, k=60):
    fused = (1 / (k + rankdata(-scores, axis=1))).sum(axis=0)
    return np.argsort(fused)[::-1]


def wrong_16_4_ranks_first(scores, k=60):
    return 1 / (k + rankdata(-scores, axis=1).sum(axis=0))


def wrong_16_4_scores(scores, k=60):
    return np.sum(1 / (k + scores), axis=0)


def wrong_16_4_best(scores, k=60):
    return (1 / (k + rankdata(-scores, axis=1))).max(axis=0)


def right_16_4_loop(scores, k=60):
    fused = [0.0] * scores.shape[1]
    for row in scores:
        for rank, item in enumerate(sorted(range(len(row)), key=lambda i: -row[i]), start=1):
            fused[item] += 1 / (k + rank)
    return fused


def right_16_4_pandas(scores, k=60):
    return (1 / (k + pd.DataFrame(scores).rank(axis=1, ascending=False))).sum()


def wrong_16_6_by_user(a, b):
    shares = [(x & y).sum() / max((x | y).sum(), 1) for x, y in zip(a, b)]
    return np.mean(shares)


def wrong_16_6_nanmean(a, b):
    with np.errstate(all="ignore"):
        return np.nanmean((a & b).sum(axis=1) / (a | b).sum(axis=1))


def wrong_16_6_zero_by_zero(a, b):
    with np.errstate(all="ignore"):
        return ((a & b).sum(axis=1) / (a | b).sum(axis=1)).mean()


def wrong_16_6_dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


def wrong_16_6_second(a, b):
    return np.logical_and(a, b).sum() / b.sum()


def wrong_16_6_smaller(a, b):
    return (a * b).sum() / min(a.sum(), b.sum())


def wrong_16_6_only_count(a, b):
    return np.count_nonzero(a & b)


def wrong_16_6_and(a, b):
    return (a and b).sum() / (a or b).sum()


def wrong_16_6_sum_below(a, b):
    return (a & b).sum() / np.add(a, b, dtype=int).sum()


def wrong_16_6_xor(a, b):
    return (a & b).sum() / (a ^ b).sum()


def wrong_16_6_agreement(a, b):
    return np.mean(a == b)


def wrong_16_6_correlation(a, b):
    return np.corrcoef(a.ravel(), b.ravel())[0, 1]


def wrong_16_6_vector(a, b):
    return (a & b).sum(axis=1) / np.maximum((a | b).sum(axis=1), 1)


def wrong_16_6_inverted(a, b):
    return (a | b).sum() / (a & b).sum()


def right_16_6_sets(a, b):
    one, other = (set(zip(*x.nonzero())) for x in (a, b))
    return len(one & other) / len(one | other)


def right_16_6_counts(a, b):
    both = float((a.astype("float32") * b).sum())
    return both / (a.sum() + b.sum() - both)


def right_16_6_sklearn(a, b):
    return jaccard_score(a.ravel(), b.ravel())


def wrong_16_8_all(scores, seen, hidden):
    return scores.T, hidden.astype(int)


def wrong_16_8_leak(scores, seen, hidden):
    return scores.T, seen.astype(int)


def wrong_16_8_seen_rows(scores, seen, hidden):
    return scores[:, seen].T, hidden[seen].astype(int)


def wrong_16_8_seen_only(scores, seen, hidden):
    return scores[:, seen].T, seen[seen].astype(int)


def wrong_16_8_not_transposed(scores, seen, hidden):
    keep = np.flatnonzero(~seen)
    return scores[:, keep], hidden[keep].astype(int)


def wrong_16_8_all_labels(scores, seen, hidden):
    return scores[:, ~seen].T, hidden.astype(int)


def wrong_16_8_positives(scores, seen, hidden):
    return scores[:, hidden].T, np.ones(hidden.sum(), int)


def wrong_16_8_seen_and_hidden(scores, seen, hidden):
    keep = seen | hidden
    return scores[:, keep].T, hidden[keep].astype(int)


def wrong_16_8_neither(scores, seen, hidden):
    keep = ~(seen | hidden)
    return scores[:, keep].T, hidden[keep].astype(int)


def wrong_16_8_upside_down(scores, seen, hidden):
    return scores[:, ~seen].T, (~hidden[~seen]).astype(int)


def wrong_16_8_swapped(scores, seen, hidden):
    return hidden[~seen].astype(int), scores[:, ~seen].T


def wrong_16_8_reshaped(scores, seen, hidden):
    X = scores[:, ~seen]
    return X.reshape(-1, len(scores)), hidden[~seen].astype(int)


def wrong_16_8_labels_of_seen(scores, seen, hidden):
    return scores[:, ~seen].T, seen[~seen].astype(int)


def wrong_16_8_only_x(scores, seen, hidden):
    return scores[:, ~seen].T


def right_16_8_loop(scores, seen, hidden):
    X, y = [], []
    for item in range(len(seen)):
        if not seen[item]:
            X.append([row[item] for row in scores])
            y.append(1 if hidden[item] else 0)
    return X, y


def right_16_8_delete(scores, seen, hidden):
    gone = np.flatnonzero(seen)
    return np.delete(scores, gone, axis=1).T.astype("float32"), np.delete(hidden, gone)


def right_16_8_columns(scores, seen, hidden):
    keep = seen == 0
    return np.column_stack([row[keep] for row in scores]), np.where(hidden[keep], 1.0, 0.0)


NATURAL = {
    "16.2": [
        (wrong_16_2_whole, "You use one mean and one standard"),
        (wrong_16_2_scaler, "still run over users"),
        (wrong_16_2_no_keepdims, "Shapes do not fit"),
        (wrong_16_2_minmax, "min–max"),
        (wrong_16_2_pandas, "ddof=1"),
        (wrong_16_2_brackets, "You divide only the mean, because"),
        (wrong_16_2_norm, "You divide by the length of the"),
        (wrong_16_2_transposed, "must have the shape of `scores`"),
        (wrong_16_2_only_scale, "You divide by the standard deviation"),
        (wrong_16_2_mean_of_columns, "the mean still runs over users"),
    ],
    "16.4": [
        (wrong_16_4_argsort, "not the rank of each item"),
        (wrong_16_4_zero, "count from 0"),
        (wrong_16_4_lowest, "lowest score"),
        (wrong_16_4_models, "rank the models within each item"),
        (wrong_16_4_together, "You rank the scores of all models"),
        (wrong_16_4_no_k, "Your result does not depend on"),
        (wrong_16_4_fixed, "You always use 60. Use the argument"),
        (wrong_16_4_mean, "mean over the models"),
        (wrong_16_4_brackets, "1/k + rank"),
        (wrong_16_4_per_model, "one number per model"),
        (wrong_16_4_not_added, "You return the fractions of each"),
        (wrong_16_4_order, "fused order"),
        (wrong_16_4_ranks_first, "add up the ranks first"),
        (wrong_16_4_scores, "scores themselves"),
        (wrong_16_4_best, "best list of each item"),
    ],
    "16.6": [
        (wrong_16_6_by_user, "without a hit count as 0"),
        (wrong_16_6_nanmean, "average over users"),
        (wrong_16_6_zero_by_zero, "0 / 0"),
        (wrong_16_6_dice, "Dice"),
        (wrong_16_6_second, "hits of `b`"),
        (wrong_16_6_smaller, "You divide by the hits of the model with fewer"),
        (wrong_16_6_only_count, "number of common hits"),
        (wrong_16_6_and, "entry by entry"),
        (wrong_16_6_sum_below, "a.sum() + b.sum() counts the"),
        (wrong_16_6_xor, "*only one* has"),
        (wrong_16_6_agreement, "You count the entries where both"),
        (wrong_16_6_correlation, "correlation"),
        (wrong_16_6_vector, "You return one number per user."),
        (wrong_16_6_inverted, "Your fraction is upside down:"),
    ],
    "16.8": [
        (wrong_16_8_all, "Your rows include films that"),
        (wrong_16_8_leak, "all films are rows, and the label"),
        (wrong_16_8_seen_rows, "learned from. The candidates"),
        (wrong_16_8_seen_only, "This is the leak: your rows are the films that the members learned from,"),
        (wrong_16_8_not_transposed, "X has one row per model. Transpose"),
        (wrong_16_8_all_labels, "You return the labels of all"),
        (wrong_16_8_positives, "All your rows are positive"),
        (wrong_16_8_seen_and_hidden, "seen and the hidden films"),
        (wrong_16_8_neither, "every label is 0"),
        (wrong_16_8_upside_down, "The labels are reversed"),
        (wrong_16_8_swapped, "The two results are in the wrong"),
        (wrong_16_8_reshaped, "does not transpose"),
        (wrong_16_8_labels_of_seen, "labels come from `seen`"),
        (wrong_16_8_only_x, "Return 2 results, `return one, another`"),
    ],
}
RIGHT = {
    "16.2": [right_16_2_loop, right_16_2_scipy],
    "16.4": [right_16_4_loop, right_16_4_pandas],
    "16.6": [right_16_6_sets, right_16_6_counts, right_16_6_sklearn],
    "16.8": [right_16_8_loop, right_16_8_delete, right_16_8_columns],
}
