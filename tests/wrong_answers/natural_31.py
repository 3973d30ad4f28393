"""Wrong answers of lesson 31 as people write them, and right ones in an unusual style."""

import numpy as np
import pandas as pd


def wrong_31_3_transform_all(hours, game):
    m = pd.Series(hours).groupby(game).transform("median")
    return (pd.Series(hours) / (pd.Series(hours) + m)).fillna(0).to_numpy()


def wrong_31_3_nan(hours, game):
    h = pd.Series(hours)
    m = h[h > 0].groupby(game[hours > 0]).median()
    return (h / (h + pd.Series(game).map(m))).to_numpy()


def wrong_31_3_never_nan(hours, game):
    h = pd.Series(hours).replace(0, np.nan)
    return h / (h + h.groupby(game).transform("median"))


def wrong_31_3_overall(hours, game):
    return hours / (hours + np.median(hours[hours > 0]))


def wrong_31_3_overall_all(hours, game):
    return hours / (hours + np.median(hours) + 1e-9)


def wrong_31_3_mean(hours, game):
    h = pd.Series(hours).where(hours > 0)
    return (h / (h + h.groupby(game).transform("mean"))).fillna(0)


def wrong_31_3_ratio(hours, game):
    h = pd.Series(hours).where(hours > 0)
    return (h / h.groupby(game).transform("median")).fillna(0)


def wrong_31_3_inverse(hours, game):
    h = pd.Series(hours).where(hours > 0)
    m = h.groupby(game).transform("median")
    return (m / (h + m)).fillna(0)


def wrong_31_3_max(hours, game):
    h = pd.Series(hours)
    return (h / h.groupby(game).transform("max")).fillna(0)


def wrong_31_3_sum(hours, game):
    h = pd.Series(hours)
    return (h / h.groupby(game).transform("sum")).fillna(0)


def wrong_31_3_log(hours, game):
    out = np.zeros(len(hours))
    for number in np.unique(game):
        rows = (game == number) & (hours > 0)
        if rows.any():
            out[rows] = np.log(hours[rows] / np.median(hours[rows]))
    return out


def wrong_31_3_dropped(hours, game):
    h, g = hours[hours > 0], game[hours > 0]
    return np.array([x / (x + np.median(h[g == y])) for x, y in zip(h, g)])


def wrong_31_3_by_game(hours, game):
    parts = []
    for number in np.unique(game):
        h = hours[game == number]
        m = np.median(h[h > 0]) if (h > 0).any() else 1
        parts.append(h / (h + m))
    return np.concatenate(parts)


def wrong_31_3_medians(hours, game):
    return [np.median(hours[(game == g) & (hours > 0)]) if (hours[game == g] > 0).any() else 0.0 for g in game]


def wrong_31_3_one_per_game(hours, game):
    return pd.Series(hours[hours > 0]).groupby(game[hours > 0]).median().to_numpy()


def right_31_3_pandas(hours, game):
    frame = pd.DataFrame({"h": hours, "g": game})
    frame["m"] = frame["g"].map(frame[frame["h"] > 0].groupby("g")["h"].median())
    return (frame["h"] / (frame["h"] + frame["m"])).fillna(0)


def right_31_3_sigmoid(hours, game):
    out = [0.0] * len(hours)
    for number in set(game.tolist()):
        rows = np.flatnonzero((game == number) & (hours > 0))
        for row in rows:
            out[row] = 1 / (1 + np.exp(np.log(np.median(hours[rows])) - np.log(hours[row])))
    return out


def right_31_3_float32(hours, game):
    masked = np.where((game[:, None] == game) & (hours > 0), hours, np.nan)
    is_there = ~np.isnan(masked).all(axis=1)
    m = np.ones(len(hours))
    m[is_there] = np.nanmedian(masked[is_there], axis=1)
    return (hours / (hours + m)).astype("float32")


def cross_entropy(p, started):
    return -np.mean(started * np.log(p) + (1 - started) * np.log(1 - p))


