# %% [markdown]
# # Watch it live
#
# A recommender in production fails quietly: every answer arrives in time while the lists get worse. You measure how
# far data drift, see that drift need not mean damage, log what a service showed, and find faults that drift monitors
# miss.

# %% [markdown]
# **What you will do**
#
# - **O1** compute three distances between distributions, and measure how large PSI gets from sampling noise alone
# - **O2** compare the drift of the inputs with the loss of quality
# - **O3** implement a log of what was shown, and join it with what visitors did
# - **O4** implement a parity test, and diagnose training–serving skew with it
# - **O5** choose alerts, order the steps after one, and (optional) compute the size of a canary
#
# **What you need**: lessons 04, 18 and 23, and two hours without the optional sections. The notebook runs in half a
# minute.

# %%
import hashlib
import hmac
import json
import tempfile
import uuid
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp

from recsys_helpers import simulation as lab
from recsys_helpers import watching as watch
from recsys_helpers.data import IdMap, load_movielens, sequences, splits, to_matrix
from recsys_helpers.evaluation import evaluate, mean_interval, paired_bootstrap
from recsys_helpers.exercises import check
from recsys_helpers.models.baselines import popularity
from recsys_helpers.models.fast_ease import ease_scores
from recsys_helpers.models.linear import age_weights
from recsys_helpers.notebook import claim, new_figure, show
from recsys_helpers.serving.bundle import load_bundle
from recsys_helpers.serving.recommender import Question, Recommender
from recsys_helpers.serving.store import Store
from recsys_helpers.start import set_seed
from recsys_helpers.watching.practice import Running, ease_versions, event_id, let_visit

set_seed(42)
ratings, movies = load_movielens()
users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])

# %% [markdown]
# ## 1. A model that nobody retrained
#
# It is the end of 2005. You train EASE on all ratings so far, put it into production, and never touch it again. A
# colleague retrains the same model at the end of every year.
#
# MovieLens lets us replay what happens. The visitors of a year are the users with at least ten ratings in it. A model
# reads a visitor's history up to the middle of that year's ratings and is evaluated on the second half. The two models
# differ only in what they were *trained on*. λ = 100 comes from lesson 04; nothing is tuned here.

# %%
ratings = splits.order_in_time(ratings)
ratings["year"] = pd.to_datetime(ratings["timestamp"], unit="s").dt.year
of_visit = ratings.groupby(["user_id", "year"])["item_id"]
is_early = of_visit.cumcount() < of_visit.transform("size") // 2
is_visit = of_visit.transform("size") >= 10


def replay(year, learned_before):
    now = (ratings["year"] == year) & is_visit
    later = ratings[now & ~is_early]
    known = ratings[((ratings["year"] < year) | (now & is_early)) & ratings["user_id"].isin(later["user_id"])]
    learned = ratings[ratings["year"] < learned_before]
    learned, known, later = (to_matrix(part, users, items) for part in (learned, known, later))
    scores = ease_scores(learned, 100, known)
    rows = np.r_[0, np.flatnonzero(np.diff(later.indptr))]  # padding, and the visitors
    return pd.Series(list(evaluate(scores[rows], known[rows], later[rows]).per_user["NDCG"]), rows[1:])


# %%
years = range(2006, 2017)
frozen = {year: replay(year, 2006) for year in years}
retrained = {year: replay(year, year) for year in years}

# %% [markdown]
# ### Exercise 24.1 · predict (O2)
#
# Take the visitors of 2014 to 2016. What percentage of the retrained model's NDCG@10 has the frozen model lost?

# %%
percent_lost = ...
### BEGIN SOLUTION
percent_lost = 32
### END SOLUTION

# %%
check("24.1", percent_lost)


# %% tags=["reveal"]
def pooled(first, last):  # who came in several years counts once
    both = [pd.concat([of[year] for year in range(first, last + 1)]) for of in (frozen, retrained)]
    old, new = (of.groupby(level=0).mean().to_numpy() for of in both)
    return [len(old), old.mean(), new.mean(), *paired_bootstrap(old, new)]


columns = ["users", "frozen", "retrained", "difference", "low", "high"]
periods = ((2006, 2006), (2007, 2010), (2011, 2013), (2014, 2016))
loss = pd.DataFrame({f"{first} to {last}": pooled(first, last) for first, last in periods}, columns).T
loss.astype({"users": int}).round(3)

# %% tags=["reveal"]
lost = -loss.loc["2014 to 2016", "difference"] / loss.loc["2014 to 2016", "retrained"]
print(f"lost in 2014 to 2016: {lost:.0%}")
claim("after eight years the frozen model has lost a quarter or more", lost > 0.25)
claim("the interval of 2014 to 2016 lies below zero", loss.loc["2014 to 2016", "high"] < -0.02)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# In 2006 both are the same model. In 2014 to 2016 the frozen model reaches an NDCG@10 of 0.118 and the retrained one
# 0.174, so the frozen model has lost 32 %. The interval of the difference, −0.076 to −0.037, lies below zero.
#
# The service itself gave no warning: every answer arrived in time, with status 200.
#
# </details>

# %% [markdown]
# ## 2. Three distances by hand
#
# Most monitors watch the *inputs*: has the distribution of a feature changed since training? Such a change is called
# [drift](glossary.md#drift). How large is it? Take a feature in three bins:

# %%
p, q = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.3, 0.3])  # training, last week
pd.DataFrame({"training": p, "last week": q, "q − p": q - p, "ln(q / p)": np.log(q / p)}).round(3)

