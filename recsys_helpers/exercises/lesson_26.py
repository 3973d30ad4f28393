"""Checks of lesson 26, explain layer by layer."""

import itertools
from functools import partial
from math import factorial

import numpy as np

from recsys_helpers.exercises import NotYet, choice, exercise, judge, parsons, predict, trace

trace(
    "26.1",
    "O1",
    2 / 3,
    {
        0.0: "That is what gradient × input says: it looks at the end of the path alone, where the slope is 0.",
        2.0: "The slope is 1 at the beginning, but not all the way: the sum reaches 1 after a third of it.",
        1 / 3: "That is the mean slope. Multiply it with the way that this number went, 2.",
        0.5: "Half and half was right for two equal numbers. This one goes twice as far as the other.",
        0.6: "Ten steps give that. The sum is full after exactly a third of the way, between two of them: no rounding.",
        1.0: "That is the whole score. The two shares together give it.",
        4 / 3: "The slope is 1 until the sum reaches 1. The sum is 3 at the end, so that is a third of the way.",
    },
    "Mean slope along the path, times the way from 0 to this number.",
    "The slope is 1 on the first third of the way and 0 after it: 2 · 1/3.",
    within=0.01,
)


def _integrated(slope, x, reference, n_steps, offset=0.5, factor="distance", origin=True, mean=True, ends=None):
    total = np.zeros(len(x))
    start = reference if origin else np.zeros(len(x))
    shares = [(step + offset) / n_steps for step in range(n_steps)] if ends is None else ends(n_steps)
    for share in shares:
        total += slope(start + share * (x - start))
    total = total / len(shares) if mean else total
    return total * {"distance": x - reference, "x": x, "none": np.ones(len(x)), "back": reference - x}[factor]


def _path_too_long(slope, x, reference, n_steps):
    points = [reference + (step + 0.5) / n_steps * x for step in range(n_steps)]
    return np.mean([slope(point) for point in points], axis=0) * (x - reference)


def _trapezoid(slope, x, reference, n_steps):
    slopes = np.array([slope(reference + share * (x - reference)) for share in np.linspace(0, 1, n_steps + 1)])
    return ((slopes[:-1] + slopes[1:]) / 2).mean(axis=0) * (x - reference)


def _one_mean_for_all(slope, x, reference, n_steps):
    points = [reference + (step + 0.5) / n_steps * (x - reference) for step in range(n_steps)]
    return np.mean([slope(point) for point in points]) * (x - reference)


def _gradient_at_the_end(slope, x, reference, n_steps):
    return slope(x) * (x - reference)


@exercise("26.2", "O1", "code", done="Slopes along the path, their mean, times the way: the whole method.")
def integrated(answer) -> None:
    rng, cases = np.random.default_rng(1), []
    for k in (2, 3, 5, 4, 3):
        a = rng.normal(size=k)

        def slope(x, a=a):
            return a * np.exp(-((x @ a) ** 2)) + np.sign(a) * x**2

        cases.append((slope, rng.normal(size=k), rng.normal(size=k), int(rng.integers(3, 12))))
    mistakes = {
        "You return the mean slope. Multiply it with the way, x − reference.": partial(_integrated, factor="none"),
        "You multiply with x. The way begins at the reference: x − reference.": partial(_integrated, factor="x"),
        "Your way runs backwards: x − reference, not reference − x.": partial(_integrated, factor="back"),
        "Your path starts at 0. It starts at the reference.": partial(_integrated, origin=False),
        "Your path starts at 0, and you multiply with x: the reference is missing in both.": partial(
            _integrated, origin=False, factor="x"
        ),
        "You take the beginning of each step. Take its middle: (step + 0.5) / n_steps.": partial(_integrated, offset=0),
        "You take the end of each step. Take its middle: (step + 0.5) / n_steps.": partial(_integrated, offset=1),
        "Your points run from 0 to 1 with both ends. Take the middles of the steps.": partial(
            _integrated, ends=lambda n: np.linspace(0, 1, n)
        ),
        "Your points run from 0 to 1 in n_steps + 1 points, with both ends. Take the middles of the steps.": partial(
            _integrated, ends=lambda n: np.linspace(0, 1, n + 1)
        ),
        "You average the two ends of each step (the trapezoid rule). Take the slope once, in the middle of each "
        "step.": (_trapezoid),
        "The share of the way is (step + 0.5) / n_steps; yours is not divided by n_steps and leaves the path.": partial(
            _integrated, ends=lambda n: np.arange(n) + 0.5
        ),
        "Your path starts at x and walks away from it. It starts at the reference: reference + share · (x − "
        "reference).": (
            lambda slope, x, reference, n_steps: _integrated(
                lambda point: slope(point + x - reference), x, reference, n_steps
            )
        ),
        "That is gradient × input: one slope, at the end. Average the slopes along the path from the reference.": (
            lambda slope, x, reference, n_steps: slope(x) * x
        ),
        "You take one slope, in the middle of the whole path. Take `n_steps` of them and average.": (
            lambda slope, x, reference, n_steps: slope((x + reference) / 2) * (x - reference)
        ),
        "You added the slopes up. Their mean is asked for.": partial(_integrated, mean=False),
        "You look at the end of the path alone. Walk there from the reference.": _gradient_at_the_end,
        "Your path ends at reference + x. It ends at x: take shares of x − reference.": _path_too_long,
        "You took one mean over all numbers. Each number has a mean slope of its own: axis=0.": _one_mean_for_all,
    }
    judge(answer, cases, _integrated, mistakes)


