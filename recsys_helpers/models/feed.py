"""A social feed: negatives that were never shown, features of the past, AUC within one user's screen, replayed pages.

What it leaves out: the rankers, which lesson 28 builds, and positions, which the log of KuaiRand does not hold.
"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder

from recsys_helpers.data import movielens
from recsys_helpers.data.kuairand import KUAIRAND
from recsys_helpers.evaluation.by_user import auc_by_user

VIDEO = ["tag", "upload_type", "music_type", "duration_ms"]
SCREENS = (0, 1, 2, 4, 6)  # the commonest values of `tab`


def stand_on(frame: pd.DataFrame, day: int, days: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The impressions before a day, which may be known on its morning, and those of the `days` from it on.

    >>> past, later = stand_on(pd.DataFrame({"day": [0, 1, 2, 3, 4]}), day=1)
    >>> past["day"].tolist(), later["day"].tolist()
    ([0], [1, 2, 3])
    """
    return frame[frame["day"] < day], frame[frame["day"].between(day, day + days - 1)]


def with_unseen(clicks: pd.DataFrame, frame: pd.DataFrame, seed: int = 42) -> pd.DataFrame:
    """The clicks, and for each of them a video that `frame` never showed to its user, as a row with is_click = 0.

    The videos are drawn uniformly from those of `frame`. Columns: user_id, item_id, is_click and those of `VIDEO`.
    Raises ValueError if a user has seen (nearly) all videos.

    >>> frame = pd.DataFrame({"user_id": [1, 1, 2], "item_id": [5, 6, 7], "is_click": [1, 0, 1]})
    >>> made = with_unseen(frame[:1], frame.assign(**dict.fromkeys(VIDEO, 0)))
    >>> made[["user_id", "item_id", "is_click"]].to_numpy().tolist()
    [[1, 5, 1], [1, 7, 0]]
    """
    rng, about = np.random.default_rng(seed), frame.drop_duplicates("item_id").set_index("item_id")[VIDEO]
    shown = pd.MultiIndex.from_frame(frame[["user_id", "item_id"]])
    user, drawn = clicks["user_id"].to_numpy(), rng.choice(about.index, len(clicks))
    for _ in range(100):
        again = np.flatnonzero(pd.MultiIndex.from_arrays([user, drawn]).isin(shown))
        if not len(again):
            break
        drawn[again] = rng.choice(about.index, len(again))
    else:
        raise ValueError("Some users have seen nearly all videos: no unseen one was found for them.")
    clicks = clicks[["user_id", "item_id"]].join(about, on="item_id").assign(is_click=1)
    unseen = pd.DataFrame({"user_id": user, "item_id": drawn}).join(about, on="item_id").assign(is_click=0)
    return pd.concat([clicks, unseen], ignore_index=True)


