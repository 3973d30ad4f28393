"""Evaluation: metrics, the ranking protocol of the course, and how sure a mean is.

`metrics` one function a metric · `ranking` score, hide what was seen, keep the best k, mean over users · `intervals`
the interval of a mean, and of the difference of two models.
"""

from recsys_helpers.evaluation.intervals import mean_interval, paired_bootstrap
from recsys_helpers.evaluation.metrics import mae, rmse
from recsys_helpers.evaluation.ranking import RANKING_METRICS, Evaluation, evaluate, mean_over_seeds, top_k

__all__ = [
    "RANKING_METRICS",
    "Evaluation",
    "evaluate",
    "mae",
    "mean_interval",
    "mean_over_seeds",
    "paired_bootstrap",
    "rmse",
    "top_k",
]
