"""The parts of `recsys_helpers.cluster` that need no other process: examples, checkpoints, faults before the start."""

import errno
import os
import signal
import socket
import sys
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from recsys_helpers.cluster import checkpoints, faults, plain_engine, ray_engine
from recsys_helpers.cluster.checkpoints import Checkpoint, newest, save
from recsys_helpers.cluster.faults import ClusterError
from recsys_helpers.cluster.network import Examples, Settings, digest
from recsys_helpers.cluster.training import train_in_processes
from recsys_helpers.cluster.worker import Job
from recsys_helpers.data import load_movielens, split_last_share

SETTINGS = Settings(batch_size=8, seed=3)


@pytest.fixture(scope="module")
def examples():
    return Examples(Settings(batch_size=100, seed=3))


def state_of(step: int) -> Checkpoint:
    """A small checkpoint whose arrays depend on the step."""
    arrays = [np.full((2, 3), step, "float32"), np.array(step), np.array([1, 2], "uint32")]
    return Checkpoint(step, [1 / 3] * step, arrays, SETTINGS)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# Examples


def test_an_epoch_shows_each_window_at_most_once_and_the_next_epoch_in_another_order(examples):
    epochs = []
    for epoch in range(2):
        batches = [examples.batch(epoch * examples.steps + nth)[0] for nth in range(examples.steps)]
        epochs.append(np.concatenate(batches))
    whole = np.unique(examples.inputs, axis=0, return_counts=True)
    count_of = dict(zip(map(bytes, whole[0]), whole[1]))
    for shown in epochs:
        assert len(shown) == examples.steps * 100 > len(examples.inputs) - 100
        rows, counts = np.unique(shown, axis=0, return_counts=True)
        assert all(count <= count_of[bytes(row)] for row, count in zip(rows, counts))
    assert (epochs[0] != epochs[1]).any()


def test_a_batch_depends_on_step_and_seed_alone(examples):
    again, other = Examples(Settings(batch_size=100, seed=3)), Examples(Settings(batch_size=100, seed=4))
    for step in (0, examples.steps + 2):
        for part, same, different in zip(examples.batch(step), again.batch(step), other.batch(step)):
            np.testing.assert_array_equal(part, same)
            assert (part != different).any()


def test_targets_are_the_next_films_of_the_training_part_and_negatives_are_films(examples):
    ratings, _ = load_movielens()
    train = split_last_share(ratings).train
    inputs, targets, negatives = examples.batch(5)
    assert examples.counts.sum() == len(train)
    assert (inputs[:, 1:] == targets[:, :-1])[inputs[:, 1:] > 0].all()
    assert negatives.min() >= 1 and negatives.max() < len(examples.counts)
    assert negatives.shape == (100, 4)


def test_a_batch_that_cannot_be_filled_is_refused():
    with pytest.raises(ClusterError, match=r"1000000 windows cannot be filled: there are \d{4}"):
        Examples(Settings(batch_size=10**6))


def test_a_digest_sees_the_smallest_change():
    weights = [np.ones((2, 2), "float32"), np.arange(3)]
    changed = [np.nextafter(weights[0], 2), weights[1]]
    assert digest(weights) == digest([w.copy() for w in weights])
    flat, double = [weights[0].reshape(4), weights[1]], [weights[0], weights[1].astype("uint64")]
    assert len({digest(some) for some in (weights, changed, weights[::-1], flat, double)}) == 5


# Checkpoints


def test_a_checkpoint_comes_back_as_it_was(tmp_path):
    save(tmp_path, state_of(7))
    found = newest(tmp_path, SETTINGS)
    assert (found.step, found.losses, found.settings) == (7, [1 / 3] * 7, SETTINGS)
    for before, after in zip(state_of(7).arrays, found.arrays, strict=True):
        np.testing.assert_array_equal(before, after)
        assert before.dtype == after.dtype


def test_the_newest_two_stay_and_the_newest_is_found(tmp_path):
    for step in (90, 1_000_000, 999_999):  # by name, the longer number would come first
        save(tmp_path, state_of(step))
    assert newest(tmp_path, SETTINGS).step == 1_000_000
    assert names(tmp_path) == ["checkpoint-1000000.npz", "checkpoint-999999.npz"]


def test_an_empty_folder_has_none(tmp_path):
    assert newest(tmp_path, SETTINGS) is None
    assert checkpoints.newest_step(tmp_path) == 0


@pytest.mark.parametrize("share", [0, 0.3, 0.999])
def test_a_file_that_was_cut_is_passed_over(tmp_path, share):
    save(tmp_path, state_of(10))
    cut = save(tmp_path, state_of(20))
    cut.write_bytes(cut.read_bytes()[: int(share * cut.stat().st_size)])
    assert newest(tmp_path, SETTINGS).step == 10


