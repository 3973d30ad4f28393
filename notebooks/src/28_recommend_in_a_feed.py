# %% [markdown]
# # Recommend in a social feed
#
# A feed records what it showed, so a missing click can be a real "no". This case study measures what these real
# negatives are worth, and how easily the log of a feed flatters a model that adds nothing for the person in front of
# the screen.

# %% [markdown]
# **What you will do**
#
# - **O1** diagnose what a model learns from videos that were never shown
# - **O2** compute a click rate that forgets old evidence, and measure whether forgetting helps
# - **O3** diagnose which pairs an AUC compares, and repair one that flatters
# - **O4** (optional) implement a correction for position in a synthetic log
# - **O5** compare a network with simple baselines, implement a diversity rule, and measure its price
#
# **What you need**: lessons 04 and 14, and about an hour and a half without the optional sections. The whole notebook
# runs in about 35 seconds.

# %%
from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()
import keras
import numpy as np
import pandas as pd
from keras import layers, ops
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score as auc
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from recsys_helpers.data.kuairand import load_kuairand
from recsys_helpers.evaluation import mean_interval, paired_bootstrap
from recsys_helpers.evaluation.clustered import rate_interval
from recsys_helpers.exercises import check
from recsys_helpers.models import feed
from recsys_helpers.notebook import claim, new_figure, show
from recsys_helpers.simulation.world import click_world

set_seed(42)
frame = load_kuairand()

# %% [markdown]
# ## 1. A "no" that nobody said
#
# You know KuaiRand from lesson 14: each row is one video that was shown to one person. On the morning of day 8, we
# learn from all days before it and predict the next three. The last three days stay closed until section 6.
#
# Most data sets contain only clicks, so negatives have to be invented: for each click, draw a video that this user has
# never seen (lesson 09). Here we have real negatives. But first we act as if we had only the clicks.

# %% tags=["nbval-ignore-output"]
past, later = feed.stand_on(frame, day=8)
invented = feed.with_unseen(past[past["is_click"] == 1], past)
later_invented = feed.with_unseen(later[later["is_click"] == 1], frame[frame["day"] < 11])
score = feed.learned_from(invented, later_invented)
print(f"per-user AUC, invented negatives: {feed.auc_within_user(score, later_invented).mean():.3f}")

# %% [markdown]
# The helper trains a logistic regression on the video and its tag, type, music and length. For an average user, it
# ranks a later click above an unseen video in 86 of 100 pairs.
#
# ### Exercise 28.1 · predict (O1)
#
# The same model now ranks what was **really shown** in these three days. What is its per-user AUC?

# %%
auc_among_shown = ...
### BEGIN SOLUTION
auc_among_shown = 0.55
### END SOLUTION

# %%
check("28.1", auc_among_shown)

# %% tags=["reveal", "nbval-ignore-output"]
from_invented, from_real = (feed.auc_within_user(feed.learned_from(d, later), later) for d in (invented, past))
gain = paired_bootstrap(from_real, from_invented)
print("learned from invented negatives: {:.3f} ± {:.3f}".format(*mean_interval(from_invented)))
print("learned from real negatives:     {:.3f} ± {:.3f}".format(*mean_interval(from_real)))
print("real − invented: {:+.3f} [{:+.3f}, {:+.3f}]".format(*gain))
times_shown = past["item_id"].value_counts()
exposure = [feed.auc_within_user(d["item_id"].map(times_shown).fillna(0), d).mean() for d in (later_invented, later)]
print("how often a video was shown: {:.3f} on invented negatives, {:.3f} among shown".format(*exposure))

# %% tags=["reveal"]
claim("learning from real negatives is better by more than 0.03", gain[1] > 0.03)
claim("exposure alone: above 0.8 on invented negatives, below 0.55 among shown ones",
      exposure[0] > 0.8 and exposure[1] < 0.55)  # fmt: skip

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# The AUC is only 0.54. Trained on real negatives, the same model reaches 0.60. The last line explains the gap. Ranking
# by how often the app showed a video hardly separates a click from a real "no" (0.51), yet it reaches 0.86 on the
# invented negatives. To tell a click from an unseen video, it is enough to know **what the app shows**. The model has
# learned [exposure](glossary.md#exposure).
#
# </details>

