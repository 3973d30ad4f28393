"""Layer-wise relevance propagation: the score is handed down from the output to the inputs, layer by layer."""

from dataclasses import dataclass, field

import keras
import numpy as np

from recsys_helpers.explain.lookups import inputs_of, is_look_up, nodes_of


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
    nodes, result, by_layer = nodes_of(model.outputs), Relevance(), by_layer or {}
    names = [node.operation.name for node in nodes]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"Layer {min(twice)!r} is used more than once, which no rule here covers.")
    if unknown := set(by_layer) - set(names):
        raise ValueError(f"by_layer names {min(unknown)!r}, which is no layer of the model.")
    values = keras.Model(inputs_of(model), [node.output_tensors[0] for node in nodes])(x)
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
        if isinstance(node.operation, keras.layers.InputLayer) or is_look_up(node):
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
