"""Load interactions as one tidy frame: `user_id`, `item_id`, `rating`, `timestamp` (seconds since 1970).

Bundled data first, then the checked cache of `recsys_helpers.data.download`; the loader says which one is in use.
"""

import hashlib
from pathlib import Path

import pandas as pd

PACKAGE = Path(__file__).resolve().parents[1]
BUNDLED = PACKAGE / "bundled" if (PACKAGE / "bundled").is_dir() else PACKAGE.parent / "data"
MOVIELENS_SMALL = {
    "ratings.csv.gz": "b722091bcee4c02bbb2e4a5af4647fb9ee740a1b7fea5dad3252bc1b7ef7b5a3",
    "movies.csv.gz": "94e495a7cdac252dcc4440cf8b5e1f49fbe6527944f3065d64f478d0a5ece74f",
}


def load_movielens(edition: str = "small") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ratings and films of MovieLens: `small` is bundled, `1m`, `20m`, `25m`, `32m` come from the download cache.

    Returns `ratings` (user_id, item_id, rating, timestamp) and `movies` (item_id, title, year, genres; genres are
    joined by "|"). A title or year that the data set does not know is missing (NaN), not an empty string.
    """
    if edition == "small":
        folder = BUNDLED / "movielens-small"
        for name, sha256 in MOVIELENS_SMALL.items():
            _verify(folder / name, sha256)
        ratings = pd.read_csv(folder / "ratings.csv.gz")
        movies = pd.read_csv(folder / "movies.csv.gz", dtype={"year": "Int64"})
        source = "bundled"
    else:
        from recsys_helpers.data import download  # needs the network stack, which the small set does not

        ratings, movies = download.read_movielens(edition)
        source = "download cache"
    ratings = ratings.rename(columns={"userId": "user_id", "movieId": "item_id"})
    movies = movies.rename(columns={"movieId": "item_id"})
    n_users, n_items = ratings["user_id"].nunique(), ratings["item_id"].nunique()
    print(f"MovieLens {edition} ({source}): {len(ratings):,} ratings, {n_users:,} users, {n_items:,} films")
    return ratings, movies


def _verify(path: Path, sha256: str) -> None:
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing. Restore it: `git checkout -- data`, or clone the course again.")
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise ValueError(f"{path} is not the file this course was written with. Restore it: `git checkout -- data`.")
