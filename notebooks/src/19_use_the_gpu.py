# %% [markdown]
# # Use the GPU, and the CPU you have
#
# A faster processor does not always train faster. You count the bytes and operations of a training step, measure where
# its time goes, and speed it up on the machine in front of you. Then you measure a GPU of your own in ten minutes.

# %% [markdown]
# **What you will do**
#
# - **O1** compute the bytes and operations of a step, and the least time in which a machine can do it
# - **O2** diagnose where the time of a training step goes, and order an input pipeline so that it does not slow
#   training down
# - **O3** implement a sparse optimiser step for an embedding table, and compute what the dense one moves
# - **O4** compare two backends, and two batch sizes, fairly
# - **O5** (optional) implement rounding to bfloat16, and explain what mixed precision keeps in float32
#
# **What you need**: lessons 06, 07 and 08, and about two hours without the optional sections; take a break before
# section 6. The notebook runs in about a minute. It needs no GPU, and we used none: every figure for a GPU is quoted
# from others.

# %%
import os
import time

os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"  # on a GPU: leave memory for the second process of section 7
from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()
import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from recsys_helpers import benchmark
from recsys_helpers.data import IdMap, load_movielens, splits
from recsys_helpers.exercises import check
from recsys_helpers.models.pair_models import neumf
from recsys_helpers.notebook import claim, new_figure, show

set_seed(42)
ratings, _ = load_movielens()
users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
cut = splits.split_last_share(ratings)

# %% [markdown]
# ## 1. Which machine trains faster?
#
# In 2022 a user of a well-known library timed one training of NeuMF, the network of lesson 08, on MovieLens with
# 100,000 ratings, once on the processor (an Intel i9-12900K) and once on the graphics card of the same era (an NVIDIA
# RTX 3090). On the CPU it took 121 seconds.
#
# ### Exercise 19.1 · predict (O2)
#
# How many seconds did it take on the GPU?

# %%
seconds_on_the_gpu = ...
### BEGIN SOLUTION
seconds_on_the_gpu = 357
### END SOLUTION

# %%
check("19.1", seconds_on_the_gpu)

# %% tags=["reveal"]
published = {"CPU, i9-12900K": 121, "GPU, RTX 3090": 357}  # recommenders-team/recommenders, issue 1734
print({name: f"{seconds} s" for name, seconds in published.items()}, f"{357 / 121:.1f} times as long on the GPU")

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# The GPU took three times as long. These are a user's figures, not ours: issue 1734 of
# `recommenders-team/recommenders`. A maintainer answered that the GPU was probably not set up properly, and no second
# measurement was published, so the cause is unknown. But a small model can be slower on a GPU that works properly, too.
#
# </details>

# %% [markdown] tags=["open"]
# How much arithmetic does such a training run need? We take the MLP of lesson 08, with a vector of 64 numbers for each
# user and each film, and dense layers with 64 and 32 units. It learns the ratings of the training set, minus 3.5.


# %% tags=["open"]
def as_arrays(part):
    user, item = users.to_idx(part["user_id"]), items.to_idx(part["item_id"])
    return [user.astype("int32"), item.astype("int32")], part["rating"].to_numpy("float32") - 3.5


def new_model(**options):
    set_seed(1)
    model = neumf(users.n_rows, items.n_rows, dim=64, hidden=(64, 32), product=False)
    model.compile(keras.optimizers.Adam(1e-3), "mse", **options)
    return model


x, y = as_arrays(cut.train)
layers = [(128, 64), (64, 32), (32, 1)]  # inputs and units of each dense layer

# %% [markdown] tags=["open"]
# For each of its weights, a dense layer does one multiplication and one addition, which are two operations. The
# backward pass of lesson 06 costs twice as much as the forward pass: one product for the gradient of the weights, one
# for that of the inputs. We compare the time that this arithmetic needs with the time of an epoch:

# %% tags=["reveal", "nbval-ignore-output"]
machine = benchmark.measured_machine()
operations = 3 * sum(2 * n_in * n_out for n_in, n_out in layers) * len(y)
model = new_model(jit_compile=False)
epoch = benchmark.best_seconds(lambda: model.fit(x, y, batch_size=256, verbose=0), n_runs=1)
print(f"one epoch: {operations / 1e9:.1f} billion operations; this CPU: {machine.flops / 1e9:,.0f} billion per second")
print(f"arithmetic {operations / machine.flops:.3f} s, the epoch {epoch:.2f} s", end="")
print(f": arithmetic is {operations / machine.flops / epoch:.0%} of the time")

# %% tags=["reveal"]
claim("arithmetic is less than a quarter of the time", operations / machine.flops < epoch / 4)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# Only a small part of the epoch is arithmetic, and an infinitely fast processor would save no more than that. Where the
# rest goes decides whether a GPU helps.
#
# </details>

# %% [markdown]
# ## 2. Bytes and operations, by hand
#
# A processor calculates, and it moves numbers to and from memory. Take a very small layer: an input of two numbers,
# three units. Each of the 2 · 3 weights takes part in one multiplication and one addition. The input, the weights and
# the output are moved, in float32 with 4 bytes each:

# %%
operations = 2 * 1 * 2 * 3
n_bytes = 4 * (1 * 2 + 2 * 3 + 1 * 3)
print(f"{operations} operations, {n_bytes} bytes: {operations / n_bytes:.2f} operations per byte")
assert (operations, n_bytes) == benchmark.dense_layer(batch=1, n_in=2, n_out=3)