# %% [markdown] tags=["open"]
# ## 2. What a zero means
#
# Take a user, Ann, and four made-up videos. A table of clicks cannot distinguish B from D. A log of
# [impressions](glossary.md#impression) can:
#
# | Video | Shown to Ann | Clicked | In a table of clicks | In the log |
# |---|---|---|---|---|
# | A | once | once | 1 | a yes |
# | B | once | never | 0 | a **no** |
# | C | twice | once | 1 | a yes and a no |
# | D | never | – | 0 | **unknown** |
#
# The "no" to B is real, but it need not mean dislike: Ann may have scrolled on without looking. And D stays unknown,
# because the app never showed it to her. In this log, a video like C is rare:

# %% tags=["open"]
repeated = past.duplicated(["user_id", "item_id"]).mean()
print(f"impressions that show a person the same video again: {repeated:.1%}")

# %% [markdown] tags=["open"]
# ## 3. Does fresh evidence count more?
#
# A feed depends on new content. How new are the videos of this log, which begins on 25 April?

# %% tags=["open"]
print("videos uploaded in 2022, by day:", feed.upload_days().to_dict())

# %% [markdown] tags=["open"]
# All of them were uploaded on three days, two weeks before the log begins. **So these data cannot show how clicks
# depend on a video's age**: on any day, all videos are about equally old. Only the evidence differs in age: an old
# click may say less than a fresh one. Let an impression that is `age` days old count 0.5^(age /
# [half-life](glossary.md#half-life)). After one half-life it counts one half.
#
# ### Exercise 28.2 · trace (O2)
#
# Six days ago, a video was shown four times and clicked each time. Today it was shown four times and not clicked. The
# half-life is three days. What is the video's click rate if impressions and clicks are weighted in this way?

# %%
fading_rate = ...
### BEGIN SOLUTION
fading_rate = (4 * 0.25) / (4 * 0.25 + 4)
### END SOLUTION

# %%
check("28.2", fading_rate)

# %% [markdown]
# ### The same on real data
#
# Fading counts have two uses. One is a click *rate*, which orders what is shown; as in lesson 14, it is pulled towards
# the overall rate. The other is a *list* of the ten most clicked videos, which many apps call "trending". We try four
# half-lives for each and compare them with counts that do not fade.

# %%
plain = feed.list_and_rate(frame, 8, np.inf)
print("half-life: share of clicks found by the list, per-user AUC of the rate, each minus that without forgetting")
for half_life in (8, 4, 2, 1):
    gains = [paired_bootstrap(*pair) for pair in zip(feed.list_and_rate(frame, 8, half_life), plain)]
    print(f"{half_life} days: " + ", ".join("{:+.3f} [{:+.3f}, {:+.3f}]".format(*gain) for gain in gains))

# %% [markdown]
# The click rate gains nothing from forgetting, and with a half-life of one or two days it loses. The list gains with
# every half-life, and all four intervals exclude zero. Is trending better, then? These intervals resample users, but
# there is **one list and one morning**. Try eight mornings with a half-life of two days, each evaluated on its own
# day:

# %%
mornings = {
    day: paired_bootstrap(*(feed.list_and_rate(frame, day, h, days=1)[0] for h in (2, np.inf))) for day in range(3, 11)
}
of_mornings = pd.DataFrame(mornings, ["two days − no forgetting", "low", "high"])
print("mean of the mornings: {:+.4f} ± {:.4f}".format(*mean_interval(of_mornings.iloc[0])))
of_mornings.round(3)

# %%
claim("on one morning the whole interval lies above zero, on another below",
      of_mornings.loc["low"].max() > 0.005 and of_mornings.loc["high"].min() < -0.002)  # fmt: skip
