"""Checks of lesson 07, learn embeddings."""

import numpy as np

from recsys_helpers.exercises import NotYet, Sign, choice, exercise, judge, must_be_function, parsons, predict, variants


def _batches(seed: int) -> list[tuple]:
    """ids that repeat (batch,), grad (batch, dim), n_rows; some rows have no id."""
    rng = np.random.default_rng(seed)
    cases = []
    for _ in range(30):
        n_rows, dim = int(rng.integers(4, 9)), int(rng.integers(1, 4))
        n = n_rows + int(rng.integers(2, 6))
        cases.append((rng.integers(0, n_rows - 1, n), rng.normal(size=(n, dim)), n_rows))
    return cases


def _scatter_add(ids, grad, n_rows):
    total = np.zeros((n_rows, grad.shape[1]))
    for one_id, row in zip(ids, grad):
        total[one_id] += row
    return total


def _scatter_last(ids, grad, n_rows):
    total = np.zeros((n_rows, grad.shape[1]))
    total[ids] = grad
    return total


def _scatter_mean(ids, grad, n_rows):
    return _scatter_add(ids, grad, n_rows) / np.maximum(np.bincount(ids, minlength=n_rows), 1)[:, None]


@exercise(
    "07.1",
    "O1",
    "faded",
    done="Each rating adds its gradient to the row of its id, however often the id repeats, as in one_hot.T @ grad.",
)
def scatter_add(answer) -> None:
    mistakes = {
        "When an id repeats, only its last row counts in your result: `+=` writes each row once. Use np.add.at.": (
            _scatter_last
        ),
        "You averaged the rows of an id. The gradient is their sum, as in one_hot.T @ grad.": _scatter_mean,
        "Your table ends at the highest id of the batch. It must have n_rows rows; rows without a rating stay 0.": (
            lambda ids, grad, n_rows: _scatter_add(ids, grad, ids.max() + 1)
        ),
        "Your table has rows only for the ids of the batch. It must have n_rows rows; the other rows stay 0.": (
            lambda ids, grad, n_rows: _scatter_add(ids, grad, n_rows)[np.unique(ids)]
        ),
        "`grad[ids]` looks up rows of grad. Do the opposite: add row k of grad to row ids[k] of the table.": (
            lambda ids, grad, n_rows: grad[ids]
        ),
        "You counted the ids with `np.bincount`. Add up the rows of `grad` instead, column by column.": (
            lambda ids, grad, n_rows: np.bincount(ids, minlength=n_rows)
        ),
        "When an id repeats, only its first row counts in your result. Add all of its rows.": (
            lambda ids, grad, n_rows: _scatter_last(ids[::-1], grad[::-1], n_rows)
        ),
        "`one_hot @ …` gives one row for each rating. Transpose it: one_hot.T @ grad has one row for each id.": Sign(
            lambda mine, ids, grad, n_rows: np.shape(mine) == grad.shape and not np.any(mine)
        ),
        "You returned one row for each rating. The gradient has the shape of the table: one row for each id.": (
            lambda ids, grad, n_rows: grad
        ),
        "You counted the ids. Add the rows of `grad` instead of ones.": (
            lambda ids, grad, n_rows: _scatter_add(ids, np.ones_like(grad), n_rows)
        ),
    }
    judge(answer, _batches(1), _scatter_add, mistakes)


parsons(
    "07.2",
    "O2",
    right="BDAEC",
    not_used={
        "F": "Line F is the bug of section 2: if an item repeats, only one of its ratings counts. Leave it out.",
    },
    before={
        "BD": "`rows` is defined by the loop, so the line with `for` comes first.",
        "BA": "`rows` is defined by the loop, so the line with `for` comes first.",
        "BE": "`rows` is defined by the loop, so the line with `for` comes first.",
        "BC": "`rows` is defined by the loop, so the line with `for` comes first.",
        "DA": "Line A uses `predicted`, so line D, which looks up the biases, comes first.",
        "AE": "Line E scatters `grad`, so it comes after the line that computes it.",
        "EC": "Line C needs `table_grad`, so the table is updated last.",
    },
    done="Every embedding is trained in this order: look up rows, compute the gradient, scatter-add it, "
    "update the table.",
)


