# %% [markdown]
# # Propagate forward
#
# A neural network repeats three steps: a multiplication, an addition and a nonlinearity. In this lesson you compute
# one by hand for one user and one film, then for a batch, and find out what it answers before it has learned anything.

# %% [markdown]
# **What you will do**
#
# - **O1** compute the output of a neuron, a layer and a network, by hand and in code
# - **O2** trace the shape of every array, and diagnose a wrong shape that raises no error
# - **O3** compare activations by their graphs and slopes, and choose one for an output
# - **O4** compute mean squared error and the two cross-entropies
# - **O5** implement losses that survive large numbers, and predict the loss of an untrained network
#
# **What you need**: lessons 03 and 04, and two and a quarter hours (90 minutes to read and run, 45 for the exercises).
# Sections 9 and 10 are optional and not counted. The whole notebook runs in about five seconds and uses only NumPy.

# %%
import numpy as np

from recsys_helpers.data import IdMap, load_movielens, splits
from recsys_helpers.data.rating_features import five_features
from recsys_helpers.exercises import check
from recsys_helpers.models import scratch
from recsys_helpers.notebook import claim, new_figure, show
from recsys_helpers.notebook.drawings import draw_network
from recsys_helpers.start import set_seed

set_seed(42)
ratings, movies = load_movielens()

# %% [markdown]
# ## 1. One user, one film, three numbers
#
# How many stars will Ada give *Casablanca*? We know three numbers about this pair, its [features](glossary.md#feature):
#
# - Ada gives half a star more than the average user: 0.5;
# - the film receives 0.8 stars more than the average film;
# - the film is 5 decades old when Ada watches it.

# %%
x = np.array([0.5, 0.8, 5.0])  # (3,): Ada's habit, the film's fame, its age in decades

# %% [markdown]
# A [neuron](glossary.md#neuron), also called a *unit*, multiplies each number by a [weight](glossary.md#weight), adds up
# the products, and adds one more number, the [bias](glossary.md#bias). We choose these numbers by hand: habit and fame
# count fully, each decade takes off a tenth of a star, and the bias is the average rating, 3.5.

# %%
w = np.array([1.0, 1.0, -0.1])  # (3,): one weight for each feature
b = 3.5
for feature, weight in zip(x, w):
    print(f"{feature} × {weight:4} = {feature * weight:4}")
print(f"sum {(x * w).sum():.1f}, plus bias {b}: {(x * w).sum() + b:.1f} stars")

# %% [markdown]
# Ada's habit adds half a star, the film's fame adds 0.8, and its age takes half a star off. With the bias of 3.5, that
# makes 4.3 stars. The sum of products is the [dot product](glossary.md#dot-product) of lesson 02, so the neuron is one
# line of code:

# %%
print(round(x @ w + b, 2))

# %% [markdown]
# That is all a neuron does. We chose its weights; in lesson 06 it learns them.
#
# ### Exercise 05.1 · trace (O1)
#
# On paper: Bert gives a whole star *less* than the average user (−1.0). He watches a brand-new film (0 decades) that
# receives 0.4 stars more than the average film. What does the neuron predict?

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
# In practice we ask about many pairs at once. We stack four of them, one row per pair: a
# [batch](glossary.md#minibatch). The second row is Bert's.

# %% tags=["reveal"]
X = np.array([[0.5, 0.8, 5.0], [-1.0, 0.4, 0.0], [0.5, -0.6, 2.0], [0.0, 0.0, 3.0]])  # (4 pairs, 3 features)
print((X @ w + b).round(2), (X @ w + b).shape)

# %% [markdown]
# The same line of code gives four answers. Read a matrix product by its **shapes**: `(4, 3) @ (3,)` gives `(4,)`. The
# inner numbers, here 3 and 3, must be equal, and they disappear. If they differ, NumPy raises an error:


# %%
def attempt(action):
    try:
        action()
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


attempt(lambda: X @ np.ones(4))  # (4, 3) @ (4,)

# %% [markdown]
# The end of the message says what is wrong: size 4 is different from 3. Section 6 shows a mistake that raises none. To
# protect yourself, write the shape beside every line.

