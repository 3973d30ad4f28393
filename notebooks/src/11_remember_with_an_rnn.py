# %% [markdown]
# # Remember with an RNN
#
# A recurrent network reads a history film by film and keeps a memory. You compute that memory by hand, measure how far
# it reaches, build the gates of a GRU, and train the recommender GRU4Rec. Then you ask whether using the order requires
# a network.

# %% [markdown]
# **What you will do**
#
# - **O1** compute a recurrent state by hand, and implement a recurrent layer
# - **O2** measure how a gradient vanishes or explodes on its way back
# - **O3** implement the gates of a GRU (optional: an LSTM), and verify them against Keras
# - **O4** diagnose mistakes with padding and masks, and implement the test that catches them
# - **O5** train GRU4Rec, and compare it with EASE and with a linear model that knows the order
#
# **What you need**: lesson 10, and two and a quarter hours without the optional sections; take a break before
# section 7. The whole notebook runs in about a minute.

# %%
from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()
from collections import deque

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers, ops
from scipy.stats import rankdata
from tqdm import tqdm

from recsys_helpers import evaluation
from recsys_helpers.data import IdMap, load_movielens, sequences, splits, to_matrix
from recsys_helpers.exercises import check
from recsys_helpers.models import baselines, bodies, fusion, linear, next_item, sampling, scratch
from recsys_helpers.notebook import claim, new_figure, recorded_seeds, results_so_far, show

set_seed(42)

# %% [markdown]
# ## 1. A memory of two numbers
#
# The convolution of lesson 10 looks back over a fixed number of films. A
# [recurrent network](glossary.md#recurrent-neural-network) (RNN) has no such window. It reads one film after the other
# and keeps a short row of numbers, its [state](glossary.md#hidden-state): all that it remembers.
#
# Take three films, each described by two numbers: how funny and how scary it is. The state has two numbers as well.

# %%
comedy, horror = np.array([1.0, 0.0]), np.array([0.0, 1.0])  # (funny, scary)
history = [comedy, horror, comedy]
W = np.eye(2)  # (2 inputs, 2 states): the film enters as it is
U = 0.5 * np.eye(2)  # (2 states, 2 states): half of the old state stays

# %% [markdown]
# One step adds the film times W and the old state times U, then applies a nonlinearity, here tanh, which keeps every
# number between −1 and 1. The first state is zero: nothing is remembered yet.

# %%
state = np.zeros(2)
for film in history:
    total = film @ W + state @ U
    state = np.tanh(total)
    print(f"film {film} + half the memory = {total.round(2)}  → state {state.round(2)}")

# %% [markdown]
# Read the second row: the horror film sets the scary number to 0.76, and half of the comedy, 0.38, is left, which tanh
# reduces to 0.36. After the third film the state says: mostly funny, a little scary. The newest film counts most.
#
# ### Exercise 11.1 · trace (O1)
#
# A fourth film comes, half funny and half scary: [0.5, 0.5]. What is the *scary* number of the sum, before tanh? Two
# decimals are enough.

# %%
scary_total = ...
### BEGIN SOLUTION
scary_total = 0.5 + 0.5 * 0.36
### END SOLUTION

# %%
check("11.1", scary_total)

# %% [markdown] tags=["open"]
# The same films in another order leave another state, while their mean stays the same:

# %% tags=["open"]
for films in ([comedy, horror, comedy], [comedy, comedy, horror]):
    state = np.zeros(2)
    for film in films:
        state = np.tanh(film @ W + state @ U)
    print(f"state {state.round(2)}   mean of the films {np.mean(films, axis=0).round(2)}")

# %% [markdown]
# ### Exercise 11.2 · code (O1)
#
# Write the layer for a batch. `x` has shape (batch, length, n_inputs), W (n_inputs, dim), U (dim, dim), b (dim,): the
# bias is added before tanh. Return the state after *every* film, shape (batch, length, dim). States begin at zero.
#
# <details><summary>Hint 1</summary>The films at position t of the whole batch are <code>x[:, t]</code>, shape (batch,
# n_inputs); the state has shape (batch, dim).</details>
# <details><summary>Hint 2</summary>Collect the states in a list, then
# <code>np.stack(states, axis=1)</code>.</details>


# %%
def my_rnn(x, W, U, b):
    batch, length, _ = x.shape
    ### BEGIN SOLUTION
    state, states = np.zeros((batch, len(b))), []
    for t in range(length):
        state = np.tanh(x[:, t] @ W + state @ U + b)
        states.append(state)
    return np.stack(states, axis=1)
    ### END SOLUTION


# %%
check("11.2", my_rnn)

# %% [markdown] tags=["open"]
# The same W, U and b serve every step, so the layer can read a history of any length, and no state depends on a later
# film. (Section 12, optional, compares it with Keras's `SimpleRNN`.)

# %% [markdown]
# ## 2. Back through time
#
# To learn, the gradient must go back from the newest state to an old film: [backpropagation through
# time](glossary.md#backpropagation-through-time). It is the chain rule of lesson 06 with one layer for each step:
# through tanh (slope 1 − state²), then through U to the state before. Every step back thus multiplies by a slope and by
# U, and a product of forty numbers below one is often close to zero.
#
# ### Exercise 11.3 · trace (O2)
#
# The state is one number: the weight U is 0.8, W is 1, and at every position the slope of tanh happens to be 0.5. The
# layer has read four films. What is the gradient of the fourth state with respect to the *first* film? Give three
# decimals.

# %%
gradient_of_first = ...
### BEGIN SOLUTION
gradient_of_first = 0.5 * (0.8 * 0.5) ** 3
### END SOLUTION

# %%
check("11.3", gradient_of_first)

# %% [markdown] tags=["open"]
# Now measure this on layers with 32 units and histories of 50 random inputs: how long is the gradient of the newest
# state with respect to an input one, two, … 49 steps back, relative to the newest input? (`upstream` holds random
# weights that sum a state to one number.)


