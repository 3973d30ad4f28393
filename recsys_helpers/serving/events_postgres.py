"""Events in PostgreSQL, for several replicas of the service. `events` says what is asked of this class.

Needs the optional package psycopg. Each process holds one connection. While it is lost, `is_away` is True and nobody
waits for the database; `EventStore.refresh`, which the service calls every second, connects again.
"""

import contextlib
import json
import socket
import threading

SECONDS = 3.0  # the server has to answer within; its own limit, statement_timeout, is of no use if it hangs itself
DEFAULTS = {  # seconds, and milliseconds; what the address says wins. A dead network is noticed, not waited for.
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 3000,
    "application_name": "recsys events",
}
SETTINGS = """SELECT set_config('statement_timeout', '2s', false),
    CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END"""
TABLE = """CREATE TABLE events (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_id text NOT NULL UNIQUE, user_id text NOT NULL,
    item_id text NOT NULL, kind text NOT NULL, received double precision NOT NULL)"""
# Writers take turns. Without that an event could get its seq first and be committed second, and a replica that had
# already read the later one would never look back. The number is any that nobody else in this database locks.
TURN = "SELECT pg_advisory_xact_lock(5229140)"
INSERT = """INSERT INTO events (event_id, user_id, item_id, kind, received) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (event_id) DO NOTHING"""
KEPT = "SELECT user_id, item_id, kind FROM events WHERE event_id = %s"
AFTER = "SELECT seq, user_id, item_id, kind, received FROM events WHERE seq > %s ORDER BY seq LIMIT %s"
UNREADABLE = "The address of the events cannot be read. An example: postgresql://user@host:5432/database"
INSTALL = 'Events in PostgreSQL need the package psycopg: pip install "psycopg[binary]", or ".[postgres]" in a clone.'


class PostgresEvents:
    """The table `events` at an address such as `postgresql://user@host:5432/database`.

    Ids are stored as JSON (`7` is a number, `"007"` text), so both kinds come back as they were. Raises ValueError if
    psycopg is missing or the address cannot be read; connecting waits for the first use.
    """

    def __init__(self, address: str):
        try:
            import psycopg
        except ImportError as error:
            raise ValueError(INSTALL) from error
        try:
            self._address = DEFAULTS | psycopg.conninfo.conninfo_to_dict(address)
        except psycopg.ProgrammingError:  # its message may hold the password
            raise ValueError(UNREADABLE) from None
        self._connect = psycopg.connect
        self._connection: psycopg.Connection | None = None
        self.errors = (psycopg.Error, OSError)
        self.is_away = False

    @contextlib.contextmanager
    def connected(self):
        """The connection, opened if need be, for a few statements; it is cut if the server takes too long."""
        if self._connection is None:
            self.is_away = True  # until it is open
            self._connection = self._connect(**self._address, autocommit=True)
        connection = self._connection
        with socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as line:  # a duplicate
            timer = threading.Timer(SECONDS, _cut, [line])
            timer.start()
            try:
                if self.is_away:
                    self._prepare(connection)
                    self.is_away = False
                yield connection
            finally:
                timer.cancel()
                timer.join()

    def _prepare(self, connection) -> None:
        connection.execute(SETTINGS)
        with connection.transaction():
            connection.execute(TURN)
            if connection.execute("SELECT to_regclass('events')").fetchone() == (None,):
                connection.execute(TABLE)

    def insert(self, event_id: str, user_id: int | str, item_id: int | str, kind: str, received: float) -> tuple | None:
        """Keep an event and return None; if the event_id is there, the user, item and kind that it stands for."""
        with self.connected() as connection, connection.transaction():
            connection.execute(TURN)
            row = event_id, json.dumps(user_id), json.dumps(item_id), kind, received
            if connection.execute(INSERT, row).rowcount == 1:
                return None
            user, item, kind = connection.execute(KEPT, (event_id,)).fetchone()
        return json.loads(user), json.loads(item), kind

    def after(self, seq: int, most: int) -> list[tuple]:
        """The next events, at most so many: seq, user, item, kind, time received."""
        with self.connected() as connection:
            rows = connection.execute(AFTER, (seq, most)).fetchall()
        return [(seq, json.loads(user), json.loads(item), *rest) for seq, user, item, *rest in rows]

    def count(self) -> int:
        """Number of events."""
        with self.connected() as connection:
            return connection.execute("SELECT count(*) FROM events").fetchone()[0]

    def disconnect(self) -> None:
        """Let go of the connection, which may be lost."""
        self.is_away = True
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()


def _cut(line: socket.socket) -> None:
    """End a connection under the library that waits for it, which then raises an error."""
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
