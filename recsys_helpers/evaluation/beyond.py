"""What a list is besides accurate: novel, diverse, calibrated to taste, spread over the catalogue.

`lists`: item indices, shape (n_users, k), without padding. None of these figures sees whether anybody likes the lists:
read them beside NDCG. Coverage stands in `metrics`.
"""

import numpy as np
import pandas as pd
import scipy.sparse as sp

from recsys_helpers.data.ids import IdMap
from recsys_helpers.evaluation.ranking import top_k


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


def candidates_of(scores: np.ndarray, seen: sp.csr_array, n: int = 100) -> tuple[np.ndarray, np.ndarray]:
    """The n best unseen items of each user, best first, and their scores scaled to 1 … 0; both (n_users, n).

    `scores`, `seen`: shape (n_users + 1, n_items + 1), row and column 0 are padding. For re-rankers.

    >>> best, value = candidates_of(np.array([[0, 0, 0, 0], [0, 9, 4, 3.0]]), sp.csr_array((2, 4)), n=3)
    >>> best.tolist(), value.round(2).tolist()
    ([[1, 2, 3]], [[1.0, 0.17, 0.0]])
    """
    hidden = np.array(scores)
    hidden[seen.nonzero()] = -np.inf
    best = top_k(hidden[1:], n)
    value = np.take_along_axis(hidden[1:], best, axis=1)
    return best, (value - value[:, -1:]) / np.maximum(value[:, :1] - value[:, -1:], 1e-12)


def cosine_similarity(features: np.ndarray) -> np.ndarray:
    """Cosine of every pair of rows, shape (n, n); a row of zeros has 0 with everything.

    >>> cosine_similarity(np.array([[1, 0], [3, 0], [0, 2]]))
    array([[1., 1., 0.],
           [1., 1., 0.],
           [0., 0., 1.]])
    """
    length = np.linalg.norm(features, axis=1, keepdims=True)
    rows = features / np.where(length > 0, length, 1)
    return rows @ rows.T


def genre_matrix(movies: pd.DataFrame, items: IdMap) -> np.ndarray:
    """One row per item index, one column per genre, 1 where the film has it; shape (n_items + 1, n_genres).

    >>> movies = pd.DataFrame({"item_id": [7, 9], "genres": ["Drama|War", "War"]})
    >>> genre_matrix(movies, IdMap(movies["item_id"]))
    array([[0., 0.],
           [1., 1.],
           [0., 1.]])
    """
    known = movies[movies["item_id"].isin(items.ids)]
    flags = known["genres"].str.get_dummies("|")
    matrix = np.zeros((items.n_rows, flags.shape[1]))
    matrix[items.to_idx(known["item_id"])] = flags
    return matrix
