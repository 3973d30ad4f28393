"""Checks of lesson 01, repair a perfect model."""

from functools import partial

import numpy as np
import pandas as pd

from recsys_helpers.exercises import NotYet, choice, exercise, judge, parsons, predict, trace

predict(
    "01.1",
    "O1",
    truth=0.5,
    within=0.1,
    low="Near 0 the model would be wrong in almost every row, so it would still know the label. A shuffled "
    "label agrees with the true one by chance, in half of the rows.",
    high="Near 1 the model would have learned the coin flip from the other five columns, but they do not contain it.",
    done="Without the column `label` the model is no better than tossing a coin. So what has it learned?",
    between=(0, 1),
)


trace(
    "01.2",
    "O2",
    0.4,
    {
        0.25: "This is right without the missing value. After fillna(0) the smallest age is 0, not 10.",
        20: "This is the age itself. It still has to be scaled.",
        0.5: "You divided by the width of the three known ages. After fillna(0) the ages are 10, 20, 50 and 0.",
    },
    "After fillna(0) the ages are 10, 20, 50 and 0. Subtract their minimum, then divide by maximum − "
    "minimum, which gives a number from 0 to 1.",
    "The missing value became 0, so the scale runs from 0 to 50: 20 / 50 = 0.4, not 0.25.",
)


def _columns(seed: int) -> list[tuple]:
    """Train and test arrays of unequal heights; some columns are constant in train, none in test."""
    rng = np.random.default_rng(seed)
    cases = []
    for _ in range(30):
        n_columns = int(rng.integers(2, 6))
        train = rng.normal(0, 3, (int(rng.integers(4, 9)), n_columns)) + rng.integers(-5, 6, n_columns)
        test = rng.normal(0, 3, (int(rng.integers(10, 15)), n_columns)) + rng.integers(-5, 6, n_columns)
        train[:, rng.integers(n_columns)] = rng.integers(1, 9)
        cases.append((train, test))
    return cases


def _scale(train, test, source=lambda train, test: train, axis=0, start=True, constant="zero"):
    known = source(train, test)
    low, high = known.min(axis=axis), known.max(axis=axis)
    width = np.asarray(high - low)
    with np.errstate(all="ignore"):
        scaled = (test - (low if start else 0)) / (np.where(width == 0, 1, width) if constant != "nan" else width)
    return np.where(width == 0, 0.0, scaled) if constant == "zero" else scaled


def _standardise(train, test, constant="zero"):
    spread = train.std(axis=0)
    is_constant = train.max(axis=0) == train.min(axis=0)
    scaled = (test - train.mean(axis=0)) / np.where(is_constant & (constant == "zero"), 1.0, spread)
    return np.where(is_constant, 0.0, scaled) if constant == "zero" else scaled


def _scale_with_tiny(tiny, train, test):
    return (test - train.min(axis=0)) / (train.max(axis=0) - train.min(axis=0) + tiny)


