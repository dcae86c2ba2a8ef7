"""The clock on the wall, which tests put another one in the place of."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Protocol


class Clock(Protocol):
    """Tells the time, and waits."""

    def now(self) -> int:
        """Microseconds since 1970, UTC."""

    async def wait(self, event: asyncio.Event, micros: int) -> None:
        """Wait until an event is set, for so long at most."""


class WallClock:
    """The machine's clock."""

    def now(self) -> int:
        """Microseconds since 1970, UTC."""
        return time.time_ns() // 1_000

    async def wait(self, event: asyncio.Event, micros: int) -> None:
        """Wait until an event is set, for so long at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(micros / 1_000_000):
                await event.wait()
