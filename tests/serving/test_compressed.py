"""A bundle whose dense table is int8 rows: the same scores as the table that the codes stand for, or it is refused."""

import hashlib
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from serving_kit import AGES, InProcess, linear_part, reseal, scored_bundle
from test_own import N_ITEMS, item_id, ring, tastes, write

from recsys_helpers.serving.bundle import load_bundle, save_bundle
from recsys_helpers.serving.compressed import NOTHING, compress, int8_rows
from recsys_helpers.serving.linear_part import DenseLinear
from recsys_helpers.serving.own import pipeline
from recsys_helpers.serving.own.command import is_ready
from recsys_helpers.serving.own.packing import as_sparse
from recsys_helpers.serving.own.source import Source
from recsys_helpers.serving.probe import add_probes
from recsys_helpers.serving.recommender import Question, Recommender
from recsys_helpers.serving.sealed import BadBundle
from recsys_helpers.serving.store import Store


@pytest.fixture(params=[True, False], ids=["beside a network", "alone"])
def small(request, tmp_path):
    """Folder of a bundle with int8 rows of very different size, and the float32 table that its codes stand for."""
    bundle = scored_bundle("dense", deep=request.param)
    sizes = 10.0 ** np.random.default_rng(3).integers(-2, 2, len(bundle.linear.weights))
    weights = (bundle.linear.weights * sizes[:, None]).astype(np.float32)
    weights[7] = 0
    bundle.linear = int8_rows(replace(bundle.linear, weights=weights))
    add_probes(Recommender(bundle, check=False))
    table = bundle.linear.weights.astype(np.float64) * bundle.linear.scales.astype(np.float64)[:, None]
    error, step = np.abs(table - weights).max(axis=1), bundle.linear.scales
    assert (error <= 0.501 * step).all() and (error[np.arange(len(error)) != 7] > 0.25 * step.min()).all()
    assert np.abs(bundle.linear.weights).max() == 127 and not table[7].any()
    return save_bundle(bundle, tmp_path), table


def offline(bundle, table, history):
    """Scores of all items in float64, one addition after another."""
    scores = np.zeros(bundle.n_rows)
    place = {item: row for row, item in enumerate(bundle.linear.items.tolist())}
    for age, item in enumerate(reversed(history.tolist())):
        weight = AGES.scale * (AGES.floor + (1 - AGES.floor) * np.exp(-age / AGES.decay))
        if item in place:
            scores[bundle.linear.items] += weight * table[place[item]]
    return scores


def test_served_scores_are_those_of_the_dequantised_table(small):
    path, table = small
    bundle = load_bundle(path)
    assert bundle.linear.weights.dtype == np.int8 and (path / "linear_codes.npy").stat().st_size < 40 * 40 + 200
    recommender, rng = Recommender(bundle), np.random.default_rng(0)
    alone = replace(bundle, linear=replace(bundle.linear, weights=0 * bundle.linear.weights))
    silent = Recommender(alone, check=False)  # what the network and popularity add
    for n in (1, 2, 9, 20):
        history = rng.permutation(60)[:n] + 1
        expected = offline(bundle, table, history)
        others = {pick.item.item_id: pick.score for pick in silent.recommend([Question(history, 60)])[0]}
        picks = recommender.recommend([Question(history, 60)])[0]
        assert len(picks) == 60 - n
        for pick in picks:
            row = recommender.by_id[pick.item.item_id]
            assert pick.score - others[pick.item.item_id] == pytest.approx(expected[row], rel=1e-6, abs=3e-6)
        scores = bundle.linear.scores([history])[0]
        np.testing.assert_allclose(scores, expected, rtol=1e-6, atol=1e-6 * max(np.abs(expected).max(), 1))


