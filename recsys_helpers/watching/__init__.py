"""Watching a recommender in use: how far a distribution has moved, and whether the service computes what training did.

`drift` population stability index and its sampling noise, Kolmogorov–Smirnov distance, Jensen–Shannon divergence ·
`parity` a comparison, user by user, of features or lists computed offline with those that were served · `practice` a
small service with its logs, imported from its own file.
"""

from recsys_helpers.watching.drift import equal_bins, js, ks, monitor, psi, psi_limit, psi_noise, shares
from recsys_helpers.watching.parity import Parity, compare_features, overlap_of_lists

__all__ = [
    "Parity",
    "compare_features",
    "equal_bins",
    "js",
    "ks",
    "monitor",
    "overlap_of_lists",
    "psi",
    "psi_limit",
    "psi_noise",
    "shares",
]
