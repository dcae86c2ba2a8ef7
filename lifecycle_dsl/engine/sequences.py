"""`on A then B within D`: how far it has got."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lifecycle_dsl.compiler.runs import Progress
from lifecycle_dsl.engine.hearing import Hearing, Moment, Values
from lifecycle_dsl.program.rules import OccursSequence, Trigger

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine

State = Any


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
