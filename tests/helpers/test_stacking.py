"""Stacking learns whom to trust from scores out of time; a planted leak is refused, and would be believed."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.linear_model import LinearRegression

from recsys_helpers.models.stacking import stacking_rows, standardise


def world(n_users=60, n_items=40, seed=0):
    """Seen, hidden, and the scores of two members: one has learned `seen` by heart, the other knows what comes next."""
    rng = np.random.default_rng(seed)
    part = rng.random((n_users + 1, n_items + 1))
    part[0], part[:, 0] = 1, 1
    seen, hidden = (sp.csr_array((low <= part) & (part < low + 0.2)) for low in (0, 0.2))
    memoriser = seen.toarray() + rng.normal(0, 0.1, part.shape)
    prophet = hidden.toarray() + rng.normal(0, 0.5, part.shape)
    return seen, hidden, [memoriser, prophet]


def test_rows_are_all_unseen_candidates_centred_within_each_user():
    seen, hidden, scores = world()
    X, y = stacking_rows(scores, seen, hidden, top=100)  # more than there are items: every unseen item is a candidate
    wanted_X, wanted_y = [], []
    for user in range(1, seen.shape[0]):
        unseen = [item for item in range(1, seen.shape[1]) if not seen[user, item]]
        rows = np.array([[one[user, item] for one in scores] for item in unseen])
        labels = np.array([float(hidden[user, item]) for item in unseen])
        wanted_X.append(rows - rows.mean(axis=0))
        wanted_y.append(labels - labels.mean())
    assert np.allclose(X, np.concatenate(wanted_X))
    assert np.allclose(y, np.concatenate(wanted_y))


def test_candidates_are_the_best_unseen_items_of_each_model():
    one = np.array([[0, 0, 0, 0, 0, 0.0], [9, 5, 4, 3, 2, 1]])
    other = np.array([[0, 0, 0, 0, 0, 0.0], [0, 7, 1, 0, 8, 2]])
    seen, hidden = sp.csr_array(one == 5), sp.csr_array(one == 3)
    X, y = stacking_rows([one, other], seen, hidden, top=1)  # item 2 by the first model, item 4 by the second
    assert np.allclose(X, [[1, -3.5], [-1, 3.5]])
    assert np.allclose(y, 0)  # the hidden item is no candidate of either


def test_a_planted_leak_is_refused():
    seen, hidden, scores = world()
    with pytest.raises(ValueError, match="in-sample"):
        stacking_rows(scores, seen, seen)
    one_leaks = hidden.copy().tolil()
    user, item = (part[0] for part in seen.nonzero())
    one_leaks[user, item] = 1
    with pytest.raises(ValueError, match="1 hidden pairs are also in seen"):
        stacking_rows(scores, seen, sp.csr_array(one_leaks))


def test_a_leaky_table_trusts_the_member_that_learned_by_heart_and_an_honest_one_does_not():
    seen, hidden, scores = world()
    honest = LinearRegression(positive=True).fit(*stacking_rows(scores, seen, hidden)).coef_
    leaky = LinearRegression(positive=True).fit(*stacking_rows(scores, 0 * seen, seen)).coef_
    assert honest[1] > 5 * honest[0]
    assert leaky[0] > 5 * leaky[1]


def test_other_shapes_are_refused():
    seen, hidden, scores = world()
    with pytest.raises(ValueError, match="must have the shape of seen"):
        stacking_rows([scores[0][:, 1:]], seen, hidden)
    with pytest.raises(ValueError, match="must have the shape of seen"):
        stacking_rows(scores, seen, hidden[1:])


def test_standardised_rows_have_mean_0_and_deviation_1_and_keep_their_order():
    scores = np.random.default_rng(1).normal(3, 5, (4, 9)) * np.array([[1], [10], [0.1], [0]])
    made = standardise(scores)
    assert np.allclose(made[:3].mean(axis=1), 0, atol=1e-6) and np.allclose(made[:3].std(axis=1), 1, atol=1e-5)
    assert (made[:3].argsort(axis=1) == scores[:3].argsort(axis=1)).all()
    assert (made[3] == 0).all()
