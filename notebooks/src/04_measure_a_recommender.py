# %% [markdown]
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
# **What you need**: lessons 02 and 03, and about 135 minutes; there is a good place for a break before section 5. The
# whole notebook runs in half a minute. Outputs that would give away an answer are folded: click the three dots.

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

# %% tags=["reveal"]
for name, guess in (("always no", always_no), ("careful", careful)):
    print(f"{name:10} accuracy {(guess == clicked).mean():.1f}")

# %% [markdown]
# The model that finds nobody is right nine times of ten, the careful one, which finds the only click, eight times. With
# rare events accuracy rewards silence. So we ask two other questions. [Precision](glossary.md#precision): of those we said yes to, how many clicked?
# [Recall](glossary.md#recall): of those who clicked, how many did we find? [F1](glossary.md#f1) is their harmonic mean, 2 · precision · recall / (precision + recall): high only if both are.

# %%
found = (careful * clicked).sum()
precision = found / careful.sum()
recall = found / clicked.sum()
f1 = 2 * precision * recall / (precision + recall)
print(f"precision {precision:.2f}, recall {recall:.2f}, F1 {f1:.2f}")

# %% [markdown]
# The careful model finds every click (recall 1.00) at the price of two false alarms (precision 0.33).
#
# A model that gives chances instead of yes and no can be measured without drawing a line between them.
# [AUC](glossary.md#auc) is the chance that a random click is scored above a random non-click; a tie counts half.
# [Log loss](glossary.md#log-loss) looks at the chance given to what happened, takes minus its logarithm, and averages:
# 0 if the model was sure and right, huge if it was sure and wrong.

# %%
chance = np.array([0.1, 0.6, 0.2, 0.5, 0.1, 0.3, 0.4, 0.1, 0.1, 0.2])
is_click = clicked == 1
above = chance[is_click][:, None] > chance[~is_click]  # (1 click, 9 others)
level = chance[is_click][:, None] == chance[~is_click]
auc = (above + 0.5 * level).mean()
given_to_truth = np.where(is_click, chance, 1 - chance)
log_loss = -np.log(given_to_truth).mean()
always_a_tenth = np.where(is_click, 0.1, 0.9)
print(f"AUC {auc:.3f}, log loss {log_loss:.3f}; log loss of 0.1 for everybody {-np.log(always_a_tenth).mean():.3f}")

# %% [markdown]
# The click (0.5) stands above eight of nine others: AUC 0.889. Yet 0.1 for everybody, which ranks nothing, has the
# better log loss, 0.325 against 0.334: ranking well and giving honest chances are two things. From here on we take
# these classic metrics from scikit-learn; it agrees with our lines:

# %%
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score
from sklearn.metrics import log_loss as sklearn_log_loss

assert accuracy_score(clicked, careful) == (careful == clicked).mean()
assert np.isclose(f1_score(clicked, careful), f1)
assert np.isclose(roc_auc_score(clicked, chance), auc)
assert np.isclose(sklearn_log_loss(clicked, chance), log_loss)

# %% [markdown]
# ### Exercise 04.2 · trace (O2)
#
# Two clicks got the chances 0.8 and 0.3; three others got 0.5, 0.3 and 0.1. What is the AUC? There are six pairs of a
# click and another one.

# %%
auc_by_hand = ...
### BEGIN SOLUTION
auc_by_hand = (1 + 1 + 1 + 0 + 0.5 + 1) / 6
### END SOLUTION

# %%
check("04.2", auc_by_hand)

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
k = 5
is_hit = np.array([item in relevant for item in ranked[:k]])
is_hit

# %% [markdown]
# Hits at ranks 2 and 4. Every metric below is a few operations on this row of booleans.

# %%
n_relevant = len(relevant)
print(f"precision@{k}:", is_hit.sum() / k)
print(f"recall@{k}:   ", round(is_hit.sum() / n_relevant, 3))
print(f"hit rate@{k}: ", float(is_hit.any()))

