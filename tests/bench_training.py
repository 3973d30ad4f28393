"""How many examples a second the course's Keras models learn from, and how fast they score; run by `make bench`.

Each model is fed in four ways in the same run: NumPy arrays, a tf.data pipeline, NumPy arrays compiled with XLA
(`jit_compile`), and several steps in one call. All take turns, each has the best of its rounds; the first epoch, which
builds the graph, does not count. An example is a pair for the MLP and a window of 50 for the others. The last part
scores the whole catalogue for all users. Asserts nothing: figures depend on the machine, so read the ratios.
"""

import time
from functools import partial

import numpy as np

from recsys_helpers.models import bodies, next_item, pair_models, sampling
from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()
import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

N_USERS, N_ITEMS, LENGTH, N_NEGATIVES, ROUNDS = 672, 9_067, 50, 16, 3
COUNTS = np.concatenate([[0], 20_000 // np.arange(8, N_ITEMS + 7)]).astype(float)
CHANCES = sampling.negative_probabilities(COUNTS)
BODIES = {
    "CNN": lambda: bodies.cnn_body(),
    "GRU": lambda: bodies.gru_body(),
    "self-attention": lambda: bodies.attention_body(LENGTH),
}


def pairs(rng, n=65_536):
    """What an MLP learns from: users, items, yes or no."""
    user, item = rng.integers(1, N_USERS, n), rng.integers(1, N_ITEMS, n)
    return (user.astype("int32"), item.astype("int32")), rng.integers(0, 2, n).astype("float32")


def windows(rng, n=512):
    """What a model of histories learns from: windows, targets, negatives; the right answer is always column 0."""
    items = rng.choice(N_ITEMS, (n, LENGTH + 1), p=CHANCES).astype("int32")
    negatives = rng.choice(N_ITEMS, (n, N_NEGATIVES), p=CHANCES).astype("int32")
    return (items[:, :-1], items[:, 1:], negatives), np.zeros((n, LENGTH), "int32")


def build(name):
    """A model and its recommender (None for the MLP, which scores pairs)."""
    set_seed(1)
    if name == "MLP":
        return pair_models.neumf(N_USERS, N_ITEMS, product=False), None
    return next_item.next_item_model(BODIES[name](), COUNTS, CHANCES, LENGTH)


def epoch_of(name, way):
    """A function that trains one epoch, and the number of its examples."""
    model, _ = build(name)
    (x, y), batch = (
        (pairs(np.random.default_rng(0)), 4096) if name == "MLP" else (windows(np.random.default_rng(0)), 32)
    )
    loss = keras.losses.BinaryCrossentropy if name == "MLP" else keras.losses.SparseCategoricalCrossentropy
    steps = 8 if way == "8 steps a call" else 1
    model.compile("adam", loss(from_logits=True), jit_compile=way == "XLA", steps_per_execution=steps)
    if way == "tf.data":
        data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(y)).batch(batch, True).prefetch(2)
        return lambda: model.fit(data, shuffle=False, verbose=0), len(y)
    return lambda: model.fit(list(x), y, batch_size=batch, verbose=0), len(y)


def seconds(run):
    """Seconds of one call."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main() -> None:
    """Print one line for each model and way, then the scoring of the catalogue."""
    print(f"{'model':15} {'way':15} {'examples/s':>11} {'of NumPy arrays':>16}")
    for name in ("MLP", *BODIES):
        ways = {way: epoch_of(name, way) for way in ("NumPy arrays", "tf.data", "XLA", "8 steps a call")}
        best = dict.fromkeys(ways, np.inf)
        for turn in range(ROUNDS + 1):
            for way, (epoch, _) in ways.items():
                took = seconds(epoch)
                best[way] = min(best[way], took) if turn else best[way]  # turn 0 builds the graph
        for way, (_, n) in ways.items():
            print(f"{name:15} {way:15} {n / best[way]:11,.0f} {best['NumPy arrays'] / best[way]:16.2f}", flush=True)
    histories = windows(np.random.default_rng(1), N_USERS)[0][0]
    print(f"\n{'all items for':15} {N_USERS} users, ms")
    for name in BODIES:
        _, recommender = build(name)
        call = tf.function(recommender)
        call(histories)
        print(f"{name:15} {1000 * min(seconds(partial(call, histories)) for _ in range(5)):.0f}", flush=True)
    model, _ = build("MLP")
    call, few = tf.function(model), 32
    grid = [column.ravel().astype("int32") for column in np.meshgrid(np.arange(few), np.arange(N_ITEMS), indexing="ij")]
    call(grid)
    took = min(seconds(lambda: call(grid)) for _ in range(5))
    print(f"{'MLP':15} {1000 * took * N_USERS / few:.0f} (from {few} users)")


if __name__ == "__main__":
    main()
