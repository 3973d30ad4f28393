"""Checks of lesson 09, learn from clicks."""

from functools import partial

import numpy as np

from recsys_helpers.exercises import (
    NotYet,
    choice,
    exercise,
    judge,
    must_be_function,
    parsons,
    predict,
    trace,
    variants,
)

choice(
    "09.1",
    "O1",
    right="d",
    why_not={
        "a": "Perhaps. Perhaps Cem would love it and has never heard of it. The 0 does not tell these two apart.",
        "b": "A 0 is not a middle: nobody was asked, so no stars stand behind it.",
        "c": "That would be known if the site had stored what it showed. Here only clicks are stored.",
    },
    done="Missing is not disliked. Most zeros are films that were never noticed.",
)


def _user_factors(
    Q, x, regularisation, alpha, zero=1.0, click=None, right=None, penalty=np.eye, sign=1, power=1, x_right=1
):
    weight = np.where(x > 0, 1 + alpha if click is None else click(alpha), zero)
    left = sum(w * np.outer(row, row) for w, row in zip(weight, Q))
    left = left + sign * regularisation**power * penalty(Q.shape[1])
    pull = (1 + alpha) * (x > 0) + zero * (x == 0) if right == "weights" else weight if right is None else right
    return np.linalg.solve(left, Q.T @ (pull * (x if x_right else 1)))


@exercise("09.2", "O1", "faded", done="A small linear system for each user, one for each film: that is all of iALS.")
def user_factors(answer) -> None:
    rng = np.random.default_rng(1)
    cases = []
    for n_films, dim in ((6, 2), (9, 3), (7, 1), (12, 4)):
        x = np.zeros(n_films, int)
        x[: int(rng.integers(1, n_films - 2))] = 1
        cases.append((rng.normal(size=(n_films, dim)), rng.permutation(x), *rng.uniform(0.3, 4, 2)))
    changes = {
        "Yours counts the clicked films alone. A film without a click takes part with weight 1.": {"zero": 0.0},
        "The right side misses the weights: a click weighs 1 + α there too.": {"right": 1.0},
        "A click weighs 1 + α; yours weighs α.": {"click": lambda alpha: alpha},
        "The left side misses the weights: a click weighs 1 + α there too.": {
            "click": lambda alpha: 1.0,
            "right": "weights",
        },
        "All films weigh the same in yours. A click weighs 1 + α: use `weight` on both sides.": {
            "click": lambda alpha: 1.0
        },
        "The penalty λ is missing on the left side.": {"penalty": lambda dim: np.zeros((dim, dim))},
        "λ belongs on the diagonal only: regularisation times `np.eye(dim)`.": {
            "penalty": lambda dim: np.ones((dim, dim))
        },
        "λ is added on the left side, not subtracted.": {"sign": -1},
        "λ is squared in yours. Add it as it is.": {"power": 2},
        "The right side misses x: only clicked films pull there.": {"x_right": 0},
    }
    mistakes = variants(_user_factors, changes) | {
        "You return the right side alone. Solve the system: `np.linalg.solve(left, right)`.": (
            lambda Q, x, regularisation, alpha: Q.T @ ((1 + alpha) * x)
        ),
        "You return scores. The factors of the user are asked for, one number for each column of Q.": (
            lambda Q, x, regularisation, alpha: Q @ _user_factors(Q, x, regularisation, alpha)
        ),
    }
    if callable(answer) and isinstance(answer(*cases[0]), tuple):
        raise NotYet("These are the two sides of the system. Return its solution: `np.linalg.solve(left, right)`.")
    judge(answer, cases, _user_factors, mistakes)


predict(
    "09.3",
    "O2",
    truth=415,
    within=150,
    between=(0, 100_000),
    low="More: the negatives of a batch are the positives of other users, and many of those are this film.",
    high="It is the most rated film, but one of thousands: its share of all positives is well below a hundredth.",
    done="About as often as it stands among the positives, nearly thirty times as often as uniform.",
)


def _given_09_4(rng, counts, power, n):
    weight = counts.astype(float) ** power
    return rng.choice(len(counts), n, p=weight / weight.sum())


