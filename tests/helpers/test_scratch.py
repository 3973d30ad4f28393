"""The NumPy network against centred differences, broken versions of itself, slow loops, bad input, and known cases."""

import itertools
import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from recsys_helpers.models import scratch
from recsys_helpers.models.scratch import Activation, Dense, Dropout, Embedding, Network, Optimiser, fit, gradient_check

steady = settings(derandomize=True, deadline=None, max_examples=50)
sizes, seeds = st.integers(1, 5), st.integers(0, 2**32 - 1)
PROVEN = 1e-6  # the largest error of a right gradient in all cases below was 3e-8, of most 1e-10
BROKEN = 1e-4  # the smallest error of a broken one is 0.3
ACTIVATIONS = {name: getattr(scratch, name) for name in ("ReLU", "LeakyReLU", "Sigmoid", "Tanh")}
KINKED = (scratch.ReLU, scratch.LeakyReLU)
MSE, BCE, CCE = scratch.mean_squared_error, scratch.binary_cross_entropy, scratch.categorical_cross_entropy
LOSSES = {"MSE": MSE, "BCE": BCE, "CCE": CCE}
RULES = {rule: getattr(scratch, rule) for rule in ("sgd", "momentum", "rmsprop", "adam")}


def targets_for(loss, shape, rng):
    """Numbers, labels 0/1 or one-hot rows: what the loss asks for."""
    if loss is MSE:
        return rng.normal(size=shape)
    return (
        rng.integers(0, 2, shape).astype(float)
        if loss is BCE
        else np.eye(shape[1])[rng.integers(shape[1], size=shape[0])]
    )


def largest_error(network, x, target, loss, training=False):
    """Largest relative error over all weights, and over x where x has a gradient.

    Dropout draws from the same seed at every call: the function that is differentiated must not change meanwhile.
    """

    def run():
        for layer in network.layers:
            if isinstance(layer, Dropout):
                layer.rng = np.random.default_rng(7)
        return loss(network.forward(x, training), target)

    x_grad = network.backward(run()[1])
    pairs = [(p.value, p.grad.copy()) for p in network.parameters] + ([] if x_grad is None else [(x, x_grad)])
    return max(gradient_check(lambda: run()[0], value, grad) for value, grad in pairs)


def distance_to_kinks(network, x):
    """The smallest |input| of a ReLU or LeakyReLU: closer than h, a difference would step across the kink."""
    distance = np.inf
    for layer in network.layers:
        if isinstance(layer, KINKED):
            distance = min(distance, np.abs(x).min())
        x = layer.forward(x)
    return distance