def _row_gradients(p, q, grad):
    p_grad, q_grad = np.zeros(p.shape), np.zeros(q.shape)
    for row in np.ndindex(p.shape):
        p_grad[row], q_grad[row] = grad[row[0], 0] * q[row], grad[row[0], 0] * p[row]
    return p_grad, q_grad


@exercise(
    "07.3",
    "O2",
    "faded",
    done="The gradient for p contains q, and the other way round: so the two must not both start at zero.",
)
def row_gradients(answer) -> None:
    rng = np.random.default_rng(2)
    shapes = [(int(n), int(dim)) for n, dim in rng.integers(2, 7, (20, 2))]
    cases = [(rng.normal(size=s), rng.normal(size=s), rng.normal(size=(s[0], 1))) for s in shapes]
    mistakes = {
        "The two results are the wrong way round: the slope with respect to p is q.": (
            lambda p, q, grad: _row_gradients(q, p, grad)
        ),
        "You returned the slopes alone. Multiply them by `grad`, the gradient that comes from the loss.": (
            lambda p, q, grad: _row_gradients(p, q, np.ones_like(grad))
        ),
        "You summed over the batch. Each rating keeps its own row; adding up is the job of scatter-add.": (
            lambda p, q, grad: tuple(part.sum(axis=0) for part in _row_gradients(p, q, grad))
        ),
        "Both of your results contain q. The slope with respect to q is p.": (lambda p, q, grad: (grad * q, grad * q)),
        "Both of your results contain p. The slope with respect to p is q.": (lambda p, q, grad: (grad * p, grad * p)),
        "You added `grad` to the slope. The chain rule multiplies them.": lambda p, q, grad: (grad + q, grad + p),
        "Your second result is the slope alone. Multiply it by `grad` as well.": lambda p, q, grad: (grad * q, p),
        "You multiplied p by q. The slope with respect to one of them is the other one alone.": (
            lambda p, q, grad: (grad * p * q, grad * p * q)
        ),
    }
    judge(answer, cases, _row_gradients, mistakes)


def _given_07_4(user, item, rating, rng):
    return rng.permutation(user), rng.permutation(item), rng.permutation(rating)


@exercise(
    "07.4",
    "O2",
    "debug",
    done="All three arrays are shuffled in the same order, so each rating stays with its user and its film.",
    given=_given_07_4,
)
def shuffled(answer) -> None:
    must_be_function(answer)
    for n in (40, 61):
        data = np.arange(n) + 100, np.arange(n) + 500, np.arange(n) / 10  # row k: user 100 + k, film 500 + k
        kept = tuple(part.copy() for part in data)
        got = answer(*data, np.random.default_rng(n))
        if not all(np.array_equal(part, before) for part, before in zip(data, kept)):
            raise NotYet("Your function changed its input arrays. Return new arrays instead, for example user[order].")
        if not isinstance(got, (tuple, list)) or len(got) != 3:
            raise NotYet("Return three arrays: user, item and rating, in this order.")
        if any(np.shape(part) != (n,) for part in got):
            shapes = ", ".join(str(np.shape(part)) for part in got)
            raise NotYet(f"Each of the three arrays must keep its {n} entries; yours have the shapes {shapes}.")
        user, item, rating = (np.asarray(part, float) for part in got)
        if not all(np.allclose(np.sort(mine), part) for mine, part in zip((user, item, rating), data)):
            if np.isin(user, data[0]).all() and len(np.unique(user)) < n:
                raise NotYet(
                    "Some ratings occur twice and others are missing. Draw a permutation, not a sample "
                    "with replacement."
                )
            raise NotYet(
                "Your results do not contain the same numbers as the inputs. Return user, item and rating, "
                "in this order."
            )
        together = {
            "user and film": np.allclose(user - 100, item - 500),
            "user and rating": np.allclose(user - 100, 10 * rating),
            "film and rating": np.allclose(item - 500, 10 * rating),
        }
        if not any(together.values()):
            raise NotYet(
                "You shuffled each array in its own order, so ratings no longer match their users and "
                "films. Draw one order for all."
            )
        if not all(together.values()):
            held = next(name for name, is_kept in together.items() if is_kept)
            raise NotYet(f"Only {held} still belong together. Use the same order for all three arrays.")
        if np.array_equal(user, data[0]):
            raise NotYet("Nothing was shuffled: the order has not changed.")
        steps = np.diff(user)
        if (steps == steps[0]).mean() > 0.8:
            raise NotYet("Your order is not random: it is the old one, reversed or shifted. Use rng.permutation.")
        other = answer(*data, np.random.default_rng(n + 1))
        if np.array_equal(other[0], got[0]):
            raise NotYet("Your order is the same in every epoch. Draw it with the `rng` that is passed in.")
        again = answer(*data, np.random.default_rng(n))
        if not np.array_equal(again[0], got[0]):
            raise NotYet("The same generator should give the same order. Draw it with the `rng` that is passed in.")


