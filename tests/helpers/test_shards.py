"""Sharded tables against plain NumPy, the gradient against differences, and a log in parts against pandas."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_helpers.cluster import parts, shards


@given(st.integers(1, 7), st.integers(7, 40), st.integers(1, 4), st.integers(0, 30), st.integers(0, 2**32 - 1))
def test_shards_answer_as_the_whole_table(n, n_rows, dim, m, seed):
    rng = np.random.default_rng(seed)
    table, ids = rng.normal(size=(n_rows, dim)), rng.integers(0, n_rows, m)
    assert np.array_equal(shards.look_up(shards.cut(table, n), ids), table[ids])
    assert np.array_equal(shards.together(shards.cut(table, n)), table)


def test_a_process_that_needs_shards_loads_no_models():
    program = (
        "import sys; from recsys_helpers.cluster import shards; print({'pandas', 'scipy', 'keras'} & {*sys.modules})"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "set()\n"


def test_a_shard_is_a_copy():
    table = np.zeros((4, 1))
    shards.cut(table, 2)[0][:] = 1
    assert not table.any()


@pytest.mark.parametrize("id", [-1, 5])
def test_an_id_outside_the_table_is_refused(id):
    with pytest.raises(IndexError, match="rows 0 to 4"):
        shards.look_up(shards.cut(np.zeros((5, 2)), 2), np.array([1, id]))


def test_the_gradient_is_that_of_the_loss():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(6, 3))
    pairs = rng.integers(0, 6, 9), rng.integers(0, 6, 9), rng.integers(0, 2, 9).astype(float)
    numeric = np.zeros_like(table)
    for place in np.ndindex(*table.shape):
        shift = np.zeros_like(table)
        shift[place] = 1e-6
        numeric[place] = (shards.mean_loss(table + shift, *pairs) - shards.mean_loss(table - shift, *pairs)) / 2e-6
    assert np.allclose(shards.gradient(table, *pairs), numeric, atol=1e-8)


def test_training_leaves_its_input_alone_and_lowers_the_loss():
    rng = np.random.default_rng(1)
    table = rng.normal(size=(6, 3))
    before, pairs = table.copy(), (np.array([0, 1, 2]), np.array([3, 4, 5]), np.ones(3))
    after = shards.trained(table, pairs, [slice(0, 2), slice(2, 3)] * 20, rate=0.5)
    assert np.array_equal(table, before) and shards.mean_loss(after, *pairs) < shards.mean_loss(table, *pairs)


def test_pairs_are_neighbours_or_random_films():
    histories = [np.array([3, 5, 4]), np.array([7]), np.array([2, 9])]
    left, right, label = shards.film_pairs(histories, 12, np.random.default_rng(0))
    real = sorted(zip(left[label == 1].tolist(), right[label == 1].tolist()))
    assert real == [(2, 9), (3, 5), (5, 4)]
    assert sorted(left[label == 0].tolist()) == [2, 3, 5] and ((right > 0) & (right < 12)).all()


@pytest.fixture
def log(tmp_path):
    """A small log in five parts: their paths, and all rows in one frame."""
    paths = parts.write_log(tmp_path / "log", n_rows=3_003, n_parts=5, n_users=40, n_items=30)
    return paths, pd.concat(pd.read_parquet(path) for path in paths)


def test_parts_have_all_rows_in_time_order(log):
    paths, rows = log
    assert len(paths) == 5 and len(rows) == 3_003
    assert rows["timestamp"].is_monotonic_increasing
    assert rows["user_id"].between(1, 40).all() and rows["item_id"].between(1, 30).all()
    first, second = (pd.read_parquet(path)["item_id"].to_numpy() for path in paths[:2])
    assert not np.array_equal(first, second), "two parts draw different numbers"


def slow_histories(rows, longest):
    found = {}
    for user, _, item in sorted(zip(rows["user_id"], rows["timestamp"], rows["item_id"])):
        found.setdefault(user, []).append(item)
    return {user: items[-longest:] for user, items in found.items()}


def test_histories_are_those_of_a_loop(log):
    _, rows = log
    table = parts.history_table(rows.sample(frac=1, random_state=0), longest=7)
    assert dict(zip(table["user_id"], table["history"])) == slow_histories(rows, 7)
    assert len(parts.history_table(rows.head(0))) == 0


def test_rows_of_the_same_second_come_by_item_whichever_file_arrives_first():
    rows = pd.DataFrame({"user_id": 1, "item_id": [8, 3, 5], "timestamp": [7, 7, 2]})
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2]):
        assert parts.history_table(rows.iloc[order])["history"].tolist() == [[5, 3, 8]]


def test_negatives_are_unseen_and_differ_between_seeds(log):
    _, rows = log
    table = parts.history_table(rows, longest=7)
    one, other = (parts.add_negatives(table, 30, seed)["negatives"].tolist() for seed in (1, 2))
    assert one != other and one == parts.add_negatives(table, 30, 1)["negatives"].tolist()
    for history, negatives in zip(table["history"], one):
        assert len(negatives) == len(history) and not set(negatives) & set(history)
        assert all(1 <= item <= 30 for item in negatives)


@pytest.mark.slow
def test_ray_data_gives_what_pandas_gives(log, tmp_path):
    ray = pytest.importorskip("ray")
    paths, rows = log
    parts.start_ray(n_cpus=2)
    try:
        counts = parts.popularity(paths[0].parent, n_items=30)
        parts.write_histories(paths[0].parent, tmp_path / "made", n_buckets=3, n_items=30)
    finally:
        ray.shutdown()
    assert np.array_equal(counts, np.bincount(rows["item_id"], minlength=31))
    made = pd.concat(pd.read_parquet(path) for path in (tmp_path / "made").glob("*.parquet"))
    assert len(made) == rows["user_id"].nunique()
    assert {user: list(films) for user, films in zip(made["user_id"], made["history"])} == slow_histories(rows, 50)
    negatives = made.set_index("user_id")["negatives"]
    assert all(len(negatives[user]) == min(50, n) for user, n in rows["user_id"].value_counts().items())
