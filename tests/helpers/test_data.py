"""The bundled data: what is in them, and that a damaged copy is refused."""

import gzip
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recsys_helpers.data import IdMap, load_csv, matrix, movielens, split_last_share

CASES = Path(__file__).parent / "cases"


@pytest.fixture(scope="module")
def tables():
    return movielens.load_movielens()


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A folder with a copy of the bundled files, which `load_movielens` reads instead."""
    shutil.copytree(movielens.BUNDLED / "movielens-small", tmp_path / "movielens-small")
    monkeypatch.setattr(movielens, "BUNDLED", tmp_path)
    return tmp_path / "movielens-small"


def test_movielens_small_has_100004_ratings_of_671_users_and_9066_films(tables):
    ratings, movies = tables
    assert len(ratings) == 100_004
    assert ratings["user_id"].nunique() == 671
    assert ratings["item_id"].nunique() == len(movies) == 9_066
    assert ratings["user_id"].value_counts().min() == 20


def test_the_tables_have_the_documented_columns_and_types(tables):
    ratings, movies = tables
    assert ratings.columns.tolist() == ["user_id", "item_id", "rating", "timestamp"]
    assert movies.columns.tolist() == ["item_id", "title", "year", "genres"]
    assert ratings.dtypes.map(lambda kind: kind.kind).tolist() == ["i", "i", "f", "i"]
    assert movies["year"].dtype == "Int64"


def test_no_pair_is_rated_twice_and_no_value_is_missing_in_the_ratings(tables):
    ratings, movies = tables
    assert not ratings.duplicated(["user_id", "item_id"]).any() and not ratings.isna().any(axis=None)
    assert not movies["item_id"].duplicated().any()
    assert set(ratings["item_id"]) == set(movies["item_id"])


def test_ratings_are_half_stars_from_a_half_to_five_given_between_1995_and_2016(tables):
    ratings, _ = tables
    assert set(ratings["rating"]) == set(np.arange(0.5, 5.5, 0.5))
    days = pd.to_datetime(ratings["timestamp"], unit="s")
    assert (str(days.min().date()), str(days.max().date())) == ("1995-01-09", "2016-10-16")


def test_five_films_have_neither_title_nor_year_and_these_are_missing_not_empty(tables):
    _, movies = tables
    assert movies["title"].isna().sum() == 5
    assert (movies["title"].isna() == movies["year"].isna()).all()
    assert (movies["title"].dropna().str.len() > 0).all()
    assert movies["year"].min() == 1902 and movies["year"].max() == 2016


def test_208_titles_are_shared_by_two_or_more_films_so_a_title_is_no_key(tables):
    _, movies = tables
    assert (movies["title"].value_counts() > 1).sum() == 208


def test_the_loader_says_what_it_loaded(capsys):
    movielens.load_movielens()
    said = capsys.readouterr().out
    assert said == "MovieLens small (bundled): 100,004 ratings, 671 users, 9,066 films\n"


def test_an_untouched_copy_is_accepted(copy):
    assert len(movielens.load_movielens()[0]) == 100_004


@pytest.mark.parametrize("name", ["ratings.csv.gz", "movies.csv.gz"])
def test_one_changed_byte_is_refused_and_the_remedy_named(copy, name):
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ValueError, match=rf"{name} is not the file.*git checkout"):
        movielens.load_movielens()


def test_a_row_more_is_refused(copy):
    path = copy / "ratings.csv.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + b"1,1,5.0,1260759144\n"))
    with pytest.raises(ValueError, match="is not the file"):
        movielens.load_movielens()


@pytest.mark.parametrize("name", ["ratings.csv.gz", "movies.csv.gz"])
def test_a_missing_file_is_named_with_its_remedy(copy, name):
    (copy / name).unlink()
    with pytest.raises(FileNotFoundError, match=rf"{name} is missing.*git checkout"):
        movielens.load_movielens()


def test_the_matrix_holds_a_1_for_each_pair_and_nothing_in_row_and_column_0(tables):
    ratings, _ = tables
    users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
    seen = matrix.to_matrix(ratings, users, items)
    assert seen.shape == (672, 9067) and seen.nnz == 100_004 and set(seen.data) == {1}
    assert seen[[0]].nnz == seen[:, [0]].nnz == 0
    some = ratings.sample(200, random_state=1)
    assert (seen[users.to_idx(some["user_id"]), items.to_idx(some["item_id"])] == 1).all()


def test_a_pair_that_comes_twice_stays_a_single_1():
    frame = pd.DataFrame({"user_id": [1, 1, 2], "item_id": [5, 5, 6]})
    assert matrix.to_matrix(frame, IdMap([1, 2]), IdMap([5, 6])).toarray().tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_a_pair_with_an_unknown_user_or_item_is_refused():
    for users, items, name in (([1], [5, 6], "users"), ([1, 2], [5], "items")):
        with pytest.raises(KeyError, match=f"Unknown to {name}: .* of 1 rows, for example"):
            matrix.to_matrix(pd.DataFrame({"user_id": [1, 2], "item_id": [5, 6]}), IdMap(users), IdMap(items))


def test_a_user_with_one_rating_stands_in_test_alone_and_both_pieces_of_advice_work():
    frame = load_csv(CASES / "one_rating_user.csv")
    train, _, test = split_last_share(frame)
    users, items = IdMap(train["user_id"]), IdMap(frame["item_id"])
    with pytest.raises(KeyError, match=r"Unknown to users: the user_id of 1 rows, for example \[2\]") as caught:
        matrix.to_matrix(test, users, items)
    left = eval(re.search("leave such rows out: (.*)$", caught.value.args[0])[1], {"frame": test, "users": users})
    assert matrix.to_matrix(left, users, items).nnz == len(test) - 1
    assert matrix.to_matrix(test, IdMap(frame["user_id"]), items).nnz == len(
        test
    )  # "Build users from all interactions"
