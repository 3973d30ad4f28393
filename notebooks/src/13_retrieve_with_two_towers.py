# %% [markdown]
# # Retrieve with two towers
#
# A film that nobody has rated yet still has a title, a year and genres. You build a model that can recommend it, with
# one network for users and one for films, and compare it with a linear map.

# %% [markdown]
# **What you will do**
#
# - **O1** diagnose why a model that knows only ids cannot recommend new films, and build the linear map that sets the
#   bar
# - **O2** compute two towers by hand, and implement their inputs
# - **O3** implement a softmax over the films of a batch, corrected for accidental hits and popularity (logQ)
# - **O4** compare id dropout with its content-only control, on new films and on known ones
# - **O5** evaluate cold films, mixed lists and cold users
# - **O6** order the steps that release retrained towers (optional)
#
# **What you need**: lessons 04, 08, 09 and 10, and about two hours without the optional sections; take a break before
# section 6. The whole notebook runs in about 50 seconds.

# %%
from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()
import tempfile

import keras
import numpy as np
import pandas as pd
import scipy.sparse as sp
from keras import layers, ops
from sklearn.feature_extraction.text import TfidfVectorizer

from recsys_helpers.data import IdMap, histories, last_items, load_movielens, splits, to_matrix
from recsys_helpers.evaluation import evaluate, mean_over_seeds, metrics, paired_bootstrap, top_k
from recsys_helpers.exercises import check
from recsys_helpers.models import baselines, training
from recsys_helpers.models.two_towers import cold_items, draw_users, only, set_state, state_of, year_features
from recsys_helpers.notebook import claim, new_figure, show
from recsys_helpers.serving.index import ApproximateIndex, ExactIndex

set_seed(42)

# %% [markdown]
# ## 1. The films that nobody has seen
#
# We use the split of lesson 04. Films without a single rating in train + valid are *cold*: a model that learns from
# ratings knows nothing about them. This is the [cold-start](glossary.md#cold-start) problem. How common is it?

# %%
ratings, movies = load_movielens()
users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
cut = splits.split_last_share(ratings)
both = pd.concat([cut.train, cut.valid])  # all that is known before the test
train, valid, test, learn = (to_matrix(part, users, items) for part in (*cut, both))
is_cold = cold_items(learn)  # (n_items + 1,), True for films without a rating
cold_test = only(test, is_cold)  # the test ratings of cold films
print(f"{is_cold.sum():,} of {items.n:,} films are cold")
print(f"{cold_test.nnz:,} of {test.nnz:,} test ratings are of cold films ({cold_test.nnz / test.nnz:.1%})")
print(f"{(cold_test.sum(axis=1) > 0).sum()} of {users.n} users have one")

# %% [markdown]
# One film in seven is cold, and nearly a third of the users later rate one.
#
# ### Exercise 13.1 · predict (O1)
#
# EASE (lesson 04) recommends ten films to each of the 671 users. How many of the 1,502 cold test ratings are among
# these 6,710 recommendations?

# %%
n_found = ...
### BEGIN SOLUTION
n_found = 0
### END SOLUTION

# %%
check("13.1", n_found)

# %% tags=["reveal"]
ease_scores = learn @ baselines.ease(learn, 100)
ease_ten = top_k(np.where(learn.toarray() > 0, -np.inf, ease_scores)[1:], 10)
print(
    f"cold films in the lists of EASE: {is_cold[ease_ten].sum()}; largest score: {abs(ease_scores[:, is_cold]).max()}"
)

# %% [markdown]
# <details><summary>What it shows</summary>
#
# None are, and none can be: the column of a cold film in any co-occurrence matrix is zero, so its score is exactly 0
# for everybody. A factor model gives it a zero vector, and a network leaves its embedding at the random initial values.
# More ratings of other films do not help; another kind of data does.
#
# </details>

# %% [markdown]
# ## 2. The bar: a linear map from content to taste
#
# We know the title, year and genres of a cold film. Genres become columns of 0 and 1 (lesson 03). With the year as a
# single number, a linear model can only prefer ever newer or ever older films. So we choose a few years, the *knots*,
# and split each year between its two neighbouring knots.

# %% [markdown]
# ### Exercise 13.2 · code (O1)
#
# Implement this encoding: with knots 1995 and 2000, the year 1998 gets weight 0.4 for the first knot and 0.6 for the
# second. `years` has shape (n,), and the increasing `knots` have shape (m,). Return an array of shape (n, m). A year
# before the first knot gets weight 1 for the first knot, and a year after the last knot gets weight 1 for the last one.
#
# <details><summary>Hint 1</summary><code>np.interp(years, knots, heights)</code> draws straight lines between the
# heights at the knots, and returns the first or last height outside them.</details>
# <details><summary>Hint 2</summary>Column j has height 1 at knot j and 0 at all others: that is row j of
# <code>np.eye(len(knots))</code>.</details>


# %%
def my_year_features(years, knots):
    ### BEGIN SOLUTION
    return np.column_stack([np.interp(years, knots, heights) for heights in np.eye(len(knots))])
    ### END SOLUTION


# %%
check("13.2", my_year_features)

