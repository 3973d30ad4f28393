"""Ray Train as the engine: it places the workers, starts them, and starts all of them again if one dies.

On one machine this is more than is needed; the same lines would spread the workers over many machines.
"""

import os
import shutil
import signal
import tempfile
import threading

from recsys_helpers.cluster import faults
from recsys_helpers.cluster.ray_settings import prepare_ray
from recsys_helpers.cluster.worker import Job, work


def train(job: Job, port: int | None, restarts: int, watcher) -> None:
    """Run all workers of a job to their end. Uses the Ray that runs in this process, or starts one and ends it.

    Ray Train counts every error of a worker as a failure, so that a full disk, too, is tried again `restarts` times.
    """
    prepare_ray()
    try:
        import ray
        from ray.train import FailureConfig, RunConfig, ScalingConfig, TrainingFailedError
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
    except (TrainingFailedError, ray.exceptions.RayError) as error:
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
        # Ray prints a page about each dead worker, which no option silences.
        if hasattr(ray._private.worker, "print_to_stdstream"):
            ray._private.worker.print_to_stdstream = lambda *_, **__: None
    except Exception as error:
        raise faults.ClusterError(
            f"Ray did not start ({faults.first_line(error)}). Try again, or choose the engine 'processes'."
        ) from error


def what_failed(error: Exception) -> faults.ClusterError:
    """The error of a training that Ray Train gave up."""
    failures = getattr(error, "worker_failures", {})
    for failure in failures.values():
        if isinstance(failure, faults.ClusterError):
            return failure
        if named := faults.named_in(str(failure)):
            return named
    for rank, failure in failures.items():
        if hasattr(failure, "health_check_failure"):
            return faults.died(rank, "its process is gone")
    for rank, failure in failures.items():  # the others: they lost the connection to the dead one
        return faults.died(rank, faults.first_line(failure))
    why = faults.first_line(getattr(error, "controller_failure", error))
    return faults.ClusterError(f"Ray Train gave up ({why}). {faults.GO_ON}")
