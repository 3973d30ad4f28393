"""Load your own interactions from a text file, as it is: CSV, other separators, no header, JSON lines.

Every problem is listed at once, with what to do; nothing is repaired in silence, and the file is never changed. Meant
for files of up to a few million rows. The work is done next door: `decoding` makes text of the bytes, `text_files`
columns of the text, `column_names` and `checks` judge them, `advice` has the words.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from recsys_helpers.data import checks, column_names, decoding, text_files
from recsys_helpers.data.advice import Words
from recsys_helpers.data.checks import DataProblems
from recsys_helpers.data.column_names import COLUMNS, PAIR


def load_csv(
    path: str | Path,
    columns: dict[str, str | None] | None = None,
    rating_range: tuple[float, float] = (0.5, 5.0),
    duplicates: str = "error",
    encoding: str | Sequence[str] = "utf-8-sig",
    sep: str = ",",
    names: Sequence[str] | None = None,
    check: bool = True,
) -> pd.DataFrame:
    """Interactions from a text file: `user_id`, `item_id`, and `rating`, `timestamp` if they are there.

    `columns`: our name → name in the file, for names that differ; `{"rating": None}` leaves the ratings out.
    `sep`: the separator, one character or more. `names`: the columns of a file without a header, in order.
    `encoding`: one, or several, of which each line is read with the first that fits. A file of JSON lines (an object
    on each line) is recognised by itself. `check=False` returns the columns as text, to be repaired in pandas and then
    passed to `check_interactions`, where `rating_range` and `duplicates` are explained.
    An id column is read as whole numbers if all its ids are plain ones ("7", or "7.0" as spreadsheets write it), else
    as text: "007" stays "007". Spaces around a value are cut off.
    Raises DataProblems with line numbers of the file; a header is line 1.

    Some public files as they are, with `four = ["user_id", "item_id", "rating", "timestamp"]`:

    - MovieLens 100K: `load_csv("u.data", sep="\\t", names=four)`
    - MovieLens 1M and 10M: `load_csv("ratings.dat", sep="::", names=four)`
    - later MovieLens: `load_csv("ratings.csv", columns={"user_id": "userId", "item_id": "movieId"})`
    - Amazon reviews: `load_csv("reviews.json", columns={"user_id": "reviewerID", "item_id": "asin",
      "rating": "overall", "timestamp": "unixReviewTime"})`
    - Book-Crossing: `load_csv("BX-Book-Ratings.csv", sep=";", encoding="cp1252", rating_range=(0, 10),
      columns={"user_id": "User-ID", "item_id": "ISBN", "rating": "Book-Rating"})`
    """
    path, wanted = Path(path), {ours: ours for ours in COLUMNS} | (columns or {})
    _check_options(wanted, sep, names)
    checks.check_options(rating_range, duplicates)
    try:
        text, problems = decoding.decode(path.read_bytes(), encoding)
    except decoding.NotText as error:
        raise DataProblems(path.name, [str(error)]) from None
    if not text.strip():
        raise DataProblems(path.name, ["The file is empty. Export it again, and look at its size before you load it."])
    table = text_files.read_table(text, sep, names, wanted)
    _check_first_line(path.name, table, problems, wanted, sep, names)
    words = Words(columns or {})
    problems += column_names.column_problems(wanted, [*PAIR, *(columns or {})], table.header, words) + table.problems
    if check:
        frame = checks.checked(path.name, table.frame, problems, rating_range, duplicates, words)
        frame = frame.reset_index(drop=True)
    elif problems:
        raise DataProblems(path.name, problems)
    else:
        frame = table.frame
    print(_summary(path.name, frame, table.header, wanted, words, check))
    return frame


def _check_options(wanted: dict[str, str | None], sep: str, names: Sequence[str] | None) -> None:
    if len(wanted) > len(COLUMNS):
        raise ValueError(f"columns maps our names, {COLUMNS}, to the file's; {list(wanted)[4:]} are not our names.")
    if None in (wanted["user_id"], wanted["item_id"]):
        raise ValueError("columns cannot leave out user_id or item_id: a recommender needs both.")
    if not isinstance(sep, str) or not sep or set(sep) & set('\r\n"'):
        raise ValueError(f"sep must be one or more characters, such as ',' or ';' or '\\t' or '::', not {sep!r}.")
    if names is not None and (isinstance(names, str) or not all(isinstance(name, str) for name in names)):
        raise ValueError(f"names must be a list with the name of each column of the file, not {names!r}.")


def _check_first_line(name: str, table: text_files.Table, problems: list[str], wanted: dict, sep: str, names) -> None:
    """Refuse a file whose first line is cut by another separator, or is a header where data should be, or data."""
    if (other := column_names.other_separator(table.first, sep)) is not None:
        problems = [*problems, f"The separator seems to be {other!r}. Pass sep={other!r}."]
        cells = [cell.strip() for cell in sep.join(table.first).split(other)]
        if names is None and column_names.looks_like_data(cells):
            problems.append(_no_header(cells))
        raise DataProblems(name, problems)
    used = [theirs for theirs in wanted.values() if theirs in table.header]
    is_missing = not {wanted[ours] for ours in PAIR} <= set(table.header)
    if names is None and column_names.looks_like_data(table.header):
        if is_missing or any(map(column_names.is_number, used)):
            raise DataProblems(name, [*problems, _no_header(table.header)])
    if names is not None and {cell.lower() for cell in table.first} & {*COLUMNS, *(n.lower() for n in names)}:
        advice = "Leave names out, and say with columns which column is which."
        raise DataProblems(name, [*problems, f"The first line is a header: {table.first}. {advice}"])


def _no_header(cells: list[str]) -> str:
    what = f"The first line seems to be data, not names of columns: {cells}."
    names = column_names.suggested_names(cells)
    return f"{what} Name the columns in order: names={names}, or as they are in your file."


def _summary(name: str, frame: pd.DataFrame, header: list[str], wanted: dict, words: Words, check: bool) -> str:
    """What was loaded, and what will not work with it."""
    n_users, n_items = frame["user_id"].nunique(), frame["item_id"].nunique()
    notes = [f"{name}: {len(frame):,} interactions, {n_users:,} users, {n_items:,} items"]
    notes += [] if check else ["all values are text, not checked"]
    unused = [column for column in header if column not in wanted.values()]
    for ours, effect in (("rating", "implicit feedback"), ("timestamp", "splits by time will not work")):
        if ours not in frame:
            near = column_names.near_miss(ours, unused) if wanted[ours] else None
            is_it = f" (is it {near!r}? Then pass {words.take({ours: near})})" if near else ""
            notes.append(f"no {ours}: {effect}{is_it}")
    notes += [f"columns not used: {unused}"] if unused else []
    return "; ".join(notes)
