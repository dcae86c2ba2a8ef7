"""Delivery: messages a second out of a SQLite file, to a webhook, a file and a function.

The receiver is a process of its own on loopback. "Bare" is the same number of requests by the same
library at the same concurrency, without an outbox: what the store, the leases and the bookkeeping
cost is the difference.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from lifecycle_dsl.delivery import Deliverer, Destination, FileDestination, Limits, Webhook
from lifecycle_dsl.delivery.callables import Callee
from lifecycle_dsl.stores import Commit, Delivery, Message, Store, open_store

MESSAGES = 5_000
WORKERS = 20
LINE = (
    b'{"kind":"sent","customer":"u%d","at":"2026-01-05T10:00:00Z","rule":"welcome",'
    b'"channel":"email","template":"welcome_onboarding_medium","data":{"stage":"customer","days":3},'
    b'"transactional":false,"key":"%032x"}'
)


@pytest.fixture
def url() -> Iterator[str]:
    """A receiver's."""
    program = [sys.executable, str(Path(__file__).with_name("receiver.py"))]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/"
        assert process.stdin is not None
        process.stdin.close()


def filled(folder: Path, number: int) -> Store:
    """A store in a file, with messages of as many customers."""
    store = open_store(f"sqlite:///{folder}/{number}.db")
    rows = [(f"{n:032x}", f"u{n}", "sent", "email", LINE % (n, n)) for n in range(1, MESSAGES + 1)]
    store.commit(Commit(outbox=rows))
    return store


def measure(benchmark: Any, folder: Path, to: Destination | Callee) -> None:  # noqa: ANN401 (pytest-benchmark has no types)
    """Drain a full outbox, several times."""
    stores: list[Store] = []

    def prepared() -> tuple[tuple[Store], dict[str, object]]:
        stores.append(filled(folder, len(stores)))
        return (stores[-1],), {}

    def drained(store: Store) -> None:
        asyncio.run(Deliverer(store, {"email": to}, workers=WORKERS).drain())

    benchmark.pedantic(drained, setup=prepared, rounds=3)
    for store in stores:
        assert store.outbox_counts() == {("email", Delivery.DELIVERED): MESSAGES}
        store.close()
    tell(benchmark)


def tell(benchmark: BenchmarkFixture) -> None:
    if benchmark.stats is not None:
        benchmark.extra_info["messages_per_second"] = round(MESSAGES / benchmark.stats["min"])


@pytest.mark.benchmark(group="delivery")
def test_webhook(benchmark: BenchmarkFixture, tmp_path: Path, url: str) -> None:
    to = Webhook(url, keys=(bytes(32),), limits=Limits(workers=WORKERS))
    measure(benchmark, tmp_path, to)


@pytest.mark.benchmark(group="delivery")
def test_bare_requests(benchmark: Any, url: str) -> None:  # noqa: ANN401 (see above)
    async def all_of_them() -> None:
        numbers = iter(range(MESSAGES))

        async def work(client: aiohttp.ClientSession) -> None:
            for n in numbers:
                async with client.post(url, data=LINE % (n, n)) as response:
                    assert response.ok
                    await response.read()

        async with aiohttp.ClientSession() as client:
            await asyncio.gather(*(work(client) for _ in range(WORKERS)))

    benchmark.pedantic(lambda: asyncio.run(all_of_them()), rounds=3)
    tell(benchmark)


@pytest.mark.benchmark(group="delivery")
def test_file(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    measure(benchmark, tmp_path, FileDestination(tmp_path / "out.jsonl"))


@pytest.mark.benchmark(group="delivery")
def test_function(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    async def take(_: Message) -> None:
        return

    measure(benchmark, tmp_path, take)
