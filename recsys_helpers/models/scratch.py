"""A neural network in NumPy: layers, losses, update rules, a training loop, and the check that its gradients are right.

A layer turns x into y in `forward`. Its `backward` takes the gradient of the loss with respect to y, stores that of its
`parameters` and returns that of x: the chain rule (Rumelhart et al., Nature 1986). Whatever has these three can stand
in a `Network`. Equal to Keras 3, small print in tests/test_scratch_twins.py. Left out: recurrence, attention, GPUs.
"""

from functools import partial

import numpy as np
import scipy.sparse as sp
from tqdm import tqdm


class Parameter:
    """Weights, their gradient, the `rows` that have one (of a table: the batch's), l2 of a penalty l2 · Σ value²."""

    def __init__(self, value: np.ndarray, l2: float = 0.0):
        self.value, self.grad, self.rows, self.l2 = value, np.zeros_like(value), slice(None), l2


class Dense:
    """y = x @ W + b; shapes: x (batch, n_in), W (n_in, n_out), b (n_out,), y (batch, n_out). Built in lesson 05.

    >>> Dense(3, 2, np.random.default_rng(0)).forward(np.zeros((4, 3))).shape
    (4, 2)
    """

    def __init__(self, n_in: int, n_out: int, rng: np.random.Generator, l2: float = 0.0, dtype: type = np.float64):
        W = rng.uniform(-1, 1, (n_in, n_out)) * np.sqrt(6 / (n_in + n_out))  # Glorot & Bengio, AISTATS 2010
        self.W, self.b = Parameter(W.astype(dtype), l2), Parameter(np.zeros(n_out, dtype))
        self.parameters = [self.W, self.b]

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.x = np.asarray(x, dtype=self.W.value.dtype)
        if self.x.ndim != 2 or self.x.shape[1] != len(self.W.value):
            raise ValueError(f"Dense expects x of shape (batch, {len(self.W.value)}), not {self.x.shape}.")
        return self.x @ self.W.value + self.b.value

    def backward(self, grad: np.ndarray) -> np.ndarray:
        self.W.grad = self.x.T @ grad
        self.b.grad = grad.sum(axis=0)
        return grad @ self.W.value.T


class Embedding:
    """Rows `ids` (batch,) of a table (n_rows, dim), uniform in ±scale at first: y (batch, dim). Built in lesson 07.

    With n_rows = [n_users, n_items] ids are (batch, 2), column j reads the j-th table, and y (batch, 2 · dim) has both.
    y = one_hot @ table, so the table's gradient is one_hotᵀ @ grad: an id that stands twice in the batch collects both.

    >>> Embedding([5, 9], 2, np.random.default_rng(0)).forward(np.array([[4, 8], [0, 8], [4, 1]])).shape
    (3, 4)
    """

    def __init__(self, n_rows, dim: int, rng: np.random.Generator, l2=0.0, dtype: type = np.float64, scale=0.05):
        self.n_rows = np.atleast_1d(n_rows)
        self.table = Parameter(rng.uniform(-scale, scale, (self.n_rows.sum(), dim)).astype(dtype), l2)
        self.parameters = [self.table]

    def forward(self, ids: np.ndarray, training: bool = False) -> np.ndarray:
        ids = np.atleast_2d(np.asarray(ids).T).T  # (batch, n_tables)
        if ids.dtype.kind not in "iu" or ids.shape[1] != len(self.n_rows):
            raise TypeError(f"Embedding expects {len(self.n_rows)} integer ids a row, got {ids.shape[1]}, {ids.dtype}.")
        if (ids < 0).any() or (ids >= self.n_rows).any():
            raise IndexError(f"Ids are {ids.min()} … {ids.max()}, n_rows {self.n_rows}. If negative: an overflow?")
        self.ids = (ids.astype(np.int64) + np.cumsum(self.n_rows) - self.n_rows).ravel()  # one table below another
        return self.table.value[self.ids].reshape(len(ids), self.table.value.shape[1] * len(self.n_rows))

    def backward(self, grad: np.ndarray) -> None:
        self.table.grad[self.table.rows] = 0
        self.table.rows, row = np.unique(self.ids, return_inverse=True)
        one_hot_T = sp.csc_array((np.ones(len(row), grad.dtype), row, np.arange(len(row) + 1)))  # a 1 in each column
        self.table.grad[self.table.rows] = one_hot_T @ grad.reshape(len(row), -1)


