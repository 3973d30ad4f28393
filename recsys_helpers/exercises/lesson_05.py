"""Checks of lesson 05, propagate forward."""

from itertools import pairwise

import numpy as np

from recsys_helpers.exercises import (
    NotYet,
    as_number,
    choice,
    exercise,
    judge,
    must_be_function,
    parsons,
    predict,
    trace,
    variants,
)


@exercise("05.1", "O1", "trace", done="−1.0 for Bert, 0.4 for the film, 0 for its age, and the bias 3.5 add up to 2.9.")
def neuron_by_hand(answer) -> None:
    value = as_number(answer)
    if np.isclose(value, -0.6):
        raise NotYet("This is the sum of the products. Add the bias, 3.5.")
    if np.isclose(value, 4.9):
        raise NotYet("Bert gives a star less than the average: his feature is −1.0, not + 1.0.")
    if np.isclose(value, 2.8):
        raise NotYet("The weight −0.1 is multiplied by the age. The film is 0 decades old, so nothing is subtracted.")
    if not np.isclose(value, 2.9):
        raise NotYet(
            "Multiply −1.0, 0.4 and 0 by the weights 1, 1 and −0.1, add up the products, then add the bias 3.5."
        )


trace(
    "05.2",
    "O2",
    1994,
    {
        20 * 64 + 64 * 10: "These are the two matrices. Each of the 64 + 10 neurons has a bias as well.",
        20 * 64
        + 20
        + 64 * 10
        + 64: "A bias belongs to a neuron, not to an input: 64 in the hidden layer, 10 in the last.",
        20 + 64 + 10: "You counted inputs and neurons. Count the weights: one for each pair of an input and a neuron.",
        20 * 64 * 10: "Inputs are not connected to outputs directly: count the matrix of each layer, then add the two.",
        20 * 64 + 64: "This is the first layer alone. The last one has 64 × 10 weights and 10 biases.",
        20 * 64 + 64 + 64 * 10: "The 10 biases of the last layer are missing.",
        20 * 64 + 64 * 10 + 2: "A bias is one number for each neuron, not one for each layer.",
    },
    "A layer from n to m numbers has a matrix of n × m weights and m biases. Add both layers.",
    "(20 × 64 + 64) + (64 × 10 + 10) = 1994: two weight matrices and two bias vectors.",
)


choice(
    "05.3",
    "O3",
    right="d",
    why_not={
        "a": "Softmax makes the five sum to 1, so a higher probability lowers the others. Here several may be watched.",
        "b": "ReLU has no upper limit. A probability is never larger than 1.",
        "c": "tanh goes down to −1. A probability is never negative.",
    },
    done="The films are five separate questions, so each gets its own sigmoid and its own binary cross-entropy.",
)


def _relu(z):
    return np.maximum(z, 0)


def _layers(seed: int, n_layers: int | None = None) -> list[tuple]:
    """A batch and a list of (W, b), all sizes unequal, biases of both signs."""
    rng = np.random.default_rng(seed)
    cases = []
    for _ in range(30):
        n = n_layers or int(rng.integers(1, 5))
        batch, *sizes = (int(size) for size in rng.choice(np.arange(2, 9), n + 2, replace=False))
        layers = [(rng.normal(size=pair), rng.normal(size=pair[1])) for pair in pairwise(sizes)]
        cases.append((rng.normal(size=(batch, sizes[0])), layers))
    return cases


def _forward(x, layers, inside=_relu, last=lambda z: z, bias=1.0, last_bias=1.0):
    for W, b in layers[:-1]:
        x = inside(x @ W + bias * b)
    W, b = layers[-1]
    return last(x @ W + bias * last_bias * b)


