"""The invariants that every model of histories must keep, for each body; and famous mistakes, which must break them.

Tiny sizes: 12 items, histories of 8. Models with random weights for the invariants, a few hundred steps for the worlds.
"""

import subprocess
import sys
from functools import cache

import numpy as np
import pytest

from recsys_helpers.data import sequences
from recsys_helpers.models import sampling
from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()
import keras  # noqa: E402
from keras import layers, ops  # noqa: E402

from recsys_helpers.models import bodies, next_item  # noqa: E402

pytestmark = pytest.mark.slow  # trains networks

LENGTH, N_ITEMS, DIM, N_NEGATIVES, BATCH = 8, 12, 16, 8, 16
COUNTS = np.concatenate([[0], np.arange(20, 20 - N_ITEMS, -1)]).astype(float)
PROBABILITIES = sampling.negative_probabilities(COUNTS)
BODIES = {
    "gru": lambda length: bodies.gru_body(DIM),
    "cnn": lambda length: bodies.cnn_body(DIM, dilations=(1, 2), dropout=0.0),
    "attention": lambda length: bodies.attention_body(length, DIM, n_heads=2, dropout=0.0),
}
HISTORIES = [np.array(row) for row in ([3], [5, 1], [2, 9, 4, 7], [1, 2, 3, 4, 5, 6, 7], [12, 3, 8, 6, 10, 11, 1, 5])]
every_body = pytest.mark.parametrize("name", BODIES)


def build(name, length=LENGTH, counts=COUNTS, probabilities=PROBABILITIES):
    body = BODIES[name](length) if isinstance(name, str) else name
    set_seed(7)
    return next_item.next_item_model(body, counts, probabilities, length, DIM, 0.0, N_NEGATIVES, seed=7)


@cache
def random_model(name, length=LENGTH):
    """A model whose weights are random and large enough to make scores differ; longer ones extend shorter ones."""
    trainer, recommender = build(name, length)
    rng, weights = np.random.default_rng(1), trainer.get_weights()
    for number, value in enumerate(weights):
        draw = rng.normal(0, 0.4, (100, *value.shape[1:])) if value.shape[:1] == (length,) else None
        weights[number] = rng.normal(0, 0.4, value.shape) if draw is None else draw[:length]
    trainer.set_weights(weights)
    trainer.get_layer("log_q").set_weights([np.log(np.maximum(PROBABILITIES, 1e-9))[:, None]])
    return trainer, recommender


def scores_of(recommender, rows, length=LENGTH):
    return recommender(sequences.last_items(rows, length)).numpy()


# The kit: each check takes a function (list of histories, length) → scores, so that broken models can take it too.


def padding_matters(score):
    """Largest change of a score when only the padding gets longer."""
    return np.abs(score(HISTORIES, LENGTH) - score(HISTORIES, LENGTH + 6)).max()


def company_matters(score):
    """Largest change of a score when a history is scored alone instead of in a batch."""
    alone = np.concatenate([score([row], LENGTH) for row in HISTORIES])
    return np.abs(score(HISTORIES, LENGTH) - alone).max()


def future_matters(trainer):
    """Largest change of a logit at a place or before it when all later items change."""
    rng, worst = np.random.default_rng(2), 0.0
    history, target = rng.integers(1, N_ITEMS + 1, (2, 4, LENGTH))
    negative = rng.integers(1, N_ITEMS + 1, (4, N_NEGATIVES))
    before = trainer([history, target, negative]).numpy()
    for place in range(LENGTH - 1):
        changed = history.copy()
        changed[:, place + 1 :] = rng.integers(0, N_ITEMS + 1, changed[:, place + 1 :].shape)
        after = trainer([changed, target, negative]).numpy()
        worst = max(worst, np.abs(after - before)[:, : place + 1].max())
    return worst


@every_body
def test_more_padding_leaves_the_scores_as_they_are(name):
    assert padding_matters(lambda rows, length: scores_of(random_model(name, length)[1], rows, length)) < 1e-5


@every_body
def test_a_batch_of_one_gets_the_same_scores_as_in_company(name):
    assert company_matters(lambda rows, length: scores_of(random_model(name, length)[1], rows, length)) < 1e-5


@every_body
def test_later_items_change_no_logit_at_or_before_a_place(name):
    assert future_matters(random_model(name)[0]) < 1e-5


@every_body
def test_the_newest_item_does_change_the_scores(name):
    recommender = random_model(name)[1]
    one, two = scores_of(recommender, [np.array([4, 2, 9]), np.array([4, 2, 8])])
    assert np.abs(one - two).max() > 0.05


@every_body
def test_renaming_the_items_permutes_the_scores_and_nothing_else(name):
    trainer, recommender = random_model(name)
    new_name = np.concatenate([[0], 1 + np.random.default_rng(3).permutation(N_ITEMS)])
    before = scores_of(recommender, HISTORIES)
    kept = trainer.get_weights()
    try:
        for layer in ("items", "log_q"):
            (table,) = trainer.get_layer(layer).get_weights()
            renamed = table.copy()
            renamed[new_name] = table
            trainer.get_layer(layer).set_weights([renamed])
        after = scores_of(recommender, [new_name[row] for row in HISTORIES])
    finally:
        trainer.set_weights(kept)
    np.testing.assert_allclose(after[:, new_name], before, atol=1e-5)


