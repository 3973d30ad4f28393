# %% [markdown]
# # Prepare the data
#
# Models take clean numbers of equal length. Data come with gaps, repeats, slips, names and lists. This lesson walks
# from one to the other, says *why* at each step, and measures what happens when the test part is seen too early.

# %% [markdown]
# **What you will do**
#
# - **O1** diagnose a broken file and repair it, with a reason for each repair
# - **O2** compute normalisation and standardisation, and choose between them
# - **O3** encode ids and categories, so that unknown ones have a place too
# - **O4** pad histories to one length, and mask the padding
# - **O5** follow the same preparation through scikit-learn and Keras, fitted on train only
# - **O6** measure what leaks when a preparation sees the test part
#
# **What you need**: lesson 02, and about 130 minutes; there is a good place for a break before section 6. The whole
# notebook runs in half a minute; most of it is the start of TensorFlow in section 7.

# %%
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from recsys_helpers.data import DataProblems, IdMap, check_interactions, load_csv, load_movielens, splits
from recsys_helpers.evaluation import metrics
from recsys_helpers.exercises import check
from recsys_helpers.notebook import claim, new_figure, show
from recsys_helpers.start import quiet_tensorflow, set_seed

set_seed(42)
ratings, movies = load_movielens()

# %% [markdown]
# ## 1. A broken file
#
# Ten rows that somebody exported for you. Read them slowly: how many troubles do you see?

# %%
text = """user,film,stars,time
7,Alien,4.5,1262304000
7,Heat,50,1262304060
8,Alien,,1262305000
8,Fargo,3.0,1262306000
8,Fargo,3.5,1262392400
,Heat,4.0,1262307000
9,Heat,4 stars,1262309000
9,Alien,2.0,1262310000000
9,Fargo,1.0,1262311000
7,Alien,4.5,1262304000
"""
folder = tempfile.TemporaryDirectory()  # is removed when Python ends
path = Path(folder.name) / "my_ratings.csv"
path.write_text(text, encoding="utf-8")
pd.read_csv(path).dtypes

# %% [markdown]
# ### Exercise 03.1 · predict (O1)
#
# How many troubles did you count in the ten rows? (That the columns have other names than ours is not one of them.)

# %%
n_troubles = ...
### BEGIN SOLUTION
n_troubles = 7
### END SOLUTION

# %%
check("03.1", n_troubles)

# %% [markdown]
# pandas does not complain. But look at the types: the users became decimal numbers (because one is missing) and the
# stars became text (because of one word; pandas 2, for example on Colab, writes `object` for text). A model trained on
# this would fail later, far away from the cause, or not fail at all.
#
# `load_csv` knows four columns, `user_id`, `item_id`, `rating`, `timestamp` (it cannot do without the first two), and
# checks them against a [schema](glossary.md#schema): a list of what each column must be.

# %%
try:
    load_csv(path)
except DataProblems as error:
    print(error)

# %% [markdown]
# The names differ, so it stops there and says what to write:

# %% tags=["reveal"]
names = {"user_id": "user", "item_id": "film", "rating": "stars", "timestamp": "time"}
try:
    load_csv(path, columns=names)
except DataProblems as error:
    print(error)

# %% [markdown]
# Seven problems at once, each with its line and a way out. Did you see them all? Three more files, each broken in a way
# that is easy to miss:

# %%
broken = {
    "another encoding": "user_id,item_id\n1,Amélie\n2,Léon\n".encode("latin-1"),
    "decimal commas": b"user_id,item_id,rating\n1,5,3,5\n2,5,4,0\n",
    "rounded ids": b"user_id,item_id\n1.23E+12,5\n1.24E+12,6\n",
}
for name, content in broken.items():
    (Path(folder.name) / "bad.csv").write_bytes(content)
    try:
        load_csv(Path(folder.name) / "bad.csv")
    except DataProblems as error:
        print(f"{name}: {error.problems[0]}")

# %% [markdown]
# The third one was opened in a spreadsheet and saved: the true ids are lost, and two users may have become one.
#
# Now repair the first file, one problem after the other, and count what is left. Read everything as text first, so that
# nothing is converted in silence.


# %%
def problems_in(frame):
    try:
        check_interactions(frame)
    except DataProblems as error:
        return error.problems
    return []


def report(step, frame):
    print(f"{step:24} rows {len(frame):2}   problems {len(problems_in(frame))}")


rows = pd.read_csv(path, dtype="str").rename(columns={theirs: ours for ours, theirs in names.items()})
report("as it came", rows)

# %% [markdown]
# **Errors of format** have one right answer: "4 stars" is 4. **Errors of unit** as well: a time a thousand times too large
# is in milliseconds.

# %%
rows["rating"] = pd.to_numeric(rows["rating"].replace(" stars$", "", regex=True))
report("stars are numbers", rows)
rows["timestamp"] = pd.to_numeric(rows["timestamp"])
is_milliseconds = rows["timestamp"] > 1e11
rows.loc[is_milliseconds, "timestamp"] //= 1000
report("times are seconds", rows)

