"""Wide and deep on the user's data: one training on the train part, the weight of its linear half chosen on valid.

TensorFlow is needed for the training alone; what is kept is the graph that is served.
"""

import contextlib
import io
from dataclasses import replace

import numpy as np

from recsys_helpers.serving.linear_part import Ages, DenseLinear, Linear, SparseLinear
from recsys_helpers.serving.model import Model
from recsys_helpers.serving.own.cut import View

NAME = "wide and deep"
MOST_FOR_NETWORK = 30_000  # items: the time of a step grows with the catalogue
STEPS, FEWEST_EPOCHS, MOST_EPOCHS = 560, 5, 60  # lesson 12 takes 560 steps on MovieLens small
SHARES = (0.25, 0.5, 1.0, 2.0, 4.0)  # spread of the linear scores, as a multiple of that of the network's


def scaled(part: Linear, scale: float) -> Linear:
    """The linear part with another factor of its scores."""
    return replace(part, ages=Ages(part.ages.decay, part.ages.floor, scale))


def config_for(view: View):
    """The settings of lesson 12, with about as many steps as there."""
    from recsys_helpers.models.wide_deep import NextItemConfig

    config = NextItemConfig()
    n_targets = sum(max(len(history) - 1, 0) for history in view.histories)
    per_epoch = max(n_targets // (config.n_positions * config.batch_size), 1)
    n_epochs = int(np.clip(round(STEPS / per_epoch), FEWEST_EPOCHS, MOST_EPOCHS))
    return replace(config, n_epochs=n_epochs, average=max(1, min(config.average, n_epochs // 2)))


def train(view: View, linear: Linear, seed: int, config=None) -> dict[str, np.ndarray]:
    """Train the deep half and choose the weight of `linear`; the graph's bytes, item vectors, length and scale.

    Raises KeyboardInterrupt where the training was interrupted: a half-trained network is no finished step.
    """
    from recsys_helpers.start import quiet_tensorflow

    quiet_tensorflow()
    from recsys_helpers.models.wide_deep import fit_deep_next_item
    from recsys_helpers.serving.deep_graph import deep_graph_of

    config = config or config_for(view)
    with contextlib.redirect_stdout(io.StringIO()):  # what it says of a model that was interrupted is not true here
        recommender, training = fit_deep_next_item(view.histories, view.n_rows, config, seed)
    if training.interrupted:
        raise KeyboardInterrupt
    graph, vectors = deep_graph_of(recommender)
    found = {"graph": np.frombuffer(graph, np.uint8), "vectors": vectors, "length": np.array(config.length),
             "n_epochs": np.array(config.n_epochs)}  # fmt: skip
    return found | {"scale": np.array(_choose_scale(view, found, linear))}


def _choose_scale(view: View, network: dict, linear: Linear) -> float:
    some = [view.histories[user][-int(network["length"]) :] for user in view.measured[:500]]
    deep, wide = deep_scores(network)(some), linear.scores(some)
    unit = float(deep[:, 1:].std(axis=1).mean() / max(wide[:, 1:].std(axis=1).mean(), 1e-9))
    found = {share: view.evaluate(scores_of(network, scaled(linear, share * unit)), NAME).mean() for share in SHARES}
    return unit * max(found, key=found.get)


def deep_scores(network: dict):
    """Scores of the deep half alone, from histories that are no longer than its length."""
    model, vectors = Model(network["graph"].tobytes()), network["vectors"]
    return lambda histories: model(histories) @ vectors.T


def scores_of(network: dict, linear: DenseLinear | SparseLinear):
    """Scores of both halves, as the service adds them."""
    deep, length = deep_scores(network), int(network["length"])

    def scores(histories: list[np.ndarray]) -> np.ndarray:
        recent = [history[-length:] for history in histories]
        return deep(recent) + linear.scores(recent)

    return scores
