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
    low="It is more than that. The same model finds far more of the hidden ratings when they lie in the middle of "
    "a history.",
    high="It is not quite that high, but the direction is right: random hiding makes the task much easier.",
    done="Right: 0.34 is two and a half times the 0.136 of the course's test set, from the same model.",
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


@exercise(
    "15.2",
    "O1",
    "code",
    done="Each fold learns from everything before its origin and validates on the next `horizon` rows.",
)
def rolling_fold(answer) -> None:
    cases = [(12, 3, 2, 0), (12, 3, 2, 1), (12, 3, 2, 2), (20, 4, 3, 0), (20, 4, 3, 3), (11, 2, 4, 1), (9, 3, 1, 0)]
    mistakes = {
        "You count the folds from the newest block. Fold 0 is the earliest, and the last fold ends with the "
        "newest row.": partial(_fold, begin=lambda n, k, h, f: n - (f + 1) * h),
        "Your blocks begin at the oldest row, so fold 0 has nothing to learn from. Count them from the end of the "
        "table.": partial(_fold, begin=lambda n, k, h, f: f * h),
        "You count the blocks from the oldest row. The last fold must end with the newest row, so count from the "
        "end.": partial(_fold, begin=lambda n, k, h, f: (f + 1) * h),
        "Your origin is one block too late: n_folds − fold − 1 blocks follow this one, and it needs `horizon` "
        "rows itself.": (partial(_fold, begin=lambda n, k, h, f: n - (k - f - 1) * h)),
        "Your origin is one block too early: the last fold must end with the newest row.": partial(
            _fold, begin=lambda n, k, h, f: n - (k - f + 1) * h
        ),
        "Your result does not depend on `fold`: every fold validates on the newest rows. Only the last one should.": (
            partial(_fold, begin=lambda n, k, h, f: n - h)
        ),
        "Your origin is one row too early: the last fold must end with the newest row.": partial(
            _fold, begin=lambda n, k, h, f: n - (k - f) * h - 1
        ),
        "Your origins divide the table into equal parts. They should be `horizon` rows apart, and the last fold "
        "must end with the newest row.": partial(_fold, begin=lambda n, k, h, f: (f + 1) * (n // (k + 1))),
        "You cut the table into n_folds + 1 equal parts and ignore `horizon`. Each fold should validate on "
        "exactly `horizon` rows.": _equal_parts,
        "A negative slice that ends at 0 is empty, so your last fold has nothing to validate on. Compute the "
        "origin as a row number counted from the oldest row.": _negative_slice,
        "Your origins are one row apart. They should be `horizon` rows apart, so multiply by `horizon`.": partial(
            _fold, begin=lambda n, k, h, f: n - (k - f)
        ),
        "You also learn from the rows after the validation block. That is ordinary k-fold validation, and it "
        "leaks the future.": partial(_fold, learn=lambda a, h, n: np.delete(np.arange(n), np.arange(a, a + h))),
        "You also learn from the rows that you validate on. Learn only from the rows before the origin.": partial(
            _fold, learn=lambda a, h, n: np.arange(a + h)
        ),
        "You validate on everything after the origin. Each fold should validate on `horizon` rows.": partial(
            _fold, valid=lambda a, h, n: np.arange(a, n)
        ),
        "You learn only from the newest `horizon` rows before the origin. Learn from all rows before it.": partial(
            _fold, learn=lambda a, h, n: np.arange(max(a - h, 0), a)
        ),
        "The row just before the origin is missing: `np.arange(origin)` ends with origin − 1.": partial(
            _fold, learn=lambda a, h, n: np.arange(a - 1)
        ),
        "You also learn from the row at the origin. It is the first row to validate on.": partial(
            _fold, learn=lambda a, h, n: np.arange(a + 1)
        ),
        "Your validation block is one row short: `np.arange(a, b)` ends before b.": partial(
            _fold, valid=lambda a, h, n: np.arange(a, a + h - 1)
        ),
        "Your validation block starts one row too late. It should start with row `origin` itself.": partial(
            _fold, valid=lambda a, h, n: np.arange(a + 1, a + h + 1)
        ),
        "You start to learn from row 1. Row numbers count from 0: learn from rows 0 to origin − 1.": partial(
            _fold, learn=lambda a, h, n: np.arange(1, a)
        ),
        "The two results are in the wrong order: return the rows to learn from first, then those to validate on.": (
            lambda *case: _fold(*case)[::-1]
        ),
        "You return single numbers. Return all row numbers of both parts, with `np.arange`.": Sign(
            lambda mine, *case: len(mine) == 2 and np.ndim(mine[0]) == 0 and np.ndim(mine[1]) == 0
        ),
    }
    judge(answer, cases, _fold, mistakes)


parsons(
    "15.3",
    "O3",
    right="ACBDE",
    not_used={"F": "F uses the outer test set to choose. Then no data is left to measure the chosen setting."},
    before={
        "AC": "Set the test set aside first; otherwise the inner folds learn from it.",
        "CB": "To choose a setting, you need its scores on the inner folds.",
        "BD": "You can only refit a setting that has been chosen.",
        "DE": "Measure the refitted model, which has learned from all the data that it may use.",
    },
    done="Set the test set aside, score the settings on the inner folds, choose, refit, and measure once.",
)


choice(
    "15.4",
    "O3",
    right="b",
    why_not={
        "a": "A trend would help in both kinds of folds, and it would also help on the newest ratings. There, "
        "this gain disappeared.",
        "c": "Overfitting alone would make the validation score worse, but the time improved it. What does the "
        "time tell the tree about the validation ratings?",
        "d": "A tree compares a column with a threshold, so the size of the numbers does not matter.",
    },
    done="In shuffled folds, the time identifies the user: it points to other ratings of the same session. In the "
    "future, there are only new sessions.",
)


trace(
    "15.5",
    "O2",
    truth=1 - 0.9**10,
    mistakes={
        0.9**10: "That is the probability that all ten trials miss. Subtract it from 1.",
        1: "The probabilities of several trials do not add up: two trials may both hit, and all ten may miss.",
        0.1: "That is the probability for one trial. With ten trials, only one of them has to hit.",
        0.9: "0.9 is the probability that a single trial misses. All ten miss with probability 0.9¹⁰.",
        65.13: "That is a percentage. Give a probability between 0 and 1.",
        65: "That is a percentage. Give a probability between 0 and 1.",
        10 * 0.1 * 0.9**9: "That is the probability of *exactly* one hit. For at least one, take 1 minus "
        "the probability of none.",
        1 - 0.1**10: "0.1¹⁰ is the probability that all ten hit. All ten *miss* with probability 0.9¹⁰.",
    },
    otherwise="One trial misses with probability 0.9, and all ten miss with probability 0.9¹⁰. At least one hit "
    "is the opposite.",
    done="About two of three such searches succeed; with 29 trials, 95 of 100 do.",
)


@exercise("15.6", "O2", "code", done="Each power of ten gets the same share of the trials.")
def log_scale(answer) -> None:
    rng = np.random.default_rng(1)
    cases = [(rng.random(n), low, high) for n, low, high in ((4, 0.5, 3.0), (7, 1e-3, 2.0), (5, 2.0, 30.0))]

    def right(u, low, high):
        return np.array([np.exp((1 - share) * np.log(low) + share * np.log(high)) for share in u])

    mistakes = {
        "That is a linear scale, on which most values are near `high`. Make the *logarithm* uniform.": (
            lambda u, low, high: low + u * (high - low)
        ),
        "Those are the logarithms. Convert them back into values with `np.exp`.": (
            lambda u, low, high: np.log(low) + u * (np.log(high) - np.log(low))
        ),
        "Those are the exponents of ten. Convert them back into values: 10 ** exponent.": (
            lambda u, low, high: np.log10(low) + u * (np.log10(high) - np.log10(low))
        ),
        "You mixed two bases: you used np.log and 10 **. np.log goes with np.exp, and np.log10 goes with 10 **.": (
            lambda u, low, high: 10 ** (np.log(low) + u * (np.log(high) - np.log(low)))
        ),
        "You mixed two bases: you used np.log10 and np.exp. np.log goes with np.exp, and np.log10 goes with 10 **.": (
            lambda u, low, high: np.exp(np.log10(low) + u * (np.log10(high) - np.log10(low)))
        ),
        "You mixed two bases: np.log2 goes with 2 **, not with np.exp.": (
            lambda u, low, high: np.exp(np.log2(low) + u * (np.log2(high) - np.log2(low)))
        ),
        "You mixed two bases: a natural logarithm in the exponent goes with np.exp, not with 10 **.": (
            lambda u, low, high: low * 10 ** (u * np.log(high / low))
        ),
        "You mixed two bases: np.log10 in the exponent goes with 10 **, not with np.exp.": (
            lambda u, low, high: low * np.exp(u * np.log10(high / low))
        ),
        "`low` and `high` are values, not exponents: take their logarithms first.": (
            lambda u, low, high: 10 ** (low + u * (high - low))
        ),
        "`low` and `high` are values, not exponents: take their logarithms before np.exp.": (
            lambda u, low, high: np.exp(low + u * (high - low))
        ),
        "Your result is `high` at u = 0 and `low` at u = 1. A small u should give a small value.": (
            lambda u, low, high: high * (low / high) ** u
        ),
        "At u = 1 your result is low · high. The factor should be (high / low) ** u.": (
            lambda u, low, high: low * high**u
        ),
        "Your values begin at 1. Multiply by `low`.": lambda u, low, high: (high / low) ** u,
        "Your values end at 10 · low, whatever `high` is. The factor should be (high / low) ** u.": (
            lambda u, low, high: low * 10**u
        ),
        "You added `low`. On a logarithmic scale, `low` is a *factor*: low · (high / low) ** u.": (
            lambda u, low, high: low + (high / low) ** u
        ),
        "You took log10 of a value drawn on a linear scale. First take the logarithms of `low` and `high`, then "
        "draw.": (lambda u, low, high: np.log10(low + u * (high - low))),
        "You took the logarithm of a value drawn on a linear scale. First take the logarithms of `low` and "
        "`high`, then draw.": (lambda u, low, high: np.log(low + u * (high - low))),
        "Your exponent ends at log(low) + log(high). It should end at log(high): multiply u by the difference of "
        "the logarithms.": (lambda u, low, high: np.exp(np.log(low) + u * np.log(high))),
        "Your exponent starts at 0. It should start at log(low).": (lambda u, low, high: np.exp(u * np.log(high))),
        "Your values are evenly spaced and do not depend on `u`. Turn each number in `u` into one value.": (
            lambda u, low, high: np.geomspace(low, high, len(u))
        ),
        "You rounded to whole powers of ten. The exponents between them are allowed, too.": (
            lambda u, low, high: 10.0 ** np.round(np.log10(low) + u * (np.log10(high) - np.log10(low)))
        ),
        "You took the logarithm of the *difference* high − low. Use the difference of the logarithms.": (
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
    "15.7",
    "O4",
    "faded",
    done="These users cannot rank the settings on the plateau, so choose among them by something else, such "
    "as the cost.",
)
def plateau(answer) -> None:
    rng = np.random.default_rng(2)
    cases = [
        _plateau_case(rng, n_settings, n_users)
        for n_settings, n_users in ((8, 60), (8, 90), (5, 70), (8, 120), (8, 80), (8, 100))
    ]
    mistakes = {
        "You check whether two intervals overlap. Subtract user by user first, and use the interval of the "
        "difference.": _overlap,
        "You return the half-width of the interval. Compare it with the absolute value of the mean difference.": (
            lambda scores: 1.96 * (scores - scores[scores.mean(axis=1).argmax()]).std(axis=1) / scores.shape[1] ** 0.5
        ),
        "You used the spread of single users, not the error of their mean. Divide the standard deviation by "
        "√n_users.": (partial(_plateau, root=lambda n: 1)),
        "You divided by n_users. The standard error divides by its square *root*.": partial(_plateau, root=float),
        "Your interval is ± 1 standard error. A 95 % interval is ± 1.96 standard errors.": partial(_plateau, z=1.0),
        "You used the spread of the scores. Users differ a lot, but paired differences cancel that: use "
        "`difference`.": partial(_plateau, paired=False),
        "Every setting is on your plateau. The mean differences are negative, so use their absolute value, "
        "`np.abs`.": Sign(lambda mine, scores: np.all(mine) and len(mine) == len(scores)),
        "You check only the lower end of the interval. Zero must also lie below the *upper* end.": (
            lambda scores: np.arange(len(scores)) != scores.mean(axis=1).argmax()
        ),
        "Your result is the opposite of what is asked for: it is True where the interval *excludes* zero.": (
            lambda scores: ~_plateau(scores)
        ),
        "You used the variance. Take its square root, the standard deviation.": partial(
            _plateau, spread=lambda x, **options: np.var(x, **options)
        ),
        "You divided by √len(scores), but len(scores) counts settings. Each mean is over users: divide by "
        "√scores.shape[1].": (lambda scores: _plateau(scores, over=len(scores))),
        "You divided by √ of *all* numbers in `scores`. Each mean is over users: divide by √n_users.": (
            lambda scores: _plateau(scores, over=scores.size)
        ),
        "You used one standard deviation for all settings. Each difference has its own: use axis=1.": (
            partial(_plateau, spread=lambda x, axis, ddof: x.std(ddof=ddof))
        ),
        "You compare with the first setting. Compare with the best one.": partial(_plateau, against=0),
        "You return row numbers. Return one True or False for each setting.": (
            lambda scores: np.flatnonzero(_plateau(scores))
        ),
        "Only the best setting is on your plateau. A setting whose interval includes zero belongs to it, too.": (
            lambda scores: np.arange(len(scores)) == scores.mean(axis=1).argmax()
        ),
        "You return the number of settings on the plateau. Return one True or False for each.": (
            lambda scores: int(_plateau(scores).sum())
        ),
        "The best setting is at distance zero from itself, so it is on its own plateau. Use ≤ instead of <.": (
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
    high="It is less: nothing is left. The twins are equally good, so the lead on these users was luck.",
    done="Right: nothing is left. A lead that is due to luck does not carry over to other users.",
)


def _given_15_9(valid, test):
    chosen = test.mean(axis=1).argmax()
    return test[chosen].mean()


@exercise(
    "15.9",
    "O3",
    "debug",
    done="The trial is now chosen on `valid` and reported from `test`, which has no part in the choice.",
    given=_given_15_9,
)
def report(answer) -> None:
    rng = np.random.default_rng(3)
    cases = [
        (rng.random((n_trials, n_users)), rng.random((n_trials, n_users)))
        for n_trials, n_users in ((3, 4), (6, 5), (5, 9), (8, 7), (7, 6))
    ]
    mistakes = {
        "The test set still chooses the trial. Let `valid` choose it, then report its score on `test`.": _given_15_9,
        "You chose on `valid` and report from it as well, so the score is too high. Report `test[chosen]`.": (
            lambda valid, test: valid.mean(axis=1).max()
        ),
        "It is the wrong way round: choose on `valid` and report from `test`.": (
            lambda valid, test: valid[test.mean(axis=1).argmax()].mean()
        ),
        "You choose on both parts together. The test set must have no part in the choice.": (
            lambda valid, test: test[(valid.mean(axis=1) + test.mean(axis=1)).argmax()].mean()
        ),
        "You choose the worst trial: use argmax, not argmin.": (
            lambda valid, test: test[valid.mean(axis=1).argmin()].mean()
        ),
        "You choose by the median. Choose by the mean over users, which is also what you report.": (
            lambda valid, test: test[np.median(valid, axis=1).argmax()].mean()
        ),
        "You choose by the best single user. Choose by the mean over users.": (
            lambda valid, test: test[valid.max(axis=1).argmax()].mean()
        ),
        "You average over trials, axis 0. Each row is a trial: average over its users, axis 1.": (
            lambda valid, test: test[valid.mean(axis=0).argmax()].mean()
        ),
        "You take the best trial for each user separately. Choose one trial for all users.": (
            lambda valid, test: test[valid.argmax(axis=0), np.arange(test.shape[1])].mean()
        ),
        "You average the trials that are best for some user. Choose one trial for all users.": (
            lambda valid, test: test[valid.argmax(axis=0)].mean()
        ),
        "That is the mean of all trials. Report only the chosen one.": lambda valid, test: test.mean(),
        "You return the number of the trial. Return its score on `test`.": (
            lambda valid, test: int(valid.mean(axis=1).argmax())
        ),
        "You return one score per user. Return their mean.": lambda valid, test: test[valid.mean(axis=1).argmax()],
        "You report the best score of a single user. Report the mean over users.": (
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


@exercise(
    "15.10",
    "O5",
    "code",
    done="Half of the trials stop after each round, so the remaining epochs go to the better half.",
)
def halving(answer) -> None:
    rng = np.random.default_rng(4)
    cases = [(rng.random((n, n)),) for n in (2, 4, 4, 4, 8, 8, 8, 16, 16)]
    cases.append((np.array([[0.2, 0.3, 0.4, 0.5], [0.6, 0.7, 0.7, 0.7], [0.9, 0.5, 0.5, 0.5], [0.1, 0.9, 0.9, 0.9]]),))
    mistakes = {
        "You rank by the last epoch. Halving stops trials before that score is known.": (
            lambda curves: int(curves[:, -1].argmax())
        ),
        "You rank by the first epoch only. Rank the survivors of each round by the score at *its* epoch.": (
            lambda curves: int(curves[:, 0].argmax())
        ),
        "Your column is off by one: the score after epoch e is in column e − 1.": partial(
            _halving, column=lambda epoch: epoch
        ),
        "You keep the lower half: sort by minus the score.": partial(_halving, sign=1),
        "You stop while two trials are left. They need one more round.": partial(_stops_with, last=2),
        "You always run two rounds. Go on until a single trial is left.": _two_rounds,
        "Your epochs grow by one. They should double: 1, 2, 4, 8, …": partial(_halving, grow=lambda epoch: epoch + 1),
        "Your first round uses the scores at epoch 2. The first ranking comes after epoch 1.": _from_epoch_two,
        "You drop one trial in each round. Drop half of them.": lambda curves: _drop_one(curves),
        "`argsort` gives positions among the survivors, not row numbers of `curves`: write "
        "`alive = alive[order[: …]]`.": _unmapped,
        "You look at the first rows of `curves`, not at those of the survivors: use `curves[alive, epoch - 1]`.": (
            _local_row
        ),
        "You never drop a trial. A trial that was stopped must not win in a later round.": (
            lambda curves: int(curves[:, len(curves) // 2 - 1].argmax())
        ),
        "You rank by the mean of all epochs so far. Rank by the score at the epoch of the round.": (
            lambda curves: _halving(np.cumsum(curves, axis=1) / np.arange(1, curves.shape[1] + 1))
        ),
        "You rank by the best score so far. Rank by the score at the epoch of the round.": (
            lambda curves: _halving(np.maximum.accumulate(curves, axis=1))
        ),
        "You rank by the mean of a whole curve. Later epochs are unknown when trials are stopped.": (
            lambda curves: int(curves.mean(axis=1).argmax())
        ),
        "You rank by the best score of a whole curve. Later epochs are unknown when trials are stopped.": (
            lambda curves: int(curves.max(axis=1).argmax())
        ),
        "You use the number of the round as the column. The epochs are 1, 2, 4, so the columns are 0, 1, 3.": partial(
            _halving, column=lambda epoch: int(np.log2(epoch))
        ),
        "You return a score. Return the row number of the trial that is left.": Sign(
            lambda mine, curves: np.size(mine) == 1 and float(np.ravel(mine)[0]) in curves
        ),
        "If you cut `curves` itself, the row numbers are lost, and row 0 is always left. Keep an array of the row "
        "numbers.": (lambda curves: 0),
        "You return the curve that is left. Return its row number in `curves`.": Sign(
            lambda mine, curves: np.shape(mine) == (curves.shape[1],)
        ),
        "Your row numbers count from 1. They should count from 0.": lambda curves: _halving(curves) + 1,
        "You run only one round. Go on until a single trial is left.": Sign(
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
        24: "You let the trials start again in each round. Four trials train for one more epoch, and two train "
        "for two more.",
        32: "That is the cost without halving: eight trials of four epochs each.",
        14: "From epoch 2 to epoch 4, the last two trials train for two epochs each, not one.",
        20: "Four trials continue from epoch 1 to epoch 2, which is one more epoch each, not two.",
        7: "In each round, multiply the number of trials by their new epochs. In the first round, eight trials "
        "train for one epoch.",
        8: "That is the first round alone. Then four trials continue, and after that two.",
        12: "Those are the first two rounds. After them, two trials train for two more epochs each.",
    },
    otherwise="For each round, multiply the number of trials by the *new* epochs of each; then add up the rounds.",
    done="8 + 4 + 4 = 16, half the cost of training all eight. The saving grows with the number of trials.",
)