class TestGradients:
    """Every layer, every loss, and their compositions against centred differences in float64, h = 1e-5."""

    @steady
    @given(batch=sizes, n_in=sizes, n_out=sizes, seed=seeds)
    def test_dense(self, batch, n_in, n_out, seed):
        rng = np.random.default_rng(seed)
        x, target = rng.normal(size=(batch, n_in)), rng.normal(size=(batch, n_out))
        assert largest_error(Network([Dense(n_in, n_out, rng)]), x, target, MSE) < PROVEN

    @steady
    @given(batch=st.integers(1, 12), n_rows=sizes, dim=sizes, seed=seeds)
    def test_embedding_with_ids_that_repeat(self, batch, n_rows, dim, seed):
        rng = np.random.default_rng(seed)
        ids, target = rng.integers(0, n_rows, batch), rng.normal(size=(batch, dim))
        assert largest_error(Network([Embedding(n_rows, dim, rng)]), ids, target, MSE) < PROVEN

    @steady
    @given(batch=st.integers(1, 12), n_rows=st.lists(sizes, min_size=2, max_size=3), dim=sizes, seed=seeds)
    def test_several_tables_side_by_side(self, batch, n_rows, dim, seed):
        rng = np.random.default_rng(seed)
        ids, target = rng.integers(0, n_rows, (batch, len(n_rows))), rng.normal(size=(batch, dim * len(n_rows)))
        assert largest_error(Network([Embedding(n_rows, dim, rng)]), ids, target, MSE) < PROVEN

    @pytest.mark.parametrize("name", ACTIVATIONS)
    @steady
    @given(batch=sizes, n=sizes, seed=seeds)
    def test_activation(self, name, batch, n, seed):
        rng = np.random.default_rng(seed)
        network, x, target = Network([ACTIVATIONS[name]()]), rng.normal(size=(batch, n)), rng.normal(size=(batch, n))
        assume(distance_to_kinks(network, x) > 1e-4)
        assert largest_error(network, x, target, MSE) < PROVEN

    @pytest.mark.parametrize(("name", "slope", "difference"), [("ReLU", 0, 0.5), ("LeakyReLU", 0.3, 0.65)])
    def test_at_a_kink_the_slope_from_the_left_is_taken_and_the_check_sees_the_mean_of_both_sides(
        self, name, slope, difference
    ):
        layer, x = ACTIVATIONS[name](), np.zeros((1, 1))
        layer.forward(x)
        assert layer.backward(np.ones((1, 1))) == slope
        assert gradient_check(lambda: layer.f(x).sum(), x, np.full((1, 1), difference)) < PROVEN

    @steady
    @given(batch=sizes, n=sizes, rate=st.floats(0, 0.9), seed=seeds)
    def test_dropout_in_training_and_in_evaluation(self, batch, n, rate, seed):
        rng = np.random.default_rng(seed)
        network, x, target = Network([Dropout(rate, rng)]), rng.normal(size=(batch, n)), rng.normal(size=(batch, n))
        assert largest_error(network, x, target, MSE, training=True) < PROVEN
        assert largest_error(network, x, target, MSE, training=False) < PROVEN

    @pytest.mark.parametrize("name", LOSSES)
    @steady
    @given(batch=sizes, n=sizes, scale=st.sampled_from([0.1, 1, 10]), seed=seeds)
    def test_loss(self, name, batch, n, scale, seed):
        rng = np.random.default_rng(seed)
        z, target = scale * rng.normal(size=(batch, n)), targets_for(LOSSES[name], (batch, n), rng)
        assert gradient_check(lambda: LOSSES[name](z, target)[0], z, LOSSES[name](z, target)[1]) < PROVEN

    @steady
    @given(batch=sizes, n=sizes, seed=seeds)
    def test_cross_entropies_with_shares_instead_of_labels(self, batch, n, seed):
        rng = np.random.default_rng(seed)
        z, share = rng.normal(size=(batch, n)), rng.random((batch, n))
        assert gradient_check(lambda: BCE(z, share)[0], z, BCE(z, share)[1]) < PROVEN
        assert gradient_check(lambda: CCE(z, share)[0], z, CCE(z, share)[1]) < PROVEN

    @settings(steady, max_examples=150)
    @given(
        batch=st.integers(1, 6),
        widths=st.lists(sizes, min_size=2, max_size=4),
        names=st.lists(st.sampled_from([*ACTIVATIONS, "Dropout"]), min_size=3, max_size=3),
        n_rows=st.none() | st.lists(sizes, min_size=1, max_size=3),
        loss=st.sampled_from([MSE, BCE, CCE]),
        seed=seeds,
    )
    def test_compositions(self, batch, widths, names, n_rows, loss, seed):
        rng = np.random.default_rng(seed)
        layers, n_in, x = [], widths[0], rng.normal(size=(batch, widths[0]))
        if n_rows:
            layers, n_in, x = (
                [Embedding(n_rows, 2, rng, scale=1)],
                2 * len(n_rows),
                rng.integers(0, n_rows, (batch, len(n_rows))),
            )
        for n_out, name in zip(widths[1:], names):
            layers += [Dense(n_in, n_out, rng), Dropout(0.4, rng) if name == "Dropout" else ACTIVATIONS[name]()]
            n_in = n_out
        network = Network([*layers, Dense(n_in, 3, rng)])
        for p in network.parameters:
            p.value += rng.normal(0, 0.3, p.value.shape)  # biases too: at 0 a dead ReLU would sit on the next kink
        assume(distance_to_kinks(network, x) > 1e-3)
        target = targets_for(loss, (batch, 3), rng)
        assert largest_error(network, x, target, loss) < PROVEN
        if "Dropout" not in names or not {"ReLU", "LeakyReLU"} & set(names):  # dropped inputs move other kinks near
            assert largest_error(network, x, target, loss, training=True) < PROVEN

    def test_the_penalty_has_the_gradient_of_l2_times_the_sum_of_squares(self):
        rng = np.random.default_rng(0)
        network = Network([Embedding(4, 3, rng, l2=0.2, scale=1), Dense(3, 2, rng, l2=0.5)])
        ids, target = np.array([1, 3, 1]), rng.normal(size=(3, 2))
        table, W = network.layers[0].table, network.layers[1].W

        def penalised():
            return MSE(network.forward(ids), target)[0] + 0.2 * (table.value**2).sum() + 0.5 * (W.value**2).sum()

        network.backward(MSE(network.forward(ids), target)[1])
        before = [p.value.copy() for p in network.parameters]
        Optimiser(network.parameters, scratch.sgd, learning_rate=1.0).step()
        steps = [old - p.value for old, p in zip(before, network.parameters)]  # one step at rate 1 is the gradient
        for old, p in zip(before, network.parameters):
            p.value[:] = old
        assert max(gradient_check(penalised, p.value, step) for p, step in zip(network.parameters, steps)) < PROVEN

    def test_the_check_refuses_what_it_cannot_judge(self):
        with pytest.raises(ValueError, match="float32"):
            gradient_check(lambda: 0.0, np.zeros(2, np.float32), np.zeros(2))
        with pytest.raises(ValueError, match=r"\(2,\) and \(3, 2\)"):  # a bias gradient that was not summed
            gradient_check(lambda: 0.0, np.zeros(2), np.zeros((3, 2)))


# ------------------------------------------------------------------------------- broken on purpose, and caught

