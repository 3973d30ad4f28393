"""A neural network in NumPy: layers, losses, update rules, a training loop, and the check that its gradients are right.

A layer turns x into y in `forward`. Its `backward` takes the gradient of the loss with respect to y, stores that of its
`parameters` and returns that of x: the chain rule (Rumelhart et al., Nature 1986). Whatever has these three can stand
in a `Network`. Definitions are those of Keras 3. Left out: convolution, recurrence, attention, shared weights, GPUs.
"""

from functools import partial

import numpy as np
import scipy.sparse as sp
from tqdm import tqdm


class Parameter:
    """Weights, their gradient, the rows that have one (of a table: those in the batch), the strength of the L2 penalty."""

    def __init__(self, value: np.ndarray, l2: float = 0.0):
        self.value, self.grad, self.rows, self.l2 = value, np.zeros_like(value), slice(None), l2


class Dense:
    """y = x @ W + b; shapes: x (batch, n_in), W (n_in, n_out), b (n_out,), y (batch, n_out). Built in lesson 05.

    W starts uniform in ±√(6 / (n_in + n_out)) (Glorot & Bengio, AISTATS 2010). Give layers one `rng`, not equal seeds.

    >>> layer = Dense(3, 2, np.random.default_rng(0))
    >>> layer.forward(np.zeros((4, 3))).shape, layer.backward(np.ones((4, 2))).shape, layer.b.grad
    ((4, 2), (4, 3), array([4., 4.]))
    """

    def __init__(self, n_in: int, n_out: int, rng: np.random.Generator, l2: float = 0.0, dtype: type = np.float64):
        limit = np.sqrt(6 / (n_in + n_out))
        self.W = Parameter(rng.uniform(-limit, limit, (n_in, n_out)).astype(dtype), l2)
        self.b = Parameter(np.zeros(n_out, dtype))
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
    """Look up rows of a table (n_rows, dim): ids (batch,) → y (batch, dim). Built in lesson 07.

    With n_rows = [n_users, n_items] ids are (batch, 2), column j reads table j, and y (batch, 2 · dim) holds both rows.
    y = one_hot @ table, so the table's gradient is one_hotᵀ @ grad: an id twice in the batch collects both.

    >>> layer = Embedding(4, 2, np.random.default_rng(0))
    >>> layer.forward(np.array([3, 1, 3])).shape, layer.backward(np.ones((3, 2))), layer.table.grad[[1, 3]]
    ((3, 2), None, array([[1., 1.],
           [2., 2.]]))
    """

    def __init__(self, n_rows, dim: int, rng: np.random.Generator, scale=0.05, l2: float = 0.0, dtype: type = np.float64):
        self.n_rows = np.atleast_1d(n_rows)
        self.table = Parameter(rng.uniform(-scale, scale, (self.n_rows.sum(), dim)).astype(dtype), l2)
        self.parameters = [self.table]

    def forward(self, ids: np.ndarray, training: bool = False) -> np.ndarray:
        ids = np.asarray(ids).reshape(len(ids), -1)
        if ids.dtype.kind not in "iu" or ids.shape[1] != len(self.n_rows):
            raise TypeError(f"Embedding expects {len(self.n_rows)} integer id(s) a row, not {ids.shape[1]} of {ids.dtype}.")
        if (ids < 0).any() or (ids >= self.n_rows).any():
            raise IndexError(f"Ids run from {ids.min()} to {ids.max()}, n_rows is {self.n_rows}. An overflow, if negative?")
        self.ids = (ids + np.cumsum(self.n_rows) - self.n_rows).ravel()  # the tables stand one below the other
        return self.table.value[self.ids].reshape(len(ids), -1)

    def backward(self, grad: np.ndarray) -> None:
        self.table.grad[self.table.rows] = 0
        self.table.rows, column = np.unique(self.ids, return_inverse=True)
        one_hot = sp.csr_array((np.ones(len(column), grad.dtype), column, np.arange(len(column) + 1)))
        self.table.grad[self.table.rows] = one_hot.T @ grad.reshape(len(column), -1)


