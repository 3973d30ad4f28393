"""Check a frame of interactions: every problem is listed at once, with the rows and with what to do.

Nothing is repaired in silence, and the frame is never changed.
"""

import warnings

import numpy as np
import pandas as pd

from recsys_helpers.data import advice
from recsys_helpers.data.advice import Words
from recsys_helpers.data.column_names import COLUMNS, PAIR, column_problems

TOO_LATE, TOO_EARLY = 1e11, 1e8  # seconds since 1970: the year 5138 (as milliseconds, 1973) and March 1973
IN_A_SPREADSHEET = r"\d([.,]\d+)?[eE]\+\d+"  # what a spreadsheet makes of a long number
EXACT = 2**53  # from here on, neighbouring whole numbers are one float64


class DataProblems(ValueError):
    """All that is wrong with a file or frame; `problems` is the list of what the message says."""

    def __init__(self, source: str, problems: list[str], footer: str = ""):
        self.problems = problems
        numbered = [f"{number}. {problem}" for number, problem in enumerate(problems, start=1)]
        head = f"{source} was not changed; problems found: {len(problems)}"
        super().__init__("\n".join([head, *numbered, *([footer] if footer else [])]))


def check_interactions(
    frame: pd.DataFrame, rating_range: tuple[float, float] = (0.5, 5.0), duplicates: str = "error"
) -> pd.DataFrame:
    """A checked copy of a frame with `user_id`, `item_id` and, if they are there, `rating` and `timestamp` (seconds).

    Ids become int64 or text, ratings float64, timestamps int64 (float64 with fractions); other columns stay.
    `rating_range`: lowest and highest possible rating. `duplicates`: "error", or which row of a (user, item) pair to
    keep, "first" or "last" (in time; without a timestamp, in the order of the rows).
    Raises DataProblems: every problem with its number of rows, up to three of them, and what to do.

    >>> check_interactions(pd.DataFrame({"user_id": [1, 2], "item_id": [5, 5], "timestamp": [10**9, -1]}))
    Traceback (most recent call last):
    ...
    recsys_helpers.data.checks.DataProblems: The frame was not changed; problems found: 2
    1. timestamp is negative (rows: 1; row 1: 2, 5, -1). Correct it or drop the row.
    2. item_id has only one value. Is it the right column? A recommender needs several.
    """
    problems = column_problems({ours: ours for ours in COLUMNS}, PAIR, list(frame.columns), Words())
    return checked("The frame", frame, problems, rating_range, duplicates, Words())


def same_spelling(ids: pd.Series) -> pd.Series:
    """Text ids in one spelling: composed letters (Unicode NFC), single spaces, no invisible characters, "7" for "7.0".

    >>> same_spelling(pd.Series(["Jos\\u00e9", "Jose\\u0301", "Ann ", "7.0"])).tolist()
    ['José', 'José', 'Ann', '7']
    """
    plain = ids.str.normalize("NFC").str.replace("[\u200b\u2060\ufeff\u00ad]", "", regex=True)
    return plain.str.split().str.join(" ").str.replace(r"^(-?\d+)\.0$", r"\1", regex=True)


# Types


def _numbers(values: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values):
        return pd.Series(np.nan, index=values.index)  # a date is not a number of seconds
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    if not pd.api.types.is_numeric_dtype(values):  # pandas 2 reads the last digit of some numbers wrongly
        is_read = numbers.notna()
        numbers[is_read] = values[is_read].astype("float64")
    return numbers


def _ids(values: pd.Series) -> pd.Series:
    """Whole numbers if every id is one and none has lost digits, else text; floats that are no ids stay as they are."""
    if pd.api.types.is_float_dtype(values):
        numbers = values.dropna().astype("float64")
        is_exact = (numbers % 1 == 0).all() and not _is_rounded(values).any()
        return _whole(values, numbers) if is_exact else values
    if pd.api.types.is_integer_dtype(values):
        if (values.dropna() > np.iinfo("int64").max).any():  # uint64
            return values.map(str, na_action="ignore")
        return _whole(values, values.dropna())
    text = values.map(str, na_action="ignore")  # astype would write a gap as "nan" in pandas 2
    present = text.dropna()
    if not present.str.fullmatch(r"-?(0|[1-9]\d{0,17})(\.0)?").all() or _is_rounded(text).any():
        return text
    return _whole(values, present.str.removesuffix(".0"))