@exercise(
    "01.3",
    "O2",
    "code",
    done="A value outside the range of `train` becomes less than 0 or more than 1, as it would in real use.",
)
def scale(answer) -> None:
    both = lambda train, test: np.concatenate([train, test])  # noqa: E731
    own = lambda train, test: test  # noqa: E731
    mistakes = {
        "You used the minimum and maximum of `test`. In real use later rows come one by one: use those of `train`.": (
            partial(_scale, source=own)
        ),
        "You used train and test together, which is a leak. Take minimum and maximum from `train` alone.": partial(
            _scale, source=both
        ),
        "You took one minimum for the whole table, but columns have different scales. Use axis=0.": (
            partial(_scale, axis=None)
        ),
        "You took minimum and maximum of a *row* (axis=1). Each column has its own: axis=0.": (
            lambda train, test: (test - train.min(axis=1)[0]) / np.ptp(train, axis=1)[0]
        ),
        "Columns that are constant in train should become 0; yours are 1.": (
            lambda train, test: np.where(np.ptp(train, axis=0) == 0, 1.0, _scale(train, test))
        ),
        "Your scale runs from −1 to 1. It should run from 0 to 1: do not multiply by 2 and subtract 1.": (
            lambda train, test: np.where(np.ptp(train, axis=0) == 0, 0.0, 2 * _scale(train, test) - 1)
        ),
        "You subtract the mean of `train`. Subtract its minimum, so that the smallest value becomes 0.": (
            lambda train, test: np.where(
                np.ptp(train, axis=0) == 0,
                0.0,
                (test - train.mean(axis=0)) / np.where(np.ptp(train, axis=0) == 0, 1, np.ptp(train, axis=0)),
            )
        ),
        "You divide by the width without subtracting the minimum of `train` first.": partial(_scale, start=False),
        "You scaled and returned `train`. Return the scaled rows of `test`.": (
            lambda train, test: _scale(train, train)
        ),
        "Columns that are constant in train become infinite or NaN: their width is 0. They should be 0.": partial(
            _scale, constant="nan"
        ),
        "Columns that are constant in train should become 0; yours are test minus the constant.": partial(
            _scale, constant="shift"
        ),
        "This is standardisation, with mean and standard deviation. Use minimum and width.": _standardise,
        "This is standardisation, and constant columns are divided by 0 as well. Use minimum and width.": partial(
            _standardise, constant="nan"
        ),
        "You subtract nothing, and constant columns are divided by 0. Subtract the minimum of `train` first.": partial(
            _scale, start=False, constant="nan"
        ),
        "You divide by the maximum. Subtract the minimum, then divide by the width, maximum minus minimum.": (
            lambda train, test: test / train.max(axis=0)
        ),
        "You subtract the minimum, but divide by the maximum. Divide by the width, maximum minus minimum.": (
            lambda train, test: (test - train.min(axis=0)) / train.max(axis=0)
        ),
        "`nan_to_num` turns infinity into a huge number. Replace a width of 0 with 1 before you divide.": (
            lambda train, test: np.nan_to_num(_scale(train, test, constant="nan"))
        ),
        **{
            f"`+ {tiny:g}` avoids the division by 0, but constant columns become huge. They should be 0.": partial(
                _scale_with_tiny, tiny
            )
            for tiny in (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12)
        },
        "You clip the result to 0 and 1. A later row may lie outside the range of train: do not clip it.": (
            lambda train, test: np.clip(_scale(train, test), 0, 1)
        ),
    }
    with np.errstate(all="ignore"):  # the learner's 0 / 0 is answered with a hint, not with a warning
        judge(answer, _columns(1), _scale, mistakes, keeps_input=True)


choice(
    "01.4",
    "O2",
    right="b",
    why_not={
        "a": "This would be a fair choice, but Keras knows nothing about users or time: it takes the last rows.",
        "c": "Keras shuffles the training rows in each epoch, but it cuts off the last fifth before that.",
        "d": "The two parts have no row in common. Look at the users in each part.",
    },
    done="The last rows belong to the last users, whose embeddings stay close to their random initial values.",
)


def _frames(seed: int) -> list[tuple]:
    """Small train and test frames; some films of test are unknown to train."""
    rng = np.random.default_rng(seed)
    cases = []
    for _ in range(20):
        n_train, n_test = int(rng.integers(8, 15)), int(rng.integers(4, 8))
        train = pd.DataFrame({"item_id": rng.integers(1, 6, n_train), "liked": rng.integers(0, 2, n_train)})
        test = pd.DataFrame({"item_id": rng.integers(1, 6, n_test), "liked": rng.integers(0, 2, n_test)})
        test.loc[[0, 1], "item_id"] = [77, 88]
        train.loc[[0, 1, 2], "liked"] = [1, 1, 0]
        for frame in (train, test):  # all columns of the lesson's frames
            n = len(frame)
            frame.insert(0, "user_id", rng.integers(1, 9, n))
            frame["rating"], frame["timestamp"] = frame["liked"] * 2 + 2.5, rng.integers(10**8, 10**9, n)
        cases.append((train, test))
    return cases


def _film_average(train, test, learn=lambda train, test: train, unknown=lambda train, test: train["liked"].mean()):
    rows = learn(train, test)
    likes = {item: rows.loc[rows["item_id"] == item, "liked"].mean() for item in set(rows["item_id"])}
    return np.array([likes.get(item, unknown(train, test)) for item in test["item_id"]])


def _filled(train, test, share):
    return test["item_id"].map(share).fillna(train["liked"].mean())


