"""A next-item recommender around a body (GRU, CNN, self-attention), and its training.

Inputs are histories of dense indices (0 pads); outputs are scores or logits, never probabilities. No Lambda layers, so
every model saves to `.keras` and loads in a fresh process.
"""

from collections.abc import Callable

import keras
import numpy as np
from keras import layers, ops

from recsys_helpers.data import sequences
from recsys_helpers.models import sampling
from recsys_helpers.models.training import Training, fit


def next_item_model(
    body: Callable,
    item_counts: np.ndarray,
    probabilities: np.ndarray,
    length: int = 50,
    dim: int = 128,
    dropout: float = 0.5,
    n_negatives: int = 16,
    seed: int = 42,
) -> tuple[keras.Model, keras.Model]:
    """A recommender from histories around `body`, which maps (batch, length, dim) causally to (batch, length, any).

    Returns `(trainer, recommender)`, which share their weights. The trainer takes [history, target, negative], shapes
    (batch, length), (batch, length), (batch, n_negatives), and gives logits (batch, length, 1 + batch · n_negatives):
    the target first, then the negatives of the whole batch, each minus the log of its probability (`probabilities`,
    shape (n_items + 1,), from `negative_probabilities`). The recommender takes a history and gives the scores of all
    items (batch, n_items + 1); an empty history gets the order of popularity.
    Source: Hidasi & Karatzoglou, CIKM 2018 (sampled losses); Bengio & Senécal, 2008 (correction). Built in lesson 10.
    """
    counts, probabilities = np.asarray(item_counts, float), np.asarray(probabilities, float)
    if counts.shape != probabilities.shape or counts.ndim != 1:
        raise ValueError(
            f"item_counts {counts.shape} and probabilities {probabilities.shape} must both have shape (n_items + 1,)."
        )
    history = keras.Input((length,), dtype="int32", name="history")
    target = keras.Input((length,), dtype="int32", name="target")
    negative = keras.Input((n_negatives,), dtype="int32", name="negative")

    table = layers.ReversibleEmbedding(len(counts), dim, name="items")
    table.build(())
    table.set_weights([first_item_rows(counts, dim, seed)])
    log_q = layers.Embedding(len(counts), 1, trainable=False, dtype="float32", name="log_q")
    log_q.build(())
    log_q.set_weights([np.log(np.maximum(probabilities, 1e-9))[:, None]])

    read_out = layers.Dense(dim - 1, use_bias=False, name="read_out")
    drop_in, drop_out = layers.Dropout(dropout, seed=seed), layers.Dropout(dropout, seed=seed + 1)
    states = drop_out(body(drop_in(table(history))))  # (batch, length, any)
    queries = _with_one(read_out(states))  # (batch, length, dim)
    pool = ops.reshape(negative, (-1,))  # (batch · n_negatives,)
    right = ops.cast(ops.sum(queries * table(target), axis=-1, keepdims=True), "float32") - log_q(target)
    wrong = ops.cast(ops.matmul(queries, ops.transpose(table(pool))), "float32") - ops.transpose(log_q(pool))
    is_right = ops.equal(ops.expand_dims(target, -1), ops.reshape(pool, (1, 1, -1)))
    logits = ops.concatenate([right, ops.where(is_right, -1e9, wrong)], axis=-1)

    n_real = ops.sum(ops.cast(history > 0, "int32"), axis=1)
    is_newest = ops.equal(np.arange(1, length + 1), ops.expand_dims(n_real, -1))  # nowhere in an empty history
    is_newest = ops.expand_dims(ops.cast(is_newest, states.dtype), -1)  # (batch, length, 1)
    newest = ops.sum(states * is_newest, axis=1)  # zeros for an empty history
    scores = table(_with_one(read_out(newest)), reverse=True)
    return keras.Model([history, target, negative], logits), keras.Model(history, scores)


def fit_next_item(
    body, histories, item_counts, n_epochs, length=50, dim=128, dropout=0.5, rate=0.003, seed=42
) -> tuple[keras.Model, Training]:
    """Train a `next_item_model` around `body` on histories (lists of item indices); returns (recommender, Training).

    Windows of `length`, a target among the next 5 items, 16 negatives a row by the root of their counts, batches of 32,
    AdamW, the mean of the weights of the last 10 epochs: chosen on valid in lessons 10 to 12. Call `set_seed` before
    `body` is made, for its first weights.
    """
    probabilities, n_negatives = sampling.negative_probabilities(item_counts), 16
    trainer, recommender = next_item_model(body, item_counts, probabilities, length, dim, dropout, n_negatives, seed)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    trainer.compile(keras.optimizers.AdamW(rate, weight_decay=0.01), loss)

    def examples(rng):
        inputs, targets = sequences.windows(histories, length, rng, horizon=5)
        negatives = rng.choice(len(probabilities), (len(inputs), n_negatives), p=probabilities)
        return [inputs, targets, negatives], np.zeros(inputs.shape, int), (targets > 0).astype("float32")

    return recommender, fit(trainer, examples, n_epochs, batch_size=32, average=10, seed=seed)


def first_item_rows(item_counts: np.ndarray, dim: int, seed: int = 42) -> np.ndarray:
    """First weights of the item table: small noise, and in the last column the log of the count, centred.

    The last column meets a constant 1 in the query, so it is the item's bias. Shape (n_items + 1, dim).
    """
    rows = np.random.default_rng(seed).normal(0, 0.05, (len(item_counts), dim)).astype("float32")
    log_counts = np.log1p(item_counts)
    rows[:, -1] = log_counts - log_counts[1:].mean()
    return rows


def _with_one(queries):
    return ops.concatenate([queries, ops.ones_like(queries[..., :1])], axis=-1)
