"""The templates of a rule set, a line each, for `lcr check --emit templates`."""

from __future__ import annotations

from lifecycle_dsl.checker.templates import templates
from lifecycle_dsl.program.program import Program


def templates_text(program: Program) -> str:
    """Name, step and channel (or route) in columns; what a `draft` would send is marked."""
    rows = [
        (
            each.name.replace("\n", "\\n"),
            f"{each.trigger}.{each.step}",
            f"{each.target}, a draft" if each.is_draft else each.target,
        )
        for each in templates(program)
    ]
    widths = [max((len(row[at]) for row in rows), default=0) for at in (0, 1)]
    return "".join(f"{a:{widths[0]}}  {b:{widths[1]}}  {c}\n" for a, b, c in rows)
