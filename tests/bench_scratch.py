"""How fast the NumPy network trains, beside Keras and, if it is there, Torch; run by `make bench`.

One model for all: two embeddings of 32 (671 users, 9,066 films), an MLP 128-64-1 with ReLU, Adam, binary cross-entropy
from logits, float32, shuffled batches; whole `fit` calls are timed, so data handling counts. All contenders take turns,
and each has the best of its rounds. The loss column shows that all of them learn; between two seeds of one contender it
differs by a third. The slowest round shows the thread trap: two BLAS threads on small matrices wait for each other as
soon as anything else runs. Asserts nothing: figures depend on the machine, so read the ratios.
"""

import importlib.util
import json
import subprocess
import sys
import time

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from recsys_helpers.models.scratch import Dense, Embedding, Network, Optimiser, ReLU, adam, binary_cross_entropy, fit
from recsys_helpers.start import quiet_tensorflow, set_seed

N_USERS, N_ITEMS, DIM = 671, 9_066, 32
N_EXAMPLES, ROUNDS = 51_200, 9


def examples(seed=42):
    """Popular films more often, as in MovieLens; a hidden taste decides the label, so there is a loss to lower."""
    rng = np.random.default_rng(seed)
    chance = 1 / np.arange(1, N_ITEMS + 1) ** 0.8
    user = rng.integers(0, N_USERS, N_EXAMPLES)
    item = rng.permutation(N_ITEMS)[rng.choice(N_ITEMS, N_EXAMPLES, p=chance / chance.sum())]
    taste = (rng.normal(size=(N_USERS, 4))[user] * rng.normal(size=(N_ITEMS, 4))[item]).sum(axis=1)
    return np.stack([user, item], axis=1), (taste > 0).astype(np.float32)[:, None]


def numpy_network(lazy, n_threads):
    """A function that trains one epoch and returns its mean loss."""
    rng = np.random.default_rng(42)
    sizes = {"dtype": np.float32}
    layers = [Embedding([N_USERS, N_ITEMS], DIM, rng, lazy=lazy, **sizes), Dense(2 * DIM, 128, rng, **sizes), ReLU()]
    network = Network([*layers, Dense(128, 64, rng, **sizes), ReLU(), Dense(64, 1, rng, **sizes)])
    optimiser = Optimiser(network.parameters, adam, 0.001)

    def epoch(x, y, batch_size):
        with threadpool_limits(n_threads):
            return fit(network, x, y, binary_cross_entropy, optimiser, rng, 1, batch_size, progress=False)[-1]

    return epoch


def keras_network(**how):
    """The same in Keras; `how` goes to compile."""
    quiet_tensorflow()
    import keras

    set_seed(42)
    user, item = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
    y = [keras.layers.Embedding(N_USERS, DIM)(user), keras.layers.Embedding(N_ITEMS, DIM)(item)]
    y = keras.layers.Dense(128, "relu")(keras.layers.Concatenate()(y))
    y = keras.layers.Dense(1)(keras.layers.Dense(64, "relu")(y))
    model = keras.Model([user, item], y)
    model.compile(keras.optimizers.Adam(0.001), keras.losses.BinaryCrossentropy(from_logits=True), **how)

    def epoch(x, y, batch_size):
        history = model.fit([x[:, 0], x[:, 1]], y, batch_size=batch_size, epochs=1, verbose=0).history
        return history["loss"][-1]

    return epoch


def torch_network(**how):
    """The same as a plain loop in Torch on one thread; `how` goes to Adam."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(42)
    tables = [torch.nn.Embedding(n, DIM) for n in (N_USERS, N_ITEMS)]
    for table in tables:
        torch.nn.init.uniform_(table.weight, -0.05, 0.05)  # this and the next loop: the start that Keras and we take
    relu = torch.nn.ReLU()
    mlp = torch.nn.Sequential(
        torch.nn.Linear(2 * DIM, 128), relu, torch.nn.Linear(128, 64), relu, torch.nn.Linear(64, 1)
    )
    for layer in mlp[::2]:
        torch.nn.init.xavier_uniform_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    parameters = [p for part in (*tables, mlp) for p in part.parameters()]
    optimiser, loss = torch.optim.Adam(parameters, 0.001, **how), torch.nn.BCEWithLogitsLoss()

    def epoch(x, y, batch_size):
        x, y, total = torch.from_numpy(x), torch.from_numpy(y), 0.0
        for rows in torch.randperm(len(x)).split(batch_size):
            batch = x[rows]
            optimiser.zero_grad()
            value = loss(mlp(torch.cat([table(batch[:, j]) for j, table in enumerate(tables)], dim=1)), y[rows])
            value.backward()
            optimiser.step()
            total += value.item() * len(rows)
        return total / len(x)

    return epoch


NUMPY_AND_KERAS = {
    "Keras fit": keras_network,
    "Keras fit, jit_compile": lambda: keras_network(jit_compile=True),
    "Keras fit, jit_compile, 25 steps per execution": lambda: keras_network(jit_compile=True, steps_per_execution=25),
    "ours, lazy Adam, one BLAS thread": lambda: numpy_network(lazy=True, n_threads=1),
    "ours, dense Adam, one BLAS thread": lambda: numpy_network(lazy=False, n_threads=1),
    "ours, lazy Adam, two BLAS threads (the trap)": lambda: numpy_network(lazy=True, n_threads=2),
}
TORCH = {
    "Torch loop, one thread": torch_network,
    "Torch loop, one thread, fused Adam": lambda: torch_network(fused=True),
}


def measure(builders, batch_size):
    """{name: (examples per second in the best round, in the slowest, last loss)}; the contenders take turns."""
    x, y = examples()
    epochs = {name: build() for name, build in builders.items()}
    seconds, losses = {name: [] for name in epochs}, {}
    for turn in range(1 + ROUNDS):
        for name, epoch in epochs.items():
            started = time.perf_counter()
            losses[name] = epoch(x, y, batch_size)
            if turn > 0:  # the first turn pays for tracing and compilation
                seconds[name].append(time.perf_counter() - started)
    return {name: (N_EXAMPLES / min(s), N_EXAMPLES / max(s), losses[name]) for name, s in seconds.items()}


def compare(batch_size):
    """Print one table."""
    results = measure(NUMPY_AND_KERAS, batch_size)
    if importlib.util.find_spec("torch"):  # in a process of its own: it does not bear TensorFlow beside it
        child = [sys.executable, __file__, "torch", str(batch_size)]
        results |= json.loads(subprocess.run(child, check=True, capture_output=True, text=True).stdout)
    table = pd.DataFrame(results, index=["examples / s", "slowest round", f"loss, epoch {1 + ROUNDS}"]).T
    table.insert(1, "Keras fit = 1", table["examples / s"] / table["examples / s"].iloc[0])
    table.insert(2, "µs a step", batch_size / table["examples / s"] * 1e6)
    whole = dict.fromkeys(("examples / s", "µs a step", "slowest round"), "{:,.0f}".format)
    print(f"\nBatch {batch_size:,}: {N_EXAMPLES:,} examples an epoch, best of {ROUNDS} rounds")
    print(table.to_string(formatters=whole, float_format="{:,.2f}".format))


if __name__ == "__main__":
    if sys.argv[1:2] == ["torch"]:
        print(json.dumps(measure(TORCH, int(sys.argv[2]))))
    else:
        for batch_size in (256, 1_024):
            compare(batch_size)