# %% [markdown]
# ### The features of a film
#
# Title words are weighted by [TF-IDF](glossary.md#tf-idf): the fewer titles contain a word, the more it counts. We keep
# words that occur in at least three titles.

# %%
films = movies.set_index("item_id").loc[items.to_id(np.arange(1, items.n_rows))]
year = films["year"].astype(float)
KNOTS = [1920, 1940, 1960, 1970, 1980, 1990, 1995, 2000, 2005, 2010, 2013, 2016]
columns = {
    "genres": films["genres"].str.get_dummies("|").drop(columns="(no genres listed)", errors="ignore").to_numpy(),
    "year": year_features(year.fillna(year.median()), KNOTS),  # exercise 13.2
    "words": TfidfVectorizer(min_df=3, stop_words="english", token_pattern="[a-z]{3,}")
    .fit_transform(films["title"].fillna(""))
    .toarray(),
}


def features_of(*names):
    """One row for each film, row 0 (padding) zero; shape (n_items + 1, n_features)."""
    return np.pad(np.hstack([columns[name] for name in names]), ((1, 0), (0, 0))).astype("float32")


print({name: values.shape[1] for name, values in columns.items()})

# %% [markdown]
# For each user, a *ridge regression* (least squares with a penalty λ on large weights) predicts from a film's features
# **F** whether this user has rated it. It learns from the known films and then scores the cold ones. A single linear
# system gives the weights of all users: W = (FᵀF + λI)⁻¹ FᵀXᵀ, with one column per user.


# %%
def linear_map(features, interactions, regularisation):
    """Weights of the users (n_users + 1, n_features + 1) and features of the films (n_items + 1, n_features + 1)."""
    F = np.pad(features, ((0, 0), (0, 1)), constant_values=1)  # one more column: the intercept
    is_known = baselines.popularity(interactions) > 0
    left = F[is_known].T @ F[is_known] + regularisation * np.eye(F.shape[1], dtype="float32")
    return np.linalg.solve(left, F[is_known].T @ interactions.toarray().T[is_known]).T, F


def measure(U, V, seen, target, candidates, name="model"):
    """Rank only the films in `candidates`: scores U @ V.T of users U (n_users + 1, dim), films V (n_items + 1, dim)."""
    hide = np.where(candidates, 0, -np.inf)
    return evaluate(lambda user: U[user] @ V.T + hide, seen, only(target, candidates), name=name)


# %% [markdown]
# ### Rehearse the cold start
#
# Hyperparameters must be chosen without the test ratings, but valid contains few cold films. So we simulate a cold
# start: of the films with one to five ratings, we draw 1,306 at random and remove *all* their ratings from train. The
# models learn from the rest, the *rehearsal*. The films without a rating in it are cold: those drawn, and those first
# rated in valid or test.
#
# - The **cold** figure ranks only the cold films; their ratings in train + valid are to be found.
# - The **warm** figure ranks all other films; their ratings in valid are to be found.

# %%
counts = baselines.popularity(learn)
rare = np.flatnonzero((counts >= 1) & (counts <= 5))
staged = np.random.default_rng(42).choice(rare, is_cold.sum(), replace=False)
rehearsal_frame = cut.train[~np.isin(items.to_idx(cut.train["item_id"]), staged)]
rehearsal = to_matrix(rehearsal_frame, users, items)
is_staged = cold_items(rehearsal)
to_find = only(learn, is_staged)
print(f"{is_staged.sum():,} films to rank, {to_find.nnz:,} ratings to find, {(to_find.sum(axis=1) > 0).sum()} users")

# %%
bar_trials = {}
for names, regularisation in (
    (("genres",), 30),
    (("genres", "year"), 30),
    (("genres", "year", "words"), 30),
    (("genres", "year", "words"), 100),
):
    U, V = linear_map(features_of(*names), rehearsal, regularisation)
    bar_trials[names, regularisation] = measure(U, V, rehearsal, learn, is_staged).mean()
    print(f"{' + '.join(names):22} λ {regularisation:3}: cold NDCG@10 {bar_trials[names, regularisation]:.3f}")
U, V = (np.random.default_rng(1).normal(size=(n, 64)) for n in (users.n_rows, items.n_rows))
random_order = measure(U, V, rehearsal, learn, is_staged).mean()
print(f"{'random order':29}: cold NDCG@10 {random_order:.3f}")
bar_setting = max(bar_trials, key=bar_trials.get)
claim("every map is far above random order", min(bar_trials.values()) > 4 * random_order)
claim("genres alone are the worst setting", min(bar_trials, key=bar_trials.get)[0] == ("genres",))
claim("the best setting has the title words", "words" in bar_setting[0])

# %% [markdown]
# The best of these four settings is the bar.

# %% [markdown]
# ## 3. Two towers by hand
#
# The linear map has one weight vector per user, learned from this user's ratings alone. A new user has none. A
# [two-tower model](glossary.md#two-tower-model) has one network for users and one for items, both trained on
# everybody's ratings. Each outputs a vector, and the score is their [dot product](glossary.md#dot-product). Here are
# two features, comedy and horror, and three films. Nobody has seen the third:

