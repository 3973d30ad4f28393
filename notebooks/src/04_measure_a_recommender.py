# %% [markdown] teaching=60 exercises=40
# # Measure a recommender
#
# A model is as good as its measurement is honest. In this lesson you build the ruler that every later lesson uses,
# and the bar that every later network has to clear.

# %% [markdown]
# **What you will do**
#
# - **O1** compare four ways to split data and name what leaks in each
# - **O2** compute the error of ratings and of yes/no answers by hand
# - **O3** implement the metrics of a ranked list: precision, recall, hit rate, MRR, MAP, NDCG
# - **O4** implement three baselines: popularity, item-kNN, EASE
# - **O5** compare two recommenders with an interval
# - **O6** diagnose a metric that lies because it looks at a sample
#
# **What you need**: lessons 02 and 03, and about 100 minutes. The whole notebook runs in half a minute.

# %%
import numpy as np
import pandas as pd

from recsys_helpers import baselines, metrics, splits
from recsys_helpers.data import load_movielens, to_matrix
from recsys_helpers.evaluate import evaluate, mean_interval, paired_bootstrap, results_so_far, top_k
from recsys_helpers.exercises import check
from recsys_helpers.ids import IdMap
from recsys_helpers.plots import new_figure, show
from recsys_helpers.repro import set_seed

set_seed(42)

# %% [markdown]
# ## 1. How wrong is a predicted rating?
#
# One user, five films. We predicted their stars, then they told us the truth. The error of each film is a
# subtraction.

# %%
predicted = np.array([4.0, 3.5, 2.0, 5.0, 3.0])
actual = np.array([5.0, 3.5, 3.0, 1.0, 3.0])
error = predicted - actual
error

# %% [markdown]
# Two films are right, two are off by one star, one is off by four. The [mean absolute error](glossary.md#mean-absolute-error) (MAE) averages the
# sizes; the [root mean squared error](glossary.md#root-mean-squared-error) (RMSE) squares first, so large errors weigh more.

# %%
mae = np.abs(error).mean()
rmse = np.sqrt((error**2).mean())
print(f"MAE {mae:.2f} stars, RMSE {rmse:.2f} stars")

# %% [markdown]
# The one bad film lifts RMSE to 1.90 while MAE is 1.20. Neither says whether the *right films* would have stood at
# the top of a list, which is what a visitor sees. The helpers hold the same two lines:

# %%
assert metrics.mae(predicted, actual) == mae
assert metrics.rmse(predicted, actual) == rmse

# %% [markdown]
# ## 2. How wrong is a yes or no?
#
# Ten visitors saw a film on their page; one clicked. Two models guess who will click. The first one always says no.