# %% [markdown]
# ## 3. A layer: several neurons side by side
#
# A second neuron looks at the same three features with other weights and answers another question: is this an old and
# famous film? It ignores the user, adds the fame and 0.2 for each decade, and its bias of −1 keeps most films below
# zero. The weights of both neurons form one matrix, with a **column** for each neuron.

# %%
W = np.array([[1.0, 0.0], [1.0, 1.0], [-0.1, 0.2]])  # (3 features, 2 neurons)
b = np.array([3.5, -1.0])  # (2 neurons,)
hidden = X @ W + b  # (4, 3) @ (3, 2) → (4, 2), plus (2,) on every row
hidden.round(2)

# %% [markdown]
# Row *i*, column *j* is what neuron *j* says about pair *i*. The first column holds the stars from before. The second
# holds 0.8 + 5 × 0.2 − 1 = 0.8 for Ada's *Casablanca*, and less for the other pairs. The bias has shape (2,) and is
# added to each of the four rows; NumPy calls this [broadcasting](glossary.md#broadcasting).
#
# This is a [dense layer](glossary.md#dense-layer): every output depends on every input. The course's own version
# computes the same and also stores its weights:

# %%
layer = scratch.Dense(3, 2, np.random.default_rng(0))  # starts with random weights
layer.W.value, layer.b.value = W, b
assert np.array_equal(layer.forward(X), hidden)

# %% [markdown]
# ## 4. Two layers, and a disappointment
#
# The output of one layer can be the input of the next. A layer whose output only serves later layers is called
# [hidden](glossary.md#hidden-layer). Our last neuron takes the stars as they are and adds half of the "old and famous"
# number:

# %%
V = np.array([[1.0], [0.5]])  # (2 neurons, 1 output)
c = np.array([0.0])  # (1,)
out = hidden @ V + c  # (4, 2) @ (2, 1) → (4, 1)
out.round(2)

# %% [markdown]
# For Ada's *Casablanca* that is 4.3 + 0.5 × 0.8 = 4.7. The drawing shows the weights on the arrows and Ada's numbers
# in the circles:

# %%
show(
    draw_network([x, hidden[0], out[0]], [W, V], ["features", "hidden layer", "output"]),
    alt="Three circles, features 0.5, 0.8 and 5.0, each with an arrow to two hidden circles, 4.3 and 0.8, and these "
    "with arrows to one output, 4.7. The weights stand on the arrows: 1, 0, 1, 1, −0.1, 0.2, then 1 and 0.5.",
)

# %% [markdown]
# (Biases are not drawn.) Are two layers more powerful than one? Multiply the two weight matrices first, and use the
# product as the weights of a single layer:

# %%
W_one = W @ V  # (3, 2) @ (2, 1) → (3, 1)
b_one = b @ V + c  # (2,) @ (2, 1) → (1,)
one_layer = X @ W_one + b_one  # (4, 3) @ (3, 1) → (4, 1)
assert np.allclose(one_layer, out)
print("weights", W_one.ravel().round(2), "bias", b_one.round(2))

# %% [markdown]
# The answers are the same, so the second layer added nothing: (X W + b) V + c = X (W V) + (b V + c), which is one
# layer with the weights 1, 1.5 and 0. **A stack of linear layers is one linear layer.** What is missing is a
# nonlinearity.
#
# ### Exercise 05.2 · trace (O2)
#
# Weights and biases are the numbers that a network learns, so it helps to be able to count them. A network takes 20
# features and has a hidden layer of 64 neurons and 10 outputs. How many numbers does it learn?

# %%
n_learned = ...
### BEGIN SOLUTION
n_learned = (20 * 64 + 64) + (64 * 10 + 10)
### END SOLUTION

# %%
check("05.2", n_learned)

# %% [markdown]
# ## 5. Activations
#
# To make a second layer useful, we pass the outputs of the first through a nonlinear function, the
# [activation](glossary.md#activation). The most common one is [ReLU](glossary.md#relu), which replaces every number
# below zero with zero.

# %%
activated = np.maximum(hidden, 0)  # (4, 2)
activated.round(2)

