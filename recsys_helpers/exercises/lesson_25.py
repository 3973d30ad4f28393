"""Checks of lesson 25, read a model, map an embedding."""

from functools import partial
from itertools import pairwise

import numpy as np
from scipy.stats import spearmanr

from recsys_helpers.exercises import NotYet, Sign, choice, exercise, judge, must_be_function, predict, trace

trace(
    "25.1",
    "O1",
    -1,
    {
        -3: "This is weight times value. Subtract the background, 2, from the value first.",
        1: "The size is right, but the sign is not: the weight is −1, and the distance is value − mean, 3 − 2.",
        4: "This is the contribution of popular, 2 · (4 − 2). Compute that of the year gap.",
        3: "This is the sum of both contributions, 4 − 1. Give that of the year gap alone.",
        5: "This is the score of Dune. Compute the contribution of the year gap.",
        -5: "You added value and mean. Use their *distance*, 3 − 2: one decade.",
        -1.5: "You divided the value by the mean. Use their distance, 3 − 2.",
        0: "The contribution is 0 only for a film with the mean year gap, 2. Dune has 3.",
        -2: "This is the weight times the mean of the background. Multiply the weight by the distance, 3 − 2.",
    },
    "Multiply the weight by (value − mean of the background): the weight is −1, the value 3, the mean 2.",
    "Dune is one decade further away than the mean film, and each decade lowers the score by 1.",
)


def _contributions(X, weights, background, middle="background", sign=1, absolute=False, share=False, total=False):
    rows = []
    centre = {"background": background, "own": X}.get(middle)
    for row in X:
        mean = [0.0] * len(row) if centre is None else [sum(column) / len(column) for column in centre.T]
        rows.append([sign * w * (x - m) for x, w, m in zip(row, weights, mean)])
    rows = np.array(rows)
    if share:
        return rows / rows.sum(axis=1, keepdims=True)
    return rows.sum(axis=1) if total else np.abs(rows) if absolute else rows