choice(
    "26.3",
    "O1",
    right="b",
    why_not={
        "a": "The order of films is the same for both. It is the gradient that differs.",
        "c": "A sigmoid has a gradient everywhere. The trouble is how small it gets.",
        "d": "Completeness holds for a probability, too: the shares then add up to the change of the probability.",
    },
    done="Where the model is confident the gradient of the probability is nearly 0, whatever the reasons are. The "
    "logit keeps it.",
)


def _epsilon_rule(a, W, b, R, epsilon, sign="z", bias=True, activation=True, conserve=False):
    result = np.zeros(a.shape)
    for n in range(len(a)):
        for k in range(W.shape[1]):
            parts = [(a[n, j] if activation else 1.0) * W[j, k] for j in range(len(W))]
            z = sum(a[n, j] * W[j, k] for j in range(len(W))) + (b[k] if bias else 0.0)
            side = 1.0 if sign == "plus" or z >= 0 else -1.0
            side = {"z": side, "plus": 1.0, "minus": -side, "none": 0.0}[sign]
            whole = abs(z) + epsilon if sign == "size" else z + epsilon * side
            for j in range(len(W)):
                result[n, j] += parts[j] / (sum(parts) if conserve else whole) * R[n, k]
    return result


def _rule_by_size(a, W, b, R, epsilon):
    z = a @ W + b
    return a * ((R / (np.abs(z) + epsilon)) @ W.T)


def _rule_without_brackets(a, W, b, R, epsilon):
    z = a @ W + b
    return a * ((R / z + epsilon * np.sign(z)) @ W.T)


def _rule_without_relevance(a, W, b, R, epsilon):
    return _epsilon_rule(a, W, b, np.ones_like(R), epsilon)


