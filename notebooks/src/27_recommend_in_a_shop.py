# %% [markdown]
# # Recommend in a shop
#
# In a shop, people buy the same items again. This changes which recommendations are best and how you measure them. This
# case study uses a year of real baskets.

# %% [markdown]
# **What you will do**
#
# - **O1** compute and implement recall for repeat items and for new items separately
# - **O2** diagnose and repair a feature that uses the future
# - **O3** compare one network for both tasks with simple baselines
# - **O4** compute who kept an item, and implement a stock limit
#
# **What you need**: lessons 04 and 14, and an hour. The whole notebook runs in about 30 seconds.

# %%
from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()
import keras
import numpy as np
import pandas as pd
from keras import layers
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from recsys_helpers.data import IdMap
from recsys_helpers.data.next_basket import next_baskets
from recsys_helpers.data.online_retail import load_online_retail
from recsys_helpers.evaluation import mean_interval, paired_bootstrap, top_k
from recsys_helpers.evaluation.repeat_explore import repeat_and_explore
from recsys_helpers.exercises import check
from recsys_helpers.models.shop import decayed_counts, shop_features
from recsys_helpers.notebook import claim, new_figure, show

set_seed(42)
purchases, names = load_online_retail()

# %% [markdown]
# ## 1. Should a list hide what was bought?
#
# Online Retail contains a year of purchases at a British online shop for gifts (Chen et al., 2012). The task is
# [next-basket recommendation](glossary.md#next-basket-recommendation): on 1 November 2011, we predict the next basket
# of each customer who comes back within 39 days.

# %%
users, items = IdMap(purchases["user_id"]), IdMap(purchases["item_id"])
november = next_baskets(purchases, users, items, "2011-11-01", days=39)
print(f"{len(november.rows):,} customers come back; {november.n_new} more buy for the first time")

# %% [markdown]
# Compare two lists of ten. The first comes from [EASE](glossary.md#ease) as in lesson 04, with **all items that the
# customer has bought before hidden**. The second only **counts**: it shows what this customer has bought most often.
#
# ### Exercise 27.1 · predict (O1)
#
# EASE reaches an NDCG@10 of 0.06. What NDCG@10 does counting reach? Write a number between 0 and 1.

# %%
ndcg_of_counting = ...
### BEGIN SOLUTION
ndcg_of_counting = 0.25
### END SOLUTION

# %%
check("27.1", ndcg_of_counting)


# %% tags=["open"]
def measured(scores, view):
    return repeat_and_explore(top_k(scores, 10), view.bought, view.basket)


# %% tags=["reveal"]
features = shop_features(november)  # holds the scores of EASE, λ = 100; the rest follows in section 5
counts = november.bought.toarray()  # (1540, 3660): in how many baskets of the customer
lists = {
    "EASE, bought items hidden": np.where(counts > 0, -np.inf, features.ease),
    "EASE, bought items kept": features.ease,
    "counting": counts,
}
results = {name: measured(scores, november) for name, scores in lists.items()}
for name, result in results.items():
    print(f"{name:26} NDCG@10 {{:.3f}} ± {{:.3f}}".format(*mean_interval(result["NDCG"])))

# %% tags=["reveal"]
claim("counting has more than three times the NDCG of EASE with bought items hidden",
      results["counting"]["NDCG"].mean() > 3 * results["EASE, bought items hidden"]["NDCG"].mean())  # fmt: skip

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# Counting reaches 0.250, four times as much as EASE. Nobody rates a film twice, so earlier lessons hid films already
# seen. Here, this rule hides the best candidates. With bought items kept, EASE reaches 0.207.
#
# </details>

# %% [markdown]
# ## 2. Two tasks in one basket
#
# Here is one customer with two past baskets, the next basket, and a list of three. A [repeat
# item](glossary.md#repeat-item) of the next basket was bought before; an [explore item](glossary.md#explore-item) was
# not (Li et al., 2023).

# %%
bought = {"tea", "mug"} | {"tea", "bag"}
basket, shown = {"tea", "mug", "lamp"}, {"tea", "bag", "lamp"}
for kind, wanted in (("all", basket), ("repeat", basket & bought), ("explore", basket - bought)):
    print(f"{kind:8} wanted {sorted(wanted)}, found {sorted(wanted & shown)}: {len(wanted & shown) / len(wanted):.2f}")

