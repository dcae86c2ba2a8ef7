"""Durations such as `1440min`, which is a day."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, Edit, Fix, Safety, advice
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import span_of_time
from lifecycle_dsl.localtime import UNITS, parse_duration
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

_LITERAL = re.compile(
    r'"(?:\\.|[^"\\])*"|\#[^\n]*|(?<![\w.:-])(?P<literal>[0-9][0-9_]*(?P<unit>ms|s|min|h))\b',
    re.ASCII,
)
"""A duration; texts and comments are passed over."""
_WHOLE = {"ms": UNITS["min"], "s": UNITS["h"], "min": UNITS["d"], "h": 4 * UNITS["w"]}
"""Of what a duration in such a unit is a whole number when it should be written in that."""


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Durations that are whole hours or days and count seconds or minutes; tests may."""
    for node in rules.declarations:
        if isinstance(node, nodes.Test) or node.span.source is not rules.main:
            continue
        for found in _LITERAL.finditer(node.span.text):
            micros = parse_duration(found["literal"]) if found["literal"] else None
            if micros and micros % _WHOLE[found["unit"]] == 0:
                start = node.span.start + found.start()
                yield _finding(Span(rules.main, start, node.span.start + found.end()), micros)


def _finding(span: Span, micros: int) -> Diagnostic:
    plain = span_of_time(micros)
    return advice(
        "duration-in-small-units",
        f"`{span.text}` is `{plain}`",
        span,
        "hard to read, and easily a slip",
        help=f"say `{plain}`",
        fixes=[Fix(f"say `{plain}`", (Edit(span, plain),), Safety.SAFE)],
    )
