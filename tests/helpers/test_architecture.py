"""The shape of `recsys_helpers`: imports only point down, and TensorFlow is loaded only where Keras is."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "recsys_helpers"
BELOW = {  # room → the rooms it may import; ARCHITECTURE.md says what lives where
    "start": [],
    "data": ["start"],
    "evaluation": ["start", "data"],
    "models": ["start", "data", "evaluation"],
    "benchmark": ["start", "data", "evaluation", "models"],
    "explain": ["start", "data", "evaluation", "models"],
    "simulation": ["start", "data", "evaluation"],
    "cluster": ["start", "data", "models"],
    "serving": ["start", "data", "evaluation", "models", "explain"],
    "watching": ["start", "data", "evaluation", "models", "serving"],
    "capstone": ["start", "data", "evaluation", "models", "serving"],
    "notebook": ["start", "data", "evaluation"],
}
BELOW["exercises"] = list(BELOW)  # the checks may use every room
WITH_KERAS = {  # the files that load TensorFlow when they are imported; everything else starts in about a second
    "explain/gradient_based.py",
    "explain/layerwise.py",
    "explain/lookups.py",
    "models/bodies.py",
    "models/code_decoder.py",
    "models/hstu.py",
    "models/next_item.py",
    "models/pair_models.py",
    "models/wide_deep.py",
}
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room_of(path: Path) -> str:
    """The room a file belongs to: the folder it lies in, or its own name at the top level."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(node: ast.AST, path: Path) -> list[str]:
    """Full dotted names that one import statement asks for; `from a import b` asks for a.b."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    here = ("recsys_helpers", *path.relative_to(PACKAGE).parts[:-1])
    base = ".".join([*here[: len(here) + 1 - node.level], *filter(None, [node.module])]) if node.level else node.module
    return [f"{base}.{alias.name}" for alias in node.names]


def at_import_time(node: ast.AST):
    """All statements that run when the module is imported: everything but the bodies of functions."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from at_import_time(child)


def file_of(name: str) -> Path | None:
    """The file of a module of the package, or None: "recsys_helpers.models.bodies.gru_body" is models/bodies.py."""
    parts = name.split(".")[1:]
    for end in range(len(parts), 0, -1):
        for path in (PACKAGE.joinpath(*parts[:end]).with_suffix(".py"), PACKAGE.joinpath(*parts[:end], "__init__.py")):
            if path.exists():
                return path
    return None


