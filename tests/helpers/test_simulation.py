"""The laboratory is what it says: worlds, policies, estimators, A/B tests and loops, each against another way."""

import itertools

import numpy as np
import pytest
import scipy.signal
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_helpers.simulation import (
    ab,
    bucket,
    click_world,
    difference,
    direct_method,
    doubly_robust,
    draw,
    effective_sample_size,
    epsilon_greedy,
    estimators,
    false_alarms_of_looks,
    feedback_loop,
    ips,
    logged,
    mean_overlap,
    n_per_group,
    naive_mean,
    policy_value,
    power,
    snips,
    softmax_policy,
    thompson_scores,
)

steady = settings(derandomize=True, deadline=None, max_examples=30)
WORLD = click_world(n_users=7, n_items=5, dim=3, n_positions=4, seed=3)


# The world


def test_likes_and_clicks_follow_the_stated_rule():
    lists = np.array([np.random.default_rng(user).permutation(5)[:3] for user in range(7)])
    probability = WORLD.click_probability(lists)
    for user, position in itertools.product(range(7), range(3)):
        item = lists[user, position]
        logit = WORLD.appeal[item] + sum(WORLD.user_taste[user, d] * WORLD.item_taste[item, d] for d in range(3))
        like = 1 / (1 + np.exp(-logit))
        assert WORLD.like[user, item] == pytest.approx(like, abs=1e-12)
        assert probability[user, position] == pytest.approx(like / (position + 1), abs=1e-12)


def test_drawn_clicks_come_as_often_as_their_probability_says():
    lists = np.tile([4, 0, 2], (7, 1))
    rng, n = np.random.default_rng(0), 4000
    rate = sum(WORLD.clicks(lists, rng) for _ in range(n)) / n
    p = WORLD.click_probability(lists)
    assert (np.abs(rate - p) < 4.5 * np.sqrt(p * (1 - p) / n)).all()


def test_level_and_spreads_of_a_world_are_those_asked_for():
    world = click_world(n_users=2000, n_items=2000, dim=4, level=-1, appeal_spread=0.5, taste_spread=0.7)
    assert world.appeal.mean() == pytest.approx(-1, abs=0.05)
    assert world.appeal.std() == pytest.approx(0.5, rel=0.05)
    assert (world.user_taste @ world.item_taste.T).std() == pytest.approx(2 * 0.7**2, rel=0.05)


def test_lists_that_fit_no_world_are_refused():
    for lists in (np.zeros((6, 2), int), np.zeros((7, 5), int), np.zeros(7, int)):
        with pytest.raises(ValueError, match="one row for each of 7 users"):
            WORLD.click_probability(lists)
    for lists in (np.full((7, 2), 5), np.full((7, 2), -1)):
        with pytest.raises(ValueError, match="item numbers"):
            WORLD.click_probability(lists)
    with pytest.raises(ValueError, match="at least one"):
        click_world(n_items=0)


def test_a_seed_gives_the_same_world_and_another_one_another():
    assert np.array_equal(click_world(seed=1).like, click_world(seed=1).like)
    assert not np.array_equal(click_world(seed=1).like, click_world(seed=2).like)


# Policies and logs


@steady
@given(st.integers(1, 6), st.integers(1, 8), st.floats(0.05, 20), st.integers(0, 999))
def test_a_softmax_policy_keeps_the_order_and_the_ratios_of_its_scores(n, n_items, temperature, seed):
    scores = np.random.default_rng(seed).normal(0, 5, (n, n_items))
    policy = softmax_policy(scores, temperature)
    assert np.allclose(policy.sum(axis=1), 1)
    with np.errstate(divide="ignore"):
        ratio = np.log(policy[:, :1]) - np.log(policy[:, -1:])
    wanted = (scores[:, :1] - scores[:, -1:]) / temperature
    assert np.allclose(ratio[np.abs(wanted) < 500], wanted[np.abs(wanted) < 500])