@exercise(
    "05.4",
    "O1",
    "faded",
    done="The output of one layer is the input of the next. A deeper network only repeats this.",
)
def two_layers(answer) -> None:
    cases = [(x, *layers[0], *layers[1]) for x, layers in _layers(1, n_layers=2)]

    def truth(x, W, b, V, c, **how):
        return _forward(x, [(W, b), (V, c)], **how)

    mistakes = {
        "The bias of the last layer, c, is missing.": lambda x, W, b, V, c: truth(x, W, b, V, 0 * c),
        "You apply a ReLU after the last layer. Leave it linear, so that the output can be negative.": (
            lambda x, W, b, V, c: truth(x, W, b, V, c, last=_relu)
        ),
        "You returned the hidden layer. Multiply it by V and add c.": lambda x, W, b, V, c: _relu(x @ W + b),
        "The bias of the hidden layer, b, is missing: use `hidden`, which is given.": (
            lambda x, W, b, V, c: truth(x, W, 0 * b, V, c)
        ),
        "You add b after the ReLU. It belongs inside: use `hidden`, which is given.": (
            lambda x, W, b, V, c: _relu(x @ W) @ V + b @ V + c
        ),
        "You subtract the bias c. Add it.": lambda x, W, b, V, c: truth(x, W, b, V, -c),
        "You add the bias c twice. Add it once.": lambda x, W, b, V, c: truth(x, W, b, V, 2 * c),
        "You apply a sigmoid after the last layer. Leave it linear.": (
            lambda x, W, b, V, c: truth(x, W, b, V, c, last=lambda z: 1 / (1 + np.exp(-z)))
        ),
        "The ReLU of the hidden layer is missing: use `hidden`, which is given.": (
            lambda x, W, b, V, c: truth(x, W, b, V, c, inside=lambda z: z)
        ),
    }
    judge(answer, cases, truth, mistakes)


@exercise("05.5", "O1", "code", done="Your function is the forward pass of any multilayer perceptron.")
def forward(answer) -> None:
    changes = {
        "You apply a ReLU after the last layer, too. Leave that layer linear.": {"last": _relu},
        "You apply a sigmoid after the last layer. Leave that layer linear.": {"last": lambda z: 1 / (1 + np.exp(-z))},
        "There is no ReLU, so your layers collapse into one linear layer.": {"inside": lambda z: z},
        "You use tanh. Use ReLU instead: np.maximum(z, 0).": {"inside": np.tanh},
        "You take absolute values. ReLU replaces negative numbers with 0: np.maximum(z, 0).": {"inside": np.abs},
        "The biases are missing: add b in each layer.": {"bias": 0.0},
        "The bias of the last layer is missing.": {"last_bias": 0.0},
    }
    mistakes = variants(_forward, changes) | {
        "You stop before the last layer. Apply it as well, without ReLU.": lambda x, layers: (
            _forward(x, layers[:-1], last=_relu) if layers[1:] else x
        ),
        "You stop after the first layer: is your `return` inside the loop?": (
            lambda x, layers: _forward(x, layers[:1], last=_relu)
        ),
        "Only the first layer is used. Pass the output of each layer to the next, through all of `layers`.": (
            lambda x, layers: _forward(x, layers[:1])
        ),
        "You add the bias after ReLU. Add it before.": _bias_after,
        "ReLU is missing between the last two layers. It comes after every layer but the last.": (
            lambda x, layers: _forward(_forward(x, layers[:-1]) if layers[1:] else x, layers[-1:])
        ),
        "You apply the ReLU before the layers. It comes after each layer but the last.": _relu_before,
    }
    judge(answer, _layers(2), _forward, mistakes)


def _relu_before(x, layers):
    for number, (W, b) in enumerate(layers):
        x = (_relu(x) if 0 < number < len(layers) - 1 else x) @ W + b
    return x


def _bias_after(x, layers):
    for W, b in layers[:-1]:
        x = _relu(x @ W) + b
    W, b = layers[-1]
    return x @ W + b


def _given_05_6(users, films):
    return np.tensordot(users, films, 2)


