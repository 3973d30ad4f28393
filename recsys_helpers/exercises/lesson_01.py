"""Checks of lesson 01, repair a perfect model."""

from functools import partial

import numpy as np
import pandas as pd

from recsys_helpers.exercises import NotYet, as_number, choice, exercise, judge, predict

predict(
    "01.1",
    "O1",
    truth=1.0,
    within=0.02,
    low="A fair guess: nobody can predict a coin. Run the next cell and compare.",
    high="Accuracy is a share of right answers, so it ends at 1.",
    done="You smell something. Run the next cell; then we look for the reason.",
    between=(0, 1),
)


@exercise("01.2", "O2", "trace", done="The gap became 0, so the scale runs from 0 to 50: 20 / 50 = 0.4, not 0.25.")
def scaled_age(answer) -> None:
    value = as_number(answer)
    if np.isclose(value, 0.25):
        raise NotYet("That is right without the missing value. After fillna(0) the smallest age is 0, not 10.")
    if np.isclose(value, 20):
        raise NotYet("That is the filled age; the scaling is still to come.")
    if not 0 <= value <= 1:
        raise NotYet("Min–max scaling gives numbers from 0 to 1: subtract the minimum, divide by maximum − minimum.")
    if not np.isclose(value, 0.4):
        raise NotYet("After the filling the ages are 10, 20, 50 and 0. Subtract their minimum, divide by their width.")


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


@exercise("01.3", "O2", "code", done="What train has not seen may lie below 0 or above 1, and that is honest.")
def scale(answer) -> None:
    both = lambda train, test: np.concatenate([train, test])  # noqa: E731
    own = lambda train, test: test  # noqa: E731
    mistakes = {
        "You used the minimum and maximum of `test`. In real use later rows come one by one; take those of `train`.": (
            partial(_scale, source=own)
        ),
        "You used train and test together: that is the leak. Take minimum and maximum from `train` alone.": partial(
            _scale, source=both
        ),
        "One minimum for the whole table: columns have different scales. Use axis=0, one minimum for each column.": (
            partial(_scale, axis=None)
        ),
        "You divide by the width without subtracting the minimum of `train` first.": partial(_scale, start=False),
        "You scaled and returned `train`. The scaled rows of `test` are asked for.": (
            lambda train, test: _scale(train, train)
        ),
        "Columns that are constant in train become infinite or NaN: their width is 0. They should be 0.": partial(
            _scale, constant="nan"
        ),
        "Columns that are constant in train should become 0; yours hold test minus the constant.": partial(
            _scale, constant="shift"
        ),
        "You cut the result at 0 and 1. A later row may lie outside of what train has seen: leave it there.": (
            lambda train, test: np.clip(_scale(train, test), 0, 1)
        ),
    }
    with np.errstate(all="ignore"):  # the learner's 0 / 0 is answered with a hint, not with a warning
        judge(answer, _columns(1), _scale, mistakes)


