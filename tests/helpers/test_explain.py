"""Explanations against what must be true of them: axioms, hand-computed answers, brute force, SHAP, planted causes."""

import itertools
import math
import re

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
import shap
import tensorflow as tf
from hypothesis import given, settings
from keras import layers

from recsys_helpers.data import IdMap, load_movielens, splits, to_matrix
from recsys_helpers.evaluation import paired_bootstrap, top_k
from recsys_helpers.explain import leave_out
from recsys_helpers.explain.gradient_based import gradients, integrated_gradients
from recsys_helpers.explain.layerwise import relevance
from recsys_helpers.explain.lookups import after_embeddings
from recsys_helpers.models import bodies, next_item, pair_models, sampling, training

pytestmark = pytest.mark.slow  # trains networks

pytestmark = pytest.mark.filterwarnings("error:The structure of:UserWarning")
RULES = [("zero", 0.0), ("epsilon", 1e-9), ("epsilon", 0.05), ("gamma", 0.25), ("alphabeta", 2.0), ("alphabeta", 1.0)]


def dense_net(widths, use_bias=True, seed=0, dtype="float64"):
    """A ReLU net with one linear output and weights (and biases) drawn from `seed`."""
    x = keras.Input((widths[0],), name="x", dtype=dtype)
    y = x
    for place, width in enumerate(widths[1:]):
        y = layers.Dense(width, activation="relu", use_bias=use_bias, name=f"hidden_{place}", dtype=dtype)(y)
    model = keras.Model(x, layers.Dense(1, use_bias=use_bias, name="score", dtype=dtype)(y))
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 0.7, weight.shape) for weight in model.get_weights()])
    return model


def top(attributions, k):
    return [frozenset(row) for row in np.argsort(-attributions, axis=1)[:, :k].tolist()]


