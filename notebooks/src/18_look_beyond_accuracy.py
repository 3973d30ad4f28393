# %% [markdown]
# # Look beyond accuracy
#
# A recommender can be accurate and still show everybody the same few films. In this lesson, you measure what NDCG
# ignores, re-rank the lists and state what this costs. Then you examine A/B tests, and estimates from the log of
# another recommender, in a simulation in which the truth is known.

# %% [markdown]
# **What you will do**
#
# - **O1** compute coverage, novelty and diversity, and compare them with accuracy
# - **O2** implement calibration to taste and diverse re-ranking, and measure what they cost
# - **O3** (optional) compare groups of users, with intervals
# - **O4** diagnose A/B tests: A/A runs, repeated looks and power
# - **O5** implement off-policy estimators, and test them against a known truth
#
# **What you need**: lessons 04 and 15, and about two hours without the optional sections. The whole notebook runs in
# about 15 seconds.

# %%
import numpy as np
import pandas as pd

from recsys_helpers import simulation as lab
from recsys_helpers.data import IdMap, load_movielens, sequences, splits, to_matrix
from recsys_helpers.evaluation import beyond, evaluate, mean_interval, paired_bootstrap
from recsys_helpers.evaluation.metrics import hit_matrix, ndcg_at_k
from recsys_helpers.exercises import check
from recsys_helpers.models import baselines, linear
from recsys_helpers.models.fast_ease import ease_scores
from recsys_helpers.notebook import claim, new_figure, show
from recsys_helpers.start import set_seed

set_seed(42)
ratings, movies = load_movielens()
users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
genres = beyond.genre_matrix(movies, items)  # (films + 1, genres), 0 or 1

# %% [markdown]
# ## 1. How much of the catalogue does anybody see?
#
# As in lesson 15, we split train + valid once more and evaluate on the last quarter of each user's history. EASE
# recommends ten films to each of 671 users: 6,710 positions for a catalogue of 9,066 films.
#
# ### Exercise 18.1 · predict (O1)
#
# What percentage of the 9,066 films does EASE recommend to at least one user?

# %%
percent_of_the_catalogue = ...
### BEGIN SOLUTION
percent_of_the_catalogue = 6.6
### END SOLUTION

# %%
check("18.1", percent_of_the_catalogue)


# %% tags=["open"]
def lists_of(scores, known):
    return beyond.candidates_of(scores, known, n=10)[0]  # (671, 10), seen films left out


cut = splits.split_last_share(ratings)
learn = pd.concat([cut.train, cut.valid])
in_time = splits.split_last_share(learn, valid=0, test=0.25)
known, later = (to_matrix(part, users, items) for part in (in_time.train, in_time.test))
scores = ease_scores(known, 100)
lists = lists_of(scores, known)

# %% tags=["reveal"]
times_shown = np.sort(np.bincount(lists.ravel(), minlength=items.n_rows))[::-1]
n_shown = (times_shown > 0).sum()
print(f"{n_shown} of 9,066 films are recommended at all: {n_shown / 9066:.1%}")
print(f"the 100 most recommended films fill {times_shown[:100].sum() / lists.size:.0%} of the {lists.size:,} positions")

# %% tags=["reveal"]
claim("EASE shows less than a tenth of the catalogue", n_shown < 0.1 * 9066)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# Only 6.6 % of the films are recommended to anybody. This share is called [coverage](glossary.md#coverage); you know it
# from lesson 04. An accurate model can hide most of a catalogue.
#
# </details>

# %% [markdown] tags=["open"]
# ## 2. Coverage, novelty, diversity
#
# We compute three properties, first for three tiny lists. Films 0 to 5 are known to 8, 8, 4, 2, 1 and 1 of eight users,
# and each has one genre.

# %% tags=["open"]
tiny = {"hits": [0, 1], "mixed": [0, 3], "rare": [4, 5]}
n_users_of, genre_of = np.array([8, 8, 4, 2, 1, 1]), np.array(["drama", "drama", "drama", "comedy", "drama", "drama"])
bits = np.log2(8 / n_users_of)
for name, films in tiny.items():
    print(f"{name:6} genres {genre_of[films]}, novelty {bits[films]}, mean {bits[films].mean():.1f}")

# %% [markdown] tags=["open"]
# - **Coverage** considers all lists together: these three show five of the six films.
# - [**Novelty**](glossary.md#novelty) of a film is −log₂ of the share of users who know it, in bits.
# - [**Intra-list diversity**](glossary.md#intra-list-diversity) is the mean distance between two films of one list: 1
#   minus the cosine of their genres. Only "mixed" is diverse.
#
# The helpers compute the same:


# %% tags=["open"]
one_hot = (genre_of[:, None] == ["drama", "comedy"]).astype(float)
print(beyond.self_information(n_users_of, 8), beyond.intra_list_diversity(np.array(list(tiny.values())), one_hot))

# %% [markdown] tags=["open"]
# Now we compare real and random lists:

# %% tags=["open"]
novelty = beyond.self_information(baselines.popularity(known), n_users=671)
aged = linear.aged(sequences.histories(in_time.train, users, items), items.n_rows)
models = {
    "random": np.random.default_rng(0).random(known.shape),
    "popularity": np.tile(baselines.popularity(known), (known.shape[0], 1)),
    "EASE": scores,
    "aged EASE": ease_scores(known, 100, aged),
}

# %% tags=["open"]
table = {}
for name, model in models.items():
    shown, measured = lists_of(model, known), evaluate(model, known, later)
    found = novelty[shown][hit_matrix(shown, later[1:])[0]]  # the novelty of every hit
    diversity = beyond.intra_list_diversity(shown, genres).mean()
    table[name] = [measured.mean(), measured.coverage, novelty[shown].mean(), found.mean(), len(found), diversity]
columns = ["NDCG@10", "coverage", "novelty", "novelty of hits", "hits", "diversity"]
figures = pd.DataFrame(table, index=columns).T
figures.round(3)

