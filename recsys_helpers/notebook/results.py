"""The results table of the course: rows that lessons recorded, trainings that are too long for a lesson."""

import os
from pathlib import Path

import pandas as pd

from recsys_helpers.evaluation.ranking import RANKING_METRICS, Evaluation

RESULTS = Path(__file__).resolve().parents[1] / "recorded" / "results.csv"
THREE_SEEDS = RESULTS.with_name("three_seeds.csv.gz")  # written by `make seeds`


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


def results_so_far(lesson: str, evaluations: list[Evaluation]) -> pd.DataFrame:
    """The course's results table: what earlier lessons recorded, then the rows of this one ("04").

    Only the build of the course records (it sets RECSYS_RECORD); a reader's own run changes nothing.
    """
    rows = results_table(evaluations).assign(lesson=lesson)
    if RESULTS.exists():
        recorded = pd.read_csv(RESULTS, index_col="model", dtype={"lesson": str})
        earlier, later = (recorded[recorded["lesson"] < lesson], recorded[recorded["lesson"] > lesson])
        rows = pd.concat([earlier, rows])
        if os.environ.get("RECSYS_RECORD"):
            pd.concat([rows, later]).to_csv(RESULTS)
    return rows
