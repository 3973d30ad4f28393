"""Events: kept once, kept for good, read by every replica. The same tests for both stores, then each one's own faults.

PostgreSQL is a real server of the installed version, started for this file on a free port of 127.0.0.1.
"""

import asyncio
import sqlite3
import sys
import threading
import time
import uuid

import pytest
from postgres_kit import postgres_server
from serving_kit import InProcess, filled_store

from recsys_helpers.serving import events_postgres
from recsys_helpers.serving.__main__ import event_store
from recsys_helpers.serving.events import EventStore, NotKept, NotRead, OtherContent


@pytest.fixture(scope="module")
def server():
    with postgres_server() as running:
        yield running


@pytest.fixture
def address(server):
    """The address of a fresh database."""
    return server.new_database()


@pytest.fixture(params=["sqlite", "postgres"])
def where(request, tmp_path):
    """A file or an address where no events are yet."""
    return request.getfixturevalue("address") if request.param == "postgres" else str(tmp_path / "events.sqlite3")


@pytest.fixture
def service(tmp_path, where):
    filled_store(tmp_path)
    with InProcess(tmp_path, events=where) as running:
        yield running


# Through the service, with both stores.


def send(service, user_id, item_id, kind, **more):
    return service.ask("/events", "POST", json={"user_id": user_id, "item_id": item_id, "kind": kind, **more})


def ids(service, path="/recommend/5?k=50"):
    return [film["item_id"] for film in service.ask(path).json()["items"]]


@pytest.mark.parametrize("kind", ["hide", "dislike"])
def test_a_film_that_was_hidden_does_not_come_again_until_it_is_forgotten_also_after_a_restart(tmp_path, where, kind):
    filled_store(tmp_path)
    with InProcess(tmp_path, events=where) as service:
        first, *others = ids(service)
        assert send(service, 5, first, kind).status_code == 201
        assert first not in ids(service) and others[0] in ids(service)
        assert first in ids(service, "/recommend/6?k=100") or first // 10 in service.service.recommender.history_of(6)
    with InProcess(tmp_path, events=where) as service:
        assert first not in ids(service)
        send(service, 5, first, "forget")
        assert first in ids(service)


def test_likes_of_an_unknown_user_become_a_history(service):
    assert service.ask("/recommend/777").status_code == 404
    for item_id in (40, 90, 20):
        send(service, 777, item_id, "like")
    visitor = service.ask("/recommend", "POST", json={"likes": [40, 90, 20], "k": 50}).json()
    assert service.ask("/recommend/777?k=50").json() == visitor
    send(service, 777, 90, "dislike")
    visitor = service.ask("/recommend", "POST", json={"likes": [40, 20], "hidden": [90], "k": 50}).json()
    assert service.ask("/recommend/777?k=50").json() == visitor and 90 not in [i["item_id"] for i in visitor["items"]]


def test_an_event_id_used_again_for_something_else_is_a_conflict(service):
    event_id = str(uuid.uuid4())
    assert send(service, 1, 10, "like", event_id=event_id).json() == {"event_id": event_id, "is_new": True}
    assert send(service, 1, 10, "like", event_id=event_id).json()["is_new"] is False
    for user_id, item_id, kind in ((2, 10, "like"), (1, 20, "like"), (1, 10, "hide")):
        assert send(service, user_id, item_id, kind, event_id=event_id).status_code == 409
    assert service.service.events.count() == 1


def test_an_event_about_a_film_that_nobody_knows_is_refused(service):
    assert send(service, 1, 11, "like").status_code == 422 and service.service.events.count() == 0


# The contract of both stores.


def test_events_of_another_process_are_seen(where):
    one, two = EventStore(where), EventStore(where)
    one.append("a", 1, 10, "hide")
    assert two.opinions_of(1) == {} and two.refresh() == 1 and two.opinions_of(1) == {10: "hide"}
    assert two.refresh() == 0
    two.append("b", 1, 20, "like")
    one.append("c", 1, 10, "forget")
    assert one.refresh() == 3 and one.opinions_of(1) == {20: "like"}  # its own events count as read only now
    assert two.refresh() == 2 and two.opinions_of(1) == {20: "like"}


@pytest.mark.parametrize("user_id", ["007", "7", 7, 2**63 - 1, -5, "Zoë 雪 \x00 \"'; DROP TABLE events; --"])
def test_an_id_comes_back_as_it_was_text_or_number(where, user_id):
    EventStore(where).append("a", user_id, "028", "like")
    other = EventStore(where)
    assert other.refresh() == 1
    assert [(type(one), one) for one in other._opinions] == [(type(user_id), user_id)]
    assert other.opinions_of(user_id) == {"028": "like"} and other.opinions_of("no such") == {}
    assert other.append("a", user_id, "028", "like") is False
    for wrong in ((str(user_id) + "x", "028", "like"), (user_id, 28, "like"), (user_id, "028", "hide")):
        with pytest.raises(OtherContent):
            other.append("a", *wrong)


