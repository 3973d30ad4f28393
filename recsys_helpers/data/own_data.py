"""Load your own interactions from a CSV file, or check a frame: every problem is listed at once, with what to do.

Nothing is repaired in silence, and the file is never changed. Meant for files of up to a few million rows.
"""

import csv
import difflib
import io
from pathlib import Path

import numpy as np
import pandas as pd

PAIR = ["user_id", "item_id"]
COLUMNS = [*PAIR, "rating", "timestamp"]
MISSING = ["", "NA", "N/A", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "None"]
NOT_CSV = {b"PK\x03\x04": "a zip archive or Excel .xlsx", b"\xd0\xcf\x11\xe0": "Excel .xls", b"\x1f\x8b": "gzip"}
NOT_CSV |= {b"PAR1": "Parquet", b"%PDF": "PDF", b"<": "a web page or XML", b"{": "JSON", b"[{": "JSON"}
TOO_LATE, TOO_EARLY = 1e11, 1e8  # seconds since 1970: the year 5138 (as milliseconds, 1973) and March 1973
ROUNDED = r"\d([.,]\d+)?[eE]\+\d+"  # what a spreadsheet makes of a long number
NUMBERS = "Write 3.5, not 3,5 or '3.5 stars'."
UNITS = "Divide milliseconds by 1000, microseconds by 1e6, nanoseconds by 1e9."
TO_SECONDS = 'pd.to_datetime(frame["timestamp"], utc=True).astype("datetime64[s, UTC]").astype("int64")'
DATES = "Convert dates in pandas (dayfirst=True if 05/03/2020 is in March), then call check_interactions: "
DATES += f'frame["timestamp"] = {TO_SECONDS}'
SECONDS = "Are these seconds? Excel days: (days − 25569) × 86400. Seconds since another start: add that start."
COMMAS = " If they are decimal commas, export with points, or with ; as separator; then replace , by . in pandas."
FROM_1 = "0 is kept for padding: number the ids from 1, or put a letter before each: u0."
DROP, ONCE = "Drop the row, or find the value.", "Keep one: pass duplicates='first'."
AGAIN = "Keep one: duplicates='last' or 'first'. Or count them, if they are plays or purchases."


class DataProblems(ValueError):
    """All that is wrong with a file or frame; `problems` is the list of what the message says."""

    def __init__(self, source: str, problems: list[str]):
        self.problems = problems
        numbered = [f"{number}. {problem}" for number, problem in enumerate(problems, start=1)]
        super().__init__("\n".join([f"{source} was not changed; problems found: {len(problems)}", *numbered]))


