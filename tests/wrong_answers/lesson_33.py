"""Typical wrong answers of lesson 33; each must be refused, each with its own hint."""

import numpy as np
import pandas as pd


def share(learn, test, key):
    return pd.MultiIndex.from_frame(test[key]).isin(pd.MultiIndex.from_frame(learn[key])).mean()


def serve(ndcg, bar, low_of=None, pick="mean"):
    low_of = low_of or (lambda v, b: (v - b).mean() - 1.96 * (v - b).std(ddof=1) / np.sqrt(len(b)))
    better = [name for name, values in ndcg.items() if low_of(values, ndcg[bar]) > 0]
    if not better:
        return bar
    return better[0] if pick == "first" else max(better, key=lambda name: ndcg[name].mean())


def false(claims, right):
    return [n for n, (word, low, high) in enumerate(claims) if word != right(low, high)]


WRONG = {
    "33.3": [
        (lambda learn, test: test["timestamp"].isin(learn["timestamp"]).mean(), "the time alone"),
        (lambda learn, test: test["user_id"].isin(learn["user_id"]).mean(), "the user alone"),
        (lambda learn, test: share(learn, test, ["user_id", "item_id", "timestamp"]), "whole rows"),
        (lambda learn, test: share(test, learn, ["user_id", "timestamp"]), "Exchange the two"),
        (lambda learn, test: len(test.merge(learn, on=["user_id", "timestamp"])) / len(test), "A join has a row"),
    ],
    "33.4": [
        (lambda ndcg, bar: max(ndcg, key=lambda name: ndcg[name].mean()), "You return the model with the"),
        (
            lambda ndcg, bar: serve(
                ndcg, bar, lambda v, b: v.mean() - 1.96 * v.std(ddof=1) / np.sqrt(len(v)) - b.mean()
            ),
            "own interval",
        ),
        (lambda ndcg, bar: serve(ndcg, bar, lambda v, b: (v - b).mean() - 1.96 * (v - b).std(ddof=1)), "root of"),
        (lambda ndcg, bar: serve(ndcg, bar, pick="first"), "the first model"),
    ],
    "33.7": [
        (
            lambda claims: false(claims, lambda low, high: "better" if low >= 0 else "worse" if high <= 0 else "open"),
            "exactly 0",
        ),
        (lambda claims: false(claims, lambda low, high: "better" if low + high > 0 else "worse"), "the middle"),
        (
            lambda claims: false(claims, lambda low, high: "worse" if low > 0 else "better" if high < 0 else "open"),
            "exchanged",
        ),
    ],
}