# %% [markdown]
# The ratio is called the [arithmetic intensity](glossary.md#arithmetic-intensity) of the step. A machine has such a
# ratio, too. Suppose that it does 100 operations and moves 20 bytes per second: in the time in which it moves one byte,
# it can do 5 operations. This is its [machine balance](glossary.md#machine-balance). Our step needs only 0.27
# operations per byte, so the arithmetic unit waits for memory: 44 bytes take 2.2 seconds, 12 operations 0.12. Both can
# happen at the same time, so the step takes **at least** the larger of the two:

# %%
toy = benchmark.Machine("toy", flops=100, bandwidth=20)
print(f"balance {toy.balance:.0f} operations per byte; moving {44 / 20:.1f} s, calculating {12 / 100:.2f} s")
print(f"at least {benchmark.least_seconds(12, 44, toy):.1f} s")

# %% [markdown]
# This is the **[roofline](glossary.md#roofline)** (Williams, Waterman & Patterson, 2009). A step with an intensity
# below the balance is *memory-bound*, one above it *compute-bound*. A larger batch raises the intensity, since the
# weights are moved once and used for every example.
#
# ### Exercise 19.2 · trace (O1)
#
# Our first dense layer has 128 inputs and 64 units. With a batch of 1 it does 16,384 operations and moves 33,536 bytes,
# an intensity of 0.49. What is its intensity, forward, with a batch of 256? (Leave out the biases; two decimals.)

# %%
intensity = ...
### BEGIN SOLUTION
intensity = 2 * 256 * 128 * 64 / (4 * (256 * 128 + 128 * 64 + 256 * 64))
### END SOLUTION

# %%
check("19.2", intensity)

# %% tags=["reveal"]
for batch in (1, 256, 8192):
    operations, n_bytes = benchmark.dense_layer(batch, 128, 64)
    print(f"batch {batch:5}: {operations:11,} operations, {n_bytes:9,} bytes, intensity {operations / n_bytes:.2f}")

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# The intensity rises from 0.49 to 18.29, and then only a little more, to 21.22 with a batch of 8,192: by then the
# weights hardly matter, and each example moves its own 192 numbers.
#
# </details>

# %% [markdown]
# ### Exercise 19.3 · code (O1)
#
# `layers` is a list of (inputs, units), `batch` is the number of examples, and a machine does `flops` operations and
# moves `bandwidth` bytes per second. The layers run one after the other, in float32, forward only. Return the least
# time in seconds for all of them. Leave out biases and activations; every layer reads its input and writes its output.
#
# <details><summary>Hint 1</summary>Each layer has its own bound: the larger of its calculating time and its moving
# time. Add up the bounds.</details>
# <details><summary>Hint 2</summary>Operations <code>2 * batch * n_in * n_out</code>, bytes
# <code>4 * (batch * n_in + n_in * n_out + batch * n_out)</code>; then <code>max(…)</code> for each layer.</details>


# %%
def least_time(layers, batch, flops, bandwidth):
    ### BEGIN SOLUTION
    total = 0.0
    for n_in, n_out in layers:
        n_bytes = 4 * (batch * n_in + n_in * n_out + batch * n_out)
        total += max(2 * batch * n_in * n_out / flops, n_bytes / bandwidth)
    return total
    ### END SOLUTION


# %%
check("19.3", least_time)

# %% [markdown]
# ## 3. The roofline of your machine
#
# In section 1 we measured how long this machine takes to multiply two matrices, and to copy 100 MB. For both we kept
# the *fastest* of several runs after a warm-up run, because other programs can only make a run slower. We compare it
# with an NVIDIA T4, the GPU that Colab often lends, by its manufacturer's figures. (1 GFLOP/s is a billion operations
# per second.)

# %% tags=["nbval-ignore-output"]
t4 = benchmark.Machine("T4 (maker's figures)", flops=8.1e12, bandwidth=320e9)
for one in (machine, t4):
    print(f"{one.name:20} {one.flops / 1e9:6,.0f} GFLOP/s, {one.bandwidth / 1e9:4.0f} GB/s, ", end="")
    print(f"balance {one.balance:.1f} operations per byte")

# %% [markdown]
# Now consider the parts of a recommender. Looking up an [embedding](glossary.md#embedding) calculates nothing at all.
# Adam does about 12 operations on every number of a table and moves 28 bytes for each: it reads the gradient, the
# weight and two moments, and writes the last three. Both are memory-bound on any machine. The dense layer with batch
# 256 is compute-bound on our CPU, but memory-bound on the T4: a machine that calculates faster needs larger batches.
# (Section 12 plots this.)
#
# ### Exercise 19.4 · choose (O1)
#
# Machine A does 100 GFLOP/s and moves 20 GB/s. Machine B does 8,000 GFLOP/s and moves 300 GB/s. A step has an intensity
# of 0.5 operations per byte. How many times as fast as A can B be, at most?
#
# - **a** 80 times
# - **b** 15 times
# - **c** 1,200 times
# - **d** it depends on how many operations the step has

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("19.4", answer)

# %% [markdown]
# ## 4. Where the rest of the time goes
#
# The roofline gives the least time of a step: the dense layers forward and backward, and Adam on every number of the
# model. We compare it with five ways to run the same training:
#
# - `step`: our own training step as a `tf.function`, with data already in tensors,
# - the same with `jit_compile=True`: [XLA](glossary.md#xla) compiles the whole step into one program,
# - `fit`, which also shuffles, cuts batches, updates metrics and calls callbacks,
# - `fit` with `jit_compile=True`, and with `steps_per_execution=16`: sixteen steps for each call from Python.


