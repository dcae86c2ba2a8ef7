"""A store of very many customers: how batches slow down as it grows, and how soon it starts.

    python benchmarks/large_store.py sqlite:////tmp/large.db 100000 1000000 10000000

fills the store to each size in turn, with states of customers who have done a little. At each size
it says how long it took, in CPU and on the wall, to open the store and make an engine ready, and
how many events a second are durable in batches of 1,000 of customers drawn at random from all,
none of whom is in memory at first.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Iterator
from itertools import chain, islice

import msgspec

import lifecycle_dsl as lcr
from benchmarks.made_rules import RULES
from benchmarks.memory import resident
from benchmarks.stream import SECOND, START, Record, frames
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.stores import Commit, StoredEngine, open_store

SAMPLES = 1_000
"""Customers who have really lived; the others are like them."""
TOGETHER = 20_000
"""Customers who are filled in at once."""
BATCHES = 100
WARM_UP = 20


def lives(count: int) -> Iterator[Record]:
    """A few records of each of some customers."""
    draw = random.Random(1)
    for number in range(count):
        customer, at = f"s{number}", START + number * SECOND
        yield {"type": "profile", "customer": customer, "at": at, "lead_score": number % 100}
        for _ in range(5):
            at += draw.randrange(1, 86_400) * SECOND
            name = draw.choice(("page_view", "email_open", "email_click", "feature_usage"))
            yield {"type": name, "customer": customer, "at": at, "value": 1}


def samples(ruleset: lcr.RuleSet) -> tuple[list[tuple[int | None, dict[str, object]]], int]:
    """When something is due and the state, of customers who have lived; and the latest instant."""
    engine = Engine(ruleset)
    for frame in frames(lives(SAMPLES)):
        engine.process_batch(frame)
    found = []
    for number in range(SAMPLES):
        state = engine.state(f"s{number}")
        found.append((state.due, msgspec.msgpack.decode(msgspec.msgpack.encode(state))))
    assert engine.clock is not None
    return found, engine.clock


def fill(url: str, ruleset: lcr.RuleSet, first: int, last: int) -> int:
    """Put customers into a store; gives the latest instant."""
    kinds, clock = samples(ruleset)
    encode = msgspec.msgpack.Encoder().encode
    store = open_store(url)
    with StoredEngine(ruleset, store):
        numbers = iter(range(first, last))
        while part := list(islice(numbers, TOGETHER)):
            states = []
            for number in part:
                due, state = kinds[number % SAMPLES]
                name = f"u{number:08d}"
                states.append((name, due, encode({**state, "customer": name})))
            store.commit(Commit(states, moves={(None, "prospect"): len(part)}, clock=clock))
    store.close()
    return clock


def batches(customers: int, at: int, seed: int) -> list[bytes]:
    """Batches of a thousand records of customers drawn from all."""
    draw = random.Random(seed)
    records: Iterator[Record] = (
        {
            "type": draw.choice(("page_view", "email_open", "email_click")),
            "customer": f"u{draw.randrange(customers):08d}",
            "at": at + number * SECOND,
            "value": 1,
        }
        for number in range((BATCHES + WARM_UP) * 1_000)
    )
    return list(chain(frames(records)))


def measure(url: str, ruleset: lcr.RuleSet, customers: int, at: int) -> None:
    """Open the store, handle batches, and tell."""
    pieces = batches(customers, at, customers)
    wall, cpu = time.perf_counter(), time.process_time()
    store = open_store(url)
    engine = StoredEngine(ruleset, store, remember=0)
    ready = time.perf_counter() - wall, time.process_time() - cpu
    for frame in pieces[:WARM_UP]:
        engine.process_batch(frame)
    walls, cpus = [], []
    for frame in pieces[WARM_UP:]:
        wall, cpu = time.perf_counter(), time.process_time()
        engine.process_batch(frame)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    people = sum(store.population().values())
    engine.close()
    store.close()
    assert people >= customers
    print(  # noqa: T201 (its answer)
        f"{customers:>12,} customers: ready in {ready[0]:.3f} s ({ready[1]:.3f} s CPU); "
        f"a batch {statistics.median(walls) * 1e3:.1f} ms, best {min(walls) * 1e3:.1f} ms "
        f"({statistics.median(cpus) * 1e3:.1f} ms CPU); "
        f"{1_000 / statistics.median(walls):,.0f} events/s; {resident() >> 20:,} MB resident",
        flush=True,
    )


def main() -> None:
    """Fills and measures, size by size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="a new store")
    parser.add_argument("sizes", type=int, nargs="+", help="customers, size by size")
    options = parser.parse_args()
    ruleset = lcr.load(RULES / "email_marketing_scores.lcr")
    before = 0
    for size in options.sizes:
        wall = time.perf_counter()
        at = fill(options.url, ruleset, before, size)
        print(f"filled to {size:,} in {time.perf_counter() - wall:.0f} s", flush=True)  # noqa: T201
        measure(options.url, ruleset, size, at)
        before = size


if __name__ == "__main__":
    main()