def load_csv(
    path: str | Path,
    columns: dict[str, str | None] | None = None,
    rating_range: tuple[float, float] = (0.5, 5.0),
    duplicates: str = "error",
    encoding: str = "utf-8-sig",
    sep: str = ",",
) -> pd.DataFrame:
    """Interactions from a CSV file with a header: `user_id`, `item_id`, and `rating`, `timestamp` if they are there.

    `columns`: our name → name in the file, for names that differ; `{"rating": None}` leaves the ratings out.
    An id column is read as whole numbers if all its ids are plain ones ("7", or "7.0" as spreadsheets write it), else
    as text: "007" stays "007". Spaces around a value are cut off. For the rest, see `check_interactions`.
    Raises DataProblems with line numbers of the file; the header is line 1.
    """
    path, names = Path(path), {ours: ours for ours in COLUMNS} | (columns or {})
    if len(names) > len(COLUMNS):
        raise ValueError(f"columns maps our names, {COLUMNS}, to the file's; {list(names)[4:]} are not our names.")
    if None in (names["user_id"], names["item_id"]):
        raise ValueError("columns cannot leave out user_id or item_id: a recommender needs both.")
    if not isinstance(sep, str) or len(sep) != 1 or sep in '\r\n"':
        raise ValueError(f"sep must be one character, such as ',' or ';' or '\\t', not {sep!r}.")
    raw = path.read_bytes()
    kind = next((kind for start, kind in NOT_CSV.items() if raw.lstrip().startswith(start)), None)
    text, problems = ("\0", []) if kind else _decode(raw, encoding)
    if "\0" in text:
        advice = "Open or unpack it and save it as CSV, or read it with pandas and call check_interactions."
        raise DataProblems(path.name, [f"This is not a CSV file but {kind or 'binary'}, whatever its name. {advice}"])
    if not text.strip():
        raise DataProblems(path.name, ["The file is empty. Export it again, and look at its size before you load it."])
    header, frame, ragged = _read(text, names, sep)
    for other in ";\t|,".replace(sep, ""):
        if len(header) == 1 and other in header[0]:
            raise DataProblems(path.name, [*problems, f"The separator seems to be {other!r}. Pass sep={other!r}."])
    problems += _column_problems(names, [*PAIR, *(columns or {})], header) + ragged
    frame = _checked(path.name, frame, problems, rating_range, duplicates).reset_index(drop=True)
    n_users, n_items = frame["user_id"].nunique(), frame["item_id"].nunique()
    notes = [] if "rating" in frame else ["no rating: implicit feedback"]
    notes += [] if "timestamp" in frame else ["no timestamp: splits by time will not work"]
    notes += [f"columns not used: {unused}"] if (unused := [n for n in header if n not in names.values()]) else []
    print("; ".join([f"{path.name}: {len(frame):,} interactions, {n_users:,} users, {n_items:,} items", *notes]))
    return frame


def check_interactions(
    frame: pd.DataFrame, rating_range: tuple[float, float] = (0.5, 5.0), duplicates: str = "error"
) -> pd.DataFrame:
    """A checked copy of a frame with `user_id`, `item_id` and, if they are there, `rating` and `timestamp` (seconds).

    Ids become int64 or text, ratings float64, timestamps int64 (float64 with fractions); other columns stay.
    `rating_range`: lowest and highest possible rating. `duplicates`: "error", or which row of a (user, item) pair to
    keep, "first" or "last" (in time; without a timestamp, in the order of the rows).
    Raises DataProblems: every problem with its number of rows, up to three of them, and what to do.

    >>> check_interactions(pd.DataFrame({"user_id": [1, 2], "item_id": [5, 5], "rating": [4, 9]}))
    Traceback (most recent call last):
    ...
    recsys_helpers.data.own_data.DataProblems: The frame was not changed; problems found: 2
    1. rating lies outside 0.5 … 5 (rows: 1; row 1: 2, 5, 9). Correct it, or pass the true scale as rating_range.
    2. item_id has only one value. Is it the right column? A recommender needs several.
    """
    problems = _column_problems({ours: ours for ours in COLUMNS}, PAIR, list(frame.columns), in_a_file=False)
    return _checked("The frame", frame, problems, rating_range, duplicates)


def _decode(raw: bytes, encoding: str) -> tuple[str, list[str]]:
    """The text; if `encoding` fails, read with the first one that works, and the problem with what each makes of it."""
    try:
        return raw.decode(encoding), []
    except UnicodeDecodeError as error:
        line, readings = raw.count(b"\n", 0, error.start), {}
    for other in ["utf-16"] if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8", "cp1252", "gb18030"]:
        try:
            readings[other] = raw.decode(other)
        except UnicodeDecodeError:
            continue
    readings = readings or {"latin-1": raw.decode("latin-1")}  # never fails
    shown = {name: text.split("\n")[line].strip() for name, text in readings.items()}
    tries = "; ".join(f"encoding={name!r} gives {words!r}" for name, words in shown.items())
    used = encoding.removesuffix("-sig")
    problem = f"Line {line + 1} is not written in {used}. Pass the encoding that reads well: {tries}."
    return next(iter(readings.values())), [problem]