def test_a_file_with_a_wrong_byte_is_passed_over(tmp_path):
    save(tmp_path, state_of(10))
    broken = save(tmp_path, state_of(20))
    content = bytearray(broken.read_bytes())
    content[content.index(np.full(6, 20, "float32").tobytes())] ^= 1
    broken.write_bytes(content)
    assert newest(tmp_path, SETTINGS).step == 10


def test_a_file_that_needs_pickle_is_not_opened(tmp_path):
    class Opener:
        def __reduce__(self):
            return Path.touch, (tmp_path / "opened",)

    save(tmp_path, state_of(10))
    with np.load(save(tmp_path, state_of(20))) as stored:
        content = dict(stored)
    np.savez(tmp_path / "checkpoint-000020.npz", **content | {"array_0000": np.array([Opener()])}, allow_pickle=True)
    assert newest(tmp_path, SETTINGS).step == 10
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize("where", ["savez", "fsync", "replace"])
def test_a_full_disk_leaves_the_earlier_checkpoint_and_no_rest(tmp_path, monkeypatch, where):
    save(tmp_path, state_of(10))

    def full(file, *_, **__):
        if where == "savez":
            file.write(b"half a file")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(np if where == "savez" else os, where, full)
    with pytest.raises(
        ClusterError, match=r"step 20 could not be written .*No space left.*step 10 is whole.*Make room"
    ):
        save(tmp_path, state_of(20))
    monkeypatch.undo()
    assert names(tmp_path) == ["checkpoint-000010.npz"]
    assert newest(tmp_path, SETTINGS).step == 10


def test_a_stop_in_the_middle_of_writing_leaves_the_earlier_checkpoint(tmp_path, monkeypatch):
    save(tmp_path, state_of(10))

    def stopped(file, **_):
        file.write(b"half a file")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", stopped)
    with pytest.raises(KeyboardInterrupt):
        save(tmp_path, state_of(20))
    assert newest(tmp_path, SETTINGS).step == 10
    assert names(tmp_path) == ["checkpoint-000010.npz"]


def test_a_checkpoint_of_other_settings_is_refused(tmp_path):
    save(tmp_path, state_of(10))
    with pytest.raises(ClusterError, match=r"other settings .batch_size=8, seed=3.*empty folder"):
        newest(tmp_path, Settings(batch_size=16, seed=4))
    with pytest.raises(ClusterError, match=r"other settings .batch_size=8"):
        train_in_processes(tmp_path, batch_size=16, seed=3)


def test_the_rest_of_a_killed_process_is_removed_at_the_next_start(tmp_path):
    save(tmp_path, state_of(10))
    (tmp_path / ".checkpoint-000020.npz.4711").write_bytes(b"half a file")
    checkpoints.tidy(tmp_path)
    assert names(tmp_path) == ["checkpoint-000010.npz"]


def test_forget_deletes_checkpoints_and_nothing_else(tmp_path):
    save(tmp_path, state_of(10))
    (tmp_path / "my.npz").touch()
    checkpoints.forget(tmp_path)
    assert names(tmp_path) == ["my.npz"]


# Faults before anything starts


def test_a_port_in_use_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind((faults.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ClusterError, match=f"Port {port} of 127.0.0.1 cannot be used .*choose another"):
            train_in_processes(tmp_path, port=port)
    faults.check_free(port)


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_number_that_is_no_port_is_refused(tmp_path, port):
    with pytest.raises(ClusterError, match="cannot be used"):
        train_in_processes(tmp_path, port=port)


@pytest.mark.parametrize(
    "engine, missing, says",
    [
        ("ray", "ray", r"Ray Train is not installed here \(ray is missing\): pip install 'ray\[train\]'"),
        ("ray", "jax", r"JAX is not installed here \(jax is missing\): pip install 'jax'"),
        ("processes", "jaxlib", r"JAX is not installed here \(jaxlib is missing\)"),
    ],
)
def test_an_engine_that_is_not_installed_is_named(tmp_path, monkeypatch, engine, missing, says):
    monkeypatch.setitem(sys.modules, missing, None)  # what makes `import` say that there is no such module
    monkeypatch.setattr(os, "environ", dict(os.environ))  # what is set for Ray goes with the test
    with pytest.raises(ClusterError, match=says):
        train_in_processes(tmp_path, engine=engine)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ClusterError, match=r"Nothing can be written to .*file.*choose another folder"):
        train_in_processes(tmp_path / "file" / "folder")


@pytest.mark.parametrize(
    "options, says",
    [
        ({"workers": 0}, "at least 1"),
        ({"epochs": 0}, "at least 1"),
        ({"every": 0}, "at least 1"),
        ({"workers": 3}, "3 workers cannot share 256 windows evenly"),
        ({"engine": "spark"}, "no engine 'spark': choose one of ray, processes"),
    ],
)
def test_impossible_wishes_are_refused(tmp_path, options, says):
    with pytest.raises(ClusterError, match=says):
        train_in_processes(tmp_path, **options)


