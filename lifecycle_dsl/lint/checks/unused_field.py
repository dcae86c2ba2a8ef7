"""Fields that every record must bring and no rule reads."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, advice
from lifecycle_dsl.lint.naming import said_in
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.syntax import nodes


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Required fields whose name stands in no rule: without one a record is refused."""
    if not rules.program.triggers:
        return
    said: set[str] = set()
    for node in rules.declarations:
        if not isinstance(node, nodes.Event | nodes.Test):
            said |= said_in(node)
    for node in rules.declarations:
        if not isinstance(node, nodes.Event) or node.span.source is not rules.main:
            continue
        for field in node.fields:
            needed = not field.type.optional and field.default is None
            if needed and field.name.text not in said:
                yield advice(
                    "unused-field",
                    f"a record without `{field.name.text}` is refused, and no rule reads it",
                    field.name.span,
                    "never read",
                    help=f"say `{field.name.text}: {field.type.span.text}?`, or take it out: what"
                    " is not declared is ignored",
                )