def wrong_31_4_plain(p, started, guess, target):
    return cross_entropy(p, started) + ((guess - target) ** 2).mean()


def wrong_31_4_all_rows(p, started, guess, target):
    return cross_entropy(p, started) + ((guess - target) ** 2 * started).mean()


def wrong_31_4_where(p, started, guess, target):
    return cross_entropy(p, started) + np.where(started == 1, (guess - target) ** 2, 0).mean()


def wrong_31_4_sum(p, started, guess, target):
    return cross_entropy(p, started) + ((guess - target)[started == 1] ** 2).sum()


def wrong_31_4_absolute(p, started, guess, target):
    return cross_entropy(p, started) + np.abs(guess - target)[started == 1].mean()


def wrong_31_4_no_square(p, started, guess, target):
    return cross_entropy(p, started) + (guess - target)[started == 1].mean()


def wrong_31_4_by_p(p, started, guess, target):
    return cross_entropy(p, started) + np.sum(p * (guess - target) ** 2) / np.sum(p)


def wrong_31_4_root(p, started, guess, target):
    return cross_entropy(p, started) + np.sqrt(((guess - target)[started == 1] ** 2).mean())


def wrong_31_4_others(p, started, guess, target):
    return cross_entropy(p, started) + ((guess - target)[started == 0] ** 2).mean()


def wrong_31_4_rows(p, started, guess, target):
    return cross_entropy(p, started) + started * (guess - target) ** 2


def wrong_31_4_half(p, started, guess, target):
    return cross_entropy(p, started) + 0.5 * ((guess - target)[started == 1] ** 2).mean()


def wrong_31_4_masked_guess(p, started, guess, target):
    return cross_entropy(p, started) + np.mean((guess * started - target) ** 2)


def wrong_31_4_expected(p, started, guess, target):
    return cross_entropy(p, started) + np.mean((guess * p - target) ** 2)


def wrong_31_4_tuple(p, started, guess, target):
    return cross_entropy(p, started), np.mean((guess - target)[started == 1] ** 2)


def wrong_31_4_by_threshold(p, started, guess, target):
    return cross_entropy(p, started) + np.mean((guess - target)[p > 0.5] ** 2)


def wrong_31_4_indexed(p, started, guess, target):
    rows = started.astype(int)
    return cross_entropy(p, started) + np.mean((guess[rows] - target[rows]) ** 2)


def right_31_4_loop(p, started, guess, target):
    squared = [(g - t) ** 2 for g, t, s in zip(guess, target, started) if s]
    surprise = [-np.log(q if s else 1 - q) for q, s in zip(p, started)]
    return float(np.mean(surprise)) + sum(squared) / len(squared)


def right_31_4_rows(p, started, guess, target):
    rows = np.flatnonzero(started)
    return cross_entropy(p, started) + np.mean((guess[rows] - target[rows]) ** 2)


def right_31_4_average(p, started, guess, target):
    return np.float32(cross_entropy(p, started) + np.average((guess - target) ** 2, weights=started))


def wrong_31_5_at_most(hours, bought_at, started_at, day):
    hours = hours.copy()
    hours[started_at > day] = 0
    return hours[bought_at < day]


def wrong_31_5_bought_at_most(hours, bought_at, started_at, day):
    return np.where(started_at < day, hours, 0)[bought_at <= day]


def wrong_31_5_both_at_most(hours, bought_at, started_at, day):
    return np.where(started_at <= day, hours, 0)[bought_at <= day]


def wrong_31_5_only_started(hours, bought_at, started_at, day):
    rows = (bought_at < day) & (started_at < day) & (started_at != -1)
    return hours[rows]


def wrong_31_5_and(hours, bought_at, started_at, day):
    return hours[np.logical_and(bought_at < day, started_at < day)]


def wrong_31_5_start_only(hours, bought_at, started_at, day):
    return hours[started_at < day]


def wrong_31_5_all_rows(hours, bought_at, started_at, day):
    return hours * (bought_at < day) * (started_at < day)