mean, half = mean_interval(of_mornings.iloc[0])
claim("the interval over mornings includes zero", mean - half < 0)

# %% [markdown]
# On most mornings the trending list finds more clicks; on one it finds clearly fewer. An interval over users cannot
# show this: it covers how users differ, not how days differ. The interval over the mornings includes zero, if only
# just, and with eight values it is too narrow rather than too wide. So trending may help, but eight mornings do not
# show it.

# %% [markdown]
# ## 4. What a hit in the log rewards (optional)
#
# Do the lists of section 3 find what people like? We compare them with a list of the ten videos with the highest click
# rate.

# %%
fading, forever = feed.fading_counts(past, 8, 2), feed.fading_counts(past, 8, np.inf)
tops = {"ten most clicked": forever["clicks"], "trending": fading["clicks"], "highest click rate": forever["rate"]}
table = {}
for name, values in tops.items():
    top = values.nlargest(10).index
    hits = later[later["item_id"].isin(top)]
    table[name] = [*mean_interval(feed.found_by(top, later)), *rate_interval(hits["is_click"], hits["user_id"])]
table = pd.DataFrame(table, ["share of clicks", "±", "click rate when shown", "± "]).T
table.round(3)

# %%
rare, popular = table.loc["highest click rate"], table.loc["ten most clicked"]
claim("the list with the highest click rate finds fewer clicks",
      rare["share of clicks"] + rare["±"] < popular["share of clicks"] - popular["±"])  # fmt: skip
claim("and is clicked more often when shown",
      rare["click rate when shown"] - rare["± "] > popular["click rate when shown"] + popular["± "])  # fmt: skip

# %% [markdown]
# The last list finds the fewest clicks by far, although its videos are clicked most often when shown. So the app must
# have shown them less often. **Hits in a log reward a list for agreeing with the app.**

# %% [markdown]
# ## 5. Whom does an AUC compare?
#
# A list can only find clicks on what the app chose to show. So from here on, we only order what was shown. The
# features are the click, long-view and like rates of the video, its tag, the user's click rate, the screen (`tab`: the
# part of the app where the video appeared), and more. The rates of a block of three days come from the days before it.
# We learn from the blocks that begin on days 2 and 5, and evaluate on the one that begins on day 8.


# %%
made = {day: feed.feed_features(*feed.stand_on(frame, day)) for day in (2, 5, 8, 11)}


def ranked(fit, learn, day, *settings):
    x, y = (pd.concat(parts) for parts in ([made[d] for d in learn], [feed.stand_on(frame, d)[1] for d in learn]))
    return fit(x.to_numpy(), y["is_click"].to_numpy(), *settings)(made[day].to_numpy())


def logistic(x, y, C):
    return make_pipeline(StandardScaler(), LogisticRegression(C=C)).fit(x, y).decision_function


columns = {"screen": "tab", "user": "user_id", "video": "item_id"}
scores = {f"click rate of the {what}": feed.past_rate(past, later, by, "is_click", 20) for what, by in columns.items()}
scores["logistic regression"] = ranked(logistic, [2, 5], 8, 0.01)
columns = ["all rows", "within a user"]
aucs = [[auc(later["is_click"], p), feed.auc_within_user(p, later).mean()] for p in scores.values()]
ladder = pd.DataFrame(aucs, list(scores), columns)
ladder.round(3)

# %% [markdown]
# ### Exercise 28.3 · choose (O3)
#
# Within a user, the click rate of the screen reaches 0.57, although it knows nothing about any video. Why?
#
# - **a** the rate contains the labels that it is evaluated on
# - **b** each user prefers one screen, and the rate knows which
# - **c** 0.57 is noise
# - **d** one user's rows come from several screens, and the AUC compares across them

# %%
answer = ...
### BEGIN SOLUTION
answer = "d"
### END SOLUTION

# %%
check("28.3", answer)

