"""The pair models of lesson 08 against the same sums in NumPy, on a world with a known answer, and after a journey."""

import subprocess
import sys

import numpy as np
import pytest

from recsys_helpers.data import IdMap, to_matrix, worlds
from recsys_helpers.evaluation import evaluate
from recsys_helpers.models import training
from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()
import keras  # noqa: E402

from recsys_helpers.models import bodies, next_item, pair_models  # noqa: E402

pytestmark = pytest.mark.slow  # trains networks

N_USERS, N_ITEMS = 5, 7  # rows, with row 0
PAIRS = [grid.ravel().astype("int32") for grid in np.indices((N_USERS, N_ITEMS))]
BUILDERS = {
    "factors": lambda users, items: pair_models.matrix_factorisation(users, items, 8),
    "neumf": lambda users, items: pair_models.neumf(users, items, 8, (8,)),
    "mlp": lambda users, items: pair_models.neumf(users, items, 8, (16, 8), product=False),
}


def with_random_weights(model, seed=3):
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 1, value.shape) for value in model.get_weights()])
    return {layer.name: layer.get_weights() for layer in model.layers if layer.get_weights()}


def biases(of):
    return of["user_bias"][0][PAIRS[0]] + of["item_bias"][0][PAIRS[1]]  # (batch, 1)


def test_factors_are_biases_and_a_dot_product():
    model = pair_models.matrix_factorisation(N_USERS, N_ITEMS, 3)
    of = with_random_weights(model)
    products = (of["user_factors"][0][PAIRS[0]] * of["item_factors"][0][PAIRS[1]]).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model(PAIRS), biases(of) + products, atol=1e-6)
    assert model.output_shape == (None, 1)


@pytest.mark.parametrize("product", [True, False])
def test_neumf_is_two_arms_joined_by_one_dense_layer(product):
    model = pair_models.neumf(N_USERS, N_ITEMS, 3, (6, 4), product=product)
    of = with_random_weights(model)
    x = np.concatenate([of["user_dense"][0][PAIRS[0]], of["item_dense"][0][PAIRS[1]]], axis=1)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dense) and layer.name != "similarity":
            weights, bias = layer.get_weights()
            x = np.maximum(x @ weights + bias, 0)
    if product:
        x = np.concatenate([of["user_product"][0][PAIRS[0]] * of["item_product"][0][PAIRS[1]], x], axis=1)
    np.testing.assert_allclose(model(PAIRS), biases(of) + x @ of["similarity"][0], atol=1e-5)


def test_neumf_with_weight_one_on_the_products_is_the_dot_product():
    factors, model = pair_models.matrix_factorisation(N_USERS, N_ITEMS, 3), pair_models.neumf(N_USERS, N_ITEMS, 3)
    of = with_random_weights(factors)
    for name, values in of.items():
        model.get_layer(name.replace("factors", "product")).set_weights(values)
    last = model.get_layer("similarity")
    last.set_weights([np.concatenate([np.ones((3, 1)), np.zeros((last.get_weights()[0].shape[0] - 3, 1))])])
    np.testing.assert_allclose(model(PAIRS), factors(PAIRS), atol=1e-6)


@pytest.mark.parametrize("name", BUILDERS)
def test_tables_start_different_from_each_other_and_biases_at_zero(name):
    set_seed(1)
    tables = [layer for layer in BUILDERS[name](6, 6).layers if isinstance(layer, keras.layers.Embedding)]
    first = {table.name: table.get_weights()[0] for table in tables}
    assert not first.pop("user_bias").any() and not first.pop("item_bias").any()
    assert len({values.tobytes() for values in first.values()}) == len(first) >= 2


def test_the_penalty_is_the_sum_of_squares_of_the_tables():
    model = pair_models.neumf(N_USERS, N_ITEMS, 3, (4,), penalty=0.5, bias_penalty=0.25)
    of = with_random_weights(model)
    rows = sum((values[0] ** 2).sum() for name, values in of.items() if name.endswith(("_dense", "_product")))
    biased = sum((values[0] ** 2).sum() for name, values in of.items() if name.endswith("_bias"))
    assert float(sum(model.losses)) == pytest.approx(0.5 * rows + 0.25 * biased, rel=1e-5)


