# %% [markdown]
# # Look at the data
#
# Before you build a model, look at who did what, how often, and when. A table of ratings is almost empty and very
# unequal, and its timestamps hold surprises. Three numbers per film, chosen by hand, already make a small recommender.

# %% [markdown]
# **What you will do**
#
# - **O1** describe a table of interactions, and tell explicit from implicit feedback
# - **O2** compute how sparse and how unequal it is: density, cumulative share, Gini
# - **O3** diagnose what its timestamps hide: drift and bursts
# - **O4** predict preferences with embeddings made by hand
# - **O5** find a film's neighbours by counting, and explain why raw counts favour popular films
#
# **What you need**: lesson 01, and about two hours without the optional sections; take a break before section 6. The
# whole notebook runs in a few seconds: it trains no model and needs only NumPy and pandas.

# %%
import numpy as np
import pandas as pd

from recsys_helpers.data import load_movielens
from recsys_helpers.exercises import check
from recsys_helpers.notebook import claim, new_figure, show
from recsys_helpers.start import set_seed

set_seed(42)
ratings, movies = load_movielens()
titles = movies.set_index("item_id")["title"]

# %% [markdown]
# ## 1. One row, one interaction
#
# [MovieLens](glossary.md#movielens) is a website where people rate films. Our sample holds real ratings from 1995
# to 2016. In each row, a [user](glossary.md#user) gave an [item](glossary.md#item), here a film, some stars:

# %%
ratings.head(3)

# %% [markdown]
# User 1 gave film 31 two and a half stars. Such a row is called an [interaction](glossary.md#interaction). `timestamp`
# counts the seconds since 1 January 1970; pandas turns them into dates. A second table, `movies`, holds the titles:

# %%
ratings["when"] = pd.to_datetime(ratings["timestamp"], unit="s")
ratings.merge(movies, on="item_id")[["user_id", "title", "rating", "when"]].head(3)

# %% [markdown]
# Ask three questions about any such table: how many users, items and rows it has, whether a pair can occur twice, and
# how it is sorted.

# %%
print("users", ratings["user_id"].nunique(), "· films", ratings["item_id"].nunique(), "· rows", len(ratings))
print("pairs that occur twice:", ratings.duplicated(["user_id", "item_id"]).sum())
print("sorted by user, then film:", ratings.equals(ratings.sort_values(["user_id", "item_id"])))
print("fewest ratings of a user:", ratings["user_id"].value_counts().min())

# %% [markdown]
# Remember the last two lines: the rows are sorted by user and film, **not** by time, and nobody has fewer than 20
# ratings: users with fewer were removed before you saw the data.
#
# ### What did they tell us?
#
# | what happened | kind | what we know |
# |---|---|---|
# | gave 4.5 stars | explicit | the user's own judgement |
# | watched to the end | implicit | they did it; whether they liked it is a guess |
# | stopped after two minutes | implicit | perhaps dislike, perhaps a phone call |
# | never opened it | nothing | disliked, or unknown to them? We cannot tell |
#
# [Explicit feedback](glossary.md#explicit-feedback) is what people say; [implicit
# feedback](glossary.md#implicit-feedback) is what they do. There is far more implicit feedback, because giving it takes
# no effort.

# %% [markdown]
# ### Exercise 02.1 · choose (O1)
#
# A shop's log shows that user 7 never opened the page of film 12. What can you conclude?
#
# - **a** user 7 does not like film 12, so write a 0 for the pair
# - **b** user 7 gave implicit feedback against film 12
# - **c** nothing about taste: perhaps user 7 does not know that the film exists
# - **d** user 7 and film 12 must be removed from the data

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("02.1", answer)

# %% [markdown]
# ### Two readings of the stars
#
# As explicit feedback, a rating gives the number of stars; as implicit feedback, it shows only that somebody cared
# enough to rate this film. When this course *ranks* films, every rating counts as an interaction, even half a star.
# When it *predicts stars*, in lesson 07, it uses that number.

# %%
print(f"rated at all: {len(ratings):,}   four stars or more: {(ratings['rating'] >= 4).mean():.1%} of them")

# %% [markdown]
# ## 2. Mostly empty
#
# Here are four users, five films, and a 1 for each rating:

# %%
small = np.array([[1, 1, 0, 0, 0], [1, 0, 1, 0, 0], [1, 0, 0, 0, 0], [0, 1, 0, 0, 0]])  # (4 users, 5 films)
print(f"{small.sum()} of {small.size} cells are filled: density {small.mean():.2f}, sparsity {1 - small.mean():.2f}")

# %% [markdown]
# [Density](glossary.md#density) is the share of filled cells; [sparsity](glossary.md#sparsity) is the share of empty
# ones.
#
# ### Exercise 02.2 · trace (O2)
#
# Compute on paper: a table of 3 users and 4 films holds 5 ratings. What is its density? Two decimals are enough.

# %%
density = ...
### BEGIN SOLUTION
density = 0.42
### END SOLUTION

# %%
check("02.2", density)