# %% [markdown]
# **Impossible values** have no right answer. 50 may have been 5.0, or 0.5, or a slip of the finger.
#
# ### Exercise 03.2 · choose (O1)
#
# What do you do with the rating 50 on a scale that ends at 5?
#
# - **a** cut it down to 5, the nearest possible value
# - **b** replace it by the mean rating
# - **c** ask where it came from; if nobody knows, treat it as missing, and count how often this happens
# - **d** leave it: one value among many does no harm

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("03.2", answer)

# %% tags=["reveal"]
rows["rating"] = rows["rating"].where(rows["rating"].between(0.5, 5))
report("impossible is missing", rows)

# %% [markdown]
# **Missing values**: it depends on what is missing.
#
# | missing | usual answer | why |
# |---|---|---|
# | an id | drop the row | nobody to learn about |
# | the [label](glossary.md#label), here the rating | drop the row | nothing to learn from it |
# | a [feature](glossary.md#feature), such as a film's year | fill in, and note it in a column of its own | the row still tells something: section 3 |
# | the whole row | nothing to do | not a gap: see lesson 02 |

# %%
rows = rows.dropna(subset=["user_id", "item_id", "rating"])
report("no id or label missing", rows)

# %% [markdown]
# **Repeats** are of two kinds. The same row twice is a slip of the export: keep one. The same pair with another rating is
# a change of mind: keep the latest. (If rows were plays or purchases, a repeat would be news: count them.)

# %%
rows = rows.drop_duplicates()
report("no row twice", rows)
rows = rows.sort_values("timestamp").drop_duplicates(["user_id", "item_id"], keep="last")
report("no pair twice", rows)
check_interactions(rows)

# %% [markdown]
# Five of ten rows are left, and the types are right: whole numbers for users and times. Keep such a log of your steps. It
# is part of the result: whoever gets your numbers must be able to see what was thrown away.

# %% [markdown]
# ### Exercise 03.3 · code (O1)
#
# Write the last step as a function: of each (user_id, item_id) pair only the row with the largest timestamp stays. The
# order of the rows of the result does not matter; the frame that comes in must not be changed.
#
# <details><summary>Hint 1</summary><code>drop_duplicates(["user_id", "item_id"], keep="last")</code> keeps the last row
# <em>in the order of the frame</em>.</details>
# <details><summary>Hint 2</summary>So sort by timestamp first: <code>frame.sort_values("timestamp")</code>.</details>


# %%
def keep_latest(frame):
    ### BEGIN SOLUTION
    return frame.sort_values("timestamp").drop_duplicates(["user_id", "item_id"], keep="last")
    ### END SOLUTION


# %%
check("03.3", keep_latest)

# %% [markdown]
# ### And the real file?

# %%
print("problems in MovieLens:", len(problems_in(ratings)))
print("films with neither title nor year:", (movies["title"].isna() & movies["year"].isna()).sum())
print("films with the words '(no genres listed)':", (movies["genres"] == "(no genres listed)").sum())
print("titles that belong to several films:", movies["title"][movies["title"].duplicated()].nunique())
movies[movies.duplicated(["title", "year"], keep=False)]

# %% [markdown]
# The ratings are clean: others have done this work before. The films are not quite. Five have neither title nor year, and
# stand in the table above because gaps look alike. 17 have a missing value in disguise, a text that says "nothing". 208
# titles are shared, nearly all by films of different years, so a title is no key. And two titles occur twice *in the same
# year*: one film with two ids, or two films? No schema can tell. Somebody has to look.
#
# ### Outliers
#
# An [outlier](glossary.md#outlier) is a value far from all others. It is a question, not an error. A usual rule looks
# at the middle half of all values, and calls far what lies more than one and a half times its width above it:

# %%
n_ratings = ratings["user_id"].value_counts()  # per user
low, middle, high = n_ratings.quantile([0.25, 0.5, 0.75])
limit = high + 1.5 * (high - low)
busy = n_ratings[n_ratings > limit]
times = ratings.loc[ratings["user_id"] == n_ratings.index[0], "timestamp"]  # of the busiest user
print(f"quartiles {low:.0f}, {middle:.0f}, {high:.0f}; far: above {limit:.0f} ratings, {len(busy)} users")
print(f"they wrote {busy.sum() / len(ratings):.0%} of all ratings")
print(f"the busiest: {busy.max():,} in {(times.max() - times.min()) / (365 * 24 * 3600):.1f} years")

# %% [markdown]
# 60 users would go, and with them 43 % of the data. But 2,391 ratings over almost 16 years are possible, and nothing
# says that they are an error. So do not delete them; choose a scale on which they do no harm. That is the next section.

# %% [markdown]
# ## 2. Numbers: two ways to scale
#
# Five numbers. [Normalisation](glossary.md#normalization) (min–max) moves them into 0 … 1: subtract the smallest, divide by the range.

# %%
numbers = np.array([2.0, 4.0, 5.0, 6.0, 8.0])
normalised = (numbers - numbers.min()) / (numbers.max() - numbers.min())
normalised.round(2)

# %% [markdown]
# [Standardisation](glossary.md#standardization) subtracts the mean and divides by the standard deviation, the usual measure of how far values
# lie from their mean; we also call it their *spread*. The mean is 5. The squared distances are 9, 1, 0, 1, 9; their mean
# is 4, its root 2.

# %%
standardised = (numbers - numbers.mean()) / numbers.std()
print("mean", numbers.mean(), "standard deviation", numbers.std())
standardised

