# %% [markdown]
# # Rank with features
#
# A feed knows the user, the video, the hour and the screen. You build networks that use all these features, from a
# product of two numbers to DeepFM and DCN-v2. Do they beat boosted trees, and can you trust their probabilities?

# %% [markdown]
# **What you will do**
#
# - **O1** diagnose what AUC does not measure, and correct predictions for negatives left out of training
# - **O2** diagnose leaks in a click log, and repair rates that contain their own label
# - **O3** compute and implement interactions: the FM term and the cross layer
# - **O4** compare networks with baselines tuned on equal budgets, over all rows and within each user
# - **O5** measure calibration, and repair it
# - **O6** implement a mixture of experts for several tasks, and diagnose gates that have collapsed (optional)
#
# **What you need**: lessons 03, 04 and 08, and about two hours without the optional sections; take a break before
# section 5. The notebook runs in about a minute.

# %%
from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()
import keras
import numpy as np
import pandas as pd
from keras import layers, ops
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.metrics import roc_auc_score as auc
from sklearn.preprocessing import OneHotEncoder

from recsys_helpers.data.kuairand import load_kuairand
from recsys_helpers.evaluation import paired_bootstrap
from recsys_helpers.evaluation.by_user import auc_by_user, log_loss_by_user
from recsys_helpers.exercises import check
from recsys_helpers.models.ranking_features import encode_fields, one_hot, rates_of_category
from recsys_helpers.notebook import claim, new_figure, show

set_seed(42)

# %% [markdown]
# ## 1. Probabilities that are too high
#
# KuaiRand records two weeks of a short-video feed. Each row is an [impression](glossary.md#impression): a video was
# shown to a user. Unlike in MovieLens, a zero is a real "no": the video was shown and not clicked. A row also contains
# the screen (`tab`), the video's topic (`tag`), and more.

# %%
frame = load_kuairand()
frame[["is_click", "long_view", "is_like", "is_comment", "is_follow"]].mean().map("{:.2%}".format).to_frame("rate")

# %% [markdown]
# Likes are rare, so nearly all rows are negatives that carry much the same information. To save time, services discard
# most of them (*negative downsampling*), and so do we. We train on the first ten days, keep **every like** and a random
# **5 % of the other rows**, and then predict all rows of the next two days.

# %%
is_train, is_valid, is_test = frame["day"] < 10, frame["day"].between(10, 11), frame["day"] > 11
train, valid, test = frame[is_train], frame[is_valid], frame[is_test]
liked = valid["is_like"].to_numpy()
KEPT = 0.05
is_kept = (train["is_like"] == 1) | (np.random.default_rng(42).random(len(train)) < KEPT)
print(f"{len(train):,} rows, {is_kept.sum():,} of them kept")

# %% [markdown]
# ### Exercise 14.1 · predict (O1)
#
# A logistic regression is trained on the kept rows. In the next two days, 1.5 % of the impressions are liked. What is
# the mean of its predicted probabilities for these two days, in percent?

# %%
mean_in_percent = ...
### BEGIN SOLUTION
mean_in_percent = 24
### END SOLUTION

# %%
check("14.1", mean_in_percent)

# %% tags=["reveal"]
some_fields = ["tab", "tag", "user_active_degree", "item_id", "user_id"]
encoder = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=5).fit(train[some_fields])
likes = LogisticRegression(C=0.1, max_iter=500)
likes.fit(encoder.transform(train.loc[is_kept, some_fields]), train.loc[is_kept, "is_like"])
q = likes.predict_proba(encoder.transform(valid[some_fields]))[:, 1]
print(f"mean prediction {q.mean():.3f}, liked {liked.mean():.3f}, AUC {auc(liked, q):.3f}")

# %% [markdown]
# ### Exercise 14.2 · code (O1)
#
# The *odds* of a probability p are p / (1 − p). If a share w of the negatives is kept, the odds in the training data
# are 1 / w times the true odds. To recover p from a prediction q, multiply the odds by w: p / (1 − p) = w · q / (1 −
# q). Write this correction as a function that takes `q` (n,) and `kept`, which is w, and returns p (n,).
#
# <details><summary>Hint 1</summary>Compute the odds of q, multiply them by <code>kept</code>, and convert the odds back
# into a probability.</details>
# <details><summary>Hint 2</summary>The probability that belongs to odds o is o / (1 + o). Put together: q / (q + (1 −
# q) / w).</details>


# %%
def my_correction(q, kept):
    ### BEGIN SOLUTION
    odds = kept * q / (1 - q)
    return odds / (1 + odds)
    ### END SOLUTION


# %%
check("14.2", my_correction)

# %% [markdown]
# ### What AUC measures

# %%
p = q / (q + (1 - q) / KEPT)
for name, said in {"as trained": q, "corrected": p}.items():
    print(f"{name:10}: mean {said.mean():.3f}, log loss {log_loss(liked, said):.3f}, AUC {auc(liked, said):.3f}")

# %%
claim("the correction leaves AUC as it was", abs(auc(liked, q) - auc(liked, p)) < 1e-9)
claim("the mean was more than ten times the rate, and is now within a quarter of it",
      q.mean() > 10 * liked.mean() and abs(p.mean() / liked.mean() - 1) < 0.25)  # fmt: skip

# %% [markdown]
# The mean prediction falls more than tenfold, but AUC does not change: [AUC](glossary.md#auc) depends only on the
# *order*, which the correction preserves. That is enough for a sorted list, but not where the probability itself is
# used, as in an auction bid or in a score that adds up clicks and likes.
#
# A model is [calibrated](glossary.md#calibration) if, of the impressions for which it predicts 10 %, about 10 % are
# liked. AUC ignores calibration; log loss depends on it (section 9).

# %% [markdown]
# ## 2. What may the model know?
#
# From now on, we predict clicks. The first ten days are for training, the next two for validation, the last two for
# testing. A ranker works on future impressions, so a random split would let it learn from the future (lesson 04).
#
# ### Exercise 14.3 · choose (O2)
#
# Which of these columns must not be a feature of the click model?
#
# - **a** `tab`, the screen where the video was shown
# - **b** `hour` of the impression
# - **c** `play_time_ms`, how long the video was watched
# - **d** `duration_ms`, the length of the video

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("14.3", answer)

# %% [markdown]
# ### Rates as features
#
# Some models cannot make good use of 25,156 user ids. The usual remedy is [target
# encoding](glossary.md#target-encoding): replace an id with the click rate of its past rows. If there are few rows, the
# rate is pulled towards the overall rate: (clicks + strength · overall rate) / (rows + strength).

# %% [markdown]
# ### Exercise 14.4 · find the bug (O2)
#
# This function computes that rate for each row of the training set. The rates look plausible but spoil the model.
# `category`, `label` and `fold` have shape (n,). Each row was randomly assigned to one of five folds, but the function
# ignores the folds. Repair it so that each row gets the rate of its category, computed **from the rows of all other
# folds**.
#
# <details><summary>Hint 1</summary>Suppose a user has only one row in the training set, with a click. What rate does
# that row get, and what does a tree learn from it?</details>
# <details><summary>Hint 2</summary><code>is_other = (category == category[row]) &amp; (fold !=
# fold[row])</code></details>


