"""The service when things break: damaged bundles, a slow model, too many visitors, a killed worker, a full disk.

Each fault is made for real, in this process where that is enough, else against the service as people start it.
"""

import asyncio
import gc
import json
import os
import socket
import sqlite3
import threading
import time
import zipfile
from dataclasses import replace

import httpx
import numpy as np
import psutil
import pytest
from serving_kit import N_USERS, InProcess, RealService, Wrapped, filled_store, reseal, tiny_bundle

from recsys_helpers.serving import sealed
from recsys_helpers.serving.breaker import FAILURES, REST
from recsys_helpers.serving.bundle import DENSE, INT8, LIMITS, SPARSE, load_bundle, save_bundle
from recsys_helpers.serving.events import EventStore, NotKept
from recsys_helpers.serving.gate import Gate
from recsys_helpers.serving.recommender import Question, Recommender
from recsys_helpers.serving.sealed import BadBundle
from recsys_helpers.serving.store import Store

# The files of the linear part: test_scored and test_compressed.
FILES = ["manifest.json", *(name for name in LIMITS if name not in DENSE | INT8 | SPARSE)]
not_on_windows = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals and limits")


# Damaged bundles. Each damage is a function of the bundle's folder; it returns the folder to load.


def missing(folder, name):
    (folder / name).unlink()


def truncated(folder, name):
    os.truncate(folder / name, (folder / name).stat().st_size - 1)


