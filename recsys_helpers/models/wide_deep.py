"""A wide and deep next-item recommender: a network over aged sums of item vectors, and the linear model beside it.

The deep half reads the newest items of a history through sums with several memories, from "the last two items" to "all
of them"; the wide half is `linear.linear_next_item`, solved in closed form. The scores of both are added.
Inputs are dense indices (0 pads, at the end); outputs are scores, never probabilities.
"""

from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops

from recsys_helpers.data.sequences import windows_with_targets
from recsys_helpers.models import linear
from recsys_helpers.models.next_item import first_item_rows
from recsys_helpers.models.sampling import negative_probabilities
from recsys_helpers.models.training import Training, fit
from recsys_helpers.start import set_seed

FOREVER = 1e6  # a decay so long that all items of a history weigh the same


@dataclass(frozen=True)
class NextItemConfig:
    """Settings of the deep half and the weight of the wide half, all chosen on a cut before the test part.

    Counts: `length` newest items are read, `dim` numbers describe an item on the way in and on the way out, `hidden`
    units join the sums. `decays` (in positions) are the memories. Targets lie up to `horizon` positions ahead, nearer
    ones more often (`target_decay`). A batch holds `batch_size` windows with `n_positions` targets each and shares
    `n_negatives` negatives. Probabilities: `item_dropout` drops whole items, `dropout` single numbers.
    """

    length: int = 100
    dim: int = 128
    hidden: int = 256
    decays: tuple[float, ...] = (1.0, 4.0, 16.0, FOREVER)
    item_dropout: float = 0.3
    dropout: float = 0.5
    horizon: int = 20
    target_decay: float = 5.0
    n_positions: int = 32
    n_negatives: int = 512
    batch_size: int = 64
    rate: float = 0.004
    weight_decay: float = 0.01
    autoencoder_weight: float = 0.2
    n_epochs: int = 16
    average: int = 10
    wide_weight: float = 80.0


def memory(length: int, decay: float) -> np.ndarray:
    """Weights of the items of a window after 0, 1, … `length` items were seen; shape (length + 1, length).

    Row n weighs item s < n with exp(−(n − 1 − s) / decay), divided so that the squares of a row sum to 1: sums of few
    and of many items have the same size. Row 0, the empty history, is 0; so is everything that comes later.

    >>> memory(2, decay=1e6).round(2)
    array([[0.  , 0.  ],
           [1.  , 0.  ],
           [0.71, 0.71]], dtype=float32)
    """
    age = np.arange(length)[:, None] - np.arange(length)[None, :]
    weights = np.where(age >= 0, np.exp(-np.maximum(age, 0) / decay), 0.0)
    weights /= np.sqrt((weights**2).sum(axis=1, keepdims=True))
    return np.vstack([np.zeros((1, length)), weights]).astype(np.float32)