def _weights(counts, power, padding=0.0, unclicked=True):
    weight = counts.astype(float) ** power
    weight[0] = padding
    return weight / weight.sum() if unclicked else weight * (counts > 0) / (weight * (counts > 0)).sum()


@exercise(
    "09.4",
    "O2",
    "debug",
    done="0 to the power of 0 is 1, so padding was drawn by the uniform sampler, and by that one alone.",
    given=_given_09_4,
)
def draws(answer) -> None:
    must_be_function(answer)
    counts = np.array([0, 40, 9, 0, 1, 16, 4])
    n = 20_000
    for power in (1.0, 0.5, 0.0, 0.75):
        given = counts.copy()
        got = np.asarray(answer(np.random.default_rng(int(4 * power)), given, power, n))
        if not np.array_equal(given, counts):
            raise NotYet("Your function changed `counts`, which the next draw needs. Work on a copy.")
        if got.shape != (n,) or got.dtype.kind not in "iu":
            raise NotYet(f"Return {n} indices of films, whole numbers; yours has shape {got.shape}, type {got.dtype}.")
        if got.min() < 0 or got.max() >= len(counts):
            raise NotYet(f"You draw films from {got.min()} to {got.max()}; there are films 1 to {len(counts) - 1}.")
        share = np.bincount(got, minlength=len(counts)) / n
        wanted = _weights(counts, power)
        if np.abs(share - wanted).max() < 0.02:
            continue
        for other, hint in (
            (_weights(counts, power, padding=1.0), "Padding is still drawn: 0 ** 0 is 1. Set its weight to 0."),
            (
                _weights(counts, power, unclicked=False),
                "With power 0 every film is drawn alike, also one that nobody clicked.",
            ),
            (_weights(counts, 1.0), "The power is not used: film i has the weight counts[i] ** power."),
            (_weights(counts, 0.0), "All films are drawn alike, whatever the power: counts[i] ** power is missing."),
            (
                _weights(np.maximum(counts, 1), -power),
                "You divide by counts ** power, so rare films are drawn more often. Multiply.",
            ),
            (
                _weights(counts + 1, power),
                "You add 1 to each count, which changes all probabilities. Only padding needs care.",
            ),
            (
                _weights(np.append(0, counts[:-1]), power),
                "All films are one too high: leaving out index 0 moves the others.",
            ),
            (
                np.append(_weights(counts, power)[1:], 0),
                "Your films are one too low: without index 0, add 1 to what was drawn.",
            ),
        ):
            if np.abs(share - other).max() < 0.02:
                raise NotYet(hint)
        film = int(np.abs(share - wanted).argmax())
        raise NotYet(
            f"With power {power:g} and counts {counts.tolist()}, film {film} should be {wanted[film]:.0%} of "
            f"the draws; "
            f"with yours it is {share[film]:.0%}."
        )


def _masked(scores, candidates, hidden=-1e9, first=1, hit=lambda row, j: row[j] == row[0]):
    masked = np.array(scores, float)
    for i, row in enumerate(candidates):
        for j in range(first, len(row)):
            if hit(row, j):
                masked[i, j] = hidden
    return masked


def _masked_by_batch(scores, candidates):
    positives = set(candidates[:, 0].tolist())
    return _masked(scores, candidates, hit=lambda row, j: row[j] in positives)


