"""Typical wrong answers to lesson 18, each with a part of the hint that it must get."""

import numpy as np


def share_with(lists, n_top, zeros=False, order=-1):
    counts = np.bincount(lists.ravel() if zeros else lists[lists > 0])
    counts = counts[counts > 0]
    return np.sort(order * counts)[:n_top].sum() * order / counts.sum()


def divergence_with(p, q, alpha=0.01, weight="p", mix=True):
    watched = p > 0
    mixed = (1 - alpha) * q + alpha * p if mix else q
    with np.errstate(all="ignore"):
        return ({"p": p, "q": q}[weight][watched] * np.log(p[watched] / mixed[watched])).sum()


def mmr_with(relevance, similarity, strength, k, near, sign=-1):
    chosen = [int(relevance.argmax())]
    while len(chosen) < k:
        value = (1 - strength) * relevance + sign * strength * near(similarity[chosen])
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return chosen


def doubly_robust_with(reward, weight, item, predicted, target, own, sign=1, base=1):
    direct = (predicted * target).sum(axis=1)
    return (base * direct + sign * weight * (reward - own(predicted, item, target))).mean()


def shown(predicted, item, target):
    return predicted[np.arange(len(item)), item]


WRONG = {
    "18.2": [
        (lambda lists, n_top: share_with(lists, n_top, zeros=True), "The zeros pad short"),
        (lambda lists, n_top: share_with(lists, n_top, order=1), "least* often"),
        (lambda lists, n_top: np.sort(np.bincount(lists[lists > 0]))[-n_top:].sum(), "Divide by the number of all"),
        (
            lambda lists, n_top: np.sort(np.bincount(lists[lists > 0]))[-n_top:].sum() / lists.size,
            "empty ones included",
        ),
    ],
    "18.4": [
        (lambda p, q, alpha=0.01: divergence_with(p, q, alpha, mix=False), "`alpha` is missing"),
        (
            lambda p, q, alpha=0.01: divergence_with(p, q, alpha, weight="q"),
            "You weight the logarithms by the shares of the list",
        ),
        (lambda p, q, alpha=0.01: divergence_with(p, q, 1 - alpha), "The weights of the"),
        (lambda p, q, alpha=0.01: divergence_with(p, q, alpha) / np.log(2), "in bits"),
    ],
    "18.5": [
        (lambda *case: mmr_with(*case, lambda rows: rows.mean(axis=0)), "mean similarity"),
        (lambda *case: mmr_with(*case, lambda rows: rows[0]), "first film alone"),
        (lambda *case: mmr_with(*case, lambda rows: rows.max()), "one number"),
        (lambda *case: mmr_with(*case, lambda rows: rows.max(axis=0), sign=1), "*against*"),
    ],
    "18.9": [
        (lambda reward, target, propensity, clip: np.mean(target / propensity * reward), "not clipped"),
        (
            lambda reward, target, propensity, clip: np.mean(np.minimum(propensity / target, clip) * reward),
            "upside down",
        ),
        (
            lambda reward, target, propensity, clip: np.mean(np.minimum(target / propensity * reward, clip)),
            "Only the *weight*",
        ),
        (lambda reward, target, propensity, clip: np.mean(np.minimum(1 / propensity, clip) * reward), "`target`"),
    ],
    "18.10": [
        (lambda *case: doubly_robust_with(*case, lambda predicted, item, target: 0), "prediction is missing"),
        (
            lambda *case: doubly_robust_with(*case, lambda p, item, target: (p * target).sum(axis=1)),
            "expectation under the new policy",
        ),
        (lambda *case: doubly_robust_with(*case, shown, sign=-1), "sign of the correction"),
        (lambda *case: doubly_robust_with(*case, shown, base=0), "correction alone"),
    ],
}
