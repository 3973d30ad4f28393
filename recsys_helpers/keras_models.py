"""Builders of the course's Keras models: each was written out in a lesson, and a test says that both agree.

Inputs are dense indices (0 pads); outputs are scores or logits, never probabilities. No Lambda layers, so every model
saves to `.keras` and loads in a fresh process.
"""

from collections.abc import Callable

import keras
import numpy as np
from keras import layers, ops

from recsys_helpers import sampling
from recsys_helpers.training import Training, fit


def next_item_model(
    body: Callable,
    item_counts: np.ndarray,
    chances: np.ndarray,
    length: int = 50,
    dim: int = 128,
    dropout: float = 0.5,
    n_negatives: int = 16,
    seed: int = 42,
) -> tuple[keras.Model, keras.Model]:
    """A recommender from histories around `body`, which maps (batch, length, dim) causally to (batch, length, any).

    Returns `(trainer, recommender)`, which share their weights. The trainer takes [history, target, negative], shapes
    (batch, length), (batch, length), (batch, n_negatives), and gives logits (batch, length, 1 + batch · n_negatives):
    the target first, then the negatives of the whole batch, each minus the log of its chance (`chances`, shape
    (n_items + 1,), from `sampling.negative_chances`). The recommender takes a history and gives the scores of all items
    (batch, n_items + 1); an empty history gets the order of popularity.
    Source: Hidasi & Karatzoglou, CIKM 2018 (sampled losses); Bengio & Senécal, 2008 (correction). Built in lesson 10.
    """
    counts, chances = np.asarray(item_counts, float), np.asarray(chances, float)
    if counts.shape != chances.shape or counts.ndim != 1:
        raise ValueError(f"item_counts {counts.shape} and chances {chances.shape} must both be (n_items + 1,).")
    history = keras.Input((length,), dtype="int32", name="history")
    target = keras.Input((length,), dtype="int32", name="target")
    negative = keras.Input((n_negatives,), dtype="int32", name="negative")

    table = layers.ReversibleEmbedding(len(counts), dim, name="items")
    table.build(())
    table.set_weights([first_item_rows(counts, dim, seed)])
    log_chance = layers.Embedding(len(counts), 1, trainable=False, dtype="float32", name="log_chance")
    log_chance.build(())
    log_chance.set_weights([np.log(np.maximum(chances, 1e-9))[:, None]])

    read_out = layers.Dense(dim - 1, use_bias=False, name="read_out")
    drop_in, drop_out = layers.Dropout(dropout, seed=seed), layers.Dropout(dropout, seed=seed + 1)
    states = drop_out(body(drop_in(table(history))))  # (batch, length, any)
    queries = _with_one(read_out(states))  # (batch, length, dim)
    pool = ops.reshape(negative, (-1,))  # (batch · n_negatives,)
    right = ops.cast(ops.sum(queries * table(target), axis=-1, keepdims=True), "float32") - log_chance(target)
    wrong = ops.cast(ops.matmul(queries, ops.transpose(table(pool))), "float32") - ops.transpose(log_chance(pool))
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
    chances, n_negatives = sampling.negative_chances(item_counts), 16
    trainer, recommender = next_item_model(body, item_counts, chances, length, dim, dropout, n_negatives, seed)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    trainer.compile(keras.optimizers.AdamW(rate, weight_decay=0.01), loss)

    def examples(rng):
        inputs, targets = sampling.windows(histories, length, rng, horizon=5)
        negatives = rng.choice(len(chances), (len(inputs), n_negatives), p=chances)
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


def gru_body(dim: int = 128) -> Callable:
    """One GRU over the history. Source: Hidasi et al., ICLR 2016 (GRU4Rec). Built in lesson 11."""
    return layers.GRU(dim, return_sequences=True, name="gru")


def cnn_body(dim: int = 128, kernel: int = 3, dilations: tuple[int, ...] = (1, 2, 4), dropout: float = 0.1) -> Callable:
    """Causal dilated convolutions with residual connections; sees Σ (kernel − 1) · dilation + 1 items back.

    Source: Yuan et al., WSDM 2019 (NextItNet). Built in lesson 10.
    """

    def body(x):
        for dilation in dilations:
            y = layers.LayerNormalization()(x)
            y = layers.Conv1D(dim, kernel, padding="causal", dilation_rate=dilation, activation="tanh")(y)
            x = x + layers.Dropout(dropout)(y)
        return x

    return body