# %% tags=["open"]
others = ["coverage", "novelty", "novelty of hits", "diversity"]
wins = figures.loc["random", others] > figures.iloc[1:][others].max()
claim("random lists lead in coverage, novelty and diversity, and are useless", wins.all() and figures.iloc[0, 0] < 0.02)
claim("aged EASE leads EASE in accuracy and in coverage", (figures.loc["aged EASE"] > figures.loc["EASE"])[:2].all())

# %% [markdown] tags=["open"]
# Random lists lead in coverage, novelty and diversity, but have only 35 hits. **Never report one of these figures
# without accuracy.** The random lists lead even in the novelty of the *hits*, where films that nobody wanted do not
# count. And accuracy and coverage need not conflict: aged EASE has more of both than EASE.

# %% [markdown]
# ### Exercise 18.2 · code (O1)
#
# Coverage counts a film that is shown once as much as one that is shown to everybody. Concentration measures the
# difference. `lists` has shape (n_users, k) and contains film indices; 0 is the padding of short lists. Return the
# share of all recommendations, between 0 and 1, that go to the `n_top` films recommended most often.
#
# <details><summary>Hint 1</summary>Count how often each film occurs in all lists, without the padding. Then sort the
# counts, largest first.</details>
# <details><summary>Hint 2</summary><code>counts = np.bincount(lists[lists &gt; 0])</code>; the share is
# <code>np.sort(counts)[::-1][:n_top].sum() / counts.sum()</code>.</details>


# %%
def share_of_top(lists, n_top):
    ### BEGIN SOLUTION
    counts = np.bincount(lists[lists > 0])
    return np.sort(counts)[::-1][:n_top].sum() / counts.sum()
    ### END SOLUTION


# %%
check("18.2", share_of_top)

# %% [markdown]
# ## 3. Calibrate to taste
#
# A user watches 70 % drama and 30 % comedy. The best guess for every single position may be a drama, so an accurate
# list can contain ten of them. A list is [calibrated](glossary.md#calibrated-recommendation) if its mix of genres q
# matches the user's taste p (Steck, 2018). We measure the miscalibration by the Kullback–Leibler divergence Σ p ln(p /
# q), a sum over genres. Here are three lists of ten:


# %%
taste = np.array([0.7, 0.3])
for n_dramas in (7, 9, 10):
    mix = 0.99 * np.array([n_dramas, 10 - n_dramas]) / 10 + 0.01 * taste
    terms = taste * np.log(taste / mix)
    print(f"{n_dramas} dramas: {terms[0]:+.3f} {terms[1]:+.3f} = {terms.sum():.3f}")
    assert np.isclose(terms.sum(), beyond.miscalibration(taste, np.array([n_dramas, 10 - n_dramas]) / 10))

# %% [markdown]
# We mix a share α = 0.01 of p into q: otherwise, the last list would give 0.3 · ln(0.3 / 0), which is infinite. Ten
# dramas give a divergence of 1.13, nine only 0.15. A film with three genres counts a third for each.
#
# ### Exercise 18.3 · choose (O2)
#
# Each user's taste p is the genre mix of the history up to the cut. Which lists come closest to it, on average over
# users?
#
# - **a** the ten most popular films that the user has not seen
# - **b** the ten films of EASE
# - **c** the ten films of aged EASE, which is more accurate
# - **d** the ten films that the user really watched next

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("18.3", answer)

# %% tags=["open"]
share = genres / np.maximum(genres.sum(axis=1, keepdims=True), 1)
tastes = (known @ share)[1:]
tastes /= tastes.sum(axis=1, keepdims=True)
ordered = splits.order_in_time(in_time.test)
next_ten = ordered[ordered.groupby("user_id").cumcount() < 10].groupby("user_id").filter(lambda rows: len(rows) == 10)
own = items.to_idx(next_ten["item_id"]).reshape(-1, 10)
who = users.to_idx(next_ten["user_id"].unique()) - 1  # the users who went on to rate ten films or more
compared = {name: lists_of(models[name], known)[who] for name in models} | {"what they watched next": own}

# %% tags=["reveal"]
far = {name: beyond.miscalibration(tastes[who], share[films].mean(axis=1)) for name, films in compared.items()}
for name, distance in far.items():
    print(f"{name:22} {distance.mean():.3f}")

# %% tags=["reveal"]
closer, low, high = paired_bootstrap(far["EASE"], far["what they watched next"])
print(f"{len(who)} users; EASE minus what they watched next: {closer:+.3f} [{low:+.3f}, {high:+.3f}]")
claim("EASE is closer to the past taste than the user's own next ten films", high < 0)
claim("aged EASE is farther away than EASE", far["aged EASE"].mean() > far["EASE"].mean() + 0.05)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# EASE is closest. What the users watched next is farther from their past taste than EASE and aged EASE. So calibration
# is not a kind of accuracy. It is another goal: to forget no part of a user's taste. It may cost hits.
#
# </details>

# %% [markdown]
# ### Exercise 18.4 · fill in (O2)
#
# `p` and `q` contain the shares of the same genres; both sum to 1, and both may contain zeros. Mix a share `alpha` of p
# into q, then return Σ p ln(p / q). A genre that the user never watches, p = 0, contributes nothing.
#
# <details><summary>Hint 1</summary>Only genres with p &gt; 0 contribute to the sum, but the mixing must come first.
# </details>
# <details><summary>Hint 2</summary><code>mixed = (1 - alpha) * q + alpha * p</code>, then
# <code>(p[watched] * np.log(p[watched] / mixed[watched])).sum()</code>.</details>


# %%
def my_miscalibration(p, q, alpha=0.01):
    watched = p > 0
    ### BEGIN SOLUTION
    mixed = (1 - alpha) * q + alpha * p
    return (p[watched] * np.log(p[watched] / mixed[watched])).sum()
    ### END SOLUTION


# %%
check("18.4", my_miscalibration)

