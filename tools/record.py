"""Measure every recommender of the course on the test set, trained ones over three seeds; `make seeds` runs it.

Settings were chosen before the test set was used: on valid for the CNN, on the last quarter of train + valid for the
others (`--cut` measures there, `--valid` on valid). Each setting that was tried on this quarter is a row of
recorded/trials.csv. Then a model learns from train + valid and is tested once per seed. This writes
recsys_helpers/recorded/three_seeds.csv.gz: one row for each model, seed and user, with the number of settings that were
tried (empty if nobody counted). It takes minutes for each trained model and seconds for the others.

    python -m tools.record            # all models, test
    python -m tools.record GRU        # one model, test; the others stay as recorded
    python -m tools.record GRU --valid
"""

import argparse
import time

import numpy as np
import pandas as pd
import psutil

from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()
from recsys_helpers.data import (  # noqa: E402
    IdMap,
    histories,
    last_items,
    load_movielens,
    split_last_share,
    to_matrix,
)
from recsys_helpers.evaluation import Evaluation, evaluate  # noqa: E402
from recsys_helpers.models import bodies, ease, ials, item_knn, popularity, rank_fusion  # noqa: E402
from recsys_helpers.models.linear import aged, linear_next_item  # noqa: E402
from recsys_helpers.models.next_item import fit_next_item  # noqa: E402
from recsys_helpers.models.training import Training  # noqa: E402
from recsys_helpers.models.wide_deep import NextItemConfig, fit_deep_next_item, wide_and_deep  # noqa: E402
from recsys_helpers.notebook.results import THREE_SEEDS  # noqa: E402

LENGTH = 50
NETWORKS = {  # body, dim, dropout, learning rate, epochs
    "CNN": (lambda dim: bodies.cnn_body(dim), 128, 0.5, 0.003, 30),
    "GRU": (lambda dim: bodies.gru_body(dim), 128, 0.5, 0.003, 45),
    "self-attention": (lambda dim: bodies.attention_body(LENGTH, dim), 128, 0.5, 0.003, 30),
}
WIDE_AND_DEEP = "wide and deep"
MEAN_OF_3 = f"{WIDE_AND_DEEP}, mean of 3 seeds"
TRIALS = {"popularity": 1} | dict.fromkeys([*NETWORKS, WIDE_AND_DEEP, "deep half", MEAN_OF_3], 8)
TRIALS |= dict.fromkeys(["item-kNN", "EASE", "iALS", "EASE, aged input", "linear next-item"], 12)


def solve(name: str, past: list[np.ndarray], seen) -> np.ndarray:
    """Scores (n_users + 1, n_items + 1) of a model that needs no seed, with the settings that were best on the cut."""
    n_columns = seen.shape[1]
    if name == "popularity":
        return np.tile(popularity(seen), (seen.shape[0], 1))
    if name == "item-kNN":
        return (seen @ item_knn(seen, n_neighbours=400, shrink=30)).toarray()
    if name == "EASE":
        return seen @ ease(seen, regularisation=700)
    if name == "iALS":
        of_users, of_items = ials(seen)
        return of_users @ of_items.T
    if name == "EASE, aged input":
        return aged(past, n_columns, decay=5, floor=0.02) @ ease(seen, regularisation=1000)
    return aged(past, n_columns) @ linear_next_item(past, n_columns)


class Cut:
    """One cut of the ratings, as the models need it: what is known, what is to be found."""

    def __init__(self, learn: pd.DataFrame, held_out: pd.DataFrame, users: IdMap, items: IdMap):
        self.seen, self.relevant = to_matrix(learn, users, items), to_matrix(held_out, users, items)
        self.histories = histories(learn, users, items)

    def evaluate(self, scores: np.ndarray, name: str, seconds: float) -> Evaluation:
        """Rank the unseen items of every user by `scores`."""
        return evaluate(scores, self.seen, self.relevant, name=name, seconds=seconds)


def measure_network(name: str, cut: Cut, seeds: list[int]):
    """Train one network of lessons 10 to 12 per seed; yields (evaluation, seed, training, number of weights)."""
    make_body, dim, dropout, rate, n_epochs = NETWORKS[name]
    for seed in seeds:
        set_seed(seed)
        recommender, training = fit_next_item(
            make_body(dim), cut.histories, popularity(cut.seen), n_epochs, LENGTH, dim, dropout, rate, seed
        )
        scores = recommender.predict(last_items(cut.histories, LENGTH), batch_size=128, verbose=0)
        yield cut.evaluate(scores, name, training.seconds), seed, training, recommender.count_params()
        if name == "GRU":
            both = rank_fusion([scores, cut.seen @ ease(cut.seen)], cut.seen)
            yield cut.evaluate(both, "GRU + EASE", training.seconds), seed, training, recommender.count_params()


