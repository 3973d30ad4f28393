"""Intervals over clusters: those of independent rows where clusters are single, wider where they are alike."""

import numpy as np
import pandas as pd
import pytest

from recsys_helpers.evaluation import mean_interval
from recsys_helpers.evaluation.clustered import rate_gap, rate_interval


def test_single_rows_give_the_interval_of_a_mean():
    happened = pd.Series(np.random.default_rng(1).random(500) < 0.3)
    rate, half = rate_interval(happened.astype(int), pd.Series(np.arange(500)))
    assert (rate, half) == pytest.approx(mean_interval(happened), rel=0.01)


def test_rows_that_repeat_within_a_cluster_count_once():
    happened, cluster = pd.Series(np.random.default_rng(2).random(300) < 0.2), pd.Series(np.arange(300))
    once = rate_interval(happened.astype(int), cluster)
    nine_times = rate_interval(pd.concat([happened.astype(int)] * 9), pd.concat([cluster] * 9))
    assert nine_times == pytest.approx(once)


def rows_of(rates, n_rows, seed):
    rng = np.random.default_rng(seed)
    item = np.repeat(np.arange(len(rates)), n_rows)
    return pd.DataFrame({"item_id": item, "is_like": (rng.random(len(item)) < rates[item]).astype(int)})


def test_the_gap_is_the_difference_of_the_rates_and_changes_its_sign():
    rows = rows_of(np.linspace(0.1, 0.5, 30), 20, 1)
    mean, low, high = rate_gap(rows, "is_like", range(15), range(15, 30))
    first = rows["item_id"] < 15
    assert mean == pytest.approx(rows.loc[first, "is_like"].mean() - rows.loc[~first, "is_like"].mean())
    assert low < mean < high < 0
    back = rate_gap(rows, "is_like", range(15, 30), range(15))
    assert back == pytest.approx((-mean, -high, -low))


def test_an_item_on_both_sides_stays_paired():
    rows = rows_of(np.linspace(0.1, 0.5, 30), 20, 3)
    assert rate_gap(rows, "is_like", range(10), range(10)) == (0, 0, 0)


def test_items_are_redrawn_with_all_their_rows():
    """A hundred identical rows of an item say no more than one."""
    of_item = pd.DataFrame({"item_id": np.arange(60), "is_like": np.random.default_rng(4).integers(0, 2, 60)})
    once = rate_gap(of_item, "is_like", range(30), range(30, 60))
    assert rate_gap(pd.concat([of_item] * 100), "is_like", range(30), range(30, 60)) == pytest.approx(once)


def test_in_95_of_100_worlds_the_interval_holds_the_truth():
    found = 0
    for seed in range(200):
        rates = np.random.default_rng(seed).beta(2, 6, 80)  # items differ, and their mean is 0.25 on both sides
        _, low, high = rate_gap(rows_of(rates, 10, seed), "is_like", range(40), range(40, 80), n_draws=300)
        found += low <= 0 <= high
    assert 180 <= found <= 199


def test_an_empty_side_is_refused():
    with pytest.raises(ValueError, match="Both sides"):
        rate_gap(rows_of(np.array([0.5, 0.5]), 3, 0), "is_like", [0], [7])
