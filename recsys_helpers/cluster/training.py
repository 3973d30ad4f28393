"""Start workers, look after them, and report what they did."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recsys_helpers.cluster import faults, plain_engine, ray_engine
from recsys_helpers.cluster.checkpoints import newest, tidy
from recsys_helpers.cluster.network import Settings
from recsys_helpers.cluster.worker import Job

ENGINES = {"ray": ray_engine.train, "processes": plain_engine.train}  # Ray itself is imported when it is asked for


@dataclass(frozen=True)
class Report:
    """What a training did.

    losses: loss of each step, from the very first. digests: of each worker's final weights and optimizer, by rank.
    weights: the final arrays themselves. seconds: from the call to the end. resumed_from: the step of the checkpoint
    that the workers last started from, None if they started with nothing.
    """

    losses: list[float]
    digests: list[str]
    weights: list[np.ndarray]
    seconds: float
    resumed_from: int | None


def train_in_processes(
    folder: str | Path,
    *,
    workers: int = 2,
    epochs: int = 2,
    batch_size: int = 256,
    seed: int = 0,
    engine: str = "ray",
    every: int = 10,
    restarts: int = 1,
    port: int | None = None,
    watch: Callable[[int, int, float, list[int]], None] | None = None,
) -> Report:
    """Train the course's next-item network in `workers` processes of this machine, or go on from a checkpoint.

    folder: keeps the checkpoints, one after each `every` steps; the newest whole one is where a training starts.
    batch_size: windows of a step, of all workers together. engine: "ray" for Ray Train, "processes" for plain ones.
    restarts: how often dead workers are started again, from the newest checkpoint. port: where the workers meet, any
    free one if None. watch(step, n_steps, loss, pids): called for each step, in a thread of its own; pids are those of
    the workers, by rank.
    Raises ClusterError, one sentence that says what to do; what was saved stays.

        report = train_in_processes("my_training", workers=2)
        report.digests[0] == report.digests[1]      # both workers hold the same weights, bit by bit
    """
    started = time.perf_counter()
    if min(workers, epochs, batch_size, every) < 1:
        raise faults.ClusterError("workers, epochs, batch_size and every must each be at least 1.")
    if batch_size % workers:
        raise faults.ClusterError(
            f"{workers} workers cannot share {batch_size} windows evenly: choose a batch size that {workers} divides."
        )
    if engine not in ENGINES:
        raise faults.ClusterError(f"There is no engine {engine!r}: choose one of {', '.join(ENGINES)}.")
    job = Job(str(faults.prepared(folder)), workers, epochs, every, Settings(batch_size=batch_size, seed=seed))
    tidy(Path(job.folder))
    newest(Path(job.folder), job.settings)  # other settings are noticed here, before anything starts
    if port is not None:
        faults.check_free(port)
    ENGINES[engine](job, port, restarts, Watcher(job, watch))
    told = [read_lines(job, rank) for rank in range(workers)]
    last = newest(Path(job.folder), job.settings)
    return Report(
        losses=last.losses,
        digests=[lines[-1].get("digest", "") if lines else "" for lines in told],
        weights=last.arrays,
        seconds=time.perf_counter() - started,
        resumed_from=(told[0][0]["resumed_from"] or None) if told[0] else None,
    )


class Watcher:
    """Reads what the workers tell, in a thread of its own, and calls `watch` once for each step."""

    def __init__(self, job: Job, watch: Callable[[int, int, float, list[int]], None] | None):
        self.job, self.watch, self.seen = job, watch, 0

    def __enter__(self):
        for rank in range(self.job.workers):
            Path(self.job.folder, f"worker-{rank}.jsonl").unlink(missing_ok=True)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def _follow(self) -> None:
        while self.watch and not self.ended.wait(0.05):
            self._look()
        if self.watch:
            self._look()

    def _look(self) -> None:
        told = [read_lines(self.job, rank) for rank in range(self.job.workers)]
        if not all(told):
            return
        pids = [lines[0]["pid"] for lines in told]
        for line in told[0]:
            if line.get("step", 0) > self.seen:
                self.seen = line["step"]
                self.watch(self.seen, told[0][0]["n_steps"], line["loss"], pids)


def read_lines(job: Job, rank: int) -> list[dict]:
    """What worker `rank` has told so far; a line that is only half written waits."""
    try:
        text = Path(job.folder, f"worker-{rank}.jsonl").read_text()
    except OSError:
        return []
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
