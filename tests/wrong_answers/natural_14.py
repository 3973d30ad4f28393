"""Wrong answers of lesson 14 as people write them, and right ones in an unusual style."""

import numpy as np
import pandas as pd


def wrong_14_2_times(q, kept):
    return np.array([kept * x for x in q])


def wrong_14_2_divided(q, kept):
    return q / kept


def wrong_14_2_odds(q, kept):
    odds = q / (1 - q)
    return odds * kept


def wrong_14_2_odds_up(q, kept):
    odds = q / (1 - q) / kept
    return odds / (1 + odds)


def wrong_14_2_kept_below(q, kept):
    return q / (q + kept * (1 - q))


def wrong_14_2_logit(q, kept):
    return np.log(q / (1 - q)) + np.log(kept)


def wrong_14_2_thrown_away(q, kept):
    odds = (1 - kept) * q / (1 - q)
    return odds / (1 + odds)


def wrong_14_2_normalised(q, kept):
    return kept * q / (kept * q + (1 - q) / kept)


def wrong_14_2_negatives(q, kept):
    return 1 - kept * (1 - q)


def wrong_14_2_other_side(q, kept):
    return (1 - q) / (1 - q + kept * q)


def wrong_14_2_unchanged(q, kept):
    return q


def right_14_2_logit(q, kept):
    return 1 / (1 + np.exp(-(np.log(q) - np.log1p(-q) + np.log(kept))))


def right_14_2_list(q, kept):
    return [x * kept / (x * kept + 1 - x) for x in q.tolist()]


def wrong_14_4_groupby(category, label, fold, overall, strength):
    rows = pd.DataFrame({"c": category, "y": label})
    group = rows.groupby("c")["y"]
    return ((group.transform("sum") + strength * overall) / (group.transform("count") + strength)).to_numpy()


def wrong_14_4_minus_itself(category, label, fold, overall, strength):
    rates = np.zeros(len(label))
    for row in range(len(label)):
        is_same = category == category[row]
        is_same[row] = False
        rates[row] = (label[is_same].sum() + strength * overall) / (is_same.sum() + strength)
    return rates


def wrong_14_4_same_fold(category, label, fold, overall, strength):
    rates = []
    for c, f in zip(category, fold):
        rows = (category == c) & (fold == f)
        rates.append((label[rows].sum() + strength * overall) / (rows.sum() + strength))
    return rates


def wrong_14_4_no_category(category, label, fold, overall, strength):
    rates = np.zeros(len(label))
    for row in range(len(label)):
        rows = fold != fold[row]
        rates[row] = (label[rows].sum() + strength * overall) / (rows.sum() + strength)
    return rates


def wrong_14_4_mean(category, label, fold, overall, strength):
    rates = np.full(len(label), overall)
    for row in range(len(label)):
        rows = (category == category[row]) & (fold != fold[row])
        if rows.any():
            rates[row] = label[rows].mean()
    return rates


def wrong_14_4_count_of_all(category, label, fold, overall, strength):
    rates = np.zeros(len(label))
    for row in range(len(label)):
        is_same = category == category[row]
        clicks = label[is_same & (fold != fold[row])].sum()
        rates[row] = (clicks + strength * overall) / (is_same.sum() + strength)
    return rates


def wrong_14_4_greater(category, label, fold, overall, strength):
    rates = np.zeros(len(label))
    for row in range(len(label)):
        rows = (category == category[row]) & (fold < fold[row])
        rates[row] = (label[rows].sum() + strength * overall) / (rows.sum() + strength)
    return rates


def wrong_14_4_own_overall(category, label, fold, overall, strength):
    rates = np.zeros(len(label))
    for row in range(len(label)):
        rows = (category == category[row]) & (fold != fold[row])
        rates[row] = (label[rows].sum() + strength * label.mean()) / (rows.sum() + strength)
    return rates


def wrong_14_4_no_numerator(category, label, fold, overall, strength):
    rates = np.zeros(len(label))
    for row in range(len(label)):
        rows = (category == category[row]) & (fold != fold[row])
        rates[row] = label[rows].sum() / (rows.sum() + strength)
    return rates


