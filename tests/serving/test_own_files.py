"""Strange files and what is said about them: each piece of advice is followed as it stands, until the file is read."""

import argparse
import random
import re
import shlex

import numpy as np
import pandas as pd
import pytest
from test_own import N_ITEMS, N_USERS, item_id, ring, run, write

from recsys_helpers.data.checks import DataProblems
from recsys_helpers.serving.bundle import load_bundle
from recsys_helpers.serving.own import command, pipeline, reading
from recsys_helpers.serving.own.cut import cut
from recsys_helpers.serving.own.source import Source
from recsys_helpers.serving.recommender import Question, Recommender
from recsys_helpers.serving.store import Store

START = 1_600_000_000


def lines_of(walks, time=lambda step: START + 3600 * step):
    return [(user, item, time(step)) for user, walk in enumerate(walks, start=1) for step, item in enumerate(walk)]


def table(path, rows, sep=",", head=("user_id", "item_id", "timestamp"), encoding="utf-8"):
    text = [sep.join(head)] if head else []
    path.write_bytes("\n".join(text + [sep.join(map(str, row)) for row in rows]).encode(encoding))
    return path


def source_of(path, words):
    parser = argparse.ArgumentParser()
    command.add_options(parser)
    return command.source_of(parser.parse_args(["--data", str(path), *words]))


def advised(problems):
    """The options in the advice, as somebody would copy them; the first of two ways of doing one thing."""
    found = {}
    for problem in problems:
        for text in re.findall("`(--[^`]*)`", problem):
            option, *words = shlex.split(text)
            found.setdefault(option, words)
    return found


def read_as_told(path, options):
    """Follow the advice, three times at most; the data and the options that were needed."""
    told = []
    for _ in range(4):
        try:
            words = [word for option, values in options.items() for word in (option, *values)]
            return reading.read(source_of(path, words)), options
        except DataProblems as error:
            told = error.problems
            new = advised(told)
            assert any(options.get(option) != words for option, words in new.items()), told
            options = options | new
    raise AssertionError(told)


WALKS = ring(np.random.default_rng(5))


def of_another_shape(shape, path):
    rows = lines_of(WALKS)
    words = [(f"ü{user}", f"é{item}", time) for user, item, time in rows]
    if shape == "semicolons, other names":
        return table(path, rows, ";", ("UserID", "Item Id", "time_stamp"))
    if shape == "no header":
        return table(path, [(f"u{user}", f"i{item}", time) for user, item, time in rows], "::", ())
    if shape == "cp1252":
        return table(path, words, encoding="cp1252")
    if shape == "bought again":
        return table(path, rows + [(user, item, time + 9) for user, item, time in rows[:40]])
    if shape == "the same line again":
        return table(path, rows + rows[:40])
    if shape == "milliseconds":
        return table(path, [(user, item, 1000 * time) for user, item, time in rows])
    forms = {"days": "%d.%m.%Y", "days without a separator": "%Y%m%d", "ISO": "%Y-%m-%dT%H:%M:%SZ"}
    if shape in forms:
        by_day = lines_of(WALKS, lambda step: f"{pd.Timestamp(START + 86400 * step, unit='s'):{forms[shape]}}")
        return table(path, by_day)
    assert shape == "ids from 0"
    return table(path, [(user - 1, item, time) for user, item, time in rows])


SHAPES = ["semicolons, other names", "no header", "cp1252", "bought again", "the same line again", "milliseconds",
          "days", "days without a separator", "ISO", "ids from 0"]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_advice_that_is_copied_word_for_word_leads_to_the_data(tmp_path, shape):
    path = of_another_shape(shape, tmp_path / "strange.csv")
    data, options = read_as_told(path, {})
    assert options and len(data.frame) == N_USERS * 10
    assert data.frame["item_id"].nunique() == N_ITEMS and data.frame["user_id"].nunique() == N_USERS
    histories = cut(data.frame, 42).everything[1:]
    number = re.compile(r"\d+")
    ids = sorted(data.frame["item_id"].unique())
    found = sorted([int(number.search(str(ids[row - 1]))[0]) for row in history] for history in histories)
    assert found == sorted([int(item) for item in walk] for walk in WALKS)


