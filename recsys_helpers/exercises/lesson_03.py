"""Checks of lesson 03, prepare the data."""

import copy
from functools import partial

import numpy as np
import pandas as pd

from recsys_helpers.exercises import NotYet, Sign, choice, exercise, judge, must_be_function, parsons, predict

predict(
    "03.1",
    "O1",
    truth=7,
    within=0.5,
    low="There are seven. Which ones did you miss? The next cells name them, each with its line.",
    high="The schema below finds seven. Keep your list: a schema cannot see every fault.",
    done="There are seven. Compare your list with the output of the next cells.",
    between=(0, 100),
)

choice(
    "03.2",
    "O1",
    right="c",
    why_not={
        "a": "This invents a rave review. The user may have meant the opposite, such as 0.5.",
        "b": "This puts an invented opinion into the table, and nobody can see that it is invented.",
        "d": "It distorts a mean or a squared error: one 50 weighs as much as dozens of honest ratings.",
    },
    done="An impossible value is a missing value. The number of such values tells you how far to trust the rest.",
)


def _frame(rng: np.random.Generator) -> pd.DataFrame:
    n = int(rng.integers(8, 30))
    columns = {"user_id": rng.integers(1, 4, n), "item_id": rng.integers(10, 14, n)}
    ratings = rng.choice(np.arange(0.5, 5.5, 0.5), n)
    return pd.DataFrame(columns | {"rating": ratings, "timestamp": rng.permutation(n) + 1000})


def _latest(frame: pd.DataFrame) -> set[tuple]:
    best = {}
    for row in frame.itertuples(index=False):
        pair = (row.user_id, row.item_id)
        if pair not in best or row.timestamp > best[pair].timestamp:
            best[pair] = row
    return {tuple(row) for row in best.values()}


@exercise("03.3", "O1", "code", done="After sorting by time, the last row of each pair is the latest one.")
def keep_latest(answer) -> None:
    must_be_function(answer)
    rng = np.random.default_rng(1)
    frames = [_frame(rng) for _ in range(20)]
    got = []
    for frame in frames:
        before = frame.copy()
        got.append(answer(frame))
        if not frame.equals(before):
            raise NotYet("Your function changed its input frame. Begin with `frame = frame.copy()`.")
        if isinstance(got[-1], pd.DataFrame) and {"user_id", "item_id"} <= set(got[-1].index.names):
            raise NotYet("user_id and item_id became the index: add `.reset_index()`.")
        if not isinstance(got[-1], pd.DataFrame) or sorted(got[-1].columns) != sorted(frame.columns):
            raise NotYet("Return a DataFrame with the same four columns.")
    rows = [{tuple(row) for row in part[list(frames[0].columns)].itertuples(index=False)} for part in got]
    if all(mine == _latest(frame) for mine, frame in zip(rows, frames)):
        return
    pair = ["user_id", "item_id"]
    hints = {
        "You keep the last row in the order of the frame. Sort by timestamp first.": (
            lambda f: f.drop_duplicates(pair, keep="last")
        ),
        "You keep the first row of each pair. Sort by timestamp and keep the last.": lambda f: f.drop_duplicates(pair),
        "You keep the earliest rating of each pair. Keep the latest.": (
            lambda f: f.sort_values("timestamp").drop_duplicates(pair)
        ),
        "You removed only rows that are equal in all columns. Name the two columns that make a pair.": lambda f: f,
        "You removed all rows of a pair that repeats. Keep one row of each pair.": lambda f: f.drop_duplicates(
            pair, keep=False
        ),
        "You keep one row per user. A pair is user_id and item_id together.": (
            lambda f: f.sort_values("timestamp").drop_duplicates("user_id", keep="last")
        ),
        "You keep the highest rating of each pair. Keep the latest.": (
            lambda f: f.sort_values("rating", kind="stable").drop_duplicates(pair, keep="last")
        ),
        "You took the maximum of each column, so a row may mix two ratings. Keep whole rows.": (
            lambda f: f.groupby(pair, as_index=False).max()[list(f.columns)]
        ),
        "You took means of the repeated rows. Keep one whole row of each pair, the latest.": (
            lambda f: f.groupby(pair, as_index=False).mean()[list(f.columns)]
        ),
        "You keep one row per film. A pair is user_id and item_id together.": (
            lambda f: f.sort_values("timestamp").drop_duplicates("item_id", keep="last")
        ),
        "You kept the rows that must be removed. Invert the mask with ~.": (
            lambda f: f[f.sort_values("timestamp").duplicated(pair, keep="last").reindex(f.index)]
        ),
        "The rating is not part of the pair: a user may have changed it. Name user_id and item_id only.": (
            lambda f: f.sort_values("timestamp").drop_duplicates([*pair, "rating"], keep="last")
        ),
        "You keep the latest row of the whole table. Keep one row of each pair.": (
            lambda f: f[f["timestamp"] == f["timestamp"].max()]
        ),
    }
    for hint, mistaken in hints.items():
        if all(mine == {tuple(row) for row in mistaken(f).itertuples(index=False)} for mine, f in zip(rows, frames)):
            raise NotYet(hint)
    for mine, frame in zip(rows, frames):
        if len(mine) != len(_latest(frame)):
            raise NotYet(
                f"Of {len(frame)} rows, {len(_latest(frame))} should stay, one for each pair; you keep {len(mine)}."
            )
    raise NotYet("The number of rows is right, but for some pairs it is not the row with the largest timestamp.")


