"""How many bytes a customer's state may take: each part of it, at the most."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from lifecycle_dsl.checker.remembering import own_guards, trigger_parts
from lifecycle_dsl.program.attributions import MOST_TOUCHES, Attribution
from lifecycle_dsl.program.expressions import Constant, Expression, FieldRead, TextJoin
from lifecycle_dsl.program.memory import Ever, MemoryTerm, Remembers, Rolling
from lifecycle_dsl.program.messages import Cap
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    Frequency,
    OccursAbsence,
    OccursSequence,
    Trigger,
    heard_by,
)
from lifecycle_dsl.program.steps import Await, Send, Wait, WaitUntil, all_steps
from lifecycle_dsl.program.types import TEXT, ListType, Type
from lifecycle_dsl.program.walk import walk

NUMBER_BYTES = 8
LONGEST_TEXT = 4_096
LONGEST_NAME = 64
RUN_BYTES = 8 * NUMBER_BYTES
"""Of a run: its step, four instants and three numbers."""
IDS = 256
"""Ids that `dedupe` remembers, each a hash and an instant."""


@frozen
class Item:
    """A part of a cost: what it is of, in the user's words."""

    what: str
    amount: int


def sizes(program: Program) -> Iterator[Item]:
    """What each part of a customer's state takes when all of it is full."""
    yield Item("stage, clock and entries into sets of stages", 6 * NUMBER_BYTES + _sets(program))
    for trait in program.traits.values():
        yield Item(f"trait {trait.name}", NUMBER_BYTES + _value_bytes(trait.type))
    for score in program.scores.values():
        yield Item(f"score {score.name}", NUMBER_BYTES)
    for term in program.memory:
        yield Item(term.text, _term_bytes(term))
    yield from _of_rules(program)
    for name, segment in program.segments.items():
        if segment.condition is None or segment.watched:
            yield Item(f"segment {name}", 1)
    for name, level in program.levels.items():
        if level.watched:
            yield Item(f"level {name}", 1)
    if program.dedupe is not None:
        yield Item("dedupe", IDS * 2 * NUMBER_BYTES)


def _of_rules(program: Program) -> Iterator[Item]:
    for trigger in program.triggers:
        for frequency in trigger.frequencies:
            yield Item(f"trigger {trigger.name}", _frequency_bytes(frequency))
        if (size := _run_bytes(program, trigger)) > 0:
            yield Item(f"runs of {trigger.name}", size)
    for cap in caps_of(program):
        yield Item(cap.key, _span_bytes(cap.count, cap.per))
    for name, attribution in program.attributions.items():
        yield Item(f"touches of {name}", MOST_TOUCHES * _touch_bytes(program, attribution))


def _touch_bytes(program: Program, attribution: Attribution) -> int:
    """An instant and a channel; a campaign if any line gives one, or a trigger and a template."""
    given = [touch.campaign.type for touch in attribution.touches if touch.campaign is not None]
    largest = max(map(_value_bytes, given), default=NUMBER_BYTES)
    if attribution.sends:
        steps = (step for trigger in program.triggers for step in all_steps(trigger.steps))
        templates = [_template_bytes(step.template) for step in steps if isinstance(step, Send)]
        largest = max(largest, NUMBER_BYTES + max(templates, default=NUMBER_BYTES))
    return 2 * NUMBER_BYTES + largest


def _template_bytes(template: Expression) -> int:
    """A template's name; one that is not computed is there once for all."""
    if isinstance(template, Constant):
        return NUMBER_BYTES
    parts = template.parts if isinstance(template, TextJoin) else (template,)
    lengths = (
        len(part.encode())
        if isinstance(part, str)
        else LONGEST_TEXT
        if part.type == TEXT
        else LONGEST_NAME
        for part in parts
    )
    return min(LONGEST_TEXT, sum(lengths))


def _sets(program: Program) -> int:
    return NUMBER_BYTES * sum(transition.is_from_rule for transition in program.transitions)


def _term_bytes(term: MemoryTerm) -> int:
    keeps_entries = isinstance(term.window, Rolling) or term.remembers in (
        Remembers.MOST,
        Remembers.DISTINCT,
    )
    value = 0
    if term.field_name is not None or term.by_day:
        value = _value_bytes(term.result)
    if not keeps_entries:
        return NUMBER_BYTES + value + (0 if isinstance(term.window, Ever) else NUMBER_BYTES)
    return term.keep * (NUMBER_BYTES + value)


def _frequency_bytes(frequency: Frequency) -> int:
    return _span_bytes(frequency.count, frequency.per)


def _span_bytes(count: int, per: object) -> int:
    """Instants of a rolling span; else a period and a number."""
    return (count if isinstance(per, int) else 2) * NUMBER_BYTES


def caps_of(program: Program) -> Iterator[Cap]:
    """Every cap: of channels, of topics, of the file."""
    for guards in own_guards(program):
        yield from guards.caps
    yield from program.message_guards.caps


def _run_bytes(program: Program, trigger: Trigger) -> int:
    """Of the runs and armings of a trigger: where each stands, and the fields it keeps."""
    waits = any(
        isinstance(step, Wait | WaitUntil | Await | Send) for step in all_steps(trigger.steps)
    )
    arms = isinstance(trigger.occurrence, OccursAbsence | OccursSequence)
    if not waits and not arms:
        return 0
    heard = {event for happenings in heard_by(trigger.occurrence) for event in happenings.events}
    read = {
        part.name
        for expression in trigger_parts(trigger)
        for part in walk(expression)
        if isinstance(part, FieldRead)
    }
    kept = [
        sum(_value_bytes(f.type) for f in program.events[event].fields if f.name in read)
        for event in heard
        if event in program.events
    ]
    runs = 1 if trigger.each is None else trigger.each.up_to
    return runs * (waits + arms) * (RUN_BYTES + max(kept, default=0))


def _value_bytes(kind: Type) -> int:
    if kind == TEXT:
        return LONGEST_TEXT
    if isinstance(kind, ListType):
        return kind.up_to * LONGEST_TEXT
    return NUMBER_BYTES