# %% [markdown]
# ### The real matrix
#
# The real matrix has a row for each of 671 users and a column for each of 9,066 films. We sort it, with the busiest
# user at the top and the most rated film on the left. Then we look at the whole matrix and at two small windows of 60
# users × 60 films.

# %%
table = pd.crosstab(ratings["user_id"], ratings["item_id"])  # how often each pair occurs: 0 or 1
seen = table.to_numpy(dtype=np.float32)  # (n_users, n_items)
by_activity = np.argsort(-seen.sum(axis=1), kind="stable")
by_popularity = np.argsort(-seen.sum(axis=0), kind="stable")
picture = seen[by_activity][:, by_popularity]
print(seen.shape, f"density {seen.mean():.2%}")

# %%
windows = {  # first and last user, first and last film
    "everything": (0, 671, 0, 9066),
    "top left corner": (0, 60, 0, 60),
    "in the middle": (300, 360, 3000, 3060),
}
figure, axes = new_figure(9, 3.4, n_panels=3, width_ratios=[1.5, 1, 1])
for panel, (name, (top, bottom, left, right)) in zip(axes, windows.items()):
    window = picture[top:bottom, left:right]
    darkest = 0.3 if name == "everything" else 1  # a single dot of the whole is smaller than a pixel
    panel.imshow(window, cmap="Greys", aspect="auto", vmax=darkest, extent=(left, right, bottom, top))
    panel.set(title=f"{name}: {window.mean():.1%}", xlabel="films, most rated first", xticks=[left, right])
    panel.grid(False)
    print(f"{name:16} {window.shape[0]:3} × {window.shape[1]:4}   density {window.mean():.1%}")
axes[0].set_ylabel("users, busiest first")
show(
    figure,
    alt="Three pictures of the sorted matrix, a dark dot for each rating. The whole: dark only along the left and top "
    "edges, white elsewhere. The top left window is mostly filled, 72.5 %. The one in the middle: ten dots, 0.3 %.",
)

# %% [markdown]
# Fewer than two cells in a hundred are filled, and they are not spread evenly. For the busiest users and the most rated
# films, 72.5 % of the cells are filled. In the middle, where a recommender would help most, only 0.3 % are.

# %% [markdown]
# ## 3. The long tail
#
# How are ratings spread over films? Start with five films that share 20 ratings:

# %%
counts = np.array([10, 1, 5, 1, 3])
share = np.sort(counts)[::-1].cumsum() / counts.sum()
share

# %% [markdown]
# The counts are sorted, largest first, and added up. The first film alone has half of all ratings, and the first two 75
# %. This is the [cumulative share](glossary.md#cumulative-share).
#
# ### Exercise 02.3 · predict (O2)
#
# Now sort all 9,066 real films by their number of ratings, largest first. What share of all ratings does the first
# *tenth* of the films have? Guess a number between 0 and 1.

# %%
share_of_the_top_tenth = ...
### BEGIN SOLUTION
share_of_the_top_tenth = 0.6
### END SOLUTION

# %%
check("02.3", share_of_the_top_tenth)

# %% tags=["reveal"]
film_counts = ratings["item_id"].value_counts()  # sorted, largest first
film_share = (film_counts.cumsum() / len(ratings)).to_numpy()
tenth = len(film_counts) // 10
n_rare = (film_counts <= 5).sum()
print(f"the first tenth of the films has {film_share[tenth - 1]:.1%} of the ratings")
print(f"films with one rating: {(film_counts == 1).mean():.1%}; with five at most: {n_rare:,}, {n_rare / 9066:.1%}")

# %% tags=["reveal"]
figure, axes = new_figure(8.5, 3.2, n_panels=2)
axes[0].plot(np.arange(1, 9067), film_counts.to_numpy(), marker="")
axes[0].set(xlabel="films, most rated first", ylabel="ratings", title="the long tail")
axes[0].annotate(f"{titles[film_counts.index[0]]}, {film_counts.iloc[0]}", (1, 341), xytext=(700, 335), va="center")
axes[0].axvspan(9066 - n_rare, 9066, color="#E69F00", alpha=0.25)
axes[0].annotate(f"{n_rare:,} films:\nfive ratings at most", (9066 - n_rare / 2, 60), ha="center")
axes[1].plot(np.linspace(0, 1, 9066), film_share, marker="", label="MovieLens")
axes[1].plot([0, 1], [0, 1], marker="", label="all films equal")
axes[1].plot([0.1], [film_share[tenth - 1]], linestyle="", label=f"first tenth: {film_share[tenth - 1]:.0%}")
axes[1].set(xlabel="share of films", ylabel="share of ratings", title="cumulative share")
axes[1].legend(loc="lower right")
show(
    figure,
    alt="Left: ratings per film fall steeply from 341; the last 5,967 of 9,066 films, shaded, have five at most. "
    "Right: the cumulative share rises steeply, 60 % of ratings at a tenth of the films, far above the diagonal.",
)

# %% [markdown]
# <details><summary>What the outputs show</summary>
#
# The first tenth of the films has 60 % of the ratings. At the other end is the [long tail](glossary.md#long-tail): a
# third of the films have just one rating. So recommending the most popular films to everybody is hard to beat (lesson
# 04), and for most of the catalogue there is almost no data.
#
# </details>

