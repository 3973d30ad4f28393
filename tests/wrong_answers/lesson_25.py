"""Typical wrong answers of lesson 25, each with a fragment of the hint it must get."""

from functools import partial

import numpy as np


def parts(X, weights, background, axis=0):
    return (X - background.mean(axis=axis)) * weights


def parts_without_background(X, weights, background):
    return X * weights


def parts_own_mean(X, weights, background):
    return (X - X.mean(axis=0)) * weights


def parts_turned(X, weights, background):
    return -parts(X, weights, background)


def parts_absolute(X, weights, background):
    return np.abs(parts(X, weights, background))


def parts_shares(X, weights, background):
    each = parts(X, weights, background)
    return each / each.sum(axis=1, keepdims=True)


def parts_added(X, weights, background):
    return (X - background.mean(axis=0)) @ weights


def parts_late_background(X, weights, background):
    return X * weights - background.mean(axis=0)


def parts_median(X, weights, background):
    return (X - np.median(background, axis=0)) * weights


def parts_absolute_distance(X, weights, background):
    return np.abs(X - background.mean(axis=0)) * weights


def parts_without_weights(X, weights, background):
    return X - background.mean(axis=0)


def parts_standardized(X, weights, background):
    return parts(X, weights, background) / background.std(axis=0)


def split_sorted_x_only(x, y):
    return split(np.sort(x), y)


def split_right_only(x, y):
    thresholds = (np.unique(x)[:-1] + np.unique(x)[1:]) / 2
    return thresholds[
        np.argmin([np.round((x > t).sum() * y[x > t].mean() * (1 - y[x > t].mean()), 9) for t in thresholds])
    ]


def split(
    x, y, weighted=True, largest=False, give="threshold", impurity=lambda p: 2 * p * (1 - p), sides=2, last=False
):
    values = np.unique(x)
    thresholds, cost = (values[:-1] + values[1:]) / 2, []
    for threshold in thresholds:
        both = [y[x <= threshold], y[x > threshold]][:sides]
        cost.append(sum((len(side) if weighted else 1) * impurity(side.mean()) for side in both))
    cost = np.round(cost, 9) * (-1 if largest else 1)
    position = len(cost) - 1 - np.argmin(cost[::-1]) if last else np.argmin(cost)
    return {"threshold": thresholds[position], "position": position, "value": values[position], "cost": cost[position]}[
        give
    ]


def entropy(p):
    return -sum(q * np.log(q) for q in (p, 1 - p) if q > 0)


def because(similar, seen, film, n):
    adds = similar[seen, film]
    order = np.argsort(-adds)[:n]
    return seen[order[adds[order] > 0]]


def because_turned(similar, seen, film, n):
    return because(similar.T, seen, film, n)


def because_weakest(similar, seen, film, n):
    adds = similar[seen, film]
    order = np.argsort(adds)
    return seen[order[adds[order] > 0]][:n]


def because_nothing_too(similar, seen, film, n):
    return seen[np.argsort(-similar[seen, film], kind="stable")[:n]]


def because_upwards(similar, seen, film, n):
    return seen[np.argsort(similar[seen, film], kind="stable")[:n]]


def because_all_of_them(similar, seen, film, n):
    return because(similar, seen, film, len(seen))


def because_positions_and_nothing(similar, seen, film, n):
    return np.argsort(-similar[seen, film], kind="stable")[:n]


def because_all_rows(similar, seen, film, n):
    return np.argsort(-similar[:, film], kind="stable")[:n]


def because_positions(similar, seen, film, n):
    adds = similar[seen, film]
    order = np.argsort(-adds)[:n]
    return order[adds[order] > 0]


def because_as_seen(similar, seen, film, n):
    return np.array([one for one in seen if one in because(similar, seen, film, n)])


def because_unseen(similar, seen, film, n):
    order = np.argsort(-similar[:, film])[:n]
    return order[similar[order, film] > 0]


def because_best_last(similar, seen, film, n):
    return because(similar, seen, film, n)[::-1]


def because_amounts(similar, seen, film, n):
    return np.sort(similar[seen, film][similar[seen, film] > 0])[::-1][:n]


def because_zeros_as_films(similar, seen, film, n):
    films = because(similar, seen, film, n)
    return np.append(films, np.zeros(n - len(films)))


def because_only_first(similar, seen, film, n):
    return seen[np.argmax(similar[seen, film])]


def off(values, user):
    return values - np.array([values[user == one].mean() for one in user])


def fidelity_network_only(copy, network, user):
    network = off(network, user)
    return 1 - ((network - copy) ** 2).sum() / (network**2).sum()


def fidelity_copy_only(copy, network, user):
    network = network - network.mean()
    return 1 - ((network - off(copy, user)) ** 2).sum() / (network**2).sum()


def fidelity_one_mean(copy, network, user):
    copy, network = copy - copy.mean(), network - network.mean()
    return 1 - ((network - copy) ** 2).sum() / (network**2).sum()


def fidelity_correlation(copy, network, user):
    return np.corrcoef(off(copy, user), off(network, user))[0, 1] ** 2


def fidelity_by_user(copy, network, user):
    error, total = (off(network, user) - off(copy, user)) ** 2, off(network, user) ** 2
    return np.mean([1 - error[user == one].sum() / total[user == one].sum() for one in np.unique(user)])


def fidelity_by_copy(copy, network, user):
    return 1 - ((off(network, user) - off(copy, user)) ** 2).sum() / (off(copy, user) ** 2).sum()


def fidelity_unexplained(copy, network, user):
    return ((off(network, user) - off(copy, user)) ** 2).sum() / (off(network, user) ** 2).sum()


def fidelity_plain_correlation(copy, network, user):
    return np.corrcoef(off(copy, user), off(network, user))[0, 1]


