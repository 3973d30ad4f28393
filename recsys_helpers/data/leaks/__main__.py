"""The command: read two or three CSV files and print the report."""

import argparse
import contextlib
import io
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from recsys_helpers.data.checks import DataProblems
from recsys_helpers.data.leaks.report import report
from recsys_helpers.data.leaks.rules import PAIR, find_leaks
from recsys_helpers.data.own_data import load_csv

ALIASES = {  # our name → how public files write it, without capitals and underscores
    "user_id": ["userid", "user", "uid", "customerid", "visitorid", "reviewerid", "sessionid"],
    "item_id": ["itemid", "item", "iid", "movieid", "productid", "trackid", "songid", "asin", "videoid", "bookid"],
    "timestamp": ["timestamp", "time", "ts", "unixtime", "unixreviewtime", "datetime", "date"],
}


def read_table(path: str | Path, columns: dict[str, str | None] | None = None, sep: str = ",") -> pd.DataFrame:
    """`user_id`, `item_id` and, if there is one, `timestamp` of a CSV file; common names of columns are recognised.

    `columns`: our name → name in the file. Dates such as 2026-11-29 become seconds. Raises DataProblems.
    """
    path = Path(path)
    if not path.is_file():
        raise DataProblems(path.name, ["There is no such file. Look at the path."])
    wanted = {"rating": None} | _guessed(path, sep) | (columns or {})
    with contextlib.redirect_stdout(io.StringIO()):
        frame = load_csv(path, wanted, check=False, sep=sep)
    frame = frame[[column for column in (*PAIR, "timestamp") if column in frame]]
    missing = frame.isna().any(axis=1)
    if missing.any():
        raise DataProblems(
            path.name, [f"A value is missing (rows: {missing.sum():,}; line {frame.index[missing][0]})."]
        )
    if "timestamp" in frame:
        frame = frame.assign(timestamp=_seconds(path.name, frame["timestamp"]))
    for column in PAIR:  # "007" stays text
        if frame[column].str.fullmatch(r"-?(0|[1-9]\d{0,17})").all():
            frame = frame.assign(**{column: frame[column].astype("int64")})
    return frame.reset_index(drop=True)


def _guessed(path: Path, sep: str) -> dict[str, str]:
    """Our names → the file's, where the first line has one of the usual names."""
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        header = [cell.strip().strip('"') for cell in file.readline().rstrip("\n").split(sep)]
    plain = {cell.lower().replace("_", "").replace(" ", ""): cell for cell in reversed(header)}
    return {ours: plain[alias] for ours, aliases in ALIASES.items() for alias in reversed(aliases) if alias in plain}


def _seconds(name: str, times: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(times, errors="coerce")
    if numbers.isna().any() or np.isinf(numbers).any():
        dates = pd.to_datetime(times, errors="coerce", utc=True, format="ISO8601")
        if dates.isna().any():
            bad = times[dates.isna()]
            what = f"timestamp is neither seconds nor a date like 2026-11-29 (rows: {len(bad):,}; line {bad.index[0]}"
            raise DataProblems(name, [f"{what}: {bad.iloc[0]!r}). Correct it, or name the right column with --time."])
        numbers = (dates - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)
    return numbers.astype("int64") if (numbers % 1 == 0).all() else numbers


def main(arguments: list[str] | None = None) -> int:
    """The command: prints a report; 0 if no leak was found, 1 if one was, 2 if a file cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m recsys_helpers.data.leaks", description="Look for leaks between train, valid and test files."
    )
    parser.add_argument("--train", required=True, help="CSV file that the model learns from")
    parser.add_argument("--valid", help="CSV file that settings are chosen on")
    parser.add_argument("--test", required=True, help="CSV file that the model is measured on")
    parser.add_argument("--user", help="name of the column with user ids")
    parser.add_argument("--item", help="name of the column with item ids")
    parser.add_argument("--time", help="name of the column with times: seconds, or dates such as 2026-11-29")
    parser.add_argument("--sep", default=",", help="separator of the files (default: a comma)")
    chosen = parser.parse_args(arguments)
    named = {"user_id": chosen.user, "item_id": chosen.item, "timestamp": chosen.time}
    columns = {ours: theirs for ours, theirs in named.items() if theirs}
    try:
        paths = {name: getattr(chosen, name) for name in ("train", "valid", "test") if getattr(chosen, name)}
        tables = {name: read_table(path, columns, chosen.sep) for name, path in paths.items()}
        tables = _of_one_kind(tables)
        found = find_leaks(**tables)
    except (DataProblems, KeyError, ValueError, OSError) as error:
        print(error.args[0] if isinstance(error, KeyError) else error, file=sys.stderr)
        if isinstance(error, DataProblems):
            print("Here, columns are named with --user, --item and --time, a separator with --sep.", file=sys.stderr)
        return 2
    print(report(found, {name: len(table) for name, table in tables.items()}))
    return int(any(finding.is_leak for finding in found))


def _of_one_kind(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Ids that are text in one file are text in all."""
    for column in PAIR:
        if not all(pd.api.types.is_numeric_dtype(table[column]) for table in tables.values()):
            tables = {name: table.assign(**{column: table[column].astype("str")}) for name, table in tables.items()}
    return tables


if __name__ == "__main__":
    sys.exit(main())
