"""Answers to lesson 27 as people write them: wrong ones, not made for the hints, and right ones in another style."""

import numpy as np
import pandas as pd


def wrong_27_3_precision(shown, bought, basket):
    repeat = [item for item in shown if item in bought]
    explore = [item for item in shown if item not in bought]
    first = len([item for item in repeat if item in basket]) / len(repeat) if repeat else np.nan
    second = len([item for item in explore if item in basket]) / len(explore) if explore else np.nan
    return first, second


def wrong_27_3_basket(shown, bought, basket):
    shown, bought, basket = set(shown), set(bought), set(basket)
    return len(shown & bought & basket) / len(basket), len((shown - bought) & basket) / len(basket)


def wrong_27_3_zero(shown, bought, basket):
    repeat, explore = np.intersect1d(basket, bought), np.setdiff1d(basket, bought)
    first = np.isin(repeat, shown).mean() if len(repeat) else 0
    second = np.isin(explore, shown).mean() if len(explore) else 0
    return first, second


def wrong_27_3_division(shown, bought, basket):
    shown, bought, basket = map(set, (shown, bought, basket))
    repeat = basket & bought
    explore = basket - bought
    return len(repeat & shown) / len(repeat), len(explore & shown) / len(explore)


def wrong_27_3_over_bought(shown, bought, basket):
    hits = np.intersect1d(np.intersect1d(basket, bought), shown)
    explore = np.setdiff1d(basket, bought)
    return len(hits) / len(bought), np.isin(explore, shown).mean() if len(explore) else np.nan


def wrong_27_3_list_shares(shown, bought, basket):
    again = np.isin(shown, bought).mean()
    return again, 1 - again


def wrong_27_3_counts(shown, bought, basket):
    repeat = np.isin(basket, bought)
    found = np.isin(basket, shown)
    return (repeat & found).sum(), (~repeat & found).sum()


def wrong_27_3_none(shown, bought, basket):
    repeat, explore = set(basket) & set(bought), set(basket) - set(bought)
    one = len(repeat & set(shown)) / len(repeat) if repeat else None
    two = len(explore & set(shown)) / len(explore) if explore else None
    return one, two


def wrong_27_3_masks(shown, bought, basket):
    repeat = np.isin(basket, bought)
    return repeat & np.isin(basket, shown), ~repeat & np.isin(basket, shown)


def wrong_27_3_only_repeat(shown, bought, basket):
    repeat = np.isin(basket, bought)
    return np.isin(basket, shown)[repeat].mean() if repeat.any() else np.nan


def wrong_27_3_new_on_list(shown, bought, basket):
    repeat = np.isin(basket, bought)
    first = np.isin(basket[repeat], shown).mean() if repeat.any() else np.nan
    second = (~np.isin(shown, bought)).sum() / (~repeat).sum() if (~repeat).any() else np.nan
    return first, second


def wrong_27_3_hits(shown, bought, basket):
    hit = np.intersect1d(shown, basket)
    again = np.isin(hit, bought).sum()
    return again / len(hit), (len(hit) - again) / len(hit)


def wrong_27_3_nan_for_both(shown, bought, basket):
    repeat, found = np.isin(basket, bought), np.isin(basket, shown)
    if not repeat.any() or repeat.all():
        return np.nan, np.nan
    return found[repeat].mean(), found[~repeat].mean()


def wrong_27_3_one_minus(shown, bought, basket):
    repeat, found = np.isin(basket, bought), np.isin(basket, shown)
    recall = found[repeat].mean() if repeat.any() else np.nan
    return recall, 1 - recall


def wrong_27_3_new_of_list(shown, bought, basket):
    repeat, found = np.isin(basket, bought), np.isin(basket, shown)
    new = np.setdiff1d(shown, bought)
    return found[repeat].mean() if repeat.any() else np.nan, np.isin(new, basket).mean() if len(new) else np.nan


def right_27_3_sets(shown, bought, basket):
    shown, bought, basket = set(shown), set(bought), set(basket)
    answer = []
    for part in (basket & bought, basket - bought):
        answer.append(len(part & shown) / len(part) if part else float("nan"))
    return answer


def right_27_3_pandas(shown, bought, basket):
    frame = pd.DataFrame({"item": basket})
    frame["old"], frame["hit"] = frame["item"].isin(bought), frame["item"].isin(shown)
    means = frame.groupby("old")["hit"].mean()
    return means.get(True, np.nan), means.get(False, np.nan)


def right_27_3_loop(shown, bought, basket):
    wanted, found = [0, 0], [0, 0]
    for item in basket:
        new = int(item not in bought)
        wanted[new] += 1
        found[new] += item in shown
    return np.array([f / w if w else np.nan for f, w in zip(found, wanted)], dtype="float32")


