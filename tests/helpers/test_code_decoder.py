"""The decoder learns a rule that only the beginning of an id tells, and its NumPy read-out is the network's."""

import numpy as np
import pytest

from recsys_helpers.models import bodies
from recsys_helpers.models.code_decoder import code_log_probabilities, code_model, fit_codes, newest_states, score_ids
from recsys_helpers.models.semantic_ids import CodeTree, beam_search
from recsys_helpers.start import set_seed

IDS = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 0, 1], [2, 1, 0], [2, 1, 1], [2, 0, 0]])
SIZES = [3, 2, 2]


@pytest.fixture(scope="module")
def circle():
    """Items 1 … 6 follow each other in a circle: histories that start anywhere."""
    histories = [np.array([], int)] + [1 + (start + np.arange(9 + start % 3)) % 6 for start in range(60)]
    set_seed(1)
    trainer, reader, training = fit_codes(
        histories, IDS, bodies.gru_body(16), 25, length=8, dim=16, dropout=0.0, rate=0.02, average=1
    )
    return histories, trainer, reader, training


def test_it_writes_the_id_of_the_next_item(circle):
    histories, trainer, reader, _ = circle
    log_probabilities = code_log_probabilities(trainer, newest_states(reader, histories, IDS))
    item, _ = beam_search(CodeTree(IDS), log_probabilities, len(histories), width=3)
    following = np.array([1 + history[-1] % 6 for history in histories[1:]])
    assert (item[1:, 0] == following).mean() == 1


def test_the_read_out_is_that_of_the_network(circle):
    _, trainer, reader, _ = circle
    inputs = np.zeros((1, 8), int)
    inputs[0, :3] = [4, 1, 5]
    states = newest_states(reader, [np.array([4, 1, 5])], IDS)
    log_probabilities = code_log_probabilities(trainer, states)
    for item in range(1, 7):
        target = np.zeros((1, 8, 3), int)
        target[0, 2] = IDS[item]
        for at, logits in enumerate(trainer([IDS[inputs], target])):
            row = np.asarray(logits)[0, 2]
            expected = row - np.log(np.exp(row).sum())
            assert log_probabilities(IDS[item][None, None, :at])[0, 0] == pytest.approx(expected, abs=1e-5)


def test_scores_of_ids_sum_the_levels_and_a_wide_beam_agrees(circle):
    histories, trainer, reader, _ = circle
    log_probabilities = code_log_probabilities(trainer, newest_states(reader, histories, IDS))
    scores = score_ids(log_probabilities, len(histories), IDS[1:])
    item, total = beam_search(CodeTree(IDS), log_probabilities, len(histories), width=6)
    assert np.take_along_axis(scores, item - 1, axis=1) == pytest.approx(total, abs=1e-4)
    first_two = score_ids(log_probabilities, len(histories), IDS[1:, :2])
    assert (first_two >= scores - 1e-6).all() and first_two[:, 1] == pytest.approx(first_two[:, 2])


def test_probabilities_of_all_ids_of_a_full_tree_sum_to_one(circle):
    histories, trainer, reader, _ = circle
    log_probabilities = code_log_probabilities(trainer, newest_states(reader, histories, IDS))
    every = np.array([(a, b, c) for a in range(3) for b in range(2) for c in range(2)])
    assert np.exp(score_ids(log_probabilities, len(histories), every)).sum(axis=1) == pytest.approx(1, abs=1e-4)


def test_a_level_does_not_see_its_own_code_nor_later_ones():
    set_seed(2)
    trainer, _ = code_model(SIZES, bodies.gru_body(8), length=4, dim=8)
    rng = np.random.default_rng(0)
    history, target = (rng.integers(0, SIZES, (2, 4, 3)) for _ in range(2))
    before = [np.asarray(level) for level in trainer([history, target])]
    for changed in range(3):
        other = target.copy()
        other[..., changed] = (other[..., changed] + 1) % SIZES[changed]
        after = [np.asarray(level) for level in trainer([history, other])]
        moved = [not np.allclose(one, two) for one, two in zip(before, after)]
        assert moved == [level > changed for level in range(3)]
