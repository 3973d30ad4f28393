"""A next-item network that writes the id of the next item code by code, and its read-out in NumPy for beam search.

What it leaves out: where the ids come from, the tree and the search (`semantic_ids`).
"""

from collections.abc import Callable

import keras
import numpy as np
from keras import layers, ops

from recsys_helpers.data import sequences
from recsys_helpers.models.training import Training, fit


def code_model(
    sizes: list[int], body: Callable, length: int = 50, dim: int = 64, dropout: float = 0.2
) -> tuple[keras.Model, keras.Model]:
    """Trainer and reader around `body`, which maps (batch, length, dim) causally to (batch, length, any).

    An item is the row of its codes, `sizes[level]` different ones on each level. The trainer takes [history, target],
    each (batch, length, n_levels), and gives for each level the logits of the target's code (batch, length, size),
    which may depend on the codes before it. The reader takes a history and gives the states (batch, length, any).
    Padding has any codes: it stands behind, where a causal body never looks. Built in lesson 32.
    """
    n_levels = len(sizes)
    history = keras.Input((length, n_levels), dtype="int32", name="history")
    target = keras.Input((length, n_levels), dtype="int32", name="target")
    x = sum(layers.Embedding(size, dim, name=f"read_{at}")(history[..., at]) for at, size in enumerate(sizes))
    state = layers.Dropout(dropout)(body(layers.Dropout(dropout)(x)))
    said, logits = 0, []
    for at, size in enumerate(sizes):
        query = ops.tanh(layers.Dense(dim, name=f"query_{at}")(state) + said)
        logits.append(layers.Dense(size, name=f"level_{at}")(query))
        if at < n_levels - 1:
            said = said + layers.Embedding(size, dim, name=f"said_{at}")(target[..., at])
    return keras.Model([history, target], logits), keras.Model(history, state)


def fit_codes(
    histories: list[np.ndarray],
    ids: np.ndarray,
    body: Callable,
    n_epochs: int = 12,
    length: int = 50,
    dim: int = 64,
    dropout: float = 0.2,
    rate: float = 0.006,
    average: int = 4,
    seed: int = 1,
) -> tuple[keras.Model, keras.Model, Training]:
    """Train a `code_model` to write the id of the next item at every position; trainer, reader, Training.

    `histories`: lists of item indices, entry 0 empty; `ids`: (n_items + 1, n_levels), row 0 for padding. Call
    `set_seed` before `body` is made, for its first weights.
    """
    ids = np.asarray(ids)
    trainer, reader = code_model([int(size) for size in ids.max(axis=0) + 1], body, length, dim, dropout)
    losses = [keras.losses.SparseCategoricalCrossentropy(from_logits=True) for _ in ids[0]]
    trainer.compile(keras.optimizers.AdamW(rate, weight_decay=0.01), losses, jit_compile=False)

    def examples(rng):
        inputs, targets = sequences.windows(histories, length, rng)
        is_real = (targets > 0).astype("float32")
        return [ids[inputs], ids[targets]], list(np.moveaxis(ids[targets], -1, 0)), [is_real] * len(losses)

    return trainer, reader, fit(trainer, examples, n_epochs, batch_size=32, average=average, seed=seed)


def newest_states(reader: keras.Model, histories: list[np.ndarray], ids: np.ndarray) -> np.ndarray:
    """The state of each history at its newest item, (n_histories, dim); an empty history gets that of padding."""
    length = reader.input.shape[1]
    states = reader.predict(np.asarray(ids)[sequences.last_items(histories, length)], batch_size=96, verbose=0)
    newest = [min(max(len(history), 1), length) - 1 for history in histories]
    return states[np.arange(len(states)), newest]


def code_log_probabilities(trainer: keras.Model, states: np.ndarray) -> Callable:
    """For `beam_search`: from beginnings (n_users, n_kept, level) to log-probabilities (n_users, n_kept, size).

    `states`: (n_users, dim), see `newest_states`. The arithmetic is that of the trainer without dropout, in NumPy.
    """
    weights = {layer.name: layer.get_weights() for layer in trainer.layers if layer.get_weights()}
    n_levels = len(trainer.outputs)
    queries = [states @ weights[f"query_{at}"][0] + weights[f"query_{at}"][1] for at in range(n_levels)]

    def log_probabilities(beginnings: np.ndarray) -> np.ndarray:
        at = beginnings.shape[2]
        query = queries[at][:, None]
        for before in range(at):
            query = query + weights[f"said_{before}"][0][beginnings[:, :, before]]
        kernel, bias = weights[f"level_{at}"]
        logits = np.tanh(query) @ kernel + bias
        logits -= logits.max(axis=-1, keepdims=True)
        return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))

    return log_probabilities


def score_ids(log_probabilities: Callable, n_users: int, ids: np.ndarray) -> np.ndarray:
    """Log-probability of each id for each user, (n_users, n_ids); `ids` (n_ids, n_levels) may end at any level.

    This ranks without a search; the cost grows with the number of different beginnings among the ids.
    """
    ids = np.asarray(ids)
    total = np.zeros((n_users, len(ids)), np.float32)
    for at in range(ids.shape[1]):
        beginnings, which = np.unique(ids[:, :at], axis=0, return_inverse=True)
        which = which.ravel()
        for some in np.array_split(np.arange(len(beginnings)), -(-len(beginnings) // 64)):  # bounds the memory
            shape = (n_users, len(some), at)
            found = log_probabilities(np.broadcast_to(beginnings[some], shape))
            mine = np.flatnonzero((which >= some[0]) & (which <= some[-1]))
            total[:, mine] += found[:, which[mine] - some[0], ids[mine, at]]
    return total
