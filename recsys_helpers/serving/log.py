"""Structured logs: one JSON object per line on stderr, written by a thread of its own so that no answer waits for it.

    {"time": "2025-01-31T12:00:00.123Z", "level": "warning", "event": "model_error", "request_id": "…", "error": "…"}

When the writer cannot keep up, lines are dropped and counted instead of piling up in memory.
"""

import atexit
import json
import logging
import queue
import sys
import time
from contextvars import ContextVar
from logging.handlers import QueueHandler, QueueListener

request_id: ContextVar[str] = ContextVar("request_id", default="")
LOGGER = logging.getLogger("recsys.serving")
ROOM = 10_000  # lines that may wait for the writer
_last: dict[str, float] = {}


class AsJson(logging.Formatter):
    """A log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without the end of the line."""
        when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z"
        line = {"time": when, "level": record.levelname.lower(), "event": record.getMessage()}
        return json.dumps(line | getattr(record, "fields", {}), ensure_ascii=False, default=str)


class DroppingHandler(QueueHandler):
    """Puts records into a bounded queue; what does not fit is dropped and counted in `n_dropped`."""

    n_dropped = 0

    def prepare(self, record):
        """Nothing to prepare: the queue stays inside this process."""
        return record

    def enqueue(self, record):
        """Never wait for room."""
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            self.n_dropped += 1


def start_logging(stream=None) -> None:
    """Send the lines of this process to `stream`, stderr if none is given; a second call changes nothing."""
    if LOGGER.handlers:
        return
    waiting: queue.Queue = queue.Queue(ROOM)
    writer = logging.StreamHandler(stream or sys.stderr)
    writer.setFormatter(AsJson())
    listener = QueueListener(waiting, writer)
    listener.start()
    atexit.register(listener.stop)
    LOGGER.addHandler(DroppingHandler(waiting))
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


def say(level: int, event: str, **fields) -> None:
    """Log one event with its fields; the id of the request being answered is added by itself."""
    if LOGGER.isEnabledFor(level):
        if asked := request_id.get():
            fields = {"request_id": asked} | fields
        LOGGER.log(level, event, extra={"fields": fields})


def say_at_most_once_a_second(level: int, event: str, **fields) -> None:
    """As `say`, for events that come by the thousand: the first of each second is logged, the metrics count all."""
    now = time.monotonic()
    if now - _last.get(event, -1.0) >= 1:
        _last[event] = now
        say(level, event, **fields)
