"""Typical wrong answers of lesson 03; each must be refused, each with its own hint."""

import numpy as np
import pandas as pd

PAIR = ["user_id", "item_id"]


def latest_in_order_of_frame(frame):
    return frame.drop_duplicates(PAIR, keep="last")


def latest_is_first(frame):
    return frame.drop_duplicates(PAIR)


def latest_is_earliest(frame):
    return frame.sort_values("timestamp", ascending=False).drop_duplicates(PAIR, keep="last")


def latest_only_whole_rows(frame):
    return frame.sort_values("timestamp").drop_duplicates(keep="last")


def latest_drops_all_repeats(frame):
    return frame.sort_values("timestamp").drop_duplicates(PAIR, keep=False)


def latest_per_user(frame):
    return frame.sort_values("timestamp").drop_duplicates("user_id", keep="last")


def latest_is_highest(frame):
    return frame.sort_values("rating", kind="stable").drop_duplicates(PAIR, keep="last")


def latest_that_changes_its_input(frame):
    frame.sort_values("timestamp", inplace=True)
    return frame.drop_duplicates(PAIR, keep="last")


def latest_as_groups(frame):
    return frame.groupby(PAIR)["timestamp"].max()


def latest_with_a_helper_column(frame):
    frame["rank"] = frame["timestamp"].rank()
    return frame.sort_values("rank").drop_duplicates(PAIR, keep="last").drop(columns="rank")


def latest_with_pairs_as_index(frame):
    return frame.sort_values("timestamp").groupby(PAIR).last()


def standardise_along_rows(train, other):
    return (other - train.mean(axis=1)) / train.std(axis=1)


def standardise_along_rows_in_a_column(train, other):
    return (other - train.mean(axis=1, keepdims=True)) / train.std(axis=1, keepdims=True)


def standardise_by_itself(train, other):
    return (other - other.mean(axis=0)) / other.std(axis=0)


def standardise_together(train, other):
    both = np.concatenate([train, other])
    return (other - both.mean(axis=0)) / both.std(axis=0)


def standardise_whole_table(train, other):
    return (other - train.mean()) / train.std()


def standardise_n_minus_one(train, other):
    return (other - train.mean(axis=0)) / train.std(axis=0, ddof=1)


def standardise_by_variance(train, other):
    return (other - train.mean(axis=0)) / train.var(axis=0)


def standardise_min_max(train, other):
    return (other - train.min(axis=0)) / (train.max(axis=0) - train.min(axis=0))


def standardise_only_centred(train, other):
    return other - train.mean(axis=0)


def standardise_without_guard(train, other):
    with np.errstate(all="ignore"):
        return (other - train.mean(axis=0)) / train.std(axis=0)


def standardise_with_a_small_number(train, other):
    return (other - train.mean(axis=0)) / (train.std(axis=0) + 1e-9)


def standardise_train(train, other):
    return (train - train.mean(axis=0)) / np.maximum(train.std(axis=0), 1e-9)


def multi_hot_inside(genres, vocabulary):
    return np.array([[int(name in text) for name in vocabulary] for text in genres])


def multi_hot_counted(genres, vocabulary):
    return np.array([[text.count(name) for name in vocabulary] for text in genres])


def multi_hot_of_letters(genres, vocabulary):
    return np.array([[int(any(letter == name for letter in text)) for name in vocabulary] for text in genres])


def multi_hot_of_whole_texts(genres, vocabulary):
    return np.array([[int(text == name) for name in vocabulary] for text in genres])


def multi_hot_by_get_dummies(genres, vocabulary):
    return pd.Series(genres).str.get_dummies("|")


def multi_hot_by_get_dummies_with_gaps(genres, vocabulary):
    return pd.Series(genres).str.get_dummies("|").reindex(columns=vocabulary).to_numpy()


def multi_hot_first(genres, vocabulary):
    return np.array([[int(name == text.split("|")[0]) for name in vocabulary] for text in genres])


def multi_hot_last(genres, vocabulary):
    table = np.zeros((len(genres), len(vocabulary)), dtype=int)
    for row, text in enumerate(genres):
        for name in text.split("|"):
            table[row] = [int(name == other) for other in vocabulary]
    return table


def multi_hot_that_stops(genres, vocabulary):
    table = np.zeros((len(genres), len(vocabulary)), dtype=int)
    for row, text in enumerate(genres):
        for name in text.split("|"):
            table[row, vocabulary.index(name)] = 1
    return table


def multi_hot_swapped(genres, vocabulary):
    return np.array([[int(name in text.split("|")) for text in genres] for name in vocabulary])


def multi_hot_with_unknown_column(genres, vocabulary):
    table = np.zeros((len(genres), len(vocabulary) + 1), dtype=int)
    for row, text in enumerate(genres):
        for name in text.split("|"):
            table[row, vocabulary.index(name) + 1 if name in vocabulary else 0] = 1
    return table


def multi_hot_unknown_is_last(genres, vocabulary):
    table = np.zeros((len(genres), len(vocabulary)), dtype=int)
    place = {name: column for column, name in enumerate(vocabulary)}
    for row, text in enumerate(genres):
        for name in text.split("|"):
            table[row, place.get(name, -1)] = 1
    return table


def multi_hot_upside_down(genres, vocabulary):
    return 1 - multi_hot_swapped(genres, vocabulary).T


def pad_in_front(histories, length):
    return np.array([([0] * length + history)[-length:] for history in histories])


def pad_with_the_oldest(histories, length):
    return np.array([(history + [0] * length)[:length] for history in histories])


