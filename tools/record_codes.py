"""Measure the generative recommender of lesson 32: every setting that was tried on valid, then three seeds on test.

    python -m tools.record_codes            # the trials, on valid: a minute each
    python -m tools.record_codes --test     # the final settings, on test

Writes recsys_helpers/recorded/codes_trials.csv, one row for each trial, and codes_seeds.csv.gz, one row for each model,
seed and user, with the NDCG@10 among cold films beside the usual metrics. The network with a film table ("dense") has
the same body, windows and epochs as the one that writes codes.
"""

import argparse
import re
import time

import numpy as np
import pandas as pd

from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()
import keras  # noqa: E402

from recsys_helpers.data import IdMap, histories, last_items, load_movielens, split_last_share, to_matrix  # noqa: E402
from recsys_helpers.data.sequences import windows  # noqa: E402
from recsys_helpers.evaluation import evaluate  # noqa: E402
from recsys_helpers.evaluation.among import ndcg_among  # noqa: E402
from recsys_helpers.models import bodies, ials, popularity, rank_fusion  # noqa: E402
from recsys_helpers.models.code_decoder import (  # noqa: E402
    code_log_probabilities,
    fit_codes,
    newest_states,
    score_ids,
)
from recsys_helpers.models.content_scores import film_features  # noqa: E402
from recsys_helpers.models.hstu import hstu_body  # noqa: E402
from recsys_helpers.models.linear import aged, linear_next_item  # noqa: E402
from recsys_helpers.models.next_item import next_item_model  # noqa: E402
from recsys_helpers.models.sampling import negative_probabilities  # noqa: E402
from recsys_helpers.models.semantic_ids import (  # noqa: E402
    CodeTree,
    beam_search,
    filled_in,
    next_item_vectors,
    numbered,
    residual_codes,
)
from recsys_helpers.models.training import fit  # noqa: E402
from recsys_helpers.notebook.results import RECORDED  # noqa: E402

LENGTH, DIM, WIDTH = 50, 64, 100
BODIES = {"attention": lambda: bodies.attention_body(LENGTH, DIM), "HSTU": lambda: hstu_body(LENGTH, DIM)}
TRIALS = {  # name → settings; 12 epochs, dropout 0.2, 256 codes on each of three levels unless said
    "codes, content": {"ids": "content"},
    "codes, iALS": {"ids": "iALS"},
    "codes, next-item": {"ids": "next-item"},
    "codes, next-item, directions": {"ids": "directions"},
    "codes, next-item, 64 a level": {"ids": "next-item", "n_codes": 64},
    "codes, next-item, 24 epochs, dropout 0.4": {"ids": "next-item", "n_epochs": 24, "dropout": 0.4},
    "codes, next-item, HSTU": {"ids": "next-item", "body": "HSTU"},
    "dense": {"ids": None},
    "dense, begins with next-item vectors": {"ids": None, "begin": True},
    "dense, 24 epochs, dropout 0.4": {"ids": None, "n_epochs": 24, "dropout": 0.4},
    "dense, HSTU": {"ids": None, "body": "HSTU"},
}
BEGINS = "dense, begins with next-item vectors"
FINAL = {  # the best of each kind on valid
    "codes": TRIALS["codes, next-item"],
    "dense": TRIALS["dense, 24 epochs, dropout 0.4"],
    BEGINS: TRIALS[BEGINS],
}


class Cut:
    """What is known, what is to be found, and the ids of all films under each kind of vectors."""

    def __init__(self, learn, held_out, movies, users, items):
        self.seen, self.relevant = to_matrix(learn, users, items), to_matrix(held_out, users, items)
        self.histories, self.counts = histories(learn, users, items), popularity(self.seen)
        self.features, self.made = film_features(movies, items), {}

    def linear_scores(self) -> np.ndarray:
        """Scores of the linear next-item model of lesson 10."""
        n_columns = len(self.counts)
        return aged(self.histories, n_columns) @ linear_next_item(self.histories, n_columns)

    def vectors(self, kind: str, dim: int = DIM) -> np.ndarray:
        """Vectors from ratings, those of films without one predicted from genres and year; (n_items + 1, dim).

        "directions": those of "next-item", each divided by its length.
        """
        known = ials(self.seen, dim)[1] if kind == "iALS" else next_item_vectors(self.histories, len(self.counts), dim)
        vectors = filled_in(known, self.features, known.any(axis=1))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True) if kind == "directions" else vectors

    def ids(self, kind: str, n_codes: int) -> np.ndarray:
        """Ids of all films, (n_items + 1, 4)."""
        if (kind, n_codes) not in self.made:
            vectors = self.features if kind == "content" else self.vectors(kind)
            codes, _ = residual_codes(vectors[1:], n_codes)
            self.made[kind, n_codes] = np.pad(numbered(codes, self.counts[1:]), ((1, 0), (0, 0)))
        return self.made[kind, n_codes]


