"""Read the user's file and titles: checked, within the limits, or one report of everything that is wrong."""

import ast
import contextlib
import io
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recsys_helpers.data.checks import DataProblems, check_interactions
from recsys_helpers.data.decoding import NotText, decode
from recsys_helpers.data.own_data import load_csv
from recsys_helpers.data.text_files import read_table
from recsys_helpers.serving.own.source import (
    FEWEST_INTERACTIONS,
    FEWEST_ITEMS,
    FEWEST_USERS,
    GIB,
    MOST_BYTES,
    MOST_INTERACTIONS,
    MOST_ITEMS,
    Source,
)
from recsys_helpers.serving.parts import LONGEST_ID

BEYOND = "How others go beyond one machine: notebooks/20_outgrow_one_machine.ipynb."
SMALLER = "Keep the newest ones, or those of a sample of users."
RARER = "Leave out the items that fewer than 5 users have, or take one part of the catalogue."


@dataclass
class Data:
    """Checked interactions (user_id, item_id, perhaps rating and timestamp), titles by item_id, and what to say."""

    frame: pd.DataFrame
    titles: dict
    report: list[str]

    @property
    def has_times(self) -> bool:
        """Whether each interaction says when it was, so that histories have an order."""
        return "timestamp" in self.frame


def read(source: Source) -> Data:
    """The data of a source; raises DataProblems with every problem of both files and of their size."""
    if (size := Path(source.path).stat().st_size) > MOST_BYTES:
        advice = f"Leave out the columns that are not needed, and keep the newest rows. {BEYOND}"
        large = f"The file has {size / GIB:.1f} GiB; one of up to {MOST_BYTES // GIB} GiB is read. {advice}"
        raise DataProblems(source.name, [large])
    problems, frame, titles, summary = [], None, {}, io.StringIO()
    columns = {ours: theirs for ours, theirs in source.columns.items() if ours != "title"}
    encoding = source.encoding[0] if len(source.encoding) == 1 else source.encoding
    try:
        with contextlib.redirect_stdout(summary):
            frame = _load(source, columns, encoding)
    except (DataProblems, ValueError, OSError) as error:
        problems += _problems_of(error)
    if frame is not None:
        problems += _size_problems(frame)
        problems += _long_ids(frame)
    try:
        titles = _titles(source) if source.titles or frame is not None else {}
    except (DataProblems, OSError) as error:
        problems += _problems_of(error)
    if problems:
        raise DataProblems(source.name, problems)
    if not pd.api.types.is_numeric_dtype(frame["item_id"]):
        frame["item_id"] = frame["item_id"].astype(object)
    if not pd.api.types.is_numeric_dtype(frame["user_id"]):
        frame["user_id"] = frame["user_id"].astype(object)
    return Data(frame, titles, [_summary(source, frame, summary.getvalue().strip()), *_facts(source, frame, titles)])


def _summary(source: Source, frame: pd.DataFrame, text: str) -> str:
    """What `load_csv` says about the file, with the rows that are kept, and without the titles among the unused."""
    text = text.replace("; all values are text, not checked", "")
    n_users, n_items = frame["user_id"].nunique(), frame["item_id"].nunique()
    rest = text.removeprefix(source.name).partition(" items")[2]
    text = f"{source.name}: {len(frame):,} interactions, {n_users:,} users, {n_items:,} items{rest}"
    text, found, unused = text.partition("; columns not used: ")
    names = ast.literal_eval(unused) if found else []
    if source.titles is None:
        names = [name for name in names if name != source.columns.get("title", "title")]
    return text + (f"{found}{names}" if names else "")


def _load(source: Source, columns: dict, encoding) -> pd.DataFrame:
    """The checked interactions; times that are no seconds become seconds first, those that cannot stay as they are."""
    options = {"columns": columns, "encoding": encoding, "sep": source.sep, "names": source.names}
    how = {"rating_range": source.rating_range, "duplicates": source.duplicates}
    if source.times == "seconds":
        return load_csv(source.path, **options, **how)
    frame = load_csv(source.path, **options, check=False)
    if "timestamp" in frame:
        frame["timestamp"] = in_seconds(frame["timestamp"], source.times)
    return check_interactions(frame, **how).reset_index(drop=True)


