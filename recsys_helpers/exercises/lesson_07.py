"""Checks of lesson 07, learn embeddings."""

from functools import partial

import numpy as np

from recsys_helpers.exercises import NotYet, choice, exercise, judge, predict


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
    "07.1", "O1", "faded", done="Every rating of the batch counts, however often its id stands there: oneᵀ times grad."
)
def scatter_add(answer) -> None:
    mistakes = {
        "Of an id that repeats only the last row counts in yours: `+=` writes each row once. Use np.add.at.": (
            _scatter_last
        ),
        "You averaged the rows of an id. The gradient is their sum, as in one_hot.T @ grad.": _scatter_mean,
        "Your table ends at the highest id of the batch. It must have n_rows rows; the others stay 0.": (
            lambda ids, grad, n_rows: _scatter_add(ids, grad, ids.max() + 1)
        ),
        "You returned a row for each rating. The gradient has the shape of the table: a row for each id.": (
            lambda ids, grad, n_rows: grad
        ),
        "You counted the ids. Add the rows of `grad` instead of ones.": (
            lambda ids, grad, n_rows: _scatter_add(ids, np.ones_like(grad), n_rows)
        ),
    }
    judge(answer, _batches(1), _scatter_add, mistakes)


@exercise("07.2", "O2", "parsons", done="Look up, compare, scatter, move: every embedding is trained in this order.")
def epoch_lines(answer) -> None:
    order = "".join(letter for letter in str(answer).upper() if letter.isalpha())
    if order == "BDAEC":
        return
    if "F" in order:
        raise NotYet("Line F is the bug of section 2: of an item that repeats only one rating counts. Leave it out.")
    if sorted(order) != list("ABCDE"):
        raise NotYet("Use each of the letters A, B, C, D and E once.")
    if order[0] != "B":
        raise NotYet("`rows` comes from the loop, so the line with `for` stands first.")
    if order.index("A") < order.index("D"):
        raise NotYet("Line A uses `predicted`: look the biases up before you compare.")
    if order.index("E") < order.index("A"):
        raise NotYet("Line E scatters `grad`, so it comes after the line that computes it.")
    raise NotYet("The table moves last: line C needs `table_grad`.")


def _pair(answer, shapes: str):
    """Wrap a function that must return two arrays: their entries in one row, or a hint."""

    def call(*case):
        result = answer(*case)
        if not isinstance(result, (tuple, list)) or len(result) != 2:
            raise NotYet(f"Return two arrays, {shapes}; yours returned {type(result).__name__}.")
        return np.concatenate([np.ravel(part) for part in result])

    return call


def _row_gradients(p, q, grad):
    p_grad, q_grad = np.zeros(p.shape), np.zeros(q.shape)
    for row in np.ndindex(p.shape):
        p_grad[row], q_grad[row] = grad[row[0], 0] * q[row], grad[row[0], 0] * p[row]
    return p_grad, q_grad


@exercise("07.3", "O2", "faded", done="Each side's slope is the other side: that is why both must not begin at zero.")
def row_gradients(answer) -> None:
    rng = np.random.default_rng(2)
    shapes = [(int(n), int(dim)) for n, dim in rng.integers(2, 7, (20, 2))]
    cases = [(rng.normal(size=s), rng.normal(size=s), rng.normal(size=(s[0], 1))) for s in shapes]
    mistakes = {
        "The two are the wrong way round: the slope with respect to p is q.": (
            lambda p, q, grad: _row_gradients(q, p, grad)
        ),
        "These are the slopes alone. Multiply by `grad`, which comes from the loss.": (
            lambda p, q, grad: _row_gradients(p, q, np.ones_like(grad))
        ),
        "You summed over the batch. Each rating keeps its own row; adding up is the job of scatter-add.": (
            lambda p, q, grad: tuple(part.sum(axis=0) for part in _row_gradients(p, q, grad))
        ),
        "You multiplied p and q with each other. Each side's slope is the other side alone.": (
            lambda p, q, grad: (grad * p * q, grad * p * q)
        ),
    }
    wrapped = {hint: _pair(mistake, "") for hint, mistake in mistakes.items()}
    judge(_pair(answer, "for p and for q"), cases, _pair(_row_gradients, ""), wrapped)


