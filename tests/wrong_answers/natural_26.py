"""Natural answers of lesson 26: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

import itertools
from math import factorial

import numpy as np


def ig(shares):
    def f(slope, x, reference, n_steps):
        return np.mean([slope(reference + t * (x - reference)) for t in shares(n_steps)], axis=0) * (x - reference)

    return f


wrong_26_2_left = ig(lambda n: np.arange(n) / n)
wrong_26_2_right = ig(lambda n: np.arange(1, n + 1) / n)
wrong_26_2_linspace = ig(lambda n: np.linspace(0, 1, n))
wrong_26_2_linspace_plus = ig(lambda n: np.linspace(0, 1, n + 1))
wrong_26_2_half_off = ig(lambda n: np.arange(n) + 0.5)


def wrong_26_2_trapezoid(slope, x, reference, n_steps):
    s = np.array([slope(reference + t * (x - reference)) for t in np.linspace(0, 1, n_steps + 1)])
    return ((s[:-1] + s[1:]) / 2).mean(axis=0) * (x - reference)


def wrong_26_2_times_x(slope, x, reference, n_steps):
    return np.mean([slope(reference + (k + 0.5) / n_steps * (x - reference)) for k in range(n_steps)], axis=0) * x


def wrong_26_2_sum(slope, x, reference, n_steps):
    return np.sum([slope(reference + (k + 0.5) / n_steps * (x - reference)) for k in range(n_steps)], axis=0) * (
        x - reference
    )


def wrong_26_2_x_minus(slope, x, reference, n_steps):
    return np.mean([slope(x + (k + 0.5) / n_steps * (x - reference)) for k in range(n_steps)], axis=0) * (x - reference)


def wrong_26_2_zero(slope, x, reference, n_steps):
    return np.mean([slope((k + 0.5) / n_steps * x) for k in range(n_steps)], axis=0) * x


def wrong_26_2_gradient(slope, x, reference, n_steps):
    return slope(x) * x


def wrong_26_2_middle(slope, x, reference, n_steps):
    return slope((x + reference) / 2) * (x - reference)


def wrong_26_2_no_axis(slope, x, reference, n_steps):
    return np.mean([slope(reference + (k + 0.5) / n_steps * (x - reference)) for k in range(n_steps)]) * (x - reference)


def right_26_2_loop(slope, x, reference, n_steps):
    total = 0 * x
    for k in range(n_steps):
        total = total + slope(reference * (1 - (2 * k + 1) / (2 * n_steps)) + x * (2 * k + 1) / (2 * n_steps))
    return (total * (x - reference) / n_steps).tolist()


def right_26_2_backwards(slope, x, reference, n_steps):
    h = (x - reference) / n_steps
    return sum(slope(x - (k + 0.5) * h) * h for k in range(n_steps))


def zof(a, W, b):
    return a @ W + b


def wrong_26_5_no_epsilon(a, W, b, R, epsilon):
    return a * ((R / zof(a, W, b)) @ W.T)


def wrong_26_5_plus_epsilon(a, W, b, R, epsilon):
    return a * ((R / (zof(a, W, b) + epsilon)) @ W.T)


def wrong_26_5_no_a(a, W, b, R, epsilon):
    z = zof(a, W, b)
    return (R / (z + epsilon * np.sign(z))) @ W.T


def wrong_26_5_no_bias(a, W, b, R, epsilon):
    z = a @ W
    return a * ((R / (z + epsilon * np.sign(z))) @ W.T)


def wrong_26_5_abs_z(a, W, b, R, epsilon):
    return a * ((R / (np.abs(zof(a, W, b)) + epsilon)) @ W.T)


def wrong_26_5_times_z(a, W, b, R, epsilon):
    z = zof(a, W, b)
    return a * ((R * (z + epsilon * np.sign(z))) @ W.T)


def wrong_26_5_W_not_T(a, W, b, R, epsilon):
    z = zof(a, W, b)
    return a * ((R / (z + epsilon * np.sign(z))) @ W)


def wrong_26_5_no_R(a, W, b, R, epsilon):
    z = zof(a, W, b)
    return a * ((1 / (z + epsilon * np.sign(z))) @ W.T)


def wrong_26_5_gradient_times_input(a, W, b, R, epsilon):
    return a * (R @ W.T)


def wrong_26_5_abs_W(a, W, b, R, epsilon):
    z = zof(a, W, b)
    return a * ((R / (z + epsilon * np.sign(z))) @ np.abs(W).T)


def wrong_26_5_epsilon_outside(a, W, b, R, epsilon):
    z = zof(a, W, b)
    return a * ((R / z) @ W.T) + epsilon


def wrong_26_5_sign_R(a, W, b, R, epsilon):
    return a * ((R / (zof(a, W, b) + epsilon * np.sign(R))) @ W.T)


def wrong_26_5_no_eps_no_bias(a, W, b, R, epsilon):
    return a * ((R / (a @ W)) @ W.T)


def right_26_5_einsum(a, W, b, R, epsilon):
    z = zof(a, W, b)
    z = z + np.where(z >= 0, epsilon, -epsilon)
    return np.einsum("nj,jk,nk->nj", a, W, R / z)


def right_26_5_loops(a, W, b, R, epsilon):
    z = zof(a, W, b)
    return [
        [
            sum(a[n, j] * W[j, k] * R[n, k] / (z[n, k] + epsilon * np.sign(z[n, k])) for k in range(W.shape[1]))
            for j in range(len(W))
        ]
        for n in range(len(a))
    ]


def P(k):
    return list(itertools.permutations(range(k)))


def wrong_26_7_loo(value, k):
    full = np.ones(k, bool)
    out = []
    for j in range(k):
        m = full.copy()
        m[j] = False
        out.append(value(full) - value(m))
    return np.array(out)


def sets(value, k, weight):
    out = np.zeros(k)
    for j in range(k):
        rest = [i for i in range(k) if i != j]
        for n in range(k):
            for team in itertools.combinations(rest, n):
                m = np.zeros(k, bool)
                m[list(team)] = True
                w = m.copy()
                w[j] = True
                out[j] += weight(n, k) * (value(w) - value(m))
    return out


def wrong_26_7_mean_over_sets(value, k):
    return sets(value, k, lambda n, k: 1 / 2 ** (k - 1))


def wrong_26_7_weight_wrong(value, k):
    return sets(value, k, lambda n, k: factorial(n) * factorial(k - n) / factorial(k))


def wrong_26_7_weight_off(value, k):
    return sets(value, k, lambda n, k: factorial(n) * factorial(k - n - 1) / factorial(k - 1))


def wrong_26_7_weight_plus(value, k):
    return sets(value, k, lambda n, k: factorial(n + 1) * factorial(k - n - 1) / factorial(k))


def wrong_26_7_all_sum(value, k):
    return sets(value, k, lambda n, k: 1)


def wrong_26_7_sampled(value, k):
    rng = np.random.default_rng(0)
    g = np.zeros(k)
    for _ in range(200):
        m = np.zeros(k, bool)
        for j in rng.permutation(k):
            before = value(m.copy())
            m[j] = True
            g[j] += value(m.copy()) - before
    return g / 200


def wrong_26_7_sampled_many(value, k):
    rng = np.random.default_rng(1)
    g = np.zeros(k)
    for _ in range(2000):
        m = np.zeros(k, bool)
        for j in rng.permutation(k):
            before = value(m.copy())
            m[j] = True
            g[j] += value(m.copy()) - before
    return g / 2000


def wrong_26_7_no_reset(value, k):
    g = np.zeros(k)
    m = np.zeros(k, bool)
    for o in P(k):
        for j in o:
            before = value(m.copy())
            m[j] = True
            g[j] += value(m.copy()) - before
    return g / len(P(k))


def wrong_26_7_not_divided(value, k):
    g = np.zeros(k)
    for o in P(k):
        m = np.zeros(k, bool)
        for j in o:
            before = value(m.copy())
            m[j] = True
            g[j] += value(m.copy()) - before
    return g


def wrong_26_7_from_empty(value, k):
    g = np.zeros(k)
    e = value(np.zeros(k, bool))
    for o in P(k):
        m = np.zeros(k, bool)
        for j in o:
            m[j] = True
            g[j] += value(m.copy()) - e
    return g / len(P(k))


def wrong_26_7_value_only(value, k):
    g = np.zeros(k)
    for o in P(k):
        m = np.zeros(k, bool)
        for j in o:
            m[j] = True
            g[j] += value(m.copy())
    return g / len(P(k))


def wrong_26_7_equal_split(value, k):
    return np.full(k, (value(np.ones(k, bool)) - value(np.zeros(k, bool))) / k)


def right_26_7_sets(value, k):
    return sets(value, k, lambda n, k: factorial(n) * factorial(k - n - 1) / factorial(k))


def right_26_7_cached(value, k):
    v = {s: value(np.array(s, bool)) for s in itertools.product((0, 1), repeat=k)}
    rows = []
    for o in P(k):
        s = [0] * k
        r = [0] * k
        for j in o:
            b = v[tuple(s)]
            s[j] = 1
            r[j] = v[tuple(s)] - b
        rows.append(r)
    return np.mean(rows, axis=0).tolist()


def wrong_26_8_ascending(value, importance):
    m = np.ones(len(importance), bool)
    s = [value(m.copy())]
    for j in np.argsort(importance):
        m[j] = False
        s.append(value(m.copy()))
    return np.array(s)


def wrong_26_8_insertion(value, importance):
    m = np.zeros(len(importance), bool)
    s = [value(m.copy())]
    for j in np.argsort(-importance):
        m[j] = True
        s.append(value(m.copy()))
    return np.array(s)


def wrong_26_8_each_alone(value, importance):
    s = [value(np.ones(len(importance), bool))]
    for j in np.argsort(-importance):
        m = np.ones(len(importance), bool)
        m[j] = False
        s.append(value(m))
    return np.array(s)


def wrong_26_8_no_full(value, importance):
    m = np.ones(len(importance), bool)
    s = []
    for j in np.argsort(-importance):
        m[j] = False
        s.append(value(m.copy()))
    return np.array(s)


def wrong_26_8_abs(value, importance):
    m = np.ones(len(importance), bool)
    s = [value(m.copy())]
    for j in np.argsort(-np.abs(importance)):
        m[j] = False
        s.append(value(m.copy()))
    return np.array(s)


def wrong_26_8_loop_order(value, importance):
    m = np.ones(len(importance), bool)
    s = [value(m.copy())]
    for j in range(len(importance)):
        m[j] = False
        s.append(value(m.copy()))
    return np.array(s)


def wrong_26_8_drops(value, importance):
    m = np.ones(len(importance), bool)
    f = value(m.copy())
    s = [0]
    for j in np.argsort(-importance):
        m[j] = False
        s.append(f - value(m.copy()))
    return np.array(s)


def wrong_26_8_keeps_best(value, importance):
    s = []
    o = np.argsort(-importance)
    for n in range(len(o) + 1):
        m = np.zeros(len(o), bool)
        m[o[:n]] = True
        s.append(value(m))
    return np.array(s)


def wrong_26_8_keep_first_n(value, importance):
    s = []
    o = np.argsort(-importance)
    for n in range(len(o) + 1):
        m = np.zeros(len(o), bool)
        m[o[: len(o) - n]] = True
        s.append(value(m))
    return np.array(s)


def wrong_26_8_differences(value, importance):
    m = np.ones(len(importance), bool)
    s = [value(m.copy())]
    for j in np.argsort(-importance):
        m[j] = False
        s.append(value(m.copy()))
    return np.diff(s)


def wrong_26_8_mean(value, importance):
    m = np.ones(len(importance), bool)
    s = [value(m.copy())]
    for j in np.argsort(-importance):
        m[j] = False
        s.append(value(m.copy()))
    return np.mean(s)


def right_26_8_ranks(value, importance):
    r = np.argsort(np.argsort(-importance))
    return [value(r >= n) for n in range(len(r) + 1)]


def right_26_8_list(value, importance):
    keep = [True] * len(importance)
    out = [value(np.array(keep))]
    for j in sorted(range(len(importance)), key=lambda j: importance[j], reverse=True):
        keep[j] = False
        out.append(value(np.array(keep)))
    return tuple(out)


def wrong_26_11_still_kept(scores, history, removed):
    kept = np.delete(history, removed)
    row = scores(kept).copy()
    row[kept] = -np.inf
    row[0] = -np.inf
    return int(row.argmax())


def wrong_26_11_isin(scores, history, removed):
    kept = history[~np.isin(history, removed)]
    row = scores(kept).copy()
    row[history] = -np.inf
    row[0] = -np.inf
    return row.argmax()


def wrong_26_11_removed_places(scores, history, removed):
    kept = np.delete(history, removed)
    row = scores(kept).copy()
    row[kept] = -np.inf
    row[removed] = -np.inf
    row[0] = -np.inf
    return row.argmax()


def wrong_26_11_no_padding(scores, history, removed):
    row = scores(np.delete(history, removed)).copy()
    row[history] = -np.inf
    return row.argmax()


def wrong_26_11_whole_history(scores, history, removed):
    row = scores(history).copy()
    row[history] = -np.inf
    row[0] = -np.inf
    return row.argmax()


def wrong_26_11_only_removed(scores, history, removed):
    row = scores(np.delete(history, removed)).copy()
    row[history[removed]] = -np.inf
    row[0] = -np.inf
    return row.argmax()


def wrong_26_11_max(scores, history, removed):
    row = scores(np.delete(history, removed)).copy()
    row[history] = -np.inf
    row[0] = -np.inf
    return row.max()


def wrong_26_11_argmin(scores, history, removed):
    row = scores(np.delete(history, removed)).copy()
    row[history] = -np.inf
    row[0] = -np.inf
    return row.argmin()


def wrong_26_11_zero_hides(scores, history, removed):
    row = scores(np.delete(history, removed)).copy()
    row[history] = 0
    row[0] = 0
    return row.argmax()


def wrong_26_11_asks_removed(scores, history, removed):
    row = scores(history[removed]).copy()
    row[history] = -np.inf
    row[0] = -np.inf
    return row.argmax()


def right_26_11_sorted(scores, history, removed):
    row = scores([f for i, f in enumerate(history) if i not in removed])
    ban = {0, *history.tolist()}
    return max((i for i in range(len(row)) if i not in ban), key=lambda i: row[i])


def right_26_11_argsort(scores, history, removed):
    mask = np.ones(len(history), bool)
    mask[removed] = False
    row = scores(history[mask]).copy()
    row[np.append(history, 0)] = -1e9
    return np.argsort(-row)[0]


NATURAL = {
    "26.2": [
        (wrong_26_2_left, "You take the beginning of each step. Take its"),
        (wrong_26_2_right, "You take the end of each step. Take its middle:"),
        (wrong_26_2_linspace, "Your points run from 0 to 1 with both ends."),
        (wrong_26_2_linspace_plus, "Your points run from 0 to 1 in n_steps + 1"),
        (wrong_26_2_half_off, "You do not divide by n_steps"),
        (wrong_26_2_trapezoid, "You average the two ends of each step (the"),
        (wrong_26_2_times_x, "You multiply by x. Multiply by"),
        (wrong_26_2_sum, "You added up the slopes. Take"),
        (wrong_26_2_x_minus, "Your path starts at x and"),
        (wrong_26_2_zero, "Your path starts at 0, and"),
        (wrong_26_2_gradient, "You return gradient × input, which"),
        (wrong_26_2_middle, "You take one slope, in the middle of the whole"),
        (wrong_26_2_no_axis, "You took one mean over all numbers. Each number"),
    ],
    "26.5": [
        (wrong_26_5_no_epsilon, "The ε is missing in the"),
        (wrong_26_5_plus_epsilon, "You always add ε. Add ε"),
        (wrong_26_5_no_a, "You share by the weights alone."),
        (wrong_26_5_no_bias, "You leave the bias b out"),
        (wrong_26_5_abs_z, "You divide by the absolute value"),
        (wrong_26_5_times_z, "You multiply by z + ε"),
        (wrong_26_5_W_not_T, "Shapes do not fit: (batch, units) back to"),
        (wrong_26_5_no_R, "You do not use R, the"),
        (wrong_26_5_gradient_times_input, "You do not divide, so you"),
        (wrong_26_5_abs_W, "You dropped the signs of the"),
        (wrong_26_5_epsilon_outside, "You add ε at the end."),
        (wrong_26_5_sign_R, "You use the sign of R."),
        (wrong_26_5_no_eps_no_bias, "You scale the shares of the"),
    ],
    "26.7": [
        (wrong_26_7_loo, "You only leave each player out"),
        (wrong_26_7_mean_over_sets, "You give all sets the same"),
        (wrong_26_7_weight_wrong, "Your weights count the orders wrongly."),
        (wrong_26_7_weight_off, "You divide the weights by (k"),
        (wrong_26_7_weight_plus, "Your weights count the player as"),
        (wrong_26_7_all_sum, "You added up the gains over all"),
        (wrong_26_7_sampled, "Your values are close but not"),
        (wrong_26_7_sampled_many, "Your values are close but not"),
        (wrong_26_7_no_reset, "In your code, all players are"),
        (wrong_26_7_not_divided, "You added up the gains over the"),
        (wrong_26_7_from_empty, "You measure each gain against the"),
        (wrong_26_7_value_only, "You add the scores of the teams. A gain is the"),
        (wrong_26_7_equal_split, "You share the whole equally. Average"),
    ],
    "26.8": [
        (wrong_26_8_ascending, "You begin with the least important."),
        (wrong_26_8_insertion, "You put features in instead of"),
        (wrong_26_8_each_alone, "You leave out one feature at"),
        (wrong_26_8_no_full, "One score is missing: begin with nothing left"),
        (wrong_26_8_abs, "You sort by the absolute importance."),
        (wrong_26_8_loop_order, "You go through the positions 0, 1, 2, … Go"),
        (wrong_26_8_drops, "You return how far the score"),
        (wrong_26_8_keeps_best, "You put features in instead of"),
        (wrong_26_8_keep_first_n, "You begin with the least important."),
        (wrong_26_8_differences, "One score is missing: begin with nothing left"),
        (wrong_26_8_mean, "You took the mean over axis 0, which should"),
    ],
    "26.11": [
        (wrong_26_11_still_kept, "You hide only the kept films"),
        (wrong_26_11_isin, "`np.isin(history, removed)` compares films with"),
        (wrong_26_11_removed_places, "`removed` holds positions, not films:"),
        (wrong_26_11_no_padding, "Index 0 is padding. Hide it"),
        (wrong_26_11_whole_history, "You ask with the whole history."),
        (wrong_26_11_only_removed, "You hide only the films that"),
        (wrong_26_11_max, "You return the score. Return the"),
        (wrong_26_11_argmin, "You return the film with the"),
        (wrong_26_11_zero_hides, "A score of 0 does not"),
        (wrong_26_11_asks_removed, "You ask with the *removed* films."),
    ],
}

RIGHT = {
    "26.2": [right_26_2_loop, right_26_2_backwards],
    "26.5": [right_26_5_einsum, right_26_5_loops],
    "26.7": [right_26_7_sets, right_26_7_cached],
    "26.8": [right_26_8_ranks, right_26_8_list],
    "26.11": [right_26_11_sorted, right_26_11_argsort],
}