def in_seconds(values: pd.Series, times: str) -> pd.Series:
    """Times as text → seconds since 1970 as text, whatever cannot be read as it was; `times` as in `Source`.

    >>> in_seconds(pd.Series(["1970-01-02", "1970-01-01T00:01:30.5Z", "soon"]), "ISO8601").tolist()
    ['86400', '90', 'soon']
    >>> in_seconds(pd.Series(["90500", "2 h"]), "milliseconds").tolist()
    ['90', '2 h']
    """
    if times == "milliseconds":
        seconds = pd.to_numeric(values, errors="coerce") // 1000
    else:
        dates = pd.to_datetime(values, format=times, utc=True, errors="coerce")
        seconds = (dates - pd.Timestamp(0, tz="UTC")) // pd.Timedelta("1s")
    is_read = seconds.notna()
    return values.where(~is_read, seconds.astype("Int64").astype("string")).astype(object)


def _problems_of(error: Exception) -> list[str]:
    if isinstance(error, DataProblems):
        return [_with_option(problem) for problem in error.problems]
    if isinstance(error, OSError):
        return [f"{Path(error.filename or '').name or 'The file'} cannot be read: {error.strerror}."]
    return [str(error)]


def _with_option(problem: str) -> str:
    """A problem with the times, with the option that solves it in place of the lines of Python.

    >>> _with_option("timestamp is too large for seconds (rows: 9). Divide milliseconds by 1000, microseconds by 1e6.")
    'timestamp is too large for seconds (rows: 9). Are they milliseconds? Then pass --times milliseconds.'
    """
    if problem.startswith("timestamp is too large for seconds"):
        return problem.partition(" Divide ")[0] + " Are they milliseconds? Then pass --times milliseconds."
    head, found, python = problem.partition(" Convert the dates to seconds")
    form = re.search(r'to_datetime\(frame\["timestamp"\], format="([^"]+)"', python)
    if not found or not form:
        return problem
    which = re.search(r", with the format that is meant (\(.+?\)): `", python)
    advice = f"pass the format that is meant {which[1]}, such as" if which else "pass"
    return f"{head} They are dates: {advice} --times {shlex.quote(form[1])}."


def _size_problems(frame: pd.DataFrame) -> list[str]:
    n, n_users, n_items = len(frame), frame["user_id"].nunique(), frame["item_id"].nunique()
    problems = []
    if n > MOST_INTERACTIONS:
        problems.append(f"{n:,} interactions; this service learns from {MOST_INTERACTIONS:,} at most. {SMALLER}")
    if n_items > MOST_ITEMS:
        problems.append(f"{n_items:,} items; this service offers {MOST_ITEMS:,} at most. {RARER}")
    if problems:
        problems[-1] += f" {BEYOND}"
    few = [f"{found:,} {what} (at least {fewest})" for found, fewest, what in (
        (n, FEWEST_INTERACTIONS, "interactions"), (n_users, FEWEST_USERS, "users"), (n_items, FEWEST_ITEMS, "items"),
    ) if found < fewest]  # fmt: skip
    if few:
        problems.append(f"Too little to measure anything: {', '.join(few)}. Collect more, or join several exports.")
    elif (frame["user_id"].value_counts() >= 3).sum() < FEWEST_USERS:
        advice = "Is user_id the right column? An order or a session has few items."
        problems.append(f"Fewer than {FEWEST_USERS} users have three interactions: nothing can be tested. {advice}")
    return problems


def _long_ids(frame: pd.DataFrame) -> list[str]:
    found = []
    for name in ("user_id", "item_id"):
        if not pd.api.types.is_numeric_dtype(frame[name]) and (frame[name].str.len() > LONGEST_ID).any():
            found.append(f"A {name} has more than {LONGEST_ID} characters. Is it the right column?")
    return found


