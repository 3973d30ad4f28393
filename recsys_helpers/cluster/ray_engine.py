"""Ray Train as the engine: it places the workers, starts them, and starts all of them again if one dies.

On one machine this is more than is needed; the same lines would spread the workers over many machines.
"""

import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading

from recsys_helpers.cluster import faults
from recsys_helpers.cluster.worker import Job, work

OF_RAY = {  # read by Ray when it starts; what is set already stays
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is reported to its makers
    "RAY_CHDIR_TO_TRIAL_DIR": "0",  # workers stay in this folder
    "RAY_TRAIN_METRICS_ENABLED": "0",
    "RAY_TRAIN_ENABLE_PREEMPTION_WATCHER": "0",  # no machine is taken away here: one process fewer to start
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # silences a note about GPUs
}


def train(job: Job, port: int | None, restarts: int, watcher) -> None:
    """Run all workers of a job to their end. Uses the Ray that runs in this process, or starts one and ends it.

    Ray Train counts every error of a worker as a failure, so that a full disk, too, is tried again `restarts` times.
    """
    for name, value in OF_RAY.items():
        os.environ.setdefault(name, value)
    if "ray" not in sys.modules and "RAY_AUTH_MODE" not in os.environ:  # Ray listens on every network of the machine:
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(16)}  # only its own may speak
    try:
        import ray
        from ray.train import FailureConfig, RunConfig, ScalingConfig
        from ray.train.v2.jax import JaxTrainer
    except ImportError as error:
        raise faults.not_installed(error.name or "ray", "Ray Train", "ray[train]") from error
    faults.need_jax()

    scratch = tempfile.mkdtemp(prefix="ray_", dir="/tmp" if os.name == "posix" else None)  # socket names must be short
    is_mine = not ray.is_initialized()
    at_interrupt = signal.getsignal(signal.SIGINT)
    try:
        if is_mine:
            start(ray, job.workers, scratch)
        elif (cpus := ray.cluster_resources().get("CPU", 0)) < job.workers:
            raise faults.ClusterError(f"Ray runs here with {cpus:.0f} CPU, fewer than workers: call ray.shutdown().")
        trainer = JaxTrainer(
            run_worker,
            train_loop_config={"job": job, "port": port},
            scaling_config=ScalingConfig(num_workers=job.workers, resources_per_worker={"CPU": 1}),
            run_config=RunConfig(storage_path=scratch, failure_config=FailureConfig(max_failures=restarts)),
        )
        with watcher:
            trainer.fit()
    except SystemExit as stop:  # how Ray Train answers Ctrl-C
        raise KeyboardInterrupt from stop
    except ray.exceptions.RayError as error:
        raise what_failed(error) from error
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, at_interrupt)
        if is_mine:
            ray.shutdown()
        shutil.rmtree(scratch, ignore_errors=True)


def run_worker(config: dict) -> None:
    """What Ray Train runs in each worker process: find the others, then work."""
    from ray.train import get_context
    from ray.train.collective import broadcast_from_rank_zero

    port = broadcast_from_rank_zero(config["port"] or faults.free_port())
    work(config["job"], get_context().get_world_rank(), f"{faults.HOST}:{port}")
    import jax

    jax.distributed.shutdown()


def start(ray, workers: int, scratch: str) -> None:
    """Ray on this machine alone, without dashboard; what it logs goes to files in `scratch`."""
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
        if hasattr(
            ray._private.worker, "print_to_stdstream"
        ):  # a page about each dead worker, which no option silences
            ray._private.worker.print_to_stdstream = lambda *_, **__: None
    except Exception as error:
        raise faults.ClusterError(
            f"Ray did not start ({faults.first_line(error)}). Try again, or choose the engine 'processes'."
        ) from error


def what_failed(error: Exception) -> faults.ClusterError:
    """The error of a training that Ray Train gave up."""
    failures = getattr(error, "worker_failures", {})
    for failure in failures.values():
        if named := faults.named_in(str(failure)):
            return named
    for rank, failure in failures.items():
        return faults.died(rank, faults.first_line(failure))
    return faults.ClusterError(f"Ray Train gave up ({faults.first_line(error)}). {faults.GO_ON}")
