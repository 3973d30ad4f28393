"""Metrics against hand-computed cases, plain Python loops, ranx and scikit-learn."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse as sp
import sklearn.metrics as sk
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from recsys_helpers.evaluation import RANKING_METRICS, metrics

steady = settings(derandomize=True, deadline=None, max_examples=200)
EXACT = dict(rtol=0, atol=1e-12)  # float64 sums of at most a few dozen terms
RANX = dict(zip(RANKING_METRICS, ("ndcg", "recall", "mrr", "precision", "f1", "hit_rate", "map")))


def measure(tops, truths, n_items, k=None):
    """All ranking metrics of lists of items against sets of items: {name: one value per user}."""
    relevant = np.zeros((len(truths), n_items + 1))
    for row, truth in enumerate(truths):
        relevant[row, list(truth)] = 1
    is_hit, n_relevant = metrics.hit_matrix(np.asarray(tops)[:, :k], sp.csr_array(relevant))
    return {name: metric(is_hit, n_relevant) for name, metric in RANKING_METRICS.items()}


def measure_slowly(top, truth):
    """The oracle: the definitions in plain Python, for one user."""
    k, n = len(top), len(truth)
    if n == 0:
        return dict.fromkeys(RANKING_METRICS, math.nan)
    hit_ranks = [rank for rank, item in enumerate(top, start=1) if item in truth]
    precision, recall = len(hit_ranks) / k, len(hit_ranks) / n
    return {
        "Precision": precision,
        "Recall": recall,
        "F1": 2 * precision * recall / (precision + recall) if hit_ranks else 0.0,
        "HitRate": 1.0 if hit_ranks else 0.0,
        "MRR": 1 / hit_ranks[0] if hit_ranks else 0.0,
        "MAP": sum((i + 1) / rank for i, rank in enumerate(hit_ranks)) / min(k, n),
        "NDCG": sum(1 / math.log2(r + 1) for r in hit_ranks)
        / sum(1 / math.log2(r + 1) for r in range(1, min(k, n) + 1)),
    }


@st.composite
def rankings(draw):
    """One to four users, a catalogue smaller or larger than k, padding at the end, truths that may be empty."""
    n_users, n_items, k = draw(st.integers(1, 4)), draw(st.integers(1, 12)), draw(st.integers(1, 15))
    tops, truths = [], []
    for _ in range(n_users):
        length = draw(st.integers(0, min(k, n_items)))
        tops.append(draw(st.permutations(range(1, n_items + 1)))[:length] + [0] * (k - length))
        truths.append(draw(st.sets(st.integers(1, n_items))))
    return SimpleNamespace(tops=np.array(tops), truths=truths, n_items=n_items, k=k)


# ---- by hand -------------------------------------------------------------------------------------------------------


def test_one_list_gives_the_values_computed_by_hand():
    # ranks 1 and 3 of [4, 9, 2, 7] hit; relevant are 2, 4 and 8
    got = {name: value[0] for name, value in measure([[4, 9, 2, 7]], [{2, 4, 8}], n_items=9).items()}
    assert got["Precision"] == 2 / 4
    assert got["Recall"] == 2 / 3
    assert got["F1"] == pytest.approx(4 / 7, abs=1e-15)
    assert got["HitRate"] == 1
    assert got["MRR"] == 1
    assert got["MAP"] == pytest.approx((1 / 1 + 2 / 3) / 3, abs=1e-15)
    assert got["NDCG"] == pytest.approx((1 + 0.5) / (1 + 0.6309297535714575 + 0.5), abs=1e-15)


def test_the_second_rank_is_discounted_by_log2_of_3_and_the_third_by_2():
    single_hit_at = [measure([top], [{1}], n_items=9)["NDCG"][0] for top in ([1, 8, 9], [8, 1, 9], [8, 9, 1])]
    np.testing.assert_allclose(single_hit_at, [1, 0.6309297535714575, 0.5], **EXACT)


def test_rating_errors_are_those_computed_by_hand():
    predicted, actual = np.array([1.0, 4.0, 3.0]), np.array([2.0, 2.0, 3.0])
    assert metrics.rmse(predicted, actual) == pytest.approx(math.sqrt(5 / 3), abs=1e-15)
    assert metrics.mae(predicted, actual) == 1.0


def test_coverage_counts_each_recommended_item_once_and_padding_never():
    assert metrics.coverage_at_k(np.array([[1, 2], [2, 0], [0, 0]]), n_items=8) == 2 / 8


# ---- against plain Python ------------------------------------------------------------------------------------------


@steady
@given(rankings())
def test_all_metrics_agree_with_plain_python_loops(case):
    got = measure(case.tops, case.truths, case.n_items)
    for user, (top, truth) in enumerate(zip(case.tops, case.truths)):
        for name, value in measure_slowly(list(top), truth).items():
            np.testing.assert_allclose(got[name][user], value, err_msg=name, **EXACT)


@steady
@given(rankings(), st.randoms(use_true_random=False))
def test_renaming_the_items_changes_no_metric(case, random):
    names = list(range(1, case.n_items + 1))
    random.shuffle(names)
    names = np.array([0, *names])
    renamed = measure(names[case.tops], [{int(names[i]) for i in truth} for truth in case.truths], case.n_items)
    for name, values in measure(case.tops, case.truths, case.n_items).items():
        np.testing.assert_array_equal(renamed[name], values, err_msg=name)


@steady
@given(rankings())
def test_every_metric_lies_between_0_and_1(case):
    for name, values in measure(case.tops, case.truths, case.n_items).items():
        values = values[~np.isnan(values)]
        assert ((values >= 0) & (values <= 1 + 1e-12)).all(), name


@steady
@given(rankings())
def test_recall_hit_rate_and_mrr_never_fall_when_k_grows(case):
    at = [measure(case.tops, case.truths, case.n_items, k) for k in range(1, case.k + 1)]
    for name in ("Recall", "HitRate", "MRR"):
        values = np.array([metric[name] for metric in at])
        assert (np.diff(values[:, ~np.isnan(values[0])], axis=0) >= 0).all(), name


@steady
@given(rankings(), st.data())
def test_moving_a_hit_one_rank_up_never_lowers_a_metric(case, data):
    hits_below_the_first_place = [rank for rank in range(1, case.k) if case.tops[0, rank] in case.truths[0]]
    assume(hits_below_the_first_place)
    rank = data.draw(st.sampled_from(hits_below_the_first_place))
    better = case.tops[:1].copy()
    better[0, [rank - 1, rank]] = better[0, [rank, rank - 1]]
    before, after = (measure(tops, case.truths[:1], case.n_items) for tops in (case.tops[:1], better))
    for name in RANKING_METRICS:
        assert after[name][0] >= before[name][0] - 1e-12, name


@steady
@given(st.integers(1, 12), st.integers(1, 15), st.data())
def test_a_perfect_list_has_ndcg_map_and_mrr_1(n_items, k, data):
    truth = data.draw(st.sets(st.integers(1, n_items), min_size=1))
    perfect = (sorted(truth) + sorted(set(range(1, n_items + 1)) - truth))[:k]
    got = measure([perfect + [0] * (k - len(perfect))], [truth], n_items)
    assert [got[name][0] for name in ("NDCG", "MAP", "MRR", "HitRate")] == pytest.approx([1, 1, 1, 1], abs=1e-12)
    assert got["Recall"][0] == min(k, len(truth)) / len(truth)  # so the best recall is below 1 when k is small


# ---- edges ---------------------------------------------------------------------------------------------------------


def test_a_user_without_relevant_items_gets_nan_and_leaves_the_others_alone():
    for name, values in measure([[1, 2], [1, 2]], [set(), {1}], n_items=3).items():
        assert np.isnan(values[0]) and values[1] > 0, name


def test_nobody_with_relevant_items_gives_nan_for_all():
    for name, values in measure([[1, 2], [2, 1]], [set(), set()], n_items=3).items():
        assert np.isnan(values).all(), name


def test_padding_is_never_a_hit_even_if_column_0_is_marked_relevant():
    is_hit, n_relevant = metrics.hit_matrix(np.array([[0, 0], [2, 0]]), sp.csr_array(np.array([[1, 1, 0], [1, 0, 1]])))
    assert is_hit.tolist() == [[False, False], [True, False]]
    assert n_relevant.tolist() == [1, 1]


def test_stored_zeros_duplicates_and_unsorted_indices_do_not_count_twice():
    relevant = sp.csr_array((np.array([1.0, 1.0, 1.0, 0.0]), np.array([3, 1, 3, 2]), np.array([0, 4])), shape=(1, 4))
    is_hit, n_relevant = metrics.hit_matrix(np.array([[1, 2, 3]]), relevant)
    assert is_hit.tolist() == [[True, False, True]] and n_relevant.tolist() == [2]
    assert relevant.nnz == 4  # the caller's matrix is left as it was


def test_k_larger_than_the_catalogue_counts_the_empty_places_as_misses():
    got = measure([[2, 1, 0, 0, 0, 0]], [{1, 2}], n_items=2)
    assert got["Precision"][0] == 2 / 6 and got["Recall"][0] == 1 and got["NDCG"][0] == pytest.approx(1, abs=1e-12)


def test_hits_are_not_mixed_up_between_neighbouring_users():
    last_of_first, first_of_second = {3}, {1}
    got = measure([[1, 2], [3, 2]], [last_of_first, first_of_second], n_items=3)
    assert got["HitRate"].tolist() == [0, 0]


def test_indices_outside_the_catalogue_and_a_wrong_number_of_rows_are_refused():
    relevant = sp.csr_array(np.eye(3))
    for outside in (3, -1):
        with pytest.raises(ValueError, match="0 … 2"):
            metrics.hit_matrix(np.array([[1], [outside], [1]]), relevant)
    with pytest.raises(ValueError, match="one row a user"):
        metrics.hit_matrix(np.array([[1], [2]]), relevant)


def test_a_list_that_shows_an_item_twice_is_refused_and_padding_may_repeat():
    relevant = sp.csr_array(np.array([[0, 1, 0, 0], [0, 1, 1, 0]]))
    with pytest.raises(ValueError, match="list in row 1 shows item 2 twice"):
        metrics.hit_matrix(np.array([[1, 2, 3], [2, 1, 2]]), relevant)
    assert metrics.hit_matrix(np.array([[1, 0, 0], [2, 1, 0]]), relevant)[0].sum() == 3


@pytest.mark.parametrize("name", ["NDCG", "Recall", "F1", "MAP"])
def test_more_hits_than_there_are_relevant_items_are_refused(name):
    with pytest.raises(ValueError, match="2 hits in row 1, but 1 relevant item"):
        RANKING_METRICS[name](np.array([[True, False], [True, True]]), np.array([1, 1]))


@pytest.mark.parametrize("error", [metrics.rmse, metrics.mae])
@pytest.mark.parametrize("bad", [[np.nan, 1.0], [np.inf, 1.0]])
def test_rating_errors_refuse_nan_infinity_nothing_and_unequal_shapes(error, bad):
    for pair in ((bad, [1.0, 2.0]), ([1.0, 2.0], bad), ([], [])):
        with pytest.raises(ValueError, match="NaN or infinity"):
            error(*map(np.array, pair))
    with pytest.raises(ValueError, match="same shape"):  # what Keras predicts is (n, 1)
        error(np.ones((3, 1)), np.ones(3))


# ---- against other libraries ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def thousand():
    """1,000 users, 60 items with distinct scores, 1 to 25 of them relevant: for some users more than k."""
    rng = np.random.default_rng(42)
    scores = rng.permuted(np.tile(np.linspace(0, 1, 60), (1000, 1)), axis=1)
    truth = rng.random((1000, 60)).argsort(axis=1) < rng.integers(1, 26, (1000, 1))
    tops = np.argsort(-scores, axis=1) + 1
    truths = [set(np.flatnonzero(row) + 1) for row in truth]
    return SimpleNamespace(scores=scores, truth=truth, tops=tops, truths=truths, n_relevant=truth.sum(axis=1))


@pytest.fixture(scope="module")
def by_ranx(thousand):
    """{ranx's name: one value per user}; numba runs as plain Python here, its compilation would take half a minute."""
    import numba

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numba.config, "DISABLE_JIT", True)
        import ranx

        users = [f"{user:04}" for user in range(1000)]
        qrels = {u: {str(item): 1 for item in truth} for u, truth in zip(users, thousand.truths)}
        run = {u: {str(item): 60.0 - rank for rank, item in enumerate(top)} for u, top in zip(users, thousand.tops)}
        names = [f"{name}@{k}" for k in (1, 10) for name in RANX.values()]
        return ranx.evaluate(ranx.Qrels(qrels), ranx.Run(run), names, return_mean=False)


