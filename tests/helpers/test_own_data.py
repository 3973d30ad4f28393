"""A learner's own file: everything a bad one can do is answered with what, where and what to do."""

import gzip
import io
import string
import zipfile

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_helpers.data import DataProblems, check_interactions, load_csv

HEADER = "user_id,item_id,rating,timestamp\n"
T = 1000000000
FOUR = ["user_id", "item_id", "rating", "timestamp"]
GOOD = HEADER + "1,50,3.5,1000000000\n1,60,5,1000000060\n2,50,0.5,1000000120\n"


@pytest.fixture
def load(tmp_path):
    """A function that writes text or bytes to a file and loads it."""

    def load(content: str | bytes, name: str = "my.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return load_csv(path, **options)

    return load


def zip_bytes() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()


# name of the case: (content, options of load_csv, words the message must hold, how many problems there are)
BAD = {
    "missing column": (
        GOOD.replace("user_id", "UserID"),
        {},
        ["'user_id' is missing", "['UserID', 'item_id', 'rating', 'timestamp']", "columns={'user_id': 'UserID'}"],
        1,
    ),
    "mapped column missing": (
        GOOD.replace("rating", "Stars"),
        {"columns": {"rating": "stars"}},
        ["'stars' is missing", "Is it 'Stars'?", "columns={'rating': 'Stars'}"],
        1,
    ),
    "column without a close match": (
        GOOD.replace("item_id", "sku"),
        {},
        ["'item_id' is missing", "'sku'", "columns={'item_id': '…'}"],
        1,
    ),
    "separator ;": (GOOD.replace(",", ";"), {}, ["1. The separator seems to be ';'. Pass sep=';'."], 1),
    "separator tab": (GOOD.replace(",", "\t"), {}, ["The separator seems to be '\\t'. Pass sep='\\t'."], 1),
    "separator that was passed": (GOOD, {"sep": ";"}, ["The separator seems to be ','. Pass sep=','."], 1),
    "no header": (
        GOOD.removeprefix(HEADER),
        {},
        ["1. The first line seems to be data", "names=['user_id', 'item_id', 'rating', 'timestamp']"],
        1,
    ),
    "no header, three columns, the last of them times": (
        f"1,50,{T}\n2,60,{T}\n",
        {},
        ["names=['user_id', 'item_id', 'timestamp']"],
        1,
    ),
    "no header and ids of text": (
        "ann,a1\nbob,b1\n",
        {},
        ["'user_id' is missing; there are ['ann', 'a1']", "If the first line is no header, pass names=["],
        2,
    ),
    "the first row taken for a header": (
        GOOD.removeprefix(HEADER),
        {"columns": {"user_id": "1", "item_id": "50"}},
        ["1. The first line seems to be data"],
        1,
    ),
    "a header where names were passed": (
        GOOD,
        {"names": ["user_id", "item_id", "rating", "timestamp"]},
        ["The first line is a header: ['user_id', 'item_id', 'rating', 'timestamp']", "Leave names out"],
        1,
    ),
    "names for another number of columns": (
        GOOD.removeprefix(HEADER),
        {"names": ["user_id", "item_id"]},
        ["Rows without the 2 fields of names (rows: 3; line 1: 4; line 2: 4; line 3: 4)", "one name for each field"],
        2,
    ),
    "a header in the middle": (
        GOOD + GOOD,
        {"duplicates": "first"},
        ["1. The header comes again (rows: 1; line 5)", "Delete these lines"],
        1,
    ),
    "separator of two characters": (GOOD.replace(",", "::"), {}, ["seems to be '::'. Pass sep='::'."], 1),
    "separator of two characters, cut at one": (GOOD.replace(",", "::"), {"sep": ":"}, ["Pass sep='::'."], 1),
    "names in capitals": (
        GOOD.replace("rating,timestamp", "Rating,Time Stamp"),
        {},
        [
            "1. Column 'Rating' is nearly 'rating', but would not be used. To use it: columns={'rating': 'Rating'",
            "2. Column 'Time Stamp' is nearly 'timestamp'",
            "To do without it: columns={'rating': 'Rating', 'timestamp': None}",
        ],
        2,
    ),
    "one name in two spellings": (
        HEADER + "Jos\u00e9,50,3,1\nJose\u0301,60,4,100000000\n",
        {},
        ["user_id looks like another id, but is spelled otherwise (rows: 1; line 3", "'Jos\\xe9' and 'Jose\\u0301'"],
        1,
    ),
    "an invisible character": (GOOD + f"1,a b,3,{T}\n2,a \u200bb,3,{T}\n", {}, ["item_id looks like another id"], 1),
    "one number in two spellings among text": (GOOD + f"x,50,3,{T}\n1.0,70,3,{T}\n", {}, ["'1' and '1.0'"], 1),
    "ids that were floats": (
        GOOD + f"9007199254740992.0,50,3,{T}\n",
        {},
        ["user_id was a number with a floating point, and has lost digits (rows: 1; line 5: 9007199254740992.0, 50"],
        1,
    ),
    "utf-8 read as Windows": (
        (HEADER + f"1,Amélie,3,{T}\n2,Heat,3,{T}\n").encode(),
        {"encoding": "cp1252"},
        ["damages lines that are written in utf-8 (rows: 1; line 2: '1,AmÃ©lie", "pass encoding='utf-8-sig'"],
        1,
    ),
    "several encodings, none of which reads a line": (
        (HEADER + f"1,Amélie,3,{T}\n2,Heat,3,{T}\n").encode("cp1252"),
        {"encoding": ["utf-8", "ascii"]},
        ["None of ['utf-8', 'ascii'] reads line 2: '1,Amélie", "Add the encoding of such lines"],
        1,
    ),
    "lines that are no JSON objects": (
        '{"user_id": 1, "item_id": 2}\n{"user_id": 3,\n[4]\n{"user_id": 4, "item_id": 3}\n',
        {},
        ["Lines that are not a JSON object (rows: 2; line 2; line 3)", "one object in braces on each line"],
        1,
    ),
    "dates and seconds mixed": (
        GOOD.replace("1000000000", "2001-09-09"),
        {},
        ["timestamp is not a number (rows: 1; line 2", "Bring all of them to one form first"],
        1,
    ),
    "dates of two orders": (
        HEADER + "1,50,3,05/03/2020\n2,60,3,07/03/2020\n",
        {},
        ["times='%d/%m/%Y' reads the first as 05 March 2020; times='%m/%d/%Y' reads the first as 03 May 2020"],
        1,
    ),
    "column twice": (
        "user_id,item_id,rating,rating\n1,50,3,4\n2,60,3,4\n",
        {},
        ["'rating' appears 2 times", "Rename all but one"],
        1,
    ),
    "text in a number column": (
        GOOD.replace("3.5", "good"),
        {},
        ["rating is not a number (rows: 1; line 2: 1, 50, good, 1000000000)", "Write 3.5, not 3,5"],
        1,
    ),
    "decimal comma": (GOOD.replace("3.5", '"3,5"'), {}, ["rating is not a number", "not 3,5"], 1),
    "empty file": ("", {}, ["The file is empty", "Export it again"], 1),
    "only white space": (" \n\n", {}, ["The file is empty"], 1),
    "no rows": (HEADER, {}, ["no rows", "export cut short"], 1),
    "encoding of Windows": (
        (HEADER + f"1,Amélie,3,{T}\n2,Heat,3,{T}\n").encode("cp1252"),
        {},
        ["Line 2 is not written in utf-8", f"encoding='cp1252' gives '1,Amélie,3,{T}'"],
        1,
    ),
    "encoding of China": (
        (HEADER + f"1,Heat,3,{T}\n2,英雄,3,{T}\n").encode("gb18030"),
        {},
        ["Line 3 is not written in utf-8", f"encoding='gb18030' gives '2,英雄,3,{T}'"],
        1,
    ),
    "encoding UTF-16": (GOOD.encode("utf-16"), {}, ["not written in utf-8", "encoding='utf-16'"], 1),
    "encoding that no code page allows": (
        (HEADER + "1,").encode() + b"\x81\xff" + f",3,{T}\n2,Heat,3,{T}\n".encode(),
        {},
        ["Line 2 is not written in utf-8", "encoding='latin-1'"],
        1,
    ),
    "encoding that was passed": (
        (HEADER + f"1,Amélie,3,{T}\n2,Heat,3,{T}\n").encode(),
        {"encoding": "ascii"},
        ["Line 2 is not written in ascii", f"encoding='utf-8' gives '1,Amélie,3,{T}'"],
        1,
    ),
    "missing user": (
        GOOD + ",60,4,1000000000\n",
        {},
        ["user_id is missing (rows: 1; line 5: (empty), 60", "Drop the row"],
        1,
    ),
    "missing item written NA": (GOOD + "2,NA,4,1\n", {}, ["item_id is missing (rows: 1; line 5: 2, (empty), 4, 1)"], 1),
    "missing rating": (GOOD + "2,60,,1\n", {}, ["rating is missing (rows: 1; line 5", "Drop the row"], 1),
    "exact repeat": (
        GOOD + "1,50,3.5,1000000000\n",
        {},
        ["1. A whole row repeats an earlier one (rows: 1; line 5: 1, 50, 3.5, 1000000000)", "duplicates='first'"],
        1,
    ),
    "pair twice": (
        GOOD + "1,50,4,1000000001\n",
        {},
        [
            "1. The pair (user_id, item_id) occurs before, with another rating or time (rows: 1; line 5: 1, 50, 4",
            "pass duplicates='last' or duplicates='first'",
            "count them",
        ],
        1,
    ),
    "impossible rating": (
        GOOD.replace("3.5", "0").replace(",5,", ",5.5,"),
        {},
        ["outside 0.5 … 5 (rows: 2; line 2: 1, 50, 0, 1000000000; line 3: 1, 60, 5.5", "true scale as rating_range"],
        1,
    ),
    "infinite rating": (
        GOOD.replace("3.5", "inf"),
        {},
        ["rating lies outside 0.5 … 5 (rows: 1; line 2: 1, 50, inf"],
        1,
    ),
    "milliseconds": (
        GOOD.replace(",10000", ",10000000"),
        {},
        ["timestamp is too large for seconds (rows: 3", "pass times='milliseconds'"],
        1,
    ),
    "dates": (
        HEADER + "1,50,3.5,2001-09-09\n2,60,3,2001-09-10\n",
        {},
        ["timestamp is not a number (rows: 2; line 2: 1, 50, 3.5, 2001-09-09", "They are dates: pass times='ISO8601'."],
        1,
    ),
    "time before 1970": (
        GOOD.replace("1000000000", "-1"),
        {},
        ["timestamp is negative (rows: 1; line 2", "Correct it"],
        1,
    ),
    "id 0": (
        GOOD + "0,60,4,1\n",
        {},
        ["user_id is 0 or negative (rows: 1; line 5", "Pass text_ids=True", "number the ids from 1"],
        1,
    ),
    "negative id": (GOOD + "2,-7,4,1\n", {}, ["item_id is 0 or negative (rows: 1; line 5: 2, -7, 4, 1)"], 1),
    "id rounded by a spreadsheet": (
        GOOD + "1.23457E+12,60,4,1000000000\n",
        {},
        [
            "1. user_id looks rounded by a spreadsheet (rows: 1; line 5: 1.23457E+12, 60",
            "column as text",
            "export again",
        ],
        1,
    ),
    "id rounded with a decimal comma": (GOOD + '2,"1,2E+05",4,1000000000\n', {}, ["item_id looks rounded"], 1),
    "years": (
        GOOD.replace("1000000", "2"),
        {},
        [
            "1. The latest time is in 1970 … 1973. Are these seconds? Years: pass times='%Y';",
            "days such as 20240531: pass times='%Y%m%d'.",
            "Excel days: (days − 25569) × 86400",
            "add that start",
        ],
        1,
    ),
    "yyyymmdd": (GOOD.replace("1000000", "20191"), {}, ["The latest time is in 1970"], 1),
    "Excel days": (GOOD.replace("1000000", "43"), {}, ["The latest time is in 1970"], 1),
    "decimal commas without quotes": (
        GOOD.replace("3.5", "3,5"),
        {},
        ["line 2: 5", "decimal commas, export with points, or with ; as separator; then replace , by . in pandas."],
        1,
    ),
    "one user": ("user_id,item_id\n1,50\n1,60\n", {}, ["user_id has only one value", "right column"], 1),
    "one item": ("user_id,item_id\n1,50\n2,50\n", {}, ["item_id has only one value", "needs several"], 1),
    "spreadsheet renamed": (zip_bytes(), {}, ["not a CSV file but a zip archive or Excel .xlsx", "save it as CSV"], 1),
    "gzip renamed": (gzip.compress(GOOD.encode()), {}, ["not a CSV file but gzip", "Unpack it"], 1),
    "web page": ("<!DOCTYPE html><p>Log in</p>", {}, ["not a CSV file but a web page"], 1),
    "JSON": ('[{"user_id": 1}]', {}, ["not a CSV file but a JSON array"], 1),
    "binary": (b"\x00\x01\x02\x03", {}, ["not a CSV file but binary"], 1),
    "rows too long and too short": (
        GOOD + "2,60,4,1,extra\n2,70\n",
        {},
        ["Rows without the 4 fields of the header (rows: 2; line 5: 5; line 6: 2)", "in quotes"],
        1,
    ),
    "quote never closed": (
        GOOD + '2,"60,4,1\n2,70,4,1\n',
        {},
        ["Rows without the 4 fields", "line 6", "close every quote"],
        1,
    ),
    "endless quote": (
        GOOD + '2,"' + "x" * 200_000,
        {},
        ["line 5: field larger than field limit", "close every quote"],
        1,
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_what_is_wrong_where_and_what_to_do(load, case):
    content, options, words, n_problems = BAD[case]
    with pytest.raises(DataProblems) as caught:
        load(content, **options)
    message = str(caught.value)
    assert message.startswith(f"my.csv was not changed; problems found: {n_problems}\n1. ")
    assert len(caught.value.problems) == n_problems, message
    for word in words:
        assert word in message


def test_a_file_with_many_problems_at_once_lists_all_of_them(load):
    rows = [
        "user_id,item_id,stars,timestamp,Amélie",  # line 1: not UTF-8
        "1,50,3.5,1000000000,a",
        ",60,4,1000000000,a",  # line 3: no user
        "2,0,4,1000000000,a",  # line 4: item 0
        "2,60,9,1000000000,a",  # line 5: impossible rating
        "2,70,4,1000000000000,a",  # line 6: milliseconds
        "3,50,4,yesterday,a",  # line 7: a date
        "1,50,3.5,1000000000,a",  # line 8: repeats line 2
        "3,80",  # line 9: too short
    ]
    with pytest.raises(DataProblems) as caught:
        load("\n".join(rows).encode("cp1252"), columns={"rating": "stars"})
    expected = [
        "Line 1 is not written in utf-8",
        "Rows without the 5 fields of the header (rows: 1; line 9",
        "user_id is missing (rows: 1; line 3",
        "item_id is 0 or negative (rows: 1; line 4",
        "rating lies outside 0.5 … 5 (rows: 1; line 5",
        "timestamp is too large for seconds (rows: 1; line 6",
        "timestamp is not a number (rows: 1; line 7",
        "A whole row repeats an earlier one (rows: 1; line 8",
    ]
    for words in expected:
        assert sum(problem.startswith(words) for problem in caught.value.problems) == 1, words
    assert len(caught.value.problems) == len(expected)
    of_rows = [int(problem.split("line ")[1][0]) for problem in caught.value.problems[2:]]
    assert of_rows == sorted(of_rows), "problems of rows stand in the order of the file"


def test_a_missing_column_does_not_hide_the_problems_of_the_others(load):
    with pytest.raises(DataProblems) as caught:
        load("user,item_id,rating\n1,50,9\n2,60,3\n")
    assert ["is missing" in problem or "outside" in problem for problem in caught.value.problems] == [True, True]


def test_a_missing_column_and_missing_rows_are_both_named(load):
    with pytest.raises(DataProblems, match="'item_id' is missing") as caught:
        load("user_id,rating\n")
    assert "There are no rows" in caught.value.problems[1]


def test_a_frame_with_a_column_twice_is_refused():
    frame = pd.DataFrame([[1, 5, 3, 4], [2, 6, 3, 4]], columns=["user_id", "item_id", "rating", "rating"])
    with pytest.raises(DataProblems, match="'rating' appears 2 times"):
        check_interactions(frame)


def test_no_more_than_three_rows_are_shown_and_all_are_counted(load):
    with pytest.raises(DataProblems) as caught:
        load(HEADER + "".join(f"{n},{n},9,1\n" for n in range(1, 1001)))
    assert "(rows: 1,000; line 2: 1, 1, 9, 1; line 3: 2, 2, 9, 1; line 4: 3, 3, 9, 1)" in str(caught.value)
    with pytest.raises(DataProblems, match=r"rows: 5; line 5: 1; line 6: 1; line 7: 1\)"):
        load(GOOD + "x\n" * 5)


def test_line_numbers_are_those_of_the_file_even_with_blank_lines_and_line_breaks_in_quotes(load):
    with pytest.raises(DataProblems, match="line 6: 2, 60, 9") as caught:
        load('user_id,item_id,rating,review\n\n1,50,3,"two\nlines"\n\n2,60,9,short\n')
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_are_read(load, line_end):
    assert len(load(GOOD.replace("\n", line_end))) == 3


def test_a_good_file_is_read_with_its_types_and_reported(load, capsys):
    expected = pd.DataFrame(
        {
            "user_id": [1, 1, 2],
            "item_id": [50, 60, 50],
            "rating": [3.5, 5.0, 0.5],
            "timestamp": [1000000000, 1000000060, 1000000120],
        }
    )
    pd.testing.assert_frame_equal(load(GOOD), expected)
    assert capsys.readouterr().out == "my.csv: 3 interactions, 2 users, 2 items\n"


def test_names_scale_separator_and_encoding_of_the_file_can_be_given(load):
    content = "when;customer;sku;stars\n1000000000;Zoé;A7;9\n1000000060;Al;B7;0\n".encode("cp1252")
    columns = {"user_id": "customer", "item_id": "sku", "rating": "stars", "timestamp": "when"}
    frame = load(content, columns=columns, rating_range=(0, 10), sep=";", encoding="cp1252")
    assert list(frame.columns) == ["user_id", "item_id", "rating", "timestamp"]
    assert frame.iloc[0].tolist() == ["Zoé", "A7", 9.0, 1000000000]


def test_without_rating_and_timestamp_the_data_are_implicit_and_the_loader_says_what_will_not_work(load, capsys):
    frame = load("user_id,item_id,ratings\n1,50,9\n2,60,9\n")
    assert list(frame.columns) == ["user_id", "item_id"]
    text = capsys.readouterr().out
    assert "no rating: implicit feedback" in text and "no timestamp: splits by time will not work" in text
    assert "columns not used: ['ratings']" in text
    assert "(is it 'ratings'? Then pass columns={'rating': 'ratings'})" in text


def test_a_rating_can_be_left_out_on_purpose(load):
    assert "rating" not in load(GOOD.replace("3.5", "nonsense"), columns={"rating": None})


def test_a_byte_order_mark_and_spaces_around_values_do_no_harm(load):
    frame = load(b"\xef\xbb\xbf" + b"user_id, item_id , rating\n1, a b ,3\n2 , c ,4\n")
    assert frame["user_id"].tolist() == [1, 2] and frame["item_id"].tolist() == ["a b", "c"]


@pytest.mark.parametrize(
    ("ids", "read_as"),
    [
        (["7", "8"], [7, 8]),
        (["7.0", "8"], [7, 8]),
        (["007", "8"], ["007", "8"]),
        (["7", "x8"], ["7", "x8"]),
        (["0", "x8"], ["0", "x8"]),
        (["9007199254740993", "2"], [9007199254740993, 2]),
        (["123456789012345678901234567890", "2"], ["123456789012345678901234567890", "2"]),
    ],
)
def test_ids_are_numbers_only_if_nothing_is_lost_by_it(load, ids, read_as):
    frame = load("user_id,item_id\n" + "".join(f"{raw_id},{n}\n" for n, raw_id in enumerate(ids, start=1)))
    assert frame["user_id"].tolist() == read_as


DOUBLE = HEADER + f"1,50,1,{T + 300}\n2,60,2,{T + 100}\n1,50,3,{T + 200}\n1,50,4,{T + 300}\n"


def test_duplicates_last_keeps_the_latest_row_of_a_pair_and_the_order_of_the_file(load):
    assert load(DOUBLE, duplicates="last")["rating"].tolist() == [2, 4]


def test_duplicates_first_keeps_the_earliest_row_of_a_pair(load):
    assert load(DOUBLE, duplicates="first")["rating"].tolist() == [2, 3]


def test_without_timestamps_first_and_last_follow_the_order_of_the_rows(load):
    columns = {"timestamp": None}
    assert load(DOUBLE, columns=columns, duplicates="last")["rating"].tolist() == [2, 4]
    assert load(DOUBLE, columns=columns, duplicates="first")["rating"].tolist() == [1, 2]


def test_a_wrong_argument_is_named(load):
    with pytest.raises(ValueError, match="duplicates must be 'error', 'first' or 'last', not 'drop'"):
        load(GOOD, duplicates="drop")
    with pytest.raises(ValueError, match=r"\['user'\] are not our names"):
        load(GOOD, columns={"user": "user_id"})
    with pytest.raises(ValueError, match="cannot leave out user_id or item_id"):
        load(GOOD, columns={"item_id": None})
    for sep in ("", None, "\n", "a\n", 7):
        with pytest.raises(ValueError, match=r"sep must be one or more characters, such as .*, not "):
            load(GOOD, sep=sep)
    for rating_range in ((10, 1), 5, (1, 2, 3)):
        with pytest.raises(
            ValueError, match="rating_range takes two numbers, the lowest and the highest possible rating, not "
        ):
            load(GOOD, rating_range=rating_range)
    for times in ("hours", None, 7):
        with pytest.raises(ValueError, match=r"times takes seconds, milliseconds, ISO8601, or a format .*, not "):
            load(GOOD, times=times)


def test_for_a_frame_the_advice_is_to_rename_not_to_load_otherwise():
    with pytest.raises(DataProblems) as caught:
        check_interactions(pd.DataFrame({"UserID": [1, 2], "sku": [1, 2]}))
    message = str(caught.value)
    assert "`frame = frame.rename(columns={'UserID': 'user_id', '…': 'item_id'})`" in message
    assert "names=" not in message and "load_csv" not in message


def test_a_late_time_among_early_ones_and_times_alone_before_1970_are_not_taken_for_another_unit(load):
    assert len(load(GOOD + "2,60,4,5\n")) == 4
    with pytest.raises(DataProblems, match="is negative") as caught:
        load(HEADER + "1,50,3,-1\n2,60,3,-2\n")
    assert len(caught.value.problems) == 1


def test_a_separator_is_only_suggested_if_another_one_leaves_a_single_column(load):
    with pytest.raises(DataProblems, match=r"'user_id' is missing; there are \['user_id,item_id'\]"):
        load('"user_id,item_id"\n"1,50"\n"2,60"\n')
    assert len(load("user;id,item_id\n1,50\n2,60\n", columns={"user_id": "user;id"})) == 2


def test_the_file_is_never_changed(load, tmp_path):
    load(GOOD)
    with pytest.raises(DataProblems):
        load(GOOD + "0,0,0,0\n", name="bad.csv")
    assert (tmp_path / "my.csv").read_text() == GOOD and (tmp_path / "bad.csv").read_text() == GOOD + "0,0,0,0\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv", "my.csv"]


def test_a_frame_is_checked_under_its_own_row_labels_and_not_changed():
    frame = pd.DataFrame({"user_id": ["a", None], "item_id": [1, 2], "rating": [9, 3]}, index=["x", "y"])
    before = frame.copy(deep=True)
    with pytest.raises(DataProblems) as caught:
        check_interactions(frame)
    message = str(caught.value)
    assert "user_id is missing (rows: 1; row y" in message and "outside 0.5 … 5 (rows: 1; row x: a, 1, 9)" in message
    pd.testing.assert_frame_equal(frame, before)


def test_a_checked_frame_keeps_its_other_columns_and_labels_and_is_a_copy():
    frame = pd.DataFrame({"user_id": [1.0, 2.0], "item_id": ["5", "6"], "note": ["n", "m"]}, index=[8, 8])
    checked = check_interactions(frame)
    assert checked["user_id"].dtype == "int64" and checked["item_id"].dtype == "int64"
    assert checked["note"].tolist() == ["n", "m"] and checked.index.tolist() == [8, 8]
    assert frame["user_id"].dtype == "float64"


def test_ids_with_fractions_in_a_frame_are_refused():
    with pytest.raises(DataProblems, match=r"user_id has a fraction \(rows: 1; row 0: 1\.5, 1\)\. Write whole"):
        check_interactions(pd.DataFrame({"user_id": [1.5, 2], "item_id": [1, 2]}))


PUBLIC = {  # files as they are published: (their first lines, how the docstring says to load them, first row)
    "u.data": (
        "196\t242\t3\t881250949\n186\t302\t3\t891717742\n",
        dict(sep="\t", names=FOUR),
        [196, 242, 3, 881250949],
    ),
    "ratings.dat": (
        "1::1193::5::978300760\n2::661::3::978302109\n",
        dict(sep="::", names=FOUR),
        [1, 1193, 5, 978300760],
    ),
    "ratings.csv": (
        "userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n2,1029,3.0,1260759179\n",
        dict(columns={"user_id": "userId", "item_id": "movieId"}),
        [1, 31, 2.5, 1260759144],
    ),
    "reviews.json": (
        '{"reviewerID": "A2SUAM", "asin": "0001713353", "overall": 5.0, "unixReviewTime": 1252800000, "vote": null}\n'
        '{"reviewerID": "APOZ15", "asin": "0001061240", "overall": 4, "unixReviewTime": 1252800001, "style": {}}\n',
        dict(columns={"user_id": "reviewerID", "item_id": "asin", "rating": "overall", "timestamp": "unixReviewTime"}),
        ["A2SUAM", "0001713353", 5.0, 1252800000],
    ),
    "Books.csv": (
        "user_id,parent_asin,rating,timestamp\nAEV6DP,0671024248,5.0,1325004399000\nAFKZEN,1546891000,4,1325004460999\n",
        dict(columns={"item_id": "parent_asin"}, times="milliseconds"),
        ["AEV6DP", "0671024248", 5, 1325004399],
    ),
    "BX-Book-Ratings.csv": (
        '"User-ID";"ISBN";"Book-Rating"\n"276725";"034545104X";"0"\n"276726";"0155061224";"5"\n',
        dict(
            sep=";",
            encoding="cp1252",
            rating_range=(0, 10),
            columns={"user_id": "User-ID", "item_id": "ISBN", "rating": "Book-Rating"},
        ),
        [276725, "034545104X", 0],
    ),
}


@pytest.mark.parametrize("name", PUBLIC)
def test_public_files_are_read_as_they_are(load, name):
    content, options, first = PUBLIC[name]
    frame = load(content, name=name, **options)
    assert len(frame) == 2 and frame.iloc[0].tolist() == first
    documented = load_csv.__doc__.split(f'load_csv("{name}", ')[1].split("`")[0].rstrip(")")
    documented = " ".join(documented.split()).replace("four", str(FOUR))
    assert eval(f"dict({documented})") == options


def test_numbers_of_json_lines_keep_their_digits(load):
    frame = load('{"user_id": 9007199254740993, "item_id": "007"}\n\n{"user_id": 9007199254740992, "item_id": "07"}\n')
    assert frame["user_id"].tolist() == [9007199254740993, 9007199254740992]
    assert frame["item_id"].tolist() == ["007", "07"]
    with pytest.raises(DataProblems, match=r"item_id is missing \(rows: 1; line 2: 2, \(empty\)\)"):
        load('{"user_id": 1, "item_id": 2}\n{"user_id": 2, "item_id": null}\n{"user_id": 3, "item_id": 3}\n')


def test_columns_called_0_1_2_as_pandas_calls_them_are_a_header(load):
    assert len(load("0,1,2\n7,50,3\n8,60,4\n", columns={"user_id": "0", "item_id": "1", "rating": "2"})) == 2


def test_without_the_check_the_columns_come_as_text_with_their_lines(load, capsys):
    frame = load(GOOD.replace("1,50", " 007 ,") + "\n0,0,0,0\n", check=False)
    assert frame["user_id"].tolist() == ["007", "1", "2", "0"] and frame.index.tolist() == [2, 3, 4, 6]
    assert frame["item_id"].isna().tolist() == [True, False, False, False] and frame.index.name == "line"
    assert "all values are text, not checked" in capsys.readouterr().out
    with pytest.raises(DataProblems, match="line 6: 0, 0, 0, 0"):
        check_interactions(frame)
    with pytest.raises(DataProblems, match="Rows without the 4 fields"):
        load(GOOD + "1\n", check=False)


@pytest.mark.parametrize("name", ["Int64", "Float64", "object", "uint64"])
def test_ids_of_any_type_become_whole_numbers(name):
    frame = pd.DataFrame({"user_id": pd.Series([1, 2], dtype=name), "item_id": [5, 6]})
    assert check_interactions(frame)["user_id"].dtype == "int64"


BIG = 2**53  # from here on, a float64 stands for several whole numbers


@pytest.mark.parametrize(
    ("ids", "kind"),
    [([BIG, 1], "float64"), ([2**24, 1], "float32"), ([float(BIG), "x"], "object"), ([BIG, 1], "Float64")],
)
def test_ids_that_a_float_has_rounded_are_a_problem(ids, kind):
    frame = pd.DataFrame({"user_id": pd.Series(ids, dtype=kind), "item_id": [5, 6]})
    with pytest.raises(DataProblems, match=r"user_id was a number .* has lost digits \(rows: 1; row 0"):
        check_interactions(frame)


def test_large_ids_beside_a_missing_one_are_not_taken_for_repeats():
    with pytest.raises(DataProblems) as caught:
        check_interactions(pd.DataFrame({"user_id": [str(BIG), str(BIG + 1), None], "item_id": [5, 5, 6]}))
    assert len(caught.value.problems) == 1 and "user_id is missing" in caught.value.problems[0]


def test_whole_numbers_beyond_int64_become_text():
    frame = pd.DataFrame({"user_id": pd.Series([2**63 + 1, 7], dtype="uint64"), "item_id": [5, 6]})
    assert check_interactions(frame)["user_id"].tolist() == ["9223372036854775809", "7"]


def test_chinese_text_that_happens_to_be_valid_utf8_is_read_in_its_own_encoding(load):
    content = (HEADER + f"1,模,3,{T}\n2,英雄,3,{T}\n").encode("gb18030")
    assert load(content, encoding="gb18030")["item_id"].tolist() == ["模", "英雄"]


TEXT_ID = st.text(string.ascii_letters + string.digits + " ,;\"'\n-_é漢🎬", min_size=1).map(lambda text: f"u{text}u")
NUMBER_ID = st.integers(1, 10**18 - 1)
RATING = st.floats(0.5, 5)
SECONDS = st.integers(10**8, 4 * 10**9)


@st.composite
def valid_frames(draw):
    """Frames that satisfy every rule: unique pairs, at least two users and two items, optional rating and time."""
    ids = [draw(st.sampled_from([TEXT_ID, NUMBER_ID])) for _ in range(2)]
    users, items = (draw(st.lists(kind, min_size=2, max_size=5, unique=True)) for kind in ids)
    pairs = [(user, item) for user in users for item in items]
    pairs = [pairs[0], pairs[-1], *draw(st.lists(st.sampled_from(pairs[1:-1]), unique=True))]
    frame = pd.DataFrame(pairs, columns=["user_id", "item_id"])
    for name, values in {"rating": RATING, "timestamp": SECONDS}.items():
        if draw(st.booleans()):
            frame[name] = draw(st.lists(values, min_size=len(frame), max_size=len(frame)))
    return frame


@settings(max_examples=60, deadline=None)
@given(frame=valid_frames())
def test_any_valid_frame_written_to_csv_loads_back_equal(tmp_path_factory, frame):
    path = tmp_path_factory.mktemp("round_trip") / "frame.csv"
    frame.to_csv(path, index=False)
    pd.testing.assert_frame_equal(load_csv(path), frame, rtol=1e-15, atol=0)  # pandas 2 may miss the last bit
    pd.testing.assert_frame_equal(check_interactions(frame), frame, check_exact=True)
