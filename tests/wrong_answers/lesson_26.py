"""Typical wrong answers of lesson 26; each must be refused, each with its own hint."""

import itertools
from functools import partial

import numpy as np


def integrated(slope, x, reference, n_steps, offset=0.5, way=None, start=None, total=np.mean):
    start = reference if start is None else np.zeros(len(x))
    points = [start + (step + offset) / n_steps * (x - start) for step in range(n_steps)]
    return total([slope(point) for point in points], axis=0) * (x - reference if way is None else way(x, reference))


def integrated_with_both_ends(slope, x, reference, n_steps):
    points = [reference + share * (x - reference) for share in np.linspace(0, 1, n_steps)]
    return np.mean([slope(point) for point in points], axis=0) * (x - reference)


def integrated_too_far(slope, x, reference, n_steps):
    points = [reference + (step + 0.5) / n_steps * x for step in range(n_steps)]
    return np.mean([slope(point) for point in points], axis=0) * (x - reference)


def gradient_times_input(slope, x, reference, n_steps):
    return slope(x) * (x - reference)


def rule(a, W, b, R, epsilon, side=np.sign, bias=1):
    z = a @ W + bias * b
    return a * ((R / (z + epsilon * side(z))) @ W.T)


def rule_by_weights(a, W, b, R, epsilon):
    z = a @ W + b
    return (R / (z + epsilon * np.sign(z))) @ W.T


def rule_that_conserves(a, W, b, R, epsilon):
    return a * ((R / (a @ W)) @ W.T)


def rule_by_size(a, W, b, R, epsilon):
    return a * ((R / (np.abs(a @ W + b) + epsilon)) @ W.T)


def rule_not_added_up(a, W, b, R, epsilon):
    z = a @ W + b
    return a[:, :, None] * W * (R / (z + epsilon * np.sign(z)))[:, None, :]


def rule_without_relevance(a, W, b, R, epsilon):
    return rule(a, W, b, np.ones_like(R), epsilon)


def rule_without_brackets(a, W, b, R, epsilon):
    z = a @ W + b
    return a * ((R / z + epsilon * np.sign(z)) @ W.T)


def rule_not_transposed(a, W, b, R, epsilon):
    return a * (R @ W)


def shapley(value, k, orders=None, divide=True, sign=1):
    gains = np.zeros(k)
    orders = list(itertools.permutations(range(k))) if orders is None else orders(k)
    for order in orders:
        keep = np.zeros(k, bool)
        for player in order:
            before = value(keep.copy())
            keep[player] = True
            gains[player] += value(keep.copy()) - before
    return sign * (gains / len(orders) if divide else gains)


def divided_by_players(value, k):
    return shapley(value, k, divide=False) / k


def last_order(value, k):
    gains, orders = np.zeros(k), list(itertools.permutations(range(k)))
    for order in orders:
        keep = np.zeros(k, bool)
        for player in order:
            before = value(keep)
            keep[player] = True
            gains[player] = value(keep) - before
    return gains / len(orders)


def never_emptied(value, k):
    gains, keep, orders = np.zeros(k), np.zeros(k, bool), list(itertools.permutations(range(k)))
    for order in orders:
        for player in order:
            before = value(keep)
            keep[player] = True
            gains[player] += value(keep) - before
    return gains / len(orders)


def by_turn(value, k):
    rows = []
    for order in itertools.permutations(range(k)):
        keep, row = np.zeros(k, bool), []
        for player in order:
            before = value(keep)
            keep[player] = True
            row.append(value(keep) - before)
        rows.append(row)
    return np.mean(rows, axis=0)


def leave_one_out(value, k):
    return np.array([value(np.ones(k, bool)) - value(np.arange(k) != player) for player in range(k)])


def come_in_alone(value, k):
    return np.array([value(np.arange(k) == player) - value(np.zeros(k, bool)) for player in range(k)])


def all_sets_alike(value, k):
    sets = [np.array(keep, bool) for keep in itertools.product([0, 1], repeat=k)]
    gains = [np.mean([value(s | (np.arange(k) == j)) - value(s & (np.arange(k) != j)) for s in sets]) for j in range(k)]
    return np.array(gains)


def first(scores, history, removed, hidden=lambda history, kept: history, asked=lambda history, kept: kept, padding=1):
    kept = np.delete(history, removed)
    row = np.array(scores(asked(history, kept)), float)
    row[hidden(history, kept)] = -np.inf
    if padding:
        row[0] = -np.inf
    return row.argmax()


def first_hiding_places(scores, history, removed):
    kept = np.delete(history, removed)
    row = scores(kept)
    row[kept] = -np.inf
    row[removed] = -np.inf
    row[0] = -np.inf
    return row.argmax()