# %%
names = ["Airplane", "Alien", "new horror comedy"]
F = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])  # (3 films, 2 features)
W_item = np.array([[2.0, 0.0], [0.0, 1.0]])  # features → 2 numbers, learned in reality
id_vectors = np.array([[0.5, 0.0], [0.0, 0.5], [0.0, 0.0]])  # the new film has none
item_vectors = F @ W_item + id_vectors
pd.DataFrame(item_vectors, names)

# %% [markdown]
# An item vector is a *content* vector plus an id vector, which has learned what the content does not say. The user
# tower gets no user id, only the history: here, the mean features of the films seen. Ann saw *Airplane*, and Ben saw
# *Alien*.

# %%
taste = np.array([[1.0, 0.0], [0.0, 1.0]])  # Ann, Ben
pd.DataFrame(taste @ item_vectors.T, ["Ann", "Ben"], names)  # user tower: the identity, for now

# %% [markdown]
# The new film scores 2 for Ann and 1 for Ben although nobody has seen it. And a new *user* needs no training: a history
# is enough to compute a vector.
#
# ### Exercise 13.3 · trace (O2)
#
# Cem saw both *Airplane* and *Alien*. What is the score of the new horror comedy for him?

# %%
score_for_cem = ...
### BEGIN SOLUTION
score_for_cem = 0.5 * 2 + 0.5 * 1
### END SOLUTION

# %%
check("13.3", score_for_cem)

# %% [markdown]
# ### Exercise 13.4 · code (O2)
#
# Compute the taste vectors of a batch of users. `history`, shape (batch, length), holds film indices, padded with 0.
# `features` has shape (n_films + 1, n_features), and its row 0 may hold anything. Return an array of shape (batch,
# n_features): the mean features of the *real* films, or zeros for an empty history.
#
# <details><summary>Hint 1</summary><code>features[history]</code> has shape (batch, length, n_features);
# <code>is_real = history > 0</code>.</details>
# <details><summary>Hint 2</summary>Multiply by <code>is_real[:, :, None]</code>, sum over axis 1, and divide by
# <code>np.maximum(n_real, 1)</code>.</details>


# %%
def my_taste(history, features):
    ### BEGIN SOLUTION
    is_real = history > 0
    n_real = np.maximum(is_real.sum(axis=1, keepdims=True), 1)
    return (features[history] * is_real[:, :, None]).sum(axis=1) / n_real
    ### END SOLUTION


# %%
check("13.4", my_taste)

# %% [markdown]
# ## 4. A softmax over the batch
#
# How do the towers learn? Each row of a batch is a user and a film that this user chose. We score every user of the
# batch against every film of the batch: the diagonal holds the right films, and all others serve as [in-batch
# negatives](glossary.md#in-batch-negatives) (lesson 09).
#
# Each film vector is computed once and used for all users of the batch. A network that reads user and film *together*
# cannot do that.

# %% [markdown]
# This needs two corrections from lesson 09:
#
# - **accidental hits**: the film of another row may also be the right film of this row; we set its score to −1e9
# - **[logQ](glossary.md#logq-correction)**: popular films are negatives more often, so we subtract log π, the logarithm
#   of the film's probability of being drawn, from every column
#
# As lesson 09 showed, this balances the negatives against each other but does not reproduce the full softmax.

# %% [markdown]
# ### Exercise 13.5 · code (O3)
#
# `scores` has shape (batch, batch): each row is a user and each column a film, with the right films on the diagonal.
# `film`, shape (batch,), holds the film of each column. `log_probability`, shape (n_films + 1,), holds log π of each
# film. Return the logits: subtract log π from every column, then set the accidental hits to −1e9.
#
# <details><summary>Hint 1</summary><code>log_probability[film]</code> has one entry per column, and NumPy subtracts it
# from each row.</details>
# <details><summary>Hint 2</summary><code>film[:, None] == film</code> is True where two rows have the same film, and
# also on the diagonal, whose scores must stay.</details>


# %%
def my_in_batch_logits(scores, film, log_probability):
    ### BEGIN SOLUTION
    logits = scores - log_probability[film]
    is_hit = (film[:, None] == film) & ~np.eye(len(film), dtype=bool)
    return np.where(is_hit, -1e9, logits)
    ### END SOLUTION


# %%
check("13.5", my_in_batch_logits)

# %% [markdown]
# ## 5. Length and temperature (optional)
#
# A dot product grows with the length of both vectors, and a tower can give popular films long vectors. Many systems
# divide every vector by its length. The score is then a cosine between −1 and 1, and that range is too narrow for a
# softmax: even a perfect match could not get far ahead of hundreds of other films. So the cosine is divided by a small
# number τ, the [temperature](glossary.md#temperature), before the softmax.

# %%
cosines = np.array([1.0] + [0.0] * 500)  # one right film, 500 unrelated ones
for tau in (1, 0.2, 0.1):
    powers = np.exp(cosines / tau)
    print(f"τ {tau:3}: the right film gets {powers[0] / powers.sum():.3f}")

