# %% [markdown]
# # Propagate forward
#
# A neural network is a multiplication, an addition and a bend, repeated. In this lesson you compute one by hand for one
# user and one film, then for a batch, and you learn what it must answer before it has learned anything.

# %% [markdown]
# **What you will do**
#
# - **O1** compute the output of a neuron, a layer and a network, by hand and in code
# - **O2** trace the shape of every array, and diagnose a wrong shape that raises no error
# - **O3** compare activations by their pictures and slopes, and choose one for an output
# - **O4** compute mean squared error and the two cross-entropies
# - **O5** implement losses that survive large numbers, and predict the loss of an untrained network
#
# **What you need**: lessons 03 and 04, and a little more than two hours (70 minutes to read and run, 60 for the
# exercises). The whole notebook runs in about five seconds. NumPy only: no framework, no magic.

# %%
import numpy as np
import pandas as pd

from recsys_helpers.data import IdMap, load_movielens, splits
from recsys_helpers.exercises import check
from recsys_helpers.models import scratch
from recsys_helpers.notebook import claim, new_figure, show
from recsys_helpers.start import set_seed

set_seed(42)
ratings, movies = load_movielens()

# %% [markdown]
# ## 1. One user, one film, three numbers
#
# How many stars will Ada give *Casablanca*? We know three numbers about this pair, its [features](glossary.md#feature):
#
# - Ada gives half a star more than the average user: 0.5;
# - the film gets 0.8 stars more than the average film;
# - the film was 5 decades old when Ada met it.

# %%
x = np.array([0.5, 0.8, 5.0])  # (3,): Ada's habit, the film's fame, its age in decades

# %% [markdown]
# A [neuron](glossary.md#neuron), or *unit*, gives each number a [weight](glossary.md#weight), adds up, and adds one
# number more, the [bias](glossary.md#bias). We choose them by hand: the habit and the fame count fully, each decade
# takes a tenth of a star off, and the average rating is 3.5.

# %%
w = np.array([1.0, 1.0, -0.1])  # (3,): one weight for each feature
b = 3.5
for feature, weight in zip(x, w):
    print(f"{feature} × {weight:4} = {feature * weight:4}")
print(f"sum {(x * w).sum():.1f}, plus bias {b}: {(x * w).sum() + b:.1f} stars")

# %% [markdown]
# Half a star for Ada's habit, 0.8 for the film's fame, half a star off for its age, and 3.5 to start from: 4.3 stars.
# The sum of products is the [dot product](glossary.md#dot-product) of lesson 02, so the neuron is one line:

# %%
print(round(x @ w + b, 2))

# %% [markdown]
# That is all a neuron does. We chose its weights; in lesson 06 they are learned.
#
# ### Exercise 05.1 · trace (O1)
#
# On paper: Bert gives a whole star *less* than the average user (−1.0). The film is brand new (0 decades) and gets 0.4
# stars more than the average film. What does the neuron say?

# %%
stars_of_bert = ...
### BEGIN SOLUTION
stars_of_bert = 2.9
### END SOLUTION

# %%
check("05.1", stars_of_bert)

# %% [markdown]
# ## 2. A batch: one row for each pair
#
# Nobody asks for one pair. Put four of them below each other, one row a pair: a [batch](glossary.md#minibatch). The
# second row is Bert's.

# %% tags=["reveal"]
X = np.array([[0.5, 0.8, 5.0], [-1.0, 0.4, 0.0], [0.5, -0.6, 2.0], [0.0, 0.0, 3.0]])  # (4 pairs, 3 features)
print((X @ w + b).round(2), (X @ w + b).shape)

# %% [markdown]
# The same line, four answers. Read a matrix product by its **shapes**: `(4, 3) @ (3,)` gives `(4,)`. The inner numbers
# must agree, here 3 and 3, and vanish. If they do not agree, NumPy refuses. To see the message and go on, a small
# helper:


# %%
def attempt(action):
    try:
        action()
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


attempt(lambda: X @ np.ones(4))  # (4, 3) @ (4,)

# %% [markdown]
# Its end says what is wrong: size 4 is different from 3. A mistake that is refused is a friend; you will meet another
# kind in section 6. A habit that protects you: write the shape beside every line, as the comments here do.

# %% [markdown]
# ## 3. A layer: several neurons side by side
#
# A second neuron looks at the same three features with other weights. Say it answers: is this an old and famous film?
# It ignores the user, adds fame and 0.2 for each decade, and its bias of −1 makes it hard to please. Both neurons
# together are one matrix with a **column** for each neuron.