# %% [markdown]
# ### One number for the inequality
#
# Take the differences between the counts of all pairs of films, each with itself too. Their mean, divided by twice the
# mean count, is the [Gini coefficient](glossary.md#gini-coefficient). For our five films:

# %%
difference = np.abs(counts[:, None] - counts)  # (5, 5): each film with each
print(difference)
print(f"differences: sum {difference.sum()}, mean {difference.mean():.2f}; mean count {counts.mean():.1f}")
print(f"Gini {difference.mean() / (2 * counts.mean()):.2f}")

# %% [markdown]
# The 25 differences sum to 88, so their mean is 3.52. Twice the mean count is 8, so the Gini is 3.52 / 8 = 0.44. If all
# counts were equal, it would be 0; if one of very many films had all ratings, nearly 1.

# %% [markdown]
# ### Exercise 02.4 · code (O2)
#
# Write a function that returns the Gini coefficient of an array of counts. It must work for any number of films, with
# the counts in any order.
#
# <details><summary>Hint 1</summary><code>counts[:, None] - counts</code> has a row and a column for each film. Take the
# absolute values, and then their mean.</details>
# <details><summary>Hint 2</summary>The pairs of a film with itself are part of the mean. Divide by
# <code>2 * counts.mean()</code>.</details>


# %%
def my_gini(counts):
    ### BEGIN SOLUTION
    difference = np.abs(counts[:, None] - counts)
    return difference.mean() / (2 * counts.mean())
    ### END SOLUTION


# %%
check("02.4", my_gini)

# %% [markdown]
# For 9,066 films, that is 82 million differences. Sorting the counts gives the same number much faster: in a sorted
# list of *n*, the value at position *i* is added in the *i* − 1 pairs where it is larger and subtracted in the *n* −
# *i* where it is smaller, so it counts (*i* − 1) − (*n* − *i*) = 2*i* − *n* − 1 times.


# %%
def gini(counts):
    counts, n = np.sort(counts), len(counts)
    position = np.arange(1, n + 1)
    return ((2 * position - n - 1) * counts).sum() / (n * counts.sum())


film_counts, user_counts = ratings["item_id"].value_counts(), ratings["user_id"].value_counts()
print(f"pairs of 9,066 films: {9066**2 / 1e6:.0f} million; Gini of the five films {gini(counts):.2f}")
print(f"Gini of all films {gini(film_counts):.2f}, of users {gini(user_counts):.2f}")

# %% [markdown]
# The real films are far more unequal (Gini 0.72) than our five (0.44).

# %% [markdown]
# ## 4. What the stars say (optional)
#
# Which ratings do people give, and does a rating mean the same to everybody?

# %%
stars = ratings["rating"].value_counts(sort=False).sort_index()
print("mean", round(ratings["rating"].mean(), 2), "· median", ratings["rating"].median())
(stars / len(ratings)).round(3).to_dict()

# %%
figure, axes = new_figure(6, 2.6)
colours = ["#0072B2" if value % 1 == 0 else "#E69F00" for value in stars.index]
hatches = ["" if value % 1 == 0 else "//" for value in stars.index]
axes.bar(stars.index, stars / len(ratings), width=0.4, color=colours, hatch=hatches)
axes.set(xlabel="stars (hatched: half stars)", ylabel="share of ratings", xticks=range(1, 6))
show(
    figure,
    alt="Bars of the share of each rating. 4 stars is the most frequent with 29 %, then 3 with 20 % and 5 with 15 %. "
    "Half stars are always rarer than the whole stars beside them. Below 3 stars little remains.",
)

# %% [markdown]
# Two things stand out. The mean is 3.54, above the middle of the scale. A likely reason is that people rate films that
# they chose to watch. And half stars are rare, as if people did not like to give them; section 5 has a better
# explanation.
#
# The same number of stars also means different things to different users. How far apart are the mean ratings of
# individual users?

# %%
user_mean = ratings.groupby("user_id")["rating"].mean()
print(user_mean.quantile([0, 0.05, 0.5, 0.95, 1]).round(2).to_dict())

# %% [markdown]
# The lowest mean of a user is 1.33 stars, the highest is 4.95. From the first user, four stars are rare praise; from
# the second, they show disappointment. This is why lesson 07 starts with a mean for each user.

# %% [markdown]
# ## 5. Drift: the years are not alike
#
# For each year, we count the ratings, their users and the films rated for the first time, and compute the mean rating
# and the share of half stars.

# %%
ratings["year"] = ratings["when"].dt.year
by_year = ratings.groupby("year").agg(ratings=("rating", "size"), users=("user_id", "nunique"), mean=("rating", "mean"))
by_year["half_stars"] = (ratings["rating"] % 1 == 0.5).groupby(ratings["year"]).mean()
by_year["new_films"] = ratings.groupby("item_id")["year"].min().value_counts()
half_stars, new_films = by_year.loc[2004:, "half_stars"], by_year.loc[1996:, "new_films"]
print(f"half stars since 2004: {half_stars.min():.0%} to {half_stars.max():.0%} of a year's ratings")
print(f"films rated for the first time, since 1996: {new_films.min()} to {new_films.max():,} a year")
by_year.loc[[1996, 1999, 2000, 2002, 2003, 2004, 2007, 2015, 2016]].round(2)