# %% [markdown]
# At τ = 1, even a film with a cosine of 1 gets a probability of only 0.005. Cosines also remove one way to express that
# a film is popular, which you may or may not want. We do not normalise our vectors.
#
# ### Exercise 13.6 · trace (O3)
#
# Two films have cosines of 0.8 and 0.6 with a user. What is the probability of the first one in a softmax over these
# two with τ = 0.1? (Two decimals.)

# %%
probability_of_first = ...
### BEGIN SOLUTION
probability_of_first = 1 / (1 + np.exp(-(0.8 - 0.6) / 0.1))
### END SOLUTION

# %%
check("13.6", probability_of_first)

# %% [markdown]
# ## 6. The towers in Keras
#
# *This is a good point for a break.* The user tower reads a history of any length. It takes the mean of learned film
# vectors and the mean of the films' features, and passes both through a small network of two layers.

# %%
DIM, HIDDEN = 32, 64


def frozen(table, name):  # looked up, and not learned
    return layers.Embedding(*table.shape, weights=table, trainable=False, name=name)


def user_tower(features):
    history = keras.Input((None,), dtype="int32", name="history")
    is_real = ops.expand_dims(ops.cast(history > 0, "float32"), -1)  # (batch, length, 1)
    n_real = ops.maximum(ops.sum(is_real, axis=1), 1.0)
    seen = ops.sum(layers.Embedding(items.n_rows, DIM, name="seen")(history) * is_real, axis=1) / n_real
    taste = ops.sum(frozen(features, "user_features")(history), axis=1) / n_real  # row 0 is zero: no mask needed
    x = layers.Dense(HIDDEN, activation="tanh")(ops.concatenate([seen, taste], axis=-1))
    return keras.Model(history, layers.Dense(DIM)(x), name="user_tower")


# %% [markdown]
# The item tower has two inputs. `film` selects the features, which pass through a network of the same size. `known` is
# the film again, or 0 where its id vector must not be used. A cold film always gets 0.


# %%
def item_tower(features):
    film = keras.Input((), dtype="int32", name="film")
    known = keras.Input((), dtype="int32", name="known")
    x = layers.Dense(HIDDEN, activation="tanh")(frozen(features, "item_features")(film))
    is_known = ops.expand_dims(ops.cast(known > 0, "float32"), -1)
    id_vector = layers.Embedding(items.n_rows, DIM, name="ids")(known) * is_known
    return keras.Model([film, known], layers.Dense(DIM)(x) + id_vector, name="item_tower")


# %% [markdown]
# The trainer joins the towers. To save work, each row of a batch is one user with **eight** films to find, so the user
# tower runs once for all eight. A user's own films are not negatives for that user: `is_own` is the mask for accidental
# hits.
#
# The loss is the softmax loss of section 4 in a shorter form: with L = log Σ eᶻ over the negatives, the loss of a
# positive with logit s is −log(eˢ / (eˢ + eᴸ)) = softplus(L − s).

# %%
N_TARGETS = 8


def two_towers(features, counts, seed):
    set_seed(seed)
    users_net, items_net = user_tower(features), item_tower(features)
    log_q = frozen(np.log(np.maximum(counts / counts.sum(), 1e-9))[:, None].astype("float32"), "log_q")
    history = keras.Input((None,), dtype="int32", name="history")
    target, known = (keras.Input((N_TARGETS,), dtype="int32", name=name) for name in ("target", "known"))
    film = ops.reshape(target, (-1,))  # all films of the batch
    U, V = users_net(history), items_net([film, ops.reshape(known, (-1,))])
    right = ops.sum(ops.expand_dims(U, 1) * ops.reshape(V, (-1, N_TARGETS, DIM)), axis=-1) - log_q(target)[..., 0]
    wrong = ops.matmul(U, ops.transpose(V)) - ops.transpose(log_q(film))  # (users, films)
    is_own = ops.any(ops.equal(ops.expand_dims(target, 2), ops.reshape(film, (1, 1, -1))), axis=1)
    negatives = ops.logsumexp(ops.where(is_own, -1e9, wrong), axis=1, keepdims=True)
    trainer = keras.Model([history, target, known], negatives - right)  # (users, 8)
    trainer.compile(keras.optimizers.AdamW(0.008, weight_decay=0.01), mean_softplus, jit_compile=False)
    trainer.optimizer.build(trainer.trainable_variables)
    return trainer, users_net, items_net


def mean_softplus(_, z):
    return ops.mean(ops.softplus(z), axis=-1)


# %% [markdown]
# ## 7. Train without the id
#
# In training every film has an id vector, so nothing forces the content to be useful on its own. DropoutNet (Volkovs et
# al., 2017) hides the id at random, so that the content must sometimes suffice. This is [id
# dropout](glossary.md#id-dropout), and here it takes one line: `known` is 0 with probability `id_dropout`.
#
# In each epoch, users are drawn in proportion to their number of ratings, each with eight films to find and a history
# of up to 20 others.


# %%
def examples_from(interactions, id_dropout):
    def examples(rng):
        history, target = draw_users(interactions, rng, n_history=20, n_targets=N_TARGETS)
        known = np.where(rng.random(target.shape) < id_dropout, 0, target)
        return [history, target, known], np.zeros(target.shape, "float32")

    return examples