# %%
W = np.array([[1.0, 0.0], [1.0, 1.0], [-0.1, 0.2]])  # (3 features, 2 neurons)
b = np.array([3.5, -1.0])  # (2 neurons,)
hidden = X @ W + b  # (4, 3) @ (3, 2) → (4, 2), plus (2,) on every row
hidden.round(2)

# %% [markdown]
# Row *i*, column *j*: what neuron *j* says about pair *i*. The first column is the stars of before. The second:
# 0.8 + 5 × 0.2 − 1 = 0.8 for Ada's *Casablanca*, and less for the others. The bias has shape (2,) and is added to each
# of the four rows; NumPy calls this [broadcasting](glossary.md#broadcasting).
#
# This is a [dense layer](glossary.md#dense-layer): every output sees every input. In the helpers it keeps its weights,
# otherwise it is the same:

# %%
layer = scratch.Dense(3, 2, np.random.default_rng(0))  # starts with random weights
layer.W.value, layer.b.value = W, b
assert np.array_equal(layer.forward(X), hidden)

# %% [markdown]
# ## 4. Two layers, and a disappointment
#
# The output of one layer can be the input of the next. A layer whose output is not the answer, only something that
# later layers use, is called [hidden](glossary.md#hidden-layer). A last neuron takes the stars as they are, plus half
# of the "old and famous" number:

# %%
V = np.array([[1.0], [0.5]])  # (2 neurons, 1 output)
c = np.array([0.0])  # (1,)
out = hidden @ V + c  # (4, 2) @ (2, 1) → (4, 1)
out.round(2)

# %% [markdown]
# Ada's *Casablanca*: 4.3 + 0.5 × 0.8 = 4.7. Drawn, with the weights on the arrows and Ada's numbers in the circles:

# %%
figure, axes = new_figure(7, 2.8)
columns = [x, hidden[0], out[0]]
for i, (values, across) in enumerate(zip(columns, ["features", "hidden layer", "output"])):
    places = np.arange(len(values)) - (len(values) - 1) / 2  # centred around 0
    for place, value in zip(places, values):
        axes.text(2 * i, -place, f"{value:.1f}", ha="center", va="center", bbox={"boxstyle": "circle", "fc": "white"})
    axes.text(2 * i, 1.6, across, ha="center")
for i, weights in enumerate([W, V]):
    for (j, k), weight in np.ndenumerate(weights):
        start, end = (weights.shape[0] - 1) / 2 - j, (weights.shape[1] - 1) / 2 - k
        arrow = {"arrowstyle": "->", "color": "#0072B2"}
        axes.annotate("", (2 * i + 1.75, end), (2 * i + 0.25, start), arrowprops=arrow)
        label = {"color": "#D55E00", "ha": "center", "va": "center", "bbox": {"fc": "white", "ec": "none", "pad": 1}}
        axes.text(2 * i + 0.7, start + 0.3 * (end - start), f"{weight:g}".replace("-", "−"), **label)
axes.set(xlim=(-0.5, 4.5), ylim=(-1.5, 1.9))
axes.axis("off")
show(
    figure,
    alt="Three circles, features 0.5, 0.8 and 5.0, each with an arrow to two hidden circles, 4.3 and 0.8, and these "
    "with arrows to one output, 4.7. The weights stand on the arrows: 1, 0, 1, 1, −0.1, 0.2, then 1 and 0.5.",
)

# %% [markdown]
# (The biases are not drawn.) A *deep* network, then? Multiply the two matrices with each other first, and look at a
# single layer with that product as its weights:

# %%
W_one = W @ V  # (3, 2) @ (2, 1) → (3, 1)
b_one = b @ V + c  # (2,) @ (2, 1) → (1,)
one_layer = X @ W_one + b_one  # (4, 3) @ (3, 1) → (4, 1)
assert np.allclose(one_layer, out)
print("weights", W_one.ravel().round(2), "bias", b_one.round(2))

# %% [markdown]
# The same answers. Two layers bought us nothing: (X W + b) V + c = X (W V) + (b V + c), and that is one layer with the
# weights 1, 1.5 and 0. It happens with ten layers just as well. **A stack of linear layers is one linear layer.** What
# is missing is a bend.
#
# ### Exercise 05.2 · trace (O2)
#
# Weights and biases are what a network learns, so we count them. A network takes 20 features, has a hidden layer of 64
# neurons, and 10 outputs. How many numbers does it learn?

# %%
n_learned = ...
### BEGIN SOLUTION
n_learned = (20 * 64 + 64) + (64 * 10 + 10)
### END SOLUTION

