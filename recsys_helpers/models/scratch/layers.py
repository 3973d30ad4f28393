"""Layers: dense, activations, dropout, and the network that holds them in a row."""

import numpy as np


class Parameter:
    """Weights `value`, the gradient `grad` of the loss with respect to them, and the strength `l2` of their penalty.

    The penalty l2 · Σ value² is not part of `grad`: it joins when an optimiser moves the weights.
    """

    def __init__(self, value: np.ndarray, l2: float = 0.0):
        self.value, self.grad, self.l2 = value, np.zeros_like(value), l2

    def move(self, rule, memory: dict) -> None:
        """Let `rule(value, grad, **memory)` change the value, and the memory, in place."""
        grad = self.grad + 2 * self.l2 * self.value if self.l2 else self.grad
        rule(self.value, grad, **memory)

    def __repr__(self) -> str:
        return f"Parameter{self.value.shape}"


class Dense:
    """y = x @ W + b, with x (batch, n_in), W (n_in, n_out), b (n_out,) and y (batch, n_out). Built in lesson 05.

    W starts uniform in ± √(6 / (n_in + n_out)) (Glorot & Bengio, AISTATS 2010) and b at 0; `l2` penalises W alone.

    >>> Dense(3, 2, np.random.default_rng(0)).forward(np.zeros((4, 3))).shape
    (4, 2)
    """

    def __init__(self, n_in: int, n_out: int, rng: np.random.Generator, l2: float = 0.0, dtype: type = np.float64):
        W = rng.uniform(-1, 1, (n_in, n_out)) * np.sqrt(6 / (n_in + n_out))
        self.W = Parameter(W.astype(dtype), l2)
        self.b = Parameter(np.zeros(n_out, dtype))
        self.parameters = [self.W, self.b]

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.x = np.asarray(x, dtype=self.W.value.dtype)
        if self.x.ndim != 2 or self.x.shape[1] != len(self.W.value):
            raise ValueError(f"Dense expects x of shape (batch, {len(self.W.value)}), not {self.x.shape}.")
        return self.x @ self.W.value + self.b.value

    def backward(self, grad: np.ndarray) -> np.ndarray:
        self.W.grad = self.x.T @ grad  # (n_in, batch) @ (batch, n_out)
        self.b.grad = grad.sum(axis=0)
        return grad @ self.W.value.T  # (batch, n_out) @ (n_out, n_in)

    def __repr__(self) -> str:
        n_in, n_out = self.W.value.shape
        return f"Dense({n_in}, {n_out})"


class Activation:
    """y = f(x), entry by entry; `backward` multiplies by the slope of f. Built in lesson 06.

    A subclass says f, and `slope_at`, the slope of f told from its output y.
    """

    parameters = ()

    def f(self, x: np.ndarray) -> np.ndarray:
        """The function itself, entry by entry."""
        raise NotImplementedError

    def slope_at(self, y: np.ndarray) -> np.ndarray:
        """The slope of f where its output is y."""
        raise NotImplementedError

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        y = self.f(x)
        self.slope = self.slope_at(y)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return grad * self.slope

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ReLU(Activation):
    """y = max(x, 0). The slope at the kink x = 0 is taken as 0, as in Keras."""

    def f(self, x: np.ndarray) -> np.ndarray:
        return np.maximum(x, 0)

    def slope_at(self, y: np.ndarray) -> np.ndarray:
        return y > 0


class LeakyReLU(Activation):
    """y = max(x, 0.3 x): below 0 a slope of 0.3 is left, as in Keras."""

    def f(self, x: np.ndarray) -> np.ndarray:
        return np.maximum(x, 0.3 * x)

    def slope_at(self, y: np.ndarray) -> np.ndarray:
        return np.where(y > 0, 1, 0.3).astype(y.dtype)


class Sigmoid(Activation):
    """y = 1 / (1 + exp(−x)), written as exp(−log(1 + exp(−x))) so that no exponential overflows."""

    def f(self, x: np.ndarray) -> np.ndarray:
        return np.exp(-np.logaddexp(0, -x))

    def slope_at(self, y: np.ndarray) -> np.ndarray:
        return y * (1 - y)


class Tanh(Activation):
    """y = tanh(x)."""

    def f(self, x: np.ndarray) -> np.ndarray:
        return np.tanh(x)

    def slope_at(self, y: np.ndarray) -> np.ndarray:
        return 1 - y**2


class Dropout(Activation):
    """In training, zero a share `rate` of x and divide the rest by 1 − rate; otherwise y = x. Built in lesson 06.

    Source: Srivastava et al., JMLR 2014.
    """

    def __init__(self, rate: float, rng: np.random.Generator):
        if not 0 <= rate < 1:
            raise ValueError(f"rate is the share that is dropped: 0 ≤ rate < 1, not {rate}.")
        self.rate, self.rng = rate, rng

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.slope = 1
        if training:
            is_kept = self.rng.random(x.shape) >= self.rate
            self.slope = is_kept.astype(x.dtype) / (1 - self.rate)
        return x * self.slope

    def __repr__(self) -> str:
        return f"Dropout({self.rate})"


class Network:
    """Layers in a row: the output of each is the input of the next. Built in lessons 05 and 06.

    A layer remembers one batch and keeps one gradient, so each may stand in a network once, and so may each parameter.

    >>> layer = ReLU()
    >>> Network([layer, layer])
    Traceback (most recent call last):
    ValueError: ReLU() stands in this network twice; its second use would overwrite what the first one needs to go \
backward. Make a layer for each use.
    """

    def __init__(self, layers: list):
        self.layers = [inner for layer in layers for inner in getattr(layer, "layers", [layer])]  # networks unfold
        self.parameters = [p for layer in self.layers for p in layer.parameters]
        for part in (self.layers, self.parameters):
            if twice := _first_repeated(part):
                raise ValueError(
                    f"{twice} stands in this network twice; its second use would overwrite what the first one needs "
                    "to go backward. Make a layer for each use."
                )

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, grad: np.ndarray) -> np.ndarray | None:
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

    def __repr__(self) -> str:
        return f"Network({self.layers})"


def _first_repeated(objects: list):
    """The first object of a list that stands in it once more, or None; equal is not enough, it must be the same."""
    seen = set()
    for one in objects:
        if id(one) in seen:
            return one
        seen.add(id(one))
    return None
