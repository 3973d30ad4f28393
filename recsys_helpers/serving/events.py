"""What visitors did, kept in one SQLite file: an event is acknowledged after the disk has it, and only then.

Write-ahead log with synchronous=FULL: a process that is killed, or a computer that loses power, loses no acknowledged
event. The next training can read them; the running model does not.
"""

import sqlite3
import threading
import time
from pathlib import Path

TABLE = """CREATE TABLE IF NOT EXISTS events (
    event_id TEXT PRIMARY KEY, user_id INTEGER NOT NULL, item_id INTEGER NOT NULL, kind TEXT NOT NULL,
    received REAL NOT NULL) WITHOUT ROWID"""
INSERT = """INSERT INTO events (event_id, user_id, item_id, kind, received) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (event_id) DO NOTHING"""  # "OR IGNORE" would also swallow rows that break another rule


class NotKept(OSError):
    """An event that was not kept, for example because the disk is full; sending it again later is right."""


class EventStore:
    """An append-only table of events; safe to call from any thread.

    >>> events = EventStore(":memory:")
    >>> events.append("a", 1, 50, "like"), events.append("a", 1, 50, "like"), events.count()
    (True, False, 1)
    """

    def __init__(self, path: Path | str):
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(self.path, timeout=2, check_same_thread=False, isolation_level=None)
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=FULL")
                connection.execute(TABLE)
            except sqlite3.Error:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def append(self, event_id: str, user_id: int, item_id: int, kind: str) -> bool:
        """Keep one event; False if this event_id was kept before. Raises NotKept if the disk does not take it."""
        values = (event_id, user_id, item_id, kind, time.time())
        with self._lock:
            try:
                return self._open().execute(INSERT, values).rowcount == 1
            except (sqlite3.Error, OSError) as error:
                self._forget()
                raise NotKept(f"The event was not kept: {error}.") from error

    def count(self) -> int:
        """Number of events kept."""
        with self._lock:
            return self._open().execute("SELECT count(*) FROM events").fetchone()[0]

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
