"""A service to practise on: two versions of EASE, which are made in a second, and a process with its logs.

It is the program of lesson 23. What it leaves out: networks, and anything about who the visitors are.
"""

import atexit
import json
import re
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pandas as pd

from recsys_helpers.data import IdMap, sequences, to_matrix
from recsys_helpers.models.baselines import ease, popularity
from recsys_helpers.serving.bundle import save_bundle
from recsys_helpers.serving.linear_part import Ages, dense_part
from recsys_helpers.serving.parts import Bundle, Item, Stages
from recsys_helpers.serving.probe import add_probes
from recsys_helpers.serving.recommender import Recommender
from recsys_helpers.serving.store import Store

N_SOURCES = 50  # for the films that go together with a film


def ease_versions(learn: pd.DataFrame, movies: pd.DataFrame, store: Store) -> tuple[str, str]:
    """Pack EASE (λ = 100) and aged EASE, learned from the interactions `learn`, and put the first into use.

    Both serve all items of `learn`, whose titles stand in `movies` (item_id, title), to all of its users. Returns the
    two versions. Rows must be in time order within each user. Used in lesson 24.
    """
    users, items = IdMap(learn["user_id"]), IdMap(learn["item_id"])
    seen, histories = to_matrix(learn, users, items), sequences.histories(learn, users, items)
    weights = ease(seen, 100)
    n = min(N_SOURCES, items.n)
    sources = np.argsort(-np.abs(weights), axis=0, kind="stable")[:n].T
    titles = movies.set_index("item_id")["title"].loc[items.ids]
    lengths = [len(history) for history in histories[1:]]
    versions = []
    for ages in (Ages(floor=1.0), Ages(decay=5.0, floor=0.1)):
        bundle = Bundle(
            items=[Item(item_id, title, None, ()) for item_id, title in zip(items.ids.tolist(), titles)],
            popularity=popularity(seen).astype(np.float32),
            histories=np.column_stack([np.repeat(users.ids, lengths), np.concatenate(histories)]).astype(np.int64),
            neighbours=sources.astype(np.int32),
            weights=np.take_along_axis(weights.T, sources, axis=1).astype(np.float32),
            linear=dense_part(weights, ages),
            stages=Stages(length=max(lengths)),
            facts={"model": "EASE", "floor": ages.floor},
        )
        add_probes(Recommender(bundle, check=False))
        versions.append(save_bundle(bundle, store.bundles).name)
    store.use(versions[0])
    return versions[0], versions[1]


class Running:
    """The service of a store in a process of its own, with its access log and its events in the store's folder.

    `client` sends requests to it, with paths such as "/recommend/1". The process ends with `stop`, or with Python.
    """

    def __init__(self, store: Store):
        self.folder = Path(store.folder)
        self._log = (self.folder / "service.log").open("w", encoding="utf-8")
        command = [sys.executable, "-m", "recsys_helpers.serving", "--folder", str(self.folder), "--port", "0"]
        command += ["--events", str(self.folder / "events.sqlite3"), "--deadline", "0.5", "--access-log"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, text=True)
        atexit.register(self.stop)
        found = re.search(r"http://[\d.:]+", self.process.stdout.readline())
        if found is None:
            raise RuntimeError(f"The service did not start: {(self.folder / 'service.log').read_text()[-500:]}")
        self.client = httpx.Client(base_url=found[0], timeout=20)
        self.client.get("/health/ready", timeout=60).raise_for_status()  # waits until it answers

    def requests(self) -> pd.DataFrame:
        """One row for each request that it answered: time, request_id, method, path, status, ms."""
        lines = (self.folder / "service.log").read_text(encoding="utf-8").splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{")]
        table = pd.DataFrame([line for line in found if line["event"] == "request"])
        return table.reindex(columns=["time", "request_id", "method", "path", "status", "ms"])

    def events(self) -> pd.DataFrame:
        """One row for each event that it kept: event_id, user_id, item_id, kind, received."""
        with sqlite3.connect(self.folder / "events.sqlite3") as database:
            return pd.read_sql("SELECT event_id, user_id, item_id, kind, received FROM events ORDER BY seq", database)

    def admin(self, action: str, **wanted) -> str:
        """Do "swap" (with `version=…`) or "rollback", and return the version that is in use then."""
        token = {"x-admin-token": (self.folder / "admin_token").read_text()}
        answer = self.client.post(f"/admin/{action}", json=wanted or None, headers=token)
        return answer.raise_for_status().json()["version"]

    def stop(self) -> None:
        """End the process; a second call changes nothing."""
        if self.process.poll() is None:
            self.client.close()
            self.process.terminate()
            self.process.communicate(timeout=30)
        self._log.close()


def event_id(request_id: str, item_id: int) -> str:
    """The id of the event "this item of this list was viewed", always the same, so that events find their list.

    >>> event_id("monday-1", 50) == event_id("monday-1", 50) != event_id("monday-2", 50)
    True
    """
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{request_id}:{item_id}"))


def let_visit(
    service: Running, show_list: Callable[[int, str], dict], liked: pd.Series, rng: np.random.Generator, day: str
) -> list[dict]:
    """Let each user come once, send what is viewed to the service as events, and return the records of the lists.

    `show_list(user_id, request_id)` gives the record of a list, with "shown", its item ids, best first. `liked`: the
    set of items that a user likes, indexed by user_id. Position r is examined with probability 1 / log₂(r + 1), the
    discount of NDCG, and what is both examined and liked is viewed. The request ids are `day`-user_id.
    """
    records = []
    for user_id, likes in liked.items():
        record = show_list(user_id, f"{day}-{user_id}")
        records.append(record)
        examines = rng.random(len(record["shown"])) < 1 / np.log2(np.arange(len(record["shown"])) + 2)
        for item_id, is_seen in zip(record["shown"], examines):
            if is_seen and item_id in likes:
                key = event_id(record["request_id"], item_id)
                event = {"event_id": key, "user_id": user_id, "item_id": item_id, "kind": "view"}
                service.client.post("/events", json=event).raise_for_status()
    return records