class Activation:
    """y = f(x), entry by entry; backward multiplies by the slope of f, given as a function of y. Built in lesson 05."""

    parameters = ()

    def __init__(self, f, slope_at):
        self.f, self.slope_at = f, slope_at

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        y = self.f(x)
        self.slope = self.slope_at(y)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return grad * self.slope


def softmax(z: np.ndarray) -> np.ndarray:
    """exp(z) / Σ exp(z) along the last axis; the largest z is taken off first, so nothing overflows. Lesson 05."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


ReLU = partial(Activation, lambda x: np.maximum(x, 0), lambda y: y > 0)  # slope 0 at the kink x = 0, as in Keras
LeakyReLU = partial(Activation, lambda x: np.maximum(x, 0.3 * x), lambda y: np.where(y > 0, 1, 0.3).astype(y.dtype))
Sigmoid = partial(Activation, lambda x: np.exp(-np.logaddexp(0, -x)), lambda y: y * (1 - y))  # logaddexp: no overflow
Tanh = partial(Activation, np.tanh, lambda y: 1 - y**2)


class Dropout(Activation):
    """In training, zero a share `rate` of x, divide the rest by 1 − rate; else y = x (Srivastava et al., JMLR 2014)."""

    def __init__(self, rate: float, rng: np.random.Generator):
        if not 0 <= rate < 1:
            raise ValueError(f"rate is the share that is dropped: 0 ≤ rate < 1, not {rate}.")
        self.rate, self.rng = rate, rng

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.slope = (self.rng.random(x.shape) >= self.rate).astype(x.dtype) / (1 - self.rate) if training else 1
        return x * self.slope


class Network:
    """Layers in a row: the output of each is the input of the next. Built in lessons 05 and 06."""

    def __init__(self, layers: list):
        self.layers, self.parameters = layers, [p for layer in layers for p in layer.parameters]

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, grad: np.ndarray) -> np.ndarray | None:
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad


def mean_squared_error(y: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean of (y − target)² over all entries, and its gradient with respect to y. Built in lesson 05."""
    difference = y - _checked(target, y)
    return float((difference**2).mean()), 2 * difference / y.size


