"""Answers to lesson 18 as people write them: wrong ones with a part of the hint, and right ones in an unusual style."""

from collections import Counter

import numpy as np
import pandas as pd


def wrong_18_2_unique(lists, n_top):
    _, counts = np.unique(lists, return_counts=True)
    return np.sort(counts)[::-1][:n_top].sum() / counts.sum()


def wrong_18_2_count(lists, n_top):
    counts = Counter(film for row in lists for film in row if film)
    return sum(n for _, n in counts.most_common(n_top))


def wrong_18_2_positions(lists, n_top):
    counts = pd.Series(lists.ravel())
    counts = counts[counts > 0].value_counts()
    return counts.head(n_top).sum() / lists.size


def wrong_18_2_users(lists, n_top):
    counts = np.bincount(lists[lists > 0])
    return np.sort(counts)[-n_top:].sum() / len(lists)


def wrong_18_2_catalogue(lists, n_top):
    counts = np.bincount(lists[lists != 0])
    return np.sort(counts)[-n_top:].sum() / np.count_nonzero(counts)


def wrong_18_2_films(lists, n_top):
    counts = np.bincount(lists[lists > 0])
    return np.argsort(counts)[::-1][:n_top]


def wrong_18_2_ascending(lists, n_top):
    _, counts = np.unique(lists[lists > 0], return_counts=True)
    return np.sort(counts)[:n_top].sum() / counts.sum()


def wrong_18_2_unsorted(lists, n_top):
    _, counts = np.unique(lists[lists > 0], return_counts=True)
    return counts[:n_top].sum() / counts.sum()


def wrong_18_2_mean(lists, n_top):
    _, counts = np.unique(lists[lists > 0], return_counts=True)
    return (np.sort(counts)[::-1][:n_top] / counts.sum()).mean()


def wrong_18_2_percent(lists, n_top):
    _, counts = np.unique(lists[lists > 0], return_counts=True)
    return 100 * np.sort(counts)[::-1][:n_top].sum() / counts.sum()


def wrong_18_2_max(lists, n_top):
    _, counts = np.unique(lists[lists > 0], return_counts=True)
    return counts.max() / counts.sum()


def wrong_18_2_smallest(lists, n_top):
    counts = np.bincount(lists[lists > 0])
    return np.sort(counts)[:n_top].sum() / counts.sum()


def wrong_18_2_half(lists, n_top):
    counts = np.bincount(lists.ravel())
    return np.sort(counts)[::-1][:n_top].sum() / np.count_nonzero(lists)


def right_18_2_no_film(lists, n_top):
    counts = np.bincount(lists.ravel())
    counts[0] = 0
    return np.sort(counts)[-n_top:].sum() / counts.sum()


def right_18_2_counter(lists, n_top):
    counts = Counter(int(film) for row in lists for film in row if film > 0)
    return sum(n for _, n in counts.most_common(n_top)) / sum(counts.values())


def right_18_2_pandas(lists, n_top):
    films = pd.Series(np.ravel(lists))
    return films[films > 0].value_counts(normalize=True).iloc[:n_top].sum()


def wrong_18_4_plain(p, q, alpha=0.01):
    watched = p > 0
    return np.sum(p[watched] * np.log(p[watched] / q[watched]))


def wrong_18_4_skip(p, q, alpha=0.01):
    mixed = (1 - alpha) * q + alpha * p
    both = (p > 0) & (q > 0)
    return np.sum(p[both] * np.log(p[both] / mixed[both]))


def wrong_18_4_swapped(p, q, alpha=0.01):
    watched = p > 0
    mixed = alpha * q + (1 - alpha) * p
    return np.sum(p[watched] * np.log(p[watched] / mixed[watched]))


def wrong_18_4_reverse(p, q, alpha=0.01):
    watched = p > 0
    mixed = (1 - alpha) * q + alpha * p
    return np.sum(mixed[watched] * np.log(mixed[watched] / p[watched]))


def wrong_18_4_upside_down(p, q, alpha=0.01):
    watched = p > 0
    mixed = (1 - alpha) * q + alpha * p
    return np.sum(p[watched] * np.log(mixed[watched] / p[watched]))


def wrong_18_4_no_weight(p, q, alpha=0.01):
    watched = p > 0
    mixed = (1 - alpha) * q + alpha * p
    return np.log(p[watched] / mixed[watched]).sum()


def wrong_18_4_plus_alpha(p, q, alpha=0.01):
    watched = p > 0
    return np.sum(p[watched] * np.log(p[watched] / (q[watched] + alpha)))


def wrong_18_4_sum_above_one(p, q, alpha=0.01):
    watched = p > 0
    return np.sum(p[watched] * np.log(p[watched] / (q + alpha * p)[watched]))


