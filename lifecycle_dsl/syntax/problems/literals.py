"""What can be wrong with numbers, lengths of time, dates and texts: each message's text, once."""

from __future__ import annotations

from lifecycle_dsl.diagnostics.model import Diagnostic, error
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax.problems.fixes import instead

_UNITS = {
    "msec": "ms", "millis": "ms", "milliseconds": "ms", "millisecond": "ms",
    "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "m": "min", "mins": "min", "minute": "min", "minutes": "min",
    "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "day": "d", "days": "d",
    "wk": "w", "wks": "w", "week": "w", "weeks": "w",
    "yr": "y", "yrs": "y", "year": "y", "years": "y",
    "ms": "ms", "s": "s", "min": "min", "h": "h", "d": "d", "w": "w", "y": "y",
}  # fmt: skip
"""How people write units, and how the language does."""


def malformed_number(span: Span) -> Diagnostic:
    """Digits and letters that are no number."""
    return error(
        "malformed-number",
        f"`{span.text[:40]}` is no number",
        span,
        help="a number is written out: `1000000`, `1_000_000`, `0.001`",
    )


def number_too_large(span: Span) -> Diagnostic:
    """A literal beyond 1e15."""
    return error("number-too-large", "this number is beyond 1,000,000,000,000,000", span)


def not_a_count(span: Span) -> Diagnostic:
    """A fraction where things are counted."""
    return error("not-a-count", f"`{span.text}` is not a whole number", span)


def unknown_duration_unit(span: Span, amount: str, unit: str) -> Diagnostic:
    """Letters behind a number that are no unit of time."""
    meant = _UNITS.get(unit.lower())
    return error(
        "unknown-duration-unit",
        f"no length of time is measured in `{unit[:40]}`",
        span,
        f"help: write `{amount}{meant}`" if meant else "",
        help="the units are `ms`, `s`, `min`, `h`, `d`, `w` and `y`; a month is no fixed length",
        fixes=instead(span, f"{amount}{meant}") if meant else (),
    )


def two_units(span: Span) -> Diagnostic:
    """Hours and minutes in one."""
    return error(
        "unknown-duration-unit",
        "a length of time has one unit",
        span,
        help="an hour and a half is `90min` or `1.5h`",
    )


def blank_in_duration(span: Span, amount: str, unit: str) -> Diagnostic:
    """A number and a unit apart."""
    meant = _UNITS[unit.lower()]
    return error(
        "blank-in-duration",
        "a length of time is written in one piece",
        span,
        f"help: write `{amount}{meant}`",
        fixes=instead(span, f"{amount}{meant}"),
    )


def is_unit(word: str) -> bool:
    """Whether people mean a unit of time by a word."""
    return word.lower() in _UNITS


def missing_unit(span: Span) -> Diagnostic:
    """A bare number where a length of time is needed."""
    return error(
        "missing-duration-unit",
        f"`{span.text}` of what: a length of time needs its unit",
        span,
        f"help: write `{span.text}d` for days",
        help="the units are `ms`, `s`, `min`, `h`, `d`, `w` and `y`",
    )


def not_whole_microseconds(span: Span) -> Diagnostic:
    """A duration with a part of a microsecond."""
    return error("inexact-duration", f"`{span.text}` is no whole number of microseconds", span)


def finer_than_microseconds(span: Span) -> Diagnostic:
    """An instant with a part of a microsecond."""
    return error("inexact-instant", "an instant is no finer than a microsecond", span)


def duration_too_long(span: Span) -> Diagnostic:
    """A duration of more than 500 years."""
    return error("duration-too-long", f"`{span.text}` is longer than 500 years", span)


def no_such_time(span: Span) -> Diagnostic:
    """A time of day beyond 23:59."""
    return error("no-such-time", f"no day has a `{span.text}`", span)


def no_such_date(span: Span) -> Diagnostic:
    """A date or instant that does not exist, or beyond the years 1900 to 2400."""
    return error("no-such-date", f"the calendar has no `{span.text}` between 1900 and 2400", span)


def computed_text_here(span: Span) -> Diagnostic:
    """Braces in a text that must be fixed."""
    return error(
        "computed-text",
        "nothing can be computed in this text",
        span,
        help="for a brace as such write `{{` or `}}`",
    )


def unknown_escape(span: Span, escape: str) -> Diagnostic:
    """A backslash before a character that needs none."""
    return error(
        "unknown-escape",
        f"a text has no escape `\\{escape}`",
        span,
        help='the escapes are `\\"`, `\\\\`, `\\n`, `{{` and `}}`',
    )


def unclosed_brace_in_text(span: Span) -> Diagnostic:
    """A `{` in a text without its `}`."""
    return error(
        "unclosed-brace-in-text",
        "this `{` has no `}` in the text",
        span,
        help="for a brace as such write `{{`",
        fixes=instead(span, "{{"),
    )


def lone_brace_in_text(span: Span) -> Diagnostic:
    """A `}` in a text without its `{`."""
    return error(
        "lone-brace-in-text",
        "this `}` closes nothing in the text",
        span,
        help="for a brace as such write `}}`",
        fixes=instead(span, "}}"),
    )


def text_too_long(span: Span) -> Diagnostic:
    """A text of more than 4,096 characters."""
    return error("text-too-long", "this text is longer than 4,096 characters", span)


def comment_in_text(span: Span) -> Diagnostic:
    """A comment between the braces of a text."""
    return error("comment-in-text", "no comment can stand inside a text", span)


def comment_in_cell(span: Span) -> Diagnostic:
    """A comment in a file of rows."""
    return error("comment-in-text", "no comment can stand in a cell of a file", span)
