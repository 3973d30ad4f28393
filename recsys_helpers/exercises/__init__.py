"""The checks behind the exercises: `check("04.2", my_function)` answers, hints, and remembers what is done.

Three answers: not attempted yet · correct · not yet (with the likely mistake). Nothing leaves the machine: passed
exercises stand in one small file, `RECSYS_PROGRESS` or the user's own data folder.
"""

import copy
import dis
import importlib.util
import json
import os
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path

import numpy as np
import platformdirs

KINDS = ("code", "faded", "debug", "choice", "predict", "trace", "parsons")


class NotYet(Exception):
    """The answer is not right yet; the message is the hint that the learner reads."""


class _NotAttempted(Exception):
    """The stub is still in place."""


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
        letter = str(answer).strip(" .()").lower()
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


def judge(
    answer: Callable, cases: list[tuple], right: Callable, mistakes: dict[str, Callable], atol: float = 1e-8
) -> None:
    """Compare a learner's function with the slow, obvious `right` on every case; name the mistake if it is a known one.

    `mistakes`: hint → the function that makes this mistake. A hint is given only if its function agrees with the
    learner's on *every* case, so two mistakes that look alike on one case are told apart. Arguments are copied, so a
    function that changes its input cannot spoil the comparison.
    """
    if not callable(answer):
        raise NotYet("Hand over the function itself, without brackets and arguments.")
    got = [answer(*copy.deepcopy(case)) for case in cases]
    wanted = [right(*copy.deepcopy(case)) for case in cases]
    if all(map(partial(_agree, atol=atol), got, wanted)):
        return
    for hint, mistaken in mistakes.items():
        if all(_agree(mine, mistaken(*copy.deepcopy(case)), atol) for mine, case in zip(got, cases)):
            raise NotYet(hint)
    for mine, truth, case in zip(got, wanted, cases):
        if np.shape(mine) != np.shape(truth):
            wanted_shape = f"shape {np.shape(truth)}" if np.shape(truth) else "a single number"
            raise NotYet(f"Yours has shape {np.shape(mine)}, {wanted_shape} is asked for (input: {_short(case)}).")
        if not _agree(mine, truth, atol):
            if _agree(mine, truth, 6e-3):
                raise NotYet("Close, but not the same number. Do not round inside the function.")
            raise NotYet(f"For {_short(case)} it should be {_short(truth)}; yours is {_short(mine)}.")


def _agree(a, b, atol: float) -> bool:
    try:
        return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-6, atol=atol, equal_nan=True)
    except (TypeError, ValueError):
        return False


def _short(value) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_short, value))
    if isinstance(value, (np.ndarray, np.generic, float)):
        return np.array2string(np.asarray(value), precision=3, threshold=20).replace("\n", "")
    return repr(value)


def as_number(answer) -> float:
    """The answer as a float, or NotYet."""
    try:
        return float(answer)
    except (TypeError, ValueError):
        raise NotYet(f"A single number is asked for, not {type(answer).__name__}.") from None


def check(id: str, answer) -> None:
    """Print one of the three answers for this exercise; a pass is remembered.

    `answer` is what the learner made: a number, a letter, an array or a function. A stub (None, `...`, or a function
    that returns one of these) is "not attempted yet" and never an error, so that Run All goes through.
    """
    task = _find(id)
    try:
        comment = task.test(_watched(answer, task.given)) or task.done
    except _NotAttempted as what:
        print(f"{id} · not attempted yet. {what}, run the cell, then run this one again.")
    except NotYet as hint:
        print(f"{id} · not yet. {hint}")
    except Exception as error:  # the learner's own code failed: say how, do not bury it in our traceback
        print(f"{id} · not yet. Your code raised {type(error).__name__}: {error}")
    else:
        _remember(id)
        print(f"{id} · {'noted' if task.kind == 'predict' else 'correct'}. {comment}")


def progress() -> None:
    """Print the map of what is done: one line a lesson, a full square for each passed exercise."""
    passed = _passed()
    for lesson, tasks in sorted(_by_lesson().items()):
        squares = "".join("■" if task in passed else "□" for task in tasks)
        print(f"lesson {lesson}  {squares}  {sum(task in passed for task in tasks)} of {len(tasks)}")


def exercises_of(lesson: str) -> list[Exercise]:
    """All exercises of a lesson ("04"), in order of their ids."""
    return [_REGISTRY[id] for id in _by_lesson().get(lesson, [])]


def _by_lesson() -> dict[str, list[str]]:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    lessons: dict[str, list[str]] = {}
    for id in sorted(_REGISTRY, key=lambda id: [int(part) for part in id.split(".")]):
        lessons.setdefault(id.split(".")[0], []).append(id)
    return lessons


def _find(id: str) -> Exercise:
    lesson = f"{__name__}.lesson_{id.split('.')[0]}"
    if importlib.util.find_spec(lesson):
        importlib.import_module(lesson)
    if id not in _REGISTRY:
        raise KeyError(f"There is no exercise {id!r}. The ids stand in the headings of the lesson.")
    return _REGISTRY[id]


def _watched(answer, given: Callable | None):
    """The answer, with stubs turned into _NotAttempted and a forgotten `return` into NotYet."""
    if answer is None or answer is Ellipsis:
        raise _NotAttempted("Replace the dots")
    if not callable(answer) or not hasattr(answer, "__code__"):
        return answer
    code = answer.__code__
    names = ("co_consts", "co_names", "co_varnames")  # not co_code: it depends on where a module is imported
    if given and all(read(code) == read(given.__code__) for read in (*map(attrgetter, names), _locals_in_turn)):
        raise _NotAttempted("Mend the function")
    is_stub = Ellipsis in code.co_consts or len(code.co_code) <= len(_stub.__code__.co_code)

    def call(*arguments, **named):
        result = answer(*arguments, **named)
        if result is None or result is Ellipsis:
            if is_stub:
                raise _NotAttempted("Replace the dots")
            raise NotYet("Your function returned None for one of the inputs. Is a `return` missing?")
        return result

    return call


def _locals_in_turn(code) -> list:
    """The local names in the order in which the code uses them: a mend may swap one for another and change no more."""
    return [step.argval for step in dis.get_instructions(code) if step.opcode in dis.haslocal]


def _stub(): ...


def _progress_file() -> Path:
    named = os.environ.get("RECSYS_PROGRESS")
    return Path(named) if named else Path(platformdirs.user_data_dir("recsys-course")) / "progress.json"


def _passed() -> set[str]:
    try:
        return set(json.loads(_progress_file().read_text(encoding="utf-8")))
    except FileNotFoundError:
        return set()
    except (ValueError, TypeError):  # damaged: keep it for its owner, start a new one
        _progress_file().replace(_progress_file().with_suffix(".damaged"))
        return set()


def _remember(id: str) -> None:
    passed = _passed() | {id}
    path = _progress_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(json.dumps(sorted(passed)), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        print(f"(Progress could not be saved in {path.parent}: {error.strerror}.)")
