"""Leaks that were planted are found under their own names; clean splits of every kind are not accused."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from recsys_helpers.data import load_movielens, splits
from recsys_helpers.data.checks import DataProblems
from recsys_helpers.data.leaks import find_leaks, report
from recsys_helpers.data.leaks.__main__ import main, read_table

T = 1_000_000_001  # not a multiple of 64


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    """120 users over two years, ten films in one sitting, several of them within one second; 400 films, no repeats."""
    rng = np.random.default_rng(7)
    rows = []
    for user in range(1, 121):
        films = rng.choice(np.arange(1, 401), 30, replace=False)
        start = T + int(rng.integers(0, 6 * 10**7)) + np.repeat(rng.integers(0, 10**6, 3).cumsum(), 10)
        rows.append(pd.DataFrame({"user_id": user, "item_id": films, "timestamp": start + rng.integers(0, 6, 30)}))
    return pd.concat(rows, ignore_index=True).assign(rating=3.5)


def kinds(found, leaks_only=True) -> set[str]:
    return {finding.kind for finding in found if finding.is_leak or not leaks_only}


def by_user(events):
    part = np.random.default_rng(3).permutation(120)[events["user_id"] - 1]
    return splits.Split(events[part < 80], events[(part >= 80) & (part < 95)], events[part >= 95])


CLEAN = {
    "last share": splits.split_last_share,
    "leave last out": splits.split_leave_last_out,
    "one moment": splits.split_global_time,
    "random users": by_user,
}


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_split_is_not_accused(events, name):
    cut = CLEAN[name](events)
    assert kinds(find_leaks(cut.train, cut.test, cut.valid)) == set()


def test_the_split_of_the_course_is_clean_and_the_random_one_is_not():
    ratings, _ = load_movielens()
    cut = splits.split_last_share(ratings)
    found = find_leaks(cut.train, cut.test, cut.valid)
    assert kinds(found) == set()
    assert {"users in both", "border ties", "new items", "other users' future"} == kinds(found, leaks_only=False)
    cut = splits.split_random(ratings)
    assert kinds(find_leaks(cut.train, cut.test, cut.valid)) == {"own future"}


def planted_rows_in_both(cut):
    return pd.concat([cut.train, cut.test.head(5)]), cut.test


def planted_valid_in_test(cut):
    return cut.train, cut.test, pd.concat([cut.valid, cut.test.head(3)])


def planted_train_in_valid(cut):
    return pd.concat([cut.train, cut.valid.head(4)]), cut.test, cut.valid


def planted_two_shuffles(cut):
    rows = pd.concat(cut, ignore_index=True)
    one, other = (rows.sample(frac=1, random_state=seed) for seed in (1, 2))
    n = int(0.8 * len(rows))
    return one[:n], other[n:]


def planted_copies_at_another_time(cut):
    return pd.concat([cut.train, cut.test.head(6).assign(timestamp=lambda t: t["timestamp"] - 10**8)]), cut.test


def planted_random_rows(cut):
    random = splits.split_random(pd.concat(cut))
    return random.train, random.test, random.valid


def planted_ties_by_id(cut):
    by_id = splits.split_last_share(pd.concat(cut), ties="id")
    return by_id.train, by_id.test, by_id.valid


def planted_duplicates(cut):
    return cut.train, pd.concat([cut.test, cut.test.head(4)])


def planted_spelling(cut):
    named = [part.assign(user_id="Ann" + part["user_id"].astype(str)) for part in cut]
    copies = named[2].head(5).assign(user_id=lambda t: " " + t["user_id"].str.lower())
    return pd.concat([named[0], copies]), named[2]


def planted_rounded_times(cut):
    return [part.assign(timestamp=part["timestamp"].astype("float32")) for part in (cut.train, cut.test)]


def planted_units(cut):
    return cut.train, cut.test.assign(timestamp=cut.test["timestamp"] * 1000)


def planted_swapped(cut):
    return cut.test, cut.train


def planted_stragglers(cut):
    cut = splits.split_global_time(pd.concat(cut))
    late = cut.test.sort_values("timestamp").tail(8)
    late = late.assign(item_id=late["item_id"] + 1000, user_id=late["user_id"] + 1000)
    return pd.concat([cut.train, late]), cut.test


def planted_a_few_users(cut):
    cut = by_user(pd.concat(cut, ignore_index=True))
    one = cut.test[cut.test["user_id"] == cut.test["user_id"].iloc[0]].sort_values("timestamp")
    return pd.concat([cut.train, one.head(10)]), cut.test.drop(one.head(10).index)


def planted_copied_users(cut):
    cut = by_user(pd.concat(cut, ignore_index=True))
    one = cut.test[cut.test["user_id"] == cut.test["user_id"].iloc[0]]
    return pd.concat([cut.train, one.assign(user_id=9999)]), cut.test


PLANTED = {
    "rows in both": planted_rows_in_both,
    "rows in both, valid and test": planted_valid_in_test,
    "rows in both, train and valid": planted_train_in_valid,
    "two shuffles": planted_two_shuffles,
    "pairs in both": planted_copies_at_another_time,
    "own future": planted_random_rows,
    "ties by id": planted_ties_by_id,
    "duplicates": planted_duplicates,
    "spelling": planted_spelling,
    "rounded times": planted_rounded_times,
    "units of time": planted_units,
    "swapped": planted_swapped,
    "stragglers": planted_stragglers,
    "users in both": planted_a_few_users,
    "copied users": planted_copied_users,
}
ALSO = {"two shuffles": {"own future"}}  # what the planted leak brings with it


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_leak_is_found_under_its_own_name(events, name):
    found = find_leaks(*PLANTED[name](splits.split_last_share(events)))
    kind = name.split(",")[0]
    assert kinds(found) - ALSO.get(name, set()) == {kind}, report(found)
    leak = next(finding for finding in found if finding.kind == kind)
    assert leak.what in report(found) and leak.advice in report(found)


def test_counts_and_examples_are_those_of_the_planted_rows(events):
    cut = splits.split_last_share(events)
    found = find_leaks(*planted_rows_in_both(cut))[0]
    assert found.what.startswith(f"5 of {len(cut.test)} rows of test")
    pd.testing.assert_frame_equal(found.rows, cut.test.head(5)[["user_id", "item_id", "timestamp"]])


def test_a_wrong_unit_is_named_before_what_follows_from_it(events):
    milliseconds = events.assign(timestamp=events["timestamp"] * 1000)
    found = [finding.kind for finding in find_leaks(events, milliseconds) if finding.is_leak]
    assert found == ["units of time", "pairs in both"]


def test_a_small_share_is_not_rounded_to_nothing(events):
    found = find_leaks(pd.concat([events[:2000], events.tail(1)]), events[2000:])
    assert "1 of 1,600 rows of test (under 1%) are also in train." in report(found)


@pytest.mark.parametrize("kind", ["str", "string", object, "Int64", "Float64"])
def test_ids_of_every_type_give_the_same_findings(events, kind):
    parts = splits.split_random(events)
    named = {c: kind for c in ("user_id", "item_id")} | ({"timestamp": kind} if kind in ("Int64", "Float64") else {})
    for train, test in ((parts.train, parts.test), (events[events["user_id"] < 60], events[events["user_id"] > 60])):
        expected = [(finding.kind, finding.what) for finding in find_leaks(train, test)]
        found = find_leaks(train.astype(named), test.astype(named))
        assert [(finding.kind, finding.what) for finding in found] == expected


def test_the_museum_piece_is_named_with_its_share():
    rows = pd.DataFrame({"user_id": np.arange(1000) % 100, "item_id": np.arange(1000)})
    train, test = rows.sample(800, random_state=1), rows.sample(200, random_state=2)
    found = find_leaks(train, test)[0]
    assert found.kind == "two shuffles" and "share 80%" in found.what and "reshuffle_each_iteration" in found.advice


def test_without_times_only_rows_and_users_are_compared(events):
    cut = [part.drop(columns="timestamp") for part in splits.split_last_share(events)]
    found = find_leaks(cut[0], cut[2], cut[1])
    assert kinds(found) == set() and "Without times, nothing could tell" in report(found)
    assert kinds(find_leaks(cut[0], pd.concat([cut[2], cut[0].head(1)]))) == {"rows in both"}


def test_repeats_are_normal_where_people_repeat():
    rows = pd.DataFrame({"user_id": np.repeat(range(20), 10), "item_id": np.tile([1, 2, 3, 1, 2], 40), "timestamp": T})
    rows["timestamp"] += 7 * np.tile(np.arange(10), 20) + 100 * rows["user_id"]
    place = rows.groupby("user_id").cumcount()
    found = find_leaks(rows[place < 8], rows[place >= 8])
    assert kinds(found) == set() and "pairs in both" in kinds(found, leaks_only=False)


def test_repeats_without_times_are_worth_knowing_and_no_leak():
    rows = pd.DataFrame({"user_id": np.repeat(range(20), 10), "item_id": np.tile([1, 2, 3, 1, 2, 3, 4, 1, 4, 4], 20)})
    place = rows.groupby("user_id").cumcount()
    found = find_leaks(rows[place < 7], rows[place >= 7])
    assert kinds(found) == set() and {"pairs in both", "duplicates"} < kinds(found, leaks_only=False)


def test_a_few_users_in_both_are_no_leak_where_times_are_not_known(events):
    train, test = planted_a_few_users(splits.split_last_share(events))
    found = find_leaks(train.drop(columns="timestamp"), test.drop(columns="timestamp"))
    assert kinds(found) == set() and "users in both" in kinds(found, leaks_only=False)


@pytest.mark.parametrize("hours", [12, 24])
def test_days_are_no_rounded_seconds(hours):
    days = 3600 * hours * np.arange(12000, 12040)
    days = pd.DataFrame({"user_id": range(40), "item_id": range(40), "timestamp": days})
    assert kinds(find_leaks(days[:30], days[30:])) == set()


def test_one_film_rated_in_the_same_second_is_no_copied_user():
    rows = pd.DataFrame({"user_id": range(40), "item_id": np.arange(40) % 20, "timestamp": T + np.arange(40) % 20})
    assert "copied users" not in kinds(find_leaks(rows[:20], rows[20:]))


def test_a_crowd_on_the_day_of_a_premiere_is_no_copied_user():
    days = pd.DataFrame({"user_id": np.repeat(range(60), 5), "item_id": np.tile(range(5), 60), "timestamp": 10**9})
    found = find_leaks(days[days["user_id"] < 50], days[days["user_id"] >= 50])
    assert "copied users" not in kinds(found)


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda t: t.drop(columns="item_id"), "test: The frame has no column 'item_id'"),
        (lambda t: t.drop(columns="timestamp"), "timestamp is missing in test"),
        (lambda t: t.assign(user_id=np.nan), "test: user_id is missing in"),
        (lambda t: t[:0], "test has no rows"),
        (lambda t: t.assign(user_id=t["user_id"].astype(str)), "is a number in one table and text in another"),
    ],
)
def test_a_frame_that_cannot_be_compared_is_refused(events, change, words):
    cut = splits.split_last_share(events)
    with pytest.raises((KeyError, ValueError), match=words):
        find_leaks(cut.train, change(cut.test))


# The command


def write(folder, name, frame, **names):
    path = folder / name
    frame.rename(columns=names).to_csv(path, index=False)
    return str(path)


def test_the_command_says_clean_and_leak_and_bad_file(events, tmp_path, capsys):
    cut = splits.split_last_share(events)
    names = {"user_id": "userId", "item_id": "movieId"}
    train, valid, test = (write(tmp_path, f"{n}.csv", part, **names) for n, part in zip(("a", "b", "c"), cut))
    assert main(["--train", train, "--valid", valid, "--test", test]) == 0
    out = capsys.readouterr().out
    assert out.startswith("train 2,520 rows, valid 360 rows, test 720 rows\nNo leak found") and "Worth knowing" in out
    assert main(["--train", train, "--test", train]) == 1
    assert "2,520 of 2,520 rows of test (100%) are also in train" in capsys.readouterr().out
    assert main(["--train", train, "--test", str(tmp_path / "nothing.csv")]) == 2
    out, error = capsys.readouterr()
    assert out == "" and error.startswith("nothing.csv was not changed; problems found: 1\n1. There is no such file.")
    assert error.endswith("--user, --item and --time, a separator with --sep.\n")


def test_a_fresh_process_runs_it_without_warnings(events, tmp_path):
    train, test = (write(tmp_path, name, part) for name, part in (("a.csv", events[:90]), ("b.csv", events[90:120])))
    command = [sys.executable, "-W", "error", "-m", "recsys_helpers.data.leaks", "--train", train, "--test", test]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "") and "No leak found" in done.stdout


BAD = {
    "empty": ("", [], "The file is empty"),
    "no such column": ("who,what\nann,a\n", [], "Say which one holds it"),
    "another separator": ("user_id;item_id\n1;2\n", [], "The separator seems to be ';'"),
    "a gap": ("user_id,item_id\n1,\n2,3\n", [], "A value is missing (rows: 1; line 2)"),
    "no time": ("user_id,item_id,timestamp\n1,2,yesterday\n", [], "neither seconds nor a date like 2026-11-29"),
    "no header": ("1,2,1000000000\n", [], "seems to be data, not names of columns"),
    "wrong name": ("user_id,item_id\n1,2\n", ["--item", "sku"], "'sku' is missing"),
    "zip": ("PK\x03\x04", [], "zip archive"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_clear_error(tmp_path, capsys, name):
    content, options, words = BAD[name]
    (tmp_path / "bad.csv").write_text(content, encoding="utf-8")
    (tmp_path / "good.csv").write_text("user_id,item_id\n1,2\n3,4\n", encoding="utf-8")
    assert main(["--train", str(tmp_path / "good.csv"), "--test", str(tmp_path / "bad.csv"), *options]) == 2
    out, error = capsys.readouterr()
    assert out == "" and words in error and "Traceback" not in error


def test_common_names_dates_and_ids_are_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('"Customer ID","ASIN","date"\n007,B01,2026-11-29T00:00:10\n008,B02,2026-11-29\n', encoding="utf-8")
    frame = read_table(path)
    assert list(frame) == ["user_id", "item_id", "timestamp"]
    assert frame["user_id"].tolist() == ["007", "008"]
    assert frame["timestamp"].diff().iloc[1] == -10
    path.write_text("user;item;ts\n7;1;100\n", encoding="utf-8")
    assert read_table(path, sep=";").to_numpy().tolist() == [[7, 1, 100]]


def test_ids_that_are_text_in_one_file_are_compared_as_text(tmp_path, capsys):
    for name, rows in (("a.csv", "1,x\n2,y\nann,z\n"), ("b.csv", "1,x\n2,z\n")):
        (tmp_path / name).write_text("user_id,item_id\n" + rows, encoding="utf-8")
    assert main(["--train", str(tmp_path / "a.csv"), "--test", str(tmp_path / "b.csv")]) == 1
    assert "1 of 2 rows of test (50%) are also in train" in capsys.readouterr().out


def test_a_file_with_two_problems_lists_both(tmp_path):
    (tmp_path / "bad.csv").write_text("a,b\nann,x\n", encoding="utf-8")
    with pytest.raises(DataProblems) as caught:
        read_table(tmp_path / "bad.csv")
    assert len(caught.value.problems) == 2
