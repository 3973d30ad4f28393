"""The map between raw ids and dense indices."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_helpers.data import IdMap

steady = settings(derandomize=True, deadline=None, max_examples=100)
some_ids = st.one_of(st.lists(st.integers(-(2**40), 2**40), min_size=1), st.lists(st.text(max_size=4), min_size=1))


@steady
@given(some_ids)
def test_indices_are_1_to_n_in_sorted_order_of_the_ids_and_lead_back(raw):
    id_map, known = IdMap(raw), sorted(set(raw))
    assert id_map.to_idx(known).tolist() == list(range(1, len(known) + 1))
    assert id_map.to_id(id_map.to_idx(raw)).tolist() == raw
    assert id_map.ids.tolist() == known
    assert (id_map.n, id_map.n_rows) == (len(known), len(known) + 1)


@steady
@given(some_ids, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_of_the_ids_changes_the_map(raw, random):
    again = raw * 2
    random.shuffle(again)
    assert IdMap(again).ids.tolist() == IdMap(raw).ids.tolist()


def test_index_0_belongs_to_nobody():
    assert 0 not in IdMap([0, 5]).to_idx([0, 5])


def test_an_unknown_id_raises_and_is_named_or_becomes_the_index_asked_for():
    id_map = IdMap([10, 20])
    with pytest.raises(KeyError, match=r"\[7, 8\]"):
        id_map.to_idx([10, 7, 8, 7])
    assert id_map.to_idx([7, 20, 10], unknown=0).tolist() == [0, 2, 1]


def test_no_more_than_five_unknown_ids_are_listed():
    with pytest.raises(KeyError, match=r"\[0, 1, 2, 3, 4\]"):
        IdMap([10_000]).to_idx(range(1000))


@pytest.mark.parametrize("idx", [[0], [1, 0], [3], [-1]])
def test_padding_and_indices_outside_have_no_raw_id(idx):
    with pytest.raises(IndexError, match="0 is padding"):
        IdMap([10, 20]).to_id(idx)


def test_indices_of_any_shape_lead_back_and_empty_ones_to_nothing():
    id_map = IdMap(["b", "a"])
    assert id_map.to_id(np.array([[1, 2], [2, 1]])).tolist() == [["a", "b"], ["b", "a"]]
    assert id_map.to_id([]).tolist() == [] and id_map.to_idx([]).tolist() == []


def test_columns_of_a_frame_arrays_and_generators_are_all_ids():
    for raw in (pd.Series([3, 1], index=[7, 7]), np.array([3, 1]), (i for i in (3, 1)), {3: "x", 1: "y"}.keys()):
        assert IdMap(raw).ids.tolist() == [1, 3]
    assert IdMap([1, 3]).to_idx(pd.Series([3, 1], index=[7, 7])).tolist() == [2, 1]


def test_missing_ids_and_no_ids_are_refused():
    for raw in ([1.0, np.nan], ["a", None], pd.Series([1, pd.NA], dtype="Int64")):
        with pytest.raises(ValueError, match="missing"):
            IdMap(raw)
    with pytest.raises(ValueError, match="no ids"):
        IdMap([])


def test_a_missing_id_is_unknown():
    with pytest.raises(KeyError, match="nan"):
        IdMap([1.0, 2.0]).to_idx([1.0, np.nan])


BIG = 2**53  # from here on, a float64 stands for several whole numbers


@pytest.mark.parametrize("raw", [[float(BIG), np.nan], [float(BIG)], [-float(BIG)], np.array([2.0**24], np.float32)])
def test_ids_that_a_float_has_rounded_are_refused(raw):
    id_map = IdMap([BIG, BIG + 1, 2**24, 2**24 + 1])
    for read in (id_map.to_idx, lambda raw: id_map.to_idx(raw, unknown=0)):
        with pytest.raises(ValueError, match="too large for one: it may have been another id"):
            read(raw)
    with pytest.raises(ValueError, match="too large for one"):
        IdMap([number for number in raw if number == number] if isinstance(raw, list) else raw)


@pytest.mark.parametrize("kind", ["int64", "uint64", "Int64", "object"])
def test_large_whole_numbers_are_told_apart(kind):
    raw = pd.Series([BIG + 1, BIG, 7], dtype=kind)
    assert IdMap([7, BIG, BIG + 1]).to_idx(raw).tolist() == [3, 2, 1]
    assert IdMap(raw).to_idx([BIG + 1, BIG]).tolist() == [3, 2]


@pytest.mark.parametrize("kind", ["float64", "Float64", "float32"])
def test_small_ids_may_be_floats_and_fractions_are_unknown(kind):
    raw = pd.Series([3.0, 1.5, None, 1.0], dtype=kind)
    assert IdMap([1, BIG + 1, 3]).to_idx(raw, unknown=0).tolist() == [2, 0, 0, 1]


def test_the_advice_for_rounded_ids_works_when_it_is_followed(tmp_path):
    (tmp_path / "big.csv").write_text(f"user_id\n{BIG + 1}\n{BIG}\n\n", encoding="utf-8")
    path, names = tmp_path / "big.csv", {"pd": pd}
    with pytest.raises(ValueError, match="for example with") as caught:
        IdMap([1]).to_idx(pd.read_csv(path, skip_blank_lines=False)["user_id"])
    frame = eval(re.search(r"pd\.read_csv\(.*\)", str(caught.value))[0], names | {"path": path})
    assert IdMap(frame["user_id"]).ids.tolist() == [str(BIG), str(BIG + 1)]
