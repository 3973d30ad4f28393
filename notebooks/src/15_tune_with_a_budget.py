# %% [markdown]
# # Tune with a budget
#
# Almost every search for better hyperparameters looks more successful than it is. In this lesson, you learn to validate
# without using the future, to search with equal budgets, and to tell a better setting from a lucky one.

# %% [markdown]
# **What you will do**
#
# - **O1** implement validation folds that respect time, and measure what random folds leak
# - **O2** compare grid search with random search, and log a search
# - **O3** diagnose a search that has seen its evaluation data
# - **O4** compute how much of a winner's lead is luck, and choose on a plateau
# - **O5** implement successive halving, and compute what it saves (optional)
#
# **What you need**: lessons 04 and 10, and about two hours without the optional sections; take a break before section
# 6. The whole notebook runs in about 50 seconds.

# %%
import time

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, TimeSeriesSplit
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeRegressor

from recsys_helpers.data import IdMap, load_movielens, sequences, splits, to_matrix
from recsys_helpers.evaluation import evaluate, paired_bootstrap
from recsys_helpers.exercises import check
from recsys_helpers.models import baselines, linear
from recsys_helpers.models.fast_ease import ease_scores
from recsys_helpers.notebook import claim, new_figure, show
from recsys_helpers.start import set_seed

set_seed(42)
ratings, movies = load_movielens()
users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])

# %% [markdown]
# ## 1. What matters more: the split or the search?
#
# EASE from lesson 04 reaches an NDCG@10 of 0.136 on the course's test set, the last 20 % of each user's ratings. Now
# take the same model with the same λ = 100, but hide 20 % of all ratings *at random* instead.
#
# ### Exercise 15.1 · predict (O1)
#
# What is its NDCG@10 under the random split? Write a number between 0 and 1.

# %%
ndcg_under_a_random_split = ...
### BEGIN SOLUTION
ndcg_under_a_random_split = 0.34
### END SOLUTION

# %%
check("15.1", ndcg_under_a_random_split)


# %% tags=["open"]
def matrices(learn, hidden):
    return to_matrix(learn, users, items), to_matrix(hidden, users, items)


# %% tags=["reveal"]
cut = splits.split_last_share(ratings)
for name, parts in (("a random split", splits.split_random(ratings)), ("the course's split", cut)):
    known, hidden = matrices(pd.concat([parts.train, parts.valid]), parts.test)
    print(f"EASE, λ = 100, {name}: NDCG@10 {evaluate(ease_scores(known, 100), known, hidden).mean():.3f}")

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# The random split reports 0.340, two and a half times as much, for the same model. Filling gaps in the middle of a
# history is easier than predicting what comes next, which is what a service has to do.
#
# </details>

# %% [markdown] tags=["open"]
# From here on, we set the test set aside. As in lesson 04, we choose hyperparameters on a 75/25 split of train + valid:
# its last quarter looks about as far ahead as the test set does. Does the result depend more on λ or on the split?

# %% tags=["reveal"]
learn = pd.concat([cut.train, cut.valid])
in_time = splits.split_last_share(learn, valid=0, test=0.25)
shuffled = splits.split_random(learn, valid=0, test=0.25)
table = {}
for name, parts in (("last quarter", in_time), ("random quarter", shuffled)):
    known, hidden = matrices(parts.train, parts.test)
    table[name] = {penalty: evaluate(ease_scores(known, penalty), known, hidden).mean() for penalty in (10, 100, 1000)}
by_split = pd.DataFrame(table).rename_axis("λ")
by_split.round(3)

# %% tags=["reveal"]
between_splits = (by_split["random quarter"] - by_split["last quarter"]).min()
spread = by_split["last quarter"].max() - by_split["last quarter"].min()
claim("the split changes NDCG@10 by more than ten times what λ does", between_splits > 10 * spread)

# %% [markdown]
# <details><summary>What the table shows</summary>
#
# While λ grows a hundredfold, NDCG@10 on the last quarter stays between 0.132 and 0.147. The random split raises it by
# more than 0.17. So get the split right first, and search afterwards.
#
# </details>

# %% [markdown]
# ## 2. Folds, and why random ones leak
#
# Setting one part aside is called a [hold-out](glossary.md#hold-out). That part may happen to be easy, so
# [cross-validation](glossary.md#cross-validation) divides the data into k *folds*; each is used for validation once,
# while the model learns from the others. Here are 12 ratings by one user, oldest first, in three random folds: the
# model learns from `o` and is validated on `X`.

# %%
rng = np.random.default_rng(1)
for fold in np.array_split(rng.permutation(12), 3):
    line = np.full(12, "o")
    line[fold] = "X"
    print("".join(line))

# %% [markdown]
# Each rating is used for validation exactly once. But in all three folds, some `o` stand to the right of an `X`: the
# model learns from the user's own future. How often does that happen in the real data, with four random folds?

# %%
fold_of = np.random.default_rng(42).integers(0, 4, len(learn))
for fold in range(4):
    others, part = learn[fold_of != fold], learn[fold_of == fold]
    newest = part["user_id"].map(others.groupby("user_id")["timestamp"].max())
    print(
        f"fold {fold}: for {(newest > part['timestamp']).mean():.0%}, the other folds hold a later rating by this user"
    )

# %% [markdown]
# It happens for 98 % of the ratings. This is the leak of the random split, and averaging over the folds does not remove
# it.

# %% [markdown]
# ## 3. Rolling-origin folds
#
# The remedy is to imitate a running service: choose a point in time, learn from everything before it, predict the
# ratings that follow, and then move the point forward. This point is called the *origin*, so these are
# [rolling-origin](glossary.md#rolling-origin-validation) folds. Here are the same 12 ratings in three such folds, each
# with two validation ratings:

# %%
for origin in (6, 8, 10):
    line = np.full(12, "·")
    line[:origin], line[origin : origin + 2] = "o", "X"
    print("".join(line), f"  learn from rows 0–{origin - 1}, validate on {origin}–{origin + 1}")

# %% [markdown]
# No `o` stands to the right of an `X`. Rows marked `·` are not used; the last fold ends with the newest row.
#
# ### Exercise 15.2 · code (O1)
#
# Write a function that computes one fold of rows that are sorted by time. `fold` counts from 0, the earliest, to
# `n_folds - 1`, which ends with the newest row. Each fold validates on `horizon` rows, and the validation rows of the
# next fold begin where these end. Return two arrays of row numbers: those to learn from and those to validate on.
#
# <details><summary>Hint 1</summary>After this fold, <code>n_folds - fold - 1</code> further blocks of
# <code>horizon</code> rows follow. Where does its own block begin?</details>
# <details><summary>Hint 2</summary><code>origin = n_rows - (n_folds - fold) * horizon</code>, then
# <code>np.arange(origin)</code> and <code>np.arange(origin, origin + horizon)</code>.</details>


