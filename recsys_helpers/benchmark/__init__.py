"""How fast is this machine, and where does the time of a training step go? Lesson 19 builds and uses all of it.

`roofline`: bytes, operations, and the least time that they take · `backends`: one model, trained by a second process on
TensorFlow, JAX or PyTorch · `device`: what this machine is · `runs`: speeds by device, remembered on this computer.
"""

from recsys_helpers.benchmark.backends import BACKENDS, installed_backends, train_in
from recsys_helpers.benchmark.device import device_report
from recsys_helpers.benchmark.roofline import (
    Machine,
    best_seconds,
    dense_layer,
    embedding_lookup,
    least_seconds,
    measured_accelerator,
    measured_machine,
    seconds_in_fit,
    seconds_per_step,
)
from recsys_helpers.benchmark.runs import remember_run, runs_so_far

__all__ = [
    "BACKENDS", "Machine", "best_seconds", "dense_layer", "device_report", "embedding_lookup", "installed_backends",
    "least_seconds", "measured_accelerator", "measured_machine", "remember_run", "runs_so_far", "seconds_in_fit",
    "seconds_per_step", "train_in",
]  # fmt: skip
