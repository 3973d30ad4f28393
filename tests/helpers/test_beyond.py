"""Novelty, diversity and calibration of lists, against loops that follow the definitions."""

import itertools

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import scipy.spatial.distance
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_helpers.data import IdMap
from recsys_helpers.evaluation.beyond import (
    candidates_of,
    cosine_similarity,
    genre_matrix,
    intra_list_diversity,
    miscalibration,
    self_information,
)

steady = settings(derandomize=True, deadline=None, max_examples=40)


def test_novelty_is_minus_the_logarithm_of_the_share_of_users():
    assert np.allclose(
        self_information(np.array([671, 100, 1, 0]), 671), [0, np.log2(6.71), np.log2(671), np.log2(671)]
    )


@steady
@given(st.integers(1, 5), st.integers(2, 6), st.integers(1, 4), st.integers(0, 999))
def test_diversity_is_the_mean_cosine_distance_of_all_pairs(n_users, k, n_features, seed):
    rng = np.random.default_rng(seed)
    features = rng.random((9, n_features)) + 0.01
    lists = np.array([rng.permutation(9)[:k] for _ in range(n_users)])
    for row, got in zip(lists, intra_list_diversity(lists, features), strict=True):
        pairs = [scipy.spatial.distance.cosine(features[a], features[b]) for a, b in itertools.combinations(row, 2)]
        assert got == pytest.approx(np.mean(pairs), abs=1e-9)


def test_an_item_without_features_is_unlike_everything_and_one_item_has_no_diversity():
    assert intra_list_diversity(np.array([[0, 1]]), np.array([[0, 0], [1, 1]])) == pytest.approx([1])
    with pytest.raises(ValueError, match="no pairs"):
        intra_list_diversity(np.array([[0]]), np.eye(2))


@steady
@given(st.integers(2, 6), st.floats(0.001, 0.5), st.integers(0, 999))
def test_miscalibration_is_the_divergence_of_scipy_with_the_smoothed_mix(n_genres, alpha, seed):
    rng = np.random.default_rng(seed)
    taste, shown = rng.dirichlet(np.ones(n_genres), 3), rng.dirichlet(np.ones(n_genres), 3)
    taste[0], shown[1] = np.eye(n_genres)[0], np.eye(n_genres)[1]
    got = miscalibration(taste, shown, alpha)
    for p, q, one in zip(taste, shown, got, strict=True):
        assert one == pytest.approx(scipy.stats.entropy(p, (1 - alpha) * q + alpha * p), abs=1e-9)
    assert (got >= -1e-12).all()


def test_miscalibration_of_one_taste_with_many_mixes_has_one_number_per_mix():
    taste = np.array([0.2, 0.8, 0.0])
    shown = np.array([[[0.2, 0.8, 0.0], [1.0, 0.0, 0.0]]])
    got = miscalibration(taste, shown)
    assert got.shape == (1, 2) and got[0, 0] == pytest.approx(0)
    assert got[0, 1] == pytest.approx(0.2 * np.log(0.2 / 0.992) + 0.8 * np.log(0.8 / 0.008))


@steady
@given(st.integers(1, 5), st.integers(4, 12), st.integers(0, 999))
def test_candidates_are_the_best_unseen_items_with_scores_from_1_to_0(n_users, n_items, seed):
    rng = np.random.default_rng(seed)
    scores, seen = rng.normal(0, 3, (n_users + 1, n_items + 1)), np.zeros((n_users + 1, n_items + 1))
    for user in range(1, n_users + 1):
        seen[user, rng.permutation(n_items)[:2] + 1] = 1
    before = scores.copy()
    best, value = candidates_of(scores, sp.csr_array(seen), n=2)
    assert np.array_equal(scores, before)
    for user in range(1, n_users + 1):
        unseen = [item for item in range(1, n_items + 1) if not seen[user, item]]
        assert best[user - 1].tolist() == sorted(unseen, key=lambda item: -scores[user, item])[:2]
    assert np.allclose(value, [1, 0])


def test_similarity_and_genres_follow_their_definitions():
    features = np.random.default_rng(0).random((6, 3))
    distances = scipy.spatial.distance.squareform(scipy.spatial.distance.pdist(features, "cosine"))
    assert np.allclose(cosine_similarity(features), 1 - distances)
    movies = pd.DataFrame({"item_id": [5, 3, 8, 4], "genres": ["A|B", "B", "C", "A"]})
    matrix = genre_matrix(movies, IdMap([8, 3, 5]))  # film 4 was never rated
    assert matrix.tolist() == [[0, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]]