def wrong_18_4_bits(p, q, alpha=0.01):
    watched = p > 0
    mixed = (1 - alpha) * q + alpha * p
    return np.sum(p[watched] * np.log2(p[watched] / mixed[watched]))


def wrong_18_4_mean(p, q, alpha=0.01):
    watched = p > 0
    mixed = (1 - alpha) * q + alpha * p
    return np.mean(p[watched] * np.log(p[watched] / mixed[watched]))


def wrong_18_4_terms(p, q, alpha=0.01):
    watched = p > 0
    mixed = (1 - alpha) * q + alpha * p
    return p[watched] * np.log(p[watched] / mixed[watched])


def wrong_18_4_fixed(p, q, alpha=0.01):
    watched = p > 0
    mixed = 0.99 * q + 0.01 * p
    return (p[watched] * np.log(p[watched] / mixed[watched])).sum()


def right_18_4_loop(p, q, alpha=0.01):
    total = 0
    for a, b in zip(p, q):
        if a:
            total -= a * np.log((b + alpha * (a - b)) / a)
    return total


def right_18_4_difference(p, q, alpha=0.01):
    with np.errstate(all="ignore"):
        return np.nansum(p * (np.log(p) - np.log(q - alpha * q + alpha * p)))


def wrong_18_5_still_last(relevance, similarity, strength, k):
    chosen = [np.argmax(relevance)]
    for _ in range(k - 1):
        value = (1 - strength) * relevance - strength * similarity[:, chosen[-1]]
        value[chosen] = -np.inf
        chosen.append(value.argmax())
    return chosen


def wrong_18_5_mean(relevance, similarity, strength, k):
    chosen = [int(relevance.argmax())]
    while len(chosen) < k:
        value = (1 - strength) * relevance - strength * np.mean(similarity[chosen], axis=0)
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return chosen


def wrong_18_5_sum(relevance, similarity, strength, k):
    chosen = [int(relevance.argmax())]
    while len(chosen) < k:
        value = (1 - strength) * relevance - strength * similarity[chosen].sum(axis=0)
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return chosen


def wrong_18_5_no_axis(relevance, similarity, strength, k):
    chosen = [int(relevance.argmax())]
    while len(chosen) < k:
        value = (1 - strength) * relevance - strength * similarity[chosen].max()
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return chosen


def wrong_18_5_min(relevance, similarity, strength, k):
    chosen = [int(relevance.argmax())]
    while len(chosen) < k:
        value = (1 - strength) * relevance - strength * similarity[chosen].min(axis=0)
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return chosen


def wrong_18_5_all_films(relevance, similarity, strength, k):
    chosen = [int(relevance.argmax())]
    while len(chosen) < k:
        value = (1 - strength) * relevance - strength * similarity.max(axis=0)
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return chosen


def wrong_18_5_exchanged(relevance, similarity, strength, k):
    chosen = [int(relevance.argmax())]
    while len(chosen) < k:
        value = strength * relevance - (1 - strength) * similarity[chosen].max(axis=0)
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return chosen


def wrong_18_5_sorted(relevance, similarity, strength, k):
    chosen = [int(relevance.argmax())]
    while len(chosen) < k:
        value = (1 - strength) * relevance - strength * similarity[chosen].max(axis=0)
        value[chosen] = -np.inf
        chosen = sorted([*chosen, int(value.argmax())])
    return chosen


def wrong_18_5_row_zero(relevance, similarity, strength, k):
    chosen = [0]
    while len(chosen) < k:
        value = (1 - strength) * relevance - strength * similarity[chosen].max(axis=0)
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return chosen


def wrong_18_5_repeats(relevance, similarity, strength, k):
    chosen = [int(relevance.argmax())]
    while len(chosen) < k:
        value = (1 - strength) * relevance - strength * similarity[chosen].max(axis=0)
        chosen.append(int(value.argmax()))
    return chosen


def right_18_5_running(relevance, similarity, strength, k):
    near, left, chosen = np.zeros(len(relevance)), set(range(len(relevance))), []
    while len(chosen) < k:
        best = max(left, key=lambda row: (1 - strength) * relevance[row] - strength * near[row])
        left.remove(best)
        chosen.append(best)
        near = np.maximum(near, similarity[best])
    return np.array(chosen)


def right_18_5_columns(relevance, similarity, strength, k):
    chosen = [int(np.argsort(relevance)[-1])]
    for _ in range(k - 1):
        value = relevance - strength * (relevance + np.max(similarity[:, chosen], axis=1))
        value = np.where(np.isin(np.arange(len(value)), chosen), -np.inf, value)
        chosen.append(int(np.argmax(value)))
    return tuple(chosen)


def wrong_18_9_no_clip(reward, target, propensity, clip):
    return (reward * target / propensity).mean()


