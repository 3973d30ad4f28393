"""Running the service: versions, the contract's small print, metrics and logs."""

import asyncio
import json
import logging
import shutil
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from serving_kit import InProcess, filled_store, reseal, tiny_bundle

from recsys_helpers.serving import log
from recsys_helpers.serving.bundle import is_outdated, load_bundle, save_bundle
from recsys_helpers.serving.probe import add_probes
from recsys_helpers.serving.recommender import Recommender
from recsys_helpers.serving.sealed import BadBundle
from recsys_helpers.serving.store import Store
from recsys_helpers.serving.titles import TitleIndex, reading_title, words_of


@pytest.fixture
def service(tmp_path):
    filled_store(tmp_path)
    with InProcess(tmp_path) as running:
        yield running


def change(service, path, **body):
    headers = {"x-admin-token": (service.service.store.folder / "admin_token").read_text()}
    return service.ask(f"/admin/{path}", "POST", json=body, headers=headers)


# Versions.


MALFORMED = {
    "vectors of another width": lambda b: replace(b, vectors=b.vectors[:, :5]),
    "vectors rolled by one row": lambda b: replace(b, vectors=np.roll(b.vectors, 1, axis=0)),
    "titles sorted, rows not": lambda b: replace(b, items=sorted(b.items, key=lambda item: item.title)),
    "other neighbours": lambda b: replace(b, neighbours=b.neighbours[::-1], weights=b.weights[::-1]),
    "no probes": lambda b: replace(b, facts={}),
    "empty probes": lambda b: replace(b, facts={"probe": {"history": [], "numbers": []}, "golden": []}),
    "golden questions about unknown items": lambda b: replace(
        b, facts={**b.facts, "golden": [{"likes": [7], "top": [10]}]}
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_files_that_do_not_belong_together_are_a_bad_bundle_and_the_one_before_answers(tmp_path, name):
    store, (good,) = filled_store(tmp_path)
    bad = save_bundle(MALFORMED[name](tiny_bundle()), store.bundles).name
    with pytest.raises(BadBundle):
        Recommender(load_bundle(store.path_of(bad)))
    store.use(bad)
    with InProcess(tmp_path) as service:
        assert service.ask("/recommend/3").json() | {"items": 0} == {
            "items": 0, "degraded": False, "version": good, "ignored": [],
        }  # fmt: skip
        assert bad in service.ask("/health/ready").json()["reason"]
        assert change(service, "swap", version=bad).status_code == 422


BROKEN_MANIFEST = {
    "no checksum": lambda m: m["files"]["model.onnx"].pop("sha256"),
    "a checksum that is a number": lambda m: m["files"]["model.onnx"].update(sha256=5),
    "sizes that are text": lambda m: m["files"]["model.onnx"].update(bytes="5"),
    "no stages": lambda m: m.pop("stages"),
    "an unknown stage": lambda m: m["stages"].update(magic=1),
    "a history of no length": lambda m: m["stages"].update(length=0),
    "stages of text": lambda m: m["stages"].update(fusion="60"),
    "facts that are a list": lambda m: m.update(facts=[]),
    "the next format": lambda m: m.update(format=99),
}


@pytest.mark.parametrize("name", BROKEN_MANIFEST)
def test_a_malformed_manifest_is_a_bad_bundle_with_all_checksums_right(tmp_path, name):
    folder = reseal(save_bundle(tiny_bundle(), tmp_path), BROKEN_MANIFEST[name])
    with pytest.raises(BadBundle):
        load_bundle(folder)


BROKEN_ITEMS = {
    "an id that is a list": lambda rows: rows[3].__setitem__(0, [1]),
    "an id that is true": lambda rows: rows[3].__setitem__(0, True),
    "an id beyond 64 bits": lambda rows: rows[3].__setitem__(0, 2**64),
    "a title that is null": lambda rows: rows[3].__setitem__(1, None),
    "a year that is text": lambda rows: rows[3].__setitem__(2, "1999"),
    "genres that are a number": lambda rows: rows[3].__setitem__(3, 5),
    "a row of three": lambda rows: rows[3].pop(),
    "an id twice": lambda rows: rows[3].__setitem__(0, rows[4][0]),
}


@pytest.mark.parametrize("name", BROKEN_ITEMS)
def test_a_malformed_item_table_is_a_bad_bundle(tmp_path, name):
    folder = save_bundle(tiny_bundle(), tmp_path)
    rows = json.loads((folder / "items.json").read_text())
    BROKEN_ITEMS[name](rows)
    (folder / "items.json").write_text(json.dumps(rows))
    with pytest.raises(BadBundle):
        load_bundle(reseal(folder))


def test_an_item_without_neighbours_is_a_bad_bundle(tmp_path):
    bundle = tiny_bundle()
    with pytest.raises(BadBundle, match="at least one"):
        save_bundle(replace(bundle, neighbours=bundle.neighbours[:, :0], weights=bundle.weights[:, :0]), tmp_path)


def with_quality(seed, ndcg):
    bundle = tiny_bundle(seed)
    if ndcg is not None:
        bundle.facts["metrics"] = {"service": {"NDCG@10": ndcg}}
    return bundle


@pytest.mark.parametrize("ndcg, status", [(0.0997, 409), (None, 409), (0.1489, 200), (0.145, 200), (0.2, 200)])
def test_a_version_that_is_measured_worse_needs_force(tmp_path, ndcg, status):
    store = Store(tmp_path)
    old, new = (save_bundle(with_quality(*one), store.bundles).name for one in ((0, 0.1489), (1, ndcg)))
    store.use(old)
    with InProcess(tmp_path) as service:
        assert change(service, "swap", version=new).status_code == status
        assert store.current == (new if status == 200 else old) == service.ask("/version").json()["version"]
        assert change(service, "swap", version=new, force=True).status_code == 200 and store.current == new


def test_roll_back_goes_further_back_each_time_and_never_to_a_version_that_was_rolled_back(tmp_path):
    store, (one, two, three) = filled_store(tmp_path, seeds=(0, 1, 2))
    with InProcess(tmp_path) as service:
        assert change(service, "rollback").json()["version"] == two
        assert change(service, "rollback").json()["version"] == one
        refused = change(service, "rollback")
        assert refused.status_code == 409 and "no earlier version" in refused.json()["detail"]
        assert change(service, "swap", version=three).status_code == 409
        assert change(service, "swap", version=three, force=True).json()["version"] == three
        assert change(service, "rollback").json()["version"] == one  # two is still known to be bad
    assert store.current == one


@pytest.mark.parametrize("text", ["", "{", "[]", '{"current": 5}', '{"current": "../..", "earlier": [], "bad": []}'])
def test_a_damaged_pointer_is_said_and_the_newest_whole_version_answers(tmp_path, text):
    store, (one, two) = filled_store(tmp_path, seeds=(0, 1))
    (tmp_path / "in_use.json").write_text(text)
    shutil.rmtree(store.path_of(two))
    with InProcess(tmp_path) as service:
        assert service.ask("/recommend/3").json()["version"] == one
        ready = service.ask("/health/ready").json()
        assert "in_use.json is damaged" in ready["reason"] and ready["status"] == "ok"
    store.use(one)
    assert store.current == one  # choosing a version repairs it


def test_a_pointer_of_the_first_format_is_read(tmp_path):
    store, (one, two) = filled_store(tmp_path, seeds=(0, 1))
    (tmp_path / "in_use.json").write_text(json.dumps({"current": two, "previous": one}))
    assert (store.current, store.previous) == (two, one)


def test_a_bundle_of_an_earlier_format_is_told_from_a_damaged_one(tmp_path):
    folder = save_bundle(tiny_bundle(), tmp_path)
    assert not is_outdated(folder)
    old = reseal(folder, lambda manifest: manifest.update(format=1))
    assert is_outdated(old)
    (old / "manifest.json").write_text("{")
    assert not is_outdated(old)


def test_a_pointer_moved_by_another_process_is_followed(tmp_path):
    store, (one, _) = filled_store(tmp_path, seeds=(0, 1))
    with InProcess(tmp_path) as service:

        async def until(version):
            for _ in range(100):
                if (await service.client.get("/version")).json()["version"] == version:
                    return
                await service.client.get("/recommend/3")
                await asyncio.sleep(0.05)
            raise AssertionError("it did not follow")

        Store(tmp_path).use(one)
        service.runner.run(until(one))
        bad = save_bundle(MALFORMED["vectors rolled by one row"](tiny_bundle()), store.bundles).name
        Store(tmp_path).use(bad)
        service.runner.run(asyncio.sleep(1.5))
        assert service.ask("/version").json()["version"] == one  # a bad one is not
        assert bad in service.ask("/health/ready").json()["reason"]


def test_prune_keeps_what_is_in_use_and_the_newest_good_ones(tmp_path):
    store, versions = filled_store(tmp_path, seeds=range(6))
    store.roll_back()
    gone = store.prune(keep=2)
    assert set(store.versions()) == set(versions[2:5]) and set(gone) == {*versions[:2], versions[5]}
    assert store.current == versions[4] and store.previous == versions[3]


def run(folder, *command):
    whole = [sys.executable, "-m", "recsys_helpers.serving", *command, "--folder", str(folder), "--port", "1"]
    return subprocess.run(whole, capture_output=True, text=True)


def test_where_nothing_can_be_trained_a_missing_bundle_is_said_in_a_sentence(tmp_path):
    without_keras = "import sys; sys.modules['keras'] = None; from recsys_helpers.serving.__main__ import main; main()"
    command = [sys.executable, "-c", without_keras, "build", "--folder", str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 1 and "keras is not installed" in answer.stderr
    assert "build --folder" in answer.stderr and "Traceback" not in answer.stderr


def test_the_commands_work_without_a_running_service_and_say_what_is_wrong_in_one_sentence(tmp_path):
    store, (one, _) = filled_store(tmp_path, seeds=(0, 1))
    assert "rolled back" in (run(tmp_path, "rollback"), run(tmp_path, "versions"))[1].stdout and store.current == one
    bad = save_bundle(MALFORMED["vectors of another width"](tiny_bundle()), store.bundles).name
    for command, why in ((("swap", bad), "does not run"), (("rollback",), "no earlier"), (("swap", "x"), "16 hexa")):
        refused = run(tmp_path, *command)
        assert refused.returncode == 1 and "Refused: " in refused.stderr and why in refused.stderr
        assert "Traceback" not in refused.stderr and store.current == one
    (tmp_path / "in_use.json").write_text("{")
    assert "damaged" in run(tmp_path, "versions").stderr


def test_a_model_that_gives_scores_and_no_query_serves_without_vectors(tmp_path):
    from onnx import TensorProto, helper, numpy_helper

    base = tiny_bundle()
    weights = np.random.default_rng(3).normal(size=(base.n_rows, base.n_rows)).astype(np.float32)
    weights[0] = 0  # padding says nothing
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["weights", "history"], ["each"]),
            helper.make_node("ReduceSum", ["each", "axis"], ["scores"], keepdims=0),
        ],
        "linear",
        [helper.make_tensor_value_info("history", TensorProto.INT32, ["batch", "length"])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", base.n_rows])],
        [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(np.array([1]), "axis")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()
    bundle = replace(base, model=model, vectors=None, facts={})
    add_probes(Recommender(bundle, check=False))
    loaded = load_bundle(save_bundle(bundle, tmp_path))
    recommender, history = Recommender(loaded), np.array([4, 9, 2])
    scores = weights[history].sum(axis=0)
    expected = [row for row in np.argsort(-scores) if row not in (0, *history)]
    from recsys_helpers.serving.recommender import Question

    assert recommender.retrieve([Question(history)])[0].tolist() == expected
    assert len(recommender.recommend([Question(history)])[0]) == 10


# The contract's small print.


@pytest.mark.parametrize(
    "method, path, body",
    [
        ("POST", "/recommend", {"likes": [True]}),
        ("POST", "/recommend", {"likes": ["10"]}),
        ("POST", "/recommend", {"likes": [10.0]}),
        ("POST", "/recommend", {"likes": [10], "k": "3"}),
        ("POST", "/recommend", {"likes": [10], "limit": 3}),
        ("POST", "/events", {"user_id": True, "item_id": 10, "kind": "like"}),
        ("POST", "/events", {"user_id": 1, "item_id": 10, "kind": "like", "score": 3}),
        ("GET", "/items?q=film&limit=3", None),
        ("GET", "/recommend/3?n=3", None),
    ],
)
def test_what_the_contract_does_not_name_is_refused(service, method, path, body):
    assert service.ask(path, method, json=body).status_code == 422


def test_head_is_get_without_a_body(service):
    for path in ("/", "/recommend/3", "/health/ready", "/version", "/items?q=film", "/nowhere"):
        got, head = service.ask(path), service.ask(path, "HEAD")
        assert head.status_code == got.status_code and head.content == b""
        assert head.headers["content-type"] == got.headers["content-type"]
        assert head.headers["content-length"] == got.headers["content-length"]


def test_every_status_that_is_given_is_described(service):
    paths = service.ask("/openapi.json").json()["paths"]
    for path, method, status in (
        ("/recommend", "post", 400), ("/recommend", "post", 408), ("/recommend", "post", 413), ("/items", "get", 503),
        ("/events", "post", 409), ("/admin/swap", "post", 409), ("/recommend/{user_id}", "get", 404),
    ):  # fmt: skip
        assert str(status) in paths[path][method]["responses"], (path, status)
    # The refusal of the framework, which the service never gives:
    assert "HTTPValidationError" not in service.ask("/openapi.json").text
    broken = service.ask("/recommend", "POST", content=b'{"likes": \xff}', headers={"content-type": "application/json"})
    assert broken.status_code in (400, 422) and broken.json()["detail"]


def test_each_answer_names_its_request_and_takes_over_a_harmless_name(service):
    one, two = (service.ask(path).headers["x-request-id"] for path in ("/recommend/3", "/nowhere"))
    assert one != two and len(one) == 16
    assert service.ask("/", headers={"x-request-id": "abc-1"}).headers["x-request-id"] == "abc-1"
    for bad in ("a b", "x" * 65, '"}{'):
        assert service.ask("/", headers={"x-request-id": bad}).headers["x-request-id"] != bad


def test_a_token_protects_users_events_and_metrics_but_not_visitors(tmp_path):
    filled_store(tmp_path)
    with InProcess(tmp_path, token="secret") as service:
        for path in ("/recommend/3", "/metrics"):
            assert service.ask(path).status_code == 403
            assert service.ask(path, headers={"authorization": "Bearer guess"}).status_code == 403
            assert service.ask(path, headers={"authorization": "Bearer secret"}).status_code == 200
        event = {"user_id": 1, "item_id": 10, "kind": "like"}
        assert service.ask("/events", "POST", json=event).status_code == 403
        assert service.ask("/recommend", "POST", json={"likes": [10]}).status_code == 200


def test_refusals_of_every_kind_are_counted(tmp_path):
    filled_store(tmp_path)
    with InProcess(tmp_path, max_in_flight=1, seconds_to_send=0.05) as service:

        async def never():
            await asyncio.sleep(0.5)
            yield b"{}"

        service.ask("/recommend", "POST", content=b"x" * 2**17)
        service.ask("/recommend", "POST", content=never())
        service.ask_together([("GET", "/recommend/3", {})] * 3)
        service.ask("/", headers={"host": "evil.example.org"})
        text = service.ask("/metrics").text
        for method, status, n in (("POST", 413, 1), ("POST", 408, 1), ("GET", 503, 2), ("GET", 400, 1)):
            assert f'recsys_requests_total{{method="{method}",route="none",status="{status}"}} {n}.0' in text
        for reason, n in {"large body": 1, "slow body": 1, "busy": 2}.items():
            assert f'recsys_refused_total{{reason="{reason}"}} {n}.0' in text
        for name in ("recsys_limit", "recsys_in_flight", "recsys_breaker_open", "process_resident_memory_bytes",
                     "recsys_connections", "recsys_request_seconds_bucket", "recsys_bundle_info"):  # fmt: skip
            assert f"\n{name}" in text
        kinds = dict(line.split()[2:4] for line in text.splitlines() if line.startswith("# TYPE"))
        assert all(kind == "counter" for name, kind in kinds.items() if name.endswith("_total"))


def test_a_log_line_is_json_with_the_id_of_the_request(tmp_path, caplog):
    filled_store(tmp_path)
    with caplog.at_level(logging.INFO, "recsys.serving"), InProcess(tmp_path, access_log=True) as service:
        service.ask("/recommend/3", headers={"x-request-id": "abc-1"})
    record = next(record for record in caplog.records if record.getMessage() == "request")
    line = json.loads(log.AsJson().format(record))
    assert line["event"] == "request" and line["request_id"] == "abc-1" and line["path"] == "/recommend/3"
    assert line["status"] == 200 and line["level"] == "info" and line["time"].endswith("Z")


# Titles.

FILMS = [
    ("Star Wars: Episode IV - A New Hope", 1977), ("Matrix, The", 1999), ("Spider-Man", 2002),
    ("Misérables, Les", 1998), ("Schindler's List", 1993), ("Amelie (Fabuleux destin d'Amélie Poulain, Le)", 2001),
    ("Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il)", 1966), ("WALL·E", 2008), ("Alien", 1979),
    ("Aliens", 1986), ("Léon: The Professional (a.k.a. The Professional) (Léon)", 1994), ("Seven (a.k.a. Se7en)", 1995),
    ("Crouching Tiger, Hidden Dragon (Wo hu cang long)", 2000), ("Ocean's Eleven", 2001),
    ("Matrix Reloaded, The", 2003),
]  # fmt: skip


@pytest.mark.parametrize(
    "typed, title",
    [
        ("star wars", "Star Wars"), ("starwars", "Star Wars"), ("STAR WA", "Star Wars"), ("matrix the", "The Matrix"),
        ("the matrix 1999", "The Matrix"), ("matrix 1999", "The Matrix"), ("spiderman", "Spider-Man"),
        ("spider man", "Spider-Man"), ("spider-man", "Spider-Man"), ("miserables", "Les Misérables"),
        ("les mise\u0301rables", "Les Misérables"), ("schindlers list", "Schindler's List"),
        ("schindler’s", "Schindler's List"), ("schindler's li", "Schindler's List"), ("amelie poulain", "Amelie"),
        ("Amélie", "Amelie"), ("walle", "WALL·E"), ("wall-e", "WALL·E"), ("leon", "Léon"), ("se7en", "Seven"),
        ("hidden dragon", "Crouching"), ("oceans eleven", "Ocean's Eleven"), ("buono", "The Good"),
        ("matrix 2003", "The Matrix Reloaded"), ('"alien"', "Alien"), ("alien* OR", None), ("zzz", None), ("'", None),
    ],
)  # fmt: skip
def test_titles_are_found_as_people_type_them(typed, title):
    titles = [reading_title(raw) for raw, _ in FILMS]
    found = TitleIndex(titles, [year for _, year in FILMS]).find(typed, 5)
    assert titles[found[0]].startswith(title) if title else found == [], [titles[row] for row in found]


def test_where_tensorflow_hides_the_index_the_error_says_how_to_get_it_back():
    find = "from recsys_helpers.serving.titles import TitleIndex; print(TitleIndex(['a'], [1]).find('a', 1))"
    script = f"import tensorflow\n{find}"
    as_it_is, as_told = (
        subprocess.run([sys.executable, "-c", text], text=True, capture_output=True, timeout=120)
        for text in (script, f"import sqlite3\n{script}")
    )
    assert as_told.stdout == "[0]\n"  # on every system; whether the first one fails depends on how SQLite was linked
    assert as_it_is.stdout == "[0]\n" or "write `import sqlite3` before it" in as_it_is.stderr


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=30))
@example("snake_case")
@example("a\U0001f10bb \ua7d1 \U0001e900 ½ ٣")  # letters and digits that are younger than SQLite's tables
def test_a_title_of_any_alphabet_is_found_by_its_own_words(title):
    assert TitleIndex([title], [None]).find(title, 5) == ([0] if words_of(title) else [])


def test_search_takes_long_for_no_question():
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list("abcdefg"), 4)) for _ in range(500)]
    index = TitleIndex([" ".join(rng.choice(words, 5)) for _ in range(9000)], [1990] * 9000)
    for question in ("a b c d e f g", "a " * 100, " ".join(words[:100]), "zz a b c", "abcd" * 50, "a"):
        started = time.process_time()
        index.find(question, 10)
        assert time.process_time() - started < 0.05, question
