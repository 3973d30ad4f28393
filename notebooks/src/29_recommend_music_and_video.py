# %% [markdown]
# # Recommend music and video
#
# For songs and videos, we know how long people stayed. This signal is rich but misleading: if you rank by seconds, you
# recommend long videos. This case study corrects for length, asks what a label measures, and keeps the songs that
# people want to hear again.

# %% [markdown]
# **What you will do**
#
# - **O1** diagnose duration bias in a ranking by watch time
# - **O2** compute and implement a score that compares a video only with videos of its own length
# - **O3** repair a label that is a threshold, and compare what three such labels measure
# - **O4** compare lists that hide known tracks with lists that keep them, and implement one that does both
#
# **What you need**: lessons 04, 10 and 14, and about an hour and a quarter without the optional sections.
# The whole notebook runs in about 35 seconds.

# %%
from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()
import numpy as np
import pandas as pd

from recsys_helpers.data.kuairand import load_kuairand
from recsys_helpers.data.listening import listening_world, play_counts
from recsys_helpers.evaluation import paired_bootstrap
from recsys_helpers.evaluation.clustered import rate_gap, rate_interval
from recsys_helpers.exercises import check
from recsys_helpers.models.linear import aged, linear_next_item
from recsys_helpers.models.watch_time import auc_of_targets, mean_table, predict_targets
from recsys_helpers.notebook import claim, new_figure, show

set_seed(42)
frame = load_kuairand()

# %% [markdown]
# ## 1. The videos that people watch longest
#
# You know KuaiRand from lesson 14: two weeks of a short-video feed, with one row for each video that was shown. We drop
# the rows without a length and split by time. Scores are computed on the first eight days and evaluated on the next
# three; the last three days are not used until section 8.

# %%
frame = frame[frame["duration_ms"] > 0]
frame = frame.assign(seconds=frame["play_time_ms"] / 1000, length=frame["duration_ms"] / 1000)
frame["share"] = (frame["seconds"] / frame["length"]).clip(upper=1)
past, later, test = (frame[frame["day"].between(*days)] for days in ((0, 7), (8, 10), (11, 13)))
print(f"{len(past):,} impressions to learn from, {len(later):,} to judge, {len(test):,} for the end")

# %% [markdown]
# A first idea is to recommend what people watch longest. We score each video by the mean number of seconds that its
# past viewers stayed, keep the videos with at least ten impressions, and take the top tenth.


# %%
def scores_of_videos(rows, column):
    of_video = rows.groupby("item_id")[column].agg(["mean", "size"])
    return of_video.loc[of_video["size"] >= 10, "mean"]


