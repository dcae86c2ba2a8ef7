"""What was removed while customers stand in it, and where they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecycle_dsl.checker.declared import What
from lifecycle_dsl.checker.problems import names as problems
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


def check_retired(names: Dictionary, node: nodes.Retired) -> None:
    """Check a line of retirement; they are for later. The triggers were checked before."""
    names.put_off("`retired`", node.span)
    if len(node.old.names) != len(node.new.names) or len(node.old.names) > 2:
        names.report(problems.retired_of_two_kinds(node.span))
    elif len(node.old.names) == 1:
        old, new = node.old.names[0], node.new.names[0]
        entry = names.entries.get(old.text)
        if entry is not None and entry.what is What.STAGE:
            names.report(problems.retired_is_declared(old.span, old.text, entry.span))
        names.entry(new, What.STAGE)
    else:
        _check_steps(names, node)


def _check_steps(names: Dictionary, node: nodes.Retired) -> None:
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