def _titles(source: Source) -> dict:
    """item_id as text → title, from the file of titles or from the column of the data; {} if there is neither."""
    if source.titles is None and not _has_title_column(source):
        return {}
    path, sep, names = source.titles, ",", None
    wanted = {"item_id": "item_id", "title": "title"} | source.titles_columns
    if path is None:
        path, sep, names = source.path, source.sep, source.names
        wanted = {"item_id": source.columns.get("item_id", "item_id"), "title": source.columns.get("title", "title")}
    try:
        text, problems = decode(Path(path).read_bytes(), source.encoding if path == source.path else "utf-8-sig")
    except NotText as error:
        raise DataProblems(Path(path).name, [f"{Path(path).name}: {error}"]) from None
    if not text.strip():
        raise DataProblems(Path(path).name, [f"{Path(path).name} is empty."])
    table = read_table(text, sep, names, wanted)
    if missing := [theirs for ours, theirs in wanted.items() if ours not in table.frame]:
        has = f"Titles: {Path(path).name} has no column {missing}; it has {table.header[:20]}."
        option = "--titles-columns" if source.titles else "--columns"
        raise DataProblems(Path(path).name, [f"{has} Say with {option} which holds what."])
    if path != source.path and (problems or table.problems):
        raise DataProblems(Path(path).name, [f"{Path(path).name}: {one}" for one in (*problems, *table.problems)])
    named = table.frame.dropna().drop_duplicates("item_id")
    return dict(zip(named["item_id"].map(_plain), named["title"]))


def _has_title_column(source: Source) -> bool:
    """Whether a title was named, or the first line of the file names one."""
    if "title" in source.columns:
        return source.columns["title"] is not None
    if source.names is not None:
        return "title" in source.names
    with open(source.path, "rb") as file:
        first = file.readline(2**16).decode("utf-8-sig", "replace").strip()
    if first.startswith("{"):
        return '"title"' in first
    return "title" in [cell.strip().strip('"') for cell in first.split(source.sep)]


def _plain(raw_id: str) -> str:
    """An id as text in the form in which whole numbers are compared: "7.0" is 7."""
    return raw_id.removesuffix(".0") if raw_id.removesuffix(".0").isdecimal() else raw_id


def title_of(titles: dict, raw_id) -> str:
    """Title of an item, or its id where nobody knows one."""
    return titles.get(str(raw_id), str(raw_id))


def _facts(source: Source, frame: pd.DataFrame, titles: dict) -> list[str]:
    per_user, per_item = frame["user_id"].value_counts(), frame["item_id"].value_counts()
    n_cells = len(per_user) * len(per_item)
    of_user, of_item = (f"median {counts.median():.0f}, most {counts.max():,}" for counts in (per_user, per_item))
    share = f"{len(frame) / n_cells:.2%} of all pairs occur"
    found = [f"Interactions of a user: {of_user}; users of an item: {of_item}; {share}."]
    if source.duplicates != "error":
        found.append(f"Where a user has an item more than once, only the {source.duplicates} row counts.")
    if "timestamp" in frame:
        first, last = (pd.Timestamp(frame["timestamp"].agg(f), unit="s").date() for f in ("min", "max"))
        parts = "The newest fifth of each user is the test part, the tenth before it the validation part."
        found.append(f"Times: {first} to {last}. {parts}")
    else:
        found.append(
            "No times: a random fifth of the interactions is the test part, a random tenth the validation part."
        )
        found.append("No model that needs an order is offered: neither linear next-item nor the network.")
    if "rating" in frame:
        found.append("Ratings are not used: every interaction counts as one. Leave out what should not count.")
    if titles:
        n_named = frame["item_id"].drop_duplicates().map(lambda raw_id: str(raw_id) in titles).sum()
        found.append(f"Titles: {n_named:,} of {len(per_item):,} items have one; the others are shown by their id.")
    else:
        found.append("No titles: items are shown and searched by their id.")
    return found
