# %% [markdown]
# # Generate the next item
#
# A language model writes a sentence word by word. Can a recommender write the id of the next film code by code, without
# a table of all films? You give films short ids that carry meaning, train a small network to generate them, search for
# the ten most probable films, and compare the result with the models of this course.

# %% [markdown]
# **What you will do**
#
# - **O1** implement semantic ids with residual k-means, and diagnose why films share one
# - **O2** compute the probability of a film code by code, and build a network that writes ids
# - **O3** implement a step of beam search among the ids that exist, and compare it with an exact ranking
# - **O4** compare the generative model with the bar: quality and number of weights; cold films (optional)
# - **O5** (optional) implement attention without softmax, the core of an HSTU layer
# - **O6** (optional) measure the position bias of a ranker, and compute what an LLM costs
#
# **What you need**: lessons 04, 10, 12 and 13, and about two hours without the optional sections; take a break before
# section 5. The whole notebook runs in about a minute. Outputs that would give away an answer are folded.

# %%
from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()
import keras
import numpy as np
import pandas as pd
from keras import layers, ops

from recsys_helpers.data import IdMap, load_movielens, sequences, splits, to_matrix
from recsys_helpers.evaluation import evaluate, mean_over_seeds
from recsys_helpers.evaluation.among import ndcg_among, within
from recsys_helpers.evaluation.compare import print_gap
from recsys_helpers.exercises import check
from recsys_helpers.models import baselines, bodies, linear
from recsys_helpers.models.code_decoder import code_log_probabilities, code_model, newest_states, score_ids
from recsys_helpers.models.content_scores import film_features, linear_map
from recsys_helpers.models.fast_ease import ease_scores
from recsys_helpers.models.semantic_ids import (
    CodeTree,
    beam_search,
    filled_in,
    next_item_vectors,
    numbered,
    residual_codes,
)  # fmt: skip
from recsys_helpers.models.training import fit
from recsys_helpers.notebook import claim, new_figure, show
from recsys_helpers.notebook.codes import codes_seeds, codes_trials
from recsys_helpers.notebook.results import recorded_seeds, results_table

set_seed(42)

# %% [markdown]
# ## 1. Sixteen million possible ids
#
# The networks of lessons 10 to 12 end in a table with one row for each film. It is small for 9,066 films, but most of
# the model for a hundred million items. A generative recommender gives each item an id of a few **codes** instead, as
# letters make a word, and writes the codes one after the other. Ids of similar items should begin with the same codes,
# so the codes come from clustering the items' descriptions. Such an id is called a [semantic
# id](glossary.md#semantic-id).
#
# Here the description is genres and release year, as in lesson 13. `residual_codes` gives each film three codes of 256
# values each; section 2 shows how.

# %%
ratings, movies = load_movielens()
users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
films = movies.set_index("item_id").loc[items.to_id(np.arange(1, items.n_rows))]
features = film_features(movies, items)  # (n_items + 1, n_features), row 0 is padding
content_codes, content_books = residual_codes(features[1:], n_codes=256, n_levels=3)
print(f"{256**3:,} possible ids for {items.n:,} films")

# %% [markdown]
# ### Exercise 32.1 · predict (O1)
#
# What percentage of the 9,066 films gets an id that **no other film** has?

# %%
percent_alone = ...
### BEGIN SOLUTION
percent_alone = 32
### END SOLUTION

# %%
check("32.1", percent_alone)


# %% tags=["reveal"]
def films_with_this_id(codes):
    """How many films have the id of each film, itself included; shape (n_films,)."""
    _, which, n_films = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
    return n_films[which.ravel()]


n_alike = films_with_this_id(content_codes)
n_descriptions = len(np.unique(features[1:], axis=0))
print(f"films with an id of their own: {(n_alike == 1).mean():.0%}; the most crowded id has {n_alike.max()} films")
print(f"different descriptions: {n_descriptions:,}")
films.loc[n_alike == n_alike.max(), ["title", "year", "genres"]].head(4)

# %% tags=["reveal"]
claim("less than two fifths of the films have an id of their own", (n_alike == 1).mean() < 0.4)
claim("more than 40 films share one id", n_alike.max() > 40)

# %% [markdown]
# <details><summary>What it shows</summary>
#
# The number of *possible* ids does not help. The films have only 4,460 different descriptions, and films with the same
# genres and the same year get the same codes, however many codes there are. A network that writes such an id has not
# yet chosen one film.
#
# </details>

# %% [markdown]
# ## 2. A code for what the last code missed
#
# How does a film get its codes? Take four films with one number each. [K-means](glossary.md#k-means) with two clusters
# finds the two centres, called *code words*; together they are a *codebook*. The first code of a film is the number of
# its nearest code word.

# %%
numbers = np.array([1.0, 3.0, 11.0, 13.0])
book_1 = np.array([2.0, 12.0])
first = np.abs(numbers[:, None] - book_1).argmin(axis=1)
pd.DataFrame({"film": numbers, "code": first, "code word": book_1[first], "left over": numbers - book_1[first]})

