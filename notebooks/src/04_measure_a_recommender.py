# %% [markdown]
# # Measure a recommender
#
# A model is only as trustworthy as its evaluation. In this lesson you build the metrics that every later lesson uses, and the
# simple models that every later network has to beat.

# %% [markdown]
# **What you will do**
#
# - **O1** compare four ways to split data and name what leaks in each
# - **O2** compute the error of ratings and of yes/no answers by hand
# - **O3** implement the metrics of a ranked list: precision, recall, hit rate, MRR, MAP, NDCG
# - **O4** implement three baselines: popularity, item-kNN, EASE
# - **O5** compare two recommenders with an interval
# - **O6** diagnose a metric that misleads because it looks at a sample
#
# **What you need**: lessons 02 and 03, and about two hours without the optional sections. The whole notebook runs in about
# half a minute.

# %%
import time

import numpy as np
import pandas as pd

from recsys_helpers.data import IdMap, load_movielens, splits, to_matrix
from recsys_helpers.evaluation import evaluate, mean_interval, metrics, paired_bootstrap, top_k
from recsys_helpers.exercises import check
from recsys_helpers.models import baselines
from recsys_helpers.notebook import claim, new_figure, results_so_far, show
from recsys_helpers.start import set_seed

set_seed(42)

# %% [markdown]
# ## 1. How wrong is a predicted rating?
#
# Suppose we predicted one user's ratings of five films. The [mean absolute error](glossary.md#mean-absolute-error) (MAE) is
# the mean size of the errors. The [root mean squared error](glossary.md#root-mean-squared-error) (RMSE) squares them before
# averaging, so large errors weigh more.

# %%
predicted = np.array([4.0, 3.5, 2.0, 5.0, 3.0])
actual = np.array([5.0, 3.5, 3.0, 1.0, 3.0])
error = predicted - actual
mae, rmse = np.abs(error).mean(), np.sqrt((error**2).mean())
print(f"errors {error}, MAE {mae:.2f} stars, RMSE {rmse:.2f} stars")
assert metrics.mae(predicted, actual) == mae and metrics.rmse(predicted, actual) == rmse  # the helpers agree

# %% [markdown]
# One prediction is off by four stars. It raises RMSE to 1.90, while MAE is 1.20. Neither says whether the *right films* would
# be at the top of a list.

# %% [markdown]
# ## 2. How wrong is a yes or no?
#
# Ten visitors were shown a film, and one clicked. Two models predict who will click; the first always says no.