RIGHT = {layer: layer.backward for layer in (Dense, Embedding, Activation)}


def w_with_flipped_sign(self, grad):
    x_grad = RIGHT[Dense](self, grad)
    self.W.grad = -self.W.grad
    return x_grad


def w_without_transpose(self, grad):
    x_grad = RIGHT[Dense](self, grad)
    self.W.grad = self.x @ grad
    return x_grad


def x_without_transpose(self, grad):
    RIGHT[Dense](self, grad)
    return grad @ self.W.value


def bias_from_the_last_row(self, grad):
    x_grad = RIGHT[Dense](self, grad)
    self.b.grad = grad[-1]
    return x_grad


def bias_averaged(self, grad):
    x_grad = RIGHT[Dense](self, grad)
    self.b.grad = grad.mean(axis=0)
    return x_grad


def table_assigned_instead_of_added(self, grad):
    RIGHT[Embedding](self, grad)
    self.table.grad[self.ids] = grad.reshape(len(self.ids), -1)


def table_added_without_repeats(self, grad):
    self.table.grad = np.zeros_like(self.table.value)
    self.table.grad[self.ids] += grad.reshape(len(self.ids), -1)  # += on an index list adds each row once


def slope_forgotten(self, grad):
    return grad


def slope_of_the_slope(self, grad):
    return RIGHT[Activation](self, grad) if isinstance(self, Dropout) else grad * self.slope_at(self.slope)


def dropout_not_divided(self, grad):
    return grad * (self.slope > 0) if isinstance(self, Dropout) else RIGHT[Activation](self, grad)


def loss_times(factor, name):
    right = LOSSES[name]
    return lambda z, target: (right(z, target)[0], factor(z) * right(z, target)[1])


MUTANTS = {
    "Dense: sign of W flipped": (Dense, w_with_flipped_sign),
    "Dense: x not transposed": (Dense, w_without_transpose),
    "Dense: W not transposed": (Dense, x_without_transpose),
    "Dense: bias from one row only": (Dense, bias_from_the_last_row),
    "Dense: bias averaged, not summed": (Dense, bias_averaged),
    "Embedding: assigned, not added": (Embedding, table_assigned_instead_of_added),
    "Embedding: += adds repeats once": (Embedding, table_added_without_repeats),
    "Activation: slope forgotten": (Activation, slope_forgotten),
    "Activation: slope at the wrong place": (Activation, slope_of_the_slope),
    "Dropout: not divided by 1 − rate": (Activation, dropout_not_divided),
}
LOSS_MUTANTS = {
    "sign flipped": lambda z: -1,
    "mean missing": lambda z: z.size,
    "mean over rows taken twice": lambda z: 1 / len(z),
    "factor 2 missing": lambda z: 0.5,
    "slope of a sigmoid that is already inside": lambda z: scratch.softmax(z),
}


def square_network():
    """4 rows, 4 wide, ids that repeat: shapes that let a missing transpose run without an error."""
    rng = np.random.default_rng(3)
    layers = [Embedding([3, 3], 2, rng, scale=1), Dense(4, 4, rng), scratch.Tanh(), Dropout(0.3, rng), Dense(4, 4, rng)]
    ids = np.array([[0, 2], [1, 2], [0, 1], [0, 2]])
    return Network(layers), ids, np.eye(4)


class TestMutants:
    """Each break is caught, and the unbroken network passes on the same data."""

    def test_the_unbroken_network_passes(self):
        for loss in LOSSES.values():
            network, ids, target = square_network()
            assert largest_error(network, ids, target, loss, training=True) < PROVEN

    @pytest.mark.parametrize("name", MUTANTS)
    def test_broken_layer_is_caught(self, name, monkeypatch):
        layer, broken = MUTANTS[name]
        monkeypatch.setattr(layer, "backward", broken)
        for loss in LOSSES.values():
            network, ids, target = square_network()
            assert largest_error(network, ids, target, loss, training=True) > BROKEN

    @pytest.mark.parametrize("change", LOSS_MUTANTS)
    @pytest.mark.parametrize("name", LOSSES)
    def test_broken_loss_is_caught(self, name, change):
        network, ids, target = square_network()
        assert largest_error(network, ids, target, loss_times(LOSS_MUTANTS[change], name), training=True) > BROKEN


