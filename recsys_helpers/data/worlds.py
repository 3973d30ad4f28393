"""Toy worlds whose right answer is known: an oracle for tests, and synthetic data that says so."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


def checkerboard(n_users: int = 20, n_items: int = 30, seed: int = 42) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Users with an odd id like items with an odd id, even like even; each user's hidden likes are known.

    Returns `(interactions, hidden)`, both with user_id, item_id, rating, timestamp. Each user has all likes of
    their colour, two thirds of them in `interactions`, the rest in `hidden`. A model that learns from others must
    rank every hidden item above every item of the other colour; popularity cannot.

    >>> interactions, hidden = checkerboard(n_users=4, n_items=6)
    >>> (interactions.user_id % 2 == interactions.item_id % 2).all(), len(interactions), len(hidden)
    (np.True_, 8, 4)
    """
    if n_users < 4 or n_items < 6:
        raise ValueError("A checkerboard needs at least 4 users and 6 items, two thirds of each colour to be seen.")
    rng = np.random.default_rng(seed)
    user_id, item_id = np.divmod(np.arange(n_users * n_items), n_items)
    rows = pd.DataFrame({"user_id": user_id + 1, "item_id": item_id + 1, "rating": 5.0})
    rows = rows[rows["user_id"] % 2 == rows["item_id"] % 2].sample(frac=1, random_state=int(rng.integers(2**31)))
    rows["timestamp"] = np.arange(len(rows)) + 1_000_000_000
    place, size = rows.groupby("user_id").cumcount(), rows.groupby("user_id")["item_id"].transform("size")
    is_hidden = place >= np.floor(size * 2 / 3)
    return rows[~is_hidden].reset_index(drop=True), rows[is_hidden].reset_index(drop=True)


@dataclass
class KnownWorld:
    """Ratings drawn from a stated rule, with every part of the rule at hand."""

    ratings: pd.DataFrame
    user_taste: np.ndarray  # (n_users, dim)
    item_taste: np.ndarray  # (n_items, dim)
    item_bias: np.ndarray  # (n_items,) stars
    noise: float  # standard deviation of a rating around its expectation, stars

    @property
    def expected(self) -> np.ndarray:
        """Expected rating of every pair before rounding, shape (n_users, n_items), in stars."""
        return 3.0 + self.item_bias + self.user_taste @ self.item_taste.T


def known_world(
    n_users: int = 200, n_items: int = 100, dim: int = 2, density: float = 0.2, noise: float = 0.5, seed: int = 42
) -> KnownWorld:
    """Synthetic ratings: 3 + item bias + taste · taste + noise, popular items seen more often, ids from 1.

    No model can have a root mean squared error far below `noise` here: the floor is known. Ratings are clipped to
    0.5 … 5 but not rounded. The share of pairs observed stays below `density`, because no item can be seen with a
    probability above 1: about 0.18 for 0.2.

    >>> world = known_world(seed=1)
    >>> world.expected.shape, bool(world.ratings.rating.between(0.5, 5).all())
    ((200, 100), True)
    """
    if not 0 < density <= 1:
        raise ValueError(f"density is a share of the pairs: 0 < density ≤ 1, not {density}.")
    rng = np.random.default_rng(seed)
    user_taste = rng.normal(0, 0.8, (n_users, dim))
    item_taste = rng.normal(0, 0.8, (n_items, dim))
    item_bias = rng.normal(0, 0.4, n_items)
    appeal = 1 / np.arange(1, n_items + 1) ** 0.8
    probability = np.minimum(1, density * n_items * rng.permutation(appeal) / appeal.sum())
    user, item = np.nonzero(rng.random((n_users, n_items)) < probability)
    expected = 3.0 + item_bias[item] + (user_taste[user] * item_taste[item]).sum(axis=1)
    rating = np.clip(expected + rng.normal(0, noise, len(user)), 0.5, 5.0)
    time = 1_000_000_000 + rng.integers(0, 10_000_000, len(user))
    ratings = pd.DataFrame({"user_id": user + 1, "item_id": item + 1, "rating": rating, "timestamp": time})
    return KnownWorld(ratings, user_taste, item_taste, item_bias, noise)
