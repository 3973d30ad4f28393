# %% [markdown]
# # Read a model, map an embedding
#
# Why this film? Some models can be read directly. Others can only be studied from outside: you copy them with a
# readable model, draw a map of their embeddings, or test what their numbers encode. Each way can mislead, and you learn
# to measure how far to trust it.

# %% [markdown]
# **What you will do**
#
# - **O1** compute how much each feature adds to the score of a linear model, and diagnose two ways to misread it
# - **O2** implement the choice of a split, and read a decision tree branch by branch (optional)
# - **O3** implement item-kNN's own explanation, "because you liked …", and measure when the sentence is false
# - **O4** fit a readable surrogate of a network, measure its fidelity, and diagnose where it misleads
# - **O5** compare maps of an embedding, and test with a probe and a shuffled control what the rows encode (optional)
#
# **What you need**: lessons 04 and 11, and about two hours without the optional sections; take a break before section 7.
# The whole notebook runs in about a minute and a half. Outputs that would give away an answer are folded: click the
# three dots.

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
# Take three films with two features: how popular the film is, and the gap between its year and the years that this user
# likes, in decades. A linear model has one weight for each feature: here 2 for popularity and −1 for each decade of
# distance.

# %%
toy = pd.DataFrame({"popular": [3, 2, 1], "year gap": [1, 5, 0]}, index=["Alien", "Brazil", "Clue"])
toy_weights = np.array([2, -1])
toy.assign(score=toy @ toy_weights)

# %% [markdown]
# Why does *Alien* have a score of 5? An explanation needs a *background* to compare with; ours is the mean film. The
# [contribution](glossary.md#contribution) of a feature is its weight times the film's distance from the mean.

# %%
mean_film = toy.mean()
print("mean film:", mean_film.to_dict(), "→ score", mean_film @ toy_weights)
print("Alien, weight · (value − mean):", (toy_weights * (toy.loc["Alien"] - mean_film)).to_dict())

# %% [markdown]
# *Alien* scores 5 − 2 = 3 more than the mean film: 2 from its popularity, 1 from its year. The contributions add up to
# exactly the difference that has to be explained. With another background they change: among equally popular films,
# popularity contributes nothing.
#
# ### Exercise 25.1 · trace (O1)
#
# A fourth film, *Dune*, has popular 4 and year gap 3. The background stays the same: popular 2, year gap 2. What does
# the year gap contribute?

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
# Now for a whole table: `X` (n_films, n_features), `weights` (n_features,), and `background` (n_others, n_features),
# the rows to take the mean of. Return the contributions, shape (n_films, n_features), and leave `X` as it is.
#
# <details><summary>Hint 1</summary>The mean row of the background is <code>background.mean(axis=0)</code>.</details>
# <details><summary>Hint 2</summary>Subtract it from every row of <code>X</code>, then multiply each column by its
# weight. Do not add up the products.</details>


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
# Now we rank MovieLens films with a model that sees only six named features.

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
# The six features, in words:
#
# - **popular**: how many users rated the film, as a power of ten (2 is about a hundred users)
# - **stars**: its mean rating, pulled towards the overall mean if few users rated it
# - **decade**: its year, in decades from 1990; **year gap**: its distance from the mean year of *this user's* films
# - **genre match**: how much larger the share of the film's genres is among this user's films than among everybody's,
#   in tenths
# - **active**: how many films the user has seen, as a power of ten
#
# All features come from train, and the labels from later ratings: 1 for the user's films in valid, 0 for ten random
# unseen films per film. A feature computed from its own label would be a [leak](glossary.md#data-leakage).

# %%
features = describe(cut.train)
rng = np.random.default_rng(42)
u, i = valid.nonzero()
asked, other = np.repeat(u, 10), rng.integers(1, items.n_rows, 10 * len(u))
unrated = np.asarray((seen + valid)[asked, other]).ravel() == 0  # a film that this user has rated is left out
label = np.append(np.ones(len(u)), np.zeros(unrated.sum()))
u, i = np.append(u, asked[unrated]), np.append(i, other[unrated])
X = features[u, i].astype(float)  # (n_pairs, 6)
shown = pd.DataFrame(X, titles[i], FEATURES).assign(user=u, label=label.astype(int))
shown.sample(5, random_state=8).round(2)

# %% [markdown]
# We hold out a third of the users. Later they serve to evaluate copies and choose hyperparameters.