# %%
check("05.2", n_learned)

# %% [markdown]
# ## 5. The bend
#
# After a layer, every number passes through a function, the [activation](glossary.md#activation). The most used one is
# [ReLU](glossary.md#relu): what is below zero becomes zero.

# %%
bent = np.maximum(hidden, 0)  # (4, 2)
bent.round(2)

# %% [markdown]
# The second neuron now keeps silent (0) about every pair but Ada's *Casablanca*. That is news: a neuron with a bend can
# say "not my business". Are two layers still one? A task that no straight line can do: the distance from zero. Two
# neurons, ReLU, and a sum do it exactly.

# %%
points = np.array([[-2.0], [-1.0], [0.0], [1.0], [2.0]])  # (5, 1)
two_neurons = np.maximum(points @ np.array([[1.0, -1.0]]), 0)  # (5, 1) @ (1, 2) → (5, 2)
distance = two_neurons @ np.array([[1.0], [1.0]])  # (5, 2) @ (2, 1) → (5, 1)
print(two_neurons.T, "→", distance.ravel())

# %% [markdown]
# One neuron speaks on the right, the other on the left, and their sum is a V. With more neurons you get more corners,
# and with enough of them you come as close to any curve as you like.
#
# Five activations, each with its **slope**. Why the slope? Learning follows slopes (lesson 06). Where it is 0, nothing
# is learned.


# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


