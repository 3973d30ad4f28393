"""Slips that any exercise can suffer from: a lost sign, a transposed array, off by one, a swap, …

Each is recognised from the answers alone, on all cases that went wrong, and said in one sentence.
"""

import itertools
from collections.abc import Callable, Iterator

import numpy as np

from recsys_helpers.exercises.compare import agree, as_array, short
from recsys_helpers.exercises.factors import name_factor

ORDINALS = ("first", "second", "third", "fourth", "fifth")


def name_slip(mine: list, truth: list, cases: list[tuple], names: list[str], atol: float) -> str | None:
    """The sentence for the slip that explains every one of these wrong answers, or None.

    `mine` and `truth` hold one answer a case, all of them different; `names` are those of the arguments.
    """
    for place, name in enumerate(names):
        if all(agree(one, case[place], atol) for one, case in zip(mine, cases)):
            return f"You return `{name}` unchanged."
    parts = _parts(mine, truth)
    slip = _slip_of_parts(*parts, cases, names, atol) if parts else _slip_of_arrays(mine, truth, cases, names, atol)
    if slip is None and len(mine) > 2 and all(agree(one, mine[0], atol) for one in mine):
        if not all(agree(one, truth[0], 1e-2) for one in truth):
            return f"You return the same result, {short(mine[0])}, for different inputs: is an argument not used?"
    return slip


def _slip_of_arrays(mine: list, truth: list, cases: list[tuple], names: list[str], atol: float) -> str | None:
    left, right = [as_array(one) for one in mine], [as_array(one) for one in truth]
    if any(one is None or one.dtype.kind not in "biuf" for one in [*left, *right]):
        return None
    if any(one.shape != other.shape for one, other in zip(left, right)):
        return _slip_of_shape(left, right, atol)
    return _slip_of_values(left, right, cases, names, atol)


def _all(mine: list, truth: list, change: Callable, atol: float) -> bool:
    """Whether `change(truth)` is what the learner has in every case, and is not the truth itself in all of them."""
    with np.errstate(all="ignore"):
        try:
            changed = [change(one) for one in truth]
        except (ValueError, IndexError, TypeError):
            return False
    return all(agree(one, other, atol) for one, other in zip(mine, changed))


def _parts(mine: list, truth: list) -> tuple[list, list] | None:
    """The answers part by part, if each is a tuple of several arrays of unlike shapes."""
    if not all(isinstance(one, tuple) and as_array(one) is None for one in truth):
        return None
    if not all(isinstance(one, (tuple, list)) and len(one) == len(other) for one, other in zip(mine, truth)):
        return None
    return list(zip(*mine)), list(zip(*truth))


def _slip_of_parts(mine: list, truth: list, cases, names, atol) -> str | None:
    is_wrong = [not all(agree(a, b, atol) for a, b in zip(one, other)) for one, other in zip(mine, truth)]
    for one, other in itertools.combinations(range(len(truth)), 2):
        swapped = itertools.chain(zip(mine[one], truth[other]), zip(mine[other], truth[one]))
        if all(agree(a, b, atol) for a, b in swapped):
            return f"The {ORDINALS[one]} and the {ORDINALS[other]} result are swapped."
    if sum(is_wrong) != 1:
        return None
    place = is_wrong.index(True)
    failing = [n for n, pair in enumerate(zip(mine[place], truth[place])) if not agree(*pair, atol)]
    chosen = ([rows[n] for n in failing] for rows in (mine[place], truth[place], cases))
    sentence = name_slip(*chosen, names, atol)
    return f"The {ORDINALS[place]} result: {sentence[0].lower()}{sentence[1:]}" if sentence else None


def _slip_of_shape(mine: list, truth: list, atol: float) -> str | None:
    shapes = f"Your result has shape {mine[0].shape}, but it should have shape {truth[0].shape}"
    if all(one.size == other.size and agree(one.ravel(), other.ravel(), atol) for one, other in zip(mine, truth)):
        return f"The numbers are right, but the shape is not. {shapes}."
    for axes in itertools.permutations(range(truth[0].ndim)):
        if _all(mine, truth, lambda one, axes=axes: one.transpose(axes), atol):
            return f"The axes are in another order: it is transposed. {shapes}."
    for name, reduce in (("sum", np.sum), ("mean", np.mean), ("largest", np.max), ("smallest", np.min)):
        for axis in (*range(mine[0].ndim), None):
            where = "all entries" if axis is None else f"axis {axis}"
            if _all(truth, mine, lambda one, axis=axis, reduce=reduce: reduce(one, axis=axis), atol):
                return f"One step is missing: take the {name} over {where}. {shapes}."
        for axis in (*range(truth[0].ndim), None):
            where = "all entries" if axis is None else f"axis {axis}"
            if _all(mine, truth, lambda one, axis=axis, reduce=reduce: reduce(one, axis=axis), atol):
                return f"You took the {name} over {where}, which should stay as it is. {shapes}."
    for name, place in (("first", 0), ("last", -1)):
        for axis in range(truth[0].ndim):
            if _all(mine, truth, lambda one, axis=axis, place=place: np.take(one, place, axis=axis), atol):
                return f"You return only the {name} entry along axis {axis}. {shapes}."
    for text, cut in (("first", np.s_[1:]), ("last", np.s_[:-1])):
        if _all(mine, truth, lambda one, cut=cut: one[cut], atol):
            return f"The {text} entry is missing; the others are right. {shapes}."
        if _all(truth, mine, lambda one, cut=cut: one[cut], atol):
            return f"There is one entry too many: the {text} one. {shapes}."
    return None