@exercise(
    "25.2",
    "O1",
    "code",
    done="The contributions of each film add up to its score minus the score of the mean row, with nothing left over.",
)
def contributions(answer) -> None:
    rng = np.random.default_rng(1)
    cases = []
    for _ in range(8):
        n, m, k = (int(x) for x in rng.integers((2, 6, 2), (6, 10, 5)))
        cases.append((rng.normal(size=(n, k)), rng.normal(size=k), rng.normal(1, 1, size=(m, k))))
    cases.append((rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(1, 1, size=(3, 3))))
    if callable(answer):
        try:
            answer(*(part.copy() for part in cases[0]))
        except ValueError as error:
            raise NotYet(
                "Shapes do not fit. The mean row is `background.mean(axis=0)`, one number per feature, as in "
                "`weights`; both fit the rows of `X` as they are. "
                f"(Your code raised: {error})"
            ) from None
    mistakes = {
        "You take weight times value. Compare with the background: subtract its mean row first.": partial(
            _contributions, middle=None
        ),
        "You subtract one row of the background. Subtract its *mean* row: `background.mean(axis=0)`.": (
            lambda X, weights, background: (X - background[0]) * weights
        ),
        "You subtract the last row of the background. Subtract its *mean* row: `background.mean(axis=0)`.": (
            lambda X, weights, background: (X - background[-1]) * weights
        ),
        "You weight only the mean row. Put the difference in parentheses: (X − mean) · weights.": (
            lambda X, weights, background: X - background.mean(axis=0) * weights
        ),
        "You subtract the whole score of the mean film from each feature. Subtract only the part of that feature.": (
            lambda X, weights, background: X * weights - background.mean(axis=0) @ weights
        ),
        "You subtract one mean of all weighted numbers. Each feature has its own: `axis=0`.": (
            lambda X, weights, background: X * weights - (background * weights).mean()
        ),
        "You square the distance, so its sign is lost. Multiply the distance itself by the weight.": (
            lambda X, weights, background: (X - background.mean(axis=0)) ** 2 * weights
        ),
        "You divide by the spread of `X`. The weights belong to the unscaled features, so do not divide.": (
            lambda X, weights, background: (X - background.mean(axis=0)) / X.std(axis=0) * weights
        ),
        "You standardize `X` by itself. Compare with the mean of the *background*, and do not divide.": (
            lambda X, weights, background: (X - X.mean(axis=0)) / X.std(axis=0) * weights
        ),
        "You subtract the sum of the background. Subtract its mean: `background.mean(axis=0)`.": (
            lambda X, weights, background: (X - background.sum(axis=0)) * weights
        ),
        "You took the mean of each background *row* (axis=1). Each feature has its mean: `axis=0`.": (
            lambda X, weights, background: (X - background.mean(axis=1)[: X.shape[1]]) * weights
        ),
        "You took the mean of a background *row* (axis=1). Each feature has its own mean: `axis=0`.": (
            lambda X, weights, background: (X - background.mean(axis=1)[0]) * weights
        ),
        "You dropped the signs of the weights. A negative weight lowers a film's score, so it must stay negative.": (
            lambda X, weights, background: (X - background.mean(axis=0)) * np.abs(weights)
        ),
        "You divide by the weights. A contribution is weight *times* the distance from the mean.": (
            lambda X, weights, background: (X - background.mean(axis=0)) / weights
        ),
        "You convert the contributions to percentages. Return them in units of the score.": (
            lambda X, weights, background: (
                100
                * _contributions(X, weights, background)
                / np.abs(_contributions(X, weights, background)).sum(axis=1, keepdims=True)
            )
        ),
        "You subtract the mean of `X` itself. Subtract that of `background`.": partial(_contributions, middle="own"),
        "You subtract one mean of the whole background. Each feature has its own: `axis=0`.": (
            lambda X, weights, background: (X - background.mean()) * weights
        ),
        "Your signs are reversed: value minus background.": partial(_contributions, sign=-1),
        "You dropped the signs of the contributions. A feature may lower a film's score.": partial(
            _contributions, absolute=True
        ),
        "You dropped the sign of the distance. Below the mean, the distance is negative and must stay so.": (
            lambda X, weights, background: np.abs(X - background.mean(axis=0)) * weights
        ),
        "You return the distances from the mean. Multiply each column by its weight.": (
            lambda X, weights, background: X - background.mean(axis=0)
        ),
        "You divide by the spread of the background. The weights belong to the unscaled features, so do not divide.": (
            lambda X, weights, background: (X - background.mean(axis=0)) / background.std(axis=0) * weights
        ),
        "You convert the contributions to shares. Return them in units of the score.": partial(
            _contributions, share=True
        ),
        "You add up the contributions, which gives the difference of the scores. Return one number for each "
        "feature.": partial(_contributions, total=True),
        "You subtract the background after weighting. Weight it as well: (X − mean) · weights.": (
            lambda X, weights, background: X * weights - background.mean(axis=0)
        ),
        "You subtract the median of the background. Subtract its mean: only then do the contributions add up to "
        "the difference of the scores.": (lambda X, weights, background: (X - np.median(background, axis=0)) * weights),
    }
    judge(answer, cases, _contributions, mistakes, keeps_input=True)


choice(
    "25.3",
    "O1",
    right="b",
    why_not={
        "a": "That would need a product of two features. A linear model only adds them.",
        "c": "The weight says how scores change, not how good lists are. Compare what it adds to two films of the "
        "same user.",
        "d": "The feature does not know what was liked, only how many films a user has seen.",
    },
    done="The same number is added to every film of a user, so their order stays as it is.",
)


def _split(x, y, weighted=True, best=np.argmin, what="threshold", cost_of="gini", ties="first"):
    values = sorted(set(x.tolist()))
    thresholds = [(a + b) / 2 for a, b in pairwise(values)]
    cost = []
    for threshold in thresholds:
        total = 0.0
        for side in (y[x <= threshold], y[x > threshold]):
            p = sum(side) / len(side)
            entropy = -sum(q * np.log(q) for q in (p, 1 - p) if q > 0)
            one = {"gini": 2 * p * (1 - p), "error": min(p, 1 - p), "entropy": entropy}[cost_of]
            weight = {True: len(side), False: 1, "other": len(y) - len(side), "left": sum(x <= threshold)}[weighted]
            total += one * weight
        cost.append(total)
    cost = np.round(cost, 9)
    position = len(cost) - 1 - int(best(cost[::-1])) if ties == "last" else int(best(cost))
    low, high = values[position], values[position + 1]
    made = {
        "threshold": thresholds[position],
        "position": position,
        "low": low,
        "high": high,
        "cost": cost[position],
        "entry of x": x[position],
        "costs": cost,
    }
    return made[what]


def _split_one_side(x, y, right=False):
    values = np.unique(x)
    thresholds = (values[:-1] + values[1:]) / 2
    sides = [y[(x > threshold) == right] for threshold in thresholds]
    return thresholds[np.argmin(np.round([len(side) * 2 * side.mean() * (1 - side.mean()) for side in sides], 9))]