# %%
figure, axes = new_figure(8.5, 2.8, n_panels=2)
axes[0].bar(by_year.index, by_year["ratings"], color="#0072B2")
axes[0].set(title="ratings per year", xlabel="year")
axes[1].plot(by_year.index, by_year["half_stars"])
axes[1].set(title="share of half stars", xlabel="year", ylim=(-0.02, 0.6))
arrow = {"arrowstyle": "->"}
axes[1].annotate("2003", (2003, by_year.loc[2003, "half_stars"]), xytext=(2006, 0.2), va="center", arrowprops=arrow)
show(
    figure,
    alt="Left: ratings per year, from 3 in 1995 to 13,869 in 2000, with lower peaks in 1996, 2006 and 2015. "
    "Right: the share of half stars is exactly 0 until 2002, 29 % in 2003, then 38 to 47 %.",
)

# %% [markdown]
# Until 2002 there is **not one** half star; from 2004 on, they make up 38 to 47 % of a year's ratings. Taste does not
# change so suddenly: in 2003 the website began to offer half stars. A model that learns from all years mixes two
# scales.
#
# A change in the data over time is called [drift](glossary.md#drift). The number of ratings drifts (it peaks at 13,869
# in 2000), and so do the number of users (105 in 1996, 48 in 2016) and the most rated films:

# %%
for first, last in ((1996, 1998), (2005, 2006), (2015, 2016)):
    period = ratings[ratings["year"].between(first, last)]
    top = period["item_id"].value_counts(sort=False).sort_index().nlargest(3)
    print(f"{first}–{last}:", " · ".join(f"{titles[item]} ({n})" for item, n in top.items()))

# %% [markdown]
# What is "popular" depends on the year. Every year brings films that nobody had rated before; an older model cannot
# know them.

# %% [markdown]
# Take a break here.
#
# ## 6. When people rate
#
# ### Exercise 02.5 · predict (O3)
#
# Take two consecutive ratings by the same user. How often are they at most 60 seconds apart? Guess a number between 0
# and 1, and remember that a film lasts two hours.

# %%
share_within_a_minute = ...
### BEGIN SOLUTION
share_within_a_minute = 0.8
### END SOLUTION

# %%
check("02.5", share_within_a_minute)

# %% tags=["reveal"]
shuffled = ratings.sample(frac=1, random_state=42)  # ratings of the same second must not stay in order of film id
ordered = shuffled.sort_values(["user_id", "timestamp"], kind="stable").reset_index(drop=True)
gap = ordered.groupby("user_id")["timestamp"].diff()  # seconds since the same user's rating before
edges = [-1, 0, 10, 60, 3600, 86400, np.inf]
names = ["same second", "1–10 s", "11–60 s", "1–60 min", "1–24 hours", "more than a day"]
gap_share = pd.cut(gap.dropna(), edges, labels=names).value_counts(normalize=True, sort=False)
print(f"at most 60 seconds: {(gap.dropna() <= 60).mean():.0%}")
gap_share.round(3).to_dict()

# %% tags=["reveal"]
figure, axes = new_figure(6, 2.6)
axes.barh(names[::-1], gap_share[::-1], color=["#999999"] * 3 + ["#0072B2"] * 3)
axes.set(xlabel="share of consecutive ratings of one user (blue: at most a minute apart)")
show(
    figure,
    alt="Bars of the time between two ratings of one user: same second 22 %, 1 to 10 seconds 29 %, 11 to 60 seconds "
    "33 %, 1 to 60 minutes 11 %, 1 to 24 hours 1 %, more than a day 4 %.",
)

# %% [markdown]
# <details><summary>What the outputs show</summary>
#
# 83 % are at most a minute apart, and 22 % share a second. Nobody watches films that fast. The timestamps say when
# people *rated* a film: they rate from memory, page by page.
#
# </details>

# %% [markdown]
# ### Two users
#
# Each line climbs by one at every rating:

# %%
first_time = ordered.groupby("user_id")["timestamp"].transform("min")
ordered["seconds"] = ordered["timestamp"] - first_time  # since the user's first rating
ordered["position"] = ordered.groupby("user_id").cumcount()  # 0 for the user's first rating
figure, axes = new_figure(8.5, 2.8, n_panels=2)
for panel, user_id, unit, seconds in zip(axes, (42, 68), ("minutes", "years"), (60, 365 * 24 * 3600)):
    rows = ordered[ordered["user_id"] == user_id]
    panel.step(rows["seconds"] / seconds, rows["position"] + 1, where="post", marker="")
    panel.set(title=f"user {user_id}: {len(rows)} ratings", xlabel=f"{unit} since the first", ylabel="ratings so far")
    print(f"user {user_id}: {len(rows)} ratings in {rows['seconds'].max() / seconds:.1f} {unit}")