# %%
def my_rolling_fold(n_rows, n_folds, horizon, fold):
    ### BEGIN SOLUTION
    origin = n_rows - (n_folds - fold) * horizon
    return np.arange(origin), np.arange(origin, origin + horizon)
    ### END SOLUTION


# %%
check("15.2", my_rolling_fold)

# %% [markdown] tags=["open"]
# The course's protocol splits each user's own history. So we replace the row number with the share of the history that
# is older than the rating. Origin 0.4 then means: learn from the first 40 % of each history and validate on the next
# 20 %. (The future of *other* users still leaks, as lesson 04 said.)

# %% tags=["open"]
ordered = splits.order_in_time(learn)
history = ordered.groupby("user_id")["item_id"]
share = history.cumcount() / history.transform("size")
by_fold = {}
for origin in (0.4, 0.6, 0.8):
    known, hidden = matrices(ordered[share < origin], ordered[(share >= origin) & (share < origin + 0.2)])
    by_fold[f"origin {origin}"] = {
        penalty: evaluate(ease_scores(known, penalty), known, hidden).mean() for penalty in (30, 100, 300, 1000)
    }
folds = pd.DataFrame(by_fold).rename_axis("λ")
folds.assign(mean=folds.mean(axis=1)).round(3)

# %% tags=["open"]
print("best λ:", folds.idxmax().to_dict())
claim("the folds do not agree on the best λ", folds.idxmax().nunique() > 1)
claim("none of them chooses the smallest λ", (folds.idxmax() > 30).all())

# %% [markdown] tags=["open"]
# NDCG@10 falls from fold to fold, and the best λ changes: 300, 1,000, 300. A single fold would have hidden that.

# %% [markdown]
# ## 4. Keep some data out of the choice
#
# The score of the chosen setting is not an unbiased estimate: we chose it *because* it was high. So some data must play
# no part in the choice. This is [nested validation](glossary.md#nested-validation): inner folds choose, and an outer
# part, which they never see, measures.

# %%
figure, axes = new_figure(7, 2.3)
bars = [
    ("inner fold 1", [(0, 32, "learn"), (32, 16, "choose")]),
    ("inner fold 2", [(0, 48, "learn"), (48, 16, "choose")]),
    ("inner fold 3", [(0, 64, "learn"), (64, 16, "choose")]),
    ("outer", [(0, 80, "learn"), (80, 20, "measure once")]),
]
styles = {"learn": ("#56B4E9", ""), "choose": ("#E69F00", "//"), "measure once": ("#CC79A7", "xx")}
for row, (_, blocks) in enumerate(reversed(bars)):
    for start, width, part in blocks:
        axes.barh(row, width, left=start, color=styles[part][0], hatch=styles[part][1], edgecolor="white")
        axes.text(
            start + width / 2, row, part, ha="center", va="center", bbox={"facecolor": "white", "pad": 1, "lw": 0}
        )
axes.set(
    yticks=range(4),
    yticklabels=[name for name, _ in reversed(bars)],
    xlabel="share of each history, in %, oldest first",
)
axes.grid(False)
show(
    figure,
    alt="Four bars over time. Three inner folds learn from the first 32, 48 and 64 percent and choose on the next 16. "
    "The outer bar learns from 80 percent and measures once on the last 20.",
)

# %% [markdown]
# The course has one outer fold, its test set.
#
# ### Exercise 15.3 · put in order (O3)
#
# Put the steps of nested validation for one outer fold in order. One line does not belong there. Write the letters of
# the others, for example `"EDCBA"`.
#
# ```text
# A   set the outer test set aside
# B   choose the setting with the best mean over the inner folds
# C   score every setting on each inner fold
# D   refit the chosen setting on everything except the outer test set
# E   measure it on the outer test set
# F   choose the setting with the best score on the outer test set
# ```

# %%
order = ...
### BEGIN SOLUTION
order = "ACBDE"
### END SOLUTION

# %%
check("15.3", order)

# %% [markdown]
# ## 5. Wrong and right uses of `GridSearchCV`
#
# scikit-learn can tune anything that has `fit` and `predict`. Our decision tree predicts the stars of a rating from the
# film's year and genres. The grid has two hyperparameters: whether the tree also sees the **time** of the rating
# (`columns__time`, part `time` of the step `columns`), and the minimum number of ratings per leaf. scikit-learn
# maximises, so the RMSE gets a minus sign.

# %%
rows = ratings.sort_values("timestamp", kind="stable", ignore_index=True).merge(movies, on="item_id", how="left")
assert rows["timestamp"].is_monotonic_increasing  # TimeSeriesSplit relies on it
film_columns = ["year", "Action", "Comedy", "Drama", "Horror"]
features = rows["genres"].str.get_dummies("|").assign(year=rows["year"].astype(float), time=rows["timestamp"])
n_past = int(0.8 * len(rows))
past, later = features[:n_past], features[n_past:]
past_stars, later_stars = rows["rating"][:n_past], rows["rating"][n_past:]


def search_tree(folds):
    parts = [("film", "passthrough", film_columns), ("time", "drop", ["time"])]
    model = Pipeline([("columns", ColumnTransformer(parts)), ("tree", DecisionTreeRegressor(random_state=0))])
    grid = {"columns__time": ["drop", "passthrough"], "tree__min_samples_leaf": [20, 200]}
    return GridSearchCV(model, grid, scoring="neg_root_mean_squared_error", cv=folds).fit(past, past_stars)


# %% [markdown]
# We search the grid of 2 · 2 settings twice: with shuffled folds, as many tutorials do, and with folds in time.
# `TimeSeriesSplit` makes those of section 3 from rows that **you** have sorted by time. Both winners are refitted on
# the whole past and predict the newest 20 % of the ratings, which neither search has seen.

# %%
searches = {
    "shuffled folds": search_tree(KFold(3, shuffle=True, random_state=42)),
    "folds in time": search_tree(TimeSeriesSplit(3)),
}

# %%
later_rmse = {}
for name, search in searches.items():
    later_rmse[name] = np.sqrt(((search.predict(later) - later_stars) ** 2).mean())
    sees_time = search.best_params_["columns__time"] == "passthrough"
    print(f"{name}: sees the time: {sees_time}; RMSE promised {-search.best_score_:.2f}, later {later_rmse[name]:.2f}")