def _splits_by_position(got, x, y):
    """Whether a threshold is the best one if `y` is cut by position, as if `x` were in order."""
    values = np.unique(x)
    sides = [(y[:k], y[k:]) for k in range(1, len(values))]
    cost = [sum(len(side) * 2 * side.mean() * (1 - side.mean()) for side in pair) for pair in sides]
    return min(cost) + 1e-9 > cost[int(np.argmin(np.abs((values[:-1] + values[1:]) / 2 - got)))]


def _split_of_numbers(x, y):
    """The threshold by the "impurity" of the numbers themselves, p taken from `x`."""
    values = np.unique(x)
    thresholds = (values[:-1] + values[1:]) / 2
    sides = [(x[x <= threshold], x[x > threshold]) for threshold in thresholds]
    return thresholds[np.argmin([sum(len(s) * 2 * s.mean() * (1 - s.mean()) for s in pair) for pair in sides])]


def _is_tie(x, y):
    """Equal costs are a matter of rounding, so a right answer may break such a tie the other way."""
    return abs(_split(x, y) - _split(x, y, ties="last")) > 0


@exercise(
    "25.4",
    "O2",
    "faded",
    done="A tree repeats this step: try all thresholds, and take the one whose two sides have the smallest "
    "impurity, weighted by their sizes.",
)
def split(answer) -> None:
    rng = np.random.default_rng(2)
    cases = [(np.array([1, 2, 3, 4, 5, 6]), np.array([0, 0, 1, 0, 1, 1]))]
    for _ in range(60):
        n = int(rng.integers(5, 14))
        x = rng.integers(0, 8, n)
        y = (rng.random(n) < 0.2 + 0.08 * x).astype(int)
        if len(set(x.tolist())) > 2 and not _is_tie(x, y):
            cases.append((x, y))
    mistakes = {
        "You give both sides the same weight. Weight each by its number of rows.": partial(_split, weighted=False),
        "You take the largest impurity. Take the smallest.": partial(_split, best=np.argmax),
        "You return the position of the threshold. Return the threshold itself.": partial(_split, what="position"),
        "You return the impurity. Return the threshold that reaches it.": partial(_split, what="cost"),
        "You return the value below the threshold. The threshold is halfway between two neighbouring values.": partial(
            _split, what="low"
        ),
        "You return the value above the threshold. The threshold is halfway between two neighbouring values.": partial(
            _split, what="high"
        ),
        "You count the errors of a majority vote. Use the Gini impurity, 2 p (1 − p).": partial(
            _split, cost_of="error"
        ),
        "You use entropy, which is also a good measure. Use the Gini impurity, 2 p (1 − p).": partial(
            _split, cost_of="entropy"
        ),
        "You weight each side by the number of rows on the *other* side. Multiply a side by its own `len`.": partial(
            _split, weighted="other"
        ),
        "You weight both sides by the number of rows on the *left*. Multiply each side by its own `len`.": partial(
            _split, weighted="left"
        ),
        "You look up the position of the best threshold in `x`. Look it up in `thresholds`.": partial(
            _split, what="entry of x"
        ),
        "You cut `y` by position, and `x` is not in order. Take the labels by `x <= threshold`.": Sign(
            _splits_by_position
        ),
        "You take the impurity of `x`. It is that of the labels: gini(y[x <= threshold]).": _split_of_numbers,
        "You count the labels that differ from `x > threshold`. Use the Gini impurity, 2 p (1 − p).": (
            lambda x, y: min(
                (np.unique(x)[:-1] + np.unique(x)[1:]) / 2, key=lambda threshold: ((x > threshold) != y).sum()
            )
        ),
        "You return all thresholds. Return only the best one.": (
            lambda x, y: (np.unique(x)[:-1] + np.unique(x)[1:]) / 2
        ),
        "You return several results. Return only the threshold.": Sign(lambda got, *case: isinstance(got, tuple)),
        "You return the impurity per row. Return the threshold that reaches it.": (
            lambda x, y: _split(x, y, what="cost") / len(y)
        ),
        "You return the median of `x`, which ignores the labels. Try each threshold, and take the one with the "
        "smallest impurity.": (lambda x, y: np.median(x)),
        "You return the middle of the range, which ignores the labels. Try each of the `thresholds`.": (
            lambda x, y: (x.min() + x.max()) / 2
        ),
        "You always return the first threshold. Check whether only the left side counts, or whether `return` is "
        "inside the loop.": (_split_one_side),
        "You count only the impurity of the right side. Add that of the left side.": partial(
            _split_one_side, right=True
        ),
        "You sort `x` but not `y`, so the labels no longer belong to their numbers. Masks need no sorting.": (
            lambda x, y: _split(np.sort(x), y)
        ),
        "You return a list of impurities. Find the position of the smallest, and return the threshold at this "
        "position.": (lambda x, y: [_split(x, y, what="costs")[k] for k in range(len(np.unique(x)) - 1)]),
        "Of equally good thresholds, you return the largest. Return the smallest.": partial(_split, ties="last"),
    }
    judge(answer, cases, _split, mistakes)


