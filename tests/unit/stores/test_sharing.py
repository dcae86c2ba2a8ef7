"""Two workers that read one input: in whatever order they get their turns, nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lifecycle_dsl as lcr
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.inputs import Input, files, follow, open_input
from lifecycle_dsl.inputs.selection import Selection
from lifecycle_dsl.inputs.sources import Place
from lifecycle_dsl.stores import Store, StoredEngine, StoreError, open_store, sharing
from lifecycle_dsl.stores.feeding import Feeder, RejectedError
from lifecycle_dsl.stores.files import KeptFile
from lifecycle_dsl.stores.postgres import PostgresStore
from lifecycle_dsl.stores.sharing import SharedFeeder, feeder_of, order_of
from lifecycle_dsl.stores.store import everyone
from tests.unit.stores.postgres_server import Server

RULES = """
lifecycle shop
event visit, order { amount: money = 0 }
score interest { half-life 7d  at least 0  on visit: 1 }
start { -> guest }
stage guest { -> buyer on order  -> gone after 20d without visit }
stage buyer { -> guest after 30d without order }
stage gone { -> guest on visit }
channel email
trigger thanks { on order  at most 2 per 7d  do { send email "thanks" { amount: amount } } }
trigger hello { on enter guest  do { wait 2d  send email "hello" } }
"""
DAY = 86_400_000_000
START = 1_767_571_200_000_000
RECORDS = 400


def made() -> list[dict[str, Any]]:
    """Records of forty customers, with ticks, late ones and some that are none."""
    records: list[dict[str, Any]] = []
    for number in range(RECORDS):
        at = START + number * DAY // 9 - (number % 13 == 0) * DAY
        kind = "order" if number % 7 == 3 else "visit"
        who = f"u{number * number % 41}"
        match number % 50:
            case 20:
                records.append({"type": "tick", "at": at})
            case 30 | 31:
                records.append({"type": "nonsense", "customer": who, "at": at, "n": number})
            case _:
                records.append({"type": kind, "customer": who, "at": at, "value": 1})
    return records


@pytest.fixture(scope="module")
def ruleset() -> RuleSet:
    return lcr.compile(RULES)


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("events") / "events.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in made()))
    return path


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of a few lines, which begin elsewhere for whoever begins elsewhere."""
    monkeypatch.setattr(files, "BLOCK", 700)
    monkeypatch.setattr(sharing, "_PAUSE", 0.01)
    monkeypatch.setattr(sharing, "_SHARE_EVERY", 0.0)


def opened(events: Path) -> Input:
    """As `lcr run --store` opens a file."""
    return open_input(str(events), growing=True)


class Outcome(dict[str, Any]):
    """What a store keeps, as far as it is the same however the work was divided."""

    def __repr__(self) -> str:
        return f"Outcome of {len(self['states'])} customers"


def outcome(store: Store) -> Outcome:
    decisions: dict[str, list[bytes]] = {}
    for each in store.decisions(most=100_000):
        decisions.setdefault(each.customer, []).append(each.line)
    states = {name: msgspec.msgpack.decode(data) for name, data in everyone(store)}
    for state in states.values():
        del state["due"]  # may be early, by what has happened in between
    return Outcome(
        states=states,
        decisions=decisions,
        outbox=sorted(message.key for message in store.outbox(most=100_000)),
        counts=store.counts(),
        clock=store.clock(),
    )


@pytest.fixture(scope="module")
def undisturbed(ruleset: RuleSet, events: Path) -> Outcome:
    store = open_store("memory:")
    with StoredEngine(ruleset, store) as engine, opened(events) as source:
        feeder = Feeder(engine, source, Selection(ruleset.records))
        for _ in feeder.feed():
            pass
        for _ in feeder.advance(engine.clock or 0):
            pass
        found = outcome(store)
    store.close()
    assert found["counts"]["dead"] == 16
    assert found["outbox"]
    return found


