"""What visitors did, kept in one SQLite file: an event is acknowledged after the disk has it, and only then.

Write-ahead log with synchronous=FULL: a process that is killed, or a computer that loses power, loses no acknowledged
event. Opinions (likes, dislikes, hidden films) are also held in memory, so that they count from the next answer on; the
next training reads them through `export`.
"""

import csv
import sqlite3
import threading
import time
from pathlib import Path

TABLE = """CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, user_id NOT NULL,
    item_id NOT NULL, kind TEXT NOT NULL, received REAL NOT NULL)"""  # ids without a type: "007" must stay text
INSERT = """INSERT INTO events (event_id, user_id, item_id, kind, received) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (event_id) DO NOTHING"""  # "OR IGNORE" would also swallow rows that break another rule
OLD = """ALTER TABLE events RENAME TO old_events"""
MOVE = """INSERT INTO events (event_id, user_id, item_id, kind, received)
    SELECT event_id, user_id, item_id, kind, received FROM old_events ORDER BY received"""
OPINIONS = ("like", "dislike", "hide", "forget")
NO_OPINIONS: dict[int | str, str] = {}


class NotKept(OSError):
    """An event that was not kept, for example because the disk is full; sending it again later is right."""


class OtherContent(ValueError):
    """An event whose event_id was used before, for something else."""


class EventStore:
    """An append-only table of events; safe to call from any thread.

    >>> events = EventStore(":memory:")
    >>> events.append("a", 1, 50, "like"), events.append("a", 1, 50, "like"), events.count()
    (True, False, 1)
    >>> events.opinions_of(1)
    {50: 'like'}
    """

    def __init__(self, path: Path | str):
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.trouble = ""  # why events cannot be kept or read; empty if they can
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._opinions: dict[int | str, dict[int | str, str]] = {}  # user_id → item_id → the last opinion
        self._seen = 0  # seq up to which opinions were read

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(self.path, timeout=2, check_same_thread=False, isolation_level=None)
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=FULL")
                columns = {row[1] for row in connection.execute("PRAGMA table_info(events)")}
                if columns and "seq" not in columns:  # a file of an earlier version of this service
                    for step in ("BEGIN IMMEDIATE", OLD, TABLE, MOVE, "DROP TABLE old_events", "COMMIT"):
                        connection.execute(step)
                connection.execute(TABLE)
            except sqlite3.Error:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def append(self, event_id: str, user_id: int | str, item_id: int | str, kind: str) -> bool:
        """Keep one event; False if it was kept before.

        Raises NotKept if the disk does not take it, OtherContent if this event_id stands for something else.
        """
        with self._lock:
            try:
                connection = self._open()
                is_new = connection.execute(INSERT, (event_id, user_id, item_id, kind, time.time())).rowcount == 1
                if not is_new:
                    query = "SELECT user_id, item_id, kind FROM events WHERE event_id = ?"
                    if connection.execute(query, (event_id,)).fetchone() != (user_id, item_id, kind):
                        raise OtherContent("This event_id was used for another event. Make a new one.")
            except (sqlite3.Error, OSError) as error:
                self._forget()
                self.trouble = f"{error}"
                raise NotKept(f"The event was not kept: {error}.") from error
            self.trouble = ""
            if is_new:
                self._hold(user_id, item_id, kind)
        return is_new

    def opinions_of(self, user_id: int | str) -> dict[int | str, str]:
        """The last opinion of a user on each item, in the order in which they came; from memory, at once."""
        return self._opinions.get(user_id, NO_OPINIONS)

    def refresh(self) -> int:
        """Read what is new in the file, of other processes too, and return how many events; `trouble` says if not."""
        with self._lock:
            try:
                query = "SELECT seq, user_id, item_id, kind FROM events WHERE seq > ? ORDER BY seq"
                rows = self._open().execute(query, (self._seen,)).fetchall()
            except (sqlite3.Error, OSError) as error:
                self._forget()
                self.trouble = f"{error}"
                return 0
            if rows:
                self._seen = rows[-1][0]
            for _, user_id, item_id, kind in rows:
                self._hold(user_id, item_id, kind)
            self.trouble = ""
            return len(rows)

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
            return self._open().execute("SELECT count(*) FROM events").fetchone()[0]

    def export(self, path: Path | str) -> int:
        """Write the likes that still hold to a CSV file and return how many: user_id, item_id, timestamp in seconds.

        One row for each user and item, in time order, as `load_csv` reads it; disliked and hidden items are left out.
        """
        last: dict[tuple[int, int], tuple[str, float]] = {}
        with self._lock:
            query = "SELECT user_id, item_id, kind, received FROM events WHERE kind != 'view' ORDER BY seq"
            for user_id, item_id, kind, received in self._open().execute(query):
                last.pop((user_id, item_id), None)
                last[user_id, item_id] = kind, received
        rows = [(*pair, int(received)) for pair, (kind, received) in last.items() if kind == "like"]
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("user_id", "item_id", "timestamp"), *rows])
        return len(rows)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        """After an error the next call opens the file again: a disk that has room again is noticed."""
        if self._connection is not None and str(self.path) != ":memory:":
            connection, self._connection = self._connection, None
            try:
                connection.close()
            except sqlite3.Error:
                pass
