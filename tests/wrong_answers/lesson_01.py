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


def scale_standardised(train, test):
    spread = np.where(np.ptp(train, axis=0) == 0, 1, train.std(axis=0))
    return np.where(np.ptp(train, axis=0) == 0, 0.0, (test - train.mean(axis=0)) / spread)


def scale_standardised_raw(train, test):
    return (test - train.mean(axis=0)) / train.std(axis=0)


def scale_without_start_raw(train, test):
    return test / (train.max(axis=0) - train.min(axis=0))


def scale_by_maximum(train, test):
    return test / train.max(axis=0)


def scale_start_by_maximum(train, test):
    return (test - train.min(axis=0)) / train.max(axis=0)


def scale_nan_to_num(train, test):
    return np.nan_to_num((test - train.min(axis=0)) / np.ptp(train, axis=0))


def scale_with_tiny(train, test):
    return (test - train.min(axis=0)) / (np.ptp(train, axis=0) + 1e-9)


def scale_in_place(train, test):
    right = _divide(test, train.min(axis=0), train.max(axis=0))
    test -= train.min(axis=0)
    return right


def scale_with_half(train, test):
    return np.where(np.ptp(train, axis=0) == 0, 0.5, _divide(test, train.min(axis=0), train.max(axis=0)))


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


OVERALL = 0.53  # what the notebook's own `overall` might be
LOOKED_UP = {1: 0.6, 2: 0.5, 3: 0.4, 4: 0.7, 5: 0.2}


def average_filled_from_both(train, test):
    return _share(train, test).fillna(pd.concat([train, test])["liked"].mean()).to_numpy()


def average_filled_with_half(train, test):
    return _share(train, test).fillna(0.5).to_numpy()


def average_filled_with_overall(train, test):
    return _share(train, test).fillna(OVERALL).to_numpy()


def average_with_imaginary(train, test):
    counts = train.groupby("item_id")["liked"].agg(["sum", "count"])
    share = (counts["sum"] + 5 * OVERALL) / (counts["count"] + 5)
    return test["item_id"].map(share).fillna(OVERALL).to_numpy()


def average_looked_up(train, test):
    return test["item_id"].map(LOOKED_UP).fillna(OVERALL).to_numpy()


def average_in_place(train, test):
    test["share"] = _share(train, test)
    return test["share"].fillna(train["liked"].mean()).to_numpy()


def average_halved(train, test):
    return _share(train, test).fillna(train["liked"].mean()).to_numpy() / 2


def _model(n_users, n_films, dim, join, finish, inputs=lambda user, film: [user, film]):
    import keras
    from keras import layers

    user_in, film_in = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
    rows = [
        layers.Embedding(n_users, dim, name="users")(user_in),
        layers.Embedding(n_films, dim, name="films")(film_in),
    ]
    user_bias = layers.Embedding(n_users, 1, name="user_bias")(user_in)
    film_bias = layers.Embedding(n_films, 1, name="film_bias")(film_in)
    return keras.Model(inputs(user_in, film_in), finish(layers, join(layers, rows), user_bias, film_bias))


def _dot(layers, rows):
    return layers.Dot(axes=1)(rows)


def _chance(layers, dot, *biases):
    return layers.Activation("sigmoid")(layers.Add()([dot, *biases]))


def keras_without_biases(*sizes):
    return _model(*sizes, _dot, lambda layers, dot, user, film: layers.Activation("sigmoid")(dot))


def keras_without_film_bias(*sizes):
    return _model(*sizes, _dot, lambda layers, dot, user, film: _chance(layers, dot, user))


def keras_without_dot(*sizes):
    return _model(*sizes, lambda layers, rows: None, lambda layers, dot, user, film: _chance(layers, user, film))


def keras_without_sigmoid(*sizes):
    return _model(*sizes, _dot, lambda layers, *parts: layers.Add()(list(parts)))


def keras_biases_outside(*sizes):
    return _model(*sizes, _dot, lambda layers, dot, *biases: layers.Add()([layers.Activation("sigmoid")(dot), *biases]))


def keras_two_sigmoids(*sizes):
    return _model(*sizes, _dot, lambda layers, *parts: layers.Activation("sigmoid")(_chance(layers, *parts)))


def keras_not_summed(*sizes):
    return _model(*sizes, lambda layers, rows: layers.Multiply()(rows), _chance)


def keras_cosine(*sizes):
    return _model(*sizes, lambda layers, rows: layers.Dot(axes=1, normalize=True)(rows), _chance)


def keras_with_dense(*sizes):
    return _model(*sizes, lambda layers, rows: layers.Dense(1)(layers.Concatenate()(rows)), _chance)


def keras_tanh(*sizes):
    return _model(*sizes, _dot, lambda layers, *parts: layers.Activation("tanh")(layers.Add()(list(parts))))


def keras_swapped(*sizes):
    return _model(*sizes, _dot, _chance, inputs=lambda user, film: [film, user])


def keras_tensor(*sizes):
    return 0.5


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


