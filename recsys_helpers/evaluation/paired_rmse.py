"""How sure the difference of two RMSE is, when ratings of one user hang together."""

import numpy as np


def paired_rmse(
    user: np.ndarray, squares: np.ndarray, other: np.ndarray, n_draws: int = 2000, seed: int = 42
) -> tuple[float, float, float]:
    """RMSE of one model minus that of another, and its 95 % percentile interval: users are redrawn with all ratings.

    `user` (n,) names the user of each rating, `squares` and `other` (n,) are the squared errors of the two models.
    Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13. Built in lesson 04 for means.

    >>> paired_rmse(np.array([1, 1, 2]), np.array([4.0, 4.0, 4.0]), np.array([1.0, 1.0, 1.0]))
    (1.0, 1.0, 1.0)
    """
    if not np.shape(user) == np.shape(squares) == np.shape(other):
        raise ValueError(f"{np.shape(user)}, {np.shape(squares)} and {np.shape(other)} must be the same ratings.")
    _, user = np.unique(user, return_inverse=True)
    n = np.bincount(user)  # ratings of each user
    sums, other_sums = np.bincount(user, squares), np.bincount(user, other)
    draws = np.random.default_rng(seed).integers(0, len(n), (n_draws, len(n)))
    n_drawn = n[draws].sum(axis=1)
    differences = np.sqrt(sums[draws].sum(axis=1) / n_drawn) - np.sqrt(other_sums[draws].sum(axis=1) / n_drawn)
    low, high = np.quantile(differences, [0.025, 0.975])
    return float(np.sqrt(np.mean(squares)) - np.sqrt(np.mean(other))), float(low), float(high)
