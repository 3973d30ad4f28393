"""A synthetic shop for games in which the liking behind every hour is known.

What it leaves out: hours that grow long after the first weeks, friends who play together, sales, reviews, new releases.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

GENRES = (
    "action", "adventure", "casual", "puzzle", "racing", "role-playing", "shooter", "simulation", "sports", "strategy"
)  # fmt: skip
SOURCES = ("bought", "bundle", "free weekend")
START = np.array([1.2, -1.0, -0.8])  # logit of starting a game of average liking, by source
DELAY = np.array([5.0, 40.0, 20.0])  # mean days from getting a game to starting it, by source
LIKING_TO_HOURS = 0.6  # one unit of liking multiplies the hours by e^0.6 = 1.8
QUALITY = 0.5  # what everybody likes about a game, beside a taste of standard deviation 0.9
N_DAYS = 730
N_BUNDLES, N_WEEKENDS = 40, 24


@dataclass(frozen=True)
class GamesWorld:
    """What a shop can see, `owned` and `games`, and what only a simulation knows, `liking`."""

    owned: (
        pd.DataFrame
    )  # player, game, source, bought_at, started_at (days; −1: never started), hours (0: never started)
    games: pd.DataFrame  # index: game, from 1; genre, second_genre, is_endless, price, typical_hours
    liking: np.ndarray  # (n_players + 1, n_games + 1) row and column 0 are padding: minus infinity


def games_world(
    n_players: int = 4000, n_games: int = 1500, noise: float = 1.3, habit: float = 0.6, seed: int = 42
) -> GamesWorld:
    """Draw games, players, purchases and hours from stated rules.

    Liking = taste for the two genres of a game (0.8 and 0.4 of a normal draw per player and genre) + 0.5 · quality of
    the game + 0.3 · a part that nothing explains. **Bought**: about 5 games a player (log-normal, at most 150), drawn
    by liking and by fame, which goes partly with quality. **Bundles** of 8 games, one of them famous, are sold for two
    weeks; on **free weekends** a famous game may be claimed and kept: both without regard to liking.
    P(started) = sigmoid(a number for the source + 0.9 · liking). Hours of what was started are log-normal:
    log(hours) = log(typical hours of the game) + 0.6 · liking + `habit` · player + `noise` · N(0, 1), in tenths of an
    hour, at least 0.1. Typical hours have median 1.8, and 7.4 times as much if the game is endless (12 %).
    All numbers are chosen; the share that was never started and the spread of the hours are near those published for
    Steam (see lesson 31). Raises ValueError for impossible sizes.

    >>> world = games_world(n_players=50, n_games=200)
    >>> world.liking.shape, bool(((world.owned["hours"] > 0) == (world.owned["started_at"] >= 0)).all())
    ((51, 201), True)
    """
    if n_players < 1 or n_games < 50 or noise < 0 or habit < 0:
        raise ValueError("A world needs a player, 50 games, and noise and habit of at least 0.")
    rng = np.random.default_rng(seed)
    games, mix, quality, fame = _games(n_games, rng)
    taste = rng.normal(size=(n_players, len(GENRES)))
    liking = taste @ mix.T + QUALITY * quality + 0.3 * rng.normal(size=(n_players, n_games))
    source, bought_at = _ownership(liking, fame, rng)
    player, game = np.nonzero(source >= 0)
    how, liked = source[player, game], liking[player, game]
    day = bought_at[player, game]
    started_at = day + np.floor(rng.exponential(DELAY[how])).astype(int)
    is_started = (rng.random(len(how)) < 1 / (1 + np.exp(-START[how] - 0.9 * liked))) & (started_at < N_DAYS)
    log_hours = np.log(games["typical_hours"].to_numpy())[game] + LIKING_TO_HOURS * liked
    log_hours += habit * rng.normal(size=n_players)[player] + noise * rng.normal(size=len(how))
    owned = pd.DataFrame(
        {
            "player": player + 1,
            "game": game + 1,
            "source": np.array(SOURCES)[how],
            "bought_at": day,
            "started_at": np.where(is_started, started_at, -1),
            "hours": np.where(is_started, np.maximum(np.exp(log_hours).round(1), 0.1), 0),
        }
    )
    padded = np.full((n_players + 1, n_games + 1), -np.inf, dtype=np.float32)
    padded[1:, 1:] = liking
    return GamesWorld(owned, games, padded)


def _games(n_games: int, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray]:
    """The catalogue, the weights of its genres (n_games, n_genres), and quality and fame (n_games,)."""
    first = rng.integers(0, len(GENRES), n_games)
    second = (first + rng.integers(1, len(GENRES), n_games)) % len(GENRES)
    mix = np.zeros((n_games, len(GENRES)))
    mix[np.arange(n_games), first], mix[np.arange(n_games), second] = 0.8, 0.4
    is_endless, quality = rng.random(n_games) < 0.12, rng.normal(size=n_games)
    fame = 1.4 * rng.normal(size=n_games) + 0.5 * quality + 0.6 * is_endless
    typical = np.exp(np.log(1.8) + 1.1 * rng.normal(size=n_games) + 2 * is_endless)
    frame = pd.DataFrame(
        {
            "genre": np.array(GENRES)[first],
            "second_genre": np.array(GENRES)[second],
            "is_endless": is_endless,
            "price": np.array([0, 5, 10, 20, 40, 60])[rng.choice(6, n_games, p=[0.1, 0.25, 0.25, 0.2, 0.12, 0.08])],
            "typical_hours": typical,
        },
        index=pd.RangeIndex(1, n_games + 1, name="game"),
    )
    return frame, mix, quality, fame


def _ownership(liking: np.ndarray, fame: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Number of the source (−1: not owned) and day of the purchase of each pair; both (n_players, n_games)."""
    n_players, n_games = liking.shape
    joined = rng.integers(0, N_DAYS - 60, n_players)
    n_bought = np.clip(np.exp(np.log(5) + 0.9 * rng.normal(size=n_players)).round(), 1, min(150, n_games)).astype(int)
    key = fame + liking + rng.gumbel(size=liking.shape)  # the n largest are n draws without replacement
    cut = [np.partition(row, len(row) - n)[len(row) - n] for row, n in zip(key, n_bought)]
    is_bought = key >= np.array(cut)[:, None]
    source = np.where(is_bought, 0, -1)
    day = np.where(is_bought, joined[:, None] + ((N_DAYS - joined)[:, None] * rng.random(key.shape)).astype(int), -1)
    eager, famous = np.sqrt(n_bought / n_bought.mean()), np.exp(fame) / np.exp(fame).sum()
    offers = [(1, day, 14, 0.028) for day in rng.integers(0, N_DAYS - 14, N_BUNDLES)]
    offers += [(2, day, 2, 0.07) for day in rng.integers(0, N_DAYS - 2, N_WEEKENDS)]
    for how, first_day, length, share in offers:
        inside = rng.choice(n_games, 1, p=famous)
        inside = np.union1d(inside, rng.choice(n_games, 7, replace=False)) if how == 1 else inside
        takers = np.flatnonzero((rng.random(n_players) < share * eager) & (joined < first_day))
        when = first_day + rng.integers(0, length, len(takers))
        for game in inside:
            new = (source[takers, game] == -1) | (day[takers, game] > when)  # whoever has it now buys it no more
            source[takers[new], game], day[takers[new], game] = how, when[new]
    return source, day