# %% [markdown]
# One list has three recalls: 0.67, 0.50 and 1.00. If a basket has no repeat items, its repeat recall is undefined: NaN,
# not 0.
#
# ### Exercise 27.2 · trace (O1)
#
# Another customer has bought tea, mug, bag and jar. The next basket contains tea, mug, jar, lamp and clock. The list of
# four shows tea, lamp, bag and jar. What is the recall of the repeat items?

# %%
repeat_recall = ...
### BEGIN SOLUTION
repeat_recall = 2 / 3
### END SOLUTION

# %%
check("27.2", repeat_recall)

# %% [markdown]
# ### Exercise 27.3 · code (O1)
#
# Write a function that computes both recalls for one customer. `shown`, `bought` and `basket` are arrays of item
# numbers without duplicates. Return the recall of the repeat items and that of the explore items, each `np.nan` if the
# basket has no such items.
#
# <details><summary>Hint 1</summary><code>np.isin(basket, bought)</code> is True for the repeat items of the basket. The
# other entries of <code>basket</code> are the explore items.</details>
# <details><summary>Hint 2</summary><code>found = np.isin(basket, shown)</code>. The mean of <code>found</code> over the
# repeat items is their recall; check first that there are any.</details>


# %%
def my_recalls(shown, bought, basket):
    ### BEGIN SOLUTION
    is_repeat, found = np.isin(basket, bought), np.isin(basket, shown)
    return tuple(found[part].mean() if part.any() else np.nan for part in (is_repeat, ~is_repeat))
    ### END SOLUTION


# %%
check("27.3", my_recalls)

# %% [markdown]
# ## 3. Use only past purchases
#
# The course's protocol lets a model learn from other users' future (lesson 04). Here, models use only purchases
# **before** a given date. We use three dates ([rolling origins](glossary.md#rolling-origin-validation), lesson 15): one
# to learn weights, one to choose settings, one to test.

# %%
moments = {"learn": "2011-08-15", "choose": "2011-09-23", "test": "2011-11-01"}
views = {role: next_baskets(purchases, users, items, moment, days=39) for role, moment in moments.items()}
for role, view in views.items():
    repeats = view.basket.multiply(view.bought > 0).sum(axis=1) / view.basket.sum(axis=1)
    print(f"{role:6}: {len(view.rows):,} customers, {view.basket.sum(axis=1).mean():.0f} items in a basket, "
          f"{repeats.mean():.0%} of them repeat items")  # fmt: skip

# %%
claim("what is known at each moment lies before it", all(v.past["time"].max() < v.moment for v in views.values()))

# %% [markdown]
# On the test date, 42 % of the items in a basket are repeat items. The means leave out the 364 new customers, who have
# no history.
#
# ### Exercise 27.4 · find the bug (O2)
#
# This function scores the items of one customer on the day `moment`: a purchase that is `age` days old counts exp(−age
# / tau). In an offline test, its results were excellent. `day` and `item` (n_purchases,) cover the whole year; the day
# `moment` itself already belongs to the future. Repair the function.
#
# <details><summary>Hint 1</summary>Which purchases does the shop know on the morning of <code>moment</code>? And from
# which day do you count back to get the age of a purchase?</details>
# <details><summary>Hint 2</summary><code>past = day &lt; moment</code>, and the age is <code>moment -
# day[past]</code>.</details>


# %%
def decayed(day, item, n_items, moment, tau):
    return np.bincount(item, np.exp(-(day.max() - day) / tau), minlength=n_items)


### BEGIN SOLUTION
def decayed(day, item, n_items, moment, tau):  # noqa: F811
    past = day < moment
    return np.bincount(item[past], np.exp(-(moment - day[past]) / tau), minlength=n_items)


### END SOLUTION

# %%
check("27.4", decayed)

# %% [markdown]
# ## 4. One metric for two tasks
#
# We add four lists: popularity in the last month, with bought items kept or hidden; counting in which newer purchases
# weigh more (four trials on the date `choose`); and counting with ties broken by last month's popularity.

