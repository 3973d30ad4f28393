"""Checks of lesson 09, learn from clicks."""

from functools import partial, wraps

import numpy as np

from recsys_helpers.exercises import (
    NotYet,
    Sign,
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
        "a": "That is possible, but perhaps Cem would love it and has never heard of it. The 0 does not tell "
        "these two cases apart.",
        "b": "A 0 is not an average rating: Cem was never asked, so it says nothing about stars.",
        "c": "We could know that if the site had stored what it showed, but here only clicks are stored.",
    },
    done="A missing click does not mean dislike: most zeros are films that the user never noticed.",
)


def _user_factors(
    Q, x, regularisation, alpha, zero=1.0, click=None, right=None, penalty=np.eye, sign=1, power=1, x_right=1
):
    weight = np.where(x > 0, 1 + alpha if click is None else click(alpha), zero)
    left = sum(w * np.outer(row, row) for w, row in zip(weight, Q))
    left = left + sign * regularisation**power * penalty(Q.shape[1])
    pull = (1 + alpha) * (x > 0) + zero * (x == 0) if right == "weights" else weight if right is None else right
    return np.linalg.solve(left, Q.T @ (pull * (x if x_right else 1)))


@exercise("09.2", "O1", "faded", done="iALS solves one such small linear system for each user and each film, in turns.")
def user_factors(answer) -> None:
    rng = np.random.default_rng(1)
    cases = []
    for n_films, dim in ((6, 2), (9, 3), (7, 1), (12, 4)):
        x = np.zeros(n_films, int)
        x[: int(rng.integers(1, n_films - 2))] = 1
        cases.append((rng.normal(size=(n_films, dim)), rng.permutation(x), *rng.uniform(0.3, 4, 2)))
    changes = {
        "You use only the clicked films. A film without a click takes part with weight 1.": {"zero": 0.0},
        "The weights are missing on the right side: a click has weight 1 + α there, too.": {"right": 1.0},
        "You give a click weight α. It should have weight 1 + α.": {"click": lambda alpha: alpha},
        "The weights are missing on the left side: a click has weight 1 + α there, too.": {
            "click": lambda alpha: 1.0,
            "right": "weights",
        },
        "You give all films the same weight. A click has weight 1 + α: use `weight` on both sides.": {
            "click": lambda alpha: 1.0
        },
        "The penalty λ is missing on the left side.": {"penalty": lambda dim: np.zeros((dim, dim))},
        "λ belongs on the diagonal only: add regularisation times `np.eye(dim)`.": {
            "penalty": lambda dim: np.ones((dim, dim))
        },
        "You subtract λ on the left side. Add it.": {"sign": -1},
        "You square λ. Add it as it is.": {"power": 2},
        "x is missing on the right side: only clicked films contribute there.": {"x_right": 0},
    }
    mistakes = variants(_user_factors, changes) | {
        "You return the right side alone. Solve the system: `np.linalg.solve(left, right)`.": (
            lambda Q, x, regularisation, alpha: Q.T @ ((1 + alpha) * x)
        ),
        "You return scores. Return the user's factors, one number for each column of Q.": (
            lambda Q, x, regularisation, alpha: Q @ _user_factors(Q, x, regularisation, alpha)
        ),
    }

    def system(Q, x, regularisation, alpha, films=None, pull=None, penalty=1.0):
        weight = 1 + alpha * x
        left = (Q.T * (weight if films is None else films(weight))) @ Q
        return left + penalty * regularisation * np.eye(Q.shape[1]), Q.T @ ((pull or np.array)(weight) * x)

    def solved(**changed):
        return lambda *case: np.linalg.solve(*system(*case, **changed))

    twice = "You apply the weights twice "
    mistakes |= {
        f"{twice}on the left side. One factor `weight` is enough: `(Q.T * weight) @ Q`.": solved(films=np.square),
        f"{twice}on the right side. One factor `weight` is enough: `(Q.T * weight) @ x`.": solved(pull=np.square),
        f"{twice}on both sides. Use `weight` once on each: `(Q.T * weight) @ Q`.": solved(
            films=np.square, pull=np.square
        ),
        "You took the square root of the weights on the left side. Use the weights as they are.": solved(films=np.sqrt),
        "You doubled λ. Add it as it is.": solved(penalty=2.0),
        "You halved λ. Add it as it is.": solved(penalty=0.5),
        "You multiplied λ by the number of clicks. Add it as it is.": (
            lambda Q, x, regularisation, alpha: _user_factors(Q, x, regularisation * x.sum(), alpha)
        ),
        "You multiplied λ by the number of films. Add it as it is.": (
            lambda Q, x, regularisation, alpha: _user_factors(Q, x, regularisation * len(x), alpha)
        ),
        "λ and α are swapped: λ belongs on the diagonal, and a click has weight 1 + α.": (
            lambda Q, x, regularisation, alpha: _user_factors(Q, x, alpha, regularisation)
        ),
        "On the left side, you give every film weight 1 + α. Only a clicked film has that weight; the others have "
        "weight 1.": (
            lambda Q, x, regularisation, alpha: np.linalg.solve(
                (1 + alpha) * Q.T @ Q + regularisation * np.eye(Q.shape[1]), (1 + alpha) * Q.T @ x
            )
        ),
        "A click has weight 2 + α on your left side. QᵀQ already counts it once, so add α · (QᵀQ of the clicked "
        "films).": (
            lambda Q, x, regularisation, alpha: solved(films=lambda weight: weight + x)(Q, x, regularisation, alpha)
        ),
        "You add λ on the right side as well. It belongs only on the left side.": (
            lambda *case: np.linalg.solve(system(*case)[0], system(*case)[1] + case[2])
        ),
        "On the right side, you give a click weight α. It should have weight 1 + α.": (
            lambda Q, x, regularisation, alpha: solved(pull=lambda weight: weight - 1)(Q, x, regularisation, alpha)
        ),
        "You do not add up over the films on the right side: write `(Q.T * weight) @ x`, not `* x`.": (
            lambda Q, x, regularisation, alpha: np.linalg.solve(
                system(Q, x, regularisation, alpha)[0], Q.T * (1 + alpha * x) * x
            )
        ),
        "You solve for each factor separately. The left side is a (dim, dim) matrix: `(Q.T * weight) @ Q`.": (
            lambda *case: system(*case)[1] / np.diag(system(*case)[0])
        ),
        "`*` multiplies entry by entry. Solve the system: `np.linalg.solve(left, right)`.": (
            lambda *case: np.linalg.inv(system(*case)[0]) * system(*case)[1]
        ),
        "You divided entry by entry. Solve the system: `np.linalg.solve(left, right)`.": (
            lambda *case: system(*case)[1] / system(*case)[0]
        ),
        "You divided the factors by their length. Return the solution as it is.": (
            lambda *case: solved()(*case) / np.linalg.norm(solved()(*case))
        ),
        "You return the left side alone. Solve the system: `np.linalg.solve(left, right)`.": (
            lambda *case: system(*case)[0]
        ),
    }

    @wraps(answer)
    def unpacked(*case):
        result = answer(*case)
        if isinstance(result, tuple) and len(result) == 4:
            raise NotYet("`np.linalg.lstsq` returns four results, and the solution is the first: take `[0]`.")
        if isinstance(result, tuple):
            raise NotYet("These are the two sides of the system. Return its solution: `np.linalg.solve(left, right)`.")
        if np.shape(result) == case[1].shape:
            scores = case[0] @ _user_factors(*case)
            if not np.allclose(result, scores):
                raise NotYet("You return one number for each film. Return one for each column of `Q`: Qᵀ comes first.")
        return result

    fits = "`left` has shape (dim, dim), so Qᵀ comes first, `(Q.T * weight) @ Q`, and λ multiplies `np.eye(Q.shape[1])`"
    judge(
        unpacked if callable(answer) else answer,
        cases,
        _user_factors,
        mistakes,
        raised={ValueError: f"Shapes do not fit: {fits}; `right` has shape (dim,)."},
    )