# %%
middle = (p + q) / 2
by_hand = {
    "PSI": ((q - p) * np.log(q / p)).sum(),
    "KS": np.abs(np.cumsum(p) - np.cumsum(q)).max(),
    "JS": ((p * np.log2(p / middle)).sum() + (q * np.log2(q / middle)).sum()) / 2,
}
print({name: float(value.round(4)) for name, value in by_hand.items()})
assert np.allclose([by_hand["PSI"], by_hand["JS"]], [watch.psi(p, q), watch.js(p, q)])

# %% [markdown]
# - The **[population stability index](glossary.md#population-stability-index)** (PSI) multiplies the change of each
#   share by the change of its logarithm, and sums over the bins.
# - The **[Kolmogorov–Smirnov distance](glossary.md#kolmogorovsmirnov-distance)** (KS) is the largest gap between the
#   two cumulative distributions: here 0.1. It needs no bins.
# - The **[Jensen–Shannon divergence](glossary.md#jensenshannon-divergence)** (JS) compares both distributions with
#   their average, in bits. It lies between 0 and 1, even where a bin is empty.
#
# ### Exercise 24.2 · trace (O1)
#
# A feature has two bins, with shares of 0.5 and 0.5 in training, and of 0.8 and 0.2 last week. Compute PSI to two
# decimals; ln 1.6 = 0.470 and ln 0.4 = −0.916.

# %%
psi_of_two_bins = ...
### BEGIN SOLUTION
psi_of_two_bins = 0.3 * 0.470 + -0.3 * -0.916
### END SOLUTION

# %%
check("24.2", psi_of_two_bins)

# %% [markdown]
# ### Exercise 24.3 · code (O1)
#
# A bin that is empty on one side makes PSI infinite. A common remedy is to add half a value, 0.5, to the count of
# every bin before the shares are computed. `reference` and `current` have shape (n_bins,) and hold the *counts* of the
# bins; their sums may differ. Return PSI with this remedy.
#
# <details><summary>Hint 1</summary>Add 0.5 to every count on both sides. Then divide each side by its own new
# sum.</details>
# <details><summary>Hint 2</summary>Compute <code>p = (reference + 0.5) / (reference + 0.5).sum()</code>, and q in the
# same way from <code>current</code>. Return <code>((q - p) * np.log(q / p)).sum()</code>.</details>


# %%
def my_psi(reference, current):
    ### BEGIN SOLUTION
    p, q = ((np.asarray(counts) + 0.5) / (np.asarray(counts) + 0.5).sum() for counts in (reference, current))
    return ((q - p) * np.log(q / p)).sum()
    ### END SOLUTION


# %%
check("24.3", my_psi)

# %% [markdown]
# ## 3. PSI when nothing has changed
#
# Two thresholds are quoted everywhere: above 0.1 "look", above 0.25 "act". This rule of thumb from credit scoring
# ignores how many values you have. We test it where the truth is known: both samples come from the *same* distribution
# (synthetic), and PSI uses ten bins.

# %%
rng = np.random.default_rng(24)
table = {}
for n in (40, 100, 1_000, 10_000):
    pairs = rng.normal(size=(300, 2, n))
    edges = [watch.equal_bins(one) for one, _ in pairs]
    found = np.array([watch.psi(*(watch.shares(one, at) for one in pair)) for pair, at in zip(pairs, edges)])
    table[n] = [found.mean(), watch.psi_noise(10, n, n), (found > 0.1).mean(), (found > 0.25).mean()]
noise = pd.DataFrame(table, ["mean PSI", "9 · (1/n + 1/n)", "above 0.1", "above 0.25"]).T.rename_axis("n")
noise.round(3)

# %%
claim("with 100 values PSI raises false alarms in most weeks", noise.loc[100, "above 0.1"] > 0.6)
claim("with 1,000 values it raises none", noise.loc[1_000, "above 0.1"] < 0.01)
claim("the formula is close to the mean", abs(noise.iloc[1:, 0] / noise.iloc[1:, 1] - 1).max() < 0.15)

# %% [markdown]
# Nothing has changed, and yet PSI is 0.17 on average with 100 values on each side, and above 0.1 in 80 % of the cases.
# For n and m values, noise alone gives about (bins − 1) · (1/n + 1/m) (Yurdakul, 2018). With 10,000 values this is
# 0.002, so a PSI of 0.02 is a real change. Without a sample size, a threshold means nothing.
#
# ### Exercise 24.4 · choose (O1)
#
# You have a million rows from training and a million from last week. The mean of a feature has moved by one hundredth
# of its standard deviation, and the p-value is about 10⁻¹². What should you do?
#
# - **a** raise the alarm: the change is certainly real, so the model is in danger
# - **b** nothing yet: the change is real but tiny; watch its size, not its p-value
# - **c** check the test: a change this small cannot be significant
# - **d** take a sample of 1,000 rows, so that the p-value becomes honest

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("24.4", answer)

# %% tags=["reveal"]
before, after = rng.normal(size=1_000_000), rng.normal(0.01, 1, size=1_000_000)
z = (after.mean() - before.mean()) / np.sqrt(2 / 1_000_000)
size = watch.monitor(pd.DataFrame({"feature": before}), pd.DataFrame({"feature": after}))
claim("certain, and tiny", z > 4 and size.loc["feature", "PSI"] < 0.001)
print(f"z = {z:.1f} (3 is rare)")
size.round(5)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# The difference is many standard errors from zero, and PSI is about a thousandth of the first threshold. With so many
# rows, even a tiny change is significant. A p-value says whether there is a change; only its *size* says whether it
# could matter.
#
# </details>

