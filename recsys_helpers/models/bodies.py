"""Bodies of a next-item network: each maps (batch, length, dim) causally to (batch, length, any)."""

from collections.abc import Callable

from keras import layers, ops


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
