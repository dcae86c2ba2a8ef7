"""`at most` beside a tighter one of the same trigger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lifecycle_dsl.diagnostics import Diagnostic, Edit, Fix, Safety, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.stretches import lies_within
from lifecycle_dsl.lint.text_edits import with_blanks
from lifecycle_dsl.lint.wording import quote
from lifecycle_dsl.program.rules import Frequency
from lifecycle_dsl.syntax import nodes

_Limit = tuple[nodes.GuardAtMost, Frequency]


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Limits of a trigger that are never reached, as another one is reached before."""
    triggers = {trigger.name: trigger for trigger in rules.program.triggers}
    for node in rules.declarations:
        if not isinstance(node, nodes.Trigger):
            continue
        guards = [each for each in node.guards if isinstance(each, nodes.GuardAtMost)]
        frequencies = triggers[node.declared.name.text].frequencies
        if len(guards) == len(frequencies) > 1:  # beside `once` each of them is told of
            yield from _of(list(zip(guards, frequencies, strict=True)))


def _of(limits: Sequence[_Limit]) -> Iterator[Diagnostic]:
    for at, (guard, loose) in enumerate(limits):
        for other_at, (other, tight) in enumerate(limits):
            same = tight.per == loose.per and tight.count == loose.count
            forestalls = tight.count <= loose.count and lies_within(loose.per, tight.per)
            if other_at == at or not forestalls or (same and other_at > at):
                continue
            fix = Fix("take it out", (Edit(with_blanks(guard.span), ""),), Safety.SAFE)
            yield warning(
                "at-most-never-binds",
                f"{quote(guard.span)} never stops a firing",
                guard.span,
                "what it would stop has been stopped before",
                secondary=[(other.span, "this one is reached first")],
                help="take it out, or make it the tighter one",
                fixes=[fix],
            )
            break