rmse_of_mean = np.sqrt(((past_stars.mean() - later_stars) ** 2).mean())
print(f"the mean of all past stars as the prediction: RMSE {rmse_of_mean:.2f}")

# %%
shuffled_search, time_search = searches.values()
claim("shuffled folds promise the better model", shuffled_search.best_score_ > time_search.best_score_)
claim("later it is worse than predicting the mean", later_rmse["shuffled folds"] > rmse_of_mean + 0.1)
claim("the model chosen by folds in time is better than the mean", later_rmse["folds in time"] < rmse_of_mean)

# %% [markdown]
# The shuffled search promises an RMSE of 1.00 but reaches 1.22, far worse than the mean of the past (1.09). The search
# in time promises 1.04 and reaches 1.07. Its promise is more modest, but its model is better.

# %% [markdown]
# ### Exercise 15.4 · choose (O3)
#
# The shuffled search chose the tree that sees the time of the rating. Why does the time help in shuffled folds?
#
# - **a** tastes change over the years, and the tree follows the trend
# - **b** ratings at nearly the same time come from the same user's session, and some are in the training folds
# - **c** the tree overfits, because it has more columns
# - **d** the values of the time are larger than those of the other columns, so the tree uses it first

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("15.4", answer)

# %% [markdown]
# <details><summary>More about it</summary>
#
# Most users rate many films in one session. A leaf that covers a few minutes contains the ratings of one user, and with
# shuffled folds, a part of every session is in the training data. The future contains only new sessions. (Section 16
# tests this explanation.)
#
# </details>

# %% [markdown] tags=["open"]
# Two rules follow. Give `GridSearchCV` a `cv=` that respects time, and put everything that learns from data (scalers,
# means, encodings) into the `Pipeline`, so that each fold fits its own (lesson 03). A recommender that ranks does not
# fit into `GridSearchCV`, which scores single rows; in section 7, we write the loop by hand.

# %% [markdown]
# ## 6. Grid or random search?
#
# Hyperparameters are rarely equally important. In this made-up example, quality depends strongly on setting A and
# hardly on B. You can afford nine trials: a 3 × 3 [grid](glossary.md#grid-search) or nine
# [random](glossary.md#random-search) points. Which of them finds the better setting?


# %%
def quality(a, b, best_a=0.37):  # a toy: synthetic, between 0 and 1
    return np.exp(-(((a - best_a) / 0.1) ** 2)) * (0.95 + 0.05 * b)


grid_a, grid_b = np.meshgrid([1 / 6, 3 / 6, 5 / 6], [1 / 6, 3 / 6, 5 / 6])
random_a, random_b = np.random.default_rng(3).random((2, 9))
print("grid  ", np.sort(quality(grid_a, grid_b).ravel()).round(2)[::-1])
print("random", np.sort(quality(random_a, random_b)).round(2)[::-1])

# %%
figure, axes = new_figure(7, 2.8, n_panels=2, sharey=True)
across = np.linspace(0, 1, 200)
for panel, name, a, b in ((axes[0], "grid", grid_a, grid_b), (axes[1], "random", random_a, random_b)):
    panel.plot(across, quality(across, 0.5), marker="", label="quality")
    panel.plot(a.ravel(), b.ravel(), linestyle="", marker="s", markersize=6, label="trial")
    panel.vlines(a.ravel(), -0.08, 0, color="#D55E00")
    panel.set(title=f"{name}: {len(np.unique(a))} different values of A", xlabel="setting A")
axes[0].set(ylabel="setting B; made-up quality")
axes[1].legend(loc="upper right")
show(
    figure,
    alt="A narrow peak of made-up quality over setting A. The grid's nine trials share three values of A and miss "
    "the peak; nine random trials have nine values of A, and one stands near it.",
)

# %% [markdown]
# The grid tries only three values of A, and all of them miss the peak. Nine random trials try nine values (the ticks at
# the bottom). One example may be luck, so we repeat it for 2,000 positions of the peak:

# %%
rng = np.random.default_rng(0)
peaks = rng.random(2000)
grid_mean = np.mean([quality(grid_a, grid_b, peak).max() for peak in peaks])
random_mean = np.mean([quality(*rng.random((2, 9)), peak).max() for peak in peaks])
print(f"best of nine trials, mean: grid {grid_mean:.2f}, random {random_mean:.2f}")

# %%
claim("random search finds a better setting on average", random_mean > grid_mean + 0.05)

# %% [markdown]
# Random search wins because A matters far more than B (Bergstra & Bengio, 2012). How many random trials are enough?
# Suppose the best tenth of the space is good enough. One trial misses it with probability 0.9.
#
# ### Exercise 15.5 · trace (O2)
#
# What is the probability that at least one of **10** random trials falls into the best tenth? Give two decimals.

# %%
probability_of_a_good_trial = ...
### BEGIN SOLUTION
probability_of_a_good_trial = 1 - 0.9**10
### END SOLUTION

# %%
check("15.5", probability_of_a_good_trial)

# %% [markdown]
# ### Exercise 15.6 · code (O2)
#
# A good penalty may lie anywhere from 0.001 to 1,000. It should be drawn on a **logarithmic** scale, so that each power
# of ten gets about the same number of trials. Transform `u`, an array of uniform random numbers in [0, 1), into values
# between `low` and `high` whose logarithms are uniform.
#
# <details><summary>Hint 1</summary>Draw the exponent uniformly: it runs from log(low) to log(high).</details>
# <details><summary>Hint 2</summary><code>np.exp(np.log(low) + u * (np.log(high) - np.log(low)))</code>.</details>


# %%
def log_uniform(u, low, high):
    ### BEGIN SOLUTION
    return low * (high / low) ** u
    ### END SOLUTION


# %%
check("15.6", log_uniform)

# %% [markdown] tags=["open"]
# On a linear scale from 1 to 1,000, nine of ten trials would be above 100.

# %% [markdown]
# ## 7. A search with equal budgets and a log
#
# "Our network beats the baselines" often means 100 trials for the network and none for the baselines. Here every model
# gets the **same budget**, its *space* (the range of each hyperparameter) is **fixed before the first trial**, and
# every trial is recorded in a **log**. Three models get six random trials each: EASE, item-kNN, and *aged* EASE (lesson
# 10: `decay` sets how fast the weights of older films fall, down to `floor`). The 18 trials take about ten seconds.

