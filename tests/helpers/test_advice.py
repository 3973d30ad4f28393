"""Every piece of advice about a reader's own data, followed to the letter: it must end with data that load."""

import ast
import gzip
import io
import json
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from recsys_helpers.data import DataProblems, advice, check_interactions, load_csv, same_spelling

CASES = Path(__file__).parent / "cases"
OPTION = re.compile(
    r"\b(sep|encoding|columns|names|duplicates|times|text_ids)=(\{.*?\}|\[.*?\]|True|'(?:[^'\\]|\\.)*')"
)
STATEMENT = re.compile(r"`(frame\b.*?)`")
TOOLS = {"pd": pd, "same_spelling": same_spelling}
T = 1_000_000_000


def advised(message: str, choice: int = 0) -> dict:
    """The options that a message says to pass; of several for one option, number `choice`."""
    found = {}
    for name, value in OPTION.findall(message):
        found.setdefault(name, []).append(ast.literal_eval(value))
    return {name: values[min(choice, len(values) - 1)] for name, values in found.items()}


def repaired(frame: pd.DataFrame, message: str) -> pd.DataFrame:
    """The frame after the statements of a message."""
    names = TOOLS | {"frame": frame}
    statements = STATEMENT.findall(message)
    assert statements, message
    for statement in statements:
        exec(statement, names)
    return names["frame"]


def obey(path: Path, choice: int = 0, **options) -> pd.DataFrame:
    """Load a file as a patient reader does: try, do what the message says, try again."""
    for _ in range(4):
        try:
            return load_csv(path, **options)
        except DataProblems as error:
            message = str(error)
        if STATEMENT.search(message):
            assert "frame = load_csv(…, check=False)" in message
            return check_interactions(repaired(load_csv(path, **options, check=False), message))
        assert advised(message, choice), message
        options |= advised(message, choice)
    raise AssertionError(message)


