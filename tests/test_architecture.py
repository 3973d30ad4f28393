"""The shape of `recsys_helpers`: imports form a ladder, TensorFlow stays where Keras is, and the whole stays small."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "recsys_helpers"
LADDER = """
    repro ids metrics plots download data own_data worlds leave_out baselines splits sampling scratch evaluate
    training keras_models explain serving exercises
""".split()
WITH_KERAS = {"keras_models", "training", "explain"}
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
SMALL = [path for path in FILES if path.parent == PACKAGE]  # serving/ and exercises/ have no limit


def step_of(path: Path) -> str:
    """The step of the ladder a file belongs to: its module, or the package it lies in."""
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


def faults(source: str, path: Path) -> list[str]:
    """What a helper file does that the house forbids, one sentence each."""
    found, tree, step = [], ast.parse(source), step_of(path)
    if step not in LADDER:
        return [f"{step} has no step on the ladder: give it one in this test."]
    for node in ast.walk(tree):
        names = imported(node, path)
        for name in names:
            if name.startswith("recsys_helpers."):
                other = name.split(".")[1]
                if other != step and other not in LADDER[: LADDER.index(step)]:
                    found.append(f"{step} imports {other}, which is not below it.")
            if name.endswith(".*"):
                found.append(f"{step} imports everything from {name[:-2]}.")
        if "sys.path" in names or (isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.path"):
            found.append(f"{step} touches sys.path.")
    for node in at_import_time(tree):
        for name in imported(node, path):
            if name.split(".")[0] in ("tensorflow", "keras") and step not in WITH_KERAS:
                found.append(f"{step} imports {name} at its top level.")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_helper_keeps_the_rules_of_the_house(path):
    assert faults(path.read_text(encoding="utf-8"), path) == []


@pytest.mark.parametrize(
    "source, fault",
    [
        ("from recsys_helpers import evaluate", "metrics imports evaluate, which is not below it."),
        ("from recsys_helpers.evaluate import top_k", "metrics imports evaluate, which is not below it."),
        ("import recsys_helpers.evaluate as e", "metrics imports evaluate, which is not below it."),
        ("from . import evaluate", "metrics imports evaluate, which is not below it."),
        ("from .evaluate import top_k", "metrics imports evaluate, which is not below it."),
        ("def f():\n    from recsys_helpers import evaluate", "metrics imports evaluate, which is not below it."),
        ("from numpy import *", "metrics imports everything from numpy."),
        ("import sys\nsys.path.append('.')", "metrics touches sys.path."),
        ("import sys\nsys.path[:0] = ['.']", "metrics touches sys.path."),
        ("from sys import path", "metrics touches sys.path."),
        ("import keras", "metrics imports keras at its top level."),
        ("if True:\n    from tensorflow import data", "metrics imports tensorflow.data at its top level."),
    ],
)
def test_each_forbidden_thing_is_noticed(source, fault):
    assert faults(source, PACKAGE / "metrics.py") == [fault]


@pytest.mark.parametrize(
    "name, source",
    [
        ("metrics.py", "from recsys_helpers import ids"),
        ("metrics.py", "def f():\n    import tensorflow as tf"),
        ("training.py", "import keras"),
        ("serving/app.py", "from recsys_helpers.serving import index"),
        ("serving/app.py", "from . import index\nfrom ..metrics import rmse"),
    ],
)
def test_what_is_allowed_is_not_called_a_fault(name, source):
    assert faults(source, PACKAGE / name) == []


def test_a_module_without_a_step_on_the_ladder_is_noticed():
    assert "has no step" in faults("", PACKAGE / "utils.py")[0]


def test_the_helpers_have_at_most_2700_lines_together_and_250_each():
    """2,400 held all but the explanations, which came last: one file that looks inside a model, one that asks it."""
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in SMALL}
    assert {name: n for name, n in lines.items() if n > 250} == {}
    assert sum(lines.values()) <= 2700, lines


def test_the_numpy_lessons_start_without_a_deep_learning_library():
    modules = ("data", "splits", "metrics", "evaluate", "baselines", "plots")
    code = f"import sys, {', '.join(f'recsys_helpers.{name}' for name in modules)}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "recsys_helpers.data" in loaded
    assert {"tensorflow", "keras", "torch", "jax"} & set(loaded) == set()