predict(
    "03.4",
    "O2",
    truth=(71 - 20) / (2391 - 20),
    within=0.02,
    low="Slightly higher: (71 − 20) / (2391 − 20) is 0.02. Only a user with 20 ratings becomes 0.",
    high="Much lower: (71 − 20) / (2391 − 20) is 0.02. One very active user squeezes everybody else towards 0.",
    done="(71 − 20) / (2391 − 20) is 0.02: one very active user squeezes everybody else towards 0.",
)


def _spread(train: np.ndarray, **options) -> np.ndarray:
    spread = train.std(axis=0, **options)
    return np.where(spread == 0, 1, spread)


def _standardise(train: np.ndarray, other: np.ndarray) -> np.ndarray:
    columns = []
    for column in range(train.shape[1]):
        values = train[:, column]
        mean = sum(values) / len(values)
        spread = np.sqrt(sum((value - mean) ** 2 for value in values) / len(values))
        columns.append((other[:, column] - mean) / (spread if spread > 0 else 1))
    return np.stack(columns, axis=1)


@exercise(
    "03.5",
    "O2",
    "code",
    done="Means and standard deviations are learned from `train`; `other` is only shifted and scaled with them.",
)
def standardise(answer) -> None:
    rng = np.random.default_rng(2)
    cases = []
    for _ in range(20):
        n_columns = int(rng.integers(2, 5))
        train = rng.normal(5, 3, (int(rng.integers(4, 9)), n_columns))
        cases.append((train, rng.normal(4, 3, (int(rng.integers(2, 4)), n_columns))))
    must_be_function(answer)
    try:
        got = [np.asarray(answer(*copy.deepcopy(case))) for case in cases]
    except ValueError as error:
        if "broadcast" not in str(error):
            raise
        raise NotYet("axis=1 gives one value per row. Use axis=0, which gives one per column.") from None
    if any(np.shape(mine) == np.shape(train) for mine, (train, _) in zip(got, cases)):
        raise NotYet("You returned `train`, scaled. Return `other`, scaled by what you learned from `train`.")

    def whole(train, other):
        return (other - train.mean()) / train.std()

    def together(train, other):
        both = np.concatenate([train, other])
        return (other - both.mean(axis=0)) / _spread(both)

    mistakes = {
        "You used the mean and spread of `other` itself. They must come from `train`.": (
            lambda train, other: (other - other.mean(axis=0)) / _spread(other)
        ),
        "You learned from train and other together, which is a leak. Learn from `train` alone.": together,
        "Parentheses: `other - mean / spread` divides first. Write (other − mean) / spread.": (
            lambda train, other: other - train.mean(axis=0) / _spread(train)
        ),
        "The mean is that of `train`, the spread that of `other`. Both must come from `train`.": (
            lambda train, other: (other - train.mean(axis=0)) / _spread(other)
        ),
        "The spread is that of `train`, the mean that of `other`. Both must come from `train`.": (
            lambda train, other: (other - other.mean(axis=0)) / _spread(train)
        ),
        "You took mean and spread of a *row* (axis=1). Each column has its own: axis=0.": (
            lambda train, other: (other - train.mean(axis=1)[0]) / train.std(axis=1)[0]
        ),
        "You multiply by the spread. Divide by it.": (
            lambda train, other: (other - train.mean(axis=0)) * _spread(train)
        ),
        "You subtract the median. Subtract the mean.": (
            lambda train, other: (other - np.median(train, axis=0)) / _spread(train)
        ),
        "You took one mean and one spread for the whole table. Take them for each column, axis=0.": whole,
        "You divided by n − 1 (ddof=1). Here, as in scikit-learn and Keras, the spread divides by n.": (
            lambda train, other: (other - train.mean(axis=0)) / _spread(train, ddof=1)
        ),
        "You divided by the variance. Divide by its root, the standard deviation.": (
            lambda train, other: (other - train.mean(axis=0)) / _spread(train) ** 2
        ),
        "This is min–max scaling. Subtract the mean and divide by the standard deviation.": (
            lambda train, other: (other - train.min(axis=0)) / (train.max(axis=0) - train.min(axis=0))
        ),
        "You divided by the spread but did not subtract the mean first.": lambda train, other: other / _spread(train),
        "You took one mean for the whole table. Take it for each column, axis=0.": (
            lambda train, other: (other - train.mean()) / _spread(train)
        ),
        "You took one spread for the whole table. Take it for each column, axis=0.": (
            lambda train, other: (other - train.mean(axis=0)) / train.std()
        ),
        "You subtract the first row of train. Subtract the mean over its rows: train.mean(axis=0).": (
            lambda train, other: (other - train[0]) / _spread(train)
        ),
        "You divided by the largest value. Subtract the mean and divide by the standard deviation.": (
            lambda train, other: other / np.abs(train).max(axis=0)
        ),
        "You subtracted the mean but did not divide by the spread.": lambda train, other: other - train.mean(axis=0),
    }
    judge(answer, cases, _standardise, mistakes)
    constant = np.array([[3.0, 1.0], [3.0, 5.0]]), np.array([[3.0, 1.0], [4.0, 3.0], [3.0, 3.0]])
    with np.errstate(all="ignore"):
        got = np.asarray(answer(*copy.deepcopy(constant)))
    if not np.allclose(got, _standardise(*constant)):
        raise NotYet(
            "In a constant column of train, subtract the mean and divide by exactly 1. The values of "
            "`other` in that column need not be constant."
        )