class Worker:
    """A worker in this process, whose turns come one by one."""

    def __init__(self, url: str, ruleset: RuleSet, events: Path, folder: Path) -> None:
        self.url = url
        self.dead = folder / f"{uuid4().hex}.dead"
        self.out = folder / f"{uuid4().hex}.out"
        self.store = PostgresStore(url)
        self.store._leases.share(None)
        self.store.acquire = lambda: None  # type: ignore[method-assign]  # it does not wait
        self.engine = StoredEngine(ruleset, self.store)
        selection = Selection(ruleset.records)
        self.files = [KeptFile(path, self.store) for path in (self.out, self.dead)]
        self.files[0].begin(b"head\n")
        self.source = opened(events)
        alone = Feeder(self.engine, self.source, selection, self.files[0], self.files[1])
        found = feeder_of(alone, lambda: opened(events))
        assert isinstance(found, SharedFeeder)
        self.feeder = found
        self.feeding: Iterator[object] | None = self.feeder.feed()

    def turn(self) -> None:
        """One piece; at the end, the tick."""
        if self.feeding is None:
            self.feeding = self.feeder.feed()
        if next(self.feeding, None) is None:
            for _ in self.feeder.advance(self.engine.clock or 0):
                pass
            self.feeding = None

    def fall_silent(self) -> None:
        """As if it had been stopped for longer than its lease."""
        with self.store._postgres.transaction() as cursor:
            cursor.execute(
                "UPDATE workers SET until = now() - interval '1 h' WHERE worker = %s",
                (self.store._postgres.name,),
            )

    def close(self) -> None:
        if self.feeding is not None:
            self.feeding.close()  # type: ignore[attr-defined]
        for file in self.files:
            file.__exit__(None, None, None)
        self.source.close()
        self.engine.close()
        self.store.close()


def to_the_end(workers: list[Worker]) -> None:
    """Each in its turn, until each has come to the end of the input once more."""
    for worker in workers:
        worker.feeding = worker.feeding or worker.feeder.feed()
    while under_way := [worker for worker in workers if worker.feeding is not None]:
        for worker in under_way:
            worker.turn()


@pytest.fixture
def long_up(postgres: Server) -> Server:
    """A server that has been up for longer than a lease."""
    postgres.tell(
        "SELECT pg_sleep(greatest(0, 1.2 - extract(epoch FROM now() - pg_postmaster_start_time())))"
    )
    return postgres


TURNS = st.lists(
    st.tuples(
        st.integers(0, 1), st.sampled_from(["go on", "go on", "share", "silence", "release"])
    ),
    max_size=40,
)


@pytest.fixture
def hire(
    long_up: Server, ruleset: RuleSet, events: Path, tmp_path: Path
) -> Callable[[], list[Worker]]:
    """Two workers on a new store."""

    def hire_() -> list[Worker]:
        url = long_up.url(schema=f"t{uuid4().hex}", shards=5, lease=1)
        return [Worker(url, ruleset, events, tmp_path) for _ in range(2)]

    return hire_


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=TURNS)
def test_whoever_has_the_turn_nothing_is_lost(
    hire: Callable[[], list[Worker]], undisturbed: Outcome, turns: list[tuple[int, str]]
) -> None:
    workers = hire()
    try:
        for which, what in turns:
            worker = workers[which]
            match what:
                case "share":
                    worker.store.share()
                case "silence":
                    worker.fall_silent()
                case "release":
                    worker.store.release()
                case _:
                    worker.turn()
        for _ in range(2):
            to_the_end(workers)
        assert outcome(workers[0].store) == undisturbed
        written = [line for worker in workers for line in worker.out.read_bytes().splitlines()]
        decided = [line for lines in undisturbed["decisions"].values() for line in lines]
        assert sorted(written) == sorted([*decided, b"head", b"head"])
        dead = b"".join(worker.dead.read_bytes() for worker in workers).splitlines()
        assert sorted(msgspec.json.decode(line)["line"] for line in dead) == [
            number for number in range(1, RECORDS + 1) if (number - 1) % 50 in {30, 31}
        ]
    finally:
        for worker in workers:
            worker.close()