# %%
def roofline(batch, machine):
    dense = [benchmark.dense_layer(batch, *sizes) for sizes in layers]
    adam = benchmark.least_seconds(12 * model.count_params(), 28 * model.count_params(), machine)
    return adam + sum(benchmark.least_seconds(3 * operations, 3 * n_bytes, machine) for operations, n_bytes in dense)


def own_step(model, optimizer, jit_compile=True):
    optimizer.build(model.trainable_variables)

    @tf.function(jit_compile=jit_compile)
    def step(user, item, target):
        with tf.GradientTape() as tape:
            guess = tf.cast(model([user, item])[:, 0], "float32")
            loss = tf.reduce_mean((guess - target) ** 2)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    return step


# %%
batches = (256, 8192)
ways = {"roofline": [roofline(batch, machine) for batch in batches]}
for name, compiled in (("step, compiled by XLA", True), ("step", False)):
    step = own_step(new_model(), keras.optimizers.Adam(1e-3), compiled)
    ways[name] = [benchmark.seconds_per_step(step, [*x, y], batch) for batch in batches]
in_fit = {"fit, 16 steps per call": {"steps_per_execution": 16}, "fit, compiled by XLA": {"jit_compile": True}}
in_fit["fit"] = {}
for name, options in in_fit.items():
    fitted = new_model(**{"jit_compile": False} | options)
    ways[name] = [benchmark.seconds_in_fit(fitted, x, y, batch) for batch in batches]

# %% tags=["nbval-ignore-output"]
table = pd.DataFrame(ways, index=["ms, batch 256", "ms, batch 8,192"]).T * 1000
for batch, column in zip(batches, list(table)):
    table[f"thousand examples per second, {column[4:]}"] = batch / table[column]
table.round(2)

# %%
small, large = table["ms, batch 256"], table["ms, batch 8,192"]
claim("fit takes at least twice the roofline at batch 256", small["fit"] > 2 * small["roofline"])
claim("32 times as many examples take less than 16 times as long in fit", large["fit"] < 16 * small["fit"])

# %% [markdown]
# Look at three things in your table. The compiled step comes closest to the roofline, so there is little left to gain.
# (It can even be faster: numbers in the processor's cache are not moved.) `fit` takes much longer for the same step;
# both options save a part of that at batch 256. And with the large batch, each way handles more than twice as many
# examples per second.
#
# One warning: the first call of each function also compiles it, and we did not count it. If you time only *one* epoch,
# you measure the compiler. The last, smaller batch of an epoch has another shape and is compiled again, so we drop it.

# %% [markdown]
# ### Exercise 19.5 · fill in (O2)
#
# A step takes a fixed time, whatever the batch, plus a time for every example: seconds = fixed + each · batch. From two
# measurements, `batch_a` examples in `seconds_a` and `batch_b` in `seconds_b`, return both numbers: `fixed, each`.
#
# <details><summary>Hint 1</summary>The two times differ only because the batches differ.</details>
# <details><summary>Hint 2</summary><code>each = (seconds_b - seconds_a) / (batch_b - batch_a)</code>; what remains of
# one of the measurements is <code>fixed</code>.</details>


# %%
def fixed_and_each(batch_a, seconds_a, batch_b, seconds_b):
    each = ...
    fixed = ...
    ### BEGIN SOLUTION
    each = (seconds_b - seconds_a) / (batch_b - batch_a)
    fixed = seconds_a - each * batch_a
    return fixed, each
    ### END SOLUTION


# %%
check("19.5", fixed_and_each)

# %% tags=["nbval-ignore-output"]
each = (large - small) / (8192 - 256)
fixed = small - 256 * each
print(
    pd.DataFrame({"fixed, ms": fixed, "each example, µs": 1000 * each, "share of fixed at 256": fixed / small}).round(2)
)
print(f"roofline of a T4 for a batch of 256: {1000 * roofline(256, t4):.2f} ms, by its maker's figures")

# %% [markdown]
# Most of the time of a small batch is fixed cost. One part of it is Adam, which updates all tables whatever the batch;
# the first row shows how much. The rest arises in Python and TensorFlow, on the CPU.
#
# Now compare the last line with the row `fit`. By its manufacturer's figures, a T4 could do the step in a small
# fraction of a millisecond. But Python and TensorFlow still run on the CPU, and the GPU waits for them. (Launching each
# operation on the GPU adds fixed costs, which we have not measured.) So we expect a small model with small batches to
# gain little from a GPU; section 9 lets you check this. **First make the steps larger and fewer; then buy a faster
# processor.**

# %% [markdown]
# ## 5. Feed it in batches (optional)
#
# Training can only be as fast as the data arrive. `tf.data` describes how rows become batches: `map` applies a
# function, `cache` keeps the results of everything before it in memory, `shuffle` mixes, `batch` collects, `unbatch`
# turns batches into rows, and `prefetch` prepares the next batch while the network works on the current one. The order
# of these calls decides how often each of them runs.
#
# ### Exercise 19.6 · put in order (O2)
#
# The rows fit into memory. `prepare` is expensive, works on whole batches, and gives the same result every time. Each
# epoch should see the **rows** in a different order. One line does not belong. Answer with the letters in order, for
# example "ABC".
#
# ```python
# data = tf.data.Dataset.from_tensor_slices(rows)
# # A   data = data.shuffle(len(rows))
# # B   data = data.batch(256)
# # C   data = data.batch(1024).map(prepare).unbatch()
# # D   data = data.cache()
# # E   data = data.prefetch(2)
# # F   data = data.map(lambda row: prepare(row.numpy()))
# ```

