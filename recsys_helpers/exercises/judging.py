"""Comparing a learner's function with a slow, obvious one, and naming what went wrong."""

import copy
import inspect
import itertools
import re
import types
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from recsys_helpers.exercises.answers import NotAttempted, NotYet, must_be_function
from recsys_helpers.exercises.compare import agree, as_array, differences, short, shown, size_of
from recsys_helpers.exercises.slips import ORDINALS, name_slip

_SHAPES = re.compile("shape|matmul|broadcast|dimension")
MOST = 400  # characters of a message, so that no hint turns into a wall of numbers


def capped(text: str, most: int = MOST) -> str:
    """A text of at most `most` characters.

    >>> capped("a hint", most=20), capped("numbers " * 9, most=20)
    ('a hint', 'numbers numbers num…')
    """
    return text if len(text) <= most else text[: most - 1] + "…"


def judge(
    answer: Callable,
    cases: list[tuple],
    right: Callable,
    mistakes: dict[str, Callable],
    atol: float = 1e-8,
    raised: dict[type[Exception], str] | None = None,
    keeps_input: bool = False,
    otherwise: Callable[[list], None] = lambda got: None,
    view: Callable = lambda result, *case: result,
) -> None:
    """Compare a learner's function with the slow, obvious `right` on every case. Raises NotYet with the best hint.

    `mistakes`: hint → the function that makes this mistake, in its natural form, or its Sign.
    A hint is given if its function agrees
    with the learner's on every case, else if it does so wherever the learner is wrong; then the slips that any exercise
    can suffer from are tried; else the first wrong entry of the smallest failing case is shown. Arguments are copied,
    so a function that changes its input cannot spoil the comparison; with `keeps_input` it is refused for it.
    `raised`: the error that a mistake leads to → the hint that names it. `otherwise` gets the learner's results if no
    mistake fits, and may raise a hint of its own. `view(result, *case)` is what is compared, where several results are
    equally good: the scores of the items chosen, say, so that ties may be ordered in any way.
    """
    must_be_function(answer)
    changed: set[str] = set()
    got = [_called(answer, case, raised or {}, changed) for case in cases]
    wanted = [right(*copy.deepcopy(case)) for case in cases]
    seen = [_viewed(view, result, case) for result, case in zip(got, cases)]
    aims = [_viewed(view, result, case) for result, case in zip(wanted, cases)]
    failing = [n for n, pair in enumerate(zip(seen, aims)) if not agree(*pair, atol)]
    if not failing and not (keeps_input and changed):
        return
    for numbers in (range(len(cases)), failing) if failing else ():
        for hint, mistaken in mistakes.items():
            if isinstance(mistaken, Sign):
                fits = all(_bears(mistaken, got[n], cases[n]) for n in numbers)
            else:
                fits = _makes(lambda *case, f=mistaken: _viewed(view, f(*case), case), cases, seen, numbers, atol)
            if fits:
                raise NotYet(hint)
    if keeps_input and changed:
        opening = "Your function" if failing else "The result is right, but your function"
        raise NotYet(f"{opening} changes `{min(changed)}` itself, which its caller still needs. Work on a copy.")
    otherwise(got)
    mine, truth, failed = ([rows[n] for n in failing] for rows in (got, wanted, cases))
    for one, other in zip(mine, truth):
        if _lacks_results(one, other):
            raise NotYet(f"Return {len(other)} results, `return one, another`; you returned {short(one)}.")
    slip = name_slip(mine, truth, failed, names_of(answer, len(cases[0])), atol)
    smallest = min(range(len(failing)), key=lambda n: size_of(list(failed[n])))
    entry = first_wrong(mine[smallest], truth[smallest], shown(failed[smallest], answer), atol)
    raise NotYet(capped(slip if slip and "has shape" in slip else f"{slip} {entry}" if slip else entry))


def _called(answer: Callable, case: tuple, raised: dict[type[Exception], str], changed: set[str]):
    mine = copy.deepcopy(case)
    try:
        result = answer(*mine)
    except (NotYet, NotAttempted):
        raise
    except Exception as error:
        told = f"Your code raised {type(error).__name__}: {error}"
        for kind, hint in raised.items():
            if isinstance(error, kind):
                raise NotYet(capped(f"{hint} ({told}.)")) from error
        if isinstance(error, (ValueError, IndexError)) and _SHAPES.search(str(error)):
            sizes = ", ".join(f"{name} {np.shape(part)}" for name, part in _arrays(answer, case))
            told = "Shapes do not fit in one of your steps: is an axis missing, or a transpose?"
            told += f" The shapes are {sizes}." if sizes else ""
            raise NotYet(capped(f"{told} ({error})")) from error
        raise NotYet(capped(f"{told}. (The input was {shown(case, answer, most=150)}.)")) from error
    named = zip(names_of(answer, len(case)), mine, case)
    changed.update(name for name, now, before in named if not callable(before) and not agree(now, before))
    return list(result) if isinstance(result, (types.GeneratorType, map, zip, filter)) else result