def learned_from(learn: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """Scores of `rows`, shape (n_rows,), by a logistic regression that knows only the video; C = 0.3, from four trials.

    One-hot columns for `item_id`, tag, upload type, type of music and the length in eight ranges. Videos that `learn`
    does not hold get weights for the other fields alone.
    """
    fields = [_video_fields(part) for part in (learn, rows)]
    encoder = OneHotEncoder(handle_unknown="ignore").fit(fields[0])
    model = LogisticRegression(C=0.3, max_iter=300).fit(encoder.transform(fields[0]), learn["is_click"])
    return model.decision_function(encoder.transform(fields[1]))


def _video_fields(rows: pd.DataFrame) -> pd.DataFrame:
    length = np.digitize(rows["duration_ms"] / 1000, [10, 20, 40, 60, 90, 120, 180])
    return rows[["item_id", *VIDEO]].assign(duration_ms=length)


def auc_within_user(p: np.ndarray, rows: pd.DataFrame) -> pd.Series:
    """Per-user AUC of clicks (lesson 14): one value for each `user_id` whose rows hold both labels.

    >>> rows = pd.DataFrame({"user_id": [7, 7], "is_click": [0, 1]})
    >>> auc_within_user(np.array([0.1, 0.2]), rows).to_dict()
    {7: 1.0}
    """
    return auc_by_user(p, rows["is_click"], rows["user_id"])


def auc_within_screen(p: np.ndarray, rows: pd.DataFrame) -> pd.Series:
    """AUC of clicks within each user's screen (`user_id`, `tab`) that holds both labels, averaged by user.

    `p` has shape (n,), one score for each row. Built in lesson 28.

    >>> rows = pd.DataFrame({"user_id": 7, "tab": [0, 0, 1, 1], "is_click": [0, 1, 1, 0]})
    >>> auc_within_screen(np.array([0.1, 0.2, 0.8, 0.9]), rows).to_dict()
    {7: 0.5}
    """
    screen = rows.groupby(["user_id", "tab"]).ngroup().to_numpy()
    of_screen = auc_by_user(p, rows["is_click"], screen)
    user = pd.Series(rows["user_id"].to_numpy(), screen).groupby(level=0).first()
    return of_screen.groupby(user.reindex(of_screen.index).rename("user")).mean()


def past_counts(past: pd.DataFrame, rows: pd.DataFrame, by: list[str], label: str) -> tuple[np.ndarray, np.ndarray]:
    """How many past rows have the same values of `by` as each row, and the sum of their `label`; both (n_rows,).

    >>> past = pd.DataFrame({"item_id": [1, 1], "is_click": [1, 0]})
    >>> [n.tolist() for n in past_counts(past, pd.DataFrame({"item_id": [1, 2]}), ["item_id"], "is_click")]
    [[2.0, 0.0], [1.0, 0.0]]
    """
    of_group = past.groupby(by)[label].agg(n="size", total="sum").reset_index()
    found = rows[by].merge(of_group, on=by, how="left").fillna({"n": 0, "total": 0})
    return found["n"].to_numpy(float), found["total"].to_numpy(float)


def past_rate(past: pd.DataFrame, rows: pd.DataFrame, by: str, label: str, strength: float) -> np.ndarray:
    """Rate of `label` among the past rows with the same `by`, pulled to the overall rate; shape (n_rows,).

    (sum + strength · overall) / (n + strength), as in lesson 14. Only `past` is read for it.

    >>> past = pd.DataFrame({"item_id": [1, 1], "is_click": [1, 1]})
    >>> past_rate(past, pd.DataFrame({"item_id": [1, 2]}), "item_id", "is_click", 2).tolist()
    [1.0, 1.0]
    """
    n, total = past_counts(past, rows, [by], label)
    return (total + strength * past[label].mean()) / (n + strength)


def feed_features(past: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """What a ranker may know about each of the later `rows`, from the `past` alone; one column for each feature.

    Click, long-view and like rate of the video (logs), how often it was shown, click rate of its tag and of the user,
    how much more than usual the user clicks the tag, the length, and the screen. `rows` need no labels.
    """
    of_user = past_rate(past, rows, "user_id", "is_click", 5)
    n_tag, clicks_on_tag = past_counts(past, rows, ["user_id", "tag"], "is_click")
    columns = {
        "video clicked": np.log(past_rate(past, rows, "item_id", "is_click", 20)),
        "video long": np.log(past_rate(past, rows, "item_id", "long_view", 20)),
        "video liked": np.log(past_rate(past, rows, "item_id", "is_like", 100)),
        "video shown": np.log1p(past_counts(past, rows, ["item_id"], "is_click")[0]),
        "tag clicked": past_rate(past, rows, "tag", "is_click", 20),
        "user clicks": of_user,
        "user shown": np.log1p(past_counts(past, rows, ["user_id"], "is_click")[0]),
        "user on tag": (clicks_on_tag - n_tag * of_user) / (n_tag + 3),
        "length": np.log(rows["duration_ms"].clip(lower=1000).to_numpy()),
        **{f"screen {tab}": (rows["tab"] == tab).to_numpy(float) for tab in SCREENS},
    }
    return pd.DataFrame(columns, rows.index)


def fading_counts(past: pd.DataFrame, day: int, half_life: float) -> pd.DataFrame:
    """Clicks and click rate of each past video on the morning of `day`, where old impressions count less; by item_id.

    An impression that is `age` days old weighs 0.5 ** (age / half_life); an infinite half-life forgets nothing. The
    rate is pulled to the overall one as if 20 more impressions had it.

    >>> past = pd.DataFrame({"item_id": [1, 1, 1], "day": [0, 2, 2], "is_click": [1, 0, 1]})
    >>> fading_counts(past, day=4, half_life=2)["clicks"].to_dict()
    {1: 0.75}
    """
    weight = 0.5 ** ((day - past["day"]) / half_life)
    n, clicks = (part.groupby(past["item_id"]).sum() for part in (weight, weight * past["is_click"]))
    return pd.DataFrame({"clicks": clicks, "rate": (clicks + 20 * past["is_click"].mean()) / (n + 20)})


def found_by(top: pd.Index, rows: pd.DataFrame) -> pd.Series:
    """Share of each user's clicks that went to the videos of `top`, for users with a click; by user.

    >>> rows = pd.DataFrame({"user_id": [7, 7, 7], "item_id": [1, 2, 3], "is_click": [1, 1, 0]})
    >>> found_by(pd.Index([1, 3]), rows).to_dict()
    {7: 0.5}
    """
    clicks = rows[rows["is_click"] == 1]
    return clicks["item_id"].isin(top).groupby(clicks["user_id"]).mean()


def list_and_rate(
    frame: pd.DataFrame, day: int, half_life: float, days: int = 3, k: int = 10
) -> tuple[pd.Series, pd.Series]:
    """Two uses of `fading_counts` on a morning, judged on the `days` from it on, by user.

    Share of clicks that the k most clicked videos find, and per-user AUC of the click rate.
    """
    past, rows = stand_on(frame, day, days)
    counts = fading_counts(past, day, half_life)
    p = rows["item_id"].map(counts["rate"]).fillna(past["is_click"].mean())
    return found_by(counts["clicks"].nlargest(k).index, rows), auc_within_user(p, rows)


def replayed_pages(rows: pd.DataFrame, score: np.ndarray, most: int, k: int = 5, least: int = 10) -> pd.DataFrame:
    """The best k of what each user's screen showed, with at most `most` videos of a tag: share `clicked`, `n_tags`.

    One row for each `user_id` and `tab` with at least `least` impressions. A page that the rule leaves short counts
    its empty positions as not clicked.

    >>> rows = pd.DataFrame({"user_id": 1, "tab": 0, "item_id": [1, 2, 3], "tag": list("aab"), "is_click": [1, 1, 0]})
    >>> replayed_pages(rows, np.array([3, 2, 1]), most=1, k=2, least=3).to_numpy().tolist()
    [[0.5, 2.0]]
    """
    screen = ["user_id", "tab"]
    rows = rows.assign(score=score)[(rows.groupby(screen)["item_id"].transform("size") >= least).to_numpy()]
    rows = rows.sort_values("score", ascending=False, kind="stable")
    allowed = rows[rows.groupby([*screen, "tag"]).cumcount() < most]
    page = allowed.groupby(screen).head(k).groupby(screen)
    return pd.DataFrame({"clicked": page["is_click"].sum() / k, "n_tags": page["tag"].nunique()})


def upload_days() -> pd.Series:
    """How many videos of KuaiRand were uploaded on each day, in order of time; data/kuairand-pure says more."""
    path = movielens.BUNDLED / "kuairand-pure" / "videos.csv.gz"
    movielens._verify(path, KUAIRAND[path.name])
    return pd.read_csv(path, usecols=["upload_dt"])["upload_dt"].value_counts().sort_index()
