"""From the chosen model to a bundle whose manifest says from which file, digest and settings it came."""

from datetime import UTC, datetime

import numpy as np
import scipy.sparse as sp

from recsys_helpers.models.baselines import popularity
from recsys_helpers.serving.build import measure
from recsys_helpers.serving.linear_part import DenseLinear, Linear
from recsys_helpers.serving.own.cut import MOST_HISTORY, Cut
from recsys_helpers.serving.own.reading import Data
from recsys_helpers.serving.own.source import Source
from recsys_helpers.serving.own.titles import title_of
from recsys_helpers.serving.parts import Bundle, Item, Stages
from recsys_helpers.serving.probe import add_probes
from recsys_helpers.serving.recommender import Recommender

N_SIMILAR, MOST_MEASURED = 50, 500
REASON = "A reason names the item of the history that adds most to the linear part of the score, an exact share of it."


def pack(source: Source, data: Data, cut: Cut, linear: Linear, network: dict | None, similar: Linear, facts: dict,
         is_asked_to_compress: bool = False) -> Bundle:  # fmt: skip
    """The bundle of a linear part, alone or with a network; measured through the recommender that will serve it.

    `similar`: the linear part that says which items go together.
    """
    neighbours, weights = strongest_sources(as_sparse(similar))
    raw_items = cut.items.ids.tolist()
    is_text = isinstance(cut.users.ids[0], str)
    bundle = Bundle(
        items=[Item(raw_id, title_of(data.titles, raw_id), None, ()) for raw_id in raw_items],
        popularity=popularity(cut.final.seen).astype(np.float32),
        histories=_flat(cut.everything, None if is_text else cut.users.ids),
        neighbours=neighbours,
        weights=weights,
        linear=linear,
        user_ids=cut.users.ids.tolist() if is_text else None,
    )
    longest = max(map(len, cut.everything))
    bundle.stages = Stages(length=min(max(longest, 200), MOST_HISTORY))  # 200: as many likes as a visitor may send
    if network is not None:
        bundle.model, bundle.vectors = network["graph"].tobytes(), network["vectors"]
        bundle.stages = Stages(length=int(network["length"]))
    bundle.facts = {
        "built": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": {"name": source.name, "n_interactions": len(data.frame), "sha256": source.checksum()},
        "own": {
            "digest": source.digest(),
            "settings": source.settings(),
            "has_times": cut.has_times,
            "has_ratings": "rating" in data.frame,
            "compress": is_asked_to_compress,
        },
        "schema": {"n_items": cut.items.n, "n_users": cut.users.n},
        "reasons": REASON,
        **facts,
    }
    recommender = Recommender(bundle, check=False)
    rows = np.concatenate([[0], cut.final.measured[:MOST_MEASURED]])
    histories = [cut.final.histories[user] for user in rows]
    bundle.facts["metrics"] = measure(recommender, histories, cut.final.seen[rows], cut.final.relevant[rows])
    bundle.facts["metrics"]["n_users"] = len(rows) - 1
    add_probes(recommender)
    return bundle


def as_sparse(part: Linear) -> sp.csr_array:
    """The weights of a linear part as a sparse matrix (n_rows, n_rows)."""
    if not isinstance(part, DenseLinear):
        return sp.csr_array((part.values, part.targets, part.starts), shape=(part.n_rows, part.n_rows))
    of_kept = sp.coo_array(part.rows(slice(None)))
    cells = (part.items[of_kept.coords[0]], part.items[of_kept.coords[1]])
    return sp.csr_array((of_kept.data, cells), shape=(part.n_rows, part.n_rows))


def strongest_sources(similarities: sp.csr_array, n: int = N_SIMILAR) -> tuple[np.ndarray, np.ndarray]:
    """Of a sparse matrix (n_rows, n_rows) keep for each column the `n` largest values: rows and values, (n_rows, n).

    A column with fewer is filled up with row 0 and value 0.

    >>> rows, values = strongest_sources(sp.csr_array(np.array([[0, 0, 0], [0, 0, 0.5], [0, 0.5, 0.2]])), n=1)
    >>> rows.ravel(), values.ravel()
    (array([0, 2, 1], dtype=int32), array([0. , 0.5, 0.5], dtype=float32))
    """
    columns = sp.csr_array(similarities.T)
    n = min(n, max(columns.shape[0] - 1, 1))
    rows, values = np.zeros((columns.shape[0], n), np.int32), np.zeros((columns.shape[0], n), np.float32)
    for column in range(columns.shape[0]):
        inside = slice(columns.indptr[column], columns.indptr[column + 1])
        best = np.argsort(-columns.data[inside], kind="stable")[:n]
        rows[column, : len(best)] = columns.indices[inside][best]
        values[column, : len(best)] = columns.data[inside][best]
    return rows, values


def _flat(histories: list[np.ndarray], ids: np.ndarray | None) -> np.ndarray:
    """User and item of each interaction; users without whole numbers as ids are numbered from 1."""
    ids = np.arange(1, len(histories)) if ids is None else ids
    user_ids = np.repeat(ids, [len(history) for history in histories[1:]])
    return np.column_stack([user_ids, np.concatenate(histories)]).astype(np.int64)
