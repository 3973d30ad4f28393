"""Codes rebuild their vectors, ids are unique, and a wide beam finds what ranking all items finds."""

import itertools

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from recsys_helpers.models.linear import linear_next_item
from recsys_helpers.models.semantic_ids import (
    CodeTree,
    beam_search,
    filled_in,
    next_item_vectors,
    numbered,
    residual_codes,
)


def test_codes_are_the_nearest_code_words_of_what_is_left_over():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(60, 3)) + 5 * rng.integers(0, 3, (60, 1))
    codes, books = residual_codes(vectors, n_codes=4, n_levels=3)
    left = vectors.copy()
    for level, book in enumerate(books):
        for row, rest in enumerate(left):
            distance = [((rest - word) ** 2).sum() for word in book]
            assert distance[codes[row, level]] <= min(distance) + 1e-9
        left = left - book[codes[:, level]]


def test_each_level_leaves_less_over():
    vectors = np.random.default_rng(1).normal(size=(200, 5))
    errors = []
    for n_levels in (1, 2, 3):
        codes, books = residual_codes(vectors, 8, n_levels)
        errors.append(((vectors - sum(book[code] for book, code in zip(books, codes.T))) ** 2).sum())
    assert errors[0] > errors[1] > errors[2]


def test_equal_rows_get_equal_codes_and_need_no_more_code_words_than_there_are_rows(recwarn):
    vectors = np.repeat(np.eye(3), 4, axis=0)
    codes, _ = residual_codes(vectors, n_codes=5, n_levels=2)
    assert len(np.unique(codes, axis=0)) == 3 and not recwarn.list


def test_fewer_rows_than_codes_are_refused():
    with pytest.raises(ValueError, match="2 rows"):
        residual_codes(np.eye(2), n_codes=3)


def test_the_number_counts_up_from_the_most_popular_of_a_group():
    rng = np.random.default_rng(2)
    codes, counts = rng.integers(0, 3, (40, 2)), rng.integers(0, 4, 40)
    ids = numbered(codes, counts)
    assert len(np.unique(ids, axis=0)) == 40 and (ids[:, :2] == codes).all()
    for row in range(40):
        ahead = [
            other
            for other in range(40)
            if (codes[other] == codes[row]).all() and (-counts[other], other) < (-counts[row], row)
        ]
        assert ids[row, 2] == len(ahead)


def test_counts_must_fit_the_codes():
    with pytest.raises(ValueError, match="one entry for each item"):
        numbered(np.zeros((3, 2), int), np.zeros(2))


@pytest.fixture
def world():
    """30 items with ids of three codes, and a distribution over codes for each user and beginning."""
    rng = np.random.default_rng(3)
    every = np.array(list(itertools.product(range(4), range(3), range(5))))
    ids = np.vstack([[0, 0, 0], rng.permutation(every)[:30]])
    tables = [rng.normal(size=(7, *[4, 3, 5][:level], [4, 3, 5][level])).astype("float32") for level in range(3)]
    tables = [table - np.log(np.exp(table).sum(axis=-1, keepdims=True)) for table in tables]

    def log_probabilities(beginnings):
        n_users, _, level = beginnings.shape
        rows = np.arange(n_users)[:, None]
        return tables[level][(rows, *(beginnings[:, :, at] for at in range(level)))]

    by_hand = np.array(
        [[sum(tables[level][(user, *id[: level + 1])] for level in range(3)) for id in ids[1:]] for user in range(7)]
    )
    return ids, log_probabilities, by_hand


def test_the_tree_holds_each_id_and_no_other(world):
    tree = CodeTree(world[0])
    for item, (a, b, c) in enumerate(world[0][1:], start=1):
        node = tree.children[2][tree.children[1][tree.children[0][0, a], b], c]
        assert tree.item_of[node] == item
    assert (tree.children[2] >= 0).sum() == 30


def test_two_items_with_one_id_are_refused():
    with pytest.raises(ValueError, match="1 items share an id"):
        CodeTree(np.array([[0, 0], [1, 1], [1, 1]]))


def test_a_wide_beam_ranks_all_items(world):
    ids, log_probabilities, by_hand = world
    item, total = beam_search(CodeTree(ids), log_probabilities, 7, width=40)
    assert (item[:, :30] == 1 + np.argsort(-by_hand, axis=1)).all()
    assert total[:, :30] == pytest.approx(-np.sort(-by_hand, axis=1), abs=1e-5)
    assert (item[:, 30:] == 0).all() and (total[:, 30:] == -np.inf).all()


def test_a_beam_of_one_is_greedy_among_the_ids_that_exist(world):
    ids, log_probabilities, _ = world
    item, _ = beam_search(CodeTree(ids), log_probabilities, 7, width=1)
    for user in range(7):
        kept = ids[1:]
        for level in range(3):
            table = log_probabilities(np.tile(kept[0, :level], (7, 1, 1)))[user, 0]
            code = max(np.unique(kept[:, level]), key=lambda code: table[code])
            kept = kept[kept[:, level] == code]
        assert (ids[item[user, 0]] == kept[0]).all()


def test_seen_items_never_come_out(world):
    ids, log_probabilities, by_hand = world
    is_seen = np.random.default_rng(4).random((7, 31)) < 0.5
    item, _ = beam_search(CodeTree(ids), log_probabilities, 7, width=40, is_seen=is_seen)
    for user in range(7):
        expected = [film for film in 1 + np.argsort(-by_hand[user]) if not is_seen[user, film]]
        assert item[user][item[user] > 0].tolist() == expected


def test_unknown_vectors_are_those_of_a_ridge_regression_and_known_ones_stay():
    rng = np.random.default_rng(5)
    vectors, features, is_known = rng.normal(size=(20, 3)), rng.normal(size=(20, 4)), rng.random(20) < 0.6
    found = filled_in(vectors, features, is_known, regularisation=2.0)
    with_ones = np.pad(features, ((0, 0), (0, 1)), constant_values=1)
    ridge = Ridge(alpha=2.0, fit_intercept=False).fit(with_ones[is_known], vectors[is_known])
    assert (found[is_known] == vectors[is_known]).all()
    assert found[~is_known] == pytest.approx(ridge.predict(with_ones[~is_known]))


def test_next_item_vectors_have_the_products_of_the_best_approximation_of_the_weights():
    rng = np.random.default_rng(6)
    histories = [np.array([], int), *(rng.permutation(np.arange(1, 13))[:8] for _ in range(30))]
    vectors = next_item_vectors(histories, 15, dim=4)
    weights = linear_next_item(histories, 15, min_count=3).astype(float)
    _, s, vt = np.linalg.svd(weights, full_matrices=False)
    assert vectors @ vectors.T == pytest.approx((vt[:4].T * s[:4] ** 2) @ vt[:4], abs=1e-5)
    assert (vectors[[0, 13, 14]] == 0).all() and vectors[1:13].any(axis=1).all()


def test_as_many_numbers_as_items_are_refused():
    with pytest.raises(ValueError, match="dim must be"):
        next_item_vectors([np.array([], int), *[np.arange(1, 5)] * 3], 5, dim=4)
