"""For the tests of the service: a tiny bundle made without training, the application in this process, a real one."""

import asyncio
import contextlib
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time

import httpx
import numpy as np
import psutil

from recsys_helpers.serving.app import make_app
from recsys_helpers.serving.bundle import save_bundle
from recsys_helpers.serving.deep_graph import deep_graph
from recsys_helpers.serving.graph import gru_graph
from recsys_helpers.serving.linear_part import Ages, DenseLinear, SparseLinear
from recsys_helpers.serving.parts import Bundle, Item, Stages
from recsys_helpers.serving.probe import add_probes
from recsys_helpers.serving.recommender import Recommender
from recsys_helpers.serving.sealed import manifest_text, version_of
from recsys_helpers.serving.settings import Settings
from recsys_helpers.serving.store import Store

N_ITEMS, N_USERS, DIM, HIDDEN = 60, 7, 8, 6
HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)> \"&' \u202e ✓"
GENRES = ("Drama", "Comedy", "Sci-Fi")


def tiny_bundle(seed=0):
    """60 films with ids 10, 20, …, 7 users with ids 1 … 7, a GRU with random weights."""
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return rng.normal(0, 0.5, shape).astype(np.float32)

    table = draw(N_ITEMS + 1, DIM)
    model = gru_graph(
        table, draw(DIM, 3 * HIDDEN), draw(HIDDEN, 3 * HIDDEN), draw(2, 3 * HIDDEN), draw(HIDDEN, DIM - 1)
    )
    histories = [np.column_stack([np.full(n, n), rng.permutation(N_ITEMS)[:n] + 1]) for n in range(1, N_USERS + 1)]
    bundle = Bundle(
        items=[
            Item(10 * row, HOSTILE if row == 1 else f"Film {row} Émile", 1950 + row, (GENRES[row % 3],))
            for row in range(1, N_ITEMS + 1)
        ],
        popularity=np.concatenate([[0], rng.permutation(N_ITEMS) + 1]),
        histories=np.concatenate(histories),
        vectors=table,
        neighbours=np.array([rng.permutation(N_ITEMS)[:5] + 1 for _ in range(N_ITEMS + 1)]),
        weights=draw(N_ITEMS + 1, 5),
        model=model,
    )
    bundle.facts = {"seed": seed}
    add_probes(Recommender(bundle, check=False))
    return bundle


AGES, LENGTH, MEMORIES = Ages(decay=2.0, floor=0.2, scale=1.5), 20, 3


def linear_part(kind, seed=0):
    """Random weights among 40 of the 60 films, half of them 0; "dense" or "sparse"."""
    rng = np.random.default_rng(seed)
    kept = np.sort(rng.permutation(N_ITEMS)[:40]) + 1
    weights = (rng.normal(size=(40, 40)) * (rng.random((40, 40)) < 0.5)).astype(np.float32)
    if kind == "dense":
        return DenseLinear(weights, kept, N_ITEMS + 1, AGES)
    whole = np.zeros((N_ITEMS + 1, N_ITEMS + 1), np.float32)
    whole[np.ix_(kept, kept)] = weights
    sources, targets = whole.nonzero()
    starts = np.searchsorted(sources, np.arange(N_ITEMS + 2))
    return SparseLinear(whole[sources, targets], targets, starts, AGES)


def scored_bundle(kind="dense", deep=True, seed=0):
    """The tiny bundle with a linear part, alone or (`deep`) beside the network of "wide and deep"; random weights."""
    rng, bundle = np.random.default_rng(seed), tiny_bundle(seed)
    bundle.linear, bundle.model, bundle.vectors = linear_part(kind, seed), None, None
    if deep:
        table, vectors, memories, join, read_out = (
            rng.normal(0, 0.5, shape).astype(np.float32)
            for shape in ((N_ITEMS + 1, 5), (N_ITEMS + 1, DIM), (LENGTH + 1, MEMORIES, LENGTH), (MEMORIES * 5, HIDDEN),
                          (HIDDEN, DIM - 1))
        )  # fmt: skip
        table[0] = 0
        bundle.model, bundle.vectors = deep_graph(table, memories, join, read_out), vectors
    bundle.stages, bundle.facts = Stages(length=LENGTH), {}
    add_probes(Recommender(bundle, check=False))
    return bundle