def right_14_4_pandas(category, label, fold, overall, strength):
    rows = pd.DataFrame({"c": category, "f": fold, "y": label})
    all_rows, own = rows.groupby("c")["y"], rows.groupby(["c", "f"])["y"]
    clicks = all_rows.transform("sum") - own.transform("sum")
    n = all_rows.transform("count") - own.transform("count")
    return (clicks + strength * overall) / (n + strength)


def right_14_4_lists(category, label, fold, overall, strength):
    out = []
    for row in range(len(label)):
        n, clicks = strength, strength * overall
        for other in range(len(label)):
            if category[other] == category[row] and fold[other] != fold[row]:
                n, clicks = n + 1, clicks + label[other]
        out.append(clicks / n)
    return out


def wrong_14_6_both_orders(x, V):
    out = np.zeros(len(x))
    n = x.shape[1]
    for i in range(n):
        for j in range(n):
            if i != j:
                out += V[i] @ V[j] * x[:, i] * x[:, j]
    return out


def wrong_14_6_with_self(x, V):
    out = np.zeros(len(x))
    for i in range(len(V)):
        for j in range(i, len(V)):
            out += V[i] @ V[j] * x[:, i] * x[:, j]
    return out


def wrong_14_6_no_squares(x, V):
    return 0.5 * np.sum((x @ V) ** 2, axis=1)


def wrong_14_6_not_halved(x, V):
    e = x[:, :, None] * V
    return (e.sum(axis=1) ** 2 - (e**2).sum(axis=1)).sum(axis=1)


def wrong_14_6_no_sum(x, V):
    return 0.5 * (np.square(x @ V) - np.square(x) @ np.square(V))


def wrong_14_6_x_not_squared(x, V):
    return 0.5 * (np.square(x @ V) - x @ np.square(V)).sum(axis=1)


def wrong_14_6_v_not_squared(x, V):
    return 0.5 * (np.square(x @ V) - np.square(x) @ V).sum(axis=1)


def wrong_14_6_scalar(x, V):
    return 0.5 * (np.square(x @ V) - np.square(x) @ np.square(V)).sum()


def wrong_14_6_neighbours(x, V):
    out = np.zeros(len(x))
    for i in range(len(V) - 1):
        out += (V[i] * V[i + 1]).sum() * x[:, i] * x[:, i + 1]
    return out


def wrong_14_6_sign(x, V):
    return 0.5 * (np.square(x) @ np.square(V) - np.square(x @ V)).sum(axis=1)


def wrong_14_6_square_of_all(x, V):
    return 0.5 * ((x @ V).sum(axis=1) ** 2 - (x**2 @ V**2).sum(axis=1))


def right_14_6_loops(x, V):
    return [sum(V[i] @ V[j] * row[i] * row[j] for i in range(len(V)) for j in range(i)) for row in x]


def right_14_6_gram(x, V):
    return np.einsum("bi,ij,bj->b", x, np.triu(V @ V.T, k=1), x)


def wrong_14_7_x0_inside(x0, x, W, b):
    dense = x0 @ W + b
    return x0 * dense + x


def wrong_14_7_x_outside(x0, x, W, b):
    dense = np.dot(x, W) + b
    return x * dense + x


def wrong_14_7_adds_x0(x0, x, W, b):
    return x0 + x0 * (x @ W + b)


def wrong_14_7_no_residual(x0, x, W, b):
    return np.multiply(x0, x @ W + b)


def wrong_14_7_no_bias(x0, x, W, b):
    return x0 * (x @ W) + x


def wrong_14_7_bias_outside(x0, x, W, b):
    return x0 * (x @ W) + x + b


def wrong_14_7_transposed(x0, x, W, b):
    return x0 * (x @ W.T + b) + x


def wrong_14_7_added(x0, x, W, b):
    return x0 + (x @ W + b) + x


def wrong_14_7_relu(x0, x, W, b):
    return x0 * np.maximum(0, x @ W + b) + x


def wrong_14_7_parentheses(x0, x, W, b):
    return x0 * (x @ W + b + x)


def wrong_14_7_dot(x0, x, W, b):
    return np.sum(x0 * (x @ W + b), axis=1, keepdims=True) + x


