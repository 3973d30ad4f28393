"""`recsys_helpers.benchmark` against hand-computed cases, a second backend, and files that cannot be used."""

import json
import subprocess
import sys

import numpy as np
import pytest

from recsys_helpers import benchmark
from recsys_helpers.benchmark import backends, device, roofline, runs
from recsys_helpers.exercises.lesson_19 import _least

RUN = {"device": "a CPU", "backend": "jax", "batch": 256, "numbers": "float32", "examples_per_second": 1000.0}


# The roofline


@pytest.mark.parametrize(
    ("flops", "n_bytes", "seconds"),
    [(12, 44, 2.2), (500, 44, 5.0), (220, 44, 2.2), (0, 20, 1.0), (100, 0, 1.0)],  # worked out for 100 / s and 20 / s
)
def test_the_slower_of_calculating_and_moving_decides(flops, n_bytes, seconds):
    assert benchmark.least_seconds(flops, n_bytes, benchmark.Machine("toy", 100, 20)) == pytest.approx(seconds)


def test_a_dense_layer_is_counted_as_it_is_multiplied():
    """Brute force: one operation for each multiplication and each addition, one transfer for each number."""
    batch, n_in, n_out = 3, 5, 2
    operations = sum(2 for _ in range(batch) for _ in range(n_in) for _ in range(n_out))
    numbers = np.zeros((batch, n_in)).size + np.zeros((n_in, n_out)).size + np.zeros((batch, n_out)).size
    assert benchmark.dense_layer(batch, n_in, n_out) == (operations, 4 * numbers)
    assert benchmark.dense_layer(batch, n_in, n_out, width=2)[1] == 2 * numbers


def test_a_lookup_calculates_nothing_and_moves_ids_and_rows():
    assert benchmark.embedding_lookup(batch=2, dim=3) == (0, 2 * 4 + 2 * 3 * 4 + 2 * 3 * 4)


def test_the_reference_of_the_exercise_agrees_with_the_helper():
    layers, machine = [(2, 3), (40, 30), (128, 64)], benchmark.Machine("toy", 300, 100)
    helper = sum(benchmark.least_seconds(*benchmark.dense_layer(7, *sizes), machine) for sizes in layers)
    assert _least(layers, 7, 300, 100) == pytest.approx(helper)


@pytest.mark.parametrize(("flops", "bandwidth"), [(0, 1), (1, 0), (-1, 1)])
def test_a_machine_that_does_nothing_is_refused(flops, bandwidth):
    with pytest.raises(ValueError, match="must be positive"):
        benchmark.Machine("broken", flops, bandwidth)


def test_the_fastest_run_counts_and_the_first_one_does_not(monkeypatch):
    clock = iter([0.0, 5.0, 5.0, 7.0, 7.0, 10.0])  # runs of 5, 2 and 3 seconds
    calls = []
    monkeypatch.setattr(roofline.time, "perf_counter", lambda: next(clock))
    assert benchmark.best_seconds(lambda: calls.append(1), n_runs=3) == 2.0
    assert len(calls) == 4


def test_this_machine_can_be_measured():
    machine = benchmark.measured_machine("here")
    assert 1e8 < machine.flops < 1e14 and 1e8 < machine.bandwidth < 1e13 and machine.name == "here"


# The report on the device


def test_the_report_never_fails_and_leaves_nothing_empty(monkeypatch, tmp_path):
    monkeypatch.setattr(device.subprocess, "run", lambda *_, **__: (_ for _ in ()).throw(FileNotFoundError()))
    monkeypatch.setattr(device, "CPUINFO", tmp_path / "none")
    monkeypatch.setattr(device.platform, "processor", lambda: "")
    report = benchmark.device_report()
    assert report["accelerator"] == report["accelerator memory"] == "none"
    assert all(isinstance(value, str) and value for value in report.values())
    assert report["device"].endswith("CPU")


def test_a_graphics_card_gives_the_device_its_name(monkeypatch):
    def nvidia_smi(command, **_):
        said = {"--query-gpu=name": "Tesla T4\n", "--query-gpu=memory.total": "15360 MiB\n"}[command[1]]
        return subprocess.CompletedProcess(command, 0, stdout=said)

    monkeypatch.setattr(device.subprocess, "run", nvidia_smi)
    report = benchmark.device_report()
    assert (report["device"], report["accelerator memory"]) == ("Tesla T4", "15360 MiB")


def test_a_driver_that_does_not_answer_is_no_graphics_card(monkeypatch):
    answer = subprocess.CompletedProcess([], 9, stdout="NVIDIA-SMI has failed")
    monkeypatch.setattr(device.subprocess, "run", lambda *_, **__: answer)
    assert device.accelerator_name() == "none"


# Runs by device


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("RECSYS_RUNS", str(tmp_path / "deep" / "runs.json"))
    return tmp_path / "deep" / "runs.json"


def test_runs_come_back_and_a_new_one_replaces_the_old_one_of_the_same_kind(file):
    assert benchmark.runs_so_far() == ([], "")
    other = RUN | {"device": "a GPU"}
    faster = RUN | {"examples_per_second": 2000.0}
    assert [benchmark.remember_run(run) for run in (RUN, other, faster)] == ["", "", ""]
    assert benchmark.runs_so_far() == ([other, faster], "")
    assert [path.name for path in file.parent.iterdir()] == ["runs.json"]


