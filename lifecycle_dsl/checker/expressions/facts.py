"""`sent`, `fired`, `held` and their like: what tests and promises ask, by name."""

from __future__ import annotations

from attrs import frozen

from lifecycle_dsl.checker.expressions.fitting import unknown_label
from lifecycle_dsl.checker.expressions.place import Elaborator, Place
from lifecycle_dsl.checker.problems import expressions as problems
from lifecycle_dsl.checker.scope import Reads
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.types import BOOL, Type
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

Fact = (
    nodes.FactSent
    | nodes.FactHeld
    | nodes.FactFired
    | nodes.FactCalled
    | nodes.FactJoined
    | nodes.FactLeft
    | nodes.FactEntered
    | nodes.FactStage
)

REASONS = frozenset(
    (
        "hours",
        "once",
        "at_most",
        "already_running",
        "too_many",
        "draft",
        "consent",
        "holdout",
        "no_channel",
        "quiet",
        "cap",
    )
)
"""Why something can be held, besides a block, whose name is its reason."""


@frozen(kw_only=True, cache_hash=True)
class FactRead(e.Expression):
    """A fact of a test or a promise; no rule reads one, so no program has one."""

    type: Type = BOOL
    text: str


def fact(checker: Elaborator, node: Fact, place: Place) -> e.Expression | None:
    """A fact whose names are known; None after a report."""
    if Reads.FACTS not in place.scope.reads:
        stage = node.stage.text if isinstance(node, nodes.FactStage) else None
        advice = None if stage is None else f"compare with it: `stage == {stage}`"
        checker.report(problems.fact_outside_tests(node.span, advice))
        return None
    match node:
        case nodes.FactSent(target=target):
            known = _declared(checker, target.text, target.span)
        case nodes.FactHeld(names=(trigger, _)):
            known = _declared(checker, trigger.text, trigger.span)
        case nodes.FactHeld():
            # A block's name is a reason, and blocks are known to messages alone.
            known = True
        case nodes.FactFired(trigger=name) | nodes.FactLeft(trigger=name):
            known = _declared(checker, name.text, name.span)
        case nodes.FactCalled(action=action):
            known = _declared(checker, action.text, action.span)
        case nodes.FactJoined(segment=name):
            known = _declared(checker, name.text, name.span)
        case nodes.FactEntered(stage=name) | nodes.FactStage(stage=name):
            known = name.text in checker.names.stages
            if not known:
                checker.report(unknown_label(checker, name.span, name.text, checker.names.stages))
    if not known:
        return None
    return FactRead(span=node.span, text=" ".join(node.span.text.split()))


def _declared(checker: Elaborator, name: str, span: Span) -> bool:
    if checker.names.find(name) is not None:
        return True
    checker.report(problems.unknown_name(span, name, checker.similar(name, checker.names.values())))
    return False
