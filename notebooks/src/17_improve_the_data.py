# %% [markdown]
# # Improve the data
#
# Better recommendations come from better models or from better data. In this lesson, you add noise to data on purpose,
# clean and extend them, and build a leak checker that works on the files of any project.

# %% [markdown]
# **What you will do**
#
# - **O1** compute what noisy clicks cost a model, and how much of the loss regularisation recovers
# - **O2** diagnose rounded times, impossible sessions and (optional) copied accounts
# - **O3** explain why a filtered test set and (optional) ratings that are missing not at random mislead
# - **O4** implement augmentation that never touches the test set, and compare it with a control
# - **O5** implement the core of a leak checker
#
# **What you need**: lessons 04, 10 and 15, and about two hours without the optional sections; take a break before
# section 5. The whole notebook runs in about 40 seconds.

# %%
import numpy as np
import pandas as pd
import scipy.linalg
import scipy.sparse as sp

from recsys_helpers.data import IdMap, load_movielens, sequences, splits, to_matrix
from recsys_helpers.data.leaks import find_leaks, report
from recsys_helpers.evaluation import evaluate, paired_bootstrap, top_k
from recsys_helpers.exercises import check
from recsys_helpers.models import baselines, linear
from recsys_helpers.models.fast_ease import ease_scores
from recsys_helpers.notebook import claim, new_figure, show
from recsys_helpers.start import quiet_tensorflow, set_seed

set_seed(42)
ratings, movies = load_movielens()
users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])

# %% [markdown]
# ## 1. One click in ten is random
#
# As in lesson 15, we set the test set aside and split train + valid 75/25 in time. The later quarter is our validation
# set.

# %% tags=["needed"]
cut = splits.split_last_share(ratings)
learn = pd.concat([cut.train, cut.valid])
inner = splits.split_last_share(learn, valid=0, test=0.25)
known, hidden = (to_matrix(part, users, items) for part in (inner.train, inner.test))
clean_ease = evaluate(ease_scores(known, 100), known, hidden)
print(f"EASE, λ = 100: NDCG@10 {clean_ease.mean():.3f}")

# %% [markdown]
# Real clicks are noisy: a child uses the tablet, a finger slips, a crawler visits every page. To imitate this, we
# replace 10 % of the clicks in the training data with films drawn uniformly. The validation set stays clean.


# %%
def with_random_clicks(seen, share, rng):
    user, item = seen.nonzero()
    is_random = rng.random(len(item)) < share
    item = np.where(is_random, rng.integers(1, seen.shape[1], len(item)), item)
    noisy = sp.csr_array((np.ones(len(item), "float32"), (user, item)), shape=seen.shape)
    noisy.data[:] = 1  # a film that was drawn twice counts once
    return noisy


noisy = with_random_clicks(known, 0.1, np.random.default_rng(0))

# %% [markdown]
# ### Exercise 17.1 · predict (O1)
#
# EASE learns from the noisy clicks with the same λ = 100. What NDCG@10 does it reach on the clean validation set?

# %%
ndcg_with_random_clicks = ...
### BEGIN SOLUTION
ndcg_with_random_clicks = 0.07
### END SOLUTION

# %%
check("17.1", ndcg_with_random_clicks)

# %% tags=["reveal"]
penalties = (100, 300, 1000, 3000)
by_noise = pd.DataFrame(index=pd.Index(penalties, name="λ"))
for name, seen in (("clean", known), ("10 % random", noisy)):
    by_noise[name] = [evaluate(ease_scores(seen, penalty), known, hidden).mean() for penalty in penalties]
by_noise.round(3)

# %% tags=["reveal"]
claim("with λ = 100 the noise costs more than a third", by_noise.loc[100, "10 % random"] < 0.67 * clean_ease.mean())
claim("with λ = 1,000 little is lost", by_noise.loc[1000, "10 % random"] > 0.9 * by_noise.loc[1000, "clean"])

# %% [markdown]
# <details><summary>What the table shows</summary>
#
# NDCG@10 falls by half, from 0.146 to 0.072. With λ = 1,000, the same noise costs only a twentieth: 0.147 becomes
# 0.139. Noisy data need more regularisation, so tune again when the data change.
#
# </details>

# %% [markdown]
# ### Exercise 17.2 · choose (O1)
#
# Why do so few random clicks hurt EASE with a small λ so much?
#
# - **a** the popular films lose a tenth of their clicks
# - **b** most films are rare, and a single random click may be most of what the model knows about a rare film
# - **c** the users with random clicks no longer show any taste
# - **d** the matrix has more entries, so the weights grow

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("17.2", answer)

# %% tags=["reveal"]
n_clean, n_noisy = (np.asarray(seen.sum(axis=0)).ravel() for seen in (known, noisy))
is_rare = n_clean <= 2
n_random = int((n_noisy - n_clean)[is_rare].clip(0).sum())
print(
    f"films with at most two clicks: {is_rare[1:].mean():.0%} of the catalogue; {n_random:,} random clicks are theirs"
)

# %% tags=["reveal"]
claim("more than half of the films have at most two clicks", is_rare[1:].mean() > 0.5)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# Most films have at most two clicks, so most uniform noise falls on them. With a small λ, a single co-occurrence
# produces a large weight.
#
# </details>

# %% [markdown]
# ## 2. Clean times and sessions
#
# No schema check finds the next two faults, because every single value is valid. The first comes from **types**: many
# pipelines convert all numbers to `float32`. A timestamp has ten digits, but a float32 keeps about seven. Here are the
# first ratings of user 1:

