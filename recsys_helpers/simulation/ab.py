"""The parts of an A/B test: buckets, the interval of a difference, the size a test needs, and the price of looking."""

import hashlib
from statistics import NormalDist

import numpy as np


def bucket(user_id: int | str, experiment: str, n_buckets: int = 2) -> int:
    """The bucket of a user in one experiment, 0 … n_buckets − 1: always the same, and unrelated to other experiments.

    From the hash of the experiment's name and the id, so nothing has to be stored, and a user who is in bucket 1 here
    has no larger probability of being in bucket 1 elsewhere. Used in lesson 18.

    >>> [bucket(7, "new ranking"), bucket(7, "new ranking"), bucket(8, "new ranking"), bucket(7, "new colour")]
    [1, 1, 1, 0]
    """
    if n_buckets < 1:
        raise ValueError(f"There must be at least one bucket, not {n_buckets}.")
    digest = hashlib.blake2b(f"{experiment}:{user_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % n_buckets


def difference(treated: np.ndarray, control: np.ndarray, confidence: float = 0.95) -> tuple[float, float, float]:
    """Mean of `treated` minus mean of `control`, and its interval (low, high). One value per user in both, (n,), (m,).

    The two variances may differ; normal quantiles, so groups of a hundred users or more. Used in lesson 18.

    >>> difference(np.array([1.0, 1.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 0.0]))[0]
    0.5
    """
    if min(len(treated), len(control)) < 2:
        raise ValueError("Both groups need at least two users.")
    mean = float(np.mean(treated) - np.mean(control))
    error = np.sqrt(np.var(treated, ddof=1) / len(treated) + np.var(control, ddof=1) / len(control))
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * float(error)
    return mean, mean - half, mean + half


def n_per_group(sd: float, effect: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Users each group needs to find a difference of `effect` with probability `power`; `sd` is that of one user.

    n = 2 (z + z′)² sd² / effect², rounded up; z is the normal quantile at 1 − alpha / 2, z′ the one at `power`.
    Used in lesson 18.

    >>> n_per_group(sd=0.3, effect=0.01)  # a rate of 10 %, and one point more
    14128
    """
    if sd <= 0 or effect == 0 or not 0 < alpha < 1 or not 0 < power < 1:
        raise ValueError("sd must be positive, effect not 0, power and alpha between 0 and 1.")
    z = NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(power)
    return int(np.ceil(2 * z**2 * sd**2 / effect**2))


def power(n: int, sd: float, effect: float, alpha: float = 0.05) -> float:
    """Probability that a test with `n` users in each group finds a difference of `effect`, on either side of zero.

    >>> round(power(14128, sd=0.3, effect=0.01), 3), round(power(1000, sd=0.3, effect=0.0), 3)
    (0.8, 0.05)
    """
    shift = effect / (sd * np.sqrt(2 / n))
    z = NormalDist().inv_cdf(1 - alpha / 2)
    return float(NormalDist().cdf(shift - z) + NormalDist().cdf(-shift - z))


def false_alarms_of_looks(
    n_looks: int, threshold: float = 1.96, n_runs: int = 20_000, seed: int = 42
) -> tuple[float, float]:
    """Share of tests without any effect that pass `threshold` in at least one of `n_looks` looks, and its error.

    Looks come after equal amounts of data, which are added up, so z-values of one test hang together. The error is one
    standard error of the share. Known values for 1.96: Armitage, McPherson & Rowe, JRSS A 132, 1969.
    Built in lesson 18.

    >>> false_alarms_of_looks(1)[0] < 0.06 < 0.12 < false_alarms_of_looks(5)[0] < 0.16
    True
    """
    steps = np.random.default_rng(seed).standard_normal((n_runs, n_looks))
    z = np.cumsum(steps, axis=1) / np.sqrt(np.arange(1, n_looks + 1))
    share = float((np.abs(z) > threshold).any(axis=1).mean())
    return share, float(np.sqrt(share * (1 - share) / n_runs))
