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
        -3: "That is weight times value. An explanation compares: subtract the background, 2, first.",
        1: "The size is right, the sign is not: the weight is −1, and the distance is value − mean, 3 − 2.",
        4: "That is what being popular contributes, 2 · (4 − 2). The year gap is asked for.",
        3: "That is the sum of both contributions, 4 − 1. The year gap alone is asked for.",
        5: "That is the score of Dune. The contribution of the year gap is asked for.",
        -5: "You added value and mean. The *distance* counts, 3 − 2: one decade.",
        -1.5: "You divided the value by the mean. The distance counts, 3 − 2.",
        0: "That holds for a film with the gap of the mean film, 2. Dune has 3.",
        -2: "That is the weight times the mean of the background. The distance, 3 − 2, belongs there.",
    },
    "Weight times (value − mean of the background): the weight is −1, the value 3, the mean 2.",
    "One decade further than the mean film, and a decade costs 1.",
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
    "25.2", "O1", "code", done="Every row adds up to its score minus the score of the mean row: nothing is left over."
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
        "You subtract one row of the background. Its *mean* row is asked for: `background.mean(axis=0)`.": (
            lambda X, weights, background: (X - background[0]) * weights
        ),
        "You subtract the last row of the background. Its *mean* row is asked for: `background.mean(axis=0)`.": (
            lambda X, weights, background: (X - background[-1]) * weights
        ),
        "Only the mean row is weighed. Put the difference in brackets: (X − mean) · weights.": (
            lambda X, weights, background: X - background.mean(axis=0) * weights
        ),
        "You subtract the whole score of the mean film from each feature. Each feature has its own share of it.": (
            lambda X, weights, background: X * weights - background.mean(axis=0) @ weights
        ),
        "You subtract one mean of all weighed numbers. Each feature has its own: `axis=0`.": (
            lambda X, weights, background: X * weights - (background * weights).mean()
        ),
        "You square the distance, and its sign is lost. Multiply the distance itself by the weight.": (
            lambda X, weights, background: (X - background.mean(axis=0)) ** 2 * weights
        ),
        "You divide by the spread of `X`. These weights belong to the features as they are.": (
            lambda X, weights, background: (X - background.mean(axis=0)) / X.std(axis=0) * weights
        ),
        "You standardize `X` by itself. Compare with the mean of the *background*, and do not divide.": (
            lambda X, weights, background: (X - X.mean(axis=0)) / X.std(axis=0) * weights
        ),
        "You subtract the sum of the background. Its mean is asked for: `background.mean(axis=0)`.": (
            lambda X, weights, background: (X - background.sum(axis=0)) * weights
        ),
        "You took the mean of each background *row* (axis=1). Each feature has its mean: `axis=0`.": (
            lambda X, weights, background: (X - background.mean(axis=1)[: X.shape[1]]) * weights
        ),
        "You took the mean of a background *row* (axis=1). Each feature has its own mean: `axis=0`.": (
            lambda X, weights, background: (X - background.mean(axis=1)[0]) * weights
        ),
        "You took the signs off the weights. A negative weight speaks against a film, and has to stay negative.": (
            lambda X, weights, background: (X - background.mean(axis=0)) * np.abs(weights)
        ),
        "You divide by the weights. A contribution is weight *times* the distance from the mean.": (
            lambda X, weights, background: (X - background.mean(axis=0)) / weights
        ),
        "You made percentages of it. They are asked for as they are, in units of the score.": (
            lambda X, weights, background: (
                100
                * _contributions(X, weights, background)
                / np.abs(_contributions(X, weights, background)).sum(axis=1, keepdims=True)
            )
        ),
        "You subtract the mean of `X` itself. The background is another table.": partial(_contributions, middle="own"),
        "You subtract one mean of the whole background. Each feature has its own: `axis=0`.": (
            lambda X, weights, background: (X - background.mean()) * weights
        ),
        "Your signs are reversed: value minus background.": partial(_contributions, sign=-1),
        "You took away the signs. A feature may speak against a film.": partial(_contributions, absolute=True),
        "You took the sign off the distance. Below the mean, the difference is negative, and has to stay so.": (
            lambda X, weights, background: np.abs(X - background.mean(axis=0)) * weights
        ),
        "Those are the distances from the mean. Each column still has to be multiplied with its weight.": (
            lambda X, weights, background: X - background.mean(axis=0)
        ),
        "You divide by the spread of the background. These weights belong to the features as they are.": (
            lambda X, weights, background: (X - background.mean(axis=0)) / background.std(axis=0) * weights
        ),
        "You made shares of it. They are asked for as they are, in units of the score.": partial(
            _contributions, share=True
        ),
        "You added them up: that is the distance of the scores. One number for each feature is asked for.": partial(
            _contributions, total=True
        ),
        "You subtract the background after weighing. It is weighed, too: (X − mean) · weights.": (
            lambda X, weights, background: X * weights - background.mean(axis=0)
        ),
        "You subtract the median of the background. Its mean is asked for; only then the parts add up.": (
            lambda X, weights, background: (X - np.median(background, axis=0)) * weights
        ),
    }
    judge(answer, cases, _contributions, mistakes, keeps_input=True)


