"""Off-policy estimates: what a target policy would have earned, from the log of another policy.

All take one row per impression. `weight` (n,) = target's probability of the logged item / its propensity. The target
must be able to do only what the logging policy could: where a propensity is 0, no estimate of this file helps.
"""

import numpy as np


def naive_mean(reward: np.ndarray) -> float:
    """Mean reward of the log, `reward` (n,): the value of the *logging* policy, whatever the target is."""
    return float(np.mean(reward))


def direct_method(predicted: np.ndarray, target: np.ndarray) -> float:
    """Mean over rows of the reward that a model predicts for the target: Σ over items of target · predicted.

    Both have shape (n, n_items): predicted rewards and the target's probabilities for the user of each row. As biased
    as the model is.

    >>> direct_method(np.array([[0.2, 0.6]]), np.array([[0.5, 0.5]]))
    0.4
    """
    _same_shape(predicted, target)
    return float((np.asarray(predicted) * target).sum(axis=1).mean())


def ips(reward: np.ndarray, weight: np.ndarray, clip: float = np.inf) -> float:
    """Inverse propensity scoring: mean of weight · reward, both (n,); weights above `clip` count as `clip`.

    Importance sampling, unbiased without clipping. Clipping lowers the variance and, where rewards are not negative,
    the estimate. Source: Dudík, Langford & Li, ICML 2011, section 2. Built in lesson 18.

    >>> ips(np.array([1.0, 0.0]), np.array([4.0, 0.5])), ips(np.array([1.0, 0.0]), np.array([4.0, 0.5]), clip=3)
    (2.0, 1.5)
    """
    _same_shape(reward, weight)
    return float(np.mean(np.minimum(weight, clip) * reward))


def snips(reward: np.ndarray, weight: np.ndarray) -> float:
    """Self-normalised IPS: Σ weight · reward / Σ weight, both (n,). A weighted mean, so it stays within the rewards.

    Slightly biased in small logs, and usually less noisy. Source: Swaminathan & Joachims, NIPS 2015.
    Built in lesson 18.

    >>> round(snips(np.array([1.0, 0.0]), np.array([4.0, 0.5])), 3)
    0.889
    """
    _same_shape(reward, weight)
    return float(np.sum(weight * reward) / np.sum(weight))


def doubly_robust(
    reward: np.ndarray, weight: np.ndarray, item: np.ndarray, predicted: np.ndarray, target: np.ndarray
) -> float:
    """The direct method, plus IPS of what its model got wrong: mean of Σ target · predicted + weight · (reward − own).

    `reward`, `weight`, `item` (n,); `predicted`, `target` (n, n_items). `own` is the prediction for the item shown.
    Unbiased if the propensities are right, or if the model is. Source: Dudík, Langford & Li, ICML 2011.
    Used in lesson 18.

    >>> one = np.array([1.0])
    >>> doubly_robust(one, 2 * one, np.array([0]), np.array([[0.7, 0.1]]), np.array([[0.5, 0.5]]))  # 0.4 + 2 · 0.3
    1.0
    """
    _same_shape(reward, weight)
    _same_shape(predicted, target)
    shown = np.asarray(predicted)[np.arange(len(item)), item]
    return float(((np.asarray(predicted) * target).sum(axis=1) + weight * (reward - shown)).mean())


def effective_sample_size(weight: np.ndarray) -> float:
    """How many equally weighted rows are worth as much as these: (Σ weight)² / Σ weight². Used in lesson 18.

    >>> effective_sample_size(np.array([1.0, 1.0, 1.0, 1.0])), effective_sample_size(np.array([1.0, 0.0]))
    (4.0, 1.0)
    """
    weight = np.asarray(weight, dtype=float)
    return float(weight.sum() ** 2 / (weight**2).sum())


def _same_shape(one: np.ndarray, other: np.ndarray) -> None:
    if np.shape(one) != np.shape(other) or np.size(one) == 0:  # (n, 1) · (n,) would become (n, n) without a word
        raise ValueError(f"Shapes {np.shape(one)} and {np.shape(other)} must be the same, with at least one row.")
