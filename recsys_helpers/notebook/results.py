"""The results table of the course: rows that lessons recorded, trainings that are too long for a lesson."""

import os
from pathlib import Path

import pandas as pd

from recsys_helpers.evaluation.ranking import RANKING_METRICS, Evaluation

RECORDED = Path(__file__).resolve().parents[1] / "recorded"  # one file for each lesson that adds to the table: 04.csv
THREE_SEEDS = RECORDED / "three_seeds.csv.gz"  # written by `make seeds`


def recorded_seeds(name: str) -> list[Evaluation]:
    """The test evaluations of a model, one a seed, that `make seeds` measured and stored with the course.

    Three trainings of a network do not fit into a lesson; the lesson trains one and looks the others up.
    """
    recorded = pd.read_csv(THREE_SEEDS) if THREE_SEEDS.exists() else pd.DataFrame({"model": []})
    rows = recorded[recorded["model"] == name]
    if rows.empty:
        raise KeyError(f"No seeds of {name!r} are recorded, only {sorted(set(recorded['model']))}. Run `make seeds`.")
    return [
        Evaluation(name, 10, part.set_index("user_idx")[list(RANKING_METRICS)], *part[["coverage", "seconds"]].iloc[0])
        for _, part in rows.groupby("seed")
    ]


def results_table(evaluations: list[Evaluation]) -> pd.DataFrame:
    """One row a model: quality with its interval, coverage, cost; rounded for reading."""
    table = pd.DataFrame([evaluation.row() for evaluation in evaluations]).set_index("model")
    return table.round({column: 1 if column == "seconds" else 4 for column in table.columns if column != "seeds"})


def recorded_results(before: str = "99") -> pd.DataFrame:
    """The rows that the lessons before this number ("04") recorded, in learning order, with their lesson."""
    tables = [
        pd.read_csv(path, index_col="model").assign(lesson=path.stem)
        for path in sorted(RECORDED.glob("[0-9][0-9].csv"))
        if path.stem < before
    ]
    return pd.concat(tables) if tables else pd.DataFrame()


def results_so_far(lesson: str, evaluations: list[Evaluation]) -> pd.DataFrame:
    """The course's results table: what earlier lessons recorded, then the rows of this one ("04").

    Only the build of the course records (it sets RECSYS_RECORD); a reader's own run changes nothing.
    """
    table = results_table(evaluations)
    if os.environ.get("RECSYS_RECORD"):
        _record(table, RECORDED / f"{lesson}.csv")
    return pd.concat([recorded_results(before=lesson), table.assign(lesson=lesson)])


def _record(table: pd.DataFrame, path: Path) -> None:
    """Store the rows of a lesson, unless nothing but the seconds of training differs from what is stored."""
    if path.exists():
        stored = pd.read_csv(path, index_col="model")
        if stored.drop(columns="seconds").equals(table.drop(columns="seconds")):
            return
    table.to_csv(path, lineterminator="\n")
