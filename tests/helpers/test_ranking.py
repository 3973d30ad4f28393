"""Ranking and the protocol: against full sorts and plain Python loops."""

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_helpers.data import IdMap, load_csv, split_last_share, to_matrix
from recsys_helpers.evaluation import evaluate, ranking, top_k

CASES = Path(__file__).parent / "cases"

steady = settings(derandomize=True, deadline=None, max_examples=150)
seeds = st.integers(0, 2**32 - 1)
widths = st.one_of(st.integers(1, 60), st.integers(1020, 1100), st.integers(1500, 1700))  # from 1,024 on: block bound


def top_k_slowly(scores, k, tie_order):
    """The oracle: sort every row completely; `tie_order` says which of two equally scored items comes first."""
    place = {item: place for place, item in enumerate(tie_order)}
    tops = []
    for row in scores.tolist():
        candidates = [item for item in range(1, len(row)) if row[item] > -math.inf]
        best = sorted(candidates, key=lambda item: (-row[item], place[item]))[:k]
        tops.append(best + [0] * (k - len(best)))
    return tops


def order_of_ties(n_columns, seed=42):
    return top_k(np.zeros((1, n_columns)), n_columns, seed)[0].tolist()


# ---- top_k ----------------------------------------------------------------------------------------------------------


@steady
@given(seeds, st.integers(1, 5), widths, st.integers(1, 40), st.sampled_from([2, 5, 100, 10**6]), st.booleans())
def test_top_k_is_the_head_of_a_full_sort(seed, n_rows, n_columns, k, n_levels, some_hidden):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, n_levels, (n_rows, n_columns)).astype(np.float32)  # few levels: many ties
    if some_hidden:
        scores[rng.random(scores.shape) < rng.choice([0.1, 0.9, 0.999])] = -np.inf
    assert top_k(scores, k).tolist() == top_k_slowly(scores, k, order_of_ties(n_columns))


@pytest.mark.parametrize("n_columns", [1023, 1024, 1025, 1535, 1536, 2049])
@pytest.mark.parametrize("k", [1, 10, 511, 512, 600])
def test_top_k_is_the_head_of_a_full_sort_around_the_block_size(n_columns, k):
    scores = np.random.default_rng(n_columns + k).standard_normal((3, n_columns))
    expected = np.argsort(-scores[:, 1:], axis=1)[:, :k] + 1
    np.testing.assert_array_equal(top_k(scores, k), expected)


def test_the_best_items_are_found_in_whichever_block_they_stand():
    n_columns = 1700
    for best in range(1, n_columns, 7):  # all others tie, one item in turn is better
        scores = np.zeros((1, n_columns))
        scores[0, best] = 1
        assert top_k(scores, 3)[0, 0] == best


@pytest.mark.parametrize("n_columns", [300, 3000])
def test_equal_scores_are_ordered_neither_by_index_nor_towards_either_end(n_columns):
    firsts = [top_k(np.zeros((1, n_columns)), 10, tie_seed)[0] for tie_seed in range(200)]
    assert len({tuple(first) for first in firsts}) == 200
    # 2,000 draws from 1 … n_columns − 1: the mean lies within 4 standard errors of the middle
    assert abs(np.mean(firsts) - n_columns / 2) < 4 * n_columns / math.sqrt(12 * 2000)


def test_equal_scores_have_the_same_order_in_every_row():
    assert (np.diff(top_k(np.ones((4, 50)), 49), axis=0) == 0).all()


def test_one_seed_gives_the_same_order_twice_and_any_item_can_come_first():
    assert order_of_ties(50) == order_of_ties(50)
    assert {order_of_ties(6, seed)[0] for seed in range(100)} == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("n_columns", [40, 2000])
def test_padding_is_never_returned_even_with_the_highest_score(n_columns):
    scores = np.random.default_rng(1).random((5, n_columns))
    without = top_k(scores, 10)
    scores[:, 0] = np.inf
    np.testing.assert_array_equal(top_k(scores, 10), without)


