"""The ONNX graph of the course's GRU recommender, written by hand and compared with Keras."""

from pathlib import Path

import numpy as np

from recsys_helpers.data.sequences import last_items
from recsys_helpers.serving.model import Model
from recsys_helpers.serving.query_graph import query_graph


def gru_graph(table: np.ndarray, kernel: np.ndarray, recurrent: np.ndarray, bias: np.ndarray, read_out: np.ndarray):
    """The GRU recommender up to its query as ONNX bytes: history (batch, length) → query (batch, dim).

    Weights as Keras keeps them: `table` (n_rows, dim), `kernel` (dim, 3h), `recurrent` (h, 3h), `bias` (2, 3h),
    `read_out` (h, dim − 1). Written with ONNX's own GRU, which reads each history only to its end: `model.export`
    writes a loop of small steps instead, which was 4.6 times slower on one history here, and for an empty history it
    reads the last position instead of none.
    """
    from onnx.helper import make_node as step

    constants = {
        "table": table, "W": kernel.T[None], "R": recurrent.T[None], "B": bias.reshape(1, -1), "read_out": read_out,
        "first": np.array([0]),
    }  # fmt: skip
    steps = [
        step("Gather", ["table", "history"], ["films"]),  # (batch, length, dim)
        step("Transpose", ["films"], ["in_time"], perm=[1, 0, 2]),
        step("GRU", ["in_time", "W", "R", "B", "n_real"], ["", "state"], hidden_size=len(recurrent),
             linear_before_reset=1),
        step("Squeeze", ["state", "first"], ["newest"]),
        step("MatMul", ["newest", "read_out"], ["taste"]),
    ]  # fmt: skip
    return query_graph("gru", constants, steps, "length", table.shape[1])


def graph_of(recommender) -> bytes:
    """The ONNX graph of a Keras GRU recommender (`next_item.next_item_model` with `gru_body`), proven equal.

    Its parts are found by their kind: one table of items, one GRU, one read-out without bias. Raises ValueError if
    there are others, or if graph and model give different scores on histories of all lengths.
    """
    table = item_table(recommender)
    (read_out,) = _the_only(recommender, "Dense").get_weights()
    model = gru_graph(table, *_the_only(recommender, "GRU").get_weights(), read_out)

    rng, length = np.random.default_rng(0), recommender.input_shape[1]
    rows = [rng.integers(1, len(table), n) for n in range(length + 1)]
    ours, theirs = Model(model)(rows) @ table.T, recommender.predict(last_items(rows, length), verbose=0)
    if not np.allclose(ours, theirs, atol=1e-4):
        raise ValueError(f"The graph differs from the Keras model by {np.abs(ours - theirs).max():.2g}.")
    return model


def item_table(recommender) -> np.ndarray:
    """The item vectors of a Keras recommender, shape (n_rows, dim); row 0 is padding."""
    return _the_only(recommender, "ReversibleEmbedding").get_weights()[0]


def _the_only(recommender, kind: str):
    found = [layer for layer in recommender.layers if type(layer).__name__ == kind]
    if len(found) != 1:
        raise ValueError(f"The recommender has {len(found)} layers of the kind {kind}, one is expected.")
    return found[0]


def graph_of_file(path: Path) -> bytes:
    """As `graph_of`, from a `.keras` file; Keras refuses one with code inside (a Lambda) before it runs."""
    import keras

    if Path(path).suffix != ".keras":
        raise ValueError(f"{Path(path).name} is no .keras file; older formats may run code when they are loaded.")
    return graph_of(keras.models.load_model(path, safe_mode=True, compile=False))