# %% [markdown]
# The second neuron now says 0 for every pair except Ada's *Casablanca*: a neuron with an activation can ignore the
# pairs that do not concern it. Do two layers still collapse into one? Here is a function that no linear layer can
# compute: the distance from zero. Two neurons, ReLU and a sum compute it exactly.

# %%
points = np.array([[-2.0], [-1.0], [0.0], [1.0], [2.0]])  # (5, 1)
two_neurons = np.maximum(points @ np.array([[1.0, -1.0]]), 0)  # (5, 1) @ (1, 2) → (5, 2)
distance = two_neurons @ np.array([[1.0], [1.0]])  # (5, 2) @ (2, 1) → (5, 1)
print(two_neurons.T, "→", distance.ravel())

# %% [markdown]
# One neuron is active above zero, the other below, and their sum has the shape of a V. More neurons give more corners,
# and with enough of them a network comes as close as you like to any continuous curve on a bounded range.
#
# Below are five activations, each with its **slope**. The slope matters because learning follows slopes (lesson 06):
# where it is 0, nothing is learned.


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

# %%
z = np.array([-4.0, -1.0, 0.5, 4.0])
for name, (value, slope) in activations.items():
    left, right = (f"{value(z)[i]:6.3f}, slope {slope(z)[i]:.3f}" for i in (0, 3))
    print(f"{name:10}  at −4: {left}   at 4: {right}")

# %%
line = np.linspace(-5, 5, 201)
figure, axes = new_figure(9.5, 2.6, n_panels=4, sharey=True)
for panel, (name, (value, slope)) in zip(axes, list(activations.items())[1:]):
    panel.plot(line, value(line), marker="", linewidth=2, label="value")
    panel.plot(line, slope(line), marker="", label="slope")
    panel.set(title=name, xlabel="z", ylim=(-1.6, 2.5))
axes[0].legend()
show(
    figure,
    alt="Four panels. ReLU is zero with slope 0 on the left, then rises with slope 1. Leaky ReLU has slope 0.3 on the "
    "left, then 1. Sigmoid is an S from 0 to 1, its slope peaks at 0.25 in the middle. Tanh is an S from −1 to 1, its "
    "slope peaks at 1.",
)

# %% [markdown]
# ReLU has slope 0 on the left, so a neuron whose input is always negative learns nothing. Leaky ReLU keeps a small
# slope there, 0.3 here as in Keras's layer. The two S-shaped curves are flat at both ends: at 4 the slope of the
# sigmoid is 0.018 and that of tanh 0.001, so a neuron out there hardly learns. The slope of the sigmoid is never above
# 0.25, so ten sigmoids in a row pass on very little. This is why hidden layers usually use ReLU or one of its
# variants.
#
# The activation of the last layer depends on the *answer* you need. For one choice out of *n*, it is
# [softmax](glossary.md#softmax), which turns *n* numbers into *n* probabilities that sum to 1: raise *e* to the power
# of each number, then divide by the sum. Here are three films:

# %%
e = np.exp([2.0, 1.0, 0.0])
print(e.round(2), "sum", e.sum().round(2), "→", (e / e.sum()).round(3))

# %% [markdown]
# The largest number gets the largest share, 0.665. The shares depend on each other: if one rises, the others fall. The
# numbers that go into a softmax or a [sigmoid](glossary.md#sigmoid) are called [logits](glossary.md#logit).
#
# | you predict | last activation | the answer |
# |---|---|---|
# | stars | linear | any number |
# | a yes or no | sigmoid | one probability |
# | one of *n* | softmax | *n* probabilities that sum to 1 |
#
# The course's own activations are small classes with the same functions. The last line shows that a softmax over two
# logits is a sigmoid of their difference:

# %%
for layer in (scratch.ReLU(), scratch.LeakyReLU(), scratch.Sigmoid(), scratch.Tanh()):
    name = {"LeakyReLU()": "leaky ReLU", "Sigmoid()": "sigmoid", "Tanh()": "tanh"}.get(str(layer), "ReLU")
    assert np.allclose(layer.forward(z), activations[name][0](z))
    assert np.allclose(layer.slope, activations[name][1](z))
