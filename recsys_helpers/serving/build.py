"""Train the GRU of lesson 11, measure what the service would answer, and pack both into a bundle.

The weights are learned from train + valid and measured on test; the histories that are served hold everything.
TensorFlow is needed here and nowhere else in the service.
"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from recsys_helpers.data import sequences
from recsys_helpers.data.ids import IdMap
from recsys_helpers.data.matrix import to_matrix
from recsys_helpers.data.movielens import load_movielens
from recsys_helpers.data.splits import order_in_time, split_last_share
from recsys_helpers.evaluation.ranking import evaluate
from recsys_helpers.models.baselines import ease, popularity
from recsys_helpers.serving.bundle import Bundle, Item, Store, save_bundle
from recsys_helpers.serving.recommender import LENGTH, Question, Recommender, onnx_encoder

N_NEIGHBOURS = 50


def gru_graph(table: np.ndarray, kernel: np.ndarray, recurrent: np.ndarray, bias: np.ndarray, read_out: np.ndarray):
    """The GRU recommender up to its query as ONNX bytes: history (batch, length) → query (batch, dim).

    Weights as Keras keeps them: `table` (n_rows, dim), `kernel` (dim, 3h), `recurrent` (h, 3h), `bias` (2, 3h),
    `read_out` (h, dim − 1). Written with ONNX's own GRU, which reads each history only to its end: `model.export`
    writes a loop of small steps instead, which was 4.6 times slower on one history here, and for an empty history it
    reads the last place instead of none. Source: the operators of ONNX, opset 17.
    """
    from onnx import TensorProto, checker, helper, numpy_helper

    constants = {
        "zero": np.array(0, np.int32), "one": np.array(1, np.float32), "first": np.array([0]), "second": np.array([1]),
        "table": table, "W": kernel.T[None], "R": recurrent.T[None], "B": bias.reshape(1, -1), "read_out": read_out,
        "one_column_more": np.array([0, 0, 0, 1]),
    }  # fmt: skip
    step = helper.make_node
    steps = [
        step("Greater", ["history", "zero"], ["is_real"]),
        step("Cast", ["is_real"], ["real"], to=TensorProto.INT32),
        step("ReduceSum", ["real", "second"], ["n_real"], keepdims=0),
        step("Gather", ["table", "history"], ["films"]),  # (batch, length, dim)
        step("Transpose", ["films"], ["in_time"], perm=[1, 0, 2]),
        step("GRU", ["in_time", "W", "R", "B", "n_real"], ["", "state"], hidden_size=len(recurrent),
             linear_before_reset=1),
        step("Squeeze", ["state", "first"], ["newest"]),
        step("MatMul", ["newest", "read_out"], ["taste"]),
        step("Pad", ["taste", "one_column_more", "one"], ["query"]),  # the 1 meets the bias of each item
    ]  # fmt: skip
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        steps,
        "gru",
        [value("history", TensorProto.INT32, ["batch", "length"])],
        [value("query", TensorProto.FLOAT, ["batch", table.shape[1]])],
        [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    checker.check_model(model)
    return model.SerializeToString()


def graph_of(recommender) -> bytes:
    """The ONNX graph of a Keras GRU recommender (`next_item.next_item_model` with `gru_body`), proven equal.

    Raises ValueError if the two give other scores on histories of all lengths.
    """
    (table,) = recommender.get_layer("items").get_weights()
    (read_out,) = recommender.get_layer("read_out").get_weights()
    model = gru_graph(table, *recommender.get_layer("gru").get_weights(), read_out)

    rng, length = np.random.default_rng(0), recommender.input_shape[1]
    rows = [rng.integers(1, len(table), n) for n in range(length + 1)]
    histories = sequences.last_items(rows, length)
    ours, theirs = onnx_encoder(model)(histories) @ table.T, recommender.predict(histories, verbose=0)
    if not np.allclose(ours, theirs, atol=1e-4):
        raise ValueError(f"The graph differs from the Keras model by {np.abs(ours - theirs).max():.2g}.")
    return model


def graph_of_file(path: Path) -> bytes:
    """As `graph_of`, from a `.keras` file; Keras refuses one with code inside (a Lambda) before it runs."""
    import keras

    if Path(path).suffix != ".keras":
        raise ValueError(f"{Path(path).name} is no .keras file; older formats may run code when they are loaded.")
    return graph_of(keras.models.load_model(path, safe_mode=True, compile=False))


def neighbours_of(weights: np.ndarray, n: int = N_NEIGHBOURS) -> tuple[np.ndarray, np.ndarray]:
    """Of EASE's matrix keep for each item the `n` films that speak most about it: indices and weights (n_rows, n)."""
    n = min(n, len(weights) - 1)
    sources = np.argpartition(-np.abs(weights), n, axis=0)[:n].T  # (n_rows, n)
    kept = np.take_along_axis(weights.T, sources, axis=1)
    return sources.astype(np.int32), kept.astype(np.float32)


