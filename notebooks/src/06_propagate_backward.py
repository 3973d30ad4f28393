# %% [markdown]
# # Propagate backward
#
# To learn, a network needs to know for each weight: if it were a little larger, would the loss grow or shrink? You
# answer this by hand, then in code for batches, check that the answer is right, and train a network.

# %% [markdown]
# **What you will do**
#
# - **O1** compute a gradient on a graph by hand, with the chain rule
# - **O2** implement the backward pass of every layer and loss, and prove it with centred differences
# - **O3** implement a training loop and its update rules
# - **O4** diagnose a network that does not learn (optional sections)
# - **O5** compare remedies against overfitting, and evaluate a network exactly like its baseline (optional sections)
#
# **What you need**: lesson 05, what a derivative is, and about two hours without the optional sections; there is a
# marked break after section 3. Sections 5 to 11 are optional, and later lessons do not need them; if you have another
# evening, start with 6 and 7. The whole notebook runs in about half a minute. NumPy only.

# %%
from itertools import pairwise

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from recsys_helpers.data import load_movielens, splits
from recsys_helpers.data.rating_features import rating_features
from recsys_helpers.exercises import check
from recsys_helpers.models import scratch
from recsys_helpers.notebook import claim, new_figure, show
from recsys_helpers.notebook.drawings import draw_chain
from recsys_helpers.start import set_seed

set_seed(42)
threadpool_limits(1)  # matrix products on one thread
ratings, movies = load_movielens()

# %% [markdown]
# ## 1. Five nodes
#
# The smallest possible network has one feature *x* = 2, one weight, one [bias](glossary.md#bias),
# [ReLU](glossary.md#relu), and a squared error. Ada gave 4 stars. The forward pass is that of lesson 05, one node per
# line:

# %%
x, t = 2.0, 4.0  # the feature, and the stars that Ada gave
w, b = 1.5, -1.0
a = w * x  # node 1
z = a + b  # node 2
h = max(z, 0.0)  # node 3, ReLU: the prediction
e = h - t  # node 4
loss = e**2  # node 5
print(f"a {a}, z {z}, h {h}, e {e}, loss {loss}")

# %% [markdown]
# The network predicts 2 stars, and the loss is 4. How much would it change if *w* were a little larger?
#
# To find out, walk **backwards** from the loss. Each node knows one thing: how its own output changes with its input,
# which is a slope. The [chain rule](glossary.md#chain-rule) says that you multiply these slopes along the way. In the
# code below, `d_h` is the slope of the loss with respect to *h*.

# %%
d_e = 2 * e  # loss = e²
d_h = d_e * 1  # e = h − t
d_z = d_h * (1 if z > 0 else 0)  # ReLU is open: slope 1
d_a, d_b = d_z * 1, d_z * 1  # z = a + b
d_w = d_a * x  # a = w · x
print(f"d_e {d_e}, d_h {d_h}, d_z {d_z}, d_a {d_a}, d_b {d_b}, d_w {d_w}")

# %%
names = ["a = w x", "z = a + b", "h = ReLU(z)", "e = h − t", "loss = e²"]
below = {0: f"w: slope {d_w:g}", 1: f"b: slope {d_b:g}"}
show(
    draw_chain(names, [a, z, h, e, loss], [d_a, d_z, d_h, d_e], below),
    alt="Five nodes in a row: a 3, z 2, h 2, e −2, loss 4. Arrows to the right carry values, to the left slopes: "
    "each of a, z, h and e has slope −4. Below them, w has slope −8 and b has slope −4.",
)

# %% [markdown]
# `d_w` is −8: if *w* grows by a tiny amount, the loss falls by eight times that amount. Do not take this on trust;
# change *w* a little and see:


# %%
def loss_of(w, b):
    return (max(w * x + b, 0.0) - t) ** 2


print(f"{(loss_of(w + 0.001, b) - loss_of(w, b)) / 0.001:.3f}")

# %% [markdown]
# The result is −7.996, not quite −8, because the loss is a curve, not a line. All such slopes together are the
# [gradient](glossary.md#gradient). To make the loss smaller, take a step *against* it. The length of the step is set by
# the [learning rate](glossary.md#learning-rate):

# %%
rate = 0.05
w_new, b_new = w - rate * d_w, b - rate * d_b
print(f"w {w} → {w_new:.2f}, b {b} → {b_new:.2f}, loss {loss} → {loss_of(w_new, b_new):.2f}")

# %% [markdown]
# One step took the loss from 4 to 1. **This is learning.** One more thing is easiest to see in a small network: **a
# value that is used twice collects gradients from both uses**. Let two pairs share *w*; the second has x = 1 and 3
# stars.

# %%
pairs = [(2.0, 4.0), (1.0, 3.0)]  # (feature, stars)
d_each = [2 * (w * x - 1.0 - t) * x for x, t in pairs]  # both ReLUs are open
both = lambda w: sum((w * x - 1.0 - t) ** 2 for x, t in pairs)
print("one by one", d_each, "sum", sum(d_each), f"nudged {(both(w + 0.01) - both(w - 0.01)) / 0.02:.3f}")

# %% [markdown]
# The gradients −8 and −5 add up to −13. In a batch, every row uses the same weights, so the gradient of a weight is a
# sum over rows.
#
# ### Exercise 06.1 · trace (O1)
#
# On paper, for the same five nodes with x = 3, w = 1, b = −1 and t = 5: what is `d_w`?

# %%
slope_of_w = ...
### BEGIN SOLUTION
slope_of_w = -18
### END SOLUTION

# %%
check("06.1", slope_of_w)

# %% [markdown]
# ## 2. Prove it: nudge every weight
#
# This backward walk is called [backpropagation](glossary.md#backpropagation). It is easy to get wrong, and a network
# with a wrong sign or a missing transpose may still learn something. So we want a check without the chain rule. Nudge a
# number in both directions and see how the loss moves, (f(x + h) − f(x − h)) / 2h: this is a **centred difference**.
#
# ### Exercise 06.2 · choose (O2)
#
# In `float64`, with about 16 digits: which *h* comes nearest to the true slope of a smooth function?
#
# - **a** the smaller the better: 1e-300
# - **b** 1e-12
# - **c** 0.00001, that is 1e-5
# - **d** 0.1

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("06.2", answer)

# %% [markdown]
# <details><summary>The reason, for after the exercise</summary>
#
# The difference treats a curve as a line; this error shrinks with <i>h</i>. But subtracting two nearly equal numbers
# loses digits, and dividing by a tiny <i>h</i> magnifies the error. The two errors balance near 1e-5 (optional section
# 11).
#
# </details>

# %% [markdown]
# ### Exercise 06.3 · fill in (O2)
#
# `f()` is a loss without arguments that reads the array `value`. Return the centred slope for its entry `i`, and leave
# `value` as it was. The upward nudge is given.
#
# <details><summary>Hint 1</summary>Nudge down from <code>kept</code>, not from the nudged value.</details>
# <details><summary>Hint 2</summary>Call <code>f()</code> again, put <code>kept</code> back, and divide the difference
# by <code>2 * h</code>.</details>


# %%
def slope_at(f, value, i, h):
    kept = value[i]
    value[i] = kept + h
    up = f()
    ### BEGIN SOLUTION
    value[i] = kept - h
    down = f()
    value[i] = kept
    return (up - down) / (2 * h)
    ### END SOLUTION


# %%
check("06.3", slope_at)

# %% [markdown]
# ### All entries at once
#
# The function below does this for all entries and returns one number: the largest error divided by the largest
# gradient. This is the [gradient check](glossary.md#gradient-check). Below 1e-6 we trust a backward pass.