# %% tags=["reveal"]
within = {name: mean_interval(feed.auc_within_screen(p, later)) for name, p in scores.items()}
ladder[["within a user's screen", "±"]] = pd.DataFrame(within).T
ladder.round(3)

# %% tags=["reveal"]
steps = ladder.loc["logistic regression"]
claim(
    "logistic regression loses more than 0.04 at each step", steps.iloc[0] - 0.04 > steps.iloc[1] > steps.iloc[2] + 0.04
)
claim("at the end it is within 0.01 of the click rate of the video",
      abs(steps.iloc[2] - ladder.loc["click rate of the video"].iloc[2]) < 0.01)  # fmt: skip

# %% [markdown]
# <details><summary>What the table shows</summary>
#
# A feed chooses neither the person nor the screen that is open. It orders the videos of **one user's screen**. Here
# that means everything that a user was shown on one screen in these three days, since the log does not say which
# videos were requested together. There, the AUC of logistic regression falls from 0.72 to 0.57, no better than the
# click rate of the video. The rest comes from knowing which people click more, and on which screens.
#
# </details>

# %% [markdown]
# ### Exercise 28.4 · find the bug (O3)
#
# This function should return the AUC within one user's screen; `score` and `clicked` have shape (n,). A ranker that
# gives all videos the same score gets a perfect 1.0. Fix it.
#
# <details><summary>Hint 1</summary>In how many pairs does such a ranker put the click first? It does not order them at
# all.</details>
# <details><summary>Hint 2</summary>A tie counts one half: <code>(yes &gt; no).mean() + 0.5 * (yes ==
# no).mean()</code>.</details>


# %%
def auc_of_screen(score, clicked):
    yes, no = score[clicked == 1][:, None], score[clicked == 0]
    return (yes >= no).mean()


### BEGIN SOLUTION
def auc_of_screen(score, clicked):  # noqa: F811
    yes, no = score[clicked == 1][:, None], score[clicked == 0]
    return (yes > no).mean() + 0.5 * (yes == no).mean()


### END SOLUTION

# %%
check("28.4", auc_of_screen)

# %% [markdown]
# ## 6. Three rankers against one rate
#
# Which ranker orders a user's screen best? Logistic regression, boosted trees and a network get four trials each on
# the block of day 8. So does the baseline, the click rate of the video: it tries four strengths of the pull towards
# the overall rate. Trials are compared by the AUC within a user's screen.


# %%
def trees(x, y, n_trees):
    return HistGradientBoostingClassifier(max_iter=n_trees, early_stopping=False).fit(x, y).decision_function


def network(x, y, n_epochs, seed=1):
    set_seed(seed)
    scale = layers.Normalization()
    scale.adapt(x)
    model = keras.Sequential([scale, layers.Dense(32, "relu"), layers.Dense(16, "relu"), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.003), keras.losses.BinaryCrossentropy(from_logits=True), jit_compile=False)
    model.fit(x, y, batch_size=1024, epochs=n_epochs, verbose=0)
    return lambda x: ops.convert_to_numpy(model(x))[:, 0]


SETTINGS = {logistic: (0.001, 0.01, 0.1, 1), trees: (25, 50, 100, 150), network: (2, 4, 8, 16)}
tried = {(fit.__name__, s): ranked(fit, [2, 5], 8, s) for fit, settings in SETTINGS.items() for s in settings}
tried |= {("click rate", s): feed.past_rate(past, later, "item_id", "is_click", s) for s in (5, 20, 60, 200)}
judged = {trial: feed.auc_within_screen(p, later).mean() for trial, p in tried.items()}
best = {name: max((t for t in tried if t[0] == name), key=judged.get) for name, _ in tried}

# %% tags=["nbval-ignore-output"]
print({f"{name}, {setting}": f"{judged[name, setting]:.3f}" for name, setting in best.values()})

