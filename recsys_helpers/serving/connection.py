"""The connections of a worker: uvicorn's HTTP protocol with bounds on what it leaves open.

- a request's headers: at most so many bytes, and so much time;
- a connection without a request: closed after a while, or earlier if a newcomer needs its room;
- connections at all: at most so many, and fewer than the operating system allows files;
- a full service: refused here, before anything is made of the request, which costs a small part of a refusal by the
  application. The refusal waits a little: a client that asks again at once would else keep the service busy with
  refusing (closed loop), and the others would pay for it.

Left out: TLS, HTTP/2, limits by address. Put a proxy in front for these.
"""

import asyncio
import json
import time

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from recsys_helpers.serving.guard import ALWAYS, FULL, SLOT

WITHOUT_BODY = (b"GET", b"HEAD")
SWEEP = 0.5  # seconds between two looks for connections that take too long
SOON, LATEST = 0.04, 0.25  # seconds that a refusal waits, at least and at most
REFUSALS = 2000.0  # refusals a second that closed-loop clients may cause
ALWAYS_BYTES = tuple(path.encode() for path in ALWAYS)


def plain(status: str, why: str, *headers: str) -> bytes:
    """A whole answer as bytes."""
    body = json.dumps({"detail": why})
    lines = [f"HTTP/1.1 {status}", "content-type: application/json", f"content-length: {len(body)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


BUSY = plain("503 Service Unavailable", FULL, "retry-after: 1", "x-content-type-options: nosniff")
BUSY_BYE = plain("503 Service Unavailable", FULL, "retry-after: 1", "connection: close")
HEAD_TOO_LARGE = plain("431 Request Header Fields Too Large", "The headers are too large.", "connection: close")
TOO_SLOW = plain("408 Request Timeout", "The headers did not arrive in time.", "connection: close")
NO_ROOM = plain("503 Service Unavailable", "Too many connections.", "retry-after: 1", "connection: close")


class Connections:
    """All connections of a worker, those without a request in the order in which they became idle."""

    def __init__(self, settings, metrics):
        self.settings, self.metrics = settings, metrics
        self.all: set[Connection] = set()
        self.idle: dict[Connection, float] = {}  # since when; no byte of a request has come
        self.reading: dict[Connection, float] = {}  # since when; the headers are on their way
        self.n_delayed = 0  # refusals that wait to be sent
        metrics.gauge("recsys_connections", "Open connections", lambda: len(self.all))

    def make_room(self) -> bool:
        """Whether one more connection fits, after the longest idle one was closed if need be."""
        if len(self.all) < self.settings.max_connections:
            return True
        if not self.idle:
            return False
        oldest = next(iter(self.idle))
        oldest.transport.abort()
        self.forget(oldest)
        return True

    def forget(self, connection: "Connection") -> None:
        """A connection is closed."""
        self.all.discard(connection)
        self.idle.pop(connection, None)
        self.reading.pop(connection, None)

    async def sweep(self) -> None:
        """For ever: close what is idle for too long, and what takes too long to send its headers."""
        while True:
            await asyncio.sleep(SWEEP)
            now = time.monotonic()
            for connections, seconds, answer in (
                (self.idle, self.settings.seconds_idle, b""),
                (self.reading, self.settings.seconds_to_send, TOO_SLOW),
            ):
                for connection, since in list(connections.items()):
                    if now - since < seconds:
                        break  # the oldest come first
                    connection.end(answer, "slow headers")


class Connection(HttpToolsProtocol):
    """One connection. The application's lifespan puts `gate` and `connections` into its state."""

    def __init__(self, config, server_state, app_state, _loop=None):
        super().__init__(config, server_state, app_state, _loop)
        self.gate, self.others = app_state["gate"], app_state["connections"]
        self.refused = False  # the request in work is answered here, not by the application
        self.n_head = 0

    def connection_made(self, transport):
        """Take a place among the connections, or say that there is none."""
        super().connection_made(transport)
        if not self.others.make_room():
            self.others.metrics.refused.labels("connections").inc()
            transport.write(NO_ROOM)
            transport.close()
            return
        self.others.all.add(self)
        self.others.idle[self] = time.monotonic()

    def connection_lost(self, exc):
        """Give the place back."""
        self.others.forget(self)
        super().connection_lost(exc)

    def data_received(self, data):
        """Count what arrives before the headers are complete."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self in self.others.reading:
            self.n_head += len(data)
            if self.n_head > self.others.settings.max_head:
                self.end(HEAD_TOO_LARGE, "large headers")

    def on_message_begin(self):
        """The first byte of a request: from now on its headers have to come."""
        self.others.idle.pop(self, None)
        self.others.reading[self] = time.monotonic()
        self.n_head = 0
        super().on_message_begin()

    def on_headers_complete(self):
        """Refuse here what need not reach the application."""
        self.others.reading.pop(self, None)
        if sum(len(name) + len(value) + 4 for name, value in self.headers) > self.others.settings.max_head:
            self.refused = True
            return self.end(HEAD_TOO_LARGE, "large headers")
        is_first = self.cycle is None or self.cycle.response_complete
        if is_first and not self.url.startswith(ALWAYS_BYTES):
            if self.parser.get_method() in WITHOUT_BODY:
                self.refused = not self.gate.enter()
                self.scope["state"][SLOT] = not self.refused
            else:  # the slot is taken once the body is there
                self.refused = self.gate.is_full
            if self.refused:
                return None
        else:
            self.refused = False
        return super().on_headers_complete()

    def on_body(self, body):
        """What comes after the headers of a refused request is not kept."""
        if not self.refused:
            super().on_body(body)

    def on_message_complete(self):
        """A refused request is read to its end, so the connection can be used again."""
        if not self.refused:
            return super().on_message_complete()
        if not self.transport.is_closing():
            self._refuse_soon()
        return None

    def on_response_complete(self):
        """The answer is sent: the connection is idle until the next request."""
        super().on_response_complete()
        is_idle = not self.pipeline and self not in self.others.reading and not self.transport.is_closing()
        if is_idle and self in self.others.all:
            self.others.idle[self] = time.monotonic()

    def _refuse_soon(self) -> None:
        others = self.others
        others.n_delayed += 1
        others.metrics.refused_early()
        self.flow.pause_reading()
        delay = min(max(SOON, others.n_delayed / REFUSALS), LATEST)
        self.loop.call_later(delay, self._refuse, BUSY if self.parser.should_keep_alive() else BUSY_BYE)

    def _refuse(self, answer: bytes) -> None:
        self.others.n_delayed -= 1
        if self.transport.is_closing():
            return
        self.transport.write(answer)
        if answer is BUSY_BYE:
            return self.transport.close()
        self.refused = False
        self.others.idle[self] = time.monotonic()
        self.flow.resume_reading()
        return None

    def end(self, answer: bytes = b"", reason: str = "") -> None:
        """Close this connection: with an answer and its reason, or as idle."""
        self.others.forget(self)
        if answer:
            self.others.metrics.refused.labels(reason).inc()
            self.transport.write(answer)
        else:
            self.others.metrics.closed.inc()
        self.transport.close()