# %%
def gradient_check(f, value, grad, h=1e-5):
    numeric = np.zeros_like(value)
    for i in np.ndindex(value.shape):
        kept = value[i]
        for step in (h, -h):
            value[i] = kept + step
            numeric[i] += f() / (2 * step)  # the second step is negative, so this becomes up minus down
        value[i] = kept
    size = max(np.abs(numeric).max(), np.abs(grad).max(), 1e-4)  # 1e-4: if all are 0, do not divide by 0
    return np.abs(numeric - grad).max() / size


# %%
cube = np.array([1.0, 2.0])
f = lambda: (cube**3).sum()
assert gradient_check(f, cube, 3 * cube**2) < 1e-9 < 0.1 < gradient_check(f, cube, 2 * cube**2)

# %% [markdown]
# ## 3. Backward through each piece
#
# Every piece of a network receives the gradient of the loss with respect to its **output**, here called `grad`, and
# returns the gradient with respect to its **input**, which is the output of the piece before. Along the way, it stores
# the gradients of its weights.
#
# ### A dense layer
#
# Output *j* of row *n* is y[n, j] = Σ x[n, i] · W[i, j] + b[j]. So W[i, j] acts on y[n, j] with slope x[n, i], the bias
# with slope 1, and x[n, i] with slope W[i, j]. Multiply each slope by `grad[n, j]` and add up over all uses:


# %%
def dense_backward_slow(x, W, grad):  # x (batch, n_in), W (n_in, n_out), grad (batch, n_out)
    grad_x, grad_W, grad_b = np.zeros(x.shape), np.zeros(W.shape), np.zeros(W.shape[1])
    for n in range(x.shape[0]):
        for j in range(W.shape[1]):
            grad_b[j] += grad[n, j]
            for i in range(W.shape[0]):
                grad_W[i, j] += x[n, i] * grad[n, j]
                grad_x[n, i] += W[i, j] * grad[n, j]
    return grad_x, grad_W, grad_b


# %% [markdown]
# Check a layer of 3 inputs and 2 outputs with a batch of 4. Any function of the output can serve as the loss; here it
# is the sum of y³, so `grad` is 3 y².

# %%
rng = np.random.default_rng(42)
x, W, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
y = x @ W + b  # (4, 2)
for name, value, grad in zip("xWb", (x, W, b), dense_backward_slow(x, W, 3 * y**2)):
    assert gradient_check(lambda: ((x @ W + b) ** 3).sum(), value, grad) < 1e-6
    print(f"{name} {value.shape}: gradient {grad.shape} agrees with the nudges")

# %% [markdown]
# **A gradient has the shape of the array it belongs to**, and this rule leads to the fast version. To get `grad_W`
# (n_in, n_out) from `x` (batch, n_in) and `grad` (batch, n_out), only one matrix product fits.
#
# ### Exercise 06.4 · code (O2)
#
# Write `dense_backward` without loops. Return `grad_x, grad_W, grad_b`, in this order.
#
# <details><summary>Hint 1</summary>In a matrix product, the inner dimension is summed over. For W, this must be the
# batch: (n_in, batch) @ (batch, n_out).</details>
# <details><summary>Hint 2</summary><code>x.T @ grad</code> for W. For b, sum <code>grad</code> over the batch. For x,
# multiply by <code>W.T</code>.</details>


# %%
def dense_backward(x, W, grad):
    ### BEGIN SOLUTION
    return grad @ W.T, x.T @ grad, grad.sum(axis=0)
    ### END SOLUTION


# %%
check("06.4", dense_backward)

# %% [markdown]
# As a class, the layer stores the input of its forward pass, because the backward pass needs it. The initial weights
# are small and random, and their limit depends on the shape of the layer. (`training` and `l2` come later.)


# %%
class Parameter:
    def __init__(self, value, l2=0.0):
        self.value, self.grad, self.l2 = value, np.zeros_like(value), l2


class Dense:
    def __init__(self, n_in, n_out, rng, l2=0.0):
        limit = np.sqrt(6 / (n_in + n_out))
        self.W = Parameter(rng.uniform(-1, 1, (n_in, n_out)) * limit, l2)
        self.b = Parameter(np.zeros(n_out))
        self.parameters = [self.W, self.b]

    def forward(self, x, training=False):
        self.x = x  # (batch, n_in)
        return x @ self.W.value + self.b.value  # (batch, n_out)

    def backward(self, grad):  # (batch, n_out)
        self.W.grad = self.x.T @ grad  # (n_in, batch) @ (batch, n_out) → (n_in, n_out)
        self.b.grad = grad.sum(axis=0)  # (n_out,)
        return grad @ self.W.value.T  # (batch, n_out) @ (n_out, n_in) → (batch, n_in)


# %% [markdown]
# ### Activations
#
# For y = f(x), entry by entry, each output depends on one input only, so there is nothing to add up. Multiply `grad` by
# the slope of *f*, also entry by entry.
#
# ### Exercise 06.5 · fill in (O2)
#
# Complete the [sigmoid](glossary.md#sigmoid). `x` (batch, n) goes in, `grad` (batch, n) comes back from the next layer.
# The forward pass is given: `y` is the sigmoid of `x`. Return the gradient with respect to `x`.
#
# <details><summary>Hint 1</summary>Lesson 05 plotted the slope: it is largest in the middle, 0.25 where <i>y</i> is one
# half, and 0 at both ends. Write it with <code>y</code> alone.</details>
# <details><summary>Hint 2</summary>The slope is <code>y * (1 - y)</code>. Multiply <code>grad</code> by it.</details>


# %%
def sigmoid_backward(x, grad):
    y = 1 / (1 + np.exp(-x))
    ### BEGIN SOLUTION
    return grad * y * (1 - y)
    ### END SOLUTION


# %%
check("06.5", sigmoid_backward)

# %% [markdown]
# The slopes of all our activations can be computed from the output *y* alone, so one class serves them all. It keeps
# the slope for the backward pass:


# %%
class Activation:
    parameters = ()

    def __init__(self, f, slope_at):
        self.f, self.slope_at = f, slope_at

    def forward(self, x, training=False):
        y = self.f(x)
        self.slope = self.slope_at(y)
        return y

    def backward(self, grad):
        return grad * self.slope


# %%
def ReLU():
    return Activation(lambda x: np.maximum(x, 0), lambda y: y > 0)


kinds = {
    "ReLU": ReLU(),
    "tanh": Activation(np.tanh, lambda y: 1 - y**2),
}
x = rng.normal(size=(4, 3))
for layer in kinds.values():
    grad = layer.backward(3 * layer.forward(x) ** 2)
    assert gradient_check(lambda: (layer.forward(x) ** 3).sum(), x, grad) < 1e-6

# %% [markdown]
# Both pass the check. (At exactly 0, ReLU has no slope: a gradient check should avoid this point.)

# %% [markdown]
# ### Losses
#
# The backward pass begins at the loss, so a loss returns its value **and** its gradient.
#
# - **Squared error**, the mean of (y − t)²: the slope is 2 (y − t), divided by the number of entries.
# - **Binary cross-entropy** from logits, log(1 + eᶻ) − t z: the slope of the first part is eᶻ / (1 + eᶻ), which is the
#   sigmoid, *p*. The result is **p − t**, the probability minus the truth.
# - **Categorical cross-entropy**, log Σ eᶻ − z of the true class: the slope of the first part is the softmax. The
#   result is again the probabilities minus the truth.


# %%
def mean_squared_error(y, target):
    return ((y - target) ** 2).mean(), 2 * (y - target) / y.size


