"""Occurrences that need a past of their own: what stayed away, what came in order, the calendar."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from lifecycle_dsl.compiler.layout import NEVER, trait_slot
from lifecycle_dsl.compiler.runs import Armed, Progress
from lifecycle_dsl.engine.hearing import Hearing, Moment, Values
from lifecycle_dsl.localtime import (
    DAY,
    LAST_INSTANT,
    Zone,
    add_days,
    next_anniversary,
    next_month_time,
    next_weekday_time,
)
from lifecycle_dsl.program.rules import (
    OccursAbsence,
    OccursDates,
    OccursEvery,
    OccursSequence,
    Trigger,
)
from lifecycle_dsl.program.types import DATE

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine

State = Any
STRETCH = 400 * DAY
"""How much of the calendar is worked out at once."""


class Absence:
    """`on A without B for D` of a trigger: what is armed, by value."""

    def __init__(self, machine: Machine, trigger: Trigger) -> None:
        absence = trigger.occurrence
        assert isinstance(absence, OccursAbsence)
        self.machine = machine
        self.name = trigger.name
        self.each = trigger.each
        self.micros = absence.micros
        self.slot = machine.compiled.layout.armed[trigger.name]
        self.values = Values(machine.compiled.program, trigger.each)
        self.armed = Hearing.of(machine, f"armed_{trigger.name}", absence.armed)
        self.without = Hearing.of(machine, f"without_{trigger.name}", absence.without)
        self._keep = machine.compiled.keep(trigger, machine.links)

    def arm(self, c: State, r: Any, now: int, event: str) -> None:
        """Arm it, anew if it is armed; by a record, or by a change where there is none."""
        each = None
        if self.each is not None:
            each = self.values.of(r, event)
            if each is None:
                return
        one = Armed(now, each, None if r is None else self._keep(r))
        self.machine.comes_sooner(c, now + self.micros)
        held = getattr(c, self.slot)
        if held is None or self.each is None:
            setattr(c, self.slot, [one])
            return
        others = [a for a in held if a.each != each]
        if len(others) >= self.each.up_to:
            del others[0]
            self.machine.displaced += 1
        setattr(c, self.slot, [*others, one])

    def disarm(self, c: State, r: Any, event: str) -> None:
        """Disarm the value that a record is about; every value where it is about none."""
        held = getattr(c, self.slot)
        if held is None:
            return
        each = None if r is None else self.values.of(r, event)
        left = None if each is None else [a for a in held if a.each not in (None, each)]
        setattr(c, self.slot, left or None)

    def at_changes(self, c: State, now: int, moment: Moment) -> None:
        """Arm or disarm by the changes of a step, one after the other."""
        for change in moment.one_by_one():
            if self.without.at_change(c, now, change):
                self.disarm(c, None, "")
            elif self.armed.at_change(c, now, change):
                self.arm(c, None, now, "")

    def hears_changes(self) -> bool:
        """Whether changes arm or disarm it."""
        return bool(self.armed.changes or self.without.changes)

    def take(self, c: State, each: str | None) -> Armed:
        """What is armed for a value, which then no longer is."""
        held = getattr(c, self.slot)
        one: Armed = next(a for a in held if a.each == each)
        setattr(c, self.slot, [a for a in held if a is not one] or None)
        return one


class Sequence:
    """`on A then B within D` of a trigger: how far it has got, by value."""

    def __init__(self, machine: Machine, trigger: Trigger) -> None:
        sequence = trigger.occurrence
        assert isinstance(sequence, OccursSequence)
        self.machine = machine
        self.each = trigger.each
        self.micros = sequence.micros
        self.slot = machine.compiled.layout.progress[trigger.name]
        self.values = Values(machine.compiled.program, trigger.each)
        self.steps = [
            Hearing.of(machine, f"step_{number}_{trigger.name}", step)
            for number, step in enumerate(sequence.steps)
        ]
        self._hears_changes = any(step.changes for step in self.steps)
        self._of_event: dict[str, list[int]] = {}
        for number, step in reversed(list(enumerate(self.steps))):
            for event in step.events:
                self._of_event.setdefault(event, []).append(number)

    def may_hear(self, event: str, moment: Moment) -> bool:
        """Whether a step can be any of this."""
        return any(step.may_hear(event, moment) for step in self.steps)

    def advance(self, c: State, r: Any, now: int, event: str, moment: Moment | None = None) -> bool:
        """One step of the customer serves one step of the sequence; whether it is the last."""
        each = None
        if self.each is not None:
            each = self.values.of(r, event) if event else None
            if each is None:
                return False
        progress: list[Progress] = getattr(c, self.slot) or []
        own = None
        for one in progress:
            if one.each == each:
                own = one
        for number in self._numbers(event, moment):
            if self._serves(c, r, now, event, moment, own, number):
                return self._served(c, now, progress, own, each, number)
        return False

    def _serves(
        self,
        c: State,
        r: Any,
        now: int,
        event: str,
        moment: Moment | None,
        own: Progress | None,
        number: int,
    ) -> bool:
        """Whether what happens is a step that is to come."""
        if number > 0:
            start = None if own is None else own.starts[number - 1]
            if start is None or now - start >= self.micros:
                return False
        step = self.steps[number]
        return step.at_record(c, r, now, event) or (
            moment is not None and step.at_change(c, now, moment)
        )

    def _served(
        self,
        c: State,
        now: int,
        progress: list[Progress],
        own: Progress | None,
        each: str | None,
        number: int,
    ) -> bool:
        """Note that a step was served; whether it is the last, with which all begins anew."""
        if number == len(self.steps) - 1:
            setattr(c, self.slot, [p for p in progress if p is not own] or None)
            return True
        if number > 0:
            assert own is not None
            own.starts[number] = own.starts[number - 1]
        elif own is not None and self.each is None:
            own.starts[0] = now
        else:
            self._begin(c, now, progress, own, each)
        return False

    def _numbers(self, event: str, moment: Moment | None) -> Iterable[int]:
        """The steps that it can be, the last first."""
        if moment is not None and self._hears_changes:
            return range(len(self.steps) - 1, -1, -1)
        return self._of_event.get(event, ())

    def _begin(
        self, c: State, now: int, progress: list[Progress], own: Progress | None, each: str | None
    ) -> None:
        """Note that the first step was served; those that begun longest ago stand first."""
        new = own or Progress([None] * (len(self.steps) - 1), each)
        new.starts[0] = now
        others = [p for p in progress if p is not own]
        if self.each is not None and len(others) >= self.each.up_to:
            del others[0]
            self.machine.displaced += 1
        setattr(c, self.slot, [*others, new])


Fire = Callable[..., bool]
Guard = Callable[[State, int], Any] | None


class ArmedTimer:
    """What is armed for a value: due when nothing has come for so long."""

    def __init__(self, absence: Absence, guarded: Guarded, one: Armed) -> None:
        self.absence = absence
        self.guarded = guarded
        self.each = one.each
        self.at = one.at
        self.key = (
            f"trigger {absence.name}"
            if one.each is None
            else (f"trigger {absence.name}\0{one.each}")
        )

    def due(self, c: State, limit: int) -> int:
        return self.at + self.absence.micros

    def holds(self, c: State, t: int) -> bool:
        return self.due(c, t) <= t

    def run(self, c: State, t: int, out: list[Any]) -> None:
        one = self.absence.take(c, self.each)
        self.guarded.fire(c, t, out, each=one.each, kept=one.kept)


class Guarded:
    """A trigger that fires at an instant, if its stages and its condition allow."""

    def __init__(self, trigger: Trigger, condition: Guard, fire: Fire) -> None:
        self.stages = trigger.stages
        self.condition = condition
        self._fire = fire

    def fire(
        self,
        c: State,
        t: int,
        out: list[Any],
        *,
        each: str | None = None,
        kept: dict[str, Any] | None = None,
    ) -> None:
        """Fire, or not."""
        if self.stages is not None and c.stage not in self.stages:
            return
        if self.condition is None or self.condition(c, t):
            self._fire(c, None, t, out, "", None, each, kept)


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