choice(
    "25.3",
    "O1",
    right="b",
    why_not={
        "a": "That would be a product of two features. A linear model only adds.",
        "c": "The weight says how scores change, not how good lists are. What does it add to two films of one user?",
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
    done="All thresholds, the impurity of both sides by size, the smallest: a tree is that, again and again.",
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
        "The two sides count alike in yours. Weigh each by its number of rows.": partial(_split, weighted=False),
        "You look for the largest impurity. The smallest is the best.": partial(_split, best=np.argmax),
        "You return the position of the threshold. The threshold itself is asked for.": partial(
            _split, what="position"
        ),
        "You return the impurity. The threshold that reaches it is asked for.": partial(_split, what="cost"),
        "You return a value of the data. The threshold lies in the middle of two neighbours.": partial(
            _split, what="low"
        ),
        "You return the value above the threshold. The threshold lies in the middle of two neighbours.": partial(
            _split, what="high"
        ),
        "You count wrong answers of a majority. Gini is 2 p (1 − p).": partial(_split, cost_of="error"),
        "That is entropy. Another good measure, but Gini, 2 p (1 − p), is asked for.": partial(
            _split, cost_of="entropy"
        ),
        "Each side is weighted by the number of rows on the *other* side. Multiply a side by its own `len`.": partial(
            _split, weighted="other"
        ),
        "Both sides are weighted by the number of rows on the *left*. Multiply each side by its own `len`.": partial(
            _split, weighted="left"
        ),
        "The position is that of a threshold, and you look it up in `x`. Look it up in `thresholds`.": partial(
            _split, what="entry of x"
        ),
        "You cut `y` by position, and `x` is not in order. Take the labels by `x <= threshold`.": Sign(
            _splits_by_position
        ),
        "You take the impurity of `x`. It is that of the labels: gini(y[x <= threshold]).": _split_of_numbers,
        "You count the labels that differ from `x > threshold`. The Gini impurity, 2 p (1 − p), is asked for.": (
            lambda x, y: min(
                (np.unique(x)[:-1] + np.unique(x)[1:]) / 2, key=lambda threshold: ((x > threshold) != y).sum()
            )
        ),
        "You return all thresholds. The best one alone is asked for.": (
            lambda x, y: (np.unique(x)[:-1] + np.unique(x)[1:]) / 2
        ),
        "You return several results. The threshold alone is asked for.": Sign(
            lambda got, *case: isinstance(got, tuple)
        ),
        "You return the impurity per row. The threshold that reaches it is asked for.": (
            lambda x, y: _split(x, y, what="cost") / len(y)
        ),
        "That is the median of `x`; it does not look at the labels. Try each threshold, keep the one of least "
        "impurity.": (lambda x, y: np.median(x)),
        "That is the middle of the range; it does not look at the labels. Try each threshold of `thresholds`.": (
            lambda x, y: (x.min() + x.max()) / 2
        ),
        "That is always the first threshold. Does only the left side count, or does `return` stand inside the loop?": (
            _split_one_side
        ),
        "Only the right side counts in yours. The left one has its impurity, too.": partial(
            _split_one_side, right=True
        ),
        "You sorted `x` and not `y`: the labels no longer belong to their numbers. Masks need no sorting.": (
            lambda x, y: _split(np.sort(x), y)
        ),
        "You return a list of impurities. Its smallest has a position, and `thresholds` has the answer there.": (
            lambda x, y: [_split(x, y, what="costs")[k] for k in range(len(np.unique(x)) - 1)]
        ),
        "Of equally good thresholds yours is the largest; the smallest is asked for.": partial(_split, ties="last"),
    }
    judge(answer, cases, _split, mistakes)


trace(
    "25.5",
    "O2",
    8,
    {
        3: "Three levels: each question splits every group above it into two.",
        6: "The groups double at each level; they do not grow by two.",
        7: "Those are the questions, 1 + 2 + 4. The scores stand in the leaves.",
        9066: "A film's score is that of the leaf where it ends. How many leaves are there?",
        15: "Those are all boxes, questions and leaves. Only leaves give scores.",
        16: "One level too many: after three levels of questions, 2 · 2 · 2.",
        9: "3 · 3 is not it: two answers per question, three levels, 2 · 2 · 2.",
        4: "One level too few: after three levels of questions, 2 · 2 · 2.",
    },
    "Count the leaves: one group, after each level twice as many.",
    "Two, four, eight leaves, one score each: so hundreds of films share a score.",
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
    "25.6", "O3", "code", done="The reasons are the terms of the sum, sorted: the explanation is the computation."
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
        "Yours begins with the weakest reason: sort by what is added, largest first.": partial(_because, smallest=True),
        "A film that adds nothing is no reason: leave it out.": partial(_because, keep_zero=True),
        "You sort upwards, so those that add least come first: sort by `-adds`.": partial(
            _because, smallest=True, keep_zero=True
        ),
        "You sort upwards, so the weakest reasons come first: sort by `-adds`.": (
            lambda similar, seen, film, n: (lambda order: seen[order[similar[seen, film][order] > 0]])(
                np.argsort(similar[seen, film], kind="stable")[:n]
            )
        ),
        "You add up all of a seen film's similarities. Only its similarity to the candidate counts: "
        "similar[seen, film].": (
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
        "You cut to n before you leave out films that were not seen. First `seen`, then the n best.": (
            lambda similar, seen, film, n: (lambda order: order[np.isin(order, seen) & (similar[order, film] > 0)])(
                np.argsort(-similar[:, film], kind="stable")[:n]
            )
        ),
        "You use both directions of the table. It is not symmetric: only similar[seen, film] is part of the score.": (
            lambda similar, seen, film, n: _because(similar + similar.T, seen, film, n)
        ),
        "One reason too few: `[:n]` gives n of them.": (
            lambda similar, seen, film, n: _because(similar, seen, film, n - 1)
        ),
        "The right films, sorted by their id. Best first is asked for.": (
            lambda similar, seen, film, n: np.sort(_because(similar, seen, film, n))
        ),
        "You return every film that adds something. Only the `n` best are asked for.": (
            lambda similar, seen, film, n: _because(similar, seen, film, len(seen))
        ),
        "You return positions in `seen`, and also films that add nothing. Films are asked for, and only "
        "reasons.": partial(_because, positions=True, keep_zero=True),
        "You look at all films. Only rows of `seen` can be a reason, and only those that add something.": (
            lambda similar, seen, film, n: np.argsort(-similar[:, film], kind="stable")[:n]
        ),
        "You return positions in `seen`. Films are asked for: `seen[order]`.": partial(_because, positions=True),
        "The right films, but in the order of `seen`: best first.": partial(_because, unsorted=True),
        "You name films that this user has not seen. Look only at the rows `seen`.": _because_all_films,
        "The right films, but the best stands last.": _because_ascending_end,
        "Film −1 or 0 is no film. Leave films out by their contribution, do not mark them.": (
            lambda *case: np.where(np.arange(case[3]) < len(_because(*case)), np.resize(_because(*case), case[3]), 0)
        ),
        "The right films, in another order: best first, by what they add.": Sign(
            lambda got, *case: np.array_equal(np.sort(got), np.sort(_because(*case)))
        ),
        "You return what they add. The films are asked for.": (
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
    low="More often than you think: run the next cell.",
    high="Not that often, but often enough: run the next cell.",
    done="Close: run the next cell. More than one sentence in four is false.",
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
    done="Only what orders the films of one user counts, for the copy and for the network.",
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
        "You changed nothing yet in the computation: take each user's mean off both, the copy and the network.": (
            _given_25_8
        ),
        "Only one user is left in yours. Collect the differences of all users, then compute one R².": Sign(
            lambda got, copy, network, user: any(
                np.isclose(got, _fidelity(copy[user == one], network[user == one], user[user == one]))
                for one in set(user.tolist())
            )
        ),
        "You compare the users' means. Take them *off* every score; what is left is compared.": (
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
        "You compare the spread of the copy with that of the network. Their differences count: 1 − errors / squares.": (
            lambda copy, network, user: (_off(copy, user) ** 2).sum() / (_off(network, user) ** 2).sum()
        ),
        "A mean stands above the line, a sum below. Take the sum, or the mean, of both.": (
            lambda copy, network, user: 1 - (1 - _fidelity(copy, network, user)) / len(user)
        ),
        "You add the errors up before you square them, so they cancel. Square each one first.": (
            lambda copy, network, user: (
                1 - (_off(network, user) - _off(copy, user)).sum() ** 2 / (_off(network, user) ** 2).sum()
            )
        ),
        "That is a rank correlation. Errors, please: 1 − squared errors / squares of the network.": (
            lambda copy, network, user: spearmanr(_off(copy, user), _off(network, user))[0]
        ),
        "You took the means off the network only. The copy has a level for each user, too.": partial(
            _fidelity, copy_off=False
        ),
        "You took the means off the copy only. The network's spread still holds its levels.": partial(
            _fidelity, network_off=False
        ),
        "You took one mean off everything. Each user has one of their own.": (
            lambda copy, network, user: _fidelity(copy, network, np.zeros(len(user)))
        ),
        "You took the means off the copy only. The network has a level for each user, above and below the line.": (
            lambda copy, network, user: (
                1 - ((network - _off(copy, user)) ** 2).sum() / ((network - network.mean()) ** 2).sum()
            )
        ),
        "Below the line stands a standard deviation. The *sum of squares* of the network belongs there.": (
            lambda copy, network, user: (
                1 - ((_off(network, user) - _off(copy, user)) ** 2).sum() / _off(network, user).std()
            )
        ),
        "A sum stands above the line, a variance (a mean) below. Take the sum, or the mean, of both.": (
            lambda copy, network, user: (
                1 - ((_off(network, user) - _off(copy, user)) ** 2).sum() / _off(network, user).var()
            )
        ),
        "You use absolute errors. R² compares *squared* ones.": (
            lambda copy, network, user: (
                1 - np.abs(_off(network, user) - _off(copy, user)).sum() / np.abs(_off(network, user)).sum()
            )
        ),
        "There is a root in yours. R² is 1 − squared errors / squares, without one.": (
            lambda copy, network, user: 1 - np.sqrt(1 - _fidelity(copy, network, user))
        ),
        "That is a squared correlation: it forgives a copy of the wrong size. Errors, please: 1 − errors / squares.": (
            partial(_fidelity, kind="correlation")
        ),
        "That is a correlation, and it forgives a copy of the wrong size. Errors, please: 1 − errors / squares.": (
            lambda copy, network, user: np.corrcoef(_off(copy, user), _off(network, user))[0, 1]
        ),
        "Your errors are right. But the spread below still holds the users' levels: take them off there, too.": (
            _spread_with_levels
        ),
        "Your spread is right. But the errors above still hold the users' levels: take each one's own mean off both.": (
            _network_means_for_both
        ),
        "That is the mean squared error. Set it in relation to the network's spread, and take the share from 1.": (
            lambda copy, network, user: ((_off(network, user) - _off(copy, user)) ** 2).mean()
        ),
        "That is the mean of an R² for each user. One R² over all pairs is asked for.": partial(
            _fidelity, kind="mean of users"
        ),
        "You divide by the squares of the copy. It is the network's spread that has to be explained.": partial(
            _fidelity, kind="copy"
        ),
        "That is the share that is *not* explained. Take it from 1.": partial(_fidelity, kind="unexplained"),
        "You took medians off. The mean is asked for.": partial(_fidelity, middle=np.median),
    }
    fits = 'Shapes do not fit: `mean()` gives one number per user, `transform("mean")` one per pair, as is needed here.'
    judge(answer, cases, _fidelity, mistakes, raised={ValueError: fits})


choice(
    "25.9",
    "O4",
    right="b",
    why_not={
        "a": "About 40 % over random films, most of which are never shown. At the head of the lists it was hardly any.",
        "c": "The surrogate has no feature that knows the order, so it cannot speak of it. Section 9 shows that the "
        "network reacts to it.",
        "d": "A surrogate changes nothing in the network. And its target is the network, not what people did.",
    },
    done="It says where the fidelity was measured, and what the copy cannot tell.",
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
    done="A control must destroy what it controls for: here, which numbers stand in one row.",
)
def shuffled_columns(answer) -> None:
    must_be_function(answer)
    for n_rows, n_columns in ((40, 3), (60, 5)):
        table = np.random.default_rng(n_rows).normal(size=(n_rows, 1)) * 10.0 ** np.arange(n_columns)
        handed = table.copy()
        got = answer(handed, 5)
        if None in np.ravel(got):
            raise NotYet("`rng.shuffle` returns nothing: `rng.permutation` returns a shuffled copy.")
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
                raise NotYet("Some numbers stand twice, others are gone: shuffle, do not draw with replacement.")
            raise NotYet("Each column must keep its own numbers, in another order.")
        if np.array_equal(got, np.sort(got, axis=0)):
            raise NotYet("You sorted the columns. A control needs a random order: `rng.permutation`.")
        rank = np.log10(np.abs(table[0] / table[0, 0])).round()  # column j is the first one times 10 ** j
        same = [[np.isclose(got[:, i], got[:, j] * 10.0 ** (rank[i] - rank[j])).mean() for j in range(i)]
                for i in range(n_columns)]  # fmt: skip
        joined = [(i, j) for i in range(n_columns) for j in range(i) if same[i][j] > 0.5]
        if len(joined) == n_columns * (n_columns - 1) // 2:
            raise NotYet("Whole rows moved, and stayed whole: the table is the same cloud of films as before.")
        if joined:
            i, j = joined[0]
            raise NotYet(f"Columns {j} and {i} (from 0) still move together. Every column needs an order of its own.")
        if any(np.isclose(mine, column).mean() > 0.5 for mine, column in zip(got.T, table.T)):
            raise NotYet("A column stands as it was. Every column needs an order of its own.")
        order = [np.argsort(np.argsort(column)) for column in table.T]
        step = [np.diff(np.argsort(order[j])[np.argsort(np.argsort(got[:, j]))]) for j in range(n_columns)]
        if any((np.abs(steps) == 1).mean() > 0.5 for steps in step):
            raise NotYet("A column was shifted, not shuffled: neighbours are neighbours still. Use `rng.permutation`.")
        if not np.array_equal(got, np.array(answer(table.copy(), 5), float)):
            raise NotYet("The same seed should give the same control: make the generator from `seed`.")
        if np.array_equal(got, np.array(answer(table.copy(), 6), float)):
            raise NotYet("Another seed gives the same order in yours: make the generator from `seed`.")


choice(
    "25.11",
    "O5",
    right="c",
    why_not={
        "a": "t-SNE stretches dense regions and squeezes sparse ones. The size of an island says nothing about "
        "likeness.",
        "b": "t-SNE keeps near films near. How far apart islands lie is mostly luck.",
        "d": "Turn or mirror the map and it is just as good: its directions have no meaning.",
    },
    done="A map is a good place to find a question. The answer needs the full table.",
)

predict(
    "25.12",
    "O5",
    truth=0.92,
    within=0.06,
    between=(0, 1),
    low="More, although there is nothing to find: run the next cell.",
    high="Not quite, but far from one half: run the next cell.",
    done="Just so, although there is nothing to find: run the next cell.",
)