# %% [markdown]
# The three rankers are trained again, on the blocks of days 2, 5 and 8, the network with three seeds. The click rate
# now counts all days before day 11. All four are evaluated once, on the last three days.
#
# ### Exercise 28.5 · predict (O5)
#
# Over all rows, the AUC of the network is 0.07 higher than that of the click rate. How much higher is it within a
# user's screen?

# %%
lead = ...
### BEGIN SOLUTION
lead = 0.005
### END SOLUTION

# %%
check("28.5", lead)

# %% tags=["reveal"]
known, test = feed.stand_on(frame, day=11)
final = {fit.__name__: [ranked(fit, [2, 5, 8], 11, best[fit.__name__][1])] for fit in (logistic, trees)}
final["network"] = [ranked(network, [2, 5, 8], 11, best["network"][1], seed) for seed in (1, 2, 3)]
final["click rate"] = [feed.past_rate(known, test, "item_id", "is_click", best["click rate"][1])]
own = {name: sum(feed.auc_within_screen(p, test) for p in runs) / len(runs) for name, runs in final.items()}
table = {name: [np.mean([auc(test["is_click"], p) for p in final[name]]), *mean_interval(own[name])] for name in own}
leads = {name: paired_bootstrap(own[name], own["click rate"]) for name in ("logistic", "trees", "network")}

# %% tags=["reveal", "nbval-ignore-output"]
for name, interval in leads.items():
    print("{:8} − click rate, within a user's screen: {:+.3f} [{:+.3f}, {:+.3f}]".format(name, *interval))
pd.DataFrame(table, ["all rows", "within a user's screen", "±"]).T.round(3)

# %% tags=["reveal"]
claim("over all rows, every ranker is ahead by more than 0.05",
      all(table[name][0] > table["click rate"][0] + 0.05 for name in leads))  # fmt: skip
claim(
    "within a user's screen, no lead exceeds 0.015 and no interval starts above 0.005",
    all(mean < 0.015 and low < 0.005 for mean, low, _ in leads.values()),
)
claim("the interval of logistic regression includes zero", leads["logistic"][1] < 0 < leads["logistic"][2])

# %% [markdown]
# <details><summary>The verdict</summary>
#
# Over all rows, every ranker is ahead of the click rate by about 0.07. Within a user's screen they are ahead by 0.002
# to 0.006 in this run, and all three intervals include zero. What they learned beyond the click rate is mostly who
# clicks, and where. **We take the click rate**: it needs no training, and nothing here beats it within a screen, where
# a feed decides. That holds for these features. With longer histories a network may do better, and this table would
# show it.
#
# </details>

# %% [markdown] tags=["open"]
# ## 7. A rule against monotony, and its price
#
# A page full of one topic is dull, so many feeds have a rule: at most m videos with the same tag.
#
# ### Exercise 28.6 · code (O5)
#
# `score` and `tag` have shape (n,). Go through the videos from the highest score down, and take each one unless the
# page already holds `m` videos with its tag. Return the row numbers of the first `k` taken, best first; return fewer
# if there are no more.
#
# <details><summary>Hint 1</summary>Before you take a video, count how many videos on the page have its tag.</details>
# <details><summary>Hint 2</summary>Loop over <code>np.argsort(-score)</code>; the count is <code>sum(tag[other] ==
# tag[row] for other in page)</code>, and the page is full at <code>k</code>.</details>


# %%
def page_with_rule(score, tag, m, k):
    ### BEGIN SOLUTION
    page = []
    for row in np.argsort(-score):
        if len(page) < k and sum(tag[other] == tag[row] for other in page) < m:
            page.append(int(row))
    return page
    ### END SOLUTION


# %%
check("28.6", page_with_rule)

# %% [markdown]
# What does the rule cost? We replay the log: from each user's screen with at least ten impressions, the click rate of
# the video picks a page of five, with the rule and without. We state **before looking** what we accept: the paired
# interval of the difference in the share clicked must stay above −0.02. Of the rules that pass, we take the strictest.
# (At most five videos of one tag on a page of five is no rule at all: that is `most=5`.)