predict(
    "09.3",
    "O2",
    truth=415,
    within=150,
    between=(0, 100_000),
    low="It is more: the negatives of a batch are the positives of other users, and many of those are this film.",
    high="It is less. This is the most rated film, but one of thousands: its share of all positives is well below 1 %.",
    done="Right: it is drawn about as often as it occurs among the positives, nearly thirty times as often as "
    "uniformly.",
)


def _given_09_4(rng, counts, power, n):
    weight = counts.astype(float) ** power
    return rng.choice(len(counts), n, p=weight / weight.sum())


def _weights(counts, power, padding=0.0, unclicked=True):
    weight = counts.astype(float) ** power
    weight[0] = padding
    return weight / weight.sum() if unclicked else weight * (counts > 0) / (weight * (counts > 0)).sum()


def _padded(counts, power):
    """The share of padding if its weight is 0 ** power, as before the repair."""
    weight = counts.astype(float) ** power
    return weight[0] / weight.sum()


@exercise(
    "09.4",
    "O2",
    "debug",
    done="0 ** 0 is 1, so the uniform sampler (power 0) drew padding, and no other sampler did.",
    given=_given_09_4,
)
def draws(answer) -> None:
    must_be_function(answer)
    counts = np.array([0, 40, 9, 0, 1, 16, 4])
    n = 20_000
    for power in (1.0, 0.5, 0.0, 0.75):
        given = counts.copy()
        try:
            got = np.asarray(answer(np.random.default_rng(int(4 * power)), given, power, n))
        except ValueError as error:
            if "replace" in str(error):
                raise NotYet("A film may be drawn many times: leave out `replace=False`.") from None
            if "sum to 1" in str(error):
                raise NotYet("Divide the weights by their sum last, after the power and the 0 for padding.") from None
            raise
        if not np.array_equal(given, counts):
            raise NotYet("Your function changed `counts`, which the next draw needs. Work on a copy.")
        if got.shape == counts.shape and got.sum() == n:
            raise NotYet("You return how often each film was drawn. Return the n drawn indices: `rng.choice`.")
        if got.ndim == 1 and n / 2 < len(got) < n:
            raise NotYet(f"You leave out draws of padding, so {len(got)} of {n} are left. Give padding the weight 0.")
        if got.shape != (n,) or got.dtype.kind not in "iu":
            raise NotYet(f"Return {n} film indices, whole numbers; yours have shape {got.shape}, type {got.dtype}.")
        if got.min() < 0 or got.max() >= len(counts):
            raise NotYet(f"You draw films {got.min()} to {got.max()}, but there are only films 1 to {len(counts) - 1}.")
        share = np.bincount(got, minlength=len(counts)) / n
        wanted = _weights(counts, power)
        if np.abs(share - wanted).max() < 0.02:
            other = np.asarray(answer(np.random.default_rng(100), counts.copy(), power, n))
            if np.array_equal(other, got):
                raise NotYet("Another generator gives the same draws. Draw with the `rng` that is passed in.")
            again = np.asarray(answer(np.random.default_rng(100), counts.copy(), power, n))
            if not np.array_equal(other, again):
                raise NotYet(
                    "The same generator gives other draws the second time. Draw with the `rng` that is passed in."
                )
            if (got[1:] >= got[:-1]).all():
                raise NotYet(
                    "Your draws are sorted, so the first rows of a batch get the first films. Keep the order in "
                    "which they were drawn."
                )
            continue
        for other, hint in (
            (_weights(counts, power, padding=1.0), "Padding is still drawn: 0 ** 0 is 1. Set its weight to 0."),
            (
                _weights(counts, power, unclicked=False),
                "With power 0 every film should be equally likely, also one that nobody clicked.",
            ),
            (
                _weights(counts, power) * (1 - _padded(counts, power))
                + np.eye(len(counts))[1] * _padded(counts, power),
                "You replace draws of padding with film 1, which is then drawn too often. Give padding the weight 0.",
            ),
            (
                np.append(_weights(counts[:-1], power), 0),
                "The last film is never drawn: `rng.integers(1, n)` ends at n − 1.",
            ),
            (
                _weights(np.trunc(counts.astype(float) ** power), 1.0),
                "Your weights are cut to whole numbers. The power of a count is a float, so keep it as one.",
            ),
            (_weights(counts, 1.0), "You do not use the power: film i has the weight counts[i] ** power."),
            (_weights(counts, 0.0), "All films are equally likely, whatever the power: counts[i] ** power is missing."),
            (
                _weights(np.maximum(counts, 1), -power),
                "You divide by counts ** power, so rare films are drawn more often. The weight is counts ** power "
                "itself.",
            ),
            (
                _weights(counts + 1, power),
                "You add 1 to each count, which changes all probabilities. Change only the weight of padding.",
            ),
            (
                _weights(np.append(0, counts[:-1]), power),
                "All your film indices are one too high, because leaving out index 0 shifts the others.",
            ),
            (
                np.append(_weights(counts, power)[1:], 0),
                "All your film indices are one too low. If you leave out index 0, add 1 to what was drawn.",
            ),
        ):
            if np.abs(share - other).max() < 0.02:
                raise NotYet(hint)
        film = int(np.abs(share - wanted).argmax())
        raise NotYet(
            f"With power {power:g} and counts {counts.tolist()}, film {film} should be {wanted[film]:.0%} of "
            f"the draws; in your draws it is {share[film]:.0%}."
        )


