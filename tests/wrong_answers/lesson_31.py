"""Typical wrong answers of lesson 31; each must be refused, each with its own hint."""

import numpy as np


def relative_with(hours, game, middle=np.median, least=0.0, ratio=False):
    relative = np.zeros(len(hours))
    for row in np.flatnonzero(hours > 0):
        m = middle(hours[(game == game[row]) & (hours > least)])
        relative[row] = hours[row] / m if ratio else hours[row] / (hours[row] + m)
    return relative


def loss_with(p, started, guess, target, squared):
    return -np.mean(started * np.log(p) + (1 - started) * np.log(1 - p)) + squared


WRONG = {
    "31.3": [
        (lambda hours, game: relative_with(hours, game, least=-1), "Your median includes the rows with"),
        (lambda hours, game: relative_with(hours, game, middle=np.mean), "You use the mean as m."),
        (lambda hours, game: relative_with(hours, game, ratio=True), "grow without limit"),
        (lambda hours, game: relative_with(hours, np.ones(len(game))), "that of all games"),
    ],
    "31.4": [
        (lambda p, s, g, t: loss_with(p, s, g, t, np.mean((g - t) ** 2)), "Your squared error includes games that"),
        (lambda p, s, g, t: loss_with(p, s, g, t, np.mean(s * (g - t) ** 2)), "The errors are right, but you"),
        (lambda p, s, g, t: loss_with(p, s, g, t, np.sum(s * (g - t) ** 2)), "add up the squared errors"),
        (lambda p, s, g, t: np.mean((g - t)[s > 0] ** 2), "You return only the second part."),
    ],
    "31.5": [
        (lambda h, bought, started, day: np.where(started <= day, h, 0)[bought < day], "lies in the future"),
        (lambda h, bought, started, day: h[(bought < day) & (started >= 0) & (started < day)], "You drop the games"),
        (lambda h, bought, started, day: h[(bought < day) & (started < day)], "You drop games that are started"),
        (lambda h, bought, started, day: np.where(started < day, h, 0), "You keep all rows"),
    ],
}
