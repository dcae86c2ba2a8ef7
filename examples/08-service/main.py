"""The engine inside a Litestar service: a writer of its own, routes of your own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.testing import AsyncTestClient

import lifecycle_dsl as lcr
from lifecycle_dsl.service import FullError, Receipt, Writer

RULES = "rules/retail.lcr"


@asynccontextmanager
async def engine(app: Litestar) -> AsyncIterator[None]:
    store = lcr.open_store(app.state["store"])
    # The writer ends first, when all that it took is kept; then the engine lets go of the store.
    with lcr.StoredEngine(lcr.load(RULES), store) as stored:
        async with Writer(stored) as writer:
            app.state["writer"] = writer
            yield
    store.close()


@post("/orders", status_code=200)
async def order(request: Request[Any, Any, State]) -> Response[Receipt]:
    """An order of the shop, in the shop's own form; answered when it is durable."""
    placed = msgspec.json.decode(await request.body())
    event = {
        "type": "purchase",
        "id": placed["number"],
        "customer": placed["buyer"],
        "at": placed["time"],
        "amount": placed["total"],
    }
    try:
        outcome = await request.app.state["writer"].post(event)
    except FullError:
        return Response(None, status_code=429, headers={"Retry-After": "1"})
    return Response(outcome.receipt)


@get("/stage/{name:str}")
async def stage(request: Request[Any, Any, State], name: FromPath[str]) -> dict[str, str]:
    """Where a customer is; `call` runs with the engine in the writer's thread."""
    writer: Writer = request.app.state["writer"]
    return {"stage": await writer.call(lambda stored: stored.customer(name).stage)}


app = Litestar(
    [order, stage],
    lifespan=[engine],
    state=State({"store": "memory:"}),
    logging_config=None,
)


async def main() -> None:
    orders = [
        {"number": "o1", "buyer": "ann", "time": "2026-01-05T10:00:00Z", "total": 40},
        {"number": "o2", "buyer": "ann", "time": "2026-01-12T10:00:00Z", "total": 60},
        {"number": "o3", "buyer": "bob", "time": "2026-01-12T11:00:00Z", "total": 25},
    ]
    async with AsyncTestClient(app) as client:
        for each in orders:
            said = (await client.post("/orders", json=each)).json()
            print(each["number"], said["accepted"], "accepted,", said["decisions"], "decisions")
        for name in ("ann", "bob"):
            print(name, (await client.get(f"/stage/{name}")).json()["stage"])


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
