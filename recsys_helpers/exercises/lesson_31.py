"""Checks of lesson 31, recommend games."""

import numpy as np

from recsys_helpers.exercises import Sign, choice, exercise, judge, predict, trace, variants

predict(
    "31.1",
    "O1",
    truth=3,
    within=4,
    between=(1, 1500),
    low="A little more: those who own the game on top get another one.",
    high="Far fewer: most players own none of the few games on top, so nearly all get the same one.",
    done="Very few, and they are all of one kind.",
)


trace(
    "31.2",
    "O2",
    truth=0.8,
    mistakes={
        24
        / (24 + 4.5): "Your median is 4.5, that of all owners. The two who never started the game do not count in it.",
        24 / (24 + 9.75): "You took the mean of those who started it, 9.75. The median is the middle: 6.",
        24 / (24 + 6.5): "You took the mean of all owners. The median of those who started it is 6.",
        24 / (24 + 3): "Your median is 3. The four who started the game played 3, 6, 6 and 24 hours.",
        4.0: "That is h / m, which can grow without limit. Relative hours are h / (h + m).",
        0.2: "That is m / (h + m). The player's own hours stand on top.",
        0.25: "That is m / h. Relative hours are h / (h + m).",
        1.0: "That is the share of the longest play time. Compare with the median of those who started the game.",
        24 / 39: "That is the share of all hours of the game. Compare with the median of those who started it.",
        80.0: "As a number between 0 and 1, please.",
        6.0: "That is the median, m. Now h / (h + m) with h = 24.",
        0.5: "One half is the player at the median. This one has 24 hours.",
    },
    otherwise="Take the median of 3, 6, 6 and 24: the two zeros never started the game. Then h / (h + m) with h = 24.",
    done="The median of those who started it is 6, and 24 / (24 + 6) = 0.8.",
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
    "31.3", "O2", "code", done="Each play time is compared with those of the same game, and the zeros stay apart."
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
        "Your median counts the rows with 0 hours, too. Take it over those who started the game.": {
            "only_played": False
        },
        "Your median is that of all games. Take it over the rows of the same game.": {"of_game": False},
        "You divide by the mean. A few players with thousands of hours pull it up; take the median.": {
            "middle": np.mean
        },
        "That is h / m, which can grow without limit. Relative hours are h / (h + m).": {"form": "ratio"},
        "That is m / (h + m). The player's own hours stand on top.": {"form": "upside down"},
        "That is log(h / m). It has the right order, but relative hours are h / (h + m).": {"form": "log ratio"},
        "You divide by the longest play time of the game. Compare with its median.": {"form": "of largest"},
        "You divide by all hours of the game. Compare with its median.": {"form": "of sum"},
        "You subtract the median. Relative hours are h / (h + m).": {"form": "minus"},
        "You return the medians themselves. Now compute h / (h + m) for each row.": {"form": "median"},
        "You took logarithms first. Relative hours need the hours themselves: h / (h + m).": {"form": "log share"},
        "That is a quantile, as in lesson 29. Relative hours are h / (h + m).": {"form": "quantile"},
        "You took the largest play time for m. It is the median.": {"middle": np.max},
    }
    mistakes = {
        "Games never started are NaN in yours. They are 0.": Sign(
            lambda mine, hours, game: (
                np.isnan(np.asarray(mine, float)[hours == 0]).all()
                and np.isfinite(np.asarray(mine, float)[hours > 0]).all()
            )
        ),
        "A game that nobody started has no median, and its rows are NaN in yours. They are 0.": Sign(
            lambda mine, hours, game: (
                np.isnan(np.asarray(mine, float)).any()
                and np.allclose(np.nan_to_num(np.asarray(mine, float)), _relative(hours, game))
            )
        ),
        "You leave out the rows with 0 hours. One number for each row is asked for.": Sign(
            lambda mine, hours, game: len(mine) == (hours > 0).sum() != len(hours)
        ),
        "One number for each game. One for each row is asked for, in the order of `hours`.": Sign(
            lambda mine, hours, game: len(mine) in (len(np.unique(game)), len(np.unique(game[hours > 0]))) != len(hours)
        ),
        "Your results come game by game. They belong in the order of `hours`.": Sign(
            lambda mine, hours, game: (
                len(mine) == len(hours) and np.allclose(np.sort(mine), np.sort(_relative(hours, game)))
            )
        ),
        "You leave the player's own hours out of the median. They count like everybody's.": (
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


@exercise("31.4", "O5", "faded", done="Two questions, one loss: what was never started teaches only the first.")
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
        "Rows that were not started count in your squared error. They have no hours: leave them out.": {
            "mask": False,
            "over": "all",
        },
        "The errors are right, but you divide by all rows. Divide by the number of started ones.": {"over": "all"},
        "You add up the squared errors. Their mean over the started rows is asked for.": {"reduce": "sum"},
        "You take the absolute error. It is squared here.": {"power": 1},
        "You forgot the square, so errors of both signs cancel.": {"power": 0},
        "You weight with the predicted probability. Only rows that really were started count.": {"mask": "p"},
        "Your squared error is over the rows that were *not* started.": {"mask": "others"},
        "You take the root. The mean squared error itself is asked for.": {"root": True},
        "You return the second part alone. Add it to the first.": {"first": False},
    }
    mistakes = {
        "You use p · guess as the prediction. The second question is asked only where the game was started.": (
            lambda p, started, guess, target: (
                _given_parts(p, started, guess, target)[0] + np.mean((p * guess - target) ** 2)
            )
        ),
        "You return several numbers. A single one is asked for, the sum of both means.": Sign(
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
        "You return the first part alone: the second is still missing.": (
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
    done="A game that is started later counts as owned, and its hours are not known yet.",
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
        "Still the hours of the snapshot: a game that is started after `day` has no hours yet.": _given_31_5,
        "What is started on the day itself lies in the future: `started_at < day`, not `<=`.": lambda *case: _known(
            *case, before=np.less_equal
        ),
        "A game that is got on the day itself is not known in the morning: `bought_at < day`, not `<=`.": (
            lambda *case: _known(*case, rows_before=np.less_equal)
        ),
        "Both comparisons must be strict: on the morning of `day`, that day still lies ahead.": lambda *case: _known(
            *case, before=np.less_equal, rows_before=np.less_equal
        ),
        "You drop the games that were not started before `day`. They are owned: keep their rows, with 0 hours.": (
            lambda *case: _known(*case, keep="started")
        ),
        "You drop what is started later and keep what is never started. Both are owned: keep the rows, with 0 hours.": (
            lambda hours, bought_at, started_at, day: hours[(bought_at < day) & (started_at < day)]
        ),
        "You chose by the start alone. A row belongs to the answer if the game was got before `day`.": (
            lambda hours, bought_at, started_at, day: hours[started_at < day]
        ),
        "You keep all rows. Those of games got on or after `day` must go.": lambda *case: _known(
            *case, keep="same length"
        ),
        "The wrong way round: you keep the hours of games started later.": Sign(
            lambda mine, hours, bought_at, started_at, day: any(
                np.array_equal(mine, np.where(later(started_at, day), hours, 0)[bought_at < day])
                for later in (np.greater, np.greater_equal)
            )
        ),
        "You look for games started *after* they were got. Compare the start with `day`.": (
            lambda hours, bought_at, started_at, day: np.where(started_at >= bought_at, hours, 0)[bought_at < day]
        ),
        "You compare the start with the purchase of the game. Compare it with `day`.": (
            lambda hours, bought_at, started_at, day: np.where(started_at < bought_at, hours, 0)[bought_at < day]
        ),
        "A total is not asked for: one number for each game got before `day`.": Sign(
            lambda mine, *case: np.ndim(mine) == 0
        ),
        "Use 0 for hours that are not known yet, not NaN.": Sign(
            lambda mine, *case: np.allclose(np.nan_to_num(np.asarray(mine, float)), _known(*case))
        ),
        "That is True and False. The hours are asked for.": Sign(lambda mine, *case: np.asarray(mine).dtype == bool),
        "You count the hours from the purchase in proportion to the days. Here all hours are played soon after the "
        "start: they count in full, or not at all.": Sign(
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
        "a": "They agree on the last one. But look at popularity, and at whether owned or log hours are ahead.",
        "b": "It is made of what players did, and what they did depends on which games are famous. A judge that "
        "rewards fame is not better for being real.",
        "d": "They agree on a lot: hours are last and started games beat owned ones. An offline test says something, "
        "but about popularity it says too much.",
    },
    done="Later play rewards fame; liking does not. Only a simulation, or asking people, can show the difference.",
)


predict(
    "31.7",
    "O4",
    truth=0.155,
    within=0.015,
    between=(0, 1),
    low="More: many of the owned games say nothing about taste, and without them the label gains a lot.",
    high="Not quite so much, but the direction is right: without what nobody chose, the label gains a lot.",
    done="Less data and a much better list: the rows that were left out said little about taste.",
)
