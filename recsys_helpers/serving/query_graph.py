"""What every ONNX graph of the service has in common: a history comes in, a query for the index comes out."""

import numpy as np


def query_graph(name: str, constants: dict[str, np.ndarray], steps: list, length: int | str, dim: int) -> bytes:
    """A checked graph as ONNX bytes: history (batch, length) → query (batch, dim).

    `steps` are the model's own nodes. They find `history` (int32, 0 is padding) and `n_real` (batch,), the number of
    items in each history, and end in `taste` (batch, dim − 1), to which a 1 is added that meets the bias of each item.
    `constants`: arrays that they read by name; `zero`, `one`, `second` and `one_column_more` are there already.
    `length` may be a name if any length will do. Source: the operators of ONNX, opset 17.
    """
    from onnx import TensorProto, checker, helper, numpy_helper

    constants = constants | {
        "zero": np.array(0, np.int32), "one": np.array(1, np.float32), "second": np.array([1]),
        "one_column_more": np.array([0, 0, 0, 1]),
    }  # fmt: skip
    step, value = helper.make_node, helper.make_tensor_value_info
    steps = [
        step("Greater", ["history", "zero"], ["is_real"]),
        step("Cast", ["is_real"], ["real"], to=TensorProto.INT32),
        step("ReduceSum", ["real", "second"], ["n_real"], keepdims=0),
        *steps,
        step("Pad", ["taste", "one_column_more", "one"], ["query"]),
    ]
    graph = helper.make_graph(
        steps,
        name,
        [value("history", TensorProto.INT32, ["batch", length])],
        [value("query", TensorProto.FLOAT, ["batch", dim])],
        [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    checker.check_model(model)
    return model.SerializeToString()
