"""Checks of lesson 31, recommend games."""

import numpy as np

from recsys_helpers.exercises import Sign, choice, exercise, judge, predict, trace, variants

predict(
    "31.1",
    "O1",
    truth=3,
    within=4,
    between=(1, 1500),
    low="There are a few more: players who already own the game at the top get the next one.",
    high="There are far fewer: the ranking is the same for everybody, and most players own none of the few games "
    "at the top, so nearly all get the same one.",
    done="Only three different games are recommended, and all three are endless games.",
)


trace(
    "31.2",
    "O2",
    truth=0.8,
    mistakes={
        24 / (24 + 4.5): "Your median is 4.5, that of all owners. Leave out the two who never started the game.",
        24 / (24 + 9.75): "You took the mean of those who started the game, 9.75. Take their median, which is 6.",
        24 / (24 + 6.5): "You took the mean of all owners. Take the median of those who started the game, which is 6.",
        24 / (24 + 3): "You used 3 as the median. Take the median of the four play times of those who started the "
        "game: 3, 6, 6 and 24.",
        4.0: "This is h / m, which can grow without limit. Relative hours are h / (h + m).",
        0.2: "This is m / (h + m). The player's own hours h belong in the numerator.",
        0.25: "This is m / h. Relative hours are h / (h + m).",
        1.0: "You divided by the longest play time. Compare with the median of those who started the game.",
        24 / 39: "You divided by the total hours of the game. Compare with the median of those who started it.",
        80.0: "Write the relative hours as a number between 0 and 1, not as a percentage.",
        6.0: "This is the median, m. Now compute h / (h + m) with h = 24.",
        0.5: "A player at the median has relative hours of one half. This player has 24 hours, four times the median.",
    },
    otherwise="Take the median m of 3, 6, 6 and 24, because the two players with 0 hours never started the game. "
    "Then compute h / (h + m) with h = 24.",
    done="The median of those who started the game is 6, so the relative hours are 24 / (24 + 6) = 0.8.",
)


def _relative(hours, game, middle=np.median, only_played=True, of_game=True, form="share", empty=0.0):
    hours, game = np.asarray(hours, float), np.asarray(game)
    relative = np.zeros(len(hours))
    for row, own in enumerate(hours):
        same = hours[(game == game[row])] if of_game else hours
        same = same[same > 0] if only_played else same
        if len(same) == 0:
            relative[row] = empty
            continue
        m = middle(same)
        with np.errstate(all="ignore"):
            relative[row] = {
                "share": own / (own + m) if own + m else empty,
                "ratio": own / m if m else empty,
                "upside down": m / (own + m) if own > 0 else 0,
                "log ratio": np.log(own / m) if own > 0 else 0,
                "of largest": own / same.max(),
                "of sum": own / same.sum(),
                "minus": own - m if own > 0 else 0,
                "median": m,
                "log share": np.log1p(own) / (np.log1p(own) + np.log1p(m)),
                "quantile": ((same < own).sum() + 0.5 * (same == own).sum()) / len(same) if own > 0 else 0,
            }[form]
    return relative


