"""The deliverer: order, lanes, retries, circuits, limits, and its end."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from attrs import define, evolve

from lifecycle_dsl.delivery import (
    Deliverer,
    LaterError,
    Limits,
    Parcel,
    PythonDestination,
    RefusedError,
    Webhook,
)
from lifecycle_dsl.stores import Delivery, Message, Store, StoreError, open_store
from tests.unit.delivery.receivers import (
    HOUR,
    OK,
    SECOND,
    Answer,
    LeapingClock,
    Request,
    dead,
    filled,
    finish,
    keep,
    key,
    only,
    receiving,
    statuses,
)

MINUTE = 60 * SECOND


async def refuse(_: Message) -> None:
    raise RefusedError("nobody of that name", "u1")


async def fail(_: Message) -> None:
    raise LaterError("not now", down=True)


async def hang(_: Message) -> None:
    await asyncio.sleep(600)


def leaping(store: Store, to: PythonDestination | Webhook, **more: object) -> LeapingClock:
    """Deliver everything to `email` on a clock that leaps; gives the clock."""
    clock = LeapingClock()
    deliverer = Deliverer(store, {"email": to}, clock=clock, random=Random(1), **more)  # type: ignore[arg-type]
    clock.deliverer = deliverer
    finish(deliverer.drain(), 60)
    return clock


# ---- functions


def test_a_function_gets_the_message(tmp_path: Path) -> None:
    store = filled(2, f"sqlite:///{tmp_path}/a.db")
    got: list[Message] = []
    finish(Deliverer(store, {"email": got.append}).drain())
    assert sorted(each.key for each in got) == [key(1), key(2)]
    assert {each.customer for each in got} == {"u1", "u2"}
    assert statuses(store) == {"delivered": 2}
    store.close()


def test_a_function_that_blocks_holds_up_nothing() -> None:
    """Three that sleep in threads take as long as one; the loop goes on meanwhile."""
    store, beats, threads = filled(3), [], set()

    def block(_: Message) -> None:
        threads.add(threading.get_ident())
        time.sleep(0.3)

    async def beat() -> None:
        while True:
            beats.append(time.monotonic())
            await asyncio.sleep(0.01)

    async def work() -> None:
        beating = asyncio.create_task(beat())
        await Deliverer(store, {"email": block}).drain()
        beating.cancel()

    finish(work())
    assert threading.get_ident() not in threads
    assert len(threads) == 3
    assert max(b - a for a, b in pairwise(beats)) < 0.25


@define
class _Callable:
    got: list[str]

    async def __call__(self, message: Message) -> None:
        self.got.append(message.key)


def test_an_object_with_an_async_call_and_one_that_gives_an_awaitable_are_awaited() -> None:
    store = filled(2)
    keep(store, [3], "sms")
    got: list[str] = []
    called = _Callable(got)
    finish(Deliverer(store, {"email": called, "sms": lambda m: called(message=m)}).drain())
    assert sorted(got) == [key(1), key(2), key(3)]


def test_what_a_function_raises_is_kept_as_the_reason() -> None:
    def broken(message: Message) -> None:
        raise KeyError(message.key)

    store = filled(1)
    finish(Deliverer(store, {"email": broken}).once())
    assert (only(store).status, only(store).attempts) == (Delivery.WAITING, 1)
    assert only(store).reason == f"KeyError: '{key(1)}'"


def test_a_refusal_is_final_and_its_detail_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    store = filled(1)
    finish(Deliverer(store, {"email": refuse}).once())
    assert (only(store).status, only(store).reason) == (Delivery.DEAD, "nobody of that name: u1")
    assert "nobody of that name" in caplog.text
    assert "u1" not in caplog.text


# ---- order


def test_a_customers_messages_arrive_in_their_order() -> None:
    store, got = open_store("memory:"), defaultdict(list)
    random = Random(7)
    for number in range(1, 601):
        keep(store, [number], customer=f"u{random.randrange(20)}")

    async def take(message: Message) -> None:
        await asyncio.sleep(random.random() / 500)
        got[message.customer].append(message.number)

    finish(Deliverer(store, {"email": take}).drain())
    assert sum(map(len, got.values())) == 600
    assert all(numbers == sorted(numbers) for numbers in got.values())


def test_a_message_that_fails_does_not_hold_up_the_next() -> None:
    """No order is promised across attempts."""
    store, got = open_store("memory:"), []
    keep(store, [1, 2, 3], customer="u")

    async def take(message: Message) -> None:
        got.append(message.number)
        if got == [1]:
            raise LaterError("not now")

    to = PythonDestination(take, Limits(backoff=SECOND // 100))
    finish(Deliverer(store, {"email": to}).drain())
    assert got == [1, 2, 3, 1]


# ---- lanes


def test_a_slow_destination_holds_up_no_other() -> None:
    store, got = filled(200), []
    keep(store, range(1_001, 1_201), "sms")

    async def work() -> None:
        async def take(message: Message) -> None:
            got.append(message.number)
            if len(got) == 200:
                stop.set()

        stop = asyncio.Event()
        await Deliverer(store, {"email": hang, "sms": take}, grace=0.1).run(stop)

    began = time.monotonic()
    finish(work(), 10)
    assert len(got) == 200
    assert time.monotonic() - began < 5


def test_no_more_are_under_way_than_the_limit_says() -> None:
    store, now, most = filled(100), 0, 0

    async def take(_: Message) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.002)
        now -= 1

    finish(Deliverer(store, {"email": take}, workers=7).drain())
    assert most == 7
    assert statuses(store) == {"delivered": 100}


def test_a_rate_is_kept() -> None:
    """Ten may start at once, then ten in every fifth of a second."""
    store, at = filled(40), []

    async def take(_: Message) -> None:
        at.append(time.monotonic())

    to = PythonDestination(take, Limits(rate=(10, SECOND // 5), workers=40))
    finish(Deliverer(store, {"email": to}).drain())
    at.sort()
    assert all(later - first > 0.19 for first, later in zip(at, at[20:], strict=False))
    assert 0.5 < at[-1] - at[0] < 3


def test_a_slow_rate_claims_no_more_than_the_lease_leaves_time_for() -> None:
    store = filled(1_000)

    async def work() -> None:
        async def take(_: Message) -> None:
            claimed.append(sum(1 for each in store.outbox() if each.due))
            stop.set()

        stop = asyncio.Event()
        claimed: list[int] = []
        to = PythonDestination(take, Limits(rate=(1, 10 * SECOND), timeout=SECOND))
        await Deliverer(store, {"email": to}, lease=100 * SECOND).run(stop)
        assert claimed == [2]

    finish(work(), 5)


def test_what_nobody_takes_waits_and_is_told_by_name(caplog: pytest.LogCaptureFixture) -> None:
    store = filled(2)
    keep(store, [3, 4], "sms")
    got: list[Message] = []
    deliverer = Deliverer(store, {"emails": got.append, "phone": got.append})
    finish(deliverer.drain())
    assert deliverer.unknown == {"email", "sms"}
    assert statuses(store) == {"waiting": 4}
    assert (
        caplog.text.count("wait for `email`, which is no configured destination; `emails` is") == 1
    )
    assert caplog.text.count("wait for `sms`") == 1
    assert got == []


# ---- retries


def test_waits_double_and_are_random_from_nothing_to_the_whole() -> None:
    from lifecycle_dsl.delivery.schedule import next_try

    limits, random = Limits(backoff=SECOND, backoff_most=HOUR), Random(3)
    for attempts, longest in [(1, 1), (2, 2), (5, 16), (12, 2_048), (13, 3_600), (60, 3_600)]:
        waits = [next_try(limits, attempts, 0, None, random) / SECOND for _ in range(2_000)]
        assert 0 < min(waits) < longest * 0.01
        assert longest * 0.99 < max(waits) <= longest
        assert abs(sum(waits) / 2_000 - longest / 2) < longest / 20
    assert next_try(limits, 1, 0, 90 * SECOND, random) == 90 * SECOND
    assert next_try(limits, 1, 0, 900 * HOUR, random) == 24 * HOUR


def test_a_message_that_never_succeeds_is_dead_after_its_attempts() -> None:
    async def half(message: Message) -> None:
        if message.number == 1:
            raise LaterError("not this one")

    store = filled(3)
    clock = leaping(store, PythonDestination(half, Limits(attempts=6)))
    (message,) = dead(store)
    assert (message.number, message.attempts) == (1, 6)
    assert message.reason == "given up after 6 attempts: not this one"
    assert statuses(store) == {"delivered": 2, "dead": 1}
    assert clock.time - LeapingClock().time < MINUTE


def test_a_message_is_dead_when_it_is_too_old() -> None:
    store = filled(1)
    limits = Limits(attempts=10_000, age=5 * HOUR, backoff_most=10 * MINUTE)
    clock = leaping(store, PythonDestination(fail, limits), poll=MINUTE)
    assert only(store).status is Delivery.DEAD
    assert (only(store).reason or "").startswith("given up after 5.")
    assert 5 * HOUR <= clock.time - LeapingClock().time < 6 * HOUR


def test_a_message_that_was_decided_long_ago_is_not_sent_where_that_is_said() -> None:
    """All are decided at 07:00; the clock stands 52 hours and some minutes later."""
    store = filled(3)
    got: list[Message] = []
    leaping(store, PythonDestination(got.append, Limits(stale=52 * HOUR)))
    assert got == []
    assert {each.reason for each in dead(store)} == {"stale: it was decided 2d 4h ago"}
    store.retry(None, 0)
    leaping(store, PythonDestination(got.append, Limits(stale=53 * HOUR)))
    assert len(got) == 3


def test_a_dead_message_that_is_tried_again_has_all_its_attempts() -> None:
    async def take(_: Message) -> None:
        if len(tried) < 7:
            tried.append(1)
            raise LaterError("not yet")

    store = filled(1)
    tried: list[int] = []
    to = PythonDestination(take, Limits(attempts=4))
    leaping(store, to)
    assert only(store).status is Delivery.DEAD
    assert store.retry(None, LeapingClock().time) == 1
    leaping(store, to)
    assert (only(store).status, only(store).attempts) == (Delivery.DELIVERED, 4)


# ---- circuits


def test_a_destination_that_is_down_is_tried_with_one_message_at_a_time() -> None:
    """A thousand messages wait; five attempts open the circuit, then one every half minute."""
    store, at = filled(1_000), []

    async def take(_: Message) -> None:
        at.append(clock.time)
        if clock.time < start + 10 * MINUTE:
            raise LaterError("down", down=True)

    clock = LeapingClock()
    start = clock.time
    to = PythonDestination(take, Limits(workers=1))
    clock.deliverer = Deliverer(store, {"email": to}, clock=clock, random=Random(1))
    finish(clock.deliverer.drain())
    failed = [each for each in at if each < start + 10 * MINUTE]
    assert len(failed) == 5 + 19
    assert all(b - a >= 30 * SECOND for a, b in pairwise(failed[4:]))
    assert statuses(store) == {"delivered": 1_000}
    assert sum(each.attempts for each in store.outbox()) == 1_000 + 5


def test_failures_of_messages_open_no_circuit() -> None:
    async def take(_: Message) -> None:
        raise LaterError("greylisted")

    store = filled(50)
    finish(Deliverer(store, {"email": PythonDestination(take, Limits(workers=1))}).once())
    assert [each.attempts for each in store.outbox()] == [1] * 50


def test_an_hour_without_a_receiver_loses_nothing() -> None:
    """Real connections, refused; an hour of a leaping clock; then all arrive, each once."""
    store = filled(300)

    async def work() -> tuple[Counter[str], int]:
        clock = LeapingClock()
        async with receiving() as receiver:
            await receiver.stop()
            to = Webhook(receiver.url, clock=clock)
            clock.deliverer = Deliverer(store, {"email": to}, clock=clock, poll=MINUTE)
            clock.at = {clock.time + HOUR: receiver.start}
            began = clock.time
            await clock.deliverer.drain()
            return Counter(receiver.keys), clock.time - began

    keys, took = finish(work(), 60)
    assert keys == Counter({key(n): 1 for n in range(1, 301)})
    assert statuses(store) == {"delivered": 300}
    assert HOUR <= took < 2 * HOUR
    assert max(each.attempts for each in store.outbox()) <= 3


def test_a_receiver_that_fails_half_of_the_time_gets_everything() -> None:
    store, random = filled(200), Random(5)

    def answer(_: Request) -> Answer:
        return OK if random.random() < 0.5 else Answer(random.choice([500, 503, 429, 408]))

    async def work() -> Counter[str]:
        clock = LeapingClock()
        async with receiving(answer) as receiver:
            to = Webhook(receiver.url, clock=clock)
            clock.deliverer = Deliverer(store, {"email": to}, clock=clock, random=Random(2))
            await clock.deliverer.drain()
            return Counter(receiver.keys)

    keys = finish(work(), 60)
    assert set(keys) == {key(n) for n in range(1, 201)}
    assert statuses(store) == {"delivered": 200}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_destinations_do_every_message_comes_to_its_end(seed: int) -> None:
    """Three destinations that fail in all ways, by chance, on a clock that leaps."""
    random, store, clock = Random(seed), open_store("memory:"), LeapingClock()
    took: dict[str, list[str]] = defaultdict(list)
    refused: set[str] = set()
    names = ["email", "sms", "push"]
    for number in range(1, 151):
        keep(store, [number], random.choice(names), customer=f"u{random.randrange(12)}")

    def made(bad: float) -> PythonDestination:
        async def take(message: Message) -> None:
            await asyncio.sleep(0)
            match random.choices(range(5), [1 - bad, bad, bad, bad / 2, bad / 4])[0]:
                case 1:
                    raise LaterError("busy", down=True, after=random.choice([None, MINUTE]))
                case 2:
                    raise LaterError("not this one")
                case 3:
                    raise OSError("oops")
                case 4:
                    refused.add(message.key)
                    raise RefusedError("never")
                case _:
                    took[message.key].append(message.destination)

        limits = Limits(workers=random.randint(1, 6), attempts=4, age=6 * HOUR, pause=5 * SECOND)
        return PythonDestination(take, limits)

    destinations = {name: made(random.choice([0, 0.2, 0.6])) for name in names}
    clock.deliverer = Deliverer(store, destinations, clock=clock, random=random, poll=MINUTE)
    finish(clock.deliverer.drain(), 60)
    for message in store.outbox():
        if message.status is Delivery.DELIVERED:
            assert took.pop(message.key) == [message.destination]
        else:
            assert message.status is Delivery.DEAD
            given_up = (message.reason or "").startswith("given up after 4 attempts")
            assert given_up or message.key in refused
    assert took == {}


# ---- leases, ends, several deliverers


def test_a_message_in_hand_is_not_seen_by_another_deliverer(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    stores = [filled(500, url), open_store(url), open_store(url)]
    got: list[str] = []

    async def take(message: Message) -> None:
        await asyncio.sleep(0.001)
        got.append(message.key)

    async def work() -> None:
        await asyncio.gather(*(Deliverer(each, {"email": take}).drain() for each in stores))

    finish(work())
    assert Counter(got) == Counter({key(n): 1 for n in range(1, 501)})
    for store in stores:
        store.close()


def test_what_is_not_under_way_when_it_stops_is_given_back_at_once() -> None:
    store = filled(100)

    async def work() -> None:
        async def take(_: Message) -> None:
            stop.set()
            await asyncio.sleep(0.05)

        stop = asyncio.Event()
        await Deliverer(store, {"email": take}, workers=3).run(stop)

    finish(work(), 5)
    assert statuses(store) == {"delivered": 3, "waiting": 97}
    waiting = store.outbox(Delivery.WAITING)
    assert {(each.due, each.attempts) for each in waiting} == {(0, 0)}


def test_what_is_under_way_for_too_long_when_it_stops_says_so() -> None:
    store = filled(2)

    async def work() -> None:
        async def take(_: Message) -> None:
            stop.set()
            await hang(_)

        stop = asyncio.Event()
        await Deliverer(store, {"email": take}, grace=0.05).run(stop)

    finish(work(), 5)
    assert {each.reason for each in store.outbox()} == {
        "the deliverer stopped while it was under way"
    }
    assert [each.attempts for each in store.outbox()] == [1, 1]
    got: list[Message] = []
    finish(Deliverer(store, {"email": got.append}).once())
    assert len(got) == 2


def test_it_ends_when_its_task_is_cancelled_and_gives_back(tmp_path: Path) -> None:
    store = filled(50, f"sqlite:///{tmp_path}/a.db")

    async def work() -> None:
        task = asyncio.create_task(Deliverer(store, {"email": hang}, grace=0.05).drain())
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    finish(work(), 5)
    assert sum(each.attempts for each in store.outbox()) == 10
    assert store.waiting()["email"] < time.time() * SECOND
    store.close()


def test_what_it_is_about_to_claim_when_it_is_cancelled_is_given_back(tmp_path: Path) -> None:
    class Slow(Failing):
        def claim(self, *arguments: object) -> object:
            time.sleep(0.3)
            return self._store.claim(*arguments)  # type: ignore[arg-type]

    store = filled(5, f"sqlite:///{tmp_path}/a.db")

    async def work() -> None:
        slow = Slow(store, {})
        task = asyncio.create_task(Deliverer(slow, {"email": hang}, grace=0.05).drain())  # type: ignore[arg-type]
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    finish(work(), 5)
    assert {(each.due, each.attempts) for each in store.outbox()} == {(0, 0)}
    assert {each.since is None for each in store.outbox()} == {False}
    store.close()


def test_messages_whose_lease_ran_out_come_again() -> None:
    store = filled(10)
    got: list[Message] = []
    assert len(store.claim("email", LeapingClock().time, 10, 300 * SECOND)) == 10
    clock = leaping(store, PythonDestination(got.append))
    assert len(got) == 10
    assert clock.time >= LeapingClock().time + 300 * SECOND
    assert {each.attempts for each in store.outbox()} == {2}


def test_a_message_is_not_set_out_with_when_its_lease_is_about_to_end() -> None:
    """The first takes so long that the time of the others is over: they come in a new claim."""
    store, at, clock = open_store("memory:"), [], LeapingClock()
    keep(store, range(1, 11), customer="u")

    async def take(message: Message) -> None:
        at.append((message.number, message.due - clock.time))
        if message.number == 1:
            clock.time += 39 * SECOND

    to = PythonDestination(take, Limits(timeout=10 * SECOND))
    clock.deliverer = Deliverer(store, {"email": to}, clock=clock, lease=SECOND)
    finish(clock.deliverer.drain())
    assert [number for number, _ in at] == list(range(1, 11))
    assert all(left >= 10 * SECOND for _, left in at)
    assert {each.attempts for each in store.outbox()} == {1}


def test_a_clock_that_jumps_ahead_brings_nothing_twice() -> None:
    """By an hour while a message is under way, whose lease is then over."""
    store, clock = filled(30), LeapingClock()
    got: Counter[str] = Counter()

    async def take(message: Message) -> None:
        got[message.key] += 1
        if message.number == 5:
            clock.time += HOUR
            deliverer.wake()
        await asyncio.sleep(0.05)

    deliverer = clock.deliverer = Deliverer(store, {"email": take}, clock=clock, workers=2)
    finish(deliverer.drain())
    assert got == {key(n): 1 for n in range(1, 31)}
    assert statuses(store) == {"delivered": 30}


def test_a_clock_that_jumps_back_loses_nothing() -> None:
    """What was put off by the old clock comes when the new one gets there."""
    store, clock = filled(30), LeapingClock()
    got: Counter[str] = Counter()

    async def take(message: Message) -> None:
        if message.number % 3 == 0 and message.number < 20 and message.attempts == 1:
            raise LaterError("not now", after=MINUTE)
        got[message.key] += 1
        if message.number == 20:
            clock.time -= HOUR

    deliverer = clock.deliverer = Deliverer(store, {"email": take}, clock=clock, workers=1)
    finish(deliverer.drain(), 60)
    assert got == {key(n): 1 for n in range(1, 31)}
    assert statuses(store) == {"delivered": 30}


def test_new_messages_are_found_while_it_runs(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    store, other = open_store(url), open_store(url)

    async def work() -> None:
        async def take(message: Message) -> None:
            got.append(message.number)
            if message.number == 2:
                stop.set()

        got: list[int] = []
        stop = asyncio.Event()
        deliverer = Deliverer(store, {"email": take}, poll=SECOND // 20)
        running = asyncio.create_task(deliverer.run(stop))
        await asyncio.sleep(0.1)
        keep(other, [1])
        await asyncio.sleep(0.3)
        assert got == [1]
        keep(other, [2])
        await running

    finish(work(), 5)
    store.close()
    other.close()


def test_who_says_that_there_are_new_ones_does_not_wait() -> None:
    store = open_store("memory:")

    async def work() -> float:
        async def take(_: Message) -> None:
            stop.set()

        stop = asyncio.Event()
        deliverer = Deliverer(store, {"email": take}, poll=100 * SECOND)
        running = asyncio.create_task(deliverer.run(stop))
        await asyncio.sleep(0.1)
        keep(store, [1])
        deliverer.wake()
        began = time.monotonic()
        await running
        return time.monotonic() - began

    assert finish(work(), 10) < 2


def test_it_can_be_run_again() -> None:
    store = filled(3)
    got: list[Message] = []
    deliverer = Deliverer(store, {"email": got.append})
    finish(deliverer.drain())
    keep(store, [4])
    finish(deliverer.drain())
    assert len(got) == 4
    assert deliverer.figures()["email"].delivered == 4


# ---- stores that fail


class Failing:
    """A store some of whose calls fail some of the time."""

    def __init__(self, store: Store, times: dict[str, Iterable[bool]]) -> None:
        self._store = store
        self._times = {name: iter(each) for name, each in times.items()}

    def __getattr__(self, name: str) -> object:
        if name in self._times and next(self._times[name], False):
            raise StoreError("the disk is full")
        return getattr(self._store, name)


def test_a_store_that_cannot_be_written_for_a_while_is_waited_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    got: list[Message] = []
    store = filled(5)
    failing = Failing(store, {"delivered": [True]})
    finish(Deliverer(failing, {"email": got.append}).drain())  # type: ignore[arg-type]
    assert len(got) == 5
    assert statuses(store) == {"delivered": 5}
    assert "the outbox cannot be written: the disk is full" in caplog.text


def test_one_that_runs_waits_for_a_store_that_cannot_be_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = filled(1)

    async def work() -> None:
        async def take(_: Message) -> None:
            stop.set()

        stop = asyncio.Event()
        failing = Failing(store, {"waiting": [True, True], "claim": [True]})
        await Deliverer(failing, {"email": take}, poll=SECOND // 100).run(stop)  # type: ignore[arg-type]

    finish(work(), 5)
    assert statuses(store) == {"delivered": 1}
    assert caplog.text.count("the outbox cannot be read: the disk is full") == 3


def test_one_that_ends_by_itself_says_that_the_store_cannot_be_read() -> None:
    failing = Failing(filled(1), {"waiting": [True]})
    with pytest.raises(StoreError, match="the disk is full"):
        finish(Deliverer(failing, {"email": refuse}).drain(), 5)  # type: ignore[arg-type]


def test_a_bug_in_a_store_ends_it_and_is_not_swallowed() -> None:
    class Broken(Failing):
        def delivered(self, *_: object) -> None:
            raise ZeroDivisionError("a bug")

    store = Broken(filled(1), {})
    with pytest.raises(ZeroDivisionError):
        finish(Deliverer(store, {"email": lambda _: None}, grace=0.1).drain(), 5)  # type: ignore[arg-type]


# ---- what a destination is told


def test_a_destination_is_told_whether_a_message_was_in_somebodys_hands_before() -> None:
    @define
    class Told:
        limits: Limits
        seen: list[tuple[int, bool]]

        async def deliver(self, parcel: Parcel) -> None:
            self.seen.append((parcel.message.number, parcel.seen))
            if len(self.seen) == 3:
                raise LaterError("not now")

        async def close(self) -> None:
            pass

    store = filled(3)
    (first,) = store.claim("email", 1, 1, 1)
    store.give_back([first.number], 0)
    told = Told(Limits(workers=1, backoff=SECOND // 100), [])
    finish(Deliverer(store, {"email": told}).drain())
    assert told.seen == [(1, True), (2, False), (3, False), (3, True)]


def test_limits_of_workers_are_for_functions_only() -> None:
    webhook = Webhook("http://127.0.0.1:9", limits=evolve(Limits(), workers=3))
    deliverer = Deliverer(open_store("memory:"), {"a": webhook, "b": print}, workers=5)
    assert [each.limits.workers for each in deliverer._destinations.values()] == [3, 5]
