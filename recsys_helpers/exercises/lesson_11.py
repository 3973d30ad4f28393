"""Checks of lesson 11, remember with an RNN."""

from functools import partial

import numpy as np

from recsys_helpers.exercises import NotYet, choice, exercise, judge, must_be_function, parsons, predict, trace

trace(
    "11.1",
    "O1",
    0.68,
    {
        0.5: "That is the film alone. Half of the old scary number is added.",
        0.86: "You added the whole memory. U keeps only half of it.",
        0.59: "That is after the tanh. The sum before it is asked for.",
        0.915: "That is the funny number: 0.5 from the film, and half of 0.83.",
        0.18: "That is the memory alone. The film itself is half scary: it adds 0.5.",
        0.43: "You halved the film, too. It enters as it is: W changes nothing.",
        1.18: "This film is only half scary: it adds 0.5, not 1.",
    },
    "0.5 from the film, plus half of the scary number after the third film.",
    "The new film counts fully, the memory of the last horror film by half.",
    within=0.015,
)


def _sigmoid(v):
    return 1 / (1 + np.exp(-v))


def _rnn(x, W, U, b, bend=np.tanh, start=0.0, keep=True, carry=1.0, backwards=False, late_bias=False, outside=False):
    states = np.zeros((len(x), x.shape[1], len(b)))
    for row in range(len(x)):
        state = np.full(len(b), start)
        for t in range(x.shape[1])[:: -1 if backwards else 1]:
            total = np.array([x[row, t] @ W[:, j] + carry * (state @ U[:, j]) for j in range(len(b))])
            before, state = state, bend(total) + b if late_bias else bend(total + b)
            if outside:
                state = bend(x[row, t] @ W + b) + before @ U
            states[row, t] = state
    return states if keep else states[:, -1]


@exercise("11.2", "O1", "code", done="One set of weights, used at every step: that is all of recurrence.")
def rnn(answer) -> None:
    rng = np.random.default_rng(1)
    cases = []
    for batch, length, n_inputs, dim in ((1, 2, 3, 2), (2, 3, 4, 5), (3, 5, 2, 4), (4, 6, 5, 3)):
        shapes = (batch, length, n_inputs), (n_inputs, dim), (dim, dim), (dim,)
        cases.append(tuple(rng.normal(0, 0.7, shape) for shape in shapes))
    mistakes = {
        "You return the last state only. The state after *every* film is asked for.": partial(_rnn, keep=False),
        "The nonlinearity is missing: tanh of the sum.": partial(_rnn, bend=lambda v: v),
        "The nonlinearity is tanh, not a sigmoid.": partial(_rnn, bend=_sigmoid),
        "The memory goes through the nonlinearity, too: tanh of the whole sum.": partial(_rnn, outside=True),
        "The bias is missing.": lambda x, W, U, b: _rnn(x, W, U, 0 * b),
        "The bias is added before tanh, not behind it.": partial(_rnn, late_bias=True),
        "There is no memory in yours: the old state times U is missing.": partial(_rnn, carry=0.0),
        "U is reversed: `state @ U`, not `state @ U.T`.": lambda x, W, U, b: _rnn(x, W, U.T, b),
        "Your first state is one. It begins at zero.": partial(_rnn, start=1.0),
        "You read the history from its end. The oldest film comes first.": partial(_rnn, backwards=True),
        "The axes are (length, batch, dim) in yours. Stack the states along axis 1.": (
            lambda x, W, U, b: _rnn(x, W, U, b).transpose(1, 0, 2)
        ),
        "You store the state *before* each film. Compute the new one first, then store it.": (
            lambda x, W, U, b: np.pad(_rnn(x, W, U, b)[:, :-1], ((0, 0), (1, 0), (0, 0)))
        ),
        "Every position holds the last state: the list has the same array each time. Make a new one at each step.": (
            lambda x, W, U, b: np.repeat(_rnn(x, W, U, b)[:, -1:], x.shape[1], axis=1)
        ),
    }
    judge(answer, cases, _rnn, mistakes)