# %%
fading = {days: measured(decayed_counts(views["choose"], days).toarray(), views["choose"])["NDCG"].mean()
          for days in (30, 60, 120, 240)}  # fmt: skip
print("NDCG@10 by the days in which a purchase fades:", {days: f"{value:.3f}" for days, value in fading.items()})

# %% [markdown]
# The slowest decay is best. Below, `repeat` and `explore` are recalls; `shown again` is the share of the list that was
# bought before.

# %%
popular = np.tile(features.last_month, (len(counts), 1))
lists |= {
    "last month": popular,
    "last month, bought hidden": np.where(counts > 0, -np.inf, popular),
    "counting, newer more": decayed_counts(november, max(fading, key=fading.get)).toarray(),
    "counting + last month": counts + 0.9 * popular / popular.max(),
}
results = {name: measured(scores, november) for name, scores in lists.items()}
table = pd.DataFrame({name: result.mean() for name, result in results.items()}).T.sort_values("NDCG")
table.insert(1, "±", [mean_interval(results[name]["NDCG"])[1] for name in table.index])
table.round(3)

# %%
figure, axes = new_figure(7, 3)
for shift, kind, hatch in ((0.2, "repeat", ""), (-0.2, "explore", "//")):
    bars = axes.barh(np.arange(len(table)) + shift, table[kind], 0.38, label=kind, hatch=hatch, edgecolor="white")
    axes.bar_label(bars, fmt="%.3f", padding=2, fontsize=7)
axes.set(yticks=range(len(table)), yticklabels=table.index, xlabel="recall@10 of this kind of items")
axes.legend()
show(
    figure,
    alt="Recall of repeat and explore items for seven lists. The counting lists find 0.36 to 0.44 of the repeat items "
    "and nearly no explore items; EASE with bought items hidden finds none of the former and 0.063 of the latter.",
)

# %%
best, explorer = results["counting + last month"], results["EASE, bought items hidden"]
gain = paired_bootstrap(best["NDCG"], results["counting"]["NDCG"])
new = paired_bootstrap(explorer["explore"], results["last month, bought hidden"]["explore"])
print("ties by last month − counting, NDCG {:+.3f} [{:+.3f}, {:+.3f}]".format(*gain))
print("EASE − last month, both hidden, explore {:+.3f} [{:+.3f}, {:+.3f}]".format(*new))

# %%
claim("breaking ties by last month's popularity helps", gain[1] > 0.02)
claim("on new items EASE beats last month's popularity", new[1] > 0)
claim("the best list shows hardly any new item", best["shown again"].mean() > 0.9)

# %% [markdown]
# The best list by NDCG (0.294) shows 97 % repeat items and finds almost no explore items. (Breaking ties by last
# month's popularity gains 0.044.) The list that finds most explore items has the second-lowest NDCG, 0.062. **If you
# tune only for the total, you get a list that shows customers what they already know.** Published methods also gain
# mainly from repeats (Li et al., 2023).

# %% [markdown]
# ## 5. One network for both tasks
#
# Can one model do both tasks? Candidates are all items bought before, the 100 best others by EASE, and the 100 most
# popular of the last month. Nine features describe each: counts n enter as log(1 + n), and `newness` is exp(−days since
# the last purchase / 60). Here are a repeat item and a new item:

# %%
made = {"test": features} | {role: shop_features(views[role]) for role in ("learn", "choose")}
print(f"the candidates hold {features.labels(november.basket).sum() / november.basket.sum():.0%} of the next baskets")
features.x.groupby("bought before").head(1).T.round(2)

# %% [markdown]
# Only the 56 % that are candidates can be found. The label is 1 if the item is in the next basket. The baseline is
# logistic regression, which learns one weight per feature for all customers. The network can weight EASE differently
# for a regular customer.


# %%
def logistic(x, y, C):
    return make_pipeline(StandardScaler(), LogisticRegression(C=C)).fit(x, y).decision_function


