"""Whether two answers agree, where they first differ, and how an input is shown in a few words."""

import inspect
import numbers
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

_FEW = 12  # entries of an array that are shown; larger ones are told by their shape


def agree(mine, truth, atol: float = 1e-8) -> bool:
    """Whether two answers say the same: numbers, arrays, tables, lists, dicts, sets, text, nested in any way.

    Lists, tuples and arrays are one thing if their entries agree; float32 is allowed its own precision. Tables and
    columns compare their values, and a table also its column names, but not the index.

    >>> agree([1, 2.0], np.array([1, 2], dtype="float32")), agree(np.zeros((2, 1)), np.zeros(2))
    (True, False)
    """
    if isinstance(mine, BaseException) or isinstance(truth, BaseException):
        return type(mine) is type(truth)
    if isinstance(truth, dict) or isinstance(mine, dict):
        both = isinstance(truth, dict) and isinstance(mine, dict)
        return both and mine.keys() == truth.keys() and all(agree(mine[key], truth[key], atol) for key in truth)
    if isinstance(truth, (set, frozenset, str)) or isinstance(mine, (set, frozenset, str)):
        return type(mine) in (type(truth), np.str_) and mine == truth
    if isinstance(mine, pd.DataFrame) and isinstance(truth, pd.DataFrame) and list(mine.columns) != list(truth.columns):
        return False
    left, right = as_array(mine), as_array(truth)
    if left is None or right is None:
        if not (_is_row(mine) and _is_row(truth) and len(mine) == len(truth)):
            return False
        return all(agree(one, other, atol) for one, other in zip(mine, truth))
    return left.shape == right.shape and bool(_close(left, right, atol).all())


def as_array(value) -> np.ndarray | None:
    """The value as an array, or None if it has no single shape (text, a dict, rows of several lengths)."""
    if isinstance(value, (dict, set, frozenset, str)) or callable(value):
        return None
    value = value.toarray() if hasattr(value, "toarray") else value  # a sparse matrix
    try:
        found = np.asarray(value)
    except (TypeError, ValueError):
        return None
    if found.dtype == object and isinstance(value, (list, tuple)) and any(np.ndim(part) for part in found.ravel()):
        return None
    return found


def _close(left: np.ndarray, right: np.ndarray, atol: float) -> np.ndarray:
    """Entry by entry, with the tolerance that the coarser of the two types deserves."""
    if left.dtype.kind in "biufc" and right.dtype.kind in "biufc":
        is_coarse = any(part.dtype.kind == "f" and part.dtype.itemsize <= 4 for part in (left, right))
        size = np.abs(right.astype(complex if right.dtype.kind == "c" else float))
        scale = float(size[size < 1e6].max(initial=0.0))  # −1e9, which hides, is no scale
        rtol, atol = (1e-4, max(atol, 2e-5 * scale)) if is_coarse else (1e-5, max(atol, 2e-6 * scale))
        with np.errstate(all="ignore"):
            return np.isclose(left.astype(complex) if left.dtype.kind == "c" else left.astype(float),
                              right.astype(complex) if right.dtype.kind == "c" else right.astype(float),
                              rtol=rtol, atol=atol, equal_nan=True)  # fmt: skip
    pairs = zip(left.ravel().tolist(), right.ravel().tolist())
    return np.array([_same_entry(one, other, atol) for one, other in pairs], bool).reshape(left.shape)


def _same_entry(one, other, atol: float) -> bool:
    if isinstance(one, numbers.Real) and isinstance(other, numbers.Real):
        return bool(np.isclose(float(one), float(other), rtol=1e-6, atol=atol, equal_nan=True))
    return (one is other) or (type(one) is type(other) and bool(one == other))


def _is_row(value) -> bool:
    return isinstance(value, (list, tuple, np.ndarray, pd.Series, pd.Index))


