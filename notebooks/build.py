"""Build the lessons: each percent script in src/ becomes a notebook for learners and a solved one, both executed.

    python notebooks/build.py                 build what is older than its script or the helpers
    python notebooks/build.py 04 07           build these lessons
    python notebooks/build.py --back FILE     turn an edited solution notebook back into its script

What the build adds to a script: the line of links under the title and, for Colab, the cell that installs the package.
Both are made from the repository's URL in pyproject.toml and are left out again on the way back.
"""

import os
import re
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

NOTEBOOKS = Path(__file__).resolve().parent
SOURCES = NOTEBOOKS / "src"
ROOT = NOTEBOOKS.parent
SOLUTION = re.compile(r"^([ ]*)### BEGIN SOLUTION\n.*?^[ ]*### END SOLUTION\n?", re.DOTALL | re.MULTILINE)
MARKS = re.compile(r"^[ ]*### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)
NOT_ON_COLAB = {  # lesson: packages it needs that Colab does not bring
    "22": "ai-edge-litert onnx onnxruntime tf2onnx",
    "23": "faiss-cpu fastapi onnx onnxruntime prometheus-client uvicorn",
    "26": "shap",
}
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def project() -> dict:
    """The parsed pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def lessons() -> list[str]:
    """Names of all lessons in order, without ending: "04_measure_a_recommender"."""
    return sorted(path.stem for path in SOURCES.glob("[0-9][0-9]_*.py"))


def notebook_path(name: str, solved: bool) -> Path:
    """Where the built notebook of a lesson stands."""
    return NOTEBOOKS / "solutions" / f"{name}.ipynb" if solved else NOTEBOOKS / f"{name}.ipynb"


def links(name: str, solved: bool) -> str:
    """The line under the title: Colab, previous, next, solutions."""
    url = project()["project"]["urls"]["Repository"]
    colab = url.replace("https://github.com", "https://colab.research.google.com/github")
    order = lessons()
    place = order.index(name)
    folder = "notebooks/solutions" if solved else "notebooks"
    parts = [f"[Open in Colab]({colab}/blob/main/{folder}/{name}.ipynb)"]
    if place > 0:
        parts.append(f"[← Lesson {order[place - 1][:2]}]({order[place - 1]}.ipynb)")
    if place + 1 < len(order):
        parts.append(f"[Lesson {order[place + 1][:2]} →]({order[place + 1]}.ipynb)")
    parts.append(f"[Lesson without solutions](../{name}.ipynb)" if solved else f"[Solutions](solutions/{name}.ipynb)")
    return " · ".join(parts)


def colab_cell(name: str) -> str:
    """Installs the package, and what a lesson needs beside it, on Colab and nowhere else; its TensorFlow stays."""
    more = NOT_ON_COLAB.get(name[:2])
    url = project()["project"]["urls"]["Repository"]
    return (
        "import sys\n\n"
        'if "google.colab" in sys.modules:  # does nothing on your own machine\n'
        f'    get_ipython().run_line_magic("pip", "install -q --no-deps git+{url}")\n'
        "    get_ipython().run_line_magic('pip', 'install -q pandera pooch \"keras>=3.15.1\"')"
        + (f'\n    get_ipython().run_line_magic("pip", "install -q {more}")' if more else "")
    )


def learner_source(source: str) -> str:
    """A code cell with its solution taken out: `return ...` in a function, nothing at the top level."""
    stub = "return ...  # your code here\n"
    return SOLUTION.sub(lambda found: found[1] + stub if found[1] else "", source).rstrip("\n")


def generate(name: str, solved: bool) -> NotebookNode:
    """The notebook of a lesson, not yet executed."""
    script = (SOURCES / f"{name}.py").read_text(encoding="utf-8")
    book = jupytext.reads(script, fmt="py:percent")
    title, *cells = book.cells
    minutes = {key: title.metadata.pop(key) for key in ("teaching", "exercises") if key in title.metadata}
    added = [
        nbformat.v4.new_markdown_cell(links(name, solved), metadata={"tags": ["links"]}),
        nbformat.v4.new_code_cell(colab_cell(name), metadata={"tags": ["colab"]}),
    ]
    cells = [title, added[0], cells[0], added[1], *cells[1:]]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number:03d}"
        if "reveal" in cell.metadata.get("tags", []):  # stored, but folded: the answer to a question asked before it
            cell.metadata["jupyter"] = {"outputs_hidden": True}
        if cell.cell_type == "code":
            cell["source"] = MARKS.sub("", cell.source).rstrip("\n") if solved else learner_source(cell.source)
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}, "minutes": minutes}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def execute(book: NotebookNode) -> float:
    """Run a notebook from top to bottom in a fresh kernel, in place; returns the seconds it took."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "RECSYS_PROGRESS": str(Path(folder) / "progress.json"),
            "TQDM_DISABLE": "1",
            "RECSYS_RECORD": "1",
        }
        NotebookClient(
            book, timeout=600, record_timing=False, resources={"metadata": {"path": str(NOTEBOOKS)}}
        ).execute()
    book.metadata["language_info"] = {"name": "python"}
    for cell in book.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise RuntimeError(f"{cell.id} wrote to stderr, which readers would see:\n{output.text}")
    return time.perf_counter() - started


