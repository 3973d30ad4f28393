"""Bundles with a linear part: scores of all items against slow twins, exact reasons, files that are damaged."""

import os
from dataclasses import replace

import numpy as np
import pytest
from serving_kit import (
    AGES,
    LENGTH,
    N_ITEMS,
    InProcess,
    filled_store,
    linear_part,
    reseal,
    scored_bundle,
    tiny_bundle,
)

from recsys_helpers.models.linear import age_weights, aged
from recsys_helpers.serving.bundle import DENSE, SPARSE, BadBundle, load_bundle, save_bundle
from recsys_helpers.serving.deep_graph import deep_graph_of
from recsys_helpers.serving.linear_part import Ages, dense_part, sparse_part
from recsys_helpers.serving.model import Model
from recsys_helpers.serving.recommender import Question, Recommender

KINDS = [("dense", True), ("sparse", True), ("dense", False), ("sparse", False)]
LONG = np.random.default_rng(1).permutation(N_ITEMS)[:35] + 1
HISTORIES = [np.array([3]), np.array([8, 21]), np.array([60, 1, 2, 59, 4]), LONG]


def whole_matrix(part):
    """The weights as one matrix (n_rows, n_rows), cell by cell."""
    found = np.zeros((N_ITEMS + 1, N_ITEMS + 1))
    rows = np.arange(1, N_ITEMS + 1)
    for source in rows:
        found[source, 1:] = part.contributions(np.array([source]), rows)[0] / part.ages.of(1)
    return found


def test_both_kinds_hold_the_same_matrix_and_the_scores_are_those_of_the_models_room():
    dense, sparse = linear_part("dense"), linear_part("sparse")
    weights = whole_matrix(dense)
    np.testing.assert_allclose(whole_matrix(sparse), weights, atol=1e-6)
    expected = AGES.scale * (aged(HISTORIES, N_ITEMS + 1, AGES.decay, AGES.floor) @ weights)
    assert np.abs(expected).max() > 1
    for part in (dense, sparse, dense_part(weights, AGES), sparse_part(_csr(weights), AGES)):
        np.testing.assert_allclose(part.scores(HISTORIES), expected, atol=1e-5)


def _csr(weights):
    import scipy.sparse as sp

    return sp.csr_array(weights)


def test_ages_are_those_that_the_model_was_solved_with():
    for decay, floor in ((5.0, 0.1), (0.5, 0.0), (3.0, 1.0)):
        np.testing.assert_allclose(Ages(decay, floor, 2.0).of(7), 2 * age_weights(7, decay, floor), rtol=1e-6)


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_contributions_sum_to_the_score(kind):
    part, rows = linear_part(kind), np.arange(1, N_ITEMS + 1)
    for history in HISTORIES:
        added = part.contributions(history, rows)
        np.testing.assert_allclose(added.sum(axis=0), part.scores([history])[0, 1:], atol=1e-4)


def scores_by_hand(bundle, history):
    """Network in float64 from the weights in the ONNX file, plus linear part; the newest items alone are read."""
    history = history[-LENGTH:]
    scores = AGES.scale * age_weights(len(history), AGES.decay, AGES.floor) @ whole_matrix(bundle.linear)[history]
    if bundle.model is None:
        return scores + 1e-6 * bundle.popularity / bundle.popularity.max()
    import onnx
    from onnx import numpy_helper

    graph = onnx.load_from_string(bundle.model).graph
    table, memories, join, read_out = (
        next(numpy_helper.to_array(w).astype(float) for w in graph.initializer if w.name == name)
        for name in ("table", "memories", "join", "read_out")
    )
    sums = [sum(w * table[item] for w, item in zip(memory, history)) for memory in memories[len(history)]]
    query = np.append(np.tanh(np.concatenate(sums) @ join) @ read_out, 1)
    return scores + bundle.vectors.astype(float) @ query


