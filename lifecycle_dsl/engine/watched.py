"""The watched segments and levels: what each was found as, and whether it has changed."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import TYPE_CHECKING, Any

from lifecycle_dsl.compiler.layout import watched_slot
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.declarations import Level, Segment
from lifecycle_dsl.program.types import BOOL, LevelType

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine

State = Any


class Watched:
    """What one engine watches."""

    def __init__(self, machine: Machine) -> None:
        program = machine.compiled.program
        segments = [s for s in program.segments.values() if s.watched and s.condition is not None]
        levels = [level for level in program.levels.values() if level.watched]
        self.items = [
            *(("segment", s.name, watched_slot("segment", s.name)) for s in segments),
            *(("level", level.name, watched_slot("level", level.name)) for level in levels),
        ]
        """`segment` or `level`, the name, and the slot of what it was found as."""
        self._values: Callable[[State, int], tuple[Any, ...]] = _nothing
        if self.items:
            span = (segments or levels)[0].span
            reads = changed_slots(segments, levels)
            self._values = machine.compiled.values("watched", reads, span, machine.links)

    def has_changed(self, c: State, now: int) -> bool:
        """Whether something is not what it was found as."""
        for (_, _, slot), value in zip(self.items, self._values(c, now), strict=True):
            if getattr(c, slot) != value:
                return True
        return False

    def values(self, c: State, now: int) -> dict[str, Any]:
        """What everything is, by the slot of what it was found as."""
        slots = (slot for _, _, slot in self.items)
        return dict(zip(slots, self._values(c, now), strict=True))

    def take(self, c: State, now: int, slots: Container[str] | None = None) -> None:
        """Take everything as it is found, or what is kept in some slots."""
        for (_, _, slot), value in zip(self.items, self._values(c, now), strict=True):
            if slots is None or slot in slots:
                setattr(c, slot, value)

    def take_up(self, c: State, now: int) -> dict[tuple[str, str], tuple[Any, Any]]:
        """What has changed, by kind and name: what it was and what it is; taken up as it is."""
        changed: dict[tuple[str, str], tuple[Any, Any]] = {}
        for (kind, name, slot), value in zip(self.items, self._values(c, now), strict=True):
            old = getattr(c, slot)
            if old != value:
                changed[kind, name] = (old, value)
                setattr(c, slot, value)
                c.steady_until = 0
        return changed


def _nothing(_c: State, _now: int) -> tuple[Any, ...]:
    return ()


def changed_slots(segments: Sequence[Segment], levels: Sequence[Level]) -> list[e.Expression]:
    """What the watched segments and levels are, as expressions, in the order of their slots."""
    return [
        *(e.SegmentRead(span=s.span, type=BOOL, segment=s.name) for s in segments),
        *(e.LevelRead(span=v.span, type=LevelType(v.name, v.labels), level=v.name) for v in levels),
    ]