def test_epsilon_greedy_gives_epsilon_to_everything_and_the_rest_to_the_best():
    policy = epsilon_greedy(np.array([[1.0, 3.0, 2.0, 0.0], [5.0, 1.0, 1.0, 1.0]]), 0.2)
    assert np.allclose(policy, [[0.05, 0.85, 0.05, 0.05], [0.85, 0.05, 0.05, 0.05]])


def test_what_is_no_probability_is_refused():
    with pytest.raises(ValueError, match="temperature"):
        softmax_policy(np.zeros((1, 2)), 0)
    with pytest.raises(ValueError, match="epsilon"):
        epsilon_greedy(np.zeros((1, 2)), 1.1)
    for policy in ([[0.5, 0.4]], [[1.5, -0.5]]):
        with pytest.raises(ValueError, match="sum to 1"):
            draw(np.array(policy), np.random.default_rng(0))
    for clicks, views in (([2], [1]), ([-1], [1])):
        with pytest.raises(ValueError, match="more clicks than views"):
            thompson_scores(np.array(clicks), np.array(views), np.random.default_rng(0))


def test_items_are_drawn_as_often_as_the_policy_says():
    policy, n = np.array([[0.0, 0.2, 0.5, 0.3]]), 20_000
    share = np.bincount(draw(np.tile(policy, (n, 1)), np.random.default_rng(1)), minlength=4) / n
    assert share[0] == 0
    assert (np.abs(share - policy[0]) < 4.5 * np.sqrt(0.25 / n)).all()


def test_thompson_draws_have_the_mean_and_spread_of_their_beta_distribution():
    draws = thompson_scores(np.full(20_000, 3), np.full(20_000, 10), np.random.default_rng(2))
    belief = scipy.stats.beta(4, 8)
    assert draws.mean() == pytest.approx(belief.mean(), abs=4.5 * belief.std() / np.sqrt(20_000))
    assert draws.std() == pytest.approx(belief.std(), rel=0.03)


def test_a_log_tells_the_propensities_and_earns_what_its_policy_is_worth():
    policy = softmax_policy(np.random.default_rng(5).normal(0, 1, (7, 5)))
    log = logged(WORLD, policy, 50_000, np.random.default_rng(6))
    assert np.array_equal(log.propensity, policy[log.user, log.item])
    by_hand = sum(policy[u, i] * WORLD.like[u, i] for u in range(7) for i in range(5)) / 7
    assert policy_value(WORLD, policy) == pytest.approx(by_hand, abs=1e-12)
    assert log.click.mean() == pytest.approx(by_hand, abs=4.5 * 0.5 / np.sqrt(50_000))
    for user in range(7):
        share = np.bincount(log.item[log.user == user], minlength=5) / (log.user == user).sum()
        assert np.abs(share - policy[user]).max() < 0.04


# Estimators: their expectation over everything that one row of a log can be, exactly


def expectation(estimate, logging, clip=np.inf, told=None, model=None):
    """E of an estimator on logs of one row, by enumeration. `told`: the propensities that the log claims."""
    target = softmax_policy(3 * WORLD.like, 0.5)
    told, total = logging if told is None else told, 0.0
    for u, i, click in itertools.product(range(7), range(5), (0.0, 1.0)):
        p = logging[u, i] / 7 * (WORLD.like[u, i] if click else 1 - WORLD.like[u, i])
        reward, weight = np.array([click]), np.array([target[u, i] / told[u, i]])
        item = np.array([i])
        predicted = None if model is None else model[u : u + 1]
        total += p * estimate(reward, weight, item, predicted, target[u : u + 1], clip)
    return total, policy_value(WORLD, target)


LOGGING = softmax_policy(np.random.default_rng(8).normal(0, 1, (7, 5)))
WRONG_MODEL = np.full((7, 5), 0.3) + np.arange(5) / 10
WRONG_PROPENSITIES = softmax_policy(np.random.default_rng(9).normal(0, 1, (7, 5)))


def by_ips(reward, weight, item, predicted, target, clip):
    return ips(reward, weight, clip)