# %% [markdown]
# Now the values have mean 0 and spread 1, and no limits. What if the last number is 80 instead of 8?

# %%
with_outlier = np.array([2.0, 4.0, 5.0, 6.0, 80.0])
print("min–max     ", ((with_outlier - 2) / 78).round(2))
print("standardised", ((with_outlier - with_outlier.mean()) / with_outlier.std()).round(2))
logs = np.log(with_outlier)
print("log first   ", ((logs - logs.mean()) / logs.std()).round(2))

# %% [markdown]
# One outlier and both squeeze the other four together: between 0 and 0.05, or between −0.57 and −0.44. The logarithm
# first, and they are apart again. Use it for counts.
#
# ### Exercise 03.4 · predict (O2)
#
# The real thing: numbers of ratings per user go from 20 to 2,391; half of the users have 71 or fewer. After min–max, where
# between 0 and 1 does the user with 71 ratings stand?

# %%
median_user = ...
### BEGIN SOLUTION
median_user = 0.02
### END SOLUTION

# %%
check("03.4", median_user)


# %% tags=["reveal"]
def standardise_one(values):  # a pandas Series; it divides by n − 1 unless told ddof=0; NumPy and scikit-learn by n
    return (values - values.mean()) / values.std(ddof=0)


scaled = {
    "min–max": (n_ratings - n_ratings.min()) / (n_ratings.max() - n_ratings.min()),
    "standardised": standardise_one(n_ratings),
    "log, then standardised": standardise_one(np.log(n_ratings)),
}
for name, values in scaled.items():
    print(f"{name:23} smallest {values.min():5.2f}   median {values.median():5.2f}   largest {values.max():5.2f}")

# %%
figure, axes = new_figure(9, 2.5, n_panels=3)
for panel, (name, values) in zip(axes, scaled.items()):
    panel.hist(values, bins=30, color="#0072B2")
    panel.set(title=name, xlabel="ratings per user, scaled")
axes[0].set_ylabel("users")
show(
    figure,
    alt="Three histograms of the same 671 users. Min–max and standardised look the same: nearly everybody in the first "
    "bars, a tail of single users far to the right. After a logarithm, on a lower scale, they spread from −1.4 to 3.3 "
    "with only a short tail.",
)

# %% [markdown]
# Min–max and standardising only move and stretch: the shape stays. Only the logarithm changes it. (The third picture has
# a vertical scale of its own: its highest bar holds fewer than 70 users, that of the others more than 400.)
#
# ### What scales what
#
# | column | do | because |
# |---|---|---|
# | ids | never scale | names, not amounts: section 4 |
# | the label (stars) | leave it, or subtract a mean | so that errors stay in stars |
# | counts, prices, play time | log, then standardise | long tails |
# | year, age | standardise | no long tail, no natural limits |
# | already 0 … 1, or yes/no | leave | nothing to gain |
# | a constant column | drop it | its spread is 0, and dividing by 0 gives no number |
#
# Networks need this, and so does all that measures a distance between two rows.

# %% [markdown]
# ### Exercise 03.5 · code (O2)
#
# Standardise each column of `other` with the mean and standard deviation **of `train`**. Both have shape (rows, columns),
# with different numbers of rows. Where a column of `train` is constant, divide by 1 instead of 0, as scikit-learn and
# Keras do. (In lesson 01 such a column became 0. Either is fine, as long as it is the same for all rows.)
#
# <details><summary>Hint 1</summary><code>train.mean(axis=0)</code> has one value for each column.</details>
# <details><summary>Hint 2</summary><code>np.where(spread == 0, 1, spread)</code> replaces the zeros.</details>


# %%
def standardise(train, other):
    ### BEGIN SOLUTION
    spread = train.std(axis=0)
    return (other - train.mean(axis=0)) / np.where(spread == 0, 1, spread)
    ### END SOLUTION


# %%
check("03.5", standardise)

# %% [markdown]
# ## 3. Gaps in features
#
# Five films, one without a year. The popular one-liner is `fillna(0)`:

# %%
years = pd.Series([1994.0, 1999.0, np.nan, 1972.0, 2008.0])
with_zero = years.fillna(0)
with_median = years.fillna(years.median())
for name, filled in {"filled with 0": with_zero, "with the median": with_median}.items():
    print(f"{name:16}", ((filled - filled.min()) / (filled.max() - filled.min())).round(2).tolist())

# %% [markdown]
# Zero is a year too, and the model will believe it: the film seems two thousand years old, and all the others are squeezed
# between 0.98 and 1. The median is a modest guess. That it *is* a guess belongs into a column of its own. This is
# [imputation](glossary.md#imputation).

# %%
pd.DataFrame({"year": with_median, "year_is_missing": years.isna().astype(int)}).T

# %% [markdown]
# ## 4. Names: ids and categories
#
# Film 50 is not twice film 25. An [id](glossary.md#id-map) is a name. Networks look names up in a table, row by row, so each id needs a row
# number: a **dense index**.

# %%
print("films:", len(movies), "· largest id:", movies["item_id"].max())

