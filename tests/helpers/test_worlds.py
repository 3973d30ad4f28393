"""The toy worlds are what they say, else the tests that lean on them prove nothing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_helpers.data import checkerboard, known_world
from recsys_helpers.evaluation import rmse

steady = settings(derandomize=True, deadline=None, max_examples=50)


@steady
@given(st.integers(4, 12), st.integers(6, 20), st.integers(0, 1000))
def test_on_a_checkerboard_each_user_has_exactly_the_items_of_the_own_colour(n_users, n_items, seed):
    interactions, hidden = checkerboard(n_users, n_items, seed)
    for user in range(1, n_users + 1):
        seen, rest = (list(part.loc[part["user_id"] == user, "item_id"]) for part in (interactions, hidden))
        likes = [item for item in range(1, n_items + 1) if item % 2 == user % 2]
        assert sorted(seen + rest) == likes
        assert len(seen) == len(likes) * 2 // 3 and len(rest) > 0


def test_on_a_checkerboard_the_hidden_likes_are_the_later_ones_and_no_two_share_a_second():
    interactions, hidden = checkerboard()
    assert pd.concat([interactions, hidden])["timestamp"].is_unique
    assert (interactions.groupby("user_id")["timestamp"].max() < hidden.groupby("user_id")["timestamp"].min()).all()


def test_a_seed_gives_the_same_world_twice_and_another_seed_gives_another():
    assert checkerboard(seed=1)[0].equals(checkerboard(seed=1)[0])
    assert not checkerboard(seed=1)[0].equals(checkerboard(seed=2)[0])
    assert known_world(seed=1).ratings.equals(known_world(seed=1).ratings)
    assert not known_world(seed=1).ratings.equals(known_world(seed=2).ratings)


def test_a_checkerboard_that_is_too_small_and_an_impossible_density_are_refused():
    for size in ((3, 6), (4, 5)):
        with pytest.raises(ValueError, match="at least 4 users and 6 items"):
            checkerboard(*size)
    for density in (0, -0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match="0 < density ≤ 1"):
            known_world(density=density)


def test_the_expectation_of_the_known_world_is_the_stated_rule():
    world = known_world(n_users=5, n_items=4, dim=3)
    for user in range(5):
        for item in range(4):
            taste = sum(world.user_taste[user, d] * world.item_taste[item, d] for d in range(3))
            assert world.expected[user, item] == pytest.approx(3 + world.item_bias[item] + taste, abs=1e-12)


def test_whoever_knows_the_rule_errs_by_the_noise_and_nobody_else_comes_near():
    world = known_world(n_users=1000, n_items=300, noise=0.5)
    rating = world.ratings["rating"].to_numpy()
    known = world.expected[world.ratings["user_id"] - 1, world.ratings["item_id"] - 1]
    inside = (known > 1.5) & (known < 4)  # two standard deviations from the ends: hardly any rating is clipped
    assert inside.sum() > 10_000
    assert rmse(known[inside], rating[inside]) == pytest.approx(0.5, abs=0.01)  # sd of it at this size: 0.0035 at most
    assert rmse(np.full(len(rating), rating.mean()), rating) > 0.8


def test_without_noise_the_ratings_are_the_clipped_expectation():
    world = known_world(noise=0)
    known = world.expected[world.ratings["user_id"] - 1, world.ratings["item_id"] - 1]
    np.testing.assert_allclose(world.ratings["rating"], np.clip(known, 0.5, 5), rtol=0, atol=1e-12)


def test_the_known_world_has_pairs_once_ids_from_1_and_at_most_the_asked_density():
    ratings = known_world(n_users=300, n_items=100, density=0.2).ratings
    assert not ratings.duplicated(["user_id", "item_id"]).any()
    assert ratings["user_id"].between(1, 300).all() and ratings["item_id"].between(1, 100).all()
    assert len(ratings) / 30_000 == pytest.approx(0.18, abs=0.01)  # the docstring's figure


def test_the_known_world_has_a_long_tail():
    counts = known_world().ratings["item_id"].value_counts()
    assert counts.head(20).sum() > 2 * counts.tail(50).sum()
