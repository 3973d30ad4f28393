"""Pages repeat nothing, and are worth what a slow count of attention says."""

import numpy as np
import pytest
import scipy.sparse as sp

from recsys_helpers.evaluation.pages import attention, fill_page, fill_pages, page_table, page_value


def slow_value(page, wanted, down=0.7, right=0.85):
    weights = {(row, column): down**row * right**column for row in range(len(page)) for column in range(len(page[0]))}
    best = {}
    for (row, column), weight in weights.items():
        film = page[row][column]
        if film in wanted:
            best[film] = max(best.get(film, 0), weight)
    return sum(best.values()) / sum(sorted(weights.values(), reverse=True)[: len(wanted)])


def relevant_of(*users, n_items=12):
    matrix = np.zeros((len(users), n_items + 1))
    for row, wanted in enumerate(users):
        matrix[row, list(wanted)] = 1
    return sp.csr_array(matrix)


def test_the_value_agrees_with_a_slow_count_also_with_repeats_and_gaps():
    rng = np.random.default_rng(1)
    pages = rng.integers(0, 13, (40, 3, 4))
    wanted = [set(rng.choice(np.arange(1, 13), rng.integers(1, 9), replace=False).tolist()) for _ in range(40)]
    expected = [slow_value(page.tolist(), films) for page, films in zip(pages, wanted)]
    assert page_value(pages, relevant_of(*wanted)) == pytest.approx(expected)


def test_the_best_page_is_worth_one_and_a_user_without_films_nothing():
    pages = np.array([[[5, 6], [7, 8]]] * 2)
    value = page_value(pages, relevant_of({5, 6, 7, 8}, set()))
    assert value[0] == pytest.approx(1) and np.isnan(value[1])


def test_padding_is_never_relevant_even_if_the_matrix_says_so():
    relevant = relevant_of({0, 3})
    assert page_value(np.array([[[0, 0], [0, 3]]]), relevant) == pytest.approx([0.7 * 0.85])


def test_attention_falls_down_and_to_the_right():
    weight = attention(4, 5)
    assert weight[0, 0] == 1 and (np.diff(weight, axis=0) < 0).all() and (np.diff(weight, axis=1) < 0).all()


def slow_page(values, similarity, strength, k):
    rows = []
    for of_row in values:
        above = [film for row in rows for film in row]
        worth = {}
        for film, value in enumerate(of_row):
            if value > -np.inf and film not in above:
                penalty = max((similarity[film, other] for other in above), default=0)
                worth[film] = (1 - strength) * value - strength * penalty
        rows.append(sorted(worth, key=worth.get, reverse=True)[:k])
    return rows


@pytest.mark.parametrize("strength", [0.0, 0.3, 0.7])
def test_a_page_is_that_of_the_slow_twin(strength):
    rng = np.random.default_rng(2)
    for _ in range(20):
        values = rng.normal(size=(3, 10))
        values[rng.random(values.shape) < 0.4] = -np.inf
        similarity = rng.random((10, 10))
        similarity = (similarity + similarity.T) / 2
        assert fill_page(values, similarity, strength, 3) == slow_page(values, similarity, strength, 3)


def test_a_strength_of_one_is_refused():
    with pytest.raises(ValueError, match="strength"):
        fill_page(np.ones((1, 2)), np.eye(2), 1.0)


def test_pages_of_many_users_repeat_nothing_and_hold_what_fits():
    rng = np.random.default_rng(3)
    rows = [np.where(rng.random((15, 31)) < 0.5, rng.normal(size=(15, 31)), -np.inf) for _ in range(3)]
    pages = fill_pages(rows, rng.random((31, 4)), 0.4, k=4, n_candidates=9)
    for user, page in enumerate(pages):
        shown = page[page > 0]
        assert len(set(shown)) == len(shown) > 0
        for row, films in enumerate(page):
            assert np.isfinite(rows[row][user][films[films > 0]]).all()


def test_the_first_row_holds_its_own_best_films_in_order():
    rng = np.random.default_rng(4)
    rows = [rng.normal(size=(6, 21)) for _ in range(2)]
    pages = fill_pages(rows, np.ones((21, 1)), k=5)
    assert (pages[:, 0] == 1 + np.argsort(-rows[0][:, 1:], axis=1)[:, :5]).all()


def test_a_row_without_candidates_stays_empty():
    rows = [np.full((2, 6), -np.inf), np.tile(np.arange(6.0), (2, 1))]
    pages = fill_pages(rows, np.ones((6, 1)), k=2)
    assert pages.tolist() == [[[0, 0], [5, 4]]] * 2


def test_the_table_counts_repeated_films_and_the_share_of_the_catalogue():
    pages = {"two": np.array([[[1, 2], [2, 0]], [[1, 3], [1, 3]]])}
    line = page_table(pages, relevant_of({1}, {3}, n_items=4)).loc["two"]
    assert line["repeated films"] == 1.5 and line["coverage"] == 0.75