# %% [markdown]
# A table with a row for each *possible* id would have 163,949 rows for 9,066 films. So we number the known ids 1, 2, 3 …
# Index 0 stays free. In this course it has two jobs: it fills up short histories (section 6), and it stands for whatever
# is unknown. The price: an unknown film inside a history looks like padding, so it is passed over. (Others keep 0 for
# padding and give the unknown an index of their own.)


# %%
class MyIdMap:
    def __init__(self, raw_ids):
        self.ids = sorted(set(raw_ids))
        self.index_of = {raw: place for place, raw in enumerate(self.ids, start=1)}

    def to_idx(self, raw_ids):
        return np.array([self.index_of.get(raw, 0) for raw in raw_ids])  # unknown: 0

    def to_id(self, idx):
        return np.array([self.ids[place - 1] for place in idx])


mine = MyIdMap([50, 10, 50, 30])
print("known", mine.ids, "· index of 10 and 50:", mine.to_idx([10, 50]), "· id of index 2:", mine.to_id([2]))

# %% [markdown]
# ### Exercise 03.6 · trace (O3)
#
# The same map, built from 50, 10, 50, 30. What does `mine.to_idx([30, 99, 10])` return? Answer with a list.

# %%
indices = ...
### BEGIN SOLUTION
indices = [2, 0, 1]
### END SOLUTION

# %%
check("03.6", indices)

# %% [markdown]
# The helpers hold the same thing, `IdMap`, faster and with one difference: an unknown id is an error, unless you say
# `unknown=0`.

# %%
helper, mine = IdMap(movies["item_id"]), MyIdMap(movies["item_id"])
some = [1, 1721, 999_999, 162376]
assert (helper.to_idx(some, unknown=0) == mine.to_idx(some)).all()
assert (helper.to_id([1, 2, helper.n]) == mine.to_id([1, 2, helper.n])).all()
print(dict(zip(some, helper.to_idx(some, unknown=0).tolist())), "· rows of a table:", helper.n_rows)

# %% [markdown]
# ### Categories
#
# A genre is a name as well, but there are few, and a film can have several. One column for each: [one-hot](glossary.md#one-hot-encoding) if exactly one
# applies, [multi-hot](glossary.md#multi-hot-encoding) if several can.

# %%
genres = ["Action|Comedy", "Drama", "Comedy|Drama|War"]
vocabulary = ["Action", "Comedy", "Drama", "War"]
multi_hot = np.zeros((len(genres), len(vocabulary)), dtype=int)  # (n_films, n_genres)
for row, names_of_film in enumerate(genres):
    for name in names_of_film.split("|"):
        multi_hot[row, vocabulary.index(name)] = 1
multi_hot

# %% [markdown]
# Numbering the genres 1, 2, 3, 4 in a single column would claim that War is four times Action. pandas has it as one
# call; the disguised missing value becomes a row of zeros.

# %%
genre_table = movies["genres"].replace("(no genres listed)", "").str.get_dummies("|")
print(genre_table.shape, "· genres per film:", genre_table.sum(axis=1).value_counts().sort_index().to_dict())

# %% [markdown]
# ### Exercise 03.7 · code (O3)
#
# Write it as a function that also works next year: a genre that is not in the vocabulary is left out, without an error.
# Return an array of zeros and ones, shape (len(genres), len(vocabulary)).
#
# <details><summary>Hint 1</summary>Start with <code>np.zeros((len(genres), len(vocabulary)))</code> and split each text at
# <code>"|"</code>.</details>
# <details><summary>Hint 2</summary>Ask <code>if name in vocabulary</code> before you look for its place. Compare whole
# names: "Art" is inside "Martial Arts", too.</details>


# %%
def multi_hot_of(genres, vocabulary):
    ### BEGIN SOLUTION
    table = np.zeros((len(genres), len(vocabulary)), dtype=int)
    for row, text in enumerate(genres):
        for name in text.split("|"):
            if name in vocabulary:
                table[row, vocabulary.index(name)] = 1
    return table
    ### END SOLUTION


# %%
check("03.7", multi_hot_of)

# %% [markdown]
# ## 5. Fit on train only
#
# Every step above *learned* something from data: a mean, a median, a vocabulary. What is learned must come from the train
# part alone; the test part plays the future. So first cut, then fit.
#
# First cut. Test: the last fifth of each user's ratings. Train: everything before. (Section 8 splits train once more: its
# latest part is called *valid*, for choosing a setting.) Lesson 04 says why just so.

# %%
movies["main_genre"] = movies["genres"].str.split("|").str[0]
movies["n_genres"] = genre_table.sum(axis=1)
movies["year"] = movies["year"].astype("float64")
cut = splits.split_last_share(ratings)
train = pd.concat([cut.train, cut.valid]).merge(movies, on="item_id")
test = cut.test.merge(movies, on="item_id")
print(f"train {len(train):,} rows, of films without a year {train['year'].isna().sum()}")
print(f"test  {len(test):,} rows, of films without a year {test['year'].isna().sum()}")
train[["rating", "year", "n_genres", "main_genre"]].head(3)

# %% [markdown]
# A row is a rating with the columns of its film. The five films without a year have 3 + 4 = 7 ratings.
#
# The vocabulary of ids is learned as well. Some test films were never in train. They get index 0:

# %%
items = IdMap(train["item_id"])
is_unknown = items.to_idx(test["item_id"], unknown=0) == 0
print(f"known films {items.n:,}; test ratings of unknown films {is_unknown.sum():,} ({is_unknown.mean():.1%})")

# %% [markdown]
# scikit-learn chains such steps in a [pipeline](glossary.md#pipeline). `fit` learns, `transform` applies. A `ColumnTransformer` sends each
# column through its own steps: numbers are filled with the median and standardised, the genre is one-hot encoded, and
# an unknown genre becomes zeros.

# %%
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

number_columns = ["year", "n_genres"]
prepare = ColumnTransformer(
    [
        ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), number_columns),
        ("genre", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["main_genre"]),
    ]
)
x_train = prepare.fit_transform(train)  # learns here …
x_test = prepare.transform(test)  # … and never here
print(x_train.shape, x_test.shape)

# %% [markdown]
# Two numbers and 19 values of the main genre make 21 columns. (One of the 19 is "no genres listed": a missing category
# may be a category of its own.) What did it learn, and did it do what we did by hand?

# %%
filled = train[number_columns].fillna(train[number_columns].median())
by_hand = (filled - filled.mean()) / filled.std(ddof=0)
assert np.allclose(x_train[:, :2], by_hand)
print(f"median year {filled['year'].median():.0f}, mean {filled['year'].mean():.1f}")
print("test, mean of the scaled columns:", x_test[:, :2].mean(axis=0).round(2))

# %% [markdown]
# The test columns do not have mean 0: their films are a little newer, and have fewer genres. That is right. The ruler
# belongs to train.
#
# ### Exercise 03.8 · put in order (O5)
#
# Put the lines in order. Two lines do not belong. Write the letters, for example `"ABCDE"`.
#
# ```text
# A   model.fit(scaler.transform(train), train_labels)
# B   scaler.fit(train)
# C   scaler.fit(pd.concat([train, test]))
# D   train, test = cut_in_time(rows)
# E   predicted = model.predict(scaler.fit_transform(test))
# F   error = rmse(predicted, test_labels)
# G   predicted = model.predict(scaler.transform(test))
# ```

# %%
order = ...
### BEGIN SOLUTION
order = "DBAGF"
### END SOLUTION

# %%
check("03.8", order)

# %% [markdown]
# This is a good place for a break.
#
# ## 6. Lists: pad and mask
#
# Three users with histories of films, as indices, oldest first. A network wants a rectangle. [Padding](glossary.md#padding) fills short
# histories with 0; long ones are cut, and the *latest* films are kept, because they say most about what comes next.

# %%
histories = [[3, 5], [7], [2, 4, 6, 8, 1]]


def pad(histories, length):
    padded = np.zeros((len(histories), length), dtype=int)  # (n_users, length)
    for row, history in enumerate(histories):
        kept = history[-length:]  # the latest films
        padded[row, length - len(kept) :] = kept  # the zeros stay in front
    return padded


pad(histories, 4)

# %% [markdown]
# ### Exercise 03.9 · fill in (O4)
#
# The zeros may stand behind as well. Write this other `pad`: again the latest films of a long history are kept, the
# oldest of them first. For our three histories and length 4 the rows are 3 5 0 0, then 7 0 0 0, then 4 6 8 1.
#
# <details><summary>Hint 1</summary>Go through the histories as <code>pad</code> does. Only the cells you write to are
# others.</details>
# <details><summary>Hint 2</summary>The first <code>len(kept)</code> cells of a row are
# <code>padded[row, : len(kept)]</code>.</details>


# %%
def pad_behind(histories, length):
    padded = np.zeros((len(histories), length), dtype=int)  # (n_users, length)
    ### BEGIN SOLUTION
    for row, history in enumerate(histories):
        kept = history[-length:]
        padded[row, : len(kept)] = kept
    return padded
    ### END SOLUTION


# %%
check("03.9", pad_behind)

# %% [markdown]
# The zeros are no films. Every later step must know which cells are real. The [mask](glossary.md#mask) says so, and its name says what
# True means: `is_real`.

# %%
padded = pad(histories, 4)
is_real = padded != 0
print("mean of all cells: ", padded.mean(axis=1))
print("mean of real cells:", padded.sum(axis=1) / is_real.sum(axis=1))

# %% [markdown]
# (A mean of indices has no meaning; think of a number that belongs to each film.) The first user's mean is 4. With the
# zeros counted in it is 2: padding pulls every short history towards nothing.

# %%
by_side = {"pre": padded, "post": np.array([[3, 5, 0, 0], [7, 0, 0, 0], [4, 6, 8, 1]])}
figure, axes = new_figure(7.5, 2.2, n_panels=2)
for panel, (side, table) in zip(axes, by_side.items()):
    panel.imshow(table != 0, cmap="Blues", vmax=1.6, vmin=0, aspect="auto")
    for (row, column), value in np.ndenumerate(table):
        panel.annotate(value, (column, row), ha="center", va="center", color="black" if value else "#777777")
    panel.set(title=f"padding={side!r}", xlabel="place", xticks=range(4), yticks=range(3), ylabel="user")
    panel.grid(False)
