"""Train the GRU of lesson 11, measure what the service would answer, and pack both into a bundle.

The weights are learned from train + valid and measured on test; the histories that are served hold everything.
TensorFlow is needed here and nowhere else in the service.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import scipy.sparse as sp

from recsys_helpers.data import sequences
from recsys_helpers.data.ids import IdMap
from recsys_helpers.data.matrix import to_matrix
from recsys_helpers.data.movielens import load_movielens
from recsys_helpers.data.splits import order_in_time, split_last_share
from recsys_helpers.evaluation.ranking import evaluate
from recsys_helpers.models.baselines import ease, popularity
from recsys_helpers.serving.bundle import BadBundle, Bundle, Item, Stages, is_outdated, load_bundle, save_bundle
from recsys_helpers.serving.graph import graph_of, item_table
from recsys_helpers.serving.probe import add_probes
from recsys_helpers.serving.quality import check_quality
from recsys_helpers.serving.recommender import Question, Recommender
from recsys_helpers.serving.store import Store
from recsys_helpers.serving.titles import reading_title

N_NEIGHBOURS = 50


def neighbours_of(weights: np.ndarray, n: int = N_NEIGHBOURS) -> tuple[np.ndarray, np.ndarray]:
    """Of EASE's matrix keep for each item the `n` films that speak most about it: indices and weights (n_rows, n)."""
    n = min(n, len(weights) - 1)
    sources = np.argpartition(-np.abs(weights), n, axis=0)[:n].T  # (n_rows, n)
    kept = np.take_along_axis(weights.T, sources, axis=1)
    return sources.astype(np.int32), kept.astype(np.float32)


def train(learn: pd.DataFrame, users: IdMap, items: IdMap, n_epochs: int, seed: int = 42):
    """The Keras recommender of lesson 11, trained on `learn`; shows its progress."""
    from recsys_helpers.start import quiet_tensorflow, set_seed

    quiet_tensorflow()
    from recsys_helpers.models.bodies import gru_body
    from recsys_helpers.models.next_item import fit_next_item

    set_seed(seed)
    counts, histories = popularity(to_matrix(learn, users, items)), sequences.histories(learn, users, items)
    return fit_next_item(gru_body(), histories, counts, n_epochs, Stages().length, seed=seed)[0]


def build(store: Store, n_epochs: int = 12, force: bool = False) -> str:
    """Train, measure, pack, and put the new version into use; returns the version. About a minute.

    Raises BadBundle if it is worse than the version in use, unless `force`; it is kept all the same.
    """
    version = pack(store, n_epochs)
    put_into_use(store, version, force)
    return version


def put_into_use(store: Store, version: str, force: bool = False) -> None:
    """Move the pointer to a version; BadBundle if it is measured worse than the one in use, unless `force`."""
    current = None if force else store.current
    if current is not None and not is_outdated(store.path_of(current)):
        try:
            check_quality(*(load_bundle(store.path_of(name), only_popular=True).facts for name in (version, current)))
        except ValueError as error:
            raise BadBundle(f"{version} is kept, but not put into use. {error}") from error
    store.use(version)


@dataclass
class Films:
    """MovieLens as a bundle needs it: the items, the histories of everything, and the cut that is learned from."""

    ratings: pd.DataFrame
    learn: pd.DataFrame
    users: IdMap
    items: IdMap
    seen: sp.csr_array
    relevant: sp.csr_array
    bundle: Bundle

    @property
    def histories(self) -> list[np.ndarray]:
        """Item indices of each user in the part that is learned from, oldest first."""
        return sequences.histories(self.learn, self.users, self.items)

    def facts(self, **training) -> dict:
        """Where the data come from, and how the model was trained."""
        return {
            "built": datetime.now(UTC).isoformat(timespec="seconds"),
            "data": {"name": "MovieLens small", "n_interactions": len(self.ratings), "sha256": _checksum(self.ratings)},
            "training": {**training, "learned_from": "train + valid"},
            "schema": {"n_items": self.items.n, "n_users": self.users.n},
        }


def films() -> Films:
    """The bundled ratings, cut, with a bundle that lacks only its model; its neighbours are those of EASE."""
    ratings, movies = load_movielens()
    users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
    train_part, valid, test = split_last_share(ratings)
    learn = pd.concat([train_part, valid])
    seen, relevant = to_matrix(learn, users, items), to_matrix(test, users, items)
    titles = movies.set_index("item_id").reindex(items.ids)
    neighbours, weights = neighbours_of(ease(seen))
    bundle = Bundle(
        items=[_item(item_id, *row) for item_id, row in zip(items.ids, titles[["title", "year", "genres"]].to_numpy())],
        popularity=popularity(seen).astype(np.float32),
        histories=_flat(sequences.histories(order_in_time(ratings), users, items), users),
        neighbours=neighbours,
        weights=weights,
    )
    return Films(ratings, learn, users, items, seen, relevant, bundle)


def pack(store: Store, n_epochs: int = 12) -> str:
    """Train, measure and pack; returns the version, which is not put into use."""
    data = films()
    keras_model = train(data.learn, data.users, data.items, n_epochs)
    data.bundle.vectors, data.bundle.model = item_table(keras_model), graph_of(keras_model)
    data.bundle.facts = data.facts(model="GRU", n_epochs=n_epochs)
    return finish(data, store)


def finish(data: Films, store: Store) -> str:
    """Measure a bundle that is complete, add its probes, write it; returns the version."""
    recommender = Recommender(data.bundle, check=False)
    data.bundle.facts["metrics"] = measure(recommender, data.histories, data.seen, data.relevant)
    add_probes(recommender)
    return save_bundle(data.bundle, store.bundles).name


def measure(recommender: Recommender, histories: list[np.ndarray], seen, relevant) -> dict:
    """Quality of the answers themselves, beside what is popular: NDCG@10, Recall@10, MRR@10 over all users."""
    found = {}
    for name, answer in (("service", recommender.recommend), ("popular", lambda q: [recommender.popular(q[0])])):
        scores = np.full(relevant.shape, -np.inf, np.float32)
        for row, history in enumerate(histories):
            for place, pick in enumerate(answer([Question(history)])[0]):
                scores[row, recommender.by_id[pick.item.item_id]] = -place
        result = evaluate(scores, seen, relevant)
        found[name] = {f"{metric}@10": round(result.mean(metric), 4) for metric in ("NDCG", "Recall", "MRR")}
    return found


def _flat(histories: list[np.ndarray], users: IdMap) -> np.ndarray:
    user_ids = np.repeat(users.ids, [len(history) for history in histories[1:]])
    return np.column_stack([user_ids, np.concatenate(histories)]).astype(np.int64)


def _item(item_id, title, year, genres) -> Item:
    title = reading_title(title) if isinstance(title, str) else f"film {item_id}"
    genres = tuple(g for g in genres.split("|") if not g.startswith("(")) if isinstance(genres, str) else ()
    return Item(int(item_id), title, None if pd.isna(year) else int(year), genres)


def _checksum(ratings: pd.DataFrame) -> str:
    return hashlib.sha256(np.ascontiguousarray(ratings.to_numpy(float)).tobytes()).hexdigest()