class TestLosses:
    """Values known by hand, and no overflow where the plain formula overflows."""

    def test_honest_starting_losses_are_log_2_and_log_n(self):
        assert BCE(np.zeros((5, 1)), np.ones((5, 1)))[0] == pytest.approx(np.log(2), abs=1e-15)
        assert CCE(np.zeros((5, 7)), np.eye(7)[:5])[0] == pytest.approx(np.log(7), abs=1e-15)
        assert MSE(np.array([[3.0], [5.0]]), np.array([[4.0], [5.0]]))[0] == 0.5

    @steady
    @given(batch=sizes, n=sizes, seed=seeds)
    def test_cross_entropies_equal_the_plain_formula_where_that_works(self, batch, n, seed):
        rng = np.random.default_rng(seed)
        z = rng.normal(0, 3, (batch, n))
        for loss, p in ((BCE, 1 / (1 + np.exp(-z))), (CCE, np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))):
            t = targets_for(loss, z.shape, rng)
            plain = -(t * np.log(p)).sum() - ((1 - t) * np.log(1 - p)).sum() if loss is BCE else -(t * np.log(p)).sum()
            assert loss(z, t)[0] == pytest.approx(plain / (z.size if loss is BCE else batch), rel=1e-9)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_huge_logits_neither_overflow_nor_warn(self, dtype):
        z, target = np.array([[1000.0, -1000.0]], dtype), np.array([[0.0, 1.0]])
        with warnings.catch_warnings(action="error"):
            assert BCE(z, target)[0] == 1000
            assert CCE(z, target)[0] == 2000
            assert BCE(z, 1 - target)[0] == CCE(z, 1 - target)[0] == 0
            np.testing.assert_array_equal(scratch.softmax(z), [[1, 0]])
            np.testing.assert_array_equal(scratch.Sigmoid().forward(z), [[1, 0]])

    def test_softmax_sums_to_one_and_ignores_a_constant(self):
        z = np.random.default_rng(0).normal(size=(3, 5))
        np.testing.assert_allclose(scratch.softmax(z).sum(axis=-1), 1, rtol=1e-15)
        np.testing.assert_allclose(scratch.softmax(z), scratch.softmax(z + 100), rtol=1e-12)


class TestLayers:
    """What forward does, apart from gradients."""

    def test_dense_by_hand(self):
        layer = Dense(3, 2, np.random.default_rng(0))
        layer.W.value[:], layer.b.value[:] = [[1, 2], [3, 4], [5, 6]], [10, 20]
        np.testing.assert_array_equal(layer.forward([[1, 0, 2]]), [[1 + 10 + 10, 2 + 12 + 20]])

    def test_dense_starts_within_the_glorot_bounds_and_two_layers_differ(self):
        rng = np.random.default_rng(0)
        one, two = Dense(40, 60, rng), Dense(40, 60, rng)
        assert 0.95 * np.sqrt(6 / 100) < np.abs(one.W.value).max() <= np.sqrt(6 / 100)
        assert not np.isclose(one.W.value, two.W.value).any()

    def test_embedding_equals_the_one_hot_product(self):
        rng = np.random.default_rng(0)
        layer, ids = Embedding([3, 5], 2, rng), np.array([[2, 0], [0, 4], [2, 0]])
        users, items = layer.table.value[:3], layer.table.value[3:]
        by_hand = np.hstack([np.eye(3)[ids[:, 0]] @ users, np.eye(5)[ids[:, 1]] @ items])
        for integers in (np.uint8, np.int32, np.uint64):
            np.testing.assert_array_equal(layer.forward(ids.astype(integers)), by_hand)

    def test_embedding_gradient_equals_add_at_and_forgets_the_batch_before(self):
        rng = np.random.default_rng(0)
        layer = Embedding(50, 4, rng)
        for _ in range(3):
            ids, grad = rng.integers(0, 50, 30), rng.normal(size=(30, 4))
            layer.forward(ids)
            layer.backward(grad)
            slow = np.zeros((50, 4))
            np.add.at(slow, ids, grad)
            np.testing.assert_allclose(layer.table.grad, slow, rtol=0, atol=1e-14)

    def test_dropout_keeps_the_mean_in_training_and_is_the_identity_in_evaluation(self):
        layer, x = Dropout(0.3, np.random.default_rng(0)), np.full((200, 500), 2.0)
        y = layer.forward(x, training=True)
        assert set(np.unique(y)) == {0.0, 2 / 0.7}
        assert y.mean() == pytest.approx(2, abs=5 * y.std() / np.sqrt(y.size))  # five standard errors
        state = layer.rng.bit_generator.state
        np.testing.assert_array_equal(layer.forward(x), x)
        assert layer.rng.bit_generator.state == state  # evaluating does not change what training draws next

    def test_float32_stays_float32_through_training(self):
        rng = np.random.default_rng(0)
        for name, lazy in itertools.product(ACTIVATIONS, (False, True)):
            layers = [
                Embedding([4, 6], 3, rng, dtype=np.float32, l2=0.1, lazy=lazy),
                Dense(6, 5, rng, dtype=np.float32),
            ]
            layers += [ACTIVATIONS[name](), Dropout(0.2, rng), Dense(5, 2, rng, dtype=np.float32)]
            network = Network(layers)
            ids = rng.integers(0, (4, 6), (9, 2))
            for loss in LOSSES.values():
                for rule in RULES.values():
                    optimiser = Optimiser(network.parameters, rule, 0.01)
                    fit(network, ids, targets_for(loss, (9, 2), rng), loss, optimiser, rng, 1, 4, progress=False)
                    arrays = [a for p in network.parameters for a in (p.value, p.grad)]
                    arrays += [a for memory in optimiser.memory for a in memory.values()]
                    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}
            assert network.forward(ids).dtype == np.float32