trace(
    "11.3",
    "O2",
    0.032,
    {
        0.4**3: "Almost: the first film also passes the nonlinearity of its own position, once more 0.5.",
        0.5 * 0.4**4: "From the first state to the fourth there are three steps through U, not four.",
        0.4**4: "The first film passes four nonlinearities, but only three times U: W is 1.",
        0.8**3: "You left out the nonlinearities: each of the four positions has the slope 0.5.",
        0.5**4: "You left out U: three steps back, each times 0.8.",
        0.5 * 0.8**3: "There is a nonlinearity at each of the four positions: 0.5 four times, not once.",
        0.5 * 0.4**2: "Count again: from the fourth state to the first there are three steps.",
    },
    "Start at the fourth state: tanh, U, tanh, U, tanh, U, tanh. Multiply the slopes.",
    "0.032 after three steps back; each further one takes another factor of 0.4.",
    within=0.0004,
)


predict(
    "11.4",
    "O2",
    truth=-9,
    within=2.5,
    between=(-30, 10),
    low="Even less than there is. Each step keeps about six tenths: to the power of forty that is about a billionth.",
    high="Most people hope so. But a fresh gate stands at one half, and keeps little more than half each step.",
    done="About a billionth: gates that stand at one half do not keep anything for forty steps.",
)


def _gru(x, h, W, U, b, order="zrc", after=True, second=True, inside=True, keep_z=True, bend=np.tanh, gate=_sigmoid):
    dim = h.shape[1]
    part = {name: slice(order.index(name) * dim, (order.index(name) + 1) * dim) for name in "zrc"}
    b_x, b_h = b[0], b[1] if second else 0 * b[1]
    z, r = (gate(x @ W[:, part[k]] + b_x[part[k]] + h @ U[:, part[k]] + b_h[part[k]]) for k in "zr")
    product = r * (h @ U[:, part["c"]]) if after else (r * h) @ U[:, part["c"]]
    bias = b_x[part["c"]] + (r if inside and after else 1) * b_h[part["c"]]
    c = bend(x @ W[:, part["c"]] + product + bias)
    return z * h + (1 - z) * c if keep_z else (1 - z) * h + z * c


@exercise("11.5", "O3", "code", done="Two products, three parts, one valve: the GRU as Keras computes it.")
def gru_step(answer) -> None:
    rng = np.random.default_rng(2)
    cases = []
    for batch, n_inputs, dim in ((1, 3, 2), (2, 3, 4), (3, 5, 2), (4, 3, 5)):
        shapes = (batch, n_inputs), (batch, dim), (n_inputs, 3 * dim), (dim, 3 * dim), (2, 3 * dim)
        cases.append(tuple(rng.normal(0, 0.8, shape) for shape in shapes))

    def without_reset(x, h, W, U, b):
        z, _, _ = (_sigmoid(part) for part in np.split(x @ W + b[0] + h @ U + b[1], 3, axis=1))
        return z * h + (1 - z) * np.tanh(np.split(x @ W + b[0] + h @ U + b[1], 3, axis=1)[2])

    def mixed(mix):  # a GRU whose last line is `mix(z, h, r, x_c, h_c)`
        def step(x, h, W, U, b):
            (x_z, x_r, x_c), (h_z, h_r, h_c) = np.split(x @ W + b[0], 3, axis=1), np.split(h @ U + b[1], 3, axis=1)
            return mix(_sigmoid(x_z + h_z), h, _sigmoid(x_r + h_r), x_c, h_c)

        return step

    mistakes = {
        "The two shares are swapped: in Keras z keeps the *old* state, and 1 − z lets the candidate in.": partial(
            _gru, keep_z=False
        ),
        "You reset before the product, as in the paper. Keras resets after it: r times the part of h @ U.": partial(
            _gru, after=False
        ),
        "The gates are the wrong way round: z stands in the first columns, r in the second.": partial(
            _gru, order="rzc"
        ),
        "The second row of the bias is missing: it is added to h @ U.": partial(_gru, second=False),
        "The second row of the bias stands outside of the reset. It belongs to h @ U, so r multiplies it too.": partial(
            _gru, inside=False
        ),
        "The candidate has no nonlinearity in yours: tanh.": partial(_gru, bend=lambda v: v),
        "The candidate goes through a sigmoid in yours. It needs tanh, which can be negative.": partial(
            _gru, bend=_sigmoid
        ),
        "Nothing is reset in yours: the candidate's part of h @ U is multiplied by r.": without_reset,
        "You return the candidate. Mix it with the old state: z · h + (1 − z) · candidate.": mixed(
            lambda z, h, r, x_c, h_c: np.tanh(x_c + r * h_c)
        ),
        "The reset multiplies the part of h @ U only. What comes from the film is never reset.": mixed(
            lambda z, h, r, x_c, h_c: z * h + (1 - z) * np.tanh(r * (x_c + h_c))
        ),
        "The candidate counts fully in yours. It gets the share 1 − z.": mixed(
            lambda z, h, r, x_c, h_c: z * h + np.tanh(x_c + r * h_c)
        ),
        "Nothing of the old state is kept in yours: add z · h.": mixed(
            lambda z, h, r, x_c, h_c: (1 - z) * np.tanh(x_c + r * h_c)
        ),
        "Both rows of the bias are missing.": lambda x, h, W, U, b: _gru(x, h, W, U, 0 * b),
        "The gates have no sigmoid in yours, so they are not between 0 and 1.": partial(_gru, gate=lambda v: v),
    }
    judge(answer, cases, _gru, mistakes)