def one_byte_changed(folder, name):
    raw = bytearray((folder / name).read_bytes())
    raw[len(raw) // 2] ^= 1
    (folder / name).write_bytes(raw)


def one_byte_more(folder, name):
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")


def a_link_to_somewhere_else(folder, name):
    target = folder.parent.parent / f"elsewhere-{name}"
    (folder / name).rename(target)
    (folder / name).symlink_to(target)


def a_folder_of_that_name(folder, name):
    (folder / name).unlink()
    (folder / name).mkdir()


damage = pytest.mark.parametrize(
    "break_it",
    [missing, truncated, one_byte_changed, one_byte_more, a_link_to_somewhere_else, a_folder_of_that_name],
    ids=lambda function: function.__name__,
)


@damage
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_noticed_whichever_it_is(tmp_path, break_it, name):
    bundle = tiny_bundle()
    bundle.user_ids = [f"user {number}" for number in range(1, N_USERS + 1)]  # so that users.json is there, too
    folder = save_bundle(bundle, tmp_path / "bundles")
    load_bundle(folder)
    break_it(folder, name)
    with pytest.raises(BadBundle, match=r"manifest\.json|" + name):
        load_bundle(folder)


def replaced(name, make):
    """A damage that somebody made on purpose: the file is replaced and the manifest fits it again."""

    def break_it(folder):
        make(folder / name)
        return reseal(folder)

    return break_it


def _objects(path):
    class Harm:
        def __reduce__(self):
            return os.mkdir, (str(path.parent.parent / "harm"),)

    np.save(path, np.array([Harm()], object), allow_pickle=True)


def _bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("vectors.npy", bytes(200 * 2**20))


def _huge_claim(path):
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": (2**40, 8)})


def _wrong_shape(path):
    np.save(path, np.zeros((5, 8), "<f4"))


def _not_a_number(path):
    array = np.load(path)
    array[3] = np.nan
    np.save(path, array)


def _lambda(path):
    """A .keras file whose only layer is Python code."""
    layer = {"module": "keras.layers", "class_name": "Lambda", "config": {"function": "__import__('os').mkdir('harm')"}}
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("config.json", json.dumps(layer))
        file.writestr("model.weights.h5", b"")


def _external(path):
    """An ONNX model whose weights are said to lie in a file elsewhere on the machine."""
    import onnx
    from onnx.external_data_helper import set_external_data

    model = onnx.load(path)
    table = next(w for w in model.graph.initializer if w.name == "table")
    set_external_data(table, location="../../../../../../etc/passwd", offset=0, length=len(table.raw_data))
    table.ClearField("raw_data")
    path.write_bytes(model.SerializeToString())


def _other_weights(path):
    path.write_bytes(tiny_bundle(seed=9).model)


def traversal(folder):
    def rename(manifest):
        manifest["files"]["../../../etc/passwd"] = manifest["files"].pop("items.json")

    return reseal(folder, rename)


def stranger(folder):
    (folder / "setup.py").write_text("print('harm')")
    return folder


def endless(folder):
    """A sparse file of 3 TB, said to be right by the manifest: reading it would fill the memory."""

    def claim(manifest):
        manifest["files"]["vectors.npy"]["bytes"] = 3 * 2**40

    folder = reseal(folder, claim)
    with (folder / "vectors.npy").open("r+b") as file:
        file.truncate(3 * 2**40)
    return folder


def deep(folder):
    (folder / "items.json").write_bytes(b"[" * 100_000)
    return reseal(folder)


MALICE = {
    "a pickle in an array": (replaced("vectors.npy", _objects), "vectors.npy holds object"),
    "a zip bomb instead of an array": (replaced("vectors.npy", _bomb), "vectors.npy is no npy"),
    "a header that claims terabytes": (replaced("weights.npy", _huge_claim), "claims"),
    "another shape": (replaced("vectors.npy", _wrong_shape), "shape"),
    "NaN in an array": (replaced("vectors.npy", _not_a_number), "not a number"),
    "indices beyond the table": (
        replaced("neighbours.npy", lambda path: np.save(path, np.load(path) + 1000)),
        "outside the item table",
    ),
    "a Keras file with a Lambda": (replaced("model.onnx", _lambda), "model.onnx is no model"),
    "weights in a file elsewhere": (replaced("model.onnx", _external), "model.onnx is no model"),
    "weights of another model": (replaced("model.onnx", _other_weights), "other scores"),
    "a path out of the folder": (traversal, "passwd"),
    "a file that does not belong": (stranger, "setup.py"),
    "a file of terabytes": (endless, "are allowed"),
    "JSON nested too deep": (deep, "items.json"),
}


@pytest.mark.parametrize("name", MALICE)
def test_a_bundle_made_to_do_harm_is_refused_and_does_none(tmp_path, name):
    break_it, why = MALICE[name]
    folder = break_it(save_bundle(tiny_bundle(), tmp_path / "bundles"))
    started, before = time.perf_counter(), psutil.Process().memory_info().rss
    with pytest.raises(BadBundle, match=why):
        Recommender(load_bundle(folder))
    assert time.perf_counter() - started < 2 and psutil.Process().memory_info().rss - before < 100 * 2**20
    assert not list(tmp_path.rglob("harm"))


def test_a_keras_file_with_code_inside_is_refused_before_the_code_runs(tmp_path):
    from recsys_helpers.start import quiet_tensorflow

    quiet_tensorflow()
    import keras

    from recsys_helpers.serving.graph import graph_of_file

    mark = tmp_path / "harm"
    code = compile(f"lambda x: (__import__('os').mkdir({str(mark)!r}), x)[1]", "harm", "eval")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(eval(code), output_shape=(2,))])
    model.save(tmp_path / "lambda.keras")
    if mark.exists():
        mark.rmdir()
    with pytest.raises(ValueError, match=r"[Ll]ambda|unsafe"):
        graph_of_file(tmp_path / "lambda.keras")
    with pytest.raises(ValueError, match=r"no \.keras file"):
        graph_of_file(tmp_path / "model.h5")
    assert not mark.exists()


def test_a_crash_while_writing_leaves_no_bundle_and_the_next_try_succeeds(tmp_path, monkeypatch):
    written = []

    def crash(path, raw):
        written.append(path)
        if len(written) == 4:
            raise OSError(28, "No space left on device")
        path.write_bytes(raw)

    with monkeypatch.context() as patch:
        patch.setattr(sealed, "write_durably", crash)
        with pytest.raises(OSError, match="No space"):
            save_bundle(tiny_bundle(), tmp_path)
    assert list(tmp_path.iterdir()) == []
    load_bundle(save_bundle(tiny_bundle(), tmp_path))


def test_a_version_name_that_is_a_path_is_refused(tmp_path):
    for name in ("../bundles", "/etc", "", "0" * 15, "0" * 16 + "\n", "ABCDEF0123456789"):
        with pytest.raises(BadBundle):
            Store(tmp_path).path_of(name)


# A service that starts on damaged bundles.


def test_it_starts_on_the_version_before_if_the_one_in_use_is_damaged(tmp_path):
    store, (old, new) = filled_store(tmp_path, seeds=(0, 1))
    one_byte_changed(store.path_of(new), "model.onnx")
    with InProcess(tmp_path) as service:
        answer = service.ask("/recommend/3").json()
        assert answer["version"] == old and not answer["degraded"]
        ready = service.ask("/health/ready")
        assert ready.status_code == 200 and new in ready.json()["reason"]


