"""Typical wrong answers of lesson 01; each must be refused, each with its own hint."""

import numpy as np
import pandas as pd


def _divide(test, low, high):
    return np.where(high == low, 0.0, (test - low) / np.where(high == low, 1.0, high - low))


def scale_with_test(train, test):
    return _divide(test, test.min(axis=0), test.max(axis=0))


def scale_with_both(train, test):
    both = np.vstack([train, test])
    return _divide(test, both.min(axis=0), both.max(axis=0))


def scale_whole_table(train, test):
    return (test - train.min()) / (train.max() - train.min())


def scale_without_start(train, test):
    return _divide(test, 0.0, train.max(axis=0) - train.min(axis=0))


def scale_train_itself(train, test):
    return _divide(train, train.min(axis=0), train.max(axis=0))


def scale_into_nan(train, test):
    with np.errstate(all="ignore"):
        return (test - train.min(axis=0)) / (train.max(axis=0) - train.min(axis=0))


def scale_constant_shifted(train, test):
    width = train.max(axis=0) - train.min(axis=0)
    width[width == 0] = 1
    return (test - train.min(axis=0)) / width


def scale_clipped(train, test):
    return np.clip(_divide(test, train.min(axis=0), train.max(axis=0)), 0, 1)


def average_as_given(train, test):
    share = pd.concat([train, test]).groupby("item_id")["liked"].mean()
    return test["item_id"].map(share).to_numpy()


def average_of_test(train, test):
    return test["item_id"].map(test.groupby("item_id")["liked"].mean()).to_numpy()


def _share(train, test):
    return test["item_id"].map(train.groupby("item_id")["liked"].mean())


def average_with_gaps(train, test):
    return _share(train, test).to_numpy()


def average_with_zeros(train, test):
    return _share(train, test).fillna(0).to_numpy()


def average_filled_from_test(train, test):
    return _share(train, test).fillna(test["liked"].mean()).to_numpy()


def average_of_averages(train, test):
    return _share(train, test).fillna(train.groupby("item_id")["liked"].mean().mean()).to_numpy()


def _sigmoid(score):
    return 1 / (1 + np.exp(-score))


def chances_without_sigmoid(u, i, users, items, user_bias, item_bias):
    return (users[u] * items[i]).sum(axis=1) + user_bias[u] + item_bias[i]


def chances_upside_down(*case):
    return 1 / (1 + np.exp(chances_without_sigmoid(*case)))


def chances_without_biases(u, i, users, items, user_bias, item_bias):
    return _sigmoid((users[u] * items[i]).sum(axis=1))


def chances_without_film_bias(u, i, users, items, user_bias, item_bias):
    return _sigmoid((users[u] * items[i]).sum(axis=1) + user_bias[u])


def chances_without_user_bias(u, i, users, items, user_bias, item_bias):
    return _sigmoid((users[u] * items[i]).sum(axis=1) + item_bias[i])


def chances_of_biases(u, i, users, items, user_bias, item_bias):
    return _sigmoid(user_bias[u] + item_bias[i])


def chances_of_all_pairs(u, i, users, items, user_bias, item_bias):
    return _sigmoid(users[u] @ items[i].T + user_bias[u] + item_bias[i])


def chances_over_the_pairs(u, i, users, items, user_bias, item_bias):
    return _sigmoid((users[u] * items[i]).sum(axis=0))


def chances_not_summed(u, i, users, items, user_bias, item_bias):
    return _sigmoid(users[u] * items[i] + user_bias[u][:, None] + item_bias[i][:, None])


WRONG = {
    "01.2": [
        (0.25, "without the missing value"),
        (20, "the filled age"),
        (1.4, "numbers from 0 to 1"),
        (0.5, "10, 20, 50 and 0"),
    ],
    "01.3": [
        (scale_with_test, "of `test`"),
        (scale_with_both, "together"),
        (scale_whole_table, "whole table"),
        (scale_without_start, "without subtracting"),
        (scale_train_itself, "returned `train`"),
        (scale_into_nan, "infinite or NaN"),
        (scale_constant_shifted, "minus the constant"),
        (scale_clipped, "cut the result"),
    ],
    "01.5": [
        (average_as_given, "own answer"),
        (average_of_test, "learn from the test rows"),
        (average_with_gaps, "are NaN now"),
        (average_with_zeros, "not a disliked one"),
        (average_filled_from_test, "leak is back"),
        (average_of_averages, "mean of the films' shares"),
    ],
    "01.6": [
        (chances_without_sigmoid, "returned the score"),
        (chances_upside_down, "sign in the sigmoid"),
        (chances_without_biases, "biases are missing"),
        (chances_without_film_bias, "film's bias is missing"),
        (chances_without_user_bias, "user's bias is missing"),
        (chances_of_biases, "dot product is missing"),
        (chances_of_all_pairs, "every user with every film"),
        (chances_over_the_pairs, "axis=0"),
        (chances_not_summed, "kept the products apart"),
    ],
    "01.8": [
        ("BDCFA", "Line F"),
        ("DBCEA", "comes first"),
        ("BCDEA", "maps come before"),
        ("BDECA", "must be models"),
        ("BDCAE", "comes last"),
        ("BDC", "each of the letters"),
    ],
}
