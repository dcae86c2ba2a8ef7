"""`at most` beside `once`."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, Edit, Fix, Safety, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.text_edits import with_blanks
from lifecycle_dsl.syntax import nodes


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Triggers that fire once and are limited further."""
    for node in rules.declarations:
        if not isinstance(node, nodes.Trigger):
            continue
        once = next((each for each in node.guards if isinstance(each, nodes.GuardOnce)), None)
        for guard in node.guards:
            if once is not None and isinstance(guard, nodes.GuardAtMost):
                fix = Fix("take `at most` out", (Edit(with_blanks(guard.span), ""),), Safety.SAFE)
                yield warning(
                    "at-most-beside-once",
                    f"`{node.declared.name.text}` fires once, so `at most` limits nothing",
                    guard.span,
                    "never reached",
                    secondary=[(once.span, "once in a customer's life")],
                    help="keep the one that is meant",
                    fixes=[fix],
                )