# %% [markdown]
# What the code word leaves over is −1 or +1. These *residuals* are clustered again, for all films together. The code
# words of the second codebook are −1 and +1, and two codes now distinguish all four films: (0, 0), (0, 1), (1, 0), (1,
# 1). This is [residual quantisation](glossary.md#residual-quantization). Each level stores what the levels before it
# missed, so the first code is coarse and the last one is fine.
#
# ### Exercise 32.2 · trace (O1)
#
# The first codebook is [0, 10], the second is [−2, 1]. A film has the number 8.5. Code it with both, and add its two
# code words. Which number do you get?

# %%
rebuilt = ...
### BEGIN SOLUTION
rebuilt = 10 - 2
### END SOLUTION

# %%
check("32.2", rebuilt)

# %% [markdown]
# ### Exercise 32.3 · code (O1)
#
# Do the same for vectors. `vectors` has shape (n, dim); `books` is a list with one codebook, shape (n_codes, dim), for
# each level. Return the codes, shape (n, n_levels). The nearest code word is the one with the smallest Euclidean
# distance to what the previous levels left over.
#
# <details><summary>Hint 1</summary>Keep an array <code>left</code>, which begins as the vectors. For each book, find
# the nearest code words of <code>left</code>, then subtract them.</details>
# <details><summary>Hint 2</summary><code>((left[:, None] - book) ** 2).sum(axis=2)</code> holds the squared distances,
# shape (n, n_codes); <code>argmin(axis=1)</code> gives the codes.</details>


# %%
def my_codes(vectors, books):
    ### BEGIN SOLUTION
    left, codes = vectors, []
    for book in books:
        codes.append(((left[:, None] - book) ** 2).sum(axis=2).argmin(axis=1))
        left = left - book[codes[-1]]
    return np.column_stack(codes)
    ### END SOLUTION


# %%
check("32.3", my_codes)

# %% [markdown]
# ## 3. Ids from ratings
#
# Two comedies of 1995 can have the same description and still have different audiences. Ratings can distinguish them,
# so we now take film vectors from ratings. The linear next-item model of lesson 10 has a weight for each pair of films;
# its 64 strongest directions (a singular value decomposition) give each film 64 numbers, which say *after which films*
# it is watched. Two films with similar numbers follow similar films.
#
# A film with fewer than three ratings has no such vector. As for cold films in lesson 13, a ridge regression predicts
# it from genres and year.

# %%
cut = splits.split_last_share(ratings)
histories = sequences.histories(cut.train, users, items)
seen, valid = to_matrix(cut.train, users, items), to_matrix(cut.valid, users, items)
counts = baselines.popularity(seen)
taste = next_item_vectors(histories, items.n_rows)  # (n_items + 1, 64), zeros for rare films
filled = filled_in(taste, features, is_known=taste.any(axis=1))

# %%
codes, rows = {}, {}
for name, vectors in {"content": features, "taste": taste, "taste, rare films predicted": filled}.items():
    codes[name], _ = residual_codes(vectors[1:], n_codes=256)
    n_alike = films_with_this_id(codes[name])
    rows[name] = {"films with an id of their own": (n_alike == 1).mean(), "most films on one id": n_alike.max()}

# %% tags=["nbval-ignore-output"]
pd.DataFrame(rows).T.round(2)

# %%
most = {name: row["most films on one id"] for name, row in rows.items()}
claim("taste alone: more than half of the films share one id, that of the zeros", most["taste"] > items.n / 2)
claim("with predicted vectors, no more than 200 films share one id", most["taste, rare films predicted"] < 200)

# %% [markdown]
# Without the prediction, all rare films have the same vector of zeros, so most of the catalogue shares one id. With it,
# no id is shared by more than 58 films.
#
# ### What the first code means
#
# Do these ids reflect taste? Take five well-known films and list the films that share the **first code** of each, most
# popular first. The vectors of the printed films come from ratings alone.

# %% tags=["nbval-ignore-output"]
first_code, titles = codes["taste, rare films predicted"][:, 0], films["title"].to_numpy()
for title in ("Star Wars: Episode IV - A New Hope", "Toy Story", "Notting Hill", "Predator", "Ice Age"):
    film = np.flatnonzero(titles == title)[0]
    alike = np.flatnonzero((first_code == first_code[film]) & (np.arange(items.n) != film))
    best = titles[alike[np.argsort(-counts[1:][alike], kind="stable")][:4]]
    print(f"{title}: {len(alike)} others", *best, sep=" · ")

# %%
n_first = np.bincount(first_code)[first_code]  # films that share the first code of each film
popular = np.argsort(-counts[1:], kind="stable")[:100]
print(f"of the 100 most popular films, {(n_first[popular] == 1).sum()} have a first code of their own")
print(f"films on the most crowded first code: {n_first.max():,}")
length = np.linalg.norm(filled[1:], axis=1)
ratio = np.median(length[popular]) / np.median(length)
print(f"the vectors of the 100 most popular films are {ratio:.0f} times as long as those of all films (medians)")

# %%
claim("the vectors of popular films are more than five times as long", ratio > 5)
claim("at least 90 of the 100 most popular films have a first code of their own", (n_first[popular] == 1).sum() >= 90)
claim("more than a tenth of the catalogue shares one first code", n_first.max() > items.n / 10)

# %% [markdown]
# Of the 100 most popular films, 94 share their first code with no other film. K-means minimises *squared* distances, so
# it is expensive to leave a long vector far from a code word, and popular films have long vectors. Many films with
# shorter vectors get the same code word: 1,535 films share one first code. Keep this in mind until section 7.