def deep_next_item(
    item_counts: np.ndarray, probabilities: np.ndarray, config: NextItemConfig, seed: int = 42
) -> tuple[keras.Model, keras.Model]:
    """The deep half; returns `(trainer, recommender)`, which share their weights.

    The trainer takes [history (batch, length), n_seen (batch, n_positions), target (batch, n_positions), negative
    (batch, n_negatives / batch_size)] and gives two outputs: the logits (batch, n_positions, 1 + negatives) of the
    target and of all negatives of the batch, each minus the log of its `probabilities` of being drawn, where `n_seen`
    says how many items of the window the prediction may use; and the log-probabilities (batch, length) with which an
    autoencoder finds every item of the window again. The recommender takes a history and gives the scores of all items
    (batch, n_items + 1). An empty history gets the learned biases of the items, at first the order of popularity.
    `item_counts` and `probabilities` have shape (n_items + 1,).
    Sources: Liang et al., WWW 2018 (Mult-DAE) for the autoencoder; Bengio & Senécal, 2008, for the correction.
    """
    counts, probabilities = np.asarray(item_counts, float), np.asarray(probabilities, float)
    if counts.shape != probabilities.shape or counts.ndim != 1:
        raise ValueError(f"item_counts {counts.shape} and probabilities {probabilities.shape} must be (n_items + 1,).")
    length, dim = config.length, config.dim
    history = keras.Input((length,), dtype="int32", name="history")
    n_seen = keras.Input((config.n_positions,), dtype="int32", name="n_seen")
    target = keras.Input((config.n_positions,), dtype="int32", name="target")
    negative = keras.Input((config.n_negatives // config.batch_size,), dtype="int32", name="negative")

    table = layers.ReversibleEmbedding(len(counts), dim, name="items")
    table.build(())
    table.set_weights([first_item_rows(counts, dim, seed)])
    log_probability = _fixed_table(np.log(np.maximum(probabilities, 1e-9))[:, None], "log_probability")
    memories = [_fixed_table(memory(length, decay), f"memory_{k}") for k, decay in enumerate(config.decays)]
    first = keras.initializers.RandomNormal(stddev=0.05, seed=seed)
    history_table = layers.Embedding(len(counts), dim, first, name="history_items")
    join = layers.Dense(config.hidden, "tanh", use_bias=False, name="join")
    read_out = layers.Dense(dim - 1, use_bias=False, name="read_out")

    is_real = ops.cast(ops.expand_dims(history > 0, -1), "float32")
    vectors = history_table(history) * is_real  # (batch, length, dim)

    def queries(x, n):  # x (batch, length, dim), n (batch, any) → (batch, any, dim)
        sums = [ops.matmul(weights_after(n), x) for weights_after in memories]
        return join(ops.concatenate(sums, axis=-1))

    whole = layers.Dropout(config.item_dropout, noise_shape=(None, length, 1), seed=seed)
    drop_in, drop_out = layers.Dropout(config.dropout, seed=seed + 1), layers.Dropout(config.dropout, seed=seed + 2)
    query = _with_one(read_out(drop_out(queries(drop_in(whole(vectors)), n_seen))))  # (batch, n_positions, dim)
    logits = _sampled_logits(query, target, ops.reshape(negative, (-1,)), table, log_probability)

    half = layers.Dropout(0.5, noise_shape=(None, length, 1), seed=seed + 3)
    size = ops.sqrt(ops.maximum(ops.sum(is_real, axis=1), 1.0))
    code = layers.Dropout(0.5, seed=seed + 4)(ops.tanh(ops.sum(half(vectors), axis=1) / size))
    everything = table(_with_one(layers.Dense(dim - 1, name="decode")(code)), reverse=True)
    found = ops.take_along_axis(ops.log_softmax(everything, axis=-1), history, axis=-1)  # (batch, length)

    n_real = ops.sum(ops.cast(history > 0, "int32"), axis=1, keepdims=True)
    newest = _with_one(read_out(queries(vectors, n_real)))[:, 0]
    scores = table(newest, reverse=True)
    return keras.Model([history, n_seen, target, negative], [logits, found]), keras.Model(history, scores)


def fit_deep_next_item(
    histories: list[np.ndarray], n_columns: int, config: NextItemConfig, seed: int = 42
) -> tuple[keras.Model, Training]:
    """Train the deep half on histories (lists of item indices, oldest first); returns (recommender, Training).

    `n_columns` is n_items + 1. The same seed, machine and thread count give the same weights.
    """
    set_seed(seed)
    counts = np.bincount(np.concatenate(histories), minlength=n_columns).astype(float)
    probabilities = negative_probabilities(counts)
    trainer, recommender = deep_next_item(counts, probabilities, config, seed)
    trainer.compile(
        keras.optimizers.AdamW(config.rate, weight_decay=config.weight_decay),
        [keras.losses.SparseCategoricalCrossentropy(from_logits=True), _negative_log_likelihood],
        loss_weights=[1.0, config.autoencoder_weight],
    )
    n_targets = sum(max(len(history) - 1, 0) for history in histories)
    n_windows = max(n_targets // (config.n_positions * config.batch_size), 1) * config.batch_size

    def examples(rng):
        window, n_seen, target = windows_with_targets(
            histories, config.length, n_windows, config.n_positions, config.horizon, config.target_decay, rng
        )
        per_window = config.n_negatives // config.batch_size
        negative = rng.choice(n_columns, (n_windows, per_window), p=probabilities).astype(np.int32)
        share = (window > 0) / (window > 0).sum(axis=1, keepdims=True)  # each item of a window counts alike
        return [window, n_seen, target, negative], [np.zeros(target.shape, np.int32), share.astype(np.float32)]

    training = fit(trainer, examples, config.n_epochs, config.batch_size, average=config.average, seed=seed)
    return recommender, training


def wide_and_deep(recommender: keras.Model, weights: np.ndarray, config: NextItemConfig, decay: float = 5.0,
                  floor: float = 0.1) -> keras.Model:  # fmt: skip
    """One model from a history (batch, length) to the scores of all items: deep scores + `wide_weight` · linear scores.

    `weights` come from `linear.linear_next_item`, solved with the same `decay` and `floor`; they are frozen. Only items
    that have weights are stored. The linear half reads the newest `length` items, too.
    Source of the idea: Cheng et al., "Wide & Deep Learning for Recommender Systems", DLRS 2016 (there both halves are
    trained together).
    """
    kept = np.flatnonzero(weights.any(axis=0) | weights.any(axis=1))
    position_of = np.zeros(len(weights), np.int32)
    position_of[kept] = np.arange(1, len(kept) + 1)  # 0: an item without weights
    ages = np.zeros((config.length + 1, config.length), np.float32)
    for n in range(1, config.length + 1):
        ages[n, :n] = linear.age_weights(n, decay, floor)
    rows = np.vstack([np.zeros((1, len(kept))), weights[np.ix_(kept, kept)]])

    history = keras.Input((config.length,), dtype="int32", name="history")
    n_real = ops.sum(ops.cast(history > 0, "int32"), axis=1, keepdims=True)
    age_weights = _fixed_table(ages, "age_weights")(n_real)  # (batch, 1, length)
    item_weights = _fixed_table(rows, "item_weights")(ops.take(position_of, history))  # (batch, length, n_kept)
    of_kept = ops.matmul(age_weights, item_weights)[:, 0]
    with_zero = ops.pad(of_kept, ((0, 0), (1, 0)))
    wide = ops.take(with_zero, position_of, axis=1)  # (batch, n_items + 1)
    return keras.Model(history, recommender(history) + config.wide_weight * wide)


def _sampled_logits(query, target, pool, table, log_probability):
    """Logits of the target first, then of the pool; a negative that is the target itself is taken out."""
    right = ops.sum(query * table(target), axis=-1, keepdims=True) - log_probability(target)
    wrong = ops.matmul(query, ops.transpose(table(pool))) - ops.transpose(log_probability(pool))
    is_right = ops.equal(ops.expand_dims(target, -1), ops.reshape(pool, (1, 1, -1)))
    return ops.concatenate([right, ops.where(is_right, -1e9, wrong)], axis=-1)


def _negative_log_likelihood(share, log_probabilities):
    return -ops.sum(share * log_probabilities, axis=-1)


def _fixed_table(values, name):
    table = layers.Embedding(*values.shape, trainable=False, name=name)
    table.build(())
    table.set_weights([np.asarray(values, np.float32)])
    return table


def _with_one(queries):
    return ops.concatenate([queries, ops.ones_like(queries[..., :1])], axis=-1)