def _viewed(view: Callable, result, case: tuple):
    try:
        return view(result, *copy.deepcopy(case))
    except Exception:  # not even of the right kind: it may agree with another such result, never with a view
        return {"a result as it is": result}


@dataclass(frozen=True)
class Sign:
    """A mistake known by what its answers have in common: `test(answer, *case)` is True for all of them."""

    test: Callable


def takes_best(values: Callable) -> Sign:
    """The sign of a ranking by the wrong values: the answer holds the rows with the largest of `values(*case)`.

    Best first; equal values may stand in any order, as the sorting functions of NumPy differ there.
    """

    def test(answer, *case) -> bool:
        value, rows = np.asarray(values(*case), float), np.asarray(answer)
        best = np.sort(value)[::-1][: len(rows)]
        return rows.ndim == 1 and len(set(rows.tolist())) == len(rows) and np.array_equal(value[rows], best)

    return Sign(test)


def _bears(sign: Sign, result, case: tuple) -> bool:
    try:
        return bool(sign.test(result, *copy.deepcopy(case)))
    except Exception:  # a result of another kind
        return False


def _makes(mistaken: Callable, cases, got, numbers, atol: float) -> bool:
    with np.errstate(all="ignore"):
        for n in numbers:
            try:
                if not agree(got[n], mistaken(*copy.deepcopy(cases[n])), atol):
                    return False
            except Exception:  # the mistake does not fit this input, so it is not what the learner did
                return False
    return True


def _arrays(answer: Callable, case: tuple) -> list[tuple]:
    named = zip(names_of(answer, len(case)), case)
    return [(name, part) for name, part in named if isinstance(part, np.ndarray)]


def variants(function: Callable, changes: dict[str, dict], at_once: int = 2) -> dict[str, Callable]:
    """Mistakes for `judge`, made of one function that can be told to go wrong: hint → the function with these settings.

    `changes`: hint → the settings of `function` that make this mistake. Each stands alone, and every `at_once` of them
    together, as far as they do not ask for the same setting.

    >>> list(variants(pow, {"The exponent is 2.": {"exp": 2}, "The base is 3.": {"base": 3}}))
    ['The exponent is 2.', 'The base is 3.', 'Two mistakes. The exponent is 2. The base is 3.']
    """
    made = {}
    for how_many, opening in list(enumerate(("", "Two mistakes. ", "Three mistakes. "), start=1))[:at_once]:
        for hints in itertools.combinations(changes, how_many):
            settings = [item for hint in hints for item in changes[hint].items()]
            if len(dict(settings)) == len(settings):
                made[opening + " ".join(hints)] = partial(function, **dict(settings))
    return made


def _lacks_results(mine, truth) -> bool:
    """Whether several results are asked for, as in `return inputs, targets`, and another number of them came."""
    return isinstance(truth, tuple) and not (isinstance(mine, (tuple, list, np.ndarray)) and len(mine) == len(truth))


def names_of(function: Callable, n: int) -> list[str]:
    """The names of a function's n arguments; numbered if it does not tell."""
    try:
        names = [
            name for name, parameter in inspect.signature(function).parameters.items() if parameter.kind.value in (0, 1)
        ]
    except (TypeError, ValueError):
        names = []
    return names[:n] if len(names) >= n else [f"argument {place + 1}" for place in range(n)]


def first_wrong(mine, truth, given: str, atol: float = 1e-8) -> str:
    """One sentence on the first entry in which two answers differ; `given` is the input in a few words."""
    left, right = as_array(mine), as_array(truth)
    if isinstance(truth, tuple):
        for name, one, other in zip(ORDINALS, mine, truth):
            if np.shape(as_array(one)) != np.shape(as_array(other)):
                sizes = f"shape {np.shape(as_array(one))}, but it should have shape {np.shape(as_array(other))}"
                return f"Your {name} result has {sizes} (input: {given})."
    if left is not None and right is not None and left.shape != right.shape:
        wanted = f"have shape {right.shape}" if right.shape else "be a single number"
        return f"Your result has shape {left.shape}, but it should {wanted} (input: {given})."
    where, one, other = next(differences(mine, truth, atol), ("", mine, truth))
    if (left is None) != (right is None):
        kinds = f"it is {short(mine)}, expected {short(truth)}"
        return f"Your result is of another kind than expected: {kinds} (input: {given})."
    entry = f"entry {where} should be" if where.startswith("[") else f"{where} should be" if where else "it should be"
    return f"For {given}: {entry} {short(other)}; yours is {short(one)}."
