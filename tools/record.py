"""Train each recommender that is too slow for three trainings in a lesson, over three seeds; `make seeds` runs it.

Settings were chosen on valid (`--valid` measures there); then the model learns from train + valid and is tested once a
seed. Writes recsys_helpers/recorded/three_seeds.csv.gz: one row for each model, seed and user. Some minutes a model.

    python notebooks/three_seeds.py            # all models, test
    python notebooks/three_seeds.py GRU        # one model, test; the others stay as recorded
    python notebooks/three_seeds.py GRU --valid
"""

import argparse

import pandas as pd

from recsys_helpers.start import quiet_tensorflow, set_seed

quiet_tensorflow()
from recsys_helpers.data import (  # noqa: E402
    IdMap,
    load_movielens,
    sequences,
    split_last_share,
    to_matrix,
)
from recsys_helpers.evaluation import Evaluation, evaluate  # noqa: E402
from recsys_helpers.models import bodies, ease, next_item, popularity, rank_fusion  # noqa: E402  # noqa: E402
from recsys_helpers.notebook.results import THREE_SEEDS  # noqa: E402

LENGTH = 50
MODELS = {  # body, dim, dropout, learning rate, epochs
    "CNN": (lambda dim: bodies.cnn_body(dim), 128, 0.5, 0.003, 30),
    "GRU": (lambda dim: bodies.gru_body(dim), 128, 0.5, 0.003, 30),
    "self-attention": (lambda dim: bodies.attention_body(LENGTH, dim), 128, 0.5, 0.003, 20),
}


def measure(name: str, seed: int, learn: pd.DataFrame, held_out: pd.DataFrame, maps: list[IdMap]):
    """Train one model with one seed; returns its evaluations, the training and its number of weights."""
    make_body, dim, dropout, rate, n_epochs = MODELS[name]
    set_seed(seed)
    users, items = maps
    seen, relevant = to_matrix(learn, users, items), to_matrix(held_out, users, items)
    histories, counts = sequences.histories(learn, users, items), popularity(seen)
    recommender, training = next_item.fit_next_item(
        make_body(dim), histories, counts, n_epochs, LENGTH, dim, dropout, rate, seed
    )
    newest = sequences.last_items(histories, LENGTH)
    scores = recommender.predict(newest, batch_size=128, verbose=0)
    results = [evaluate(scores, seen, relevant, name=name, seconds=training.seconds)]
    if name == "GRU":
        both = rank_fusion([scores, seen @ ease(seen)], seen)
        results.append(evaluate(both, seen, relevant, name="GRU + EASE", seconds=training.seconds))
    return results, training, recommender.count_params()


def as_rows(result: Evaluation, seed: int, training, n_weights: int) -> pd.DataFrame:
    """One row a user: the metrics, and beside them what the training cost."""
    rows = result.per_user.rename_axis("user_idx").reset_index().round(6)
    cost = {"coverage": round(result.coverage, 6), "seconds": round(training.seconds, 1), "n_weights": n_weights}
    return rows.assign(model=result.name, seed=seed, **cost, peak_mib=round(training.peak_mib))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", help=f"of {list(MODELS)}; all if none is named")
    parser.add_argument("--valid", action="store_true", help="measure on valid and store nothing")
    parser.add_argument("--seeds", type=int, default=3)
    chosen = parser.parse_args()
    if unknown := set(chosen.models) - set(MODELS):
        parser.error(f"unknown models {sorted(unknown)}; there are {list(MODELS)}")
    ratings, _ = load_movielens()
    users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
    train, valid, test = split_last_share(ratings)
    learn, held_out = (train, valid) if chosen.valid else (pd.concat([train, valid]), test)
    for name in chosen.models or MODELS:
        rows = []
        for seed in range(1, chosen.seeds + 1):
            results, training, n_weights = measure(name, seed, learn, held_out, [users, items])
            for result in results:
                rows.append(as_rows(result, seed, training, n_weights))
                means = {metric: round(result.mean(metric), 4) for metric in ("NDCG", "Recall", "MRR")}
                cost = f"{training.seconds:.0f} s, {n_weights:,} weights"
                print(f"{result.name}, seed {seed}: {means}, {cost}", flush=True)
        if not chosen.valid:
            earlier = pd.read_csv(THREE_SEEDS) if THREE_SEEDS.exists() else pd.DataFrame({"model": []})
            kept = [earlier[~earlier["model"].isin({result.name for result in results})]] if len(earlier) else []
            pd.concat([*kept, *rows]).to_csv(THREE_SEEDS, index=False, compression={"method": "gzip", "mtime": 0})


if __name__ == "__main__":
    main()
