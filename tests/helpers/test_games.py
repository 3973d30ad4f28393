"""The synthetic shop keeps its rules, a view knows nothing of the future, and a bad file of games is refused."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

from recsys_helpers.data.checks import DataProblems
from recsys_helpers.data.games_file import load_games
from recsys_helpers.evaluation import paired_bootstrap
from recsys_helpers.evaluation.compare import gains_by_group, table_of_gaps
from recsys_helpers.evaluation.normality import distance_to_normal
from recsys_helpers.models.games import hurdle_errors, hurdle_rows, linear_hurdle, player_game_features, relative_hours
from recsys_helpers.simulation import games
from recsys_helpers.simulation.games import games_world, known_on, view_on


@pytest.fixture(scope="module")
def world():
    return games_world(n_players=1500, n_games=600)


def test_the_shop_of_the_lesson_looks_like_the_published_ones():
    """Ars Technica 2014: 37 % never started; steam-200k: median 4.5 hours, mean 48.9, third quartile 19.1."""
    owned = games_world().owned
    hours = owned.loc[owned["hours"] > 0, "hours"]
    assert (owned["hours"] == 0).mean() == pytest.approx(0.37, abs=0.03)
    assert hours.median() == pytest.approx(4.5, abs=1) and hours.quantile(0.75) == pytest.approx(19, abs=4)
    assert 30 < hours.mean() < 60
    n_owned = owned.groupby("player").size()
    assert n_owned.median() == pytest.approx(9, abs=1.5) and (n_owned > 100).mean() < 0.01
    assert owned.groupby("source")["hours"].apply(lambda h: (h == 0).mean()).loc["bundle"] > 0.6


def test_every_pair_is_owned_once_and_the_columns_fit_together(world):
    owned = world.owned
    assert not owned.duplicated(["player", "game"]).any()
    assert owned["player"].between(1, 1500).all() and owned["game"].between(1, 600).all()
    assert owned["bought_at"].between(0, games.N_DAYS - 1).all() and owned["started_at"].max() < games.N_DAYS
    is_started = owned["started_at"] >= 0
    assert ((owned["hours"] > 0) == is_started).all()
    assert (owned["started_at"] >= owned["bought_at"])[is_started].all()
    assert np.isneginf(world.liking[0]).all() and np.isneginf(world.liking[:, 0]).all()


def test_hours_are_log_normal_around_the_scale_of_the_game(world):
    started = world.owned[world.owned["hours"] > 1]  # rounding to tenths of an hour does not matter here
    world_scale = np.log(world.games["typical_hours"].loc[started["game"]].to_numpy())
    liking = world.liking[started["player"], started["game"]]
    one_game = np.log(started["hours"].to_numpy()) - world_scale - games.LIKING_TO_HOURS * liking
    whole = world.owned[world.owned["hours"] > 0]
    rest = np.log(whole["hours"].to_numpy()) - np.log(world.games["typical_hours"].loc[whole["game"]].to_numpy())
    rest = rest - games.LIKING_TO_HOURS * world.liking[whole["player"], whole["game"]]
    assert kstest(rest / rest.std(), "norm").statistic < 0.05
    assert rest.std() == pytest.approx(np.hypot(1.3, 0.6), rel=0.05) and one_game.std() > 1


def test_without_noise_the_hours_tell_the_liking():
    world = games_world(n_players=400, n_games=300, noise=0, habit=0)
    rows = world.owned[world.owned["hours"] > 20]
    scale = np.log(world.games["typical_hours"].loc[rows["game"]].to_numpy())
    recovered = (np.log(rows["hours"]) - scale) / games.LIKING_TO_HOURS
    assert len(rows) > 100
    assert np.abs(recovered - world.liking[rows["player"], rows["game"]]).max() < 0.01


def test_liked_games_are_bought_and_started_more_often_and_bundles_do_not_look_at_liking(world):
    liking = pd.Series(world.liking[world.owned["player"], world.owned["game"]])
    by_source = liking.groupby(world.owned["source"].to_numpy()).mean()
    everything = world.liking[1:, 1:].mean()
    assert by_source["bought"] > everything + 0.5 and abs(by_source["bundle"] - everything) < 0.2
    for source in games.SOURCES:
        rows = (world.owned["source"] == source).to_numpy()
        is_started = (world.owned["hours"] > 0).to_numpy()
        assert liking[rows & is_started].mean() > liking[rows & ~is_started].mean() + 0.2


def test_a_seed_gives_the_same_world_and_impossible_sizes_are_refused(world):
    pd.testing.assert_frame_equal(games_world(n_players=1500, n_games=600).owned, world.owned)
    assert not games_world(n_players=1500, n_games=600, seed=1).owned.equals(world.owned)
    for wrong in ({"n_players": 0}, {"n_games": 10}, {"noise": -1}, {"habit": -1}):
        with pytest.raises(ValueError, match="needs"):
            games_world(**wrong)


def test_a_view_knows_nothing_of_the_future(world):
    view = view_on(world, 400, 500, n_liked=10)
    later_hours = world.owned.loc[world.owned["started_at"] >= 400, "hours"]
    changed = world.owned.assign(hours=world.owned["hours"].where(world.owned["started_at"] < 400, 9999.0))
    pd.testing.assert_frame_equal(known_on(changed, 400), view.known)
    assert len(later_hours) and view.known["bought_at"].max() < 400
    assert (view.known["hours"] > 0).sum() == ((world.owned["started_at"] < 400) & (world.owned["hours"] > 0)).sum()


def test_the_judges_hold_what_they_say(world):
    view = view_on(world, 400, 500, n_liked=10)
    seen, played, liked = (matrix.toarray() for matrix in (view.seen, view.played, view.liked))
    assert not (seen * played).any() and not (seen * liked).any()
    known_players, owned = set(view.known["player"]), world.owned
    late = owned["bought_at"].between(400, 499) & (owned["started_at"] >= 500) & owned["player"].isin(known_players)
    assert late.sum() > 10 and not played[owned.loc[late, "player"], owned.loc[late, "game"]].any()
    for player in (3, 70, 700):
        rows = world.owned[world.owned["player"] == player]
        games_started = rows.loc[rows["bought_at"].between(400, 499) & rows["started_at"].between(400, 499), "game"]
        assert set(np.flatnonzero(played[player])) == (set(games_started) if player in known_players else set())
        if player in known_players:
            free = np.flatnonzero(seen[player, 1:] == 0) + 1
            best = free[np.argsort(-world.liking[player, free])[:10]]
            assert set(np.flatnonzero(liked[player])) == set(best)
    with pytest.raises(ValueError, match="must hold"):
        view_on(world, 500, 400)


def test_relative_hours_are_those_of_a_loop():
    rng = np.random.default_rng(0)
    hours, game = np.round(rng.exponential(9, 40)) * (rng.random(40) < 0.6), rng.integers(0, 6, 40)
    hours[game == 5] = 0
    for row, found in enumerate(relative_hours(hours, game)):
        begun = hours[(game == game[row]) & (hours > 0)]
        assert found == pytest.approx(hours[row] / (hours[row] + np.median(begun)) if hours[row] else 0)


def test_features_of_a_pair_are_computed_from_what_was_known(world):
    view = view_on(world, 400, 500)
    found = player_game_features(view.known, view.later, world.games)
    assert len(found) == len(view.later) and np.isfinite(found.to_numpy()).all()
    row = 17
    pair, past = view.later.iloc[row], view.known
    own = past[past["player"] == pair["player"]]
    share = (past["hours"] > 0).mean()
    expected = ((own["hours"] > 0).sum() + 3 * share) / (len(own) + 3)
    assert found["player started"].iloc[row] == pytest.approx(expected)
    same = own[own["game"].map(world.games["genre"]) == world.games.loc[pair["game"], "genre"]]
    expected = ((same["hours"] > 0).sum() + 3 * share) / (len(same) + 3)
    assert found["genre started"].iloc[row] == pytest.approx(expected)
    shuffled = view.later.sample(frac=1, random_state=0)
    again = player_game_features(view.known, shuffled, world.games)
    assert np.allclose(again.to_numpy()[np.argsort(shuffled.index.argsort())].sum(), found.to_numpy().sum())


def test_a_hurdle_has_two_errors_for_each_player_and_the_linear_models_beat_the_means(world):
    rows = {}
    for day in (400, 500):
        view = view_on(world, day, day + 100)
        rows[day] = hurdle_rows(view.known, view.later, world.games, day + 100)
    test = rows[500]
    assert (test.target[test.started == 0] == 0).all()
    errors = hurdle_errors(test, *linear_hurdle(rows[400], test.x, 0.1)).mean()
    means = hurdle_errors(test, np.full(len(test.x), test.started.mean()), np.full(len(test.x), 0.0)).mean()
    assert errors["whether"] < means["whether"] - 0.05 and errors["how much"] < means["how much"]


def test_the_distance_to_normal_is_small_for_normal_values_and_large_for_their_exponential():
    values = np.random.default_rng(1).normal(size=2000)
    distance, low, high = distance_to_normal(values, n_draws=50)
    assert distance == pytest.approx(kstest((values - values.mean()) / values.std(), "norm").statistic)
    assert distance < 0.03 and low < high
    assert distance_to_normal(np.exp(values), n_draws=10)[0] > 0.2
    with pytest.raises(ValueError, match="differ"):
        distance_to_normal(np.ones(5))


def test_a_good_file_of_games_is_read(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(
        "player,game,hours,bought_at\nann,chess,12.5,1500000000\nann,go,0,1500000000\nbob,go,3,1600000000\n"
    )
    frame = load_games(path)
    assert list(frame) == ["player", "game", "hours", "bought_at"] and frame["hours"].tolist() == [12.5, 0, 3]
    path.write_text("player;game;playtime;when\nann;chess;12.5;1500000000\nbob;go;3;1600000000\n")
    assert load_games(path, sep=";", columns={"hours": "playtime", "bought_at": "when"})["hours"].tolist() == [12.5, 3]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("ann,chess,-1,1500000000\nbob,go,3,1500000000", r"hours lie outside 0 … 175200.*line 2"),
        ("ann,chess,,1500000000\nbob,go,3,1500000000", r"hours is missing.*line 2"),
        ("ann,chess,900000,1500000000\nbob,go,3,1500000000", r"Are these minutes\?"),
        ("ann,chess,ten,1500000000\nbob,go,3,1500000000", r"hours is not a number"),
        ("ann,chess,1,2016-01-01\nbob,go,3,2016-01-02", r"bought_at is not a number"),
        ("ann,chess,1,1500000000\nann,chess,2,1500000001\nbob,go,1,1500000000", r"\(player, game\) occurs before"),
    ],
)
def test_a_bad_file_of_games_is_refused_in_its_own_words(tmp_path, lines, problem):
    path = tmp_path / "mine.csv"
    path.write_text(f"player,game,hours,bought_at\n{lines}\n")
    with pytest.raises(DataProblems) as error:
        load_games(path)
    assert re.search(problem, str(error.value)) and not re.search("user_id|item_id|rating", str(error.value))


def test_a_missing_column_and_an_unknown_name_are_refused(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("player,game,bought_at\nann,chess,1500000000\nbob,go,1500000000\n")
    with pytest.raises(DataProblems, match="'hours' is missing"):
        load_games(path)
    with pytest.raises(ValueError, match="columns maps"):
        load_games(path, columns={"rating": "hours"})


def test_gains_by_group_keep_the_order_of_the_groups_and_leave_out_users_without_a_value():
    group = pd.Series(pd.cut([1, 1, 20, 20, 20, 3, 3], [0, 2, 5, 30], labels=["few", "9 or so", "10 more"]))
    one, other = np.array([1.0, 3, 5, 7, np.nan, 2, 2]), np.array([0.0, 0, 5, 5, 9, 1, 1])
    table = gains_by_group(one, other, group)
    assert list(table.index) == ["few", "9 or so", "10 more"] and table["users"].tolist() == [2, 2, 2]
    assert table["mean"].tolist() == [2, 2, 6] and table["gain"].tolist() == [2, 1, 1]
    shifted = group.set_axis(range(100, 107))  # a frame of users is numbered from 1
    pd.testing.assert_frame_equal(gains_by_group(one, other, shifted), table)


def test_a_table_of_gaps_is_the_paired_bootstrap_of_each_pair_and_judge():
    rng = np.random.default_rng(0)
    results = {name: {judge: rng.normal(size=30) for judge in ("x", "y")} for name in "abc"}
    table = table_of_gaps(results, [("a", "b"), ("c", "a")])
    assert table.loc["c − a", "y"].tolist() == list(paired_bootstrap(results["c"]["y"], results["a"]["y"]))
    assert list(table.index) == ["a − b", "c − a"]
