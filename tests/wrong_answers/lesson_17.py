"""Typical wrong answers of lesson 17; each must be refused, each with its own hint."""

import numpy as np
import pandas as pd


def fast_with(user, time, most, by=("user", "minute"), minute=lambda time: time // 60, test=lambda n, most: n > most):
    frame = pd.DataFrame({"user": user, "minute": minute(time)})
    return test(frame.groupby(list(by))["user"].transform("size"), most).to_numpy()


def leaks_with(learn, test, keys=("user_id", "item_id"), newest=lambda times: times.max(), strictly=True):
    pairs = [pd.MultiIndex.from_frame(part[list(keys)]) if len(keys) > 1 else part[keys[0]] for part in (test, learn)]
    border = test["user_id"].map(newest(learn.groupby("user_id")["timestamp"]))
    is_older = test["timestamp"] < border if strictly else test["timestamp"] <= border
    return pairs[0].isin(pairs[1]).sum(), is_older.sum()


WRONG = {
    "17.4": [
        (lambda user, time, most: fast_with(user, time, most, test=lambda n, most: n >= most), "still allowed"),
        (lambda user, time, most: fast_with(user, time, most, by=["minute"]), "everybody's rows"),
        (lambda user, time, most: fast_with(user, time, most, minute=lambda time: time), "single seconds"),
        (lambda user, time, most: fast_with(user, time, most, minute=lambda time: time // 3600), "Dividing by 3600"),
    ],
    "17.11": [
        (lambda stars, probability: (stars / probability).mean(), "not by the number of rows"),
        (lambda stars, probability: stars.mean(), "plain mean"),
        (lambda stars, probability: np.average(stars, weights=probability), "makes the bias worse"),
        (lambda stars, probability: (stars / probability).sum(), "That is the weighted"),
    ],
    "17.6": [
        (lambda history, n, augment: (augment(history)[:-n], history[-n:]), "made from the whole history"),
        (lambda history, n, augment: (augment(history[:-n]), augment(history[-n:])), "what really happened"),
        (lambda history, n, augment: (augment(history), history[-n:]), "training part is the whole history"),
        (lambda history, n, augment: (history[:-n], history[-n:]), "Nothing is augmented"),
    ],
    "17.9": [
        (lambda learn, test: leaks_with(learn, test, keys=("item_id",)), "You compare items only"),
        (lambda learn, test: leaks_with(learn, test, newest=lambda times: times.min()), "max, not min"),
        (lambda learn, test: leaks_with(learn, test, strictly=False), "strictly smaller"),
        (lambda learn, test: leaks_with(test, learn), "Both numbers count"),
    ],
}