show(
    figure,
    alt="Two rectangles of 3 users and 4 places, real cells blue. Padded before: rows 0 0 3 5, 0 0 0 7 and 4 6 8 1, so "
    "the latest film stands always in the last place. Padded after: 3 5 0 0, 7 0 0 0 and 4 6 8 1.",
)

# %% [markdown]
# Libraries call zeros in front *pre* and zeros behind *post*. With *pre* the latest film always stands in the last place.
# With *post* it stands at place *number of real films − 1*, another one in each row. Code that mixes the two reads
# zeros, and nothing fails.
#
# ### Exercise 03.10 · find the bug (O4)
#
# This function should return the latest film of each user, from an array padded on **either** side. It is right for one
# side only. Mend it. Every user has at least one film.
#
# <details><summary>Hint 1</summary>The number of real cells minus one is the last real place only if the zeros stand
# behind.</details>
# <details><summary>Hint 2</summary><code>np.arange(length)</code> numbers the places; times the mask, its largest value in a
# row is the last real place.</details>


# %%
def latest_film(padded):
    n_real = (padded != 0).sum(axis=1)
    return padded[np.arange(len(padded)), n_real - 1]


### BEGIN SOLUTION
def latest_film(padded):  # noqa: F811
    is_real = padded != 0
    last = (np.arange(padded.shape[1]) * is_real).max(axis=1)
    return padded[np.arange(len(padded)), last]
### END SOLUTION


# %%
check("03.10", latest_film)

# %% [markdown]
# The real histories are of very different lengths. Which length to choose? Each choice costs something:

# %%
ordered = splits.order_in_time(train)
lengths = ordered.groupby("user_id").size()
for length in (20, 50, 100, 200):
    is_padding = 1 - np.minimum(lengths, length).sum() / (len(lengths) * length)
    is_cut = (lengths > length).mean()
    print(f"length {length:3}: {is_cut:.0%} of the histories are cut, {is_padding:.0%} of the cells are padding")

# %% [markdown]
# Short rectangles cut many users, long ones hold mostly zeros. A later lesson comes back to this.

# %% [markdown]
# ## 7. The same in Keras
#
# Keras has layers for these steps. They can live *inside* the model, so that the running service prepares data exactly as
# training did; otherwise there is [training–serving skew](glossary.md#trainingserving-skew). The first import of
# TensorFlow takes some seconds.

# %%
quiet_tensorflow()
import keras
from keras import layers

for side, ours in by_side.items():
    theirs = keras.utils.pad_sequences(histories, maxlen=4, padding=side, truncating="pre")
    assert (theirs == ours).all()
print("padded by Keras, post:\n", theirs)

# %% [markdown]
# Watch `truncating`: it says which end is cut *away*, so "pre" keeps the latest films. Next, standardisation: `adapt`
# is Keras's word for fit.

# %%
fill = train[number_columns].median()  # Keras has no layer that fills gaps: we do it before
numbers_train = train[number_columns].fillna(fill).to_numpy()
numbers_test = test[number_columns].fillna(fill).to_numpy()
shift = layers.Rescaling(scale=1.0, offset=[-2000.0, 0.0])  # values × scale + offset, for year and n_genres
scale, unshifted = layers.Normalization(), layers.Normalization()
scale.adapt(numbers_train - np.array([2000, 0]))  # learns mean and variance of the shifted columns
unshifted.adapt(numbers_train)
error = np.abs(np.asarray(scale(shift(numbers_test))) - x_test[:, :2]).max()
assert error < 1e-6 < np.abs(np.asarray(unshifted(numbers_test)) - x_test[:, :2]).max()
print("largest difference from scikit-learn below 1e-6:", bool(error < 1e-6))

# %% [markdown]
# The layer is called Normalization, but it standardises, and agrees with scikit-learn.
#
# <details><summary>Why subtract 2000 from the years first?</summary>
#
# In exact arithmetic that changes nothing, because the mean moves along. But Keras computes with 32 bits, about seven
# digits, and a year like 1994 spends four of them before anything interesting begins. Without the shift the difference
# is larger than 1e-6: the assert says so.
#
# </details>

# %% [markdown]
# Genres: `StringLookup` turns words into indices or, with `output_mode="one_hot"`, into columns. Column 0 is for words it
# does not know ([out-of-vocabulary](glossary.md#out-of-vocabulary)); the known ones follow in our order.

# %%
vocabulary = sorted(train["main_genre"].unique())
lookup = layers.StringLookup(vocabulary=vocabulary, output_mode="one_hot")
small = np.asarray(lookup(np.array([["Action"], ["Opera"]])))
print("vocabulary:", vocabulary[:3], "…")
print("Action is column", small[0].argmax(), "· Opera is column", small[1].argmax())
one_hot = np.asarray(lookup(test[["main_genre"]].to_numpy().astype("U")))
assert (one_hot[:, 1:] == x_test[:, 2:]).all()

# %% [markdown]
# Action is second in the vocabulary, for a bracket sorts before letters: column 2. Opera is unknown: column 0.
#
# Ids: `IntegerLookup` with the known ids in sorted order is our id map, unknown ones at 0 included. And `CategoryEncoding`
# makes multi-hot rows out of padded lists of indices.