def binary_cross_entropy(z, target):
    p = np.exp(-np.logaddexp(0, -z))  # sigmoid
    return (np.logaddexp(0, z) - target * z).mean(), (p - target) / z.size


# %% [markdown]
# ### Exercise 06.6 · code (O2)
#
# Write the gradient of the categorical cross-entropy, the mean over rows, with respect to the logits `z` (batch, n);
# `target` is one-hot, (batch, n).
#
# <details><summary>Hint 1</summary>First compute the softmax of each row, with the largest logit subtracted.</details>
# <details><summary>Hint 2</summary>(softmax − target), divided by the number of <b>rows</b>: the loss is a mean over
# rows.</details>


# %%
def cross_entropy_gradient(z, target):
    ### BEGIN SOLUTION
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True) - target) / len(z)
    ### END SOLUTION


# %%
check("06.6", cross_entropy_gradient)

# %%
z, yes_no, one_hot = rng.normal(size=(4, 3)), rng.integers(0, 2, (4, 3)), np.eye(3)[[0, 2, 1, 2]]
losses = {
    "squared error": (mean_squared_error, rng.normal(size=(4, 3))),
    "binary": (binary_cross_entropy, yes_no),
    "categorical": (scratch.categorical_cross_entropy, one_hot),
}
for loss, target in losses.values():
    assert gradient_check(lambda: loss(z, target)[0], z, loss(z, target)[1]) < 1e-6

# %% [markdown]
# ### All together
#
# A network is a sequence of layers. Forward goes from first to last, backward from last to first.


# %%
class Network:
    def __init__(self, layers):
        self.layers, self.parameters = layers, [p for layer in layers for p in layer.parameters]

    def forward(self, x, training=False):
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad


# %% [markdown]
# Each layer object may appear in a network only once: it *assigns* its gradient, so a second use would overwrite the
# first instead of adding to it. `scratch.Network`, the course's own, refuses a repeated layer.
#
# Now check a whole network with two [hidden layers](glossary.md#hidden-layer), too: every weight, under each loss:

# %%
x, rng_twin = rng.normal(size=(4, 5)), np.random.default_rng(7)
network = Network([Dense(5, 6, rng_twin), kinds["tanh"], Dense(6, 4, rng_twin), ReLU(), Dense(4, 3, rng_twin)])
for name, (loss, target) in losses.items():
    network.backward(loss(network.forward(x), target)[1])
    f = lambda: loss(network.forward(x), target)[0]
    assert max(gradient_check(f, p.value, p.grad) for p in network.parameters) < 1e-6
    print(f"{name:13} the gradients of {sum(p.value.size for p in network.parameters)} numbers are right")

# %% [markdown]
# **Take a break here.** To continue another day, first run all cells above again.

# %% [markdown]
# ## 4. Training: walk downhill
#
# Training repeats the same few lines for each batch.
#
# ### Exercise 06.7 · put in order (O3)
#
# The lines form a training loop; one of them does not belong. Write the letters of the others in the right order, for
# example `"FEDCB"`.
#
# ```text
# A       optimiser.step()
# B       network.backward(value)
# C       network.backward(grad)
# D   for rows in batches:
# E       value, grad = loss(output, y[rows])
# F       output = network.forward(x[rows])
# ```

# %%
order = ...
### BEGIN SOLUTION
order = "DFECA"
### END SOLUTION

# %%
check("06.7", order)

# %% [markdown]
# ### The features
#
# There is one row for each rating of the course's split. The target is how far a rating lies above the overall mean.
# The features are means of this difference for the user, for the film and for the user in this film's genres; counts of
# ratings; the film's age; the time; and a column of 0 and 1 for each genre. A row's **own** rating is left out of its
# means, because it is the answer. The helper `rating_features` builds the table; you need not read it.

# %%
cut = splits.split_last_share(ratings.merge(movies, on="item_id"))
mean = cut.train["rating"].mean()
features = rating_features(cut.train, cut.train, own_out=True)
print(features.shape, "mean rating", round(mean, 2))

# %%
x = ((features - features.mean()) / features.std()).to_numpy()  # (70529, 25), standardised
y = (cut.train["rating"] - mean).to_numpy()[:, None]  # (70529, 1)

# %% [markdown]
# ### Update rules
#
# A step can use all rows (full batch), a few of them (a [minibatch](glossary.md#minibatch)), or one ([stochastic
# gradient descent](glossary.md#stochastic-gradient-descent), SGD). Minibatches are usual: their direction is noisy, but
# you get many more steps for the same number of rows.
#
# The plain rule subtracts the learning rate times the gradient:


# %%
def sgd(value, grad, rate, t):
    value -= rate * grad  # changes the array itself, so the network sees the new value


# %% [markdown]
# Most networks are trained with [Adam](glossary.md#adam). For each weight it keeps two running means, of the gradient
# and of its square:
#
# - m ← 0.9 m + 0.1 g and v ← 0.999 v + 0.001 g².
#
# Both start at 0 and are too small at first, so Adam corrects them in step t:
#
# - m̂ = m / (1 − 0.9ᵗ) and v̂ = v / (1 − 0.999ᵗ).
#
# Then it moves by −rate · m̂ / (√v̂ + ε), where ε = 1e-7 prevents a division by 0.

# %%
g = np.array([0.002, 5.0])  # a tiny and a large gradient, first step: t = 1
m, v = 0.1 * g, 0.001 * g**2
m_hat, v_hat = m / (1 - 0.9**1), v / (1 - 0.999**1)
print("m", m.round(4), "corrected", m_hat.round(4), "· move", (-0.1 * m_hat / (np.sqrt(v_hat) + 1e-7)).round(3))

# %% [markdown]
# The first move has the size of the rate, 0.1, for both the tiny and the large gradient: only its direction depends on
# the gradient.
#
# ### Exercise 06.8 · code (O3)
#
# Write one step of Adam, number `t` (1, 2, …), with the constants above. Return the new `value, m, v`.
#
# <details><summary>Hint 1</summary>Update m and v first. Keep them uncorrected: the corrected ones are used in this
# step only.</details>
# <details><summary>Hint 2</summary><code>m_hat = m / (1 - 0.9**t)</code>, v likewise with 0.999, then
# <code>value - rate * m_hat / (np.sqrt(v_hat) + 1e-7)</code>.</details>


# %%
def my_adam(value, grad, m, v, rate, t):
    ### BEGIN SOLUTION
    m = 0.9 * m + 0.1 * grad
    v = 0.999 * v + 0.001 * grad**2
    m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return value - rate * m_hat / (np.sqrt(v_hat) + 1e-7), m, v
    ### END SOLUTION


# %%
check("06.8", my_adam)

# %% [markdown]
# Next come the optimiser, which carries Adam's memory from step to step, and the loop of exercise 06.7 as a function.
# The term `2 * p.l2 * p.value` is the gradient of a [penalty](glossary.md#regularization) `l2` · Σ w² on large weights;
# lesson 07 uses it.


# %%
class Optimiser:
    def __init__(self, parameters, rate, rule=scratch.adam):
        self.rule, self.rate, self.n_steps = rule, rate, 0
        self.memory = [(p, np.zeros_like(p.value), np.zeros_like(p.value)) for p in parameters]

    def step(self):
        self.n_steps += 1
        for p, m, v in self.memory:
            self.rule(p.value, p.grad + 2 * p.l2 * p.value, m, v, self.rate, self.n_steps)


def train_epoch(network, x, y, loss, optimiser, rng, batch_size):
    order = rng.permutation(len(x))  # other batches in every epoch
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        value, grad = loss(network.forward(x[rows], training=True), y[rows])
        network.backward(grad)
        optimiser.step()
    return value  # the loss of the last batch