def _masked(scores, candidates, hidden=-1e9, first=1, hit=lambda row, j: row[j] == row[0]):
    masked = np.array(scores, float)
    for i, row in enumerate(candidates):
        for j in range(first, len(row)):
            if hit(row, j):
                masked[i, j] = hidden
    return masked


def _masked_once(scores, candidates):
    masked = np.array(scores, float)
    for line, row in zip(masked, candidates):
        hits = np.flatnonzero(row[1:] == row[0])[:1]
        line[1 + hits] = -1e9
    return masked


def _hides_otherwise(got, scores, candidates) -> bool:
    """Whether all hits have one and the same value, another than −1e9, and all else is right."""
    is_hit = _masked(scores, candidates) == -1e9
    values = np.asarray(got)[is_hit]
    return np.allclose(np.asarray(got)[~is_hit], scores[~is_hit]) and len(values) > 1 and np.ptp(values) == 0


def _masked_by_batch(scores, candidates):
    positives = set(candidates[:, 0].tolist())
    return _masked(scores, candidates, hit=lambda row, j: row[j] in positives)


@exercise(
    "09.5",
    "O2",
    "code",
    done="A negative that equals its row's positive is now hidden. Positives of other rows stay, because there "
    "they are real negatives.",
)
def masked_scores(answer) -> None:
    rng = np.random.default_rng(5)
    cases = []
    for batch, n in ((3, 4), (6, 2), (5, 7)):
        candidates = rng.integers(1, 5, (batch, 1 + n))
        candidates[0, :2] = 3
        candidates[1], candidates[2] = 2, 3
        candidates[2, [0, -1]] = 1  # only hits in row 1, only the last one in row 2
        cases.append((rng.normal(size=(batch, 1 + n)), candidates))
    scores, candidates = cases[0]
    if callable(answer):
        mine = scores.copy()
        try:
            got = answer(mine, candidates.copy())
        except ValueError:
            raise NotYet(
                "Shapes do not fit. Keep column 0 two-dimensional, `candidates[:, :1]`, and compare all columns "
                "with it."
            ) from None
        if np.asarray(got, object).shape == scores.shape and np.asarray(got).dtype == bool:
            raise NotYet("You return where the hits are. Return the scores: `np.where(is_hit, -1e9, scores)`.")
        if isinstance(got, list) and len({len(row) for row in got}) > 1:
            raise NotYet("You left out the hits, so the rows differ in length. Keep the hits, with a score of −1e9.")
        if not np.array_equal(mine, scores):
            raise NotYet("Your function changed `scores` itself. Work on a copy, or use np.where.")
    mistakes = {
        "You hid the positive as well: column 0 equals itself in every row. It must stay, so exclude it from the "
        "hits.": partial(_masked, first=0),
        "You hid every film that is a positive of *any* row. Only the row's own positive is a hit.": _masked_by_batch,
        "A score of 0 does not hide a film, because e⁰ is 1. Use −1e9.": partial(_masked, hidden=0.0),
        "You hid the negatives that are *not* hits. Reverse the condition.": partial(
            _masked, hit=lambda row, j: row[j] != row[0]
        ),
        "You hid nothing. Compare with `candidates[:, :1]`, the positive of each row.": (
            lambda scores, candidates: scores
        ),
        "−inf hides a film, too, but a mean over it is infinite, and ∞ − ∞ is not a number. Use −1e9.": partial(
            _masked, hidden=-np.inf
        ),
        "You hid the positive and all negatives that are not hits. Hide only the hits; column 0 always stays.": partial(
            _masked, first=0, hit=lambda row, j: j == 0 or row[j] != row[0]
        ),
        "−1 does not hide a film, because other scores can be lower. Use −1e9.": partial(_masked, hidden=-1.0),
        "NaN is not a score: every sum over it is NaN. Use −1e9.": partial(_masked, hidden=np.nan),
        "You multiply the score by −1e9, so a negative score becomes huge. Set it to −1e9.": (
            lambda scores, candidates: np.where(_masked(scores, candidates) == -1e9, -1e9 * scores, scores)
        ),
        "You compare scores. A hit is the same *film*: compare `candidates` with `candidates[:, :1]`.": (
            lambda scores, candidates: _masked(scores, scores)
        ),
        "You hide the whole row of a hit. Hide only the hit.": (
            lambda scores, candidates: np.where(
                (_masked(scores, candidates) == -1e9).any(axis=1, keepdims=True), -1e9, scores
            )
        ),
        "You hide all negatives of a row with a hit. Hide only the hit.": (
            lambda scores, candidates: np.where(
                (_masked(scores, candidates) == -1e9).any(axis=1, keepdims=True) & (np.arange(scores.shape[1]) > 0),
                -1e9,
                scores,
            )
        ),
        "You compare with the last column. The positive is column 0: `candidates[:, :1]`.": (
            lambda scores, candidates: _masked(scores[:, ::-1], candidates[:, ::-1])[:, ::-1]
        ),
        "You stop at the first hit of a row. There can be several.": _masked_once,
        "You never look at the last column. All columns from 1 on can be hits.": (
            lambda scores, candidates: np.column_stack([_masked(scores, candidates)[:, :-1], scores[:, -1]])
        ),
        "You compare with the positive of the *first* row. Each row has its own: candidates[:, :1].": (
            lambda scores, candidates: np.where(
                (candidates == candidates[0]) & (np.arange(candidates.shape[1]) > 0), -1e9, scores
            )
        ),
        "You look only at the first negative. All columns from 1 on can be hits.": (
            lambda scores, candidates: np.concatenate(
                [_masked(scores[:, :2], candidates[:, :2]), scores[:, 2:]], axis=1
            )
        ),
        "The positive is missing: return all columns, with column 0 as it was.": (
            lambda scores, candidates: _masked(scores, candidates)[:, 1:]
        ),
        "You hide every film that occurs twice in a row. A negative drawn twice is not a hit; compare only with "
        "the positive.": (
            lambda scores, candidates: np.array(
                [
                    [-1e9 if j and row[j] in row[:j] else score for j, score in enumerate(line)]
                    for row, line in zip(candidates, np.array(scores, float))
                ]
            )
        ),
        "+1e9 makes the hit the highest score. Use −1e9, with a minus sign.": partial(_masked, hidden=1e9),
        "You hide the right scores, but not with −1e9. Use that value, which is safely below all other scores.": Sign(
            _hides_otherwise
        ),
    }
    judge(answer, cases, _masked, mistakes)