@exercise("09.5", "O2", "code", done="A film is not its own rival any more; hits of other rows stay, and rightly so.")
def masked_scores(answer) -> None:
    rng = np.random.default_rng(5)
    cases = []
    for batch, n in ((3, 4), (6, 2), (5, 7)):
        candidates = rng.integers(1, 5, (batch, 1 + n))
        candidates[0, :2] = 3
        cases.append((rng.normal(size=(batch, 1 + n)), candidates))
    scores, candidates = cases[0]
    if callable(answer):
        mine = scores.copy()
        answer(mine, candidates.copy())
        if not np.array_equal(mine, scores):
            raise NotYet("Your function changed `scores` itself. Work on a copy, or use np.where.")
    mistakes = {
        "You hid the positive as well: column 0 equals itself in every row, and must stay.": partial(_masked, first=0),
        "You hid every film that is a positive of *any* row. Only the row's own positive is a hit.": _masked_by_batch,
        "A score of 0 does not hide: e⁰ is 1, and BPR would even like it. Take −1e9.": partial(_masked, hidden=0.0),
        "You hid the negatives that are *not* hits. Reverse the condition.": partial(
            _masked, hit=lambda row, j: row[j] != row[0]
        ),
        "Nothing is hidden in yours. Compare with `candidates[:, :1]`, the positive of each row.": (
            lambda scores, candidates: scores
        ),
        "−inf hides too, but a mean over it is infinite, and ∞ − ∞ is no number. Take −1e9.": partial(
            _masked, hidden=-np.inf
        ),
        "You hide the column of the positive and all that is no hit. The positive, column 0, always stays.": partial(
            _masked, first=0, hit=lambda row, j: j == 0 or row[j] != row[0]
        ),
        "−1 does not hide: other scores lie below it. Take −1e9.": partial(_masked, hidden=-1.0),
        "You compare with the positive of the *first* row. Each row has its own: candidates[:, :1].": (
            lambda scores, candidates: np.where(
                (candidates == candidates[0]) & (np.arange(candidates.shape[1]) > 0), -1e9, scores
            )
        ),
        "Only the first negative is looked at. All columns from 1 on can be a hit.": (
            lambda scores, candidates: np.concatenate(
                [_masked(scores[:, :2], candidates[:, :2]), scores[:, 2:]], axis=1
            )
        ),
        "The positive is missing: return all columns, with column 0 as it was.": (
            lambda scores, candidates: _masked(scores, candidates)[:, 1:]
        ),
        "You hide every film that stands twice in a row. A negative drawn twice is no hit; only the positive counts.": (
            lambda scores, candidates: np.array(
                [
                    [-1e9 if j and row[j] in row[:j] else score for j, score in enumerate(line)]
                    for row, line in zip(candidates, np.array(scores, float))
                ]
            )
        ),
        "+1e9 puts the hit on top of everything. It must be minus.": partial(_masked, hidden=1e9),
    }
    judge(answer, cases, _masked, mistakes)


trace(
    "09.6",
    "O3",
    0.693,
    {
        0.0: "The difference is 0, but the loss is not: −log σ(0), and σ(0) is a half.",
        0.5: "That is σ(0), a half. BPR takes −log of it.",
        -0.693: "The sign: log(½) is negative, and the loss is minus that.",
        0.127: "That is −log σ(2). BPR looks at the difference of the two scores, 2 − 2.",
        0.301: "That is a logarithm of base 10. Losses use the natural one.",
        1.0: "That is a logarithm of base 2. Losses use the natural one.",
    },
    "Subtract the two scores, put the difference into σ, take −log.",
    "−log σ(0) = log 2: a coin toss, the loss of every model before its first step.",
    within=0.004,
)


def _bpr(scores, sign=1, each=lambda z: np.logaddexp(0, -z), over=np.mean):
    return np.array([over([each(sign * (row[0] - other)) for other in row[1:]]) for row in scores])


def _sigmoid(z):
    return float(np.exp(-np.logaddexp(0, -z)))