# %% [markdown]
# ## 4. Drift is not a loss of quality
#
# What would a drift monitor have reported about the frozen model? We compare each year with 2003 to 2005 in two
# features: the stars, and the age of the film when it was rated. The ratings of one visitor are not independent, so
# the formula of section 3 underestimates the noise. `psi_limit` instead resamples *visitors* of the reference, as many
# as the year has; one resample in twenty exceeds its limit.

# %%
released = movies.set_index("item_id")["year"]
ratings["film age"] = ratings["year"] - ratings["item_id"].map(released)
reference = ratings[ratings["year"].between(2003, 2005)]
bins = {"rating": np.arange(0.75, 5, 0.5), "film age": watch.equal_bins(reference["film age"])}


def drift(now, feature):
    before, after = (watch.shares(rows[feature], bins[feature]) for rows in (reference, now))
    limit = watch.psi_limit(reference[feature], reference["user_id"], now["user_id"].nunique(), bins[feature])
    return watch.psi(before, after), limit


# %%
old_films = set(ratings.loc[ratings["year"] < 2006, "item_id"])
rows = {}
for year in (2006, 2008, 2010, 2012, 2014, 2015, 2016):
    now = ratings[ratings["year"] == year]
    unknown = 1 - now["item_id"].isin(old_films).mean()
    relative = frozen[year].mean() / retrained[year].mean() - 1
    rows[year] = [*drift(now, "rating"), *drift(now, "film age"), unknown, relative]
columns = ["PSI stars", "limit", "PSI film age", "limit ", "unknown films", "NDCG, frozen"]
inputs = pd.DataFrame(rows, columns).T
inputs.round(2)

# %%
claim("no PSI comes near 0.25", inputs[["PSI stars", "PSI film age"]].max().max() < 0.2)
claim("from 2014 on, over 40 % of the ratings are of unknown films", inputs.loc[2014:, "unknown films"].min() > 0.4)

# %% [markdown]
# PSI never exceeds 0.11, barely above "look", though film age exceeds its own limit from 2008 on. Meanwhile the frozen
# model lost a third of its NDCG@10. What did change: in 2014 to 2016, 46 % of the ratings are of films that the frozen
# model has never seen. So monitor what your model depends on, here the **share of unknown items**.
#
# Drift is a reason to investigate, not a measure of quality. Quality is measured by outcomes: what people chose from
# what they were shown. That needs the right log.

# %% [markdown]
# ## 5. A large drift without a clear loss (optional)
#
# The reverse happens, too. In 2003 MovieLens introduced half stars. What would a monitor of the stars have reported,
# and what happened to a model frozen at the end of 2002?

# %%
whole_stars = watch.shares(ratings.loc[ratings["year"].between(2000, 2002), "rating"], bins["rating"])
stars = {y: watch.psi(whole_stars, watch.shares(ratings.loc[ratings["year"] == y, "rating"], bins["rating"]))
         for y in range(2001, 2006)}  # fmt: skip
old, new = (pd.concat([replay(y, before or y) for y in (2003, 2004, 2005)]) for before in (2003, None))
mean, low, high = paired_bootstrap(*(of.groupby(level=0).mean().to_numpy() for of in (old, new)))
print("PSI of the stars:", {year: round(value, 2) for year, value in stars.items()})
print(f"frozen minus retrained, 2003 to 2005: {mean:+.3f} [{low:+.3f}, {high:+.3f}]")
claim("the stars drift more than anything else in this lesson", min(stars[year] for year in (2003, 2004, 2005)) > 1)
claim("no loss can be shown", low < 0 < high)

# %% [markdown]
# PSI jumps from 0.05 to 2.44 and then above 4, sixteen times the "act" threshold. The frozen model's NDCG@10 is lower
# by 0.010, and the interval includes zero. EASE reads which films were rated, not how many stars they got, and drift
# in an input that a model does not use cannot harm it. A model that predicts stars would have been affected.

# %% [markdown]
# ## 6. A stream instead of a week (optional)
#
# PSI compares two batches. [ADWIN](glossary.md#adwin) (Bifet & Gavaldà, 2007) reads values one by one. It keeps a
# window of the newest values, and drops the older part of the window as soon as its mean differs from that of the
# newer part by more than sampling noise can explain. The package river implements it. We insert a shift at value 2,000
# (synthetic), and measure delays and false alarms in 40 streams.

# %%
from river.drift import ADWIN


def first_alarm(stream):
    detector = ADWIN()
    for position, value in enumerate(stream):
        detector.update(value)
        if detector.drift_detected:
            return position
    return np.inf


rows = {}
for shift in (0, 0.1, 0.25, 0.5, 1):
    streams = rng.normal(size=(40, 4000)) + shift * (np.arange(4000) >= 2000)
    alarm = np.array([first_alarm(stream) for stream in streams])
    found = alarm[(alarm >= 2000) & (alarm < np.inf)] - 2000
    rows[shift] = [(alarm < 2000).sum(), len(found), np.median(found) if shift and len(found) else np.nan]
adwin = pd.DataFrame(rows, ["alarms before 2,000", "alarms after", "median delay"]).T.rename_axis("shift, in sd")
adwin

