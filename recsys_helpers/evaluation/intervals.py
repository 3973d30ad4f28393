"""How sure a mean is: the interval of a mean over users, and of the difference of two models."""

import numpy as np


def mean_interval(values: np.ndarray) -> tuple[float, float]:
    """Mean and half-width of its 95 % interval, 1.96 standard errors; NaN values do not count. Built in lesson 04.

    >>> mean_interval(np.array([0.0, 1.0, 0.0, 1.0]))[0]
    0.5
    """
    values = np.asarray(values, dtype=float)
    values = values[~np.isnan(values)]
    if len(values) < 2:
        raise ValueError("An interval needs at least two users who have something to find.")
    return float(values.mean()), float(1.96 * values.std(ddof=1) / np.sqrt(len(values)))


def paired_bootstrap(a: np.ndarray, b: np.ndarray, n_draws: int = 2000, seed: int = 42) -> tuple[float, float, float]:
    """Mean of a − b over users and its 95 % percentile interval: users are redrawn, pairs stay together.

    Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13. Built in lesson 04.

    >>> paired_bootstrap(np.array([1.0, 2.0]), np.array([0.5, 1.5]))
    (0.5, 0.5, 0.5)
    """
    if np.shape(a) != np.shape(b):
        raise ValueError(f"a {np.shape(a)} and b {np.shape(b)} must hold the same users.")
    difference = np.asarray(a, dtype=float) - np.asarray(b, dtype=float)
    difference = difference[~np.isnan(difference)]
    if len(difference) < 2:
        raise ValueError("A paired interval needs at least two users measured under both models.")
    rng = np.random.default_rng(seed)
    means = [difference[rng.integers(0, len(difference), len(difference))].mean() for _ in range(n_draws)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(difference.mean()), float(low), float(high)