# Integrated gradients


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6))
def test_integrated_gradients_of_a_linear_model_are_weight_times_distance(seed, k):
    rng = np.random.default_rng(seed)
    w, x, reference = rng.normal(size=k), rng.normal(size=(5, k)), rng.normal(size=(5, k))
    found, gap = integrated_gradients(lambda x: tf.linalg.matvec(x, w) + 3.0, x, reference, n_steps=7)
    np.testing.assert_allclose(found, w * (x - reference), atol=1e-6)
    assert gap.max() < 1e-6


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_a_dummy_feature_gets_nothing_and_symmetric_features_get_the_same(seed):
    rng = np.random.default_rng(seed)
    a, b, c = rng.normal(size=3)
    x, reference = rng.normal(size=(4, 4)), rng.normal(size=(1, 4))
    x[:, 1], reference[:, 1] = x[:, 0], reference[:, 0]

    def f(x):  # symmetric in columns 0 and 1, blind for column 3
        return tf.tanh(a * x[:, 0] * x[:, 1] + b * x[:, 2]) + c * (x[:, 0] + x[:, 1]) * x[:, 2]

    found, gap = integrated_gradients(f, x, np.tile(reference, (4, 1)), n_steps=300)
    np.testing.assert_allclose(found[:, 3], 0, atol=1e-12)
    np.testing.assert_allclose(found[:, 0], found[:, 1], atol=1e-9)
    assert gap.max() < 1e-3
    exact = leave_out.shapley_values(leave_out.replaced(f, x, reference), n=4, n_players=4)
    np.testing.assert_allclose(exact[:, 3], 0, atol=1e-12)
    np.testing.assert_allclose(exact[:, 0], exact[:, 1], atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_the_gap_is_small_on_piecewise_linear_nets_and_shrinks_with_the_steps(seed):
    model, x = dense_net([6, 8, 5], seed=seed), np.random.default_rng(seed).normal(size=(20, 6))
    few, many = (integrated_gradients(model, x, n_steps=n)[1] for n in (8, 4096))
    assert many.max() < 1e-3 and many.mean() < few.mean() / 20
    found, gap = integrated_gradients(model, x, n_steps=4096)
    truth = np.asarray(model(x) - model(np.zeros_like(x)))[:, 0]
    np.testing.assert_allclose(np.abs(found.sum(axis=1) - truth), gap, atol=1e-9)


def test_the_path_starts_at_the_reference_and_the_integral_is_known():
    cube = lambda x: x[:, 0] ** 3 + 5 * x[:, 1]  # noqa: E731
    x, reference = np.array([[2.0, 1.0]]), np.array([[1.0, -1.0]])
    np.testing.assert_allclose(integrated_gradients(cube, x, reference, n_steps=2000)[0], [[7, 10]], atol=1e-5)
    product = lambda x: x[:, 0] * x[:, 1]  # noqa: E731
    found = integrated_gradients(product, np.array([[3.0, 4.0]]), np.array([[1.0, 0.0]]))[0]
    np.testing.assert_allclose(found, [[4, 8]], atol=1e-9)  # ∫ (1 + 2a)·4 da = 8 and ∫ 4a·2 da = 4


def test_blocks_lists_and_fixed_inputs_change_nothing():
    rng = np.random.default_rng(1)
    a, b, column = rng.normal(size=(7, 3)), rng.normal(size=(7, 2, 2)), rng.integers(0, 2, 7)

    def f(parts):
        a, b, column = parts
        rows = tf.reduce_sum(tf.gather(b, tf.cast(column, "int32"), batch_dims=1), axis=1)
        return tf.tanh(tf.reduce_sum(a, axis=1, keepdims=True)) * rows[:, None]

    whole, gap = integrated_gradients(f, [a, b], fixed=[column], n_steps=64)
    small, _ = integrated_gradients(f, [a, b], fixed=[column], n_steps=64, at_once=100)
    assert [part.shape for part in whole] == [a.shape, b.shape] and gap.max() < 1e-3
    for one, other in zip(whole, small):
        np.testing.assert_allclose(one, other, atol=1e-12)
    alone = [integrated_gradients(f, [a[i : i + 1], b[i : i + 1]], fixed=[column[i : i + 1]])[0] for i in (3,)]
    np.testing.assert_allclose(alone[0][0], whole[0][3:4], atol=1e-4)


def test_faults_of_the_caller_are_named():
    x = np.ones((3, 2))
    with pytest.raises(ValueError, match="after_embeddings"):
        integrated_gradients(lambda x: x[:, 0], np.ones((3, 2), int))
    with pytest.raises(ValueError, match=r"one score for each of 3 rows, not shape \(3, 2\)"):
        gradients(lambda x: 2 * x, x)
    with pytest.raises(ValueError, match="n_steps"):
        integrated_gradients(lambda x: x[:, 0], x, n_steps=0)
    with pytest.raises(ValueError, match="looks no ids up"):
        after_embeddings(dense_net([3, 2]))
    with pytest.raises(ValueError, match="1 to 16"):
        leave_out.shapley_values(None, 1, 17)
    with pytest.raises(ValueError, match="background"):
        leave_out.replaced(None, x, np.zeros(2))
    with pytest.raises(ValueError, match="NaN"):
        leave_out.deletion_curves(None, np.array([[1.0, np.nan]]))
    for explanation in (leave_out.counterfactual, lambda scores, history: leave_out.reasons(scores, history, [1])):
        with pytest.raises(ValueError, match="empty"):
            explanation(None, [])


# Layer-wise relevance


@pytest.mark.parametrize(("rule", "value"), RULES)
@pytest.mark.parametrize("use_bias", [False, True])
def test_relevance_is_conserved_at_every_layer_and_what_is_absorbed_is_counted(rule, value, use_bias):
    model, x = dense_net([6, 8, 5], use_bias, seed=3), np.random.default_rng(3).normal(size=(50, 6))
    found, score = relevance(model, x, rule, value), np.asarray(model(x))[:, 0]
    order = ["score", "hidden_1", "hidden_0", "x"]
    assert list(found.at) == order and found.sources == ["x"] and list(found.gap) == order[:-1]
    lost = np.zeros(50)
    for upper, lower in itertools.pairwise(order):  # independent of `gap`: sums of what stands at both ends
        lost = found.absorbed[upper].sum(axis=1)
        assert np.abs(found.at[upper].sum(axis=1) - found.at[lower].sum(axis=1) - lost).max() < 1e-6
    assert max(found.gap.values()) < 1e-6
    everything = sum(absorbed.sum(axis=1) for absorbed in found.absorbed.values())
    np.testing.assert_allclose(found.at["x"].sum(axis=1) + everything, score, atol=1e-6)
    if (not use_bias and value < 0.01) or (not use_bias and rule != "epsilon"):
        assert all(np.abs(found.at[name].sum(axis=1) - score).max() < 1e-6 for name in order)
    assert use_bias == any(np.abs(absorbed[:, 0]).max() > 1e-6 for absorbed in found.absorbed.values())


def test_the_share_of_the_bias_is_what_the_formula_says():
    model = dense_net([2, 2])
    model.set_weights(
        [np.array([[1.0, 1.0], [1.0, -1.0]]), np.array([1.0, 0.0]), np.array([[1.0], [2.0]]), np.array([0.5])]
    )
    found = relevance(model, np.array([[2.0, 1.0]]), "zero")  # units 4 and 1; score 4 + 2 + 0.5
    np.testing.assert_allclose(found.at["hidden_0"], [[4, 2]])
    np.testing.assert_allclose(found.absorbed["score"], [[0.5, 0]])
    np.testing.assert_allclose(found.absorbed["hidden_0"], [[4 * 1 / 4, 0]])
    np.testing.assert_allclose(found.at["x"], [[4 * 2 / 4 + 2 * 2 / 1, 4 * 1 / 4 - 2 * 1 / 1]])
    found = relevance(model, np.array([[2.0, 1.0]]), "epsilon", 0.5)  # z + ε: 7, then 4.5 and 1.5
    np.testing.assert_allclose(found.absorbed["score"], [[6.5 * 0.5 / 7, 6.5 * 0.5 / 7]])
    first, second = 6.5 * 4 / 7, 6.5 * 2 / 7
    np.testing.assert_allclose(found.at["x"], [[first * 2 / 4.5 + second * 2 / 1.5, first / 4.5 - second / 1.5]])


def test_deep_taylor_on_a_relu_toy_computed_by_hand():
    """With inputs ≥ 0 deep Taylor is α = 1, β = 0. Inputs (2, 1); units 2 + 1 = 3 and 4 − 1 = 3; score 3 + 3.

    The first unit hands down 2 and 1; the second gets nothing positive from input 2, so input 1 has all of its 3.
    """
    model = dense_net([2, 2], use_bias=False)
    model.set_weights([np.array([[1.0, 2.0], [1.0, -1.0]]), np.array([[1.0], [1.0]])])
    found = relevance(model, np.array([[2.0, 1.0]]), "alphabeta", 1.0)
    np.testing.assert_allclose(found.at["x"], [[5, 1]], atol=1e-9)
    doubled = relevance(model, np.array([[2.0, 1.0]]), "alphabeta", 2.0)
    np.testing.assert_allclose(doubled.at["x"], [[2 + 2 * 3, 1 - 3]], atol=1e-9)  # unit 1 has no −: α 1
    grown = relevance(model, np.array([[2.0, 1.0]]), "gamma", 1.0)  # contributions 4, 2 and 8, −1
    np.testing.assert_allclose(grown.at["x"], [[3 * 4 / 6 + 3 * 8 / 7, 3 * 2 / 6 - 3 * 1 / 7]], atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_without_biases_three_methods_are_one(seed):
    """A ReLU net without biases is f(tx) = t f(x): gradient × input, integrated gradients from 0 and rule 0 agree."""
    model, x = dense_net([5, 9, 4], use_bias=False, seed=seed), np.random.default_rng(seed).normal(size=(30, 5))
    plain = x * gradients(model, x)[1]
    np.testing.assert_allclose(relevance(model, x, "zero").at["x"], plain, atol=1e-6)
    np.testing.assert_allclose(integrated_gradients(model, x)[0], plain, atol=1e-6)


def test_negative_inputs_and_a_negative_score_are_shared_by_sign():
    model = dense_net([2], use_bias=False)
    model.set_weights([np.array([[1.0], [1.0]])])
    negative = np.array([[-3.0, 1.0]])  # score −2: the first input pushes that way
    np.testing.assert_allclose(relevance(model, negative, "alphabeta", 1.0).at["x"], [[-2, 0]], atol=1e-9)
    np.testing.assert_allclose(relevance(model, negative, "zero").at["x"], negative, atol=1e-9)
    zero = relevance(model, np.array([[-1.0, 1.0]]), "zero")
    assert np.isfinite(zero.at["x"]).all()


@pytest.mark.parametrize("product", [False, True])
@pytest.mark.parametrize(("rule", "value"), RULES)
def test_the_models_of_lesson_08_are_covered(product, rule, value):
    model = pair_models.neumf(9, 12, 4, (6, 5), product=product)
    for weight in model.weights:
        weight.assign(np.random.default_rng(len(weight.shape)).normal(0, 0.6, weight.shape))
    ids = [np.arange(1, 9), np.arange(3, 11)]
    found = relevance(model, ids, rule, value)
    assert max(found.gap.values()) < 1e-6
    total = sum(found.at[name].sum(axis=1) for name in found.sources)
    total += sum(absorbed.sum(axis=1) for absorbed in found.absorbed.values())
    np.testing.assert_allclose(total, np.asarray(model(ids))[:, 0], atol=1e-5)
    assert set(found.sources) >= {"user_bias", "item_bias", "user_dense", "item_dense"}


def test_relevance_that_comes_down_two_branches_is_added():
    x = keras.Input((2,), name="x", dtype="float64")
    hidden = layers.Dense(2, use_bias=False, activation="relu", name="hidden", dtype="float64")(x)
    side = layers.Concatenate(name="side", dtype="float64")([hidden, x])
    model = keras.Model(x, layers.Dense(1, use_bias=False, name="score", dtype="float64")(side))
    model.set_weights([np.array([[1.0, 0.0], [1.0, 2.0]]), np.array([[1.0], [2.0], [3.0], [-1.0]])])
    found = relevance(model, np.array([[2.0, 1.0]]), "zero")  # units 3 and 2; score 3 + 4 + 6 − 1
    np.testing.assert_allclose(found.at["side"], [[3, 4, 6, -1]])
    np.testing.assert_allclose(found.at["x"], [[2 + 6, 1 + 4 - 1]])


def test_a_layer_that_no_rule_covers_is_named():
    ids = keras.Input((4,), dtype="int32")
    rows = layers.Embedding(9, 3, name="films")(ids)
    model = keras.Model(ids, layers.Dense(1)(layers.GRU(2, name="memory")(rows)))
    with pytest.raises(ValueError, match="'memory'"):
        relevance(model, np.array([[1, 2, 3, 4]]))
    x = keras.Input((3,))
    for end in (layers.LayerNormalization(name="norm"), layers.Dense(2, activation="tanh", name="bend")):
        with pytest.raises(ValueError, match=f"'{end.name}'"):
            relevance(keras.Model(x, layers.Dense(1)(end(x))), np.ones((1, 3)))
    dense = layers.Dense(3, name="twice")
    with pytest.raises(ValueError, match="'twice' is used more than once"):
        relevance(keras.Model(x, layers.Dense(1)(dense(dense(x)))), np.ones((1, 3)))
    with pytest.raises(ValueError, match="one logit a row"):
        relevance(keras.Model(x, layers.Dense(2)(x)), np.ones((1, 3)))
    with pytest.raises(ValueError, match="'typo'"):
        relevance(dense_net([2, 2]), np.ones((1, 2)), by_layer={"typo": ("zero", 0)})
    with pytest.raises(ValueError, match="Rules are"):
        relevance(dense_net([2, 2]), np.ones((1, 2)), "delta")
    with pytest.raises(ValueError, match="α must be"):
        relevance(dense_net([2, 2]), np.ones((1, 2)), "alphabeta", 0.5)


def test_a_rule_by_layer_is_used_there_and_only_there():
    model, x = dense_net([4, 5, 3], seed=2), np.random.default_rng(2).normal(size=(6, 4))
    mixed = relevance(model, x, "zero", by_layer={"hidden_0": ("gamma", 0.5)})
    plain, grown = relevance(model, x, "zero"), relevance(model, x, "gamma", 0.5)
    np.testing.assert_allclose(mixed.at["hidden_0"], plain.at["hidden_0"])
    assert np.abs(mixed.at["x"] - plain.at["x"]).max() > 1e-3 and np.abs(mixed.at["x"] - grown.at["x"]).max() > 1e-3


# Cutting models open


@pytest.mark.parametrize("body", ["gru", "cnn", "attention"])
def test_a_sequence_model_is_cut_behind_its_look_ups(body):
    counts = np.append(0, np.arange(1, 40)).astype(float)
    made = {"gru": bodies.gru_body(16), "cnn": bodies.cnn_body(16), "attention": bodies.attention_body(8, 16)}
    _, model = next_item.next_item_model(made[body], counts, sampling.negative_probabilities(counts), 8, 16)
    history = np.array([[3, 5, 7, 0, 0, 0, 0, 0], [1, 2, 3, 4, 5, 6, 7, 8]])
    names, look_up, head = after_embeddings(model)
    assert names[0] == "items" and len(names) == (2 if body == "attention" else 1)
    before = model(history)
    np.testing.assert_allclose(head([*look_up(history), history]), before, atol=1e-6)
    rows = look_up(history)
    first = lambda parts: head(parts)[:, 9]  # noqa: E731
    other = [row[::-1] for row in rows]  # 0 as a reference is bad here: a layer normalisation jumps there
    found, gap = integrated_gradients(first, rows, other, fixed=[history], n_steps=64)
    assert gap.max() < 0.01 and np.abs(found[0][0, 3:]).max() == 0  # pads are never read
    np.testing.assert_array_equal(model(history), before)  # the model itself was left alone


# Shapley values, curves, and SHAP


def brute_force_shapley(value, k):
    """Mean gain of each player over all k! orders."""
    found = np.zeros(k)
    for order in itertools.permutations(range(k)):
        keep = np.zeros(k, bool)
        for player in order:
            before = value(np.array([0]), keep[None])[0]
            keep[player] = True
            found[player] += value(np.array([0]), keep[None])[0] - before
    return found / math.factorial(k)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5))
