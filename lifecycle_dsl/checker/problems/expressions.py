"""What can be wrong with expressions: each message's text, once."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle_dsl.checker.problems.names import similar_name, similar_written
from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.program.types import (
    BOOL,
    MONEY,
    TEXT,
    Labels,
    LevelType,
    ListType,
    RecordType,
    StageType,
    Type,
)
from lifecycle_dsl.source import Span

_LONGEST = 40


def a(type_: Type) -> str:
    """A value of the type, in words."""
    match type_:
        case Labels(labels=labels, title=title):
            return f"a {title}" if title else f"one of ({', '.join(labels)})"
        case StageType():
            return "a stage"
        case LevelType(level=level):
            return f"a label of level `{level}`"
        case ListType(element=RecordType()):
            return "a list of records"
        case ListType():
            return "a list of texts"
        case _ if type_ == BOOL:
            return "true or false"
        case _ if type_ in (MONEY, TEXT):
            return str(type_)
        case _:
            return f"a {type_}"


def _shown(span: Span) -> str:
    """The user's words on one line, not too many of them."""
    text = " ".join(span.text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


# Names


def unknown_name(span: Span, name: str, similar: str | None, *, quoted: bool = False) -> Diagnostic:
    """A name that nothing has; `quoted` where a text would fit."""
    text = f'a text stands in quotes: `"{name}"`' if quoted else None
    return error(
        "unknown-name",
        f"nothing with a value is called `{name}`",
        span,
        help=similar_name("name", similar) or text,
        fixes=similar_written(span, similar),
    )


def ambiguous_name(span: Span, name: str, other: str) -> Diagnostic:
    """A field of the record at hand that has the name of something else, too."""
    both = f"write `event.{name}` or `trait.{name}`"
    return error(
        "ambiguous-name",
        f"`{name}` is both a field of the event and {other}",
        span,
        help=both if other == "a trait" else f"write `event.{name}` for the field",
    )


def unknown_field(span: Span, name: str, similar: str | None) -> Diagnostic:
    """A field that no event of the place has."""
    return error(
        "unknown-field",
        f"the event has no field `{name}`",
        span,
        help=similar_name("field", similar),
        fixes=similar_written(span, similar),
    )


def field_of_some(span: Span, name: str, lacking: str) -> Diagnostic:
    """A field that not all events of the place have."""
    return error(
        "field-of-some-events",
        f"not every event here has the field `{name}`",
        span,
        f"`{lacking}` has none, or one of another type",
        help="read only what all events have, or write a line for each",
    )


def unknown_output(span: Span, table: str, name: str, outputs: Sequence[str]) -> Diagnostic:
    """A result that a table does not give."""
    return error(
        "unknown-output",
        f"table `{table}` gives no `{name}`",
        span,
        help=f"it gives {', '.join(f'`{output}`' for output in outputs)}",
    )


def no_value(span: Span, name: str, what: str, help: str | None) -> Diagnostic:
    """A name that means something, but nothing with a value."""
    return error("no-value", f"`{name}` is {what} and has no value", span, help=help)


def not_readable_here(span: Span, place: str) -> Diagnostic:
    """Something that exists, but not at this place."""
    return error("not-readable-here", f"{place} cannot read `{_shown(span)}`", span)


def reads_scores(span: Span, place: str, score: str) -> Diagnostic:
    """A let or segment that reads a score, where no score may be read."""
    return error(
        "not-readable-here",
        f"{place} cannot read `{_shown(span)}`, which reads `{score}`",
        span,
        help="scores and levels are known only after all score lines",
    )


def unknown_label(span: Span, name: str, labels: Sequence[str], similar: str | None) -> Diagnostic:
    """A label that the other side does not have."""
    shown = ", ".join(f"`{label}`" for label in labels[:12])
    return error(
        "unknown-label",
        f"`{name}` is none of the labels that can stand here",
        span,
        help=similar_name("label", similar)
        or f"they are {shown}{', …' if len(labels) > 12 else ''}",
        fixes=similar_written(span, similar),
    )


# Types


def type_mismatch(span: Span, found: Type, wanted: str, help: str | None = None) -> Diagnostic:
    """A value of one type where another is wanted."""
    return error(
        "type-mismatch",
        f"`{_shown(span)}` is {a(found)}, and {wanted} is wanted here",
        span,
        help=help,
    )


def record_not_wanted(span: Span) -> Diagnostic:
    """A record in a list that is not of records."""
    return error("type-mismatch", f"`{_shown(span)}` is a record, and text is wanted here", span)


def record_wanted(span: Span, found: Type, element: RecordType) -> Diagnostic:
    """Something else in a list of records."""
    fields = ", ".join(f"{field.name}: …" for field in element.fields)
    return type_mismatch(span, found, "a record", f"a record is written `{{ {fields} }}`")


def unknown_record_field(span: Span, name: str, similar: str | None) -> Diagnostic:
    """A field that the records of a list do not have."""
    return error(
        "unknown-data-field",
        f"the records of this list have no field `{name}`",
        span,
        help=similar_name("field", similar),
        fixes=similar_written(span, similar),
    )


def missing_record_field(span: Span, name: str) -> Diagnostic:
    """A field that a record must have and has not."""
    return error("missing-data-field", f"the records of this list need their field `{name}`", span)


def missing_unit(span: Span, wanted: Type) -> Diagnostic:
    """A bare number where a duration or the like is wanted."""
    return error(
        "missing-unit",
        f"the number `{_shown(span)}` stands where {a(wanted)} is wanted",
        span,
        help="durations have a unit: `90s`, `12h`, `30d`; dates look like `2026-12-25`",
    )


def wrong_operands(
    span: Span, symbol: str, left: tuple[Span, Type], right: tuple[Span, Type], help: str | None
) -> Diagnostic:
    """An operator that does nothing with such values."""
    return error(
        "wrong-operands",
        f"`{symbol}` does not go between {a(left[1])} and {a(right[1])}",
        span,
        secondary=[(left[0], a(left[1])), (right[0], a(right[1]))],
        help=help,
    )


def wrong_operand(span: Span, symbol: str, found: Type) -> Diagnostic:
    """An operator that does nothing with such a value."""
    return error("wrong-operands", f"`{symbol}` cannot be applied to {a(found)}", span)


def not_comparable(span: Span, symbol: str, found: Type) -> Diagnostic:
    """Values that have no order, or none that could be equal."""
    return error("wrong-operands", f"`{symbol}` cannot compare {a(found)}", span)


def not_written_out(span: Span, found: Type) -> Diagnostic:
    """A value that a text cannot show."""
    return error("type-mismatch", f"{a(found)} cannot be written into a text", span)


def part_days(span: Span) -> Diagnostic:
    """A date moved by something that may not be whole days."""
    return error(
        "part-days",
        f"a date moves by whole days only, and `{_shown(span)}` may be a part of one",
        span,
        help="write `days(…) * 1d`",
    )


def unknown_function(span: Span, name: str, similar: str | None) -> Diagnostic:
    """A function that does not exist."""
    return error(
        "unknown-function",
        f"no function is called `{name}`",
        span,
        help=similar_name("function", similar),
        fixes=similar_written(span, similar),
    )


def wrong_arguments(span: Span, name: str, found: Sequence[Type], takes: str) -> Diagnostic:
    """Arguments that a function does nothing with."""
    given = ", ".join(a(type_) for type_ in found) or "nothing"
    return error("wrong-arguments", f"`{name}` does nothing with {given}", span, help=takes)


def remembers_nothing(span: Span, name: str, found: Type) -> Diagnostic:
    """A field that a memory cannot add up or compare."""
    return error("wrong-arguments", f"`{name}` does nothing with {a(found)}", span)


# Values


def may_be_missing(span: Span, why: str, *, presentable: bool) -> Diagnostic:
    """A value that may not be there, used as if it were."""
    present = f", or ask `{_shown(span)} is present and …` before" if presentable else ""
    return error(
        "may-be-missing",
        f"`{_shown(span)}` may be missing",
        span,
        why,
        help=f"say what stands for it: `{_shown(span)} else …`{present}",
    )


def may_overflow(span: Span) -> Diagnostic:
    """A number that may become too large for any computer."""
    return error(
        "may-overflow",
        f"`{_shown(span)}` may go beyond all numbers",
        span,
        help="limit what goes in: `clamp(x, 0, 1_000)`, or clamp the score with `at most`",
    )


def too_deep(span: Span) -> Diagnostic:
    """An expression that nests too deeply."""
    return error(
        "expression-too-deep",
        "this expression is nested too deeply",
        span,
        help="name parts of it with `let`",
    )


# Memory and facts


def span_not_here(span: Span, function: str) -> Diagnostic:
    """A window where the whole past is meant."""
    return error(
        "span-not-here",
        f"`{function}` looks at the whole past",
        span,
        help="leave the span out, or count: `count(… within 30d) > 0`",
    )


def keep_not_here(span: Span, function: str) -> Diagnostic:
    """`keep` where no entries are kept."""
    return error("keep-not-here", f"this `{function}` keeps no list of entries", span)


def fact_outside_tests(span: Span, help: str | None) -> Diagnostic:
    """`sent`, `fired`, ... in a rule."""
    return error(
        "fact-outside-tests",
        f"`{_shown(span)}` stands in tests and promises only",
        span,
        help=help,
    )


# Watching


def unwatchable(whole: Span, part: Span, why: str) -> Diagnostic:
    """A condition whose turn no timer can know."""
    inside = part.source is whole.source and whole.start <= part.start and part.end <= whole.end
    return error(
        "unwatchable",
        f"`{_shown(part)}` cannot be watched while nothing happens",
        part if inside else whole,
        why if inside else "",
        secondary=[] if inside else [(part, why)],
        help="look at it at every record: `on any event when …`",
    )
