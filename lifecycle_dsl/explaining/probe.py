"""One customer at an instant: what any expression comes to, and what stands behind names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from attrs import frozen

from lifecycle_dsl.engine.counters import EntriesWithin, PerPeriod, left_early
from lifecycle_dsl.engine.machine import Machine
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.memory import MemoryTerm
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import Moving, OnDates, WhenTrue
from lifecycle_dsl.program.walk import children

State = Any


class _NoRecord:
    """What stands for the record where there is none: all its fields are missing."""

    def __getattr__(self, name: str) -> None:
        return None


NO_RECORD = _NoRecord()


@frozen
class Probe:
    """A customer's state as it stands, looked at from an instant not before its clock."""

    machine: Machine
    state: State
    now: int
    record: Any = NO_RECORD
    event: str = ""

    @property
    def program(self) -> Program:
        """The rules."""
        return self.machine.compiled.program

    def value(self, expression: e.Expression) -> Any:
        """What an expression comes to; None where it is missing."""
        read = self.machine.compiled.look(expression, self.machine.links)
        try:
            value = read(self.state, self.record, self.now)
        except (ArithmeticError, TypeError, ValueError):
            return None  # it is only looked at where another part allows it
        return None if value is msgspec.UNSET else value

    def holds(self, condition: e.Expression | None) -> bool:
        """Whether a condition is so; none at all always is."""
        return condition is None or bool(self.value(condition))

    def at(self, now: int) -> Probe:
        """The same state, looked at from another instant."""
        return Probe(self.machine, self.state, now, self.record, self.event)

    def copied(self) -> State:
        """The state in a copy that may be changed."""
        return msgspec.msgpack.decode(msgspec.msgpack.encode(self.state), type=self.machine.State)

    def is_truncated(self, term: MemoryTerm) -> bool:
        """Whether entries of a memory term have left its full list before their time."""
        if term in self.program.keeps:
            return False  # what is kept suffices for what is asked
        counter = self.machine.counters[term]
        slot = getattr(self.state, self.machine.compiled.layout.memory[term])
        return left_early(counter) > 0 and _is_full(counter, slot)


def _is_full(counter: Any, slot: Any) -> bool:
    """Whether a counter keeps as many entries as it can."""
    while (inner := getattr(counter, "inner", None)) is not None:
        slot = slot[1] if isinstance(counter, PerPeriod) and slot is not None else slot
        counter = inner
    keep: int | None = getattr(counter, "keep", None)
    if keep is None or slot is None:
        return False
    return len(slot[0] if isinstance(counter, EntriesWithin) else slot) >= keep


def behind(program: Program, expression: e.Expression) -> tuple[e.Expression, ...]:
    """What stands behind a name."""
    match expression:
        case e.LetRead(let=let):
            return (program.lets[let].value,)
        case e.LevelRead(level=level):
            return (program.levels[level].value,)
        case e.SegmentRead(segment=segment):
            condition = program.segments[segment].condition
            return () if condition is None else (condition,)
        case e.TableRead(table=table, output=output):
            return program.tables[table].reads(output)
        case _:
            return ()


def resolved(program: Program, expression: e.Expression) -> e.Expression:
    """An expression with the lets that it is taken away."""
    while isinstance(expression, e.LetRead):
        expression = program.lets[expression.let].value
    return expression


def all_read(program: Program, expression: e.Expression) -> Iterator[e.Expression]:
    """An expression, all that it is made of, and all that stands behind its names."""
    waiting, seen = [expression], set()
    while waiting:
        found = waiting.pop()
        if found in seen:
            continue
        seen.add(found)
        yield found
        waiting += [*children(found), *behind(program, found)]


def reads_record(program: Program, expression: e.Expression) -> bool:
    """Whether a value depends on the record at hand."""
    return any(isinstance(part, e.FieldRead) for part in all_read(program, expression))


def is_private(program: Program, expression: e.Expression, event: str = "") -> bool:
    """Whether a value tells something of a private trait or field; truth tells too little."""
    if str(expression.type) == "bool" and not isinstance(expression, e.TraitRead | e.FieldRead):
        return False
    return reads_private(program, expression, event)


def reads_private(program: Program, expression: e.Expression, event: str = "") -> bool:
    """Whether a private trait or field stands behind a value or a truth."""
    return any(_is_private(program, part, event) for part in all_read(program, expression))


def hides_time(program: Program, moving: Moving) -> bool:
    """Whether the instant at which something moves would tell something private."""
    match moving:
        case OnDates(trait=trait):
            return program.traits[trait].private
        case WhenTrue(condition=condition):
            return reads_private(program, condition)
        case _:
            return False


def _is_private(program: Program, part: e.Expression, event: str) -> bool:
    match part:
        case e.TraitRead(trait=trait):
            return program.traits[trait].private
        case e.FieldRead(name=name):
            return is_private_field(program, (event,) if event else tuple(program.events), name)
        case e.MemoryRead(term=term) if term.field_name is not None:
            return is_private_field(program, term.happenings.events, term.field_name)
        case _:
            return False


def is_private_field(program: Program, events: tuple[str, ...], name: str) -> bool:
    """Whether a field of one of some events is private."""
    if "profile" in events and name in program.traits and program.traits[name].private:
        return True
    return any(
        field.name == name and field.private
        for event in events
        if event in program.events
        for field in program.events[event].fields
    )