activations = {  # name: (value, slope)
    "linear": (lambda z: z, lambda z: np.ones_like(z)),
    "ReLU": (lambda z: np.maximum(z, 0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "leaky ReLU": (lambda z: np.maximum(z, 0.3 * z), lambda z: np.where(z > 0, 1.0, 0.3)),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
}

# %% [markdown]
# Are the slopes right? A slope is a rise divided by a run, so take a tiny run:

# %%
z = np.array([-4.0, -1.0, 0.5, 4.0])  # not 0: ReLU has a corner there
for name, (value, slope) in activations.items():
    rise = value(z + 1e-4) - value(z - 1e-4)
    assert np.allclose(rise / 2e-4, slope(z), atol=1e-8)
    left, right = (f"{value(z)[i]:6.3f}, slope {slope(z)[i]:.3f}" for i in (0, 3))
    print(f"{name:10}  at −4: {left}   at 4: {right}")


# %%
def draw(names, ylim, alt):
    z = np.linspace(-5, 5, 201)
    figure, axes = new_figure(8.5, 2.6, n_panels=3, sharey=True)
    for panel, name in zip(axes, names):
        value, slope = activations[name]
        panel.plot(z, value(z), marker="", linewidth=2, label="value")
        panel.plot(z, slope(z), marker="", label="slope")
        panel.set(title=name, xlabel="z", ylim=ylim)
    axes[0].legend()
    show(figure, alt)


draw(
    ["linear", "ReLU", "leaky ReLU"],
    (-1.5, 2.5),
    "Three panels. Linear: a rising line with slope 1 everywhere. ReLU: zero with slope 0 on the left, then a rising "
    "line with slope 1. Leaky ReLU: a gentle line with slope 0.3 on the left, then slope 1.",
)

# %% [markdown]
# ReLU has no slope on the left: a neuron that is always there learns nothing. Leaky ReLU keeps a little slope, 0.3 here
# as in Keras's layer. The soft ones are drawn below, and beside them a function that needs more than one number.
#
# [Softmax](glossary.md#softmax) turns *n* numbers into *n* chances that sum to 1: raise *e* to each, then divide by the
# sum. Here are three films:

# %%
e = np.exp([2.0, 1.0, 0.0])
print(e.round(2), "sum", e.sum().round(2), "→", (e / e.sum()).round(3))

# %% [markdown]
# The largest number gets the largest share, 0.665, and all three move together: what one wins the others lose. The
# numbers before a softmax or a [sigmoid](glossary.md#sigmoid) are called [logits](glossary.md#logit). For the picture,
# let the first of the three logits run and keep the others at 1 and 0.


# %%
def first_of_three(z):
    e = np.exp(np.stack([z, np.ones_like(z), np.zeros_like(z)], axis=-1))  # (…, 3)
    return e[..., 0] / e.sum(axis=-1)


activations["softmax, first of three"] = (first_of_three, lambda z: first_of_three(z) * (1 - first_of_three(z)))
draw(
    ["sigmoid", "tanh", "softmax, first of three"],
    (-1.1, 1.5),
    "Three S-shaped curves. Sigmoid rises from 0 to 1, its slope peaks at 0.25 in the middle. Tanh goes from −1 to 1, "
    "its slope peaks at 1. Softmax, first of three logits, rises from 0 to 1 like a sigmoid moved to the right.",
)

# %% [markdown]
# All three are flat at both ends: at 4 the sigmoid's slope is 0.018, that of tanh 0.001. A neuron out there hardly
# learns. And the sigmoid's slope is never more than 0.25, so ten sigmoids in a row pass on little. Hence hidden layers
# usually take ReLU or a relative, and the last layer takes what the *answer* needs:
#
# | you predict | last activation | the answer |
# |---|---|---|
# | stars | linear | any number |
# | a yes or no | sigmoid | one chance |
# | one of *n* | softmax | *n* chances, sum 1 |

# %% [markdown]
# The helpers hold the same functions, and a softmax with two logits is a sigmoid of their difference:

# %%
classes = {"ReLU": scratch.ReLU, "leaky ReLU": scratch.LeakyReLU, "sigmoid": scratch.Sigmoid, "tanh": scratch.Tanh}
for name, make in classes.items():
    ours = make()
    assert np.allclose(ours.forward(z), activations[name][0](z))
    assert np.allclose(ours.slope, activations[name][1](z))
assert np.allclose(scratch.softmax(np.array([2.0, 1.0, 0.0])), e / e.sum())
assert np.isclose(scratch.softmax(np.array([2.0, 0.5]))[0], sigmoid(2.0 - 0.5))

# %% [markdown]
# ### Exercise 05.3 · choose (O3)
#
# For five films at once, you want the chance that a visitor watches each of them this week. A visitor may watch
# several, or none. What stands after the last layer with its five outputs?
#
# - **a** softmax over the five
# - **b** ReLU on each of the five
# - **c** tanh on each of the five
# - **d** a sigmoid on each of the five

# %%
answer = ...
### BEGIN SOLUTION
answer = "d"
### END SOLUTION

# %%
check("05.3", answer)

# %% [markdown]
# ### Exercise 05.4 · fill in (O1)
#
# Two layers for a batch. The hidden layer, with ReLU, is given. Add the last layer; it is linear.
#
# <details><summary>Hint 1</summary>The input of the last layer is <code>hidden</code>, not <code>x</code>.</details>
# <details><summary>Hint 2</summary>(batch, n_hidden) @ (n_hidden, n_out) gives (batch, n_out); then the bias.</details>


# %%
def two_layers(x, W, b, V, c):
    hidden = np.maximum(x @ W + b, 0)  # (batch, n_in) @ (n_in, n_hidden) → (batch, n_hidden)
    ### BEGIN SOLUTION
    return hidden @ V + c
    ### END SOLUTION


# %%
check("05.4", two_layers)

# %% [markdown]
# ### Exercise 05.5 · code (O1)
#
# Now for any number of layers. Dense layers with ReLU between them are called a
# [multilayer perceptron](glossary.md#multilayer-perceptron), MLP. `layers` is a list of pairs `(W, b)`. After every
# layer comes ReLU, but not after the last one. Return the output for the batch `x`.
#
# <details><summary>Hint 1</summary>A loop in which the output of each layer becomes the next <code>x</code>.</details>
# <details><summary>Hint 2</summary><code>layers[:-1]</code> are those with ReLU, <code>layers[-1]</code> is the
# last.</details>


# %%
def forward(x, layers):
    ### BEGIN SOLUTION
    for W, b in layers[:-1]:
        x = np.maximum(x @ W + b, 0)
    W, b = layers[-1]
    return x @ W + b
    ### END SOLUTION


# %%
check("05.5", forward)

# %% [markdown]
# ## 6. The loss: how wrong is it?
#
# Training needs one number that says how wrong the outputs are: the [loss](glossary.md#loss-function). For stars it is
# the **mean squared error** (MSE), the RMSE of lesson 04 before the root.

# %%
predicted = X @ W_one + b_one  # (4, 1)
target = np.array([[5.0], [3.0], [3.5], [2.0]])  # (4, 1): the stars they gave
error = predicted - target
print(error.ravel().round(2), "squared", (error**2).ravel().round(2), f"→ mean {(error**2).mean():.3f}")

# %% [markdown]
# The last pair is a whole star too high and makes up half of the loss. Now a trap. Give the same targets without the
# second dimension, as a column of a table comes, and nothing is refused:

# %%
flat = target.ravel()  # (4,)
difference = predicted - flat  # (4, 1) − (4,) → (4, 4)!
print("shape", difference.shape, f"→ mean {(difference**2).mean():.3f}")
difference.round(1)

# %% [markdown]
# Broadcasting compared **every prediction with every target**: sixteen differences instead of four, and 1.946 instead of
# 0.515. No error. And the best that a network can do against such a loss is to say the mean target to everybody. So, one
# rule: prediction and target have the same shape, and a function that can check this does. The helper refuses:

# %%
assert np.isclose(scratch.mean_squared_error(predicted, target)[0], (error**2).mean())
attempt(lambda: scratch.mean_squared_error(predicted, flat))

# %% [markdown]
# ### Exercise 05.6 · find the bug (O2)
#
# `users` and `films` hold one row of numbers for each of *n* pairs, both (n, dim), as in lesson 02. Wanted: *n* scores,
# shape (n,), the dot product of row with row. `np.tensordot` multiplies number by number and sums over as many
# dimensions as its last argument says. Run `score_pairs(np.ones((4, 3)), np.ones((4, 3)))` and look at the shape, then
# mend the function.
#
# The line has a history: in 2021 a reader reported it in a public film tutorial (keras-io, issue 397). Biases of shape
# (n, 1) were added next, and broadcasting made the shape look right again.
#
# <details><summary>Hint 1</summary>With 2 it sums over both dimensions: dim, and the batch as well. The batch must
# stay.</details>
# <details><summary>Hint 2</summary>Multiply number by number, then sum over the last dimension only:
# <code>axis=1</code>.</details>


# %%
def score_pairs(users, films):
    return np.tensordot(users, films, 2)


### BEGIN SOLUTION
def score_pairs(users, films):  # noqa: F811
    return (users * films).sum(axis=1)
### END SOLUTION


# %%
check("05.6", score_pairs)

# %% [markdown]
# **Yes or no.** The model gives a chance *p*, then we learn what happened. The loss is minus the logarithm of the
# chance that the model gave to *what happened*: the [cross-entropy](glossary.md#cross-entropy), called binary with two
# outcomes.

# %%
for p in (0.9, 0.5, 0.1):
    print(f"said {p}: costs {-np.log(p):.3f} if it was a yes, {-np.log(1 - p):.3f} if it was a no")

# %% [markdown]
# To be right and sure costs little (0.105), to be wrong and sure costs much (2.303). Who says one half pays 0.693, the
# logarithm of 2, whatever happens: remember this number.
#
# With the target *t* as 1 or 0, both cases are one formula, −t log p − (1 − t) log(1 − p), and the mean over the batch
# is the binary cross-entropy, the log loss of lesson 04:

# %%
t = np.array([1.0, 0.0, 1.0])
p = np.array([0.9, 0.1, 0.5])
loss = -t * np.log(p) - (1 - t) * np.log(1 - p)
print(loss.round(3), f"→ mean {loss.mean():.3f}")

# %% [markdown]
# **One of n.** The same with *n* chances: minus the logarithm of the chance given to the film that was watched. The
# target is [one-hot](glossary.md#one-hot-encoding), so a product with it picks the right one. Two visitors, three
# films:

# %%
chances = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])  # (2 visitors, 3 films), rows sum to 1
watched = np.array([[0, 1, 0], [0, 0, 1]])  # (2, 3): film 2, film 3
loss = -(watched * np.log(chances)).sum(axis=1)  # (2,)
print(loss.round(3), f"→ mean {loss.mean():.3f}")