def wrong_27_4_age(day, item, n_items, moment, tau):
    age = moment - day
    return np.bincount(item, np.exp(-age / tau), minlength=n_items)


def wrong_27_4_mask_only(day, item, n_items, moment, tau):
    mask = day < moment
    age = day.max() - day
    return np.bincount(item[mask], np.exp(-age[mask] / tau), minlength=n_items)


def wrong_27_4_filter_then_max(day, item, n_items, moment, tau):
    item = item[day < moment]
    day = day[day < moment]
    age = day.max() - day
    return np.bincount(item, np.exp(-age / tau), minlength=n_items)


def wrong_27_4_equal(day, item, n_items, moment, tau):
    score = np.zeros(n_items)
    for d, i in zip(day, item):
        if d <= moment:
            score[i] += np.exp(-(moment - d) / tau)
    return score


def wrong_27_4_max_zero(day, item, n_items, moment, tau):
    age = np.maximum(0, moment - day)
    return np.bincount(item, np.exp(-age / tau), minlength=n_items)


def wrong_27_4_abs(day, item, n_items, moment, tau):
    return np.bincount(item, np.exp(-abs(moment - day) / tau), minlength=n_items)


def wrong_27_4_sign(day, item, n_items, moment, tau):
    past = day < moment
    age = day[past] - moment
    return np.bincount(item[past], np.exp(-age / tau), minlength=n_items)


def wrong_27_4_future(day, item, n_items, moment, tau):
    past = day > moment
    age = moment - day[past]
    return np.bincount(item[past], np.exp(-age / tau), minlength=n_items)


def wrong_27_4_counts(day, item, n_items, moment, tau):
    return np.bincount(item[day < moment], minlength=n_items)


def wrong_27_4_half_life(day, item, n_items, moment, tau):
    past = day < moment
    return np.bincount(item[past], 0.5 ** ((moment - day[past]) / tau), minlength=n_items)


def wrong_27_4_last_purchase(day, item, n_items, moment, tau):
    score, past = np.zeros(n_items), day < moment
    score[item[past]] += np.exp(-(moment - day[past]) / tau)
    return score


def wrong_27_4_no_minlength(day, item, n_items, moment, tau):
    past = day < moment
    return np.bincount(item[past], np.exp(-(moment - day[past]) / tau))


def wrong_27_4_item_not_masked(day, item, n_items, moment, tau):
    day = day[day < moment]
    return np.bincount(item, np.exp(-(moment - day) / tau), minlength=n_items)


def right_27_4_loop(day, item, n_items, moment, tau):
    score = [0.0] * n_items
    for d, i in zip(day, item):
        if d < moment:
            score[i] += float(np.exp((d - moment) / tau))
    return score


def right_27_4_add_at(day, item, n_items, moment, tau):
    score = np.zeros(n_items, dtype="float64")
    weight = np.where(day < moment, np.exp(-np.maximum(moment - day, 0) / tau), 0)
    np.add.at(score, item, weight)
    return score


def right_27_4_pandas(day, item, n_items, moment, tau):
    frame = pd.DataFrame({"day": day, "item": item}).query("day < @moment")
    weight = np.exp(-(moment - frame["day"]) / tau)
    return weight.groupby(frame["item"]).sum().reindex(range(n_items), fill_value=0)


def wrong_27_7_after(scores, stock, k):
    order = np.argsort(scores)[::-1][:k]
    return [i for i in order if stock[i] > 0]


def wrong_27_7_zero(scores, stock, k):
    allowed = scores * (stock > 0)
    return np.argsort(-allowed, kind="stable")[:k]


def wrong_27_7_fill(scores, stock, k):
    allowed = np.where(stock > 0, scores, -1e9)
    return np.argsort(-allowed, kind="stable")[:k]


def wrong_27_7_compressed(scores, stock, k):
    allowed = scores[stock > 0]
    return allowed.argsort()[::-1][:k]


def wrong_27_7_upwards(scores, stock, k):
    rows = np.where(stock > 0)[0]
    return rows[np.argsort(scores[rows])[:k]]


def wrong_27_7_scores(scores, stock, k):
    return np.sort(scores[stock > 0])[::-1][:k]


def wrong_27_7_ignored(scores, stock, k):
    return np.argsort(-scores)[:k]


def wrong_27_7_in_place(scores, stock, k):
    scores[stock == 0] = -np.inf
    order = np.argsort(-scores)[:k]
    return order[stock[order] > 0]


def wrong_27_7_by_stock(scores, stock, k):
    return np.argsort(-stock, kind="stable")[: min(k, (stock > 0).sum())]