choice(
    "11.6",
    "O3",
    right="b",
    why_not={
        "a": "The shapes would fit and nothing would complain. But the default resets after the product: other scores.",
        "c": "For the two gates that is the same sum. The candidate is computed in another way all the same.",
        "d": "Equal shapes are no proof: section 4 shows two different results from the same numbers.",
    },
    done="And then compare a few outputs with the old library: equal shapes hide this mistake.",
)


def _given_11_7(states, history):
    n_real = (history > 0).sum(axis=1)
    return states[np.arange(len(history)), n_real - 1]


def _newest(states, history, place=lambda row: np.flatnonzero(row)[-1]):
    return np.array([state[place(row)] for state, row in zip(states, history)])


@exercise(
    "11.7",
    "O4",
    "debug",
    done="Where the pads stand no longer matters. Better still: one convention, and a test that guards it.",
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
    n_pads = lambda row: (row == 0).sum()  # noqa: E731
    mistakes = {
        "It still reads at the number of films − 1, which is right for pads behind only.": partial(
            _newest, place=lambda row: len(row) - n_pads(row) - 1
        ),
        "It reads the last position, which is right for pads in front only.": partial(_newest, place=lambda row: -1),
        "It reads the position before the first pad, which is wrong when pads stand on both sides.": partial(
            _newest, place=lambda row: np.argmax(row == 0) - 1
        ),
        "It counts the pads. What you need is the largest position with a film.": partial(
            _newest, place=lambda row: n_pads(row) - 1
        ),
        "You read the oldest film: np.argmax finds the *first* True of a row.": partial(
            _newest, place=lambda row: np.flatnonzero(row)[0]
        ),
        "One position too early: the largest position with a film is an index already, nothing is subtracted.": partial(
            _newest, place=lambda row: np.flatnonzero(row)[-1] - 1
        ),
        "You take the highest id. The newest film is the last one, whatever its number.": partial(
            _newest, place=np.argmax
        ),
        "You mix several states. One state per row is asked for: that of the newest film.": (
            lambda states, history: np.array([s[row > 0].mean(axis=0) for s, row in zip(states, history)])
        ),
        "`states[:, places]` reads every row at the positions of all rows. Pair them: np.arange(len(states)), "
        "places.": (lambda states, history: states[:, [np.flatnonzero(row)[-1] for row in history]]),
    }
    judge(answer, cases, _newest, mistakes, raised={IndexError: "You read a position outside of the row."})


_N_ITEMS = 12


def _reader(seed: int, place) -> tuple:
    """A tiny causal model: running sums of rows, read at a place; scores (n, n_items + 1)."""
    rows = np.random.default_rng(seed).normal(size=(_N_ITEMS + 1, 4))

    def model(history):
        history = np.asarray(history)
        if history.dtype.kind not in "iu":
            raise NotYet("The model got numbers that are not whole: keep the type of `history`.")
        if history.ndim != 2:
            raise NotYet("The model takes a whole batch, shape (n, length).")
        state, states = np.zeros((len(history), 4)), []
        for t in range(history.shape[1]):
            state = np.tanh(rows[history[:, t]] + 0.6 * state)
            states.append(state)
        chosen = np.array([place(row) for row in history]) % history.shape[1]
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

    def falls(history):  # only downwards: a difference without abs misses it
        return good(history) - 0.02 * np.shape(history)[1]

    return [  # model, whether it is invariant, hint for a wrong verdict
        (good, True, "It accuses a right model. Pads belong *behind* the films, and nothing else may change."),
        (noisy, True, "It asks for equality (nearly) to the last bit. Allow 1e-5; in np.allclose that is atol=1e-5."),
        (_reader(3, lambda row: (row == 0).sum() - 1), False, "It lets an inverted mask pass: compare every user."),
        (_reader(2, lambda row: len(row) - 1), False, "It lets a model pass that reads the pads: compare every user."),
        (one_user, False, "It misses a model that is wrong for one user only. Compare all users, and no mean."),
        (grows, False, "It compares the order of the items. The scores themselves must stay."),
        (cold_item, False, "It compares only the best items. All scores must stay."),
        (one_score, False, "It misses one score that moves by 0.0005. Take the largest difference, no mean, and 1e-5."),
        (falls, False, "It misses scores that fall. Take absolute differences."),
    ]


@exercise("11.8", "O4", "code", done="Five minutes of work, and it catches every mistake of this section.")
def is_padding_invariant(answer) -> None:
    must_be_function(answer)
    rng = np.random.default_rng(4)
    n_real = np.array([6, 2, 4, 1, 3])
    history = np.where(np.arange(6) < n_real[:, None], rng.integers(1, _N_ITEMS + 1, (5, 6)), 0)
    verdicts = []
    for model, _, _ in _models():
        kept = history.copy()
        verdict = answer(model, kept)
        if not isinstance(verdict, (bool, np.bool_)):
            raise NotYet("Return one answer, True or False, for the whole batch; try `.max()` or `.all()`.")
        if not np.array_equal(kept, history):
            raise NotYet("Your function changed `history` itself. Work on a copy.")
        verdicts.append(bool(verdict))
    if all(verdicts):
        raise NotYet("It says True for every model, also for one that reads the pads. Are the ten columns appended?")
    if [not verdict for verdict in verdicts] == [right for _, right, _ in _models()]:
        raise NotYet("Your answers are reversed: True means that nothing changes.")
    for verdict, (_, right, hint) in zip(verdicts, _models()):
        if verdict != right:
            raise NotYet(hint)


choice(
    "11.9",
    "O4",
    right="b",
    why_not={
        "a": "It does: with the mask the state is copied over the pads. `by_mask` above passes the test thanks to it.",
        "c": "True, but the GRU skips that row where the mask says so. It is the copies of the state that count.",
        "d": "No: `by_mask` has its pads behind, and passes.",
    },
    done="A mask only helps layers that ask for it: sum over real positions, and divide by how many there are.",
)


parsons(
    "11.10",
    "O5",
    right="FBECA",
    not_used={
        "D": "Line D puts the mean into the model each epoch, and training would go on from it. Leave it out.",
    },
    before={
        "FB": "Line F makes an empty list. Inside the loop it would forget all earlier epochs: it stands first.",
        "EC": "Weights are stored at the *end* of an epoch: line E comes before C.",
        "CA": "Line A takes the mean of what was collected: it comes last, after the loop with its two lines.",
        "BE": "Line B opens the loop. Both training and storing are repeated: E and C stand behind it.",
    },
    done="The mean is taken once, at the end; training never sees it.",
)


predict(
    "11.11",
    "O5",
    truth=0.74,
    within=0.1,
    between=(0, 1.5),
    low="More is left: which films somebody has seen says most about a taste, in any order.",
    high="The order is worth more than that: look at the numbers below.",
    done="About that: the films alone carry most of it, their order the rest.",
)

choice(
    "11.12",
    "O5",
    right="b",
    why_not={
        "a": "The seeds say that another training would be ahead too, on these users. Other users may differ.",
        "c": "Not distinguishable is not the same as equal: the interval reaches far to the right.",
        "d": "It is ahead for users of one day, behind for others. Whether it understands, the numbers do not say.",
    },
    done="In recall it wins, in NDCG nobody can tell: two metrics, two intervals, no more said than they hold.",
)
