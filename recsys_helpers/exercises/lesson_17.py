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
    low="The result is not quite that low, but the loss is large.",
    high="It is lower than that: at this λ, one random click in ten halves NDCG@10.",
    done="Right: at this λ, one random click in ten halves NDCG@10.",
)


choice(
    "17.2",
    "O1",
    right="b",
    why_not={
        "a": "They keep nine tenths of their clicks, in the same proportions, so the effect on them is small.",
        "c": "Each user keeps nine of ten clicks. With a large λ this is enough, as the table shows.",
        "d": "The number of entries stays nearly the same: clicks are replaced, not added.",
    },
    done="With a small λ, a single random click can produce a large weight. A larger λ shrinks such weights.",
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
        13: "That is how many ratings can share one time. How many different times are there?",
    },
    otherwise="Write down the multiples of 128 between 0 and 400, and ask which of them is nearest to some rating.",
    done="Forty different times become four: 0, 128, 256 and 384.",
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


@exercise(
    "17.4",
    "O2",
    "code",
    done="The function marks all rows of a user's minute with too many rows, whatever other users did in it.",
)
def too_fast(answer) -> None:
    rng = np.random.default_rng(17)
    cases = []
    for n, most in ((12, 2), (30, 3), (40, 4), (25, 1), (60, 5), (50, 3)):
        hours = rng.choice([0, 3600, 10800], n)
        cases.append((rng.integers(1, 4, n), 600 + hours + rng.integers(0, 240, n), most))
    mistakes = {
        "A minute with exactly `most` rows is still allowed. Compare with `>`, not with `>=`.": partial(
            _too_fast, test=lambda n, most: n >= most
        ),
        "Your result is inverted. It should be True where there are *more* rows than `most`.": partial(
            _too_fast, test=lambda n, most: n <= most
        ),
        "You count everybody's rows in a minute together. Count them per user *and* minute.": partial(
            _too_fast, key=lambda u, t: int(t) // 60
        ),
        "You count all rows of a user. Count them per user *and* minute.": partial(_too_fast, key=lambda u, t: int(u)),
        "You compare single seconds. Rows of the same minute belong together: `time // 60`.": partial(
            _too_fast, key=lambda u, t: (int(u), int(t))
        ),
        "`time % 60` is the second within a minute. The minute itself is `time // 60`.": partial(
            _too_fast, key=lambda u, t: (int(u), int(t) % 60)
        ),
        "`time / 60` keeps the fraction, so only rows of the same second are grouped. Divide with `//`.": partial(
            _too_fast, key=lambda u, t: (int(u), int(t))
        ),
        "Dividing by 3600 gives hours. The minute is `time // 60`.": partial(
            _too_fast, key=lambda u, t: (int(u), int(t) // 3600)
        ),
        "You divide by 100. A minute has 60 seconds.": partial(_too_fast, key=lambda u, t: (int(u), int(t) // 100)),
        "You round to the nearest minute. A clock minute starts at second 0, so round down: `time // 60`.": partial(
            _too_fast, key=lambda u, t: (int(u), round(int(t) / 60))
        ),
        "You look 60 seconds to both sides of each row. Count within clock minutes instead: `time // 60`.": _window,
        "You look back 60 seconds from each row. Count within clock minutes instead: `time // 60`.": _behind,
        "You mark only the rows after the first `most` of a minute. Mark all rows of such a minute.": _beyond,
        "You return the number of rows in each row's minute. Compare it with `most`.": partial(
            _too_fast, test=lambda n, most: n
        ),
        "You return row numbers. Return one True or False for each row.": (
            lambda user, time, most: np.flatnonzero(_too_fast(user, time, most))
        ),
        "You return the rows that remain after filtering. Return one True or False for each row.": Sign(
            lambda mine, user, time, most: (
                isinstance(mine, pd.DataFrame)
                or (np.asarray(mine).dtype != bool and len(mine) == (~_too_fast(user, time, most)).sum())
            )
        ),
        "You return one entry per user and minute. Return one per row: use `transform`, not `size` or `count` "
        "alone.": Sign(
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
        "a": "The scores are the same, so nobody gets a better list. Only the question has become easier.",
        "c": "There is less to find, but the pairs that are gone were the hardest ones, those with rare films.",
        "d": "The scores stay the same, but rare films leave the lists, and pairs that were hardly ever found no "
        "longer count.",
    },
    done="The same model gets a higher NDCG, because the hard pairs are no longer evaluated.",
)


def _given_mean(stars, probability, weigh=lambda p: 1 / p, by=lambda w, n: w.sum(), power=1):
    weight = weigh(probability)
    return (weight * stars**power).sum() / by(weight, len(stars))


@exercise(
    "17.11",
    "O3",
    "faded",
    done="Weighted by 1 / probability, each rating also stands for the similar ratings that were never given.",
)
def propensity_mean(answer) -> None:
    rng = np.random.default_rng(6)
    cases = [(rng.integers(1, 6, n).astype(float), rng.uniform(0.05, 0.9, n)) for n in (3, 5, 8, 13)]
    mistakes = {
        "Divide by the sum of the weights, not by the number of rows. The two are not equal.": partial(
            _given_mean, by=lambda w, n: n
        ),
        "That is the plain mean, without weights. Weight each rating by 1 / probability.": lambda stars, probability: (
            stars.mean()
        ),
        "You weight by the probability itself, which makes the bias worse. Weight by 1 / probability.": partial(
            _given_mean, weigh=lambda p: p
        ),
        "You weight by 1 − probability. A rating with probability p stands for 1 / p people.": partial(
            _given_mean, weigh=lambda p: 1 - p
        ),
        "You divided by the probability twice: `weight` holds 1 / probability already.": partial(
            _given_mean, weigh=lambda p: 1 / p**2
        ),
        "That is the weighted sum. Divide it by the sum of the weights.": (
            lambda stars, probability: (stars / probability).sum()
        ),
        "You divide by the sum of the probabilities. Divide by the sum of the *weights*.": (
            lambda stars, probability: (stars / probability).sum() / probability.sum()
        ),
        "You divide by the sum of the stars. Divide by the sum of the weights.": (
            lambda stars, probability: (stars / probability).sum() / stars.sum()
        ),
        "Your fraction is upside down. Divide the weighted sum of the stars by the sum of the weights.": (
            lambda stars, probability: (1 / probability).sum() / (stars / probability).sum()
        ),
        "You take the mean of the weights times the mean of the stars. Multiply row by row first.": (
            lambda stars, probability: (1 / probability).mean() * stars.mean()
        ),
        "You return the weighted stars row by row. Sum them, and divide by the sum of the weights.": (
            lambda stars, probability: stars / probability
        ),
        "You return what each row contributes to the mean. Return the sum of these contributions.": (
            lambda stars, probability: (stars / probability) / (1 / probability).sum()
        ),
        "The sum in your numerator has no weights. Weight the stars there, too: `(weight * stars).sum()`.": (
            lambda stars, probability: stars.sum() / (1 / probability).sum()
        ),
        "You weight twice: `np.average` multiplies by its weights already, so give it the plain stars.": (
            lambda stars, probability: np.average(stars / probability, weights=1 / probability)
        ),
        "You take the median. Return the weighted mean.": lambda stars, probability: np.median(stars),
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
    "17.6",
    "O4",
    "debug",
    done="The history is split first and only the old part is augmented, so no copy of a test film is learned from.",
    given=_given_17_6,
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
        "`augment` still receives the test films. Split the history before you call it.": _given_17_6,
        "You augment the test set, too. It must contain only what really happened, so leave it as it is.": both,
        "The test set is right, but the training part was made from the whole history, so it contains copies of "
        "test films.": lambda history, n_test, augment: (augment(history)[:-n_test], history[-n_test:]),
        "The training part is the whole history, augmented. Leave out the newest `n_test` films before you augment.": (
            lambda history, n_test, augment: (augment(history), history[-n_test:])
        ),
        "Nothing is augmented in your version. Pass the old part to `augment`.": (
            lambda history, n_test, augment: (history[:-n_test], history[-n_test:])
        ),
        "You augment the test set and leave the old part unchanged. It should be the other way round.": (
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
        "The two results are the wrong way round. Return the training part first, then the test part.": (
            lambda history, n_test, augment: (history[-n_test:], augment(history[:-n_test]))
        ),
        "You remove the test films after augmenting, but what was made from them is still there. Split first.": (
            lambda history, n_test, augment: (
                [film for film in augment(history) if film not in history[-n_test:]], history[-n_test:]
            )
        ),
        "`augment` receives the right part, but you take the test films from its result. They are the last films "
        "of `history`.": lambda history, n_test, augment: (
            augment(history[:-n_test])[:-n_test],
            augment(history[:-n_test])[-n_test:],
        ),
        "You cut twice. `augment` receives only the old part, so keep everything that it returns.": (
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
    low="The difference is smaller: a crop is only a little worse than the same number of windows.",
    high="There is no gain: the cropped copy adds as many rows as four more windows of the original, and no better "
    "ones.",
    done="Right: the crop is 0.006 below eight windows. It adds rows, but no better ones than the original history "
    "does.",
)


predict(
    "17.8",
    "O5",
    truth=0.8,
    within=0.02,
    between=(0, 1),
    low="Far more: each test row has the same probability of being in train as any other row, 80 %.",
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


@exercise("17.9", "O5", "code", done="Both numbers should be 0 after any split in time.")
def count_leaks(answer) -> None:
    rng = np.random.default_rng(10)
    cases = [_frames(rng, *sizes) for sizes in ((30, 20), (25, 40), (60, 15), (40, 30), (20, 35), (50, 50))]
    two = {
        "You look up users and items separately, so a row counts even if they occur in two different rows. Compare "
        "pairs.": (_each_column),
        "You compare items only. A row leaks if its user *and* its item occur together in a row of `learn`.": (
            partial(_leaks, keys=("item_id",))
        ),
        "You compare users only. A row leaks if its user *and* its item occur together in a row of `learn`.": (
            partial(_leaks, keys=("user_id",))
        ),
        "You compare the times, too. Compare only the pair (user, item).": partial(
            _leaks, keys=("user_id", "item_id", "timestamp")
        ),
        "You compare the rating and the time, too, so an item that was rated again is missed. Compare only user "
        "and item.": partial(_leaks, keys=("user_id", "item_id", "rating", "timestamp")),
        "A merge repeats a row of `test` for each match in `learn`. Count each row of `test` once.": _merged_pairs,
        "You count each pair once, even if it occurs in several rows. Count rows of `test`.": _pairs_once,
        "You compare with the oldest row of the user in `learn`. Compare with the *newest*: max, not min.": partial(
            _leaks, border="min"
        ),
        "`last` is the last row in the frame, which need not be the newest. Take the max.": (
            lambda learn, test: (_leaks(learn, test)[0], _last_row(learn, test))
        ),
        "A row with the same time is not older. Its time must be strictly smaller: `<`, not `<=`.": partial(
            _leaks, older=lambda time, newest: time <= newest
        ),
        "You count rows of test that are *newer*. Count those that are older.": partial(
            _leaks, older=lambda time, newest: time > newest
        ),
        "You compare with the newest row of all users. Compare each row with the newest of its own user.": _all_users,
        "Users who are not in `learn` have no newest row, so none of their rows is older. Leave their value empty "
        "(NaN).": (_new_users_count),
        "You give users who are not in `learn` somebody else's newest row. Leave theirs empty (NaN).": (
            _new_users_filled
        ),
        "Your second number counts users. Count rows of `test`.": _older_users,
        "Your first number counts rows of `learn`. Count rows of `test`.": _pairs_of_learn,
        "A merge on the user compares each row of `test` with every row of its user. Compare it with the newest "
        "only.": (_times_by_hand),
        "Your second number counts rows of `learn`. Count rows of `test`.": _oldest_of_test,
    }
    mistakes = {
        "Both numbers count rows of `learn`. Count rows of `test`.": _of_learn,
        "The two results are the wrong way round. Return the number of pairs first, then that of older rows.": (
            lambda learn, test: _leaks(learn, test)[::-1]
        ),
        "You return shares. Return numbers of rows.": (
            lambda learn, test: tuple(n / len(test) for n in _leaks(learn, test))
        ),
        "You return the second number alone. Return both numbers.": lambda learn, test: _leaks(learn, test)[1],
        "You return one True or False per row. Sum them.": Sign(
            lambda mine, learn, test: len(mine) == 2 and np.shape(mine[0]) == (len(test),)
        ),
        "You return the rows themselves. Return how many there are, with `len` or `sum`.": Sign(
            lambda mine, learn, test: len(mine) == 2 and isinstance(mine[0], pd.DataFrame)
        ),
        "You return the sum of the two numbers. Return them separately.": lambda learn, test: sum(_leaks(learn, test)),
    }
    judge(answer, cases, _leaks, two | mistakes)


def _last_row(learn, test):
    newest = test["user_id"].map(learn.groupby("user_id")["timestamp"].last())
    return int((test["timestamp"] < newest).sum())


parsons(
    "17.10",
    "O5",
    right=("BCEAF", "BCAEF"),
    not_used={"D": "Leave out D: it makes the question easier (section 3). The test set stays as it is."},
    before={
        "BC": "A duplicate may end up on both sides of the split, so drop duplicates first.",
        "CA": "Augment after the split. Otherwise, copies of test films get into the training part.",
        "CE": "The leak checker compares the three parts, so it can run only after the split.",
        "EF": "Run the leak checker before you evaluate: once you have seen a number, it is hard to forget, even "
        "if it is wrong.",
        "AF": "The evaluation comes last. Augment the training part before it.",
    },
    done="First clean the data and split them, then check for leaks and augment only the training part, and "
    "evaluate last.",
)