def test_no_advice_is_left_in_the_words_of_python(tmp_path):
    paths = [of_another_shape(shape, tmp_path / f"{number}.csv") for number, shape in enumerate(SHAPES)]
    bad = table(tmp_path / "bad.csv", [("Ann", "a", 9), ("Ann ", "b"), ("Jose\u0301", "b", 9), ("José", "b", "7")],
                head=("user_id", "item_id", "rating"))  # fmt: skip
    (tmp_path / "array.json").write_text('[{"user_id": 1, "item_id": 2}]')
    (tmp_path / "parquet.csv").write_bytes(b"PAR1....")
    wrong = table(tmp_path / "names.csv", [("u", "i")] * 3, head=("user_id", "item_id"))
    sources = [Source(str(path)) for path in (*paths, bad, tmp_path / "array.json", tmp_path / "parquet.csv")]
    sources += [Source(str(wrong), names=("user_id", "item_id")), Source(str(bad), columns={"user": "user_id"})]
    sources += [Source(str(bad), rating_range=(5, 1)), Source(str(bad), times="%Y"), Source(str(bad), text_ids=True)]
    for source in sources:
        with pytest.raises(DataProblems) as caught:
            reading.read(source)
        told = "\n".join(caught.value.problems)
        arguments = r"(?<!-)\b(sep|columns|names|duplicates|encoding|rating_range)\s?(=|\[|maps|is a)"
        assert not re.search(arguments, told) and not re.search(r"frame\[|frame\.|load_csv|check_inter", told), told


def test_advice_about_columns_repeats_the_column_of_titles(tmp_path):
    path = table(tmp_path / "a.csv", [(1, 2, "x")], head=("user_id", "product", "name"))
    with pytest.raises(DataProblems) as caught:
        reading.read(Source(str(path), columns={"title": "name"}))
    assert "`--columns title=name item_id=…`" in caught.value.problems[0]


# Times.


def test_dates_before_1970_have_their_order_and_a_report(tmp_path):
    rows = [(user, item + 1, time) for user, item, time in lines_of(WALKS, lambda step: 1871 + 15 * step)]
    path = table(tmp_path / "a.csv", random.Random(0).sample(rows, len(rows)))
    data = reading.read(Source(str(path), times="%Y"))
    assert "Times: 1871-01-01 to 2006-01-01." in "\n".join(data.report)
    assert data.frame["timestamp"].min() == -3124137600  # 1 January 1871
    assert [list(history - 1) for history in cut(data.frame, 42).everything[1:]] == WALKS
    recent = [(user, item + 1, f"1971-01-{step % 9 + 1:02}") for step, (user, item, _) in enumerate(rows)]
    data = reading.read(Source(str(table(path, recent)), times="ISO8601"))
    assert data.frame["timestamp"].min() == 365 * 86400
    old = [(user, item, f"1492-01-{step % 9 + 1:02}") for step, (user, item, _) in enumerate(rows)]
    try:
        told = "\n".join(reading.read(Source(str(table(path, old)), times="ISO8601")).report)
    except DataProblems as error:  # pandas 2 counts nanoseconds and begins in 1677
        told = str(error)
    assert "Times: 1492-01-01 to 1492-01-09." in told or "does not have the form 'ISO8601'" in told


def test_seconds_that_were_called_milliseconds_are_noticed(tmp_path):
    path = table(tmp_path / "a.csv", lines_of(WALKS))
    with pytest.raises(DataProblems, match="latest time is in 1970"):
        reading.read(Source(str(path), times="milliseconds"))


def test_with_an_option_for_times_all_problems_of_the_rows_are_reported_at_once(tmp_path):
    rows = [(user, f"i{item}", time) for user, item, time in lines_of(WALKS, lambda step: f"{step + 1}.5.2020")]
    rows[3] = (1, "", "4.5.2020")
    rows[8] = (1, "i99", "1588291200")
    rows += [rows[20], (1, "i2")]
    with pytest.raises(DataProblems) as caught:
        reading.read(Source(str(table(tmp_path / "a.csv", rows[:-1])), times="%d.%m.%Y"))
    told = caught.value.problems
    with pytest.raises(DataProblems) as caught:
        reading.read(Source(str(table(tmp_path / "a.csv", rows)), times="%d.%m.%Y"))
    assert caught.value.problems[0].startswith("Rows without the 3 fields") and caught.value.problems[1:] == told
    assert len(told) == 3 and told[0].startswith("item_id is missing (rows: 1; line 5")
    assert "'%d.%m.%Y' (rows: 1; line 10: 1, i99, 1588291200)" in told[1] and "repeats an earlier" in told[2]


