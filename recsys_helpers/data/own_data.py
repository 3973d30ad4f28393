"""Load your own interactions from a text file, as it is: CSV, other separators, no header, JSON lines.

Every problem is listed at once, with what to do; nothing is repaired in silence, and the file is never changed. Meant
for files of up to a few million rows. The work is done next door: `decoding` makes text of the bytes, `text_files`
columns of the text, `column_names` and `checks` judge them, `advice` has the words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recsys_helpers.data import checks, column_names, decoding, text_files
from recsys_helpers.data.advice import FileWords
from recsys_helpers.data.checks import DataProblems, Rules
from recsys_helpers.data.column_names import COLUMNS, PAIR


def load_csv(
    path: str | Path,
    columns: dict[str, str | None] | None = None,
    rating_range: tuple[float, float] = (0.5, 5.0),
    duplicates: str = "error",
    encoding: str | Sequence[str] = "utf-8-sig",
    sep: str = ",",
    names: Sequence[str] | None = None,
    times: str = "seconds",
    text_ids: bool = False,
    check: bool = True,
) -> pd.DataFrame:
    """Interactions from a text file: `user_id`, `item_id`, and `rating`, `timestamp` if they are there.

    - `columns`: our name → name in the file, for names that differ; `{"rating": None}` leaves the ratings out.
    - `sep`: the separator, one character or more.
    - `names`: the columns of a file without a header, in order.
    - `encoding`: one, or several, of which each line is read with the first that fits.
    - `times`: "seconds" or "milliseconds" since 1970, or how dates are written: "ISO8601", or a format such as
      "%d/%m/%Y". Dates are in UTC unless they name a zone. Milliseconds and dates become whole seconds.
    - `text_ids`: all ids are text; then 0 is an id like any other. Otherwise an id column is read as whole numbers if
      all its ids are plain ones ("7", or "7.0" as spreadsheets write it), else as text: "007" stays "007".
    - `rating_range`, `duplicates`: as in `check_interactions`.
    - `check`: False returns the columns as text, to be repaired in pandas and passed to `check_interactions`.

    A file of JSON lines (an object on each line) is recognised by itself. Spaces around a value are cut off.
    Raises DataProblems with line numbers of the file; a header is line 1.

    Some public files as they are, with `four = ["user_id", "item_id", "rating", "timestamp"]`:

    - MovieLens 100K: `load_csv("u.data", sep="\\t", names=four)`
    - MovieLens 1M and 10M: `load_csv("ratings.dat", sep="::", names=four)`
    - later MovieLens: `load_csv("ratings.csv", columns={"user_id": "userId", "item_id": "movieId"})`
    - Amazon reviews: `load_csv("reviews.json", columns={"user_id": "reviewerID", "item_id": "asin",
      "rating": "overall", "timestamp": "unixReviewTime"})`
    - Amazon reviews of 2023: `load_csv("Books.csv", columns={"item_id": "parent_asin"}, times="milliseconds")`
    - Book-Crossing: `load_csv("BX-Book-Ratings.csv", sep=";", encoding="cp1252", rating_range=(0, 10),
      columns={"user_id": "User-ID", "item_id": "ISBN", "rating": "Book-Rating"})`
    """
    rules = Rules(rating_range, duplicates, times, text_ids)
    loaded = read_file(path, columns or {}, encoding, sep, names, rules, FileWords(columns), check)
    print(loaded.summary())
    return loaded.frame


@dataclass
class Loaded:
    """The frame of a file, and what its header says besides."""

    name: str
    frame: pd.DataFrame
    absent: dict[str, str]  # a column of ours that the file lacks: "", or what to pass for one of nearly its name
    unused: list[str]
    is_checked: bool

    def summary(self) -> str:
        """What was loaded, and what will not work with it."""
        notes = [counts(self.name, self.frame)]
        notes += [] if self.is_checked else ["all values are text, not checked"]
        effects = {"rating": "implicit feedback", "timestamp": "splits by time will not work"}
        notes += [f"no {ours}: {effects[ours]}{is_it}" for ours, is_it in self.absent.items()]
        notes += [f"columns not used: {self.unused}"] if self.unused else []
        return "; ".join(notes)


def counts(name: str, frame: pd.DataFrame) -> str:
    """How much a file holds, in one line."""
    n_users, n_items = frame["user_id"].nunique(), frame["item_id"].nunique()
    return f"{name}: {len(frame):,} interactions, {n_users:,} users, {n_items:,} items"


def read_file(
    path: str | Path,
    columns: dict[str, str | None],
    encoding: str | Sequence[str],
    sep: str,
    names: Sequence[str] | None,
    rules: Rules,
    words: FileWords,
    check: bool = True,
) -> Loaded:
    """What `load_csv` reads, with advice in the given `words`. Raises DataProblems."""
    path, wanted = Path(path), {ours: ours for ours in COLUMNS} | columns
    _check_options(wanted, sep, names, words)
    rules.check(words)
    try:
        text, problems = decoding.decode(path.read_bytes(), encoding, words)
    except decoding.NotText as error:
        raise DataProblems(path.name, [str(error)]) from None
    if not text.strip():
        raise DataProblems(path.name, ["The file is empty. Export it again, and look at its size before you load it."])
    table = text_files.read_table(text, sep, names, wanted, words)
    _check_first_line(path.name, table, problems, wanted, sep, names, words)
    problems += column_names.column_problems(wanted, [*PAIR, *columns], table.header, words) + table.problems
    if check:
        frame = checks.checked(path.name, table.frame, problems, rules, words).reset_index(drop=True)
    elif problems:
        raise DataProblems(path.name, problems)
    else:
        frame = table.frame
    unused = [column for column in table.header if column not in wanted.values()]
    absent = {}
    for ours in ("rating", "timestamp"):
        if ours not in frame:
            near = column_names.near_miss(ours, unused) if wanted[ours] else None
            absent[ours] = f" (is it {near!r}? Then pass {words.take({ours: near})})" if near else ""
    return Loaded(path.name, frame, absent, unused, check)


def _check_options(wanted: dict[str, str | None], sep: str, names: Sequence[str] | None, words: FileWords) -> None:
    option = words.named("columns")
    if other := [name for name in wanted if name not in COLUMNS]:
        ours = [*COLUMNS, *words.other_columns]
        raise ValueError(f"{option} maps our names, {ours}, to the file's; {other} are not our names.")
    if None in (wanted["user_id"], wanted["item_id"]):
        raise ValueError(f"{option} cannot leave out user_id or item_id: a recommender needs both.")
    if not isinstance(sep, str) or not sep or set(sep) & set('\r\n"'):
        what = "must be one or more characters, such as ',' or ';' or '\\t' or '::'"
        raise ValueError(f"{words.named('sep')} {what}, not {sep!r}.")
    if names is not None and (isinstance(names, str) or not all(isinstance(name, str) for name in names)):
        what = "must be a list with the name of each column of the file"
        raise ValueError(f"{words.named('names')} {what}, not {names!r}.")


def _check_first_line(
    name: str,
    table: text_files.Table,
    problems: list[str],
    wanted: dict,
    sep: str,
    names: Sequence[str] | None,
    words: FileWords,
) -> None:
    """Refuse a file whose first line is cut by another separator, or is a header where data should be, or data."""
    if (other := column_names.other_separator(table.first, sep)) is not None:
        problems = [*problems, words.separator(other)]
        cells = [cell.strip() for cell in sep.join(table.first).split(other)]
        if names is None and column_names.looks_like_data(cells):
            problems.append(words.is_data(cells, column_names.suggested_names(cells)))
        raise DataProblems(name, problems)
    used = [theirs for theirs in wanted.values() if theirs in table.header]
    is_missing = not {wanted[ours] for ours in PAIR} <= set(table.header)
    if names is None and column_names.looks_like_data(table.header):
        if is_missing or any(map(column_names.is_number, used)):
            suggested = column_names.suggested_names(table.header)
            raise DataProblems(name, [*problems, words.is_data(table.header, suggested)])
    if names is not None and {cell.lower() for cell in table.first} & {*COLUMNS, *(n.lower() for n in names)}:
        raise DataProblems(name, [*problems, words.is_header(table.first)])