# %% [markdown]
# −log 0.2 = 1.609 for a surprise, −log 0.8 = 0.223 for what was expected: **categorical cross-entropy** 0.916.

# %% [markdown]
# ## 7. When numbers overflow
#
# These formulas are right on paper and break in a computer. Softmax of three large logits, then the binary
# cross-entropy of a logit of 40 when the answer was no:

# %%
with np.errstate(all="ignore"):  # be silent, so that we see what comes out
    e = np.exp(np.array([1000.0, 999.0, 998.0]))
    print("softmax", e, "→", e / e.sum())
    p = sigmoid(np.array(40.0))
    print("p =", p, "→ loss", -np.log(1 - p))

# %% [markdown]
# *e* to the 1,000 does not fit into a number: infinity, and infinity by infinity is `nan`, not a number. The sigmoid of
# 40 is rounded to exactly 1, and the logarithm of 0 is minus infinity. One `nan` in a batch, and every weight becomes
# `nan`. By default NumPy only warns. You can ask it to stop instead:


# %%
def overflow():
    with np.errstate(over="raise"):
        return np.exp(1000.0)


attempt(overflow)

# %% [markdown]
# Are logits of 40 far-fetched? Frameworks usually compute in `float32`, with about seven digits. From which logit on is
# the loss infinite?


