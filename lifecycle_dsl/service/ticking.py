"""Time by the clock on the wall: the one place where it comes in.

A clock that jumps ahead would run timers of days to come, and that cannot be taken back. So a jump
beyond an hour, against the clock of the machine's time since it started, stops the ticks until the
two agree again, or until `/tick` says that it is meant.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from attrs import define, field

from lifecycle_dsl.service.loglines import log
from lifecycle_dsl.service.refusals import ClosedError
from lifecycle_dsl.service.writer import Writer

JUMP: Final = 3_600 * 1_000_000
"""Microseconds."""
_SAY_AGAIN: Final = 60.0


def wall() -> int:
    """The clock on the wall, in microseconds."""
    return time.time_ns() // 1_000


def uptime() -> int:
    """Time since the machine started, its sleep included where that is known."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock) // 1_000


@define
class WallClock:
    """The clock on the wall, as far as it is to be believed."""

    wall: Callable[[], int] = wall
    uptime: Callable[[], int] = uptime
    _offset: int | None = field(default=None, init=False)

    def now(self) -> int | None:
        """The instant; None after a jump ahead."""
        now = self.wall()
        offset = now - self.uptime()
        if self._offset is not None and offset - self._offset > JUMP:
            return None
        self._offset = offset
        return now


async def tick_on(writer: Writer, every: float, clock: WallClock) -> None:
    """Let time go on every so many seconds, until the writer stops."""
    said = 0.0
    while writer.is_open:
        begin = time.monotonic()
        now = clock.now()
        if now is not None:
            try:
                await writer.tick(now)
            except ClosedError:
                return
            except Exception as error:  # noqa: BLE001 — the next tick may do
                log(logging.ERROR, "a tick failed", reason=str(error), error=error)
        elif begin - said > _SAY_AGAIN:
            said = begin
            log(logging.ERROR, "the clock jumped ahead by more than an hour; ticks have stopped")
        await asyncio.sleep(max(0.0, every - (time.monotonic() - begin)))
