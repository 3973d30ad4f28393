"""Small models of watch time: features that are known before a video starts, and three models with several targets.

What it leaves out: ids as embeddings (lesson 14), and any search for settings.
"""

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from recsys_helpers.evaluation.by_user import auc_by_user
from recsys_helpers.models.ranking_features import rates_of_category
from recsys_helpers.start import set_seed

SCREENS = (0, 1, 2, 4)  # the commonest values of `tab`


def before_play(learn: pd.DataFrame, rows: pd.DataFrame, signals: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Features of the impressions to learn from and of later ones; shapes (n_learn, width) and (n_rows, width).

    Log of the length, hour, screen, and the past means of each signal by user, video and tag. The means of a row to
    learn from leave out its own fifth of the rows (lesson 14); later rows get the means of all rows to learn from.
    Standardised. Both frames need `length`, `hour`, `tab`, `user_id`, `item_id`, `tag`; `learn` also the signals.
    """
    both = pd.concat([learn, rows])
    fold = np.random.default_rng(0).integers(0, 5, len(both))
    fold[len(learn) :] = -1
    of_what = [(of, signal) for of in ("user_id", "item_id", "tag") for signal in signals]
    means = [rates_of_category(both[of], both[signal], fold, learn[signal].mean(), 20) for of, signal in of_what]
    columns = [*means, np.log(both["length"]), both["hour"], *(both["tab"] == tab for tab in SCREENS)]
    X = np.column_stack(columns).astype(float)
    scaler = StandardScaler().fit(X[: len(learn)])
    return scaler.transform(X[: len(learn)]), scaler.transform(X[len(learn) :])


def predict_targets(
    learn: pd.DataFrame, rows: pd.DataFrame, targets: list[str], seeds: tuple[int, ...] = (1, 2, 3)
) -> dict[str, list[np.ndarray]]:
    """Predictions of each model for the later rows: {model: [(n_rows, n_targets) for each seed]}.

    Ridge regression, boosted trees (one for each target) and an MLP of 32 and 16 units with one output for each target,
    three epochs; all with the squared error of standardised targets. Features: `before_play` with seconds and quantile.
    """
    X, X_later = before_play(learn, rows, ["seconds", "quantile"])
    y = StandardScaler().fit_transform(learn[targets])
    trees = [HistGradientBoostingRegressor(early_stopping=False).fit(X, column).predict(X_later) for column in y.T]
    return {
        "ridge": [Ridge().fit(X, y).predict(X_later)],
        "boosted trees": [np.column_stack(trees)],
        "MLP": [_mlp(X, y, X_later, seed) for seed in seeds],
    }


def _mlp(X: np.ndarray, y: np.ndarray, X_later: np.ndarray, seed: int) -> np.ndarray:
    import keras  # here, so that the module can be imported without loading TensorFlow

    set_seed(seed)
    hidden = [keras.layers.Dense(width, "relu") for width in (32, 16)]
    model = keras.Sequential([keras.Input((X.shape[1],)), *hidden, keras.layers.Dense(y.shape[1])])
    model.compile(keras.optimizers.Adam(0.005), "mse", jit_compile=False)
    model.fit(X, y, batch_size=1024, epochs=3, verbose=0)
    return keras.ops.convert_to_numpy(model(X_later))


def auc_of_targets(
    said: dict[str, list[np.ndarray]], rows: pd.DataFrame, targets: list[str], judges: list[str]
) -> dict[tuple[str, str, str], np.ndarray]:
    """Per-user AUC of every model and target: {(model, target, judge): one for each user, the mean over seeds}.

    `judges` are columns of 0 and 1. "shortest first", which ranks by the length alone, is added as a model.
    """
    said = said | {"shortest first": [-np.tile(rows[["length"]], len(targets))]}
    return {
        (model, target, judge): np.mean([auc_by_user(p[:, n], rows[judge], rows["user_id"]) for p in seeds], axis=0)
        for model, seeds in said.items()
        for n, target in enumerate(targets)
        for judge in judges
    }


def mean_table(aucs: dict[tuple[str, str, str], np.ndarray]) -> pd.DataFrame:
    """Means over users of what `auc_of_targets` gives: one row for each model, columns (judge, target), in its order.

    >>> mean_table({("MLP", "share", "is_like"): np.array([0.5, 1.0])}).to_dict("index")
    {'MLP': {('is_like', 'share'): 0.75}}
    """
    models, targets, judges = (list(dict.fromkeys(names)) for names in zip(*aucs))
    columns = pd.MultiIndex.from_product([judges, targets])
    rows = [[aucs[model, target, judge].mean() for judge, target in columns] for model in models]
    return pd.DataFrame(rows, models, columns)
