"""Gradients of a score, and integrated gradients.

Explain a score or a logit, never a probability: its gradient vanishes when the model is confident. Ids have no
gradient: explain the embedding rows that they look up (`lookups.after_embeddings`).
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf


def gradients(f: Callable, x, fixed=()) -> tuple[np.ndarray, list[np.ndarray] | np.ndarray]:
    """Scores (n,) and their gradients with respect to x: same shapes as x, one array (n, ...) or a list of such.

    `f` maps x (with `fixed`: the list of all of them) to (n,) or (n, 1): a Keras model or any function of tensors.
    `fixed` are arrays (n, ...) that f needs but that are not explained, such as ids. Built in lesson 26.

    >>> gradients(lambda x: x[:, 0] * x[:, 1], np.array([[2.0, 5.0]]))
    (array([10.]), array([[5., 2.]]))
    """
    parts = [tf.convert_to_tensor(part) for part in (x if isinstance(x, list) else [x])]
    if any(not part.dtype.is_floating for part in parts):
        raise ValueError("x holds whole numbers, and ids have no gradient: explain what `after_embeddings` returns.")
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(parts)
        given = [*parts, *map(tf.convert_to_tensor, fixed)]
        score = tf.convert_to_tensor(f(given if isinstance(x, list) or len(given) > 1 else given[0]))
        if score.shape not in [(len(parts[0]),), (len(parts[0]), 1)]:
            raise ValueError(f"f must give one score for each of {len(parts[0])} rows, not shape {tuple(score.shape)}.")
        score = tf.reshape(score, (-1,))
    slopes = [slope.numpy() for slope in tape.gradient(score, parts, unconnected_gradients="zero")]
    return score.numpy(), slopes if isinstance(x, list) else slopes[0]


def integrated_gradients(f: Callable, x, reference=0.0, fixed=(), n_steps: int = 256, at_once: int = 8192):
    """Attributions in the shape of x, and the gap (n,): how far their sum is from f(x) − f(reference).

    (x − x') times the mean gradient at `n_steps` midpoints of the straight path from the reference x' to x. `f`, x and
    `fixed` as in `gradients`; `reference` is one number, an array like x or a list of arrays. At most `at_once` points
    are computed together. Raise `n_steps` until the gap is small enough. ReLU kinks need more steps than smooth bends.
    Source: Sundararajan, Taly & Yan, ICML 2017, eq. 1 and 3. Built in lesson 26.

    >>> integrated_gradients(lambda x: x[:, 0] * x[:, 1], np.array([[2.0, 5.0]]))
    (array([[5., 5.]]), array([0.]))
    """
    if n_steps < 1:
        raise ValueError(f"n_steps must be at least 1, not {n_steps}.")
    ends = [np.asarray(part) for part in (x if isinstance(x, list) else [x])]
    starts = reference if isinstance(reference, list) else [reference] * len(ends)
    starts = [np.broadcast_to(np.asarray(start, end.dtype), end.shape) for start, end in zip(starts, ends, strict=True)]
    wrap = (lambda parts: parts) if isinstance(x, list) else (lambda parts: parts[0])
    share, n, blocks = (np.arange(n_steps) + 0.5) / n_steps, len(ends[0]), []
    for rows in np.array_split(np.arange(n), -(-n // max(1, at_once // n_steps))):
        points = []
        for start, end in zip(starts, ends):
            step = share.reshape(1, n_steps, *[1] * (end.ndim - 1))
            path = start[rows, None] + step * (end - start)[rows, None]  # (rows, n_steps, ...)
            points.append(path.reshape(-1, *end.shape[1:]).astype(end.dtype))
        slopes = gradients(f, wrap(points), [np.repeat(np.asarray(part)[rows], n_steps, axis=0) for part in fixed])[1]
        slopes = slopes if isinstance(x, list) else [slopes]
        blocks.append([slope.reshape(len(rows), n_steps, *slope.shape[1:]).mean(axis=1) for slope in slopes])
    parts = [(end - start) * np.concatenate(slope) for start, end, slope in zip(starts, ends, zip(*blocks))]
    total = sum(part.reshape(n, -1).sum(axis=1, dtype=float) for part in parts)
    at_end, at_start = (gradients(f, wrap(list(points)), fixed)[0] for points in (ends, starts))
    return wrap(parts), np.abs(total - (at_end.astype(float) - at_start))
