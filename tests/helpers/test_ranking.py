"""Ranking and evaluation: against full sorts, plain Python, scipy.stats, a world with a known answer, known figures."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_helpers.data import IdMap, checkerboard, load_movielens, split_last_share, to_matrix
from recsys_helpers.evaluation import (
    RANKING_METRICS,
    Evaluation,
    evaluate,
    mean_interval,
    mean_over_seeds,
    paired_bootstrap,
    ranking,
    top_k,
)
from recsys_helpers.models import ease, ials, item_knn, popularity, rank_fusion
from recsys_helpers.notebook import recorded_seeds, results, results_so_far, results_table

steady = settings(derandomize=True, deadline=None, max_examples=150)
seeds = st.integers(0, 2**32 - 1)
widths = st.one_of(st.integers(1, 60), st.integers(1020, 1100), st.integers(1500, 1700))  # from 1,024 on: block bound


def top_k_slowly(scores, k, tie_order):
    """The oracle: sort every row completely; `tie_order` says which of two equally scored items comes first."""
    place = {item: place for place, item in enumerate(tie_order)}
    tops = []
    for row in scores.tolist():
        candidates = [item for item in range(1, len(row)) if row[item] > -math.inf]
        best = sorted(candidates, key=lambda item: (-row[item], place[item]))[:k]
        tops.append(best + [0] * (k - len(best)))
    return tops


def order_of_ties(n_columns, seed=42):
    return top_k(np.zeros((1, n_columns)), n_columns, seed)[0].tolist()


# ---- top_k ---------------------------------------------------------------------------------------------------------


@steady
@given(seeds, st.integers(1, 5), widths, st.integers(1, 40), st.sampled_from([2, 5, 100, 10**6]), st.booleans())
def test_top_k_is_the_head_of_a_full_sort(seed, n_rows, n_columns, k, n_levels, some_hidden):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, n_levels, (n_rows, n_columns)).astype(np.float32)  # few levels: many ties
    if some_hidden:
        scores[rng.random(scores.shape) < rng.choice([0.1, 0.9, 0.999])] = -np.inf
    assert top_k(scores, k).tolist() == top_k_slowly(scores, k, order_of_ties(n_columns))


@pytest.mark.parametrize("n_columns", [1023, 1024, 1025, 1535, 1536, 2049])
@pytest.mark.parametrize("k", [1, 10, 511, 512, 600])
def test_top_k_is_the_head_of_a_full_sort_around_the_block_size(n_columns, k):
    scores = np.random.default_rng(n_columns + k).standard_normal((3, n_columns))
    expected = np.argsort(-scores[:, 1:], axis=1)[:, :k] + 1
    np.testing.assert_array_equal(top_k(scores, k), expected)


def test_the_best_items_are_found_in_whichever_block_they_stand():
    n_columns = 1700
    for best in range(1, n_columns, 7):  # all others tie, one item in turn is better
        scores = np.zeros((1, n_columns))
        scores[0, best] = 1
        assert top_k(scores, 3)[0, 0] == best


@pytest.mark.parametrize("n_columns", [300, 3000])
def test_equal_scores_are_ordered_neither_by_index_nor_towards_either_end(n_columns):
    firsts = [top_k(np.zeros((1, n_columns)), 10, tie_seed)[0] for tie_seed in range(200)]
    assert len({tuple(first) for first in firsts}) == 200
    # 2,000 draws from 1 … n_columns − 1: the mean lies within 4 standard errors of the middle
    assert abs(np.mean(firsts) - n_columns / 2) < 4 * n_columns / math.sqrt(12 * 2000)


def test_equal_scores_have_the_same_order_in_every_row():
    assert (np.diff(top_k(np.ones((4, 50)), 49), axis=0) == 0).all()


def test_one_seed_gives_the_same_order_twice_and_any_item_can_come_first():
    assert order_of_ties(50) == order_of_ties(50)
    assert {order_of_ties(6, seed)[0] for seed in range(100)} == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("n_columns", [40, 2000])
def test_padding_is_never_returned_even_with_the_highest_score(n_columns):
    scores = np.random.default_rng(1).random((5, n_columns))
    without = top_k(scores, 10)
    scores[:, 0] = np.inf
    np.testing.assert_array_equal(top_k(scores, 10), without)


@pytest.mark.parametrize("n_columns", [40, 2000])
def test_hidden_items_are_never_returned_and_short_rows_end_in_zeros(n_columns):
    scores = np.full((3, n_columns), -np.inf)
    scores[0, [5, 7]] = [1, 2]
    scores[2, -1] = -1e30
    assert top_k(scores, 3).tolist() == [[7, 5, 0], [0, 0, 0], [n_columns - 1, 0, 0]]


@pytest.mark.parametrize("n_columns", [50, 1500])
@pytest.mark.parametrize("column", [0, 1, 30, -1])
def test_a_nan_anywhere_is_refused(n_columns, column):
    scores = np.zeros((3, n_columns))
    scores[1, column] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        top_k(scores, 5)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64, np.uint8])
def test_top_k_takes_any_kind_of_number(dtype):
    assert top_k(np.array([[0, 3, 200, 0, 7]], dtype=dtype), 3).tolist() == [[2, 4, 1]]


def test_top_k_takes_booleans():
    assert top_k(np.array([[True, False, True]]), 2).tolist() == [[2, 1]]


def test_top_k_refuses_a_single_row_without_its_axis_and_k_0():
    for scores, k in ((np.zeros(5), 2), (np.zeros((2, 5)), 0)):
        with pytest.raises(ValueError, match="k ≥ 1"):
            top_k(scores, k)


def test_top_k_leaves_the_scores_as_they_were():
    scores = np.random.default_rng(1).random((3, 1200))
    before = scores.copy()
    top_k(scores, 5)
    np.testing.assert_array_equal(scores, before)


# ---- evaluate ------------------------------------------------------------------------------------------------------


def random_world(seed, n_users=7, n_items=15):
    """Distinct scores, seen and relevant items that do not overlap; some users have nothing relevant."""
    rng = np.random.default_rng(seed)
    shape = (n_users + 1, n_items + 1)
    scores = rng.permutation(shape[0] * shape[1]).reshape(shape).astype(np.float32)
    kind = rng.choice(3, size=shape, p=[0.6, 0.25, 0.15])
    kind[0], kind[:, 0], kind[2, kind[2] == 2] = 0, 0, 0
    return scores, sp.csr_array((kind == 1).astype(np.float32)), sp.csr_array((kind == 2).astype(np.float32))


def evaluate_slowly(scores, seen, relevant, k):
    """The oracle: NDCG and Recall of each user in plain Python, and the set of items ever recommended."""
    ndcg, recall, recommended = [], [], set()
    for user in range(1, len(scores)):
        candidates = [item for item in range(1, scores.shape[1]) if not seen[user, item]]
        top = sorted(candidates, key=lambda item: -scores[user, item])[:k]
        truth = {item for item in range(scores.shape[1]) if relevant[user, item]}
        recommended |= set(top)
        gain = sum(1 / math.log2(rank + 1) for rank, item in enumerate(top, start=1) if item in truth)
        best = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(truth)) + 1))
        ndcg.append(gain / best if truth else math.nan)
        recall.append(len(truth & set(top)) / len(truth) if truth else math.nan)
    return ndcg, recall, recommended


@steady
@given(seeds, st.integers(1, 20))
def test_evaluate_agrees_with_plain_python_loops(seed, k):
    world = random_world(seed)
    got = evaluate(*world, k=k)
    ndcg, recall, recommended = evaluate_slowly(world[0], world[1].toarray(), world[2].toarray(), k)
    np.testing.assert_allclose(got.per_user["NDCG"], ndcg, rtol=0, atol=1e-12)
    np.testing.assert_allclose(got.per_user["Recall"], recall, rtol=0, atol=1e-12)
    assert got.coverage == len(recommended) / 15
    assert got.n_without_relevant == sum(map(math.isnan, ndcg)) >= 1
    assert got.per_user.index.tolist() == list(range(1, 8))


@steady
@given(seeds)
def test_an_array_a_sparse_matrix_and_a_function_give_the_same_result(seed):
    scores, seen, relevant = random_world(seed)
    sparse = sp.csr_array(scores)
    expected = evaluate(scores, seen, relevant, k=5).per_user
    for same in (sparse, lambda users: scores[users], lambda users: sparse[users], scores.astype(np.float64)):
        pd.testing.assert_frame_equal(evaluate(same, seen, relevant, k=5).per_user, expected)


@steady
@given(seeds, st.integers(1, 9))
def test_the_size_of_the_chunks_changes_nothing_not_even_between_ties(seed, chunk):
    scores, seen, relevant = random_world(seed)
    whole = evaluate(scores // 40, seen, relevant, k=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "CHUNK", chunk)
        parts = evaluate(scores // 40, seen, relevant, k=5)
    pd.testing.assert_frame_equal(parts.per_user, whole.per_user)
    assert parts.coverage == whole.coverage


@steady
@given(seeds)
def test_the_order_of_the_items_in_the_catalogue_changes_nothing(seed):
    scores, seen, relevant = random_world(seed)
    order = np.concatenate([[0], np.random.default_rng(seed).permutation(np.arange(1, 16))])
    expected, got = evaluate(scores, seen, relevant), evaluate(scores[:, order], seen[:, order], relevant[:, order])
    pd.testing.assert_frame_equal(got.per_user, expected.per_user)
    assert got.coverage == expected.coverage


def test_a_function_is_asked_for_every_user_once_and_never_for_row_0():
    scores, seen, relevant = random_world(1, n_users=300)
    asked = []
    evaluate(lambda users: asked.extend(users.tolist()) or scores[users], seen, relevant)
    assert asked == list(range(1, 301))


def test_seen_items_are_never_recommended_even_when_they_score_highest():
    scores, seen, _ = random_world(3)
    shouting = scores + 1e6 * seen.toarray()
    result = evaluate(shouting, seen, seen, k=15)  # if a seen item came through, it would be a hit
    assert (result.per_user.drop(index=result.per_user.index[result.per_user["NDCG"].isna()]) == 0).all(axis=None)


def test_users_without_relevant_items_are_counted_and_left_out_of_the_mean():
    relevant = sp.csr_array(np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 1]]))
    result = evaluate(np.tile([0.0, 2.0, 1.0], (4, 1)), 0 * relevant, relevant, k=1)
    assert result.per_user["Recall"].tolist()[0::2] == [1, 0] and np.isnan(result.per_user.loc[2, "Recall"])
    assert result.n_without_relevant == 1 and result.mean("Recall") == 0.5


def test_what_stands_in_row_0_and_column_0_does_not_count():
    scores, seen, relevant = random_world(4)
    expected = evaluate(scores, seen, relevant).per_user
    for matrix in (seen, relevant):
        changed = matrix.toarray()
        changed[0], changed[:, 0] = 1, 1
        pair = (changed, relevant) if matrix is seen else (seen, changed)
        pd.testing.assert_frame_equal(evaluate(scores, *map(sp.csr_array, pair)).per_user, expected)
    scores[0], scores[:, 0] = np.nan, np.nan
    pd.testing.assert_frame_equal(evaluate(scores, seen, relevant).per_user, expected)


def test_the_callers_scores_are_left_as_they_were():
    scores, seen, relevant = random_world(5)
    before = scores.copy()
    evaluate(scores, seen, relevant)
    evaluate(lambda users: scores[1:], seen, relevant)
    np.testing.assert_array_equal(scores, before)


def test_shapes_that_do_not_fit_are_refused():
    scores, seen, relevant = random_world(6)
    for bad in (scores[1:], scores[:, 1:], np.vstack([scores, scores[:1]]), scores[0]):
        with pytest.raises(ValueError, match="must have the shape of relevant"):
            evaluate(bad, seen, relevant)
    for bad in (scores, scores[2:], scores[1:, 1:], scores[1]):  # 7 users are asked for
        with pytest.raises(ValueError, match="Scores of 7 users have shape"):
            evaluate(lambda users, bad=bad: bad, seen, relevant)
    with pytest.raises(ValueError, match="must have the same shape"):
        evaluate(scores, seen[1:], relevant)


def test_scores_that_are_nan_for_an_unseen_item_are_refused():
    scores, seen, relevant = random_world(6)
    scores[3, np.flatnonzero(relevant.toarray()[3])[0]] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        evaluate(scores, seen, relevant)


def test_the_results_table_has_one_row_a_model_with_mean_interval_coverage_and_cost():
    world = random_world(8)
    result = evaluate(*world, k=5, name="mine", seconds=1.25)
    row = results_table([result, evaluate(*world, k=5, name="other")]).loc["mine"]
    mean, half = mean_interval(result.per_user["NDCG"])
    assert row["NDCG@5"] == round(mean, 4) and row["±"] == round(half, 4)
    assert row["Recall@5"] == round(result.mean("Recall"), 4) and row["seconds"] == 1.2 and row["seeds"] == 1


# ---- intervals -----------------------------------------------------------------------------------------------------


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


# ---- baselines on worlds with a known answer -----------------------------------------------------------------------


def test_item_knn_and_ease_solve_the_checkerboard_and_popularity_cannot():
    interactions, hidden = checkerboard()
    users, items = IdMap(range(1, 21)), IdMap(range(1, 31))
    seen, relevant = to_matrix(interactions, users, items), to_matrix(hidden, users, items)
    by_name = {
        "popularity": lambda users: np.tile(popularity(seen), (len(users), 1)),
        "item-kNN": seen @ item_knn(seen),
        "EASE": seen @ ease(seen),
    }
    # 5 hidden items of the own colour, 15 of the other: a solver finds all five, chance a quarter of them
    recall = {name: evaluate(scores, seen, relevant, k=5).mean("Recall") for name, scores in by_name.items()}
    assert recall["item-kNN"] == recall["EASE"] == 1
    assert recall["popularity"] < 0.5


@pytest.mark.parametrize("shape", [(6, 15), (40, 15)])
def test_both_ways_to_compute_ease_give_the_direct_inverse_and_its_optimum(shape):
    x = np.random.default_rng(1).random(shape) < 0.3
    x[0], x[:, 0] = False, False
    weights, x = ease(sp.csr_array(x.astype(np.float32)), 3.0), x.astype(float)
    inverse = np.linalg.inv(x.T @ x + 3.0 * np.eye(shape[1]))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(weights, expected, rtol=0, atol=1e-6)  # float32; measured 1e-7
    # |X − XB|² + λ|B|² has gradient 2 (XᵀXB − XᵀX + λB): zero off the diagonal, where B is free
    gradient = x.T @ x @ weights - x.T @ x + 3.0 * weights
    assert (np.diag(weights) == 0).all()
    assert np.abs(gradient[~np.eye(shape[1], dtype=bool)]).max() < 1e-5


def test_ease_refuses_to_work_without_regularisation():
    with pytest.raises(ValueError, match="regularisation > 0"):
        ease(sp.csr_array(np.eye(3)), 0)


def test_item_knn_is_the_shrunk_cosine_of_the_largest_neighbours():
    x = np.random.default_rng(2).random((25, 9)) < 0.4
    x[0], x[:, 0] = False, False
    got = item_knn(sp.csr_array(x.astype(np.float32)), n_neighbours=3, shrink=2.0).toarray()
    for j in range(9):
        together, alone = (x & x[:, [j]]).sum(axis=0), x.sum(axis=0)
        cosine = {i: together[i] / (math.sqrt(alone[i] * alone[j]) + 2) for i in range(9) if i != j}
        kept = np.flatnonzero(got[:, j])
        np.testing.assert_allclose(np.sort(got[:, j])[-3:], sorted(cosine.values())[-3:], rtol=0, atol=1e-6)
        np.testing.assert_allclose(got[kept, j], [cosine[i] for i in kept], rtol=0, atol=1e-6)
        assert len(kept) <= 3


def dense_ials(x, dim, regularisation, alpha, n_epochs, seed):
    """The oracle: every row by the whole weighted system, with a diagonal matrix of weights."""
    x = np.asarray(x, float)
    q = np.random.default_rng(seed).normal(0, 0.1, (x.shape[1], dim))
    q[x.sum(axis=0) == 0] = 0

    def solve(targets, other):
        solved = []
        for row in targets:
            weight = np.diag(1 + alpha * row)
            left = other.T @ weight @ other + regularisation * np.eye(dim)
            solved.append(np.linalg.inv(left) @ other.T @ weight @ row)
        return np.array(solved)

    for _ in range(n_epochs):
        p = solve(x, q)
        q = solve(x.T, p)
    return p, q


def ials_loss(x, p, q, regularisation, alpha):
    return ((1 + alpha * x) * (x - p @ q.T) ** 2).sum() + regularisation * ((p**2).sum() + (q**2).sum())


@pytest.mark.parametrize("dim", [1, 3, 8])  # rows with fewer and with more items than dim: both ways to solve
@pytest.mark.parametrize(("regularisation", "alpha"), [(0.5, 4.0), (3.0, 0.0)])
def test_ials_is_the_dense_weighted_least_squares_of_every_row(dim, regularisation, alpha):
    x = np.random.default_rng(dim).random((9, 14)) < 0.35
    x[0], x[:, 0], x[4], x[:, 6] = False, False, False, False  # padding, a user without items, an item without users
    p, q = ials(sp.csr_array(x.astype(np.float32)), dim, regularisation, alpha, n_epochs=3, seed=5)
    p_slow, q_slow = dense_ials(x, dim, regularisation, alpha, 3, 5)
    np.testing.assert_allclose(p, p_slow, rtol=0, atol=1e-9)
    np.testing.assert_allclose(q, q_slow, rtol=0, atol=1e-9)
    assert not p[[0, 4]].any() and not q[[0, 6]].any()


def test_the_loss_of_ials_never_rises_over_half_steps_and_ends_where_no_row_can_be_better():
    x = (np.random.default_rng(7).random((12, 10)) < 0.4).astype(float)
    x[0], x[:, 0] = 0, 0
    losses, q_before = [], None
    for n_epochs in range(1, 40):
        p, q = ials(sp.csr_array(x), 3, 0.4, 2.0, n_epochs)
        if q_before is not None:
            losses.append(ials_loss(x, p, q_before, 0.4, 2.0))  # after the users' half step
        losses.append(ials_loss(x, p, q, 0.4, 2.0))  # after the items' half step
        q_before = q
    assert (np.diff(losses) < 1e-9).all()
    weight = 1 + 2.0 * x
    gradient = -(weight * (x - p @ q.T)).T @ p + 0.4 * q
    assert np.abs(gradient).max() < 1e-9  # the last half step solved every item exactly


def test_ials_does_not_read_the_values_of_the_matrix_and_is_repeatable():
    x = np.random.default_rng(8).integers(0, 5, (8, 9))
    one = ials(sp.csr_array(x), 2, 1.0, 5.0, 2)
    for other in (ials(sp.csr_array(x > 0), 2, 1.0, 5.0, 2), ials(sp.csr_array(x), 2, 1.0, 5.0, 2)):
        assert all((a == b).all() for a, b in zip(one, other))


def test_ials_solves_the_checkerboard():
    interactions, hidden = checkerboard()
    users, items = IdMap(range(1, 21)), IdMap(range(1, 31))
    seen, relevant = to_matrix(interactions, users, items), to_matrix(hidden, users, items)
    p, q = ials(seen, dim=2, regularisation=1.0, alpha=5.0)  # two colours
    assert evaluate(p @ q.T, seen, relevant, k=5).mean("Recall") == 1


@pytest.mark.parametrize("wrong", [{"dim": 0}, {"regularisation": 0}, {"alpha": -1}, {"n_epochs": 0}])
def test_ials_refuses_settings_without_a_meaning(wrong):
    with pytest.raises(ValueError, match="iALS needs"):
        ials(sp.csr_array(np.eye(3)), **wrong)


def slow_fusion(scores, seen, k):
    """The oracle: places counted one by one, a tie as the mean of its places."""
    fused = np.zeros(seen.shape)
    for one in scores:
        for user, item in np.ndindex(seen.shape):
            free = [j for j in range(1, seen.shape[1]) if not seen[user, j]]
            if item in free:
                above = sum(one[user, j] > one[user, item] for j in free)
                equal = sum(one[user, j] == one[user, item] for j in free)
                fused[user, item] += 1 / (k + above + (equal + 1) / 2)
            else:
                fused[user, item] += 1 / (k + len(free) + (seen.shape[1] - len(free) + 1) / 2)
    return fused


@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.sampled_from([1, 60]))
@settings(max_examples=30, deadline=None)
def test_rank_fusion_counts_places_among_the_unseen(seed, n_models, k):
    rng = np.random.default_rng(seed)
    seen = (rng.random((3, 6)) < 0.3).astype(int)
    seen[:, 0] = 0
    scores = [rng.integers(0, 4, (3, 6)).astype(float) for _ in range(n_models)]
    fused = rank_fusion(scores, sp.csr_array(seen), k)
    np.testing.assert_allclose(fused, slow_fusion(scores, seen, k), rtol=1e-12)
    stretched = [np.exp(3 * one) for one in scores]  # only the order counts
    np.testing.assert_allclose(rank_fusion(stretched, sp.csr_array(seen), k), fused, rtol=1e-12)


def test_rank_fusion_of_one_model_keeps_its_order_and_wants_equal_shapes():
    seen, scores = sp.csr_array((2, 9)), np.random.default_rng(0).random((2, 9))
    assert (top_k(rank_fusion([scores], seen)[:, 1:], 5) == top_k(scores[:, 1:], 5)).all()
    with pytest.raises(ValueError, match="shape"):
        rank_fusion([scores, scores[:, :4]], seen)


def test_popularity_counts_users_not_stars():
    assert popularity(sp.csr_array(np.array([[0, 0, 0], [0, 5, 1], [0, 4, 0]]))).tolist() == [0, 2, 1]


# ---- the reference figures of the course's protocol ----------------------------------------------------------------


@pytest.fixture(scope="session")
def movielens():
    """The three baselines on MovieLens small under the course's protocol."""
    ratings, _ = load_movielens()
    split = split_last_share(ratings)
    users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
    seen = to_matrix(pd.concat([split.train, split.valid]), users, items)
    relevant = to_matrix(split.test, users, items)
    counts, similar, weights = popularity(seen), item_knn(seen), ease(seen)
    return SimpleNamespace(
        popularity=evaluate(lambda users: np.tile(counts, (len(users), 1)), seen, relevant),
        knn=evaluate(lambda users: seen[users] @ similar, seen, relevant),
        ease=evaluate(lambda users: seen[users] @ weights, seen, relevant),
    )


