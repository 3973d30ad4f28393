"""A synthetic world of music listeners in which the probability of every next play is known.

What it leaves out: skips, time of day, new releases, and listeners who influence each other.
"""

from dataclasses import dataclass

import numpy as np

N_GENRES = 10


@dataclass
class ListeningWorld:
    """Plays drawn from a stated rule, and the rule's own probabilities for the last play of each listener."""

    plays: np.ndarray  # (n_listeners, n_plays) track numbers from 1, oldest first
    is_repeat: np.ndarray  # (n_listeners, n_plays) True if the listener had played this track before
    probability: np.ndarray  # (n_listeners, n_tracks + 1) of the last play; column 0 is no track


def listening_world(
    repeat: float = 0.6,
    n_listeners: int = 600,
    n_tracks: int = 400,
    n_sessions: int = 10,
    n_plays: int = 10,
    seed: int = 42,
) -> ListeningWorld:
    """Synthetic listening histories: sessions of one genre, with a known probability of repeating an old track.

    Each listener likes three of ten genres, and each session has one of them. A play repeats a track of this genre that
    the listener has played before with probability `repeat`, in proportion to how often; otherwise it is a new track:
    half the time the one that follows the last play on its album (the next number), else one by popularity. Where there
    is nothing to repeat, the play is new, and where nothing is new, it is a repeat. `n_plays` is per session.

    >>> world = listening_world(n_listeners=5, n_sessions=2)
    >>> world.plays.shape, bool(np.allclose(world.probability.sum(axis=1), 1))
    ((5, 20), True)
    """
    if not 0 <= repeat <= 1:
        raise ValueError(f"repeat is a probability between 0 and 1, not {repeat}.")
    if n_tracks % N_GENRES or n_tracks < 3 * N_GENRES:
        raise ValueError(f"n_tracks must be a multiple of {N_GENRES}, at least {3 * N_GENRES}, not {n_tracks}.")
    rng = np.random.default_rng(seed)
    size = n_tracks // N_GENRES  # tracks of a genre
    appeal = 1 / np.arange(1, size + 1) ** 0.8
    plays, is_repeat, probability = [], [], np.zeros((n_listeners, n_tracks + 1))
    for listener in range(n_listeners):
        liked = rng.choice(N_GENRES, 3, replace=False)
        counts = np.zeros((N_GENRES, size))
        for _ in range(n_sessions):
            genre, last = rng.choice(liked), None
            for _ in range(n_plays):
                p = _next_play(counts[genre], last, appeal, repeat)
                last = rng.choice(size, p=p)
                is_repeat.append(counts[genre, last] > 0)
                counts[genre, last] += 1
                plays.append(1 + genre * size + last)
        probability[listener, 1 + genre * size : 1 + (genre + 1) * size] = p
    shape = (n_listeners, n_sessions * n_plays)
    return ListeningWorld(np.reshape(plays, shape), np.reshape(is_repeat, shape), probability)


def _next_play(counts: np.ndarray, last: int | None, appeal: np.ndarray, repeat: float) -> np.ndarray:
    """Probabilities of the tracks of one genre, given how often each was played and which one was played last."""
    is_new = counts == 0
    if not is_new.any():
        return counts / counts.sum()
    new = appeal * is_new / (appeal * is_new).sum()
    if last is not None and last + 1 < len(counts) and is_new[last + 1]:
        new = new / 2
        new[last + 1] += 0.5
    return new if is_new.all() else repeat * counts / counts.sum() + (1 - repeat) * new


def play_counts(plays: np.ndarray, n_columns: int) -> np.ndarray:
    """How often each listener played each track, shape (n_listeners, n_columns).

    >>> play_counts(np.array([[1, 1, 2]]), n_columns=3).tolist()
    [[0, 2, 1]]
    """
    return np.array([np.bincount(row, minlength=n_columns) for row in plays])
