"""Checks of lesson 11, remember with an RNN."""

from functools import partial

import numpy as np

from recsys_helpers.exercises import (
    NotYet,
    Sign,
    as_power_of_ten,
    choice,
    exercise,
    judge,
    must_be_function,
    parsons,
    predict,
    trace,
    variants,
)

trace(
    "11.1",
    "O1",
    0.682,
    {
        0.5: "That is the film alone. Add half of the old scary number.",
        0.86: "You added the whole memory. U keeps only half of it.",
        0.59: "That is the number after tanh. Give the sum before it.",
        0.91: "That is the funny number: 0.5 from the film, plus half of 0.83.",
        0.92: "That is the funny number: 0.5 from the film, plus half of 0.83.",
        0.69: "You took half of 0.38, the sum at the third film. Take half of the state, which is the tanh of "
        "this sum: 0.36.",
        0.88: "You took half of 0.76, the state after the second film. Take the state after the third.",
        0.18: "That is the memory alone. The film itself is half scary and adds 0.5.",
        0.43: "You halved the film, too. It enters unchanged, because W changes nothing.",
        1.18: "This film is only half scary: it adds 0.5, not 1.",
    },
    "Add 0.5 from the film and half of the scary number after the third film.",
    "0.5 + 0.5 · 0.36 = 0.68: the new film counts fully, and U keeps half of the memory.",
    within=0.005,
)


def _sigmoid(v):
    return 1 / (1 + np.exp(-v))


def _rnn(
    x, W, U, b, activation=np.tanh, start=0.0, keep=True, carry=1.0, backwards=False, late_bias=False, outside=False,
    shared=False, plus=False, apart=False,
):  # fmt: skip
    states, state = np.zeros((len(x), x.shape[1], len(b))), np.full(len(b), start)
    for row in range(len(x)):
        state = state if shared else np.full(len(b), start)
        for t in range(x.shape[1])[:: -1 if backwards else 1]:
            total = np.array([x[row, t] @ W[:, j] + carry * (state @ U[:, j]) for j in range(len(b))])
            before, state = state, activation(total) + b if late_bias else activation(total + b)
            if outside:
                state = activation(x[row, t] @ W + b) + before @ U
            if apart:
                state = activation(x[row, t] @ W + b) + activation(before @ U)
            if plus:
                state = state + before
            states[row, t] = state
    return states if keep else states[:, -1]


