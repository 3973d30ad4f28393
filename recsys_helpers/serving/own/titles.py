"""Titles of items, from a file of their own or from a column of the interactions."""

from pathlib import Path

import pandas as pd

from recsys_helpers.data.checks import DataProblems
from recsys_helpers.data.column_names import SEPARATORS
from recsys_helpers.data.decoding import NotText, decode
from recsys_helpers.data.text_files import Table, read_table
from recsys_helpers.serving.own.advice import CommandWords
from recsys_helpers.serving.own.source import Source


def read_titles(source: Source) -> tuple[dict, int]:
    """item_id as text → title, {} if there are none; and how many items have several, of which the commonest counts.

    A file of titles may have another separator than the data; it is read as utf-8 or in the encodings of the data.
    """
    if source.titles is None and not _has_title_column(source):
        return {}, 0
    path, names, encoding = source.titles, None, "utf-8-sig"
    wanted = {"item_id": "item_id", "title": "title"} | source.titles_columns
    if path is None:
        path, names = source.path, source.names
        wanted = {"item_id": source.columns.get("item_id", "item_id"), "title": source.columns.get("title", "title")}
        encoding = source.encoding
    elif source.encoding != ("utf-8-sig",):
        encoding = ("utf-8-sig", *source.encoding)
    name, words = Path(path).name, CommandWords(source.columns)
    try:
        text, problems = decode(Path(path).read_bytes(), encoding, words)
    except NotText as error:
        raise DataProblems(name, [f"{name}: {error}"]) from None
    if not text.strip():
        raise DataProblems(name, [f"{name} is empty."])
    separators = [source.sep] if path == source.path else [",", source.sep, *SEPARATORS]
    table = _table(text, separators, names, wanted, words)
    if missing := [theirs for theirs in wanted.values() if theirs not in table.header]:
        option = "--titles-columns" if source.titles else "--columns"
        has = f"Titles: {name} has no column {missing}; it has {table.header[:20]}."
        raise DataProblems(name, [f"{has} Say which holds what: `{option} item_id=… title=…`."])
    if path != source.path and (problems or table.problems):
        raise DataProblems(name, [f"{name}: {one}" for one in (*problems, *table.problems)])
    return _commonest(table.frame.dropna())


def _commonest(rows: pd.DataFrame) -> tuple[dict, int]:
    """The title that stands most often beside each item, the first of them if there are several; and for how many.

    >>> _commonest(pd.DataFrame({"item_id": ["7", "7.0", "7", "8"], "title": ["Lmap", "Lamp", "Lamp", "Chair"]}))
    ({'7': 'Lamp', '8': 'Chair'}, 1)
    """
    pairs = pd.DataFrame({"item_id": rows["item_id"].map(_plain), "title": rows["title"]})
    counts = pairs.groupby(["item_id", "title"], sort=False).size().rename("n").reset_index()
    best = counts.sort_values("n", ascending=False, kind="stable").drop_duplicates("item_id")
    return dict(zip(best["item_id"], best["title"])), int(counts["item_id"].value_counts().gt(1).sum())


def _table(text: str, separators: list[str], names, wanted: dict[str, str], words: CommandWords) -> Table:
    """The table with the first separator that gives both columns; if none does, with the one that gives most."""
    tables = []
    for sep in dict.fromkeys(separators):
        tables.append(read_table(text, sep, names, wanted, words))
        if set(wanted.values()) <= set(tables[-1].header):
            return tables[-1]
    return max(tables, key=lambda table: len(table.header))


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