def chances_one_sum(u, i, users, items, user_bias, item_bias):
    return _sigmoid((users[u] * items[i]).sum() + user_bias[u] + item_bias[i])


def chances_biases_outside(u, i, users, items, user_bias, item_bias):
    return _sigmoid((users[u] * items[i]).sum(axis=1)) + user_bias[u] + item_bias[i]


def chances_without_brackets(*case):
    return 1 / 1 + np.exp(-chances_without_sigmoid(*case))


def chances_of_means(u, i, users, items, user_bias, item_bias):
    return _sigmoid((users[u] * items[i]).mean(axis=1) + user_bias[u] + item_bias[i])


def chances_minus_biases(u, i, users, items, user_bias, item_bias):
    return _sigmoid((users[u] * items[i]).sum(axis=1) - user_bias[u] - item_bias[i])


def chances_axis_0(u, i, users, items, user_bias, item_bias):
    return _sigmoid((users[u] * items[i]).sum(axis=0) + user_bias[u] + item_bias[i])


def chances_unindexed(u, i, users, items, user_bias, item_bias):
    return _sigmoid((users[u] * items[i]).sum(axis=1) + user_bias + item_bias)


def chances_unindexed_user(u, i, users, items, user_bias, item_bias):
    return _sigmoid((users[u] * items[i]).sum(axis=1) + user_bias + item_bias[i])


def chances_unindexed_item(u, i, users, items, user_bias, item_bias):
    return _sigmoid((users[u] * items[i]).sum(axis=1) + user_bias[u] + item_bias)


def chances_halved(*case):
    return _sigmoid(chances_without_sigmoid(*case)) / 2


WRONG = {
    "01.2": [
        (0.25, "without the missing value"),
        (20, "This is the age itself. It"),
        (1.4, "a number from 0 to 1"),
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
        (scale_clipped, "You clip the result to 0 and"),
        (scale_standardised, "This is standardisation, with"),
        (scale_standardised_raw, "This is standardisation, and"),
        (scale_without_start_raw, "You subtract nothing"),
        (scale_by_maximum, "You divide by the maximum"),
        (scale_start_by_maximum, "but divide by the maximum"),
        (scale_nan_to_num, "`nan_to_num`"),
        (scale_with_tiny, "`+ 1e-09`"),
        (scale_in_place, "changes `test` itself"),
        (scale_with_half, "should be 0; yours is 0.5"),
    ],
    "01.5": [
        (average_as_given, "own answer"),
        (average_of_test, "learn from the test rows"),
        (average_with_gaps, "The leak is closed, but films"),
        (average_with_zeros, "not a disliked one"),
        (average_filled_from_test, "leak is back"),
        (average_of_averages, "mean of the films' shares"),
        (average_filled_from_both, "train *and* test"),
        (average_filled_with_half, "0.5 is a guess"),
        (average_filled_with_overall, "whatever `train` is"),
        (average_with_imaginary, "five imaginary ratings"),
        (average_looked_up, "does not depend on the argument"),
        (average_in_place, "changes `test` itself"),
        (average_halved, "half of the expected one"),
    ],
    "01.6": [
        (keras_without_biases, "biases do not reach"),
        (keras_without_film_bias, "`film_bias` does not reach"),
        (keras_without_dot, "dot product of `user_row`"),
        (keras_without_sigmoid, "sigmoid is missing"),
        (keras_biases_outside, "You add the biases after the"),
        (keras_two_sigmoids, "You apply the sigmoid twice."),
        (keras_not_summed, "shape (pairs, 3)"),
        (keras_cosine, "normalize=True"),
        (keras_with_dense, "weights of its own"),
        (keras_tanh, "tanh"),
        (keras_swapped, "swapped"),
        (keras_tensor, "should return keras.Model"),
    ],
    "01.7": [
        (chances_without_sigmoid, "returned the score"),
        (chances_upside_down, "sign in the sigmoid"),
        (chances_without_biases, "biases are missing"),
        (chances_without_film_bias, "film's bias is missing"),
        (chances_without_user_bias, "user's bias is missing"),
        (chances_of_biases, "dot product is missing"),
        (chances_of_all_pairs, "every user with every film"),
        (chances_over_the_pairs, "axis=0"),
        (chances_not_summed, "You did not sum the products:"),
        (chances_one_sum, "without axis"),
        (chances_biases_outside, "You add the biases after the"),
        (chances_without_brackets, "Parentheses"),
        (chances_of_means, "mean of the products"),
        (chances_minus_biases, "subtract the biases"),
        (chances_axis_0, "You summed over the pairs,"),
        (chances_unindexed, "You add all biases without"),
        (chances_unindexed_user, "user's bias is not looked up"),
        (chances_unindexed_item, "film's bias is not looked up"),
        (chances_halved, "half of the expected one"),
    ],
    "01.9": [
        ("BDCFA", "Line F"),
        ("DBCEA", "comes first"),
        ("BCDEA", "maps come before"),
        ("BDECA", "must be models"),
        ("BDCAE", "comes last"),
        ("BDC", "each of the letters"),
    ],
}
