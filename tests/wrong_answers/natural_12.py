"""Natural answers of lesson 12: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

# ruff: noqa: E731 - this is how learners write

import numpy as np


def softmax(s, axis=-1):
    p = np.exp(s - s.max(axis=axis, keepdims=True))
    return p / p.sum(axis=axis, keepdims=True)


def sc(q, k):
    return q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])


def wrong_12_2_k1(q, k, v):
    n = q.shape[1]
    return softmax(np.where(np.tri(n, k=1, dtype=bool), sc(q, k), -np.inf)) @ v


def wrong_12_2_minus_ten(q, k, v):
    n = q.shape[1]
    return softmax(np.where(np.tri(n, dtype=bool), sc(q, k), -10)) @ v


def wrong_12_2_times_mask(q, k, v):
    n = q.shape[1]
    return softmax(sc(q, k) * np.tri(n)) @ v


def wrong_12_2_triu(q, k, v):
    n = q.shape[1]
    return softmax(np.where(np.triu(np.ones((n, n), bool)), sc(q, k), -np.inf)) @ v


def wrong_12_2_no_softmax(q, k, v):
    n = q.shape[1]
    return (sc(q, k) * np.tri(n)) @ v


def wrong_12_2_mask_added_as_one(q, k, v):
    n = q.shape[1]
    return softmax(sc(q, k) + np.tri(n)) @ v


def wrong_12_2_no_mask_no_scale(q, k, v):
    return softmax(q @ k.transpose(0, 2, 1)) @ v


def wrong_12_2_swapped_qk(q, k, v):
    n = q.shape[1]
    return softmax(np.where(np.tri(n, dtype=bool), sc(k, q), -np.inf)) @ v


def wrong_12_2_values_from_k(q, k, v):
    n = q.shape[1]
    return softmax(np.where(np.tri(n, dtype=bool), sc(q, k), -np.inf)) @ k


def wrong_12_2_scores_only(q, k, v):
    n = q.shape[1]
    return np.where(np.tri(n, dtype=bool), sc(q, k), -np.inf)


def wrong_12_2_multiplied_scale(q, k, v):
    n = q.shape[1]
    return softmax(np.where(np.tri(n, dtype=bool), q @ k.transpose(0, 2, 1) * np.sqrt(q.shape[-1]), -np.inf)) @ v


def wrong_12_2_masked_after_renorm(q, k, v):
    return (softmax(sc(q, k)) * np.tri(q.shape[1])) @ v


def right_12_2_loops(q, k, v):
    out = np.zeros((*q.shape[:2], v.shape[-1]))
    for b in range(len(q)):
        for t in range(q.shape[1]):
            s = np.array([q[b, t] @ k[b, u] for u in range(t + 1)]) / q.shape[2] ** 0.5
            w = np.exp(s - max(s))
            out[b, t] = (w / w.sum()) @ v[b, : t + 1]
    return out


def right_12_2_float32_1e9(q, k, v):
    q, k, v = (a.astype("float32") for a in (q, k, v))
    return softmax(sc(q, k) - np.float32(1e9) * (1 - np.tri(q.shape[1], dtype="float32"))) @ v


def right_12_2_weights_renormalised(q, k, v):
    w = softmax(sc(q, k)) * np.tri(q.shape[1])
    return np.einsum("bqk,bkd->bqd", w / w.sum(-1, keepdims=True), v)


def hs(q, k):
    return np.einsum("bhqs,bhks->bhqk", q, k)


def wrong_12_3_no_scale(q, k):
    return hs(q, k)


def wrong_12_3_by_size(q, k):
    return hs(q, k) / q.shape[-1]


def wrong_12_3_by_len(q, k):
    return hs(q, k) / np.sqrt(len(q))


def wrong_12_3_swapped(q, k):
    return hs(k, q) / np.sqrt(q.shape[-1])


def wrong_12_3_times(q, k):
    return hs(q, k) * np.sqrt(q.shape[-1])


def wrong_12_3_softmaxed(q, k):
    return softmax(hs(q, k) / np.sqrt(q.shape[-1]))


def wrong_12_3_transpose_wrong(q, k):
    return q @ k.transpose(0, 1, 3, 2)


def wrong_12_3_kT(q, k):
    return q @ k.T


def wrong_12_3_mean_heads(q, k):
    return (hs(q, k) / np.sqrt(q.shape[-1])).mean(axis=1)


def wrong_12_3_sum_over_heads_scale(q, k):
    return hs(q, k) / np.sqrt(q.shape[1] * q.shape[3])


def wrong_12_3_masked(q, k):
    return np.where(np.tri(q.shape[2], dtype=bool), hs(q, k) / np.sqrt(q.shape[-1]), -np.inf)


def wrong_12_3_norm(q, k):
    return hs(q, k) / np.linalg.norm(k, axis=-1)[:, :, None, :]


def right_12_3_matmul(q, k):
    return (q / q.shape[-1] ** 0.5) @ np.swapaxes(k, -1, -2)


def right_12_3_loop(q, k):
    return [[(a @ b.T / len(b[0]) ** 0.5).tolist() for a, b in zip(x, y)] for x, y in zip(q, k)]


def right_12_3_float32(q, k):
    return hs(q.astype("float32"), k.astype("float32")) / np.sqrt(np.float32(q.shape[-1]))


def wrong_12_4_still(scores, is_real):
    return softmax(np.where(is_real[:, None, :], -1e9, scores))


def wrong_12_4_rows(scores, is_real):
    return softmax(np.where(is_real[:, :, None], scores, -1e9))


def wrong_12_4_zero(scores, is_real):
    return softmax(np.where(is_real[:, None, :], scores, 0))


def wrong_12_4_inf_plus(scores, is_real):
    return softmax(np.where(is_real[:, None, :], scores, 1e9))


def wrong_12_4_axis1(scores, is_real):
    return softmax(np.where(is_real[:, None, :], scores, -1e9), axis=1)


def wrong_12_4_no_softmax(scores, is_real):
    return np.where(is_real[:, None, :], scores, -1e9)


def wrong_12_4_minus_ten(scores, is_real):
    return softmax(np.where(is_real[:, None, :], scores, -10))


def wrong_12_4_minus_one(scores, is_real):
    return softmax(np.where(is_real[:, None, :], scores, -1))


def wrong_12_4_after(scores, is_real):
    return np.where(is_real[:, None, :], softmax(scores), 0)


def wrong_12_4_not_mask_twice(scores, is_real):
    return softmax(np.where(~is_real[:, None, :], scores, -1e9))


def wrong_12_4_times(scores, is_real):
    return softmax(scores * is_real[:, None, :])


def right_12_4_inf(scores, is_real):
    return softmax(np.where(is_real[:, None, :], scores, -np.inf))


def right_12_4_swapped(scores, is_real):
    return softmax(np.where(~is_real[:, None, :], -1e9, scores))


def right_12_4_loop(scores, is_real):
    out = np.zeros_like(scores)
    for b in range(len(scores)):
        for t in range(scores.shape[1]):
            out[b, t, is_real[b]] = softmax(scores[b, t, is_real[b]])
    return out.tolist()


c = lambda z: np.logaddexp(0, z)


def sgm(z):
    return 1 / (1 + np.exp(-z))


def wrong_12_8_mean(logits):
    return c(-logits[..., 0]) + c(logits[..., 1:]).mean(axis=-1)


def wrong_12_8_naive(logits):
    p = sgm(logits)
    return -np.log(p[..., 0]) - np.log(1 - p[..., 1:]).sum(axis=-1)


def wrong_12_8_plus(logits):
    p = sgm(np.clip(logits, -30, 30))
    return np.log(p[..., 0]) + np.log(1 - p[..., 1:]).sum(axis=-1)


def wrong_12_8_softmax(logits):
    p = np.exp(logits - logits.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    return -np.log(p[..., 0])


def wrong_12_8_no_target(logits):
    return c(logits[..., 1:]).sum(axis=-1)


def wrong_12_8_only_target(logits):
    return c(-logits[..., 0])


def wrong_12_8_last_is_target(logits):
    return c(-logits[..., -1]) + c(logits[..., :-1]).sum(axis=-1)


def wrong_12_8_total_mean(logits):
    return (c(-logits[..., 0]) + c(logits[..., 1:]).sum(axis=-1)).mean()


def wrong_12_8_per_entry(logits):
    t = np.zeros(logits.shape)
    t[..., 0] = 1
    return c(logits) - t * logits


def wrong_12_8_clipped(logits):
    z = np.clip(logits, -50, 50)
    return c(-z[..., 0]) + c(z[..., 1:]).sum(axis=-1)


def wrong_12_8_axis1(logits):
    return c(-logits[:, :, 0]) + c(logits[:, :, 1:]).sum(axis=1)[:, :1]


def wrong_12_8_eps(logits):
    p = sgm(logits)
    return -np.log(p[..., 0] + 1e-7) - np.log(1 - p[..., 1:] + 1e-7).sum(axis=-1)


def wrong_12_8_bpr(logits):
    return c(logits[..., 1:] - logits[..., :1]).sum(axis=-1)


def right_12_8_entry_sum(logits):
    t = np.zeros(logits.shape)
    t[..., 0] = 1
    return (np.maximum(logits, 0) - logits * t + np.log1p(np.exp(-abs(logits)))).sum(-1)


def right_12_8_loops(logits):
    return [[float(c(-r[0]) + sum(c(x) for x in r[1:])) for r in rows] for rows in logits]


NATURAL = {
    "12.2": [
        (wrong_12_2_k1, "Your mask lets each film see the next one, its"),
        (wrong_12_2_minus_ten, "You hide with −10, which still"),
        (wrong_12_2_times_mask, "You set hidden scores to 0. A score of 0 still"),
        (wrong_12_2_triu, "Your mask is transposed: films"),
        (wrong_12_2_no_softmax, "The softmax is missing: scores"),
        (wrong_12_2_mask_added_as_one, "You add the mask to the scores."),
        (wrong_12_2_no_mask_no_scale, "Two mistakes. There is no mask: every film looks at"),
        (wrong_12_2_swapped_qk, "q and k are swapped: rows belong to the film"),
        (wrong_12_2_values_from_k, "You average the keys. The weights belong to the"),
        (wrong_12_2_scores_only, "Those are the masked scores. Apply the softmax,"),
        (wrong_12_2_multiplied_scale, "You multiply by the square root of the size. Divide"),
        (wrong_12_2_masked_after_renorm, "You mask after the softmax, so the weights of a"),
    ],
    "12.3": [
        (wrong_12_3_no_scale, "The scores are not divided. Divide them by the square root of the size of one"),
        (wrong_12_3_by_size, "You divide by the size itself. Divide by its"),
        (wrong_12_3_by_len, "You divide by the square root of the batch"),
        (wrong_12_3_swapped, "Rows and columns are swapped: the film that"),
        (wrong_12_3_times, "You multiply by the square root of the size. Divide"),
        (wrong_12_3_softmaxed, "These are weights already. Return"),
        (wrong_12_3_transpose_wrong, "The scores are not divided. Divide them by the square root of the size of one"),
        (wrong_12_3_kT, "`k.T` reverses *all* axes. Swap"),
        (wrong_12_3_mean_heads, "You took the mean over axis 1, which should"),
        (wrong_12_3_sum_over_heads_scale, "You divide by the square root of the size of all"),
        (wrong_12_3_masked, "You applied a causal mask. Return"),
        (wrong_12_3_norm, "You divide by the length of each"),
    ],
    "12.4": [
        (wrong_12_4_still, "All weight still falls on padding. `np.where`"),
        (wrong_12_4_rows, "You mask the films that ask (rows). Hide those"),
        (wrong_12_4_zero, "You set the scores of padding to 0, and 0 still"),
        (wrong_12_4_inf_plus, "You hide with +1e9, so padding gets all the"),
        (wrong_12_4_axis1, "Your softmax runs over the films that ask (axis"),
        (wrong_12_4_no_softmax, "Those are the masked scores. Apply the softmax to"),
        (wrong_12_4_minus_ten, "−10 is not low enough: padding keeps a small"),
        (wrong_12_4_minus_one, "−1 is not low enough: padding keeps a good part"),
        (wrong_12_4_after, "You set weights to 0 after the"),
        (wrong_12_4_not_mask_twice, "All weight still falls on padding. `np.where`"),
        (wrong_12_4_times, "You set the scores of padding to 0, and 0 still"),
    ],
    "12.8": [
        (wrong_12_8_mean, "You averaged over the wrong answers."),
        (wrong_12_8_naive, "Right for small logits, but a logit of 900"),
        (wrong_12_8_plus, "The sign is wrong: you return minus the expected"),
        (wrong_12_8_softmax, "This is softmax, which compares"),
        (wrong_12_8_no_target, "You left out the target: its"),
        (wrong_12_8_only_target, "You count only the target. Every"),
        (wrong_12_8_last_is_target, "You take the last column as the"),
        (wrong_12_8_total_mean, "You took the mean over all entries, which"),
        (wrong_12_8_per_entry, "One step is missing: take the sum over axis 2."),
        (wrong_12_8_clipped, "Right for small logits, but a loss of 900 is"),
        (wrong_12_8_axis1, "You sum over the positions, axis 1. Sum over"),
        (wrong_12_8_eps, "Right for small logits, but a loss of 900 is"),
        (wrong_12_8_bpr, "You compare each wrong answer with the target,"),
    ],
}

RIGHT = {
    "12.2": [right_12_2_loops, right_12_2_float32_1e9, right_12_2_weights_renormalised],
    "12.3": [right_12_3_matmul, right_12_3_loop, right_12_3_float32],
    "12.4": [right_12_4_inf, right_12_4_swapped, right_12_4_loop],
    "12.8": [right_12_8_entry_sum, right_12_8_loops],
}