# %% [markdown]
# ## 4. Re-rank, and state the cost
#
# A [re-ranker](glossary.md#re-ranking) takes the hundred best candidates and builds the list one film at a time. It
# always adds the film with the largest value: relevance (EASE's score, scaled to 0 … 1) minus a penalty that depends on
# the list so far. Steck's penalty is the miscalibration that the list would have with the candidate.


# %%
def rerank(relevance, penalty, strength, k=10):
    chosen = []
    for _ in range(k):
        value = (1 - strength) * relevance - strength * penalty(chosen)
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return chosen


def towards_taste(films, user):
    def penalty(chosen):  # the miscalibration of the list with each of the candidates
        mix = (share[films[chosen]].sum(axis=0) + share[films]) / (len(chosen) + 1)
        return beyond.miscalibration(tastes[user], mix)

    return penalty


# %% [markdown]
# The second penalty makes lists diverse: it is the similarity of the candidate to the most similar film in the list.
# This is *maximal marginal relevance*, [MMR](glossary.md#mmr) (Carbonell & Goldstein, 1998). An example: three
# candidates have relevance 1.0, 0.9 and 0.6 and similarity 1, 0.8 and 0.1 to the first. With strength 0.5:

# %%
relevance, like_first = np.array([1.0, 0.9, 0.6]), np.array([1.0, 0.8, 0.1])
print("first:", 0.5 * relevance, " then:", 0.5 * relevance - 0.5 * like_first)

# %% [markdown]
# The first film is chosen. Then the third has the value 0.25 and the second, a near-duplicate, only 0.05.
#
# ### Exercise 18.5 · find the bug (O2)
#
# This MMR should return the indices of `k` films in the order in which they are chosen. `similarity` has shape (n, n).
# Its lists often alternate between two kinds of films. Repair it.
#
# <details><summary>Hint 1</summary>With which films of the list does the code compare a candidate?</details>
# <details><summary>Hint 2</summary>Use the most similar of <b>all</b> chosen films:
# <code>similarity[chosen].max(axis=0)</code>.</details>


# %%
def mmr(relevance, similarity, strength, k):
    chosen = [int(relevance.argmax())]
    while len(chosen) < k:
        value = (1 - strength) * relevance - strength * similarity[chosen[-1]]
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return chosen


### BEGIN SOLUTION
def mmr(relevance, similarity, strength, k):  # noqa: F811
    chosen = [int(relevance.argmax())]
    while len(chosen) < k:
        value = (1 - strength) * relevance - strength * similarity[chosen].max(axis=0)
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return chosen


### END SOLUTION


# %%
check("18.5", mmr)


# %% [markdown]
# We apply both penalties to EASE, with four strengths each. We state **before looking** how much we are willing to
# lose: a strength is acceptable if the paired interval of NDCG@10 against EASE stays above −0.01. We choose the largest
# one.


# %%
def apart(films, user):
    similarity = beyond.cosine_similarity(genres[films])
    return lambda chosen: similarity[chosen].max(axis=0) if chosen else 0


def reranked(scores, known, make_penalty, strength):
    best, value = beyond.candidates_of(scores, known, n=100)
    lists = [
        films[rerank(of, make_penalty(films, user), strength)] for user, (films, of) in enumerate(zip(best, value))
    ]
    return np.array(lists)


def ndcg(lists, relevant):
    return ndcg_at_k(*hit_matrix(lists, relevant[1:]))  # (671,)


# %%
plain = ndcg(lists, later)
price = {}
for name, make_penalty in (("taste", towards_taste), ("MMR", apart)):
    for strength in (0.1, 0.3, 0.5, 0.7):
        new = reranked(scores, known, make_penalty, strength)
        far_now = beyond.miscalibration(tastes, share[new].mean(axis=1)).mean()
        interval = paired_bootstrap(ndcg(new, later), plain)
        price[name, strength] = [*interval, far_now, beyond.intra_list_diversity(new, genres).mean()]
columns = ["NDCG@10 minus EASE", "low", "high", "miscalibration", "diversity"]
price = pd.DataFrame(price, index=columns).T.rename_axis(["penalty", "strength"])
price.round(3)

# %%
affordable = price[price["low"] > -0.01].reset_index().groupby("penalty")["strength"].max()
before_it = beyond.miscalibration(tastes, share[lists].mean(axis=1)).mean()
print(affordable.to_dict(), f"plain EASE: miscalibration {before_it:.3f}")
claim("calibration is affordable up to 0.5, MMR up to 0.3", affordable.to_dict() == {"taste": 0.5, "MMR": 0.3})

# %% [markdown]
# At these strengths, the intervals include zero. Calibration lowers the miscalibration from 0.627 to 0.381, and MMR
# raises the diversity from 0.700 to 0.758. More strength costs accuracy, and neither re-ranker *improves* NDCG@10.
# These were eight trials on validation; section 6 tests both winners.

# %% [markdown]
# ## 5. Compare groups of users (optional)
#
# A mean over users can hide a group that gets poor recommendations. Our data contain neither age nor gender, so we
# **cannot** say whether EASE treats men and women alike (which does not mean that it does). Two groupings can be
# derived from the history itself: how *rare* the films are that a user watches (the mean novelty of the history), and
# how *many* they are. We divide the users into thirds by each of the two.

# %%
n_films = np.asarray(known.sum(axis=1)).ravel()[1:]
rarity = (known @ novelty)[1:] / n_films
popular = ndcg(lists_of(models["popularity"], known), later)
table = {}
thirds = {"films": (rarity, ("common", "middling", "rare")), "ratings": (n_films, ("few", "middling", "many"))}
for grouping, (value, labels) in thirds.items():
    group = np.digitize(value, np.quantile(value, [1 / 3, 2 / 3]))
    for number, label in enumerate(labels):
        own = group == number
        mean, half = mean_interval(plain[own])
        gain = paired_bootstrap(plain[own], popular[own])
        table[f"{label} {grouping}"] = [own.sum(), mean, half, *gain, rarity[own].mean(), novelty[lists[own]].mean()]