def slow_rule(name, value, grads, rate):
    """The four rules for one number and its gradients in turn, as their papers write them (epsilon as in Keras)."""
    m = v = 0.0
    for t, g in enumerate(grads, start=1):
        if name == "sgd":
            value -= rate * g
        elif name == "momentum":
            m = 0.9 * m - rate * g
            value += m
        elif name == "rmsprop":
            v = 0.9 * v + 0.1 * g**2
            value -= rate * g / (v + 1e-7) ** 0.5
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            value -= rate * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t) * m / (v**0.5 + 1e-7)
    return value


class Twice:
    """A row of layers without the refusal of `Network`: what would happen if a layer stood in it twice."""

    def __init__(self, layers):
        self.layers = layers
        self.parameters = list({id(p): p for layer in layers for p in layer.parameters}.values())

    forward, backward = Network.forward, Network.backward


def same_dense_twice(rng):
    layer = Dense(3, 3, rng)
    return [layer, scratch.Tanh(), layer]


def same_activation_twice(rng):
    layer = scratch.Tanh()
    return [Dense(3, 3, rng), layer, Dense(3, 3, rng), layer, Dense(3, 3, rng)]


def same_weights_in_two_layers(rng):
    one, two = Dense(3, 3, rng), Dense(3, 3, rng)
    two.W, two.parameters = one.W, [one.W, two.b]
    return [one, scratch.Tanh(), two]


REPEATED = {
    "a dense layer": (same_dense_twice, r"Dense\(3, 3\) stands in this network twice"),
    "an activation": (same_activation_twice, r"Tanh\(\) stands in this network twice"),
    "the weights of two layers": (same_weights_in_two_layers, r"Parameter\(3, 3\) stands in this network twice"),
}


class TestNetwork:
    """A layer remembers one batch and keeps one gradient, so what stands in a network twice is refused."""

    @pytest.mark.parametrize("name", REPEATED)
    def test_what_stands_in_it_twice_is_refused(self, name):
        make, message = REPEATED[name]
        with pytest.raises(ValueError, match=message):
            Network(make(np.random.default_rng(0)))

    @pytest.mark.parametrize("name", REPEATED)
    def test_the_refusal_prevents_a_gradient_that_is_wrong(self, name):
        rng = np.random.default_rng(0)
        network, x, target = Twice(REPEATED[name][0](rng)), rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
        assert largest_error(network, x, target, MSE) > BROKEN

    def test_equal_layers_are_not_the_same_layer(self):
        rng = np.random.default_rng(0)
        network = Network([Dense(3, 3, rng), scratch.Tanh(), Dense(3, 3, rng), scratch.Tanh()])
        assert largest_error(network, rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), MSE) < PROVEN

    def test_a_network_in_a_network_unfolds_and_hides_nothing_that_stands_twice(self):
        rng = np.random.default_rng(0)
        inner = Network([Dense(3, 4, rng), scratch.Tanh()])
        outer = Network([inner, Dense(4, 2, rng)])
        assert largest_error(outer, rng.normal(size=(5, 3)), rng.normal(size=(5, 2)), MSE) < PROVEN
        with pytest.raises(ValueError, match=r"Tanh\(\) stands in this network twice"):
            Network([inner, Dense(4, 4, rng), inner.layers[1]])

    def test_it_shows_what_it_is_made_of(self):
        rng = np.random.default_rng(0)
        tables = Embedding([5, 9], 2, rng)
        network = Network([tables, Dense(4, 8, rng), scratch.LeakyReLU(), Dropout(0.5, rng), Dense(8, 1, rng)])
        shown = "Network([Embedding([5, 9], 2), Dense(4, 8), LeakyReLU(), Dropout(0.5), Dense(8, 1)])"
        assert repr(network) == shown
        assert repr(Embedding(7, 2, rng)) == "Embedding(7, 2)"
        assert repr(tables.table) == "Parameter(14, 2)"