# %%
def rate_of_category(category, label, fold, overall, strength):
    rates = np.zeros(len(label))
    for row in range(len(label)):
        is_same = category == category[row]
        rates[row] = (label[is_same].sum() + strength * overall) / (is_same.sum() + strength)
    return rates


### BEGIN SOLUTION
def rate_of_category(category, label, fold, overall, strength):  # noqa: F811
    rates = np.zeros(len(label))
    for row in range(len(label)):
        is_other = (category == category[row]) & (fold != fold[row])
        rates[row] = (label[is_other].sum() + strength * overall) / (is_other.sum() + strength)
    return rates


### END SOLUTION

# %%
check("14.4", rate_of_category)

# %% [markdown]
# ## 3. The product of two numbers
#
# In this synthetic world, each row has ten numbers. The label depends only on **the product of the first two**: a click
# is likely if both are positive or both are negative.


# %%
def draw_world(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 10)).astype("float32")
    return x, rng.random(n) < 1 / (1 + np.exp(-2 * x[:, 0] * x[:, 1]))


x_test, y_test = draw_world(5000, seed=1)
x_large, y_large = draw_world(10_000, seed=2)
linear = LogisticRegression().fit(x_large, y_large)
linear_auc, possible_auc = auc(y_test, linear.decision_function(x_test)), auc(y_test, x_test[:, 0] * x_test[:, 1])
print(f"synthetic world: AUC of a linear model {linear_auc:.2f}, of the true product {possible_auc:.2f}")

# %%
claim("a linear model learns nothing from 10,000 rows", abs(linear_auc - 0.5) < 0.03)

# %% [markdown]
# A linear model can only add the two numbers, not multiply them. One could add a column x₁·x₂ by hand. But with many
# fields, nobody knows which pairs to add, and most pairs of ids are too rare for a separate weight.
#
# A [factorization machine](glossary.md#factorization-machine), or FM (Rendle, 2010), gives each feature a small vector
# v, and the weight of the pair (i, j) is the dot product vᵢ · vⱼ. All pairs together contribute Σ over i < j of (vᵢ ·
# vⱼ) xᵢ xⱼ.
#
# ### Exercise 14.5 · trace (O3)
#
# Three features have the vectors v₁ = (1, 0), v₂ = (2, 1) and v₃ = (0, 3). For the row x = (1, 2, 1), compute the sum
# over the three pairs.

# %%
sum_of_pairs = ...
### BEGIN SOLUTION
sum_of_pairs = (1 * 2 + 0 * 1) * 1 * 2 + (1 * 0 + 0 * 3) * 1 * 1 + (2 * 0 + 1 * 3) * 2 * 1
### END SOLUTION

# %%
check("14.5", sum_of_pairs)

# %% [markdown]
# ### Without a loop over pairs
#
# A thousand features form half a million pairs. An identity avoids the loop: (a + b)² = a² + b² + 2ab. The square of a
# sum contains every pair twice, plus the squares. So for each coordinate of the vectors, the sum over pairs is half of
# (square of the sum − sum of the squares).

# %% [markdown]
# ### Exercise 14.6 · code (O3)
#
# Write the FM term in this way. From `x` (batch, n_features) and `V` (n_features, dim), return one number for each row,
# (batch,).
#
# <details><summary>Hint 1</summary><code>x @ V</code> is the sum of the vectors, each multiplied by its number: (batch,
# dim).</details>
# <details><summary>Hint 2</summary>The sum of the squares is <code>x**2 @ V**2</code>. Take the difference, sum over
# <code>dim</code>, and halve it.</details>


# %%
def my_fm_term(x, V):
    ### BEGIN SOLUTION
    return ((x @ V) ** 2 - x**2 @ V**2).sum(axis=1) / 2
    ### END SOLUTION


# %%
check("14.6", my_fm_term)

# %% [markdown]
# ### A layer that multiplies
#
# DCN-v2 (Wang et al., 2021) also multiplies features, but in a layer that can be stacked. A [cross
# layer](glossary.md#cross-layer) passes its input x through a dense layer, multiplies the result element by element
# with the **first** input x₀, and adds x:
#
# x₀ ⊙ (x W + b) + x
#
# In the first layer, x = x₀. This gives all products of two features, each with its own weight. A second cross layer
# adds products of three features.
#
# ### Exercise 14.7 · fill in (O3)
# Replace the dots, and return `product + x`. `x0` and `x` have shape (batch, width), `W` (width, width), `b` (width,).
#
# <details><summary>Hint 1</summary><code>dense</code> is an ordinary dense layer without an activation.</details>
# <details><summary>Hint 2</summary>⊙ is NumPy's <code>*</code>: <code>x0 * dense</code>.</details>


# %%
def my_cross(x0, x, W, b):
    dense, product = ..., ...
    ### BEGIN SOLUTION
    dense = x @ W + b
    product = x0 * dense
    return product + x
    ### END SOLUTION


# %%
check("14.7", my_cross)

# %% [markdown]
# ### In Keras
#
# Here are both ideas as functions of tensors, and an [MLP](glossary.md#multilayer-perceptron), which has no built-in
# product. In `fm_term`, `e` contains each feature's vector, already multiplied by its number.


# %%
def fm_term(e):
    """Sum over all pairs of vectors: (batch, n_features, dim) → (batch, 1)."""
    pairs = ops.square(ops.sum(e, axis=1)) - ops.sum(ops.square(e), axis=1)
    return ops.sum(pairs, axis=1, keepdims=True) / 2


def cross(x0, x):
    return x0 * layers.Dense(x0.shape[-1])(x) + x


def mlp(x, widths=(32, 32)):
    for width in widths:
        x = layers.Dense(width, activation="relu")(x)
    return x


def compiled(inputs, logit, rate=0.01):
    model = keras.Model(inputs, logit)
    model.compile(keras.optimizers.Adam(rate), keras.losses.BinaryCrossentropy(from_logits=True), jit_compile=False)
    return model


# %% [markdown]
# ## 4. How many rows does each model need? (optional)
#
# FM, cross layer and MLP can all learn the product in our synthetic world. How many training rows does each of them
# need? The best possible AUC is that of the true product.


# %%
def toy_model(name):
    x = keras.Input((10,))
    if name == "FM":
        return compiled(x, fm_term(layers.EinsumDense("bf,fd->bfd", (10, 4))(x)), 0.02)
    return compiled(x, layers.Dense(1)(cross(x, x) if name == "cross layer" else mlp(x)), 0.02)


# %% [markdown]
# Each model is trained on 300 to 10,000 rows, always with the same number of steps. This takes about ten seconds.

# %%
SIZES = [300, 1000, 10_000]
curves = pd.DataFrame(index=SIZES, columns=["FM", "cross layer", "MLP"], dtype=float)
for name in curves:
    for size in SIZES:
        set_seed(1)
        model = toy_model(name)
        x, y = draw_world(size, seed=size)
        rows = np.arange(15_000) % size  # 150 steps for everybody: few rows are seen more often
        model.fit(x[rows], y[rows], batch_size=100, verbose=0)
        curves.loc[size, name] = auc(y_test, np.ravel(model(x_test)))

