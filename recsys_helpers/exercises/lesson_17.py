"""Checks of lesson 17, improve the data."""

from functools import partial

import numpy as np
import pandas as pd

from recsys_helpers.exercises import Sign, choice, exercise, judge, parsons, predict, trace

predict(
    "17.1",
    "O1",
    truth=0.072,
    within=0.02,
    between=(0, 1),
    low="Not quite that bad, but it is a large loss.",
    high="Less than that: one random click in ten takes half of the quality away, at this λ.",
    done="Half of the quality is gone, at this λ.",
)


choice(
    "17.2",
    "O1",
    right="b",
    why_not={
        "a": "They keep nine tenths, in the same proportions. That would hardly be noticed.",
        "c": "Each user keeps nine of ten clicks. With a large λ this is enough, as the table shows.",
        "d": "The number of entries stays nearly the same: clicks are replaced, not added.",
    },
    done="A weight that rests on one click must be held back, and that is what λ does.",
)


trace(
    "17.3",
    "O2",
    truth=4,
    mistakes={
        40: "Those are the times before rounding. Which multiples of 128 are nearest to them?",
        3: "Count 0 as well: the first times are rounded down to it. And 390 is nearer to 384 than to 256.",
        5: "The next multiple after 384 is 512, and 390 is nearer to 384.",
        3.05: "Only whole multiples of 128 can be left. Write them down: 0, 128, …",
        3.125: "Only whole multiples of 128 can be left. Write them down: 0, 128, …",
        13: "13 ratings share one time. How many different times are there?",
    },
    otherwise="Write down the multiples of 128 between 0 and 400, and ask which of them is nearest to some rating.",
    done="0, 128, 256 and 384: forty moments become four.",
)


def _size(keys: list) -> np.ndarray:
    """How many rows share the key of each row."""
    return np.array([keys.count(key) for key in keys])


