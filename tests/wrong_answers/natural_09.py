"""Natural answers of lesson 09: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

# ruff: noqa: E731, E741 - this is how learners write

import numpy as np


def uf(w_left=lambda x, a: 1 + a * x, w_right=lambda x, a: 1 + a * x, lam=lambda l, d: l * np.eye(d), x_right=True):
    def f(Q, x, regularisation, alpha):
        left = (Q.T * w_left(x, alpha)) @ Q + lam(regularisation, Q.shape[1])
        right = Q.T @ (w_right(x, alpha) * (x if x_right else 1))
        return np.linalg.solve(left, right)

    return f


wrong_09_2_clicked_only = uf(w_left=lambda x, a: (1 + a) * x)
wrong_09_2_right_unweighted = uf(w_right=lambda x, a: 1)
wrong_09_2_left_unweighted = uf(w_left=lambda x, a: 1 + 0 * x)
wrong_09_2_no_alpha = uf(w_left=lambda x, a: 1 + 0 * x, w_right=lambda x, a: 1)
wrong_09_2_no_lambda = uf(lam=lambda l, d: 1e-9 * np.eye(d))
wrong_09_2_lambda_everywhere = uf(lam=lambda l, d: l)
wrong_09_2_no_x = uf(x_right=False)
wrong_09_2_alpha_not_plus_one = uf(
    w_left=lambda x, a: np.where(x > 0, a, 1), w_right=lambda x, a: np.where(x > 0, a, 1)
)
wrong_09_2_alpha_x = uf(w_left=lambda x, a: a * x, w_right=lambda x, a: a * x)
wrong_09_2_weights_zero = uf(
    w_left=lambda x, a: np.where(x > 0, 1 + a, 0), w_right=lambda x, a: np.where(x > 0, 1 + a, 0)
)
wrong_09_2_minus_lambda = uf(lam=lambda l, d: -l * np.eye(d))
wrong_09_2_lambda_squared = uf(lam=lambda l, d: l**2 * np.eye(d))


def wrong_09_2_sides(Q, x, regularisation, alpha):
    return (Q.T * (1 + alpha * x)) @ Q + regularisation * np.eye(Q.shape[1]), Q.T @ ((1 + alpha) * x)


def wrong_09_2_right_only(Q, x, regularisation, alpha):
    return Q.T @ ((1 + alpha) * x)


def wrong_09_2_scores(Q, x, regularisation, alpha):
    return Q @ uf()(Q, x, regularisation, alpha)


def right_09_2_gram(Q, x, regularisation, alpha):
    S = Q[x > 0]
    return np.linalg.inv(Q.T @ Q + alpha * S.T @ S + regularisation * np.eye(Q.shape[1])) @ (
        S.sum(axis=0) * (1 + alpha)
    )


def right_09_2_lstsq(Q, x, regularisation, alpha):
    w = np.sqrt(1 + alpha * x)
    A = np.vstack([Q * w[:, None], np.sqrt(regularisation) * np.eye(Q.shape[1])])
    return np.linalg.lstsq(A, np.append(w * x, np.zeros(Q.shape[1])), rcond=None)[0].tolist()


def D(rng, w, n):
    return rng.choice(len(w), n, p=w / w.sum())


def wrong_09_4_given(rng, counts, power, n):
    w = np.array(counts, float) ** power
    return D(rng, w, n)


def wrong_09_4_clicked(rng, counts, power, n):
    return D(rng, np.where(counts > 0, counts ** float(power), 0), n)


def wrong_09_4_zero_special(rng, counts, power, n):
    if power == 0:
        return rng.integers(0, len(counts), n)
    return D(rng, counts.astype(float) ** power, n)


def wrong_09_4_before_power(rng, counts, power, n):
    w = counts.astype(float)
    w[0] = 0
    return D(rng, w**power, n)


def wrong_09_4_p_power(rng, counts, power, n):
    p = counts / counts.sum()
    return rng.choice(len(counts), n, p=p**power)


def wrong_09_4_shifted(rng, counts, power, n):
    return D(rng, counts[1:].astype(float) ** power, n)


def wrong_09_4_uniform_no_last(rng, counts, power, n):
    return rng.integers(1, len(counts) - 1, n)


def wrong_09_4_smoothing(rng, counts, power, n):
    w = (counts + 1.0) ** power
    w[0] = 0
    return D(rng, w, n)


def wrong_09_4_power_ignored(rng, counts, power, n):
    return D(rng, counts.astype(float), n)


def wrong_09_4_films_repeated(rng, counts, power, n):
    return rng.choice(np.repeat(np.arange(len(counts)), counts), n)


def wrong_09_4_no_replacement(rng, counts, power, n):
    w = counts.astype(float) ** power
    w[0] = 0
    return rng.choice(len(w), min(n, 3), replace=False, p=w / w.sum())


def wrong_09_4_in_place(rng, counts, power, n):
    counts[0] = 1
    w = counts.astype(float) ** power
    w[0] = 0
    return D(rng, w, n)


def right_09_4_shift_back(rng, counts, power, n):
    return 1 + D(rng, counts[1:].astype(float) ** power, n)


def right_09_4_cumsum(rng, counts, power, n):
    w = np.append(0, counts[1:].astype(float) ** power)
    return np.searchsorted(np.cumsum(w) / w.sum(), rng.random(n), side="right")


def M(hit, by=-1e9):
    def f(scores, candidates):
        return np.where(hit(candidates), by, scores)

    return f


def proper(c):
    h = c == c[:, :1]
    h[:, 0] = False
    return h


wrong_09_5_positive = M(lambda c: c == c[:, :1])
wrong_09_5_zero = M(proper, 0)
wrong_09_5_inf = M(proper, -np.inf)
wrong_09_5_plus = M(proper, 1e9)
wrong_09_5_inverted = M(lambda c: ~proper(c))
wrong_09_5_any_row = M(lambda c: np.isin(c, c[:, 0]) & (np.arange(c.shape[1]) > 0))
wrong_09_5_nan = M(proper, np.nan)
wrong_09_5_minus_one = M(proper, -1)
wrong_09_5_diagonal = M(lambda c: (c == c[0]) & (np.arange(c.shape[1]) > 0))
wrong_09_5_first_negative = M(
    lambda c: np.concatenate(
        [np.zeros((len(c), 1), bool), c[:, 1:2] == c[:, :1], np.zeros((len(c), c.shape[1] - 2), bool)], axis=1
    )
)


def wrong_09_5_in_place(scores, candidates):
    scores[proper(candidates)] = -1e9
    return scores


def wrong_09_5_mask(scores, candidates):
    return proper(candidates)


def wrong_09_5_subtract(scores, candidates):
    return scores - 1e9 * proper(candidates) * 0


def wrong_09_5_only_negatives(scores, candidates):
    return M(proper)(scores, candidates)[:, 1:]


def wrong_09_5_repeated(scores, candidates):
    h = np.zeros(candidates.shape, bool)
    for r, row in enumerate(candidates):
        for k in range(1, len(row)):
            h[r, k] = row[k] in row[:k]
    return np.where(h, -1e9, scores)


def right_09_5_copy(scores, candidates):
    s = scores.copy()
    r, c = np.nonzero(candidates[:, 1:] == candidates[:, [0]])
    s[r, c + 1] = -1e9
    return s


def right_09_5_loop(scores, candidates):
    return [
        [-1e9 if k and c == row[0] else s for k, (c, s) in enumerate(zip(row, sr))]
        for row, sr in zip(candidates, scores)
    ]


L = lambda z: np.logaddexp(0, -z)


def wrong_09_7_one_minus(scores):
    z = scores[:, :1] - scores[:, 1:]
    return (1 - 1 / (1 + np.exp(-z))).mean(axis=1)


def wrong_09_7_reversed(scores):
    return L(scores[:, 1:] - scores[:, :1]).mean(axis=1)


def wrong_09_7_sign(scores):
    return -L(scores[:, :1] - scores[:, 1:]).mean(axis=1)


def wrong_09_7_sum(scores):
    return L(scores[:, :1] - scores[:, 1:]).sum(axis=1)


def wrong_09_7_with_itself(scores):
    return L(scores[:, :1] - scores).mean(axis=1)


def wrong_09_7_total(scores):
    return L(scores[:, :1] - scores[:, 1:]).mean()


def wrong_09_7_unmeaned(scores):
    return L(scores[:, :1] - scores[:, 1:])


def wrong_09_7_axis0(scores):
    return L(scores[:, :1] - scores[:, 1:]).mean(axis=0)


def wrong_09_7_naive(scores):
    return -np.log(1 / (1 + np.exp(-(scores[:, :1] - scores[:, 1:])))).mean(axis=1)


def wrong_09_7_mean_negative(scores):
    return L(scores[:, 0] - scores[:, 1:].mean(axis=1))


def wrong_09_7_hinge(scores):
    return np.maximum(0, 1 - (scores[:, :1] - scores[:, 1:])).mean(axis=1)


def wrong_09_7_difference(scores):
    return (scores[:, :1] - scores[:, 1:]).mean(axis=1)


def wrong_09_7_softmax(scores):
    return np.logaddexp.reduce(scores, axis=1) - scores[:, 0]


def wrong_09_7_bce(scores):
    return L(scores[:, 0]) + np.logaddexp(0, scores[:, 1:]).mean(axis=1)


def wrong_09_7_max_negative(scores):
    return L(scores[:, 0] - scores[:, 1:].max(axis=1))


def wrong_09_7_first_negative(scores):
    return L(scores[:, 0] - scores[:, 1])


def wrong_09_7_sigmoid(scores):
    return (1 / (1 + np.exp(-(scores[:, :1] - scores[:, 1:])))).mean(axis=1)


def wrong_09_7_log10(scores):
    return L(scores[:, :1] - scores[:, 1:]).mean(axis=1) / np.log(10)


def right_09_7_loop(scores):
    return [float(np.mean([np.logaddexp(0, n - r[0]) for n in r[1:]])) for r in scores]


def right_09_7_where(scores):
    z = scores[:, :1] - scores[:, 1:]
    return (np.maximum(-z, 0) + np.log1p(np.exp(-np.abs(z)))).mean(axis=1)


def sl(z):
    return np.logaddexp.reduce(z, axis=1) - z[:, 0]


def wrong_09_9_plus(scores, chances):
    return sl(scores + np.log(chances))


def wrong_09_9_none(scores, chances):
    return sl(scores)


def wrong_09_9_q(scores, chances):
    return sl(scores - chances)


def wrong_09_9_div(scores, chances):
    return sl(scores / chances)


def wrong_09_9_times(scores, chances):
    return sl(scores * chances)


def wrong_09_9_logits(scores, chances):
    return scores - np.log(chances)


def wrong_09_9_log_scores(scores, chances):
    return sl(np.log(np.abs(scores))) - 0 * chances[:, 0]


def wrong_09_9_mean(scores, chances):
    return sl(scores - np.log(chances)).mean()


def wrong_09_9_log2(scores, chances):
    return sl(scores - np.log2(chances))


def wrong_09_9_after(scores, chances):
    return sl(scores) - np.log(chances[:, 0])


def wrong_09_9_positive_only(scores, chances):
    z = scores.copy()
    z[:, 0] -= np.log(chances[:, 0])
    return sl(z)


def wrong_09_9_one_minus(scores, chances):
    return sl(scores - np.log(1 - chances))


def wrong_09_9_n(scores, chances):
    return sl(scores - np.log(chances)) / scores.shape[1]


def wrong_09_9_sign(scores, chances):
    return -sl(scores - np.log(chances))


def right_09_9_direct(scores, chances):
    e = np.exp(scores) / chances
    return np.log(e.sum(axis=1) / e[:, 0])


def right_09_9_loop(scores, chances):
    return [
        float(np.log(sum(np.exp(s) / q for s, q in zip(r, c))) - (r[0] - np.log(c[0]))) for r, c in zip(scores, chances)
    ]


NATURAL = {
    "09.2": [
        (wrong_09_2_clicked_only, "You use only the clicked films."),
        (wrong_09_2_right_unweighted, "The weights are missing on the right"),
        (wrong_09_2_left_unweighted, "The weights are missing on the left"),
        (wrong_09_2_no_alpha, "You give all films the same weight."),
        (wrong_09_2_no_lambda, "The penalty λ is missing on the left side."),
        (wrong_09_2_lambda_everywhere, "λ belongs on the diagonal only:"),
        (wrong_09_2_no_x, "x is missing on the right side:"),
        (wrong_09_2_alpha_not_plus_one, "You give a click weight α. It"),
        (wrong_09_2_alpha_x, "Two mistakes. You use only the clicked films."),
        (wrong_09_2_weights_zero, "You use only the clicked films."),
        (wrong_09_2_minus_lambda, "You subtract λ on the left side."),
        (wrong_09_2_lambda_squared, "You square λ. Add it as it is."),
        (wrong_09_2_sides, "These are the two sides of the system. Return"),
        (wrong_09_2_right_only, "You return the right side alone. Solve the"),
        (wrong_09_2_scores, "You return scores. Return the"),
    ],
    "09.4": [
        (wrong_09_4_given, "Padding is still drawn: 0 ** 0 is 1. Set its"),
        (wrong_09_4_clicked, "With power 0 every film should"),
        (wrong_09_4_zero_special, "Padding is still drawn: 0 ** 0 is 1. Set its"),
        (wrong_09_4_before_power, "Padding is still drawn: 0 ** 0 is 1. Set its"),
        (wrong_09_4_p_power, None),
        (wrong_09_4_shifted, "All your film indices are one too low."),
        (wrong_09_4_uniform_no_last, None),
        (wrong_09_4_smoothing, "You add 1 to each count, which changes all"),
        (wrong_09_4_power_ignored, "You do not use the power: film"),
        (wrong_09_4_films_repeated, "You do not use the power: film"),
        (wrong_09_4_no_replacement, "Return 20000 film indices, whole numbers;"),
        (wrong_09_4_in_place, "Your function changed `counts`, which the next"),
    ],
    "09.5": [
        (wrong_09_5_positive, "You hid the positive as well: column 0 equals"),
        (wrong_09_5_zero, "A score of 0 does not hide a"),
        (wrong_09_5_inf, "−inf hides a film, too, but a"),
        (wrong_09_5_plus, "+1e9 makes the hit the highest"),
        (wrong_09_5_inverted, "You hid the positive and all"),
        (wrong_09_5_any_row, "You hid every film that is a positive of *any*"),
        (wrong_09_5_nan, "NaN is not a score: every sum"),
        (wrong_09_5_minus_one, "−1 does not hide a film, because"),
        (wrong_09_5_diagonal, "You compare with the positive of the *first*"),
        (wrong_09_5_first_negative, "You look only at the first negative."),
        (wrong_09_5_in_place, "Your function changed `scores` itself. Work on"),
        (wrong_09_5_mask, "You return where the hits are"),
        (wrong_09_5_subtract, "You hid nothing. Compare with"),
        (wrong_09_5_only_negatives, "The positive is missing: return all columns,"),
        (wrong_09_5_repeated, "You hide every film that occurs"),
    ],
    "09.7": [
        (wrong_09_7_one_minus, "You computed 1 − σ. Its gradient"),
        (wrong_09_7_reversed, "The difference is the wrong way"),
        (wrong_09_7_sign, "That is log σ, which is negative. The loss is"),
        (wrong_09_7_sum, "You added up the losses of the"),
        (wrong_09_7_with_itself, "You compare column 0 with itself,"),
        (wrong_09_7_total, "You return one number for the whole batch."),
        (wrong_09_7_unmeaned, "You have a loss for each negative. Take the"),
        (wrong_09_7_axis0, "You take the mean over the rows."),
        (wrong_09_7_naive, "Right for small scores, but scores"),
        (wrong_09_7_mean_negative, "You compare with the mean of the negatives."),
        (wrong_09_7_hinge, "That is a hinge loss, max(0, 1 − difference)."),
        (wrong_09_7_difference, "That is the difference itself."),
        (wrong_09_7_softmax, "That is the softmax loss, which compares all"),
        (wrong_09_7_bce, "That is binary cross-entropy,"),
        (wrong_09_7_max_negative, "You use only the hardest negative."),
        (wrong_09_7_first_negative, "You use only the first negative."),
        (wrong_09_7_sigmoid, "That is σ alone. Take −log of it."),
        (wrong_09_7_log10, "Your logarithm has base 10. Use the natural one,"),
    ],
    "09.9": [
        (wrong_09_9_plus, "The sign is wrong: + log q would"),
        (wrong_09_9_none, "Nothing is corrected. Subtract"),
        (wrong_09_9_q, "You subtracted q, not its logarithm."),
        (wrong_09_9_div, "You divided the score by q. Divide e to the"),
        (wrong_09_9_times, "You multiplied the score by q."),
        (wrong_09_9_logits, "These are the corrected logits. Return"),
        (wrong_09_9_log_scores, "You took the logarithm of the"),
        (wrong_09_9_mean, "You return one number for the whole batch."),
        (wrong_09_9_log2, "You used the logarithm to base 2."),
        (wrong_09_9_after, "You corrected the loss at the"),
        (wrong_09_9_positive_only, "You correct only the positive."),
        (wrong_09_9_one_minus, "You subtracted log(1 − q). Subtract"),
        (wrong_09_9_n, "Your result is `scores.shape[1]` times too small: do you return a mean"),
        (wrong_09_9_sign, "The sign is wrong: you return minus the expected"),
    ],
}

RIGHT = {
    "09.2": [right_09_2_gram, right_09_2_lstsq],
    "09.4": [right_09_4_shift_back, right_09_4_cumsum],
    "09.5": [right_09_5_copy, right_09_5_loop],
    "09.7": [right_09_7_loop, right_09_7_where],
    "09.9": [right_09_9_direct, right_09_9_loop],
}

# More answers, as people write them


def print_nothing(result):
    """In the place of print, so that the message of the check stands alone."""


solve = np.linalg.solve
unit_matrix = lambda Q: np.eye(Q.shape[1])


def two_sides(left=None, right=None, after=lambda p, *a: p):
    def f(Q, x, regularisation, alpha):
        w = 1 + alpha * x
        L = left(Q, x, w, regularisation, alpha) if left else (Q.T * w) @ Q + regularisation * unit_matrix(Q)
        Rr = right(Q, x, w, regularisation, alpha) if right else (Q.T * w) @ x
        return after(solve(L, Rr), Q, x, w, L, Rr)

    return f


def drawn_by(weights, post=lambda x: x, k=None):
    def f(rng, counts, power, n):
        wt = weights(counts, power)
        return post(rng.choice(len(wt), n, p=wt / wt.sum()))

    return f


def no_padding(w):
    w = w.copy()
    w[0] = 0
    return w


hits_of = lambda c: np.hstack([np.zeros((len(c), 1), bool), c[:, 1:] == c[:, :1]])
gaps = lambda s: s[:, :1] - s[:, 1:]
sigmoid_of = lambda z: 1 / (1 + np.exp(-z))


def loss_of(l):
    t = l.max(axis=1)
    return np.log(np.exp(l - t[:, None]).sum(axis=1)) + t - l[:, 0]


more_09_2_weights_twice_left = two_sides(left=lambda Q, x, w, l, a: (Q.T * w) @ (Q * w[:, None]) + l * unit_matrix(Q))

more_09_2_weights_twice_right = two_sides(right=lambda Q, x, w, l, a: (Q.T * w) @ (w * x))

more_09_2_weights_twice_both = two_sides(
    left=lambda Q, x, w, l, a: (Q.T * w) @ (Q * w[:, None]) + l * unit_matrix(Q),
    right=lambda Q, x, w, l, a: (Q.T * w) @ (w * x),
)

more_09_2_root_weights = two_sides(left=lambda Q, x, w, l, a: (Q.T * w**0.5) @ Q + l * unit_matrix(Q))

more_09_2_eye_films = two_sides(left=lambda Q, x, w, l, a: (Q.T * w) @ Q + l * np.eye(len(Q)))

more_09_2_QQT = two_sides(
    left=lambda Q, x, w, l, a: (Q * w[:, None]) @ Q.T + l * np.eye(len(Q)), right=lambda Q, x, w, l, a: w * x
)

more_09_2_QQT_dim = two_sides(left=lambda Q, x, w, l, a: (Q @ Q.T) * w + l * unit_matrix(Q))


def more_09_2_each_factor_alone(Q, x, regularisation, alpha):
    w = 1 + alpha * x
    return (Q.T * w) @ x / ((Q.T**2 * w).sum(axis=1) + regularisation)


def more_09_2_inv_star(Q, x, regularisation, alpha):
    w = 1 + alpha * x
    return np.linalg.inv((Q.T * w) @ Q + regularisation * unit_matrix(Q)) * ((Q.T * w) @ x)


def more_09_2_divide(Q, x, regularisation, alpha):
    w = 1 + alpha * x
    return ((Q.T * w) @ x) / ((Q.T * w) @ Q + regularisation * unit_matrix(Q))


def more_09_2_lstsq_tuple(Q, x, regularisation, alpha):
    w = 1 + alpha * x
    return np.linalg.lstsq((Q.T * w) @ Q + regularisation * unit_matrix(Q), (Q.T * w) @ x, rcond=None)


more_09_2_right_not_summed = two_sides(right=lambda Q, x, w, l, a: Q.T * w * x)

more_09_2_lambda_n = two_sides(left=lambda Q, x, w, l, a: (Q.T * w) @ Q + l * x.sum() * unit_matrix(Q))

more_09_2_lambda_nfilms = two_sides(left=lambda Q, x, w, l, a: (Q.T * w) @ Q + l * len(x) * unit_matrix(Q))

more_09_2_lambda_half = two_sides(left=lambda Q, x, w, l, a: (Q.T * w) @ Q + l / 2 * unit_matrix(Q))

more_09_2_lambda_twice = two_sides(left=lambda Q, x, w, l, a: (Q.T * w) @ Q + 2 * l * unit_matrix(Q))

more_09_2_alpha_lambda_swapped = two_sides(
    left=lambda Q, x, w, l, a: (Q.T * (1 + l * x)) @ Q + a * unit_matrix(Q),
    right=lambda Q, x, w, l, a: (Q.T * (1 + l * x)) @ x,
)

more_09_2_unit = two_sides(after=lambda p, *a: p / np.linalg.norm(p))

more_09_2_left_returned = two_sides(after=lambda p, Q, x, w, L, Rr: L)

more_09_2_right_minus = two_sides(right=lambda Q, x, w, l, a: -(Q.T * w) @ x)

more_09_2_right_alpha_only = two_sides(right=lambda Q, x, w, l, a: a * Q.T @ x)

more_09_2_right_lambda = two_sides(right=lambda Q, x, w, l, a: (Q.T * w) @ x + l)

more_09_2_one_plus_alpha_all = two_sides(left=lambda Q, x, w, l, a: (1 + a) * Q.T @ Q + l * unit_matrix(Q))

more_09_2_one_plus_alpha_all_both = two_sides(
    left=lambda Q, x, w, l, a: (1 + a) * Q.T @ Q + l * unit_matrix(Q), right=lambda Q, x, w, l, a: (1 + a) * Q.T @ x
)

more_09_2_base_plus_one_plus_alpha = two_sides(
    left=lambda Q, x, w, l, a: Q.T @ Q + (1 + a) * Q[x > 0].T @ Q[x > 0] + l * unit_matrix(Q)
)

more_09_2_diag_lost = two_sides(left=lambda Q, x, w, l, a: (Q.T @ Q) * w.mean() + l * unit_matrix(Q))

more_09_2_transposed_Q = two_sides(left=lambda Q, x, w, l, a: (Q * w) @ Q.T + l * unit_matrix(Q))

more_09_2_weight_alpha_divided = two_sides(left=lambda Q, x, w, l, a: (Q.T * (1 + x / a)) @ Q + l * unit_matrix(Q))

more_09_2_scores_after_no_x = two_sides(after=lambda p, Q, *a: Q @ p)


def more_09_2_printed2(Q, x, regularisation, alpha):
    print_nothing(two_sides()(Q, x, regularisation, alpha))


def more_09_4_zero_before(rng, counts, power, n):
    wt = counts.astype(float)
    wt[0] = 0
    wt = wt**power
    return rng.choice(len(wt), n, p=wt / wt.sum())


def more_09_4_power_after_norm(rng, counts, power, n):
    p = (counts / counts.sum()) ** power
    p[0] = 0
    return rng.choice(len(counts), n, p=p)


def more_09_4_no_replace(rng, counts, power, n):
    p = counts.astype(float) ** power
    p[0] = 0
    return rng.choice(len(counts), n, replace=False, p=p / p.sum())


def more_09_4_global_rng(rng, counts, power, n):
    p = counts.astype(float) ** power
    p[0] = 0
    return np.random.choice(len(counts), n, p=p / p.sum())  # noqa: NPY002


def more_09_4_own_seed(rng, counts, power, n):
    p = counts.astype(float) ** power
    p[0] = 0
    return np.random.default_rng(1).choice(len(counts), n, p=p / p.sum())


more_09_4_sorted = drawn_by(lambda c, p: no_padding(c.astype(float) ** p), np.sort)


def more_09_4_expected_counts(rng, counts, power, n):
    p = no_padding(counts.astype(float) ** power)
    k = np.round(n * p / p.sum()).astype(int)
    out = np.repeat(np.arange(len(counts)), k)[:n]
    return np.append(out, np.full(n - len(out), 1))


def more_09_4_multinom(rng, counts, power, n):
    p = no_padding(counts.astype(float) ** power)
    return rng.multinomial(n, p / p.sum())


def more_09_4_int_power(rng, counts, power, n):
    wt = counts.copy()
    wt = (wt**power).astype(int)
    wt[0] = 0
    return rng.choice(len(wt), n, p=wt / wt.sum())


def more_09_4_special_case(rng, counts, power, n):
    if power == 0:
        return rng.integers(0, len(counts), n)
    wt = counts.astype(float) ** power
    return rng.choice(len(wt), n, p=wt / wt.sum())


def more_09_4_special_case_short(rng, counts, power, n):
    if power == 0:
        return rng.integers(1, len(counts) - 1, n)
    wt = counts.astype(float) ** power
    return rng.choice(len(wt), n, p=wt / wt.sum())


more_09_4_logc = drawn_by(lambda c, p: no_padding(np.log1p(c) ** p))

more_09_4_times_power = drawn_by(lambda c, p: no_padding(c * float(p) + 1e-12))

more_09_4_softmaxed = drawn_by(lambda c, p: no_padding(np.exp(c.astype(float) * p - 40 * p)))

more_09_4_inverse_power = drawn_by(
    lambda c, p: no_padding(np.where(c > 0, np.maximum(c, 1).astype(float) ** (1 - p), 0.0))
)

more_09_4_floats = drawn_by(lambda c, p: no_padding(c.astype(float) ** p), lambda x: x.astype(float))


def more_09_4_resample_pad(rng, counts, power, n):
    wt = counts.astype(float) ** power
    out = rng.choice(len(wt), n, p=wt / wt.sum())
    out[out == 0] = 1
    return out


def more_09_4_drop_pad(rng, counts, power, n):
    wt = counts.astype(float) ** power
    out = rng.choice(len(wt), n, p=wt / wt.sum())
    return out[out > 0]


def more_09_4_where_pos(rng, counts, power, n):
    wt = np.where(counts > 0, counts.astype(float) ** power, 0)
    return rng.choice(len(wt), n, p=wt / wt.sum())


def more_09_5_mask_only(scores, candidates):
    return hits_of(candidates)


def more_09_5_scores_compare(scores, candidates):
    m = scores == scores[:, :1]
    m[:, 0] = False
    return np.where(m, -1e9, scores)


def more_09_5_nan(scores, candidates):
    return np.where(hits_of(candidates), np.nan, scores)


def more_09_5_tiny(scores, candidates):
    return np.where(hits_of(candidates), -1e-9, scores)


def more_09_5_wrong_broadcast(scores, candidates):
    m = candidates[:, 1:] == candidates[:, 0]
    return np.where(m, -1e9, scores[:, 1:])


def more_09_5_ints(scores, candidates):
    return np.where(hits_of(candidates), -1e9, scores).astype(int)


def more_09_5_dropped(scores, candidates):
    return [list(s[~m]) for s, m in zip(scores, hits_of(candidates))]


def more_09_5_column_first_only(scores, candidates):
    s = scores.copy()
    s[:, 1:][candidates[:, 1:] == candidates[0, 0]] = -1e9
    return s


def more_09_5_minus100(scores, candidates):
    return np.where(hits_of(candidates), -100, scores)


def more_09_5_whole_row(scores, candidates):
    return np.where(hits_of(candidates).any(axis=1, keepdims=True), -1e9, scores)


def more_09_5_whole_row_negs(scores, candidates):
    s = scores.copy()
    s[hits_of(candidates).any(axis=1), 1:] = -1e9
    return s


def more_09_5_times(scores, candidates):
    return np.where(hits_of(candidates), scores * -1e9, scores)


def more_09_5_inplace_view(scores, candidates):
    s = scores
    s[hits_of(candidates)] = -1e9
    return s


def more_09_5_last_positive(scores, candidates):
    m = candidates == candidates[:, -1:]
    m[:, -1] = False
    return np.where(m, -1e9, scores)


def more_09_5_first_hit_only(scores, candidates):
    s = scores.copy()
    for i, row in enumerate(candidates):
        for j in range(1, len(row)):
            if row[j] == row[0]:
                s[i, j] = -1e9
                break
    return s


def more_09_5_off_by_one_last(scores, candidates):
    s = scores.copy()
    for i, row in enumerate(candidates):
        for j in range(1, len(row) - 1):
            if row[j] == row[0]:
                s[i, j] = -1e9
    return s


more_09_7_naive_log = lambda scores: -np.log(sigmoid_of(gaps(scores))).mean(1)

more_09_7_naive_log1p = lambda scores: np.log1p(np.exp(-gaps(scores))).mean(1)

more_09_7_clipped = lambda scores: np.log1p(np.exp(-np.clip(gaps(scores), -30, 30))).mean(1)

more_09_7_clipped500 = lambda scores: np.log1p(np.exp(-np.clip(gaps(scores), -500, 500))).mean(1)

more_09_7_eps = lambda scores: -np.log(sigmoid_of(gaps(scores)) + 1e-8).mean(1)

more_09_7_eps10 = lambda scores: -np.log(sigmoid_of(gaps(scores)) + 1e-10).mean(1)

more_09_7_clip_sigma = lambda scores: -np.log(np.clip(sigmoid_of(gaps(scores)), 1e-7, 1)).mean(1)

more_09_7_log10 = lambda scores: (np.logaddexp(0, -gaps(scores)) / np.log(10)).mean(1)

more_09_7_log2 = lambda scores: np.logaddexp2(0, -gaps(scores) / np.log(2)).mean(1)

more_09_7_logaddexp2_plain = lambda scores: np.logaddexp2(0, -gaps(scores)).mean(1)

more_09_7_divide_by_columns = lambda scores: np.logaddexp(0, -gaps(scores)).sum(1) / scores.shape[1]

more_09_7_divide_by_rows = lambda scores: np.logaddexp(0, -gaps(scores)).sum(1) / len(scores)

more_09_7_last_is_positive = lambda scores: np.logaddexp(0, scores[:, :-1] - scores[:, -1:]).mean(1)

more_09_7_median = lambda scores: np.median(np.logaddexp(0, -gaps(scores)), axis=1)

more_09_7_broadcast_bad = lambda scores: np.logaddexp(0, -(scores[:, 0] - scores[:, 1:])).mean(1)

more_09_7_broadcast_T = lambda scores: np.logaddexp(0, -(scores[:, 0] - scores[:, 1:].T)).mean(1)

more_09_7_rowpos = lambda scores: np.logaddexp(0, -(scores[0] - scores[1:])).mean(1)

more_09_7_keepdims = lambda scores: np.logaddexp(0, -gaps(scores)).mean(1, keepdims=True)

more_09_7_minimum = lambda scores: np.logaddexp(0, -gaps(scores)).min(1)

more_09_7_squared = lambda scores: (np.logaddexp(0, -gaps(scores)) ** 2).mean(1)

more_09_7_logaddexp1 = lambda scores: np.logaddexp(1, -gaps(scores)).mean(1)

more_09_7_exploss = lambda scores: np.exp(-gaps(scores)).mean(1)

more_09_7_log_only_exp = lambda scores: np.log(np.exp(-gaps(scores))).mean(1)

more_09_7_log1m = lambda scores: -np.log(1 - sigmoid_of(gaps(scores))).mean(1)

more_09_7_mean_all_then = lambda scores: np.full(len(scores), np.logaddexp(0, -gaps(scores)).mean())

more_09_7_last_neg = lambda scores: np.logaddexp(0, scores[:, -1] - scores[:, 0])

more_09_7_skip_last = lambda scores: np.logaddexp(0, -gaps(scores)[:, :-1]).mean(1)

more_09_7_maxneg_first = lambda scores: np.logaddexp(0, scores[:, 1:].max(1) - scores[:, 0])

more_09_7_sum_neg_first = lambda scores: np.logaddexp(0, scores[:, 1:].sum(1) - scores[:, 0])


def more_09_7_printed7(scores):
    print_nothing(np.logaddexp(0, -gaps(scores)).mean(1))


def more_09_7_for_return(scores):
    for row in scores:
        return np.logaddexp(0, row[1:] - row[0]).mean()


def more_09_7_loop_list_each(scores):
    return [[np.logaddexp(0, o - row[0]) for o in row[1:]] for row in scores]


def more_09_7_inplace7(scores):
    scores -= scores[:, :1].copy()
    return np.logaddexp(0, scores[:, 1:]).mean(1)


more_09_9_log1p = lambda s, q: loss_of(s - np.log1p(q))

more_09_9_col0_for_all = lambda s, q: loss_of(s - np.log(q[:, :1]))

more_09_9_exp_over_q = lambda s, q: loss_of(np.exp(s) / q)

more_09_9_normalised = lambda s, q: loss_of(s - np.log(q / q.sum(1, keepdims=True)))

more_09_9_normalised0 = lambda s, q: loss_of(s - np.log(q / q.sum(0, keepdims=True)))

more_09_9_nq = lambda s, q: loss_of(s - np.log(q * (q.shape[1] - 1)))

more_09_9_negated = lambda s, q: loss_of(np.log(q) - s)

more_09_9_timeslog = lambda s, q: loss_of(s * np.log(q))

more_09_9_overlog = lambda s, q: loss_of(s / np.log(q))

more_09_9_prob = lambda s, q: np.exp(-loss_of(s - np.log(q)))

more_09_9_minus = lambda s, q: -loss_of(s - np.log(q))

more_09_9_summed = lambda s, q: loss_of(s - np.log(q)).sum()

more_09_9_softmaxed = lambda s, q: loss_of(np.exp(s) / np.exp(s).sum(1, keepdims=True) - np.log(q))

more_09_9_loglog = lambda s, q: loss_of(np.log(np.exp(s) - np.log(q)))

more_09_9_mean_logq = lambda s, q: loss_of(s - np.log(q).mean(1, keepdims=True))

more_09_9_draws_n = lambda s, q: loss_of(s - np.column_stack([np.zeros(len(q)), np.log((q.shape[1] - 1) * q[:, 1:])]))

more_09_9_half = lambda s, q: loss_of(s - 0.5 * np.log(q))

more_09_9_twice = lambda s, q: loss_of(s - 2 * np.log(q))

more_09_9_log_loss_after = lambda s, q: loss_of(s) - np.log(q).mean(1)

more_09_9_one_minus_q = lambda s, q: loss_of(s - (1 - q))

more_09_9_logits_printed = lambda s, q: print_nothing(loss_of(s - np.log(q)))

more_09_9_logexp_eps = lambda s, q: loss_of(s - np.log(q + 0.01))


def more_09_2_inv_at(Q, x, regularisation, alpha):
    Wm = np.diag(1 + alpha * x)
    return np.linalg.inv(Q.T @ Wm @ Q + regularisation * unit_matrix(Q)) @ Q.T @ Wm @ x


def more_09_2_ein(Q, x, regularisation, alpha):
    w = 1 + alpha * x
    return np.linalg.lstsq(
        np.einsum("nd,n,ne->de", Q, w, Q) + regularisation * unit_matrix(Q), np.einsum("nd,n,n->d", Q, w, x), rcond=None
    )[0]


def more_09_2_halfstep(Q, x, regularisation, alpha):
    s = Q[x == 1]
    return solve(Q.T @ Q + alpha * s.T @ s + regularisation * unit_matrix(Q), (1 + alpha) * s.sum(0)).astype("float32")


def more_09_2_augmented(Q, x, regularisation, alpha):
    w = np.sqrt(1 + alpha * x)
    A = np.vstack([Q * w[:, None], np.sqrt(regularisation) * unit_matrix(Q)])
    y = np.append(w * x, np.zeros(Q.shape[1]))
    return np.linalg.lstsq(A, y, rcond=None)[0].tolist()


def more_09_2_kops2(Q, x, regularisation, alpha):
    from keras import ops

    w = 1 + alpha * x
    return ops.solve(
        ops.convert_to_tensor((Q.T * w) @ Q + regularisation * unit_matrix(Q)), ops.convert_to_tensor((Q.T * w) @ x)
    )


def more_09_4_shifted(rng, counts, power, n):
    wt = counts[1:].astype(float) ** power
    return 1 + rng.choice(len(wt), n, p=wt / wt.sum())


def more_09_4_redraw(rng, counts, power, n):
    wt = counts.astype(float) ** power
    p = wt / wt.sum()
    out = rng.choice(len(wt), n, p=p)
    while (out == 0).any():
        out[out == 0] = rng.choice(len(wt), (out == 0).sum(), p=p)
    return out


def more_09_4_cdf(rng, counts, power, n):
    wt = counts.astype(float) ** power
    wt[0] = 0
    return np.searchsorted(np.cumsum(wt) / wt.sum(), rng.random(n), side="right").astype("int32")


def more_09_4_gum(rng, counts, power, n):
    with np.errstate(divide="ignore"):
        lw = np.append(-np.inf, power * np.log(np.maximum(counts[1:], 0)) if power else np.zeros(len(counts) - 1))
    return (lw + rng.gumbel(size=(n, len(counts)))).argmax(1)


def more_09_5_sub(scores, candidates):
    return scores - 1e9 * hits_of(candidates)


def more_09_5_loopy(scores, candidates):
    return [
        [-1e9 if j and c == cs[0] else s for j, (s, c) in enumerate(zip(ss, cs))]
        for ss, cs in zip(scores.tolist(), candidates.tolist())
    ]


def more_09_5_f32(scores, candidates):
    s = scores.astype("float32")
    s[hits_of(candidates)] = -1e9
    return s


def more_09_5_kop3(scores, candidates):
    from keras import ops

    return ops.where(hits_of(candidates), -1e9, scores)


more_09_7_stable = lambda scores: (np.maximum(-gaps(scores), 0) + np.log1p(np.exp(-abs(gaps(scores))))).mean(axis=-1)

more_09_7_loops = lambda scores: [
    sum(float(np.logaddexp(0, o - row[0])) for o in row[1:]) / (len(row) - 1) for row in scores
]


def more_09_7_k7(scores):
    from keras import ops

    return ops.mean(ops.softplus(ops.convert_to_tensor(scores[:, 1:] - scores[:, :1], "float32")), axis=1)


def more_09_7_sc(scores):
    from scipy.special import log_expit

    return -log_expit(gaps(scores)).mean(1)


def more_09_7_where7(scores):
    z = gaps(scores)
    with np.errstate(all="ignore"):
        return np.where(z < -30, -z, np.log1p(np.exp(-z))).mean(1)


more_09_9_by_prob = lambda s, q: -np.log((np.exp(s) / q)[:, 0] / (np.exp(s) / q).sum(1))

more_09_9_loop9 = lambda s, q: [float(np.logaddexp.reduce(a - np.log(b)) - (a[0] - np.log(b[0]))) for a, b in zip(s, q)]

more_09_9_normal9 = lambda s, q: loss_of(s - np.log(q) + 3.0)

more_09_9_f329 = lambda s, q: loss_of((s - np.log(q)).astype("float32"))


def more_09_9_k9(scores, probability):
    from keras import ops

    return -ops.log_softmax(ops.convert_to_tensor(scores - np.log(probability)))[:, 0]


for id, answers in {
    "09.2": [
        (more_09_2_weights_twice_left, "You apply the weights twice on the left"),
        (more_09_2_weights_twice_right, "You apply the weights twice on the right"),
        (more_09_2_weights_twice_both, "You apply the weights twice on both sides"),
        (more_09_2_root_weights, "You took the square root of the"),
        (more_09_2_eye_films, "Shapes do not fit: `left` has shape (dim, dim)"),
        (more_09_2_QQT, "You return one number for each"),
        (more_09_2_QQT_dim, "Shapes do not fit: `left` has shape (dim, dim)"),
        (more_09_2_each_factor_alone, "You solve for each factor separately."),
        (more_09_2_inv_star, "`*` multiplies entry by entry. Solve the syste"),
        (more_09_2_divide, "You divided entry by entry. Solve"),
        (more_09_2_lstsq_tuple, "`np.linalg.lstsq` returns four"),
        (more_09_2_right_not_summed, "You do not add up over the films"),
        (more_09_2_lambda_n, "You multiplied λ by the number of clicks."),
        (more_09_2_lambda_nfilms, "You multiplied λ by the number of films."),
        (more_09_2_lambda_half, "You halved λ. Add it as it is."),
        (more_09_2_lambda_twice, "You doubled λ. Add it as it is."),
        (more_09_2_alpha_lambda_swapped, "λ and α are swapped: λ belongs"),
        (more_09_2_unit, "You divided the factors by their length. Retur"),
        (more_09_2_left_returned, "You return the left side alone. Solve the syst"),
        (more_09_2_right_minus, "The sign is wrong: you return minus the expected"),
        (more_09_2_right_alpha_only, "On the right side, you give a"),
        (more_09_2_right_lambda, "You add λ on the right side as"),
        (more_09_2_one_plus_alpha_all, "On the left side, you give every"),
        (more_09_2_one_plus_alpha_all_both, "On the left side, you give every"),
        (more_09_2_base_plus_one_plus_alpha, "A click has weight 2 + α on your"),
        (more_09_2_diag_lost, None),
        (more_09_2_transposed_Q, "Shapes do not fit: `left` has shape (dim, dim)"),
        (more_09_2_weight_alpha_divided, None),
        (more_09_2_scores_after_no_x, "You return scores. Return the"),
        (more_09_2_printed2, "Your function returned None for one of the inp"),
    ],
    "09.4": [
        (more_09_4_zero_before, "Padding is still drawn: 0 ** 0 is 1. Set its w"),
        (more_09_4_power_after_norm, "Divide the weights by their sum last, after th"),
        (more_09_4_no_replace, "A film may be drawn many times: leave out `rep"),
        (more_09_4_global_rng, "The same generator gives other"),
        (more_09_4_own_seed, "Another generator gives the same"),
        (more_09_4_sorted, "Your draws are sorted, so the"),
        (more_09_4_expected_counts, "Another generator gives the same"),
        (more_09_4_multinom, "You return how often each film was drawn. Retu"),
        (more_09_4_int_power, "Your weights are cut to whole"),
        (more_09_4_special_case, "Padding is still drawn: 0 ** 0 is 1. Set its w"),
        (more_09_4_special_case_short, "The last film is never drawn: `rng.integers(1,"),
        (more_09_4_logc, "With power 1 and counts [0, 40, 9, 0, 1, 16, 4"),
        (more_09_4_times_power, "You do not use the power: film"),
        (more_09_4_softmaxed, "With power 1 and counts [0, 40, 9, 0, 1, 16, 4"),
        (more_09_4_inverse_power, "With power 1 and counts [0, 40, 9, 0, 1, 16, 4"),
        (more_09_4_floats, "Return 20000 film indices, whole numbers;"),
        (more_09_4_resample_pad, "You replace draws of padding"),
        (more_09_4_drop_pad, "You leave out draws of padding, so 17148 of 20"),
        (more_09_4_where_pos, "With power 0 every film should"),
    ],
    "09.5": [
        (more_09_5_mask_only, "You return where the hits are. Return the scor"),
        (more_09_5_scores_compare, "You hid nothing. Compare with"),
        (more_09_5_nan, "NaN is not a score: every sum"),
        (more_09_5_tiny, "A score of 0 does not hide a"),
        (more_09_5_wrong_broadcast, "Shapes do not fit. Keep column 0 two-dimension"),
        (more_09_5_ints, "Your result is truncated to whole numbers"),
        (more_09_5_dropped, "You left out the hits, so the"),
        (more_09_5_column_first_only, None),
        (more_09_5_minus100, "You hide the right scores, but"),
        (more_09_5_whole_row, "You hide the whole row of a hit."),
        (more_09_5_whole_row_negs, "You hide all negatives of a row with a hit. Hi"),
        (more_09_5_times, "You multiply the score by −1e9,"),
        (more_09_5_inplace_view, "Your function changed `scores` itself. Work on"),
        (more_09_5_last_positive, "You compare with the last column. The positive"),
        (more_09_5_first_hit_only, "You stop at the first hit of a row. There can"),
        (more_09_5_off_by_one_last, "You never look at the last column."),
    ],
    "09.7": [
        (more_09_7_naive_log, "Right for small scores, but scores"),
        (more_09_7_naive_log1p, "Right for small scores, but scores"),
        (more_09_7_clipped, "Right for small scores, but for [-500."),
        (more_09_7_clipped500, "Right for small scores, but for [-500."),
        (more_09_7_eps, "A small constant inside the log, or a limit, c"),
        (more_09_7_eps10, "Right for small scores, but for [-500."),
        (more_09_7_clip_sigma, "Right for small scores, but for [-500."),
        (more_09_7_log10, "Your logarithm has base 10. Use the natural one"),
        (more_09_7_log2, "Your logarithm has base 2. Use the natural one"),
        (more_09_7_logaddexp2_plain, "`np.logaddexp2` uses powers of"),
        (more_09_7_divide_by_columns, "You divide by the number of all"),
        (more_09_7_divide_by_rows, "You divide by the number of rows. Take the mea"),
        (more_09_7_last_is_positive, "You use the last column as the"),
        (more_09_7_median, "You took the median of the negatives' losses."),
        (more_09_7_broadcast_bad, "Shapes do not fit in one of your steps: is an"),
        (more_09_7_broadcast_T, "You take the mean over the rows."),
        (more_09_7_rowpos, "You use row 0 as the positive."),
        (more_09_7_keepdims, "The numbers are right, but the shape is not."),
        (more_09_7_minimum, "You use only the easiest negative,"),
        (more_09_7_squared, "You squared the losses. Use them"),
        (more_09_7_logaddexp1, "log(1 + e⁻ᶻ) is `np.logaddexp(0, -z)`: the 1 i"),
        (more_09_7_exploss, "You computed e⁻ᶻ alone. BPR is"),
        (more_09_7_log_only_exp, "That is minus the difference,"),
        (more_09_7_log1m, "The difference is the wrong way"),
        (more_09_7_mean_all_then, "You took the mean over rows and negatives. Tak"),
        (more_09_7_last_neg, "You use only the last negative."),
        (more_09_7_skip_last, "The last negative is left out. Take all column"),
        (more_09_7_maxneg_first, "You use only the hardest negative."),
        (more_09_7_sum_neg_first, "You compare with the sum of the negatives. Com"),
        (more_09_7_printed7, "Your function returned None for one of the inp"),
        (more_09_7_for_return, "You return only the first entry along axis 0."),
        (more_09_7_loop_list_each, "You have a loss for each negative. Take the me"),
        (more_09_7_inplace7, "The result is right, but your function changes"),
    ],
    "09.9": [
        (more_09_9_log1p, "You subtracted log(1 + q), `np.log1p`."),
        (more_09_9_col0_for_all, "Nothing is corrected. Subtract"),
        (more_09_9_exp_over_q, "You divided e to the power of"),
        (more_09_9_normalised0, "You divided the probabilities"),
        (more_09_9_negated, "All logits have the wrong sign:"),
        (more_09_9_timeslog, "You multiplied the score by log"),
        (more_09_9_overlog, "You divided the score by log"),
        (more_09_9_prob, "You return the probability of the positive. Th"),
        (more_09_9_minus, "The sign is wrong: you return minus the expected"),
        (more_09_9_summed, "You took the sum over axis 0, which should sta"),
        (more_09_9_softmaxed, "You corrected scores that have"),
        (more_09_9_loglog, None),
        (more_09_9_mean_logq, "Nothing is corrected. Subtract"),
        (more_09_9_draws_n, "That is the form with the right"),
        (more_09_9_half, "You subtracted half of log q."),
        (more_09_9_twice, "You subtracted log q twice. Once"),
        (more_09_9_log_loss_after, "You corrected the loss by the"),
        (more_09_9_one_minus_q, "You subtracted 1 − q. Subtract"),
        (more_09_9_logits_printed, "Your function returned None for one of the inp"),
        (more_09_9_logexp_eps, None),
    ],
}.items():
    NATURAL[id] = [*NATURAL.get(id, []), *answers]

for id, answers in {
    "09.9": [
        more_09_9_normalised,
        more_09_9_nq,
        more_09_9_by_prob,
        more_09_9_loop9,
        more_09_9_normal9,
        more_09_9_f329,
        more_09_9_k9,
    ],
    "09.2": [more_09_2_inv_at, more_09_2_ein, more_09_2_halfstep, more_09_2_augmented, more_09_2_kops2],
    "09.4": [more_09_4_shifted, more_09_4_redraw, more_09_4_cdf, more_09_4_gum],
    "09.5": [more_09_5_sub, more_09_5_loopy, more_09_5_f32, more_09_5_kop3],
    "09.7": [more_09_7_stable, more_09_7_loops, more_09_7_k7, more_09_7_sc, more_09_7_where7],
}.items():
    RIGHT[id] = [*RIGHT.get(id, []), *answers]
