"""Checks of lesson 15, tune with a budget."""

from functools import partial

import numpy as np

from recsys_helpers.exercises import Sign, choice, exercise, judge, parsons, predict, trace

predict(
    "15.1",
    "O1",
    truth=0.34,
    within=0.05,
    between=(0, 1),
    low="More than that. The same model finds far more when the hidden ratings lie in the middle of a history.",
    high="Not quite that much, but the direction is right: random hiding makes the task much easier.",
    done="Two and a half times the honest number, from the same model.",
)


def _fold(
    n_rows,
    n_folds,
    horizon,
    fold,
    begin=lambda n, k, h, f: n - (k - f) * h,
    learn=lambda a, h, n: np.arange(a),
    valid=lambda a, h, n: np.arange(a, a + h),
):
    origin = begin(n_rows, n_folds, horizon, fold)
    return learn(origin, horizon, n_rows), valid(origin, horizon, n_rows)


def _equal_parts(n_rows, n_folds, horizon, fold):
    size = n_rows // (n_folds + 1)
    return np.arange((fold + 1) * size), np.arange((fold + 1) * size, (fold + 2) * size)


def _negative_slice(n_rows, n_folds, horizon, fold):
    rows, origin = np.arange(n_rows), -(n_folds - fold) * horizon
    return rows[:origin], rows[origin : origin + horizon]