# %%
id_lookup = layers.IntegerLookup(vocabulary=items.ids, mask_token=None)
assert (np.asarray(id_lookup(test["item_id"].to_numpy())) == items.to_idx(test["item_id"], unknown=0)).all()
encode = layers.CategoryEncoding(num_tokens=9, output_mode="multi_hot")
np.asarray(encode(padded)).astype(int)

# %% [markdown]
# Column 0 is the padding (it is 1 for the two short histories): drop it, as with the one-hot. Last, everything in one
# model: two inputs in, the 21 columns of scikit-learn out.

# %%
numbers_in = keras.Input(shape=(2,), name="numbers")
genre_in = keras.Input(shape=(1,), dtype="string", name="genre")
columns = layers.Concatenate()([scale(shift(numbers_in)), lookup(genre_in)[:, 1:]])
prepare_in_keras = keras.Model([numbers_in, genre_in], columns)

# a tensor is Keras's word for an array; a model takes words only as a tensor of type "string"
tensor = keras.ops.convert_to_tensor
words = tensor(test[["main_genre"]].to_numpy().astype("U"), dtype="string")
from_keras = np.asarray(prepare_in_keras([tensor(numbers_test), words]))
assert from_keras.shape == x_test.shape and np.abs(from_keras - x_test).max() < 1e-6
print(from_keras.shape, "the same as scikit-learn to 1e-6")

# %% [markdown]
# Raw years and words go in, prepared columns come out. Only the filling of gaps stayed outside: whoever runs this model
# must do it too, with the same median. Which of the two to take? scikit-learn for its own models and for trying things out,
# Keras layers for a network that will answer visitors of a website: they travel with it (a later lesson).

# %% [markdown]
# ## 8. What leaks, measured
#
# "Fit on train only" is a rule. How much does it matter? Measure: predict the stars of the test part from the 21 columns,
# once prepared by train, once by train and test together. The model is linear: each column times a weight, all added
# up. scikit-learn's `Ridge` finds the weights with small squared errors on train. [RMSE](glossary.md#root-mean-squared-error) is the error in stars, smaller is better
# (lesson 04 says more).

# %%
from sklearn.base import clone
from sklearn.linear_model import Ridge


def error_with(prepared):
    model = Ridge().fit(prepared.transform(train), train["rating"])
    return metrics.rmse(model.predict(prepared.transform(test)), test["rating"].to_numpy())


both = pd.concat([train, test], ignore_index=True)
honest, leaky = error_with(prepare), error_with(clone(prepare).fit(both))
print(f"fitted on train {honest:.4f}, on train and test {leaky:.4f}")
print("equal to one millionth:", bool(abs(honest - leaky) < 1e-6))

# %% [markdown]
# Nothing. A mean and a spread of 80,251 rows hardly change with 19,753 more, and they hold no label. Say it honestly: with
# so many rows, a leaking scaler is a bad habit rather than a wrong result. (With few rows or strong drift it can be
# more, and doing it right costs nothing.)
#
# Now something that *does* hold labels. 9,066 films are too many for one-hot columns. [Target encoding](glossary.md#target-encoding) describes a film by one
# number: its mean rating. By hand:

# %%
toy = pd.DataFrame({"film": ["A", "A", "B"], "rating": [4.0, 2.0, 5.0], "part": ["train", "train", "test"]})
print("means of train only:", toy[toy["part"] == "train"].groupby("film")["rating"].mean().to_dict())
print("means of all rows:  ", toy.groupby("film")["rating"].mean().to_dict())

# %% [markdown]
# From train, film B has no mean; one must guess, for example the mean of all. From all rows, B's "feature" is 5.0, and
# that is the very label we were asked to predict. Now the real rows: predict each test rating by its film's mean.


# %%
def error_of_means(learn_from, train, test):
    means = learn_from.groupby("item_id")["rating"].mean()
    predicted = test["item_id"].map(means).fillna(train["rating"].mean())
    return metrics.rmse(predicted.to_numpy(), test["rating"].to_numpy())


def three_errors(train, test):
    both = pd.concat([train, test])
    constant = np.full(len(test), train["rating"].mean())
    return {
        "mean of everything": metrics.rmse(constant, test["rating"].to_numpy()),
        "film means, train only": error_of_means(train, train, test),
        "film means, all rows": error_of_means(both, train, test),
    }


real = three_errors(train, test)
{name: round(error, 3) for name, error in real.items()}

# %% [markdown]
# With the leak the error falls from 1.029 to 0.883 stars. A jump like this looks like a breakthrough. It is a look at the
# answers.
#
# ### Exercise 03.11 · predict (O6)
#
# A test that catches leaked labels: shuffle all ratings, over train and test together. Now no film is good or bad, and
# nothing can be predicted. The mean of everything has an RMSE of about 1.06. What do the film means of *all rows* reach
# on this noise? Guess a number.

# %%
rmse_on_noise = ...
### BEGIN SOLUTION
rmse_on_noise = 0.99
### END SOLUTION

# %%
check("03.11", rmse_on_noise)

# %% tags=["reveal"]
rng = np.random.default_rng(42)
shuffled = both.assign(rating=rng.permutation(both["rating"].to_numpy()))
noise = three_errors(shuffled[: len(train)], shuffled[len(train) :])
pd.DataFrame({"real stars": real, "shuffled stars": noise}).round(3)

