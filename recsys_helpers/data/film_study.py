"""What a case study on films asks of one cut: which films are known, cold, new, or the next part of a series.

What it leaves out: scores. Only the year of a request comes from the later part, and it is known when it is answered.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from recsys_helpers.data.film_series import previous_part
from recsys_helpers.data.ids import IdMap
from recsys_helpers.data.matrix import to_matrix
from recsys_helpers.data.sequences import histories
from recsys_helpers.data.splits import order_in_time


@dataclass
class FilmStudy:
    """One cut. Masks have shape (n_users + 1, n_items + 1), row and column 0 are padding."""

    known: sp.csr_array  # interactions to learn from
    later: sp.csr_array  # interactions to find
    histories: list[np.ndarray]  # item indices of each user in known, oldest first
    year: np.ndarray  # (n_items + 1,) of release, 0 where it is missing
    before: np.ndarray  # (n_items + 1,) the film before it in its series, 0 if none
    last_liked: np.ndarray  # (n_users + 1,) last film in known with 4 stars or more, 0 if none
    is_cold: np.ndarray  # (n_items + 1,) nobody has it in known
    seen: np.ndarray  # mask of known
    is_new: np.ndarray  # mask: released in the year of the user's request or in the year before
    is_next_part: np.ndarray  # mask: unseen, and the film before it is seen


def film_study(known: pd.DataFrame, later: pd.DataFrame, movies: pd.DataFrame, users: IdMap, items: IdMap) -> FilmStudy:
    """Prepare one cut of the ratings. The request of a user is made in the year of the first row in `later`.

    >>> ratings = pd.DataFrame({"user_id": 1, "item_id": [5, 6, 7], "rating": 4.0, "timestamp": [0, 1, 3.2e7]})
    >>> movies = pd.DataFrame({"item_id": [5, 6, 7], "title": ["Jaws", "Heat", "Jaws 2"], "year": [1961, 1965, 1971]})
    >>> study = film_study(ratings.head(2), ratings.tail(1), movies, IdMap([1]), IdMap([5, 6, 7]))
    >>> study.is_new[1].tolist(), study.is_next_part[1].tolist(), study.last_liked.tolist()
    ([False, False, False, True], [False, False, False, True], [0, 2])
    """
    matrix, to_find = to_matrix(known, users, items), to_matrix(later, users, items)
    seen = matrix.toarray() > 0
    year = np.zeros(items.n_rows, int)
    dated = movies[movies["item_id"].isin(items.ids)].dropna(subset=["year"])
    year[items.to_idx(dated["item_id"])] = dated["year"].astype(int)
    before = previous_part(movies, items)
    first = later.groupby("user_id")["timestamp"].min()
    request = np.zeros((users.n_rows, 1), int)
    request[users.to_idx(first.index), 0] = pd.to_datetime(first, unit="s").dt.year
    liked = order_in_time(known).query("rating >= 4").groupby("user_id")["item_id"].last()
    last_liked = np.zeros(users.n_rows, np.int64)
    last_liked[users.to_idx(liked.index)] = items.to_idx(liked.to_numpy())
    return FilmStudy(
        known=matrix,
        later=to_find,
        histories=histories(known, users, items),
        year=year,
        before=before,
        last_liked=last_liked,
        is_cold=~seen.any(axis=0) & (np.arange(items.n_rows) > 0),
        seen=seen,
        is_new=(year > 0) & (year >= request - 1) & (year <= request),
        is_next_part=(before > 0) & seen[:, before] & ~seen,
    )