def known_on(owned: pd.DataFrame, day: int) -> pd.DataFrame:
    """What a shop knows on the morning of a day: games got before it, with the hours of games started before it.

    >>> bool(known_on(games_world(n_players=50, n_games=200).owned, day=300)["bought_at"].max() < 300)
    True
    """
    known = owned[owned["bought_at"] < day]
    return known.assign(hours=known["hours"].where(known["started_at"] < day, 0.0))


@dataclass(frozen=True)
class GamesView:
    """The world on one day: what is known, and two judges of a list that is made from it.

    Matrices are sparse 0/1 of shape (n_players + 1, n_games + 1). Players who own nothing yet have empty rows.
    """

    known: pd.DataFrame  # as `known_on` gives it
    later: pd.DataFrame  # rows of `owned` that players known on this day get before the end
    seen: sp.csr_array  # owned games
    played: sp.csr_array  # a judge that a shop has: games got and started between the day and the end
    liked: sp.csr_array  # a judge that only a simulation has: the `n_liked` best-liked of all games not owned yet

    def matrix(self, values: np.ndarray) -> sp.csr_array:
        """One value for each row of `known`, shape (n_known,), as a matrix; a missing pair is 0."""
        rows = self.known
        return sp.csr_array((np.asarray(values, float), (rows["player"], rows["game"])), shape=self.seen.shape)


def view_on(world: GamesWorld, day: int, end: int, n_liked: int = 30) -> GamesView:
    """The world as it stands on the morning of `day`, judged by what happens before `end`.

    Raises ValueError if the days are not in order, or if nobody owns a game.

    >>> view = view_on(games_world(n_players=50, n_games=200), day=500, end=600, n_liked=5)
    >>> view.seen.shape, int(view.liked.sum(axis=1).max())
    ((51, 201), 5)
    """
    if not 0 < day < end <= N_DAYS:
        raise ValueError(f"0 < day < end ≤ {N_DAYS} must hold, not {day} and {end}.")
    known, owned, shape = known_on(world.owned, day), world.owned, world.liking.shape
    if known.empty:
        raise ValueError(f"Nobody owns a game before day {day}.")
    later = owned[owned["bought_at"].between(day, end - 1) & owned["player"].isin(known["player"])]
    started = later[later["started_at"].between(day, end - 1)]
    seen, played = (
        sp.csr_array((np.ones(len(rows)), (rows["player"], rows["game"])), shape=shape) for rows in (known, started)
    )
    players = np.unique(known["player"])
    liking = world.liking[players]
    liking[seen[players].nonzero()] = -np.inf
    best = np.argpartition(-liking, n_liked, axis=1)[:, :n_liked]
    pairs = (np.repeat(players, n_liked), best.ravel())
    return GamesView(known, later, seen, played, sp.csr_array((np.ones(best.size), pairs), shape=shape))