def test_a_followed_folder_is_shared(
    long_up: Server, ruleset: RuleSet, events: Path, tmp_path: Path, undisturbed: Outcome
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    lines = events.read_bytes().splitlines(keepends=True)
    for part in range(4):
        (folder / f"{part}.jsonl").write_bytes(b"".join(lines[part * 100 : (part + 1) * 100]))
    url = long_up.url(schema=f"t{uuid4().hex}", shards=5, lease=1)
    stores = [PostgresStore(url), PostgresStore(url)]
    feeders = []
    for store in stores:
        store._leases.share(None)
        store.acquire = lambda: None  # type: ignore[method-assign]
        engine = StoredEngine(ruleset, store)
        alone = Feeder(engine, follow(str(folder), lambda: None), Selection(ruleset.records))
        feeders.append(feeder_of(alone, lambda: follow(str(folder), lambda: None)))
    feeding = [feeder.feed() for feeder in feeders]
    for number in range(3_000):
        next(feeding[number % 2 if number < 30 else 1])
        if number in {10, 20, 40}:
            stores[number % 20 // 10].share()
        if number == 60:
            feeding[0].close()  # type: ignore[attr-defined]
            stores[0].close()
            stores[1].share()
        if stores[1].counts().get("records") == undisturbed["counts"]["records"]:
            break
    for _ in range(20):
        next(feeding[1])
    for _ in feeders[1].advance(undisturbed["clock"]):
        pass
    assert outcome(stores[1]) == undisturbed
    feeding[1].close()  # type: ignore[attr-defined]
    stores[1].close()


def test_strict_workers_stop_at_the_first_wrong_record(
    long_up: Server, ruleset: RuleSet, events: Path
) -> None:
    url = long_up.url(schema=f"t{uuid4().hex}", shards=5, lease=1)
    store = PostgresStore(url)
    with StoredEngine(ruleset, store) as engine, opened(events) as source:
        alone = Feeder(engine, source, Selection(ruleset.records), strict=True)
        with pytest.raises(RejectedError, match="nonsense"):
            list(feeder_of(alone, lambda: opened(events)).feed())
    store.close()


def test_a_server_that_does_not_come_back_is_not_waited_for_for_ever(
    long_up: Server, ruleset: RuleSet, events: Path
) -> None:
    url = long_up.url(schema=f"t{uuid4().hex}", shards=5, lease=1)
    store = PostgresStore(url)
    engine = StoredEngine(ruleset, store)
    with opened(events) as source:
        feeder = SharedFeeder(
            engine,
            source,
            Selection(ruleset.records),
            reopen=lambda: opened(events),
            patience=0.5,
        )
        feeding = feeder.feed()
        next(feeding)
        schema = store._postgres.address.schema
        long_up.tell(f"DROP SCHEMA {schema} CASCADE")
        time.sleep(0.5)  # in which the lease would be renewed
        with pytest.raises(StoreError):
            list(feeding)
    assert (schema,) not in long_up.tell("SELECT nspname FROM pg_namespace")
    for close in (engine.close, store.close):
        with suppress(StoreError):
            close()


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (None, (0, 1, 1, 0, 0)),
        ((900, 10, 14, 5, 0), (800, 8, 15, 7, 0)),
        (("a.jsonl", 900, 10, 14, 5, 0), ("b.jsonl", 0, 1, 2, 0, 0)),
        ((0, 900, 10, 14, 5, 0), (1, 0, 1, 2, 0, 0)),
        (("1-1",), ("1-2",)),
    ],
)
def test_places_are_compared_by_the_next_record(earlier: Place | None, later: Place) -> None:
    assert order_of(earlier) < order_of(later)


def test_a_store_of_one_shard_is_fed_as_ever(ruleset: RuleSet, events: Path) -> None:
    store = open_store("memory:")
    with StoredEngine(ruleset, store) as engine, opened(events) as source:
        alone = Feeder(engine, source, Selection(ruleset.records))
        assert feeder_of(alone, lambda: opened(events)) is alone
    store.close()
