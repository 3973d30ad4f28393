"""Checks of lesson 12, attend to what matters."""

from functools import partial

import numpy as np

from recsys_helpers.exercises import NotYet, choice, exercise, judge, predict, trace, variants

trace(
    "12.1",
    "O1",
    2.0,
    {
        0.0: "That is the film's own value. Its query is (0, 0), so both films it may see get the same weight.",
        4.0: "That would be all the weight on the first film. A query of zeros scores both films 0, so both get "
        "the same weight.",
        1.5: "That is the scary number. The first column is funny.",
        4 / 3: "You divided the weight among three positions. The film at the second position may see only two.",
    },
    "The query is (0, 3) @ W_q. Score both keys with it, take the softmax of the two scores, and average the values.",
    "A query of zeros gives every key the score 0, so attention becomes the plain mean of the visible values.",
)


def _softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _attention(q, k, v, last=lambda place, length: place + 1, divide=np.sqrt, first=lambda place: 0):
    """One place at a time: the films `first` … `last` − 1 are all that this place ever sees."""
    out = np.zeros((*q.shape[:2], v.shape[-1]))
    for row, place in np.ndindex(q.shape[:2]):
        visible = slice(first(place), last(place, q.shape[1]))
        scores = np.array([q[row, place] @ key for key in k[row, visible]]) / divide(q.shape[-1])
        out[row, place] = _softmax(scores) @ v[row, visible]
    return out


def _matrices(
    q, k, v, mask=lambda n: np.tri(n, dtype=bool), hide=-np.inf, divide=lambda q, v: np.sqrt(q.shape[-1]), axis=-1,
    how="before", give="values", swapped=False,
):  # fmt: skip
    """Attention on whole matrices, with the mistakes that people make there."""
    asked, asks = (q, k) if swapped else (k, q)
    scores, may = asks @ asked.transpose(0, 2, 1) / divide(q, v), mask(q.shape[1])
    weights = {
        "before": lambda: _softmax(np.where(may, scores, hide), axis),
        "after": lambda: _softmax(scores, axis) * may,
        "times": lambda: _softmax(scores * may, axis),
        "plus": lambda: _softmax(scores + may, axis),
        "none": lambda: np.where(may, scores, 0),
    }[how]()
    return {"values": lambda: weights @ v, "weights": lambda: weights, "keys": lambda: weights @ k,
            "scores": lambda: np.where(may, scores, hide)}[give]()  # fmt: skip


def _without_itself(q, k, v, first):
    return np.concatenate([first, _attention(q, k, v, last=lambda place, _: max(place, 1))[:, 1:]], axis=1)