show(
    figure,
    alt="Two staircases of ratings over time. User 42 climbs steadily to 70 ratings within 5.0 minutes. User 68 "
    "reaches 120 in four vertical jumps within the first two years, and 123 after 4.8 years.",
)

# %% [markdown]
# User 42 rates a film about every four seconds and never comes back. User 68 comes back several times: nearly all of
# the 123 ratings fall into four vertical jumps, and the later visits add almost nothing. Such a visit is called a
# [session](glossary.md#session). A common rule starts a new session after a pause of more than 30 minutes.

# %%
starts = gap.isna() | (gap > 30 * 60)  # the first rating of a user, or one after a long pause
sessions = starts.groupby(ordered["user_id"]).sum()
print(f"users with one session only: {(sessions == 1).mean():.0%}; user 68 has {sessions[68]}")

# %% [markdown]
# ### Exercise 02.6 · find the bug (O3)
#
# This function counts the sessions of one user from an array of timestamps in seconds. It worked on a sorted list. On
# the rows in the order of our table, it is wrong: for user 68 it finds 87 sessions, where the cell above found 8.
# Remember how the table is sorted, and repair the function.
#
# <details><summary>Hint 1</summary>Try it on <code>np.array([0, 9000, 10])</code>: two ratings at the start, one much
# later, so two sessions. Then try the same times in another order.</details>
# <details><summary>Hint 2</summary>A pause only makes sense between neighbours in time, so use <code>np.sort</code>
# first.</details>


# %%
def count_sessions(timestamps):
    pause = np.diff(timestamps)
    return 1 + (np.abs(pause) > 30 * 60).sum()


### BEGIN SOLUTION
def count_sessions(timestamps):  # noqa: F811
    pause = np.diff(np.sort(timestamps))
    return 1 + (pause > 30 * 60).sum()


### END SOLUTION


# %%
print("user 68:", count_sessions(ratings.loc[ratings["user_id"] == 68, "timestamp"].to_numpy()), "sessions")
check("02.6", count_sessions)

# %% [markdown]
# ### What the site has to do with it
#
# To get to know newcomers, MovieLens first shows them films to rate. Later, its own recommender decides what they see.
# Fan and colleagues (2024) studied these stages and concluded that results on MovieLens "should not be solely relied
# upon". Our sample shows a trace of this. Compare the first ten ratings of busy users with their ratings 91 to 100:

# %%
busy = ordered[ordered["user_id"].map(user_counts) >= 100]
popularity = busy["item_id"].map(film_counts)
early, later = popularity[busy["position"] < 10], popularity[busy["position"].between(90, 99)]
print(f"{busy['user_id'].nunique()} users with 100 ratings or more. Median number of ratings of the films they rate:")
print(f"first ten: {early.median():.0f}   ratings 91 to 100: {later.median():.0f}")

# %% [markdown]
# The median falls from 66 to 45: users begin with well-known films and move on to rarer ones. For us this means:
#
# - The order within a burst is the order of a web page. Ratings of the same second have no order at all: wherever order
#   matters, we draw one at random.
# - "The next film" means the next one *rated*. A model that learns from this order learns about the site as well as the
#   person.
# - What works here may fail in a shop, where people buy one thing at a time.

# %% [markdown]
# ## 7. Does one person drift too? (optional)
#
# Take every user with at least 100 ratings spread over more than a year, and compare the mean of the second half of the
# ratings with that of the first half.


# %%
def late_minus_early(frame):
    mean = frame.groupby(["user_id", "is_late"])["rating"].mean().unstack()
    return mean[True] - mean[False]  # one value per user, in stars


n = ordered["user_id"].map(user_counts)
years = ordered.groupby("user_id")["seconds"].transform("max") / (365 * 24 * 3600)
long = ordered.assign(is_late=ordered["position"] >= n / 2)[(n >= 100) & (years > 1)]
change = late_minus_early(long)
print(f"{len(change)} users: mean change {change.mean():+.2f} stars, standard deviation {change.std():.2f}")
print(f"changed by more than 0.3 stars: {(change.abs() > 0.3).mean():.0%}")

# %% [markdown]
# On average almost nothing changes (−0.06 stars), because ups and downs cancel. But individual users do change, 32 % of
# them by more than 0.3 stars. Could that be chance alone? Shuffle the stars within each user, so that early and late
# mean nothing, and compute the same again.

# %%
rng = np.random.default_rng(42)
stars_mixed = long.groupby("user_id")["rating"].transform(lambda stars: rng.permutation(stars.to_numpy()))
by_chance = late_minus_early(long.assign(rating=stars_mixed))
print(f"by chance alone: standard deviation {by_chance.std():.2f}")

# %%
figure, axes = new_figure(6, 2.6)
edges = np.linspace(-0.9, 0.9, 19)
axes.hist(change, edges, color="#0072B2", alpha=0.7, label="as it was")
axes.hist(by_chance, edges, histtype="step", hatch="//", color="#D55E00", label="stars shuffled")
axes.set(xlabel="mean of the later half − mean of the earlier half, stars", ylabel="users")
axes.legend()
show(
    figure,
    alt="Two histograms of the change of 71 users' mean rating. Shuffled, nearly all lie within 0.2 stars of zero. "
    "As it was, they spread from −0.8 to +0.6.",
)

