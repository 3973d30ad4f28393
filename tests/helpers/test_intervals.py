"""Intervals of means and of differences: against scipy.stats, and how often they hold the truth."""

import numpy as np
import pytest
import scipy.stats

from recsys_helpers.evaluation import mean_interval, paired_bootstrap


def user_values(rng, shape):
    """Values as NDCG has them: two users in five find nothing, the others something between 0 and 1; mean 0.6 · 0.3."""
    return np.where(rng.random(shape) < 0.4, 0, rng.beta(1.5, 3.5, shape))


def test_the_interval_is_that_of_the_normal_distribution_and_nearly_that_of_t():
    values = user_values(np.random.default_rng(1), 671)
    mean, half = mean_interval(values)
    error = scipy.stats.sem(values)
    assert mean == pytest.approx(values.mean(), abs=1e-15)
    assert half == pytest.approx(scipy.stats.norm.interval(0.95, 0, error)[1], rel=2e-5)  # 1.96 is rounded
    assert half == pytest.approx(scipy.stats.t.interval(0.95, 670, 0, error)[1], rel=2e-3)  # t is 0.18 % wider here


def test_the_interval_leaves_nan_out_and_needs_two_values():
    assert mean_interval([np.nan, 0.0, 1.0, np.nan]) == mean_interval([0.0, 1.0])
    for values in ([], [1.0], [1.0, np.nan]):
        with pytest.raises(ValueError, match="at least two users"):
            mean_interval(values)


def test_the_interval_holds_the_truth_95_times_in_100():
    worlds = user_values(np.random.default_rng(2), (2000, 200))
    means, halves = np.array([mean_interval(values) for values in worlds]).T
    covered = np.mean(np.abs(means - 0.6 * 0.3) <= halves)
    assert abs(covered - 0.95) < 0.015  # three binomial standard deviations of 2,000 trials


def test_the_paired_interval_holds_the_true_difference_95_times_in_100():
    rng = np.random.default_rng(3)
    covered = []
    for _ in range(400):
        shared = user_values(rng, 150)
        a, b = shared + 0.02 + rng.normal(0, 0.1, 150), shared + rng.normal(0, 0.1, 150)
        _, low, high = paired_bootstrap(a, b, n_draws=300)
        covered.append(low <= 0.02 <= high)
    assert abs(np.mean(covered) - 0.95) < 0.033  # three binomial standard deviations of 400 trials


def test_the_paired_bootstrap_is_that_of_scipy():
    rng = np.random.default_rng(4)
    a, b = user_values(rng, (2, 300))
    mean, low, high = paired_bootstrap(a, b, n_draws=4000)
    theirs = scipy.stats.bootstrap((a - b,), np.mean, n_resamples=4000, method="percentile", rng=5).confidence_interval
    error = scipy.stats.sem(a - b)
    # a 2.5 % quantile of 4,000 draws has a standard deviation of 0.042 standard errors, the difference of two 0.06
    assert abs(low - theirs.low) < 0.24 * error and abs(high - theirs.high) < 0.24 * error
    assert mean == pytest.approx((a - b).mean(), abs=1e-15)


def test_pairs_stay_together_so_a_constant_gain_has_no_width():
    b = user_values(np.random.default_rng(5), 100)
    assert paired_bootstrap(b + 0.1, b) == pytest.approx((0.1, 0.1, 0.1), abs=1e-12)


def test_the_paired_bootstrap_is_repeatable_leaves_nan_out_and_refuses_unequal_lengths():
    a, b = user_values(np.random.default_rng(6), (2, 50))
    assert paired_bootstrap(a, b) == paired_bootstrap(a, b)
    assert paired_bootstrap([*a, np.nan], [*b, 1.0]) == paired_bootstrap(a, b)
    with pytest.raises(ValueError, match="same users"):
        paired_bootstrap(a, b[:1])
    with pytest.raises(ValueError, match="at least two users"):
        paired_bootstrap([1.0, np.nan], [0.5, 0.5])