# %%
is_held = np.zeros(users.n_rows, bool)
is_held[1 + rng.permutation(users.n)[: users.n // 3]] = True
print(f"{len(u):,} pairs; {is_held.sum()} of {users.n} users held out")

# %% [markdown]
# ## 3. Read the coefficients
#
# Logistic regression is the linear model of lesson 05 followed by a sigmoid: its score is a
# [logit](glossary.md#logit). Two things make its weights readable. The features are
# [standardized](glossary.md#standardization), so every weight says what *one standard deviation more* adds. And a
# penalty ([regularization](glossary.md#regularization)) keeps the weights small; in scikit-learn a small C is a strong
# penalty, and we take C = 1.


# %%
def linear(C):
    return make_pipeline(StandardScaler(), LogisticRegression(C=C, solver="newton-cholesky"))


def scores_of(model, table):
    return lambda who: model.predict_proba(table[who].reshape(-1, table.shape[2]))[:, 1].reshape(len(who), -1)


# %% [markdown]
# How certain are the weights? Resample the users fifty times (a user drawn twice counts twice) and fit each time: this
# is the [bootstrap](glossary.md#bootstrap) of lesson 04.

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
claim("the interval of decade includes zero", low[2] < 0 < high[2])

# %% [markdown]
# The model prefers popular films that are close to the user's years and genres. The interval of `decade` includes zero:
# given the year gap, these data do not show whether older films are preferred.
#
# Now look at user 482, who has 43 films in train, most of them horror.

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
    start = np.where((before > 0) == (value > 0)[:, None], before, 0).sum(axis=1)  # same sign: end to end
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
# For this user the genre match outweighs everything: the model recommends five pure horror films and a famous one,
# because a linear term has no upper limit. You see this flaw only because you can read the model: each bar *is* a part
# of the computation, so the explanation is faithful by construction. Whether people watch films for that reason is
# another question.

# %% [markdown]
# ## 4. Two ways to misread a coefficient
#
# **A copied feature.** Suppose somebody adds the number of raters again, under another name. What happens to the weight
# of `popular`?

# %%
with_twin = linear(1.0).fit(np.column_stack([X, X[:, 0]]), label)[1].coef_[0]
liked = np.log10(1 + to_matrix(cut.train[cut.train["rating"] >= 4], users, items).sum(axis=0))  # at least four stars
with_liked = linear(1.0).fit(np.column_stack([X, liked[i]]), label)[1].coef_[0]
table = {"as above": [*weights, np.nan], "an exact copy": with_twin, "raters with 4 stars or more": with_liked}
print(f"correlation of popular and raters with 4 stars or more: {np.corrcoef(X[:, 0], liked[i])[0, 1]:.2f}")
pd.DataFrame(table, [*FEATURES, "added"]).T.round(2)

# %% [markdown]
# With an exact copy, each of the two columns gets half of the weight, although the predictions stay the same. With a
# correlated column instead, the weight of `popular` moves, and that of `stars` nearly vanishes. A coefficient says what a
# feature adds *given all others in the table*: correlated features share their weight.

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
print(f"the lists of 128 users with active set to 0: {np.mean(same[0] == same[1]):.0%} of positions unchanged")

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# **A weight without effect on the ranking.** Not one position changed. A weight can be large and certain, and still be
# irrelevant to the ranking: in a linear model a feature of the user alone adds the same to all films. It would need a
# *product* with a feature of the film. A tree can form such products by itself.
# </details>

# %% [markdown]
# ## 5. A tree, branch by branch (optional)
#
# A [decision tree](glossary.md#decision-tree) asks yes–no questions, each about one feature and one threshold. Its
# prediction is the share of ones in the leaf that a pair reaches. How does it choose a question? Take six pairs:

# %%
x_toy, y_toy = np.array([1, 2, 3, 4, 5, 6]), np.array([0, 0, 1, 0, 1, 1])


def gini(y):  # 0 if all labels are equal, 0.5 if half are ones
    return 2 * y.mean() * (1 - y.mean())


for threshold in (1.5, 2.5, 3.5, 4.5, 5.5):
    left, right = y_toy[x_toy <= threshold], y_toy[x_toy > threshold]
    cost = (len(left) * gini(left) + len(right) * gini(right)) / len(y_toy)
    print(f"x ≤ {threshold}: {left} | {right}   impurity {cost:.3f}")

# %% [markdown]
# The [Gini impurity](glossary.md#gini-impurity) of a group is the probability that two labels drawn from it differ.
# Each side is weighted by its size. Here two splits are equally good: after 2 and after 4. The tree takes one of them
# and then splits each side again.
#
# ### Exercise 25.4 · fill in (O2)
#
# Complete the choice of a split for one feature. `x` holds numbers in any order, some of them equal; `y` holds labels,
# 0 and 1. Return the threshold whose two sides, weighted by their sizes, have the smallest Gini impurity; if several
# are equally good, the smallest of them.
#
# <details><summary>Hint 1</summary>For each threshold: <code>left = y[x <= threshold]</code>; the other labels belong
# to the right side.</details>
# <details><summary>Hint 2</summary>Collect <code>len(left) * gini(left) + len(right) * gini(right)</code> for all
# thresholds in a list; <code>np.argmin</code> finds the first of the smallest values.</details>


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
# Now grow a tree on the real pairs, three questions deep:

# %%
small = DecisionTreeClassifier(max_depth=3, min_samples_leaf=100, random_state=0).fit(X, label)
tree = small.tree_
ones, share = tree.value[:, 0, 1], tree.n_node_samples / len(X)


def question(node):
    name, threshold = FEATURES[tree.feature[node]], tree.threshold[node]
    if name in ("popular", "active"):  # back from powers of ten
        return f"{name}: at most\n{10**threshold - (name == 'popular'):.0f} ratings?"
    return f"{name}:\nat most {threshold:.2f}?"


# %%
figure, axes = new_figure(10, 4.4)
position, colour = count(), plt.get_cmap("viridis")


def draw(node, depth):
    children = [child for child in (tree.children_left[node], tree.children_right[node]) if child >= 0]
    across = [draw(child, depth + 1) for child in children]  # the leaves stand side by side
    x = np.mean(across) if across else next(position)
    for child, to in zip(children, across):
        line = {"linewidth": 1 + 20 * share[child], "color": colour(min(ones[child] / 0.5, 1.0))}
        axes.plot([x, to], [-depth, -depth - 1], marker="", linestyle="-", solid_capstyle="round", zorder=1, **line)
    label_here = question(node) if children else f"{ones[node]:.0%}\n({share[node]:.1%}\nof pairs)"
    axes.text(x, -depth, label_here, ha="center", va="center" if children else "top", fontsize=8, bbox=BOX, zorder=2)
    return x


BOX = {"facecolor": "white", "edgecolor": "#999999", "boxstyle": "round,pad=0.3"}
draw(0, 0)
axes.set(xlim=(-0.6, 7.6), ylim=(-3.75, 0.3))
axes.axis("off")
axes.set_title("yes: left · no: right · thickness: how many pairs · colour: share of ones (dark is low)", fontsize=9)
show(
    figure,
    alt="A tree with three levels of questions. The root asks for popularity, and so does the next question on both "
    "sides; below stands genre match three times and active once. Most pairs flow in a thick dark line to the leftmost "
    "leaves with a few percent of ones; a thin bright branch on the far right ends above one half.",
)

# %% [markdown]
# Here are the leaves as numbers, and the path of one pair: user 482 and *The Silence of the Lambs*.

# %%
is_leaf = tree.children_left < 0
print("leaves, left to right:", " · ".join(f"{one:.0%}" for one in ones[is_leaf]), f"(all pairs: {label.mean():.0%})")
node, pair = 0, features[USER, int(np.flatnonzero(titles == "Silence of the Lambs, The")[0])]
while not is_leaf[node]:
    is_yes = pair[tree.feature[node]] <= tree.threshold[node]
    print(question(node).replace("\n", " "), "yes" if is_yes else "no")
    node = (tree.children_left if is_yes else tree.children_right)[node]
print(f"leaf: {ones[node]:.0%}")

# %% [markdown]
# Most pairs contain a film with few ratings and end at 2 %, or at 8 % if the user has seen very many films. With a few
# more ratings the leaf says 9 %, and 18 % if the genre fits. Above 17 ratings a genre match raises 20 % to 35 %; above
# 50 ratings, 50 % to 66 %. So popularity decides first, then taste.
#
# Do not read 66 % as the probability that a visitor chooses the film: we put ten random films beside each chosen one.
# In the whole catalogue all probabilities are far smaller. What counts is their *order*.
#
# How stable is the tree? Resample the users and grow it again:

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
# The first three questions are stable; the last four change with the sample of users, so draw no conclusions from them.
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
in_fit = ~is_held[u]
valid_held = to_matrix(cut.valid[is_held[users.to_idx(cut.valid["user_id"])]], users, items)
depths = {}
for depth in (3, 4, 5, 6, 7, 8):
    grown = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=100, random_state=0).fit(X[in_fit], label[in_fit])
    outcome = evaluate(scores_of(grown, features), seen, valid_held)
    depths[depth] = {"leaves": grown.get_n_leaves(), "NDCG@10, held out": outcome.mean()}
pd.DataFrame(depths).T.rename_axis("depth").round(3)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# Dozens of films share the best leaf, and ties are broken at random, so the small tree, which can be read, ranks badly.
# Deeper trees rank better, up to about depth 6 with fifty leaves and more. Nobody reads those.
# </details>

# %% [markdown]
# ## 6. What does readability cost? (optional)
#
# First we choose the penalty, on the held-out users:

# %%
path = {}
for C in (1e-5, 1e-4, 1e-3, 1e-2, 1.0):
    model = linear(C).fit(X[in_fit], label[in_fit])
    ndcg = evaluate(scores_of(model, features), seen, valid_held).mean()
    path[C] = [*model[1].coef_[0], ndcg]
path = pd.DataFrame(path, index=[*FEATURES, "NDCG@10, held out"])
path.round(2)

# %% [markdown]
# From left to right the penalty gets weaker and the weights grow, but neither their order nor the ranking changes much.
# C = 1 is as good as any. For the tree we take depth 6, and keep depth 3 to see what readability costs.
#
# If a readable model ranks badly, is it because of its simple *form*, or because it *knows* so little? As a control,
# take the same six columns and a form that nobody can read: many small trees, each fitted to the errors of those before
# it, with their outputs added up ([gradient boosting](glossary.md#gradient-boosting)). We choose the number of trees on
# the held-out users:

# %%
by_trees = {}


def boosted_trees(n_trees):
    return HistGradientBoostingClassifier(learning_rate=0.3, max_iter=n_trees, max_leaf_nodes=8, random_state=0)


for n_trees in (10, 20, 40):
    grown = boosted_trees(n_trees).fit(X[in_fit], label[in_fit])
    by_trees[n_trees] = evaluate(scores_of(grown, features), seen, valid_held).mean()
pd.Series(by_trees, name="NDCG@10, held out").rename_axis("trees").round(3)

# %% [markdown]
# The largest number tried is the best. More trees might rank better still, but a control need not be optimal. Now
# compute the features from train + valid, and use the test set once.

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
    "linear is not distinguishable from popularity: the interval includes zero",
    ahead["linear"][1] < 0 < ahead["linear"][2],
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
# The linear model is not distinguishable from popularity, and both single trees are behind it. *Form* matters: from the
# same six columns the boosted trees make better lists, but nobody can read them. *Knowledge* matters, too: six columns
# cannot say that *this* film goes with *that* one. EASE has a number for each pair of films and is ahead of the boosted
# trees, although its score is a plain sum.
#
# So with these six features readability has its price. That is not a general law: item-kNN can be read as well, and
# ranks far better.

# %% [markdown]
# ## 7. "Because you liked …"
#
# [Item-kNN](glossary.md#item-knn) adds up how similar a film is to each film that you have seen (lesson 04). If *Alien*
# adds 0.4 to a candidate, *Brazil* 0.1 and *Clue* nothing, its score is 0.5, and the reasons, best first, are *Alien* and
# *Brazil*. Again the explanation is the computation itself.
#
# ### Exercise 25.6 · code (O3)
#
# Write this explanation. `similar` has a row for each seen film and a column for each candidate, and need not be
# symmetric (kNN keeps the neighbours of each *candidate*). `seen` is an array of film indices, `film` the candidate.
# Return the `n` seen films that add most, best first, as an array; leave out those that add nothing.
#
# <details><summary>Hint 1</summary><code>similar[seen, film]</code> holds what each seen film adds.</details>
# <details><summary>Hint 2</summary><code>order = np.argsort(-adds)[:n]</code>; keep those with
# <code>adds[order] > 0</code>, and return films, not positions.</details>


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
# Here are the five best films for user 482, each score drawn as a sum:

# %%
similar = baselines.item_knn(seen).toarray()  # row: a film that was seen; column: a candidate
mine = seen[[USER]].indices
score = similar[mine].sum(axis=0)
score[mine] = -np.inf
best = top_k(score[None], 5)[0]

# %%
figure, axes = new_figure(9, 2.9)
shades = plt.get_cmap("cividis")
for row, candidate in enumerate(best[::-1]):
    adds = similar[mine, candidate]
    start = 0.0
    for position, k in enumerate(np.argsort(-adds)):
        axes.barh(row, adds[k], left=start, color=shades(1 - position / len(adds)), edgecolor="white", linewidth=0.5)
        if position < 3:
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
# "Because you liked *A Nightmare on Elm Street*" names the widest block, but it is one of many. Would the
# recommendation remain without it? To test that, take the film out of the history and score again. A second problem:
# the model knows what you *rated*, not what you *liked*.
#
# ### Exercise 25.7 · predict (O3)
#
# Take all users, their ten best films, and the first reason for each. In which share of these sentences did the user give
# the "liked" film **three stars or fewer**?

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
told, stays = [], []
for who in range(1, users.n_rows):
    history = seen[[who]].indices
    score = similar[history].sum(axis=0)
    score[history] = -np.inf
    for candidate in top_k(score[None], 10)[0]:
        adds = similar[history, candidate]
        first = np.argmax(adds)
        told.append(stars[who, history[first]])
        stays.append(candidate in top_k((score - similar[history[first]])[None], 10)[0])
told = np.array(told)
print(f"first reason had at most 3 stars: {(told <= 3).mean():.0%}, less than 3: {(told < 3).mean():.0%}")
print(f"without it the film still stands among the ten: {np.mean(stays):.0%}")

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# If three stars are not "liked", more than one sentence in four is false. And the reason is rarely decisive: without
# that film, the recommendation usually stays in the ten.
#
# There are two cheap repairs: say what the model knows ("because you rated …"), and name only films with four stars or
# more. The second changes the *explanation*, not the model, so it sounds better but is less faithful.
# </details>

# %% [markdown]
# ## 8. A surrogate of a network
#
# Nobody can read the hundreds of thousands of weights of a GRU (lesson 11). A common way out is to train a readable
# model to copy the network's *scores*, and to read this copy, a [surrogate](glossary.md#surrogate-model). First train
# the network (about half a minute).

# %%
histories = sequences.histories(cut.train, users, items)
counts = baselines.popularity(seen)
probabilities = sampling.negative_probabilities(counts)


def examples(rng):
    inputs, targets = sequences.windows(histories, 50, rng, horizon=5)
    negatives = rng.choice(len(probabilities), (len(inputs), 16), p=probabilities)
    return [inputs, targets, negatives], np.zeros(inputs.shape, int), (targets > 0).astype("float32")


# %% tags=["nbval-ignore-output"]
trainer, recommender = next_item.next_item_model(bodies.gru_body(64), counts, probabilities, dim=64)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
trainer.compile(keras.optimizers.AdamW(0.004, weight_decay=0.01), loss)
done = training.fit(trainer, examples, n_epochs=12, batch_size=32, average=5)
network = recommender.predict(sequences.last_items(histories, 50), batch_size=128, verbose=0)  # (users, films)
of_gru = evaluate(network, seen, valid).mean()
of_popularity = evaluate(np.tile(counts, (users.n_rows, 1)), seen, valid).mean()
print(f"{recommender.count_params():,} weights; NDCG@10 on valid: {of_gru:.3f}, popularity {of_popularity:.3f}")

# %%
claim("on valid the GRU is ahead of popularity, by more than a fifth", of_gru > 1.2 * of_popularity)

# %% [markdown]
# The copy is a linear model of our six features. It learns from 200 random films of each user who is not held out; the
# target is the network's score. Only the order within a user matters, so we subtract each user's mean.
# [Fidelity](glossary.md#fidelity) is measured on **pairs of the held-out users**: R², the share of the variance of the
# network's scores that the copy explains. The target is what the *network* says, not what people did: a copy can be
# faithful to a network that is wrong.

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
# This common measure is too generous. The network may score *all* films of user 5 higher than those of user 7; a copy
# that knows only this gets a high R² but cannot rank films. Fix it: subtract each user's own mean from both, the copy's
# scores and the network's, before anything else. Then compute one R² over all pairs: 1 − (sum of the squared errors) /
# (sum of the network's squared scores).
#
# <details><summary>Hint 1</summary>For each user, select the pairs with <code>is_one = user == one</code>, and subtract
# their mean.</details>
# <details><summary>Hint 2</summary><code>values - pd.Series(values).groupby(user).transform("mean").to_numpy()</code>
# does it for all users at once; do it for both arrays.</details>


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
# The same measure in the lesson's code, and then the copy:


# %%
def centred(user, values):
    return values - pd.Series(values).groupby(user).transform("mean").to_numpy()


def r2_within(copy, target, user):
    copy, target = centred(user, copy), centred(user, target)
    return 1 - ((target - copy) ** 2).sum() / (target**2).sum()


def fit_copy(table, model=None):
    user, film = pairs_of(np.flatnonzero(~is_held)[1:], at_random)
    model = model or make_pipeline(StandardScaler(), Ridge())
    return model.fit(table[user, film], centred(user, network[user, film]))


# %% tags=["nbval-ignore-output"]
held = np.flatnonzero(is_held)
user, film_idx = pairs_of(held, at_random)
copy = fit_copy(features)
faithful = r2_within(copy.predict(features[user, film_idx]), network[user, film_idx], user)
print(f"fidelity, R² on held-out users: {faithful:.2f}")
pd.Series(copy[1].coef_, FEATURES).round(2).to_frame("weight in the linear copy").T

# %%
claim("the copy explains between a quarter and 60 % of the variance", 0.25 < faithful < 0.6)
copied = copy[1].coef_
claim("popular has by far the largest weight: more than twice any other", copied[0] > 2 * np.abs(copied[1:]).max())

# %% [markdown]
# It is tempting to report: "The network prefers popular films near the user's years; this explains about 40 % of its
# scores." But how good is a copy that knows popularity **alone**? And how good are both on the films that users will
# see, the head of each list?

# %% tags=["nbval-ignore-output"]
network_lists = [head(one, np.flatnonzero(is_free[one]))[:10] for one in held]


def ten_best(table, copy, one):
    free = np.flatnonzero(is_free[one])
    return free[np.argsort(-copy.predict(table[one, free]), kind="stable")[:10]]


def examine(table, copy):
    in_common = [len(np.intersect1d(ten_best(table, copy, one), ten)) for one, ten in zip(held, network_lists)]
    everywhere = r2_within(copy.predict(table[user, film_idx]), network[user, film_idx], user)
    return {"R², random films": everywhere, "films in common, of 10": np.mean(in_common)}


# %% tags=["nbval-ignore-output"]
alone = features[..., :1]
looks = {"linear, six features": examine(features, copy), "linear, popular alone": examine(alone, fit_copy(alone))}
pd.DataFrame(looks).T.round(2)

# %%
r2, in_common = pd.DataFrame(looks).to_numpy()
claim("random films: five more features add less than 0.05 to R²", r2[0] - r2[1] < 0.05)
claim("of ten films the copy finds fewer than three", in_common[0] < 3)

# %%
figure, axes = new_figure(9, 3.4, n_panels=2)
level, heads = network[:, counts > 0].mean(axis=1), pairs_of(held, head)
for ax, (who, which), title in zip(axes, ((user, film_idx), heads), ("random films", "the network's best 50")):
    x, y = copy.predict(features[who, which]), network[who, which] - level[who]
    drawn = ax.hexbin(x, y, gridsize=35, bins="log", cmap="cividis", mincnt=1)
    ax.set(title=f"{title}, held-out users", xlabel="score of the linear copy", ylabel="score of the network")
show(
    figure,
    alt="Two clouds of pairs, score of the copy to the right, score of the network upwards. Random films form a long "
    "rising band. The network's best fifty form a broad, high cloud with hardly a slope: for one and the "
    "same score of the copy the network's score lies anywhere between 3 and 10.",
)

# %% [markdown]
# On the left the copy looks fine: it knows which films are *not* recommended, the thousands with few ratings. They are
# most of the pairs, so they determine most of R². On the right, where the list is made, it hardly helps: of ten films
# it finds about one, as the copy with popularity alone does. **Measure fidelity where the decision is made.**
#
# ### Exercise 25.9 · choose (O4)
#
# Which sentence may stand in a report about the copy with six features?
#
# - **a** "The network recommends by popularity: its surrogate explains about 40 % of the scores."
# - **b** "Over random films popularity explains much of the scores; the surrogate does not say which films reach the
#   list."
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
# ## 9. What a surrogate cannot see (optional)
#
# A copy cannot show what its features do not contain. Give the network each history in reverse order:

# %% tags=["nbval-ignore-output"]
turned = sequences.last_items([history[-50:][::-1] for history in histories], 50)
network_turned = recommender.predict(turned, batch_size=128, verbose=0)
same_films = []
for one, before in zip(held, network_lists):
    free = np.flatnonzero(is_free[one])
    same_films.append(len(np.intersect1d(before, free[np.argsort(-network_turned[one, free])[:10]])))
print(f"histories reversed: the network keeps {np.mean(same_films):.1f} of its ten films, the copy all ten")

# %%
claim("the network changes more than two films of ten", np.mean(same_films) < 8)

# %% [markdown]
# The network reacts to order; no feature of the copy does. So its explanation never mentions order, and a reader may
# believe that order does not matter. Give the copy a seventh feature, the similarity of a film to the user's five
# newest ones. Also fit a tree as a copy: does the form of the copy matter?

# %% tags=["nbval-ignore-output"]
newest_five = to_matrix(cut.train.groupby("user_id").tail(5), users, items)
near = (newest_five @ similar)[..., None].astype("float32")
seven = np.concatenate([features, near], axis=2)
tree_copy = DecisionTreeRegressor(max_depth=4, min_samples_leaf=100)
looks["tree, six features"] = examine(features, fit_copy(features, tree_copy))
looks["linear, seven features"] = examine(seven, fit_copy(seven))
looks["tree, seven features"] = examine(seven, fit_copy(seven, tree_copy))
pd.DataFrame(looks).T.round(2)

# %%
found = pd.DataFrame(looks).loc["films in common, of 10"]
claim("a tree of the six features finds fewer than three of the ten films, too", found["tree, six features"] < 3)
claim(
    "with the seventh feature the linear copy finds more of the ten films, by half a film",
    found["linear, seven features"] > found["linear, six features"] + 0.5,
)
claim("but fewer than half", found["linear, seven features"] < 5)

# %% [markdown]
# A tree of the same six columns does not find the list either. With the seventh feature the copy is better, and its
# explanation now adds "and what is similar to your newest films". An explanation can only use the words that you gave
# it. Still, most of the ten films are missed: these features do not give a short and honest summary of this network.

# %% [markdown]
# ## 10. Maps (optional)
#
# Another way to study a network is to look at the [embeddings](glossary.md#embedding) of the films. The GRU's table has
# 64 numbers for each. We map the films with at least 20 ratings in train, first by
# [PCA](glossary.md#principal-component-analysis), as in lesson 07.

# %% tags=["nbval-ignore-output"]
table = recommender.get_layer("items").get_weights()[0]
mapped = np.flatnonzero(counts >= 20)
first = PCA(2).fit_transform(table[mapped])[:, 0]
popularity_found = abs(np.corrcoef(first, np.log1p(counts[mapped]))[0, 1])
print(f"{len(mapped)} films; first direction and log of popularity: correlation {popularity_found:.2f}")

# %%
claim("the first direction is popularity: correlation above 0.9", popularity_found > 0.9)

# %% [markdown]
# This is no discovery: the last column of this table is a *bias*, and lesson 10 filled it with the log of the count
# before training. PCA finds the directions of largest variance, which need not be the ones that matter; here it found
# what we had put in ourselves. Leave that column out:

# %% tags=["nbval-ignore-output"]
rows = table[mapped, :-1] - table[mapped, :-1].mean(axis=0)  # (films, 63)
pca = PCA().fit(rows)
flat = pca.transform(rows)[:, :2]
flat *= np.sign(np.corrcoef(flat.T, year[mapped])[:2, 2])  # a direction has no sign: let later years lie right, up
print("share of the variance:", pca.explained_variance_ratio_[:4].round(2), "…")


# %%
def label_films(ax, positions, names, size=7):
    for name in names:
        at = positions[np.flatnonzero(titles[mapped] == name)[0]]
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
# The map shows years, although the network never saw a year. But two directions hold only a part of the variance. To
# measure how far the map can be trusted, ask: of the ten nearest films in 63 dimensions, how many are among the ten
# nearest on the map?


# %%
def ten_nearest(positions):
    return NearestNeighbors(n_neighbors=10).fit(positions).kneighbors(return_distance=False)


def in_common(a, b):  # of the ten, as a share
    return np.mean([len(np.intersect1d(*pair)) for pair in zip(a, b)]) / 10


# %% tags=["nbval-ignore-output"]
true_nearest = ten_nearest(rows)
kept = in_common(true_nearest, ten_nearest(flat))
print(f"PCA map keeps {kept:.0%} of the ten nearest; at random it would be {10 / len(mapped):.0%}")

# %%
claim("the PCA map keeps fewer than a quarter", kept < 0.25)

# %% [markdown]
# So neighbours on this map are mostly not neighbours in the table. [t-SNE](glossary.md#t-sne) (van der Maaten and
# Hinton, 2008) gives up directions and distances and only tries to keep near films near (`perplexity=30`: about thirty
# neighbours count as near). It starts from random positions, so we draw it three times. (scikit-learn's default,
# `init="pca"`, always starts from the same map; the result then looks stable because the randomness is hidden, not
# because it is gone.) As a control we also map a table *without* structure: each column is shuffled independently, so
# it keeps its numbers, but no row belongs to a film any more.

# %% [markdown]
# ### Exercise 25.10 · find the bug (O5)
#
# This control was written for this very lesson, and its map looked wonderfully structured. Why? Fix it: every column
# keeps its numbers but gets its own random order; the given table must not change.
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
for ax, positions, title in zip(axes, [*maps, noise_maps[0]], ("seed 1", "seed 2", "seed 3", "columns shuffled")):
    ax.scatter(*positions.T, c=np.clip(year[mapped], 1950, 2015), cmap="viridis", s=5)
    label_films(ax, positions, LANDMARKS if title.startswith("seed") else [], 6)
    ax.set(title=title, xticks=[], yticks=[])
show(
    figure,
    alt="Four t-SNE maps coloured by year. Seeds 1 to 3 show similar shapes, films of one time together, the newest at "
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
# Left, right, up and down depend on the seed. What the seeds *share* is worth a look: here films of the same period lie
# together. Between seeds some neighbours of each film change, and in *every* seed more than half of the neighbours on
# the map are not neighbours in the table. So a map can be stable and wrong at the same time. Agreement between seeds
# shows that there is structure; it does not prove that two films are neighbours. For a statement about a film, go back
# to the full table.

# %% [markdown]
# ### Exercise 25.11 · choose (O5)
#
# A t-SNE map shows two islands: a large one far on the left, a small dense one on the right. What may you conclude,
# before any other measurement?
#
# - **a** the films of the small island are more alike than those of the large one
# - **b** the two groups are very different, because they lie far apart
# - **c** there may be two groups: check whether other seeds show them, and measure in the full table
# - **d** the first direction, left to right, stands for a property of the films

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("25.11", answer)

# %% [markdown]
# ## 11. Ask the numbers: a probe (optional)
#
# Do these rows encode "horror"? Train a small linear model, a [probe](glossary.md#probe), to tell horror films from the
# others by their 63 numbers. If it can, on films that it has not seen, the rows hold that information. To judge how
# good its AUC is, we need a control: the same probe on **shuffled labels**, which no row can predict.
#
# ### Exercise 25.12 · predict (O5)
#
# Only a few of our films have the genre Film-Noir. Shuffle that label, so that it means nothing, train the probe on all
# films, and measure its [AUC](glossary.md#auc) **on the same films**. Guessing gives one half. What do you expect?

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

# %% tags=["reveal"]
claim("on the same films the probe finds nothing at all with an AUC above 0.75", fooled > 0.75)

# %% [markdown]
# <details><summary>What the outputs show</summary>
#
# With 63 numbers and few films a probe can fit *anything*. So always evaluate it on held-out films (here with five-fold
# cross-validation), and compare it with shuffled labels.
# </details>

# %% [markdown]
# ### All genres, beside their controls
#
# We probe for every genre with at least 15 films, and evaluate on held-out films:

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
row_of = range(len(found))
axes.hlines(row_of, found["lowest"], found["highest"], color="#999999", linewidth=7, label="ten shuffled labels")
axes.plot(found["AUC"], row_of, linestyle="", marker="o", color=COLOURS[0], markersize=7, label="the genre")
axes.axvline(0.5, color="black", linewidth=0.8, marker="")
axes.set(yticks=row_of, yticklabels=[f"{genre} ({films:.0f})" for genre, films in found["films"].items()])
axes.set_xlabel("AUC of the probe on films held out")
axes.legend(loc="lower right", fontsize=8)
show(
    figure,
    alt="One row per genre: a dot for the probe's AUC, a grey bar for ten shuffled labels around one half. Most dots "
    "lie right of their bar, Film-Noir and IMAX near 0.86, Action, Horror and Sci-Fi above 0.7. Rare genres have "
    "wide bars. Crime, Western and Mystery lie inside theirs.",
)

# %%
large = found[found["films"] >= 100]
claim("Action and Sci-Fi: AUC above 0.62, beyond all controls", min(found["AUC"][["Action", "Sci-Fi"]]) > 0.62)
claim("of the genres with 100 films or more at least two in three are found", is_found[large.index].mean() >= 2 / 3)

# %% [markdown]
# Nobody gave the network a genre, and yet most genres can be predicted from its rows, with errors. Rare genres have
# wide grey bars: an AUC of 0.6 is evidence for Drama and none for a genre with two dozen films. By luck alone one genre
# in eleven exceeds its ten controls, so do not rely on those close to their bar; with another seed of the network some
# of them change sides. *IMAX* is a warning: such films are new, so the probe may have found their year.
#
# Do the rows encode the year, too? We fit a ridge regression and measure R² on held-out films:


# %% tags=["nbval-ignore-output"]
def year_r2(years):
    probe, order = make_pipeline(StandardScaler(), Ridge(10.0)), np.random.default_rng(0).permutation(len(years))
    return r2_score(years[order], cross_val_predict(probe, rows[order], years[order], cv=5))


year_found, year_control = year_r2(year[mapped]), [year_r2(rng.permutation(year[mapped])) for _ in range(10)]
print(f"year: R² {year_found:.2f}; shuffled years: at most {max(year_control):.2f}")

# %%
claim(
    "the year is in the rows: R² above 0.25, all shuffled years below 0.05",
    year_found > 0.25 and max(year_control) < 0.05,
)

# %% [markdown]
# So the pattern of years on the map was no accident. But "the network uses genres" does *not* follow. A probe shows
# what can be read from the rows, not what the network reads. Perhaps people who like one action film also rate others,
# and the probe finds the trace of that. Lesson 26 asks what a network *uses* for one recommendation.

# %% [markdown]
# ## 12. Five ways, one page
#
# | Way | What you see | Where it misleads | What to measure |
# |---|---|---|---|
# | linear model, small tree | the computation itself | correlated features share weight; the last questions change | interval over users |
# | item-kNN's reasons | the computation itself | rated is not liked; one reason of many | take it out, score again |
# | surrogate | a copy | it is good where nobody looks | fidelity at the head, held-out users |
# | map | a projection | false neighbours | neighbours kept; seeds; shuffled columns |
# | probe | what can be read | what can be read need not be used | held-out films; shuffled labels |

# %% [markdown]
# ## What you did
#
# - You took linear scores apart exactly, and saw a copied column halve a weight, and a large, certain weight change no
#   ranking (**O1**).
# - Optional: you implemented the choice of a split, and saw which questions of a tree are stable (**O2**).
# - You implemented "because you liked …", and measured how often the film had not been liked (**O3**).
# - You copied a network: the copy explains about 40 % over random films, and hardly anything where the list is made
#   (**O4**).
# - Optional: your maps showed stable structure and false neighbours; a probe found genres and years, while its controls
#   found nothing (**O5**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - C. Molnar: Interpretable Machine Learning. 3rd edition, 2025 (christophm.github.io/interpretable-ml-book): linear
#   models, trees, global surrogates
# - C. Rudin: Stop Explaining Black Box Machine Learning Models for High Stakes Decisions and Use Interpretable Models
#   Instead. Nature Machine Intelligence 1, 2019, arXiv 1811.10154
# - B. Sarwar, G. Karypis, J. Konstan, J. Riedl: Item-based Collaborative Filtering Recommendation Algorithms. WWW 2001
# - L. van der Maaten, G. Hinton: Visualizing Data using t-SNE. Journal of Machine Learning Research 9, 2008
# - M. Wattenberg, F. Viégas, I. Johnson: How to Use t-SNE Effectively. Distill, 2016, doi 10.23915/distill.00002
# - D. Kobak, G. Linderman: Initialization is Critical for Preserving Global Data Structure in Both t-SNE and UMAP. Nature
#   Biotechnology 39, 2021
# - J. Hewitt, P. Liang: Designing and Interpreting Probes with Control Tasks. EMNLP 2019, arXiv 1909.03368
# - scikit-learn user guide: Decision Trees; Manifold Learning
