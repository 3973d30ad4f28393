"""Plumbing of two towers: who is cold, what is drawn, a fresh start; and towers that survive a file."""

import numpy as np
import pytest
import scipy.sparse as sp

from recsys_helpers.models import two_towers


def world(seed=0, n_users=6, n_items=30):
    rng = np.random.default_rng(seed)
    matrix = np.zeros((n_users + 1, n_items + 1), np.float32)
    for user in range(1, n_users + 1):
        matrix[user, rng.choice(np.arange(1, n_items - 4), rng.integers(9, 20), replace=False)] = 1
    return sp.csr_array(matrix)


def test_cold_items_are_the_empty_columns():
    interactions = world()
    is_cold = two_towers.cold_items(interactions)
    by_hand = [column > 0 and interactions[:, [column]].sum() == 0 for column in range(interactions.shape[1])]
    assert is_cold.tolist() == by_hand and is_cold[-4:].all()


def test_a_stored_zero_is_no_interaction():
    interactions = world()
    interactions.data[interactions.indices == interactions.indices[0]] = 0
    assert two_towers.cold_items(interactions)[interactions.indices[0]]


def test_only_keeps_the_items_of_the_mask_and_stores_no_zero():
    interactions = world()
    is_kept = np.arange(interactions.shape[1]) % 3 == 0
    kept = two_towers.only(interactions, is_kept)
    assert np.array_equal(kept.toarray(), interactions.toarray() * is_kept)
    assert kept.nnz == kept.count_nonzero() and kept.dtype == interactions.dtype
    with pytest.raises(ValueError, match="one entry"):
        two_towers.only(interactions, is_kept[1:])


def test_a_year_is_shared_between_its_neighbours():
    years, knots = np.array([1900.0, 1915, 1930, 1932, 1950]), np.array([1910.0, 1920, 1940])
    expected = [[1, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5], [0, 0.4, 0.6], [0, 0, 1]]
    assert np.allclose(two_towers.year_features(years, knots), expected)


def test_a_row_holds_one_users_items_and_no_target_stands_in_its_history():
    interactions = world()
    history, target = two_towers.draw_users(interactions, np.random.default_rng(1), n_history=5, n_targets=4)
    assert target.shape == (interactions.nnz // 4, 4) and history.shape == (len(target), 5) and (target > 0).all()
    dense = interactions.toarray() > 0
    for read, find in zip(history, target):
        real = read[read > 0]
        assert len({*real, *find}) == len(real) + len(find)
        assert (read[: len(real)] > 0).all(), "padding stands behind"
        assert any(dense[user, [*real, *find]].all() for user in range(1, len(dense)))


def test_items_are_targets_in_proportion_to_their_interactions_and_histories_have_all_lengths():
    interactions = world()
    rng, drawn, lengths = np.random.default_rng(2), np.zeros(interactions.shape[1]), set()
    for _ in range(400):
        history, target = two_towers.draw_users(interactions, rng, n_history=3, n_targets=4)
        drawn += np.bincount(target.ravel(), minlength=len(drawn))
        lengths |= set((history > 0).sum(axis=1).tolist())
    expected = np.asarray(interactions.sum(axis=0)).ravel() / interactions.sum()
    assert np.abs(drawn / drawn.sum() - expected).max() < 0.006
    assert lengths == {0, 1, 2, 3}


def test_a_user_with_too_few_items_is_refused():
    with pytest.raises(ValueError, match="fewer than 25"):
        two_towers.draw_users(world(), np.random.default_rng(0), n_targets=25)


@pytest.fixture
def small_model():
    from recsys_helpers.start import quiet_tensorflow, set_seed

    quiet_tensorflow()
    import keras

    set_seed(3)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile(keras.optimizers.AdamW(0.1), "mse")
    model.optimizer.build(model.trainable_variables)
    return model


@pytest.mark.slow
def test_a_second_training_from_the_same_state_repeats_the_first(small_model):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(32, 4)), rng.normal(size=(32, 3))
    state = two_towers.state_of(small_model)

    def trained():
        small_model.fit(x, y, epochs=3, batch_size=8, shuffle=False, verbose=0)
        return small_model.get_weights()

    first = trained()
    weights_only = [np.array(w) for w in state[0]]
    small_model.set_weights(weights_only)
    with_old_momentum = trained()
    two_towers.set_state(small_model, state)
    again = trained()
    assert all(np.array_equal(a, b) for a, b in zip(first, again))
    assert not np.allclose(first[0], with_old_momentum[0]), "weights alone are no fresh start"
