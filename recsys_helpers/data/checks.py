"""Check a frame of interactions: every problem is listed at once, with the rows and with what to do.

Nothing is repaired in silence, and the frame is never changed.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recsys_helpers.data import advice
from recsys_helpers.data.advice import Words
from recsys_helpers.data.column_names import COLUMNS, PAIR, column_problems
from recsys_helpers.data.times import NUMBERS, as_numbers, in_seconds

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


@dataclass(frozen=True)
class Rules:
    """What the values mean. `times` and `text_ids` as in `load_csv`, the rest as in `check_interactions`."""

    rating_range: tuple[float, float] = (0.5, 5.0)
    duplicates: str = "error"
    times: str = "seconds"
    text_ids: bool = False

    def check(self, words: Words) -> None:
        """Raise ValueError for a rule without a meaning."""
        scale, times = self.rating_range, self.times
        if self.duplicates not in ("error", "first", "last"):
            name = words.named("duplicates")
            raise ValueError(f"{name} must be 'error', 'first' or 'last', not {self.duplicates!r}.")
        if not (isinstance(scale, tuple | list) and len(scale) == 2 and scale[0] <= scale[1]):
            what = "takes two numbers, the lowest and the highest possible rating"
            raise ValueError(f"{words.named('rating_range')} {what}, not {scale!r}.")
        if times not in (*NUMBERS, "ISO8601") and not (isinstance(times, str) and "%" in times):
            what = "takes seconds, milliseconds, ISO8601, or a format such as %d/%m/%Y"
            raise ValueError(f"{words.named('times')} {what}, not {times!r}.")


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
    return checked("The frame", frame, problems, Rules(rating_range, duplicates), Words())


def same_spelling(ids: pd.Series) -> pd.Series:
    """Text ids in one spelling: composed letters (Unicode NFC), single spaces, no invisible characters, "7" for "7.0".

    >>> same_spelling(pd.Series(["Jos\\u00e9", "Jose\\u0301", "Ann ", "7.0"])).tolist()
    ['José', 'José', 'Ann', '7']
    """
    plain = ids.str.normalize("NFC").str.replace("[\u200b\u2060\ufeff\u00ad]", "", regex=True)
    return plain.str.split().str.join(" ").str.replace(r"^(-?\d+)\.0$", r"\1", regex=True)


# Types


def _typed(values: pd.Series, rules: Rules) -> pd.Series:
    """A column, known by its name, with the type it is checked in."""
    if values.name == "timestamp":
        return in_seconds(values, rules.times)
    if values.name not in PAIR:
        return as_numbers(values)
    ids = _ids(values)
    return ids.map(str, na_action="ignore") if rules.text_ids else ids


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


def _schema(given: pd.DataFrame, rows: pd.DataFrame, rules: Rules, words: Words):
    """A pandera schema for `rows`, which is `given` with numbers made of the text; an error reads "what|advice"."""
    import pandera.pandas as pa  # slow to import

    checks, (low, high) = {name: [] for name in rows}, rules.rating_range

    def demand(name: str, what: str, what_to_do: str, right, **options) -> None:
        if name in checks:
            checks[name].append(pa.Check(right, error=f"{what}|{what_to_do}", **options))

    outside = f"rating lies outside {low:g} … {high:g}"
    demand("rating", outside, words.rating_outside(), lambda s: s.between(low, high))
    if rules.times in NUMBERS:
        late, early = "timestamp is too large for seconds", "The latest time is in 1970 … 1973"
        demand("timestamp", "timestamp is negative", advice.CORRECT, lambda s: s >= 0)
        are_all = "timestamp" in rows and bool((rows["timestamp"] > TOO_LATE).all())
        demand("timestamp", late, words.too_late(rules.times, are_all), lambda s: s <= TOO_LATE)
        demand("timestamp", early, words.too_early(rules.times), lambda s: not 0 <= s.max() < TOO_EARLY)
    for name in [name for name in PAIR if name in rows]:
        demand(name, f"{name} has only one value", advice.SEVERAL, lambda s: s.nunique() != 1)
        _demand_sound_ids(demand, name, rows[name], words)
    if set(PAIR) <= set(rows) and rules.duplicates == "error":
        first, first_of_pair = ~rows.duplicated(), ~rows.duplicated(PAIR)
        again = "The pair (user_id, item_id) occurs before, with another rating or time"
        demand("user_id", "A whole row repeats an earlier one", words.once(), lambda s: first[s.index])
        demand("user_id", again, words.again(), lambda s: (first_of_pair | ~first)[s.index])
    for name in rows:
        is_there = given[name].notna()
        is_read = rows[name].notna() | ~is_there
        what, how = f"{name} is not a number", advice.NUMBERS
        if name == "timestamp" and not is_read.all():
            what, how = _unread(given[name], is_read & is_there, rules.times, words)
        demand(name, f"{name} is missing", advice.DROP, lambda s, is_there=is_there: is_there, ignore_na=False)
        demand(name, what, how, lambda s, is_read=is_read: is_read, ignore_na=False)
    return pa.DataFrameSchema({name: pa.Column(checks=checks[name], nullable=True) for name in rows})


def _unread(given: pd.Series, is_read: pd.Series, times: str, words: Words) -> tuple[str, str]:
    """What is wrong with times that are not of the form that was named, and what to do."""
    if times == "seconds":
        return "timestamp is not a number", words.dates(given.dropna())
    how = advice.CORRECT if is_read.any() else words.dates(given.dropna())
    return f"timestamp does not have the form {times!r}", how


def _demand_sound_ids(demand, name: str, ids: pd.Series, words: Words) -> None:
    if pd.api.types.is_numeric_dtype(ids):
        demand(name, f"{name} is 0 or negative", words.from_1(), lambda s: s > 0)
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


def checked(source: str, frame: pd.DataFrame, problems: list[str], rules: Rules, words: Words) -> pd.DataFrame:
    """The frame with its final types; or DataProblems: those known so far and those of the rows."""
    from pandera.errors import SchemaErrors

    rules.check(words)
    given = frame.loc[:, ~frame.columns.duplicated()].reset_index(drop=True)
    given = given[[name for name in COLUMNS if name in given]]
    rows = given.assign(**{name: _typed(given[name], rules) for name in given})
    if len(rows) == 0:
        raise DataProblems(source, [*problems, advice.NO_ROWS])
    try:
        with warnings.catch_warnings():  # pandera's own report warns with pandas 2
            warnings.filterwarnings("ignore", "The behavior of DataFrame concatenation", FutureWarning)
            _schema(given, rows, rules, words).validate(rows, lazy=True)
    except SchemaErrors as error:
        problems = [*problems, *_of_rows(error.failure_cases, given, frame.index)]
    if problems:
        raise DataProblems(source, problems, words.footer(problems))
    if "timestamp" in rows and (rows["timestamp"] % 1 == 0).all():
        rows["timestamp"] = rows["timestamp"].astype("int64")
    in_time = rows.sort_values("timestamp", kind="stable") if "timestamp" in rows else rows
    kept = in_time.drop_duplicates(PAIR, keep="last" if rules.duplicates == "last" else "first").index.sort_values()
    return frame.assign(**{name: rows[name].array for name in rows}).iloc[kept]


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
