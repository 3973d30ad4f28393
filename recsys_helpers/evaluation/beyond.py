"""What a list is besides accurate: novel, diverse, calibrated to taste, spread over the catalogue.

`lists`: item indices, shape (n_users, k), without padding. None of these figures sees whether anybody likes the lists:
read them beside NDCG. Coverage stands in `metrics`.
"""

import numpy as np


def self_information(n_users_of_item: np.ndarray, n_users: int) -> np.ndarray:
    """Novelty of each item in bits, −log2(share of users who have it), shape (n_items,); 0 users count as 1.

    Source: Vargas & Castells, RecSys 2011, compare this and other measures of novelty. Built in lesson 18.

    >>> self_information(np.array([8, 4, 1, 0]), n_users=8)
    array([0., 1., 3., 3.])
    """
    share = np.maximum(n_users_of_item, 1) / n_users
    return np.log2(1 / share)


def intra_list_diversity(lists: np.ndarray, features: np.ndarray) -> np.ndarray:
    """Mean of 1 − cosine similarity over all pairs of items in a list, one number per user, shape (n_users,).

    `features`: one row per item, such as its genres, shape (n_items, n_features); a row of zeros is unlike everything.
    Source: Ziegler et al., WWW 2005 (there as a similarity, to be kept low). Built in lesson 18.

    >>> intra_list_diversity(np.array([[0, 1], [0, 2]]), np.array([[1, 0], [2, 0], [0, 1]]))
    array([0., 1.])
    """
    k = lists.shape[1]
    if k < 2:
        raise ValueError("A list of one item has no pairs.")
    length = np.linalg.norm(features, axis=1, keepdims=True)
    rows = (features / np.where(length > 0, length, 1))[lists]  # (n_users, k, n_features)
    all_pairs = (rows.sum(axis=1) ** 2).sum(axis=1) - (rows**2).sum(axis=(1, 2))  # each pair twice, none with itself
    return 1 - all_pairs / (k * (k - 1))


def miscalibration(taste: np.ndarray, shown: np.ndarray, alpha: float = 0.01) -> np.ndarray:
    """Kullback–Leibler divergence of the mix that is shown from a user's taste, in nats; 0 is a perfect match.

    Σ p ln(p / q̃) with q̃ = (1 − alpha) q + alpha p, so that a genre without any film does not make it infinite. `taste`
    p and `shown` q hold shares that sum to 1 over the last axis; the other axes broadcast, and the result has them.
    Source: Steck, RecSys 2018. Built in lesson 18.

    >>> miscalibration(np.array([0.5, 0.5]), np.array([[0.5, 0.5], [1.0, 0.0]])).round(2)
    array([0.  , 1.96])
    """
    mixed = (1 - alpha) * np.asarray(shown) + alpha * np.asarray(taste)
    counts = np.broadcast_to(np.asarray(taste) > 0, mixed.shape)
    ratio = np.divide(taste, mixed, out=np.ones(mixed.shape), where=counts)
    return (taste * np.log(ratio)).sum(axis=-1)
