# %% [markdown]
# # Explain layer by layer
#
# Why this film? You take a score apart in several ways, from gradients to leaving films out, and test each way twice:
# do its parts add up, and does the model agree with it?

# %% [markdown]
# **What you will do**
#
# - **O1** compute and implement integrated gradients, verify that they add up, and choose the number of steps
# - **O2** implement layer-wise relevance propagation, and account for what biases absorb
# - **O3** implement exact Shapley values, and compare SHAP with them (optional)
# - **O4** measure whether an explanation is faithful
# - **O5** choose an explanation for its reader
#
# **What you need**: lessons 08 and 11 (12 for section 12), and about two hours without the optional sections; take a break
# before section 8. The whole notebook runs in about a minute. Outputs that would give away an answer are
# folded: click the three dots.

# %%
from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()
import time
import timeit
from itertools import permutations

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from scipy.stats import spearmanr

from recsys_helpers import evaluation
from recsys_helpers.data import IdMap, load_movielens, sequences, splits, to_matrix
from recsys_helpers.exercises import check
from recsys_helpers.explain import leave_out
from recsys_helpers.explain.gradient_based import gradients, integrated_gradients
from recsys_helpers.explain.layerwise import relevance
from recsys_helpers.explain.lookups import after_embeddings
from recsys_helpers.models import baselines, bodies, next_item, pair_models, sampling
from recsys_helpers.models.training import fit
from recsys_helpers.notebook import COLOURS, claim, new_figure, show

set_seed(42)

# %% [markdown]
# ## 1. A gradient is not a reason
#
# Take a toy model: a film has two numbers, action and romance. Its score is their sum, but at most 1.


# %%
def toy_score(x):
    return min(x.sum(), 1.0)


def toy_gradient(x):  # the slope: how fast the score grows with each number
    return np.ones(2) if x.sum() < 1 else np.zeros(2)


film = np.array([1.0, 1.0])
print("score", toy_score(film), " gradient × input:", toy_gradient(film) * film)

# %% [markdown]
# The oldest explanation is [gradient × input](glossary.md#gradient--input). Here it is zero for both numbers: at the
# maximum of the score, small changes have no effect. This is [saturation](glossary.md#saturation).
#
# So do not look only at the end point. Walk straight from a film with two zeros, the
# [reference](glossary.md#reference), to ours, and take the gradient at each step:

# %%
n_steps = 10
shares = (np.arange(n_steps) + 0.5) / n_steps  # the middles of ten steps
on_the_way = np.array([toy_gradient(share * film) for share in shares])
print("gradient for action on the way:", on_the_way[:, 0])
print("mean gradient × distance:", on_the_way.mean(axis=0) * film)

# %% [markdown]
# The gradient was 1 on half of the path. Each number gets a share of 0.5, together 1: the score of our film minus that
# of the reference. These are [integrated gradients](glossary.md#integrated-gradients) (Sundararajan and others, 2017).
# Their sum equals that difference, a property called [completeness](glossary.md#completeness). In short:
#
# share of number *j* = (its distance from the reference) · (its mean gradient along the path)
#
# ### Exercise 26.1 · trace (O1)
#
# Another film has action 2 and romance 1. What share does *action* get, walking from (0, 0)? When does the score
# reach its maximum?

# %%
share_of_action = ...
### BEGIN SOLUTION
share_of_action = 2 / 3
### END SOLUTION

# %%
check("26.1", share_of_action)

# %% [markdown]
# ### Exercise 26.2 · code (O1)
#
# Write the method for one row `x` of shape (k,). `slope(point)` returns the gradient at a point, shape (k,). Walk from
# `reference` (k,) to `x` in `n_steps` steps and take the gradient in the middle of each; return the shares, (k,).
#
# <details><summary>Hint 1</summary>The middle of step i is <code>reference + (i + 0.5) / n_steps * (x −
# reference)</code>.</details>
# <details><summary>Hint 2</summary><code>np.mean([slope(point) for point in points], axis=0)</code>, times the distance
# from the reference.</details>


# %%
def my_integrated_gradients(slope, x, reference, n_steps):
    ### BEGIN SOLUTION
    points = [reference + (step + 0.5) / n_steps * (x - reference) for step in range(n_steps)]
    return np.mean([slope(point) for point in points], axis=0) * (x - reference)
    ### END SOLUTION


# %%
check("26.2", my_integrated_gradients)

# %% [markdown]
# ## 2. The MLP of lesson 08
#
# Now a real model: the MLP over user and film ids, trained to tell rated films from unrated ones, on the course's
# split.

# %%
ratings, movies = load_movielens()
users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
cut = splits.split_last_share(ratings)
seen, valid = to_matrix(cut.train, users, items), to_matrix(cut.valid, users, items)
titles = movies.set_index("item_id")["title"]
title_of = lambda idx: titles[items.ids[idx - 1]]
is_seen = seen.toarray() > 0
user, item = (part.astype("int32") for part in seen.nonzero())

# %%
BATCH, JIT = 4096, True  # JIT: compile the whole training step; False if your device cannot


