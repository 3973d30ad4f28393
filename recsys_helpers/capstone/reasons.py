"""Are reasons the model's own? Take the reason out of the history, and see how far the score falls."""

import numpy as np
import pandas as pd

from recsys_helpers.capstone.project import Incomplete
from recsys_helpers.serving.recommender import Recommender
from recsys_helpers.serving.scored import score_all


def fidelity(recommender: Recommender, reasons: pd.DataFrame, seed: int = 42) -> pd.DataFrame:
    """How far the score of an item falls without its reason, and without another item of the same history.

    `reasons`: user_id, item_id, reason, as text; one row of the answer for each row that can be asked: columns `reason`
    and `other`. A row is left out if the user has fewer than two items. Raises Incomplete if an id is not known or the
    reason does not stand in the history.
    """
    bundle, rng, rows = recommender.bundle, np.random.default_rng(seed), []
    by_text = {str(item.item_id): row for row, item in enumerate(bundle.items, start=1)}
    for user_id, item_id, reason in reasons[["user_id", "item_id", "reason"]].astype(str).itertuples(index=False):
        try:
            history = recommender.history_of(recommender.user_type(user_id))
        except ValueError:
            history = None
        if history is None or item_id not in by_text or by_text.get(reason) not in history:
            what = f"explanations.csv: user {user_id}, item {item_id}, reason {reason}: the bundle does not know one"
            raise Incomplete(
                f"{what}, or the reason is not in the user's history. Write the reasons that the service gave."
            )
        history = history[-bundle.stages.length :]
        others = history[history != by_text[reason]]
        if not len(others) or len(others) == len(history):
            continue
        without = [history[history != gone] for gone in (by_text[reason], rng.choice(others))]
        with np.errstate(all="ignore"):
            scores = score_all(bundle, recommender.model, [history, *without], np.zeros(bundle.n_rows))
        whole, without_reason, without_other = scores[:, by_text[item_id]].tolist()
        rows.append((whole - without_reason, whole - without_other))
    return pd.DataFrame(rows, columns=["reason", "other"])