def wrong_31_5_product(hours, bought_at, started_at, day):
    return hours * (started_at < day)


def wrong_31_5_nan(hours, bought_at, started_at, day):
    return np.where(started_at < day, hours, np.nan)[bought_at < day]


def wrong_31_5_reversed(hours, bought_at, started_at, day):
    return np.where(started_at > day, hours, 0)[bought_at < day]


def wrong_31_5_total(hours, bought_at, started_at, day):
    return hours[(bought_at < day) & (started_at < day)].sum()


def wrong_31_5_mask(hours, bought_at, started_at, day):
    return (bought_at < day) & (started_at < day)


def right_31_5_loop(hours, bought_at, started_at, day):
    return [float(h) if s < day else 0.0 for h, b, s in zip(hours, bought_at, started_at) if b < day]


def right_31_5_copy(hours, bought_at, started_at, day):
    known = hours.copy()
    known[started_at >= day] = 0
    return pd.Series(known)[bought_at < day]


NATURAL = {
    "31.3": [
        (wrong_31_3_transform_all, "rows with 0 hours"),
        (wrong_31_3_nan, "has no median"),
        (wrong_31_3_never_nan, "You return NaN for games that"),
        (wrong_31_3_overall, "that of all games"),
        (wrong_31_3_overall_all, None),
        (wrong_31_3_mean, "You use the mean as m."),
        (wrong_31_3_ratio, "grow without limit"),
        (wrong_31_3_inverse, "This is m / (h + m). The player's own hours h belong in the numerator."),
        (wrong_31_3_max, "longest play time"),
        (wrong_31_3_sum, "You divide by the total hours"),
        (wrong_31_3_log, "log(h / m)"),
        (wrong_31_3_dropped, "leave out the rows"),
        (wrong_31_3_by_game, "game by game"),
        (wrong_31_3_medians, "the medians themselves"),
        (wrong_31_3_one_per_game, "You return one number for each"),
    ],
    "31.4": [
        (wrong_31_4_plain, "Your squared error includes games that"),
        (wrong_31_4_all_rows, "The errors are right, but you"),
        (wrong_31_4_where, "The errors are right, but you"),
        (wrong_31_4_sum, "add up the squared errors"),
        (wrong_31_4_absolute, "absolute error"),
        (wrong_31_4_no_square, "You forgot to square the errors"),
        (wrong_31_4_by_p, "You weight the squared errors by"),
        (wrong_31_4_root, "You take the square root. Add"),
        (wrong_31_4_others, "*not* started"),
        (wrong_31_4_rows, "several numbers"),
        (wrong_31_4_half, "halve the squared error"),
        (wrong_31_4_masked_guess, "The errors are right, but you"),
        (wrong_31_4_expected, "p · guess"),
        (wrong_31_4_tuple, "several numbers"),
        (wrong_31_4_by_threshold, "by the predicted probability"),
        (wrong_31_4_indexed, "as positions"),
    ],
    "31.5": [
        (wrong_31_5_at_most, "lies in the future"),
        (wrong_31_5_bought_at_most, "not known in the morning"),
        (wrong_31_5_both_at_most, "must be strict"),
        (wrong_31_5_only_started, "You drop the games"),
        (wrong_31_5_and, "You drop games that are started"),
        (wrong_31_5_start_only, "You select rows by `started_at` alone."),
        (wrong_31_5_all_rows, "You keep all rows"),
        (wrong_31_5_product, "You keep all rows"),
        (wrong_31_5_nan, "not NaN"),
        (wrong_31_5_reversed, "wrong way round"),
        (wrong_31_5_total, "You return a total. Return one"),
        (wrong_31_5_mask, "You return Boolean values. Return hours."),
    ],
}
RIGHT = {
    "31.3": [right_31_3_pandas, right_31_3_sigmoid, right_31_3_float32],
    "31.4": [right_31_4_loop, right_31_4_rows, right_31_4_average],
    "31.5": [right_31_5_loop, right_31_5_copy],
}