# %% [markdown]
# ### Exercise 13.7 · find the bug (O4)
#
# After training, this function returns the vectors of all films, known and cold. It raises no error, and the vectors of
# known films are right. Repair it. `content` and `id_vectors` have shape (n_films + 1, dim); `counts` (n_films + 1,)
# says how many ratings each film had in training. Row 0, padding, has none and is treated like any other film without
# ratings.
#
# <details><summary>Hint 1</summary>What does the id vector of a film contain if training never saw the film?</details>
# <details><summary>Hint 2</summary>Add the id vector only where <code>counts > 0</code>; the condition needs a second
# axis.</details>


# %%
def all_item_vectors(content, id_vectors, counts):
    return content + id_vectors


### BEGIN SOLUTION
def all_item_vectors(content, id_vectors, counts):  # noqa: F811
    return content + id_vectors * (counts > 0)[:, None]


### END SOLUTION


# %%
check("13.7", all_item_vectors)

# %% [markdown]
# ### One model, three rates, and the title words
#
# We try rates of 0 (never hidden), 0.5 and 1. At rate 1, the item tower uses no id vector at all: this **content-only
# model** is the control. A fourth trial adds the title words at rate 0.5, so the towers get the same features and as
# many trials as the bar (about half a minute).


# %%
def newest_films(frame):
    return last_items(histories(frame, users, items), 50)  # (n_users + 1, 50), padded with 0


def train_towers(towers, start, interactions, id_dropout, history, seed=1):
    """Train from these first weights. Returns the vectors of users and of films."""
    trainer, users_net, items_net = towers
    set_state(trainer, start)  # no weights and no momentum from an earlier training
    training.fit(trainer, examples_from(interactions, id_dropout), 4, 128, average=2, seed=seed)
    film = np.arange(items.n_rows)
    known = np.where((baselines.popularity(interactions) > 0) & (id_dropout < 1), film, 0)
    return ops.convert_to_numpy(users_net(history)), ops.convert_to_numpy(items_net([film, known]))


# %%
tower_trials = {}
history, rehearsal_counts = newest_films(rehearsal_frame), baselines.popularity(rehearsal)
for names, rates in ((("genres", "year"), (0, 0.5, 1)), (("genres", "year", "words"), (0.5,))):
    towers = two_towers(features_of(*names), rehearsal_counts, seed=1)
    start = state_of(towers[0])
    for rate in rates:
        U, V = train_towers(towers, start, rehearsal, rate, history)
        cold = measure(U, V, rehearsal, learn, is_staged).mean()
        warm = measure(U, V, rehearsal, valid, rehearsal_counts > 0).mean()
        tower_trials[names, rate] = {"cold": cold, "warm": warm}

# %% tags=["nbval-ignore-output"]
trials = pd.DataFrame(tower_trials).T
trials.index = [f"{' + '.join(names)}, id dropout {rate}" for names, rate in tower_trials]
print(f"the bar, cold: {max(bar_trials.values()):.3f}")
trials.round(3)

# %%
by_rate = {rate: trial for (names, rate), trial in tower_trials.items() if "words" not in names}
claim("without ids, warm quality falls to less than two thirds", by_rate[1]["warm"] < 0.67 * by_rate[0.5]["warm"])
claim("id dropout of 0.5 costs little warm quality", abs(by_rate[0.5]["warm"] - by_rate[0]["warm"]) < 0.012)
claim("cold, the three rates lie within 0.015", np.ptp([trial["cold"] for trial in by_rate.values()]) < 0.015)
claim("no trial of the towers reaches 70 % of the bar", trials["cold"].max() < 0.7 * max(bar_trials.values()))

# %% [markdown]
# On *warm* films, the towers without ids reach less than two thirds of the quality with ids. On *cold* films, the three
# rates lie within 0.015 (one seed each). Hiding ids brought no visible gain, and no trial of the towers reaches 70 % of
# the bar.
#
# (More hyperparameters of both models, but mostly of the map, were tried on this rehearsal while the lesson was
# written.)
#
# ### Exercise 13.8 · choose (O4)
#
# A paper reports: "with id dropout, NDCG on cold items rises from 0.020 to 0.030, so our network has learned to combine
# ids and content". Which experiment is missing?
#
# - **a** the same network with a larger embedding table
# - **b** the same network without any ids
# - **c** EASE on the cold items
# - **d** the result on warm items

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("13.8", answer)

# %% [markdown]
# ## 8. Use the test set once
#
# The towers should serve both kinds of films, so we choose the best *sum* of cold and warm; for the bar, the best cold
# figure. All models are trained again on train + valid, the towers and the control with three seeds (about forty
# seconds).

# %%
is_warm = counts > 0
bar_names, bar_regularisation = bar_setting
U, V = linear_map(features_of(*bar_names), learn, bar_regularisation)
bar, bar_warm = (measure(U, V, learn, test, which, name="linear map") for which in (is_cold, is_warm))

