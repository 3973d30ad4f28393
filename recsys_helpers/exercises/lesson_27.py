"""Checks of lesson 27, recommend in a shop."""

import numpy as np

from recsys_helpers.exercises import Sign, choice, exercise, judge, predict, trace, variants
from recsys_helpers.exercises.judging import takes_best

predict(
    "27.1",
    "O1",
    truth=0.25,
    within=0.05,
    between=(0, 1),
    low="It is higher: counting reaches 0.25, about four times the NDCG of EASE, although it learns nothing from "
    "other customers.",
    high="It is lower, but the direction is right: counting reaches 0.25, about four times the NDCG of EASE.",
    done="Counting reaches 0.25, about four times the NDCG of EASE, although it learns nothing from other customers.",
)


trace(
    "27.2",
    "O1",
    truth=2 / 3,
    mistakes={
        0.5: "This is the recall of the explore items, and also the number of repeat items found divided by the "
        "length of the list. Divide that number by the number of repeat items in the basket.",
        0.6: "This is the recall of the whole basket. Count only its repeat items: tea, mug and jar.",
        0.4: "You divided by all five items of the basket. Divide by its repeat items only: three of the five were "
        "bought before.",
        0.75: "Three of the four items shown were bought before, but the bag is not in the next basket. Compute "
        "the share of the basket's repeat items that is in the list.",
        1: "Tea and jar are found, but mug is a repeat item, too, and the list does not show it.",
        1 / 3: "This is the share of the repeat items that the list misses. Compute the share that it finds.",
        66.67: "Write the recall as a number between 0 and 1, not as a percentage.",
        67: "Write the recall as a number between 0 and 1, not as a percentage.",
        2: "Two is the number of repeat items found. Divide it by the number of repeat items in the basket.",
        0.66: "You found the right items, but 2/3 rounds to 0.67. You can also enter the fraction.",
    },
    otherwise="Three items of the next basket were bought before. What share of these three does the list show?",
    done="The list finds tea and jar, two of the three repeat items. The bag was bought before, too, but it is not "
    "in the next basket, so it does not enter the recall.",
)


def _recalls(shown, bought, basket):
    wanted = [set(), set()]
    for item in np.asarray(basket).tolist():
        wanted[0 if item in set(np.asarray(bought).tolist()) else 1].add(item)
    on_list = set(np.asarray(shown).tolist())
    return tuple(len(part & on_list) / len(part) if part else np.nan for part in wanted)


def _recalls_like(
    shown, bought, basket, by="own part", empty=np.nan, new="basket", swapped=False, whole=False, both=True
):
    is_repeat, found = np.isin(basket, bought), np.isin(basket, shown)
    explore = ~is_repeat
    hits = [(found & part).sum() for part in (is_repeat, explore)]
    if whole:
        hits = [found.sum(), found.sum()]
    if new == "list":
        hits[1] = (~np.isin(shown, bought)).sum()
    sizes = {
        "own part": [is_repeat.sum(), explore.sum()],
        "basket": [len(basket)] * 2,
        "list": [len(shown)] * 2,
        "shown": [np.isin(shown, bought).sum(), (~np.isin(shown, bought)).sum()],
        "bought": [len(bought), explore.sum()],
        "mixed": [is_repeat.sum(), (~np.isin(shown, bought)).sum()],
        "hits": [found.sum()] * 2,
        "nothing": [1, 1],
    }[by]
    result = [hit / size if size else empty for hit, size in zip(hits, sizes)]
    if not both and (is_repeat.all() or explore.all()):
        result = [np.nan, np.nan]
    return tuple(result[::-1] if swapped else result)