@exercise(
    "31.3",
    "O2",
    "code",
    done="Each play time is compared with the median of those who started the same game, and "
    "a game that was never started gets 0.",
)
def relative(answer) -> None:
    rng = np.random.default_rng(1)
    cases = [(np.array([0.0, 2, 8, 5, 0, 3]), np.array([4, 4, 4, 9, 9, 4]))]
    for n, n_games in ((9, 2), (14, 3), (20, 4), (33, 6)):
        hours = np.round(np.exp(rng.normal(1.5, 1.5, n)), 1) * (rng.random(n) < 0.65)
        game = 1 + rng.integers(0, n_games, n)
        hours[game == n_games] *= n < 15  # in the larger cases nobody started the last game
        cases.append((hours, game))
    changes = {
        "Your median includes the rows with 0 hours. Take it over those who started the game.": {"only_played": False},
        "Your median is that of all games. Take it over the rows of the same game.": {"of_game": False},
        "You use the mean as m. A few players with thousands of hours pull it up, so use the median.": {
            "middle": np.mean
        },
        "This is h / m, which can grow without limit. Relative hours are h / (h + m).": {"form": "ratio"},
        "This is m / (h + m). The player's own hours h belong in the numerator.": {"form": "upside down"},
        "This is log(h / m). It gives the right order, but relative hours are h / (h + m).": {"form": "log ratio"},
        "You divide by the longest play time of the game. Compare with its median.": {"form": "of largest"},
        "You divide by the total hours of the game. Compare with its median.": {"form": "of sum"},
        "You subtract the median. Relative hours are h / (h + m).": {"form": "minus"},
        "You return the medians themselves. Now compute h / (h + m) for each row.": {"form": "median"},
        "You take logarithms first. Relative hours use the hours themselves: h / (h + m).": {"form": "log share"},
        "You return quantiles, as in lesson 29. Relative hours are h / (h + m).": {"form": "quantile"},
        "You use the longest play time as m. Use the median.": {"middle": np.max},
    }
    mistakes = {
        "You return NaN for games that were never started. Return 0.": Sign(
            lambda mine, hours, game: (
                np.isnan(np.asarray(mine, float)[hours == 0]).all()
                and np.isfinite(np.asarray(mine, float)[hours > 0]).all()
            )
        ),
        "You return NaN for a game that nobody started, because it has no median. Return 0 for its rows.": Sign(
            lambda mine, hours, game: (
                np.isnan(np.asarray(mine, float)).any()
                and np.allclose(np.nan_to_num(np.asarray(mine, float)), _relative(hours, game))
            )
        ),
        "You leave out the rows with 0 hours. Return one number for each row.": Sign(
            lambda mine, hours, game: len(mine) == (hours > 0).sum() != len(hours)
        ),
        "You return one number for each game. Return one for each row, in the order of `hours`.": Sign(
            lambda mine, hours, game: len(mine) in (len(np.unique(game)), len(np.unique(game[hours > 0]))) != len(hours)
        ),
        "You return the results game by game. Return them in the order of `hours`.": Sign(
            lambda mine, hours, game: (
                len(mine) == len(hours) and np.allclose(np.sort(mine), np.sort(_relative(hours, game)))
            )
        ),
        "You leave the player's own hours out of the median. Include them like everybody else's.": (
            lambda hours, game: np.array(
                [
                    hours[row] / (hours[row] + np.median(others)) if len(others) and hours[row] > 0 else 0.0
                    for row in range(len(hours))
                    for others in [
                        np.delete(hours, row)[(np.delete(game, row) == game[row]) & (np.delete(hours, row) > 0)]
                    ]
                ]
            )
        ),
    } | variants(_relative, changes)
    judge(answer, cases, _relative, mistakes)


def _given_parts(p, started, guess, target):
    whether = -np.mean(started * np.log(p) + (1 - started) * np.log(1 - p))
    return whether, guess - target


def _hurdle(p, started, guess, target, over="started", power=2, first=True, mask=True, reduce="mean", root=False):
    whether, gap = _given_parts(p, started, guess, target)
    weight = (
        {"started": started, "p": p, "others": 1 - started}[mask]
        if isinstance(mask, str)
        else (started if mask else np.ones(len(p)))
    )
    squared = weight * np.abs(gap) ** power if power else weight * gap
    how_many = {"started": weight.sum(), "all": len(p)}[over] if reduce == "mean" else 1
    how_much = squared.sum() / how_many
    how_much = np.sqrt(how_much) if root else how_much
    return whether + how_much if first else how_much


