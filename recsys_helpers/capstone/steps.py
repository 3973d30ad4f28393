"""From a file to the folder of a project, one function for each stage; `make` calls them all.

The cut keeps whole moments: what a user did at one time (an order, a visit) stays on one side. Four trials for each
model. Left out: models that read the order of a history, because an order has none inside.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from recsys_helpers.capstone.autoencoder import Autoencoder
from recsys_helpers.capstone.model_checks import gap
from recsys_helpers.capstone.project import Project
from recsys_helpers.data.checks import DataProblems
from recsys_helpers.data.ids import IdMap
from recsys_helpers.data.matrix import to_matrix
from recsys_helpers.data.moments import split_whole_moments
from recsys_helpers.data.sequences import histories
from recsys_helpers.data.splits import Split, order_in_time
from recsys_helpers.evaluation.ranking import Evaluation, evaluate
from recsys_helpers.models.baselines import ease, item_knn, popularity
from recsys_helpers.serving.bundle import MOST_DENSE, save_bundle
from recsys_helpers.serving.linear_part import Ages, Linear, dense_part, sparse_part
from recsys_helpers.serving.own.cut import Cut, View
from recsys_helpers.serving.own.packing import pack
from recsys_helpers.serving.own.reading import Data, read
from recsys_helpers.serving.own.source import Source
from recsys_helpers.serving.recommender import Question, Recommender
from recsys_helpers.serving.store import Store

KNN = tuple({"shrink": value} for value in (10.0, 30.0, 100.0, 300.0))
EASE = tuple({"regularisation": value} for value in (30.0, 100.0, 300.0, 1000.0))
NETWORK = (Autoencoder(), Autoencoder(dropout=0.7), Autoencoder(64), Autoencoder(64, dropout=0.7))
SEEDS = (1, 2, 3)
FEWEST_MEASURED, MOST_CELLS = 100, 100_000_000
MODEL, ABLATION, BAR = "autoencoder", "autoencoder without dropout", "EASE"


def parts_of(split: Split) -> Cut:
    """The matrices of a split, as the service measures them: `tuning` knows train, `final` knows train and valid.

    The rows of the split may stand in any order.
    """
    train, valid, test = split
    learn, everything = pd.concat([train, valid]), pd.concat(split)
    users, items = IdMap(everything["user_id"]), IdMap(everything["item_id"])

    def view(known: pd.DataFrame, held_out: pd.DataFrame) -> View:
        seen, relevant = to_matrix(known, users, items), to_matrix(held_out, users, items)
        measured = np.flatnonzero((np.diff(relevant.indptr) > 0) & (np.diff(seen.indptr) > 0))
        return View(seen, relevant, histories(order_in_time(known), users, items), measured)

    ordered = order_in_time(everything)
    return Cut(users, items, view(train, valid), view(learn, test), histories(ordered, users, items), True)


def linear_of(name: str, view: View, setting: dict) -> Linear:
    """EASE or item-kNN, learned from what a view has seen, as a part that can be served."""
    return (
        dense_part(ease(view.seen, **setting), Ages())
        if name == BAR
        else sparse_part(item_knn(view.seen, **setting), Ages())
    )


def measured(scores: np.ndarray, view: View, name: str) -> Evaluation:
    """NDCG@10 and its company for the users of a view who have something to find."""
    rows = np.concatenate([[0], view.measured])
    return evaluate(scores[rows], view.seen[rows], view.relevant[rows], name=name)


def tune(parts: Cut) -> pd.DataFrame:
    """Every trial of every model on valid: model, setting (as text), valid, and `how` (the setting itself)."""
    view, rows = parts.tuning, []
    for name, settings in (("item-kNN", KNN), (BAR, EASE)):
        for how in settings:
            value = view.evaluate(linear_of(name, view, how).scores, name).mean()
            rows.append((name, ", ".join(f"{key} {value:g}" for key, value in how.items()), value, how))
    for how in NETWORK:
        rows.append((MODEL, str(how), measured(how.scores(view.seen, seed=1), view, MODEL).mean(), how))
    return pd.DataFrame(rows, columns=["model", "setting", "valid", "how"])


def best_of(trials: pd.DataFrame, model: str):
    """The setting of a model with the highest value on valid."""
    own = trials[trials["model"] == model]
    return own.loc[own["valid"].idxmax(), "how"]


def best_simple(trials: pd.DataFrame) -> str:
    """The bar: the name of the simple model with the highest value on valid."""
    simple = trials[trials["model"] != MODEL]
    return simple.loc[simple["valid"].idxmax(), "model"]


@dataclass
class Measured:
    """What test says: `results` as in results.csv, `coverage` by model, and the linear parts that can be served."""

    results: pd.DataFrame
    coverage: dict[str, float]
    linear: dict[str, Linear]


def measure(parts: Cut, trials: pd.DataFrame, seeds: tuple[int, ...] = SEEDS) -> Measured:
    """All models with their chosen settings, learned from train + valid and measured on test, once."""
    view, found, coverage, linear = parts.final, [], {}, {}
    user_ids = parts.users.to_id(view.measured)

    def keep(run: Evaluation, seed: int) -> None:
        values = run.per_user["NDCG"].to_numpy()
        found.append(pd.DataFrame({"model": run.name, "seed": seed, "user_id": user_ids, "ndcg": values}))
        coverage.setdefault(run.name, run.coverage)

    counts = np.tile(popularity(view.seen).astype(float), (view.seen.shape[0], 1))
    keep(measured(counts, view, "popularity"), 0)
    for name in ("item-kNN", BAR):
        linear[name] = linear_of(name, view, best_of(trials, name))
        keep(view.evaluate(linear[name].scores, name), 0)
    chosen = best_of(trials, MODEL)
    without = Autoencoder(chosen.hidden, 0.0, chosen.n_epochs)
    for name, how in ((MODEL, chosen), (ABLATION, without)):
        for seed in seeds:
            keep(measured(how.scores(view.seen, seed), view, name), seed)
    return Measured(pd.concat(found, ignore_index=True), coverage, linear)


def groups_by_history(parts: Cut) -> pd.DataFrame:
    """Test users in three groups by the number of items that are known of them: user_id and group."""
    n = np.diff(parts.final.seen.indptr)[parts.final.measured]
    names = ["short histories", "middle", "long histories"]
    group = pd.qcut(pd.Series(n).rank(method="first"), 3, labels=names)
    return pd.DataFrame({"user_id": parts.users.to_id(parts.final.measured), "group": group.astype(str)})


def put_into_use(
    source: Source, data: Data, parts: Cut, name: str, linear: Linear, similar: Linear, store: Store
) -> str:
    """Pack a linear model with its reasons and probes, put it into use, and return its version."""
    bundle = pack(source, data, parts, linear, None, similar, {"choice": {"model": name}})
    version = save_bundle(bundle, store.bundles).name
    store.use(version)
    return version


def reasons_given(recommender: Recommender, parts: Cut, n: int = 100) -> pd.DataFrame:
    """The first recommendation of `n` users, spread over all, and its reason: user_id, item_id, reason."""
    rows = []
    for user in np.linspace(1, parts.users.n, min(n, parts.users.n)).astype(int):
        user_id = parts.users.to_id([user])[0]
        pick = recommender.recommend([Question(recommender.history_of(user_id), k=1)])[0][0]
        if pick.because is not None:
            rows.append((user_id, pick.item.item_id, pick.because))
    return pd.DataFrame(rows, columns=["user_id", "item_id", "reason"])


def make(source: Source, folder: Path | str, command: str) -> Project:
    """The whole way: read, cut, tune, measure, choose, serve, explain; the folder then lacks only your sentences.

    The bar is EASE or item-kNN, whichever is better on valid. The card is written only if there is none. Raises
    DataProblems, with every problem of the file.
    """
    project, data = Project(folder), read(source)
    if not data.has_times:
        what = "There are no timestamps, so nothing can be cut in time."
        raise DataProblems(source.name, [f"{what} If a column of the file has them, name it: --columns timestamp=…"])
    print("\n".join(data.report), flush=True)
    split = split_whole_moments(data.frame)
    parts = parts_of(split)
    if parts.items.n > MOST_DENSE:
        what = f"{parts.items.n:,} items; this example solves EASE, which takes {MOST_DENSE:,} at most."
        raise DataProblems(source.name, [f"{what} Take one part of the catalogue, or write the steps yourself."])
    if parts.users.n * parts.items.n > MOST_CELLS:
        what = (
            f"{parts.users.n:,} users times {parts.items.n:,} items; this example holds {MOST_CELLS:,} scores at most."
        )
        raise DataProblems(source.name, [f"{what} Take a sample of the users."])
    if (n := len(parts.final.measured)) < FEWEST_MEASURED:
        what = f"{n} of {parts.users.n:,} users have rows of two times or more; at least {FEWEST_MEASURED} are needed."
        few = "Intervals over fewer users are too wide to decide anything: take a larger file."
        same = "Is timestamp the right column? An export with one date for all rows cannot be cut."
        raise DataProblems(source.name, [f"{what} {few if n > parts.users.n / 2 else same}"])
    project.write_parts(split)
    print(f"Cut: {', '.join(f'{len(part):,} {name}' for name, part in zip(split._fields, split))} rows", flush=True)
    trials = tune(parts)
    project.write("trials.csv", trials)
    test = measure(parts, trials)
    project.write("results.csv", test.results)
    print(test.results.groupby("model", sort=False)["ndcg"].mean().round(4).to_string(), flush=True)
    project.write("groups.csv", groups_by_history(parts))
    bar = best_simple(trials)
    for name in sorted(test.linear, key=lambda name: name == bar):  # the first is what a roll-back goes to
        put_into_use(source, data, parts, name, test.linear[name], test.linear["item-kNN"], project.store)
    project.write("explanations.csv", reasons_given(project.recommender(), parts))
    project.write_card(sha256=source.checksum(), bar=bar, model=MODEL, ablation=ABLATION, served=bar, command=command)
    mean, low, high = gap(project)
    print(f"{MODEL} - {project.said('models', 'bar')}: {mean:+.4f} [{low:+.4f}, {high:+.4f}]")
    if low > 0:
        print("The network is better, and this example serves simple models only: serving it is your part (lesson 22).")
    means = test.results.groupby("model")["ndcg"].mean()
    if means["popularity"] >= means[bar]:
        print(f"The bar, {bar}, is not above popularity. Perhaps the file has too few rows for each user or item.")
    return project
