"""Features of ratings, the bias baseline and the interval of two RMSE, each against a slow loop over single rows."""

import numpy as np
import pandas as pd
import pytest

from recsys_helpers.data.rating_features import YEAR, five_features, rating_features
from recsys_helpers.evaluation.paired_rmse import paired_rmse
from recsys_helpers.models.bias_baseline import BiasBaseline


@pytest.fixture
def rated():
    """60 ratings of 10 users and 9 films; one film has no year; genres overlap."""
    rng = np.random.default_rng(0)
    pairs = rng.permutation([(user, film) for user in range(1, 11) for film in range(9)])[:60]
    genres = [
        "Drama",
        "Comedy|Drama",
        "Action|Comedy|Drama",
        "Comedy",
        "Action",
        "Drama",
        "IMAX",
        "Action|IMAX",
        "Drama",
    ]
    year = [1950.0, 1960, 1970, 1980, 1990, 2000, np.nan, 1995, 2001]
    return pd.DataFrame(
        {
            "user_id": pairs[:, 0],
            "item_id": pairs[:, 1],
            "rating": rng.integers(1, 11, 60) / 2,
            "timestamp": rng.integers(30 * YEAR, 45 * YEAR, 60),
            "genres": [genres[film] for film in pairs[:, 1]],
            "year": [year[film] for film in pairs[:, 1]],
        },
        index=rng.permutation(60),
    )


@pytest.mark.parametrize("own_out", [True, False])
def test_rating_features_equal_a_loop_over_rows(rated, own_out):
    learn, part = (rated, rated) if own_out else (rated.iloc[:40], rated.iloc[40:])
    made, mean = rating_features(learn, part, own_out), learn["rating"].mean()
    for label, row in part.iterrows():
        others = learn.drop(index=label) if own_out else learn
        for name, n_name, key in (("user", "n_user", "user_id"), ("film", "n_film", "item_id")):
            above = others.loc[others[key] == row[key], "rating"] - mean
            assert made.loc[label, name] == pytest.approx(above.sum() / (len(above) + 5))
            assert made.loc[label, n_name] == pytest.approx(np.log(1 + len(above)))
        tastes = []
        for genre in row["genres"].split("|"):
            has_it = others["genres"].str.split("|").map(lambda names, genre=genre: genre in names)
            above = others.loc[(others["user_id"] == row["user_id"]) & has_it, "rating"] - mean
            tastes.append(above.sum() / (len(above) + 5))
        assert made.loc[label, "taste"] == pytest.approx(np.mean(tastes))
        assert [made.loc[label, g] for g in ("Action", "Comedy", "Drama")] == [
            float(g in row["genres"].split("|")) for g in ("Action", "Comedy", "Drama")
        ]
        year = 1970 + row["timestamp"] / YEAR
        assert made.loc[label, "when"] == pytest.approx((year - 2005) / 10)
        assert made.loc[label, "age"] == pytest.approx(1 if np.isnan(row["year"]) else max(year - row["year"], 0) / 10)
    assert list(made) == ["age", "when", "user", "n_user", "film", "n_film", "taste", "Action", "Comedy", "Drama"]


def test_a_rows_own_rating_does_not_change_its_features(rated):
    """The leak that lesson 06 shows: but for the mean of all ratings, a row's features do not know its rating."""
    other = rated.copy()
    other.iloc[[0, 1], 2] += np.array([0.5, -0.5])  # the mean of all stays
    assert rated.iloc[0]["user_id"] != rated.iloc[1]["user_id"] and rated.iloc[0]["item_id"] != rated.iloc[1]["item_id"]
    before, after = (rating_features(rows, rows, own_out=True) for rows in (rated, other))
    np.testing.assert_allclose(before.iloc[:2], after.iloc[:2])
    assert not np.allclose(before, after)


def test_five_features_equal_a_loop_over_rows(rated):
    made = five_features(rated)
    ages = pd.to_datetime(rated["timestamp"], unit="s").dt.year - rated["year"]
    for label, row in rated.iterrows():
        same_user, same_film = (rated.loc[rated[key] == row[key], "rating"] for key in ("user_id", "item_id"))
        age = ages.mean() if np.isnan(row["year"]) else ages[label]
        expected = [same_user.mean(), len(same_user), same_film.mean(), len(same_film), age]
        np.testing.assert_allclose(made.loc[label].to_numpy(float), expected)


def test_the_bias_baseline_equals_a_loop_and_knows_what_to_say_of_strangers(rated):
    learn, asked = rated.iloc[:40], rated.iloc[40:].copy()
    asked.iloc[0, 0], asked.iloc[1, 1] = 99, 99  # an unknown user, an unknown film
    predicted, mean = BiasBaseline(learn, shrink=3).predict(asked), learn["rating"].mean()

    def film_bias(item_id):
        above = [row.rating - mean for row in learn.itertuples() if row.item_id == item_id]
        return sum(above) / (len(above) + 3)

    for label, row in asked.iterrows():
        rest = [r.rating - mean - film_bias(r.item_id) for r in learn.itertuples() if r.user_id == row["user_id"]]
        by_hand = mean + film_bias(row["item_id"]) + sum(rest) / (len(rest) + 3)
        assert predicted[label] == pytest.approx(np.clip(by_hand, 0.5, 5))


def test_paired_rmse_redraws_users_with_all_their_ratings():
    rng = np.random.default_rng(1)
    user, squares, other = rng.integers(10, 17, 40), rng.random(40), rng.random(40)
    difference, low, high = paired_rmse(user, squares, other, n_draws=50, seed=3)
    slow, names = [], np.unique(user)
    for drawn in np.random.default_rng(3).integers(0, len(names), (50, len(names))):
        rows = np.concatenate([np.flatnonzero(user == names[d]) for d in drawn])
        slow.append(np.sqrt(squares[rows].mean()) - np.sqrt(other[rows].mean()))
    assert difference == pytest.approx(np.sqrt(squares.mean()) - np.sqrt(other.mean()))
    assert (low, high) == pytest.approx(tuple(np.quantile(slow, [0.025, 0.975])))
    with pytest.raises(ValueError, match="must be the same ratings"):
        paired_rmse(user, squares, other[:-1])