def test_exact_shapley_values_are_the_mean_over_all_orders(seed, k):
    table = np.random.default_rng(seed).normal(size=2**k)
    value = lambda rows, keep: table[keep @ (1 << np.arange(k))]  # noqa: E731
    found = leave_out.shapley_values(value, 1, k)[0]
    np.testing.assert_allclose(found, brute_force_shapley(value, k), atol=1e-9)
    np.testing.assert_allclose(found.sum(), table[-1] - table[0], atol=1e-9)


def test_shap_is_additive_and_agrees_with_exact_values_on_six_features():
    model = dense_net([6, 10, 6], seed=4, dtype="float32")
    rng = np.random.default_rng(4)
    x, background = (rng.normal(size=(n, 6)).astype("float32") for n in (8, 10))
    f = lambda x: np.asarray(model(np.asarray(x, "float32")))[:, 0]  # noqa: E731
    explainer = shap.KernelExplainer(f, background)
    theirs = explainer.shap_values(x, silent=True)
    assert np.abs(explainer.expected_value + theirs.sum(axis=1) - f(x)).max() < 1e-3
    ours = leave_out.shapley_values(leave_out.replaced(f, x, background), len(x), 6)
    np.testing.assert_allclose(theirs, ours, atol=1e-3)


def test_curves_leave_out_the_most_important_first():
    weights = np.array([3.0, 1.0, 2.0])
    value = lambda rows, keep: (rows + 1) * (keep @ weights)  # noqa: E731
    importance = np.array([[1.0, 3.0, 2.0], [0.0, 0.0, 0.0]])  # row 1: all equal, from left to right
    np.testing.assert_allclose(leave_out.deletion_curves(value, importance), [[6, 5, 3, 0], [12, 6, 4, 0]])
    np.testing.assert_allclose(
        leave_out.deletion_curves(value, importance, insertion=True), [[0, 1, 3, 6], [0, 6, 8, 12]]
    )