def faults(source: str, path: Path) -> list[str]:
    """What a helper file does that the house forbids, one sentence each."""
    found, tree, room = [], ast.parse(source), room_of(path)
    if room not in BELOW:
        return [f"{room} is not a room: give it a place in this test and in ARCHITECTURE.md."]
    for node in ast.walk(tree):
        names = imported(node, path)
        for name in names:
            if name.startswith("recsys_helpers."):
                other = name.split(".")[1]
                if other != room and other not in BELOW[room]:
                    found.append(f"{room} imports {other}, which is not below it.")
            if name.endswith(".*"):
                found.append(f"{room} imports everything from {name[:-2]}.")
        if "sys.path" in names or (isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.path"):
            found.append(f"{room} touches sys.path.")
    if path.relative_to(PACKAGE).as_posix() not in WITH_KERAS:
        for node in at_import_time(tree):
            for name in imported(node, path):
                file = file_of(name) if name.startswith("recsys_helpers.") else None
                if name.split(".")[0] in ("tensorflow", "keras"):
                    found.append(f"{room} imports {name} at its top level.")
                if file and file.relative_to(PACKAGE).as_posix() in WITH_KERAS:
                    found.append(f"{room} loads TensorFlow through {name}.")
    return found


def circles(graph: dict[str, set[str]]) -> list[str]:
    """The modules that reach themselves over their imports."""

    def reached(start: str) -> set[str]:
        seen, waiting = set(), list(graph[start])
        while waiting:
            if (name := waiting.pop()) not in seen:
                seen.add(name)
                waiting += graph.get(name, ())
        return seen

    return [name for name in graph if name in reached(name)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_helper_keeps_the_rules_of_the_house(path):
    assert faults(path.read_text(encoding="utf-8"), path) == []


def test_no_helper_imports_itself_on_a_detour():
    """`exercises` is left out: its lesson files import the room, which finds them again by their names."""
    graph = {}
    for path in FILES:
        nodes = at_import_time(ast.parse(path.read_text(encoding="utf-8")))
        files = {file_of(name) for node in nodes for name in imported(node, path) if name.startswith("recsys_helpers.")}
        graph[str(path)] = {str(file) for file in files if file and file.name != "__init__.py"}
    assert circles(graph) == []


def test_a_circle_is_noticed():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]


@pytest.mark.parametrize(
    "source, fault",
    [
        ("from recsys_helpers import models", "evaluation imports models, which is not below it."),
        ("from recsys_helpers.models import ease", "evaluation imports models, which is not below it."),
        ("import recsys_helpers.models.fusion as e", "evaluation imports models, which is not below it."),
        ("from .. import models", "evaluation imports models, which is not below it."),
        ("from ..models.fusion import rank_fusion", "evaluation imports models, which is not below it."),
        ("def f():\n    from recsys_helpers import models", "evaluation imports models, which is not below it."),
        ("from numpy import *", "evaluation imports everything from numpy."),
        ("import sys\nsys.path.append('.')", "evaluation touches sys.path."),
        ("import sys\nsys.path[:0] = ['.']", "evaluation touches sys.path."),
        ("from sys import path", "evaluation touches sys.path."),
        ("import keras", "evaluation imports keras at its top level."),
        ("if True:\n    from tensorflow import data", "evaluation imports tensorflow.data at its top level."),
    ],
)
def test_each_forbidden_thing_is_noticed(source, fault):
    assert faults(source, PACKAGE / "evaluation" / "metrics.py") == [fault]


def test_tensorflow_on_a_detour_is_noticed():
    source = "from recsys_helpers.models.bodies import gru_body"
    expected = ["models loads TensorFlow through recsys_helpers.models.bodies.gru_body."]
    assert faults(source, PACKAGE / "models" / "fusion.py") == expected
    assert faults(source, PACKAGE / "models" / "next_item.py") == []


@pytest.mark.parametrize(
    "name, source",
    [
        ("evaluation/metrics.py", "from recsys_helpers import data"),
        ("evaluation/metrics.py", "def f():\n    import tensorflow as tf"),
        ("models/bodies.py", "import keras"),
        ("serving/app.py", "from recsys_helpers.serving import index"),
        ("serving/app.py", "from . import index\nfrom ..evaluation.metrics import rmse"),
    ],
)
def test_what_is_allowed_is_not_called_a_fault(name, source):
    assert faults(source, PACKAGE / name) == []


def test_a_module_without_a_room_is_noticed():
    assert "is not a room" in faults("", PACKAGE / "utils.py")[0]


def test_every_name_that_a_room_offers_exists():
    """`from recsys_helpers.data import *` would work: `__all__` names nothing that is not there."""
    rooms = ("data", "evaluation", "models", "benchmark", "explain", "notebook")
    code = f"import importlib; [getattr(importlib.import_module('recsys_helpers.' + r), n) for r in {rooms} "
    code += "for n in importlib.import_module('recsys_helpers.' + r).__all__]"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_the_numpy_lessons_start_without_a_deep_learning_library():
    rooms = ("data", "evaluation", "models", "benchmark", "explain", "notebook", "exercises")
    code = f"import sys, {', '.join(f'recsys_helpers.{name}' for name in rooms)}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "recsys_helpers.data" in loaded
    assert {"tensorflow", "keras", "torch", "jax"} & set(loaded) == set()