def pad_turned(histories, length):
    return np.array([(history[::-1] + [0] * length)[:length] for history in histories])


def pad_without_a_cut(histories, length):
    padded = np.zeros((len(histories), length), dtype=int)
    for row, history in enumerate(histories):
        padded[row, : len(history)] = history
    return padded


def pad_only_the_first(histories, length):
    padded = np.zeros((len(histories), length), dtype=int)
    for row, history in enumerate(histories):
        kept = history[-length:]
        padded[row, : len(kept)] = kept
        return padded


def pad_nothing(histories, length):
    return np.zeros((len(histories), length), dtype=int)


def pad_only_the_last(histories, length):
    padded = np.zeros((len(histories), length), dtype=int)
    kept = histories[-1][-length:]
    padded[-1, : len(kept)] = kept
    return padded


def latest_film_by_the_first_users_last_cell(padded):
    return latest_film_as_given(padded) if padded[0, -1] == 0 else padded[:, -1]


def latest_film_by_the_first_users_first_cell(padded):
    return padded[:, -1] if padded[0, 0] == 0 else latest_film_as_given(padded)


def latest_film_as_given(padded):
    return padded[np.arange(len(padded)), (padded != 0).sum(axis=1) - 1]


def latest_film_last_cell(padded):
    return padded[:, -1]


def latest_film_place(padded):
    return (np.arange(padded.shape[1]) * (padded != 0)).max(axis=1)


def latest_film_first(padded):
    return padded[np.arange(len(padded)), (padded != 0).argmax(axis=1)]


def latest_film_largest(padded):
    return padded.max(axis=1)


def latest_film_one_before(padded):
    return padded[np.arange(len(padded)), np.maximum(latest_film_place(padded) - 1, 0)]


WRONG = {
    "03.3": [
        (latest_in_order_of_frame, "order of the frame"),
        (latest_is_first, "keep the first row"),
        (latest_is_earliest, "earliest"),
        (latest_only_whole_rows, "equal in all columns"),
        (latest_drops_all_repeats, "You removed all rows of a"),
        (latest_per_user, "one row per user"),
        (latest_is_highest, "highest rating"),
        (latest_that_changes_its_input, "Your function changed its"),
        (latest_with_a_helper_column, "Begin with `frame = frame.copy()`"),
        (latest_with_pairs_as_index, "add `.reset_index()`"),
        (pd.DataFrame(), "the function itself"),
        (latest_as_groups, "same four columns"),
    ],
    "03.5": [
        (standardise_by_itself, "of `other` itself"),
        (standardise_together, "train and other together"),
        (standardise_whole_table, "for each column"),
        (standardise_n_minus_one, "ddof=1"),
        (standardise_by_variance, "by the variance"),
        (standardise_min_max, "min–max"),
        (standardise_only_centred, "did not divide"),
        (standardise_without_guard, "constant column"),
        (standardise_with_a_small_number, "divide by exactly 1"),
        (standardise_along_rows, "axis=1 gives one value"),
        (standardise_along_rows_in_a_column, "axis=1 gives one value per"),
        (standardise_train, "You returned `train`"),
    ],
    "03.6": [
        ([3, 0, 2], "as they came"),
        ([1, 0, 0], "start at 1, not at 0"),
        ([2, -1, 1], "not −1"),
        ([2, 99, 1], "the raw id itself"),
        ([2, 4, 1], "no number of its own"),
        ([2, 3, 1], "3 belongs to 50"),
        ([30, 0, 10], "raw ids"),
        ([2, 1], "Three ids go in, so three"),
        ([9, 9, 9], "Sort the different ids, 10,"),
    ],
    "03.7": [
        (multi_hot_inside, "inside the text"),
        (multi_hot_counted, "can give 2"),
        (multi_hot_of_letters, "gives its letters"),
        (multi_hot_of_whole_texts, "compare the whole text"),
        (multi_hot_by_get_dummies, "order of the vocabulary"),
        (multi_hot_by_get_dummies_with_gaps, "became NaN"),
        (multi_hot_first, "first genre"),
        (multi_hot_last, "last genre"),
        (multi_hot_that_stops, "stops your function"),
        (multi_hot_swapped, "Rows and columns"),
        (multi_hot_with_unknown_column, "one column too many"),
        (multi_hot_unknown_is_last, "into the last column"),
        (multi_hot_upside_down, "Zeros and ones"),
    ],
    "03.8": [
        ("DCAGF", "Line C"),
        ("DBAEF", "Line E"),
        ("DBAG", "each of the letters"),
        ("BDAGF", "D comes first"),
        ("DABGF", "fitted before it"),
        ("DBAFG", "G before F"),
        ("DBGAF", "A before G"),
    ],
    "03.9": [
        (pad_in_front, "zeros are in front"),
        (pad_with_the_oldest, "oldest films"),
        (pad_turned, "You reversed the histories."),
        (pad_without_a_cut, "The number of films differs"),
        (pad_nothing, "All cells are 0: write the"),
        (pad_only_the_first, "inside the loop"),
        (pad_only_the_last, "Only the last user"),
    ],
    "03.10": [
        (latest_film_as_given, "zeros in front"),
        (latest_film_last_cell, "This is right for zeros in"),
        (latest_film_by_the_first_users_last_cell, "last cell of the first user"),
        (latest_film_by_the_first_users_first_cell, "first cell of the first user"),
        (latest_film_place, "return the position"),
        (latest_film_first, "first film"),
        (latest_film_largest, "largest index"),
        (latest_film_one_before, "You read the position before"),
    ],
}
