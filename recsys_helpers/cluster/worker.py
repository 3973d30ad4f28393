"""One of the workers that train together. `work` is the whole of data-parallel training.

`python -m recsys_helpers.cluster.worker JSON` runs it without Ray; see `training.py`, which starts all of them.
"""

import json
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recsys_helpers.cluster.checkpoints import Checkpoint, newest, save
from recsys_helpers.cluster.faults import ClusterError
from recsys_helpers.cluster.network import Examples, Settings, digest, make_trainer


@dataclass(frozen=True)
class Job:
    """What all workers are told: `folder` and steps (`every`) of the checkpoints, how long to train, and with what."""

    folder: str
    workers: int
    epochs: int
    every: int
    settings: Settings


def work(job: Job, rank: int, address: str) -> str:
    """Train as worker `rank` of `job.workers`, which meet at `address` ("127.0.0.1:port"); the digest of the weights.

    Every worker has the whole network and takes its share of each global batch. JAX adds up the gradients of all
    workers in each step, so that their weights stay equal.
    """
    join(job.workers, rank, address)
    examples = Examples(job.settings)
    trainer = make_trainer(examples)  # the same first weights in every process
    losses = restore(trainer, job)  # empty at the start
    told = Told(job, rank, len(losses), n_steps=job.epochs * examples.steps)

    share = job.settings.batch_size // job.workers
    mine = slice(rank * share, (rank + 1) * share)
    for step in range(len(losses), job.epochs * examples.steps):
        inputs, targets, negatives = (part[mine] for part in examples.batch(step))
        is_real = (targets > 0).astype("float32")
        losses.append(trainer.train_on_batch([inputs, targets, negatives], np.zeros_like(inputs), is_real))
        told.step(losses)
        if rank == 0 and len(losses) % job.every == 0:
            keep(trainer, losses, job)
    if rank == 0:
        keep(trainer, losses, job)
    told.end(weights := digest(state(trainer)))
    return weights


def join(workers: int, rank: int, address: str) -> None:
    """Make this process worker `rank` of `workers`: Keras on JAX, collectives through gloo, batches split by rows."""
    os.environ |= {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    sys.modules.setdefault("tensorflow", None)  # Keras would import it just to seed it: 2 seconds for each worker
    import jax
    import keras

    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.distributed.initialize(address, workers, rank, coordinator_bind_address=address, initialization_timeout=120)
    if workers > 1:  # one alone has nobody to share with, and would compile its step twice
        keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))


def state(trainer) -> list[np.ndarray]:
    """All that a training is, as arrays: weights, states of the random numbers of dropout, and the optimizer's."""
    return [np.asarray(variable) for variable in [*trainer.variables, *trainer.optimizer.variables]]


def restore(trainer, job: Job) -> list[float]:
    """Put the newest checkpoint into the trainer; the losses up to it, none if there is no checkpoint."""
    found = newest(Path(job.folder), job.settings)
    if found is None:
        return []
    for variable, value in zip([*trainer.variables, *trainer.optimizer.variables], found.arrays, strict=True):
        variable.assign(value)
    return found.losses


def keep(trainer, losses: list[float], job: Job) -> None:
    """Save a checkpoint of now."""
    save(Path(job.folder), Checkpoint(len(losses), losses, state(trainer), job.settings))


class Told:
    """What a worker tells the process that started it: lines of JSON in `worker-RANK.jsonl`. A full disk is no reason
    to stop here: it is the checkpoint that matters."""

    def __init__(self, job: Job, rank: int, resumed_from: int, n_steps: int):
        self.path = Path(job.folder) / f"worker-{rank}.jsonl"
        self.path.unlink(missing_ok=True)
        self.write(pid=os.getpid(), resumed_from=resumed_from, n_steps=n_steps)

    def step(self, losses: list[float]) -> None:
        """The newest step and its loss."""
        self.write(step=len(losses), loss=float(losses[-1]))

    def end(self, weights: str) -> None:
        """The digest of the final weights."""
        self.write(digest=weights)

    def write(self, **what) -> None:
        try:
            with open(self.path, "a") as file:
                file.write(json.dumps(what) + "\n")
        except OSError:
            pass


def main() -> None:
    """Work as a process of its own, which ends when its parent does: then nobody holds the other end of stdin."""
    told = json.loads(sys.argv[1])
    rank, address = told.pop("rank"), told.pop("address")
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(1)), daemon=True).start()
    try:
        work(Job(**told | {"settings": Settings(**told["settings"])}), rank, address)
        import jax

        jax.distributed.shutdown()
        status = 0
    except ClusterError as error:
        print(f"ClusterError: {error}", file=sys.stderr, flush=True)
        status = 1
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).splitlines()[0]}", file=sys.stderr, flush=True)
        status = 1
    os._exit(status)  # the usual way out would wait for workers that may be dead


if __name__ == "__main__":
    main()