@exercise("26.5", "O2", "faded", done="Each input is paid by its share of the sum; bias and ε keep theirs.")
def epsilon_rule(answer) -> None:
    rng, cases = np.random.default_rng(3), []
    for n, j, k in ((2, 3, 4), (3, 2, 5), (1, 4, 2), (4, 5, 3)):
        shapes = [(n, j), (j, k), (k,), (n, k)]
        cases.append((*[rng.normal(size=shape) for shape in shapes], float(rng.uniform(0.1, 0.5))))
    for case in cases if callable(answer) else ():
        try:
            got = np.shape(answer(*(np.copy(part) for part in case)))
        except ValueError as error:
            raise NotYet(f"Shapes do not fit: (batch, units) back to (batch, inputs) is `@ W.T`. ({error})") from None
        if got == (len(case[0]), *case[1].shape):
            raise NotYet("Add up over the units: one number for each input is asked for.")
    mistakes = {
        "You multiply by z + ε · sign(z). The relevance is shared out, so divide by it.": (
            lambda a, W, b, R, epsilon: a * ((R * (a @ W + b + epsilon * np.sign(a @ W + b))) @ W.T)
        ),
        "Nothing is divided in yours: that is gradient × input. Divide R by z + ε · sign(z) first.": (
            lambda a, W, b, R, epsilon: a * (R @ W.T)
        ),
        "You took the signs off the weights. A negative contribution has to stay negative.": (
            lambda a, W, b, R, epsilon: a * ((R / (a @ W + b + epsilon * np.sign(a @ W + b))) @ np.abs(W).T)
        ),
        "The ε is added at the end. It belongs below the line: R / (z + ε · sign(z)).": (
            lambda a, W, b, R, epsilon: a * ((R / (a @ W + b)) @ W.T) + epsilon
        ),
        "The sign of R decides in yours. It is the sign of z: ε pushes z away from 0.": (
            lambda a, W, b, R, epsilon: a * ((R / (a @ W + b + epsilon * np.sign(R))) @ W.T)
        ),
        "Your ε always adds. It must push z away from 0: plus ε times the sign of z.": partial(
            _epsilon_rule, sign="plus"
        ),
        "Your ε pulls z towards 0. It must push it away: plus ε times the sign of z.": partial(
            _epsilon_rule, sign="minus"
        ),
        "The ε is missing below the line.": partial(_epsilon_rule, sign="none"),
        "The bias b is missing in z.": partial(_epsilon_rule, bias=False),
        "You share by weights alone. An input's contribution is its number times its weight.": partial(
            _epsilon_rule, activation=False
        ),
        "You made the shares of the inputs 1 together. The bias and ε keep their part: divide by z + ε · sign(z).": (
            partial(_epsilon_rule, conserve=True)
        ),
        "You divide by the size of z. A unit with a negative sum needs its sign.": _rule_by_size,
        "The relevance R of the units is missing.": _rule_without_relevance,
        "Parentheses: ε belongs below the line, R / (z + ε · sign(z)).": _rule_without_brackets,
    }
    judge(answer, cases, _epsilon_rule, mistakes)


trace(
    "26.4",
    "O2",
    -5.0,
    {
        -1.0: "That is rule 0: its contribution, −1, as a share of 5. Under αβ the negative part is a pot of its own.",
        0.0: "That is α = 1, β = 0. Here β is 1: the negative part is handed down, too.",
        5.0: "The size is right. A negative contribution gets −β times its share.",
        -10.0: "α belongs to the positive part. The negative part is multiplied with −β = −1.",
        10.0: "That is the first input: α times all of the positive part.",
        -5 / 6: "The negative pot holds −1 alone, so this input has all of it, not a sixth.",
    },
    "It is the only negative contribution: −β times the relevance of the unit.",
    "Against the score: −β times all of the negative part, −1 · 5.",
    within=0.01,
)


predict(
    "26.6",
    "O2",
    truth=0.5,
    within=0.2,
    between=(0, 1),
    low="More than you think: run it. Scores of arbitrary pairs are small, and so their biases weigh much.",
    high="Not quite that much: run it.",
    done="About half. An explanation that hides this hides half of the score.",
)


def _orders(value, k):
    gains, orders = np.zeros(k), list(itertools.permutations(range(k)))
    for order in orders:
        keep = np.zeros(k, bool)
        for player in order:
            before = value(keep.copy())
            keep[player] = True
            gains[player] += value(keep.copy()) - before
    return gains / len(orders)


def _one_order(value, k, backwards=False):
    gains, keep = np.zeros(k), np.zeros(k, bool)
    for player in list(range(k))[:: -1 if backwards else 1]:
        before = value(keep.copy())
        keep[player] = True
        gains[player] = value(keep.copy()) - before
    return gains


def _same_team(value, k):
    gains, keep, orders = np.zeros(k), np.zeros(k, bool), list(itertools.permutations(range(k)))
    for player in itertools.chain.from_iterable(orders):
        before = value(keep.copy())
        keep[player] = True
        gains[player] += value(keep.copy()) - before
    return gains / len(orders)


