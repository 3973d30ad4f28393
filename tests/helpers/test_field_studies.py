"""The leak checker of lesson 17 on the cuts of the case studies: nothing of the future is learned from.

It counts a video that a user is shown again, days later, among the likely copies. In a feed that is a second
impression, at its own time: allowed here while it is rare.
"""

import contextlib
import io

import pandas as pd
import pytest

from recsys_helpers.data import IdMap
from recsys_helpers.data.kuairand import load_kuairand
from recsys_helpers.data.leaks import find_leaks
from recsys_helpers.data.movielens import BUNDLED
from recsys_helpers.data.next_basket import next_baskets
from recsys_helpers.data.online_retail import load_online_retail
from recsys_helpers.models.feed import stand_on


@pytest.fixture(scope="module")
def impressions() -> pd.DataFrame:
    """KuaiRand with the time of each impression; the loader keeps the order of the file."""
    with contextlib.redirect_stdout(io.StringIO()):
        frame = load_kuairand()
    times = pd.read_csv(BUNDLED / "kuairand-pure" / "impressions.csv.gz", usecols=["user_id", "time_ms"])
    assert (times["user_id"].to_numpy() == frame["user_id"].to_numpy()).all()
    return frame.assign(timestamp=times["time_ms"].to_numpy()).drop_duplicates(["user_id", "item_id", "timestamp"])


def leaks(train, test, shown_again=0.0):
    """What the checker calls a leak, without the pairs that are shown again, if they are fewer than `shown_again`."""
    columns = ["user_id", "item_id", "timestamp"]
    pairs = [pd.MultiIndex.from_frame(part[["user_id", "item_id"]]) for part in (test, train)]
    is_rare = pairs[0].isin(pairs[1]).mean() < shown_again
    found = [finding.what for finding in find_leaks(train[columns], test[columns]) if finding.is_leak]
    return [what for what in found if not (is_rare and "pair of train at another time" in what)]


@pytest.mark.parametrize("day", [2, 5, 8, 11])
def test_lesson_28_learns_from_earlier_days_only(impressions, day):
    past, later = stand_on(impressions, day)
    assert leaks(past, later, shown_again=0.01) == []
    assert past["timestamp"].max() < later["timestamp"].min()


@pytest.mark.parametrize("days", [(0, 7, 8, 10), (0, 10, 11, 13)])
def test_lesson_29_learns_from_earlier_days_only(impressions, days):
    rows = impressions[impressions["duration_ms"] > 0]
    past, later = (rows[rows["day"].between(*part)] for part in (days[:2], days[2:]))
    assert leaks(past, later, shown_again=0.01) == []


def test_the_checker_sees_a_row_on_the_wrong_side(impressions):
    past, later = stand_on(impressions, 8)
    assert leaks(pd.concat([past, later.tail(200)]), later, shown_again=0.01)


@pytest.mark.parametrize("moment", ["2011-08-15", "2011-09-23", "2011-11-01"])
def test_lesson_27_learns_from_earlier_baskets_only(moment):
    with contextlib.redirect_stdout(io.StringIO()):
        purchases, _ = load_online_retail()
    purchases = purchases.assign(timestamp=purchases["time"].astype("int64") // 10**9)
    view = next_baskets(purchases, IdMap(purchases["user_id"]), IdMap(purchases["item_id"]), moment, days=39)
    later = purchases[purchases["time"] >= view.moment]
    columns = ["user_id", "item_id", "timestamp"]
    once = [part.drop_duplicates(columns) for part in (view.past, later)]
    assert leaks(*once) == []
