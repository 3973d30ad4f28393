"""The results table: its rows, what is recorded, and means over seeds."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from recsys_helpers.evaluation import RANKING_METRICS, Evaluation, evaluate, mean_interval, mean_over_seeds
from recsys_helpers.notebook import recorded_seeds, results, results_so_far, results_table


def test_the_results_table_has_one_row_a_model_with_mean_interval_coverage_and_cost():
    rng = np.random.default_rng(8)
    world = rng.random((30, 16)), sp.csr_array((30, 16)), sp.csr_array((rng.random((30, 16)) < 0.2).astype(float))
    result = evaluate(*world, k=5, name="mine", seconds=1.25)
    row = results_table([result, evaluate(*world, k=5, name="other")]).loc["mine"]
    mean, half = mean_interval(result.per_user["NDCG"])
    assert row["NDCG@5"] == round(mean, 4) and row["±"] == round(half, 4)
    assert row["Recall@5"] == round(result.mean("Recall"), 4) and row["seconds"] == 1.2 and row["seeds"] == 1


def test_results_grow_lesson_by_lesson_and_only_the_build_records_them(tmp_path, monkeypatch):
    world = np.array([[0, 0, 0], [0, 0.9, 0.1], [0, 0.2, 0.3]]), sp.csr_array((3, 3)), sp.csr_array(np.eye(3))
    monkeypatch.setattr(results, "RECORDED", tmp_path)
    monkeypatch.delenv("RECSYS_RECORD", raising=False)
    assert list(results_so_far("04", [evaluate(*world, name="reader's own")]).index) == ["reader's own"]
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("RECSYS_RECORD", "1")
    results_so_far("08", [evaluate(*world, name="later")])
    results_so_far("04", [evaluate(*world, name="first draft")])
    assert list(results_so_far("04", [evaluate(*world, name="first")]).index) == ["first"]
    assert list(results_so_far("09", [evaluate(*world, name="new")]).index) == ["first", "later", "new"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["04.csv", "08.csv", "09.csv"]
    assert list(results.recorded_results()["lesson"]) == ["04", "08", "09"]
    assert list(results.recorded_results(before="09").index) == ["first", "later"]


def test_a_lesson_rewrites_its_recorded_rows_only_if_more_than_the_seconds_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "RECORDED", tmp_path)
    monkeypatch.setenv("RECSYS_RECORD", "1")
    results_so_far("04", [_constant(0.1, seconds=5.0), _constant(0.3, seconds=7.0)])
    first = (tmp_path / "04.csv").read_text(encoding="utf-8")
    shown = results_so_far("04", [_constant(0.1, seconds=6.0), _constant(0.3, seconds=7.0)])
    assert list(shown["seconds"]) == [6.0, 7.0]
    assert (tmp_path / "04.csv").read_text(encoding="utf-8") == first
    results_so_far("04", [_constant(0.1, seconds=6.0), _constant(0.4, seconds=7.0)])
    assert (tmp_path / "04.csv").read_text(encoding="utf-8") != first


def test_the_recorded_bar_is_what_the_models_reach(movielens):
    recorded = results.recorded_results()
    for name, outcome in (("popularity", movielens.popularity), ("item-kNN", movielens.knn), ("EASE", movielens.ease)):
        assert recorded.loc[name, "NDCG@10"] == pytest.approx(outcome.mean(), abs=0.001)


def _constant(value: float, seconds: float, n_users: int = 3) -> Evaluation:
    per_user = pd.DataFrame({metric: [value] * n_users for metric in RANKING_METRICS}, index=range(1, n_users + 1))
    return Evaluation("net", 10, per_user, coverage=value, seconds=seconds)


def test_the_mean_over_seeds_averages_each_user_and_the_costs():
    together = mean_over_seeds([_constant(0.1, 4.0), _constant(0.3, 8.0)], name="net, 2 seeds")
    assert (together.mean("NDCG"), together.coverage, together.seconds) == pytest.approx((0.2, 0.2, 6.0))
    assert together.seeds == 2
    assert together.name == "net, 2 seeds"
    with pytest.raises(ValueError, match="same users"):
        mean_over_seeds([_constant(0.1, 1.0), _constant(0.1, 1.0, n_users=4)])
    with pytest.raises(ValueError, match="at least one"):
        mean_over_seeds([])


def test_recorded_seeds_come_back_as_they_were_stored(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "THREE_SEEDS", tmp_path / "three_seeds.csv.gz")
    with pytest.raises(KeyError, match="make seeds"):
        recorded_seeds("net")
    rows = [
        _constant(value, 5.0).per_user.rename_axis("user_idx").reset_index().assign(model=model, seed=n, coverage=value)
        for model, n, value in (("net", 1, 0.1), ("net", 2, 0.3), ("other", 1, 0.9))
    ]
    pd.concat(rows).assign(seconds=5.0).to_csv(tmp_path / "three_seeds.csv.gz", index=False)
    first, second = recorded_seeds("net")
    assert (first.mean("NDCG"), second.mean("Recall"), second.coverage) == pytest.approx((0.1, 0.3, 0.3))
    assert second.seconds == 5.0
    assert list(first.per_user.index) == [1, 2, 3]
