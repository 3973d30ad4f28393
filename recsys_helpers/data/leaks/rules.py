"""The rules: what leaks from the tables that a model learns from into those it is measured on.

A new kind of leak is one more generator here, called by `find_leaks`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import comb

import numpy as np
import pandas as pd

from recsys_helpers.data.checks import same_spelling
from recsys_helpers.data.splits import check_complete

PAIR = ["user_id", "item_id"]
A_FEW = 0.05  # up to this share of rows or users on the wrong side is a slip in a cut, not another kind of cut


@dataclass(frozen=True)
class Finding:
    """One thing that was found: its kind, whether it is a leak, what was counted, what to do, and some of the rows."""

    kind: str
    is_leak: bool
    what: str
    advice: str
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)


def find_leaks(train: pd.DataFrame, test: pd.DataFrame, valid: pd.DataFrame | None = None) -> list[Finding]:
    """What leaks from the tables that a model learns from into the ones it is measured on; leaks first.

    Each frame has `user_id` and `item_id`, and in all of them or in none `timestamp`, a number. Raises KeyError or
    ValueError if a column is missing, holds gaps, or has other types in other tables. Built in lesson 17.

    >>> train = pd.DataFrame({"user_id": [1, 1], "item_id": [5, 6], "timestamp": [10, 20]})
    >>> [finding.kind for finding in find_leaks(train, train.tail(1)) if finding.is_leak]
    ['rows in both']
    """
    tables = {"train": train, "valid": valid, "test": test}
    tables = {name: table.reset_index(drop=True) for name, table in tables.items() if table is not None}
    _check_tables(tables)
    tables = {name: _in_numpy(table) for name, table in tables.items()}
    found = list(_within(tables))
    if "timestamp" not in train:
        what = "Without times, nothing could tell whether a model learns from the future of its test rows."
        advice = "If the tables have times, name their column: timestamp, or --time on the command line."
        found.append(Finding("no times", False, what, advice))
    for early, late in [("train", "test"), ("train", "valid"), ("valid", "test")]:
        if early in tables and late in tables:
            found += _between(early, tables[early], late, tables[late])
    kept = {(finding.kind, finding.what if finding.is_leak else ""): finding for finding in reversed(found)}
    return sorted(reversed(kept.values()), key=lambda finding: not finding.is_leak)


# One table


def _check_tables(tables: dict[str, pd.DataFrame]) -> None:
    have_time = ["timestamp" in table for table in tables.values()]
    if any(have_time) and not all(have_time):
        without = [name for name, has in zip(tables, have_time) if not has]
        raise KeyError(
            f"The column timestamp is missing in {' and '.join(without)}. Give it to all tables, or to none."
        )
    for name, table in tables.items():
        try:
            check_complete(table, (*PAIR, *(["timestamp"] if all(have_time) else [])))
        except (KeyError, ValueError) as error:
            raise type(error)(f"{name}: {error.args[0]}") from None
        if not len(table):
            raise ValueError(f"{name} has no rows. Did a filter remove all of them?")
    for column in PAIR:
        kinds = {name: _is_number(table[column]) for name, table in tables.items()}
        if len(set(kinds.values())) > 1:
            shown = ", ".join(f"{name}: {table[column].iloc[0]!r}" for name, table in tables.items())
            raise ValueError(f"{column} is a number in one table and text in another ({shown}). Nothing would match.")


def _is_number(values: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(values))


def _in_numpy(table: pd.DataFrame) -> pd.DataFrame:
    """Text and nullable numbers of pandas as NumPy holds them, so that comparisons give True or False alone."""
    columns = [column for column in (*PAIR, "timestamp") if column in table]
    is_text = {column: not _is_number(table[column]) for column in columns}
    return table.assign(**{c: table[c].astype(object) if is_text[c] else table[c].to_numpy() for c in columns})


def _within(tables: dict[str, pd.DataFrame]) -> Iterator[Finding]:
    for name, table in tables.items():
        keys = [column for column in (*PAIR, "timestamp") if column in table]
        again = table.duplicated(keys)
        is_normal = "timestamp" not in table and _repeats(tables["train"])
        if again.any():
            what = f"{again.sum():,} of {len(table):,} rows of {name} repeat an earlier row of it."
            advice = "Drop them (`drop_duplicates`) before you split: each copy counts once more."
            yield Finding("duplicates", name != "train" and not is_normal, what, advice, table.loc[again, keys])
        times = table.get("timestamp", pd.Series(dtype=float)).to_numpy(float)
        if len(times) >= 20 and np.all(times > 1e8) and np.all(times % 64 == 0) and not np.all(times % 3600 == 0):
            what = f"Every time in {name} is a multiple of 64 seconds: it has been a float32, which cannot hold more."
            advice = "Load timestamps as int64 or float64. Rounded times reorder histories and move rows over the cut."
            yield Finding("rounded times", True, what, advice, table[keys])


# Two tables


def _between(early: str, learn: pd.DataFrame, late: str, measured: pd.DataFrame) -> Iterator[Finding]:
    """Findings between a table that is learned from and one that is measured on."""
    middle = [table["timestamp"].median() for table in (learn, measured)] if "timestamp" in learn else [1, 1]
    is_other_unit = min(middle) > 0 and max(middle) / min(middle) > 100
    if is_other_unit:
        what = f"Times in {early} are around {middle[0]:.0f}, in {late} around {middle[1]:.0f}: not the same unit."
        yield Finding("units of time", True, what, "Bring both to seconds: milliseconds are divided by 1000.")
    yield from _rows_in_both(early, learn, late, measured)
    yield from _other_names(early, learn, late, measured)
    if is_other_unit:  # a comparison of times would be wrong
        return
    yield from _users(early, learn, late, measured)
    if "timestamp" in learn:
        apart = learn[~_is_in(learn, measured, [*PAIR, "timestamp"])]  # rows in both have been reported
        yield from _times(early, apart, late, measured) if len(apart) else ()
    n_new = (~measured["item_id"].isin(learn["item_id"])).sum()
    if n_new and early == "train":
        what = f"{n_new:,} of {len(measured):,} rows of {late} are of items that {early} never saw."
        yield Finding("new items", False, what, "Keep them: leaving them out makes the question easier (lesson 17).")


def _rows_in_both(early, learn, late, measured) -> Iterator[Finding]:
    keys = [column for column in (*PAIR, "timestamp") if column in learn]
    is_same, is_pair = _is_in(measured, learn, keys), _is_in(measured, learn, PAIR)
    if "timestamp" not in learn and _repeats(learn):  # a row in both may be a second listening
        is_same[:] = False
    if is_same.any():
        share = is_same.mean()
        percent = "under 1%" if share < 0.01 else f"{share:.0%}"
        what = f"{is_same.sum():,} of {len(measured):,} rows of {late} ({percent}) are also in {early}."
        by_chance = len(learn) / (len(learn) + len(measured))
        kind, advice = "rows in both", "Split once, after dropping duplicates, and save the parts."
        if len(measured) >= 50 and abs(share - by_chance) < 0.05:
            kind = "two shuffles"
            what += f" Two cuts of two different shuffles would share {by_chance:.0%}."
            advice = (
                "tf.data: shuffle(…, reshuffle_each_iteration=False) before take and skip; elsewhere: shuffle once."
            )
        yield Finding(kind, True, what, advice, measured.loc[is_same, keys])
    is_again = is_pair & ~is_same
    if is_again.any():
        counted = f"{is_again.sum():,} of {len(measured):,} rows of {late}"
        what = f"{counted} repeat a (user, item) pair of {early} at another time."
        advice = "Normal where people consume again (music, shops): say so, and report repeats and new items apart."
        if not _repeats(learn):
            what += f" Within {early} hardly any pair repeats, so they look like copies."
            advice = "Keep one row of each pair before you split: `duplicates='last'` in load_csv."
        yield Finding("pairs in both", not _repeats(learn), what, advice, measured.loc[is_again, keys])


def _repeats(table: pd.DataFrame) -> bool:
    """Whether the same person having the same item again is normal here: in one row of a hundred or more."""
    return bool(table.duplicated(PAIR).mean() >= 0.01)


def _is_in(rows: pd.DataFrame, others: pd.DataFrame, keys: list[str]) -> np.ndarray:
    return pd.MultiIndex.from_frame(rows[keys]).isin(pd.MultiIndex.from_frame(others[keys]))


def _other_names(early, learn, late, measured) -> Iterator[Finding]:
    """Rows that would be in both if ids were spelled alike, and users who are in both under two ids."""
    plain = [
        table.assign(**{c: _plain(table[c]) for c in PAIR if not _is_number(table[c])}) for table in (learn, measured)
    ]
    keys = [column for column in (*PAIR, "timestamp") if column in learn]
    is_hidden = _is_in(plain[1], plain[0], keys) & ~_is_in(measured, learn, keys)
    if is_hidden.any():
        what = f"{is_hidden.sum():,} rows of {late} are also in {early}, with another spelling of an id."
        advice = "Bring ids to one spelling before you split: capitals, spaces, leading zeros (`same_spelling`)."
        yield Finding("spelling", True, what, advice, measured.loc[is_hidden, keys])
    if "timestamp" not in learn:
        return
    event = ["item_id", "timestamp"]
    learn = learn[learn.groupby(event)["user_id"].transform("size") <= 20]  # the date of a premiere says nothing
    pairs = measured[[*PAIR, "timestamp"]].merge(
        learn[["user_id", *event]].drop_duplicates(), on=event, suffixes=("", "_2")
    )
    pairs = pairs[pairs["user_id"] != pairs["user_id_2"]]
    shared = pairs.groupby(["user_id", "user_id_2"]).size().rename("n_rows").reset_index()
    size = measured.groupby("user_id").size()
    copies = shared[(shared["n_rows"] >= 5) & (shared["n_rows"] >= 0.8 * shared["user_id"].map(size))]
    if len(copies) and not is_hidden.any():
        n = copies["user_id"].nunique()
        what = f"{n:,} users of {late} have the items and times of a user of {early} with another id."
        yield Finding("copied users", True, what, "Merge accounts that are one person before you split.", copies)


def _plain(ids: pd.Series) -> pd.Series:
    """Text ids without capitals, spaces and leading zeros."""
    text = same_spelling(ids.astype("str")).str.casefold().str.replace(" ", "")
    return text.str.replace(r"^0+(?=\d)", "", regex=True)


def _users(early, learn, late, measured) -> Iterator[Finding]:
    is_known = measured["user_id"].isin(learn["user_id"])
    n_users, n_known = measured["user_id"].nunique(), measured.loc[is_known, "user_id"].nunique()
    share, is_by_user = n_known / n_users, "timestamp" in learn and not _is_cut_in_time(learn, measured)
    if 0 < share <= A_FEW and is_by_user:
        what = f"A split by users, but {n_known:,} of {n_users:,} users of {late} are also in {early}."
        advice = "Draw the users first, then give each of them to one side as a whole."
        yield Finding("users in both", True, what, advice, measured.loc[is_known, PAIR].drop_duplicates("user_id"))
    elif n_known:
        what = f"{n_known:,} of {n_users:,} users of {late} are also in {early}."
        advice = "Normal when each history is cut in time; wrong if you want to know how new users fare."
        yield Finding("users in both", False, what, advice)


def _misplaced(learn, measured) -> tuple[float, float]:
    """The best single moment to part both tables by, and the share of rows that it has on the wrong side."""
    times = np.concatenate([learn["timestamp"], measured["timestamp"]]).astype(float)
    is_late = np.repeat([False, True], [len(learn), len(measured)])
    order = np.argsort(times, kind="stable")
    times, is_late = times[order], is_late[order]
    late_before = np.concatenate([[0], np.cumsum(is_late)])
    early_after = (~is_late).sum() - np.concatenate([[0], np.cumsum(~is_late)])
    is_border = np.concatenate([[True], np.diff(times) > 0, [True]])
    wrong = np.where(is_border, late_before + early_after, len(times))
    best = int(wrong.argmin())
    return float(times[min(best, len(times) - 1)]), float(wrong[best] / len(times))


def _is_cut_in_time(learn, measured) -> bool:
    if "timestamp" not in learn:
        return False
    share_of_smaller = min(len(learn), len(measured)) / (len(learn) + len(measured))
    return _misplaced(learn, measured)[1] <= A_FEW * share_of_smaller


def _times(early, learn, late, measured) -> Iterator[Finding]:
    start, wrong = _misplaced(learn, measured)
    keys = [*PAIR, "timestamp"]
    newest = measured["user_id"].map(learn.groupby("user_id")["timestamp"].max())
    is_older = (measured["timestamp"] < newest).to_numpy()
    is_both = newest.notna().to_numpy()
    if is_older.any():
        oldest = learn["user_id"].map(measured.groupby("user_id")["timestamp"].max())
        is_swapped = (learn["timestamp"] > oldest)[oldest.notna()].mean() > 0.9
        counted = f"{is_older.sum():,} of {len(measured):,} rows of {late}"
        what = f"{counted} are older than another row of the same user in {early}."
        advice = f"The model learns from these users' future. Cut each history in time: {late} holds its newest rows."
        if is_swapped:
            advice = f"Nearly all of {early} is newer than {late}: have the two files been exchanged?"
        kind = "swapped" if is_swapped else "own future"
        yield Finding(kind, True, what, advice, measured.loc[is_older, keys])
    if wrong > 0 and _is_cut_in_time(learn, measured):
        is_straggler = (learn["timestamp"] >= start).to_numpy()
        what = f"A cut at one moment (about {start:.0f}), but {is_straggler.sum():,} rows of {early} are later."
        yield Finding("stragglers", True, what, "Cut all rows at the same moment.", learn.loc[is_straggler, keys])
    elif wrong > 0:
        is_later = (learn["timestamp"] > measured["timestamp"].min()).mean()
        what = f"{is_later:.0%} of {early} is newer than the oldest row of {late}."
        advice = "Other users' future: normal for cuts per user or by user. A cut at one moment has none of it."
        yield Finding("other users' future", False, what, advice)
    if is_both.any() and not is_older.any():
        yield from _border_ties(early, learn, late, measured)


def _border_ties(early, learn, late, measured) -> Iterator[Finding]:
    """Users whose cut falls between rows of the same time; and whether ids decided on which side its rows came."""
    both = learn.merge(measured, on=["user_id", "timestamp"], suffixes=("", "_2"))[["user_id", "timestamp"]]
    both = both.drop_duplicates()
    if not len(both):
        return
    sides = [
        both.merge(table, on=["user_id", "timestamp"]).groupby("user_id")["item_id"] for table in (learn, measured)
    ]
    n = (sides[0].size() + sides[1].size()).to_numpy()
    in_order = np.array([(sides[0].max() < sides[1].min()).mean(), (sides[0].min() > sides[1].max()).mean()])
    by_chance = np.mean([1 / comb(int(total), int(one)) for total, one in zip(n, sides[0].size())])
    what = f"The cut of {len(n):,} users falls on a tie: rows of {early} and {late} have the same time."
    if len(n) >= 10 and in_order.max() > 0.95 and by_chance < 0.7:
        what += f" The ids decide on the side in {in_order.max():.0%} of them; a random order would in {by_chance:.0%}."
        advice = (
            "Order ties at random (`order_in_time`): in id order, the id tells a model what comes next (lesson 04)."
        )
        yield Finding("ties by id", True, what, advice, both)
    else:
        yield Finding("border ties", False, what, "Order ties at random, never by id (lesson 04), and say so.")