# %% [markdown]
# Two of five places hit; two of three relevant films found; at least one hit. These three do not care *where* the
# hits stand. The next three do. [Reciprocal rank](glossary.md#mean-reciprocal-rank): one over the rank of the first hit;
# its mean over users is MRR, the mean reciprocal rank.

# %%
first_hit = np.argmax(is_hit) + 1  # this line has a weakness: exercise 04.5
print("first hit at rank", first_hit, "→ reciprocal rank", 1 / first_hit)

# %% [markdown]
# [Average precision](glossary.md#mean-average-precision): the precision at each rank that holds a hit, summed, then divided by the number of hits that a
# perfect list would have. Its mean over users is MAP, the mean average precision.

# %%
precision_at = np.cumsum(is_hit) / np.arange(1, k + 1)
average_precision = (precision_at * is_hit).sum() / min(k, n_relevant)
print(precision_at.round(2), "→ average precision", round(average_precision, 3))

# %% [markdown]
# At rank 2 the precision is 1/2, at rank 4 it is 2/4: (0.5 + 0.5) / 3 = 0.333.
#
# [NDCG](glossary.md#ndcg), the normalised discounted cumulative gain, is our main metric. It counts a hit at rank *r*
# as 1 / log₂(r + 1): the first place 1, the second 0.63, the tenth 0.29, a gentle slope like that of attention. The sum
# (DCG) is divided by that of a perfect list, so 1 is the best.

# %%
discount = 1 / np.log2(np.arange(1, k + 1) + 1)
dcg = (is_hit * discount).sum()
best_dcg = discount[: min(k, n_relevant)].sum()
print(discount.round(2))
print(f"DCG {dcg:.3f} / best {best_dcg:.3f} = NDCG {dcg / best_dcg:.3f}")

# %%
rank = np.arange(1, 11)
figure, axes = new_figure(5, 2.4)
axes.plot(rank, 1 / np.log2(rank + 1), label="NDCG: 1 / log₂(rank + 1)")
axes.plot(rank, 1 / rank, label="reciprocal rank")
axes.set(xlabel="rank of the hit", ylabel="what it counts", xticks=rank)
axes.legend()
show(figure, alt="Two falling curves over ranks 1 to 10. The discount of NDCG falls slowly from 1 to 0.29, the reciprocal rank quickly from 1 to 0.1.")

# %% [markdown]
# The helpers compute all of these for many users at once, from the same two things: `is_hit` and `n_relevant`.

# %%
hits, counts = is_hit[None, :], np.array([n_relevant])  # one user: shapes (1, 5) and (1,)
assert np.isclose(metrics.average_precision_at_k(hits, counts)[0], average_precision)
assert np.isclose(metrics.ndcg_at_k(hits, counts)[0], dcg / best_dcg)
assert metrics.mrr_at_k(hits, counts)[0] == 1 / first_hit

# %% [markdown]
# ### Exercise 04.3 · code (O3)
#
# Write recall for one user. `ranked` is a list of items, best first, possibly longer than `k`; `relevant` is a set,
# never empty. Return one number, not rounded.
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
check("04.3", my_recall_at_k)

# %% [markdown]
# ### Exercise 04.4 · code (O3)
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
check("04.4", my_ndcg_at_k)

# %% [markdown]
# ### Exercise 04.5 · find the bug (O3)
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
check("04.5", reciprocal_rank)

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
toy_cuts = {
    "random": splits.split_random(toy),
    "leave last out": splits.split_leave_last_out(toy),
    "last share": splits.split_last_share(toy),
    "global time": splits.split_global_time(toy),
}
for name, toy_cut in toy_cuts.items():
    print(f"{name:15} user 1 {timeline(toy_cut, 1)}   user 2 {timeline(toy_cut, 2)}")

# %%
figure, axes = new_figure(9, 2.2, n_panels=4, sharey=True)
for panel, (name, toy_cut) in zip(axes, toy_cuts.items()):
    for part, rows in toy_cut._asdict().items():
        panel.plot(rows["timestamp"], rows["user_id"], linestyle="", label=part, markersize=6)
    panel.set(title=name, xlabel="time", yticks=[1, 2], ylim=(0.5, 2.5))