def _habits_of_averages(cases, got) -> None:
    """Hints for averages that use the notebook's variables or imaginary ratings, whatever their values are."""
    if any(np.shape(mine) != (len(test),) for mine, (_, test) in zip(got, cases)):
        return
    rows = pd.concat(
        test[["item_id"]].assign(mine=np.asarray(mine, dtype=float), case=number)
        for number, (mine, (_, test)) in enumerate(zip(got, cases))
    )
    counts = pd.concat(
        train.groupby("item_id")["liked"].agg(["sum", "count"]).assign(case=number).reset_index()
        for number, (train, _) in enumerate(cases)
    )
    rows = rows.merge(counts, on=["case", "item_id"], how="left")
    known, unknown = rows[rows["count"].notna()], rows[rows["count"].isna()]

    def is_fixed(rows, by, column="mine"):
        return bool((rows.groupby(by)[column].agg(np.ptp) < 1e-6).all())

    if is_fixed(rows, "item_id"):
        raise NotYet(
            "Your result does not depend on the argument `train`: `look_up`, `share_of_likes` and "
            "`overall` hold the notebook's own train. Compute the shares from the argument."
        )
    prior = (known["mine"] * (known["count"] + 5) - known["sum"]) / 5
    if is_fixed(known.assign(prior=prior), "case", "prior"):
        raise NotYet("The five imaginary ratings are still mixed in. Use plain shares: the mean of `liked`.")
    if np.allclose(known["mine"], known["sum"] / known["count"]) and np.ptp(unknown["mine"]) < 1e-6:
        raise NotYet(
            f"Unknown films get {unknown['mine'].iloc[0]:.3g} whatever `train` is: is that the notebook's `overall`? "
            "Take the mean of `liked` in the argument."
        )


def _given_01_5(train, test):
    everything = pd.concat([train, test])
    share = everything.groupby("item_id")["liked"].mean()
    return test["item_id"].map(share).to_numpy()


@exercise(
    "01.5",
    "O3",
    "debug",
    done="The baseline now learns from train only, exactly like the model that is compared with it.",
    given=_given_01_5,
)
def film_average(answer) -> None:
    both = lambda train, test: pd.concat([train, test])  # noqa: E731
    mistakes = {
        "The shares still contain the likes of the test rows, so each row's own answer is averaged in. Use "
        "`train` only.": partial(_film_average, learn=both),
        "You learn from the test rows, whose likes are to be predicted. Learn from `train`.": partial(
            _film_average, learn=lambda train, test: test
        ),
        "The leak is closed, but films that train does not know are NaN: give them the mean of `liked` in train.": (
            partial(_film_average, unknown=lambda train, test: np.nan)
        ),
        "An unknown film is not a disliked one: 0 puts it below all others. Use the mean of `liked` in train.": partial(
            _film_average, unknown=lambda train, test: 0.0
        ),
        "You filled unknown films with the mean of the *test* likes: the leak is back. Use train.": partial(
            _film_average, unknown=lambda train, test: test["liked"].mean()
        ),
        "You filled unknown films with the mean over train *and* test: the test likes leak in. Use train.": partial(
            _film_average, unknown=lambda train, test: pd.concat([train, test])["liked"].mean()
        ),
        "0.5 is a guess. Give an unknown film the mean of `liked` in train.": partial(
            _film_average, unknown=lambda train, test: 0.5
        ),
        "You add up the likes. Take their share: the mean of `liked`.": (
            lambda train, test: _filled(train, test, train.groupby("item_id")["liked"].sum())
        ),
        "You took the median of `liked`, which is 0 or 1. Take the share: the mean.": (
            lambda train, test: _filled(train, test, train.groupby("item_id")["liked"].median())
        ),
        "You return a number for each row of `train`. Return one for each row of `test`.": (
            lambda train, test: train["item_id"].map(train.groupby("item_id")["liked"].mean())
        ),
        "You return a number for each film. Look it up for each row of `test`: test['item_id'].map(share).": (
            lambda train, test: train.groupby("item_id")["liked"].mean()
        ),
        "Every row gets the mean over all of train. Look up the share of each row's film first.": (
            lambda train, test: np.full(len(test), train["liked"].mean())
        ),
        "Rows of unknown films are missing, as after an inner merge. Return a number for every row of `test`.": (
            lambda train, test: test["item_id"].map(train.groupby("item_id")["liked"].mean()).dropna()
        ),
        "You filled with the mean of the films' shares. Fill with the mean over all train rows.": partial(
            _film_average, unknown=lambda train, test: train.groupby("item_id")["liked"].mean().mean()
        ),
    }
    cases = _frames(2)
    habits = partial(_habits_of_averages, cases)
    judge(answer, cases, _film_average, mistakes, keeps_input=True, otherwise=habits)