predict(
    "07.5",
    "O3",
    truth=1.01,
    within=0.06,
    between=(0, 4.5),
    low="The low RMSE on train suggests this, but the model has memorised those ratings, which does not help on valid.",
    high="The model does overfit, but its predictions stay closer to the mean plus biases than that. Run "
    "the cell to see.",
    done="The RMSE on valid is far worse than that of the biases, although the one on train is halved: the "
    "model overfits.",
)


def _penalty(table, ids, kind):
    """Half the slope of the penalty: the table itself, or what a mistaken reader of the loss puts there."""
    n = np.bincount(ids, minlength=len(table))[:, None]  # ratings of each row in the batch
    return table * {"all": 1, "batch": n > 0, "each rating": n, "mean": 1 / len(ids)}[kind]


def _step(P, Q, user, item, target, rate, l2, add=_scatter_add, loss=2.0, decay=2.0, n=len, sign=1, **how):
    predicted = np.array([P[u] @ Q[i] for u, i in zip(user, item)])
    grad = (loss * (predicted - target) / n(target))[:, None]
    P_slope, Q_slope = (decay * l2 * _penalty(T, ids, how.get("kind", "all")) for T, ids in ((P, user), (Q, item)))
    rate, keep = how.get("fixed_rate", rate), how.get("keep", 1.0)
    P_slope, Q_slope = (how.get("l2_rate", rate) / rate * slope for slope in (P_slope, Q_slope))

    def moved(table, ids, other, slope):
        return keep * table - sign * rate * (add(ids, grad * other, len(table)) + slope)

    if how.get("own"):
        return moved(P, user, P[user], P_slope), moved(Q, item, Q[item], Q_slope)
    if how.get("first") == "Q":
        Q_new = moved(Q, item, P[user], Q_slope)
        return moved(P, user, Q_new[item], P_slope), Q_new
    P_new = moved(P, user, Q[item], P_slope)
    P_used = P_new if how.get("first") == "P" else P
    Q_new = moved(Q, item, P_used[user], Q_slope)
    return (Q_new, P_new) if how.get("swapped") else (P_new, Q_new)


_STEP_MISTAKES = {
    "The two tables are the wrong way round: return the new P first, then the new Q.": {"swapped": True},
    "An id that repeats counts only once in your result. Use np.add.at, not `+=` or `-=` on rows.": {
        "add": _scatter_last
    },
    "The gradient of Q used the new P. Compute both gradients first, then update both tables.": {"first": "P"},
    "The gradient of P used the new Q. Compute both gradients first, then update both tables.": {"first": "Q"},
    "The factor 2 is missing twice: in the slope of the squared error and in that of the penalty.": {
        "loss": 1.0,
        "decay": 1.0,
    },
    "The factor 2 is missing in the slope of the squared error.": {"loss": 1.0},
    "The slope of l2 · P² is 2 · l2 · P: the 2 of the penalty is missing.": {"decay": 1.0},
    "The penalty is missing: add 2 · l2 · table to each gradient.": {"decay": 0.0},
    "You used the sum over the batch. The loss is the mean: divide by the number of ratings.": {"n": lambda _: 1},
    "You returned the gradients. Return the new tables: table − rate · gradient.": {
        "keep": 0.0,
        "fixed_rate": -1.0,
    },
    "The rate is missing: subtract rate times the gradient.": {"fixed_rate": 1.0},
    "You multiplied only the error's gradient by the rate. Multiply the penalty's gradient by it as well.": {
        "l2_rate": 1.0
    },
    "The rows are swapped in your gradients: the slope with respect to a row of P is the row of Q.": {"own": True},
    "Your step goes uphill, in the direction of the gradient. Subtract rate times gradient.": {"sign": -1},
    "Your error is target − prediction, so the step makes it larger. Use prediction − target.": {"loss": -2.0},
    "Your penalty pushes the factors away from zero. Add 2 · l2 · table to the gradient, do not subtract it.": {
        "decay": -2.0
    },
    "You divided the penalty by the batch size. Only the squared errors are averaged.": {"kind": "mean"},
    "You penalised only the rows of the batch. The loss contains the squares of *all* rows.": {"kind": "batch"},
    "You penalised a row once for each of its ratings. The loss contains the squares of all rows, once.": {
        "kind": "each rating"
    },
}


