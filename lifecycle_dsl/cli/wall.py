"""The clock on the wall, whose jumps are not believed at once.

Time that goes on for customers cannot be taken back. So when the clock jumps ahead of what has
really gone by, nobody is told until it has stood there for a minute; while it stands behind, or
outside the years that records may be of, there are no ticks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import click
from attrs import define, field

from lifecycle_dsl.localtime import FIRST_RECORD, LAST_RECORD, format_instant

JUMP: Final = 60_000_000
"""How far the clock may get ahead by itself between two looks, in microseconds."""
TRIAL: Final = 60_000_000
"""How long it must stand after a jump, in microseconds."""


def _wall() -> int:
    return time.time_ns() // 1_000


def _gone_by() -> int:
    """Microseconds that have really gone by, those of a sleeping machine too."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock) // 1_000


def _warn(text: str) -> None:
    click.echo(f"lcr: {text}", err=True)


@define
class Wall:
    """Looks at the clock."""

    wall: Callable[[], int] = _wall
    gone_by: Callable[[], int] = _gone_by
    warn: Callable[[str], None] = _warn
    _ahead: int | None = None
    """By how much the clock is ahead of the other one."""
    _doubted: int | None = None
    """Since when it has been, after a jump; None where it is believed."""
    _is_outside: bool = field(default=False)

    def now(self) -> int | None:
        """What it says; None while it is not to be believed."""
        wall, gone_by = self.wall(), self.gone_by()
        ahead = wall - gone_by
        before, self._ahead = self._ahead, ahead
        if not FIRST_RECORD <= wall <= LAST_RECORD:
            if not self._is_outside:
                self.warn("the clock of this machine is wrong: no timers until it is set")
            self._is_outside = True
            return None
        self._is_outside = False
        if before is not None and ahead - before > JUMP:
            self.warn(f"the clock has jumped to {format_instant(wall)}: no timers for a minute")
            self._doubted = gone_by
        elif before is not None and before - ahead > JUMP:
            self._doubted = None  # it was set back
        if self._doubted is not None and gone_by - self._doubted < TRIAL:
            return None
        self._doubted = None
        return wall
