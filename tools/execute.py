"""Run a notebook from top to bottom in a fresh kernel.

One thread for each kernel, so that several can run side by side and their numbers do not depend on what else runs;
a lesson that measures speed gets all threads of the machine, and the machine for itself.
"""

import os
import tempfile
import time
from pathlib import Path

from nbclient import NotebookClient
from nbformat import NotebookNode

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",  # Apple's matrix library
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}


def environment(root: Path, alone: bool) -> dict[str, str]:
    """The environment of a kernel: the helpers of this checkout, no progress bars, and its number of threads."""
    own = {key: value for key, value in os.environ.items() if key not in {*ONE_THREAD, "RECSYS_RECORD"}}
    path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    return own | {"PYTHONPATH": path, "TQDM_DISABLE": "1"} | ({} if alone else ONE_THREAD)


def execute(book: NotebookNode, root: Path, alone: bool = False, record: bool = False) -> float:
    """Run a notebook in place; returns the seconds it took.

    `root` is the repository. With `record`, the lesson writes its rows of the results table. Raises nbclient's
    CellExecutionError if a cell fails, RuntimeError if one writes to stderr, where readers would see it.
    """
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        own = {"RECSYS_PROGRESS": str(Path(folder) / "progress.json")} | ({"RECSYS_RECORD": "1"} if record else {})
        resources = {"metadata": {"path": str(root / "notebooks")}}
        quiet = ["--log-level=ERROR"]  # the kernel warns about its transport, which nobody chose
        client = NotebookClient(
            book,
            timeout=600,
            record_timing=False,
            coalesce_streams=True,  # what is printed in pieces is stored as one text, so two runs store the same
            resources=resources,
            extra_arguments=quiet,
        )
        client.execute(env=environment(root, alone) | own)
    book.metadata["language_info"] = {"name": "python"}
    for cell in book.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise RuntimeError(f"{cell.id} wrote to stderr, which readers would see:\n{output.text}")
    return time.perf_counter() - started
