"""The catalogue of the course: `notebooks/course.toml` as objects, and where the files of a lesson are.

Everything else in `tools` receives a `Course`, so a test can build a course of its own in any folder.
"""

import tomllib
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "recsys_helpers"
EARLIER, EXERCISE_IDS = "earlier", "exercise ids"  # what `reads` may name besides a file of recorded/


@dataclass(frozen=True)
class Lesson:
    """One lesson as the catalogue describes it; the fields are explained at the top of course.toml."""

    file: str
    title: str
    task: str
    teaching: int
    exercises: int
    seconds: int
    needs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    colab: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    records: bool = False
    alone: bool = False

    @property
    def number(self) -> str:
        """The two digits that name the lesson in links, exercises and habits: "04"."""
        return self.file[:2]


@dataclass(frozen=True)
class Planned:
    """A lesson that does not exist yet."""

    number: str
    topic: str


@dataclass(frozen=True)
class Part:
    """Some lessons in a row, and the question that they answer together."""

    name: str
    question: str
    lessons: tuple[Lesson, ...] = ()
    planned: tuple[Planned, ...] = ()


@dataclass(frozen=True)
class Course:
    """All parts in order, and the folder in which they live."""

    root: Path
    parts: tuple[Part, ...]

    @cached_property
    def lessons(self) -> list[Lesson]:
        """All lessons in learning order."""
        return [lesson for part in self.parts for lesson in part.lessons]

    def lesson(self, number: str) -> Lesson:
        """The lesson with this number ("04")."""
        for lesson in self.lessons:
            if lesson.number == number:
                return lesson
        known = ", ".join(lesson.number for lesson in self.lessons)
        raise ValueError(f"There is no lesson {number!r} in course.toml, only {known}.")

    @property
    def notebooks(self) -> Path:
        """The folder that learners open."""
        return self.root / "notebooks"

    @property
    def package(self) -> Path:
        """The folder of the helper package."""
        return self.root / PACKAGE

    @property
    def recorded(self) -> Path:
        """The folder of the recorded results."""
        return self.package / "recorded"

    def script(self, lesson: Lesson) -> Path:
        """The percent script that an author edits."""
        return self.notebooks / "src" / f"{lesson.file}.py"

    def notebook(self, lesson: Lesson, solved: bool) -> Path:
        """The built notebook: the learner's, or the solved one."""
        return self.notebooks / ("solutions" if solved else ".") / f"{lesson.file}.ipynb"

    @cached_property
    def repository(self) -> str:
        """The address of the repository, from pyproject.toml: the one place that names it."""
        project = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))
        return project["project"]["urls"]["Repository"]

    def recorded_before(self, lesson: Lesson) -> list[Lesson]:
        """The earlier lessons whose rows of the results table are recorded."""
        return [other for other in self.lessons[: self.lessons.index(lesson)] if other.records]


def load_course(root: Path = ROOT) -> Course:
    """Read and check `notebooks/course.toml`; ValueError says which entry is wrong, and how."""
    raw = tomllib.loads((root / "notebooks" / "course.toml").read_text(encoding="utf-8"))
    course = Course(root, tuple(_part(entry) for entry in raw.get("part", [])))
    numbers = [lesson.number for lesson in course.lessons]
    for before, after in pairwise(numbers):
        if before >= after:
            raise ValueError(f"course.toml: lesson {after} follows lesson {before}; numbers must increase.")
    for lesson in course.lessons:
        if unknown := [other for other in lesson.needs if other not in numbers[: numbers.index(lesson.number)]]:
            raise ValueError(f"course.toml: {lesson.file} needs lessons that are not before it: {', '.join(unknown)}.")
    return course


def _part(entry: dict) -> Part:
    lessons = tuple(_made(Lesson, lesson) for lesson in entry.pop("lesson", []))
    planned = tuple(_made(Planned, lesson) for lesson in entry.pop("planned", []))
    return _made(Part, entry | {"lessons": lessons, "planned": planned})


def _made(kind: type, entry: dict):
    try:
        return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()})
    except TypeError as error:
        name = entry.get("file") or entry.get("number") or entry.get("name")
        raise ValueError(f"course.toml, entry {name!r}: {error}") from None
