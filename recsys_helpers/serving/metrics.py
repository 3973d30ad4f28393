"""What the service counts, in Prometheus's conventions: counters end in `_total`, times are in seconds.

Every answer is counted once, refusals included, whichever part of the service gave it.
"""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest

EDGES = (0.001, 0.002, 0.003, 0.005, 0.008, 0.012, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1)  # seconds


class Metrics:
    """Counters and times of one service, with a registry of its own."""

    def __init__(self):
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.requests = Counter(
            "recsys_requests", "Requests answered", ["method", "route", "status"], registry=registry
        )
        self.refused = Counter("recsys_refused", "Requests refused early", ["reason"], registry=registry)
        self.closed = Counter("recsys_idle_connections_closed", "Closed without a request", registry=registry)
        self.degraded = Counter("recsys_degraded", "Answers without the model", ["reason"], registry=registry)
        self.model_errors = Counter("recsys_model_errors", "Calls of the model that raised an error", registry=registry)
        self.events = Counter("recsys_events", "Events acknowledged", ["kind"], registry=registry)
        self.events_failed = Counter("recsys_events_failed", "Events the disk did not take", registry=registry)
        self.swaps = Counter("recsys_swaps", "Versions put into use, or refused", ["outcome"], registry=registry)
        self.seconds = Histogram(
            "recsys_request_seconds", "Time inside the service", ["route"], buckets=EDGES, registry=registry
        )
        self.model_seconds = Histogram(
            "recsys_model_seconds", "Time until the model answered, waiting included", buckets=EDGES, registry=registry
        )
        self.bundle = Info("recsys_bundle", "The bundle in use", registry=registry)
        self._children: dict = {}
        self._busy, self._early = self.refused.labels("busy"), self.requests.labels("any", "none", "503")

    def gauge(self, name: str, about: str, now: Callable[[], float]) -> None:
        """A value that is read when somebody asks for it."""
        Gauge(name, about, registry=self.registry).set_function(now)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer and the time it took."""
        key = (method, route, status)
        if key not in self._children:
            self._children[key] = self.requests.labels(method, route, str(status)), self.seconds.labels(route)
        count, time = self._children[key]
        count.inc()
        time.observe(seconds)

    def refused_early(self) -> None:
        """Count a request that was refused before the application saw it."""
        self._busy.inc()
        self._early.inc()

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)