columns = ["users", "NDCG@10", "±", "minus popularity", "low", "high", "novelty: history", "novelty: list"]
groups = pd.DataFrame(table, index=columns).T
groups.round(3)

# %%
gap = (groups["novelty: history"] - groups["novelty: list"])[:3]
print("the lists are more common than the history by", gap.round(2).to_dict(), "bits")
claim("the gap is largest for users of rare films", gap["rare films"] > gap["middling films"] + 0.3)
many, few = groups.loc["many ratings"], groups.loc["few ratings"]
claim("NDCG@10 of the many-raters is higher, intervals apart", many.iloc[1] - many.iloc[2] > few.iloc[1] + few.iloc[2])
claim("EASE gains over popularity in all six groups", (groups["low"] > 0).all())

# %% [markdown]
# Every group gains over popularity, and the intervals of the six gains overlap, so we have no evidence that a group is
# left out. (Six 95 % intervals are six opportunities for a false alarm: with six comparisons, use a confidence level of
# 1 − 0.05 / 6 for each.) The last two columns show something else. In every group, the lists contain more common films
# than the histories do, and users of rare films get films that are 2.3 bits more common than those in their history, a
# factor of five in popularity. This is [popularity bias](glossary.md#popularity-bias); Kowald (2025) reports it for
# music, films and anime.

# %% [markdown]
# ### Exercise 18.6 · choose (O3)
#
# Users with many ratings have an NDCG@10 of 0.204, those with few 0.105; the intervals are far apart. What may you
# conclude?
#
# - **a** EASE favours active users: it must be repaired before launch
# - **b** the groups differ, but they also differ in how many films there are to find; popularity, which treats
#   everybody alike, has nearly the same gap
# - **c** nothing, because six comparisons are too many for any conclusion
# - **d** EASE learns more about active users, and this explains the difference

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("18.6", answer)

# %% tags=["reveal"]
group = np.digitize(n_films, np.quantile(n_films, [1 / 3, 2 / 3]))
to_find = np.asarray(later.sum(axis=1)).ravel()[1:]
for number, label in enumerate(("few", "middling", "many")):
    own = group == number
    print(f"{label:8} ratings: {to_find[own].mean():4.1f} films to find, popularity has {popular[own].mean():.3f}")

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# In the active third, there are on average 68 films to find instead of 6, so a list of ten is more likely to contain a
# hit. Even popularity reaches 0.151 there, against 0.065. So compare *gains over a common baseline*, or groups with
# equally many films to find.
#
# </details>

# %% [markdown] tags=["open"]
# ## 6. The test set, once (optional)
#
# We chose both re-rankers on the last quarter. Now EASE learns from train + valid, and we evaluate its plain,
# calibrated and diverse lists once on the test set.

# %% tags=["open"]
everything, test = to_matrix(learn, users, items), to_matrix(cut.test, users, items)
tastes = (everything @ share)[1:]
tastes /= tastes.sum(axis=1, keepdims=True)
final_scores = ease_scores(everything, 100)
final_lists = {"EASE": lists_of(final_scores, everything)}
final_lists["calibrated, 0.5"] = reranked(final_scores, everything, towards_taste, 0.5)
final_lists["MMR, 0.3"] = reranked(final_scores, everything, apart, 0.3)

# %% tags=["open"]
reference, final = ndcg(final_lists["EASE"], test), {}
for name, shown in final_lists.items():
    final[name] = paired_bootstrap(ndcg(shown, test), reference)
    far_now = beyond.miscalibration(tastes, share[shown].mean(axis=1)).mean()
    print(f"{name:15} NDCG@10 {ndcg(shown, test).mean():.3f}, minus EASE {final[name][0]:+.3f} ", end="")
    print(f"[{final[name][1]:+.3f}, {final[name][2]:+.3f}]; miscalibration {far_now:.3f}, ", end="")
    print(f"diversity {beyond.intra_list_diversity(shown, genres).mean():.3f}")

# %% tags=["open"]
claim("for MMR the interval includes zero and stays above the margin of −0.01", -0.008 < final["MMR, 0.3"][1] < 0)
claim("for the calibrated lists it reaches lower", final["calibrated, 0.5"][1] < final["MMR, 0.3"][1] - 0.002)

# %% [markdown] tags=["open"]
# The result for MMR holds up: the interval includes zero and stays above the margin, and the lists are more diverse.
# For the calibrated lists, the interval includes zero as well, but its lower end, −0.010, is the margin itself. So we
# may not conclude that calibration costs nothing. We may write: "Calibration lowers the miscalibration from 0.617 to
# 0.371; a loss of up to 0.010 in NDCG@10 cannot be excluded." An interval that includes zero does not prove that
# nothing was lost.

# %% [markdown] tags=["open"]
# ## 7. Law and harm
#
# **Law.** In the European Union, the Digital Services Act (Regulation (EU) 2022/2065) addresses recommender systems by
# name. Article 27 requires online platforms to state in their terms and conditions, in plain language, the main
# parameters of their recommender systems and any options to change them. Article 38 requires *very large* platforms and
# search engines to offer, for each recommender system, at least one option that is not based on profiling. So document
# which signals determine the recommendations, and keep an option without a user profile, such as the popularity
# fallback of lesson 23. (This is not legal advice; other laws may require more.)

# %% [markdown] tags=["open"]
# **Harm.** What can go wrong although NDCG rises? Simulated feedback loops made users more alike without serving them
# better (Chaney et al., 2018). Users with little interest in popular items can get less accurate lists (Kowald, 2025).
# The creators of items that are never shown get no clicks. And a group that is missing from the data is missing from
# every table. Before a launch, ask:
#
# - Which groups of users and of creators can we compare, and which can we not?
# - Which figure besides accuracy must not get worse, and by what margin? Write the margin down before the test.
# - Who will notice harm after the launch, and who may switch the recommender off?
#
# *Take a break.*

