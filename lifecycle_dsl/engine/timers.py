"""What can become due for a customer in a stage, without any record.

A timer says when it is due from the state as it is, and what happens then. `due(c, limit)` is exact
up to `limit`; beyond it is some later instant that is not too late. `holds` is asked of a timer
that has run at this instant already and had to wait: whether it is still due when its turn comes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from lifecycle_dsl.compiler.layout import NEVER, trait_set_slot, trait_slot
from lifecycle_dsl.engine.watching import NextChange
from lifecycle_dsl.localtime import DAY, LAST_INSTANT, add_days, next_anniversary
from lifecycle_dsl.program.rules import OnDates, Trigger
from lifecycle_dsl.program.types import DATE, Type

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine

State = Any
Guard = Callable[[State, int], Any] | None


class Guarded:
    """A trigger that fires at an instant, if its stages and its condition allow."""

    def __init__(self, trigger: Trigger, condition: Guard, fire: Callable[..., bool]) -> None:
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


class Timer(Protocol):
    """Something that becomes due."""

    key: str
    """What it is called in the list of those that ran at an instant."""

    def due(self, c: State, limit: int) -> int:
        """When it is due."""

    def holds(self, c: State, t: int) -> bool:
        """Whether it is due at t, after having waited."""

    def run(self, c: State, t: int, out: list[Any]) -> None:
        """What happens then; the customer's clock stands at t."""


Start = Callable[[State], int | None]


class AfterTransition:
    """`after D [without H]` of a stage or of a set of stages."""

    def __init__(
        self,
        machine: Machine,
        number: int,
        key: str,
        start: Start,
        micros: int,
        done: str | None,
        guard: Guard,
    ) -> None:
        self.machine = machine
        self.number = number
        self.target = machine.compiled.program.transitions[number].target
        self.key = key
        self.start = start
        self.micros = micros
        self.done = done
        self.guard = guard

    def due(self, c: State, limit: int) -> int:
        start = self.start(c)
        if start is None or (self.done is not None and getattr(c, self.done) == start):
            return NEVER
        return start + self.micros

    def holds(self, c: State, t: int) -> bool:
        return self.due(c, t) <= t

    def run(self, c: State, t: int, out: list[Any]) -> None:
        if self.done is not None:
            setattr(c, self.done, self.start(c))
        if c.stage != self.target and (self.guard is None or self.guard(c, t)):
            self.machine.move(c, None, t, out, "", self.number, c.stage)


class WhenTransition:
    """`when C`: due at the first instant at which it is so."""

    def __init__(
        self,
        machine: Machine,
        number: int,
        key: str,
        condition: Callable[[State, int], Any],
        next_change: NextChange,
    ) -> None:
        self.machine = machine
        self.number = number
        self.key = key
        self.condition = condition
        self.next_change = next_change

    def due(self, c: State, limit: int) -> int:
        t = c.clock
        while not self.condition(c, t):
            t = self.next_change(c, t, limit)
            if t > limit:
                break
        return int(t)

    def holds(self, c: State, t: int) -> bool:
        return bool(self.condition(c, t))

    def run(self, c: State, t: int, out: list[Any]) -> None:
        self.machine.move(c, None, t, out, "", self.number, c.stage)


class DatesTransition:
    """`on DATES`: the instants that a trait's date gives.

    They start anew when the trait or the stay changes, and each is looked at once. The slot `done`
    holds the trait's value, when the stay began, and the instant up to which they are used up.
    """

    def __init__(
        self,
        machine: Machine,
        number: int,
        key: str,
        dates: OnDates,
        kind: Type,
        entered: Start,
        done: str,
        guard: Guard,
    ) -> None:
        self.machine = machine
        self.number = number
        self.target = machine.compiled.program.transitions[number].target
        self.key = key
        self.dates = dates
        self.slot = trait_slot(dates.trait)
        self.set_slot = trait_set_slot(dates.trait)
        self.is_date = kind == DATE
        self.entered = entered
        self.done = done
        self.guard = guard

    def _basis(self, c: State, value: int) -> list[Any]:
        return [value, self.entered(c)]

    def due(self, c: State, limit: int) -> int:
        value = getattr(c, self.slot)
        if value is None:
            return NEVER
        done = getattr(c, self.done)
        used = None if done is None or done[:2] != self._basis(c, value) else done[2]
        instants = (self._instant(c, value, shift, used) for shift in self.dates.shifts)
        left = (t for t in instants if used is None or t > used)
        return min((t for t in left if t <= LAST_INSTANT), default=NEVER)

    def _instant(self, c: State, value: int, shift: int, used: int | None) -> int:
        if not self.is_date:
            return value + shift
        zone = self.machine.zone_of(c)
        days = shift // DAY
        if not self.dates.yearly:
            return zone.day_start(add_days(value, days))
        # The first return that is not used up; that of the day on which it starts counts too.
        set_at = getattr(c, self.set_slot)
        start = self.entered(c) or 0
        since = zone.local_day(start if set_at is None else max(start, set_at)) - days
        if used is not None:
            since = max(since, zone.local_day(used) - days + 1)
        day = next_anniversary(value, since)
        return NEVER if day is None else zone.day_start(add_days(day, days))

    def holds(self, c: State, t: int) -> bool:
        return self.due(c, t) <= t

    def run(self, c: State, t: int, out: list[Any]) -> None:
        setattr(c, self.done, [*self._basis(c, getattr(c, self.slot)), t])
        if c.stage != self.target and (self.guard is None or self.guard(c, t)):
            self.machine.move(c, None, t, out, "", self.number, c.stage)


class Watch:
    """The watched segments and levels, all together."""

    key = "watch"

    def __init__(self, machine: Machine, next_change: NextChange) -> None:
        self.machine = machine
        self.next_change = next_change

    def due(self, c: State, limit: int) -> int:
        if c.steady_until > limit:
            return int(c.steady_until)
        t = c.clock
        while not self.machine.watched.has_changed(c, t):
            t = self.next_change(c, t, limit)
            if t > limit:
                break
        if self.machine.watches_scores_fade:
            c.steady_until = t
        return int(t)

    def holds(self, c: State, t: int) -> bool:
        return self.machine.watched.has_changed(c, t)

    def run(self, c: State, t: int, out: list[Any]) -> None:
        c.steady_until = 0
        self.machine.react(c, None, t, out, "", c.stage)


class AfterTrigger:
    """`after D without H` of a trigger."""

    def __init__(
        self,
        fire: Callable[..., bool],
        key: str,
        start: Start,
        micros: int,
        done: str,
        guard: Guard,
    ) -> None:
        self.fire = fire
        self.key = key
        self.start = start
        self.micros = micros
        self.done = done
        self.guard = guard

    def due(self, c: State, limit: int) -> int:
        start = self.start(c)
        if start is None or getattr(c, self.done) == start:
            return NEVER
        return start + self.micros

    def holds(self, c: State, t: int) -> bool:
        return self.due(c, t) <= t

    def run(self, c: State, t: int, out: list[Any]) -> None:
        setattr(c, self.done, self.start(c))
        if self.guard is None or self.guard(c, t):
            self.fire(c, None, t, out, "")