@pytest.mark.parametrize(
    "model, ndcg, half, recall, coverage",
    [
        ("popularity", 0.0814, 0.0109, 0.041, 0.012),
        ("knn", 0.1294, 0.0135, 0.070, 0.073),
        ("ease", 0.1361, 0.0132, 0.077, 0.071),
    ],
)
def test_the_baselines_have_the_figures_of_another_implementation(movielens, model, ndcg, half, recall, coverage):
    result = getattr(movielens, model)
    mean, width = mean_interval(result.per_user["NDCG"])
    assert mean == pytest.approx(ndcg, abs=1e-3)  # ties are broken by other draws there
    assert width == pytest.approx(half, abs=1e-3)
    assert result.mean("Recall") == pytest.approx(recall, abs=1e-3)
    assert result.coverage == pytest.approx(coverage, abs=1e-3)
    assert len(result.per_user) == 671 and result.n_without_relevant == 0


def test_ease_is_clearly_better_than_popularity_and_not_clearly_better_than_item_knn(movielens):
    ndcg = {name: result.per_user["NDCG"] for name, result in vars(movielens).items()}
    gain, low, high = paired_bootstrap(ndcg["ease"], ndcg["popularity"])
    assert (gain, (high - low) / 2) == pytest.approx((0.0547, 0.0122), abs=1e-3)
    gain, low, high = paired_bootstrap(ndcg["ease"], ndcg["knn"])
    assert (gain, (high - low) / 2) == pytest.approx((0.0067, 0.0086), abs=1e-3)
    assert low < 0 < high


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