def test_the_same_event_from_eight_replicas_at_once_is_kept_once(where):
    EventStore(where).refresh()
    stores, said, start = [EventStore(where) for _ in range(8)], [], threading.Barrier(8)

    def send_all(store):
        start.wait()
        said.extend((number, store.append(f"event {number}", number, 10, "like")) for number in range(12))

    senders = [threading.Thread(target=send_all, args=(store,)) for store in stores]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(said) == 96 and sorted(number for number, is_new in said if is_new) == list(range(12))
    assert stores[0].count() == 12


def test_many_events_are_read_page_by_page(where, monkeypatch, tmp_path):
    monkeypatch.setattr("recsys_helpers.serving.events.PAGE", 3)
    one, two = EventStore(where), EventStore(where)
    for number in range(7):
        one.append(str(number), number, 10, "like")
    assert two.refresh() == 7 and two.opinions_of(6) == {10: "like"} and two.refresh() == 0
    assert two.export(tmp_path / "likes.csv") == 7


def test_the_export_holds_the_likes_that_still_hold_and_the_course_can_read_it(tmp_path, where):
    from recsys_helpers.data import load_csv

    events = EventStore(where)
    for number, event in enumerate(
        [(1, 10, "like"), (1, 20, "like"), (2, 10, "like"), (1, 20, "dislike"), (1, 30, "view"), (2, 30, "like")]
    ):
        events.append(str(number), *event)
    assert events.export(tmp_path / "likes.csv") == 3
    frame = load_csv(tmp_path / "likes.csv")
    assert frame[["user_id", "item_id"]].to_numpy().tolist() == [[1, 10], [2, 10], [2, 30]]
    assert abs(frame["timestamp"] - time.time()).max() < 60


# SQLite alone; more of its faults, such as a full disk, are in test_faults.


def test_a_damaged_event_file_is_said_and_films_are_recommended_all_the_same(tmp_path):
    filled_store(tmp_path)
    (tmp_path / "events.sqlite3").write_bytes(b"no database" * 1000)
    with InProcess(tmp_path) as service:
        assert service.ask("/recommend/3").status_code == 200
        assert send(service, 1, 10, "like").status_code == 503
        ready = service.ask("/health/ready")
        assert ready.status_code == 200 and ready.json()["status"] == "degraded" and "Events" in ready.json()["reason"]


def test_an_event_file_of_the_first_version_is_taken_over(tmp_path):
    with sqlite3.connect(tmp_path / "events.sqlite3") as database:
        database.execute(
            "CREATE TABLE events (event_id TEXT PRIMARY KEY, user_id INTEGER NOT NULL, item_id INTEGER NOT NULL, "
            "kind TEXT NOT NULL, received REAL NOT NULL) WITHOUT ROWID"
        )
        database.execute("INSERT INTO events VALUES ('z', 1, 10, 'like', 1.0), ('a', 1, 10, 'hide', 2.0)")
    events = EventStore(tmp_path / "events.sqlite3")
    assert events.refresh() == 2 and events.opinions_of(1) == {10: "hide"}  # in the order of time


# PostgreSQL alone.


def test_eight_replicas_that_start_together_make_one_table(address):
    stores, start = [EventStore(address) for _ in range(8)], threading.Barrier(8)

    def begin(store):
        start.wait()
        store.refresh()

    starters = [threading.Thread(target=begin, args=(store,)) for store in stores]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert [store.trouble for store in stores] == [""] * 8


def test_an_event_that_is_committed_late_is_not_overlooked(address):
    """Another replica is between its insert and its commit while this one keeps the next event."""
    import psycopg

    reader, writer = EventStore(address), EventStore(address)
    assert reader.refresh() == writer.refresh() == 0
    with psycopg.connect(address) as slow:
        slow.execute(events_postgres.TURN)
        slow.execute(events_postgres.INSERT, ("a", "1", "10", "hide", time.time()))
        sender = threading.Thread(target=writer.append, args=("b", 1, 20, "hide"))
        sender.start()
        sender.join(0.5)
        n_early = reader.refresh()
        slow.commit()
    sender.join()
    assert n_early == 0 and reader.refresh() == 2 and reader.opinions_of(1) == {10: "hide", 20: "hide"}


def test_a_server_that_is_killed_loses_nothing_and_is_found_again(server, address, tmp_path):
    events, other = EventStore(address), EventStore(address)
    for number in range(30):
        events.append(str(number), 1, number, "like")
    other.refresh()
    server.kill()
    with pytest.raises(NotKept, match="not kept"):
        events.append("during", 1, 99, "like")
    started = time.monotonic()
    for _ in range(100):
        with pytest.raises(NotKept, match="not kept"):
            events.append("during", 1, 99, "like")
    assert time.monotonic() - started < 0.5  # nobody waits for a database that is away
    assert other.refresh() == 0 and other.trouble and len(other.opinions_of(1)) == 30
    with pytest.raises(NotRead, match="cannot be read"):
        other.export(tmp_path / "likes.csv")
    server.start()
    assert events.refresh() == 30 and events.trouble == "" and other.refresh() == 0 and other.trouble == ""
    assert events.append("during", 1, 99, "like") and other.refresh() == 1 and other.count() == 31


