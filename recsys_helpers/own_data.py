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
TOO_LATE = 1e11  # seconds since 1970: the year 5138; as milliseconds, 1973
SECONDS = "divide milliseconds by 1000, microseconds by 1e6, nanoseconds by 1e9"
DATES = 'pd.to_datetime(dates, utc=True).astype("datetime64[s, UTC]").astype("int64")'
AGAIN = (
    "Keep one with duplicates='last' or 'first'; or count them, if they are plays or purchases: "
    'frame.groupby(["user_id", "item_id"]).size().'
)


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
    raw = path.read_bytes()
    kind = next((kind for start, kind in NOT_CSV.items() if raw.lstrip().startswith(start)), None)
    text, problems = ("\0", []) if kind else _decode(raw, encoding)
    if "\0" in text:
        advice = "Open or unpack it and save it as CSV, or read it with pandas and pass the frame to check_interactions."
        raise DataProblems(path.name, [f"This is not a CSV file but {kind or 'binary'}, whatever its name. {advice}"])
    if not text.strip():
        raise DataProblems(path.name, ["The file is empty. Export it again, and look at its size before you load it."])
    header, frame, ragged = _read(text, names, sep)
    problems += _column_problems(names, [*PAIR, *(columns or {})], header) + ragged
    frame = _checked(path.name, frame, problems, rating_range, duplicates).reset_index(drop=True)
    n_users, n_items = frame["user_id"].nunique(), frame["item_id"].nunique()
    unused = [name for name in header if name not in [names[ours] for ours in frame]]
    notes = [] if "rating" in frame else ["no rating: implicit feedback"]
    notes += [] if "timestamp" in frame else ["no timestamp: splits by time will not work"]
    notes += [f"columns not used: {unused}"] if unused else []
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
    recsys_helpers.own_data.DataProblems: The frame was not changed; problems found: 2
    1. There is only one item_id. Is it the right column? Several are needed.
    2. rating lies outside 0.5 … 5 (1 row: row 1: 9). Correct it, or pass the true scale as rating_range.
    """
    problems = _column_problems({ours: ours for ours in COLUMNS}, PAIR, list(frame.columns))
    return _checked("The frame", frame, problems, rating_range, duplicates)


def _decode(raw: bytes, encoding: str) -> tuple[str, list[str]]:
    """The text; if `encoding` fails, read with the first one that works, and the problem with what each makes of it."""
    try:
        return raw.decode(encoding), []
    except UnicodeDecodeError as error:
        line, readings = raw.count(b"\n", 0, error.start), {}
    for other in ["utf-16"] if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp1252", "gb18030", "latin-1"]:
        try:
            readings[other] = raw.decode(other)
        except UnicodeDecodeError:
            continue
    tries = "; ".join(f"encoding={name!r} gives {text.splitlines()[line]!r}" for name, text in readings.items())
    problem = f"Line {line + 1} is not written in {encoding}. Pass the encoding that reads well: {tries}."
    return next(iter(readings.values())), [problem]


def _read(text: str, names: dict[str, str | None], sep: str) -> tuple[list[str], pd.DataFrame, list[str]]:
    """The header; the wanted columns as text, indexed by line number; the problem of rows of the wrong length, if any."""
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
    what = f"Not every row has the {len(header)} fields of the header ({_rows(len(ragged))}: {'; '.join(ragged[:3])})"
    advice = "Put values that hold the separator in quotes, and close every quote."
    return header, frame.mask(frame.isin(MISSING)), [f"{what}. {advice}"] if ragged else []


def _rows(n: int) -> str:
    return f"{n:,} row{'s' if n > 1 else ''}"


def _missing_columns(wanted: dict[str, str | None], present: list) -> list[str]:
    plain = {str(name).lower().replace("_", ""): name for name in present}
    problems = []
    for ours, theirs in wanted.items():
        close = difflib.get_close_matches(str(theirs).lower().replace("_", ""), plain, n=1)
        advice = f"Is it {plain[close[0]]!r}?" if close else "Is the first line a header, and sep the right separator?"
        advice += f" Name it: columns={{{ours!r}: {plain[close[0]] if close else '…'!r}}}."
        if theirs not in present:
            problems.append(f"Column {theirs!r} is missing; there are {present[:20]}. {advice}")
    return problems


def _number(values: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values):
        return pd.Series(np.nan, index=values.index)  # a date is not a number of seconds
    return pd.to_numeric(values, errors="coerce")


def _ids(values: pd.Series) -> pd.Series:
    """Whole numbers if every id is one, else text; numbers with fractions stay as they are."""
    if not pd.api.types.is_numeric_dtype(values):
        values = values.astype("str")
        if not values.dropna().str.fullmatch(r"-?(0|[1-9]\d{0,17})(\.0)?").all():
            return values
        values = pd.to_numeric(values.str.removesuffix(".0"))
    return values.astype("int64") if values.notna().all() and (values % 1 == 0).all() else values


def _checked(
    source: str, frame: pd.DataFrame, problems: list[str], rating_range: tuple[float, float], duplicates: str
) -> pd.DataFrame:
    if duplicates not in ("error", "first", "last"):
        raise ValueError(f"duplicates must be 'error', 'first' or 'last', not {duplicates!r}.")
    problems = problems + _find_problems(frame, rating_range, duplicates == "error")
    if problems:
        raise DataProblems(source, problems)
    frame = frame.assign(**{name: _ids(frame[name]) for name in PAIR})
    if "rating" in frame:
        frame["rating"] = _number(frame["rating"]).astype("float64")
    if "timestamp" in frame:
        seconds = _number(frame["timestamp"])
        frame["timestamp"] = seconds.astype("int64" if (seconds % 1 == 0).all() else "float64")
    order = frame.reset_index(drop=True)
    if "timestamp" in order:
        order = order.sort_values("timestamp", kind="stable")
    keep = "first" if duplicates == "error" else duplicates
    return frame.iloc[np.sort(order.drop_duplicates(PAIR, keep=keep).index)]


def _find_problems(frame: pd.DataFrame, rating_range: tuple[float, float], repeats_are_wrong: bool) -> list[str]:
    """Run a pandera schema over the columns that are there; one sentence a problem."""
    import pandera.pandas as pa  # slow to import

    if len(frame) == 0:
        return ["There are no rows. Was the export cut short, or did a filter remove every row?"]
    rows = frame.loc[:, ~frame.columns.duplicated()].reset_index(drop=True)
    rows = rows[[name for name in COLUMNS if name in rows]]
    rows = rows.assign(**{name: _ids(rows[name]) for name in PAIR if name in rows})
    low, high = rating_range

    def rule(what, advice, is_right, **options):
        return pa.Check(is_right, error=f"{what}|{advice}", **options)

    def is_there(name, advice):
        return rule(f"{name} is missing", advice, lambda s: s.notna(), ignore_na=False)

    rules = {
        "rating": [
            is_there("rating", "Drop the row, or leave all ratings out."),
            rule("rating is not a number", "Write 3.5, not 3,5 or '3.5 stars'.", lambda s: _number(s).notna()),
            rule(
                f"rating lies outside {low:g} … {high:g}",
                "Correct it, or pass the true scale as rating_range.",
                lambda s: ~((_number(s) < low) | (_number(s) > high)),
            ),
        ],
        "timestamp": [
            is_there("timestamp", "Drop the row, or leave all timestamps out."),
            rule("timestamp is not a number of seconds", f"Convert dates: {DATES}.", lambda s: _number(s).notna()),
            rule("timestamp is negative", "Correct it or drop the row.", lambda s: ~(_number(s) < 0)),
            rule("timestamp is too large for seconds", f"Convert it: {SECONDS}.", lambda s: ~(_number(s) > TOO_LATE)),
        ],
    }
    for name in PAIR:
        rules[name] = [
            is_there(name, "Drop the row, or find out where the id was lost."),
            rule(f"There is only one {name}", "Is it the right column? Several are needed.", lambda s: s.nunique() != 1),
        ]
        if name in rows and pd.api.types.is_numeric_dtype(rows[name]):
            rules[name] += [
                rule(f"{name} has a fraction", "Use whole numbers or text.", lambda s: s % 1 == 0),
                rule(f"{name} is 0 or negative", "0 is kept for padding: number from 1, or use text.", lambda s: ~(s <= 0)),
            ]
    pair_rules = []
    if repeats_are_wrong and set(PAIR) <= set(rows):
        is_repeat = rows.duplicated() & rows[PAIR].notna().all(axis=1)
        is_again = rows.duplicated(PAIR) & rows[PAIR].notna().all(axis=1) & ~is_repeat
        pair_rules = [
            rule("A row is an exact repeat of an earlier one", "Pass duplicates='first'.", lambda _: ~is_repeat),
            rule("A user and item meet again with other values", AGAIN, lambda _: ~is_again),
        ]
    try:
        columns = {name: pa.Column(checks=rules[name], nullable=True) for name in rows}
        pa.DataFrameSchema(columns, checks=pair_rules).validate(rows, lazy=True)
        return []
    except pa.errors.SchemaErrors as error:
        failures = error.failure_cases
    problems = []
    for message, cases in failures.groupby("check", sort=False):
        what, advice = message.split("|")
        at = cases["index"].dropna().unique()
        shown = [cases["column"].iloc[0]] if cases["schema_context"].iloc[0] == "Column" else PAIR
        label = frame.index.name or "row"
        examples = [f"{label} {frame.index[i]}: {', '.join(str(frame[name].iloc[i]) for name in shown)}" for i in at[:3]]
        problems.append(f"{what} ({_rows(len(at))}: {'; '.join(examples)}). {advice}" if len(at) else f"{what}. {advice}")
    return problems