def curve(value, importance, sign=-1, first=0, place=None, keep=None):
    order = np.argsort(sign * np.asarray(importance))
    place = np.argsort(order) if place is None else place(order)
    keep = (lambda n: place >= n) if keep is None else keep(place)
    return np.array([value(keep(n)) for n in range(first, len(order) + 1)])


def curve_of_one_array(value, importance):
    keeps = [keep := np.ones(len(importance), bool)]
    for player in np.argsort(-importance):
        keep[player] = False
        keeps.append(keep)
    return [value(keep) for keep in keeps]


WRONG = {
    "26.1": [
        (0, "gradient × input"),
        (2, "The slope is 1 at the"),
        (1 / 3, "mean slope"),
        (0.5, "Equal shares were right for two"),
        (0.6, "This is the result of ten"),
        (1, "whole score"),
        (4 / 3, "The slope is 1 only until"),
        (7, "Multiply the mean slope along the"),
    ],
    "26.2": [
        (partial(integrated, way=lambda x, reference: 1), "mean slope"),
        (partial(integrated, way=lambda x, reference: x), "You multiply by x. Multiply by"),
        (partial(integrated, way=lambda x, reference: reference - x), "Your distance has the wrong sign."),
        (partial(integrated, start=0), "Your path starts at 0. Start"),
        (partial(integrated, start=0, way=lambda x, reference: x), "Your path starts at 0, and"),
        (partial(integrated, offset=0), "beginning of each step"),
        (partial(integrated, offset=1), "end of each step"),
        (integrated_with_both_ends, "both ends"),
        (partial(integrated, total=np.sum), "You added up the slopes. Take"),
        (gradient_times_input, "You use only the slope at"),
        (integrated_too_far, "ends at reference + x"),
        (partial(integrated, total=lambda slopes, axis: np.mean(slopes)), "one mean over all"),
    ],
    "26.5": [
        (partial(rule, side=np.ones_like), "You always add ε. Add ε"),
        (partial(rule, side=lambda z: -np.sign(z)), "pulls z towards 0"),
        (partial(rule, side=np.zeros_like), "ε is missing"),
        (partial(rule, bias=0), "You leave the bias b out"),
        (rule_by_weights, "You share by the weights alone."),
        (rule_that_conserves, "keep their part"),
        (rule_by_size, "You divide by the absolute value"),
        (rule_not_added_up, "Add up over the units"),
        (rule_without_relevance, "You do not use R, the"),
        (rule_not_transposed, "Shapes do not fit"),
        (rule_without_brackets, "Parentheses"),
    ],
    "26.4": [
        (-1, "rule 0"),
        (0, "α = 1"),
        (5, "size is right"),
        (-10, "You used α, which belongs to"),
        (10, "first input"),
        (-0.833, "not a sixth"),
        (3, "only negative contribution"),
    ],
    "26.7": [
        (leave_one_out, "You only leave each player out"),
        (come_in_alone, "You only let each player join"),
        (partial(shapley, orders=lambda k: [range(k)]), "one order. Average"),
        (partial(shapley, orders=lambda k: [range(k)[::-1]]), "You use only one order, the"),
        (all_sets_alike, "You give all sets the same"),
        (partial(shapley, divide=False), "You added up the gains over the"),
        (partial(shapley, sign=-1), "minus the score without"),
        (divided_by_players, "number of players"),
        (last_order, "You keep only the gains of"),
        (never_emptied, "still in"),
        (by_turn, "You add up the gains by"),
    ],
    "26.11": [
        (partial(first, hidden=lambda history, kept: kept[:0]), "You no longer hide any film."),
        (partial(first, hidden=lambda history, kept: np.setdiff1d(history, kept)), "no longer those that stay"),
        (partial(first, asked=lambda history, kept: history), "whole history"),
        (first_hiding_places, "positions, not films"),
        (partial(first, padding=0), "padding"),
    ],
    "26.8": [
        (partial(curve, sign=1), "least important"),
        (partial(curve, first=1), "One score is missing"),
        (partial(curve, keep=lambda place: lambda n: place < n), "You put features in instead of"),
        (partial(curve, keep=lambda place: lambda n: place != n - 1), "You leave out one feature at"),
        (partial(curve, place=lambda order: order), "argsort"),
        (lambda value, importance: curve(value, -np.arange(len(importance))), "0, 1, 2"),
        (lambda value, importance: curve(value, np.abs(importance)), "You sort by the absolute importance."),
        (curve_of_one_array, "All your scores are those with"),
        (
            lambda value, importance: curve(value, importance) - value(np.ones(len(importance), bool)),
            "You return the changes of the",
        ),
    ],
    "26.9": [
        ("CADFE", "Line F"),
        ("CADB", "each of the letters"),
        ("DCABE", "before its curve"),
        ("CDBAE", "Line B reads `bar`, the random"),
        ("CABDE", "must have been measured"),
        ("CADEB", "Line E needs the differences of"),
    ],
}