axes[0].set_ylabel("user")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
show(figure, alt="Four timelines of two users. Random: test marks stand between train marks. Leave last out and last share: each user's last marks are test. Global time: one moment cuts both users, and only user 2 has test marks.")

# %% [markdown]
# Read a line from left to right as time: `o` train, `v` valid (to choose settings on), `X` test, a dot is a moment of
# the other user. The picture shows the same.
#
# - **random**: an `o` right of an `X` of the *same* user. The model knows the user's own future.
# - **leave last out** and **last share**: never that. But user 2's late `o` lie right of user 1's `X`: the future of
#   *others* leaks.
# - **global time**: no `o` right of any `X`. The price: user 1 has no test, and user 2 less to learn from.

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
        "test ratings": f"{len(cut.test):,}",
        "test users": cut.test["user_id"].nunique(),
        "of them in train or valid": cut.test["user_id"].drop_duplicates().isin(learn["user_id"]).sum(),
        "own future": f"{(own_last > cut.test['timestamp']).mean():.0%}",
        "others' future": f"{1 - before.mean() / len(learn):.0%}",
    }


pd.DataFrame({name: leaks(cut) for name, cut in cuts.items()}).T

# %% [markdown]
# In the random split 99 % of the test ratings have a later rating of the same user in what we learn from. The two
# per-user cuts have none of that, but about half of what they learn from is later than the test rating they are asked
# about. The [global cut](glossary.md#temporal-split) leaks nothing, and leaves 147 users to test, of whom only 23 were
# there before: on MovieLens most users come for a day and never again.

# %% [markdown]
# **The course's rule.** We use *last share*: every user is tested, on enough films to see differences. We say what it
# leaks: other users' future. Now see what the choice does to a score. Two recommenders, popularity and EASE (you build
# both below), learn from train and are measured on *valid*; the test part stays closed until the end.

# %%
users, items = IdMap(ratings["user_id"]), IdMap(movies["item_id"])


def score_on_valid(cut):
    learn, valid = to_matrix(cut.train, users, items), to_matrix(cut.valid, users, items)
    popular, weights = baselines.popularity(learn), baselines.ease(learn)
    for score in (lambda user_idx: np.tile(popular, (len(user_idx), 1)), lambda user_idx: learn[user_idx] @ weights):
        yield evaluate(score, learn, valid)


# %%
for name, cut in cuts.items():
    popular_outcome, ease_outcome = score_on_valid(cut)
    n_films = len(cut.valid) / cut.valid["user_id"].nunique()
    print(
        f"{name:15} NDCG@10 popularity {popular_outcome.mean():.2f}, EASE {ease_outcome.mean():.2f}   "
        f"({cut.valid['user_id'].nunique()} users, {n_films:.0f} films each)"
    )

# %% [markdown]
# Compare the first and the third line, which ask for about as many films: EASE scores 0.16 in the random split and 0.09
# in the last share. The model is the same. The random split fills gaps in the *middle* of a history, an easier game
# than the future.
#
# The other two lines are games of their own. *Leave last out* asks for one film of 9,066. In the *global* line nearly
# all users are new, EASE knows nothing of them, and popularity wins by far. **Numbers from different splits can never
# be compared**, and even the order of two models can turn.

# %% [markdown]
# ### Exercise 04.6 · choose (O1)
#
# A team cuts at one moment for everybody. But each film comes with a feature, its mean rating, which they computed from
# the whole file before they cut. What leaks?
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
for ties, seed in (("id", 0), ("random", 1), ("random", 2), ("random", 3)):
    tied = splits.split_leave_last_out(ratings, ties=ties, seed=seed)
    known, last = to_matrix(tied.train, users, items), to_matrix(tied.valid, users, items)
    cheat = evaluate(next_ids(tied.train), known, last)
    popular = evaluate(np.tile(baselines.popularity(known), (users.n_rows, 1)), known, last)
    print(f"ties by {ties:6}  NDCG@10 cheat {cheat.mean():.3f}, popularity {popular.mean():.3f}", end="   ")
    print(f"users with a hit {cheat.per_user['HitRate'].sum():.0f}, {popular.per_user['HitRate'].sum():.0f}")