@exercise(
    "12.2",
    "O2",
    "code",
    done="These are all the steps of causal attention: scores, mask, softmax, and the weighted mean of the values.",
)
def causal_attention(answer) -> None:
    rng = np.random.default_rng(12)
    cases = []
    for sizes in [(1, 2, 3, 1), *rng.integers(2, 7, (8, 4))]:  # the first is small, so that a hint can show it
        batch, length, size, n_values = (int(n) for n in sizes)
        size += size == n_values
        shapes = [(batch, length, size), (batch, length, size), (batch, length, n_values)]
        cases.append(tuple(2 * rng.normal(size=shape) for shape in shapes))
    inverted = {"mask": lambda n: ~np.tri(n, dtype=bool)}
    changes = {
        "There is no mask: every film looks at those that come after it, and so at its own answer.": {
            "mask": lambda n: np.ones((n, n), bool)
        },
        "Your mask is transposed: films look at later ones only. Rows ask, columns are asked.": {
            "mask": lambda n: np.tri(n, dtype=bool).T
        },
        "Your mask lets each film see the next one, its own answer. Use np.tri(length), without k=1.": {
            "mask": lambda n: np.tri(n, k=1, dtype=bool)
        },
        "Those are the weights. Multiply them by the values: `weights @ v`.": {"give": "weights"},
        "Those are the masked scores. Apply the softmax, then multiply by the values.": {"give": "scores"},
        "You average the keys. The weights belong to the values: `weights @ v`.": {"give": "keys"},
        "The scores are not divided. Divide them by the square root of the size of a key.": {
            "divide": lambda q, v: 1.0
        },
        "You divide by the size itself. Divide by its square root.": {"divide": lambda q, v: q.shape[-1]},
        "You multiply by the square root of the size. Divide by it.": {"divide": lambda q, v: q.shape[-1] ** -0.5},
        "You divide by the square root of the length. Use the size of a key, the last axis.": {
            "divide": lambda q, v: np.sqrt(q.shape[1])
        },
        "You divide by the square root of the size of a *value*. Use the size of a key.": {
            "divide": lambda q, v: np.sqrt(v.shape[-1])
        },
        "You set hidden scores to 0. A score of 0 still gets weight: use minus infinity.": {"hide": 0.0},
        "You hide with −10, which still gets weight where the other scores are low. Use minus infinity.": {
            "hide": -10.0
        },
        "You hide with −100, which is not low enough for large scores. Use minus infinity.": {"hide": -100.0},
        "You multiply the scores by the mask, so hidden ones are 0, and 0 still gets weight. Use minus infinity.": {
            "how": "times"
        },
        "You add the mask to the scores. True adds 1 and hides nothing: use np.where(mask, scores, -np.inf).": {
            "how": "plus"
        },
        "The softmax is missing: scores are not weights yet.": {"how": "none"},
        "You mask after the softmax, so the weights of a row no longer sum to 1. Mask the scores.": {"how": "after"},
        "Your softmax runs over the films that ask. The weights of each film that asks must sum to 1: use the "
        "last axis.": {"axis": 1},
        "q and k are swapped: rows belong to the film that asks, q, and columns to the film that is asked, k.": {
            "swapped": True
        },
    }
    mistakes = {
        "A film may look at itself as well: the diagonal of the mask should be True.": (
            lambda q, k, v: _without_itself(q, k, v, v.mean(axis=1, keepdims=True))
        ),
        "The first film may look at no film, and 0 / 0 is NaN. The diagonal of the mask should be True.": (
            lambda q, k, v: _without_itself(q, k, v, np.full_like(v[:, :1], np.nan))
        ),
        "Your mask is inverted: True means *may look*, so keep the score there. The last film now has no film to "
        "look at: NaN.": (partial(_matrices, **inverted)),
        "Your mask works the wrong way round: keep the score where it is True, and hide the others.": partial(
            _matrices, hide=-1e9, **inverted
        ),
    } | variants(_matrices, changes)
    with np.errstate(invalid="ignore"):  # a row without any visible film, as one mistake has it, is 0 / 0
        judge(answer, cases, _attention, mistakes)


def _head_scores(q, k, divide=lambda q: np.sqrt(q.shape[-1])):
    scores = np.zeros((*q.shape[:3], k.shape[2]))
    for b, h, asking, asked in np.ndindex(scores.shape):
        scores[b, h, asking, asked] = q[b, h, asking] @ k[b, h, asked] / divide(q)
    return scores