# %%
def reach(layer, x, upstream):
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = ops.sum(layer(x)[:, -1] * upstream)
    size = np.linalg.norm(tape.gradient(value, x), axis=-1).mean(axis=0)[::-1]  # newest first
    return size / size[0]


# %%
rng = np.random.default_rng(0)
noise, upstream = (rng.normal(size=shape).astype("float32") for shape in ((8, 50, 32), (8, 32)))


def reach_of(kind, change=None):
    layer = kind(32, return_sequences=True)
    layer.build(noise.shape)
    if change:
        layer.set_weights(change(*layer.get_weights()))
    return reach(layer, noise, upstream)


# %% tags=["open", "nbval-ignore-output"]
BACK = [1, 10, 20, 40]
reaches = {
    "plain RNN": reach_of(layers.SimpleRNN),
    "plain RNN, U × 3": reach_of(layers.SimpleRNN, lambda W, U, b: [W, 3 * U, b]),
}
pd.DataFrame({name: [f"{size[k]:.0e}" for k in BACK] for name, size in reaches.items()}, [f"{k} back" for k in BACK]).T

# %% tags=["open"]
claim("plain RNN, 40 steps back: less than a millionth is left", reaches["plain RNN"][40] < 1e-6)
claim("with U three times larger: more than a thousand times", reaches["plain RNN, U × 3"][40] > 1e3)

# %% [markdown] tags=["open"]
# Before training, the plain RNN learns nothing from a film 40 steps back: the gradient has
# [vanished](glossary.md#vanishing-gradient). With U three times as large it [explodes](glossary.md#exploding-gradient)
# instead. (The usual remedy is to limit the length of every gradient: `clipnorm=1.0` in any Keras optimiser.)

# %% [markdown]
# ## 3. Gates: let the network decide what to keep
#
# The plain RNN rewrites its whole memory at each step. It is better to keep the old number unless there is a reason to
# change it. A [gate](glossary.md#gate) is a number between 0 and 1, computed by a sigmoid. With the gate z,
#
# new state = z · old state + (1 − z) · candidate.
#
# An old state of 0.8, a candidate of −0.5, and three gates:

# %%
for z in (0.0, 0.5, 0.95):
    print(f"gate {z:4}: new state {z * 0.8 + (1 - z) * -0.5:+.3f}, slope of the first part {z}")

# %% [markdown]
# With the gate near 1 the state passes through almost unchanged, and so does the gradient: this path has slope z,
# without tanh or U. That is the idea of the [GRU](glossary.md#gru) (Cho and colleagues, 2014). In full, where ⊙
# multiplies element by element:
#
# - update gate z = sigmoid(x W_z + h U_z + b_z): how much of the old state stays
# - reset gate r = sigmoid(x W_r + h U_r + b_r): how much of it the candidate may see
# - candidate c = tanh(x W_c + (r ⊙ h) U_c + b_c)
# - new state = z ⊙ h + (1 − z) ⊙ c
#
# ### Exercise 11.4 · predict (O2)
#
# A GRU with 32 units, untrained: how much of the gradient is left 40 steps back? Answer with the power of ten, for
# example −3 for a thousandth.

# %%
power_of_ten = ...
### BEGIN SOLUTION
power_of_ten = -9
### END SOLUTION

# %%
check("11.4", power_of_ten)


# %% tags=["reveal", "nbval-ignore-output"]
def open_update_gate(W, U, b):
    b[0, :32] = 3  # sigmoid(3) = 0.95: keep most of the old state
    return [W, U, b]


reaches["GRU"] = reach_of(layers.GRU)
reaches["GRU, update gate at 0.95"] = reach_of(layers.GRU, open_update_gate)
reaches["LSTM"] = reach_of(layers.LSTM)
pd.DataFrame({name: [f"{size[k]:.0e}" for k in BACK] for name, size in reaches.items()}, [f"{k} back" for k in BACK]).T

# %% tags=["reveal"]
figure, axes = new_figure(7, 3.4)
for name, size in reaches.items():
    axes.semilogy(range(50), size, label=name, markevery=5)
axes.set(xlabel="steps back", ylabel="length of the gradient, newest = 1", ylim=(1e-12, 1e7))
axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
show(
    figure,
    alt="Gradient against steps back, logarithmic. Plain RNN and fresh GRU fall in straight lines to 1e-10 after 49 "
    "steps, the LSTM to 1e-5. The plain RNN with larger weights climbs to 1e5. Only the GRU whose update gate "
    "stands at 0.95 stays high: it ends at about a twentieth.",
)

# %% tags=["reveal"]
claim("fresh GRU, 40 steps back: less than a millionth is left", reaches["GRU"][40] < 1e-6)
claim("GRU with its update gate at 0.95: more than a fiftieth", reaches["GRU, update gate at 0.95"][40] > 0.02)
claim("fresh LSTM: between these two", reaches["GRU"][40] < reaches["LSTM"][40] < 0.02)

# %% [markdown]
# <details><summary>What it shows</summary>
#
# A fresh, untrained GRU forgets about as fast as the plain RNN: its gates are near one half, and one half to the power
# of forty is close to zero. But it *can* learn to keep its state: with the update gate at 0.95, the gradient arrives.
# Section 10 measures how far a trained one reaches.
#
# </details>

# %% [markdown]
# ## 4. The GRU of Keras, step by step
#
# `keras.layers.GRU` differs from these formulas of the paper in its **reset gate** r. The paper applies r to the state,
# *before* the product with U_c; Keras applies it *after*, to the product. Take a state (1, 1), reset gates (1, 0), and
# all weights 1:

# %%
h, r, U_c = np.array([1.0, 1.0]), np.array([1.0, 0.0]), np.ones((2, 2))
print("paper, reset before: (r ⊙ h) U_c =", (r * h) @ U_c)
print("Keras, reset after:  r ⊙ (h U_c) =", r * (h @ U_c))

# %% [markdown]
# These are two different models: the weights of one do not fit the other.
#
# Why after? Both gates and the candidate then share *one* product with U = [U_z | U_r | U_c], which is faster on a GPU.
# This is `reset_after=True`, the default. It also explains the bias with **two rows**: the first is added to x W, the
# second to h U, so in the candidate the second is *inside* the part that r resets:
#
# c = tanh(x W_c + b[0]_c + r ⊙ (h U_c + b[1]_c))

