"""Workers that train together for real: equal weights, and what a kill, a full disk or Ctrl-C leave behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from recsys_helpers.cluster import checkpoints
from recsys_helpers.cluster.faults import ClusterError
from recsys_helpers.cluster.network import Settings, digest
from recsys_helpers.cluster.training import train_in_processes

resource = pytest.importorskip("resource", reason="limits of a process are a matter of Unix")
pytestmark = pytest.mark.slow

N_STEPS = 29  # of one epoch
TOLERANCE = 1e-5  # measured: 8e-7 in the weights, 1.4e-6 in the losses, from another order of the same sums
PATIENCE = 240  # seconds until a process that hangs fails its test


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """One process has the whole global batch."""
    return train_in_processes(tmp_path_factory.mktemp("alone"), workers=1, epochs=1, engine="processes")


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two processes, half of each global batch for each; nobody disturbs them."""
    return train_in_processes(tmp_path_factory.mktemp("pair"), workers=2, epochs=1, engine="processes")


def command(folder: Path, *options: str) -> subprocess.Popen:
    """`python -m recsys_helpers.cluster` for one epoch, in a process group of its own."""
    words = [sys.executable, "-m", "recsys_helpers.cluster", "--epochs", "1", "--folder", str(folder), *options]
    return subprocess.Popen(words, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)


def told(folder: Path, rank: int) -> list[dict]:
    """What worker `rank` has told."""
    path = folder / f"worker-{rank}.jsonl"
    return [json.loads(line) for line in path.read_text().split("\n")[:-1]] if path.exists() else []


def wait_for_step(folder: Path, step: int, process: subprocess.Popen) -> list[psutil.Process]:
    """Wait until both workers have done a step; all processes under `process`."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if all(any(line.get("step", 0) >= step for line in told(folder, rank)) for rank in range(2)):
            return psutil.Process(process.pid).children(recursive=True)
        time.sleep(0.02)
    process.kill()
    pytest.fail(f"Step {step} was not reached: {process.communicate()[0]}")


def ended(process: subprocess.Popen) -> str:
    """All that the process printed, up to its end."""
    try:
        return process.communicate(timeout=PATIENCE)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def none_left(processes: list[psutil.Process]) -> bool:
    """Whether all of them have ended within a few seconds; who has ended and was not fetched by its parent counts."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if not [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]:
            return True
        time.sleep(0.1)
    return False


def last_in(folder: Path) -> checkpoints.Checkpoint:
    return checkpoints.newest(folder, Settings())


def test_both_workers_end_with_the_same_weights_and_they_have_learned(pair):
    assert len(pair.digests) == 2 and len(set(pair.digests)) == 1 != 0
    assert pair.digests[0] == digest(pair.weights)
    assert pair.resumed_from is None
    assert len(pair.losses) == N_STEPS
    assert np.mean(pair.losses[-5:]) < np.mean(pair.losses[:5]) - 0.05


def test_two_workers_do_the_mathematics_of_one(alone, pair):
    np.testing.assert_allclose(pair.losses, alone.losses, atol=TOLERANCE, rtol=0)
    for one, two in zip(alone.weights, pair.weights, strict=True):
        np.testing.assert_allclose(two.astype(float), one.astype(float), atol=TOLERANCE, rtol=0)


def test_ray_starts_the_workers_again_after_one_was_killed(tmp_path, pair):
    scratch = set(Path("/tmp").glob("ray_*"))
    process = command(tmp_path)
    processes = wait_for_step(tmp_path, 13, process)
    os.kill(told(tmp_path, 1)[0]["pid"], signal.SIGKILL)
    said = ended(process)
    assert process.returncode == 0, said
    assert "all were started again from the newest checkpoint" in said
    assert "29 steps, since step 10" in said or "29 steps, since step 20" in said
    assert "The weights of both workers are equal, bit by bit" in said
    assert told(tmp_path, 0)[-1]["digest"] == pair.digests[0]
    assert last_in(tmp_path).losses == pair.losses
    assert none_left(processes)
    assert set(Path("/tmp").glob("ray_*")) <= scratch


def test_nothing_is_lost_to_ctrl_c_then_a_full_disk_then_a_kill(tmp_path, pair):
    process = command(tmp_path, "--engine", "processes")
    processes = wait_for_step(tmp_path, 12, process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    said = ended(process)
    assert process.returncode == 130, said
    assert f"Stopped. The checkpoint of step 10 is in {tmp_path}: the same command goes on from there." in said
    assert "Traceback" not in said
    assert len(processes) == 2 and none_left(processes)
    assert last_in(tmp_path).losses == pair.losses[:10]

    options = {"workers": 2, "epochs": 1, "engine": "processes"}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, hard))  # a checkpoint has 2.9 MB
    try:
        with pytest.raises(ClusterError, match=r"step 20 could not be written.*step 10 is whole.*Make room"):
            train_in_processes(tmp_path, **options)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert sorted(path.name for path in tmp_path.glob("*checkpoint*")) == ["checkpoint-000010.npz"]

    killed, steps = [], []

    def kill(step, n_steps, loss, pids):
        steps.append((step, n_steps))
        if not killed:
            killed.append(pids[0])
            os.kill(pids[0], signal.SIGKILL)

    report = train_in_processes(tmp_path, watch=kill, **options)
    assert steps == [(step, N_STEPS) for step in range(11, N_STEPS + 1)]
    assert report.resumed_from in (10, 20)  # on a fast machine the kill comes after the next checkpoint
    assert report.losses == pair.losses
    assert report.digests == pair.digests


def test_workers_do_not_outlive_a_parent_that_was_killed(tmp_path):
    process = command(tmp_path, "--engine", "processes", "--epochs", "100")  # longer than this test waits
    until = time.monotonic() + PATIENCE
    while len(workers := psutil.Process(process.pid).children()) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(1)
    process.kill()
    process.communicate()
    assert len(workers) == 2 and none_left(workers)