@pytest.mark.parametrize("name", ["model.onnx", "vectors.npy", "neighbours.npy", "weights.npy"])
@damage
def test_without_a_whole_model_everybody_gets_what_is_popular_and_it_is_not_ready(tmp_path, break_it, name):
    store, (version,) = filled_store(tmp_path)
    break_it(store.path_of(version), name)
    with InProcess(tmp_path) as service:
        for answer in (service.ask("/recommend/3"), service.ask("/recommend", "POST", json={"likes": [10]})):
            assert answer.status_code == 200 and answer.json()["degraded"] and len(answer.json()["items"]) == 10
        assert service.ask("/similar/10").json()["degraded"]
        assert service.ask("/health/ready").status_code == 503 and service.ask("/health/live").status_code == 200


def test_without_any_bundle_it_lives_and_says_what_to_do(tmp_path):
    with InProcess(tmp_path) as service:
        answer = service.ask("/recommend/3")
        assert answer.status_code == 503 and "serving build" in answer.json()["detail"]
        assert answer.headers["retry-after"]
        assert service.ask("/health/ready").status_code == 503 and service.ask("/health/live").status_code == 200


# A model that is slow or broken.


@pytest.mark.alone
def test_a_slow_model_means_popular_films_within_the_deadline(tmp_path):
    filled_store(tmp_path)
    with InProcess(tmp_path, deadline=0.05) as service:
        model = service.service.recommender.model
        service.service.recommender.model = Wrapped(model, lambda rows: time.sleep(0.5))
        started = time.perf_counter()
        answers = service.ask_together([("GET", "/recommend/3?genre=Drama", {})] * 10)
        took = time.perf_counter() - started
        assert took < 0.3, took
        for answer in answers:
            assert answer.status_code == 200 and answer.json()["degraded"]
            assert all(film["genres"] == ["Drama"] for film in answer.json()["items"])
        assert 'recsys_degraded_total{reason="late"} 10.0' in service.ask("/metrics").text


@pytest.mark.alone
def test_a_model_that_hangs_is_left_alone_and_asked_again_later(tmp_path):
    filled_store(tmp_path)
    with InProcess(tmp_path, deadline=0.02) as service:
        recommender, calls = service.service.recommender, []
        model = recommender.model
        recommender.model = Wrapped(model, lambda rows: (calls.append(1), time.sleep(0.2)))
        until = time.monotonic() + 5
        while not service.service.batcher.breaker.is_open:
            assert service.ask("/recommend/3").json()["degraded"] and time.monotonic() < until
        n_calls, started = len(calls), time.perf_counter()
        for _ in range(20):
            assert service.ask("/recommend/3").json()["degraded"]
        assert time.perf_counter() - started < 0.3 and len(calls) <= n_calls + 1  # 20 deadlines would be 0.4 s
        ready = service.ask("/health/ready")
        assert ready.status_code == 503 and "too slow" in ready.json()["reason"]
        time.sleep(REST)
        assert service.ask("/recommend/3").json()["degraded"]  # asked once more, and still too slow
        recommender.model = model
        until = time.monotonic() + 5
        while service.ask("/recommend/3").json()["degraded"]:
            assert time.monotonic() < until, "it never asked the model again"
            time.sleep(0.05)
        assert service.ask("/health/ready").status_code == 200


@pytest.mark.alone
def test_answers_that_are_late_because_many_wait_do_not_open_the_breaker(tmp_path):
    filled_store(tmp_path)
    with InProcess(tmp_path, deadline=0.05) as service:
        recommender = service.service.recommender
        recommender.model = Wrapped(recommender.model, lambda rows: time.sleep(0.02 * len(rows)))
        burst = [answer.json()["degraded"] for answer in service.ask_together([("GET", "/recommend/3", {})] * 32)]
        assert sum(burst) > 20  # only two or three fit into the deadline
        assert not service.service.batcher.breaker.is_open
        time.sleep(0.1)
        assert not service.ask("/recommend/3").json()["degraded"]  # the next visitor does not pay for the burst