def differences(mine, truth, atol: float = 1e-8, where: str = "") -> Iterator[tuple[str, object, object]]:
    """The entries in which two answers differ, first one first: (where, mine, truth); `where` is "" for a number."""
    if agree(mine, truth, atol):
        return
    if isinstance(mine, dict) and isinstance(truth, dict) and mine.keys() == truth.keys():
        for key in truth:
            yield from differences(mine[key], truth[key], atol, f"{where}[{key!r}]")
        return
    if isinstance(mine, pd.DataFrame) and isinstance(truth, pd.DataFrame):
        if mine.shape == truth.shape and list(mine.columns) == list(truth.columns):
            for row in range(len(truth)):
                for column in truth.columns:
                    pair = mine[column].iloc[row], truth[column].iloc[row]
                    yield from differences(*pair, atol, f"row {row}, column {column!r}")
            return
    left, right = as_array(mine), as_array(truth)
    if left is not None and right is not None and left.shape == right.shape and left.shape:
        for place in np.argwhere(~_close(left, right, atol)):
            entry = tuple(int(part) for part in place)
            yield f"{where}[{', '.join(map(str, entry))}]", left[entry], right[entry]
        return
    if (left is None or right is None) and _is_row(mine) and _is_row(truth) and len(mine) == len(truth):
        for place, pair in enumerate(zip(mine, truth)):
            yield from differences(*pair, atol, f"{where}[{place}]")
        return
    yield where, mine, truth


def short(value, most: int = 75) -> str:
    """A value in a few words: a number, a small array in full, a large one by its shape.

    >>> short(np.array([0.5, 2.0])), short(np.zeros((40, 3))), short(1 / 3)
    ('[0.5, 2]', 'an array of shape (40, 3)', '0.3333')
    """
    if isinstance(value, (bool, np.bool_)) or value is None:
        text = str(bool(value)) if value is not None else "None"
    elif isinstance(value, (float, np.floating)):
        text = _digits(float(value))
    elif isinstance(value, pd.DataFrame):
        text = f"a table of {len(value)} rows with {', '.join(map(str, value.columns))}"
    elif isinstance(value, (np.ndarray, pd.Series)):
        text = _short_array(np.asarray(value))
    elif isinstance(value, (list, tuple)):
        text = "[" + ", ".join(short(part) for part in value) + "]" if len(value) <= _FEW else f"{len(value)} entries"
    elif isinstance(value, type) or callable(value):
        name = getattr(value, "__name__", type(value).__name__)
        text = "a function" if name == "<lambda>" else name
    else:
        text = repr(value.item() if isinstance(value, np.generic) else value)
    if len(text) <= most:
        return text
    if isinstance(value, (np.ndarray, pd.Series)) and np.ndim(value):
        return f"an array of shape {np.shape(value)}"
    if isinstance(value, (list, tuple, dict, set)):
        return f"{type(value).__name__} of {len(value)} entries"
    return text[: most - 1] + "…"


def _digits(number: float) -> str:
    return f"{number:.4g}" if abs(number) < 1e4 or not np.isfinite(number) else f"{number:.6g}"


def _short_array(array: np.ndarray) -> str:
    if array.ndim == 0:
        return short(array.item())
    if array.size > _FEW:
        return f"an array of shape {array.shape}"
    return "[" + ", ".join(_short_array(part) if array.ndim > 1 else short(part) for part in array) + "]"


def shown(case: tuple, function: Callable, most: int = 200) -> str:
    """The arguments of one case in a few words, with the names that the function gives them."""
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        names = []
    names = names if len(names) == len(case) and "arguments" not in names else [""] * len(case)
    parts = [f"{name} = {short(value)}" if name else short(value) for name, value in zip(names, case)]
    text = ", ".join(parts)
    return text if len(text) <= most else text[: most - 1] + "…"


def size_of(value) -> int:
    """How many entries a value holds; decides which failing case is the smallest."""
    if isinstance(value, dict):
        return sum(map(size_of, value.values())) + 1
    if isinstance(value, (list, tuple)):
        return sum(map(size_of, value)) + 1
    return int(np.size(value)) if not isinstance(value, str) else 1
