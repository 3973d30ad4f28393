"""The linear models against a slow, obvious solution, hand-computed rows, and histories whose order was destroyed."""

import numpy as np
import pytest
import scipy.sparse as sp

from recsys_helpers.models import ease, linear

N_COLUMNS = 9
HISTORIES = [np.array([], int), np.array([4]), np.array([1, 2, 3, 5, 4]), np.array([2, 3, 1]), np.array([8, 6, 2, 3])]
SETTINGS = {"decay": 2.0, "floor": 0.2, "target_decay": 3.0, "horizon": 2}


def by_hand(histories, regularisation, decay, floor, target_decay, horizon):
    """One training row per position, written item by item, and the ridge solution of the stacked rows."""
    sources, targets = [], []
    for history in histories:
        for t in range(len(history) - 1):
            source, target = np.zeros(N_COLUMNS), np.zeros(N_COLUMNS)
            for s in range(t + 1):
                source[history[s]] += floor + (1 - floor) * np.exp(-(t - s) / decay)
            for j, item in enumerate(history[t + 1 : t + 1 + horizon]):
                target[item] += np.exp(-j / target_decay)
            sources.append(source)
            targets.append(target)
    s, t = np.array(sources), np.array(targets)
    stacked = np.vstack([s, np.sqrt(regularisation) * np.eye(N_COLUMNS)])
    return np.linalg.lstsq(stacked, np.vstack([t, np.zeros((N_COLUMNS, N_COLUMNS))]), rcond=None)[0]


def cycles(rng, n_users=200, n_items=N_COLUMNS - 1):
    """Item i is followed by item i + 1, the last one by the first; two rounds, so the set of items tells nothing."""
    return [(start + np.arange(2 * n_items)) % n_items + 1 for start in rng.integers(0, n_items, n_users)]


def finds_successors(weights):
    """Share of items whose largest weight belongs to the item that follows them in the cycle."""
    items = np.arange(1, N_COLUMNS)
    return np.mean(weights[1:, 1:].argmax(axis=1) + 1 == items % (N_COLUMNS - 1) + 1)


@pytest.mark.parametrize("histories", [HISTORIES, [*HISTORIES, np.array([3, 3, 1, 3])]], ids=["once", "repeated"])
def test_the_weights_are_those_of_the_stacked_least_squares_problem(histories):
    weights = linear.linear_next_item(histories, N_COLUMNS, 1.5, min_count=1, **SETTINGS)
    np.testing.assert_allclose(weights, by_hand(histories, 1.5, **SETTINGS), atol=1e-5)


def test_sources_and_targets_of_a_history_of_four_are_those_computed_by_hand():
    halving = 1 / np.log(2)  # the weight halves with every position
    source, target = linear.sources_and_targets(4, halving, floor=0.2, target_decay=halving, horizon=2)
    np.testing.assert_allclose(source, [[1, 0, 0, 0], [0.6, 1, 0, 0], [0.4, 0.6, 1, 0]])
    np.testing.assert_allclose(target, [[0, 1, 0.5, 0], [0, 0, 1, 0.5], [0, 0, 0, 1]])


def test_aged_rows_with_floor_one_are_the_plain_rows_of_ease():
    seen = np.zeros((len(HISTORIES), N_COLUMNS))
    for row, history in zip(seen, HISTORIES):
        row[history] = 1
    weights = ease(sp.csr_array(seen), 2.0)
    np.testing.assert_allclose(linear.aged(HISTORIES, N_COLUMNS, floor=1.0) @ weights, seen @ weights, atol=1e-6)


def test_the_newest_item_has_weight_one_and_an_older_past_leaves_the_newer_weights_alone():
    short, long = linear.aged([np.array([5, 1]), np.array([2, 3, 4, 5, 1])], N_COLUMNS, 2.0, 0.1).toarray()
    assert short[1] == long[1] == 1.0 and short[5] == long[5] and (long[[2, 3, 4]] < long[5]).all()


def test_the_order_is_learnt_and_is_gone_when_the_histories_are_shuffled():
    rng = np.random.default_rng(0)
    histories, settings = cycles(rng), {**SETTINGS, "regularisation": 1.0, "horizon": 1}
    shuffled = [rng.permutation(history) for history in histories]
    assert finds_successors(linear.linear_next_item(histories, N_COLUMNS, **settings)) == 1.0
    assert finds_successors(linear.linear_next_item(shuffled, N_COLUMNS, **settings)) < 0.5


def test_items_below_the_count_have_neither_rows_nor_columns():
    weights = linear.linear_next_item([*HISTORIES, np.array([3, 2])], N_COLUMNS, min_count=3)
    assert set(np.flatnonzero(weights.any(axis=0))) == set(np.flatnonzero(weights.any(axis=1))) == {2, 3}


@pytest.mark.parametrize(
    "histories, settings, words",
    [
        (HISTORIES, {"regularisation": 0.0}, "regularisation must be positive"),
        (HISTORIES, {"decay": 0.0}, "decay must be positive"),
        (HISTORIES, {"floor": 1.5}, "floor between 0 and 1"),
        (HISTORIES, {"target_decay": -1.0}, "target_decay must be positive"),
        (HISTORIES, {"horizon": 0}, "horizon at least 1"),
        (HISTORIES, {"min_count": 99}, "No item has 99"),
        ([np.array([0, 3])], {}, "0 is padding"),
        ([np.array([1, N_COLUMNS])], {}, "must lie in 1"),
        ([], {}, "no histories"),
    ],
)
def test_what_cannot_be_solved_is_refused_with_a_reason(histories, settings, words):
    with pytest.raises(ValueError, match=words):
        linear.linear_next_item(histories, N_COLUMNS, **settings)
