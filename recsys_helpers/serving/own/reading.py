"""Read the user's file and titles: checked, within the limits, or one report of everything that is wrong."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from recsys_helpers.data.checks import DataProblems, Rules
from recsys_helpers.data.own_data import Loaded, counts, read_file
from recsys_helpers.serving.own.advice import CommandWords
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
from recsys_helpers.serving.own.titles import read_titles
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
    problems, loaded, titles = [], None, ({}, 0)
    try:
        loaded = _load(source)
        problems += _size_problems(loaded.frame)
        problems += _long_ids(loaded.frame)
    except (DataProblems, ValueError, OSError) as error:
        problems += _problems_of(error)
    try:
        titles = read_titles(source) if source.titles or loaded is not None else titles
    except (DataProblems, OSError) as error:
        problems += _problems_of(error)
    if problems:
        raise DataProblems(source.name, problems)
    frame = loaded.frame
    if not pd.api.types.is_numeric_dtype(frame["item_id"]):
        frame["item_id"] = frame["item_id"].astype(object)
    if not pd.api.types.is_numeric_dtype(frame["user_id"]):
        frame["user_id"] = frame["user_id"].astype(object)
    return Data(frame, titles[0], [_summary(source, loaded), *_facts(source, frame, *titles)])


def _load(source: Source) -> Loaded:
    columns = {ours: theirs for ours, theirs in source.columns.items() if ours != "title"}
    encoding = source.encoding[0] if len(source.encoding) == 1 else source.encoding
    rules = Rules(source.rating_range, source.duplicates, source.times, source.text_ids)
    return read_file(source.path, columns, encoding, source.sep, source.names, rules, CommandWords(source.columns))


def _summary(source: Source, loaded: Loaded) -> str:
    """What the file holds: not that it lacks ratings, which would not be used, and not that its titles are not used."""
    notes = [counts(source.name, loaded.frame)]
    notes += [f"no timestamp{loaded.absent['timestamp']}"] if "timestamp" in loaded.absent else []
    titles = [] if source.titles else [source.columns.get("title", "title")]
    unused = [name for name in loaded.unused if name not in titles]
    return "; ".join(notes + ([f"columns not used: {unused}"] if unused else []))


def _problems_of(error: Exception) -> list[str]:
    if isinstance(error, OSError):
        return [f"{Path(error.filename or '').name or 'The file'} cannot be read: {error.strerror}."]
    return error.problems if isinstance(error, DataProblems) else [str(error)]


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
    elif "timestamp" in frame and _n_with_three_moments(frame) < FEWEST_USERS:
        advice = "Is timestamp the right column? Without it, a random fifth of the interactions is the test part."
        what = f"Fewer than {FEWEST_USERS} users did something at three different times"
        problems.append(f"{what}: no newest part can be cut off. {advice}")
    return problems


def _long_ids(frame: pd.DataFrame) -> list[str]:
    found = []
    for name in ("user_id", "item_id"):
        if not pd.api.types.is_numeric_dtype(frame[name]) and (frame[name].str.len() > LONGEST_ID).any():
            found.append(f"A {name} has more than {LONGEST_ID} characters. Is it the right column?")
    return found


def _n_with_three_moments(frame: pd.DataFrame) -> int:
    return (frame.drop_duplicates(["user_id", "timestamp"])["user_id"].value_counts() >= 3).sum()


def _facts(source: Source, frame: pd.DataFrame, titles: dict, n_several: int) -> list[str]:
    per_user, per_item = frame["user_id"].value_counts(), frame["item_id"].value_counts()
    n_cells = len(per_user) * len(per_item)
    of_user, of_item = (f"median {counts.median():.0f}, most {counts.max():,}" for counts in (per_user, per_item))
    share = f"{len(frame) / n_cells:.2%} of all pairs occur"
    found = [f"Interactions of a user: {of_user}; users of an item: {of_item}; {share}."]
    if source.duplicates != "error":
        found.append(f"Where a user has an item more than once, only the {source.duplicates} row counts.")
    if "timestamp" in frame:
        first, last = (date(1970, 1, 1) + timedelta(seconds=float(frame["timestamp"].agg(f))) for f in ("min", "max"))
        parts = "The newest fifth of each user's moments is the test part, the tenth before it the validation part"
        parts += "; what happened at one moment, such as an order, stays on one side."
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
        others = "" if n_named == len(per_item) else "; the others are shown by their id"
        several = f" Items with several titles: {n_several:,}; the commonest one is shown." if n_several else ""
        found.append(f"Titles: {n_named:,} of {len(per_item):,} items have one{others}.{several}")
    else:
        found.append("No titles: items are shown and searched by their id.")
    return found
