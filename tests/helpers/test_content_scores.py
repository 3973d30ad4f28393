"""The linear map is a ridge regression, and the towers score cold films from their features alone."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.linear_model import Ridge

from recsys_helpers.data import IdMap
from recsys_helpers.models.content_scores import film_features, linear_map, tower_scores


def test_the_map_agrees_with_the_ridge_of_scikit_learn_for_each_user():
    rng = np.random.default_rng(1)
    x = (rng.random((6, 41)) < 0.3).astype(float)
    x[0], x[:, 0], x[:, 5] = 0, 0, 0  # padding, and one cold item
    features = rng.normal(size=(41, 4))
    is_known = x.any(axis=0)
    scores = linear_map(features, sp.csr_array(x), 3.0)
    with_ones = np.pad(features, ((0, 0), (0, 1)), constant_values=1)
    for user in range(1, 6):
        ridge = Ridge(alpha=3.0, fit_intercept=False).fit(with_ones[is_known], x[user, is_known])
        assert scores[user] == pytest.approx(ridge.predict(with_ones))


def test_the_map_refuses_no_regularisation():
    with pytest.raises(ValueError, match="positive"):
        linear_map(np.ones((3, 1)), sp.csr_array((2, 3)), 0)


def test_a_film_without_a_year_gets_the_median_year():
    movies = pd.DataFrame({"item_id": [1, 2, 3], "year": [1990, None, 1990], "genres": ["A", "B", "A"]})
    features = film_features(movies, IdMap(movies["item_id"]))
    assert (features[1, 2:] == features[2, 2:]).all() and features[0].sum() == 0


@pytest.fixture(scope="module")
def world():
    """Two kinds of users and of items; the last two items of each kind are cold."""
    rng = np.random.default_rng(2)
    kind = np.append([0], np.arange(60) % 2)
    x = np.zeros((81, 61))
    for user in range(1, 81):
        own = np.flatnonzero((kind == user % 2) & (np.arange(61) > 0) & (np.arange(61) < 57))
        x[user, rng.choice(own, 14, replace=False)] = 1
    features = np.zeros((61, 2), "float32")
    features[np.arange(1, 61), kind[1:]] = 1
    newest = np.zeros((81, 14), "int32")
    for user in range(1, 81):
        newest[user] = np.flatnonzero(x[user])
    return features, sp.csr_array(x.astype("float32")), newest, kind


def test_the_towers_rank_cold_items_by_their_features(world):
    features, interactions, newest, kind = world
    scores = tower_scores(features, interactions, newest, seeds=(1,), n_epochs=12)[1]
    likes = np.arange(1, 81) % 2
    own, other = scores[np.arange(1, 81), 60 - (likes != kind[60])], scores[np.arange(1, 81), 60 - (likes == kind[60])]
    assert (own > other).mean() > 0.9
    assert np.allclose(scores[1:, 57:59], scores[1:, 59:61]), "cold items of one kind differ in nothing but their id"


def test_the_same_seed_gives_the_same_scores_and_another_one_others(world):
    features, interactions, newest, _ = world
    one, again = (tower_scores(features, interactions, newest, seeds=(1, 2), n_epochs=1) for _ in range(2))
    assert np.allclose(one[1], again[1]) and not np.allclose(one[1], one[2])