trace(
    "09.6",
    "O3",
    0.693,
    {
        0.0: "The difference is 0, but the loss is not: it is −log σ(0), and σ(0) is 0.5.",
        0.5: "That is σ(0) = 0.5. BPR takes −log of it.",
        -0.693: "The sign is wrong: log(½) is negative, and the loss is minus that.",
        0.127: "That is −log σ(2). BPR looks at the difference of the two scores, 2 − 2.",
        0.301: "That is the logarithm to base 10. Losses use the natural logarithm.",
        1.0: "That is the logarithm to base 2. Losses use the natural logarithm.",
    },
    "Subtract the two scores, apply σ to the difference, and take −log.",
    "−log σ(0) = log 2 ≈ 0.693, the loss of a model that cannot tell the positive from the negative.",
    within=0.004,
)


def _bpr(scores, sign=1, each=lambda z: np.logaddexp(0, -z), over=np.mean):
    return np.array([over([each(sign * (row[0] - other)) for other in row[1:]]) for row in scores])


def _sigmoid(z):
    return float(np.exp(-np.logaddexp(0, -z)))


@exercise(
    "09.7",
    "O3",
    "code",
    done="BPR has its largest gradient where the model is most wrong, and with `logaddexp` it does not overflow.",
)
def bpr(answer) -> None:
    rng = np.random.default_rng(6)
    cases = [(rng.normal(0, 3, (int(batch), 1 + int(n))),) for batch, n in rng.integers(2, 7, (12, 2))]
    mistakes = {
        "You computed 1 − σ. Its gradient vanishes where the model is badly wrong; BPR is −log σ.": partial(
            _bpr, each=lambda z: 1 - _sigmoid(z)
        ),
        "The difference is the wrong way round (or you took 1 − σ of it). Compute −log σ(positive − negative).": (
            partial(_bpr, sign=-1)
        ),
        "That is log σ, which is negative. The loss is minus that.": partial(_bpr, each=lambda z: -np.logaddexp(0, -z)),
        "That is σ alone. Take −log of it.": partial(_bpr, each=_sigmoid),
        "You added up the losses of the negatives. Take their mean.": partial(_bpr, over=np.sum),
        "You return one number for the whole batch. Return one loss per row.": lambda scores: _bpr(scores).mean(),
        "You have a loss for each negative. Take the mean of each row.": (
            lambda scores: np.logaddexp(0, scores[:, 1:] - scores[:, :1])
        ),
        "You compare column 0 with itself, which adds log 2. Begin with column 1.": (
            lambda scores: np.logaddexp(0, scores - scores[:, :1]).mean(axis=1)
        ),
        "You take the mean over the rows. Take it over the negatives: axis 1 of distances (batch, n).": (
            lambda scores: np.logaddexp(0, scores[:, 1:] - scores[:, :1]).mean(axis=0)
        ),
        "That is a hinge loss, max(0, 1 − difference). BPR is −log σ of the difference.": partial(
            _bpr, each=lambda z: max(0.0, 1 - z)
        ),
        "That is the difference itself. Apply σ to it and take −log.": partial(_bpr, each=lambda z: z),
        "That is the softmax loss, which compares all films at once. BPR looks at one negative at a time.": (
            lambda scores: np.logaddexp.reduce(scores, axis=1) - scores[:, 0]
        ),
        "That is binary cross-entropy, which looks at each score alone. BPR looks at the *difference* of positive "
        "and negative.": (lambda scores: np.logaddexp(0, -scores[:, 0]) + np.logaddexp(0, scores[:, 1:]).mean(axis=1)),
        "You use only the hardest negative. Take the mean over all of them.": partial(_bpr, over=np.max),
        "You use only the first negative. Take the mean over columns 1, 2, …": (
            lambda scores: _bpr(np.array(scores)[:, :2])
        ),
        "You use only the last negative. Take the mean over columns 1, 2, …": (
            lambda scores: _bpr(np.array(scores)[:, [0, -1]])
        ),
        "You use only the easiest negative, the one with the smallest loss. Take the mean over all of them.": partial(
            _bpr, over=np.min
        ),
        "The last negative is left out. Take all columns from 1 on: `scores[:, 1:]`.": (
            lambda scores: _bpr(np.array(scores)[:, :-1])
        ),
        "You took the median of the negatives' losses. Take their mean.": partial(_bpr, over=np.median),
        "You divide by the number of all columns, including the positive's. Take the mean over the negatives only.": (
            lambda scores: _bpr(scores, over=np.sum) / np.shape(scores)[1]
        ),
        "You divide by the number of rows. Take the mean over the negatives: axis 1.": (
            lambda scores: _bpr(scores, over=np.sum) / len(scores)
        ),
        "You took the mean over rows and negatives. Take it over the negatives only: axis 1.": (
            lambda scores: np.full(len(scores), _bpr(scores).mean())
        ),
        "You use the last column as the positive. It is column 0: `scores[:, :1]`.": (
            lambda scores: _bpr(np.array(scores)[:, ::-1])
        ),
        "You use row 0 as the positive. It is *column* 0: `scores[:, :1] - scores[:, 1:]`.": (
            lambda scores: np.logaddexp(0, scores[1:] - scores[0]).mean(axis=1)
        ),
        "You compare with the sum of the negatives. Compare with each one, then take the mean.": (
            lambda scores: np.logaddexp(0, scores[:, 1:].sum(axis=1) - scores[:, 0])
        ),
        "`np.logaddexp2` uses powers of 2. Use `np.logaddexp(0, -distance)`.": partial(
            _bpr, each=lambda z: np.logaddexp2(0, -z)
        ),
        "log(1 + e⁻ᶻ) is `np.logaddexp(0, -z)`: the 1 is e⁰, so the first argument is 0.": partial(
            _bpr, each=lambda z: np.logaddexp(1, -z)
        ),
        "You computed e⁻ᶻ alone. BPR is log(1 + e⁻ᶻ): `np.logaddexp(0, -z)`.": partial(_bpr, each=lambda z: np.exp(-z)),
        "That is minus the difference, because log and exp cancel. The 1 is missing in log(1 + e⁻ᶻ).": partial(
            _bpr, each=lambda z: -z
        ),
        "You squared the losses. Use them as they are.": partial(_bpr, each=lambda z: np.logaddexp(0, -z) ** 2),
        "A small constant inside the log, or a limit, changes large losses. `np.logaddexp(0, -z)` needs neither.": Sign(
            lambda got, scores: (
                np.allclose(got, _bpr(scores), rtol=0.02, atol=1e-3) and (np.asarray(got) <= _bpr(scores) + 1e-12).all()
            )
        ),
        "You took the mean of the σ values and then −log. Take −log of each first, then the mean.": (
            lambda scores: -np.log((1 / (1 + np.exp(scores[:, 1:] - scores[:, :1]))).mean(axis=1))
        ),
        "You compare with the mean of the negatives. Compare with each one, then take the mean.": (
            lambda scores: np.logaddexp(0, scores[:, 1:].mean(axis=1) - scores[:, 0])
        ),
    }
    judge(answer, cases, _bpr, mistakes, keeps_input=True)
    far = np.array([[-500.0, 500.0, 0.0], [500.0, -500.0, 0.0]])
    with np.errstate(all="ignore"):
        got = np.asarray(answer(far.copy()))
    if not np.all(np.isfinite(got)):
        raise NotYet(
            "Right for small scores, but scores 1,000 apart overflow. Use `np.logaddexp(0, -z)`, which does not."
        )
    if not np.allclose(got, [750.0, 0.0], atol=1e-6):
        raise NotYet(
            f"Right for small scores, but for {far[0].tolist()} the loss should be 750; yours is {got[0]:.6g}. "
            "Leave out the limit (np.clip) or the constant inside the log: np.logaddexp(0, -z) needs neither."
        )