@exercise(
    "11.2",
    "O1",
    "code",
    done="A recurrent layer uses the same weights at every step and passes its state on to the next.",
)
def rnn(answer) -> None:
    rng = np.random.default_rng(1)
    cases = []
    for batch, length, n_inputs, dim in ((1, 2, 3, 2), (2, 3, 4, 5), (3, 5, 2, 4), (4, 6, 5, 3)):
        shapes = (batch, length, n_inputs), (n_inputs, dim), (dim, dim), (dim,)
        cases.append(tuple(rng.normal(0, 0.7, shape) for shape in shapes))
    changes = {
        "You return only the last state. Return the state after *every* film.": {"keep": False},
        "The nonlinearity is missing: apply tanh to the sum.": {"activation": lambda v: v},
        "The nonlinearity is tanh, not a sigmoid.": {"activation": _sigmoid},
        "The nonlinearity is tanh, not a ReLU.": {"activation": lambda v: np.maximum(v, 0)},
        "You add the memory outside tanh. Apply tanh to the whole sum.": {"outside": True},
        "You apply tanh to film and memory separately. Add them first, then apply one tanh to the whole sum.": {
            "apart": True
        },
        "You add the old state once more, outside tanh. It should enter only through U.": {"plus": True},
        "You add the bias after tanh. Add it before.": {"late_bias": True},
        "There is no memory: the old state times U is missing, or you set the state to zero at each step.": {
            "carry": 0.0
        },
        "The state is carried from one user to the next. Each history should begin with a state of zeros.": {
            "shared": True
        },
        "Your first state is one. Begin with zeros.": {"start": 1.0},
        "You read the history from its end. Read the oldest film first.": {"backwards": True},
    }
    mistakes = variants(_rnn, changes) | {
        "The bias is missing: add `b` to the sum before tanh.": lambda x, W, U, b: _rnn(x, W, U, 0 * b),
        "You add the bias twice. Add it once, to the sum of film and memory.": (
            lambda x, W, U, b: _rnn(x, W, U, 2 * b)
        ),
        "You use U transposed. Write `state @ U`, not `state @ U.T`.": lambda x, W, U, b: _rnn(x, W, U.T, b),
        "Your axes are (length, batch, dim). Stack the states along axis 1.": (
            lambda x, W, U, b: _rnn(x, W, U, b).transpose(1, 0, 2)
        ),
        "The zeros of the start are among your states. Store only the state *after* each film, `length` of them.": (
            lambda x, W, U, b: np.pad(_rnn(x, W, U, b), ((0, 0), (1, 0), (0, 0)))
        ),
        "You add up the films and apply one tanh. The state should go through U and tanh at every step.": (
            lambda x, W, U, b: np.tanh(np.cumsum(x @ W, axis=1) + b)
        ),
        "You store the state *before* each film. Compute the new one first, then store it.": (
            lambda x, W, U, b: np.pad(_rnn(x, W, U, b)[:, :-1], ((0, 0), (1, 0), (0, 0)))
        ),
        "Your loop ends after the first film: is `return` inside it?": (lambda x, W, U, b: _rnn(x, W, U, b)[:, :1]),
        "You keep half of the old state, as in section 1. Here U can be any matrix: use `state @ U`.": (
            lambda x, W, U, b: _rnn(x, W, 0.5 * np.eye(len(U)), b)
        ),
        "You do not read the first film and return the state of zeros for it. Read it like all the others.": (
            lambda x, W, U, b: np.pad(_rnn(x[:, 1:], W, U, b), ((0, 0), (1, 0), (0, 0)))
        ),
        "You read the first film twice. Begin with a state of zeros, and let the loop read every film once.": (
            lambda x, W, U, b: _rnn(np.concatenate([x[:, :1], x], axis=1), W, U, b)[:, 1:]
        ),
        "You read the first film twice, so there is one state too many. Begin with zeros; the loop reads all films.": (
            lambda x, W, U, b: _rnn(np.concatenate([x[:, :1], x], axis=1), W, U, b)
        ),
        "You pass the sum on to the next step. Pass on the state, which is its tanh.": (
            lambda x, W, U, b: np.tanh(_rnn(x, W, U, b, activation=lambda v: v))
        ),
        "You return several results. Return only the states.": Sign(lambda got, *case: isinstance(got, tuple)),
        "Every position holds the last state, because your list holds the same array each time. Make a new one at "
        "each step.": (lambda x, W, U, b: np.repeat(_rnn(x, W, U, b)[:, -1:], x.shape[1], axis=1)),
    }
    judge(
        answer,
        cases,
        _rnn,
        mistakes,
        raised={
            IndexError: "Do you read `x[t]`? That is one user. The films at position t of all users are `x[:, t]`."
        },
    )


