"""EASE's scores without its weights: the weights of `baselines.ease` are the oracle."""

import numpy as np
import pytest
import scipy.sparse as sp

from recsys_helpers.models import baselines, fast_ease


def interactions(seed, n_users=30, n_items=50):
    return sp.csr_array((np.random.default_rng(seed).random((n_users, n_items)) < 0.2).astype("float32"))


@pytest.mark.parametrize("regularisation", [1.0, 100.0, 3000.0])
def test_scores_are_those_of_the_weights(regularisation):
    seen = interactions(0)
    expected = seen @ baselines.ease(seen, regularisation)
    assert np.allclose(fast_ease.ease_scores(seen, regularisation), expected, atol=1e-5)


def test_other_rows_meet_the_same_weights():
    seen = interactions(1)
    rows = sp.csr_array(seen * sp.csr_array(np.random.default_rng(2).random(seen.shape).astype("float32")))
    expected = rows @ baselines.ease(seen, 30.0)
    assert np.abs(expected).max() > 0.1
    assert np.allclose(fast_ease.ease_scores(seen, 30.0, rows), expected, atol=1e-5)


def test_a_regularisation_of_zero_and_rows_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="positive"):
        fast_ease.ease_scores(interactions(3), 0.0)
    with pytest.raises(ValueError, match="shape"):
        fast_ease.ease_scores(interactions(3), 1.0, interactions(3, n_items=40))