def attention_body(length: int, dim: int = 128, n_heads: int = 4, n_blocks: int = 1, dropout: float = 0.2) -> Callable:
    """Causal self-attention blocks over the history, with learned positions; `dim` must be a multiple of `n_heads`.

    Unlike in the paper the items first pass a Dense layer, and no normalisation follows the last block: with it the
    network learned much more slowly here. Source: Kang & McAuley, ICDM 2018 (SASRec). Built in lesson 12.
    """
    if dim % n_heads:
        raise ValueError(f"dim {dim} must be a multiple of n_heads {n_heads}.")

    def body(x):
        place = ops.cumsum(ops.ones_like(x[..., 0], dtype="int32"), axis=1) - 1  # 0, 1, 2, … in every row
        x = layers.Dense(dim, use_bias=False)(x) + layers.Embedding(length, dim, name="places")(place)
        for _ in range(n_blocks):
            y = layers.LayerNormalization()(x)
            y = layers.MultiHeadAttention(n_heads, dim // n_heads)(y, y, use_causal_mask=True)
            x = x + layers.Dropout(dropout)(y)
            y = layers.LayerNormalization()(x)
            y = layers.Dense(dim)(layers.Dense(dim, activation="relu")(y))
            x = x + layers.Dropout(dropout)(y)
        return x

    return body


def matrix_factorisation(
    n_user_rows: int, n_item_rows: int, dim: int = 32, penalty: float = 0.0, bias_penalty: float = 0.0
) -> keras.Model:
    """Score = user bias + item bias + dot product; inputs [user, item], each (batch,), output (batch, 1).

    `n_user_rows`, `n_item_rows` include row 0 (`IdMap.n_rows`). `penalty` and `bias_penalty` weigh the sum of squares
    of the tables in the loss. Source: Koren, Bell & Volinsky, IEEE Computer 2009. Built in lesson 08.
    """
    user, item, biases = _pair_with_biases(n_user_rows, n_item_rows, bias_penalty)
    p = _table(n_user_rows, dim, penalty, "user_factors")(user)
    q = _table(n_item_rows, dim, penalty, "item_factors")(item)
    return keras.Model([user, item], layers.Add()([*biases, layers.Dot(axes=1)([p, q])]))


def neumf(
    n_user_rows: int,
    n_item_rows: int,
    dim: int = 32,
    hidden: tuple[int, ...] = (32, 16),
    penalty: float = 0.0,
    bias_penalty: float = 0.0,
    product: bool = True,
) -> keras.Model:
    """As `matrix_factorisation`, but the similarity is learned: an arm of products, an arm of dense layers, joined.

    Each arm has tables of its own. `product=False` leaves the dense arm alone: the MLP.
    Source: He et al., WWW 2017 (NeuMF), here with biases. Built in lesson 08.
    """
    user, item, biases = _pair_with_biases(n_user_rows, n_item_rows, bias_penalty)
    r = _table(n_user_rows, dim, penalty, "user_dense")(user)
    s = _table(n_item_rows, dim, penalty, "item_dense")(item)
    joined = layers.Concatenate()([r, s])
    for width in hidden:
        joined = layers.Dense(width, activation="relu")(joined)
    if product:
        p = _table(n_user_rows, dim, penalty, "user_product")(user)
        q = _table(n_item_rows, dim, penalty, "item_product")(item)
        joined = layers.Concatenate()([layers.Multiply()([p, q]), joined])
    similarity = layers.Dense(1, use_bias=False, name="similarity")(joined)
    return keras.Model([user, item], layers.Add()([*biases, similarity]))


def _pair_with_biases(n_user_rows, n_item_rows, bias_penalty):
    user, item = keras.Input((), dtype="int32", name="user"), keras.Input((), dtype="int32", name="item")
    of_user = _table(n_user_rows, 1, bias_penalty, "user_bias", spread=0.0)(user)
    return user, item, [of_user, _table(n_item_rows, 1, bias_penalty, "item_bias", spread=0.0)(item)]


def _table(n_rows, dim, penalty, name, spread=0.05):
    start = keras.initializers.RandomNormal(stddev=spread) if spread else "zeros"
    return layers.Embedding(n_rows, dim, start, keras.regularizers.L2(penalty) if penalty else None, name=name)