def yes_and_no(rng):
    asked = np.repeat(user, 4)
    films = sampling.draw_negatives(rng, asked, is_seen).astype("int32")
    pairs = np.concatenate([user, asked]), np.concatenate([item, films])
    order = rng.permutation(len(pairs[0]))[: len(pairs[0]) // BATCH * BATCH]
    return [part[order] for part in pairs], (order < len(item)).astype("float32")


# %%
mlp = pair_models.neumf(users.n_rows, items.n_rows, 32, (32, 16), 5e-6, product=False)
mlp.compile(keras.optimizers.Adam(0.02), keras.losses.BinaryCrossentropy(from_logits=True), jit_compile=JIT)
done = fit(mlp, yes_and_no, n_epochs=5, batch_size=BATCH)

# %% [markdown]
# An id has no gradient: there is no film number 7.5. The embedding that it looks up has one. `after_embeddings` cuts
# the model there: `look_up` finds the rows, and `head` computes a score from them.

# %%
asked = cut.test.sample(200, random_state=1)
pairs = [users.to_idx(asked["user_id"]).astype("int32"), items.to_idx(asked["item_id"]).astype("int32")]
names, look_up, head = after_embeddings(mlp)
rows = look_up(pairs)
assert np.abs(head(rows) - mlp(pairs)).max() < 1e-5
print({name: part.shape for name, part in zip(names, rows)})

# %% [markdown]
# Side by side these are 66 numbers per pair. The reference has all 66 at zero: a user and a film about which nothing is
# known. Always state your reference: another one answers another question.


# %%
def score(x):  # (n, 66) → (n,)
    return head(tf.split(x, [1, 1, 32, 32], axis=1))[:, 0]


def integrate(f, x, n_steps):
    shares = (np.arange(n_steps, dtype="float32") + 0.5) / n_steps
    path = tf.reshape(shares[None, :, None] * x[:, None, :], (-1, x.shape[1]))  # (n · n_steps, 66), from zero to x
    with tf.GradientTape() as tape:
        tape.watch(path)
        total = tf.reduce_sum(f(path))  # rows do not interact, so this gives the gradient of each
    return x * tf.reshape(tape.gradient(total, path), (len(x), n_steps, -1)).numpy().mean(axis=1)


# %%
x = np.concatenate(rows, axis=1)
theirs, gap = integrated_gradients(score, x, n_steps=64)
assert np.abs(integrate(score, x, 64) - theirs).max() < 1e-4
change = (score(x) - score(0 * x)).numpy()

# %% [markdown]
# The helper does the same for any model and also returns the **gap**: how far the shares are from adding up. It tells
# us how many steps to take. At the kinks of the ReLU layers the gradient jumps, which costs accuracy:

# %% tags=["nbval-ignore-output"]
gaps = {n: integrated_gradients(score, x, n_steps=n)[1] / np.abs(change) for n in (8, 64, 512, 2048)}
pd.DataFrame({n: {"median gap": np.median(g), "gap ≤ 1 %": np.mean(g <= 0.01)} for n, g in gaps.items()}).T.round(3)

# %%
claim("with 2,048 steps the gap is at most 1 % for 95 % of 200 test pairs", np.mean(gaps[2048] <= 0.01) >= 0.95)
claim("with 8 steps not even for half of them", np.mean(gaps[8] <= 0.01) < 0.5)

# %% [markdown]
# ### Exercise 26.3 · choose (O1)
#
# We explained the [logit](glossary.md#logit). The product shows its probability, the sigmoid of the logit. Why not explain
# that?
#
# - **a** the probability ranks films differently
# - **b** where the model is confident the probability hardly moves, so its gradient says nothing about the reasons
# - **c** a sigmoid has no gradient
# - **d** completeness only holds for logits

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("26.3", answer)

# %% [markdown]
# ## 3. What the shares say, and how fast (optional)
#
# To read the shares, add them up by embedding table: two biases and two rows of 32 numbers. We take three pairs of the
# test set, and the first film of one user's list:


# %% tags=["nbval-ignore-output"]
def by_table(shares):
    return pd.DataFrame(np.add.reduceat(shares, [0, 1, 2, 34], axis=1), columns=names)


one = np.full(items.n, pairs[0][0]), np.arange(1, items.n_rows)
scores = mlp(list(one)).numpy()[:, 0]
scores[is_seen[one[0], one[1]]] = -np.inf
first = np.concatenate(look_up([one[0][:1], one[1][[scores.argmax()]]]), axis=1)
chosen = np.concatenate([x[:3], first])
table = by_table(integrated_gradients(score, chosen, n_steps=2048)[0])
table.index = [*map(title_of, pairs[1][:3]), f"first: {title_of(scores.argmax() + 1)}"]
table.assign(reference=score(0 * chosen), score=score(chosen)).round(2)

# %% [markdown]
# In each row the shares and the reference add up to the score. A developer asks: does the list depend on popularity? It
# is tempting to read `item_bias` as "everybody likes it" and the rows of 32 as "it fits you". To check, compute the
# rank correlation of the shares with the film's popularity over the 200 pairs:

# %% tags=["nbval-ignore-output"]
popularity = pd.Series(seen.sum(axis=0)[pairs[1]])
follows = by_table(theirs)[["item_bias", "item_dense"]].corrwith(popularity, method="spearman")
follows.rename("rank correlation with popularity").round(2)

# %%
claim("the film's 32 numbers follow popularity, too: above 0.4", follows["item_dense"] > 0.4)

# %% [markdown]
# The shares of the film's 32 numbers follow popularity, too: the network encoded popularity in the film's row. A share
# belongs to a table, not to the meaning that we gave that table. Nor does "because of row 17" help a user. The input of
# this MLP contains no past films; that of the GRU in section 8 does.

# %% [markdown]
# Many points per pair are slow if you explain one pair at a time, and fast if all points of all pairs go into large
# batches. With 256 steps:

# %% tags=["nbval-ignore-output"]
integrated_gradients(score, x[:100], at_once=2**16)  # warm up
started = time.perf_counter()
together, _ = integrated_gradients(score, x[:100], at_once=2**16)
batched = time.perf_counter() - started
started = time.perf_counter()
alone = np.concatenate([integrated_gradients(score, x[i : i + 1])[0] for i in range(100)])
one_by_one = time.perf_counter() - started
print(
    f"100 explanations: {batched:.2f} s in one batch, {one_by_one:.1f} s one by one: {one_by_one / batched:.0f} times"
)

# %%
assert np.abs(together - alone).max() < 1e-4
claim("the batch is more than 20 times faster", one_by_one > 20 * batched)

# %% [markdown]
# ## 4. Hand the score down: layer-wise relevance
#
# [Layer-wise relevance propagation](glossary.md#layer-wise-relevance-propagation) (Bach and others, 2015) needs no
# gradients. The output's relevance is its score; each layer hands relevance down in proportion to what each input
# contributed. Take one unit, z = a₁w₁ + a₂w₂, whose relevance is 6:

# %%
a, w, relevance_of_unit = np.array([2.0, 1.0]), np.array([2.0, -1.0]), 6.0
contribution = a * w
z = contribution.sum()
print(contribution, "sum", z, "→ handed down:", contribution / z * relevance_of_unit)

# %% [markdown]
# The first input contributed 4 to a sum of 3, so it gets 4/3 · 6 = 8; the second contributed −1 and gets −2. The sum is
# still 6. This is **rule 0**; that no relevance is lost is called [conservation](glossary.md#conservation). But see
# what happens when contributions nearly cancel:

# %%
contribution = np.array([4.0, -3.99])
print("rule 0:", (contribution / contribution.sum() * 6).round(0))
print("ε = 1: ", (contribution / (contribution.sum() + 1) * 6).round(2), " absorbed:", round(6 * 1 / 1.01, 2))

# %% [markdown]
# Rule 0 assigns thousands to the inputs of a unit whose output is nearly zero. The **ε rule** adds a small number with
# the sign of z to the denominator. The values are moderate again, but ε absorbs some relevance.

# %% [markdown]
# ## 5. Two other rules (optional)
#
# Two other rules also avoid the huge values:
#
# - **γ**: contributions with z's own sign grow by the factor 1 + γ before sharing, so less cancels
# - **αβ**: contributions with z's sign share α times the relevance, those against it share −β times; α − β = 1
#
# For inputs that are not negative, the rule with α = 1 and β = 0 is also known as *deep Taylor decomposition* (Montavon
# and others).

# %%
contribution, gamma = np.array([4.0, -1.0]), 0.25
grown = contribution + gamma * np.maximum(contribution, 0)
print("rule 0  ", contribution / contribution.sum() * 6)
print("γ = 0.25", grown / grown.sum() * 6)
for alpha in (1, 2):
    plus, minus = np.maximum(contribution, 0), np.minimum(contribution, 0)
    print(f"α = {alpha}   ", alpha * plus / plus.sum() * 6 + (1 - alpha) * minus / minus.sum() * 6)

# %% [markdown]
# ### Exercise 26.4 · trace (O2)
#
# A unit with relevance 5 has two contributions: 6 and −1. With α = 2, β = 1, what does the *second* input get?

# %%
second_gets = ...
### BEGIN SOLUTION
second_gets = -5
### END SOLUTION

# %%
check("26.4", second_gets)

# %% [markdown]
# ## 6. Down the whole network
#
# ### Exercise 26.5 · fill in (O2)
#
# Write the ε rule for a whole dense layer. `a` (batch, inputs), `W` (inputs, units), `b` (units,), `R` (batch, units): the
# relevance of the units. Return the relevance of the inputs, (batch, inputs). The bias is part of z.
#
# <details><summary>Hint 1</summary>First divide the relevance of each unit by its z: <code>R / (z + epsilon *
# np.sign(z))</code>.</details>
# <details><summary>Hint 2</summary>Input j gets a_j times the sum over the units k of w_jk times this quotient:
# <code>a * (… @ W.T)</code>.</details>


# %%
def my_epsilon_rule(a, W, b, R, epsilon):
    z = a @ W + b
    ### BEGIN SOLUTION
    return a * ((R / (z + epsilon * np.sign(z))) @ W.T)
    ### END SOLUTION


# %%
check("26.5", my_epsilon_rule)

# %% [markdown]
# Now go down the whole MLP, in NumPy. The score is the sum of two biases and the similarity that the dense layers
# compute; each receives its own value as relevance. So start from the similarity and apply the rule three times.


# %% tags=["needed"]
def hand_down(a, W, b, R, epsilon=0.01):
    z = a @ W + b
    return a * ((R / (z + epsilon * np.where(z >= 0, 1, -1))) @ W.T)


# %%
weights = [layer.get_weights() for layer in mlp.layers if isinstance(layer, keras.layers.Dense)]
a = [x[:, 2:].astype(float)]  # user and film rows, (200, 64)
for W, b in weights[:2]:
    a.append(np.maximum(a[-1] @ W + b, 0))
R = [a[-1] @ weights[2][0]]  # the similarity, (200, 1)
for layer, (W, *b) in zip(a[::-1], weights[::-1]):
    R.append(hand_down(layer, W, b[0] if b else 0, R[-1]))
print("relevance at:", *[part.shape for part in R])

# %% [markdown]
# The helper `relevance` does this for any model of dense layers, additions and a few others, and checks a balance at
# every layer: received = handed down + absorbed by biases + absorbed by ε.
#
# ### Exercise 26.6 · predict (O2)
#
# Take rule 0 and the 200 test pairs. The biases of the two hidden layers take their share like any input. For the median
# pair, what part of the score's size never arrives at the embeddings?

# %%
absorbed_part = ...
### BEGIN SOLUTION
absorbed_part = 0.5
### END SOLUTION

# %%
check("26.6", absorbed_part)


# %% tags=["reveal", "nbval-ignore-output"]
found, size = relevance(mlp, pairs, "zero", 0), np.abs(score(x).numpy())
by_bias = np.abs(sum(found.absorbed.values())[:, 0]) / size
print(f"absorbed by biases, median pair: {np.median(by_bias):.0%}; books off by {max(found.gap.values()):.0e}")

# %% tags=["reveal"]
claim("biases absorb more than a quarter of the median score", np.median(by_bias) > 0.25)
claim("the books balance to a millionth", max(found.gap.values()) < 1e-6)

# %% [markdown]
# <details><summary>What the outputs show</summary>
#
# This is why pictures of relevance often do not add up: biases contribute, but belong to no input. Show them as a bar
# of their own, or train without biases (then rule 0 conserves exactly).
# </details>

# %% [markdown]
# ## 7. Where the relevance goes (optional)
#
# First we compare the helper with our own pass through the MLP. Then we compare the rules (γ and αβ are those of section 5).

# %%
exact_add = {mlp.layers[-1].name: ("zero", 0)}  # no ε where the three parts of the score are added
found = relevance(mlp, pairs, "epsilon", 0.01, by_layer=exact_add)
helper = np.concatenate([found.at["user_dense"], found.at["item_dense"]], axis=1)
assert np.abs(R[-1] - helper).max() < 1e-4 * np.abs(helper).max()
print("books balance to a millionth at every layer:", max(found.gap.values()) < 1e-6)


# %% tags=["nbval-ignore-output"]
def absorbed(rule, value):
    found = relevance(mlp, pairs, rule, value)
    by_bias, by_epsilon = np.abs(sum(found.absorbed.values())).T / size
    return {"biases": np.median(by_bias), "ε": np.median(by_epsilon), "books": max(found.gap.values()) < 1e-6}


rules = {"0": ("zero", 0), "ε = 0.1": ("epsilon", 0.1), "γ = 0.25": ("gamma", 0.25)}
rules |= {"α = 1": ("alphabeta", 1), "α = 2": ("alphabeta", 2)}
by_rule = pd.DataFrame({name: absorbed(*rule) for name, rule in rules.items()}).T
by_rule

# %%
claim("α = 1, where only helpers are paid: biases absorb less than a tenth", by_rule.loc["α = 1", "biases"] < 0.1)
claim("the books balance to a millionth for every rule", by_rule["books"].all())

# %% [markdown]
# With α = 2 the biases absorb more than the whole score. With α = 1 they absorb little, but this rule hides everything
# that counted against the film.
#
# Relevance can also be drawn. The figure shows the pair with the largest similarity. Every line is what one unit hands
# to one input: blue raises the score, orange lowers it. A large dot has much relevance.


# %%
def flows(a, W, b, R, epsilon=0.01):  # (inputs, units) of one pair
    z = a @ W + b
    return a[:, None] * W * (R / (z + epsilon * np.where(z >= 0, 1, -1)))


pair = int(R[0][:, 0].argmax())
columns = [flows(low[pair], W, b[0] if b else 0, up[pair]) for low, (W, *b), up in zip(a[::-1], weights[::-1], R)]
sums = [layer[pair].sum() for layer in R]
heights = [(np.arange(size) + 0.5) / size for size in (1, 16, 32, 64)]
heights[3] = 0.92 * heights[3] + 0.08 * (np.arange(64) >= 32)  # a gap between the user's numbers and the film's

# %%
figure, axes = new_figure(8, 3.8)
for depth, flow in enumerate(columns):
    strongest = np.argsort(-np.abs(flow), axis=None)[:150]
    for low, up in zip(*np.unravel_index(strongest, flow.shape)):
        ends = heights[depth][up], heights[depth + 1][low]
        colour, width = COLOURS[int(flow[low, up] < 0)], 12 * abs(flow[low, up]) / sums[0]
        axes.plot([depth, depth + 1], ends, "-", color=colour, linewidth=min(width, 8), alpha=0.6, marker="")
for depth, (height, layer) in enumerate(zip(heights, R)):
    share, colours = np.abs(layer[pair]) / sums[0], [COLOURS[int(part < 0)] for part in layer[pair]]
    axes.scatter([depth] * len(height), height, s=6 + 300 * share, color=colours, edgecolor="black", zorder=3)
for name, part, height in (("film", R[3][pair, 32:], 0.77), ("user", R[3][pair, :32], 0.23)):
    axes.text(3.1, height, f"{name}\n{part.sum():+.1f}", va="center")
under = [f"{name}\n{total:+.1f}" for name, total in zip(("similarity", "16 units", "32 units", "64 numbers"), sums)]
axes.set(xticks=range(4), xticklabels=under, yticks=[], xlim=(-0.2, 3.4))
axes.grid(visible=False)
show(
    figure,
    alt="Relevance flowing from one large dot on the left, the similarity, over 16 and 32 units to 64 numbers on the "
    "right: the film's above, the user's below. Thick blue lines go to a few units; from there thin blue and some "
    "orange lines spread over many numbers. The sum of each layer stands below it.",
)

# %% tags=["nbval-ignore-output"]
at_layer = pd.Series(sums, ["similarity", "16 units", "32 units", "64 numbers"])
at_layer.rename("sum of relevance").round(2)

# %% [markdown]
# From layer to layer the sum changes by what biases and ε absorbed; with a negative bias, *more* is handed down than
# came in.

# %% [markdown]
# ## 8. A model with a past: the GRU
#
# Users ask "why this film, given what *I* watched?" So train a small version of the GRU of lesson 11 (a few seconds):

# %%
LENGTH, DIM = 30, 64
histories = sequences.histories(cut.train, users, items)
counts = baselines.popularity(seen)
probabilities = sampling.negative_probabilities(counts)


def windows(rng):
    inputs, targets = sequences.windows(histories, LENGTH, rng, horizon=5)
    negatives = rng.choice(len(probabilities), (len(inputs), 16), p=probabilities)
    return [inputs, targets, negatives], np.zeros(inputs.shape, int), (targets > 0).astype("float32")


def train(body, n_epochs, rate, average, seed=1):
    trainer, recommender = next_item.next_item_model(body, counts, probabilities, LENGTH, DIM, seed=seed)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    trainer.compile(keras.optimizers.AdamW(rate, weight_decay=0.01), loss)
    fit(trainer, windows, n_epochs, batch_size=32, average=average)
    return recommender


# %%
gru = train(bodies.gru_body(DIM), n_epochs=4, rate=0.008, average=2)

# %% tags=["nbval-ignore-output"]
ndcg = evaluation.evaluate(gru(sequences.last_items(histories, LENGTH)).numpy(), seen, valid).mean()
popular = evaluation.evaluate(np.tile(counts, (users.n_rows, 1)), seen, valid).mean()
print(f"valid NDCG@10: GRU {ndcg:.3f}, popularity {popular:.3f}")

# %%
claim("the GRU is ahead of popularity by more than 0.01: there is something to explain", ndcg > popular + 0.01)

# %% [markdown]
# For 100 users we explain the first film of the list by their newest 20 films. But *which number*? If all scores rise
# together, the ranking stays the same. So we explain the score of the first film **minus the mean score of all films**,
# its *lead*. The history (which positions are padding?) and the film are passed as `fixed`: used, not explained.

# %%
K = 20
who = [u for u in range(1, users.n_rows) if len(histories[u]) >= K][:100]
past = np.array([histories[u][-K:] for u in who])  # (100, 20), the newest film last
padded = np.pad(past, ((0, 0), (0, LENGTH - K)))


def first_films(model):
    scores = model(padded).numpy().copy()
    scores[is_seen[who]] = -np.inf
    scores[:, 0] = -np.inf
    return scores.argmax(axis=1)  # (100,)


first = first_films(gru)


# %%
def make_lead(head):
    def lead(parts):  # [what was looked up, …, history (n, 30), film (n,)] → (n,)
        *looked_up, history, film = parts
        scores = head([*looked_up, history])
        return tf.gather(scores, tf.cast(film, "int32"), batch_dims=1) - tf.reduce_mean(scores[:, 1:], axis=1)

    return lead


def by_gradients_of(model, first, n_steps=32):  # gradient × input, integrated gradients: one number a film, (100, 20)
    _, look_up, head = after_embeddings(model)
    rows, lead = look_up(padded), make_lead(head)
    value, slope = gradients(lead, rows, fixed=[padded, first])
    reference = [0 * rows[0], *rows[1:]]  # no films; position embeddings stay
    shares, gap = integrated_gradients(lead, rows, reference, [padded, first], n_steps, at_once=1024)
    plain, integrated = ((part[0]).sum(axis=2)[:, :K] for part in ([rows[0] * slope[0]], shares))
    return rows[0], value, gap, {"gradient × input": plain, "integrated gradients": integrated}


# %%
rows, value, gap, by_film = by_gradients_of(gru, first)
claim("32 steps are enough here: the gap is below 1 % for 95 of 100 users", np.mean(gap < 0.01 * np.abs(value)) >= 0.95)

# %% [markdown]
# A GRU has no kinks, so fewer steps are enough. The reference is again zero: every past film has an embedding of zeros.
#
# The simplest explanation needs neither gradients nor rules: **leave one film out**, and ask the model again. The film's
# share is what the lead loses. `as_graph` compiles the model once, which makes many calls fast.


# %%
def as_graph(model):
    return tf.function(model, input_signature=[tf.TensorSpec((None, LENGTH), "int32")])


def make_ask(model, first):  # rows (m,): which user; keep (m, 20): what stays. The history closes up, as in real life.
    scores_of = as_graph(model)

    def ask(rows, keep):
        kept = sequences.last_items([past[row][films] for row, films in zip(rows, keep)], LENGTH)
        scores = np.concatenate([scores_of(block).numpy() for block in np.split(kept, range(512, len(kept), 512))])
        return scores[np.arange(len(rows)), first[rows]] - scores[:, 1:].mean(axis=1)

    return ask


def leave_one_out(ask):
    everybody, without = np.arange(len(past)), np.tile(~np.eye(K, dtype=bool), (len(past), 1))
    return ask(everybody, np.ones((len(past), K), bool))[:, None] - ask(np.repeat(everybody, K), without).reshape(-1, K)


# %%
ask = make_ask(gru, first)
by_film["leave one out"] = leave_one_out(ask)
assert np.abs(ask(np.arange(100), np.ones((100, K), bool)) - value).max() < 1e-3

# %% [markdown]
# Here are the three explanations for one user, newest films last:

# %% tags=["nbval-ignore-output"]
table = pd.DataFrame({name: shares[0] for name, shares in by_film.items()}, [title_of(i)[:40] for i in past[0]])
print("recommended:", title_of(first[0]))
table.tail(8).round(2)

# %% [markdown]
# They do not agree. Which one is right? That depends on what "right" means: see section 10.

# %% [markdown]
# ## 9. Shapley values, and SHAP (optional)
#
# Three friends share a taxi. What is a fair split? [Shapley's](glossary.md#shapley-value) answer (1953): let them board
# in every possible order, charge each the amount by which the fare rises, and take the mean over all orders. Here
# players are features, and the fare is the score. In a game of three, A alone brings 4, B alone nothing, A and B
# together 10; C never adds anything.


# %%
def fare(keep):
    return 10 if keep[0] and keep[1] else 4 if keep[0] else 0


for order in permutations(range(3)):
    keep, gains = np.zeros(3, bool), np.zeros(3)
    for player in order:
        before = fare(keep)
        keep[player] = True
        gains[player] = fare(keep) - before
    print("".join("ABC"[player] for player in order), gains)

# %% [markdown]
# The means of the columns: A 7, B 3, C 0. They add up to 10, the whole; C, who changes nothing, gets nothing.
#
# ### Exercise 26.7 · code (O3)
#
# Write it. `value(keep)` gives the score for a boolean array of shape (k,) that says who is in. Return the shares, (k,).
#
# <details><summary>Hint 1</summary>Use the loop over <code>permutations(range(k))</code> from above, and add up the
# gains.</details>
# <details><summary>Hint 2</summary>Divide by the number of orders at the end.</details>


# %%
def my_shapley(value, k):
    ### BEGIN SOLUTION
    gains, orders = np.zeros(k), list(permutations(range(k)))
    for order in orders:
        keep = np.zeros(k, bool)
        for player in order:
            before = value(keep.copy())
            keep[player] = True
            gains[player] += value(keep.copy()) - before
    return gains / len(orders)
    ### END SOLUTION


# %%
check("26.7", my_shapley)

# %% [markdown]
# For features with names we train a small third model: six numbers per pair, and the question whether the user will rate
# this film. The features come from train, the labels from what followed: 1 for the films of valid, 0 for four unrated films
# beside each. With labels from train the features would already have counted the film in question: a
# [leak](glossary.md#data-leakage).

# %%
FEATURES = ["popularity", "mean stars", "year", "user's activity", "genres in common", "distance in years"]
shelf = movies.set_index("item_id").reindex(items.ids)
unit = lambda rows: rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
genres = shelf["genres"].str.get_dummies("|").to_numpy(float)
genres = unit(np.vstack([np.zeros(genres.shape[1]), genres]))  # row 0 is padding
year = np.append(0, shelf["year"].astype(float).fillna(shelf["year"].median()))
stars = cut.train.groupby("item_id")["rating"].agg(["sum", "size"]).reindex(items.ids).fillna(0)
stars = np.append(0, (stars["sum"] + 5 * 3.5) / (stars["size"] + 5))
n_films = np.maximum(np.asarray(seen.sum(axis=1)).ravel(), 1)
taste, years_of_user = unit(seen @ genres), seen @ year / n_films


# %%
def features(user, item):
    in_common, distance = (taste[user] * genres[item]).sum(axis=1), np.abs(year[item] - years_of_user[user])
    columns = [np.log1p(counts[item]), stars[item], year[item], np.log(n_films[user]), in_common, distance]
    return np.stack(columns, axis=1)


is_rated = is_seen | (valid.toarray() > 0)
yes_user, yes_film = valid.nonzero()
no_user, rng = np.repeat(yes_user, 4), np.random.default_rng(0)
no_film = rng.integers(1, items.n_rows, len(no_user))
while (is_wrong := is_rated[no_user, no_film]).any():
    no_film[is_wrong] = rng.integers(1, items.n_rows, is_wrong.sum())
order = rng.permutation(len(yes_user) + len(no_user))
X = features(np.append(yes_user, no_user)[order], np.append(yes_film, no_film)[order])
says_yes = (order < len(yes_user)).astype("float32")
middle, spread = X.mean(axis=0), X.std(axis=0)
X = ((X - middle) / spread).astype("float32")  # standardized

# %%
given = keras.Input((6,))
hidden = keras.layers.Dense(8, activation="relu")(keras.layers.Dense(16, activation="relu")(given))
six = keras.Model(given, keras.layers.Dense(1)(hidden))
six.compile(keras.optimizers.Adam(0.02), keras.losses.BinaryCrossentropy(from_logits=True), jit_compile=JIT)
six.fit(X, says_yes, 2048, epochs=5, verbose=0)
f = lambda x: np.asarray(six(np.asarray(x, "float32")))[:, 0]

# %% [markdown]
# What does "a feature is out" mean for a network, which needs a number? Take the value from each of some **background**
# rows and average the scores. So a share always means *compared with these rows*.
#
# Six features make 64 sets and 720 orders, so exact values can be computed by brute force. The library
# [SHAP](glossary.md#shap) (Lundberg and Lee, 2017) estimates Shapley values for any model: it asks for the scores of
# some sets and fits shares to them. Apart from the full and the empty set there are only 62 sets here, and it asks for
# every one, so it *must* agree with the exact values. This tests our code, not SHAP's estimate. With many features it
# can only ask for a sample, so we also let it ask for just 20 sets:

# %%
import warnings

warnings.filterwarnings("ignore", "IProgress not found")  # SHAP would like to draw progress bars
import shap

background, some = X[:30], X[100:106]
value_of = leave_out.replaced(f, some, background)
exact = leave_out.shapley_values(value_of, n=len(some), n_players=6)
explainer = shap.KernelExplainer(f, background)
estimated = explainer.shap_values(some, silent=True)
assert explainer.nsamplesAdded == 62  # every set but all and none
sampled = explainer.shap_values(some, silent=True, nsamples=20)  # at most 20 of the sets

sets = np.array(np.meshgrid(*[[False, True]] * 6, indexing="ij")).reshape(6, 64).T
score_of = dict(zip(map(tuple, sets.tolist()), value_of(np.zeros(64, int), sets)))  # of the first row


# %%
def over_all_orders(value, k):  # exercise 26.7, once more
    gains = np.zeros(k)
    for order in permutations(range(k)):
        keep = [False] * k
        for player in order:
            before = value(keep)
            keep[player] = True
            gains[player] += value(keep) - before
    return gains / len(list(permutations(range(k))))


by_orders = over_all_orders(lambda keep: score_of[tuple(keep)], 6)
assert np.abs(by_orders - exact[0]).max() < 1e-4
claim("SHAP, asking all sets, agrees with the exact values to 0.001", np.abs(estimated - exact).max() < 1e-3)
claim("asking 20 sets it does not", np.abs(sampled - exact).max() > 0.01)
added = explainer.expected_value + estimated.sum(axis=1)
claim("additivity: mean of the background + shares = score, to 0.001", np.abs(added - f(some)).max() < 1e-3)

# %% tags=["nbval-ignore-output"]
print(f"largest share {np.abs(exact).max():.2f}, off with 20 sets by up to {np.abs(sampled - exact).max():.2f}")

# %% [markdown]
# Now we draw one recommendation as a **waterfall**, from the mean of the background to the score. Of all films that this user
# has not rated, we take the one with the highest score:

# %%
candidates = np.flatnonzero(~is_seen[who[0]])[1:]  # without padding
standard = ((features(np.full(len(candidates), who[0]), candidates) - middle) / spread).astype("float32")
best = int(f(standard).argmax())
steps_up = leave_out.shapley_values(leave_out.replaced(f, standard[[best]], background), 1, 6)[0]
order = np.argsort(-np.abs(steps_up))


def waterfall(start, steps, labels):
    figure, axes = new_figure(7, 2.8)
    ends = start + np.cumsum(steps)
    axes.barh(labels, steps, left=ends - steps, color=[COLOURS[int(step < 0)] for step in steps])
    for position, (end, step) in enumerate(zip(ends, steps)):
        axes.text(max(end, end - step) + 0.05, position, f"{step:+.1f}", va="center")
    axes.axvline(start, color="grey", linestyle=":", marker="", zorder=0)
    axes.axvline(ends[-1], color="grey", linestyle="--", marker="", zorder=0)
    axes.set(
        xlabel="logit; dotted: mean of the background, dashed: score of the film",
        xlim=(min(ends.min(), start) - 0.3, max(ends.max(), start) + 0.8),
    )
    axes.invert_yaxis()
    return figure


# %%
start = f(background).mean()
figure = waterfall(start, steps_up[order], [FEATURES[j] for j in order])
figure.axes[0].set_title(title_of(candidates[best]))
show(
    figure,
    alt="A waterfall of six horizontal bars for one recommended film. It begins at the mean logit of the "
    "background, below zero, and climbs to the score of the film. By far the longest step is popularity; "
    "the distance in years follows, and the others are short.",
)

# %% tags=["nbval-ignore-output"]
print(title_of(candidates[best]), f"· background {start:.1f}, score {f(standard[[best]])[0]:.1f}")
pd.Series(steps_up[order], [FEATURES[j] for j in order], name="share of the logit").round(2)

# %%
claim("popularity has the largest share", order[0] == 0)
claim("the steps lead from the background to the score", abs(start + steps_up.sum() - f(standard[[best]])[0]) < 1e-3)

# %% [markdown]
# Two warnings. Another background gives other shares: among popular films, popularity would explain less. And
# correlated features (popular films have higher ratings) are varied independently, so the model is asked about films
# that do not exist. Shares describe *this model*, not what would happen in the world.

# %% [markdown]
# ## 10. Is it faithful? Ask the model
#
# An explanation can look convincing and still not describe what the model does.
# [Faithfulness](glossary.md#faithfulness) can be measured: leave out the film that the explanation calls most
# important, then the next, and so on. If the explanation is right, the lead falls early, so the mean height of this
# [deletion curve](glossary.md#deletion-curve) should be small. We compare it with films in random order.
#
# ### Exercise 26.8 · code (O4)
#
# Write the curve for one example. `value(keep)` gives the score for a boolean array (k,) of what stays; `importance` has
# shape (k,). Return k + 1 scores: with nothing left out, without the most important, without the two most important, …
#
# <details><summary>Hint 1</summary><code>order = np.argsort(-importance)</code> lists what is left out first, second,
# …</details>
# <details><summary>Hint 2</summary>Start with <code>keep</code> all True; set <code>keep[order[n]] = False</code> one
# after the other, and ask for the score each time.</details>


# %%
def my_deletion_curve(value, importance):
    ### BEGIN SOLUTION
    keep = np.ones(len(importance), bool)
    scores = [value(keep.copy())]
    for player in np.argsort(-importance):
        keep[player] = False
        scores.append(value(keep.copy()))
    return np.array(scores)
    ### END SOLUTION


# %%
check("26.8", my_deletion_curve)

# %% [markdown]
# The helper does it for all users at once, and also the opposite: **insertion** begins with no film and puts the most
# important in first. The model always reads a real, shorter history. Every comparison needs a baseline without any
# method: *the newest film is the most important*.


# %%
def curves_of(importance, ask):
    return {kind: leave_out.deletion_curves(ask, importance, kind == "insertion") for kind in ("deletion", "insertion")}


def random_bar(ask, n_draws=2):
    draws = [curves_of(np.random.default_rng(draw).random(past.shape), ask) for draw in range(n_draws)]
    return {kind: np.mean([draw[kind] for draw in draws], axis=0) for kind in draws[0]}


# %%
by_film["newest first"] = np.tile(np.arange(K), (len(past), 1)).astype(float)
bar = random_bar(ask)
curves = {name: curves_of(importance, ask) for name, importance in by_film.items()}

# %%
figure, axes = new_figure(9, 3.4, n_panels=2)
for panel, kind in zip(axes, bar):
    for name, both in curves.items():
        panel.plot(both[kind].mean(axis=0), label=name, markevery=4)
    panel.plot(bar[kind].mean(axis=0), label="random", color="grey", marker="")
    title, done = ("low", "left out") if kind == "deletion" else ("high", "put in")
    panel.set(title=f"{kind}: {title} is faithful", xlabel=f"films {done}", xticks=[0, 5, 10, 15, 20])
axes[0].set_ylabel("lead of the first film, logit")
axes[1].legend(fontsize=8)
show(
    figure,
    alt="Two panels of curves over 0 to 20 films. Deletion: all fall; leave one out falls first, then the two "
    "methods by gradients, close together; newest first and random fall last. Insertion: the same order mirrored; "
    "leave one out even rises above its end.",
)


# %% tags=["nbval-ignore-output"]
def against_random(curves, bar):
    pairs = {
        (name, kind): (both[kind].mean(axis=1), bar[kind].mean(axis=1)) for name, both in curves.items() for kind in bar
    }
    return {key: evaluation.paired_bootstrap(*areas) for key, areas in pairs.items()}


def as_text(table):
    return pd.Series(
        {key: f"{mean:+.2f} [{low:+.2f}, {high:+.2f}]" for key, (mean, low, high) in table.items()}
    ).unstack()


faithful = against_random(curves, bar)
as_text(faithful)

# %%
for name in ("gradient × input", "integrated gradients", "leave one out"):
    claim(f"{name}: deletion below random, the interval excludes zero", faithful[name, "deletion"][2] < 0)
    claim(f"{name}: insertion above random, the interval excludes zero", faithful[name, "insertion"][1] > 0)
left_out, integrated = (curves[name]["deletion"].mean(axis=1) for name in ("leave one out", "integrated gradients"))
difference = evaluation.paired_bootstrap(left_out, integrated)
claim("leave one out is ahead of integrated gradients, paired", difference[2] < 0)

# %% [markdown]
# On this model all three pass. "Newest first" does too, a little: part of what the others find is only that newer films
# count more. Leaving one out wins, which is no surprise: it asks the same question as the curve, one film at a time.
# Its insertion curve rises above its end, because the films added last pull the lead down.

# %% [markdown]
# ### Exercise 26.9 · put in order (O4)
#
# This is a test of faithfulness. One line does not belong; write the letters of the others in the right order.
#
# ```text
# A   bar = mean of the curves of random orders
# B   difference = mean height of the curve − mean height of bar, user by user
# C   importance = explain(model, history)
# D   curve = scores while films leave, by falling importance
# E   faithful if the interval of the mean difference excludes zero
# F   show the importance to colleagues; faithful if they nod
# ```

# %%
order_of_lines = ...
### BEGIN SOLUTION
order_of_lines = "CADBE"
### END SOLUTION

# %%
check("26.9", order_of_lines)

# %% [markdown]
# ## 11. More tests, and relevance through a GRU (optional)
#
# There is another way to take a film away, the one that integrated gradients assume: keep its position, but set its
# embedding to zero. Which method wins then?

# %% tags=["nbval-ignore-output"]
_, _, head = after_embeddings(gru)
lead, film_of = tf.function(make_lead(head), reduce_retracing=True), first


def ask_with_zeros(rows_asked, keep):
    keep = np.pad(keep, ((0, 0), (0, LENGTH - K)))[:, :, None]
    blocks = np.array_split(np.arange(len(keep)), -(-len(keep) // 512))
    parts = [[rows[rows_asked[b]] * keep[b], padded[rows_asked[b]], film_of[rows_asked[b]]] for b in blocks]
    return np.concatenate([lead(part).numpy() for part in parts])


zero_bar = random_bar(ask_with_zeros)
with_zeros = {name: curves_of(by_film[name], ask_with_zeros) for name in ("integrated gradients", "leave one out")}
zero_faithful = against_random(with_zeros, zero_bar)
as_text(zero_faithful)

# %%
by_gradients, by_leaving = (
    with_zeros[name]["deletion"].mean(axis=1) for name in ("integrated gradients", "leave one out")
)
claim("with zeros integrated gradients are ahead, paired", evaluation.paired_bootstrap(by_gradients, by_leaving)[2] < 0)

# %% [markdown]
# The order is reversed. So whenever you say "faithful", add *with respect to which way of removing films*. A user would
# ask about the history without the film, so we keep to that.

# %% [markdown]
# **Relevance through a GRU.** new state = z ⊙ old + (1 − z) ⊙ candidate is a sum, to which the ε rule applies. The gate z
# multiplies but carries no message; it is treated as a weight and gets no relevance (Arras and others, 2017). The same holds
# for r in the candidate, tanh(x W + r ⊙ (h U) + b): relevance passes the tanh and is shared among x, h and b.


# %% tags=["needed"]
def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def gru_forward(x, W, U, b):  # as in lesson 11; keeps every step
    h, steps = np.zeros((len(x), len(U))), []
    for t in range(x.shape[1]):
        (x_z, x_r, x_c), (h_z, h_r, h_c) = (np.split(v, 3, axis=1) for v in (x[:, t] @ W + b[0], h @ U + b[1]))
        z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        steps.append((h, z, r, x_c + r * h_c))
        h = z * h + (1 - z) * np.tanh(x_c + r * h_c)
    return h, steps


# %%
def away_from_zero(v, epsilon=0.01):
    return v + epsilon * np.where(v >= 0, 1, -1)


def gru_relevance(x, W, U, R, newest, steps):
    W_c, U_c = np.split(W, 3, axis=1)[2], np.split(U, 3, axis=1)[2]
    relevance, after = np.zeros_like(x), newest
    for t in reversed(range(x.shape[1])):
        old, z, r, total = steps[t]
        per_state = R / away_from_zero(after)
        per_total = (1 - z) * np.tanh(total) * per_state / away_from_zero(total)
        relevance[:, t] = x[:, t] * (per_total @ W_c.T)
        R = old * (z * per_state + (per_total * r) @ U_c.T)
        after = old
    return relevance


# %%
W, U, b = (part.astype(float) for part in gru.get_layer("gru").get_weights())
read_out, film_table = (gru.get_layer(name).get_weights()[0] for name in ("read_out", "items"))
films = rows[:, :K].astype(float)
newest, steps = gru_forward(films, W, U, b)
ahead = film_table[first] - film_table[1:].mean(axis=0)  # the lead is a product with this; its last number is a bias
R_newest = newest * (ahead[:, :-1] @ read_out.T)
assert np.abs(R_newest.sum(axis=1) + ahead[:, -1] - value).max() < 1e-3
by_film["relevance"] = gru_relevance(films, W, U, R_newest, newest, steps).sum(axis=2)

# %% tags=["nbval-ignore-output"]
arrived = by_film["relevance"].sum(axis=1) / R_newest.sum(axis=1)
print(f"median share of the lead that is the film's own bias: {np.median(ahead[:, -1] / value):.0%}")
print(f"of the rest, relevance that arrives at films: {np.median(arrived):.0%}")

# %% [markdown]
# Read both numbers before you look at a picture. Part of the lead is the film's own bias: it is the same for every
# user, and no past film is the reason. Of the rest, some stays with the biases of the GRU and with ε. Does relevance
# pass the test?

# %% tags=["nbval-ignore-output"]
of_relevance = against_random({"relevance": curves_of(by_film["relevance"], ask)}, bar)
as_text(of_relevance)

# %%
claim("relevance: deletion below random, the interval excludes zero", of_relevance["relevance", "deletion"][2] < 0)
claim("relevance: insertion above random, the interval excludes zero", of_relevance["relevance", "insertion"][1] > 0)

# %% [markdown]
# **Do the methods agree?** For each user we take the rank correlation of two lists of shares (1: same order, 0: nothing in
# common), and then the median over users. The last row is a **sanity check** (Adebayo and others, 2018): the same method on
# a GRU that was not trained. An explanation that stays the same does not depend on what the model learned.


# %%
def agreement(one, other):
    return float(np.median([spearmanr(a, b).statistic for a, b in zip(one, other)]))


_, untrained = next_item.next_item_model(bodies.gru_body(DIM), counts, probabilities, LENGTH, DIM, seed=5)
_, _, _, of_untrained = by_gradients_of(untrained, first)
of_untrained["leave one out"] = leave_one_out(make_ask(untrained, first))

# %% tags=["nbval-ignore-output"]
agree = pd.DataFrame({a: {b: agreement(by_film[a], by_film[b]) for b in by_film} for a in by_film})
agree.loc["itself, untrained"] = {name: agreement(by_film[name], of_untrained[name]) for name in of_untrained}
agree.round(2)

# %%
inside, loo = agree.loc["integrated gradients", "relevance"], agree.loc["integrated gradients", "leave one out"]
claim("the methods that look inside agree more with each other than with leaving out", inside > loo)
claim(
    "leave one out changes when the model learned nothing: below 0.5",
    agree.loc["itself, untrained", "leave one out"] < 0.5,
)

# %% [markdown]
# On the untrained model little of the order is left, as it should be: see the last row. The three methods that look
# inside agree with each other and with "newest first"; leaving one out differs from them.

# %% [markdown]
# ## 12. Attention is not the reason (optional)
#
# Lesson 12 drew maps of attention and promised this section. *Attention is not Explanation* (Jain and Wallace, 2019) found
# that the weights often disagree with gradients, and that very different weights can give the same answer. *Attention is
# not not Explanation* (Wiegreffe and Pinter, 2019) replied that it depends on what you call an explanation, and proposed
# tests. So we test a small SASRec. It sees windows made in the same way, but learns at a lower rate and for more epochs (a
# quarter of a minute):

# %%
sasrec = train(bodies.attention_body(LENGTH, DIM), n_epochs=7, rate=0.003, average=5)
first_by_attention = first_films(sasrec)
ask_attention = make_ask(sasrec, first_by_attention)
_, _, _, by_film_attention = by_gradients_of(sasrec, first_by_attention)
by_film_attention["leave one out"] = leave_one_out(ask_attention)

# %%
attend = next(layer for layer in sasrec.layers if isinstance(layer, keras.layers.MultiHeadAttention))
before = keras.Model(sasrec.input, attend.input[0] if isinstance(attend.input, list) else attend.input)(padded)
_, maps = attend(before, before, use_causal_mask=True, return_attention_scores=True)
by_film_attention["attention"] = maps.numpy()[:, :, K - 1, :K].mean(axis=1)  # the newest film asks; mean over heads

by_film_attention["newest first"] = by_film["newest first"]

# %% tags=["nbval-ignore-output"]
curves_attention = {name: curves_of(importance, ask_attention) for name, importance in by_film_attention.items()}
faithful_attention = against_random(curves_attention, random_bar(ask_attention))
as_text(faithful_attention)

# %%
claim("attention does not pass: deletion not below random", faithful_attention["attention", "deletion"][2] > 0)
claim("gradient × input does not pass either", faithful_attention["gradient × input", "deletion"][2] > 0)
by_gradients, by_leaving = (
    curves_attention[n]["deletion"].mean(axis=1) for n in ("integrated gradients", "leave one out")
)
claim("leave one out is ahead of integrated gradients", evaluation.paired_bootstrap(by_leaving, by_gradients)[2] < 0)
claim(
    "leave one out passes both",
    faithful_attention["leave one out", "deletion"][2] < 0 < faithful_attention["leave one out", "insertion"][1],
)

# %% [markdown]
# Films with much attention do not support the lead better than films drawn at random. But this test depends on the
# sign, and attention has none: it is never negative, so it cannot say whether a film raises or lowers the score. So
# test it without the sign, too: do the films with much attention move the score, up *or* down? Below is the rank
# correlation with leaving one out, once with signs and once by size only, as a mean over users:


# %% tags=["nbval-ignore-output"]
def correlation(one, other):  # user by user: mean and 95 % interval
    each = np.array([spearmanr(a, b).statistic for a, b in zip(one, other)])
    return evaluation.paired_bootstrap(each, np.zeros(len(each)))


moved, by_sign_and_size = by_film_attention["leave one out"], {}
for name in ("attention", "gradient × input", "integrated gradients", "newest first"):
    shares = by_film_attention[name]
    by_sign_and_size[name, "with signs"] = correlation(shares, moved)
    by_sign_and_size[name, "by size only"] = correlation(np.abs(shares), np.abs(moved))
with_newest = correlation(by_film_attention["attention"], by_film_attention["newest first"])
print(f"attention and newest first: {with_newest[0]:.2f}")
as_text(by_sign_and_size)

# %% [markdown]
# By size, attention and leaving one out agree to some degree in the network trained here. With a higher learning rate
# and fewer epochs, the same architecture showed hardly any agreement: what attention tells you depends on the training,
# too.
#
# What about the list itself? Leave out the five films with most attention. How many of the ten recommendations are
# replaced?


# %%
def ten_best(keep):
    kept = sequences.last_items([films[stay] for films, stay in zip(past, keep)], LENGTH)
    scores = sasrec(kept).numpy().copy()
    scores[is_seen[who]] = -np.inf
    scores[:, 0] = -np.inf
    return evaluation.top_k(scores, 10)


def replaced_in_list(importance, n=5):  # without the n most important films: one number a user
    keep = np.ones(past.shape, bool)
    np.put_along_axis(keep, np.argsort(-importance, axis=1)[:, :n], False, axis=1)
    return np.array([10 - len(np.intersect1d(*lists)) for lists in zip(ten_best(np.ones_like(keep)), ten_best(keep))])


# %% tags=["nbval-ignore-output"]
gone = {name: replaced_in_list(by_film_attention[name]) for name in ("attention", "newest first")}
gone["random"] = np.mean([replaced_in_list(np.random.default_rng(d).random(past.shape)) for d in range(5)], axis=0)
pd.Series({name: number.mean() for name, number in gone.items()}, name="of ten films replaced").round(1)

# %%
with_signs, by_size = (by_sign_and_size["attention", kind][0] for kind in ("with signs", "by size only"))
claim("by size attention follows leave one out, above 0.15; with signs it does not", by_size > 0.15 > with_signs + 0.05)
to_random, to_newest = (evaluation.paired_bootstrap(gone["attention"], gone[n]) for n in ("random", "newest first"))
claim("its five films change the list more than random ones do", to_random[1] > 0)
claim("but not more than the five newest: the interval is not above zero", to_newest[1] <= 0)

# %% [markdown]
# So attention does say something. The films that it points at move the scores more than others, and without them more of
# the list is replaced. But it does not say in *which direction* a film acts. And "newest first", which needs no model, does
# as well: here attention largely repeats the order of the history.
#
# Gradient × input fails the deletion test as well, although it passed on the GRU. Integrated gradients are behind
# leaving one out. No method *is* faithful by itself; faithfulness belongs to a method, a model and a test. For both
# models we recommend leaving one out.

# %% [markdown]
# ### Exercise 26.10 · choose (O4)
#
# A colleague colours past films by attention and titles the picture "why you see this". What do you say?
#
# - **a** fine: the weights sum to 1, so they are shares of the score
# - **b** never: it was proven that attention cannot explain
# - **c** call it "where the model looked", and measure with this model whether it is more than that
# - **d** take the mean over heads first, then it is an explanation

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("26.10", answer)

# %% [markdown]
# ## 13. What would have to be different? Counterfactuals (optional)
#
# Shares need to be interpreted; "Without *these films* you would see *that one* instead" does not. A
# [counterfactual](glossary.md#counterfactual) here is the smallest set of one's own films whose removal brings another
# film to the first position (as in PRINCE and ACCENT). It cannot be unfaithful, because the model itself is asked. But
# its code can be wrong:
#
# ### Exercise 26.11 · find the bug (O5)
#
# `scores(films)` gives the score of every film (index 0 is padding) after these films. The function should say which film
# comes first without the positions in `removed`. For some users it recommends what they know. Find out why, and fix it.
#
# <details><summary>Hint 1</summary>Which films have been seen: those that are kept, or all?</details>
# <details><summary>Hint 2</summary>Ask with <code>kept</code>, but hide <code>history</code>.</details>


# %%
def first_without(scores, history, removed):
    kept = np.delete(history, removed)
    row = scores(kept)
    row[kept] = -np.inf  # nothing twice
    row[0] = -np.inf  # padding
    return row.argmax()


### BEGIN SOLUTION
def first_without(scores, history, removed):  # noqa: F811
    row = scores(np.delete(history, removed))
    row[history] = -np.inf  # seen is seen, also while we ask what if
    row[0] = -np.inf
    return row.argmax()


### END SOLUTION


# %%
check("26.11", first_without)

# %% [markdown]
# The helper tries all single films and then all pairs, important ones first, until its budget of model calls is used
# up. Then it removes films greedily, puts back those that were not needed, and reports that smaller sets may exist. For
# twenty users:


# %%
gru_graph = as_graph(gru)


def scores_for(u):
    def scores(several):  # a list of histories → (n, n_items + 1)
        block = gru_graph(sequences.last_items(several, LENGTH)).numpy().copy()
        block[:, is_seen[who[u]]] = -np.inf  # older films than these 20 were seen as well
        return block

    return scores


changes = [leave_out.counterfactual(scores_for(u), past[u], by_film["leave one out"][u], budget=250) for u in range(20)]

# %% tags=["nbval-ignore-output"]
sizes = np.array([len(change.removed) if change else 0 for change in changes])
for u in np.flatnonzero((sizes == 1) | (sizes == 2))[:4]:
    films = " and ".join(title_of(i)[:38] for i in past[u][changes[u].removed])
    print(f"not {title_of(changes[u].item)[:38]} but {title_of(changes[u].instead)[:38]}\n    without {films}")
pd.Series(sizes, name="users").value_counts().sort_index().rename_axis("films removed").to_frame().T.iloc[:, :8]

# %%
verified = []
for u, change in enumerate(changes):
    if change:
        again = scores_for(u)([np.delete(past[u], change.removed)])[0]
        again[np.append(past[u], 0)] = -np.inf
        verified.append(again.argmax() == change.instead != change.item == first[u])
claim("every one was verified by asking the model again", all(verified) and len(verified) > 13)
claim("for most users one or two films are enough", np.mean((sizes == 1) | (sizes == 2)) > 0.5)

# %% [markdown]
# So the first position often depends on one or two films. Do not read too much into a position.

# %% [markdown]
# ## 14. Known truth (optional)
#
# In real data nobody knows the true reason, so we plant one. We make synthetic histories of eight films without
# meaning; one of five *causes* is among them, and the label is that cause. A small GRU learns it. Where its answer is
# right, does each method find the position of the cause? And what do the methods report when the labels are shuffled
# and there is nothing to find?


# %%
def planted(is_shuffled, n=6000, n_causes=5, length=8):
    rng = np.random.default_rng(8)
    x = rng.integers(n_causes + 1, 31, (n, length))
    position, cause = rng.integers(0, length, n), rng.integers(1, n_causes + 1, n)
    x[np.arange(n), position] = cause
    ids = keras.Input((length,), dtype="int32")
    state = keras.layers.GRU(24)(keras.layers.Embedding(31, 12)(ids))
    model = keras.Model(ids, keras.layers.Dense(n_causes)(state))
    model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(x, rng.permutation(cause - 1) if is_shuffled else cause - 1, 64, 3 if is_shuffled else 6, verbose=0)
    is_right = np.asarray(model(x[:500])).argmax(axis=1) == cause[:500] - 1
    some = np.arange(100) if is_shuffled else np.flatnonzero(is_right)[:100]
    return model, x[some], position[some]


# %%
def found_by(model, x, position):
    _, look_up, head = after_embeddings(model)
    (rows,), said = look_up(x), np.asarray(model(x)).argmax(axis=1)
    f = lambda parts: tf.gather(head(parts[:1]), tf.cast(parts[1], "int32"), batch_dims=1)
    value = lambda which, keep: f([rows[which] * keep[:, :, None], said[which]]).numpy()
    all_in, one_out = np.ones((100, 8), bool), np.tile(~np.eye(8, dtype=bool), (100, 1))
    shares = {
        "gradient × input": (rows * gradients(f, [rows], [said])[1][0]).sum(axis=2),
        "integrated gradients": integrated_gradients(f, [rows], fixed=[said], n_steps=64)[0][0].sum(axis=2),
        "Shapley": leave_out.shapley_values(value, 100, 8),
        "leave one out": value(np.arange(100), all_in)[:, None]
        - value(np.repeat(np.arange(100), 8), one_out).reshape(-1, 8),
    }
    return {name: np.mean(share.argmax(axis=1) == position) for name, share in shares.items()}


# %% tags=["nbval-ignore-output"]
rates = pd.DataFrame({"planted": found_by(*planted(False)), "labels shuffled": found_by(*planted(True))})
rates

# %%
claim("each method finds the planted film at least 9 times of 10", rates["planted"].min() >= 0.9)
claim("with shuffled labels none finds it 4 times of 10 (guessing: 1 of 8)", rates["labels shuffled"].max() < 0.4)

# %% [markdown]
# A method that fails here is broken. One that passes may still fail on your model: this data has one clear cause, and
# yours does not. In the right column all methods have similar rates although there is nothing to find: methods that
# agree can all be wrong.

# %% [markdown]
# ## 15. A reason for each film of a list
#
# A service can say "because you rated …". `reasons` leaves out each past film once; one small batch serves *all* films of
# the list. Here are ten recommendations for one user:


# %% tags=["nbval-ignore-output"]
scores_of = lambda several: np.array(gru(sequences.last_items(several, LENGTH)))
hidden = np.append(np.flatnonzero(is_seen[who[0]]), 0)  # films that this user has seen, and padding
row = scores_of([past[0]])
row[:, hidden] = -np.inf
top_ten = evaluation.top_k(row, 10)[0]
where, drops = leave_out.reasons(scores_of, past[0], top_ten)
per_film = min(timeit.repeat(lambda: leave_out.reasons(scores_of, past[0], top_ten), number=1)) / len(top_ten)
print(f"{1000 * per_film:.1f} ms for a reason, with {K + 1} histories in one batch for {len(top_ten)} films")

# %% tags=["nbval-ignore-output"]
without = scores_of([np.delete(past[0], position) for position in where])  # (10, n): each list without its reason
without[:, hidden] = -np.inf
rank_then = 1 + (without > without[np.arange(10), top_ten][:, None]).sum(axis=1)
pd.DataFrame(
    {"because you rated": [title_of(past[0][p])[:38] for p in where], "lead lost": drops, "rank then": rank_then},
    pd.Index([title_of(i)[:38] for i in top_ten], name="ranks 1 to 10"),
).round(2)

# %%
assert np.allclose(drops[0], by_film["leave one out"][0].max(), atol=1e-3)
claim("less than a quarter of a second for a reason", per_film < 0.25)
claim("without its reason some film still keeps its rank", (rank_then <= np.arange(1, 11)).any())

# %% [markdown]
# Look at the last column. A film can lose lead and keep its rank if its neighbours lose as much. A small drop is no
# reason: no single film carries the recommendation. Then say "popular with people like you", or nothing.

# %% [markdown]
# **Which explanation for which reader?**
#
# | Reader | asks | use | and never without |
# |---|---|---|---|
# | **user** | why this film? | `reasons`, a counterfactual | the rank, computed by the model again |
# | **developer** | what goes wrong? | integrated gradients, relevance | reference, gap, the share of biases |
# | **auditor** | is this feature used? | Shapley values of named features | background, faithfulness with intervals |
#
# A fourth reader is you: before you believe a picture, run the test of section 10 on your own model.

# %% [markdown]
# ### Exercise 26.12 · choose (O5)
#
# Which sentence may the product show, for films where it was checked as in the last column?
#
# - **a** "Because you love science fiction."
# - **b** "Our AI paid most attention to Alien."
# - **c** "Based on your activity."
# - **d** "Without your rating of Alien this film would stand lower on your list."

# %%
answer = ...
### BEGIN SOLUTION
answer = "d"
### END SOLUTION

# %%
check("26.12", answer)

# %% [markdown]
# ## What you did
#
# - You implemented integrated gradients, and chose the number of steps from the gap (**O1**).
# - You handed a score down through an MLP; what does not arrive is absorbed by biases and ε (**O2**).
# - You measured faithfulness against random order: on the GRU every method passed, and leaving one out won (**O4**).
# - You checked reasons against the model, and chose a sentence that a product may show (**O5**).
# - Optional: attention finds films that move the score, but not the direction; SHAP agrees with exact Shapley values when it
#   asks for every set (**O3**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - M. Sundararajan, A. Taly, Q. Yan: Axiomatic Attribution for Deep Networks. ICML 2017, arXiv 1703.01365
# - S. Bach et al.: On Pixel-Wise Explanations for Non-Linear Classifier Decisions by Layer-Wise Relevance Propagation.
#   PLoS ONE 10(7), 2015
# - G. Montavon et al.: Explaining NonLinear Classification Decisions with Deep Taylor Decomposition. Pattern Recognition
#   65, 2017, arXiv 1512.02479
# - G. Montavon et al.: Layer-Wise Relevance Propagation: An Overview. In LNCS 11700, 2019
# - L. Arras, G. Montavon, K.-R. Müller, W. Samek: Explaining Recurrent Neural Network Predictions in Sentiment Analysis.
#   WASSA 2017, arXiv 1706.07206
# - S. Lundberg, S.-I. Lee: A Unified Approach to Interpreting Model Predictions. NeurIPS 2017, arXiv 1705.07874

# %% [markdown] tags=["reading"]
# **On attention, tests of explanations, and counterfactuals**
#
# - S. Jain, B. Wallace: Attention is not Explanation. NAACL 2019, arXiv 1902.10186
# - S. Wiegreffe, Y. Pinter: Attention is not not Explanation. EMNLP 2019, arXiv 1908.04626
# - J. Adebayo et al.: Sanity Checks for Saliency Maps. NeurIPS 2018, arXiv 1810.03292
# - V. Petsiuk, A. Das, K. Saenko: RISE. BMVC 2018, arXiv 1806.07421
# - A. Ghazimatin et al.: PRINCE: Provider-side Interpretability with Counterfactual Explanations in Recommender Systems.
#   WSDM 2020, arXiv 1911.08378
# - K. H. Tran, A. Ghazimatin, R. Saha Roy: Counterfactual Explanations for Neural Recommenders. SIGIR 2021, arXiv
#   2105.05008