# %% tags=["nbval-ignore-output"]
figure, axes = new_figure(6, 2.8)
for name in curves:
    axes.plot(SIZES, curves[name], label=name)
axes.axhline(possible_auc, color="grey", linewidth=1, linestyle=":", marker="", label="true product")
axes.set(xscale="log", xticks=SIZES, xticklabels=SIZES, xlabel="rows (synthetic)", ylabel="AUC")
axes.legend()
show(
    figure,
    alt="AUC against the number of training rows, synthetic world. FM and cross layer lie above the MLP, by most with "
    "300 and 1,000 rows; with 10,000 rows all three are near the true product.",
)
curves.round(2)

# %%
claim("with 1,000 rows FM and cross layer are ahead of the MLP by more than 0.02",
      curves.loc[1000, ["FM", "cross layer"]].min() > curves.loc[1000, "MLP"] + 0.02)  # fmt: skip
claim("with 10,000 rows the MLP has nearly caught up", curves.loc[10_000, "MLP"] > possible_auc - 0.04)

# %% [markdown]
# A model with a built-in product needs few rows; an MLP can learn the product too, but it needs more rows. That is the
# argument *for* these layers. Whether real data contain such products, and too few rows for an MLP to learn them, is
# another question.

# %% [markdown]
# ## 5. Five networks, one table
#
# We turn all fields into categories: ids, tag, tab, hour, and numbers divided into ranges. Each value gets a row in
# **one** [embedding](glossary.md#embedding) table. In each field, all new values and those that occur only once in the
# training set share one row.

# %%
FIELDS = ["user_id", "item_id", "tag", "tab", "hour", "length", "user_active_degree", "upload_type", "music_type",
          "follow_user_num_range", "fans_user_num_range", "friend_user_num_range", "register_days_range"]  # fmt: skip
frame["length"] = pd.cut(frame["duration_ms"], train["duration_ms"].quantile(np.linspace(0.05, 0.95, 19)).unique())
frame["length"] = frame["length"].cat.codes


clicked = frame["is_click"].to_numpy()
codes, n_values = encode_fields(frame, FIELDS, is_train)
print(f"{len(FIELDS)} fields, {n_values:,} rows in the table; first impression: {codes[0]}")

# %% [markdown]
# Each of the well-known networks combines some of four parts:
#
# - **wide**: one weight for each value, as in logistic regression
# - **FM**: the products of all pairs of fields
# - **deep**: an MLP over the concatenated vectors
# - **cross**: cross layers before the MLP
#
# Wide & deep (Cheng et al., 2016) is wide + deep; its wide part also contained products chosen by hand. DeepFM (Guo et
# al., 2017) lets FM find them: it is wide + FM + deep, where FM and deep share the table. DCN-v2 is cross + deep.

# %%
NETWORKS = {"MLP": {"deep"}, "FM": {"wide", "FM"}, "wide & deep": {"wide", "deep"},
            "DeepFM": {"wide", "FM", "deep"}, "DCN-v2": {"cross", "deep"}}  # fmt: skip


def network(parts, n_values, seed=1):
    set_seed(seed)
    value = keras.Input((len(FIELDS),), dtype="int32")
    small, l2 = keras.initializers.RandomNormal(stddev=0.05), keras.regularizers.L2(1e-5)
    e = layers.Embedding(n_values, 8, small, l2)(value)  # (batch, n_fields, dim)
    flat, logits = layers.Flatten()(e), []
    if "wide" in parts:
        logits.append(ops.sum(layers.Embedding(n_values, 1, "zeros", l2)(value), axis=1))
    if "FM" in parts:
        logits.append(fm_term(e))
    if "deep" in parts:
        hidden = cross(flat, cross(flat, flat)) if "cross" in parts else flat
        logits.append(layers.Dense(1)(mlp(hidden, (64, 32))))
    return compiled(value, layers.Add()(logits) if len(logits) > 1 else logits[0])


def predict(model, rows):
    """Probabilities of a click for these rows of `codes`."""
    return 1 / (1 + np.exp(-ops.convert_to_numpy(model(codes[rows]))[:, 0].astype(float)))


# %% [markdown]
# ## 6. Three metrics for one ranker
#
# Log loss evaluates the probabilities, AUC the order of all impressions. But a feed never compares Ann's video with
# Ben's: it orders the videos for *one* user. So the third metric is [per-user AUC](glossary.md#per-user-auc): the AUC
# within each user who has both a click and a "no", averaged over these users.


# %% [markdown]
# ### Exercise 14.8 · predict (O4)
#
# A model scores each impression with the click rate of its user and ignores the video. Over all impressions of the
# validation set, it reaches an AUC above 0.6. What is its per-user AUC?

# %%
per_user_auc = ...
### BEGIN SOLUTION
per_user_auc = 0.5
### END SOLUTION

# %%
check("14.8", per_user_auc)

# %% tags=["reveal"]
rate_of_user = train.groupby("user_id")["is_click"].mean()
of_user = valid["user_id"].map(rate_of_user).fillna(rate_of_user.mean()).to_numpy()
by_user = auc_by_user(of_user, clicked[is_valid], valid["user_id"])
print(f"over all rows {auc(clicked[is_valid], of_user):.3f}, within {len(by_user):,} users {by_user.mean():.3f}")

# %% tags=["reveal"]
claim(
    "AUC over all rows is above 0.6, per-user AUC exactly one half",
    auc(clicked[is_valid], of_user) > 0.6 and (by_user == 0.5).all(),
)

# %% [markdown]
# ## 7. Equal budgets
#
# The baselines are logistic regression on one-hot columns and boosted trees. The trees get the numbers and, instead of
# ids, the repaired rates of exercise 14.4. Rows of later days get rates from the whole training set.


# %%
def past_rate(column, learn):
    fold = np.where(learn, np.random.default_rng(0).integers(0, 5, len(frame)), -1)  # −1: no rate learns from this row
    return rates_of_category(frame[column], frame["is_click"], fold, frame.loc[learn, "is_click"].mean(), 20)


NUMBERS = ["tab", "hour", "duration_ms", "follow_user_num", "fans_user_num", "friend_user_num", "register_days"]


def table_for_trees(learn):
    columns = [past_rate(column, learn) for column in ("user_id", "item_id", "tag", "tab")]
    return np.column_stack([*columns, frame[NUMBERS]])


# %% [markdown]
# Every model gets **four trials** on the validation set, evaluated by log loss: penalties for logistic regression,
# numbers of boosted trees, and stopping times for each network, one after every half epoch. This takes about ten
# seconds.
#
# The networks' learning rate, penalty and batch size come from about thirty earlier trials, also on the validation set.
# The baselines had no such advantage.


# %%
def logistic(C, learn):
    return LogisticRegression(C=C, solver="newton-cg").fit(one_hot(codes[learn], n_values), clicked[learn])


def boosted(n_trees, learn):
    trees = HistGradientBoostingClassifier(max_iter=n_trees, early_stopping=False)
    return trees.fit(X[learn], clicked[learn])


def halves(model, learn, n, seed=1, label=clicked):
    """Train for n half epochs, and pause after each."""
    rows = np.random.default_rng(seed).permutation(np.flatnonzero(learn))
    for number in range(n):
        part = np.array_split(rows, 2)[number % 2]
        model.fit(codes[part], label[part], batch_size=2048, verbose=0)
        yield number + 1


