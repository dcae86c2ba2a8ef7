"""What happens in a step: the record at hand, and changes of stage, segments and levels."""

from __future__ import annotations

from dataclasses import dataclass

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
from lifecycle_dsl.program.memory import MemoryTerm
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import After, OccursAfter
from tests.reference.customer import Moment, Value
from tests.reference.evaluate import holds, inside, rank
from tests.reference.memory import append


@dataclass(frozen=True)
class StageMoved:
    """From a stage (None at the start) to another."""

    before: str | None
    after: str


@dataclass(frozen=True)
class SegmentTurned:
    """A computed segment's truth is another."""

    segment: str
    holds: bool


@dataclass(frozen=True)
class LevelMoved:
    """A level's rank is another."""

    level: str
    before: int
    after: int


@dataclass(frozen=True)
class Sent:
    """A message went out."""

    channel: str
    topic: str | None
    template: str


Arising = StageMoved | SegmentTurned | LevelMoved | Sent


def record_matches(m: Moment, happenings: Happenings) -> bool:
    """Whether the record at hand is one of these events and `where` holds."""
    if m.record is None or m.record.event not in happenings.events:
        return False
    return holds(m.reading(m.record), happenings.where)


def change_matches(m: Moment, happenings: Happenings, arising: Arising) -> bool:
    """Whether something that arose is one of these changes and `where` holds without a record."""
    listed = any(is_one(change, arising) for change in happenings.changes)
    return listed and holds(m.without_record(), happenings.where)


def is_one(change: Change, arising: Arising) -> bool:
    """Whether what arose is the change that a rule names."""
    match change, arising:
        case EnterStage(stages), StageMoved(before, after):
            return after in stages and before not in stages
        case LeaveStage(stages), StageMoved(before, after):
            return before in stages and after not in stages
        case EnterSegment(segment), SegmentTurned():
            return segment == arising.segment and arising.holds
        case LeaveSegment(segment), SegmentTurned():
            return segment == arising.segment and not arising.holds
        case LevelRises(level, to), LevelMoved(_, before, after):
            up = after > before and (to is None or before < to <= after)
            return level == arising.level and up
        case LevelFalls(level, to), LevelMoved(_, before, after):
            down = after < before and (to is None or before > to >= after)
            return level == arising.level and down
        case MessageSent(channel, topic, template), Sent():
            return (
                channel in {None, arising.channel}
                and topic in {None, arising.topic}
                and template in {None, arising.template}
            )
        case _:
            return False


def watched(program: Program) -> list[Segment | Level]:
    """The watched segments, then the watched levels, each in file order."""
    every: list[Segment | Level] = [*program.segments.values(), *program.levels.values()]
    return [declared for declared in every if declared.watched]


def watch_value(m: Moment, declared: Segment | Level) -> Value:
    """The truth of a segment, the rank of a level, as they are now."""
    if isinstance(declared, Segment):
        return inside(m.without_record(), declared) is True
    return rank(m.without_record(), declared) or 0


def watched_now(m: Moment) -> dict[str, Value]:
    """Truth and rank of all that is watched."""
    return {declared.name: watch_value(m, declared) for declared in watched(m.program)}


def compare_watched(m: Moment) -> list[Arising]:
    """What differs from what was remembered; then remember it as it is."""
    arose: list[Arising] = []
    now = watched_now(m)
    for name, value in now.items():
        before = m.customer.remembered[name]
        if value != before:
            arose.append(
                SegmentTurned(name, value)
                if name in m.program.segments
                else LevelMoved(name, before, value)
            )
    m.customer.remembered = now
    return arose


def note_record(m: Moment) -> None:
    """Let memory include the record at hand."""
    for term in m.program.memory:
        if record_matches(m, term.happenings):
            assert m.record is not None
            note(m, term, m.record.fields.get(term.field_name or ""))


def note_changes(m: Moment, arose: list[Arising]) -> None:
    """Let memory, and what waits for silence, include what arose."""
    for arising in arose:
        for term in m.program.memory:
            if change_matches(m, term.happenings, arising):
                note(m, term, None)
        for rule, without in rules_without(m):
            if change_matches(m, without, arising):
                m.customer.last_seen.setdefault(rule, []).append(m.now)


def note(m: Moment, term: MemoryTerm, value: Value) -> None:
    """Append an entry; one whose field is missing is none."""
    if term.field_name is None or value is not None:
        append(m, term, value)


def note_silence_broken(m: Moment) -> None:
    """Note the record at hand for the rules that wait for silence."""
    for rule, without in rules_without(m):
        if record_matches(m, without):
            m.customer.last_seen.setdefault(rule, []).append(m.now)


def rules_without(m: Moment) -> list[tuple[str, Happenings]]:
    """Each rule with a `without`, and what stands there."""
    of_transitions = [
        (rule.rule, rule.moving.without)
        for rule in m.program.transitions
        if isinstance(rule.moving, After) and rule.moving.without is not None
    ]
    of_triggers = [
        (trigger.name, trigger.occurrence.without)
        for trigger in m.program.triggers
        if isinstance(trigger.occurrence, OccursAfter)
    ]
    return of_transitions + of_triggers