# %%
gru = layers.GRU(5)
gru.build((None, 6, 3))
print({name: weight.shape for name, weight in zip("WUb", gru.get_weights())})

# %% [markdown]
# Columns 0–4 belong to z, 5–9 to r, 10–14 to the candidate c.
#
# ### Exercise 11.5 · code (O3)
#
# Write one step of the Keras GRU. `x` (batch, n_inputs), `h` (batch, dim); W (n_inputs, 3 · dim), U (dim, 3 · dim), b
# (2, 3 · dim), all three in the order z, r, candidate. Return the new state (batch, dim). `sigmoid` exists.
#
# <details><summary>Hint 1</summary>First compute the two big products, each with its row of the bias. Then cut both
# into three parts with <code>np.split(…, 3, axis=1)</code>.</details>
# <details><summary>Hint 2</summary>The gates add their parts of both products. The candidate takes its part of the
# second product times r.</details>


# %% tags=["needed"]
def sigmoid(v):
    return 1 / (1 + np.exp(-v))


# %%
def my_gru_step(x, h, W, U, b):
    ### BEGIN SOLUTION
    x_z, x_r, x_c = np.split(x @ W + b[0], 3, axis=1)
    h_z, h_r, h_c = np.split(h @ U + b[1], 3, axis=1)
    z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
    return z * h + (1 - z) * np.tanh(x_c + r * h_c)
    ### END SOLUTION


# %%
check("11.5", my_gru_step)

# %% [markdown]
# (Section 12, optional, compares whole histories with Keras.)
#
# ### Exercise 11.6 · choose (O3)
#
# You find the weights of a GRU, trained with a library that resets *before* the product: W, U and a bias of shape (3 ·
# dim,). How do you use them in Keras?
#
# - **a** `GRU(dim)`, and a second row of zeros below the bias
# - **b** `GRU(dim, reset_after=False)`, and the bias as it is
# - **c** `GRU(dim)`, and the bias twice, half of it in each row
# - **d** either way: the shapes of W and U are the same, so the numbers will be

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("11.6", answer)

# %% [markdown]
# ## 5. The LSTM (optional)
#
# The [LSTM](glossary.md#lstm) is older (Hochreiter & Schmidhuber, 1997) and has two memories: the *cell*, which is only
# kept, reduced or added to, and the state, which the next layer sees. Its three gates say how much comes in (i), how
# much is kept (f, for *forget*, though 1 means keep), and how much is shown (o). By hand, with a cell of 2.0:

# %%
i, f, o, candidate = 0.5, 0.9, 0.2, 1.0
cell = f * 2.0 + i * candidate
print(f"cell {f * 2.0:.1f} + {i * candidate:.1f} = {cell:.1f}, state {o * np.tanh(cell):.2f}")

# %% [markdown]
# The cell keeps 1.8 of the 2.0 and takes in 0.5; only a fifth of its tanh is shown. Now step through a history, with
# the parts in Keras's order: i, f, candidate, o.


# %%
def lstm_forward(x, W, U, b):
    cell = state = np.zeros((len(x), len(U)))
    states = []
    for t in range(x.shape[1]):
        i, f, candidate, o = np.split(x[:, t] @ W + state @ U + b, 4, axis=1)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(candidate)
        state = sigmoid(o) * np.tanh(cell)
        states.append(state)
    return np.stack(states, axis=1)


# %%
x = np.random.default_rng(0).normal(size=(4, 6, 3))  # (batch 4, length 6, 3 inputs)
layer = layers.LSTM(5, return_sequences=True, dtype="float64")
states = layer(x).numpy()
print("bias of a fresh LSTM:", layer.get_weights()[2].astype(int))
assert np.abs(lstm_forward(x, *layer.get_weights()) - states).max() < 1e-12
print("LSTM agrees with Keras: largest distance < 1e-12")

# %% [markdown]
# The bias of the forget gates starts at 1, so these gates start near sigmoid(1) = 0.73 instead of one half. That is why
# the fresh LSTM reached further than the fresh GRU in the figure: the initial values decide, not the architecture.
#
# The cost of gates is easy to count: the plain RNN has one set of weights, the GRU three, the LSTM four:

# %%
print("sigmoid(1) =", sigmoid(1.0).round(2))
for kind in (layers.SimpleRNN, layers.GRU, layers.LSTM):
    layer = kind(128)
    layer.build((None, 50, 128))
    print(f"{kind.__name__:10} {layer.count_params():7,} weights")

# %% [markdown]
# ## 6. Padding: two silent mistakes
#
# For a recurrent layer a zero is an input like any other, unless it is told that this is
# [padding](glossary.md#padding). Take a small model with random weights: an embedding table for five films, and a GRU.

# %%
set_seed(1)
table, gru = layers.Embedding(6, 4), layers.GRU(4, return_sequences=True, use_cudnn=False)
table.build(())
table.set_weights([np.random.default_rng(0).normal(size=(6, 4))])


def states_of(history):
    return gru(table(np.array(history))).numpy()  # (batch, length, 4)


def scores_of(state):
    return (state @ table.get_weights()[0].T)[:, 1:]  # five films


# %% [markdown]
# **Mistake one**: the padding is at the end, without a mask, and the *last* state is read, which is what `GRU(4)`
# without `return_sequences` returns. The same user without padding, with two zeros, and with six:

# %%
for padded in ([[3, 1, 4]], [[3, 1, 4, 0, 0]], [[3, 1, 4] + 6 * [0]]):
    print(f"{len(padded[0])} positions:", scores_of(states_of(padded)[:, -1])[0].round(2))

# %% [markdown]
# The same user gets three different answers: the padding was read as the newest films.
#
# **Mistake two**: the padding is *in front*, but the state is read at position "number of films − 1", which is right
# for padding at the end. Two users, each with three films:

# %%
n_films = 3
for padded in ([[3, 1, 4, 0, 0]], [[0, 0, 3, 1, 4]], [[0, 0, 0, 0, 3, 1, 4]], [[0, 0, 0, 0, 5, 2, 2]]):
    print(padded[0], "→", scores_of(states_of(padded)[:, n_films - 1])[0].round(2))

# %% [markdown]
# The first row is right. In the second row the model has seen only film 3. In the last two it has seen nothing but
# padding: two different users get the same scores, without any warning.
#
# ### Exercise 11.7 · find the bug (O4)
#
# The read-out of that example is right for padding at the end and wrong for padding in front. Fix it, so that it reads
# the newest real film *wherever* the padding is: at the end, in front, or on both sides. `states` has shape (batch,
# length, dim), `history` (batch, length), with at least one film in each row.
#
# <details><summary>Hint 1</summary>The number of films says nothing about their positions. You need the largest
# position with <code>history > 0</code>.</details>
# <details><summary>Hint 2</summary>Multiply: <code>(history > 0) * np.arange(length)</code> holds the position of every
# real film, and 0 at padded positions. Take the largest of each row.</details>


# %%
def newest_state(states, history):
    n_real = (history > 0).sum(axis=1)
    return states[np.arange(len(history)), n_real - 1]


### BEGIN SOLUTION
def newest_state(states, history):  # noqa: F811
    positions = (history > 0) * np.arange(history.shape[1])
    return states[np.arange(len(history)), positions.max(axis=1)]


### END SOLUTION


# %%
check("11.7", newest_state)

# %% [markdown]
# These mistakes, and the inverted mask of lesson 10, have one thing in common, which can be tested without knowing any
# right score: **the scores change when only the padding changes**. That is the [padding
# invariance](glossary.md#padding-invariance) test.
#
# ### Exercise 11.8 · code (O4)
#
# Write this test. `model` takes histories of any length, shape (n, length), integers with padding at the end, and
# returns scores (n, n_items + 1). Return True if ten more columns of pads change no score of any user by more than
# 1e-5, otherwise False.
#
# <details><summary>Hint 1</summary><code>np.pad(history, ((0, 0), (0, 10)))</code> appends ten columns of
# zeros.</details>
# <details><summary>Hint 2</summary>Compare all scores with a tolerance: take the largest absolute difference.</details>


# %%
def is_padding_invariant(model, history):
    ### BEGIN SOLUTION
    longer = np.pad(history, ((0, 0), (0, 10)))
    return bool(np.abs(model(longer) - model(history)).max() <= 1e-5)
    ### END SOLUTION


# %%
check("11.8", is_padding_invariant)

# %% [markdown]
# There are two ways to do it right. **Read the newest real position**: a causal layer has not met any padding by then.
# Or **pass a mask**: with `mask_zero=True` the table says which positions are real, and the GRU copies its state over
# the others, so the last state is that of the newest film. (On a GPU, Keras may use cuDNN, which writes zeros there
# instead; hence `use_cudnn=False` above.)

# %%
masked = layers.Embedding(6, 4, mask_zero=True)
masked.build((None, None))
masked.set_weights(table.get_weights())


def by_mask(history):
    return scores_of(gru(masked(history)).numpy()[:, -1])


three = np.array([[3, 1, 4, 0, 0], [5, 0, 0, 0, 0], [1, 2, 3, 4, 5]])
assert np.abs(by_mask(np.pad(three, ((0, 0), (0, 10)))) - by_mask(three)).max() < 1e-5
print("by mask: same scores with ten more pads")

# %% [markdown]
# ### Exercise 11.9 · choose (O4)
#
# A colleague keeps the padding at the end, sets `mask_zero=True`, and takes the mean of all states:
# `ops.mean(gru(table(history)), axis=1)`. The padding test fails. Why?
#
# - **a** a GRU does not look at masks
# - **b** `ops.mean` knows no mask: the copies at the padded positions count too
# - **c** the row of index 0 in the table is not zero
# - **d** with a mask the pads must stand in front

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("11.9", answer)

# %% [markdown] tags=["open"]
# **A good point for a break**: if you go on another day, first run all cells above again.

# %% [markdown]
# ## 7. GRU4Rec
#
# Most visitors to a shop are strangers: all it knows about them is the clicks of this visit, a
# [session](glossary.md#session). Hidasi and colleagues (ICLR 2016) let a GRU read the clicks and score the next one:
# **GRU4Rec**. Each row of a batch follows one session and sets its state to zero when the session ends. Our users do
# have a past, so we keep the windows and the head of lesson 10, and change only the body.

# %%
ratings, movies = load_movielens()
users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
cut = splits.split_last_share(ratings)
seen, valid = to_matrix(cut.train, users, items), to_matrix(cut.valid, users, items)
histories = sequences.histories(cut.train, users, items)
counts = baselines.popularity(seen)
probabilities = sampling.negative_probabilities(counts)

# %% [markdown]
# Here is the whole new body. It needs no mask: the padding is at the end, the GRU is causal, and the head reads the
# newest *real* position.


# %%
def gru_body(x):  # (batch, length, 128): the looked-up films, pads behind
    return layers.GRU(128, return_sequences=True, name="gru")(x)  # one state for each position


trainer, recommender = next_item.next_item_model(gru_body, counts, probabilities, seed=42)

# %% [markdown]
# ## 8. Train it, and average
#
# As in lesson 10, we use windows of 50, a target among the next five films, and sampled softmax. The learning rate,
# 0.003, is high, so the weights fluctuate. The remedy is [weight averaging](glossary.md#weight-averaging): use the
# **mean of the weights** after each of the last epochs, here ten. Training itself continues from the weights as they
# are.
#
# ### Exercise 11.10 · put in order (O5)
#
# One line does not belong. Write the letters of the others in the right order, for example `"EDCBA"`.
#
# ```text
# A   model.set_weights(mean_of(recent))
# B   for epoch in range(30):
# C       recent.append(model.get_weights())
# D       model.set_weights(mean_of(recent))
# E       model.fit(x, y, verbose=0)
# F   recent = deque(maxlen=10)
# ```