def network(x, y, n_epochs, seed=1):
    set_seed(seed)
    scale = layers.Normalization()
    scale.adapt(x)
    model = keras.Sequential([scale, layers.Dense(32, "relu"), layers.Dense(32, "relu"), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.003), keras.losses.BinaryCrossentropy(from_logits=True), jit_compile=False)
    model.fit(x, y, batch_size=1024, epochs=n_epochs, verbose=0)
    return lambda x: model.predict(x, batch_size=16384, verbose=0)[:, 0]


def tried(fit, learn, role, *settings):
    score = fit(made[learn].x.to_numpy(), made[learn].labels(views[learn].basket), *settings)
    return measured(made[role].scores(score(made[role].x.to_numpy())), views[role])


# %% [markdown]
# Each model gets two trials, trained on the first date and evaluated on the second:

# %% tags=["nbval-ignore-output"]
for fit, setting in ((logistic, 0.01), (logistic, 1), (network, 2), (network, 4)):
    print(f"{fit.__name__}, {setting}: NDCG@10 {tried(fit, 'learn', 'choose', setting)['NDCG'].mean():.3f}")

# %% [markdown]
# C hardly matters, and we choose four epochs. Both models are trained again on the second date, the network with three
# seeds, and evaluated on the test date.

# %% tags=["nbval-ignore-output"]
results["logistic regression"] = tried(logistic, "choose", "test", 1)
results["network"] = sum(tried(network, "choose", "test", 4, seed) for seed in (1, 2, 3)) / 3
finalists = ["counting + last month", "logistic regression", "network"]
pd.DataFrame({name: results[name].mean() for name in finalists}).T.round(3)

# %% tags=["nbval-ignore-output"]
against = {}
for metric in ("NDCG", "repeat", "explore"):
    against[metric] = paired_bootstrap(results["network"][metric], results["logistic regression"][metric])
    print("network − logistic regression, {}: {:+.3f} [{:+.3f}, {:+.3f}]".format(metric, *against[metric]))
over_counting = paired_bootstrap(results["network"]["NDCG"], best["NDCG"])
print("network − counting + last month, NDCG: {:+.3f} [{:+.3f}, {:+.3f}]".format(*over_counting))

# %% [markdown]
# ### Exercise 27.5 · choose (O3)
#
# Which statement about the network and logistic regression does the output support?
#
# - **a** The lists do not differ: the interval of NDCG includes zero.
# - **b** The network is better: it finds more new items.
# - **c** The mix of items found differs; by NDCG the two are not distinguishable.
# - **d** The network is worse: it loses more repeat recall than it gains explore recall.

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("27.5", answer)

# %% tags=["reveal"]
claim("by NDCG the network is within 0.01 of logistic regression", abs(against["NDCG"][0]) < 0.01)
claim("and of counting with ties broken", abs(over_counting[0]) < 0.01)
claim("it finds more of the explore items", against["explore"][1] > 0)
claim("and fewer of the repeat items", against["repeat"][2] < 0)

# %% [markdown]
# <details><summary>The verdict</summary>
#
# The network finds fewer repeat items but more new items. By NDCG, it is not distinguishable from logistic regression
# or from counting with ties broken. Its explore recall, 0.010, is far below the 0.063 of EASE with only new items.
#
# </details>

# %% [markdown]
# ## 6. Two shelves (optional)
#
# A model that is trained to predict the next basket fills its list with repeat items. If a shop wants its customers to
# discover new items, it must reserve positions for them. We build two shelves: "buy again", ranked by counting, and
# "new for you", ranked by EASE. What do the positions for new items cost?

# %%
again = np.where(counts > 0, lists["counting + last month"], -np.inf)
fresh = lists["EASE, bought items hidden"]
shelves = {}
for n_new in (0, 2, 4, 6):
    page = np.hstack([top_k(again, 10)[:, : 10 - n_new], top_k(fresh, 10)[:, :n_new]])
    shelves[n_new] = repeat_and_explore(page, november.bought, november.basket)
pd.DataFrame({n_new: result.mean() for n_new, result in shelves.items()}).T.rename_axis("new items").round(3)