def top_tenth(scores):
    return scores.nlargest(len(scores) // 10).index


scores = scores_of_videos(past, "seconds")
print(f"{len(scores):,} videos")

# %% [markdown]
# ### Exercise 29.1 · predict (O1)
#
# Over all these videos, 1.6 % of the later impressions are liked. What is the percentage for the **top tenth by
# seconds**?

# %%
liked_in_percent = ...
### BEGIN SOLUTION
liked_in_percent = 1.3
### END SOLUTION

# %%
check("29.1", liked_in_percent)


# %% tags=["reveal"]
def later_rates(rows, videos):
    rows = rows[rows["item_id"].isin(videos)]
    length = rows.drop_duplicates("item_id")["length"].median()
    return {"median length": length, **rows[["seconds", "is_like", "long_view"]].mean()}


everything = scores.index
table = {"all videos": later_rates(later, everything), "top tenth": later_rates(later, top_tenth(scores))}
pd.DataFrame(table).T.round({"median length": 0, "seconds": 1, "is_like": 4, "long_view": 3})

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# The top tenth is indeed watched twice as long, for 45.4 seconds. But half of its videos run for at least three
# minutes, and only 1.33 % of their impressions are liked, against 1.60 % overall. If these were the videos that people
# enjoy most, you would expect more likes. This is [duration bias](glossary.md#duration-bias): a long video can simply
# be watched for longer.
#
# </details>

# %% [markdown]
# ## 2. Four videos, by hand
#
# Here are four invented videos: two of 10 seconds and two of 200 seconds. Each has four viewers, and `seconds` contains
# how long they watched.

# %%
seconds = pd.DataFrame({"A": [10, 10, 8, 2], "B": [3, 10, 1, 2], "C": [40, 20, 90, 10], "D": [200, 60, 50, 90]})
length = pd.Series({"A": 10, "B": 10, "C": 200, "D": 200})
by_hand = pd.DataFrame({"seconds": seconds.mean(), "share": (seconds / length).mean()}).rename_axis("invented")
by_hand.round(2)

# %% [markdown]
# By mean seconds, both long videos come first. By the mean **played share**, seconds divided by length, A comes first,
# and B is ahead of C although three of its four viewers left after 3 seconds or less. Both scores compare views that
# are not comparable.
#
# Zhan et al. (2022) compare a view only with views of videos of about the same length. For this, the videos are divided
# into length buckets. The **[quantile](glossary.md#percentile)** of a view is the share of the views in its bucket that
# lasted fewer seconds. Views that lasted exactly as long, including the view itself, count one half. In pandas, `rank`
# gives such ties their mean rank, so the rank minus one half is this count.

# %%
for pair in (["A", "B"], ["C", "D"]):
    views = seconds[pair].stack()
    by_hand.loc[pair, "quantile"] = ((views.rank() - 0.5) / len(views)).groupby(level=1).mean()
by_hand.round(2)

# %% [markdown]
# A and D now come first in their buckets, and both are ahead of B and C, whatever their length. The buckets are
# comparable because the quantiles of every bucket average one half.
#
# ### Exercise 29.2 · trace (O2)
#
# The eight views of one bucket lasted 2, 3, 3, 5, 8, 8, 20 and 60 seconds. What is the quantile of a view of 8 seconds?

# %%
quantile_of_8_seconds = ...
### BEGIN SOLUTION
quantile_of_8_seconds = (4 + 0.5 * 2) / 8
### END SOLUTION

# %%
check("29.2", quantile_of_8_seconds)

# %% [markdown]
# ### Exercise 29.3 · code (O2)
#
# Write a function for all views. `seconds` and `bucket` have shape (n,). Return the quantile of each view among the
# views in the same bucket, shape (n,).
#
# <details><summary>Hint 1</summary>For one view: <code>same = seconds[bucket == bucket[row]]</code>. How many of these
# are smaller than the view, and how many are equal to it?</details>
# <details><summary>Hint 2</summary><code>((same &lt; own).sum() + 0.5 * (same == own).sum()) / len(same)</code>; the
# equal ones include the view itself.</details>


# %%
def my_quantiles(seconds, bucket):
    ### BEGIN SOLUTION
    quantiles = np.zeros(len(seconds))
    for row, own in enumerate(seconds):
        same = seconds[bucket == bucket[row]]
        quantiles[row] = ((same < own).sum() + 0.5 * (same == own).sum()) / len(same)
    return quantiles
    ### END SOLUTION


# %%
check("29.3", my_quantiles)

# %% [markdown]
# ## 3. Four scores on real data
#
# We now do the same for KuaiRand, with 20 length buckets of about equally many impressions. We also try the mean of a
# label that comes with the data, `long_view`, which section 4 explains.


# %%
def with_quantile(rows):
    bucket = np.digitize(rows["length"], rows["length"].quantile(np.linspace(0.05, 0.95, 19)))
    views = rows.groupby(bucket)["seconds"]
    return rows.assign(quantile=(views.rank() - 0.5) / views.transform("size"))


TARGETS = ["seconds", "share", "quantile", "long_view"]
past = with_quantile(past)
chosen = {target: top_tenth(scores_of_videos(past, target)) for target in TARGETS}
table = {f"top tenth by {target}": later_rates(later, videos) for target, videos in chosen.items()}
pd.DataFrame(table).T.round({"median length": 0, "seconds": 1, "is_like": 4, "long_view": 3})

# %% [markdown]
# Ranking by seconds selects long videos, the share selects very short ones, and the quantile selects videos whose
# median length is that of the catalogue.
#
# ### Exercise 29.4 · choose (O1)
#
# The top tenth by played share has a median length of about 16 seconds. Why does the share prefer short videos?
#
# - **a** short videos are better: more of their impressions are liked
# - **b** the end of a short video comes sooner, so the same interest gives a larger share
# - **c** the share may exceed 1 when a short video plays in a loop
# - **d** short videos have fewer impressions, so their means are noisier

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("29.4", answer)

# %% [markdown]
# ### How certain is this?
#
# The impressions of one video are not independent of each other, so the helper `rate_gap` is a bootstrap that resamples
# **videos** (lesson 04 resampled users). The brackets contain 95 % intervals.

# %%
PAIRS = [
    ("seconds", "all"),
    ("quantile", "all"),
    ("share", "seconds"),
    ("quantile", "seconds"),
    ("long_view", "seconds"),
    ("long_view", "quantile"),
]


def compare(rows, chosen):
    gaps = {}
    for label in ("is_like", "long_view"):
        for one, other in PAIRS:
            mean, low, high = gaps[one, other, label] = rate_gap(rows, label, chosen[one], chosen[other])
            print(f"{label:9} {one:9} − {other:8} {mean:+.4f} [{low:+.4f}, {high:+.4f}]")
    return gaps


gaps = compare(later, chosen | {"all": everything})

# %%
claim(
    "likes: the top tenth by seconds is not ahead of all by more than 0.002",
    gaps["seconds", "all", "is_like"][2] < 0.002,
)
claim("likes: quantile is ahead of seconds", gaps["quantile", "seconds", "is_like"][1] > 0)
claim("long views: quantile is ahead of seconds", gaps["quantile", "seconds", "long_view"][1] > 0)
claim(
    "share and long view are ahead of seconds for both labels",
    min(gaps[one, "seconds", label][1] for one in ("share", "long_view") for label in ("is_like", "long_view")) > 0,
)

# %% [markdown]
# Is the top tenth by seconds liked less than the average video? That is not proven: the interval of seconds − all
# includes zero. But it is not ahead by more than 0.002 either, and the quantile is ahead of seconds for both labels.
# The quantile is not the only good score. Share and long view are ahead of seconds, too, and for later long views, the
# past long view is even ahead of the quantile.

# %% [markdown]
# ## 4. A label is a threshold
#
# Why does the simple label `long_view` work so well? It contains a correction for length. The publishers count a view
# as long if it lasted at least 18 seconds; a video shorter than that must be watched to its end.
#
# ### Exercise 29.5 · find the bug (O3)
#
# This function should compute the label from `seconds` and `length`, both of shape (n,). It agrees with the real label
# in most rows, but it is wrong for somebody who watches a video of 15 seconds to its end. Repair it.
#
# <details><summary>Hint 1</summary>How many seconds must a view of a 15-second video last, and how many a view of a
# 60-second video?</details>
# <details><summary>Hint 2</summary>The threshold is the smaller of 18 and the length: <code>np.minimum(18,
# length)</code>.</details>


# %%
def is_long_view(seconds, length):
    return seconds >= 18


### BEGIN SOLUTION
def is_long_view(seconds, length):  # noqa: F811
    return seconds >= np.minimum(18, length)


### END SOLUTION

# %%
check("29.5", is_long_view)

# %% [markdown]
# Every yes-or-no label made from play time has such a threshold. Yambda, a large music data set, counts a track as
# listened to if more than 50 % was played. The table compares three labels on short videos, long videos and liked
# views, with intervals over users:

# %%
labels = {"long view": past["long_view"] == 1, "over 50 %": past["share"] > 0.5, "to the end": past["share"] == 1}
parts = {"up to 20 s": past["length"] <= 20, "over 120 s": past["length"] > 120, "liked": past["is_like"] == 1}
by_label = {
    (name, part): rate_interval(label[rows], past["user_id"][rows])
    for name, label in labels.items() for part, rows in parts.items()
}  # fmt: skip
by_label = pd.DataFrame(by_label, index=["rate", "±"]).T.unstack()
by_label.round(3)

# %%
rate = by_label["rate"]
claim("over 50 %: more than three times as common among short videos",
      rate.loc["over 50 %", "up to 20 s"] > 3 * rate.loc["over 50 %", "over 120 s"])  # fmt: skip
claim(
    "long view: nearly as common", abs(rate.loc["long view", "up to 20 s"] - rate.loc["long view", "over 120 s"]) < 0.05
)
claim("about a third of the likes belong to views that were not long", 0.6 < rate.loc["long view", "liked"] < 0.7)

# %% [markdown]
# "Over 50 %" holds for 43 % of the views of short videos and for 12 % of the views of long ones, so a model that learns
# this label learns length. The long view is about equally common in both groups. The columns "liked" contain the same
# rates for the liked views: about a third of all likes belong to views that were not long, so this label misses them.

# %% [markdown]
# ## 5. A listen is not a like (optional)
#
# How does the share of liked views grow with the share of the video that was played? The intervals are over users.

# %%
played = (past["seconds"] / past["length"]).rename("played")
edges = [0, 0.1, 0.5, 0.9, 1.1, 2, np.inf]
names = ["under 10 %", "10–50 %", "50–90 %", "90–110 %", "110–200 %", "over 200 %"]
groups = past.groupby(pd.cut(played, edges, right=False, labels=names), observed=True)
by_share = {name: rate_interval(rows["is_like"], rows["user_id"]) for name, rows in groups}
by_share = 100 * pd.DataFrame(by_share, index=["liked, in %", "±"])
by_share.round(1)

# %%
figure, axes = new_figure(7, 2.6)
axes.errorbar(by_share.columns, *by_share.to_numpy(), capsize=4, linestyle="")
axes.set(xlabel="share of the video that was played", ylabel="liked, in %", ylim=(0, 11))
show(
    figure,
    alt="KuaiRand: share of impressions that are liked, with 95 percent intervals. It grows from about half a percent "
    "where under 10 percent was played to 4 percent at the end and 8 percent where a video ran more than twice.",
)

# %%
claim("likes grow from less than 1 % to more than 5 %", by_share.iloc[0, 0] < 1 and by_share.iloc[0, -1] > 5)

# %% [markdown]
# The more of a video is played, the more often it is liked. Still, over 90 % of the views that ran for more than twice
# the length of the video have no like. The player starts the next item automatically and repeats a short one
# ([autoplay](glossary.md#autoplay)), so a long play may only mean that nobody was watching. And a
# [skip](glossary.md#skip) may mean "not now". Play time is cheap and plentiful, while likes are clear but rare: log
# both, and evaluate a model by both.

# %% [markdown]
# ## 6. Songs come back
#
# Most films are watched once, so earlier lessons hid what a user had seen. A song is heard again. This course has no
# music data, so we use a **synthetic** world whose rule is known. Each invented listener has ten
# [sessions](glossary.md#session) of ten plays, and a session stays within one genre. A play repeats a known track with
# probability 0.6; otherwise it is a new one, often the next on the album. The task is to predict the last of the 100
# plays.

# %%
world = listening_world(repeat=0.6)
known, target = world.plays[:, :-1], world.plays[:, -1]
is_repeat = world.is_repeat[:, -1]
print(f"synthetic: {len(known)} listeners, {known.shape[1]} plays each; next play a repeat: {is_repeat.mean():.0%}")

# %% [markdown]
# Three candidates rank the tracks of the synthetic world. The first counts the listener's plays of each track. The
# second does the same but gives extra weight to the nine plays of the current session. The third is the linear
# next-item model of lesson 10, which learns from all listeners which tracks follow which. The probabilities of the rule
# itself show what is achievable.

# %%
n_columns = world.probability.shape[1]
counts, in_session = play_counts(known, n_columns), play_counts(known[:, -9:], n_columns)
is_known, popular = counts > 0, counts.sum(axis=0) / counts.sum()
plain_counting = counts / 99 + 1e-3 * popular  # popularity breaks ties
counting = plain_counting + in_session / 9
weights = linear_next_item(list(known), n_columns, regularisation=30)
next_item = aged(list(known), n_columns) @ weights

# %% [markdown]
# ### Exercise 29.6 · predict (O4)
#
# If known tracks are kept, the next play is among the top ten of the linear next-item model for 41 % of the synthetic
# listeners. What is the percentage if known tracks are hidden?

# %%
hit_in_percent = ...
### BEGIN SOLUTION
hit_in_percent = 13
### END SOLUTION

# %%
check("29.6", hit_in_percent)


# %% tags=["reveal"]
def rank_of_target(score):
    """How many tracks stand before the next play, ties counting one half; infinity if it is hidden."""
    own = score[np.arange(len(target)), target][:, None]
    before = (score[:, 1:] > own).sum(axis=1) + ((score[:, 1:] == own).sum(axis=1) - 1) / 2
    return np.where(np.isfinite(own[:, 0]), before, np.inf)


candidates = {
    "counting": plain_counting,
    "session counts extra": counting,
    "linear next-item": next_item,
    "the rule itself": world.probability,
}
hits = {(name, "kept"): rank_of_target(score) < 10 for name, score in candidates.items()}
hits["linear next-item", "hidden"] = rank_of_target(np.where(is_known, -np.inf, next_item)) < 10
table = {key: [hit.mean(), hit[is_repeat].mean(), hit[~is_repeat].mean()] for key, hit in hits.items()}
pd.DataFrame(table, index=["synthetic, hit rate@10", "repeats", "new tracks"]).T.round(3)

# %% tags=["reveal"]
extra, linear, hidden = (
    hits[key]
    for key in [("session counts extra", "kept"), ("linear next-item", "kept"), ("linear next-item", "hidden")]
)
pairs = {"linear, kept − hidden": (linear, hidden), "session extra − counting": (extra, hits["counting", "kept"]),
         "linear − session extra": (linear, extra)}  # fmt: skip
gains = {name: paired_bootstrap(one, other) for name, (one, other) in pairs.items()}
for name, (mean, low, high) in gains.items():
    print(f"synthetic: {name:24} {mean:+.3f} [{low:+.3f}, {high:+.3f}]")

# %% tags=["reveal"]
claim("synthetic: keeping known tracks more than doubles the hits", gains["linear, kept − hidden"][1] > hidden.mean())
claim(
    "synthetic, this draw: with known tracks kept, no candidate finds 10 % of the new tracks",
    max(hit[~is_repeat].mean() for (name, kept), hit in hits.items() if kept == "kept" and "rule" not in name) < 0.1,
)
claim(
    "synthetic, this draw: the interval of linear − session extra includes zero",
    gains["linear − session extra"][1] < 0 < gains["linear − session extra"][2],
)

# %% [markdown]
# <details><summary>What the table shows</summary>
#
# In this synthetic world, hiding known tracks loses every repeat, and most plays are repeats. But look at the last
# column: if known tracks are kept, they fill the lists of all three candidates, and a new track is hardly ever found.
# Counting with the session knows nothing about other listeners except which tracks are popular, yet its difference from
# the linear model is not distinguishable from zero. A single number hides two tasks.
#
# How much the session adds depends on the draw of 600 listeners: it is +0.067 here, and other draws give other gains.
# Measure it in your own data.
#
# </details>

# %% [markdown] tags=["open"]
# We therefore give each task slots of its own: m of the ten slots go to the most familiar tracks, and the rest to the
# best new ones.
#
# ### Exercise 29.7 · fill in (O4)
#
# For one listener, `familiar` and `new` hold two scores for each track, and `is_known` says which tracks were played
# before; all have shape (n_tracks,). Return k track numbers: first the `m` known tracks with the highest `familiar`,
# then the unknown ones with the highest `new`. At least m tracks are known.
#
# <details><summary>Hint 1</summary>Use minus infinity to hide the known tracks from the second ranking, just as the
# first ranking hides the unknown ones.</details>
# <details><summary>Hint 2</summary><code>np.argsort(-np.where(is_known, -np.inf, new))[: k - m]</code>, then
# <code>np.concatenate</code>.</details>


# %%
def my_list(familiar, new, is_known, m, k):
    old_ones = np.argsort(-np.where(is_known, familiar, -np.inf))[:m]
    ### BEGIN SOLUTION
    new_ones = np.argsort(-np.where(is_known, -np.inf, new))[: k - m]
    return np.concatenate([old_ones, new_ones])
    ### END SOLUTION


# %%
check("29.7", my_list)

# %% [markdown]
# ## 7. Every split of the ten slots (optional)
#
# How many slots should each task have? We stay in the synthetic world. `counting` ranks the known tracks, and the
# next-item model ranks the new ones. The next play is a hit if it is among the first m known tracks or among the first
# 10 − m new ones.

# %%
of_known = rank_of_target(np.where(is_known, counting, -np.inf))
of_new = rank_of_target(np.where(is_known, -np.inf, next_item))
mixed = {m: (of_known < m) | (of_new < 10 - m) for m in range(11)}
slots = {m: [hit.mean(), hit[is_repeat].mean(), hit[~is_repeat].mean()] for m, hit in mixed.items()}
slots = pd.DataFrame(slots, index=["all plays", "repeats", "new tracks"]).rename_axis("synthetic")
slots[[0, 2, 4, 5, 6, 8, 10]].round(3)

# %%
figure, axes = new_figure(6, 2.8)
for name, rates in slots.iterrows():
    axes.plot(rates.index, rates, label=name)
axes.set(xlabel="slots for known tracks, of ten (synthetic world)", ylabel="hit rate@10", ylim=(0, 0.8))
axes.legend()
show(
    figure,
    alt="Synthetic world: hit rate over the number of slots for known tracks. For all plays it rises steeply up to "
    "four slots and is flat after that; for repeats it keeps rising; for new tracks it falls steadily to zero at ten.",
)

# %%
mean, low, high = paired_bootstrap(mixed[5], mixed[10])
print(f"synthetic: five slots − ten slots, all plays {mean:+.3f} [{low:+.3f}, {high:+.3f}]")
claim("synthetic, this draw: with five to ten slots, all plays stay between 0.40 and 0.45",
      slots.loc["all plays", 5:].between(0.40, 0.45).all())  # fmt: skip
claim(
    "synthetic: five slots find new tracks, ten find none",
    slots.loc["new tracks", 5] > 0.1 and slots.loc["new tracks", 10] == 0,
)

# %% [markdown]
# With five to ten slots for known tracks, the hit rate of all plays stays between 0.40 and 0.45 in this draw of the
# synthetic world, and the interval of five slots − ten slots includes zero. But the lists differ: with ten, no listener
# is ever recommended a new track. The overall number is a poor guide here. Report repeats and new tracks separately,
# then decide how much discovery you want.

# %% [markdown]
# ## 8. The test days, once
#
# We compute the scores of section 3 again, now on the first eleven days, and evaluate them on the last three.

# %%
learn = with_quantile(pd.concat([past, later]))
chosen = {target: top_tenth(scores_of_videos(learn, target)) for target in TARGETS}
final_gaps = compare(test, chosen | {"all": scores_of_videos(learn, "seconds").index})

# %%
claim("quantile is ahead of seconds for both labels",
      min(final_gaps["quantile", "seconds", label][1] for label in ("is_like", "long_view")) > 0)  # fmt: skip
claim("likes: the interval of quantile − all includes zero", final_gaps["quantile", "all", "is_like"][1] < 0)

# %% [markdown]
# The main result holds: the top tenth by quantile is ahead of the one by seconds for likes (+0.0074) and for long views
# (+0.1226). Whether it is liked more than all videos remains open: the interval of quantile − all only just excluded
# zero in section 3, and it includes zero here.

# %% [markdown]
# ## 9. Four targets, three models (optional)
#
# Does the target matter as much for a model that knows the viewer? The helper `predict_targets` trains three models of
# earlier lessons: ridge regression, boosted trees and an [MLP](glossary.md#multilayer-perceptron), the last one with
# three seeds. Their features are known before the video starts: its length, the hour, the screen, and past means of the
# user, the video and its tag (from other folds, as in lesson 14). Each model has one configuration; nothing was tuned.
#
# `auc_of_targets` computes the per-user AUC, once for later long views and once for later likes. "Shortest first" ranks
# by the length alone. This takes about ten seconds.

# %%
JUDGES = ["long_view", "is_like"]
said = predict_targets(past, later, TARGETS)
aucs = auc_of_targets(said, later, TARGETS, JUDGES)

# %% tags=["nbval-ignore-output"]
mean_table(aucs).round(3)

# %%
of_long_views = mean_table(aucs)["long_view"].drop("shortest first")
claim("long views: every model is better with any other target than with seconds",
      (of_long_views.drop(columns="seconds").min(axis=1) > of_long_views["seconds"] + 0.02).all())  # fmt: skip
claim(
    "long views: for the target long_view, the models differ by less than 0.01",
    np.ptp(of_long_views["long_view"]) < 0.01,
)

# %% [markdown]
# For long views, the target matters more than the model. Trained on seconds, every model stays near 0.55; trained on
# the label itself, all three reach about 0.63. But no target is best for everything. For likes, the played share is the
# best target, the simple rule "shortest first" is about as good, and seconds do no better than a random order.

# %% [markdown]
# Finally, we evaluate on the test days, after training on everything before them:

# %%
final = auc_of_targets(predict_targets(learn, test, TARGETS), test, TARGETS, JUDGES)

# %% tags=["nbval-ignore-output"]
mean_table(final).round(3)

# %%
pairs = [
    ("long_view", ("MLP", "long_view"), ("MLP", "seconds")),
    ("long_view", ("MLP", "long_view"), ("ridge", "long_view")),
    ("long_view", ("MLP", "long_view"), ("boosted trees", "long_view")),
    ("is_like", ("shortest first", "share"), ("MLP", "share")),
]
found = [paired_bootstrap(final[*one, judge], final[*other, judge]) for judge, one, other in pairs]

# %% tags=["nbval-ignore-output"]
for (judge, one, other), (mean, low, high) in zip(pairs, found):
    print(f"{judge:9} {' on '.join(one)} − {' on '.join(other)}: {mean:+.3f} [{low:+.3f}, {high:+.3f}]")

# %%
gain, *between_models = (abs(mean) for mean, _, _ in found[:3])
claim("long views: the target long_view beats seconds", found[0][1] > 0.02)
claim("long views: the gain is three times what separates the models", gain > 3 * max(between_models))

# %% [markdown]
# For long views, the right target adds more than 0.07 to the per-user AUC, several times the difference between the
# network and ridge regression or the boosted trees. For likes, the network that learned the played share is ahead of
# "shortest first" by about 0.02, but the interval just about reaches zero. Do not rely on that lead: a rule that needs
# no learning may do as well.

# %% [markdown]
# ## 10. What carries over to your field
#
# | Problem | Seen here | What to do |
# |---|---|---|
# | duration bias | ranking by seconds picks three-minute videos that are not liked more | compare within length buckets |
# | a label is a threshold | "over 50 %" is three times as common among short videos | write the rule down; show its rate by length |
# | a listen is not a like | a third of the likes belong to views that were not long | evaluate by play time and by likes |
# | repeats (synthetic) | if hidden, all are lost; if kept, they fill the list | report repeats and new tracks separately, with slots for each |
# | sessions (synthetic) | in this draw, counting hits more often if the current session counts extra | try it, and measure the gain |

# %% [markdown]
# Most fields have something like a length: the pages of an article, the price of a basket, the hours of a game. Before
# you rank by an amount, ask how large it can become for each item. Before you hide what was seen, ask whether people
# come back to it.
#
# Two limits remain. All impressions come from Kuaishou's own recommender, which decided who was shown what. And the
# music world is synthetic: it shows how to measure the effect, not how strong it is in your service.

# %% [markdown]
# ## What you did
#
# - You diagnosed duration bias in a ranking by watch time (**O1**).
# - You computed and implemented quantiles inside length buckets (**O2**).
# - You repaired a label that is a threshold, and compared three of them (**O3**).
# - You compared hiding known tracks with keeping them, and gave both tasks their own slots (**O4**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - R. Zhan et al.: Deconfounding Duration Bias in Watch-time Prediction for Video Recommendation. KDD 2022, arXiv
#   2206.06003
# - C. Gao et al.: KuaiRand: An Unbiased Sequential Recommendation Dataset with Randomly Exposed Videos. CIKM 2022
# - M. Choi et al.: Session-aware Linear Item-Item Models for Session-based Recommendation. WWW 2021
# - M. Li et al.: A Next Basket Recommendation Reality Check. TOIS 2023, arXiv 2109.14233 (repeats and new items apart)
#
# Two far larger data sets have the licence Apache-2.0; this lesson does not use them. **Yambda-5B** (Yandex Music,
# 2025, arXiv 2505.22238) has 4.79 billion events of 1 million users on 9.39 million tracks, with played share, likes,
# and a flag for plays that no recommender started. **VK-LSVD** (VK, 2026, arXiv 2602.04567) has 40.77 billion
# impressions of 19.6 million short videos to 10 million users, with watch time, likes and shares.