# Histories: counterfactuals and reasons


def linear_scores(weights):
    return lambda histories: np.array([weights[history].sum(axis=0) for history in histories])


def smallest_by_brute_force(scores, history):
    """Size of the smallest change of the first place, every subset asked one by one; None if there is none."""

    def first(kept):
        row = np.array(scores([kept])[0], float)
        row[[0, *history]] = -np.inf
        return top_k(row[None], 1)[0, 0]

    before = first(history)
    for size in range(1, len(history) + 1):
        for places in itertools.combinations(range(len(history)), size):
            if first(np.delete(history, places)) != before:
                return size
    return None


@pytest.mark.parametrize("is_greedy", [False, True])
def test_counterfactuals_are_verified_and_smallest(is_greedy):
    rng, sizes = np.random.default_rng(7), []
    for _ in range(60):
        weights = rng.normal(size=(25, 25)) + 1.5 * rng.normal(size=25)  # some films are liked by all
        history = rng.permutation(np.arange(1, 25))[: rng.integers(1, 8)]
        scores = linear_scores(weights)
        found = leave_out.counterfactual(scores, history, budget=0 if is_greedy else 2000)
        size = smallest_by_brute_force(scores, history)
        if size is None:
            assert found is None
            continue
        sizes.append(size)
        if found is None:
            assert is_greedy  # its one order of leaving out may miss the change
            continue
        with_all, without = np.array(scores([history, np.delete(history, found.removed)]))
        with_all[[0, *history]] = without[[0, *history]] = -np.inf  # what was seen stays hidden
        with_all, without = top_k(np.array([with_all, without]), 1)[:, 0]
        assert with_all == found.item and without == found.instead != found.item
        assert found.is_smallest is not is_greedy
        assert len(found.removed) == size or (is_greedy and len(found.removed) > size)
    assert len(set(sizes)) > 2


