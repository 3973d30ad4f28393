"""Natural answers of lesson 01: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

# ruff: noqa: E741 - this is how learners write

import numpy as np
import pandas as pd


def wrong_01_3_test_minmax(train, test):
    return (test - test.min(axis=0)) / (test.max(axis=0) - test.min(axis=0))


def wrong_01_3_max_only(train, test):
    return test / train.max(axis=0)


def wrong_01_3_axis1(train, test):
    lo, hi = train.min(axis=1), train.max(axis=1)
    return (test - lo[0]) / (hi[0] - lo[0])


def wrong_01_3_axis1_broadcast(train, test):
    return (test - train.min(axis=1)) / (train.max(axis=1) - train.min(axis=1))


def wrong_01_3_all(train, test):
    return (test - train.min()) / (train.max() - train.min())


def wrong_01_3_constant_nan(train, test):
    lo, hi = train.min(axis=0), train.max(axis=0)
    return (test - lo) / (hi - lo)


def wrong_01_3_constant_one(train, test):
    lo, w = train.min(axis=0), np.ptp(train, axis=0)
    return np.where(w == 0, 1.0, (test - lo) / np.where(w == 0, 1, w))


def wrong_01_3_constant_shift(train, test):
    lo, w = train.min(axis=0), np.ptp(train, axis=0)
    w = np.where(w == 0, 1, w)
    return (test - lo) / w


def wrong_01_3_concat(train, test):
    b = np.vstack([train, test])
    lo, w = b.min(axis=0), np.ptp(b, axis=0)
    return (test - lo) / np.where(w == 0, 1, w)


def wrong_01_3_clip(train, test):
    lo, w = train.min(axis=0), np.ptp(train, axis=0)
    return np.clip(np.where(w == 0, 0, (test - lo) / np.where(w == 0, 1, w)), 0, 1)


def wrong_01_3_eps(train, test):
    return (test - train.min(axis=0)) / (np.ptp(train, axis=0) + 1e-8)


def wrong_01_3_minus_one_to_one(train, test):
    lo, w = train.min(axis=0), np.ptp(train, axis=0)
    return np.where(w == 0, 0, 2 * (test - lo) / np.where(w == 0, 1, w) - 1)


def wrong_01_3_mean_start(train, test):
    w = np.ptp(train, axis=0)
    return np.where(w == 0, 0, (test - train.mean(axis=0)) / np.where(w == 0, 1, w))


def wrong_01_3_std(train, test):
    s = train.std(axis=0)
    return np.where(s < 1e-12, 0, (test - train.mean(axis=0)) / np.where(s < 1e-12, 1, s))


def right_01_3_loop(train, test):
    out = np.zeros_like(test)
    for j in range(test.shape[1]):
        lo, hi = min(train[:, j]), max(train[:, j])
        if hi > lo:
            out[:, j] = [(v - lo) / (hi - lo) for v in test[:, j]]
    return out


def right_01_3_pandas(train, test):
    a, b = pd.DataFrame(train), pd.DataFrame(test)
    w = a.max() - a.min()
    return ((b - a.min()) / w.where(w > 0, np.inf)).astype("float32")


def wrong_01_5_leak(train, test):
    e = pd.concat([train, test])
    return test["item_id"].map(e.groupby("item_id")["liked"].mean()).to_numpy()


def wrong_01_5_nan(train, test):
    return test["item_id"].map(train.groupby("item_id")["liked"].mean()).to_numpy()


def wrong_01_5_fill0(train, test):
    return test["item_id"].map(train.groupby("item_id")["liked"].mean()).fillna(0).to_numpy()


def wrong_01_5_fill_half(train, test):
    return test["item_id"].map(train.groupby("item_id")["liked"].mean()).fillna(0.5).to_numpy()


def wrong_01_5_fill_test(train, test):
    return test["item_id"].map(train.groupby("item_id")["liked"].mean()).fillna(test["liked"].mean()).to_numpy()


def wrong_01_5_fill_share_mean(train, test):
    s = train.groupby("item_id")["liked"].mean()
    return test["item_id"].map(s).fillna(s.mean()).to_numpy()


def wrong_01_5_sum(train, test):
    return test["item_id"].map(train.groupby("item_id")["liked"].sum()).fillna(train["liked"].mean()).to_numpy()


def wrong_01_5_count(train, test):
    return test["item_id"].map(train.groupby("item_id")["liked"].count()).fillna(0).to_numpy()


def wrong_01_5_train_rows(train, test):
    return train["item_id"].map(train.groupby("item_id")["liked"].mean()).to_numpy()


def wrong_01_5_one_per_film(train, test):
    return train.groupby("item_id")["liked"].mean().to_numpy()


def wrong_01_5_test_only(train, test):
    return test["item_id"].map(test.groupby("item_id")["liked"].mean()).to_numpy()


def wrong_01_5_overall_for_all(train, test):
    return np.full(len(test), train["liked"].mean())


def wrong_01_5_merge_dropped(train, test):
    s = train.groupby("item_id")["liked"].mean().rename("s")
    return test.merge(s, on="item_id")["s"].to_numpy()


def wrong_01_5_median(train, test):
    return test["item_id"].map(train.groupby("item_id")["liked"].median()).fillna(train["liked"].mean()).to_numpy()


def right_01_5_agg_user(train, test):
    c = train.groupby("item_id").agg(n=("user_id", "count"), k=("liked", "sum"))
    s = (c["k"] / c["n"]).reindex(test["item_id"])
    return s.fillna(train["liked"].mean()).tolist()


def right_01_5_loop(train, test):
    m = float(np.mean(train["liked"]))
    out = []
    for i in test["item_id"]:
        r = train.loc[train["item_id"] == i, "liked"]
        out.append(r.mean() if len(r) else m)
    return pd.Series(out, index=test.index)


def sg(z):
    return 1 / (1 + np.exp(-z))


def wrong_01_7_no_sigmoid(u, i, U, I, a, b):
    return (U[u] * I[i]).sum(axis=1) + a[u] + b[i]


def wrong_01_7_plus(u, i, U, I, a, b):
    return sg(-((U[u] * I[i]).sum(axis=1) + a[u] + b[i]))


def wrong_01_7_no_user_bias(u, i, U, I, a, b):
    return sg((U[u] * I[i]).sum(axis=1) + b[i])


def wrong_01_7_all_pairs(u, i, U, I, a, b):
    return sg(U[u] @ I[i].T + a[u] + b[i])


def wrong_01_7_dot_np(u, i, U, I, a, b):
    return sg(np.dot(U[u], I[i].T).sum(axis=1) + a[u] + b[i])


def wrong_01_7_added(u, i, U, I, a, b):
    return sg((U[u] + I[i]).sum(axis=1) + a[u] + b[i])


def wrong_01_7_cosine(u, i, U, I, a, b):
    d = (U[u] * I[i]).sum(axis=1) / np.linalg.norm(U[u], axis=1) / np.linalg.norm(I[i], axis=1)
    return sg(d + a[u] + b[i])


def wrong_01_7_keepdims(u, i, U, I, a, b):
    return sg((U[u] * I[i]).sum(axis=1, keepdims=True) + a[u] + b[i])


def wrong_01_7_axis0(u, i, U, I, a, b):
    return sg((U[u] * I[i]).sum(axis=0))


def wrong_01_7_no_exp(u, i, U, I, a, b):
    s = (U[u] * I[i]).sum(axis=1) + a[u] + b[i]
    return 1 / (1 - s)


def wrong_01_7_softmax(u, i, U, I, a, b):
    s = (U[u] * I[i]).sum(axis=1) + a[u] + b[i]
    e = np.exp(s)
    return e / e.sum()


def wrong_01_7_rounded(u, i, U, I, a, b):
    return sg((U[u] * I[i]).sum(axis=1) + a[u] + b[i]).round(3)


def wrong_01_7_hard(u, i, U, I, a, b):
    return (sg((U[u] * I[i]).sum(axis=1) + a[u] + b[i]) > 0.5).astype(int)


def wrong_01_7_biases_times(u, i, U, I, a, b):
    return sg((U[u] * I[i]).sum(axis=1) * a[u] * b[i])


def right_01_7_loop(u, i, U, I, a, b):
    return [1 / (1 + np.exp(-(sum(x * y for x, y in zip(U[p], I[q])) + a[p] + b[q]))) for p, q in zip(u, i)]


def right_01_7_einsum32(u, i, U, I, a, b):
    U, I = U.astype("float32"), I.astype("float32")
    s = np.einsum("nd,nd->n", U[u], I[i]) + a[u] + b[i]
    return np.exp(-np.logaddexp(0, -s))


def built(end, scale=1):
    """A model with the look-ups of the exercise and this end: (layers, user_row, film_row, user_bias, film_bias)."""

    def model(n_users, n_films, dim):
        import keras
        from keras import layers

        user_in, film_in = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
        rows = (
            layers.Embedding(n_users, dim, name="users")(user_in),
            layers.Embedding(n_films, dim, name="films")(film_in),
            layers.Embedding(n_users, 1, name="user_bias")(user_in),
            layers.Embedding(n_films, 1, name="film_bias")(film_in),
        )
        return keras.Model([user_in, film_in], end(layers, *rows))

    return model


wrong_01_6_no_sigmoid = built(lambda la, u, f, a, b: la.Add()([la.Dot(axes=1)([u, f]), a, b]))
wrong_01_6_no_biases = built(lambda la, u, f, a, b: la.Activation("sigmoid")(la.Dot(axes=1)([u, f])))
wrong_01_6_user_bias_only = built(
    lambda la, u, f, a, b: la.Activation("sigmoid")(la.Add()([la.Dot(axes=1)([u, f]), a]))
)
wrong_01_6_multiply = built(lambda la, u, f, a, b: la.Activation("sigmoid")(la.Add()([la.Multiply()([u, f]), a, b])))
wrong_01_6_softmax = built(lambda la, u, f, a, b: la.Activation("softmax")(la.Add()([la.Dot(axes=1)([u, f]), a, b])))
wrong_01_6_dense_end = built(
    lambda la, u, f, a, b: la.Dense(1, activation="sigmoid")(la.Add()([la.Dot(axes=1)([u, f]), a, b]))
)
wrong_01_6_biases_multiplied = built(
    lambda la, u, f, a, b: la.Activation("sigmoid")(la.Multiply()([la.Dot(axes=1)([u, f]), a, b]))
)
wrong_01_6_subtracted = built(
    lambda la, u, f, a, b: la.Activation("sigmoid")(la.Subtract()([la.Dot(axes=1)([u, f]), la.Add()([a, b])]))
)
wrong_01_6_averaged = built(
    lambda la, u, f, a, b: la.Activation("sigmoid")(la.Average()([la.Dot(axes=1)([u, f]), a, b]))
)
wrong_01_6_normalised = built(
    lambda la, u, f, a, b: la.Activation("sigmoid")(la.Add()([la.Dot(axes=1, normalize=True)([u, f]), a, b]))
)
right_01_6_operators = built(lambda la, u, f, a, b: la.Activation("sigmoid")(la.Dot(axes=-1)([f, u]) + a + b))
right_01_6_add_twice = built(
    lambda la, u, f, a, b: la.Activation("sigmoid")(la.Add()([la.Add()([a, la.Dot(axes=1)([u, f])]), b]))
)


NATURAL = {
    "01.3": [
        (wrong_01_3_test_minmax, "You used the minimum and maximum of `test`. In"),
        (wrong_01_3_max_only, "You divide by the maximum. Subtract the"),
        (wrong_01_3_axis1, "You took minimum and maximum of a *row*"),
        (wrong_01_3_axis1_broadcast, "Shapes do not fit in one of your steps: is an"),
        (wrong_01_3_all, "You took one minimum for the whole table,"),
        (wrong_01_3_constant_nan, "Columns that are constant in train become"),
        (wrong_01_3_constant_one, "Columns that are constant in train should"),
        (wrong_01_3_constant_shift, "Columns that are constant in train should"),
        (wrong_01_3_concat, "You used train and test together, which is a"),
        (wrong_01_3_clip, "You clip the result to 0 and 1. A later row"),
        (wrong_01_3_eps, "`+ 1e-08` avoids the division by 0, but"),
        (wrong_01_3_minus_one_to_one, "Your scale runs from −1 to 1. It should run"),
        (wrong_01_3_mean_start, "You subtract the mean of `train`. Subtract"),
        (wrong_01_3_std, "This is standardisation, with mean and"),
    ],
    "01.5": [
        (wrong_01_5_leak, "The shares still contain the likes of the"),
        (wrong_01_5_nan, "The leak is closed, but films that train"),
        (wrong_01_5_fill0, "An unknown film is not a disliked one: 0 puts"),
        (wrong_01_5_fill_half, "0.5 is a guess. Give an unknown film the"),
        (wrong_01_5_fill_test, "You filled unknown films with the mean of the"),
        (wrong_01_5_fill_share_mean, "You filled with the mean of the films' shares."),
        (wrong_01_5_sum, "You add up the likes. Take their share: the"),
        (wrong_01_5_count, "Your entries are whole numbers: are they positions"),
        (wrong_01_5_train_rows, "You return a number for each row of `train`."),
        (wrong_01_5_one_per_film, "You return a number for each film. Look it up"),
        (wrong_01_5_test_only, "You learn from the test rows, whose likes"),
        (wrong_01_5_overall_for_all, "Every row gets the mean over all of train. Look"),
        (wrong_01_5_merge_dropped, "Rows of unknown films are missing, as after"),
        (wrong_01_5_median, "You took the median of `liked`, which is 0 or"),
    ],
    "01.7": [
        (wrong_01_7_no_sigmoid, "You returned the score. The sigmoid, 1 / (1 +"),
        (wrong_01_7_plus, "The sign in the sigmoid is wrong: use e to"),
        (wrong_01_7_no_user_bias, "The user's bias is missing: add it to the"),
        (wrong_01_7_all_pairs, "You scored every user with every film: shape"),
        (wrong_01_7_dot_np, "You score every user with every film and add"),
        (wrong_01_7_added, "You add the rows of user and film. The dot"),
        (wrong_01_7_cosine, "You divide by the lengths, which gives a"),
        (wrong_01_7_keepdims, "`keepdims=True` makes a column of the dot"),
        (wrong_01_7_axis0, "You summed over the pairs (axis=0). Each pair"),
        (wrong_01_7_no_exp, "`np.exp` is missing in the sigmoid: 1 / (1 +"),
        (wrong_01_7_softmax, "You used a softmax over the pairs. Each pair"),
        (wrong_01_7_rounded, "Right, but rounded. Do not round inside the"),
        (wrong_01_7_hard, "Right, but rounded. Do not round inside the"),
        (wrong_01_7_biases_times, "You multiply by the biases. Add them to the"),
    ],
    "01.6": [
        (wrong_01_6_no_sigmoid, "The sigmoid is missing: the output is the score."),
        (wrong_01_6_no_biases, "The biases do not reach the output: add both to"),
        (wrong_01_6_user_bias_only, "`film_bias` does not reach the output: the"),
        (wrong_01_6_multiply, "The output has shape (pairs, 3), but should"),
        (wrong_01_6_softmax, "A softmax of a single number is always 1. Use"),
        (wrong_01_6_dense_end, "has weights of its own. Only the four tables"),
        (wrong_01_6_biases_multiplied, "You multiply the dot product by both biases."),
        (wrong_01_6_subtracted, "You subtract the biases. Add them:"),
        (wrong_01_6_averaged, "You average the dot product and the biases."),
        (wrong_01_6_normalised, "`normalize=True` turns the dot product into"),
    ],
}

RIGHT = {
    "01.3": [right_01_3_loop, right_01_3_pandas],
    "01.5": [right_01_5_agg_user, right_01_5_loop],
    "01.7": [right_01_7_loop, right_01_7_einsum32],
    "01.6": [right_01_6_operators, right_01_6_add_twice],
}