def _pairs(seed: int) -> list[tuple]:
    rng = np.random.default_rng(seed)
    cases = []
    for _ in range(30):
        n_users, n_items, dim, n = (int(rng.integers(low, low + 4)) for low in (3, 8, 13, 18))
        tables = rng.normal(0, 0.5, (n_users, dim)), rng.normal(0, 0.5, (n_items, dim))
        biases = rng.normal(0, 1, n_users), rng.normal(0, 1, n_items)
        cases.append((rng.integers(0, n_users, n), rng.integers(0, n_items, n), *tables, *biases))
    return cases


def _sigmoid(score):
    return 1 / (1 + np.exp(-score))


def _score(user_idx, item_idx, user_table, item_table, user_bias, item_bias, parts="dot user item"):
    scores = []
    for u, i in zip(user_idx, item_idx):
        score = sum(a * b for a, b in zip(user_table[u], item_table[i])) if "dot" in parts else 0.0
        scores.append(score + user_bias[u] * ("user" in parts) + item_bias[i] * ("item" in parts))
    return np.array(scores)


_TABLES = ("users", "films", "user_bias", "film_bias")


@exercise(
    "01.6",
    "O4",
    "faded",
    done="The model is two look-ups, a dot product, two biases and a sigmoid; only the four tables have weights.",
)
def model_with_biases(answer) -> None:
    import keras  # slow, hence only here

    if not callable(answer) or isinstance(answer, keras.Model):
        raise NotYet("Hand over the function itself, without parentheses and arguments.")
    model = answer(7, 11, 3)
    if not isinstance(model, keras.Model):
        raise NotYet("Your function should return keras.Model([user_in, film_in], probability).")
    found = {layer.name: layer for layer in model.layers}
    missing = {name for name in _TABLES if name not in found}
    if missing >= {"users", "films"}:
        raise NotYet("The dot product of `user_row` and `film_row` does not reach the output.")
    if missing >= {"user_bias", "film_bias"}:
        raise NotYet("The biases do not reach the output: add both to the dot product.")
    if missing:
        raise NotYet(f"`{min(missing)}` does not reach the output: the probability needs all four look-ups.")
    more = [layer for layer in model.layers if layer.name not in _TABLES and layer.count_params()]
    if more:
        raise NotYet(f"The layer {more[0].name} has weights of its own. Only the four tables may have weights.")
    if len(model.inputs) != 2:
        raise NotYet("The model has two inputs, in a list: [user_in, film_in].")
    rng = np.random.default_rng(6)
    tables = [rng.normal(0, 0.8, found[name].get_weights()[0].shape) for name in _TABLES]
    if [table.shape for table in tables] != [(7, 3), (11, 3), (7, 1), (11, 1)]:
        raise NotYet("Leave the four look-ups as they were: their sizes are right.")
    for name, table in zip(_TABLES, tables):
        found[name].set_weights([table])
    u, i = rng.integers(0, 7, 13), rng.integers(0, 7, 13)  # also allowed the other way round
    got = np.asarray(model([u, i]))
    if got.shape != (13, 1):
        shape = ", ".join(["pairs", *map(str, got.shape[1:])])
        raise NotYet(
            f"The output has shape ({shape}), but should have (pairs, 1): Dot(axes=1) multiplies *and* adds up."
        )
    users, films = tables[0][u], tables[1][i]
    dot, biases = (users * films).sum(axis=1), (tables[2][u] + tables[3][i])[:, 0]
    cosine = dot / np.linalg.norm(users, axis=1) / np.linalg.norm(films, axis=1)
    swapped = (tables[0][i] * tables[1][u]).sum(axis=1) + (tables[2][i] + tables[3][u])[:, 0]
    for value, hint in (
        (dot + biases, "The sigmoid is missing: the output is the score. Apply it at the end."),
        (_sigmoid(dot) + biases, "You add the biases after the sigmoid. Add them to the dot product, before it."),
        (
            _sigmoid(_sigmoid(dot) + biases),
            "The dot product has its own sigmoid. Use only one, at the end.",
        ),
        (_sigmoid(_sigmoid(dot + biases)), "You apply the sigmoid twice. Apply it once, to the score."),
        (np.tanh(dot + biases), "You use tanh, from −1 to 1. A probability lies between 0 and 1: use the sigmoid."),
        (np.maximum(dot + biases, 0), "You use relu. A probability lies between 0 and 1: use the sigmoid."),
        (_sigmoid(cosine + biases), "`normalize=True` turns the dot product into a cosine. Leave it out."),
        (_sigmoid(dot * biases), "You multiply by the biases. Add them: layers.Add()."),
        (
            _sigmoid(dot * (tables[2][u] * tables[3][i])[:, 0]),
            "You multiply the dot product by both biases. Add them: layers.Add().",
        ),
        (_sigmoid(dot - biases), "You subtract the biases. Add them: layers.Add()."),
        (_sigmoid((dot + biases) / 3), "You average the dot product and the biases. Add them: layers.Add()."),
        (np.ones(13), "A softmax of a single number is always 1. Use the sigmoid."),
        (_sigmoid(swapped), "The inputs are swapped: the user comes first, [user_in, film_in]."),
    ):
        if np.allclose(got[:, 0], value, atol=1e-5):
            raise NotYet(hint)
    truth = _sigmoid(dot + biases)
    if not np.allclose(got[:, 0], truth, atol=1e-5):
        raise NotYet(f"For the first pair the probability should be {truth[0]:.3f}; your model says {got[0, 0]:.3f}.")