def _read(text: str, names: dict[str, str | None], sep: str) -> tuple[list[str], pd.DataFrame, list[str]]:
    """The header; the wanted columns as text, indexed by line number; the problem of rows of another length, if any."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=sep)
    header = [name.strip() for name in next(row for row in rows if any(row))]
    place = {ours: header.index(theirs) for ours, theirs in names.items() if theirs in header}
    values, lines, ragged = {ours: [] for ours in place}, [], []
    try:
        for row in rows:
            if len(row) == len(header):
                lines.append(rows.line_num)
                for ours, position in place.items():
                    values[ours].append(row[position].strip())
            elif row:
                ragged.append(f"line {rows.line_num}: {len(row)}")
    except csv.Error as error:
        ragged.append(f"line {rows.line_num}: {error}")
    frame = pd.DataFrame(values, index=pd.Index(lines, name="line", dtype=int), dtype="str")
    what = f"Rows without the {len(header)} fields of the header (rows: {len(ragged)}; {'; '.join(ragged[:3])})"
    advice = f"Put values that hold the separator in quotes, and close every quote.{COMMAS if sep == ',' else ''}"
    return header, frame.mask(frame.isin(MISSING)), [f"{what}. {advice}"] if ragged else []


def _column_problems(names: dict, required: list[str], present: list, in_a_file: bool = True) -> list[str]:
    plain = {str(name).lower(): name for name in present}
    problems = []
    for ours, theirs in names.items():
        if present.count(theirs) > 1:
            problems.append(f"Column {theirs!r} appears {present.count(theirs)} times. Rename all but one.")
        elif theirs and theirs not in present and ours in required:
            close = [plain[name] for name in difflib.get_close_matches(theirs.lower(), plain, n=1)]
            advice = f"Name it: columns={{{ours!r}: '…'}}. Is the first line a header, and sep the right separator?"
            if close:
                advice = f"Is it {close[0]!r}? Then say so: columns={{{ours!r}: {close[0]!r}}}."
            if not in_a_file:
                advice = f"Rename the one that holds it: frame.rename(columns={{{(close or ['…'])[0]!r}: {ours!r}}})."
            problems.append(f"Column {theirs!r} is missing; there are {present[:20]}. {advice}")
    return problems


def _numbers(values: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values):
        return pd.Series(np.nan, index=values.index)  # a date is not a number of seconds
    return pd.to_numeric(values, errors="coerce").astype("float64")


def _ids(values: pd.Series) -> pd.Series:
    """Whole numbers if every id is one, else text; numbers with fractions stay as they are."""
    if not pd.api.types.is_numeric_dtype(values):
        values = values.map(str, na_action="ignore")  # astype would write a gap as "nan" in pandas 2
        if not values.dropna().str.fullmatch(r"-?(0|[1-9]\d{0,17})(\.0)?").all():
            return values
        values = pd.to_numeric(values.str.removesuffix(".0"))
    return values.astype("int64") if values.notna().all() and (values % 1 == 0).all() else values


def _schema(given: pd.DataFrame, rows: pd.DataFrame, rating_range: tuple[float, float], allow_repeats: bool):
    """A pandera schema for `rows`, which is `given` with numbers made of the text; an error reads "what|advice"."""
    import pandera.pandas as pa  # slow to import

    checks, (low, high) = {name: [] for name in rows}, rating_range

    def demand(name: str, error: str, right, **options) -> None:
        if name in checks:
            checks[name].append(pa.Check(right, error=error, **options))

    rating = f"rating lies outside {low:g} … {high:g}|Correct it, or pass the true scale as rating_range."
    demand("rating", rating, lambda s: s.between(low, high))
    demand("timestamp", "timestamp is negative|Correct it or drop the row.", lambda s: s >= 0)
    demand("timestamp", f"timestamp is too large for seconds|{UNITS}", lambda s: s <= TOO_LATE)
    demand("timestamp", f"The latest time is in 1970 … 1973|{SECONDS}", lambda s: not 0 <= s.max() < TOO_EARLY)
    for name in PAIR:
        several = f"{name} has only one value|Is it the right column? A recommender needs several."
        demand(name, several, lambda s: s.nunique() != 1)
        if name in rows and pd.api.types.is_numeric_dtype(rows[name]):
            demand(name, f"{name} is 0 or negative|{FROM_1}", lambda s: s > 0)
            demand(name, f"{name} has a fraction|Write whole numbers or text.", lambda s: s % 1 == 0)
        else:
            rounded = f"{name} looks rounded by a spreadsheet|Format the column as text there, and export again."
            demand(name, rounded, lambda s: ~s.str.fullmatch(ROUNDED))
    if set(PAIR) <= set(rows) and not allow_repeats:
        first, first_of_pair = ~rows.duplicated(), ~rows.duplicated(PAIR)
        again = f"The pair (user_id, item_id) occurs before, with another rating or time|{AGAIN}"
        demand("user_id", f"A whole row repeats an earlier one|{ONCE}", lambda s: first[s.index])
        demand("user_id", again, lambda s: (first_of_pair | ~first)[s.index])
    for name in rows:
        is_there, unread = given[name].notna(), f"{name} is not a number|{DATES if name == 'timestamp' else NUMBERS}"
        is_read = rows[name].notna() | ~is_there
        demand(name, f"{name} is missing|{DROP}", lambda s, is_there=is_there: is_there, ignore_na=False)
        demand(name, unread, lambda s, is_read=is_read: is_read, ignore_na=False)
    return pa.DataFrameSchema({name: pa.Column(checks=checks[name], nullable=True) for name in rows})


def _checked(source: str, frame: pd.DataFrame, problems: list[str], rating_range, duplicates: str) -> pd.DataFrame:
    """The frame with its final types; or DataProblems: those known so far and those of the rows."""
    from pandera.errors import SchemaErrors

    if duplicates not in ("error", "first", "last"):
        raise ValueError(f"duplicates must be 'error', 'first' or 'last', not {duplicates!r}.")
    if not (isinstance(rating_range, tuple | list) and len(rating_range) == 2 and rating_range[0] <= rating_range[1]):
        raise ValueError(f"rating_range is a pair, the lowest and the highest possible rating, not {rating_range!r}.")
    given = frame.loc[:, ~frame.columns.duplicated()].reset_index(drop=True)
    given = given[[name for name in COLUMNS if name in given]]
    rows = given.assign(**{name: (_ids if name in PAIR else _numbers)(given[name]) for name in given})
    if len(rows) == 0:
        raise DataProblems(source, [*problems, "There are no rows. Was the export cut short, or all filtered out?"])
    try:
        _schema(given, rows, rating_range, duplicates != "error").validate(rows, lazy=True)
    except SchemaErrors as error:
        found, label = [], frame.index.name or "row"
        for message, cases in error.failure_cases.groupby("check", sort=False):
            what, advice = message.split("|")
            at = sorted(cases["index"].dropna().unique())
            shown = given.iloc[at[:3]].astype(object)  # a row of mixed types would print 1 as 1.0
            cells = shown.where(shown.notna(), "(empty)").astype(str).agg(", ".join, axis=1)
            lines = [f"{label} {frame.index[i]}: {cells[i]}" for i in at[:3]]
            count = f" (rows: {len(at):,}; {'; '.join(lines)})" if lines else ""
            found.append((at[0] if at else len(given), f"{what}{count}. {advice}"))
        problems = [*problems, *(problem for _, problem in sorted(found))]  # by line; those of a whole column last
    if problems:
        raise DataProblems(source, problems)
    if "timestamp" in rows and (rows["timestamp"] % 1 == 0).all():
        rows["timestamp"] = rows["timestamp"].astype("int64")
    in_time = rows.sort_values("timestamp", kind="stable") if "timestamp" in rows else rows
    kept = in_time.drop_duplicates(PAIR, keep="last" if duplicates == "last" else "first").index.sort_values()
    return frame.assign(**{name: rows[name].array for name in rows}).iloc[kept]
