"""What can go wrong, each in one sentence that says what to do, and the checks that find it before anything starts."""

import importlib.util
import socket
import tempfile
from pathlib import Path

HOST = "127.0.0.1"
GO_ON = "The checkpoints are kept: run the same again to go on from the newest."


class ClusterError(RuntimeError):
    """What stopped a training, in one sentence that says what to do."""


class WorkerDied(ClusterError):
    """A worker ended in the middle, and no reason is known why the next attempt must fail, too."""


def died(rank: int, how: str) -> WorkerDied:
    """The error of a worker that ended in the middle."""
    return WorkerDied(f"Worker {rank} ended in the middle ({how}). {GO_ON}")


def named_in(text: str) -> ClusterError | None:
    """The ClusterError that the last words of a worker name, if they do.

    >>> named_in("Traceback: ...\\nClusterError: The disk is full.\\n")
    ClusterError('The disk is full.')
    """
    *_, words = text.rpartition("ClusterError: ")
    return ClusterError(words.splitlines()[0]) if "ClusterError: " in text else None


def first_line(error: Exception) -> str:
    """The first line of an error's text, or its type if it has none."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def not_installed(name: str, what: str, package: str) -> ClusterError:
    """The error of a missing library."""
    return ClusterError(f"{what} is not installed here ({name} is missing): pip install '{package}', and run again.")


def need_jax() -> None:
    """A ClusterError if the workers could not import JAX."""
    for name in ("jax", "jaxlib"):
        try:
            is_there = importlib.util.find_spec(name) is not None
        except (ImportError, ValueError):
            is_there = False
        if not is_there:
            raise not_installed(name, "JAX", "jax")


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
    """A ClusterError if the port is taken, or is none."""
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