def _given_07_4(p, q):
    return np.tensordot(p, q, 2)


@exercise(
    "07.4",
    "O2",
    "debug",
    done="One number for each rating. The sum over both axes mixed the whole batch.",
    given=_given_07_4,
)
def dot_products(answer) -> None:
    rng = np.random.default_rng(3)
    for n, dim in ((2, 3), (5, 2), (4, 4), (1, 3)):
        p, q = rng.normal(size=(n, dim)), rng.normal(size=(n, dim))
        got = np.asarray(answer(p, q))
        right = np.array([[sum(p[i, j] * q[i, j] for j in range(dim))] for i in range(n)])
        if got.shape == ():
            raise NotYet("One single number for the whole batch: every rating would get the same similarity.")
        if got.shape == (n, n) and n > 1:
            raise NotYet(
                "You have every user with every film of the batch, (batch, batch). Only the pairs are asked for."
            )
        if got.shape == (n,) and np.allclose(got, right[:, 0]):
            raise NotYet("The right numbers in shape (batch,): added to the biases they would become a square.")
        if got.shape == (n, dim):
            raise NotYet("The products are not summed yet: add up each row.")
        if got.shape == (dim,) and np.allclose(got, (p * q).sum(axis=0)):
            raise NotYet("You summed over the batch, axis 0. Sum over the factors, axis 1.")
        if got.shape != right.shape or not np.allclose(got, right):
            raise NotYet(
                f"For p={p.round(2).tolist()} and q={q.round(2).tolist()} it should be {right.round(2).tolist()}."
            )


predict(
    "07.5",
    "O3",
    truth=1.01,
    within=0.06,
    between=(0, 4.5),
    low="Half the error on train promised as much. Look at valid: what was learned by heart is of no use there.",
    high="It overfits, but a prediction is still near the mean plus biases: look how far it really goes.",
    done="Far worse than the biases, although train halved: overfitting.",
)


def _step(P, Q, user, item, target, rate, l2, add=_scatter_add, fresh=False, scale=2.0, decay=2.0, sign=1, sums=False):
    predicted = np.array([P[u] @ Q[i] for u, i in zip(user, item)])
    grad = (scale * (predicted - target) / (1 if sums else len(target)))[:, None]
    P_new = P - sign * rate * (add(user, grad * Q[item], len(P)) + decay * l2 * P)
    Q_new = Q - sign * rate * (add(item, grad * (P_new if fresh else P)[user], len(Q)) + decay * l2 * Q)
    return P_new, Q_new


def _step_penalty_in_batch(P, Q, user, item, target, rate, l2):
    P_new, Q_new = _step(P, Q, user, item, target, rate, 0.0)
    for table, new, ids in ((P, P_new, user), (Q, Q_new, item)):
        new -= rate * 2 * l2 * _scatter_add(ids, table[ids], len(table))
    return P_new, Q_new


@exercise("07.6", "O2", "code", done="That is a whole training step of matrix factorisation, from scratch.")
def sgd_step(answer) -> None:
    rng = np.random.default_rng(4)
    cases = []
    for _ in range(20):
        n_users, n_items, dim, n = (int(x) for x in rng.integers((3, 6, 2, 6), (6, 9, 5, 11)))
        P, Q = rng.normal(size=(n_users, dim)), rng.normal(size=(n_items, dim))
        ids = rng.integers(0, n_users, n), rng.integers(0, n_items, n)
        cases.append((P, Q, *ids, rng.normal(size=n), float(rng.uniform(0.1, 0.5)), float(rng.uniform(0.1, 0.5))))
    mistakes = {
        "Ids that repeat count once in yours. Scatter with np.add.at, not with `+=` or `-=` on rows.": partial(
            _step, add=_scatter_last
        ),
        "The gradient of Q used the new P. Compute both gradients first, then move both tables.": partial(
            _step, fresh=True
        ),
        "The penalty is missing: add 2 · l2 · table to each gradient.": partial(_step, decay=0.0),
        "The slope of l2 · P² is 2 · l2 · P: the 2 of the penalty is missing.": partial(_step, decay=1.0),
        "Your loss is the sum over the batch. The mean is asked for: divide by the number of ratings.": partial(
            _step, sums=True
        ),
        "The slope of a squared error has a 2 in it, which yours has not.": partial(_step, scale=1.0),
        "You went uphill: subtract rate times gradient.": partial(_step, sign=-1),
        "You penalised only rows of the batch, once a rating. The loss holds the squares of *all* rows, once.": (
            _step_penalty_in_batch
        ),
    }
    wrapped = {hint: _pair(mistake, "") for hint, mistake in mistakes.items()}
    judge(_pair(answer, "the new P and the new Q"), cases, _pair(_step, ""), wrapped)