trace(
    "25.5",
    "O2",
    8,
    {
        3: "Each question splits a group into two, so the number of groups doubles on each of the three levels.",
        6: "The number of groups doubles on each level; it does not grow by two.",
        7: "This is the number of questions, 1 + 2 + 4. Count the leaves, which hold the scores.",
        9066: "A film gets the score of the leaf in which it ends. Count the leaves.",
        15: "This is the number of all nodes, questions and leaves. Only leaves give scores.",
        16: "This is one level too many. After three levels of questions, there are 2 · 2 · 2 leaves.",
        9: "A question has two answers, not three. Three levels of questions give 2 · 2 · 2 leaves.",
        4: "This is one level too few. After three levels of questions, there are 2 · 2 · 2 leaves.",
    },
    "Count the leaves. The tree begins with one group, and each level doubles the number of groups.",
    "Three levels give eight leaves with one score each, so hundreds of films share a score.",
)


def _because(similar, seen, film, n, turned=False, smallest=False, keep_zero=False, positions=False, unsorted=False):
    adds = [similar[film, s] if turned else similar[s, film] for s in seen]
    order = sorted(range(len(seen)), key=lambda k: adds[k] if smallest else -adds[k])
    order = [k for k in order if adds[k] > 0 or keep_zero][:n]
    order = sorted(order) if unsorted else order
    return np.array(order if positions else [seen[k] for k in order])


def _because_all_films(similar, seen, film, n):
    order = np.argsort(-similar[:, film])[:n]
    return order[similar[order, film] > 0]


def _because_ascending_end(similar, seen, film, n):
    return _because(similar, seen, film, n)[::-1]


