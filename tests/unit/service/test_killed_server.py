"""A server that is killed again and again under load does what one that is left alone does.

Each client posts its customers' events in order, and posts again under the same Idempotency-Key
whatever it got no answer to. In the end states, decisions and the outbox are those of an engine
that was never disturbed. `LCR_KILLS=100` kills a hundred times; the tests kill a few times.
"""

from __future__ import annotations

import os
import random
import socket
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

import lifecycle_dsl as lcr
from lifecycle_dsl.stores import StoredEngine, open_store
from lifecycle_dsl.stores.store import Delivery
from tests.unit.service.running import DAY, NOON, PATIENCE, SHOP, Server, end, start

KILLS: Final = int(os.environ.get("LCR_KILLS", "5"))
CLIENTS: Final = 6
END: Final = NOON + 90 * DAY
_AT_INSTANTS: Final = (0.02, 0.7)
"""Seconds after a start, between which it is killed."""
_PAUSE: Final = 0.01
_OF_A_LIFE: Final = int(_AT_INSTANTS[1] / _PAUSE) + 1
"""Requests that no client gets through in one life of the server."""

Requests = list[list[dict[str, Any]]]


def made(seed: int, count: int) -> list[Requests]:
    """Requests of each client, of one event or several, each customer's in order."""
    chance = random.Random(seed)
    clients: list[Requests] = []
    for client in range(CLIENTS):
        at = NOON
        requests: Requests = []
        for _ in range(count):
            events = []
            for _ in range(chance.choice((1, 1, 1, 2, 5))):
                at += chance.randrange(DAY // 4)
                name = f"c{client}-{chance.randrange(12)}"
                events.append(event(chance, name, at))
            requests.append(events)
        clients.append(requests)
    return clients


def event(chance: random.Random, customer: str, at: int) -> dict[str, Any]:
    match chance.randrange(5):
        case 0:
            return {"type": "complaint", "customer": customer, "at": at, "words": "why"}
        case 1:
            refuses = chance.random() < 0.3
            traits = {"email_opt_in": not refuses, "nickname": f"n{at % 7}"}
            return {"type": "profile", "customer": customer, "at": at, **traits}
        case _:
            return {"type": "purchase", "customer": customer, "at": at, "amount": at % 100}


def post_all(url: str, number: int, requests: Requests, stop: threading.Event) -> int:
    """Post a client's requests; gives how often one was answered from what was kept."""
    repeated = 0
    with httpx.Client(base_url=url, timeout=PATIENCE) as client:
        for place, events in enumerate(requests):
            while not stop.is_set():
                headers = {"Idempotency-Key": f"{number}-{place}"}
                try:
                    said = client.post("/events", json=events, headers=headers)
                except httpx.TransportError:
                    time.sleep(0.02)
                    continue
                if said.status_code in {429, 503}:
                    time.sleep(0.02)
                    continue
                assert said.status_code == 200, said.text
                assert said.json()["accepted"] == len(events)
                time.sleep(_PAUSE)
                repeated += "idempotency-replayed" in said.headers
                break
    return repeated


def undisturbed(clients: Sequence[Requests]) -> dict[str, Any]:
    """What a store holds when nothing goes wrong."""
    store = open_store("memory:")
    with StoredEngine(lcr.compile(SHOP), store) as engine:
        for requests in clients:
            for events in requests:
                for each in events:
                    engine.process(each)
        engine.advance(END)
        found = held(store)
    store.close()
    return found


def held(store: Any) -> dict[str, Any]:
    """What a store holds, whatever the order in which customers came."""
    decisions: dict[str, list[bytes]] = {}
    for each in store.decisions(most=10**9):
        decisions.setdefault(each.customer, []).append(each.line)
    people = store.people("", 10**6)
    return {
        "states": {name: state_of(state) for name, state in people},
        "decisions": decisions,
        "outbox": sorted((m.key, m.line) for m in store.outbox(Delivery.WAITING, most=10**9)),
        "population": store.population(),
        "moves": store.moves(),
        "records": store.counts()["records"],
    }


def state_of(state: bytes) -> dict[str, Any]:
    """A state but for `due`, which may be early by as much as batches are large, never late."""
    found: dict[str, Any] = msgspec.msgpack.decode(state)
    found.pop("due", None)
    return found


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(KILLS)
    clients = made(seed=KILLS, count=_OF_A_LIFE * KILLS)
    rules, port = tmp_path / "shop.lcr", free_port()
    rules.write_text(SHOP, encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    stop = threading.Event()
    servers: list[Server] = []
    killed = 0
    with ThreadPoolExecutor(CLIENTS) as threads:
        try:
            at = f"http://127.0.0.1:{port}"
            posting = [
                threads.submit(post_all, at, number, requests, stop)
                for number, requests in enumerate(clients)
            ]
            while not all(each.done() for each in posting):
                server = start(rules, store=url, port=port)
                servers.append(server)
                if killed < KILLS:
                    time.sleep(chance.uniform(*_AT_INSTANTS))
                    server.process.kill()
                    server.process.wait(PATIENCE)
                    killed += 1
                else:
                    for each in posting:
                        each.result(600)
            repeated = sum(each.result() for each in posting)
            with servers[-1].client() as client:
                assert client.post("/tick?at=2026-04-05T11:00:00Z").status_code == 200
            assert servers[-1].stop() == 0
        finally:
            stop.set()
            for server in servers:
                end(server)
    assert killed == KILLS, "the load ended before all kills were done"
    store = open_store(url)
    found = held(store)
    store.close()
    expected = undisturbed(clients)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name] == value, name
    assert repeated or KILLS < 50, "no kill fell between a commit and its answer"