@pytest.mark.parametrize("n_columns", [40, 2000])
def test_hidden_items_are_never_returned_and_short_rows_end_in_zeros(n_columns):
    scores = np.full((3, n_columns), -np.inf)
    scores[0, [5, 7]] = [1, 2]
    scores[2, -1] = -1e30
    assert top_k(scores, 3).tolist() == [[7, 5, 0], [0, 0, 0], [n_columns - 1, 0, 0]]


@pytest.mark.parametrize("n_columns", [50, 1500])
@pytest.mark.parametrize("column", [0, 1, 30, -1])
def test_a_nan_anywhere_is_refused(n_columns, column):
    scores = np.zeros((3, n_columns))
    scores[1, column] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        top_k(scores, 5)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64, np.uint8])
def test_top_k_takes_any_kind_of_number(dtype):
    assert top_k(np.array([[0, 3, 200, 0, 7]], dtype=dtype), 3).tolist() == [[2, 4, 1]]


def test_top_k_takes_booleans():
    assert top_k(np.array([[True, False, True]]), 2).tolist() == [[2, 1]]


def test_top_k_refuses_a_single_row_without_its_axis_and_k_0():
    for scores, k in ((np.zeros(5), 2), (np.zeros((2, 5)), 0)):
        with pytest.raises(ValueError, match="k ≥ 1"):
            top_k(scores, k)


def test_top_k_leaves_the_scores_as_they_were():
    scores = np.random.default_rng(1).random((3, 1200))
    before = scores.copy()
    top_k(scores, 5)
    np.testing.assert_array_equal(scores, before)


# ---- evaluate -------------------------------------------------------------------------------------------------------


def random_world(seed, n_users=7, n_items=15):
    """Distinct scores, seen and relevant items that do not overlap; some users have nothing relevant."""
    rng = np.random.default_rng(seed)
    shape = (n_users + 1, n_items + 1)
    scores = rng.permutation(shape[0] * shape[1]).reshape(shape).astype(np.float32)
    kind = rng.choice(3, size=shape, p=[0.6, 0.25, 0.15])
    kind[0], kind[:, 0], kind[2, kind[2] == 2] = 0, 0, 0
    return scores, sp.csr_array((kind == 1).astype(np.float32)), sp.csr_array((kind == 2).astype(np.float32))


def evaluate_slowly(scores, seen, relevant, k):
    """The oracle: NDCG and Recall of each user in plain Python, and the set of items ever recommended."""
    ndcg, recall, recommended = [], [], set()
    for user in range(1, len(scores)):
        candidates = [item for item in range(1, scores.shape[1]) if not seen[user, item]]
        top = sorted(candidates, key=lambda item: -scores[user, item])[:k]
        truth = {item for item in range(scores.shape[1]) if relevant[user, item]}
        recommended |= set(top)
        gain = sum(1 / math.log2(rank + 1) for rank, item in enumerate(top, start=1) if item in truth)
        best = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(truth)) + 1))
        ndcg.append(gain / best if truth else math.nan)
        recall.append(len(truth & set(top)) / len(truth) if truth else math.nan)
    return ndcg, recall, recommended


@steady
@given(seeds, st.integers(1, 20))
def test_evaluate_agrees_with_plain_python_loops(seed, k):
    world = random_world(seed)
    got = evaluate(*world, k=k)
    ndcg, recall, recommended = evaluate_slowly(world[0], world[1].toarray(), world[2].toarray(), k)
    np.testing.assert_allclose(got.per_user["NDCG"], ndcg, rtol=0, atol=1e-12)
    np.testing.assert_allclose(got.per_user["Recall"], recall, rtol=0, atol=1e-12)
    assert got.coverage == len(recommended) / 15
    assert got.n_without_relevant == sum(map(math.isnan, ndcg)) >= 1
    assert got.per_user.index.tolist() == list(range(1, 8))


