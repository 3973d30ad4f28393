"""What stands in front of the application, whoever serves it: plain ASGI, cheap when everything else is busy.

For each request, in this order: an id, the name the client called, the whole body (with its own bound and time, before
a slot is taken), and a slot of the gate. Whoever is turned away is told why and when to come back. Every answer, also
a refusal, is counted here and carries its `x-request-id`.
"""

import asyncio
import json
import logging
import re
import secrets

from recsys_helpers.serving import log
from recsys_helpers.serving.gate import Gate
from recsys_helpers.serving.metrics import Metrics
from recsys_helpers.serving.settings import Settings

ALWAYS = ("/health/live", "/health/ready", "/metrics")  # a busy service must still be able to say so
HERE = ("127.0.0.1", "localhost", "[::1]")
MOST_BODIES = 256  # bodies that may be on their way at the same time
SLOT = "has_slot"  # in the state of a request: a slot of the gate was taken for it
FULL = "Too many requests at once; try again in a second."
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")


class Gone(Exception):
    """The client has left; nobody waits for an answer."""


class Guard:
    """Wraps an ASGI application: `app`, and what the service counts and bounds."""

    def __init__(self, app, gate: Gate, metrics: Metrics, settings: Settings):
        self.app, self.gate, self.metrics, self.settings = app, gate, metrics, settings
        self.hosts = {*HERE, *settings.hosts}
        self.n_bodies = 0

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        exchange = Exchange(self, scope, send)
        log.request_id.set(exchange.id)
        try:
            await self._pass(exchange.scope, receive, exchange)
        except Gone:
            pass
        except Exception as error:
            log.say(logging.ERROR, "failed", path=scope["path"], error=f"{type(error).__name__}: {error}")
            if not exchange.status:
                await exchange.refuse(500, "The service failed; its log says why, under this x-request-id.")
        if exchange.has_slot:
            self.gate.leave(exchange.seconds_inside)
        exchange.count()

    async def _pass(self, scope, receive, exchange) -> None:
        if "*" not in self.hosts and _name(exchange.host) not in self.hosts:
            return await exchange.refuse(400, "This service does not answer under that Host name.")
        if scope["method"] == "HEAD":
            scope = exchange.scope = {**scope, "method": "GET"}  # the same headers; the server leaves the body out
            exchange.without_body = True
        if scope["path"] in ALWAYS:
            return await self.app(scope, receive, exchange.send)
        if scope["method"] in WITH_BODY:
            body = await self._body(exchange, receive)
            if body is None:
                return
            receive = _replay(body, receive)
        if not exchange.has_slot and not self.gate.enter():
            self.metrics.refused.labels("busy").inc()
            log.say_at_most_once_a_second(logging.WARNING, "turned_away", limit=int(self.gate.limit))
            return await exchange.refuse(503, FULL, (b"retry-after", b"1"))
        exchange.has_slot, began = True, exchange.clock()
        await self.app(scope, receive, exchange.send)
        if scope["path"].startswith("/recommend"):  # the others say nothing about the model's time
            exchange.seconds_inside = exchange.clock() - began

    async def _body(self, exchange, receive) -> bytes | None:
        """The whole body; None if it was refused."""
        if exchange.length > self.settings.max_body:
            return await self._too_large(exchange)
        if self.n_bodies >= MOST_BODIES:
            self.metrics.refused.labels("bodies").inc()
            return await exchange.refuse(503, FULL, (b"retry-after", b"1"), close=True)
        self.n_bodies += 1
        try:
            async with asyncio.timeout(self.settings.seconds_to_send):
                body = await _read(receive, self.settings.max_body)
        except TimeoutError:
            self.metrics.refused.labels("slow body").inc()
            return await exchange.refuse(408, "The body of the request did not arrive in time.", close=True)
        finally:
            self.n_bodies -= 1
        return await self._too_large(exchange) if body is None else body

    async def _too_large(self, exchange) -> None:
        self.metrics.refused.labels("large body").inc()
        await exchange.refuse(413, f"The body may have {self.settings.max_body:,} bytes at most.", close=True)


class Exchange:
    """One request and its answer: the headers that matter, and the way back to the client."""

    def __init__(self, guard: Guard, scope, send):
        self._guard, self.scope, self._send = guard, scope, send
        self.has_slot = scope.get("state", {}).pop(SLOT, False)  # taken by `connection`, before this task began
        self.seconds_inside: float | None = None
        self.clock = asyncio.get_running_loop().time
        self.began, self.method, self.status, self.without_body = self.clock(), scope["method"], 0, False
        self.host, self.length, self.id = b"", 0, ""
        for name, value in scope["headers"]:
            if name == b"host":
                self.host = value
            elif name == b"content-length":
                self.length = int(value) if value.isdigit() and len(value) < 20 else 2**63
            elif name == b"x-request-id" and REQUEST_ID.fullmatch(value):
                self.id = value.decode()
        self.id = self.id or secrets.token_hex(8)

    async def send(self, message) -> None:
        """What the application answers, with the headers of every answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            more = [(b"x-content-type-options", b"nosniff"), (b"x-request-id", self.id.encode())]
            message["headers"] = [*message["headers"], *more]
        await self._send(message)

    async def refuse(self, status: int, why: str, *headers: tuple[bytes, bytes], close: bool = False) -> None:
        """Answer without the application. `close`: what is left of the body will not be read."""
        body = json.dumps({"detail": why}).encode()
        named = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *headers]
        if close:
            named.append((b"connection", b"close"))
        await self.send({"type": "http.response.start", "status": status, "headers": named})
        await self.send({"type": "http.response.body", "body": b"" if self.without_body else body})

    def count(self) -> None:
        """Once at the end: the metrics, and a line of the log if the settings ask for it."""
        seconds, route = self.clock() - self.began, getattr(self.scope.get("route"), "path", "none")
        self._guard.metrics.answered(self.method, route, self.status, seconds)
        if self._guard.settings.access_log:
            log.say(logging.INFO, "request", method=self.method, path=self.scope["path"], status=self.status,
                    ms=round(1000 * seconds, 2))  # fmt: skip


def _name(host: bytes) -> str:
    """The name in a Host header, without the port.

    >>> _name(b"LocalHost:8000"), _name(b"[::1]:80"), _name(b"films.example.org")
    ('localhost', '[::1]', 'films.example.org')
    """
    text = host.decode("latin-1").lower()
    return text.rsplit(":", 1)[0] if not text.endswith("]") and ":" in text else text


async def _read(receive, most: int) -> bytes | None:
    """All of the body; None as soon as it is too large."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        body += message.get("body", b"")
        if len(body) > most:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _replay(body: bytes, receive):
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay():
        return waiting.pop() if waiting else await receive()

    return replay