@exercise("09.7", "O3", "code", done="It never stops pushing while a negative is near, and never overflows.")
def bpr(answer) -> None:
    rng = np.random.default_rng(6)
    cases = [(rng.normal(0, 3, (int(batch), 1 + int(n))),) for batch, n in rng.integers(2, 7, (12, 2))]
    mistakes = {
        "You computed 1 − σ. Its slope vanishes where the model is badly wrong; BPR is −log σ.": partial(
            _bpr, each=lambda z: 1 - _sigmoid(z)
        ),
        "The distance is the wrong way round: positive minus negative.": partial(_bpr, sign=-1),
        "That is log σ, which is negative. The loss is minus that.": partial(_bpr, each=lambda z: -np.logaddexp(0, -z)),
        "That is σ alone. Take −log of it.": partial(_bpr, each=_sigmoid),
        "You added up the negatives. Their mean is asked for.": partial(_bpr, over=np.sum),
        "One number for the whole batch: return one loss per row.": lambda scores: _bpr(scores).mean(),
        "You have a loss for each negative. Take the mean of each row.": (
            lambda scores: np.logaddexp(0, scores[:, 1:] - scores[:, :1])
        ),
        "Column 0 is compared with itself in yours, which adds log 2. Begin with column 1.": (
            lambda scores: np.logaddexp(0, scores - scores[:, :1]).mean(axis=1)
        ),
        "The mean runs over the rows in yours. Take it over the negatives: axis 1.": (
            lambda scores: np.logaddexp(0, scores[:, 1:] - scores[:, :1]).mean(axis=0)
        ),
        "That is a hinge loss, max(0, 1 − difference). BPR is −log σ of the difference.": partial(
            _bpr, each=lambda z: max(0.0, 1 - z)
        ),
        "That is the difference itself. Put it into σ and take −log.": partial(_bpr, each=lambda z: z),
        "That is the softmax loss, which compares all films at once. BPR looks at one negative at a time.": (
            lambda scores: np.logaddexp.reduce(scores, axis=1) - scores[:, 0]
        ),
        "That is binary cross-entropy: each score alone. BPR looks at the *difference* of positive and negative.": (
            lambda scores: np.logaddexp(0, -scores[:, 0]) + np.logaddexp(0, scores[:, 1:]).mean(axis=1)
        ),
        "Only the hardest negative counts in yours. Take the mean over all of them.": partial(_bpr, over=np.max),
        "Only the first negative counts in yours. Take the mean over columns 1, 2, …": (
            lambda scores: _bpr(np.array(scores)[:, :2])
        ),
        "You took the mean of the σ, then −log. Take −log of each first, then the mean.": (
            lambda scores: -np.log((1 / (1 + np.exp(scores[:, 1:] - scores[:, :1]))).mean(axis=1))
        ),
        "You compare with the mean of the negatives. Compare with each one, then take the mean.": (
            lambda scores: np.logaddexp(0, scores[:, 1:].mean(axis=1) - scores[:, 0])
        ),
    }
    judge(answer, cases, _bpr, mistakes)
    far = np.array([[-500.0, 500.0, 0.0], [500.0, -500.0, 0.0]])
    with np.errstate(all="ignore"):
        got = np.asarray(answer(far.copy()))
    if not np.all(np.isfinite(got)) or not np.allclose(got, [750.0, 0.0], atol=1e-6):
        raise NotYet("Right for small numbers, but scores 1,000 apart overflow: np.logaddexp(0, -z) does not.")


choice(
    "09.8",
    "O4",
    right="b",
    why_not={
        "a": "It also sees them more often as a 'no'. In a full softmax each film stands in the sum once.",
        "c": "The full softmax sees them as often as the positive too. Only the number of times as a 'no' has changed.",
        "d": "The draws do not look at the user's history at all.",
    },
    done="It is told 'no' in proportion to popularity, and learns the score minus the log of that.",
)


def _corrected(scores, chances, logits=lambda s, q: s - np.log(q)):
    z = logits(scores, chances)
    return np.array([np.logaddexp.reduce(row) - row[0] for row in z])


def _only(scores, chances, columns):
    taken_off = np.zeros(scores.shape)
    taken_off[:, columns] = np.log(chances)[:, columns]
    return scores - taken_off