# %% [markdown]
# ### A last code that numbers films
#
# What about films that still share all three codes? The paper that introduced semantic ids to recommendation, TIGER
# (Rajput et al., 2023), adds a fourth code: it numbers the films of such a group 0, 1, 2, … It carries no meaning, but
# it makes every id unique. We give 0 to the most popular film of the group.

# %% [markdown]
# ### Exercise 32.4 · code (O1)
#
# Number the films of each group. `codes` has shape (n, n_levels), `counts` shape (n,). Two films are in one group if
# all their codes are equal. Return an array (n,): 0 for the film of the group with the largest count, 1 for the next
# one, and so on. Of films with equal counts, the one in the earlier row comes first.
#
# <details><summary>Hint 1</summary>Go through the films from the largest count to the smallest, and count for each
# group how many films you have met: a dictionary from <code>tuple(codes[film])</code> to a number.</details>
# <details><summary>Hint 2</summary><code>np.argsort(-counts, kind="stable")</code> gives the order in which to go
# through the films.</details>


# %%
def my_numbers(codes, counts):
    ### BEGIN SOLUTION
    met, numbers = {}, np.zeros(len(codes), int)
    for film in np.argsort(-counts, kind="stable"):
        group = tuple(codes[film])
        numbers[film] = met.get(group, 0)
        met[group] = numbers[film] + 1
    return numbers
    ### END SOLUTION


# %%
check("32.4", my_numbers)

# %%
three_codes = codes["taste, rare films predicted"]
ids = np.pad(numbered(three_codes, counts[1:]), ((1, 0), (0, 0)))  # (n_items + 1, 4), row 0 is padding
sizes = [int(size) for size in ids.max(axis=0) + 1]
assert len(np.unique(ids[1:], axis=0)) == items.n
print("every film has its own id now; codes on the four levels:", sizes[:3], "and a few")

# %% [markdown]
# ## 4. The probability of a film
#
# The network writes an id from left to right, and each code depends on the codes before it. So the probability of a
# film is a product: P(first code) · P(second | first) · P(third | first two) · … Take three films with two codes each:
#
# ```text
# first code   A 0.6 ┬ A0 0.5   Alien
#                    └ A1 0.5   Aliens
#              B 0.4 ─ B0 1.0   Babe
# ```
#
# ### Exercise 32.5 · trace (O2)
#
# *Greedy decoding* takes the most probable code at each step. How much **smaller** is the probability of the film that
# it finds than that of the most probable film?

# %%
difference = ...
### BEGIN SOLUTION
difference = 1.0 * 0.4 - 0.6 * 0.5
### END SOLUTION

# %%
check("32.5", difference)

# %% [markdown]
# <details><summary>Why greedy decoding fails here</summary>
#
# Code A is the most probable first code only because two films share its probability. Greedy decoding takes A and ends
# at 0.3, while <em>Babe</em> has 0.4. Section 6 keeps several beginnings at once.
#
# </details>

# %% [markdown]
# ## 5. A network that writes codes
#
# *This is a good point for a break.* The network reads a history as SASRec does (lesson 12), with two changes:
#
# - **Reading**: the vector of a film is the sum of four embeddings, one for each of its codes. Films with a common code
#   share its embedding, so a rare film profits from the others.
# - **Writing**: from the state after the newest film, one small layer for each level gives the logits of the next code.
#   It also gets the embeddings of the codes that have been written already. In training these are the codes of the true
#   next film; this is called [teacher forcing](glossary.md#teacher-forcing).
#
# The softmax is over at most 256 codes, so it is computed in full: no sampled negatives, no logQ correction.

# %%
DIM, LENGTH = 64, 50
set_seed(1)
body = bodies.attention_body(LENGTH, DIM)
history = keras.Input((LENGTH, 4), dtype="int32", name="history")  # the four codes of each film
target = keras.Input((LENGTH, 4), dtype="int32", name="target")  # those of the film that comes next
x = sum(layers.Embedding(size, DIM, name=f"read_{at}")(history[..., at]) for at, size in enumerate(sizes))
state = layers.Dropout(0.2)(body(layers.Dropout(0.2)(x)))  # (batch, length, DIM)
said, logits = 0, []
for at, size in enumerate(sizes):
    query = ops.tanh(layers.Dense(DIM, name=f"query_{at}")(state) + said)
    logits.append(layers.Dense(size, name=f"level_{at}")(query))  # (batch, length, size)
    if at < 3:
        said = said + layers.Embedding(size, DIM, name=f"said_{at}")(target[..., at])
trainer, reader = keras.Model([history, target], logits), keras.Model(history, state)

# %% [markdown]
# ### Exercise 32.6 · choose (O2)
#
# The logits of level 2 depend on the target's codes of levels 0 and 1. Is the answer given away in training?
#
# - **a** yes: the network sees the next film, so its loss means nothing
# - **b** no: each level sees only the codes before its own, which are also known when it writes
# - **c** no: the codes are so short that they say nothing about the film
# - **d** yes, but dropout hides it

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("32.6", answer)

# %% [markdown] tags=["open"]
# The helper `code_model` builds the same network. Train ours on train for twelve epochs; this takes about half a
# minute:

