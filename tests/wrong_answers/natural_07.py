"""Natural answers of lesson 07: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

# ruff: noqa: E741, NPY002 - this is how learners write

import numpy as np


def wrong_07_1_plus_equals(ids, grad, n_rows):
    t = np.zeros((n_rows, grad.shape[1]))
    t[ids] += grad
    return t


def wrong_07_1_mean(ids, grad, n_rows):
    t = np.zeros((n_rows, grad.shape[1]))
    np.add.at(t, ids, grad)
    return t / np.maximum(np.bincount(ids, minlength=n_rows), 1)[:, None]


def wrong_07_1_len(ids, grad, n_rows):
    t = np.zeros((len(np.unique(ids)), grad.shape[1]))
    np.add.at(t, np.unique(ids, return_inverse=True)[1], grad)
    return t


def wrong_07_1_max(ids, grad, n_rows):
    t = np.zeros((ids.max() + 1, grad.shape[1]))
    np.add.at(t, ids, grad)
    return t


def wrong_07_1_one_hot_wrong(ids, grad, n_rows):
    return np.eye(n_rows)[ids] @ np.zeros((n_rows, grad.shape[1]))


def wrong_07_1_minus(ids, grad, n_rows):
    t = np.zeros((n_rows, grad.shape[1]))
    np.subtract.at(t, ids, grad)
    return t


def wrong_07_1_lookup(ids, grad, n_rows):
    return grad[ids]


def wrong_07_1_counts(ids, grad, n_rows):
    return np.bincount(ids, minlength=n_rows)


def wrong_07_1_batch_mean(ids, grad, n_rows):
    t = np.zeros((n_rows, grad.shape[1]))
    np.add.at(t, ids, grad)
    return t / len(ids)


def wrong_07_1_first(ids, grad, n_rows):
    t = np.zeros((n_rows, grad.shape[1]))
    for i, g in zip(ids[::-1], grad[::-1]):
        t[i] = g
    return t


def wrong_07_1_ones(ids, grad, n_rows):
    t = np.ones((n_rows, grad.shape[1]))
    np.add.at(t, ids, grad)
    return t


def wrong_07_1_T(ids, grad, n_rows):
    return (np.eye(n_rows)[ids].T @ grad).T


def right_07_1_one_hot(ids, grad, n_rows):
    return np.eye(n_rows)[ids].T @ grad


def right_07_1_bincount(ids, grad, n_rows):
    return np.stack([np.bincount(ids, weights=c, minlength=n_rows) for c in grad.T], axis=1)


def right_07_1_lists(ids, grad, n_rows):
    return [[sum(g[j] for i, g in zip(ids, grad) if i == r) for j in range(grad.shape[1])] for r in range(n_rows)]


def wrong_07_3_swapped(p, q, grad):
    return grad * p, grad * q


def wrong_07_3_no_grad(p, q, grad):
    return q, p


def wrong_07_3_both_q(p, q, grad):
    return grad * q, grad * q


def wrong_07_3_sum(p, q, grad):
    return (grad * q).sum(axis=0), (grad * p).sum(axis=0)


def wrong_07_3_product(p, q, grad):
    return grad * p * q, grad * p * q


def wrong_07_3_mean(p, q, grad):
    return grad * q / len(p), grad * p / len(p)


def wrong_07_3_minus(p, q, grad):
    return -grad * q, -grad * p


def wrong_07_3_one(p, q, grad):
    return grad * q


def wrong_07_3_matmul(p, q, grad):
    return grad.T @ q, grad.T @ p


def wrong_07_3_plus(p, q, grad):
    return grad + q, grad + p


def wrong_07_3_two(p, q, grad):
    return 2 * grad * q, 2 * grad * p


def wrong_07_3_slope_p_only(p, q, grad):
    return grad * q, p


def right_07_3_stack(p, q, grad):
    return np.stack([grad * q, grad * p])


def right_07_3_lists(p, q, grad):
    return [[(g * r).tolist() for g, r in zip(grad, q)], [(g * r).tolist() for g, r in zip(grad, p)]]


def right_07_3_diag(p, q, grad):
    return np.diag(grad[:, 0]) @ q, (np.diag(grad[:, 0]) @ p).astype("float32")


def wrong_07_4_three(user, item, rating, rng):
    a, b, c = (rng.permutation(len(user)) for _ in range(3))
    return user[a], item[b], rating[c]


def wrong_07_4_rating_not(user, item, rating, rng):
    o = rng.permutation(len(user))
    return user[o], item[o], rating


def wrong_07_4_only_user(user, item, rating, rng):
    return rng.permutation(user), item, rating


def wrong_07_4_sorted(user, item, rating, rng):
    o = np.argsort(user)
    return user[o], item[o], rating[o]


def wrong_07_4_choice(user, item, rating, rng):
    o = rng.choice(len(user), len(user))
    return user[o], item[o], rating[o]


def wrong_07_4_order_returned(user, item, rating, rng):
    return rng.permutation(len(user))


def wrong_07_4_seed(user, item, rating, rng):
    o = np.random.default_rng(1).permutation(len(user))
    return user[o], item[o], rating[o]


def wrong_07_4_global(user, item, rating, rng):
    o = np.random.permutation(len(user))
    return user[o], item[o], rating[o]


def wrong_07_4_in_place(user, item, rating, rng):
    o = rng.permutation(len(user))
    user[:] = user[o]
    item[:] = item[o]
    rating[:] = rating[o]
    return user, item, rating


def wrong_07_4_roll(user, item, rating, rng):
    k = int(rng.integers(1, 9))
    return np.roll(user, k), np.roll(item, k), np.roll(rating, k)


def wrong_07_4_wrong_order(user, item, rating, rng):
    o = rng.permutation(len(user))
    return item[o], user[o], rating[o]


def wrong_07_4_unchanged(user, item, rating, rng):
    rng.permutation(user)
    return user, item, rating


def right_07_4_argsort(user, item, rating, rng):
    o = np.argsort(rng.random(len(user)))
    return [user[o], item[o], rating[o]]


def right_07_4_zip(user, item, rating, rng):
    rows = list(zip(user.tolist(), item.tolist(), rating.tolist()))
    return tuple(list(c) for c in zip(*[rows[k] for k in rng.permutation(len(rows))]))


def G(P, Q, u, i, t):
    return (2 * ((P[u] * Q[i]).sum(axis=1) - t) / len(t))[:, None]


def sc(ids, g, n):
    o = np.zeros((n, g.shape[1]))
    np.add.at(o, ids, g)
    return o


def wrong_07_6_no_mean(P, Q, user, item, target, rate, l2):
    g = G(P, Q, user, item, target) * len(target)
    return P - rate * (sc(user, g * Q[item], len(P)) + 2 * l2 * P), Q - rate * (
        sc(item, g * P[user], len(Q)) + 2 * l2 * Q
    )


def wrong_07_6_no_l2(P, Q, user, item, target, rate, l2):
    g = G(P, Q, user, item, target)
    return P - rate * sc(user, g * Q[item], len(P)), Q - rate * sc(item, g * P[user], len(Q))


def wrong_07_6_no_two(P, Q, user, item, target, rate, l2):
    g = G(P, Q, user, item, target) / 2
    return P - rate * (sc(user, g * Q[item], len(P)) + l2 * P), Q - rate * (sc(item, g * P[user], len(Q)) + l2 * Q)


def wrong_07_6_l2_no_two(P, Q, user, item, target, rate, l2):
    g = G(P, Q, user, item, target)
    return P - rate * (sc(user, g * Q[item], len(P)) + l2 * P), Q - rate * (sc(item, g * P[user], len(Q)) + l2 * Q)


def wrong_07_6_plus_equals(P, Q, user, item, target, rate, l2):
    g = G(P, Q, user, item, target)
    P2, Q2 = P - rate * 2 * l2 * P, Q - rate * 2 * l2 * Q
    P2[user] -= rate * g * Q[item]
    Q2[item] -= rate * g * P[user]
    return P2, Q2


def wrong_07_6_new_P_used(P, Q, user, item, target, rate, l2):
    g = G(P, Q, user, item, target)
    P = P - rate * (sc(user, g * Q[item], len(P)) + 2 * l2 * P)
    Q = Q - rate * (sc(item, g * P[user], len(Q)) + 2 * l2 * Q)
    return P, Q


def wrong_07_6_uphill(P, Q, user, item, target, rate, l2):
    g = G(P, Q, user, item, target)
    return P + rate * (sc(user, g * Q[item], len(P)) + 2 * l2 * P), Q + rate * (
        sc(item, g * P[user], len(Q)) + 2 * l2 * Q
    )


def wrong_07_6_error_reversed(P, Q, user, item, target, rate, l2):
    g = -G(P, Q, user, item, target)
    return P - rate * (sc(user, g * Q[item], len(P)) + 2 * l2 * P), Q - rate * (
        sc(item, g * P[user], len(Q)) + 2 * l2 * Q
    )


def wrong_07_6_swapped_rows(P, Q, user, item, target, rate, l2):
    g = G(P, Q, user, item, target)
    return P - rate * (sc(user, g * P[user], len(P)) + 2 * l2 * P), Q - rate * (
        sc(item, g * Q[item], len(Q)) + 2 * l2 * Q
    )


def wrong_07_6_l2_in_batch(P, Q, user, item, target, rate, l2):
    g = G(P, Q, user, item, target)
    return P - rate * sc(user, g * Q[item] + 2 * l2 * P[user], len(P)), Q - rate * sc(
        item, g * P[user] + 2 * l2 * Q[item], len(Q)
    )


def wrong_07_6_gradients(P, Q, user, item, target, rate, l2):
    g = G(P, Q, user, item, target)
    return sc(user, g * Q[item], len(P)) + 2 * l2 * P, sc(item, g * P[user], len(Q)) + 2 * l2 * Q


def wrong_07_6_rate_missing(P, Q, user, item, target, rate, l2):
    g = G(P, Q, user, item, target)
    return P - (sc(user, g * Q[item], len(P)) + 2 * l2 * P), Q - (sc(item, g * P[user], len(Q)) + 2 * l2 * Q)


def wrong_07_6_rate_not_on_l2(P, Q, user, item, target, rate, l2):
    g = G(P, Q, user, item, target)
    return P - rate * sc(user, g * Q[item], len(P)) - 2 * l2 * P, Q - rate * sc(item, g * P[user], len(Q)) - 2 * l2 * Q


def wrong_07_6_in_place(P, Q, user, item, target, rate, l2):
    g = G(P, Q, user, item, target)
    a, b = sc(user, g * Q[item], len(P)), sc(item, g * P[user], len(Q))
    P -= rate * (a + 2 * l2 * P)
    Q -= rate * (b + 2 * l2 * Q)
    return P, Q


def wrong_07_6_order(P, Q, user, item, target, rate, l2):
    g = G(P, Q, user, item, target)
    return Q - rate * (sc(item, g * P[user], len(Q)) + 2 * l2 * Q), P - rate * (
        sc(user, g * Q[item], len(P)) + 2 * l2 * P
    )


def right_07_6_loop(P, Q, user, item, target, rate, l2):
    a, b = 2 * l2 * P, 2 * l2 * Q
    for u, i, t in zip(user, item, target):
        e = 2 * (P[u] @ Q[i] - t) / len(target)
        a[u] += e * Q[i]
        b[i] += e * P[u]
    return P - rate * a, Q - rate * b


def right_07_6_dense(P, Q, user, item, target, rate, l2):
    U, I = np.eye(len(P))[user], np.eye(len(Q))[item]
    g = G(P, Q, user, item, target)
    return [(1 - 2 * rate * l2) * P - rate * U.T @ (g * (I @ Q)), (1 - 2 * rate * l2) * Q - rate * I.T @ (g * (U @ P))]


def cs(v, j):
    return v @ v[j] / np.linalg.norm(v, axis=1) / np.linalg.norm(v[j])


def wrong_07_8_itself(vectors, j, is_candidate, k):
    return np.argsort(-np.where(is_candidate, cs(vectors, j), -np.inf))[:k]


def wrong_07_8_skip_first(vectors, j, is_candidate, k):
    return np.argsort(-np.where(is_candidate, cs(vectors, j), -np.inf))[1 : k + 1]


def wrong_07_8_all_rows(vectors, j, is_candidate, k):
    c = cs(vectors, j)
    c[j] = -np.inf
    return np.argsort(-c)[:k]


def wrong_07_8_dot(vectors, j, is_candidate, k):
    c = np.where(is_candidate, vectors @ vectors[j], -np.inf)
    c[j] = -np.inf
    return np.argsort(-c)[:k]


def wrong_07_8_distance(vectors, j, is_candidate, k):
    d = np.where(is_candidate, ((vectors - vectors[j]) ** 2).sum(axis=1), np.inf)
    d[j] = np.inf
    return np.argsort(d)[:k]


def wrong_07_8_ascending(vectors, j, is_candidate, k):
    c = np.where(is_candidate, cs(vectors, j), -np.inf)
    c[j] = -np.inf
    return np.argsort(c)[:k]


def wrong_07_8_worst_first(vectors, j, is_candidate, k):
    c = np.where(is_candidate, cs(vectors, j), -np.inf)
    c[j] = -np.inf
    return np.argsort(c)[-k:]


def wrong_07_8_zero(vectors, j, is_candidate, k):
    c = cs(vectors, j) * is_candidate
    c[j] = 0
    return np.argsort(-c)[:k]


def wrong_07_8_positions(vectors, j, is_candidate, k):
    rows = np.flatnonzero(is_candidate)
    c = cs(vectors, j)
    c[j] = -np.inf
    return np.argsort(-c[rows])[:k]


def wrong_07_8_one_norm(vectors, j, is_candidate, k):
    c = np.where(is_candidate, vectors @ vectors[j] / np.linalg.norm(vectors[j]), -np.inf)
    c[j] = -np.inf
    return np.argsort(-c)[:k]


def wrong_07_8_mask(vectors, j, is_candidate, k):
    c = np.where(is_candidate, cs(vectors, j), -np.inf)
    c[j] = -np.inf
    return c >= np.sort(c)[-k]


def wrong_07_8_cosines(vectors, j, is_candidate, k):
    c = np.where(is_candidate, cs(vectors, j), -np.inf)
    c[j] = -np.inf
    return -np.sort(-c)[:k]


def wrong_07_8_partition(vectors, j, is_candidate, k):
    c = np.where(is_candidate, cs(vectors, j), -np.inf)
    c[j] = -np.inf
    return np.argpartition(-c, k)[:k]


def wrong_07_8_abs(vectors, j, is_candidate, k):
    c = np.where(is_candidate, np.abs(cs(vectors, j)), -np.inf)
    c[j] = -np.inf
    return np.argsort(-c)[:k]


def right_07_8_filter(vectors, j, is_candidate, k):
    o = np.argsort(-cs(vectors, j))
    return [r for r in o.tolist() if is_candidate[r] and r != j][:k]


def right_07_8_positions_translated(vectors, j, is_candidate, k):
    rows = [r for r in range(len(vectors)) if is_candidate[r] and r != j]
    return np.array(sorted(rows, key=lambda r: cs(vectors, j)[r]))[::-1][:k]


NATURAL = {
    "07.1": [
        (wrong_07_1_plus_equals, "When an id repeats, only its last row counts"),
        (wrong_07_1_mean, "You averaged the rows of an id. The gradient is"),
        (wrong_07_1_len, "Your table has rows only for the ids of the"),
        (wrong_07_1_max, "Your table ends at the highest id of the batch."),
        (wrong_07_1_one_hot_wrong, "`one_hot @ …` gives one row for each rating."),
        (wrong_07_1_minus, "The sign is wrong: you return minus the expected"),
        (wrong_07_1_lookup, "`grad[ids]` looks up rows of grad. Do the"),
        (wrong_07_1_counts, "You counted the ids with `np.bincount`. Add"),
        (wrong_07_1_batch_mean, "Your result is `len(ids)` times too small: do you return a mean"),
        (wrong_07_1_first, "When an id repeats, only its first row"),
        (wrong_07_1_ones, "Every entry is 1 too large. For ids ="),
        (wrong_07_1_T, "The axes are in another order: it is"),
    ],
    "07.3": [
        (wrong_07_3_swapped, "The two results are the wrong way round: the"),
        (wrong_07_3_no_grad, "You returned the slopes alone. Multiply them"),
        (wrong_07_3_both_q, "Both of your results contain q. The slope"),
        (wrong_07_3_sum, "You summed over the batch. Each rating keeps"),
        (wrong_07_3_product, "You multiplied p by q. The slope with"),
        (wrong_07_3_mean, "Your result is `len(p)` times too small: do you return a mean"),
        (wrong_07_3_minus, "The sign is wrong: you return minus the expected"),
        (wrong_07_3_one, "Return 2 results, `return one, another`"),
        (wrong_07_3_matmul, "Your first result has shape (1, 2), but it should have shape (2,"),
        (wrong_07_3_plus, "You added `grad` to the slope. The chain"),
        (wrong_07_3_two, "Every entry is twice as large as expected"),
        (wrong_07_3_slope_p_only, "Your second result is the slope alone."),
    ],
    "07.4": [
        (wrong_07_4_three, "You shuffled each array in its own order, so"),
        (wrong_07_4_rating_not, "Only user and film still belong together."),
        (wrong_07_4_only_user, "Only film and rating still belong together."),
        (wrong_07_4_sorted, "Nothing was shuffled: the order has not"),
        (wrong_07_4_choice, "Some ratings occur twice and others are"),
        (wrong_07_4_order_returned, "Return three arrays: user, item and rating,"),
        (wrong_07_4_seed, "Your order is the same in every epoch. Draw"),
        (wrong_07_4_global, "The same generator should give the same"),
        (wrong_07_4_in_place, "Your function changed its input arrays."),
        (wrong_07_4_roll, "Your order is not random: it is the old one,"),
        (wrong_07_4_wrong_order, "Your results do not contain the same numbers"),
        (wrong_07_4_unchanged, "Nothing was shuffled: the order has not"),
    ],
    "07.6": [
        (wrong_07_6_no_mean, "You used the sum over the batch. The loss is"),
        (wrong_07_6_no_l2, "The penalty is missing: add 2 · l2 · table to"),
        (wrong_07_6_no_two, "The factor 2 is missing twice: in the slope"),
        (wrong_07_6_l2_no_two, "The slope of l2 · P² is 2 · l2 · P: the 2 of"),
        (wrong_07_6_plus_equals, "An id that repeats counts only once in your"),
        (wrong_07_6_new_P_used, "The gradient of Q used the new P. Compute both"),
        (wrong_07_6_uphill, "Your step goes uphill, in the direction of"),
        (wrong_07_6_error_reversed, "Your error is target − prediction, so the"),
        (wrong_07_6_swapped_rows, "The rows are swapped in your gradients: the"),
        (wrong_07_6_l2_in_batch, "You penalised a row once for each of its"),
        (wrong_07_6_gradients, "You returned the gradients. Return the new"),
        (wrong_07_6_rate_missing, "The rate is missing: subtract rate times the"),
        (wrong_07_6_rate_not_on_l2, "You multiplied only the error's gradient by"),
        (wrong_07_6_in_place, "The result is right, but your function changes"),
        (wrong_07_6_order, "The two tables are the wrong way round: return"),
    ],
    "07.8": [
        (wrong_07_8_itself, "Row j is often a candidate, and then it is its"),
        (wrong_07_8_skip_first, "You skip the first position to leave out row"),
        (wrong_07_8_all_rows, "You return rows that are not candidates."),
        (wrong_07_8_dot, "You sorted by dot product, which favours"),
        (wrong_07_8_distance, "You sorted by distance. The cosine compares"),
        (wrong_07_8_ascending, "np.argsort sorts in ascending order, so the"),
        (wrong_07_8_worst_first, "These are the right rows, but worst first."),
        (wrong_07_8_zero, "You set hidden rows to 0. A cosine can be"),
        (wrong_07_8_positions, "These are positions among the candidates, not"),
        (wrong_07_8_one_norm, "You sorted by dot product, which favours"),
        (wrong_07_8_mask, "Return k = 2 row numbers; yours has shape (17,)"),
        (wrong_07_8_cosines, "Return k = 2 row numbers; yours has shape (2,)"),
        (wrong_07_8_partition, "These are the right rows, but not in order."),
        (wrong_07_8_abs, "You took absolute values, but the opposite"),
    ],
}

RIGHT = {
    "07.1": [right_07_1_one_hot, right_07_1_bincount, right_07_1_lists],
    "07.3": [right_07_3_stack, right_07_3_lists, right_07_3_diag],
    "07.4": [right_07_4_argsort, right_07_4_zip],
    "07.6": [right_07_6_loop, right_07_6_dense],
    "07.8": [right_07_8_filter, right_07_8_positions_translated],
}
