"""The user's interactions cut into train, valid and test, as the models need them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from recsys_helpers.data.ids import IdMap
from recsys_helpers.data.matrix import to_matrix
from recsys_helpers.data.moments import split_whole_moments
from recsys_helpers.data.sequences import histories
from recsys_helpers.data.splits import order_in_time, split_random
from recsys_helpers.evaluation.ranking import Evaluation, evaluate

MOST_USERS = 10_000  # measured at once; a sample of them where there are more
MOST_HISTORY = (
    1_000  # newest items of a history that a model reads: the memory of linear next-item grows with its square
)


@dataclass
class View:
    """What is known (`seen`, `histories`, oldest first) and what is to be found (`relevant`) at one cut.

    `histories` hold the newest `MOST_HISTORY` items, `seen` holds all.
    `measured`: indices of the users who count, those with something to find, at most `MOST_USERS`.
    """

    seen: sp.csr_array
    relevant: sp.csr_array
    histories: list[np.ndarray]
    measured: np.ndarray

    @property
    def n_rows(self) -> int:
        """Number of items + 1."""
        return self.seen.shape[1]

    def evaluate(self, scores_of, name: str) -> Evaluation:
        """The ranking protocol over the measured users; `scores_of(histories)` gives (n, n_rows)."""
        rows = np.concatenate([[0], self.measured])

        def scores(places: np.ndarray) -> np.ndarray:
            return scores_of([self.histories[user] for user in rows[places]])

        return evaluate(scores, self.seen[rows], self.relevant[rows], name=name)


@dataclass
class Cut:
    """Users, items and the two views: `tuning` knows train and looks for valid, `final` knows both and looks for test.

    `everything`: all interactions of each user, oldest first, which is what the service will know.
    """

    users: IdMap
    items: IdMap
    tuning: View
    final: View
    everything: list[np.ndarray]
    has_times: bool


def cut(frame: pd.DataFrame, seed: int) -> Cut:
    """Cut a checked frame between the moments of each user, or at random where there are no times."""
    has_times = "timestamp" in frame
    users, items = IdMap(frame["user_id"]), IdMap(frame["item_id"])
    parts = split_whole_moments(frame, seed=seed) if has_times else split_random(frame, seed=seed)
    train, valid, test = parts if has_times else (part.assign(timestamp=0) for part in parts)
    learn = pd.concat([train, valid])
    ordered = order_in_time(frame, seed=seed) if has_times else frame.assign(timestamp=0)
    return Cut(
        users,
        items,
        _view(train, valid, users, items, seed),
        _view(learn, test, users, items, seed),
        histories(ordered, users, items),
        has_times,
    )


def _view(known: pd.DataFrame, held_out: pd.DataFrame, users: IdMap, items: IdMap, seed: int) -> View:
    seen, relevant = to_matrix(known, users, items), to_matrix(held_out, users, items)
    measured = np.flatnonzero((np.diff(relevant.indptr) > 0) & (np.diff(seen.indptr) > 0))
    if len(measured) > MOST_USERS:
        measured = np.sort(np.random.default_rng(seed).choice(measured, MOST_USERS, replace=False))
    recent = [history[-MOST_HISTORY:] for history in histories(known, users, items)]
    return View(seen, relevant, recent, measured)
