"""Features of a rating, for networks that predict stars: how the user rates, how the film is rated, age and genres.

Every mean and count is taken from the ratings that a model learns from. `five_features` is the plain version of lesson
05; `rating_features`, of lesson 06, pulls means of few ratings towards 0 and leaves a row's own rating out of its
features.
"""

import numpy as np
import pandas as pd

YEAR = 365.25 * 24 * 3600  # seconds
SHRINK = 5  # imaginary ratings at the overall mean that are mixed into every mean


def five_features(rated: pd.DataFrame) -> pd.DataFrame:
    """For each rating: mean and count of its user and of its film, and the age of the film in years. Used in lesson 05.

    `rated` has the columns user_id, item_id, rating, timestamp (seconds since 1970) and year (of the film; may be
    missing, then the mean age is taken).

    >>> rated = pd.DataFrame({"user_id": [1, 1], "item_id": [7, 8], "rating": [3.0, 5.0], "timestamp": 10**9})
    >>> five_features(rated.assign(year=[1991, 2000])).iloc[0].tolist()
    [4.0, 2.0, 3.0, 1.0, 10.0]
    """
    by_user, by_film = rated.groupby("user_id")["rating"], rated.groupby("item_id")["rating"]
    rated_in = pd.to_datetime(rated["timestamp"], unit="s").dt.year
    features = pd.DataFrame(
        {
            "user mean": by_user.transform("mean"),
            "user count": by_user.transform("size"),
            "film mean": by_film.transform("mean"),
            "film count": by_film.transform("size"),
            "film age": rated_in - rated["year"].astype(float),
        }
    )
    return features.fillna(features.mean())


def rating_features(learn: pd.DataFrame, part: pd.DataFrame, own_out: bool) -> pd.DataFrame:
    """One row for each rating of `part`, with all means and counts taken from the ratings `learn`. Used in lesson 06.

    Both have the columns user_id, item_id, rating, timestamp, year and genres. own_out=True when `part` is `learn`:
    each row's own rating is left out of its features, or they would contain the answer.

    `age` of the film at the rating and `when` (the time since 2005) are in decades. `user` and `film` are the means of
    how far ratings lie above the mean of all, shrunk: the sum divided by the count + 5. `n_user` and `n_film` are
    log(1 + count). `taste` is the user's shrunk mean in each genre of the film, averaged over its genres. Then follows
    a column of 0 and 1 for each genre.
    """
    mean = learn["rating"].mean()
    learn, part = (_prepared(rows, mean) for rows in (learn, part))
    features = part[["age", "when"]].copy()
    features["user"], features["n_user"] = _mean_above(learn, part, ["user_id"], own_out)
    features["film"], features["n_film"] = _mean_above(learn, part, ["item_id"], own_out)
    one_each = part.explode("genre")  # one row for each genre of a film
    taste, _ = _mean_above(learn.explode("genre"), one_each, ["user_id", "genre"], own_out)
    features["taste"] = pd.Series(taste, one_each.index).groupby(level=0).mean()
    for genre in sorted(set(one_each["genre"]) - {"IMAX", "(no genres listed)"}):
        features[genre] = part["genres"].str.contains(genre, regex=False).astype(float)
    return features


def _prepared(rows: pd.DataFrame, mean: float) -> pd.DataFrame:
    when = (rows["timestamp"] / YEAR - 35) / 10  # decades since 2005
    age = (when + 200.5 - rows["year"].astype(float) / 10).clip(lower=0).fillna(1)
    return rows.assign(when=when, age=age, above=rows["rating"] - mean, genre=rows["genres"].str.split("|"))


def _mean_above(learn: pd.DataFrame, part: pd.DataFrame, keys: list, own_out: bool) -> tuple[np.ndarray, np.ndarray]:
    """For each row of `part`: the shrunk mean of `above` over rows of `learn` with the same keys, and log(1 + n)."""
    known = learn.groupby(keys)["above"].agg(["sum", "size"])
    total, n = part.join(known, on=keys)[["sum", "size"]].fillna(0).to_numpy().T
    if own_out:
        total, n = total - part["above"].to_numpy(), n - 1
    return total / (n + SHRINK), np.log1p(n)
