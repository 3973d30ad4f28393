# %% [markdown]
# # Read a model, map an embedding
#
# Why this film? Some models can answer, because you can read them. Others you can only approach from outside: copy them
# with a readable model, draw a map of them, ask questions of their numbers. Each of these ways can mislead. You learn
# to measure how far to trust it.

# %% [markdown]
# **What you will do**
#
# - **O1** compute how much each feature adds to the score of a linear model, and diagnose two ways to misread it
# - **O2** implement the choice of a split, and read a decision tree branch by branch
# - **O3** implement item-kNN's own explanation, "because you liked …", and measure when the sentence is false
# - **O4** fit a readable surrogate of a network, measure its fidelity, and diagnose where it misleads
# - **O5** compare maps of an embedding, and test with a probe and a shuffled control what the rows really hold
#   (optional)
#
# **What you need**: lessons 04 and 11, and about three hours (sections 9 and 10 are optional); take a break before
# section 7. The whole notebook runs in about a minute and a half. Outputs that would give away an answer are folded: click
# the three dots.

# %%
from itertools import combinations, count

from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()
import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.manifold import TSNE
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from recsys_helpers.data import IdMap, load_movielens, sequences, splits, to_matrix
from recsys_helpers.evaluation import evaluate, paired_bootstrap, top_k
from recsys_helpers.exercises import check
from recsys_helpers.models import baselines, bodies, next_item, sampling, training
from recsys_helpers.notebook import COLOURS, claim, new_figure, show

set_seed(42)

# %% [markdown]
# ## 1. A score you can take apart
#
# Three films, two features: how popular the film is, and the gap between its year and the years this user likes, in
# decades. A linear model has one weight for each: popular counts 2, a decade of distance costs 1.

# %%
toy = pd.DataFrame({"popular": [3, 2, 1], "year gap": [1, 5, 0]}, index=["Alien", "Brazil", "Clue"])
toy_weights = np.array([2, -1])
toy.assign(score=toy @ toy_weights)

# %% [markdown]
# Why does *Alien* have 5? Compared with what? An explanation needs a *background*: here, the mean film. What a feature
# [contributes](glossary.md#contribution) is its weight times its distance from the mean.

# %%
mean_film = toy.mean()
print("mean film:", mean_film.to_dict(), "→ score", mean_film @ toy_weights)
for name, weight in zip(toy, toy_weights):
    value, middle = toy.loc["Alien", name], mean_film[name]
    print(f"Alien, {name}: {weight} · ({value} − {middle:.0f}) = {weight * (value - middle):+.0f}")

# %% [markdown]
# *Alien* lies 5 − 2 = 3 above the mean film: 2 from being popular, 1 from being near in time. The parts add up to
# exactly what has to be explained; nothing is left over. Change the background and the parts change: "popular" is worth
# nothing among films that all are popular.
#
# ### Exercise 25.1 · trace (O1)
#
# A fourth film, *Dune*: popular 4, year gap 3. The background stays as it is: popular 2, year gap 2. What does the year
# gap contribute?

# %%
year_gap_adds = ...
### BEGIN SOLUTION
year_gap_adds = -1 * (3 - 2)
### END SOLUTION

# %%
check("25.1", year_gap_adds)

# %% [markdown]
# ### Exercise 25.2 · code (O1)
#
# For a whole table: `X` (n_films, n_features), `weights` (n_features,), and `background` (n_others, n_features), the rows
# whose mean is the background. Return the contributions, shape (n_films, n_features).
#
# <details><summary>Hint 1</summary>The mean row of the background is <code>background.mean(axis=0)</code>.</details>
# <details><summary>Hint 2</summary>Subtract it from every row of <code>X</code>, then multiply each column with its
# weight. Do not add up.</details>


# %%
def my_contributions(X, weights, background):
    ### BEGIN SOLUTION
    return (X - background.mean(axis=0)) * weights
    ### END SOLUTION


# %%
check("25.2", my_contributions)

# %% [markdown]
# ## 2. Six features of users and films
#
# Now MovieLens. The task is that of every ranking lesson: from what a user has seen, guess what comes next. But this time
# the model may only look at six numbers with names.

# %%
ratings, movies = load_movielens()
users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
cut = splits.split_last_share(ratings)
seen, valid = to_matrix(cut.train, users, items), to_matrix(cut.valid, users, items)
film = movies.set_index("item_id").reindex(items.ids)
year = np.append(1995, film["year"].astype(float).fillna(1995))  # (n_items + 1,), row 0 is padding
genre_names = film["genres"].str.get_dummies("|").columns
has_genre = np.vstack([np.zeros(len(genre_names)), film["genres"].str.get_dummies("|")])
titles = np.append("", film["title"].str.split(r" \(", regex=True).str[0].str.slice(0, 30))

# %%
FEATURES = ["popular", "stars", "decade", "year gap", "genre match", "active"]


def describe(past):
    matrix = to_matrix(past, users, items)
    n_films = np.maximum(matrix.sum(axis=1), 1)[:, None]  # of each user
    total = past["rating"].groupby(items.to_idx(past["item_id"])).agg(["sum", "size"])
    total = total.reindex(range(items.n_rows), fill_value=0)
    stars = (total["sum"] + 5 * past["rating"].mean()) / (total["size"] + 5)
    taste = matrix @ has_genre / n_films - matrix.sum(axis=0) @ has_genre / matrix.sum()  # (users, genres)
    features = np.zeros((*matrix.shape, 6), "float32")
    features[..., 0] = np.log10(1 + baselines.popularity(matrix))
    features[..., 1] = stars
    features[..., 2] = (year - 1990) / 10
    features[..., 3] = np.abs(year - (matrix @ year)[:, None] / n_films) / 10
    features[..., 4] = 10 * taste @ (has_genre / np.maximum(has_genre.sum(axis=1, keepdims=True), 1)).T
    features[..., 5] = np.log10(n_films)
    return features


# %% [markdown]
# One number each, in words:
#
# - **popular**: how many users rated the film, as a power of ten (1 is about ten users, 2 about a hundred)
# - **stars**: its mean stars, pulled towards the mean of all if few rated it
# - **decade**: its year, in decades from 1990; **year gap**: its distance from the mean year of *this user's* films
# - **genre match**: how much more of the film's genres this user watches than everybody does, in tenths
# - **active**: how many films the user has seen, as a power of ten
#
# All of them come from the past. The label comes from what followed: 1 for the films of valid, 0 for ten random unseen
# films beside each. A feature that already knew its label would be a [leak](glossary.md#data-leakage).