# %% [markdown]
# Now train a network for three [epochs](glossary.md#epoch), which are passes over all rows, here only 2,000:


# %%
def mlp(sizes, rng):
    layers = []
    for pair in pairwise(sizes[:-1]):  # [25, 64, 64, 1]: (25, 64), then (64, 64)
        layers += [Dense(*pair, rng), ReLU()]
    return Network([*layers, Dense(*sizes[-2:], rng)])  # the last layer is linear


rng = np.random.default_rng(0)
network = mlp([25, 16, 1], rng)
optimiser = Optimiser(network.parameters, 0.001)
for _ in range(3):
    train_epoch(network, x[:2000], y[:2000], mean_squared_error, optimiser, rng, 64)
loss_after, loss_of_mean = mean_squared_error(network.forward(x[:2000]), y[:2000])[0], (y[:2000] ** 2).mean()
print(f"loss {loss_after:.2f}; saying the mean to everybody {loss_of_mean:.2f}")
assert loss_after < loss_of_mean

# %% [markdown]
# ## 5. The first weights (optional)
#
# How large should the initial weights be? By *size* we mean the root mean square here, √(mean of x²), which is the
# standard deviation when the mean is 0. Take a sum of 100 products, with inputs of size 1 and random weights of size
# 0.01. Positive and negative terms partly cancel, so the size grows not with 100 but with √100: it is about 0.01 × 10 =
# 0.1. ReLU then replaces the negative half by 0. That halves the mean square, so the size is divided by √2: about 0.07
# remains.
#
# ### Exercise 06.9 · predict (O4)
#
# Take ten such layers in a row, with 100 units each, and inputs of size 1. What is the size of the output? Answer with
# the power of ten, for example −3 for 0.001.

# %%
power_of_ten = ...
### BEGIN SOLUTION
power_of_ten = 10 * np.log10(0.07)
### END SOLUTION

# %%
check("06.9", power_of_ten)


# %%
def rms(values):
    return np.sqrt((values**2).mean())


def through_ten_layers(size, seed=0):
    rng = np.random.default_rng(seed)
    layers = []
    for _ in range(10):
        layers += [Dense(100, 100, rng), ReLU()]
        layers[-2].W.value = size * rng.normal(size=(100, 100))
    values, grad, forward, backward = rng.normal(size=(256, 100)), rng.normal(size=(256, 100)), [], []
    for layer in layers:
        values = layer.forward(values)
        forward.append(rms(values))
    for layer in reversed(layers):
        grad = layer.backward(grad)
        backward.append(rms(grad))
    return forward[1::2], backward[::-1][::2]  # after each ReLU; at the input of each Dense


# %% tags=["reveal"]
sizes = {"0.01": 0.01, "√(1/100) = 0.1": 0.1, "√(2/100) = 0.141": np.sqrt(2 / 100), "1": 1.0}
flows = {name: through_ten_layers(size) for name, size in sizes.items()}
for name, (forward, backward) in flows.items():
    print(f"weights of size {name:17} after 10 layers {forward[-1]:.0e}, gradient at layer 1 {backward[0]:.0e}")

# %% tags=["reveal"]
figure, axes = new_figure(9, 3.2, n_panels=2, sharey=True)
for name, (forward, backward) in flows.items():
    axes[0].semilogy(range(1, 11), forward, label=name)
    axes[1].semilogy(range(1, 11), backward, label=name)