trace(
    "11.3",
    "O2",
    0.032,
    {
        0.4**3: "Almost: the first film also passes the nonlinearity of its own position, which adds one more "
        "factor of 0.5.",
        0.5 * 0.4**4: "From the first state to the fourth there are three steps through U, not four.",
        0.4**4: "The first film passes four nonlinearities but U only three times, because W is 1.",
        0.8**3: "You left out the nonlinearities: each of the four positions has the slope 0.5.",
        0.5**4: "You left out U: there are three steps back, each times 0.8.",
        0.5 * 0.8**3: "There is a nonlinearity at each of the four positions: 0.5 four times, not once.",
        0.8**4 * 0.5**3: "It is the other way round: the nonlinearity comes four times, and U three times.",
        0.8**4: "You left out the nonlinearities. And from the fourth state to the first, U comes only three times, "
        "not four.",
        0.4: "That is a single step back. From the fourth state to the first there are three, each times 0.4.",
        1.6: "Steps back multiply; they do not add up.",
        0.16: "Count again: there are three steps from the fourth state to the first, and one more slope at the "
        "first film.",
        0.5 * 0.4**2: "Count again: from the fourth state to the first there are three steps.",
    },
    "Start at the fourth state: tanh, U, tanh, U, tanh, U, tanh. Multiply the slopes and the weights.",
    "The gradient is 0.032 after three steps back; each further step multiplies it by another 0.4.",
    within=0.0004,
)


@exercise(
    "11.4",
    "O2",
    "predict",
    done="Right: about a billionth. Untrained gates are near one half, so almost nothing is left after forty steps.",
)
def power_of_ten(answer) -> str | None:
    guess = as_power_of_ten(answer)
    if not -30 <= guess <= 10:
        raise NotYet("Guess a number between -30 and 10.")
    if guess > 0:
        return "A positive power would mean that the gradient grows on its way back. It shrinks: run the next cell."
    if guess < -11.5:
        return (
            "That is too little. Each step keeps about six tenths, and 0.6 to the power of forty is about a billionth."
        )
    if guess > -6.5:
        return (
            "Most people expect that. But an untrained gate is near one half and keeps little more than half "
            "at each step."
        )
    return None


def _gru(
    x, h, W, U, b, order="zrc", reset="after", rows=(0, 1), inside=True, mix="z", activation=np.tanh, gate=_sigmoid,
    gates_see_h=1.0, reset_by="r",
):  # fmt: skip
    dim = h.shape[1]
    part = {name: slice(order.index(name) * dim, (order.index(name) + 1) * dim) for name in "zrc"}
    b_x, b_h = (np.zeros(3 * dim) if row is None else b[row] for row in rows)
    gates = {k: gate(x @ W[:, part[k]] + b_x[part[k]] + gates_see_h * (h @ U[:, part[k]] + b_h[part[k]])) for k in "zr"}
    z, r = gates["z"], gates.get(reset_by, np.ones_like(gates["z"]))
    product = {
        "after": r * (h @ U[:, part["c"]]),
        "before": (r * h) @ U[:, part["c"]],
        "twice": r * ((r * h) @ U[:, part["c"]]),
        "state": r * h,
        "all": r * (h @ U[:, part["c"]] + x @ W[:, part["c"]] + b_x[part["c"]]) - x @ W[:, part["c"]] - b_x[part["c"]],
    }[reset]
    c = activation(
        x @ W[:, part["c"]] + product + b_x[part["c"]] + (r if inside and reset != "before" else 1) * b_h[part["c"]]
    )
    keep = {"z": z, "1-z": 1 - z, "r": gates["r"]}.get(mix, z)
    return {"candidate": c, "full": z * h + c, "forget": (1 - z) * c}.get(mix, keep * h + (1 - keep) * c)


def _gru_reset_by_one_minus_r(x, h, W, U, b):
    """1 − sigmoid(v) is sigmoid(−v): the weights of the reset gate, and its biases, with the other sign."""
    sign = np.repeat([1, -1, 1], h.shape[1])
    return _gru(x, h, W * sign, U * sign, b * sign)


def _gru_sigmoids_apart(x, h, W, U, b):
    (z_x, r_x, c_x), (z_h, r_h, c_h) = np.split(x @ W + b[0], 3, axis=1), np.split(h @ U + b[1], 3, axis=1)
    z, r = _sigmoid(z_x) + _sigmoid(z_h), _sigmoid(r_x) + _sigmoid(r_h)
    return z * h + (1 - z) * np.tanh(c_x + r * c_h)


