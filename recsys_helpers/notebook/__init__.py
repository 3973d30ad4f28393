"""What only notebooks need: claims, plots, the report on this machine, the results table of the course."""

from recsys_helpers.notebook.claims import claim
from recsys_helpers.notebook.plots import COLOURS, new_figure, show
from recsys_helpers.notebook.report import environment_report
from recsys_helpers.notebook.results import recorded_results, recorded_seeds, results_so_far, results_table

__all__ = [
    "COLOURS",
    "claim",
    "environment_report",
    "new_figure",
    "recorded_results",
    "recorded_seeds",
    "results_so_far",
    "results_table",
    "show",
]