# %%
claim("real changes spread more than twice as wide as chance", change.std() > 2 * by_chance.std())

# %% [markdown]
# The real changes spread almost three times as wide as those by chance alone, so people's ratings do drift. What
# changed may be their use of the scale, their taste, or the films that they come across; the table cannot tell which.
# But it warns you that an old rating may say less about a user than a recent one.

# %% [markdown]
# ## 8. Three numbers for a film
#
# You have no model yet, but you know films, so you can describe them. Give each film three numbers: how much **action**
# it has (0 to 1), how much **romance** (0 to 1), and how **new** it is (−1 is old, 0 the 1990s, 1 brand-new).

# %%
films = {
    "Die Hard": (1.0, 0.1, -0.1),
    "Terminator 2": (1.0, 0.0, 0.0),
    "The Matrix": (0.9, 0.2, 0.3),
    "Titanic": (0.4, 1.0, 0.2),
    "Sleepless in Seattle": (0.0, 1.0, 0.0),
    "Pretty Woman": (0.0, 0.9, -0.1),
    "Casablanca": (0.2, 0.9, -1.0),
    "North by Northwest": (0.6, 0.5, -0.8),
}
film_vectors = np.array(list(films.values()))  # (8 films, 3 numbers)

# %% [markdown]
# These rows are [embeddings](glossary.md#embedding), as in lesson 01, but chosen by hand, not learned. A user gets
# three numbers in the same order: how much they *want* of each. Ann wants action and dislikes romance, Ben wants
# romance, and Cleo wants old films. How well does *Titanic* suit Ann? Compute the dot product: multiply the numbers
# pair by pair and add.

# %%
people = {"Ann": (1.0, -0.5, 0.0), "Ben": (-0.3, 1.0, 0.0), "Cleo": (0.3, 0.3, -1.0)}
user_vectors = np.array(list(people.values()))  # (3 users, 3 numbers)
products = user_vectors[0] * film_vectors[3]
print("Ann · Titanic =", " + ".join(f"({value:.1f})" for value in products), f"= {products.sum():.1f}")

# %% [markdown]
# The action speaks for the film (0.4), the romance against it (−0.5), and its age does not matter: −0.1 in all.
#
# ### Exercise 02.7 · trace (O4)
#
# On paper: what is Cleo's dot product with *Casablanca*? Cleo is (0.3, 0.3, −1.0), the film is (0.2, 0.9, −1.0).

# %%
cleo_casablanca = ...
### BEGIN SOLUTION
cleo_casablanca = 1.33
### END SOLUTION

# %%
check("02.7", cleo_casablanca)

# %% tags=["reveal"]
scores = user_vectors @ film_vectors.T  # (3 users, 8 films): all users and all films at once
pd.DataFrame(scores.T.round(2), index=list(films), columns=list(people))

# %% [markdown]
# ### A first recommender
#
# The folded table holds the scores of all users and films, computed by one matrix product. Sort a column, and you have
# that person's list: Ann gets *Terminator 2* first, Ben *Sleepless in Seattle*, and Cleo *Casablanca*. This is already
# a recommender, although Ann never rated anything. Two of the three numbers make a map:

# %%
figure, axes = new_figure(6.5, 4)
axes.plot([], [], linestyle="", marker="o", color="#0072B2", label="newer films")
axes.plot([], [], linestyle="", marker="s", color="#D55E00", label="old films")
right, above, below = ((8, 0), "left"), ((0, 12), "center"), ((0, -13), "center")  # offset in points, alignment
for (name, (action, romance, new)), (offset, align) in zip(
    films.items(), (right, right, right, right, above, below, right, right)
):
    is_old = new < -0.5
    axes.plot(action, romance, marker="s" if is_old else "o", color="#D55E00" if is_old else "#0072B2", markersize=7)
    axes.annotate(name, (action, romance), xytext=offset, textcoords="offset points", ha=align, va="center")
for name, (action, romance, _) in people.items():
    axes.annotate("", (action, romance), xytext=(0, 0), arrowprops={"arrowstyle": "->", "color": "#009E73", "lw": 2})
    offset, align = ((8, 4), "left") if action > 0 else ((-8, 0), "right")
    axes.annotate(name, (action, romance), xytext=offset, textcoords="offset points", ha=align, weight="bold")
axes.set(xlabel="action", ylabel="romance", xlim=(-0.5, 1.45), ylim=(-0.65, 1.25))
axes.legend(loc="lower left")
show(
    figure,
    alt="A map with action to the right and romance upwards. Action films lie at the lower right, romances at the "
    "upper left, the old films Casablanca and North by Northwest (squares) between. Three arrows: Ann right and down, "
    "Ben up and left, Cleo a short way between.",
)

# %% [markdown]
# Each user is an arrow. Films far along the arrow score high; films behind its start score below zero. The third
# number, new, is not on the map.
#
# Two films can be compared in the same way. Their [cosine](glossary.md#cosine-similarity) is the dot product divided by
# both lengths, so that only the direction counts: 1 means the same direction, 0 nothing in common, −1 opposite.

