"""The bundled impressions: what is in them, and that a damaged copy is refused."""

import shutil

import pytest

from recsys_helpers.data import movielens
from recsys_helpers.data.kuairand import load_kuairand

SIGNALS = ["is_click", "long_view", "is_like", "is_follow", "is_comment", "is_forward", "is_hate"]


@pytest.fixture(scope="module")
def frame():
    return load_kuairand()


def test_kuairand_has_the_documented_sizes_and_rates(frame):
    assert (len(frame), frame["user_id"].nunique(), frame["item_id"].nunique()) == (222_452, 25_156, 6_361)
    assert frame["is_click"].mean() == pytest.approx(0.4496, abs=5e-5)
    assert frame["is_like"].mean() == pytest.approx(0.0174, abs=5e-5)
    assert frame[SIGNALS].isin([0, 1]).all(axis=None)


def test_no_value_is_missing_and_no_row_stands_twice(frame):
    assert not frame.isna().any(axis=None)
    kept = ["user_id", "item_id", "day", "hour", "play_time_ms", "duration_ms", *SIGNALS]
    assert frame.duplicated(kept).mean() < 0.001  # the milliseconds tell the others apart


def test_days_run_from_0_to_13_in_order_of_time(frame):
    assert frame["day"].is_monotonic_increasing and set(frame["day"]) == set(range(14))
    assert frame["hour"].between(0, 23).all()


def test_a_damaged_file_is_refused(tmp_path, monkeypatch):
    shutil.copytree(movielens.BUNDLED / "kuairand-pure", tmp_path / "kuairand-pure")
    monkeypatch.setattr(movielens, "BUNDLED", tmp_path)
    path = tmp_path / "kuairand-pure" / "users.csv.gz"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="not the file"):
        load_kuairand()
    path.unlink()
    with pytest.raises(FileNotFoundError, match="missing"):
        load_kuairand()