def _by_turn(value, k):
    rows = []
    for order in itertools.permutations(range(k)):
        teams = [np.isin(np.arange(k), order[:n]) for n in range(k + 1)]
        rows.append(np.diff([value(team) for team in teams]))
    return np.mean(rows, axis=0)


def _gains(value, k, start):
    gains = np.zeros(k)
    for player in range(k):
        keep = np.full(k, start)
        keep[player] = False
        before = value(keep.copy())
        keep[player] = True
        gains[player] = value(keep) - before
    return gains


def _by_sets(value, k, weight):
    """The sum over all sets without a player, each gain times `weight(size of the set, k)`."""
    gains = np.zeros(k)
    for team in itertools.product([False, True], repeat=k):
        for player in range(k):
            if not team[player]:
                with_it = np.array(team)
                with_it[player] = True
                gains[player] += weight(sum(team), k) * (value(with_it) - value(np.array(team)))
    return gains


def _against(value, k, before):
    """As `_orders`, but each gain is measured against `before` instead of the team just before."""
    gains, orders = np.zeros(k), list(itertools.permutations(range(k)))
    for order in orders:
        keep = np.zeros(k, bool)
        for player in order:
            keep[player] = True
            gains[player] += value(keep.copy()) - before(value, k)
    return gains / len(orders)


def _nearly(got, cases) -> None:
    """A hint for shares that are right on average only: orders drawn at random."""
    wanted = [_orders(*case) for case in cases]
    far = [np.abs(mine - right).max() / np.abs(right).max() for mine, right in zip(got, wanted)]
    sums = [np.isclose(np.sum(mine), np.sum(right)) for mine, right in zip(got, wanted)]
    if all(sums) and max(far) < 0.6 and np.allclose(got[0], wanted[0]):
        raise NotYet("Near, but not exact: did you draw orders at random? Take all of them, permutations(range(k)).")


def _banzhaf(value, k):
    gains = np.zeros(k)
    for keep in itertools.product([False, True], repeat=k):
        for player in range(k):
            without, with_it = np.array(keep), np.array(keep)
            without[player], with_it[player] = False, True
            gains[player] += (value(with_it) - value(without)) / 2**k
    return gains


@exercise("26.7", "O3", "code", done="Every order, every gain, the mean: exact, and hopeless for many players.")
def shapley(answer) -> None:
    rng, cases = np.random.default_rng(4), []
    for k in (1, 2, 3, 4, 5):
        table = rng.normal(size=2**k) * 3
        cases.append((lambda keep, table=table, k=k: float(table[np.asarray(keep, int) @ (1 << np.arange(k))]), k))
    mistakes = {
        "You leave each player out of the full team alone. Average over all orders of coming in.": partial(
            _gains, start=True
        ),
        "You let each player come in first alone. Average over all orders.": partial(_gains, start=False),
        "That is one order. Average over all of them: `itertools.permutations(range(k))`.": _one_order,
        "That is one order, backwards. Average over all of them.": partial(_one_order, backwards=True),
        "You average over all sets alike. In orders small and large sets are more frequent: weigh them.": _banzhaf,
        "Your weights count orders wrongly: a set of size s (without the player) weighs s! · (k − s − 1)! / "
        "k!.": partial(_by_sets, weight=lambda s, k: factorial(s) * factorial(k - s) / factorial(k)),
        "Your weights count the player as a member: a set of size s *without* him or her weighs s! · (k − s − "
        "1)! / k!.": (partial(_by_sets, weight=lambda s, k: factorial(s + 1) * factorial(k - s - 1) / factorial(k))),
        "Your weights are divided by (k − 1)! instead of k!.": partial(
            _by_sets, weight=lambda s, k: factorial(s) * factorial(k - s - 1) / factorial(k - 1)
        ),
        "You added the gains over all sets without any weight. A set of size s weighs s! · (k − s − 1)! / k!.": partial(
            _by_sets, weight=lambda s, k: 1.0
        ),
        "A gain is measured against the team just before, not against the empty one.": partial(
            _against, before=lambda value, k: value(np.zeros(k, bool))
        ),
        "You add the scores of the teams. A gain is the score with the player minus the score just before.": partial(
            _against, before=lambda value, k: 0.0
        ),
        "You share the whole equally. Players who bring more get more: average their gains over the orders.": (
            lambda value, k: np.full(k, _orders(value, k).sum() / k)
        ),
        "You added up over the orders. Divide by their number.": (
            lambda value, k: _orders(value, k) * np.prod(np.arange(1, k + 1))
        ),
        "You divide by the number of players. Divide by the number of orders.": (
            lambda value, k: _orders(value, k) * np.prod(np.arange(1, k + 1)) / k
        ),
        "You keep the gains of the last order alone. Add them up: `+=`.": (
            lambda value, k: _one_order(value, k, backwards=True) / np.prod(np.arange(1, k + 1))
        ),
        "Everybody is still in when the second order begins. Empty `keep` for each order.": _same_team,
        "You add up by turn: first, second, … Add a gain to the player who came in.": _by_turn,
        "A gain is the score *with* the player minus the score without.": lambda value, k: -_orders(value, k),
    }
    judge(answer, cases, _orders, mistakes, otherwise=lambda got: _nearly(got, cases))