@exercise("07.6", "O2", "code", done="This is a complete SGD step of matrix factorisation, written from scratch.")
def sgd_step(answer) -> None:
    must_be_function(answer)
    rng = np.random.default_rng(4)
    cases = []
    for _ in range(20):
        n_users, n_items, dim, n = (int(x) for x in rng.integers((3, 6, 2, 6), (6, 9, 5, 11)))
        P, Q = rng.normal(size=(n_users, dim)), rng.normal(size=(n_items, dim))
        ids = rng.integers(0, n_users, n), rng.integers(0, n_items, n)
        cases.append((P, Q, *ids, rng.normal(size=n), float(rng.uniform(0.1, 0.5)), float(rng.uniform(0.1, 0.5))))
    judge(answer, cases, _step, variants(_step, _STEP_MISTAKES, at_once=3), keeps_input=True)


choice(
    "07.7",
    "O4",
    right="b",
    why_not={
        "a": "This tests whether training was too short, not what the model gains from the users' later ratings.",
        "c": "This measures how much the RMSE depends on the random draw. The later ratings are seen under every seed.",
        "d": "The two splits would still differ in several ways at once, so this does not isolate the later ratings.",
    },
    done="This comparison changes one thing only: when the training ratings were given.",
)


def _cosine(vectors, j):
    return np.array([v @ vectors[j] / np.sqrt((v @ v) * (vectors[j] @ vectors[j])) for v in vectors])


def _hide(value, j, is_candidate, by=-np.inf):
    """Values with `by` at every row that may not be returned."""
    return np.where(is_candidate & (np.arange(len(value)) != j), value, by)


def _takes_first(values_of):
    """Whether an answer holds the k rows with the highest of these values, best first; ties in any order."""

    def agrees(got, vectors, j, is_candidate, k):
        value = values_of(vectors, j, is_candidate)
        return np.allclose(value[got], np.sort(value)[::-1][:k])

    return agrees


def _positions(keep_j):
    """Whether an answer holds positions among the candidates instead of row numbers."""

    def agrees(got, vectors, j, is_candidate, k):
        rows = np.flatnonzero(is_candidate & (keep_j | (np.arange(len(vectors)) != j)))
        order = np.argsort(-_hide(_cosine(vectors, j), j, is_candidate)[rows])
        return got == order[:k].tolist()

    return agrees


def _skips_the_first(got, vectors, j, is_candidate, k):
    return got == np.argsort(-np.where(is_candidate, _cosine(vectors, j), -np.inf))[1 : k + 1].tolist()