@pytest.mark.parametrize("kind, deep", KINDS)
def test_answers_are_the_best_scores_alone_in_company_and_after_a_round_trip(tmp_path, kind, deep):
    bundle = scored_bundle(kind, deep)
    recommender = Recommender(load_bundle(save_bundle(bundle, tmp_path)))
    assert recommender.has_model
    questions = [Question(history, k=12) for history in HISTORIES]
    for question, picks in zip(questions, recommender.recommend(questions)):
        scores = scores_by_hand(bundle, question.history)
        rows = [recommender.by_id[pick.item.item_id] for pick in picks]
        left = [row for row in range(1, N_ITEMS + 1) if row not in question.history]
        assert rows == sorted(left, key=lambda row: -scores[row])[:12]
        np.testing.assert_allclose([pick.score for pick in picks], scores[rows], atol=1e-4)
        assert [pick.item for pick in recommender.recommend([question])[0]] == [pick.item for pick in picks]


@pytest.mark.parametrize("kind, deep", KINDS)
def test_a_reason_is_the_film_that_adds_most_or_says_that_it_is_only_close(kind, deep):
    bundle, kinds = scored_bundle(kind, deep), set()
    recommender, weights = Recommender(bundle), whole_matrix(bundle.linear)
    for history in HISTORIES:
        recent = history[-LENGTH:]
        added = weights[recent] * Ages(AGES.decay, AGES.floor, 1).of(len(recent))[:, None]
        for pick in recommender.recommend([Question(history, 60)])[0]:
            row, title = recommender.by_id[pick.item.item_id], None
            if pick.because is not None:
                title = bundle.items[recommender.by_id[pick.because] - 1].title
            if added[:, row].max() > 0:
                assert recommender.by_id[pick.because] == recent[added[:, row].argmax()]
                assert pick.reason == f"because you liked {title}"
                kinds.add("exact")
            elif deep:
                likeness = bundle.vectors[row, :-1] @ bundle.vectors[recent, :-1].T
                assert recommender.by_id[pick.because] == recent[likeness.argmax()]
                assert pick.reason == f"close to {title}, which you liked"
                kinds.add("close")
            else:
                assert pick.because is None and pick.reason == "popular with everybody"
                kinds.add("popular")
    assert kinds == {"exact", "close" if deep else "popular"}