def wrong_18_9_upside_down(reward, target, propensity, clip):
    return np.mean(np.clip(propensity / target, 0, clip) * reward)


def wrong_18_9_drop(reward, target, propensity, clip):
    weight = target / propensity
    weight[weight > clip] = 0
    return np.mean(weight * reward)


def wrong_18_9_filter(reward, target, propensity, clip):
    weight = target / propensity
    keep = weight <= clip
    return np.mean(weight[keep] * reward[keep])


def wrong_18_9_snips(reward, target, propensity, clip):
    weight = np.minimum(target / propensity, clip)
    return (weight * reward).sum() / weight.sum()


def wrong_18_9_sum(reward, target, propensity, clip):
    return sum(np.minimum(target / propensity, clip) * reward)


def wrong_18_9_product(reward, target, propensity, clip):
    return np.minimum(reward * target / propensity, clip).mean()


def wrong_18_9_maximum(reward, target, propensity, clip):
    return np.mean(np.maximum(target / propensity, clip) * reward)


def wrong_18_9_inverse(reward, target, propensity, clip):
    return np.mean(np.minimum(1 / propensity, clip) * reward)


def wrong_18_9_naive(reward, target, propensity, clip):
    return reward.mean()


def wrong_18_9_rows(reward, target, propensity, clip):
    return np.minimum(target / propensity, clip) * reward


def wrong_18_9_average(reward, target, propensity, clip):
    return np.average(reward, weights=np.minimum(target / propensity, clip))


def wrong_18_9_propensity(reward, target, propensity, clip):
    return (target / np.maximum(propensity, clip) * reward).mean()


def wrong_18_9_fixed(reward, target, propensity, clip):
    return np.mean(np.minimum(target / propensity, 3) * reward)


def right_18_9_loop(reward, target, propensity, clip):
    total = 0.0
    for r, t, p in zip(reward, target, propensity):
        total += r * (t / p if t / p < clip else clip)
    return total / len(reward)


def right_18_9_dot(reward, target, propensity, clip):
    return np.clip(target / propensity, None, clip) @ reward / reward.size


def wrong_18_10_no_model(reward, weight, item, predicted, target):
    direct = (predicted * target).sum(axis=1)
    return (direct + weight * reward).mean()


def wrong_18_10_direct(reward, weight, item, predicted, target):
    direct = (predicted * target).sum(axis=1)
    return (direct + weight * (reward - direct)).mean()


def wrong_18_10_no_weight(reward, weight, item, predicted, target):
    direct = (predicted * target).sum(axis=1)
    return (direct + reward - predicted[np.arange(len(item)), item]).mean()


def wrong_18_10_brackets(reward, weight, item, predicted, target):
    direct = (predicted * target).sum(axis=1)
    return (direct + weight * reward - predicted[np.arange(len(item)), item]).mean()


def wrong_18_10_only_direct(reward, weight, item, predicted, target):
    return (predicted * target).sum(axis=1).mean()


def wrong_18_10_only_error(reward, weight, item, predicted, target):
    return (weight * (reward - predicted[np.arange(len(item)), item])).mean()


def wrong_18_10_all_weighted(reward, weight, item, predicted, target):
    direct = (predicted * target).sum(axis=1)
    return (weight * (direct + reward - predicted[np.arange(len(item)), item])).mean()


def wrong_18_10_minus(reward, weight, item, predicted, target):
    direct = (predicted * target).sum(axis=1)
    return (direct + weight * (predicted[np.arange(len(item)), item] - reward)).mean()


def wrong_18_10_columns(reward, weight, item, predicted, target):
    direct = (predicted * target).sum(axis=1)
    return (direct + weight * (reward - predicted[:, item].mean(axis=1))).mean()


def wrong_18_10_sum(reward, weight, item, predicted, target):
    direct = (predicted * target).sum(axis=1)
    return (direct + weight * (reward - predicted[np.arange(len(item)), item])).sum()


def wrong_18_10_rows(reward, weight, item, predicted, target):
    direct = (predicted * target).sum(axis=1)
    return direct + weight * (reward - predicted[np.arange(len(item)), item])


def wrong_18_10_target(reward, weight, item, predicted, target):
    direct = (predicted * target).sum(axis=1)
    return (direct + weight * (reward - (predicted * target)[np.arange(len(item)), item])).mean()


def wrong_18_10_pairs(reward, weight, item, predicted, target):
    direct = (predicted * target).sum(axis=1)
    return (direct + weight * (reward - predicted[:, item])).mean()


def wrong_18_10_first(reward, weight, item, predicted, target):
    direct = (predicted * target).sum(axis=1)
    return np.mean(direct + weight * (reward - predicted[:, 0]))


def right_18_10_loop(reward, weight, item, predicted, target):
    values = [np.dot(p, t) + w * (r - p[i]) for r, w, i, p, t in zip(reward, weight, item, predicted, target)]
    return sum(values) / len(values)