# %% tags=["open"]
twin, _ = code_model(sizes, bodies.attention_body(LENGTH, DIM), LENGTH, DIM)
twin.set_weights(trainer.get_weights())
some = ids[sequences.last_items(histories[1:9], LENGTH)]
assert all(np.abs(one - other).max() < 1e-4 for one, other in zip(twin([some, some]), trainer([some, some])))
losses = [keras.losses.SparseCategoricalCrossentropy(from_logits=True) for _ in sizes]
trainer.compile(keras.optimizers.AdamW(0.006, weight_decay=0.01), losses, jit_compile=False)


def examples(rng):
    inputs, targets = sequences.windows(histories, LENGTH, rng)
    is_real = (targets > 0).astype("float32")
    return [ids[inputs], ids[targets]], list(np.moveaxis(ids[targets], -1, 0)), [is_real] * 4


training = fit(trainer, examples, n_epochs=12, batch_size=32, average=4, seed=1)

# %% tags=["open", "nbval-ignore-output"]
print(f"{training.seconds:.0f} s; loss {training.losses[0]:.1f} → {training.losses[-1]:.1f}")

# %% tags=["open"]
claim("the loss falls by more than a third", training.losses[-1] < 0.67 * training.losses[0])

# %% [markdown]
# ## 6. Search among the ids that exist
#
# Which ten films are the most probable ones? Of the 256 · 256 · 256 combinations of three codes, only those of an
# existing film may be written. All ids together form a tree, and [beam search](glossary.md#beam-search) walks down this
# tree level by level: it continues each *beginning* (prefix) that it has kept with every code that exists there, and
# keeps the best `width` results.

# %% [markdown]
# ### Exercise 32.7 · code (O3)
#
# Write one step. `total` (n_kept,): log-probabilities of the beginnings that were kept. `log_p` (n_kept, n_codes):
# those of the next code after each beginning. `exists` (n_kept, n_codes): True where a film has this continuation.
# Return the best `width` continuations, best first, as a list of pairs (number of the beginning, code). If fewer exist,
# return fewer.
#
# <details><summary>Hint 1</summary>The log of a product is a sum: <code>total[:, None] + log_p</code>. Put −∞ where no
# film has the continuation.</details>
# <details><summary>Hint 2</summary>Sort the flattened array in descending order, keep the finite ones, and turn a
# position into a pair with <code>divmod(position, n_codes)</code>.</details>


# %%
def my_beam_step(total, log_p, exists, width):
    ### BEGIN SOLUTION
    values = np.where(exists, total[:, None] + log_p, -np.inf).ravel()
    best = [position for position in np.argsort(-values)[:width] if values[position] > -np.inf]
    return [divmod(int(position), log_p.shape[1]) for position in best]
    ### END SOLUTION


# %%
check("32.7", my_beam_step)

# %% [markdown]
# The helper `beam_search` does this step for many users at once. For the exact ranking, `score_ids` computes the
# probability of every film. It is expensive, so we compare the two for 64 users only. How wide must the beam be?

# %%
tree, is_seen = CodeTree(ids), seen.toarray() > 0
states = newest_states(reader, histories, ids)  # (n_users + 1, DIM)
some = np.arange(1, 65)
log_p_some = code_log_probabilities(trainer, states[some])
exact = np.where(is_seen[some, 1:], -np.inf, score_ids(log_p_some, len(some), ids[1:]))
exact_ten = 1 + np.argsort(-exact, axis=1)[:, :10]

# %%
widths, found = (1, 3, 10, 30, 100, 300), {}
for width in widths:
    item, _ = beam_search(tree, log_p_some, len(some), width, is_seen[some])
    found[width] = np.mean([len(set(mine[:10]) & set(right) - {0}) / 10 for mine, right in zip(item, exact_ten)])

# %% tags=["nbval-ignore-output"]
figure, axes = new_figure(6, 2.6)
axes.plot(widths, list(found.values()))
axes.set(xscale="log", xlabel="width of the beam", ylabel="share of the exact ten", ylim=(0, 1.03))
axes.set_xticks(widths, widths)
axes.minorticks_off()
show(
    figure,
    alt="Share of the exact ten best films that beam search finds, against the width of the beam, on a log axis. "
    "It rises from below 0.1 at width 1 to about 0.4 at width 10, 0.8 at width 30, and nearly 1 at width 100.",
)
print({width: round(float(share), 2) for width, share in found.items()})

# %%
claim("a beam of ten misses more than half of the exact ten", found[10] < 0.5)
claim("a beam of 100 finds more than 95 % of them", found[100] > 0.95)

# %% [markdown]
# A beam of ten finds less than half of the ten best films, partly because a beginning whose probability is spread over
# many films can win early and lose at the end, as in exercise 32.5. A beam of 100 finds nearly all ten, so we use this
# width.
#
# ### Exercise 32.8 · choose (O3)
#
# Seen films must not be recommended. Where should the search leave them out?
#
# - **a** after the search: take its ten best films and drop the seen ones
# - **b** on the first level: forbid every first code that a seen film has
# - **c** on the last level: a seen film gets −∞, and all beginnings stay allowed
# - **d** in training: never show the network a film that the user has seen

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("32.8", answer)

# %% [markdown]
# ## 7. Against the bar, on valid
#
# Now rank films for all users, under the protocol of lesson 04. The rivals are popularity, EASE, and the linear
# next-item model, from which our vectors were taken.


