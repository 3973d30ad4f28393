"""The invariants of the wide and deep model: no look ahead, padding without influence, one file, the same in ONNX."""

import subprocess
import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from recsys_helpers.data import last_items
from recsys_helpers.models import linear, negative_probabilities
from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()

from recsys_helpers.models import (  # noqa: E402
    bodies,
    next_item,
    wide_deep,
)

N_ITEMS, LENGTH = 12, 8
CONFIG = wide_deep.NextItemConfig(
    length=LENGTH, dim=16, hidden=24, n_positions=4, n_negatives=32, batch_size=8, rate=0.01, n_epochs=2, average=1
)
COUNTS = np.concatenate([[0], np.arange(20, 20 - N_ITEMS, -1)]).astype(float)
PROBABILITIES = negative_probabilities(COUNTS)
HISTORIES = [np.array([], int), *map(np.array, ([3], [5, 1], [2, 9, 4, 7], [12, 3, 8, 6, 10, 11, 1, 5]))]


@cache
def random_model(length=LENGTH):
    """Weights large enough to make scores differ; the fixed tables keep their meaning."""
    trainer, recommender = wide_deep.deep_next_item(COUNTS, PROBABILITIES, replace(CONFIG, length=length), seed=7)
    rng = np.random.default_rng(1)
    for variable in trainer.trainable_variables:
        variable.assign(rng.normal(0, 0.5, variable.shape))
    return trainer, recommender


def cycles(rng, n):
    """Item i is always followed by item i + 1, the last one by the first."""
    return [(start + np.arange(rng.integers(3, 20))) % N_ITEMS + 1 for start in rng.integers(0, N_ITEMS, n)]


def whole(length=LENGTH):
    weights = linear.linear_next_item(cycles(np.random.default_rng(3), 50), N_ITEMS + 1, 5.0, min_count=1)
    weights[[2, 7]] = weights[:, [2, 7]] = 0  # two items without weights
    config = replace(CONFIG, length=length, wide_weight=3.0)
    return wide_deep.wide_and_deep(random_model(length)[1], weights, config), weights


def scores_of(model, rows, length=LENGTH):
    return model(last_items(rows, length)).numpy()


def future_matters(logits_of):
    """Largest change of a logit when every item of the window behind its position changes."""
    rng, worst = np.random.default_rng(2), 0.0
    history = rng.integers(1, N_ITEMS + 1, (3, LENGTH))
    target, negative = rng.integers(1, N_ITEMS + 1, (3, 4)), rng.integers(1, N_ITEMS + 1, (3, 4))
    for n in range(1, LENGTH):
        n_seen = np.full((3, 4), n)
        changed = history.copy()
        changed[:, n:] = rng.integers(0, N_ITEMS + 1, changed[:, n:].shape)
        before, after = (logits_of([x, n_seen, target, negative]) for x in (history, changed))
        worst = max(worst, np.abs(after - before).max())
    return worst


def test_items_behind_a_position_change_no_logit_there():
    trainer = random_model()[0]
    assert future_matters(lambda inputs: trainer(inputs)[0].numpy()) < 1e-5


def test_one_item_too_many_in_view_is_noticed():
    trainer = random_model()[0]
    assert future_matters(lambda inputs: trainer([inputs[0], inputs[1] + 1, *inputs[2:]])[0].numpy()) > 0.01


def test_more_padding_and_company_leave_the_scores_of_both_halves_as_they_are():
    short, long = random_model()[1], random_model(LENGTH + 6)[1]
    long.set_weights([*_with_fixed_tables_of(long, short)])
    np.testing.assert_allclose(scores_of(short, HISTORIES), scores_of(long, HISTORIES, LENGTH + 6), atol=1e-4)
    model, _ = whole()
    alone = np.concatenate([scores_of(model, [row]) for row in HISTORIES])
    np.testing.assert_allclose(alone, scores_of(model, HISTORIES), atol=1e-4)


def _with_fixed_tables_of(own, other):
    """Trained weights of `other`, fixed tables (whose shape depends on the length) of `own`."""
    for mine, theirs in zip(own.weights, other.weights):
        yield (mine if "memory" in mine.path else theirs).numpy()