@every_body
def test_an_empty_history_gets_the_order_of_popularity(name):
    scores = scores_of(build(name)[1], [np.array([], int)])[0]
    assert (np.argsort(-scores[1:]) == np.arange(N_ITEMS)).all()


def test_saved_models_give_the_same_scores_in_a_fresh_process(tmp_path):
    code = """
import sys, numpy as np
from recsys_helpers.start import quiet_tensorflow
quiet_tensorflow()
import keras
for name in sys.argv[2:]:
    model = keras.models.load_model(f"{sys.argv[1]}/{name}.keras")
    np.save(f"{sys.argv[1]}/{name}.npy", model(np.load(sys.argv[1] + "/rows.npy")).numpy())
"""
    np.save(tmp_path / "rows.npy", sequences.last_items(HISTORIES, LENGTH))
    for name in BODIES:
        random_model(name)[1].save(tmp_path / f"{name}.keras")
    subprocess.run([sys.executable, "-c", code, str(tmp_path), *BODIES], check=True)
    for name in BODIES:
        loaded = np.load(tmp_path / f"{name}.npy")
        np.testing.assert_allclose(loaded, scores_of(random_model(name)[1], HISTORIES), atol=1e-6)


@every_body
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_gives_finite_logits_in_float32_close_to_the_full_ones(name, policy):
    trainer, recommender = random_model(name)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        mixed_trainer, mixed = build(name)
    finally:
        keras.config.set_dtype_policy(before)
    mixed_trainer.set_weights(trainer.get_weights())
    full = scores_of(recommender, HISTORIES)
    half = ops.convert_to_numpy(ops.cast(mixed(sequences.last_items(HISTORIES, LENGTH)), "float32"))
    assert np.isfinite(half).all()
    assert np.abs(half - full).max() < 0.05 * np.abs(full).max()
    inputs, targets, negatives, _ = next(batches(cycle, 1))
    logits = mixed_trainer([inputs, targets, negatives])
    assert keras.backend.standardize_dtype(logits.dtype) == "float32" and np.isfinite(logits.numpy()).all()


@every_body
def test_compiling_with_xla_changes_nothing(name):
    import tensorflow as tf

    trainer, _ = random_model(name)
    inputs, targets, negatives, _ = next(batches(cycle, 1))
    compiled = tf.function(lambda *arrays: trainer(list(arrays)), jit_compile=True)
    together = compiled(*(tf.constant(array) for array in (inputs, targets, negatives)))
    np.testing.assert_allclose(together.numpy(), trainer([inputs, targets, negatives]).numpy(), atol=1e-4)


# Worlds with a known answer.


def cycle(rng, n):
    """Item i is always followed by item i + 1, the last one by the first."""
    return [(start + np.arange(rng.integers(3, LENGTH + 2))) % N_ITEMS + 1 for start in rng.integers(0, N_ITEMS, n)]


def noise(rng, n):
    """Every item is drawn alone: nothing can be known about the next one."""
    return [rng.integers(1, N_ITEMS + 1, LENGTH + 1) for _ in range(n)]


