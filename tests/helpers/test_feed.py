"""A feed's features know nothing of later rows, AUC within a screen agrees with pairs, and pages obey their rule."""

import numpy as np
import pandas as pd
import pytest

from recsys_helpers.models import feed

SCREEN = ["user_id", "tab"]


def impressions(n=600, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {"user_id": rng.integers(1, 15, n), "item_id": rng.integers(1, 40, n), "tab": rng.integers(0, 3, n),
         "day": np.sort(rng.integers(0, 12, n)), "tag": rng.choice(["a", "b", "c"], n), "upload_type": "x",
         "music_type": "y", "duration_ms": rng.integers(0, 200_000, n), "is_click": rng.integers(0, 2, n),
         "long_view": rng.integers(0, 2, n), "is_like": rng.integers(0, 2, n)}
    )  # fmt: skip


frame = impressions()


def test_a_day_parts_past_and_later_without_overlap():
    past, later = feed.stand_on(frame, 6)
    assert past["day"].max() == 5 and sorted(later["day"].unique()) == [6, 7, 8]


def test_no_label_of_a_later_row_reaches_a_feature_or_a_score():
    past, later = feed.stand_on(frame, 6)
    changed = later.assign(is_click=1 - later["is_click"], long_view=0, is_like=1)
    pd.testing.assert_frame_equal(feed.feed_features(past, later), feed.feed_features(past, changed))
    np.testing.assert_array_equal(feed.learned_from(past, later), feed.learned_from(past, changed))


def test_one_later_row_has_the_same_features_with_and_without_the_other_later_rows():
    past, later = feed.stand_on(frame, 6)
    pd.testing.assert_frame_equal(feed.feed_features(past, later).iloc[5:6], feed.feed_features(past, later.iloc[5:6]))


def test_features_by_hand():
    past = pd.DataFrame({"user_id": 1, "item_id": [5, 5, 6], "tag": ["a", "a", "b"], "tab": 1, "duration_ms": 1000,
                         "is_click": [1, 0, 1], "long_view": [1, 0, 0], "is_like": [0, 1, 0]})  # fmt: skip
    row = past[:1].assign(duration_ms=20_000)
    made = feed.feed_features(past, row).iloc[0]
    assert made["video clicked"] == pytest.approx(np.log((1 + 20 * 2 / 3) / 22))
    assert made["video shown"] == pytest.approx(np.log(3))
    assert made["user clicks"] == pytest.approx(2 / 3)  # two of three, pulled to two of three
    assert made["user on tag"] == pytest.approx((1 - 2 * 2 / 3) / 5)
    assert made["length"] == pytest.approx(np.log(20_000)) and made["screen 1"] == 1 and made["screen 0"] == 0


def test_unseen_videos_were_never_shown_to_their_user():
    clicks = frame[frame["is_click"] == 1]
    made = feed.with_unseen(clicks, frame)
    unseen = made[made["is_click"] == 0]
    assert len(made) == 2 * len(clicks)
    assert (unseen["user_id"].to_numpy() == clicks["user_id"].to_numpy()).all()
    shown = set(zip(frame["user_id"], frame["item_id"]))
    assert not shown & set(zip(unseen["user_id"], unseen["item_id"]))


def test_a_user_who_has_seen_everything_is_an_error():
    rows = frame.assign(user_id=1)
    with pytest.raises(ValueError, match="nearly all"):
        feed.with_unseen(rows, rows)


def test_auc_within_a_screen_agrees_with_counted_pairs():
    p = np.random.default_rng(1).integers(0, 5, len(frame)) / 4
    wanted = {}
    for (user, _), rows in frame.assign(p=p).groupby(SCREEN):
        yes, no = (rows.loc[rows["is_click"] == label, "p"].to_numpy() for label in (1, 0))
        if len(yes) and len(no):
            right = np.mean([(one > other) + 0.5 * (one == other) for one in yes for other in no])
            wanted.setdefault(user, []).append(right)
    wanted = {user: np.mean(values) for user, values in wanted.items()}
    assert feed.auc_within_screen(p, frame).to_dict() == pytest.approx(wanted)


def test_what_is_the_same_on_a_whole_screen_says_nothing():
    p = frame["user_id"] * 10.0 + frame["tab"]
    assert (feed.auc_within_screen(p, frame) == 0.5).all()
    assert (feed.auc_within_user(frame["user_id"].to_numpy(float), frame) == 0.5).all()


def test_an_infinite_half_life_counts_and_a_short_one_forgets():
    plain = feed.fading_counts(frame, 12, np.inf)
    counted = frame.groupby("item_id")["is_click"].agg(["sum", "size"])
    np.testing.assert_allclose(plain["clicks"], counted["sum"])
    rate = (counted["sum"] + 20 * frame["is_click"].mean()) / (counted["size"] + 20)
    np.testing.assert_allclose(plain["rate"], rate)
    wanted = {item: 0.0 for item in plain.index}
    for row in frame.itertuples():
        wanted[row.item_id] += row.is_click * 0.5 ** ((14 - row.day) / 3)  # the newest are three days old
    assert feed.fading_counts(frame, 14, 3)["clicks"].to_dict() == pytest.approx(wanted)


def test_the_list_of_a_morning_looks_at_nothing_later():
    changed = frame.assign(is_click=frame["is_click"].where(frame["day"] < 6, 1))
    tops = [feed.fading_counts(feed.stand_on(f, 6)[0], 6, 2)["clicks"].nlargest(10).index for f in (frame, changed)]
    assert tops[0].equals(tops[1])
    found, aucs = feed.list_and_rate(frame, 6, 2)
    pd.testing.assert_series_equal(found, feed.found_by(tops[0], feed.stand_on(frame, 6)[1]))
    assert aucs.between(0, 1).all()


@pytest.mark.parametrize("most", [1, 2, 5])
def test_pages_obey_the_rule_and_agree_with_a_slow_twin(most):
    score = np.random.default_rng(2).random(len(frame))
    pages = feed.replayed_pages(frame, score, most)
    for screen, rows in frame.assign(score=score).groupby(SCREEN):
        if len(rows) < 10:
            assert screen not in pages.index
            continue
        page = []
        for _, row in rows.sort_values("score", ascending=False).iterrows():
            if len(page) < 5 and sum(other["tag"] == row["tag"] for other in page) < most:
                page.append(row)
        assert pages.loc[screen, "clicked"] == pytest.approx(sum(row["is_click"] for row in page) / 5)
        assert pages.loc[screen, "n_tags"] == len({row["tag"] for row in page})


def test_all_videos_were_uploaded_before_the_log_begins():
    days = feed.upload_days()
    assert days.sum() == 7583 and days.index.max() < "2022-04-24"