# What the end of a worker means


def test_a_dead_worker_is_started_again_as_often_as_allowed_and_another_fault_is_not(tmp_path, monkeypatch):
    def attempt(*_):
        raise errors.pop(0)

    monkeypatch.setattr(plain_engine, "attempt", attempt)
    job = Job(str(tmp_path), 2, 1, 10, SETTINGS)
    full, dead = ClusterError("The disk is full."), faults.died(1, "signal 9")
    for errors, restarts, left, raised in [([dead, dead], 1, 0, dead), ([dead, full, dead], 2, 1, full)]:
        with pytest.raises(ClusterError) as caught:
            plain_engine.train(job, None, restarts, nullcontext())
        assert caught.value is raised and len(errors) == left


@pytest.mark.parametrize(
    "trace, says",
    [
        ("Traceback …\nrecsys_helpers.cluster.faults.ClusterError: The disk is full.\n", "^The disk is full.$"),
        (
            "The actor died unexpectedly before finishing this task.\n\tclass_name: …",
            "^Worker 1 .*actor died.*run the same",
        ),
    ],
)
def test_ray_s_words_become_one_sentence(trace, says):
    error = RuntimeError("Training failed due to worker errors")
    error.worker_failures = {1: RuntimeError(trace)}
    with pytest.raises(ClusterError, match=says):
        raise ray_engine.what_failed(error)


@pytest.mark.parametrize(
    "ends, said, error, says",
    [
        ({0: 1, 1: None}, ["noise\nClusterError: The disk is full.\n", ""], ClusterError, "The disk is full."),
        ({0: 1, 1: -9}, ["ValueError: Gloo lost a peer\n", ""], faults.WorkerDied, "Worker 1 .*signal 9.*run the same"),
        ({0: None, 1: 1}, ["", "log\nValueError: no\n"], faults.WorkerDied, "Worker 1 .*ValueError: no"),
        ({0: 3, 1: 0}, ["", ""], faults.WorkerDied, "Worker 0 .*status 3"),
    ],
)
def test_the_best_witness_is_heard(ends, said, error, says):
    with pytest.raises(ClusterError, match=says) as caught:
        plain_engine.raise_for(ends, said)
    assert type(caught.value) is error


class HealthCheckFailed(RuntimeError):
    """As `ray.train.v2._internal.exceptions.WorkerHealthCheckFailedError`: the process of a worker is gone."""

    health_check_failure = None


LOST_AND_DEAD = {0: ValueError("Gloo: connection reset by peer"), 1: HealthCheckFailed("no answer")}


@pytest.mark.parametrize(
    "failed, error, says",
    [
        (
            lambda errors: errors.WorkerGroupError("…", {0: RuntimeError("ClusterError: Full.")}),
            ClusterError,
            "^Full.$",
        ),
        (lambda errors: errors.WorkerGroupError("…", {0: ClusterError("Full.")}), ClusterError, "^Full.$"),
        (lambda errors: errors.WorkerGroupError("…", {1: KeyError("x")}), ClusterError, r"Worker 1 .*x.*run the same"),
        (lambda errors: errors.WorkerGroupError("…", LOST_AND_DEAD), ClusterError, r"Worker 1 .*process is gone"),
        (lambda errors: errors.ControllerError(ValueError("lost")), ClusterError, r"gave up .lost.\. The checkpoints"),
        (lambda errors: SystemExit(0), KeyboardInterrupt, None),  # how Ray Train answers Ctrl-C
    ],
)
def test_what_ray_train_raises_is_translated_and_ctrl_c_works_as_before(tmp_path, monkeypatch, failed, error, says):
    monkeypatch.setattr(os, "environ", dict(os.environ))
    ray, exceptions = pytest.importorskip("ray"), pytest.importorskip("ray.train.v2.api.exceptions")

    class Trainer:
        def __init__(self, *_, **__): ...

        def fit(self):
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            raise failed(exceptions)

    monkeypatch.setattr("ray.train.v2.jax.JaxTrainer", Trainer)
    monkeypatch.setattr(ray, "is_initialized", lambda: True)
    monkeypatch.setattr(ray, "cluster_resources", lambda: {"CPU": 2.0})
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(error, match=says):
        train_in_processes(tmp_path)
    assert signal.getsignal(signal.SIGINT) == before


def test_a_ray_that_is_too_small_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "environ", dict(os.environ))
    ray = pytest.importorskip("ray")
    monkeypatch.setattr(ray, "is_initialized", lambda: True)
    monkeypatch.setattr(ray, "cluster_resources", lambda: {"CPU": 2.0})
    with pytest.raises(ClusterError, match=r"Ray runs here with 2 CPU, fewer than workers.*ray.shutdown"):
        train_in_processes(tmp_path, workers=4)