def test_a_server_that_hangs_is_not_waited_for(server, address, monkeypatch):
    monkeypatch.setattr(events_postgres, "SECONDS", 0.5)
    events = EventStore(address)
    events.append("a", 1, 10, "like")
    with server.hanging():
        started = time.monotonic()
        with pytest.raises(NotKept):
            events.append("b", 1, 20, "like")
        assert time.monotonic() - started < 2 and events.trouble
        started = time.monotonic()
        with pytest.raises(NotKept):
            events.append("b", 1, 20, "like")
        assert time.monotonic() - started < 0.2  # only `refresh` tries to connect again
    assert events.refresh() >= 1 and events.append("c", 1, 30, "like")


def test_a_service_without_its_database_recommends_and_says_so(tmp_path, server, address):
    filled_store(tmp_path)
    event = {"event_id": str(uuid.uuid4()), "user_id": 1, "item_id": 10, "kind": "like"}
    with InProcess(tmp_path, events=address) as service:
        server.kill()
        try:
            for _ in range(40):
                refused = service.ask("/events", "POST", json=event)
                assert refused.status_code == 503 and refused.headers["retry-after"]
            assert service.ask("/recommend/3").json()["degraded"] is False
            ready = service.ask("/health/ready")
            assert ready.status_code == 200 and "Events are not kept" in ready.json()["reason"]
        finally:
            server.start()
        until = time.monotonic() + 10
        while service.ask("/events", "POST", json=event).status_code != 201:
            assert time.monotonic() < until, "it did not find its database again"
            service.runner.run(asyncio.sleep(0.1))  # its own tasks go on
        assert service.ask("/health/ready").json()["status"] == "ok"


@pytest.mark.parametrize("of_database, expected", [("off", "on"), ("local", "local"), ("remote_apply", "remote_apply")])
def test_a_commit_waits_for_the_disk_even_if_the_database_would_not(server, address, of_database, expected):
    server.run(f"ALTER DATABASE {address.rsplit('/')[-1]} SET synchronous_commit = {of_database}")
    with EventStore(address).database.connected() as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == (expected,)
        assert connection.execute("SHOW statement_timeout").fetchone() == ("2s",)


def test_a_role_that_may_only_read_and_insert_is_enough(server, address):
    owner = EventStore(address)
    owner.append("a", 1, 10, "like")
    with owner.database.connected() as connection:
        connection.execute("DROP ROLE IF EXISTS clerk")
        connection.execute("CREATE ROLE clerk LOGIN PASSWORD 'clerk'")
        connection.execute("GRANT SELECT, INSERT ON events TO clerk")
    clerk = EventStore(address.replace("recsys:secret@", "clerk:clerk@"))
    assert clerk.append("b", 1, 20, "like") and clerk.refresh() == 2 and clerk.trouble == ""
    with owner.database.connected() as connection:
        connection.execute("DROP OWNED BY clerk")
        connection.execute("DROP ROLE clerk")


def test_a_wrong_password_is_trouble_and_stays_secret(address):
    events = EventStore(address.replace(":secret@", ":guessed@"))
    assert events.refresh() == 0 and "authentication failed" in events.trouble
    assert "guessed" not in events.trouble and "\n" not in events.trouble


# Where events are kept.


def test_without_psycopg_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SystemExit, match="pip install"):
        event_store("postgresql://localhost/events")


@pytest.mark.parametrize(
    "where, why",
    [("mysql://root:guessed@h/db", "not at mysql"), ("postgresql://u:guessed@h:port/db?x", "cannot be read")],
)
def test_an_address_that_cannot_be_is_refused_without_saying_its_password(where, why):
    if where.startswith("postgresql"):
        pytest.importorskip("psycopg", reason="psycopg is not installed: pip install .[postgres]")
    with pytest.raises(SystemExit, match=why) as refused:
        event_store(where)
    assert "guessed" not in str(refused.value)


@pytest.mark.parametrize("option, variable, expected", [
    ([], None, "events.sqlite3"), ([], "there.sqlite3", "there.sqlite3"),
    (["--events", "here.sqlite3"], "there.sqlite3", "here.sqlite3"),
])  # fmt: skip
def test_the_option_comes_before_the_variable_and_both_before_the_file(
    tmp_path, monkeypatch, option, variable, expected
):
    from recsys_helpers.serving.__main__ import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECSYS_EVENTS", variable) if variable else monkeypatch.delenv("RECSYS_EVENTS", raising=False)
    monkeypatch.setattr(sys, "argv", ["serving", "export", "likes.csv", "--folder", str(tmp_path), *option])
    main()
    assert [path.name for path in tmp_path.glob("*.sqlite3")] == [expected]
