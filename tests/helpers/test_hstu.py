"""The HSTU body is what a slow loop over pairs of positions computes, and it never looks ahead."""

import keras
import numpy as np
import pytest

from recsys_helpers.models.hstu import hstu_body
from recsys_helpers.start import set_seed


def model_of(length=5, dim=6, n_heads=2):
    set_seed(3)
    inputs = keras.Input((length, 4))
    model = keras.Model(inputs, hstu_body(length, dim, n_heads, dropout=0.0)(inputs))
    rng = np.random.default_rng(4)
    model.set_weights([rng.normal(0, 0.7, weight.shape) for weight in model.get_weights()])
    return model


def silu(z):
    return z / (1 + np.exp(-z))


def normalised(x, gain, shift):
    return (x - x.mean()) / np.sqrt(x.var() + 1e-3) * gain + shift


def test_the_body_is_the_loop_of_the_paper():
    length, dim, n_heads = 5, 6, 2
    model = model_of(length, dim, n_heads)
    weights = {layer.name: layer.get_weights() for layer in model.layers if layer.get_weights()}
    (first, parts, last), (norm, norm_out) = (
        [weights[name] for name in weights if name.startswith(kind)] for kind in ("dense", "layer_norm")
    )
    bias = weights["bias_0"][0]
    history = np.random.default_rng(5).normal(size=(length, 4))
    x = history @ first[0]
    u, v, q, k = np.split(np.array([silu(normalised(row, *norm) @ parts[0] + parts[1]) for row in x]), 4, axis=1)
    out = np.zeros((length, dim))
    for i in range(length):
        found = np.zeros(dim)
        for head in range(n_heads):
            own = slice(3 * head, 3 * head + 3)
            for j in range(i + 1):
                found[own] += silu(q[i, own] @ k[j, own] + bias[i - j, head]) / length * v[j, own]
        out[i] = x[i] + (normalised(found, *norm_out) * u[i]) @ last[0] + last[1]
    assert model(history[None]).numpy()[0] == pytest.approx(out, abs=1e-4)


def test_no_position_looks_ahead():
    model, rng = model_of(), np.random.default_rng(6)
    history = rng.normal(size=(1, 5, 4)).astype("float32")
    changed = history.copy()
    changed[:, 3] += 1
    moved = np.abs(model(history).numpy() - model(changed).numpy()).max(axis=(0, 2))
    assert (moved[:3] < 1e-6).all() and (moved[3:] > 1e-4).all()


def test_heads_must_divide_the_size():
    with pytest.raises(ValueError, match="multiple"):
        hstu_body(5, dim=6, n_heads=4)
