"""Overload: a spike leaves no trace, and what clients leave open is bounded.

The gate is first run against a simulated server whose capacity is known; then sockets of our own on loopback do what
no polite client does.
"""

import asyncio
import heapq
import http.client
import itertools
import json
import os
import socket
import threading
import time

import httpx
import psutil
import pytest
from serving_kit import InProcess, RealService, Wrapped, filled_store

from recsys_helpers.serving.connection import LATEST, REFUSALS, SOON
from recsys_helpers.serving.gate import Gate

not_on_windows = pytest.mark.skipif(os.name == "nt", reason="needs POSIX limits")


# A server of known capacity, and clients that ask again at once: simulated event by event, exact and without waiting.


def closed_loop(gate, now, n_clients, seconds, answer=0.0015, refusal=0.00003, deadline=0.05, soon=SOON):
    """Model answers per second that arrive within the deadline. One processor, which also pays for every refusal.

    `now`: a list with the simulated time, which is also the gate's clock. A refused client hears of it a little later
    and asks again at once; so does an answered one.
    """
    number, free, good, end = itertools.count(), now[0], 0, now[0] + seconds
    events = [(now[0], next(number), "ask", 0.0) for _ in range(n_clients)]
    n_refused = 0
    while events:
        now[0], _, kind, began = heapq.heappop(events)
        if now[0] >= end:
            if kind == "done":
                gate.leave(now[0] - began)
            continue
        if kind == "done":
            gate.leave(now[0] - began)
            good += now[0] - began <= deadline
            heapq.heappush(events, (now[0], next(number), "ask", 0.0))
        elif kind == "told":
            n_refused -= 1
            heapq.heappush(events, (now[0], next(number), "ask", 0.0))
        elif gate.enter():
            free = max(free, now[0]) + answer
            heapq.heappush(events, (free, next(number), "done", now[0]))
        else:
            free = max(free, now[0]) + refusal
            n_refused += 1
            delay = min(max(soon, n_refused / REFUSALS), LATEST) if soon else 0.0
            heapq.heappush(events, (max(free, now[0] + delay), next(number), "told", 0.0))
    return good / seconds


@pytest.mark.parametrize("answer", [0.0007, 0.0015, 0.003], ids="fast usual slow".split())
def test_after_a_spike_the_same_load_has_the_same_goodput(answer):
    now = [0.0]
    gate = Gate(most=32, target=0.025, clock=lambda: now[0])
    before = closed_loop(gate, now, 24, 4, answer)
    spike = closed_loop(gate, now, 500, 4, answer)
    after = closed_loop(gate, now, 24, 2, answer)
    assert before > 0.85 / answer  # the server is busy with answers
    assert spike > 0.75 / answer
    assert after > 0.95 * before


def test_refusals_that_are_told_at_once_would_eat_the_server():
    """Why a refusal waits: the same spike, with clients that may ask again without a pause."""
    goodput = {}
    for soon in (SOON, 0.0):
        now = [0.0]
        goodput[soon] = closed_loop(Gate(32, 0.025, lambda now=now: now[0]), now, 500, 2, soon=soon)
    assert goodput[0.0] < 0.5 * goodput[SOON]


# The service as people start it, against clients that are slow, silent or too talkative.


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    if os.name == "nt":
        pytest.skip("kills processes by POSIX signals")
    folder = tmp_path_factory.mktemp("real")
    filled_store(folder)
    with RealService(folder, "--max-connections", "60", "--seconds-to-send", "1", "--seconds-idle", "1.5") as service:
        yield service


def connect(real):
    return socket.create_connection(("127.0.0.1", real.port), timeout=5)


def answer_of(line):
    """Status and JSON of one answer, or (0, None) if the service closed the connection without one."""
    response = http.client.HTTPResponse(line)
    try:
        response.begin()
        body = response.read()  # all of it: a body may come after its headers
    except (ConnectionResetError, http.client.BadStatusLine):
        return 0, None
    return response.status, json.loads(body) if body else None


GET = b"GET /recommend/3 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
JSON = b"Host: 127.0.0.1\r\nContent-Type: application/json\r\n"
HALF_A_BODY = b"POST /recommend HTTP/1.1\r\n" + JSON + b"Content-Length: 14\r\n\r\n{"


@pytest.mark.alone
def test_slow_bodies_take_no_slot_and_are_given_up(real):
    lines = [connect(real) for _ in range(40)]  # more than the 32 that may be inside
    for line in lines:
        line.sendall(HALF_A_BODY)
    time.sleep(0.1)
    with httpx.Client(base_url=real.url) as client:
        statuses = [client.get("/recommend/3").status_code for _ in range(50)]
    assert statuses == [200] * 50
    assert {answer_of(line)[0] for line in lines} == {408}
    for line in lines:
        line.close()


@pytest.mark.alone
def test_a_body_in_two_pieces_is_answered(real):
    with connect(real) as line:
        line.sendall(HALF_A_BODY)
        time.sleep(0.05)
        line.sendall(b'"likes":[10]}')
        status, answer = answer_of(line)
    assert status == 200 and len(answer["items"]) == 10