choice(
    "09.8",
    "O4",
    right="b",
    why_not={
        "a": "It also sees them more often as a 'no'. In a full softmax, each film is in the sum exactly once.",
        "c": "With the full softmax, they are just as often the positive. Only the number of times as a 'no' has "
        "changed.",
        "d": "The draws do not depend on the user's history at all.",
    },
    done="The model is told 'no' in proportion to popularity, so it learns the score minus the log of the "
    "sampling probability.",
)


def _corrected(scores, chances, logits=lambda s, q: s - np.log(q)):
    z = logits(scores, chances)
    return np.array([np.logaddexp.reduce(row) - row[0] for row in z])


def _only(scores, chances, columns):
    taken_off = np.zeros(scores.shape)
    taken_off[:, columns] = np.log(chances)[:, columns]
    return scores - taken_off


@exercise(
    "09.9",
    "O4",
    "faded",
    done="Subtracting log q corrects for the sampler: a film that is drawn more often is not pushed down more.",
)
def corrected_softmax(answer) -> None:
    rng = np.random.default_rng(7)
    cases = [
        (rng.normal(0, 2, shape), rng.uniform(0.01, 0.5, shape))
        for shape in ((2, 4), (5, 3), (3, 9), (7, 2))
    ]  # fmt: skip
    mistakes = {
        "The sign is wrong: + log q would push popular films down twice. Subtract log q.": partial(
            _corrected, logits=lambda s, q: s + np.log(q)
        ),
        "You subtracted q, not its logarithm. e to the power of s must be divided by q: s − log q.": partial(
            _corrected, logits=lambda s, q: s - q
        ),
        "You divided the score by q. Divide e to the power of s by q instead: s − log q.": partial(
            _corrected, logits=lambda s, q: s / q
        ),
        "You correct only the negatives. That form has the right limit if it includes their number, but the "
        "exercise asks for the usual recipe: correct column 0, too.": partial(
            _corrected, logits=lambda s, q: _only(s, q, slice(1, None))
        ),
        "You correct only the positive. The negatives are what the sampler drew: correct all columns.": partial(
            _corrected, logits=lambda s, q: _only(s, q, slice(0, 1))
        ),
        "Nothing is corrected. Subtract log q from every score, each column with its own q; one number for a "
        "whole row does not change a softmax.": partial(_corrected, logits=lambda s, q: s),
        "You used the logarithm to base 10. The softmax uses e, so take np.log.": partial(
            _corrected, logits=lambda s, q: s - np.log10(q)
        ),
        "You used the logarithm to base 2. The softmax uses e, so take np.log.": partial(
            _corrected, logits=lambda s, q: s - np.log2(q)
        ),
        "You multiplied the score by q. Subtract log q from it.": partial(_corrected, logits=lambda s, q: s * q),
        "You took the logarithm of the scores. Subtract the logarithm of q instead.": partial(
            _corrected, logits=lambda s, q: np.log(np.abs(s))
        ),
        "You corrected the loss at the end. Correct the *logits*, before the softmax.": (
            lambda s, q: _corrected(s, q, logits=lambda s, q: s) - np.log(q[:, 0])
        ),
        "You subtracted log(1 + q), `np.log1p`. Subtract log q, `np.log`.": partial(
            _corrected, logits=lambda s, q: s - np.log1p(q)
        ),
        "You divided e to the power of s by q but forgot the log: `softmax_loss` takes logits, s − log q.": partial(
            _corrected, logits=lambda s, q: np.exp(s) / q
        ),
        "All logits have the wrong sign: compute s − log q, not log q − s.": partial(
            _corrected, logits=lambda s, q: np.log(q) - s
        ),
        "You multiplied the score by log q. Subtract log q from it.": partial(
            _corrected, logits=lambda s, q: s * np.log(q)
        ),
        "You divided the score by log q. Subtract log q from it.": partial(
            _corrected, logits=lambda s, q: s / np.log(q)
        ),
        "You subtracted log q twice. Once is enough.": partial(_corrected, logits=lambda s, q: s - 2 * np.log(q)),
        "You subtracted half of log q. Subtract all of it.": partial(_corrected, logits=lambda s, q: s - np.log(q) / 2),
        "You subtracted 1 − q. Subtract log q.": partial(_corrected, logits=lambda s, q: s - (1 - q)),
        "You return the probability of the positive. The loss is −log of it: `softmax_loss(logits)`.": (
            lambda s, q: np.exp(-_corrected(s, q))
        ),
        "You divided the probabilities by the sum of their column. Use them as they are.": partial(
            _corrected, logits=lambda s, q: s - np.log(q / q.sum(axis=0))
        ),
        "That is the form with the right limit: it leaves the positive as it is and subtracts log(n · q) from the "
        "draws. The exercise asks for the usual recipe: subtract log q from every column.": partial(
            _corrected, logits=lambda s, q: _only(s, q * (q.shape[1] - 1), slice(1, None))
        ),
        "You corrected scores that have already been through a softmax. Correct `scores` as they are; "
        "`softmax_loss` does the rest.": partial(
            _corrected, logits=lambda s, q: np.exp(s) / np.exp(s).sum(axis=1, keepdims=True) - np.log(q)
        ),
        "You corrected the loss by the row's mean. Correct the *logits*, before the softmax.": (
            lambda s, q: _corrected(s, q, logits=lambda s, q: s) - np.log(q).mean(axis=1)
        ),
        "You subtracted log(1 − q). Subtract log q.": partial(_corrected, logits=lambda s, q: s - np.log(1 - q)),
        "These are the corrected logits. Return `softmax_loss(logits)`.": lambda s, q: s - np.log(q),
        "You return one number for the whole batch. Return one loss per row.": lambda s, q: _corrected(s, q).mean(),
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
        "BE": "Line E needs `scores`, so B comes before it.",
        "DA": "Line A uses `is_hit`, so D comes before it.",
        "EA": "Line A masks the `logits` that line E computes, so E comes before it.",
    },
    done="Score all pairs, correct, mask, and take the softmax: five lines, and no negative had to be drawn.",
)