# %%
def naive_loss_of_a_no(z):
    with np.errstate(divide="ignore"):
        return -np.log(1 - 1 / (1 + np.exp(-z)))


for kind in (np.float32, np.float64):
    logits = np.arange(100, dtype=kind)
    print(f"{kind.__name__}: infinite from z = {np.argmax(np.isinf(naive_loss_of_a_no(logits)))}")

# %% [markdown]
# A logit of 17 is enough. Three repairs, each a line of school algebra.
#
# **Softmax**: add the same number to all logits, and the chances stay: the factor cancels. So take off the largest
# first; then the largest exponent is 0, and nothing overflows.

# %%
logits = np.array([1000.0, 999.0, 998.0])
e = np.exp(logits - logits.max())
print(e.round(3), "→", (e / e.sum()).round(3))

# %% [markdown]
# The same chances as for 2, 1, 0 in section 5, as it should be.
#
# **[Log-sum-exp](glossary.md#log-sum-exp)**: the logarithm of a softmax is z − log Σ eᶻ. With *m* the largest logit,
# log Σ eᶻ = m + log Σ eᶻ⁻ᵐ, and no chance is ever rounded to 0 before its logarithm is taken:

# %%
log_sum = logits.max() + np.log(np.exp(logits - logits.max()).sum())
print(f"log-sum-exp {log_sum:.3f}, log chances {(logits - log_sum).round(3)}")

# %% [markdown]
# The third repair, binary cross-entropy, is yours.
#
# ### Exercise 05.7 · code (O5)
#
# Write the mean binary cross-entropy from logits: `z` and `t` have the same shape. It must be right for any *z*, so the
# chance p = 1 / (1 + e⁻ᶻ) may never be computed. On paper: write 1 − p and p with eᶻ, then take their logarithms.
# `np.logaddexp(a, b)` is the log-sum-exp of two numbers, log(eᵃ + eᵇ).
#
# <details><summary>Hint 1</summary>1 − p = 1 / (1 + eᶻ), so a no costs log(1 + eᶻ). And p = eᶻ / (1 + eᶻ): what does a
# yes cost?</details>
# <details><summary>Hint 2</summary>1 is e⁰, so log(1 + eᶻ) is <code>np.logaddexp(0, z)</code>. A yes costs <i>z</i> less
# than a no. Choose with <code>t</code>, then the mean.</details>


# %%
def my_binary_cross_entropy(z, t):
    ### BEGIN SOLUTION
    return (np.logaddexp(0, z) - t * z).mean()
    ### END SOLUTION


# %%
check("05.7", my_binary_cross_entropy)

# %% [markdown]
# **Binary cross-entropy from logits**, step by step. With p = 1 / (1 + e⁻ᶻ) one finds log(1 − p) = −log(1 + eᶻ) and
# log p = z − log(1 + eᶻ). Put both into −t log p − (1 − t) log(1 − p), and what remains is
#
# **loss = log(1 + eᶻ) − t z**.
#
# The first part is the log-sum-exp of 0 and *z*:

# %%
z, t = np.array([2.0, 40.0, 1000.0, -1000.0]), np.array([0.0, 0.0, 0.0, 1.0])
loss = np.logaddexp(0, z) - t * z
loss.round(3)

# %% [markdown]
# A no after a logit of 40 costs 40, one of 1,000 costs 1,000: large and finite. Both versions in `float32`:

# %%
z = np.linspace(-5, 25, 601, dtype=np.float32)
naive = naive_loss_of_a_no(z)
figure, axes = new_figure(6.5, 3)
axes.plot(z, np.logaddexp(0, z), marker="", linewidth=5, alpha=0.35, label="from logits")
axes.plot(z[np.isfinite(naive)], naive[np.isfinite(naive)], marker="", linestyle="-", label="naive")
axes.annotate("the naive one ends: infinity", (16.7, 16.6), xytext=(5, 22), arrowprops={"arrowstyle": "->"})
axes.set(xlabel="logit z, when the answer is no", ylabel="loss")
axes.legend(loc="lower right")
show(
    figure,
    alt="Loss of a no against the logit. Both curves lie near 0 on the left and rise with slope 1 on the right. The "
    "one from logits goes on to 25; the naive one turns into stairs from about 14 and ends before 17.",
)

# %% [markdown]
# Already from about 14 on, the naive curve is a staircase: the digits are gone. From 17 on, walking backwards (lesson
# 06) gives infinity × 0 = `nan`. **So networks end in
# logits, and the loss takes logits.** The helpers do the same, and so does Keras with `from_logits=True`.