# %%
def generated(width=100):
    """Scores (n_users + 1, n_items + 1): the log-probability of what the beam found, −inf for all other films."""
    scores = np.full(seen.shape, -np.inf, "float32")
    for rows in np.array_split(np.arange(users.n_rows), 6):
        log_p = code_log_probabilities(trainer, states[rows])
        item, total = beam_search(tree, log_p, len(rows), width, is_seen[rows])
        scores[rows[:, None], item] = total
    return scores


next_item = linear.aged(histories, items.n_rows) @ linear.linear_next_item(histories, items.n_rows)
scored = {
    "popularity": np.tile(counts, (users.n_rows, 1)),
    "EASE": ease_scores(seen, 100),
    "linear next-item": next_item,
    "codes": generated(),
}
on_valid = {name: evaluate(scores, seen, valid, name=name) for name, scores in scored.items()}

# %% tags=["nbval-ignore-output"]
for name, run in on_valid.items():
    print(f"{name:16} NDCG@10 {run.mean():.3f}, recall@10 {run.mean('Recall'):.3f}, coverage {run.coverage:.3f}")
ndcg = {name: run.per_user["NDCG"].to_numpy() for name, run in on_valid.items()}
by_ease, by_linear = print_gap(ndcg, "codes", "EASE"), print_gap(ndcg, "codes", "linear next-item")

# %%
claim("the codes are ahead of EASE: the interval lies above zero", by_ease[1] > 0)
claim("the codes are behind the linear model: the interval lies below zero", by_linear[2] < 0)

# %% [markdown]
# ### What was tried
#
# On valid, the codes are ahead of EASE and behind the linear model. Can they be improved? These settings were tried on
# valid, with one seed each (12 epochs and dropout 0.2 unless the name says otherwise), after pilots.
#
# - "content", "iALS" (lesson 09), "next-item" (section 3): the vectors behind the codes; "directions": next-item
#   vectors, each divided by its length
# - "dense": the control, the same body with the film table of lesson 12 and 512 sampled negatives. A second control
#   begins with the vectors from which our codes are made
# - "+ linear": the list of the codes fused by rank (lesson 16) with that of the linear model
#
# The last column ranks only cold films, those without a rating in train.

# %%
trials = codes_trials()
trials

# %%
quality = trials["NDCG@10"]
alone = quality.drop("codes, next-item + linear")
ours, directions = quality["codes, next-item"], quality["codes, next-item, directions"]
claim("no network reaches the linear model", alone.max() < on_valid["linear next-item"].mean())
claim("of the codes, the best are those trained above", alone.filter(like="codes").max() == ours)
plain = quality["dense, 24 epochs, dropout 0.4"]
others = quality[["codes, content", "codes, iALS"]]
claim("codes of content and of iALS are not ahead of plain dense", others.max() < plain)
claim("codes of directions lose more than 0.01", ours - directions > 0.01)
claim("among cold films they are ahead", trials["cold NDCG@10"].idxmax() == "codes, next-item, directions")
fall = trials.loc["codes, next-item, 64 a level"] < trials.loc["codes, next-item"]
claim("with 64 codes a level, both values fall", fall["NDCG@10"] and fall["cold NDCG@10"])
claim("dense that begins with the same vectors keeps up", quality["dense, begins with next-item vectors"] >= ours)

# %% [markdown]
# Look at "directions": only the lengths of the vectors have changed, so popular films now share codes with rare ones,
# as semantic ids intend. NDCG@10 falls over all films and rises among cold films. With 64 codes a level, popular films
# must share codes, too, and both values fall. So in these trials sharing costs quality, and whether it helps cold films
# remains open. With one seed each, differences below about 0.01 mean little (section 8).

# %% [markdown]
# The second control does as well as the codes, and codes of content or iALS vectors are no better than plain dense.
# This suggests that our codes owe their lead over plain dense to the vectors that they *inherited*, not to being codes.
#
# No network reaches the linear model. To the test go the codes trained above, their fusion, and both controls (plain
# dense with 24 epochs and dropout 0.4, its best setting here).

# %% [markdown]
# ### Exercise 32.9 · trace (O4)
#
# The point of codes is a catalogue that no table can hold. A service has 100 million items, and vectors of 64 numbers.
# The output table of a dense network has 100,000,000 · 64 weights. How many **million** weights do *four* levels of 256
# codes have, with 64 numbers for each code? (Biases left out; 256⁴ ids are more than enough.)

# %%
million_weights = ...
### BEGIN SOLUTION
million_weights = 4 * 256 * 64 / 1e6
### END SOLUTION

# %%
check("32.9", million_weights)

# %% [markdown]
# <details><summary>Two caveats</summary>
#
# The ids and the tree must be stored as well. And beam search costs time: instead of one matrix product, the output
# layer of each level is evaluated for every beginning that was kept.
#
# </details>

# %% [markdown]
# ## 8. On the test set
#
# The codes and both controls were trained again on train + valid, with three seeds each (`make seeds`). The other rows
# were recorded in earlier lessons. Plain dense was tested twice: first with 12 epochs, its weaker setting on valid, and
# the codes were narrowly ahead of it. A rival deserves its best setting, so its row now has 24 epochs.