names, rate = max(tower_trials, key=lambda setting: sum(tower_trials[setting].values()))
towers, history = two_towers(features_of(*names), counts, seed=1), newest_films(both)
starts = {seed: state_of(two_towers(features_of(*names), counts, seed)[0]) for seed in (1, 2, 3)}
trained = {seed: train_towers(towers, start, learn, rate, history, seed) for seed, start in starts.items()}
control = {seed: train_towers(towers, start, learn, 1, history, seed) for seed, start in starts.items()}


# %%
def over_seeds(pairs, candidates, name):
    return mean_over_seeds([measure(U, V, learn, test, candidates, name) for U, V in pairs.values()])


ease_warm = evaluate(ease_scores + np.where(is_warm, 0, -np.inf), learn, only(test, is_warm), name="EASE")
cold, warm = (
    {"two towers": over_seeds(trained, which, "two towers"), "content only": over_seeds(control, which, "content only")}
    for which in (is_cold, is_warm)
)

# %% tags=["nbval-ignore-output"]
print(f"chosen: {' + '.join(names)}, id dropout {rate}; bar: {' + '.join(bar_names)}, λ {bar_regularisation}")
for part, runs in (("cold", [bar, *cold.values()]), ("warm", [ease_warm, bar_warm, *warm.values()])):
    for run in runs:
        print(f"{part} among {part}, {run.name:12}: {run.mean():.3f}")


# %% tags=["nbval-ignore-output"]
gains = {}
for rival, towers_there in ((bar, cold), (cold["content only"], cold), (ease_warm, warm)):
    mean, *gains[rival.name] = paired_bootstrap(towers_there["two towers"].per_user["NDCG"], rival.per_user["NDCG"])
    print(f"two towers − {rival.name:12}: {mean:+.3f} [{gains[rival.name][0]:+.3f}, {gains[rival.name][1]:+.3f}]")

# %%
claim("cold: the interval of towers − linear map includes zero", gains["linear map"][0] < 0 < gains["linear map"][1])
claim("cold: the towers are ahead of the content-only control", gains["content only"][0] > 0)
claim("warm: the towers are behind EASE", gains["EASE"][1] < 0)

# %% [markdown]
# - On cold films, both the linear map and the towers reach about 0.06. The interval of the difference includes zero:
#   **the towers do not beat one linear system.** Only 204 users have a cold film to find.
# - The towers are ahead of their content-only control, although a cold film has no id vector in either. A likely reason
#   is that the *content* part need not explain everything when known films have ids.
# - On warm films, EASE stays ahead of the towers. The linear map, without ids, is far behind both.
#
# Nothing here shows that one model for both kinds beats EASE for known films plus a linear map for new ones.

# %% [markdown]
# ## 9. One list for all films
#
# No visitor sees a list of cold films alone. What happens when all films are in one ranking?

# %%
U, V = trained[1]
mixed = U @ V.T
mixed[learn.nonzero()] = -np.inf
mixed_ten = top_k(mixed[1:], 10)
print(f"cold films in the towers' lists: {is_cold[mixed_ten].sum()} of {mixed_ten.size:,}")

# %%
claim("fewer than one in a thousand recommendations is a cold film", is_cold[mixed_ten].mean() < 0.001)

# %% [markdown]
# The towers *can* score cold films, but in one ranking the known films win. Id vectors probably carry the popularity of
# a film, and a cold film has none. If new films are to be seen, they need positions of their own: **reserved slots**.
#
# ### Exercise 13.9 · code (O5)
#
# Put cold films into a list at fixed positions. `warm` and `cold` are lists of films, best first; no film is in both.
# Return a list of `k` films. The positions in `slots` (a tuple in increasing order; the first position is 1) hold the
# best cold films, and all other positions hold the best warm films. Both keep their order.
#
# <details><summary>Hint 1</summary>Go through the positions 1 … k, with one pointer into each list.</details>
# <details><summary>Hint 2</summary><code>warm, cold = iter(warm), iter(cold)</code>, then
# <code>next(cold) if position in slots else next(warm)</code>.</details>


# %%
def my_reserved_slots(warm, cold, slots, k):
    ### BEGIN SOLUTION
    warm, cold = iter(warm), iter(cold)
    return [next(cold) if position in slots else next(warm) for position in range(1, k + 1)]
    ### END SOLUTION


# %%
check("13.9", my_reserved_slots)

# %% [markdown]
# ## 10. What a slot costs and what it finds (optional)
#
# Warm films come from EASE, and cold films come from the towers. We look at two figures: NDCG@10 over *all* test
# ratings, and the number of cold test ratings found.

# %%
cold_ten = top_k(np.where(is_cold, U @ V.T, -np.inf)[1:], 10)


def with_slots(slots):
    at, lists = np.array(slots, int) - 1, ease_ten.copy()
    lists[:, np.setdiff1d(np.arange(10), at)] = ease_ten[:, : 10 - len(at)]
    lists[:, at] = cold_ten[:, : len(at)]
    is_hit, n_relevant = metrics.hit_matrix(lists, test[np.arange(1, users.n_rows)])
    return metrics.ndcg_at_k(is_hit, n_relevant), is_hit[is_cold[lists]].sum()


