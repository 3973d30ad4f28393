# %% [markdown]
# # Recommend in a social feed
#
# A feed knows what it showed, so a missing click can be a real "no". This case study shows what that is worth, and how
# easily a feed's log flatters a model that adds nothing for the person in front of the screen.

# %% [markdown]
# **What you will do**
#
# - **O1** diagnose what a model learns from videos that were never shown
# - **O2** compute and implement a click rate that forgets, and compare it with one that does not
# - **O3** diagnose what an AUC compares, and repair one that flatters
# - **O4** implement a correction for position in a synthetic log
# - **O5** compare a network with simple baselines, and implement a diversity rule with its price
#
# **What you need**: lessons 04 and 14, and about an hour. The whole notebook runs in about 30 seconds.

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
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from recsys_helpers.data.kuairand import load_kuairand
from recsys_helpers.evaluation import mean_interval, paired_bootstrap
from recsys_helpers.evaluation.by_user import auc_by_user
from recsys_helpers.exercises import check
from recsys_helpers.models.feed import VIDEO, auc_within_screen, feed_features, past_rate, stand_on, with_unseen
from recsys_helpers.notebook import claim, new_figure, show
from recsys_helpers.simulation.world import click_world

set_seed(42)
frame = load_kuairand()

# %% [markdown]
# ## 1. A "no" that was never asked
#
# You know KuaiRand from lesson 14: one row is a video that was shown to a person. We stand on the morning of day 8,
# learn from everything before, and predict the next three days. The last three days stay closed until section 7.
#
# Most data sets hold clicks only, so negatives must be invented: for each click, draw a video that this user has never
# seen (lesson 09). Here we need not invent anything. But let us do it anyway, as if we had the clicks alone.

# %%
frame["length"] = pd.cut(frame["duration_ms"] / 1000, [-1, 10, 20, 40, 60, 90, 120, 180, np.inf]).cat.codes
past, later = stand_on(frame, day=8)
unseen = with_unseen(past[past["is_click"] == 1], past)
later_unseen = with_unseen(later[later["is_click"] == 1], frame)
fields = ["item_id", *VIDEO]
encoder = OneHotEncoder(handle_unknown="ignore").fit(past[fields])


def score_by(learn, rows):
    model = LogisticRegression(C=0.3, max_iter=300).fit(encoder.transform(learn[fields]), learn["is_click"])
    return model.decision_function(encoder.transform(rows[fields]))


said = score_by(unseen, later_unseen)
of_invented = auc_by_user(said, later_unseen["is_click"], later_unseen["user_id"])
print(f"against invented negatives: per-user AUC {of_invented.mean():.3f}")

# %% [markdown]
# This logistic regression tells a later click from an unseen video in 85 of 100 pairs.
#
# ### Exercise 28.1 · predict (O1)
#
# Now the same model ranks what was **really shown** in these three days. What is its per-user AUC?

# %%
per_user_auc = ...
### BEGIN SOLUTION
per_user_auc = 0.55
### END SOLUTION

# %%
check("28.1", per_user_auc)

# %% tags=["reveal"]
scores = {"invented negatives": score_by(unseen, later), "real negatives": score_by(past, later)}
on_shown = {name: auc_by_user(p, later["is_click"], later["user_id"]) for name, p in scores.items()}
for name, values in on_shown.items():
    print("learned from {:18}: per-user AUC {:.3f} ± {:.3f}".format(name, *mean_interval(values)))
print("real − invented: {:+.3f} [{:+.3f}, {:+.3f}]".format(*paired_bootstrap(*[*on_shown.values()][::-1])))

times_shown = past["item_id"].value_counts()
exposure = [rows["item_id"].map(times_shown).fillna(0) for rows in (later_unseen, later)]
said_exposure = [auc_by_user(p, rows["is_click"], rows["user_id"]) for p, rows in zip(exposure, (later_unseen, later))]
print("how often it was shown: against invented {:.3f}, among shown {:.3f}".format(*(a.mean() for a in said_exposure)))

# %% tags=["reveal"]
claim("invented negatives: above 0.8 against unseen videos, below 0.6 among shown ones",
      of_invented.mean() > 0.8 and on_shown["invented negatives"].mean() < 0.6)  # fmt: skip
claim("real negatives are better", paired_bootstrap(*[*on_shown.values()][::-1])[1] > 0.03)
claim("a count of impressions does as well against unseen videos", said_exposure[0].mean() > 0.8)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# Only 0.55. With the real negatives, the same model reaches 0.60. The last line explains the gap: how often the app
# showed a video, which says nothing about anybody's taste, also reaches 0.85 against the invented negatives. To tell a
# click from an unseen video, it is enough to know **what the app shows**. The model learned
# [exposure](glossary.md#exposure).
#
# </details>