def train(cut: Cut, ids, body="attention", n_codes=256, n_epochs=12, dropout=0.2, begin=False, seed=1) -> tuple:
    """Scores (n_users + 1, n_items + 1), scores of the first three codes alone (or None), Training and parameters."""
    set_seed(seed)
    average = max(4, n_epochs // 3)
    if ids is None:
        probabilities = negative_probabilities(cut.counts)
        trainer, recommender = next_item_model(
            BODIES[body](), cut.counts, probabilities, LENGTH, DIM, dropout, seed=seed
        )
        if begin:  # the film table begins with the vectors from which the codes are made; its last column is the bias
            table = trainer.get_layer("items")
            first = cut.vectors("next-item", DIM - 1)
            table.set_weights([np.column_stack([0.1 * first / first[1:].std(), table.get_weights()[0][:, -1]])])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        trainer.compile(keras.optimizers.AdamW(0.006, weight_decay=0.01), loss, jit_compile=False)

        def examples(rng):
            inputs, targets = windows(cut.histories, LENGTH, rng)
            negatives = rng.choice(len(probabilities), (len(inputs), 16), p=probabilities)
            return [inputs, targets, negatives], np.zeros(inputs.shape, int), (targets > 0).astype("float32")

        training = fit(trainer, examples, n_epochs, 32, average=average, seed=seed)
        scores = recommender.predict(last_items(cut.histories, LENGTH), batch_size=96, verbose=0)
        return scores, None, training, recommender.count_params()
    table = cut.ids(ids, n_codes)
    trainer, reader, training = fit_codes(
        cut.histories, table, BODIES[body](), n_epochs, LENGTH, DIM, dropout, average=average, seed=seed
    )
    states = newest_states(reader, cut.histories, table)
    tree, is_seen = CodeTree(table), cut.seen.toarray() > 0
    scores, prefix = np.full(cut.seen.shape, -np.inf, "float32"), np.zeros(cut.seen.shape, "float32")
    for some in np.array_split(np.arange(len(states)), 6):
        log_probabilities = code_log_probabilities(trainer, states[some])
        item, total = beam_search(tree, log_probabilities, len(some), WIDTH, is_seen[some])
        scores[some[:, None], item] = total
        is_cold = np.flatnonzero(cut.counts[1:] == 0) + 1
        prefix[some[:, None], is_cold] = score_ids(log_probabilities, len(some), table[is_cold, :3])
    return scores, prefix, training, trainer.count_params()


def measure(cut: Cut, name: str, settings: dict, seed: int) -> dict[str, tuple]:
    """Name → evaluation over all films, NDCG@10 of each user among cold films (NaN for dense), number of parameters.

    Codes with the final settings are measured once more, fused by rank with the linear next-item model.
    """
    started = time.perf_counter()
    scores, prefix, training, n_parameters = train(cut, **settings, seed=seed)
    is_cold = (cut.counts == 0) & (np.arange(len(cut.counts)) > 0)
    cold = np.full(len(scores) - 1, np.nan) if prefix is None else ndcg_among(prefix, is_cold, cut.relevant)
    several = {name: scores}
    if settings == FINAL["codes"]:
        several[f"{name} + linear"] = rank_fusion([scores, cut.linear_scores()], cut.seen)
    found = {}
    for of, values in several.items():
        run = evaluate(values, cut.seen, cut.relevant, name=of, seconds=training.seconds)
        found[of] = (run, cold, n_parameters)
        cold_mean = np.nanmean(cold) if prefix is not None else np.nan
        print(f"{of}, seed {seed}: {run.mean():.4f}, cold {cold_mean:.4f}, {time.perf_counter() - started:.0f} s",
              flush=True)  # fmt: skip
    return found


def main() -> None:
    """Trials on valid, or the final settings on test with three seeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--test", action="store_true", help="measure the final settings on test")
    parser.add_argument("--only", default="", help="a pattern: only models whose names match; the others stay")
    arguments = parser.parse_args()
    ratings, movies = load_movielens()
    users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
    parts = split_last_share(ratings)
    if not arguments.test:
        cut, rows = Cut(parts.train, parts.valid, movies, users, items), []
        for name, settings in TRIALS.items():
            if re.search(arguments.only, name):
                for of, (run, cold, n_parameters) in measure(cut, name, settings, seed=1).items():
                    row = {"model": of, "weights": n_parameters, "NDCG@10": run.mean()}
                    cold_mean = np.nan if np.isnan(cold).all() else np.nanmean(cold)
                    rows.append(row | {"cold NDCG@10": cold_mean})
        path, new = RECORDED / "codes_trials.csv", pd.DataFrame(rows).round(4)
        if arguments.only and path.exists():
            stored = pd.read_csv(path)
            new = pd.concat([stored[~stored["model"].isin(new["model"])], new])
        new.sort_values("model", key=lambda names: names.map([*TRIALS, "codes, next-item + linear"].index)).to_csv(
            path, index=False, lineterminator="\n"
        )
        return
    cut = Cut(pd.concat([parts.train, parts.valid]), parts.test, movies, users, items)
    path, frames = RECORDED / "codes_seeds.csv.gz", []
    for name, settings in FINAL.items():
        if not re.search(arguments.only, name):
            continue
        for seed in (1, 2, 3):
            for of, (run, cold, n_parameters) in measure(cut, name, settings, seed).items():
                frame = run.per_user.round(5).assign(cold=np.round(cold, 5)).rename_axis("user_idx").reset_index()
                more = {"model": of, "seed": seed, "coverage": round(run.coverage, 4)}
                frames.append(frame.assign(**more, seconds=round(run.seconds, 1), weights=n_parameters))
    new = pd.concat(frames)
    if arguments.only and path.exists():  # the others stay as they are
        stored = pd.read_csv(path)
        new = pd.concat([stored[~stored["model"].isin(new["model"])], new])
    new.to_csv(path, index=False, lineterminator="\n", compression={"method": "gzip", "mtime": 0})


if __name__ == "__main__":
    main()