# %%
by_visitor = np.repeat(rng.normal(0, 0.5, (40, 40)), 100, axis=1) + rng.normal(0, 0.87, (40, 4000))  # no drift at all
n_false = sum(first_alarm(stream) < np.inf for stream in by_visitor)
print(f"values that come visitor by visitor, no drift: alarms in {n_false} of 40 streams")
claim("a shift of half a standard deviation is always found, within 300 values", adwin.loc[0.5, "median delay"] < 300)
claim("hardly a false alarm on independent values", adwin["alarms before 2,000"].sum() <= 4)
claim("values in blocks of one visitor set it off nearly always", n_false > 30)

# %% [markdown]
# A shift of half a standard deviation is found after about 110 values. A shift of a tenth is found in few of the
# streams, and false alarms are rare. But ADWIN assumes independent values. When 100 values of one visitor come in a
# row, it raises an alarm in nearly every stream, although nothing has drifted. Feed it one value per visitor, or one
# per hour.

# %% [markdown]
# ## 7. What the service logs
#
# We start the service of lesson 23 with a model that trains quickly, EASE on the films with at least ten ratings. A
# second version, *aged* EASE, gives the newest films more weight. Both learn from train + valid. The test set plays
# the part of the visitors; nothing is chosen on it.

# %%
cut = splits.split_last_share(ratings[["user_id", "item_id", "rating", "timestamp"]])
learn = pd.concat([cut.train, cut.valid])
learn = learn[learn.groupby("item_id")["user_id"].transform("size") >= 10]
temporary = tempfile.TemporaryDirectory()  # gone when the notebook ends
store = Store(Path(temporary.name))
first, second = ease_versions(learn, movies, store)
service = Running(store)

# %%
service.client.get("/recommend/1?k=3", headers={"x-request-id": "visit-0"})
view = {"event_id": str(uuid.UUID(int=1)), "user_id": 1, "item_id": 318, "kind": "view"}
assert service.client.post("/events", json=view).status_code == 201

# %% tags=["nbval-ignore-output"]
requests = service.requests()
print(requests[requests["request_id"] == "visit-0"].iloc[-1].to_dict())
print(service.events().iloc[-1].to_dict())

# %% [markdown]
# The service keeps two logs: the *access log*, one line of JSON per request, and the *events*, what visitors did.
#
# ### Exercise 24.5 · choose (O3)
#
# Which question can **never** be answered from these two logs, however long you keep them?
#
# - **a** within how many milliseconds were 99 % of the requests answered?
# - **b** how many films were viewed yesterday?
# - **c** how often is the film in position 1 viewed, compared with position 5?
# - **d** which share of the requests got status 503?

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("24.5", answer)

# %% [markdown]
# ## 8. Log what was shown
#
# Neither log contains the list that was shown, and it cannot be recovered later: models are replaced, and histories
# grow. So log it when it is shown, as one [impression](glossary.md#impression) per film:
#
# | Field | Why |
# |---|---|
# | request id, version | the key to the access log; which model made this list |
# | user key | a keyed hash, not the raw id (the access log has the id in its path: delete that log soon) |
# | candidates, list with positions | what could have been shown, what was, and where |
# | propensity | the probability with which each film got its position (lesson 18) |
# | degraded | whether a fallback answered instead of the model |
#
# Positions 1 to 9 hold the model's best films. Position 10 is drawn at random from candidates 10 to 50, so that the
# log also contains films that the model would not show.

# %%
secret = b"kept outside the log"


def visit(user_id, request_id):
    answer = service.client.get(f"/recommend/{user_id}?k=50", headers={"x-request-id": request_id}).json()
    candidates = [film["item_id"] for film in answer["items"]]
    return {
        "request_id": request_id,
        "version": answer["version"],
        "user_key": hmac.new(secret, str(user_id).encode(), hashlib.sha256).hexdigest()[:16],
        "candidates": candidates,
        "shown": [*candidates[:9], candidates[9 + int(rng.integers(41))]],
        "propensity": [*9 * [1.0], 1 / 41],
        "degraded": answer["degraded"],
    }


# %% [markdown]
# Now the visitors come. What they like is real: their films in the test set. Whether they look is simulated: position
# r is examined with probability 1 / log₂(r + 1) (synthetic). A film that is liked and examined is viewed, and the view
# goes to the service as an event. Its id is made from the request id and the film, so that it can be joined with its
# list. The first version answers on Monday, the second on Tuesday.

# %%
liked = cut.test.groupby("user_id")["item_id"].agg(set)
impressions = let_visit(service, visit, liked, rng, "monday")
assert service.admin("swap", version=second) == second
impressions += let_visit(service, visit, liked, rng, "tuesday")
(store.folder / "impressions.jsonl").write_text("\n".join(map(json.dumps, impressions)))
views = service.events()[1:]  # the first was that of section 7
print(f"{len(impressions):,} lists, {len(views)} views")

# %%
shown = pd.read_json(store.folder / "impressions.jsonl", lines=True)
shown = shown.assign(position=[list(range(1, 11))] * len(shown)).explode(["shown", "position", "propensity"])
shown["event_id"] = [event_id(*pair) for pair in zip(shown["request_id"], shown["shown"])]
shown["is_viewed"] = shown["event_id"].isin(views["event_id"])
rates = shown.groupby("position")["is_viewed"].agg(["mean", "sum", "size"])
rates.round(3)

# %%
assert shown["is_viewed"].sum() == len(views)  # every view found its list
claim("position 1 is viewed at least twice as often as position 9", rates["mean"][1] > 2 * rates["mean"][9])

# %% [markdown]
# Every view found its list. The rate falls from position 1 to 10, because the model puts the best films first and
# because people look there most. Only the films drawn for position 10, with a propensity below 1, can say how another
# policy would do (lesson 18).