@exercise(
    "01.7",
    "O4",
    "code",
    done="The network looks up rows, multiplies and adds them, and applies a sigmoid. It does nothing else.",
)
def chances(answer) -> None:
    mistakes = {
        "You used `.sum()` without axis, which sums over all pairs. Each pair needs its own sum: axis=1.": (
            lambda u, i, users, items, a, b: _sigmoid((users[u] * items[i]).sum() + a[u] + b[i])
        ),
        "You add the biases after the sigmoid. Add them to the score first, then apply the sigmoid.": (
            lambda *case: _sigmoid(_score(*case, parts="dot")) + _score(*case, parts="user item")
        ),
        "Parentheses: `1 / 1 + x` is (1 / 1) + x. Write 1 / (1 + np.exp(-score)).": (
            lambda *case: 1 + np.exp(-_score(*case))
        ),
        "You took the mean of the products. The dot product is their sum.": (
            lambda u, i, users, items, a, b: _sigmoid((users[u] * items[i]).mean(axis=1) + a[u] + b[i])
        ),
        "You subtract the biases. Add them.": (
            lambda *case: _sigmoid(_score(*case, parts="dot") - _score(*case, parts="user item"))
        ),
        "You returned the score. The sigmoid, 1 / (1 + e⁻ˢ), turns it into a probability.": _score,
        "The sign in the sigmoid is wrong: use e to the power of *minus* the score.": (
            lambda *case: _sigmoid(-_score(*case))
        ),
        "The biases are missing: add those of the user and of the film before the sigmoid.": (
            lambda *case: _sigmoid(_score(*case, parts="dot"))
        ),
        "The film's bias is missing: add it to the score.": lambda *case: _sigmoid(_score(*case, parts="dot user")),
        "The user's bias is missing: add it to the score.": lambda *case: _sigmoid(_score(*case, parts="dot item")),
        "The dot product is missing: you use the biases alone.": (
            lambda *case: _sigmoid(_score(*case, parts="user item"))
        ),
        "You add the rows of user and film. The dot product multiplies them, number by number, and adds up.": (
            lambda u, i, users, items, a, b: _sigmoid((users[u] + items[i]).sum(axis=1) + a[u] + b[i])
        ),
        "You score every user with every film and add that up. Multiply row by row and sum over axis=1.": (
            lambda u, i, users, items, a, b: _sigmoid((users[u] @ items[i].T).sum(axis=1) + a[u] + b[i])
        ),
        "You divide by the lengths, which gives a cosine. Use the plain dot product.": (
            lambda u, i, users, items, a, b: _sigmoid(
                (users[u] * items[i]).sum(axis=1) / np.linalg.norm(users[u], axis=1) / np.linalg.norm(items[i], axis=1)
                + a[u]
                + b[i]
            )
        ),
        "`keepdims=True` makes a column of the dot products, and with the biases a table of all pairs. Leave it out.": (
            lambda u, i, users, items, a, b: _sigmoid((users[u] * items[i]).sum(axis=1, keepdims=True) + a[u] + b[i])
        ),
        "You used a softmax over the pairs. Each pair has its own probability: use the sigmoid.": (
            lambda *case: np.exp(_score(*case)) / np.exp(_score(*case)).sum()
        ),
        "`np.exp` is missing in the sigmoid: 1 / (1 + np.exp(-score)).": lambda *case: 1 / (1 - _score(*case)),
        "You multiply by the biases. Add them to the dot product.": (
            lambda u, i, users, items, a, b: _sigmoid((users[u] * items[i]).sum(axis=1) * a[u] * b[i])
        ),
        "You scored every user with every film: shape (n, n). Multiply row by row and sum over axis=1.": (
            lambda u, i, users, items, a, b: _sigmoid(users[u] @ items[i].T + a[u] + b[i])
        ),
        "You summed over the pairs (axis=0). Each pair needs the sum over its own numbers: axis=1.": (
            lambda u, i, users, items, a, b: _sigmoid((users[u] * items[i]).sum(axis=0))
        ),
        "You did not sum the products: their shape is (n, dim). Sum them over axis=1.": (
            lambda u, i, users, items, a, b: _sigmoid(users[u] * items[i] + (a[u] + b[i])[:, None])
        ),
    }
    try:
        judge(answer, _pairs(3), lambda *case: _sigmoid(_score(*case)), mistakes, keeps_input=True)
    except NotYet as hint:
        if isinstance(hint.__cause__, ValueError):  # shapes that do not fit: look at a case where all sizes are equal
            _explain_shapes(answer)
        raise


