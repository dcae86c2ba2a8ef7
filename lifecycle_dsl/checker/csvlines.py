"""Comma-separated values as RFC 4180 has them, each with its place.

Lines end with CR, LF or both; a field in quotes may hold separators and line ends (which are LF
then), and each `"` in it is doubled. The separator is `;` where the first line has one outside of
quotes and no comma, as spreadsheets write it where the comma is for decimals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from attrs import frozen

from lifecycle_dsl.checker.problems import tables as problems
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.source import Source, Span

_QUOTED = re.compile(r'[ \t]*"((?:[^"]|"")*)"[ \t]*')
_LINE_END = re.compile(r"\r\n|\n|\r")
_PLAIN = {mark: re.compile(rf"[^{mark}\r\n]*") for mark in ",;"}
_OUTSIDE_QUOTES = re.compile(r'"[^"]*"?')


@frozen(eq=False)
class Cell:
    """A field: its text without quotes, and where that stands."""

    text: str
    span: Span


def lines_of(source: Source, report: Callable[[Diagnostic], None]) -> Iterator[tuple[Cell, ...]]:
    """The lines of a file; those without any text are left out. Ends at malformed quotes."""
    text, at = source.text, 0
    mark = _separator(text)
    line: list[Cell] = []
    while at < len(text) or line:
        if text[at : at + 1] == '"' or _QUOTED.match(text, at):
            quoted = _QUOTED.match(text, at)
            end = len(text) if quoted is None else quoted.end()
            if quoted is None or (end < len(text) and text[end] not in f"{mark}\r\n"):
                report(problems.malformed_quotes(Span(source, at, end)))
                return
            inner = _LINE_END.sub("\n", quoted[1].replace('""', '"'))
            line.append(Cell(inner, Span(source, quoted.start(1), quoted.end(1))))
        else:
            plain = _PLAIN[mark].match(text, at)
            end = at if plain is None else plain.end()
            line.append(_stripped(source, at, end))
        if text[end : end + 1] == mark:
            at = end + 1
            if at == len(text):
                line.append(_stripped(source, at, at))
        else:
            ended = _LINE_END.match(text, end)
            at = len(text) if ended is None else ended.end()
        if text[end : end + 1] != mark or at == len(text):
            if any(cell.text for cell in line):
                yield tuple(line)
            line = []


def _separator(text: str) -> str:
    first = _LINE_END.split(_OUTSIDE_QUOTES.sub("", text), maxsplit=1)[0]
    return ";" if ";" in first and "," not in first else ","


def _stripped(source: Source, start: int, end: int) -> Cell:
    """A field without quotes, without the blanks around it."""
    text = source.text[start:end]
    start += len(text) - len(text.lstrip(" \t"))
    text = text.strip(" \t")
    return Cell(text, Span(source, start, start + len(text)))
