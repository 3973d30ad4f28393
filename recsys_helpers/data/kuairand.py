"""Load the bundled impressions of KuaiRand: which video was shown to whom, when and where, and what the person did.

What it leaves out: histories before the first day, and the impressions that were shown at random.
"""

import pandas as pd

from recsys_helpers.data import movielens

KUAIRAND = {
    "impressions.csv.gz": "c46b8d98e6ae92ef2c38024e04db5864d7f92f256296497ec26ac3f642775183",
    "users.csv.gz": "54eb8d04ac27483e3607a98de03b275267e5a56b21fa5f96665cdd8bab56042e",
    "videos.csv.gz": "3fb23c1bda3280014b47b564ca500552a9e71243e57ba4df670e2af7ebecb2db",
}
FIRST_DAY = pd.Timestamp("2022-04-25", tz="Asia/Shanghai")


def load_kuairand() -> pd.DataFrame:
    """One row for each impression, in order of time, with the columns of its user and of its video beside it.

    `user_id`, `item_id` (the video), `day` (0 is 25 April 2022; the last hour of the 24th counts to it) and `hour` in
    China's time, `tab` (where in the app); what happened: `is_click`, `long_view`, `is_like`, `is_follow`,
    `is_comment`, `is_forward`, `is_hate` (0 or 1) and `play_time_ms`; `duration_ms` of the video; `tag`, `music_type`
    and `upload_type` of the video as text ("unknown" where missing); columns of the user as data/kuairand-pure says.
    Source: Gao et al., KuaiRand, CIKM 2022; licence CC BY-SA 4.0. Raises as `load_movielens` for a damaged file.
    """
    folder = movielens.BUNDLED / "kuairand-pure"
    for name, sha256 in KUAIRAND.items():
        movielens._verify(folder / name, sha256)
    impressions, users = (pd.read_csv(folder / name) for name in ("impressions.csv.gz", "users.csv.gz"))
    kept = ["video_id", "tag", "music_type", "upload_type"]
    videos = pd.read_csv(folder / "videos.csv.gz", usecols=kept, dtype={"tag": str, "music_type": str})[kept]
    frame = impressions.merge(users, on="user_id", how="left", validate="many_to_one")
    frame = frame.merge(videos.fillna("unknown"), on="video_id", how="left", validate="many_to_one")
    time = pd.to_datetime(frame.pop("time_ms"), unit="ms", utc=True).dt.tz_convert("Asia/Shanghai")
    frame.insert(2, "day", (time - FIRST_DAY).dt.days.clip(lower=0))
    frame.insert(3, "hour", time.dt.hour)
    frame = frame.rename(columns={"video_id": "item_id"})
    n_users, n_items = frame["user_id"].nunique(), frame["item_id"].nunique()
    print(f"KuaiRand (bundled): {len(frame):,} impressions, {n_users:,} users, {n_items:,} videos")
    return frame