@pytest.mark.alone
def test_slow_headers_are_given_up(real):
    lines = [connect(real) for _ in range(20)]
    for line in lines:
        line.sendall(b"GET /recommend/3 HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    until = time.monotonic() + 1.2
    while time.monotonic() < until:  # a header every 0.2 s keeps nobody alive
        for line in lines:
            line.sendall(b"X-More: 1\r\n")
        time.sleep(0.2)
    assert {answer_of(line)[0] for line in lines} == {408}
    for line in lines:
        line.close()


def test_silent_connections_give_way_to_a_newcomer_and_are_closed_in_the_end(real):
    lines = [connect(real) for _ in range(60)]  # all there are
    time.sleep(0.1)
    assert httpx.get(real.url + "/health/live").status_code == 200
    assert httpx.get(real.url + "/recommend/3").status_code == 200
    assert [answer_of(line)[0] for line in lines] == [0] * 60
    for line in lines:
        line.close()


def test_when_all_connections_are_busy_a_newcomer_is_told_so(real):
    lines = [connect(real) for _ in range(60)]
    for line in lines:
        line.sendall(HALF_A_BODY)
    time.sleep(0.1)
    with connect(real) as line:
        status, answer = answer_of(line)
    assert status == 503 and "connections" in answer["detail"]
    for line in lines:
        line.close()
    time.sleep(0.1)
    assert httpx.get(real.url + "/recommend/3").status_code == 200


@pytest.mark.alone
@pytest.mark.parametrize(
    "header",
    [b"X-One: " + b"x" * 2**24 + b"\r\n", b"".join(b"X-%d: 1\r\n" % number for number in range(400_000))],
    ids=["one header of 16 MiB", "4 MiB of tiny headers"],
)
def test_huge_headers_are_refused_and_cost_neither_memory_nor_the_others_time(real, header):
    before, waited = psutil.Process(real.worker).memory_info().rss, []
    is_over = threading.Event()

    def polite():
        with httpx.Client(base_url=real.url) as client:
            while not is_over.is_set():
                started = time.perf_counter()
                assert client.get("/health/live").status_code == 200
                waited.append(time.perf_counter() - started)

    other = threading.Thread(target=polite)
    other.start()
    with connect(real) as line:
        try:
            line.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + header + b"\r\n")
            status = answer_of(line)[0]
        except (ConnectionResetError, BrokenPipeError):  # it was closed while we still sent
            status = 0
    is_over.set()
    other.join()
    assert status in (431, 0)
    assert psutil.Process(real.worker).memory_info().rss - before < 8 * 2**20
    assert not waited or max(waited) < 1
    assert 'recsys_refused_total{reason="large headers"}' in httpx.get(real.url + "/metrics").text


def test_headers_of_a_usual_size_pass(real):
    assert httpx.get(real.url + "/recommend/3", headers={"x-cookie": "c" * 8000}).status_code == 200


@not_on_windows
def test_few_files_allowed_by_the_system_mean_fewer_connections_not_a_deaf_service(tmp_path):
    filled_store(tmp_path)
    prefix = ("bash", "-c", 'ulimit -n 128; exec "$@"', "limited")
    with RealService(tmp_path, prefix=prefix) as service:
        lines = [connect(service) for _ in range(150)]
        time.sleep(0.2)
        assert httpx.get(service.url + "/health/live", timeout=5).status_code == 200
        for line in lines:
            line.close()


def test_a_full_service_refuses_without_asking_the_application_and_keeps_the_connection(tmp_path):
    if os.name == "nt":
        pytest.skip("kills processes by POSIX signals")
    filled_store(tmp_path)
    with RealService(tmp_path, "--max-in-flight", "2") as service:
        lines = [connect(service) for _ in range(40)]
        for line in lines:
            line.sendall(GET)
        statuses = [answer_of(line)[0] for line in lines]
        assert set(statuses) <= {200, 503} and statuses.count(200) >= 2 and 503 in statuses
        for line, status in zip(lines, statuses):
            if status == 503:  # the same connection, a little later
                line.sendall(GET)
                assert answer_of(line)[0] in (200, 503)
        text = httpx.get(service.url + "/metrics").text
        early = 'recsys_requests_total{method="any",route="none",status="503"} '
        assert float(text.split(early)[1].split()[0]) >= statuses.count(503)
        for line in lines:
            line.close()
        until = time.monotonic() + 5
        while httpx.get(service.url + "/recommend/3").status_code != 200:
            assert time.monotonic() < until, "a slot was lost"
            time.sleep(0.05)


# Names.


def test_only_names_of_this_computer_are_answered_unless_others_are_allowed(tmp_path):
    filled_store(tmp_path)
    with InProcess(tmp_path, hosts=("films.example.org",)) as service:
        for host, status in {
            "127.0.0.1:8000": 200, "localhost": 200, "[::1]:80": 200, "films.example.org": 200,
            "evil.example.org": 400, "127.0.0.1.evil.org": 400, "": 400,
        }.items():  # fmt: skip
            assert service.ask("/health/live", headers={"host": host}).status_code == status, host
        assert service.ask("/recommend/3", headers={"host": "evil.example.org"}).json()["detail"]


@pytest.mark.alone
def test_search_does_not_wait_for_the_model(tmp_path):
    filled_store(tmp_path)
    with InProcess(tmp_path) as service:
        recommender = service.service.recommender
        recommender.model = Wrapped(recommender.model, lambda rows: time.sleep(0.5))
        took = []

        async def ask(path):
            started = time.perf_counter()
            assert (await service.client.get(path)).status_code == 200
            took.append((time.perf_counter() - started, path))

        async def together():
            await asyncio.gather(ask("/recommend/3"), *(ask("/items?q=film") for _ in range(20)))

        service.runner.run(together())
        *searches, (longest, last) = sorted(took)
        assert last == "/recommend/3" and longest > 0.5 and searches[-1][0] < 0.4