def test_a_film_left_out_for_the_question_is_not_recommended():
    weights = np.zeros((5, 5))
    weights[4, 1], weights[1, 2], weights[4, 3] = 9, 1, 0.5  # without film 1, film 1 would win, were it not seen
    found = leave_out.counterfactual(linear_scores(weights), np.array([1, 4]))
    assert (found.item, found.instead, found.removed.tolist()) == (2, 3, [0])


def test_important_films_are_asked_first():
    weights = np.zeros((30, 40))
    weights[25, 35], weights[:, 36] = 5, 0.01
    history, importance = np.arange(1, 28), np.zeros(27)
    importance[24] = 1
    few = leave_out.counterfactual(linear_scores(weights), history, importance, budget=2000)
    assert few.removed.tolist() == [24] and few.is_smallest
    greedy = leave_out.counterfactual(linear_scores(weights), history, importance, budget=3)
    assert greedy.removed.tolist() == [24] and not greedy.is_smallest
    importance[3] = 2  # wrongly: it is left out first, makes no difference, and is put back
    assert leave_out.counterfactual(linear_scores(weights), history, importance, budget=3).removed.tolist() == [24]


def test_of_two_equal_changes_the_more_important_film_is_named():
    weights = np.zeros((9, 9))
    weights[[2, 5], 7], weights[:, 8] = 1, 0.4  # films 2 and 5 together put film 7 above film 8: both are needed
    history = np.array([1, 2, 3, 5])
    for place in (1, 3):
        found = leave_out.counterfactual(linear_scores(weights), history, np.arange(4) == place)
        assert (found.item, found.instead, found.removed.tolist()) == (7, 8, [place])


