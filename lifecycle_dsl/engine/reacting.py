"""What changed in a step, and which triggers listen to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import define

from lifecycle_dsl.engine.attributing import Converting
from lifecycle_dsl.engine.counters import Counter
from lifecycle_dsl.engine.hearing import Hearing, Moment
from lifecycle_dsl.engine.sequences import Sequence
from lifecycle_dsl.program.happenings import Change, Happenings
from lifecycle_dsl.program.rules import OccursOn, Trigger

if TYPE_CHECKING:
    from lifecycle_dsl.engine.firing import Firing
    from lifecycle_dsl.engine.machine import Machine

State = Any


@define
class Listener:
    """A trigger on happenings, or on a sequence of them."""

    place: int
    """Of the trigger in the program."""
    trigger: Trigger
    hearing: Hearing | None
    """None of a sequence."""
    sequence: Sequence | None
    condition: Callable[[State, int], Any] | None
    firing: Firing

    def matches(self, c: State, r: Any, now: int, event: str, moment: Moment) -> bool:
        """Whether it is to fire, its frequency aside; a sequence goes on whatever it is."""
        if self.sequence is not None:
            occurs = self.sequence.advance(c, r, now, event, moment)
            allowed = occurs and self._allows(c.stage)
        else:
            assert self.hearing is not None
            allowed = self._allows(c.stage) and (
                self.hearing.at_record(c, r, now, event) or self.hearing.at_change(c, now, moment)
            )
        return allowed and (self.condition is None or bool(self.condition(c, now)))

    def _allows(self, stage: str) -> bool:
        stages = self.trigger.stages
        return stages is None or stage in stages

    def watches(self) -> bool:
        """Whether it listens to segments or levels."""
        heard = self.sequence.steps if self.sequence is not None else [self.hearing]
        return any(hearing is not None and hearing.watches() for hearing in heard)

    def may_match(self, event: str, moment: Moment) -> bool:
        """Whether it can match, or go on, after this change of stage, at a record of the event."""
        if self.sequence is not None:
            return self.sequence.may_hear(event, moment)
        return (
            self.hearing is not None
            and self._allows(moment.after)
            and self.hearing.may_hear(event, moment)
        )


@define
class Noter:
    """A slot that remembers changes: a memory term's, or when something last happened."""

    machine: Machine
    slot: str
    changes: tuple[Change, ...]
    where: Callable[[State, Any, int], Any] | None
    counter: Counter | None
    """None where the slot is the instant itself."""

    def note(self, c: State, now: int) -> bool:
        """Remember that such a change is happening; whether it passes the filter."""
        if self.where is not None and not self.where(c, None, now):
            return False
        noted: Any = now
        if self.counter is not None:
            zone = self.machine.zone_of(c)
            noted = self.counter.note(getattr(c, self.slot), now, zone, None)
        setattr(c, self.slot, noted)
        return True


@define
class Route:
    """What a change from one stage to another touches, at a record of an event."""

    moment: Moment
    listeners: tuple[Listener, ...]
    watching: tuple[Listener, ...]
    """Those, and all that listen to what is watched, in order."""
    noters: tuple[Noter, ...]
    converting: tuple[Converting, ...]


def listeners(machine: Machine) -> tuple[Listener, ...]:
    """The triggers on happenings and sequences, in the order in which they fire."""
    compiled, links = machine.compiled, machine.links
    found = []
    for place, trigger in enumerate(compiled.program.triggers):
        hearing, sequence = None, machine.sequences.get(trigger.name)
        if isinstance(trigger.occurrence, OccursOn):
            happenings = trigger.occurrence.happenings
            hearing = Hearing.of(machine, f"where_{trigger.name}", happenings)
        elif sequence is None:
            continue
        condition = trigger.condition
        when = f"when_{trigger.name}"
        found.append(
            Listener(
                place,
                trigger,
                hearing,
                sequence,
                None
                if condition is None
                else compiled.condition(when, condition, links, ahead=False),
                machine.firings[trigger.name],
            )
        )
    return tuple(found)


def noters(machine: Machine) -> tuple[Noter, ...]:
    """The slots that remember changes, memory first."""
    layout = machine.compiled.layout
    remembered: list[tuple[str, Happenings, Counter | None]] = [
        *((slot, t.happenings, machine.counters[t]) for t, slot in layout.memory.items()),
        *((slot, happenings, None) for happenings, slot in layout.last.items()),
    ]
    found = []
    for slot, happenings, counter in remembered:
        if happenings.changes:
            where = happenings.where
            passes = (
                None
                if where is None
                else machine.compiled.where(f"where_{slot}", where, machine.links)
            )
            found.append(Noter(machine, slot, happenings.changes, passes, counter))
    return tuple(found)