@exercise("09.9", "O4", "faded", done="One subtraction: what the sampler drew too often no longer counts too much.")
def corrected_softmax(answer) -> None:
    rng = np.random.default_rng(7)
    cases = [
        (rng.normal(0, 2, shape), rng.uniform(0.01, 0.5, shape))
        for shape in ((2, 4), (5, 3), (3, 9), (7, 2))
    ]  # fmt: skip
    mistakes = {
        "The sign: + log q makes it worse, popular films would be told 'no' twice as loudly. Take it off.": partial(
            _corrected, logits=lambda s, q: s + np.log(q)
        ),
        "You took q off, not its logarithm: e to the power of s must be divided by q.": partial(
            _corrected, logits=lambda s, q: s - q
        ),
        "You divided the score by q. Divide e to the power of s by it: s − log q.": partial(
            _corrected, logits=lambda s, q: s / q
        ),
        "Only the negatives are corrected. That form has the right limit once their number is in it, but the exercise "
        "asks for the usual recipe: correct column 0 too.": partial(_corrected, logits=lambda s, q: _only(s, q, slice(1, None))),
        "Only the positive is corrected. The negatives are what the sampler drew: correct all columns.": partial(
            _corrected, logits=lambda s, q: _only(s, q, slice(0, 1))
        ),
        "Nothing is corrected in yours. Take log q off every score.": partial(_corrected, logits=lambda s, q: s),
        "You used the logarithm of base 10. The softmax lives on e: np.log.": partial(
            _corrected, logits=lambda s, q: s - np.log10(q)
        ),
        "You used the logarithm of base 2. The softmax lives on e: np.log.": partial(
            _corrected, logits=lambda s, q: s - np.log2(q)
        ),
        "You multiplied the score by q. Take log q off it.": partial(_corrected, logits=lambda s, q: s * q),
        "You took the logarithm of the scores. It is q whose logarithm is taken off.": partial(
            _corrected, logits=lambda s, q: np.log(np.abs(s))
        ),
        "You correct the loss at the end. The *logits* are corrected, before the softmax.": (
            lambda s, q: _corrected(s, q, logits=lambda s, q: s) - np.log(q[:, 0])
        ),
        "You take log(1 − q) off. It is log q.": partial(_corrected, logits=lambda s, q: s - np.log(1 - q)),
        "These are the corrected logits. Return `softmax_loss(logits)`.": lambda s, q: s - np.log(q),
        "One number for the whole batch: return one loss per row.": lambda s, q: _corrected(s, q).mean(),
    }
    judge(answer, cases, _corrected, mistakes)


parsons(
    "09.10",
    "O5",
    right=("BEDAF", "BDEAF", "DBEAF"),
    not_used={
        "C": "Line C has the wrong sign: + log q pushes popular films down twice. Leave it out.",
    },
    before={
        "AF": "The loss comes last: it needs the logits, corrected and masked.",
        "BF": "The loss comes last: it needs the logits, corrected and masked.",
        "DF": "The loss comes last: it needs the logits, corrected and masked.",
        "EF": "The loss comes last: it needs the logits, corrected and masked.",
        "BE": "Line E needs `scores`: score first.",
        "DA": "Line A uses `is_hit`, so D comes before it.",
        "EA": "Line A masks `logits`, which line E makes: E before A.",
    },
    done="Score all pairs, correct, mask, softmax: five lines, and no negative was drawn.",
)


trace(
    "09.11",
    "O5",
    70_529 / 671,
    {
        1007: "That is full against sampled. Now compare one row for each positive with one row for each user.",
        9066: "The number of films is the same on both sides. Only how often they are scored changes.",
        32: "`DIM` is the same on both sides.",
        671: "That is the number of users. Divide the number of positives, 70,529, by it.",
    },
    "Full: 70,529 rows of scores. One row per user: 671 rows of the same length. Divide.",
    "105 positives a user on average, and one row of scores serves them all.",
    within=0.6,
)


predict(
    "09.12",
    "O5",
    truth=0.05,
    within=0.012,
    between=(0, 1),
    low="Not that bad: some of what users like is left after popularity is taken away.",
    high="It was taught 'no' in proportion to popularity, and what people watch next is mostly popular.",
    done="Below popularity: a network that was taught to avoid what people watch.",
)

choice(
    "09.13",
    "O6",
    right="b",
    why_not={
        "a": "A copy fits a softmax well: all probability on the seen films. It does not stop copying.",
        "c": "If it only copied, all unseen films would get the same score, and nothing could be ranked.",
        "d": "They give it a good first guess, but training is free to leave it.",
    },
    done="Dropout asks 'which films are missing?', and 200 numbers cannot hold 9,066 separate answers.",
)