# %%
price = {}
for metric in ("NDCG", "repeat", "explore"):
    price[metric] = paired_bootstrap(shelves[2][metric], shelves[0][metric])
    print("two new items − none, {}: {:+.3f} [{:+.3f}, {:+.3f}]".format(metric, *price[metric]))

# %%
claim("two new items find explore items", price["explore"][1] > 0.01)
claim("and cost NDCG and repeat recall", max(price["NDCG"][2], price["repeat"][2]) < 0)

# %% [markdown]
# Two of ten positions for new items raise explore recall by 0.019, to nearly twice that of the network, and lower
# repeat recall by 0.054. NDCG falls with every step. This table cannot tell you how much discovery is worth; the shop
# must decide that and test it with customers.

# %% [markdown]
# ## 7. Returns and stock
#
# Which item sells the most units?

# %%
by_item = purchases.groupby("item_id").agg(units=("quantity", "sum"), customers=("user_id", "nunique"))
by_item.assign(item=names[by_item.index]).nlargest(3, "units")

# %% [markdown]
# First place goes to one customer's order of 80,995 paper birds. The published table also has a line of −80,995: the
# birds were returned. Our copy contains no returns (see its README), so a ranking by units recommends the birds to
# everybody. Count the **customers who kept** an item instead.
#
# ### Exercise 27.6 · trace (O4)
#
# In this made-up log, returns are negative quantities. How many customers kept the lamp?
#
# ```text
# A: lamp 2, lamp -2      B: lamp 6, mug 1, lamp -1
# C: lamp 1, mug -1       D: lamp 3, lamp -3, lamp 1
# ```

# %%
customers_who_kept_it = ...
### BEGIN SOLUTION
customers_who_kept_it = 3
### END SOLUTION

# %%
check("27.6", customers_who_kept_it)

# %% [markdown]
# ### Exercise 27.7 · fill in (O4)
#
# If you remove sold-out items **after** selecting the best k, the list becomes too short. Return the k best items with
# `stock` above 0, best first, or fewer if fewer are in stock. `scores` and `stock` have shape (n_items,).
#
# <details><summary>Hint 1</summary>Give sold-out items the score −∞ before you sort. 0 is not low enough if scores can
# be negative.</details>
# <details><summary>Hint 2</summary><code>np.where(stock &gt; 0, scores, -np.inf)</code>; the list has at most
# <code>(stock &gt; 0).sum()</code> items.</details>


# %%
def best_in_stock(scores, stock, k):
    allowed = ...
    ### BEGIN SOLUTION
    allowed = np.where(stock > 0, scores, -np.inf)
    return np.argsort(-allowed)[: min(k, (stock > 0).sum())]
    ### END SOLUTION


# %%
check("27.7", best_in_stock)

# %% [markdown]
# ## 8. What carries over to your field
#
# Each field has a typical problem, and a shop has some of each:
#
# | Problem | Most typical of | In this shop |
# |---|---|---|
# | repeats | shops, music | 42 % of a basket; measure them separately |
# | exposure | social feeds | we see what was bought, never what was shown |
# | reactions after the click | music and video | returns are like skips |
# | cold items and people | films and series | 364 new customers in 39 days |
# | amounts | games | 80,995 units are one customer's decision |
#
# First ask whether people in your field choose items again. Use only past data, report both recalls, start with
# counting, and apply limits before you select the best k.

# %% [markdown]
# ## What you did
#
# - You computed and implemented recall for repeat and for explore items (**O1**).
# - You repaired a decayed count that used the future (**O2**).
# - You compared one network with simple baselines: no gain in NDCG, but a different mix (**O3**).
# - You computed who kept an item, and implemented a stock limit (**O4**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - M. Li, S. Jullien, M. Ariannezhad, M. de Rijke: A Next Basket Recommendation Reality Check. ACM TOIS, 2023, arXiv
#   2109.14233
# - D. Chen, S. L. Sain, K. Guo: Data mining for the online retail industry: A case study of RFM model-based customer
#   segmentation using data mining. Journal of Database Marketing & Customer Strategy Management 19(3), 2012, doi
#   10.1057/dbm.2012.17
# - H. Steck: Embarrassingly Shallow Autoencoders for Sparse Data. WWW 2019, arXiv 1905.03375
