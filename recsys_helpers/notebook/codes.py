"""What `python -m tools.record_codes` measured for lesson 32: trials on valid, and three seeds on test."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recsys_helpers.evaluation.ranking import RANKING_METRICS, Evaluation
from recsys_helpers.notebook.results import RECORDED


@dataclass
class CodesEvaluation(Evaluation):
    """A test evaluation with the NDCG@10 of each user among cold films alone (NaN: none to find), and its size."""

    cold: np.ndarray = field(default_factory=lambda: np.array([]))
    weights: int = 0


def codes_trials() -> pd.DataFrame:
    """One row for each setting that was tried on valid: weights, NDCG@10, and NDCG@10 among cold films."""
    return pd.read_csv(RECORDED / "codes_trials.csv", index_col="model")


def codes_seeds(name: str) -> list[CodesEvaluation]:
    """The test evaluations of "codes" or of a dense control, one for each seed. KeyError: no such model."""
    recorded = pd.read_csv(RECORDED / "codes_seeds.csv.gz")
    rows = recorded[recorded["model"] == name]
    if rows.empty:
        raise KeyError(f"No seeds of {name!r} are recorded, only {sorted(set(recorded['model']))}.")
    return [
        CodesEvaluation(
            name,
            10,
            part.set_index("user_idx")[list(RANKING_METRICS)],
            *part[["coverage", "seconds"]].iloc[0],
            cold=part["cold"].to_numpy(),
            weights=int(part["weights"].iloc[0]),
        )
        for _, part in rows.groupby("seed")
    ]