def test_a_reason_is_the_film_whose_loss_costs_most():
    weights = np.random.default_rng(1).normal(size=(20, 20))
    history, items = np.array([3, 8, 5, 11]), np.array([1, 2, 15])
    places, drops = leave_out.reasons(linear_scores(weights), history, items)
    share = weights[np.ix_(history, items)] - weights[history, 1:].mean(axis=1, keepdims=True)  # known: it is linear
    np.testing.assert_array_equal(places, share.argmax(axis=0))
    np.testing.assert_allclose(drops, share.max(axis=0), atol=1e-9)


@pytest.mark.parametrize("hide_all", [True, False])
def test_films_that_a_scorer_hides_by_minus_infinity_change_no_reason(hide_all):
    weights = np.random.default_rng(1).normal(size=(20, 20))
    history, items = np.array([3, 8, 5, 11]), np.array([1, 2, 15])
    plain = linear_scores(weights)

    def hiding(histories):
        block = plain(histories)
        for row, kept in zip(block, histories):
            row[[0, *(history if hide_all else kept)]] = -np.inf
        return block

    places, drops = leave_out.reasons(hiding, history, items)
    others = np.setdiff1d(np.arange(1, 20), history)  # hidden films do not enter the mean
    share = weights[np.ix_(history, items)] - weights[np.ix_(history, others)].mean(axis=1, keepdims=True)
    np.testing.assert_array_equal(places, share.argmax(axis=0))
    np.testing.assert_allclose(drops, share.max(axis=0), atol=1e-9)
    with pytest.raises(ValueError, match=r"Items \[8\] have scores that are no finite numbers"):
        leave_out.reasons(hiding, history, [1, 8])


def test_reasons_of_scores_that_are_nan_are_refused():
    with pytest.raises(ValueError, match=r"Items \[2\]"):
        leave_out.reasons(lambda histories: np.array([[0, 1, np.nan]] * len(histories)), [1], [2])


def test_a_counterfactual_orders_equal_scores_as_the_recommendations_do():
    def scores(histories):  # film 1 alone puts film 29 first; without it all films are equal
        return np.array([[0.0] * 29 + [2.0 * (1 in kept)] for kept in histories])

    equal = np.zeros((1, 30))
    equal[0, :2] = -np.inf  # padding, and film 1, which was seen
    found = leave_out.counterfactual(scores, [1])
    assert (found.item, found.instead) == (29, top_k(equal, 1)[0, 0])
    assert found.instead != 2  # the smallest index, which argmax would name


def test_where_nothing_is_left_to_recommend_there_is_no_counterfactual():
    for scores in (np.full((1, 4), -np.inf), np.zeros((1, 4))):
        with pytest.raises(ValueError, match="No film is left to recommend"):
            leave_out.counterfactual(lambda histories, s=scores: np.repeat(s, len(histories), axis=0), [1, 2, 3])


# Known truth: planted causes


def two_features_worlds():
    """Eight yes/no features; the answer is yes if features 2 and 5 are both there: rows to explain have both.

    Yields (is_shuffled, model, rows): one model, trained anew from other weights, twice and with shuffled labels.
    """
    model = dense_net([8, 16, 8], dtype="float32")
    model.compile(keras.optimizers.Adam(0.01), keras.losses.BinaryCrossentropy(from_logits=True))
    for seed in range(8):
        rng = np.random.default_rng(seed)
        x = rng.integers(0, 2, (2000, 8)).astype("float32")
        y = x[:, 2:3] * x[:, 5:6]
        model.set_weights(dense_net([8, 16, 8], seed=seed, dtype="float32").get_weights())
        for variable in model.optimizer.variables:
            variable.assign(np.zeros(variable.shape))
        model.optimizer.learning_rate = 0.01
        model.fit(x, rng.permutation(y) if seed >= 2 else y, 64, 8, verbose=0)
        asked = (rng.random((30, 8)) < 0.8).astype("float32")
        asked[:, [2, 5]] = 1
        yield seed >= 2, model, asked


def by_feature(model, x):
    """Attributions (n, 8) of each method on feature rows; what is left out is 0."""
    f = lambda x: np.asarray(model(np.asarray(x, "float32")))[:, 0]  # noqa: E731
    value = leave_out.replaced(f, x, np.zeros((1, 8), "float32"))
    one_out = ~np.eye(8, dtype=bool)
    rows = np.repeat(np.arange(len(x)), 8)
    found = {
        "gradient × input": x * gradients(model, x)[1],
        "integrated gradients": integrated_gradients(model, x)[0],
        "Shapley": leave_out.shapley_values(value, len(x), 8),
        "leave one out": f(x)[:, None] - value(rows, np.tile(one_out, (len(x), 1))).reshape(-1, 8),
    }
    rules = {"epsilon": 0.01, "gamma": 0.25, "alphabeta": 2.0}
    return found | {f"relevance, {r}": relevance(model, x, r, v).at["x"] for r, v in rules.items()}