def binary_cross_entropy(z: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean of −t log p − (1 − t) log(1 − p) = log(1 + exp(z)) − t z, p = sigmoid(z), and its gradient; z are logits."""
    target, log_sum = _checked(target, z, 0, 1), np.logaddexp(0, z)  # log(exp(0) + exp(z)) without overflow
    return float((log_sum - target * z).mean()), (np.exp(z - log_sum) - target) / z.size


def categorical_cross_entropy(z: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean over rows of −Σ t log softmax(z), and its gradient; logits z (batch, n), t (batch, n) one-hot. Lesson 05."""
    target, z = _checked(target, z, 0, 1), z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    grad = np.exp(log_p) * target.sum(axis=1, keepdims=True) - target
    return float(-(target * log_p).sum(axis=1).mean()), grad / len(z)


def _checked(target: np.ndarray, output: np.ndarray, lowest: float = -np.inf, highest: float = np.inf) -> np.ndarray:
    target = np.asarray(target, dtype=output.dtype)
    if target.shape != output.shape or target.size == 0:
        raise ValueError(f"Targets {target.shape} must have the shape {output.shape} of the outputs, and not be empty.")
    if not (np.isfinite(target) & (target >= lowest) & (target <= highest)).all():
        raise ValueError(f"Targets must be finite and in {lowest} … {highest}; look for NaN.")
    return target


class Optimiser:
    """Move parameters against their gradient (penalty included) by a rule: sgd, momentum, rmsprop, adam. Lesson 06.

    lazy=True leaves the rows of a table that are not in the batch, and their memory m and v, as they are; else, as in
    Keras, these have gradient 0, their memory fades and may still move them. Only sgd without a penalty is equal.
    """

    def __init__(self, parameters: list[Parameter], rule, learning_rate: float = 0.001, lazy: bool = False):
        if not 0 < learning_rate < np.inf:
            raise ValueError(f"The learning rate must be above 0 and finite, not {learning_rate}.")
        self.rule, self.learning_rate, self.lazy, self.n_steps = rule, learning_rate, lazy, 0
        self.state = [(p, np.zeros_like(p.value), np.zeros_like(p.value)) for p in parameters]

    def step(self) -> None:
        self.n_steps += 1
        for p, m, v in self.state:
            rows = p.rows if self.lazy else slice(None)
            value, m_rows, v_rows = p.value[rows], m[rows], v[rows]  # views of the arrays, or copies of some rows
            grad = p.grad[rows] + 2 * p.l2 * value if p.l2 else p.grad[rows]
            self.rule(value, grad, m_rows, v_rows, self.learning_rate, self.n_steps)
            p.value[rows], m[rows], v[rows] = value, m_rows, v_rows


def sgd(value, grad, m, v, rate, t):
    """value −= rate · grad (Robbins & Monro 1951)."""
    value -= rate * grad


def momentum(value, grad, m, v, rate, t, beta=0.9):
    """m = beta · m − rate · grad; value += m (Polyak 1964). Torch keeps the rate out of m: equal if constant."""
    m *= beta
    m -= rate * grad
    value += m


def rmsprop(value, grad, m, v, rate, t, rho=0.9, epsilon=1e-7):
    """v = rho · v + (1 − rho) · grad²; value −= rate · grad / √(v + epsilon) (Hinton 2012). Torch: √v + epsilon."""
    v += (1 - rho) * (grad**2 - v)
    value -= rate * grad / np.sqrt(v + epsilon)


def adam(value, grad, m, v, rate, t, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Running means m, v of grad, grad², corrected for start 0 (Kingma & Ba 2015, end of § 2; Torch: Algorithm 1)."""
    m += (1 - beta_1) * (grad - m)
    v += (1 - beta_2) * (grad**2 - v)
    rate *= (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
    value -= rate * m / (np.sqrt(v) + epsilon)  # Torch (1e-8) adds epsilon after correcting √v


@np.errstate(over="ignore", invalid="ignore")  # a loss that overflows is reported by its step instead
def fit(network, x, y, loss, optimiser, rng, n_epochs=1, batch_size=256, progress=True) -> list[float]:
    """Train on batches shuffled by rng (None: in order); returns the mean loss of each epoch. Built in lesson 06."""
    if len(x) != len(y) or len(x) == 0:
        raise ValueError(f"fit needs as many rows of x as of y, and at least one, not {len(x)} and {len(y)}.")
    x, y, history, limit = np.asarray(x), np.asarray(y), [], np.inf
    for _ in tqdm(range(n_epochs), disable=not progress, leave=False):
        order, total = np.arange(len(x)) if rng is None else rng.permutation(len(x)), 0.0
        for batch in np.split(order, range(batch_size, len(x), batch_size)):
            value, grad = loss(network.forward(x[batch], training=True), y[batch])
            if not value < limit:
                raise FloatingPointError(f"Diverged: loss {value:.3g} at step {optimiser.n_steps + 1}. Rate? NaN in x?")
            limit = min(limit, 1e6 * max(value, 1.0))  # a million times a former loss: it will not come back
            network.backward(grad)
            optimiser.step()
            total += value * len(batch)
        history.append(total / len(x))
    return history


def gradient_check(f, value: np.ndarray, grad: np.ndarray, h: float = 1e-5) -> float:
    """Largest error of `grad` against centred differences of f(), relative to the largest entry. Built in lesson 06.

    >>> x = np.array([1.0, 2.0])
    >>> gradient_check(lambda: (x**3).sum(), x, 3 * x**2) < 1e-9
    True
    """
    if value.dtype != np.float64 or grad.shape != value.shape:
        raise ValueError(f"Needs float64 and equal shapes, not {value.dtype}, {value.shape} and {grad.shape}.")
    numeric = np.zeros_like(value)
    for i in np.ndindex(value.shape):
        kept = value[i]
        for step in (h, -h):
            value[i] = kept + step
            numeric[i] += f() / (2 * step)
        value[i] = kept
    return float(np.abs(numeric - grad).max() / max(np.abs(numeric).max(), np.abs(grad).max(), 1e-4))