def by_doubly_robust(reward, weight, item, predicted, target, clip):
    return doubly_robust(reward, weight, item, predicted, target)


def test_ips_is_unbiased_and_the_naive_mean_is_the_value_of_the_logging_policy():
    mean, truth = expectation(by_ips, LOGGING)
    assert mean == pytest.approx(truth, abs=1e-12)
    naive, _ = expectation(lambda reward, *rest: naive_mean(reward), LOGGING)
    assert naive == pytest.approx(policy_value(WORLD, LOGGING), abs=1e-12)
    assert abs(naive - truth) > 0.01


def test_clipping_lowers_the_mean_by_exactly_what_it_cuts_off():
    mean, truth = expectation(by_ips, LOGGING, clip=1.5)
    target = softmax_policy(3 * WORLD.like, 0.5)
    cut = (LOGGING * np.maximum(target / LOGGING - 1.5, 0) * WORLD.like).sum() / 7
    assert cut > 0.01
    assert truth - mean == pytest.approx(cut, abs=1e-12)


def test_ips_is_biased_if_the_propensities_are_wrong():
    mean, truth = expectation(by_ips, LOGGING, told=WRONG_PROPENSITIES)
    assert abs(mean - truth) > 0.02


@pytest.mark.parametrize(
    ("model", "told", "is_unbiased"),
    [
        (WRONG_MODEL, LOGGING, True),
        (WORLD.like, WRONG_PROPENSITIES, True),
        (WORLD.like, LOGGING, True),
        (WRONG_MODEL, WRONG_PROPENSITIES, False),
    ],
)
def test_doubly_robust_needs_only_one_of_model_and_propensities_to_be_right(model, told, is_unbiased):
    mean, truth = expectation(by_doubly_robust, LOGGING, told=told, model=model)
    assert bool(abs(mean - truth) < 1e-12) is is_unbiased


def test_the_direct_method_is_as_good_as_its_model():
    def direct(reward, weight, item, predicted, target, clip):
        return direct_method(predicted, target)

    right, truth = expectation(direct, LOGGING, model=WORLD.like)
    wrong, _ = expectation(direct, LOGGING, model=WRONG_MODEL)
    assert right == pytest.approx(truth, abs=1e-12)
    assert abs(wrong - truth) > 0.05


def test_in_repeated_logs_ips_snips_and_doubly_robust_are_unbiased_within_the_monte_carlo_error():
    target, rng = softmax_policy(3 * WORLD.like, 0.5), np.random.default_rng(10)
    truth, runs = policy_value(WORLD, target), []
    for _ in range(400):
        log = logged(WORLD, LOGGING, 2000, rng)
        weight = target[log.user, log.item] / log.propensity
        row = [ips(log.click, weight), snips(log.click, weight)]
        runs.append([*row, doubly_robust(log.click, weight, log.item, WRONG_MODEL[log.user], target[log.user])])
    bias, error = np.mean(runs, axis=0) - truth, np.std(runs, axis=0) / np.sqrt(400)
    assert (np.abs(bias) < 3.5 * error).all()


@steady
@given(st.lists(st.tuples(st.floats(0.01, 50), st.floats(0, 5)), min_size=1, max_size=20), st.floats(0.1, 10))
def test_snips_is_a_weighted_mean_and_the_sample_size_is_at_most_the_number_of_rows(rows, factor):
    weight, reward = np.array(rows).T
    slow = sum(w * r for w, r in rows) / sum(w for w, _ in rows)
    assert snips(reward, weight) == pytest.approx(slow, abs=1e-9)
    assert snips(reward, factor * weight) == pytest.approx(slow, abs=1e-9)
    assert reward.min() - 1e-9 <= snips(reward, weight) <= reward.max() + 1e-9
    assert 1 - 1e-9 <= effective_sample_size(weight) <= len(rows) + 1e-9
    assert effective_sample_size(factor * weight) == pytest.approx(effective_sample_size(weight))


def test_equal_weights_lose_no_rows():
    assert effective_sample_size(np.full(9, 0.3)) == pytest.approx(9)