# %%
clicked = np.array([0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
always_no = np.zeros(10, dtype=int)
careful = np.array([0, 1, 0, 1, 0, 0, 1, 0, 0, 0])

# %% [markdown]
# ### Exercise 04.1 · predict (O2)
#
# Before you run anything below: what is the [accuracy](glossary.md#accuracy), the share of right answers, of the model that
# always says no? Write a number between 0 and 1.

# %%
accuracy_of_always_no = ...
### BEGIN SOLUTION
accuracy_of_always_no = 0.9
### END SOLUTION

# %%
check("04.1", accuracy_of_always_no)

# %% tags=["reveal"]
for name, guess in (("always no", always_no), ("careful", careful)):
    print(f"{name:10} accuracy {(guess == clicked).mean():.1f}")

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# The model that finds nobody is right nine times out of ten. The careful model, which finds the only click, is right eight
# times. When clicks are rare, accuracy rewards a model that never says yes.
#
# </details>

# %% [markdown]
# ### Precision, recall, F1
#
# [Precision](glossary.md#precision): what share of the yes answers was right? [Recall](glossary.md#recall): what share of the
# clicks was found? [F1](glossary.md#f1) is their harmonic mean, which is high only if both are high.

# %%
found = (careful * clicked).sum()
precision, recall = found / careful.sum(), found / clicked.sum()
f1 = 2 * precision * recall / (precision + recall)
print(f"precision {precision:.2f}, recall {recall:.2f}, F1 {f1:.2f}")

# %% [markdown]
# The careful model finds the only click (recall 1.00), at the price of two false alarms (precision 0.33).

# %% [markdown]
# ## 3. AUC and log loss by hand (optional)
#
# A model that returns probabilities can be evaluated without a threshold. You know [AUC](glossary.md#auc) from lesson 01: the
# probability that a random click is scored above a random non-click, where a tie counts half. [Log loss](glossary.md#log-loss)
# is the mean of −log(p), where p is the probability that the model gave to what actually happened.

# %%
probability = np.array([0.1, 0.6, 0.2, 0.5, 0.1, 0.3, 0.4, 0.1, 0.1, 0.2])
is_click = clicked == 1
above = probability[is_click][:, None] > probability[~is_click]  # (1 click, 9 others)
equal = probability[is_click][:, None] == probability[~is_click]
auc = (above + 0.5 * equal).mean()
log_loss = -np.log(np.where(is_click, probability, 1 - probability)).mean()
log_loss_constant = -np.log(np.where(is_click, 0.1, 0.9)).mean()
print(f"AUC {auc:.3f}, log loss {log_loss:.3f}; log loss of 0.1 for everybody {log_loss_constant:.3f}")

# %% [markdown]
# The click (0.5) is scored above eight of the nine others, so the AUC is 0.889. Yet saying 0.1 for everybody, which ranks
# nobody, has the better log loss: 0.325 against 0.334. Ranking well and giving reliable probabilities are two different
# things.
#
# ### Exercise 04.2 · trace (O2)
#
# A model gave two clicks the probabilities 0.8 and 0.3, and three non-clicks 0.5, 0.3 and 0.1. What is the AUC? There are six
# pairs of a click and a non-click.

# %%
auc_by_hand = ...
### BEGIN SOLUTION
auc_by_hand = (1 + 1 + 1 + 0 + 0.5 + 1) / 6
### END SOLUTION

# %%
check("04.2", auc_by_hand)

# %% [markdown]
# ## 4. How good is a list?
#
# A recommender shows a short list. Our metrics therefore look at the first *k* positions and ask where the
# [relevant](glossary.md#relevant-item) items are: those that the user actually chose afterwards. Here is a list of five films,
# best first. The user later watched films 3 and 9, and also film 7, which is not on the list.

# %%
ranked = [8, 3, 5, 9, 2]
relevant = {3, 7, 9}
k, n_relevant = 5, len(relevant)
is_hit = np.array([item in relevant for item in ranked[:k]])
print("hits:", is_hit)
recall_at_5 = is_hit.sum() / n_relevant
print(f"precision@5 {is_hit.sum() / k}, recall@5 {recall_at_5:.3f}, hit rate@5 {float(is_hit.any())}")

# %% [markdown]
# Two of five positions are hits, two of three relevant films are found, and there is at least one hit. The next three metrics
# also ask *where* the hits are. The [reciprocal rank](glossary.md#mean-reciprocal-rank) is one over the rank of the first hit.
# [Average precision](glossary.md#mean-average-precision) sums the precision at each rank with a hit and divides by the number
# of hits that a perfect list would have. Their means over users are called MRR and MAP.

# %%
first_hit = np.argmax(is_hit) + 1  # this line has a weakness: exercise 04.5
precision_at = np.cumsum(is_hit) / np.arange(1, k + 1)
average_precision = (precision_at * is_hit).sum() / min(k, n_relevant)
print("first hit at rank", first_hit, "→ reciprocal rank", 1 / first_hit)
print(precision_at.round(2), "→ average precision", round(average_precision, 3))

# %% [markdown]
# The precision is 1/2 at rank 2 and 2/4 at rank 4, so we get (0.5 + 0.5) / 3 = 0.333.
#
# Our main metric is [NDCG](glossary.md#ndcg), the normalised discounted cumulative gain. A hit counts less the further down it
# stands: 1 / log₂(r + 1) at rank *r*, so 1 at the first rank, 0.63 at the second and 0.29 at the tenth. The sum (DCG) is
# divided by that of a perfect list, so 1 is the best score.

# %%
discount = 1 / np.log2(np.arange(1, k + 1) + 1)
dcg = (is_hit * discount).sum()
best_dcg = discount[: min(k, n_relevant)].sum()
print(discount.round(2))
print(f"DCG {dcg:.3f} / best {best_dcg:.3f} = NDCG {dcg / best_dcg:.3f}")

hits, counts = is_hit[None, :], np.array([n_relevant])  # for the helpers: one row per user, here one user
assert np.isclose(metrics.ndcg_at_k(hits, counts)[0], dcg / best_dcg)
assert np.isclose(metrics.average_precision_at_k(hits, counts)[0], average_precision)

# %% [markdown]
# ### Exercise 04.3 · code (O3)
#
# Write recall at k for one user. `ranked` is a list of items, best first, possibly longer than `k`; `relevant` is a set, never
# empty. Return one number, not rounded.
#
# <details><summary>Hint 1</summary>Only the first k positions count: <code>ranked[:k]</code>.</details>
# <details><summary>Hint 2</summary>Divide by the number of relevant items, not by k.</details>


# %%
def my_recall_at_k(ranked, relevant, k):
    ### BEGIN SOLUTION
    n_found = sum(item in relevant for item in ranked[:k])
    return n_found / len(relevant)
    ### END SOLUTION


# %%
check("04.3", my_recall_at_k)

# %% [markdown]
# ### Exercise 04.4 · code (O3)
#
# Write NDCG at k for one user, from the same arguments. A perfect list has min(k, number of relevant items) hits at the top.
#
# <details><summary>Hint 1</summary>Rank r starts at 1, Python's index at 0: the discount of index i is
# 1 / log₂(i + 2).</details>
# <details><summary>Hint 2</summary>Sum the discounts at the positions of the hits, and divide by the sum of the first min(k,
# n) discounts.</details>


# %%
def my_ndcg_at_k(ranked, relevant, k):
    ### BEGIN SOLUTION
    gain = sum(1 / np.log2(index + 2) for index, item in enumerate(ranked[:k]) if item in relevant)
    best = sum(1 / np.log2(index + 2) for index in range(min(k, len(relevant))))
    return gain / best
    ### END SOLUTION


# %%
check("04.4", my_ndcg_at_k)

# %% [markdown]
# ### Exercise 04.5 · find the bug (O3)
#
# This reciprocal rank looks fine and passes a quick test, but it is wrong for some users. Find out for which ones, and repair
# it.
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
check("04.5", reciprocal_rank)

# %% [markdown]
# ## 5. Where to cut: four splits and what leaks
#
# A recommender has to predict the future, so we test it on interactions that come *after* those it learned from. Anything in
# training that could not have been known yet is a [leak](glossary.md#data-leakage). Here are twenty interactions on a tiny
# site with two users, cut in four ways. The second user joined late.

# %%
first_user_moments = [0, 1, 2, 3, 4, 5, 8, 10, 11, 13]
toy = pd.DataFrame({"timestamp": range(20), "item_id": range(1, 21)})
toy["user_id"] = np.where(toy["timestamp"].isin(first_user_moments), 1, 2)
symbols = {"train": "o", "valid": "v", "test": "X"}


def timeline(split, user_id):
    line = ["·"] * 20
    for part, rows in split._asdict().items():
        for moment in rows.loc[rows["user_id"] == user_id, "timestamp"]:
            line[moment] = symbols[part]
    return "".join(line)


cutters = {
    "random": splits.split_random,
    "leave last out": splits.split_leave_last_out,
    "last share": splits.split_last_share,
    "global time": splits.split_global_time,
}
for name, split in cutters.items():
    print(f"{name:15} user 1 {timeline(split(toy), 1)}   user 2 {timeline(split(toy), 2)}")

# %% [markdown]
# Time runs from left to right: `o` is train, `v` is valid (for choosing hyperparameters), and `X` is test.
#
# - **random**: some `o` come after an `X` of the *same* user, so the model learns from the user's own future.
# - **leave last out** (one test item per user) and **last share** (here 20 %): this never happens. But user 2's late `o` come
#   after user 1's `X`: the future of *other users* leaks.
# - **global time**: no `o` comes after any `X`. The price is that user 1 has no test set and user 2 has less to learn from.

# %% [markdown]
# Now the real data. How many test ratings have a *later* rating of the same user in the data we learn from (train + valid),
# and what share of that data is later than an average test rating?

# %%
ratings, movies = load_movielens()
users, items = IdMap(ratings["user_id"]), IdMap(movies["item_id"])
cuts = {name: split(ratings) for name, split in cutters.items()}


def leaks(cut):
    learn = pd.concat([cut.train, cut.valid])
    own_last = cut.test["user_id"].map(learn.groupby("user_id")["timestamp"].max())
    before = np.searchsorted(np.sort(learn["timestamp"]), cut.test["timestamp"], side="right")
    return {
        "test ratings": f"{len(cut.test):,}",
        "test users": cut.test["user_id"].nunique(),
        "of them in train or valid": cut.test["user_id"].drop_duplicates().isin(learn["user_id"]).sum(),
        "own future": f"{(own_last > cut.test['timestamp']).mean():.0%}",
        "others' future": f"{1 - before.mean() / len(learn):.0%}",
    }


pd.DataFrame({name: leaks(cut) for name, cut in cuts.items()}).T

# %% [markdown]
# In the random split, 99 % of the test ratings have a later rating of the same user in the learning data. In the two per-user
# splits none has, but about half of the learning data is later than an average test rating. The [global
# cut](glossary.md#temporal-split) leaks nothing, but leaves 147 users to test, and only 23 of them have earlier ratings.
#
# **The course's rule** is *last share*: every user is tested, on enough films to see differences. It leaks other users'
# future, and we say so. Ratings of the same second are put in random order; section 6 shows why.

# %% [markdown]
# ### Exercise 04.6 · choose (O1)
#
# A team cuts the data at the same moment for everybody. But one feature of each film, its mean rating, was computed from the
# whole file before the cut. What leaks?
#
# - **a** nothing: the cut is the same moment for everybody
# - **b** the test ratings, through the means
# - **c** the order in which each user rated
# - **d** only the valid part, so the test score is still honest

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("04.6", answer)

# %% [markdown]
# ## 6. Two traps of splitting (optional)
#
# **Trap 1: numbers from different splits.** Two recommenders, popularity and EASE (sections 7 and 8), learn from train and are
# measured on *valid*. Only the split differs:


# %%
def score_on_valid(cut):
    known, valid = to_matrix(cut.train, users, items), to_matrix(cut.valid, users, items)
    popular, weights = baselines.popularity(known), baselines.ease(known)
    for score in (lambda user_idx: np.tile(popular, (len(user_idx), 1)), lambda user_idx: known[user_idx] @ weights):
        yield evaluate(score, known, valid)


# %%
for name, one_cut in cuts.items():
    popular_outcome, ease_outcome = score_on_valid(one_cut)
    n_users = one_cut.valid["user_id"].nunique()
    print(
        f"{name:15} NDCG@10 popularity {popular_outcome.mean():.2f}, EASE {ease_outcome.mean():.2f}   "
        f"({n_users} users, {len(one_cut.valid) / n_users:.0f} films each)"
    )

# %% [markdown]
# Compare *random* and *last share*, which hide about the same number of films per user. EASE scores 0.16 on the first and 0.09
# on the second, although the model is the same: filling gaps in the *middle* of a history is easier than predicting the
# future. *Leave last out* hides a single film among 9,066. In *global time* nearly all users are new, so EASE knows nothing
# about them, and popularity scores higher. **Never compare numbers from different splits**; even the order of two models can
# change.
#
# **Trap 2: equal times.** People on MovieLens can rate several films in the same second. How often do they?

# %%
ordered = splits.order_in_time(ratings)
gap = ordered.groupby("user_id")["timestamp"].diff()
print(f"{(gap == 0).sum() / gap.notna().sum():.0%} of consecutive ratings share a second")

# %% [markdown]
# Which of these ratings is the *last*? The file does not say. If ties keep the order of film ids, then "next" often means
# "next higher id", and a model can learn *that*. To see how much that helps, we build a *cheat*, a recommender that knows
# nothing about films: it recommends the ten ids that follow the user's last one.


# %%
def next_ids(learn_frame):
    last = learn_frame.groupby("user_id")["item_id"].last()  # frames of a split are in time order
    last_idx = np.zeros(users.n_rows, dtype=int)
    last_idx[users.to_idx(last.index)] = items.to_idx(last)
    distance = np.arange(items.n_rows)[None, :] - last_idx[:, None]  # (n_users + 1, n_items + 1)
    return np.where(distance > 0, -distance, -np.inf)


for ties, seed in (("id", 0), ("random", 1), ("random", 2), ("random", 3)):
    tied = splits.split_leave_last_out(ratings, ties=ties, seed=seed)
    known, last = to_matrix(tied.train, users, items), to_matrix(tied.valid, users, items)
    cheat = evaluate(next_ids(tied.train), known, last)
    n_hits = cheat.per_user["HitRate"].sum()
    print(f"ties by {ties:6}  cheat: NDCG@10 {cheat.mean():.3f}, users with a hit {n_hits:.0f}")

# %% [markdown]
# With ties in id order the cheat finds the film of 28 users; with random ties, the film of only 16 to 19. (What remains is
# real: films on the same page have similar ids.) A model that learns from the order would pick up the same pattern. So **the
# course breaks ties at random**, and says so.

# %% [markdown]
# This is a good place for a break.
#
# ## 7. Popularity and item-kNN
#
# From here on we split by last share with random ties, learn from train + valid, hide seen films, rank all 9,066 films and
# show the first ten.

# %%
cut = cuts["last share"]
learn = to_matrix(pd.concat([cut.train, cut.valid]), users, items)  # (n_users + 1, n_items + 1), nearly all zeros
test = to_matrix(cut.test, users, items)
print(f"train {len(cut.train):,}, valid {len(cut.valid):,}, test {len(cut.test):,} ratings; matrix {learn.shape}")
print(f"test ratings of films without any rating in train and valid: {test[:, learn.sum(axis=0) == 0].nnz:,}")

# %% [markdown]
# Row 0 and column 0 are padding (lesson 03). Of the test ratings, 1,502 are of films without any rating in train and valid, so
# none of our three models can find them. We count them all the same, because users wanted these films.
#
# ### Popularity
#
# The score of a film is the number of users who rated it. It is the same for everybody; only the films we hide differ.

# %%
popular = baselines.popularity(learn)  # (n_items + 1,)
assert (popular == learn.sum(axis=0)).all()
top = items.to_id(top_k(popular[None, :], 5)[0])
movies.set_index("item_id").loc[top, ["title", "year"]]

# %% [markdown]
# ### Exercise 04.7 · code (O4)
#
# Write the recommender: return the indices of the `k` most popular items that the user has not seen, best first. `popularity`
# has shape (n_items + 1,); index 0 is padding and must not be recommended. `seen` is a set of indices. At least k unseen films
# are left. Films of equal popularity may come in any order.
#
# <details><summary>Hint 1</summary>Copy the scores, then give what must not be recommended a score of −∞. A set cannot be an
# index: write <code>scores[list(seen)]</code>.</details>
# <details><summary>Hint 2</summary><code>np.argsort(-scores)</code> orders indices from the highest score.</details>


# %%
def recommend_popular(popularity, seen, k):
    ### BEGIN SOLUTION
    scores = np.array(popularity, dtype=float)
    scores[[0, *seen]] = -np.inf
    return np.argsort(-scores)[:k]
    ### END SOLUTION


# %%
check("04.7", recommend_popular)

# %% [markdown]
# ### Item-kNN
#
# "People who rated this also rated that": item-kNN uses the *k* nearest neighbours (NN) of each film. You know the counting
# and the [cosine](glossary.md#cosine-similarity) from lesson 02. Here are four users and three films A, B, C, without the
# padding. A small number in the divisor, the `shrink`, lowers the similarity of pairs that rest on very few users.

# %%
films = ["A", "B", "C"]
x = np.array([[1, 1, 0], [1, 1, 0], [1, 0, 1], [0, 1, 0]])  # (4 users, 3 films): who rated what
together = x.T @ x  # (3 films, 3 films): users of both; users of one film on the diagonal
length = np.sqrt(np.diag(together))
similarity = together / (np.outer(length, length) + 1)  # shrink = 1 for so small a world
np.fill_diagonal(similarity, 0)  # a film must not speak for itself
pd.DataFrame(similarity, films, films).round(2)

# %% [markdown]
# The score of a film for a user is the sum of its similarities to the films the user has seen: `x @ similarity`. The third
# user has seen A and C, so only B is left for them:

# %%
pd.DataFrame(x @ similarity, ["user 1", "user 2", "user 3", "user 4"], films).round(2)

# %% [markdown]
# B gets 0.5, all of it from A. The helper does the same with sparse matrices (which store only what is not zero), and keeps
# only the nearest neighbours of each film.

# %%
padded = np.pad(x, ((1, 0), (1, 0)))  # row 0 and column 0 come back
with np.errstate(invalid="ignore"):
    assert np.allclose(baselines.item_knn(padded, n_neighbours=3, shrink=1).toarray()[1:, 1:], similarity)

# %% [markdown]
# ### Exercise 04.8 · fill in (O4)
#
# Compute the scores of item-kNN without shrink and with all neighbours, for any 0/1 matrix `x` of shape (n_users, n_films) in
# which every film has at least one user. First replace the dots with the cosine of all pairs. Then, as above, set the diagonal
# of `similarity` to 0, and return the scores, shape (n_users, n_films).
#
# <details><summary>Hint 1</summary>The divisor of films i and j is length i times length j:
# <code>np.outer(length, length)</code>.</details>
# <details><summary>Hint 2</summary><code>similarity = together / np.outer(length, length)</code>, then
# <code>np.fill_diagonal(similarity, 0)</code>, then <code>return x @ similarity</code>.</details>


# %%
def my_item_knn_scores(x):
    together = x.T @ x
    length = np.sqrt(np.diag(together))
    similarity = ...
    ### BEGIN SOLUTION
    similarity = together / np.outer(length, length)
    np.fill_diagonal(similarity, 0)
    return x @ similarity
    ### END SOLUTION


# %%
check("04.8", my_item_knn_scores)

# %% [markdown]
# ## 8. EASE by hand (optional)
#
# Item-kNN looks at one pair of films at a time. EASE finds all weights at once: a table **B**, with a row for each film you
# have seen and a column for each film to be scored, such that **X B** comes close to **X**, the matrix of who rated what. The
# diagonal of B must be 0, or each film would simply predict itself. A penalty λ keeps the weights small.

# %% [markdown]
# Setting the derivative to zero gives the answer in one step: let P = (XᵀX + λI)⁻¹; then, off the diagonal, B = −P / diag(P)
# (proof: Steck, 2019). The inverse of a matrix G, written G⁻¹, is the matrix whose product with G is the identity I: ones on
# the diagonal, zeros elsewhere. For two films you can compute it by hand: swap the two numbers on the diagonal, change the
# sign of the other two, and divide all four by ad − bc. We take only the films A and B, and λ = 1:

# %%
(a, b), (c, d) = gram = together[:2, :2] + 1.0 * np.eye(2)  # XᵀX + λI
p = np.array([[d, -b], [-c, a]]) / (a * d - b * c)
print(gram, p.round(2), (gram @ p).round(2), sep="\n")
print(f"A for B: −P[A, B] / P[B, B] = {-p[0, 1] / p[1, 1]:.2f}")
print(f"shared users / (users of A + λ) = {together[0, 1] / (together[0, 0] + 1):.2f}")

# %% [markdown]
# The product of the two matrices is I, so P is the inverse. The weight of A for B has a simple meaning: the 2 shared users,
# divided by the 3 users of A plus λ. With more films, EASE also takes into account what the other films already explain:

# %%
inverse = np.linalg.inv(together + 1.0 * np.eye(3))  # P has a row and a column for each film
weights = -inverse / np.diag(inverse)  # column j is divided by P[j, j]
np.fill_diagonal(weights, 0)
assert np.allclose(baselines.ease(padded, regularisation=1.0)[1:, 1:], weights, atol=1e-6)
pd.DataFrame(weights, films, films).round(2)

# %% [markdown]
# Look at B and C. No user has rated both, and EASE gives them *negative* weights, where the cosine was 0: having seen one film
# speaks against the other.
#
# The real matrix has 9,067 rows and columns, and inverting it takes a long time. There are far fewer users than films, so the
# helper inverts a matrix with a row and a column for each user instead and gets the same weights in a few seconds.

# %% [markdown]
# ### Exercise 04.9 · code (O4)
#
# Write EASE for any 0/1 matrix `x` of shape (n_users, n_films): return the weights B, shape (n_films, n_films), with zeros on
# the diagonal.
#
# <details><summary>Hint 1</summary>λI is <code>regularisation * np.eye(x.shape[1])</code>; invert its sum with
# <code>x.T @ x</code>.</details>
# <details><summary>Hint 2</summary>Dividing a matrix by <code>np.diag(inverse)</code> divides column j by the j-th
# diagonal number. Set the diagonal to 0 last.</details>


# %%
def my_ease(x, regularisation):
    ### BEGIN SOLUTION
    inverse = np.linalg.inv(x.T @ x + regularisation * np.eye(x.shape[1]))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights
    ### END SOLUTION


# %%
check("04.9", my_ease)

# %% [markdown]
# ## 9. The bar on real data
#
# Our third baseline is EASE, the recommender of lesson 00. Item-kNN looks at one pair of films at a time. EASE finds the
# weights of all pairs at once, so that a film counts only for what the other films do not explain (section 8). Each `fit`
# below returns a function that turns users into scores.


# %%
def fit_popularity(learn):
    popular = baselines.popularity(learn)
    return lambda user_idx: np.tile(popular, (len(user_idx), 1))


def fit_item_knn(learn, n_neighbours=200, shrink=10):
    similarity = baselines.item_knn(learn, n_neighbours, shrink)
    return lambda user_idx: (learn[user_idx] @ similarity).toarray()


def fit_ease(learn, regularisation=100):
    weights = baselines.ease(learn, regularisation)
    return lambda user_idx: learn[user_idx] @ weights


def fit_and_measure(name, fit, learn, test):
    start = time.perf_counter()
    score = fit(learn)
    seconds = time.perf_counter() - start
    return evaluate(score, learn, test, name=name, seconds=seconds)


# %% [markdown]
# λ, the number of neighbours and the shrink are [hyperparameters](glossary.md#hyperparameter). We choose them on the **valid**
# part, with models that learn from train alone; test is not touched.

# %% tags=["nbval-ignore-output"]
train_only, valid = to_matrix(cut.train, users, items), to_matrix(cut.valid, users, items)
for regularisation in (10, 100, 1000):
    outcome = fit_and_measure("EASE", lambda x: fit_ease(x, regularisation), train_only, valid)
    print(f"EASE, λ = {regularisation:4}: valid NDCG@10 {outcome.mean():.3f}")
for n_neighbours, shrink in ((50, 10), (200, 10), (500, 10), (200, 0), (200, 50)):
    outcome = fit_and_measure("kNN", lambda x: fit_item_knn(x, n_neighbours, shrink), train_only, valid)
    print(f"item-kNN, {n_neighbours:3} neighbours, shrink {shrink:2}: valid NDCG@10 {outcome.mean():.3f}")

# %% [markdown]
# We choose the best: λ = 100 (0.092), and 200 neighbours with shrink 10 (0.091). Now the models learn from train and valid
# together, and we use the test set once.

# %%
fits = {"popularity": fit_popularity, "item-kNN": fit_item_knn, "EASE": fit_ease}
bar = {name: fit_and_measure(name, fit, learn, test) for name, fit in fits.items()}

# %% tags=["nbval-ignore-output"]
results_so_far("04", list(bar.values()))

# %% [markdown]
# **This is the bar** for every later model, and the start of a table that grows through the course. (Section 10 explains ±.
# Test scores are higher than valid scores because a user has twice as many test films to hit.) EASE puts 7.7 % of an average
# user's test films among its first ten, popularity 4.1 %. [Coverage](glossary.md#coverage) is the share of the catalogue that
# is recommended to anybody: 1.2 % for popularity, 7.1 % for EASE.

# %%
quoted = {
    "popularity": (0.082, 0.041, 0.012),
    "item-kNN": (0.130, 0.070, 0.073),
    "EASE": (0.136, 0.077, 0.071),
}
for name, numbers in quoted.items():
    found = bar[name].mean("NDCG"), bar[name].mean("Recall"), bar[name].coverage
    claim(f"{name}: NDCG@10, recall@10, coverage@10 are {numbers}", np.allclose(found, numbers, atol=0.001))

# %% [markdown]
# ## 10. Is the difference real?
#
# Our 671 users are a sample. Other users would give a slightly different mean. How different? Single users vary by the
# standard deviation of their values; a mean over n users varies less, by the standard deviation divided by √n, the [standard
# error](glossary.md#standard-error). In a bell curve, 95 % of such means lie within 1.96 standard errors of the middle. This
# is the 95 % [interval](glossary.md#confidence-interval).

# %%
ease_ndcg = bar["EASE"].per_user["NDCG"].to_numpy()  # (671,)
half = 1.96 * ease_ndcg.std(ddof=1) / np.sqrt(len(ease_ndcg))
assert np.isclose(mean_interval(ease_ndcg)[1], half)
print(f"{(ease_ndcg == 0).mean():.0%} of users: no hit at all; best user {ease_ndcg.max():.2f}")
print(f"EASE: {ease_ndcg.mean():.3f} ± {half:.3f}")

# %%
figure, axes = new_figure(6, 2.4)
for position, outcome in enumerate(reversed(bar.values())):
    mean, half = mean_interval(outcome.per_user["NDCG"])
    axes.errorbar(mean, position, xerr=half, capsize=4)
axes.set(yticks=range(3), yticklabels=reversed(bar), ylim=(-0.5, 2.5))
axes.set(xlabel="NDCG@10, mean over 671 users and 95 % interval")
show(
    figure,
    alt="Popularity at 0.08 stands clear of item-kNN at 0.13 and EASE at 0.136, whose intervals overlap widely.",
)

# %% [markdown]
# The intervals of item-kNN and EASE overlap. But some users are hard for both models. So compare in pairs: subtract user by
# user, then ask whether the mean difference could be zero. The [bootstrap](glossary.md#bootstrap) draws 671 users with
# replacement, again and again, and shows how that mean varies.

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(42)
difference = ease_ndcg - bar["item-kNN"].per_user["NDCG"].to_numpy()
draws = [difference[rng.integers(0, 671, 671)].mean() for _ in range(2000)]
low, high = np.quantile(draws, [0.025, 0.975])
print(f"EASE − item-kNN: {difference.mean():+.3f}, 95 % interval [{low:+.3f}, {high:+.3f}]")
mean, low, high = paired_bootstrap(ease_ndcg, bar["popularity"].per_user["NDCG"])  # the helper does the same
print(f"EASE − popularity: {mean:+.3f}, 95 % interval [{low:+.3f}, {high:+.3f}]")

# %% [markdown]
# EASE beats popularity by 0.055; the interval excludes zero. It also leads item-kNN, but that interval includes zero:
# **we do not say that it beats item-kNN**. This is the course's rule for "A beats B".

# %% [markdown]
# ### Exercise 04.10 · put in order (O5)
#
# These lines compare two models in pairs; `rng`, `n` and an empty list `means` are already defined. One line does not belong.
# Write the letters of the others in the right order, for example `"EDCBA"`.
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
check("04.10", order)

# %% [markdown]
# ### Exercise 04.11 · choose (O5)
#
# A new network is ahead of EASE by 0.009 on average; the paired 95 % interval is [−0.001, +0.019]. What do you write?
#
# - **a** "The network beats EASE by 0.009."
# - **b** "The network and EASE are equally good."
# - **c** "The network is 0.009 ahead; the interval includes zero, so we cannot say that it is better."
# - **d** "With 95 % certainty the network is better."

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("04.11", answer)

# %% [markdown]
# ## 11. Ranking among a sample
#
# To save time, many papers rank the relevant item among 100 *sampled* others. We compare three models on five users; each
# number is the rank of the one relevant item among all 10,000.

# %%
ranks = {
    "A": np.array([100, 100, 100, 100, 100]),
    "B": np.array([40, 2000, 2000, 2000, 2000]),
    "C": np.array([1, 8437, 8437, 8437, 8437]),
}
for name, rank in ranks.items():  # one relevant item: the best DCG is 1, so NDCG is the discount; no cut-off here
    print(f"{name}: NDCG {(1 / np.log2(rank + 1)).mean():.3f}   recall@10 {(rank <= 10).mean():.1f}")

# %% [markdown]
# C is best (0.261): it puts one user's item first.
#
# ### Exercise 04.12 · choose (O6)
#
# Now we draw only 100 of the 9,999 other items and rank the relevant item among them. An item at rank 100 of 10,000 has 99
# better ones. About how many of those are among the 100 drawn?
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
check("04.12", answer)

# %% tags=["reveal"]
sampled = {}
for name, rank in ranks.items():
    better = rng.hypergeometric(rank - 1, 10_000 - rank, 100, size=(20_000, 5))  # how many better ones are drawn
    sampled_rank = 1 + better
    sampled[name] = (1 / np.log2(sampled_rank + 1)).mean(), (sampled_rank <= 10).mean()
    auc = (10_000 - rank).mean() / 9_999  # the share of other items below the true one
    print(f"{name}: sampled NDCG {sampled[name][0]:.2f}   sampled recall@10 {sampled[name][1]:.1f}   AUC {auc:.2f}")

# %% tags=["reveal"]
figure, axes = new_figure(6, 2.6, n_panels=2, sharey=True)
exact = [(1 / np.log2(rank + 1)).mean() for rank in ranks.values()]
left = axes[0].bar(list(ranks), exact, color="#0072B2")
right = axes[1].bar(list(ranks), [value[0] for value in sampled.values()], color="#D55E00", hatch="//")
axes[0].set(title="among all 10,000 items", ylabel="NDCG", ylim=(0, 0.85))
axes[1].set(title="among 100 sampled ones")
for panel, bars in zip(axes, (left, right)):
    panel.bar_label(bars, fmt="%.2f")
show(
    figure,
    alt="Two bar charts of NDCG. Ranked among all items: C 0.26, A 0.15, B 0.11. Among 100 sampled items: A 0.73, "
    "B 0.36, C 0.32.",
)

# %% tags=["reveal"]
claim("sampled: A before B before C", sampled["A"][0] > sampled["B"][0] > sampled["C"][0])
claim("exact: C before A before B", exact[2] > exact[0] > exact[1])

# %% [markdown]
# <details><summary>What the outputs show</summary>
#
# The best model is now the worst. Among all items the order is C, A, B; among sampled ones, A (0.73), B, C. A's recall@10 is
# 1.0 although nobody would see its items. That is the order of the AUC: the smaller the sample, the closer every metric comes
# to AUC, which counts the top no more than the middle (Krichene & Rendle, 2020).
#
# </details>

# %% [markdown]
# ### The course always ranks the whole catalogue

# %% [markdown]
# ## 12. How far ahead? (optional)
#
# Is the newest film of a history a better hint than an old one? To find out, we weight the user's row before we multiply it by
# EASE's weights: the newest film counts 1, and a film *age* positions earlier counts exp(−age / decay). A small decay forgets
# quickly. But the answer depends on how far ahead we ask. *Valid* is the next 10 % of each user's ratings, while *test* is the
# next 20 %. So we also cut train + valid 75/25: its last quarter is about as long as the test set, which we do not touch.

# %% tags=["nbval-ignore-output"]
from recsys_helpers.data import sequences
from recsys_helpers.models import aged

longer = splits.split_last_share(pd.concat([cut.train, cut.valid]), valid=0, test=0.25)
horizons = {"next 10 % (valid)": (cut.train, cut.valid), "next 25 %": (longer.train, longer.test)}
horizon_ndcg = {}
for name, (past, future) in horizons.items():
    seen, hidden = to_matrix(past, users, items), to_matrix(future, users, items)
    item_weights = baselines.ease(seen)
    histories = sequences.histories(past, users, items)  # films of each user, oldest first
    rows = {f"decay {decay}": aged(histories, items.n_rows, decay, floor=0.0) for decay in (1, 3, 10, 30, 100)}
    for label, row in ({"all ages equal": seen} | rows).items():
        outcome = evaluate(lambda user_idx: row[user_idx] @ item_weights, seen, hidden)
        horizon_ndcg.setdefault(name, {})[label] = outcome.mean()
table = pd.DataFrame(horizon_ndcg)
gain = table / table.iloc[0] - 1  # relative to equal ages
pd.concat({"NDCG@10": table, "gain": gain}, axis=1).round(3)

# %%
claim("decay 3 gains more than a quarter on the next 10 %", gain.loc["decay 3", "next 10 % (valid)"] > 0.25)
claim("and less than 5 % on the next 25 %", gain.loc["decay 3", "next 25 %"] < 0.05)

# %% [markdown]
# On the next 10 %, a decay of 3 gains 29 %. On the next 25 %, it gains only 2 %, and a decay of 1 even loses 19 %. **A short
# horizon overstates the value of recency**: what you watched last says much about the next few films and little about the
# fortieth. So choose hyperparameters on a cut whose horizon matches that of the test. Here a decay of 10 is best on both cuts,
# but by 30 % on one and 11 % on the other. Later lessons compare models that know the order with models that do not; read
# their numbers with this in mind.

# %% [markdown]
# ## What you did
#
# - You compared four splits: random leaks the user's own future, per-user splits leak the future of others, a global cut
#   leaks nothing, at a price (**O1**).
# - You computed MAE, RMSE, accuracy, precision, recall, F1, AUC and log loss by hand (**O2**).
# - You implemented the metrics of a list, which the helpers now provide (**O3**).
# - You built popularity, item-kNN and EASE: the bar is NDCG@10 0.136 (**O4**).
# - You compared with paired intervals (**O5**) and saw a sampled metric mislead (**O6**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - W. Krichene, S. Rendle: On Sampled Metrics for Item Recommendation. KDD 2020, doi 10.1145/3394486.3403226
# - H. Steck: Embarrassingly Shallow Autoencoders for Sparse Data. WWW 2019, arXiv 1905.03375
# - B. Sarwar et al.: Item-Based Collaborative Filtering Recommendation Algorithms. WWW 2001
# - K. Järvelin, J. Kekäläinen: Cumulated Gain-Based Evaluation of IR Techniques. ACM TOIS 20(4), 2002
# - M. Ferrari Dacrema et al.: Are We Really Making Much Progress? RecSys 2019, arXiv 1907.06902
# - Y. Ji et al.: A Critical Study on Data Leakage in Recommender System Offline Evaluation. ACM TOIS 2023