def test_a_model_that_raises_means_popular_films_a_line_in_the_log_and_no_longer_ready(tmp_path, caplog):
    def broken(rows):
        raise RuntimeError("no such weights")

    filled_store(tmp_path)
    with InProcess(tmp_path) as service:
        model = service.service.recommender.model
        service.service.recommender.model = Wrapped(model, broken)
        for _ in range(FAILURES + 1):
            answer = service.ask("/recommend/3")
            assert answer.status_code == 200 and answer.json()["degraded"] and len(answer.json()["items"]) == 10
            assert "no such weights" not in answer.text
        assert f"recsys_model_errors_total {FAILURES:.1f}" in service.ask("/metrics").text
        assert "no such weights" in str([record.fields for record in caplog.records])
        assert service.ask("/health/ready").status_code == 503
        service.service.recommender.model = model
        time.sleep(REST)
        assert not service.ask("/recommend/3").json()["degraded"]
        assert service.ask("/health/ready").status_code == 200


def test_one_bad_question_in_a_batch_does_not_take_the_service_down(tmp_path):
    filled_store(tmp_path)
    with InProcess(tmp_path) as service:
        recommender = service.service.recommender
        right = recommender.recommend
        recommender.recommend = lambda questions: right(questions)[:-1]  # an answer is lost
        assert service.ask("/recommend/3").json()["degraded"]
        recommender.recommend = right
        assert not service.ask("/recommend/3").json()["degraded"]


# Too many visitors.


@pytest.mark.alone
def test_beyond_the_limit_visitors_are_turned_away_at_once_and_told_when_to_come_back(tmp_path):
    filled_store(tmp_path)
    with InProcess(tmp_path, max_in_flight=8, deadline=0.3) as service:
        model = service.service.recommender.model
        service.service.recommender.model = Wrapped(model, lambda rows: time.sleep(0.2))
        took = []

        async def one():
            started = time.perf_counter()
            answer = await service.client.get("/recommend/3")
            took.append((answer.status_code, time.perf_counter() - started))
            return answer

        async def flood():
            return await asyncio.gather(*(one() for _ in range(100)), service.client.get("/health/live"))

        *answers, live = service.runner.run(flood())
        refused = [answer for answer in answers if answer.status_code == 503]
        assert len(refused) == 92 and all(answer.headers["retry-after"] == "1" for answer in refused)
        assert all("Too many" in answer.json()["detail"] for answer in refused)
        assert max(seconds for status, seconds in took if status == 503) < 0.2  # none waited for the model
        assert service.gate.most_in_flight == 8 and service.gate.in_flight == 0 and live.status_code == 200
        service.service.recommender.model = model
        assert service.ask("/recommend/3").status_code == 200


@pytest.mark.alone
def test_at_five_times_what_it_bears_the_queue_stays_short_and_the_next_visitor_is_served(tmp_path):
    filled_store(tmp_path)
    with InProcess(tmp_path, max_in_flight=8, deadline=5) as service:
        recommender = service.service.recommender
        model = recommender.model
        recommender.model = Wrapped(model, lambda rows: time.sleep(0.005 * len(rows)))  # 200 a second at most
        took = {200: [], 503: []}

        async def one():
            started = time.perf_counter()
            answer = await service.client.get("/recommend/3")
            took[answer.status_code].append(time.perf_counter() - started)

        async def open_loop(rate, seconds):
            start, visitors = time.perf_counter(), []
            for number in range(int(rate * seconds)):
                await asyncio.sleep(max(0, start + number / rate - time.perf_counter()))
                visitors.append(asyncio.create_task(one()))
            await asyncio.gather(*visitors)

        service.runner.run(open_loop(1000, 2))
        assert len(took[200]) + len(took[503]) == 2000 and len(took[503]) > 1000
        # eight at 5 ms are 40 ms; without the bound the last of 2,000 would wait 8 s. A busy machine gets its share.
        assert np.percentile(took[200], 99) < 0.4 and np.percentile(took[503], 99) < 0.4
        assert service.gate.most_in_flight <= 8 and service.gate.in_flight == 0
        until = time.monotonic() + 5
        while service.ask("/recommend/3").status_code != 200:
            assert time.monotonic() < until, "it did not recover"