def test_shapes_that_would_broadcast_are_refused():
    column, row = np.ones((3, 1)), np.ones(3)
    for call in (
        lambda: ips(row, column),
        lambda: snips(row, column),
        lambda: direct_method(np.ones((3, 2)), np.ones(2)),
        lambda: doubly_robust(column, row, np.zeros(3, int), np.ones((3, 2)), np.ones((3, 2))),
        lambda: estimators.ips(np.array([]), np.array([])),
    ):
        with pytest.raises(ValueError, match="must be the same"):
            call()


# A/B tests


def test_the_interval_of_a_difference_is_that_of_welch_for_large_groups():
    rng = np.random.default_rng(0)
    one, other = rng.normal(1, 2, 900), rng.normal(0.8, 0.5, 400)
    mean, low, high = difference(one, other)
    interval = scipy.stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    assert mean == pytest.approx(one.mean() - other.mean(), abs=1e-12)
    assert (low, high) == pytest.approx((interval.low, interval.high), abs=5e-4)


def test_in_a_test_of_a_against_a_the_interval_misses_zero_in_5_percent_of_2000_runs():
    world = click_world(n_users=400, n_items=3, seed=1)
    p, rng, users = world.like[:, 0], np.random.default_rng(2), range(400)
    false_alarms = 0
    for run in range(2000):
        is_treated = np.array([bucket(user, f"test {run}") for user in users]) == 1
        rate = rng.binomial(20, p) / 20
        _, low, high = difference(rate[is_treated], rate[~is_treated])
        false_alarms += not low <= 0 <= high
    assert false_alarms / 2000 == pytest.approx(0.05, abs=3.5 * np.sqrt(0.05 * 0.95 / 2000))


@pytest.mark.parametrize(("sd", "effect", "wanted", "alpha"), [(0.3, 0.01, 0.8, 0.05), (1, -0.2, 0.9, 0.01)])
def test_the_size_of_a_group_is_the_smallest_that_has_the_power(sd, effect, wanted, alpha):
    n = n_per_group(sd, effect, wanted, alpha)
    assert power(n, sd, effect, alpha) >= wanted - 1e-6 > power(n - 1, sd, effect, alpha) - 1e-4
    draws = np.random.default_rng(1).normal(effect, sd * np.sqrt(2 / n), 20_000)  # differences of two means
    found = np.abs(draws) > scipy.stats.norm.ppf(1 - alpha / 2) * sd * np.sqrt(2 / n)
    assert found.mean() == pytest.approx(wanted, abs=4.5 * np.sqrt(wanted * (1 - wanted) / 20_000))


def test_without_an_effect_the_power_is_the_share_of_false_alarms():
    assert power(500, 1.0, 0.0) == pytest.approx(0.05, abs=1e-9)


def test_questions_without_an_answer_are_refused():
    for options in ({"sd": 0, "effect": 1}, {"sd": 1, "effect": 0}, {"sd": 1, "effect": 1, "power": 1}):
        with pytest.raises(ValueError, match="must be positive"):
            n_per_group(**options)
    with pytest.raises(ValueError, match="two users"):
        difference(np.array([1.0]), np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match="at least one bucket"):
        bucket(1, "a", 0)


def test_buckets_are_balanced_stable_and_unrelated_between_experiments():
    n = 20_000
    one, other = (np.array([bucket(user, name, 4) for user in range(n)]) for name in ("a", "b"))
    assert np.array_equal(one, [bucket(str(user), "a", 4) for user in range(n)])
    counts = np.zeros((4, 4))
    np.add.at(counts, (one, other), 1)
    assert scipy.stats.chisquare(counts.ravel()).pvalue > 0.001
    assert scipy.stats.chisquare(np.bincount(one)).pvalue > 0.001