# %%
order = ...
### BEGIN SOLUTION
order = "FBECA"
### END SOLUTION

# %%
check("11.10", order)

# %% [markdown]
# Now train for 16 epochs, about half a minute. After every second epoch, measure on valid the weights as they are and
# their mean.


# %%
def examples(rng):
    inputs, targets = sequences.windows(histories, 50, rng, horizon=5)
    negatives = rng.choice(len(probabilities), (len(inputs), 16), p=probabilities)
    return [inputs, targets, negatives], np.zeros(inputs.shape, int), (targets > 0).astype("float32")


def valid_ndcg(history):
    scores = recommender.predict(history, batch_size=128, verbose=0)
    return evaluation.evaluate(scores, seen, valid).mean("NDCG")


def mean_of(recent):  # counters and seeds are whole numbers: those of the last epoch stay
    return [np.mean(w, axis=0) if w[-1].dtype.kind == "f" else w[-1] for w in zip(*recent)]


# %%
newest = sequences.last_items(histories, 50)  # (672, 50)
N_EPOCHS = 16
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
trainer.compile(keras.optimizers.AdamW(0.003, weight_decay=0.01), loss)
rng, recent, course = np.random.default_rng(42), deque(maxlen=10), []
for epoch in tqdm(range(1, N_EPOCHS + 1)):
    x, y, weight = examples(rng)
    trainer.fit(x, y, sample_weight=weight, batch_size=32, verbose=0)
    recent.append(trainer.get_weights())
    if epoch % 2 == 0:
        plain = valid_ndcg(newest)
        trainer.set_weights(mean_of(recent))
        course.append((epoch, plain, valid_ndcg(newest)))
        trainer.set_weights(recent[-1])
trainer.set_weights(mean_of(recent))

# %% tags=["nbval-ignore-output"]
ease_scores = seen @ baselines.ease(seen)
ease_valid = evaluation.evaluate(ease_scores, seen, valid).mean("NDCG")
course = pd.DataFrame(course, columns=["epoch", "as they are", "averaged"]).set_index("epoch")
print(f"EASE on valid: {ease_valid:.4f}")
course.round(4)

# %%
figure, axes = new_figure(6, 2.8)
for name, values in course.items():
    axes.plot(course.index, values, label=f"weights {name}")
axes.axhline(ease_valid, color="grey", linestyle=":", label="EASE")
axes.set(xlabel="epoch", ylabel="valid NDCG@10")
axes.legend()
show(
    figure,
    alt="NDCG on valid against epochs, two rising lines. The averaged weights are behind for some epochs in the middle "
    "and above at the end. EASE is a flat line that both pass after about ten epochs.",
)

# %%
gain = (course["averaged"] - course["as they are"]).tail(3).mean()
claim("over the last three looks the mean of the weights is ahead, by more than 0.002", gain > 0.002)
claim("and ahead of EASE on valid, by more than 0.01", course["averaged"].iloc[-1] - ease_valid > 0.01)

# %% [markdown]
# In the middle, while the model learns fast, the mean lags: it still holds old, worse weights. Later it is ahead, at no
# cost in training. `training.fit(…, average=10)` does the same. From here on the trainer holds the mean.

# %% [markdown]
# ## 9. The test
#
# The final setting, 45 epochs and the mean of the last ten, was the best of eight on the last quarter of train + valid.
# `make seeds` trained it three times on train + valid and stored the result of each user. EASE is computed here.

# %%
learn = pd.concat([cut.train, cut.valid])
learned, test = to_matrix(learn, users, items), to_matrix(cut.test, users, items)
ease = evaluation.evaluate(learned @ baselines.ease(learned), learned, test, name="EASE")
seeds = recorded_seeds("GRU")
gru_test = evaluation.mean_over_seeds(seeds)
print("NDCG@10 of the seeds:", [round(seed.mean(), 4) for seed in seeds], "· EASE:", round(ease.mean(), 4))

# %%
for metric in ("NDCG", "Recall", "MRR"):
    mean, low, high = evaluation.paired_bootstrap(gru_test.per_user[metric], ease.per_user[metric])
    verdict = "excludes zero" if low > 0 or high < 0 else "includes zero"
    print(f"GRU − EASE, {metric:6}@10: {mean:+.4f} [{low:+.4f}, {high:+.4f}]: {verdict}")

# %% [markdown]
# Every seed is ahead of EASE in NDCG, and yet the interval over *users* includes zero: the seeds differ little, the
# users a lot. The network recommends more than twice as many different films as EASE.
#
# ### Exercise 11.11 · choose (O5)
#
# Which sentence may you write in your report?
#
# - **a** "The GRU beats EASE: all three seeds are ahead in NDCG."
# - **b** "The GRU finds more of the relevant films (recall); in NDCG the interval includes zero."
# - **c** "The GRU and EASE are equally good in NDCG."
# - **d** "The GRU understands what people will watch next better than EASE does."

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("11.11", answer)

# %% [markdown]
# ### A fair opponent
#
# EASE does not know the order, so whatever the GRU gains over EASE may come from the order alone, not from the network.
# Lesson 10 built a linear model that knows the order, in closed form. Predict first: does the GRU beat it?

# %% tags=["reveal"]
linear_test = evaluation.mean_over_seeds(recorded_seeds("linear next-item"))
for metric in ("NDCG", "Recall"):
    mean, low, high = evaluation.paired_bootstrap(gru_test.per_user[metric], linear_test.per_user[metric])
    print(f"GRU − linear next-item, {metric:6}@10: {mean:+.4f} [{low:+.4f}, {high:+.4f}]")

# %% tags=["reveal"]
high = evaluation.paired_bootstrap(gru_test.per_user["NDCG"], linear_test.per_user["NDCG"])[2]
claim("in NDCG the GRU is behind the linear model: the interval lies below zero", high < 0)

# %% [markdown]
# <details><summary>What it shows</summary>
#
# In NDCG the linear model wins, without a single epoch: **no network is needed to use the order.** Lesson 12 tries
# another network.
#
# </details>

