"""How many requests may be inside at once: a limit that follows the time answers take, and that cannot get stuck.

The bound keeps the queue short, so those who are admitted are answered in time (Little's law: requests inside =
answers per second × seconds inside). Which number fits depends on the machine and on who else uses it, so it is found
while running, in windows of a tenth of a second: where answers take twice the `target` on average, half as many are
right, and where they take half of it, twice as many. The limit goes half of the way, at most by a third; it falls only
if it was at least half used, for otherwise something else made the answers slow. A small limit makes answers quick,
which raises the limit again, and so does a quiet moment: whatever happened before, it comes back.
Source: the gradient limiters of Netflix's concurrency-limits, 2018, with the deadline in place of the quickest answer
seen. Left out: who is turned away how; see `guard` and `connection`.
"""

import time
from collections.abc import Callable

WINDOW, ENOUGH = 0.1, 5  # seconds; answers in a window that say something
LEAST, MOST = 2 / 3, 4 / 3  # how much one window may change the limit
FEWEST = 4  # so many may enter in any case: fewer would leave the model without work between two answers


class Gate:
    """Admits up to `limit` requests, `most` at the very most; `target` is the mean time in seconds to aim at.

    >>> gate = Gate(most=2, target=0.025)
    >>> gate.enter(), gate.enter(), gate.enter()
    (True, True, False)
    >>> gate.leave(0.01); gate.is_full
    False
    """

    def __init__(self, most: int, target: float, clock: Callable[[], float] = time.monotonic):
        self.most, self.target = most, target
        self.fewest = min(FEWEST, most)
        self.limit = float(most)
        self.in_flight = self.most_in_flight = self.n_refused = 0
        self._clock, self._n, self._seconds, self._window_ends = clock, 0, 0.0, clock() + WINDOW
        self._peak = 0  # most requests inside in this window

    @property
    def is_full(self) -> bool:
        """Whether the next request would be turned away."""
        return self.in_flight >= int(self.limit)

    def enter(self) -> bool:
        """Take a slot; False if there is none, and then nothing has to be given back."""
        if (now := self._clock()) >= self._window_ends:
            self._adapt(now)
        if self.is_full:
            self.n_refused += 1
            return False
        self.in_flight += 1
        self._peak = max(self._peak, self.in_flight)
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        return True

    def leave(self, seconds: float | None = None) -> None:
        """Give a slot back. `seconds`: how long the answer took; None if it says nothing about the load."""
        self.in_flight -= 1
        if seconds is not None:
            self._n += 1
            self._seconds += seconds
        if (now := self._clock()) >= self._window_ends:
            self._adapt(now)

    def _adapt(self, now: float) -> None:
        """Close the window; the quiet ones since count as windows with room."""
        n_quiet = int((now - self._window_ends) / WINDOW)
        if self._n >= ENOUGH:
            ratio = self.target * self._n / max(self._seconds, 1e-9)
            if ratio > 1 or self._peak >= self.limit / 2:
                self.limit *= 1 + (min(max(ratio, LEAST), MOST) - 1) / 2
        else:
            n_quiet += 1
        self.limit *= MOST ** min(n_quiet, 100)
        self.limit = min(max(self.limit, self.fewest), self.most)
        self._n, self._seconds, self._peak, self._window_ends = 0, 0.0, self.in_flight, now + WINDOW
