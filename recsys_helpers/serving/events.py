"""What visitors did: an event is acknowledged after the database has it on its disk, and only then.

Where: in one SQLite file (`events_sqlite`, the default), or in PostgreSQL (`events_postgres`), where several replicas
share it. Both offer `insert`, `after`, `count`, `disconnect`, the `errors` that they raise and `is_away`. What is the
same for both stands here: opinions (likes, dislikes, hidden films) are also held in memory, so that they count from the
next answer on; `refresh` reads those that came to other processes; the next training reads them through `export`.
"""

import csv
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from recsys_helpers.serving.events_postgres import PostgresEvents
from recsys_helpers.serving.events_sqlite import SqliteEvents

OPINIONS = ("like", "dislike", "hide", "forget")
NO_OPINIONS: dict[int | str, str] = {}
PAGE = 10_000  # events read at once


class NotKept(OSError):
    """An event that was not kept, for example because the disk is full; sending it again later is right."""


class NotRead(OSError):
    """The events cannot be read now; the message says why."""


class OtherContent(ValueError):
    """An event whose event_id was used before, for something else."""


def database_at(where: Path | str) -> SqliteEvents | PostgresEvents:
    """The database of a file or of an address `postgresql://…`; ValueError if it is neither."""
    scheme, separator, _ = str(where).partition("://")
    if not separator:
        return SqliteEvents(where)
    if scheme in ("postgresql", "postgres"):
        return PostgresEvents(str(where))
    raise ValueError(f"Events are kept in a file or at postgresql://…, not at {scheme}://….")


class EventStore:
    """An append-only table of events; safe to call from any thread. ValueError if there cannot be one at `where`.

    >>> events = EventStore(":memory:")
    >>> events.append("a", 1, 50, "like"), events.append("a", 1, 50, "like"), events.count()
    (True, False, 1)
    >>> events.opinions_of(1)
    {50: 'like'}
    """

    def __init__(self, where: Path | str):
        self.database = database_at(where)
        self.trouble = ""  # why events cannot be kept or read; empty if they can
        self._lock = threading.Lock()
        self._opinions: dict[int | str, dict[int | str, str]] = {}  # user_id → item_id → the last opinion
        self._seen = 0  # seq up to which opinions were read

    def append(self, event_id: str, user_id: int | str, item_id: int | str, kind: str) -> bool:
        """Keep one event; False if it was kept before.

        Raises NotKept if the database does not take it, OtherContent if this event_id stands for something else.
        """
        self.check()
        with self._lock:
            self.check()  # others that waited for the lock need not wait for the same database
            try:
                kept = self.database.insert(event_id, user_id, item_id, kind, time.time())
            except self.database.errors as error:
                self._notice(error)
                raise NotKept(f"The event was not kept: {self.trouble}.") from error
            if kept not in (None, (user_id, item_id, kind)):
                raise OtherContent("This event_id was used for another event. Make a new one.")
            self.trouble = ""
            if kept is None:
                self._hold(user_id, item_id, kind)
        return kept is None

    def check(self) -> None:
        """NotKept, at once, if the database is known to be out of reach."""
        if self.database.is_away:
            raise NotKept(f"The event was not kept: {self.trouble}.")

    def opinions_of(self, user_id: int | str) -> dict[int | str, str]:
        """The last opinion of a user on each item, in the order in which they came; from memory, at once."""
        return self._opinions.get(user_id, NO_OPINIONS)

    def refresh(self) -> int:
        """Read what is new, from other processes too, and return how many events; `trouble` says why if it cannot."""
        n_read = 0
        with self._lock:
            try:
                for seq, user_id, item_id, kind, _ in self._after(self._seen):
                    self._hold(user_id, item_id, kind)
                    self._seen, n_read = seq, n_read + 1
                self.trouble = ""
            except self.database.errors as error:
                self._notice(error)
        return n_read

    def _after(self, seq: int) -> Iterator[tuple]:
        while rows := self.database.after(seq, PAGE):
            yield from rows
            seq = rows[-1][0]

    def _hold(self, user_id: int | str, item_id: int | str, kind: str) -> None:
        if kind not in OPINIONS:
            return
        opinions = dict(self._opinions.get(user_id, NO_OPINIONS))  # a copy: readers hold the old one
        opinions.pop(item_id, None)
        if kind != "forget":
            opinions[item_id] = kind
        self._opinions[user_id] = opinions

    def count(self) -> int:
        """Number of events kept."""
        with self._lock:
            return self.database.count()

    def export(self, path: Path | str) -> int:
        """Write the likes that still hold to a CSV file and return how many: user_id, item_id, timestamp in seconds.

        One row for each user and item, in time order, as `load_csv` reads it; disliked and hidden items are left out.
        Raises NotRead if the database cannot be read.
        """
        last: dict[tuple[int | str, int | str], tuple[str, float]] = {}
        with self._lock:
            try:
                for _, user_id, item_id, kind, received in self._after(0):
                    if kind in OPINIONS:
                        last.pop((user_id, item_id), None)
                        last[user_id, item_id] = kind, received
            except self.database.errors as error:
                self._notice(error)
                raise NotRead(f"The events cannot be read: {self.trouble}.") from error
        rows = [(*pair, int(received)) for pair, (kind, received) in last.items() if kind == "like"]
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("user_id", "item_id", "timestamp"), *rows])
        return len(rows)

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            self.database.disconnect()

    def _notice(self, error: Exception) -> None:
        """Say what is wrong, and start with a new connection the next time."""
        self.trouble = " ".join(str(error).split()) or type(error).__name__
        self.database.disconnect()
