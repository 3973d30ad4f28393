"""The roofline: what a step costs in bytes and operations, and the least time that a machine needs for it.

Source: Williams, Waterman & Patterson, Communications of the ACM 52(4), 2009.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Machine:
    """A processor: `flops` floating-point operations and `bandwidth` bytes of memory traffic, both per second.

    >>> Machine("a toy", flops=100, bandwidth=20).balance
    5.0
    """

    name: str
    flops: float
    bandwidth: float

    def __post_init__(self):
        if not (self.flops > 0 and self.bandwidth > 0):
            raise ValueError(f"{self.name}: operations and bytes per second must be positive.")

    @property
    def balance(self) -> float:
        """Operations that it can do while one byte travels; a step with fewer of them waits for memory."""
        return self.flops / self.bandwidth


def least_seconds(flops: float, n_bytes: float, machine: Machine) -> float:
    """The time below which no program can do a step: computing and moving overlap, and the slower one decides.

    `flops`: operations of the step; `n_bytes`: bytes that it moves from and to memory. Built in lesson 19.

    >>> least_seconds(200, 20, Machine("a toy", flops=100, bandwidth=20))
    2.0
    """
    return max(flops / machine.flops, n_bytes / machine.bandwidth)


def dense_layer(batch: int, n_in: int, n_out: int, width: int = 4) -> tuple[int, int]:
    """Operations and bytes of a dense layer forward: (batch, n_in) @ (n_in, n_out), everything moved once.

    `width` is the number of bytes of one number, 4 in float32. Built in lesson 19.

    >>> dense_layer(1, 64, 64)
    (8192, 16896)
    """
    return 2 * batch * n_in * n_out, width * (batch * n_in + n_in * n_out + batch * n_out)


def embedding_lookup(batch: int, dim: int, width: int = 4) -> tuple[int, int]:
    """Operations and bytes of a lookup: one id of 4 bytes is read, one row of `dim` numbers is read and written.

    >>> embedding_lookup(10, 64)
    (0, 5160)
    """
    return 0, batch * (4 + 2 * dim * width)


def best_seconds(function: Callable[[], object], n_runs: int = 5) -> float:
    """The seconds of the fastest of `n_runs` calls, after one call that is not counted: it compiles and fills caches.

    The fastest, not the mean: other programs can only make a run slower. Built in lesson 19.
    """
    function()
    fastest = np.inf
    for _ in range(n_runs):
        start = time.perf_counter()
        function()
        fastest = min(fastest, time.perf_counter() - start)
    return fastest


def seconds_per_step(step: Callable, arrays: list[np.ndarray], batch: int) -> float:
    """Seconds of one call of a compiled TensorFlow `step(*tensors)` whose data lie ready: the first `batch` examples.

    Waits for the result of every call, so a GPU cannot pretend to have finished. Built for lesson 19.
    """
    import tensorflow as tf

    ready = [tf.constant(part[:batch]) for part in arrays]
    return best_seconds(lambda: step(*ready).numpy(), n_runs=15)


def seconds_in_fit(model, x: list[np.ndarray], y: np.ndarray, batch: int) -> float:
    """Seconds of one step within `model.fit`, the mean over an epoch of whole batches. Built for lesson 19."""
    n_steps = len(y) // batch
    inputs, targets = [part[: n_steps * batch] for part in x], y[: n_steps * batch]
    return best_seconds(lambda: model.fit(inputs, targets, batch, verbose=0), n_runs=1) / n_steps


def measured_machine(name: str = "this CPU") -> Machine:
    """What NumPy reaches on this CPU: a copy of 100 MB for the bandwidth, a product of square matrices for the flops.

    Takes about half a second. Built for lesson 19.
    """
    source = np.ones(25_000_000, "float32")
    target = np.empty_like(source)
    copied = best_seconds(lambda: np.copyto(target, source), n_runs=3)
    size = 1024
    square = np.random.default_rng(0).random((size, size), "float32")
    product = np.empty_like(square)
    multiplied = best_seconds(lambda: np.matmul(square, square, out=product))
    return Machine(name, flops=2 * size**3 / multiplied, bandwidth=2 * source.nbytes / copied)


def measured_accelerator(name: str, size: int = 4096) -> Machine:
    """The same with TensorFlow on the device that it prefers, a GPU where there is one. Built for lesson 19."""
    import tensorflow as tf

    numbers, square = tf.ones(25_000_000), tf.random.uniform((size, size))
    add, multiply = tf.function(lambda: numbers + 1.0), tf.function(lambda: square @ square)
    copied = best_seconds(lambda: add()[0].numpy())  # reading one number waits until the device has finished
    multiplied = best_seconds(lambda: multiply()[0, 0].numpy())
    return Machine(name, flops=2 * size**3 / multiplied, bandwidth=2 * 100_000_000 / copied)