def test_planted_features_are_found_by_each_method_and_not_after_label_shuffling(capsys):
    rates = {}
    for is_shuffled, model, x in two_features_worlds():
        for name, attributions in by_feature(model, x).items():
            found = [pair == {2, 5} for pair in top(attributions, 2)]
            rates.setdefault(name, ([], []))[is_shuffled].extend(found)
    rates = {name: [float(np.mean(found)) for found in pair] for name, pair in rates.items()}
    with capsys.disabled():
        print("\nplanted pair found, then after shuffling:", {k: np.round(v, 2).tolist() for k, v in rates.items()})
    for name, (found, shuffled) in rates.items():
        assert found >= 0.9, name
        assert shuffled <= 0.3, name  # one pair of 28 by chance, and these two are always there


LENGTH, N_FILMS, CAUSES = 8, 30, 5  # films 1 … 5 are causes, each with an effect of its own


def trigger_world(is_shuffled, n=6000):
    """Histories of films without meaning and one cause at a random place; the answer names the cause."""
    rng = np.random.default_rng(8)
    x = rng.integers(CAUSES + 1, N_FILMS + 1, (n, LENGTH))
    place, cause = rng.integers(0, LENGTH, n), rng.integers(1, CAUSES + 1, n)
    x[np.arange(n), place] = cause
    y = rng.permutation(cause - 1) if is_shuffled else cause - 1
    keras.utils.set_random_seed(4)
    ids = keras.Input((LENGTH,), dtype="int32")
    state = layers.GRU(24)(layers.Embedding(N_FILMS + 1, 12)(ids))
    model = keras.Model(ids, layers.Dense(CAUSES)(state))
    model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(x, y, 64, 3 if is_shuffled else 6, verbose=0)
    is_right = np.asarray(model(x[:400])).argmax(axis=1) == cause[:400] - 1  # a wrong answer has other causes
    some = np.arange(80) if is_shuffled else np.flatnonzero(is_right)[:80]
    assert len(some) == 80
    return model, x[some], place[some]


@pytest.fixture(scope="module", params=[False, True], ids=["planted", "shuffled"])
def triggers(request):
    return request.param, *trigger_world(request.param)


def test_the_planted_film_is_found_in_a_history_and_not_after_label_shuffling(triggers, capsys):
    is_shuffled, model, x, place = triggers
    answer = np.asarray(model(x)).argmax(axis=1)
    _, look_up, head = after_embeddings(model)
    rows = look_up(x)

    def f(parts):
        return tf.gather(head(parts[:1]), tf.cast(parts[1], "int32"), batch_dims=1)

    def value(which, keep):
        return np.asarray(f([rows[0][which] * keep[:, :, None], answer[which]]))

    one_out = np.tile(~np.eye(LENGTH, dtype=bool), (len(x), 1))
    all_in = value(np.arange(len(x)), np.ones((len(x), LENGTH), bool))
    found = {
        "gradient × input": (rows[0] * gradients(f, rows, fixed=[answer])[1][0]).sum(axis=2),
        "integrated gradients": integrated_gradients(f, rows, fixed=[answer])[0][0].sum(axis=2),
        "Shapley": leave_out.shapley_values(value, len(x), LENGTH),
        "leave one out": all_in[:, None] - value(np.repeat(np.arange(len(x)), LENGTH), one_out).reshape(-1, LENGTH),
    }

    def scores(histories):  # films 31 … 35 are the effects
        padded = np.array([np.pad(h, (LENGTH - len(h), 0)) for h in histories])
        logits = np.asarray(model(padded))
        return np.column_stack([np.full((len(logits), N_FILMS + 1), logits.min() - 1), logits])

    rates = {name: np.mean(a.argmax(axis=1) == place) for name, a in found.items()}
    few = range(20)
    reasons = [leave_out.reasons(scores, x[i], [N_FILMS + 1 + answer[i]])[0][0] for i in few]
    changes = [leave_out.counterfactual(scores, x[i], found["integrated gradients"][i]) for i in few]
    rates["reasons"] = np.mean(reasons == place[:20])
    exists = [(change, place[i]) for i, change in zip(few, changes) if change]  # else the answer is also the default
    assert len(exists) >= 10
    rates["counterfactual"] = np.mean([change.removed.tolist() == [cause] for change, cause in exists])
    with capsys.disabled():
        print(
            "\nlabels shuffled:" if is_shuffled else "\nplanted film found:",
            {k: round(float(v), 2) for k, v in rates.items()},
        )
    if is_shuffled:
        assert max(rates.values()) <= 0.4  # one place of eight by chance
    else:
        assert min(rates.values()) >= 0.9