def test_a_model_that_gives_scores_itself_is_added_to_the_linear_part(tmp_path):
    from onnx import TensorProto, helper, numpy_helper

    weights = np.random.default_rng(3).normal(size=(N_ITEMS + 1, N_ITEMS + 1)).astype(np.float32)
    weights[0] = 0
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["weights", "history"], ["each"]),
            helper.make_node("ReduceSum", ["each", "axis"], ["scores"], keepdims=0),
        ],
        "sum",
        [helper.make_tensor_value_info("history", TensorProto.INT32, ["batch", "length"])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", N_ITEMS + 1])],
        [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(np.array([1]), "axis")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()
    recommender = Recommender(replace(scored_bundle(deep=False), model=model), check=False)
    history = HISTORIES[2]
    scores = weights[history].sum(axis=0) + recommender.bundle.linear.scores([history])[0]
    expected = [row for row in np.argsort(-scores) if row not in (0, *history)][:10]
    picks = recommender.recommend([Question(history)])[0]
    assert [recommender.by_id[pick.item.item_id] for pick in picks] == expected


def test_it_answers_over_http_with_rules_and_falls_back(tmp_path):
    store, _ = filled_store(tmp_path)
    store.use(save_bundle(scored_bundle(), store.bundles).name)
    with InProcess(tmp_path) as service:
        answer = service.ask("/recommend/5?k=6&genre=Drama").json()
        assert len(answer["items"]) == 6 and not answer["degraded"]
        assert {film["genres"][0] for film in answer["items"]} == {"Drama"}
        liked = service.ask("/recommend", "POST", json={"likes": [30, 80], "hidden": [10, 20], "k": 60}).json()
        assert not {10, 20, 30, 80} & {film["item_id"] for film in liked["items"]}
        assert service.ask("/similar/70").status_code == 200
        assert service.ask("/health/ready").status_code == 200


def test_graph_and_linear_part_together_give_the_scores_of_the_keras_model():
    from recsys_helpers.start import quiet_tensorflow

    quiet_tensorflow()
    from recsys_helpers.data import last_items
    from recsys_helpers.models.linear import linear_next_item
    from recsys_helpers.models.wide_deep import NextItemConfig, deep_next_item, wide_and_deep

    config = NextItemConfig(
        length=LENGTH, dim=8, hidden=6, n_positions=4, n_negatives=32, batch_size=8, wide_weight=3.0
    )
    counts = np.arange(N_ITEMS + 1.0)
    trainer, deep = deep_next_item(counts, np.full(N_ITEMS + 1, 1 / N_ITEMS), config)
    rng = np.random.default_rng(1)
    for variable in trainer.trainable_variables:
        variable.assign(rng.normal(0, 0.5, variable.shape))
    weights = linear_next_item(HISTORIES, N_ITEMS + 1, 5.0, min_count=1)
    expected = wide_and_deep(deep, weights, config)(last_items(HISTORIES, LENGTH)).numpy()

    graph, vectors = deep_graph_of(deep)
    recent = [history[-LENGTH:] for history in HISTORIES]
    found = Model(graph)(recent) @ vectors.T + dense_part(weights, Ages(5.0, 0.1, 3.0)).scores(recent)
    np.testing.assert_allclose(found, expected, atol=1e-3)
    assert np.abs(found - expected + dense_part(weights, Ages(5.0, 0.1, 3.0)).scores(recent)).max() > 0.1


# Files.

PARTS = [("dense", name) for name in sorted(DENSE)] + [("sparse", name) for name in sorted(SPARSE)]


@pytest.mark.parametrize("kind, name", PARTS)
def test_a_damaged_file_of_a_linear_part_is_noticed(tmp_path, kind, name):
    for number, harm in enumerate(
        (lambda path: path.unlink(), lambda path: os.truncate(path, path.stat().st_size - 4))
    ):
        folder = save_bundle(scored_bundle(kind), tmp_path / str(number))
        harm(folder / name)
        with pytest.raises(BadBundle):
            load_bundle(folder)


def rolled(folder, name):
    np.save(folder / name, np.roll(np.load(folder / name), 1, axis=0))


def beyond(folder, name):
    np.save(folder / name, np.load(folder / name) + 1000)


def not_a_number(folder, name):
    array = np.load(folder / name)
    array.flat[3] = np.nan
    np.save(folder / name, array)


WRONG = [
    ("dense", "linear.npy", rolled),
    ("dense", "linear.npy", not_a_number),
    ("dense", "linear_items.npy", rolled),
    ("dense", "linear_items.npy", beyond),
    ("sparse", "linear_values.npy", rolled),
    ("sparse", "linear_values.npy", not_a_number),
    ("sparse", "linear_targets.npy", beyond),
    ("sparse", "linear_starts.npy", rolled),
    ("sparse", "linear_starts.npy", beyond),
]


@pytest.mark.parametrize("kind, name, harm", WRONG)
def test_a_linear_part_that_is_wrong_is_a_bad_bundle_with_all_checksums_right(tmp_path, kind, name, harm):
    folder = save_bundle(scored_bundle(kind, deep=False), tmp_path)
    harm(folder, name)
    with pytest.raises(BadBundle):
        Recommender(load_bundle(reseal(folder)))


@pytest.mark.parametrize(
    "ages", [{"decay": 0.0}, {"floor": 2}, {"scale": "1"}, {"scale": float("nan")}, {"decay": True}, {"more": 1}]
)
def test_ages_that_cannot_be_are_a_bad_bundle(tmp_path, ages):
    folder = reseal(save_bundle(scored_bundle(), tmp_path), lambda manifest: manifest["linear"].update(ages))
    with pytest.raises(BadBundle):
        load_bundle(folder)


def test_a_manifest_without_model_and_linear_part_or_with_half_of_one_is_a_bad_bundle(tmp_path):
    def drop(manifest, *names):
        for name in names:
            manifest["files"].pop(name)

    for number, names in enumerate((("model.onnx",), ("linear.npy",))):
        bundle = scored_bundle() if number else tiny_bundle()
        folder = reseal(
            save_bundle(bundle, tmp_path / str(number)), lambda manifest, names=names: drop(manifest, *names)
        )
        for name in names:
            (folder / name).unlink()
        with pytest.raises(BadBundle, match="names no model, half"):
            load_bundle(folder)
