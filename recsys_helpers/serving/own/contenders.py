"""The linear models that are tried on the user's data, their settings, and the ones that cannot be offered.

Each becomes a linear part, which is both what is measured and what is served.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import psutil

from recsys_helpers.models.baselines import ease, item_knn
from recsys_helpers.models.linear import linear_next_item
from recsys_helpers.serving.bundle import MOST_DENSE
from recsys_helpers.serving.linear_part import Ages, Linear, dense_part, sparse_part
from recsys_helpers.serving.own.cut import Cut, View

BYTES_OF_A_PAIR = 36  # of two items that some user has both: the product, its transpose and a copy while it is made


@dataclass(frozen=True)
class Contender:
    """A linear model: `build(view, setting)` gives its linear part for one of a few `settings`."""

    name: str
    settings: tuple[dict, ...]
    build: Callable[[View, dict], Linear]


def _knn(view: View, setting: dict) -> Linear:
    return sparse_part(item_knn(view.seen, **setting), Ages())


def _ease(view: View, setting: dict) -> Linear:
    return dense_part(ease(view.seen, **setting), Ages())


def _next_item(view: View, setting: dict) -> Linear:
    weights = linear_next_item(view.histories, view.n_rows, min_count=1, **setting)
    return dense_part(weights, Ages(setting["decay"], setting["floor"]))


KNN = Contender("item-kNN", ({"shrink": 10.0}, {"shrink": 100.0}), _knn)
EASE = Contender("EASE", tuple({"regularisation": value} for value in (30.0, 100.0, 300.0, 1000.0)), _ease)
NEXT_ITEM = Contender(
    "linear next-item",
    (
        {"regularisation": 300.0, "decay": 5.0, "floor": 0.1},
        {"regularisation": 100.0, "decay": 5.0, "floor": 0.1},
        {"regularisation": 30.0, "decay": 5.0, "floor": 0.1},
        {"regularisation": 30.0, "decay": 1.0, "floor": 0.02, "target_decay": 1.0},
    ),
    _next_item,
)


def offered(cut: Cut) -> tuple[list[Contender], list[str]]:
    """The linear models that fit this data and this computer's memory, and a sentence for each that does not."""
    found, reasons = [], []
    if (needed := _bytes_of_knn(cut.final.seen)) <= psutil.virtual_memory().available:
        found.append(KNN)
    else:
        size = f"{needed / 2**30:.0f} GiB"
        advice = "Leave out the users with the most interactions."
        reasons.append(f"item-kNN is not offered: its pairs of items may need {size}. {advice}")
    if cut.items.n > MOST_DENSE:
        size = 4 * cut.items.n_rows**2 / 2**30
        reasons.append(
            f"EASE and linear next-item are not offered: for {cut.items.n:,} items each is a table of {size:.1f} GiB, "
            f"and its time grows with the cube; the limit is {MOST_DENSE:,} items."
        )
        return found, reasons
    needed = 32 * cut.items.n_rows**2
    if needed > psutil.virtual_memory().available:
        size = f"{needed / 2**30:.1f} GiB"
        reasons.append(f"EASE and linear next-item are not offered: they need {size} of free memory to be solved.")
        return found, reasons
    return [*found, EASE, *([NEXT_ITEM] if cut.has_times else [])], reasons


def _bytes_of_knn(seen) -> int:
    """Memory of the products of all pairs of items, at most."""
    per_user = np.diff(seen.indptr).astype(np.int64)
    return BYTES_OF_A_PAIR * int(min((per_user**2).sum(), seen.shape[1] ** 2))


def popular_scores(view: View) -> Callable[[list[np.ndarray]], np.ndarray]:
    """The number of users of each item as the scores for everybody."""
    counts = np.asarray((view.seen > 0).sum(axis=0), np.float32)
    return lambda histories: np.tile(counts, (len(histories), 1))
