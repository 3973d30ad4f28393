"""Policies: which item is shown with which probability, and the log that such a policy leaves behind.

A policy is an array of shape (n_users, n_items) whose rows sum to 1: one item is shown, at the first position.
"""

from dataclasses import dataclass

import numpy as np

from recsys_helpers.simulation.world import ClickWorld


@dataclass(frozen=True)
class Log:
    """What a policy showed and what came of it, one row per impression."""

    user: np.ndarray  # (n,) user numbers
    item: np.ndarray  # (n,) item numbers
    click: np.ndarray  # (n,) 0 or 1
    propensity: np.ndarray  # (n,) probability with which the policy showed this item to this user


def softmax_policy(scores: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Probabilities proportional to exp(score / temperature), row by row; same shape as `scores`.

    >>> softmax_policy(np.array([[0.0, 0.0], [0.0, np.log(3)]])).round(2)
    array([[0.5 , 0.5 ],
           [0.25, 0.75]])
    """
    if temperature <= 0:
        raise ValueError(f"The temperature must be positive, not {temperature}.")
    shifted = np.asarray(scores, dtype=float) / temperature
    powers = np.exp(shifted - shifted.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def epsilon_greedy(scores: np.ndarray, epsilon: float) -> np.ndarray:
    """The best item with probability 1 − ε, any item with probability ε; the first of equally good ones is best.

    >>> epsilon_greedy(np.array([[0.2, 0.9]]), epsilon=0.1)
    array([[0.05, 0.95]])
    """
    if not 0 <= epsilon <= 1:
        raise ValueError(f"epsilon is a probability, not {epsilon}.")
    scores = np.asarray(scores, dtype=float)
    policy = np.full(scores.shape, epsilon / scores.shape[1])
    policy[np.arange(len(scores)), scores.argmax(axis=1)] += 1 - epsilon
    return policy


def thompson_scores(clicks: np.ndarray, views: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One plausible click rate per item, drawn from Beta(1 + clicks, 1 + views − clicks); ranking by it explores.

    `clicks`, `views`: counts of any one shape, and the result has it. An item with few views gets anything from 0 to 1,
    a well-known one nearly its rate. Source: Thompson, Biometrika 25, 1933.

    >>> thompson_scores(np.array([0, 90_000]), np.array([0, 100_000]), np.random.default_rng(0)).round(1)[1]
    np.float64(0.9)
    """
    clicks, views = np.asarray(clicks, dtype=float), np.asarray(views, dtype=float)
    if (clicks < 0).any() or (clicks > views).any():
        raise ValueError("There cannot be more clicks than views, nor fewer than none.")
    return rng.beta(1 + clicks, 1 + views - clicks)


def draw(policy: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One item per row, drawn with the probabilities of `policy`, shape (n, n_items); returns (n,).

    >>> draw(np.array([[1.0, 0.0], [0.0, 1.0]]), np.random.default_rng(0)).tolist()
    [0, 1]
    """
    policy = np.asarray(policy, dtype=float)
    if (policy < 0).any() or not np.allclose(policy.sum(axis=1), 1):
        raise ValueError("Every row of a policy must hold probabilities that sum to 1.")
    steps = np.cumsum(policy, axis=1)
    return (steps > rng.random((len(policy), 1)) * steps[:, -1:]).argmax(axis=1)


def logged(world: ClickWorld, policy: np.ndarray, n_rows: int, rng: np.random.Generator) -> Log:
    """`n_rows` impressions of random users under a policy: what was shown, whether it was clicked, its propensity."""
    user = rng.integers(0, world.n_users, n_rows)
    item = draw(policy[user], rng)
    click = (rng.random(n_rows) < world.examination[0] * world.like[user, item]).astype(float)
    return Log(user, item, click, policy[user, item])


def policy_value(world: ClickWorld, policy: np.ndarray) -> float:
    """The true click rate of a policy, averaged over all users: what estimates from a log try to find.

    >>> from recsys_helpers.simulation.world import click_world
    >>> world = click_world(n_users=4, n_items=3)
    >>> bool(np.isclose(policy_value(world, np.full((4, 3), 1 / 3)), world.like.mean()))
    True
    """
    return float(world.examination[0] * (policy * world.like).sum(axis=1).mean())
