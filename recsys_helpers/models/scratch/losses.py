"""Losses: each returns its value and its gradient with respect to the outputs of the network: backward begins there."""

import numpy as np


def mean_squared_error(y: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean of (y − target)² over all entries, and its gradient with respect to y. Built in lesson 05."""
    difference = y - _checked(target, y)
    return float((difference**2).mean()), 2 * difference / y.size


def binary_cross_entropy(z: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean of −t log p − (1 − t) log(1 − p) over all entries, and its gradient with respect to z. Built in lesson 05.

    z are logits: p = sigmoid(z) is never computed, for the loss is log(1 + exp(z)) − t z, and its gradient p − t.
    """
    target = _checked(target, z, 0, 1)
    log_sum = np.logaddexp(0, z)  # log(exp(0) + exp(z)) without overflow
    return float((log_sum - target * z).mean()), (np.exp(z - log_sum) - target) / z.size


def categorical_cross_entropy(z: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean over rows of −Σ t log softmax(z), and its gradient with respect to z. Built in lesson 05.

    Logits z (batch, n); targets (batch, n): one-hot rows, or shares.
    """
    target = _checked(target, z, 0, 1)
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    grad = np.exp(log_p) * target.sum(axis=1, keepdims=True) - target
    return float(-(target * log_p).sum(axis=1).mean()), grad / len(z)


def softmax(z: np.ndarray) -> np.ndarray:
    """exp(z) / Σ exp(z) along the last axis. Built in lesson 05.

    The largest z is taken off first, so nothing overflows. Not a layer: the loss above takes logits.

    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _checked(target: np.ndarray, output: np.ndarray, lowest: float = -np.inf, highest: float = np.inf) -> np.ndarray:
    """The targets in the type of the outputs, or an error: (batch,) against (batch, 1) would broadcast to a square."""
    target = np.asarray(target, dtype=output.dtype)
    if target.shape != output.shape or target.size == 0:
        raise ValueError(f"Targets {target.shape} must have the shape {output.shape} of the outputs, and not be empty.")
    if not (np.isfinite(target) & (target >= lowest) & (target <= highest)).all():
        raise ValueError(f"Targets must be finite and in {lowest} … {highest}; look for NaN.")
    return target