@pytest.mark.parametrize("name", BUILDERS)
def test_the_checkerboard_is_solved(name):
    known, hidden = worlds.checkerboard()
    users, items = IdMap(known["user_id"]), IdMap(known["item_id"])
    seen, relevant = to_matrix(known, users, items), to_matrix(hidden, users, items)
    set_seed(1)
    model = BUILDERS[name](users.n_rows, items.n_rows)
    model.compile(keras.optimizers.Adam(0.02), keras.losses.BinaryCrossentropy(from_logits=True))
    user, item = (grid.ravel()[:, None] for grid in np.indices((users.n_rows, items.n_rows)))
    likes = (seen + relevant).toarray() > 0
    is_asked = (user[:, 0] > 0) & (item[:, 0] > 0) & ~(relevant.toarray().ravel() > 0)  # what is hidden is not learned

    def examples(rng):
        order = rng.permutation(np.flatnonzero(is_asked))
        return [user[order, 0], item[order, 0]], likes.ravel()[order].astype("float32")

    training.fit(model, examples, 15, 32)
    scores = model([user[:, 0].astype("int32"), item[:, 0].astype("int32")]).numpy().reshape(seen.shape)
    result = evaluate(scores, seen, relevant, k=5)
    assert result.mean("Recall") > 0.9
    shuffled = evaluate(np.random.default_rng(0).permuted(scores, axis=1), seen, relevant, k=5)
    assert shuffled.mean("Recall") < 0.5


def test_saved_pair_models_give_the_same_scores_in_a_fresh_process(tmp_path):
    model = pair_models.neumf(N_USERS, N_ITEMS, 3, (6, 4))
    with_random_weights(model)
    model.save(tmp_path / "pair.keras")
    np.savez(tmp_path / "pairs.npz", user=PAIRS[0], item=PAIRS[1])
    code = (
        "from recsys_helpers.start import quiet_tensorflow; quiet_tensorflow()\n"
        "import keras, numpy as np\n"
        "pairs = np.load('pairs.npz')\n"
        "model = keras.saving.load_model('pair.keras')\n"
        "np.save('scores.npy', model.predict([pairs['user'], pairs['item']], verbose=0))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
    np.testing.assert_allclose(np.load(tmp_path / "scores.npy"), model(PAIRS), rtol=0, atol=1e-6)


def test_two_devices_learn_what_one_device_learns():
    """Data parallel on two logical processors: same examples, same weights, in a process of its own."""
    code = """
import contextlib, numpy as np, tensorflow as tf
processor = tf.config.list_physical_devices("CPU")[0]  # before Keras, whose import may already use the processor
tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)
from recsys_helpers.start import quiet_tensorflow; quiet_tensorflow()
import keras
from recsys_helpers.models.pair_models import matrix_factorisation
rng = np.random.default_rng(0)
x, y = [rng.integers(1, n, 256).astype("int32") for n in (20, 30)], rng.integers(0, 2, (256, 1)).astype("float32")
strategy, learned = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]), []
assert strategy.num_replicas_in_sync == 2
for scope in (strategy.scope, contextlib.nullcontext):
    keras.utils.set_random_seed(1)
    with scope():
        model = matrix_factorisation(20, 30, 4)
        model.compile(keras.optimizers.SGD(0.5), keras.losses.BinaryCrossentropy(from_logits=True))
    before = model.get_weights()
    model.fit(x, y, batch_size=64, epochs=2, shuffle=False, verbose=0)
    learned.append(model.get_weights())
print(max(abs(a - b).max() for a, b in zip(*learned)), max(abs(a - b).max() for a, b in zip(before, learned[0])))
"""
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    difference, moved = map(float, output.split()[-2:])
    assert difference < 1e-6 < 0.01 < moved


def test_fit_next_item_learns_a_cycle():
    """Item i is always followed by i + 1; after i the next five, where targets lie, come first."""
    n_items, length = 30, 12
    rng = np.random.default_rng(0)
    rows = [(rng.integers(n_items) + np.arange(20)) % n_items + 1 for _ in range(300)]
    counts = np.append(0, np.full(n_items, 200.0))
    set_seed(1)
    body = bodies.gru_body(24)
    model, course = next_item.fit_next_item(body, rows, counts, 12, length, dim=24, dropout=0.0, rate=0.01)
    ends = np.arange(1, n_items + 1)
    asked = np.array([(end - length + np.arange(length)) % n_items + 1 for end in ends], dtype="int32")
    scores = model(asked).numpy()[:, 1:]
    first = np.argsort(-scores, axis=1)[:, :5]  # 0-based: item i + 1 stands in column i
    expected = (asked[:, -1:] + np.arange(5)) % n_items
    share = np.mean([len(set(a) & set(b)) / 5 for a, b in zip(first, expected)])
    assert share > 0.7  # 0.81 here; 0.40 with the next item alone as target
    assert len(course.losses) == 12