def wrong_14_7_dense_alone(x0, x, W, b):
    return x @ W + b


def right_14_7_einsum(x0, x, W, b):
    return np.einsum("bj,bi,ij->bj", x0, x, W) + x0 * b + x


def right_14_7_rows(x0, x, W, b):
    return [first * (W.T @ row + b) + row for first, row in zip(x0, x)]


def wrong_14_9_signed(p, happened, n_bins):
    error = 0
    for rows in np.array_split(np.argsort(p), n_bins):
        error += len(rows) / len(p) * (p[rows].mean() - happened[rows].mean())
    return error


def wrong_14_9_unweighted(p, happened, n_bins):
    return np.mean([abs(p[r].mean() - happened[r].mean()) for r in np.array_split(np.argsort(p), n_bins)])


def wrong_14_9_cut(p, happened, n_bins):
    bins = pd.cut(pd.Series(p), np.linspace(0, 1, n_bins + 1))
    rows = pd.DataFrame({"p": p, "y": happened}).groupby(bins, observed=True)
    return ((rows["p"].mean() - rows["y"].mean()).abs() * rows.size() / len(p)).sum()


def wrong_14_9_unsorted(p, happened, n_bins):
    return sum(
        len(a) / len(p) * abs(a.mean() - b.mean())
        for a, b in zip(np.array_split(p, n_bins), np.array_split(happened, n_bins))
    )


def wrong_14_9_sorted_apart(p, happened, n_bins):
    return sum(
        len(a) / len(p) * abs(a.mean() - b.mean())
        for a, b in zip(np.array_split(np.sort(p), n_bins), np.array_split(happened, n_bins))
    )


def wrong_14_9_rows(p, happened, n_bins):
    return np.mean(np.abs(p - happened))


def wrong_14_9_largest(p, happened, n_bins):
    return max(abs(p[r].mean() - happened[r].mean()) for r in np.array_split(np.argsort(p), n_bins))


def wrong_14_9_squares(p, happened, n_bins):
    return sum(len(r) / len(p) * (p[r].mean() - happened[r].mean()) ** 2 for r in np.array_split(np.argsort(p), n_bins))


def wrong_14_9_numbers(p, happened, n_bins):
    return sum(len(r) * abs(p[r].mean() - happened[r].mean()) for r in np.array_split(np.argsort(p), n_bins))


def wrong_14_9_all(p, happened, n_bins):
    return abs(p.mean() - happened.mean())


def right_14_9_sums(p, happened, n_bins):
    order = np.argsort(-p)
    sizes = [len(rows) for rows in np.array_split(order, n_bins)][::-1]
    ends = np.cumsum(sizes)
    gap = (p - happened)[order]
    return sum(abs(gap[end - size : end].sum()) for end, size in zip(ends, sizes)) / len(p)


def right_14_9_frame(p, happened, n_bins):
    rows = pd.DataFrame({"p": p, "y": happened}).sort_values("p")
    rows["bin"] = np.concatenate([[n] * len(part) for n, part in enumerate(np.array_split(p, n_bins))])
    means = rows.groupby("bin").agg({"p": "mean", "y": "mean"})
    return ((means["p"] - means["y"]).abs() * rows.groupby("bin").size()).sum() / len(p)


def wrong_14_2_one_minus_odds(q, kept):
    odds = q / (1 - q) * kept
    return odds / (1 - odds)


def wrong_14_4_or(category, label, fold, overall, strength):
    rates = np.zeros(len(label))
    for row in range(len(label)):
        rows = (category == category[row]) | (fold != fold[row])
        rates[row] = (label[rows].sum() + strength * overall) / (rows.sum() + strength)
    return rates


def wrong_14_4_minus_own_label(category, label, fold, overall, strength):
    rates = np.zeros(len(label))
    for row in range(len(label)):
        rows = category == category[row]
        rates[row] = (label[rows].sum() - label[row] + strength * overall) / (rows.sum() + strength)
    return rates


def right_14_4_matrix(category, label, fold, overall, strength):
    used = (category[:, None] == category) & (fold[:, None] != fold)
    return (used @ label.astype(float) + strength * overall) / (used.sum(axis=1) + strength)


