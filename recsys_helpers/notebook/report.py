"""A report on this machine that says what is wrong with it, and how to fix it."""

import os
import platform
import sys
from importlib import metadata

from recsys_helpers.start import quiet_tensorflow

CORE_PACKAGES = ("numpy", "pandas", "scikit-learn", "matplotlib", "keras", "tensorflow", "jupyterlab")
OLDEST_KERAS = (3, 15, 1)
LEAST_MEMORY_GIB = 4.0


def _version(package: str) -> str | None:
    for name in (package, f"{package}-cpu"):
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return None


def _gpus() -> list[str]:
    quiet_tensorflow()
    import tensorflow as tf  # slow, hence only here

    return [device.name for device in tf.config.list_physical_devices("GPU")]


def environment_report(look_for_gpu: bool = True) -> tuple[list[tuple[str, str]], list[str]]:
    """Describe this machine and list what has to be mended.

    Returns `(facts, problems)`: pairs of name and value, and one sentence with its remedy for each problem.
    With `look_for_gpu` TensorFlow is imported, which takes some seconds.

    >>> facts, problems = environment_report(look_for_gpu=False)
    >>> facts[0][0]
    'Python'
    """
    import psutil

    memory = psutil.virtual_memory()
    facts = [
        ("Python", platform.python_version()),
        ("system", f"{platform.system()} {platform.machine()}"),
        ("CPU cores", str(os.cpu_count())),
        ("memory free / all", f"{memory.available / 2**30:.1f} / {memory.total / 2**30:.1f} GiB"),
    ]
    problems = []
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        problems.append("Python must be 3.11, 3.12 or 3.13 (TensorFlow has no wheel for others): make a new `.venv`.")
    if memory.available < LEAST_MEMORY_GIB * 2**30:
        problems.append(f"Less than {LEAST_MEMORY_GIB:.0f} GiB of memory is free: close other programs or notebooks.")
    for package in CORE_PACKAGES:
        version = _version(package)
        facts.append((package, version or "missing"))
        if version is None:
            problems.append(f"The package {package} is missing: run `pip install -r requirements.txt` here.")
    keras_version = _version("keras")
    if keras_version and tuple(int(part) for part in keras_version.split(".")[:3] if part.isdigit()) < OLDEST_KERAS:
        problems.append("Keras is older than 3.15.1, which closes known security holes: `pip install keras==3.15.1`.")
    if look_for_gpu and _version("tensorflow"):
        gpus = _gpus()
        facts.append(("GPU", ", ".join(gpus) if gpus else "none (every lesson runs on the CPU)"))
    return facts, problems
