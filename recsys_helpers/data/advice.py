"""The words of the checks: what to do about each problem. A test follows every piece of advice.

`Words` speaks to somebody with a pandas `frame`, in statements that stand in backticks; `FileWords` to somebody with a
text file, in options of `load_csv`. A program with options of its own derives a third (`serving.own.advice`).
"""

from typing import ClassVar

import pandas as pd

TO_CSV = "Open it in the program that made it, and save it as CSV."
NUMBERS = "Write 3.5, not 3,5 or '3.5 stars'."
UNITS = "Divide milliseconds by 1000, microseconds by 1e6, nanoseconds by 1e9."
FINER_UNITS = "Divide microseconds by 1e6, nanoseconds by 1e9."
SECONDS = "Excel days: (days − 25569) × 86400. Seconds since another start: add that start."
DROP = "Drop the row, or find the value."
AS_TEXT = "Format the column as text there, and export again."
WHOLE = "Write whole numbers or text."
NO_ROWS = "There are no rows. Was the export cut short, or all filtered out?"
SEVERAL = "Is it the right column? A recommender needs several."
CORRECT = "Correct it or drop the row."
ONE_FORM = "Bring all of them to one form first: seconds since 1970, or dates such as 2020-05-31 12:00."

SINCE_1970 = '- pd.Timestamp(0, tz="UTC")) // pd.Timedelta("1s")'
DAYS = ["%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y%m%d"]
DATE_FORMATS = ["ISO8601", *(day + time for time in ("", " %H:%M", " %H:%M:%S") for day in DAYS)]


class Words:
    """Advice for a frame."""

    other_columns: tuple[str, ...] = ()  # names of columns that the reader may give besides those that are checked

    def option(self, name: str, value) -> str:
        """An option with its value, as it is written to pass it; "…" in a value is for the reader to fill in."""
        return f"{name}={value!r}"

    def named(self, name: str) -> str:
        """An option by its name alone."""
        return name

    def scale(self) -> str:
        """The option for the scale of the ratings."""
        return "rating_range=(lowest, highest)"

    def take(self, found: dict[str, str]) -> str:
        """Use columns of other names; `found` maps our names to theirs, "…" where nobody knows."""
        return f"`frame = frame.rename(columns={ {theirs: ours for ours, theirs in found.items()} })`"

    def leave_out(self, name: str, theirs: str | None = None, found: dict[str, str] | None = None) -> str:
        """Do without a column, which may have another name in the data; `found` as in `take`."""
        return f"`frame = frame.drop(columns={theirs or name!r})`"

    def no_header(self) -> str:
        """A column is missing, perhaps because the first line holds data."""
        return ""

    def rating_outside(self) -> str:
        """A rating is not on the scale."""
        advice = f"Correct it, or pass the true scale as {self.scale()}. Hours, plays and clicks are not ratings"
        return f"{advice}: leave such a column out with {self.leave_out('rating')}."

    def once(self) -> str:
        """A row comes twice."""
        return f"Keep one: pass {self.option('duplicates', 'first')}."

    def again(self) -> str:
        """A pair comes twice, with other values."""
        ways = f"{self.option('duplicates', 'last')} or {self.option('duplicates', 'first')}"
        return f"Keep one: pass {ways}. Or count them, if they are plays or purchases."

    def from_1(self) -> str:
        """An id is 0 or negative."""
        return "0 is kept for padding: number the ids from 1, or put a letter before each: u0."

    def rounded_floats(self, name: str) -> str:
        """Ids that were numbers with a floating point, and too large for it."""
        return f"Read the ids as text where they come from: pd.read_csv(path, dtype={{{name!r}: 'str'}})."

    def alike(self, name: str, spellings: list[str]) -> str:
        """Ids that look the same; `spellings` are two of them."""
        shown = " and ".join(map(ascii, spellings))
        return f"They are {shown}. {self.one_spelling(name)}"

    def one_spelling(self, name: str) -> str:
        """How to give all ids one spelling."""
        return f"Give both one spelling: `frame[{name!r}] = same_spelling(frame[{name!r}])`."

    def too_late(self, times: str, are_all: bool) -> str:
        """Times that are too large to be seconds: all of them, or some."""
        return UNITS

    def too_early(self, times: str) -> str:
        """Times that all lie within the first years of counting seconds."""
        return f"Are these seconds? {SECONDS}"

    def dates(self, values: pd.Series) -> str:
        """Times that are no numbers: the line that reads all of them, if they are dates of one form."""
        readings = forms_that_read(values)
        if not readings:
            return ONE_FORM
        form = next(iter(readings))
        line = f'frame["timestamp"] = (pd.to_datetime(frame["timestamp"], format="{form}", utc=True) {SINCE_1970}'
        if len(readings) == 1:
            return f"Convert the dates to seconds: `{line}`."
        tries = "; ".join(f'format="{form}" reads the first as {day}' for form, day in readings.items())
        return f"Convert the dates to seconds, with the format that is meant ({tries}): `{line}`."

    def footer(self, problems: list[str]) -> str:
        """What stands below all problems."""
        return ""


