"""`# lcr: allow NAME: reason`: what a file asks not to be told, and why.

A comment on a line of its own speaks of the rule below it, as far as that reaches; one behind a
rule speaks of its line. At the head of a file, above everything and with a blank line below, it
speaks of the whole file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import frozen

from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes

_ALLOW = re.compile(r"#\s*lcr:\s*allow\s+(?P<name>[\w-]+)(?P<sign>\s*:\s*(?P<reason>.*))?")
_LIKE = re.compile(r"#\s*lcr(\s*:|\s+allow\b)")


@frozen(eq=False)
class Suppression:
    """A comment that silences a check from one place of its file to another."""

    span: Span
    name: str
    reason: str
    start: int
    end: int
    own_line: bool

    def covers(self, diagnostic: Diagnostic) -> bool:
        """Whether it silences a diagnostic."""
        span = diagnostic.span
        return diagnostic.name == self.name and span is not None and self.reaches(span)

    def reaches(self, span: Span) -> bool:
        """Whether a place lies where it speaks of."""
        return span.source is self.span.source and self.start <= span.start < self.end


def suppressions_in(file: nodes.File) -> Iterator[Suppression]:
    """The suppressions of a file, in order."""
    for comment in file.comments:
        match = _ALLOW.fullmatch(comment.text)
        if match is None:
            continue
        start, end = _reach(file, comment)
        reason = (match["reason"] or "").strip()
        yield Suppression(comment.span, match["name"], reason, start, end, comment.own_line)


def malformed_in(file: nodes.File) -> Iterator[Span]:
    """Comments that look like a suppression and are none."""
    for comment in file.comments:
        if _LIKE.match(comment.text) and _ALLOW.fullmatch(comment.text) is None:
            yield comment.span


def _reach(file: nodes.File, comment: nodes.Comment) -> tuple[int, int]:
    source = comment.span.source
    line, _ = source.position(comment.span.start)
    if not comment.own_line:
        return source.line_start(line), comment.span.end
    below = _first_line_below(source, line)
    if _heads(file, comment) and below > line + 1 and not _is_comment(source, line + 1):
        return 0, len(source.text) + 1
    if below > source.line_count:
        return comment.span.end, comment.span.end
    start = source.line_start(below)
    rest = source.line_text(below)
    first = start + len(rest) - len(rest.lstrip())
    ends = [each.span.end for each in _nodes_at(file, first)]
    line_end = start + len(rest)
    return start, max([line_end, *ends])


def _first_line_below(source: Source, line: int) -> int:
    """The first line below that is neither blank nor a comment."""
    below = line + 1
    while below <= source.line_count:
        text = source.line_text(below).strip()
        if text and not text.startswith("#"):
            break
        below += 1
    return below


def _is_comment(source: Source, line: int) -> bool:
    return line <= source.line_count and source.line_text(line).lstrip().startswith("#")


def _heads(file: nodes.File, comment: nodes.Comment) -> bool:
    first = min((each.span.start for each in file.declarations), default=0)
    return comment.span.end <= first


def _nodes_at(file: nodes.File, offset: int) -> Iterator[nodes.Node]:
    """The declaration, stage line or the like that begins at an offset."""
    for declaration in file.declarations:
        if declaration.span.start == offset:
            yield declaration
        elif declaration.span.start < offset < declaration.span.end:
            yield from (each for each in _inside(declaration) if each.span.start == offset)


def _inside(declaration: nodes.Node) -> Iterable[nodes.Node]:
    match declaration:
        case nodes.Stage(transitions=inner):
            return inner
        case nodes.Start(placings=inner):
            return inner
        case nodes.Channel(rules=inner) | nodes.Topic(rules=inner):
            return inner
        case _:
            return ()