@exercise("03.6", "O3", "trace", done="The map sorts the ids, numbers them from 1, and gives 0 to an unknown id.")
def indices(answer) -> None:
    given = np.asarray(answer).ravel().tolist()
    if given == [2, 0, 1]:
        return
    known = {
        (3, 0, 2): "You numbered the ids as they came: 50, 10, 30. The map sorts them first: 10, 30, 50.",
        (1, 0, 0): "Indices start at 1, not at 0: index 0 is kept for padding and unknown ids.",
        (1, -1, 0): "Indices start at 1, and an unknown id gets 0.",
        (2, -1, 1): "Nearly: an unknown id gets 0, not −1. Index −1 would read the last row of a table.",
        (2, 99, 1): "99 is the raw id itself, not an index. Unknown ids get 0.",
        (2, 4, 1): "99 was not among the ids of the map, so it has no number of its own: unknown ids get 0.",
        (2, 3, 1): "99 was not among the ids of the map; 3 belongs to 50. Unknown ids get 0.",
        (30, 0, 10): "These are raw ids. `to_idx` returns their positions in the sorted list.",
        (2, 1): "Three ids go in, so three indices come out. The unknown id gets one as well.",
    }
    if tuple(given) in known:
        raise NotYet(known[tuple(given)])
    raise NotYet("Sort the different ids, 10, 30, 50, and number them from 1. Which numbers do 30, 99 and 10 get?")


