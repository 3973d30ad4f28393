"""The check of a reader's project: a good one gets every point, and each single fault costs just its own."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recsys_helpers.capstone import (
    CRITERIA,
    Incomplete,
    Project,
    __main__,
    check_project,
    fidelity,
    report,
    rubric,
    service_over,
    steps,
)
from recsys_helpers.capstone.checks import AGAIN, CHECKS
from recsys_helpers.data.checks import DataProblems
from recsys_helpers.data.splits import Split
from recsys_helpers.serving.bundle import load_bundle
from recsys_helpers.serving.own.reading import read
from recsys_helpers.serving.own.source import Source
from recsys_helpers.serving.recommender import Recommender

N_USERS, N_ITEMS, HALF = 120, 40, 20
CARD = {
    "TODO: who gets the list": "returning customers",
    "TODO: what the list should": "ten new articles",
    "TODO: where the file": "made up for a test",
    "TODO: the licence": "CC0",
    "TODO: why this cut": "the list is made between two orders",
    "TODO: better, worse or open": "better",
    "TODO: who could be worse": "customers with short histories",
    "TODO: answers per second": "not loaded",
}
POINTS = [point for _, point, _ in CHECKS] + [AGAIN[1]]


class NoTraining:
    """Stands in for the network: the popularity within the user's half of the items, and noise of the seed."""

    def __init__(self, dropout=0.5):
        self.hidden, self.dropout, self.n_epochs = 8, dropout, 1

    def __str__(self):
        return f"dropout {self.dropout}"

    def scores(self, seen, seed):
        rng = np.random.default_rng(seed)
        of_half = seen[:, 1 : HALF + 1].sum(axis=1) > seen[:, HALF + 1 :].sum(axis=1)
        found = 0.1 * rng.random(seen.shape)
        found[:, 1 : HALF + 1] += np.asarray(of_half).ravel()[:, None]
        found[:, HALF + 1 :] += ~np.asarray(of_half).ravel()[:, None]
        return found if self.dropout else rng.random(seen.shape)


def orders_csv(path):
    """Two kinds of customers, each with a half of the articles; five orders of three articles each."""
    rng, lines = np.random.default_rng(0), ["user_id,item_id,timestamp"]
    for user in range(N_USERS):
        items = rng.permutation(HALF)[:15] + user % 2 * HALF
        when = 1_600_000_000 + rng.integers(0, 86_400) + np.repeat(86_400 * np.arange(5), 3)
        lines += [f"u{user},a{item:02},{time}" for item, time in zip(items, when)]
    path.write_text("\n".join(lines) + "\n")
    return path


