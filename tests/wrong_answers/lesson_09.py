"""Typical wrong answers of lesson 09; each must be refused, each with its own hint."""

import numpy as np


def _solve(Q, x, left_weight, right_weight, penalty):
    return np.linalg.solve((Q.T * left_weight) @ Q + penalty, (Q.T * right_weight) @ x)


def _eye(Q, regularisation):
    return regularisation * np.eye(Q.shape[1])


def clicked_films_only(Q, x, regularisation, alpha):
    weight = (1 + alpha) * x
    return _solve(Q, x, weight, weight, _eye(Q, regularisation))


def right_side_without_weights(Q, x, regularisation, alpha):
    return _solve(Q, x, 1 + alpha * x, np.ones(len(x)), _eye(Q, regularisation))


def all_films_alike(Q, x, regularisation, alpha):
    return np.linalg.solve(Q.T @ Q + _eye(Q, regularisation), Q.T @ x)


def without_penalty(Q, x, regularisation, alpha):
    weight = 1 + alpha * x
    return _solve(Q, x, weight, weight, 0)


def penalty_everywhere(Q, x, regularisation, alpha):
    weight = 1 + alpha * x
    return _solve(Q, x, weight, weight, regularisation)


def two_sides_returned(Q, x, regularisation, alpha):
    weight = 1 + alpha * x
    return (Q.T * weight) @ Q + _eye(Q, regularisation), (Q.T * weight) @ x


def right_side_without_x(Q, x, regularisation, alpha):
    weight = 1 + alpha * x
    return np.linalg.solve((Q.T * weight) @ Q + _eye(Q, regularisation), (Q.T * weight).sum(axis=1))


def up_to_n_users(sizes, seen):
    return [film for film in range(1, sizes["n_users"] + 1) if film not in set(seen)]


def with_padding_and_without_the_last(sizes, seen):
    return sorted(set(range(sizes["n_items"])) - set(seen))


def with_padding(sizes, seen):
    return sorted(set(range(sizes["n_items"] + 1)) - set(seen))


def without_the_last(sizes, seen):
    return sorted(set(range(1, sizes["n_items"])) - set(seen))


def with_the_seen(sizes, seen):
    return np.arange(1, sizes["n_items"] + 1)


def mask_hides_the_positive(scores, candidates):
    return np.where(candidates == candidates[:, :1], -1e9, scores)


def mask_of_the_whole_batch(scores, candidates):
    is_hit = np.isin(candidates, candidates[:, 0])
    is_hit[:, 0] = False
    return np.where(is_hit, -1e9, scores)


def _hits(candidates):
    is_hit = candidates == candidates[:, :1]
    is_hit[:, 0] = False
    return is_hit


def mask_with_zero(scores, candidates):
    return np.where(_hits(candidates), 0, scores)


def mask_with_plus(scores, candidates):
    return np.where(_hits(candidates), 1e9, scores)


def mask_with_infinity(scores, candidates):
    return np.where(_hits(candidates), -np.inf, scores)


def mask_turned_round(scores, candidates):
    hidden = ~_hits(candidates)
    hidden[:, 0] = False
    return np.where(hidden, -1e9, scores)


def mask_forgotten(scores, candidates):
    return scores * 1.0


def mask_in_place(scores, candidates):
    scores[_hits(candidates)] = -1e9
    return scores


def bpr_as_one_minus_sigmoid(scores):
    distance = scores[:, :1] - scores[:, 1:]
    return (1 - 1 / (1 + np.exp(-distance))).mean(axis=1)


def bpr_wrong_way_round(scores):
    return np.logaddexp(0, scores[:, :1] - scores[:, 1:]).mean(axis=1)


def bpr_negative(scores):
    return -np.logaddexp(0, scores[:, 1:] - scores[:, :1]).mean(axis=1)


def bpr_sigmoid_alone(scores):
    return (1 / (1 + np.exp(scores[:, 1:] - scores[:, :1]))).mean(axis=1)


def bpr_sum(scores):
    return np.logaddexp(0, scores[:, 1:] - scores[:, :1]).sum(axis=1)


def bpr_of_the_batch(scores):
    return np.logaddexp(0, scores[:, 1:] - scores[:, :1]).mean()


def bpr_of_each_negative(scores):
    return np.logaddexp(0, scores[:, 1:] - scores[:, :1])


def bpr_with_column_0(scores):
    return np.logaddexp(0, scores - scores[:, :1]).mean(axis=1)


def bpr_of_the_mean_negative(scores):
    return np.logaddexp(0, scores[:, 1:].mean(axis=1) - scores[:, 0])


def bpr_over_the_rows(scores):
    return np.logaddexp(0, scores[:, 1:] - scores[:, :1]).mean(axis=0)


def bpr_mean_before_the_log(scores):
    return -np.log((1 / (1 + np.exp(scores[:, 1:] - scores[:, :1]))).mean(axis=1))


def bpr_that_overflows(scores):
    distance = scores[:, :1] - scores[:, 1:]
    with np.errstate(all="ignore"):
        return np.log(1 + np.exp(-distance)).mean(axis=1)


def _loss(logits):
    return np.log(np.exp(logits).sum(axis=1)) - logits[:, 0]