choice(
    "26.10",
    "O4",
    right="c",
    why_not={
        "a": "Where numbers are taken from is not what they did to the score. Look at the deletion curve of attention.",
        "b": "The first paper says that it *need* not be one, the second that it depends on what you ask for.",
        "d": "All heads are in the mean; it still shows one layer, before the rest of the network.",
    },
    done="A map shows where numbers were taken from. Whether that is a reason has to be measured, model by model.",
)


def _first(scores, history, removed, hide="history", ask="kept", padding=True):
    kept = np.delete(history, removed)
    row = np.array(scores(kept if ask == "kept" else history), float)
    films = history[np.asarray(removed, int)]
    out = {"history": history, "kept": kept, "removed": films, "none": [], "places": [*kept, *removed]}[hide]
    for film in out:
        row[film] = -np.inf
    if padding:
        row[0] = -np.inf
    best = 0
    for film in range(len(row)):
        if row[film] > row[best]:
            best = film
    return best


def _first_of(scores, asked, history, pick=np.argmax, hidden=-np.inf):
    row = np.array(scores(asked), float)
    row[history], row[0] = hidden, hidden
    return pick(row)


def _given_26_11(scores, history, removed):
    kept = np.delete(history, removed)
    row = scores(kept)
    row[kept] = -np.inf  # nothing twice
    row[0] = -np.inf  # padding
    return row.argmax()


@exercise("26.11", "O5", "debug", done="What was seen stays seen, also while you ask what if.", given=_given_26_11)
def counterfactual(answer) -> None:
    rng, cases = np.random.default_rng(6), []
    for _ in range(40):
        weights = rng.normal(size=(9, 9))
        weights[:, 0] += rng.choice([0, 8])
        history = rng.permutation(np.arange(1, 9))[: int(rng.integers(2, 6))]
        weights[np.ix_(history, history)] += 3
        removed = rng.permutation(len(history))[: int(rng.integers(1, len(history)))].tolist()
        cases.append(
            (lambda kept, weights=weights: weights[kept].sum(axis=0) if len(kept) else weights[0], history, removed)
        )
    mistakes = {
        "`removed` holds positions, not films: `history[removed]` are the films. Or hide all of `history`.": partial(
            _first, hide="places"
        ),
        "You hide the films taken out, but no longer those that stay. Hide all of `history`.": partial(
            _first, hide="removed"
        ),
        "The films taken out may still come first: only the kept ones are hidden. Hide all of `history`.": partial(
            _first, hide="kept"
        ),
        "`np.isin(history, removed)` compares films with positions. `removed` holds positions: "
        "np.delete(history, removed).": (
            lambda scores, history, removed: _first_of(scores, history[~np.isin(history, removed)], history)
        ),
        "You ask with the *removed* films. The question is what comes first without them.": (
            lambda scores, history, removed: _first_of(scores, history[removed], history)
        ),
        "You return the score. The film that has it is asked for: argmax.": (
            lambda scores, history, removed: _first_of(scores, np.delete(history, removed), history, np.max)
        ),
        "That is the film with the lowest score. The first of the list has the highest: argmax.": (
            lambda scores, history, removed: _first_of(scores, np.delete(history, removed), history, np.argmin)
        ),
        "A score of 0 does not hide: other scores may be below 0. Take −∞.": (
            lambda scores, history, removed: _first_of(scores, np.delete(history, removed), history, hidden=0.0)
        ),
        "Now nothing is hidden. Films that were seen must not come first.": partial(_first, hide="none"),
        "You ask with the whole history. The question is what comes first *without* the removed films.": partial(
            _first, ask="history"
        ),
        "Column 0 is padding. It must stay hidden.": partial(_first, padding=False),
    }
    judge(answer, cases, _first, mistakes)