# %%
known, hidden = matrices(in_time.train, in_time.test)
histories = sequences.histories(in_time.train, users, items)


def draw(rng):
    def log_scale(low, high):
        return float(low * (high / low) ** rng.random())

    aged = {"penalty": log_scale(10, 3000), "decay": log_scale(1, 100), "floor": float(rng.uniform(0, 0.3))}
    neighbours = {"n_neighbours": int(log_scale(20, 1000)), "shrink": log_scale(1, 300)}
    return {"EASE": {"penalty": log_scale(10, 3000)}, "aged EASE": aged, "item-kNN": neighbours}


def fitted(family, settings, known, histories):
    if family == "item-kNN":
        return (known @ baselines.item_knn(known, **settings)).toarray()
    if family == "EASE":
        return ease_scores(known, settings["penalty"])
    rows = linear.aged(histories, items.n_rows, settings["decay"], settings["floor"])
    return ease_scores(known, settings["penalty"], rows)


# %%
rng = np.random.default_rng(15)
log, per_user = [], []
for trial in range(6):
    for family, settings in draw(rng).items():
        started = time.perf_counter()
        measured = evaluate(fitted(family, settings, known, histories), known, hidden)
        log.append([family, trial, settings, measured.mean(), time.perf_counter() - started])
        per_user.append(measured.per_user["NDCG"].to_numpy())
log = pd.DataFrame(log, columns=["family", "trial", "settings", "NDCG", "seconds"])  # 18 trials

# %% tags=["nbval-ignore-output"]
log.groupby("family", sort=False).agg({"trial": "size", "seconds": "sum", "NDCG": "max"}).round(3)

# %%
winners = log.loc[log.groupby("family", sort=False)["NDCG"].idxmax()].set_index("family")
for family, row in winners.iterrows():
    settings = ", ".join(f"{name} {value:.3g}" for name, value in row["settings"].items())
    print(f"{family:10} trial {row['trial']}: NDCG@10 {row['NDCG']:.3f} with {settings}")

# %% [markdown]
# **This log is part of the result**: "best of 6" and "best of 600" are different claims. Also report the seconds: six
# trials of item-kNN take longer than six of EASE.
#
# Random search does not learn from its own log. In section 13, a library, Optuna, proposes the trials.

# %% [markdown]
# ## 8. A plateau, not a peak
#
# Is the best λ of six trials really better than the others? We add the λ = 100 of lesson 04 and compare each value with
# the best one, user by user:

# %%
trials = zip(log["family"], log["settings"], per_user)
ndcg_of = {settings["penalty"]: row for family, settings, row in trials if family == "EASE"}
ndcg_of[100] = evaluate(ease_scores(known, 100), known, hidden).per_user["NDCG"].to_numpy()
best = max(ndcg_of, key=lambda penalty: ndcg_of[penalty].mean())
plateau = {}
for penalty in sorted(ndcg_of):
    mean, low, high = plateau[penalty] = paired_bootstrap(ndcg_of[penalty], ndcg_of[best])
    print(f"λ = {penalty:4.0f}: minus the best {mean:+.3f} [{low:+.3f}, {high:+.3f}]")

# %%
figure, axes = new_figure(6, 2.6)
mean, low, high = np.array(list(plateau.values())).T
axes.errorbar(list(plateau), mean, yerr=[mean - low, high - mean], capsize=4, linestyle="")
axes.axhline(0, color="black", marker="", linewidth=1)
axes.set(xscale="log", xlabel="λ", ylabel="NDCG@10 minus the best")
axes.minorticks_off()
axes.set_xticks([25, 100, 400, 1600], [25, 100, 400, 1600])
show(
    figure,
    alt="NDCG@10 of seven values of λ minus the best one, with paired intervals. From 100 to 1,231 they include zero; "
    "38 and less, and 2,489, lie below.",
)

# %%
on_it = [penalty for penalty, (_, _, high) in plateau.items() if high >= 0]
claim("the plateau reaches from 100 to beyond 1,000", min(on_it) == 100 and max(on_it) > 1000)
claim("the smallest λ is not on it", min(plateau) not in on_it)

# %% [markdown]
# λ = 959 is the best, but 100 and 1,231 are not distinguishable from it. This is a **plateau**: which of its points is
# the highest is a matter of luck. λ = 38 is too small.
#
# ### Exercise 15.7 · fill in (O4)
#
# `scores` has shape (n_settings, n_users). Return one True or False per setting: is it on the plateau, that is, does
# the interval of its paired difference from the best setting include zero? Use the interval mean ± 1.96 standard errors
# (lesson 04).
#
# <details><summary>Hint 1</summary>The standard error of a mean difference is the standard deviation of the
# differences over users, <code>axis=1</code>, divided by √n_users.</details>
# <details><summary>Hint 2</summary>Zero is inside if the mean is at most 1.96 standard errors away from it:
# <code>np.abs(mean) &lt;= 1.96 * error</code>.</details>


# %%
def on_plateau(scores):
    best = scores.mean(axis=1).argmax()
    difference = scores - scores[best]  # (n_settings, n_users)
    ### BEGIN SOLUTION
    error = difference.std(axis=1, ddof=1) / np.sqrt(scores.shape[1])
    return np.abs(difference.mean(axis=1)) <= 1.96 * error
    ### END SOLUTION


# %%
check("15.7", on_plateau)

# %% [markdown]
# On a plateau, do not let the third decimal decide. Choose the cheaper model, or the value that is already in use. That
# is why the course keeps λ = 100.

# %% [markdown]
# ## 9. The winner's curse
#
# How large a lead can luck alone produce? We make fifteen **twins**: the same EASE, each with a little random noise
# added to its scores. None is truly better than the others. We choose the best twin on one half of the users and
# evaluate it on the other half, 1,000 times.
#
# ### Exercise 15.8 · predict (O4)
#
# On the half on which it was chosen, the winner is ahead of the average twin. What share of this lead is left on the
# other half of the users? Write a number between 0 and 1.

# %%
share_of_the_lead_that_is_left = ...
### BEGIN SOLUTION
share_of_the_lead_that_is_left = 0
### END SOLUTION

# %%
check("15.8", share_of_the_lead_that_is_left)

# %% tags=["open"]
plain, rng = ease_scores(known, 300), np.random.default_rng(0)
twins = []
for _ in range(15):
    twin = plain + 0.02 * rng.standard_normal(plain.shape, dtype="float32")  # the same scores and a little noise
    twins.append(evaluate(twin, known, hidden).per_user["NDCG"])
