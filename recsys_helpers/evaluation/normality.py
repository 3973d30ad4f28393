"""How far values are from a normal distribution, with an interval."""

import numpy as np
from scipy.stats import kstest


def distance_to_normal(values: np.ndarray, n_draws: int = 200, seed: int = 42) -> tuple[float, float, float]:
    """Largest gap between the cumulative shares of `values`, shape (n,), and those of the normal with their mean and
    standard deviation (Kolmogorov–Smirnov distance, 0 … 1), and its 95 % interval over redrawn values.

    Redrawn values repeat, so the interval of a small distance lies somewhat too high. Raises ValueError for fewer than
    two values or values that are all alike. Used in lesson 31.

    >>> round(distance_to_normal(np.array([0.0, 0.0, 0.0, 1.0]), n_draws=10)[0], 2)
    0.47
    """
    values = np.asarray(values, dtype=float)
    if len(values) < 2 or np.ptp(values) == 0:
        raise ValueError("A distance to a normal distribution needs values that differ.")
    rng = np.random.default_rng(seed)
    draws = [_distance(rng.choice(values, len(values))) for _ in range(n_draws)]
    return _distance(values), *(float(q) for q in np.quantile(draws, [0.025, 0.975]))


def _distance(values: np.ndarray) -> float:
    return float(kstest((values - values.mean()) / values.std(), "norm").statistic) if np.ptp(values) else 0.5
