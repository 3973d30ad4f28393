"""Plain processes as the engine: the same workers without Ray, which starts in no time and shows what Ray does."""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from recsys_helpers.cluster import faults
from recsys_helpers.cluster.worker import Job


def train(job: Job, port: int | None, restarts: int, watcher) -> None:
    """Run all workers of a job to their end, and all of them again if one dies."""
    faults.need_jax()
    with watcher:
        for left in range(restarts, -1, -1):
            try:
                return attempt(job, port or faults.free_port())
            except faults.WorkerDied:
                if not left:
                    raise


def attempt(job: Job, port: int) -> None:
    """Start the workers and wait. The first that fails ends the others: without it they cannot go on."""
    with tempfile.TemporaryDirectory() as scratch:
        words = [Path(scratch, str(rank)) for rank in range(job.workers)]
        processes = []
        try:
            processes += (start(job, rank, port, words[rank]) for rank in range(job.workers))
            while any(process.poll() is None for process in processes):
                if any(process.returncode for process in processes):
                    time.sleep(0.5)  # the others may fail for a better reason
                    break
                time.sleep(0.05)
            ends = {rank: process.poll() for rank, process in enumerate(processes)}
            said = [path.read_text(errors="replace") for path in words]
        finally:
            for process in processes:
                process.kill()  # does nothing to one that has ended
                process.wait()
                process.stdin.close()
    raise_for(ends, said)


def start(job: Job, rank: int, port: int, words: Path) -> subprocess.Popen:
    """One worker; what it writes to stderr goes to the file `words`. It ends when its stdin does."""
    told = json.dumps(asdict(job) | {"rank": rank, "address": f"{faults.HOST}:{port}"})
    command = [sys.executable, "-m", "recsys_helpers.cluster.worker", told]
    with open(words, "w") as stderr:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,  # Ctrl-C goes to the parent, which ends the workers
        )


def raise_for(ends: dict[int, int | None], said: list[str]) -> None:
    """Raise the error of workers with these exit statuses (None: still running) and last words; none if all went well.

    >>> raise_for({0: 0, 1: 0}, ["", ""])
    """
    for text in said:
        if named := faults.named_in(text):
            raise named
    for rank, status in sorted(ends.items(), key=lambda end: end[1] or 0):  # a killed one has a negative status
        if status:
            last = said[rank].strip().splitlines()[-1:]
            raise faults.died(rank, f"signal {-status}" if status < 0 else "".join(last) or f"status {status}")
