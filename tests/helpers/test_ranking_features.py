"""What lesson 14 builds and borrows: interactions, honest rates, codes, figures by user, dropped negatives."""

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from sklearn.metrics import log_loss, roc_auc_score

from recsys_helpers.evaluation.by_user import auc_by_user, log_loss_by_user
from recsys_helpers.models.ranking_features import encode_fields, one_hot, rates_of_category
from tools.blocks import blocks_of
from tools.catalogue import load_course


@pytest.fixture(scope="module")
def lesson():
    """The functions that lesson 14 defines inline: its own cells, not copies of them."""
    course = load_course()
    wanted = {"def fm_term", "def my_fm_term", "def my_cross", "def my_correction", "def rate_of_category"}
    cells = [block.source for block in blocks_of(course.script(course.lesson("14")).read_text(encoding="utf-8"))]
    names = {"np": np, "pd": pd, "keras": keras, "ops": keras.ops, "layers": keras.layers}
    found = [cell for cell in cells if any(name in cell for name in wanted)]
    assert len(found) == len(wanted)
    for cell in found:
        exec(cell, names)
    return names


def centred_differences(f, x, step=1e-5):
    """Gradient of a sum of outputs, one entry at a time, in float64."""
    gradient = np.zeros_like(x)
    for where in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[where] += step
        down[where] -= step
        gradient[where] = (f(up) - f(down)) / (2 * step)
    return gradient


def test_the_fm_identity_is_the_double_sum_over_pairs(lesson):
    rng = np.random.default_rng(0)
    x, V = rng.normal(size=(3, 5)), rng.normal(size=(5, 4))
    pairs = [sum(V[i] @ V[j] * row[i] * row[j] for i in range(5) for j in range(i + 1, 5)) for row in x]
    assert np.allclose(lesson["my_fm_term"](x, V), pairs)
    term = lesson["fm_term"](keras.ops.convert_to_tensor(x[:, :, None] * V))
    assert np.allclose(keras.ops.convert_to_numpy(term)[:, 0], pairs)


def test_the_gradient_of_the_fm_term_agrees_with_centred_differences(lesson):
    e = np.random.default_rng(1).normal(size=(2, 4, 3))
    with tf.GradientTape() as tape:
        tensor = tf.Variable(e)
        total = tf.reduce_sum(lesson["fm_term"](tensor))
    by_hand = e.sum(axis=1, keepdims=True) - e  # the sum of the other vectors
    slopes = centred_differences(lambda e: float(np.sum(lesson["fm_term"](tf.constant(e)))), e)
    assert np.allclose(tape.gradient(total, tensor), slopes, atol=1e-6)
    assert np.allclose(by_hand, slopes, atol=1e-6)


def test_the_gradient_of_the_cross_layer_agrees_with_centred_differences(lesson):
    rng = np.random.default_rng(2)
    x0, x, W, b = rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), rng.normal(size=(3, 3)), rng.normal(size=3)
    cross = lesson["my_cross"]
    of_x = centred_differences(lambda x: cross(x0, x, W, b).sum(), x)
    of_W = centred_differences(lambda W: cross(x0, x, W, b).sum(), W)
    assert np.allclose(of_x, x0 @ W.T + 1, atol=1e-6)
    assert np.allclose(of_W, x.T @ x0, atol=1e-6)


def test_the_cross_layer_of_the_lesson_is_the_formula(lesson):
    rng = np.random.default_rng(3)
    x0, x = (rng.normal(size=(4, 3)).astype("float32") for _ in range(2))
    inputs = keras.Input((3,)), keras.Input((3,))
    model = keras.Model(inputs, lesson["cross"](*inputs))
    W, b = (rng.normal(size=shape).astype("float32") for shape in ((3, 3), (3,)))
    model.set_weights([W, b])
    assert np.allclose(keras.ops.convert_to_numpy(model([x0, x])), lesson["my_cross"](x0, x, W, b), atol=1e-5)


def test_the_correction_gives_back_the_rate_from_which_negatives_were_drawn(lesson):
    p, kept = np.array([0.01, 0.2, 0.5, 0.9]), 0.05
    q = p / (p + kept * (1 - p))  # Bayes: share of positives among the rows that are kept
    assert np.allclose(lesson["my_correction"](q, kept), p)
    rng = np.random.default_rng(4)
    happened = rng.random((200_000, 4)) < p
    is_kept = happened | (rng.random(happened.shape) < kept)
    sampled = (happened & is_kept).sum(axis=0) / is_kept.sum(axis=0)
    assert np.abs(lesson["my_correction"](sampled, kept) / p - 1).max() < 0.1


def test_the_rates_are_those_of_the_slow_function_of_the_lesson(lesson):
    rng = np.random.default_rng(5)
    category, label, fold = rng.integers(0, 4, 40), rng.integers(0, 2, 40), rng.integers(0, 3, 40)
    slow = lesson["rate_of_category"](category, label, fold, 0.3, 2.0)
    assert np.allclose(rates_of_category(pd.Series(category), pd.Series(label), fold, 0.3, 2.0), slow)


def test_a_rate_never_depends_on_the_label_of_its_own_row_or_fold_nor_on_later_days():
    rng = np.random.default_rng(6)
    category, label = pd.Series(rng.integers(0, 3, 30)), pd.Series(rng.integers(0, 2, 30))
    fold = np.append(rng.integers(0, 3, 24), np.full(6, -1))
    before = rates_of_category(category, label, fold, 0.4, 1.0)
    for row in range(30):
        turned = label.copy()
        turned[row] = 1 - turned[row]
        is_changed = rates_of_category(category, turned, fold, 0.4, 1.0) != before
        may_change = (category == category[row]) & (fold != fold[row]) & (fold[row] >= 0)
        assert (is_changed == may_change).all()


def test_codes_tell_values_apart_within_and_between_fields_and_learn_from_train_alone():
    frame = pd.DataFrame({"a": [1, 1, 2, 2, 3, 9, 9], "b": list("xxyyxzz")})
    learn = np.array([True] * 5 + [False] * 2)
    codes, n_values = encode_fields(frame, ["a", "b"], learn)
    assert n_values == 6 and codes.dtype == np.int32
    assert (codes[4, 0], codes[5, 0]) == (0, 0), "seen once, and seen on later days only"
    assert codes[5, 1] == 3, "the first row of the second block"
    assert len(set(codes[:4, 0])) == 2 and not set(codes[:, 0]) & set(codes[:, 1])
    table = one_hot(codes, n_values).toarray()
    assert (table.sum(axis=1) == 2).all() and all(table[row, codes[row]].all() for row in range(7))


def test_figures_by_user_agree_with_scikit_learn():
    rng = np.random.default_rng(7)
    user, happened = rng.integers(0, 9, 80), rng.integers(0, 2, 80)
    p = rng.integers(1, 9, 80) / 10  # with ties
    happened[user == 3] = 1
    areas = auc_by_user(p, happened, user)
    assert 3 not in areas.index and len(areas) == 8
    for one, area in areas.items():
        assert area == pytest.approx(roc_auc_score(happened[user == one], p[user == one]))
    assert log_loss_by_user(p, happened, user).mean() == pytest.approx(log_loss(happened, p))
