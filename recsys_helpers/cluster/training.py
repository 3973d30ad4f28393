"""Start workers, look after them, and report what they did: with Ray Train, or with plain processes."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from recsys_helpers.cluster.checkpoints import ClusterError, newest
from recsys_helpers.cluster.network import Settings
from recsys_helpers.cluster.worker import Job, work

HOST = "127.0.0.1"


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
    free one if None. watch(step, n_steps, loss, pids): called for each step; pids are those of the workers, by rank.
    Raises ClusterError, one sentence that says what to do; what was saved stays.

        report = train_in_processes("my_training", workers=2)
        report.digests[0] == report.digests[1]      # both workers hold the same weights, bit by bit
    """
    started = time.perf_counter()
    if min(workers, epochs, batch_size, every) < 1:
        raise ClusterError("workers, epochs, batch_size and every must each be at least 1.")
    if batch_size % workers:
        raise ClusterError(
            f"{workers} workers cannot share {batch_size} windows evenly: choose a batch size that {workers} divides."
        )
    if engine not in ENGINES:
        raise ClusterError(f"There is no engine {engine!r}: choose one of {', '.join(ENGINES)}.")
    job = Job(str(prepared(folder)), workers, epochs, every, Settings(batch_size=batch_size, seed=seed))
    newest(Path(job.folder), job.settings)  # other settings are noticed here, before anything starts
    if port is not None:
        check_free(port)
    ENGINES[engine](job, port, restarts, Watcher(job, watch))
    told = [read_lines(job, rank) for rank in range(workers)]
    last = newest(Path(job.folder), job.settings)
    return Report(
        losses=last.losses,
        digests=[lines[-1].get("digest", "") for lines in told],
        weights=last.arrays,
        seconds=time.perf_counter() - started,
        resumed_from=told[0][0]["resumed_from"] or None,
    )


def with_ray(job: Job, port: int | None, restarts: int, watcher: "Watcher") -> None:
    """Ray Train places the workers, starts them, and starts all of them again if one dies."""
    try:
        import ray
        from ray.train import FailureConfig, RunConfig, ScalingConfig
        from ray.train.v2.jax import JaxTrainer
    except ImportError as error:
        raise not_installed(error.name or "ray", "Ray Train", "ray[train]") from error
    need_jax()
    scratch = tempfile.mkdtemp(prefix="ray_", dir="/tmp" if os.name == "posix" else None)  # socket names must be short
    is_mine = not ray.is_initialized()
    if is_mine:
        start_ray(ray, job.workers, scratch)
    elif (cpus := ray.cluster_resources().get("CPU", 0)) < job.workers:
        raise ClusterError(f"Ray runs here with {cpus:.0f} CPU: call ray.shutdown(), or start it with {job.workers}.")
    trainer = JaxTrainer(
        ray_worker,
        train_loop_config={"job": job, "port": port},
        scaling_config=ScalingConfig(num_workers=job.workers, resources_per_worker={"CPU": 1}),
        run_config=RunConfig(
            name="next_item", storage_path=scratch, failure_config=FailureConfig(max_failures=restarts)
        ),
    )
    at_interrupt = signal.getsignal(signal.SIGINT)
    try:
        with watcher:
            trainer.fit()
    except SystemExit as stop:  # how Ray Train answers Ctrl-C
        raise KeyboardInterrupt from stop
    except ray.exceptions.RayError as error:
        raise failure_of(error) from error
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, at_interrupt)
        if is_mine:
            ray.shutdown()
        shutil.rmtree(scratch, ignore_errors=True)


def ray_worker(config: dict) -> None:
    """What Ray Train runs in each worker: find the others, then work."""
    from ray.train import get_context
    from ray.train.collective import broadcast_from_rank_zero

    port = broadcast_from_rank_zero(config["port"] or free_port())
    work(config["job"], get_context().get_world_rank(), f"{HOST}:{port}")
    import jax

    jax.distributed.shutdown()


def with_processes(job: Job, port: int | None, restarts: int, watcher: "Watcher") -> None:
    """The same without Ray: start the workers, wait, and start all of them again if one dies."""
    need_jax()
    for left in range(restarts, -1, -1):
        try:
            return run_once(job, port or free_port(), watcher)
        except WorkerDied:
            if not left:
                raise


