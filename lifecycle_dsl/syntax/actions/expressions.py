"""Everything that has a value."""

from __future__ import annotations

from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax.actions.builder import (
    Action,
    Builder,
    Parts,
    gathered,
    micros,
    node,
    only,
)


def _binary(operator: str) -> Action:
    def build(b: Builder, span: Span, parts: Parts) -> n.Binary:
        left, right = parts[0], parts[-1]
        start, end = left.span.end, right.span.start
        gap = b.source.text[start:end]
        if "#" not in gap and operator in gap:
            start += gap.index(operator)
            end = start + len(operator)
        return n.Binary(span, operator, left, right, Span(b.source, start, end))

    return build


def _compared(b: Builder, span: Span, parts: Parts) -> n.Binary:
    left, (operator, at), right = parts
    if operator in {"==", "!="}:
        b.not_null(left, right)
    return n.Binary(span, operator, left, right, at)


def _comparison(operator: str) -> Action:
    return lambda b, span, parts: (operator, span)


def _is_one_of(b: Builder, span: Span, parts: Parts) -> n.IsOneOf:
    return n.IsOneOf(span, parts[0], b.negated(parts), tuple(parts[2:]))


def _is_present(b: Builder, span: Span, parts: Parts) -> n.IsPresent:
    return n.IsPresent(span, parts[0], b.negated(parts))


def _unary(operator: str) -> Action:
    return lambda b, span, parts: n.Unary(span, operator, parts[-1])


def _name_read(b: Builder, span: Span, parts: Parts) -> n.NameRead:
    return n.NameRead(span, b.plain(parts[0]))


def _member(b: Builder, span: Span, parts: Parts) -> n.Member:
    return n.Member(span, parts[0].name, b.plain(parts[1]))


def _call(b: Builder, span: Span, parts: Parts) -> n.Call:
    return n.Call(span, parts[0].name, b.many(parts[1:]))


def _memory_of(b: Builder, span: Span, parts: Parts) -> n.Memory:
    function, happenings, window, keep = parts
    return n.Memory(span, b.plain(function), None, happenings, window, keep)


def _memory_field(b: Builder, span: Span, parts: Parts) -> n.Memory:
    function, field, happenings, window, keep = parts
    return n.Memory(span, b.plain(function), b.plain(field), happenings, window, keep)


def _keep(b: Builder, span: Span, parts: Parts) -> int | None:
    return b.whole(parts[0])


ACTIONS: dict[str, Action] = {
    "conditional": node(n.Conditional),
    "either": _binary("or"),
    "both": _binary("and"),
    "negation": _unary("not"),
    "compared": _compared,
    "equal": _comparison("=="),
    "not_equal": _comparison("!="),
    "less": _comparison("<"),
    "at_most": _comparison("<="),
    "greater": _comparison(">"),
    "at_least": _comparison(">="),
    "contains": _comparison("contains"),
    "starts_with": _comparison("starts with"),
    "ends_with": _comparison("ends with"),
    "is_one_of": _is_one_of,
    "is_present": _is_present,
    "default": node(n.Default),
    "add": _binary("+"),
    "subtract": _binary("-"),
    "multiply": _binary("*"),
    "divide": _binary("/"),
    "negative": _unary("-"),
    "power": _binary("^"),
    "number": only,
    "duration": only,
    "text": only,
    "date": only,
    "instant": only,
    "true": lambda b, span, parts: n.Boolean(span, value=True),
    "false": lambda b, span, parts: n.Boolean(span, value=False),
    "bracketed": node(n.Bracketed),
    "name": _name_read,
    "member": _member,
    "call": _call,
    "points": node(n.Points),
    "list_literal": gathered(n.ListLiteral),
    "record_literal": gathered(n.RecordLiteral),
    "record_field": node(n.RecordField),
    "memory_of": _memory_of,
    "memory_field": _memory_field,
    "span_within": micros(n.Within),
    "span_this": node(n.This),
    "keep": _keep,
    "fact_sent": node(n.FactSent),
    "fact_held": gathered(n.FactHeld),
    "fact_fired": node(n.FactFired),
    "fact_called": node(n.FactCalled),
    "fact_credited": node(n.FactCredited),
    "fact_joined": node(n.FactJoined),
    "fact_left": node(n.FactLeft),
    "fact_entered": node(n.FactEntered),
    "fact_stage": lambda b, span, parts: n.FactStage(span, b.plain(parts[1])),
}
