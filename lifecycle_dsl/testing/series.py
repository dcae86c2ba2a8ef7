"""A series of records of one customer, and the same as a test that can be put into the file."""

from __future__ import annotations

from attrs import field, frozen

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.localtime import duration_literal, format_date, format_instant
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.program.expression_text import quoted
from lifecycle_dsl.program.types import DATE, DURATION, TEXT, TIME, ListType, Type
from lifecycle_dsl.source import Source, Span


@frozen
class Value:
    """A field of a record; `needed` if it cannot be left out."""

    name: str
    type: Type
    value: object
    needed: bool = field(default=True, eq=False)


@frozen
class Input:
    """So much later, a record; without an event, only time goes by."""

    gap: int
    """Microseconds."""
    event: str | None
    fields: tuple[Value, ...] = ()


Series = tuple[Input, ...]


def as_test(series: Series, title: str, name: str) -> t.Test:
    """The test that does the same; its text stands in a source of its own, called `name`."""
    lines: list[str] = [f"test {quoted(title)} {{"]
    for each in series:
        if each.gap:
            lines.append(f"  wait {duration_literal(each.gap)}")
        if each.event is not None:
            lines.append(f"  on {each.event}{_data(each.fields)}")
    source = Source(name, "\n".join([*lines, "}"]) + "\n")
    steps: list[t.TestStep] = []
    line = 2
    for each in series:
        if each.gap:
            steps.append(t.Pass(span=_line(source, line), micros=each.gap))
            line += 1
        if each.event is not None:
            fields = tuple((one.name, one.type, one.value) for one in each.fields)
            steps.append(t.On(span=_line(source, line), event=each.event, fields=fields))
            line += 1
    return t.Test(span=Span(source, 0, len(source.text)), title=title, steps=tuple(steps))


def _line(source: Source, line: int) -> Span:
    start = source.line_start(line)
    text = source.line_text(line)
    return Span(source, start + len(text) - len(text.lstrip()), start + len(text))


def _data(fields: tuple[Value, ...]) -> str:
    entries = ", ".join(f"{one.name}: {literal(one.value, one.type)}" for one in fields)
    return f" {{ {entries} }}" if entries else ""


def literal(value: object, kind: Type) -> str:
    """A value as a test writes it."""
    if isinstance(value, tuple) and isinstance(kind, ListType):
        return f"[{', '.join(literal(each, TEXT) for each in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value) if kind == TEXT else value
    if isinstance(value, int) and kind == DURATION:
        return duration_literal(value)
    if isinstance(value, int) and kind == TIME:
        return format_instant(value)
    if isinstance(value, int) and kind == DATE:
        return format_date(value)
    assert isinstance(value, int | float)  # noqa: S101 — all other kinds stand above
    return format_number(value)