def _gru_before_without_bias(x, h, W, U, b):
    (z_x, r_x, c_x), (z_h, r_h, _) = np.split(x @ W + b[0], 3, axis=1), np.split(h @ U + b[1], 3, axis=1)
    z, r = _sigmoid(z_x + z_h), _sigmoid(r_x + r_h)
    return z * h + (1 - z) * np.tanh(c_x + (r * h) @ U[:, -h.shape[1] :])


@exercise(
    "11.5",
    "O3",
    "code",
    done="You computed the GRU step as Keras does: two products, cut into three parts, then mixed once.",
)
def gru_step(answer) -> None:
    rng = np.random.default_rng(2)
    cases = []
    for batch, n_inputs, dim in ((1, 3, 2), (2, 3, 4), (3, 5, 2), (4, 3, 5)):
        shapes = (batch, n_inputs), (batch, dim), (n_inputs, 3 * dim), (dim, 3 * dim), (2, 3 * dim)
        cases.append(tuple(rng.normal(0, 0.8, shape) for shape in shapes))

    changes = {
        "You reset twice, the state and the product. Keras resets only the product.": {"reset": "twice"},
        "The two shares are swapped: in Keras, z keeps the *old* state, and 1 − z lets the candidate in.": {
            "mix": "1-z"
        },
        "You reset before the product, as in the paper. Keras resets after it: r times the candidate's part of h "
        "@ U.": {"reset": "before"},
        "The gates are the wrong way round: z has the first columns, r the second.": {"order": "rzc"},
        "The second row of the bias is missing: add it to h @ U.": {"rows": (0, None)},
        "The first row of the bias is missing: add it to x @ W.": {"rows": (None, 1)},
        "Both rows of the bias are missing: the first belongs to x @ W, the second to h @ U.": {"rows": (None, None)},
        "The rows of the bias are swapped: the first belongs to x @ W, the second to h @ U.": {"rows": (1, 0)},
        "You add the first row of the bias twice. The second one belongs to h @ U.": {"rows": (0, 0)},
        "You add the second row of the bias twice. The first one belongs to x @ W.": {"rows": (1, 1)},
        "The second row of the bias is outside the reset. It belongs to h @ U, so r multiplies it, too.": {
            "inside": False
        },
        "The candidate has no nonlinearity: apply tanh.": {"activation": lambda v: v},
        "You apply a sigmoid to the candidate. It needs tanh, which can be negative.": {"activation": _sigmoid},
        "Nothing is reset: multiply the candidate's part of h @ U by r.": {"reset_by": None},
        "You reset with z. The reset gate is r, the second part.": {"reset_by": "z"},
        "You mix with r. The shares are z and 1 − z.": {"mix": "r"},
        "You return the candidate. Mix it with the old state: z · h + (1 − z) · candidate.": {"mix": "candidate"},
        "You reset the film's part as well. r multiplies only the candidate's part of h @ U.": {"reset": "all"},
        "You reset the state itself, without U. The reset multiplies the candidate's part of h @ U.": {
            "reset": "state"
        },
        "The candidate counts fully. Give it the share 1 − z.": {"mix": "full"},
        "Nothing of the old state is kept: add z · h.": {"mix": "forget"},
        "The gates have no sigmoid, so they are not between 0 and 1.": {"gate": lambda v: v},
        "You apply tanh to the gates. A gate lies between 0 and 1: use a sigmoid.": {"gate": np.tanh},
        "The gates do not see the old state. Each adds its part of x @ W *and* its part of h @ U.": {
            "gates_see_h": 0.0
        },
    }
    mistakes = variants(_gru, changes) | {
        f"Your parts are in the order {', '.join(order)}. Keras stores them as z, r, candidate (c).": partial(
            _gru, order=order
        )
        for order in ("zcr", "rcz", "crz", "czr")
    }
    mistakes |= {
        "You reset with 1 − r. Multiply the candidate's part of h @ U by r itself.": _gru_reset_by_one_minus_r,
        "Your gates apply a sigmoid to each product separately. Add both parts first, then apply one sigmoid.": (
            _gru_sigmoids_apart
        ),
        "You reset the state before the product. Keras resets after it, including the second row of the bias: r "
        "times the candidate's part of h @ U + b[1].": _gru_before_without_bias,
        "You apply tanh to the new state as well. Apply it only to the candidate.": (
            lambda *case: np.tanh(_gru(*case))
        ),
        "You apply tanh after the mix. Apply it to the candidate alone.": (
            lambda *case: np.tanh(_gru(*case, activation=lambda v: v))
        ),
        "You add both rows of the bias to each product. The first belongs to x @ W, the second to h @ U.": (
            lambda x, h, W, U, b: _gru(x, h, W, U, np.stack([b[0] + b[1]] * 2))
        ),
        "You return several results. Return only the new state.": Sign(lambda got, *case: isinstance(got, tuple)),
    }
    columns = (
        "Shapes do not fit. Cut the *columns* (axis=1) into three parts of `h.shape[1]` columns each; gates use `*`."
    )
    judge(answer, cases, _gru, mistakes, raised={ValueError: columns})


