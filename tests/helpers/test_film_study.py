"""What a study of films says about a cut, by hand and on the real cuts of lesson 30, which leak nothing."""

import jupytext
import numpy as np
import pandas as pd
import pytest

from recsys_helpers.data import IdMap, load_movielens, splits
from recsys_helpers.data.film_study import film_study
from recsys_helpers.data.leaks import find_leaks
from recsys_helpers.evaluation.among import ndcg_among, within
from recsys_helpers.models.film_rows import four_rows
from tools.catalogue import load_course

YEAR = 365.25 * 86400


@pytest.fixture
def study():
    movies = pd.DataFrame({"item_id": [11, 12, 13, 14], "title": ["Saw", "Saw II", "Heat", "Up"],
                           "year": [1990, 1993, 1995, None]})  # fmt: skip
    known = pd.DataFrame({"user_id": [1, 1, 2], "item_id": [11, 13, 12], "rating": [4.0, 3.5, 3.0],
                          "timestamp": [1, 2, 3]})  # fmt: skip
    later = pd.DataFrame({"user_id": [1, 2], "item_id": [12, 11], "rating": [1.0, 5.0],
                          "timestamp": [23.5 * YEAR, 20.5 * YEAR]})  # fmt: skip
    return film_study(known, later, movies, IdMap([1, 2]), IdMap([11, 12, 13, 14]))


def test_a_film_is_new_in_its_year_and_in_the_next_one(study):
    assert study.is_new[1].tolist() == [False, False, True, False, False]  # 1993
    assert study.is_new[2].tolist() == [False, True, False, False, False]  # 1990


def test_the_day_of_the_first_later_rating_counts_and_a_film_of_two_years_ago_is_not_new():
    movies = pd.DataFrame({"item_id": [1, 2, 3, 4], "title": list("abcd"), "year": [1991, 1992, 1993, 1995]})
    known = pd.DataFrame({"user_id": [1], "item_id": [1], "rating": [4.0], "timestamp": [1]})
    later = pd.DataFrame({"user_id": 1, "item_id": [4, 3], "rating": 4.0, "timestamp": [25.5 * YEAR, 23.5 * YEAR]})
    study = film_study(known, later, movies, IdMap([1]), IdMap([1, 2, 3, 4]))
    assert study.is_new[1].tolist() == [False, False, True, True, False]


def test_a_part_that_is_seen_is_no_next_part():
    movies = pd.DataFrame({"item_id": [1, 2], "title": ["Saw", "Saw II"], "year": [2004, 2005]})
    known = pd.DataFrame({"user_id": 1, "item_id": [1, 2], "rating": 4.0, "timestamp": [1, 2]})
    study = film_study(known, known.tail(1), movies, IdMap([1]), IdMap([1, 2]))
    assert study.before.tolist() == [0, 0, 1] and not study.is_next_part.any()


def test_a_next_part_is_unseen_and_the_part_before_it_is_seen(study):
    assert study.is_next_part[1].tolist() == [False, False, True, False, False]
    assert not study.is_next_part[2].any()


def test_cold_and_last_liked(study):
    assert study.is_cold.tolist() == [False, False, False, False, True]
    assert study.last_liked.tolist() == [0, 1, 0]


def test_ratings_of_the_later_part_change_nothing_but_the_year_of_the_request(study):
    assert study.known.sum() == 3 and [len(history) for history in study.histories] == [0, 2, 1]


def test_rows_hold_nothing_seen_and_nothing_that_does_not_belong(study):
    scores, weights = np.ones((3, 5)), np.arange(25.0).reshape(5, 5)
    rows = four_rows(study, scores, weights)
    fits = {row: np.isfinite(values[0]).nonzero()[0].tolist() for row, values in rows.items()}
    assert fits == {"continue": [2], "because you liked": [2, 4], "new": [2], "for you": [2, 4]}
    assert rows["because you liked"][0, 4] == weights[1, 4]


def test_only_candidates_are_ranked_and_to_be_found(study):
    scores = np.tile(np.arange(5.0), (3, 1))
    assert np.isnan(ndcg_among(scores, study.is_cold, study.later)).all()
    assert ndcg_among(scores, study.is_next_part, study.later)[0] == 1
    wide = ndcg_among(scores, ~study.is_cold, study.later, wanted=study.is_next_part)
    assert 0 < wide[0] < 1 and np.isnan(wide[1])
    assert within(study.later, study.is_next_part).nnz == 1


@pytest.fixture(scope="module")
def cuts():
    """The variables of lesson 30 after the cell that makes its cuts."""
    script = load_course().script(load_course().lesson("30"))
    cells = [cell.source for cell in jupytext.read(script, fmt="py:percent").cells if cell.cell_type == "code"]
    cell = next(source for source in cells if "split_last_share" in source)
    namespace = {"pd": pd, "IdMap": IdMap, "splits": splits, "film_study": film_study, "within": within}
    namespace["ratings"], namespace["movies"] = load_movielens()
    exec(cell, namespace)
    return namespace


def leaks(train, test):
    return {finding.kind for finding in find_leaks(train, test) if finding.is_leak}


def test_the_leak_checker_finds_nothing_in_the_cuts_of_lesson_30(cuts):
    assert leaks(cuts["in_time"].train, cuts["in_time"].test) == set()
    assert leaks(cuts["learn"], cuts["cut"].test) == set()
    assert leaks(cuts["in_time"].train, cuts["cut"].test) == set()


def test_the_leak_checker_would_find_a_planted_row_and_a_random_cut(cuts):
    train, test = cuts["in_time"].train, cuts["in_time"].test
    assert leaks(pd.concat([train, test.head(5)]), test) != set()
    random = splits.split_random(cuts["ratings"])
    assert leaks(random.train, random.test) != set()