def _explain_shapes(answer) -> None:
    rng = np.random.default_rng(4)
    u, i = rng.integers(0, 5, (2, 5))
    users, items, (a, b) = *rng.normal(0, 0.5, (2, 5, 5)), rng.normal(0, 1, (2, 5))
    products = users[u] * items[i]
    got = answer(u, i, users, items, a, b)
    for value, hint in (
        (products.sum(axis=0) + a[u] + b[i], "You summed over the pairs, axis=0. Sum each pair's own numbers: axis=1."),
        (products.sum(axis=1) + a + b, "You add all biases without looking them up: `user_bias[user_idx]`."),
        (products.sum(axis=1) + a + b[i], "The user's bias is not looked up: `user_bias[user_idx]`."),
        (products.sum(axis=1) + a[u] + b, "The film's bias is not looked up: `item_bias[item_idx]`."),
        ((users * items).sum(axis=1) + a[u] + b[i], "The rows are not looked up: `user_table[user_idx]`."),
    ):
        if np.shape(got) == (5,) and (np.allclose(got, _sigmoid(value)) or np.allclose(got, value)):
            raise NotYet(hint) from None


choice(
    "01.8",
    "O1",
    right="b",
    why_not={
        "a": "The shuffled labels no longer agree with the column `label`, so the model does not learn to copy it.",
        "c": "`label` is still among the inputs. A check that cannot see a leak does not show that there is none.",
        "d": "`fit` cannot know which label belongs to which row: it uses what it is given.",
    },
    done="The column `label` no longer matches the target, so the check misses the leak. Shuffle the labels "
    "at their source.",
)


parsons(
    "01.9",
    "O4",
    right="BDCEA",
    not_used={
        "F": "Line F chooses the model on test, so the printed AUC would be the best of several draws. Leave it out.",
    },
    before={
        "BA": "Nothing may be learned or numbered before the split, so line B comes first.",
        "BC": "Nothing may be learned or numbered before the split, so line B comes first.",
        "BD": "Nothing may be learned or numbered before the split, so line B comes first.",
        "BE": "Nothing may be learned or numbered before the split, so line B comes first.",
        "DC": "The embedding tables need row numbers: the maps come before the models.",
        "CE": "There must be models before the best one can be chosen.",
        "EA": "The test set comes last, once, for the model that valid has chosen.",
    },
    done="Split first, learn everything from train, choose on valid, and use test once.",
)
