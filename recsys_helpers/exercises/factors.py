"""Answers that are right up to one number: a factor of 2, the wrong base of a logarithm, a sum in place of a mean."""

from collections.abc import Iterator

import numpy as np

from recsys_helpers.exercises.compare import as_array, short

_FACTORS = {
    2: "Every entry is twice as large as expected: there is a factor of 2 too many.",
    0.5: "Every entry is half of the expected one: a factor of 2 is missing.",
    100: "Your result is 100 times too large: return a share between 0 and 1, not a percentage.",
    1 / np.log(2): "Your logarithm has base 2. Use the natural one, np.log.",
    1 / np.log(10): "Your logarithm has base 10. Use the natural one, np.log.",
    np.log(2): "Your logarithm is the natural one. Use base 2, np.log2.",
}


def name_factor(mine: list, truth: list, cases, names) -> str | None:
    """One factor or one distance for all entries, or a factor that is a size of the input: a sum for a mean, say."""
    left, right = (np.concatenate([np.ravel(one) for one in side]) for side in (mine, truth))
    if len(left) < 3 or not np.isfinite(left).all() or np.ptp(right) < 1e-9:
        return None
    distance = left - right
    if np.allclose(distance, distance[0], rtol=1e-6, atol=1e-9):
        amount = short(abs(float(distance[0])))
        return f"Every entry is {amount} too {'large' if distance[0] > 0 else 'small'}."
    used = np.abs(right) > 1e-9
    if used.sum() < 3 or not np.allclose(left[~used], 0, atol=1e-9):
        return None
    ratio = left[used] / right[used]
    if np.allclose(ratio, ratio[0], rtol=1e-6):
        for factor, sentence in _FACTORS.items():
            if np.isclose(ratio[0], factor):
                return sentence
        return f"Every entry is {short(float(ratio[0]))} times the expected one." if ratio[0] else "Every entry is 0."
    return _size_factor(mine, truth, cases, names)


def _size_factor(mine: list, truth: list, cases, names) -> str | None:
    ratios = []
    for one, other in zip(mine, truth):
        used = np.abs(other) > 1e-9
        ratio = one[used] / other[used] if np.ndim(one) else one / other
        if np.size(ratio) == 0:
            ratios.append(np.nan)
        elif np.allclose(ratio, np.ravel(ratio)[0], rtol=1e-6):
            ratios.append(float(np.ravel(ratio)[0]))
        else:
            return None
    known = ~np.isnan(ratios)
    if known.sum() < 2:
        return None
    for what, sizes in _sizes(cases, names):
        values = np.array(sizes, float)[known]
        found = np.array(ratios)[known]
        for power, text in (
            (1, f"Your result is {what} times too large: do you return a sum instead of a mean?"),
            (-1, f"Your result is {what} times too small: do you return a mean instead of a sum, or divide twice?"),
            (0.5, f"Your result is too large by the square root of {what}."),
            (-0.5, f"Your result is too small by the square root of {what}."),
        ):
            if (values > 0).all() and np.ptp(values) > 0 and np.allclose(found, values**power, rtol=1e-6):
                return text
    return None


def _sizes(cases: list[tuple], names: list[str]) -> Iterator[tuple[str, list[float]]]:
    """Numbers that a case knows: its scalar arguments, and the length of each axis of the others."""
    for place, name in enumerate(names):
        values = [as_array(case[place]) for case in cases]
        if any(value is None or value.dtype.kind not in "biuf" for value in values):
            if all(hasattr(case[place], "__len__") for case in cases):
                yield f"`len({name})`", [len(case[place]) for case in cases]
            continue
        if all(value.ndim == 0 for value in values):
            yield f"`{name}`", [float(value) for value in values]
        for axis in range(min(value.ndim for value in values)):
            sizes = [value.shape[axis] for value in values]
            yield (f"`{name}.shape[{axis}]`" if axis else f"`len({name})`"), sizes
        if all(value.ndim > 1 for value in values):
            yield f"`{name}.size`", [value.size for value in values]
