"""The four rows of a page of films, as scores: what belongs into each row, and how much it is worth there.

What it leaves out: the order of the rows and how a page is filled (evaluation/pages.py).
"""

import numpy as np

from recsys_helpers.data.film_study import FilmStudy


def four_rows(study: FilmStudy, scores: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Row → scores of shape (n_users, n_items + 1), -inf for what does not belong, was seen, or is padding.

    `scores` (n_users + 1, n_items + 1) rank three rows: "continue" holds next parts, "new" the films of this year and
    of the last one, "for you" everything. "because you liked" takes the row of `weights` (n_items + 1, n_items + 1)
    that belongs to the last film with four stars or more. Built in lesson 30.
    """
    everything = np.ones(study.seen.shape[1], bool)
    belongs = {
        "continue": (scores, study.is_next_part),
        "because you liked": (weights[study.last_liked], everything),
        "new": (scores, study.is_new),
        "for you": (scores, everything),
    }
    is_candidate = ~study.seen & (np.arange(study.seen.shape[1]) > 0)
    return {row: np.where(fits & is_candidate, values, -np.inf)[1:] for row, (values, fits) in belongs.items()}
