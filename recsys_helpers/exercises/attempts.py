"""Telling a stub from an attempt: by what the function returns, and for "find the bug" by its source.

The stub of a built lesson is `return ...` in a function and `answer = ...` outside of one. Nothing here reads bytecode,
which differs from one Python to the next.
"""

import ast
import copy
import functools
import inspect
import textwrap
from collections.abc import Callable

from recsys_helpers.exercises.answers import NotAttempted, NotYet
from recsys_helpers.exercises.compare import agree

_DOTS = "Replace the dots"
_FAULTY = "Fix the function"


def is_stub(value) -> bool:
    """Whether a value is `...`, or a tuple of nothing else."""
    return value is Ellipsis or (isinstance(value, tuple) and bool(value) and all(map(is_stub, value)))


def watched(answer, given: Callable | None):
    """The answer; a function is wrapped so that a call raises NotAttempted for a stub, NotYet for a missing `return`.

    `given` is the faulty function of a "find the bug" exercise: as long as the answer is the same function, it is not
    attempted. Raises NotAttempted at once if that or a stub outside of a function is seen.
    """
    if answer is None or is_stub(answer):
        raise NotAttempted(_DOTS)
    if not inspect.isfunction(answer):
        return answer
    if given is not None and _body(answer) is not None and _body(answer) == _body(given):
        raise NotAttempted(_FAULTY)

    @functools.wraps(answer)
    def call(*arguments, **named):
        result = answer(*arguments, **named)
        if is_stub(result) or (result is None and _has_no_body(answer)):
            raise NotAttempted(_DOTS)
        if result is None:
            raise NotYet("Your function returned None for one of the inputs. Is a `return` missing?")
        return result

    return call


class Recorder:
    """Compares an answer with the faulty function it started from, where no source can be had: call by call."""

    def __init__(self, answer, given: Callable):
        self.answer, self.given, self.differs, self.n_calls = answer, given, False, 0

    def __call__(self, *arguments, **named):
        """The answer's result; remembers whether the faulty function says the same."""
        before = copy.deepcopy((arguments, named))
        self.n_calls += 1
        try:
            result = self.answer(*arguments, **named)
        except Exception as error:
            self.differs |= type(self._outcome(*before)) is not type(error)
            raise
        self.differs |= not agree(result, self._outcome(*before))
        return result

    def _outcome(self, arguments, named):
        try:
            return self.given(*arguments, **named)
        except Exception as error:
            return error

    @property
    def is_untouched(self) -> bool:
        """Whether every call gave what the faulty function gives."""
        return self.n_calls > 0 and not self.differs


def without_source(answer) -> bool:
    """Whether this is a function whose source cannot be read, so that only its behaviour can tell an attempt."""
    return inspect.isfunction(answer) and answer.__name__ != "<lambda>" and _body(answer) is None


def _tree(function: Callable) -> ast.FunctionDef | None:
    try:
        parsed = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return None
    return parsed if isinstance(parsed, ast.FunctionDef) else None


def _statements(tree: ast.FunctionDef) -> list[ast.stmt]:
    is_text = isinstance(tree.body[0], ast.Expr) and isinstance(getattr(tree.body[0].value, "value", None), str)
    return tree.body[1:] if is_text else tree.body


def _body(function: Callable) -> str | None:
    """The function without its name, docstring, comments and layout; None if its source cannot be read."""
    tree = _tree(function)
    if tree is None:
        return None
    names = [argument.arg for argument in tree.args.args]
    return f"{names} " + " ".join(ast.dump(statement) for statement in _statements(tree))


def _has_no_body(function: Callable) -> bool:
    """Whether a function consists of `...` or `pass` only, so that its None is no forgotten `return`."""
    tree = _tree(function)
    return tree is not None and all(
        isinstance(statement, ast.Pass)
        or (isinstance(statement, ast.Expr) and getattr(statement.value, "value", None) is Ellipsis)
        for statement in _statements(tree)
    )