# %%
seen, X = clicked[is_valid], table_for_trees(is_train)
trials = {"logistic regression": {}, "boosted trees": {}}
for C in (0.1, 0.2, 0.4, 0.8):
    p = logistic(C, is_train).predict_proba(one_hot(codes[is_valid], n_values))[:, 1]
    trials["logistic regression"][C] = log_loss(seen, p)
stages = list(boosted(150, is_train).staged_predict_proba(X[is_valid]))
for n_trees in (25, 50, 100, 150):
    trials["boosted trees"][n_trees] = log_loss(seen, stages[n_trees - 1][:, 1])
for name, parts in NETWORKS.items():
    model, trials[name], snapshots = network(parts, n_values), {}, {}
    for half in halves(model, is_train, 4):
        trials[name][half / 2] = log_loss(seen, predict(model, is_valid))
        snapshots[half / 2] = model.get_weights()  # those of DCN-v2, the last network, serve in section 9

# %% tags=["nbval-ignore-output"]
best = {name: min(tried, key=tried.get) for name, tried in trials.items()}
pd.DataFrame({"best setting": best, "log loss": {name: trials[name][best[name]] for name in best},
              "last trial": {name: [*tried.values()][-1] for name, tried in trials.items()}}).round(4)  # fmt: skip

# %%
claim("the best network with products is within 0.003 of the plain MLP",
      abs(trials["MLP"][best["MLP"]] - min(trials[n][best[n]] for n in NETWORKS if n != "MLP")) < 0.003)  # fmt: skip
claim("four trials each", all(len(tried) == 4 for tried in trials.values()))
claim("every network with an MLP in it is worse after two epochs than after one",
      all(trials[name][2.0] > trials[name][1.0] for name in NETWORKS if name != "FM"))  # fmt: skip

# %% [markdown]
# Every network with an MLP gets worse in its *second* epoch. This is the one-epoch phenomenon (Zhang et al., 2022).
#
# ## 8. Use the test set once
#
# We retrain the finalists on train + valid: both baselines, the MLP as a control, and the best of the other four
# networks. The networks get three seeds. We also average pairs of models. This takes about ten seconds.

# %%
chosen = min(["FM", "wide & deep", "DeepFM", "DCN-v2"], key=lambda name: trials[name][best[name]])
learn = is_train | is_valid
codes, n_values = encode_fields(frame, FIELDS, learn)
X, truth, viewer = table_for_trees(learn), clicked[is_test], test["user_id"]
bar = logistic(best["logistic regression"], learn).predict_proba(one_hot(codes[is_test], n_values))[:, 1]
bar_of_trees = boosted(best["boosted trees"], learn).predict_proba(X[is_test])[:, 1]
runs = {"logistic regression": [bar], "boosted trees": [bar_of_trees]}
for name in ("MLP", chosen):
    runs[name] = []
    for seed in (1, 2, 3):
        model = network(NETWORKS[name], n_values, seed)
        list(halves(model, learn, int(2 * best[name]), seed))
        runs[name].append(predict(model, is_test))
for other, name in {"logistic": "logistic regression", "network": chosen}.items():
    runs[f"trees + {other}"] = [(p + bar_of_trees) / 2 for p in runs[name]]

# %% tags=["nbval-ignore-output"]
within = {name: np.mean([auc_by_user(p, truth, viewer) for p in seeds], axis=0) for name, seeds in runs.items()}
measures = {"log loss": log_loss, "AUC": auc}
table = {what: {name: np.mean([f(truth, p) for p in runs[name]]) for name in runs} for what, f in measures.items()}
table = pd.DataFrame(table).assign(**{"per-user AUC": {name: values.mean() for name, values in within.items()}})
table["AUC, range of seeds"] = {name: np.ptp([auc(truth, p) for p in seeds]) for name, seeds in runs.items()}
print(f"chosen: {chosen}; {len(within[chosen]):,} users with both labels")
table.round(4)


# %% [markdown]
# Which differences are more than noise? We bootstrap users (lesson 04) and compare with the boosted trees.


# %%
gains, trees = {}, runs["boosted trees"]
for name in ("logistic regression", "MLP", chosen, "trees + logistic", "trees + network"):
    losses = (np.mean([log_loss_by_user(p, truth, viewer) for p in seeds], axis=0) for seeds in (runs[name], trees))
    gains[name] = paired_bootstrap(*losses), paired_bootstrap(within[name], within["boosted trees"])

# %% tags=["nbval-ignore-output"]
shown = {name: ["{:+.4f} [{:+.4f}, {:+.4f}]".format(*interval) for interval in both] for name, both in gains.items()}
pd.DataFrame(shown, ["log loss − trees'", "per-user AUC − trees'"]).T

# %%
low, high = gains["logistic regression"][0][1:]
claim("log loss: the interval of logistic regression − trees includes zero", low < 0 < high)
claim(
    "per-user AUC: the interval of chosen network − trees includes zero", gains[chosen][1][1] < 0 < gains[chosen][1][2]
)
claim("log loss: neither network is ahead of the trees", all(gains[name][0][2] > 0 for name in ("MLP", chosen)))
apart = abs(table.loc["MLP", "AUC"] - table.loc[chosen, "AUC"])
claim("MLP and chosen network differ less in AUC than two seeds of one network do", apart < table.iloc[2:4, -1].max())
claim(
    "log loss: both means are ahead of the trees", max(gains[f"trees + {n}"][0][2] for n in ("logistic", "network")) < 0
)

# %% [markdown]
# On log loss, neither network beats the boosted trees, and logistic regression is not distinguishable from them. Nor is
# the chosen network on per-user AUC. Its additional parts matter little: it differs less from the MLP in AUC than two
# seeds of one network do.
#
# Averaging does improve log loss, whether the trees are combined with a network or with logistic regression (lesson
# 16). One advantage of networks is that they can also read sequences and texts.

# %% [markdown]
# ## 9. Can you trust the probabilities?
#
# Sort the impressions by prediction, divide them into groups of equal size, and compare each group's mean prediction
# with the share that was clicked. This gives the [reliability curve](glossary.md#reliability-curve). A calibrated model
# lies on the diagonal. We take DCN-v2 from section 7, after one epoch and after two. Nothing is chosen on the test
# rows.

# %%
codes, n_values = encode_fields(frame, FIELDS, is_train)
model, said = network(NETWORKS["DCN-v2"], n_values), {}
for epochs in (1, 2):
    model.set_weights(snapshots[epochs])
    said[epochs] = {"valid": predict(model, is_valid), "test": predict(model, is_test)}


def reliability(p, happened, n_bins=10):
    groups = np.array_split(np.argsort(p, kind="stable"), n_bins)
    return np.array([[p[rows].mean(), happened[rows].mean()] for rows in groups])  # (n_bins, 2)


# %% tags=["nbval-ignore-output"]
curves = {f"{n} epoch{'s' * (n > 1)}": reliability(said[n]["test"], truth) for n in (1, 2)}
figure, axes = new_figure(4.6, 3.4)
for name, curve in curves.items():
    axes.plot(*curve.T, label=name)
