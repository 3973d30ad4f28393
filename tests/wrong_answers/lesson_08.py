"""Typical wrong answers of lesson 08; each must be refused, each with its own hint."""

from functools import partial

import numpy as np


def neumf(p, q, r, s, W, b, h, swap=False, relu=True, added=False, dense_first=False, bias=1, late=0, cut=False):
    dense = np.concatenate([s, r] if swap else [r, s], axis=1) @ W + bias * b
    dense = np.maximum(dense, 0) + late * b if relu else dense
    product = p + q if added else np.maximum(p * q, 0) if cut else p * q
    return np.concatenate([dense, product] if dense_first else [product, dense], axis=1) @ h


def neumf_column(p, q, r, s, W, b, h):
    return neumf(p, q, r, s, W, b, h)[:, None]


def neumf_not_added_up(p, q, r, s, W, b, h):
    dense = np.maximum(np.concatenate([r, s], axis=1) @ W + b, 0)
    return np.concatenate([p * q, dense], axis=1) * h


def neumf_relu_at_the_end(*parts):
    return np.maximum(neumf(*parts), 0)


def neumf_sigmoid_at_the_end(*parts):
    return 1 / (1 + np.exp(-neumf(*parts)))


def neumf_summed_too_early(p, q, r, s, W, b, h):
    dense = np.maximum(np.concatenate([r, s], axis=1) @ W + b, 0)
    return np.concatenate([(p * q).sum(axis=1, keepdims=True), dense], axis=1) @ h


def neumf_only_products(p, q, r, s, W, b, h):
    return (p * q) @ h[: p.shape[1]]


def neumf_only_dense(p, q, r, s, W, b, h):
    return np.maximum(np.concatenate([r, s], axis=1) @ W + b, 0) @ h[p.shape[1] :]


def lookup(vocabulary, ids, start=1, unknown=0):
    row_of = {raw: row for row, raw in enumerate(vocabulary, start)}
    return np.array([row_of.get(raw, unknown) for raw in ids])


def lookup_sorted(vocabulary, ids):
    return lookup(sorted(vocabulary), ids)


def lookup_wrong_way_round(vocabulary, ids):
    row_of = dict(enumerate(vocabulary, start=1))
    return np.array([row_of.get(raw, 0) for raw in ids])


def lookup_without_repeats(vocabulary, ids):
    row_of = {raw: row for row, raw in enumerate(vocabulary, start=1)}
    return np.array([row_of.get(raw, 0) for raw in dict.fromkeys(ids.tolist())])


def lookup_without_default(vocabulary, ids):
    row_of = {raw: row for row, raw in enumerate(vocabulary, start=1)}
    return np.array([row_of[raw] for raw in ids])


def lookup_behind_the_last(vocabulary, ids):
    return lookup(vocabulary, ids, unknown=len(vocabulary) + 1)


def lookup_known_only(vocabulary, ids):
    return lookup(vocabulary, [raw for raw in ids if raw in vocabulary])


def negatives(rng, user, is_seen, low=1, high=None, again=True):
    high = high or is_seen.shape[1]
    item = rng.integers(low, high, len(user))
    while again and (is_wrong := is_seen[user, item]).any():
        item[is_wrong] = rng.integers(low, high, is_wrong.sum())
    return item


def negatives_without_the_last(rng, user, is_seen):
    item = rng.integers(1, is_seen.shape[1] - 1, len(user))
    for _ in range(50):
        is_wrong = is_seen[user, item]
        item[is_wrong] = rng.integers(1, is_seen.shape[1] - 1, is_wrong.sum())
    unseen_first = np.argmax(~np.asarray(is_seen)[:, 1:], axis=1) + 1
    return np.where(is_seen[user, item], unseen_first[user], item)


def negatives_beyond_the_last(rng, user, is_seen):
    return rng.integers(is_seen.shape[1], is_seen.shape[1] + 1, len(user))


def negatives_one_for_each_user(rng, user, is_seen):
    return negatives(rng, np.unique(user), is_seen)


def stop(valid, patience, late=0, tie=False, sign=1, best=-np.inf):
    best_epoch, epoch = 0, 0
    for epoch, value in enumerate(valid, start=1):
        if sign * value > best or (tie and sign * value >= best):
            best, best_epoch = sign * value, epoch
        if epoch - best_epoch >= patience + late:
            break
    return best_epoch, epoch


def stop_from_zero(valid, patience):
    return tuple(number - 1 for number in stop(valid, patience))


def stop_swapped(valid, patience):
    return stop(valid, patience)[::-1]


def stop_returns_the_last(valid, patience):
    return stop(valid, patience)[1], stop(valid, patience)[1]


def stop_best_of_all(valid, patience):
    return int(np.argmax(valid)) + 1, stop(valid, patience)[1]


def stop_against_the_epoch_before(valid, patience):
    falls, epoch = 0, 1
    for epoch in range(2, len(valid) + 1):
        falls = falls + 1 if valid[epoch - 1] <= valid[epoch - 2] else 0
        if falls >= patience:
            break
    return int(np.argmax(valid[:epoch])) + 1, epoch


