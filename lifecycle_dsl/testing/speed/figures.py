"""What a run over a stream takes: processor time, the latency of each record, memory.

Throughput is processor time of this process, the best of several rounds, so that others who work
on the same machine hardly matter; latency is time on the clock. A fixed piece of work that has
nothing to do with rules is timed beside them: it tells how fast the machine is just now.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from time import perf_counter_ns, process_time

from attrs import frozen

from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.testing.speed.streams import Stream

SHARES = (50.0, 90.0, 99.0, 99.9)
"""Percentiles of latency."""
_MOST_WEIGHED = 100_000
"""Records that memory is measured with: that takes five times as long as running them."""
_WORK = 200_000


@frozen
class Throughput:
    """What whole runs take."""

    records: int
    rejected: int
    customers: int
    decisions: int
    seconds: float
    """Bytes in, decisions out, and a tick at the end; of the best round."""
    decoding: float
    """Seconds of it for reading the records."""
    machine: float
    """Seconds for the fixed piece of work; of the best round."""
    stored_bytes: int
    """Of all customers, as a snapshot keeps them."""

    @property
    def events_per_second(self) -> float:
        """Records a second."""
        return self.records / self.seconds if self.seconds else 0.0


@frozen
class Latency:
    """How long each record took by itself, in nanoseconds."""

    percentiles: tuple[tuple[float, int], ...]
    longest: int


def throughput(ruleset: RuleSet, stream: Stream, rounds: int) -> Throughput:
    """Runs a stream so many times, each on an engine of its own."""
    best = decoding = machine = float("inf")
    sum(_run(Engine(ruleset), stream))  # compiles what is needed
    for _ in range(rounds):
        gc.collect()
        engine = Engine(ruleset)
        started = process_time()
        decisions = sum(_run(engine, stream))
        best = min(best, process_time() - started)
        decoding = min(decoding, _timed(lambda: _decode(ruleset, stream)))
        machine = min(machine, _timed(_fixed_work))
    return Throughput(
        records=engine.counts["records"] + engine.counts["dead"],
        rejected=engine.counts["dead"],
        customers=sum(1 for _ in engine.customers()),
        decisions=decisions,
        seconds=best,
        decoding=decoding,
        machine=machine,
        stored_bytes=len(engine.snapshot()),
    )


def _run(engine: Engine, stream: Stream) -> Iterator[int]:
    """The numbers of decisions, batch by batch, and of the tick at the end."""
    for batch in stream.batches:
        yield len(engine.process_batch(batch))
    engine.take_dead_letters()
    end = engine.clock
    if end is not None:
        yield len(engine.advance(end))


def _decode(ruleset: RuleSet, stream: Stream) -> None:
    for batch in stream.batches:
        ruleset.records.decode(batch)


def _timed(work: Callable[[], None]) -> float:
    started = process_time()
    work()
    return process_time() - started


def _fixed_work() -> None:
    """A little of what engines do: numbers, look-ups, calls."""
    kept: dict[int, float] = {}
    for number in range(_WORK):
        place = number & 1023
        kept[place] = kept.get(place, 0.0) * 0.5 + number


def latency(ruleset: RuleSet, stream: Stream) -> Latency:
    """Runs the records one by one."""
    engine = Engine(ruleset)
    spans = []
    for record in stream.records():
        started = perf_counter_ns()
        engine.process(record)
        spans.append(perf_counter_ns() - started)
    spans.sort()
    found = tuple((share, _at(spans, share)) for share in SHARES)
    return Latency(found, spans[-1] if spans else 0)


def _at(spans: list[int], share: float) -> int:
    """The nearest-rank percentile of what is sorted."""
    return spans[min(len(spans) - 1, int(len(spans) * share / 100))] if spans else 0


def resident_bytes(ruleset: RuleSet, stream: Stream) -> float:
    """Bytes of a customer in memory, the engine's own share included; the rules are compiled."""
    gc.collect()
    tracemalloc.start()
    try:
        engine = Engine(ruleset)
        for batch in stream.first(_MOST_WEIGHED).batches:
            engine.process_batch(batch)
        engine.take_dead_letters()
        gc.collect()
        there, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return there / max(1, sum(1 for _ in engine.customers()))