def filled_store(folder, seeds=(0,)):
    """A store with one bundle for each seed, the last one in use; returns it and the versions."""
    store = Store(folder)
    versions = [save_bundle(tiny_bundle(seed), store.bundles).name for seed in seeds]
    for version in versions:
        store.use(version)
    return store, versions


class Wrapped:
    """A model that does something before it answers: `before(histories)` may sleep, count or raise."""

    def __init__(self, model, before):
        self.model, self.before, self.gives = model, before, model.gives

    def __call__(self, histories):
        self.before(histories)
        return self.model(histories)


class InProcess:
    """The application without a network; `ask` gives an httpx response. Exceptions of the application become 500."""

    def __init__(self, folder, **settings):
        settings = {"events": str(folder / "events.sqlite3"), "deadline": 1.0} | settings  # a test machine may be busy
        self.app = make_app(Settings(str(folder), **settings))
        self.service = self.app.service
        self.gate = self.service.gate
        self.runner = asyncio.Runner()
        self.lifespan = self.app.app.router.lifespan_context(self.app.app)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")

    def __enter__(self):
        self.runner.run(self.lifespan.__aenter__())
        return self

    def __exit__(self, *_):
        self.runner.run(self.client.aclose())
        self.runner.run(self.lifespan.__aexit__(None, None, None))
        self.runner.close()

    def ask(self, path, method="GET", **more):
        return self.runner.run(self.client.request(method, path, **more))

    def ask_together(self, requests):
        """Answers to several (method, path, keywords) that are sent at the same moment."""

        async def all_of_them():
            return await asyncio.gather(*(self.client.request(m, path, **more) for m, path, more in requests))

        return self.runner.run(all_of_them())


class RealService:
    """The service as people start it: a parent and a worker process, on a free port of 127.0.0.1."""

    def __init__(self, folder, *options, prefix=()):
        command = [*prefix, sys.executable, "-m", "recsys_helpers.serving", "--folder", str(folder), "--port", "0"]
        self.parent = subprocess.Popen(
            [*command, "--deadline", "1", *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.said = self.parent.stdout.readline()
        self.url = re.search(r"http://[\d.]+:\d+", self.said).group()
        self.port = int(self.url.rsplit(":", 1)[1])

    def __enter__(self):
        self.wait_until_live()
        return self

    def wait_until_live(self, seconds=30):
        until = time.monotonic() + seconds
        while True:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(self.url + "/health/live", timeout=2).status_code == 200:
                    return
            assert time.monotonic() < until, "the service did not come up"
            time.sleep(0.02)

    @property
    def worker(self):
        """The process id of the worker: the child that has the port's application loaded (the largest one)."""
        children = psutil.Process(self.parent.pid).children()
        return max(children, key=lambda child: child.memory_info().rss).pid

    def kill_worker(self):
        os.kill(self.worker, signal.SIGKILL)

    def __exit__(self, *_):
        children = psutil.Process(self.parent.pid).children() if self.parent.poll() is None else []
        self.parent.send_signal(signal.SIGINT)
        try:
            self.parent.wait(10)
        except subprocess.TimeoutExpired:
            self.parent.kill()
            for child in children:
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
        self.parent.stdout.close()


def reseal(folder, change=lambda manifest: None):
    """Make a changed bundle look untouched: checksums, then `change(manifest)`, then its version; its new folder."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, stated in manifest["files"].items():
        raw = (folder / name).read_bytes()
        stated |= {"sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(raw)}
    change(manifest)
    manifest.pop("version")
    manifest = {"version": version_of(manifest), **manifest}
    (folder / "manifest.json").write_bytes(manifest_text(manifest))
    return folder.rename(folder.with_name(manifest["version"]))
