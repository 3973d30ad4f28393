"""The start of every notebook: the same numbers twice, and TensorFlow without its start-up notes.

What no seed can give: bit-equality between different processors.
"""

import os
import random
import sys

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


def quiet_tensorflow() -> None:
    """Import TensorFlow without its start-up notes, which no log level silences; call it before `import keras`.

    Only what native code writes to stderr during the import is dropped; an error of the import is raised as usual.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # 2 lets through that a processor has no fast boolean masks
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    stderr = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            import tensorflow  # noqa: F401
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
