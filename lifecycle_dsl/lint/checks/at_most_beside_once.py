"""`at most` beside `once`."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, Edit, Fix, Safety, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Triggers that fire once and are limited further."""
    for node in rules.declarations:
        if not isinstance(node, nodes.Trigger):
            continue
        once = next((each for each in node.guards if isinstance(each, nodes.GuardOnce)), None)
        for guard in node.guards:
            if once is not None and isinstance(guard, nodes.GuardAtMost):
                fix = Fix("take `at most` out", (Edit(_with_blanks(guard.span), ""),), Safety.SAFE)
                yield warning(
                    "at-most-beside-once",
                    f"`{node.declared.name.text}` fires once, so `at most` limits nothing",
                    guard.span,
                    "never reached",
                    secondary=[(once.span, "once in a customer's life")],
                    help="keep the one that is meant",
                    fixes=[fix],
                )


def _with_blanks(span: Span) -> Span:
    """With the blanks before it, and the line's end where nothing else stands on the line."""
    text, start = span.source.text, span.start
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    if start > 0 and text[start - 1] == "\n":
        start -= 1
    return Span(span.source, start, span.end)