# %%
titanic, casablanca = film_vectors[3], film_vectors[6]
lengths = np.sqrt((titanic**2).sum()), np.sqrt((casablanca**2).sum())
print(f"dot product {titanic @ casablanca:.2f}, lengths {lengths[0]:.2f} and {lengths[1]:.2f}")
print(f"cosine {titanic @ casablanca / (lengths[0] * lengths[1]):.2f}")

# %% [markdown]
# ### Exercise 02.8 · fill in (O4)
#
# For each film, find the film whose direction is nearest. The first two lines are given: `direction` holds the same
# vectors, each with length 1. Return an array with one index per film.
#
# <details><summary>Hint 1</summary>The dot product of two vectors of length 1 is their cosine:
# <code>direction @ direction.T</code> holds all pairs.</details>
# <details><summary>Hint 2</summary>Every film is nearest to itself. Rule that out with
# <code>np.fill_diagonal(cosine, -np.inf)</code>, then take <code>argmax(axis=1)</code>.</details>


# %%
def nearest_film(vectors):
    length = np.sqrt((vectors**2).sum(axis=1, keepdims=True))  # (n_films, 1)
    direction = vectors / length  # (n_films, dim)
    ### BEGIN SOLUTION
    cosine = direction @ direction.T
    np.fill_diagonal(cosine, -np.inf)
    return cosine.argmax(axis=1)
    ### END SOLUTION


# %%
check("02.8", nearest_film)

# %% [markdown]
# Nobody can describe 9,066 films and 671 people by hand, and who says that action and romance are the numbers that
# matter? In lesson 01, Keras chose the numbers. Lesson 07 shows how: it finds those whose dot products fit what people
# did.

# %% [markdown]
# ## 9. Neighbours by counting
#
# Now the opposite: forget what you know, and count. Take six users and four films: a hit, two animated films and a
# rarity.

# %%
names = ["Hit", "Anime 1", "Anime 2", "Rarity"]
watched = np.array([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]])  # (6, 4)
together = watched.T @ watched  # (4 films, 4 films)
pd.DataFrame(together, names, names)

# %% [markdown]
# The diagonal counts the users of each film. The rest is [co-occurrence](glossary.md#co-occurrence): users who watched
# both films. Which film is the nearest neighbour of Anime 1? Raw counts say the Hit (3), not Anime 2 (2). But all 6
# users watched the Hit, so among *any* 3 users we expect 3 × 6 / 6 = 3 who watched it: size × size / number of users.
# Divide the count by this expectation, and you have the [lift](glossary.md#lift).

# %%
size = np.diag(together)  # users of each film
expected = np.outer(size, size) / 6  # 6 users
pd.DataFrame((together / expected).round(2), names, names)

# %% [markdown]
# Anime 1 and the Hit have lift 1.0: they occur together as often as expected by chance. Anime 1 and Anime 2 have 2.0,
# twice as often. But the Rarity has 2.0 as well, and that rests on *one* person. The cosine lies between raw counts and
# lift: it divides by √(size × size). For columns of 0 and 1, the dot product counts the shared users, and the length is
# the square root of the size.

# %%
pd.DataFrame((together / np.sqrt(np.outer(size, size))).round(2), names, names)

# %% [markdown]
# By cosine, Anime 2 is nearest to Anime 1 (0.82), then come the Hit (0.71) and the Rarity (0.58).
#
# ### Exercise 02.9 · code (O5)
#
# Write a function that returns the lift of each pair of films. `together` holds the counts, with the number of users of
# each film on its diagonal. Every film has at least one user.
#
# <details><summary>Hint 1</summary><code>np.outer(size, size)</code> multiplies the sizes of each pair.</details>
# <details><summary>Hint 2</summary>By chance, we expect size × size / n_users for a pair. Lift is the count divided by
# that.</details>


# %%
def my_lift(together, n_users):
    ### BEGIN SOLUTION
    size = np.diag(together)
    return together * n_users / np.outer(size, size)
    ### END SOLUTION


# %%
check("02.9", my_lift)

# %% [markdown]
# Now two real films, with little in common: *Spirited Away*, an animated film from Japan, and *Casablanca*.

# %%
film_ids = table.columns.to_numpy()  # (9066,) raw ids in the order of the columns of `seen`
n_seen = seen.sum(axis=0)


def score_neighbours(item_id):
    column = np.flatnonzero(film_ids == item_id)[0]
    together = seen[:, column] @ seen  # (9066,): users who rated both
    expected = n_seen[column] * n_seen / len(seen)
    cosine = together / np.sqrt(n_seen[column] * n_seen)
    found = pd.DataFrame({"lift": together / expected, "cosine": cosine}, index=film_ids)
    return found.assign(together=together.astype(int), n_ratings=n_seen.astype(int)).drop(item_id)


# %%
spirited_away, casablanca_id = 5618, 912
for kind, columns in (("together", []), ("cosine", ["cosine"])):
    for item_id in (spirited_away, casablanca_id):
        top = score_neighbours(item_id).nlargest(4, kind)[[*columns, "together", "n_ratings"]]
        print(f"{titles[item_id]}, {film_counts[item_id]} ratings, sorted by {kind}:")
        print(top.round(2).rename(titles).rename_axis("").to_string(), "\n")