def right_18_10_take(reward, weight, item, predicted, target):
    own = np.take_along_axis(predicted, item[:, None], axis=1)[:, 0]
    return np.einsum("ij,ij->", predicted, target) / len(item) + np.mean(weight * reward) - np.mean(weight * own)


NATURAL = {
    "18.2": [
        (wrong_18_2_unique, "The zeros pad short"),
        (wrong_18_2_count, "That is the number"),
        (wrong_18_2_positions, "You divided by all positions"),
        (wrong_18_2_users, "You divided by the number of users"),
        (wrong_18_2_catalogue, "You divided by the number of different films"),
        (wrong_18_2_films, "You return film indices"),
        (wrong_18_2_ascending, "least* often"),
        (wrong_18_2_unsorted, "You took the films with"),
        (wrong_18_2_mean, "mean of the `n_top` counts"),
        (wrong_18_2_percent, "You return a percentage"),
        (wrong_18_2_max, "most recommended film alone"),
        (wrong_18_2_smallest, "films that nobody gets"),
        (wrong_18_2_half, "The zeros are still"),
    ],
    "18.4": [
        (wrong_18_4_plain, "`alpha` is missing"),
        (wrong_18_4_skip, "You skip genres that the list lacks"),
        (wrong_18_4_swapped, "The weights of the"),
        (wrong_18_4_reverse, "You weight the logarithms by the shares of the mix"),
        (wrong_18_4_upside_down, "upside down"),
        (wrong_18_4_no_weight, "must be multiplied by the user's share"),
        (wrong_18_4_plus_alpha, "You added the number alpha"),
        (wrong_18_4_sum_above_one, "sums to more than 1"),
        (wrong_18_4_bits, "in bits"),
        (wrong_18_4_mean, "mean over genres"),
        (wrong_18_4_terms, "One step is missing"),
        (wrong_18_4_fixed, "always mixes in 0.01"),
    ],
    "18.5": [
        (wrong_18_5_still_last, "You still compare only"),
        (wrong_18_5_mean, "mean similarity"),
        (wrong_18_5_sum, "grows with the list"),
        (wrong_18_5_no_axis, "one number for all candidates"),
        (wrong_18_5_min, "*least* similar"),
        (wrong_18_5_all_films, "one number for all candidates"),
        (wrong_18_5_exchanged, "Your two weights are"),
        (wrong_18_5_sorted, "You sorted the result"),
        (wrong_18_5_row_zero, "You start with row"),
        (wrong_18_5_repeats, "must not be chosen twice"),
    ],
    "18.9": [
        (wrong_18_9_no_clip, "not clipped"),
        (wrong_18_9_upside_down, "upside down"),
        (wrong_18_9_drop, "You set weights above"),
        (wrong_18_9_filter, "You left out the rows"),
        (wrong_18_9_snips, "that is SNIPS"),
        (wrong_18_9_sum, "That is the sum"),
        (wrong_18_9_product, "Only the *weight* is clipped"),
        (wrong_18_9_maximum, "np.maximum raises"),
        (wrong_18_9_inverse, "`target` is missing"),
        (wrong_18_9_naive, "naive mean"),
        (wrong_18_9_rows, "One step is missing"),
        (wrong_18_9_average, "that is SNIPS"),
        (wrong_18_9_propensity, "You compared `clip` with the propensity"),
        (wrong_18_9_fixed, "You always clip at 3"),
    ],
    "18.10": [
        (wrong_18_10_no_model, "prediction is missing in the correction"),
        (wrong_18_10_direct, "You compare the reward with `direct`"),
        (wrong_18_10_no_weight, "`weight` is missing"),
        (wrong_18_10_brackets, "You weight the reward alone"),
        (wrong_18_10_only_direct, "direct method alone"),
        (wrong_18_10_only_error, "That is the correction alone"),
        (wrong_18_10_all_weighted, "multiplied `direct` by the weight"),
        (wrong_18_10_minus, "The sign of the correction"),
        (wrong_18_10_columns, "you took their mean"),
        (wrong_18_10_pairs, "pairs every row"),
        (wrong_18_10_first, "item 0"),
        (wrong_18_10_sum, "sum over rows"),
        (wrong_18_10_rows, "one number per row"),
        (wrong_18_10_target, "Do not multiply the"),
    ],
}
RIGHT = {
    "18.2": [right_18_2_counter, right_18_2_pandas, right_18_2_no_film],
    "18.4": [right_18_4_loop, right_18_4_difference],
    "18.5": [right_18_5_running, right_18_5_columns],
    "18.9": [right_18_9_loop, right_18_9_dot],
    "18.10": [right_18_10_loop, right_18_10_take],
}