@pytest.mark.parametrize("k", [1, 10])
def test_ranx_gives_the_same_values_to_1e_12(thousand, by_ranx, k):
    ours = measure(thousand.tops, thousand.truths, 60, k)
    for name in RANX.keys() - {"MAP"}:
        np.testing.assert_allclose(ours[name], by_ranx[f"{RANX[name]}@{k}"], err_msg=name, **EXACT)


@pytest.mark.parametrize("k", [1, 10])
def test_map_is_that_of_ranx_while_n_relevant_is_at_most_k_and_differs_by_a_known_factor_beyond(thousand, by_ranx, k):
    ours, theirs = measure(thousand.tops, thousand.truths, 60, k)["MAP"], by_ranx[f"map@{k}"]
    few = thousand.n_relevant <= k
    assert 0 < few.sum() < 1000
    np.testing.assert_allclose(ours[few], theirs[few], **EXACT)
    np.testing.assert_allclose(ours[~few] * k / thousand.n_relevant[~few], theirs[~few], **EXACT)
    assert (ours[~few] > theirs[~few])[theirs[~few] > 0].all()
    assert "ranx divides by n_relevant" in metrics.average_precision_at_k.__doc__


@pytest.mark.parametrize("k", [1, 10, 60])
def test_scikit_learn_gives_the_same_ndcg_to_1e_12(thousand, k):
    theirs = [sk.ndcg_score(t[None], s[None], k=k, ignore_ties=True) for t, s in zip(thousand.truth, thousand.scores)]
    np.testing.assert_allclose(measure(thousand.tops, thousand.truths, 60, k)["NDCG"], theirs, **EXACT)