@exercise(
    "25.6",
    "O3",
    "code",
    done="The reasons are the largest terms of the sum that makes up the score, so the "
    "explanation is the computation itself.",
)
def because(answer) -> None:
    rng = np.random.default_rng(3)
    cases = []
    for _ in range(12):
        n_items = int(rng.integers(12, 18))
        similar = rng.random((n_items + 1, n_items + 1)) * (rng.random((n_items + 1, n_items + 1)) < 0.7)
        similar[0] = similar[:, 0] = 0
        np.fill_diagonal(similar, 0)
        chosen = rng.permutation(np.arange(1, n_items + 1))
        seen, film = chosen[1 : int(rng.integers(6, 9))], int(chosen[0])
        nothing = seen[similar[seen, film] == 0]
        similar[nothing[1:], film] = rng.uniform(0.1, 0.9, len(nothing[1:]))  # one zero at most: no ties
        cases.append((similar, seen, film, int(rng.integers(2, 8))))
    many, weights = rng.permutation(np.arange(1, 601)), np.zeros((601, 601))  # enough for a partial sort to show
    weights[many[1:], many[0]] = rng.permutation(np.arange(1, 600)) / 600
    cases.append((weights, many[1:], int(many[0]), 300))
    cases.append((np.zeros((5, 5)) + np.diag([0, 0.5, 0.4, 0.3], 1), np.array([1, 3]), 2, 3))  # one reason only

    def as_array(function):
        def call(similar, seen, film, n):
            result = function(similar, seen, film, n)
            if isinstance(result, dict) or np.ndim(result) > 1:
                raise NotYet("Return the films alone, best first, in one array; not what each of them adds.")
            if np.ndim(result) == 0:
                raise NotYet("Return an array of films, best first, also if it is only one.")
            return np.asarray(result, dtype=float)

        return call

    mistakes = {
        "You read the table the wrong way round: the row is the film that was seen, the column the candidate.": partial(
            _because, turned=True
        ),
        "Your array begins with the weakest reason. Sort by what the films add, largest first.": partial(
            _because, smallest=True
        ),
        "A film that adds nothing is no reason: leave it out.": partial(_because, keep_zero=True),
        "You sort in ascending order, so the films that add least come first. Sort by `-adds`.": partial(
            _because, smallest=True, keep_zero=True
        ),
        "You sort in ascending order, so the weakest reasons come first. Sort by `-adds`.": (
            lambda similar, seen, film, n: (lambda order: seen[order[similar[seen, film][order] > 0]])(
                np.argsort(similar[seen, film], kind="stable")[:n]
            )
        ),
        "You add up all similarities of a seen film. Use only its similarity to the candidate: similar[seen, film].": (
            lambda similar, seen, film, n: (
                lambda adds: (lambda order: seen[order[adds[order] > 0]])(np.argsort(-adds, kind="stable")[:n])
            )(similar[seen].sum(axis=1))
        ),
        "After `adds[adds > 0]` the positions are those of a shorter array. Filter `seen` in the same way.": (
            lambda similar, seen, film, n: seen[
                np.argsort(-similar[seen, film][similar[seen, film] > 0], kind="stable")[:n]
            ]
        ),
        "The best reason is missing: a slice starts at 0, `[:n]`.": (
            lambda similar, seen, film, n: _because(similar, seen, film, n + 1)[1:]
        ),
        "You take the first films of `seen` that add something. Sort by what they add, then take n.": (
            lambda similar, seen, film, n: seen[similar[seen, film] > 0][:n]
        ),
        "You take the first films, by id, that add something. Sort by what they add, then take n.": (
            lambda similar, seen, film, n: np.sort(seen[similar[seen, film] > 0])[:n]
        ),
        "The mask is in the order of `seen`, your films in the order of the reasons: keep `adds[order] > 0`.": (
            lambda similar, seen, film, n: (lambda order: seen[order][similar[seen, film][: len(order)] > 0])(
                np.argsort(-similar[seen, film], kind="stable")[:n]
            )
        ),
        "You leave out position 0, not what adds nothing: keep `adds[order] > 0`, not `order > 0`.": (
            lambda similar, seen, film, n: (lambda order: seen[order[order > 0]])(
                np.argsort(-similar[seen, film], kind="stable")[:n]
            )
        ),
        "You take the n best before you leave out films that were not seen. Select `seen` first, then take the n "
        "best.": (
            lambda similar, seen, film, n: (lambda order: order[np.isin(order, seen) & (similar[order, film] > 0)])(
                np.argsort(-similar[:, film], kind="stable")[:n]
            )
        ),
        "You use both directions of the table. It is not symmetric: only similar[seen, film] is part of the score.": (
            lambda similar, seen, film, n: _because(similar + similar.T, seen, film, n)
        ),
        "You return one reason too few. The slice `[:n]` gives n of them.": (
            lambda similar, seen, film, n: _because(similar, seen, film, n - 1)
        ),
        "You return the right films sorted by id. Put the best first.": (
            lambda similar, seen, film, n: np.sort(_because(similar, seen, film, n))
        ),
        "You return every film that adds something. Return only the `n` best.": (
            lambda similar, seen, film, n: _because(similar, seen, film, len(seen))
        ),
        "You return positions in `seen`, including films that add nothing. Return films, and only those that add "
        "something.": partial(_because, positions=True, keep_zero=True),
        "You use all films as reasons. Use only those in `seen`, and only those that add something.": (
            lambda similar, seen, film, n: np.argsort(-similar[:, film], kind="stable")[:n]
        ),
        "You return positions in `seen`. Return films: `seen[order]`.": partial(_because, positions=True),
        "You return the right films in the order of `seen`. Put the best first.": partial(_because, unsorted=True),
        "You name films that this user has not seen. Look only at the rows `seen`.": _because_all_films,
        "You return the right films in reverse order. Put the best first.": _because_ascending_end,
        "You fill up the array with −1 or 0, which are no films. Leave out the films that add nothing instead.": (
            lambda *case: np.where(np.arange(case[3]) < len(_because(*case)), np.resize(_because(*case), case[3]), 0)
        ),
        "You return the right films in another order. Sort them by what they add, best first.": Sign(
            lambda got, *case: np.array_equal(np.sort(got), np.sort(_because(*case)))
        ),
        "You return what the films add. Return the films.": (
            lambda similar, seen, film, n: np.sort(similar[seen, film][similar[seen, film] > 0])[::-1][:n]
        ),
    }
    must_be_function(answer)
    mistakes = {hint: made if isinstance(made, Sign) else as_array(made) for hint, made in mistakes.items()}
    fits = (
        "A mask or a position must belong to the array that it picks from: `adds` to `seen`, `adds[order]` to `order`."
    )
    judge(as_array(answer), cases, as_array(_because), mistakes, raised={IndexError: fits})


