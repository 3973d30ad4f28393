"""The world of listeners keeps its rule, or a lesson measures something else than it says."""

import numpy as np
import pytest

from recsys_helpers.data.listening import listening_world, play_counts


@pytest.fixture(scope="module")
def world():
    return listening_world(repeat=0.6, n_listeners=60)


def test_a_repeat_is_a_track_that_the_listener_had_played_before(world):
    for plays, is_repeat in zip(world.plays[:20], world.is_repeat):
        assert is_repeat.tolist() == [track in plays[:at] for at, track in enumerate(plays)]


def test_every_session_stays_in_one_of_three_genres(world):
    genres = (world.plays - 1) // 40
    sessions = genres.reshape(len(genres), -1, 10)
    assert (sessions == sessions[:, :, :1]).all()
    assert max(len(set(row)) for row in genres) <= 3


@pytest.mark.parametrize("repeat", [0.0, 0.3, 0.9])
def test_known_tracks_share_the_stated_probability_in_the_last_play(repeat):
    world = listening_world(repeat=repeat, n_listeners=40)
    for plays, probability in zip(world.plays, world.probability):
        before = np.unique(plays[:-1])
        of_genre = np.flatnonzero(probability)
        assert probability.sum() == pytest.approx(1)
        if len(np.intersect1d(before, of_genre)) < len(of_genre) and probability[before].sum() > 0:
            assert probability[before].sum() == pytest.approx(repeat)


def test_the_last_play_is_drawn_from_its_probabilities():
    world = listening_world(n_listeners=400)
    p = world.probability[np.arange(400), world.plays[:, -1]]
    expected = (world.probability**2).sum(axis=1)  # the mean of p(X) if X is drawn from p
    assert (p > 0).all() and abs(p.mean() - expected.mean()) < 0.05


def test_a_seed_gives_the_same_world_and_impossible_settings_are_refused(world):
    assert (listening_world(repeat=0.6, n_listeners=60).plays == world.plays).all()
    assert not (listening_world(repeat=0.6, n_listeners=60, seed=1).plays == world.plays).all()
    with pytest.raises(ValueError, match="probability"):
        listening_world(repeat=1.5)
    with pytest.raises(ValueError, match="multiple"):
        listening_world(n_tracks=45)


def test_counts_are_those_of_a_loop(world):
    counts = play_counts(world.plays, 401)
    assert counts.shape == (60, 401) and (counts.sum(axis=1) == 100).all()
    assert all(counts[3, track] == list(world.plays[3]).count(track) for track in range(401))