class TestOptimisers:
    """The rules against a loop over single numbers; lazy against dense."""

    @pytest.mark.parametrize("name", RULES)
    def test_rule_equals_the_loop_over_numbers(self, name):
        rng = np.random.default_rng(0)
        layer = Dense(3, 2, rng)
        start, grads = layer.W.value.copy(), rng.normal(size=(20, 3, 2))
        optimiser = Optimiser([layer.W], RULES[name], learning_rate=0.05)
        for layer.W.grad in grads:
            optimiser.step()
        slow = [[slow_rule(name, start[i, j], grads[:, i, j], 0.05) for j in range(2)] for i in range(3)]
        np.testing.assert_allclose(layer.W.value, slow, rtol=0, atol=1e-14)

    @pytest.mark.parametrize("name", RULES)
    def test_lazy_equals_dense_while_every_row_is_touched(self, name):
        lazy, dense = self.train(name, lazy=True, all_rows=True), self.train(name, lazy=False, all_rows=True)
        np.testing.assert_array_equal(lazy, dense)

    def test_lazy_equals_dense_for_sgd_even_if_rows_are_missing(self):
        np.testing.assert_array_equal(self.train("sgd", lazy=True), self.train("sgd", lazy=False))

    @pytest.mark.parametrize("name", ["momentum", "rmsprop", "adam"])
    def test_lazy_differs_from_dense_where_there_is_memory(self, name):
        assert np.abs(self.train(name, lazy=True) - self.train(name, lazy=False)).max() > 1e-4

    @pytest.mark.parametrize("name", RULES)
    def test_lazy_leaves_other_rows_and_their_memory_alone(self, name):
        rng = np.random.default_rng(0)
        layer = Embedding(6, 2, rng, l2=0.1, lazy=True)
        optimiser = Optimiser(layer.parameters, RULES[name], 0.1)
        arrays = [layer.table.value, *optimiser.memory[0].values()]
        for ids in ([0, 1, 1], [1, 2, 5], [5, 5, 5]):
            others = np.setdiff1d(np.arange(6), ids)
            before = [array.copy() for array in arrays]
            layer.forward(np.array(ids))
            layer.backward(rng.normal(size=(3, 2)))
            optimiser.step()
            for array, old in zip(arrays, before, strict=True):
                np.testing.assert_array_equal(array[others], old[others])
                assert (array[ids] != old[ids]).all()  # and those of the batch did move

    def test_lazy_moves_nothing_before_there_was_a_batch_not_even_by_a_penalty(self):
        layer = Embedding(6, 2, np.random.default_rng(0), l2=0.1, lazy=True)
        before = layer.table.value.copy()
        Optimiser(layer.parameters, scratch.adam, 0.1).step()
        np.testing.assert_array_equal(layer.table.value, before)

    @pytest.mark.parametrize(
        ("name", "needs"), [("sgd", []), ("momentum", ["m"]), ("rmsprop", ["v"]), ("adam", ["m", "v"])]
    )
    def test_an_optimiser_keeps_only_the_memory_that_its_rule_asks_for(self, name, needs):
        layer = Dense(3, 2, np.random.default_rng(0))
        for rule in (RULES[name], partial(RULES[name])):
            memory = Optimiser(layer.parameters, rule).memory
            assert [list(of_one) for of_one in memory] == [needs, needs]
            assert [array.shape for array in memory[0].values()] == [(3, 2)] * len(needs)
            assert not any(array.any() for of_one in memory for array in of_one.values())

    def train(self, name, lazy, all_rows=False):
        rng = np.random.default_rng(1)
        layer = Embedding(5, 3, rng, lazy=lazy)
        optimiser = Optimiser(layer.parameters, RULES[name], 0.1)
        for _ in range(10):
            ids = rng.permutation(5) if all_rows else rng.integers(0, 5, 3)
            layer.forward(ids)
            layer.backward(rng.normal(size=(len(ids), 3)))
            optimiser.step()
        return layer.table.value


