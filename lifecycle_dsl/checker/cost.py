"""What a rule set may cost: operations per event and bytes per customer, at the most.

An operation is a node of a checked expression or an entry of memory that is brought up to date;
bytes are those of the state as it is kept. Both are bounds, not measurements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from attrs import frozen

from lifecycle_dsl.checker.remembering import message_parts, moving_parts, trigger_parts
from lifecycle_dsl.checker.sizes import Item, sizes
from lifecycle_dsl.program.attributions import MOST_TOUCHES, Attribution, CustomCredit
from lifecycle_dsl.program.expressions import (
    Expression,
    LetRead,
    LevelRead,
    MemoryRead,
    SegmentRead,
    TableRead,
)
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.memory import MemoryTerm, Remembers
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    OnRecord,
    Transition,
    Trigger,
    heard_by,
)
from lifecycle_dsl.program.steps import Await, Send, all_steps
from lifecycle_dsl.program.walk import walk


@frozen
class Cost:
    """The bounds of a rule set."""

    operations: tuple[Item, ...]
    """Of each event in its worst stage, the dearest first."""
    bytes: tuple[Item, ...]
    """Of each part of a customer's state, the largest first."""

    @property
    def most_operations(self) -> int:
        """Those of the dearest event."""
        return max((item.amount for item in self.operations), default=0)

    @property
    def most_bytes(self) -> int:
        """Those of a customer all of whose memory is full."""
        return sum(item.amount for item in self.bytes)


def cost(program: Program) -> Cost:
    """What a rule set may cost."""
    weigh = _Weights(program)
    operations = [Item(event, weigh.event(event)) for event in program.events]
    size = list(sizes(program))
    return Cost(_largest_first(operations), _largest_first(size))


def _largest_first(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda item: -item.amount))