@exercise(
    "05.6",
    "O2",
    "debug",
    done="The sum now runs over the numbers of a pair, not over the batch, so each pair has its own score.",
    given=_given_05_6,
)
def score_pairs(answer) -> None:
    rng = np.random.default_rng(3)
    sizes = [(int(rng.integers(2, 6)), int(rng.integers(6, 10))) for _ in range(20)]
    cases = [(rng.normal(size=size), rng.normal(size=size)) for size in sizes]
    mistakes = {
        "You return one number for all pairs together. Sum over the last dimension only.": (
            lambda users, films: (users * films).sum()
        ),
        "You scored every user with every film, shape (n, n). Score only row i with row i.": (
            lambda users, films: users @ films.T
        ),
        "You summed over the pairs (axis 0). Sum over the numbers of a pair: axis 1.": (
            lambda users, films: (users * films).sum(axis=0)
        ),
        "The numbers are right, but the shape is (n, 1). Return shape (n,): sum without keepdims.": (
            lambda users, films: (users * films).sum(axis=1, keepdims=True)
        ),
        "You add the rows of user and film. Multiply them number by number, then sum.": (
            lambda users, films: (users + films).sum(axis=1)
        ),
        "You divide by the lengths, which gives a cosine. Return the plain dot product.": (
            lambda users, films: (
                (users * films).sum(axis=1) / np.linalg.norm(users, axis=1) / np.linalg.norm(films, axis=1)
            )
        ),
        "You scored every film with the first user. Score row i of `films` with row i of `users`.": (
            lambda users, films: films @ users[0]
        ),
        "You took the largest product. A score is the *sum* of the products.": (
            lambda users, films: (users * films).max(axis=1)
        ),
        "You multiplied, but did not sum. Sum over the numbers of each pair.": lambda users, films: users * films,
    }
    judge(answer, cases, lambda users, films: np.array([u @ f for u, f in zip(users, films)]), mistakes)


def _binary(z, t, mean=np.mean):
    return mean(np.maximum(z, 0) - t * z + np.log1p(np.exp(-np.abs(z))))


@exercise(
    "05.7", "O5", "code", done="log(1 + eᶻ) − t z never computes a probability, so it stays finite for any logit."
)
def binary_cross_entropy(answer) -> None:
    rng = np.random.default_rng(5)
    shapes = [(int(rng.integers(2, 9)), int(rng.integers(1, 4))) for _ in range(20)]
    small = [(2 * rng.normal(size=shape), rng.integers(0, 2, shape).astype(float)) for shape in shapes]

    def as_given(z, t):
        with np.errstate(all="ignore"):
            return np.mean(-t * np.log(z) - (1 - t) * np.log(1 - z))

    mistakes = {
        "This is the sum over the batch. Take the mean.": lambda z, t: _binary(z, t, np.sum),
        "You returned one loss for each pair. Take the mean of all.": lambda z, t: _binary(z, t, np.asarray),
        "The sign is reversed: a loss is never negative here.": lambda z, t: -_binary(z, t),
        "Yes and no are swapped: a large z must be expensive if the answer was no.": lambda z, t: _binary(z, 1 - t),
        "You use the loss of a no, log(1 + eᶻ), for every pair. What does a yes cost?": (
            lambda z, t: _binary(z, 0 * t)
        ),
        "You use the loss of a yes for every pair. What does a no cost?": lambda z, t: _binary(z, 0 * t + 1),
        "You add t z. Subtract it: log(1 + eᶻ) − t z.": lambda z, t: np.mean(np.logaddexp(0, z) + t * z),
        "This is the mean squared error of the probabilities. Cross-entropy is log(1 + eᶻ) − t z.": (
            lambda z, t: np.mean((1 / (1 + np.exp(-z)) - t) ** 2)
        ),
        "You sum over each row before the mean. Take the mean over all entries.": (
            lambda z, t: _binary(z, t, lambda cost: cost.sum(axis=1).mean())
        ),
        "A no costs nothing in your loss: the term with 1 − t is missing.": lambda z, t: np.mean(
            t * np.logaddexp(0, -z)
        ),
        "You treated the logits as probabilities. z can be any number; its sigmoid is the probability.": as_given,
    }
    with np.errstate(all="ignore"):
        judge(answer, small, _binary, mistakes)
        for z, t in ((40.0, 0.0), (1000.0, 0.0), (-1000.0, 1.0), (1000.0, 1.0)):
            got = answer(np.array([[z], [0.0]]), np.array([[t], [1.0]]))
            if not np.isfinite(got):
                why = (
                    "Do not compute the probability, which is rounded to 0 or 1: you can compute its "
                    "logarithm directly."
                )
                if abs(z) > 40:
                    why = "e to the 1,000 is too large for a float. np.logaddexp(0, z) computes log(1 + eᶻ) without it."
                raise NotYet(f"For z = {z:g} and t = {t:g} your loss is {got}. {why}")
            if not np.isclose(got, _binary(np.array([z, 0.0]), np.array([t, 1.0]))):
                raise NotYet(
                    f"For z = {z:g} and t = {t:g} the loss is cut off: it should be "
                    f"{_binary(np.array([z]), np.array([t])):g}. Clipping hides the overflow and flattens the slope."
                )