# %%
leaky_real, honest_real = real["film means, all rows"], real["film means, train only"]
leaky_noise, honest_noise = noise["film means, all rows"], noise["film means, train only"]
claim("real stars: 1.029 from train, 0.883 with the leak", f"{honest_real:.3f} {leaky_real:.3f}" == "1.029 0.883")
# twenty other shuffles: film means of all rows 0.072 … 0.080 below the mean of everything, of train 0.058 … 0.072 above
claim("on noise the leak seems to predict", leaky_noise < noise["mean of everything"] - 0.06)
claim("on noise the honest means lose to a constant", honest_noise > noise["mean of everything"] + 0.05)

# %%
figure, axes = new_figure(7.5, 2.8)
for place, (name, colour, hatch) in enumerate(zip(real, ("#999999", "#0072B2", "#D55E00"), ("", "", "//"))):
    heights = real[name], noise[name]
    bars = axes.bar(np.arange(2) + 0.26 * (place - 1), heights, 0.24, color=colour, hatch=hatch, label=name)
    axes.bar_label(bars, fmt="%.2f", fontsize=9)
axes.set(xticks=[0, 1], xticklabels=["real stars", "shuffled stars: noise"], ylabel="RMSE on test", ylim=(0, 1.3))
axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
show(
    figure,
    alt="Bars of test error. Real stars: mean of everything 1.06, film means of train 1.03, of all rows 0.88. "
    "Shuffled stars: 1.06, 1.13 and 0.99. Only the leaking one seems to predict noise.",
)

# %% [markdown]
# On pure noise the honest film means do *worse* than one constant (1.13 against 1.06), as they must: they have learned
# noise. The leaking ones do better than it (0.99). A method that predicts noise has seen the labels.
#
# ### Exercise 03.12 · choose (O6)
#
# The scaler saw the test part and nothing happened; the film means saw it and the error collapsed. Why?
#
# - **a** the scaler holds means and spreads of 100,004 rows, and no label; a rare film's mean holds the test label almost alone
# - **b** the scaler was fitted in scikit-learn, which prevents leaks
# - **c** means always leak, standard deviations do not
# - **d** the test part was larger for the film means

# %%
answer = ...
### BEGIN SOLUTION
answer = "a"
### END SOLUTION

# %%
check("03.12", answer)

# %% tags=["reveal"]
n_of_film = test["item_id"].map(both["item_id"].value_counts())
print(f"test ratings that are the only rating of their film: {(n_of_film == 1).sum():,} of {len(test):,}")

# %% [markdown]
# For 1,151 test ratings the leaking "feature" *is* the label.
#
# ### Repair it
#
# Train only, and one more thing: a mean of one rating is a weak witness. So pretend that each film also has *k* ratings at
# the overall mean. This is called smoothing. How many? A setting, chosen on the valid part.


# %%
def smoothed_error(learn, hidden, k):
    overall = learn["rating"].mean()
    film = learn.groupby("item_id")["rating"].agg(["sum", "size"])
    means = (film["sum"] + k * overall) / (film["size"] + k)
    return metrics.rmse(hidden["item_id"].map(means).fillna(overall).to_numpy(), hidden["rating"].to_numpy())


for k in (0, 1, 2, 5, 10, 20):
    print(f"k = {k:2}: error on valid {smoothed_error(cut.train, cut.valid, k):.4f}")
print(f"chosen k = 5, error on test {smoothed_error(train, test, 5):.3f}")

# %% [markdown]
# 1.000 stars: honest, and less than the 1.029 without smoothing. Not 0.883, but this one will still be there tomorrow.
#
# Before you trust a result, ask of every prepared column: *what did it learn, from which rows, and was a label among them?*
# Then shuffle the labels and look whether your model predicts noise.

# %% [markdown]
# ## What you did
#
# - You read a broken file's seven problems, and repaired each for a reason: ten rows became five (**O1**).
# - You normalised and standardised by hand, saw that a long tail wants a logarithm first, and never scaled an id
#   (**O2**).
# - You gave ids dense indices with 0 for padding and unknown, and genres one-hot and multi-hot columns (**O3**).
# - You padded histories and named the mask `is_real` (**O4**).
# - You followed the same 21 columns through scikit-learn and Keras, to 1e-6, fitted on train (**O5**).
# - You measured leaks: none from the scaler; film means fell from 1.029 to 0.883, and "predicted" pure noise (**O6**).
#
# Next: lesson 04 builds the ruler for recommendations.

# %% [markdown] tags=["reading"]
# **Read on**
#
# - S. Kapoor, A. Narayanan: Leakage and the Reproducibility Crisis in Machine-Learning-Based Science. Patterns 4(9), 2023,
#   doi 10.1016/j.patter.2023.100804
# - S. Kaufman, S. Rosset, C. Perlich: Leakage in Data Mining: Formulation, Detection, and Avoidance. KDD 2011
# - D. Micci-Barreca: A Preprocessing Scheme for High-Cardinality Categorical Attributes in Classification and Prediction
#   Problems. SIGKDD Explorations 3(1), 2001, doi 10.1145/507533.507538
# - scikit-learn user guide, "Common pitfalls and recommended practices": inconsistent preprocessing, data leakage
# - Keras guide, "Working with preprocessing layers"