axes.plot([0, 1], [0, 1], color="grey", linewidth=1, marker="", label="calibrated")
axes.set(xlabel="mean prediction of a group", ylabel="share clicked (test)")
axes.legend()
show(
    figure,
    alt="Share clicked against mean prediction in ten groups of the test impressions. After one epoch the points lie "
    "near the diagonal. After two epochs the curve is flatter: low predictions are too low, high ones too high.",
)
pd.DataFrame({name: curve[:, 0] - curve[:, 1] for name, curve in curves.items()}).rename_axis("group").round(3)

# %% [markdown]
# The table shows prediction minus share. After two epochs, the model is *overconfident*: where its predictions are low,
# more is clicked than it predicts, and where they are high, less.
#
# ### Exercise 14.9 · code (O5)
#
# The [calibration error](glossary.md#calibration-error) summarises the whole curve in one number. Sort the rows by `p`,
# divide them into `n_bins` groups with `np.array_split`, and average |mean prediction − observed rate| over the groups,
# each weighted by its share of the rows. `p` and `happened` have shape (n,).
#
# <details><summary>Hint 1</summary><code>np.array_split(np.argsort(p), n_bins)</code> gives the rows of each
# group.</details>
# <details><summary>Hint 2</summary>Add up <code>len(rows) / len(p) * abs(p[rows].mean() -
# happened[rows].mean())</code>.</details>


# %%
def my_calibration_error(p, happened, n_bins):
    ### BEGIN SOLUTION
    error = 0
    for rows in np.array_split(np.argsort(p), n_bins):
        error += len(rows) / len(p) * abs(p[rows].mean() - happened[rows].mean())
    return error
    ### END SOLUTION


# %%
check("14.9", my_calibration_error)

# %% [markdown]
# ### Repair it without retraining
#
# [Temperature scaling](glossary.md#temperature-scaling) divides every logit by one number T. We choose T for the best
# log loss on the validation set, which the model was not trained on. A T above 1 makes the model less confident.


# %%
def with_temperature(p, T):
    return 1 / (1 + ((1 - p) / p) ** (1 / T))


def calibration_error(p):
    return np.abs(np.subtract(*reliability(p, truth).T)).mean()


# %% [markdown]
# ### Exercise 14.10 · choose (O5)
#
# Which of our three metrics can temperature scaling change?
#
# - **a** AUC
# - **b** per-user AUC
# - **c** all three
# - **d** only log loss

# %%
answer = ...
### BEGIN SOLUTION
answer = "d"
### END SOLUTION

# %%
check("14.10", answer)


# %%
sure = said[2]["test"]
T = min(np.linspace(0.5, 4, 71), key=lambda T: log_loss(seen, with_temperature(said[2]["valid"], T)))
repaired = {"two epochs": sure, "with temperature": with_temperature(sure, T), "one epoch": said[1]["test"]}
figures = {name: [calibration_error(p), log_loss(truth, p), auc(truth, p)] for name, p in repaired.items()}
figures = pd.DataFrame(figures, ["calibration error", "log loss", "AUC"]).T

# %% tags=["reveal", "nbval-ignore-output"]
print(f"T = {T:.2f}")
figures.round(3)

# %% tags=["reveal"]
error, loss, area = (figures[column] for column in figures)
claim("temperature leaves AUC as it was", abs(area["two epochs"] - area["with temperature"]) < 1e-9)
claim("it more than halves the calibration error", error["with temperature"] < 0.5 * error["two epochs"])
claim("the model stays worse than after one epoch", loss["with temperature"] > loss["one epoch"])

# %% [markdown]
# <details><summary>What it shows</summary>
#
# The calibration error falls to less than half, and the order does not change. So the damage that the second epoch did
# to the order is not repaired: AUC and log loss stay worse than after one epoch.
#
# </details>

# %% [markdown]
# ## 10. Isotonic regression, and errors that cancel (optional)
#
# One number T can only stretch or shrink the logits. [Isotonic regression](glossary.md#isotonic-regression) is more
# flexible: it maps predictions to probabilities with the best-fitting step function that never decreases. It needs more
# rows, and all predictions on the same step become ties.

# %%
stairs = IsotonicRegression(y_min=0.001, y_max=0.999, out_of_bounds="clip").fit(said[2]["valid"], seen)
stepped = stairs.predict(sure)

# %% tags=["nbval-ignore-output"]
print(f"isotonic: calibration error {calibration_error(stepped):.3f}, AUC {auc(truth, stepped):.3f}")

# %% [markdown]
# A single number for all rows can hide large errors. Suppose a model predicts 0.4 everywhere, but the share clicked is
# 0.1 on one screen and 0.7 on another: the errors cancel. Calibration is therefore also measured [by
# field](glossary.md#field-level-calibration). We compute the mean prediction minus the share clicked for each screen
# (`tab`), here for the model after one epoch.

# %%
part = frame.loc[is_test, ["tab", "is_click"]].assign(p=said[1]["test"])
by_tab = part.groupby("tab").agg(rows=("p", "size"), said=("p", "mean"), clicked=("is_click", "mean"))
by_tab["error"] = by_tab["said"] - by_tab["clicked"]
by_tab["±"] = 1.96 * np.sqrt(by_tab["clicked"] * (1 - by_tab["clicked"]) / by_tab["rows"])

# %% tags=["nbval-ignore-output"]
print(f"all rows: said {part['p'].mean():.3f}, clicked {part['is_click'].mean():.3f}")
by_tab[by_tab["rows"] >= 100].round(3)

# %% [markdown]
# Where the error exceeds its ±, the model is miscalibrated on that screen by more than noise. The shares clicked differ
# between screens by a factor of more than five, and the predictions follow them, because `tab` is one of the model's
# fields. Try the same with a field that your model does *not* use.

# %% [markdown]
# ## 11. What is ranked first is overestimated (optional)
#
# A feed shows the items with the highest scores. Is a calibrated model also calibrated on the items that it *selects*?
# For every user with at least five test impressions, we take the impression with the highest prediction:

# %% tags=["nbval-ignore-output"]
growth = {}
for name, p in repaired.items():
    part = frame.loc[is_test, ["user_id", "is_click"]].assign(p=p)
    part = part[part.groupby("user_id")["p"].transform("size") >= 5]
    gap = part["p"] - part["is_click"]
    top = gap[part.groupby("user_id")["p"].idxmax()]
    growth[name] = top.mean() - gap.mean()
    print(f"{name:16}: all {gap.mean():+.3f}, selected {top.mean():+.3f} ± {1.96 * top.std() / len(top) ** 0.5:.3f}")

# %%
claim("selection adds to what the overconfident model promises too much", growth["two epochs"] > 0.02)
claim("and adds less after temperature scaling", growth["with temperature"] < growth["two epochs"])

# %% [markdown]
# "All" is the mean prediction minus the share clicked, over all impressions of these users; "selected" is the same for
# each user's top impression. The overconfident model overestimates the impressions that it selects by more than the
# average impression, because an upward error moves an item towards the top. This is called *maximisation bias*, and
# temperature scaling removes part of it. In a synthetic world, where we know the true click rates, it is easy to see:

# %%
rng = np.random.default_rng(0)
true_rate = rng.uniform(0.3, 0.6, (5000, 10))  # synthetic: ten candidates for each of 5,000 people
guess = true_rate + rng.normal(0, 0.1, true_rate.shape)
error = guess - true_rate
selected = np.take_along_axis(error, guess.argmax(axis=1)[:, None], axis=1)
print(f"synthetic: mean error {error.mean():+.3f} over all, {selected.mean():+.3f} over the selected")

# %%
claim("right on average, and too high by more than 0.05 on what is selected",
      abs(error.mean()) < 0.002 and selected.mean() > 0.05)  # fmt: skip

# %% [markdown]
# ## 12. The cost of a leak, and a baseline that has not converged (optional)
#
# We train boosted trees twice: on rates that contain each row's own label, and on rates from the other folds only.

# %%
areas, overall = {}, train["is_click"].mean()
for leak in (True, False):
    X = table_for_trees(is_train)
    if leak:
        for column, field in enumerate(["user_id", "item_id", "tag", "tab"]):
            of_value = train.groupby(field)["is_click"]
            rate = (of_value.sum() + 20 * overall) / (of_value.count() + 20)
            X[:, column] = frame[field].map(rate).fillna(overall)
    trees = boosted(30, is_train)
    areas[leak] = [auc(clicked[rows], trees.predict_proba(X[rows])[:, 1]) for rows in (is_train, is_valid)]
    print(
        f"{'leaking' if leak else 'honest':7} rates: AUC {areas[leak][0]:.2f} on train, {areas[leak][1]:.2f} on valid"
    )

# %%
claim("the leak makes train look better", areas[True][0] > areas[False][0] + 0.05)
claim("and valid worse", areas[True][1] < areas[False][1] - 0.01)

# %% [markdown]
# The trees learn to rely on a rate that contains the label of the row. On later days, the rate no longer contains it.
#
# There is a second way to fool yourself: comparing your model with a baseline that has not converged. Here is the
# logistic regression of section 7, stopped early by a loose tolerance.

# %% tags=["nbval-ignore-output"]
early = LogisticRegression(C=best["logistic regression"], tol=1e-3)
early.fit(one_hot(codes[is_train], n_values), clicked[is_train])
stopped = log_loss(seen, early.predict_proba(one_hot(codes[is_valid], n_values))[:, 1])
finished = min(trials["logistic regression"].values())
print(f"logistic regression: log loss {stopped:.4f} stopped early, {finished:.4f} finished")

# %%
claim("stopped early, the bar lies behind every network's best",
      stopped > max(min(trials[name].values()) for name in NETWORKS))  # fmt: skip

# %% [markdown]
# Every network would have had a lower log loss than this baseline. Before you report that you beat a baseline, check
# that it has converged.


# %% [markdown]
# ## 13. One network for several tasks (optional)
#
# A feed aims for more than clicks, for example for long views and likes. One could train a network for each of these
# tasks. [Multi-task learning](glossary.md#multi-task-learning) trains one network for all tasks, and the tasks share a
# part of it. We compare three designs:
#
# - **single task**: an MLP for each task, nothing shared
# - **shared bottom**: one embedding table and one hidden layer for all tasks; on top, a small network for each task,
#   its *tower*
# - **MMoE** (Ma et al., 2018): several hidden layers, the *experts*, and for each task a *gate* that decides how they
#   are mixed
#
# The gate of task k receives the input x and assigns a weight to each expert with a softmax, gᵏ(x) = softmax(Wᵏ x). The
# tower of this task receives the weighted sum Σ gᵏ(x)ᵢ · fᵢ(x) over the experts fᵢ. MMoE is a [mixture of
# experts](glossary.md#mixture-of-experts) with one gate per task.

# %% [markdown]
# ### Exercise 14.11 · code (O6)
#
# Write the mixture for one task. `experts` (batch, n_experts, width) contains the outputs of the experts, and `scores`
# (batch, n_experts) contains the outputs of the gate *before* the softmax. Return the input of the tower, (batch,
# width).
#
# <details><summary>Hint 1</summary>The softmax runs over the experts of each row: axis 1. Then every expert's vector is
# multiplied by its weight, and the vectors are added.</details>
# <details><summary>Hint 2</summary>With <code>weights</code> of shape (batch, n_experts), write <code>weights[:, :,
# None] * experts</code> and sum over axis 1.</details>


# %%
def my_mixture(experts, scores):
    ### BEGIN SOLUTION
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return (weights[:, :, None] * experts).sum(axis=1)
    ### END SOLUTION


# %%
check("14.11", my_mixture)

# %% [markdown]
# ### Three tasks in Keras
#
# Together, the four experts are as wide as the shared layer: they have 4 × 16 units, and it has 64. The single-task
# networks are built side by side as one model and share nothing but the input. `spread` is the standard deviation of
# the initial weights of the gates; we need it below. The loss is the mean over the three tasks.

# %%
TASKS = ["is_click", "long_view", "is_like"]
labels = frame[TASKS].to_numpy("float32")


def vectors(value, n_values):
    small, l2 = keras.initializers.RandomNormal(stddev=0.05), keras.regularizers.L2(1e-5)
    return layers.Flatten()(layers.Embedding(n_values, 8, small, l2)(value))


def multi_task(design, n_values, seed=1, spread=0.1):
    set_seed(seed)
    value = keras.Input((len(FIELDS),), dtype="int32")
    x, logits = vectors(value, n_values), []
    shared = mlp(x, (64,))
    experts = ops.stack([mlp(x, (16,)) for _ in range(4)], axis=1)  # (batch, n_experts, width)
    for task in TASKS:
        if design == "single task":
            bottom = mlp(vectors(value, n_values), (64,))
        elif design == "shared bottom":
            bottom = shared
        else:
            first = keras.initializers.RandomNormal(stddev=spread)
            gate = layers.Dense(4, "softmax", kernel_initializer=first, name=f"gate_{task}")(x)
            bottom = ops.sum(gate[:, :, None] * experts, axis=1)
        logits.append(layers.Dense(1)(mlp(bottom, (32,))))
    return compiled(value, layers.Concatenate()(logits))


def predict_tasks(model, rows):
    return 1 / (1 + np.exp(-ops.convert_to_numpy(model(codes[rows])).astype(float)))  # (n, n_tasks)


# %% [markdown]
# Each design gets three trials on the validation set: it is trained once and evaluated after every half epoch by the
# mean log loss of the tasks. In section 7, no network gained from a second epoch, so we stop after one and a half
# epochs. This takes about five seconds.

# %%
DESIGNS = ["single task", "shared bottom", "MMoE"]
looks = {design: {} for design in DESIGNS}
for design in DESIGNS:
    model = multi_task(design, n_values)
    for half in halves(model, is_train, 3, label=labels):
        p = predict_tasks(model, is_valid)
        looks[design][half / 2] = np.mean([log_loss(labels[is_valid][:, n], p[:, n]) for n in range(3)])
    print(f"{design}: {model.count_params():,} weights")
stop = {design: min(tried, key=tried.get) for design, tried in looks.items()}

