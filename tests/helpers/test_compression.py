"""What lesson 21 needs around its small models."""

import numpy as np
import scipy.sparse as sp

from recsys_helpers.evaluation import evaluate
from recsys_helpers.models import baselines, linear
from recsys_helpers.models.compression import (
    compared,
    cut_histories,
    fold_in,
    linear_block,
    overlap_at_k,
    own_or_shared,
    shared_rows,
)


def test_fold_in_is_the_user_step_of_ials():
    rng = np.random.default_rng(0)
    seen = sp.csr_array((rng.random((7, 12)) < 0.4).astype("float32"))
    users, items = baselines.ials(seen, dim=3, regularisation=0.5, n_epochs=300)
    assert np.abs(users).max() > 0.3  # no collapse to zero
    assert np.allclose(fold_in(items, seen, regularisation=0.5), users, atol=1e-3)


def test_overlap_counts_sets_and_hides_what_was_seen():
    scores = np.random.default_rng(1).random((3, 8))
    seen = sp.csr_array((3, 8))
    assert overlap_at_k(scores, scores, seen, k=3) == 1
    assert overlap_at_k(scores, 2 * scores - 5, seen, k=3) == 1
    assert overlap_at_k(scores, -scores, seen, k=3) == 0
    one, other = np.array([[0, 0, 0, 0], [0, 9, 3, 1.0]]), np.array([[0, 0, 0, 0], [0, 9, 1, 3.0]])
    assert overlap_at_k(one, other, sp.csr_array((2, 4)), k=1) == 1
    assert overlap_at_k(one, other, sp.csr_array(([1], ([1], [1])), (2, 4)), k=1) == 0  # item 1 was seen


def test_own_rows_are_never_shared():
    counts = np.random.default_rng(2).integers(0, 50, 200)
    rows = own_or_shared(counts, n_own=60, n_shared=7)
    own = rows[rows < 60]
    assert len(own) == len(set(own.tolist())) == 60
    assert counts[rows < 60].min() >= counts[rows >= 60].max()
    assert set(rows[rows >= 60].tolist()) == set(range(60, 67))


def test_rows_of_their_own_give_the_vectors_back():
    items = np.random.default_rng(3).normal(size=(9, 2))
    design, table = shared_rows(items, np.full(9, 1000), [np.arange(9)], 9)
    assert np.allclose(design @ table, items, atol=1e-4)


def test_a_shared_row_is_the_mean_weighted_by_frequency():
    items, counts = np.array([[0.0], [8.0]]), np.array([3000, 1000])
    _, table = shared_rows(items, counts, [np.zeros(2, int)], 1)
    assert np.allclose(table, 2, atol=1e-3)


def test_the_block_scores_like_the_whole_matrix():
    rng = np.random.default_rng(4)
    histories = [np.array([], int), *(rng.permutation(np.arange(1, 9))[:6] for _ in range(5)), np.array([9, 10])]
    whole, (block, kept) = linear.linear_next_item(histories, 11), linear_block(histories, 11)
    assert 9 not in kept and 10 not in kept
    assert np.allclose(whole[np.ix_(kept, kept)], block) and np.isclose(np.abs(whole).sum(), np.abs(block).sum())


def test_examples_never_hold_what_comes_later():
    histories = [np.array([], int), np.arange(1, 9), np.array([3])]
    inputs, came_next = cut_histories(histories, np.arange(9), 9, n_cuts=20, horizon=2)
    assert inputs.shape == came_next.shape == (20, 9)
    for row, label in zip(inputs, came_next):
        assert np.flatnonzero(row).max() + 1 == np.flatnonzero(label).min()
        assert np.isclose(label.sum(), 1) and (label > 0).sum() <= 2


def test_compared_is_positive_where_the_first_model_is_better():
    relevant = sp.csr_array(np.array([[0, 0, 0], [0, 1, 0], [0, 1, 0]]))
    good, bad = np.array([[0, 0, 0], [0, 2, 1], [0, 2, 1.0]]), np.array([[0, 0, 0], [0, 1, 2], [0, 1, 2.0]])
    found = compared(good, bad, sp.csr_array((3, 3)), relevant)
    assert found["NDCG@10"] == 1 and found["difference"] > 0 and found["overlap"] == 1


def test_compared_says_what_evaluate_says():
    rng = np.random.default_rng(5)
    one, other = rng.random((2, 9, 40)).astype("float32")
    seen = sp.csr_array(np.pad(rng.random((8, 39)) < 0.2, ((1, 0), (1, 0))).astype("float32"))
    relevant = sp.csr_array(np.pad(rng.random((8, 39)) < 0.2, ((1, 0), (1, 0))) & (seen.toarray() == 0))
    found = compared(one, other, seen, relevant)
    assert np.isclose(found["NDCG@10"], evaluate(one, seen, relevant).mean())
    assert np.isclose(found["NDCG@10"] - found["difference"], evaluate(other, seen, relevant).mean())
