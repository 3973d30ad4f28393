"""Natural answers of lesson 25: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

# ruff: noqa: E731, E741, RUF059 - this is how learners write

import numpy as np
import pandas as pd
from keras import ops
from scipy.stats import spearmanr
from sklearn.metrics import r2_score
from sklearn.tree import DecisionTreeClassifier


def choices(x, y):
    """The values, the thresholds between them, and the impurity of labels."""
    values = np.unique(x)
    return values, (values[:-1] + values[1:]) / 2, lambda labels: 2 * labels.mean() * (1 - labels.mean())


def without_means(values, user):
    return values - pd.Series(values).groupby(user).transform("mean").to_numpy()


def wrong_25_2_no_background(X, weights, background):
    return X * weights


def wrong_25_2_mean_axis1(X, weights, background):
    return (X - background.mean(axis=1)[:1]) * weights


def wrong_25_2_first_row(X, weights, background):
    return (X - background[0]) * weights


def wrong_25_2_sum(X, weights, background):
    return (X - background.sum(axis=0)) * weights


def wrong_25_2_score_diff(X, weights, background):
    return X @ weights - (background @ weights).mean()


def wrong_25_2_abs_weights(X, weights, background):
    return (X - background.mean(axis=0)) * np.abs(weights)


def wrong_25_2_standard(X, weights, background):
    return (X - background.mean(axis=0)) / background.std(axis=0) * weights


def wrong_25_2_dot(X, weights, background):
    return (X - background.mean(axis=0)) @ weights


def wrong_25_2_T(X, weights, background):
    return ((X - background.mean(axis=0)) * weights).T


def wrong_25_2_minus_weights(X, weights, background):
    return (background.mean(axis=0) - X) * weights


def wrong_25_2_divided(X, weights, background):
    return (X - background.mean(axis=0)) / weights


def wrong_25_2_percent(X, weights, background):
    c = (X - background.mean(axis=0)) * weights
    return 100 * c / np.abs(c).sum(axis=1, keepdims=True)


def right_25_2_loop(X, weights, background):
    m = [sum(r[j] for r in background) / len(background) for j in range(X.shape[1])]
    return [[(x - a) * w for x, a, w in zip(row, m, weights)] for row in X]


def right_25_2_pandas(X, weights, background):
    return (pd.DataFrame(X) - pd.DataFrame(background).mean()) * weights


def right_25_2_scores(X, weights, background):
    return np.einsum("nk,k->nk", X, weights).astype("float32") - (background * weights).mean(axis=0)


def g(l):
    return 2 * l.mean() * (1 - l.mean()) if len(l) else 0


def T(x):
    v = np.unique(x)
    return (v[:-1] + v[1:]) / 2


def best(x, y, cost, pick=np.argmin):
    t = T(x)
    return t[pick(np.round([cost(y[x <= c], y[x > c]) for c in t], 9))]


def wrong_25_4_unweighted(x, y):
    return best(x, y, lambda a, b: g(a) + g(b))


def wrong_25_4_mean(x, y):
    return best(x, y, lambda a, b: (g(a) + g(b)) / 2)


def wrong_25_4_max(x, y):
    return best(x, y, lambda a, b: len(a) * g(a) + len(b) * g(b), np.argmax)


def wrong_25_4_left(x, y):
    return best(x, y, lambda a, b: len(a) * g(a))


def wrong_25_4_weights_swapped(x, y):
    return best(x, y, lambda a, b: len(b) * g(a) + len(a) * g(b))


def wrong_25_4_index(x, y):
    t = T(x)
    return int(np.argmin(np.round([len(y[x <= c]) * g(y[x <= c]) + len(y[x > c]) * g(y[x > c]) for c in t], 9)))


def wrong_25_4_min_cost(x, y):
    t = T(x)
    return min(len(y[x <= c]) * g(y[x <= c]) + len(y[x > c]) * g(y[x > c]) for c in t)


def wrong_25_4_mean_cost_returned(x, y):
    t = T(x)
    return min((len(y[x <= c]) * g(y[x <= c]) + len(y[x > c]) * g(y[x > c])) / len(y) for c in t)


def wrong_25_4_difference(x, y):
    return best(x, y, lambda a, b: -abs(a.mean() - b.mean()))


def wrong_25_4_variance_of_x(x, y):
    return (x.min() + x.max()) / 2


def wrong_25_4_median(x, y):
    return np.median(x)


def wrong_25_4_sorted(x, y):
    x = np.sort(x)
    return best(x, y, lambda a, b: len(a) * g(a) + len(b) * g(b))


def wrong_25_4_entropy(x, y):
    def e(l):
        p = l.mean()
        return -sum(q * np.log2(q) for q in (p, 1 - p) if q > 0)

    return best(x, y, lambda a, b: len(a) * e(a) + len(b) * e(b))


def wrong_25_4_purity_one_minus(x, y):
    return best(x, y, lambda a, b: len(a) * (1 - g(a)) + len(b) * (1 - g(b)))


def right_25_4_loop(x, y):
    found, low = None, 1e9
    for c in T(x):
        a, b = y[x <= c], y[x > c]
        cost = len(a) * g(a) + len(b) * g(b)
        if cost < low - 1e-9:
            found, low = float(c), cost
    return found


def right_25_4_one_minus_squares(x, y):
    def gini(l):
        p = l.mean()
        return 1 - p**2 - (1 - p) ** 2

    return best(x, y, lambda a, b: (len(a) * gini(a) + len(b) * gini(b)) / len(y))


def wrong_25_6_turned(similar, seen, film, n):
    adds = similar[film, seen]
    o = np.argsort(-adds)[:n]
    return seen[o[adds[o] > 0]]


def wrong_25_6_ascending(similar, seen, film, n):
    adds = similar[seen, film]
    o = np.argsort(adds)[:n]
    return seen[o[adds[o] > 0]]


def wrong_25_6_last_n_ascending(similar, seen, film, n):
    adds = similar[seen, film]
    o = np.argsort(adds)[-n:]
    return seen[o[adds[o] > 0]]


def wrong_25_6_zero_kept(similar, seen, film, n):
    return seen[np.argsort(-similar[seen, film])[:n]]


def wrong_25_6_places(similar, seen, film, n):
    adds = similar[seen, film]
    o = np.argsort(-adds)[:n]
    return o[adds[o] > 0]


def wrong_25_6_all(similar, seen, film, n):
    o = np.argsort(-similar[:, film])[:n]
    return o


def wrong_25_6_adds(similar, seen, film, n):
    a = -np.sort(-similar[seen, film])[:n]
    return a[a > 0]


def wrong_25_6_no_n(similar, seen, film, n):
    adds = similar[seen, film]
    o = np.argsort(-adds)
    return seen[o[adds[o] > 0]]


def wrong_25_6_sum_rows(similar, seen, film, n):
    adds = similar[seen].sum(axis=1)
    o = np.argsort(-adds)[:n]
    return seen[o[adds[o] > 0]]


def wrong_25_6_n_minus_1(similar, seen, film, n):
    adds = similar[seen, film]
    o = np.argsort(-adds)[: n - 1]
    return seen[o[adds[o] > 0]]


def wrong_25_6_mask_then_order(similar, seen, film, n):
    adds = similar[seen, film]
    good = adds[adds > 0]
    return seen[np.argsort(-good)[:n]]


def wrong_25_6_pairs(similar, seen, film, n):
    adds = similar[seen, film]
    o = np.argsort(-adds)[:n]
    return [(int(seen[i]), float(adds[i])) for i in o if adds[i] > 0]


def wrong_25_6_by_id(similar, seen, film, n):
    adds = similar[seen, film]
    o = np.argsort(-adds)[:n]
    return np.sort(seen[o[adds[o] > 0]])


def right_25_6_sorted(similar, seen, film, n):
    return [int(s) for s in sorted(seen, key=lambda s: -similar[s, film]) if similar[s, film] > 0][:n]


def right_25_6_series(similar, seen, film, n):
    a = pd.Series(similar[seen, film], index=seen)
    return a[a > 0].nlargest(n).index


def wrong_25_8_network_only(copy, network, user):
    n = without_means(network, user)
    return 1 - ((n - copy) ** 2).sum() / (n**2).sum()


def wrong_25_8_copy_only(copy, network, user):
    c = without_means(copy, user)
    return 1 - ((network - c) ** 2).sum() / ((network - network.mean()) ** 2).sum()


def wrong_25_8_corr(copy, network, user):
    return np.corrcoef(without_means(copy, user), without_means(network, user))[0, 1] ** 2


def wrong_25_8_global_mean(copy, network, user):
    c, n = copy - copy.mean(), network - network.mean()
    return 1 - ((n - c) ** 2).sum() / (n**2).sum()


def wrong_25_8_no_one_minus(copy, network, user):
    c, n = without_means(copy, user), without_means(network, user)
    return ((n - c) ** 2).sum() / (n**2).sum()


def wrong_25_8_std(copy, network, user):
    c, n = without_means(copy, user), without_means(network, user)
    return 1 - ((n - c) ** 2).sum() / n.std()


def wrong_25_8_var(copy, network, user):
    c, n = without_means(copy, user), without_means(network, user)
    return 1 - ((n - c) ** 2).sum() / n.var()


def wrong_25_8_copy_below(copy, network, user):
    c, n = without_means(copy, user), without_means(network, user)
    return 1 - ((n - c) ** 2).sum() / (c**2).sum()


def wrong_25_8_abs(copy, network, user):
    c, n = without_means(copy, user), without_means(network, user)
    return 1 - np.abs(n - c).sum() / np.abs(n).sum()


def wrong_25_8_network_means_off_both(copy, network, user):
    m = network - without_means(network, user)
    return 1 - ((network - copy) ** 2).sum() / ((network - m) ** 2).sum()


def wrong_25_8_mean_of_users(copy, network, user):
    c, n = without_means(copy, user), without_means(network, user)
    return np.mean([1 - ((n - c)[user == u] ** 2).sum() / (n[user == u] ** 2).sum() for u in set(user)])


def wrong_25_8_root(copy, network, user):
    c, n = without_means(copy, user), without_means(network, user)
    return 1 - np.sqrt(((n - c) ** 2).sum() / (n**2).sum())


def right_25_8_groupby(copy, network, user):
    f = pd.DataFrame({"c": copy, "n": network})
    f = f - f.groupby(user).transform("mean")
    return float(1 - ((f.n - f.c) ** 2).mean() / f.n.var(ddof=0))


def right_25_8_loop(copy, network, user):
    e = s = 0
    for u in np.unique(user):
        a, b = copy[user == u], network[user == u]
        e += ((b - b.mean() - a + a.mean()) ** 2).sum()
        s += ((b - b.mean()) ** 2).sum()
    return 1 - e / s


def wrong_25_10_same_rng(table, seed):
    return np.column_stack([np.random.default_rng(seed).permutation(c) for c in table.T])


def wrong_25_10_rows(table, seed):
    return np.random.default_rng(seed).permutation(table)


def wrong_25_10_half(table, seed):
    rng = np.random.default_rng(seed)
    out = table.copy()
    half = table.shape[1] // 2
    out[:, :half] = rng.permutation(table[:, :half])
    out[:, half:] = rng.permutation(table[:, half:])
    return out


def wrong_25_10_not_the_last(table, seed):
    rng = np.random.default_rng(seed)
    out = table.copy()
    for j in range(table.shape[1] - 2):
        out[:, j] = rng.permutation(out[:, j])
    return out


def wrong_25_10_choice(table, seed):
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.choice(c, len(c)) for c in table.T])


def wrong_25_10_in_rows(table, seed):
    rng = np.random.default_rng(seed)
    return np.array([rng.permutation(r) for r in table])


def wrong_25_10_flat(table, seed):
    return np.random.default_rng(seed).permutation(table.ravel()).reshape(table.shape)


def wrong_25_10_shuffle_in_place(table, seed):
    rng = np.random.default_rng(seed)
    for c in table.T:
        rng.shuffle(c)
    return table


def wrong_25_10_no_seed(table, seed):
    rng = np.random.default_rng()
    return np.column_stack([rng.permutation(c) for c in table.T])


def wrong_25_10_fixed(table, seed):
    rng = np.random.default_rng(0)
    return np.column_stack([rng.permutation(c) for c in table.T])


def wrong_25_10_transposed(table, seed):
    rng = np.random.default_rng(seed)
    return np.array([rng.permutation(c) for c in table.T])


def wrong_25_10_rolled(table, seed):
    return np.column_stack([np.roll(c, seed + j) for j, c in enumerate(table.T)])


def wrong_25_10_normal(table, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(table.mean(axis=0), table.std(axis=0), table.shape)


def right_25_10_permuted(table, seed):
    return np.random.default_rng(seed).permuted(table, axis=0)


def right_25_10_seeds(table, seed):
    return np.stack([np.random.default_rng([seed, j]).permutation(c) for j, c in enumerate(table.T)], axis=1)


def right_25_10_frame(table, seed):
    f = pd.DataFrame(table)
    return f.apply(lambda c: c.sample(frac=1, random_state=seed * 1000 + c.name).to_numpy())


def wrong_25_2_precedence(X, weights, background):
    return X - background.mean(axis=0) * weights


def wrong_25_2_scoreminus2(X, weights, background):
    return X * weights - background.mean(axis=0) @ weights


def wrong_25_2_standard2(X, weights, background):
    return (X - X.mean(axis=0)) / X.std(axis=0) * weights


def wrong_25_2_own_spread(X, weights, background):
    return (X - background.mean(axis=0)) / X.std(axis=0) * weights


def wrong_25_2_lastrow(X, weights, background):
    return (X - background[-1]) * weights


def wrong_25_2_squared(X, weights, background):
    return (X - background.mean(axis=0)) ** 2 * weights


def wrong_25_2_inpl2(X, weights, background):
    X -= background.mean(axis=0)
    X *= weights
    return X


def wrong_25_2_colmul(X, weights, background):
    return (X - background.mean(axis=0)) * weights[:, None]


def wrong_25_2_forgot(X, weights, background):
    (X - background.mean(axis=0)) * weights


def wrong_25_4_loopreturn(x, y):
    v, th, g = choices(x, y)
    costs = []
    for t in th:
        costs.append(sum(x <= t) * g(y[x <= t]) + sum(x > t) * g(y[x > t]))
        return th[np.argmin(costs)]


def wrong_25_4_xidx(x, y):
    v, th, g = choices(x, y)
    return x[np.argmin([sum(x <= t) * g(y[x <= t]) + sum(x > t) * g(y[x > t]) for t in th])]


def wrong_25_4_slice(x, y):
    v, th, g = choices(x, y)
    return th[np.argmin([(k + 1) * g(y[: k + 1]) + (len(y) - k - 1) * g(y[k + 1 :]) for k in range(len(th))])]


def wrong_25_4_gx(x, y):
    v, th, g = choices(x, y)
    return th[np.argmin([sum(x <= t) * g(x[x <= t]) + sum(x > t) * g(x[x > t]) for t in th])]


def wrong_25_4_mistakecount(x, y):
    v, th, g = choices(x, y)
    return th[np.argmin([((x > t) != y).sum() for t in th])]


def wrong_25_4_returnlist(x, y):
    v, th, g = choices(x, y)
    return th


def wrong_25_4_tuple(x, y):
    v, th, g = choices(x, y)
    c = [sum(x <= t) * g(y[x <= t]) + sum(x > t) * g(y[x > t]) for t in th]
    return (th[np.argmin(c)], min(c))


def wrong_25_4_lessthan(x, y):
    v, th, g = choices(x, y)
    return th[np.argmin([len(y[x < t]) * g(y[x < t]) + len(y[x <= t]) * g(y[x >= t]) for t in th])]


def wrong_25_6_nminus(similar, seen, film, n):
    adds = similar[seen, film]
    o = np.argsort(-adds)[1 : n + 1]
    return seen[o[adds[o] > 0]]


def wrong_25_6_unsorted(similar, seen, film, n):
    adds = similar[seen, film]
    return seen[adds > 0][:n]


def wrong_25_6_sortseen(similar, seen, film, n):
    seen.sort()
    adds = similar[seen, film]
    return seen[adds > 0][:n]


def wrong_25_6_misfilter2(similar, seen, film, n):
    adds = similar[seen, film]
    o = np.argsort(-adds)[:n]
    return seen[o][adds[:n] > 0]


def wrong_25_6_misfilter(similar, seen, film, n):
    adds = similar[seen, film]
    o = np.argsort(-adds)[:n]
    return seen[o][adds > 0][:n]


def wrong_25_6_zerosbyindex(similar, seen, film, n):
    adds = similar[seen, film]
    o = np.argsort(-adds)[:n]
    return seen[o[o > 0]]


def wrong_25_6_rank_then_seen(similar, seen, film, n):
    o = np.argsort(-similar[:, film])[:n]
    return np.array([f for f in o if f in seen and similar[f, film] > 0])


def wrong_25_6_sym(similar, seen, film, n):
    S = (similar + similar.T) / 2
    adds = S[seen, film]
    o = np.argsort(-adds)[:n]
    return seen[o[adds[o] > 0]]


def wrong_25_6_argpart(similar, seen, film, n):
    adds = similar[seen, film]
    n = min(n, len(seen))
    o = np.argpartition(-adds, n - 1)[:n]
    return seen[o[adds[o] > 0]]


def wrong_25_6_dictret(similar, seen, film, n):
    return {int(s): similar[s, film] for s in seen if similar[s, film] > 0}


def wrong_25_6_sub(similar, seen, film, n):
    s = similar[seen][film]
    o = np.argsort(-s)[:n]
    return o


def wrong_25_8_sklearn_given(copy, network, user):
    return r2_score(network, copy)


def wrong_25_8_lastuser(copy, network, user):
    for u in np.unique(user):
        k = user == u
        c = copy[k] - copy[k].mean()
        n = network[k] - network[k].mean()
    return 1 - ((n - c) ** 2).sum() / (n**2).sum()


def wrong_25_8_groupmeans(copy, network, user):
    c = pd.Series(copy).groupby(user).mean().to_numpy()
    n = pd.Series(network).groupby(user).mean().to_numpy()
    return 1 - ((n - c) ** 2).sum() / ((n - n.mean()) ** 2).sum()


def wrong_25_8_groupnotransform(copy, network, user):
    copy = copy - pd.Series(copy).groupby(user).mean().to_numpy()
    return 1


def wrong_25_8_standardised(copy, network, user):
    z = lambda v: without_means(v, user) / pd.Series(v).groupby(user).transform("std").to_numpy()
    c, n = (z(copy), z(network))
    return 1 - ((n - c) ** 2).sum() / (n**2).sum()


def wrong_25_8_divide(copy, network, user):
    g = lambda v: v / pd.Series(v).groupby(user).transform("mean").to_numpy()
    c, n = (g(copy), g(network))
    return 1 - ((n - c) ** 2).sum() / (n**2).sum()


def wrong_25_8_explainedvar(copy, network, user):
    c, n = (without_means(copy, user), without_means(network, user))
    return (c**2).sum() / (n**2).sum()


def wrong_25_8_mean_over_n(copy, network, user):
    c, n = (without_means(copy, user), without_means(network, user))
    return 1 - ((n - c) ** 2).mean() / (n**2).sum()


def wrong_25_8_sumerr(copy, network, user):
    c, n = (without_means(copy, user), without_means(network, user))
    return 1 - (n - c).sum() ** 2 / (n**2).sum()


def wrong_25_8_spear(copy, network, user):
    return spearmanr(without_means(copy, user), without_means(network, user))[0]


def wrong_25_10_sortcols(table, seed):
    return np.sort(table, axis=0)


def wrong_25_10_listofcols(table, seed):
    rng = np.random.default_rng(seed)
    return [rng.permutation(c) for c in table.T]


def right_25_2_ops(X, weights, background):
    return ops.multiply(ops.subtract(X, ops.mean(background, axis=0)), weights)


def right_25_2_ein(X, weights, background):
    return np.einsum("ij,j->ij", X, weights) - np.einsum("j,j->j", np.average(background, axis=0), weights)


def right_25_2_df(X, weights, background):
    return (pd.DataFrame(X) - pd.DataFrame(background).mean()) * weights


def right_25_4_gain(x, y):
    v, th, g = choices(x, y)
    return th[np.argmax([g(y) - ((x <= t).mean() * g(y[x <= t]) + (x > t).mean() * g(y[x > t])) for t in th])]


def right_25_4_tree(x, y):
    return DecisionTreeClassifier(max_depth=1).fit(x[:, None], y).tree_.threshold[0]


def right_25_4_var(x, y):
    v, th, g = choices(x, y)
    return th[np.argmin([(x <= t).sum() * y[x <= t].var() + (x > t).sum() * y[x > t].var() for t in th])]


def right_25_6_all(similar, seen, film, n):
    c = np.zeros(len(similar))
    c[seen] = similar[seen, film]
    o = np.argsort(-c)
    return o[c[o] > 0][:n]


def right_25_6_ops(similar, seen, film, n):
    a = ops.convert_to_tensor(similar[seen, film])
    o = ops.convert_to_numpy(ops.argsort(-a))[:n]
    return ops.convert_to_tensor(seen[o][similar[seen, film][o] > 0])


def right_25_6_mask(similar, seen, film, n):
    k = seen[similar[seen, film] > 0]
    return k[np.argsort(similar[k, film])[::-1][:n]]


def right_25_8_bin(copy, network, user):
    n = np.bincount(user)
    f = lambda v: v - (np.bincount(user, v) / n)[user]
    c, t = (f(copy), f(network))
    return np.float32(1 - np.mean((t - c) ** 2) / np.var(t))


def right_25_8_err(copy, network, user):
    return 1 - (without_means(network - copy, user) ** 2).sum() / (without_means(network, user) ** 2).sum()


def right_25_8_ops(copy, network, user):
    k = ops.cast(ops.equal(user[:, None], np.unique(user)[None]), "float64")
    m = lambda v: v - ops.matmul(k, ops.matmul(ops.transpose(k), v[:, None]) / ops.sum(k, axis=0)[:, None])[:, 0]
    c, t = (m(ops.convert_to_tensor(copy)), m(ops.convert_to_tensor(network)))
    return 1 - ops.sum((t - c) ** 2) / ops.sum(t**2)


def right_25_10_argsort(table, seed):
    o = np.random.default_rng(seed).random(table.shape).argsort(axis=0)
    return np.take_along_axis(table, o, axis=0)


def right_25_10_f(table, seed):
    rng = np.random.RandomState(seed)
    t = table.astype("float32").copy()
    for j in range(t.shape[1]):
        rng.shuffle(t[:, j])
    return t


NATURAL = {
    "25.2": [
        (wrong_25_2_no_background, "You take weight times value. Compare with the"),
        (wrong_25_2_mean_axis1, "You took the mean of a background *row*"),
        (wrong_25_2_first_row, "You subtract one row of the"),
        (wrong_25_2_sum, "You subtract the sum of the"),
        (wrong_25_2_score_diff, "You add up the contributions, which"),
        (wrong_25_2_abs_weights, "You dropped the signs of the weights."),
        (wrong_25_2_standard, "You divide by the spread of the background."),
        (wrong_25_2_dot, "You add up the contributions, which"),
        (wrong_25_2_T, "The axes are in another order: it is"),
        (wrong_25_2_minus_weights, "Your signs are reversed: value minus background."),
        (wrong_25_2_divided, "You divide by the weights. A contribution is"),
        (wrong_25_2_percent, "You convert the contributions to percentages."),
        (wrong_25_2_precedence, "You weight only the mean row."),
        (wrong_25_2_scoreminus2, "You subtract the whole score of the mean film"),
        (wrong_25_2_standard2, "You standardize `X` by itself."),
        (wrong_25_2_own_spread, "You divide by the spread of `X`."),
        (wrong_25_2_lastrow, "You subtract the last row of the background."),
        (wrong_25_2_squared, "You square the distance"),
        (wrong_25_2_inpl2, "The result is right, but your function changes `X` itself"),
        (wrong_25_2_colmul, "as in `weights`; both fit the rows"),
        (wrong_25_2_forgot, "Is a `return` missing?"),
    ],
    "25.4": [
        (wrong_25_4_unweighted, "You give both sides the same"),
        (wrong_25_4_mean, "You give both sides the same"),
        (wrong_25_4_max, "You take the largest impurity. Take"),
        (wrong_25_4_left, "You always return the first threshold."),
        (wrong_25_4_weights_swapped, "You weight each side by the"),
        (wrong_25_4_index, "You return the position of the"),
        (wrong_25_4_min_cost, "You return the impurity. Return the"),
        (wrong_25_4_mean_cost_returned, "You return the impurity per row."),
        (wrong_25_4_difference, "You give both sides the same"),
        (wrong_25_4_variance_of_x, "You return the middle of the"),
        (wrong_25_4_median, "You return the median of `x`"),
        (wrong_25_4_sorted, "You sort `x` but not `y`"),
        (wrong_25_4_entropy, "You use entropy, which is also"),
        (wrong_25_4_purity_one_minus, "You take the largest impurity. Take"),
        (wrong_25_4_loopreturn, "You always return the first threshold."),
        (wrong_25_4_xidx, "You look up the position of"),
        (wrong_25_4_slice, "You cut `y` by position"),
        (wrong_25_4_gx, "You take the impurity of `x`."),
        (wrong_25_4_mistakecount, "You count the labels that differ"),
        (wrong_25_4_returnlist, "You return all thresholds."),
        (wrong_25_4_tuple, "You return several results."),
        (wrong_25_4_lessthan, "number of rows on the *left*"),
    ],
    "25.6": [
        (wrong_25_6_turned, "You read the table the wrong way round: the row"),
        (wrong_25_6_ascending, "You sort in ascending order, so the weakest"),
        (wrong_25_6_last_n_ascending, "You return the right films in reverse"),
        (wrong_25_6_zero_kept, "A film that adds nothing is no reason: leave it"),
        (wrong_25_6_places, "You return positions in `seen`. Return"),
        (wrong_25_6_all, "You use all films as reasons."),
        (wrong_25_6_adds, "You return what the films add."),
        (wrong_25_6_no_n, "You return every film that adds"),
        (wrong_25_6_sum_rows, "You add up all similarities of"),
        (wrong_25_6_n_minus_1, "You return one reason too few."),
        (wrong_25_6_mask_then_order, "After `adds[adds > 0]` the positions are those"),
        (wrong_25_6_pairs, "Return the films alone"),
        (wrong_25_6_by_id, "You return the right films sorted"),
        (wrong_25_6_nminus, "The best reason is missing"),
        (wrong_25_6_unsorted, "You take the first films of `seen`"),
        (wrong_25_6_sortseen, "You take the first films, by id,"),
        (wrong_25_6_misfilter2, "The mask is in the order of `seen`"),
        (wrong_25_6_misfilter, "A mask or a position must belong"),
        (wrong_25_6_zerosbyindex, "You leave out position 0"),
        (wrong_25_6_rank_then_seen, "You take the n best before"),
        (wrong_25_6_sym, "You use both directions of the table."),
        (wrong_25_6_argpart, "You return the right films in another"),
        (wrong_25_6_dictret, "Return the films alone"),
        (wrong_25_6_sub, "A mask or a position must belong"),
    ],
    "25.8": [
        (wrong_25_8_network_only, "You subtracted the means from the network"),
        (wrong_25_8_copy_only, "You subtracted the means from the copy only. Subtract"),
        (wrong_25_8_corr, "You return a squared correlation, which"),
        (wrong_25_8_global_mean, "You subtracted one overall mean. Subtract"),
        (wrong_25_8_no_one_minus, "You return the share that is"),
        (wrong_25_8_std, "Your denominator is a standard deviation."),
        (wrong_25_8_var, "Your numerator is a sum and"),
        (wrong_25_8_copy_below, "You divide by the squares of"),
        (wrong_25_8_abs, "You use absolute errors. R² compares *squared*"),
        (wrong_25_8_network_means_off_both, "Your denominator is right, but the"),
        (wrong_25_8_mean_of_users, "You return the mean of one"),
        (wrong_25_8_root, "You take a square root. R²"),
        (wrong_25_8_sklearn_given, "The computation is still the same."),
        (wrong_25_8_lastuser, "You use the scores of one"),
        (wrong_25_8_groupmeans, "You compare the users' means."),
        (wrong_25_8_groupnotransform, '`transform("mean")` one per pair'),
        (wrong_25_8_standardised, "You divided by each user's spread as well"),
        (wrong_25_8_divide, "You divide by each user's mean."),
        (wrong_25_8_explainedvar, "You compare the spread of the copy"),
        (wrong_25_8_mean_over_n, "Your numerator is a mean and"),
        (wrong_25_8_sumerr, "You add the errors up before you square them"),
        (wrong_25_8_spear, "You return a rank correlation. Use"),
    ],
    "25.10": [
        (wrong_25_10_same_rng, "You shuffled whole rows, so the"),
        (wrong_25_10_rows, "You shuffled whole rows, so the"),
        (wrong_25_10_half, "Columns 1 and 2 (from 0) still move together."),
        (wrong_25_10_not_the_last, "Columns 1 and 2 (from 0) still move together."),
        (wrong_25_10_choice, "Some numbers appear twice, and others"),
        (wrong_25_10_in_rows, "You shuffle inside the rows. Numbers must stay"),
        (wrong_25_10_flat, "Each column must keep its own numbers, in"),
        (wrong_25_10_shuffle_in_place, "Your function changed the table that it was"),
        (wrong_25_10_no_seed, "The same seed should give the same control:"),
        (wrong_25_10_fixed, "Your order is the same for"),
        (wrong_25_10_transposed, "The result should have the shape of the table,"),
        (wrong_25_10_rolled, "You shifted a column instead of"),
        (wrong_25_10_normal, "Each column must keep its own numbers, in"),
        (wrong_25_10_sortcols, "You sorted the columns."),
        (wrong_25_10_listofcols, "np.column_stack puts columns side by side."),
    ],
}

RIGHT = {
    "25.2": [right_25_2_loop, right_25_2_pandas, right_25_2_scores, right_25_2_ops, right_25_2_ein, right_25_2_df],
    "25.4": [right_25_4_loop, right_25_4_one_minus_squares, right_25_4_gain, right_25_4_tree, right_25_4_var],
    "25.6": [right_25_6_sorted, right_25_6_series, right_25_6_all, right_25_6_ops, right_25_6_mask],
    "25.8": [right_25_8_groupby, right_25_8_loop, right_25_8_bin, right_25_8_err, right_25_8_ops],
    "25.10": [right_25_10_permuted, right_25_10_seeds, right_25_10_frame, right_25_10_argsort, right_25_10_f],
}