def wrong_27_7_tail(scores, stock, k):
    allowed = np.where(stock > 0, scores, -np.inf)
    order = np.argsort(allowed)[-k:]
    return order[stock[order] > 0]


def wrong_27_7_unstable_fill(scores, stock, k):
    return np.argsort(-np.where(stock > 0, scores, -np.inf))[:k]


def wrong_27_7_unstable_zero(scores, stock, k):
    return np.argsort(np.where(stock > 0, scores, 0))[::-1][: min(k, (stock > 0).sum())]


def wrong_27_7_scores_by_stock(scores, stock, k):
    allowed = np.where(stock > 0, scores * stock, -np.inf)
    return np.argsort(-allowed)[: min(k, (stock > 0).sum())]


def wrong_27_7_partition(scores, stock, k):
    allowed, k = np.where(stock > 0, scores, -np.inf), min(k, (stock > 0).sum())
    return np.argpartition(-allowed, k - 1)[:k]


def right_27_7_heap(scores, stock, k):
    pairs = sorted(((score, row) for row, score in enumerate(scores) if stock[row]), reverse=True)
    return [row for _, row in pairs[:k]]


def right_27_7_rows(scores, stock, k):
    rows = np.flatnonzero(stock)
    return rows[np.argsort(scores[rows])[::-1]][:k]


def right_27_7_pandas(scores, stock, k):
    return pd.Series(scores)[stock > 0].nlargest(k).index


NATURAL = {
    "27.3": [
        (wrong_27_3_precision, "You divide by the number of repeat"),
        (wrong_27_3_basket, "the size of the whole basket"),
        (wrong_27_3_zero, "Where the basket has no repeat (or explore) items, you return 0."),
        (wrong_27_3_division, "A basket may have no repeat item"),
        (wrong_27_3_over_bought, "You divide the repeat hits by"),
        (wrong_27_3_list_shares, "the shares of the list"),
        (wrong_27_3_counts, "the numbers of items found"),
        (wrong_27_3_none, "Where the basket has no repeat (or explore) items, you return None."),
        (wrong_27_3_masks, "You return items or Boolean values."),
        (wrong_27_3_only_repeat, "only the repeat recall"),
        (wrong_27_3_new_on_list, "You count every new item of"),
        (wrong_27_3_hits, "the number of hits"),
        (wrong_27_3_nan_for_both, "If the basket has only one"),
        (wrong_27_3_one_minus, "1 minus the repeat recall"),
        (wrong_27_3_new_of_list, "the new items of the *list*"),
    ],
    "27.4": [
        (wrong_27_4_age, "Later purchases still count"),
        (wrong_27_4_mask_only, "the newest purchase of the year"),
        (wrong_27_4_filter_then_max, "from the customer's newest purchase"),
        (wrong_27_4_equal, "`day < moment`, not `<=`"),
        (wrong_27_4_max_zero, "now have age 0"),
        (wrong_27_4_abs, "The absolute value makes every age"),
        (wrong_27_4_sign, "Your oldest purchases have the largest"),
        (wrong_27_4_future, "You keep the purchases after `moment`"),
        (wrong_27_4_counts, "You give every past purchase the"),
        (wrong_27_4_half_life, "You use `tau` as a half-life"),
        (wrong_27_4_last_purchase, "If an item was bought twice"),
        (wrong_27_4_no_minlength, "`minlength=n_items`"),
        (wrong_27_4_item_not_masked, "If you filter `day`, filter `item`"),
    ],
    "27.7": [
        (wrong_27_7_after, "after the best k are taken"),
        (wrong_27_7_zero, "You give sold-out items the score 0, which"),
        (wrong_27_7_fill, "If fewer than k items are"),
        (wrong_27_7_compressed, "positions among the items in stock"),
        (wrong_27_7_upwards, "You sort in ascending order, so"),
        (wrong_27_7_scores, "You return scores"),
        (wrong_27_7_ignored, "You ignore `stock`. Only items with"),
        (wrong_27_7_in_place, "changes `scores` itself"),
        (wrong_27_7_by_stock, "You rank the items by stock."),
        (wrong_27_7_tail, "Your list has the right items in"),
        (wrong_27_7_unstable_fill, "If fewer than k items are"),
        (wrong_27_7_unstable_zero, "You give sold-out items the score 0, which"),
        (wrong_27_7_scores_by_stock, "a large stock lifts an item"),
        (wrong_27_7_partition, "but not in order: `np.argpartition`"),
    ],
}
RIGHT = {
    "27.3": [right_27_3_sets, right_27_3_pandas, right_27_3_loop],
    "27.4": [right_27_4_loop, right_27_4_add_at, right_27_4_pandas],
    "27.7": [right_27_7_heap, right_27_7_rows, right_27_7_pandas],
}