@pytest.fixture
def write(tmp_path):
    """A function that writes text or bytes to a file and gives its path."""

    def write(content: str | bytes) -> Path:
        (tmp_path / "my.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path / "my.csv"

    return write


RIGHT = {  # case: the rows that must come out of it
    "headerless_tab.data": [[7, 31, 3, 881250949], [8, 32, 3, 891717742], [9, 31, 1, 878887116]],
    "double_colon.dat": [[1, 31, 5, 978300760], [1, 32, 3, 978302109], [2, 31, 3, 978301968], [2, 33, 4, 978302268]],
    "nfc_nfd.csv": [["José", "i1", 4], ["José", "i2", 3], ["u2", "i1", 5]],
    "two_encodings.csv": [[1, "café", 3.5], [2, "café", 4], [3, "bar", 2]],
    "dates_some_without_time.csv": [[1, 10, 4, 1588507200], [2, 11, 5, 1620000000]],
    "capital_headers.csv": [[1, 10, 4, 1500000000], [2, 11, 5, 1500000001]],
    "play_hours.csv": [[1, "game one"], [2, "game two"]],
}


@pytest.mark.parametrize("name", RIGHT)
def test_who_does_what_the_messages_say_ends_with_the_right_rows(name):
    assert [list(row) for row in obey(CASES / name).itertuples(index=False)] == RIGHT[name]


def test_the_second_choice_leads_on_as_well():
    assert list(obey(CASES / "capital_headers.csv", choice=3)) == ["user_id", "item_id", "timestamp"]
    assert obey(CASES / "two_encodings.csv", encoding="cp1252")["item_id"].tolist() == ["café", "café", "bar"]


FILES = {  # what a message advises by options: (content, options at first, one column of what must come out)
    "separator ;": ("user_id;item_id\n1;5\n2;6\n", {}, {"item_id": [5, 6]}),
    "separator |": ("user_id|item_id\n1|5\n2|6\n", {}, {"item_id": [5, 6]}),
    "wrong separator, no header": ("1;5;3\n2;6;4\n", {}, {"rating": [3, 4]}),
    "no header, more columns than ours": ("1,5,3,1000000000,x\n2,6,4,1000000000,y\n", {}, {"rating": [3, 4]}),
    "column of another name": ("UserID,item_id\n1,5\n2,6\n", {}, {"user_id": [1, 2]}),
    "mapped to a name that is not there": (
        "user_id,item_id,Stars\n1,5,3\n2,6,4\n",
        {"columns": {"rating": "stars"}},
        {"rating": [3, 4]},
    ),
    "encoding of Windows": (
        "user_id,item_id\n1,Amélie\n2,Heat\n".encode("cp1252"),
        {},
        {"item_id": ["Amélie", "Heat"]},
    ),
    "encoding UTF-16": ("user_id,item_id\n1,5\n2,6\n".encode("utf-16"), {}, {"item_id": [5, 6]}),
    "utf-8 read as Windows": (
        "user_id,item_id\n1,Amélie\n2,Heat\n".encode(),
        {"encoding": "cp1252"},
        {"item_id": ["Amélie", "Heat"]},
    ),
    "a whole row twice": ("user_id,item_id\n1,5\n2,6\n1,5\n", {}, {"item_id": [5, 6]}),
    "a pair with another rating": ("user_id,item_id,rating\n1,5,3\n2,6,4\n1,5,2\n", {}, {"rating": [4, 2]}),
}


@pytest.mark.parametrize("name", FILES)
def test_options_that_a_message_names_load_the_file(write, name):
    content, options, right = FILES[name]
    frame = obey(write(content), **options)
    assert {column: frame[column].tolist() for column in right} == right


def test_of_two_encodings_that_work_the_reader_picks_the_one_that_reads_well(write):
    path = write("user_id,item_id\n1,英雄\n2,Heat\n".encode("gb18030"))
    assert obey(path, choice=1)["item_id"].tolist() == ["英雄", "Heat"]


DATES = {  # as written in a file: what the first and the last mean
    "ISO": (["2001-09-09", "2001-09-09T01:46:40Z", "2001-09-09 01:46"], 999993600, 999999960),
    "day first": (["05/03/2020", "31/03/2020"], 1583366400, 1585612800),
    "month first, with a time": (["03/05/2020 10:00", "03/31/2020 00:00"], 1583402400, 1585612800),
    "dots": (["05.03.2020", "31.03.2020"], 1583366400, 1585612800),
}


def dated(dates):
    """A file with a row for each date, each of another user and item."""
    rows = "".join(f"{n},{n},{date}\n" for n, date in enumerate(dates, start=1))
    return f"user_id,item_id,timestamp\n{rows}"


@pytest.mark.parametrize("name", DATES)
def test_dates_become_seconds_by_the_option_that_the_message_gives(write, name):
    dates, first, last = DATES[name]
    assert obey(write(dated(dates)))["timestamp"].tolist()[:: len(dates) - 1] == [first, last]


@pytest.mark.parametrize("name", DATES)
def test_dates_of_a_frame_become_seconds_by_the_line_that_the_message_gives(write, name):
    dates, first, last = DATES[name]
    frame = load_csv(write(dated(dates)), check=False)
    with pytest.raises(DataProblems) as caught:
        check_interactions(frame)
    seconds = check_interactions(repaired(frame, str(caught.value)))["timestamp"]
    assert seconds.tolist()[:: len(dates) - 1] == [first, last]


def test_where_two_orders_of_day_and_month_are_possible_each_gives_what_the_message_says(write):
    path = write(dated(["05/03/2020", "07/03/2020"]))
    with pytest.raises(DataProblems) as caught:
        load_csv(path)
    by_option = re.findall(r"times='([^']+)' reads the first as (\d\d \w+ \d{4})", str(caught.value))
    assert len(by_option) == 2
    frame = load_csv(path, check=False)
    with pytest.raises(DataProblems) as caught:
        check_interactions(frame)
    by_line = re.findall(r'format="([^"]+)" reads the first as (\d\d \w+ \d{4})', str(caught.value))
    assert by_line == by_option
    for form, day in by_option:
        line = re.sub('format="[^"]+", utc', f'format="{form}", utc', STATEMENT.search(str(caught.value))[1])
        of_frame = check_interactions(repaired(frame.copy(), f"`{line}`"))["timestamp"].iloc[0]
        assert f"{pd.Timestamp(of_frame, unit='s'):%d %B %Y}" == day
        assert load_csv(path, times=form)["timestamp"].iloc[0] == of_frame


def test_dates_before_1970_are_read_by_their_form(write):
    frame = load_csv(write(dated(["31.12.1969", "01.01.1871"])), times="%d.%m.%Y")
    assert frame["timestamp"].tolist() == [-86400, -3124137600]


def test_dates_of_another_form_are_named_with_their_lines(write):
    path = write(dated(["1.5.2020", "soon", "1588291200"]))
    with pytest.raises(DataProblems, match=r"form '%d.%m.%Y' \(rows: 2; line 3: 2, 2, soon; line 4: 3, 3, 1588"):
        load_csv(path, times="%d.%m.%Y")
    with pytest.raises(DataProblems, match="Bring all of them to one form first"):
        load_csv(path, times="%Y")
    path = write(dated(["2020-05-01", "2020-05-02"]))
    with pytest.raises(DataProblems, match=r"form '%Y'.* They are dates: pass times='ISO8601'"):
        load_csv(path, times="%Y")


def test_milliseconds_are_read_as_the_message_says_and_seconds_are_not_taken_for_them(write):
    path = write(dated([f"{T}999", f"{T + 60}000"]))
    assert obey(path)["timestamp"].tolist() == [T, T + 60]
    with pytest.raises(DataProblems, match=r"too large for seconds .* too large for milliseconds, too\."):
        load_csv(write(dated([f"{T}000000", f"{T}000001"])), times="milliseconds")
    with pytest.raises(DataProblems, match=r"Are they seconds\? Then leave times out"):
        load_csv(write(dated([T, T + 60])), times="milliseconds")
    mixed = write(dated([f"{T}000", T]))
    with pytest.raises(DataProblems, match=r"rows: 1; line 2: .*\. Divide milliseconds by 1000"):
        load_csv(mixed)
    assert load_csv(write(dated([T, T + 60])))["timestamp"].tolist() == [T, T + 60]


def test_with_ids_as_text_0_is_an_id_like_any_other_and_no_digit_is_lost(write):
    path = write("user_id,item_id\n0,5\n-3,6\n7.0,9007199254740993\n")
    frame = obey(path)
    assert frame["user_id"].tolist() == ["0", "-3", "7"] and frame["item_id"].tolist()[2] == "9007199254740993"
    rounded = write("user_id,item_id\n9007199254740992.0,5\n1.2E+10,6\n7,\n")
    with pytest.raises(DataProblems) as caught:
        load_csv(rounded, text_ids=True)
    told = str(caught.value)
    assert (
        "lost digits" in told and "rounded by a spreadsheet" in told and "item_id is missing (rows: 1; line 4" in told
    )


FRAMES = {  # what a message advises by statements, for a frame
    "a column of another name": {"UserID": [1, 2], "item_id": [5, 6]},
    "a column nearly named": {"user_id": [1, 2], "item_id": [5, 6], "Rating": [3, 4]},
    "hours of play": {"user_id": [1, 2], "item_id": [5, 6], "rating": [273.0, 0.2]},
    "two spellings": {"user_id": ["Jos\u00e9", "Jose\u0301", "x"], "item_id": [5, 6, 5]},
    "spaces and a number as text": {"user_id": ["a  b", "a b ", "x", "7", "7.0"], "item_id": [5, 6, 5, 6, 7]},
    "dates of pandas": {
        "user_id": [1, 2],
        "item_id": [5, 6],
        "timestamp": pd.to_datetime(["2001-09-09", "2001-09-10"]),
    },
    "dates as text": {"user_id": [1, 2], "item_id": [5, 6], "timestamp": ["2001-09-09", "2001-09-10"]},
}


@pytest.mark.parametrize("name", FRAMES)
def test_each_statement_that_a_message_names_repairs_the_frame(name):
    frame = pd.DataFrame(FRAMES[name])
    with pytest.raises(DataProblems) as caught:
        check_interactions(frame)
    statements = STATEMENT.findall(str(caught.value))
    assert len(statements) == (2 if name == "a column nearly named" else 1)
    columns = [list(check_interactions(repaired(frame.copy(), f"`{statement}`"))) for statement in statements]
    if name == "a column nearly named":
        assert columns == [["user_id", "item_id", "rating"], ["user_id", "item_id"]]


def test_a_date_that_is_missing_stays_missing():
    frame = pd.DataFrame({"user_id": [1, 2], "item_id": [5, 6], "timestamp": ["2001-09-09", None]})
    with pytest.raises(DataProblems, match="not a number") as caught:
        check_interactions(frame)
    with pytest.raises(DataProblems, match=r"timestamp is missing \(rows: 1; row 1"):
        check_interactions(repaired(frame, str(caught.value)))


def drop_the_row(frame):
    return frame.dropna(subset=["user_id"])


def write_with_a_point(frame):
    return frame.assign(rating=frame["rating"].str.replace(",", "."))


def divide_by_1000(frame):
    return frame.assign(timestamp=pd.to_numeric(frame["timestamp"]) / 1000)


def days_to_seconds(frame):
    return frame.assign(timestamp=(pd.to_numeric(frame["timestamp"]) - 25569) * 86400)


def put_a_letter_before(frame):
    return frame.assign(user_id="u" + frame["user_id"])


def as_text(frame):
    return frame.assign(user_id=frame["user_id"].astype("str"))


def count_them(frame):
    return frame.groupby(["user_id", "item_id"], as_index=False).size()


IN_WORDS = {  # advice in plain words: (rows, the words, what a reader does in pandas)
    "missing": ([["1", "5"], [None, "6"], ["2", "6"]], advice.DROP, drop_the_row),
    "decimal comma": ([["1", "5", "3,5"], ["2", "6", "4,0"]], advice.NUMBERS, write_with_a_point),
    "milliseconds": ([["1", "5", "3", f"{T}000"], ["2", "6", "3", f"{T}001"]], advice.UNITS, divide_by_1000),
    "Excel days": ([["1", "5", "3", "37143"], ["2", "6", "3", "37144"]], advice.SECONDS, days_to_seconds),
    "id 0": ([["0", "5"], ["1", "6"]], advice.Words().from_1(), put_a_letter_before),
    "fraction": ([[1.5, 5], [2.0, 6]], advice.WHOLE, as_text),
    "repeats": ([["1", "5", "3"], ["1", "5", "4"], ["2", "6", "3"]], advice.Words().again(), count_them),
}


@pytest.mark.parametrize("name", IN_WORDS)
def test_advice_in_words_works_in_pandas(name):
    rows, words, repair = IN_WORDS[name]
    frame = pd.DataFrame(rows, columns=["user_id", "item_id", "rating", "timestamp"][: len(rows[0])])
    with pytest.raises(DataProblems, match=re.escape(words)):
        check_interactions(frame)
    checked = check_interactions(repair(frame))
    if name == "Excel days":
        assert checked["timestamp"].tolist() == [999993600 - 86400 + 86400, 1000080000]


def test_a_true_scale_is_passed_as_rating_range(write):
    path = write("user_id,item_id,rating\n1,5,9\n2,6,0\n")
    with pytest.raises(DataProblems, match=re.escape("rating_range=(lowest, highest)")):
        load_csv(path)
    assert load_csv(path, rating_range=(0, 10))["rating"].tolist() == [9, 0]


def test_decimal_commas_are_read_after_an_export_with_semicolons(write):
    with pytest.raises(DataProblems, match=r"with ; as separator; then replace , by \. in pandas"):
        load_csv(write("user_id,item_id,rating\n1,5,3,5\n2,6,4,0\n"))
    path = write("user_id;item_id;rating\n1;5;3,5\n2;6;4,0\n")
    frame = write_with_a_point(load_csv(path, sep=";", check=False))
    assert check_interactions(frame)["rating"].tolist() == [3.5, 4]


def test_a_packed_file_loads_when_it_is_unpacked(write):
    content = b"user_id,item_id\n1,5\n2,6\n"
    with pytest.raises(DataProblems, match="Unpack it, and load the file inside"):
        load_csv(write(gzip.compress(content)))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("ratings.csv", content)
    path = write(buffer.getvalue())
    with pytest.raises(DataProblems, match="Unpack the archive and load the file inside"):
        load_csv(path)
    assert len(load_csv(write(zipfile.ZipFile(path).read("ratings.csv")))) == 2


def test_a_json_array_is_read_by_the_line_that_the_message_gives(write):
    path = write(
        '[\n {"user_id": "007", "item_id": 9007199254740993, "timestamp": 1000000000},\n'
        ' {"user_id": "07", "item_id": 9007199254740992, "timestamp": 1000000060}]'
    )
    with pytest.raises(DataProblems, match="a JSON array") as caught:
        load_csv(path)
    names = {"pd": pd, "json": json, "path": path}
    exec(STATEMENT.search(str(caught.value))[1], names)
    checked = check_interactions(names["frame"])
    assert checked["user_id"].tolist() == ["007", "07"]
    assert checked["item_id"].tolist() == [9007199254740993, 9007199254740992]
    assert checked["timestamp"].tolist() == [1000000000, 1000000060]
