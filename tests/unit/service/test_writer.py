"""The writer: many threads and loops, one transaction for what waits, one answer for each."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.engine.decisions import Decision
from lifecycle_dsl.service import (
    Batch,
    ClosedError,
    Form,
    FullError,
    OtherBodyError,
    Outcome,
    Writer,
)
from lifecycle_dsl.service.receipts import Asked, Rejected, asked
from lifecycle_dsl.service.refusals import UnreadableError
from lifecycle_dsl.stores import Commit, StoredEngine, open_store
from lifecycle_dsl.stores.errors import EngineInUseError, StoreError
from tests.unit.service.running import DAY, NOON, SHOP, purchase

RULES = lcr.compile(SHOP)


@pytest.fixture
def engine() -> Iterator[StoredEngine]:
    store = open_store("memory:")
    with StoredEngine(RULES, store) as made:
        yield made
    store.close()


def encoded(*events: dict[str, Any]) -> bytes:
    return msgspec.json.encode(events[0] if len(events) == 1 else events)


def key(name: str, body: bytes) -> Asked:
    return asked("tester", name, body)


class Gate:
    """Holds the writer at a call, so that what is asked meanwhile waits together."""

    def __init__(self, writer: Writer) -> None:
        self._open = threading.Event()
        self._inside = threading.Event()
        self._future = writer.submit_call(self._wait)
        assert self._inside.wait(30)

    def _wait(self, _: StoredEngine) -> None:
        self._inside.set()
        assert self._open.wait(30)

    def open(self) -> None:
        self._open.set()
        self._future.result(30)


def test_an_event_is_answered_with_what_it_did(engine: StoredEngine) -> None:
    with Writer(engine) as writer:
        found = writer.submit(encoded(purchase("u1"))).result(30)
    assert [type(each).__name__ for each in found.decisions] == [
        "Transition", "Transition", "Fired", "Sent",
    ]  # fmt: skip
    assert found.receipt.accepted == 1
    assert found.receipt.decisions == 4
    assert found.receipt.messages == [found.decisions[3].key]  # type: ignore[attr-defined]
    assert engine.store.decisions()[3].line == lcr.encode_decision(found.decisions[3])


def test_what_waits_shares_a_transaction(engine: StoredEngine) -> None:
    batches: list[Batch] = []
    with Writer(engine, watch=batches.append) as writer:
        gate = Gate(writer)
        futures = [writer.submit(encoded(purchase(f"u{i}"))) for i in range(50)]
        assert writer.waiting == 50
        gate.open()
        assert [each.result(30).receipt.accepted for each in futures] == [1] * 50
    assert [batch.records for batch in batches] == [50]
    assert batches[0].requests == 50
    assert writer.waiting == 0


def test_a_transaction_takes_so_many_records(engine: StoredEngine) -> None:
    batches: list[Batch] = []
    with Writer(engine, together=10, watch=batches.append) as writer:
        gate = Gate(writer)
        futures = [writer.submit([purchase(f"u{i}"), purchase(f"v{i}")]) for i in range(12)]
        gate.open()
        for future in futures:
            future.result(30)
    assert [batch.records for batch in batches] == [10, 10, 4]


def test_each_request_gets_its_own_decisions_also_of_one_customer(engine: StoredEngine) -> None:
    with Writer(engine) as writer:
        gate = Gate(writer)
        first = writer.submit(purchase("u1"))
        other = writer.submit(purchase("u2"))
        second = writer.submit(purchase("u1", NOON + 4 * DAY))
        gate.open()
        kinds = [[type(d).__name__ for d in f.result(30).decisions] for f in (first, other, second)]
    assert kinds[0] == kinds[1] == ["Transition", "Transition", "Fired", "Sent"]
    assert kinds[2] == ["Sent"]


def test_malformed_records_are_listed_and_the_others_handled(engine: StoredEngine) -> None:
    with Writer(engine) as writer:
        body = encoded(purchase("u1"), {"type": "purchse"}, purchase("u2", at=1))
        found = writer.submit(body).result(30)
    assert found.receipt.accepted == 1
    assert found.receipt.rejected == [
        Rejected(2, "no event is called `purchse`"),
        Rejected(3, "`at` is before 1980 or after 2200"),
    ]
    assert engine.counts["dead"] == 2
    assert engine.take_dead_letters() == []


def test_a_strict_request_is_handled_whole_or_not_at_all(engine: StoredEngine) -> None:
    with Writer(engine) as writer:
        body = encoded(purchase("u1"), {"type": "purchse"})
        found = writer.submit(body, strict=True).result(30)
        assert found.receipt.accepted == 0
        assert found.receipt.rejected[0].position == 2
        assert engine.counts.get("dead", 0) == 0
        assert writer.submit(encoded(purchase("u1")), strict=True).result(30).receipt.accepted == 1


def test_a_request_asked_again_is_answered_the_same_and_not_done_again(
    engine: StoredEngine,
) -> None:
    body = encoded(purchase("u1"))
    with Writer(engine) as writer:
        first = writer.submit(body, asked=key("k", body)).result(30)
        again = writer.submit(body, asked=key("k", body)).result(30)
    assert (first.repeated, again.repeated) == (False, True)
    assert again.receipt == first.receipt
    assert engine.counts["records"] == 1
    with Writer(engine) as another:
        assert another.submit(body, asked=key("k", body)).result(30).repeated


def test_a_request_that_comes_twice_at_once_is_done_once(engine: StoredEngine) -> None:
    body = encoded(purchase("u1"))
    with Writer(engine) as writer:
        gate = Gate(writer)
        futures = [writer.submit(body, asked=key("k", body)) for _ in range(3)]
        foreign = writer.submit(b"[]", asked=key("k", b"[]"))
        gate.open()
        found = [each.result(30) for each in futures]
        assert [each.repeated for each in found] == [False, True, True]
        assert len({each.receipt.messages[0] for each in found}) == 1
        with pytest.raises(OtherBodyError):
            foreign.result(30)
    assert engine.counts["records"] == 1


def test_a_key_is_for_one_body_and_one_who_asks(engine: StoredEngine) -> None:
    body = encoded(purchase("u1"))
    with Writer(engine) as writer:
        writer.submit(body, asked=asked("shop", "k", body)).result(30)
        with pytest.raises(OtherBodyError):
            writer.submit(body + b" ", asked=asked("shop", "k", body + b" ")).result(30)
        assert not writer.submit(body, asked=asked("crm", "k", body)).result(30).repeated


def test_a_failing_request_fails_alone(
    engine: StoredEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = engine.store.commit

    def refusing(what: Commit) -> None:
        if any(customer == "poison" for customer, *_ in what.states):
            raise StoreError("it does not like this one")
        commit(what)

    monkeypatch.setattr(engine.store, "commit", refusing)
    with Writer(engine) as writer:
        gate = Gate(writer)
        futures = [writer.submit(purchase(name)) for name in ("u1", "poison", "u2")]
        gate.open()
        assert futures[0].result(30).receipt.accepted == 1
        with pytest.raises(StoreError):
            futures[1].result(30)
        assert futures[2].result(30).receipt.accepted == 1
    assert engine.store.population() == {"customer": 2}


def test_a_store_that_fails_is_not_asked_for_each_request(
    engine: StoredEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for: list[int] = []

    def failing(what: Commit) -> None:
        asked_for.append(len(what.states))
        raise StoreError("the disk is full")

    monkeypatch.setattr(engine.store, "commit", failing)
    with Writer(engine) as writer:
        gate = Gate(writer)
        futures = [writer.submit(purchase(f"u{i}")) for i in range(20)]
        gate.open()
        for future in futures:
            with pytest.raises(StoreError):
                future.result(30)
        assert asked_for == [20, 1, 1]
        monkeypatch.undo()
        assert writer.submit(purchase("u1")).result(30).receipt.decisions == 4


def test_too_much_is_refused(engine: StoredEngine) -> None:
    with Writer(engine, waiting=3) as writer:
        gate = Gate(writer)
        futures = [writer.submit(purchase("u1")) for _ in range(3)]
        with pytest.raises(FullError):
            writer.submit(purchase("u1"))
        gate.open()
        for future in futures:
            future.result(30)
        assert writer.submit(purchase("u1")).result(30).receipt.accepted == 1


def test_too_many_bytes_are_refused(engine: StoredEngine) -> None:
    with Writer(engine) as writer:
        gate = Gate(writer)
        futures = [writer.submit(b" " * (16 << 20), Form.LINES) for _ in range(4)]
        with pytest.raises(FullError):
            writer.submit(b" ", Form.LINES)
        gate.open()
        assert [each.result(30).receipt.accepted for each in futures] == [0] * 4


def test_closing_finishes_what_waits_and_takes_no_more(engine: StoredEngine) -> None:
    writer = Writer(engine)
    gate = Gate(writer)
    futures = [writer.submit(purchase(f"u{i}")) for i in range(10)]
    closing = threading.Thread(target=writer.close)
    closing.start()
    gate.open()
    closing.join(30)
    assert [each.result(0).receipt.accepted for each in futures] == [1] * 10
    assert not writer.is_open
    with pytest.raises(ClosedError):
        writer.submit(purchase("u1"))
    with pytest.raises(ClosedError):
        writer.submit_tick(NOON)


def test_a_tick_lets_requests_through_between_two_pages(engine: StoredEngine) -> None:
    order: list[str] = []
    with Writer(engine, watch=lambda b: order.append("tick" if not b.requests else "post")) as w:
        w.submit([purchase(f"u{i}") for i in range(2_500)]).result(30)
        gate = Gate(w)
        ticking = w.submit_tick(NOON + 3 * DAY)
        order.clear()
        posting = w.submit(purchase("late"))
        gate.open()
        assert posting.result(30).receipt.accepted == 1
        assert ticking.result(30) == 2_500
    assert order.index("post") < len(order) - 1
    assert order.count("tick") == 3


def test_a_tick_of_nonsense_is_refused_and_the_next_one_runs(engine: StoredEngine) -> None:
    with Writer(engine) as writer:
        writer.submit(purchase("u1")).result(30)
        with pytest.raises(ValueError, match="1980"):
            writer.submit_tick(5).result(30)
        assert writer.submit_tick(NOON + 3 * DAY).result(30) == 1


def test_a_posted_tick_moves_nobody(engine: StoredEngine) -> None:
    tick = {"type": "tick", "at": NOON + 300 * DAY}
    packed = msgspec.msgpack.encode([purchase("u2"), tick])
    lines = b"\n" + msgspec.json.encode(purchase("u3")) + b"\n" + msgspec.json.encode(tick)
    with Writer(engine) as writer:
        for body, form, place in (
            ([purchase("u1"), tick], Form.JSON, 2),
            (encoded(purchase("u1"), tick), Form.JSON, 2),
            (packed, Form.MSGPACK, 2),
            (len(packed).to_bytes(4, "little") + packed, Form.MSGPACK, 2),
            (lines, Form.LINES, 3),
        ):
            found = writer.submit(body, form).result(30)
            assert found.receipt.accepted == 1
            assert [each.position for each in found.receipt.rejected] == [place]
            assert "tick is no event" in found.receipt.rejected[0].reason
    assert engine.clock == NOON


def test_a_body_that_is_nothing_is_refused(engine: StoredEngine) -> None:
    with Writer(engine) as writer:
        for body, form in ((b"[{}", Form.JSON), (b"hello", Form.MSGPACK), (b"", Form.MSGPACK)):
            with pytest.raises(UnreadableError):
                writer.submit(body, form).result(30)
        with pytest.raises(TypeError):
            writer.submit([1]).result(30)  # type: ignore[list-item]


def test_it_serves_several_loops_at_once(engine: StoredEngine) -> None:
    async def posting(name: str) -> list[int]:
        posts = (writer.post(purchase(f"{name}{i}")) for i in range(40))
        return [each.receipt.accepted for each in await asyncio.gather(*posts)]

    with Writer(engine) as writer, ThreadPoolExecutor(3) as threads:
        loops = [threads.submit(asyncio.run, posting(name)) for name in "abc"]
        assert [each.result(30) for each in loops] == [[1] * 40] * 3
    assert engine.store.population() == {"customer": 120}


def test_a_task_that_is_cancelled_hurts_nobody(engine: StoredEngine) -> None:
    async def impatient() -> Outcome:
        task = asyncio.create_task(writer.post(purchase("u1")))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await writer.post(purchase("u2"))

    async def main() -> Outcome:
        async with writer:
            return await impatient()

    writer = Writer(engine)
    assert asyncio.run(main()).receipt.accepted == 1
    assert engine.store.population() == {"customer": 2}


def test_many_threads_decide_what_one_thread_decides(engine: StoredEngine) -> None:
    def of(number: int) -> list[dict[str, Any]]:
        return [purchase(f"u{number}", NOON + day * DAY) for day in (0, 5, 40, 41)]

    alone = lcr.Engine(RULES)
    expected = {f"u{n}": [d for e in of(n) for d in alone.process(e)] for n in range(30)}
    found: dict[str, list[Decision]] = {}

    def post_all(number: int) -> None:
        outcomes = [writer.submit(event).result(30) for event in of(number)]
        found[f"u{number}"] = [d for each in outcomes for d in each.decisions]

    with Writer(engine) as writer, ThreadPoolExecutor(8) as threads:
        list(threads.map(post_all, range(30)))
    assert found == expected


# ---- the engine alone


def test_an_engine_that_two_threads_use_says_so_and_is_not_damaged(engine: StoredEngine) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slow(_: Commit) -> None:
        inside.set()
        assert go_on.wait(30)

    records = [RULES.records.convert(purchase("u1"))]
    with ThreadPoolExecutor(1) as thread:
        future: Future[list[Decision]] = thread.submit(
            engine.process_records, records, before_commit=slow
        )
        assert inside.wait(30)
        uses = (
            lambda: engine.process(purchase("u2")),
            lambda: engine.advance(NOON),
            lambda: engine.customer("u1"),
            lambda: engine.forget("u1"),
            lambda: engine.use(RULES),
        )
        for use in uses:
            with pytest.raises(EngineInUseError, match="one thread at a time"):
                use()
        go_on.set()
        assert len(future.result(30)) == 4
    assert engine.customer("u1").stage == "customer"
    assert len(engine.process(purchase("u2"))) == 4


def test_an_engine_may_go_from_thread_to_thread(engine: StoredEngine) -> None:
    with ThreadPoolExecutor(1) as thread:
        assert len(thread.submit(engine.process, purchase("u1")).result(30)) == 4
    assert engine.customer("u1").stage == "customer"


def test_a_change_of_rules_that_is_cut_off_stops_all_until_it_comes_to_its_end(
    engine: StoredEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.process(purchase("u1"))
    other = lcr.compile(SHOP.replace('"second"', '"another"'))
    set_rules = engine.store.set_rules

    def failing(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(engine.store, "set_rules", failing)
    with pytest.raises(StoreError, match="full"):
        engine.use(other)
    monkeypatch.setattr(engine.store, "set_rules", set_rules)
    with pytest.raises(StoreError, match="was cut off"):
        engine.process(purchase("u1"))
    engine.use(other)
    (sent,) = engine.advance(NOON + 3 * DAY)
    assert sent.template == "another"  # type: ignore[attr-defined]