def _multi_hot(genres: list[str], vocabulary: list[str]) -> np.ndarray:
    return np.array([[int(name in text.split("|")) for name in vocabulary] for text in genres])


def _known_head(text: str, vocabulary: list[str]) -> str:
    names = text.split("|")
    unknown = [name not in vocabulary for name in names]
    return "|".join(names[: unknown.index(True)] if any(unknown) else names)


@exercise(
    "03.7",
    "O3",
    "code",
    done="Each genre of the vocabulary has its own column, and an unknown genre is left out without an error.",
)
def multi_hot(answer) -> None:
    must_be_function(answer)
    rng = np.random.default_rng(3)
    every = ["Art", "Martial Arts", "Comedy", "Drama", "Melodrama", "War", "Opera"]
    cases, known_only = [], []
    for _ in range(30):
        vocabulary = [str(name) for name in rng.permutation(every[:6])[: int(rng.integers(2, 6))]]
        for names, target in ((every, cases), (vocabulary, known_only)):
            n_films, most = int(rng.integers(7, 10)), min(len(names), 4)
            picks = [rng.choice(names, int(rng.integers(1, most + 1)), replace=False) for _ in range(n_films)]
            target.append((["|".join(map(str, pick)) for pick in picks], vocabulary))
    cases.append((["Comedy", "Opera|Comedy"], ["War", "Comedy", "Art"]))  # genres of the vocabulary that no film has
    try:
        got = [np.asarray(answer(list(genres), list(vocabulary))) for genres, vocabulary in cases]
    except (KeyError, ValueError):
        answer(*known_only[0])  # if this raises too, the error is another one, and the learner sees it
        raise NotYet("A genre that is not in the vocabulary stops your function. Leave it out instead.") from None
    if all(np.shape(mine) == (len(v), len(g)) for mine, (g, v) in zip(got, cases)):
        raise NotYet("Rows and columns are swapped: one row per film, one column per genre.")
    if all(np.shape(mine) == (len(g), len(v) + 1) for mine, (g, v) in zip(got, cases)):
        raise NotYet("There is one column too many. Unknown genres get no column here.")
    mistakes = {
        "You look for the word inside the text, so 'Art' is found in 'Martial Arts'. Split at '|' first.": (
            lambda g, v: np.array([[int(name in text) for name in v] for text in g])
        ),
        "text.count(name) also counts inside words, 'Art' in 'Martial Arts', and can give 2. Split at '|' first.": (
            lambda g, v: np.array([[text.count(name) for name in v] for text in g])
        ),
        "Nothing is marked: a loop over a text gives its letters. Split it at '|' first.": (
            lambda g, v: np.zeros((len(g), len(v)))
        ),
        "Only films with a single genre are marked: you compare the whole text. Split it at '|' first.": (
            lambda g, v: np.array([[int(name == text) for name in v] for text in g])
        ),
        "get_dummies makes a column for each genre that occurs, in alphabetical order. Put them into the "
        "order of the vocabulary: .reindex(columns=vocabulary, fill_value=0).": (
            lambda g, v: pd.Series(g).str.get_dummies("|")
        ),
        "A genre of the vocabulary that no film has became NaN. Use reindex(…, fill_value=0).": (
            lambda g, v: pd.Series(g).str.get_dummies("|").reindex(columns=v)
        ),
        "Only the first genre of each film is marked. A film can have several.": (
            lambda g, v: _multi_hot([text.split("|")[0] for text in g], v)
        ),
        "Only the last genre of each film is marked. Do not start a new row for each genre.": (
            lambda g, v: _multi_hot([text.split("|")[-1] for text in g], v)
        ),
        "A genre that is not in the vocabulary was written into the last column. Leave it out.": (
            lambda g, v: np.maximum(
                _multi_hot(g, v),
                [[int(i == len(v) - 1 and not set(t.split("|")) <= set(v)) for i in range(len(v))] for t in g],
            )
        ),
        "You sorted the vocabulary. Keep its order, which is the order of the columns.": (
            lambda g, v: _multi_hot(g, sorted(v))
        ),
        "You share a 1 among the genres of a film. Each of its genres gets a whole 1.": (
            lambda g, v: _multi_hot(g, v) / np.array([[len(text.split("|"))] for text in g])
        ),
        "You write the genre's number into its cell. Write a 1.": (
            lambda g, v: _multi_hot(g, v) * np.arange(1, len(v) + 1)
        ),
        "Only the last film is marked: the line that stores a row comes after the loop. Indent it.": (
            lambda g, v: _only_row(_multi_hot(g, v), -1)
        ),
        "Zeros and ones are swapped: write 1 for each genre of the film.": lambda g, v: 1 - _multi_hot(g, v),
        "Only the first film is marked. Is your `return` inside the loop?": (
            lambda g, v: _only_row(_multi_hot(g, v), 0)
        ),
        "You lose all genres after an unknown one. Use `continue`, not `break`.": (
            lambda g, v: _multi_hot([_known_head(text, v) for text in g], v)
        ),
        "A film with an unknown genre loses its other genres, too. Leave out that genre only.": (
            lambda g, v: _multi_hot([text if set(text.split("|")) <= set(v) else "" for text in g], v)
        ),
        "A genre that is not in the vocabulary was written into column 0. Leave it out.": (
            lambda g, v: np.maximum(
                _multi_hot(g, v), [[int(i == 0 and not set(t.split("|")) <= set(v)) for i in range(len(v))] for t in g]
            )
        ),
        "You split at spaces. The genres of a film are separated by '|'.": (
            lambda g, v: np.array([[int(name in text.split()) for name in v] for text in g])
        ),
        "You write −1 for a genre that a film lacks. Write 0.": lambda g, v: 2 * _multi_hot(g, v) - 1,
    }
    judge(answer, cases, _multi_hot, mistakes)


