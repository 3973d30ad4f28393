"""Splits: what must hold for any table, the protocol's counts, and what ties do."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from recsys_helpers.data import (
    DataProblems,
    IdMap,
    check_interactions,
    histories,
    load_csv,
    load_movielens,
    order_in_time,
    split_global_time,
    split_last_share,
    split_leave_last_out,
    split_random,
    splits,
)

CASES = Path(__file__).parent / "cases"
steady = settings(derandomize=True, deadline=None, max_examples=100)
ALL = [split_last_share, split_leave_last_out, split_random, split_global_time]
PER_USER = [split_last_share, split_leave_last_out]
WITH_SHARES = [split_last_share, split_random, split_global_time]


@st.composite
def tables(draw):
    """A few users with unique items, many equal timestamps, rows in any order, one column more than needed."""
    pairs = draw(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 30)), unique=True, min_size=1, max_size=60))
    frame = pd.DataFrame(pairs, columns=["user_id", "item_id"])
    frame["timestamp"] = draw(st.lists(st.integers(0, 12), min_size=len(pairs), max_size=len(pairs)))
    return frame.assign(rating=frame.index / 2.0)


def parts_of(split, frame):
    """The parts; a table that leaves a part empty does not count here (what happens to it is tested below)."""
    try:
        return split(frame)
    except ValueError as error:
        assert "none would be in" in str(error)
        reject()


def sorted_rows(frame):
    return frame.sort_values(["user_id", "item_id"], ignore_index=True)


def one_user(n):
    return pd.DataFrame({"user_id": 1, "item_id": range(1, n + 1), "timestamp": range(n)})


def all_at_once(n_users, n_items):
    """Every user has every item, all in the same second."""
    user, item = np.divmod(np.arange(n_users * n_items), n_items)
    return pd.DataFrame({"user_id": user + 1, "item_id": item + 1, "timestamp": 5})


@pytest.fixture(scope="module")
def ratings():
    return load_movielens()[0]


# ---- any table -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("split", ALL)
@steady
@given(tables())
def test_the_three_parts_hold_every_row_exactly_once_and_unchanged(split, frame):
    before = frame.copy()
    pd.testing.assert_frame_equal(sorted_rows(pd.concat(parts_of(split, frame))), sorted_rows(frame))
    pd.testing.assert_frame_equal(frame, before)  # and the input is left as it was


@pytest.mark.parametrize("ties", ["random", "id"])
@pytest.mark.parametrize("split", PER_USER)
@steady
@given(tables())
def test_no_user_has_a_train_row_later_than_a_valid_row_or_a_valid_row_later_than_a_test_row(split, ties, frame):
    parts = split(frame, ties=ties)
    for user in frame["user_id"].unique():
        train, valid, test = (part.loc[part["user_id"] == user, "timestamp"].tolist() for part in parts)
        for earlier, later in ((train, valid), (valid, test), (train, test)):
            assert max(earlier, default=-1) <= min(later, default=99)


@steady
@given(tables(), st.sampled_from([0, 0.1, 0.3]), st.sampled_from([0.2, 0.5]))
def test_the_last_share_has_the_documented_size_for_each_user(frame, valid, test):
    parts = split_last_share(frame, valid, test)
    for user, n in frame.groupby("user_id").size().items():
        n_test = max(1, int(test * 10) * n // 10)
        n_valid = min(n - n_test, max(1, int(valid * 10) * n // 10) if valid else 0)
        assert [(part["user_id"] == user).sum() for part in parts] == [n - n_test - n_valid, n_valid, n_test]


@steady
@given(tables())
def test_leave_last_out_takes_one_test_row_of_each_user(frame):
    assert split_leave_last_out(frame).test["user_id"].tolist() == sorted(frame["user_id"].unique())


@steady
@given(tables())
def test_the_global_cut_is_strict_no_moment_stands_on_both_sides(frame):
    train, valid, test = (part["timestamp"].tolist() for part in parts_of(split_global_time, frame))
    assert max(train) < min(valid + test, default=99)  # the first row is always in train
    assert max(valid, default=-1) < min(test, default=99)


@pytest.mark.parametrize("split", [*PER_USER, split_global_time])
@steady
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_in_the_file_does_not_matter(split, frame, random):
    order = list(range(len(frame)))
    random.shuffle(order)
    for part, other in zip(parts_of(split, frame), split(frame.iloc[order])):
        pd.testing.assert_frame_equal(sorted_rows(part), sorted_rows(other))


def test_the_random_split_goes_by_place_in_the_frame_as_documented():
    frame = one_user(200)
    same, turned = split_random(frame).test, split_random(frame[::-1]).test
    assert set(same["item_id"]) != set(turned["item_id"])
    assert "place in the frame" in split_random.__doc__


@pytest.mark.parametrize("split", [*PER_USER, split_random])
def test_a_seed_gives_the_same_split_twice_and_another_seed_gives_another(split):
    frame = all_at_once(20, 20)
    assert split(frame, seed=1).test.equals(split(frame, seed=1).test)
    assert not split(frame, seed=1).test.equals(split(frame, seed=2).test)


def test_the_random_split_has_the_asked_shares():
    sizes = [len(part) for part in split_random(one_user(10_000), valid=0.1, test=0.2)]
    np.testing.assert_allclose(sizes, [7000, 1000, 2000], atol=4 * 10_000**0.5 * 0.5)  # four binomial sd at most


# ---- ties ----------------------------------------------------------------------------------------------------------


def test_random_ties_make_every_item_equally_often_the_last_one():
    last = split_leave_last_out(all_at_once(2000, 10)).test["item_id"]
    assert scipy.stats.chisquare(np.bincount(last, minlength=11)[1:]).pvalue > 0.001


def test_random_ties_give_each_user_an_own_order():
    ordered = order_in_time(all_at_once(50, 10))
    orders = {tuple(items) for _, items in ordered.groupby("user_id")["item_id"]}
    assert len(orders) == 50


def test_ties_by_id_make_the_highest_id_the_last_one_of_everybody():
    assert (split_leave_last_out(all_at_once(50, 10), ties="id").test["item_id"] == 10).all()
    assert set(split_last_share(all_at_once(50, 10), ties="id").test["item_id"]) == {9, 10}


def test_ties_only_decide_inside_one_second():
    frame = all_at_once(30, 10)
    frame["timestamp"] += frame["item_id"] // 5  # items 1–4, 5–9, 10: three seconds
    for ties in ("random", "id"):
        ordered = order_in_time(frame, ties=ties)
        assert (ordered.groupby("user_id")["timestamp"].diff().dropna() >= 0).all()
        assert (ordered.groupby("user_id")["item_id"].last() == 10).all()


# ---- small and bad inputs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("split", PER_USER)
def test_a_user_with_one_row_goes_to_test_and_one_with_two_rows_to_valid_and_test(split):
    assert [part["item_id"].tolist() for part in split(one_user(1))] == [[], [], [1]]
    assert [part["item_id"].tolist() for part in split(one_user(2))] == [[], [1], [2]]
    assert [part["item_id"].tolist() for part in split(one_user(3))] == [[1], [2], [3]]


@pytest.mark.parametrize("split", ALL)
def test_an_empty_frame_has_nothing_to_split(split):
    with pytest.raises(ValueError, match="The frame has no rows"):
        split(one_user(3)[:0])


def test_rows_of_one_day_leave_the_global_cut_nothing_to_test_and_the_split_it_names_works():
    frame = load_csv(CASES / "one_day.csv")
    with pytest.raises(ValueError, match="Of 30 rows none would be in test") as caught:
        split_global_time(frame)
    assert "100% of the rows share the time 1500000000" in str(caught.value)
    advised = getattr(splits, re.search(r"Use (\w+)", str(caught.value))[1])
    assert [len(part) for part in advised(frame)] == [21, 3, 6]


def test_a_crowded_second_at_the_border_that_leaves_valid_empty_is_named():
    frame = one_user(10).assign(timestamp=[0, 1, 2, 3, 7, 7, 7, 7, 8, 9])  # from 70 % to 80 %: all at 7
    with pytest.raises(ValueError, match=r"none would be in valid\. 40% of the rows share the time 7"):
        split_global_time(frame)
    assert [len(part) for part in split_global_time(frame, valid=0)] == [8, 0, 2]


def test_a_random_split_of_too_few_rows_is_refused():
    with pytest.raises(ValueError, match=r"Of 2 rows none would be in test\. Give more rows or larger shares"):
        split_random(one_user(2), test=0.01)


def follow(error, frame):
    """What the call that the message advises makes of the frame."""
    names = {"frame": frame, "check_interactions": check_interactions}
    exec(re.search(r"Call (.*?):", str(error))[1], names)
    return names["frame"]


BAD_TIMES = {"missing": np.nan, "text": "2020-05-03", "infinite": np.inf}


@pytest.mark.parametrize("bad", BAD_TIMES)
@pytest.mark.parametrize("cut", [*ALL, order_in_time])
def test_times_that_are_missing_or_text_are_refused_and_the_advice_names_the_rows(cut, bad):
    frame = one_user(10).astype({"timestamp": object}).assign(user_id=[1, 2] * 5)
    frame.loc[4, "timestamp"] = BAD_TIMES[bad]
    frame = frame.infer_objects()
    with pytest.raises(ValueError, match=r"timestamp is (missing in 1 of 10 rows|no column)") as caught:
        cut(frame)
    with pytest.raises(DataProblems, match="row 4"):
        follow(caught.value, frame)


def test_whole_numbers_in_a_column_of_objects_are_read_by_following_the_advice():
    frame = one_user(10).assign(user_id=[1, 2] * 5, timestamp=pd.Series(range(10**9, 10**9 + 10), dtype=object))
    with pytest.raises(ValueError, match="timestamp is no column of numbers: it is object") as caught:
        split_leave_last_out(frame)
    assert len(split_leave_last_out(follow(caught.value, frame)).test) == 2


@pytest.mark.parametrize("column", ["user_id", "item_id"])
@pytest.mark.parametrize("cut", ALL)
def test_missing_ids_are_refused(cut, column):
    frame = one_user(10).astype({column: float})
    frame.loc[3, column] = np.nan
    with pytest.raises(ValueError, match=f"{column} is missing in 1 of 10 rows"):
        cut(frame)


@pytest.mark.parametrize("cut", ALL)
def test_dates_of_pandas_are_times(cut):
    frame = all_at_once(4, 10).assign(timestamp=lambda t: t["item_id"])
    dates = frame.assign(timestamp=pd.to_datetime(frame["timestamp"], unit="D"))
    for part, other in zip(cut(frame), cut(dates)):
        assert part[["user_id", "item_id"]].equals(other[["user_id", "item_id"]])


def test_histories_refuse_missing_times_and_name_a_column_that_is_not_there():
    frame, users, items = one_user(3).astype({"timestamp": float}), IdMap([1]), IdMap([1, 2, 3])
    frame.loc[1, "timestamp"] = np.nan
    with pytest.raises(ValueError, match="timestamp is missing in 1 of 3 rows"):
        histories(frame, users, items)
    with pytest.raises(KeyError, match="no column 'timestamp'"):
        histories(frame.drop(columns="timestamp"), users, items)


@pytest.mark.parametrize("ties", ["random", "id"])
def test_columns_and_labels_of_ones_own_survive_whatever_their_names(ties):
    frame = all_at_once(3, 4).assign(tie="mine", user="too", index=range(12)).set_index("user_id", drop=False)
    ordered = order_in_time(frame, ties)
    assert list(ordered) == ["user_id", "item_id", "timestamp", "tie", "user", "index"]
    assert set(ordered["tie"]) == {"mine"} and sorted(ordered["index"]) == list(range(12))
    plain = order_in_time(all_at_once(3, 4), ties)
    assert ordered[["user_id", "item_id"]].equals(plain[["user_id", "item_id"]])  # and have no say in the order


@pytest.mark.parametrize("split", WITH_SHARES)
@pytest.mark.parametrize("shares", [(-0.1, 0.2), (0.1, 0), (0.1, -0.2), (0.5, 0.5), (0.1, 1.5), (np.nan, 0.2)])
def test_impossible_shares_are_refused(split, shares):
    with pytest.raises(ValueError, match="shares that leave something to train on"):
        split(one_user(10), *shares)


@pytest.mark.parametrize("split", WITH_SHARES)
def test_a_valid_share_of_zero_leaves_valid_empty(split):
    parts = split(one_user(100), valid=0, test=0.2)
    assert len(parts.valid) == 0 and len(parts.test) > 0


@pytest.mark.parametrize("split", PER_USER)
def test_an_unknown_tie_rule_and_a_missing_column_are_named(split):
    with pytest.raises(ValueError, match="'random' or 'id', not 'first'"):
        split(one_user(5), ties="first")
    with pytest.raises(KeyError, match="no column 'timestamp'"):
        split(one_user(5).drop(columns="timestamp"))


# ---- MovieLens small under the course's protocol -------------------------------------------------------------------


def test_the_protocol_has_70529_train_9722_valid_and_19753_test_ratings(ratings):
    assert [len(part) for part in split_last_share(ratings)] == [70_529, 9_722, 19_753]


def test_1502_test_ratings_are_of_films_that_train_and_valid_never_saw(ratings):
    train, valid, test = split_last_share(ratings)
    assert (~test["item_id"].isin(pd.concat([train, valid])["item_id"])).sum() == 1_502


def test_the_protocol_is_the_one_written_down_step_by_step(ratings):
    """The oracle: the sentence of the course's protocol in plain Python."""
    rows = sorted(ratings[["user_id", "item_id", "timestamp"]].itertuples(index=False, name=None))
    ties = np.random.default_rng(42).random(len(rows))
    histories = {}
    for user, _, item in sorted((user, (time, tie), item) for (user, item, time), tie in zip(rows, ties)):
        histories.setdefault(user, []).append(item)
    expected = ([], [], [])
    for user, items in histories.items():
        n = len(items)
        start_test = n - max(1, n // 5)
        start_valid = start_test - max(1, n // 10)
        for part, chosen in zip(expected, (items[:start_valid], items[start_valid:start_test], items[start_test:])):
            part.extend((user, item) for item in chosen)
    for part, pairs in zip(split_last_share(ratings), expected):
        assert list(part[["user_id", "item_id"]].itertuples(index=False, name=None)) == pairs


def test_leave_last_out_has_one_valid_and_one_test_rating_for_each_of_671_users(ratings):
    assert [len(part) for part in split_leave_last_out(ratings)] == [100_004 - 2 * 671, 671, 671]


def test_only_23_users_stand_on_both_sides_of_the_global_cut(ratings):
    train, valid, test = split_global_time(ratings)
    assert [len(part) for part in (train, valid, test)] == [70_003, 10_000, 20_001]
    before = set(train["user_id"]) | set(valid["user_id"])
    assert len(before & set(test["user_id"])) == 23
