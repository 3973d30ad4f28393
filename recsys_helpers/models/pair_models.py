"""Models that score one (user, item) pair: matrix factorisation, the MLP, and NeuMF.

Inputs are dense indices (0 pads); outputs are scores or logits, never probabilities.
"""

import keras
from keras import layers


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