choice(
    "11.6",
    "O3",
    right="b",
    why_not={
        "a": "The shapes would fit, and there would be no error. But the default resets after the product and "
        "gives other scores.",
        "c": "For the two gates, that gives the same sum. But the candidate is still computed in another way.",
        "d": "Equal shapes prove nothing: section 4 shows two different results from the same numbers.",
    },
    done="Also compare a few outputs with those of the old library, because equal shapes hide this mistake.",
)


def _given_11_7(states, history):
    n_real = (history > 0).sum(axis=1)
    return states[np.arange(len(history)), n_real - 1]


def _newest(states, history, position=lambda row: np.flatnonzero(row)[-1]):
    return np.array([state[position(row)] for state, row in zip(states, history)])


@exercise(
    "11.7",
    "O4",
    "debug",
    done="The position of the padding no longer matters. It is still better to have one convention and a test for it.",
    given=_given_11_7,
)
def newest_state(answer) -> None:
    rng = np.random.default_rng(3)
    cases = []
    for batch, length, dim in ((8, 7, 1), (6, 8, 3), (7, 9, 2), (5, 10, 4)):
        history = np.zeros((batch, length), int)
        for row in range(batch):
            n_real = int(rng.integers(2, length - 2))
            start = (0, length - n_real, int(rng.integers(1, length - n_real)))[row % 3]  # behind, in front, both
            history[row, start : start + n_real] = rng.permutation(50)[:n_real] + 1
        history[-1] = rng.permutation(50)[:length] + 1  # no pads at all
        cases.append((rng.normal(size=(batch, length, dim)), history))
    padded = np.pad(history, ((0, 0), (0, 2)))  # the same films, and no row reaches the last position
    cases.append((rng.normal(size=(*padded.shape, 3)), padded))
    n_pads = lambda row: (row == 0).sum()  # noqa: E731
    outside = "Use one position for each row, shape (batch,), from 0 to length − 1, not an id and not a count."
    mistakes = {
        "You still read at the number of films − 1, which is right only for padding at the end.": partial(
            _newest, position=lambda row: len(row) - n_pads(row) - 1
        ),
        "You read the last position, which is right only for padding in front.": partial(
            _newest, position=lambda row: -1
        ),
        "You read the position before the first pad, which is wrong if there is padding on both sides.": partial(
            _newest, position=lambda row: np.argmax(row == 0) - 1
        ),
        "You count the pads. Find the largest position with a film instead.": partial(
            _newest, position=lambda row: n_pads(row) - 1
        ),
        "You read the oldest film: np.argmax finds the *first* True of a row.": partial(
            _newest, position=lambda row: np.flatnonzero(row)[0]
        ),
        "You read one position too early: the largest position with a film is already an index, so subtract "
        "nothing.": partial(_newest, position=lambda row: np.flatnonzero(row)[-1] - 1),
        "You reversed the row, and its position k is position length − 1 − k of the original row. Convert it back.": (
            partial(_newest, position=lambda row: np.argmax(row[::-1] > 0))
        ),
        "You read one position too late, where the padding begins. Read the largest position with a film itself.": (
            partial(_newest, position=lambda row: min(np.flatnonzero(row)[-1] + 1, len(row) - 1))
        ),
        "You decide by the last cell of the row. With padding on both sides, neither of your two rules is right.": (
            partial(_newest, position=lambda row: -1 if row[-1] > 0 else len(row) - n_pads(row) - 1)
        ),
        "You decide by the first cell of the row. With padding on both sides, neither of your two rules is right.": (
            partial(_newest, position=lambda row: -1 if row[0] == 0 else len(row) - n_pads(row) - 1)
        ),
        "That is the number of films. As an index, it points past them, and with padding in front it is not even "
        "close.": (partial(_newest, position=lambda row: min(len(row) - n_pads(row), len(row) - 1))),
        "You return the position. Return the state there: states[np.arange(len(states)), positions].": (
            lambda states, history: np.array([np.flatnonzero(row)[-1] for row in history])
        ),
        "You added up several states. Return only the state of the newest film.": (
            lambda states, history: np.array([s[row > 0].sum(axis=0) for s, row in zip(states, history)])
        ),
        "You set the states at pads to zero but still read the last position. Read the largest position with a film.": (
            lambda states, history: (states * (history > 0)[..., None])[:, -1]
        ),
        "You multiply positions by ids, so a high id counts more. `history > 0` counts every film alike.": partial(
            _newest, position=lambda row: np.argmax(row * np.arange(len(row)))
        ),
        "You take the highest id. The newest film is the last one, whatever its id.": partial(
            _newest, position=np.argmax
        ),
        "You average several states. Return one state per row: that of the newest film.": (
            lambda states, history: np.array([s[row > 0].mean(axis=0) for s, row in zip(states, history)])
        ),
        "You take one position for all rows, the largest of the whole batch. Take the largest of each row: "
        "`max(axis=1)`.": (lambda states, history: states[:, max(np.flatnonzero(row)[-1] for row in history)]),
        "`states[:, positions]` reads every row at the positions of all rows. Pair them: "
        "states[np.arange(len(states)), positions].": (
            lambda states, history: states[:, [np.flatnonzero(row)[-1] for row in history]]
        ),
    }
    judge(answer, cases, _newest, mistakes, raised={IndexError: outside})


