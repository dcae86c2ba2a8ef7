"""What happens in a step, and whether it is what somebody listens to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, assert_never

from attrs import define, field
from msgspec import UNSET

from lifecycle_dsl.compiler.structs import attribute_of
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
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import Each

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

    def one_by_one(self) -> Iterator[Moment]:
        """Each change by itself: of the stage, of segments, of levels."""
        if self.before != self.after:
            yield Moment(self.before, self.after)
        for name, change in self.changed.items():
            yield Moment(self.after, self.after, {name: change})

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
class Hearing:
    """Happenings to listen to: `where` is looked at with the record, or without one."""

    events: frozenset[str]
    changes: tuple[Change, ...]
    where: Callable[[State, Any, int], Any] | None

    @classmethod
    def of(cls, machine: Machine, title: str, happenings: Happenings) -> Hearing:
        """Happenings of a program; the title is that of their filter."""
        where = happenings.where
        return cls(
            frozenset(happenings.events),
            happenings.changes,
            None if where is None else machine.compiled.where(title, where, machine.links),
        )

    def at_record(self, c: State, r: Any, now: int, event: str) -> bool:
        """Whether the record at hand is one of them."""
        return event in self.events and (self.where is None or bool(self.where(c, r, now)))

    def at_change(self, c: State, now: int, moment: Moment) -> bool:
        """Whether a change of the moment is one of them."""
        if not any(moment.has(change) for change in self.changes):
            return False
        return self.where is None or bool(self.where(c, None, now))

    def watches(self) -> bool:
        """Whether it listens to segments or levels."""
        return any(not isinstance(change, EnterStage | LeaveStage) for change in self.changes)

    def may_hear(self, event: str, moment: Moment) -> bool:
        """Whether it can be any of this, whatever the filter says."""
        return event in self.events or any(moment.has(change) for change in self.changes)


class Values:
    """The values by which the runs of a trigger are told apart."""

    def __init__(self, program: Program, each: Each | None) -> None:
        self._attributes: dict[str, str] = {}
        if each is None:
            return
        name, attribute = each.field_name, attribute_of(each.field_name)
        if name in ("id", "customer"):
            self._attributes = dict.fromkeys([*program.events, "profile"], name)
            return
        for event in program.events.values():
            if any(own.name == name for own in event.fields):
                self._attributes[event.name] = attribute
        if name in program.traits:
            self._attributes["profile"] = attribute

    def of(self, r: Any, event: str) -> Any:
        """The value that a record is about; None where it has none, and concerns every run."""
        attribute = self._attributes.get(event)
        value = None if attribute is None else getattr(r, attribute)
        return None if value is UNSET else value
