"""Natural answers of lesson 04: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

# ruff: noqa: E731, E741 - this is how learners write

import numpy as np


def H(r, s, k):
    return [i for i in r[:k] if i in s]


def wrong_04_3_precision(ranked, relevant, k):
    return len(H(ranked, relevant, k)) / k


def wrong_04_3_whole(ranked, relevant, k):
    return len(set(ranked) & relevant) / len(relevant)


def wrong_04_3_off_by_one(ranked, relevant, k):
    return len(H(ranked, relevant, k + 1)) / len(relevant)


def wrong_04_3_off_down(ranked, relevant, k):
    return len(H(ranked, relevant, k - 1)) / len(relevant)


def wrong_04_3_from_1(ranked, relevant, k):
    return len([i for i in ranked[1 : k + 1] if i in relevant]) / len(relevant)


def wrong_04_3_min(ranked, relevant, k):
    return len(H(ranked, relevant, k)) / min(k, len(relevant))


def wrong_04_3_hit(ranked, relevant, k):
    return float(any(i in relevant for i in ranked[:k]))


def wrong_04_3_count(ranked, relevant, k):
    return len(H(ranked, relevant, k))


def wrong_04_3_isin(ranked, relevant, k):
    return np.isin(ranked[:k], relevant).sum() / len(relevant)


def wrong_04_3_last_k(ranked, relevant, k):
    return len([i for i in ranked[-k:] if i in relevant]) / len(relevant)


def wrong_04_3_percent(ranked, relevant, k):
    return 100 * len(H(ranked, relevant, k)) / len(relevant)


def wrong_04_3_int_div(ranked, relevant, k):
    return len(H(ranked, relevant, k)) // len(relevant)


def wrong_04_3_len_ranked(ranked, relevant, k):
    return len(H(ranked, relevant, k)) / len(ranked)


def wrong_04_3_missed(ranked, relevant, k):
    return 1 - len(H(ranked, relevant, k)) / len(relevant)


def wrong_04_3_jaccard(ranked, relevant, k):
    return len(H(ranked, relevant, k)) / len(set(ranked[:k]) | relevant)


def right_04_3_sets(ranked, relevant, k):
    return len(set(ranked[:k]) & relevant) / len(relevant)


def right_04_3_numpy(ranked, relevant, k):
    return np.float32(np.isin(list(relevant), ranked[:k]).mean())


def dcg(r, s, k, f=lambda p: 1 / np.log2(p + 1)):
    return sum(f(p) for p, i in enumerate(r[:k], 1) if i in s)


def idcg(n, f=lambda p: 1 / np.log2(p + 1)):
    return sum(f(p) for p in range(1, n + 1))


def wrong_04_4_reciprocal(ranked, relevant, k):
    f = lambda p: 1 / p
    return dcg(ranked, relevant, k, f) / idcg(min(k, len(relevant)), f)


def wrong_04_4_ln(ranked, relevant, k):
    return dcg(ranked, relevant, k, lambda p: 1 / np.log(p + 1)) / idcg(min(k, len(relevant)))


def wrong_04_4_idcg_k(ranked, relevant, k):
    return dcg(ranked, relevant, k) / idcg(k)


def wrong_04_4_idcg_all(ranked, relevant, k):
    return dcg(ranked, relevant, k) / idcg(len(relevant))


def wrong_04_4_dcg(ranked, relevant, k):
    return dcg(ranked, relevant, k)


def wrong_04_4_log_p(ranked, relevant, k):
    f = lambda p: 1 / np.log2(max(p, 1.0000001))
    return dcg(ranked, relevant, k, f) / idcg(min(k, len(relevant)), f)


def wrong_04_4_div0(ranked, relevant, k):
    return sum(1 / np.log2(p + 1) for p, i in enumerate(ranked[:k]) if i in relevant) / idcg(min(k, len(relevant)))


def wrong_04_4_found(ranked, relevant, k):
    return dcg(ranked, relevant, k) / max(idcg(len(H(ranked, relevant, k))), 1e-9)


def wrong_04_4_uncut(ranked, relevant, k):
    return dcg(ranked, relevant, None) / idcg(min(k, len(relevant)))


def wrong_04_4_offset3(ranked, relevant, k):
    f = lambda p: 1 / np.log2(p + 2)
    return dcg(ranked, relevant, k, f) / idcg(min(k, len(relevant)), f)


def wrong_04_4_recallish(ranked, relevant, k):
    return len(H(ranked, relevant, k)) / min(k, len(relevant))


def wrong_04_4_linear(ranked, relevant, k):
    f = lambda p: 1 / (p + 1)
    return dcg(ranked, relevant, k, f) / idcg(min(k, len(relevant)), f)


def wrong_04_4_times_log(ranked, relevant, k):
    f = lambda p: np.log2(p + 1)
    return dcg(ranked, relevant, k, f) / idcg(min(k, len(relevant)), f)


def wrong_04_4_rank_of_hit(ranked, relevant, k):
    return sum(1 / np.log2(p + 1) for p, _ in enumerate(H(ranked, relevant, k), 1)) / idcg(min(k, len(relevant)))


def wrong_04_4_offset_only_gain(ranked, relevant, k):
    return dcg(ranked, relevant, k, lambda p: 1 / np.log2(p + 2)) / idcg(min(k, len(relevant)))


def right_04_4_ln_both(ranked, relevant, k):
    f = lambda p: 1 / np.log1p(p)
    return dcg(ranked, relevant, k, f) / idcg(min(k, len(relevant)), f)


def right_04_4_numpy(ranked, relevant, k):
    d = 1 / np.log2(np.arange(2, k + 2))
    h = np.isin(ranked[:k], list(relevant))
    return (d[: len(h)] @ h / d[: min(k, len(relevant))].sum()).astype("float32")


def wrong_04_5_same(is_hit):
    return 1 / (int(np.argmax(is_hit)) + 1)


def wrong_04_5_argmax_zero(is_hit):
    p = np.argmax(is_hit)
    return 1 / (p + 1) if p else 0.0


def wrong_04_5_index(is_hit):
    return 1 / np.argmax(is_hit) if np.argmax(is_hit) else 0.0


def wrong_04_5_nan(is_hit):
    return 1 / (np.argmax(is_hit) + 1) if is_hit.any() else np.nan


def wrong_04_5_inverse(is_hit):
    return np.argmax(is_hit) + 1 if is_hit.any() else 0


def wrong_04_5_all(is_hit):
    return 1 / (np.argmax(is_hit) + 1) if is_hit.all() else 0.0


def wrong_04_5_mean(is_hit):
    return (is_hit / np.arange(1, len(is_hit) + 1)).mean()


def wrong_04_5_sum(is_hit):
    return (is_hit / np.arange(1, len(is_hit) + 1)).sum()


def wrong_04_5_last(is_hit):
    return 1 / (np.flatnonzero(is_hit)[-1] + 1) if is_hit.any() else 0.0


def wrong_04_5_one_over_len(is_hit):
    return 1 / (np.argmax(is_hit) + 1) if is_hit.any() else 1 / (len(is_hit) + 1)


def wrong_04_5_minus_one(is_hit):
    return 1 / (np.argmax(is_hit) + 1) if is_hit.any() else -1


def wrong_04_5_plus2(is_hit):
    return 1 / (np.argmax(is_hit) + 2) if is_hit.any() else 0.0


def wrong_04_5_argmin(is_hit):
    return 1 / (np.argmin(is_hit) + 1) if is_hit.any() else 0.0


def right_04_5_loop(is_hit):
    for r, h in enumerate(is_hit, 1):
        if h:
            return 1 / r
    return 0


def right_04_5_max(is_hit):
    return np.max(is_hit / np.arange(1, len(is_hit) + 1), initial=0)


def wrong_04_7_seen_in(popularity, seen, k):
    s = np.array(popularity, float)
    s[0] = -np.inf
    return np.argsort(-s)[:k]


def wrong_04_7_padding(popularity, seen, k):
    s = np.array(popularity, float)
    s[list(seen)] = -np.inf
    return np.argsort(-s)[:k]


def wrong_04_7_lowest(popularity, seen, k):
    s = np.array(popularity, float)
    s[[0, *seen]] = -np.inf
    return np.argsort(s)[:k]


def wrong_04_7_lowest_end(popularity, seen, k):
    s = np.array(popularity, float)
    s[[0, *seen]] = np.inf
    return np.argsort(s)[:k]


def wrong_04_7_best_last(popularity, seen, k):
    s = np.array(popularity, float)
    s[[0, *seen]] = -np.inf
    return np.argsort(s)[-k:]


def wrong_04_7_zero(popularity, seen, k):
    s = np.array(popularity, float)
    s[[0, *seen]] = 0
    return np.argsort(-s)[:k]


def wrong_04_7_minus_one_index(popularity, seen, k):
    s = np.array(popularity, float)[1:].copy()
    s[[i - 1 for i in seen]] = -np.inf
    return np.argsort(-s)[:k]


def wrong_04_7_inplace(popularity, seen, k):
    popularity[[0, *seen]] = -1
    return np.argsort(-popularity)[:k]


def wrong_04_7_scores(popularity, seen, k):
    s = np.array(popularity, float)
    s[[0, *seen]] = -np.inf
    return np.sort(s)[::-1][:k]


def wrong_04_7_filter_late(popularity, seen, k):
    b = np.argsort(-popularity)[:k]
    return [i for i in b if i not in seen and i]


def wrong_04_7_delete(popularity, seen, k):
    return np.argsort(-np.delete(popularity, [0, *seen]))[:k]


def wrong_04_7_set(popularity, seen, k):
    s = np.array(popularity, float)
    s[[0, *seen]] = -np.inf
    return set(np.argsort(-s)[:k].tolist())


def wrong_04_7_min_hides(popularity, seen, k):
    s = np.array(popularity, float)
    s[[0, *seen]] = s.min()
    return np.argsort(-s, kind="stable")[:k]


def wrong_04_7_set_index(popularity, seen, k):
    s = np.array(popularity, float)
    s[seen] = -np.inf
    return np.argsort(-s)[:k]


def right_04_7_list(popularity, seen, k):
    return [i for i in sorted(range(1, len(popularity)), key=lambda i: popularity[i], reverse=True) if i not in seen][
        :k
    ]


def right_04_7_filter(popularity, seen, k):
    o = np.argsort(-popularity)
    return o[~np.isin(o, [0, *seen])][:k]


def wrong_04_8_diag(x):
    t = x.T @ x
    l = np.sqrt(np.diag(t))
    return x @ (t / np.outer(l, l))


def wrong_04_8_no_root(x):
    t = x.T @ x
    l = np.diag(t)
    s = t / np.outer(l, l)
    np.fill_diagonal(s, 0)
    return x @ s


def wrong_04_8_no_div(x):
    t = x.T @ x
    np.fill_diagonal(t, 0)
    return x @ t


def wrong_04_8_sum(x):
    t = x.T @ x
    l = np.sqrt(np.diag(t))
    s = t / (l[:, None] + l)
    np.fill_diagonal(s, 0)
    return x @ s


def wrong_04_8_inner(x):
    t = x.T @ x
    l = np.sqrt(np.diag(t))
    s = t / (l @ l)
    np.fill_diagonal(s, 0)
    return x @ s


def wrong_04_8_similarity(x):
    t = x.T @ x
    l = np.sqrt(np.diag(t))
    s = t / np.outer(l, l)
    np.fill_diagonal(s, 0)
    return s


def wrong_04_8_one_side(x):
    t = x.T @ x
    l = np.sqrt(np.diag(t))
    s = t / l
    np.fill_diagonal(s, 0)
    return x @ s


def wrong_04_8_lift(x):
    t = x.T @ x
    l = np.diag(t)
    s = t * len(x) / np.outer(l, l)
    np.fill_diagonal(s, 0)
    return x @ s


def wrong_04_8_diag_one(x):
    t = x.T @ x
    l = np.sqrt(np.diag(t))
    s = t / np.outer(l, l)
    np.fill_diagonal(s, -1)
    return x @ s


def wrong_04_8_jaccard(x):
    t = x.T @ x
    l = np.diag(t)
    s = t / (l[:, None] + l - t)
    np.fill_diagonal(s, 0)
    return x @ s


def wrong_04_8_mean(x):
    t = x.T @ x
    l = np.sqrt(np.diag(t))
    s = t / np.outer(l, l)
    np.fill_diagonal(s, 0)
    return x @ s / x.sum(axis=1, keepdims=True)


def wrong_04_8_diag_set_before(x):
    t = x.T @ x
    np.fill_diagonal(t, 0)
    l = np.sqrt(np.diag(t))
    return x @ (t / np.outer(l, l))


def right_04_8_normalised(x):
    y = x / np.linalg.norm(x, axis=0)
    s = y.T @ y
    return x @ (s - np.diag(np.diag(s)))


def right_04_8_loop(x):
    n = x.shape[1]
    s = [
        [0 if i == j else x[:, i] @ x[:, j] / np.sqrt(x[:, i].sum() * x[:, j].sum()) for j in range(n)]
        for i in range(n)
    ]
    return (x @ np.array(s)).astype("float32")


def inv(x, r):
    return np.linalg.inv(x.T @ x + r * np.eye(x.shape[1]))


def wrong_04_9_lambda_everywhere(x, regularisation):
    P = np.linalg.inv(x.T @ x + regularisation)
    B = -P / np.diag(P)
    np.fill_diagonal(B, 0)
    return B


def wrong_04_9_no_lambda(x, regularisation):
    P = np.linalg.pinv(x.T @ x)
    B = -P / np.diag(P)
    np.fill_diagonal(B, 0)
    return B


def wrong_04_9_rows(x, regularisation):
    P = inv(x, regularisation)
    B = -P / np.diag(P)[:, None]
    np.fill_diagonal(B, 0)
    return B


def wrong_04_9_sign(x, regularisation):
    P = inv(x, regularisation)
    B = P / np.diag(P)
    np.fill_diagonal(B, 0)
    return B


def wrong_04_9_diag(x, regularisation):
    P = inv(x, regularisation)
    return -P / np.diag(P)


def wrong_04_9_no_div(x, regularisation):
    P = inv(x, regularisation)
    B = -P
    np.fill_diagonal(B, 0)
    return B


def wrong_04_9_ridge(x, regularisation):
    return inv(x, regularisation) @ (x.T @ x)


def wrong_04_9_ridge_zero(x, regularisation):
    B = inv(x, regularisation) @ (x.T @ x)
    np.fill_diagonal(B, 0)
    return B


def wrong_04_9_not_inverted(x, regularisation):
    P = x.T @ x + regularisation * np.eye(x.shape[1])
    B = -P / np.diag(P)
    np.fill_diagonal(B, 0)
    return B


def wrong_04_9_one_minus(x, regularisation):
    P = inv(x, regularisation)
    B = 1 - P / np.diag(P)
    return B


def wrong_04_9_xxT(x, regularisation):
    P = np.linalg.inv(x @ x.T + regularisation * np.eye(len(x)))
    B = -P / np.diag(P)
    np.fill_diagonal(B, 0)
    return B


def wrong_04_9_scores(x, regularisation):
    P = inv(x, regularisation)
    B = -P / np.diag(P)
    np.fill_diagonal(B, 0)
    return x @ B


def wrong_04_9_elementwise(x, regularisation):
    P = 1 / (x.T @ x + regularisation * np.eye(x.shape[1]))
    P[~np.isfinite(P)] = 0
    B = -P / np.diag(P)
    np.fill_diagonal(B, 0)
    return B


def wrong_04_9_lambda_squared(x, regularisation):
    P = inv(x, regularisation**2)
    B = -P / np.diag(P)
    np.fill_diagonal(B, 0)
    return B


def right_04_9_identity(x, regularisation):
    P = inv(x, regularisation)
    return np.eye(x.shape[1]) - P @ np.diag(1 / np.diag(P))


def right_04_9_columns(x, regularisation):
    n = x.shape[1]
    B = np.zeros((n, n))
    G = x.T @ x
    for j in range(n):
        o = [i for i in range(n) if i != j]
        B[o, j] = np.linalg.solve(G[np.ix_(o, o)] + regularisation * np.eye(n - 1), G[o, j])
    return B.tolist()


NATURAL = {
    "04.3": [
        (wrong_04_3_precision, "This is precision: you divided by k. Recall"),
        (wrong_04_3_whole, "You counted hits in the whole list. Only the"),
        (wrong_04_3_off_by_one, "You look at one item too many: the first k"),
        (wrong_04_3_off_down, "You look at one item too few: the first k"),
        (wrong_04_3_from_1, "You begin at index 1, but the best item has"),
        (wrong_04_3_min, "You divided by min(k, n). Recall divides by all"),
        (wrong_04_3_hit, "This is the hit rate: at least one was"),
        (wrong_04_3_count, "You returned the number of hits. Divide it by"),
        (wrong_04_3_isin, "You find no hit: `np.isin` cannot search a"),
        (wrong_04_3_last_k, "You look at the *last* k items. The list begins"),
        (wrong_04_3_percent, "Your result is 100 times too large: return a share"),
        (wrong_04_3_int_div, "You find no hit: `np.isin` cannot search a"),
        (wrong_04_3_len_ranked, "You divided by the length of the list. Recall"),
        (wrong_04_3_missed, "You return 1 minus the expected result. For ranked"),
        (wrong_04_3_jaccard, "This is the Jaccard index: you divided by"),
    ],
    "04.4": [
        (wrong_04_4_reciprocal, "You discount by 1 / rank, as the reciprocal"),
        (wrong_04_4_ln, "The hits and the perfect list use logarithms"),
        (wrong_04_4_idcg_k, "You divided by k hits. A perfect list has no"),
        (wrong_04_4_idcg_all, "The perfect list is also cut at k: it has"),
        (wrong_04_4_dcg, "This is DCG. Divide it by the DCG of a"),
        (wrong_04_4_log_p, "You discount by 1 / log₂(rank), which"),
        (wrong_04_4_div0, "Your result is not finite: the first"),
        (wrong_04_4_found, "Your perfect list has only the hits you"),
        (wrong_04_4_uncut, "You counted hits beyond position k. Cut the"),
        (wrong_04_4_offset3, "Your ranks start at 2. Index i has rank i + 1,"),
        (wrong_04_4_recallish, "You count every hit the same. Discount each"),
        (wrong_04_4_linear, "You discount by 1 / (rank + 1). The logarithm"),
        (wrong_04_4_times_log, "You multiply by the logarithm, so that a late"),
        (wrong_04_4_rank_of_hit, "You discount the hits by their own numbers"),
        (wrong_04_4_offset_only_gain, "You discount hits and the perfect list"),
    ],
    "04.5": [
        (wrong_04_5_same, "Try a user without any hit, [False, False,"),
        (wrong_04_5_argmax_zero, "Now a hit at the top gets 0 as well. Check"),
        (wrong_04_5_index, "You return one over the index. Ranks start"),
        (wrong_04_5_nan, "Return 0 without a hit, not NaN: a user who"),
        (wrong_04_5_inverse, "You return the rank. Return one over the"),
        (wrong_04_5_all, "Every entry is 0."),
        (wrong_04_5_mean, "You take a mean over all positions. The"),
        (wrong_04_5_sum, "You add up all hits. Only the first one counts."),
        (wrong_04_5_last, "You use the *last* hit. Use the first one."),
        (wrong_04_5_one_over_len, "Return 0 without a hit. You treat the user"),
        (wrong_04_5_minus_one, "Return 0 without a hit, not −1: a mean over"),
        (wrong_04_5_plus2, "Your ranks start at 2: index 0 is rank 1."),
        (wrong_04_5_argmin, "argmin finds the first *False*. Use argmax,"),
    ],
    "04.7": [
        (wrong_04_7_seen_in, "You recommend something the user has already"),
        (wrong_04_7_padding, "You recommend index 0, which is padding and"),
        (wrong_04_7_lowest, "You sort in ascending order, so the hidden"),
        (wrong_04_7_lowest_end, "You return the least popular films: sort by"),
        (wrong_04_7_best_last, "These are the right items, but the most"),
        (wrong_04_7_zero, "A score of 0 does not hide a film: an unseen"),
        (wrong_04_7_minus_one_index, "All your indices are one too small: you left"),
        (wrong_04_7_inplace, "Your function changed `popularity` itself,"),
        (wrong_04_7_scores, "You return the popularity. Return the"),
        (wrong_04_7_filter_late, "For k=3, your function returned 0 items."),
        (wrong_04_7_delete, "Deleting films shifts the indices of all"),
        (wrong_04_7_set, "A set has no order. Return a list or an array,"),
        (wrong_04_7_min_hides, "A score of 0 does not hide a film: an unseen"),
        (wrong_04_7_set_index, "`seen` is a set, which cannot be an index:"),
    ],
    "04.8": [
        (wrong_04_8_diag, "The diagonal is not 0, so each seen film"),
        (wrong_04_8_no_root, "You divide by the sizes themselves. `length` is"),
        (wrong_04_8_no_div, "You do not divide, so popular films win"),
        (wrong_04_8_sum, "You add the lengths. Their *product* is the"),
        (wrong_04_8_inner, "`length @ length` is one number for all pairs."),
        (wrong_04_8_similarity, "You return the similarity. Return the"),
        (wrong_04_8_one_side, "You divide by one length only. Divide by the"),
        (wrong_04_8_lift, "This is lift. The cosine divides by"),
        (wrong_04_8_diag_one, "Your diagonal is −1, so each seen film"),
        (wrong_04_8_jaccard, "This is the Jaccard index. The cosine"),
        (wrong_04_8_mean, "Entry [6, 0] is NaN: is something divided by"),
        (wrong_04_8_diag_set_before, "You set the diagonal to 0 before `length`"),
    ],
    "04.9": [
        (wrong_04_9_lambda_everywhere, "λ belongs on the diagonal only: regularisation"),
        (wrong_04_9_no_lambda, "λ is missing: add `regularisation * np.eye(n)`"),
        (wrong_04_9_rows, "You divided the rows. Column j is divided by"),
        (wrong_04_9_sign, "The sign is missing: B is *minus* P / diag(P)."),
        (wrong_04_9_diag, "The diagonal must be 0 at the end, or each film"),
        (wrong_04_9_no_div, "The division is missing: divide column j of"),
        (wrong_04_9_ridge, "This is ridge regression, in which a film"),
        (wrong_04_9_ridge_zero, "This is ridge regression with the diagonal"),
        (wrong_04_9_not_inverted, "The inverse is missing: P is the inverse of"),
        (wrong_04_9_one_minus, "This is 1 − P / diag(P). B is −P / diag(P),"),
        (wrong_04_9_xxT, "You compare users: x @ x.T. EASE compares"),
        (wrong_04_9_scores, "You return scores. Return the weights B,"),
        (wrong_04_9_elementwise, "`1 / matrix` inverts each number. For the"),
        (wrong_04_9_lambda_squared, "You square λ. Add `regularisation *"),
    ],
}

RIGHT = {
    "04.3": [right_04_3_sets, right_04_3_numpy],
    "04.4": [right_04_4_ln_both, right_04_4_numpy],
    "04.5": [right_04_5_loop, right_04_5_max],
    "04.7": [right_04_7_list, right_04_7_filter],
    "04.8": [right_04_8_normalised, right_04_8_loop],
    "04.9": [right_04_9_identity, right_04_9_columns],
}
