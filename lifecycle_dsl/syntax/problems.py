"""What can be wrong with the form of a rule file: each message's text, once."""

from lifecycle_dsl.diagnostics.model import Diagnostic, error
from lifecycle_dsl.source import Span


def number_too_large(span: Span) -> Diagnostic:
    """A literal beyond 1e15."""
    return error("number-too-large", "this number is beyond 1,000,000,000,000,000", span)


def not_a_count(span: Span) -> Diagnostic:
    """A fraction where things are counted."""
    return error("not-a-count", f"`{span.text}` is not a whole number", span)


def not_whole_microseconds(span: Span) -> Diagnostic:
    """A duration with a part of a microsecond."""
    return error("inexact-duration", f"`{span.text}` is no whole number of microseconds", span)


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
    return error("computed-text", "nothing can be computed in this text", span)


def unknown_escape(span: Span, escape: str) -> Diagnostic:
    """A backslash before a character that needs none."""
    return error("unknown-escape", f"a text has no escape `\\{escape}`", span)


def unclosed_brace_in_text(span: Span) -> Diagnostic:
    """A `{` in a text without its `}`."""
    return error("unclosed-brace-in-text", "this `{` has no `}` in the text", span)


def lone_brace_in_text(span: Span) -> Diagnostic:
    """A `}` in a text without its `{`."""
    return error("lone-brace-in-text", "this `}` closes nothing", span)


def text_too_long(span: Span) -> Diagnostic:
    """A text of more than 4,096 characters."""
    return error("text-too-long", "this text is longer than 4,096 characters", span)


def syntax_error(span: Span, headline: str) -> Diagnostic:
    """Something the grammar has no place for."""
    return error("syntax-error", headline, span)