# %% [markdown]
# With ties in id order the cheat finds the film of 28 users and scores above popularity, a real recommender: 0.026
# against 0.021. With random ties it finds 16 to 19. (What remains is real: films of one page have close ids. And so few
# users say little for sure: section 6.) Popularity, which looks at no order, hardly moves. So **the course breaks ties
# at random, never by id**, and says so.
#
# This is a good place for a break.

# %% [markdown]
# ## 5. The bar: three baselines
#
# From here on: last share, random ties; learn from train + valid; hide what a user has seen; rank all 9,066 films;
# take the first ten.

# %%
cut = cuts["last share"]
learn = to_matrix(pd.concat([cut.train, cut.valid]), users, items)  # (n_users + 1, n_items + 1), nearly all zeros
test = to_matrix(cut.test, users, items)
print(f"train {len(cut.train):,}, valid {len(cut.valid):,}, test {len(cut.test):,} ratings; matrix {learn.shape}")
print(f"test ratings of films without any rating in train and valid: {test[:, learn.sum(axis=0) == 0].nnz:,}")

# %% [markdown]
# Row 0 and column 0 are padding (lesson 03). And 1,502 test ratings are of films that train and valid do not know: no
# model of this part can find them. They stay in the truth all the same: a real visitor would have wanted them too.
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
# ### Exercise 04.7 · code (O4)
#
# Write the recommender: the `k` item indices with the highest popularity that the user has not seen, best first.
# `popularity` has shape (n_items + 1,), index 0 is padding and may not be recommended; `seen` is a set of indices. There
# are always k films left.
#
# <details><summary>Hint 1</summary>Copy the scores, then give what may not be recommended a score of −∞. A set is no
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
# "People who rated this also rated that": look for the nearest neighbours (NN, *k* of them) of each film. Four users
# and three films A, B, C (row 0 and column 0 left out for reading):

# %%
films = ["A", "B", "C"]
x = np.array([[1, 1, 0], [1, 1, 0], [1, 0, 1], [0, 1, 0]])  # (4 users, 3 films): who rated what
together = x.T @ x  # (3 films, 3 films)
pd.DataFrame(together, films, films)

# %% [markdown]
# The diagonal counts the users of each film, the rest the users of both. A and B share two users, B and C none. Popular
# films share users with everything, so divide by the root of both sizes: the
# [cosine](glossary.md#cosine-similarity) of lesson 02. A small number added to that divisor, the `shrink`, keeps down
# pairs that rest on hardly any users.

# %%
length = np.sqrt(np.diag(together))
similarity = together / (np.outer(length, length) + 1)  # shrink = 1 for so small a world
np.fill_diagonal(similarity, 0)
pd.DataFrame(similarity, films, films).round(2)

# %% [markdown]
# The score of a film for a user: the sum of its similarities to the films the user has seen, `x @ similarity`. The third
# user has seen A and C, so only B is left for them:

# %%
pd.DataFrame(x @ similarity, ["user 1", "user 2", "user 3", "user 4"], films).round(2)

# %% [markdown]
# B gets 0.5, all of it from A. The helper does the same with sparse matrices, which store only what is not zero, and
# keeps only the nearest films of each:

# %%
padded = np.pad(x, ((1, 0), (1, 0)))  # row 0 and column 0 come back
with np.errstate(invalid="ignore"):
    helper = baselines.item_knn(padded, n_neighbours=3, shrink=1).toarray()[1:, 1:]
assert np.allclose(helper, similarity)

