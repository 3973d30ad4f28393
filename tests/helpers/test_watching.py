"""Drift against scipy, hand-computed cases and properties; the parity test against planted faults."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2, ks_2samp

from recsys_helpers.serving.store import Store
from recsys_helpers.watching import (
    compare_features,
    equal_bins,
    js,
    ks,
    monitor,
    overlap_of_lists,
    psi,
    psi_limit,
    psi_noise,
    shares,
)
from recsys_helpers.watching.practice import Running, ease_versions, event_id, let_visit

COUNTS = st.lists(st.integers(0, 30), min_size=3, max_size=3).filter(any)
NUMBERS = st.lists(st.integers(-5, 5) | st.floats(-4, 4, width=16), min_size=1, max_size=30)


def spread(counts):
    return np.array(counts) / sum(counts)


def test_psi_by_hand():
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.3, 0.3])
    assert psi(p, q) == pytest.approx(-0.1 * np.log(0.8) + 0.1 * np.log(1.5))


@given(COUNTS, COUNTS)
def test_psi_is_the_sum_of_both_kl_divergences_and_symmetric(one, other):
    p, q = spread(np.array(one) + 0.5), spread(np.array(other) + 0.5)
    both = sum(a * np.log(a / b) for a, b in zip(p, q)) + sum(b * np.log(b / a) for a, b in zip(p, q))
    assert psi(p, q) == pytest.approx(both, abs=1e-12) == psi(q, p)
    assert psi(p, q) >= 0 and psi(p, p) == 0


@given(COUNTS, COUNTS)
def test_js_is_scipys_distance_squared(one, other):
    p, q = spread(one), spread(other)
    assert js(p, q) == pytest.approx(np.nan_to_num(jensenshannon(p, q, base=2)) ** 2, abs=1e-7)
    assert -1e-12 <= js(p, q) <= 1 + 1e-12 and js(p, q) == pytest.approx(js(q, p), abs=1e-12)


@given(NUMBERS, NUMBERS)
def test_ks_is_scipys_statistic(a, b):
    assert ks(np.array(a), np.array(b)) == pytest.approx(ks_2samp(a, b, method="asymp").statistic, abs=1e-12)


@given(NUMBERS)
def test_ks_does_not_depend_on_the_scale(a):
    a, b = np.array(a, float), np.array(a, float)[::2] + 1
    assert ks(a, b) == pytest.approx(ks(2 * a + 7, 2 * b + 7), abs=1e-12)


def test_shares_by_hand():
    np.testing.assert_allclose(shares([1, 1, 2, 9, np.nan], [2, 5]), np.array([2.5, 1.5, 1.5]) / 5.5)


def test_bins_hold_equal_numbers_and_often_repeated_values_give_fewer():
    values = np.random.default_rng(0).normal(size=1000)
    np.testing.assert_allclose(shares(values, equal_bins(values, 5)), 0.2, atol=0.002)
    assert len(equal_bins(np.array([0] * 90 + [1] * 10), 10)) < 3


@pytest.mark.parametrize("n, m", [(200, 200), (200, 2000)])
def test_the_noise_of_psi_is_what_the_formula_says(n, m):
    rng = np.random.default_rng(24)
    edges = np.arange(1, 5)
    found = [psi(shares(rng.integers(0, 5, n), edges), shares(rng.integers(0, 5, m), edges)) for _ in range(2000)]
    assert np.mean(found) == pytest.approx(psi_noise(5, n, m), rel=0.08)


def test_the_limit_for_independent_values_is_the_quantile_of_chi_square():
    rng = np.random.default_rng(3)
    values, edges = rng.integers(0, 5, 20_000), np.arange(1, 5)
    limit = psi_limit(values, np.arange(20_000), 500, edges, n_draws=2000)
    assert limit == pytest.approx(chi2(4).ppf(0.95) / 500, rel=0.08)


def test_the_limit_grows_when_users_repeat_themselves():
    values = np.random.default_rng(4).integers(0, 5, 2000)
    users, edges = np.arange(2000), np.arange(1, 5)
    alone = psi_limit(values, users, 100, edges)
    values, users = np.repeat(values, 10), np.repeat(users, 10)
    limit = psi_limit(values, users, 100, edges)
    assert limit > 0.8 * alone > psi_noise(5, 1000, 20_000)
    mixed = np.random.default_rng(5).permutation(20_000)  # rows may stand in any order
    assert psi_limit(values[mixed], users[mixed], 100, edges) == pytest.approx(limit)


@pytest.mark.parametrize(
    "call",
    [
        lambda: psi([0.5, 0.5], [1.0, 0.0]),
        lambda: psi([0.5, 0.5], [0.4, 0.3, 0.3]),
        lambda: psi([2, 3], [4, 1]),
        lambda: js([1.5, -0.5], [0.5, 0.5]),
        lambda: shares([1], [3, 2]),
        lambda: shares([1], []),
        lambda: shares([np.nan], [1]),
        lambda: equal_bins([], 4),
        lambda: equal_bins([1, 2], 1),
        lambda: psi_noise(1, 10, 10),
        lambda: ks([], [1]),
        lambda: psi_limit([1, 2], [1], 1, [1.5]),
        lambda: psi_limit([1, 2], [1, 2], 0, [1.5]),
    ],
)
def test_what_makes_no_sense_is_refused(call):
    with pytest.raises(ValueError):
        call()


# The parity test. Features as a service computes them, and faults in one value, one user, or all of them.


@pytest.fixture
def offline():
    rng = np.random.default_rng(1)
    columns = {"n": rng.integers(1, 90, 40), "stars": rng.uniform(1, 5, 40), "when": rng.integers(10**9, 2 * 10**9, 40)}
    recent = rng.integers(1, 500, (40, 3))
    recent[:6, 1:] = 0  # short histories, zeros behind
    frame = pd.DataFrame(columns, index=rng.permutation(40) + 100)
    return frame.assign(**{f"recent {place}": recent[:, place] for place in range(3)})


def test_equal_tables_hold_in_any_order(offline):
    found = compare_features(offline, offline.sample(frac=1, random_state=0)[offline.columns[::-1]])
    assert found.holds and found.n_users == 40
    assert found.report() == "6 features agree for all 40 users"


def rounded(frame):
    return frame.assign(stars=frame["stars"].round(1))


def float32_clock(frame):
    return frame.assign(when=frame["when"].astype("float32").astype(int))


def padded_in_front(frame):
    turned = frame.copy()
    columns = [f"recent {place}" for place in range(3)]
    short = frame["recent 1"] == 0
    turned.loc[short, columns] = frame.loc[short, columns].to_numpy()[:, ::-1]
    return turned


def stale_ids(frame):
    recent = [f"recent {place}" for place in range(3)]
    return frame.assign(**{name: frame[name] - (frame[name] > 200) for name in recent})


@pytest.mark.parametrize(
    "skew, features",
    [
        (rounded, {"stars"}),
        (float32_clock, {"when"}),
        (padded_in_front, {"recent 0", "recent 2"}),
        (stale_ids, {"recent 0", "recent 1", "recent 2"}),
    ],
)
def test_each_planted_skew_is_found_where_it_is(offline, skew, features):
    served = skew(offline)
    found = compare_features(offline, served)
    different = found.features["different"]
    assert not found.holds and set(different.index[different > 0]) == features
    for name in features:
        gap = (offline[name] - served[name]).abs()
        row = found.features.loc[name]
        assert row["different"] == (gap > 1e-5).sum() and row["largest"] == gap.max() == gap[row["user"]]
        assert (row["offline"], row["served"]) == (offline.at[row["user"], name], served.at[row["user"], name])
        assert f"{name}: differs for {row['different']} of 40 users; most for user {row['user']}" in found.report()


def test_one_value_of_one_user_is_found(offline):
    served = offline.copy()
    served.loc[117, "stars"] += 0.001
    found = compare_features(offline, served)
    assert found.features["different"].to_dict() == {name: int(name == "stars") for name in offline}
    assert found.features.at["stars", "user"] == 117
    assert compare_features(offline, served, atol=0.01).holds


def test_the_tolerance_grows_with_the_value():
    assert compare_features(*(pd.DataFrame({"x": [value]}) for value in (1e9, 1e9 + 100))).holds
    assert not compare_features(*(pd.DataFrame({"x": [value]}) for value in (10**9, 10**9 + 1))).holds
    assert not compare_features(*(pd.DataFrame({"x": [value]}) for value in (1.0, 1.001))).holds


def test_missing_values_users_and_features():
    one = pd.DataFrame({"x": [1.0, np.nan, 3.0], "y": 1}, index=[1, 2, 3])
    assert compare_features(one, one).holds
    found = compare_features(one, one.assign(x=[1.0, 2.0, 3.5]))
    assert found.features.loc["x", ["different", "user", "largest"]].tolist() == [2, 2, np.inf]
    found = compare_features(one, one.drop(index=3).drop(columns="y"))
    assert not found.holds and found.only_offline == ("user 3", "y") and found.only_served == ()
    assert found.report() == "offline alone has user 3\noffline alone has y"
    assert compare_features(one.drop(index=3), one).only_served == ("user 3",)


def test_text_is_no_number():
    one = pd.DataFrame({"id": [7, 8]})
    found = compare_features(one, one.astype(str))
    assert found.features.at["id", "different"] == 2 and "offline 7, served 7" in found.report()
    text = pd.DataFrame({"genre": ["a", "b", None]})
    assert compare_features(text, text).holds
    assert compare_features(text, pd.DataFrame({"genre": ["a", "c", None]})).features.at["genre", "user"] == 1


def test_ids_of_another_kind_and_doubles_are_refused():
    one = pd.DataFrame({"x": [1, 2]}, index=[1, 2])
    with pytest.raises(ValueError, match="same kind"):
        compare_features(one, one.set_axis(["1", "2"]))
    with pytest.raises(ValueError, match="twice"):
        compare_features(one.set_axis([1, 1]), one)


def test_the_report_names_the_most_frequent_difference_first():
    one = pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3]})
    lines = compare_features(one, one.assign(a=[1, 2, 4], b=0)).report().splitlines()
    assert [line[0] for line in lines] == ["b", "a"]


def test_overlap_by_hand():
    found = overlap_of_lists([[1, 2, 3], [4, 5, 0], [0, 0, 0]], [[3, 1, 9], [5, 4, 1], [1, 2, 3]])
    np.testing.assert_allclose(found, [2 / 3, 1.0, np.nan])
    with pytest.raises(ValueError):
        overlap_of_lists([[1]], [[1], [2]])


# The service to practise on.


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    rng = np.random.default_rng(0)
    rows = [(user, item, when) for user in range(1, 31) for when, item in enumerate(rng.permutation(20)[:8] + 100)]
    learn = pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"])
    movies = pd.DataFrame({"item_id": range(100, 120), "title": [f"Film {number}" for number in range(20)]})
    store = Store(tmp_path_factory.mktemp("practice"))
    versions = ease_versions(learn, movies, store)
    service = Running(store)
    yield service, versions, learn
    service.stop()
    service.stop()


def test_the_service_answers_logs_and_keeps_events(running):
    service, (first, _), learn = running
    answer = service.client.get("/recommend/3?k=5", headers={"x-request-id": "mine"}).json()
    ids = [film["item_id"] for film in answer["items"]]
    assert answer["version"] == first and not answer["degraded"]
    assert len(set(ids)) == 5 and not set(ids) & set(learn.loc[learn["user_id"] == 3, "item_id"])
    event = {"event_id": "00000000-0000-4000-8000-000000000024", "user_id": 3, "item_id": ids[0], "kind": "view"}
    assert service.client.post("/events", json=event).status_code == 201
    assert service.events()[["event_id", "user_id", "item_id", "kind"]].iloc[-1].to_dict() == event
    for _ in range(50):
        if "mine" in set(service.requests()["request_id"]):  # the log has a thread of its own
            break
        time.sleep(0.1)
    row = service.requests().set_index("request_id").loc["mine"]
    assert (row["path"], row["status"]) == ("/recommend/3", 200) and row["ms"] > 0


def test_versions_come_and_go(running):
    service, (first, second), _ = running
    assert first != second
    assert service.admin("swap", version=second) == second
    assert service.admin("rollback") == first


def test_visitors_view_what_they_like_and_look_at(running):
    service, *_ = running
    liked = pd.Series({1: {100, 101, 102}, 2: set(), 3: {119}})
    always = type(
        "Rng", (), {"random": staticmethod(lambda n: np.full(n, 0.45))}
    )()  # below 1 / log2(r + 1) up to r = 3
    before = len(service.events())
    lists = {1: [105, 101, 100, 102], 2: [100, 101, 102, 103], 3: [119]}
    records = let_visit(service, lambda user, key: {"request_id": key, "shown": lists[user]}, liked, always, "monday")
    new = service.events()[before:]
    assert [record["request_id"] for record in records] == ["monday-1", "monday-2", "monday-3"]
    assert list(zip(new["user_id"], new["item_id"])) == [(1, 101), (1, 100), (3, 119)]
    assert new["event_id"].tolist()[:2] == [event_id("monday-1", 101), event_id("monday-1", 100)]


def test_a_monitor_is_psi_and_ks_of_each_common_feature():
    rng = np.random.default_rng(5)
    one = pd.DataFrame({"a": rng.normal(size=300), "b": rng.normal(size=300)})
    other = pd.DataFrame({"b": rng.normal(1, 1, 200), "c": 1.0})
    found, edges = monitor(one, other), equal_bins(one["b"])
    assert found.index.tolist() == ["b"] and found.at["b", "KS"] == ks(one["b"], other["b"])
    assert found.at["b", "PSI"] == psi(shares(one["b"], edges), shares(other["b"], edges)) > 0.5