@pytest.mark.parametrize("key", [*runs.KEY, "examples_per_second"])
def test_a_run_that_lacks_something_is_refused(file, key):
    with pytest.raises(ValueError, match="A run names its device"):
        benchmark.remember_run({name: value for name, value in RUN.items() if name != key})
    assert not file.exists()


@pytest.mark.parametrize("content", ["", "{", "{}", "[1]", '[{"device": "x"}]', json.dumps([RUN | {"batch": 1}, 2])])
def test_a_damaged_file_is_kept_for_its_owner_and_a_new_one_begun(file, content):
    file.parent.mkdir()
    file.write_text(content)
    found, trouble = benchmark.runs_so_far()
    assert found == [] and "damaged" in trouble and file.read_text() == content
    assert benchmark.remember_run(RUN) == ""
    assert benchmark.runs_so_far() == ([RUN], "")
    assert file.with_suffix(".damaged").read_text() == content


def test_a_folder_that_cannot_be_used_is_told_and_stops_nothing(tmp_path, monkeypatch):
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("RECSYS_RUNS", str(tmp_path / "a file" / "runs.json"))
    assert "could not be saved" in benchmark.remember_run(RUN)
    assert benchmark.runs_so_far()[0] == []


# The second process


def toy(n_user=9, n_item=12, dim=3, hidden=(5, 4), n=64, repeats=True):
    """Weights of the MLP in the order of Keras, and examples in which ids repeat or, where they fit, do not."""
    rng = np.random.default_rng(19)
    shapes = [(n_user, dim), (n_item, dim), (2 * dim, hidden[0]), (hidden[0],), (hidden[0], hidden[1]), (hidden[1],)]
    shapes += [(n_user, 1), (n_item, 1), (hidden[1], 1)]
    weights = [rng.normal(size=shape).astype("float32") / 2 for shape in shapes]
    ids = [rng.integers(1, n_rows, n) if repeats else rng.permutation(n_rows)[:n] for n_rows in (n_user, n_item)]
    return weights, *(part.astype("int32") for part in ids), rng.normal(size=n).astype("float32")


def answers_of(weights, users, items):
    """The MLP in NumPy: the slow, obvious twin."""
    user, item, first, first_bias, second, second_bias, of_user, of_item, last = (w.astype(float) for w in weights)
    hidden = np.maximum(np.hstack([user[users], item[items]]) @ first + first_bias, 0)
    hidden = np.maximum(hidden @ second + second_bias, 0)
    return (hidden @ last + of_user[users] + of_item[items])[:, 0]


def test_the_sizes_of_the_model_are_read_from_its_weights():
    assert backends.sizes_of(toy()[0]) == (9, 12, 3, (5, 4))


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_a_backend_gives_the_outputs_and_the_loss_of_numpy(backend):
    weights, users, items, targets = toy()
    run = benchmark.train_in(backend, weights, users, items, targets, batch=32)
    expected = answers_of(weights, users[:32], items[:32])
    assert np.abs(run["outputs"] - expected).max() < 1e-5
    for losses in run["losses"].values():
        assert losses[0] == pytest.approx(np.mean((expected - targets[:32]) ** 2), rel=1e-5)
        assert losses[2] < losses[0]
    assert run["types"] == ["float32", "float32"] and run["examples_per_second"] > 0


@pytest.mark.slow
def test_backends_agree_with_sgd_and_with_adam_only_where_no_id_repeats():
    with_repeats, without = toy(), toy(n_user=40, n_item=50, n=32, repeats=False)
    for job, adam_agrees in ((with_repeats, False), (without, True)):
        one, other = (benchmark.train_in(name, *job, batch=32)["losses"] for name in ("tensorflow", "jax"))
        assert np.allclose(one["sgd"], other["sgd"], rtol=1e-4)
        assert np.allclose(one["adam"], other["adam"], rtol=1e-4) is adam_agrees


@pytest.mark.slow
def test_mixed_precision_stores_float32_and_computes_in_bfloat16():
    job = toy()
    run = benchmark.train_in("tensorflow", *job, batch=32, numbers="mixed_bfloat16", n_cores=1)
    expected = answers_of(job[0], job[1][:32], job[2][:32])
    assert run["types"] == ["float32", "bfloat16"]
    assert 1e-5 < np.abs(run["outputs"] - expected).max() < 0.1


def test_an_unknown_backend_and_too_few_examples_are_refused():
    with pytest.raises(ValueError, match="backend must be one of"):
        benchmark.train_in("theano", *toy())
    with pytest.raises(ValueError, match="do not fill one batch of 65"):
        benchmark.train_in("jax", *toy(), batch=65)


@pytest.mark.slow
def test_a_second_process_that_fails_says_why():
    weights, *job = toy()
    with pytest.raises(RuntimeError, match=r"The process for tensorflow ended with 1: .*shape"):
        benchmark.train_in("tensorflow", [*weights[:-1], weights[-1][:2]], *job, batch=32)


@pytest.mark.slow
def test_an_accelerator_is_measured_with_tensorflow():
    code = "from recsys_helpers.start import quiet_tensorflow as q; q(); from recsys_helpers.benchmark import *; "
    code += "m = measured_accelerator('x', size=256); assert m.flops > 1e8 and m.bandwidth > 1e8, m"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