def _curve(value, importance, first="most", start=True, insertion=False, alone=False, order_as_rank=False):
    importance = np.asarray(importance, float)
    order = sorted(range(len(importance)), key=lambda j: -importance[j] if first == "most" else importance[j])
    if order_as_rank:
        order = np.argsort(order).tolist()
    scores = []
    for n in range(len(order) + 1):
        out = order[n - 1 : n] if alone else order[:n]
        keep = np.array([(j in out) == insertion for j in range(len(order))])
        scores.append(value(keep))
    return np.array(scores if start else scores[1:])


def _curve_by_place(value, importance):
    return _curve(value, -np.arange(len(importance)))


@exercise("26.8", "O4", "code", done="The curve asks the model, not the explanation: that makes it a test.")
def deletion_curve(answer) -> None:
    rng, cases = np.random.default_rng(7), []
    for k in (3, 4, 5, 6):
        table = rng.normal(size=2**k)

        def value(keep, table=table, k=k):
            return float(table[np.asarray(keep, int) @ (1 << np.arange(k))])

        cases.append((value, rng.permutation(np.linspace(-1, 2, k))))
    for case in cases if callable(answer) else ():
        if np.shape(answer(case[0], case[1].copy())) == (len(case[1]),):
            raise NotYet("One score is missing: begin with nothing left out and end with all left out, k + 1 scores.")
    mistakes = {
        "You begin with the least important. The most important goes first.": partial(_curve, first="least"),
        "You put in instead of leaving out. `keep` is True for what stays.": partial(_curve, insertion=True),
        "You leave out one at a time. What was left out stays out.": partial(_curve, alone=True),
        "You go through the positions 0, 1, 2, … Go through them by falling importance.": _curve_by_place,
        "A film that pulls the score down is not important: sort by importance, not by its size.": (
            lambda value, importance: _curve(value, np.abs(importance))
        ),
        "All your scores are the same. Did you keep one array and change it afterwards? Ask at each step, or copy.": (
            lambda value, importance: np.full(len(importance) + 1, value(np.zeros(len(importance), bool)))
        ),
        "Return the scores themselves, not how far they fell.": (
            lambda value, importance: _curve(value, importance) - value(np.ones(len(importance), bool))
        ),
        "Return the scores themselves: yours are the falls, the first score minus each.": (
            lambda value, importance: value(np.ones(len(importance), bool)) - _curve(value, importance)
        ),
        "You use the result of argsort as if it said the position of each. It lists who comes first, second, "
        "…": partial(_curve, order_as_rank=True),
    }
    judge(answer, cases, _curve, mistakes)


parsons(
    "26.9",
    "O4",
    right=("CADBE", "ACDBE", "CDABE"),
    not_used={
        "F": "Line F shows the test set to somebody who nods. Whether people like a picture proves nothing.",
    },
    before={
        "CD": "Line D reads `importance`, so the explanation comes before its curve.",
        "AB": "Line B reads `bar`, the random orders, so they are drawn before.",
        "DB": "Line B uses the height of the curve, so the curve must have been measured.",
        "BE": "Whether the interval excludes zero is asked last: line E.",
    },
    done="Explain, draw the bar, leave out, compare in pairs: a test that can fail.",
)


choice(
    "26.12",
    "O5",
    right="d",
    why_not={
        "a": "The model knows nothing of what you love. It saw which films you rated.",
        "b": "Attention does not say in which direction a film acts, and a person cannot check the sentence.",
        "c": "True of every list, and so it says nothing about this film.",
    },
    done="Ask the model again without Alien, compare the positions: it says no more than was checked.",
)
