"""Figures for Prometheus, of one service."""

from __future__ import annotations

from collections import Counter as Tally
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from lifecycle_dsl.engine.decisions import Decision, Held
from lifecycle_dsl.service.writer import Batch
from lifecycle_dsl.stores.store import Delivery

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000)
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


def kind_of(decision: Decision) -> str:
    """What decisions call their kind."""
    return str(decision.__struct_config__.tag)


class Metrics:
    """Counts since the start, and gauges of now."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        of = self.registry
        self._events = Counter("lcr_events", "Records that were handled.", registry=of)
        self._rejected = Counter("lcr_rejected", "Records that were malformed.", registry=of)
        self._decisions = Counter("lcr_decisions", "Decisions.", ["kind"], registry=of)
        self._held = Counter("lcr_held", "Firings and messages held back.", ["reason"], registry=of)
        self._batch = Histogram(
            "lcr_batch_records", "Records of a transaction.", buckets=_SIZES, registry=of
        )
        self._commit = Histogram(
            "lcr_batch_seconds",
            "Handling and commit of a transaction.",
            buckets=_SECONDS,
            registry=of,
        )
        self._requests = Histogram(
            "lcr_request_seconds",
            "From a request to its answer.",
            ["route", "status"],
            buckets=_SECONDS,
            registry=of,
        )
        self._of_routes: dict[tuple[str, int], Histogram] = {}
        self._queue = Gauge("lcr_queue_requests", "Requests that wait.", registry=of)
        self._streams = Gauge("lcr_streams", "Streams of decisions that are open.", registry=of)
        self._clock = Gauge(
            "lcr_clock_seconds", "The latest instant that was handled.", registry=of
        )
        self._customers = Gauge("lcr_customers", "Customers in a stage.", ["stage"], registry=of)
        self._outbox = Gauge(
            "lcr_outbox_messages", "Messages of the outbox.", ["destination", "status"], registry=of
        )

    def batch(self, batch: Batch) -> None:
        """Count a transaction."""
        self._events.inc(batch.records)
        self._rejected.inc(batch.dead)
        if batch.requests:
            self._batch.observe(batch.records)
        self._commit.observe(batch.seconds)
        for kind, count in Tally(map(kind_of, batch.decisions)).items():
            self._decisions.labels(kind).inc(count)
        held = Tally(d.reason for d in batch.decisions if isinstance(d, Held))
        for reason, count in held.items():
            self._held.labels(reason).inc(count)

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is its pattern, so that there are few."""
        key = route, status
        child = self._of_routes.get(key)
        if child is None:
            child = self._of_routes[key] = self._requests.labels(route, str(status))
        child.observe(seconds)

    def exposition(
        self,
        queue: int,
        streams: int,
        clock: int | None,
        population: dict[str, int],
        outbox: dict[tuple[str, Delivery], int],
    ) -> bytes:
        """All figures as Prometheus reads them; what changes by itself is given."""
        self._queue.set(queue)
        self._streams.set(streams)
        self._clock.set((clock or 0) / 1e6)
        self._customers.clear()
        for stage, people in population.items():
            self._customers.labels(stage).set(people)
        self._outbox.clear()
        for (destination, status), count in outbox.items():
            self._outbox.labels(destination, status.value).set(count)
        return generate_latest(self.registry)