def fidelity_spread_with_levels(copy, network, user):
    return 1 - ((off(network, user) - off(copy, user)) ** 2).sum() / ((network - network.mean()) ** 2).sum()


def fidelity_errors_with_levels(copy, network, user):
    return 1 - ((network - copy) ** 2).sum() / (off(network, user) ** 2).sum()


def fidelity_mean_error(copy, network, user):
    return ((off(network, user) - off(copy, user)) ** 2).mean()


def shuffle_returns_nothing(table, seed):
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.shuffle(column.copy()) for column in table.T])


def shuffle_fixed_seed(table, seed):
    return np.random.default_rng(42).permuted(table, axis=0)


def shuffle_rows(table, seed):
    return np.random.default_rng(seed).permutation(table)


def shuffle_in_rows(table, seed):
    return np.random.default_rng(seed).permuted(table, axis=1)


def shuffle_with_replacement(table, seed):
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.choice(column, len(column)) for column in table.T])


def shuffle_in_place(table, seed):
    rng = np.random.default_rng(seed)
    for column in table.T:
        rng.shuffle(column)
    return table


def shuffle_nothing(table, seed):
    rng = np.random.default_rng(seed)
    for column in table.T:
        rng.permutation(column)
    return table


def shuffle_first_column(table, seed):
    made = table.copy()
    made[:, 0] = np.random.default_rng(seed).permutation(made[:, 0])
    return made


def shuffle_without_seed(table, seed):
    return np.random.default_rng().permuted(table, axis=0)


def shuffle_turned(table, seed):
    return np.random.default_rng(seed).permuted(table, axis=0).T


def shuffle_noise(table, seed):
    return np.random.default_rng(seed).normal(size=table.shape)


WRONG = {
    "25.1": [
        (-3, "This is weight times value. Subtract"),
        (1, "the sign is not"),
        (4, "This is the contribution of popular"),
        (3, "both contributions"),
        (5, "score of Dune"),
        (7, "Multiply the weight by (value −"),
    ],
    "25.2": [
        (parts_without_background, "weight times value"),
        (parts_own_mean, "mean of `X` itself"),
        (partial(parts, axis=None), "one mean of the whole"),
        (partial(parts, axis=1), "Shapes do not fit"),
        (parts_turned, "reversed"),
        (parts_absolute, "You dropped the signs of the contributions."),
        (parts_absolute_distance, "You dropped the sign of the"),
        (parts_without_weights, "You return the distances from the"),
        (parts_standardized, "spread of the background"),
        (parts_shares, "You convert the contributions to shares."),
        (parts_added, "You add up the contributions, which"),
        (parts_late_background, "You subtract the background after weighting."),
        (parts_median, "median"),
    ],
    "25.4": [
        (partial(split, weighted=False), "You give both sides the same"),
        (partial(split, largest=True), "largest impurity"),
        (partial(split, give="position"), "position of the threshold"),
        (partial(split, give="cost"), "return the impurity"),
        (partial(split, give="value"), "You return the value below the"),
        (partial(split, impurity=lambda p: min(p, 1 - p)), "majority"),
        (partial(split, impurity=entropy), "entropy"),
        (partial(split, sides=1), "You always return the first threshold."),
        (split_right_only, "You count only the impurity of"),
        (split_sorted_x_only, "not `y`"),
        (partial(split, last=True), "equally good"),
    ],
    "25.5": [
        (3, "Each question splits a group into"),
        (6, "grow by two"),
        (7, "This is the number of questions"),
        (9066, "A film gets the score of"),
        (15, "This is the number of all"),
        (16, "too many"),
        (4, "too few"),
        (100, "Count the leaves"),
    ],
    "25.6": [
        (because_turned, "wrong way round"),
        (because_weakest, "weakest reason"),
        (because_nothing_too, "adds nothing"),
        (because_upwards, "You sort in ascending order, so the films"),
        (because_all_of_them, "`n` best"),
        (because_positions, "positions in `seen`."),
        (because_positions_and_nothing, "You return positions in `seen`, including"),
        (because_all_rows, "You use all films as reasons."),
        (because_as_seen, "order of `seen`"),
        (because_unseen, "has not seen"),
        (because_best_last, "You return the right films in reverse"),
        (because_amounts, "You return what the films add."),
        (because_zeros_as_films, "no film"),
        (because_only_first, "only one"),
    ],
    "25.8": [
        (fidelity_network_only, "You subtracted the means from the network"),
        (fidelity_copy_only, "You subtracted the means from the copy only. The"),
        (fidelity_one_mean, "You subtracted one overall mean. Subtract"),
        (fidelity_correlation, "squared correlation"),
        (fidelity_plain_correlation, "You return a correlation, which accepts"),
        (fidelity_spread_with_levels, "Your errors are right, but the"),
        (fidelity_errors_with_levels, "Your denominator is right, but the"),
        (fidelity_mean_error, "mean squared error"),
        (fidelity_by_user, "You return the mean of one"),
        (fidelity_by_copy, "squares of the copy"),
        (fidelity_unexplained, "*not* explained"),
    ],
    "25.10": [
        (shuffle_rows, "You shuffled whole rows, so the"),
        (shuffle_in_rows, "inside the rows"),
        (shuffle_with_replacement, "with replacement"),
        (shuffle_in_place, "changed the table"),
        (shuffle_nothing, "Nothing was shuffled"),
        (shuffle_first_column, "Columns 1 and 2 (from 0)"),
        (shuffle_without_seed, "same seed"),
        (shuffle_turned, "shape of the table"),
        (shuffle_returns_nothing, "`rng.shuffle` returns None. Use `rng.permutation`, which"),
        (shuffle_fixed_seed, "Your order is the same for"),
        (shuffle_noise, "its own numbers"),
    ],
}
