"""The body of a next-item network with HSTU layers: attention by SiLU instead of softmax, gated, without dense layers.

What it leaves out: the relative bias by time, and the kernels that make it fast on long histories.
"""

from collections.abc import Callable

from keras import layers, ops


def hstu_body(length: int, dim: int = 64, n_heads: int = 4, n_blocks: int = 1, dropout: float = 0.2) -> Callable:
    """Causal HSTU layers over a history of `length`, with a learned bias by distance; `dim`, a multiple of `n_heads`.

    Maps (batch, length, any) to (batch, length, dim). Source: Zhai et al., ICML 2024 (HSTU), there with a bias by time
    as well. Built in lesson 32.
    """
    if dim % n_heads:
        raise ValueError(f"dim {dim} must be a multiple of n_heads {n_heads}.")

    def body(x):
        # made from x: of a constant, Keras would not train the bias
        position = ops.cumsum(ops.ones_like(x[:1, :, 0], dtype="int32"), axis=1) - 1
        distance = ops.expand_dims(position, 2) - ops.expand_dims(position, 1)  # (1, asks, asked)
        may_look = ops.expand_dims(ops.cast(distance >= 0, "float32"), 1)  # (1, 1, asks, asked)
        distance = ops.maximum(distance, 0)
        x = layers.Dense(dim, use_bias=False)(x)
        for block in range(n_blocks):
            parts = layers.Dense(4 * dim, activation="silu")(layers.LayerNormalization()(x))
            u, v, q, k = ops.split(parts, 4, axis=-1)
            v, q, k = (ops.reshape(part, (-1, length, n_heads, dim // n_heads)) for part in (v, q, k))
            bias = ops.transpose(layers.Embedding(length, n_heads, name=f"bias_{block}")(distance), (0, 3, 1, 2))
            weights = ops.silu(ops.einsum("bqhs,bkhs->bhqk", q, k) + bias) * may_look / length
            found = ops.reshape(ops.einsum("bhqk,bkhs->bqhs", weights, v), (-1, length, dim))
            x = x + layers.Dropout(dropout)(layers.Dense(dim)(layers.LayerNormalization()(found) * u))
        return x

    return body