# %% [markdown]
# ### Exercise 04.8 · fill in (O4)
#
# Scores of item-kNN without shrink and with all neighbours, for any 0/1 matrix `x` of shape (n_users, n_films) in which
# every film has a user: replace the dots by the cosine, with zeros on its diagonal, so that no film speaks for
# itself.
#
# <details><summary>Hint 1</summary>The divisor of films i and j is length i times length j:
# <code>np.outer(length, length)</code>.</details>
# <details><summary>Hint 2</summary><code>similarity = together / np.outer(length, length)</code></details>


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
# ### EASE
#
# Item-kNN looks at one pair of films at a time. EASE asks for all weights at once: guess every column of **X**, the matrix
# of who rated what, from its *other* columns. That is a table **B** of weights, row a film you have seen, column the film
# to be scored, such that **X B** comes close to **X**.
#
# Without a rule the best B is useless: each film predicts itself. So the diagonal of B must be 0. And a penalty λ keeps
# the weights small. Setting the derivative to zero then gives the answer in one step, with nothing to train: let
# P = (XᵀX + λI)⁻¹, and off the diagonal B = −P / diag(P) (the proof is one page in Steck, 2019).

# %%
inverse = np.linalg.inv(together + 1.0 * np.eye(3))  # λ = 1; P has a row and a column for each film
weights = -inverse / np.diag(inverse)  # column j is divided by P[j, j]
np.fill_diagonal(weights, 0)
pd.DataFrame(weights, films, films).round(2)

# %% [markdown]
# Look at B and C: no user has both, and EASE gives them *negative* weights, where the cosine had 0. It has learned that
# the one speaks against the other.

# %%
assert np.allclose(baselines.ease(padded, regularisation=1.0)[1:, 1:], weights, atol=1e-6)

# %% [markdown]
# ### Exercise 04.9 · code (O4)
#
# Write EASE for any 0/1 matrix `x` of shape (n_users, n_films): return the weights B, shape (n_films, n_films).
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
# ### The bar on real data
#
# The real P has 9,067 rows and columns, and inverting it takes long. The helper uses that there are far fewer users
# than films, and inverts a matrix of users instead: the same weights in a few seconds.
#
# All three under the same rule. Each `fit` returns a function from users to scores.


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


# %%
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
for n_neighbours, shrink in ((50, 10), (200, 10), (500, 10), (200, 0), (200, 50)):
    outcome = fit_and_measure("kNN", lambda x: fit_item_knn(x, n_neighbours, shrink), train_only, valid)
    print(f"item-kNN, {n_neighbours:3} neighbours, shrink {shrink:2}: valid NDCG@10 {outcome.mean():.3f}")

# %% [markdown]
# λ = 100, 200 neighbours and shrink 10 it is. Only now, with all settings fixed, the test part is opened, once: the
# models learn from train and valid together.

# %%
bar = {
    name: fit_and_measure(name, fit, learn, test)
    for name, fit in (("popularity", fit_popularity), ("item-kNN", fit_item_knn), ("EASE", fit_ease))
}

# %% tags=["nbval-ignore-output"]
results_so_far("04", list(bar.values()))

# %% [markdown]
# **This is the bar**, and the first rows of a table that grows through the course. (±: section 6. Test scores are higher
# than valid ones because a user has twice as many test films to hit.) Of an average user's test films EASE finds 7.7 %
# among its first ten, popularity 4.1 %. [Coverage](glossary.md#coverage) tells the other half: popularity recommends
# 1.2 % of the catalogue to anybody, EASE 7.1 %. What would be perfect?

# %%
n_test_films = test[1:].sum(axis=1)  # (671,)
print(f"test films of a user: mean {n_test_films.mean():.0f}, median {np.median(n_test_films):.0f}")
print(f"recall@10 of a perfect list: {(np.minimum(n_test_films, 10) / n_test_films).mean():.2f}")

# %% [markdown]
# Not 1: ten places cannot hold 29 films. With recall@10, 0.65 is the ceiling here.

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
# ## 6. Is the difference real?
#
# 671 users are a sample. Other users would have given other numbers. The NDCG of single users is spread wide:

# %%
ease_ndcg = bar["EASE"].per_user["NDCG"].to_numpy()  # (671,)
print(f"{(ease_ndcg == 0).mean():.0%} of users: no hit at all; best user {ease_ndcg.max():.2f}")

