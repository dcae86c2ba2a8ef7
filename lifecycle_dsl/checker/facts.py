"""What tests and promises ask for: whether a trigger can be fired, a message held for a reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lifecycle_dsl.checker.declared import What
from lifecycle_dsl.checker.expressions.facts import REASONS, Fact
from lifecycle_dsl.checker.parts import parts_of
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.problems import tests as problems
from lifecycle_dsl.syntax import nodes
from lifecycle_dsl.syntax.nodes.file import Declaration

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


def blocks_of(declarations: Iterable[Declaration]) -> frozenset[str]:
    """The names of all blocks: of channels, of topics and of the file."""
    found: set[str] = set()
    for node in declarations:
        rules = node.rules if isinstance(node, nodes.Channel | nodes.Topic) else (node,)
        found.update(rule.name.text for rule in rules if isinstance(rule, nodes.Block))
    return frozenset(found)


def check_facts(names: Dictionary, node: nodes.Expression) -> None:
    """Check that each name in the facts is one of the right kind."""
    for part in parts_of(node):
        if isinstance(part, Fact):
            _check(names, part)


def _check(names: Dictionary, fact: Fact) -> None:
    match fact:
        case nodes.FactFired(trigger=name) | nodes.FactLeft(trigger=name):
            _expect(names, name, What.TRIGGER)
        case nodes.FactCalled(action=path):
            _expect(names, path, What.ACTION)
        case nodes.FactCredited(attribution=name):
            _expect(names, name, What.ATTRIBUTION)
        case nodes.FactJoined(segment=name):
            _expect(names, name, What.SEGMENT)
        case nodes.FactSent(target=name):
            _expect(names, name, What.CHANNEL, What.TOPIC)
        case nodes.FactHeld(names=(trigger, reason)):
            _expect(names, trigger, What.TRIGGER)
            _check_reason(names, reason)
        case nodes.FactHeld(names=(reason,)):
            _check_reason(names, reason)
        case _:
            pass  # Stages are told by the expressions.


def _expect(names: Dictionary, name: nodes.Name | nodes.Path, *wanted: What) -> None:
    found = names.entries.get(name.text)
    if found is None:
        names.unknown(name, *wanted)
    elif found.what not in wanted:
        kinds = " or ".join(what.value for what in wanted)
        names.report(
            name_problems.wrong_kind(
                name.span, name.text, found.what.value, kinds, declared=found.span
            )
        )


def _check_reason(names: Dictionary, name: nodes.Name) -> None:
    reasons = sorted(REASONS | names.blocks)
    if name.text not in reasons:
        similar = names.similar(name.text, reasons)
        names.report(problems.unknown_reason(name.span, name.text, similar, reasons))