@steady
@given(seeds)
def test_an_array_a_sparse_matrix_and_a_function_give_the_same_result(seed):
    scores, seen, relevant = random_world(seed)
    sparse = sp.csr_array(scores)
    expected = evaluate(scores, seen, relevant, k=5).per_user
    for same in (sparse, lambda users: scores[users], lambda users: sparse[users], scores.astype(np.float64)):
        pd.testing.assert_frame_equal(evaluate(same, seen, relevant, k=5).per_user, expected)


@steady
@given(seeds, st.integers(1, 9))
def test_the_size_of_the_chunks_changes_nothing_not_even_between_ties(seed, chunk):
    scores, seen, relevant = random_world(seed)
    whole = evaluate(scores // 40, seen, relevant, k=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "CHUNK", chunk)
        parts = evaluate(scores // 40, seen, relevant, k=5)
    pd.testing.assert_frame_equal(parts.per_user, whole.per_user)
    assert parts.coverage == whole.coverage


@steady
@given(seeds)
def test_the_order_of_the_items_in_the_catalogue_changes_nothing(seed):
    scores, seen, relevant = random_world(seed)
    order = np.concatenate([[0], np.random.default_rng(seed).permutation(np.arange(1, 16))])
    expected, got = evaluate(scores, seen, relevant), evaluate(scores[:, order], seen[:, order], relevant[:, order])
    pd.testing.assert_frame_equal(got.per_user, expected.per_user)
    assert got.coverage == expected.coverage


def test_a_function_is_asked_for_every_user_once_and_never_for_row_0():
    scores, seen, relevant = random_world(1, n_users=300)
    asked = []
    evaluate(lambda users: asked.extend(users.tolist()) or scores[users], seen, relevant)
    assert asked == list(range(1, 301))


def test_seen_items_are_never_recommended_even_when_they_score_highest():
    scores, seen, relevant = random_world(3)
    shouting = scores + 1e6 * seen.toarray()  # if a seen item came through, it would take a place from another
    pd.testing.assert_frame_equal(
        evaluate(shouting, seen, relevant).per_user, evaluate(scores, seen, relevant).per_user
    )


def test_users_without_relevant_items_are_counted_and_left_out_of_the_mean():
    relevant = sp.csr_array(np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 1]]))
    result = evaluate(np.tile([0.0, 2.0, 1.0], (4, 1)), 0 * relevant, relevant, k=1)
    assert result.per_user["Recall"].tolist()[0::2] == [1, 0] and np.isnan(result.per_user.loc[2, "Recall"])
    assert result.n_without_relevant == 1 and result.mean("Recall") == 0.5


def test_what_stands_in_row_0_and_column_0_does_not_count():
    scores, seen, relevant = random_world(4)
    expected = evaluate(scores, seen, relevant).per_user
    for matrix in (seen, relevant):
        changed = matrix.toarray()
        changed[0], changed[:, 0] = 1, 1
        pair = (changed, relevant) if matrix is seen else (seen, changed)
        pd.testing.assert_frame_equal(evaluate(scores, *map(sp.csr_array, pair)).per_user, expected)
    scores[0], scores[:, 0] = np.nan, np.nan
    pd.testing.assert_frame_equal(evaluate(scores, seen, relevant).per_user, expected)


def test_the_callers_scores_are_left_as_they_were():
    scores, seen, relevant = random_world(5)
    before = scores.copy()
    evaluate(scores, seen, relevant)
    evaluate(lambda users: scores[1:], seen, relevant)
    np.testing.assert_array_equal(scores, before)


def test_shapes_that_do_not_fit_are_refused():
    scores, seen, relevant = random_world(6)
    for bad in (scores[1:], scores[:, 1:], np.vstack([scores, scores[:1]]), scores[0]):
        with pytest.raises(ValueError, match="must have the shape of relevant"):
            evaluate(bad, seen, relevant)
    for bad in (scores, scores[2:], scores[1:, 1:], scores[1]):  # 7 users are asked for
        with pytest.raises(ValueError, match="Scores of 7 users have shape"):
            evaluate(lambda users, bad=bad: bad, seen, relevant)
    with pytest.raises(ValueError, match="must have the same shape"):
        evaluate(scores, seen[1:], relevant)


