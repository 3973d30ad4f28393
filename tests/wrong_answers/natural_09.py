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
        (wrong_09_2_clicked_only, "Yours counts the clicked films alone. A film"),
        (wrong_09_2_right_unweighted, "The right side misses the weights: a click"),
        (wrong_09_2_left_unweighted, "The left side misses the weights: a click"),
        (wrong_09_2_no_alpha, "All films weigh the same in yours. A click"),
        (wrong_09_2_no_lambda, "The penalty λ is missing on the left side."),
        (wrong_09_2_lambda_everywhere, "λ belongs on the diagonal only: regularisation"),
        (wrong_09_2_no_x, "The right side misses x: only clicked films"),
        (wrong_09_2_alpha_not_plus_one, "A click weighs 1 + α; yours weighs α."),
        (wrong_09_2_alpha_x, "Two mistakes. Yours counts the clicked films"),
        (wrong_09_2_weights_zero, "Yours counts the clicked films alone. A film"),
        (wrong_09_2_minus_lambda, "λ is added on the left side, not subtracted."),
        (wrong_09_2_lambda_squared, "λ is squared in yours. Add it as it is."),
        (wrong_09_2_sides, "These are the two sides of the system. Return"),
        (wrong_09_2_right_only, "You return the right side alone. Solve the"),
        (wrong_09_2_scores, "You return scores. The factors of the user are"),
    ],
    "09.4": [
        (wrong_09_4_given, "Padding is still drawn: 0 ** 0 is 1. Set its"),
        (wrong_09_4_clicked, "With power 0 every film is drawn alike, also"),
        (wrong_09_4_zero_special, "Padding is still drawn: 0 ** 0 is 1. Set its"),
        (wrong_09_4_before_power, "Padding is still drawn: 0 ** 0 is 1. Set its"),
        (wrong_09_4_p_power, None),
        (wrong_09_4_shifted, "Your films are one too low: without index 0,"),
        (wrong_09_4_uniform_no_last, None),
        (wrong_09_4_smoothing, "You add 1 to each count, which changes all"),
        (wrong_09_4_power_ignored, "The power is not used: film i has the weight"),
        (wrong_09_4_films_repeated, "The power is not used: film i has the weight"),
        (wrong_09_4_no_replacement, "Return 20000 indices of films, whole numbers;"),
        (wrong_09_4_in_place, "Your function changed `counts`, which the next"),
    ],
    "09.5": [
        (wrong_09_5_positive, "You hid the positive as well: column 0 equals"),
        (wrong_09_5_zero, "A score of 0 does not hide: e⁰ is 1, and BPR"),
        (wrong_09_5_inf, "−inf hides too, but a mean over it is infinite,"),
        (wrong_09_5_plus, "+1e9 puts the hit on top of everything. It must"),
        (wrong_09_5_inverted, "You hide the column of the positive and all"),
        (wrong_09_5_any_row, "You hid every film that is a positive of *any*"),
        (wrong_09_5_nan, "Entry [0, 1] is NaN: is something divided by"),
        (wrong_09_5_minus_one, "−1 does not hide: other scores lie below it."),
        (wrong_09_5_diagonal, "You compare with the positive of the *first*"),
        (wrong_09_5_first_negative, "Only the first negative is looked at. All"),
        (wrong_09_5_in_place, "Your function changed `scores` itself. Work on"),
        (wrong_09_5_mask, "Every entry of yours is 0 times what is asked"),
        (wrong_09_5_subtract, "Nothing is hidden in yours. Compare with"),
        (wrong_09_5_only_negatives, "The positive is missing: return all columns,"),
        (wrong_09_5_repeated, "You hide every film that stands twice in a row."),
    ],
    "09.7": [
        (wrong_09_7_one_minus, "You computed 1 − σ. Its slope vanishes where"),
        (wrong_09_7_reversed, "The distance is the wrong way round: positive"),
        (wrong_09_7_sign, "That is log σ, which is negative. The loss is"),
        (wrong_09_7_sum, "You added up the negatives. Their mean is asked"),
        (wrong_09_7_with_itself, "Column 0 is compared with itself in yours,"),
        (wrong_09_7_total, "One number for the whole batch: return one loss"),
        (wrong_09_7_unmeaned, "You have a loss for each negative. Take the"),
        (wrong_09_7_axis0, "The mean runs over the rows in yours. Take it"),
        (wrong_09_7_naive, "Right for small numbers, but scores 1,000 apart"),
        (wrong_09_7_mean_negative, "You compare with the mean of the negatives."),
        (wrong_09_7_hinge, "That is a hinge loss, max(0, 1 − difference)."),
        (wrong_09_7_difference, "That is the difference itself. Put it into σ"),
        (wrong_09_7_softmax, "That is the softmax loss, which compares all"),
        (wrong_09_7_bce, "That is binary cross-entropy: each score alone."),
        (wrong_09_7_max_negative, "Only the hardest negative counts in yours. Take"),
        (wrong_09_7_first_negative, "Only the first negative counts in yours. Take"),
        (wrong_09_7_sigmoid, "That is σ alone. Take −log of it."),
        (wrong_09_7_log10, "Your logarithm has base 10; the natural one,"),
    ],
    "09.9": [
        (wrong_09_9_plus, "The sign: + log q makes it worse, popular films"),
        (wrong_09_9_none, "Nothing is corrected in yours. Take log q off"),
        (wrong_09_9_q, "You took q off, not its logarithm: e to the"),
        (wrong_09_9_div, "You divided the score by q. Divide e to the"),
        (wrong_09_9_times, "You multiplied the score by q. Take log q off"),
        (wrong_09_9_logits, "These are the corrected logits. Return"),
        (wrong_09_9_log_scores, "You took the logarithm of the scores. It is q"),
        (wrong_09_9_mean, "One number for the whole batch: return one loss"),
        (wrong_09_9_log2, "You used the logarithm of base 2. The softmax"),
        (wrong_09_9_after, "You correct the loss at the end. The *logits*"),
        (wrong_09_9_positive_only, "Only the positive is corrected. The negatives"),
        (wrong_09_9_one_minus, "You take log(1 − q) off. It is log q."),
        (wrong_09_9_n, "Yours is `scores.shape[1]` times too small: is"),
        (wrong_09_9_sign, "The sign is wrong: yours is minus what is asked"),
    ],
}

RIGHT = {
    "09.2": [right_09_2_gram, right_09_2_lstsq],
    "09.4": [right_09_4_shift_back, right_09_4_cumsum],
    "09.5": [right_09_5_copy, right_09_5_loop],
    "09.7": [right_09_7_loop, right_09_7_where],
    "09.9": [right_09_9_direct, right_09_9_loop],
}
