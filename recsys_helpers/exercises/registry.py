"""What an exercise is, and the kinds that need no code of their own: choose, predict, trace, put in order."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recsys_helpers.exercises.answers import NotYet, as_letters, as_number

KINDS = ("code", "faded", "debug", "choice", "predict", "trace", "parsons")
_PACKAGE = __name__.rpartition(".")[0]


@dataclass(frozen=True)
class Exercise:
    """One exercise: its id ("04.2"), objective ("O3"), kind, check, and the sentence that a pass deserves."""

    id: str
    objective: str
    kind: str
    test: Callable
    done: str
    given: Callable | None = None  # the faulty function of a "find the bug": unchanged, it is not attempted yet


_REGISTRY: dict[str, Exercise] = {}


def exercise(id: str, objective: str, kind: str, done: str, given: Callable | None = None) -> Callable:
    """Register a check: a function of the answer that returns if it is right, raises NotYet(hint) if not."""
    if kind not in KINDS:
        raise ValueError(f"Exercise {id}: kind must be one of {KINDS}, not {kind!r}.")

    def register(test: Callable) -> Callable:
        _REGISTRY[id] = Exercise(id, objective, kind, test, done, given)
        return test

    return register


def choice(id: str, objective: str, right: str, why_not: dict[str, str], done: str) -> None:
    """Register a multiple-choice question; `why_not` explains each wrong letter."""

    def test(answer: str) -> None:
        letter = as_letters(answer).lower()
        if letter in why_not:
            raise NotYet(why_not[letter])
        if letter != right:
            raise NotYet(f"Answer with one letter, one of {', '.join(sorted([right, *why_not]))}.")

    exercise(id, objective, "choice", done)(test)


def predict(
    id: str,
    objective: str,
    truth: float,
    within: float,
    low: str,
    high: str,
    done: str,
    between: tuple[float, float] = (-np.inf, np.inf),
) -> None:
    """Register a guess to be made before a run: any number in `between` passes, and gets the sentence that fits it."""

    def test(answer: float) -> str:
        guess = as_number(answer)
        if not between[0] <= guess <= between[1]:
            raise NotYet(f"Guess a number between {between[0]:g} and {between[1]:g}.")
        return low if guess < truth - within else high if guess > truth + within else done

    exercise(id, objective, "predict", done)(test)


def trace(
    id: str, objective: str, truth: float, mistakes: dict[float, str], otherwise: str, done: str, within: float = 0.006
) -> None:
    """Register a number to be worked out by hand, right if it is at most `within` from `truth`.

    `mistakes`: the number that a mistake leads to → the hint that names it; the nearest one within the same distance is
    given. `otherwise` shows the way to whoever has another number.
    """

    def test(answer) -> None:
        number = as_number(answer)
        if abs(number - truth) <= within:
            return
        nearest = min(mistakes, key=lambda wrong: abs(number - wrong))
        raise NotYet(mistakes[nearest] if abs(number - nearest) <= within else otherwise)

    exercise(id, objective, "trace", done)(test)


def parsons(
    id: str,
    objective: str,
    right: str | tuple[str, ...],
    not_used: dict[str, str],
    before: dict[str, str],
    done: str,
    otherwise: str = "",
) -> None:
    """Register lines to be put in order, answered with their letters.

    `right`: one order, or all that are right. `not_used`: a letter that does not belong → why. `before`: two letters,
    such as "AC" → the hint if A does not stand before C; the first one that is broken is given, so every wrong order
    must break one of them, or `otherwise` says what is wrong with it.
    """
    orders = (right,) if isinstance(right, str) else right
    used = sorted(orders[0])

    def test(answer) -> None:
        order = as_letters(answer)
        if order in orders:
            return
        for letter, hint in not_used.items():
            if letter in order:
                raise NotYet(hint)
        if sorted(order) != used:
            raise NotYet(f"Use each of the letters {', '.join(used[:-1])} and {used[-1]} once.")
        for (first, second), hint in before.items():
            if order.index(first) > order.index(second):
                raise NotYet(hint)
        raise NotYet(otherwise or "Nearly: read the lines once more, and ask of each what it needs.")

    exercise(id, objective, "parsons", done)(test)


def find(id: str) -> Exercise:
    """The exercise with this id. Raises KeyError for an unknown one."""
    lesson = f"{_PACKAGE}.lesson_{str(id).split('.')[0]}"
    if importlib.util.find_spec(lesson):
        importlib.import_module(lesson)
    if id not in _REGISTRY:
        raise KeyError(f"There is no exercise {id!r}. The ids stand in the headings of the lesson.")
    return _REGISTRY[id]


def by_lesson() -> dict[str, list[str]]:
    """The ids of all exercises in order, one list per lesson: {"04": ["04.1", …], …}."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("lesson_"):
            importlib.import_module(f"{_PACKAGE}.{module.name}")
    lessons: dict[str, list[str]] = {}
    for id in sorted(_REGISTRY, key=lambda id: [int(part) for part in id.split(".")]):
        lessons.setdefault(id.split(".")[0], []).append(id)
    return lessons


def exercises_of(lesson: str) -> list[Exercise]:
    """All exercises of a lesson ("04"), in order of their ids."""
    return [_REGISTRY[id] for id in by_lesson().get(lesson, [])]