# %% [markdown]
# ### Exercise 24.6 · find the bug (O3)
#
# `shown` has one row for each film that was shown, with `request_id`, `item_id` and `position`; `views` has one row
# for each view, with `request_id` and `item_id`. The function should return, for each position, the share of the
# impressions that were viewed, as a Series indexed by position. Its rates are far too high. Fix it.
#
# <details><summary>Hint 1</summary>Which impressions are left after the merge?</details>
# <details><summary>Hint 2</summary>Keep all rows with <code>how="left"</code> and <code>indicator=True</code>; a row is
# viewed where <code>_merge</code> is "both".</details>


# %%
def rate_by_position(shown, views):
    both = shown.merge(views, on=["request_id", "item_id"])
    n_shown = shown[shown["request_id"].isin(views["request_id"])].groupby("position").size()
    return (both.groupby("position").size() / n_shown).fillna(0)


### BEGIN SOLUTION
def rate_by_position(shown, views):  # noqa: F811
    both = shown.merge(views, on=["request_id", "item_id"], how="left", indicator=True)
    return (both["_merge"] == "both").groupby(both["position"]).mean()


### END SOLUTION

# %%
check("24.6", rate_by_position)

# %% [markdown]
# ## 9. The same features on both sides
#
# Often one program computes the features for training and another one in the service. Where they disagree, the model
# gets inputs that it was never trained on: [training–serving skew](glossary.md#trainingserving-skew). Our model reads
# a *window*: the newest 50 films, newest first, padded with zeros at the end; each position has its weight. We measure
# on the last quarter of train + valid.

# %%
inner = splits.split_last_share(pd.concat([cut.train, cut.valid]), valid=0, test=0.25)
known, later = (to_matrix(part, users, items) for part in (inner.train, inner.test))


def window(histories, zeros_in_front=False):
    rows = np.zeros((len(histories), 50), int)
    for row, history in enumerate(histories):
        newest = history[::-1][:50]
        rows[row, slice(50 - len(newest), 50) if zeros_in_front else slice(len(newest))] = newest
    return rows


def quality(rows):
    user, position = np.nonzero(rows)
    aged = sp.csr_array((age_weights(50)[::-1][position], (user, rows[user, position])), known.shape)
    return evaluate(ease_scores(known, 100, aged.astype("float32")), known, later).per_user["NDCG"]


# %% [markdown]
# Three services have a small fault each:
#
# - **whole days**: timestamps are rounded down to days, and the films of a day come in the order of their ids
# - **zeros in front**: a history of fewer than 50 films is padded on the wrong side
# - **old id map**: an older map lacks 20 of the films, so most films get the index of another one

# %%
offline = sequences.histories(inner.train, users, items)
by_day = inner.train.assign(timestamp=inner.train["timestamp"] // 86_400).sort_values(
    ["user_id", "timestamp", "item_id"]
)
old_map = IdMap(np.random.default_rng(0).choice(items.ids, items.n - 20, replace=False))
raw = inner.train[inner.train["item_id"].isin(old_map.ids)]
windows = {
    "offline": window(offline),
    "whole days": window(sequences.histories(by_day, users, items)),
    "zeros in front": window(offline, zeros_in_front=True),
    "old id map": window(sequences.histories(raw, users, old_map)),
}

# %%
ndcg = {name: quality(rows) for name, rows in windows.items()}
print(f"offline: {ndcg['offline'].mean():.3f}")
for name in list(windows)[1:]:
    mean, low, high = paired_bootstrap(ndcg[name], ndcg["offline"])
    print(f"{name:15} NDCG@10 {ndcg[name].mean():.3f}, minus offline: {mean:+.3f} [{low:+.3f}, {high:+.3f}]")
    claim(f"{name}: it costs quality", high < 0)

# %% [markdown]
# All three cost quality, and the old id map halves the NDCG@10. The monitors of this service watch four summaries of
# the window: the number of films, and the means of their index, year and popularity. They raise an alarm if PSI or KS
# is above 0.1. To make it easy for them, we compare the same users, so there is no sampling noise.
#
# ### Exercise 24.7 · choose (O4)
#
# Which of the three faults do the monitors detect?
#
# - **a** all three: each makes the recommendations worse
# - **b** only the zeros in front, which change the values in most columns of the window
# - **c** only the old id map, which replaces popular films by other films
# - **d** none: skew is not drift

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("24.7", answer)

# %% tags=["open"]
year_of = np.r_[np.nan, released.reindex(items.ids)].astype(float)
popularity_of = np.log1p(popularity(known))


def summaries(rows):
    films = [row[row > 0] for row in rows[1:]]
    tables = {"mean index": np.arange(items.n_rows), "mean year": year_of, "mean popularity": popularity_of}
    means = {name: [np.nanmean(table[row]) for row in films] for name, table in tables.items()}
    return pd.DataFrame({"films": map(len, films), **means})


# %% tags=["reveal"]
served = {name: summaries(rows) for name, rows in windows.items()}
monitors = {name: watch.monitor(served["offline"], table) for name, table in served.items() if name != "offline"}
monitors = pd.concat(monitors, axis=1)
monitors.round(3)

# %% tags=["reveal"]
largest = monitors.max().groupby(level=0).max()
claim("two of the three stay below 0.1 in every monitor", largest[["whole days", "zeros in front"]].max() < 0.1)
claim("the old id map is seen, in popularity and year", largest["old id map"] > 0.25)
claim(
    "number of films and mean index do not see it",
    monitors.loc[["films", "mean index"], "old id map"].max().max() < 0.1,
)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# Only the old id map raises an alarm, in popularity and year, which are looked up *after* the wrong map; the number of
# films and their mean index look normal. The zeros in front change no summary at all: the same films are there, in
# other positions. (A monitor on each of the 50 columns would detect them.)
#
# </details>