def made(file, folder):
    """The folder of one run, with sentences on its card."""
    project = steps.make(Source(str(file)), folder, "python make.py")
    card = (project.folder / "card.toml").read_text()
    for beginning, sentence in CARD.items():
        start = card.index(beginning)
        card = card[:start] + sentence + card[card.index('"', start) :]
    (project.folder / "card.toml").write_text(card)
    return project


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A folder with every point, and that of the second run; the network is a stand-in that loses to the bar."""
    folder = tmp_path_factory.mktemp("good")
    file = orders_csv(folder / "orders.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "NETWORK", tuple(NoTraining(value) for value in (0.5, 0.4, 0.3, 0.2)))
        patch.setattr(steps, "Autoencoder", lambda hidden, dropout, n_epochs: NoTraining(dropout))
        patch.setattr(steps, "best_simple", lambda trials: "EASE")  # in this small world item-kNN is as good
        for name in ("one", "two"):
            project = made(file, folder / name)
    _, low, high = steps.gap(project)
    word = "better" if low > 0 else "worse" if high < 0 else "open"
    assert word != "better"  # or EASE should not be in use
    for name in ("one", "two"):
        edit_card(folder / name, 'claim = "better"', f'claim = "{word}"')
    return folder


@pytest.fixture
def folder(good, tmp_path):
    """A copy of the good project that a test may spoil."""
    shutil.copytree(good, tmp_path / "good")
    return tmp_path / "good"


def edit_card(folder, old, new):
    path = folder / "card.toml"
    text = path.read_text()
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new))


def edit_table(folder, name, change):
    path = folder / name
    table = pd.read_csv(path, dtype={"user_id": str, "item_id": str})
    change(table).to_csv(path, index=False)


def missing(folder):
    """Point → sentence, for the points that the project in folder/one lacks."""
    verdicts = check_project(folder / "one", folder / "two")
    assert [verdict.point for verdict in verdicts] == POINTS
    assert all(bool(verdict.says) != verdict.is_met for verdict in verdicts)
    return {verdict.point: verdict.says for verdict in verdicts if not verdict.is_met}


def test_a_good_project_gets_all_fifteen_points(good):
    assert missing(good) == {} and len(POINTS) == 15


# Each fault: what is done to the folder, the point that it costs, and words of the sentence.


def no_licence(folder):
    edit_card(folder, 'licence = "CC0"', 'licence = "TODO: look it up"')


def no_origin(folder):
    edit_card(folder, 'origin = "made up for a test"', 'origin = " "')


def other_file(folder):
    text = (folder / "card.toml").read_text()
    start = text.index('sha256 = "') + len('sha256 = "')
    (folder / "card.toml").write_text(text[:start] + "0" * 64 + text[start + 64 :])


def row_in_both(folder):
    parts = [pd.read_csv(folder / f"parts/{name}.csv") for name in ("train", "test")]
    row = parts[1].head(1)
    earlier = row.assign(timestamp=parts[0].loc[parts[0]["user_id"] == row["user_id"].iloc[0], "timestamp"].min() - 9)
    pd.concat([parts[0], earlier]).to_csv(folder / "parts/train.csv", index=False)


def own_future(folder):
    train = pd.read_csv(folder / "parts/train.csv")
    train.loc[train.groupby("user_id").head(1).index, "timestamp"] = 1_700_000_000
    train.to_csv(folder / "parts/train.csv", index=False)


def order_in_two(folder):
    valid, test = (pd.read_csv(folder / f"parts/{name}.csv") for name in ("valid", "test"))
    moved = test.groupby("user_id").head(1).head(30)
    pd.concat([valid, moved]).to_csv(folder / "parts/valid.csv", index=False)
    test.drop(moved.index).to_csv(folder / "parts/test.csv", index=False)


def order_in_train_and_valid(folder):
    train, valid = (pd.read_csv(folder / f"parts/{name}.csv") for name in ("train", "valid"))
    moved = valid.groupby("user_id").head(1).head(30)
    pd.concat([train, moved]).to_csv(folder / "parts/train.csv", index=False)
    valid.drop(moved.index).to_csv(folder / "parts/valid.csv", index=False)


def no_popularity(folder):
    edit_table(folder, "results.csv", lambda table: table[table["model"] != "popularity"])


def few_trials_of_the_bar(folder):
    edit_table(folder, "trials.csv", lambda table: table.drop(table.index[table["model"] == "EASE"][:1]))


def same_trial_again(folder):
    def change(table):
        own = table["model"] == "EASE"
        table.loc[own, "setting"] = table.loc[own, "setting"].iloc[0]
        return table

    edit_table(folder, "trials.csv", change)


def no_ablation(folder):
    def change(table):
        of_model = table[table["model"] == steps.MODEL].assign(model=steps.ABLATION)
        return pd.concat([table[table["model"] != steps.ABLATION], of_model])

    edit_table(folder, "results.csv", change)


def ablation_with_one_seed(folder):
    edit_table(folder, "results.csv", lambda t: t[(t["model"] != steps.ABLATION) | (t["seed"] == 1)])


def two_seeds(folder):
    edit_table(folder, "results.csv", lambda t: t[~t["model"].isin([steps.MODEL, steps.ABLATION]) | (t["seed"] < 3)])


def copied_seed(folder):
    def change(table):
        of_one = table[(table["model"] == steps.MODEL) & (table["seed"] == 1)].assign(seed=3)
        return pd.concat([table[(table["model"] != steps.MODEL) | (table["seed"] != 3)], of_one])

    edit_table(folder, "results.csv", change)


def too_bold(folder):
    text = (folder / "card.toml").read_text()
    right = next(word for word in ("worse", "open") if f'claim = "{word}"' in text)
    edit_card(folder, f'claim = "{right}"', 'claim = "better"')


def other_model_in_use(folder):
    store = Project(folder).store
    versions = store.versions()
    store.use(versions[0]), store.use(versions[1]), store.use(versions[0])


def users_without_group(folder):
    edit_table(folder, "groups.csv", lambda table: table.iloc[1:])


def one_group(folder):
    edit_table(folder, "groups.csv", lambda table: table.assign(group="all"))


def tiny_group(folder):
    edit_table(folder, "groups.csv", lambda t: t.assign(group=np.where(np.arange(len(t)) < 5, "few", "many")))


def invented_reasons(folder):
    """The item of the history that adds least, in place of the one that adds most."""
    project = Project(folder)
    recommender = Recommender(load_bundle(project.store.path_of(project.store.current)))

    def change(table):
        by_text = {str(item.item_id): row for row, item in enumerate(recommender.bundle.items, start=1)}
        worst = []
        for user_id, item_id in zip(table["user_id"], table["item_id"]):
            history = recommender.history_of(user_id)
            added = recommender.bundle.linear.contributions(history, np.array([by_text[item_id]]))[:, 0]
            worst.append(recommender.bundle.items[history[added.argmin()] - 1].item_id)
        return table.assign(reason=worst)

    edit_table(folder, "explanations.csv", change)


def reasons_by_lot(folder):
    """Any item of the history: no better than another one."""
    project, rng = Project(folder), np.random.default_rng(5)
    recommender = project.recommender()

    def change(table):
        drawn = [rng.choice(recommender.history_of(user_id)) for user_id in table["user_id"]]
        return table.assign(reason=[recommender.bundle.items[row - 1].item_id for row in drawn])

    edit_table(folder, "explanations.csv", change)


def few_reasons(folder):
    edit_table(folder, "explanations.csv", lambda table: table.head(29))


def unknown_reason(folder):
    edit_table(folder, "explanations.csv", lambda table: table.assign(reason="no such article"))


def wrong_golden(folder):
    """Whole by its checksums, but its golden questions have other answers."""
    from recsys_helpers.serving.sealed import manifest_text, version_of

    store = Project(folder).store
    path = store.path_of(store.current)
    manifest = json.loads((path / "manifest.json").read_text())
    for question in manifest["facts"]["golden"]:
        question["top"] = [f"a{number:02}" for number in range(len(question["top"]))]
    del manifest["version"]
    version = version_of(manifest)
    (path / "manifest.json").write_bytes(manifest_text({"version": version, **manifest}))
    path.rename(path.with_name(version))
    pointer = store.pointer()
    store.write(replace(pointer, current=version))


def no_earlier(folder):
    store = Project(folder).store
    store.write(replace(store.pointer(), earlier=()))


def damaged_earlier(folder):
    store = Project(folder).store
    path = store.path_of(store.previous) / "items.json"
    path.write_bytes(path.read_bytes()[:-1] + b" ")


FAULTS = [
    (no_licence, "origin and licence are named", "[data] licence"),
    (no_origin, "origin and licence are named", "[data] origin"),
    (other_file, "the service was built from the file on the card", "SHA-256"),
    (row_in_both, "the leak checker finds no leak", "repeat a (user, item) pair"),
    (own_future, "the leak checker finds no leak", "older than another row of the same user"),
    (order_in_two, "no moment of a user is on both sides", "30 users"),
    (order_in_train_and_valid, "no moment of a user is on both sides", "users"),
    (no_popularity, "popularity and a bar, for the same users", "no model 'popularity'"),
    (few_trials_of_the_bar, "the bar had as many trials as the model", "The model had 4 trials and the bar 3"),
    (same_trial_again, "the bar had as many trials as the model", "1 settings of 'EASE'"),
    (no_ablation, "the ablation was measured like the model", "the same value for every user"),
    (ablation_with_one_seed, "the ablation was measured like the model", "1 seeds"),
    (two_seeds, "three seeds that differ", "2 seeds"),
    (copied_seed, "three seeds that differ", "Two seeds have the same value"),
    (too_bold, "the claim is what the interval carries", "claims 'better'"),
    (other_model_in_use, "what is served follows from the interval", "the bundle in use says 'item-kNN'"),
    (users_without_group, "every test user has a group", "lacks 1 of the"),
    (one_group, "every test user has a group", "two groups or more"),
    (tiny_group, "every test user has a group", "two groups or more"),
    (invented_reasons, "scores fall without their reasons", "no further"),
    (reasons_by_lot, "scores fall without their reasons", "no further"),
    (few_reasons, "scores fall without their reasons", "29 reasons"),
    (unknown_reason, "scores fall without their reasons", "no such article"),
    (wrong_golden, "the bundle verifies and answers its golden questions", "golden"),
    (no_earlier, "there is a version to roll back to", "no earlier version"),
    (damaged_earlier, "there is a version to roll back to", "items.json"),
]


@pytest.mark.parametrize("spoil, point, words", FAULTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_fault_costs_just_its_own_point(folder, spoil, point, words):
    """Both runs are spoiled alike, so that the second run still agrees with the first."""
    for name in ("one", "two"):
        spoil(folder / name)
    found = missing(folder)
    also = found.pop(AGAIN[1], "") if spoil is wrong_golden else ""  # its golden questions are what is compared
    assert list(found) == [point] and words in found[point], found
    assert bool(also) == (spoil is wrong_golden)


def test_the_claim_and_what_is_served_are_two_points(folder):
    """Serving the network although it does not win: the card and the bundle agree, and the rule does not."""
    for name in ("one", "two"):
        edit_card(folder / name, 'served = "EASE"', 'served = "item-kNN"')
        other_model_in_use(folder / name)
    found = missing(folder)
    assert list(found) == ["what is served follows from the interval"]
    assert "'EASE' should be served, not 'item-kNN'" in found["what is served follows from the interval"]


# The second run.


def other_part(folder):
    edit_table(folder, "parts/valid.csv", lambda table: table.iloc[::-1])


def other_figures(folder):
    edit_table(folder, "results.csv", lambda t: t.assign(ndcg=t["ndcg"] + 0.0015 * (t["model"] == steps.MODEL)))


def other_answers(folder):
    store = Project(folder).store
    store.use(store.previous)


def other_models(folder):
    edit_table(folder, "results.csv", lambda table: table[table["model"] != "item-kNN"])


@pytest.mark.parametrize(
    "spoil, words",
    [
        (other_part, "parts/valid.csv differs"),
        (other_figures, "autoencoder differs by 0.0015"),
        (other_models, "other models"),
    ],
)
def test_a_second_run_that_differs_costs_the_last_point(folder, spoil, words):
    spoil(folder / "two")
    found = missing(folder)
    assert list(found) == [AGAIN[1]] and words in found[AGAIN[1]]


def test_figures_that_differ_by_less_than_a_thousandth_are_the_same(folder):
    edit_table(folder / "two", "results.csv", lambda t: t.assign(ndcg=t["ndcg"] + 0.0009 * (t["model"] == steps.MODEL)))
    assert missing(folder) == {}


def test_the_second_run_must_be_another_folder_and_must_be_named(good):
    assert "Both folders are the same" in check_project(good / "one", good / "two" / ".." / "one")[-1].says
    assert "--again" in check_project(good / "one")[-1].says


def test_a_second_service_with_other_answers_is_noticed(folder):
    rng = np.random.default_rng(3)
    store = Project(folder / "two").store
    path = store.path_of(store.current)
    bundle = load_bundle(path)
    bundle.linear = replace(bundle.linear, weights=rng.normal(size=bundle.linear.weights.shape).astype(np.float32))
    from recsys_helpers.serving.bundle import save_bundle

    store.use(save_bundle(bundle, store.bundles).name)
    assert "of the same answers" in missing(folder)[AGAIN[1]]


# Whatever is missing or broken is a sentence, never an error.


def test_an_empty_folder_gets_nothing_and_a_sentence_for_each_point(tmp_path):
    verdicts = check_project(tmp_path, tmp_path / "again")
    assert not any(verdict.is_met for verdict in verdicts)
    assert all(verdict.says.endswith(".") for verdict in verdicts)


@pytest.mark.parametrize(
    "name, text, words",
    [
        ("results.csv", "model,seed,user_id\nEASE,0,u1\n", "lacks the column ndcg"),
        ("results.csv", "model,seed,user_id,ndcg\n", "has no rows"),
        ("results.csv", "model,seed,user_id,ndcg\nEASE,0,u1,high\n", "no number in 1 rows, first in line 2"),
        ("results.csv", "model,seed,user_id,ndcg\nEASE,0,u1,0.1\nEASE,0,u1,0.1\n", "twice, in line 3"),
        ("results.csv", "model,seed,user_id,ndcg\na,1,u1,0.1\na,1,u2,0.1\na,2,u1,0.1\n", "not every seed of 'a'"),
        ("results.csv", "model,seed,user_id,ndcg\na,1,u1,0.1\nb,1,u2,0.1\n", "for other users than 'a'"),
        ("results.csv", 'model,seed,user_id,ndcg\n"a', "cannot be read"),
        ("results.csv", "model,seed,user_id,ndcg\nEASE,0,u1,\n", "no number in 1 rows"),
    ],
)
def test_a_damaged_table_is_one_clear_sentence(tmp_path, name, text, words):
    (tmp_path / name).write_text(text)
    with pytest.raises(Incomplete, match=words):
        Project(tmp_path).results()


@pytest.mark.parametrize(
    "text", ["[data\n", "data = 3\n", "[data]\norigin = 3\n", "[data]\n", "", "[data]\norigin = ''\n"]
)
def test_a_card_that_does_not_say_it_is_incomplete(tmp_path, text):
    (tmp_path / "card.toml").write_text(text)
    with pytest.raises(Incomplete, match=r"card\.toml"):
        Project(tmp_path).said("data", "origin")


def test_a_model_that_was_not_measured_is_named(folder):
    edit_card(folder / "one", 'bar = "EASE"', 'bar = "EASY"')
    assert (
        "results.csv has only popularity, item-kNN, EASE" in missing(folder)["popularity and a bar, for the same users"]
    )


@pytest.mark.parametrize("bar", ["popularity", steps.MODEL])
def test_the_bar_is_neither_popularity_nor_the_model_itself(folder, bar):
    edit_card(folder / "one", 'bar = "EASE"', f'bar = "{bar}"')
    assert "Name the best simple model" in missing(folder)["popularity and a bar, for the same users"]


def test_what_people_wrote_on_the_card_is_never_written_over(tmp_path):
    project = Project(tmp_path)
    (tmp_path / "card.toml").write_text("mine")
    project.write_card(sha256="", bar="", model="", ablation="", served="", command="")
    assert (tmp_path / "card.toml").read_text() == "mine"


def test_sentences_are_written_into_their_section_and_can_be_changed_again(tmp_path):
    project = Project(tmp_path)
    project.write_card(sha256="s", bar="EASE", model="m", ablation="a", served="EASE", command="c")
    before = project.card()
    project.say("harm", who='a "quoted" one \\ and =')
    assert project.said("harm", "who") == 'a "quoted" one \\ and ='
    project.say("question", user="you", question="which?")
    project.say("harm", who="nobody")
    project.say("again", command="new")
    assert project.card() == before | {
        "harm": {"who": "nobody"},
        "question": {"user": "you", "question": "which?"},
        "again": {"command": "new"},
    }
    for section, name in (("harm", "whom"), ("harms", "who")):
        with pytest.raises(KeyError, match="no entry"):
            project.say(section, **{name: "x"})


# The steps.


def test_whole_moments_stay_together_and_the_newest_are_test():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "user_id": rng.integers(0, 30, 900),
            "item_id": rng.integers(0, 50, 900),
            "timestamp": rng.integers(0, 25, 900),
        }
    )
    split = steps.split_whole_moments(frame)
    assert sum(map(len, split)) == 900
    for user, rows in frame.groupby("user_id"):
        times = [sorted(set(part.loc[part["user_id"] == user, "timestamp"])) for part in split]
        n = rows["timestamp"].nunique()
        assert [len(one) for one in times] == [n - max(1, n // 5) - max(1, n // 10), max(1, n // 10), max(1, n // 5)]
        assert times[0][-1] < times[1][0] <= times[1][-1] < times[2][0]


def test_the_rows_of_a_file_may_stand_in_any_order():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {"user_id": np.repeat(range(1, 21), 12), "item_id": list(range(1, 13)) * 20, "timestamp": rng.permutation(240)}
    )
    shuffled = frame.sample(frac=1, random_state=0)
    one, other = steps.split_whole_moments(frame), steps.split_whole_moments(shuffled)
    for part, same in zip(one, other):
        pd.testing.assert_frame_equal(part, same)
    by_hand = Split(*(part.sample(frac=1, random_state=1) for part in one))  # a reader's own cut
    parts, same = steps.parts_of(one), steps.parts_of(by_hand)
    for history, again in zip(parts.final.histories, same.final.histories):
        assert history.tolist() == again.tolist()


@pytest.mark.parametrize("n_moments, sizes", [(1, [2, 0, 0]), (2, [2, 0, 2]), (3, [2, 2, 2])])
def test_users_with_few_moments_keep_something_to_learn_from(n_moments, sizes):
    frame = pd.DataFrame({"user_id": "u", "item_id": range(2 * n_moments), "timestamp": np.repeat(range(n_moments), 2)})
    assert [len(part) for part in steps.split_whole_moments(frame)] == sizes


def test_settings_are_chosen_without_valid_and_test_is_asked_of_models_that_know_it():
    frame = pd.DataFrame(
        {"user_id": np.repeat([1, 2], 9), "item_id": [*range(1, 10)] * 2, "timestamp": [*range(9)] * 2}
    )
    split = steps.split_whole_moments(frame)
    parts = steps.parts_of(split)
    assert (parts.tuning.seen.nnz, parts.tuning.relevant.nnz) == (len(split.train), len(split.valid)) == (14, 2)
    assert (parts.final.seen.nnz, parts.final.relevant.nnz) == (16, 2)


def test_the_best_setting_is_the_one_with_the_highest_value_on_valid():
    trials = pd.DataFrame({"model": ["a", "a", "b"], "valid": [0.1, 0.2, 0.3], "how": ["x", "y", "z"]})
    assert steps.best_of(trials, "a") == "y"


def test_the_bar_is_the_simple_model_that_is_best_on_valid():
    trials = pd.DataFrame({"model": ["item-kNN", "EASE", steps.MODEL], "valid": [0.2, 0.1, 0.3]})
    assert steps.best_simple(trials) == "item-kNN"
    assert steps.best_simple(trials.assign(valid=[0.1, 0.2, 0.3])) == "EASE"


def test_fidelity_of_a_linear_model_is_the_contribution_of_the_item(good):
    project = Project(good / "one")
    recommender = Recommender(load_bundle(project.store.path_of(project.store.current)))
    reasons = project.read("explanations.csv")
    fall = fidelity(recommender, reasons)
    by_text = {str(item.item_id): row for row, item in enumerate(recommender.bundle.items, start=1)}
    for (user_id, item_id, reason), found in zip(reasons.itertuples(index=False), fall["reason"]):
        history = recommender.history_of(user_id)
        added = recommender.bundle.linear.contributions(history, np.array([by_text[item_id]]))[:, 0]
        assert (
            found
            == pytest.approx(added[history == by_text[reason]][0], abs=1e-5)
            == pytest.approx(added.max(), abs=1e-5)
        )
    assert (fall["other"] <= fall["reason"] + 1e-5).all()


def test_the_groups_are_thirds_of_the_users_by_the_length_of_their_history(good):
    table = Project(good / "one").read("groups.csv")
    assert table["group"].value_counts().tolist() == [40, 40, 40] and table["user_id"].is_unique


def test_the_served_model_was_measured_on_the_same_test_part(good):
    project = Project(good / "one")
    facts = load_bundle(project.store.path_of(project.store.current)).facts
    mean = project.results()["EASE"].to_numpy().mean()
    assert facts["metrics"]["service"]["NDCG@10"] == pytest.approx(mean, abs=2e-3)
    assert facts["choice"]["model"] == "EASE"


def test_the_models_see_what_they_should(good):
    """Two halves of the catalogue that never mix: EASE and item-kNN know it, popularity does not."""
    means = {name: values.to_numpy().mean() for name, values in Project(good / "one").results().items()}
    assert min(means["EASE"], means["item-kNN"]) > 1.3 * means["popularity"]


def test_parts_of_an_empty_valid_can_still_be_measured():
    frame = pd.DataFrame({"user_id": [1, 1, 2, 2], "item_id": [1, 2, 1, 2], "timestamp": [1, 2, 1, 2]})
    split = steps.split_whole_moments(frame)
    parts = steps.parts_of(Split(split.train, split.valid, split.test))
    assert len(parts.final.measured) == 2 and len(parts.tuning.measured) == 0


def test_the_service_of_a_project_answers_in_this_process(folder):
    with service_over(Project(folder / "one").store.folder) as ask:
        known = ask("/recommend/u1", params={"k": 3}).json()["items"]
        stranger = ask("/recommend", "POST", json={"likes": ["nothing"], "k": 3}).json()["items"]
        assert ask("/recommend/nobody").status_code == 404
    assert all(int(item["item_id"][1:]) >= HALF and item["because"] for item in known)  # u1 is of the second kind
    assert [item["reason"] for item in stranger] == ["popular with everybody"] * 3


@pytest.mark.parametrize("limit, words", [("MOST_CELLS", "Take a sample"), ("MOST_DENSE", "one part of the catalogue")])
def test_a_file_beyond_the_limits_is_refused_before_anything_is_written(tmp_path, monkeypatch, limit, words):
    monkeypatch.setattr(steps, limit, 10)
    with pytest.raises(DataProblems, match=words):
        steps.make(Source(str(orders_csv(tmp_path / "orders.csv"))), tmp_path / "out", "python make.py")
    assert not (tmp_path / "out").exists()


# The commands.


def test_few_users_with_several_times_are_told_to_take_a_larger_file(tmp_path, capsys):
    lines = orders_csv(tmp_path / "orders.csv").read_text().splitlines()[: 1 + 15 * 40]
    (tmp_path / "few.csv").write_text("\n".join(lines) + "\n")
    assert __main__.main(["make", str(tmp_path / "out"), "--data", str(tmp_path / "few.csv")]) == 2
    said = capsys.readouterr().err
    assert "40 of 40 users" in said and "a larger file" in said and "right column" not in said


def test_a_bar_below_popularity_is_not_served_without_a_word(folder):
    def lift(table):
        is_popular = table["model"] == "popularity"
        return table.assign(ndcg=table["ndcg"].where(~is_popular, table["ndcg"].max()))

    for name in ("one", "two"):
        edit_table(folder / name, "results.csv", lift)
    said = missing(folder)
    assert list(said) == ["what is served follows from the interval"]
    assert "popularity is better than 'EASE'" in next(iter(said.values()))


def test_a_claim_is_one_word_and_both_missing_sentences_are_named(folder):
    claim = Project(folder / "one").said("models", "claim")
    edit_card(folder / "one", f'claim = "{claim}"', 'claim = "The network is a little better than the bar"')
    assert "one word" in missing(folder)["the claim is what the interval carries"]
    edit_card(folder / "one", 'origin = "made up for a test"', 'origin = ""')
    no_licence(folder / "one")
    said = missing(folder)["origin and licence are named"]
    assert "origin" in said and "licence" in said


def test_the_command_prints_the_points_and_says_by_its_status_whether_all_are_there(good, capsys):
    assert __main__.main(["check", str(good / "one"), "--again", str(good / "two")]) == 0
    assert "15 of 15 points by the program. 15 more are yours" in capsys.readouterr().out
    assert __main__.main(["check", str(good / "one")]) == 1
    assert "14 of 15 points" in capsys.readouterr().out
    assert __main__.main(["check", str(good / "nothing")]) == 2


def test_the_rubric_has_ten_criteria_of_three_points_and_half_of_them_are_checked(capsys):
    assert len(CRITERIA) == 10 and rubric.BY_PROGRAM == rubric.BY_YOU == len(POINTS) == 15
    for criterion in CRITERIA:
        assert criterion.by_program == sum(name == criterion.name for name, *_ in (*CHECKS, AGAIN))
        assert len(criterion.levels) == criterion.by_you + 1
    assert __main__.main(["rubric"]) == 0
    assert "run again" in capsys.readouterr().out


def test_the_report_says_what_no_program_checks(good):
    assert "whether results.csv was computed or typed" in report(check_project(good / "one"))


def test_a_file_that_cannot_be_used_is_refused_with_advice_and_nothing_is_made(tmp_path, capsys):
    path = tmp_path / "bad.csv"
    path.write_text("user_id,item_id\n" + "".join(f"u{n % 30},a{n % 20}\n" for n in range(120)))
    assert __main__.main(["make", str(tmp_path / "out"), "--data", str(path), "--duplicates", "first"]) == 2
    said = capsys.readouterr()
    assert "Nothing was made" in said.err and not (tmp_path / "out").exists()


def test_one_date_for_all_rows_is_refused_with_advice(tmp_path, capsys):
    rng = np.random.default_rng(0)
    rows = [f"u{user},a{item},1600000000" for user in range(60) for item in rng.permutation(30)[:8]]
    (tmp_path / "one.csv").write_text("user_id,item_id,timestamp\n" + "\n".join(rows) + "\n")
    assert __main__.main(["make", str(tmp_path / "out"), "--data", str(tmp_path / "one.csv")]) == 2
    assert "Is timestamp the right column?" in capsys.readouterr().err


def test_the_real_network_trains_the_same_way_twice(tmp_path):
    """Two processes, the real autoencoder, a file of this world: the second run agrees with the first."""
    file = orders_csv(tmp_path / "orders.csv")
    for name in ("one", "two"):
        words = [sys.executable, "-m", "recsys_helpers.capstone", "make", str(tmp_path / name), "--data", str(file)]
        subprocess.run(words, check=True, capture_output=True)
    results = [Project(tmp_path / name).results()[steps.MODEL] for name in ("one", "two")]
    assert np.allclose(*results) and results[0].shape == (N_USERS, 3)
    assert len(results[0].T.drop_duplicates()) == 3
    assert check_project(tmp_path / "one", tmp_path / "two")[-1].is_met
    assert read(Source(str(file))).has_times
