"""The NumPy network against centred differences, broken versions of itself, bad input, and cases known by hand."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_helpers import scratch
from recsys_helpers.scratch import (
    Activation,
    Dense,
    Dropout,
    Embedding,
    LeakyReLU,
    Network,
    Optimiser,
    Parameter,
    ReLU,
    Sigmoid,
    Tanh,
    adam,
    binary_cross_entropy,
    categorical_cross_entropy,
    fit,
    gradient_check,
    mean_squared_error,
    momentum,
    rmsprop,
    sgd,
    softmax,
)

steady = settings(derandomize=True, deadline=None, max_examples=50)
sizes, seeds = st.integers(1, 5), st.integers(0, 2**32 - 1)
PROVEN = 1e-6  # right gradients stay below this; the largest error seen over all cases here is about 1e-8
BROKEN = 1e-4  # each mutant lies above this
ACTIVATIONS = {"ReLU": ReLU, "LeakyReLU": LeakyReLU, "Sigmoid": Sigmoid, "Tanh": Tanh}
LOSSES = {"mse": mean_squared_error, "bce": binary_cross_entropy, "cce": categorical_cross_entropy}
RULES = {"sgd": sgd, "momentum": momentum, "rmsprop": rmsprop, "adam": adam}


def draw_target(loss, shape, rng):
    """Targets that suit the loss: numbers, labels 0/1, or one-hot rows."""
    if loss is mean_squared_error:
        return rng.normal(size=shape)
    if loss is binary_cross_entropy:
        return rng.integers(0, 2, shape).astype(float)
    return np.eye(shape[1])[rng.integers(0, shape[1], shape[0])]


def network_error(network, x, target, loss, training=False):
    """Largest relative error over every weight, and over the input where that has a gradient.

    Dropout starts from the same seed at every call: the function that is differentiated must not change in between.
    """

    def value():
        for layer in network.layers:
            if isinstance(layer, Dropout):
                layer.rng = np.random.default_rng(7)
        return loss(network.forward(x, training), target)

    x_grad = network.backward(value()[1])
    errors = [gradient_check(lambda: value()[0], p.value, p.grad) for p in network.parameters]
    if x_grad is not None:
        errors.append(gradient_check(lambda: value()[0], x, x_grad))
    return max(errors)


def away_from_kinks(network, x, distance=1e-3):
    """True if no input of a ReLU or LeakyReLU lies so near 0 that a difference of h = 1e-5 could step across."""
    for layer in network.layers:
        if isinstance(layer, Activation) and not isinstance(layer, Dropout):
            if layer.f(np.array([-1.0])) in (0, -0.3) and np.abs(x).min() < distance:
                return False
        x = layer.forward(x)
    return True


# ---------------------------------------------------------------------------------------------- gradients are right


@steady
@given(batch=sizes, n_in=sizes, n_out=sizes, seed=seeds)
def test_dense_has_the_gradient_of_centred_differences(batch, n_in, n_out, seed):
    rng = np.random.default_rng(seed)
    network = Network([Dense(n_in, n_out, rng)])
    x, target = rng.normal(size=(batch, n_in)), rng.normal(size=(batch, n_out))
    assert network_error(network, x, target, mean_squared_error) < PROVEN