@exercise("12.3", "O1", "faded", done="Each head computes its own scores; no number passes from one head to another.")
def head_scores(answer) -> None:
    rng = np.random.default_rng(13)
    cases = []
    shapes = [rng.permutation([2, 3, 4, 5]) + rng.integers(0, 2) * 4 for _ in range(8)]
    for batch, heads, length, size in [(1, 2, 2, 3), *shapes]:  # the first is small, so that a hint can show it
        cases.append((rng.normal(size=(batch, heads, length, size)), rng.normal(size=(batch, heads, length, size))))
    roots = {
        "The scores are not divided. Divide them by the square root of the size of one head.": lambda q: 1.0,
        "You divide by the size itself. Divide by its square root.": lambda q: q.shape[-1],
        "You multiply by the square root of the size. Divide by it.": lambda q: q.shape[-1] ** -0.5,
        "You divide by the square root of the size of all heads together. Use the size of one head.": (
            lambda q: np.sqrt(q.shape[1] * q.shape[-1])
        ),
        "You divide by the square root of the length. Use the size of a head, the last axis.": (
            lambda q: np.sqrt(q.shape[2])
        ),
        "You divide by the square root of the number of heads. Use the size of a head, the last axis.": (
            lambda q: np.sqrt(q.shape[1])
        ),
        "You divide by the square root of the batch size. Use the size of a head, the last axis.": (
            lambda q: np.sqrt(len(q))
        ),
    }
    mistakes = {hint: partial(_head_scores, divide=divide) for hint, divide in roots.items()} | {
        "These are weights already. Return the scores, before any softmax.": (
            lambda q, k: _softmax(_head_scores(q, k))
        ),
        "Rows and columns are swapped: the film that asks comes first, so q comes before k in the result.": (
            lambda q, k: _head_scores(q, k).transpose(0, 1, 3, 2)
        ),
        "You added up the heads. Keep h in the result: every head has its own scores.": (
            lambda q, k: _head_scores(q, k).sum(axis=1)
        ),
        "You applied a causal mask. Return the scores before any mask.": (
            lambda q, k: np.where(np.tri(q.shape[2], dtype=bool), _head_scores(q, k), -np.inf)
        ),
        "You divide by the length of each key, as for cosines. Divide by the square root of the size of one head.": (
            lambda q, k: _head_scores(q, k, divide=lambda q: 1.0) / np.linalg.norm(k, axis=-1)[:, :, None, :]
        ),
    }
    transposed = "`k.T` reverses *all* axes. Swap only the last two: k.transpose(0, 1, 3, 2), or use einsum."
    judge(answer, cases, _head_scores, mistakes, raised={ValueError: transposed})


def _weights(scores, is_real):
    weights = np.zeros(scores.shape)
    for row, place in np.ndindex(scores.shape[:2]):
        visible = np.flatnonzero(is_real[row])
        weights[row, place, visible] = _softmax(scores[row, place, visible])
    return weights


@exercise(
    "12.4", "O2", "debug", done="If the name of a mask says what True means, it is hard to use it the wrong way round."
)
def weights_on_films(answer) -> None:
    rng = np.random.default_rng(14)
    cases = []
    sizes = [(int(rng.integers(2, 5)), int(rng.integers(5, 9))) for _ in range(8)]
    for batch, length in [(1, 3), *sizes]:  # the first is small, so that a hint can show it
        n_real = rng.integers(1, length, batch)
        cases.append((rng.normal(size=(batch, length, length)), np.arange(length) < n_real[:, None]))
    mistakes = {
        "All weight still falls on padding. `np.where` takes its second argument where the mask is True.": (
            lambda scores, is_real: _softmax(np.where(is_real[:, None, :], -1e9, scores))
        ),
        "You hid the padded *rows* as well. All scores in them are now equal, so padding gets weight. Hide only "
        "the columns.": (
            lambda scores, is_real: _softmax(np.where(is_real[:, None, :] & is_real[:, :, None], scores, -1e9))
        ),
        "You mask the films that ask (rows). Hide those that are *asked*: `is_real[:, None, :]`.": (
            lambda scores, is_real: _softmax(np.where(is_real[:, :, None], scores, -1e9))
        ),
        "You set the scores of padding to 0, and 0 still gets weight. Use a very negative number.": (
            lambda scores, is_real: _softmax(np.where(is_real[:, None, :], scores, 0.0))
        ),
        "You hide with +1e9, so padding gets all the weight. Use −1e9, a very *negative* number.": (
            lambda scores, is_real: _softmax(np.where(is_real[:, None, :], scores, 1e9))
        ),
        "Your softmax runs over the films that ask (axis 1). The weights of each film that asks must sum to 1: "
        "use the last axis.": (lambda scores, is_real: _softmax(np.where(is_real[:, None, :], scores, -1e9), axis=1)),
        "Those are the masked scores. Apply the softmax to get the weights.": (
            lambda scores, is_real: np.where(is_real[:, None, :], scores, -1e9)
        ),
        "−10 is not low enough: padding keeps a small weight. Use −1e9 or minus infinity.": (
            lambda scores, is_real: _softmax(np.where(is_real[:, None, :], scores, -10.0))
        ),
        "−1 is not low enough: padding keeps a good part of the weight. Use −1e9 or minus infinity.": (
            lambda scores, is_real: _softmax(np.where(is_real[:, None, :], scores, -1.0))
        ),
        "You removed the mask, so padding gets weight like a film. Hide the scores of padding before the softmax.": (
            lambda scores, is_real: _softmax(scores)
        ),
        "You set weights to 0 after the softmax, so rows no longer sum to 1. Mask the scores instead.": (
            lambda scores, is_real: _softmax(scores) * is_real[:, None, :]
        ),
    }
    judge(answer, cases, _weights, mistakes)