assert np.isclose(scratch.softmax(np.array([2.0, 0.5]))[0], sigmoid(2.0 - 0.5))

# %% [markdown]
# ### Exercise 05.3 · choose (O3)
#
# For each of five films, you want the probability that a visitor watches it this week. A visitor may watch several of
# them, or none. Which activation follows the last layer, which has five outputs?
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
# This function computes two layers for a batch. The hidden layer, with ReLU, is given. Add the last layer, which is
# linear.
#
# <details><summary>Hint 1</summary>The input of the last layer is <code>hidden</code>, not <code>x</code>.</details>
# <details><summary>Hint 2</summary>(batch, n_hidden) @ (n_hidden, n_out) gives (batch, n_out); then add the
# bias.</details>


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
# Now write the forward pass for any number of layers. Dense layers with ReLU between them form a [multilayer
# perceptron](glossary.md#multilayer-perceptron) (MLP). `layers` is a list of pairs `(W, b)`. ReLU follows every layer
# except the last one. Return the output for the batch `x`.
#
# <details><summary>Hint 1</summary>Write a loop in which the output of each layer becomes the next
# <code>x</code>.</details>
# <details><summary>Hint 2</summary><code>layers[:-1]</code> are the layers with ReLU, <code>layers[-1]</code> is the
# last one.</details>


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
# the **mean squared error** (MSE), which is the RMSE of lesson 04 before the root is taken.

# %%
predicted = X @ W_one + b_one  # (4, 1)
target = np.array([[5.0], [3.0], [3.5], [2.0]])  # (4, 1): the stars they gave
error = predicted - target
print(error.ravel().round(2), "squared", (error**2).ravel().round(2), f"→ mean {(error**2).mean():.3f}")

# %% [markdown]
# The last prediction is a whole star too high, and its square makes up about half of the total. Now we make a common
# mistake: we pass the same targets without the second dimension, as a column of a table gives them. NumPy does not
# object:

# %%
flat = target.ravel()  # (4,)
difference = predicted - flat  # (4, 1) − (4,) → (4, 4)!
print("shape", difference.shape, f"→ mean {(difference**2).mean():.3f}")
difference.round(1)

# %% [markdown]
# There are sixteen differences instead of four, and the loss is 1.946 instead of 0.515: broadcasting compared **every
# prediction with every target**. There is no error message, and the best that a network can do with such a loss is to
# predict the mean target for everybody. Hence a rule: predictions and targets must have the same shape, and a function
# that can check this should. The course's own loss does:

# %%
assert np.isclose(scratch.mean_squared_error(predicted, target)[0], (error**2).mean())
attempt(lambda: scratch.mean_squared_error(predicted, flat))

# %% [markdown]
# ### Exercise 05.6 · find the bug (O2)
#
# `users` and `films` hold one row of numbers for each of *n* pairs; both have shape (n, dim), as in lesson 02. The
# function should return *n* scores, shape (n,): the dot product of each user's row with the film's row. `np.tensordot`
# multiplies number by number and sums over as many dimensions as its last argument says. Run
# `score_pairs(np.ones((4, 3)), np.ones((4, 3)))` and look at the shape, then repair the function.
#
# This bug is a real one: in 2021 a reader reported the line in a public film tutorial (keras-io, issue 397). There,
# biases of shape (n, 1) were added next, and broadcasting made the shape look right again.
#
# <details><summary>Hint 1</summary>With 2, it sums over both dimensions: dim and the batch. The batch must
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
# **Yes or no.** The model gives a probability *p*, and then we learn what happened. The loss is minus the logarithm of
# the probability that the model gave to *what happened*: the [cross-entropy](glossary.md#cross-entropy), called binary
# when there are two outcomes.

# %%
for p in (0.9, 0.5, 0.1):
    print(f"said {p}: costs {-np.log(p):.3f} if it was a yes, {-np.log(1 - p):.3f} if it was a no")

# %% [markdown]
# Being confident and right costs little (0.105); being confident and wrong costs a lot (2.303). A model that says one
# half pays 0.693, the logarithm of 2, whatever happens.
#
# With the target *t* as 1 for yes and 0 for no, one formula covers both cases: −t log p − (1 − t) log(1 − p). Its mean
# over the batch is the binary cross-entropy, the log loss of lesson 04:

