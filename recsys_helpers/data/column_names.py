"""Which column is which: names that are missing or nearly right, and first lines that are no header at all."""

import difflib
import re
from collections.abc import Sequence

from recsys_helpers.data.advice import Words

PAIR = ["user_id", "item_id"]
COLUMNS = [*PAIR, "rating", "timestamp"]
SEPARATORS = ["::", ";", "\t", "|", ","]


def column_problems(names: dict, required: list[str], present: list, words: Words) -> list[str]:
    """Columns that are missing, come twice, or have nearly the right name. `names` maps our names to theirs."""
    missing = [ours for ours, theirs in names.items() if theirs and theirs not in present]
    free = [name for name in present if name not in names.values()]
    close = {ours: near for ours in missing if (near := _nearest(names[ours], free)) is not None}
    needed = {ours: close.get(ours, "…") for ours in missing if ours in required}
    same = {ours: near for ours, near in close.items() if ours not in required and _plain(near) == _plain(names[ours])}
    problems = []
    for ours, theirs in names.items():
        if theirs and present.count(theirs) > 1:
            problems.append(f"Column {theirs!r} appears {present.count(theirs)} times. Rename all but one.")
        elif ours in needed:
            what = f"Column {theirs!r} is missing; there are {present[:20]}."
            is_it = f"Is it {close[ours]!r}? Then say so:" if ours in close else "Say which one holds it:"
            header = "" if ours in close else words.no_header()
            problems.append(f"{what} {is_it} {words.take(needed | same)}.{header}")
        elif ours in same:
            what = f"Column {same[ours]!r} is nearly {theirs!r}, but would not be used."
            without = words.leave_out(ours, same[ours], needed | same)
            problems.append(f"{what} To use it: {words.take(needed | same)}. To do without it: {without}.")
    return problems


def near_miss(ours: str, present: list) -> str | None:
    """The column of a file whose name is close to `ours`, or None."""
    return _nearest(ours, present)


def _plain(name) -> str:
    return re.sub(r"[\W_]+", "", str(name).lower())


def _nearest(name: str, present: list):
    plain = {_plain(other): other for other in present}
    return next((plain[match] for match in difflib.get_close_matches(_plain(name), plain, n=1)), None)


def is_number(cell: str) -> bool:
    """Whether a cell is written as a number."""
    return re.fullmatch(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?", str(cell).strip()) is not None


def looks_like_data(cells: Sequence[str]) -> bool:
    """Whether a first line holds a number, which names of columns seldom do; 0, 1, 2 … are the names pandas gives."""
    return any(map(is_number, cells)) and list(cells) != [str(number) for number in range(len(cells))]


def suggested_names(cells: Sequence[str]) -> list[str]:
    """Names for the columns of a file without a header, in the order that most public files have."""
    names = [*COLUMNS, *(f"column_{number}" for number in range(5, len(cells) + 1))][: len(cells)]
    if len(cells) == 3 and is_number(cells[2]) and float(cells[2].replace(",", ".")) > 1e8:
        names[2] = "timestamp"
    return names


def other_separator(first: Sequence[str], sep: str) -> str | None:
    """The separator that the first line seems to have, if `sep` does not cut it."""
    whole = sep.join(first)
    if sep == ":" and "::" in whole:
        return "::"
    return next((other for other in SEPARATORS if len(first) == 1 and other != sep and other in whole), None)