class _Weights:
    """Counts the operations of expressions, those behind names once each."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._behind: dict[Expression, int] = {}
        self._transitions: dict[int, int] = {}
        self._weights: dict[int, int] = {}
        self._events: dict[int, frozenset[str]] = {}
        self._guards = self._of(message_parts(program))
        self._watched = sum(
            self._of(level.reaches) for level in program.levels.values() if level.watched
        ) + sum(
            self._of([segment.condition])
            for segment in program.segments.values()
            if segment.watched and segment.condition is not None
        )

    def event(self, event: str) -> int:
        """The operations of a record of an event, in its worst stage."""
        of_rules = self._facts(event) + self._worst_stage(event) + self._watched
        return of_rules + self._steps(event) + self._credits(event)

    def _facts(self, event: str) -> int:
        total = 1
        for term in self._program.memory:
            total += self._heard(term.happenings, event) * 2
        for trait in self._program.traits.values():
            for fold in trait.folds:
                total += self._if_heard(fold.happenings, event, [fold.value])
        for score in self._program.scores.values():
            for line in score.lines:
                total += self._if_heard(line.happenings, event, [line.amount]) * 2
        return total

    def _worst_stage(self, event: str) -> int:
        sums = Counter[str]()
        for transition in self._program.transitions:
            amount = self._looking_at(transition, event)
            if amount:
                for stage in transition.sources:
                    sums[stage] += amount
        return max(sums.values(), default=0)

    def _looking_at(self, transition: Transition, event: str) -> int:
        moving = transition.moving
        if isinstance(moving, OnRecord) and not self._hears(moving.happenings, event):
            return 0
        if id(transition) not in self._transitions:
            guard = [] if transition.guard is None else [transition.guard]
            total = 1 + self._of(moving_parts(moving)) + self._of(guard)
            self._transitions[id(transition)] = total
        return self._transitions[id(transition)]

    def _steps(self, event: str) -> int:
        total = 0
        for trigger in self._program.triggers:
            if self._may_fire(trigger, event):
                total += 1 + self._of(trigger_parts(trigger)) + self._messages(trigger)
        return total

    def _credits(self, event: str) -> int:
        """Touches that are noted, and conversions; what changes may change at any record."""
        total = 0
        for attribution in self._program.attributions.values():
            for touch in attribution.touches:
                campaign = [] if touch.campaign is None else [touch.campaign]
                total += self._if_heard(touch.happenings, event, campaign)
            for conversion in attribution.conversions:
                happenings = conversion.happenings
                if happenings.changes or self._hears(happenings, event):
                    where = [] if happenings.where is None else [happenings.where]
                    total += 1 + self._of([*where, conversion.worth]) + self._sharing(attribution)
        return total

    def _sharing(self, attribution: Attribution) -> int:
        """Each touch that is kept is weighed."""
        match attribution.model:
            case CustomCredit(weight=weight):
                return MOST_TOUCHES * (1 + self._of([weight]))
            case _:
                return MOST_TOUCHES

    def _messages(self, trigger: Trigger) -> int:
        """Each message passes its guards; those of every channel bound those of one."""
        count = sum(isinstance(step, Send) for step in all_steps(trigger.steps))
        return count * self._guards

    def _if_heard(self, happenings: Happenings, event: str, then: Iterable[Expression]) -> int:
        heard = self._heard(happenings, event)
        return heard and heard + self._of(then)

    def _heard(self, happenings: Happenings, event: str) -> int:
        if not self._hears(happenings, event):
            return 0
        return 1 + (0 if happenings.where is None else self._of([happenings.where]))

    def _may_fire(self, trigger: Trigger, event: str) -> bool:
        """Whether a record of the event can fire it; what changes may change at any record."""
        arms = (
            arm.happenings
            for step in all_steps(trigger.steps)
            if isinstance(step, Await)
            for arm in step.arms
        )
        return any(
            self._hears(happenings, event) or bool(happenings.changes)
            for happenings in (*heard_by(trigger.occurrence), *trigger.exits, *arms)
        )

    def _hears(self, happenings: Happenings, event: str) -> bool:
        events = self._events.get(id(happenings.events))
        if events is None:
            events = self._events[id(happenings.events)] = frozenset(happenings.events)
        return event in events

    def _of(self, expressions: Iterable[Expression]) -> int:
        return sum(map(self._weight, expressions))

    def _weight(self, expression: Expression) -> int:
        known = self._weights.get(id(expression))
        if known is not None:
            return known
        total = 0
        for part in walk(expression):
            total += 1
            if isinstance(part, LetRead | LevelRead | SegmentRead):
                total += self._behind_name(part)
            elif isinstance(part, TableRead):
                total += self._look_up(part)
            elif isinstance(part, MemoryRead):
                total += _reading(part.term)
        self._weights[id(expression)] = total
        return total

    def _look_up(self, found: TableRead) -> int:
        """Each input once, all cells of all rows that ask something, the dearest result."""
        if found not in self._behind:
            self._behind[found] = 0
            table = self._program.tables[found.table]
            asked = list(table.asked(found.output))
            results = [*(result for _, result in asked), table.last(found.output)]
            self._behind[found] = (
                self._of(each.value for each in table.inputs)
                + sum(len(cell) for row, _ in asked for cell in row.cells)
                + max((self._of([each]) for each in results if each is not None), default=0)
            )
        return self._behind[found]

    def _behind_name(self, found: LetRead | LevelRead | SegmentRead) -> int:
        if found not in self._behind:
            self._behind[found] = 0
            self._behind[found] = self._of(self._values(found))
        return self._behind[found]

    def _values(self, found: LetRead | LevelRead | SegmentRead) -> tuple[Expression, ...]:
        match found:
            case LetRead(let=name):
                return (self._program.lets[name].value,)
            case LevelRead(level=name):
                return self._program.levels[name].reaches
            case SegmentRead(segment=name):
                condition = self._program.segments[name].condition
                return () if condition is None else (condition,)


def _reading(term: MemoryTerm) -> int:
    """Operations of reading a term: entries that left, or all where they must be gone through."""
    if term.remembers in (Remembers.MOST, Remembers.DISTINCT):
        return term.keep
    return 2
