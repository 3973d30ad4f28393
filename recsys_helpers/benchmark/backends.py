"""One model, trained by a second process on a Keras backend of your choice, from the weights that you hand over.

Keras reads `KERAS_BACKEND` once, when it is imported, so another backend needs another process.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from recsys_helpers.benchmark.device import device_report

BACKENDS = ("tensorflow", "jax", "torch")
PROGRAM = f"import sys; from {__name__} import main; main(*sys.argv[1:])"


def installed_backends() -> list[str]:
    """The backends whose package is installed here.

    >>> "tensorflow" in installed_backends()
    True
    """
    return [name for name in BACKENDS if importlib.util.find_spec(name)]


def train_in(
    backend: str,
    weights: list[np.ndarray],
    users: np.ndarray,
    items: np.ndarray,
    targets: np.ndarray,
    batch: int = 8192,
    numbers: str = "float32",
    n_cores: int | None = None,
) -> dict:
    """Train the MLP of lesson 08 in a new process, and return what it answered and how fast it was.

    `weights`: those of `neumf(…, product=False)`, in the order of `get_weights`; the sizes of the model are read from
    them. `users`, `items`, `targets`: (n,), n at least `batch`; only whole batches are used. `numbers`: the Keras dtype
    policy. `n_cores`: at most so many CPU cores, where the system can limit them (Linux).

    Returns the `device` and what was asked for (`backend`, `batch`, `numbers`); `outputs` (batch,) before training;
    `losses` before each of three steps on the first batch, once with "sgd" and once with "adam", from the same weights;
    with Adam, `first_epoch_seconds` (it compiles), `epoch_seconds`, the fastest of three later ones, and
    `examples_per_second`; `trained_on`: "CPU", "GPU" or "TPU"; and the `types` in which a hidden layer stores its
    weights and computes. Raises RuntimeError with the last lines of what the process said. Takes 5 to 15 s.
    Built for lesson 19.
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, not {backend!r}.")
    if len(targets) < batch:
        raise ValueError(f"{len(targets)} examples do not fill one batch of {batch}.")
    environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment |= {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}  # share a GPU
    parts = {f"weight_{place}": weight for place, weight in enumerate(weights)}
    settings = json.dumps({"batch": batch, "numbers": numbers, "n_cores": n_cores})
    with tempfile.TemporaryDirectory() as folder:
        job, answer = Path(folder) / "job.npz", Path(folder) / "answer.json"
        np.savez(job, users=users, items=items, targets=targets, settings=settings, **parts)
        command = [sys.executable, "-c", PROGRAM, str(job), str(answer)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode or not answer.exists():
            said = " | ".join(done.stderr.strip().splitlines()[-3:])
            raise RuntimeError(f"The process for {backend} ended with {done.returncode}: {said}")
        found = json.loads(answer.read_text(encoding="utf-8"))
    found["outputs"] = np.array(found["outputs"], "float32")
    return {"device": device_report()["device"], "backend": backend, "batch": batch, "numbers": numbers} | found


def limit_cores(n_cores: int | None) -> None:
    """Let this process use no more than so many cores, where the system can do that."""
    if n_cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-n_cores:])


def sizes_of(weights: list[np.ndarray]) -> tuple[int, int, int, tuple[int, ...]]:
    """Rows of users, rows of items, dim and hidden widths of the MLP that these weights belong to."""
    users, items = (weight.shape for weight in weights[:2])
    return users[0], items[0], users[1], tuple(len(weight) for weight in weights[2:] if weight.ndim == 1)


def main(job: str, answer: str) -> None:
    """The second process: read the job, train, write the answer."""
    with np.load(job) as found:
        parts = dict(found)
    settings = json.loads(str(parts.pop("settings")))
    limit_cores(settings["n_cores"])

    import keras

    from recsys_helpers.models.pair_models import neumf

    keras.config.set_dtype_policy(settings["numbers"])
    weights = [parts[f"weight_{place}"] for place in range(len(parts) - 3)]
    batch = settings["batch"]
    n = len(parts["targets"]) // batch * batch
    x, y = [parts["users"][:n], parts["items"][:n]], parts["targets"][:n]
    rows_user, rows_item, dim, hidden = sizes_of(weights)
    model = neumf(rows_user, rows_item, dim, hidden, product=False)
    model.set_weights(weights)
    first = [part[:batch] for part in x]
    outputs = np.asarray(model.predict_on_batch(first), "float32")[:, 0]
    losses = {}
    for name, optimizer in (("sgd", keras.optimizers.SGD(0.5)), ("adam", keras.optimizers.Adam(1e-3))):
        model.set_weights(weights)
        model.compile(optimizer, "mse")
        losses[name] = []
        for _ in range(3):
            losses[name].append(float(model.test_on_batch(first, y[:batch])))
            model.train_on_batch(first, y[:batch])
    seconds = []
    for _ in range(4):
        start = time.perf_counter()
        model.fit(x, y, batch_size=batch, verbose=0)
        seconds.append(time.perf_counter() - start)
    hidden_layer = next(layer for layer in model.layers if isinstance(layer, keras.layers.Dense))
    result = {
        "outputs": outputs.tolist(),
        "losses": losses,
        "first_epoch_seconds": seconds[0],
        "epoch_seconds": min(seconds[1:]),
        "examples_per_second": n / min(seconds[1:]),
        "trained_on": _device(keras.backend.backend()),
        "types": [str(hidden_layer.kernel.dtype), str(hidden_layer.compute_dtype)],
    }
    Path(answer).write_text(json.dumps(result), encoding="utf-8")


def _device(backend: str) -> str:
    """What the backend trains on: "GPU", "TPU" or "CPU"."""
    if backend == "jax":
        import jax

        return jax.default_backend().upper()
    if backend == "torch":
        import torch

        return "GPU" if torch.cuda.is_available() else "CPU"
    import tensorflow as tf

    return "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
