"""Run learners' notebooks in another environment, each in a folder that holds nothing but that notebook.

The environment needs `ipykernel` and nothing else of this project's tools: nbclient stays outside of it, so that its
versions stay as they are. A lesson passes when no cell raises, no claim of the text fails and nothing is written to
stderr, which readers would see.
"""

import argparse
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
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from tools.catalogue import Course, Lesson
from tools.execute import ONE_THREAD

FAILED_CLAIM = "✗ not in this run"
SHOWN = 8  # problems of one lesson that are printed


def command_line(description: str) -> argparse.ArgumentParser:
    """The options that the programs share: lesson numbers, --solved, --jobs and --python."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lessons", nargs="*", metavar="NN", help="lesson numbers; default: all")
    parser.add_argument("--solved", action="store_true", help="run the solved notebooks instead of the learners'")
    parser.add_argument("--jobs", type=int, default=1, help="how many lessons run at the same time")
    parser.add_argument("--python", metavar="PATH", help="the interpreter to use; by default, it is looked for")
    return parser


def chosen(course: Course, numbers: list[str]) -> list[Lesson]:
    """The lessons with these numbers, in order; all of them for an empty list."""
    unknown = set(numbers) - {lesson.number for lesson in course.lessons}
    if unknown:
        sys.exit(f"There is no lesson {', '.join(sorted(unknown))}.")
    return [lesson for lesson in course.lessons if not numbers or lesson.number in numbers]


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


def execute(book: NotebookNode, argv: list[str], alone: bool = False) -> None:
    """Run all cells of a notebook in place, in a fresh kernel and in a folder that holds nothing else.

    `argv` starts the kernel, for example `[python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]`. With
    `alone` it may use all threads of the machine.
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
            asyncio.run(_run_and_stop(client, _environment(settings, alone)))


async def _run_and_stop(client: NotebookClient, environment: dict[str, str]) -> None:
    """Execute a notebook and end its kernel, whatever happened."""
    try:
        await client.async_execute(env=environment)
    finally:
        client.kc.stop_channels()
        await client.km.shutdown_kernel(now=True)


def _environment(settings: str, alone: bool) -> dict[str, str]:
    """Environment variables of a kernel: this process's own Python stays out, and so does the reader's progress."""
    left_out = ("PYTHON", "VIRTUAL_ENV", "RECSYS_", *ONE_THREAD)
    own = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    own |= {"IPYTHONDIR": settings, "RECSYS_PROGRESS": str(Path(settings) / "progress.json")}
    own["TQDM_DISABLE"] = "1"  # progress bars go to stderr, where everything else is a fault
    return own if alone else own | ONE_THREAD


def report(lessons: list[Lesson], run: Callable[[Lesson], list[str]], jobs: int) -> bool:
    """Run the lessons, `jobs` at a time, and print a line for each; returns whether all of them passed.

    What measures speed runs alone, at the end.
    """
    started, failed, done = time.perf_counter(), [], 0

    def timed(lesson: Lesson) -> tuple[list[str], float]:
        began = time.perf_counter()
        try:
            found = run(lesson)
        except (CellTimeoutError, DeadKernelError) as error:  # the other lessons still run
            found = [f"stopped: {str(error).strip().splitlines()[0]}"]
        return found, time.perf_counter() - began

    for group, at_a_time in (
        ([lesson for lesson in lessons if not lesson.alone], jobs),
        ([lesson for lesson in lessons if lesson.alone], 1),
    ):
        with ThreadPoolExecutor(at_a_time) as pool:
            waiting = {pool.submit(timed, lesson): lesson for lesson in group}
            for future in as_completed(waiting):
                (found, seconds), name, done = future.result(), waiting[future].file, done + 1
                state = "FAIL" if found else "ok  "
                print(f"[{done:2}/{len(lessons)}] {state} {name:<32}{seconds:5.0f} s", flush=True)
                more = [f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []  # most follow from the first
                for problem in [*found[:SHOWN], *more]:
                    print("        " + problem.replace("\n", "\n        "), flush=True)
                failed += [name] if found else []
    seconds = time.perf_counter() - started
    print(f"{len(lessons) - len(failed)} of {len(lessons)} lessons passed in {seconds:.0f} s", flush=True)
    return not failed