def test_the_vector_of_the_padding_enters_neither_output_of_the_trainer():
    trainer = random_model()[0]
    history = last_items(HISTORIES[1:], LENGTH)
    n_seen = np.tile((history > 0).sum(axis=1)[:, None], (1, 4))
    ones = np.ones((len(history), 4), int)
    table = trainer.get_layer("history_items")
    before, kept = trainer([history, n_seen, ones, ones]), table.get_weights()
    try:
        table.set_weights([np.vstack([kept[0][:1] + 5.0, kept[0][1:]])])
        after = trainer([history, n_seen, ones, ones])
    finally:
        table.set_weights(kept)
    for one, two in zip(before, after):
        np.testing.assert_allclose(one.numpy(), two.numpy(), atol=1e-5)


def test_the_whole_model_adds_the_linear_scores_to_those_of_the_deep_half():
    model, weights = whole()
    wide = linear.aged(HISTORIES, N_ITEMS + 1) @ weights
    np.testing.assert_allclose(
        scores_of(model, HISTORIES), scores_of(random_model()[1], HISTORIES) + 3.0 * wide, atol=1e-4
    )


def test_an_empty_history_gets_the_order_of_popularity():
    recommender = wide_deep.deep_next_item(COUNTS, PROBABILITIES, CONFIG)[1]
    assert (np.argsort(-scores_of(recommender, [np.array([], int)])[0, 1:]) == np.arange(N_ITEMS)).all()


def test_the_newest_item_changes_the_scores():
    one, two = scores_of(random_model()[1], [np.array([4, 2, 9]), np.array([4, 2, 8])])
    assert np.abs(one - two).max() > 0.05


def test_a_saved_model_gives_the_same_scores_in_a_fresh_process_without_this_package(tmp_path):
    model, _ = whole()
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "rows.npy", last_items(HISTORIES, LENGTH))
    code = """
import sys, numpy as np, keras
model = keras.models.load_model(sys.argv[1] + "/model.keras")
np.save(sys.argv[1] + "/scores.npy", model(np.load(sys.argv[1] + "/rows.npy")).numpy())
assert not any(name.startswith("recsys_helpers") for name in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    np.testing.assert_allclose(np.load(tmp_path / "scores.npy"), scores_of(model, HISTORIES), atol=1e-5)


def gru_recommender():
    set_seed(7)
    return next_item.next_item_model(bodies.gru_body(16), COUNTS, PROBABILITIES, LENGTH, 16, 0.0, 8, seed=7)[1]


@pytest.mark.parametrize("make", [lambda: whole()[0], gru_recommender], ids=["wide and deep", "gru"])
def test_onnx_gives_the_same_scores_for_every_history_the_empty_one_included(make, tmp_path):
    import onnxruntime

    model, rows = make(), last_items(HISTORIES, LENGTH)
    expected = model(rows).numpy()
    model.export(str(tmp_path / "model.onnx"), format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    (scores,) = session.run(None, {session.get_inputs()[0].name: rows})
    np.testing.assert_allclose(scores, expected, atol=1e-4)


def test_training_learns_the_cycle():
    histories = [np.array([], int), *cycles(np.random.default_rng(0), 40)]
    config = replace(CONFIG, n_epochs=12, rate=0.03, item_dropout=0.0, dropout=0.0, horizon=1, average=2)
    recommender, training = wide_deep.fit_deep_next_item(histories, N_ITEMS + 1, config, seed=1)
    others = cycles(np.random.default_rng(5), 40)
    best = scores_of(recommender, others)[:, 1:].argmax(axis=1) + 1
    assert np.mean(best == [history[-1] % N_ITEMS + 1 for history in others]) > 0.9
    assert training.losses[-1] < training.losses[0]


def test_the_same_seed_gives_the_same_scores_and_another_one_others():
    histories = cycles(np.random.default_rng(0), 10)
    one, same, other = (
        scores_of(wide_deep.fit_deep_next_item(histories, N_ITEMS + 1, CONFIG, seed)[0], HISTORIES)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0.01


def test_counts_and_probabilities_of_different_length_are_refused():
    with pytest.raises(ValueError, match="n_items \\+ 1"):
        wide_deep.deep_next_item(COUNTS, PROBABILITIES[:-1], CONFIG)
