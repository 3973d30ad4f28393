# %% [markdown]
# # Repair a perfect model
#
# A popular recipe from the web reaches a perfect score on data from which nothing can be learned. You will find out why a
# perfect score is bad news, take the recipe apart, and build an honest pipeline.

# %% [markdown]
# **What you will do**
#
# - **O1** diagnose a result that is too good: find out how the answer reached the model, and test that it no longer does
# - **O2** repair the preparation: missing values, scaling, and which rows are held out
# - **O3** repair a baseline, and compare a network with it before you believe the network
# - **O4** complete a Keras model with embeddings, compute its output by hand, and order the steps of an honest pipeline
#
# **What you need**: lesson 00, and about two hours without the optional sections. The whole notebook runs in less than a
# minute.

# %%
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from recsys_helpers.data import IdMap, load_movielens, splits
from recsys_helpers.exercises import check
from recsys_helpers.notebook import claim, new_figure, show
from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()  # before Keras is imported
import keras
from keras import layers
from sklearn.metrics import accuracy_score
from sklearn.metrics import roc_auc_score as auc

set_seed(42)
ratings, movies = load_movielens()
temporary = tempfile.TemporaryDirectory()  # a folder for our files, gone when the notebook ends
folder = Path(temporary.name)

# %% [markdown]
# ## 1. A table with nothing to learn
#
# Every row of MovieLens is one rating: who rated which film, with how many stars. We draw 2,000 rows and add the `year` of
# the film, an invented `age` with gaps, and a [label](glossary.md#label): the answer that the model must predict from the
# other columns, its [features](glossary.md#feature). Our label is a coin flip, and no other column says how it fell.

# %%
rng = np.random.default_rng(42)
table = ratings.sample(2000, random_state=42).merge(movies, on="item_id")[["user_id", "item_id", "rating", "year"]]
table["age"] = np.where(rng.random(len(table)) < 0.25, np.nan, rng.integers(16, 80, len(table)))
table["label"] = rng.integers(0, 2, len(table))  # heads or tails
table.to_csv(folder / "data.csv", index=False)
print(f"data.csv: {len(table):,} rows, label 1 in {table['label'].mean():.0%} of them")
table.head(4)

# %% [markdown]
# ## 2. The recipe
#
# This is what a search for "deep learning recommender" finds. Read it slowly. Do you see what is wrong?
#
# ```python
# data = pd.read_csv("data.csv")
# data = data.fillna(0)
# data = (data - data.min()) / (data.max() - data.min())
#
# model = Sequential([Dense(128, activation="relu"), Dense(64, activation="relu"), Dense(1, activation="sigmoid")])
# model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
# model.fit(data, epochs=10, batch_size=32, validation_split=0.2)
# model.save("model.h5")
#
# predictions = model.predict(data) > 0.5
# print(accuracy_score(data["label"], predictions))
# ```

# %% [markdown]
# A [dense layer](glossary.md#dense-layer) multiplies its inputs by weights and adds up the products. The last one ends in a
# [sigmoid](glossary.md#sigmoid), which turns any number into a probability. The [loss](glossary.md#loss-function) measures
# how wrong the probabilities are; training changes the weights to reduce it. One [epoch](glossary.md#epoch) is one pass
# over all rows, here in [batches](glossary.md#minibatch) of 32. [Accuracy](glossary.md#accuracy) is the share of correct
# answers. Lessons 05 and 06 explain the other words.
#
# Here is the network as a function, and a helper that prints an error in one line:


