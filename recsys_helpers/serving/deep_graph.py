"""The ONNX graph of the deep half of "wide and deep", written by hand and compared with Keras."""

import numpy as np

from recsys_helpers.data.sequences import last_items
from recsys_helpers.serving.model import Model


def deep_graph(table: np.ndarray, memories: np.ndarray, join: np.ndarray, read_out: np.ndarray) -> bytes:
    """The deep half up to its query as ONNX bytes: history (batch, length) → query (batch, dim).

    `table` (n_rows, d): item vectors on the way in, row 0 is 0. `memories` (length + 1, n_memories, length): weights of
    the items after 0, 1, … items. `join` (n_memories · d, hidden), `read_out` (hidden, dim − 1). The query meets item
    vectors of width dim, whose last column is the bias. Source: the operators of ONNX, opset 17.
    """
    from onnx import TensorProto, checker, helper, numpy_helper

    constants = {
        "zero": np.array(0, np.int32), "one": np.array(1, np.float32), "second": np.array([1]),
        "table": table, "memories": memories, "join": join, "read_out": read_out,
        "in_a_row": np.array([-1, len(join)]), "one_column_more": np.array([0, 0, 0, 1]),
    }  # fmt: skip
    step = helper.make_node
    steps = [
        step("Greater", ["history", "zero"], ["is_real"]),
        step("Cast", ["is_real"], ["real"], to=TensorProto.INT32),
        step("ReduceSum", ["real", "second"], ["n_real"], keepdims=0),
        step("Gather", ["memories", "n_real"], ["weights"]),  # (batch, n_memories, length)
        step("Gather", ["table", "history"], ["vectors"]),  # (batch, length, d)
        step("MatMul", ["weights", "vectors"], ["sums"]),
        step("Reshape", ["sums", "in_a_row"], ["side_by_side"]),
        step("MatMul", ["side_by_side", "join"], ["joined"]),
        step("Tanh", ["joined"], ["state"]),
        step("MatMul", ["state", "read_out"], ["taste"]),
        step("Pad", ["taste", "one_column_more", "one"], ["query"]),  # the 1 meets the bias of each item
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        steps,
        "deep_half",
        [value("history", TensorProto.INT32, ["batch", memories.shape[2]])],
        [value("query", TensorProto.FLOAT, ["batch", read_out.shape[1] + 1])],
        [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    checker.check_model(model)
    return model.SerializeToString()


def deep_graph_of(recommender) -> tuple[bytes, np.ndarray]:
    """Graph and item vectors (n_rows, dim) of the recommender that `wide_deep.fit_deep_next_item` gives, proven equal.

    Raises ValueError if graph and Keras model give different scores on histories of all lengths.
    """
    length = recommender.input_shape[1]
    weights = {layer.name: layer.get_weights() for layer in recommender.layers}
    names = sorted((name for name in weights if name.startswith("memory_")), key=lambda name: int(name[7:]))
    memories = np.stack([weights[name][0] for name in names], axis=1)
    table, vectors = weights["history_items"][0].copy(), weights["items"][0]
    table[0] = 0  # the mask of the padding
    graph = deep_graph(table, memories, weights["join"][0], weights["read_out"][0])

    rng = np.random.default_rng(0)
    rows = [rng.integers(1, len(table), n) for n in range(length + 1)]
    ours, theirs = Model(graph)(rows) @ vectors.T, recommender.predict(last_items(rows, length), verbose=0)
    if not np.allclose(ours, theirs, atol=1e-3, rtol=1e-4):
        raise ValueError(f"The graph differs from the Keras model by {np.abs(ours - theirs).max():.2g}.")
    return graph, vectors