parsons(
    "03.8",
    "O5",
    right="DBAGF",
    not_used={
        "C": "Line C lets the scaler see the test set. Leave it out.",
        "E": "Line E fits the scaler again, on test, so train and test would be scaled differently. Leave it out.",
    },
    before={
        "DB": "There is no `train` before the cut: D comes first.",
        "DA": "There is no `train` before the cut: D comes first.",
        "DG": "There is no `train` before the cut: D comes first.",
        "DF": "There is no `train` before the cut: D comes first.",
        "BA": "The model gets scaled rows, so the scaler must be fitted before it.",
        "GF": "The error needs the predictions: G before F.",
        "AG": "The model must be fitted before it predicts: A before G.",
    },
    done="Cut the data, fit on train, and apply the result to both. The test set is transformed, never fitted.",
)


def _pad_behind(histories: list[list[int]], length: int, behind=True, oldest=False, turned=False) -> np.ndarray:
    rows = []
    for history in histories:
        kept = history[:length] if oldest else history[max(len(history) - length, 0) :]
        kept, zeros = kept[::-1] if turned else kept, [0] * (length - len(kept))
        rows.append(kept + zeros if behind else zeros + kept)
    return np.array(rows)


@exercise(
    "03.9",
    "O4",
    "faded",
    done="A long history keeps its latest films, and a short one is padded with zeros at the end.",
)
def pad_behind(answer) -> None:
    must_be_function(answer)
    rng = np.random.default_rng(5)
    cases = []
    for _ in range(20):
        length = int(rng.integers(2, 6))
        sizes = [1, length, length + 2, *rng.integers(0, 8, int(rng.integers(1, 4)))]
        cases.append(([[int(film) for film in rng.integers(1, 50, n)] for n in sizes], length))
    mistakes = {
        "Your zeros are in front. Put them at the end.": partial(_pad_behind, behind=False),
        "You keep the oldest films of a long history. The latest are at its end: history[-length:].": partial(
            _pad_behind, oldest=True
        ),
        "You reversed the histories. Keep the oldest film in front.": partial(_pad_behind, turned=True),
        "You fill the end of a row with −1. Use 0, the padding of this lesson.": (
            lambda histories, length: np.array([h[-length:] + [-1] * (length - len(h[-length:])) for h in histories])
        ),
        "Your rows are one cell too long. Each must have `length` cells.": (
            lambda histories, length: np.pad(_pad_behind(histories, length), ((0, 0), (0, 1)))
        ),
        "Short rows are not padded: add zeros at the end, until each has `length` entries.": Sign(
            lambda rows, histories, length: [list(row) for row in rows] == [h[-length:] for h in histories]
        ),
        "You sorted the films by their id. Keep their order, oldest first.": (
            lambda histories, length: _pad_behind([sorted(h[-length:]) for h in histories], length)
        ),
        "You repeat a short history. Fill its end with zeros.": (
            lambda histories, length: np.array(
                [np.resize(h[-length:], length) if h else [0] * length for h in histories]
            )
        ),
        "You write all histories into row 0, one over the other. Use the row number of the loop: padded[row, …].": (
            Sign(
                lambda rows, histories, length: (
                    np.any(rows[0])
                    and not np.any(rows[1:])
                    and list(rows[0]) != list(_pad_behind(histories, length)[0])
                )
            )
        ),
        "You add the zeros before the cut, so they push films out. Cut to the last `length` films first.": (
            lambda histories, length: np.array(
                [(h + [0] * (max(length, *map(len, histories)) - len(h)))[-length:] for h in histories]
            )
        ),
        "The latest film of each history is missing. Cut with history[-length:].": (
            lambda histories, length: _pad_behind([h[-length:][:-1] for h in histories], length)
        ),
        "You keep one film too few of a long history. Cut with history[-length:].": (
            lambda histories, length: _pad_behind([h[1 - length :] for h in histories], length)
        ),
        "You fill the end of a row with the latest film. Fill it with zeros.": (
            lambda histories, length: np.array(
                [(h[-length:] + [h[-1] if h else 0] * length)[:length] for h in histories]
            )
        ),
        "You return the mask of the real cells. Return the films themselves.": (
            lambda histories, length: _pad_behind(histories, length) > 0
        ),
        "All cells are 0: write the films into them.": lambda histories, length: np.zeros((len(histories), length)),
        "Only the last user's row is filled. Is your `return` or your row index in the wrong position?": (
            lambda histories, length: _only_row(_pad_behind(histories, length), -1)
        ),
        "Only the first user's row is filled. Is your `return` inside the loop?": (
            lambda histories, length: _only_row(_pad_behind(histories, length), 0)
        ),
    }
    unequal = (
        "The number of films differs from the number of cells that you write to. Cut a long history to its "
        "last `length` films, then fill the first `len(kept)` cells of the row."
    )
    judge(answer, cases, _pad_behind, mistakes, raised={ValueError: unequal})