class TestTraining:
    """The loop: it learns, it can be repeated, it says what it measured, and it reports trouble by the step."""

    def small(self, seed=0):
        rng = np.random.default_rng(seed)
        return (
            Network([Dense(3, 8, rng), scratch.Tanh(), Dense(8, 1, rng)]),
            rng.normal(size=(23, 3)),
            rng.normal(size=(23, 1)),
        )

    @pytest.mark.parametrize("lazy", [False, True])
    @pytest.mark.parametrize("name", LOSSES)
    def test_overfits_one_batch_of_32_within_200_steps(self, name, lazy):
        rng = np.random.default_rng(0)
        tables = Embedding([20, 40], 8, rng, lazy=lazy)
        network = Network([tables, Dense(16, 32, rng), scratch.ReLU(), Dense(32, 3, rng)])
        ids = np.stack([rng.integers(0, 20, 32), rng.permutation(40)[:32]], axis=1)
        target = targets_for(LOSSES[name], (32, 3), rng)
        optimiser = Optimiser(network.parameters, scratch.adam, 0.02)
        history = fit(network, ids, target, LOSSES[name], optimiser, rng, n_epochs=200, progress=False)
        assert history[0] > 0.5
        assert history[-1] < 1e-2

    def test_learns_xor_which_no_single_layer_can(self):
        x, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]])
        rng = np.random.default_rng(0)
        for network, learns in (
            (Network([Dense(2, 8, rng), scratch.Tanh(), Dense(8, 1, rng)]), True),
            (Network([Dense(2, 1, rng)]), False),
        ):
            history = fit(
                network, x, y, BCE, Optimiser(network.parameters, scratch.adam, 0.05), rng, 300, progress=False
            )
            assert (history[-1] < 0.01) == learns

    def test_fit_is_the_loop_a_lesson_would_write(self):
        network, x, y = self.small()
        optimiser = Optimiser(network.parameters, scratch.adam, 0.01)
        history = fit(network, x, y, MSE, optimiser, np.random.default_rng(5), 2, 10, progress=False)
        twin, _, _ = self.small()
        optimiser, rng, losses = Optimiser(twin.parameters, scratch.adam, 0.01), np.random.default_rng(5), []
        for _ in range(2):
            order, total = rng.permutation(23), 0.0
            for start in (0, 10, 20):
                rows = order[start : start + 10]
                loss, grad = MSE(twin.forward(x[rows], training=True), y[rows])
                twin.backward(grad)
                optimiser.step()
                total += loss * len(rows)
            losses.append(total / 23)
        assert history == losses
        for p, q in zip(network.parameters, twin.parameters):
            np.testing.assert_array_equal(p.value, q.value)

    def test_fit_takes_the_rows_of_a_frame_by_position_not_by_label(self):
        results = []
        for convert in (np.asarray, lambda array: pd.DataFrame(array, index=np.arange(len(array))[::-1])):
            network, x, y = self.small()
            optimiser = Optimiser(network.parameters, scratch.adam, 0.01)
            results.append(fit(network, convert(x), convert(y), MSE, optimiser, None, 2, 10, progress=False))
        assert results[0] == results[1]

    def test_fit_trains_with_dropout_and_prediction_is_without(self):
        network, outputs = Network([Dropout(0.5, np.random.default_rng(0))]), []
        record = lambda z, target: outputs.append(z) or MSE(z, target)  # noqa: E731
        ones = np.ones((50, 2))
        fit(network, ones, ones, record, Optimiser([], scratch.sgd), None, progress=False)
        assert set(np.unique(outputs)) == {0.0, 2.0}
        np.testing.assert_array_equal(network.forward(ones), ones)

    def test_a_step_before_any_backward_changes_nothing(self):
        for rule in RULES.values():
            network, x, _ = self.small()
            before = network.forward(x)
            Optimiser(network.parameters, rule, 0.1).step()
            np.testing.assert_array_equal(network.forward(x), before)

    def test_without_rng_the_rows_keep_their_order(self):
        seen = []
        network, x, y = self.small()
        record = lambda z, target: seen.append(target.ravel()) or MSE(z, target)  # noqa: E731
        fit(network, x, y, record, Optimiser(network.parameters, scratch.sgd), None, 2, 10, progress=False)
        np.testing.assert_array_equal(np.concatenate(seen), np.tile(y.ravel(), 2))

    def test_training_in_two_calls_goes_on_where_the_first_stopped(self):
        results = []
        for calls in ([4], [2, 2]):
            network, x, y = self.small()
            optimiser, rng = Optimiser(network.parameters, scratch.adam, 0.01), np.random.default_rng(5)
            for n_epochs in calls:
                fit(network, x, y, MSE, optimiser, rng, n_epochs, batch_size=10, progress=False)
            results.append(network.forward(x))
        np.testing.assert_array_equal(*results)

    def test_quiet_without_a_bar_and_the_bar_leaves_no_trace(self, capsys):
        network, x, y = self.small()
        fit(network, x, y, MSE, Optimiser(network.parameters, scratch.sgd), None, 2, progress=False)
        assert capsys.readouterr() == ("", "")
        fit(network, x, y, MSE, Optimiser(network.parameters, scratch.sgd), None, 2)
        out, err = capsys.readouterr()
        assert out == ""
        assert "2/2" not in err.split("\r")[-1]

    @pytest.mark.parametrize(("rule", "rate"), [("sgd", 10.0), ("momentum", 10.0), ("rmsprop", 1e6), ("adam", 1e6)])
    @pytest.mark.parametrize("name", ["MSE", "BCE"])
    def test_a_loss_that_diverges_is_reported_with_its_step(self, rule, rate, name):
        network, x, _ = self.small()
        if (rule, name) in {("sgd", "BCE"), ("momentum", "BCE")}:
            rate = 1e9  # the gradient of this loss is bounded, so only an absurd rate blows it up
        optimiser = Optimiser(network.parameters, RULES[rule], rate)
        y = targets_for(LOSSES[name], (23, 1), np.random.default_rng(0))
        with warnings.catch_warnings(action="error"), pytest.raises(FloatingPointError, match="at step") as caught:
            fit(network, x, y, LOSSES[name], optimiser, None, n_epochs=500, progress=False)
        assert f"at step {optimiser.n_steps + 1}." in str(caught.value)

    def test_an_overflow_within_one_step_is_reported_and_does_not_warn(self):
        network, x, y = self.small()
        with warnings.catch_warnings(action="error"), pytest.raises(FloatingPointError, match="loss inf at step 2"):
            fit(network, x, y, MSE, Optimiser(network.parameters, scratch.sgd, 1e200), None, 5, progress=False)

    def test_a_wild_but_finite_batch_is_not_called_divergence(self):
        network, x, y = self.small()
        y[7] = 900.0  # one outlier among targets near 1: this batch has 1e5 times the loss of the others
        optimiser = Optimiser(network.parameters, scratch.sgd, 1e-6)
        history = fit(network, x, y, MSE, optimiser, None, n_epochs=3, batch_size=1, progress=False)
        assert np.isfinite(history).all()


