"""Prints the bytes of resident memory that one customer takes: `memory.py CUSTOMERS`.

Each customer has a profile, a page view and a click; the frames are made as they are used, so that
what grows is the engine.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import lifecycle_dsl as lcr
from benchmarks.made_rules import compared
from benchmarks.stream import SECOND, START, Record, frames


def life(number: int) -> Iterator[Record]:
    """Three records of one customer."""
    customer, at = f"u{number:07d}", START + number * SECOND
    yield {"type": "profile", "customer": customer, "at": at, "lead_score": number % 100}
    yield {"type": "page_view", "customer": customer, "at": at, "value": 1}
    yield {"type": "email_click", "customer": customer, "at": at, "value": 1}


def resident() -> int:
    """Bytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def main(customers: int) -> None:
    engine = lcr.Engine(lcr.compile(compared()))
    part = 10_000
    before = resident()
    for first in range(0, customers, part):
        records = chain.from_iterable(map(life, range(first, min(first + part, customers))))
        for frame in frames(records):
            engine.process_batch(frame)
    print((resident() - before) // customers)  # noqa: T201 (its answer)


if __name__ == "__main__":
    main(int(sys.argv[1]))