# %%
both = pd.concat([cut.train, cut.valid])
learn, test = to_matrix(both, users, items), to_matrix(cut.test, users, items)
begins = "dense, begins with next-item vectors"
recorded = {name: codes_seeds(name) for name in ("codes", "codes + linear", "dense", begins)}
recorded |= {name: recorded_seeds(name) for name in ("EASE", "GRU", "linear next-item", "wide and deep")}
runs = {name: mean_over_seeds(seeds, name) for name, seeds in recorded.items()}
results_table(list(runs.values()))[["NDCG@10", "±", "Recall@10", "coverage@10", "seeds"]]

# %%
ndcg, gaps = {name: run.per_user["NDCG"].to_numpy() for name, run in runs.items()}, {}
for rival in ("dense", begins, "EASE", "GRU", "linear next-item", "wide and deep"):
    gaps[rival] = print_gap(ndcg, "codes", rival)
fused = print_gap(ndcg, "codes + linear", "linear next-item")
print({name: f"{recorded[name][0].weights:,} weights" for name in ("codes", "dense")})
print("the codes, seed by seed:", *(f"{run.mean():.4f}" for run in recorded["codes"]))

# %%
claim("codes − plain dense: the interval includes zero", gaps["dense"][1] < 0 < gaps["dense"][2])
claim("they are behind dense that begins with the same vectors", gaps[begins][2] < 0)
claim("codes − EASE: the interval includes zero", gaps["EASE"][1] < 0 < gaps["EASE"][2])
claim("they are behind GRU, linear, and wide and deep", max(gaps[name][2] for name in list(gaps)[3:]) < 0)
claim("codes + linear − linear: the interval includes zero", fused[1] < 0 < fused[2])
by_seed = [run.mean() for run in recorded["codes"]]
claim("the seeds of the codes lie up to 0.009 apart", f"{max(by_seed) - min(by_seed):.3f}" == "0.009")
claim("codes have fewer than half of the weights", recorded["codes"][0].weights < recorded["dense"][0].weights / 2)

# %% [markdown]
# - The codes reach 0.137. They are not distinguishable from EASE, and they are behind the GRU. The linear model, from
#   which their vectors come, is far ahead; adding the codes to it makes no difference distinguishable from zero.
# - They are not distinguishable from plain dense, and behind dense that begins with the same vectors: **given the same
#   knowledge, the film table ranks better here.** Yang et al. (2024) found the same on four small public data sets.
# - The codes have fewer than half of the weights of dense. Their seeds lie up to 0.009 apart, so smaller differences
#   between trials may be noise.
#
# This is small data: 671 users, 9,066 films. At YouTube, He et al. (2025) report large gains in retrieval over a
# heavily tuned model with large tables. Our result neither confirms nor contradicts theirs.

# %% [markdown]
# ### Exercise 32.10 · choose (O4)
#
# A paper reports: "our generative recommender is 25 % ahead of SASRec on a public data set, and it also handles cold
# items." Which question do you ask **first**?
#
# - **a** how many GPUs did the training take?
# - **b** was SASRec tuned as hard, with many negatives, and how do simple models do in the same table?
# - **c** how many levels and codes do the ids have?
# - **d** is the width of the beam large enough?

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("32.10", answer)

# %% [markdown]
# ## 9. Cold films (optional)
#
# Codes should help with cold films: a film without any rating has an id, predicted from its content, and may share its
# beginning with known films. Its fourth code is only a number, so we rank the cold films by the probability of
# their first *three* codes. As in lesson 13, only cold films are ranked, and the bar is the linear map from the same
# genres and years.

# %%
is_cold = (baselines.popularity(learn) == 0) & (np.arange(items.n_rows) > 0)
rng = np.random.default_rng(32)
cold = {
    "codes": np.mean([run.cold for run in recorded["codes"]], axis=0),
    "linear map": ndcg_among(linear_map(features, learn), is_cold, test),
    "random": np.mean([ndcg_among(rng.random(learn.shape), is_cold, test) for _ in range(10)], axis=0),
}
n_found = within(test, is_cold).nnz
print(f"{is_cold.sum():,} cold films, {n_found:,} test ratings of {np.isfinite(cold['random']).sum()} users")
for name, values in cold.items():
    print(f"{name:10} cold NDCG@10 {np.nanmean(values):.3f}")
by_random, by_map = print_gap(cold, "codes", "random"), print_gap(cold, "codes", "linear map")
unrated = counts[1:] == 0  # with the ids of section 3, made from train
shares = {"codes": three_codes[unrated], "description": features[1:][unrated]}
shares = {name: (films_with_this_id(rows) > 1).mean() for name, rows in shares.items()}
print("films without a rating in train that share them with another such film:", end=" ")
print(f"three codes {shares['codes']:.0%}, description {shares['description']:.0%}")

# %%
claim("cold: the codes are ahead of a random order", by_random[1] > 0)
claim("cold: they are behind the linear map", by_map[2] < 0)
claim("more films share three codes than share a description", shares["codes"] > shares["description"] + 0.1)

# %% [markdown]
# The codes do carry knowledge over to cold films: they are ahead of a random order. But a ridge regression on genres
# and years, without any network, reaches more than twice as much. The last line suggests one reason. Films with the
# same three codes cannot be ordered, and 70 % of the films without a rating share their codes with another one. Only
# 51 % share their description, which is what the linear map sees.

