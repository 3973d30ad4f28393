"""A file of one's own, from text to a running service: planted worlds with a known answer, interruptions, bad files."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from serving_kit import InProcess, RealService

from recsys_helpers.data.checks import DataProblems
from recsys_helpers.serving import __main__ as serving_command
from recsys_helpers.serving.bundle import load_bundle
from recsys_helpers.serving.own import contenders, evidence, network, pipeline, reading
from recsys_helpers.serving.own.command import is_ready
from recsys_helpers.serving.own.cut import cut
from recsys_helpers.serving.own.evidence import Result, choose
from recsys_helpers.serving.own.source import Source
from recsys_helpers.serving.own.steps import Steps
from recsys_helpers.serving.parts import LONGEST_ID
from recsys_helpers.serving.recommender import Question, Recommender
from recsys_helpers.serving.store import Store

N_ITEMS, N_USERS = 30, 90


def item_id(number):
    return f"{number:03}"  # text: "007" must stay "007"


def ring(rng):
    """Every user walks along a ring of items, one step at a time: what comes next is known, but only from the order."""
    return [[(start + step) % N_ITEMS for step in range(10)] for start in rng.integers(0, N_ITEMS, N_USERS)]


def noise(rng):
    """Nobody has a taste, nothing has an order."""
    return [rng.permutation(N_ITEMS)[:10].tolist() for _ in range(N_USERS)]


def tastes(rng):
    """Two kinds of people, each with half of the items, in any order."""
    return [(rng.permutation(N_ITEMS // 2)[:10] + user % 2 * (N_ITEMS // 2)).tolist() for user in range(N_USERS)]


def write(path, walks, times=True, head="user_id,item_id"):
    lines = [head + (",timestamp" if times else "")]
    for user, walk in enumerate(walks):
        for step, item in enumerate(walk):
            lines.append(f"u{user:03},{item_id(item)}" + (f",{1_600_000_000 + 60 * step}" if times else ""))
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def tiny():
    from recsys_helpers.start import quiet_tensorflow

    quiet_tensorflow()
    from recsys_helpers.models.wide_deep import NextItemConfig

    return NextItemConfig(
        length=12, dim=8, hidden=8, n_positions=4, n_negatives=32, batch_size=16, n_epochs=2, average=1
    )


@pytest.fixture(scope="module")
def ring_run(tmp_path_factory, tiny):
    """The ring, with titles in a file of their own; folder and source."""
    folder = tmp_path_factory.mktemp("ring")
    titles = folder / "titles.csv"
    names = ["Red Lamp", "Blue Chair"] + [f"Thing {number}" for number in range(2, N_ITEMS)]
    titles.write_text("item_id,title\n" + "".join(f"{item_id(n)},{name}\n" for n, name in enumerate(names)))
    source = Source(str(write(folder / "ring.csv", ring(np.random.default_rng(0)))), titles=str(titles))
    pipeline.prepare(source, Store(folder / "service"), tiny)
    return folder / "service", source


# What is chosen.


def test_where_order_plainly_matters_the_model_that_knows_the_order_is_served_and_finds_the_next_item(ring_run):
    store = Store(ring_run[0])
    bundle = load_bundle(store.path_of(store.current))
    facts = bundle.facts
    assert facts["choice"]["model"] in ("linear next-item", "wide and deep") and facts["choice"]["warning"] == ""
    table = {name: ndcg for name, (_, ndcg) in facts["table"].items()}
    assert list(table) == ["popularity", "item-kNN", "EASE", "linear next-item", "wide and deep"]
    assert table["linear next-item"] > 0.9 > table["EASE"] + 0.1
    assert facts["metrics"]["service"]["NDCG@10"] == pytest.approx(table[facts["choice"]["model"]], abs=1e-3)
    recommender = Recommender(bundle)
    for start in (3, 12, 25):
        likes = [item_id((start + step) % N_ITEMS) for step in range(5)]
        (pick,) = recommender.recommend([_question(recommender, likes, 1)])[0]
        assert pick.item.item_id == item_id((start + 5) % N_ITEMS) and pick.because == likes[-1]


def test_a_network_that_is_served_reads_as_many_items_as_it_was_trained_with(ring_run, tmp_path, tiny, monkeypatch):
    folder, source = ring_run
    shutil.copytree(folder / "steps", tmp_path / "steps")  # so that nothing is trained again
    (tmp_path / "steps" / source.digest() / "bundle.json").unlink()
    monkeypatch.setattr(network, "train", None)
    monkeypatch.setattr(pipeline, "choose", lambda *_: evidence.Choice(network.NAME, "One. Two."))
    bundle = load_bundle(Store(tmp_path).path_of(pipeline.prepare(source, Store(tmp_path), tiny)))
    with np.load(tmp_path / "steps" / source.digest() / "network.npz") as kept:
        scores_of = network.scores_of(dict(kept), bundle.linear)
    history = np.random.default_rng(0).permutation(N_ITEMS)[:20] + 1
    expected = scores_of([history[-tiny.length :]])[0]
    recommender = Recommender(bundle)
    picks = recommender.recommend([Question(history, 10)])[0]
    assert [pick.item.item_id for pick in picks] == [
        item_id(row - 1) for row in np.argsort(-expected) if row and row not in history
    ]
    spread = [pick.score - expected[int(pick.item.item_id) + 1] for pick in picks]
    np.testing.assert_allclose(spread, spread[0], atol=1e-4)  # the same scores, if not from the same zero


def _question(recommender, likes, k):
    return Question(recommender.indices_of(likes)[0], k)


def test_where_nothing_matters_a_linear_model_is_served_with_a_warning(tmp_path, tiny, capsys):
    source = Source(str(write(tmp_path / "noise.csv", noise(np.random.default_rng(1)))))
    store = Store(tmp_path / "service")
    pipeline.prepare(source, store, tiny)
    choice = load_bundle(store.path_of(store.current)).facts["choice"]
    assert choice["model"] in ("item-kNN", "EASE", "linear next-item") and choice["warning"].startswith("Warning: ")
    assert "not distinguishable" in choice["why"] or "worse" in choice["why"]
    assert choice["why"] in capsys.readouterr().out


def test_without_times_no_model_of_the_order_is_offered_and_it_says_so(tmp_path, capsys):
    source = Source(str(write(tmp_path / "tastes.csv", tastes(np.random.default_rng(2)), times=False)))
    store = Store(tmp_path / "service")
    pipeline.prepare(source, store)
    bundle = load_bundle(store.path_of(store.current))
    assert set(bundle.facts["table"]) == {"popularity", "item-kNN", "EASE"} and bundle.model is None
    assert bundle.linear.ages.floor == 1 and not bundle.facts["own"]["has_times"]
    said = capsys.readouterr().out
    assert "No model that needs an order is offered" in said and "The file has no times" in said
    recommender, likes = Recommender(bundle), [item_id(2), item_id(9)]
    picks = recommender.recommend([_question(recommender, likes, 10)])[0]
    assert all(int(pick.item.item_id) < N_ITEMS // 2 and pick.because in likes for pick in picks)


def results(**per_user):
    base = np.random.default_rng(0).random(400) * 0.2
    return [Result(name, "", 0.1 if name != "EASE" else 0.2, base + shift) for name, shift in per_user.items()]


@pytest.mark.parametrize("gain, chosen, words", [(0.02, network.NAME, "is better"), (-0.02, "EASE", "is worse")])
def test_a_clear_interval_decides(gain, chosen, words):
    noise = np.random.default_rng(1).normal(0, 0.01, 400)
    choice = choose(results(popularity=-0.05, EASE=0.0, **{"item-kNN": 0.5, network.NAME: gain + noise}), True)
    assert choice.name == chosen and words in choice.why and choice.why.count(". ") == 1  # two sentences


def test_the_interval_pairs_each_user_with_the_same_user():
    noise = np.random.default_rng(1).normal(0, 0.001, 400)  # users differ by much more than the models do
    choice = choose(results(popularity=-0.05, EASE=0.0, **{network.NAME: 0.003 + noise}), True)
    assert choice.name == network.NAME


def test_an_interval_that_includes_zero_means_the_linear_model():
    noise = np.random.default_rng(1).normal(0, 0.1, 400)
    choice = choose(results(popularity=-0.05, EASE=0.0, **{network.NAME: noise - noise.mean() + 0.005}), True)
    assert choice.name == "EASE" and "includes zero" in choice.why
    assert "EASE" in evidence.table(results(popularity=0.0, EASE=0.1))


# What is served.


def test_text_ids_titles_search_reasons_events_and_fallback_work_over_http(ring_run):
    with InProcess(ring_run[0]) as service:
        answer = service.ask("/recommend/u007?k=5").json()
        assert len(answer["items"]) == 5 and all(isinstance(film["item_id"], str) for film in answer["items"])
        assert answer["items"][0]["reason"].startswith("because you chose ") and not answer["degraded"]
        (found,) = service.ask("/items?q=red la").json()
        assert found == {"item_id": "000", "title": "Red Lamp", "year": None, "genres": []}
        liked = service.ask("/recommend", "POST", json={"likes": ["028", "029", "nobody"], "k": 3}).json()
        assert liked["items"][0]["title"] == "Red Lamp" and liked["ignored"] == ["nobody"]
        assert liked["items"][0]["because"] == "029"
        assert service.ask("/similar/007").status_code == 200 and service.ask("/similar/7").status_code == 404
        assert service.ask("/recommend", "POST", json={"likes": [7]}).status_code == 422
        assert service.ask("/recommend/nobody").status_code == 404
        event = {"user_id": "007", "item_id": "028", "kind": "like"}
        assert service.ask("/events", "POST", json=event).status_code == 201
        assert service.ask("/recommend/007?k=1").json()["items"][0]["because"] == "028"
        assert service.ask("/events", "POST", json={**event, "item_id": "7"}).status_code == 422
        empty = service.ask("/recommend", "POST", json={"likes": []}).json()
        assert {film["reason"] for film in empty["items"]} == {"popular with everybody"}
    with InProcess(ring_run[0]) as again:  # "007" comes back from the disk as it went there
        assert again.ask("/recommend/007?k=1").json()["items"][0]["because"] == "028"


def test_the_manifest_says_from_which_file_digest_and_settings_the_bundle_came(ring_run):
    folder, source = ring_run
    manifest = json.loads((Store(folder).path_of(Store(folder).current) / "manifest.json").read_text())
    facts = manifest["facts"]
    assert facts["data"]["name"] == "ring.csv" and facts["data"]["sha256"] == source.checksum()
    flags = {"has_times": True, "has_ratings": False, "compress": False}
    assert facts["own"] == {"digest": source.digest(), "settings": source.settings(), **flags}
    assert is_ready(source, Store(folder)) and not is_ready(Source(source.path), Store(folder))


def test_the_history_of_each_user_with_a_text_id_is_that_of_the_file(ring_run):
    folder = ring_run[0]
    bundle = load_bundle(Store(folder).path_of(Store(folder).current))
    recommender = Recommender(bundle)
    for user, walk in enumerate(ring(np.random.default_rng(0))):
        found = [bundle.items[row - 1].item_id for row in recommender.history_of(f"u{user:03}")]
        assert found == [item_id(item) for item in walk]


def test_another_file_or_setting_has_another_digest_and_another_place_has_not(tmp_path):
    one = Source(str(write(tmp_path / "a.csv", ring(np.random.default_rng(0)))))
    moved = Source(str(write(tmp_path / "b.csv", ring(np.random.default_rng(0)))))
    other = Source(str(write(tmp_path / "c.csv", ring(np.random.default_rng(1)))))
    assert one.digest() == moved.digest()
    assert (
        len({one.digest(), other.digest(), Source(one.path, seed=1).digest(), Source(one.path, sep=";").digest()}) == 4
    )


OTHERS = {
    "columns": {"rating": None}, "sep": ";", "names": ("user_id", "item_id"), "encoding": ("cp1252",), "seed": 7,
    "rating_range": (1.0, 5.0), "duplicates": "last", "times": "ISO8601", "text_ids": True,
    "titles_columns": {"title": "name"},
}  # fmt: skip


def test_each_setting_has_a_digest_of_its_own_so_that_no_step_of_another_one_is_taken(tmp_path):
    path = str(write(tmp_path / "a.csv", ring(np.random.default_rng(0))))
    places = {"path", "titles"}  # of them the content counts
    assert {field.name for field in fields(Source)} == places | set(OTHERS)
    digests = {Source(path, **{name: value}).digest() for name, value in OTHERS.items()}
    named = [write(tmp_path / f"{n}.csv", ring(np.random.default_rng(n))) for n in (1, 2)]
    digests |= {Source(path, titles=str(titles)).digest() for titles in named} | {Source(path).digest()}
    assert len(digests) == len(OTHERS) + 3


# Interruptions.


def test_an_interrupted_run_resumes_without_repeating_what_is_finished(tmp_path, tiny, monkeypatch):
    source = Source(str(write(tmp_path / "ring.csv", ring(np.random.default_rng(3)))))
    store = Store(tmp_path / "service")

    def interrupted(*_):
        raise KeyboardInterrupt

    def again(*_, **__):
        raise AssertionError("a finished step was repeated")

    with monkeypatch.context() as patch:
        patch.setattr(network, "train", interrupted)
        with pytest.raises(KeyboardInterrupt):
            pipeline.prepare(source, store, tiny)
    assert store.current is None and not store.versions()
    with monkeypatch.context() as patch:
        patch.setattr(contenders, "ease", again)
        patch.setattr(pipeline.Run, "_on_valid", again)
        version = pipeline.prepare(source, store, tiny)
        assert pipeline.prepare(source, store, tiny) == version == store.current
    straight = Store(tmp_path / "straight")
    pipeline.prepare(source, straight, tiny)
    one, two = (load_bundle(s.path_of(s.current)) for s in (store, straight))
    assert one.facts["table"] == two.facts["table"]
    np.testing.assert_allclose(one.linear.weights, two.linear.weights, atol=1e-5)


def test_a_bundle_that_was_pruned_is_made_again_from_the_steps_and_another_file_is_left_alone(tmp_path, monkeypatch):
    paths = [write(tmp_path / f"{n}.csv", tastes(np.random.default_rng(n)), times=False) for n in (2, 3)]
    (first, second), store = (Source(str(path)) for path in paths), Store(tmp_path / "service")
    versions = [pipeline.prepare(source, store) for source in (first, second)]
    assert store.current == versions[1] and is_ready(second, store) and not is_ready(first, store)
    assert store.prune(keep=0) == versions[:1]
    monkeypatch.setattr(pipeline.Run, "_on_valid", None)  # calling it would fail
    again = pipeline.prepare(first, store)
    assert load_bundle(store.path_of(again)).facts["own"]["digest"] == first.digest() and is_ready(first, store)


def test_a_training_that_is_interrupted_is_no_finished_step(tmp_path, tiny, monkeypatch, capsys):
    from recsys_helpers.models import wide_deep

    real = wide_deep.fit_deep_next_item

    def cut_short(*arguments):
        recommender, training = real(*arguments)
        training.interrupted = True
        print("The model is usable.")
        return recommender, training

    monkeypatch.setattr(wide_deep, "fit_deep_next_item", cut_short)
    view = cut(reading.read(Source(str(write(tmp_path / "a.csv", ring(np.random.default_rng(0)))))).frame, 42).tuning
    linear = contenders.NEXT_ITEM.build(view, contenders.NEXT_ITEM.settings[0])
    with pytest.raises(KeyboardInterrupt):
        Steps(tmp_path / "steps").arrays("network", lambda: network.train(view, linear, 42, tiny))
    assert not (tmp_path / "steps").exists() and "usable" not in capsys.readouterr().out


def test_a_step_that_is_damaged_is_made_again(tmp_path):
    steps = Steps(tmp_path)
    steps.facts("a", lambda: {"x": 1})
    steps.arrays("b", lambda: {"x": np.arange(3)})
    for name in ("a.json", "b.npz"):
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-3])
    assert steps.facts("a", lambda: {"x": 2}) == {"x": 2}
    assert steps.arrays("b", lambda: {"x": np.arange(2)})["x"].tolist() == [0, 1]
    assert steps.made == ["a", "b", "a", "b"] and steps.kept == []


def test_a_step_that_cannot_be_written_is_no_step_and_a_file_with_objects_in_it_is_not_read(tmp_path):
    steps = Steps(tmp_path)

    def half(path):
        path.write_text('{"x": 1}')
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        steps._write("a.json", half)
    assert list(tmp_path.iterdir()) == []
    np.savez(tmp_path / "b.npz", x=np.array([{"anything": 1}], dtype=object))
    assert steps.arrays("b", lambda: {"x": np.arange(2)})["x"].tolist() == [0, 1]


def test_those_who_have_a_past_and_something_to_find_are_measured_up_to_the_stated_number(tmp_path, monkeypatch):
    from recsys_helpers.serving.own import cut as cuts

    path = write(tmp_path / "a.csv", ring(np.random.default_rng(0)))
    path.write_text(path.read_text() + "".join(f"once{n},{item_id(n)},1600000000\n" for n in range(20)))
    frame = reading.read(Source(str(path))).frame
    for most, expected in ((10_000, N_USERS), (N_USERS, N_USERS), (20, 20)):
        monkeypatch.setattr(cuts, "MOST_USERS", most)
        for view in (cut(frame, 42).tuning, cut(frame, 42).final):
            assert len(set(view.measured.tolist())) == expected
            assert all(view.seen[[user]].nnz and view.relevant[[user]].nnz for user in view.measured)
            assert view.evaluate(along_the_ring, "oracle").mean() > 0.999  # each user's own history is asked
    samples = [cut(frame, seed).final.measured.tolist() for seed in (42, 42, 43)]
    assert samples[0] == samples[1] != samples[2] and max(samples[0]) > 40  # drawn, not the first ones


def test_the_weight_of_the_linear_half_is_tried_in_units_of_the_networks_spread(tmp_path, monkeypatch):
    view = cut(reading.read(Source(str(write(tmp_path / "a.csv", ring(np.random.default_rng(0)))))).frame, 42).tuning
    linear, tried = contenders.KNN.build(view, {"shrink": 10.0}), []
    some = [view.histories[user] for user in view.measured[:5]]
    np.testing.assert_allclose(network.scaled(linear, 3.0).scores(some), 3 * linear.scores(some), rtol=1e-6)

    def evaluate(scores_of, name):
        tried.append(scores_of(some).sum() / linear.scores(some).sum())
        return np.array(len(tried) == 2, float)  # the second of the shares is the best

    monkeypatch.setattr(view, "evaluate", evaluate)
    monkeypatch.setattr(network, "deep_scores", lambda _: lambda histories: 50 * linear.scores(histories))
    scale = network._choose_scale(view, {"length": np.array(12)}, linear)
    np.testing.assert_allclose(tried, [50 * (1 + share) for share in network.SHARES], rtol=1e-4)
    assert scale == pytest.approx(50 * network.SHARES[1], rel=1e-4)


def test_both_halves_read_the_newest_items_as_many_as_the_network_can(tmp_path, monkeypatch):
    view = cut(reading.read(Source(str(write(tmp_path / "a.csv", ring(np.random.default_rng(0)))))).frame, 42).tuning
    linear = contenders.NEXT_ITEM.build(view, contenders.NEXT_ITEM.settings[0])
    monkeypatch.setattr(network, "deep_scores", lambda _: along_the_ring)
    scores_of = network.scores_of({"length": np.array(3)}, linear)
    long = [np.array([9, 4, 2, 25, 26]), np.array([7]), np.array([1, 2, 3])]
    short = [np.array([2, 25, 26]), np.array([7]), np.array([1, 2, 3])]
    np.testing.assert_allclose(scores_of(long), along_the_ring(short) + linear.scores(short), rtol=1e-6)


def test_the_network_learns_and_is_weighed_before_the_test_part_and_next_item_scores_with_its_ages(
    tmp_path, monkeypatch
):
    from recsys_helpers.models.linear import aged, linear_next_item

    source, given = Source(str(write(tmp_path / "a.csv", ring(np.random.default_rng(0))))), []

    def train(view, *_):
        given.append(view)
        raise KeyboardInterrupt

    monkeypatch.setattr(network, "train", train)
    with pytest.raises(KeyboardInterrupt):
        pipeline.prepare(source, Store(tmp_path / "service"))
    (view,) = given
    assert {len(history) for history in view.histories[1:]} == {7}  # of ten, one is valid and two are test
    assert view.relevant.sum() == N_USERS
    for setting in contenders.NEXT_ITEM.settings:
        part = contenders.NEXT_ITEM.build(view, setting)
        weights = linear_next_item(view.histories, view.n_rows, min_count=1, **setting)
        rows = aged(view.histories[1:6], view.n_rows, setting["decay"], setting["floor"])
        np.testing.assert_allclose(part.scores(view.histories[1:6]), rows @ weights, atol=1e-5)


def along_the_ring(histories):
    """What comes next on the ring has the highest scores; item_idx 1 is item 000."""
    scores = np.zeros((len(histories), N_ITEMS + 1))
    for row, history in enumerate(histories):
        scores[row, (history[-1] - 1 + np.arange(1, N_ITEMS + 1)) % N_ITEMS + 1] = -np.arange(N_ITEMS)
    return scores


def test_a_column_of_titles_in_the_file_is_taken_and_can_be_left_out(tmp_path):
    path = write(tmp_path / "a.csv", ring(np.random.default_rng(0)), times=False)
    head, *lines = path.read_text().splitlines()
    path.write_text("\n".join([head + ",title", *(f'{line},"Lamp, {line[-3:]}"' for line in lines)]))
    assert reading.read(Source(str(path))).titles["007"] == "Lamp, 007"
    assert reading.read(Source(str(path), columns={"title": None})).titles == {}
    path.write_text(path.read_text().replace(",title", ",name", 1))
    assert reading.read(Source(str(path))).titles == {}
    assert reading.read(Source(str(path), columns={"title": "name"})).titles["007"] == "Lamp, 007"


# Bad data and limits.


@pytest.mark.parametrize(
    "times, form",
    [("milliseconds", lambda t: f"{t}123"), ("ISO8601", lambda t: pd.Timestamp(t, unit="s").isoformat()),
     ("%d/%m/%Y %H:%M", lambda t: f"{pd.Timestamp(t, unit='s'):%d/%m/%Y %H:%M}")],
)  # fmt: skip
def test_times_in_other_forms_give_the_same_histories(tmp_path, times, form):
    path = write(tmp_path / "a.csv", ring(np.random.default_rng(0)))
    frame = reading.read(Source(str(path))).frame
    head, *lines = path.read_text().splitlines()
    pieces = [line.rsplit(",", 1) for line in lines]
    path.write_text("\n".join([head, *(f"{rest},{form(int(time))}" for rest, time in pieces)]))
    again = reading.read(Source(str(path), times=times)).frame
    assert (again["timestamp"] // 60).tolist() == (frame["timestamp"] // 60).tolist()
    assert again["item_id"].tolist() == frame["item_id"].tolist()
    with pytest.raises(DataProblems, match="timestamp is"):
        reading.read(Source(str(path)))
    text = path.read_text()
    for other in ("soon", "2 h", "in 2020"):
        path.write_text(text.replace(form(int(pieces[4][1])), other))
        with pytest.raises(DataProblems, match=rf"timestamp does not have the form .*line .*, {other}"):
            reading.read(Source(str(path), times=times))
    if times != "milliseconds":  # a number among dates is no number of seconds
        path.write_text(text.replace(form(int(pieces[4][1])), "1600000000"))
        with pytest.raises(DataProblems, match=r"timestamp does not have the form .*line .*, 1600000000"):
            reading.read(Source(str(path), times=times))


def test_a_bad_file_gets_one_report_of_all_problems_and_leaves_nothing(tmp_path):
    path = write(tmp_path / "bad.csv", ring(np.random.default_rng(0)))
    lines = path.read_text().splitlines()
    lines[5] = "u000,,1600000000"
    lines[9] = "u000,008,yesterday"
    lines.append(lines[20])
    path.write_text("\n".join(lines))
    (tmp_path / "titles.csv").write_text("sku,name\n1,a\n")
    with pytest.raises(DataProblems) as caught:
        pipeline.prepare(Source(str(path), titles=str(tmp_path / "titles.csv")), Store(tmp_path / "service"))
    told = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 4, told
    for word in ("item_id is missing", "timestamp is not a number", "repeats an earlier one", "--titles-columns"):
        assert word in told
    assert not (tmp_path / "service").exists()


@pytest.mark.parametrize(
    "name, most, word",
    [("MOST_INTERACTIONS", 500, "Keep the newest"), ("MOST_ITEMS", 20, "Leave out the items"),
     ("MOST_BYTES", 9000, "Leave out the columns"), ("FEWEST_USERS", 500, "Collect more")],
)  # fmt: skip
def test_a_file_beyond_the_limits_is_refused_with_what_to_do(tmp_path, monkeypatch, name, most, word):
    monkeypatch.setattr(reading, name, most)
    with pytest.raises(DataProblems, match=word) as caught:
        reading.read(Source(str(write(tmp_path / "a.csv", ring(np.random.default_rng(0))))))
    is_too_much = name.startswith("MOST")
    assert ("notebooks/20_outgrow_one_machine.ipynb" in "".join(caught.value.problems)) == is_too_much


def test_a_file_of_just_the_stated_size_is_read(tmp_path, monkeypatch):
    path = write(tmp_path / "a.csv", ring(np.random.default_rng(0)))
    monkeypatch.setattr(reading, "MOST_BYTES", path.stat().st_size)
    monkeypatch.setattr(reading, "MOST_INTERACTIONS", N_USERS * 10)
    monkeypatch.setattr(reading, "MOST_ITEMS", N_ITEMS)
    assert len(reading.read(Source(str(path))).frame) == N_USERS * 10


def test_a_file_that_changes_while_it_is_read_is_refused_and_the_digest_is_that_of_the_beginning(tmp_path, monkeypatch):
    path = write(tmp_path / "a.csv", ring(np.random.default_rng(0)))
    source, other = Source(str(path)), ring(np.random.default_rng(1))
    real = pipeline.read

    def slow(source):
        found = real(source)
        write(path, other)
        return found

    monkeypatch.setattr(pipeline, "read", slow)
    before = source.digest()
    with pytest.raises(DataProblems, match="changed while it was read"):
        pipeline.prepare(source, Store(tmp_path / "service"))
    assert not (tmp_path / "service").exists()
    assert source.digest() == before != Source(str(path)).digest()


@pytest.mark.parametrize("column", ["user_id", "item_id"])
def test_an_id_that_is_too_long_for_the_service_is_reported(tmp_path, column):
    path = write(tmp_path / "a.csv", ring(np.random.default_rng(0)))
    old, fits = ("u007", "u" * LONGEST_ID) if column == "user_id" else (",007,", "," + "i" * LONGEST_ID + ",")
    path.write_text(path.read_text().replace(old, fits))
    reading.read(Source(str(path)))
    path.write_text(path.read_text().replace(fits, fits.replace("u", "uu", 1).replace("i", "ii", 1)))
    with pytest.raises(DataProblems, match=f"A {column} has more than {LONGEST_ID} characters. Is it the right column"):
        reading.read(Source(str(path)))


def test_orders_instead_of_users_are_noticed(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("user_id,item_id\n" + "".join(f"o{n},i{n % 20}\n" for n in range(300)))
    with pytest.raises(DataProblems, match="Is user_id the right column"):
        reading.read(Source(str(path)))


def test_beyond_the_dense_limit_no_large_matrix_is_made_and_the_network_leans_on_item_knn(tmp_path, tiny, monkeypatch):
    monkeypatch.setattr(contenders, "MOST_DENSE", 10)
    for name in ("ease", "linear_next_item"):
        monkeypatch.setattr(contenders, name, None)  # calling it would fail
    source = Source(str(write(tmp_path / "ring.csv", ring(np.random.default_rng(0)))))
    store = Store(tmp_path / "service")
    pipeline.prepare(source, store, tiny)
    bundle = load_bundle(store.path_of(store.current))
    assert list(bundle.facts["table"]) == ["popularity", "item-kNN", network.NAME]
    assert type(bundle.linear).__name__ == "SparseLinear"
    assert bundle.facts["metrics"]["service"]["NDCG@10"] == pytest.approx(
        bundle.facts["table"][bundle.facts["choice"]["model"]][1], abs=1e-3
    )


def test_the_memory_of_item_knn_is_asked_for_before_it_is_made(tmp_path, monkeypatch):
    data = reading.read(Source(str(write(tmp_path / "a.csv", ring(np.random.default_rng(0))))))
    monkeypatch.setattr(contenders.psutil, "virtual_memory", lambda: type("Free", (), {"available": 1000}))
    found, reasons = contenders.offered(cut(data.frame, 42))
    assert found == [] and len(reasons) == 2 and "Leave out the users" in reasons[0]


def test_up_to_the_stated_numbers_of_items_the_models_are_offered_and_beyond_them_a_sentence_says_why(
    tmp_path, monkeypatch
):
    parts = cut(reading.read(Source(str(write(tmp_path / "a.csv", ring(np.random.default_rng(0)))))).frame, 42)
    monkeypatch.setattr(network, "train", lambda *_: (_ for _ in ()).throw(InterruptedError("it would be trained")))
    for limit, names in ((N_ITEMS, ["item-kNN", "EASE", "linear next-item"]), (N_ITEMS - 1, ["item-kNN"])):
        monkeypatch.setattr(contenders, "MOST_DENSE", limit)
        monkeypatch.setattr(network, "MOST_FOR_NETWORK", limit)
        found, reasons = contenders.offered(parts)
        assert [one.name for one in found] == names and len(reasons) == (limit < N_ITEMS)
        run = pipeline.Run(Source("unused"), Steps(tmp_path / f"{limit}"), parts)
        if limit == N_ITEMS:
            with pytest.raises(InterruptedError):
                run.evaluate([contenders.KNN], None)
        else:
            results, trained, why = run.evaluate([contenders.KNN], None)
            assert trained is None and [one.name for one in results] == ["popularity", "item-kNN"]
            assert why.startswith(f"The network is offered up to {limit} items, because ")
            choice = choose(results, True, why)
            assert choice.name == "item-kNN" and choice.why.endswith(f"{why}, so item-kNN is served.")


def test_of_a_very_long_history_the_models_read_the_newest_part_and_all_of_it_is_hidden(tmp_path, monkeypatch):
    from recsys_helpers.serving.own import cut as cuts

    monkeypatch.setattr(cuts, "MOST_HISTORY", 3)
    frame = reading.read(Source(str(write(tmp_path / "a.csv", ring(np.random.default_rng(0)))))).frame
    parts = cut(frame, 42)
    first = parts.final.histories[1]
    assert len(first) == 3 and parts.final.seen[[1]].nnz == 8 and len(parts.everything[1]) == 10
    assert first.tolist() == parts.everything[1][5:8].tolist()


# The command.


def start(*words):
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as in the background of a shell, and children inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    command = [sys.executable, "-m", "recsys_helpers.serving", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_step(folder, pattern, process, seconds=90):
    until = time.monotonic() + seconds
    while not list(folder.glob(f"steps/*/{pattern}")):
        assert process.poll() is None and time.monotonic() < until, process.communicate()
        time.sleep(0.01)


@pytest.fixture(scope="module")
def many_items(tmp_path_factory):
    """A file without times whose settings take a moment each: 1,200 items, 1,500 users."""
    rng, path = np.random.default_rng(0), tmp_path_factory.mktemp("many") / "many.csv"
    lines = [f"u{user},i{item}\n" for user in range(1500) for item in rng.choice(1200, 12, replace=False)]
    path.write_text("user_id,item_id\n" + "".join(lines))
    return path


@pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
@pytest.mark.parametrize("command, sent", [("build", "SIGINT"), ("serve", "SIGINT"), ("serve", "SIGKILL")])
def test_a_signal_to_the_process_ends_the_training_with_it_and_the_next_run_goes_on(
    tmp_path, many_items, command, sent
):
    words = ["--data", many_items, "--folder", tmp_path / "service", "--port", "0"]
    process = start(command, *words)
    wait_for_step(tmp_path / "service", "valid-EASE-*.json", process)
    sent = signal.Signals[sent]
    process.send_signal(sent)
    _, told = process.communicate(timeout=60)
    assert process.returncode == (130 if sent == signal.SIGINT else -sent)
    assert "Traceback" not in told
    if sent == signal.SIGINT:
        assert "Nothing was put into use" in told and "the same command goes on from here" in told
    store, steps = Store(tmp_path / "service"), tmp_path / "service" / "steps"
    kept = {path.name: path.stat().st_mtime_ns for path in steps.glob("*/*.*")}
    time.sleep(1)
    assert kept == {path.name: path.stat().st_mtime_ns for path in steps.glob("*/*.*")}  # nobody works on
    assert store.current is None and not store.versions()
    again = run("build", *words)
    assert again.returncode == 0 and "Kept from an earlier run" in again.stdout, again.stderr
    assert all(path.stat().st_mtime_ns == kept[path.name] for path in steps.glob("*/valid-*") if path.name in kept)
    assert store.versions() == [store.current]


def run(*words):
    command = [sys.executable, "-m", "recsys_helpers.serving", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_the_command_goes_from_a_strange_file_to_a_running_service(tmp_path):
    path = write(tmp_path / "my shop.csv", tastes(np.random.default_rng(2)), times=False, head="buyer,sku")
    path.write_text(path.read_text().replace(",", "\t"))
    words = ["--data", path, "--folder", tmp_path / "service"]
    refused = run("build", *words)
    assert refused.returncode == 1 and "--sep" in refused.stderr and "Nothing was built" in refused.stderr
    assert not (tmp_path / "service").exists() and "Traceback" not in refused.stderr
    words += ["--sep", "\\t", "--columns", "user_id=buyer", "item_id=sku"]
    built = run("build", *words)
    assert built.returncode == 0, built.stderr
    assert "tune EASE" in built.stderr and "is in use" in built.stdout
    with RealService(tmp_path / "service", *map(str, words[:2]), *words[4:]) as service:  # at once: it is ready
        import httpx

        answer = httpx.get(service.url + "/recommend/u003?k=4").json()
        assert len(answer["items"]) == 4 and not answer["degraded"]


def test_every_option_of_the_command_line_reaches_the_source_and_the_pipeline(tmp_path, monkeypatch):
    path, titles = write(tmp_path / "a.csv", ring(np.random.default_rng(0))), tmp_path / "titles.csv"
    titles.write_text("sku,name\n")
    words = ["--columns", "user_id=buyer", "item_id=sku", "rating=", "--sep", "\\t", "--names", "a", "b"]
    words += ["--encoding", "utf-8", "cp1252", "--rating-range", "0", "10", "--duplicates", "last"]
    words += ["--times", "%Y", "--text-ids", "--titles", str(titles), "--titles-columns", "title=name"]
    source = Source(
        str(path), {"user_id": "buyer", "item_id": "sku", "rating": None}, "\t", ("a", "b"), ("utf-8", "cp1252"),
        (0.0, 10.0), "last", "%Y", True, str(titles), {"title": "name"},
    )  # fmt: skip
    given = []

    def prepare(source, store, compress):
        given.append((source, store.folder, compress))
        return "0" * 16

    monkeypatch.setattr(pipeline, "prepare", prepare)
    for more, compress in (([], False), (["--compress"], True)):
        line = ["serving", "build", "--data", str(path), "--folder", str(tmp_path / "s"), *words, *more]
        monkeypatch.setattr(sys, "argv", line)
        serving_command.main()
        assert given.pop() == (source, tmp_path / "s", compress)


def test_a_bundle_that_is_ready_is_served_without_reading_the_file_again(ring_run, monkeypatch):
    folder, source = ring_run
    arguments = SimpleNamespace(compress=False)
    monkeypatch.setattr(serving_command.own, "source_of", lambda _: source)
    monkeypatch.setattr(serving_command.own, "build", None)  # calling it would fail
    serving_command.prepare_own(arguments, Store(folder))
    arguments.compress = True
    with pytest.raises(TypeError):
        serving_command.prepare_own(arguments, Store(folder))


def test_a_file_that_is_not_there_is_said_in_one_sentence(tmp_path):
    missing = run("build", "--data", tmp_path / "no.csv", "--folder", tmp_path)
    assert missing.returncode == 1 and missing.stderr.startswith("There is no file") and missing.stderr.count("\n") == 1
