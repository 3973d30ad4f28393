"""Typical wrong answers to the coded exercises of lesson 27, each with a part of the hint that it must get."""

import numpy as np


def over_basket(shown, bought, basket):
    repeat, found = np.isin(basket, bought), np.isin(basket, shown)
    part = [(found & repeat).sum() / len(basket), (found & ~repeat).sum() / len(basket)]
    return tuple(value if kind.any() else np.nan for value, kind in zip(part, (repeat, ~repeat)))


def over_list(shown, bought, basket):
    old, hit = np.isin(shown, bought), np.isin(shown, basket)
    return (hit & old).sum() / len(shown), (hit & ~old).sum() / len(shown)


def zero_for_nothing(shown, bought, basket):
    repeat, found = np.isin(basket, bought), np.isin(basket, shown)
    return (found & repeat).sum() / max(repeat.sum(), 1), (found & ~repeat).sum() / max((~repeat).sum(), 1)


def one_recall(shown, bought, basket):
    return np.isin(basket, shown).mean()


def swapped(shown, bought, basket):
    repeat, found = np.isin(basket, bought), np.isin(basket, shown)
    return tuple(found[part].mean() if part.any() else np.nan for part in (~repeat, repeat))


def divides_by_nothing(shown, bought, basket):
    repeat, new = set(basket) & set(bought), set(basket) - set(bought)
    return len(repeat & set(shown)) / len(repeat), len(new & set(shown)) / len(new)


def age_alone(day, item, n_items, moment, tau):
    return np.bincount(item, np.exp(-(moment - day) / tau), minlength=n_items)


def past_alone(day, item, n_items, moment, tau):
    past = day < moment
    return np.bincount(item[past], np.exp(-(day.max() - day[past]) / tau), minlength=n_items)


def newest_of_past(day, item, n_items, moment, tau):
    day, item = day[day < moment], item[day < moment]
    return np.bincount(item, np.exp(-(day.max() - day) / tau), minlength=n_items)


def moment_included(day, item, n_items, moment, tau):
    past = day <= moment
    return np.bincount(item[past], np.exp(-(moment - day[past]) / tau), minlength=n_items)


def clipped_age(day, item, n_items, moment, tau):
    return np.bincount(item, np.exp(-np.clip(moment - day, 0, None) / tau), minlength=n_items)


def drops_later(scores, stock, k):
    best = np.argsort(-scores)[:k]
    return best[stock[best] > 0]


def zero_score(scores, stock, k):
    return np.argsort(-np.where(stock > 0, scores, 0), kind="stable")[:k]


def sold_out_fill(scores, stock, k):
    return np.argsort(-np.where(stock > 0, scores, -np.inf), kind="stable")[:k]


def among_stocked(scores, stock, k):
    return np.argsort(-scores[stock > 0])[:k]


def times_stock(scores, stock, k):
    return np.argsort(-scores * stock, kind="stable")[: min(k, (stock > 0).sum())]


WRONG = {
    "27.3": [
        (over_basket, "the size of the whole basket"),
        (over_list, "You divide by the length of the list"),
        (zero_for_nothing, "Where the basket has no repeat (or explore) items, you return 0."),
        (one_recall, "You return one recall, that of"),
        (swapped, "the wrong way round"),
        (divides_by_nothing, "A basket may have no repeat item"),
    ],
    "27.4": [
        (age_alone, "Later purchases still count"),
        (past_alone, "the newest purchase of the year"),
        (newest_of_past, "from the customer's newest purchase"),
        (moment_included, "`day < moment`, not `<=`"),
        (clipped_age, "now have age 0"),
    ],
    "27.7": [
        (drops_later, "after the best k are taken"),
        (zero_score, "You give sold-out items the score 0, which"),
        (sold_out_fill, "If fewer than k items are"),
        (among_stocked, "positions among the items in stock"),
        (times_stock, "You multiply the scores by the"),
    ],
}