def _only_row(table: np.ndarray, row: int) -> np.ndarray:
    only = np.zeros_like(table)
    only[row] = table[row]
    return only


def _latest_film(padded: np.ndarray) -> list[int]:
    return [[int(value) for value in row if value != 0][-1] for row in padded]


def _by_side(padded: np.ndarray, zeros_behind: bool) -> np.ndarray:
    return _given_03_10(padded) if zeros_behind else padded[:, -1]


def _given_03_10(padded):
    n_real = (padded != 0).sum(axis=1)
    return padded[np.arange(len(padded)), n_real - 1]


@exercise(
    "03.10",
    "O4",
    "debug",
    done="The function now finds the last real position of each row, on whichever side the zeros are.",
    given=_given_03_10,
)
def latest_film(answer) -> None:
    rng = np.random.default_rng(4)
    cases = []
    for side in ("pre", "post"):
        for _ in range(15):
            n_users, length = int(rng.integers(3, 7)), int(rng.integers(3, 6))
            padded = np.zeros((n_users, length), dtype=int)
            for row in range(n_users):
                n = 1 if row == 0 else length if row == 1 else int(rng.integers(1, length + 1))
                history = rng.integers(1, 50, n)
                padded[row, length - n :] = history if side == "pre" else 0
                if side == "post":
                    padded[row, :n] = history
            cases += [(padded,), (padded[[1, 0, *range(2, n_users)]],)]  # the second with a full row on top

    def at(place):
        return lambda padded: padded[np.arange(len(padded)), place(padded)]

    def last_place(padded):
        return (np.arange(padded.shape[1]) * (padded != 0)).max(axis=1)

    mistakes = {
        "This is right for zeros at the end. With zeros in front, [0, 0, 3, 5], it reads position 1, a zero.": at(
            lambda padded: (padded != 0).sum(axis=1) - 1
        ),
        "This is right for zeros in front. With zeros at the end, [3, 5, 0, 0], the last cell is padding.": at(
            lambda padded: np.full(len(padded), -1)
        ),
        "You decide the side by the last cell of the first user, whose history may be full. Look at each row.": (
            lambda padded: _by_side(padded, zeros_behind=padded[0, -1] == 0)
        ),
        "You decide the side by the first cell of the first user, whose history may be full. Look at each row.": (
            lambda padded: _by_side(padded, zeros_behind=padded[0, 0] != 0)
        ),
        "You return the position. Return the film at that position.": last_place,
        "You return the first film of each user. Return the last one.": at(lambda padded: (padded != 0).argmax(axis=1)),
        "You reversed the row: position k there is position length − 1 − k of the row itself. Convert it back.": at(
            lambda padded: (padded[:, ::-1] != 0).argmax(axis=1)
        ),
        "`padded[:, last]` reads every row at the positions of all rows. Pair them: np.arange(len(padded)), last.": (
            lambda padded: padded[:, last_place(padded)]
        ),
        "You return how many films each user has. Return the latest film.": (lambda padded: (padded != 0).sum(axis=1)),
        "If the last cell is padding, you take the first cell: the oldest film. Find the last cell that is not 0.": (
            lambda padded: np.where(padded[:, -1] == 0, padded[:, 0], padded[:, -1])
        ),
        "You sum the positions of the real cells. Take the largest, which is the last real position.": at(
            lambda padded: (np.arange(padded.shape[1]) * (padded != 0)).sum(axis=1) % padded.shape[1]
        ),
        "You multiply positions by film ids, so a large id wins. Multiply by the mask: padded != 0.": at(
            lambda padded: (np.arange(padded.shape[1]) * padded).argmax(axis=1)
        ),
        "You add up the films of a row. Return the latest one alone.": lambda padded: padded.sum(axis=1),
        "You return the largest index. Return the latest film.": lambda padded: padded.max(axis=1),
        "You read the position before the latest film. Do not subtract 1 here.": at(
            lambda padded: np.maximum(last_place(padded) - 1, 0)
        ),
    }
    judge(answer, cases, _latest_film, mistakes)


predict(
    "03.11",
    "O6",
    truth=0.985,
    within=0.03,
    low="It is not quite as low: about 0.99. But that is far too low for noise.",
    high="It is lower: about 0.99. If a film has few ratings, its mean over all rows contains the test label itself.",
    done="About 0.99, below the 1.06 of the constant: with the leak, even pure noise seems predictable.",
)

choice(
    "03.12",
    "O6",
    right="a",
    why_not={
        "b": "scikit-learn fits on whatever rows it is given. We gave it all of them, and it did not object.",
        "c": "The scaler's mean included the test set, too, without harm. What matters is whether it is a "
        "mean of labels.",
        "d": "Both used the same test set of 19,753 rows.",
    },
    done="Ask of each prepared column which rows it was computed from, and whether a label was among them.",
)