# %%
t = np.array([1.0, 0.0, 1.0])
p = np.array([0.9, 0.1, 0.5])
loss = -t * np.log(p) - (1 - t) * np.log(1 - p)
print(loss.round(3), f"→ mean {loss.mean():.3f}")

# %% [markdown]
# **One of n.** With *n* probabilities, the loss is again minus the logarithm of the probability given to what
# happened, here to the film that was watched. The target is [one-hot](glossary.md#one-hot-encoding), so multiplying by
# it selects the right one. Take two visitors and three films:

# %%
p_watched = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])  # (2 visitors, 3 films), rows sum to 1
watched = np.array([[0, 1, 0], [0, 0, 1]])  # (2, 3): film 2, film 3
loss = -(watched * np.log(p_watched)).sum(axis=1)  # (2,)
print(loss.round(3), f"→ mean {loss.mean():.3f}")

# %% [markdown]
# A film that the model thought unlikely costs −log 0.2 = 1.609; one that it expected costs only −log 0.8 = 0.223. The
# mean, 0.916, is the **categorical cross-entropy**.

# %% [markdown]
# ## 7. When numbers overflow
#
# These formulas are right on paper but can fail on a computer. Here are a softmax of three large logits, and the
# binary cross-entropy of a logit of 40 when the answer was no:

# %%
with np.errstate(all="ignore"):  # be silent, so that we see what comes out
    e = np.exp(np.array([1000.0, 999.0, 998.0]))
    print("softmax", e, "→", e / e.sum())
    p = sigmoid(np.array(40.0))
    print("p =", p, "→ loss", -np.log(1 - p))

# %% [markdown]
# The softmax is `nan`, *not a number*, and the loss is infinite. *e* to the power of 1,000 is too large for a
# floating-point number, so NumPy returns infinity, and infinity divided by infinity is `nan`. The sigmoid of 40 is
# rounded to exactly 1, and the logarithm of 0 is minus infinity. A single `nan` in a batch turns every weight into
# `nan`. By default NumPy only warns; `np.errstate(over="raise")` makes it stop instead. And logits need not be that
# large: in `float32`, which frameworks use, 17 is enough (section 9).
#
# Three lines of school algebra fix this.
#
# **Softmax**: if you add the same number to all logits, the probabilities do not change, because the common factor
# cancels. So subtract the largest logit first. Then the largest exponent is 0, and nothing overflows.

# %%
logits = np.array([1000.0, 999.0, 998.0])
e = np.exp(logits - logits.max())
print(e.round(3), "→", (e / e.sum()).round(3))

# %% [markdown]
# These are the same probabilities as for 2, 1, 0 in section 5.
#
# **[Log-sum-exp](glossary.md#log-sum-exp)**: the logarithm of a softmax is z − log Σ eᶻ. With *m* the largest logit,
# log Σ eᶻ = m + log Σ eᶻ⁻ᵐ, and no probability is rounded to 0 before its logarithm is taken:

# %%
log_sum = logits.max() + np.log(np.exp(logits - logits.max()).sum())
print(f"log-sum-exp {log_sum:.3f}, log probabilities {(logits - log_sum).round(3)}")

# %% [markdown]
# The third line, for binary cross-entropy, is yours to find.
#
# ### Exercise 05.7 · code (O5)
#
# Write the mean binary cross-entropy from logits; `z` and `t` have the same shape. It must be right for any *z*, so
# never compute the probability p = 1 / (1 + e⁻ᶻ). On paper, write 1 − p and p in terms of eᶻ, then take their
# logarithms. `np.logaddexp(a, b)` is the log-sum-exp of two numbers, log(eᵃ + eᵇ).
#
# <details><summary>Hint 1</summary>1 − p = 1 / (1 + eᶻ), so a no costs log(1 + eᶻ). And p = eᶻ / (1 + eᶻ): what does a
# yes cost?</details>
# <details><summary>Hint 2</summary>1 is e⁰, so log(1 + eᶻ) is <code>np.logaddexp(0, z)</code>. A yes costs <i>z</i> less
# than a no. Choose with <code>t</code>, then take the mean.</details>


