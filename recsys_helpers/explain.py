"""Explanations that look inside a Keras model: integrated gradients, and relevance handed down layer by layer.

Explain a score or a logit, never a chance, whose slope dies where it is sure. Ids have no slope: explain the rows that
they look up (`after_embeddings`). What only asks a model again, with something left out, lies in `leave_out`, which
needs no TensorFlow; it is offered here, too.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf

from recsys_helpers.leave_out import (  # noqa: F401 (offered here)
    Counterfactual,
    counterfactual,
    deletion_curves,
    reasons,
    replaced,
    shapley_values,
)


def gradients(f: Callable, x, fixed=()) -> tuple[np.ndarray, list[np.ndarray] | np.ndarray]:
    """Scores (n,) and their gradients with respect to x: same shapes as x, one array (n, ...) or a list of such.

    `f` maps x (with `fixed`: the list of all of them) to (n,) or (n, 1): a Keras model or any function of tensors.
    `fixed` are arrays (n, ...) that f needs but that are not explained, such as ids. Built in lesson 26.

    >>> gradients(lambda x: x[:, 0] * x[:, 1], np.array([[2.0, 5.0]]))
    (array([10.]), array([[5., 2.]]))
    """
    parts = [tf.convert_to_tensor(part) for part in (x if isinstance(x, list) else [x])]
    if any(not part.dtype.is_floating for part in parts):
        raise ValueError("x holds whole numbers, and ids have no slope: explain what `after_embeddings` hands over.")
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(parts)
        given = [*parts, *map(tf.convert_to_tensor, fixed)]
        score = tf.convert_to_tensor(f(given if isinstance(x, list) or len(given) > 1 else given[0]))
        if score.shape not in [(len(parts[0]),), (len(parts[0]), 1)]:
            raise ValueError(f"f must give one score for each of {len(parts[0])} rows, not shape {tuple(score.shape)}.")
        score = tf.reshape(score, (-1,))
    slopes = [slope.numpy() for slope in tape.gradient(score, parts, unconnected_gradients="zero")]
    return score.numpy(), slopes if isinstance(x, list) else slopes[0]


def integrated_gradients(f: Callable, x, reference=0.0, fixed=(), n_steps: int = 256, at_once: int = 8192):
    """Attributions in the shape of x, and the gap (n,): how far their sum is from f(x) − f(reference).

    (x − x') times the mean gradient at `n_steps` midpoints of the straight path from the reference x' to x. `f`, x and
    `fixed` as in `gradients`; `reference` is one number, an array like x or a list of arrays. At most `at_once` points
    are computed together. Raise `n_steps` until the gap is small enough. ReLU kinks need more steps than smooth bends.
    Source: Sundararajan, Taly & Yan, ICML 2017, eq. 1 and 3. Built in lesson 26.

    >>> integrated_gradients(lambda x: x[:, 0] * x[:, 1], np.array([[2.0, 5.0]]))
    (array([[5., 5.]]), array([0.]))
    """
    if n_steps < 1:
        raise ValueError(f"n_steps must be at least 1, not {n_steps}.")
    ends = [np.asarray(part) for part in (x if isinstance(x, list) else [x])]
    starts = reference if isinstance(reference, list) else [reference] * len(ends)
    starts = [np.broadcast_to(np.asarray(start, end.dtype), end.shape) for start, end in zip(starts, ends, strict=True)]
    wrap = (lambda parts: parts) if isinstance(x, list) else (lambda parts: parts[0])
    share, n, blocks = (np.arange(n_steps) + 0.5) / n_steps, len(ends[0]), []
    for rows in np.array_split(np.arange(n), -(-n // max(1, at_once // n_steps))):
        points = []
        for start, end in zip(starts, ends):
            step = share.reshape(1, n_steps, *[1] * (end.ndim - 1))
            path = start[rows, None] + step * (end - start)[rows, None]  # (rows, n_steps, ...)
            points.append(path.reshape(-1, *end.shape[1:]).astype(end.dtype))
        slopes = gradients(f, wrap(points), [np.repeat(np.asarray(part)[rows], n_steps, axis=0) for part in fixed])[1]
        slopes = slopes if isinstance(x, list) else [slopes]
        blocks.append([slope.reshape(len(rows), n_steps, *slope.shape[1:]).mean(axis=1) for slope in slopes])
    parts = [(end - start) * np.concatenate(slope) for start, end, slope in zip(starts, ends, zip(*blocks))]
    total = sum(part.reshape(n, -1).sum(axis=1, dtype=float) for part in parts)
    at_end, at_start = (gradients(f, wrap(list(points)), fixed)[0] for points in (ends, starts))
    return wrap(parts), np.abs(total - (at_end.astype(float) - at_start))


def after_embeddings(model: keras.Model) -> tuple[list[str], Callable, Callable]:
    """Cut a functional model behind its look-ups: names, look_up, head; head(look_up(ids)) is what model(ids) is.

    `names` are those of the layers that look up, and `look_up` maps the model's inputs to a list of what they find, one
    array (n, ..., dim) each. `head` takes this list, followed by those inputs of the model that it still needs (the
    history, in a sequence model), and runs the rest of the layers, as in use, not as in training. Built in lesson 26.

    >>> ids = keras.Input((3,), dtype="int32")
    >>> rows = keras.layers.Embedding(9, 2, name="films")(ids)
    >>> names, look_up, head = after_embeddings(keras.Model(ids, keras.layers.Flatten()(rows)))
    >>> names, [part.shape for part in look_up(np.array([[1, 2, 3]]))], head([np.ones((1, 3, 2))]).shape
    (['films'], [(1, 3, 2)], TensorShape([1, 6]))
    """
    cuts = [node for node in _nodes(model.outputs) if _is_look_up(node)]
    if not cuts:
        raise ValueError(f"Model {model.name!r} looks no ids up: its inputs can be explained as they are.")
    looked_up = [node.output_tensors[0] for node in cuts]
    rest, finder = _nodes(model.outputs, stop=looked_up), keras.Model(_inputs(model), looked_up)
    needed = {id(node.output_tensors[0]) for node in rest if node.is_input}
    entries = [*looked_up, *(tensor for tensor in model.inputs if id(tensor) in needed)]
    look_up = lambda ids: [np.asarray(part) for part in keras.tree.flatten(finder(ids))]  # noqa: E731

    def head(parts):
        known = {id(tensor): keras.ops.convert_to_tensor(part) for tensor, part in zip(entries, parts, strict=True)}
        for node in rest:
            if not node.is_input:
                args, named = node.arguments.fill_in(known)
                known[id(node.output_tensors[0])] = keras.tree.flatten(node.operation(*args, **named))[0]
        return known[id(model.outputs[0])]

    return [node.operation.name for node in cuts], look_up, head


def _inputs(model):
    return model.inputs[0] if len(model.inputs) == 1 else model.inputs


def _is_look_up(node) -> bool:
    whole = node.input_tensors and "int" in keras.backend.standardize_dtype(node.input_tensors[0].dtype)
    return bool(whole) and isinstance(node.operation, keras.layers.Embedding)


def _nodes(outputs, stop=()) -> list:
    """Every call of a layer between the inputs and `outputs`, or behind the tensors `stop`, earlier ones first."""
    order, done = [], {id(tensor) for tensor in stop}

    def visit(tensor):
        if id(tensor) not in done:
            done.add(id(tensor))
            operation, call, _ = tensor._keras_history
            node = operation._inbound_nodes[call]
            for earlier in node.input_tensors:
                visit(earlier)
            order.append(node)

    for tensor in outputs:
        visit(tensor)
    return order


@dataclass
class Relevance:
    """Relevance at the output of each layer and where it went, output first; keys are names of layers."""

    at: dict[str, np.ndarray] = field(default_factory=dict)  # (n, ...): its sum is the score where nothing was absorbed
    absorbed: dict[str, np.ndarray] = field(default_factory=dict)  # (n, 2): by biases, by ε or a sum of zero
    gap: dict[str, float] = field(default_factory=dict)  # largest |received − handed down − absorbed| of a row
    sources: list[str] = field(default_factory=list)  # inputs and look-ups, where relevance ends


def relevance(model: keras.Model, x, rule: str = "epsilon", value: float = 1e-9, by_layer=None) -> Relevance:
    """Hand the score down from the output to the inputs, layer by layer, in shares of what each input contributed.

    x: input or list of inputs of `model`, which gives one logit a row, and may hold Dense (linear or ReLU, 2-D input),
    ReLU, Add, Multiply (equal shares), Concatenate (last axis), Dropout; another layer is a ValueError with its name.
    With c_jk = a_j w_jk, z_k = Σ_j c_jk + b_k (`Add`: w = 1), input j gets of unit k's relevance the share
    "zero": c / z · "epsilon": c / (z + ε sign z) · "gamma": as zero, after contributions with z's sign grew by γ ·
    "alphabeta": α c⁺ / Σc⁺ − (α − 1) c⁻ / Σc⁻, where ⁺ are contributions with z's sign (so a negative score works too;
    for ReLU units it is the usual rule), and α = 1 if there are no others. `value`: ε, γ or α. `by_layer`: layer's name
    → (rule, value). Biases take their share like an input; it is counted. Memory: n · inputs · units of one layer.
    Sources: Bach et al., PLoS ONE 2015, eq. 56, 58, 60; Montavon et al., 2019, in LNCS 11700. Built in lesson 26.

    >>> x = keras.Input((2,), name="x")
    >>> model = keras.Model(x, keras.layers.Dense(1, use_bias=False, name="sum")(x))
    >>> model.set_weights([np.array([[3.0], [1.0]])])
    >>> relevance(model, np.array([[1.0, 2.0]])).at["x"].round(6)
    array([[3., 2.]])
    """
    nodes, result, by_layer = _nodes(model.outputs), Relevance(), by_layer or {}
    names = [node.operation.name for node in nodes]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"Layer {min(twice)!r} is used more than once, which no rule here covers.")
    if unknown := set(by_layer) - set(names):
        raise ValueError(f"by_layer names {min(unknown)!r}, which is no layer of the model.")
    values = keras.Model(_inputs(model), [node.output_tensors[0] for node in nodes])(x)
    values = {id(node.output_tensors[0]): np.asarray(a, float) for node, a in zip(nodes, values)}
    score = values[id(model.outputs[0])]
    if score.ndim != 2 or score.shape[1] != 1 or len(model.outputs) > 1:
        raise ValueError(f"The model must end in one logit a row, shape (n, 1), not {score.shape}.")
    waiting = {id(model.outputs[0]): score}
    for node in reversed(nodes):
        name, received = node.operation.name, waiting.get(id(node.output_tensors[0]))
        if received is None:  # ids, in front of a look-up
            continue
        result.at[name] = received
        if isinstance(node.operation, keras.layers.InputLayer) or _is_look_up(node):
            result.sources.append(name)
            continue
        inputs = [values[id(tensor)] for tensor in node.input_tensors]
        parts, absorbed = _hand_down(node.operation, inputs, received, *by_layer.get(name, (rule, value)))
        total, handed = (sum(p.reshape(len(p), -1).sum(axis=1) for p in several) for several in ([received], parts))
        result.absorbed[name], result.gap[name] = absorbed, float(np.abs(total - handed - absorbed.sum(axis=1)).max())
        for tensor, part in zip(node.input_tensors, parts):
            waiting[id(tensor)] = waiting.get(id(tensor), 0) + part
    return result


def _hand_down(layer, inputs, received, rule, value):
    """Relevance of each input of a layer, and what was absorbed (n, 2)."""
    kind, nothing = type(layer), np.zeros((len(received), 2))
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if activation not in ("linear", "relu"):
        raise ValueError(
            f"Layer {layer.name!r} ends in {activation}: only linear and ReLU are covered. Explain logits."
        )
    if kind in (keras.layers.Dropout, keras.layers.ReLU, keras.layers.Activation):
        return [received], nothing
    if kind is keras.layers.Multiply:
        return [received / len(inputs)] * len(inputs), nothing
    if kind is keras.layers.Concatenate and layer.axis in (-1, received.ndim - 1):
        return np.split(received, np.cumsum([part.shape[-1] for part in inputs])[:-1], axis=-1), nothing
    if kind is keras.layers.Dense and inputs[0].ndim == 2:
        weights = [np.asarray(weight, float) for weight in layer.get_weights()]
        c, b = inputs[0][:, :, None] * weights[0], weights[1] if layer.use_bias else 0.0
    elif kind is keras.layers.Add and received.ndim == 2:
        c, b = np.stack([np.broadcast_to(part, received.shape) for part in inputs], axis=1), 0.0
    else:
        raise ValueError(f"Layer {layer.name!r} is a {kind.__name__}: no rule of relevance here covers it.")
    of_inputs, of_bias, of_rest = _shares(c, b, rule, value)
    absorbed = np.stack([(share * received).sum(axis=1) for share in (of_bias, of_rest)], axis=1)
    parts = of_inputs * received[:, None, :]  # (n, inputs, units)
    return ([parts.sum(axis=2)] if kind is keras.layers.Dense else list(parts.swapaxes(0, 1))), absorbed


def _shares(c, b, rule, value):
    """Shares of each unit's relevance for its inputs (n, J, K), its bias (n, K) and ε (n, K); together 1."""
    sign = np.where(c.sum(axis=1) + b >= 0, 1.0, -1.0)
    c, b = c * sign[:, None, :], b * sign  # now z ≥ 0
    if rule == "gamma":
        c, b = c + value * np.maximum(c, 0), b + value * np.maximum(b, 0)
    if rule == "alphabeta":
        if value < 1:
            raise ValueError(f"α must be at least 1, not {value}.")
        plus, minus = (part(c, 0).sum(axis=1) + part(b, 0) for part in (np.maximum, np.minimum))
        alpha = np.where(minus == 0, 1.0, value)
        for_plus, for_minus = (_divide(weight, whole) for weight, whole in ((alpha, plus), (1 - alpha, minus)))
        split = [
            np.maximum(part, 0) * up + np.minimum(part, 0) * down
            for part, up, down in ((c, for_plus[:, None], for_minus[:, None]), (b, for_plus, for_minus))
        ]
        return *split, np.where(plus == 0, 1.0, 0.0)
    if rule not in ("zero", "epsilon", "gamma"):
        raise ValueError(f"Rules are zero, epsilon, gamma and alphabeta, not {rule!r}.")
    epsilon = value if rule == "epsilon" else 0.0
    z = c.sum(axis=1) + b + epsilon
    return _divide(c, z[:, None]), _divide(b, z), np.where(z == 0, 1.0, _divide(epsilon, z))


def _divide(a, b):
    return np.divide(a, b, out=np.zeros(np.broadcast_shapes(np.shape(a), np.shape(b))), where=b != 0)