# %%
answer = ...
### BEGIN SOLUTION
answer = "CDABE"
### END SOLUTION

# %%
check("19.6", answer)

# %% [markdown]
# How much does the order matter? We only iterate over the data, without a network. `prepare` is cheap here, since it
# only subtracts 3.5, so you see the pure cost of handling rows:

# %% tags=["nbval-ignore-output"]
rows = tuple(part[:20_480] for part in (*x, y + 3.5))


def prepare(user, item, rating):
    return (user, item), rating - 3.5


def from_numpy(size=256):
    order = np.random.default_rng(0).permutation(len(rows[0]))
    for start in range(0, len(order), size):
        yield prepare(*(part[order[start : start + size]] for part in rows))


source = tf.data.Dataset.from_tensor_slices(rows)
feeds = {
    "map each row, then batch": source.map(prepare).shuffle(len(y)).batch(256),
    "batch, then map": source.shuffle(len(y)).batch(256).map(prepare),
    "batch, map, cache, shuffle batches": source.batch(256).map(prepare).cache().shuffle(80),
    "NumPy: cut an array": None,
}
microseconds = {}
for name, feed in feeds.items():
    seconds = benchmark.best_seconds(lambda: [None for _ in (feed or from_numpy())], n_runs=3)
    microseconds[name] = 1e6 * seconds / len(rows[0])
pd.Series(microseconds, name="µs per row").round(2).to_frame()

# %%
per_row, _, cached, numpy_way = microseconds.values()
claim("preparing each row takes at least three times as long as reading cached batches", per_row > 3 * cached)
claim("... and at least ten times as long as cutting an array", per_row > 10 * numpy_way)

# %% [markdown]
# Handling each row on its own costs many times as much as reading batches and, on our machine, more than the whole
# compiled training step for that row in section 4. The cached batches are cheap, but every epoch has the same batches,
# only in a different order. For data that fit into memory, the fastest pipeline is none: a shuffled index and slices of
# an array. Use `tf.data` for data that do not fit.
#
# `prefetch` helps where reading itself takes time. We **simulate** a disk that needs 5 ms for each batch of 1,024 rows,
# and train with the uncompiled step of section 4. Recent versions of TensorFlow add a `prefetch` to a pipeline that does
# not end with one, so for the comparison we switch this off:


# %% tags=["nbval-ignore-output"]
def from_disk():
    for start in range(0, len(rows[0]), 1024):
        time.sleep(0.005)  # simulated: the disk is slow, the processor is free
        yield tuple(part[start : start + 1024] for part in rows)


def train_on(feed):
    for user, item, rating in feed:
        step(user, item, rating - 3.5)


shapes = tuple(tf.TensorSpec((1024,), part.dtype) for part in rows)
disk = tf.data.Dataset.from_generator(from_disk, output_signature=shapes)
options = tf.data.Options()
options.experimental_optimization.inject_prefetch = False
works = {
    "read only": lambda: [None for _ in disk],
    "train only, from memory": lambda: train_on(source.batch(1024)),
    "read, then train": lambda: train_on(disk.with_options(options)),
    "read with prefetch(2), and train": lambda: train_on(disk.prefetch(2)),
}
per_batch = {name: 1000 * benchmark.best_seconds(work, n_runs=3) / 20 for name, work in works.items()}
pd.Series(per_batch, name="ms per batch").round(1).to_frame()

# %% [markdown]
# Without `prefetch`, reading and training take turns, so the third row is about the sum of the first two. With
# `prefetch`, the next batch is read while the network works on the current one, and the last row comes close to the
# longer of the two times. Prefetching can hide at most the shorter of the two; it cannot reduce the longer one.

# %% [markdown]
# ## 6. What Adam does to a table
#
# *A good point for a break is before this section.*
#
# A batch of 1,024 examples touches at most 1,024 rows of an embedding table. The gradients of all other rows are zero.
# Stochastic gradient descent can leave those rows alone. Adam, by its definition, cannot: the two moments of *every*
# row shrink in every step, and a row with a moment left from earlier steps keeps moving. So Adam reads and writes the
# whole table.
#
# ### Exercise 19.7 · trace (O3)
#
# A table has 1,000,000 rows of 32 numbers in float32. In one step a dense Adam reads the gradient, the weights and two
# moments of the whole table, and writes the weights and the moments. How many megabytes (millions of bytes) does it
# move?

# %%
megabytes = ...
### BEGIN SOLUTION
megabytes = 7 * 1_000_000 * 32 * 4 / 1e6
### END SOLUTION

# %%
check("19.7", megabytes)

# %% [markdown] tags=["open"]
# Can we see the difference? We give our MLP a catalogue of 200,000 items, and a batch of 1,024 random ids:

# %% tags=["nbval-ignore-output", "open"]
ids = np.random.default_rng(0).integers(1, 200_001, 1024).astype("int32")
milliseconds = {}
for name, optimizer in (("SGD", keras.optimizers.SGD(0.1)), ("Adam", keras.optimizers.Adam(1e-3))):
    step = own_step(neumf(users.n_rows, 200_001, dim=64, hidden=(64, 32), product=False), optimizer)
    milliseconds[name] = 1000 * benchmark.seconds_per_step(step, [x[0], ids, y], 1024)
print({name: f"{value:.2f} ms" for name, value in milliseconds.items()})
moved = 28 * 200_000 * 64
at_least = 1000 * moved / machine.bandwidth
print(f"dense Adam moves {moved / 1e6:.0f} MB for this table: at least {at_least:.1f} ms on this machine")

# %% tags=["open"]
claim("dense Adam takes at least twice as long as SGD", milliseconds["Adam"] > 2 * milliseconds["SGD"])

