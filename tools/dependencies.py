"""Which files the code of a lesson depends on, found by reading that code, never by running it.

Imports are followed from module to module, wherever they stand. A package whose `__init__` holds nothing but imports is
looked through: `from recsys_helpers.evaluation import top_k` leads to the file that defines `top_k`, not to the whole
room. Strings in the code count as well: a dotted name (`python -m recsys_helpers.serving`), a program written as text,
and the name of a file beside the module ("page.html") or of a folder in `data/`.
"""

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from tools.catalogue import PACKAGE, Course

DOTTED = re.compile(rf"\b{PACKAGE}(?:\.\w+)*")
STATEMENT = re.compile(rf"(?:from {PACKAGE}[\w.]* import (?:\([^)]*\)|[\w*, ]+)|import {PACKAGE}[\w.]*)")
EXERCISE_ID = re.compile(r"\d\d\.\d+")


def files_behind(course: Course, code: str, number: str) -> set[Path]:
    """Every file that the code of lesson `number` needs: modules, files beside them, data; without the results."""
    search = _Search(course, number)
    search.read(code, package=None, folder=None)
    return search.files


def exercise_ids(course: Course) -> list[str]:
    """The ids of all exercises of the course, as the files of checks register them, in order."""
    found = set()
    for path in (course.package / "exercises").glob("lesson_[0-9][0-9].py"):
        for node in ast.walk(_parsed(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                values = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "id")]
                texts = [value.value for value in values if isinstance(value, ast.Constant)]
                found |= {text for text in texts if isinstance(text, str) and EXERCISE_ID.fullmatch(text)}
    return sorted(found, key=lambda id: [int(part) for part in id.split(".")])


class _Search:
    """Collects files; every module is read once."""

    def __init__(self, course: Course, number: str):
        self.course, self.number, self.files = course, number, set()

    def read(self, code: str, package: str | None, folder: Path | None) -> None:
        """Follow everything that one piece of code imports or names; `package` is where its relative imports start."""
        tree = _parsed(code)
        for module, name in _imports(tree, package):
            self.imported(module, name)
        for text in _texts(tree):
            self.named(text, folder)

    def imported(self, module: str, name: str | None) -> None:
        """`import module` (name is None) or `from module import name`."""
        if module.split(".")[0] != PACKAGE:
            return
        parts = module.split(".")
        for depth in range(1, len(parts)):  # the packages around it run first
            self.window(".".join(parts[:depth]))
        path = self.path_of(module)
        if path is None:  # not a module: `import recsys_helpers.evaluation.top_k` stands in a string or a mistake
            return
        if name and self.path_of(f"{module}.{name}"):
            self.window(module)
            self.imported(f"{module}.{name}", None)
        elif sources := [(source, original) for source, original, bound in _offers(path, module) if bound == name]:
            for source, original in sources:
                self.imported(source, original)
        else:
            self.module(module, path)

    def module(self, module: str, path: Path) -> None:
        """Count a module, and follow what it imports and names."""
        if path in self.files:
            return
        self.files.add(path)
        is_package = path.name == "__init__.py"
        self.read(path.read_text(encoding="utf-8"), module if is_package else module.rpartition(".")[0], path.parent)
        if module == f"{PACKAGE}.exercises" or module.startswith(f"{PACKAGE}.exercises."):
            checks = self.course.package / "exercises" / f"lesson_{self.number}.py"
            if checks.exists():
                self.module(f"{PACKAGE}.exercises.{checks.stem}", checks)

    def window(self, package: str) -> None:
        """A package that is only passed through counts if its `__init__` does more than import."""
        path = self.path_of(package)
        if path and path.name == "__init__.py" and not _only_imports(path):
            self.module(package, path)

    def named(self, text: str, folder: Path | None) -> None:
        """A module, a program or a file that a string names."""
        if PACKAGE in text:
            for dotted in DOTTED.findall(text):
                path = self.path_of(dotted)
                if path and path.name == "__init__.py" and dotted != PACKAGE:  # `python -m package`
                    self.imported(f"{dotted}.__main__", None)
                elif path and dotted != PACKAGE:
                    self.imported(dotted, None)
            for statement in STATEMENT.findall(text):
                with suppress(SyntaxError):  # prose that begins like a statement
                    self.read(statement, package=None, folder=None)
        if re.fullmatch(r"[\w-][\w.-]*", text):
            if folder and (folder / text).is_file():
                self.files.add(folder / text)
            self.files.update(path for path in (self.course.root / "data" / text).rglob("*.gz"))

    def path_of(self, module: str) -> Path | None:
        """The file of a dotted name, or None if it is no module of the helper package."""
        base = self.course.root.joinpath(*module.split("."))
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path.is_file():
                return path
        return None


@cache
def _parsed(code: str) -> ast.Module:
    """The syntax tree of some code: most lessons share most helpers."""
    return ast.parse(code)


def _imports(tree: ast.AST, package: str | None) -> Iterator[tuple[str, str | None]]:
    """(module, name) for each import statement, wherever it stands; name is None for `import module`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((_absolute(node, package), alias.name) for alias in node.names)


def _absolute(node: ast.ImportFrom, package: str | None) -> str:
    """The full name of the module that a `from` statement starts from."""
    if not node.level:
        return node.module
    around = (package or "").split(".")
    return ".".join([*around[: len(around) + 1 - node.level], *filter(None, [node.module])])


def _texts(tree: ast.AST) -> Iterator[str]:
    """All strings of the code except docstrings."""
    is_docstring = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in is_docstring:
            yield node.value


def _only_imports(path: Path) -> bool:
    """Whether a file holds nothing but a docstring, imports and `__all__`."""
    for node in _parsed(path.read_text(encoding="utf-8")).body:
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_all = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        if not (is_text or is_all or isinstance(node, ast.Import | ast.ImportFrom)):
            return False
    return True


def _offers(path: Path, package: str) -> Iterator[tuple[str, str | None, str]]:
    """(module, name in it, name here) for each name that an `__init__` of nothing but imports offers."""
    if path.name != "__init__.py" or not _only_imports(path):
        return
    for node in _parsed(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield _absolute(node, package), alias.name, alias.asname or alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None, alias.asname or alias.name.split(".")[0]