choice(
    "07.7",
    "O4",
    right="b",
    why_not={
        "a": "If it came down you would know that training was too short, not what the random split shows the model.",
        "c": "That measures the luck of the draw. The later ratings are seen under every seed.",
        "d": "Biases show a distance too, but for a reason that is just as unknown: everything still differs at once.",
    },
    done="One change only: when the ratings that we learn from were given.",
)


def _nearest(vectors, j, is_candidate, k, similarity):
    value = [
        -np.inf if i == j or not is_candidate[i] else similarity(vectors[i], vectors[j]) for i in range(len(vectors))
    ]
    return sorted(range(len(vectors)), key=lambda i: -value[i])[:k]


def _cosine(a, b):
    return a @ b / np.sqrt((a @ a) * (b @ b))


@exercise(
    "07.8", "O5", "code", done="Direction alone counts, so a film with long factors is not everybody's neighbour."
)
def nearest(answer) -> None:
    rng = np.random.default_rng(5)
    wrong = {
        "dot": (
            np.dot,
            "Yours sorts by dot product, so long rows win. Divide by the lengths: the cosine is asked for.",
        ),
        "distance": (
            lambda a, b: -((a - b) ** 2).sum(),
            "Yours sorts by distance. The cosine compares directions, whatever the lengths.",
        ),
        "ascending": (
            lambda a, b: -_cosine(a, b),
            "Yours are the least similar ones: the order is turned round.",
        ),
    }
    possible = dict(wrong)
    for _ in range(40):
        n, dim, k = int(rng.integers(9, 15)), int(rng.integers(2, 5)), int(rng.integers(2, 4))
        vectors = rng.normal(size=(n, dim)) * rng.uniform(0.1, 5, (n, 1))
        j, is_candidate = int(rng.integers(n)), rng.random(n) < 0.7
        is_candidate[:4] = True
        got = np.asarray(answer(vectors.copy(), j, is_candidate.copy(), k))
        if got.shape != (k,) or got.dtype.kind not in "iu":
            raise NotYet(f"Return k = {k} row numbers; yours has shape {got.shape} and type {got.dtype}.")
        got = got.tolist()
        if j in got:
            raise NotYet("A row is its own nearest one: leave row j out.")
        if not is_candidate[got].all():
            raise NotYet("You return a row that is no candidate. Hide those before you sort.")
        right = _nearest(vectors, j, is_candidate, k, _cosine)
        possible = {n: x for n, x in possible.items() if got == _nearest(vectors, j, is_candidate, k, x[0])}
        if got != right:
            for _, hint in possible.values():
                raise NotYet(hint)
            if set(got) == set(right):
                raise NotYet("The right rows in the wrong order: the highest cosine comes first.")
            raise NotYet(f"For row {j} of {vectors.round(2).tolist()} it should be {right}, yours is {got}.")


choice(
    "07.9",
    "O6",
    right="c",
    why_not={
        "a": "If the weights differed at the start, the outputs would differ as well.",
        "b": "The gradients agree, so both losses and both backward passes are the same.",
        "d": "Rounding errors of 1e-16 do not grow to tenths in fifty small steps; the twin above shows it.",
    },
    done="Outputs and gradients agree, so what is left is what is made of the gradients: the update rule.",
)
