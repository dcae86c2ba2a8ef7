"""Triggers at instants of the calendar: `every monday at T`, `on 7d before TRAIT yearly`."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from lifecycle_dsl.compiler.layout import NEVER, trait_slot
from lifecycle_dsl.engine.timers import Guarded
from lifecycle_dsl.localtime import (
    DAY,
    LAST_INSTANT,
    Zone,
    add_days,
    next_anniversary,
    next_month_time,
    next_weekday_time,
)
from lifecycle_dsl.program.rules import OccursDates, OccursEvery
from lifecycle_dsl.program.types import DATE

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine

State = Any
STRETCH = 400 * DAY
"""How much of the calendar is worked out at once."""


class CalendarTimer:
    """A trigger at instants of the calendar: each later one comes once the one before has run."""

    def __init__(self, key: str, guarded: Guarded) -> None:
        self.key = key
        self.guarded = guarded

    def next_after(self, c: State, t: int) -> int:
        """The first instant after another."""
        raise NotImplementedError

    def computed_at(self, c: State) -> int:
        """When the instants were computed: those up to then do not come."""
        return int(c.first if c.rezoned is None else max(c.first, c.rezoned))

    def due(self, c: State, limit: int) -> int:
        has_run = c.ran_at == c.clock and self.key in c.ran
        return self.next_after(c, max(self.computed_at(c), c.clock if has_run else c.clock - 1))

    def holds(self, c: State, t: int) -> bool:
        return self.due(c, t) <= t

    def run(self, c: State, t: int, out: list[Any]) -> None:
        self.guarded.fire(c, t, out)


class EveryTimer(CalendarTimer):
    """`every day|monday|month at T`."""

    def __init__(self, machine: Machine, key: str, guarded: Guarded, every: OccursEvery) -> None:
        super().__init__(key, guarded)
        self.machine = machine
        self.every = every
        self._known: dict[tuple[Zone, int], list[int]] = {}
        """By zone and stretch of time: its instants and the next one after it."""

    def next_after(self, c: State, t: int) -> int:
        zone, stretch = self.machine.zone_of(c), t // STRETCH
        known = self._known.get((zone, stretch))
        if known is None:
            known = self._known[zone, stretch] = [self._find(zone, stretch * STRETCH)]
            while known[-1] < (stretch + 1) * STRETCH:
                known.append(self._find(zone, known[-1]))
        return known[bisect_right(known, t)]

    def _find(self, zone: Zone, t: int) -> int:
        every = self.every
        if every.weekdays is None:
            return next_month_time(zone, t, every.time_of_day)
        return next_weekday_time(zone, t, every.weekdays, every.time_of_day)


class DatesTimer(CalendarTimer):
    """`on 7d before TRAIT [yearly] [at T]` of a trigger."""

    def __init__(self, machine: Machine, key: str, guarded: Guarded, dates: OccursDates) -> None:
        super().__init__(key, guarded)
        self.machine = machine
        self.dates = dates.dates
        self.time_of_day = dates.time_of_day
        self.slot = trait_slot(dates.dates.trait)
        self.changed = machine.compiled.layout.dated[dates.dates.trait]
        self.is_date = machine.compiled.program.traits[dates.dates.trait].type == DATE

    def computed_at(self, c: State) -> int:
        return max(super().computed_at(c), getattr(c, self.changed) or 0)

    def next_after(self, c: State, t: int) -> int:
        value = getattr(c, self.slot)
        if value is None:
            return NEVER
        zone = self.machine.zone_of(c)
        found = (self._after(zone, value, shift, t) for shift in self.dates.shifts)
        return min(found, default=NEVER)

    def _after(self, zone: Zone, value: int, shift: int, t: int) -> int:
        """The first instant after t that a shift gives."""
        time_of_day = self.time_of_day or 0
        if self.is_date:
            day, days = value, shift // DAY
        else:
            if not self.dates.yearly and self.time_of_day is None:
                return value + shift if t < value + shift <= LAST_INSTANT else NEVER
            day, days = zone.local_day(value + shift), 0
        if not self.dates.yearly:
            return _later(zone.instant(add_days(day, days), time_of_day), t)
        since = zone.local_day(t) - days - 1
        while (found := next_anniversary(day, since)) is not None:
            instant = zone.instant(add_days(found, days), time_of_day)
            if instant > t:
                return instant
            since = found + 1
        return NEVER


def _later(instant: int, t: int) -> int:
    return instant if t < instant <= LAST_INSTANT else NEVER