# %% [markdown] tags=["open"]
# ## 8. A simulated world
#
# From here on **all data are synthetic**. In the real world, nobody knows the true effect of a change, so nobody can
# tell whether a test was right. Here we can. A user clicks what is examined *and* liked, and the lower a position, the
# less it is examined ([position bias](glossary.md#position-bias)).

# %% tags=["open"]
world = lab.click_world(n_users=500, n_items=50, seed=18)
print("synthetic: P(click) of user 0 on items 7, 8, 9 in this order and in reverse:")
print(*[world.click_probability(np.tile(order, (500, 1)))[0].round(3) for order in ([7, 8, 9], [9, 8, 7])])

# %% [markdown] tags=["open"]
# User 0 clicks item 7 with probability 0.253 in the first position and 0.084 in the third.
#
# An **A/B test** shows A to one half of the users and B to the other. The split must be random, stay the same at every
# visit, and not depend on other tests. A *hashed bucket*, computed from a hash of the test's name and the user's id,
# does this without storing anything.

# %% tags=["open"]
print({name: [lab.bucket(user, name) for user in range(10)] for name in ("new ranking", "new colours")})

# %% [markdown] tags=["open"]
# With `user_id % 2` instead, the same users would get the new version in *every* test.
#
# **Run an A/A test first**: both halves get the same version, so any "significant" difference is a false alarm, and a
# 95 % interval should exclude zero in 5 % of the runs. Each of 500 users sees the most liked item at 20 visits. We
# analyse each run in two ways: one click rate per *user*, and all *visits* as if they were independent.

# %% tags=["open"]
p = world.like[:, world.like.mean(axis=0).argmax()]  # each user's probability of a click
rng = np.random.default_rng(18)


def run_test(name, lift=0.0):
    is_treated = np.array([lab.bucket(user, name) for user in range(500)]) == 1
    clicks = rng.binomial(20, np.minimum(p + lift * is_treated, 1))
    return clicks[is_treated], clicks[~is_treated]


def misses_zero(treated, control):
    _, low, high = lab.difference(treated, control)
    return not low <= 0 <= high


# %% tags=["open"]
def as_visits(clicks):
    return np.repeat([1, 0], [clicks.sum(), (20 - clicks).sum()])


runs = [run_test(f"A/A number {number}") for number in range(2000)]
by_user = np.mean([misses_zero(treated / 20, control / 20) for treated, control in runs])
by_visit = np.mean([misses_zero(as_visits(treated), as_visits(control)) for treated, control in runs])
print(f"false alarms in 2,000 A/A runs: {by_user:.1%} by user, {by_visit:.1%} by visit")
print(f"Monte-Carlo error of a rate of 5 %: ± {1.96 * np.sqrt(0.05 * 0.95 / 2000):.1%}")

# %% tags=["open"]
claim("by user the rate is 5 % within its Monte-Carlo error", abs(by_user - 0.05) < 0.015)
claim("by visit it is more than four times as high", by_visit > 0.2)

# %% [markdown] tags=["open"]
# By user, 5.1 % of the runs raise a false alarm, as expected. By visit, 31.2 % do: twenty visits of one user resemble
# each other and are not twenty independent observations. **Analyse the units that you randomised.** An A/A test finds
# such a mistake before it costs anything.

# %% [markdown]
# ## 9. Do not peek
#
# A dashboard shows the test every day, and somebody stops it as soon as the interval excludes zero. Suppose that there
# is **no effect**, so one look at the end gives 5 % false alarms.
#
# ### Exercise 18.7 · predict (O4)
#
# Each look computes a *z-value*: the difference divided by its standard error. Beyond ±1.96, the 95 % interval excludes
# zero, and the test is stopped. With ten equally spaced looks, what percentage of the tests raise a false alarm?

# %%
percent_false_alarms = ...
### BEGIN SOLUTION
percent_false_alarms = 19.3
### END SOLUTION

# %%
check("18.7", percent_false_alarms)

# %% tags=["reveal"]
steps = np.random.default_rng(0).standard_normal((20_000, 10))  # what each tenth of the data adds, in standard errors
z = steps.cumsum(axis=1) / np.sqrt(np.arange(1, 11))  # what each look sees
published = {1: 0.05, 2: 0.083, 5: 0.142, 10: 0.193}  # Armitage, McPherson & Rowe, 1969
alarms = {looks: (np.abs(z[:, :looks]) > 1.96).any(axis=1).mean() for looks in published}
for looks, rate in alarms.items():
    print(f"{looks:2} looks: {rate:.1%} false alarms, published {published[looks]:.1%}")
wider = np.quantile(np.abs(z).max(axis=1), 0.95)
print(f"a threshold of {wider:.2f} instead of 1.96 keeps ten looks at 5 %")

# %% tags=["reveal"]
figure, axes = new_figure(6, 2.8)
stopped = (np.abs(z) > 1.96).any(axis=1)
for path in z[:60]:
    out = (np.abs(path) > 1.96).any()
    axes.plot(range(1, 11), path, color="#D55E00" if out else "#888888", marker="s" if out else "", linestyle="-", lw=1)
axes.axhspan(-1.96, 1.96, color="#0072B2", alpha=0.12)
axes.set(xlabel="look", ylabel="z-value", title="60 synthetic tests without any effect")
show(
    figure,
    alt="Sixty wandering z-values over ten looks. The band from -1.96 to 1.96 is shaded; about a fifth of the lines, "
    "with square markers, leave it at some look, and several return.",
)
n_left, n_outside = stopped[:60].sum(), (np.abs(z[:60, -1]) > 1.96).sum()
print(f"{n_left} of these 60 leave the band at some look, {n_outside} are outside at the end")

