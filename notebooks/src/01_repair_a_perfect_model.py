# %% [markdown]
# # Repair a perfect model
#
# A recipe that goes round the web reaches a perfect result, on data where nothing can be learned. You find out why that
# must scare you, take the recipe apart, and build the honest one: the whole game, once.

# %% [markdown]
# **What you will do**
#
# - **O1** diagnose a result that is too good: find how the answer reached the model, and test that it no longer does
# - **O2** repair the preparation: missing values, scaling, and which rows are held out
# - **O3** repair a baseline, and compare a network with it before you believe the network
# - **O4** complete a Keras model with embeddings, compute its output by hand, and put the honest steps in order
#
# **What you need**: lesson 00, and about 95 minutes. The whole notebook runs in less than a minute. Outputs that would
# give away an answer are folded: click the three dots.

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
# Every row of MovieLens is one rating: who rated which film, with how many stars. We draw 2,000 rows and add three
# columns. `year` is the year of the film. `age` is invented, with gaps, as in any real table. And `label` is what a
# model shall predict: a [label](glossary.md#label). The other columns are its [features](glossary.md#feature).
#
# Our label is the flip of a coin. Nothing in the table knows how it fell.

# %%
rng = np.random.default_rng(42)
table = ratings.sample(2000, random_state=42).merge(movies[["item_id", "year"]], on="item_id")
table = table[["user_id", "item_id", "rating", "year"]]
table["age"] = np.where(rng.random(len(table)) < 0.25, np.nan, rng.integers(16, 80, len(table)))
table["label"] = rng.integers(0, 2, len(table))  # heads or tails
table.to_csv(folder / "data.csv", index=False)
print(f"data.csv: {len(table):,} rows, label 1 in {table['label'].mean():.0%} of them")
table.head(4)

# %% [markdown]
# ## 2. The recipe
#
# This is what you find when you search for a "deep learning recommender". Read it slowly; do you see what is wrong?
#
# ```python
# data = pd.read_csv("data.csv")
# data = data.fillna(0)
# data = (data - data.min()) / (data.max() - data.min())
#
# model = Sequential()
# model.add(Dense(128, activation="relu", input_dim=data.shape[1]))
# model.add(Dense(64, activation="relu"))
# model.add(Dense(1, activation="sigmoid"))
# model.compile(optimizer=Adam(lr=0.001), loss="binary_crossentropy", metrics=["accuracy"])
# model.fit(data, epochs=10, batch_size=32, validation_split=0.2)
# model.save("model.h5")
#
# predictions = model.predict(data) > 0.5
# print(accuracy_score(data["label"], predictions))
# ```

# %% [markdown]
# The words you need to read it, one sentence each:
#
# - A [dense layer](glossary.md#dense-layer) multiplies its inputs with weights and adds them up (lesson 05); the last
#   one ends in a [sigmoid](glossary.md#sigmoid), which turns any number into a chance between 0 and 1.
# - The [loss](glossary.md#loss-function) says how wrong the chances are; training changes the weights to make it smaller.
# - One [epoch](glossary.md#epoch) is one pass over all rows, in [batches](glossary.md#minibatch) of 32.
# - [Accuracy](glossary.md#accuracy) is the share of right answers, here with 0.5 as the border between no and yes.
#
# `relu`, `Adam` and `binary_crossentropy` have their turn in lessons 05 and 06; you can do without them today.
#
# The recipe is old. To see what today's Keras says to it, without pages of traceback, a small helper:


# %%
def attempt(action):
    try:
        action()
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


attempt(lambda: keras.optimizers.Adam(lr=0.001))

# %% [markdown]
# `lr` is called `learning_rate` now. And `input_dim` draws a warning: Keras prefers a `keras.Input` as the first layer.
# Both mended, the network looks like this:


# %%
def recipe(n_features):
    model = keras.Sequential(
        [
            keras.Input((n_features,)),
            layers.Dense(128, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(learning_rate=0.001), loss="binary_crossentropy", metrics=["accuracy"])
    return model


# %%
data = pd.read_csv(folder / "data.csv").fillna(0)
data = (data - data.min()) / (data.max() - data.min())
broken = recipe(6)
attempt(lambda: broken.fit(data, verbose=0))
attempt(lambda: broken.fit(data, data["label"], verbose=0))

# %% [markdown]
# `fit(data)` was never told *what to predict*: `None` stands where the labels should be. The obvious repair is to hand
# over the column `label` as a second argument, and this is what people do. The second line shows one more trap: this
# model stays broken, because `fit` failed while it was being set up. Build a new one, and the recipe runs.

# %% tags=["nbval-ignore-output"]
model = recipe(6)
model.fit(data, data["label"], epochs=10, batch_size=32, validation_split=0.2, verbose=0)
predictions = model.predict(data, verbose=0)[:, 0] > 0.5
print("accuracy:", accuracy_score(data["label"], predictions))

# %%
claim("the recipe is right about every coin", accuracy_score(data["label"], predictions) == 1.0)

# %% [markdown]
# **Perfect: 1.0. And it must scare you.** The label is a coin. Nobody can predict a coin; an honest model is right half
# of the time. So this number does not say that the model is good. It says that something is wrong with the way we
# prepared, trained or measured. On real labels the same number would have been celebrated.
#
# From here on, one fault at a time.

# %% [markdown]
# ## 3. The answer was among the questions
#
# Which columns does the network listen to? Shuffle one column, leave the rest and the trained network as they are, and
# see whether the accuracy suffers.
#
# ### Exercise 01.1 · predict (O1)
#
# `data` has six columns: `user_id`, `item_id`, `rating`, `year`, `age` and `label`. One after the other is shuffled. What
# accuracy remains when it is `label`? Write a number between 0 and 1.

# %%
accuracy_that_remains = ...
### BEGIN SOLUTION
accuracy_that_remains = 0.5
### END SOLUTION

# %%
check("01.1", accuracy_that_remains)

# %% [markdown]
# (`model(rows)` gives the chances, as `predict` does, without its overhead.)

# %% tags=["reveal", "nbval-ignore-output"]
accuracy_without = {}
for column in data:
    spoiled = data.assign(**{column: rng.permutation(data[column])})
    says_yes = np.ravel(model(spoiled.to_numpy())) > 0.5
    accuracy_without[column] = accuracy_score(data["label"], says_yes)
    print(f"{column:8} shuffled: accuracy {accuracy_without[column]:.2f}")

# %% [markdown]
# Only one column matters, and it is `label` itself. `data` holds the label, and we passed `data` as input: the network
# copies the answer from the question. This is a [leak](glossary.md#data-leakage): training knows what, in real use, nobody can know yet.
#
# Take the label out; the other faults may stay for now. And hold rows back: 200 to learn from
# ([train](glossary.md#train-valid-test)), the other 1,800 to be asked about. Few rows and many epochs (60 instead of
# 10), so that memorising shows.
#
# We measure with [AUC](glossary.md#auc): the chance that a random row with label 1 is put above a random row with label
# 0; a tie counts one half. Perfect is 1, guessing is 0.5, and no border between no and yes is needed.

# %% tags=["nbval-ignore-output"]
features, label = data.drop(columns="label").to_numpy(), data["label"].to_numpy()
learned, held_out = slice(0, 200), slice(200, 2000)
set_seed(42)
model = recipe(5)
model.fit(features[learned], label[learned], epochs=60, batch_size=32, verbose=0)

auc_learned = auc(label[learned], np.ravel(model(features[learned])))
auc_held_out = auc(label[held_out], np.ravel(model(features[held_out])))
print(f"AUC on the 200 rows it learned from: {auc_learned:.2f}")
print(f"AUC on the 1,800 rows it never saw: {auc_held_out:.2f}")

# %%
others = [value for column, value in accuracy_without.items() if column != "label"]
claim("only `label` matters", min(others) > 0.98 and abs(accuracy_without["label"] - 0.5) < 0.06)
claim("AUC on unseen rows is about 0.5", abs(auc_held_out - 0.5) < 0.06)
claim("AUC on learned rows is above 0.6", auc_learned > 0.6)

# %% [markdown]
# On rows it never saw the model is worth a coin: about 0.5. That is the truth about this table. On the rows it learned
# from it still looks clever, because it has memorised part of them: [overfitting](glossary.md#overfitting). So a model
# is never measured on what it learned from; the recipe was.
#
# We could see the leak because the label was a coin *by design*. On real data you can have the same alarm: shuffle the
# labels in the table, run everything again, and expect 0.5. We do so at the end.

# %% [markdown]
# ## 4. Fill with zeros, then scale
#
# `fillna(0)` and [min–max scaling](glossary.md#normalization), which maps the smallest value of a column to 0 and the largest to 1, look
# harmless. Take four people.


# %%
def min_max(column):
    return (column - column.min()) / (column.max() - column.min())


ages = pd.Series([20, 30, np.nan, 40])
filled = ages.fillna(0)
pd.DataFrame({"age": ages, "scaled": min_max(ages), "filled": filled, "filled, scaled": min_max(filled)})

# %% [markdown]
# The person of 20 moved from 0.0 to 0.5, only because somebody *else's* age was missing. And the person without an
# age became a newborn. Filling hits more than ages: a missing label becomes a "no", a missing id becomes user 0.
#
# The repair: fill with a value from the middle, here the median, and tell the model that it was filled. On a real table
# the median, too, comes from train rows only.

# %%
mended = pd.DataFrame({"age": ages.fillna(ages.median()), "age_missing": ages.isna().astype(int)})
mended.assign(scaled=min_max(mended["age"]))

# %% [markdown]
# ### Exercise 01.2 · trace (O2)
#
# The ages 10, 20, 50 and one missing value go through `fillna(0)` and then min–max scaling. What number does the age
# 20 become?

# %%
scaled_20 = ...
### BEGIN SOLUTION
scaled_20 = 0.4
### END SOLUTION

# %%
check("01.2", scaled_20)

# %% [markdown]
# Three more traps of "scale the whole frame". A column with one value only, a column of text, and the label itself,
# if it is a rating:

# %%
print("constant:", min_max(pd.Series([3.0, 3.0, 3.0])).tolist(), "→ a mean with one of them:", np.mean([0.2, np.nan]))
attempt(lambda: min_max(pd.Series(["Toy Story", "Jumanji"])))
stars = min_max(pd.Series([1, 2, 3, 4, 5]))
print("stars:   ", stars.tolist(), "→ as whole numbers:", stars.astype(int).tolist())
attempt(lambda: accuracy_score(stars, [0, 0, 0, 1, 1]))

# %% [markdown]
# A constant column is 0 / 0: NaN, and a mean with one NaN in it, such as the loss, is NaN. Text cannot be subtracted. And scaled stars are
# no classes any more: rounded down, only five stars are left as a yes, and accuracy refuses fractions. The repair:
# treat each column by its kind, and decide first what the label is.
#
# One trap is silent. The recipe scales *before* it splits. Three rows to learn from, and a fourth that nobody
# should have seen yet:

# %%
train_ages, test_age = pd.Series([20, 30, 40]), 80
print("with the unseen row:   ", min_max(pd.Series([20, 30, 40, test_age])).round(2).tolist()[:3])
print("from the train rows:   ", min_max(train_ages).tolist())
print("the unseen row, scaled:", (test_age - train_ages.min()) / (train_ages.max() - train_ages.min()))

# %% [markdown]
# A row that should be unseen has moved all others: its value has leaked into training. So take the smallest and the
# largest value from the train rows alone, and use them for every row that comes later. The unseen 80 then becomes 3.0,
# beyond 1, and that is honest: training has never met such an age.

# %% [markdown]
# ### Exercise 01.3 · code (O2)
#
# Write the honest scaler. `train` and `test` are arrays of shape (rows, columns) with different numbers of rows.
# Return `test`, scaled column by column with the minimum and maximum of `train`. A column that is constant in `train`
# becomes 0.
#
# <details><summary>Hint 1</summary><code>train.min(axis=0)</code> has one value for each column.</details>
# <details><summary>Hint 2</summary>Where the width (maximum minus minimum) is 0, put 1 in its place before you divide,
# and set those columns of the result to 0.</details>


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
# The recipe scales `user_id` and `item_id` too, as if user 30 stood halfway between users 20 and 40. An id is a name.
# To see what that costs, a synthetic world whose rule we know: 60 users and 80 films each got a colour, by coin. Users
# like exactly the films of their own colour. Half of the pairs are known, the other half is asked for.

# %%
world = np.random.default_rng(1)
user_colour, film_colour = world.integers(0, 2, 60), world.integers(0, 2, 80)
user, film = np.divmod(np.arange(60 * 80), 80)  # every pair: user 0 with film 0, 1, 2, …
likes = (user_colour[user] == film_colour[film]).astype(int)
is_known = world.random(len(likes)) < 0.5
print("colours of users 0–3:", user_colour[:4], "· of films 0–7:", film_colour[:8])
print("who likes what (a row is a user, a column a film):")
print(likes.reshape(60, 80)[:4, :8])

# %% [markdown]
# First the recipe's network, with the two ids scaled to 0 … 1 as its features:

# %% tags=["nbval-ignore-output"]
set_seed(42)
scaled = np.stack([user / 59, film / 79], axis=1)  # (4800 pairs, 2 features)
model_numbers = recipe(2)
model_numbers.fit(scaled[is_known], likes[is_known], epochs=20, batch_size=256, verbose=0)
as_numbers = np.ravel(model_numbers(scaled))
auc_numbers = auc(likes[~is_known], as_numbers[~is_known])
print(f"ids as numbers: AUC {auc_numbers:.2f} on the pairs it never saw")

# %% [markdown]
# No better than guessing: about 0.5. Now with [embeddings](glossary.md#embedding). An embedding is a table with one row
# of learned numbers for each id; the id only says *which row*. To score a pair, multiply the user's row with the film's
# row and add up (the [dot product](glossary.md#dot-product)): large if the two rows point the same way.
#
# In Keras, a model is drawn from its inputs to its output. `Input(())` takes a single number for each pair, the id.
# `Dot(axes=1)` multiplies the two rows of a pair number by number and adds up along axis 1 (axis 0 counts the pairs).

# %% tags=["nbval-ignore-output"]
set_seed(42)
user_in, film_in = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
user_row = layers.Embedding(60, 4)(user_in)  # (pairs, 4): four learned numbers for each of 60 users
film_row = layers.Embedding(80, 4)(film_in)
chance = layers.Activation("sigmoid")(layers.Dot(axes=1)([user_row, film_row]))
model_embeddings = keras.Model([user_in, film_in], chance)
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
figure.colorbar(image, ax=axes, label="chance of a like")
show(
    figure,
    alt="Three maps of 60 users by 80 films. The truth: stripes crossing like a tartan, each cell 0 or 1. Ids as "
    "numbers: an even field around one half. Ids as names: the tartan of the truth again.",
)

# %% [markdown]
# With ids as numbers the map is one even fog. With embeddings the pattern is there, also in the half of the pairs that
# training never saw: AUC about 1.0. The texts around the recipe talk of embeddings; its code has none.

# %% [markdown]
# ## 6. Which rows are held out?
#
# `validation_split=0.2` sounds like a fair draw. Watch it on 100 rows that are sorted by label, as exported tables often
# are: 90 times no, then 10 times yes. Our "model" always says yes and never learns, so its accuracy *is* the share of
# yes in the rows that Keras gives it. (`SGD(0.0)`, `mse`, `run_eagerly`: these settings only keep the model from
# changing; skip them.)

# %%
sorted_label = np.array([0] * 90 + [1] * 10)
yes = layers.Dense(1, kernel_initializer="zeros", bias_initializer="ones")  # 0 · input + 1
always_yes = keras.Sequential([keras.Input((1,)), yes])
always_yes.compile(keras.optimizers.SGD(0.0), loss="mse", metrics=["accuracy"], run_eagerly=True)
history = always_yes.fit(np.zeros((100, 1)), sorted_label, validation_split=0.2, verbose=0).history
print(f"share of yes: training {history['accuracy'][0]:.2f}, validation {history['val_accuracy'][0]:.2f}")

# %% [markdown]
# Keras takes the **last** rows, as they stand: rows 0–79 hold no yes at all, rows 80–99 hold ten of each. Training has
# never seen what validation asks for.
#
# ### Exercise 01.4 · choose (O2)
#
# The ratings of MovieLens are sorted by user: all of user 1, then all of user 2, and so on. Somebody trains an embedding
# model on them with `validation_split=0.2`. What is in the validation part?
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

# %% [markdown]
# So hold rows out on purpose, and hand them over as `validation_data=`. A recommender is asked about the *future*, so we
# hold out the last ratings of each user. Lesson 04 compares four ways to do this and what each of them leaks.

# %% [markdown]
# ## 7. Ninety per cent by saying no
#
# Of all the films that a site shows, few are clicked. Say one in ten; 2,000 chances to click:

# %%
clicked = rng.random(2000) < 0.1
always_no = np.zeros(2000)
print(f"always no: accuracy {accuracy_score(clicked, always_no):.3f}, AUC {auc(clicked, always_no):.1f}")

# %% [markdown]
# About nine of ten are right, without a single click found. AUC is not fooled: 0.5. And the border at 0.5 is the next
# trap. Six films, one click, and a model that puts the click on top, with honest small chances:

# %%
chances = np.array([0.05, 0.02, 0.30, 0.10, 0.04, 0.08])
truth = np.array([0, 0, 1, 0, 0, 0])
print("says yes to", (chances > 0.5).sum(), "films; accuracy", round(accuracy_score(truth, chances > 0.5), 2))
print("sorted by chance:", np.argsort(-chances), "→ AUC", auc(truth, chances))

# %% [markdown]
# With the border at 0.5 this perfect order says no to everything. A recommender needs no border: it sorts, and shows the
# first few. So we measure the order, here with AUC; lesson 04 measures the first places of a list.

# %% [markdown]
# ## 8. Compared with what, and how often?
#
# Twenty teams guess 50 of our coin flips, each with another [seed](glossary.md#seed), the number that starts the random
# draws. Nobody knows anything. The best team writes a paper.

# %%
coins = table["label"].to_numpy()[:50]
results = [(np.random.default_rng(seed).integers(0, 2, 50) == coins).mean() for seed in range(20)]
print(f"accuracy: worst {min(results):.2f}, mean {np.mean(results):.2f}, best {max(results):.2f}")

# %% [markdown]
# The best of twenty looks like a discovery. It is luck: the mean is about one half. Some habits protect you, and the
# recipe has none of them:
#
# - a [baseline](glossary.md#baseline): something very simple, measured on the same rows;
# - several seeds, all of them reported;
# - [settings](glossary.md#hyperparameter), such as the number of epochs, chosen on a **valid** part, so that the **test** part is opened once;
# - data and versions written down (here: a checksum and `requirements.txt`), so that others get the same numbers.

# %% [markdown]
# ## 9. The whole game, honestly
#
# Now with real data and a real question: **will this user like this film?** Liked means four stars or more. The parts:
# of each user's ratings in time order the last 20 % are test, the 10 % before them valid, the rest train.


# %% tags=["needed"]
def with_label(part):
    return part.assign(liked=(part["rating"] >= 4).astype(int))


train, valid, test = map(with_label, splits.split_last_share(ratings))
for name, part in (("train", train), ("valid", valid), ("test", test)):
    print(f"{name:5} {len(part):6,} ratings, {part['liked'].mean():.0%} liked")

# %% [markdown]
# About half is liked, and less and less as users go on, as if they rated their favourites first. Later is not like
# earlier: one more reason to test on later.
#
# ### The baseline
#
# The simplest guess: the share of people who liked the film, counted in **train only**. But is a film with one like from
# one user better than one with 90 of 100? So we mix in five imaginary ratings with the overall share:

# %%
overall = train["liked"].mean()
for n_likes, n_ratings in ((1, 1), (90, 100)):
    mixed = (n_likes + 5 * overall) / (n_ratings + 5)
    print(f"{n_likes} of {n_ratings}: share {n_likes / n_ratings:.2f}, with five imaginary ratings {mixed:.2f}")


# %%
def share_of_likes(column):
    counts = train.groupby(column)["liked"].agg(["sum", "count"])
    return (counts["sum"] + 5 * overall) / (counts["count"] + 5)


def look_up(part, column):
    return part[column].map(share_of_likes(column)).fillna(overall).to_numpy()  # unknown: the overall share


by_film, by_user = look_up(valid, "item_id"), look_up(valid, "user_id")
bar = auc(valid["liked"], by_film + by_user)
print(f"valid AUC: film {auc(valid['liked'], by_film):.3f}, user {auc(valid['liked'], by_user):.3f}, both {bar:.3f}")

# %% [markdown]
# Some films please more people, some people are easier to please; added up, the two averages reach 0.760. **This is the
# bar**, and it took no network. A model that beats only the film average (0.669) has learned little.

# %% [markdown]
# ### Exercise 01.5 · find the bug (O3)
#
# A colleague's film average. On valid it reaches AUC 0.789; an honest one reaches 0.661. Why? Mend it: plain shares,
# no imaginary ratings; an unknown film gets the mean of `liked` in the argument `train`. Return one number for each row
# of `test`. The cell after the check prints what your version reaches.
#
# <details><summary>Hint 1</summary>Whose likes are in <code>everything</code>?</details>
# <details><summary>Hint 2</summary>Without the test rows some films are unknown: <code>map</code> gives NaN for them,
# <code>fillna</code> mends that.</details>


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
# ### The network
#
# An embedding table needs row numbers 0, 1, 2, …, but film ids go up to six digits with large holes. `IdMap` numbers the
# ids it is given 1, 2, 3, … and keeps row 0 for all that it does not know (lesson 03).

# %%
users, films = IdMap(train["user_id"]), IdMap(train["item_id"])
print("film ids", films.ids[-3:], "→ rows", films.to_idx(films.ids[-3:]))
print("a film that train does not know → row", films.to_idx([999_999], unknown=0))


def inputs(part):
    return [users.to_idx(part["user_id"]), films.to_idx(part["item_id"], unknown=0)]


# %% [markdown]
# The model is that of section 5, with two additions. A [bias](glossary.md#bias) is one learned number for each user and
# film. The [score](glossary.md#score) of a pair is then the dot product, plus the user's bias, plus the film's bias.
# [Regularisation](glossary.md#regularization) adds `l2` times the squares of the embeddings to the loss, so that large
# ones must earn their place.
#
# ### Exercise 01.6 · fill in (O4)
#
# Put the model with biases together, for any sizes. The four look-ups stand there. Replace the dots: the dot product,
# the chance (both biases added, then the sigmoid), and at the end `return keras.Model([user_in, film_in], chance)`.
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
    chance = ...
    ### BEGIN SOLUTION
    dot = layers.Dot(axes=1)([user_row, film_row])
    chance = layers.Activation("sigmoid")(layers.Add()([dot, user_bias, film_bias]))
    return keras.Model([user_in, film_in], chance)
    ### END SOLUTION


# %%
check("01.6", my_model)

# %% [markdown]
# Ours has the same parts, and a switch for each addition, so that we can see what each of them brings:


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
# Training, with [early stopping](glossary.md#early-stopping): after each epoch measure AUC on valid; when it has not
# grown for two epochs, stop and take the best weights back. That replaces the recipe's fixed "10 epochs".


# %%
def train_model(train, valid, biases, l2, seed):
    set_seed(seed)
    model = build(biases, l2)
    model.compile(keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["auc"])
    history = model.fit(
        inputs(train),
        train["liked"],
        validation_data=(inputs(valid), valid["liked"]),
        callbacks=[keras.callbacks.EarlyStopping("val_auc", mode="max", patience=2, restore_best_weights=True)],
        batch_size=1024,
        epochs=8,
        verbose=0,
    )
    return model, history.history["val_auc"]


# %% [markdown]
# Four versions, each with one change. They are compared on **valid**; test stays closed. This takes about 15 seconds.

# %% tags=["nbval-ignore-output"]
versions = {
    "dot product": (False, 0.0),
    "+ biases": (True, 0.0),
    "+ penalty": (True, 3e-5),
    "+ strong penalty": (True, 1e-4),
}
fitted, curves, valid_auc, size = {}, {}, {}, {}
for name, (biases, l2) in versions.items():
    fitted[name], curves[name] = train_model(train, valid, biases, l2, seed=1)
    valid_auc[name] = auc(valid["liked"], np.ravel(fitted[name](inputs(valid))))
    train_auc = auc(train["liked"], np.ravel(fitted[name](inputs(train))))
    size[name] = np.abs(fitted[name].get_layer("users").get_weights()[0]).mean()
    print(f"{name:16} AUC train {train_auc:.2f}, valid {valid_auc[name]:.3f} · size of embeddings {size[name]:.2f}")

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

# %% [markdown]
# Read it honestly. The plain dot product, embeddings and all, **loses to two averages**: about 0.73 against 0.760. It
# has no place for "this user is easy to please" but the embeddings. With biases it draws level, at about 0.76 (an
# interval, below, says why we do not call this a win). Both fall after their best epoch, and are far better on train
# than on valid: overfitting. A penalty holds that back, and about 0.77 clears the bar. Too strong a penalty shrinks the
# embeddings to nothing: only the biases are left, and AUC falls back to about 0.76. So the setting is `l2 = 3e-5`,
# chosen on valid.

# %%
claim("the dot product is at about 0.73", 0.715 < valid_auc["dot product"] < 0.745)
near_bar = [abs(valid_auc[name] - bar) < 0.01 for name in ("+ biases", "+ strong penalty")]
claim("biases alone, and the strong penalty, are within 0.01 of the bar", all(near_bar))
claim("the penalty clears the bar by more than 0.009", valid_auc["+ penalty"] > bar + 0.009)
claim("only the strong penalty shrinks embeddings to nothing", size["+ strong penalty"] < 0.01 < size["+ penalty"])

# %% [markdown]
# There is no magic inside. One pair by hand, from the tables that the chosen model has learned:

# %% tags=["nbval-ignore-output"]
model = fitted["+ penalty"]
user_table, film_table, user_bias, film_bias = (
    model.get_layer(name).get_weights()[0] for name in ("users", "films", "user_bias", "film_bias")
)
u, i = users.to_idx([1])[0], films.to_idx([1])[0]  # user 1 and film 1, Toy Story
score = (user_table[u] * film_table[i]).sum() + user_bias[u, 0] + film_bias[i, 0]
by_hand = 1 / (1 + np.exp(-score))
by_keras = float(np.ravel(model([np.array([u]), np.array([i])]))[0])
assert abs(by_hand - by_keras) < 1e-6
print(f"by hand {by_hand:.4f}, by Keras {by_keras:.4f}")

# %% [markdown]
# ### Exercise 01.7 · code (O4)
#
# Write this for many pairs at once. `user_idx` and `item_idx` are index arrays of the same length n; the tables have
# shapes (n_users, dim) and (n_items, dim), the biases (n_users,) and (n_items,). Return n chances.
#
# <details><summary>Hint 1</summary><code>user_table[user_idx]</code> looks up n rows at once: shape (n, dim).</details>
# <details><summary>Hint 2</summary>Multiply the two looked-up arrays, sum over <code>axis=1</code>, add both looked-up
# biases, and put the sum through the sigmoid 1 / (1 + e⁻ˢ).</details>


# %%
def my_chances(user_idx, item_idx, user_table, item_table, user_bias, item_bias):
    ### BEGIN SOLUTION
    score = (user_table[user_idx] * item_table[item_idx]).sum(axis=1)
    score = score + user_bias[user_idx] + item_bias[item_idx]
    return 1 / (1 + np.exp(-score))
    ### END SOLUTION


# %%
check("01.7", my_chances)

# %% [markdown]
# ### The canary
#
# Miners took a canary down: it noticed bad air first. Ours: shuffle the ratings in the table, *before the first step*, and
# run everything again. Now there is nothing to learn, and AUC must be 0.5. More would mean that the answer still gets in.
#
# ### Exercise 01.8 · choose (O1)
#
# Why before the first step? Somebody goes back to section 2 and shuffles only the labels, outside the table; the column
# `label` in `data` stays as it was. They train on the first 1,600 rows and measure AUC on the last 400, against the
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
shuffled = rng.permutation(data["label"])
blind = recipe(6)
blind.fit(data[:1600], shuffled[:1600], epochs=10, batch_size=32, verbose=0)
auc_blind = auc(shuffled[1600:], np.ravel(blind(data[1600:].to_numpy())))
print(f"AUC on the last 400 rows, `label` among the inputs: {auc_blind:.2f}")

# %% tags=["reveal"]
claim("labels shuffled outside the table: nothing is seen", abs(auc_blind - 0.5) < 0.1)

# %% [markdown]
# AUC is about 0.5 and the label still stands among the inputs: this test is blind. Ours shuffles in the table, and runs
# the whole pipeline of this section again:

# %% tags=["nbval-ignore-output"]
noise = ratings.assign(rating=rng.permutation(ratings["rating"]))
noise_train, noise_valid, _ = map(with_label, splits.split_last_share(noise))
canary, _ = train_model(noise_train, noise_valid, True, 3e-5, seed=1)
canary_auc = auc(noise_valid["liked"], np.ravel(canary(inputs(noise_valid))))
print(f"everything again on shuffled ratings: valid AUC {canary_auc:.2f}")

# %%
claim("the canary: AUC about 0.5", abs(canary_auc - 0.5) < 0.03)

# %% [markdown]
# About 0.5: the canary is well. The recipe went through this test in section 2, with a label that was
# noise from the start, and failed. One thing the canary cannot smell: whether the *future* was known. For that you need
# the split in time.
#
# ### The test, opened once
#
# The setting is chosen: biases and penalty. Two more seeds, and only now the test part, for the network and the bar.

# %% tags=["nbval-ignore-output"]
models = [model, *(train_model(train, valid, True, 3e-5, seed)[0] for seed in (2, 3))]
chances = [np.ravel(model(inputs(test))) for model in models]
test_auc = [auc(test["liked"], chance) for chance in chances]
averages = look_up(test, "item_id") + look_up(test, "user_id")
test_bar = auc(test["liked"], averages)
print(f"two averages {test_bar:.3f}; network", *(f"{value:.3f}" for value in test_auc))

# %% [markdown]
# The seeds agree with each other much better than with the bar. But other users would give other numbers. So draw 671
# users with replacement, 300 times (a user drawn twice weighs twice), and see how much the difference wobbles;
# lesson 04 explains this [interval](glossary.md#confidence-interval).


# %%
def interval(part, network, simple):
    user_number = users.to_idx(part["user_id"]) - 1  # 0 … 670
    differences = []
    for _ in range(300):
        weight = np.bincount(rng.integers(0, users.n, users.n), minlength=users.n)[user_number]  # times drawn
        better, worse = (auc(part["liked"], chance, sample_weight=weight) for chance in (network, simple))
        differences.append(better - worse)
    return np.quantile(differences, [0.025, 0.975])


# %% tags=["nbval-ignore-output"]
low, high = interval(test, chances[0], averages)
print(f"test, network − averages:       {test_auc[0] - test_bar:+.3f}, 95 % interval [{low:+.3f}, {high:+.3f}]")
only_biases = np.ravel(fitted["+ biases"](inputs(valid)))
level = interval(valid, only_biases, by_film + by_user)
lead = valid_auc["+ biases"] - bar
print(f"valid, only biases − averages:  {lead:+.3f}, 95 % interval [{level[0]:+.3f}, {level[1]:+.3f}]")

# %%
claim("test: the interval does not touch zero", low > 0)
claim("test: the network is about 0.01 better", 0.006 < test_auc[0] - test_bar < 0.016)
claim("test: seeds differ by less than 0.005", max(test_auc) - min(test_auc) < 0.005)
claim("valid, only biases: the interval holds zero", level[0] <= 0 <= level[1])

# %% [markdown]
# **The honest number**: AUC about 0.78 on the future of each user, about 0.01 more than two averages, and the interval
# does not touch zero. Small, real, and worth more than the 1.0 we began with. The lead of "+ biases" on valid was called
# level, because its interval holds zero: with other users it could be nothing.
#
# ### Exercise 01.9 · put in order (O4)
#
# The honest order of work. One line does not belong. Write the letters of the others in the right order, for example
# `"EDCBA"`.
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
# ## 10. Keep it
#
# The format of today is `.keras`: one file with the layers, the weights and the training state. Save, load, and compare
# every chance on the test part:

# %%
model.save(folder / "likes.keras")
loaded = keras.saving.load_model(folder / "likes.keras")
gap = np.abs(np.ravel(loaded(inputs(test))) - chances[0]).max()
assert gap <= 1e-6
print("same chances after loading:", gap <= 1e-6)

# %% [markdown]
# The recipe saves as `.h5`. That still works; Keras answers "This file format is considered legacy."
#
# The file knows row numbers, not ids: `users` and `films` must travel with it, or row 7 will be another film tomorrow.
# Preparation and model belong together; lesson 22 puts them into one package.

# %% [markdown]
# ## 11. The rest of the recipe's text
#
# Around such recipes stands advice. Some of it is as faulty as the code:
#
# | It says | Better |
# |---|---|
# | normalise the data, all of it | treat each column by its kind; an id is a name (sections 4, 5) |
# | clicks alone are enough to train on | where every label is yes, "always yes" is perfect (lesson 09) |
# | accuracy measures a recommender | measure the order: "always no" has high accuracy (section 7) |
# | test on rows drawn at random | hold out what comes later (sections 6, 9) |

# %% [markdown]
# ## What you did
#
# - You saw a perfect result on coin flips, found the label among the inputs, and took it out; the honest pipeline, run
#   on shuffled ratings, says 0.5 (**O1**).
# - You repaired the preparation: no zeros for gaps, scaling from train rows only, ids as names, and rows held out on
#   purpose (**O2**).
# - You closed the leak in a baseline, and saw a network lose to two averages before it won (**O3**).
# - You completed an embedding model, computed its chances by hand, put the honest steps in order, and followed them from
#   early stopping to the saved file (**O4**).
#
# A score that is too good is a finding about your pipeline. Look there first.

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