def _softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@exercise(
    "05.8", "O5", "code", done="Each row now sums to 1, and subtracting its largest logit keeps exp from overflowing."
)
def softmax(answer) -> None:
    rng = np.random.default_rng(4)
    small = [(rng.normal(size=(int(rng.integers(2, 5)), int(rng.integers(5, 9)))),) for _ in range(20)]
    must_be_function(answer)
    try:
        got = np.asarray(answer(small[0][0].copy()))
    except ValueError as error:
        if "broadcast" not in str(error):
            raise
        raise NotYet(
            "A maximum or a sum for each row needs `keepdims=True`, so that it lines up with its row."
        ) from None
    if got.shape == small[0][0].shape:
        if np.allclose(got.sum(axis=0), 1):
            raise NotYet("Your columns sum to 1. A row is one visitor: sum over axis 1.")
        if np.isclose(got.sum(), 1):
            raise NotYet("The whole batch sums to 1. Sum each row by itself: axis=1, keepdims=True.")
    mistakes = {
        "Your rows do not sum to 1. Divide each row of exponentials by its sum.": lambda z: np.exp(
            z - z.max(axis=1, keepdims=True)
        ),
        "This is a sigmoid of each logit. Softmax divides e to each logit by the sum of the row.": (
            lambda z: 1 / (1 + np.exp(-z))
        ),
        "The *lowest* logit gets the highest probability: there is a minus too many in exp.": lambda z: _softmax(-z),
        "This is the logarithm of softmax. Apply exp to it.": lambda z: np.log(_softmax(z)),
        "You put all the probability on the largest logit. Softmax gives the others a share as well.": (
            lambda z: np.eye(z.shape[1])[z.argmax(axis=1)]
        ),
        "You divided the logits by their sum. Take exp of each logit first.": lambda z: (
            z / z.sum(axis=1, keepdims=True)
        ),
    }
    judge(answer, small, _softmax, mistakes)
    spread = rng.normal(size=(3, 5)) + np.array([[0.0], [-2000.0], [2000.0]])
    with np.errstate(all="ignore"):
        got = np.asarray(answer(spread.copy()))
        if np.isnan(got[0]).any() or np.isnan(got[1]).any():
            if not np.isnan(np.asarray(answer(spread[1:2].copy()))).any():
                raise NotYet(
                    "One row has logits near −2,000, another near 2,000. Subtract each row's own largest logit."
                )
            raise NotYet(
                "For logits near −2,000 every exponential is 0, and 0 / 0 is nan. Subtract the largest "
                "logit of the row."
            )
        if np.isnan(got).any():
            raise NotYet(
                "For logits near 2,000 you return nan: e to the 2,000 overflows. Subtract the largest logit first."
            )
        wide = np.array([[0.0, 2000.0, -2000.0], [1.0, 0.0, -1.0]])
        if np.isnan(np.asarray(answer(wide.copy()))).any():
            raise NotYet(
                "The row 0, 2,000, −2,000 gives nan. Subtract the largest logit, not the smallest or the mean."
            )
        judge(answer, [(spread,), (wide,)], _softmax, {})


parsons(
    "05.9",
    "O4",
    right="DBAC",
    not_used={
        "E": "Line E sums over the whole batch: each row needs its own sum. Leave it out.",
    },
    before={
        "DB": "The largest logit must be subtracted before exp is applied.",
        "BA": "Line A uses `log_probability`, which must be computed first.",
        "AC": "The mean over the batch comes last.",
    },
    done="Subtract the largest logit, take the logarithms of the probabilities, pick the right one, take the mean.",
)


predict(
    "05.10",
    "O5",
    truth=np.log(2),
    within=0.01,
    low="Too low: nearly every probability is one half, whatever the answer, and that costs log 2 = 0.693.",
    high="Too high: nearly every probability is one half, whatever the answer, and that costs log 2 = 0.693.",
    done="With logits near 0, nearly every probability is one half, and that costs log 2 = 0.693.",
)
