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
    low="More than that: four times the number of EASE, without learning from anybody else.",
    high="Not quite that much, but the direction is right: it is four times the number of EASE.",
    done="Four times the number of EASE, without learning from anybody else.",
)


trace(
    "27.2",
    "O1",
    truth=2 / 3,
    mistakes={
        0.5: "That is the recall of the explore items, or the repeats that are found as a share of the list. Divide by "
        "the number of repeat items in the basket.",
        0.6: "That is the recall of the whole basket. Take its repeat items alone: tea, mug and jar.",
        0.4: "Two of five: you divided by the whole basket. Only three of its items were bought before.",
        0.75: "Three of the four items shown were bought before, but bag is not in the next basket. Ask what share of "
        "the basket's repeat items is in the list.",
        1: "Tea and jar are found, but mug was bought before, too, and it is not in the list.",
        1 / 3: "Mug is the one that is missed. The share that is found is asked for.",
        66.67: "As a number between 0 and 1, please.",
        67: "As a number between 0 and 1, please.",
        2: "Two are found. Of how many?",
        0.66: "The right items. Round to 0.67, or write the fraction.",
    },
    otherwise="Which items of the next basket were bought before? Three. How many of them does the list show?",
    done="Tea and jar of tea, mug and jar. Bag was bought before, too, but nobody wanted it this time.",
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


@exercise("27.3", "O1", "code", done="Two recalls from one list, and NaN where there is nothing to find.")
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
        "You divide by the length of the list: that is a precision. Recall divides by what was to be found.": {
            "by": "list"
        },
        "You divide by the number of such items in the *list*: a precision. Recall divides by those in the basket.": {
            "by": "shown"
        },
        "You divide the repeats by everything the customer ever bought. Only the repeat items of this basket could be "
        "found.": {"by": "bought"},
        "You divide by the number of hits. Divide by what was to be found, hit or not.": {"by": "hits"},
        "Your explore recall divides by the new items of the *list*. Divide by the explore items of the basket.": {
            "by": "mixed"
        },
        "If one kind is missing, both of yours are NaN. The recall of the other kind still stands.": {"both": False},
        "You return the numbers of items found. Divide each by the number that was to be found.": {"by": "nothing"},
        "Where the basket has no such item, yours is 0. Nothing was to be found, so the recall is `np.nan`.": {
            "empty": 0.0
        },
        "Where the basket has no such item, yours is 1. Nothing was to be found, so the recall is `np.nan`.": {
            "empty": 1.0
        },
        "Where the basket has no such item, yours is None. Return `np.nan`.": {"empty": None},
        "Your explore hits are all new items of the list, wanted or not. Count those in the basket.": {"new": "list"},
        "The two results are the wrong way round: repeat first, then explore.": {"swapped": True},
        "You count every hit in both. A hit belongs to one part: repeat if it was bought before, explore if not.": {
            "whole": True
        },
    }
    raised = {ZeroDivisionError: "A basket may have no repeat item, or no explore item: return `np.nan` for it."}
    mistakes = {
        "That is one recall, of the whole basket. Return two: for repeat and for explore items.": (
            lambda shown, bought, basket: np.isin(basket, shown).mean()
        ),
        "That is the recall of the whole basket, twice. Split the basket by `bought` first.": (
            lambda shown, bought, basket: (np.isin(basket, shown).mean(),) * 2
        ),
        "You return the shares of the list that are old and new to the customer. What did the basket hold?": (
            lambda shown, bought, basket: (np.isin(shown, bought).mean(), 1 - np.isin(shown, bought).mean())
        ),
        "You return the shares of the basket that are repeat and explore items. Which of them does the list show?": (
            lambda shown, bought, basket: (np.isin(basket, bought).mean(), 1 - np.isin(basket, bought).mean())
        ),
        "Your explore recall is 1 minus the repeat recall. The two divide by different numbers: count again.": (
            lambda shown, bought, basket: (
                (first := _recalls(shown, bought, basket)[0]),
                1 - first,
            )
        ),
        "You return only the repeat recall. The explore recall is the second result.": (
            lambda shown, bought, basket: _recalls(shown, bought, basket)[0]
        ),
        "You return items or True and False. Return two numbers, the shares that are found.": Sign(
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
    done="Only the past counts, and it ages from the moment, not from a day to come.",
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
        "If an item was bought twice, yours keeps one purchase: `score[item] += …` does not add up repeated numbers. "
        "`np.bincount` does.": last_of_each,
        "Items with the highest numbers are missing if nobody bought them. Keep `minlength=n_items`.": too_short,
        "Later purchases still count, and more than 1 each. Leave out what was bought from `moment` on.": moment_only,
        "Purchases after `moment` now have age 0, so they count fully. Leave them out.": clipped,
        "The size of the age hides the problem: purchases after `moment` still count. Leave them out.": absolute,
        "The age still runs from the newest purchase of the year, a day that has not come yet. It is `moment - day`.": (
            newest_of_all
        ),
    } | variants(
        _decayed_like,
        {
            "A purchase on the day `moment` lies in the future: `day < moment`, not `<=`.": {"keep": np.less_equal},
            "You keep the purchases after `moment` and drop the past.": {"keep": np.greater_equal},
            "You drop the past: keep `day < moment`.": {"keep": np.greater},
            "Your age runs from the customer's newest purchase. A purchase ages until the `moment`: `moment - day`.": {
                "start": "newest"
            },
            "Your oldest purchases count most: the exponent is minus the age.": {"sign": 1.0},
            "Your age runs from the first day, so old purchases count most. It is `moment - day`.": {"start": "first"},
            "The age must be divided by `tau`.": {"scale": False},
            "All your purchases count 1. Keep the weight exp(−age / tau).": {"weight": "one"},
            "`tau` is no half-life here: the weight is exp(−age / tau), not 0.5 to a power.": {"weight": "half"},
        },
    )
    raised = {ValueError: "If you leave out days, leave out the same purchases from `item`, too: `item[past]`."}
    judge(answer, cases, _decayed, mistakes, raised=raised)


choice(
    "27.5",
    "O3",
    right="c",
    why_not={
        "a": "Two other intervals exclude zero, so the lists differ. Only by NDCG they are not distinguishable.",
        "b": "It does find more new items, but fewer repeats, and by NDCG it is not ahead.",
        "d": "The two recalls divide by different numbers, so you cannot set one off against the other. By NDCG, "
        "which counts every hit, the interval includes zero.",
    },
    done="Two intervals exclude zero and one does not: report all three.",
)


trace(
    "27.6",
    "O4",
    truth=3,
    mistakes={
        4: "That is everybody who ever bought it. Add up each customer's quantities: who is left above 0?",
        2: "D bought 3, returned 3 and bought 1 again: the sum is above 0. A alone sent everything back.",
        7: "7 lamps were kept. How many *customers* kept at least one?",
        1: "A partial return leaves something: B kept 5 lamps. Add up each customer's quantities.",
        6: "Those are lines of the log. Count customers whose quantities add up to more than 0.",
        5: "Those are the lines with a positive quantity. Count customers whose quantities add up to more than 0.",
    },
    otherwise="Add up the lamps of each customer, returns included. Count the customers whose sum is above 0.",
    done="B, C and D. Summing before counting handles partial returns and second purchases alike.",
)


def _stocked(scores, stock, k):
    rows = [number for number in range(len(scores)) if stock[number] > 0]
    return np.array(sorted(rows, key=lambda number: -scores[number])[:k], dtype=int)


@exercise("27.7", "O4", "faded", done="The limit stands before the ranking, so the list stays full.")
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
        "Sold-out items leave your list after the best k are taken, so it gets short. Apply the limit first.": after,
        "Stock plays no part in yours.": lambda scores, stock, k: np.argsort(-scores)[:k],
        "If fewer than k items are in stock, sold-out ones fill up your list. Leave them out at the end.": filled_up,
        "Sold-out items get the score 0 and push negative scores out of the list. Give them −∞.": zero_cut,
        "Sold-out items get the score 0, which beats a negative score. Give them −∞: `-np.inf`.": takes_best(
            zero_scored
        ),
        "Your numbers are positions among the items in stock. Return item numbers of all items: "
        "`np.flatnonzero(stock > 0)` translates.": positions,
        "You multiply by the stock, so a large stock lifts an item. Stock is a yes or no: above 0.": takes_best(
            lambda scores, stock, k: scores * stock
        ),
        "You multiply the scores of what is in stock, so a large stock lifts an item. Stock is a yes or no: above 0.": (
            takes_best(lambda scores, stock, k: np.where(stock > 0, scores * stock, -np.inf))
        ),
        "You sort upwards and show the worst items first. Sort by minus the score.": worst,
        "Best first, please: your list is the right one in reverse.": worst_last,
        "Your list holds the right items, but not best first: `np.argpartition` and sets do not sort.": Sign(
            lambda mine, *case: sorted(mine) == sorted(_stocked(*case))
        ),
        "You return scores. The item numbers are asked for.": (
            lambda scores, stock, k: scores[_stocked(scores, stock, k)]
        ),
        "You rank by stock. It only limits; the scores rank.": (
            lambda scores, stock, k: np.argsort(-stock, kind="stable")[: min(k, int((stock > 0).sum()))]
        ),
        "All items in stock stand in your list. Only the best k are asked for.": (
            lambda scores, stock, k: _stocked(scores, stock, len(scores))
        ),
        "You took the sold-out items: those with stock *above* 0 may be shown.": (
            lambda scores, stock, k: _stocked(scores, (stock <= 0).astype(int), k)
        ),
        "You return True and False. The item numbers are asked for, best first.": Sign(
            lambda mine, *case: np.asarray(mine).dtype == bool
        ),
    }
    judge(answer, cases, _stocked, mistakes, keeps_input=True)