_N_ITEMS = 12


def _reader(seed: int, position) -> tuple:
    """A tiny causal model: running sums of rows, read at one position; scores (n, n_items + 1)."""
    rows = np.random.default_rng(seed).normal(size=(_N_ITEMS + 1, 4))

    def model(history):
        history = np.asarray(history)
        if history.dtype.kind not in "iu":
            raise NotYet("The model received numbers that are not whole: keep the type of `history`.")
        if history.ndim != 2:
            raise NotYet("Pass the model a whole batch, of shape (n, length).")
        state, states = np.zeros((len(history), 4)), []
        for t in range(history.shape[1]):
            state = np.tanh(rows[history[:, t]] + 0.6 * state)
            states.append(state)
        chosen = np.array([position(row) for row in history]) % history.shape[1]
        return np.stack(states, axis=1)[np.arange(len(history)), chosen] @ rows.T

    return model


def _models() -> list[tuple]:
    """Models that pass or fail, each with what a wrong verdict about it means."""
    newest = lambda row: max((row > 0).sum() - 1, 0)  # noqa: E731
    good = _reader(1, newest)

    def noisy(history):  # another order of the same sums: off by rounding
        return good(history) + 1e-7 * (np.shape(history)[1] % 3)

    def one_user(history):
        scores, n_pads = good(history).copy(), (np.asarray(history)[-1] == 0).sum()
        scores[-1] = (1 + n_pads) * np.roll(scores[-1], n_pads)
        return scores

    def grows(history):  # the order of items stays, the scores do not
        return good(history) + 0.1 * np.shape(history)[1]

    def cold_item(history):
        scores = good(history).copy()
        scores[:, 1] += 0.1 * np.shape(history)[1] - 50
        return scores

    def one_score(history):  # a single score moves, by 5e-4: a mean over all of them misses it
        scores = good(history).copy()
        scores[0, 2] += 5e-5 * np.shape(history)[1]
        return scores

    def from_the_fourth(history):  # a limit of the length: one to three more columns change nothing
        return good(history) + 0.1 * max(np.shape(history)[1] - 9, 0)

    def last_user(history):  # everybody but the last user is answered alike
        scores = good(history).copy()
        scores[-1] += 0.1 * np.shape(history)[1] if len(scores) > 1 else 0
        return scores

    def falls(history):  # only downwards: a difference without abs misses it
        return good(history) - 0.02 * np.shape(history)[1]

    def cancels(history):  # one score rises as much as another falls: a sum of differences misses it
        scores = good(history).copy()
        scores[:, 2] += 0.1 * np.shape(history)[1]
        scores[:, 5] -= 0.1 * np.shape(history)[1]
        return scores

    return [  # model, whether it is invariant, hint for a wrong verdict
        (
            good,
            True,
            "Your test rejects a correct model. Append the padding *after* the films, and change nothing else.",
        ),
        (
            noisy,
            True,
            "Your test asks for equality (nearly) to the last bit. Allow 1e-5; in np.allclose that is atol=1e-5.",
        ),
        (
            _reader(3, lambda row: (row == 0).sum() - 1),
            False,
            "Your test accepts a model with an inverted mask: compare every user.",
        ),
        (
            _reader(2, lambda row: len(row) - 1),
            False,
            "Your test accepts a model that reads the padding: compare every user.",
        ),
        (
            one_user,
            False,
            "Your test misses a model that is wrong for one user only. Compare all users, without a mean.",
        ),
        (grows, False, "Your test compares only the order of the items. The scores themselves must stay the same."),
        (cold_item, False, "Your test compares only the best items. All scores must stay the same."),
        (
            one_score,
            False,
            "Your test misses one score that changes by 0.0005. Take the largest difference, not a "
            "mean, and compare it with 1e-5.",
        ),
        (falls, False, "Your test misses scores that fall. Take absolute differences."),
        (
            from_the_fourth,
            False,
            "Your test misses a model that changes only after several columns of padding. Append ten.",
        ),
        (
            last_user,
            False,
            "Your test misses a model that is wrong for one user only. Pass it the whole batch at once.",
        ),
        (
            cancels,
            False,
            "Your test misses changes that cancel in a sum. Take the absolute difference of each score first.",
        ),
    ]