# %% [markdown] tags=["open"]
# The SGD step is many times faster, and the bytes that Adam moves explain a part of that. A GPU has to move the same
# bytes, only with a larger bandwidth.
#
# A **sparse** Adam, also called *lazy*, updates only the rows of the batch. It is a slightly different optimiser: rows
# outside the batch do not change. One detail matters. An id can occur several times in a batch, and its gradients must
# be **added up first**, because Adam squares the gradient: (1 + 1 + 1)² is 9, but 1² + 1² + 1² is 3.

# %% [markdown]
# ### Exercise 19.8 · code (O3)
#
# `table`, `m` and `v` have shape (n_rows, dim). `ids` (n,) are the rows of the batch, perhaps with repeats, and
# `gradients` (n, dim) their gradients. Return the new `table, m, v`, in which only the rows in `ids` have changed, each
# once: m ← 0.9 m + 0.1 g, v ← 0.999 v + 0.001 g², table ← table − lr · m / (√v + 1e-7), where g is the sum of the row's
# gradients. (Leave out the bias correction of lesson 06.) Do not change the arrays that you get.
#
# <details><summary>Hint 1</summary>First find each id once, and sum the gradients that belong to it. Lesson 07 did this
# with <code>np.add.at</code>.</details>
# <details><summary>Hint 2</summary><code>rows, place = np.unique(ids, return_inverse=True)</code>, then
# <code>np.add.at(g, place, gradients)</code> on zeros of shape (len(rows), dim).</details>