@exercise(
    "31.4",
    "O5",
    "faded",
    done="One loss trains both predictions, and a game that was never started contributes only to the first part.",
)
def hurdle(answer) -> None:
    rng = np.random.default_rng(3)
    cases = []
    for n, rate in ((6, 0.5), (9, 0.4), (14, 0.7), (25, 0.3)):
        started = (rng.random(n) < rate).astype(float)
        started[:2] = 1, 0
        guess = rng.normal(size=n)
        target = rng.normal(0, 1.5, n) * started
        cases.append((rng.uniform(0.05, 0.95, n), started, guess, target))
    changes = {
        "Your squared error includes games that were not started. They have no hours, so leave them out.": {
            "mask": False,
            "over": "all",
        },
        "The errors are right, but you divide by the number of all rows. Divide by the number of started rows.": {
            "over": "all"
        },
        "You add up the squared errors. Take their mean over the started rows.": {"reduce": "sum"},
        "You take the absolute error. Square the error instead.": {"power": 1},
        "You forgot to square the errors, so positive and negative ones cancel.": {"power": 0},
        "You weight the squared errors by the predicted probability. Use only the rows that were really started.": {
            "mask": "p"
        },
        "Your squared error is over the rows that were *not* started. Take it over the started ones.": {
            "mask": "others"
        },
        "You take the square root. Add the mean squared error itself.": {"root": True},
        "You return only the second part. Add it to the first.": {"first": False},
    }
    mistakes = {
        "You use p · guess as the prediction. Compare `guess` itself with `target`, and only where the game was "
        "started.": (
            lambda p, started, guess, target: (
                _given_parts(p, started, guess, target)[0] + np.mean((p * guess - target) ** 2)
            )
        ),
        "You return several numbers. Return a single one, the sum of both means.": Sign(
            lambda mine, *case: np.ndim(mine) > 0
        ),
        "You use `started` as positions, so rows 0 and 1 are taken again and again. Choose rows by `started == 1`.": (
            lambda p, started, guess, target: (
                _given_parts(p, started, guess, target)[0] + np.mean((guess - target)[started.astype(int)] ** 2)
            )
        ),
        "You choose rows by the predicted probability. Choose those that really were started.": (
            lambda p, started, guess, target: (
                _given_parts(p, started, guess, target)[0]
                + (guess - target)[p > 0.5] @ (guess - target)[p > 0.5] / max(1, (p > 0.5).sum())
            )
        ),
        "You halve the squared error. Add it as it is.": (
            lambda *case: _hurdle(*case, first=True) - _hurdle(*case, first=False) / 2
        ),
        "You average the two parts. Add them.": lambda *case: _hurdle(*case) / 2,
        "You subtract the second part. Both are errors: add them.": (
            lambda *case: _hurdle(*case) - 2 * _hurdle(*case, first=False)
        ),
        "You return only the first part. Add the mean squared error over the started rows.": (
            lambda *case: _hurdle(*case) - _hurdle(*case, first=False)
        ),
    } | variants(_hurdle, changes)
    judge(answer, cases, _hurdle, mistakes)


def _given_31_5(hours, bought_at, started_at, day):
    return hours[bought_at < day]


def _known(hours, bought_at, started_at, day, before=np.less, rows_before=np.less, keep="all", never=True):
    is_known = before(started_at, day)
    if not never:
        is_known = is_known & (started_at >= 0)
    got = rows_before(bought_at, day)
    if keep == "started":
        return hours[got & is_known & (started_at >= 0)]
    if keep == "same length":
        return np.where(got & is_known, hours, 0)
    return np.where(is_known, hours, 0)[got]


