"""`on A without B for D`: what is armed, and becomes due when nothing has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifecycle_dsl.compiler.runs import Armed
from lifecycle_dsl.engine.hearing import Hearing, Moment, Values
from lifecycle_dsl.engine.timers import Guarded
from lifecycle_dsl.program.rules import OccursAbsence, Trigger

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine

State = Any


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