axes[0].set(title="forward: size of the outputs", xlabel="layer", ylim=(1e-14, 1e10))
axes[1].set(title="backward: size of the gradients", xlabel="layer")
axes[1].legend(title="size of the weights", fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
show(
    figure,
    alt="Two logarithmic panels over ten layers, one line for each size of the weights: straight lines that fall, stay "
    "level or rise. Backward, from layer 10 to layer 1, the gradients do the same. The numbers are printed above.",
)

# %% tags=["reveal"]
first_layer = flows["0.01"][0][0]
kept = [through_ten_layers(np.sqrt(2 / 100), seed)[0][-1] for seed in range(5)]
first, *_, last = (forward[-1] for forward, _ in flows.values())
claim("one layer with weights of 0.01 leaves about 0.07", 0.065 < first_layer < 0.077)
claim("√(2/100) keeps the size, with five seeds", all(0.2 < size < 3 for size in kept))
claim("the other two ends are as the text says", first < 1e-10 and last > 1e6)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# With weights that are too small everything [vanishes](glossary.md#vanishing-gradient), including the gradient, so
# layer 1 never learns. With weights that are too large everything explodes.
#
# In between is one size that preserves signal and gradient. With ReLU every layer multiplies the mean square by n_in ·
# size² / 2, which is 1 for √(2 / n_in) (He and colleagues, 2015). `Dense` uses a formula that takes inputs and outputs
# into account, √(6 / (n_in + n_out)) as the limit of a uniform draw (Glorot & Bengio, 2010). The size of such a draw is
# its limit divided by √3, here 0.1: this is the second curve, which falls slowly. For shallow networks both work.
#
# </details>

# %% [markdown] tags=["open"]
# The gradient can also be lost in a ReLU that is negative for every row. Section 10 counts such *dead* units.

# %% [markdown]
# ## 6. A habit: overfit one batch (optional)
#
# Before you train on everything, take 32 rows and train on nothing else. A healthy network memorises them, and the loss
# goes to 0. If it cannot do even that, something is broken, and you know within a second. Below are a healthy network
# and four faulty setups:


# %%
class ForgotTheSlope(Activation):
    def backward(self, grad):
        return grad  # wrong: the slope is missing


def memorise(network, x, y, rng):
    optimiser = Optimiser(network.parameters, 0.005)
    for _ in range(300):
        value = train_epoch(network, x, y, mean_squared_error, optimiser, rng, 32)
    return value


# %%
def one_batch(fault, seed=0):
    rng = np.random.default_rng(seed)
    rows = rng.choice(len(x), 32, replace=False)
    batch, target, network = x[rows], y[rows], mlp([25, 64, 64, 1], rng)
    if fault == "features are all 0":
        batch = 0 * batch
    elif fault == "ReLU after the last layer":
        network.layers.append(ReLU())
    elif fault == "backward forgot the slope":
        network.layers[1::2] = [ForgotTheSlope(layer.f, layer.slope_at) for layer in network.layers[1::2]]
    elif fault == "targets shuffled":
        target = rng.permutation(target)
    return memorise(network, batch, target, rng)


# %% tags=["nbval-ignore-output"]
faults = ["none", "features are all 0", "ReLU after the last layer", "backward forgot the slope", "targets shuffled"]
ends = {fault: [one_batch(fault, seed) for seed in range(3)] for fault in faults}
for fault, values in ends.items():
    print(f"{fault:26} loss after 300 steps, three seeds:", " ".join(f"{value:.3f}" for value in values))

# %%
passed, stuck = [faults[i] for i in (0, 3, 4)], [faults[i] for i in (1, 2)]
claim(f"memorised: {', '.join(passed)}", all(max(ends[fault]) < 0.01 for fault in passed))
claim(f"not memorised: {', '.join(stuck)}", all(min(ends[fault]) > 0.3 for fault in stuck))

# %% [markdown]
# This habit finds the first two faults at once: without features the network can only predict the mean, and with a
# final ReLU it cannot predict less than the mean. But the last two faults go unnoticed. With a **wrong gradient** the
# network still memorised its batch, and it memorises **wrong targets** as easily as right ones. So each check has its
# purpose: `gradient_check` for gradients, one batch for the wiring, and a baseline on held-out rows for what it has
# learned.

# %% [markdown]
# ## 7. Too little and too much (optional)
#
# Now learn from only 1,000 ratings instead of 70,529, with a network that has two hidden layers of 64. It has enough
# weights to memorise them. There are two common remedies:
#
# - **L2**, a [penalty](glossary.md#regularization) λ Σ w² on large weights. The hyperparameter λ ("lambda", in code
#   `l2`) sets its strength. Its gradient is 2 λ w, the term `2 * p.l2 * p.value` in our optimiser, which pulls every
#   weight a little towards 0. Our term goes through Adam, which rescales it like any gradient; *AdamW* shrinks the
#   weights outside the rule and gives different results (Loshchilov & Hutter, 2019).
# - [Dropout](glossary.md#dropout): in training, set each hidden number to 0 with some probability, so that no unit can
#   rely on another, and scale up the rest, so that the sum stays the same on average. In prediction, nothing is
#   dropped. The backward pass multiplies by the slope, here 0 or 2.


# %%
class Dropout(Activation):
    def __init__(self, rate, rng):
        self.rate, self.rng = rate, rng

    def forward(self, x, training=False):
        self.slope = 1.0
        if training:
            self.slope = (self.rng.random(x.shape) >= self.rate) / (1 - self.rate)  # 0, or scaled up
        return x * self.slope


demo = Dropout(0.5, np.random.default_rng(3))
first_output = demo.forward(np.ones((1, 8)), training=True)
print(first_output[0], demo.forward(np.ones((1, 8)))[0])


# %%
def mlp(sizes, rng, l2=0.0, dropout=0.0):
    layers = []
    for pair in pairwise(sizes[:-1]):
        layers += [Dense(*pair, rng, l2), ReLU()] + ([Dropout(dropout, rng)] if dropout else [])
    return Network([*layers, Dense(*sizes[-2:], rng, l2)])


def rmse(network, x, y):
    return np.sqrt(((network.forward(x) - y) ** 2).mean())


# %%
features_valid = rating_features(cut.train, cut.valid, own_out=False)
x_valid = ((features_valid - features.mean()) / features.std()).to_numpy()  # (9722, 25), by the numbers of train
y_valid = (cut.valid["rating"] - mean).to_numpy()[:, None]
few = np.random.default_rng(42).choice(len(x), 1000, replace=False)


def curves(sizes, seed=0, n_epochs=50, **how):
    rng = np.random.default_rng(seed)
    network = mlp(sizes, rng, **how)
    optimiser = Optimiser(network.parameters, 0.001)
    errors = []
    for _ in range(n_epochs):
        train_epoch(network, x[few], y[few], mean_squared_error, optimiser, rng, 32)
        errors.append((rmse(network, x[few], y[few]), rmse(network, x_valid, y_valid)))
    return np.array(errors)  # (n_epochs, 2): train, valid


# %% tags=["nbval-ignore-output"]
deep = [25, 64, 64, 1]
runs = {
    "no remedy": curves(deep),
    "L2 0.03": curves(deep, l2=0.03),
    "dropout 0.5": curves(deep, dropout=0.5),
    "L2 0.3": curves(deep, l2=0.3),
    "no hidden layer": curves([25, 1]),
}
ends = {name: (*run[-1], run[:, 1].min(), run[:, 1].argmin() + 1) for name, run in runs.items()}
pd.DataFrame(ends, index=["train", "valid", "best valid", "in epoch"]).T.round(2).astype({"in epoch": int})

# %%
figure, axes = new_figure(9.5, 3, n_panels=4, sharey=True)
for panel, name in zip(axes, runs):
    for part, run, style in (("train", runs[name][:, 0], "-"), ("valid", runs[name][:, 1], "--")):
        panel.plot(range(1, len(run) + 1), run, linestyle=style, marker="", label=part)
    best = runs[name][:, 1].argmin()
    panel.plot([best + 1], [runs[name][best, 1]], "k*", markersize=9, label="best valid")
    panel.set(title=name, xlabel="epoch")
axes[0].set_ylabel("RMSE, stars")
axes[0].legend()
show(
    figure,
    alt="RMSE by epoch in four panels. No remedy: train falls to 0.5, valid turns at epoch 4 and climbs to 1.06. L2 "
    "0.03: train 0.8, valid stays near 0.91. Dropout 0.5: train 0.85, valid near 0.92. L2 0.3: both at 1.06.",
)

# %%
mean_only = np.sqrt((y_valid**2).mean())
print(f"saying the mean to everybody: {mean_only:.2f}")
free, l2, dropout, strong, flat = list(ends.values())[:5]  # (train, valid, best valid, in epoch) of each run
claim("no remedy: train falls, valid turns", free[0] < 0.55 and free[1] > 1.03 and free[2] < 0.95)
claim("L2 or dropout hold it back", l2[1] < 0.94 and dropout[1] < 0.94)
claim("too much L2 says the mean", abs(strong[1] - mean_only) < 0.01)
claim("no hidden layer does as well", flat[1] < 0.93 and flat[2] < l2[2] + 0.015)

# %% [markdown]
# Read the panels one by one. With **no remedy** the network predicts its 1,000 ratings better and better, but after
# about five epochs it predicts other ratings worse and worse; in the end it is no better on valid than the mean. This
# is [overfitting](glossary.md#overfitting). **L2** and **dropout** limit it. With **too much L2** the network predicts
# the mean for everybody, on train as well: [underfitting](glossary.md#underfitting). The last row of the table shows
# that with so few rows, a network without a hidden layer does as well as the best of them.
#
# A third remedy costs nothing: stop at the star. [Early stopping](glossary.md#early-stopping) watches the **valid**
# error, keeps a **copy** of the best weights, and stops when the error has not improved for long enough.

# %% [markdown]
# ### Exercise 06.10 · find the bug (O5)
#
# A network is about to be judged against a simple baseline. The baseline's RMSE was computed over all rows at once;
# this function measures the network batch by batch, because all rows together may not fit into memory. Every line looks
# right, yet the network seems better than it is. Find out why, and fix it: keep the batches, but return the RMSE over
# all rows.
#
# <details><summary>Hint 1</summary>Two batches with the errors [0, 0] and [2, 2]. What is the RMSE of all four, and
# what does the function return?</details>
# <details><summary>Hint 2</summary>Only sums can be added up over batches. Add up the <em>squared</em> errors and the
# number of rows, and take the root once, at the end.</details>


# %%
def rmse_in_batches(predict, x, y, batch_size):
    errors = []
    for start in range(0, len(x), batch_size):
        part = slice(start, start + batch_size)
        errors.append(np.sqrt(((predict(x[part]) - y[part]) ** 2).mean()))
    return np.mean(errors)


### BEGIN SOLUTION
def rmse_in_batches(predict, x, y, batch_size):  # noqa: F811
    squares = 0.0
    for start in range(0, len(x), batch_size):
        part = slice(start, start + batch_size)
        squares += ((predict(x[part]) - y[part]) ** 2).sum()
    return np.sqrt(squares / len(x))


### END SOLUTION


# %%
check("06.10", rmse_in_batches)

# %% [markdown]
# ## 8. Your network predicts ratings (optional)
#
# Now use all the train rows. The baseline to beat has no network: it is the mean, plus how far the film lies above it,
# plus how far the user lies above *that*; both biases are pulled towards 0 if they are based on few ratings. Lesson 07
# builds it; here we import it.

# %%
from recsys_helpers.models.bias_baseline import BiasBaseline


def error_of(predicted, part):
    return np.sqrt(((predicted - part["rating"]) ** 2).mean())


for shrink in (1, 5, 20):
    predicted = BiasBaseline(cut.train, shrink).predict(cut.valid)
    print(f"shrink {shrink:2}: valid RMSE {error_of(predicted, cut.valid):.3f}")

# %% [markdown]
# A shrink of 5 is best, and 0.903 is the RMSE to beat on valid. Now we train our own networks, with three seeds each
# and up to 10 epochs. One function prepares the numbers, another trains and predicts after each epoch:


# %%
def prepare(learn, part, columns, own_out=True):
    made, made_part = rating_features(learn, learn, own_out)[columns], rating_features(learn, part, False)[columns]
    x, x_part = (((rows - made.mean()) / made.std()).to_numpy() for rows in (made, made_part))
    mean = learn["rating"].mean()
    return x, (learn["rating"] - mean).to_numpy()[:, None], x_part, mean


def predictions(prepared, hidden, l2, n_epochs, seed):
    x, y, x_part, mean = prepared
    rng, after = np.random.default_rng(seed), []
    network = mlp([x.shape[1], *hidden, 1], rng, l2)
    optimiser = Optimiser(network.parameters, 0.002)
    for _ in range(n_epochs):
        train_epoch(network, x, y, mean_squared_error, optimiser, rng, 512)
        after.append((network.forward(x_part)[:, 0] + mean).clip(0.5, 5))
    return np.array(after)  # (n_epochs, len(part))


# %% [markdown]
# There are five candidates; an MLP (lesson 05's [multilayer perceptron](glossary.md#multilayer-perceptron), dense
# layers with ReLU between them) has hidden layers of 64 and 32. The first candidate sees only what the biases see: two
# means and two counts. The last is the fourth with one change: every row's **own rating stays in** its means. (Rate,
# batch size and L2 were tuned on valid while this lesson was written.) Training takes about ten seconds.

# %% tags=["nbval-ignore-output"]
everything, four = list(features), ["user", "n_user", "film", "n_film"]
candidates = {  # columns, hidden layers, L2, own rating out
    "four features, MLP": (four, [64, 32], 0.001, True),
    "all, no hidden layer": (everything, [], 0.0, True),
    "all, MLP, no L2": (everything, [64, 32], 0.0, True),
    "all, MLP": (everything, [64, 32], 0.001, True),
    "all, MLP, own rating in": (everything, [64, 32], 0.001, False),
}
valid_curves = {}
for name, (columns, hidden, l2, own_out) in candidates.items():
    prepared = prepare(cut.train, cut.valid, columns, own_out)
    runs = [predictions(prepared, hidden, l2, 10, seed) for seed in range(3)]
    valid_curves[name] = np.array([[error_of(p, cut.valid) for p in run] for run in runs]).mean(axis=0)
    print(f"{name:24} best epoch {valid_curves[name].argmin() + 1:2}, valid RMSE {valid_curves[name].min():.3f}")

# %%
bar_valid = error_of(BiasBaseline(cut.train, 5).predict(cut.valid), cut.valid)
figure, axes = new_figure(6.5, 3.4)
for name, curve in valid_curves.items():
    axes.plot(range(1, len(curve) + 1), curve, label=name)
axes.axhline(bar_valid, color="black", linewidth=1, label="biases")
axes.set(xlabel="epoch", ylabel="valid RMSE, mean of 3 seeds", ylim=(0.875, 0.935))
axes.legend(fontsize=8, ncols=3, loc="upper center", bbox_to_anchor=(0.5, 1.25))
show(
    figure,
    alt="Valid RMSE by epoch, the biases as a line at 0.903. The four-feature MLP lies on that line. All features "
    "without a hidden layer come down to 0.89, with an MLP to 0.88. With the own rating left in, the curve starts near "
    "the line and rises above it.",
)

# %%
lows = {name: curve.min() for name, curve in valid_curves.items()}
claim("the biases: 0.903; the four-feature MLP is near", abs(lows["four features, MLP"] - bar_valid) < 0.006)
claim("all features are better", lows["all, no hidden layer"] < bar_valid - 0.007)
claim("with hidden layers better still", lows["all, MLP"] < lows["all, no hidden layer"] - 0.003)
claim("own rating in: behind from epoch 2 on", valid_curves["all, MLP, own rating in"][1:].min() > bar_valid)
per_film = cut.train["item_id"].value_counts()
print(f"{(per_film == 1).mean():.0%} of the {len(per_film):,} films in train have a single rating there")

# %% [markdown]
# ### Exercise 06.11 · choose (O5)
#
# With every row's own rating left in, the same network soon falls behind two averages, and more training makes it
# worse. The line above is a hint. What is the reason?
#
# - **a** in train, the film's mean already contains the answer
# - **b** the network is too small for so many films
# - **c** the valid ratings leaked into the features
# - **d** the learning rate is too large

# %%
answer = ...
### BEGIN SOLUTION
answer = "a"
### END SOLUTION

# %%
check("06.11", answer)

# %% [markdown]
# ### The test set, once
#
# All hyperparameters are fixed: shrink, features, sizes, L2 and, from the curves, the number of epochs. **Now the test
# set, once.** We train on train + valid with three seeds, and compare models in pairs: we draw the 671 users with
# replacement, and each time compute both RMSEs on the same users (lesson 04's bootstrap; here `paired_rmse`).

# %% tags=["nbval-ignore-output"]
from recsys_helpers.evaluation.paired_rmse import paired_rmse

learn, user = pd.concat([cut.train, cut.valid], ignore_index=True), cut.test["user_id"].to_numpy()
squares = {"biases": (BiasBaseline(learn, 5).predict(cut.test) - cut.test["rating"]).to_numpy() ** 2}  # (19753,)
seeds = {}
for name in ("four features, MLP", "all, no hidden layer", "all, MLP"):
    columns, hidden, l2, _ = candidates[name]
    prepared, n_epochs = prepare(learn, cut.test, columns), valid_curves[name].argmin() + 1
    runs = [predictions(prepared, hidden, l2, n_epochs, seed)[-1] for seed in range(3)]
    errors = np.array([(run - cut.test["rating"]) ** 2 for run in runs])  # (3 seeds, 19753)
    squares[name], seeds[name] = errors.mean(axis=0), np.sqrt(errors.mean(axis=1))
print(f"{user.max()} users, global mean: test RMSE {error_of(learn['rating'].mean(), cut.test):.3f}")

# %% tags=["nbval-ignore-output"]
rows = {}
for name, values in squares.items():
    difference, low, high = paired_rmse(user, values, squares["biases"])
    spread = f"{seeds[name].min():.3f} … {seeds[name].max():.3f}" if name in seeds else ""
    interval = f"{difference:+.3f} [{low:+.3f}, {high:+.3f}]" if name in seeds else ""
    rows[name] = [f"{np.sqrt(values.mean()):.3f}", spread, interval]
pd.DataFrame(rows, index=["test RMSE", "seeds", "minus biases, 95 %"]).T

# %% tags=["nbval-ignore-output"]
difference, low, high = paired_rmse(user, squares["all, MLP"], squares["all, no hidden layer"])
print(f"all, MLP minus all, no hidden layer: {difference:+.3f} [{low:+.3f}, {high:+.3f}]")

# %%
by_four, by_all, by_mlp = (paired_rmse(user, squares[name], squares["biases"]) for name in seeds)
claim("four features: the interval includes zero", by_four[1] < 0 < by_four[2])
claim("all features: both intervals are below zero", by_all[2] < 0 and by_mlp[2] < 0)
claim("the hidden layers add about 0.01", high < 0 and -0.02 < difference < -0.004)
claim("from 0.911 to about 0.89", 0.88 < np.sqrt(squares["all, MLP"].mean()) < 0.895)

# %% [markdown]
# Which model is best? (Differences are taken before rounding.)
#
# - **With the same four numbers, the MLP is not distinguishable from the biases**: the interval includes zero.
# - **With all features, even a network without a hidden layer beats them**: its interval is below zero. The gain comes
#   from new information.
# - **The hidden layers add something of their own**, about 0.01 stars, and that interval is below zero as well.
#
# <details><summary>And the network with the own ratings, for after exercise 06.11</summary>It was shown its own answers
# in training, relied on them, and was behind two averages on valid from the second epoch on.</details>
#
# Keep the size in mind: RMSE falls from 0.911 to about 0.89 stars, where people answer in steps of half a star. As
# lesson 04 said, the split still leaks other users' future, to all models alike.

# %% [markdown]
# ## 9. Watch the rules walk (optional)
#
# To *see* training we need a network with two weights. It predicts the target as w₁ × film + w₂ × age, without bias or
# activation. The loss over the two weights has the shape of a bowl.

# %%
two = features[["film", "age"]].to_numpy()
two = two - two.mean(axis=0)  # (70529, 2)
above = y[:, 0]  # (70529,)


def bowl(w):
    return ((two @ w - above) ** 2).mean()


def slope(w, rows=slice(None)):
    x = two[rows]
    return 2 * x.T @ (x @ w - above[rows]) / len(x)  # (2,)


bottom = np.linalg.lstsq(two, above)[0]
flat, steep = np.linalg.eigvalsh(2 * two.T @ two / len(two))  # curvature in the flattest and the steepest direction
print("bottom at", bottom.round(2), "loss", bowl(bottom).round(3), f"· curvature {flat:.2f} … {steep:.2f}")

# %% [markdown]
# At the bottom the film's mean counts fully (1.06) and its age hardly at all (0.00). The curvature says how quickly the
# walls get steeper. It depends on the direction; its smallest and largest values are the eigenvalues of the matrix of
# second derivatives, 0.27 (nearly along *film*) and 4.29 (nearly along *age*, whose numbers are larger). So the bowl is
# stretched. How large may the rate be?

# %%
for rate in (0.05, 0.4, 0.5):
    w = np.array([-0.6, 0.6])
    for _ in range(40):
        w -= rate * slope(w)
    print(f"rate {rate}: loss after 40 steps {bowl(w):,.2f}")
print(f"2 / {steep:.2f} = {2 / steep:.2f}")

# %% [markdown]
# The rate 0.05 is slow, 0.4 reaches the bottom, and 0.5 diverges: each step jumps across the valley and lands higher on
# the other side. The limit is 2 divided by the largest eigenvalue, here 0.47. The *steep* direction limits the rate,
# and the *flat* one needs many steps.
#
# Besides SGD and Adam there are two older rules. [Momentum](glossary.md#momentum) adds up moves that agree and cancels
# those that go back and forth. RMSProp takes steps of similar size in steep and in flat directions. Their memories, `m`
# and `v`, hold one number for each weight and start at zero.


# %%
def momentum(value, grad, m, rate, t):  # like a rolling ball: keep 0.9 of the last move
    m *= 0.9
    m -= rate * grad
    value += m


def rmsprop(value, grad, v, rate, t):  # each weight has its own rate: divide by the usual size of its gradient
    v += 0.1 * (grad**2 - v)
    value -= rate * grad / np.sqrt(v + 1e-7)


# %% [markdown]
# `scratch` holds all four rules (its Adam adds ε at a slightly different point, as Keras does). SGD and these two agree
# with it over twenty steps on the loss Σ w⁴ / 4, whose gradient is w³:

# %%
for mine in (sgd, momentum, rmsprop):
    ours, theirs = (scratch.Parameter(np.array([[1.0, -2.0], [0.5, 3.0]])) for _ in range(2))
    for p, rule in ((ours, mine), (theirs, getattr(scratch, mine.__name__))):
        optimiser = scratch.Optimiser([p], rule, 0.05)
        for _ in range(20):
            p.grad = p.value**3
            optimiser.step()
    assert np.allclose(ours.value, theirs.value)

# %% [markdown]
# `scratch` is this lesson's code with error messages. We rebuild the network of section 4 with it; from the same seed,
# it has the same weights after three epochs:

# %%
rng = np.random.default_rng(0)  # the same draws again
twin = scratch.Network([scratch.Dense(25, 16, rng), scratch.ReLU(), scratch.Dense(16, 1, rng)])
optimiser = scratch.Optimiser(twin.parameters, scratch.adam, 0.001)
loss = scratch.mean_squared_error
scratch.fit(twin, x[:2000], y[:2000], loss, optimiser, rng, n_epochs=3, batch_size=64, progress=False)
for mine, theirs in zip(network.parameters, twin.parameters):
    assert np.allclose(mine.value, theirs.value, atol=1e-10)

# %% [markdown]
# Now let the rules walk from the same start, in six runs:


# %%
def walk(rule, rate, batch_size, n_steps, **memory):
    rng, w = np.random.default_rng(0), np.array([-0.6, 0.6])
    path = [w.copy()]
    for step in range(1, n_steps + 1):
        rows = slice(None) if batch_size is None else rng.integers(0, len(two), batch_size)
        rule(w, slope(w, rows), rate=rate, t=step, **memory)
        path.append(w.copy())
    return np.array(path)  # (n_steps + 1, 2)


# %%
walks = {
    "full batch": (walk(sgd, 0.4, None, 40), 40 * len(two)),
    "minibatch of 32": (walk(sgd, 0.1, 32, 100), 100 * 32),
    "one row": (walk(sgd, 0.01, 1, 400), 400),
    "momentum": (walk(momentum, 0.1, None, 80, m=np.zeros(2)), 80 * len(two)),
    "RMSProp": (walk(rmsprop, 0.05, None, 80, v=np.zeros(2)), 80 * len(two)),
    "Adam": (walk(scratch.adam, 0.1, None, 80, m=np.zeros(2), v=np.zeros(2)), 80 * len(two)),
}
for name, (path, n_rows) in walks.items():
    left = bowl(path[-1]) - bowl(bottom)
    print(f"{name:15} {len(path) - 1:3} steps, {n_rows:9,} rows read, loss above the bottom: {left:.3f}")
full, small = (np.array([bowl(w) for w in walks[name][0]]) for name in ("full batch", "minibatch of 32"))
n_steps = (full <= small[-1]).argmax()
print(f"the full batch is as near as the minibatch after {n_steps} steps, {n_steps * len(two) / 1e6:.1f} million rows")

# %%
figure, axes = new_figure(9.5, 4, n_panels=2, sharey=True)
film, age = np.meshgrid(np.linspace(-0.9, 2.1, 80), np.linspace(-0.4, 0.75, 80))
height = [[bowl(np.array(pair)) for pair in zip(*row)] for row in zip(film, age)]
levels = bowl(bottom) + np.array([0.02, 0.1, 0.25, 0.5, 1])
for panel, names in zip(axes, (list(walks)[:3], list(walks)[3:])):
    panel.contour(film, age, height, levels=levels, colors="grey", linewidths=0.7)
    for name in names:
        path = walks[name][0]
        panel.plot(path[:, 0], path[:, 1], linewidth=1, markersize=0 if name == "one row" else 3, label=name)
    panel.plot(*bottom, "k*", markersize=12, label="bottom")
    panel.set(xlabel="weight of film")
    panel.legend(loc="upper right")
axes[0].set(ylabel="weight of age")
show(
    figure,
    alt="Two maps of a long flat bowl, its lines of equal loss in grey, its bottom a star. Left: full batch zigzags "
    "between its walls and arrives, 32 rows drift to the bottom with jitter, one row staggers widely. Right: momentum "
    "swings around the bottom, RMSProp goes nearly straight to it and jumps once near it, Adam overshoots a little and "
    "returns.",
)

# %% [markdown]
# Read the left map together with the table. The full batch zigzags but reaches the bottom; it needs 17 steps, which
# read 1.2 million rows, to come as near as the minibatch does with 3,200. One row per step gives a staggering path, but
# it has read only 400 rows. This is why minibatches are usual.
#
# On the right, momentum rolls past the bottom and swings. RMSProp and Adam treat steep and flat directions alike and
# head for the middle; with a constant rate RMSProp can keep jumping near the bottom. You can also make the bowl itself
# rounder, by standardising the features (lesson 03):

# %%
standard = two / two.std(axis=0)
low, high = np.linalg.eigvalsh(2 * standard.T @ standard / len(two))
print(f"correlation of the two features {np.corrcoef(two.T)[0, 1]:.2f}")
print(f"curvature after standardising {low:.2f} … {high:.2f}: ratio {high / low:.1f}, before {steep / flat:.1f}")
above_bottom = {name: bowl(path[-1]) - bowl(bottom) for name, (path, _) in walks.items()}
claim("with all rows every rule arrives", all(above_bottom[name] < 0.005 for name in walks if walks[name][1] > 1e6))
claim("the minibatch comes close", 0.001 < above_bottom["minibatch of 32"] < 0.03)

# %% [markdown]
# The curvature now lies between 1.50 and 2.50. The bowl is rounder, not round: standardising removes differences of
# scale, but the two features still correlate at 0.25.

# %% [markdown]
# ## 10. Dead units (optional)
#
# A gradient can also be lost in a ReLU: if its input is negative, it passes nothing back. Take the five nodes of
# section 1 with b = −4. The prediction is 0 and the loss is large:

# %%
z_closed = 1.5 * 2.0 - 4.0
loss_closed = (max(z_closed, 0.0) - 4.0) ** 2
d_w_closed = 2 * (max(z_closed, 0.0) - 4.0) * (1 if z_closed > 0 else 0) * 2.0
print(f"z {z_closed}, loss {loss_closed}, d_w {abs(d_w_closed)}")  # abs: Python says −0.0, which is 0

# %% [markdown]
# The loss is 16 and the gradient is 0: the network is wrong and cannot learn. A unit whose ReLU is closed for *every*
# row is **dead**: its own weights get no gradient, and only a change in earlier layers can revive it, which is rare.
# Large steps can kill units. Here are 100 steps of plain SGD on one batch, with three rates:


# %%
def share_of_dead(network, x):
    network.forward(x)
    return [1 - layer.slope.any(axis=0).mean() for layer in network.layers if isinstance(layer, Activation)]


# %% tags=["nbval-ignore-output"]
def plain(value, grad, m, v, rate, t):
    sgd(value, grad, rate, t)


dead = {}
for rate in (0.01, 0.1, 0.5):
    rng = np.random.default_rng(0)
    rows, network = rng.choice(len(x), 256, replace=False), mlp([25, 64, 64, 1], rng)
    optimiser, course = Optimiser(network.parameters, rate, plain), []
    for _ in range(100):
        course.append(train_epoch(network, x[rows], y[rows], mean_squared_error, optimiser, rng, 256))
    dead[rate] = share_of_dead(network, x[rows])[1]
    print(
        f"rate {rate:4}: loss {course[0]:.2f}, at worst {max(course):.2f}, last {course[-1]:.2f}; "
        f"dead in layer 2: {dead[rate]:.0%}"
    )

# %%
*others, largest = dead.values()
kills_many = max(others) < 0.2 and largest > 0.3
claim("only the largest rate kills many, and its loss jumps up", kills_many and max(course) > 3)

# %% [markdown]
# With the largest rate the loss jumps up in the first steps, and most of layer 2 does not recover. The network still
# runs without any error message; it has just become smaller. If a loss gets stuck, count the dead units. Remedies are a
# smaller rate, better first weights, and leaky ReLU.

# %% [markdown]
# ## 11. How small a nudge? (optional)
#
# Which *h* is best for a centred difference (exercise 06.2)? Measure it. The slope of tanh is known (lesson 05). For
# thirteen sizes of *h*, the code finds the largest error over fifty points, also for the one-sided difference, (f(x +
# h) − f(x)) / h, and for the centred one in `float32`. The table shows every second size.

# %%
points = np.linspace(-2, 2, 50)
sizes = 10.0 ** np.arange(-13, 0)


def centred(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


def largest_error(slope):
    return np.abs(slope - (1 - np.tanh(points) ** 2)).max()


errors = {
    "one-sided": [largest_error((np.tanh(points + h) - np.tanh(points)) / h) for h in sizes],
    "centred": [largest_error(centred(np.tanh, points, h)) for h in sizes],
    "centred, float32": [largest_error(centred(np.tanh, points.astype("f4"), np.float32(h))) for h in sizes],
}

# %% tags=["nbval-ignore-output"]
table = pd.DataFrame(errors, index=[f"{h:.0e}" for h in sizes])
table.iloc[::2].map("{:.0e}".format)

# %%
best = sizes[np.argmin(errors["centred"])]
by_size = dict(zip(np.arange(-13, 0), errors["centred"]))
claim("the best h is the one that the text names", 5e-7 < best < 5e-5 and by_size[-5] < 1e-10)
claim("the smallest ones leave hardly four digits", by_size[-12] > 1e-6)
claim("float32 reaches about four digits at best", min(errors["centred, float32"]) > 1e-5)

# %% [markdown]
# Two errors work against each other. The difference treats a curve as a line; this error shrinks with h² (with *h* for
# the one-sided difference, hence the −7.996). And a computer keeps 16 digits: subtracting two nearly equal numbers
# loses most of them, and dividing by a tiny *h* magnifies the error. The two errors balance near the cube root of
# 1e-16, at about **1e-5**. At 1e-12 hardly four digits are correct. In `float32` no *h* gives more than about four.

# %% [markdown]
# ## What you did
#
# - You walked five nodes backwards with the chain rule (**O1**).
# - You wrote the backward pass of layers and losses, and proved each with centred differences (**O2**).
# - You wrote the training loop with SGD and Adam (**O3**).
# - The optional sections showed vanishing signals and a memorised batch (**O4**), remedies against overfitting, and a
#   network that beats the biases (**O5**).
#
# So far, nothing in the network stands for user 42. Lesson 07 learns separate numbers for each user and each film.

# %% [markdown] tags=["reading"]
# **Read on**
#
# - D. Rumelhart, G. Hinton, R. Williams: Learning Representations by Back-Propagating Errors. Nature 323, 1986,
#   doi 10.1038/323533a0
# - D. Kingma, J. Ba: Adam: A Method for Stochastic Optimization. ICLR 2015, arXiv 1412.6980
# - I. Loshchilov, F. Hutter: Decoupled Weight Decay Regularization. ICLR 2019, arXiv 1711.05101
# - X. Glorot, Y. Bengio: Understanding the Difficulty of Training Deep Feedforward Neural Networks. AISTATS 2010
# - K. He et al.: Delving Deep into Rectifiers. ICCV 2015, arXiv 1502.01852
# - N. Srivastava et al.: Dropout: A Simple Way to Prevent Neural Networks from Overfitting. JMLR 15, 2014
# - S. Prince: Understanding Deep Learning. MIT Press 2023, chapters 6, 7 and 9