def stop_never_starts_anew(valid, patience):
    best_epoch, wait, epoch = 1, 0, 1
    for epoch in range(2, len(valid) + 1):
        if valid[epoch - 1] > valid[best_epoch - 1]:
            best_epoch = epoch
        else:
            wait += 1
        if wait >= patience:
            break
    return best_epoch, epoch


def stop_before_comparing(valid, patience):
    best, best_epoch, epoch = -np.inf, 0, 0
    for epoch, value in enumerate(valid, start=1):
        if epoch - best_epoch >= patience:
            break
        if value > best:
            best, best_epoch = value, epoch
    return best_epoch, epoch


def stop_returns_the_value(valid, patience):
    best_epoch, epoch = stop(valid, patience)
    return valid[best_epoch - 1], epoch


def stop_never(valid, patience):
    return int(np.argmax(valid)) + 1, len(valid)


def stop_one_too_few(valid, patience):
    return stop(valid, patience)[0], stop(valid, patience)[1] - 1


def stop_counts_since_the_best(valid, patience):
    best_epoch, epoch = stop(valid, patience)
    return best_epoch, epoch - best_epoch


def stop_only_the_best(valid, patience):
    return stop(valid, patience)[0]


WRONG = {
    "08.1": [
        (0.5, "This is the score for Cleo's"),
        (2.5, "negative"),
        (-0.5, "first product alone"),
        (2.0, "second product alone"),
        (-1.0, "You multiplied the two"),
        (7, "Multiply the two first"),
    ],
    "08.2": [
        (partial(neumf, swap=True), "Your hidden layer reads items"),
        (partial(neumf, relu=False), "ReLU"),
        (partial(neumf, added=True), "You added"),
        (partial(neumf, dense_first=True), "arms are swapped"),
        (partial(neumf, bias=0), "bias `b`"),
        (partial(neumf, bias=0, late=1), "after the ReLU"),
        (partial(neumf, cut=True), "You apply the ReLU to the"),
        (neumf_relu_at_the_end, "last layer has a ReLU"),
        (neumf_sigmoid_at_the_end, "without a sigmoid"),
        (neumf_not_added_up, "adds up"),
        (neumf_column, "(batch, 1)"),
        (neumf_summed_too_early, "Shapes do not fit."),
        (neumf_only_products, "product arm alone"),
        (neumf_only_dense, "dense arm alone"),
    ],
    "08.3": [
        (114, "no bias"),
        (108, "each of its 5 units"),
        (103, "tables of biases"),
        (83, "Each arm has its own tables:"),
        (98, "not 3"),
        (110, "beside the 5 units"),
        (106, "not 1"),
        (116, "arm multiplies"),
        (127, "once more"),
        (109, "wrong layer"),
        (5, "Count:"),
    ],
    "08.4": [
        (partial(lookup, start=0), "begin at 0"),
        (partial(lookup, unknown=-1), "last row"),
        (partial(lookup, unknown=1), "You give row 1 to unknown"),
        (partial(lookup, start=2, unknown=1), "mask token"),
        (partial(lookup, unknown=None), "Your function gives None to"),
        (lookup_wrong_way_round, "Reverse it"),
        (lookup_without_repeats, "An id may occur twice in"),
        (lookup_sorted, "You sorted"),
        (lookup_without_default, "row_of.get"),
        (lookup_behind_the_last, "You give unknown ids a row"),
        (lookup_known_only, "You left out unknown ids, so"),
    ],
    "08.7": [
        (partial(negatives, low=0), "padding"),
        (partial(negatives, again=False), "seen by their user"),
        (negatives_without_the_last, "never drawn"),
        (negatives_beyond_the_last, "beyond the last"),
        (negatives_one_for_each_user, "Return one item for each of"),
        (partial(negatives, high=2), "does not end"),
    ],
    "08.8": [
        (stop_swapped, "wrong way round"),
        (stop_from_zero, "begin at 0"),
        (partial(stop, late=1), "one epoch late"),
        (partial(stop, late=-1), "one epoch early"),
        (stop_returns_the_last, "last epoch as the best"),
        (stop_best_of_all, "Your best epoch may come"),
        (partial(stop, tie=True), "An equal value is not a *new*"),
        (partial(stop, sign=-1), "smallest value"),
        (stop_against_the_epoch_before, "You compare with the previous"),
        (stop_never_starts_anew, "You never reset the count."),
        (partial(stop, best=0), "can be negative"),
        (stop_before_comparing, "before the comparison"),
        (stop_returns_the_value, "best value"),
        (stop_never, "never stops"),
        (stop_one_too_few, "one too small"),
        (stop_counts_since_the_best, "since the best"),
        (stop_only_the_best, "two numbers"),
    ],
    "08.10": [
        ("DFAEC", "Line F"),
        ("DBAE", "each of the letters"),
        ("BDAEC", "before the choice"),
        ("DABEC", "must have been chosen"),
        ("DBEAC", "line A comes first"),
        ("DBACE", "comes last"),
    ],
}