# %% [markdown]
# With other users the mean would come out a little different. How different? By about the standard deviation of the values
# over √n, the *standard error*. 95 % of a bell curve lie within 1.96 standard errors of its middle: that is the 95 %
# [interval](glossary.md#confidence-interval). (`ddof=1` divides by n − 1, as for every sample.)

# %%
half = 1.96 * ease_ndcg.std(ddof=1) / np.sqrt(len(ease_ndcg))
assert np.isclose(mean_interval(ease_ndcg)[1], half)
print(f"EASE: {ease_ndcg.mean():.3f} ± {half:.3f}")

# %%
figure, axes = new_figure(6, 2.4)
for place, outcome in enumerate(reversed(bar.values())):
    mean, half = mean_interval(outcome.per_user["NDCG"])
    axes.errorbar(mean, place, xerr=half, capsize=4)
axes.set(yticks=range(3), yticklabels=reversed(bar), ylim=(-0.5, 2.5))
axes.set(xlabel="NDCG@10, mean over 671 users and 95 % interval")
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
# ### Exercise 04.10 · put in order (O5)
#
# These lines compare two models in pairs; `rng`, `n` and an empty list `means` exist. One line does not belong. Write the
# letters of the others in the right order, for example `"EDCBA"`.
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
# - **c** "The network is 0.009 ahead; the interval holds zero, so we cannot say that it is better."
# - **d** "With 95 % certainty the network is better."

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("04.11", answer)

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
for name, rank in ranks.items():  # one relevant item: the best DCG is 1, so NDCG is the discount; no cut-off here
    print(f"{name}: NDCG {(1 / np.log2(rank + 1)).mean():.3f}   recall@10 {(rank <= 10).mean():.1f}")

# %% [markdown]
# C is best: it puts one user's film first. The others show nobody anything they want.
#
# ### Exercise 04.12 · choose (O6)
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
check("04.12", answer)

# %% [markdown]
# NumPy draws such numbers, how many of the better ones are among 100 drawn, with `rng.hypergeometric(better, others,
# 100)`. Draw 20,000 times for each user. The last column is the [AUC](glossary.md#auc): the share of other items that
# stand below the true one.

# %% tags=["reveal"]
sampled = {}
for name, rank in ranks.items():
    better = rng.hypergeometric(rank - 1, 10_000 - rank, 100, size=(20_000, 5))
    sampled_rank = 1 + better
    sampled[name] = (1 / np.log2(sampled_rank + 1)).mean(), (sampled_rank <= 10).mean()
    auc = (10_000 - rank).mean() / 9_999
    print(f"{name}: sampled NDCG {sampled[name][0]:.2f}   sampled recall@10 {sampled[name][1]:.1f}   AUC {auc:.2f}")

# %%
figure, axes = new_figure(6, 2.6, n_panels=2, sharey=True)
exact = [(1 / np.log2(rank + 1)).mean() for rank in ranks.values()]
left = axes[0].bar(list(ranks), exact, color="#0072B2")
right = axes[1].bar(list(ranks), [value[0] for value in sampled.values()], color="#D55E00", hatch="//")
axes[0].set(title="among all 10,000 items", ylabel="NDCG", ylim=(0, 0.85))
axes[1].set(title="among 100 sampled ones")
for panel, bars in zip(axes, (left, right)):
    panel.bar_label(bars, fmt="%.2f")
show(figure, alt="Two bar charts of NDCG. Ranked among all items: C 0.26, A 0.15, B 0.11. Among 100 sampled items: A 0.73, B 0.36, C 0.32.")

# %% [markdown]
# The order is turned round. Exact: C before A before B. Sampled: A (0.73) before B before C, and A's recall@10 is 1.0
# although nobody would see its items. It is the order of the AUC: the smaller the sample, the more every metric turns
# into AUC, which counts the top no more than the middle (Krichene & Rendle, 2020). **The course ranks the whole
# catalogue, always.**

# %%
claim("sampled: A before B before C", sampled["A"][0] > sampled["B"][0] > sampled["C"][0])
claim("exact: C before A before B", exact[2] > exact[0] > exact[1])

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
