"""Witnesses: a customer and what happens to them, as a `test` block that shows a finding.

A witness is only made where it is sure to come out as it says; whoever pastes it into the file sees
it pass, and what it expects is the fault.
"""

from __future__ import annotations

from collections.abc import Iterable

from lifecycle_dsl.localtime import Zone, zone
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.types import (
    BOOL,
    DATE,
    DURATION,
    MONEY,
    NUMBER,
    TEXT,
    TIME,
    Field,
    Labels,
    ListType,
    Plain,
    Type,
)

_VALUES: dict[Type, str] = {
    NUMBER: "1",
    MONEY: "1",
    DURATION: "1d",
    TIME: "2026-01-05T12:00Z",
    DATE: "2026-01-05",
    TEXT: '"a"',
    BOOL: "true",
}


def witness(title: str, steps: Iterable[str | None]) -> tuple[str, ...]:
    """The note with the test; nothing where a step cannot be written."""
    written = list(steps)
    if None in written:
        return ()
    body = "  ".join(step for step in written if step)
    return (f'to see it: test "{title}" {{ {body} }}',)


def zone_of(program: Program) -> Zone:
    """The zone of a customer of whom nothing is known."""
    trait = program.traits.get("zone")
    own = zone(trait.default) if trait is not None and isinstance(trait.default, str) else None
    found = own or zone(program.timezone)
    assert found is not None  # noqa: S101 — the checker knows the zone of the file
    return found


def record(program: Program, event: str) -> str | None:
    """A record of an event with the fields that it needs; None where one cannot be written."""
    if event not in program.events:
        return None
    needed = [f for f in program.events[event].fields if not f.optional and f.default is None]
    values = [(field.name, _value(field)) for field in needed]
    if any(value is None for _, value in values):
        return None
    given = ", ".join(f"{name}: {value}" for name, value in values)
    return f"on {event} {{ {given} }}" if given else f"on {event}"


def _value(field: Field) -> str | None:
    match field.type:
        case Labels(labels=labels):
            return labels[0]
        case ListType(element=Plain()):
            return '["a"]'
        case kind:
            return _VALUES.get(kind)
