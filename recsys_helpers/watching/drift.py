"""How far two samples of one feature are apart: PSI, Kolmogorov–Smirnov, Jensen–Shannon. Sizes, not p-values.

What it leaves out: several features at once, tests, and streams (lesson 24 uses the ADWIN of the package river).
"""

import numpy as np
import pandas as pd


def equal_bins(reference: np.ndarray, n_bins: int = 10) -> np.ndarray:
    """Inner edges of bins that hold about equal numbers of the reference, ascending; at most n_bins − 1 of them.

    `reference` (n,) numbers, NaN left out. Values that occur often give fewer, larger bins. ValueError if there is no
    value or less than two bins are asked for.

    >>> equal_bins(np.arange(100), n_bins=4)
    array([24.75, 49.5 , 74.25])
    """
    if n_bins < 2:
        raise ValueError(f"There must be at least two bins, not {n_bins}.")
    values = _numbers(reference, "reference")
    return np.unique(np.quantile(values, np.linspace(0, 1, n_bins + 1)[1:-1]))


def shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Share of the values in each bin, shape (len(edges) + 1,), summing to 1 and never 0.

    Bin i holds edges[i − 1] ≤ value < edges[i]; the first and the last are open. Half an imaginary value is added to
    each bin: an empty one would make PSI infinite. `values` (n,), NaN left out; `edges` ascending.

    >>> shares(np.array([1, 1, 2, 9]), np.array([2, 5]))
    array([0.45454545, 0.27272727, 0.27272727])
    """
    edges = np.asarray(edges, dtype=float)
    if edges.ndim != 1 or len(edges) == 0 or (np.diff(edges) <= 0).any():
        raise ValueError("The edges must be at least one number, and ascend.")
    counts = np.bincount(np.digitize(_numbers(values, "values"), edges), minlength=len(edges) + 1) + 0.5
    return counts / counts.sum()


def psi(p: np.ndarray, q: np.ndarray) -> float:
    """Population stability index of two distributions over the same bins: Σ (q − p) ln(q / p), from 0 to infinity.

    `p`, `q` (n_bins,) positive shares that sum to 1, as `shares` gives them; exchanging them changes nothing. It is the
    symmetric divergence J of Kullback & Leibler, Annals of Mathematical Statistics 22, 1951. Built in lesson 24.

    >>> round(psi(np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.3, 0.3])), 3)
    0.063
    """
    p, q = _two_distributions(p, q)
    if (p <= 0).any() or (q <= 0).any():
        raise ValueError("An empty bin makes PSI infinite: use `shares`, or larger bins.")
    return float(((q - p) * np.log(q / p)).sum())


def psi_noise(n_bins: int, n: int, m: int) -> float:
    """PSI to expect if nothing has changed: (n_bins − 1) (1/n + 1/m), for samples of n and m *independent* values.

    Under no change PSI / (1/n + 1/m) is about χ² distributed with n_bins − 1 degrees of freedom. Source: Yurdakul,
    Statistical Properties of Population Stability Index, Western Michigan University 2018. Built in lesson 24.

    >>> psi_noise(10, 100, 100)
    0.18
    """
    if n_bins < 2 or n < 1 or m < 1:
        raise ValueError("There must be two bins and one value in each sample, or more.")
    return (n_bins - 1) * (1 / n + 1 / m)


def psi_limit(values: np.ndarray, users: np.ndarray, n_users: int, edges: np.ndarray, n_draws=100, seed=42) -> float:
    """PSI that only one sample in twenty exceeds if nothing has changed, and values of one user hang together.

    `values` (n,) of the reference and `users` (n,), whose they are. Draws `n_users` of these users with replacement,
    `n_draws` times, and returns the 95 % quantile of PSI between the reference and what they bring. Used in lesson 24.

    >>> values, users = np.repeat([1.0, 2.0, 3.0, 4.0], 50), np.repeat([1, 2, 3, 4], 50)  # each user repeats one value
    >>> psi_limit(values, users, 4, np.array([2.5])) > 10 * psi_noise(2, 200, 200)
    True
    """
    values, users = np.asarray(values, dtype=float), np.asarray(users)
    if values.shape != users.shape or n_users < 1:
        raise ValueError("Each value needs its user, and at least one user must be drawn.")
    owner = np.unique(users, return_inverse=True)[1]
    order = np.argsort(owner, kind="stable")
    of_user = np.split(values[order], np.cumsum(np.bincount(owner))[:-1])
    rng, whole = np.random.default_rng(seed), shares(values, edges)
    draws = (np.concatenate([of_user[u] for u in rng.integers(0, len(of_user), n_users)]) for _ in range(n_draws))
    return float(np.quantile([psi(whole, shares(draw, edges)) for draw in draws], 0.95))


def ks(a: np.ndarray, b: np.ndarray) -> float:
    """Kolmogorov–Smirnov distance: the largest difference of two empirical distribution functions, from 0 to 1.

    `a` (n,), `b` (m,) numbers; NaN left out. Equal to the statistic of `scipy.stats.ks_2samp`. Built in lesson 24.

    >>> ks(np.array([1, 2, 3, 4]), np.array([3, 4, 5, 6]))
    0.5
    """
    a, b = np.sort(_numbers(a, "a")), np.sort(_numbers(b, "b"))
    everywhere = np.concatenate([a, b])
    below_a, below_b = (np.searchsorted(one, everywhere, side="right") / len(one) for one in (a, b))
    return float(np.abs(below_a - below_b).max())


def js(p: np.ndarray, q: np.ndarray) -> float:
    """Jensen–Shannon divergence in bits: the mean of KL(p ‖ m) and KL(q ‖ m) with m = (p + q) / 2, from 0 to 1.

    `p`, `q` (n_bins,) shares that sum to 1; zeros are allowed. Its root is the distance that
    `scipy.spatial.distance.jensenshannon(p, q, base=2)` returns. Source: Lin, IEEE Transactions on Information
    Theory 37(1), 1991. Built in lesson 24.

    >>> js(np.array([1.0, 0.0]), np.array([0.0, 1.0])), js(np.array([0.5, 0.5]), np.array([0.5, 0.5]))
    (1.0, 0.0)
    """
    p, q = _two_distributions(p, q)
    middle = (p + q) / 2
    return float(np.mean([(one[one > 0] * np.log2(one[one > 0] / middle[one > 0])).sum() for one in (p, q)]))


def monitor(trained_on: pd.DataFrame, served: pd.DataFrame, n_bins: int = 10) -> pd.DataFrame:
    """PSI and KS of each feature that both tables have: one row for each feature, the columns "PSI" and "KS".

    The tables hold one row for each user; the bins of PSI hold equal numbers of `trained_on`. Used in lesson 24.

    >>> before = pd.DataFrame({"films": [1, 2, 3, 4]})
    >>> monitor(before, before + 2, n_bins=2).round(2)
            PSI   KS
    films  0.88  0.5
    """
    rows = {}
    for name in trained_on.columns.intersection(served.columns):
        edges = equal_bins(trained_on[name], n_bins)
        before, after = shares(trained_on[name], edges), shares(served[name], edges)
        rows[name] = [psi(before, after), ks(trained_on[name], served[name])]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["PSI", "KS"])


def _numbers(values, name: str) -> np.ndarray:
    values = np.asarray(values, dtype=float).ravel()
    values = values[~np.isnan(values)]
    if len(values) == 0:
        raise ValueError(f"{name} holds no number.")
    return values


def _two_distributions(p, q) -> tuple[np.ndarray, np.ndarray]:
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    if p.shape != q.shape or p.ndim != 1:
        raise ValueError(f"p {p.shape} and q {q.shape} must be shares of the same bins.")
    for name, one in (("p", p), ("q", q)):
        if not (one >= 0).all() or not np.isclose(one.sum(), 1):
            raise ValueError(f"{name} must hold shares that sum to 1.")
    return p, q