def _fault_of_padding(inputs: list, history) -> str | None:
    """What is wrong with the longer histories that were handed to a model; None if nothing is, or there are none."""
    n_rows, length = history.shape
    for one in (one for one in inputs if one.ndim == 2):
        if len(one) > n_rows:
            return "You append rows, which are users. Append columns only, on the right: ((0, 0), (0, 10))."
        if len(one) < n_rows or one.shape[1] <= length:
            continue
        if np.array_equal(one[:, :length], history):
            if one[:, length:].any():
                return "The columns that you append are not padding. They must be 0."
        elif any(np.array_equal(one[:, start : start + length], history) for start in range(1, one.shape[1])):
            return (
                "You put padding in front. The films come first, and all ten columns come after them: ((0, 0), "
                "(0, 10))."
            )
    return None


def _as_verdict(verdict) -> bool:
    """The answer True or False, from NumPy or Keras, too. Raises NotYet, which says what came instead."""
    found = np.asarray(verdict)
    if found.ndim:
        raise NotYet("Return one answer, True or False, for the whole batch; try `.max()` or `.all()`.")
    if found.dtype.kind in "iuf":
        raise NotYet("You return a number. Return True or False: is the largest difference at most 1e-5?")
    if found.dtype != bool:
        raise NotYet(f"Return True or False, not {type(verdict).__name__}.")
    return bool(found)