slotted = {slots: with_slots(slots) for slots in ((), (10,), (5, 10), (2, 4, 6, 8, 10))}

# %% tags=["nbval-ignore-output"]
for slots, (ndcg, n_found) in slotted.items():
    mean, low, high = paired_bootstrap(ndcg, slotted[()][0])
    print(f"slots {slots!s:17} NDCG@10 {ndcg.mean():.3f} ({mean:+.3f} [{low:+.3f}, {high:+.3f}]), found {n_found:.0f}")

# %%
found = [n_found for _, n_found in slotted.values()]
claim("more slots find more of the cold ratings", found == sorted(found) and found[-1] > 10)
claim("each step costs NDCG@10", list(slotted) == sorted(slotted, key=lambda slots: -slotted[slots][0].mean()))

# %% [markdown]
# One slot at the end of the list costs about 0.005 of NDCG@10 and finds a handful of cold ratings. Measured on stored
# ratings, slots look like a loss. Their benefit is that a film gets its first ratings, after which it is no longer
# cold. Stored ratings cannot show this benefit; an experiment with real users can (lesson 18).

# %% [markdown]
# ## 11. Users without a history (optional)
#
# ### Exercise 13.10 · choose (O5)
#
# A team evaluates cold users as follows: it trains on everybody's train + valid, then shows the model only the first
# three films of each user and evaluates on that user's test ratings. What is wrong?
#
# - **a** nothing: the model sees three films, as it would for a new user
# - **b** three films are too few to say anything
# - **c** the film vectors were learned from the very histories that the test pretends not to know
# - **d** the test ratings of a new user come too late

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("13.10", answer)

# %% [markdown]
# ### 0, 1, 3 and 10 films
#
# A new user must be new to the training as well, so we leave out 134 users. The towers (one seed) and EASE learn from
# the others and are then shown the first 0, 1, 3 or 10 films of each new user. A user's list never contains films from
# that user's train + valid, whatever the models were shown, so the task is the same in every row.

# %%
new_users = np.sort(np.random.default_rng(42).choice(np.arange(1, users.n_rows), 134, replace=False))
others = to_matrix(both[~np.isin(users.to_idx(both["user_id"]), new_users)], users, items)
others_counts = baselines.popularity(others)
others_start = state_of(two_towers(features_of(*names), others_counts, seed=1)[0])
_, V_others = train_towers(towers, others_start, others, rate, history)
B_others = baselines.ease(others, 100)

# %%
rows = np.append(0, new_users)  # row 0 is padding
new_test, new_seen = only(test, others_counts > 0)[rows], learn[rows]
first_films = histories(both, users, items)
newcomers = {}
for n in (0, 1, 3, 10):
    shown = np.zeros((len(rows), 10), "int32")
    for row, user in enumerate(new_users, start=1):
        shown[row, :n] = first_films[user][:n]
    as_row = sp.csr_array(
        (np.ones(shown.size, "float32"), (np.repeat(np.arange(len(rows)), 10), shown.ravel())), new_seen.shape
    )
    scores = {"two towers": ops.convert_to_numpy(towers[1](shown)) @ V_others.T, "EASE": as_row @ B_others}
    newcomers[n] = {name: evaluate(score, new_seen, new_test, name=name) for name, score in scores.items()}
popular = evaluate(np.tile(others_counts, (len(rows), 1)), new_seen, new_test, name="popularity")

# %% tags=["nbval-ignore-output"]
table = pd.DataFrame({n: {name: run.mean() for name, run in runs.items()} for n, runs in newcomers.items()}).T
table["popularity"] = popular.mean()
lower_end = {}
for n in (3, 10):
    mean, low, high = paired_bootstrap(newcomers[n]["two towers"].per_user["NDCG"], popular.per_user["NDCG"])
    print(f"{n} films, two towers − popularity: {mean:+.3f} [{low:+.3f}, {high:+.3f}]")
    lower_end[n] = low
table.rename_axis("films shown").round(3)

# %%
figure, axes = new_figure(6, 2.8)
for name in table:
    axes.plot(range(4), table[name], label=name)
axes.set(xticks=range(4), xticklabels=list(newcomers), xlabel="films shown of a new user", ylabel="NDCG@10")
axes.legend()
show(
    figure,
    alt="NDCG@10 for new users against 0, 1, 3 and 10 films shown. Popularity is level at 0.08. The towers stay close "
    "to it, between 0.07 and 0.10. EASE starts at zero without a film and climbs to about 0.07 with ten.",
)

# %%
claim(
    "without a film EASE finds nothing, the towers are near popularity",
    table["EASE"][0] < 0.01 < table["two towers"][0],
)
claim("with 3 films the towers are not clearly ahead of popularity", lower_end[3] < 0)
claim("with 10 films their gain may be next to nothing", lower_end[10] < 0.005)

# %% [markdown]
# Without any film, EASE has only zero scores, while the towers come close to popularity without being built for it,
# because their batches contained empty histories. For these 134 users, the interval of the towers' gain over popularity
# includes zero with three films and starts at about zero with ten. For a user's first visits, a list of popular films
# is hard to beat.

