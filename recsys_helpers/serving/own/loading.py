"""The checked interactions of a source: times of any form as seconds, and ids as text where that was asked for."""

import contextlib

import pandas as pd

from recsys_helpers.data.advice import Words
from recsys_helpers.data.checks import DataProblems, checked
from recsys_helpers.data.column_names import PAIR
from recsys_helpers.data.own_data import load_csv
from recsys_helpers.serving.own.source import Source

FAR = 6 * 10**10  # seconds: added to dates, so that one before 1970 passes the checks of times that are seconds
OF_TIMES = ("timestamp is not a number", "timestamp is too large", "timestamp is negative", "The latest time is in")
SHOWN = 3


def load(source: Source) -> pd.DataFrame:
    """The interactions, checked; raises DataProblems. What `load_csv` says about the file is printed."""
    columns = {ours: theirs for ours, theirs in source.columns.items() if ours != "title"}
    encoding = source.encoding[0] if len(source.encoding) == 1 else source.encoding
    options = {"columns": columns, "encoding": encoding, "sep": source.sep, "names": source.names}
    how = {"rating_range": source.rating_range, "duplicates": source.duplicates}
    if source.times == "seconds" and not source.text_ids:
        return load_csv(source.path, **options, **how)
    problems = _problems_as_it_is(source, options, how)
    try:
        frame = load_csv(source.path, **options, check=False)
    except DataProblems as error:
        raise DataProblems(source.name, problems or error.problems) from None
    if source.times != "seconds" and "timestamp" in frame:
        frame, of_times = _with_seconds(frame, source.times)
        problems = of_times + problems
    has_dates = source.times not in ("seconds", "milliseconds") and "timestamp" in frame
    rows = _as_the_checks_want(frame, source.text_ids, has_dates)
    try:
        found = checked(source.name, rows, [], **how, words=Words(columns)).reset_index(drop=True)
    except DataProblems as error:  # what is wrong besides the times has been said
        of_times = [problem for problem in error.problems if problem.startswith(OF_TIMES)]
        problems = problems + of_times or error.problems
    if problems:
        raise DataProblems(source.name, problems)
    if source.text_ids:
        found = found.assign(**{name: found[name].str[1:] for name in PAIR})
    return found.assign(timestamp=found["timestamp"] - FAR) if has_dates else found


def _problems_as_it_is(source: Source, options: dict, how: dict) -> list[str]:
    """All problems of the file that neither another form of times nor ids as text can solve."""
    solved = OF_TIMES if source.times != "seconds" else ()
    solved += tuple(f"{name} is 0 or negative" for name in PAIR if source.text_ids)
    try:
        with contextlib.redirect_stdout(None):
            load_csv(source.path, **options, **how)
    except DataProblems as error:
        return [problem for problem in error.problems if not problem.startswith(solved)]
    return []


def _as_the_checks_want(frame: pd.DataFrame, text_ids: bool, has_dates: bool) -> pd.DataFrame:
    """Ids with a letter before each, so that they stay text; times far from 1970."""
    for name in PAIR if text_ids else ():
        frame = frame.assign(**{name: "i" + frame[name].str.replace(r"^(-?\d+)\.0$", r"\1", regex=True)})
    if has_dates:
        frame = frame.assign(timestamp=frame["timestamp"] + FAR)
    return frame


def _with_seconds(frame: pd.DataFrame, times: str) -> tuple[pd.DataFrame, list[str]]:
    """The frame with seconds since 1970, without the rows whose time has another form; and that problem."""
    given = frame["timestamp"]
    seconds = in_seconds(given, times)
    is_other = given.notna() & seconds.isna()
    read = frame.assign(timestamp=seconds)[~is_other]
    if not is_other.any():
        return read, []
    lines = "; ".join(f"line {line}: {value}" for line, value in given[is_other].head(SHOWN).items())
    advice = "Correct them or drop the rows." if len(read) else Words().dates(given.dropna())
    what = f"timestamp does not have the form {times!r} (rows: {is_other.sum():,}; {lines}). {advice}"
    return (read if len(read) else frame.drop(columns="timestamp")), [what]


def in_seconds(values: pd.Series, times: str) -> pd.Series:
    """Times as text → whole seconds since 1970, NA for what has another form; `times` as in `Source`.

    >>> in_seconds(pd.Series(["1970-01-02", "1970-01-01T00:01:30.5Z", "soon", "7"]), "ISO8601").tolist()
    [86400, 90, <NA>, <NA>]
    >>> in_seconds(pd.Series(["90500", "2 h"]), "milliseconds").tolist()
    [90, <NA>]
    """
    if times == "milliseconds":
        seconds = pd.to_numeric(values, errors="coerce") // 1000
    else:
        dates = pd.to_datetime(values, format=times, utc=True, errors="coerce")
        seconds = dates.dt.as_unit("s").astype("int64").where(dates.notna())
    return seconds.astype("Int64")