def exact_false_alarms(n_looks, threshold, n_grid=3001):
    """The probability by integration: density of the running sum among tests that have not stopped, look by look."""
    limit = threshold * np.sqrt(n_looks)
    x = np.linspace(-limit, limit, n_grid)
    step = x[1] - x[0]
    density = np.where(np.abs(x) <= threshold, scipy.stats.norm.pdf(x), 0)
    kernel = scipy.stats.norm.pdf(np.arange(-(n_grid - 1), n_grid) * step)
    for look in range(2, n_looks + 1):
        density = scipy.signal.fftconvolve(density, kernel)[n_grid - 1 : 2 * n_grid - 1] * step
        density = np.where(np.abs(x) <= threshold * np.sqrt(look), density, 0)
    return 1 - density.sum() * step


@pytest.mark.parametrize(("n_looks", "published"), [(1, 0.050), (2, 0.083), (5, 0.142), (10, 0.193)])
def test_looks_raise_false_alarms_as_published_and_as_integrated(n_looks, published):
    """Armitage, McPherson & Rowe, JRSS A 132, 1969, table 2."""
    share, error = false_alarms_of_looks(n_looks, n_runs=40_000)
    assert error == pytest.approx(np.sqrt(published * (1 - published) / 40_000), rel=0.05)
    assert share == pytest.approx(published, abs=3.5 * error + 0.0005)
    assert exact_false_alarms(n_looks, 1.96) == pytest.approx(published, abs=0.001)


def test_a_wider_threshold_repairs_ten_looks():
    assert ab.false_alarms_of_looks(10, threshold=2.555)[0] == pytest.approx(0.05, abs=0.006)


# The loop


def test_the_loop_shows_the_best_scores_and_hands_over_the_counts_so_far():
    world, seen = click_world(n_users=6, n_items=9, n_positions=3, seed=2), []

    def by_item(clicks, views, rng):
        seen.append((clicks.copy(), views.copy()))
        return np.tile(np.arange(9.0), (6, 1))

    rounds = feedback_loop(world, by_item, n_rounds=4, k=3)
    clicks, views = np.zeros((6, 9)), np.zeros((6, 9))
    for (clicks_before, views_before), one in zip(seen, rounds, strict=True):
        assert np.array_equal(clicks_before, clicks) and np.array_equal(views_before, views)
        assert np.array_equal(one.lists, np.tile([8, 7, 6], (6, 1)))
        assert one.value == pytest.approx(np.mean([world.like[u, i] for u in range(6) for i in (8, 7, 6)]))
        for user, position in itertools.product(range(6), range(3)):
            views[user, one.lists[user, position]] += 1
            clicks[user, one.lists[user, position]] += one.clicked[user, position]


def test_equal_scores_are_shown_in_another_order_each_round():
    world = click_world(n_users=6, n_items=9, n_positions=3, seed=2)
    rounds = feedback_loop(world, lambda clicks, views, rng: np.zeros((6, 9)), n_rounds=5, k=3)
    assert len({one.lists.tobytes() for one in rounds}) > 1
    again = feedback_loop(world, lambda clicks, views, rng: np.zeros((6, 9)), n_rounds=5, k=3)
    assert all(np.array_equal(one.lists, other.lists) for one, other in zip(rounds, again, strict=True))


def test_a_loop_that_cannot_run_is_refused():
    with pytest.raises(ValueError, match="k from 1"):
        feedback_loop(WORLD, lambda clicks, views, rng: clicks, n_rounds=1, k=5)
    with pytest.raises(ValueError, match="returned shape"):
        feedback_loop(WORLD, lambda clicks, views, rng: clicks[:2], n_rounds=1, k=2)


@steady
@given(st.integers(2, 8), st.integers(1, 4), st.integers(0, 999))
def test_the_overlap_of_lists_is_the_mean_over_all_pairs(n_users, k, seed):
    rng = np.random.default_rng(seed)
    lists = np.array([rng.permutation(6)[:k] for _ in range(n_users)])
    pairs = [len(set(one) & set(other)) / k for one, other in itertools.combinations(lists.tolist(), 2)]
    assert mean_overlap(lists, 6) == pytest.approx(np.mean(pairs), abs=1e-12)