def batches(world, n, seed=5, n_for_negatives=None):
    """Batches of one shape: inputs, targets, negatives, and 1 where a target is real."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        inputs, targets = (np.zeros((BATCH, LENGTH), np.int32) for _ in range(2))
        for row, history in enumerate(world(rng, BATCH)):
            inputs[row, : len(history) - 1], targets[row, : len(history) - 1] = history[:-1], history[1:]
        if n_for_negatives is None:
            negatives = rng.choice(N_ITEMS + 1, (BATCH, N_NEGATIVES), p=PROBABILITIES)
        else:
            negatives = rng.integers(0, n_for_negatives, (BATCH, N_NEGATIVES))
        yield inputs, targets, negatives.astype(np.int32), (targets > 0).astype("float32")


class Learner:
    """A trainer that is traced once and can be set back to its first weights."""

    def __init__(self, name):
        self.trainer, self.recommender = build(name)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.trainer.compile(keras.optimizers.Adam(0.01), loss)
        self.trainer.optimizer.build(self.trainer.trainable_variables)
        self.variables = self.trainer.variables + self.trainer.optimizer.variables
        self.start = [ops.convert_to_numpy(variable) for variable in self.variables]

    def learn(self, some_batches):
        for variable, value in zip(self.variables, self.start):
            variable.assign(value)
        for inputs, targets, negatives, is_real in some_batches:
            labels = np.zeros(inputs.shape, np.int32)
            self.trainer.train_on_batch([inputs, targets, negatives], labels, sample_weight=is_real)
        return self

    def accuracy(self, some_batches):
        """Share of real places whose target is scored above every other item, over the whole catalogue."""
        right = total = 0
        for inputs, targets, _, is_real in some_batches:
            everything = np.tile(np.arange(1, N_ITEMS + 1, dtype=np.int32), (BATCH, 1))[:, :N_NEGATIVES]
            rest = np.resize(np.arange(N_NEGATIVES + 1, N_ITEMS + 1, dtype=np.int32), N_NEGATIVES)
            everything[1::2] = rest  # the batch shares its negatives: together they are the whole catalogue
            logits = self.trainer([inputs, targets, everything]).numpy()
            log_q = np.log(np.maximum(PROBABILITIES, 1e-9))
            logits[..., 0] += log_q[targets]
            logits[..., 1:] += log_q[everything.ravel()]
            best = logits.argmax(axis=-1) == 0
            right, total = right + (best * is_real).sum(), total + is_real.sum()
        return right / total

    def next_of(self, rows):
        """The best item of the recommender for each history."""
        return scores_of(self.recommender, rows)[:, 1:].argmax(axis=1) + 1


@cache
def learner(name):
    return Learner(name)


def solves_the_cycle(one, as_ids=lambda row: row):
    """Share of starts and lengths for which the recommender names the next item of the cycle."""
    rows = [(start + np.arange(n)) % N_ITEMS + 1 for start in range(N_ITEMS) for n in (1, 3, LENGTH)]
    return (
        one.next_of([as_ids(row) for row in rows]) == as_ids(np.array([row[-1] % N_ITEMS + 1 for row in rows]))
    ).mean()


@every_body
def test_a_cycle_is_learned_without_a_mistake(name):
    assert solves_the_cycle(learner(name).learn(batches(cycle, 80))) == 1


@every_body
def test_one_batch_can_be_learned_by_heart(name):
    (batch,) = batches(noise, 1)
    assert learner(name).learn([batch] * 150).accuracy([batch]) > 0.95


@every_body
def test_noise_gives_the_level_of_chance(name):
    one = learner(name).learn(batches(noise, 60))
    assert abs(one.accuracy(batches(noise, 12, seed=6)) - 1 / N_ITEMS) < 0.04


# Tests of the tests: famous mistakes, each caught by at least one check of the kit.


def reader(place, in_front=False):
    """Scores of a GRU that reads the state at `place(n_real, n_pads)`, with pads behind or in front."""
    trainer, _ = random_model("gru")
    table, gru = trainer.get_layer("items"), trainer.get_layer("gru")

    def score(rows, length):
        history = sequences.last_items(rows, length)
        n_real = (history > 0).sum(axis=1)
        if in_front:
            history = np.array([np.roll(row, length - n) for row, n in zip(history, n_real)])
        states = gru(table(history)).numpy()
        newest = states[np.arange(len(rows)), place(n_real, length - n_real)]
        query = newest @ trainer.get_layer("read_out").get_weights()[0]
        return np.column_stack([query, np.ones(len(query))]) @ table.get_weights()[0].T

    return score


def test_the_right_read_out_passes_and_is_the_models_own():
    score = reader(lambda n_real, n_pads: n_real - 1)
    assert padding_matters(score) < 1e-5
    np.testing.assert_allclose(score(HISTORIES, LENGTH), scores_of(random_model("gru")[1], HISTORIES), atol=1e-5)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param((lambda n_real, n_pads: n_pads - 1, False), id="inverted mask"),
        pytest.param((lambda n_real, n_pads: -1, False), id="trailing pads read as the newest items"),
        pytest.param((lambda n_real, n_pads: n_real - 1, True), id="pads in front, read-out for pads behind"),
    ],
)
def test_a_wrong_read_out_is_caught_by_the_padding(broken):
    assert padding_matters(reader(*broken)) > 0.01


def test_a_layer_that_sees_the_future_is_caught_twice():
    def body(x):
        return layers.Conv1D(DIM, 3, padding="same", activation="tanh")(x)

    one = Learner(body)
    assert future_matters(one.trainer) > 1e-4
    assert one.learn(batches(noise, 60)).accuracy(batches(noise, 12, seed=6)) > 3 / N_ITEMS


def test_scores_that_depend_on_the_batch_are_caught():
    def score(rows, length):
        scores = scores_of(random_model("gru", length)[1], rows, length)
        return scores - scores.mean(axis=0)

    assert company_matters(score) > 0.01


def test_items_drawn_from_the_number_of_users_leave_the_cycle_unsolved():
    n_users = 4
    assert solves_the_cycle(learner("gru").learn(batches(cycle, 80, n_for_negatives=n_users))) < 0.5


def test_raw_ids_in_an_embedding_leave_the_cycle_unsolved():
    raw = lambda row: 1000 + 7 * row  # noqa: E731

    def raw_cycle(rng, n):
        return [raw(row) for row in cycle(rng, n)]

    try:
        solved = solves_the_cycle(learner("gru").learn(batches(raw_cycle, 40)), raw)
    except Exception as error:  # a backend that refuses them is right too
        assert "indices" in str(error)
    else:
        assert solved < 0.5
