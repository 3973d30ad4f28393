"""A circuit breaker: leaves a model alone that fails by itself, and asks it again after a rest.

Only the model's own failures count: a call that raised an error, or that itself took several times the deadline. An
answer that came late because many were waiting says nothing about the model; then the gate lowers its limit, and nobody
else gets a worse answer for it.
Source: Nygard, Release It!, 2nd edition, 2018.
"""

import time
from collections.abc import Callable

FAILURES, REST = 3, 0.5  # failed calls in a row that open it; seconds until one request tries again


class Breaker:
    """Closed: everybody may ask. Open: nobody, but after `rest` seconds one request at a time tries.

    >>> breaker = Breaker(n_failures=2, rest=60)
    >>> breaker.failed(); breaker.failed(); breaker.allows(), breaker.is_open
    (False, True)
    """

    def __init__(self, n_failures: int = FAILURES, rest: float = REST, clock: Callable[[], float] = time.monotonic):
        self.n_failures, self.rest = n_failures, rest
        self._clock, self._in_a_row, self._rests_until = clock, 0, 0.0

    @property
    def is_open(self) -> bool:
        """Whether the model is being left alone."""
        return self._in_a_row >= self.n_failures

    def allows(self) -> bool:
        """Whether this request may ask the model; while the breaker is open, one request after each rest may."""
        if not self.is_open:
            return True
        now = self._clock()
        if now < self._rests_until:
            return False
        self._rests_until = now + self.rest  # this one tries; the others rest on
        return True

    def failed(self, for_good: bool = False) -> None:
        """A call failed; opens the breaker after several in a row, or at once if `for_good`; the rest begins anew."""
        self._in_a_row = self.n_failures if for_good else self._in_a_row + 1
        if self.is_open:
            self._rests_until = self._clock() + self.rest

    def succeeded(self) -> None:
        """A call went well; closes the breaker."""
        self._in_a_row = 0