predict(
    "25.7",
    "O3",
    truth=0.28,
    within=0.06,
    between=(0, 1),
    low="It happens more often: more than one sentence in four is false. Run the next cell.",
    high="It happens less often, but still in more than one sentence in four. Run the next cell.",
    done="That is close: more than one sentence in four is false. Run the next cell.",
)


def _given_25_8(copy, network, user):
    error = ((network - copy) ** 2).sum()
    return 1 - error / ((network - network.mean()) ** 2).sum()


def _off(values, user, middle=np.mean):
    values = np.array(values, float)
    return np.array([value - middle([v for v, w in zip(values, user) if w == one]) for value, one in zip(values, user)])


def _means(values, user):
    return np.array([values[user == one].mean() for one in sorted(set(user.tolist()))])


def _standardized(values, user, ddof=0):
    return _off(values, user) / np.array([values[user == one].std(ddof=ddof) for one in user])


def _spread_with_levels(copy, network, user):
    error = ((_off(network, user) - _off(copy, user)) ** 2).sum()
    return float(1 - error / ((network - network.mean()) ** 2).sum())


def _network_means_for_both(copy, network, user):
    return float(1 - ((network - copy) ** 2).sum() / (_off(network, user) ** 2).sum())


def _fidelity(copy, network, user, copy_off=True, network_off=True, kind="r2", middle=np.mean):
    copy = _off(copy, user, middle) if copy_off else np.array(copy, float)
    network = _off(network, user, middle) if network_off else network - np.mean(network)
    if kind == "correlation":
        return float((copy * network).sum() ** 2 / ((copy**2).sum() * (network**2).sum()))
    if kind == "mean of users":
        each = [1 - ((network - copy)[user == one] ** 2).sum() / (network[user == one] ** 2).sum() for one in set(user)]
        return float(np.mean(each))
    below = {"r2": network, "copy": copy}.get(kind, network)
    share = ((network - copy) ** 2).sum() / (below**2).sum()
    return float(share if kind == "unexplained" else 1 - share)


