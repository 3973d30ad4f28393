"""The gate in front of the application: so many requests at once and no more, bodies so large and no larger.

Whoever is turned away is told at once, why, and when to come back: a short queue keeps the answers of the others fast.
How many at once is found while running: an answer that took too long while others were turned away lets a little fewer
in, any other a little more (as TCP does; Jacobson, SIGCOMM 1988).
Plain ASGI, because it must stay cheap when everything else is busy: turning away costs a fifth of an answer.
"""

import asyncio
import json

ALWAYS = ("/health/live", "/health/ready", "/metrics")  # a busy service must still be able to say so
SECONDS_FOR_A_BODY = 5.0
TOO_LONG, RECENT = 0.005, 0.1  # seconds inside that mean "too many at once" if somebody was turned away just now
FEWEST = 4  # so many may enter in any case


class Gate:
    """Wraps an ASGI application. `max_in_flight` requests at once, `max_body` bytes in each.

    Counts in `turned_away`, `in_flight` and `most_in_flight` what it did; `limit` is how many may enter now.
    """

    def __init__(self, app, max_in_flight: int, max_body: int):
        self.app, self.max_in_flight, self.max_body = app, max_in_flight, max_body
        self.in_flight = self.most_in_flight = self.turned_away = 0
        self.limit, self._refused = float(max_in_flight), -RECENT

    def adapt(self, seconds: float, since_refusal: float) -> None:
        """Let fewer in after an answer that took too long while others were turned away, else slowly more again.

        >>> gate = Gate(None, max_in_flight=32, max_body=1)
        >>> gate.adapt(0.05, since_refusal=0.01); gate.limit
        31.68
        >>> gate.adapt(0.001, since_refusal=0.01); gate.limit
        31.73
        >>> gate.adapt(0.05, since_refusal=3); gate.limit  # slow, but there is no crowd any more
        31.78
        """
        if seconds > TOO_LONG and since_refusal < RECENT:
            self.limit = max(min(FEWEST, self.max_in_flight), self.limit * 0.99)
        else:
            self.limit = min(self.max_in_flight, self.limit + 0.05)

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or scope["path"] in ALWAYS:
            return await self.app(scope, receive, send)
        if self.in_flight >= int(self.limit):
            self.turned_away += 1
            self._refused = asyncio.get_running_loop().time()
            return await _refuse(send, 503, "Too many requests at once; try again in a second.", (b"retry-after", b"1"))
        self.in_flight += 1
        entered = asyncio.get_running_loop().time()
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if scope["method"] not in ("GET", "HEAD"):
                try:
                    body = await asyncio.wait_for(self._body(scope, receive), SECONDS_FOR_A_BODY)
                except TimeoutError:
                    return await _refuse(send, 408, "The body of the request did not arrive in time.")
                if body is None:
                    return await _refuse(send, 413, f"The body may have {self.max_body:,} bytes at most.")
                receive = _replay(body, receive)
                entered = asyncio.get_running_loop().time()  # a slow line is not our crowd
            await self.app(scope, receive, send)
            now = asyncio.get_running_loop().time()
            self.adapt(now - entered, now - self._refused)
        finally:
            self.in_flight -= 1

    async def _body(self, scope, receive) -> bytes | None:
        """All of the body; None as soon as it is known to be too large."""
        for name, value in scope["headers"]:
            if name == b"content-length" and (not value.isdigit() or int(value) > self.max_body):
                return None
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > self.max_body:
                return None
            if not message.get("more_body"):
                return bytes(body)


def _replay(body: bytes, receive):
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay():
        return waiting.pop() if waiting else await receive()

    return replay


async def _refuse(send, status: int, why: str, *headers: tuple[bytes, bytes]) -> None:
    body = json.dumps({"detail": why}).encode()
    named = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *headers]
    if status in (408, 413):
        named.append((b"connection", b"close"))  # the rest of the body is not read
    await send({"type": "http.response.start", "status": status, "headers": named})
    await send({"type": "http.response.body", "body": body})