# A trained recommender: completeness, and faithfulness of curves


@pytest.fixture(scope="module")
def recommender():
    """The MLP of lesson 08 after two epochs, and 200 pairs of its test part."""
    ratings, _ = load_movielens()
    users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
    cut = splits.split_last_share(ratings)
    seen = to_matrix(cut.train, users, items)
    user, item = (part.astype("int32") for part in seen.nonzero())
    keras.utils.set_random_seed(1)
    model = pair_models.neumf(users.n_rows, items.n_rows, 16, (16, 8), 1e-6, product=False)
    model.compile(keras.optimizers.Adam(0.02), keras.losses.BinaryCrossentropy(from_logits=True), jit_compile=True)

    def examples(rng):
        wrong = rng.integers(1, items.n_rows, 2 * len(item)).astype("int32")
        order = rng.permutation(3 * len(item))[: 3 * len(item) // 4096 * 4096]
        x = [np.tile(user, 3)[order], np.concatenate([item, wrong])[order]]
        return x, (order < len(item)).astype("float32")

    training.fit(model, examples, n_epochs=2, batch_size=4096)
    pairs = cut.test.sample(200, random_state=1)
    return model, [users.to_idx(pairs["user_id"]).astype("int32"), items.to_idx(pairs["item_id"]).astype("int32")]


def test_completeness_holds_on_test_pairs_at_the_default_steps(recommender, capsys):
    model, ids = recommender
    _, look_up, head = after_embeddings(model)
    rows = look_up(ids)
    parts, gap = integrated_gradients(head, rows)
    change = np.asarray(model(ids))[:, 0] - np.asarray(head([0 * part for part in rows]))[:, 0]
    relative = gap / np.abs(change)
    with capsys.disabled():
        print(
            f"\ncompleteness gap on 200 pairs: median {np.median(relative):.2%}, p95 {np.quantile(relative, 0.95):.2%}"
        )
    assert np.mean(relative <= 0.01) >= 0.95
    assert [part.shape for part in parts] == [part.shape for part in rows]


def test_relevance_of_the_trained_recommender_is_conserved(recommender):
    model, ids = recommender
    for rule, value in RULES:
        assert max(relevance(model, ids, rule, value).gap.values()) < 1e-6


def test_curves_beat_random_order_by_a_paired_interval(recommender):
    model, ids = recommender
    names, look_up, head = after_embeddings(model)
    rows = look_up(ids)
    x = np.concatenate(rows, axis=1)
    f = lambda x: head(tf.split(x, [part.shape[1] for part in rows], axis=1))  # noqa: E731
    value = leave_out.replaced(f, x, np.zeros_like(x[:1]))
    handed_down = relevance(model, ids, "epsilon", 0.01)
    methods = {
        "integrated gradients": integrated_gradients(f, x)[0],
        "gradient × input": x * gradients(f, x)[1],
        "relevance": np.concatenate([handed_down.at[name] for name in names], axis=1),
    }
    rng = np.random.default_rng(1)
    draws = [leave_out.deletion_curves(value, rng.random(x.shape)).mean(axis=1) for _ in range(4)]
    for name, importance in methods.items():
        area = leave_out.deletion_curves(value, importance).mean(axis=1)
        _, _, high = paired_bootstrap(area, np.mean(draws, axis=0))
        assert high < 0, name
    area = leave_out.deletion_curves(value, -methods["integrated gradients"]).mean(axis=1)
    assert paired_bootstrap(area, np.mean(draws, axis=0))[1] > 0  # the wrong sign is worse than random


def test_explanations_change_when_the_weights_are_drawn_anew(recommender):
    model, ids = recommender
    fresh = keras.models.clone_model(model)
    for weight, trained in zip(fresh.weights, model.get_weights()):
        weight.assign(np.random.default_rng(3).permutation(trained.ravel()).reshape(trained.shape))
    found = []
    for each in (model, fresh):
        _, look_up, head = after_embeddings(each)
        parts = integrated_gradients(head, look_up(ids))[0]
        handed_down = relevance(each, ids, "epsilon", 0.01)
        found.append((np.concatenate(parts[2:], axis=1), handed_down.at["item_dense"]))
    for trained, drawn in zip(*found):
        sizes = np.linalg.norm(trained, axis=1) * np.linalg.norm(drawn, axis=1) + 1e-12
        assert np.median(np.abs((trained * drawn).sum(axis=1)) / sizes) < 0.5


def test_every_public_function_names_its_source_or_lesson():
    for function in (gradients, integrated_gradients, after_embeddings, relevance):
        assert re.search(r"Built in lesson 26\.", function.__doc__) and ">>>" in function.__doc__