def test_the_limit_falls_while_answers_are_slow_and_rises_again_with_time_alone():
    now = [0.0]
    gate = Gate(most=32, target=0.025, clock=lambda: now[0])

    def crowd(seconds, n_windows):
        """As many visitors as the gate admits, each answered after `seconds`."""
        for _ in range(int(n_windows * 0.1 / seconds)):
            n = sum(gate.enter() for _ in range(64))
            now[0] += seconds
            for _ in range(n):
                gate.leave(seconds)

    crowd(0.02, 10)
    assert gate.limit == 32  # full, but quick enough
    crowd(0.05, 5)
    assert 8 < gate.limit < 20
    crowd(0.05, 100)
    assert gate.limit == 4 and gate.in_flight == 0  # never fewer
    crowd(0.01, 10)
    assert gate.limit > 12  # quick answers let more in, while the crowd is still there
    crowd(0.05, 100)
    for _ in range(300):  # one visitor at a time, and something else makes the answers slow
        assert gate.enter()
        now[0] += 0.1
        gate.leave(0.1)
    assert gate.limit == 32
    crowd(0.05, 100)
    assert gate.limit == 4
    now[0] += 1  # nobody comes
    assert gate.enter() and gate.limit == 32


def test_events_and_searches_do_not_count_as_slow_answers(tmp_path):
    filled_store(tmp_path)
    with InProcess(tmp_path) as service:
        append = service.service.events.append
        service.service.events.append = lambda *event: (time.sleep(0.6), append(*event))[1]
        for _ in range(2):
            service.ask("/events", "POST", json={"user_id": 1, "item_id": 10, "kind": "view"})
        assert service.gate.limit == service.gate.most


def test_what_is_kept_for_good_is_not_searched_for_garbage(tmp_path):
    filled_store(tmp_path)
    gc.unfreeze()
    try:
        with InProcess(tmp_path):
            assert gc.get_freeze_count() > len(gc.get_objects())
    finally:
        gc.unfreeze()


def test_a_body_that_never_ends_or_never_comes_is_given_up(tmp_path):
    filled_store(tmp_path)
    with InProcess(tmp_path, seconds_to_send=0.1) as service:

        async def endless():
            while True:
                yield b"x" * 10_000

        async def never():
            await asyncio.sleep(3)
            yield b"{}"

        assert service.ask("/recommend", "POST", content=endless()).status_code == 413
        assert service.ask("/recommend", "POST", content=never()).status_code == 408
        assert service.gate.in_flight == 0


def test_a_bundle_with_an_item_that_is_none_is_not_even_written(tmp_path):
    bundle = tiny_bundle()
    bundle.items[2] = replace(bundle.items[2], title=float("nan"))
    with pytest.raises(BadBundle, match="not an item"):
        save_bundle(bundle, tmp_path)
    assert not list(tmp_path.iterdir())


# Another bundle, while it runs.


def swap(service, version, path="swap"):
    token = (service.service.store.folder / "admin_token").read_text()
    return service.ask(f"/admin/{path}", "POST", json={"version": version}, headers={"x-admin-token": token})


def test_a_bad_bundle_is_refused_and_the_old_one_stays(tmp_path):
    store, (old,) = filled_store(tmp_path)
    with InProcess(tmp_path) as service:
        for number, (break_it, _) in enumerate(MALICE.values()):
            bad = break_it(save_bundle(tiny_bundle(100 + number), store.bundles))
            answer = swap(service, bad.name)
            assert answer.status_code == 422 and "The version in use stays." in answer.json()["detail"]
            answer = service.ask("/recommend/3").json()
            assert answer["version"] == old and not answer["degraded"] and store.current == old


def test_a_swap_and_a_rollback_take_one_call_and_lose_no_request(tmp_path):
    store, (one, two) = filled_store(tmp_path, seeds=(0, 1))
    with InProcess(tmp_path) as service:
        token = (tmp_path / "admin_token").read_text()
        headers, answers = {"x-admin-token": token}, []

        async def visitors(is_over):
            while not is_over.is_set():
                answers.extend(await asyncio.gather(*(service.client.get("/recommend/3") for _ in range(5))))

        async def swaps():
            is_over = asyncio.Event()
            crowd = asyncio.create_task(visitors(is_over))
            for _ in range(5):
                back = await service.client.post("/admin/rollback", headers=headers)
                await asyncio.sleep(0.02)
                wanted = {"version": two, "force": True}  # it was rolled back
                there = await service.client.post("/admin/swap", headers=headers, json=wanted)
                assert (back.json()["version"], there.json()["version"]) == (one, two)
                await asyncio.sleep(0.02)
            is_over.set()
            await crowd

        service.runner.run(swaps())
        assert len(answers) > 20 and {answer.status_code for answer in answers} == {200}
        assert {answer.json()["version"] for answer in answers} == {one, two}
        assert not any(answer.json()["degraded"] for answer in answers)
        expected = {v: Recommender(load_bundle(store.path_of(v))) for v in (one, two)}
        for answer in answers:  # each answer comes from one version, whole
            recommender = expected[answer.json()["version"]]
            picks = recommender.recommend([Question(recommender.history_of(3))])
            assert [pick.item.item_id for pick in picks[0]] == [film["item_id"] for film in answer.json()["items"]]


