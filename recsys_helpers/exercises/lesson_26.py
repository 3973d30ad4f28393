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
        0.0: "This is gradient × input. It uses only the end of the path, where the slope is 0.",
        2.0: "The slope is 1 at the beginning, but not on the whole path: the sum reaches 1 after a third of it.",
        1 / 3: "This is the mean slope. Multiply it by the distance of this number from the reference, 2.",
        0.5: "Equal shares were right for two equal numbers. Here, action is twice as far from the reference as "
        "romance.",
        0.6: "This is the result of ten steps. The sum reaches 1 after exactly a third of the path, so you can "
        "compute the share without steps.",
        1.0: "This is the whole score, the sum of both shares. Compute the share of action alone.",
        4 / 3: "The slope is 1 only until the sum reaches 1. The sum is 3 at the end, so that is a third of the path.",
    },
    "Multiply the mean slope along the path by the distance of action from 0.",
    "The slope is 1 on the first third of the path and 0 after it, so the share is 2 · 1/3.",
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


@exercise(
    "26.2",
    "O1",
    "code",
    done="Integrated gradients are the mean slope along the path times the distance from the reference.",
)
def integrated(answer) -> None:
    rng, cases = np.random.default_rng(1), []
    for k in (2, 3, 5, 4, 3):
        a = rng.normal(size=k)

        def slope(x, a=a):
            return a * np.exp(-((x @ a) ** 2)) + np.sign(a) * x**2

        cases.append((slope, rng.normal(size=k), rng.normal(size=k), int(rng.integers(3, 12))))
    mistakes = {
        "You return the mean slope. Multiply it by the distance, x − reference.": partial(_integrated, factor="none"),
        "You multiply by x. Multiply by the distance from the reference, x − reference.": partial(
            _integrated, factor="x"
        ),
        "Your distance has the wrong sign. It is x − reference, not reference − x.": partial(
            _integrated, factor="back"
        ),
        "Your path starts at 0. Start at the reference.": partial(_integrated, origin=False),
        "Your path starts at 0, and you multiply by x. Use the reference in both places.": partial(
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
        "You do not divide by n_steps, so your points leave the path. The share of the path is (step + 0.5) / "
        "n_steps.": partial(_integrated, ends=lambda n: np.arange(n) + 0.5),
        "Your path starts at x and leads away from it. Start at the reference: reference + share · (x − reference).": (
            lambda slope, x, reference, n_steps: _integrated(
                lambda point: slope(point + x - reference), x, reference, n_steps
            )
        ),
        "You return gradient × input, which uses one slope, at the end. Average the slopes along the path from the "
        "reference.": (lambda slope, x, reference, n_steps: slope(x) * x),
        "You take one slope, in the middle of the whole path. Take `n_steps` of them and average.": (
            lambda slope, x, reference, n_steps: slope((x + reference) / 2) * (x - reference)
        ),
        "You added up the slopes. Take their mean.": partial(_integrated, mean=False),
        "You use only the slope at the end of the path. Average the slopes along the path from the "
        "reference.": _gradient_at_the_end,
        "Your path ends at reference + x. It ends at x: take shares of x − reference.": _path_too_long,
        "You took one mean over all numbers. Each number has a mean slope of its own: axis=0.": _one_mean_for_all,
    }
    judge(answer, cases, _integrated, mistakes)


choice(
    "26.3",
    "O1",
    right="b",
    why_not={
        "a": "The order of the films is the same for both. Only the gradients differ.",
        "c": "A sigmoid has a gradient everywhere. The problem is how small it gets.",
        "d": "Completeness holds for a probability, too: the shares then add up to the change of the probability.",
    },
    done="Where the model is confident, the gradient of the probability is nearly 0, whatever the reasons are. The "
    "gradient of the logit does not vanish there.",
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


@exercise(
    "26.5",
    "O2",
    "faded",
    done="Each input receives relevance in proportion to its contribution to z, and the bias and ε keep their part.",
)
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
            raise NotYet("Add up over the units. Return one number for each input.")
    mistakes = {
        "You multiply by z + ε · sign(z). Divide by it, because the relevance is shared out.": (
            lambda a, W, b, R, epsilon: a * ((R * (a @ W + b + epsilon * np.sign(a @ W + b))) @ W.T)
        ),
        "You do not divide, so you compute gradient × input. Divide R by z + ε · sign(z) first.": (
            lambda a, W, b, R, epsilon: a * (R @ W.T)
        ),
        "You dropped the signs of the weights. A negative contribution must stay negative.": (
            lambda a, W, b, R, epsilon: a * ((R / (a @ W + b + epsilon * np.sign(a @ W + b))) @ np.abs(W).T)
        ),
        "You add ε at the end. It belongs in the denominator: R / (z + ε · sign(z)).": (
            lambda a, W, b, R, epsilon: a * ((R / (a @ W + b)) @ W.T) + epsilon
        ),
        "You use the sign of R. Use the sign of z, so that ε pushes z away from 0.": (
            lambda a, W, b, R, epsilon: a * ((R / (a @ W + b + epsilon * np.sign(R))) @ W.T)
        ),
        "You always add ε. Add ε times the sign of z, so that it pushes z away from 0.": partial(
            _epsilon_rule, sign="plus"
        ),
        "Your ε pulls z towards 0. Add ε times the sign of z, so that it pushes z away from 0.": partial(
            _epsilon_rule, sign="minus"
        ),
        "The ε is missing in the denominator: R / (z + ε · sign(z)).": partial(_epsilon_rule, sign="none"),
        "You leave the bias b out of z. Add it.": partial(_epsilon_rule, bias=False),
        "You share by the weights alone. The contribution of an input is its number times its weight.": partial(
            _epsilon_rule, activation=False
        ),
        "You scale the shares of the inputs so that they add up to 1. The bias and ε keep their part: divide by z "
        "+ ε · sign(z).": (partial(_epsilon_rule, conserve=True)),
        "You divide by the absolute value of z. Keep the sign of z, also if it is negative.": _rule_by_size,
        "You do not use R, the relevance of the units. Divide R by z + ε · sign(z).": _rule_without_relevance,
        "Parentheses are missing: ε belongs in the denominator, R / (z + ε · sign(z)).": _rule_without_brackets,
    }
    judge(answer, cases, _epsilon_rule, mistakes)


trace(
    "26.4",
    "O2",
    -5.0,
    {
        -1.0: "This is rule 0: the contribution −1, divided by the sum 5, times the relevance 5. The αβ rule "
        "shares negative contributions separately.",
        0.0: "This would be right for α = 1 and β = 0. Here β is 1, so negative contributions get relevance, too.",
        5.0: "The size is right, but the sign is not. A negative contribution gets −β times its share.",
        -10.0: "You used α, which belongs to the positive contributions. Multiply the relevance by −β = −1.",
        10.0: "This is what the first input gets: α times the relevance. Compute that of the second.",
        -5 / 6: "You divided by 6. As −1 is the only negative contribution, this input gets all of the negative "
        "part, not a sixth.",
    },
    "The second input has the only negative contribution, so it gets −β times the relevance of the unit.",
    "The second input has the only negative contribution, so it gets all of the negative part: −1 · 5.",
    within=0.01,
)


predict(
    "26.6",
    "O2",
    truth=0.5,
    within=0.2,
    between=(0, 1),
    low="It is more: run the next cell. The scores of arbitrary pairs are small, so the biases take a large share "
    "of them.",
    high="It is less: run the next cell.",
    done="About half of the score never arrives, because the biases take it. An explanation that hides this hides "
    "half of the score.",
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
        raise NotYet(
            "Your values are close but not exact. If you draw orders at random, take all of them instead: "
            "permutations(range(k))."
        )


def _banzhaf(value, k):
    gains = np.zeros(k)
    for keep in itertools.product([False, True], repeat=k):
        for player in range(k):
            without, with_it = np.array(keep), np.array(keep)
            without[player], with_it[player] = False, True
            gains[player] += (value(with_it) - value(without)) / 2**k
    return gains


@exercise(
    "26.7",
    "O3",
    "code",
    done="Shapley values are the mean gains over all orders. They are exact, but with "
    "many players there are far too many orders.",
)
def shapley(answer) -> None:
    rng, cases = np.random.default_rng(4), []
    for k in (1, 2, 3, 4, 5):
        table = rng.normal(size=2**k) * 3
        cases.append((lambda keep, table=table, k=k: float(table[np.asarray(keep, int) @ (1 << np.arange(k))]), k))
    mistakes = {
        "You only leave each player out of the full team. Average the gains over all orders of joining.": partial(
            _gains, start=True
        ),
        "You only let each player join first. Average the gains over all orders of joining.": partial(
            _gains, start=False
        ),
        "You use only one order. Average over all of them: `itertools.permutations(range(k))`.": _one_order,
        "You use only one order, the reverse one. Average over all of them.": partial(_one_order, backwards=True),
        "You give all sets the same weight. Over all orders, a set of size s has the weight s! · (k "
        "− s − 1)! / k!.": _banzhaf,
        "Your weights count the orders wrongly. A set of size s (without the player) has the weight s! · (k − s − "
        "1)! / k!.": partial(_by_sets, weight=lambda s, k: factorial(s) * factorial(k - s) / factorial(k)),
        "Your weights count the player as a member. A set of size s *without* the player has the weight s! · (k − "
        "s − 1)! / k!.": (
            partial(_by_sets, weight=lambda s, k: factorial(s + 1) * factorial(k - s - 1) / factorial(k))
        ),
        "You divide the weights by (k − 1)!. Divide them by k!.": partial(
            _by_sets, weight=lambda s, k: factorial(s) * factorial(k - s - 1) / factorial(k - 1)
        ),
        "You added up the gains over all sets without weights. A set of size s has the weight s! · (k − s − 1)! / "
        "k!.": partial(_by_sets, weight=lambda s, k: 1.0),
        "You measure each gain against the empty team. Measure it against the team just before the "
        "player joins.": partial(_against, before=lambda value, k: value(np.zeros(k, bool))),
        "You add the scores of the teams. A gain is the score with the player minus the score just before.": partial(
            _against, before=lambda value, k: 0.0
        ),
        "You share the whole equally. Average the gains over the orders, so that players who bring more get more.": (
            lambda value, k: np.full(k, _orders(value, k).sum() / k)
        ),
        "You added up the gains over the orders. Divide by the number of orders.": (
            lambda value, k: _orders(value, k) * np.prod(np.arange(1, k + 1))
        ),
        "You divide by the number of players. Divide by the number of orders.": (
            lambda value, k: _orders(value, k) * np.prod(np.arange(1, k + 1)) / k
        ),
        "You keep only the gains of the last order. Add up the gains of all orders: `+=`.": (
            lambda value, k: _one_order(value, k, backwards=True) / np.prod(np.arange(1, k + 1))
        ),
        "In your code, all players are still in when the second order begins. Begin each order with "
        "an empty team.": _same_team,
        "You add up the gains by their position in the order. Add each gain to the player who joined.": _by_turn,
        "Your gains have the wrong sign. A gain is the score *with* the player minus the score "
        "without.": lambda value, k: -_orders(value, k),
    }
    judge(answer, cases, _orders, mistakes, otherwise=lambda got: _nearly(got, cases))


choice(
    "26.10",
    "O4",
    right="c",
    why_not={
        "a": "Attention shows where numbers are taken from, not what they do to the score. Look at the deletion "
        "curve of attention.",
        "b": "The first paper says that attention *need not* be an explanation, and the second that it depends on "
        "what you ask for.",
        "d": "The mean contains all heads, but it still shows only one layer, before the rest of the network.",
    },
    done="A map of attention shows where numbers were taken from. Whether that is a reason has to be measured for "
    "each model.",
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


@exercise(
    "26.11",
    "O5",
    "debug",
    done="All films of the history stay hidden, also while you ask what would come first without some of them.",
    given=_given_26_11,
)
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
        "You hide only the films that were taken out, and no longer those that stay. Hide all of `history`.": partial(
            _first, hide="removed"
        ),
        "You hide only the kept films, so those taken out may come first. Hide all of `history`.": partial(
            _first, hide="kept"
        ),
        "`np.isin(history, removed)` compares films with positions. `removed` holds positions: "
        "np.delete(history, removed).": (
            lambda scores, history, removed: _first_of(scores, history[~np.isin(history, removed)], history)
        ),
        "You ask with the *removed* films. Ask what comes first without them: use the kept films.": (
            lambda scores, history, removed: _first_of(scores, history[removed], history)
        ),
        "You return the score. Return the film that has it: argmax.": (
            lambda scores, history, removed: _first_of(scores, np.delete(history, removed), history, np.max)
        ),
        "You return the film with the lowest score. Return the one with the highest: argmax.": (
            lambda scores, history, removed: _first_of(scores, np.delete(history, removed), history, np.argmin)
        ),
        "A score of 0 does not hide a film, because other scores may be below 0. Use −∞.": (
            lambda scores, history, removed: _first_of(scores, np.delete(history, removed), history, hidden=0.0)
        ),
        "You no longer hide any film. Films that were seen must not come first.": partial(_first, hide="none"),
        "You ask with the whole history. Ask what comes first *without* the removed films.": partial(
            _first, ask="history"
        ),
        "Index 0 is padding. Hide it as well.": partial(_first, padding=False),
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


@exercise(
    "26.8",
    "O4",
    "code",
    done="The deletion curve asks the model itself, not the explanation, so an explanation can fail this test.",
)
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
        "You begin with the least important. Leave out the most important first.": partial(_curve, first="least"),
        "You put features in instead of leaving them out. `keep` is True for what stays.": partial(
            _curve, insertion=True
        ),
        "You leave out one feature at a time. Those that were left out before must stay out.": partial(
            _curve, alone=True
        ),
        "You go through the positions 0, 1, 2, … Go through them in order of falling importance.": _curve_by_place,
        "You sort by the absolute importance. Sort by the importance itself, because a film that lowers the score "
        "is not important here.": (lambda value, importance: _curve(value, np.abs(importance))),
        "All your scores are those with nothing kept. If you change one array step by step, ask for the score at "
        "each step, or copy the array.": (
            lambda value, importance: np.full(len(importance) + 1, value(np.zeros(len(importance), bool)))
        ),
        "You return the changes of the score. Return the scores themselves.": (
            lambda value, importance: _curve(value, importance) - value(np.ones(len(importance), bool))
        ),
        "You return how far the score has fallen. Return the scores themselves.": (
            lambda value, importance: value(np.ones(len(importance), bool)) - _curve(value, importance)
        ),
        "You use the result of `argsort` as the rank of each feature. It lists which feature comes "
        "first, second, …": partial(_curve, order_as_rank=True),
    }
    judge(answer, cases, _curve, mistakes)


parsons(
    "26.9",
    "O4",
    right=("CADBE", "ACDBE", "CDABE"),
    not_used={
        "F": "Line F asks whether colleagues like the picture. That does not show whether it is true of the model.",
    },
    before={
        "CD": "Line D reads `importance`, so the explanation comes before its curve.",
        "AB": "Line B reads `bar`, the random orders, so line A comes first.",
        "DB": "Line B uses the height of the curve, so the curve must have been measured.",
        "BE": "Line E needs the differences of line B, so it comes last.",
    },
    done="The curve of the explanation is compared with the bar of random orders, user by user, so an explanation "
    "can fail this test.",
)


choice(
    "26.12",
    "O5",
    right="d",
    why_not={
        "a": "The model does not know what you love. It knows only which films you rated.",
        "b": "Attention does not say in which direction a film acts, and a user cannot check the sentence.",
        "c": "This is true of every list, so it says nothing about this film.",
    },
    done="The model was asked again without Alien and the positions were compared, so the sentence says no more "
    "than was checked.",
)