def logq_added(scores, chances):
    return _loss(scores + np.log(chances))


def chance_without_log(scores, chances):
    return _loss(scores - chances)


def score_divided(scores, chances):
    return _loss(scores / chances)


def negatives_only(scores, chances):
    return _loss(np.column_stack([scores[:, 0], scores[:, 1:] - np.log(chances[:, 1:])]))


def positive_only(scores, chances):
    return _loss(np.column_stack([scores[:, 0] - np.log(chances[:, 0]), scores[:, 1:]]))


def not_corrected(scores, chances):
    return _loss(scores)


def log_of_base_ten(scores, chances):
    return _loss(scores - np.log10(chances))


def log_of_base_two(scores, chances):
    return _loss(scores - np.log2(chances))


def logits_returned(scores, chances):
    return scores - np.log(chances)


def one_number(scores, chances):
    return _loss(scores - np.log(chances)).mean()


def _drawn(rng, weight, n):
    return rng.choice(len(weight), n, p=weight / weight.sum())


def draw_as_given(rng, counts, power, n):
    return _drawn(rng, np.power(counts.astype(float), power), n)


def draw_clicked_only(rng, counts, power, n):
    return _drawn(rng, np.where(counts > 0, counts.astype(float) ** power, 0), n)


def draw_without_power(rng, counts, power, n):
    return _drawn(rng, counts.astype(float), n)


def draw_uniform(rng, counts, power, n):
    return rng.integers(1, len(counts), n)


def draw_rare_more(rng, counts, power, n):
    return _drawn(rng, np.where(np.arange(len(counts)) > 0, np.maximum(counts, 1.0) ** -power, 0), n)


def draw_one_too_low(rng, counts, power, n):
    return _drawn(rng, counts[1:].astype(float) ** power, n)


def draw_with_one_more(rng, counts, power, n):
    weight = (counts + 1.0) ** power
    weight[0] = 0
    return _drawn(rng, weight, n)


WRONG = {
    "09.2": [
        (clicked_films_only, "You use only the clicked films."),
        (right_side_without_weights, "missing on the right side"),
        (all_films_alike, "You give all films the same weight."),
        (without_penalty, "is missing"),
        (penalty_everywhere, "diagonal only"),
        (two_sides_returned, "two sides"),
        (right_side_without_x, "x is missing on the right side:"),
    ],
    "09.4": [
        (draw_as_given, "Padding is still drawn"),
        (draw_clicked_only, "also one that nobody clicked"),
        (draw_without_power, "You do not use the power: film"),
        (draw_uniform, "All films are equally likely,"),
        (draw_rare_more, "rare films"),
        (draw_one_too_low, "one too low"),
        (draw_with_one_more, "add 1 to each count"),
    ],
    "09.5": [
        (mask_hides_the_positive, "the positive as well"),
        (mask_of_the_whole_batch, "*any* row"),
        (mask_with_zero, "does not hide"),
        (mask_with_plus, "+1e9 makes the hit the highest"),
        (mask_with_infinity, "−inf"),
        (mask_turned_round, "*not* hits"),
        (mask_forgotten, "You hid nothing. Compare with"),
        (mask_in_place, "itself"),
    ],
    "09.6": [
        (0, "the loss is not"),
        (0.5, "That is σ(0)"),
        (-0.6931, "The sign"),
        (0.127, "looks at the difference"),
        (0.301, "base 10"),
        (2.126, "Subtract the two"),
    ],
    "09.7": [
        (bpr_as_one_minus_sigmoid, "1 − σ"),
        (bpr_wrong_way_round, "wrong way round"),
        (bpr_negative, "That is log σ"),
        (bpr_sigmoid_alone, "That is σ alone"),
        (bpr_sum, "added up"),
        (bpr_of_the_batch, "whole batch"),
        (bpr_of_each_negative, "for each negative"),
        (bpr_with_column_0, "Begin with column 1"),
        (bpr_of_the_mean_negative, "mean of the negatives"),
        (bpr_over_the_rows, "axis 1"),
        (bpr_mean_before_the_log, "mean of the σ"),
        (bpr_that_overflows, "overflow"),
    ],
    "09.9": [
        (logq_added, "The sign"),
        (chance_without_log, "not its logarithm"),
        (score_divided, "divided the score"),
        (negatives_only, "You correct only the negatives."),
        (positive_only, "You correct only the positive."),
        (not_corrected, "Nothing is corrected"),
        (log_of_base_ten, "base 10"),
        (log_of_base_two, "base 2"),
        (logits_returned, "These are the corrected logits"),
        (one_number, "whole batch"),
    ],
    "09.10": [
        ("BCDAF", "Line C"),
        ("BEDFA", "loss comes last"),
        ("EBDAF", "Line E needs `scores`, so B comes"),
        ("BEADF", "so D comes before"),
        ("BDAEF", "Line A masks the `logits` that"),
        ("BEAF", "each of the letters"),
    ],
    "09.11": [
        (1007, "That compares full with sampled"),
        (9066, "number of films"),
        (32, "`DIM`"),
        (671, "number of users"),
        (50, "Divide"),
    ],
}