# %%
z, t = np.array([[2.0], [-1.0], [1000.0]]), np.array([[0.0], [1.0], [0.0]])
assert np.isclose(scratch.binary_cross_entropy(z, t)[0], 1003.44 / 3, atol=0.01)  # 2.127 + 1.313 + 1000, over 3
loss = -(watched * np.log(chances)).sum(axis=1).mean()  # log chances are logits: their softmax gives the chances back
assert np.isclose(scratch.categorical_cross_entropy(np.log(chances), watched)[0], loss)

# %% [markdown]
# ### Exercise 05.8 · code (O5)
#
# Write softmax for a batch of logits, shape (batch, n): each **row** becomes chances. It must survive any logits, and
# rows that differ much from each other.
#
# <details><summary>Hint 1</summary>Take off the largest logit of each row, not that of the whole batch.</details>
# <details><summary>Hint 2</summary><code>keepdims=True</code> keeps the shape (batch, 1), so that rows meet
# rows.</details>


# %%
def my_softmax(z):
    ### BEGIN SOLUTION
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %%
check("05.8", my_softmax)

# %% [markdown]
# ### Exercise 05.9 · put in order (O4)
#
# Categorical cross-entropy of a batch, from logits `z` (batch, n) and one-hot `target` (batch, n). One line does not
# belong. Write the letters of the others in the right order, for example `"DCBA"`.
#
# ```text
# A   loss_of_row = -(target * log_chance).sum(axis=1)
# B   log_chance = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
# C   loss = loss_of_row.mean()
# D   z = z - z.max(axis=1, keepdims=True)
# E   log_chance = z - np.log(np.exp(z).sum())
# ```

# %%
order = ...
### BEGIN SOLUTION
order = "DBAC"
### END SOLUTION

# %%
check("05.9", order)

# %% [markdown]
# ## 8. A forward pass over MovieLens
#
# Now 70,529 real pairs: the train part of the course's split. Five features of each: how the user rates on average and
# how much, the same for the film, and the film's age in years. All of it counted in train only. (The row's own rating
# is in these means; harmless here, not in lesson 06.)

# %%
train = splits.split_last_share(ratings).train.merge(movies, on="item_id")
by_user, by_film = train.groupby("user_id")["rating"], train.groupby("item_id")["rating"]
rated_in = pd.to_datetime(train["timestamp"], unit="s").dt.year
features = pd.DataFrame(
    {
        "user mean": by_user.transform("mean"),
        "user count": by_user.transform("size"),
        "film mean": by_film.transform("mean"),
        "film count": by_film.transform("size"),
        "film age": rated_in - train["year"].astype(float),
    }
)
features = features.fillna(features.mean())  # three ratings are of films without a year
features.describe().loc[["mean", "std", "min", "max"]].round(1)

# %% [markdown]
# Very different sizes, so we [standardise](glossary.md#standardization) them (lesson 03). And the question: will the
# user love the film, that is, give it 4.5 stars or more? The network: 5 features, 16 hidden neurons with ReLU, one
# logit. Its weights are **random and small**, its biases 0. It knows nothing.

# %%
raw = features.to_numpy()
x = (raw - raw.mean(axis=0)) / raw.std(axis=0)  # (70529, 5)
t = (train["rating"].to_numpy() >= 4.5).astype(float)[:, None]  # (70529, 1)
print(x.shape, t.shape, f"share of loved films {t.mean():.3f}")

# %% [markdown]
# ### Exercise 05.10 · predict (O5)
#
# Before you run on: which binary cross-entropy will this network have? You need no computer. What is its chance for
# every pair, if all its logits are nearly 0? And what does that cost?

# %%
starting_loss = ...
### BEGIN SOLUTION
starting_loss = np.log(2)
### END SOLUTION

# %%
check("05.10", starting_loss)

# %% tags=["reveal"]
rng = np.random.default_rng(0)
W1, W2 = rng.normal(size=(5, 16)), rng.normal(size=(16, 1))


def logits_of(x, scale):
    hidden = np.maximum(x @ (scale * W1), 0)  # (n, 5) @ (5, 16) → (n, 16)
    return hidden @ (scale * W2)  # (n, 16) @ (16, 1) → (n, 1)


z = logits_of(x, scale=0.01)
print(f"logits between {z.min():.3f} and {z.max():.3f}: loss {scratch.binary_cross_entropy(z, t)[0]:.3f}")

# %% [markdown]
# 0.693, the price of "one half" to everything: log 2. **An untrained network with small weights starts there.** If
# yours does not, something is wrong before training has begun. Two ways to spoil it: weights that are too large, and
# features that were not standardised.

