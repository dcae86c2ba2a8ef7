"""What was taken out while customers stand in it, and where they go."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import define, field

from lifecycle_dsl.checker.declared import What
from lifecycle_dsl.checker.problems import names as problems
from lifecycle_dsl.syntax import nodes
from lifecycle_dsl.syntax.nodes.file import Declaration

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


@define
class Retirements:
    """Where customers of what was taken out go."""

    stages: dict[str, str] = field(factory=dict)
    steps: dict[tuple[str, str], tuple[str, str]] = field(factory=dict)


def check_retirements(names: Dictionary, declarations: Iterable[Declaration]) -> Retirements:
    """Check all lines of retirement; the triggers were checked before."""
    found = Retirements()
    seen: dict[str, nodes.Retired] = {}
    for node in declarations:
        if isinstance(node, nodes.Retired):
            earlier = seen.setdefault(node.old.text, node)
            if earlier is not node:
                span, before = node.old.span, earlier.old.span
                names.report(problems.duplicate_name(span, node.old.text, before))
            _check(names, node, found)
    return found


def _check(names: Dictionary, node: nodes.Retired, found: Retirements) -> None:
    if len(node.old.names) != len(node.new.names) or len(node.old.names) > 2:
        names.report(problems.retired_of_two_kinds(node.span))
    elif len(node.old.names) == 1:
        old, new = node.old.names[0], node.new.names[0]
        entry = names.entries.get(old.text)
        if entry is not None and entry.what is What.STAGE:
            names.report(problems.retired_is_declared(old.span, old.text, entry.span))
        if names.entry(new, What.STAGE) is not None:
            found.stages[old.text] = new.text
    else:
        _check_steps(names, node, found)


def _check_steps(names: Dictionary, node: nodes.Retired, found: Retirements) -> None:
    (old_trigger, old), (new_trigger, new) = node.old.names, node.new.names
    present = names.steps.get(old_trigger.text, {}).get(old.text)
    if present is not None:
        names.report(problems.retired_is_declared(node.old.span, node.old.text, present))
    if names.entry(new_trigger, What.TRIGGER) is None:
        return
    steps = names.steps.get(new_trigger.text, {})
    if new.text not in steps:
        similar = names.similar(new.text, steps)
        names.report(problems.unknown_step(new.span, new_trigger.text, new.text, similar))
    else:
        found.steps[old_trigger.text, old.text] = new_trigger.text, new.text
