"""A synthetic world of clicks whose rules are stated: a user clicks what is examined and liked.

What it leaves out: time, sessions, items that are alike on one page, and users who change.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ClickWorld:
    """Users, items and positions, and with them the probability of every click.

    P(click) = P(examined | position) · P(liked | user, item), one of the models of position bias that Craswell et al.,
    WSDM 2008, compare. P(liked) = sigmoid(appeal of the item + taste of the user · taste of the item).
    """

    user_taste: np.ndarray  # (n_users, dim)
    item_taste: np.ndarray  # (n_items, dim)
    appeal: np.ndarray  # (n_items,) what everybody likes about an item, as a logit
    examination: np.ndarray  # (n_positions,) P(examined), first position first

    @property
    def n_users(self) -> int:
        """Number of users."""
        return len(self.user_taste)

    @property
    def n_items(self) -> int:
        """Number of items."""
        return len(self.item_taste)

    @property
    def like(self) -> np.ndarray:
        """P(liked) of every pair, shape (n_users, n_items)."""
        return 1 / (1 + np.exp(-(self.appeal + self.user_taste @ self.item_taste.T)))

    def click_probability(self, lists: np.ndarray) -> np.ndarray:
        """P(click) of everything shown. `lists`: item numbers, shape (n_users, k), first position first; same shape.

        >>> world = click_world(n_users=2, n_items=3, n_positions=2)
        >>> np.allclose(world.click_probability(np.array([[0, 1], [2, 0]]))[1], world.like[1, [2, 0]] * [1, 0.5])
        True
        """
        lists = np.asarray(lists)
        if lists.ndim != 2 or len(lists) != self.n_users or lists.shape[1] > len(self.examination):
            raise ValueError(
                f"lists {lists.shape} must have one row for each of {self.n_users} users and at most "
                f"{len(self.examination)} positions."
            )
        if lists.size and not (lists.min() >= 0 and lists.max() < self.n_items):
            raise ValueError(f"lists must hold item numbers, 0 … {self.n_items - 1}.")
        return self.examination[: lists.shape[1]] * np.take_along_axis(self.like, lists, axis=1)

    def clicks(self, lists: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """One drawn visit of every user: True where a click came, shape (n_users, k)."""
        probability = self.click_probability(lists)
        return rng.random(probability.shape) < probability


def click_world(
    n_users: int = 500,
    n_items: int = 100,
    dim: int = 4,
    n_positions: int = 10,
    level: float = -2.0,
    appeal_spread: float = 0.5,
    taste_spread: float = 0.7,
    seed: int = 42,
) -> ClickWorld:
    """A world drawn from normal distributions; position p is examined with probability 1 / p.

    `level`: mean logit of a like (−2 is 12 %). `appeal_spread`: standard deviation of the items' appeal, in logits.
    `taste_spread`: standard deviation of every number in the tastes; taste · taste then has the standard deviation
    √dim · taste_spread². All of it is assumed, nothing is fitted to data.

    >>> world = click_world(n_users=3, n_items=5, seed=1)
    >>> world.like.shape, world.examination[:3].round(2).tolist()
    ((3, 5), [1.0, 0.5, 0.33])
    """
    if min(n_users, n_items, dim, n_positions) < 1:
        raise ValueError("A world needs at least one user, one item, one dimension and one position.")
    rng = np.random.default_rng(seed)
    return ClickWorld(
        user_taste=rng.normal(0, taste_spread, (n_users, dim)),
        item_taste=rng.normal(0, taste_spread, (n_items, dim)),
        appeal=rng.normal(level, appeal_spread, n_items),
        examination=1 / np.arange(1, n_positions + 1),
    )