def _slip_of_values(mine: list, truth: list, cases, names, atol) -> str | None:
    if all(one.dtype == bool for one in truth):
        return "True and False are swapped." if _all(mine, truth, np.logical_not, atol) else None
    truth = [one.astype(float) for one in truth]
    mine = [one.astype(float) for one in mine]
    for sentence, change in _changes(truth):
        if _all(mine, truth, change, atol):
            return sentence
    factor = name_factor(mine, truth, cases, names) or _not_finite(mine, truth)
    if factor:
        return factor
    if all(np.allclose(one, other, rtol=1e-3, atol=1e-3) for one, other in zip(mine, truth)):
        return "Close, but not the same: is something rounded, a small constant added, or −10 used where −∞ must hide?"
    is_whole = [[bool((one == np.round(one)).all()) for one in side] for side in (mine, truth)]
    if all(is_whole[0]) and not any(is_whole[1]) and len({float(entry) for one in mine for entry in np.ravel(one)}) > 1:
        return "Your entries are whole numbers: are they positions, as argmax returns them, instead of values?"
    return None


def _changes(truth: list) -> Iterator[tuple[str, Callable]]:
    yield "The sign is wrong: you return minus the expected result.", lambda one: -one
    yield "The signs are lost: some entries should be negative.", np.abs
    yield "You return 1 minus the expected result.", lambda one: 1 - one
    yield "You return 1 divided by the expected result.", lambda one: 1 / one
    yield "You return the square of the expected result: take the root.", lambda one: one**2
    yield "You return the square root of the expected result.", np.sqrt
    yield "You return the natural logarithm of the expected result.", np.log
    yield "You return e to the power of the expected result.", np.exp
    yield "Your result never goes below 0, but some entries should.", lambda one: np.maximum(one, 0)
    for digits in range(5):
        yield "Right, but rounded. Do not round inside the function.", lambda one, d=digits: np.round(one, d)
    yield "Your result is truncated to whole numbers: do you use `//`, or an array of integers?", np.trunc
    if any(one.ndim for one in truth):
        yield "The entries are right, but in reverse order.", lambda one: one[::-1]
        yield "The entries are right, but each row is in reverse order.", lambda one: one[..., ::-1]
        yield "The entries are sorted, smallest first. Keep them in their own order.", np.sort
        yield "The entries are sorted, largest first. Keep them in their own order.", lambda one: -np.sort(-one)
        if all(one.ndim == 2 for one in truth):
            yield "Rows and columns are exchanged: your result is transposed.", np.transpose
        for axis in range(max(one.ndim for one in truth)):
            for step, text in ((1, "late"), (-1, "early")):
                sentence = f"Every entry stands one position too {text} along axis {axis}: off by one."
                yield sentence, lambda one, axis=axis, step=step: _shifted(one, axis, step, 0.0)
                yield sentence, lambda one, axis=axis, step=step: np.roll(one, step, axis=axis)
            yield (
                f"Your result is right except for its scale: it was divided by its sum over axis {axis}.",
                lambda one, axis=axis: one / one.sum(axis=axis, keepdims=True),
            )
            yield (
                f"You return the cumulative sum along axis {axis}.",
                lambda one, axis=axis: np.cumsum(one, axis=axis),
            )


def _shifted(one: np.ndarray, axis: int, step: int, fill: float) -> np.ndarray:
    moved = np.roll(one, step, axis=axis)
    edge = [slice(None)] * one.ndim
    edge[axis] = 0 if step == 1 else -1
    moved[tuple(edge)] = fill
    return moved


def _not_finite(mine: list, truth: list) -> str | None:
    for one, other in zip(mine, truth):
        is_bad = ~np.isfinite(one) & np.isfinite(other)
        if np.any(is_bad):
            bad = "NaN" if np.isnan(one[is_bad]).any() else "infinite"
            place = [int(part) for part in np.argwhere(is_bad)[0]] if one.ndim else ""
            return f"Entry {place} is {bad}: is something divided by zero, or hidden that should count?".replace(
                "Entry  is", "Your result is"
            )
    return None