@exercise(
    "27.3", "O1", "code", done="Each recall divides by its own part of the basket and is NaN if that part is empty."
)
def recalls(answer) -> None:
    rng = np.random.default_rng(1)
    cases = []
    for n_shown, n_bought, n_basket, n_items in (
        (4, 5, 6, 12),
        (6, 9, 4, 15),
        (3, 4, 7, 11),
        (10, 12, 9, 30),
        (5, 6, 8, 14),
    ):
        cases.append(tuple(1 + rng.permutation(n_items)[:n] for n in (n_shown, n_bought, n_basket)))
    cases.append((np.array([3, 8, 1]), np.array([8, 5]), np.array([3, 1, 9])))  # nothing to repeat
    cases.append((np.array([2, 7]), np.array([7, 4, 9, 6]), np.array([9, 7, 4])))  # nothing to explore
    changes = {
        "You divide by the size of the whole basket. Each recall divides by its own part of the basket.": {
            "by": "basket"
        },
        "You divide by the length of the list, which gives a precision. A recall divides by the number of repeat "
        "(or explore) items in the basket.": {"by": "list"},
        "You divide by the number of repeat (or explore) items in the *list*, which gives a precision. A recall "
        "divides by their number in the basket.": {"by": "shown"},
        "You divide the repeat hits by the number of items that the customer ever bought. Divide by the number of "
        "repeat items in this basket.": {"by": "bought"},
        "You divide by the number of hits. Divide by the number of repeat (or explore) items in the basket, found "
        "or not.": {"by": "hits"},
        "Your explore recall divides by the new items of the *list*. Divide by the explore items of the basket.": {
            "by": "mixed"
        },
        "If the basket has only one kind of item, you return NaN for both recalls. Only the recall of the missing "
        "kind is undefined.": {"both": False},
        "You return the numbers of items found. Divide them by the numbers of repeat and explore items in the "
        "basket.": {"by": "nothing"},
        "Where the basket has no repeat (or explore) items, you return 0. There was nothing to find, so the recall "
        "is undefined: return `np.nan`.": {"empty": 0.0},
        "Where the basket has no repeat (or explore) items, you return 1. There was nothing to find, so the recall "
        "is undefined: return `np.nan`.": {"empty": 1.0},
        "Where the basket has no repeat (or explore) items, you return None. Return `np.nan`.": {"empty": None},
        "You count every new item of the list as an explore hit. Count only those that are in the basket.": {
            "new": "list"
        },
        "The two results are the wrong way round: return the repeat recall first, then the explore recall.": {
            "swapped": True
        },
        "You count every hit in both recalls. A hit belongs to only one: repeat if the item was bought before, "
        "explore if not.": {"whole": True},
    }
    raised = {
        ZeroDivisionError: "A basket may have no repeat items or no explore items. Return `np.nan` for that recall."
    }
    mistakes = {
        "You return one recall, that of the whole basket. Return two: one for repeat and one for explore items.": (
            lambda shown, bought, basket: np.isin(basket, shown).mean()
        ),
        "You return the recall of the whole basket twice. Split the basket by `bought` first.": (
            lambda shown, bought, basket: (np.isin(basket, shown).mean(),) * 2
        ),
        "You return the shares of the list that are old and new to the customer, without looking at the basket. "
        "Return which share of the basket's repeat and explore items the list shows.": (
            lambda shown, bought, basket: (np.isin(shown, bought).mean(), 1 - np.isin(shown, bought).mean())
        ),
        "You return the shares of the basket that are repeat and explore items. Compute which share of each kind "
        "the list shows.": (
            lambda shown, bought, basket: (np.isin(basket, bought).mean(), 1 - np.isin(basket, bought).mean())
        ),
        "Your explore recall is 1 minus the repeat recall. The two have different denominators, so compute each on "
        "its own.": (
            lambda shown, bought, basket: (
                (first := _recalls(shown, bought, basket)[0]),
                1 - first,
            )
        ),
        "You return only the repeat recall. The explore recall is the second result.": (
            lambda shown, bought, basket: _recalls(shown, bought, basket)[0]
        ),
        "You return items or Boolean values. Return two numbers: the share of the repeat items and the share of "
        "the explore items that the list shows.": Sign(
            lambda mine, *case: len(mine) == 2 and any(np.ndim(part) > 0 for part in mine)
        ),
    } | variants(_recalls_like, changes)
    judge(answer, cases, _recalls, mistakes, raised=raised)


def _leaking(day, item, n_items, moment, tau):
    return np.bincount(item, np.exp(-(day.max() - day) / tau), minlength=n_items)


def _decayed(day, item, n_items, moment, tau):
    score = np.zeros(n_items)
    for one, what in zip(day, item):
        if one < moment:
            score[what] += np.exp(-(moment - one) / tau)
    return score


def _decayed_like(day, item, n_items, moment, tau, keep=np.less, start="moment", sign=-1.0, weight="exp", scale=True):
    past = keep(day, moment)
    day, item = day[past], item[past]
    age = {"moment": moment, "newest": day.max(initial=0), "first": 0}[start] - day
    if start == "first":
        age = -age
    age = age / tau if scale else age
    value = {"exp": np.exp(sign * age), "half": 0.5**age, "one": np.ones(len(day)), "inverse": 1 / (1 + age)}[weight]
    return np.bincount(item, value, minlength=n_items)