# %%
first = ratings[ratings["user_id"] == 1].sort_values("timestamp").head(5)
rounded = first["timestamp"].astype("float32").astype("int64")
pd.DataFrame({"film": first["item_id"], "timestamp": first["timestamp"], "as float32": rounded})

# %%
ordered = splits.order_in_time(ratings)
is_same_user = ordered["user_id"].diff() == 0
for name, times in (("as they are", ordered["timestamp"]), ("as float32", ordered["timestamp"].astype("float32"))):
    print(f"{name}: {(times.diff() == 0)[is_same_user].mean():.0%} of neighbours in a history share their time")
print("distance of neighbouring float32 numbers here:", np.spacing(np.float32(1260759144)), "seconds")

# %% [markdown]
# Above 2³⁰, float32 numbers are 128 apart, so ratings within about two minutes get the same time. Ties rise from 22 %
# to 73 %, and within a tie the order of the history is lost.
#
# ### Exercise 17.3 · trace (O2)
#
# A user rates 40 films, one every ten seconds: at 0, 10, 20, …, 390 seconds after a multiple of 128. Each time is
# rounded to the nearest multiple of 128. How many different times are left?

# %%
different_times = ...
### BEGIN SOLUTION
different_times = len({round(second / 128) for second in range(0, 400, 10)})
### END SOLUTION

# %%
check("17.3", different_times)

# %% [markdown] tags=["open"]
# What does this do to a model that uses the order, such as EASE with aged input (lesson 10)?


# %% tags=["open"]
def aged_ease(rows):
    histories = sequences.histories(rows, users, items)
    return evaluate(ease_scores(known, 100, linear.aged(histories, items.n_rows)), known, hidden).per_user["NDCG"]


exact = aged_ease(inner.train)
for ties in ("random", "id"):
    loose = splits.order_in_time(inner.train.assign(timestamp=inner.train["timestamp"].astype("float32")), ties)
    mean, low, high = paired_bootstrap(aged_ease(loose), exact)
    print(f"float32, ties {ties:6}: minus exact times {mean:+.3f} [{low:+.3f}, {high:+.3f}]")

# %% [markdown] tags=["open"]
# With ties in random order, the model loses 0.002, and the interval includes zero. With ties in id order, it seems to
# *gain* 0.006, and the interval begins at zero. Ids reveal what comes next, as in lesson 04, and now they order far
# more rows. A fault in the data can look like progress.

# %% [markdown] tags=["open"]
# **Impossible sessions.** Nobody watches a film in a second, but how fast do people *rate*? We count the ratings of
# each user in each clock minute.
#
# ### Exercise 17.4 · code (O2)
#
# `user` and `time` are arrays with one entry per row; the time is in seconds. Return for each row whether its user has
# **more than** `most` rows in the same clock minute (`time // 60`), as True or False.
#
# <details><summary>Hint 1</summary>Two rows belong together if both their user and their minute agree.</details>
# <details><summary>Hint 2</summary><code>pd.DataFrame({"user": user, "minute": time // 60})</code>, then
# <code>groupby(["user", "minute"])["user"].transform("size")</code>.</details>


