"""A worker that handles numbered batches once each, however often it is stopped.

The number of the last batch is kept with what the batch did, in one transaction. So it does not
matter when the worker stops, nor that a queue delivers something again.
"""

from __future__ import annotations

import json
import sys

import lifecycle_dsl as lcr

QUEUE = "orders"
BATCHES = {
    1: [("ann", "2026-01-05T10:00:00Z", 40), ("bob", "2026-01-05T11:00:00Z", 25)],
    2: [("ann", "2026-01-12T10:00:00Z", 60)],
    3: [("eve", "2026-01-12T12:00:00Z", 10), ("bob", "2026-04-20T09:00:00Z", 30)],
}


def main(url: str, stop_after: int | None = None) -> None:
    store = lcr.open_store(url)
    with lcr.StoredEngine(lcr.load("rules/retail.lcr"), store) as engine:
        done = store.place(QUEUE) or (0,)
        print("goes on behind batch", done[0])
        for number, orders in BATCHES.items():
            if (number,) <= done:
                continue
            decisions = engine.process_batch(lines(orders), {(QUEUE, 0): (number,)})
            print("batch", number, "is kept:", len(decisions), "decisions")
            if number == stop_after:
                break
        print(engine.counts["records"], "records;", store.population())
    store.close()


def lines(orders: list[tuple[str, str, int]]) -> bytes:
    events = (
        {"type": "purchase", "customer": customer, "at": at, "amount": amount}
        for customer, at, amount in orders
    )
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
