"""Train the best recommender of the course, "wide and deep" of lesson 12, and pack it into a bundle.

The deep half becomes an ONNX graph, the wide half a matrix beside it: so the service adds the two scores and knows what
each film of a history contributed to the second. One training with the settings of lesson 12, which were chosen on a
cut before the test part. `build` does the same with the smaller GRU, for lesson 23.
"""

from dataclasses import replace

import numpy as np

from recsys_helpers.evaluation.ranking import evaluate
from recsys_helpers.models.linear import linear_next_item
from recsys_helpers.serving import compressed
from recsys_helpers.serving.build import Films, films, finish
from recsys_helpers.serving.deep_graph import deep_graph_of
from recsys_helpers.serving.linear_part import Ages, Linear, dense_part
from recsys_helpers.serving.model import Model
from recsys_helpers.serving.parts import Stages
from recsys_helpers.serving.scored import score_all
from recsys_helpers.serving.store import Store

DECAY, FLOOR = 5.0, 0.1  # the ages that `linear_next_item` is solved with
REASON = (
    "A reason names the film of the history that adds most to the linear half of the score: age weight times film "
    "weight, an exact share. 'close to' names the nearest film in the network's space, where no film adds anything."
)


def pack(store: Store, n_epochs: int | None = None, seed: int = 42, compress: bool = False) -> str:
    """Train, measure and pack; returns the version, which is not put into use. One and a half minutes of one core."""
    from recsys_helpers.start import quiet_tensorflow

    quiet_tensorflow()
    from recsys_helpers.models.wide_deep import NextItemConfig, fit_deep_next_item

    config = NextItemConfig() if n_epochs is None else replace(NextItemConfig(), n_epochs=n_epochs)
    data = films()
    print("1 of 3: the wide half, linear next-item, is solved.", flush=True)
    weights = linear_next_item(data.histories, data.items.n_rows, decay=DECAY, floor=FLOOR)
    print(f"2 of 3: the deep half is trained, {config.n_epochs} epochs.", flush=True)
    recommender, training = fit_deep_next_item(data.histories, data.items.n_rows, config, seed)
    if training.interrupted:
        raise KeyboardInterrupt
    print("3 of 3: the answers are measured, and everything is packed.", flush=True)
    bundle = data.bundle
    bundle.linear = dense_part(weights, Ages(DECAY, FLOOR, config.wide_weight))
    bundle.model, bundle.vectors = deep_graph_of(recommender)
    bundle.stages = Stages(length=config.length)
    bundle.facts = data.facts(model="wide and deep", n_epochs=config.n_epochs, seed=seed)
    bundle.facts["reasons"] = REASON
    if compress:
        bundle.linear, bundle.facts["compression"] = compressed.compress(bundle.linear, lambda part: _ndcg(data, part))
    return finish(data, store)


def _ndcg(data: Films, part: Linear) -> np.ndarray:
    """NDCG@10 of each user on test, with this wide half beside the deep one."""
    bundle, histories = replace(data.bundle, linear=part), data.histories
    model, share = Model(bundle.model), bundle.popularity / bundle.popularity.max()

    def scores(users: np.ndarray) -> np.ndarray:
        return score_all(bundle, model, [histories[user][-bundle.stages.length :] for user in users], share)

    return evaluate(scores, data.seen, data.relevant).per_user["NDCG"].to_numpy()
