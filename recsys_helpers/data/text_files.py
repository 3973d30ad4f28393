"""From text to columns of text with their line numbers: delimited rows, with or without a header, or JSON lines.

Nothing is interpreted here: "007" stays "007", and what the values mean is for `checks` to judge.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pandas as pd

from recsys_helpers.data.advice import FileWords

MISSING = ["", "NA", "N/A", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "None"]


@dataclass
class Table:
    """The wanted columns as text, indexed by line number, and what was wrong with the file's rows."""

    header: list[str]
    first: list[str]  # the fields of the first line with content
    frame: pd.DataFrame
    problems: list[str] = field(default_factory=list)


def read_table(
    text: str, sep: str, names: Sequence[str] | None, wanted: dict[str, str | None], words: FileWords
) -> Table:
    """Columns of delimited text, or of JSON lines if the text begins with "{".

    `names` are the columns of a file without a header; `wanted` maps our names to those of the file.
    """
    if text.lstrip().startswith("{"):
        return _json_lines(text, wanted)
    rows = _split(text, sep)
    first_line, first = next((number, row) for number, row in rows if any(cell.strip() for cell in row))
    first = [cell.strip() for cell in first]
    header = first if names is None else list(names)
    position = {ours: header.index(theirs) for ours, theirs in wanted.items() if theirs in header}
    values, lines, ragged, again = {ours: [] for ours in position}, [], [], []

    def take(number: int, row: list[str]) -> None:
        if len(row) != len(header):
            if row and row != [""]:
                ragged.append(f"line {number}: {len(row)}")
        elif names is None and row[0].strip() == header[0] and [cell.strip() for cell in row] == header:
            again.append(number)
        else:
            lines.append(number)
            for ours, place in position.items():
                values[ours].append(row[place].strip())

    problems = []
    try:
        if names is not None:
            take(first_line, first)
        for number, row in rows:
            take(number, row)
    except csv.Error as error:
        ragged.append(f"line {number + 1}: {error}")
    if again:
        advice = "Were several files joined? Delete these lines."
        problems.append(f"The header comes again (rows: {len(again)}; line {again[0]}). {advice}")
    if ragged:
        problems.append(_ragged(ragged, len(header), sep, None if names is None else words.named("names")))
    return Table(header, first, _as_text(values, lines), problems)


def _ragged(ragged: list[str], n_fields: int, sep: str, option: str | None) -> str:
    """Rows with too few or too many fields; `option` is what named the columns, None for the header."""
    of_what = option or "the header"
    what = f"Rows without the {n_fields} fields of {of_what} (rows: {len(ragged)}; {'; '.join(ragged[:3])})"
    advice = "Put values that hold the separator in quotes, and close every quote."
    if len(sep) > 1:
        advice = f"No value may hold the separator {sep!r}."
    if option is not None:
        advice += f" Give {option} one name for each field of the file."
    if sep == ",":
        advice += " If they are decimal commas, export with points, or with ; as separator; "
        advice += "then replace , by . in pandas."
    return f"{what}. {advice}"


def _split(text: str, sep: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and fields of each row; quotes are understood if the separator is a single character."""
    if len(sep) == 1:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=sep)
        for row in rows:
            yield rows.line_num, row
    else:
        for number, line in enumerate(io.StringIO(text, newline=None), start=1):
            yield number, line.rstrip("\n").split(sep)


def _json_lines(text: str, wanted: dict[str, str | None]) -> Table:
    """One object a line; numbers keep the digits they are written with."""
    header, values, lines, broken = {}, {ours: [] for ours, theirs in wanted.items() if theirs}, [], []
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
        except json.JSONDecodeError:
            record = None
        if not isinstance(record, dict):
            broken.append(f"line {number}")
            continue
        header.update(dict.fromkeys(record))
        lines.append(number)
        for ours, column in values.items():
            column.append(_json_text(record.get(wanted[ours])))
    header = list(header)
    values = {ours: column for ours, column in values.items() if wanted[ours] in header}
    problems = []
    if broken:
        shown = "; ".join(broken[:3])
        advice = "Write one object in braces on each line, names in double quotes."
        problems = [f"Lines that are not a JSON object (rows: {len(broken)}; {shown}). {advice}"]
    return Table(header, header, _as_text(values, lines), problems)


def _json_text(value) -> str:
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _as_text(values: dict[str, list[str]], lines: list[int]) -> pd.DataFrame:
    frame = pd.DataFrame(values, index=pd.Index(lines, name="line", dtype=int), dtype="str")
    return frame.mask(frame.isin(MISSING))