# %% [markdown]
# ## 12. Search with an index (optional)
#
# Why do large services use towers? Towers accept any feature, serve users who were not in training, and compute scores
# as dot products. Scoring 9,066 films for a user is cheap, but scoring ten million is not, and dot products allow a
# shortcut. The service of lesson 23 sorts the film vectors into clusters and searches only the clusters nearest to the
# user's vector: this is an [approximate index](glossary.md#approximate-index). How many of the 100 best films of an
# exact search does it find?

# %%
U, V = trained[1]
exact = [set(found) for found in ExactIndex(V).search(U[1:], 100)]
n_clusters = int(items.n**0.5)
index_recall = {}
for effort in (4, 16, 64):
    found = ApproximateIndex(V, n_clusters, effort).search(U[1:], 100)
    index_recall[effort] = np.mean([len(best & set(rows)) / 100 for best, rows in zip(exact, found)])

# %% tags=["nbval-ignore-output"]
print({f"{effort} of {n_clusters} clusters": round(float(share), 3) for effort, share in index_recall.items()})

# %%
claim("16 clusters find more than 4 do", index_recall[16] > index_recall[4])
claim("with 16 clusters, a sixth, more than 90 % of the best 100 are found", index_recall[16] > 0.9)

# %% [markdown]
# Searching a sixth of the clusters is nearly enough. No ranker can recover what the index has missed, so the recall of
# the index should be measured at every release.

# %% [markdown]
# ## 13. A new version of a tower (optional)
#
# Suppose the towers are trained again every night. Film vectors are stored in an index, user vectors are computed on
# request. What happens if last night's user tower is combined with tonight's film vectors? We can try it with two of
# our trainings, which differ only in their seed:

# %%
(U1, V1), (U2, V2) = trained[1], trained[2]
pairs = {"users 1, films 1": (U1, V1), "users 2, films 2": (U2, V2), "users 1, films 2": (U1, V2)}
by_version = {text: measure(*pair, learn, test, is_warm).mean() for text, pair in pairs.items()}

# %% tags=["nbval-ignore-output"]
print({text: round(value, 3) for text, value in by_version.items()})

# %%
matched, other, crossed = by_version.values()
claim(
    "two versions of equal quality, crossed, are worth less than a tenth of either", crossed < 0.1 * min(matched, other)
)

# %% [markdown]
# There is no error and all shapes are right, but almost nothing is left of the quality, because the axes of the two
# vector spaces have nothing to do with each other. A version therefore consists of *both towers and the index
# together*. Saving and loading is not the cause: the item tower gives the same vectors before and after.

# %%
with tempfile.TemporaryDirectory() as folder:
    towers[2].save(f"{folder}/items.keras")
    loaded = keras.models.load_model(f"{folder}/items.keras")
film = np.arange(items.n_rows)
before, after = (ops.convert_to_numpy(model([film, film])) for model in (towers[2], loaded))
assert np.array_equal(before, after)
print("item vectors before and after saving are equal:", before.shape)

# %% [markdown]
# ### Exercise 13.11 · put in order (O6)
#
# These are steps of releasing newly trained towers, but one of them does not belong. Write the letters of the others in
# the right order, for example `"ABCDE"`.
#
# ```text
# A   compute the vectors of all films with the new item tower
# B   measure the new towers and the recall of the new index on held-out users
# C   train both towers
# D   compute vectors for the new films only, and add them to the old index
# E   build a new index from these vectors, under the new version
# F   switch user tower and index together; keep the old version for a roll-back
# ```

# %%
order = ...
### BEGIN SOLUTION
order = "CAEBF"
### END SOLUTION

# %%
check("13.11", order)

# %% [markdown]
# ## What you did
#
# - You saw why a model that knows only ids scores every new film 0, and built a linear bar from content (**O1**).
# - You computed two towers by hand and wrote the mean over padded histories (**O2**).
# - You wrote the logits of a batch, corrected for accidental hits and popularity (**O3**).
# - You compared id dropout with its content-only control: hiding ids brought no visible gain here (**O4**).
# - You measured cold films separately, where the towers do not beat the linear map, and in a mixed list (**O5**).
# - Optional: you combined two versions and put the steps of a release in order (**O6**).
#
# The towers find candidates. Lesson 14 ranks them with features.

# %% [markdown] tags=["reading"]
# **Read on**
#
# - P. Covington, J. Adams, E. Sargin: Deep Neural Networks for YouTube Recommendations. RecSys 2016
# - X. Yi et al.: Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations. RecSys 2019
# - K. Khrylchenko et al.: Correcting the LogQ Correction: Revisiting Sampled Softmax for Large-Scale Retrieval. RecSys
#   2025, arXiv 2507.09331
# - M. Volkovs, G. Yu, T. Poutanen: DropoutNet: Addressing Cold Start in Recommender Systems. NeurIPS 2017
# - S. Rendle, W. Krichene, L. Zhang, J. Anderson: Neural Collaborative Filtering vs. Matrix Factorization Revisited.
#   RecSys 2020, arXiv 2005.09683