# %% [markdown]
# ## 10. The parity test
#
# To find skew, compare values instead of distributions. Take some users, compute their features offline, ask the
# service what *it* used for the same users, and compare value by value. This is a **[parity
# test](glossary.md#parity-test)**. It needs no threshold: any difference is a fault. Twenty users are enough here:

# %%
sample = rng.choice(users.n, 20, replace=False) + 1
tables = {name: pd.DataFrame(rows[sample], users.ids[sample - 1]).add_prefix("film ") for name, rows in windows.items()}
for name in list(tables)[1:]:
    parity = watch.compare_features(tables["offline"], tables[name])
    print(f"{name}: {(parity.features['different'] > 0).sum()} of 50 features differ")
    print("   ", parity.report().splitlines()[0])
    claim(f"{name}: found", not parity.holds)

# %% [markdown]
# All three faults are found, and each report names a feature, a user and two values to investigate. It also points to
# the cause: with zeros in front, the newest film of a short history, `film 0`, is 0 in the service.

# %% [markdown]
# ### Exercise 24.8 · code (O4)
#
# Write the core of the test. `offline` and `served` are tables with the same users (the index, in any order) and the
# same features (the columns, in any order). Return a dict that maps each feature to the number of users whose two
# values differ by more than `atol`. Two missing values (NaN) are equal; a value that is missing on one side only is a
# difference.
#
# <details><summary>Hint 1</summary>Bring the second table into the order of the first:
# <code>served.loc[offline.index, offline.columns]</code>. A comparison with NaN is always False.</details>
# <details><summary>Hint 2</summary>With <code>gap = (offline - served).abs()</code>, values are equal where <code>(gap
# &lt;= atol) | (offline.isna() &amp; served.isna())</code>. Count where this is False, column by column.</details>


# %%
def differing_users(offline, served, atol):
    ### BEGIN SOLUTION
    served = served.loc[offline.index, offline.columns]
    is_equal = ((offline - served).abs() <= atol) | (offline.isna() & served.isna())
    return (~is_equal).sum().to_dict()
    ### END SOLUTION


# %%
check("24.8", differing_users)

# %% [markdown]
# ## 11. Shadow, canary, roll-back (optional)
#
# A new version is rolled out in steps, and each step can stop the roll-out:
#
# 1. **[Shadow](glossary.md#shadow-deployment)**: the new version answers real requests, but nobody sees the answers.
#    You compare its features (parity) and its lists with those of the old version.
# 2. **[Canary](glossary.md#canary-release)**: a small share of the users gets it, always the same users, and you
#    measure its effect.
# 3. All users get it, and the old version is kept for a [roll-back](glossary.md#roll-back).

# %%
inside = Recommender(load_bundle(store.path_of(second)))  # the class inside the service
people, own = IdMap(learn["user_id"]), sequences.histories(learn, IdMap(learn["user_id"]), IdMap(learn["item_id"]))
ours, used = own[1:], [inside.history_of(user) for user in people.ids.tolist()]
tables = [pd.DataFrame([[len(h), *h[-3:]] for h in histories], people.ids) for histories in (ours, used)]
print("parity:", watch.compare_features(*tables).report())
assert watch.compare_features(*tables).holds

# %%
shadow = Recommender(load_bundle(store.path_of(first)))
questions = [Question(history) for history in own[1:]]
lists = [[[pick.item.item_id for pick in picks] for picks in of.recommend(questions)] for of in (shadow, inside)]
overlap = watch.overlap_of_lists(*lists)
print(f"films in common: {overlap.mean():.0%} on average, {(overlap < 0.2).sum()} users with fewer than two of ten")
in_canary = sum(lab.bucket(user, "aged EASE", 20) == 0 for user in people.ids.tolist())
print(f"the canary of 5 %: {in_canary} of {people.n} users")

# %% [markdown]
# Our service passes the parity test. A shadow shows how *different* a version is, never whether it is better: here the
# lists have 40 % of the films in common. If two versions have nothing in common, investigate before any user gets the
# new one; if they have everything in common, the new one is probably the old version.
#
# How soon does a canary detect harm? Suppose that the new version loses 10 % of the views per list. The formula of
# lesson 18 is for two groups of equal size. Here the canary gets a share c of the users, and its n visits are compared
# with n · (1 − c) / c others. In the variance of the difference of the two means, the factor becomes 1 + c / (1 − c):
#
# n = (1.96 + 0.84)² · sd² · (1 + c / (1 − c)) / effect²

# %% [markdown]
# ### Exercise 24.9 · fill in (O5)
#
# `sd` is the standard deviation of the views per list, `effect` the smallest loss that must be detected, and `share`
# the canary's share of all visits. Return how many visits **all users together** must make until this loss is detected
# with probability 0.8.
#
# <details><summary>Hint 1</summary>First compute n, the visits of the canary. They are a share of all visits: how many
# visits are there in all?</details>
# <details><summary>Hint 2</summary><code>n = 2.8**2 * sd**2 * (1 + share / (1 - share)) / effect**2</code>; the answer
# is <code>n / share</code>.</details>