# %% [markdown]
# ### Two models, one list
#
# One more row for the table: the lists of GRU and EASE, combined by [rank fusion](glossary.md#rank-fusion) (section 11,
# optional). The fusion beats each of the two; against the linear model the interval includes zero. If you want to use
# the order, try the linear model first: it is simpler to train, maintain and explain.

# %%
both_test, intervals = evaluation.mean_over_seeds(recorded_seeds("GRU + EASE")), {}
for other in (ease, gru_test, linear_test):
    mean, *intervals[other.name] = evaluation.paired_bootstrap(both_test.per_user["NDCG"], other.per_user["NDCG"])
    print(f"GRU + EASE − {other.name}, NDCG@10: {mean:+.4f}, interval {np.round(intervals[other.name], 4).tolist()}")

# %% tags=["nbval-ignore-output"]
results_so_far("11", [gru_test, both_test]).tail(10)

# %%
claim("the fusion beats EASE and the GRU: both intervals lie above zero", min(intervals["EASE"] + intervals["GRU"]) > 0)
low, high = intervals["linear next-item"]
claim("against the linear model, the interval includes zero", low < 0 < high)
seed_spread = max(seed.mean() for seed in seeds) - min(seed.mean() for seed in seeds)
claim("the seeds differ by less than 0.01", seed_spread < 0.01)
claim("every seed is ahead of EASE in NDCG", min(seed.mean() for seed in seeds) > ease.mean())
claim("more than twice the coverage", gru_test.coverage > 2 * ease.coverage)

# %% [markdown]
# The same table shows the cost: about two minutes of training for the GRU, seconds for the linear model.

# %% [markdown]
# ## 10. Look into the trained memory (optional)
#
# Now make the mistakes of section 6 with real users. `body` returns the states of all positions; the head is two lines
# of NumPy: a Dense layer without bias, a 1 for the bias column, and the table.

# %%
body = keras.Model(recommender.input, recommender.get_layer("gru").output)
read_out, film_table = (recommender.get_layer(name).get_weights()[0] for name in ("read_out", "items"))


def scores_at(history, position):  # the state at one position for each user
    states = body.predict(history, batch_size=128, verbose=0)  # (672, 50, 128)
    queries = states[np.arange(len(history)), position] @ read_out
    return np.column_stack([queries, np.ones(len(queries))]) @ film_table.T


n_films = np.minimum((newest > 0).sum(axis=1), 50)
in_front = np.array([np.roll(row, 50 - n) for row, n in zip(newest, n_films)])  # the pads moved to the front
right = scores_at(newest, n_films - 1)
assert np.abs(right - recommender.predict(newest, batch_size=128, verbose=0))[1:].max() < 1e-3

# %% tags=["nbval-ignore-output"]
mistakes = {
    "right": right,
    "last position, pads behind": scores_at(newest, -1),
    "pads in front, read at films − 1": scores_at(in_front, n_films - 1),
    "mask inverted": scores_at(newest, (50 - n_films) - 1),
}
measured = {name: evaluation.evaluate(scores, seen, valid).mean() for name, scores in mistakes.items()}
changed = {name: (np.abs(scores - right)[1:].max(axis=1) > 1e-3).mean() for name, scores in mistakes.items()}
pd.DataFrame({"valid NDCG@10": measured, "users with other scores": changed}).round(3)

# %%
claim("each mistake costs more than a tenth of NDCG", max(list(measured.values())[1:]) < 0.9 * measured["right"])
claim("each leaves half of the users untouched", max(changed.values()) < 0.5)

# %% [markdown]
# Users with 50 films or more have no padding, so their scores stay the same. That makes such bugs hard to see: the
# average falls, but somebody who tries the system with a long history sees nothing wrong.
#
# Next: **what is the order worth?** Feed the trained model the same 50 newest films of each user, shuffled.
#
# ### Exercise 11.12 · predict (O5)
#
# How much of the valid NDCG is left when all histories are shuffled before the prediction? A share between 0 and 1; a
# model that pays no attention to order would keep 1.

# %%
share_left = ...
### BEGIN SOLUTION
share_left = 0.75
### END SOLUTION

# %%
check("11.12", share_left)

# %% tags=["reveal", "nbval-ignore-output"]
rng = np.random.default_rng(42)


def reordered(change):
    return valid_ndcg(sequences.last_items([change(history[-50:]) for history in histories], 50))


order_matters = {
    "as it was": reordered(lambda history: history),
    "the newest five shuffled": reordered(lambda history: np.append(history[:-5], rng.permutation(history[-5:]))),
    "all but the newest five shuffled": reordered(
        lambda history: np.append(rng.permutation(history[:-5]), history[-5:])
    ),
    "all shuffled": reordered(rng.permutation),
    "turned round": reordered(lambda history: history[::-1]),
}
pd.Series(order_matters, name="valid NDCG@10").round(4)

# %% tags=["reveal"]
before, shuffled = order_matters["as it was"], order_matters["all shuffled"]
claim("all shuffled: between 55 % and 90 % is left", 0.55 < shuffled / before < 0.9)
claim("and the lead over EASE is gone, or below 0.01", shuffled < ease_valid + 0.01)
older, newer = (order_matters[f"{name} shuffled"] for name in ("all but the newest five", "the newest five"))
claim("shuffling only the older films costs less, by 0.01", older > shuffled + 0.01)
claim("shuffling only the newest five costs less than 0.01", newer > before - 0.01)
claim("turned round is worse than shuffled, by 0.01", order_matters["turned round"] < shuffled - 0.01)

# %% [markdown]
# <details><summary>What it shows</summary>
#
# The films and the weights are the same. Only the order is gone, and with it the lead over EASE, which never sees the
# order. But look at the rows in between: the order *within* the newest five hardly matters, and shuffling only the
# older films costs much less than shuffling all. Reversing the order is worst: the model takes the oldest films for the
# newest. What counts is **which** films are the newest, not their exact sequence.
#
# A warning: this model was trained on histories in order. So the table says what *it* gets out of the order, not what a
# model trained on sets could reach.
#
# </details>