def test_scikit_learn_gives_the_same_average_precision_over_the_whole_ranking_to_1e_12(thousand):
    theirs = [sk.average_precision_score(t, s) for t, s in zip(thousand.truth, thousand.scores)]
    np.testing.assert_allclose(measure(thousand.tops, thousand.truths, 60)["MAP"], theirs, **EXACT)


@pytest.mark.parametrize("k", [1, 10])
def test_scikit_learn_gives_the_same_mean_precision_recall_and_f1_to_1e_12(thousand, k):
    recommended = thousand.scores >= np.sort(thousand.scores, axis=1)[:, [-k]]
    theirs = sk.precision_recall_fscore_support(thousand.truth, recommended, average="samples", zero_division=0)[:3]
    ours = measure(thousand.tops, thousand.truths, 60, k)
    np.testing.assert_allclose([ours[name].mean() for name in ("Precision", "Recall", "F1")], theirs, **EXACT)


def test_scikit_learn_gives_the_same_rating_errors_on_1000_cases_to_1e_12():
    rng = np.random.default_rng(42)
    for _ in range(1000):
        predicted, actual = rng.uniform(0.5, 5, (2, rng.integers(1, 40)))
        ours = metrics.rmse(predicted, actual), metrics.mae(predicted, actual)
        theirs = sk.root_mean_squared_error(actual, predicted), sk.mean_absolute_error(actual, predicted)
        np.testing.assert_allclose(ours, theirs, **EXACT)
