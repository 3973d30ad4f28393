"""What is out of date, decided by content and never by clocks.

Each built notebook keeps, in its metadata under `built`, a digest of everything its outputs were made from, file by
file, and a digest of its own cells. Comparing them with the files of today gives one of four answers:

- `fresh`: nothing to do. Touching a file, cloning the course or moving it changes nothing.
- `text`: the code and all it depends on are the same, but the words, links or Colab cell are not; the cells are written
  again around the stored outputs.
- `run`: the code, or something it depends on, changed; the notebook is executed.
- `edited`: somebody worked in the notebook itself; a build leaves it alone.

Versions of libraries do not count: the tests run every notebook again with the libraries that are installed.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.catalogue import EARLIER, EXERCISE_IDS, Course, Lesson
from tools.dependencies import exercise_ids, files_behind
from tools.generate import code_cells, generate

TEXT_FILES = {".py", ".csv", ".html", ".md", ".toml"}


@dataclass(frozen=True)
class State:
    """What a notebook needs, and why."""

    kind: str
    reasons: tuple[str, ...] = ()

    @property
    def because(self) -> str:
        """The reasons as one phrase; the first three of many."""
        more = f" and {len(self.reasons) - 3} more" if len(self.reasons) > 3 else ""
        return ", ".join(self.reasons[:3]) + more


def digest(content: bytes | str) -> str:
    """A short SHA-256: twelve hexadecimal digits are plenty for comparing versions of one file."""
    return hashlib.sha256(content.encode("utf-8") if isinstance(content, str) else content).hexdigest()[:12]


def digest_of(path: Path) -> str:
    """The digest of a file; line ends of text do not count, as they differ between systems."""
    content = path.read_bytes() if path.exists() else b"missing"
    return digest(content.replace(b"\r\n", b"\n") if path.suffix in TEXT_FILES else content)


def made_from(course: Course, lesson: Lesson, book: NotebookNode) -> dict[str, str]:
    """Everything that the outputs of a notebook depend on: what it is → digest. `book` is the generated notebook."""
    cells = code_cells(book)
    files = files_behind(course, "\n\n".join(_plain(cell.source) for cell in cells), lesson.number)
    files |= {path for name in lesson.reads for path in _recorded(course, lesson, name)}
    files.add(Path(__file__).with_name("execute.py"))
    parts = {_name(course, path): digest_of(path) for path in files}
    parts["code"] = digest(repr([cell.source for cell in cells]))
    parts["threads"] = "all" if lesson.alone else "one"
    if EXERCISE_IDS in lesson.reads:
        parts[EXERCISE_IDS] = digest(repr(exercise_ids(course)))
    return dict(sorted(parts.items()))


def state(course: Course, lesson: Lesson, solved: bool) -> State:
    """What the notebook of a lesson needs today."""
    path = course.notebook(lesson, solved)
    if not path.exists():
        return State("run", ("it was never built",))
    book, made = nbformat.read(path, as_version=4), generate(course, lesson, solved)
    built = book.metadata.get("built")
    same_cells = _sources(book.cells) == _sources(made.cells)
    if built is None:
        return State("run", ("it does not say what it was made from",))
    if built["cells"] != cells_digest(book) and not same_cells:
        return State("edited", ("its cells were edited in the notebook",))
    before, today = built["made_from"], made_from(course, lesson, made)
    if changed := sorted(key for key in before.keys() | today.keys() if before.get(key) != today.get(key)):
        return State("run", tuple(changed))
    if not same_cells or not _same_dress(book, made):
        return State("text", ("its words, links or metadata changed",))
    return State("fresh")


def cells_digest(book: NotebookNode) -> str:
    """The digest of all cells, without outputs and metadata, which change whenever somebody runs the notebook."""
    return digest(repr(_sources(book.cells)))


def without_built(book: NotebookNode) -> dict:
    """The metadata of a notebook as `generate` makes them."""
    return {key: value for key, value in book.metadata.items() if key != "built"}


def _same_dress(book: NotebookNode, made: NotebookNode) -> bool:
    """Whether ids and metadata agree too."""
    return without_built(book) == made.metadata and [(cell.id, cell.metadata) for cell in book.cells] == [
        (cell.id, cell.metadata) for cell in made.cells
    ]


def _sources(cells: Iterable[NotebookNode]) -> list[tuple[str, str]]:
    return [(cell.cell_type, cell.source) for cell in cells]


def _recorded(course: Course, lesson: Lesson, name: str) -> list[Path]:
    if name == EARLIER:
        return [course.recorded / f"{other.number}.csv" for other in course.recorded_before(lesson)]
    return [] if name == EXERCISE_IDS else [course.recorded / name]


def _name(course: Course, path: Path) -> str:
    """The name of a file from the root on, the same on every system; the build's own files go by their own."""
    return path.relative_to(course.root).as_posix() if path.is_relative_to(course.root) else f"tools/{path.name}"


def _plain(source: str) -> str:
    """A cell as plain Python: lines for the notebook (`%…`, `!…`, `?`) are left out."""
    return "\n".join(line for line in source.splitlines() if not line.lstrip().startswith(("%", "!", "?")))