def test_nothing_changes_without_the_token(tmp_path):
    store, (one, two) = filled_store(tmp_path, seeds=(0, 1))
    with InProcess(tmp_path) as service:
        assert os.name == "nt" or (tmp_path / "admin_token").stat().st_mode & 0o077 == 0
        for headers in ({}, {"x-admin-token": "x"}, {"x-admin-token": "é".encode()}):
            for path in ("rollback", "swap"):
                answer = service.ask(f"/admin/{path}", "POST", json={"version": one}, headers=headers)
                assert answer.status_code == 403
        assert store.current == two == service.ask("/version").json()["version"]


# Events and the disk.


def test_a_disk_that_is_full_at_the_start_hinders_no_answer(tmp_path, monkeypatch, caplog):
    filled_store(tmp_path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("recsys_helpers.serving.service.write_durably", full)
    with InProcess(tmp_path) as service:
        assert "No space left" in str([record.fields for record in caplog.records])
        assert service.ask("/recommend/3").status_code == 200
        refused = service.ask("/admin/rollback", "POST", headers={"x-admin-token": "guess"})
        assert refused.status_code == 503 and "disk full" in refused.json()["detail"]


def test_a_full_disk_is_an_honest_error_and_what_was_kept_stays_whole(tmp_path):
    filled_store(tmp_path)
    with InProcess(tmp_path) as service:
        event = {"user_id": 1, "item_id": 10, "kind": "like"}
        assert service.ask("/events", "POST", json=event).status_code == 201
        connection = service.service.events.database.connection()
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 2}")
        answers = []
        while not answers or answers[-1].status_code == 201:
            answers.append(service.ask("/events", "POST", json=event))
            assert len(answers) < 2000
        assert answers[-1].status_code == 503 and "full" in answers[-1].json()["detail"]
        assert service.ask("/recommend/3").status_code == 200  # the rest of the service goes on
        kept = {answer.json()["event_id"] for answer in answers[:-1]}
        with sqlite3.connect(tmp_path / "events.sqlite3") as other:
            assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert kept <= {row[0] for row in other.execute("SELECT event_id FROM events")}
        assert service.ask("/events", "POST", json=event).status_code == 201  # opened again: there is room


@not_on_windows
def test_a_disk_that_takes_no_byte_more_keeps_what_was_acknowledged(tmp_path):
    """The limit is the operating system's (RLIMIT_FSIZE), so the write itself fails, in the middle of a file."""
    import resource
    import signal

    events = EventStore(tmp_path / "events.sqlite3")
    before, kept = resource.getrlimit(resource.RLIMIT_FSIZE), []
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, before[1]))
        with pytest.raises(NotKept):
            for number in range(5000):
                events.append(f"event {number}", 1, 2, "like")
                kept.append(f"event {number}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert len(kept) > 10
    assert events.append("after", 1, 2, "like")
    with sqlite3.connect(tmp_path / "events.sqlite3") as other:
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert {*kept, "after"} <= {row[0] for row in other.execute("SELECT event_id FROM events")}


def test_events_wait_for_the_disk(tmp_path):
    events = EventStore(tmp_path / "events.sqlite3")
    events.append("a", 1, 2, "like")
    connection = events.database.connection()
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert not connection.in_transaction


# The service as people start it.


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    if os.name == "nt":
        pytest.skip("kills processes by POSIX signals")
    folder = tmp_path_factory.mktemp("real")
    filled_store(folder, seeds=(0, 1))
    with RealService(folder) as service:
        service.folder = folder
        yield service


def test_it_listens_on_this_computer_only_and_says_where(real):
    assert real.said.startswith("Recommendations at http://127.0.0.1:")
    worker = psutil.Process(real.worker)
    all_of_it = worker.net_connections() if hasattr(worker, "net_connections") else worker.connections()  # psutil < 6
    connections = [c for c in all_of_it if c.status == "LISTEN"]
    assert {c.laddr.ip for c in connections} == {"127.0.0.1"}


def test_garbage_on_the_wire_is_refused_and_the_next_visitor_is_served(real):
    for garbage in (
        b"\x00\xff\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /events HTTP/1.1\r\ncontent-length: -5\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", real.port), timeout=5) as line:
            line.sendall(garbage)
            line.shutdown(socket.SHUT_WR)
            answer = line.recv(1000)
        assert answer == b"" or answer.split()[1].startswith(b"4"), answer
    assert httpx.get(real.url + "/recommend/3").status_code == 200