def wrong_14_6_half_of_second(x, V):
    return np.sum((x @ V) ** 2 - x**2 @ V**2 / 2, axis=1)


def wrong_14_6_same_twice(x, V):
    return ((x @ V) ** 2 - (x @ V) ** 2).sum(axis=1) / 2


def right_14_6_gram_trace(x, V):
    G = V @ V.T
    return [0.5 * float(row @ G @ row - np.sum(np.diag(G) * row * row)) for row in x]


def wrong_14_7_minus(x0, x, W, b):
    dense = x @ W + b
    return x0 * dense - x


def wrong_14_9_both_sorted(p, happened, n_bins):
    left, right = np.array_split(np.sort(p), n_bins), np.array_split(np.sort(happened), n_bins)
    return sum(len(a) / len(p) * abs(a.mean() - b.mean()) for a, b in zip(left, right))


def wrong_14_9_rest_dropped(p, happened, n_bins):
    order, size, error = np.argsort(p), len(p) // n_bins, 0
    for n in range(n_bins):
        rows = order[n * size : (n + 1) * size]
        error += len(rows) / len(p) * abs(p[rows].mean() - happened[rows].mean())
    return error


def wrong_14_9_qcut(p, happened, n_bins):
    bins = pd.qcut(pd.Series(p), n_bins, labels=False)
    rows = pd.DataFrame({"p": p, "y": happened}).groupby(bins)
    return ((rows["p"].mean() - rows["y"].mean()).abs() * rows.size() / len(p)).sum()


def wrong_14_11_no_softmax(experts, scores):
    return np.einsum("be,bew->bw", scores, experts)


def wrong_14_11_only_exp(experts, scores):
    return np.einsum("be,bew->bw", np.exp(scores), experts)


def wrong_14_11_over_rows(experts, scores):
    weights = np.exp(scores) / np.exp(scores).sum(axis=0)
    return np.einsum("be,bew->bw", weights, experts)


def wrong_14_11_over_everything(experts, scores):
    weights = np.exp(scores) / np.exp(scores).sum()
    return (weights[..., None] * experts).sum(axis=1)


def wrong_14_11_best_expert(experts, scores):
    return np.array([rows[best] for rows, best in zip(experts, scores.argmax(axis=1))])


def wrong_14_11_sigmoid(experts, scores):
    return ((1 / (1 + np.exp(-scores)))[:, :, None] * experts).sum(axis=1)


def wrong_14_11_mean(experts, scores):
    weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return np.mean(weights[:, :, None] * experts, axis=1)


def wrong_14_11_not_summed(experts, scores):
    weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return weights[:, :, None] * experts


def wrong_14_11_width(experts, scores):
    weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return (weights[:, :, None] * experts).sum(axis=-1)


def wrong_14_11_shares(experts, scores):
    return np.array([(row / row.sum()) @ rows for rows, row in zip(experts, scores)])


def right_14_11_matmul(experts, scores):
    weights = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    return ((weights / weights.sum(1, keepdims=True))[:, None, :] @ experts)[:, 0]


def right_14_11_lists(experts, scores):
    out = []
    for rows, row in zip(experts, scores):
        shares = [1 / sum(np.exp(other - one) for other in row) for one in row]
        out.append(sum(share * expert for share, expert in zip(shares, rows)))
    return out