@exercise(
    "25.8",
    "O4",
    "debug",
    given=_given_25_8,
    done="R² now measures only the differences between the films of one user, and these determine the order of the "
    "list.",
)
def fidelity(answer) -> None:
    rng = np.random.default_rng(4)
    cases = []
    for _ in range(10):
        user = np.repeat(np.arange(3), rng.integers(3, 9, 3))
        level = rng.normal(0, 5, 3)[user]
        network = level + rng.normal(size=len(user))
        copy = 0.6 * (network - level) + rng.normal(0, 0.5, len(user)) + rng.normal(0, 3, 3)[user]
        shuffled = rng.permutation(len(user))
        cases.append((copy[shuffled], network[shuffled], user[shuffled]))
    mistakes = {
        "The computation is still the same. Subtract each user's mean from both, the copy and the network.": (
            _given_25_8
        ),
        "You use the scores of one user only. Collect the differences of all users, then compute one R².": Sign(
            lambda got, copy, network, user: any(
                np.isclose(got, _fidelity(copy[user == one], network[user == one], user[user == one]))
                for one in set(user.tolist())
            )
        ),
        "You compare the users' means. Subtract them from the scores, and compare what is left.": (
            lambda copy, network, user: _given_25_8(_means(copy, user), _means(network, user), user)
        ),
        "You divided by each user's spread as well. Subtract the mean only.": (
            lambda copy, network, user: (lambda c, n: 1 - ((n - c) ** 2).sum() / (n**2).sum())(
                _standardized(copy, user), _standardized(network, user)
            )
        ),
        "You divided by each user's spread as well (the one with n − 1). Subtract the mean only.": (
            lambda copy, network, user: (lambda c, n: 1 - ((n - c) ** 2).sum() / (n**2).sum())(
                _standardized(copy, user, 1), _standardized(network, user, 1)
            )
        ),
        "You divide by each user's mean. Subtract it.": (
            lambda copy, network, user: (lambda c, n: 1 - ((n - c) ** 2).sum() / (n**2).sum())(
                copy / (copy - _off(copy, user)), network / (network - _off(network, user))
            )
        ),
        "You compare the spread of the copy with that of the network. Use the errors between the two: 1 − errors / "
        "squares.": (lambda copy, network, user: (_off(copy, user) ** 2).sum() / (_off(network, user) ** 2).sum()),
        "Your numerator is a mean and your denominator a sum. Use the sum, or the mean, in both.": (
            lambda copy, network, user: 1 - (1 - _fidelity(copy, network, user)) / len(user)
        ),
        "You add the errors up before you square them, so they cancel. Square each one first.": (
            lambda copy, network, user: (
                1 - (_off(network, user) - _off(copy, user)).sum() ** 2 / (_off(network, user) ** 2).sum()
            )
        ),
        "You return a rank correlation. Use errors instead: 1 − squared errors / squares of the network.": (
            lambda copy, network, user: spearmanr(_off(copy, user), _off(network, user))[0]
        ),
        "You subtracted the means from the network only. The copy has a level for each user, too.": partial(
            _fidelity, copy_off=False
        ),
        "You subtracted the means from the copy only. The network's scores still contain a level for "
        "each user.": partial(_fidelity, network_off=False),
        "You subtracted one overall mean. Subtract each user's own mean.": (
            lambda copy, network, user: _fidelity(copy, network, np.zeros(len(user)))
        ),
        "You subtracted the means from the copy only. Subtract them from the network, too, in the numerator and in "
        "the denominator.": (
            lambda copy, network, user: (
                1 - ((network - _off(copy, user)) ** 2).sum() / ((network - network.mean()) ** 2).sum()
            )
        ),
        "Your denominator is a standard deviation. Use the *sum of squares* of the network.": (
            lambda copy, network, user: (
                1 - ((_off(network, user) - _off(copy, user)) ** 2).sum() / _off(network, user).std()
            )
        ),
        "Your numerator is a sum and your denominator a variance, which is a mean. Use the sum, or the mean, in "
        "both.": (
            lambda copy, network, user: (
                1 - ((_off(network, user) - _off(copy, user)) ** 2).sum() / _off(network, user).var()
            )
        ),
        "You use absolute errors. R² compares *squared* ones.": (
            lambda copy, network, user: (
                1 - np.abs(_off(network, user) - _off(copy, user)).sum() / np.abs(_off(network, user)).sum()
            )
        ),
        "You take a square root. R² is 1 − squared errors / squares, without a root.": (
            lambda copy, network, user: 1 - np.sqrt(1 - _fidelity(copy, network, user))
        ),
        "You return a squared correlation, which accepts a copy of the wrong scale. Use errors instead: 1 − errors "
        "/ squares.": (partial(_fidelity, kind="correlation")),
        "You return a correlation, which accepts a copy of the wrong scale. Use errors instead: 1 − errors / "
        "squares.": (lambda copy, network, user: np.corrcoef(_off(copy, user), _off(network, user))[0, 1]),
        "Your errors are right, but the denominator still contains the users' levels. Subtract the means there, too.": (
            _spread_with_levels
        ),
        "Your denominator is right, but the errors still contain the users' levels. Subtract from each of the two "
        "its own means.": (_network_means_for_both),
        "You return the mean squared error. Divide it by the mean square of the network, and subtract the result "
        "from 1.": (lambda copy, network, user: ((_off(network, user) - _off(copy, user)) ** 2).mean()),
        "You return the mean of one R² per user. Compute one R² over all pairs.": partial(
            _fidelity, kind="mean of users"
        ),
        "You divide by the squares of the copy. Divide by those of the network, whose spread is to "
        "be explained.": partial(_fidelity, kind="copy"),
        "You return the share that is *not* explained. Subtract it from 1.": partial(_fidelity, kind="unexplained"),
        "You subtracted medians. Subtract means.": partial(_fidelity, middle=np.median),
    }
    fits = 'Shapes do not fit: `mean()` gives one number per user, `transform("mean")` one per pair, as is needed here.'
    judge(answer, cases, _fidelity, mistakes, raised={ValueError: fits})


choice(
    "25.9",
    "O4",
    right="b",
    why_not={
        "a": "The surrogate explains about 40 % over random films, most of which are never shown. At the head of "
        "the lists, it hardly helps.",
        "c": "The surrogate has no feature that knows the order, so it can say nothing about it. Section 9 shows "
        "that the network reacts to it.",
        "d": "A surrogate changes nothing in the network. And it learns to copy the network, not to predict what "
        "people do.",
    },
    done="This sentence says where the fidelity was measured and what the surrogate cannot tell.",
)


