"""The clock on the wall is believed, but for a jump ahead."""

from __future__ import annotations

import asyncio

import lifecycle_dsl as lcr
from lifecycle_dsl.service import Writer
from lifecycle_dsl.service.ticking import JUMP, WallClock, tick_on
from lifecycle_dsl.stores import StoredEngine, open_store
from tests.unit.service.running import DAY, NOON, SHOP, purchase


class Hands:
    """Two clocks, set by hand."""

    def __init__(self) -> None:
        self.wall = NOON
        self.up = 0

    def clock(self) -> WallClock:
        return WallClock(lambda: self.wall, lambda: self.up)

    def go(self, micros: int, jump: int = 0) -> None:
        self.up += micros
        self.wall += micros + jump


def test_time_that_passes_is_believed_also_a_long_sleep() -> None:
    hands = Hands()
    clock = hands.clock()
    assert clock.now() == NOON
    hands.go(40 * DAY)
    assert clock.now() == NOON + 40 * DAY


def test_a_small_correction_is_believed_and_a_jump_is_not() -> None:
    hands = Hands()
    clock = hands.clock()
    clock.now()
    hands.go(1_000, jump=JUMP)
    assert clock.now() == hands.wall
    hands.go(1_000, jump=JUMP + 1)
    assert clock.now() is None
    hands.go(DAY)
    assert clock.now() is None
    hands.go(1_000, jump=-JUMP - 1)
    assert clock.now() == hands.wall


def test_a_clock_that_goes_back_does_no_harm() -> None:
    hands = Hands()
    clock = hands.clock()
    clock.now()
    hands.go(1_000, jump=-3 * DAY)
    assert clock.now() == hands.wall


def test_ticks_stop_at_a_jump_and_fire_nothing() -> None:
    hands = Hands()
    store = open_store("memory:")

    async def main(writer: Writer) -> None:
        await writer.post(purchase("u1"))
        ticking = asyncio.create_task(tick_on(writer, 0.01, hands.clock()))
        await asyncio.sleep(0.05)
        hands.go(1_000, jump=300 * DAY)
        await asyncio.sleep(0.1)
        assert store.population() == {"customer": 1}
        hands.go(1_000, jump=-300 * DAY)
        hands.go(30 * DAY)
        for _ in range(500):
            await asyncio.sleep(0.01)
            if store.population() == {"lapsed": 1}:
                break
        await asyncio.to_thread(writer.close)
        await ticking

    with StoredEngine(lcr.compile(SHOP), store) as engine, Writer(engine) as writer:
        asyncio.run(main(writer))
    assert store.population() == {"lapsed": 1}
    store.close()
