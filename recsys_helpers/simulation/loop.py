"""A recommender that learns from the clicks on its own lists, round after round."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from recsys_helpers.evaluation.ranking import top_k
from recsys_helpers.simulation.world import ClickWorld


@dataclass(frozen=True)
class Round:
    """One round of the loop: what was shown, what was clicked, and what the lists were worth."""

    lists: np.ndarray  # (n_users, k) item numbers
    clicked: np.ndarray  # (n_users, k) booleans
    value: float  # mean P(liked) of what was shown, known only in a laboratory


def feedback_loop(
    world: ClickWorld,
    scores_of: Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray],
    n_rounds: int,
    k: int = 10,
    seed: int = 42,
) -> list[Round]:
    """Show k items to everybody, count clicks and views, score again; one `Round` each.

    `scores_of(clicks, views, rng)` gets the counts so far, both (n_users, n_items), and returns scores of that shape;
    equal scores are ordered at random. What is shown once may be shown again. The first round knows nothing.
    """
    if n_rounds < 1 or not 1 <= k <= min(world.n_items, len(world.examination)):
        raise ValueError(f"There must be a round, and k from 1 to {min(world.n_items, len(world.examination))}.")
    rng = np.random.default_rng(seed)
    shape = (world.n_users, world.n_items)
    clicks, views, rounds = np.zeros(shape), np.zeros(shape), []
    rows = np.arange(world.n_users)[:, None]
    for _ in range(n_rounds):
        scores = np.asarray(scores_of(clicks, views, rng), dtype=float)
        if scores.shape != shape:
            raise ValueError(f"scores_of returned shape {scores.shape}, {shape} is asked for.")
        padded = np.column_stack([np.zeros(world.n_users), scores])  # top_k leaves column 0 out
        lists = top_k(padded, k, tie_seed=int(rng.integers(2**31))) - 1
        clicked = world.clicks(lists, rng)
        views[rows, lists] += 1
        clicks[rows, lists] += clicked
        rounds.append(Round(lists, clicked, float(np.take_along_axis(world.like, lists, axis=1).mean())))
    return rounds


def mean_overlap(lists: np.ndarray, n_items: int) -> float:
    """Mean share of items that the lists of two different users have in common, over all pairs of users.

    `lists` (n_users, k) of item numbers 0 … n_items − 1, no item twice in a list.

    >>> mean_overlap(np.array([[0, 1], [1, 2], [0, 1]]), n_items=3)  # (1/2 + 1 + 1/2) / 3
    0.6666666666666666
    """
    n_users, k = lists.shape
    shown = np.bincount(lists.ravel(), minlength=n_items).astype(float)
    return float((shown * (shown - 1)).sum() / (k * n_users * (n_users - 1)))