# %% [markdown]
# ### How far the trained memory reaches
#
# The measurement of section 2, repeated on users with 50 films or more:

# %% tags=["nbval-ignore-output"]
full = newest[n_films == 50][:64]
gru, item_table = recommender.get_layer("gru"), recommender.get_layer("items")
upstream = np.random.default_rng(3).normal(size=(len(full), 128)).astype("float32")
trained = reach(gru, item_table(full), upstream)
fresh = layers.GRU(128, return_sequences=True)
untrained = reach(fresh, item_table(full), upstream)
rows = {"fresh GRU": untrained, "trained GRU": trained}
pd.DataFrame({name: [f"{size[k]:.1e}" for k in BACK] for name, size in rows.items()}, [f"{k} back" for k in BACK]).T

# %%
claim("trained, 20 back: more than a hundred times what a fresh GRU has", trained[20] > 100 * untrained[20])
claim("and still more than a hundredth of the newest film", trained[20] > 0.01)

# %% [markdown]
# After training, more than a hundredth of the gradient reaches a film 20 steps back: that is what "it learned to
# remember" means, in numbers.

# %% [markdown]
# ## 11. Whom does each model serve, and what is fusing worth? (optional)
#
# A mean near zero may hide two large, opposite differences. Split the users in two ways, both known before the test: by
# how many films they rated, and by whether they did it all on one day.

