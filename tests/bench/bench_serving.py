"""Measure the service beside the obvious way, in one run: throughput, latency, overload, start, memory, retrieval.

    python tests/bench/bench_serving.py [--folder FOLDER] [--rate 500] [--seconds 10] [--only search]

Open loop: requests leave at a fixed rate whether or not answers came; a request that finds no free connection waits,
and its waiting counts. Generator and service share this computer's cores and loopback. "The obvious way" is an
endpoint that calls `model.predict` for each request. Nothing is asserted; ratios travel between machines, seconds do
not.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import subprocess
import sys
import time
from collections import Counter, deque
from pathlib import Path

import numpy as np
import psutil

HERE = Path(__file__).resolve()
OBVIOUS = '''
import sqlite3, sys  # sqlite3 first: after TensorFlow it may come without its full-text index
from recsys_helpers.start import quiet_tensorflow
quiet_tensorflow()
import numpy as np, uvicorn
from fastapi import FastAPI
from recsys_helpers.models import bodies, next_item
from recsys_helpers.serving.bundle import load_bundle
from recsys_helpers.serving.recommender import Recommender
from recsys_helpers.serving.store import Store

store = Store(sys.argv[1])
known = Recommender(load_bundle(store.path_of(store.current), only_popular=True))
counts = known.bundle.popularity
_, model = next_item.next_item_model(bodies.gru_body(128), counts, counts / counts.sum())
app = FastAPI()

@app.get("/recommend/{user_id}")
def recommend(user_id: int, k: int = 10):
    history = known.history_of(user_id)
    padded = np.zeros((1, 50), "int32")
    padded[0, : len(history[-50:])] = history[-50:]
    scores = model.predict(padded, verbose=0)[0]
    scores[history] = scores[0] = -np.inf
    films = [known.bundle.items[row - 1] for row in np.argsort(-scores)[:k]]
    return [{"item_id": film.item_id, "title": film.title} for film in films]

@app.get("/health/live")
def live():
    return {}

uvicorn.run(app, port=int(sys.argv[2]), log_level="warning")
'''  # fmt: skip


SEARCH = b"GET /items"


class Line(asyncio.Protocol):
    """One connection that sends one request after another and times the answers."""

    def __init__(self, crowd):
        self.crowd, self.buffer, self.sent, self.is_search = crowd, b"", 0.0, False

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, error):
        self.crowd.lost(self)

    def send(self, asked, request):
        self.sent, self.is_search = asked, request.startswith(SEARCH)
        self.transport.write(request)

    def data_received(self, data):
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(rest) >= length:
            self.buffer = b""
            self.crowd.answered(self, int(head[9:12]), b'"degraded": true' in rest)


class Crowd:
    """Sends `rate` requests a second for some seconds; keeps what came back and after how long."""

    def __init__(self, port, requests, n_lines):
        self.port, self.requests, self.n_lines = port, requests, n_lines
        self.free, self.waiting, self.seconds, self.statuses = [], deque(), [], Counter()
        self.refused, self.lags, self.n_lost = [], [], 0
        self.recommended = []  # seconds of the answers that are no searches

    def answered(self, line, status, degraded):
        took = time.perf_counter() - line.sent
        self.statuses[f"{status}{' degraded' if degraded else ''}"] += 1
        (self.seconds if status == 200 else self.refused).append(took)
        if status == 200 and not line.is_search:
            self.recommended.append(took)
        line.sent = 0.0
        if self.waiting:
            line.send(*self.waiting.popleft())
        else:
            self.free.append(line)

    def lost(self, line):
        self.n_lost += bool(line.sent)
        if line in self.free:
            self.free.remove(line)

    async def run(self, rate, seconds):
        loop = asyncio.get_running_loop()
        for _ in range(self.n_lines):
            _, line = await loop.create_connection(lambda: Line(self), "127.0.0.1", self.port)
            self.free.append(line)
        start, n = time.perf_counter(), int(rate * seconds)
        for number in range(n):
            due = start + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            elif number % 16 == 0:
                await asyncio.sleep(0)
            now = time.perf_counter()
            self.lags.append(now - due)
            request = self.requests[number % len(self.requests)]
            if self.free:
                self.free.pop().send(now, request)
            else:
                self.waiting.append((now, request))
        until = time.perf_counter() + 5
        while sum(self.statuses.values()) + self.n_lost < n and time.perf_counter() < until:
            await asyncio.sleep(0.01)
        self.took = time.perf_counter() - start
        return self

    def report(self, name, rate):
        """One line: what was asked for, what came, how fast."""
        ms = 1000 * np.array(self.seconds or [np.nan])
        answered = len(self.seconds) / self.took
        p50, p99 = np.percentile(ms, [50, 99])
        line = f"{name:28} asked {rate:6.0f}/s  answered {answered:6.0f}/s  p50 {p50:7.1f}  p99 {p99:7.1f} ms"
        if self.refused:
            line += f"  turned away in {np.percentile(1000 * np.array(self.refused), 99):.1f} ms (p99)"
        print(
            f"{line}  {dict(self.statuses)}  generator late p99 {1000 * np.percentile(self.lags, 99):.1f} ms",
            flush=True,
        )
        return answered, p50, p99


TYPED = "st sta star star%20w star%20wars mat matrix the%20godf alien lord%20of spiderman miserab".split()


def get(path):
    """The bytes of a GET request."""
    return f"GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode()


def requests_for(folder, only_known=False):
    """A thousand requests: of ten, three are searches as the page sends them, two come from a visitor with three likes,
    and five are for a known user."""
    from recsys_helpers.serving.bundle import load_bundle
    from recsys_helpers.serving.store import Store

    store, rng = Store(folder), np.random.default_rng(0)
    bundle = load_bundle(store.path_of(store.current), only_popular=True)
    user_ids = np.unique(bundle.histories[:, 0])
    requests = []
    for number in range(1000):
        if number % 10 < 3 and not only_known:
            requests.append(get(f"/items?k=8&q={rng.choice(TYPED)}"))
        elif number % 10 < 8 or only_known:
            requests.append(get(f"/recommend/{rng.choice(user_ids)}?k=10"))
        else:
            films = rng.choice(len(bundle.items), 3, replace=False)
            body = json.dumps({"likes": [bundle.items[film].item_id for film in films]}).encode()
            head = f"POST /recommend HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n"
            requests.append(f"{head}content-type: application/json\r\n\r\n".encode() + body)
    return requests


def load(port, requests, rate, seconds, n_lines=64):
    """Run one crowd to its end."""
    return asyncio.run(Crowd(port, requests, n_lines).run(rate, seconds))


def search(folder, port, rate, seconds, rounds=5):
    """How many searches a second alone, and what three of them beside seven recommendations do to the latter.

    Each round measures recommendations at the same rate without and with searches, in turns, so that neighbours on
    this computer disturb both alike.
    """
    typed = [get(f"/items?k=8&q={words}") for words in TYPED]
    known = requests_for(folder, only_known=True)
    most = max(
        load(port, typed, r, seconds, 24).report("  searches alone", r)[0] for r in (500, 1000, 2000, 3000, 4000)
    )
    next_known, next_typed = itertools.cycle(known), itertools.cycle(typed)
    mixed = [next(next_typed if number % 10 in (1, 4, 7) else next_known) for number in range(10_000)]
    found = {}
    for round_ in range(rounds):
        for name, requests, r in (("without", known, 0.7 * rate), ("with", mixed, rate)):
            crowd = load(port, requests, r, seconds)
            ms = 1000 * np.array(crowd.recommended)
            found.setdefault(name, []).append([*np.percentile(ms, [50, 99]), 1000 * np.percentile(crowd.lags, 99)])
            answered = len(crowd.recommended) / crowd.took
            p50, p99, late = found[name][-1]
            print(f"  round {round_ + 1}, {name:7} searches: {answered:5.0f} recommendations/s, p50 {p50:6.2f}, "
                  f"p99 {p99:6.2f} ms; generator late p99 {late:.1f} ms", flush=True)  # fmt: skip
    without, beside = (np.array(found[name]) for name in ("without", "with"))
    of_p50, of_p99, _ = np.median(beside - without, axis=0)
    print(f"search: {most:,.0f}/s alone; beside searches recommendations take {of_p50:+.2f} ms (p50), {of_p99:+.2f} ms "
          f"(p99) more, medians of {rounds} pairs at {0.7 * rate:.0f} recommendations/s", flush=True)  # fmt: skip


@contextlib.contextmanager
def obvious_way(folder, port=8311):
    """The endpoint with `model.predict`, running."""
    with subprocess.Popen([sys.executable, "-c", OBVIOUS, str(folder), str(port)]) as process:
        started = time.perf_counter()
        try:
            wait_for(port, "/recommend/1")
            yield process.pid, port, time.perf_counter() - started
        finally:
            process.terminate()


def wait_for(port, path):
    """Until the first answer."""
    import httpx

    while True:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}{path}", timeout=30).status_code == 200:
                return
        time.sleep(0.01)


def mib(pid):
    """Resident memory of a process with its children."""
    process = psutil.Process(pid)
    return sum(one.memory_info().rss for one in (process, *process.children())) / 2**20


def retrieval(folder, n_items=200_000, dim=64, k=10):
    """The approximate index against brute force: the catalogue of the bundle, and two large synthetic ones."""
    from threadpoolctl import threadpool_limits

    from recsys_helpers.serving.bundle import load_bundle
    from recsys_helpers.serving.index import ApproximateIndex, ExactIndex
    from recsys_helpers.serving.recommender import Recommender
    from recsys_helpers.serving.store import Store

    rng, store = np.random.default_rng(0), Store(folder)
    tastes = rng.normal(size=(500, dim))

    def by_taste(n):
        return tastes[rng.integers(0, 500, n)] + 0.6 * rng.normal(size=(n, dim))

    known = Recommender(load_bundle(store.path_of(store.current)))
    histories = [history[-50:] for history in known._histories.values()][:200]
    lengths = rng.lognormal(0, 0.2, (n_items + 1, 1))
    kinds = {
        "the bundle's films": (known.bundle.vectors, known.model(histories)),
        "500 tastes, unequal lengths": (by_taste(n_items + 1) * lengths, by_taste(200)),
        "pure noise, the hardest": (rng.normal(size=(n_items + 1, dim)), rng.normal(size=(200, dim))),
    }
    with threadpool_limits(1):
        for kind, (vectors, queries) in kinds.items():
            started = time.process_time()
            near, exact = ApproximateIndex(vectors), ExactIndex(vectors)
            shape = f"{len(vectors) - 1:,} x {vectors.shape[1]}"
            print(f"retrieval, {kind}: {shape}, built in {time.process_time() - started:.1f} s of processor time")
            truth, slow = timed(exact, queries, k)
            print(f"  exact        {1000 * slow:7.3f} ms a query")
            for effort in (1, 2, 4, 8, 16, 32, 64):
                near.effort = effort
                found, fast = timed(near, queries, k)
                recall = np.mean([len(set(a) & set(b)) / k for a, b in zip(truth, found)])
                faster = f"{1000 * fast:7.3f} ms a query, {slow / fast:5.1f} times faster"
                print(f"  {effort:2} clusters   {faster}, recall@10 {recall:.3f}", flush=True)


def timed(index, queries, k):
    """What one query at a time finds, and the mean seconds it takes (processor time, so neighbours do not count)."""
    found, seconds = [], []
    for query in queries:
        started = time.process_time()
        found += index.search(query[None], k)
        seconds.append(time.process_time() - started)
    return found, float(np.mean(seconds))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", help="a folder with a bundle; default: the one of `make serve`")
    parser.add_argument("--rate", type=float, help="rated load, requests a second; default: found by steps")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--only", choices=["load", "search", "retrieval"])
    chosen = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    sys.path.insert(0, str(HERE.parents[1] / "serving"))
    from serving_kit import RealService

    from recsys_helpers.serving.__main__ import folders

    folder = folders(chosen.folder)[0]
    if not any(folder.glob("bundles/*")):
        subprocess.check_call([sys.executable, "-m", "recsys_helpers.serving", "build", "--folder", str(folder)])
    if chosen.only == "retrieval":
        return retrieval(folder)
    requests = requests_for(folder)
    started = time.perf_counter()
    with RealService(folder, "--deadline", "0.05") as service:
        wait_for(service.port, "/recommend/1")
        seconds_to_start = time.perf_counter() - started
        load(service.port, requests, 100, 2)
        if chosen.only == "search":
            return search(folder, service.port, chosen.rate or 200, chosen.seconds)
        rate = chosen.rate
        for step in () if rate else (200, 300, 400, 500, 600, 700, 800, 1000, 1200, 1400):
            _, p50, p99 = load(service.port, requests, step, 4).report("  step", step)
            if p50 > 3 or p99 > 12:
                break
            rate = step
        rate = rate or 200
        memory = mib(service.parent.pid)
        _, p50, p99 = load(service.port, requests, rate, chosen.seconds).report("service, rated load", rate)
        load(service.port, requests, 5 * rate, chosen.seconds, 400).report("service, five times that", 5 * rate)
        after = mib(service.parent.pid)
        load(service.port, requests, rate, 3).report("service, right after", rate)
        search(folder, service.port, rate, 3)
        most = max(
            load(service.port, requests, r, 3, 24).report("  as much as it can", r)[0] for r in (1000, 1500, 2000)
        )
        print(
            f"service: {seconds_to_start:.1f} s to the first answer, {memory:.0f} MiB, {after:.0f} MiB after overload"
        )
    with obvious_way(folder) as (pid, port, obvious_start):
        known = requests_for(folder, only_known=True)
        load(port, known, 5, 2)
        rates = {r: load(port, known, r, 5).report("  obvious way", r) for r in (5, 10, 20, 40)}
        print(f"obvious way: {obvious_start:.1f} s to the first answer, {mib(pid):.0f} MiB")
        most_obvious = max(answered for answered, *_ in rates.values())
        good = [r for r, (answered, *_) in rates.items() if answered > 0.9 * r] or [5]
        p99_obvious = rates[max(good)][2]
        print(f"ratios: {most / most_obvious:.0f} times the throughput; p99 {p99_obvious / p99:.0f} times shorter at "
              f"{rate:.0f}/s than the obvious way's at {max(good)}/s")  # fmt: skip
    if chosen.only is None:
        retrieval(folder)


if __name__ == "__main__":
    main()
