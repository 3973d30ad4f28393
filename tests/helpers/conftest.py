"""What several files of tests measure with: the baselines under the course's protocol, computed once."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from recsys_helpers.data import IdMap, load_movielens, split_last_share, to_matrix
from recsys_helpers.evaluation import evaluate
from recsys_helpers.models import ease, item_knn, popularity


@pytest.fixture(scope="session")
def movielens():
    """The three baselines on MovieLens small under the course's protocol."""
    ratings, _ = load_movielens()
    split = split_last_share(ratings)
    users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
    seen = to_matrix(pd.concat([split.train, split.valid]), users, items)
    relevant = to_matrix(split.test, users, items)
    counts, similar, weights = popularity(seen), item_knn(seen), ease(seen)
    return SimpleNamespace(
        popularity=evaluate(lambda users: np.tile(counts, (len(users), 1)), seen, relevant),
        knn=evaluate(lambda users: seen[users] @ similar, seen, relevant),
        ease=evaluate(lambda users: seen[users] @ weights, seen, relevant),
    )