# %%
def visits_needed(sd, effect, share):
    z = 1.96 + 0.84
    ### BEGIN SOLUTION
    n = z**2 * sd**2 * (1 + share / (1 - share)) / effect**2
    return n / share
    ### END SOLUTION


# %%
check("24.9", visits_needed)

# %%
per_list = shown.groupby(["version", "request_id"], sort=False)["is_viewed"].sum()
of_list = per_list.to_numpy()
effect = 0.1 * of_list.mean()
table = {}
for share in (0.01, 0.05, 0.2, 0.5):
    n = 2.8**2 * of_list.var() * (1 + share / (1 - share)) / effect**2
    table[f"{share:.0%}"] = [n, n / share, n / share / 10_000]
sizes = pd.DataFrame(table, ["visits of the canary", "all visits", "days of 10,000 visits"]).T
print(f"{of_list.mean():.2f} views per list, sd {of_list.std():.2f}")
sizes.round(1)

# %%
n = int(sizes.loc["5%", "visits of the canary"])
harmed = rng.binomial(rng.choice(of_list, (500, n)), 0.9)  # one view in ten is lost
others = of_list.mean() + rng.normal(0, of_list.std() / np.sqrt(19 * n), 500)  # the mean of 19 times as many lists
z = (harmed.mean(axis=1) - others) / (of_list.std() * np.sqrt(1 / n + 1 / (19 * n)))
print(f"a loss of 10 % is seen in {(z < -1.96).mean():.0%} of 500 simulated canaries")
claim("the formula keeps its promise", 0.74 < (z < -1.96).mean() < 0.86)

# %% [markdown]
# With 10,000 visits a day, a canary of 5 % detects the loss after four days, and one of 1 % after eighteen. A larger
# canary is quicker but harms more users. A loss of half of the views is five times as large and needs 25 times fewer
# visits, so it shows within hours. Looking every day and stopping at the first bad day raises false alarms (lesson
# 18), so fix the size first.
#
# A roll-back must be a single command that has been tested. Here is ours:

# %%
in_use = service.admin("rollback")
print("the first version is in use again:", in_use == first == visit(1, "after")["version"])
service.stop()

# %% [markdown]
# ## 12. Alerts that somebody can act on
#
# An alert wakes a person, so it needs an owner and a first step:
#
# | Alert | Who | First step |
# |---|---|---|
# | p99 above the deadline for five minutes | on-call engineer | roll back if a version is new |
# | the nightly parity test finds a difference | model owner | stop the roll-out, look at the named feature |
# | views per list of the canary below the limit | model owner | roll back, then find the cause |
# | unknown items above 10 % of the views | model owner | retrain |
#
# ### Exercise 24.10 · choose (O5)
#
# Four alerts are proposed. Which one should **not** wake anyone?
#
# - **a** nobody has viewed anything for ten minutes, on a day with 10,000 visits
# - **b** the p-value of the drift of one of 200 features is below 0.01
# - **c** the version that answers requests is not the one that was put into production
# - **d** the impressions of the last hour carry no propensity

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("24.10", answer)

# %% [markdown]
# ### Exercise 24.11 · put in order (O5)
#
# One night, the canary's views per list fall below the limit. One of these steps does not belong. Write the letters of
# the others in the right order, for example `"FEDCB"`.
#
# ```text
# A   compare offline and served features of some of its users
# B   roll back: the canary's users get the old version again
# C   write a test that fails on the fault, then repair it
# D   retrain on the views that the canary collected
# E   confirm that the views per list have recovered
# F   start with the shadow again
# ```

# %%
order = ...
### BEGIN SOLUTION
order = "BEACF"
### END SOLUTION

# %%
check("24.11", order)

# %% [markdown]
# ## 13. A dashboard (optional)
#
# A dashboard shows everything on one page, here from the three logs: is the service quick, are its lists good, and has
# anything changed? A good panel shows its noise, so that nobody reacts to random ups and downs. (The service logs
# whole milliseconds.)

# %%
by_version = {name: mean_interval(per_list[version].to_numpy()) for name, version in (("old", first), ("new", second))}
of_shown = shown["shown"].map(learn["item_id"].value_counts()).to_numpy()  # how many users know each film
edges = watch.equal_bins(of_shown[shown["version"] == first], 5)
batches = np.array_split(of_shown, 20)  # 67 lists each
whole = watch.shares(of_shown[shown["version"] == first], edges)
drifts = [watch.psi(whole, watch.shares(batch, edges)) for batch in batches]
requests = service.requests()
ms = np.array_split(requests.loc[requests["request_id"].str.contains("day-"), "ms"].to_numpy(), 20)

# %% tags=["nbval-ignore-output"]
figure, axes = new_figure(10, 3, n_panels=4)
axes[0].plot([np.median(batch) for batch in ms], label="p50")
axes[0].plot([np.quantile(batch, 0.95) for batch in ms], label="p95")
axes[0].set(title="milliseconds", xlabel="batch of 67 lists", ylim=(0, None))
axes[0].legend()
error = 1.96 * np.sqrt(rates["mean"] * (1 - rates["mean"]) / rates["size"])
axes[1].errorbar(rates.index, rates["mean"].astype(float), error.astype(float), color="#009E73", linestyle="")
axes[1].set(title="share viewed", xlabel="position", xticks=[1, 4, 7, 10], ylim=(0, None))
for place, (name, (mean, half)) in enumerate(by_version.items()):
    axes[2].errorbar([place], [mean], [half], linestyle="", label=name)