def _given_25_10(table, seed):
    columns = []
    for column in table.T:
        rng = np.random.default_rng(seed)
        columns.append(rng.permutation(column))
    return np.column_stack(columns)


@exercise(
    "25.10",
    "O5",
    "debug",
    given=_given_25_10,
    done="A control must destroy the structure that it controls for: here, which numbers occur together in one row.",
)
def shuffled_columns(answer) -> None:
    must_be_function(answer)
    for n_rows, n_columns in ((40, 3), (60, 5)):
        table = np.random.default_rng(n_rows).normal(size=(n_rows, 1)) * 10.0 ** np.arange(n_columns)
        handed = table.copy()
        got = answer(handed, 5)
        if None in np.ravel(got):
            raise NotYet("`rng.shuffle` returns None. Use `rng.permutation`, which returns a shuffled copy.")
        if np.shape(got) != table.shape:
            told = f"The result should have the shape of the table, {table.shape}; yours has {np.shape(got)}."
            raise NotYet(f"{told} np.column_stack puts columns side by side." if np.ndim(got) == 2 else told)
        got = np.array(got, float)
        if not np.array_equal(handed, table):
            raise NotYet("Your function changed the table that it was given: work on a copy.")
        if np.array_equal(got, table):
            raise NotYet("Nothing was shuffled: `permutation` returns a shuffled copy, it does not change its input.")
        same_numbers = [np.allclose(np.sort(a), np.sort(b)) for a, b in zip(got.T, table.T)]
        if not all(same_numbers):
            if np.allclose(np.sort(got, axis=1), np.sort(table, axis=1)):
                raise NotYet("You shuffle inside the rows. Numbers must stay in their column.")
            if all(np.isin(a, b).all() for a, b in zip(got.T, table.T)):
                raise NotYet(
                    "Some numbers appear twice, and others are missing. Shuffle, and do not draw with replacement."
                )
            raise NotYet("Each column must keep its own numbers, in another order.")
        if np.array_equal(got, np.sort(got, axis=0)):
            raise NotYet("You sorted the columns. A control needs a random order: `rng.permutation`.")
        rank = np.log10(np.abs(table[0] / table[0, 0])).round()  # column j is the first one times 10 ** j
        same = [[np.isclose(got[:, i], got[:, j] * 10.0 ** (rank[i] - rank[j])).mean() for j in range(i)]
                for i in range(n_columns)]  # fmt: skip
        joined = [(i, j) for i in range(n_columns) for j in range(i) if same[i][j] > 0.5]
        if len(joined) == n_columns * (n_columns - 1) // 2:
            raise NotYet(
                "You shuffled whole rows, so the table still holds the same films. Give every column an "
                "order of its own."
            )
        if joined:
            i, j = joined[0]
            raise NotYet(f"Columns {j} and {i} (from 0) still move together. Every column needs an order of its own.")
        if any(np.isclose(mine, column).mean() > 0.5 for mine, column in zip(got.T, table.T)):
            raise NotYet("A column is unchanged. Give every column an order of its own.")
        order = [np.argsort(np.argsort(column)) for column in table.T]
        step = [np.diff(np.argsort(order[j])[np.argsort(np.argsort(got[:, j]))]) for j in range(n_columns)]
        if any((np.abs(steps) == 1).mean() > 0.5 for steps in step):
            raise NotYet(
                "You shifted a column instead of shuffling it, so neighbours stay neighbours. Use `rng.permutation`."
            )
        if not np.array_equal(got, np.array(answer(table.copy(), 5), float)):
            raise NotYet("The same seed should give the same control: make the generator from `seed`.")
        if np.array_equal(got, np.array(answer(table.copy(), 6), float)):
            raise NotYet("Your order is the same for every seed. Make the generator from `seed`.")


choice(
    "25.11",
    "O5",
    right="c",
    why_not={
        "a": "t-SNE stretches dense regions and squeezes sparse ones. The size of an island does not tell you how "
        "similar its films are.",
        "b": "t-SNE keeps similar films close together. The distance between islands is mostly a matter of chance.",
        "d": "You can turn or mirror the map, and it is just as good. Its directions have no meaning.",
    },
    done="A map can suggest a question. The answer needs other seeds and a measurement in the full table.",
)

predict(
    "25.12",
    "O5",
    truth=0.92,
    within=0.06,
    between=(0, 1),
    low="It is higher, although the shuffled labels mean nothing: run the next cell.",
    high="It is a little lower, but still far above one half: run the next cell.",
    done="That is about right, although the shuffled labels mean nothing: run the next cell.",
)
