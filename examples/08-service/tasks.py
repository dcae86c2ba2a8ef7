"""Many tasks of an event loop, one writer: what waits together is kept together."""

from __future__ import annotations

import asyncio

import lifecycle_dsl as lcr
from lifecycle_dsl.service import Batch, Writer, asked

NOON = 1_767_610_800_000_000
DAY = 86_400_000_000


async def visit(writer: Writer, number: int) -> int:
    """One of many: posts an event, and is told when it is durable."""
    event = {"type": "purchase", "customer": f"c{number}", "at": NOON + number, "amount": 10}
    outcome = await writer.post(event)
    return outcome.receipt.decisions


async def main() -> None:
    batches: list[Batch] = []
    store = lcr.open_store("memory:")
    with lcr.StoredEngine(lcr.load("rules/retail.lcr"), store) as engine:
        async with Writer(engine, watch=batches.append) as writer:
            decisions = await asyncio.gather(*(visit(writer, number) for number in range(500)))
            print(len(decisions), "tasks,", sum(decisions), "decisions")
            few = sum(1 for batch in batches if batch.requests) < 50
            print("in few transactions" if few else "in many transactions")

            body = b'{"type": "purchase", "customer": "c1", "at": "2026-02-05T11:00:00Z"}'
            first = await writer.post(body, asked=asked("till 7", "receipt 4711", body))
            again = await writer.post(body, asked=asked("till 7", "receipt 4711", body))
            print("asked twice, done once:", not first.repeated and again.repeated)
            print("and answered the same:", first.receipt == again.receipt)

            print("ninety days later:", await writer.tick(NOON + 91 * DAY), "decisions")
        print(store.population())
    store.close()


if __name__ == "__main__":
    asyncio.run(main())