# %% tags=["reveal"]
errors = {looks: np.sqrt(rate * (1 - rate) / 20_000) for looks, rate in published.items()}
agrees = [abs(alarms[n] - published[n]) < 4 * errors[n] for n in published]
claim("all four agree with the published values", all(agrees))
assert abs(lab.false_alarms_of_looks(10)[0] - alarms[10]) < 4 * 2**0.5 * errors[10]

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# With ten looks, 19.4 % of the tests raise a false alarm (published in 1969: 19.3 %). A z-value fluctuates, and ten
# looks give it ten opportunities to leave the band. Look once, at a sample size fixed in advance, or use a threshold
# for repeated looks (2.56 for ten) or a method that is valid at any time (Johari et al., 2017).
#
# </details>

# %% [markdown] tags=["open"]
# ## 10. Power: can the test detect the effect? (optional)
#
# Before a test, compute how many users it needs. **Power** is the probability that a test detects an effect that really
# exists. For 80 % power at the 5 % level, each group needs about n = 16 · sd² / effect² users (the exact factor is
# 15.7), where sd is the standard deviation of one user's value.
#
# ### Exercise 18.8 · trace (O4)
#
# Each user makes one visit, and 10 % of the users click, so sd = √(0.1 · 0.9) = 0.3. You hope for an increase of one
# percentage point. How many users does **each group** need, by the rule with 16?

# %%
users_in_each_group = ...
### BEGIN SOLUTION
users_in_each_group = 16 * 0.3**2 / 0.01**2
### END SOLUTION

# %%
check("18.8", users_in_each_group)

# %% [markdown] tags=["open"]
# We return to our 500 users. Half of them now get a version that raises every click probability by 0.03. We run this
# test a thousand times.

# %% tags=["open"]
sd, lift = float((runs[0][1] / 20).std(ddof=1)), 0.03
needed, has = lab.n_per_group(sd, lift), lab.power(250, sd, lift)
print(f"sd of a user {sd:.2f}: {needed:,} users per group needed; power with 250: {has:.0%}")
found = np.array([lab.difference(a / 20, b / 20) for a, b in (run_test(f"lift {n}", lift) for n in range(1000))])
truth = (np.minimum(p + lift, 1) - p).mean()
is_found = found[:, 1] > 0
covers = ((found[:, 1] <= truth) & (truth <= found[:, 2])).mean()
print(f"found in {is_found.mean():.0%} of the runs, missed in {1 - is_found.mean():.0%}; ", end="")
print(f"95 % intervals hold the truth in {covers:.1%}")
mean_of_all, mean_of_found = found[:, 0].mean(), found[is_found, 0].mean()
print(f"true effect {truth:.3f}; mean of all estimates {mean_of_all:.3f}, of the found ones {mean_of_found:.3f}")

# %% tags=["open"]
claim("the intervals are honest", 0.925 < covers < 0.975)
claim("most of these tests miss a real effect", is_found.mean() < 0.5)
claim("those that find it exaggerate by 40 % or more", mean_of_found > 1.4 * truth)

# %% [markdown] tags=["open"]
# The intervals are reliable: 95.0 % of them contain the true effect. But the test is too small. It misses the effect in
# 62 % of the runs, so "no significant difference" would have meant little. The runs that do detect the effect report
# 0.050 on average instead of 0.030, because only large estimates become significant. This is the winner's curse of
# lesson 15 again. Compute the size of a test before you start it.

# %% [markdown] tags=["open"]
# ## 11. Evaluate a policy with the log of another
#
# Could the *log* of today's recommender tell how good a new one would be, without an A/B test? A recommender that shows
# items with known probabilities is a **policy**; the probability with which it showed a row's item is the row's
# [propensity](glossary.md#propensity). In this example, today's policy shows A with probability 0.8 and B with 0.2, and
# the new one the reverse. The log has five rows:

# %% tags=["open"]
shown, click = np.array(["A", "A", "A", "B", "B"]), np.array([1, 0, 0, 1, 1])
weight = np.where(shown == "A", 0.2 / 0.8, 0.8 / 0.2)  # the new policy's probability / propensity
print("weights", weight, " weight · click", weight * click)
by_weight = (weight * click).sum()
print(f"naive mean {click.mean():.2f}   IPS {by_weight / 5:.2f}   SNIPS {by_weight / weight.sum():.2f}")
assert np.isclose(lab.ips(click, weight), 1.65) and np.isclose(lab.snips(click, weight), 8.25 / 8.75)

# %% [markdown] tags=["open"]
# - The **naive mean** of the log is the click rate of *today's* policy.
# - **[IPS](glossary.md#inverse-propensity-scoring)**, *inverse propensity scoring*, weights each row by how much more
#   often the new policy would show its item. It is unbiased but noisy: 1.65 cannot be a click rate.
# - **SNIPS**, *self-normalised* IPS, divides by the sum of the weights instead of by n, so it stays between 0 and 1.
# - **Clipped IPS** limits large weights, which loses part of the clicks.

# %% [markdown]
# ### Exercise 18.9 · code (O5)
#
# All arrays have shape (n,), one entry per row of the log. `reward` is the observed reward, such as 1 for a click;
# `target` is the new policy's probability of the item that was shown, and `propensity` is the old policy's. Return
# clipped IPS: *weights* above `clip` are replaced by `clip`.
#
# <details><summary>Hint 1</summary>The weight of a row is the new policy's probability divided by the
# propensity.</details>
# <details><summary>Hint 2</summary><code>np.minimum(target / propensity, clip)</code> is the clipped weight; the
# estimate is the mean of weight · reward.</details>


# %%
def clipped_ips(reward, target, propensity, clip):
    ### BEGIN SOLUTION
    return np.mean(np.minimum(target / propensity, clip) * reward)
    ### END SOLUTION


# %%
check("18.9", clipped_ips)

# %% [markdown] tags=["open"]
# Which estimator is right? Today's policy prefers generally liked items; the new one also knows the users' tastes. We
# compute its true value, then draw 500 logs of 2,000 rows from today's policy:

# %% tags=["open"]
shop, rng = lab.click_world(n_users=300, n_items=20, seed=18), np.random.default_rng(18)
today = lab.softmax_policy(np.tile(shop.appeal, (300, 1)))
new = lab.softmax_policy(shop.appeal + shop.user_taste @ shop.item_taste.T)
truth = lab.policy_value(shop, new)
print(f"synthetic: true click rate {lab.policy_value(shop, today):.3f} today, {truth:.3f} under the new policy")


def by_weights(log, weight):
    clipped = lab.ips(log.click, weight, clip=3)
    return [lab.naive_mean(log.click), lab.ips(log.click, weight), clipped, lab.snips(log.click, weight)]


# %% tags=["open"]
logs = [lab.logged(shop, today, 2000, rng) for _ in range(500)]
weights = [new[log.user, log.item] / log.propensity for log in logs]


def verdict(estimates, names):
    table = pd.DataFrame(estimates, columns=names).agg(["mean", "std"]).T.rename(columns={"std": "sd of one log"})
    return table.assign(bias=table["mean"] - truth, error=1.96 * table["sd of one log"] / np.sqrt(len(estimates)))


names = ["naive mean", "IPS", "IPS, clipped at 3", "SNIPS"]
table = verdict([by_weights(log, weight) for log, weight in zip(logs, weights)], names)
table.round(3)

# %% tags=["open"]
off = (table["bias"] / table["error"]).abs()  # 1: at the end of the Monte-Carlo interval
claim("IPS and SNIPS: no bias beyond the Monte-Carlo error", off[["IPS", "SNIPS"]].max() < 1.5)
claim("naive mean and clipping: biased", off[["naive mean", "IPS, clipped at 3"]].min() > 10)
claim("SNIPS is less noisy than IPS", table.loc["SNIPS", "sd of one log"] < table.loc["IPS", "sd of one log"])

# %% [markdown] tags=["open"]
# The naive mean is wrong by 0.133. IPS and SNIPS have no bias beyond the Monte-Carlo error of this table (`error`), and
# SNIPS is less noisy. **Clipping reduces the spread but adds a bias** of −0.053: if you clip, say so.

# %% [markdown] tags=["open"]
# The feed of lesson 14 comes without propensities, so none of this can be computed on it. Log the probabilities *when
# you serve*; they cannot be recovered later.

# %% [markdown] tags=["open"]
# ## 12. A model and weights together (optional)
#
# A **direct method** uses no weights: a model predicts the reward of every item, and we average the predictions under
# the new policy. It is only as good as its model. The [doubly robust](glossary.md#doubly-robust-estimator) estimator
# starts with the direct method and adds the IPS estimate of the model's error.
#
# ### Exercise 18.10 · fill in (O5)
#
# `predicted` and `target` have shape (n, n_items) and contain the predicted rewards and the new policy's probabilities
# for each row. `item` (n,) is the item that was shown, and `weight` (n,) is its weight. `direct` is already computed.
# Add the weighted error of the model on the item that was shown, and return the mean over rows.
#
# <details><summary>Hint 1</summary>The model's prediction for the item shown in each row is
# <code>predicted[np.arange(len(item)), item]</code>.</details>
# <details><summary>Hint 2</summary><code>(direct + weight * (reward - own)).mean()</code>, where <code>own</code> is
# that prediction.</details>


# %%
def my_doubly_robust(reward, weight, item, predicted, target):
    direct = (predicted * target).sum(axis=1)
    ### BEGIN SOLUTION
    own = predicted[np.arange(len(item)), item]
    return (direct + weight * (reward - own)).mean()
    ### END SOLUTION


# %%
check("18.10", my_doubly_robust)

# %% [markdown] tags=["open"]
# We use the same 500 logs. The first two rows of the table use a poor model, which knows only the click rate of each
# item in an older log. In the last two rows, the *propensities* are wrong (they say that all items are equally
# probable); the model of the last row predicts the true probabilities.

# %% tags=["open"]
before = lab.logged(shop, today, 2000, rng)
rate = (np.bincount(before.item, before.click, 20) + 1) / (np.bincount(before.item, minlength=20) + 8)
poor, perfect = np.tile(rate, (300, 1)), shop.like
rows = []
for log, weight in zip(logs, weights):
    target, wrong = new[log.user], new[log.user, log.item] * 20
    direct = lab.direct_method(poor[log.user], target)
    both = lab.doubly_robust(log.click, weight, log.item, poor[log.user], target)
    saved = lab.doubly_robust(log.click, wrong, log.item, perfect[log.user], target)
    rows.append([direct, both, lab.ips(log.click, wrong), saved])
names = ["direct method", "doubly robust", "IPS, wrong propensities", "doubly robust, wrong propensities"]
robust = verdict(rows, names)
robust.round(3)

# %% tags=["open"]
off = (robust["bias"] / robust["error"]).abs()
claim("doubly robust has no bias beyond the error if one of the two is right", off.iloc[[1, 3]].max() < 1.5)
claim("the direct method, and IPS with wrong propensities, are biased", off.iloc[[0, 2]].min() > 10)

# %% [markdown] tags=["open"]
# With a poor model, the direct method is nearly as wrong as the naive mean, but the doubly robust estimator has no bias
# beyond the error. With wrong propensities, IPS is biased, but the doubly robust estimator again is not, thanks to its
# model. It is enough that either the model or the propensities are right.

# %% tags=["open"]
print(f"mean weight {weights[0].mean():.2f}, largest {weights[0].max():.1f}")
print(f"effective sample size {lab.effective_sample_size(weights[0]):.0f} of 2,000 rows")

# %% [markdown] tags=["open"]
# Two checks work **without** knowing the truth. The mean weight must be near 1; otherwise the propensities are wrong.
# And the [effective sample size](glossary.md#effective-sample-size), (Σ weight)² / Σ weight², tells how many equally
# weighted rows the weighted log is worth. No weight can replace items that the old policy never shows.