# %% [markdown]
# ## 10. Attention without softmax (optional)
#
# Some generative recommenders also have a new body. An HSTU layer (Zhai et al., 2024) looks back as self-attention
# does, but without a softmax: each score goes through SiLU, z · sigmoid(z), so the weight of a film does not depend on
# the scores of the others. One Dense layer with SiLU makes four parts: query, key and value as in lesson 12, and a
# *gate*.
#
# 1. weight of film j for film i: SiLU(qᵢ · kⱼ + bias of their distance) / length, for j up to i
# 2. output: the sum of the values with these weights, normalised, times the gate, through one more Dense layer
#
# The feed-forward layers of SASRec are gone. In the paper, the bias also depends on the time between two events; ours
# depends on positions only.

# %% [markdown]
# ### Exercise 32.11 · code (O5)
#
# Write step 1 and the weighted sum for one head. `q`, `k` (length, size), `v` (length, n_values), `bias` (length,): the
# bias for distances 0, 1, 2, … Film i looks at the films j ≤ i. Return (length, n_values). Do not divide the scores by
# √size.
#
# <details><summary>Hint 1</summary>The distance of i and j is i − j; <code>bias[np.maximum(i - j, 0)]</code> with
# <code>i = np.arange(length)[:, None]</code> and <code>j = np.arange(length)</code>.</details>
# <details><summary>Hint 2</summary><code>weights = np.where(j <= i, silu(q @ k.T + bias[...]), 0) / length</code>: a
# film that may not be looked at gets weight 0, and no minus infinity is needed.</details>


# %% tags=["needed"]
def silu(z):
    return z / (1 + np.exp(-z))


# %%
def my_silu_attention(q, k, v, bias):
    ### BEGIN SOLUTION
    length = len(q)
    i, j = np.arange(length)[:, None], np.arange(length)
    weights = np.where(j <= i, silu(q @ k.T + bias[np.maximum(i - j, 0)]), 0) / length
    return weights @ v
    ### END SOLUTION


# %%
check("32.11", my_silu_attention)

# %% [markdown]
# What changes without the softmax? Take a history of comedies only, all with the same key, and a query that asks for
# comedies. The value of a comedy is (1, 2, 6). Look at the newest film, once after two and once after eight comedies:

# %%
for n_films in (2, 8):
    q = k = np.ones((n_films, 1))
    v = np.tile([1.0, 2.0, 6.0], (n_films, 1))
    weights = np.exp(q @ k.T)[-1]
    softmax_sum = (weights / weights.sum()) @ v
    silu_sum = silu(q @ k.T)[-1] @ v / 10  # divided by the length of the window, here 10
    normalised = (silu_sum - silu_sum.mean()) / silu_sum.std()
    print(f"{n_films} comedies: softmax {softmax_sum}, SiLU {silu_sum.round(2)}, normalised {normalised.round(2)}")

# %% [markdown]
# A softmax returns the mean: two comedies look like eight. The SiLU sum is four times as long after eight, so it keeps
# *how many* there were; this is the authors' argument for it. But the layer normalisation that follows divides by the
# spread, and in this small example the count is lost again. In a history of several kinds of films, more comedies
# change the direction of the sum, but a softmax can express that, too. So only an experiment can decide. The trials of
# section 7 contain one: the same networks with an HSTU layer as their body, one seed each, on valid.

# %%
pairs = {"codes": "codes, next-item", "dense": "dense"}
by_body = {name: {"attention": quality[row], "HSTU": quality[f"{row}, HSTU"]} for name, row in pairs.items()}
pd.DataFrame(by_body).T.assign(difference=lambda table: table["HSTU"] - table["attention"]).round(3)

# %%
claim("HSTU is behind attention in both pairs", all(row["HSTU"] < row["attention"] for row in by_body.values()))
claim("by less than 0.015", all(row["attention"] - row["HSTU"] < 0.015 for row in by_body.values()))

# %% [markdown]
# In both pairs the HSTU layer is behind by little more than 0.01, hardly more than the 0.009 that lie between the seeds
# of section 8. It was trained with one seed, with the learning rate of the attention body, and with histories of 50
# films, while HSTU was made for thousands of events. So this is no verdict on HSTU. But a famous layer does not improve
# a result just by being put in.
#
# One trap to remember: the helper `hstu_body` computes the distances from its input. In a first version they were a
# constant; Keras then left the bias table out of the model without a warning, and it was never trained. A test that
# compares the body with a slow loop noticed it.

# %% [markdown]
# ## 11. Where language models stand (optional)
#
# A [large language model](glossary.md#large-language-model) (LLM) can enter a recommender in five places:
#
# | Place | What it does | On a laptop? |
# |---|---|---|
# | before training | turns descriptions into vectors, from which ids are made (TIGER) | yes, with a small encoder |
# | in training | writes missing descriptions, or plays users | overnight; check its texts against real data |
# | as the model | learns to write semantic ids, as PLUM does at YouTube | no; sections 4 to 8 are the small version |
# | after retrieval | re-ranks a few candidates that stand in its prompt | slowly, for tests |
# | after ranking | explains a list in words | slowly; lesson 26 says how to test an explanation |