axes[2].set(title="views per list", xticks=[0, 1], xticklabels=list(by_version), xlim=(-0.5, 1.5), ylim=(0, None))
axes[3].plot(drifts, color="#CC79A7")
axes[3].axvline(9.5, color="black", linewidth=1)
axes[3].set(title="PSI of what is shown", xlabel="batch (line: new version)", ylim=(0, None))
show(
    figure,
    alt="Four panels from the logs. Milliseconds per batch: p50 and p95, a few at most, without a trend. Share "
    "viewed by position, falling from 1 to 10. Views per list of the old and the new version, with intervals that "
    "overlap. PSI of the popularity of what is shown, in 20 batches: low for the old version, clearly higher from the "
    "line on, where the new one starts.",
)

# %%
for name, (mean, half) in by_version.items():
    print(f"{name} version: {mean:.2f} ± {half:.2f} views per list")
gain, low, high = paired_bootstrap(per_list[second].to_numpy(), per_list[first].to_numpy())
print(f"the same users, new minus old: {gain:+.3f} [{low:+.3f}, {high:+.3f}]")
print(
    f"PSI of the popularity shown: old version {max(drifts[:10]):.2f} at most, new one {min(drifts[10:]):.2f} at least"
)
claim("the popularity of what is shown drifts with the new version", np.mean(drifts[10:]) > 2 * np.mean(drifts[:10]))

# %% [markdown]
# The last panel shows a drift that *you* caused: the new version shows other films, while nothing about the visitors
# has changed. So mark each roll-out on the page. The new version has 0.08 more views per list, and the interval barely
# excludes zero. But this was no A/B test: the old version ran on Monday and the new one on Tuesday, so whatever else
# changed between the two days is part of the difference (lesson 18).

# %% [markdown]
# ## 14. When no monitor moves (optional)
#
# In section 12, one first step was "retrain". But on which data? In lesson 18, a recommender that counts its own
# clicks never got beyond its first ten items. What would our monitors report about it? We take the same synthetic
# world, retrain after every round, and compare it with a recommender that ranks by click *rates* and shows random
# lists to a tenth of the users:

# %%
island = lab.click_world(n_users=300, n_items=150, seed=18)


def by_clicks(clicks, views, rng):
    return np.tile(clicks.sum(axis=0), (300, 1))


def by_rate_with_random_lists(clicks, views, rng):
    rate = clicks.sum(axis=0) / (views.sum(axis=0) + 8)
    return np.where(rng.random((300, 1)) < 0.1, rng.random((300, 150)), rate)


rows = {}
for name, recommender in (("own clicks", by_clicks), ("rates, some random", by_rate_with_random_lists)):
    *_, before, last = lab.feedback_loop(island, recommender, n_rounds=30)
    moved = watch.psi(*(watch.shares(one.lists.ravel(), np.arange(15, 150, 15)) for one in (before, last)))
    rows[name] = [moved, last.clicked.sum(axis=1).mean(), len(np.unique(last.lists)), last.value]
columns = ["PSI of what is shown", "clicks per list", "items shown", "true value"]
own_loop = pd.DataFrame(rows, columns).T
own_loop.round(2)

# %%
claim(
    "the loop on its own clicks: no drift at all, ten items", own_loop.iloc[0, 0] < 1e-9 and own_loop.iloc[0, 2] == 10
)
claim(
    "the other one drifts and is worth more", own_loop.iloc[1, 0] > 0.25 and own_loop.iloc[1, 3] > own_loop.iloc[0, 3]
)

# %% [markdown]
# On the dashboard the first recommender looks perfect: PSI is exactly 0, and it gets about as many clicks per list as
# the other one. Yet it shows the same ten items to everybody, round after round. The other one drifts far beyond
# "act", because its lists still change, and the true value of its lists is 0.26 instead of 0.18. So log the
# propensities, keep some random positions, and judge the model by these.

# %% [markdown]
# ## What you did
#
# - You computed PSI, KS and JS, and saw how PSI raises false alarms (**O1**).
# - You compared input drift with a frozen model's loss of a third (**O2**).
# - You logged what a service showed, and joined it with its events (**O3**).
# - You saw monitors miss two of three faults, and found all by a parity test (**O4**).
# - You chose alerts and ordered the steps after one (**O5**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - D. Sculley et al.: Hidden Technical Debt in Machine Learning Systems. NIPS 2015
# - M. Zinkevich: Rules of Machine Learning: Best Practices for ML Engineering. Google, developers.google.com (log the
#   features at serving time; measure the skew)
# - B. Yurdakul: Statistical Properties of Population Stability Index. Dissertation, Western Michigan University, 2018
# - N. Potgieter, C. van Zyl, W. Schutte, F. Lombard: The Population Resemblance Statistic. 2023, arXiv 2307.11878 (why
#   fixed thresholds fail in small and in large samples)
# - J. Lin: Divergence Measures Based on the Shannon Entropy. IEEE Transactions on Information Theory 37(1), 1991
# - A. Bifet, R. Gavaldà: Learning from Time-Changing Data with Adaptive Windowing. SDM 2007, doi
#   10.1137/1.9781611972771.42

# %% [markdown] tags=["reading"]
# On libraries, as of November 2026: river 0.26.1, used in section 6, works with the versions of this course. evidently
# 0.7.23 installs, but its import fails with pandas 3. nannyml 0.13.1 can be imported; its last release is of July
# 2025, and questions about its future are unanswered (github.com/NannyML/nannyml, issue 444). alibi-detect 0.13
# requires pandas below 3, and frouros requires NumPy below 1.27. The three distances take a dozen lines, which is why
# you wrote them.