# %%
def recipe(n_features):
    dense = [layers.Dense(128, activation="relu"), layers.Dense(64, activation="relu")]
    model = keras.Sequential([keras.Input((n_features,)), *dense, layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def attempt(action):
    try:
        action()
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


data = pd.read_csv(folder / "data.csv").fillna(0)
data = (data - data.min()) / (data.max() - data.min())
attempt(lambda: recipe(6).fit(data, verbose=0))

# %% [markdown]
# The recipe stops with an error, because nobody told `fit(data)` *what to predict*. The obvious repair, and a common one,
# is to pass the column `label` as a second argument.

# %% tags=["nbval-ignore-output"]
model = recipe(6)
model.fit(data, data["label"], epochs=10, batch_size=32, validation_split=0.2, verbose=0)
predictions = model.predict(data, verbose=0)[:, 0] > 0.5
print("accuracy:", accuracy_score(data["label"], predictions))

# %%
claim("the recipe is right about every coin", accuracy_score(data["label"], predictions) == 1.0)

# %% [markdown]
# **The accuracy is a perfect 1.0, and that should worry you.** Nobody can predict a coin flip: an honest model is right
# half of the time. So something is wrong with our data, our training or our measurement.

# %% [markdown]
# ## 3. Which column does it use?
#
# To find out, we shuffle one column and leave the others and the trained network as they are. If the accuracy drops, the
# network uses that column.
#
# ### Exercise 01.1 · predict (O1)
#
# `data` has six columns: `user_id`, `item_id`, `rating`, `year`, `age` and `label`. We shuffle them one at a time. What
# accuracy remains when we shuffle `label`? Write a number between 0 and 1.

# %%
accuracy_that_remains = ...
### BEGIN SOLUTION
accuracy_that_remains = 0.5
### END SOLUTION

# %%
check("01.1", accuracy_that_remains)

# %% tags=["reveal", "nbval-ignore-output"]
accuracy_without = {}
for column in data:
    shuffled = data.assign(**{column: rng.permutation(data[column])})
    says_yes = np.ravel(model(shuffled.to_numpy())) > 0.5  # model(rows) returns what predict returns, faster
    accuracy_without[column] = accuracy_score(data["label"], says_yes)
    print(f"{column:8} shuffled: accuracy {accuracy_without[column]:.2f}")

# %% tags=["reveal"]
others = [value for column, value in accuracy_without.items() if column != "label"]
claim("only `label` matters", min(others) > 0.98 and abs(accuracy_without["label"] - 0.5) < 0.06)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# Only shuffling `label` lowers the accuracy, to about one half. We passed all of `data` as input, and the network copies
# the answer from there. This is a [leak](glossary.md#data-leakage): the model was given something that nobody can know yet
# in real use.
#
# </details>

# %% [markdown]
# ### Take the label out
#
# We remove `label` from the inputs and hold out rows: the model learns from 200 rows
# ([train](glossary.md#train-valid-test)) and is tested on the other 1,800.
#
# We measure with [AUC](glossary.md#auc): the probability that a random row with label 1 gets a higher score than a random
# row with label 0, where a tie counts one half. An AUC of 1 is perfect, 0.5 is guessing. AUC measures the order of the
# scores, which is what a recommender needs: it sorts and shows the first few, without a threshold between no and yes.

# %% tags=["nbval-ignore-output"]
features, label = data.drop(columns="label").to_numpy(), data["label"].to_numpy()
learned, held_out = slice(0, 200), slice(200, 2000)
set_seed(42)
model = recipe(5)
model.fit(features[learned], label[learned], epochs=60, batch_size=32, verbose=0)
auc_learned, auc_held_out = (auc(label[rows], np.ravel(model(features[rows]))) for rows in (learned, held_out))
print(f"AUC on the 200 rows it learned from {auc_learned:.2f}, on the 1,800 rows it never saw {auc_held_out:.2f}")

# %%
claim("AUC on unseen rows is about 0.5", abs(auc_held_out - 0.5) < 0.06)
claim("AUC on learned rows is above 0.6", auc_learned > 0.6)

# %% [markdown]
# On rows that it never saw, the model reaches an AUC of about 0.5, no better than a coin: that is the truth about this
# table. On the rows it learned from, it reaches more than 0.6, because it has memorised part of them. This is
# [overfitting](glossary.md#overfitting). So never measure a model on the rows it learned from, as the recipe does.

# %% [markdown]
# ## 4. Fill with zeros, then scale
#
# Two more lines of the recipe look harmless: `fillna(0)`, and [min–max scaling](glossary.md#normalization), which maps the
# smallest value of a column to 0 and the largest to 1. Here is what they do to the ages of four people:


# %%
def min_max(column):
    return (column - column.min()) / (column.max() - column.min())


ages = pd.Series([20, 30, np.nan, 40])
filled = ages.fillna(0)
pd.DataFrame({"age": ages, "scaled": min_max(ages), "filled": filled, "filled, scaled": min_max(filled)})

# %% [markdown]
# The 20-year-old moved from 0.0 to 0.5, only because *somebody else's* age is missing, and the person without an age became
# a newborn. Instead, fill the gap with a value from the middle, here the median, and add a column that says what was
# filled. On a real table, compute the median from train rows only.

# %%
repaired = pd.DataFrame({"age": ages.fillna(ages.median()), "age_missing": ages.isna().astype(int)})
repaired.assign(scaled=min_max(repaired["age"]))

# %% [markdown]
# ### Exercise 01.2 · trace (O2)
#
# The ages 10, 20, 50 and one missing value go through `fillna(0)` and then through min–max scaling. What number does the
# age 20 become?

# %%
scaled_20 = ...
### BEGIN SOLUTION
scaled_20 = 0.4
### END SOLUTION

# %%
check("01.2", scaled_20)

# %% [markdown]
# ### Scale from the train rows
#
# A constant column becomes 0 / 0, a column of text raises an error, and a scaled label no longer has classes, so lesson 03
# treats each column by its kind. One more trap raises no error: the recipe scales *before* it splits. Here are three train
# rows and one unseen row:

# %%
train_ages, test_age = pd.Series([20, 30, 40]), 80
print("with the unseen row:   ", min_max(pd.Series([20, 30, 40, test_age])).round(2).tolist()[:3])
print("from the train rows:   ", min_max(train_ages).tolist())
print("the unseen row, scaled:", (test_age - train_ages.min()) / (train_ages.max() - train_ages.min()))

# %% [markdown]
# With the unseen row, the age 40 becomes 0.33 instead of 1.0: the unseen value has leaked into training. So take the
# minimum and maximum from the train rows alone, and use them for every later row. The unseen 80 then becomes 3.0, which is
# honest: no train row has such an age.

# %% [markdown]
# ### Exercise 01.3 · code (O2)
#
# Write an honest scaler. `train` and `test` are arrays of shape (rows, columns) with different numbers of rows. Return
# `test`, scaled column by column with the minimum and maximum of `train`. A column that is constant in `train` should
# become 0 everywhere.
#
# <details><summary>Hint 1</summary><code>train.min(axis=0)</code> has one value for each column.</details>
# <details><summary>Hint 2</summary>Where the width (maximum minus minimum) is 0, divide by 1 instead, and set those columns
# of the result to 0.</details>


# %%
def my_scale(train, test):
    ### BEGIN SOLUTION
    low, width = train.min(axis=0), train.max(axis=0) - train.min(axis=0)
    is_constant = width == 0
    return np.where(is_constant, 0.0, (test - low) / np.where(is_constant, 1.0, width))
    ### END SOLUTION


# %%
check("01.3", my_scale)

# %% [markdown]
# ## 5. Ids are names, not numbers
#
# The recipe scales `user_id` and `item_id` too, as if user 30 were halfway between users 20 and 40. But an id is only a
# name. To see what this costs, we make a synthetic world: each of 60 users and 80 films gets one of two colours at random,
# and users like exactly the films of their own colour. About half of the pairs are known; the model must predict the
# others.

# %%
world = np.random.default_rng(1)
user_colour, film_colour = world.integers(0, 2, 60), world.integers(0, 2, 80)
user, film = np.divmod(np.arange(60 * 80), 80)  # every pair: user 0 with film 0, 1, 2, …
likes = (user_colour[user] == film_colour[film]).astype(int)
is_known = world.random(len(likes)) < 0.5
print("users 0–3 (rows) and films 0–7 (columns):", *likes.reshape(60, 80)[:4, :8], sep="\n")

# %% [markdown]
# First, we train the recipe's network on the two ids, scaled to 0 … 1:

# %% tags=["nbval-ignore-output"]
set_seed(42)
scaled = np.stack([user / 59, film / 79], axis=1)  # (4800 pairs, 2 features)
model_numbers = recipe(2)
model_numbers.fit(scaled[is_known], likes[is_known], epochs=20, batch_size=256, verbose=0)
as_numbers = np.ravel(model_numbers(scaled))
auc_numbers = auc(likes[~is_known], as_numbers[~is_known])
print(f"ids as numbers: AUC {auc_numbers:.2f} on the pairs it never saw")

# %% [markdown]
# The AUC is about 0.5, no better than guessing. Now we use [embeddings](glossary.md#embedding). An embedding table has one
# row of learned numbers for each id; the id only says *which row*. To score a pair, multiply the user's row by the film's
# row, number by number, and add up. This [dot product](glossary.md#dot-product) is large if the two rows point the same
# way.
#
# In Keras you connect layers from the inputs to the output. `Input(())` takes one number for each pair, the id.

# %% tags=["nbval-ignore-output"]
set_seed(42)
user_in, film_in = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
user_row = layers.Embedding(60, 4)(user_in)  # (pairs, 4): four learned numbers for each of 60 users
film_row = layers.Embedding(80, 4)(film_in)
probability = layers.Activation("sigmoid")(layers.Dot(axes=1)([user_row, film_row]))
model_embeddings = keras.Model([user_in, film_in], probability)
model_embeddings.compile(keras.optimizers.Adam(0.02), loss="binary_crossentropy")
known_pairs = [user[is_known], film[is_known]]
model_embeddings.fit(known_pairs, likes[is_known], epochs=20, batch_size=256, verbose=0)
as_names = np.ravel(model_embeddings([user, film]))
auc_names = auc(likes[~is_known], as_names[~is_known])
print(f"ids as names: AUC {auc_names:.2f} on the pairs it never saw")

# %%
claim("ids as numbers: AUC about 0.5; as names: about 1.0", abs(auc_numbers - 0.5) < 0.06 and auc_names > 0.98)

# %%
figure, axes = new_figure(8, 2.5, n_panels=3, sharey=True)
panels = {"the truth": likes, "ids as numbers": as_numbers, "ids as names": as_names}
for panel, (title, values) in zip(axes, panels.items()):
    image = panel.imshow(values.reshape(60, 80), vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    panel.set(title=title, xlabel="film")
    panel.grid(False)
axes[0].set_ylabel("user (synthetic)")
figure.colorbar(image, ax=axes, label="probability of a like")
show(
    figure,
    alt="Three maps of 60 users by 80 films. The truth: crossing stripes, each cell 0 or 1. Ids as numbers: an even "
    "field around one half. Ids as names: the stripes of the truth again.",
)

# %% [markdown]
# With ids as numbers (middle), every pair gets nearly the same probability. With embeddings (right), the true pattern
# appears, even for pairs that training never saw.

# %% [markdown]
# ## 6. Which rows are held out?
#
# `validation_split=0.2` sounds like a random draw. But Keras draws nothing: it takes the **last** fifth of the rows. In a
# table sorted by label, training might never see a label that validation asks for.
#
# ### Exercise 01.4 · choose (O2)
#
# The ratings of MovieLens are sorted by user: all of user 1, then all of user 2, and so on. Somebody trains an embedding
# model on them with `validation_split=0.2`. What is in the validation set?
#
# - **a** the newest fifth of every user's ratings
# - **b** ratings of the last users of the file, whose embeddings were hardly trained
# - **c** a fifth of all ratings, drawn at random
# - **d** rows that were trained on as well

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("01.4", answer)

# %% tags=["reveal"]
border = int(0.8 * len(ratings))
first, last = set(ratings["user_id"][:border]), set(ratings["user_id"][border:])
print(f"{len(last)} users in the last fifth, {len(first & last)} of them in the rest of the file")

# %% [markdown] tags=["open"]
# So choose the rows to hold out yourself, and pass them as `validation_data=`. A recommender must predict the *future*, so
# we hold out the last ratings of each user. Lesson 04 compares four ways to do this.

# %% [markdown]
# ## 7. Compared with what, and how often? (optional)
#
# How far can luck alone carry a result? Suppose that twenty teams guess 50 of our coin flips. Each team uses a different
# [seed](glossary.md#seed), the number that starts the random draws. None of them knows anything, and the best team writes a
# paper.

# %%
coins = table["label"].to_numpy()[:50]
results = [(np.random.default_rng(seed).integers(0, 2, 50) == coins).mean() for seed in range(20)]
print(f"accuracy: worst {min(results):.2f}, mean {np.mean(results):.2f}, best {max(results):.2f}")

# %% [markdown]
# The best of the twenty teams reaches 0.62, which looks like a discovery. But the mean of all teams is about one half, so
# it was luck. Four habits protect you from such mistakes, and the recipe has none of them:
#
# - a baseline: something very simple, measured on the same rows
# - several seeds, all of them reported
# - [hyperparameters](glossary.md#hyperparameter), such as the number of epochs, chosen on a **validation** part, so that
#   the **test** part is used only once
# - data and versions recorded (here by a checksum and `requirements.txt`), so that others get the same numbers

# %% [markdown]
# ## 8. An honest baseline
#
# We turn to real data and a real question: **will this user like this film?** Liked means four stars or more. We sort each
# user's ratings by time. The last 20 % are the test set, the 10 % before them the validation set (*valid*), and the rest
# is *train*.


# %% tags=["needed"]
def with_label(part):
    return part.assign(liked=(part["rating"] >= 4).astype(int))


train, valid, test = map(with_label, splits.split_last_share(ratings))
for name, part in (("train", train), ("valid", valid), ("test", test)):
    print(f"{name:5} {len(part):6,} ratings, {part['liked'].mean():.0%} liked")

# %% [markdown]
# The share of likes falls from 53 % in train to 47 % in test: later ratings differ from earlier ones.
#
# A [baseline](glossary.md#baseline) is a very simple model that a network must beat. Ours is the share of likes for each
# film and each user, counted in **train only**. One like out of one rating must not rank above 90 likes out of 100, so we
# mix in five imaginary ratings with the overall share:

# %%
overall = train["liked"].mean()


def share_of_likes(column):
    counts = train.groupby(column)["liked"].agg(["sum", "count"])
    return (counts["sum"] + 5 * overall) / (counts["count"] + 5)


def look_up(part, column):
    return part[column].map(share_of_likes(column)).fillna(overall).to_numpy()  # unknown: the overall share


by_film, by_user = look_up(valid, "item_id"), look_up(valid, "user_id")
bar = auc(valid["liked"], by_film + by_user)
print(f"valid AUC: film {auc(valid['liked'], by_film):.3f}, user {auc(valid['liked'], by_user):.3f}, both {bar:.3f}")

# %% [markdown]
# The sum of the two averages reaches an AUC of 0.760: some films please more people, and some people are easier to please.
# **This is the bar**, and it took no network.

# %% [markdown]
# ### Exercise 01.5 · find the bug (O3)
#
# A colleague wrote this film average. On valid it reaches an AUC of 0.789; an honest one reaches 0.661. Find out why and
# repair it. Use plain shares without imaginary ratings; an unknown film gets the mean of `liked` in the argument `train`.
# Return one number for each row of `test`. The cell after the check prints the AUC of your version.
#
# <details><summary>Hint 1</summary>Whose likes are in <code>everything</code>?</details>
# <details><summary>Hint 2</summary>Without the test rows some films are unknown: <code>map</code> gives NaN for them, and
# <code>fillna</code> replaces it.</details>


# %%
def film_average(train, test):
    everything = pd.concat([train, test])
    share = everything.groupby("item_id")["liked"].mean()
    return test["item_id"].map(share).to_numpy()


### BEGIN SOLUTION
def film_average(train, test):  # noqa: F811
    share = train.groupby("item_id")["liked"].mean()
    return test["item_id"].map(share).fillna(train["liked"].mean()).to_numpy()


### END SOLUTION


# %%
check("01.5", film_average)

# %%
attempt(lambda: print(f"film_average on valid: AUC {auc(valid['liked'], film_average(train, valid)):.3f}"))

# %% [markdown]
# ## 9. An honest network
#
# An embedding table needs row numbers 0, 1, 2, …, but film ids have large gaps and up to six digits. `IdMap` (lesson 00)
# numbers the ids 1, 2, 3, … and keeps row 0 for every id it does not know.

# %%
users, films = IdMap(train["user_id"]), IdMap(train["item_id"])
print("film ids", films.ids[-3:], "→ rows", films.to_idx(films.ids[-3:]))


def inputs(part):
    return [users.to_idx(part["user_id"]), films.to_idx(part["item_id"], unknown=0)]


# %% [markdown]
# We add two parts to the model of section 5. A [bias](glossary.md#bias) is one learned number for each user and each film;
# the [score](glossary.md#score) of a pair is now the dot product plus both biases.
# [Regularisation](glossary.md#regularization) adds a penalty to the loss, `l2` times the squares of the embeddings, so that
# an embedding grows only where this lowers the loss by more than the penalty.
#
# ### Exercise 01.6 · fill in (O4)
#
# Complete the model with biases, for tables of any size. The four look-ups are given. Replace the dots: `dot` is the dot
# product, and `probability` is the sigmoid of the dot product plus both biases. End with
# `return keras.Model([user_in, film_in], probability)`.
#
# <details><summary>Hint 1</summary>The dot product and the sigmoid are layers, as in section 5;
# <code>layers.Add()</code> takes a list.</details>
# <details><summary>Hint 2</summary><code>dot = layers.Dot(axes=1)([user_row, film_row])</code>, and the sigmoid gets
# <code>layers.Add()([dot, user_bias, film_bias])</code>.</details>


# %%
def my_model(n_users, n_films, dim):
    user_in, film_in = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
    user_row = layers.Embedding(n_users, dim, name="users")(user_in)  # (pairs, dim)
    film_row = layers.Embedding(n_films, dim, name="films")(film_in)
    user_bias = layers.Embedding(n_users, 1, name="user_bias")(user_in)  # (pairs, 1)
    film_bias = layers.Embedding(n_films, 1, name="film_bias")(film_in)
    dot = ...
    probability = ...
    ### BEGIN SOLUTION
    dot = layers.Dot(axes=1)([user_row, film_row])
    probability = layers.Activation("sigmoid")(layers.Add()([dot, user_bias, film_bias]))
    return keras.Model([user_in, film_in], probability)
    ### END SOLUTION


# %%
check("01.6", my_model)

# %% [markdown]
# ### Train it, and compare on valid
#
# Our own version has the same parts, with a switch for each addition:


# %%
def build(biases, l2, dim=16):
    user_in, film_in = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
    penalty = keras.regularizers.L2(l2)
    user_row = layers.Embedding(users.n_rows, dim, embeddings_regularizer=penalty, name="users")(user_in)
    film_row = layers.Embedding(films.n_rows, dim, embeddings_regularizer=penalty, name="films")(film_in)
    score = layers.Dot(axes=1)([user_row, film_row])
    if biases:
        user_bias = layers.Embedding(users.n_rows, 1, name="user_bias")(user_in)
        film_bias = layers.Embedding(films.n_rows, 1, name="film_bias")(film_in)
        score = layers.Add()([score, user_bias, film_bias])
    return keras.Model([user_in, film_in], layers.Activation("sigmoid")(score))


# %% [markdown]
# [Early stopping](glossary.md#early-stopping) replaces the recipe's fixed 10 epochs: measure AUC on valid after each epoch,
# stop when it has not improved for two epochs, and restore the best weights. We do not use the test set yet. Training
# takes about 10 seconds.


# %%
def train_model(train, valid, biases, l2, seed):
    set_seed(seed)
    model = build(biases, l2)
    model.compile(keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["auc"])
    stop = keras.callbacks.EarlyStopping("val_auc", mode="max", patience=2, restore_best_weights=True)
    valid_data = inputs(valid), valid["liked"]
    options = {"validation_data": valid_data, "callbacks": [stop], "batch_size": 1024, "epochs": 8, "verbose": 0}
    history = model.fit(inputs(train), train["liked"], **options)
    return model, history.history["val_auc"]


# %% tags=["nbval-ignore-output"]
versions = {"dot product": (False, 0.0), "+ biases": (True, 0.0), "+ penalty": (True, 3e-5)}
fitted, curves, valid_auc = {}, {}, {}
for name, (biases, l2) in versions.items():
    fitted[name], curves[name] = train_model(train, valid, biases, l2, seed=1)
    valid_auc[name] = auc(valid["liked"], np.ravel(fitted[name](inputs(valid))))
    train_auc = auc(train["liked"], np.ravel(fitted[name](inputs(train))))
    print(f"{name:12} AUC train {train_auc:.2f}, valid {valid_auc[name]:.3f} (the bar: {bar:.3f})")

# %%
claim("the dot product is at about 0.73", 0.715 < valid_auc["dot product"] < 0.745)
claim("with biases it is within 0.01 of the bar", abs(valid_auc["+ biases"] - bar) < 0.01)
claim("with the penalty it is more than 0.009 above the bar", valid_auc["+ penalty"] > bar + 0.009)

# %% [markdown]
# The plain dot product **loses to two averages**, with about 0.73 against 0.760. With biases it comes within 0.01 of the
# bar. Both versions are far better on train than on valid: they overfit. With the penalty, it ends about 0.01 above the
# bar. So we choose biases and `l2 = 3e-5`; section 14 tries a larger penalty.

# %% [markdown]
# ## 10. One score by hand (optional)
#
# The model does nothing that you cannot compute yourself. To see this, we take one pair and the tables that the model has
# learned:

# %% tags=["nbval-ignore-output"]
chosen = fitted["+ penalty"]
user_table, film_table, user_bias, film_bias = (
    chosen.get_layer(name).get_weights()[0] for name in ("users", "films", "user_bias", "film_bias")
)
u, i = users.to_idx([1])[0], films.to_idx([1])[0]  # user 1 and film 1, Toy Story
score = (user_table[u] * film_table[i]).sum() + user_bias[u, 0] + film_bias[i, 0]
by_hand = 1 / (1 + np.exp(-score))
by_keras = float(np.ravel(chosen([np.array([u]), np.array([i])]))[0])
assert abs(by_hand - by_keras) < 1e-6
print(f"by hand {by_hand:.4f}, by Keras {by_keras:.4f}")

# %% [markdown]
# ### Exercise 01.7 · code (O4)
#
# By hand and in Keras, the probability is the same. Write the computation for many pairs at once. `user_idx` and `item_idx`
# are index arrays of the same length n; the tables have shapes (n_users, dim) and (n_items, dim), the biases (n_users,) and
# (n_items,). Return n probabilities.
#
# <details><summary>Hint 1</summary><code>user_table[user_idx]</code> looks up n rows at once: shape (n, dim).</details>
# <details><summary>Hint 2</summary>Multiply the two looked-up arrays, sum over <code>axis=1</code>, add both looked-up
# biases, and put the sum through the sigmoid 1 / (1 + e⁻ˢ).</details>


# %%
def my_probabilities(user_idx, item_idx, user_table, item_table, user_bias, item_bias):
    ### BEGIN SOLUTION
    score = (user_table[user_idx] * item_table[item_idx]).sum(axis=1)
    score = score + user_bias[user_idx] + item_bias[item_idx]
    return 1 / (1 + np.exp(-score))
    ### END SOLUTION


# %%
check("01.7", my_probabilities)

# %% [markdown]
# ## 11. Shuffle the labels (optional)
#
# How do you find a leak when the label is not a coin flip? Shuffle the ratings in the table, *before the first step*, and
# run everything again. Now there is nothing to learn, so the AUC must be about 0.5. A higher AUC means that the answer
# still reaches the model.
#
# ### Exercise 01.8 · choose (O1)
#
# Why before the first step? Somebody goes back to section 2 and shuffles only a copy of the labels outside the table; the
# column `label` in `data` stays as it was. They train on the first 1,600 rows and measure AUC on the last 400, against the
# shuffled labels. What happens?
#
# - **a** AUC about 1.0: the leak is found
# - **b** AUC about 0.5, although the leak is still there
# - **c** AUC about 0.5, because there is no leak
# - **d** `fit` refuses labels in another order

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("01.8", answer)

# %% tags=["reveal", "nbval-ignore-output"]
set_seed(42)
shuffled_label = rng.permutation(data["label"])
blind = recipe(6)
blind.fit(data[:1600], shuffled_label[:1600], epochs=10, batch_size=32, verbose=0)
auc_blind = auc(shuffled_label[1600:], np.ravel(blind(data[1600:].to_numpy())))
print(f"AUC on the last 400 rows, `label` among the inputs: {auc_blind:.2f}")

# %% tags=["reveal"]
claim("labels shuffled outside the table: nothing is seen", abs(auc_blind - 0.5) < 0.1)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# The AUC is about 0.5, although the label is still among the inputs: a test that shuffles outside the table cannot see the
# leak.
#
# </details>

# %% [markdown]
# ### The test, done right
#
# Now we shuffle the ratings in the table and repeat everything from section 8 on:

# %% tags=["nbval-ignore-output"]
noise = ratings.assign(rating=rng.permutation(ratings["rating"]))
noise_train, noise_valid, _ = map(with_label, splits.split_last_share(noise))
on_noise, _ = train_model(noise_train, noise_valid, True, 3e-5, seed=1)
noise_auc = auc(noise_valid["liked"], np.ravel(on_noise(inputs(noise_valid))))
print(f"everything again on shuffled ratings: valid AUC {noise_auc:.2f}")

# %%
claim("on shuffled ratings: AUC about 0.5", abs(noise_auc - 0.5) < 0.03)

# %% [markdown]
# The AUC is about 0.5, so the answer no longer reaches the model. The recipe took the same test in section 2, with a label
# that was noise from the start, and failed. The test has one limit: it cannot tell whether the model knew the *future*.
# Only the split by time prevents that.

# %% [markdown]
# ## 12. The test set, used once
#
# All choices are made. We train with two more seeds, and only then use the test set, for the network and for the bar.

# %% tags=["nbval-ignore-output"]
final = [fitted["+ penalty"], *(train_model(train, valid, True, 3e-5, seed)[0] for seed in (2, 3))]
test_probabilities = [np.ravel(model(inputs(test))) for model in final]
test_auc = [auc(test["liked"], values) for values in test_probabilities]
averages = look_up(test, "item_id") + look_up(test, "user_id")
test_bar = auc(test["liked"], averages)
print(f"two averages {test_bar:.3f}; network", *(f"{value:.3f}" for value in test_auc))

# %%
claim("test: the network is about 0.01 better", 0.006 < test_auc[0] - test_bar < 0.016)
claim("test: seeds differ by less than 0.005", max(test_auc) - min(test_auc) < 0.005)

# %% [markdown]
# **The honest number**: on the last ratings of each user, the AUC is about 0.78, about 0.01 above the two averages, with
# every seed. The lead is small, but worth more than the 1.0 we began with. Section 13 asks whether the lead would hold for
# other users.
#
# ### Exercise 01.9 · put in order (O4)
#
# Put the steps of an honest pipeline in order. One line does not belong: leave it out. Write the letters of the others, for
# example `"EDCBA"`.
#
# ```text
# A   print(auc_of(best, test))
# B   train, valid, test = split_in_time(ratings)
# C   models = [fit(setting, train, validation_data=valid) for setting in settings]
# D   users, films = IdMap(train["user_id"]), IdMap(train["item_id"])
# E   best = the model with the highest AUC on valid
# F   best = the model with the highest AUC on test
# ```

# %%
order = ...
### BEGIN SOLUTION
order = "BDCEA"
### END SOLUTION

# %%
check("01.9", order)

# %% [markdown]
# ## 13. How sure is the lead? (optional)
#
# Other users would have given other numbers. To see how much the lead varies, we draw 671 users at random from our 671 and
# compute the lead again; we do this 300 times. In one draw, a user may appear several times or not at all: `integers` draws
# the users, `bincount` counts how often each was drawn, and this count becomes the weight of the user's ratings. We print
# the [interval](glossary.md#confidence-interval) in which 95 % of the leads lie; lesson 04 says more about it.


# %%
def interval(part, network, simple):
    user_number = users.to_idx(part["user_id"]) - 1  # 0 … 670
    leads = []
    for _ in range(300):
        drawn = rng.integers(0, users.n, users.n)  # 671 users, some of them twice
        times_drawn = np.bincount(drawn, minlength=users.n)  # (671,)
        weight = times_drawn[user_number]  # one weight per rating
        better, worse = (auc(part["liked"], scores, sample_weight=weight) for scores in (network, simple))
        leads.append(better - worse)
    return np.quantile(leads, [0.025, 0.975])


# %% tags=["nbval-ignore-output"]
low, high = interval(test, test_probabilities[0], averages)
print(f"test, network − averages:      {test_auc[0] - test_bar:+.3f}, 95 % interval [{low:+.3f}, {high:+.3f}]")
only_biases = np.ravel(fitted["+ biases"](inputs(valid)))
level = interval(valid, only_biases, by_film + by_user)
lead = valid_auc["+ biases"] - bar
print(f"valid, + biases − averages:    {lead:+.3f}, 95 % interval [{level[0]:+.3f}, {level[1]:+.3f}]")

# %%
claim("test: the interval excludes zero", low > 0)
claim("valid, + biases: the interval includes zero", level[0] <= 0 <= level[1])

# %% [markdown]
# On test, the interval of the network's lead excludes zero: the network beats the averages. On valid, the interval of
# "+ biases" includes zero, so we cannot say that the version without the penalty beats them.

# %% [markdown]
# ## 14. A penalty that is too strong (optional)
#
# If a small penalty helps, does a larger one help more? We try one that is about three times as large and compare the
# training curves:

# %% tags=["nbval-ignore-output"]
strong, curves["+ strong penalty"] = train_model(train, valid, True, 1e-4, seed=1)
auc_strong = auc(valid["liked"], np.ravel(strong(inputs(valid))))
size, size_strong = (np.abs(m.get_layer("users").get_weights()[0]).mean() for m in (fitted["+ penalty"], strong))
print(f"+ strong penalty: valid AUC {auc_strong:.3f}; mean size of a learned number {size_strong:.2f}, was {size:.2f}")

# %%
figure, axes = new_figure(6.5, 3)
for name, curve in curves.items():
    axes.plot(range(1, len(curve) + 1), curve, label=name)
axes.axhline(bar, color="black", linewidth=1)
axes.annotate("two averages (the bar)", (4.6, bar), xytext=(0, -14), textcoords="offset points")
axes.set(xlabel="epoch", ylabel="valid AUC", xticks=range(1, 9))
axes.legend()
show(
    figure,
    alt="Valid AUC by epoch, and the two averages (the bar) as a line at 0.76. The dot product peaks near 0.73, below. "
    "With biases the curve peaks just above the line and falls; both were stopped after about four epochs. With the "
    "penalty it reaches 0.77, stopped after about six. With the strong penalty it ran all eight and ends just above "
    "the line.",
)

# %%
claim("the strong penalty ends within 0.01 of the bar", abs(auc_strong - bar) < 0.01)
claim("only the strong penalty shrinks the embeddings to nothing", size_strong < 0.01 < size)

# %% [markdown]
# With the strong penalty, the mean size of a learned number is below 0.01: the embeddings have shrunk to nothing. Only the
# biases are left, and the AUC falls back to the level of the bar.

# %% [markdown]
# ## 15. Save it (optional)
#
# The recipe saves as `.h5`, which Keras now calls a legacy format. Today's format is `.keras`: one file with the layers,
# the weights and the training state. We save the model, load it again, and compare every probability on the test set:

# %%
final[0].save(folder / "likes.keras")
loaded = keras.saving.load_model(folder / "likes.keras")
gap = np.abs(np.ravel(loaded(inputs(test))) - test_probabilities[0]).max()
assert gap <= 1e-6
print("same probabilities after loading:", gap <= 1e-6)

# %% [markdown]
# The loaded model gives the same probabilities. But the file knows only row numbers, not ids. Save `users` and `films` with
# it; otherwise row 7 may stand for another film tomorrow. Lesson 22 puts the preparation and the model into one package.

# %% [markdown]
# ## 16. The rest of the recipe's text (optional)
#
# The advice that comes with such recipes is often as faulty as their code:
#
# | It says | Better |
# |---|---|
# | normalise all of the data | treat each column by its kind; an id is a name (sections 4, 5) |
# | clicks alone are enough to train on | if every label is yes, a model that always says yes is perfect (lesson 09) |
# | accuracy measures a recommender | measure the order of the scores (section 3, lesson 04) |
# | test on rows drawn at random | hold out what comes later (sections 6, 8) |

# %% [markdown]
# ## What you did
#
# - You saw a perfect result on coin flips, found the label among the inputs, and took it out (**O1**).
# - You repaired missing values, scaling, ids, and the choice of held-out rows (**O2**).
# - You closed the leak in a baseline, and saw a network lose to two averages before it scored above them (**O3**).
# - You completed an embedding model, computed its probabilities by hand, and ordered the steps of an honest pipeline
#   (**O4**).
#
# When a score is too good, look at your pipeline first.

# %% [markdown] tags=["reading"]
# **Read on**
#
# - S. Kaufman, S. Rosset, C. Perlich, O. Stitelman: Leakage in Data Mining: Formulation, Detection, and Avoidance.
#   ACM TKDD 6(4), 2012, doi 10.1145/2382577.2382579
# - S. Kapoor, A. Narayanan: Leakage and the Reproducibility Crisis in Machine-Learning-Based Science. Patterns 4(9), 2023
# - Y. Koren, R. Bell, C. Volinsky: Matrix Factorization Techniques for Recommender Systems. IEEE Computer 42(8), 2009
# - F. M. Harper, J. A. Konstan: The MovieLens Datasets: History and Context. ACM TiiS 5(4), 2015
# - CVE-2025-9905: before Keras 3.11.3, loading an `.h5` file ignored the safe mode that guards against foreign code
# - Keras documentation: The Functional API; Save, serialize, and export models