choice(
    "12.5",
    "O2",
    right="c",
    why_not={
        "a": "All rows of `table` are random, including row 0. And even a value of zeros would take weight from "
        "the films.",
        "b": "Softmax gives every score some weight: the outputs at padded positions, which can see padding, did "
        "change.",
        "d": "The layer receives vectors, not ids, so it cannot know which are padding unless a mask says so.",
    },
    done="The films come before the padding, so the causal mask hides it from them. Only padded positions see it, "
    "and nobody reads those.",
)

predict(
    "12.6",
    "O3",
    truth=0.0,
    within=1e-3,
    low="Run the next cell to see the number.",
    high="Most people expect a change. Run the next cell: a weighted mean does not depend on the order of its parts.",
    done="Right: it does not change at all. Can you see why from the formula? Run the next cell.",
    between=(0.0, 100.0),
)

trace(
    "12.7",
    "O4",
    160_000,
    {
        10_000: "That is 2,500 times four, so four heads over a window of 50. Over 200 positions, each head "
        "computes more scores, too.",
        40_000: "That is one head over 200 positions, or four heads with 200 films that ask but only 50 that are "
        "asked.",
        800: "Every film scores every film: the number is length times length, not length alone.",
        80_000: "A causal mask hides half of the scores, but they are computed all the same. Count all of them.",
    },
    "In one head, 200 positions ask and 200 are asked. There are four such heads.",
    "A window four times as long needs sixteen times as many scores, and this limits its length.",
)


def _many_bce(logits, scale=lambda n: 1.0, yes=0):
    loss = np.zeros(logits.shape[:-1])
    for place in np.ndindex(loss.shape):
        for column, z in enumerate(logits[place]):
            is_yes = yes is not None and column == yes % logits.shape[-1]
            loss[place] += np.logaddexp(0, -z if is_yes else z) * (1.0 if is_yes else scale(logits.shape[-1] - 1))
    return loss


def _with_epsilon() -> dict:
    """Hints for a loss that goes through probabilities, with a small number against log(0)."""

    def loss(logits, epsilon):
        p = 1 / (1 + np.exp(-logits))
        return -np.log(p[..., 0] + epsilon) - np.log(1 - p[..., 1:] + epsilon).sum(axis=-1)

    return {
        f"A small number inside the logarithm ({epsilon:g}) changes the loss. np.logaddexp(0, z) needs none.": partial(
            loss, epsilon=epsilon
        )
        for epsilon in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9)
    }