twins = np.array(twins)  # (15, 671)


# %% tags=["reveal"]
def leads(twins, rng):
    order = rng.permutation(twins.shape[1])
    chosen_on, other = order[: len(order) // 2], order[len(order) // 2 :]
    winner = twins[:, chosen_on].mean(axis=1).argmax()
    return [(twins[winner, part].mean() - twins[:, part].mean()) for part in (chosen_on, other)]


for n in (2, 5, 15):
    one, other = np.mean([leads(twins[rng.permutation(15)[:n]], rng) for _ in range(1000)], axis=0)
    print(f"best of {n:2}: ahead by {one:.4f} where it was chosen, by {other:+.4f} on the other half")

# %% tags=["reveal"]
claim("the lead of the winner of 15 is above 0.003 where it was chosen", one > 0.003)
claim("on the other half less than a third of it is left", other < one / 3)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# The best of 15 equal twins leads by 0.004 on the users on whom it was chosen but has no lead on the others. The more
# trials, the larger the false lead. This is the [winner's curse](glossary.md#winners-curse): the maximum of many noisy
# scores is too high, even if nobody made a mistake.
#
# </details>

# %% [markdown]
# ### Exercise 15.9 · find the bug (O3)
#
# This function should report the test score of the trial that validation chose. `valid` and `test` have shape
# (n_trials, n_users). The number that it returns tends to be too high. Repair it.
#
# <details><summary>Hint 1</summary>Which part chooses the trial?</details>
# <details><summary>Hint 2</summary>Choose with <code>valid</code>, report from <code>test</code>.</details>


# %%
def report(valid, test):
    chosen = test.mean(axis=1).argmax()
    return test[chosen].mean()


### BEGIN SOLUTION
def report(valid, test):  # noqa: F811
    chosen = valid.mean(axis=1).argmax()
    return test[chosen].mean()


### END SOLUTION


# %%
check("15.9", report)

# %% [markdown]
# ## 10. The test set, once
#
# Since section 1, every recommender has used only train + valid. Now the winner of each family is trained on all of it,
# and we use the test set once, for all three together. EASE with λ = 100, as in lesson 04, is the reference.

# %%
everything, test = matrices(learn, cut.test)
all_histories = sequences.histories(learn, users, items)
reference = evaluate(ease_scores(everything, 100), everything, test)
print(f"reference EASE, λ = 100: {reference.mean():.3f}")
final = {}
for family, row in winners.iterrows():
    measured = evaluate(fitted(family, row["settings"], everything, all_histories), everything, test)
    final[family] = paired_bootstrap(measured.per_user["NDCG"], reference.per_user["NDCG"])
    mean, low, high = final[family]
    print(f"{family:10} {measured.mean():.3f}   minus reference {mean:+.3f} [{low:+.3f}, {high:+.3f}]")

# %%
claim("aged EASE beats the reference", final["aged EASE"][1] > 0)
claim("for tuned EASE the interval includes zero", final["EASE"][1] < 0 < final["EASE"][2])

# %% [markdown]
# Tuning λ brought EASE no gain distinguishable from zero. Tuned item-kNN is 0.009 behind; its interval ends just below
# zero. Aged EASE is ahead by 0.017, and its interval excludes zero. The gain came from a *model* that uses the order of
# the films, not from the search.
#
# (Earlier lessons have used this test set for their own models. Every use makes it a little less trustworthy.)

# %% [markdown]
# ## 11. Stop weak trials early (optional)
#
# A network is trained in epochs, and a bad learning rate often shows after one or two of them. [Successive
# halving](glossary.md#successive-halving) trains all trials for one epoch and keeps the better half. It trains these up
# to epoch 2 and keeps the better half again, then up to epoch 4, and so on. Here are made-up validation scores of four
# trials, one per row, after epochs 1 to 4:

# %%
curves = np.array(
    [[0.10, 0.11, 0.11, 0.11], [0.05, 0.09, 0.12, 0.14], [0.08, 0.12, 0.13, 0.13], [0.01, 0.02, 0.04, 0.20]]
)
after_1 = np.argsort(-curves[:, 0])[:2]
after_2 = after_1[np.argsort(-curves[after_1, 1])[:1]]
print("after epoch 1 we keep", after_1, "and after epoch 2", after_2, "with the final score", curves[after_2, 3])

# %% [markdown]
# Trial 2 survives with a score of 0.13. Trial 3, which would have reached 0.20, was stopped after its first epoch.
# Halving assumes that the trials that are ahead early are also ahead at the end; this is wrong for trials that start
# slowly. (scikit-learn offers it as `HalvingRandomSearchCV`; section 14 tries it on a network.)
#
# ### Exercise 15.10 · code (O5)
#
# Write successive halving for any number of trials that is a power of two. `curves` has shape (n_trials, n_epochs).
# Rank the trials by the score at epoch 1, keep the better half, rank the survivors by the score at epoch 2, then 4, 8,
# … until one trial is left. Return its row number.
#
# <details><summary>Hint 1</summary>Keep an array of row numbers, <code>alive</code>, and double <code>epoch</code> in
# each round. The score after epoch e is in column e − 1.</details>
# <details><summary>Hint 2</summary><code>order = np.argsort(-curves[alive, epoch - 1])</code>, then
# <code>alive = alive[order[: len(alive) // 2]]</code>.</details>


# %%
def my_halving(curves):
    ### BEGIN SOLUTION
    alive, epoch = np.arange(len(curves)), 1
    while len(alive) > 1:
        order = np.argsort(-curves[alive, epoch - 1])
        alive, epoch = alive[order[: len(alive) // 2]], 2 * epoch
    return int(alive[0])
    ### END SOLUTION


# %%
check("15.10", my_halving)

# %% [markdown]
# ### Exercise 15.11 · trace (O5)
#
# Of eight trials, all are trained for one epoch, four continue to epoch 2, two continue to epoch 4, and then one is
# chosen. A trial that continues does not start again from the beginning. How many epochs are trained in all? (Eight
# trials of four epochs would be 32.)

# %%
epochs_in_all = ...
### BEGIN SOLUTION
epochs_in_all = 8 * 1 + 4 * 1 + 2 * 2
### END SOLUTION

# %%
check("15.11", epochs_in_all)

# %% [markdown]
# ## 12. Find a learning rate in one epoch (optional)
#
# For most networks, one hyperparameter matters more than the others: the learning rate. The [range
# test](glossary.md#learning-rate-range-test) (Smith, 2017) finds its order of magnitude in a single run. It increases
# the rate at every step, from far too small to far too large, while you watch the loss. We apply it to the matrix
# factorisation of lesson 07, in NumPy, with plain SGD.


# %%
def start(dim=16, spread=0.1):
    rng = np.random.default_rng(1)
    of_users, of_items = (rng.normal(0, spread, (ids.n_rows, dim)) for ids in (users, items))
    of_users[:, 0], of_items[:, 1] = 1, 1  # the number that is multiplied by this 1 starts as a bias
    return [of_users, of_items]


def step(tables, batch, rate, decay=0.0):
    user_idx, item_idx, stars = batch
    u, v = tables[0][user_idx], tables[1][item_idx]
    error = ((u * v).sum(axis=1) - stars)[:, None]
    np.add.at(tables[0], user_idx, -rate * (error * v + decay * u))  # lesson 07: add up the gradient of repeated ids
    np.add.at(tables[1], item_idx, -rate * (error * u + decay * v))
    return (error**2).mean()


stars = (in_time.train["rating"] - in_time.train["rating"].mean()).to_numpy()
triples = users.to_idx(in_time.train["user_id"]), items.to_idx(in_time.train["item_id"]), stars


# %%
def batches(rng, size=512):
    for picked in np.array_split(rng.permutation(len(stars)), len(stars) // size):
        yield [column[picked] for column in triples]


tables, rates, losses = start(), [], []
for number, batch in enumerate(batches(np.random.default_rng(2))):
    rates.append(0.001 * 1.06**number)
    losses.append(step(tables, batch, rates[-1]))
    if not losses[-1] < 4 * losses[0]:  # also true if the loss is nan
        break
print(f"{len(rates)} steps; the loss exploded at a rate of {rates[-1]:.2f}")

# %%
smooth = pd.Series(losses).rolling(8).mean()
figure, axes = new_figure(6, 2.6)
axes.plot(rates, smooth, marker="")
axes.set(xscale="log", xlabel="learning rate in this step", ylabel="loss, mean of 8 steps", ylim=(0.8, 1.5))
show(
    figure,
    alt="Loss over a learning rate that grows at every step: about 1.1 up to 0.004, falling to 0.9 near 0.13, "
    "then a steep rise.",
)

# %% [markdown]
# Below 0.004, the loss hardly changes, because the steps are too small. From there, it falls until it explodes at a
# rate of 0.27. Choose a rate well below this one, a third to a tenth of it, and search around it on a logarithmic
# scale. Can you trust such a short run? We train for three epochs with each of four rates and evaluate on the last
# quarter:

# %%
test_users, test_items = users.to_idx(in_time.test["user_id"]), items.to_idx(in_time.test["item_id"])
test_stars = (in_time.test["rating"] - in_time.train["rating"].mean()).to_numpy()


def validation_rmse(tables):
    error = (tables[0][test_users] * tables[1][test_items]).sum(axis=1) - test_stars
    return float(np.sqrt((error**2).mean()))


def curve(rate, n_epochs, dim=16, spread=0.1, decay=0.0):
    tables, rng, after_epoch = start(dim, spread), np.random.default_rng(3), []
    with np.errstate(all="ignore"):  # a rate that is too large overflows
        for _ in range(n_epochs):
            for batch in batches(rng):
                step(tables, batch, rate, decay)
            after_epoch.append(validation_rmse(tables))
    return np.array(after_epoch)


for rate in (0.0003, 0.003, 0.03, 0.3):
    print(f"rate {rate:6}: RMSE after three epochs {curve(rate, 3)[-1]:.2f}")

# %% [markdown]
# Here you can. The best of the four rates is 0.03, about a tenth of the rate at which the loss exploded. With the
# smaller rates, the model learns too little in three epochs, and with 0.3, the training diverges (`nan`, not a number).
# One short run has narrowed the search to about a factor of ten, and the rest of the budget is left for the other
# hyperparameters.

# %% [markdown]
# ## 13. Let Optuna propose the trials (optional)
#
# Random search ignores its log: the last trial is drawn as if there had been no others. [Bayesian
# optimisation](glossary.md#bayesian-optimisation) fits a model to the log so far and next tries settings that the model
# expects to be good. A widely used library is [Optuna](https://optuna.org). Its default *sampler*, the part that
# proposes settings, is TPE (tree-structured Parzen estimator): it splits the log into a good and a bad part and
# proposes values that are frequent in the good part and rare in the bad one.
#
# `study.ask()` returns a trial that draws its settings, and `study.tell` receives its score. The code in between is our
# own, so we control the budget and the log. Aged EASE and its space are those of section 7; each sampler gets 18 trials
# (about ten seconds).

# %%
import warnings

warnings.filterwarnings("ignore", message="IProgress")  # of a progress bar that we do not use
import optuna

optuna.logging.set_verbosity(optuna.logging.WARNING)


def aged_settings(trial):
    return {
        "penalty": trial.suggest_float("penalty", 10, 3000, log=True),
        "decay": trial.suggest_float("decay", 1, 100, log=True),
        "floor": trial.suggest_float("floor", 0, 0.3),
    }


def search_aged_ease(sampler, n_trials=18):
    study, rows = optuna.create_study(direction="maximize", sampler=sampler), []
    for _ in range(n_trials):
        trial = study.ask()
        measured = evaluate(fitted("aged EASE", aged_settings(trial), known, histories), known, hidden)
        study.tell(trial, measured.mean())
        rows.append(measured.per_user["NDCG"].to_numpy())
    return study, rows


# %%
samplers = optuna.samplers
aged = {name: search_aged_ease(getattr(samplers, name)(seed=0)) for name in ("RandomSampler", "TPESampler")}
for name, (study, _) in aged.items():
    print(f"{name}, NDCG@10 of trials 0 to 17:\n{np.array([trial.value for trial in study.trials]).round(3)}")

# %% [markdown]
# Compare the rows: the first ten trials are **the same**. TPE needs a log to fit its model, so it draws the first ten
# trials at random (`n_startup_trials=10`), and with the same seed, they are those of the random sampler. With six
# trials, as in section 7, Optuna's default search *is* random search. Is TPE ahead after 18 trials? We compare the two
# winners:

# %%
(random_study, random_rows), (tpe_study, tpe_rows) = aged.values()
same = [one.params == other.params for one, other in zip(random_study.trials, tpe_study.trials)]
claim("the first ten trials are the same, and no later one is", same == [True] * 10 + [False] * 8)
mean, low, high = paired_bootstrap(tpe_rows[tpe_study.best_trial.number], random_rows[random_study.best_trial.number])
print(f"best of TPE {tpe_study.best_value:.3f}, best of random {random_study.best_value:.3f}")
print(f"TPE minus random {mean:+.3f} [{low:+.3f}, {high:+.3f}]")
claim("the interval includes zero", low < 0 < high)

# %% [markdown]
# The interval includes zero: with these 18 trials, TPE brings no gain that we can measure. You can expect more from it
# where trials are expensive, the space is large and the plateau is small. And the winner's curse remains, whatever
# proposes the trials.
#
# ### Several processes, one log
#
# Trials can run in parallel if they share their log. Optuna calls the shared log a *storage*; for processes on one
# machine, a file is sufficient. The script below joins a study and adds ten trials of a toy (synthetic) objective. We
# start two processes with it at the same time:

# %%
import subprocess
import sys
import tempfile
from pathlib import Path

worker = """
import os, sys, optuna
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

optuna.logging.set_verbosity(optuna.logging.WARNING)
storage = optuna.storages.JournalStorage(JournalFileBackend(sys.argv[1], JournalFileOpenLock(sys.argv[1])))
study = optuna.create_study(study_name="toy", storage=storage, load_if_exists=True)

def objective(trial):
    trial.set_user_attr("process", os.getpid())
    return (trial.suggest_float("x", -10, 10) - 2) ** 2

study.optimize(objective, n_trials=10)
if len(sys.argv) > 2:
    processes = {trial.user_attrs["process"] for trial in study.trials}
    print(len(study.trials), "trials in one log, from", len(processes), "processes")
"""

# %%
with tempfile.TemporaryDirectory() as folder:
    command = [sys.executable, "-c", worker, str(Path(folder) / "study.log")]
    running = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait() for process in running] == [0, 0]
    print(subprocess.run([*command, "report"], capture_output=True, text=True, check=True).stdout.strip())

# %% [markdown]
# The log contains ten trials from each of the two processes, and ten more from the third, which printed the report. A
# search that runs in parallel no longer gives the same trials on every run, even with a seed, because what the sampler
# knows depends on which trials end first. Therefore keep the storage, not just the seed.

# %% [markdown]
# ## 14. Early stopping and pruning on a network (optional)
#
# A network can be evaluated after every epoch, so a hopeless trial need not run to the end. [Early
# stopping](glossary.md#early-stopping) (lesson 06) watches the validation curve of one trial and ends the training when
# the curve stops improving. [Pruning](glossary.md#pruning-of-trials) compares a trial with the others and ends it when
# it falls behind. How much training do they save, and what do they cost?
#
# We tune four hyperparameters of the matrix factorisation of section 12: the learning rate, the dimension, the weight
# decay (a penalty on large weights) and the spread of the random initial weights. A trial has 12 epochs, and its score
# is the RMSE of its best epoch; a network that explodes counts as an RMSE of 2. We train all trials of three random
# searches, 24 each, once to the end (about 12 seconds) and keep the curves.


# %%
def network_settings(trial):
    return {
        "rate": trial.suggest_float("rate", 0.001, 0.3, log=True),
        "dim": trial.suggest_int("dim", 2, 16, log=True),
        "decay": trial.suggest_float("decay", 0.001, 0.3, log=True),
        "spread": trial.suggest_float("spread", 0.01, 1, log=True),
    }


def search_network(sampler, n_trials=24):
    study, curves = optuna.create_study(direction="minimize", sampler=sampler), []
    for _ in range(n_trials):
        trial = study.ask()
        rmse = curve(n_epochs=12, **network_settings(trial))
        curves.append(np.where(rmse < 2, rmse, 2.0))  # nan < 2 is False, so nan becomes 2, too
        study.tell(trial, curves[-1].min())
    return study, np.array(curves)  # (24, 12)


searches = [search_network(samplers.RandomSampler(seed=seed)) for seed in range(3)]
print("best RMSE of each search:", *(f"{study.best_value:.3f}" for study, _ in searches))

# %% [markdown]
# First, the sampler again: does TPE find a better network with the same number of trials?

# %%
tpe_study, _ = search_network(samplers.TPESampler(seed=0))
print(f"best RMSE of TPE: {tpe_study.best_value:.3f}")
claim("TPE is less than 0.003 away from random search", abs(tpe_study.best_value - searches[0][0].best_value) < 0.003)

# %% [markdown]
# No: its RMSE of 0.895 lies within the range of the random searches, 0.894 to 0.897. Many settings of this network are
# about equally good.
#
# Now we compare the stopping rules. Random trials do not depend on the results of other trials. So we can replay the
# stored curves under each rule, as if it had stopped the training, and every rule sees exactly the same trials. In your
# own search, the loop over a stored curve becomes the loop over the epochs of the training: report the score, ask
# whether to prune, and break.


# %%
def pruned(curves, pruner):
    study, n_epochs, finished = optuna.create_study(pruner=pruner, sampler=samplers.RandomSampler(seed=0)), 0, []
    for rmse_after_epoch in curves:
        trial = study.ask()
        for epoch, rmse in enumerate(rmse_after_epoch, start=1):
            n_epochs += 1
            trial.report(rmse, epoch)
            if trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                break
        else:  # the loop ended without a break
            study.tell(trial, rmse_after_epoch.min())
            finished.append(rmse_after_epoch.min())
    return n_epochs, min(finished)


def stopped_early(curves, patience=2):
    n_epochs, best = 0, []
    for rmse in curves:
        epoch = next((e for e in range(len(rmse)) if e - rmse[: e + 1].argmin() >= patience), len(rmse) - 1)
        n_epochs += epoch + 1
        best.append(rmse[: epoch + 1].min())
    return n_epochs, min(best)


# %% [markdown]
# Optuna's `MedianPruner` stops a trial whose best score so far is worse than the median score of the earlier trials at
# the same epoch; the first five trials run to the end. `SuccessiveHalvingPruner` does what you wrote in section 11,
# with one difference: it does not wait until all trials have reached an epoch, but compares each trial with the earlier
# ones.

# %%
rules = {
    "train all to the end": lambda curves: (curves.size, curves.min()),
    "early stopping, patience 2": stopped_early,
    "median pruner": lambda curves: pruned(curves, optuna.pruners.MedianPruner()),
    "successive halving": lambda curves: pruned(
        curves, optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=2)
    ),
}
replayed = {name: [rule(curves) for _, curves in searches] for name, rule in rules.items()}
for name, results in replayed.items():
    print(f"{name:26} epochs", *(f"{n:4}" for n, _ in results), "  best RMSE", *(f"{best:.3f}" for _, best in results))

# %%
epochs, best_rmse = (
    pd.DataFrame({name: [result[part] for result in results] for name, results in replayed.items()}) for part in (0, 1)
)
lost = best_rmse.sub(best_rmse["train all to the end"], axis=0)
claim("successive halving trains less than a third of the epochs", (epochs["successive halving"] < 288 / 3).all())
claim("early stopping loses nothing", lost["early stopping, patience 2"].max() < 0.001)
claim("successive halving loses the best trial of a search", lost["successive halving"].max() > 0.001)
claim("but no rule loses more than 0.01 of RMSE", lost.max().max() < 0.01)

# %% [markdown]
# Without a stopping rule, a search trains 288 epochs. Early stopping trains 203 to 214 and reaches the same best RMSE
# in each search. Successive halving trains only 53 to 70. But in the third search, it stopped the trial that would have
# become the best, and ended with an RMSE of 0.896 instead of 0.894. The median pruner trains 111 to 148 epochs and
# loses as much. The saved epochs can be spent on more trials, but pruning is not free.

# %% [markdown]
# ## 15. Which hyperparameter matters? (optional)
#
# Section 6 said that hyperparameters are rarely equally important. From a log, Optuna can estimate the
# [importance](glossary.md#hyperparameter-importance) of each hyperparameter. It offers several methods, which answer
# different questions. *PED-ANOVA*, the default since Optuna 5, asks which hyperparameters distinguish the best tenth of
# the trials from all trials. *fANOVA* asks how much of the variance of all scores each of them explains. The answers
# are shares that add up to 1. We apply both to our three searches, which differ only in the seed:

# %% tags=["nbval-ignore-output"]
importance = optuna.importance
methods = {
    "PED-ANOVA, best tenth": importance.PedAnovaImportanceEvaluator(),
    "PED-ANOVA, best quarter": importance.PedAnovaImportanceEvaluator(target_quantile=0.25),
    "fANOVA": importance.FanovaImportanceEvaluator(seed=0),
}
most_important = {name: [] for name in methods}
for name, method in methods.items():
    for seed, (study, _) in enumerate(searches):
        shares = importance.get_param_importances(study, evaluator=method)
        most_important[name].append(next(iter(shares)))
        print(f"{name:24} seed {seed}:", ", ".join(f"{key} {share:.2f}" for key, share in shares.items()))

# %%
claim("PED-ANOVA's most important one depends on the seed", len(set(most_important["PED-ANOVA, best tenth"])) > 1)
claim("fANOVA names the learning rate every time", set(most_important["fANOVA"]) == {"rate"})
for _, curves in searches:
    rmse = curves.min(axis=1)
    others = rmse[rmse < 2]
    print(f"{(rmse == 2).sum()} of 24 exploded; variance of the RMSE {rmse.var():.3f}, without them {others.var():.3f}")

# %% [markdown]
# In one search, the default ranks the spread of the initial weights first, with a share of 0.92; in the others, it
# ranks the learning rate first. The best tenth of 24 trials is only two or three trials, and Optuna's documentation
# asks for at least five. With the best quarter, six trials, the learning rate comes first in all three searches, but
# the order of the others still changes. fANOVA ranks the learning rate first every time. But most of the variance that
# it explains comes from the few networks that exploded. So it tells you which hyperparameter *ruins* a network, not
# which one makes a good network better.
#
# So treat an importance as an estimate. Before you fix a hyperparameter because "it does not matter", compute its
# importance for several searches, and say which question the method answers.

# %% [markdown]
# ## 16. Was it the session? (optional)
#
# Exercise 15.4 explained why the time of a rating helps in shuffled folds. An explanation should be tested.
# `GroupKFold` keeps all ratings of a user in one fold. With these folds, a trend over the years would still help, but
# the user's other ratings no longer can.

# %%
user = rows["user_id"][:n_past].to_numpy()
print(f"{(user[1:] == user[:-1]).mean():.0%} of the ratings are followed, in time, by a rating of the same user")
whole_users = search_tree(list(GroupKFold(3).split(past, groups=user)))
for name, search in (("shuffled folds", shuffled_search), ("whole users", whole_users)):
    rmse = -search.cv_results_["mean_test_score"]  # first the two settings without the time, then the two with it
    print(f"{name}: best RMSE without the time {rmse[:2].min():.3f}, with it {rmse[2:].min():.3f}")
claim("with whole users in a fold, the time does not help", rmse[2:].min() > rmse[:2].min() + 0.005)

# %% [markdown]
# In shuffled folds, the time lowers the RMSE from 1.015 to 1.000. With whole users in a fold, the time raises the RMSE
# from 1.019 to 1.049. So what helped was the other ratings of the same user, not a trend.

# %% [markdown]
# ## What you did
#
# - You implemented rolling-origin folds and measured what random folds leak (**O1**).
# - You compared grid search with random search, and logged a search with equal budgets (**O2**).
# - You diagnosed a shuffled `GridSearchCV` and a report that chose on the test set (**O3**).
# - You computed a plateau and a winner's false lead (**O4**).
# - You implemented successive halving and computed what it saves (**O5**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - J. Bergstra, Y. Bengio: Random Search for Hyper-Parameter Optimization. JMLR 13, 2012
# - L. Li et al.: Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization. JMLR 18, 2018, arXiv
#   1603.06560
# - K. Jamieson, A. Talwalkar: Non-stochastic Best Arm Identification and Hyperparameter Optimization. AISTATS 2016,
#   arXiv 1502.07943
# - G. Cawley, N. Talbot: On Over-fitting in Model Selection and Subsequent Selection Bias in Performance Evaluation.
#   JMLR 11, 2010
# - L. N. Smith: Cyclical Learning Rates for Training Neural Networks. WACV 2017, arXiv 1506.01186
# - M. Ferrari Dacrema et al.: Are We Really Making Much Progress? RecSys 2019, arXiv 1907.06902
# - T. Akiba et al.: Optuna: A Next-generation Hyperparameter Optimization Framework. KDD 2019, arXiv 1907.10902
# - F. Hutter, H. Hoos, K. Leyton-Brown: An Efficient Approach for Assessing Hyperparameter Importance (fANOVA). ICML 2014,
#   PMLR 32
# - Optuna 5.0: release notes of 4 September 2026 (the default sampler and the default importance changed)
