"""One stage instead of two: the scores of all items, network plus linear part, and the exact reason for each answer.

A reason names the item of the history that adds most to the linear part of the score. That number is exact: without the
linear contribution of this item the score would be lower by just this much. Where no item of the history adds anything,
the reason is the nearest item in the space of the network, which is a likeness and no share of the score.
"""

import numpy as np

from recsys_helpers.serving.bundle import Bundle

TIE = 1e-6  # weight of popularity where a linear part alone gives many items the same score, mostly 0


def score_all(bundle: Bundle, model, histories: list[np.ndarray], share: np.ndarray) -> np.ndarray:
    """Scores of all items for each history that is not empty; shape (n_histories, n_rows), float32.

    `model`: what runs the bundle's network, or None. `share` (n_rows,): popularity from 0 to 1, which decides between
    equal scores of a linear part that stands alone.
    """
    scores = bundle.linear.scores(histories)
    if model is None:
        scores += np.float32(TIE) * share.astype(np.float32)
        return scores
    output = model(histories)
    scores += output if model.gives == "scores" else output @ bundle.vectors.T
    return scores


def because_of(bundle: Bundle, history: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each item of an answer the item of the history that speaks most for it, and whether that is exact.

    Two arrays of shape (len(rows),): item indices, 0 if there is no reason; and True where the item adds most to the
    linear score, False where it is the nearest of the history.
    """
    if len(rows) == 0:
        return rows, np.zeros(0, bool)
    added = bundle.linear.contributions(history, rows)  # (n_history, n_rows)
    strongest = added.argmax(axis=0)
    sources, is_exact = history[strongest].astype(int), added[strongest, np.arange(len(rows))] > 0
    if not is_exact.all():
        sources[~is_exact] = nearest(bundle, rows[~is_exact], history) if bundle.vectors is not None else 0
    return sources, is_exact


def nearest(bundle: Bundle, rows: np.ndarray, history: np.ndarray) -> np.ndarray:
    """For each item the one of the history nearest to it in the model's own space, popularity left out."""
    vectors = bundle.vectors[:, : bundle.vectors.shape[1] - bundle.stages.bias_columns]
    return history[(vectors[rows] @ vectors[history].T).argmax(axis=1)]