@exercise(
    "12.8", "O5", "code", done="The loss adds one yes and many noes; with n = 1, it is the loss of the original SASRec."
)
def many_bce(answer) -> None:
    rng = np.random.default_rng(15)
    shapes = [(1, 2, 4), (2, 3, 5), (4, 2, 2), (3, 4, 9), (1, 5, 7)]
    cases = [(3 * rng.normal(size=shape),) for shape in shapes] + [(rng.choice([-900.0, 900.0], (2, 4, 6)),)]
    gentle = cases[:-1]
    mistakes = {
        "You averaged over the wrong answers. Add up their costs.": partial(_many_bce, scale=lambda n: 1 / n),
        "This is softmax, which compares the films. BCE asks about each film alone: yes or no.": (
            lambda logits: np.logaddexp.reduce(logits, axis=-1) - logits[..., 0]
        ),
        "You count only the target. Every wrong answer costs logaddexp(0, z), and all costs are added.": (
            lambda logits: np.logaddexp(0, -logits[..., 0])
        ),
        "You take the last column as the target. The target is column 0.": partial(_many_bce, yes=-1),
        "You compare each wrong answer with the target, as BPR does. BCE asks about each film alone: yes or no.": (
            lambda logits: np.logaddexp(0, logits[..., 1:] - logits[..., :1]).sum(axis=-1)
        ),
        "You sum over the positions, axis 1. Sum over the candidates, the last axis.": (
            lambda logits: np.logaddexp(0, -logits[..., 0]) + np.logaddexp(0, logits[..., 1:]).sum(axis=1)[:, :1]
        ),
        "You left out the target: its cost, logaddexp(0, −z), belongs to the sum.": (
            lambda logits: _many_bce(logits) - np.logaddexp(0, -logits[..., 0])
        ),
        "Yes and no are swapped: the target should be a yes, so its cost is logaddexp(0, −z).": (
            lambda logits: _many_bce(-logits)
        ),
        "You count the target as a no, too. The wrong answers begin at column 1.": (
            lambda logits: _many_bce(logits) + np.logaddexp(0, logits[..., 0])
        ),
        "You count only the first wrong answer. Take all of them: `logits[..., 1:]`.": (
            lambda logits: _many_bce(logits[..., :2])
        ),
        "You averaged over all costs. Add them up.": (lambda logits: _many_bce(logits) / logits.shape[-1]),
        "You count the target as a no. Its cost is that of a yes: logaddexp(0, −z).": partial(_many_bce, yes=None),
        "You count every film as a yes. A wrong answer costs logaddexp(0, z), without the minus.": (
            lambda logits: np.logaddexp(0, -logits).sum(axis=-1)
        ),
        "You added up everything. Keep the batch and the positions: sum over the last axis only.": (
            lambda logits: _many_bce(logits).sum()
        ),
    }
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        judge(answer, gentle, _many_bce, mistakes | _with_epsilon())
        if not np.isfinite(answer(cases[-1][0].copy())).all():
            raise NotYet(
                "Right for small logits, but a logit of 900 overflows. Use np.logaddexp(0, z), which does not."
            )
        if not np.allclose(answer(cases[-1][0].copy()), _many_bce(cases[-1][0])):
            raise NotYet(
                "Right for small logits, but a loss of 900 is cut off. Do not clip: np.logaddexp(0, z) "
                "does not overflow."
            )


choice(
    "12.9",
    "O5",
    right="c",
    why_not={
        "a": "Two things changed at once, the network and the loss. In our table, the loss alone changed the result.",
        "b": "In our table, BCE with as many negatives kept up with softmax. And the paper did not try it.",
        "d": "Age is no reason. Trained with the same loss, SASRec is a fair and strong opponent.",
    },
    done="Only with the same loss, the same negatives and the same budget does a difference belong to the network.",
)

trace(
    "12.10",
    "O6",
    8,
    {
        6: "That is a second, not a film id. The film id comes first in each pair.",
        2: "In id order, 2 comes first among the films of second 6, but the last one is hidden.",
        7: "7 and 8 share second 6 with 2. In id order, the highest of them comes last.",
        9: "9 has the highest id, but its second is 5. Sort by second first.",
    },
    "Sort by second, then by id: the order is (4, 9), then (2, 7, 8). Which one is last?",
    "The hidden film has the highest id of its second: the order of the file chose it, not the user's taste.",
)