trace(
    "09.11",
    "O5",
    70_529 / 671,
    {
        1007: "That compares full with sampled softmax. Compare one row of scores for each positive with one row "
        "for each user.",
        9066: "The number of films is the same on both sides. Only the number of rows of scores changes.",
        32: "`DIM` is the same on both sides.",
        671: "That is the number of users. Divide the number of positives, 70,529, by it.",
    },
    "`full` computes 70,529 rows of scores; with one row per user, there are 671 rows of the same length. Divide.",
    "A user has 105 positives on average, and one row of scores serves them all.",
    within=0.6,
)


predict(
    "09.12",
    "O5",
    truth=0.05,
    within=0.012,
    between=(0, 1),
    low="It is not that bad: some of what users like remains even when popular films are pushed down.",
    high="It is lower. The model was taught 'no' in proportion to popularity, and what people watch next is "
    "mostly popular.",
    done="Right: it stays below popularity, because the network was taught to avoid what most people watch.",
)

choice(
    "09.13",
    "O6",
    right="b",
    why_not={
        "a": "A copy fits a softmax well, with all the probability on the seen films. So the softmax does not "
        "prevent copying.",
        "c": "If it only copied, all unseen films would get the same score, and nothing could be ranked.",
        "d": "The biases give the network a good start, but they do not stop training from moving towards a copy.",
    },
    done="Dropout makes the network fill in missing films, and 200 numbers are too few to copy 9,066 inputs.",
)
