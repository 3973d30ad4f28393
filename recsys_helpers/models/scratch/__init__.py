"""A neural network in NumPy that can be read in one sitting: layers, losses, update rules, a training loop.

`layers` dense layers, activations, dropout, and the network that holds them · `embedding` a table of rows, one for each
id · `losses` a value and its gradient · `optimisers` the rules that move the weights · `training` the loop, and the
check that every gradient is right.

A layer has three parts. `forward` turns x into y. `backward` takes the gradient of the loss with respect to y, stores
that of the layer's `parameters`, and returns that with respect to x: the chain rule (Rumelhart, Hinton & Williams,
Nature 1986). Any object with these three can stand in a `Network`. The numbers are those of Keras 3; where a definition
differs between libraries, tests/helpers/test_scratch_twins.py says how. Left out: recurrence, attention, GPUs.

>>> import numpy as np
>>> rng = np.random.default_rng(0)
>>> network = Network([Dense(2, 8, rng), Tanh(), Dense(8, 1, rng)])
>>> network
Network([Dense(2, 8), Tanh(), Dense(8, 1)])
>>> x, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]])  # exclusive or
>>> optimiser = Optimiser(network.parameters, adam, learning_rate=0.05)
>>> history = fit(network, x, y, binary_cross_entropy, optimiser, rng, n_epochs=200, progress=False)
>>> (network.forward(x) > 0).astype(int).ravel()
array([0, 1, 1, 0])
"""

from recsys_helpers.models.scratch.embedding import Embedding
from recsys_helpers.models.scratch.layers import (
    Activation,
    Dense,
    Dropout,
    LeakyReLU,
    Network,
    Parameter,
    ReLU,
    Sigmoid,
    Tanh,
)
from recsys_helpers.models.scratch.losses import (
    binary_cross_entropy,
    categorical_cross_entropy,
    mean_squared_error,
    softmax,
)
from recsys_helpers.models.scratch.optimisers import Optimiser, adam, momentum, rmsprop, sgd
from recsys_helpers.models.scratch.training import fit, gradient_check

__all__ = [
    "Activation",
    "Dense",
    "Dropout",
    "Embedding",
    "LeakyReLU",
    "Network",
    "Optimiser",
    "Parameter",
    "ReLU",
    "Sigmoid",
    "Tanh",
    "adam",
    "binary_cross_entropy",
    "categorical_cross_entropy",
    "fit",
    "gradient_check",
    "mean_squared_error",
    "momentum",
    "rmsprop",
    "sgd",
    "softmax",
]
