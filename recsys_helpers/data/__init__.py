"""Data: load interactions, check them, map their ids, split them in time, turn them into matrices and histories.

`movielens` the bundled ratings · `own_data` files of your own, read by way of `decoding` and `text_files`, judged by
`column_names`, `times` and `checks` in the words of `advice` · `ids` raw ids and indices · `splits` train, valid,
test · `matrix` users × items · `sequences` histories and windows · `worlds` toy data with a known answer · `download`
larger editions of MovieLens (imported by name: it needs the network).
"""

from recsys_helpers.data.checks import DataProblems, check_interactions, same_spelling
from recsys_helpers.data.ids import IdMap
from recsys_helpers.data.matrix import to_matrix
from recsys_helpers.data.movielens import load_movielens
from recsys_helpers.data.own_data import load_csv
from recsys_helpers.data.sequences import histories, last_items, windows, windows_with_targets
from recsys_helpers.data.splits import (
    Split,
    order_in_time,
    split_global_time,
    split_last_share,
    split_leave_last_out,
    split_random,
)
from recsys_helpers.data.worlds import KnownWorld, checkerboard, known_world

__all__ = [
    "DataProblems",
    "IdMap",
    "KnownWorld",
    "Split",
    "check_interactions",
    "checkerboard",
    "histories",
    "known_world",
    "last_items",
    "load_csv",
    "load_movielens",
    "order_in_time",
    "same_spelling",
    "split_global_time",
    "split_last_share",
    "split_leave_last_out",
    "split_random",
    "to_matrix",
    "windows",
    "windows_with_targets",
]