# %%
def my_binary_cross_entropy(z, t):
    ### BEGIN SOLUTION
    return (np.logaddexp(0, z) - t * z).mean()
    ### END SOLUTION


# %%
check("05.7", my_binary_cross_entropy)

# %% [markdown]
# <details><summary>The derivation, for after the exercise</summary>
#
# With p = 1 / (1 + e⁻ᶻ), log(1 − p) = −log(1 + eᶻ) and log p = z − log(1 + eᶻ). Put both into
# −t log p − (1 − t) log(1 − p), and what remains is <b>loss = log(1 + eᶻ) − t z</b>. The first part is the log-sum-exp
# of 0 and <i>z</i>.
#
# </details>
#
# The course's own version returns the loss and, for lesson 06, a gradient. The loss is the first of the two:

# %%
for logit in (2.0, 40.0, 1000.0):
    print(f"a no after a logit of {logit:g}: {scratch.binary_cross_entropy(np.array([logit]), np.array([0.0]))[0]:.3f}")

# %% [markdown]
# A no after a logit of 40 costs 40, and after a logit of 1,000 it costs 1,000: large but finite. **This is why
# networks output logits and the loss takes logits.** Keras does the same with `from_logits=True`.

# %%
loss = -(watched * np.log(p_watched)).sum(axis=1).mean()  # log p_watched are logits: their softmax is p_watched
assert np.isclose(scratch.categorical_cross_entropy(np.log(p_watched), watched)[0], loss)

# %% [markdown]
# ### Exercise 05.8 · code (O5)
#
# Write softmax for a batch of logits, shape (batch, n): each **row** becomes probabilities. It must survive any logits,
# including rows that differ a lot from each other.
#
# <details><summary>Hint 1</summary>Subtract the largest logit of each row, not that of the whole batch.</details>
# <details><summary>Hint 2</summary><code>keepdims=True</code> keeps the shape (batch, 1), which lines up with the
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
# These lines compute the categorical cross-entropy of a batch, from logits `z` (batch, n) and one-hot `target` (batch,
# n). One line does not belong. Write the letters of the others in the right order, for example `"DCBA"`.
#
# ```text
# A   loss_of_row = -(target * log_probability).sum(axis=1)
# B   log_probability = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
# C   loss = loss_of_row.mean()
# D   z = z - z.max(axis=1, keepdims=True)
# E   log_probability = z - np.log(np.exp(z).sum())
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
# Now we take 70,529 real pairs, the train part of the course's split. Each has five features: how high and how often
# the user rates, the same for the film, and the film's age in years. All of them are computed from train only. (Each
# row's own rating is part of these means; that does no harm here, but it will in lesson 06.)

# %%
train = splits.split_last_share(ratings).train.merge(movies, on="item_id")
features = five_features(train)
features.describe().loc[["mean", "std", "min", "max"]].round(1)

# %% [markdown]
# The features have very different scales, so we [standardise](glossary.md#standardization) them (lesson 03). The
# question is whether the user will love the film, that is, give it 4.5 stars or more. The network has 5 features, 16
# hidden neurons with ReLU, and one logit. Its weights are **random and small**, and its biases are 0. It has learned
# nothing.

# %%
raw = features.to_numpy()
x = (raw - raw.mean(axis=0)) / raw.std(axis=0)  # (70529, 5)
t = (train["rating"].to_numpy() >= 4.5).astype(float)[:, None]  # (70529, 1)
print(x.shape, t.shape, f"share of loved films {t.mean():.3f}")

# %% [markdown]
# ### Exercise 05.10 · predict (O5)
#
# Before you go on: which binary cross-entropy will this network have? You need no computer. Which probability does it
# give to every pair if all its logits are nearly 0? And what does that cost?

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
# <details><summary>What the output shows</summary>
#
# The loss is 0.693, the price of saying "one half" to everything: log 2. <b>An untrained network with small weights
# starts there.</b> With softmax over <i>n</i> outputs, every probability is nearly 1/n, and the loss starts at log n.
#
# </details>

