"""A checked program as text: canonical, so that two programs have one text only if they are one.

It is what `lcr check --emit program` prints and what a fingerprint is made of: names resolved,
groups and units spelt out, no comments, tests or promises. It is not a rule file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.localtime import duration_literal, format_date
from lifecycle_dsl.program import declarations as d
from lifecycle_dsl.program import rules as r
from lifecycle_dsl.program import tables as t
from lifecycle_dsl.program.attribution_text import attribution_lines
from lifecycle_dsl.program.expression_text import (
    expression_text,
    happenings_text,
    memory_text,
    value_text,
)
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.message_text import message_lines
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.trigger_text import dates_text, trigger_lines
from lifecycle_dsl.program.types import Field, ListType, RecordType, Type

UNCLAMPED = 1e30
"""Where every score stops."""


def program_text(program: Program) -> str:
    """The whole program, a declaration or a line of one on each line."""
    return "".join(f"{line}\n" for line in _lines(program))


def _lines(program: Program) -> Iterator[str]:
    yield f"lifecycle {program.lifecycle}"
    yield f"timezone {program.timezone}"
    if program.dedupe is not None:
        yield f"dedupe {duration_literal(program.dedupe)}"
    yield from _facts(program)
    yield from _values(program)
    yield from _outside(program)
    for term in program.memory:
        yield f"memory {memory_text(term)}: {term.result}"
    yield from _ways(program)
    for trigger in program.triggers:
        yield from trigger_lines(trigger)
    for attribution in program.attributions.values():
        yield from attribution_lines(attribution)
    for stage, other in program.retired.items():
        yield f"retired {stage} -> {other}"
    for old, new in program.retired_steps.items():
        yield f"retired {'.'.join(old)} -> {'.'.join(new)}"


def _facts(program: Program) -> Iterator[str]:
    for event in program.events.values():
        yield f"event {_named(event)}{_fields(event.fields)}"
    for trait in program.traits.values():
        yield from _trait(trait)
    for score in program.scores.values():
        yield from _score(score)


def _values(program: Program) -> Iterator[str]:
    for let in program.lets.values():
        yield f"let {_named(let)} = {expression_text(let.value)}"
    for level in program.levels.values():
        yield from _level(level)
    for segment in program.segments.values():
        yield from _segment(segment)
    for param in program.params.values():
        yield _param(param)
    for season in program.seasons.values():
        ranges = (f"{format_date(first)} to {format_date(last)}" for first, last in season.ranges)
        yield f"season {_named(season)} = {', '.join(ranges)}"
    for table in program.tables.values():
        yield from _table(table)


def _outside(program: Program) -> Iterator[str]:
    for action in program.actions.values():
        yield f"action {_named(action)}{_fields(action.fields)}"
    yield from message_lines(program)


def _named(declaration: d.Declaration) -> str:
    was = "" if declaration.was is None else f" was {declaration.was}"
    return f"{declaration.name}{was}"


def _fields(fields: Iterable[Field]) -> str:
    shown = ", ".join(map(_field, fields))
    return f" {{ {shown} }}" if shown else ""


def _field(field: Field) -> str:
    default = "" if field.default is None else f" = {value_text(field.default, field.type)}"
    private = " private" if field.private else ""
    kind = f"{type_text(field.type)}{'?' if field.optional else ''}"
    return f"{field.name}: {kind}{private}{default}"


def type_text(kind: Type) -> str:
    """A type with all of its bounds."""
    if not isinstance(kind, ListType):
        return str(kind)
    element = kind.element
    if isinstance(element, RecordType):
        return f"list of {{ {', '.join(map(_field, element.fields))} }} up to {kind.up_to}"
    return f"list of {element} up to {kind.up_to}"


def _trait(trait: d.Trait) -> Iterator[str]:
    field = Field(trait.name, trait.type, trait.optional, trait.default, trait.private)
    was = "" if trait.was is None else f" was {trait.was}"
    yield f"trait {_field(field)}{was}"
    for fold in trait.folds:
        late = "  # takes late records" if fold.reads_itself else ""
        yield f"  on {happenings_text(fold.happenings)}: {expression_text(fold.value)}{late}"


def _score(score: d.Score) -> Iterator[str]:
    yield f"score {_named(score)}"
    if score.half_life is not None:
        yield f"  half-life {duration_literal(score.half_life)}"
    if score.fade is not None:
        yield f"  fade {expression_text(score.fade)}"
    if score.low > -UNCLAMPED:
        yield f"  at least {format_number(score.low)}"
    if score.high < UNCLAMPED:
        yield f"  at most {format_number(score.high)}"
    for line in score.lines:
        yield f"  on {happenings_text(line.happenings)}: {expression_text(line.amount)}"


def _level(level: d.Level) -> Iterator[str]:
    watched = " watched" if level.watched else ""
    yield f"level {_named(level)} = {expression_text(level.value)}{watched}"
    yield f"  {level.labels[0]}"
    for label, reached in zip(level.labels[1:], level.reaches, strict=True):
        yield f"  {label} when {expression_text(reached)}"


def _segment(segment: d.Segment) -> Iterator[str]:
    condition = "" if segment.condition is None else f" = {expression_text(segment.condition)}"
    yield f"segment {_named(segment)}{condition}{' watched' if segment.watched else ''}"


def _param(param: d.Param) -> str:
    text = f"param {_named(param)} = {value_text(param.value, param.type)}"
    if param.tune is not None:
        low, high, step = (value_text(each, param.type) for each in param.tune)
        text += f" tune {low} to {high} step {step}"
    cases = "  ".join(f"{name}: {value_text(value, param.type)}" for name, value in param.cases)
    return f"{text} {{ {cases} }}" if cases else text


def _table(table: t.Table) -> Iterator[str]:
    inputs = ", ".join(expression_text(each.value) for each in table.inputs)
    outputs = ", ".join(map(_field, table.outputs))
    yield f"table {_named(table)} ({inputs}) -> {outputs}"
    yield f"  {table.mode.value}"
    for row in table.rows:
        cells = ", ".join(
            _cell(cell, each) for cell, each in zip(row.cells, table.inputs, strict=True)
        )
        yield f"  row {cells} => {_results(row.results)}"
    if table.otherwise is not None:
        yield f"  otherwise => {_results(table.otherwise)}"


def _cell(cell: t.Cell, given: t.Input) -> str:
    return " | ".join(_choice(choice, given.value.type) for choice in cell) or "-"


def _choice(choice: t.Choice, kind: Type) -> str:
    match choice:
        case t.Is(values=values, negated=negated):
            listed = ", ".join(value_text(value, kind) for value in values)
            shown = listed if len(values) == 1 else f"({listed})"
            return f"not {shown}" if negated else shown
        case t.Range(low=low, high=high):
            ends = ("" if end is None else value_text(end, kind) for end in (low, high))
            opening, closing = (
                "[" if choice.includes_low else "(",
                "]" if choice.includes_high else ")",
            )
            return f"{opening}{'..'.join(ends)}{closing}"


def _results(results: t.Results) -> str:
    return ", ".join("-" if result is None else expression_text(result) for result in results)


def _ways(program: Program) -> Iterator[str]:
    if program.start:
        yield "start"
    for placing in program.start:
        yield f"  -> {placing.target}{_when(placing.condition)}"
    for stage in program.stages.values():
        yield f"stage {_named(stage)}"
    for transition in program.transitions:
        yield f"transition {transition.rule}"
        yield f"  from {', '.join(transition.sources)}"
        yield f"  {_moving(transition.moving)}{_when(transition.guard)}"


def _when(condition: Expression | None) -> str:
    return "" if condition is None else f" when {expression_text(condition)}"


def _moving(moving: r.Moving) -> str:
    match moving:
        case r.OnRecord(happenings=happenings):
            return f"on {happenings_text(happenings)}"
        case r.WhenTrue(condition=condition):
            return f"when {expression_text(condition)}"
        case r.AtPoints(reached=reached):
            return f"at {expression_text(reached)}"
        case r.After(micros=micros, without=without):
            silent = "" if without is None else f" without {happenings_text(without)}"
            return f"after {duration_literal(micros)}{silent}"
        case r.OnDates():
            return f"on {dates_text(moving)}"
