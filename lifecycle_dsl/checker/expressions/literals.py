"""Literals: numbers, durations, dates, texts and lists as written."""

from __future__ import annotations

from lifecycle_dsl.checker.expressions import records
from lifecycle_dsl.checker.expressions.applying import constant
from lifecycle_dsl.checker.expressions.fitting import common, is_textual, unknown_label
from lifecycle_dsl.checker.expressions.place import Elaborator, Place
from lifecycle_dsl.checker.problems import expressions as problems
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.types import (
    BOOL,
    DATE,
    DURATION,
    NUMBER,
    TEXT,
    TIME,
    Labels,
    LevelType,
    ListType,
    RecordType,
    StageType,
    Type,
)
from lifecycle_dsl.syntax import nodes

Literal = nodes.Number | nodes.Duration | nodes.Date | nodes.Instant | nodes.Boolean


def literal(node: Literal) -> e.Constant:
    """A single value as written."""
    match node:
        case nodes.Number(value=value):
            return constant(node.span, NUMBER, value)
        case nodes.Duration(micros=micros):
            return constant(node.span, DURATION, micros)
        case nodes.Date(day=day):
            return constant(node.span, DATE, day)
        case nodes.Instant(micros=micros):
            return constant(node.span, TIME, micros)
        case nodes.Boolean(value=value):
            return constant(node.span, BOOL, value)


def text(checker: Elaborator, node: nodes.Text, place: Place) -> e.Expression | None:
    """A text, put together from pieces and values written out; or a label in quotes."""
    fixed = node.fixed
    if fixed is not None:
        return _fixed_text(checker, node, fixed, place)
    parts: list[str | e.Expression] = []
    wrong = False
    for part in node.parts:
        if isinstance(part, str):
            parts.append(part)
            continue
        found = checker.infer(part, place.wanting(None))
        if found is None:
            wrong = True
        elif isinstance(found.type, ListType):
            checker.report(problems.not_written_out(part.span, found.type))
            wrong = True
        else:
            parts.append(found)
    if wrong:
        return None
    missing = any(part.may_miss for part in parts if isinstance(part, e.Expression))
    return e.TextJoin(span=node.span, may_miss=missing, parts=tuple(parts))


def _fixed_text(
    checker: Elaborator, node: nodes.Text, fixed: str, place: Place
) -> e.Expression | None:
    match place.expected:
        case Labels() as labels if fixed in labels.labels:
            return constant(node.span, labels, fixed)
        case StageType() if fixed in checker.names.stages:
            return constant(node.span, place.expected, fixed)
        case LevelType(labels=labels) as level if fixed in labels:
            return constant(node.span, level, labels.index(fixed))
        case StageType():
            checker.report(unknown_label(checker, node.span, fixed, checker.names.stages))
            return None
        case LevelType(labels=labels):
            checker.report(unknown_label(checker, node.span, fixed, labels))
            return None
        case _:
            return constant(node.span, TEXT, fixed)


def list_literal(checker: Elaborator, node: nodes.ListLiteral, place: Place) -> e.Expression | None:
    """A list of texts, or of records where such is wanted."""
    match place.expected:
        case ListType(element=RecordType() as element, up_to=up_to):
            return records.list_of_records(checker, node, element, up_to, place)
        case _:
            return _list_of_texts(checker, node, place)


def record_out_of_place(_checker: Elaborator, node: nodes.RecordLiteral, _place: Place) -> None:
    """A record in a list of something else."""
    _checker.report(problems.record_not_wanted(node.span))


def _list_of_texts(
    checker: Elaborator, node: nodes.ListLiteral, place: Place
) -> e.Expression | None:
    items: list[e.Expression] = []
    wrong = False
    for item in node.items:
        found = checker.infer(item, place.wanting(None))
        if found is None:
            wrong = True
        elif not (is_textual(found.type) or isinstance(found.type, StageType)):
            checker.report(problems.type_mismatch(item.span, found.type, "text"))
            wrong = True
        else:
            items.append(found)
    if wrong:
        return None
    list_type = ListType(TEXT, len(items))
    if place.expected is not None and isinstance(common(list_type, place.expected), ListType):
        list_type = ListType(TEXT, max(len(items), _up_to(place.expected)))
    missing = any(item.may_miss for item in items)
    if all(isinstance(item, e.Constant) for item in items):
        values = tuple(item.value for item in items if isinstance(item, e.Constant))
        return constant(node.span, list_type, values)
    return e.ListOf(span=node.span, type=list_type, may_miss=missing, items=tuple(items))


def _up_to(type_: Type) -> int:
    return type_.up_to if isinstance(type_, ListType) else 0