def build(name: str) -> None:
    """Build both notebooks of a lesson and say how long they took."""
    for solved in (False, True):
        book = generate(name, solved)
        seconds = execute(book)
        path = notebook_path(name, solved)
        path.parent.mkdir(exist_ok=True)
        nbformat.write(book, path)
        print(f"{path.relative_to(ROOT)}: {seconds:.0f} s", flush=True)


def is_stale(name: str) -> bool:
    """Whether a lesson's notebooks are missing, or older than its script or any helper."""
    made_from = [SOURCES / f"{name}.py", *(ROOT / "recsys_helpers").glob("*.py")]
    made_from += (ROOT / "recsys_helpers" / "exercises").glob(f"lesson_{name[:2]}.py")
    newest = max(path.stat().st_mtime for path in made_from)
    return any(
        not notebook_path(name, solved).exists() or notebook_path(name, solved).stat().st_mtime < newest
        for solved in (False, True)
    )


def back(path: Path) -> None:
    """Write the script of a lesson from its notebook, opened and edited in JupyterLab or Colab.

    Solutions need their marks: edit the solved cells in the script itself, everything else anywhere.
    """
    book = nbformat.read(path, as_version=4)
    old = jupytext.read(SOURCES / f"{path.stem}.py", fmt="py:percent")
    marked: dict[str, list[str]] = {}  # a cell without marks or without its solution → the cells it can come from
    for cell in old.cells:
        if MARKS.search(cell.source):
            for seen in (MARKS.sub("", cell.source).rstrip("\n"), learner_source(cell.source)):
                marked.setdefault(seen, []).append(cell.source)
    book.cells = [cell for cell in book.cells if not {"links", "colab"} & set(cell.metadata.get("tags", []))]
    minutes = book.metadata.get("minutes", {})
    book.cells[0].metadata.update({key: minutes[key] for key in ("teaching", "exercises") if key in minutes})
    for cell in book.cells:
        if cell.cell_type == "code" and marked.get(cell.source):
            cell["source"] = marked[cell.source].pop(0)
    book.metadata = {}
    options = {"notebook_metadata_filter": "-all", "cell_metadata_filter": "tags,teaching,exercises,-all"}
    book.metadata["jupytext"] = options
    text = jupytext.writes(book, fmt="py:percent")
    (SOURCES / f"{path.stem}.py").write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Command line; see the top of this file."""
    if arguments[:1] == ["--back"]:
        for path in arguments[1:]:
            back(Path(path))
        return
    wanted = [name for name in lessons() if name[:2] in arguments] if arguments else [*filter(is_stale, lessons())]
    for name in wanted:
        build(name)
    if not wanted:
        print("Every notebook is newer than its script and the helpers.")


if __name__ == "__main__":
    main(sys.argv[1:])
