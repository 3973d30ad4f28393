"""Baselines and fusion: against direct solutions, on a world with a known answer, and with the course's figures."""

import math
import re
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_helpers.data import IdMap, checkerboard, to_matrix
from recsys_helpers.evaluation import evaluate, mean_interval, paired_bootstrap, top_k
from recsys_helpers.models import baselines, ease, ials, item_knn, popularity, rank_fusion

# ---- on worlds with a known answer ----------------------------------------------------------------------------------


def test_item_knn_and_ease_solve_the_checkerboard_and_popularity_cannot():
    interactions, hidden = checkerboard()
    users, items = IdMap(range(1, 21)), IdMap(range(1, 31))
    seen, relevant = to_matrix(interactions, users, items), to_matrix(hidden, users, items)
    by_name = {
        "popularity": lambda users: np.tile(popularity(seen), (len(users), 1)),
        "item-kNN": seen @ item_knn(seen),
        "EASE": seen @ ease(seen),
    }
    # 5 hidden items of the own colour, 15 of the other: a solver finds all five, a random order a quarter of them
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


def test_ease_that_does_not_fit_into_memory_says_its_size_and_what_to_use_before_it_asks_for_memory(monkeypatch):
    monkeypatch.setattr(baselines.psutil, "virtual_memory", lambda: SimpleNamespace(available=16 * 2**30))
    wide, tall = sp.csr_array((51, 100_001)), sp.csr_array((200_000, 100_001))
    for interactions, peak in ((wide, "74.6 GiB"), (tall, "298.0 GiB")):
        tracemalloc.start()
        with pytest.raises(MemoryError, match=r"EASE of 100,000 items .*: 37\.3 GiB") as caught:
            ease(interactions)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert f"and {peak} while it is computed; 16.0 GiB are free. Use item_knn" in str(caught.value)
        assert used < 2**20
    assert ease(sp.csr_array(np.eye(3))).shape == (3, 3)


@pytest.mark.parametrize("shape", [(60, 2000), (2100, 2000)])
def test_ease_needs_about_the_memory_that_it_says(shape, monkeypatch):
    x = sp.random_array(shape, density=0.01, rng=1, format="csr")
    monkeypatch.setattr(baselines.psutil, "virtual_memory", lambda: SimpleNamespace(available=0))
    with pytest.raises(MemoryError) as caught:
        ease(x)
    said = float(re.search(r"and ([\d.]+) GiB while", str(caught.value))[1])
    monkeypatch.undo()
    tracemalloc.start()
    ease(x)
    used = tracemalloc.get_traced_memory()[1] / 2**30
    tracemalloc.stop()
    assert used == pytest.approx(said, abs=0.06)  # printed to 0.1 GiB


def test_item_knn_works_where_ease_is_refused():
    x = sp.random_array((51, 100_001), density=2e-4, rng=1, format="csr")
    similar = item_knn(x, n_neighbours=5)
    assert similar.shape == (100_001, 100_001) and 0 < similar.nnz < 100_001 * 6


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


@pytest.mark.parametrize("kind", [sp.csr_array, np.uint8, bool])
def test_rank_fusion_takes_sparse_scores_and_any_kind_of_number(kind):
    rng = np.random.default_rng(1)
    scores, seen = rng.integers(0, 2, (3, 8)), sp.csr_array((rng.random((3, 8)) < 0.2).astype(int))
    same = kind(scores) if kind is sp.csr_array else scores.astype(kind)
    np.testing.assert_array_equal(rank_fusion([same, scores], seen), rank_fusion([scores, scores], seen))


def test_rank_fusion_refuses_nan_but_not_where_nothing_counts():
    seen = sp.csr_array(np.array([[0, 0, 0], [0, 1, 0]]))
    nowhere = np.array([[np.nan] * 3, [np.nan, np.nan, 1.0]])  # row 0, column 0 and what was seen
    assert np.isfinite(rank_fusion([nowhere], seen)[1]).all()
    with pytest.raises(ValueError, match="Some scores are NaN"):
        rank_fusion([np.array([[0, 0, 0], [0, 0, np.nan]])], seen)


def test_popularity_counts_users_not_stars():
    assert popularity(sp.csr_array(np.array([[0, 0, 0], [0, 5, 1], [0, 4, 0]]))).tolist() == [0, 2, 1]


# ---- the reference figures of the course's protocol -----------------------------------------------------------------


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