def dense(x):
    return lambda: Dense(3, 2, np.random.default_rng(0)).forward(x)


def embedding(ids, n_rows=5):
    return lambda: Embedding(n_rows, 2, np.random.default_rng(0)).forward(ids)


def training(x=None, y=None, loss=MSE, batch_size=4):
    network = Network([Dense(3, 1, np.random.default_rng(0))])
    x, y = np.ones((4, 3)) if x is None else x, np.ones((4, 1)) if y is None else y
    optimiser = Optimiser(network.parameters, scratch.sgd)
    return lambda: fit(network, x, y, loss, optimiser, None, 1, batch_size, progress=False)


BAD_INPUT = {
    "Dense: wrong width": (dense(np.ones((4, 2))), ValueError, r"shape \(batch, 3\), not \(4, 2\)"),
    "Dense: one row without its batch": (dense(np.ones(3)), ValueError, r"shape \(batch, 3\), not \(3,\)"),
    "Dense: a batch of sequences": (dense(np.ones((2, 4, 3))), ValueError, r"not \(2, 4, 3\)"),
    "Embedding: float ids": (embedding([1.0, 2.0]), TypeError, "integer ids a row, got 1, float64"),
    "Embedding: missing ids": (embedding([1, np.nan]), TypeError, "float64"),
    "Embedding: booleans": (embedding([True, False]), TypeError, "bool"),
    "Embedding: id beyond the table": (embedding([0, 5]), IndexError, r"Ids are 0 … 5, n_rows \[5\]"),
    "Embedding: id −1, which NumPy would read as the last row": (embedding([0, -1]), IndexError, "overflow"),
    "Embedding: int8 overflow": (
        embedding(np.array([200], np.int64).astype(np.int8), 300),
        IndexError,
        "-56.*overflow",
    ),
    "Embedding: uint64 wrap": (
        embedding(np.array([0]).astype(np.uint64) - np.uint64(1)),
        IndexError,
        "18446744073709551615",
    ),
    "Embedding: item beyond its table, inside the sum": (embedding([[2, 0]], [2, 5]), IndexError, r"n_rows \[2 5\]"),
    "Embedding: too few columns": (embedding([1, 0], [2, 5]), TypeError, "expects 2 integer ids a row, got 1"),
    "Embedding: too many columns": (embedding([[1, 0]]), TypeError, "expects 1 integer ids a row, got 2"),
    "loss: (batch,) against (batch, 1)": (training(y=np.ones(4)), ValueError, r"\(4,\) must have the shape \(4, 1\)"),
    "loss: NaN targets": (training(y=np.array([[1], [np.nan], [0], [1]])), ValueError, "finite.*NaN"),
    "loss: missing targets": (training(y=np.array([[1], [None], [0], [1]])), ValueError, "finite.*NaN"),
    "loss: infinite targets": (training(y=np.full((4, 1), np.inf)), ValueError, "finite"),
    "loss: stars as labels": (training(y=np.full((4, 1), 5.0), loss=BCE), ValueError, "0 … 1"),
    "loss: class ids, not one-hot": (lambda: CCE(np.zeros((2, 3)), np.array([0, 2])), ValueError, r"\(2,\) must have"),
    "loss: empty batch": (lambda: MSE(np.ones((0, 1)), np.ones((0, 1))), ValueError, "empty"),
    "fit: no rows": (training(x=np.ones((0, 3)), y=np.ones((0, 1))), ValueError, "at least one, not 0 and 0"),
    "fit: x and y differ": (training(x=np.ones((5, 3))), ValueError, "not 5 and 4"),
    "fit: NaN in x": (training(x=np.full((4, 3), np.nan)), FloatingPointError, "loss nan at step 1.*NaN in x"),
    "fit: batches of 0": (training(batch_size=0), ValueError, "zero"),
    "Optimiser: learning rate 0": (lambda: Optimiser([], scratch.sgd, 0), ValueError, "above 0 and finite, not 0"),
    "Optimiser: learning rate −1": (lambda: Optimiser([], scratch.sgd, -1), ValueError, "not -1"),
    "Optimiser: learning rate NaN": (lambda: Optimiser([], scratch.sgd, np.nan), ValueError, "not nan"),
    "Optimiser: learning rate ∞": (lambda: Optimiser([], scratch.sgd, np.inf), ValueError, "not inf"),
    "Dropout: a percentage": (lambda: Dropout(30, np.random.default_rng(0)), ValueError, "0 ≤ rate < 1, not 30"),
    "Dropout: everything": (lambda: Dropout(1.0, np.random.default_rng(0)), ValueError, "rate < 1"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_gets_a_clear_error(name):
    call, error, message = BAD_INPUT[name]
    with pytest.raises(error, match=message):
        call()


def test_an_empty_batch_may_be_predicted():
    rng = np.random.default_rng(0)
    network = Network([Embedding([3, 4], 2, rng), Dense(4, 1, rng), scratch.ReLU()])
    assert network.forward(np.zeros((0, 2), dtype=int)).shape == (0, 1)