@exercise(
    "27.4",
    "O2",
    "debug",
    done="The score now uses only purchases from before `moment`, and their age is measured from `moment`, not "
    "from a later day.",
    given=_leaking,
)
def honest_decay(answer) -> None:
    rng = np.random.default_rng(5)
    cases = []
    for n, n_items, moment, tau in ((7, 4, 60, 20.0), (15, 5, 40, 30.0), (30, 8, 70, 15.0), (12, 6, 90, 50.0)):
        day = np.sort(rng.integers(0, 100, n))
        day[-2:], day[1:3] = (moment, 99), (moment, moment - 1)
        order = rng.permutation(n)
        cases.append((day[order], rng.integers(0, n_items - 1, n), n_items, moment, tau))

    def moment_only(day, item, n_items, moment, tau):
        return np.bincount(item, np.exp(-(moment - day) / tau), minlength=n_items)

    def clipped(day, item, n_items, moment, tau):
        return np.bincount(item, np.exp(-np.maximum(moment - day, 0) / tau), minlength=n_items)

    def absolute(day, item, n_items, moment, tau):
        return np.bincount(item, np.exp(-np.abs(moment - day) / tau), minlength=n_items)

    def newest_of_all(day, item, n_items, moment, tau):
        past = day < moment
        return np.bincount(item[past], np.exp(-(day.max() - day[past]) / tau), minlength=n_items)

    def last_of_each(day, item, n_items, moment, tau):
        score, past = np.zeros(n_items), day < moment
        score[item[past]] += np.exp(-(moment - day[past]) / tau)
        return score

    def too_short(day, item, n_items, moment, tau):
        past = day < moment
        return np.bincount(item[past], np.exp(-(moment - day[past]) / tau))

    mistakes = {
        "If an item was bought twice, your score keeps only one purchase: `score[item] += …` does not accumulate "
        "over repeated indices. `np.bincount` does.": last_of_each,
        "Your result is too short if nobody bought the items with the highest numbers. Keep "
        "`minlength=n_items`.": too_short,
        "Later purchases still count, with a weight above 1 because their age is negative. Keep only purchases "
        "with `day < moment`.": moment_only,
        "Purchases after `moment` now have age 0, so they count fully. Leave them out instead.": clipped,
        "The absolute value makes every age positive, but purchases after `moment` still count. Leave them out "
        "instead.": absolute,
        "The age is still measured from the newest purchase of the year, a day after `moment`. Use `moment - day`.": (
            newest_of_all
        ),
    } | variants(
        _decayed_like,
        {
            "A purchase on the day `moment` already belongs to the future. Use `day < moment`, not `<=`.": {
                "keep": np.less_equal
            },
            "You keep the purchases from `moment` on and drop the past. Keep `day < moment`.": {
                "keep": np.greater_equal
            },
            "You keep the purchases after `moment` and drop the past. Keep `day < moment`.": {"keep": np.greater},
            "You measure the age from the customer's newest purchase before `moment`. Measure it from `moment`: "
            "`moment - day`.": {"start": "newest"},
            "Your oldest purchases have the largest weights. The exponent needs a minus sign: exp(−age / tau).": {
                "sign": 1.0
            },
            "You measure the age from the first day, so old purchases count most. Use `moment - day`.": {
                "start": "first"
            },
            "You do not divide the age by `tau`. The weight is exp(−age / tau).": {"scale": False},
            "You give every past purchase the weight 1. Keep the weight exp(−age / tau).": {"weight": "one"},
            "You use `tau` as a half-life, with a power of 0.5. The weight is exp(−age / tau).": {"weight": "half"},
        },
    )
    raised = {ValueError: "If you filter `day`, filter `item` in the same way: `item[past]`."}
    judge(answer, cases, _decayed, mistakes, raised=raised)


choice(
    "27.5",
    "O3",
    right="c",
    why_not={
        "a": "The intervals of the two recalls exclude zero, so the lists do differ. Only NDCG does not "
        "distinguish them.",
        "b": "The network finds more explore items but fewer repeat items, and by NDCG it is not ahead.",
        "d": "The two recalls have different denominators, so a loss in one cannot be set against a gain in the "
        "other. The interval of NDCG, which counts every hit, includes zero.",
    },
    done="The intervals of both recalls exclude zero and that of NDCG includes it: the network finds a different "
    "mix of items, but its NDCG is not distinguishable from that of logistic regression.",
)


trace(
    "27.6",
    "O4",
    truth=3,
    mistakes={
        4: "You counted everybody who ever bought a lamp. Add up each customer's quantities, and count those whose "
        "sum is above 0.",
        2: "D bought 3 lamps, returned 3 and bought 1 again, so D kept one. Only A returned every lamp.",
        7: "This is the number of lamps kept. Count the *customers* who kept at least one.",
        1: "A customer who returns only some of the lamps keeps the rest: B kept 5. Add up each customer's quantities.",
        6: "You counted lamp entries of the log. Count the customers whose quantities add up to more than 0.",
        5: "You counted the lamp entries with a positive quantity. Count the customers whose quantities add up to "
        "more than 0.",
    },
    otherwise="Add up each customer's lamp quantities, including the returns. Count the customers whose sum is "
    "above 0.",
    done="B, C and D kept lamps. Adding up each customer's quantities before counting handles partial returns and "
    "repeated purchases alike.",
)