def measure_formula(name: str, cut: Cut, seeds: list[int]):
    """Solve one model that needs no training; recorded as seed 0."""
    started = time.perf_counter()
    scores = solve(name, cut.histories, cut.seen)
    training = Training(seconds=time.perf_counter() - started, peak_mib=psutil.Process().memory_info().rss / 2**20)
    yield cut.evaluate(scores, name, training.seconds), 0, training, 0


def measure_wide_and_deep(name: str, cut: Cut, seeds: list[int]):
    """Train the deep half per seed, add the linear model; at last the mean of all seeds' scores, recorded as seed 0."""
    config, n_columns = NextItemConfig(), cut.seen.shape[1]
    started = time.perf_counter()
    weights = linear_next_item(cut.histories, n_columns)
    linear_seconds = time.perf_counter() - started
    newest, everything, total = last_items(cut.histories, config.length), [], Training()
    for seed in seeds:
        deep, training = fit_deep_next_item(cut.histories, n_columns, config, seed)
        alone = deep.predict(newest, batch_size=128, verbose=0)
        yield cut.evaluate(alone, "deep half", training.seconds), seed, training, deep.count_params()
        whole = wide_and_deep(deep, weights, config)
        everything.append(whole.predict(newest, batch_size=64, verbose=0))
        training.seconds += linear_seconds
        yield cut.evaluate(everything[-1], name, training.seconds), seed, training, whole.count_params()
        total.seconds, total.peak_mib = total.seconds + training.seconds, max(total.peak_mib, training.peak_mib)
    if len(seeds) == 3:
        together = cut.evaluate(np.mean(everything, axis=0), MEAN_OF_3, total.seconds)
        yield together, 0, total, 3 * whole.count_params()


FORMULAS = ("popularity", "item-kNN", "EASE", "iALS", "EASE, aged input", "linear next-item")
MEASURES = dict.fromkeys(FORMULAS, measure_formula) | dict.fromkeys(NETWORKS, measure_network)
MEASURES[WIDE_AND_DEEP] = measure_wide_and_deep


def as_rows(result: Evaluation, seed: int, training: Training, n_weights: int) -> pd.DataFrame:
    """One row per user: the metrics, and beside them what the training cost."""
    rows = result.per_user.rename_axis("user_idx").reset_index().round(6)
    cost = {"coverage": round(result.coverage, 6), "seconds": round(training.seconds, 1), "n_weights": n_weights}
    cost |= {"peak_mib": round(training.peak_mib), "trials": TRIALS.get(result.name, np.nan)}
    return rows.assign(model=result.name, seed=seed, **cost)


def record(rows: list[pd.DataFrame]) -> None:
    """Put the rows into the file, in the place of earlier rows of the same models."""
    new = pd.concat(rows)
    earlier = pd.read_csv(THREE_SEEDS) if THREE_SEEDS.exists() else new[:0]
    kept = earlier[~earlier["model"].isin(set(new["model"]))]
    kept = kept.assign(trials=kept["model"].map(TRIALS).astype(float))
    pd.concat([kept, new]).to_csv(THREE_SEEDS, index=False, compression={"method": "gzip", "mtime": 0})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", help=f"some of: {', '.join(map(repr, MEASURES))}; default: all")
    parser.add_argument("--valid", action="store_true", help="measure on valid and store nothing")
    parser.add_argument("--cut", action="store_true", help="measure on the last quarter of both, store nothing")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each network")
    chosen = parser.parse_args()
    if unknown := set(chosen.models) - set(MEASURES):
        parser.error(f"unknown models {sorted(unknown)}; there are {list(MEASURES)}")
    ratings, _ = load_movielens()
    users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
    train, valid, test = split_last_share(ratings)
    learn, held_out = (train, valid) if chosen.valid else (pd.concat([train, valid]), test)
    if chosen.cut:  # as much is held out as in the test part
        learn, _, held_out = split_last_share(learn, valid=0, test=0.25)
    cut = Cut(learn, held_out, users, items)
    for name in chosen.models or MEASURES:
        rows = []
        for result, seed, training, n_weights in MEASURES[name](name, cut, list(range(1, chosen.seeds + 1))):
            rows.append(as_rows(result, seed, training, n_weights))
            means = {metric: round(result.mean(metric), 4) for metric in ("NDCG", "Recall", "MRR")}
            cost = f"{training.seconds:.0f} s, {n_weights:,} weights"
            print(f"{result.name}, seed {seed}: {means}, {cost}", flush=True)
        if not (chosen.valid or chosen.cut):
            record(rows)


if __name__ == "__main__":
    main()