# %% [markdown]
# This notebook loads no LLM, because the course ships no weights of one. But two questions can be answered without
# weights: does a model fit into memory, and how long does one request take? Each weight takes part in about two
# operations for each token, one multiplication and one addition. We **assume** 10 tokens for a title, 20 films of a
# history and 20 candidates in the prompt, and a laptop that does 200 · 10⁹ operations a second.

# %%
n_tokens, per_second = 10 * (20 + 20), 200e9
weights = np.array([0.1e9, 1e9, 8e9, 70e9])
costs = {"GB at 16 bits": weights * 16 / 8 / 1e9, "GB at 4 bits": weights * 4 / 8 / 1e9}
costs["seconds to read one prompt"] = 2 * weights * n_tokens / per_second
pd.DataFrame(costs, ["0.1 billion weights", "1 billion", "8 billion", "70 billion"]).round(2)

# %% [markdown]
# With 4 bits a weight (lesson 21), a model of 8 billion weights needs 4 GB and fits into the memory of a laptop. But
# under these assumptions it takes 32 s to read one prompt, before it writes a word; a model of 1 billion weights takes
# 4 s. The service of lesson 23 answers in milliseconds. So on a laptop an LLM can prepare data overnight, but it cannot
# rank while a visitor waits.

# %% [markdown]
# ### Test a ranker that you cannot open
#
# Hou et al. (2024) found that LLMs asked to rank candidates depend on the order in which the prompt lists them. How
# would you notice this? Here is a **synthetic** ranker, not an LLM: it knows the true scores, adds noise, and prefers
# films that come early.


# %% tags=["needed"]
def stub_ranker(candidates, rng, bias=2.0):
    """A synthetic ranker: film 0 is the best, then 1, 2, …; it adds noise, and a penalty for late positions."""
    position = np.arange(len(candidates)) / len(candidates)  # from 0, first in the prompt, to almost 1
    value = -np.asarray(candidates) / 5 + rng.normal(0, 1, len(candidates)) - 2 * bias * position
    return [candidates[at] for at in np.argsort(-value)]


# %%
rng = np.random.default_rng(1)
asked_at = np.zeros(20)
for _ in range(2000):
    prompt = rng.permutation(20).tolist()
    asked_at[prompt.index(stub_ranker(prompt, rng)[0])] += 1 / 2000
print(f"synthetic ranker: the winner stood in the first quarter of the prompt in {asked_at[:5].sum():.0%} of the cases")

# %% [markdown]
# Every film stands in the first quarter equally often, so a ranker without position bias gives 25 %. The test needs no
# ground truth: **shuffle the prompt, ask again, and see whether the position predicts the answer.**
#
# ### Exercise 32.12 · code (O6)
#
# One remedy is to ask several times, each time in a random order, and to average. `ask(prompt)` takes a list of films
# and returns it ranked, best first. Ask `n_times`, each time with `rng.permutation(candidates).tolist()` as the prompt,
# and return the candidates in order of their **mean rank**, best first. (Of equal means, the film that stands earlier
# in `candidates` comes first.)
#
# <details><summary>Hint 1</summary>Add up for each film its position in the answers; a film at position 0 is the
# best.</details>
# <details><summary>Hint 2</summary><code>sorted(candidates, key=lambda film: total[film])</code> keeps the order of
# films with equal totals.</details>


# %%
def my_mean_rank(ask, candidates, n_times, rng):
    ### BEGIN SOLUTION
    total = dict.fromkeys(candidates, 0)
    for _ in range(n_times):
        for rank, film in enumerate(ask(rng.permutation(candidates).tolist())):
            total[film] += rank
    return sorted(candidates, key=lambda film: total[film])
    ### END SOLUTION


# %%
check("32.12", my_mean_rank)

# %% [markdown]
# Over many random orders each film stands at each position equally often, so on average the position favours no film.
# But each order costs another request. Before you pay for it, compare the re-ranked list with the list of the retrieval
# model itself, under the protocol of lesson 04. And ask whether the LLM was trained on text that contains the films and
# their ratings: MovieLens has been public for many years.

# %% [markdown]
# ## What you did
#
# - You implemented semantic ids, and saw why content alone gives many films the same one (**O1**).
# - You computed the probability of a film code by code, and built a network that writes ids (**O2**).
# - You implemented a step of beam search, and saw how wide a beam must be to agree with an exact ranking (**O3**).
# - You compared codes with two dense controls and the bar, first on valid and then on test (**O4**).
# - Optional: you ranked cold films by their codes, implemented attention without softmax (**O5**), and measured the
#   position bias of a ranker (**O6**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - S. Rajput et al.: Recommender Systems with Generative Retrieval (TIGER). NeurIPS 2023, arXiv 2305.05065
# - L. Yang et al.: Unifying Generative and Dense Retrieval for Sequential Recommendation (LIGER). arXiv 2411.18814
# - J. Zhai et al.: Actions Speak Louder than Words: Trillion-Parameter Sequential Transducers for Generative
#   Recommendations (HSTU). ICML 2024, arXiv 2402.17152
# - R. He et al.: PLUM: Adapting Pre-trained Language Models for Industrial-scale Generative Recommendations. arXiv
#   2510.07784
# - Y. Hou et al.: Large Language Models are Zero-Shot Rankers for Recommender Systems. ECIR 2024, arXiv 2305.08845
# - G. Zhang et al.: Scaling Law of Large Sequential Recommendation Models. RecSys 2024, arXiv 2311.11351