# %%
free = feed.replayed_pages(later, tried[best["click rate"]], most=5)
lows = {}
for most in (3, 2, 1):
    ruled = feed.replayed_pages(later, tried[best["click rate"]], most)
    mean, lows[most], high = paired_bootstrap(ruled["clicked"], free["clicked"])
    print(f"at most {most}: {ruled['n_tags'].mean():.2f} tags, clicked {mean:+.3f} [{lows[most]:+.3f}, {high:+.3f}]")
strictest = min(most for most, low in lows.items() if low > -0.02)
print(f"no rule: {free['n_tags'].mean():.2f} tags on {len(free)} pages")

# %% [markdown]
# Does the chosen rule stay within this limit on the test days?

# %%
free, ruled = (feed.replayed_pages(test, final["click rate"][0], most) for most in (5, strictest))
mean, low, high = paired_bootstrap(ruled["clicked"], free["clicked"])
print(f"at most {strictest}: {len(free)} pages, {free['n_tags'].mean():.2f} → {ruled['n_tags'].mean():.2f} tags, "
      f"clicked {mean:+.3f} [{low:+.3f}, {high:+.3f}]")  # fmt: skip

# %%
claim("at most two of a tag is the strictest rule that passes", strictest == 2)
claim("it passes on the test days, too", low > -0.02)

# %% [markdown]
# With at most one video per tag, the interval reaches below −0.02: the rule may cost more than we accept. With at most
# two, the rule passes, on the test days as well. Its price is not distinguishable from zero, but its effect is small,
# too: without a rule, a page of five already holds about four tags. MMR (lesson 18) is a softer alternative.

# %% [markdown]
# ## 8. The position that this log does not hold (optional)
#
# The first position gets more clicks, whatever is shown there: this is [position bias](glossary.md#position-bias). Our
# log holds the screen but no position, and every row was chosen by the app's own recommender. (The full KuaiRand also
# has videos that were shown at random; our part of it does not.) **With these data, nobody can correct for position,
# or say how a video would have done where it was never shown.** So we use the **synthetic** world of lesson 18, where
# a user clicks if they look at the position and like the item. Its app orders 40 items by a belief that has nothing to
# do with what people like.

# %%
world, rng = click_world(n_users=2000, n_items=40), np.random.default_rng(1)
belief, truth = rng.normal(size=40), world.like.mean(axis=0)
visits = [np.argsort(-(belief + rng.normal(0, 1.2, (2000, 40))), axis=1)[:, :10] for _ in range(5)]
item, click = np.ravel(visits), np.ravel([world.clicks(lists, rng) for lists in visits])
position = np.tile(np.arange(10), 5 * 2000)

random_lists = np.argsort(rng.random((2000, 40)), axis=1)[:, :10]  # a share of the traffic, in random order
by_position = world.clicks(random_lists, rng).mean(axis=0)
examined = by_position / by_position[0]
print("synthetic, examined relative to the first position:", examined.round(2))

# %% [markdown]
# In random lists, all positions hold equally good items on average. So the click rates of the positions show how often
# each is examined (Joachims et al., 2017).
#
# ### Exercise 28.7 · fill in (O4)
#
# An impression that is examined with probability 0.2 counts as a fifth of an impression. `item`, `position` and
# `click` have shape (n,), `examined` (n_positions,). For each of `n_items` items, return its clicks divided by its
# examined impressions.
#
# <details><summary>Hint 1</summary><code>examined[position]</code> is the weight of each impression. Clicks keep their
# full weight.</details>
# <details><summary>Hint 2</summary><code>np.bincount(item, examined[position], minlength=n_items)</code> adds up the
# weights.</details>


# %%
def examined_rate(item, position, click, examined, n_items):
    clicks = np.bincount(item, click, minlength=n_items)
    ### BEGIN SOLUTION
    return clicks / np.bincount(item, examined[position], minlength=n_items)
    ### END SOLUTION


# %%
check("28.7", examined_rate)