# %%
features = describe(cut.train)
rng = np.random.default_rng(42)
u, i = valid.nonzero()
other = rng.integers(1, items.n_rows, 10 * len(u))
u, i = np.append(u, np.repeat(u, 10)), np.append(i, other)
# a random film that this user has rated is left out
is_taken = np.append(np.zeros(len(other) // 10, bool), (seen + valid)[u[-len(other) :], other] > 0)
u, i, label = u[~is_taken], i[~is_taken], valid[u, i][~is_taken]
X = features[u, i].astype(float)  # (n_pairs, 6)
shown = pd.DataFrame(X, titles[i], FEATURES).assign(user=u, label=label.astype(int))
shown.sample(5, random_state=8).round(2)

# %% [markdown]
# A third of the users is set aside: on them we choose settings, and later measure copies. The models learn from the
# others.

# %%
is_held = np.zeros(users.n_rows, bool)
is_held[1 + rng.permutation(users.n)[: users.n // 3]] = True
valid_held = to_matrix(cut.valid[is_held[users.to_idx(cut.valid["user_id"])]], users, items)
in_fit = ~is_held[u]
print(f"{in_fit.sum():,} pairs of {(~is_held).sum() - 1} users to learn from; {is_held.sum()} users held out")

# %% [markdown]
# ## 3. Read the coefficients
#
# Logistic regression is the linear model of lesson 05 with a sigmoid behind: its score is a
# [logit](glossary.md#logit). Two things make its weights readable. The features are
# [standardized](glossary.md#standardization), so each weight answers the same question: what does *one standard
# deviation more* add? And a penalty ([regularization](glossary.md#regularization)) keeps weights small unless the data
# insist. In scikit-learn a small C is a strong penalty.


# %%
def linear(C):
    return make_pipeline(StandardScaler(), LogisticRegression(C=C, solver="newton-cholesky"))


def scores_of(model, table):
    return lambda who: model.predict_proba(table[who].reshape(-1, table.shape[2]))[:, 1].reshape(len(who), -1)


# %%
path = {}
for C in (1e-5, 1e-4, 1e-3, 1e-2, 1.0):
    model = linear(C).fit(X[in_fit], label[in_fit])
    ndcg = evaluate(scores_of(model, features), seen, valid_held).mean()
    path[C] = [*model[1].coef_[0], ndcg]
path = pd.DataFrame(path, index=[*FEATURES, "NDCG@10, held out"])
path.round(2)

# %% [markdown]
# From left to right the penalty gets weaker and the weights grow, but their order hardly changes, and neither does the
# ranking. We take C = 1 and learn from all users. How sure are the weights? Redraw the users fifty times (one drawn
# twice counts twice) and fit again: the [bootstrap](glossary.md#bootstrap) of lesson 04.

# %%
model = linear(1.0).fit(X, label)
weights, redrawn = model[1].coef_[0], []
for draw in range(50):
    times = np.bincount(np.random.default_rng(draw).integers(1, users.n_rows, users.n), minlength=users.n_rows)
    redrawn.append(linear(1.0).fit(X, label, logisticregression__sample_weight=times[u])[1].coef_[0])
low, high = np.quantile(redrawn, [0.025, 0.975], axis=0)
pd.DataFrame({"weight": weights, "from": low, "to": high}, FEATURES).T.round(2)

# %%
figure, axes = new_figure(7, 2.8)
order = np.argsort(np.abs(weights))
axes.barh(range(6), weights[order], color=np.where(weights[order] > 0, COLOURS[0], COLOURS[1]), height=0.55)
axes.hlines(range(6), low[order], high[order], color="black", linewidth=2)
axes.axvline(0, color="black", linewidth=0.8, marker="")
axes.set(yticks=range(6), yticklabels=np.array(FEATURES)[order])
axes.set_xlabel("what one standard deviation more adds to the logit (95 % interval over users)")
show(
    figure,
    alt="Six bars. Popular reaches furthest to the right, beyond 1.1; genre match and active are between 0.3 and 0.6;"
    " year gap points left to about minus 0.5; decade a little to the left, with an interval that touches zero; "
    "stars is hardly visible.",
)

# %%
claim("popular has the largest weight, above 1", weights[0] > 1 and weights[0] == np.abs(weights).max())
claim("the interval of the year gap lies below zero, that of the genre match above", high[3] < 0 < low[4])
claim("the interval of decade holds zero", low[2] < 0 < high[2])

# %% [markdown]
# Popular films, near to your time and in your genres: that is nearly the whole model, and anybody can check it. The
# interval of `decade` holds zero: whether older films are better in themselves, given the gap, these users do not tell.
# And stars hardly count, once popularity is known.
#
# One user, taken apart. User 482 has 43 films in train, most of them horror:

# %%
USER = 482
scaled = model[0].transform(features[USER])  # distance from the mean pair, in standard deviations
scores = np.where(seen[[USER]].toarray()[0] > 0, -np.inf, scaled @ weights)
best = top_k(scores[None], 6)[0]
parts = pd.DataFrame(scaled[best] * weights, titles[best], FEATURES)
assert np.allclose(parts.sum(axis=1), model.decision_function(features[USER][best]) - model[1].intercept_, atol=1e-4)
parts.round(2)

# %%
figure, axes = new_figure(8.5, 3)
for name, colour, hatch in zip(FEATURES, COLOURS, ("", "//", "..", "", "xx", "--")):
    value = parts[name].to_numpy()[::-1]
    before = parts[FEATURES[: FEATURES.index(name)]].to_numpy()[::-1]
    start = np.where((before > 0) == (value > 0)[:, None], before, 0).sum(axis=1)  # same sign: put end to end
    axes.barh(parts.index[::-1], value, left=start, color=colour, hatch=hatch, edgecolor="white", label=name)
axes.axvline(0, color="black", linewidth=0.8, marker="")
axes.set_xlabel("contribution to the logit, compared with the mean pair")
axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
show(
    figure,
    alt="Stacked bars for the six best films of user 482. In five of them the genre match is by far the longest part,"
    " about 4 logits, and popularity adds much less. In The Silence of the Lambs it is the other way round. "
    "Short parts to the left: active in all films, the year gap in Nosferatu.",
)

# %% [markdown]
# For this user the genre match outweighs everything: five films of pure horror, some hardly known, and a famous one. One
# weight serves mild and strong tastes alike, and a straight line has no ceiling. You see such a fault only because
# you can read the model: each bar *is* the computation, not a story about it. So this explanation needs no further test
# of faithfulness. Whether it is the true reason why people watch films is another question.

# %% [markdown]
# ## 4. Two ways to misread a coefficient
#
# **The twin.** Somebody adds one more column: the number of raters, again, under another name. What happens to the
# weight of `popular`?

# %%
with_twin = linear(1.0).fit(np.column_stack([X, X[:, 0]]), label)[1].coef_[0]
liked = np.log10(1 + to_matrix(cut.train[cut.train["rating"] >= 4], users, items).sum(axis=0))  # at least four stars
with_liked = linear(1.0).fit(np.column_stack([X, liked[i]]), label)[1].coef_[0]
table = {"as above": [*weights, np.nan], "an exact copy": with_twin, "raters with 4 stars or more": with_liked}
print(f"correlation of popular and raters with 4 stars or more: {np.corrcoef(X[:, 0], liked[i])[0, 1]:.2f}")
pd.DataFrame(table, [*FEATURES, "added"]).T.round(2)

# %% [markdown]
# With an exact copy each of the two gets half: the predictions are the same, the story is not. "Popularity matters half
# as much" would be nonsense. With a relative instead of a copy, the weight of `popular` moves, and of `stars`, which had
# little, almost nothing is left. A coefficient says what a feature adds *given all the others in the table*. Features
# that go together share their weight, and who got into the table decides how; between exact copies, only the penalty.

# %% [markdown]
# ### Exercise 25.3 · choose (O1)
#
# The weight of `active` is positive, and its interval lies above zero. What does this feature do to the list of ten films
# of a user?
#
# - **a** it lifts popular films for active users
# - **b** it moves nothing: it adds the same to all films of a user
# - **c** active users get better lists
# - **d** it lifts films that active users like

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("25.3", answer)

# %% tags=["reveal"]
without = features.copy()
without[..., 5] = 0
same = [top_k(scores_of(model, table)(np.arange(1, 129)), 10) for table in (features, without)]
print(f"the lists of 128 users with active set to 0: {np.mean(same[0] == same[1]):.0%} of their places unchanged")

# %% [markdown]
# **The weight that ranks nothing.** A weight can be large and certain, and useless for the question that was asked. In a
# linear model a feature of the user alone ranks nothing. It would need a *product* with a feature of the film. A tree
# can make such products by itself.

# %% [markdown]
# ## 5. A tree, branch by branch
#
# A [decision tree](glossary.md#decision-tree) asks yes–no questions, one feature and one threshold each, and answers with
# the share of ones in the leaf where a pair ends. How does it choose a question? Six pairs:

# %%
x_toy, y_toy = np.array([1, 2, 3, 4, 5, 6]), np.array([0, 0, 1, 0, 1, 1])


def gini(y):  # 0 if all labels are equal, 0.5 if half are ones
    return 2 * y.mean() * (1 - y.mean())


for threshold in (1.5, 2.5, 3.5, 4.5, 5.5):
    left, right = y_toy[x_toy <= threshold], y_toy[x_toy > threshold]
    cost = (len(left) * gini(left) + len(right) * gini(right)) / len(y_toy)
    print(f"x ≤ {threshold}: {left} | {right}   impurity {cost:.3f}")

# %% [markdown]
# The [Gini impurity](glossary.md#gini-impurity) of a group is the chance that two draws from it differ. Each side counts
# by its size. Here two cuts are equally good: after 2, and after 4. Then each side asks again.
#
# ### Exercise 25.4 · fill in (O2)
#
# Complete the choice of a split for one feature. `x` are numbers in any order, some of them equal; `y` labels 0 and 1.
# Return the threshold whose two sides, weighted by their sizes, have the smallest Gini impurity; of equals the smallest
# threshold.
#
# <details><summary>Hint 1</summary>For each threshold: <code>left = y[x <= threshold]</code>, and the rest is
# right.</details>
# <details><summary>Hint 2</summary><code>len(left) * gini(left) + len(right) * gini(right)</code>, collected in a list;
# <code>np.argmin</code> finds the first smallest.</details>


# %%
def my_split(x, y):
    values = np.unique(x)
    thresholds = (values[:-1] + values[1:]) / 2
    gini = lambda labels: 2 * labels.mean() * (1 - labels.mean())
    ### BEGIN SOLUTION
    cost = []
    for threshold in thresholds:
        left, right = y[x <= threshold], y[x > threshold]
        cost.append(len(left) * gini(left) + len(right) * gini(right))
    return thresholds[np.argmin(np.round(cost, 9))]
    ### END SOLUTION


# %%
check("25.4", my_split)

# %% [markdown]
# Now the real pairs, three questions deep:

# %%
small = DecisionTreeClassifier(max_depth=3, min_samples_leaf=100, random_state=0).fit(X, label)
tree = small.tree_
chance, share = tree.value[:, 0, 1], tree.n_node_samples / len(X)


def question(node):
    name, threshold = FEATURES[tree.feature[node]], tree.threshold[node]
    if name in ("popular", "active"):  # back from powers of ten
        return f"{name}: at most\n{10**threshold - (name == 'popular'):.0f} ratings?"
    return f"{name}:\nat most {threshold:.2f}?"


# %%
figure, axes = new_figure(10, 4.4)
place, colour = count(), plt.get_cmap("viridis")


def draw(node, depth):
    children = [child for child in (tree.children_left[node], tree.children_right[node]) if child >= 0]
    across = [draw(child, depth + 1) for child in children]  # the leaves stand side by side
    x = np.mean(across) if across else next(place)
    for child, to in zip(children, across):
        line = {"linewidth": 1 + 20 * share[child], "color": colour(min(chance[child] / 0.5, 1.0))}
        axes.plot([x, to], [-depth, -depth - 1], marker="", linestyle="-", solid_capstyle="round", zorder=1, **line)
    label_here = question(node) if children else f"{chance[node]:.0%}\n({share[node]:.1%}\nof pairs)"
    axes.text(x, -depth, label_here, ha="center", va="center" if children else "top", fontsize=8, bbox=BOX, zorder=2)
    return x


BOX = {"facecolor": "white", "edgecolor": "#999999", "boxstyle": "round,pad=0.3"}
draw(0, 0)
axes.set(xlim=(-0.6, 7.6), ylim=(-3.75, 0.3))
axes.axis("off")
axes.set_title(
    "yes: to the left · no: to the right · thickness: how many pairs · colour: chance (dark low)", fontsize=9
)
show(
    figure,
    alt="A tree with three levels of questions. The root asks for popularity, and so does the next question on both "
    "sides; below stands genre match three times and active once. Most pairs flow in a thick dark line to the leftmost "
    "leaves with a chance of a few percent; a thin bright branch on the far right ends above one half.",
)

# %% [markdown]
# The leaves as numbers, and one pair on its way down: user 482 and *The Silence of the Lambs*.

# %%
is_leaf = tree.children_left < 0
print("leaves, left to right:", " · ".join(f"{one:.0%}" for one in chance[is_leaf]), f"(all pairs: {label.mean():.0%})")
node, pair = 0, features[USER, int(np.flatnonzero(titles == "Silence of the Lambs, The")[0])]
while not is_leaf[node]:
    is_yes = pair[tree.feature[node]] <= tree.threshold[node]
    print(question(node).replace("\n", " "), "yes" if is_yes else "no")
    node = (tree.children_left if is_yes else tree.children_right)[node]
print(f"leaf: {chance[node]:.0%}")

# %% [markdown]
# Known to few: most pairs end there, at 2 %, or 8 % if the user has seen very many films. A few more ratings: 9 %, and
# 18 % if the genre fits. Above 17 ratings taste lifts 20 % to 35 %; above 50 ratings, 50 % to 66 %. So popularity decides
# first, then the taste. The rightmost leaf says: famous, and in your genres. That is a sentence for anybody.
#
# But do not take 66 % for the chance that a visitor chooses the film: we put ten random films beside each chosen one. In
# the whole catalogue all chances are far smaller. Their *order* is what counts.
#
# How firm is it? Redraw the users and grow the tree again:

# %%
asked = []
for draw_number in range(12):
    times = np.bincount(np.random.default_rng(draw_number).integers(1, users.n_rows, users.n), minlength=users.n_rows)
    again = DecisionTreeClassifier(max_depth=3, min_samples_leaf=100, random_state=0)
    grown = again.fit(X, label, sample_weight=times[u]).tree_
    left, right = grown.children_left, grown.children_right
    below = [left[left[0]], right[left[0]], left[right[0]], right[right[0]]]
    asked.append([tuple(FEATURES[grown.feature[node]] for node in nodes) for nodes in ([0, left[0], right[0]], below)])
print("first three questions, in all 12 trees:", *{" · ".join(first) for first, _ in asked})
print("the four below: different sets in 12 trees:", len({second for _, second in asked}))

# %%
claim("the trunk is the same in all trees", len({first for first, _ in asked}) == 1)
claim("the twigs come in more than three kinds", len({second for _, second in asked}) > 3)

# %% [markdown]
# The trunk stands; the twigs change with the users that happen to be in the data. So read the trunk, and do not build a
# theory on a twig.
#
# ### Exercise 25.5 · trace (O2)
#
# A tree with three levels of questions scores all 9,066 films for one user. How many *different* scores can there be at
# most?

# %%
n_scores = ...
### BEGIN SOLUTION
n_scores = 2**3
### END SOLUTION

# %%
check("25.5", n_scores)

# %% tags=["reveal"]
depths = {}
for depth in (3, 4, 5, 6, 7, 8):
    grown = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=100, random_state=0).fit(X[in_fit], label[in_fit])
    outcome = evaluate(scores_of(grown, features), seen, valid_held)
    depths[depth] = {"leaves": grown.get_n_leaves(), "NDCG@10, held out": outcome.mean()}
pd.DataFrame(depths).T.rename_axis("depth").round(3)

# %% [markdown]
# Dozens of films share the best leaf, and ties are broken by chance: so the small tree, the one that can be read, ranks
# badly. Deeper ones rank better, up to about depth 6, with fifty leaves and more. Nobody reads those.

# %% [markdown]
# ## 6. What does readability cost?
#
# Settings are chosen: C = 1, depth 6 (and 3, to see the price of the picture). One control belongs beside them. If a
# readable model ranks badly, is it its simple *form*, or the little that it *knows*? Take the same six columns and a form
# that nobody can read: small trees, many of them, each fitted to what those before it left over, and all added up
# ([gradient boosting](glossary.md#gradient-boosting)). How many? The held-out users choose:

# %%
by_trees = {}


def boosted_trees(n_trees):
    return HistGradientBoostingClassifier(learning_rate=0.3, max_iter=n_trees, max_leaf_nodes=8, random_state=0)


for n_trees in (10, 20, 40):
    grown = boosted_trees(n_trees).fit(X[in_fit], label[in_fit])
    by_trees[n_trees] = evaluate(scores_of(grown, features), seen, valid_held).mean()
pd.Series(by_trees, name="NDCG@10, held out").rename_axis("trees").round(3)

# %% [markdown]
# The most that we tried is the best; more might rank better still, but a control need not be the best. Now features from
# train + valid, and the test, once.

# %%
learn = pd.concat([cut.train, cut.valid])
learned, test = to_matrix(learn, users, items), to_matrix(cut.test, users, items)
learned_features = describe(learn)
deep = DecisionTreeClassifier(max_depth=6, min_samples_leaf=100, random_state=0).fit(X, label)
boosted = boosted_trees(max(by_trees, key=by_trees.get)).fit(X, label)
on_six = {"tree, depth 3": small, "tree, depth 6": deep, "linear": model, "boosted trees": boosted}
outcomes = {name: evaluate(scores_of(m, learned_features), learned, test) for name, m in on_six.items()}
outcomes["popularity"] = evaluate(learned_features[..., 0], learned, test)
outcomes["item-kNN"] = evaluate(learned @ baselines.item_knn(learned), learned, test)
outcomes["EASE"] = evaluate(learned @ baselines.ease(learned), learned, test)
del learned_features

# %%
rows = {}
for name, outcome in outcomes.items():
    lead = paired_bootstrap(outcome.per_user["NDCG"], outcomes["popularity"].per_user["NDCG"])
    rows[name] = [round(outcome.mean(), 3), f"{lead[0]:+.4f} [{lead[1]:+.4f}, {lead[2]:+.4f}]"]
pd.DataFrame(rows, ["test NDCG@10", "minus popularity"]).T

# %%
ahead = {
    name: paired_bootstrap(a.per_user["NDCG"], outcomes["popularity"].per_user["NDCG"]) for name, a in outcomes.items()
}
lead = paired_bootstrap(outcomes["EASE"].per_user["NDCG"], outcomes["linear"].per_user["NDCG"])
claim(
    "linear and popularity cannot be told apart: the interval holds zero", ahead["linear"][1] < 0 < ahead["linear"][2]
)
claim("both trees are behind popularity", max(ahead[f"tree, depth {d}"][2] for d in (3, 6)) < 0)
claim("EASE is far ahead of the linear model: by more than 0.03", lead[1] > 0.03)
of_form, of_knowledge = (
    paired_bootstrap(outcomes[one].per_user["NDCG"], outcomes[other].per_user["NDCG"])
    for one, other in (("boosted trees", "linear"), ("EASE", "boosted trees"))
)
claim("the same columns, another form: boosted trees are ahead of the linear model", of_form[1] > 0)
claim("other knowledge: EASE is ahead of the boosted trees", of_knowledge[1] > 0)

# %% [markdown]
# The linear model cannot be told from popularity, and both single trees stand behind it. *Form* matters: from the same six
# columns the boosted trees get a better list than either, and nobody can read them. *Knowledge* matters, too: six columns
# cannot say that *this* film goes with *that* one. EASE has a number for each pair of films, and is ahead of the boosted
# trees, though its score is a plain sum.
#
# Readability has its price here. But do not take that for a law: item-kNN can be read as well, and ranks far better.

# %% [markdown]
# ## 7. "Because you liked …"
#
# [Item-kNN](glossary.md#item-knn) adds up how similar a film is to each film you have seen (lesson 04). If *Alien* adds
# 0.4 to a candidate, *Brazil* 0.1 and *Clue* nothing, its score is 0.5, and the reasons, best first, are *Alien* and
# *Brazil*. Nothing has to be fitted or guessed: the explanation is the computation, again.
#
# ### Exercise 25.6 · code (O3)
#
# Write it. `similar` has a row for each film that was seen and a column for each candidate, and need not be symmetric (kNN
# keeps the neighbours of each *candidate*). `seen` is an array of film indices, `film` the candidate. Return the `n` seen
# films that add most, best first, as an array; leave out those that add nothing.
#
# <details><summary>Hint 1</summary>What each seen film adds: <code>similar[seen, film]</code>.</details>
# <details><summary>Hint 2</summary><code>order = np.argsort(-adds)[:n]</code>; keep those with
# <code>adds[order] > 0</code>, and return films, not places.</details>


# %%
def my_because(similar, seen, film, n):
    ### BEGIN SOLUTION
    adds = similar[seen, film]
    order = np.argsort(-adds)[:n]
    return seen[order[adds[order] > 0]]
    ### END SOLUTION


# %%
check("25.6", my_because)

# %% [markdown]
# For user 482 and the best three films:

# %%
similar = baselines.item_knn(seen).toarray()  # row: a film that was seen; column: a candidate
mine = seen[[USER]].indices
score = similar[mine].sum(axis=0)
score[mine] = -np.inf
best = top_k(score[None], 5)[0]
for candidate in best[:3]:
    adds = similar[mine, candidate]
    first = np.argsort(-adds)[:3]
    reasons = ", ".join(f"{titles[mine[k]]} ({adds[k] / adds.sum():.0%})" for k in first)
    print(f"{titles[candidate]}: because you liked {reasons}")

# %% [markdown]
# Films that belong together. But the percentages are small. A picture of the whole sum:

# %%
figure, axes = new_figure(9, 2.9)
shades = plt.get_cmap("cividis")
for row, candidate in enumerate(best[::-1]):
    adds = similar[mine, candidate]
    start = 0.0
    for place_in, k in enumerate(np.argsort(-adds)):
        axes.barh(row, adds[k], left=start, color=shades(1 - place_in / len(adds)), edgecolor="white", linewidth=0.5)
        if place_in < 3:
            axes.text(start + adds[k] / 2, row, titles[mine[k]][:9], ha="center", va="center", fontsize=6)
        start += adds[k]
axes.set(
    yticks=range(5), yticklabels=titles[best[::-1]], xlabel="score: one block for each film of user 482 that adds to it"
)
axes.set_xlim(0, 1.05 * score[best[0]])
show(
    figure,
    alt="Five bars, one for each recommended film, each built of many narrow blocks of slowly falling width. The "
    "first three blocks carry titles such as Nightmare on Elm Street and The Shining; together they fill about a "
    "fifth of the bar, in the last bar, The Terminator, two fifths.",
)

# %% [markdown]
# "Because you liked *A Nightmare on Elm Street*" names one block of many. It is true that this block is the widest. It is
# not true that without it the film would be gone. That can be tested: take the film out of the history and score again.
# And there is a second question. The model knows what you *rated*, not what you *liked*.
#
# ### Exercise 25.7 · predict (O3)
#
# All users, their ten best films, the first reason for each. In which share of these sentences did the user give the
# "liked" film **three stars or fewer**?

# %%
share_not_liked = ...
### BEGIN SOLUTION
share_not_liked = 0.28
### END SOLUTION

# %%
check("25.7", share_not_liked)

# %% tags=["reveal"]
stars = np.zeros(seen.shape)
stars[users.to_idx(cut.train["user_id"]), items.to_idx(cut.train["item_id"])] = cut.train["rating"]
told, width, stays = [], [], []
for who in range(1, users.n_rows):
    history = seen[[who]].indices
    score = similar[history].sum(axis=0)
    score[history] = -np.inf
    best = top_k(score[None], 10)[0]
    for candidate in best:
        adds = similar[history, candidate]
        first = np.argmax(adds)
        told.append(stars[who, history[first]])
        width.append(adds[first] / adds.sum())
        stays.append(candidate in top_k((score - similar[history[first]])[None], 10)[0])
told = np.array(told)
print(f"first reason had at most 3 stars: {(told <= 3).mean():.0%}, less than 3: {(told < 3).mean():.0%}")
print(f"the first reason holds {np.median(width):.0%} of the score (median)")
print(f"without it the film still stands among the ten: {np.mean(stays):.0%}")

# %% [markdown]
# If three stars are not "liked", the sentence is false for more than every fourth reason. And the reason is rarely
# decisive: take the film away, and the recommendation mostly stays. User 348 gave *The
# Godfather: Part II* one star; the model says *The Godfather*, "because you liked" just that film.

# %%
who, candidate = 348, int(np.flatnonzero(titles == "Godfather, The")[0])
history = seen[[who]].indices
first = history[np.argmax(similar[history, candidate])]
print(f"{titles[candidate]} because you liked {titles[first]}, which you gave {stars[who, first]:.0f} star")

# %% [markdown]
# Two repairs, both cheap: say what the model knows ("because you rated …"), and name only films with four stars or more.
# The second changes the *explanation*, not the model: it is kinder, and less faithful. Say so to whoever audits it.

# %% [markdown]
# ## 8. A surrogate of a network
#
# Take the GRU of lesson 11. It is not the best ranker of the course (the linear next-item model of lesson 10 knows the
# order, too, and is ahead of it), but nobody can read its hundreds of thousands of weights. A popular way out: train a
# readable model to copy its *scores*, and read the copy. It is called a
# [surrogate](glossary.md#surrogate-model). First the network: half the size of lesson 11, a dozen epochs, about half a
# minute.

# %%
histories = sequences.histories(cut.train, users, items)
counts = baselines.popularity(seen)
chances = sampling.negative_probabilities(counts)


def examples(rng):
    inputs, targets = sequences.windows(histories, 50, rng, horizon=5)
    negatives = rng.choice(len(chances), (len(inputs), 16), p=chances)
    return [inputs, targets, negatives], np.zeros(inputs.shape, int), (targets > 0).astype("float32")


# %% tags=["nbval-ignore-output"]
trainer, recommender = next_item.next_item_model(bodies.gru_body(64), counts, chances, dim=64)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
trainer.compile(keras.optimizers.AdamW(0.004, weight_decay=0.01), loss)
done = training.fit(trainer, examples, n_epochs=12, batch_size=32, average=5)
newest = sequences.last_items(histories, 50)
network = recommender.predict(newest, batch_size=128, verbose=0)  # (n_users + 1, n_items + 1)
on_valid = {
    "GRU": evaluate(network, seen, valid).mean(),
    "popularity": evaluate(np.tile(counts, (users.n_rows, 1)), seen, valid).mean(),
}
print(
    f"{recommender.count_params():,} weights, {done.seconds:.0f} s; NDCG@10 on valid:",
    {k: round(v, 3) for k, v in on_valid.items()},
)

# %%
claim("on valid the GRU is ahead of popularity, by more than a fifth", on_valid["GRU"] > 1.2 * on_valid["popularity"])

# %% [markdown]
# Now the copies: a linear model and a tree, on our six features. They learn from two thirds of the users: 200 random
# films each, the target being the network's score. Only order within a user matters, so each user's mean is taken off.
# [Fidelity](glossary.md#fidelity) is measured on **pairs of the other users**: R², the share of the network's spread that
# the copy explains. Note what the target is: what the *network* says, not what people did. A copy can be faithful to a
# network that is wrong.

# %%
is_free = (counts > 0) & ~(seen.toarray() > 0)  # rated by somebody, not seen by this user


def pairs_of(who, choose):
    chosen = [choose(user, np.flatnonzero(is_free[user])) for user in who]
    return np.repeat(who, [len(one) for one in chosen]), np.concatenate(chosen)


def at_random(user, free):
    return np.random.default_rng(user).choice(free, 200, replace=False)


def head(user, free):
    return free[np.argsort(-network[user, free])[:50]]


# %% [markdown]
# ### Exercise 25.8 · find the bug (O4)
#
# This fidelity is popular and too kind. The network may score *all* films of user 5 higher than those of user 7; a copy
# that knows only this gets a fine R² and ranks nothing. Mend it: take each user's own mean off both, the copy's scores
# and the network's, before anything else. Then one R² over all pairs: 1 − squared errors / squares of the network.
#
# <details><summary>Hint 1</summary>For each user: <code>is_one = user == one</code>, and subtract the mean of that
# part.</details>
# <details><summary>Hint 2</summary><code>values - pd.Series(values).groupby(user).transform("mean").to_numpy()</code> does it for
# all users at once; do it for both arrays.</details>


# %%
def fidelity(copy, network, user):
    error = ((network - copy) ** 2).sum()
    return 1 - error / ((network - network.mean()) ** 2).sum()


### BEGIN SOLUTION
def fidelity(copy, network, user):  # noqa: F811
    copy, network = (
        values - pd.Series(values).groupby(user).transform("mean").to_numpy() for values in (copy, network)
    )
    return 1 - ((network - copy) ** 2).sum() / (network**2).sum()


### END SOLUTION


# %%
check("25.8", fidelity)


# %% [markdown]
# Ours, and both copies:


# %%
def centred(user, values):
    return values - pd.Series(values).groupby(user).transform("mean").to_numpy()


def r2_within(copy, target, user):
    copy, target = centred(user, copy), centred(user, target)
    return 1 - ((target - copy) ** 2).sum() / (target**2).sum()


def fit_copies(table):
    user, film = pairs_of(np.flatnonzero(~is_held)[1:], at_random)
    target = centred(user, network[user, film])
    line = make_pipeline(StandardScaler(), Ridge()).fit(table[user, film], target)
    return {
        "linear": line,
        "tree": DecisionTreeRegressor(max_depth=4, min_samples_leaf=100).fit(table[user, film], target),
    }


# %% tags=["nbval-ignore-output"]
held = np.flatnonzero(is_held)
user, film_idx = pairs_of(held, at_random)
copies = fit_copies(features)
faithful = {
    name: r2_within(copy.predict(features[user, film_idx]), network[user, film_idx], user)
    for name, copy in copies.items()
}
print("fidelity, R² on held-out users:", {name: round(float(value), 2) for name, value in faithful.items()})
pd.Series(copies["linear"][1].coef_, FEATURES).round(2).to_frame("weight in the linear copy").T

# %%
claim("both copies explain between a quarter and 60 % of the spread", all(0.25 < r2 < 0.6 for r2 in faithful.values()))
copied = copies["linear"][1].coef_
claim("popular has by far the largest weight: more than twice any other", copied[0] > 2 * np.abs(copied[1:]).max())

# %% [markdown]
# A tempting report: "The network prefers popular films near the user's time; this explains about 40 % of its scores."
# Many reports end here. Two more looks. What does a copy get that knows popularity **alone**? And what about the films
# that anybody will see: the head of each list?

# %% tags=["nbval-ignore-output"]
heads = pairs_of(held, head)


def examine(table, copy):
    lists = [table_scores(table, copy, one) for one in held]
    agree = np.mean([len(np.intersect1d(a, b)) for a, b in zip(lists, network_lists)])
    at_head = copy.predict(table[heads]), network[heads]
    by_user = [correlation(*(values[heads[0] == one] for values in at_head)) for one in held]
    everywhere = r2_within(copy.predict(table[user, film_idx]), network[user, film_idx], user)
    return [everywhere, np.mean(by_user), agree]


def correlation(a, b):  # a copy that gives all films one score orders nothing: 0
    return np.corrcoef(a, b)[0, 1] if np.ptp(a) > 0 else 0.0


def table_scores(table, copy, one):
    free = np.flatnonzero(is_free[one])
    return free[np.argsort(-copy.predict(table[one, free]), kind="stable")[:10]]


network_lists = [head(one, np.flatnonzero(is_free[one]))[:10] for one in held]
alone = features[..., :1]
looks = {f"{name}, six features": examine(features, copy) for name, copy in copies.items()}
looks["linear, popular alone"] = examine(alone, fit_copies(alone)["linear"])
columns = ["R², random films", "correlation, best 50", "films in common, of 10"]
pd.DataFrame(looks, columns).T.round(2)

# %%
six, one_only = looks["linear, six features"], looks["linear, popular alone"]
claim("random films: five more features add less than 0.05 to R²", six[0] - one_only[0] < 0.05)
claim("among the network's best 50 the correlation is below 0.4", six[1] < 0.4)
claim("of ten films the copy finds fewer than three", six[2] < 3)

# %%
figure, axes = new_figure(9, 3.4, n_panels=2)
at_head = pairs_of(held, head)
level = network[:, counts > 0].mean(axis=1)
for ax, (who, which), title in zip(axes, ((user, film_idx), at_head), ("random films", "the network's best 50")):
    x, y = copies["linear"].predict(features[who, which]), network[who, which] - level[who]
    drawn = ax.hexbin(x, y, gridsize=35, bins="log", cmap="cividis", mincnt=1)
    ax.set(title=f"{title}, held-out users", xlabel="score of the linear copy", ylabel="score of the network")
show(
    figure,
    alt="Two clouds of pairs, score of the copy to the right, score of the network upwards. Random films form a long "
    "rising band. The network's best fifty form a broad, high cloud with hardly a slope: for one and the "
    "same score of the copy the network's score lies anywhere between 3 and 10.",
)

# %% [markdown]
# On the left the copy looks fine: it knows which films are *not* recommended, the thousands that nobody knows. That is
# most pairs, so it is most of R². On the right, where the list is made, it knows next to nothing: of ten films it finds
# about one, as a list of popular films does. (A correlation also shrinks when only a narrow part of a range is looked at;
# so count the films, too.) **Fidelity belongs to a place.** Measure it where the decision falls.
#
# And the copy has blind spots by construction. Hand the network each history turned round:

# %% tags=["nbval-ignore-output"]
turned = sequences.last_items([history[-50:][::-1] for history in histories], 50)
network_turned = recommender.predict(turned, batch_size=128, verbose=0)
same_films = []
for one, before in zip(held, network_lists):
    free = np.flatnonzero(is_free[one])
    same_films.append(len(np.intersect1d(before, free[np.argsort(-network_turned[one, free])[:10]])))
print(f"histories turned round: the network keeps {np.mean(same_films):.1f} of its ten films, the copy all ten")

# %%
claim("the network changes more than two films of ten", np.mean(same_films) < 8)

# %% [markdown]
# The network reacts to order; no feature of the copy can. So its reading will never mention order, and a reader will
# believe that there is nothing to mention. Give the copy a seventh feature, how similar a film is to the user's newest
# five, and see whether it sees more:

# %% tags=["nbval-ignore-output"]
newest_five = to_matrix(cut.train.groupby("user_id").tail(5), users, items)
near = (newest_five @ similar)[..., None].astype("float32")
seven = np.concatenate([features, near], axis=2)
better = fit_copies(seven)
looks |= {f"{name}, seven features": examine(seven, copy) for name, copy in better.items()}
pd.DataFrame(looks, columns).T.round(2)

# %%
claim(
    "with the seventh feature the linear copy finds more of the ten films, by half a film",
    looks["linear, seven features"][2] > six[2] + 0.5,
)
claim("but fewer than half", looks["linear, seven features"][2] < 5)

# %% [markdown]
# Better, and now the reading says "and what is near to your newest films", which the first one could not. An explanation
# can only use the words you gave it. Still most of the ten are missed: this network has no short honest summary in these
# words.
#
# ### Exercise 25.9 · choose (O4)
#
# Which sentence may stand in a report about the copy with six features?
#
# - **a** "The network recommends by popularity: its surrogate explains about 40 % of the scores."
# - **b** "Over random films popularity explains much of the scores; which films reach the list the surrogate does not say."
# - **c** "The order of the films does not matter to the network: the surrogate works without it."
# - **d** "With a better surrogate the network's accuracy would rise."

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("25.9", answer)

# %% [markdown]
# ## 9. Maps (optional)
#
# The other way in: look at the [embeddings](glossary.md#embedding) of the films. The GRU's table has 64 numbers for each.
# We map the films with at least 20 ratings in train. First a [PCA](glossary.md#principal-component-analysis), as in
# lesson 07.

# %% tags=["nbval-ignore-output"]
table = recommender.get_layer("items").get_weights()[0]
mapped = np.flatnonzero(counts >= 20)
first = PCA(2).fit_transform(table[mapped])[:, 0]
popularity_found = abs(np.corrcoef(first, np.log1p(counts[mapped]))[0, 1])
print(f"{len(mapped)} films; first direction and log of popularity: correlation {popularity_found:.2f}")

# %%
claim("the first direction is popularity: correlation above 0.9", popularity_found > 0.9)

# %% [markdown]
# A great discovery? No: the last column of this table is a *bias*, and lesson 10 filled it with the log of the count
# before training. PCA finds what is wide, not what matters, and a map shows first what somebody put in. Leave that column
# out:

# %% tags=["nbval-ignore-output"]
rows = table[mapped, :-1] - table[mapped, :-1].mean(axis=0)  # (films, 63)
pca = PCA().fit(rows)
flat = pca.transform(rows)[:, :2]
flat *= np.sign(np.corrcoef(flat.T, year[mapped])[:2, 2])  # a direction has no sign: let later years lie right, up
print("share of the spread:", pca.explained_variance_ratio_[:4].round(2), "…")


# %%
def label_films(ax, place, names, size=7):
    for name in names:
        at = place[np.flatnonzero(titles[mapped] == name)[0]]
        ax.plot(*at, marker="o", color="black", markersize=4)
        ax.annotate(name.split(",")[0][:18], at, xytext=(4, 3), textcoords="offset points", fontsize=size)


LANDMARKS = ["Casablanca", "Matrix, The", "Toy Story", "Iron Man", "Pulp Fiction", "Alien"]

# %%
figure, axes = new_figure(8, 5)
points = axes.scatter(*flat.T, c=np.clip(year[mapped], 1950, 2015), cmap="viridis", s=14, alpha=0.8)
label_films(axes, flat, [*LANDMARKS, "Titanic", "Shrek", "Psycho", "Jurassic Park", "Inception", "Fargo"], 8)
figure.colorbar(points, label="year of the film")
axes.set(xlabel="first direction", ylabel="second direction")
show(
    figure,
    alt="A map of the films as dots, coloured by year. Films from 2000 on fill the right side, Iron Man and Inception"
    " among them; films of the nineties, such as Fargo and Jurassic Park, the left; the oldest, such as "
    "Casablanca and Psycho, lie in a band between them. No borders.",
)

# %% [markdown]
# Years lie in it, and nobody told the network a year. But a map of two directions holds only a part of the spread. How
# much can be believed is a number: of the ten nearest films in 63 numbers, how many are among the ten nearest on paper?


# %%
def ten_nearest(place):
    return NearestNeighbors(n_neighbors=10).fit(place).kneighbors(return_distance=False)


def in_common(a, b):  # of the ten, as a share
    return np.mean([len(np.intersect1d(*pair)) for pair in zip(a, b)]) / 10


# %% tags=["nbval-ignore-output"]
true_nearest = ten_nearest(rows)
kept = in_common(true_nearest, ten_nearest(flat))
print(f"PCA map keeps {kept:.0%} of the ten nearest; chance would keep {10 / len(mapped):.0%}")

# %%
claim("the PCA map keeps fewer than a quarter", kept < 0.25)

# %% [markdown]
# So: neighbours on this map are mostly no neighbours. [t-SNE](glossary.md#t-sne) (van der Maaten and Hinton, 2008) gives
# up directions and distances, and tries one thing only: to put near films near (`perplexity=30`: about thirty neighbours
# count as near). It starts from random places and pulls and pushes. A random start: so draw it three times.
# (scikit-learn's default, `init="pca"`, always starts from the same map. The result then looks stable because the luck is
# hidden, not because it is gone.) And a control: a table *without* structure, each column shuffled by itself. Columns
# keep their numbers, films lose their rows.
#
# ### Exercise 25.10 · find the bug (O5)
#
# This control was written for this very lesson, and its map looked wonderfully structured. Why? Mend it: every column
# keeps its numbers, each in an order of its own; the given table stays as it is.
#
# <details><summary>Hint 1</summary>Apply it to a table whose second column is ten times the first. What do you
# get?</details>
# <details><summary>Hint 2</summary>Make *one* generator before the loop; a generator with the same seed makes the same
# shuffle again.</details>


# %%
def shuffled_columns(table, seed):
    columns = []
    for column in table.T:
        rng = np.random.default_rng(seed)
        columns.append(rng.permutation(column))
    return np.column_stack(columns)


### BEGIN SOLUTION
def shuffled_columns(table, seed):  # noqa: F811
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.permutation(column) for column in table.T])


### END SOLUTION


# %%
check("25.10", shuffled_columns)


# %%
def tsne(data, seed):
    return TSNE(perplexity=30, init="random", max_iter=500, random_state=seed).fit_transform(data)


noise = np.random.default_rng(1).permuted(rows, axis=0)  # each column by itself, in one call
maps = [tsne(rows, seed) for seed in (1, 2, 3)]
noise_maps = [tsne(noise, seed) for seed in (1, 2)]

# %%
figure, axes = new_figure(11, 3.2, n_panels=4)
for ax, place, title in zip(axes, [*maps, noise_maps[0]], ("seed 1", "seed 2", "seed 3", "columns shuffled")):
    ax.scatter(*place.T, c=np.clip(year[mapped], 1950, 2015), cmap="viridis", s=5)
    label_films(ax, place, LANDMARKS if title.startswith("seed") else [], 6)
    ax.set(title=title, xticks=[], yticks=[])
show(
    figure,
    alt="Four t-SNE maps coloured by year. Seeds 1 to 3 show alike shapes, films of one time together, the newest at "
    "one end; but turned or mirrored, so that a labelled film lies elsewhere on the paper from seed to seed. The "
    "fourth, of shuffled columns, is an even disc with all years mixed.",
)


# %%
def agreement(several):
    pairs = list(combinations(several, 2))
    return {
        "nearest ten, between seeds": np.mean([in_common(ten_nearest(a), ten_nearest(b)) for a, b in pairs]),
        "order of distances, between seeds": np.mean([spearmanr(pdist(a), pdist(b))[0] for a, b in pairs]),
    }


# %% tags=["nbval-ignore-output"]
stability = pd.DataFrame({"t-SNE": agreement(maps), "t-SNE of shuffled columns": agreement(noise_maps)}).T
stability["nearest ten kept"] = [
    np.mean([in_common(truth, ten_nearest(m)) for m in several])
    for truth, several in ((true_nearest, maps), (ten_nearest(noise), noise_maps))
]
stability.round(2)

# %%
order = stability["order of distances, between seeds"]
claim("our films: distances agree between seeds, above 0.8", order["t-SNE"] > 0.8)
claim("without structure they do not: below 0.7", order["t-SNE of shuffled columns"] < 0.7)
claim(
    "t-SNE keeps more of the nearest ten than PCA, but fewer than 60 %",
    kept < stability["nearest ten kept"]["t-SNE"] < 0.6,
)

# %% [markdown]
# Left, right, up, down: the luck of the seed. What the seeds *share* is worth a look: here that films of one time lie
# together. Between seeds some of each film's neighbours change; and in *every* seed more than half of the neighbours on
# paper are none in the table. So a map can be stable and wrong at once. Agreement between seeds shows that there is
# structure; it does not prove a single neighbour. For a statement about a film, go back to all the numbers.

# %% [markdown]
# ### Exercise 25.11 · choose (O5)
#
# A t-SNE map shows two islands: a large one far on the left, a small dense one on the right. What may you conclude,
# before any other measurement?
#
# - **a** the films of the small island are more alike than those of the large one
# - **b** the two groups are very different, because they lie far apart
# - **c** there may be two groups: look whether other seeds show them, and measure in the full table
# - **d** the first direction, left to right, stands for a property of the films

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("25.11", answer)

# %% [markdown]
# ## 10. Ask the numbers: a probe (optional)
#
# Is "horror" in these rows? Do not look, ask: train a small linear model, a [probe](glossary.md#probe), to tell horror
# films from the others by their 63 numbers. If it can, on films that it has not seen, the numbers hold it. How good is
# good? That needs a control: the same probe on **shuffled labels**, which nothing can know.
#
# ### Exercise 25.12 · predict (O5)
#
# There are only a few films noir among ours. Shuffle that label, so that it means nothing, train the probe on all films,
# and measure its [AUC](glossary.md#auc) **on the same films**. Half is guessing. What do you expect?

# %%
auc_of_nothing = ...
### BEGIN SOLUTION
auc_of_nothing = 0.9
### END SOLUTION

# %%
check("25.12", auc_of_nothing)


# %% tags=["reveal", "nbval-ignore-output"]
def probe_of(label, held_out=True):
    probe = linear(0.1)
    if not held_out:
        return roc_auc_score(label, probe.fit(rows, label).decision_function(rows))
    return roc_auc_score(label, cross_val_predict(probe, rows, label, cv=5, method="decision_function"))


rng = np.random.default_rng(42)
noir = has_genre[mapped, list(genre_names).index("Film-Noir")]
nothing = [rng.permutation(noir) for _ in range(10)]
fooled = np.mean([probe_of(label, held_out=False) for label in nothing])
print(f"{noir.sum():.0f} films noir. Shuffled label: AUC {fooled:.2f} on the same films,", end=" ")
print(f"{np.mean([probe_of(label) for label in nothing]):.2f} on films held out")

# %%
claim("on the same films the probe finds nothing at all with an AUC above 0.75", fooled > 0.75)

# %% [markdown]
# With 63 numbers and few films a probe finds *anything*. So: always on films held out (five-fold), always beside shuffled
# labels. All genres with at least 15 films:

# %% tags=["nbval-ignore-output"]
found = {}
for column, genre in enumerate(genre_names):
    is_in = has_genre[mapped, column]
    if is_in.sum() >= 15 and genre[0] != "(":
        control = [probe_of(rng.permutation(is_in)) for _ in range(10)]
        found[genre] = [int(is_in.sum()), probe_of(is_in), min(control), max(control)]
found = pd.DataFrame(found, ["films", "AUC", "lowest", "highest"]).T.sort_values("AUC")
is_found = found["AUC"] > found["highest"]
print("above all ten controls:", ", ".join(found.index[is_found][::-1]))
print("not above:", ", ".join(found.index[~is_found][::-1]))

# %%
figure, axes = new_figure(7.5, 4.4)
place_of = range(len(found))
axes.hlines(place_of, found["lowest"], found["highest"], color="#999999", linewidth=7, label="ten shuffled labels")
axes.plot(found["AUC"], place_of, linestyle="", marker="o", color=COLOURS[0], markersize=7, label="the genre")
axes.axvline(0.5, color="black", linewidth=0.8, marker="")
axes.set(yticks=place_of, yticklabels=[f"{genre} ({films:.0f})" for genre, films in found["films"].items()])
axes.set_xlabel("AUC of the probe on films held out")
axes.legend(loc="lower right", fontsize=8)
show(
    figure,
    alt="One row a genre: a dot for the probe's AUC, a grey bar for ten shuffled labels around one half. Most dots "
    "lie right of their bar, Film-Noir and IMAX near 0.86, Action, Horror and Sci-Fi above 0.7. Rare genres have "
    "wide bars. Crime, Western and Mystery lie inside theirs.",
)

# %%
large = found[found["films"] >= 100]
claim("Action and Sci-Fi: AUC above 0.62, beyond all controls", min(found["AUC"][["Action", "Sci-Fi"]]) > 0.62)
claim("of the genres with 100 films or more at least two in three are found", is_found[large.index].mean() >= 2 / 3)

# %% [markdown]
# Nobody gave the network a genre, and most genres can be read from its rows, with errors. Look at the grey bars: rare
# genres have wide ones. An AUC of 0.6 is news for Drama and nothing for a genre with two dozen films. And by luck alone
# one genre in eleven stands above its ten controls: do not build on the names at the edge. With another seed of the
# network, some of them change sides.
#
# *IMAX* is a warning: such films are new, so the probe may have found their year.
#
# And the year? A ridge regression, R² on films held out:


# %% tags=["nbval-ignore-output"]
def year_r2(years):
    probe, places = make_pipeline(StandardScaler(), Ridge(10.0)), np.random.default_rng(0).permutation(len(years))
    return r2_score(years[places], cross_val_predict(probe, rows[places], years[places], cv=5))


year_found, year_control = year_r2(year[mapped]), [year_r2(rng.permutation(year[mapped])) for _ in range(10)]
print(f"year: R² {year_found:.2f}; shuffled years: at most {max(year_control):.2f}")

# %%
claim(
    "the year is in the rows: R² above 0.25, all shuffled years below 0.05",
    year_found > 0.25 and max(year_control) < 0.05,
)

# %% [markdown]
# So the colours of the map were no accident. One step further is *not* allowed: "the network uses genres". A probe
# shows what can be read from the rows, not what the network reads. Perhaps people who like one action film rate others,
# and rate films of one time in one evening; the probe finds the trace of whatever it was. What a network *uses* for one
# recommendation is asked layer by layer, from the score backwards: lesson 26.

# %% [markdown]
# ## 11. Five ways, one page

# %%
pd.DataFrame(
    [
        ("linear, small tree", "the computation itself", "twins share weight; twigs change", "interval over users"),
        ("item-kNN's reasons", "the computation itself", "rated is not liked; one of many", "take it out, score again"),
        ("surrogate", "a copy", "good where nobody looks", "fidelity at the head, held-out users"),
        ("map", "a shadow", "neighbours that are none", "neighbours kept; seeds; shuffled"),
        ("probe", "what can be read", "read is not used", "films held out; shuffled labels"),
    ],
    columns=["way", "what you see", "where it misleads", "what to measure"],
).set_index("way")

# %% [markdown]
# ## What you did
#
# - You took linear scores apart, exactly, and saw a twin halve a weight and a sure weight rank nothing (**O1**).
# - You wrote the choice of a split and read a tree: trust the trunk, not the twigs; few leaves make many ties (**O2**).
# - You wrote "because you liked …", and measured how often the film had not been liked (**O3**).
# - You copied a network twice: about 40 % fidelity over random films, hardly any where the list is made (**O4**).
# - Your maps showed structure that seeds agree on and neighbours that are none; a probe found genres and years, beside
#   controls that found nothing (**O5**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - C. Molnar: Interpretable Machine Learning. 3rd edition, 2025 (christophm.github.io/interpretable-ml-book): linear models,
#   trees, global surrogates
# - C. Rudin: Stop Explaining Black Box Machine Learning Models for High Stakes Decisions and Use Interpretable Models
#   Instead. Nature Machine Intelligence 1, 2019, arXiv 1811.10154
# - B. Sarwar, G. Karypis, J. Konstan, J. Riedl: Item-based Collaborative Filtering Recommendation Algorithms. WWW 2001
# - L. van der Maaten, G. Hinton: Visualizing Data using t-SNE. Journal of Machine Learning Research 9, 2008
# - M. Wattenberg, F. Viégas, I. Johnson: How to Use t-SNE Effectively. Distill, 2016, doi 10.23915/distill.00002
# - D. Kobak, G. Linderman: Initialization is Critical for Preserving Global Data Structure in Both t-SNE and UMAP. Nature
#   Biotechnology 39, 2021
# - J. Hewitt, P. Liang: Designing and Interpreting Probes with Control Tasks. EMNLP 2019, arXiv 1909.03368
# - scikit-learn user guide: Decision Trees; Manifold Learning
