"""The table of a dense linear part in a quarter of its bytes: int8 codes and one scale for each row, as in lesson 21.

It is kept only if the evidence allows it: where the paired interval of NDCG@10 for the same users lies below zero, the
float32 table stays. Item vectors and sparse weights stay as they are; beside a dense table they are small.
"""

from dataclasses import replace

import numpy as np

from recsys_helpers.evaluation.intervals import paired_bootstrap
from recsys_helpers.serving.linear_part import DenseLinear, Linear

LARGEST = 127
NOTHING = "Not compressed: no table of float32 weights for all pairs of items is served."


def int8_rows(part: DenseLinear) -> DenseLinear:
    """The same part with int8 codes: each weight within half a step of its row, the step being its scale.

    >>> from recsys_helpers.serving.linear_part import Ages
    >>> weights = np.array([[0.5, -1.27], [0, 0]], np.float32)
    >>> small = int8_rows(DenseLinear(weights, np.array([1, 2]), n_rows=3, ages=Ages()))
    >>> small.weights, small.scales.round(4)
    (array([[  50, -127],
           [   0,    0]], dtype=int8), array([0.01, 1.  ], dtype=float32))
    """
    scales = np.maximum(part.weights.max(axis=1), -part.weights.min(axis=1)) / LARGEST
    scales = np.where(scales == 0, 1, scales).astype(np.float32)
    codes = np.empty(part.weights.shape, np.int8)
    for start in range(0, len(codes), 256):  # in pieces, so that no second large table is needed
        rows = slice(start, start + 256)
        codes[rows] = np.rint(part.weights[rows] / scales[rows, None]).clip(-LARGEST, LARGEST)
    return replace(part, weights=codes, scales=scales)


def compress(part: Linear, measure) -> tuple[Linear, str]:
    """The part with int8 rows if they are not measured worse, else the part itself; and a sentence that says which.

    `measure(part)`: NDCG@10 of each user with this linear part, the same users in the same order.
    """
    if not isinstance(part, DenseLinear):
        return part, NOTHING
    small = int8_rows(part)
    gain, low, high = paired_bootstrap(measure(small), measure(part))
    words = f"({gain:+.4f}, 95 % interval {low:+.4f} to {high:+.4f})"
    if high < 0:
        return part, f"Not compressed: with int8 rows NDCG@10 is worse for the same users {words}."
    size = f"{(small.weights.nbytes + small.scales.nbytes) / 1e6:.0f} MB instead of {part.weights.nbytes / 1e6:.0f}"
    return small, f"Compressed to int8 rows, {size}: NDCG@10 is not measured worse for the same users {words}."