class Activation:
    """y = f(x), entry by entry; backward multiplies by the slope of f, written as a function of y. Built in lesson 05."""

    parameters = ()

    def __init__(self, f, slope):
        self.f, self.slope = f, slope

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.y = self.f(x)
        return self.y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return grad * self.slope(self.y)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(−x)), by way of exp(−|x|), which cannot overflow. Built in lesson 05."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def softmax(logits: np.ndarray) -> np.ndarray:
    """exp(logit) / Σ exp(logit) along the last axis, with the largest logit taken off first. Built in lesson 05."""
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


ReLU = partial(Activation, lambda x: np.maximum(x, 0), lambda y: y > 0)  # slope 0 at the kink x = 0, as in Keras
LeakyReLU = partial(Activation, lambda x: np.maximum(x, 0.3 * x), lambda y: np.where(y > 0, 1, 0.3).astype(y.dtype))
Sigmoid = partial(Activation, sigmoid, lambda y: y * (1 - y))
Tanh = partial(Activation, np.tanh, lambda y: 1 - y**2)


class Dropout:
    """In training zero a share `rate` of x and divide the rest by 1 − rate, which keeps the expectation; else y = x.

    Source: Srivastava et al., JMLR 2014, "inverted" form. Built in lesson 06.
    """

    parameters = ()

    def __init__(self, rate: float, rng: np.random.Generator):
        if not 0 <= rate < 1:
            raise ValueError(f"rate is the share that is dropped: 0 ≤ rate < 1, not {rate}.")
        self.rate, self.rng = rate, rng

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        rate = self.rate if training else 0.0
        self.factor = (self.rng.random(x.shape) >= rate).astype(x.dtype) / (1 - rate)
        return x * self.factor

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return grad * self.factor


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


