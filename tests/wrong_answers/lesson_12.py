"""Typical wrong answers of lesson 12; each must be refused, each with its own hint."""

import numpy as np


def softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def attention(hide=-np.inf, divide=None, is_past=lambda n: np.tri(n, dtype=bool), axis=-1):
    def function(q, k, v):
        length, size = q.shape[1:]
        scores = q @ k.transpose(0, 2, 1) / (np.sqrt(size) if divide is None else divide(length, size))
        return softmax(np.where(is_past(length), scores, hide), axis) @ v

    return function


def attention_of_nobody(q, k, v):
    with np.errstate(invalid="ignore"):
        return attention(is_past=lambda n: np.tri(n, k=-1, dtype=bool))(q, k, v)


def attention_masked_after(q, k, v):
    weights = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1]))
    return np.where(np.tri(q.shape[1], dtype=bool), weights, 0) @ v


def attention_weights_only(q, k, v):
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])
    return softmax(np.where(np.tri(q.shape[1], dtype=bool), scores, -np.inf))


def attention_by_size_of_values(q, k, v):
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(v.shape[-1])
    return softmax(np.where(np.tri(q.shape[1], dtype=bool), scores, -np.inf)) @ v


def attention_inverted(q, k, v):
    with np.errstate(invalid="ignore"):
        return attention(is_past=lambda n: ~np.tri(n, dtype=bool))(q, k, v)


def scores_of_heads(divide=None, spec="bhqs,bhks->bhqk"):
    def function(q, k):
        return np.einsum(spec, q, k) / (np.sqrt(q.shape[-1]) if divide is None else divide(q))

    return function


def scores_after_softmax(q, k):
    return softmax(scores_of_heads()(q, k))


def weights_unmended(scores, is_real):
    return softmax(np.where(is_real[:, None, :], -1e9, scores))


def weights_by_row_and_column(scores, is_real):
    return softmax(np.where(is_real[:, None, :] & is_real[:, :, None], scores, -1e9))


def weights_by_row(scores, is_real):
    return softmax(np.where(is_real[:, :, None], scores, -1e9))


def weights_hidden_by_zero(scores, is_real):
    return softmax(scores * is_real[:, None, :])


def weights_without_mask(scores, is_real):
    return softmax(scores)


def weights_cut_after(scores, is_real):
    return softmax(scores) * is_real[:, None, :]


def cost(z):
    return np.logaddexp(0, z)


def bce_mean(logits):
    return cost(-logits[..., 0]) + cost(logits[..., 1:]).mean(axis=-1)


def bce_softmax(logits):
    return np.log(np.exp(logits).sum(axis=-1)) - logits[..., 0]


def bce_without_target(logits):
    return cost(logits[..., 1:]).sum(axis=-1)


def bce_turned_round(logits):
    return cost(logits[..., 0]) + cost(-logits[..., 1:]).sum(axis=-1)


def bce_target_twice(logits):
    return cost(-logits[..., 0]) + cost(logits).sum(axis=-1)


def bce_target_as_a_no(logits):
    return cost(logits).sum(axis=-1)


def bce_all_yes(logits):
    return cost(-logits).sum(axis=-1)


def bce_mean_of_all(logits):
    return np.concatenate([cost(-logits[..., :1]), cost(logits[..., 1:])], axis=-1).mean(axis=-1)


def bce_of_one(logits):
    return cost(-logits[..., 0]) + cost(logits[..., 1])


def bce_in_one_number(logits):
    return (cost(-logits[..., 0]) + cost(logits[..., 1:]).sum(axis=-1)).sum()


def bce_that_overflows(logits):
    with np.errstate(over="ignore"):
        return np.log(1 + np.exp(-logits[..., 0])) + np.log(1 + np.exp(logits[..., 1:])).sum(axis=-1)


WRONG = {
    "12.1": [
        (0.0, "own value"),
        (4, "all the weight"),
        (1.5, "scary number"),
        (1.33, "three positions"),
        (3, "both keys"),
    ],
    "12.2": [
        (attention(is_past=lambda n: np.ones((n, n), bool)), "There is no mask: every film"),
        (attention(is_past=lambda n: np.tri(n, dtype=bool).T), "Your mask is transposed: films"),
        (attention(hide=-1e9, is_past=lambda n: np.tri(n, k=-1, dtype=bool)), "look at itself"),
        (attention_of_nobody, "0 / 0 is NaN"),
        (attention_inverted, "mask is inverted"),
        (attention(hide=-1e9, is_past=lambda n: ~np.tri(n, dtype=bool)), "wrong way round"),
        (attention_weights_only, "Those are the weights"),
        (attention_by_size_of_values, "size of a *value*"),
        (attention(divide=lambda length, size: 1), "not divided"),
        (attention(divide=lambda length, size: size), "Divide by its square root"),
        (attention(divide=lambda length, size: np.sqrt(length)), "root of the length"),
        (attention(hide=0), "set hidden scores to 0"),
        (attention_masked_after, "after the softmax"),
        (attention(axis=1), "runs over the films that ask"),
    ],
    "12.3": [
        (
            scores_of_heads(divide=lambda q: 1),
            "The scores are not divided. Divide them by the square root of the size of one",
        ),
        (scores_of_heads(divide=lambda q: q.shape[-1]), "Divide by its square root"),
        (
            scores_of_heads(divide=lambda q: np.sqrt(q.shape[1] * q.shape[-1])),
            "You divide by the square root of the size of all",
        ),
        (scores_of_heads(divide=lambda q: np.sqrt(q.shape[2])), "root of the length"),
        (scores_of_heads(divide=lambda q: np.sqrt(q.shape[1])), "number of heads"),
        (scores_after_softmax, "weights already"),
        (scores_of_heads(spec="bhqs,bhks->bhkq"), "swapped"),
        (scores_of_heads(spec="bhqs,bhks->bqk"), "You added up the heads. Keep"),
    ],
    "12.4": [
        (weights_unmended, "All weight still falls on padding"),
        (weights_by_row_and_column, "padded *rows* as well"),
        (weights_by_row, "that ask (rows)"),
        (weights_hidden_by_zero, "0 still gets weight"),
        (weights_without_mask, "You removed the mask, so padding"),
        (weights_cut_after, "after the softmax"),
    ],
    "12.7": [
        (10_000, "2,500 times four"),
        (40_000, "That is one head over 200 positions,"),
        (800, "length times length"),
        (80_000, "all the same"),
        (7, "200 positions ask"),
    ],
    "12.8": [
        (bce_mean, "averaged"),
        (bce_softmax, "This is softmax"),
        (bce_without_target, "You left out the target: its"),
        (bce_turned_round, "swapped"),
        (bce_target_twice, "as a no, too"),
        (bce_target_as_a_no, "the target as a no. Its cost"),
        (bce_all_yes, "every film as a yes"),
        (bce_mean_of_all, "averaged over all costs"),
        (bce_of_one, "You count only the first wrong"),
        (bce_in_one_number, "added up everything"),
        (bce_that_overflows, "900 overflows"),
    ],
    "12.10": [
        (6, "a second, not a film"),
        (2, "In id order, 2 comes first among"),
        (7, "7 and 8 share second 6 with 2."),
        (9, "its second is 5"),
        (4, "Which one is last"),
    ],
}