# %%
of_item = pd.DataFrame({"truth": truth, "plain": np.bincount(item, click) / np.bincount(item)})
of_item["corrected"] = np.bincount(item, click) / np.bincount(item, examined[position])
order = of_item[["plain", "corrected"]].corrwith(of_item["truth"], method="spearman")
print("synthetic, rank correlation with the truth:", order.round(2).to_dict())

# %%
figure, axes = new_figure(6, 2.8)
for name, marker in (("plain", "x"), ("corrected", "o")):
    axes.plot(of_item["truth"], of_item[name], linestyle="", marker=marker, label=name)
axes.plot([0, 0.35], [0, 0.35], color="grey", linewidth=1, linestyle=":", marker="", label="truth")
axes.set(xlabel="true probability of a like (synthetic)", ylabel="estimated from the log")
axes.legend()
show(
    figure,
    alt="Synthetic world: estimated against true probability of a like for 40 items. Plain click rates lie far below "
    "the diagonal; corrected ones lie near it, except for two items without a click.",
)

# %%
claim("synthetic: the correction orders the items better", order["corrected"] > order["plain"] + 0.03)

# %% [markdown]
# In this synthetic world, plain click rates are too low and order the items less well; the corrected rates lie near
# the truth. Two items at the bottom were hardly shown and have no click at all: no weight can make up for missing
# impressions. The price of the correction is a little random traffic. Without it, we could not tell the effect of a
# position from that of the items in it. If you run a feed, **log the position, and keep a random share of the
# traffic**.

# %% [markdown]
# ## 9. Whose posts may you use?
#
# KuaiRand was published together with the company that runs the app, without names and under an open licence. A far
# larger data set looks tempting: Failla and Rossetti (2024) collected 235 million posts from Bluesky, where posts are
# public. The user names were removed, and people can ask to have their posts taken out. But they have to know of the
# data set first: opting out is not opting in. The first version has since been replaced and is restricted on Zenodo.
# We do not use the data. **Public does not mean that people agreed.** Ask who agreed to what, whether they can still
# withdraw, and whether a withdrawal would reach your copy.

# %% [markdown]
# ## 10. What carries over to your field
#
# These are the five problems of lesson 27, each with the fields where it is most typical and with what this lesson saw
# of it:
#
# | Problem | Most typical of | In this feed |
# |---|---|---|
# | repeats | shops, music | hardly any: a person is rarely shown the same video again |
# | exposure | social feeds | a model with invented negatives learns mostly exposure |
# | reactions after the click | music and video | a click is not a like (lesson 29) |
# | cold items and people | films and series | no fresh video: uploads end before the log begins |
# | amounts | games | how much a person clicks lifts an AUC over all rows |
#
# Log what you show, with its position. Learn from what was shown and not chosen. Evaluate the order within one
# request, on several days. And before you train a network, measure what a plain click rate can do.

# %% [markdown]
# ## What you did
#
# - You diagnosed that a model with invented negatives learns exposure (**O1**).
# - You computed a rate that forgets old evidence, and saw a gain that other mornings did not confirm (**O2**).
# - You took an AUC apart by user and screen, and repaired one that counted ties as hits (**O3**).
# - In section 8 (optional) you corrected a synthetic log for position (**O4**).
# - You compared a network with a click rate, and put a price on a diversity rule (**O5**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - C. Gao et al.: KuaiRand: An Unbiased Sequential Recommendation Dataset with Randomly Exposed Videos. CIKM 2022
# - T. Joachims, A. Swaminathan, T. Schnabel: Unbiased Learning-to-Rank with Biased Feedback. WSDM 2017
# - N. Craswell, O. Zoeter, M. Taylor, B. Ramsey: An Experimental Comparison of Click Position-Bias Models. WSDM 2008
# - A. Failla, G. Rossetti: "I'm in the Bluesky Tonight": Insights from a Year Worth of Social Data. PLOS ONE 19(11),
#   2024, doi 10.1371/journal.pone.0310330
