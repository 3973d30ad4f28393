"""Cut a functional Keras model behind its embedding look-ups, so that what they return can be explained."""

from collections.abc import Callable

import keras
import numpy as np


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
    cuts = [node for node in nodes_of(model.outputs) if is_look_up(node)]
    if not cuts:
        raise ValueError(f"Model {model.name!r} looks no ids up: its inputs can be explained as they are.")
    looked_up = [node.output_tensors[0] for node in cuts]
    rest, finder = nodes_of(model.outputs, stop=looked_up), keras.Model(inputs_of(model), looked_up)
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


def inputs_of(model: keras.Model):
    """The one input of a model, or the list of its inputs, as `keras.Model` takes them."""
    return model.inputs[0] if len(model.inputs) == 1 else model.inputs


def is_look_up(node) -> bool:
    """Whether a node of the graph is an embedding that is given ids."""
    whole = node.input_tensors and "int" in keras.backend.standardize_dtype(node.input_tensors[0].dtype)
    return bool(whole) and isinstance(node.operation, keras.layers.Embedding)


def nodes_of(outputs, stop=()) -> list:
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