NATURAL = {
    "14.2": [
        (wrong_14_2_times, "multiply the *odds* by w"),
        (wrong_14_2_divided, "divided the probability by w"),
        (wrong_14_2_odds, "odds of p"),
        (wrong_14_2_odds_up, "wrong way round"),
        (wrong_14_2_kept_below, "wrong way round"),
        (wrong_14_2_logit, "That is the logit"),
        (wrong_14_2_thrown_away, "share thrown away"),
        (wrong_14_2_normalised, "both sides"),
        (wrong_14_2_negatives, "probability of a negative"),
        (wrong_14_2_other_side, "probability of a negative"),
        (wrong_14_2_unchanged, "unchanged"),
        (wrong_14_2_one_minus_odds, "with o / (1 − o)"),
    ],
    "14.4": [
        (wrong_14_4_groupby, "still in the sum"),
        (wrong_14_4_minus_itself, "leave out only the row itself"),
        (wrong_14_4_same_fold, "own fold"),
        (wrong_14_4_no_category, "all categories"),
        (wrong_14_4_mean, "Keep the smoothing"),
        (wrong_14_4_count_of_all, "the count does not"),
        (wrong_14_4_greater, "folds before"),
        (wrong_14_4_own_overall, "given as `overall`"),
        (wrong_14_4_no_numerator, "in the numerator"),
        (wrong_14_4_or, "use `&`"),
        (wrong_14_4_minus_own_label, "rest of its fold"),
    ],
    "14.6": [
        (wrong_14_6_both_orders, "counts twice"),
        (wrong_14_6_with_self, "at full weight"),
        (wrong_14_6_no_squares, "still in it"),
        (wrong_14_6_not_halved, "counts twice"),
        (wrong_14_6_no_sum, "for each coordinate"),
        (wrong_14_6_x_not_squared, "numbers must be squared"),
        (wrong_14_6_v_not_squared, "vectors must be squared"),
        (wrong_14_6_scalar, "over everything"),
        (wrong_14_6_neighbours, "neighbouring"),
        (wrong_14_6_sign, "sign"),
        (wrong_14_6_square_of_all, "sum over *all* coordinates"),
        (wrong_14_6_half_of_second, "only the second term"),
        (wrong_14_6_same_twice, "Both of your terms"),
    ],
    "14.7": [
        (wrong_14_7_x0_inside, "dense layer reads `x0`"),
        (wrong_14_7_x_outside, "multiply by `x`"),
        (wrong_14_7_adds_x0, "You add `x0`. Add"),
        (wrong_14_7_no_residual, "not added back"),
        (wrong_14_7_no_bias, "bias is missing"),
        (wrong_14_7_bias_outside, "outside the product"),
        (wrong_14_7_transposed, "transpose"),
        (wrong_14_7_added, "where you should multiply"),
        (wrong_14_7_relu, "applied an activation"),
        (wrong_14_7_parentheses, "before the product"),
        (wrong_14_7_dot, "dot product"),
        (wrong_14_7_dense_alone, "dense layer alone"),
        (wrong_14_7_minus, "You subtract `x`"),
    ],
    "14.9": [
        (wrong_14_9_signed, "cancel"),
        (wrong_14_9_unweighted, "count alike"),
        (wrong_14_9_cut, "equal *width*"),
        (wrong_14_9_unsorted, "in which they come"),
        (wrong_14_9_sorted_apart, "no longer belong together"),
        (wrong_14_9_rows, "single rows"),
        (wrong_14_9_largest, "largest gap"),
        (wrong_14_9_squares, "squared"),
        (wrong_14_9_numbers, "number of rows"),
        (wrong_14_9_all, "cancel"),
        (wrong_14_9_both_sorted, "separately"),
        (wrong_14_9_rest_dropped, "remain after the division"),
        (wrong_14_9_qcut, "other sizes"),
    ],
    "14.11": [
        (wrong_14_11_no_softmax, "softmax is missing"),
        (wrong_14_11_only_exp, "did not divide"),
        (wrong_14_11_over_rows, "over the rows"),
        (wrong_14_11_over_everything, "over all entries"),
        (wrong_14_11_best_expert, "only the best expert"),
        (wrong_14_11_sigmoid, "sigmoid"),
        (wrong_14_11_mean, "You average"),
        (wrong_14_11_not_summed, "not added up yet"),
        (wrong_14_11_width, "over the width"),
        (wrong_14_11_shares, "exponentials first"),
    ],
}

RIGHT = {
    "14.2": [right_14_2_logit, right_14_2_list],
    "14.4": [right_14_4_pandas, right_14_4_lists, right_14_4_matrix],
    "14.6": [right_14_6_loops, right_14_6_gram, right_14_6_gram_trace],
    "14.7": [right_14_7_einsum, right_14_7_rows],
    "14.9": [right_14_9_sums, right_14_9_frame],
    "14.11": [right_14_11_matmul, right_14_11_lists],
}