# Ids.


def test_ids_from_0_as_text_are_all_served_as_they_are_written(tmp_path):
    rows = [(user - 1, f"{item}.0" if user % 2 else item, time) for user, item, time in lines_of(WALKS)]
    titles = tmp_path / "titles.csv"
    titles.write_text("item_id,title\n0,Nothing\n-5,Minus\n7.0,Seven\n")
    path = table(tmp_path / "a.csv", rows + [(-3, item, START + item) for item in (0, 7, 9)])
    with pytest.raises(DataProblems, match="`--text-ids`"):
        reading.read(Source(str(path)))
    source = Source(str(path), text_ids=True, titles=str(titles))
    data = reading.read(source)
    assert {type(value) for column in ("user_id", "item_id") for value in data.frame[column]} == {str}
    assert data.frame["item_id"].nunique() == N_ITEMS and "Titles: 2 of 30 items" in "\n".join(data.report)
    store = Store(tmp_path / "service")
    parts = cut(data.frame, 42)
    assert parts.users.ids[0] == "-3" and source.digest() != Source(str(path), titles=str(titles)).digest()
    path = table(tmp_path / "b.csv", [row[:2] for row in rows], head=("user_id", "item_id"))
    pipeline.prepare(Source(str(path), text_ids=True, titles=str(titles)), store)
    recommender = Recommender(load_bundle(store.path_of(store.current)))
    known = {recommender.bundle.items[row - 1].item_id for row in recommender.history_of("0")}
    assert known == {str(item) for item in WALKS[0]}
    (pick,) = recommender.recommend([Question(recommender.indices_of(["28", "29"])[0], 1)])[0]
    assert pick.item.item_id in {str(number) for number in range(N_ITEMS)}
    assert recommender.bundle.items[recommender.by_id["0"] - 1].title == "Nothing"


# Titles.


@pytest.mark.parametrize("sep, encoding", [("\t", "utf-8"), (";", "cp1252"), ("|", "utf-8-sig"), (",", "cp1252")])
def test_a_file_of_titles_may_have_another_separator_and_the_encoding_of_the_data(tmp_path, sep, encoding):
    rows = [(f"ü{user}", item_id(item), time) for user, item, time in lines_of(WALKS)]
    path = table(tmp_path / "a.csv", rows, encoding=encoding)
    named = [(item_id(number), f"Café {number}", "x") for number in range(N_ITEMS)] + [("007", "Again", "x")]
    titles = table(tmp_path / "t.txt", named, sep, ("no", "name", "kind"), encoding)
    columns = {"item_id": "no", "title": "name"}
    source = Source(str(path), encoding=(encoding,), titles=str(titles), titles_columns=columns)
    assert reading.read(source).titles == {item_id(number): f"Café {number}" for number in range(N_ITEMS)}
    with pytest.raises(DataProblems, match=r"it has .'no', 'name', 'kind'.*`--titles-columns item_id=… title=…`"):
        reading.read(Source(str(path), encoding=(encoding,), titles=str(titles)))


def test_of_several_titles_the_commonest_is_shown_and_the_report_says_so(tmp_path):
    rows = [(user, item_id(item), time) for user, item, time in lines_of(WALKS)]
    names = iter(["Red Lmap", "damaged", "damaged"])  # what stands first, and what stands more often
    rows = [(*row, next(names, "Red Lamp") if row[1] == "007" else f"Thing {row[1]}") for row in rows]
    assert sum(name == "Red Lamp" for *_, name in rows) > 3
    path = table(tmp_path / "a.csv", rows, head=("user_id", "item_id", "timestamp", "title"))
    data = reading.read(Source(str(path)))
    assert data.titles["007"] == "Red Lamp" and data.titles["008"] == "Thing 008"
    assert "Titles: 30 of 30 items have one. Items with several titles: 1; the commonest one is shown." in data.report


# The command.


