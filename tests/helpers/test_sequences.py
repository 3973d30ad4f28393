"""Histories, windows and negatives against slow twins in plain Python, and the properties that models rely on."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_helpers.data import IdMap, histories, last_items, order_in_time, windows
from recsys_helpers.models import negative_probabilities

steady = settings(derandomize=True, deadline=None, max_examples=150)
seeds = st.integers(0, 2**32 - 1)
lists_of_histories = st.lists(st.integers(0, 12), min_size=1, max_size=6)  # their lengths


def some_interactions(seed, n_users=6, n_items=9, n_rows=40):
    """Interactions in time order; user 1 and some items may have none."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"user_id": rng.integers(2, n_users + 1, n_rows), "item_id": rng.integers(1, n_items + 1, n_rows)}
    )
    frame = frame.assign(timestamp=rng.integers(0, 20, n_rows)).drop_duplicates(["user_id", "item_id"])
    return order_in_time(frame), IdMap(range(1, n_users + 1)), IdMap(range(1, n_items + 1))


def made(lengths, seed):
    """One history for each length, all items different over all users, so that a target tells where it came from."""
    items = iter(np.random.default_rng(seed).permutation(200) + 1)
    return [np.array([next(items) for _ in range(length)], int) for length in lengths]


# ---- histories -----------------------------------------------------------------------------------------------------


@steady
@given(seeds)
def test_histories_are_the_rows_of_each_user_in_order(seed):
    frame, users, items = some_interactions(seed)
    got = histories(frame, users, items)
    assert len(got) == users.n_rows and got[0].tolist() == []
    for user_id in range(1, 7):
        wanted = [row.item_id for row in frame.itertuples() if row.user_id == user_id]  # here raw ids are the indices
        assert got[user_id].tolist() == wanted
    assert all(history.dtype == np.int32 for history in got)


def test_histories_take_raw_ids_and_mixed_users():
    frame = pd.DataFrame({"user_id": [9, 5, 9, 5], "item_id": [300, 100, 100, 200], "timestamp": [1, 1, 2, 3]})
    got = histories(frame, IdMap([5, 9, 11]), IdMap([100, 200, 300]))
    assert [history.tolist() for history in got] == [[], [1, 2], [3, 1], []]


def test_histories_out_of_order_and_unknown_ids_are_refused():
    frame, users, items = some_interactions(1)
    with pytest.raises(ValueError, match="order_in_time"):
        histories(frame.iloc[::-1], users, items)
    with pytest.raises(KeyError, match="Unknown to items"):
        histories(frame.assign(item_id=999), users, items)


def test_a_later_user_may_have_earlier_times():
    frame = pd.DataFrame({"user_id": [1, 2], "item_id": [1, 1], "timestamp": [9, 3]})
    assert [history.tolist() for history in histories(frame, IdMap([1, 2]), IdMap([1]))] == [[], [1], [1]]


# ---- last_items ----------------------------------------------------------------------------------------------------


@steady
@given(lists_of_histories, st.integers(1, 15), seeds)
def test_last_items_are_the_newest_with_padding_behind(lengths, length, seed):
    given_histories = made(lengths, seed)
    got = last_items(given_histories, length)
    assert got.shape == (len(lengths), length) and got.dtype == np.int32
    for row, history in zip(got.tolist(), given_histories):
        newest = history.tolist()[max(0, len(history) - length) :]
        assert row == newest + [0] * (length - len(newest))


def test_last_items_needs_a_length():
    with pytest.raises(ValueError, match="at least 1"):
        last_items([np.array([1])], 0)


# ---- windows -------------------------------------------------------------------------------------------------------


@steady
@given(lists_of_histories, st.integers(1, 8), st.integers(1, 4), seeds)
def test_windows_are_pieces_of_a_history_and_every_target_lies_within_the_horizon(lengths, length, horizon, seed):
    given_histories = made(lengths, seed)
    if max(lengths) < 2:
        with pytest.raises(ValueError, match="two items"):
            windows(given_histories, length, np.random.default_rng(seed), horizon)
        return
    inputs, targets = windows(given_histories, length, np.random.default_rng(seed), horizon)
    assert inputs.shape == targets.shape == (len(inputs), length)
    home = {item: (user, place) for user, history in enumerate(given_histories) for place, item in enumerate(history)}
    for row, target_row in zip(inputs.tolist(), targets.tolist()):
        n_real = sum(item > 0 for item in row)
        assert n_real > 0
        assert all(row[:n_real]) and not any(row[n_real:]), "padding stands only at the end"
        assert all(target_row[:n_real]) and not any(target_row[n_real:])
        start = home[row[0]]
        for step, (item, target) in enumerate(zip(row[:n_real], target_row[:n_real])):
            assert home[item] == (start[0], start[1] + step), "a window is a piece without gaps, of one user"
            assert home[target][0] == start[0]
            assert 1 <= home[target][1] - home[item][1] <= horizon


