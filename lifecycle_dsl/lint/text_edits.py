"""What to take out of a text with a piece of it, so that no empty line is left behind."""

from __future__ import annotations

from lifecycle_dsl.source import Span


def without_lines(span: Span) -> Span:
    """The span with its whole lines, where nothing else stands on them."""
    text, start, end = span.source.text, span.start, span.end
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    while end < len(text) and text[end] in " \t":
        end += 1
    begins = start == 0 or text[start - 1] in "\r\n"
    ends = end == len(text) or text[end] in "\r\n"
    if begins and ends:
        if text[end : end + 2] == "\r\n":
            end += 2
        elif end < len(text):
            end += 1
        return Span(span.source, start, end)
    return Span(span.source, start if not begins else span.start, span.end)


def with_blanks(span: Span) -> Span:
    """With the blanks before it, and the line's end where nothing else stands on the line."""
    text, start = span.source.text, span.start
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    if start > 0 and text[start - 1] == "\n":
        start -= 1
    return Span(span.source, start, span.end)