def run_once(job: Job, port: int, watcher: "Watcher") -> None:
    """One attempt of all workers; the first that fails ends the others, and its last words become the error."""
    with tempfile.TemporaryDirectory() as scratch, watcher:
        errors = [Path(scratch, f"{rank}.txt") for rank in range(job.workers)]
        processes = []
        try:
            for rank, errors_of in enumerate(errors):
                told = json.dumps(asdict(job) | {"rank": rank, "address": f"{HOST}:{port}"})
                with open(errors_of, "w") as stderr:
                    command = [sys.executable, "-m", "recsys_helpers.cluster.worker", told]
                    processes.append(
                        subprocess.Popen(
                            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=stderr,
                            start_new_session=True,  # Ctrl-C is for the parent, which ends them
                        )
                    )  # fmt: skip
            while any(process.poll() is None for process in processes):
                failed = [rank for rank, process in enumerate(processes) if process.poll() not in (None, 0)]
                if failed:
                    time.sleep(0.5)  # one that says what is wrong is a better witness than those it takes along
                    break
                time.sleep(0.05)
        finally:
            for process in processes:
                if process.poll() is None:
                    process.kill()
                process.wait()
                process.stdin.close()
        texts = [path.read_text(errors="replace") for path in errors]
    if any(process.returncode for process in processes):
        raise failure_in([process.returncode for process in processes], texts)


def start_ray(ray, workers: int, scratch: str) -> None:
    """Ray on this machine alone: no dashboard, nothing reported to its makers, nothing printed."""
    quiet = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_TRAIN_METRICS_ENABLED": "0", "RAY_CHDIR_TO_TRIAL_DIR": "0"}
    os.environ |= quiet | {"RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
    try:
        ray.init(
            address="local",
            num_cpus=workers,
            include_dashboard=False,
            log_to_driver=False,
            logging_level="ERROR",
            object_store_memory=80 * 2**20,
            _temp_dir=scratch,
        )
    except Exception as error:
        ray.shutdown()
        shutil.rmtree(scratch, ignore_errors=True)
        raise ClusterError(
            f"Ray did not start ({first_line(error)}). Try again, or choose engine='processes'."
        ) from error


class WorkerDied(ClusterError):
    """A worker ended without a word, so that another attempt makes sense."""


def failure_in(codes: list[int], texts: list[str]) -> ClusterError:
    """The error of workers that ended with these codes, after these last words."""
    for text in texts:
        for line in text.splitlines():
            if line.startswith("ClusterError: "):
                return ClusterError(line.removeprefix("ClusterError: "))
    ends = [(rank, code) for rank, code in enumerate(codes) if code]
    rank, code = min(ends, key=lambda end: end[1] not in (-9, -15, -6, -11) or end[1])
    how = f"signal {-code}" if code < 0 else (texts[rank].strip().splitlines() or [f"status {code}"])[-1]
    return WorkerDied(f"Worker {rank} ended in the middle ({how}). {GO_ON}")


def failure_of(error: Exception) -> ClusterError:
    """The error of a training that Ray gave up."""
    failures = getattr(error, "worker_failures", {})
    for failure in failures.values():
        if isinstance(known := getattr(failure, "cause", failure), ClusterError):
            return ClusterError(str(known))
        if "ClusterError: " in str(failure):
            return ClusterError(str(failure).rsplit("ClusterError: ", 1)[1].splitlines()[0])
    for rank, failure in failures.items():
        return WorkerDied(f"Worker {rank} ended in the middle ({first_line(failure)}). {GO_ON}")
    return ClusterError(f"Ray Train gave up ({first_line(error)}). {GO_ON}")


GO_ON = "The checkpoints are kept: run the same again to go on from the newest."


def first_line(error: Exception) -> str:
    """The first line of an error's text, or its type if it has none."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


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
        while self.watch and not self.ended.wait(0.1):
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


def prepared(folder: str | Path) -> Path:
    """The folder, made if need be, after a trial that something can be written there."""
    folder = Path(folder).expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise ClusterError(f"Nothing can be written to {folder} ({error.strerror}): choose another folder.") from error


def check_free(port: int) -> None:
    """A ClusterError if the port is taken."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or error
            raise ClusterError(f"Port {port} of {HOST} cannot be used ({why}): choose another, or none.") from error


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        return trial.getsockname()[1]


def need_jax() -> None:
    """A ClusterError if the workers could not import JAX."""
    for name in ("jax", "jaxlib"):
        if importlib.util.find_spec(name) is None:
            raise not_installed(name, "JAX", "jax")


def not_installed(name: str, what: str, package: str) -> ClusterError:
    """The error of a missing library."""
    return ClusterError(f"{what} is not installed here ({name} is missing): pip install '{package}', and run again.")


ENGINES = {"ray": with_ray, "processes": with_processes}
