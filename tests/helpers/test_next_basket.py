"""Next baskets: the cut in time, the two recalls against sets, and features that cannot see the future."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from recsys_helpers.data import IdMap
from recsys_helpers.data.next_basket import next_baskets
from recsys_helpers.evaluation.repeat_explore import repeat_and_explore
from recsys_helpers.models.shop import FEATURES, customers_of_items, decayed_counts, shop_features

ROWS = [  # customer, item, basket, day of January; customer 9 is new in February
    (7, "tea", 1, 2), (7, "mug", 1, 2), (7, "tea", 2, 20), (7, "bag", 2, 20), (8, "tea", 3, 5), (8, "lamp", 3, 5),
    (7, "tea", 4, 33), (7, "lamp", 4, 33), (7, "mug", 5, 40), (8, "mug", 6, 32), (9, "tea", 7, 34), (6, "bag", 8, 1),
]  # fmt: skip


def shop(rows=ROWS):
    frame = pd.DataFrame(rows, columns=["user_id", "item_id", "basket_id", "day"])
    return frame.assign(time=pd.Timestamp("2011-01-01") + pd.to_timedelta(frame.pop("day") - 1, unit="D"))


def view_of(purchases, users=(6, 7, 8, 9), items=("bag", "lamp", "mug", "tea"), moment="2011-02-01", days=28):
    return next_baskets(purchases, IdMap(users), IdMap(items), moment, days)


def test_the_past_ends_before_the_moment_and_each_customer_has_one_next_basket():
    view = view_of(shop())
    assert (view.past["time"] < view.moment).all() and view.past["age"].min() == pytest.approx(12)
    assert view.rows.tolist() == [2, 3] and view.basket_id.tolist() == [4, 6] and view.n_new == 1
    assert view.bought.toarray().tolist() == [[0, 1, 0, 1, 2], [0, 0, 1, 0, 1]]
    assert view.basket.toarray().tolist() == [[0, 0, 1, 0, 1], [0, 0, 0, 1, 0]]
    assert view.seen.sum() == len(view.past) == 7


def test_a_purchase_at_the_moment_lies_in_the_future_and_the_window_ends():
    view = view_of(shop(), moment="2011-02-02")  # day 33 is 2 February
    assert 4 in view.basket_id and 4 not in set(view.past["basket_id"])
    with pytest.raises(ValueError, match="No customer"):
        view_of(shop(), moment="2011-03-20")


def test_an_item_on_two_lines_of_a_basket_is_wanted_once():
    view = view_of(shop([*ROWS, (7, "tea", 4, 33)]))
    assert view.basket.max() == 1


def test_baskets_of_the_same_minute_are_not_ordered_by_id():
    rows = [(user, "tea", 2 * user, 1) for user in range(1, 60)]
    rows += [(user, item, 1000 + 2 * user + n, 40) for user in range(1, 60) for n, item in enumerate(("bag", "mug"))]
    view = view_of(shop(rows), users=range(1, 60))
    assert 15 < view.basket.toarray()[:, 1].sum() < 45


def test_the_two_recalls_agree_with_sets():
    rng = np.random.default_rng(1)
    n, n_items, k = 40, 12, 4
    before, after = ((rng.random((n, n_items + 1)) < share).astype(float) for share in (0.4, 0.3))
    after[:, 5] = 1
    bought, basket = sp.csr_array(before), sp.csr_array(after)
    top = np.array([1 + rng.permutation(n_items)[:k] for _ in range(n)])
    found = repeat_and_explore(top, bought, basket)
    for row in range(n):
        wanted, before = (set(m.toarray()[row, 1:].nonzero()[0] + 1) for m in (basket, bought))
        for name, part in (("repeat", wanted & before), ("explore", wanted - before), ("Recall", wanted)):
            expected = len(part & set(top[row])) / len(part) if part else np.nan
            assert found.loc[row, name] == pytest.approx(expected, nan_ok=True)
        assert found.loc[row, "shown again"] == pytest.approx(len(before & set(top[row])) / k)
        gains = [1 / np.log2(2 + place) for place in range(k)]
        got = sum(gain for gain, item in zip(gains, top[row]) if item in wanted)
        assert found.loc[row, "NDCG"] == pytest.approx(got / sum(gains[: min(k, len(wanted))]))


def test_an_empty_position_is_no_hit_and_an_empty_basket_is_refused():
    bought, basket = sp.csr_array(np.array([[1, 1, 0]])), sp.csr_array(np.array([[1, 1, 0]]))
    assert repeat_and_explore(np.array([[0, 1]]), bought, basket)["shown again"].tolist() == [0.5]
    with pytest.raises(ValueError, match="empty basket"):
        repeat_and_explore(np.array([[1, 2]]), bought, 0 * basket)
    with pytest.raises(ValueError, match="same customers"):
        repeat_and_explore(np.array([[1, 2], [1, 2]]), bought, basket)


def test_features_by_hand():
    view = view_of(shop())
    made = shop_features(view, n_new=2, days=10)
    assert list(made.x.columns) == FEATURES
    pairs = dict(zip(zip(*np.nonzero(made.is_candidate)), made.x.to_dict("records")))
    tea = pairs[0, 4]  # customer 7: bought 12 and 30 days ago, in two of two baskets
    assert (
        tea["times bought"] == pytest.approx(np.log(3)) and tea["share of baskets"] == 1 and tea["bought before"] == 1
    )
    assert tea["newness"] == pytest.approx(np.exp(-1.2), abs=1e-6)
    assert tea["decayed count"] == pytest.approx(np.exp(-1.2) + np.exp(-3.0), abs=1e-6)
    assert tea["popularity"] == pytest.approx(np.log(3)) and tea["number of baskets"] == pytest.approx(np.log(3))
    lamp = pairs[0, 2]
    assert lamp["times bought"] == lamp["newness"] == lamp["bought before"] == 0
    assert customers_of_items(view, 15).tolist() == [0, 1, 0, 0, 1]
    assert decayed_counts(view, 10).toarray()[0, 4] == pytest.approx(tea["decayed count"])
    assert made.labels(view.basket).sum() == sum(view.basket.toarray()[made.is_candidate])
    scores = made.scores(np.arange(len(made.x)))
    assert not made.is_candidate[:, 0].any()
    assert np.isneginf(scores[~made.is_candidate]).all() and scores[made.is_candidate].tolist() == list(
        range(len(made.x))
    )


def test_whatever_happens_after_the_moment_changes_no_feature():
    rng = np.random.default_rng(3)
    later = [(user, item, 100 + n, 32 + n % 20) for n, (user, item) in enumerate([(7, "tea"), (8, "tea")] * 10)]
    later += [(9, str(rng.choice(["bag", "lamp"])), 200 + n, 35) for n in range(30)]
    one, other = view_of(shop()), view_of(shop(ROWS + later))
    assert one.rows.tolist() == other.rows.tolist()
    a, b = shop_features(one, n_new=2), shop_features(other, n_new=2)
    pd.testing.assert_frame_equal(a.x, b.x)
    assert (a.is_candidate == b.is_candidate).all() and (a.last_month == b.last_month).all()
    np.testing.assert_array_equal(a.ease, b.ease)