# %% [markdown]
# By raw counts, *The Silence of the Lambs* is in both lists: such neighbours are just among the most rated films. By
# cosine, the neighbours make sense: animated films from Japan for one, classics for the other. We used no text, genre
# or director.
#
# And lift? For *Spirited Away*, many films share the first rank. Here are five of them:

# %%
by_lift = score_neighbours(spirited_away)
top = by_lift.nlargest(5, "lift")
print("films that share the first rank:", np.isclose(by_lift["lift"], by_lift["lift"].max()).sum())
print(top[["lift", "together", "n_ratings"]].round(2).rename(titles).rename_axis("").to_string())

# %% [markdown]
# ### Exercise 02.10 · choose (O5)
#
# Each of these films was rated by one or two people only. Why does lift put them first?
#
# - **a** they are animated films as well
# - **b** one shared user is far more than chance expects of so rare a film, so a single coincidence wins
# - **c** lift prefers popular films, as raw counts do
# - **d** the counts are wrong

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("02.10", answer)

# %% [markdown]
# ## 10. What raw counts and the crowd say (optional)
#
# Do raw counts give every film the same neighbours? Take the films with at least 50 ratings, find the ten nearest
# neighbours of each, and count in how many of these lists each film appears.

# %%
known = seen[:, n_seen >= 50]  # (n_users, n_known)
together = known.T @ known  # (n_known, n_known)
size = np.diag(together).copy()
np.fill_diagonal(together, 0)  # no film is its own neighbour
for name, score in {"raw": together, "cosine": together / np.sqrt(np.outer(size, size))}.items():
    ten = np.argsort(-score, axis=1, kind="stable")[:, :10]  # (n_known, 10)
    lists = np.bincount(ten.ravel(), minlength=len(size))  # in how many lists each film stands
    commonest = titles[film_ids[n_seen >= 50][lists.argmax()]]
    print(f"{name:6} films in some list: {(lists > 0).sum()} of {len(size)}; ", end="")
    print(f"the commonest, {commonest}, in {lists.max() / len(size):.0%} of the lists")

# %% [markdown]
# With raw counts, *Forrest Gump* is a neighbour of almost every film, and only 138 films appear in any list. With the
# cosine, nearly every film appears in some list.
#
# Does the crowd agree with your own knowledge? Each of the eight films of section 8 now has two vectors: your three
# numbers, and a column of 671 zeros and ones. The same code finds its nearest film by either.


# %%
def nearest_names(vectors):  # (8 films, any number)
    direction = vectors / np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    cosine = direction @ direction.T - 2 * np.eye(len(vectors))  # minus 2: never itself
    return [list(films)[nearest] for nearest in cosine.argmax(axis=1)]


eight = [1036, 589, 2571, 1721, 539, 597, 912, 908]  # their ids, in the order of section 8
columns = seen[:, np.searchsorted(film_ids, eight)]  # (n_users, 8)
result = pd.DataFrame({"by hand": nearest_names(film_vectors), "by the crowd": nearest_names(columns.T)}, list(films))
print("they agree for", (result["by hand"] == result["by the crowd"]).sum(), "of", len(result), "films")
result

# %% [markdown]
# The two agree for six of the eight films, although the counts know nothing about action or romance. The crowd puts
# *Titanic* next to *The Matrix*: two big hits of neighbouring years. Eight famous films prove nothing, but they
# illustrate the idea on which the whole field relies: **what people choose together shows which things are alike**.

# %% [markdown]
# ## What you did
#
# - You described a table of interactions and told explicit from implicit feedback; an empty cell says nothing about
#   taste (**O1**).
# - You measured its density (1.64 %), the share of the first tenth of the films (60 %) and its Gini coefficient (0.72)
#   (**O2**).
# - You found a rating scale that changed in 2003, and bursts: 83 % of ratings follow the user's previous one within a
#   minute (**O3**).
# - You recommended films with three hand-made numbers and a dot product (**O4**).
# - You found neighbours by counting, and corrected for popularity (**O5**).
#
# Next: lesson 03 prepares such a table for a model.

# %% [markdown] tags=["reading"]
# **Read on**
#
# - F. M. Harper, J. A. Konstan: The MovieLens Datasets: History and Context. ACM TiiS 5(4), 2015, doi 10.1145/2827872
# - Y.-C. Fan, Y. Ji, J. Zhang, A. Sun: Our Model Achieves Excellent Performance on MovieLens: What Does it Mean? ACM TOIS
#   42(6), 2024, doi 10.1145/3675163, arXiv 2307.09985
# - Y. Ji, A. Sun, J. Zhang, C. Li: A Re-visit of the Popularity Baseline in Recommender Systems. SIGIR 2020
# - Y. Hu, Y. Koren, C. Volinsky: Collaborative Filtering for Implicit Feedback Datasets. ICDM 2008
# - Y. Koren: Collaborative Filtering with Temporal Dynamics. KDD 2009