def _whole(values: pd.Series, present: pd.Series) -> pd.Series:
    """`present` as int64; with gaps where `values` has them, as Int64, which never goes through a float."""
    numbers = present.astype("int64")
    if len(numbers) == len(values):
        return numbers
    whole = pd.Series(pd.NA, index=values.index, dtype="Int64")
    whole[numbers.index] = numbers
    return whole


def _is_rounded(ids: pd.Series) -> pd.Series:
    """Which ids have been floats too large to tell neighbours apart."""
    if pd.api.types.is_float_dtype(ids):
        digits = {2: 11, 4: 24}.get(ids.dtype.itemsize, 53)
        return ids.astype("float64").abs() >= 2**digits
    was_float = ids.str.fullmatch(r"-?\d{16,}\.0", na=False).astype(bool)
    return was_float & (pd.to_numeric(ids.where(was_float)).abs() >= EXACT)


# Rows


def _schema(given: pd.DataFrame, rows: pd.DataFrame, rating_range, allow_repeats: bool, words: Words):
    """A pandera schema for `rows`, which is `given` with numbers made of the text; an error reads "what|advice"."""
    import pandera.pandas as pa  # slow to import

    checks, (low, high) = {name: [] for name in rows}, rating_range

    def demand(name: str, what: str, what_to_do: str, right, **options) -> None:
        if name in checks:
            checks[name].append(pa.Check(right, error=f"{what}|{what_to_do}", **options))

    outside = f"rating lies outside {low:g} … {high:g}"
    demand("rating", outside, words.rating_outside(), lambda s: s.between(low, high))
    demand("timestamp", "timestamp is negative", "Correct it or drop the row.", lambda s: s >= 0)
    demand("timestamp", "timestamp is too large for seconds", advice.UNITS, lambda s: s <= TOO_LATE)
    early = "The latest time is in 1970 … 1973"
    demand("timestamp", early, advice.SECONDS, lambda s: not 0 <= s.max() < TOO_EARLY)
    for name in [name for name in PAIR if name in rows]:
        demand(name, f"{name} has only one value", advice.SEVERAL, lambda s: s.nunique() != 1)
        _demand_sound_ids(demand, name, rows[name], words)
    if set(PAIR) <= set(rows) and not allow_repeats:
        first, first_of_pair = ~rows.duplicated(), ~rows.duplicated(PAIR)
        again = "The pair (user_id, item_id) occurs before, with another rating or time"
        demand("user_id", "A whole row repeats an earlier one", advice.ONCE, lambda s: first[s.index])
        demand("user_id", again, advice.AGAIN, lambda s: (first_of_pair | ~first)[s.index])
    for name in rows:
        is_there = given[name].notna()
        is_read = rows[name].notna() | ~is_there
        how = words.dates(given[name].dropna()) if name == "timestamp" and not is_read.all() else advice.NUMBERS
        demand(name, f"{name} is missing", advice.DROP, lambda s, is_there=is_there: is_there, ignore_na=False)
        demand(name, f"{name} is not a number", how, lambda s, is_read=is_read: is_read, ignore_na=False)
    return pa.DataFrameSchema({name: pa.Column(checks=checks[name], nullable=True) for name in rows})