class FileWords(Words):
    """Advice for a text file. `columns`: the option `columns` as the reader passed it."""

    # What a file is that is not the text it should be: how to get at the text.
    other_files: ClassVar[dict[str, str]] = {
        "a zip archive or Excel .xlsx": f"Unpack the archive and load the file inside. {TO_CSV}",
        "Excel .xls": TO_CSV,
        "gzip": "Unpack it, and load the file inside.",
        "Parquet": "Read it with pd.read_parquet, and pass the frame to check_interactions.",
        "PDF": "Ask for the data in another format.",
        "a web page or XML": "Was it a page to log in? Download the file itself.",
        "a JSON array": "Make a frame of it, and check that: "
        '`frame = pd.DataFrame(json.load(open(path, encoding="utf-8")))`.',
        "binary": TO_CSV,
    }

    def __init__(self, columns: dict[str, str | None] | None = None):
        self.columns = columns or {}

    def take(self, found: dict[str, str]) -> str:
        """Use columns of other names; `found` maps our names to theirs, "…" where nobody knows."""
        return self.option("columns", self.columns | found)

    def leave_out(self, name: str, theirs: str | None = None, found: dict[str, str] | None = None) -> str:
        """Do without a column, which may have another name in the data; `found` as in `take`."""
        return self.option("columns", self.columns | (found or {}) | {name: None})

    def separator(self, sep: str) -> str:
        """The separator is another one."""
        return f"The separator seems to be {sep!r}. Pass {self.option('sep', sep)}."

    def is_data(self, cells: list[str], names: list[str]) -> str:
        """The first line seems to be data; `names` are those that its columns may have."""
        what = f"The first line seems to be data, not names of columns: {cells}."
        return f"{what} Name the columns in order: {self.option('names', names)}, or as they are in your file."

    def is_header(self, cells: list[str]) -> str:
        """The first line is a header though names were passed."""
        advice = f"Leave {self.named('names')} out, and say with {self.named('columns')} which column is which."
        return f"The first line is a header: {cells}. {advice}"

    def no_header(self) -> str:
        """A column is missing, perhaps because the first line holds data."""
        return f" If the first line is no header, pass {self.option('names', ['…'])}, the names of all columns."

    def from_1(self) -> str:
        """An id is 0 or negative."""
        every = "then every id is text, and 0 is an id like any other"
        return f"0 is kept for padding. Pass {self.option('text_ids', True)}: {every}. Or number the ids from 1."

    def too_late(self, times: str, are_all: bool) -> str:
        """Times that are too large to be seconds: all of them, or some."""
        if not are_all:
            return UNITS
        if times == "milliseconds":
            return f"They are too large for milliseconds, too. {FINER_UNITS}"
        return f"Are they milliseconds? Then pass {self.option('times', 'milliseconds')}. {FINER_UNITS}"

    def too_early(self, times: str) -> str:
        """Times that all lie within the first years of counting seconds."""
        if times == "milliseconds":
            return f"Are they seconds? Then leave {self.named('times')} out."
        days = f"days such as 20240531: pass {self.option('times', '%Y%m%d')}"
        return f"Are these seconds? Years: pass {self.option('times', '%Y')}; {days}. {SECONDS}"

    def dates(self, values: pd.Series) -> str:
        """Times that are no numbers: the option that reads all of them, if they are dates of one form."""
        readings = forms_that_read(values)
        if not readings:
            return ONE_FORM
        if len(readings) == 1:
            return f"They are dates: pass {self.option('times', *readings)}."
        tries = (f"{self.option('times', form)} reads the first as {day}" for form, day in readings.items())
        return f"They are dates: pass the form that is meant. {'; '.join(tries)}."

    def footer(self, problems: list[str]) -> str:
        """How to get at the frame of a file, if a problem has a statement to run on it."""
        if not any("`frame" in problem for problem in problems):
            return ""
        return (
            "To repair values in pandas: frame = load_csv(…, check=False), the line above, check_interactions(frame)."
        )


def forms_that_read(values: pd.Series) -> dict[str, str]:
    """The forms of dates that read all values, each with the day that it makes of the first.

    >>> forms_that_read(pd.Series(["05/03/2020", "07/03/2020"]))
    {'%d/%m/%Y': '05 March 2020', '%m/%d/%Y': '03 May 2020'}
    """
    readings = {}
    are_dates = pd.api.types.is_datetime64_any_dtype(values) or values.map(type).eq(str).all()
    for form in DATE_FORMATS if are_dates else []:
        try:
            first = pd.to_datetime(values, format=form, utc=True).iloc[0]
        except (ValueError, TypeError):
            continue
        readings[form] = f"{first:%d %B %Y}"
        if form == "ISO8601":
            break
    return readings
