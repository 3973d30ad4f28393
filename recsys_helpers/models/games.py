"""Features of a player and a game, for models of two questions: will the game be started, and for how long?

What it leaves out: ids as embeddings, and anything that happened on or after the day on which the prediction is made.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler


def player_game_features(known: pd.DataFrame, pairs: pd.DataFrame, games: pd.DataFrame) -> pd.DataFrame:
    """Features of each pair, from what was known before: one row for each row of `pairs`, in its order.

    `known`: player, game, hours (0: not started). `pairs`: player, game, source. `games`: index game; genre,
    is_endless, price. Shares and means are pulled towards those of everybody with the weight of three games.
    "relative" is log(hours / median hours of the game) of started games; a game that nobody started has the median of
    all. Used in lesson 31.

    >>> known = pd.DataFrame({"player": [1, 1, 2], "game": [1, 2, 1], "hours": [2.0, 0.0, 8.0]})
    >>> games = pd.DataFrame({"genre": ["a", "b"], "is_endless": False, "price": 5}, index=[1, 2])
    >>> pairs = pd.DataFrame({"player": [2], "game": [2], "source": ["bundle"]})
    >>> round(float(player_game_features(known, pairs, games)["player started"].iloc[0]), 2)
    0.75
    """
    past = known[["player", "game", "hours"]].merge(games, left_on="game", right_index=True)
    past["started"] = (past["hours"] > 0).astype(float)
    begun = past[past["hours"] > 0]
    past["relative"] = relative_log(past, begun)
    begun = past[past["hours"] > 0]
    rows = pairs[["player", "game", "source"]].reset_index(drop=True).join(games, on="game")

    def mean_of(table, by, column, everybody):
        sums = table.groupby(by)[column].agg(["sum", "size"])
        means = (sums["sum"] + 3 * everybody) / (sums["size"] + 3)
        return rows[by].merge(means.rename("mean").reset_index(), on=by, how="left")["mean"].fillna(everybody)

    share, counts = past["started"].mean(), past.groupby("game").size()
    return pd.DataFrame(
        {
            "player started": mean_of(past, ["player"], "started", share),
            "player relative": mean_of(begun, ["player"], "relative", 0.0),
            "player games": np.log1p(rows["player"].map(past.groupby("player").size()).fillna(0)),
            "genre started": mean_of(past, ["player", "genre"], "started", share),
            "genre relative": mean_of(begun, ["player", "genre"], "relative", 0.0),
            "game started": mean_of(past, ["game"], "started", share),
            "game owners": np.log1p(rows["game"].map(counts).fillna(0)),
            "game median": np.log(median_hours(rows, begun)),
            "price": np.log1p(rows["price"]),
            "endless": rows["is_endless"].astype(float),
            "bundle": (rows["source"] == "bundle").astype(float),
            "free weekend": (rows["source"] == "free weekend").astype(float),
        }
    )


def median_hours(rows: pd.DataFrame, begun: pd.DataFrame) -> pd.Series:
    """Median hours of the game of each row among those who started it (`begun`); of all started games if nobody did."""
    return rows["game"].map(begun.groupby("game")["hours"].median()).fillna(begun["hours"].median())


def relative_log(rows: pd.DataFrame, begun: pd.DataFrame) -> pd.Series:
    """log(hours / median hours of the game) for each row, 0 where the hours are 0.

    >>> begun = pd.DataFrame({"game": [1, 1, 1], "hours": [1.0, 2.0, 8.0]})
    >>> relative_log(begun, begun).round(2).tolist()
    [-0.69, 0.0, 1.39]
    """
    hours = rows["hours"]
    return np.log(hours.where(hours > 0, 1) / median_hours(rows, begun)).where(hours > 0, 0.0)


def relative_hours(hours: np.ndarray, game: np.ndarray) -> np.ndarray:
    """h / (h + m) for each row, m being the median hours of the game's rows with hours above 0; shape (n,).

    0 where nothing was played, one half at the median, below 1. Built in lesson 31.

    >>> relative_hours(np.array([0.0, 2, 8, 0]), np.array([1, 1, 1, 2])).round(2).tolist()
    [0.0, 0.29, 0.62, 0.0]
    """
    hours = pd.Series(np.asarray(hours, dtype=float))
    median = hours.where(hours > 0).groupby(np.asarray(game)).transform("median")
    return (hours / (hours + median)).fillna(0).to_numpy()


@dataclass(frozen=True)
class HurdleRows:
    """Games that players get in some period: what was known before, and the two answers."""

    x: np.ndarray  # (n, n_features) as `player_game_features` gives them
    started: np.ndarray  # (n,) 1 if the game was started in the period, else 0
    target: np.ndarray  # (n,) log(hours / median hours of the game) where it was started, else 0
    player: np.ndarray  # (n,)


def hurdle_rows(known: pd.DataFrame, later: pd.DataFrame, games: pd.DataFrame, end: int) -> HurdleRows:
    """Rows for a hurdle model: features from `known`, answers from `later`, whose games count if started before `end`.

    `known`, `games` as in `player_game_features`; `later` has the columns of its pairs, started_at (−1: never) and
    hours. Used in lesson 31.
    """
    later = later.reset_index(drop=True)
    started = later["started_at"].between(0, end - 1).to_numpy()
    target = relative_log(later.assign(hours=later["hours"] * started), known[known["hours"] > 0]).to_numpy()
    x = player_game_features(known, later, games).to_numpy()
    return HurdleRows(x, started.astype(float), target, later["player"].to_numpy())


def linear_hurdle(rows: HurdleRows, x_new: np.ndarray, C: float) -> tuple[np.ndarray, np.ndarray]:
    """Probability of a start, by logistic regression, and log relative hours, by ridge regression on started rows.

    `C`: inverse strength of both penalties. Shapes (n_new,) and (n_new,).
    """
    scaler = StandardScaler().fit(rows.x)
    x, x_new, is_started = scaler.transform(rows.x), scaler.transform(x_new), rows.started > 0
    p = LogisticRegression(C=C).fit(x, rows.started).predict_proba(x_new)[:, 1]
    return p, Ridge(1 / C).fit(x[is_started], rows.target[is_started]).predict(x_new)


def hurdle_errors(rows: HurdleRows, p: np.ndarray, guess: np.ndarray) -> pd.DataFrame:
    """Mean errors of each player: "whether" (cross-entropy) and "how much" (squared, started rows; NaN without one).

    >>> rows = HurdleRows(np.zeros((2, 1)), np.array([1.0, 0.0]), np.array([2.0, 0.0]), np.array([7, 7]))
    >>> hurdle_errors(rows, np.array([0.5, 0.5]), np.array([1.0, 9.0])).round(2).loc[7].tolist()
    [0.69, 1.0]
    """
    whether = -(rows.started * np.log(p) + (1 - rows.started) * np.log(1 - p))
    how_much = pd.Series((guess - rows.target) ** 2).where(rows.started > 0)
    return pd.DataFrame({"whether": whether, "how much": how_much}).groupby(rows.player).mean()