choice(
    "01.4",
    "O2",
    right="b",
    why_not={
        "a": "That would be a fair choice, but Keras knows no users and no time: it takes the last rows as they stand.",
        "c": "Keras shuffles the training rows in each epoch, but it cuts off the last fifth before.",
        "d": "The two parts share no row. Something else is wrong with them.",
    },
    done="The last rows are the last users: their embeddings stay almost as they were drawn at the start.",
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
        cases.append((train, test))
    return cases


def _film_average(train, test, learn=lambda train, test: train, unknown=lambda train, test: train["liked"].mean()):
    rows = learn(train, test)
    likes = {item: rows.loc[rows["item_id"] == item, "liked"].mean() for item in set(rows["item_id"])}
    return np.array([likes.get(item, unknown(train, test)) for item in test["item_id"]])


def _given_01_5(train, test):
    everything = pd.concat([train, test])
    share = everything.groupby("item_id")["liked"].mean()
    return test["item_id"].map(share).to_numpy()


@exercise(
    "01.5",
    "O3",
    "debug",
    done="The bar learns from train only, exactly like the model that has to clear it.",
    given=_given_01_5,
)
def film_average(answer) -> None:
    both = lambda train, test: pd.concat([train, test])  # noqa: E731
    mistakes = {
        "The likes of the test rows are still in the shares: a film's own answer is averaged in.": partial(
            _film_average, learn=both
        ),
        "You learn from the test rows. Their likes are what is asked for.": partial(
            _film_average, learn=lambda train, test: test
        ),
        "The leak is closed. Films that train does not know are NaN now: give them the mean of `liked` in train.": (
            partial(_film_average, unknown=lambda train, test: np.nan)
        ),
        "An unknown film is not a disliked one: 0 puts it below all others. Use the mean of `liked` in train.": partial(
            _film_average, unknown=lambda train, test: 0.0
        ),
        "You filled unknown films with the mean of the *test* likes: the leak is back. Use train.": partial(
            _film_average, unknown=lambda train, test: test["liked"].mean()
        ),
        "You filled with the mean of the films' shares. The mean over all train rows is asked for.": partial(
            _film_average, unknown=lambda train, test: train.groupby("item_id")["liked"].mean().mean()
        ),
    }
    judge(answer, _frames(2), _film_average, mistakes)


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


@exercise("01.6", "O4", "code", done="Look up, multiply, add, sigmoid: this is all that the network does.")
def chances(answer) -> None:
    mistakes = {
        "You returned the score. The sigmoid, 1 / (1 + e⁻ˢ), turns it into a chance.": _score,
        "The sign in the sigmoid is turned: e to the power of *minus* the score.": (
            lambda *case: _sigmoid(-_score(*case))
        ),
        "The biases are missing: add those of the user and of the film before the sigmoid.": (
            lambda *case: _sigmoid(_score(*case, parts="dot"))
        ),
        "The film's bias is missing.": lambda *case: _sigmoid(_score(*case, parts="dot user")),
        "The user's bias is missing.": lambda *case: _sigmoid(_score(*case, parts="dot item")),
        "The dot product is missing: yours are the biases alone.": (
            lambda *case: _sigmoid(_score(*case, parts="user item"))
        ),
        "You scored every user with every film: shape (n, n). Multiply row by row and sum over axis=1.": (
            lambda u, i, users, items, a, b: _sigmoid(users[u] @ items[i].T + a[u] + b[i])
        ),
        "You summed over the pairs (axis=0). Each pair needs the sum over its own numbers: axis=1.": (
            lambda u, i, users, items, a, b: _sigmoid((users[u] * items[i]).sum(axis=0))
        ),
        "You kept the products apart: shape (n, dim). Sum them over axis=1.": (
            lambda u, i, users, items, a, b: _sigmoid(users[u] * items[i] + (a[u] + b[i])[:, None])
        ),
    }
    judge(answer, _pairs(3), lambda *case: _sigmoid(_score(*case)), mistakes)


choice(
    "01.7",
    "O1",
    right="b",
    why_not={
        "a": "The shuffled labels no longer agree with the column `label`, so copying it is not learned.",
        "c": "Look at the inputs: `label` is still among them. A check that cannot see a leak proves nothing.",
        "d": "fit cannot know which label belongs to which row: it takes what it is given.",
    },
    done="The column and the target fell apart, so the check went blind. Shuffle where the labels come from.",
)


@exercise("01.8", "O4", "parsons", done="Split first, learn everything from train, choose on valid, open test once.")
def honest_order(answer) -> None:
    order = "".join(letter for letter in str(answer).upper() if letter.isalpha())
    if order == "BDCEA":
        return
    if "F" in order:
        raise NotYet("Line F chooses on test: then the number it prints is the best of several draws. Leave it out.")
    if sorted(order) != list("ABCDE"):
        raise NotYet("Use each of the letters A, B, C, D and E once.")
    if order[0] != "B":
        raise NotYet("Nothing may be learned or numbered before the split: it comes first.")
    if order.index("D") > order.index("C"):
        raise NotYet("The embedding tables need row numbers: the maps come before the models.")
    if order.index("E") < order.index("C"):
        raise NotYet("There must be models before the best one can be chosen.")
    raise NotYet("The test part comes last, once, for the model that valid has chosen.")
