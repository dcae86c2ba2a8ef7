"""Servers on one PostgreSQL store: each has its customers, and one that dies is stood in for."""

from __future__ import annotations

import itertools
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from lifecycle_dsl.stores import open_store
from tests.unit.service.running import DAY, NOON, PATIENCE, Server, purchase, serving
from tests.unit.stores.postgres_server import Server as Postgres
from tests.unit.stores.postgres_server import programs, server


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    bin_ = programs()
    if bin_ is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with server(bin_) as running:
        yield running


def post(servers: list[Server], customer: str, at: int) -> set[int]:
    """Post an event to one server after the other until one takes it."""
    statuses: set[int] = set()
    end = time.monotonic() + PATIENCE
    for each in itertools.cycle(servers):
        assert time.monotonic() < end, statuses
        headers = {"Idempotency-Key": f"{customer}-{at}"}
        try:
            with each.client() as client:
                said = client.post("/events", json=purchase(customer, at), headers=headers)
        except httpx.TransportError:
            statuses.add(0)
            continue
        statuses.add(said.status_code)
        if said.status_code == 200:
            return statuses
        assert said.status_code == 503
        assert said.headers["retry-after"]
        time.sleep(0.05)
    raise AssertionError


def test_who_asks_the_wrong_server_is_sent_on(postgres: Postgres, shop: Path) -> None:
    url = postgres.url(schema=f"t{uuid4().hex}", lease=2)
    names = [f"c{number}" for number in range(12)]
    own = "http://first.example:8080/"
    with (
        serving(shop, "--advertise", own, store=url) as first,
        serving(shop, "--advertise", "http://second.example", store=url) as second,
        first.client() as one,
        second.client() as other,
    ):
        where: dict[str, str] = {}
        end = time.monotonic() + PATIENCE
        while set(where.values()) != {"first", "second"} or len(where) < len(names):
            assert time.monotonic() < end, where
            for name in names:
                said = other.post("/events?strict=true", json=purchase(name))
                if said.status_code == 200:
                    where[name] = "second"
                elif said.status_code == 307:
                    assert (
                        said.headers["location"] == "http://first.example:8080/events?strict=true"
                    )
                    where[name] = "first"
                else:
                    assert said.status_code == 503
        ours = next(name for name in names if where[name] == "first")
        theirs = next(name for name in names if where[name] == "second")
        assert one.post("/events", json=purchase(ours)).status_code == 200
        said = one.post("/events", json=[purchase(ours), purchase(theirs)])
        assert said.status_code == 503
        assert "send each customer's alone" in said.json()["detail"]


def test_a_server_that_dies_is_stood_in_for(postgres: Postgres, shop: Path) -> None:
    url = postgres.url(schema=f"t{uuid4().hex}", lease=2)
    names = [f"c{number}" for number in range(30)]
    with serving(shop, store=url) as first:
        for name in names:
            assert post([first], name, NOON) == {200}
        with serving(shop, store=url) as second:
            statuses = {s for name in names for s in post([first, second], name, NOON + DAY)}
            assert statuses == {200, 503}, "each of them has some of the customers"
            first.stop(signal.SIGKILL)
            for name in names:
                post([second], name, NOON + 2 * DAY)
            with second.client() as client:
                assert client.get("/stages").json()["stages"][1]["customers"] == len(names)
            assert second.stop() == 0
    store = open_store(url)
    assert store.counts()["records"] == 3 * len(names)
    store.close()