def _too_fast(user, time, most, key=lambda u, t: (int(u), int(t) // 60), test=lambda n, most: n > most):
    return test(_size([key(u, t) for u, t in zip(user, time)]), most)


def _window(user, time, most):
    """More than `most` rows within 60 seconds around, instead of in one minute of the clock."""
    near = (np.abs(np.subtract.outer(time, time)) < 60) & np.equal.outer(user, user)
    return near.sum(axis=1) > most


def _behind(user, time, most):
    back = np.subtract.outer(time, time)
    return ((back >= 0) & (back < 60) & np.equal.outer(user, user)).sum(axis=1) > most


def _beyond(user, time, most):
    """Only the rows after the first `most` of a minute."""
    seen, result = {}, []
    for key in zip(user.tolist(), (time // 60).tolist()):
        seen[key] = seen.get(key, 0) + 1
        result.append(seen[key] > most)
    return np.array(result)


@exercise("17.4", "O2", "code", done="Every row of a minute that is too full, whoever else was busy in it.")
def too_fast(answer) -> None:
    rng = np.random.default_rng(17)
    cases = []
    for n, most in ((12, 2), (30, 3), (40, 4), (25, 1), (60, 5), (50, 3)):
        hours = rng.choice([0, 3600, 10800], n)
        cases.append((rng.integers(1, 4, n), 600 + hours + rng.integers(0, 240, n), most))
    mistakes = {
        "A minute with exactly `most` rows is still allowed: more than, not at least.": partial(
            _too_fast, test=lambda n, most: n >= most
        ),
        "Upside down: True where there are *more* rows than allowed.": partial(
            _too_fast, test=lambda n, most: n <= most
        ),
        "You count everybody's rows of a minute together. Count per user and minute.": partial(
            _too_fast, key=lambda u, t: int(t) // 60
        ),
        "You count all rows of a user. Count per user *and* minute.": partial(_too_fast, key=lambda u, t: int(u)),
        "You compare single seconds. Rows of the same minute belong together: `time // 60`.": partial(
            _too_fast, key=lambda u, t: (int(u), int(t))
        ),
        "`time % 60` is the second within a minute. The minute itself is `time // 60`.": partial(
            _too_fast, key=lambda u, t: (int(u), int(t) % 60)
        ),
        "`time / 60` keeps the fraction, so only equal seconds meet. Divide with `//`.": partial(
            _too_fast, key=lambda u, t: (int(u), int(t))
        ),
        "You divide by 3600: those are hours.": partial(_too_fast, key=lambda u, t: (int(u), int(t) // 3600)),
        "You divide by 100. A minute has 60 seconds.": partial(_too_fast, key=lambda u, t: (int(u), int(t) // 100)),
        "You round to the nearest minute. A minute of the clock begins at its own second 0: `time // 60`.": partial(
            _too_fast, key=lambda u, t: (int(u), round(int(t) / 60))
        ),
        "You look 60 seconds to both sides. The minutes of the clock are asked for: `time // 60`.": _window,
        "You look back over 60 seconds. The minutes of the clock are asked for: `time // 60`.": _behind,
        "You mark only the rows that are too many. All rows of such a minute are asked for.": _beyond,
        "You return the sizes of the minutes. Compare them with `most`.": partial(_too_fast, test=lambda n, most: n),
        "You return row numbers. One True or False per row is asked for.": (
            lambda user, time, most: np.flatnonzero(_too_fast(user, time, most))
        ),
        "You return the rows that are left. One True or False per row is asked for.": Sign(
            lambda mine, user, time, most: (
                isinstance(mine, pd.DataFrame)
                or (np.asarray(mine).dtype != bool and len(mine) == (~_too_fast(user, time, most)).sum())
            )
        ),
        "One entry per minute came back. Bring it to the rows: `transform`, not `size` or `count` alone.": Sign(
            lambda mine, user, time, most: (
                len(mine) == len({(u, t // 60) for u, t in zip(user.tolist(), time.tolist())}) < len(user)
            )
        ),
    }
    judge(answer, cases, _too_fast, mistakes)


choice(
    "17.5",
    "O3",
    right="b",
    why_not={
        "a": "The scores are the same, so nobody gets a better list. What has changed is the question.",
        "c": "There is less to find, but what is gone was the hardest part: rare films.",
        "d": "The scores are, but the rare films leave the lists, and the pairs that nobody found leave the test.",
    },
    done="A better number for an easier question.",
)


def _given_mean(stars, probability, weigh=lambda p: 1 / p, by=lambda w, n: w.sum(), power=1):
    weight = weigh(probability)
    return (weight * stars**power).sum() / by(weight, len(stars))


@exercise("17.11", "O3", "faded", done="Each rating speaks for all the people like it who did not rate.")
def propensity_mean(answer) -> None:
    rng = np.random.default_rng(6)
    cases = [(rng.integers(1, 6, n).astype(float), rng.uniform(0.05, 0.9, n)) for n in (3, 5, 8, 13)]
    mistakes = {
        "Divide by the sum of the weights, not by the number of rows: the weights do not sum to it.": partial(
            _given_mean, by=lambda w, n: n
        ),
        "That is the plain mean: the weights have no say in it.": lambda stars, probability: stars.mean(),
        "You weight by the probability itself, which makes the bias worse. Weight by 1 / probability.": partial(
            _given_mean, weigh=lambda p: p
        ),
        "You weight by 1 − probability. A rating with probability p stands for 1 / p people.": partial(
            _given_mean, weigh=lambda p: 1 - p
        ),
        "You divided by the probability twice: `weight` holds 1 / probability already.": partial(
            _given_mean, weigh=lambda p: 1 / p**2
        ),
        "That is the sum. Divide it by the sum of the weights.": (
            lambda stars, probability: (stars / probability).sum()
        ),
        "You divide by the sum of the probabilities. Divide by the sum of the *weights*.": (
            lambda stars, probability: (stars / probability).sum() / probability.sum()
        ),
        "You divide by the sum of the stars. Divide by the sum of the weights.": (
            lambda stars, probability: (stars / probability).sum() / stars.sum()
        ),
        "Upside down: the weighted sum of the stars goes above, the sum of the weights below.": (
            lambda stars, probability: (1 / probability).sum() / (stars / probability).sum()
        ),
        "You take the mean of the weights times the mean of the stars. Multiply row by row first.": (
            lambda stars, probability: (1 / probability).mean() * stars.mean()
        ),
        "You return the weighted stars row by row. Sum them, and divide by the sum of the weights.": (
            lambda stars, probability: stars / probability
        ),
        "You return the shares of single rows. Their sum is asked for.": (
            lambda stars, probability: (stars / probability) / (1 / probability).sum()
        ),
        "Only the weights are summed in yours; the stars above need their weights, too: `(weight * stars).sum()`.": (
            lambda stars, probability: stars.sum() / (1 / probability).sum()
        ),
        "You weight twice: `np.average` multiplies by its weights already, so give it the plain stars.": (
            lambda stars, probability: np.average(stars / probability, weights=1 / probability)
        ),
        "You take the median. The weighted mean is asked for.": lambda stars, probability: np.median(stars),
    }
    judge(answer, cases, _given_mean, mistakes)


def _given_17_6(history, n_test, augment):
    longer = augment(history)
    return longer[:-n_test], longer[-n_test:]


def _doubled(history):
    """Every film twice, the copy right behind it plus 1000."""
    return np.stack([history, np.asarray(history) + 1000], axis=1).ravel()


def _with_start(history):
    """The history, and its older half once more behind it."""
    return np.concatenate([history, history[: (len(history) + 1) // 2]])


def _turned(history):
    return np.concatenate([history, np.asarray(history)[::-1]])


@exercise(
    "17.6", "O4", "debug", done="Cut first, augment afterwards, and only what is learned from.", given=_given_17_6
)
def prepare(answer) -> None:
    cases = [
        (np.arange(10, 10 + n), n_test, augment)
        for n, n_test, augment in (
            (6, 2, _doubled),
            (7, 1, _with_start),
            (9, 3, _turned),
            (8, 2, _turned),
            (12, 4, _doubled),
        )
    ]

    def both(history, n_test, augment):
        return augment(history[:-n_test]), augment(history[-n_test:])

    mistakes = {
        "The test films are still among what `augment` gets to see. Cut the history first.": _given_17_6,
        "You augment the test set, too. It is what really happened: leave it as it is.": both,
        "The test set is right, but the learning part was made from the whole history: copies of test films are in "
        "it.": lambda history, n_test, augment: (augment(history)[:-n_test], history[-n_test:]),
        "The learning part is the whole history, augmented. Leave the newest `n_test` films out before.": (
            lambda history, n_test, augment: (augment(history), history[-n_test:])
        ),
        "Nothing is augmented in yours. Give the old part to `augment`.": (
            lambda history, n_test, augment: (history[:-n_test], history[-n_test:])
        ),
        "You augment the test set and leave the old one as it is: it is the other way round.": (
            lambda history, n_test, augment: (history[:-n_test], augment(history[-n_test:]))
        ),
        "The test films are the *newest*, at the end of the history. You set the oldest aside.": (
            lambda history, n_test, augment: (augment(history[n_test:]), history[:n_test])
        ),
        "`history[:n_test]` keeps the first n_test films. All but the last ones are `history[:-n_test]`.": (
            lambda history, n_test, augment: (augment(history[:n_test]), history[-n_test:])
        ),
        "`history[n_test:]` drops the first films. The last ones are `history[-n_test:]`.": (
            lambda history, n_test, augment: (augment(history[:-n_test]), history[n_test:])
        ),
        "The two results are the wrong way round: to learn from, then to test on.": (
            lambda history, n_test, augment: (history[-n_test:], augment(history[:-n_test]))
        ),
        "You remove the test films after augmenting; what was made from them is still there. Cut first.": (
            lambda history, n_test, augment: (
                [film for film in augment(history) if film not in history[-n_test:]], history[-n_test:]
            )
        ),
        "`augment` gets the right part, but then you take the test films from what it returns. They are the last of "
        "`history`.": lambda history, n_test, augment: (
            augment(history[:-n_test])[:-n_test],
            augment(history[:-n_test])[-n_test:],
        ),
        "You cut twice: `augment` gets the old part, and all that it returns is learned from.": (
            lambda history, n_test, augment: (augment(history[:-n_test])[:-n_test], history[-n_test:])
        ),
    }  # fmt: skip
    judge(answer, cases, lambda h, n, augment: (augment(h[:-n]), h[-n:]), mistakes)


predict(
    "17.7",
    "O4",
    truth=-0.006,
    within=0.006,
    between=(-1, 1),
    low="Not that bad: a crop is only a little worse than the same number of windows.",
    high="No gain at all: a crop brings new windows, and eight windows of the original bring as many.",
    done="A little less than eight windows, by 0.006. A crop adds windows, but it adds no better ones.",
)


predict(
    "17.8",
    "O5",
    truth=0.8,
    within=0.02,
    between=(0, 1),
    low="Far more: each test row has the same probability to be in train as any row, 80 %.",
    high="Not all of them: each test row is in train with a probability of 80 %.",
    done="The two parts are cut from two different orders, so a test row is in train with a probability of 80 %.",
)


def _leaks(
    learn,
    test,
    keys=("user_id", "item_id"),
    border="max",
    older=lambda time, newest: time < newest,
    rows="test",
):
    known = set(map(tuple, learn[list(keys)].to_numpy().tolist()))
    n_same = sum(key in known for key in map(tuple, test[list(keys)].to_numpy().tolist()))
    newest = {user: getattr(times, border)() for user, times in learn.groupby("user_id")["timestamp"]}
    late = [
        user in newest and older(time, newest[user])
        for user, time in zip(test["user_id"].tolist(), test["timestamp"].tolist())
    ]
    return n_same, int(sum(late))


def _all_users(learn, test):
    return _leaks(learn, test)[0], int((test["timestamp"] < learn["timestamp"].max()).sum())


def _new_users_count(learn, test):
    newest = test["user_id"].map(learn.groupby("user_id")["timestamp"].max()).fillna(np.inf)
    return _leaks(learn, test)[0], int((test["timestamp"] < newest).sum())


def _new_users_filled(learn, test):
    newest = test["user_id"].map(learn.groupby("user_id")["timestamp"].max()).fillna(learn["timestamp"].max())
    return _leaks(learn, test)[0], int((test["timestamp"] < newest).sum())


def _older_users(learn, test):
    oldest, newest = (
        getattr(part.groupby("user_id")["timestamp"], one)() for part, one in ((test, "min"), (learn, "max"))
    )
    return _leaks(learn, test)[0], int((oldest < newest.reindex(oldest.index)).sum())


def _pairs_of_learn(learn, test):
    return _leaks(test, learn)[0], _leaks(learn, test)[1]


def _each_column(learn, test):
    is_in = test["user_id"].isin(learn["user_id"]) & test["item_id"].isin(learn["item_id"])
    return int(is_in.sum()), _leaks(learn, test)[1]


def _of_learn(learn, test):
    return _leaks(test, learn)


def _pairs_once(learn, test):
    return _leaks(learn, test.drop_duplicates(["user_id", "item_id"]))[0], _leaks(learn, test)[1]


def _oldest_of_test(learn, test):
    oldest = learn["user_id"].map(test.groupby("user_id")["timestamp"].min())
    return _leaks(learn, test)[0], int((learn["timestamp"] > oldest).sum())


def _times_by_hand(learn, test):
    """A merge counts every pair of rows instead of every row of test."""
    both = test.merge(learn, on="user_id", suffixes=("", "_2"))
    return _leaks(learn, test)[0], int((both["timestamp"] < both["timestamp_2"]).sum())


def _merged_pairs(learn, test):
    return len(test.merge(learn, on=["user_id", "item_id"])), _leaks(learn, test)[1]


def _frames(rng, n_learn: int, n_test: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairs that repeat within both frames, users and items of one frame only, and times that are equal."""
    made = []
    for n, first in ((n_learn, 1), (n_test, 2)):
        columns = {"user_id": rng.integers(first, first + 5, n), "item_id": rng.integers(10 + first, 17 + first, n)}
        rating = rng.integers(1, 6, n).astype(float)
        made.append(pd.DataFrame(columns | {"rating": rating, "timestamp": 1000 + 10 * first + rng.integers(0, 30, n)}))
    made[1].index = made[1].index + 50
    return made[0], made[1]


@exercise("17.9", "O5", "code", done="Two numbers that should be 0 after every cut in time.")
def count_leaks(answer) -> None:
    rng = np.random.default_rng(10)
    cases = [_frames(rng, *sizes) for sizes in ((30, 20), (25, 40), (60, 15), (40, 30), (20, 35), (50, 50))]
    two = {
        "Users and items are looked up apart, so a pair counts whose halves come from two rows. Compare pairs.": (
            _each_column
        ),
        "You compare items only. A row leaks if its user *and* its item stand together in learn.": (
            partial(_leaks, keys=("item_id",))
        ),
        "You compare users only. A row leaks if its user *and* its item stand together in learn.": (
            partial(_leaks, keys=("user_id",))
        ),
        "You compare the times, too. The pair (user, item) alone is asked for.": partial(
            _leaks, keys=("user_id", "item_id", "timestamp")
        ),
        "Compare only user and item: with the rating and the time, a row that was rated again is missed.": partial(
            _leaks, keys=("user_id", "item_id", "rating", "timestamp")
        ),
        "A merge repeats a row of test for each match in learn. Count rows of test.": _merged_pairs,
        "You count each pair once. Count rows of test.": _pairs_once,
        "Older than the *newest* row of the user in learn: max, not min.": partial(_leaks, border="min"),
        "`last` is the last row in the frame, which need not be the newest. Take the max.": (
            lambda learn, test: (_leaks(learn, test)[0], _last_row(learn, test))
        ),
        "Older is strictly smaller: a row of the same second is not older.": partial(
            _leaks, older=lambda time, newest: time <= newest
        ),
        "You count rows of test that are *newer*. Count those that are older.": partial(
            _leaks, older=lambda time, newest: time > newest
        ),
        "You compare with the newest row of everybody. Each user has a newest row of their own.": _all_users,
        "Users that are not in learn have no newest row, so none of theirs is older. Do not fill the gaps.": (
            _new_users_count
        ),
        "You give users that are not in learn somebody else's newest row. Leave theirs empty (NaN).": (
            _new_users_filled
        ),
        "The second number counts users. Rows of test are asked for.": _older_users,
        "The first number counts rows of learn. Rows of test are asked for.": _pairs_of_learn,
        "A merge on the user compares every row of test with every row of learn. Compare with the newest only.": (
            _times_by_hand
        ),
        "The second number counts rows of learn. Rows of test are asked for.": _oldest_of_test,
    }
    mistakes = {
        "Both numbers count rows of learn. Rows of test are asked for.": _of_learn,
        "The two results are the wrong way round: pairs first, then older rows.": (
            lambda learn, test: _leaks(learn, test)[::-1]
        ),
        "You return shares. The numbers of rows are asked for.": (
            lambda learn, test: tuple(n / len(test) for n in _leaks(learn, test))
        ),
        "You return the second number alone.": lambda learn, test: _leaks(learn, test)[1],
        "You return one True or False per row. Sum them.": Sign(
            lambda mine, learn, test: len(mine) == 2 and np.shape(mine[0]) == (len(test),)
        ),
        "You return the rows themselves. Their numbers are asked for: `len` or `sum`.": Sign(
            lambda mine, learn, test: len(mine) == 2 and isinstance(mine[0], pd.DataFrame)
        ),
        "You return the sum of both. Two numbers are asked for.": lambda learn, test: sum(_leaks(learn, test)),
    }
    judge(answer, cases, _leaks, two | mistakes)


def _last_row(learn, test):
    newest = test["user_id"].map(learn.groupby("user_id")["timestamp"].last())
    return int((test["timestamp"] < newest).sum())


parsons(
    "17.10",
    "O5",
    right=("BCEAF", "BCAEF"),
    not_used={"D": "D makes the question easier (section 3). The test set stays as it is."},
    before={
        "BC": "A duplicate may land on both sides of the cut: drop duplicates before.",
        "CA": "Augment after the cut, or copies of test films get into the learning part.",
        "CE": "The checker compares parts, so there must be parts.",
        "EF": "Check before you measure: a number that has been seen is hard to forget.",
        "AF": "Measuring comes last: augment what the model learns from before.",
    },
    done="Clean, cut, check, augment the learning part, measure.",
)