def _demand_sound_ids(demand, name: str, ids: pd.Series, words: Words) -> None:
    if pd.api.types.is_numeric_dtype(ids):
        demand(name, f"{name} is 0 or negative", advice.FROM_1, lambda s: s > 0)
        demand(name, f"{name} has a fraction", advice.WHOLE, lambda s: s % 1 == 0)
    else:
        in_a_spreadsheet = ids.str.fullmatch(IN_A_SPREADSHEET, na=False).astype(bool)
        demand(name, f"{name} looks rounded by a spreadsheet", advice.AS_TEXT, lambda s: ~in_a_spreadsheet[s.index])
        spelling = ids.dropna().drop_duplicates().to_frame("raw").assign(plain=lambda t: same_spelling(t["raw"]))
        later = spelling[spelling["plain"].duplicated()]
        if len(later):
            pair = spelling[spelling["plain"] == later["plain"].iloc[0]]["raw"].tolist()[:2]
            is_later = ids.isin(later["raw"])
            what = f"{name} looks like another id, but is spelled otherwise"
            demand(name, what, words.alike(name, pair), lambda s: ~is_later[s.index])
    if pd.api.types.is_float_dtype(ids) or not pd.api.types.is_numeric_dtype(ids):
        is_rounded = _is_rounded(ids)
        what = f"{name} was a number with a floating point, and has lost digits"
        demand(name, what, words.rounded_floats(name), lambda s: ~is_rounded[s.index])


def checked(
    source: str, frame: pd.DataFrame, problems: list[str], rating_range, duplicates: str, words: Words
) -> pd.DataFrame:
    """The frame with its final types; or DataProblems: those known so far and those of the rows."""
    from pandera.errors import SchemaErrors

    check_options(rating_range, duplicates)
    given = frame.loc[:, ~frame.columns.duplicated()].reset_index(drop=True)
    given = given[[name for name in COLUMNS if name in given]]
    rows = given.assign(**{name: (_ids if name in PAIR else _numbers)(given[name]) for name in given})
    if len(rows) == 0:
        raise DataProblems(source, [*problems, advice.NO_ROWS])
    try:
        with warnings.catch_warnings():  # pandera's own report warns with pandas 2
            warnings.filterwarnings("ignore", "The behavior of DataFrame concatenation", FutureWarning)
            _schema(given, rows, rating_range, duplicates != "error", words).validate(rows, lazy=True)
    except SchemaErrors as error:
        problems = [*problems, *_of_rows(error.failure_cases, given, frame.index)]
    if problems:
        raise DataProblems(source, problems, advice.repair_in_pandas(problems) if words.is_file else "")
    if "timestamp" in rows and (rows["timestamp"] % 1 == 0).all():
        rows["timestamp"] = rows["timestamp"].astype("int64")
    in_time = rows.sort_values("timestamp", kind="stable") if "timestamp" in rows else rows
    kept = in_time.drop_duplicates(PAIR, keep="last" if duplicates == "last" else "first").index.sort_values()
    return frame.assign(**{name: rows[name].array for name in rows}).iloc[kept]


def check_options(rating_range, duplicates: str) -> None:
    """Raise ValueError for an option without a meaning."""
    if duplicates not in ("error", "first", "last"):
        raise ValueError(f"duplicates must be 'error', 'first' or 'last', not {duplicates!r}.")
    if not (isinstance(rating_range, tuple | list) and len(rating_range) == 2 and rating_range[0] <= rating_range[1]):
        raise ValueError(f"rating_range is a pair, the lowest and the highest possible rating, not {rating_range!r}.")


def _of_rows(failures: pd.DataFrame, given: pd.DataFrame, labels: pd.Index) -> list[str]:
    """One sentence for each failed check, by line; those of a whole column last."""
    found, label = [], labels.name or "row"
    for message, cases in failures.groupby("check", sort=False):
        what, what_to_do = message.split("|", 1)
        at = sorted(cases["index"].dropna().unique())
        shown = given.iloc[at[:3]].astype(object)  # a row of mixed types would print 1 as 1.0
        cells = shown.where(shown.notna(), "(empty)").astype(str).agg(", ".join, axis=1)
        lines = [f"{label} {labels[i]}: {cells[i]}" for i in at[:3]]
        count = f" (rows: {len(at):,}; {'; '.join(lines)})" if lines else ""
        found.append((at[0] if at else len(given), f"{what}{count}. {what_to_do}"))
    return [problem for _, problem in sorted(found)]