# %% tags=["nbval-ignore-output"]
pd.DataFrame(looks).rename_axis("epochs").round(4)

# %% [markdown]
# Now we use the test set for this question. Each design is trained on train + valid, with three seeds. This takes about
# ten seconds.

# %%
codes, n_values = encode_fields(frame, FIELDS, learn)
said_tasks, mixed = {design: [] for design in DESIGNS}, []
for design in DESIGNS:
    for seed in (1, 2, 3):
        model = multi_task(design, n_values, seed)
        list(halves(model, learn, int(2 * stop[design]), seed, labels))
        said_tasks[design].append(predict_tasks(model, is_test))
        mixed.append(model)

# %%
by_task, versus = {}, {}
for column, task in enumerate(TASKS):
    happened, losses = labels[is_test][:, column], {}
    for design, seeds in said_tasks.items():
        losses[design] = np.mean([log_loss_by_user(p[:, column], happened, viewer) for p in seeds], axis=0)
    by_task[task] = {design: loss.mean() for design, loss in losses.items()}
    for one, other in (("shared bottom", "single task"), ("MMoE", "single task"), ("MMoE", "shared bottom")):
        versus[f"{one} − {other}", task] = paired_bootstrap(losses[one], losses[other])

# %% tags=["nbval-ignore-output"]
print(pd.DataFrame(by_task).round(4))
pd.Series({pair: "{:+.4f} [{:+.4f}, {:+.4f}]".format(*interval) for pair, interval in versus.items()}).unstack()[TASKS]

# %%
claim("on clicks and likes no shared design is ahead of single-task networks",
      all(versus[f"{d} − single task", t][2] > 0 for d in DESIGNS[1:] for t in ("is_click", "is_like")))  # fmt: skip
claim("on likes MMoE is behind them", versus["MMoE − single task", "is_like"][1] > 0)

# %% [markdown]
# Sharing does not improve the predictions here. On clicks and on likes, both shared designs are behind the single-task
# networks in this run, and MMoE is furthest behind on likes; on long views, the intervals include zero. The gates do
# not help either: MMoE is not ahead of the plain shared bottom on any task. What sharing saves is size: one network
# with a third of the weights, and one call instead of three. (Ma et al. found MMoE ahead where the tasks are only
# loosely related.)
#
# ### Look at the gates
#
# What have the gates learned? We average the gate weights of each task over the test impressions, once for our MMoE
# (its last seed) and once for an MMoE that starts from deliberately large weights. With `spread=30`, the scores of a
# gate are so large from the first step that its softmax outputs are nearly 0 or 1. In practice, unscaled inputs such as
# the number of fans have the same effect.


# %%
def gate_weights(model, rows):
    gates = keras.Model(model.input, [model.get_layer(f"gate_{task}").output for task in TASKS])
    return [ops.convert_to_numpy(weights) for weights in gates(codes[rows])]  # one (n, n_experts) per task


def decided(model):
    """Share of the test impressions in which one expert has more than 0.99 of the weight, mean over the tasks."""
    return np.mean([(weights.max(axis=1) > 0.99).mean() for weights in gate_weights(model, is_test)])


collapsed = multi_task("MMoE", n_values, seed=3, spread=30)
one_expert = {"large start, before training": decided(collapsed)}
list(halves(collapsed, learn, int(2 * stop["MMoE"]), 3, labels))
one_expert |= {"large start, after training": decided(collapsed), "small start, after training": decided(mixed[-1])}

# %% tags=["nbval-ignore-output"]
experts = [f"expert {n}" for n in range(1, 5)]
for start, model in {"small start": mixed[-1], "large start": collapsed}.items():
    means = [weights.mean(axis=0) for weights in gate_weights(model, is_test)]
    print(f"{start}, mean weights\n{pd.DataFrame(means, TASKS, experts).round(2)}\n")
for name, share in one_expert.items():
    print(f"{name}: one expert has more than 0.99 of the weight in {share:.0%} of the rows")

# %% tags=["nbval-ignore-output"]
p = {"small start": said_tasks["MMoE"][-1], "large start": predict_tasks(collapsed, is_test)}
losses = {start: [log_loss(labels[is_test][:, n], said[:, n]) for n in range(3)] for start, said in p.items()}
pd.DataFrame(losses, TASKS).T.round(4)

# %%
claim("after a large start one expert takes nearly everything", one_expert["large start, after training"] > 0.8)
claim("after a small start it hardly ever does", one_expert["small start, after training"] < 0.3)
claim("on clicks the collapsed model is not ahead", losses["large start"][0] > losses["small start"][0] - 0.002)

# %% [markdown]
# After the small start, every task has a mixture of its own: here, likes rely most on expert 1 and long views on
# expert 3. After the large start, the experts are hardly mixed any more. In 98 % of the rows, one expert has nearly all
# the weight: the gates have *collapsed*. In 70 % of the rows, this was so even before training. A softmax with outputs
# near 0 or 1 has hardly any gradient, like the sigmoid of lesson 06, so training can hardly change these gates.
#
# The log loss on clicks is a little higher, 0.605 instead of 0.601, but it does not tell you why. So inspect the gates
# whenever you train an MMoE, standardise their inputs, and initialise them with small weights.

# %% [markdown]
# ## 14. Pairs and lists instead of rows (optional)
#
# So far, the loss was computed for each row separately; such a loss is called *point-wise*. But a feed only has to
# order the videos for one user. A [pair-wise loss](glossary.md#pair-wise-loss) trains exactly this: it takes a clicked
# impression and an unclicked one of the same user, and it is small only if the first has the higher score. You know it
# as BPR from lesson 09: −log σ(s₊ − s₋). Here the negative is a real "no", not a sampled item.
#
# A [list-wise loss](glossary.md#list-wise-loss) compares more than two impressions. Ours applies a softmax to the
# scores of one clicked and three unclicked impressions and takes −log of the clicked one's probability. For a list of
# two, the two losses are equal.
#
# Take two impressions of Ann, of which the first was clicked, and two models with different scores:

# %%
for scores in (np.array([2.0, 0.0]), np.array([12.0, 10.0])):
    pair = np.log1p(np.exp(scores[1] - scores[0]))
    point = (np.log1p(np.exp(-scores[0])) + np.log1p(np.exp(scores[1]))) / 2
    print(f"scores {scores}: pair-wise loss {pair:.3f}, log loss {point:.3f}")

# %% [markdown]
# The pair-wise loss depends only on the difference, which is the same for both models. It makes no difference to this
# loss whether Ann clicks on a tenth or on nine tenths of what she sees. The log loss, in contrast, penalises the second
# model heavily.
#
# The next cell builds the lists and a model that scores all impressions of a list with the same network:


# %%
def lists(learn, size, seed=1):
    """Row numbers, (n, size): a clicked impression, then some of the same person that were not clicked."""
    rng, rows = np.random.default_rng(seed), np.flatnonzero(learn)
    user = frame["user_id"].to_numpy()
    no = rows[~clicked[rows].astype(bool)]
    no = no[np.argsort(user[no], kind="stable")]
    first, end = (np.searchsorted(user[no], user[rows], side) for side in ("left", "right"))
    usable = clicked[rows].astype(bool) & (end > first)
    drawn = first[usable, None] + rng.random((usable.sum(), size - 1)) * (end - first)[usable, None]
    return rng.permutation(np.column_stack([rows[usable], no[drawn.astype(int)]]))