@exercise("11.8", "O4", "code", done="This short test catches every padding mistake of this section.")
def is_padding_invariant(answer) -> None:
    must_be_function(answer)
    rng = np.random.default_rng(4)
    n_real = np.array([6, 2, 4, 1, 3])
    history = np.where(np.arange(6) < n_real[:, None], rng.integers(1, _N_ITEMS + 1, (5, 6)), 0)
    verdicts, inputs = [], []

    def listening(model):
        def listen(given):
            inputs.append(np.array(given))
            return model(given)

        return listen

    for model, _, _ in _models():
        kept = history.copy()
        try:
            verdict = answer(listening(model), kept)
        except ValueError as error:
            fault = _fault_of_padding(inputs, history)
            if fault:
                raise NotYet(f"{fault} (Your code raised: {error})") from None
            raise
        verdicts.append(_as_verdict(verdict))
        if not np.array_equal(kept, history):
            raise NotYet("Your function changed `history` itself. Work on a copy.")
    rights = [right for _, right, _ in _models()]
    if verdicts == rights:
        return
    fault = _fault_of_padding(inputs, history)
    if fault:
        raise NotYet(fault)
    if all(verdicts):
        raise NotYet(
            "Your test returns True for every model, even for one that reads the padding. Did you append "
            "the ten columns?"
        )
    if [not verdict for verdict in verdicts] == rights:
        raise NotYet("Your answers are reversed: True means that nothing changes.")
    for verdict, (_, right, hint) in zip(verdicts, _models()):
        if verdict != right:
            raise NotYet(hint)


choice(
    "11.9",
    "O4",
    right="b",
    why_not={
        "a": "It does: with a mask, the GRU copies its state over the padding. This is why `by_mask` above passes "
        "the test.",
        "c": "That is true, but the GRU skips that row where the mask says so. The problem is the copies of the state.",
        "d": "No: in `by_mask`, the padding is at the end, and it passes the test.",
    },
    done="A mask helps only layers that use it. For a mean, sum over the real positions and divide by their number.",
)


parsons(
    "11.10",
    "O5",
    right="FBECA",
    not_used={
        "D": "Line D puts the mean into the model in each epoch, and training would continue from it. Leave it out.",
    },
    before={
        "FB": "Line F makes an empty list. Inside the loop, it would delete all earlier epochs, so it comes first.",
        "EC": "Weights are stored at the *end* of an epoch, so line E comes before C.",
        "CA": "Line A takes the mean of what was collected, so it comes last, after the loop with its two lines.",
        "BE": "Line B opens the loop. Training and storing are both repeated, so E and C come after it.",
    },
    done="The mean is taken once, at the end, so training never continues from it.",
)


choice(
    "11.11",
    "O5",
    right="b",
    why_not={
        "a": "The seeds say that another training would probably be ahead as well, on these users. Other users "
        "may differ.",
        "c": "Not distinguishable is not the same as equal: the interval reaches far to the right.",
        "d": "It is ahead for users of one day and behind for others. Whether it understands anything, the "
        "numbers do not say.",
    },
    done="The interval in recall excludes zero and the one in NDCG includes it. This sentence says exactly that "
    "and no more.",
)

predict(
    "11.12",
    "O5",
    truth=0.74,
    within=0.1,
    between=(0, 1.5),
    low="It is more: which films people have seen says most about their taste, in any order.",
    high="It is less: the order is worth more than that. Run the next cell to see the numbers.",
    done="Right: the films alone carry most of the information, and their order carries the rest.",
)
