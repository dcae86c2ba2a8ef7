"""Checked expressions as text: every name with what it is of, every operator in brackets."""

from __future__ import annotations

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.localtime import duration_literal, format_date, format_instant
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program import happenings as h
from lifecycle_dsl.program.memory import Calendar, MemoryTerm, Rolling
from lifecycle_dsl.program.types import (
    BOOL,
    DATE,
    DURATION,
    MONEY,
    TEXT,
    TIME,
    LevelType,
    ListType,
    RecordType,
    Type,
)

_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "{": "{{", "}": "}}"})


def quoted(text: str) -> str:
    """A text in quotes."""
    return f'"{text.translate(_QUOTED)}"'


def value_text(value: object, kind: Type) -> str:
    """A value of a type, as a rule file writes it."""
    if value is None:
        return "missing"
    if isinstance(value, tuple) and isinstance(kind, ListType):
        if isinstance(kind.element, RecordType):
            return f"[{', '.join(_record_text(each, kind.element) for each in value)}]"
        return f"[{', '.join(value_text(each, kind.element) for each in value)}]"
    if isinstance(value, str):
        return quoted(value) if kind == TEXT else value
    if isinstance(kind, LevelType) and isinstance(value, int):
        return kind.labels[value]
    if kind == BOOL:
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _quantity(value, kind)
    return quoted(str(value))


def _record_text(value: dict[str, object], kind: RecordType) -> str:
    """A record of a list; what is missing is left out."""
    there = [field for field in kind.fields if value[field.name] is not None]
    fields = ", ".join(f"{each.name}: {value_text(value[each.name], each.type)}" for each in there)
    return f"{{ {fields} }}" if fields else "{}"


def _quantity(value: float, kind: Type) -> str:
    if kind == DURATION:
        return duration_literal(int(value))
    if kind == TIME:
        return format_instant(int(value))
    if kind == DATE:
        return format_date(int(value))
    return f"{format_number(value)}{' money' if kind == MONEY else ''}"


def expression_text(found: e.Expression) -> str:
    """An expression on one line. Two expressions have one text only if they mean the same."""
    match found:
        case e.Constant(value=value, type=kind):
            return value_text(value, kind)
        case e.Linear():
            terms = [f"{format_number(weight)} * score.{name}" for weight, name in found.terms]
            return f"linear({' + '.join([*terms, format_number(found.constant)])})"
        case e.MemoryRead(term=term):
            return memory_text(term)
        case e.TextJoin(parts=parts):
            pieces = (
                part.translate(_QUOTED) if isinstance(part, str) else f"{{{expression_text(part)}}}"
                for part in parts
            )
            return f'"{"".join(pieces)}"'
        case e.PointsSum(lines=lines):
            return f"points {{ {'  '.join(_point_line(line) for line in lines)} }}"
        case _:
            return _read(found) or _compound(found)


_NAMED: dict[type[e.Expression], str] = {
    e.TraitRead: "trait",
    e.ScoreRead: "score",
    e.LetRead: "let",
    e.LevelRead: "level",
    e.SegmentRead: "segment",
    e.SeasonRead: "season",
    e.ParamRead: "param",
}
"""Reads of names: the attribute with the name is called like the word before it."""


def _read(found: e.Expression) -> str | None:
    if word := _NAMED.get(type(found)):
        return f"{word}.{getattr(found, word)}"
    match found:
        case e.FieldRead(name=name):
            return f"event.{name}"
        case e.TableRead(table=name, output=output):
            return f"table.{name}.{output}"
        case e.StageRead():
            return "stage"
        case e.PreviousStage():
            return "previous_stage"
        case e.ClockRead(clock=clock):
            return clock.value
        case _:
            return None


def _compound(found: e.Expression) -> str:
    match found:
        case e.Apply(operation=operation, arguments=arguments):
            return _applied(operation.name, [expression_text(each) for each in arguments])
        case e.Forgiving(symbol=symbol, left=left, right=right):
            return f"({expression_text(left)} {symbol}~ {expression_text(right)})"
        case e.Not(operand=operand):
            return f"not {expression_text(operand)}"
        case e.And(operands=operands):
            return f"({' and '.join(map(expression_text, operands))})"
        case e.Or(operands=operands):
            return f"({' or '.join(map(expression_text, operands))})"
        case e.If(condition=condition, yes=yes, no=no):
            branches = expression_text(yes), expression_text(no)
            return f"(if {expression_text(condition)} then {branches[0]} else {branches[1]})"
        case e.Default(value=value, fallback=fallback):
            return f"({expression_text(value)} else {expression_text(fallback)})"
        case e.IsPresent(operand=operand):
            return f"({expression_text(operand)} is present)"
        case e.OneOf(subject=subject, options=options):
            listed = ", ".join(map(expression_text, options))
            return f"({expression_text(subject)} is one of ({listed}))"
        case e.ListOf(items=items):
            return f"[{', '.join(map(expression_text, items))}]"
        case _:
            raise TypeError(f"no text for {type(found).__name__}")


def _applied(name: str, arguments: list[str]) -> str:
    if name.isidentifier() or len(arguments) != 2:
        return f"{name}({', '.join(arguments)})"
    return f"({arguments[0]} {name} {arguments[1]})"


def _point_line(line: e.PointLine) -> str:
    points = expression_text(line.points)
    if line.events is None:
        condition = "true" if line.condition is None else expression_text(line.condition)
        return f"when {condition}: {points}"
    where = "" if line.condition is None else f" where {expression_text(line.condition)}"
    return f"on {', '.join(line.events)}{where}: {points}"


def memory_text(term: MemoryTerm) -> str:
    """A memory term, with its groups resolved and its window said."""
    field = "day of " if term.by_day else ""
    if term.field_name is not None:
        field = f"{term.field_name} of "
    match term.window:
        case Rolling(micros=micros):
            window = f" within {duration_literal(micros)}"
        case Calendar(period=period):
            window = f" this {period.value}"
        case _:
            window = ""
    heard = happenings_text(term.happenings)
    return f"{term.remembers.value}({field}{heard}{window} keep {term.keep})"


def happenings_text(found: h.Happenings) -> str:
    """Happenings with their filter."""
    listed = ", ".join((*found.events, *map(_change, found.changes)))
    where = "" if found.where is None else f" where {expression_text(found.where)}"
    return f"{listed}{where}"


def _change(change: h.Change) -> str:
    match change:
        case h.EnterStage(stages=stages):
            return f"enter ({', '.join(stages)})"
        case h.LeaveStage(stages=stages):
            return f"leave ({', '.join(stages)})"
        case h.EnterSegment(segment=segment):
            return f"enter {segment}"
        case h.LeaveSegment(segment=segment):
            return f"leave {segment}"
        case h.LevelRises(level=level, to=to):
            return f"{level} rises" if to is None else f"{level} rises to {to}"
        case h.LevelFalls(level=level, to=to):
            return f"{level} falls" if to is None else f"{level} falls to {to}"
        case h.MessageSent(channel=channel, topic=topic, template=template):
            target = f"channel {channel}" if channel is not None else f"topic {topic}"
            return f"sent {target}" if template is None else f"sent {target} {quoted(template)}"