# %% [markdown] tags=["open"]
# ## 2. What a zero means
#
# Four invented videos and Ann. A table of clicks cannot tell B from D; a log of impressions can:
#
# | Video | Shown to Ann | Clicked | In a table of clicks | In the log |
# |---|---|---|---|---|
# | A | once | once | 1 | a yes |
# | B | once | never | 0 | a **no** |
# | C | twice | once | 1 | a no and a yes |
# | D | never | – | 0 | unknown |
#
# The no of B is real, but it need not mean dislike: Ann may have scrolled past without a look. And D stays unknown
# whatever we do, because the app decided not to ask.

# %% [markdown] tags=["open"]
# ## 3. Does new evidence count more?
#
# A feed lives on what is new. How old are its videos? The file of videos holds the day of upload, and there are only
# three of them: every video of this sample was uploaded on 8, 9 or 10 April, at least two weeks before the log begins.
# **So this sample cannot say how clicks depend on a video's age.** The age and the calendar move together.
#
# What can age here is the evidence. Let an impression from `age` days ago count 0.5^(age / [half-life](glossary.md#half-life)).
#
# ### Exercise 28.2 · trace (O2)
#
# A video was shown four times six days ago, and clicked each time. Today it was shown four times, and never clicked. The
# half-life is three days. What is its click rate, with impressions and clicks counted in this way?

# %%
rate = ...
### BEGIN SOLUTION
rate = (4 * 0.25) / (4 * 0.25 + 4)
### END SOLUTION

# %%
check("28.2", rate)

# %% [markdown]
# ### Exercise 28.3 · code (O2)
#
# Write it for all videos. `item`, `age` (in days) and `click` have shape (n,). Each impression weighs 0.5^(age /
# half_life). Return for each of `n_items` videos (weighted clicks + strength · overall) / (weighted impressions +
# strength), shape (n_items,). A video without impressions gets `overall`.
#
# <details><summary>Hint 1</summary>Old impressions fade as well as old clicks: the weight stands in the numerator and
# in the denominator.</details>
# <details><summary>Hint 2</summary><code>np.bincount(item, weight, minlength=n_items)</code> adds up the weights of each
# video; <code>weight * click</code> gives the clicks.</details>


# %%
def fading_rate(item, age, click, n_items, half_life, overall, strength):
    ### BEGIN SOLUTION
    weight = 0.5 ** (age / half_life)
    clicks = np.bincount(item, weight * click, minlength=n_items)
    return (clicks + strength * overall) / (np.bincount(item, weight, minlength=n_items) + strength)
    ### END SOLUTION


# %%
check("28.3", fading_rate)


# %% [markdown]
# The half-life can serve in two ways: in the click *rate*, or in a *list of popular videos*, the usual "trending". We
# try both with five half-lives. "Infinite" forgets nothing.


# %%
def fading(past, day, half_life):
    weight = 0.5 ** ((day - past["day"]) / half_life)
    n, clicks = (w.groupby(past["item_id"]).sum() for w in (weight, weight * past["is_click"]))
    return clicks, (clicks + 20 * past["is_click"].mean()) / (n + 20)


def found_by(top, rows):
    """For each user, the share of the clicks that went to these videos."""
    return rows["item_id"].isin(top)[rows["is_click"] == 1].groupby(rows["user_id"]).mean()


HALF_LIVES, of_list, of_rate = [np.inf, 8, 4, 2, 1], {}, {}
for half_life in HALF_LIVES:
    clicks, rate = fading(past, 8, half_life)
    of_list[half_life] = found_by(clicks.nlargest(10).index, later)
    p = later["item_id"].map(rate).fillna(past["is_click"].mean())
    of_rate[half_life] = auc_by_user(p, later["is_click"], later["user_id"])
columns = {"ten most clicked: share of clicks": of_list, "click rate: per-user AUC": of_rate}
pd.DataFrame({name: {h: v.mean() for h, v in of.items()} for name, of in columns.items()}).round(3)

# %%
gains = [paired_bootstrap(of[2], of[np.inf]) for of in (of_list, of_rate)]
for name, gain in zip(columns, gains):
    print("two days − infinite, {:33} {:+.3f} [{:+.3f}, {:+.3f}]".format(name, *gain))

# %%
claim("the list of the most clicked gains from a half-life of two days", gains[0][1] > 0.002)
claim("the click rate does not", gains[1][1] < 0.002)

# %% [markdown]
# Trending wins: with a half-life of two days, its ten videos find more of the later clicks. The click rate gains
# nothing from forgetting. Does trending find what people *like* better, then?

# %%
clicks, trending = fading(past, 8, np.inf)[0], fading(past, 8, 2)[0]
tops = {"ten most clicked": clicks, "trending, two days": trending, "highest click rate": fading(past, 8, np.inf)[1]}
table = {}
for name, values in tops.items():
    hits = later[later["item_id"].isin(values.nlargest(10).index)]
    table[name] = [len(hits) / len(later), found_by(values.nlargest(10).index, later).mean(), hits["is_click"].mean()]
pd.DataFrame(table, ["share of impressions", "share of clicks", "click rate when shown"]).T.round(3)
