"""Prints what waiting costs, as JSON: `pending.py CUSTOMERS RUNS_EACH`.

Each customer's runs wait thirty days, one for each reference. Told are the bytes of resident memory
that a waiting run takes, customer included, and how many a second one tick lets go on.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from itertools import chain

import msgspec

import lifecycle_dsl as lcr
from benchmarks.memory import resident
from benchmarks.stream import DAY, SECOND, START, Record, frames

RULES = """
lifecycle waiting
event sign { reference: text }
start { -> here }
stage here
trigger remind { on sign  for each reference up to 100  do { wait 30d } }
"""


def life(number: int, runs: int) -> Iterator[Record]:
    """As many runs of one customer, each from a record of its own."""
    for run in range(runs):
        at = START + number * 1000 + run
        yield {"type": "sign", "customer": f"u{number:07d}", "at": at, "reference": f"r{run}"}


def main(customers: int, runs: int) -> None:
    engine = lcr.Engine(lcr.compile(RULES))
    part = 10_000 // runs
    before = resident()
    for first in range(0, customers, part):
        lives = (life(number, runs) for number in range(first, min(first + part, customers)))
        for frame in frames(chain.from_iterable(lives)):
            engine.process_batch(frame)
    size = (resident() - before) // (customers * runs)
    start = time.perf_counter()
    engine.advance(START + 31 * DAY + customers * SECOND)
    seconds = time.perf_counter() - start
    waiting = sum(len(engine.customer(f"u{n:07d}").journeys) for n in (0, customers - 1))
    if waiting:
        raise SystemExit("some runs have not gone on")
    told = {"bytes": size, "per_second": round(customers * runs / seconds)}
    print(msgspec.json.encode(told).decode())  # noqa: T201 (its answer)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