# %%
learn = learn.assign(user_idx=users.to_idx(learn["user_id"]), day=learn["timestamp"] // 86_400)
of_user = learn.groupby("user_idx").agg(films=("item_id", "size"), days=("day", "nunique"))
groups = {
    "up to 50 films": of_user["films"] <= 50,
    "more than 50 films": of_user["films"] > 50,
    "all on one day": of_user["days"] == 1,
    "on several days": of_user["days"] > 1,
}

# %%
table = []
for name, is_in in groups.items():
    a, b = gru_test.per_user.loc[is_in, "NDCG"], ease.per_user.loc[is_in, "NDCG"]
    mean, low, high = evaluation.paired_bootstrap(a, b)
    table.append((name, is_in.sum(), a.mean(), b.mean(), f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"))
pd.DataFrame(table, columns=["users", "number", "GRU", "EASE", "GRU − EASE"]).set_index("users").round(3)

# %% [markdown]
# For users who rated everything on one day, the network is clearly ahead. For users who came back on other days, EASE
# is. That fits how MovieLens collects ratings: a new user is shown pages of films and rates down the page, so the
# newest films tell which page it is. Users who come back rate what they have watched since, and then the whole taste
# counts. This is an explanation, not a proof: length and days go together, and the groups were compared on the test
# set.

# %% [markdown]
# What about the linear model, which knows the order? Its mean is above those of the GRU and of EASE in all four groups.
# So the split says more about EASE, which lacks the order, than about networks:

# %%
table = {}
for name, is_in in groups.items():
    outcomes = (gru_test, ease, both_test, linear_test)
    table[name] = [outcome.per_user.loc[is_in, "NDCG"].mean() for outcome in outcomes]
pd.DataFrame(table, index=["GRU", "EASE", "GRU + EASE", "linear next-item"]).T.round(3)

# %% [markdown]
# ### Two models, one list, step by step
#
# Can one list use both, the GRU and EASE? Their scores cannot be added as they are: the GRU returns logits, EASE sums
# of weights. What can be compared is the *rank* of a film in each list. [Rank fusion](glossary.md#rank-fusion) gives a
# film 1 / (60 + rank) from each list and adds these numbers (Cormack and others, 2009). Four films:

# %%
ranks = pd.DataFrame({"GRU": [1, 2, 3, 40], "EASE": [30, 2, 4, 1]}, ["Alien", "Brazil", "Clue", "Dune"])
ranks.assign(fused=(1 / (60 + ranks)).sum(axis=1).round(4))

# %% [markdown]
# *Brazil* and *Clue* are high in both lists and win; *Alien* and *Dune*, each first in only one list, come after them.
# The next cell does this for all films that a user has not seen. The constant 60 keeps the first rank from deciding
# everything; it comes from the paper, so nothing is tuned.


# %%
def fuse(score_lists, seen, k=60):
    is_out = seen.toarray() > 0
    is_out[:, 0] = True  # padding
    fused = np.zeros(seen.shape)
    for scores in score_lists:
        rank = rankdata(np.where(is_out, np.inf, -scores), axis=1)  # 1 is the best unseen film
        fused += 1 / (k + rank)
    return fused


fused = fuse([right, ease_scores], seen)
assert np.allclose(fused, fusion.rank_fusion([right, ease_scores], seen))

# %% tags=["nbval-ignore-output"]
on_valid = {"GRU": right, "EASE": ease_scores, "GRU + EASE": fused}
on_valid = {name: evaluation.evaluate(scores, seen, valid).mean() for name, scores in on_valid.items()}
pd.Series(on_valid, name="valid NDCG@10").round(3)

# %%
claim("on valid the fusion is ahead of both", on_valid["GRU + EASE"] > max(on_valid["GRU"], on_valid["EASE"]) + 0.003)

# %% [markdown]
# Is EASE the reason, or would any second model do? There are three controls: the GRU fused with popularity, the GRU
# fused with the linear model that knows the order, and that linear model alone.

# %% tags=["nbval-ignore-output"]
B = linear.linear_next_item(histories, seen.shape[1])
by_linear = linear.aged(histories, seen.shape[1]) @ B
popular = np.tile(counts, (len(right), 1))
controls = {
    "GRU + popularity": fuse([right, popular], seen),
    "GRU + linear next-item": fuse([right, by_linear], seen),
    "linear next-item": by_linear,
}
for name, scores in controls.items():
    on_valid[name] = evaluation.evaluate(scores, seen, valid).mean()
pd.Series(on_valid, name="valid NDCG@10").round(3)

# %% [markdown]
# A second list does not help by itself: popularity, which the GRU knows already, pulls it down. EASE may help because
# it makes other mistakes. On valid the linear model alone is ahead of GRU + EASE, and the GRU adds little to it.

# %% [markdown]
# ## 12. Recurrent layers against Keras (optional)
#
# Compare the plain layer in NumPy with a Keras layer that has the same weights, in double precision.


# %%
def rnn(x, W, U, b):
    states = [np.zeros((len(x), len(b)))]
    for t in range(x.shape[1]):
        states.append(np.tanh(x[:, t] @ W + states[-1] @ U + b))
    return np.stack(states[1:], axis=1)  # (batch, length, dim)


# %%
def twin_of(layer, x):  # its weights with biases that are not zero, and its states for x
    layer.build(x.shape)
    rng = np.random.default_rng(1)
    layer.set_weights([weight + rng.normal(0, 0.1, weight.shape) for weight in layer.get_weights()])
    return layer.get_weights(), layer(x).numpy()


x = np.random.default_rng(0).normal(size=(4, 6, 3))  # (batch 4, length 6, 3 inputs)
weights, states = twin_of(layers.SimpleRNN(5, return_sequences=True, dtype="float64"), x)
assert np.abs(rnn(x, *weights) - states).max() < 1e-12
print([weight.shape for weight in weights], "→ states", states.shape, "agree: largest distance < 1e-12")

# %% [markdown]
# Backpropagation through time, written out:


# %%
def backward(states, W, U, grad):  # grad: of the newest state, (batch, dim)
    x_grad = np.zeros((*states.shape[:2], len(W)))
    for t in reversed(range(states.shape[1])):
        grad = grad * (1 - states[:, t] ** 2)  # through tanh
        x_grad[:, t] = grad @ W.T  # to the film
        grad = grad @ U.T  # to the state before
    return x_grad


# %%
W, U, b = weights
upstream = np.random.default_rng(2).normal(size=(4, 5))
loss = lambda: (rnn(x, W, U, b)[:, -1] * upstream).sum()
assert scratch.gradient_check(loss, x, backward(states, W, U, upstream)) < 1e-6
print("the gradient check of lesson 06 holds: largest error < 1e-6")

# %% [markdown]
# The GRU with the reset before and after the product, compared with both settings of Keras:


# %%
def gru_forward(x, W, U, b, reset_after=True):
    dim, h, states = len(U), np.zeros((len(x), len(U))), []
    b_x, b_h = b if reset_after else (b, 0 * b)  # reset before: one row
    for t in range(x.shape[1]):
        from_x, from_h = x[:, t] @ W + b_x, h @ U + b_h  # (batch, 3 · dim)
        z, r = np.split(sigmoid(from_x + from_h)[:, : 2 * dim], 2, axis=1)
        seen = r * from_h[:, 2 * dim :] if reset_after else (r * h) @ U[:, 2 * dim :]
        h = z * h + (1 - z) * np.tanh(from_x[:, 2 * dim :] + seen)
        states.append(h)
    return np.stack(states, axis=1)


# %%
for reset_after in (True, False):
    layer = layers.GRU(5, return_sequences=True, reset_after=reset_after, dtype="float64")
    weights, states = twin_of(layer, x)
    assert np.abs(gru_forward(x, *weights, reset_after) - states).max() < 1e-12
    print(f"reset_after={reset_after!s:5}: bias {weights[2].shape}, agrees with Keras: largest distance < 1e-12")

# %% [markdown]
# Finally, the whole recommender of section 7 passes the padding test, and the body in the helpers agrees with it. (The
# length is fixed when a model is built, so build a longer one and copy the weights.)


# %%
def twin(length):
    _, other = next_item.next_item_model(bodies.gru_body(), counts, probabilities, length=length)
    other.set_weights(recommender.get_weights())
    return other


some = newest[:8]
scores = recommender(some).numpy()
assert np.abs(twin(50)(some).numpy() - scores).max() < 1e-4
assert np.abs(twin(60)(np.pad(some, ((0, 0), (0, 10)))).numpy() - scores).max() < 1e-4
print("the helper's body agrees; ten more pads change nothing")

# %% [markdown]
# ## What you did
#
# - You computed a state by hand and wrote the recurrent layer (**O1**).
# - You saw a gradient vanish, explode, and survive behind a gate held near 1 (**O2**).
# - You built a step of the GRU from its gates, as Keras does (**O3**).
# - You saw mistakes with padding, and wrote the test that catches them (**O4**).
# - You trained GRU4Rec. In NDCG it is not distinguishable from EASE, and a linear model in closed form that knows the
#   order beats it. Using the order takes no network (**O5**).
#
# Lesson 12 lets every film look at every earlier one directly: attention.

# %% [markdown] tags=["reading"]
# **Read on**
#
# - B. Hidasi et al.: Session-based Recommendations with Recurrent Neural Networks. ICLR 2016, arXiv 1511.06939
# - B. Hidasi, A. Karatzoglou: Recurrent Neural Networks with Top-k Gains for Session-based Recommendations. CIKM 2018,
#   arXiv 1706.03847
# - B. Hidasi, Á. T. Czapp: The Effect of Third Party Implementations on Reproducibility. RecSys 2023, arXiv 2307.14956
# - K. Cho et al.: Learning Phrase Representations using RNN Encoder–Decoder. EMNLP 2014, arXiv 1406.1078
# - S. Hochreiter, J. Schmidhuber: Long Short-Term Memory. Neural Computation 9(8), 1997, doi
#   10.1162/neco.1997.9.8.1735
# - R. Pascanu, T. Mikolov, Y. Bengio: On the Difficulty of Training Recurrent Neural Networks. ICML 2013, arXiv
#   1211.5063
# - G. Cormack, C. Clarke, S. Büttcher: Reciprocal Rank Fusion Outperforms Condorcet and Individual Rank Learning Methods.
#   SIGIR 2009, doi 10.1145/1571941.1572114
# - P. Izmailov et al.: Averaging Weights Leads to Wider Optima and Better Generalization. UAI 2018, arXiv 1803.05407
# - Y. Fan et al.: Our Model Achieves Excellent Performance on MovieLens: What Does It Mean? TOIS 2024