def mean_squared_error(output: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean of (output − target)² over all entries, and its gradient with respect to `output`. Built in lesson 05."""
    difference = output - _checked(target, output)
    return float((difference**2).mean()), 2 * difference / difference.size


def binary_cross_entropy(z: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean of −t log p − (1 − t) log(1 − p) = log(1 + exp(z)) − t z, p = sigmoid(z), and its gradient for logits z."""
    target = _checked(target, z, highest=1)
    return float((np.logaddexp(0, z) - target * z).mean()), (sigmoid(z) - target) / z.size


def categorical_cross_entropy(z: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean over rows of −Σ t log softmax(z), and its gradient for logits z (batch, n); t (batch, n) is one-hot."""
    target = _checked(target, z, highest=1)
    log_p = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
    return -float((target * log_p).sum(axis=1).mean()), (softmax(z) * target.sum(axis=1, keepdims=True) - target) / len(z)


def _checked(target: np.ndarray, output: np.ndarray, lowest: float = 0) -> np.ndarray:
    target = np.asarray(target, dtype=output.dtype)
    if target.shape != output.shape or target.size == 0:
        raise ValueError(f"Targets {target.shape} must have the shape {output.shape} of the outputs, and not be empty.")
    if not (np.abs(target) < lowest).all():
        raise ValueError("Some targets are NaN, infinite, or outside 0 … 1")
    return target


class Optimiser:
    """Move parameters against their gradient by a rule: sgd, momentum, rmsprop, adam. Built in lesson 06.

    lazy=True leaves rows of a table that are not in the batch, and their memory m and v, as they are. lazy=False, as in
    Keras, updates all rows: with gradient 0 their memory fades and may still move them. Only sgd gives the same result.
    """

    def __init__(self, parameters: list[Parameter], rule, learning_rate: float = 0.001, lazy: bool = False):
        if not 0 < learning_rate < np.inf:
            raise ValueError(f"The learning rate must be above 0 and finite, not {learning_rate}.")
        self.rule, self.learning_rate, self.lazy, self.n_steps = rule, learning_rate, lazy, 0
        self.state = [(p, np.zeros_like(p.value), np.zeros_like(p.value)) for p in parameters]

    def step(self) -> None:
        """Update all parameters once, with the gradients that backward left, plus 2 · l2 · value for the L2 penalty."""
        self.n_steps += 1
        for p, m, v in self.state:
            rows = p.rows if self.lazy else slice(None)
            value, m_rows, v_rows = p.value[rows], m[rows], v[rows]  # views of the arrays, or copies of some rows
            self.rule(value, p.grad[rows] + 2 * p.l2 * value, m_rows, v_rows, self.learning_rate, self.n_steps)
            p.value[rows], m[rows], v[rows] = value, m_rows, v_rows


def sgd(value, grad, m, v, rate, t):
    """value −= rate · grad (Robbins & Monro 1951)."""
    value -= rate * grad


def momentum(value, grad, m, v, rate, t, beta=0.9):
    """m = beta · m − rate · grad; value += m (Polyak 1964). Torch leaves the rate out of m: equal while it is constant."""
    m *= beta
    m -= rate * grad
    value += m


def rmsprop(value, grad, m, v, rate, t, rho=0.9, epsilon=1e-7):
    """v = rho · v + (1 − rho) · grad²; value −= rate · grad / √(v + epsilon) (Tieleman & Hinton 2012).

    Torch adds its epsilon (1e-8) outside the root. 
    """
    v += (1 - rho) * (grad**2 - v)
    value -= rate * grad / np.sqrt(v + epsilon)


def adam(value, grad, m, v, rate, t, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """m and v: running means of grad and grad², corrected for their start at 0 (Kingma & Ba, ICLR 2015, end of § 2).

    Keras and the paper's closing remark of section 2 add epsilon to the root of the uncorrected v; Algorithm 1 and Torch (1e-8) to that of the corrected one.
    """
    m += (1 - beta_1) * (grad - m)
    v += (1 - beta_2) * (grad**2 - v)
    rate *= (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
    value -= rate * m / (np.sqrt(v) + epsilon)


@np.errstate(over="ignore", invalid="ignore")  # a loss that overflows is reported by its step instead
def fit(network, x, y, loss, optimiser, n_epochs=1, batch_size=256, seed=42, progress=True, on_epoch=None) -> list:
    """Train on shuffled batches; returns the mean loss of each epoch. Built in lesson 06.

    seed=None keeps the order of the rows. on_epoch(epoch, mean loss) is called after each epoch; True stops early.
    A loss that is NaN, infinite, or a million times a former one (or 1, if that is more) raises FloatingPointError.
    """
    if len(x) != len(y) or len(x) == 0:
        raise ValueError(f"fit needs as many rows of x as of y, and at least one, not {len(x)} and {len(y)}.")
    rng, history, limit = np.random.default_rng(seed), [], np.inf
    for epoch in tqdm(range(n_epochs), disable=not progress, leave=False):
        order, total = np.arange(len(x)) if seed is None else rng.permutation(len(x)), 0.0
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            value, grad = loss(network.forward(x[batch], training=True), y[batch])
            if not value < limit:
                advice = "Lower the learning rate, or look for NaN in x."
                raise FloatingPointError(f"Training diverges: loss {value:.3g} at step {optimiser.n_steps + 1}. {advice}")
            limit = min(limit, 1e6 * max(value, 1.0))
            network.backward(grad)
            optimiser.step()
            total += value * len(batch)
        history.append(total / len(x))
        if on_epoch and on_epoch(epoch, history[-1]):
            break
    return history


def gradient_check(f, value: np.ndarray, grad: np.ndarray, h: float = 1e-5) -> float:
    """Largest error of `grad`, relative to its largest entry, against centred differences (f(+h) − f(−h)) / 2h.

    f() reads `value` (float64), whose entries are moved by ±h in turn. Built in lesson 06.

    >>> x = np.array([1.0, 2.0])
    >>> gradient_check(lambda: (x**3).sum(), x, 3 * x**2) < 1e-9, gradient_check(lambda: (x**3).sum(), x, 3 * x) > 0.1
    (True, True)
    """
    if value.dtype != np.float64 or grad.shape != value.shape:
        raise ValueError(f"Needs float64 and equal shapes, not {value.dtype}, {value.shape} and {grad.shape}.")
    numeric = np.zeros_like(value)
    for i in np.ndindex(value.shape):
        kept = value[i]
        value[i] = kept + h
        above = f()
        value[i] = kept - h
        numeric[i] = (above - f()) / (2 * h)
        value[i] = kept
    return float(np.abs(numeric - grad).max() / max(np.abs(numeric).max(), np.abs(grad).max(), 1e-4))
