"""Events in one SQLite file, for a service on one computer. `events` says what is asked of this class.

Write-ahead log with synchronous=FULL: a process that is killed, or a computer that loses power, loses no acknowledged
event.
"""

import sqlite3
from pathlib import Path

TABLE = """CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, user_id NOT NULL,
    item_id NOT NULL, kind TEXT NOT NULL, received REAL NOT NULL)"""  # ids without a type: "007" must stay text
INSERT = """INSERT INTO events (event_id, user_id, item_id, kind, received) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (event_id) DO NOTHING"""  # "OR IGNORE" would also swallow rows that break another rule
OLD = """ALTER TABLE events RENAME TO old_events"""
MOVE = """INSERT INTO events (event_id, user_id, item_id, kind, received)
    SELECT event_id, user_id, item_id, kind, received FROM old_events ORDER BY received"""
KEPT = "SELECT user_id, item_id, kind FROM events WHERE event_id = ?"
AFTER = "SELECT seq, user_id, item_id, kind, received FROM events WHERE seq > ? ORDER BY seq LIMIT ?"


class SqliteEvents:
    """The table of events in the file `path`; `":memory:"` for one that is gone with the process."""

    errors = (sqlite3.Error, OSError)
    is_away = False  # the file is opened again at once

    def __init__(self, path: Path | str):
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._connection: sqlite3.Connection | None = None

    def connection(self) -> sqlite3.Connection:
        """The open file, with its table."""
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

    def insert(self, event_id: str, user_id: int | str, item_id: int | str, kind: str, received: float) -> tuple | None:
        """Keep an event and return None; if the event_id is there, the user, item and kind that it stands for."""
        connection = self.connection()
        if connection.execute(INSERT, (event_id, user_id, item_id, kind, received)).rowcount == 1:
            return None
        return connection.execute(KEPT, (event_id,)).fetchone()

    def after(self, seq: int, most: int) -> list[tuple]:
        """The next events, at most so many: seq, user, item, kind, time received."""
        return self.connection().execute(AFTER, (seq, most)).fetchall()

    def count(self) -> int:
        """Number of events."""
        return self.connection().execute("SELECT count(*) FROM events").fetchone()[0]

    def disconnect(self) -> None:
        """Let go of the file; the next call opens it again, so a disk that has room again is noticed."""
        if self._connection is not None and str(self.path) != ":memory:":
            connection, self._connection = self._connection, None
            try:
                connection.close()
            except sqlite3.Error:
                pass
