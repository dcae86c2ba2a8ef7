"""What changed in a step, and which triggers listen to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, assert_never

from attrs import define, field

from lifecycle_dsl.engine.counters import Counter
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.declarations import Level, Segment
from lifecycle_dsl.program.happenings import (
    Change,
    EnterSegment,
    EnterStage,
    Happenings,
    LeaveSegment,
    LeaveStage,
    LevelFalls,
    LevelRises,
    MessageSent,
)
from lifecycle_dsl.program.rules import OccursOn, Trigger
from lifecycle_dsl.program.types import BOOL, LevelType

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine

State = Any


@define
class Moment:
    """The stage before and after step 4, and the watched segments and levels that changed."""

    before: str | None
    after: str
    changed: dict[tuple[str, str], tuple[Any, Any]] = field(factory=dict)
    """By `segment` or `level` and name: what it was and what it is."""

    def has(self, change: Change) -> bool:
        """Whether such a change is among them."""
        match change:
            case EnterStage(stages):
                return self.before not in stages and self.after in stages
            case LeaveStage(stages):
                return self.before in stages and self.after not in stages
            case EnterSegment(segment):
                return self.changed.get(("segment", segment)) == (False, True)
            case LeaveSegment(segment):
                return self.changed.get(("segment", segment)) == (True, False)
            case LevelRises(level, to):
                old, new = self.changed.get(("level", level), (0, 0))
                return bool(new > old if to is None else old < to <= new)
            case LevelFalls(level, to):
                old, new = self.changed.get(("level", level), (0, 0))
                return bool(new < old if to is None else new <= to < old)
            case MessageSent():
                return False
        assert_never(change)


@define
class Listener:
    """A trigger on happenings."""

    trigger: Trigger
    events: frozenset[str]
    changes: tuple[Change, ...]
    where: Callable[[State, Any, int], Any] | None
    condition: Callable[[State, int], Any] | None
    fire: Callable[..., bool]

    def matches(self, c: State, r: Any, now: int, event: str, moment: Moment) -> bool:
        """Whether it is to fire, its frequency aside."""
        stages = self.trigger.stages
        if stages is not None and c.stage not in stages:
            return False
        at_record = event in self.events and (self.where is None or self.where(c, r, now))
        if not at_record and not self._at_change(c, now, moment):
            return False
        return self.condition is None or bool(self.condition(c, now))

    def may_match(self, event: str, moment: Moment) -> bool:
        """Whether it can match at all after this change of stage, at a record of the event."""
        stages = self.trigger.stages
        if stages is not None and moment.after not in stages:
            return False
        return event in self.events or any(moment.has(change) for change in self.changes)

    def _at_change(self, c: State, now: int, moment: Moment) -> bool:
        if not any(moment.has(change) for change in self.changes):
            return False
        return self.where is None or bool(self.where(c, None, now))


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
    """What a change from one stage to another touches, where nothing is watched."""

    moment: Moment
    listeners: tuple[Listener, ...]
    noters: tuple[Noter, ...]


def listeners(machine: Machine) -> tuple[Listener, ...]:
    """The triggers on happenings, in the order in which they fire."""
    compiled, links = machine.compiled, machine.links
    found = []
    for trigger in compiled.program.triggers:
        if not isinstance(trigger.occurrence, OccursOn):
            continue
        happenings = trigger.occurrence.happenings
        where = happenings.where
        condition = trigger.condition
        found.append(
            Listener(
                trigger,
                frozenset(happenings.events),
                happenings.changes,
                None if where is None else compiled.where(f"where_{trigger.name}", where, links),
                None
                if condition is None
                else compiled.condition(f"when_{trigger.name}", condition, links, ahead=False),
                machine.firings[trigger.name].fire,
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


def changed_slots(segments: Sequence[Segment], levels: Sequence[Level]) -> list[e.Expression]:
    """What the watched segments and levels are, as expressions, in the order of their slots."""
    return [
        *(e.SegmentRead(span=s.span, type=BOOL, segment=s.name) for s in segments),
        *(e.LevelRead(span=v.span, type=LevelType(v.name, v.labels), level=v.name) for v in levels),
    ]