def test_a_megabyte_is_refused_before_it_is_read(real):
    answer = httpx.post(real.url + "/recommend", content=b"x" * 2**20)
    assert answer.status_code == 413 and "bytes" in answer.json()["detail"]


@pytest.mark.alone
def test_a_flood_is_answered_or_turned_away_memory_stays_and_it_recovers(real):
    def ask_many(statuses):
        with httpx.Client() as client:
            for _ in range(15):
                statuses.append(client.get(real.url + "/recommend/3").status_code)

    def flood():
        statuses = []
        crowd = [threading.Thread(target=ask_many, args=(statuses,)) for _ in range(60)]
        for visitor in crowd:
            visitor.start()
        for visitor in crowd:
            visitor.join()
        return statuses

    flood()
    before = psutil.Process(real.worker).memory_info().rss
    statuses = flood()
    assert len(statuses) == 900 and set(statuses) <= {200, 503} and 200 in statuses
    assert psutil.Process(real.worker).memory_info().rss < 1.1 * before
    until, answer = time.monotonic() + 5, {}
    while answer.get("degraded", True):
        assert time.monotonic() < until, "it did not recover"
        answer = httpx.get(real.url + "/recommend/3").json()


def test_a_killed_worker_loses_no_acknowledged_event_and_comes_back(real):
    n_visitors, acknowledged, failed, is_over = 4, [], [], threading.Event()

    def visit(number):
        with httpx.Client(timeout=20) as client:
            while not is_over.is_set():
                try:
                    event = {"user_id": number, "item_id": 10, "kind": "view"}
                    answer = client.post(real.url + "/events", json=event)
                    assert answer.status_code in (201, 503)
                    if answer.status_code == 201:
                        acknowledged.append(answer.json()["event_id"])
                except httpx.TransportError:
                    failed.append(number)

    crowd = [threading.Thread(target=visit, args=(number,)) for number in range(n_visitors)]
    for visitor in crowd:
        visitor.start()
    time.sleep(0.5)
    first, n_before = real.worker, len(acknowledged)
    real.kill_worker()
    until = time.monotonic() + 20
    while len(acknowledged) < n_before + 50:  # the next worker acknowledges
        assert time.monotonic() < until, "no new worker came"
        time.sleep(0.05)
    is_over.set()
    for visitor in crowd:
        visitor.join()
    assert real.worker != first and n_before > 10
    assert len(failed) <= n_visitors  # what was in flight, and nothing after it
    with sqlite3.connect(real.folder / "events.sqlite3") as other:
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert set(acknowledged) <= {row[0] for row in other.execute("SELECT event_id FROM events")}


def test_the_command_rolls_back_and_a_new_worker_stays_there(real):
    import subprocess
    import sys

    command = [sys.executable, "-m", "recsys_helpers.serving", "--folder", str(real.folder), "--port", str(real.port)]
    old = Store(real.folder).previous
    done = subprocess.run([*command, "rollback"], capture_output=True, text=True)
    assert done.returncode == 0 and old in done.stdout, done
    real.kill_worker()
    time.sleep(0.1)
    real.wait_until_live()
    assert httpx.get(real.url + "/version").json()["version"] == old
    refused = subprocess.run([*command, "swap", "0" * 16], capture_output=True, text=True)
    assert refused.returncode != 0 and "no bundle" in refused.stderr


def test_the_service_needs_less_than_300_mib(real):
    parent = psutil.Process(real.parent.pid)
    assert sum(one.memory_info().rss for one in (parent, *parent.children())) < 300 * 2**20