def _stocked(scores, stock, k):
    rows = [number for number in range(len(scores)) if stock[number] > 0]
    return np.array(sorted(rows, key=lambda number: -scores[number])[:k], dtype=int)


@exercise(
    "27.7",
    "O4",
    "faded",
    done="Sold-out items are removed before the best k are selected, so the list has "
    "k items whenever enough are in stock.",
)
def stocked(answer) -> None:
    rng = np.random.default_rng(6)
    cases = []
    for n, k, share, shift in (
        (8, 3, 0.5, -1.0),
        (12, 5, 0.6, 0.0),
        (20, 6, 0.4, -2.0),
        (9, 4, 0.7, 0.5),
        (7, 5, 0.3, -0.5),
        (4000, 1500, 0.6, -600.0),
    ):
        scores = np.round(rng.permutation(n) * 0.3 + shift, 2)
        stock = rng.integers(1, 9, n) * (rng.random(n) < share)
        stock[np.argsort(-scores)[[0, 2]]] = 0
        stock[np.argsort(-scores)[1]] = 2
        cases.append((scores, stock, k))
    cases.append((np.array([0.4, -0.2, 0.9, 0.1]), np.array([0, 3, 0, 0]), 3))

    def after(scores, stock, k):
        best = np.argsort(-scores)[:k]
        return best[stock[best] > 0]

    ranked = takes_best(lambda scores, stock, k: np.where(stock > 0, scores, -np.inf))
    filled_up = Sign(lambda mine, scores, stock, k: len(mine) == k and ranked.test(mine, scores, stock, k))

    def zero_scored(scores, stock, k):
        return np.where(stock > 0, scores, 0)

    def zero(scores, stock, k):
        return np.argsort(-zero_scored(scores, stock, k), kind="stable")[:k]

    def zero_cut(scores, stock, k):
        best = zero(scores, stock, k)
        return best[stock[best] > 0]

    def positions(scores, stock, k):
        return np.argsort(-scores[stock > 0])[:k]

    def worst(scores, stock, k):
        rows = np.flatnonzero(stock > 0)
        return rows[np.argsort(scores[rows])][:k]

    def worst_last(scores, stock, k):
        return _stocked(scores, stock, k)[::-1]

    mistakes = {
        "You remove sold-out items after the best k are taken, so the list gets too short. Remove them before you "
        "rank.": after,
        "You ignore `stock`. Only items with stock above 0 may be in the list.": lambda scores, stock, k: np.argsort(
            -scores
        )[:k],
        "If fewer than k items are in stock, you fill up your list with sold-out items. Return only the items in "
        "stock.": filled_up,
        "You give sold-out items the score 0, so they push items with negative scores out of the list. Give them "
        "−∞: `-np.inf`.": zero_cut,
        "You give sold-out items the score 0, which is higher than a negative score. Give them −∞: "
        "`-np.inf`.": takes_best(zero_scored),
        "Your numbers are positions among the items in stock. Return the item numbers: `np.flatnonzero(stock > 0)` "
        "translates them.": positions,
        "You multiply the scores by the stock, so a large stock lifts an item. Only check whether the stock is "
        "above 0.": takes_best(lambda scores, stock, k: scores * stock),
        "You multiply the scores of the items in stock by their stock, so a large stock lifts an item. Only check "
        "whether the stock is above 0.": (
            takes_best(lambda scores, stock, k: np.where(stock > 0, scores * stock, -np.inf))
        ),
        "You sort in ascending order, so the worst items come first. Sort by minus the score.": worst,
        "Your list has the right items in reverse order. Put the best item first.": worst_last,
        "Your list has the right items, but not in order: `np.argpartition` and sets do not sort. Put the best "
        "item first.": Sign(lambda mine, *case: sorted(mine) == sorted(_stocked(*case))),
        "You return scores. Return the item numbers.": (lambda scores, stock, k: scores[_stocked(scores, stock, k)]),
        "You rank the items by stock. Rank by score; the stock only decides which items are allowed.": (
            lambda scores, stock, k: np.argsort(-stock, kind="stable")[: min(k, int((stock > 0).sum()))]
        ),
        "You return all items in stock. Return only the best k.": (
            lambda scores, stock, k: _stocked(scores, stock, len(scores))
        ),
        "You kept the sold-out items. Keep the items with stock *above* 0.": (
            lambda scores, stock, k: _stocked(scores, (stock <= 0).astype(int), k)
        ),
        "You return Boolean values. Return the item numbers, best first.": Sign(
            lambda mine, *case: np.asarray(mine).dtype == bool
        ),
    }
    judge(answer, cases, _stocked, mistakes, keeps_input=True)