def train(learn: pd.DataFrame, users: IdMap, items: IdMap, n_epochs: int, seed: int = 42):
    """The Keras recommender of lesson 11, trained on `learn`; shows its progress."""
    from recsys_helpers.start import quiet_tensorflow, set_seed

    quiet_tensorflow()
    from recsys_helpers.models.bodies import gru_body
    from recsys_helpers.models.next_item import fit_next_item

    set_seed(seed)
    counts, histories = popularity(to_matrix(learn, users, items)), sequences.histories(learn, users, items)
    return fit_next_item(gru_body(), histories, counts, n_epochs, LENGTH, seed=seed)[0]


def build(store: Store, n_epochs: int = 12) -> str:
    """Train, measure, pack, and put the new version into use; returns the version. About a minute."""
    ratings, movies = load_movielens()
    users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
    train_part, valid, test = split_last_share(ratings)
    learn = pd.concat([train_part, valid])
    keras_model = train(learn, users, items, n_epochs)
    seen, relevant = to_matrix(learn, users, items), to_matrix(test, users, items)

    films = movies.set_index("item_id").reindex(items.ids)
    everything = sequences.histories(order_in_time(ratings), users, items)
    neighbours, weights = neighbours_of(ease(seen))
    bundle = Bundle(
        items=[_item(item_id, *row) for item_id, row in zip(items.ids, films[["title", "year", "genres"]].to_numpy())],
        popularity=popularity(seen).astype(np.float32),
        histories=_flat(everything, users),
        vectors=keras_model.get_layer("items").get_weights()[0],
        neighbours=neighbours,
        weights=weights,
        model=graph_of(keras_model),
    )
    bundle.facts = {
        "built": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": {"name": "MovieLens small", "n_interactions": len(ratings), "sha256": _checksum(ratings)},
        "training": {"model": "GRU", "n_epochs": n_epochs, "learned_from": "train + valid"},
        "schema": {"n_items": items.n, "n_users": users.n, "dim": bundle.vectors.shape[1], "history_length": LENGTH},
        "probe": probe_of(bundle.model, everything[1]),
    }
    bundle.facts["metrics"] = measure(Recommender(bundle), sequences.histories(learn, users, items), seen, relevant)
    version = save_bundle(bundle, store.bundles).name
    store.use(version)
    return version


def probe_of(model: bytes, history: np.ndarray) -> dict:
    """A history and the query the model gives it, for the manifest: a service checks that it gets the same."""
    history = np.asarray(history[-LENGTH:], np.int32)
    return {"history": history.tolist(), "query": np.round(onnx_encoder(model)(history[None])[0], 5).tolist()}


def measure(recommender: Recommender, histories: list[np.ndarray], seen, relevant) -> dict:
    """Quality of the answers themselves, beside what is popular: NDCG@10, Recall@10, MRR@10 over all users."""
    found = {}
    for name, answer in (("service", recommender.recommend), ("popular", lambda q: [recommender.popular(q[0])])):
        scores = np.full(relevant.shape, -np.inf, np.float32)
        for row, history in enumerate(histories):
            for place, pick in enumerate(answer([Question(history)])[0]):
                scores[row, recommender.by_id[pick.item.item_id]] = -place
        result = evaluate(scores, seen, relevant)
        found[name] = {f"{metric}@10": round(result.mean(metric), 4) for metric in ("NDCG", "Recall", "MRR")}
    return found


def _flat(histories: list[np.ndarray], users: IdMap) -> np.ndarray:
    user_ids = np.repeat(users.ids, [len(history) for history in histories[1:]])
    return np.column_stack([user_ids, np.concatenate(histories)]).astype(np.int64)


def _item(item_id, title, year, genres) -> Item:
    title = title if isinstance(title, str) else f"film {item_id}"
    genres = tuple(g for g in genres.split("|") if not g.startswith("(")) if isinstance(genres, str) else ()
    return Item(int(item_id), title, None if pd.isna(year) else int(year), genres)


def _checksum(ratings: pd.DataFrame) -> str:
    return hashlib.sha256(np.ascontiguousarray(ratings.to_numpy(float)).tobytes()).hexdigest()
