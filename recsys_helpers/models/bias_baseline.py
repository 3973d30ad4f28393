"""The bar for predicted stars: the mean, plus how far the film lies above it, plus how far the user lies above that."""

import pandas as pd


class BiasBaseline:
    """mean + film bias + user bias, clipped to 0.5 … 5 stars. Used in lesson 06; lesson 07 builds it with arrays.

    Each bias is a sum of differences divided by their count + `shrink`: few ratings pull it towards 0. A film or user
    that `learn` does not know has bias 0. `learn` has the columns user_id, item_id and rating.

    >>> learn = pd.DataFrame({"user_id": [1, 2], "item_id": [7, 8], "rating": [3.0, 5.0]})
    >>> BiasBaseline(learn, shrink=1).predict(learn.assign(item_id=[8, 9])).tolist()
    [4.25, 4.25]
    """

    def __init__(self, learn: pd.DataFrame, shrink: float):
        self.mean = learn["rating"].mean()
        rest = learn["rating"] - self.mean
        self.film = _shrunk_mean(rest, learn["item_id"], shrink)
        rest = rest - learn["item_id"].map(self.film)
        self.user = _shrunk_mean(rest, learn["user_id"], shrink)

    def predict(self, part: pd.DataFrame) -> pd.Series:
        """Stars for each row of `part`, which has the columns user_id and item_id."""
        film = part["item_id"].map(self.film).fillna(0)
        user = part["user_id"].map(self.user).fillna(0)
        return (self.mean + film + user).clip(0.5, 5)


def _shrunk_mean(values: pd.Series, keys: pd.Series, shrink: float) -> pd.Series:
    groups = values.groupby(keys)
    return groups.sum() / (groups.size() + shrink)
