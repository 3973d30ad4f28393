"""Run learners' notebooks in another environment, each in a folder that holds nothing but that notebook.

The environment needs `ipykernel` and nothing else of this project's tools: nbclient stays outside of it, so that its
versions stay as they are. A lesson passes when no cell raises, no claim of the text fails and nothing is written to
stderr, which readers would see.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
FAILED_CLAIM = "✗ not in this run"
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def learner_notebooks(numbers: list[str]) -> list[Path]:
    """The learners' notebooks with these lesson numbers, in order; all of them for an empty list."""
    paths = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    unknown = set(numbers) - {path.name[:2] for path in paths}
    if unknown:
        sys.exit(f"There is no lesson {', '.join(sorted(unknown))} in {NOTEBOOKS.relative_to(ROOT)}.")
    return [path for path in paths if not numbers or path.name[:2] in numbers]


def problems_of(book: NotebookNode) -> list[str]:
    """What a reader of this executed notebook would stumble over, one line each.

    >>> cell = nbformat.v4.new_code_cell("1 / 0", id="cell-003")
    >>> cell.outputs = [nbformat.v4.new_output("error", ename="ZeroDivisionError", evalue="division by zero")]
    >>> problems_of(nbformat.v4.new_notebook(cells=[cell]))
    ['cell-003 raised ZeroDivisionError: division by zero']
    """
    found = []
    for cell in book.cells:
        for output in cell.get("outputs", []):
            text = "".join(output.get("text", "")) + "".join(output.get("data", {}).get("text/plain", ""))
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", []):
                found.append(f"{cell.id} raised {output.ename}: {output.evalue}")
            if output.get("name") == "stderr":
                found.append(f"{cell.id} wrote to stderr: {text.strip()}")
            found += [f"{cell.id} claims: {line}" for line in text.splitlines() if FAILED_CLAIM in line]
    return found


def execute(book: NotebookNode, argv: list[str]) -> None:
    """Run all cells of a notebook in place, in a fresh kernel and in a folder that holds nothing else.

    `argv` starts the kernel, for example `[python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]`.
    """
    with tempfile.TemporaryDirectory() as kernels, tempfile.TemporaryDirectory() as settings:
        spec = Path(kernels) / "lesson" / "kernel.json"
        spec.parent.mkdir()
        spec.write_text(json.dumps({"argv": argv, "display_name": "lesson", "language": "python"}), encoding="utf-8")
        specs = KernelSpecManager(kernel_dirs=[kernels], ensure_native_kernel=False)
        manager = AsyncKernelManager(kernel_name="lesson", kernel_spec_manager=specs)
        with tempfile.TemporaryDirectory() as folder:
            nbformat.write(book, Path(folder) / "lesson.ipynb")
            client = NotebookClient(book, km=manager, timeout=600, allow_errors=True, record_timing=False)
            client.resources = {"metadata": {"path": folder}}
            asyncio.run(run_and_stop(client, environment_of_kernel(settings)))


async def run_and_stop(client: NotebookClient, environment: dict[str, str]) -> None:
    """Execute a notebook and end its kernel, whatever happened."""
    try:
        await client.async_execute(env=environment)
    finally:
        client.kc.stop_channels()
        await client.km.shutdown_kernel(now=True)


def environment_of_kernel(settings: str) -> dict[str, str]:
    """Environment variables of a kernel: this process's own Python stays out, and so does the reader's progress."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return (
        own
        | dict.fromkeys(ONE_THREAD, "1")
        | {
            "IPYTHONDIR": settings,
            "RECSYS_PROGRESS": str(Path(settings) / "progress.json"),
            "TQDM_DISABLE": "1",  # progress bars go to stderr, where everything else is a fault
        }
    )


def report(paths: list[Path], run: Callable[[Path], list[str]], jobs: int) -> bool:
    """Run the lessons, `jobs` at a time, and print a line for each; returns whether all of them passed."""
    started, failed = time.perf_counter(), []

    def timed(path: Path) -> tuple[list[str], float]:
        began = time.perf_counter()
        return run(path), time.perf_counter() - began

    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(timed, path): path for path in paths}
        for done, future in enumerate(as_completed(waiting), start=1):
            found, seconds = future.result()
            name = waiting[future].stem
            print(f"[{done:2}/{len(paths)}] {'FAIL' if found else 'ok  '} {name:<32}{seconds:5.0f} s", flush=True)
            for problem in found:
                print("        " + problem.replace("\n", "\n        "), flush=True)
            failed += [name] if found else []
    seconds = time.perf_counter() - started
    print(f"{len(paths) - len(failed)} of {len(paths)} lessons passed in {seconds:.0f} s", flush=True)
    return not failed
