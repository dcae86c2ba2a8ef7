"""What a literal's text means, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from lifecycle_dsl.diagnostics.model import Diagnostic
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax.problems import grammar as grammar_problems
from lifecycle_dsl.syntax.problems import literals as problems

_UNITS = {
    "ms": 1_000,
    "s": 1_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 7 * 86_400_000_000,
    "y": 365 * 86_400_000_000,
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n"}
_ORDINARY = re.compile(r"[^\\{}]+")
"""What stands for itself in a text."""

_FIRST_INSTANT = (date(1900, 1, 1).toordinal() - _EPOCH_DAY) * _UNITS["d"]
_LAST_INSTANT = (date(2401, 1, 1).toordinal() - _EPOCH_DAY) * _UNITS["d"]

LARGEST = 10**15
LONGEST_TEXT = 4_096

ParseExpression = Callable[[Span], "n.Expression | None"]


class Literals:
    """Reads the literals of one source; reports what it finds and goes on with a stand-in."""

    def __init__(
        self, report: Callable[[Diagnostic], None], parse_expression: ParseExpression
    ) -> None:
        self._report = report
        self._parse_expression = parse_expression

    def not_null(self, *operands: n.Expression) -> None:
        """Say so where something is compared with what other languages call nothing."""
        for each in operands:
            if isinstance(each, n.NameRead) and grammar_problems.is_null(each.name.text):
                self._report(grammar_problems.compared_with_null(each.span))

    def _decimal(self, span: Span, digits: str) -> Decimal:
        digits = digits.replace("_", "")
        if len(digits) > 64 and len(digits.lstrip("0")) > 64:
            whole, _, fraction = digits.partition(".")
            digits = f"{whole.lstrip('0')[:17]}.{fraction[:40]}0"
        if Decimal(digits) > LARGEST:
            self._report(problems.number_too_large(span))
            return Decimal(0)
        return Decimal(digits)

    def number(self, span: Span, text: str) -> n.Number:
        """A bare number within 1e15."""
        return n.Number(span, float(self._decimal(span, text)))

    def count(self, span: Span, text: str) -> int:
        """A whole number of things."""
        value = self._decimal(span, text)
        if value != int(value):
            self._report(problems.not_a_count(span))
        return int(value)

    def duration(self, span: Span, text: str) -> n.Duration:
        """A whole number of microseconds, from a number and its unit."""
        digits = text.rstrip("abcdefghijklmnopqrstuvwxyz")
        micros = self._decimal(span, digits) * _UNITS[text[len(digits) :]]
        if micros != int(micros):
            self._report(problems.not_whole_microseconds(span))
        if micros > 500 * _UNITS["y"]:
            self._report(problems.duration_too_long(span))
            return n.Duration(span, 0)
        return n.Duration(span, int(micros))

    def time_of_day(self, span: Span, text: str) -> n.TimeOfDay:
        """Microseconds since midnight, from `07:00`."""
        hour, minute = (int(part) for part in text.split(":"))
        if hour > 23 or minute > 59:
            self._report(problems.no_such_time(span))
            return n.TimeOfDay(span, 0)
        return n.TimeOfDay(span, (hour * 60 + minute) * _UNITS["min"])

    def date(self, span: Span, text: str) -> n.Date:
        """Days since 1970-01-01; years 1900 to 2400."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = date.min
        if not 1900 <= day.year <= 2400:
            self._report(problems.no_such_date(span))
            return n.Date(span, 0)
        return n.Date(span, day.toordinal() - _EPOCH_DAY)

    def instant(self, span: Span, text: str) -> n.Instant:
        """Microseconds since the epoch, from RFC 3339 with an offset."""
        try:
            micros = (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1)
        except (ValueError, OverflowError):
            micros = _LAST_INSTANT
        fraction = text.partition(".")[2].rstrip("Z").partition("+")[0].partition("-")[0]
        if fraction[6:].strip("0"):
            self._report(problems.finer_than_microseconds(span))
        if not _FIRST_INSTANT <= micros < _LAST_INSTANT:
            self._report(problems.no_such_date(span))
            micros = 0
        return n.Instant(span, micros)

    def fixed_text(self, span: Span, raw: str) -> str:
        """A text that may not compute anything, such as a title."""
        text = self.text(span, raw)
        if text.fixed is None:
            self._report(problems.computed_text_here(span))
            return ""
        return text.fixed

    def text(self, span: Span, raw: str) -> n.Text:
        """The parts of a text in quotes: escapes resolved, expressions parsed."""
        if len(raw) > 2 * LONGEST_TEXT + 2:
            self._report(problems.text_too_long(span))
            return n.Text(span, ())
        parts: list[str | n.Expression] = []
        piece: list[str] = []
        at, end = 1, len(raw) - 1
        while at < end:
            if ordinary := _ORDINARY.match(raw, at, end):
                piece.append(ordinary.group())
                at = ordinary.end()
                continue
            char = raw[at]
            place = Span(span.source, span.start + at, span.start + at + 1)
            if char == "\\":
                escape = raw[at + 1]
                if escape not in _ESCAPES:
                    self._report(problems.unknown_escape(place, escape))
                piece.append(_ESCAPES.get(escape, escape))
                at += 2
            elif raw[at : at + 2] in ("{{", "}}"):
                piece.append(char)
                at += 2
            elif char == "{":
                close = raw.find("}", at)
                if close < 0:
                    self._report(problems.unclosed_brace_in_text(place))
                    break
                inside = Span(span.source, span.start + at + 1, span.start + close)
                expression = self._parse_expression(inside)
                if expression is not None:
                    parts.append("".join(piece))
                    piece.clear()
                    parts.append(expression)
                at = close + 1
            else:
                self._report(problems.lone_brace_in_text(place))
                at += 1
        parts.append("".join(piece))
        if sum(len(part) for part in parts if isinstance(part, str)) > LONGEST_TEXT:
            self._report(problems.text_too_long(span))
        return n.Text(span, tuple(part for part in parts if part != ""))