_is_nearest = _takes_first(lambda vectors, j, is_candidate: _hide(_cosine(vectors, j), j, is_candidate))
_NEAREST_MISTAKES = {
    "You sorted by dot product, which favours long rows. Divide by the lengths to get the cosine.": _takes_first(
        lambda vectors, j, is_candidate: _hide(vectors @ vectors[j], j, is_candidate)
    ),
    "You sorted by distance. The cosine compares directions and ignores the lengths.": _takes_first(
        lambda vectors, j, is_candidate: _hide(-((vectors - vectors[j]) ** 2).sum(axis=1), j, is_candidate)
    ),
    "You returned the least similar rows: the order is reversed.": _takes_first(
        lambda vectors, j, is_candidate: _hide(-_cosine(vectors, j), j, is_candidate)
    ),
    "These are the right rows, but worst first. Reverse them.": lambda got, *case: _is_nearest(got[::-1], *case),
    "np.argsort sorts in ascending order, so the rows that you set to −∞ come first. Sort −cosine.": _takes_first(
        lambda vectors, j, is_candidate: -_hide(_cosine(vectors, j), j, is_candidate)
    ),
    "You set hidden rows to 0. A cosine can be negative, and then 0 ranks above it. Use −∞.": _takes_first(
        lambda vectors, j, is_candidate: _hide(_cosine(vectors, j), j, is_candidate, by=0)
    ),
    "You took absolute values, but the opposite direction is the least similar of all. Keep the sign.": _takes_first(
        lambda vectors, j, is_candidate: _hide(np.abs(_cosine(vectors, j)), j, is_candidate)
    ),
    "You set rows that are not candidates to 0, which ranks above negative cosines. Use −∞, as for row j.": (
        _takes_first(
            lambda vectors, j, is_candidate: np.where(
                np.arange(len(vectors)) == j, -np.inf, np.where(is_candidate, _cosine(vectors, j), 0)
            )
        )
    ),
    "These are positions among the candidates, not rows of `vectors`. Look them up in np.flatnonzero(is_candidate).": (
        _positions(keep_j=True)
    ),
    "These are positions among the candidates without row j, not rows of `vectors`. Convert them to row numbers.": (
        _positions(keep_j=False)
    ),
    "You skip the first position to leave out row j. If j is not a candidate, another row is there: hide j instead.": (
        _skips_the_first
    ),
    "Every row is its own nearest neighbour. Leave out row j.": _takes_first(
        lambda vectors, j, is_candidate: np.where(
            is_candidate | (np.arange(len(vectors)) == j), _cosine(vectors, j), -np.inf
        )
    ),
    "Row j is often a candidate, and then it is its own nearest neighbour. Hide it as well.": _takes_first(
        lambda vectors, j, is_candidate: np.where(is_candidate, _cosine(vectors, j), -np.inf)
    ),
    "You return rows that are not candidates. Hide them before you sort.": _takes_first(
        lambda vectors, j, is_candidate: _hide(_cosine(vectors, j), j, True)
    ),
}


@exercise(
    "07.8",
    "O5",
    "code",
    done="The cosine compares directions only, so a film with long factors is not near every other film.",
)
def nearest(answer) -> None:
    must_be_function(answer)
    rng = np.random.default_rng(5)
    asked, answers = [], []
    for number in range(60):
        n, dim, k = int(rng.integers(12, 20)), int(rng.integers(2, 5)), int(rng.integers(2, 8))
        n, k = (n, k) if number < 59 else (5000, 900)  # so many that a half-sorted list is not sorted by luck
        vectors = rng.normal(size=(n, dim)) * rng.uniform(0.1, 5, (n, 1))
        j, is_candidate = int(rng.integers(n)), rng.random(n) < 0.7
        is_candidate[:8] = True
        result = answer(vectors.copy(), j, is_candidate.copy(), k)
        got = np.asarray(result)
        if got.shape != (k,) or got.dtype.kind not in "iu":
            raise NotYet(f"Return k = {k} row numbers; yours has shape {got.shape} and type {got.dtype}.")
        if got.min() < 0 or got.max() >= n:
            raise NotYet(f"There are rows 0 to {n - 1}; you return {got.tolist()}.")
        asked.append((vectors, j, is_candidate, k))
        answers.append(got.tolist())
    if all(_is_nearest(got, *case) for got, case in zip(answers, asked)):
        return
    for hint, agrees in _NEAREST_MISTAKES.items():
        if all(agrees(got, *case) for got, case in zip(answers, asked)):
            raise NotYet(hint)
    if any(j in got for got, (_, j, _, _) in zip(answers, asked)):
        raise NotYet("For some inputs you return row j itself. Leave it out.")
    if not all(is_candidate[got].all() for got, (_, _, is_candidate, _) in zip(answers, asked)):
        raise NotYet("For some inputs you return a row that is not a candidate. Hide those rows before you sort.")
    for got, (vectors, j, is_candidate, k) in zip(answers, asked):
        right = np.argsort(-_hide(_cosine(vectors, j), j, is_candidate))[:k].tolist()
        if set(got) == set(right) and got != right:
            raise NotYet(
                "These are the right rows, but not in order. Return the best first: np.argpartition does not sort."
            )
        if got != right:
            raise NotYet(f"For row {j} of {len(vectors)} vectors and k = {k} it should be {right}; yours is {got}.")


choice(
    "07.9",
    "O6",
    right="c",
    why_not={
        "a": "If the weights differed at the start, the outputs would differ as well.",
        "b": "The gradients agree, so both losses and both backward passes are the same.",
        "d": "Rounding errors of 1e-16 do not grow to tenths in fifty small steps: with the penalty, the "
        "models agreed to 1e-7.",
    },
    done="Outputs and gradients agree, so only what turns gradients into steps can differ: the update rule.",
)