def list_model(n_values, size, seed=1):
    scorer = network({"deep"}, n_values, seed)
    value = keras.Input((size, len(FIELDS)), dtype="int32")
    scores = ops.reshape(scorer(ops.reshape(value, (-1, len(FIELDS)))), (-1, size))
    model = keras.Model(value, scores)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)  # the clicked one is number 0
    model.compile(keras.optimizers.Adam(0.01), loss, jit_compile=False)
    return scorer, model


def half_epochs(model, rows, n):
    for number in range(n):
        part = np.array_split(rows, 2)[number % 2]
        model.fit(codes[part], np.zeros(len(part)), batch_size=1024, verbose=0)
        yield number + 1


# %% [markdown]
# Both losses get three trials on the validation set, evaluated by the metric that they are designed for, per-user AUC.

# %%
SIZE_OF = {"pair-wise": 2, "list-wise": 4}
codes, n_values = encode_fields(frame, FIELDS, is_train)
order, kept_scores = {}, {}
for loss, size in SIZE_OF.items():
    (scorer, model), order[loss] = list_model(n_values, size), {}
    for half in half_epochs(model, lists(is_train, size), 3):
        p = predict(scorer, is_valid)
        order[loss][half / 2] = auc_by_user(p, seen, valid["user_id"]).mean()
        if order[loss][half / 2] == max(order[loss].values()):
            kept_scores[loss] = p, predict(scorer, is_test)
best_half = {loss: max(tried, key=tried.get) for loss, tried in order.items()}

# %% tags=["nbval-ignore-output"]
pd.DataFrame(order).rename_axis("epochs").round(4)

# %%
codes, n_values = encode_fields(frame, FIELDS, learn)
by_loss = {"point-wise (MLP)": runs["MLP"]}
for loss, size in SIZE_OF.items():
    by_loss[loss] = []
    for seed in (1, 2, 3):
        scorer, model = list_model(n_values, size, seed)
        list(half_epochs(model, lists(learn, size, seed), int(2 * best_half[loss])))
        by_loss[loss].append(predict(scorer, is_test))
within_user = {loss: np.mean([auc_by_user(p, truth, viewer) for p in seeds], axis=0) for loss, seeds in by_loss.items()}

# %% tags=["nbval-ignore-output"]
summary = {loss: [within_user[loss].mean()] + [np.mean([f(truth, p) for p in seeds]) for f in (auc, log_loss)]
           + [np.mean(seeds)] for loss, seeds in by_loss.items()}  # fmt: skip
for loss in SIZE_OF:
    gain = paired_bootstrap(within_user[loss], within_user["point-wise (MLP)"])
    print(f"per-user AUC, {loss} − point-wise: " + "{:+.4f} [{:+.4f}, {:+.4f}]".format(*gain))
pd.DataFrame(summary, ["per-user AUC", "AUC", "log loss", "mean prediction"]).T.round(4)

# %%
point_wise = summary["point-wise (MLP)"]
for loss in SIZE_OF:
    claim(
        f"{loss} is not ahead within users", paired_bootstrap(within_user[loss], within_user["point-wise (MLP)"])[1] < 0
    )
    claim(f"{loss}: AUC over all rows is lower by more than 0.04, log loss higher by more than 0.05",
          summary[loss][1] < point_wise[1] - 0.04 and summary[loss][2] > point_wise[2] + 0.05)  # fmt: skip

# %% [markdown]
# Within users, the two losses that are designed for this order bring no gain: neither is ahead of the point-wise MLP.
# And what these losses do not train gets worse. AUC over all rows falls from 0.73 to 0.66 or less, because two users
# are never compared. Log loss rises above 0.7, and the mean prediction is far above the share of clicks, 0.45.
#
# Can calibration repair that afterwards? We stretch and shift the pair-wise logit by two numbers, fitted on the
# validation set:

# %%
logit_valid, logit_test = (np.log(p / (1 - p))[:, None] for p in kept_scores["pair-wise"])
line = LogisticRegression().fit(logit_valid, seen)
moved = line.predict_proba(logit_test)[:, 1]

# %% tags=["nbval-ignore-output"]
said_pairs = {"pair-wise": kept_scores["pair-wise"][1], "calibrated": moved, "point-wise (DCN-v2)": said[1]["test"]}
left = {name: log_loss(truth, p) for name, p in said_pairs.items()}
print("log loss on test, learned from train alone:", {name: round(loss, 3) for name, loss in left.items()})

# %%
claim("two numbers repair a part of the log loss, and not all of it",
      left["point-wise (DCN-v2)"] + 0.01 < left["calibrated"] < left["pair-wise"])  # fmt: skip

# %% [markdown]
# Only in part: log loss falls from 0.690 to 0.649 but stays above the 0.601 of a model that was trained point-wise on
# the same rows. A calibration that is the same for all users cannot restore what was never learned, namely how readily
# each *user* clicks. If you need both the order and the probabilities, train on both losses at once (Sheng et al.,
# 2022).

# %% [markdown]
# ## What you did
#
# - You corrected predictions for negatives that were left out of training, which did not change AUC (**O1**).
# - You excluded a feature from the future, and removed each row's own label from its rate (**O2**).
# - You computed an FM term by hand, and implemented it and the cross layer (**O3**).
# - You compared five networks with tuned baselines, over all rows and within users (**O4**).
# - You measured calibration and repaired it with one number (**O5**).
# - In section 13, you implemented a mixture of experts and saw gates collapse (**O6**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - S. Rendle: Factorization Machines. ICDM 2010
# - H.-T. Cheng et al.: Wide & Deep Learning for Recommender Systems. DLRS 2016, arXiv 1606.07792
# - H. Guo et al.: DeepFM: A Factorization-Machine based Neural Network for CTR Prediction. IJCAI 2017, arXiv 1703.04247
# - R. Wang et al.: DCN V2: Improved Deep & Cross Network and Practical Lessons for Web-scale Learning to Rank Systems.
#   WWW 2021, arXiv 2008.13535
# - Z.-Y. Zhang et al.: Towards Understanding the Overfitting Phenomenon of Deep Click-Through Rate Prediction Models.
#   CIKM 2022, arXiv 2209.06053
# - X. He et al.: Practical Lessons from Predicting Clicks on Ads at Facebook. ADKDD 2014
# - C. Guo et al.: On Calibration of Modern Neural Networks. ICML 2017, arXiv 1706.04599
# - C. Gao et al.: KuaiRand: An Unbiased Sequential Recommendation Dataset with Randomly Exposed Videos. CIKM 2022

# %% [markdown] tags=["reading"]
# On sections 13 and 14:
#
# - J. Ma et al.: Modeling Task Relationships in Multi-task Learning with Multi-gate Mixture-of-Experts. KDD 2018
# - Z. Cao et al.: Learning to Rank: From Pairwise Approach to Listwise Approach. ICML 2007
# - X.-R. Sheng et al.: Joint Optimization of Ranking and Calibration with Contextualized Hybrid Model. arXiv 2208.06164