@exercise(
    "31.5",
    "O3",
    "debug",
    done="A game that is started only later counts as owned, but its hours are still 0, because they are not known "
    "yet.",
    given=_given_31_5,
)
def on_that_day(answer) -> None:
    rng = np.random.default_rng(2)
    cases = []
    for n, day in ((7, 40), (12, 50), (20, 30), (31, 60)):
        bought_at = rng.integers(0, 100, n)
        started_at = np.where(rng.random(n) < 0.3, -1, bought_at + rng.integers(0, 60, n))
        bought_at[:3], started_at[:4] = (5, 8, day), (day, day - 1, day + 1, -1)
        bought_at[3:5], started_at[4] = (9, 12), day + 30
        hours = np.where(started_at >= 0, np.round(np.exp(rng.normal(1.5, 1.5, n)), 1) + 0.1, 0)
        cases.append((hours, bought_at, started_at, day))
    mistakes = {
        "You still use the hours of the snapshot. A game that is started on or after `day` has no "
        "hours yet.": _given_31_5,
        "A game that is started on the day itself lies in the future. Use `started_at < day`, not "
        "`<=`.": lambda *case: _known(*case, before=np.less_equal),
        "A game that is acquired on the day itself is not known in the morning. Use `bought_at < day`, not `<=`.": (
            lambda *case: _known(*case, rows_before=np.less_equal)
        ),
        "Both comparisons must be strict, because the day itself still lies ahead on the morning of "
        "`day`.": lambda *case: _known(*case, before=np.less_equal, rows_before=np.less_equal),
        "You drop the games that were not started before `day`. They are owned, so keep their rows, with 0 hours.": (
            lambda *case: _known(*case, keep="started")
        ),
        "You drop games that are started later but keep those that are never started. Both are owned, so keep the "
        "rows, with 0 hours.": (
            lambda hours, bought_at, started_at, day: hours[(bought_at < day) & (started_at < day)]
        ),
        "You select rows by `started_at` alone. Keep every row whose game was acquired before `day`.": (
            lambda hours, bought_at, started_at, day: hours[started_at < day]
        ),
        "You keep all rows. Drop those of games acquired on or after `day`.": lambda *case: _known(
            *case, keep="same length"
        ),
        "Your condition is the wrong way round: you keep the hours of games that are started later. Keep the hours "
        "of those started before `day`.": Sign(
            lambda mine, hours, bought_at, started_at, day: any(
                np.array_equal(mine, np.where(later(started_at, day), hours, 0)[bought_at < day])
                for later in (np.greater, np.greater_equal)
            )
        ),
        "You test whether a game was started *after* it was acquired. Compare the start with `day`.": (
            lambda hours, bought_at, started_at, day: np.where(started_at >= bought_at, hours, 0)[bought_at < day]
        ),
        "You compare the start of a game with its purchase. Compare the start with `day`.": (
            lambda hours, bought_at, started_at, day: np.where(started_at < bought_at, hours, 0)[bought_at < day]
        ),
        "You return a total. Return one number for each game acquired before `day`.": Sign(
            lambda mine, *case: np.ndim(mine) == 0
        ),
        "Use 0 for hours that are not known yet, not NaN.": Sign(
            lambda mine, *case: np.allclose(np.nan_to_num(np.asarray(mine, float)), _known(*case))
        ),
        "You return Boolean values. Return hours.": Sign(lambda mine, *case: np.asarray(mine).dtype == bool),
        "You count only a part of the hours, in proportion to the days. Here, all hours of a game are assigned to "
        "the day on which it was started: they count in full, or not at all.": Sign(
            lambda mine, hours, bought_at, started_at, day: (
                len(mine) == (bought_at < day).sum()
                and (np.asarray(mine)[(started_at >= day)[bought_at < day]] == 0).all()
                and (np.asarray(mine) <= hours[bought_at < day]).all()
            )
        ),
    }
    judge(answer, cases, _known, mistakes)


choice(
    "31.6",
    "O3",
    right="c",
    why_not={
        "a": "They agree on the last label, hours, but not on the first: by later play, started is ahead of "
        "relative hours; by known liking, the two are not distinguishable. They also disagree about "
        "popularity.",
        "b": "Later play is based on what players did, and what they did depends on which games are famous. A "
        "judge that rewards fame is not better just because it records behaviour.",
        "d": "The judges agree that hours are last and that started games are a better label than owned ones. So "
        "an offline test does say something, but about popularity it is misleading.",
    },
    done="Judging by later play rewards a model for predicting fame, and judging by liking does not. Only a "
    "simulation, or asking people, can show the difference.",
)


predict(
    "31.7",
    "O4",
    truth=0.155,
    within=0.015,
    between=(0, 1),
    low="It is higher: many of the owned games say nothing about taste, and without them the label gains a lot.",
    high="It is a little lower, but the direction is right: without the games that nobody chose, the label gains a "
    "lot.",
    done="NDCG@10 rises from 0.110 to 0.155 with fewer games to learn from, because the games that were left out "
    "say little about taste.",
)