# %%
for name, inputs in (("standardised", x), ("raw", raw)):
    losses = [scratch.binary_cross_entropy(logits_of(inputs, scale), t)[0] for scale in (0.01, 0.1, 1)]
    print(f"{name:12}  weights × 0.01: {losses[0]:6.3f}   × 0.1: {losses[1]:6.3f}   × 1: {losses[2]:8.3f}")
is_near, is_far = abs(losses[0] - 0.693) < 0.1, losses[2] > 10
claim("raw counts with weights × 0.01 hide near log 2; × 1 is above 10", is_near and is_far)

# %% [markdown]
# With large weights the network is sure of itself and knows nothing: it starts far above, and training has to unlearn
# that first. Raw counts are off already at weights ten times smaller (0.924). Only the tiniest weights hide them (0.688).
#
# One step better than one half is to know the share of yes. Give the last neuron that share as its bias, as a logit:
# log(p / (1 − p)).

# %%
share = t.mean()
last_bias = np.log(share / (1 - share))
loss = scratch.binary_cross_entropy(logits_of(x, 0.01) + last_bias, t)[0]
by_hand = -share * np.log(share) - (1 - share) * np.log(1 - share)  # the price of saying `share` to all
print(f"last bias {last_bias:.2f} → loss {loss:.3f}; by hand {by_hand:.3f}")

# %% [markdown]
# 0.550 without learning anything about users or films. This is the number that a trained network has to beat here, not
# 0.693.
#
# And with softmax? Ten outputs for the ten possible ratings, 0.5 to 5 stars. Or one output for each of 9,066 films:
# which one is it? If all *n* logits are nearly 0, every chance is 1/n, and the loss is log n.


# %%
def starting_loss_of_softmax(rows, column, n):
    hidden = np.maximum(x[rows] @ (0.01 * W1), 0)  # (batch, n_hidden)
    z = hidden @ (0.01 * rng.normal(size=(W1.shape[1], n)))  # (batch, n)
    one_hot = np.zeros((len(rows), n))
    one_hot[np.arange(len(rows)), column[rows]] = 1
    return scratch.categorical_cross_entropy(z, one_hot)[0]


rows = rng.choice(len(x), 500, replace=False)
star_column = (2 * train["rating"].to_numpy() - 1).astype(int)  # 0.5 → 0, …, 5 → 9
film_column = IdMap(movies["item_id"]).to_idx(train["item_id"]) - 1  # 0 … 9065
for name, column, n in (("stars", star_column, 10), ("films", film_column, len(movies))):
    print(f"{name}: loss {starting_loss_of_softmax(rows, column, n):.3f}, log {n:,} = {np.log(n):.3f}")

# %% [markdown]
# 2.303 and 9.112, as predicted. So you know the first number of a training run before you start it, and you can read
# what another number means:
#
# | it starts | look at |
# |---|---|
# | near log n | all is well |
# | far above | inputs not standardised, weights too large |
# | far below | the loss is not what you think, for example a mean taken twice |
# | at `nan` | a gap in the data, an overflow |

# %% [markdown]
# ## What you did
#
# - You computed a neuron, a layer and a network by hand, and for a whole batch (**O1**).
# - You wrote the shape beside every line, and caught broadcasting and a collapsed batch (**O2**).
# - You saw that linear layers collapse into one, compared six activations and their slopes, and know which answer needs
#   which (**O3**).
# - You computed MSE, binary and categorical cross-entropy (**O4**), …
# - … saw them overflow, mended them, and predicted log 2 and log n before they appeared (**O5**).
#
# The network knows nothing yet. In the next lesson it learns: the same way, walked backwards.

# %% [markdown] tags=["reading"]
# **Read on**
#
# - D. Rumelhart, G. Hinton, R. Williams: Learning Representations by Back-Propagating Errors. Nature 323, 1986,
#   doi 10.1038/323533a0
# - X. Glorot, A. Bordes, Y. Bengio: Deep Sparse Rectifier Neural Networks. AISTATS 2011 (on ReLU)
# - P. Blanchard, D. Higham, N. Higham: Accurately Computing the Log-Sum-Exp and Softmax Functions. IMA Journal of
#   Numerical Analysis 41(4), 2021, doi 10.1093/imanum/draa038
# - I. Goodfellow, Y. Bengio, A. Courville: Deep Learning. MIT Press 2016, chapter 6
# - S. Prince: Understanding Deep Learning. MIT Press 2023, chapters 3–5