@exercise("15.2", "O1", "code", done="Everything before the origin to learn from, the next stretch to validate on.")
def rolling_fold(answer) -> None:
    cases = [(12, 3, 2, 0), (12, 3, 2, 1), (12, 3, 2, 2), (20, 4, 3, 0), (20, 4, 3, 3), (11, 2, 4, 1), (9, 3, 1, 0)]
    mistakes = {
        "Your folds count from the newest stretch. Fold 0 is the earliest, and the last fold ends with the newest "
        "row.": partial(_fold, begin=lambda n, k, h, f: n - (f + 1) * h),
        "Your stretches begin at the oldest row, so fold 0 has nothing to learn from. Count them from the end of the "
        "table.": partial(_fold, begin=lambda n, k, h, f: f * h),
        "Your stretches are counted from the oldest row. The last fold must end with the newest: count from the "
        "end.": partial(_fold, begin=lambda n, k, h, f: (f + 1) * h),
        "One stretch too late: n_folds − fold − 1 stretches follow this one, and it needs `horizon` rows itself.": (
            partial(_fold, begin=lambda n, k, h, f: n - (k - f - 1) * h)
        ),
        "One stretch too early: the last fold must end with the newest row.": partial(
            _fold, begin=lambda n, k, h, f: n - (k - f + 1) * h
        ),
        "`fold` has no say in yours: every fold validates on the newest rows. Only the last one does.": partial(
            _fold, begin=lambda n, k, h, f: n - h
        ),
        "Your origin is one row too early: the last fold must end with the newest row.": partial(
            _fold, begin=lambda n, k, h, f: n - (k - f) * h - 1
        ),
        "You cut the table into equal parts. Each fold validates on exactly `horizon` rows, the last of them at the "
        "end.": partial(_fold, begin=lambda n, k, h, f: (f + 1) * (n // (k + 1))),
        "`horizon` has no say in yours: you cut the table into n_folds + 1 equal parts. Each fold validates on exactly "
        "`horizon` rows.": _equal_parts,
        "A negative slice that ends at 0 is empty: your last fold has nothing to validate on. Count the origin from "
        "the oldest row.": _negative_slice,
        "`horizon` is a number of rows; your stretches are one row apart. Multiply by it.": partial(
            _fold, begin=lambda n, k, h, f: n - (k - f)
        ),
        "You also learn from what comes after the stretch: that is k-fold, and it leaks the future.": partial(
            _fold, learn=lambda a, h, n: np.delete(np.arange(n), np.arange(a, a + h))
        ),
        "The rows you validate on are among those you learn from. Learn from the rows before the origin only.": partial(
            _fold, learn=lambda a, h, n: np.arange(a + h)
        ),
        "You validate on everything after the origin. Each fold has `horizon` rows to validate on.": partial(
            _fold, valid=lambda a, h, n: np.arange(a, n)
        ),
        "You learn from the newest `horizon` rows only. All rows before the origin are known by then.": partial(
            _fold, learn=lambda a, h, n: np.arange(max(a - h, 0), a)
        ),
        "The row just before the origin is missing: `np.arange(origin)` ends with origin − 1.": partial(
            _fold, learn=lambda a, h, n: np.arange(a - 1)
        ),
        "The origin itself is the first row to validate on; you learn from it, too.": partial(
            _fold, learn=lambda a, h, n: np.arange(a + 1)
        ),
        "Your stretch is one row short: `np.arange(a, b)` ends before b.": partial(
            _fold, valid=lambda a, h, n: np.arange(a, a + h - 1)
        ),
        "You skip the first row after the origin. The row numbers of a fold begin at `origin` itself.": partial(
            _fold, valid=lambda a, h, n: np.arange(a + 1, a + h + 1)
        ),
        "Row numbers count from 0 here, and rows 0 to origin − 1 are the ones to learn from.": partial(
            _fold, learn=lambda a, h, n: np.arange(1, a)
        ),
        "The two results are the wrong way round: to learn from, then to validate on.": (
            lambda *case: _fold(*case)[::-1]
        ),
        "You return single numbers. All row numbers of both parts are asked for: `np.arange`.": Sign(
            lambda mine, *case: len(mine) == 2 and np.ndim(mine[0]) == 0 and np.ndim(mine[1]) == 0
        ),
    }
    judge(answer, cases, _fold, mistakes)


parsons(
    "15.3",
    "O3",
    right="ACBDE",
    not_used={"F": "F reads the outer test set to choose. Then nothing is left to measure the choice on."},
    before={
        "AC": "The test set must be set aside first, or the inner folds learn from it.",
        "CB": "To choose, you need the scores of the inner folds.",
        "BD": "You can refit only what has been chosen.",
        "DE": "Measure the refitted model: it has learned from everything that is allowed.",
    },
    done="Set aside, score inside, choose, refit, and measure once.",
)


choice(
    "15.4",
    "O3",
    right="b",
    why_not={
        "a": "A trend would help in both kinds of folds, and it would still help later. This gain was gone later.",
        "c": "The validation score counts overfitting against a model, if the folds are honest. These are not.",
        "d": "A tree compares a column with a threshold; the size of the numbers does not matter to it.",
    },
    done="The time is a name tag: in shuffled folds it points to the same person's other ratings. In the future, to "
    "nobody.",
)


trace(
    "15.5",
    "O2",
    truth=1 - 0.9**10,
    mistakes={
        0.9**10: "That is the probability that all ten miss. Subtract it from 1.",
        1: "Probabilities of several trials do not add up: two trials may both hit, and ten may all miss.",
        0.1: "That is one trial. With ten, only one of them has to hit.",
        0.9: "0.9 is the probability that a single trial misses. All ten miss with probability 0.9¹⁰.",
        65.13: "As a probability between 0 and 1, please.",
        65: "As a probability between 0 and 1, please.",
        10 * 0.1 * 0.9**9: "That is *exactly* one hit. At least one is asked for: 1 minus none.",
        1 - 0.1**10: "0.1¹⁰ is the probability that all ten hit. All ten *miss* with probability 0.9¹⁰.",
    },
    otherwise="One trial misses with probability 0.9, all ten with 0.9 · 0.9 · …; at least one hit is the opposite.",
    done="Two of three such searches succeed; with 29 trials it is 95 of 100.",
)


@exercise("15.6", "O2", "code", done="Each power of ten gets the same share of the trials.")
def log_scale(answer) -> None:
    rng = np.random.default_rng(1)
    cases = [(rng.random(n), low, high) for n, low, high in ((4, 0.5, 3.0), (7, 1e-3, 2.0), (5, 2.0, 30.0))]

    def right(u, low, high):
        return np.array([np.exp((1 - share) * np.log(low) + share * np.log(high)) for share in u])

    mistakes = {
        "That is a linear scale: most values lie near `high`. Make the *logarithm* uniform.": (
            lambda u, low, high: low + u * (high - low)
        ),
        "Those are the logarithms. Turn them back into values: np.exp.": (
            lambda u, low, high: np.log(low) + u * (np.log(high) - np.log(low))
        ),
        "Those are the exponents of ten. Turn them back into values: 10 ** exponent.": (
            lambda u, low, high: np.log10(low) + u * (np.log10(high) - np.log10(low))
        ),
        "Two bases: natural logarithms go back with np.exp, np.log10 with 10 **. You took log and 10 **.": (
            lambda u, low, high: 10 ** (np.log(low) + u * (np.log(high) - np.log(low)))
        ),
        "Two bases: natural logarithms go back with np.exp, np.log10 with 10 **. You took log10 and exp.": (
            lambda u, low, high: np.exp(np.log10(low) + u * (np.log10(high) - np.log10(low)))
        ),
        "Two bases: np.log2 goes back with 2 **, not with np.exp.": (
            lambda u, low, high: np.exp(np.log2(low) + u * (np.log2(high) - np.log2(low)))
        ),
        "Two bases: a natural logarithm in the exponent goes back with np.exp, not with 10 **.": (
            lambda u, low, high: low * 10 ** (u * np.log(high / low))
        ),
        "Two bases: log10 in the exponent goes back with 10 **, not with np.exp.": (
            lambda u, low, high: low * np.exp(u * np.log10(high / low))
        ),
        "`low` and `high` are values, not exponents: take their logarithms first.": (
            lambda u, low, high: 10 ** (low + u * (high - low))
        ),
        "`low` and `high` are values, not exponents: take their logarithms before np.exp.": (
            lambda u, low, high: np.exp(low + u * (high - low))
        ),
        "At u = 0 yours is high, and at u = 1 it is low. Small u must give small values.": (
            lambda u, low, high: high * (low / high) ** u
        ),
        "At u = 1 yours is low · high. The factor is (high / low) ** u.": lambda u, low, high: low * high**u,
        "Yours begins at 1. Multiply by low.": lambda u, low, high: (high / low) ** u,
        "Yours ends at 10 · low, whatever high is. The factor is (high / low) ** u.": lambda u, low, high: low * 10**u,
        "You added low. On a logarithmic scale, low is a *factor*: low · (high / low) ** u.": (
            lambda u, low, high: low + (high / low) ** u
        ),
        "You took log10 of a linear draw. First the logarithms of low and high, then the draw.": (
            lambda u, low, high: np.log10(low + u * (high - low))
        ),
        "You took the logarithm of a linear draw. First the logarithms of low and high, then the draw.": (
            lambda u, low, high: np.log(low + u * (high - low))
        ),
        "The exponent runs from log(low) to log(high): multiply u by the difference, not by log(high).": (
            lambda u, low, high: np.exp(np.log(low) + u * np.log(high))
        ),
        "The exponent starts at log(low); yours starts at 0.": (lambda u, low, high: np.exp(u * np.log(high))),
        "Evenly spaced values: yours does not depend on `u`. Each number in `u` must become one value.": (
            lambda u, low, high: np.geomspace(low, high, len(u))
        ),
        "You rounded to whole powers of ten. Every exponent between them is allowed.": (
            lambda u, low, high: 10.0 ** np.round(np.log10(low) + u * (np.log10(high) - np.log10(low)))
        ),
        "Too large a step: the logarithm of the *difference* high − low is not the difference of the logarithms.": (
            lambda u, low, high: np.exp(np.log(low) + u * np.log(high - low))
        ),
    }
    judge(answer, cases, right, mistakes)


def _plateau(scores, z=1.96, root=np.sqrt, spread=np.std, paired=True, against=None, side=np.abs, over=None):
    reference = scores.mean(axis=1).argmax() if against is None else against
    difference = scores - scores[reference]
    error = spread(difference if paired else scores, axis=1, ddof=1) / root(over or scores.shape[1])
    return side(difference.mean(axis=1)) <= z * error


def _overlap(scores):
    mean, half = scores.mean(axis=1), 1.96 * scores.std(axis=1, ddof=1) / np.sqrt(scores.shape[1])
    best = mean.argmax()
    return mean + half >= mean[best] - half[best]


def _plateau_case(rng, n_settings, n_users) -> tuple:
    """Scores whose paired differences to the best lie 0.1 to 40 standard errors below it."""
    best = rng.normal(5.0, 1.5, n_users)
    rows = [best]
    for distance in rng.permutation([0.1, 0.6, 1.4, 2.8, 5, 9, 40])[: n_settings - 1]:
        noise = rng.normal(size=n_users)
        noise = (noise - noise.mean()) / noise.std(ddof=1) * rng.choice([0.8, 1.5])
        rows.append(best + noise - distance * noise.std(ddof=1) / np.sqrt(n_users))
    return (np.array(rows)[np.roll(np.arange(n_settings), 2)],)


@exercise(
    "15.7", "O4", "faded", done="What lies on the plateau cannot be ranked by these users; choose by something else."
)
def plateau(answer) -> None:
    rng = np.random.default_rng(2)
    cases = [
        _plateau_case(rng, n_settings, n_users)
        for n_settings, n_users in ((8, 60), (8, 90), (5, 70), (8, 120), (8, 80), (8, 100))
    ]
    mistakes = {
        "You ask whether two intervals overlap. Subtract in pairs first: one interval, of the difference.": _overlap,
        "You return the half-width of the interval. Compare it with the mean difference.": (
            lambda scores: 1.96 * (scores - scores[scores.mean(axis=1).argmax()]).std(axis=1) / scores.shape[1] ** 0.5
        ),
        "Divide the standard deviation by √n_users. Yours is the spread of single users, not the error of the mean.": (
            partial(_plateau, root=lambda n: 1)
        ),
        "You divided by n_users. The standard error divides by its square *root*.": partial(_plateau, root=float),
        "Your interval is one standard error wide. A 95 % interval takes 1.96 of them.": partial(_plateau, z=1.0),
        "You took the spread of the scores. Users differ a lot, but in pairs that cancels: use `difference`.": partial(
            _plateau, paired=False
        ),
        "Every setting is on your plateau: the differences are negative, so take their size, np.abs.": Sign(
            lambda mine, scores: np.all(mine) and len(mine) == len(scores)
        ),
        "You look at the lower end alone. Zero must also lie below the *upper* end of the interval.": (
            lambda scores: np.arange(len(scores)) != scores.mean(axis=1).argmax()
        ),
        "That is upside down: True where zero is *outside* the interval.": lambda scores: ~_plateau(scores),
        "Your error is the variance. Take its root, the standard deviation.": partial(
            _plateau, spread=lambda x, **options: np.var(x, **options)
        ),
        "The mean runs over users, so divide by √ of their number, scores.shape[1]; len(scores) counts settings.": (
            lambda scores: _plateau(scores, over=len(scores))
        ),
        "√ of *all* numbers in `scores` is too large: each mean is over n_users.": (
            lambda scores: _plateau(scores, over=scores.size)
        ),
        "You took one spread for all settings. Each difference has its own: the standard deviation with axis=1.": (
            partial(_plateau, spread=lambda x, axis, ddof: x.std(ddof=ddof))
        ),
        "You compare with the first setting. Compare with the best one.": partial(_plateau, against=0),
        "You return row numbers. One True or False for each setting is asked for.": (
            lambda scores: np.flatnonzero(_plateau(scores))
        ),
        "Only the best itself is on yours. A setting whose interval includes zero belongs to it, too.": (
            lambda scores: np.arange(len(scores)) == scores.mean(axis=1).argmax()
        ),
        "You return the number of settings on the plateau. One True or False for each is asked for.": (
            lambda scores: int(_plateau(scores).sum())
        ),
        "The best setting is at distance zero from itself: it is on its own plateau. Take ≤, not <.": (
            lambda scores: _plateau(scores) & (np.arange(len(scores)) != scores.mean(axis=1).argmax())
        ),
    }
    judge(answer, cases, _plateau, mistakes)


predict(
    "15.8",
    "O4",
    truth=0.0,
    within=0.15,
    between=(0, 1),
    low="",
    high="Less: nothing at all. The twins are equal, so whatever put one ahead on these users was luck.",
    done="Nothing is left: luck does not move on to other users.",
)


def _given_15_9(valid, test):
    chosen = test.mean(axis=1).argmax()
    return test[chosen].mean()


@exercise("15.9", "O3", "debug", done="Chosen on one part, reported from the other.", given=_given_15_9)
def report(answer) -> None:
    rng = np.random.default_rng(3)
    cases = [
        (rng.random((n_trials, n_users)), rng.random((n_trials, n_users)))
        for n_trials, n_users in ((3, 4), (6, 5), (5, 9), (8, 7), (7, 6))
    ]
    mistakes = {
        "The test set still chooses the trial. Let `valid` choose it, then report its score on `test`.": _given_15_9,
        "Chosen on `valid`, and reported from it, too: that score is too good. Report `test[chosen]`.": (
            lambda valid, test: valid.mean(axis=1).max()
        ),
        "The wrong way round: `valid` chooses, `test` reports.": (
            lambda valid, test: valid[test.mean(axis=1).argmax()].mean()
        ),
        "You choose on both parts together. The test set must have no say in the choice.": (
            lambda valid, test: test[(valid.mean(axis=1) + test.mean(axis=1)).argmax()].mean()
        ),
        "You choose the worst trial: argmax, not argmin.": (
            lambda valid, test: test[valid.mean(axis=1).argmin()].mean()
        ),
        "You choose by the median. Choose by the mean over users, which is also what you report.": (
            lambda valid, test: test[np.median(valid, axis=1).argmax()].mean()
        ),
        "You choose by the best single user. Choose by the mean over users.": (
            lambda valid, test: test[valid.max(axis=1).argmax()].mean()
        ),
        "You average over trials, axis 0. A row is a trial: average over its users, axis 1.": (
            lambda valid, test: test[valid.mean(axis=0).argmax()].mean()
        ),
        "You take the best trial for each user separately. One trial is chosen for everybody.": (
            lambda valid, test: test[valid.argmax(axis=0), np.arange(test.shape[1])].mean()
        ),
        "You average the trials that are best for some user. One trial is chosen for everybody.": (
            lambda valid, test: test[valid.argmax(axis=0)].mean()
        ),
        "That is the mean of all trials. Only the chosen one is reported.": lambda valid, test: test.mean(),
        "You return the number of the trial. Its score on `test` is asked for.": (
            lambda valid, test: int(valid.mean(axis=1).argmax())
        ),
        "You return one score per user. Their mean is asked for.": lambda valid, test: test[
            valid.mean(axis=1).argmax()
        ],
        "The best score of a single user is reported. Report the mean over users.": (
            lambda valid, test: test[valid.mean(axis=1).argmax()].max()
        ),
    }
    judge(answer, cases, lambda valid, test: test[valid.mean(axis=1).argmax()].mean(), mistakes)


def _halving(curves, column=lambda epoch: epoch - 1, grow=lambda epoch: 2 * epoch, sign=-1, keep=lambda n: n // 2):
    alive, epoch = list(range(len(curves))), 1
    while len(alive) > 1:
        alive = sorted(alive, key=lambda row: sign * curves[row][column(epoch)])[: keep(len(alive))]
        epoch = grow(epoch)
    return alive[0]


def _from_epoch_two(curves):
    return _halving(np.concatenate([curves[:, 1::2], curves[:, -1:]], axis=1))


def _local_row(curves):
    """The position among the survivors of the round before, taken for a row number."""
    rows, epoch = np.arange(len(curves)), 1
    while len(rows) > 1:
        rows, epoch = np.argsort(-curves[: len(rows), epoch - 1])[: len(rows) // 2], 2 * epoch
    return int(rows[0])


def _unmapped(curves):
    """The survivors' scores are ranked rightly, but their positions are not turned back into row numbers."""
    alive, epoch = np.arange(len(curves)), 1
    while len(alive) > 1:
        order = np.argsort(-curves[alive, epoch - 1])[: len(alive) // 2]
        alive, epoch = order, 2 * epoch
    return int(alive[0])


def _stops_with(curves, last):
    alive, epoch = np.arange(len(curves)), 1
    while len(alive) > last:
        alive, epoch = alive[np.argsort(-curves[alive, epoch - 1])[: len(alive) // 2]], 2 * epoch
    return int(alive[0])


def _two_rounds(curves):
    alive = np.argsort(-curves[:, 0])[: len(curves) // 2]
    return int(alive[curves[alive, 1].argmax()])


@exercise("15.10", "O5", "code", done="Half of the trials stop after each round, and the time goes to the others.")
def halving(answer) -> None:
    rng = np.random.default_rng(4)
    cases = [(rng.random((n, n)),) for n in (2, 4, 4, 4, 8, 8, 8, 16, 16)]
    cases.append((np.array([[0.2, 0.3, 0.4, 0.5], [0.6, 0.7, 0.7, 0.7], [0.9, 0.5, 0.5, 0.5], [0.1, 0.9, 0.9, 0.9]]),))
    mistakes = {
        "You rank by the last epoch. Halving stops trials before anybody knows it.": lambda curves: int(
            curves[:, -1].argmax()
        ),
        "You rank by the first epoch alone. The survivors of a round are ranked by the score at *its* epoch.": (
            lambda curves: int(curves[:, 0].argmax())
        ),
        "Off by one: the score after epoch e stands in column e − 1.": partial(_halving, column=lambda epoch: epoch),
        "You keep the lower half: sort by minus the score.": partial(_halving, sign=1),
        "You stop while two trials are left. They have one more round to go.": partial(_stops_with, last=2),
        "Two rounds, whatever the number of trials. Go on until a single trial is left.": _two_rounds,
        "Your epochs grow by one. They double: 1, 2, 4, 8, …": partial(_halving, grow=lambda epoch: epoch + 1),
        "Your first round looks at epoch 2. The first ranking comes after epoch 1.": _from_epoch_two,
        "You drop one trial in each round. Half of them are dropped.": lambda curves: _drop_one(curves),
        "`argsort` gives positions among the survivors, not row numbers of `curves`: write "
        "`alive = alive[order[: …]]`.": _unmapped,
        "You look at the first rows of `curves`, not at those of the survivors: `curves[alive, epoch - 1]`.": (
            _local_row
        ),
        "Nobody is dropped in yours: a trial that was stopped cannot win in a later round.": (
            lambda curves: int(curves[:, len(curves) // 2 - 1].argmax())
        ),
        "You rank by the mean of all epochs so far. The score at the epoch of the round counts.": (
            lambda curves: _halving(np.cumsum(curves, axis=1) / np.arange(1, curves.shape[1] + 1))
        ),
        "You rank by the best score so far. The score at the epoch of the round counts.": (
            lambda curves: _halving(np.maximum.accumulate(curves, axis=1))
        ),
        "You rank by the mean of a whole curve. After the first epoch nobody knows the rest of it.": (
            lambda curves: int(curves.mean(axis=1).argmax())
        ),
        "You rank by the best score of a whole curve. Later epochs are unknown when trials are stopped.": (
            lambda curves: int(curves.max(axis=1).argmax())
        ),
        "Column `log2` of the round: the epochs are 1, 2, 4, so the columns are 0, 1, 3.": partial(
            _halving, column=lambda epoch: int(np.log2(epoch))
        ),
        "You return a score. The row number of the trial that is left is asked for.": Sign(
            lambda mine, curves: np.size(mine) == 1 and float(np.ravel(mine)[0]) in curves
        ),
        "Cutting `curves` itself loses the row numbers: what is left is always row 0. Keep the numbers beside it.": (
            lambda curves: 0
        ),
        "You return the curve that is left. Its row number in `curves` is asked for.": Sign(
            lambda mine, curves: np.shape(mine) == (curves.shape[1],)
        ),
        "Row numbers count from 0 here; yours count from 1.": lambda curves: _halving(curves) + 1,
        "One round only: go on until a single trial is left.": Sign(
            lambda mine, curves: len(curves) <= 2 or np.size(mine) == len(curves) // 2
        ),
    }
    judge(
        answer,
        cases,
        _halving,
        mistakes,
        view=lambda result, curves: int(np.ravel(result)[0]) if np.size(result) == 1 else result,
    )


def _drop_one(curves):
    return _halving(curves, keep=lambda n: n - 1, grow=lambda epoch: min(2 * epoch, curves.shape[1]))


trace(
    "15.11",
    "O5",
    truth=16,
    mistakes={
        24: "Two trials go on from epoch 2 to epoch 4: that is two more epochs each. They do not start again.",
        32: "That is all eight for four epochs: the cost without halving.",
        14: "From epoch 2 to epoch 4 the last two train two epochs each, not one.",
        20: "Four trials go on from epoch 1 to epoch 2: that is one more epoch each.",
        7: "That counts one epoch per round. Eight trials train in the first.",
        8: "That is the first round alone. Four trials go on, and then two.",
        12: "Those are the first two rounds. Two trials train two more epochs each.",
    },
    otherwise="Add up the rounds: how many trials, times how many *new* epochs each?",
    done="8 + 4 + 4: half the cost of training all eight, and the gap grows with the number of trials.",
)