@steady
@given(lists_of_histories, st.integers(1, 8), seeds)
def test_every_place_but_the_last_is_learned_from_and_the_newest_item_is_a_target(lengths, length, seed):
    given_histories = made(lengths, seed)
    if max(lengths) < 2:
        return
    inputs, targets = windows(given_histories, length, np.random.default_rng(seed))
    for history in given_histories:
        if len(history) >= 2:
            assert set(history[-min(len(history), length + 1) : -1]) <= set(inputs.ravel())  # the newest window
            assert history[-1] in targets
            assert history[-1] not in inputs


@steady
@given(lists_of_histories, st.integers(1, 8), seeds)
def test_with_horizon_one_the_target_is_the_next_item(lengths, length, seed):
    if max(lengths) < 2:
        return
    given_histories = made(lengths, seed)
    following = {a: b for history in given_histories for a, b in zip(history.tolist(), history.tolist()[1:])}
    inputs, targets = windows(given_histories, length, np.random.default_rng(seed))
    assert [following[item] for item in inputs[inputs > 0].tolist()] == targets[targets > 0].tolist()


def test_the_same_generator_gives_the_same_windows_and_each_call_others():
    given_histories = made([40, 30], 3)
    one, again = (windows(given_histories, 5, np.random.default_rng(8), horizon=3) for _ in range(2))
    assert all((a == b).all() for a, b in zip(one, again))
    rng = np.random.default_rng(8)
    first, second = (windows(given_histories, 5, rng, horizon=3) for _ in range(2))
    assert first[0].shape != second[0].shape or (first[0] != second[0]).any()


def test_every_item_within_the_horizon_is_drawn_equally_often():
    history = [np.arange(1, 101)]
    rng = np.random.default_rng(4)
    ahead = []
    for _ in range(200):
        inputs, targets = windows(history, 10, rng, horizon=4)
        is_inner = (inputs > 0) & (inputs <= 90)  # near the end the last item stands in for those beyond it
        ahead.extend((targets - inputs)[is_inner])
    share = np.bincount(ahead, minlength=5)[1:] / len(ahead)
    assert np.abs(share - 0.25).max() < 4 * np.sqrt(0.25 * 0.75 / len(ahead))  # four standard errors


@pytest.mark.parametrize(("length", "horizon"), [(0, 1), (3, 0)])
def test_windows_without_length_or_horizon_are_refused(length, horizon):
    with pytest.raises(ValueError, match="at least 1"):
        windows(made([4], 1), length, np.random.default_rng(1), horizon)


# ---- negative_probabilities ---------------------------------------------------------------------------------------


@steady
@given(seeds, st.sampled_from([0, 0.25, 0.5, 0.75, 1, 2]), st.integers(2, 30))
def test_chances_are_powers_of_the_counts_and_sum_to_one(seed, power, n_columns):
    counts = np.random.default_rng(seed).integers(0, 9, n_columns)
    counts[-1] = 5
    wanted = [0.0 if index == 0 or count == 0 else float(count) ** power for index, count in enumerate(counts.tolist())]
    got = negative_probabilities(counts, power)
    np.testing.assert_allclose(got, np.array(wanted) / sum(wanted), rtol=1e-12)
    assert got[0] == 0 and got.sum() == pytest.approx(1, abs=1e-12)


def test_padding_is_never_drawn_even_if_it_was_counted():
    assert negative_probabilities(np.array([100, 1, 1]), 1).tolist() == [0, 0.5, 0.5]


def test_counts_of_nothing_are_refused():
    with pytest.raises(ValueError, match="count above zero"):
        negative_probabilities(np.array([7, 0, 0]))


def test_power_one_draws_as_the_data_do():
    items = np.random.default_rng(2).integers(1, 6, 5000)
    counts = np.bincount(items, minlength=6)
    drawn = np.random.default_rng(3).choice(6, 50_000, p=negative_probabilities(counts, power=1))
    share = np.bincount(drawn, minlength=6) / 50_000
    assert np.abs(share - counts / 5000).max() < 4 * np.sqrt(0.25 / 50_000)
