"""The words of the checks: what to do about each problem. A test follows every piece of advice.

Options stand as they are passed to `load_csv`; statements stand in backticks and work on a pandas `frame`.
"""

from dataclasses import dataclass

import pandas as pd

NUMBERS = "Write 3.5, not 3,5 or '3.5 stars'."
UNITS = "Divide milliseconds by 1000, microseconds by 1e6, nanoseconds by 1e9."
SECONDS = "Are these seconds? Excel days: (days − 25569) × 86400. Seconds since another start: add that start."
FROM_1 = "0 is kept for padding: number the ids from 1, or put a letter before each: u0."
DROP = "Drop the row, or find the value."
ONCE = "Keep one: pass duplicates='first'."
AGAIN = "Keep one: duplicates='last' or 'first'. Or count them, if they are plays or purchases."
AS_TEXT = "Format the column as text there, and export again."
WHOLE = "Write whole numbers or text."
NO_ROWS = "There are no rows. Was the export cut short, or all filtered out?"
SEVERAL = "Is it the right column? A recommender needs several."

SINCE_1970 = '- pd.Timestamp(0, tz="UTC")) // pd.Timedelta("1s")'
DAYS = ["%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y%m%d"]
DATE_FORMATS = ["ISO8601", *(day + time for time in ("", " %H:%M", " %H:%M:%S") for day in DAYS)]


@dataclass(frozen=True)
class Words:
    """Advice for a file, through the options of `load_csv`; or for a frame (`columns` is None), in pandas."""

    columns: dict[str, str | None] | None = None

    @property
    def is_file(self) -> bool:
        """Whether the data come from a file."""
        return self.columns is not None

    def take(self, found: dict[str, str]) -> str:
        """Use columns of other names; `found` maps our names to theirs, "…" where nobody knows."""
        if self.is_file:
            return f"columns={self.columns | found}"
        return f"`frame = frame.rename(columns={ {theirs: ours for ours, theirs in found.items()} })`"

    def leave_out(self, name: str, theirs: str | None = None, found: dict[str, str] | None = None) -> str:
        """Do without a column, which may have another name in the data; `found` as in `take`."""
        if self.is_file:
            return f"columns={self.columns | (found or {}) | {name: None}}"
        return f"`frame = frame.drop(columns={theirs or name!r})`"

    def rating_outside(self) -> str:
        """A rating is not on the scale."""
        advice = "Correct it, or pass the true scale as rating_range=(lowest, highest). Hours, plays and clicks are not"
        return f"{advice} ratings: leave such a column out with {self.leave_out('rating')}."

    def rounded_floats(self, name: str) -> str:
        """Ids that were numbers with a floating point, and too large for it."""
        return f"Read the ids as text where they come from: pd.read_csv(path, dtype={{{name!r}: 'str'}})."

    def alike(self, name: str, spellings: list[str]) -> str:
        """Ids that look the same; `spellings` are two of them."""
        shown = " and ".join(map(ascii, spellings))
        return f"They are {shown}. Give both one spelling: `frame[{name!r}] = same_spelling(frame[{name!r}])`."

    def dates(self, values: pd.Series) -> str:
        """Times that are no numbers: the line that reads all of them, if they are dates of one form."""
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
        if not readings:
            return "Bring all of them to one form first: seconds since 1970, or dates such as 2020-05-31 12:00."
        form = next(iter(readings))
        line = f'frame["timestamp"] = (pd.to_datetime(frame["timestamp"], format="{form}", utc=True) {SINCE_1970}'
        if len(readings) == 1:
            return f"Convert the dates to seconds: `{line}`."
        tries = "; ".join(f'format="{form}" reads the first as {day}' for form, day in readings.items())
        return f"Convert the dates to seconds, with the format that is meant ({tries}): `{line}`."


def repair_in_pandas(problems: list[str]) -> str:
    """How to get at the frame of a file, if a problem has a statement to run on it."""
    if not any("`frame" in problem for problem in problems):
        return ""
    return "To repair values in pandas: frame = load_csv(…, check=False), the line above, check_interactions(frame)."
