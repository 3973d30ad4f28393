"""Training: the loop over batches, and the check that a backward pass is right."""

import numpy as np
from tqdm import tqdm

from recsys_helpers.models.scratch.optimisers import Optimiser


@np.errstate(over="ignore", invalid="ignore")  # a loss that overflows is reported with its step instead
def fit(
    network,
    x: np.ndarray,
    y: np.ndarray,
    loss,
    optimiser: Optimiser,
    rng: np.random.Generator | None,
    n_epochs: int = 1,
    batch_size: int = 256,
    progress: bool = True,
) -> list[float]:
    """Train on batches, shuffled anew by `rng` in every epoch, and return the mean loss of each. Built in lesson 06.

    x (n, …) and y (n, n_out) go in row by row; with rng=None the rows keep their order. `loss(outputs, targets)`
    returns a value and a gradient. FloatingPointError names the step at which the loss has diverged.
    """
    if len(x) != len(y) or len(x) == 0:
        raise ValueError(f"fit needs as many rows of x as of y, and at least one, not {len(x)} and {len(y)}.")
    x, y, history, lowest = np.asarray(x), np.asarray(y), [], np.inf
    for _ in tqdm(range(n_epochs), disable=not progress, leave=False):
        order = np.arange(len(x)) if rng is None else rng.permutation(len(x))
        total = 0.0
        for batch in np.split(order, range(batch_size, len(x), batch_size)):
            value, grad = loss(network.forward(x[batch], training=True), y[batch])
            if not value < 1e6 * max(lowest, 1.0):  # also if it is NaN; a million times the lowest does not come back
                raise FloatingPointError(f"Diverged: loss {value:.3g} at step {optimiser.n_steps + 1}. Rate? NaN in x?")
            lowest = min(lowest, value)
            network.backward(grad)
            optimiser.step()
            total += value * len(batch)
        history.append(total / len(x))
    return history


def gradient_check(f, value: np.ndarray, grad: np.ndarray, h: float = 1e-5) -> float:
    """Largest error of `grad` against centred differences, relative to the largest entry. Built in lesson 06.

    f() returns a loss that depends on the array `value`, float64, whose entries are moved by ± h and put back. A right
    gradient stays below 1e-6.

    >>> x = np.array([1.0, 2.0])
    >>> gradient_check(lambda: (x**3).sum(), x, 3 * x**2) < 1e-9
    True
    """
    if value.dtype != np.float64 or grad.shape != value.shape:
        raise ValueError(f"Needs float64 and equal shapes, not {value.dtype}, {value.shape} and {grad.shape}.")
    numeric = np.zeros_like(value)
    for i in np.ndindex(value.shape):
        kept = value[i]
        for step in (h, -h):
            value[i] = kept + step
            numeric[i] += f() / (2 * step)  # the second step is negative: up minus down
        value[i] = kept
    size = max(np.abs(numeric).max(), np.abs(grad).max(), 1e-4)  # 1e-4: if both are 0, do not divide by 0
    return float(np.abs(numeric - grad).max() / size)