def test_files_of_one_name_in_two_places_share_neither_bundles_nor_events(tmp_path, monkeypatch):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    here, there = (command.own_folders(str(tmp_path / name / "my ratings.csv"), tmp_path) for name in ("a", "b"))
    assert not set(here) & set(there) and here[0].name.startswith("my_ratings-")
    assert here[0].parent.parent == tmp_path and here[0] not in here[1].parents
    monkeypatch.chdir(tmp_path / "a")
    assert command.own_folders("my ratings.csv", tmp_path) == here  # however the place is written
    assert command.own_folders("../b/my ratings.csv", tmp_path) == there
    assert command.own_folders("other.csv", tmp_path)[0] != here[0]


@pytest.mark.parametrize(
    "words, told",
    [(["--encoding", "klingon"], "'klingon'"), (["--encoding", "hex"], "'hex'"), (["--times", "hours"], "not 'hours'"),
     (["--columns", "buyer"], "not 'buyer'")],
    ids=str,
)  # fmt: skip
def test_an_option_without_a_meaning_is_refused_in_one_sentence(tmp_path, words, told):
    path = write(tmp_path / "a.csv", WALKS)
    with pytest.raises(SystemExit) as caught:
        source_of(path, words)
    assert told in caught.value.code and words[0] in caught.value.code and "\n" not in caught.value.code


def test_the_command_shows_the_options_that_solve_the_problems_and_where_all_are_explained(tmp_path):
    path = table(tmp_path / "a.csv", [(user - 1, item, time) for user, item, time in lines_of(WALKS)], ";")
    refused = run("build", "--data", path, "--folder", tmp_path / "service")
    assert refused.returncode == 1 and "Pass `--sep ';'`." in refused.stderr and "--help" in refused.stderr
    again = run("build", "--data", path, "--folder", tmp_path / "service", "--sep", ";")
    assert again.returncode == 1 and "Pass `--text-ids`" in again.stderr


def test_the_report_of_a_good_file_asks_for_times_that_have_another_name_and_for_no_ratings(tmp_path):
    rows = [(user, f"i{item}", time, 7) for user, item, time in lines_of(WALKS)]
    path = table(tmp_path / "a.csv", rows, head=("user_id", "item_id", "timestamp:float", "G_batting"))
    first = reading.read(Source(str(path), columns={"title": "item_id"})).report[0]
    assert "rating" not in first and "no timestamp (is it 'timestamp:float'? Then" in first
    assert "`--columns title=item_id timestamp=timestamp:float`)" in first


def orders(n_users=40, n_orders=6):
    """Each user orders three items of one shelf at a time, from another shelf each time."""
    rng = np.random.default_rng(3)
    rows = [
        (user, 100 * shelf + item + 1, 1_600_000_000 + 1000 * user + order)
        for user in range(1, n_users + 1)
        for order, shelf in enumerate(rng.permutation(9)[:n_orders])
        for item in rng.permutation(5)[:3]
    ]
    return pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"])


def test_no_order_is_known_in_part_when_the_rest_of_it_is_asked_for(tmp_path):
    frame = orders()
    frame.sample(frac=1, random_state=0).to_csv(tmp_path / "orders.csv", index=False)
    parts = cut(reading.read(Source(str(tmp_path / "orders.csv"))).frame, 42)
    pairs = zip(parts.users.to_idx(frame["user_id"]), parts.items.to_idx(frame["item_id"]))
    times = dict(zip(pairs, frame["timestamp"]))
    for view, n_orders in ((parts.tuning, 4), (parts.final, 5)):
        assert len(view.measured) == 40
        for user in view.measured:
            known, asked = (
                {times[user, item] for item in matrix[[user]].indices} for matrix in (view.seen, view.relevant)
            )
            assert len(known) == n_orders and len(asked) == 1 and max(known) < min(asked)


def test_one_date_for_all_rows_is_refused_and_the_advice_works(tmp_path):
    frame = orders().assign(timestamp=1_700_000_000)
    frame.to_csv(tmp_path / "one.csv", index=False)
    with pytest.raises(DataProblems, match="no newest part can be cut off"):
        reading.read(Source(str(tmp_path / "one.csv")))
    frame.drop(columns="timestamp").to_csv(tmp_path / "none.csv", index=False)
    assert len(reading.read(Source(str(tmp_path / "none.csv"))).frame) == len(frame)
