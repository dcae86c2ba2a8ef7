"""Deliverers that share an outbox in PostgreSQL."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import pytest

from lifecycle_dsl.delivery import Deliverer, LaterError, Limits, PythonDestination, RefusedError
from lifecycle_dsl.stores import Message, open_store
from tests.unit.delivery.receivers import SECOND, dead, finish, keep, key, statuses
from tests.unit.stores.postgres_server import Server, programs, server


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with server(found) as running:
        yield running


def test_deliverers_that_share_a_store_bring_each_message_once(postgres: Server) -> None:
    """Every tenth fails at first; two are refused, with a reason that is no plain text."""
    url = postgres.url(schema=f"t{uuid4().hex}", lease=2)
    stores = [open_store(url) for _ in range(3)]
    stores[0].acquire()  # to write into the outbox; to deliver from it needs no lock
    keep(stores[0], range(1, 401))
    arrived: list[str] = []
    failed: set[int] = set()

    async def take(message: Message) -> None:
        await asyncio.sleep(0.001)
        if message.number in {7, 8}:
            raise RefusedError("no\x00\udcff such", "detail")
        if message.number % 10 == 0 and message.number not in failed:
            failed.add(message.number)
            raise LaterError("not now")
        arrived.append(message.key)

    async def work() -> None:
        to = PythonDestination(take, Limits(backoff=SECOND // 100))
        await asyncio.gather(*(Deliverer(each, {"email": to}).drain() for each in stores))

    try:
        finish(work())
        assert statuses(stores[0]) == {"delivered": 398, "dead": 2}
        assert Counter(arrived) == Counter(key(n) for n in range(1, 401) if n not in {7, 8})
        assert {each.reason for each in dead(stores[0])} == {"no such: detail"}
    finally:
        for each in stores:
            each.close()
