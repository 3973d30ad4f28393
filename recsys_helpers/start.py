"""The start of every notebook: the same numbers twice, and TensorFlow without its start-up notes.

What no seed can give: bit-equality between different processors.
"""

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


def set_seed(seed: int = 42) -> None:
    """Seed Python, NumPy and, if it is already imported, Keras with its backend.

    >>> set_seed(7); a = np.random.random(); set_seed(7); a == np.random.random()
    True
    """
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 (what older libraries draw from)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(seed)


@contextmanager
def native_stderr_dropped() -> Iterator[None]:
    """Drop what native code, below Python, writes to stderr meanwhile; exceptions are raised as usual."""
    stderr = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


def quiet_tensorflow() -> None:
    """Import TensorFlow without its start-up notes, which no log level silences; call it before `import keras`.

    TensorFlow 2.20 (Colab's) also writes a note when it compiles a function for the first time, at any log level: a
    tiny function is compiled here, so that the note does not come in the middle of a lesson.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # 2 lets through that a processor has no fast boolean masks
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with native_stderr_dropped():
        import tensorflow as tf

        if tf.__version__.startswith("2.20."):
            tf.function(lambda: tf.zeros(()), jit_compile=True)()