# %%
def is_too_fast(user, time, most):
    ### BEGIN SOLUTION
    frame = pd.DataFrame({"user": user, "minute": np.asarray(time) // 60})
    return (frame.groupby(["user", "minute"])["user"].transform("size") > most).to_numpy()
    ### END SOLUTION


# %%
check("17.4", is_too_fast)

# %% tags=["open"]
per_minute = ratings.groupby(["user_id", ratings["timestamp"] // 60]).size()
fast = per_minute[per_minute > 20]
print(f"minutes with more than 20 ratings: {len(fast)}, by {fast.index.get_level_values(0).nunique()} users")
print(f"the fastest minute holds {per_minute.max()} ratings")
n_in_minute = inner.train.groupby(["user_id", inner.train["timestamp"] // 60])["item_id"].transform("size")
slow = to_matrix(inner.train[n_in_minute <= 20], users, items)
without_fast = evaluate(ease_scores(slow, 100), known, hidden)
mean, low, high = paired_bootstrap(without_fast.per_user["NDCG"], clean_ease.per_user["NDCG"])
print(f"EASE without these rows: {mean:+.4f} [{low:+.4f}, {high:+.4f}]")

# %% [markdown] tags=["open"]
# One user rated 193 films within a minute. It need not be a bot, because MovieLens shows lists of films to rate.
# Without the rows of such minutes, NDCG changes by −0.0015; the interval includes zero, so we keep them. Evaluate a
# cleaning rule like a model.

# %% [markdown]
# ## 3. A filtered test set
#
# Many papers keep only films with at least 20 interactions "to reduce noise". We apply this filter to the **same
# scores** of the same model: films with fewer clicks may not be recommended, and their validation pairs are dropped.
#
# ### Exercise 17.5 · choose (O3)
#
# What happens to NDCG@10 of EASE?
#
# - **a** it rises, and the model has become better for its users
# - **b** it rises, because the hard pairs are no longer evaluated
# - **c** it falls, because there is less to find
# - **d** it stays the same, because the scores are the same

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("17.5", answer)

# %% tags=["reveal"]
plain_scores, rows = ease_scores(known, 100), []
for least in (0, 5, 10, 20):
    is_kept = n_clean >= least
    asked = sp.csr_array(hidden @ sp.diags_array(is_kept.astype("float32")))
    asked.eliminate_zeros()
    measured = evaluate(np.where(is_kept, plain_scores, -np.inf), known, asked)
    rows.append([least, is_kept[1:].sum(), asked.nnz / hidden.nnz, measured.n_without_relevant, measured.mean()])
easier = pd.DataFrame(rows, columns=["at least", "films", "pairs kept", "users dropped", "NDCG"]).set_index("at least")
easier.round(3)

# %% tags=["reveal"]
claim("the filter raises NDCG", easier["NDCG"].iloc[-1] > easier["NDCG"].iloc[0] + 0.003)
claim("more than a third of the pairs are gone", easier["pairs kept"].iloc[-1] < 0.6)

# %% [markdown]
# <details><summary>What the table shows</summary>
#
# The model is the same, but its NDCG is higher because more than half of the pairs have been removed. Beel and Brunel
# (2019) studied such a filter on users: removing those with fewer than 20 ratings drops 42 % of the users but only 5 %
# of the ratings. Filtering the *training* data is a decision like any other; filtering the *test* data changes the
# question.
#
# </details>

# %% [markdown]
# ## 4. Does a low rating count?
#
# In this course, every rating counts as an interaction. Would EASE be better if it learned only from films that the
# user *liked*? The evaluation stays the same: which films come next, whatever their rating?

# %%
liked_rows = []
for least in (0.5, 2.5, 3.5, 4.5):
    liked = to_matrix(inner.train[inner.train["rating"] >= least], users, items)
    measured = evaluate(ease_scores(liked, 100), known, hidden)
    difference = paired_bootstrap(measured.per_user["NDCG"], clean_ease.per_user["NDCG"])
    liked_rows.append([least, liked.nnz / known.nnz, measured.mean(), *difference])
by_stars = pd.DataFrame(liked_rows, columns=["stars from", "rows kept", "NDCG", "minus all", "low", "high"])
by_stars.set_index("stars from").round(3)

# %%
claim("on validation, stars from 3.5 beat all ratings", by_stars["low"].iloc[2] > 0)

# %% [markdown]
# With ratings of 3.5 or more, EASE keeps 63 % of the rows and gains 0.014; the interval excludes zero. We tried three
# thresholds. Section 7 tests this gain.

# %% [markdown]
# ## 5. Augment sequences
#
# Models that use the order learn from examples cut out of histories. [Augmentation](glossary.md#augmentation) makes
# more of them. Here are the usual operations on one history of six films:

# %%
history = np.array([11, 12, 13, 14, 15, 16])
rng = np.random.default_rng(2)
shown = {
    "crop": history[1:5],
    "mask": history[[0, 1, 3, 5]],
    "reorder": np.r_[history[:2], rng.permutation(history[2:5]), history[5:]],
    "substitute": [11, 82, 13, 14, 85, 16],  # 82 is similar to 12, and 85 to 15, by item-kNN for example
    "insert": [11, 12, 82, 13, 14, 15, 85, 16],
}
for name, changed in shown.items():
    print(f"{name:10}", *changed)

# %% [markdown]
# Each makes an assumption: *crop* and *mask* assume that part of a history shows the same taste, *reorder* that the
# order of neighbouring films does not matter, and *substitute* and *insert* that similar films can replace each other.
# **Windows** are an augmentation, too: lesson 10 cuts a history at several positions, and each past predicts its
# future.
#
# ### Exercise 17.6 · find the bug (O4)
#
# `prepare` should augment a history and set its newest `n_test` films aside. Results obtained with it are much too
# good. Repair it. (`augment` is any function that makes a history longer.)
#
# <details><summary>Hint 1</summary>Look at what <code>augment</code> receives. Where may copies of the test films end
# up?</details>
# <details><summary>Hint 2</summary>Split first: <code>old, test = history[:-n_test], history[-n_test:]</code>. Then
# augment the old part only.</details>


# %%
def prepare(history, n_test, augment):
    longer = augment(history)
    return longer[:-n_test], longer[-n_test:]


### BEGIN SOLUTION
def prepare(history, n_test, augment):  # noqa: F811
    return augment(history[:-n_test]), history[-n_test:]


### END SOLUTION


# %%
check("17.6", prepare)

# %% [markdown] tags=["open"]
# **The experiment.** The linear next-item model of lesson 10 learns from rows: the aged past of a position and its near
# future. (`next_item` solves for one unknown per row instead of per film: the same scores, faster.) We vary the number
# of positions: `n_windows` are spread over each history; with 1, only its end is used.


# %% tags=["open"]
def examples(histories, n_windows):
    past, future = [], []
    for history in histories:
        at = np.unique(np.linspace(0, len(history) - 2, n_windows + 1)[1:].astype(int))
        for side, weights in zip((past, future), linear.sources_and_targets(len(history))):
            row, place = weights[at].nonzero()
            values = weights[at][row, place].astype("float32")
            side.append(sp.csr_array((values, (row, history[place])), shape=(len(at), items.n_rows)))
    return sp.csr_array(sp.vstack(past)), sp.csr_array(sp.vstack(future))


def next_item(past, future, readers, penalty):
    gram = (past @ past.T).toarray()
    gram[np.diag_indices_from(gram)] += penalty
    return (future.T @ scipy.linalg.solve(gram, (past @ readers.T).toarray(), assume_a="pos")).T


# %% tags=["open"]
all_histories = sequences.histories(inner.train, users, items)
histories = [history for history in all_histories if len(history) > 1]
readers = linear.aged(all_histories, items.n_rows)


def measure(sets_of_rows, penalty):
    past, future = (sp.csr_array(sp.vstack(side)) for side in zip(*sets_of_rows))
    measured = evaluate(next_item(past, future, readers, penalty), known, hidden)
    return past.shape[0], measured.per_user["NDCG"].to_numpy()


rows_of = {n: examples(histories, n) for n in (1, 4, 8)}
results = {f"{n} per history": measure([rows_of[n]], 100) for n in rows_of}
for name, (n_rows, ndcg) in results.items():
    print(f"{name}: {n_rows:,} rows, NDCG@10 {ndcg.mean():.3f}")

# %% [markdown] tags=["open"]
# Four windows raise NDCG from 0.090 to 0.157, and eight to 0.165. (The penalty was chosen from four values on this
# quarter.) More rows help, so an augmentation that adds rows needs a **control** with as many. To four windows, we add
# four of a changed copy: a crop, a mask or, as a control, a copy in random order. Twice the rows get twice the penalty,
# so a plain copy would change nothing.
#
# ### Exercise 17.7 · predict (O4)
#
# We compare four windows plus four windows of a **cropped** copy with eight windows of the original: the same number of
# rows. What is NDCG@10 with the crop minus NDCG@10 with eight windows? (The run below takes about 20 seconds.)

# %%
crop_minus_eight_windows = ...
### BEGIN SOLUTION
crop_minus_eight_windows = -0.006
### END SOLUTION

# %%
check("17.7", crop_minus_eight_windows)


# %% tags=["open"]
def crop(history, rng):
    length = max(2, int(0.6 * len(history)))
    start = rng.integers(0, len(history) - length + 1)
    return history[start : start + length]


def mask(history, rng):
    kept = history[rng.random(len(history)) >= 0.3]
    return kept if len(kept) > 1 else history


def in_random_order(history, rng):
    return rng.permutation(history)


# %% tags=["reveal"]
added = {"8 per history": [measure([rows_of[8]], 200)[1]]}
for change in (in_random_order, mask, crop):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        copies = examples([change(history, rng) for history in histories], 4)
        added.setdefault(f"4 + 4 of {change.__name__}", []).append(measure([rows_of[4], copies], 200)[1])
table, base = {}, results["4 per history"][1]
for name, seeds in added.items():
    mean, low, high = paired_bootstrap(np.mean(seeds, axis=0), base)
    table[name] = [len(seeds), base.mean() + mean, mean, low, high]
table = pd.DataFrame(table, index=["seeds", "NDCG", "minus 4", "low", "high"]).T.astype({"seeds": int})
table.round(3)

# %% tags=["reveal"]
crop_against_windows = paired_bootstrap(np.mean(added["4 + 4 of crop"], axis=0), added["8 per history"][0])
mean, low, high = crop_against_windows
print(f"crop minus eight windows: {mean:+.3f} [{low:+.3f}, {high:+.3f}]")

# %% tags=["reveal"]
changed = ["4 + 4 of in_random_order", "4 + 4 of mask", "4 + 4 of crop"]
claim("none of the changed copies beats four windows", (table.loc[changed, "low"] < 0.001).all())
claim("crop does not beat eight windows", low < 0.001)
cropped = (examples([crop(one, rng)], 4) for one in histories)
learned = [set(past.indices) | set(future.indices) for past, future in cropped]
tested = [set(hidden[[user]].indices) for user, one in enumerate(all_histories) if len(one) > 1]
claim("no cropped example holds a hidden film of its user", not any(one & other for one, other in zip(learned, tested)))

# %% [markdown]
# <details><summary>What the table shows</summary>
#
# Against four windows, random order loses 0.004, mask gains 0.001, crop loses 0.001 and eight windows gain 0.005 (0.163
# with the doubled penalty); all intervals include zero. Against eight windows, which have as many rows, crop loses
# 0.006, and this interval excludes zero. Against one example per user, crop would have looked like a great success.
# Zhou et al. (2024) found direct augmentation useful with other models and data, so measure it on yours, with a
# control.
#
# </details>

# %% [markdown]
# ## 6. A leak checker
#
# Cleaning, joining and augmenting all move rows, and some may end up on both sides of the split. Two published
# tutorials (`dcn.py` and `dlrm.py` of keras-rs, in 2026) prepare their 100,000 rows like this:
#
# ```python
# rows = rows.shuffle(100_000)
# train, test = rows.take(80_000), rows.skip(80_000)
# ```
#
# ### Exercise 17.8 · predict (O5)
#
# What share of the test rows is also in train? Write a number between 0 and 1.

# %%
share_in_train = ...
### BEGIN SOLUTION
share_in_train = 0.8
### END SOLUTION

# %%
check("17.8", share_in_train)

# %% tags=["reveal"]
quiet_tensorflow()
import tensorflow as tf

shares, repaired = {}, {"reshuffle_each_iteration": False}
for name, options in (("shuffle(100_000)", {}), ("reshuffle_each_iteration=False", repaired)):
    rows = tf.data.Dataset.range(100_000).shuffle(100_000, seed=42, **options)
    both = rows.take(80_000), rows.skip(80_000)
    train, test = (np.concatenate(list(part.batch(10_000).as_numpy_iterator())) for part in both)
    shares[name] = np.isin(test, train).mean()
    print(f"{name}: {shares[name]:.3f} of the test rows are in train")

# %% tags=["reveal"]
claim("four of five test rows are in train", 0.79 < shares["shuffle(100_000)"] < 0.81)
claim("one option repairs it", shares["reshuffle_each_iteration=False"] == 0)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# `shuffle` draws a new order in every pass. `take` cuts one order and `skip` another, so 80 % of the test rows are
# training rows, with or without a seed. With `reshuffle_each_iteration=False` there is only one order.
#
# </details>

# %% [markdown]
# ### Exercise 17.9 · code (O5)
#
# Write the two most useful checks. `learn` and `test` are data frames with the columns `user_id`, `item_id` and
# `timestamp`. Return two numbers: how many rows of `test` have a (user, item) pair that is also in `learn`, and how
# many are **older** than the newest row of the same user in `learn`.
#
# <details><summary>Hint 1</summary>The newest row of each user:
# <code>learn.groupby("user_id")["timestamp"].max()</code>. <code>test["user_id"].map(…)</code> looks it up for each row
# of test; users that are not in learn get NaN, and a comparison with NaN is False.</details>
# <details><summary>Hint 2</summary>Combine user and item into one key: <code>pd.MultiIndex.from_frame(test[["user_id",
# "item_id"]]).isin(…)</code>.</details>


# %%
def count_leaks(learn, test):
    ### BEGIN SOLUTION
    pairs = [pd.MultiIndex.from_frame(part[["user_id", "item_id"]]) for part in (test, learn)]
    newest = test["user_id"].map(learn.groupby("user_id")["timestamp"].max())
    return int(pairs[0].isin(pairs[1]).sum()), int((test["timestamp"] < newest).sum())
    ### END SOLUTION


# %%
check("17.9", count_leaks)

# %% [markdown] tags=["open"]
# The helper `find_leaks` does the same and more. We check a random split with 25 test rows in train, then the course's:

# %% tags=["open"]
random = splits.split_random(ratings)
spoiled = pd.concat([random.train, random.test.head(25)])
found = {finding.kind: finding for finding in find_leaks(spoiled, random.test)}
print(report([found["rows in both"], found["own future"]]))

# %% tags=["open"]
known_pairs, test_pairs = (pd.MultiIndex.from_frame(part[["user_id", "item_id"]]) for part in (spoiled, random.test))
newest = random.test["user_id"].map(spoiled.groupby("user_id")["timestamp"].max())
n_same, n_older = test_pairs.isin(known_pairs).sum(), (random.test["timestamp"] < newest).sum()
claim("both count the same rows in both", found["rows in both"].what.startswith(f"{n_same} of"))
claim("both count the same older rows", found["own future"].what.startswith(f"{n_older:,} of"))

# %% tags=["open"]
found = find_leaks(cut.train, cut.test, cut.valid)
print(report(found))

# %% tags=["open"]
n_tied = cut.train.merge(cut.test, on=["user_id", "timestamp"])["user_id"].nunique()
claim("both count the same ties", f"The cut of {n_tied} users" in report(found))

# %% [markdown] tags=["open"]
# It finds leaks in the random split and none in the course's. What is *worth knowing* is normal in one kind of split
# and wrong in another. The checker also reads the CSV files of any project, and its exit status can stop a build (0: no
# leak, 1: leaks, 2: a file that cannot be read):
#
# ```text
# python -m recsys_helpers.data.leaks --train train.csv --valid valid.csv --test test.csv
# ```
#
# It cannot detect a *feature* that contains the answer, such as an average that was computed with the test rows (lesson
# 01).
#
# ### Exercise 17.10 · put in order (O5)
#
# Put these steps in order. One line does not belong. Write the letters of the others, for example `"FEDCB"`.
#
# ```text
# A   augment the histories of the training part
# B   drop duplicates and bring ids to one spelling
# C   cut into train, valid and test
# D   drop rare items from the test set
# E   run the leak checker on the three parts
# F   measure on the unchanged test set
# ```

# %%
order = ...
### BEGIN SOLUTION
order = "BCEAF"
### END SOLUTION

# %%
check("17.10", order)

# %% [markdown]
# ## 7. The test set, once
#
# Everything so far was chosen on validation. Now each model learns from all of train + valid, and we evaluate all of
# them once on the test set. (Earlier lessons and drafts of this one have used it, too.)

# %%
everything, test = (to_matrix(part, users, items) for part in (learn, cut.test))
noisy_all = with_random_clicks(everything, 0.1, np.random.default_rng(0))
liked_all = to_matrix(learn[learn["rating"] >= 3.5], users, items)
past_all = sequences.histories(learn, users, items)
readers_all, long_enough = linear.aged(past_all, items.n_rows), [one for one in past_all if len(one) > 1]
candidates = {
    "EASE, λ = 100 (reference)": lambda: ease_scores(everything, 100),
    "10 % random clicks, λ = 100": lambda: ease_scores(noisy_all, 100),
    "10 % random clicks, λ = 1,000": lambda: ease_scores(noisy_all, 1000),
    "stars from 3.5": lambda: ease_scores(liked_all, 100),
    "next item, 1 window": lambda: next_item(*examples(long_enough, 1), readers_all, 100),
    "next item, 8 windows": lambda: next_item(*examples(long_enough, 8), readers_all, 200),
}
final = {name: evaluate(scores(), everything, test).per_user["NDCG"].to_numpy() for name, scores in candidates.items()}
reference = final["EASE, λ = 100 (reference)"]
final_table = {name: [ndcg.mean(), *paired_bootstrap(ndcg, reference)] for name, ndcg in final.items()}
pd.DataFrame(final_table, index=["NDCG", "minus reference", "low", "high"]).T.round(3)

# %%
retuned = paired_bootstrap(final["10 % random clicks, λ = 1,000"], final["10 % random clicks, λ = 100"])
more_windows = paired_bootstrap(final["next item, 8 windows"], final["next item, 1 window"])
print(f"retuned minus λ = 100: {retuned[0]:+.3f}; 8 windows minus 1: {more_windows[0]:+.3f}")
claim("under noise, the larger λ is better", retuned[1] > 0)
claim("eight windows beat one", more_windows[1] > 0)
low, high = final_table["stars from 3.5"][2:]
claim("for stars from 3.5 the interval includes zero", low < 0 < high)

# %% [markdown]
# **The retuned λ holds up.** Under noise, it raises NDCG from 0.060 to 0.125, by 0.066 before rounding. **The windows
# hold up**: eight instead of one gain 0.072. The next-item model is 0.007 ahead of EASE; the interval includes zero.
#
# **The stars do not hold up.** On validation, the threshold 3.5 gained 0.014, and the interval excluded zero. On the
# test set, the difference is −0.001, and the interval includes zero. We had tried three thresholds, and an interval
# covers other *users*, not another period. Trust a cleaning rule only when the test set confirms it.

# %% [markdown]
# ## 8. Bots (optional)
#
# We create 50 synthetic accounts that try to push a film that nobody has seen into the recommendations. Each of them
# "watches" the five most popular films and the pushed one.

# %%
target = int(np.flatnonzero(n_clean[1:] == 0)[0]) + 1
bot = np.zeros((1, items.n_rows), "float32")
bot[0, [*np.argsort(-n_clean)[:5], target]] = 1
attacked = sp.csr_array(sp.vstack([known, *[sp.csr_array(bot)] * 50]))
scores = ease_scores(attacked, 100)[: users.n_rows]
pushed = evaluate(scores, known, hidden)
top_ten = top_k(np.where(known.toarray() > 0, -np.inf, scores), 10)[1:]
share_pushed = (top_ten == target).any(axis=1).mean()
print(f"NDCG@10: {clean_ease.mean():.4f} without bots, {pushed.mean():.4f} with them")
print(f"the pushed film is in the top ten of {share_pushed:.1%} of the users")

# %% [markdown]
# NDCG hardly changes, so it does not reveal the attack. But a film that nobody has seen is now recommended to 3.7 % of
# the users. We can find these bots because their histories are equal; no two real users here have the same history.

# %%
fingerprints = pd.Series([tuple(attacked.indices[a:b]) for a, b in zip(attacked.indptr[1:-1], attacked.indptr[2:])])
is_copy = fingerprints.duplicated(keep=False)
n_real = is_copy[: users.n_rows - 1].sum()
print(f"accounts with a history that somebody else has, too: {is_copy.sum()}; real ones among them: {n_real}")

# %%
claim("the pushed film reaches more than one user in a hundred", share_pushed > 0.01)
claim("NDCG changes by less than 0.004", abs(pushed.mean() - clean_ease.mean()) < 0.004)
claim("only the bots share a history", is_copy.sum() == 50 and n_real == 0)

# %% [markdown]
# Real attackers vary the histories, so looking for equal ones is not enough. Log which account influenced which
# recommendation, and look for sudden jumps in the popularity of single films.

# %% [markdown]
# ## 9. Missing not at random (optional)
#
# People do not rate films at random. They choose what they expect to like, so many low ratings are **missing**, for a
# reason that depends on the rating itself. Such ratings are called [missing not at
# random](glossary.md#missing-not-at-random). Is there a trace of this in our data?

# %%
of_film = ratings.groupby("item_id")["rating"].agg(["size", "mean"])
group = pd.cut(of_film["size"], [0, 2, 9, 49, 400], labels=["1–2", "3–9", "10–49", "50 and more"])
of_film.groupby(group, observed=True)["mean"].agg(["size", "mean"]).rename_axis("ratings of the film").round(2)

# %% [markdown]
# Films with many ratings have higher ratings on average. There are two possible reasons: good films are watched more,
# and people who would dislike a film stay away. The ratings alone do not tell us how large each effect is. So we use a
# small synthetic world in which we know the truth: 1,000 people for each number of stars, which gives a mean of 3, and
# a probability that a person *rates* that grows with the stars.

# %%
rng = np.random.default_rng(4)
true_stars = np.repeat([1, 2, 3, 4, 5], 1000)
probability = np.array([0.02, 0.04, 0.08, 0.20, 0.40])[true_stars - 1]
is_rated = rng.random(len(true_stars)) < probability
seen_stars, seen_probability = true_stars[is_rated], probability[is_rated]
print(f"true mean {true_stars.mean():.2f}; mean of the {len(seen_stars)} ratings given {seen_stars.mean():.2f}")

# %% [markdown]
# The observed ratings are on average more than one star too high. [Inverse propensity
# weighting](glossary.md#inverse-propensity-weighting) corrects this if the probabilities (the *propensities*) are
# known: a rating that had a probability of 0.02 stands for 50 people, and one with 0.08 for 12 or 13.
#
# ### Exercise 17.11 · fill in (O3)
#
# Return the mean of `stars`, with each rating weighted by 1 / `probability`.
#
# <details><summary>Hint 1</summary>A weighted mean divides by the sum of the weights, not by the number of
# rows.</details>
# <details><summary>Hint 2</summary><code>(weight * stars).sum() / weight.sum()</code>.</details>


# %%
def propensity_mean(stars, probability):
    weight = 1 / probability
    ### BEGIN SOLUTION
    return (weight * stars).sum() / weight.sum()
    ### END SOLUTION


# %%
check("17.11", propensity_mean)

# %% tags=["open"]
weight = 1 / seen_probability
repaired = (weight * seen_stars).sum() / weight.sum()
print(f"mean with inverse propensity weights: {repaired:.2f}")
given, weighted = (np.bincount(seen_stars, rows, 6)[1:] for rows in (None, weight))
given, weighted = given / given.sum(), weighted / weighted.sum()
print("share of 1 to 5 stars: given", given.round(2), "weighted", weighted.round(2))

# %% tags=["open"]
figure, axes = new_figure(6, 2.6)
bars = ((-0.27, "true", np.full(5, 0.2), ""), (0, "given", given, "//"), (0.27, "weighted", weighted, "xx"))
for shift, name, heights, hatch in bars:
    axes.bar(np.arange(1, 6) + shift, heights, 0.25, label=name, hatch=hatch, edgecolor="white")
axes.set(xlabel="stars (synthetic)", ylabel="share of the ratings")
axes.legend(loc="upper left")
show(
    figure,
    alt="Shares of one to five stars in a synthetic world. True shares are all 0.2. The given ratings grow from a few "
    "percent at one star to more than half at five. Weighted by inverse propensity they are all near 0.2 again.",
)

# %% tags=["open"]
claim("the plain mean is more than 0.8 too high", seen_stars.mean() > true_stars.mean() + 0.8)
claim("the weights bring it within 0.25 of the truth", abs(repaired - true_stars.mean()) < 0.25)

# %% [markdown] tags=["open"]
# In practice, the propensities are not given. They can be estimated, or controlled: a service that shows a small share
# of *random* items knows exactly with what probability it showed them. No model can learn from data alone what people
# did not say.

# %% [markdown]
# ## 10. Add side information (optional)
#
# Cleaning removes data; joining another table adds data. The films have genres and a year. EASE can use them without a
# new formula: we treat a genre as one more "user" who has watched all films of that genre. We multiply these rows by a
# weight and stack them under the matrix.

# %%
film_of = movies.set_index("item_id").loc[np.sort(ratings["item_id"].unique())]
five_years = (film_of["year"].astype(float) // 5 * 5).fillna(0).astype(int).astype(str)
side = pd.concat([film_of["genres"].str.get_dummies("|"), pd.get_dummies(five_years, dtype=int)], axis=1)
as_users = np.zeros((side.shape[1], items.n_rows), "float32")
as_users[:, items.to_idx(side.index)] = side.to_numpy().T
print(f"{side.shape[1]} extra rows, for example: {', '.join(side.columns[[1, 2, -2, -1]])}")


# %%
def with_side(seen, weight, penalty=300):
    stacked = sp.csr_array(sp.vstack([seen, sp.csr_array(weight * as_users)]))
    return ease_scores(stacked, penalty)[: seen.shape[0]]


plain = evaluate(ease_scores(known, 300), known, hidden).per_user["NDCG"]
for weight in (0.3, 1, 3, 10):
    joined = evaluate(with_side(known, weight), known, hidden)
    mean, low, high = paired_bootstrap(joined.per_user["NDCG"], plain)
    print(f"weight {weight:4}: NDCG@10 {joined.mean():.3f}, minus without {mean:+.3f} [{low:+.3f}, {high:+.3f}]")

# %% [markdown]
# For the whole catalogue, the gain is at most 0.002, and each interval includes zero: where there are clicks, genres
# and years add next to nothing. Films without clicks are a different case. We now rank only the films that nobody has
# seen in train + valid, with the weight 3 (four weights were tried). This uses the test set a second time, for these
# films alone:

# %% tags=["nbval-ignore-output"]
is_cold = np.asarray(everything.sum(axis=0)).ravel() == 0
cold_test = sp.csr_array(test @ sp.diags_array(is_cold.astype("float32")))
cold_test.eliminate_zeros()
cold = {}
for name, scores in (
    ("clicks only", ease_scores(everything, 300)),
    ("with genres and years", with_side(everything, 3)),
):
    measured = evaluate(np.where(is_cold, scores, -np.inf), everything, cold_test)
    cold[name] = measured.per_user["NDCG"].to_numpy()
    n_cold_users = len(measured.per_user) - measured.n_without_relevant
    print(f"{name}: NDCG@10 {measured.mean():.3f} among {is_cold[1:].sum():,} cold films, {n_cold_users} users")
mean, low, high = paired_bootstrap(cold["with genres and years"], cold["clicks only"])
print(f"difference {mean:+.3f} [{low:+.3f}, {high:+.3f}]")

# %%
claim("side information helps among cold films", low > 0)

# %% [markdown]
# NDCG@10 rises from 0.006 to 0.065, and the interval excludes zero. Use side information where it is needed: for films
# (and users) without clicks. Lesson 13 builds a network for them.

# %% [markdown]
# ## 11. Synthetic users (optional)
#
# When data are scarce or private, some people *generate* data. We fit a generator to the training data: iALS factors
# (lesson 09) plus half of the log popularity give each user a score for every film. We add random noise to the scores
# and draw as many films as the user really has. All data from this generator are synthetic.

# %%
of_users, of_items = baselines.ials(known)
log_counts = np.log(n_clean + 0.1)
lengths = np.asarray(known.sum(axis=1)).ravel().astype(int)
rng, rows = np.random.default_rng(3), []
for user in range(users.n_rows):
    score = 10 * (of_users[user] @ of_items.T) + 0.5 * log_counts + rng.gumbel(size=items.n_rows)
    score[0] = -np.inf
    drawn = np.zeros(items.n_rows, "float32")
    drawn[np.argsort(-score)[: lengths[user]]] = 1
    rows.append(sp.csr_array(drawn[None]))
synthetic = sp.csr_array(sp.vstack(rows))
is_hidden = rng.random(synthetic.nnz) < 0.25
parts = [synthetic.copy(), synthetic.copy()]
parts[0].data[is_hidden], parts[1].data[~is_hidden] = 0, 0
for part in parts:
    part.eliminate_zeros()

# %% [markdown]
# We ask three questions. How good does a model look on data from the generator itself? How good is it on real data if
# it learned from synthetic data? And do synthetic rows help when we add them to the real ones? (In the output, a model
# learns from the data left of the arrow and is evaluated on the data right of it.)

# %%
real = evaluate(ease_scores(known, 300), known, hidden)
on_itself = evaluate(ease_scores(parts[0], 300), *parts)
from_synthetic = evaluate(ease_scores(synthetic, 300, rows=known), known, hidden)
both = sp.csr_array(sp.vstack([known, synthetic]))
added_to_real = evaluate(ease_scores(both, 300)[: users.n_rows], known, hidden)
print(f"synthetic        → synthetic: {on_itself.mean():.3f}")
for name, measured in (("real", real), ("synthetic", from_synthetic), ("real + synthetic", added_to_real)):
    mean, low, high = paired_bootstrap(measured.per_user["NDCG"], real.per_user["NDCG"])
    print(f"{name:16} → real: {measured.mean():.3f}   minus real {mean:+.3f} [{low:+.3f}, {high:+.3f}]")

# %%
claim("on its own data the model looks more than twice as good", on_itself.mean() > 2 * real.mean())
claim("synthetic rows beside the real ones do not help", low < 0)

# %% [markdown]
# On synthetic data, EASE reaches 0.454, three times its result on real data, because the generator's tastes are simpler
# than those of people. On real data, EASE trained on synthetic users reaches 0.139 against 0.148 for EASE trained on
# real ones, and the interval excludes zero. Adding the synthetic users to the real ones does not help: the difference
# is −0.004, and the interval includes zero. A generator only repeats what it has learned from the same data. Synthetic
# users are useful for testing code and for sharing an example, but a model must be evaluated on real users. (Synthetic
# users are not private by themselves, either: a generator can repeat what a real person did.)

# %% [markdown]
# ## 12. A data card (optional)
#
# Anyone who receives your cleaned data needs to know what they contain. A [data card](glossary.md#data-card) (Gebru et
# al. call it a datasheet) states on one page where the data come from, who is in them and who is not, what was changed,
# how they were split, and what they may be used for. Its numbers come from code.

# %%
days = pd.to_datetime(ratings["timestamp"], unit="s")
tied = (ordered["timestamp"].diff() == 0)[is_same_user].mean()
n_leaks = sum(finding.is_leak for finding in find_leaks(cut.train, cut.test, cut.valid))
card = {
    "what": f"{len(ratings):,} ratings by {users.n_rows - 1} users of {items.n_rows - 1:,} films, 0.5 to 5 stars",
    "when": f"{days.min():%Y-%m} to {days.max():%Y-%m}; times are those of rating, not of watching",
    "who": f"volunteers with at least {ratings.groupby('user_id').size().min()} ratings; nothing is known about them",
    "missing": "everybody who left before that; films that nobody chose to rate",
    "faults": f"{per_minute.max()} ratings in the fastest minute; {tied:.0%} of neighbours share their second",
    "changed": "nothing; no rows dropped",
    "split": "last 20 % of each history is test, 10 % before it valid; ties at random, seed 42",
    "leaks": f"{n_leaks} found; other users' future remains",
}
for name, text in card.items():
    print(f"{name:8} {text}")

# %% [markdown]
# Write one for your own data before you train on them. The line *missing* is the hardest to fill in, and it matters
# most.

# %% [markdown]
# ## What you did
#
# - You computed what 10 % random clicks cost EASE, and recovered most of it with regularisation (**O1**).
# - You diagnosed float32 times, impossible sessions and copied accounts (**O2**).
# - You explained why a filtered test set and ratings that are missing not at random mislead (**O3**).
# - You implemented augmentation after the split, and compared it with a control of the same size (**O4**).
# - You implemented the core of a leak checker and know a command that does the rest (**O5**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - J. Beel, V. Brunel: Data Pruning in Recommender Systems Research: Best-Practice or Malpractice? RecSys 2019
# - T. Schnabel et al.: Recommendations as Treatments: Debiasing Learning and Evaluation. ICML 2016, arXiv 1602.05352
# - X. Xie et al.: Contrastive Learning for Sequential Recommendation. arXiv 2010.14395
# - P. Zhou et al.: Is Contrastive Learning Necessary? A Study of Data Augmentation vs Contrastive Learning in Sequential
#   Recommendation. WWW 2024, arXiv 2403.11136
# - T. Gebru et al.: Datasheets for Datasets. Communications of the ACM 64, 2021, arXiv 1803.09010
# - H. Steck: Embarrassingly Shallow Autoencoders for Sparse Data. WWW 2019, arXiv 1905.03375