def test_contributions_are_exact_shares_of_the_served_score_and_give_the_reason(small):
    path, table = small
    bundle = load_bundle(path)
    history, rows = np.random.default_rng(1).permutation(60)[:12] + 1, np.arange(1, 61)
    added = bundle.linear.contributions(history, rows)
    np.testing.assert_allclose(added.sum(axis=0), bundle.linear.scores([history])[0, 1:], rtol=1e-5, atol=1e-5)
    dense = DenseLinear(table.astype(np.float32), bundle.linear.items, bundle.n_rows, AGES)
    np.testing.assert_allclose(added, dense.contributions(history, rows), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(as_sparse(bundle.linear).toarray(), as_sparse(dense).toarray(), rtol=1e-6)


@pytest.mark.parametrize("file", ["linear_scales.npy", "linear_codes.npy", "linear_items.npy"])
def test_a_damaged_file_is_refused(small, file):
    path, _ = small
    raw = (path / file).read_bytes()
    for harmed in (raw[:-3] + bytes([raw[-3] ^ 1]) + raw[-2:], raw[:-4], raw + b"0", None):
        (path / file).unlink()
        if harmed is not None:
            (path / file).write_bytes(harmed)
        with pytest.raises(BadBundle, match=file):
            load_bundle(path)


def with_scales(path, change):
    scales = change(np.load(path / "linear_scales.npy"))
    np.lib.format.write_array(file := (path / "linear_scales.npy").open("wb"), scales, version=(1, 0))
    file.close()
    return reseal(path)


def put(place, value):
    def change(scales):
        scales[place] = value
        return scales

    return change


@pytest.mark.parametrize(
    "change",
    [put(3, np.nan), put(3, np.inf), put(3, 0), put(3, -0.1), lambda s: s[:-1], lambda s: s[:, None],
     lambda s: s.astype("f8")],
    ids=["nan", "inf", "zero", "negative", "one too few", "two axes", "float64"],
)  # fmt: skip
def test_a_scale_that_cannot_be_is_refused_although_all_checksums_agree(small, change):
    with pytest.raises(BadBundle):
        load_bundle(with_scales(small[0], change))


@pytest.mark.parametrize("change", [lambda s: 100 * s, lambda s: np.roll(s, 1)], ids=["other unit", "other rows"])
def test_scales_that_could_be_but_are_not_those_of_the_codes_are_refused_by_the_probes(small, change):
    bundle = load_bundle(with_scales(small[0], change))
    with pytest.raises(BadBundle, match="other"):
        Recommender(bundle)


def test_half_a_table_or_two_tables_are_refused(small):
    path, table = small
    np.lib.format.write_array(file := (path / "linear.npy").open("wb"), table.astype("<f4"), version=(1, 0))
    file.close()

    def add(manifest):
        raw = (path / "linear.npy").read_bytes()
        manifest["files"]["linear.npy"] = {"sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(raw)}

    path = reseal(path, add)
    with pytest.raises(BadBundle, match="half a linear part, or two"):
        load_bundle(path)
    for file in ("linear.npy", "linear_scales.npy"):
        (path / file).unlink()
        manifest = json.loads((path / "manifest.json").read_text())
        manifest["files"].pop(file)
        (path / "manifest.json").write_text(json.dumps(manifest))
    path = reseal(path)
    with pytest.raises(BadBundle, match="half a linear part, or two"):
        load_bundle(path)


# When it is kept.


@pytest.mark.parametrize("change, is_kept", [(0.0, True), (0.01, True), (-0.01, False)])
def test_int8_rows_are_kept_unless_they_are_measured_worse(change, is_kept):
    rng, part = np.random.default_rng(0), linear_part("dense")
    full = rng.random(300)

    def measure(measured):
        return full + (change + rng.normal(0, 0.02, 300) if measured.scales is not None else 0)

    found, said = compress(part, measure)
    assert (found.scales is not None) == is_kept and said.startswith("Compressed" if is_kept else "Not compressed")
    assert "interval" in said and (is_kept or found is part)


def test_a_sparse_part_stays_as_it_is():
    part = linear_part("sparse")
    assert compress(part, None) == (part, NOTHING)


def test_a_file_of_ones_own_is_served_compressed_and_the_option_does_not_repeat_finished_steps(
    tmp_path, capsys, monkeypatch
):
    source = Source(str(write(tmp_path / "tastes.csv", tastes(np.random.default_rng(2)), times=False)))
    store = Store(tmp_path / "service")
    whole = pipeline.prepare(source, store)
    monkeypatch.setattr(pipeline.Run, "_on_valid", None)  # calling it would fail
    monkeypatch.setattr(pipeline, "choose", lambda *_: pipeline_choice("EASE"))
    version = pipeline.prepare(source, store, compress=True)
    assert "Compressed to int8 rows" in capsys.readouterr().out and version != whole
    bundle = load_bundle(store.path_of(version))
    assert bundle.linear.weights.dtype == np.int8 and bundle.facts["compression"].startswith("Compressed")
    assert bundle.facts["metrics"]["service"]["NDCG@10"] == pytest.approx(bundle.facts["table"]["EASE"][1], abs=0.02)
    assert is_ready(source, store, compress=True) and not is_ready(source, store)
    with InProcess(store.folder) as service:
        likes = [item_id(2), item_id(9)]
        found = service.ask("/recommend", "POST", json={"likes": likes, "k": 5}).json()
        assert all(int(film["item_id"]) < N_ITEMS // 2 and film["because"] in likes for film in found["items"])
    assert pipeline.prepare(source, store, compress=True) == version


def pipeline_choice(name):
    from recsys_helpers.serving.own.evidence import Choice

    return Choice(name, "One. Two.")


def test_both_tables_are_measured_for_the_test_users_of_the_table_of_models(tmp_path, monkeypatch):
    source = Source(str(write(tmp_path / "tastes.csv", tastes(np.random.default_rng(2)), times=False)))
    monkeypatch.setattr(pipeline, "choose", lambda *_: pipeline_choice("EASE"))
    found, store = [], Store(tmp_path / "service")

    def compressed(part, measure):
        found.append(measure(part))
        return part, "Not compressed."

    monkeypatch.setattr(pipeline.compressed, "compress", compressed)
    pipeline.prepare(source, store, compress=True)
    with np.load(store.folder / "steps" / source.digest() / "test-EASE.npz") as kept:
        np.testing.assert_array_equal(found[0], kept["ndcg"])


def test_where_int8_rows_are_worse_the_full_table_is_served_and_it_says_so(tmp_path, capsys, monkeypatch):
    from recsys_helpers.serving import compressed

    source = Source(str(write(tmp_path / "ring.csv", ring(np.random.default_rng(0)), times=False)))
    monkeypatch.setattr(pipeline, "choose", lambda *_: pipeline_choice("EASE"))
    monkeypatch.setattr(compressed, "LARGEST", 1e-6)  # steps so wide that every code is 0
    store = Store(tmp_path / "service")
    pipeline.prepare(source, store, compress=True)
    bundle = load_bundle(store.path_of(store.current))
    assert bundle.linear.scales is None and bundle.linear.weights.dtype == np.float32
    assert "Not compressed: with int8 rows NDCG@10 is worse" in capsys.readouterr().out
    assert is_ready(source, store, compress=True)


def test_the_films_of_the_course_are_compared_by_the_answers_that_are_served():
    import scipy.sparse as sp

    from recsys_helpers.serving.best import _ndcg
    from recsys_helpers.serving.build import measure

    rng, bundle = np.random.default_rng(0), scored_bundle("dense")
    orders = [rng.permutation(60) + 1 for _ in range(30)]
    histories = [np.array([], int)] + [order[: 3 + row % 9] for row, order in enumerate(orders)]
    seen, relevant = np.zeros((2, 31, 61))
    for row, order in enumerate(orders, start=1):
        seen[row, histories[row]] = 1
        relevant[row, order[30:40]] = 1
    seen, relevant = sp.csr_array(seen), sp.csr_array(relevant)
    films = SimpleNamespace(bundle=bundle, histories=histories, seen=seen, relevant=relevant)
    for part in (bundle.linear, int8_rows(bundle.linear), replace(bundle.linear, weights=-bundle.linear.weights)):
        served = measure(Recommender(replace(bundle, linear=part), check=False), histories, seen, relevant)["service"]
        assert _ndcg(films, part).mean() == pytest.approx(served["NDCG@10"], abs=1e-4)
