"""Plumbing for two-tower models and for cold start: batches of users, items without interactions, years as features.

What it leaves out: the towers and the loss, which lesson 13 shows. No TensorFlow is loaded here.
"""

import numpy as np
import scipy.sparse as sp


def cold_items(interactions: sp.csr_array) -> np.ndarray:
    """True for the items that nobody interacted with, False for padding; shape (n_items + 1,).

    >>> cold_items(sp.csr_array(np.array([[0, 0, 0], [0, 1, 0]])))
    array([False, False,  True])
    """
    is_cold = np.asarray((interactions != 0).sum(axis=0)).ravel() == 0
    is_cold[0] = False
    return is_cold


def only(interactions: sp.csr_array, is_kept: np.ndarray) -> sp.csr_array:
    """The interactions with the items of a mask (n_items + 1,), the others left out; same shape, nothing stored as 0.

    >>> only(sp.csr_array(np.array([[0, 0, 0], [0, 1, 1]])), np.array([False, True, False])).toarray()
    array([[0, 0, 0],
           [0, 1, 0]])
    """
    if np.shape(is_kept) != (interactions.shape[1],):
        raise ValueError(
            f"is_kept {np.shape(is_kept)} must have one entry for each of {interactions.shape[1]} columns."
        )
    kept = sp.csr_array(interactions.multiply(np.asarray(is_kept)), dtype=interactions.dtype)
    kept.eliminate_zeros()
    return kept


def year_features(years: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Each year (n,) shared between its two neighbours among the increasing `knots` (m,); shape (n, m), rows sum to 1.

    A year outside the knots counts 1 for the first or the last one. Built in lesson 13.

    >>> year_features([1990, 1998], [1995, 2000])
    array([[1. , 0. ],
           [0.4, 0.6]])
    """
    return np.column_stack([np.interp(years, knots, heights) for heights in np.eye(len(knots))])


def draw_users(
    interactions: sp.csr_array, rng: np.random.Generator, n_history: int = 20, n_targets: int = 8
) -> tuple[np.ndarray, np.ndarray]:
    """One epoch of users with items to read and other items to find: `history`, `target`.

    Shapes (n_rows, n_history), 0 pads at the end, and (n_rows, n_targets), with n_rows = interactions // n_targets.
    Users are drawn in proportion to their interactions and their items at random, so an item is a target in proportion
    to its interactions. Each history is cut to a random length from 0 to n_history: a model also learns from short
    ones. No target stands in its history. ValueError if a user has fewer than `n_targets` items. Built in lesson 13.
    """
    items_of = np.split(interactions.indices, interactions.indptr[1:-1])
    n_items = np.diff(interactions.indptr)
    if ((n_items > 0) & (n_items < n_targets)).any():
        raise ValueError(f"Some users have fewer than {n_targets} items: leave them out, or ask for fewer targets.")
    n_rows = len(interactions.indices) // n_targets
    history, target = np.zeros((n_rows, n_history), np.int32), np.zeros((n_rows, n_targets), np.int32)
    for row, user in enumerate(rng.choice(np.repeat(np.arange(len(items_of)), n_items), n_rows)):
        picked = rng.permutation(items_of[user])[: n_targets + n_history]
        target[row], rest = picked[:n_targets], picked[n_targets:]
        history[row, : len(rest)] = rest
    history[np.arange(n_history) >= rng.integers(0, n_history + 1, n_rows)[:, None]] = 0
    return history, target


def state_of(model) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Weights of a compiled Keras model and variables of its optimiser, which must be built, as arrays."""
    return model.get_weights(), [variable.numpy() for variable in model.optimizer.variables]


def set_state(model, state: tuple[list[np.ndarray], list[np.ndarray]]) -> None:
    """Put a `state_of` back: a second training starts as if there had been no first, and nothing is compiled again."""
    weights, variables = state
    model.set_weights(weights)
    for variable, value in zip(model.optimizer.variables, variables, strict=True):
        variable.assign(value)