# %% [markdown] tags=["open"]
# So you know the first number of a training run before you start it. If yours differs, something is wrong before
# training has begun:
#
# | the loss starts | look at |
# |---|---|
# | where you predicted | all is well |
# | far above | inputs not standardised, weights too large |
# | far below | the loss is not what you think, for example a mean taken twice |
# | at `nan` | a gap in the data, an overflow |

# %% [markdown]
# ## 9. Where the naive loss breaks (optional)
#
# Are logits of 40 realistic? Frameworks usually compute in `float32`, with about seven digits. From which logit on
# does the naive formula, which goes through the probability, return infinity?


# %%
def naive_loss_of_a_no(z):
    with np.errstate(divide="ignore"):
        return -np.log(1 - 1 / (1 + np.exp(-z)))


for kind in (np.float32, np.float64):
    logits = np.arange(100, dtype=kind)
    print(f"{kind.__name__}: infinite from z = {np.argmax(np.isinf(naive_loss_of_a_no(logits)))}")

# %%
z = np.linspace(-5, 25, 601, dtype=np.float32)
naive = naive_loss_of_a_no(z)
stable = [scratch.binary_cross_entropy(np.array([one]), np.array([0.0]))[0] for one in z]
figure, axes = new_figure(6.5, 3)
axes.plot(z, stable, marker="", linewidth=5, alpha=0.35, label="from logits")
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
# In `float32` the naive loss is infinite from a logit of 17 on. From about 14 on its curve is already a staircase,
# because digits are lost. Beyond 17, the backward pass of lesson 06 would compute infinity × 0 = `nan`.

# %% [markdown]
# ## 10. Better and worse starts (optional)
#
# Two things spoil the start: weights that are too large, and features that were not standardised.

# %% tags=["reveal"]
for name, inputs in (("standardised", x), ("raw", raw)):
    losses = [scratch.binary_cross_entropy(logits_of(inputs, scale), t)[0] for scale in (0.01, 0.1, 1)]
    print(f"{name:12}  weights × 0.01: {losses[0]:6.3f}   × 0.1: {losses[1]:6.3f}   × 1: {losses[2]:8.3f}")
is_near, is_far = abs(losses[0] - 0.693) < 0.1, losses[2] > 10
claim("raw features: weights × 0.01 hide the fault, × 1 starts above 10", is_near and is_far)

# %% [markdown]
# With the largest weights, the loss starts at 2.274, far above the best start: the network is confident without having
# learned anything, and training has to undo that first. With raw features, the loss is already too high at weights ten
# times smaller (0.924); only the tiniest weights hide the fault (0.688).
#
# You can also start better. One half is a poor guess if most answers are no. So set the bias of the last neuron to the
# logit of the share *p* of yes answers, log(p / (1 − p)):

# %%
share = t.mean()
last_bias = np.log(share / (1 - share))
loss = scratch.binary_cross_entropy(logits_of(x, 0.01) + last_bias, t)[0]
by_hand = -share * np.log(share) - (1 - share) * np.log(1 - share)  # the price of saying `share` to all
print(f"last bias {last_bias:.2f} → loss {loss:.3f}; by hand {by_hand:.3f}")

# %% [markdown]
# The loss is 0.550 although the network still knows nothing about users or films. This is the number that a trained
# network has to beat here.
#
# Finally, we look at softmax. The network predicts one of the ten possible ratings, 0.5 to 5 stars, or one of all
# 9,066 films:


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
# The losses are 2.303 and 9.112, and both equal log n.

# %% [markdown]
# ## What you did
#
# - You computed a neuron, a layer and a network by hand, and for a whole batch (**O1**).
# - You wrote the shape beside every line, and found two wrong shapes that raise no error (**O2**).
# - You saw that linear layers collapse into one, compared activations and their slopes, and know which one each answer
#   needs (**O3**).
# - You computed MSE, binary and categorical cross-entropy (**O4**).
# - You saw losses overflow, repaired them, and predicted the loss of an untrained network before you saw it (**O5**).
#
# The network knows nothing yet. In the next lesson it learns, by going through the same steps backwards.

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