# %%
def lazy_adam(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    ### BEGIN SOLUTION
    rows, place = np.unique(ids, return_inverse=True)
    g = np.zeros((len(rows), table.shape[1]))
    np.add.at(g, place, gradients)
    m[rows] = 0.9 * m[rows] + 0.1 * g
    v[rows] = 0.999 * v[rows] + 0.001 * g**2
    table[rows] -= lr * m[rows] / (np.sqrt(v[rows]) + 1e-7)
    return table, m, v
    ### END SOLUTION


# %%
check("19.8", lazy_adam)

# %% [markdown]
# ## 7. One model, two backends
#
# Keras runs on TensorFlow, JAX or PyTorch, its *backends*, and reads `KERAS_BACKEND` once, when it is imported, so
# another backend needs another process. `benchmark.train_in` starts one, gives it our initial weights and data, and
# returns the outputs, the loss before each of three steps on the same batch, and the speed of `fit` with batches of
# 8,192. PyTorch takes part where it is installed; on a CPU, it gave JAX's results.

# %%
weights = new_model().get_weights()
has_gpu = bool(tf.config.list_physical_devices("GPU"))
n_cores = None if has_gpu else 1  # as many for each backend
runs = {
    backend: benchmark.train_in(backend, weights, *x, y, batch=8192, n_cores=n_cores)
    for backend in benchmark.installed_backends()
}

# %%
ours = runs["tensorflow"]
apart = [np.abs(run["outputs"] - ours["outputs"]).max() for run in runs.values()]
first_losses = [run["losses"]["adam"][0] for run in runs.values()]
claim("all backends give the same outputs within 0.00001", max(apart) < 1e-5)
claim("... and the same first loss", np.ptp(first_losses) < 1e-4)

# %% [markdown]
# The same weights give the same outputs and the same first loss. Now one step of Adam, with the same batch and the same
# learning rate.
#
# ### Exercise 19.9 · choose (O4)
#
# How far apart are the two losses after that step?
#
# - **a** equal to about five decimals: the same mathematics, only rounded differently
# - **b** clearly apart, because JAX computes in lower precision
# - **c** clearly apart, because the backends treat an id that occurs several times in the batch differently
# - **d** clearly apart, because each backend shuffles the batch in its own way

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("19.9", answer)

# %% tags=["reveal", "nbval-ignore-output"]
losses = {
    f"{backend}, {optimizer}": run["losses"][optimizer]
    for optimizer in ("sgd", "adam")
    for backend, run in runs.items()
}
pd.DataFrame(losses, index=["before step 1", "step 2", "step 3"]).T.round(4)

# %% tags=["reveal"]
others = [run["losses"] for backend, run in runs.items() if backend != "tensorflow"]
mine = ours["losses"]
claim("SGD: the same losses within 0.0001", all(np.allclose(one["sgd"], mine["sgd"], atol=1e-4) for one in others))
claim("Adam: more than 0.01 apart at step 2", all(abs(one["adam"][1] - mine["adam"][1]) > 0.01 for one in others))

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# With SGD, all backends agree. With Adam they do not: TensorFlow's loss falls faster. The reason is the detail of
# section 6. On the TensorFlow backend, the gradient of an embedding is a list of rows with repeats, and Keras squares
# them one by one. We let a single film occur three times, and look at its first step:
#
# </details>


# %% tags=["reveal"]
def first_step(as_array):
    table, optimizer = keras.layers.Embedding(3, 1, "zeros"), keras.optimizers.Adam(0.1)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum((table(np.array([1, 1, 1, 2])) - 1.0) ** 2)
    gradient = tape.gradient(loss, table.embeddings)
    optimizer.apply([tf.convert_to_tensor(gradient) if as_array else gradient], [table.embeddings])
    return table.embeddings.numpy()[1:, 0].round(3)


moved = {"as it comes": first_step(as_array=False), "added up first": first_step(as_array=True)}
for name, (three_times, once) in moved.items():
    print(f"gradient {name:15} film 1, three times: {three_times:.3f}   film 2, once: {once:.3f}")

# %% tags=["reveal"]
apart = moved["as it comes"][0] / moved["added up first"][0]
claim("the step is √3 times as long for an id that occurs three times", abs(apart - np.sqrt(3)) < 0.01)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# The film that occurs three times moves 0.173 instead of 0.100, √3 times as far: its squared gradients sum to 3 instead
# of 9, and Adam divides by the root. (This is Keras as the course installs it; section 9 prints the version.) So on
# TensorFlow, popular films take longer steps than on JAX. Both train, but a learning rate tuned on one backend need not
# suit the other, and the networks of this course were tuned on TensorFlow. The same weights, data and settings did not
# give the same training. **When you change the machine, compare losses before you compare speeds.**
#
# </details>

# %% [markdown] tags=["open"]
# And the speed? We record each run under the name of its device, in a file on your own computer, for comparison with
# other machines (section 9):

# %% tags=["nbval-ignore-output", "open"]
trouble = [benchmark.remember_run(run) for run in runs.values()]
speeds = ["first_epoch_seconds", "epoch_seconds", "examples_per_second"]
pd.DataFrame(list(runs.values()), index=list(runs))[speeds].round(2)

# %% [markdown] tags=["open"]
# Both had one core here, and the comparison holds only for this model, this batch size and these versions. On our
# machine, JAX was faster in `fit`, by a factor that varied from run to run, and its first epoch, which includes
# compilation, was slower.

# %% [markdown]
# ## 8. Larger batches: equal epochs, steps or seconds? (optional)
#
# With a batch of 4,096, training handles many more examples per second than with one of 256. Does the model also
# *learn* faster? That depends on what you keep equal. We train a smaller MLP (16 numbers per row) three times and
# compare the validation loss: with batch 256; with batch 4,096 and the same learning rate; and with batch 4,096 and
# four times the learning rate. (Scaling by the square root, here of 16, is a common rule of thumb for Adam. These three
# trials were fixed before we saw any result.)

# %%
x_valid, y_valid = as_arrays(cut.valid)


def curve(batch, learning_rate, n_steps, every):
    set_seed(1)
    model = neumf(users.n_rows, items.n_rows, dim=16, hidden=(32, 16), product=False)
    step, rng = own_step(model, keras.optimizers.Adam(learning_rate)), np.random.default_rng(0)
    points, seconds, order = [], 0.0, np.array([], int)
    for number in range(1, n_steps + 1):
        order = rng.permutation(len(y)) if len(order) < batch else order
        own, order = order[:batch], order[batch:]
        start = time.perf_counter()
        step(*(part[own] for part in (*x, y))).numpy()
        seconds += time.perf_counter() - start if number > 1 else 0  # the first one compiles
        if number % every == 0:
            guess = np.asarray(model.predict_on_batch(x_valid), "float32")[:, 0]
            loss = np.mean((guess - y_valid) ** 2)
            points.append({"steps": number, "epochs": number * batch / len(y), "seconds": seconds, "loss": loss})
    return pd.DataFrame(points)


# %%
curves = {
    "batch 256, rate 0.001": curve(256, 0.001, n_steps=825, every=55),
    "batch 4,096, rate 0.001": curve(4096, 0.001, n_steps=272, every=17),
    "batch 4,096, rate 0.004": curve(4096, 0.004, n_steps=272, every=17),
}

# %% tags=["nbval-ignore-output"]
first = curves["batch 256, rate 0.001"]
limits = {"steps": 275, "seconds": round(first["seconds"][first["steps"] == 275].item(), 2), "epochs": 3}


def loss_at(points, unit, limit):
    reached = points[points[unit] <= limit * 1.01]  # epochs do not end exactly at a step
    return reached["loss"].iloc[-1] if len(reached) else np.nan


compared = {}
for name, points in curves.items():
    compared[name] = {f"after {limit:g} {unit}": loss_at(points, unit, limit) for unit, limit in limits.items()}
    per_step = 1000 * points["seconds"].iloc[-1] / points["steps"].iloc[-1]
    compared[name] |= {"lowest": points["loss"].min(), "ms per step": per_step}
compared = pd.DataFrame(compared).T
compared.round(3)

# %%
after_steps, after_seconds, after_epochs = (compared[column] for column in compared.columns[:3])
claim("equal epochs, same rate: the large batch is behind by more than 0.05", after_epochs.diff().iloc[1] > 0.05)
claim(
    "16 times as many examples per step take less than 8 times as long",
    compared["ms per step"].iloc[1] < 8 * compared["ms per step"].iloc[0],
)

# %% [markdown]
# Read the table column by column.
#
# - **After equal steps** (275), the models with large batches have seen every row 16 times as often as the one with
#   small batches. With rate 0.004, the model has long begun to overfit.
# - **After equal seconds**, the winner depends on your machine: compare your column with ours.
# - **After equal epochs** (3), the large batch with the same rate is far behind: it has made 51 steps instead of 825.
#   Four times the rate removes most of this gap.
#
# So state what you keep equal, and choose the resource that you pay for, which is most often seconds. The column
# `lowest` comes from one seed each; differences in its second decimal are not a result.

# %% [markdown]
# ### Exercise 19.10 · choose (O4)
#
# A colleague moved the training of a model from a CPU with batch 256 to a GPU with batch 16,384 and reports: "An epoch
# takes 2 seconds instead of 20, so we train ten times as fast." What must you know before you believe it?
#
# - **a** whether the GPU was fully used during the two seconds
# - **b** how long each of the two takes to reach the same validation loss
# - **c** the speed in examples per second, over several epochs
# - **d** nothing: in an epoch, both see the same data

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("19.10", answer)

# %% [markdown]
# ## 9. A GPU in ten minutes
#
# Google Colab lends a GPU. Which one, and for how long, is Colab's decision. We have no GPU here, so **we measured
# nothing in this section on one**; the cells are written to run on either.
#
# 1. Click *Open in Colab* under the title of this page, and sign in.
# 2. *Runtime → Change runtime type*: choose a GPU, for example T4, and save.
# 3. *Runtime → Run all*. The first cell installs the package of the course and keeps Colab's TensorFlow and JAX.
#
# If `accelerator` is "none" in this report, the second step did not work.

# %% tags=["nbval-ignore-output"]
for name, value in benchmark.device_report().items():
    print(f"{name:18} {value}")
print(f"{'TensorFlow sees':18} {[one.name for one in tf.config.list_physical_devices()]}")
if has_gpu:
    print(benchmark.measured_accelerator("this GPU"))

# %% [markdown]
# The table holds one row for each device, backend and batch size recorded on this computer. We add a small batch, where
# you should expect the least from a GPU:

# %% tags=["nbval-ignore-output"]
if has_gpu:
    for backend in runs:
        print(benchmark.remember_run(benchmark.train_in(backend, weights, *x, y, batch=256)), end="")
remembered, trouble = benchmark.runs_so_far()
print(trouble, end="")
columns = ["device", "trained_on", "backend", "batch", "first_epoch_seconds", "examples_per_second"]
pd.DataFrame(remembered, columns=columns).sort_values("examples_per_second").tail(12).round(2)

# %% [markdown]
# What to look for in your own rows:
#
# - **Is `trained_on` really GPU for both backends?** If not, a driver or a package does not match, and you have
#   measured Colab's CPU.
# - **By what factor does the GPU win with a batch of 8,192, and with 256?** Sections 2 to 4 suggest little for the
#   small one. If your numbers say otherwise, trust your numbers.
# - **How much longer is the first epoch than the others?** The difference is compilation.
# - **How close do the rows `step` of section 4 come to the T4's roofline?** They ran on the GPU, too.
#
# Colab deletes the file at the end of the session: copy the rows that you want to keep.

# %% [markdown]
# ## 10. Numbers of sixteen bits (optional)
#
# Half as many bytes per number means half the traffic. **[bfloat16](glossary.md#bfloat16)** keeps the sign and the 8
# exponent bits of float32, so it covers the same range, and cuts the fraction from 23 bits to 7. With the leading 1,
# which is not stored, 8 significant binary digits remain:

# %%
bfloat16 = tf.bfloat16.as_numpy_dtype
for number in (255, 256, 257, 258, 1.001, 0.999):
    print(f"{number} → {float(bfloat16(number)):g}", end="   ")
total = bfloat16(0)
for _ in range(4096):
    total = bfloat16(total + bfloat16(1))
print(f"\n256 + 1 = {float(bfloat16(256) + bfloat16(1)):g}; 4,096 ones added one by one: {float(total):g}")
assert float(total) == 256

# %% [markdown]
# The next number after 256 is 258, and 256 + 1 is rounded back to 256, so a sum of ones stops growing there. An update
# of 0.001 does not change a weight of 1, and 0.999 is rounded to 1. Three things must therefore not be stored in
# bfloat16: long **sums**, such as a mean loss; **weights**, which receive small updates; and **counters**, such as the
# step number of Adam.

# %% [markdown]
# ### Exercise 19.11 · code (O5)
#
# bfloat16 is the upper half of a float32. Given an array of finite float32 numbers, return float32 numbers that are
# rounded to the nearest bfloat16. If two are equally near, take the one whose last bit is 0. Work on the bits:
# `numbers.view(np.uint32)` shows them as integers, and `.view(np.float32)` turns them back. A view shares its memory
# with `numbers`, which you must not change.
#
# <details><summary>Hint 1</summary>Setting the lower 16 bits to zero truncates, that is, rounds towards zero. First add
# nearly half a step: <code>0x7FFF</code>, and 1 more if the last bit that stays is 1.</details>
# <details><summary>Hint 2</summary><code>odd = (bits &gt;&gt; 16) &amp; 1</code>, then
# <code>(bits + 0x7FFF + odd) &amp; 0xFFFF0000</code>; write the constants as <code>np.uint32(…)</code>.</details>


# %%
def to_bfloat16(numbers):
    bits = numbers.view(np.uint32)
    ### BEGIN SOLUTION
    odd = (bits >> np.uint32(16)) & np.uint32(1)
    rounded = (bits + np.uint32(0x7FFF) + odd) & np.uint32(0xFFFF0000)
    return rounded.view(np.float32)
    ### END SOLUTION


# %%
check("19.11", to_bfloat16)

# %% [markdown]
# Keras follows these rules with the policy `mixed_bfloat16`: layers **compute** in bfloat16, but weights and the
# optimiser's moments are **stored** in float32. You have to keep the last layer and the loss in float32 yourself, with
# `dtype="float32"`:

# %%
keras.config.set_dtype_policy("mixed_bfloat16")
hidden, last = keras.layers.Dense(64, "relu"), keras.layers.Dense(1, dtype="float32")
keras.config.set_dtype_policy("float32")
numbers = hidden(tf.ones((2, 128)))
print("hidden layer: weights", hidden.kernel.dtype, "| computes and returns", numbers.dtype.name)
returned = last(numbers).dtype.name
print("last layer:   weights", last.kernel.dtype, "| computes and returns", returned)

# %% [markdown]
# Does it cost accuracy? We train with batch 256 for half an epoch: in float32, with mixed precision, and with
# everything in bfloat16, including weights and moments. On most CPUs bfloat16 is not faster, so we compare only the
# loss:

# %% tags=["nbval-ignore-output"]
by_policy = {}
for policy in ("float32", "mixed_bfloat16", "bfloat16"):
    keras.config.set_dtype_policy(policy)
    by_policy[policy] = curve(256, 0.001, n_steps=138, every=69)["loss"].tolist()
keras.config.set_dtype_policy("float32")
pd.DataFrame(by_policy, index=["valid loss after a quarter of an epoch", "after half"]).T.round(4)

# %%
last_loss = {policy: losses[-1] for policy, losses in by_policy.items()}
claim("mixed precision stays within 0.03 of float32", abs(last_loss["mixed_bfloat16"] - last_loss["float32"]) < 0.03)
claim("all in bfloat16 learns nothing between the two looks", abs(np.diff(by_policy["bfloat16"])[0]) < 0.001)

# %% [markdown]
# With mixed precision, the loss is within 0.03 of that of float32. The model that uses bfloat16 throughout does not
# learn: its loss does not change between the two measurements. The numbers above show the reason. Adam keeps 0.999 of
# the old v, and bfloat16 rounds 0.999 to 1. The bias correction of lesson 06, which multiplies the step by √(1 −
# 0.999ᵗ), becomes zero, and so does every step.

# %% [markdown]
# ## 11. A TPU, through JAX (optional)
#
# Colab also lends a TPU, Google's own processor for matrix products. The official package `tensorflow-tpu` stopped at
# version 2.20, so today's TensorFlow cannot use it, but JAX can: choose the TPU runtime, and set
# `os.environ["KERAS_BACKEND"] = "jax"` before the first import of Keras. Models built from Keras layers run unchanged;
# our own `tf.function` steps do not. As always with XLA, keep all shapes equal: drop the last, smaller batch. This
# section is untested; `train_in("jax", …)` on a TPU runtime shows whether it works for you, and its row says `TPU`.

# %% [markdown]
# ## 12. Draw your roofline (optional)
#
# Here are typical steps of a recommender, under the rooflines of section 3. Each is drawn at the height that this CPU
# allows:

# %%
steps = {
    "embedding lookup, batch 8192": benchmark.embedding_lookup(8192, 64),
    "Adam on all tables": (12 * model.count_params(), 28 * model.count_params()),
    "dense layer, batch 1": benchmark.dense_layer(1, 128, 64),
    "dense layer, batch 256": benchmark.dense_layer(256, 128, 64),
    "scores of 9,066 films, batch 256": benchmark.dense_layer(256, 64, 9066),
}
intensities = {name: operations / n_bytes for name, (operations, n_bytes) in steps.items()}
pd.Series(intensities, name="operations per byte").round(2).to_frame()

# %% tags=["nbval-ignore-output"]
figure, axes = new_figure(7, 3.4)
line = np.geomspace(0.1, 300, 50)
for one, style in ((machine, "-"), (t4, "--")):
    axes.plot(line, np.minimum(one.flops, line * one.bandwidth) / 1e9, style, marker="", label=one.name)
for (name, value), marker in zip(list(intensities.items())[1:], "os^D"):
    axes.plot(value, min(machine.flops, value * machine.bandwidth) / 1e9, marker, linestyle="", label=name)
axes.set(xscale="log", yscale="log", xlabel="operations per byte", ylabel="billion operations / s", ylim=(1, 2e5))
axes.legend(fontsize=7, loc="upper left")
show(
    figure,
    alt="Two rooflines on logarithmic axes: each rises with the intensity and then stays flat, the T4 far above this "
    "CPU. Adam and a dense layer with batch 1 lie on the rising part, the dense layer with batch 256 and the scores "
    "of all films near or on the flat part.",
)

# %% [markdown]
# On the slope, memory is the limit; on the flat part, arithmetic is. Adam and small batches lie on the slope of both
# machines, so a recommender often gains more from *bandwidth* than from faster arithmetic.

# %% [markdown]
# ## What you did
#
# - You computed bytes, operations and intensities, and compared them with a roofline (**O1**).
# - You measured where the time of a step goes, separated the fixed cost from the cost per example, and in section 5
#   (optional) ordered a pipeline (**O2**).
# - You implemented a sparse Adam, and computed what the dense one moves (**O3**).
# - You compared the losses of two backends before their speeds, and in section 8 (optional) batch sizes at equal
#   epochs, steps and seconds (**O4**).
# - In section 10 (optional) you rounded to bfloat16, and saw what mixed precision keeps in float32 (**O5**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - S. Williams, A. Waterman, D. Patterson: Roofline: An Insightful Visual Performance Model for Multicore
#   Architectures. Communications of the ACM 52(4), 2009, doi 10.1145/1498765.1498785
# - P. Micikevicius et al.: Mixed Precision Training. ICLR 2018, arXiv 1710.03740
# - D. Kalamkar et al.: A Study of BFLOAT16 for Deep Learning Training. 2019, arXiv 1905.12322
# - N. Keskar et al.: On Large-Batch Training for Deep Learning: Generalization Gap and Sharp Minima. ICLR 2017, arXiv
#   1609.04836
# - recommenders-team/recommenders, issue 1734: Training NCF with GPU is much slower than with CPU (2022)
# - keras-team/keras, issue 19992: Optimizers in Keras V3 are slower than in V2 when working with sparse gradients
#   (2024)
# - NVIDIA T4 Tensor Core GPU, data sheet (2019)