def test_scores_that_are_nan_for_an_unseen_item_are_refused():
    scores, seen, relevant = random_world(6)
    scores[3, np.flatnonzero(relevant.toarray()[3])[0]] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        evaluate(scores, seen, relevant)


# ---- scores of any kind --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [0, 1_500_000_000, 2**40])
@pytest.mark.parametrize("dtype", [np.float64, np.int64])
def test_the_newest_of_films_one_second_apart_is_found_whatever_the_scale_of_the_scores(start, dtype):
    scores = np.zeros((2, 51), dtype)
    scores[1, 1:] = start + np.random.default_rng(1).permutation(50)  # times that neighbours in float32 cannot tell
    relevant = np.zeros((2, 51))
    relevant[1, scores[1].argmax()] = 1
    assert evaluate(scores, sp.csr_array((2, 51)), sp.csr_array(relevant), k=1).mean("Recall") == 1


@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
def test_whole_numbers_beyond_the_floats_keep_their_order(dtype):
    scores = np.array([[0, 0, 0, 0], [0, 2**60 + 1, 2**60 + 2, 2**60]], dtype)  # nanoseconds; one and the same float64
    assert top_k(scores[1:], 3).tolist() == [[2, 1, 3]]
    relevant = sp.csr_array(np.array([[0, 0, 0, 0], [0, 0, 1, 0]]))
    for tie_seed in range(5):
        assert evaluate(scores, 0 * relevant, relevant, k=1, tie_seed=tie_seed).mean("Recall") == 1


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int8, np.uint8, bool])
def test_scores_of_any_kind_are_ranked_alike(dtype):
    scores, seen, relevant = random_world(5)
    few = (scores % 2).astype(dtype)
    pd.testing.assert_frame_equal(evaluate(few, seen, relevant).per_user, evaluate(scores % 2, seen, relevant).per_user)


# ---- pairs that are seen and relevant ------------------------------------------------------------------------------


def repeat_listens():
    """User 1 hears items 1 and 2 again and again, user 2 always something new; the last fifth is the test."""
    frame = load_csv(CASES / "repeat_listens.csv", check=False).astype(int)
    cut = split_last_share(frame, valid=0)
    users, items = IdMap(frame["user_id"]), IdMap(frame["item_id"])
    return [to_matrix(part, users, items) for part in (cut.train, cut.test)]


def test_a_relevant_pair_that_is_also_seen_does_not_count_and_is_reported():
    seen, relevant = repeat_listens()
    assert relevant.multiply(seen).nnz == 1
    with pytest.warns(UserWarning, match="1 relevant pairs are also in seen"):
        oracle = evaluate(relevant.toarray(), seen, relevant)
    assert (oracle.n_relevant_seen, oracle.n_without_relevant) == (1, 1)
    assert oracle.mean("NDCG") == oracle.mean("Recall") == 1  # who knows the test set finds all that can be found


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("number", [0, 1])
def test_the_ways_out_that_the_warning_names_work(number):
    seen, relevant = repeat_listens()
    with pytest.warns(UserWarning) as caught:
        evaluate(relevant.toarray(), seen, relevant)
    first, second = re.search("of the two: (.*), or (.*).$", str(caught[0].message)).groups()
    names = {"seen": seen, "relevant": relevant}
    names |= {"relevant": eval(first, names)} if number == 0 else {"seen": eval(second, names)}
    oracle = evaluate(relevant.toarray(), names["seen"], names["relevant"])
    assert oracle.n_relevant_seen == 0 and oracle.mean("Recall") == 1
    assert oracle.n_without_relevant == (1 if number == 0 else 0)


@pytest.mark.filterwarnings("ignore:.*also in seen")
def test_where_nobody_has_anything_to_find_there_is_no_result():
    scores, seen, relevant = random_world(3)
    for nothing in (0 * relevant, seen):
        with pytest.raises(ValueError, match="nothing to find"):
            evaluate(scores, seen, nothing)