# %% [markdown] tags=["open"]
# ## 13. Feedback loops and exploration (optional)
#
# A recommender learns from clicks, but users can click only what it shows. Four recommenders run for 30 rounds in a
# synthetic world of 300 users and 150 items. Each starts without knowledge and shows ten items to every user in every
# round. The first ranks by the *number* of clicks. The second does the same, but shows random lists to ε = 10 % of the
# users in each round. The third ranks by the click *rate*, with the same ε. The fourth draws each item's rate at random
# from the values that are plausible given the clicks so far, and ranks by these draws (Thompson sampling, 1933).

# %% tags=["open"]
island = lab.click_world(n_users=300, n_items=150, seed=18)


def explored(scores, rng, epsilon=0.1):
    who = rng.random(len(scores)) < epsilon
    return np.where(who[:, None], rng.random(scores.shape), scores)


def to_all(row):
    return np.tile(row, (300, 1))


recommenders = {
    "clicks": lambda clicks, views, rng: to_all(clicks.sum(axis=0)),
    "clicks, ε": lambda clicks, views, rng: explored(to_all(clicks.sum(axis=0)), rng),
    "rate, ε": lambda clicks, views, rng: explored(to_all(clicks.sum(axis=0) / (views.sum(axis=0) + 8)), rng),
    "Thompson": lambda clicks, views, rng: lab.thompson_scores(
        to_all(clicks.sum(axis=0)), to_all(views.sum(axis=0)), rng
    ),
}

# %% tags=["open"]
table = {}
for name, recommender in recommenders.items():
    loops = [lab.feedback_loop(island, recommender, n_rounds=30, seed=seed) for seed in range(5)]
    value = np.array([[one.value for one in loop] for loop in loops])
    late = [np.concatenate([one.lists for one in loop[-5:]]) for loop in loops]
    overlap = np.mean([lab.mean_overlap(loop[-1].lists, 150) for loop in loops])
    n_shown = np.mean([len(np.unique(lists)) for lists in late])
    last = value[:, -1]
    table[name] = [value[:, 0].mean(), last.mean(), last.min(), last.max(), n_shown, overlap]
columns = ["value: round 1", "round 30", "worst seed", "best seed", "items, rounds 26–30", "overlap of two lists"]
pd.DataFrame(table, index=columns).T.round(2)

# %% tags=["open"]
best_for_all = np.sort(island.like.mean(axis=0))[::-1][:10].mean()
print(f"the best list for everybody would be liked by {best_for_all:.2f}, each user's own best list by", end=" ")
print(f"{np.sort(island.like, axis=1)[:, -10:].mean():.2f}")
final_value = {name: row[1] for name, row in table.items()}
claim("counting clicks shows ten items for ever and learns nothing", table["clicks"][4] == 10)
claim(
    "rates with exploration and Thompson sampling do better", min(final_value["rate, ε"], final_value["Thompson"]) > 0.2
)

# %% [markdown] tags=["open"]
# The recommender that counts clicks shows its first ten random items forever, because only they collect clicks. Random
# lists for a tenth of the users show every item, but the value hardly rises, from 0.17 to 0.18, because later items
# cannot catch up with the *number* of clicks that the early items have collected. Ranking by rates solves this problem:
# it reaches 0.25, while the best common list would reach 0.30. Thompson sampling also reaches 0.25 and varies less
# between seeds (0.25 to 0.26), and two of its users share 44 % of their lists instead of 83 %.
#
# None of the four recommenders is personalised, so none comes near the 0.51 of each user's own best list. The rates
# also mix positions: an item in a low position is examined less. Dividing by the probability of examination would
# correct this.

# %% [markdown]
# ## What you did
#
# - You computed coverage, novelty and diversity, and saw random lists lead (**O1**).
# - You implemented calibration, repaired a diverse re-ranker, and measured what both cost (**O2**).
# - In section 5 (optional) you compared groups of users with intervals (**O3**).
# - You diagnosed tests that count visits, allow ten looks or lack power (**O4**).
# - You implemented off-policy estimators and compared them with a known truth (**O5**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - H. Steck: Calibrated Recommendations. RecSys 2018
# - S. Vargas, P. Castells: Rank and Relevance in Novelty and Diversity Metrics for Recommender Systems. RecSys 2011
# - C.-N. Ziegler et al.: Improving Recommendation Lists Through Topic Diversification. WWW 2005
# - J. Carbonell, J. Goldstein: The Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing
#   Summaries. SIGIR 1998, doi 10.1145/290941.291025
# - J. Kleinberg, E. Ryu, É. Tardos: Calibrated Recommendations for Users with Decaying Attention. 2023, arXiv
#   2302.03239
# - A. Chaney, B. Stewart, B. Engelhardt: How Algorithmic Confounding in Recommendation Systems Increases Homogeneity and
#   Decreases Utility. RecSys 2018, arXiv 1710.11214
# - D. Kowald: Investigating Popularity Bias Amplification in Recommender Systems Employed in the Entertainment Domain.
#   2025, arXiv 2504.04752

# %% [markdown] tags=["reading"]
# On tests and logs:
#
# - P. Armitage, C. McPherson, B. Rowe: Repeated Significance Tests on Accumulating Data. JRSS A 132, 1969
# - R. Johari et al.: Peeking at A/B Tests: Why It Matters, and What to Do About It. KDD 2017
# - D. Tang et al.: Overlapping Experiment Infrastructure. KDD 2010, doi 10.1145/1835804.1835808
# - M. Dudík, J. Langford, L. Li: Doubly Robust Policy Evaluation and Learning. ICML 2011
# - A. Swaminathan, T. Joachims: The Self-Normalized Estimator for Counterfactual Learning. NIPS 2015
# - Y. Saito et al.: Open Bandit Dataset and Pipeline. NeurIPS Datasets and Benchmarks 2021, arXiv 2008.07146: a real log
#   with propensities
