"""What this machine is: processor, accelerator, threads, memory, versions. Never an error: what is unknown is "?"."""

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

import psutil

CPUINFO = Path("/proc/cpuinfo")
PACKAGES = ("numpy", "keras", "tensorflow", "jax", "torch")


def device_report() -> dict[str, str]:
    """Name → value, one line each for a reader to copy beside a measurement. Built for lesson 19.

    An accelerator is looked for with `nvidia-smi` and with the frameworks that are already imported, so that nothing
    is loaded for this report.

    >>> list(device_report())[:3]
    ['device', 'processor', 'accelerator']
    """
    processor, accelerator = processor_name(), accelerator_name()
    memory = psutil.virtual_memory()
    versions = [f"{name} {version}" for name in PACKAGES if (version := _version(name))]
    return {
        "device": accelerator if accelerator != "none" else processor,
        "processor": processor,
        "accelerator": accelerator,
        "cores": f"{_usable_cores()} usable of {os.cpu_count()}",
        "memory": f"{memory.available / 2**30:.1f} of {memory.total / 2**30:.1f} GiB free",
        "accelerator memory": _nvidia("memory.total") or "none",
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "versions": ", ".join(versions),
    }


def processor_name() -> str:
    """The maker's name of the CPU, or its architecture where the system does not tell."""
    try:
        lines = CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    if names and names[0] not in ("", "unknown"):
        return names[0]
    return platform.processor() if " " in platform.processor() else f"{platform.machine() or '?'} CPU"


def accelerator_name() -> str:
    """The name of a GPU or TPU, or "none"."""
    if name := _nvidia("name"):
        return name
    return "TPU" if os.environ.get("TPU_ACCELERATOR_TYPE") or os.environ.get("COLAB_TPU_ADDR") else "none"


def _nvidia(field: str) -> str:
    """One field of the first NVIDIA card, "" where there is none."""
    command = ["nvidia-smi", f"--query-gpu={field}", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return ""
    lines = done.stdout.strip().splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else ""


def _usable_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _version(package: str) -> str | None:
    for name in (package, f"{package}-cpu"):
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return None