# %%
clicked = np.array([0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
always_no = np.zeros(10, dtype=int)
careful = np.array([0, 1, 0, 1, 0, 0, 1, 0, 0, 0])

# %% [markdown]
# ### Exercise 04.1 · predict (O2)
#
# Before you run anything below: which [accuracy](glossary.md#accuracy), the share of right answers, does the model that always says no
# reach? Write a number between 0 and 1 for the dots.

# %%
accuracy_of_always_no = ...
### BEGIN SOLUTION
accuracy_of_always_no = 0.9
### END SOLUTION

# %%
check("04.1", accuracy_of_always_no)

# %%
for name, guess in (("always no", always_no), ("careful", careful)):
    print(f"{name:10} accuracy {(guess == clicked).mean():.1f}")

# %% [markdown]
# The model that finds nobody has accuracy 0.9, the careful one, which finds the only click, 0.8. With rare events
# accuracy rewards silence. So we ask two other questions. [Precision](glossary.md#precision): of those we said yes to, how many clicked?
# [Recall](glossary.md#recall): of those who clicked, how many did we find? [F1](glossary.md#f1) is their harmonic mean, high only if both are.

# %%
found = (careful * clicked).sum()
precision = found / careful.sum()
recall = found / clicked.sum()
f1 = 2 * precision * recall / (precision + recall)
print(f"precision {precision:.2f}, recall {recall:.2f}, F1 {f1:.2f}")

# %% [markdown]
# The careful model finds every click (recall 1.00) at the price of two false alarms (precision 0.33).
#
# A model that gives chances instead of yes and no can be measured without a threshold. [AUC](glossary.md#auc) is the chance that a
# random click is scored above a random non-click; [log loss](glossary.md#log-loss) punishes confident mistakes.

# %%
chance = np.array([0.1, 0.6, 0.2, 0.5, 0.1, 0.3, 0.4, 0.1, 0.1, 0.2])
is_click = clicked == 1
auc = (chance[is_click][:, None] > chance[~is_click]).mean()  # (1 click, 9 others): how often is the click above?
log_loss = -np.where(is_click, np.log(chance), np.log(1 - chance)).mean()
print(f"AUC {auc:.3f}, log loss {log_loss:.3f}")

# %% [markdown]
# The click (0.5) stands above eight of nine others: AUC 0.889. From here on we take these classic metrics from
# scikit-learn; it agrees with our lines:

# %%
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score
from sklearn.metrics import log_loss as sklearn_log_loss

assert accuracy_score(clicked, careful) == 0.8
assert np.isclose(f1_score(clicked, careful), f1)
assert np.isclose(roc_auc_score(clicked, chance), auc)
assert np.isclose(sklearn_log_loss(clicked, chance), log_loss)

# %% [markdown]
# ## 3. How good is a list?
#
# A recommender shows a short list. Only its first places are seen. So the metrics of this field look at the first
# *k* places and ask where the [relevant](glossary.md#relevant-item) items stand: those the user really chose afterwards.
#
# A list of five films, best first. The user later watched films 3 and 9, and also film 7, which we did not list.

# %%
ranked = [8, 3, 5, 9, 2]
relevant = {3, 7, 9}
is_hit = np.array([item in relevant for item in ranked])
is_hit

# %% [markdown]
# Hits at ranks 2 and 4. Every metric below is a few operations on this row of booleans.

# %%
k = len(ranked)
n_relevant = len(relevant)
print("precision@5:", is_hit.sum() / k)
print("recall@5:   ", round(is_hit.sum() / n_relevant, 3))
print("hit rate@5: ", float(is_hit.any()))

# %% [markdown]
# Two of five places hit; two of three relevant films found; at least one hit. These three do not care *where* the
# hits stand. The next three do. [Reciprocal rank](glossary.md#mean-reciprocal-rank): one over the rank of the first hit; its mean over users is MRR.

# %%
first_hit = np.argmax(is_hit) + 1
print("first hit at rank", first_hit, "→ reciprocal rank", 1 / first_hit)

# %% [markdown]
# [Average precision](glossary.md#mean-average-precision): the precision at each rank that holds a hit, summed, then divided by the number of hits that a
# perfect list would have. Its mean over users is MAP.

# %%
precision_at = np.cumsum(is_hit) / np.arange(1, k + 1)
average_precision = (precision_at * is_hit).sum() / min(k, n_relevant)
print(precision_at.round(2), "→ average precision", round(average_precision, 3))

# %% [markdown]
# At rank 2 the precision is 1/2, at rank 4 it is 2/4: (0.5 + 0.5) / 3 = 0.333.
#
# [NDCG](glossary.md#ndcg), our main metric, discounts a hit at rank *r* by 1 / log₂(r + 1): the first place counts 1, the second 0.63,
# the tenth 0.29. The sum is divided by that of a perfect list, so 1 is the best.

# %%
discount = 1 / np.log2(np.arange(1, k + 1) + 1)
dcg = (is_hit * discount).sum()
best_dcg = discount[: min(k, n_relevant)].sum()
print(discount.round(2))
print(f"DCG {dcg:.3f} / best {best_dcg:.3f} = NDCG {dcg / best_dcg:.3f}")

# %% [markdown]
# The helpers compute all of these for many users at once, from the same two things: `is_hit` and `n_relevant`.

# %%
hits, counts = is_hit[None, :], np.array([n_relevant])  # one user: shapes (1, 5) and (1,)
assert np.isclose(metrics.average_precision_at_k(hits, counts)[0], average_precision)
assert np.isclose(metrics.ndcg_at_k(hits, counts)[0], dcg / best_dcg)
assert metrics.mrr_at_k(hits, counts)[0] == 1 / first_hit

# %% [markdown]
# ### Exercise 04.2 · code (O3)
#
# Write recall for one user. `ranked` is a list of items, best first, possibly longer than `k`; `relevant` is a set,
# never empty.
#
# <details><summary>Hint 1</summary>Only the first k places count: <code>ranked[:k]</code>.</details>
# <details><summary>Hint 2</summary>Divide by how many relevant items there are, not by k.</details>


# %%
def my_recall_at_k(ranked, relevant, k):
    ### BEGIN SOLUTION
    n_found = sum(item in relevant for item in ranked[:k])
    return n_found / len(relevant)
    ### END SOLUTION


# %%
check("04.2", my_recall_at_k)

# %% [markdown]
# ### Exercise 04.3 · code (O3)
#
# Write NDCG at k for one user; the best list has min(k, number of relevant items) hits at its head.
#
# <details><summary>Hint 1</summary>Rank r starts at 1, Python's index at 0: the discount of index i is
# 1 / log₂(i + 2).</details>
# <details><summary>Hint 2</summary>Sum the discounts at the places of hits; divide by the sum of the first
# min(k, n) discounts.</details>


# %%
def my_ndcg_at_k(ranked, relevant, k):
    ### BEGIN SOLUTION
    gain = sum(1 / np.log2(place + 2) for place, item in enumerate(ranked[:k]) if item in relevant)
    best = sum(1 / np.log2(place + 2) for place in range(min(k, len(relevant))))
    return gain / best
    ### END SOLUTION


# %%
check("04.3", my_ndcg_at_k)

# %% [markdown]
# ### Exercise 04.4 · find the bug (O3)
#
# This reciprocal rank looks fine and passes a quick try. It is wrong for some users. Find out for whom, and mend it.
#
# <details><summary>Hint 1</summary>What does <code>np.argmax</code> return for a row without a single True?</details>
# <details><summary>Hint 2</summary>Return 0 when there is no hit at all.</details>


# %%
def reciprocal_rank(is_hit):
    return 1 / (np.argmax(is_hit) + 1)


### BEGIN SOLUTION
def reciprocal_rank(is_hit):  # noqa: F811
    return 1 / (np.argmax(is_hit) + 1) if np.any(is_hit) else 0.0
### END SOLUTION


# %%
check("04.4", reciprocal_rank)

# %% [markdown]
# ## 4. Where to cut: four splits and what leaks
#
# A recommender is used on the future. So it is tested on interactions that come *after* those it learned from.
# A [leak](glossary.md#data-leakage) is anything in training that could not have been known yet. Here are twenty moments of a tiny site with two
# users; the second one joined late.

# %%
first_user_moments = [0, 1, 2, 3, 4, 5, 8, 10, 11, 13]
toy = pd.DataFrame({"timestamp": range(20), "item_id": range(1, 21)})
toy["user_id"] = np.where(toy["timestamp"].isin(first_user_moments), 1, 2)

# %%
symbols = {"train": "o", "valid": "v", "test": "X"}


def timeline(split, user_id):
    line = ["·"] * 20
    for part, rows in split._asdict().items():
        for moment in rows.loc[rows["user_id"] == user_id, "timestamp"]:
            line[moment] = symbols[part]
    return "".join(line)


# %%
cuts = {
    "random": splits.split_random(toy),
    "leave last out": splits.split_leave_last_out(toy),
    "last share": splits.split_last_share(toy),
    "global time": splits.split_global_time(toy),
}
for name, cut in cuts.items():
    print(f"{name:15} user 1 {timeline(cut, 1)}   user 2 {timeline(cut, 2)}")

# %% [markdown]
# Read a line from left to right as time: `o` train, `v` valid, `X` test, a dot is a moment of the other user.
#
# - **random**: an `o` right of an `X` of the *same* user. The model knows the user's own future.
# - **leave last out** and **last share**: never that. But user 2's late `o` lie right of user 1's `X`: the future of
#   *others* leaks.
# - **global time**: no `o` right of any `X`. The price: user 1 has no test, and user 2 hardly any training.

# %% [markdown]
# Now the same cuts on real data, and two numbers for each: how many test ratings have a *later* rating of the same
# user in what we learn from (train + valid), and what share of that data is later than an average test rating.

# %%
ratings, movies = load_movielens()
cuts = {
    "random": splits.split_random(ratings),
    "leave last out": splits.split_leave_last_out(ratings),
    "last share": splits.split_last_share(ratings),
    "global time": splits.split_global_time(ratings),
}


# %%
def leaks(cut):
    learn = pd.concat([cut.train, cut.valid])
    own_last = cut.test["user_id"].map(learn.groupby("user_id")["timestamp"].max())
    before = np.searchsorted(np.sort(learn["timestamp"]), cut.test["timestamp"], side="right")
    return {
        "test ratings": len(cut.test),
        "test users": cut.test["user_id"].nunique(),
        "of them known": cut.test["user_id"].drop_duplicates().isin(learn["user_id"]).sum(),
        "own future": (own_last > cut.test["timestamp"]).mean(),
        "others' future": 1 - before.mean() / len(learn),
    }


pd.DataFrame({name: leaks(cut) for name, cut in cuts.items()}).T.round(2)

# %% [markdown]
# In the random split 99 % of the test ratings have a later rating of the same user in training: 0.99 in the table.
# The two per-user cuts have none of that, but about half of what they learn from is later than the test rating it is
# asked about. The [global cut](glossary.md#temporal-split) leaks nothing, and leaves 147 users to test, of whom only 23 are known: on MovieLens most
# users come once and rate everything in one sitting.

# %% [markdown]
# **The course's rule.** We use *last share*: every user is tested, on enough films to see differences. We say what it
# leaks: other users' future. And no leak is free of charge, so look at what the choice does to a score. One
# recommender, EASE (you build it below), four splits:

# %%
users, items = IdMap(ratings["user_id"]), IdMap(movies["item_id"])


def learn_and_test(cut):
    learn = to_matrix(pd.concat([cut.train, cut.valid]), users, items)
    test = to_matrix(cut.test, users, items)
    return learn, test


# %%
for name, cut in cuts.items():
    learn, test = learn_and_test(cut)
    weights = baselines.ease(learn)
    outcome = evaluate(lambda user_idx: learn[user_idx] @ weights, learn, test)
    print(f"{name:15} NDCG@10 {outcome.mean():.2f}  ({outcome.n_without_relevant} users without a test film)")

# %% [markdown]
# The same model scores 0.34 in a random split and 0.14 in the last share. Nothing about the model changed: the random
# split fills gaps in the *middle* of a user's history, an easier game than the future. Numbers from different splits
# can never be compared.

# %% [markdown]
# ### Exercise 04.5 · choose (O1)
#
# A colleague reports a score from *leave last out* and says: "The test item is each user's last, so no future leaks."
# What is the best answer?
#
# - **a** Right: nothing in training is later than a test item.
# - **b** Wrong: the user's own later ratings are in training.
# - **c** Wrong: other users' later ratings are in training.
# - **d** Wrong: the test item itself is in training.

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("04.5", answer)

# %% [markdown]
# ### The trap of equal times
#
# People on MovieLens rate a page of films in one second. How often?

# %%
ordered = splits.order_in_time(ratings)
gap = ordered.groupby("user_id")["timestamp"].diff()
print(f"{(gap == 0).sum() / gap.notna().sum():.0%} of consecutive ratings share a second")

# %% [markdown]
# Which of them is the *last*? The file cannot tell. If ties keep the order of film ids, then "next" often means "next
# higher id", and a model can learn *that*. To see how much, here is a cheat that knows nothing about films: it
# recommends the ten ids that follow the user's last one.


# %%
def next_ids(learn_frame):
    last = learn_frame.groupby("user_id")["item_id"].last()  # frames of a split are in time order
    last_idx = np.zeros(users.n_rows, dtype=int)
    last_idx[users.to_idx(last.index)] = items.to_idx(last)
    distance = np.arange(items.n_rows)[None, :] - last_idx[:, None]  # (n_users + 1, n_items + 1)
    return np.where(distance > 0, -distance, -np.inf)


# %%
for ties in ("id", "random"):
    cut = splits.split_leave_last_out(ratings, ties=ties)
    learn, test = learn_and_test(cut)
    cheat = evaluate(next_ids(pd.concat([cut.train, cut.valid])), learn, test)
    popular = evaluate(np.tile(baselines.popularity(learn), (users.n_rows, 1)), learn, test)
    print(f"ties by {ties:6}  cheat {cheat.mean():.3f}   popularity {popular.mean():.3f}")

# %% [markdown]
# With ties in id order the cheat is about as good as popularity, a real recommender: 0.018 against 0.019. With random
# ties it falls to 0.011. The rest of it is real: films of one page have close ids. Popularity, which has no order to
# cheat with, hardly moves. So **the course breaks ties at random, never by id**, and says so. Lesson 12 measures what
# the trap does to a network.

# %% [markdown]
# ## 5. The bar: three baselines
#
# From here on: last share, random ties; learn from train + valid; hide what a user has seen; rank all 9,066 films;
# take the first ten.

# %%
cut = cuts["last share"]
learn, test = learn_and_test(cut)
print(f"train {len(cut.train):,}, valid {len(cut.valid):,}, test {len(cut.test):,} ratings")
print("matrix", learn.shape, "· test films nobody rated before:", (test[:, learn.sum(axis=0) == 0]).nnz)

# %% [markdown]
# Row 0 and column 0 are padding (lesson 03). And 1,502 test ratings are of films that nobody rated before: no model of
# this part can find them. They stay in the truth all the same, because a real visitor would have wanted them too.
#
# ### Popularity
#
# Score of a film: how many users rated it. The same for everybody; only the seen films differ.

# %%
popular = baselines.popularity(learn)  # (n_items + 1,)
assert (popular == learn.sum(axis=0)).all()
top = items.to_id(top_k(popular[None, :], 5)[0])
movies.set_index("item_id").loc[top, ["title", "year"]]

# %% [markdown]
# ### Exercise 04.6 · code (O4)
#
# Write the recommender: the `k` item indices with the highest popularity that the user has not seen, best first.
# `popularity` has shape (n_items + 1,), index 0 is padding and may not be recommended; `seen` is a set of indices.
#
# <details><summary>Hint 1</summary>Copy the scores, then give what may not be recommended a score of −∞.</details>
# <details><summary>Hint 2</summary><code>np.argsort(-scores)</code> orders indices from the highest score.</details>


# %%
def recommend_popular(popularity, seen, k):
    ### BEGIN SOLUTION
    scores = np.array(popularity, dtype=float)
    scores[[0, *seen]] = -np.inf
    return np.argsort(-scores)[:k]
    ### END SOLUTION


# %%
check("04.6", recommend_popular)

# %% [markdown]
# ### Item-kNN
#
# "People who rated this also rated that." Four users, three films (row 0 and column 0 left out for reading):

# %%
toy_matrix = np.array([[1, 1, 0], [1, 1, 0], [1, 0, 1], [0, 1, 0]])  # (4 users, 3 films)
together = toy_matrix.T @ toy_matrix
together

# %% [markdown]
# The diagonal counts the users of each film, the rest the users of both. Film 1 and film 2 share two users, film 2
# and film 3 none. Popular films share users with everything, so we divide by both sizes: the [cosine](glossary.md#cosine-similarity). A small number
# added below (`shrink`) keeps pairs with hardly any evidence down.

# %%
size = np.sqrt(np.diag(together))
similarity = together / (np.outer(size, size) + 1)  # shrink = 1 for so small a world
np.fill_diagonal(similarity, 0)
similarity.round(2)

# %% [markdown]
# The score of a film for a user: the sum of its similarities to the films the user has seen, `toy_matrix @ similarity`.
# User 3 has seen films 1 and 3, so only film 2 is left for them:

# %%
(toy_matrix @ similarity).round(2)

# %% [markdown]
# The helper does this with sparse matrices and keeps only the 200 nearest films of each. Same numbers:

# %%
padded = np.pad(toy_matrix, ((1, 0), (1, 0)))  # row 0 and column 0 come back
with np.errstate(invalid="ignore"):
    helper = baselines.item_knn(padded, n_neighbours=3, shrink=1).toarray()[1:, 1:]
assert np.allclose(helper, similarity)

# %% [markdown]
# ### EASE
#
# Item-kNN looks at pairs. EASE asks for all weights at once: which matrix **B** with a zero diagonal makes
# **X B** as close to **X** as possible, with a penalty λ on large weights? It has a closed answer: with
# P = (XᵀX + λI)⁻¹, off the diagonal B = −P / diag(P) (Steck, 2019).

# %%
inverse = np.linalg.inv(together + 1.0 * np.eye(3))  # λ = 1
weights = -inverse / np.diag(inverse)  # column j is divided by P[j, j]
np.fill_diagonal(weights, 0)
weights.round(2)

# %% [markdown]
# Look at films 2 and 3: no user has both, and EASE gives them a *negative* weight, where cosine had 0. It has learned
# that film 3 speaks against film 2.

# %%
assert np.allclose(baselines.ease(padded, regularisation=1.0)[1:, 1:], weights, atol=1e-6)

# %% [markdown]
# On the real matrix P is 9,067 × 9,067. Inverting that takes most of a minute on two cores; since there are only 671
# users, the helper inverts the small 672 × 672 side instead (the Woodbury identity) and needs about one second.
#
# All three under the same rule. Each `fit` returns a function from users to scores.


# %%
def fit_popularity(learn):
    popular = baselines.popularity(learn)
    return lambda user_idx: np.tile(popular, (len(user_idx), 1))


def fit_item_knn(learn, n_neighbours=200):
    similarity = baselines.item_knn(learn, n_neighbours, shrink=10)
    return lambda user_idx: (learn[user_idx] @ similarity).toarray()


def fit_ease(learn, regularisation=100):
    weights = baselines.ease(learn, regularisation)
    return lambda user_idx: learn[user_idx] @ weights


# %%
import time


def fit_and_measure(name, fit, learn, test):
    start = time.perf_counter()
    score = fit(learn)
    seconds = time.perf_counter() - start
    return evaluate(score, learn, test, name=name, seconds=seconds)


# %% [markdown]
# λ, the number of neighbours and the shrink are [settings](glossary.md#hyperparameter). They are chosen on the **valid** part, with the model
# learning from train alone; test is not touched. A coarse grid is enough to see the hill.

# %%
train_only, valid = to_matrix(cut.train, users, items), to_matrix(cut.valid, users, items)
for regularisation in (10, 100, 1000):
    outcome = fit_and_measure("EASE", lambda x: fit_ease(x, regularisation), train_only, valid)
    print(f"EASE, λ = {regularisation:4}: valid NDCG@10 {outcome.mean():.3f}")
for n_neighbours in (50, 200, 500):
    outcome = fit_and_measure("kNN", lambda x: fit_item_knn(x, n_neighbours), train_only, valid)
    print(f"item-kNN, {n_neighbours:3} neighbours: valid NDCG@10 {outcome.mean():.3f}")

# %% [markdown]
# λ = 100 and 200 neighbours it is. Only now, with all settings fixed, the test part is opened, once: the models learn
# from train and valid together.

# %%
bar = {
    name: fit_and_measure(name, fit, learn, test)
    for name, fit in (("popularity", fit_popularity), ("item-kNN", fit_item_knn), ("EASE", fit_ease))
}

# %% tags=["nbval-ignore-output"]
results_so_far("04", list(bar.values()))

# %% [markdown]
# **This is the bar**, and the first rows of a table that grows through the course. EASE finds 7.7 % of what people went on to watch among its first ten, popularity 4.1 %. Coverage
# tells the other half: popularity recommends 1.2 % of the catalogue to anybody, EASE 7.1 %.

# %%
for name, ndcg, recall, coverage in (
    ("popularity", 0.082, 0.041, 0.012),
    ("item-kNN", 0.130, 0.070, 0.073),
    ("EASE", 0.136, 0.077, 0.071),
):
    found = bar[name].mean("NDCG"), bar[name].mean("Recall"), bar[name].coverage
    assert np.allclose(found, (ndcg, recall, coverage), atol=0.001), (name, found)

# %% [markdown]
# ## 6. Is the difference real?
#
# 671 users are a sample. Other users would have given other numbers. The NDCG of single users is spread wide:

# %%
ease_ndcg = bar["EASE"].per_user["NDCG"].to_numpy()  # (671,)
print(f"{(ease_ndcg == 0).mean():.0%} of users: no hit at all; best user {ease_ndcg.max():.2f}")

# %% [markdown]
# The mean of *n* such values wobbles by their standard deviation over √n. Plus and minus 1.96 of that is the 95 %
# [interval](glossary.md#confidence-interval).

# %%
half = 1.96 * ease_ndcg.std(ddof=1) / np.sqrt(len(ease_ndcg))
assert np.isclose(mean_interval(ease_ndcg)[1], half)
print(f"EASE: {ease_ndcg.mean():.3f} ± {half:.3f}")

# %%
figure, axes = new_figure(6, 2.4)
for place, outcome in enumerate(bar.values()):
    mean, half = mean_interval(outcome.per_user["NDCG"])
    axes.errorbar(mean, place, xerr=half, capsize=4)
axes.set(yticks=range(3), yticklabels=bar, xlabel="NDCG@10, mean over 671 users and 95 % interval", ylim=(-0.5, 2.5))
show(figure, alt="Popularity at 0.08 stands clear of item-kNN at 0.13 and EASE at 0.136, whose intervals overlap widely.")

# %% [markdown]
# The intervals of item-kNN and EASE overlap. But both were asked about the *same* users, and a hard user is hard for
# both. So compare in pairs: subtract user by user, then ask whether the mean difference is zero. The [bootstrap](glossary.md#bootstrap) draws
# 671 users with replacement, again and again, and looks at the spread of that mean.

# %%
rng = np.random.default_rng(42)
difference = ease_ndcg - bar["item-kNN"].per_user["NDCG"].to_numpy()
draws = [difference[rng.integers(0, 671, 671)].mean() for _ in range(2000)]
low, high = np.quantile(draws, [0.025, 0.975])
print(f"EASE − item-kNN: {difference.mean():+.3f}, 95 % interval [{low:+.3f}, {high:+.3f}]")

# %%
for name in ("popularity", "item-kNN"):
    mean, low, high = paired_bootstrap(ease_ndcg, bar[name].per_user["NDCG"])
    verdict = "a real difference" if low > 0 or high < 0 else "cannot be told from zero"
    print(f"EASE − {name:10} {mean:+.3f} [{low:+.3f}, {high:+.3f}]: {verdict}")

# %% [markdown]
# EASE beats popularity by 0.055, and the interval is far from zero. Against item-kNN it is 0.006 ahead, but the
# interval holds zero: **we do not say that it beats item-kNN**. This is the course's rule for "A beats B".

# %% [markdown]
# ### Exercise 04.7 · put in order (O5)
#
# These lines compare two models in pairs. One line does not belong. Write the letters of the others in the right order,
# for example `"EDCBA"`.
#
# ```text
# A       draw = rng.integers(0, n, n)
# B       means.append(difference[draw].mean())
# C   difference = ndcg_one - ndcg_two
# D   for _ in range(2000):
# E   low, high = np.quantile(means, [0.025, 0.975])
# F       means.append((ndcg_one[draw] - ndcg_two[rng.integers(0, n, n)]).mean())
# ```

# %%
order = ...
### BEGIN SOLUTION
order = "CDABE"
### END SOLUTION

# %%
check("04.7", order)

# %% [markdown]
# ## 7. A metric that lies
#
# Ranking a whole catalogue is work. Many papers therefore rank the true item among 100 *sampled* others. Take three
# models and five users; each number is the true rank of the one relevant item among 10,000.

# %%
ranks = {
    "A": np.array([100, 100, 100, 100, 100]),
    "B": np.array([40, 2000, 2000, 2000, 2000]),
    "C": np.array([1, 8437, 8437, 8437, 8437]),
}
for name, rank in ranks.items():
    print(f"{name}: NDCG {(1 / np.log2(rank + 1)).mean():.3f}   recall@10 {(rank <= 10).mean():.1f}")

# %% [markdown]
# C is best: it puts one user's film first. A is never near the top: nobody would see its hits.
#
# ### Exercise 04.8 · choose (O6)
#
# Now only 100 of the 9,999 other items are drawn, and the true item is ranked among them. Item number 100 of 10,000 has
# 99 better ones. About how many of those are among the 100 drawn?
#
# - **a** about 1, so model A looks almost perfect
# - **b** about 10, so A stays in the middle
# - **c** about 99, nothing changes
# - **d** it cannot be said

# %%
answer = ...
### BEGIN SOLUTION
answer = "a"
### END SOLUTION

# %%
check("04.8", answer)

# %% [markdown]
# The number of better items in the draw follows the hypergeometric distribution. Draw 20,000 times for each user:

# %%
sampled = {}
for name, rank in ranks.items():
    better = rng.hypergeometric(rank - 1, 10_000 - rank, 100, size=(20_000, 5))
    sampled_rank = 1 + better
    sampled[name] = (1 / np.log2(sampled_rank + 1)).mean(), (sampled_rank <= 10).mean()
    print(f"{name}: sampled NDCG {sampled[name][0]:.2f}   sampled recall@10 {sampled[name][1]:.1f}")

# %%
figure, axes = new_figure(6, 2.6, n_panels=2, sharey=True)
exact = [(1 / np.log2(rank + 1)).mean() for rank in ranks.values()]
axes[0].bar(list(ranks), exact, color="#0072B2")
axes[1].bar(list(ranks), [value[0] for value in sampled.values()], color="#D55E00", hatch="//")
axes[0].set(title="all 10,000 items", ylabel="NDCG")
axes[1].set(title="100 sampled items")
show(figure, alt="Two bar charts of NDCG. Ranked among all items: C 0.26, A 0.15, B 0.11. Among 100 sampled items: A 0.73, B 0.36, C 0.32.")

# %% [markdown]
# The order is turned round. Exact: C before A before B. Sampled: A (0.73) before B before C, and A's recall@10 is 1.0
# although nobody would see its items. The smaller the sample, the more every metric turns into AUC (Krichene & Rendle,
# 2020). **The course ranks the whole catalogue, always.**

# %%
assert sampled["A"][0] > sampled["B"][0] > sampled["C"][0]
assert exact[2] > exact[0] > exact[1]

# %% [markdown]
# ## What you did
#
# - You compared four splits: random leaks the user's own future, per-user cuts the future of others, a global cut
#   nothing, at a price (**O1**).
# - You computed MAE, RMSE, accuracy, precision, recall, F1, AUC and log loss by hand (**O2**) …
# - … and the metrics of a list, which the helpers now hold (**O3**).
# - You built popularity, item-kNN and EASE: the bar is NDCG@10 0.136 (**O4**).
# - You compared with paired intervals (**O5**) and caught a sampled metric lying (**O6**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - W. Krichene, S. Rendle: On Sampled Metrics for Item Recommendation. KDD 2020, doi 10.1145/3394486.3403226
# - H. Steck: Embarrassingly Shallow Autoencoders for Sparse Data. WWW 2019, arXiv 1905.03375
# - B. Sarwar et al.: Item-Based Collaborative Filtering Recommendation Algorithms. WWW 2001
# - K. Järvelin, J. Kekäläinen: Cumulated Gain-Based Evaluation of IR Techniques. ACM TOIS 20(4), 2002
# - M. Ferrari Dacrema et al.: Are We Really Making Much Progress? RecSys 2019, arXiv 1907.06902
# - Y. Ji et al.: A Critical Study on Data Leakage in Recommender System Offline Evaluation. ACM TOIS 2023
