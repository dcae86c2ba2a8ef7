"""Facts of tests and promises: `sent email "welcome"`, `fired welcome`, `stage lead`."""

from __future__ import annotations

from lifecycle_dsl.checker.expressions.fitting import unknown_label
from lifecycle_dsl.checker.expressions.place import Elaborator, Place
from lifecycle_dsl.checker.problems import expressions as problems
from lifecycle_dsl.checker.scope import Reads
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.program.types import STAGE, TEXT
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

Fact = (
    nodes.FactSent
    | nodes.FactHeld
    | nodes.FactFired
    | nodes.FactCalled
    | nodes.FactCredited
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


def fact(checker: Elaborator, node: Fact, place: Place) -> e.Expression | None:
    """A fact whose names are known; None after a report."""
    if Reads.FACTS not in place.scope.reads:
        stage = node.stage.text if isinstance(node, nodes.FactStage) else None
        advice = None if stage is None else f"compare with it: `stage == {stage}`"
        checker.report(problems.fact_outside_tests(node.span, advice))
        return None
    if isinstance(node, nodes.FactStage):
        return _in_stage(checker, node)
    found = _fact(checker, node, place)
    return None if found is None else t.FactRead(span=node.span, fact=found)


def _fact(checker: Elaborator, node: Fact, place: Place) -> t.Fact | None:
    found: t.Fact
    match node:
        case nodes.FactSent(target=target):
            template = _template(checker, node, place)
            if node.template is not None and template is None:
                return None
            found, known = t.SentFact(target.text, template), _declared(checker, target)
        case nodes.FactHeld(names=(trigger, reason)):
            found, known = t.HeldFact(trigger.text, reason.text), _declared(checker, trigger)
        case nodes.FactHeld(names=names):
            # A block's name is a reason, and blocks are known to messages alone.
            found, known = t.HeldFact(None, names[0].text), True
        case nodes.FactFired(trigger=name):
            found, known = t.FiredFact(name.text), _declared(checker, name)
        case nodes.FactLeft(trigger=name):
            found, known = t.LeftFact(name.text), _declared(checker, name)
        case nodes.FactCalled(action=action):
            found, known = t.CalledFact(action.text), _declared(checker, action)
        case nodes.FactCredited(attribution=name):
            found, known = t.CreditedFact(name.text), _declared(checker, name)
        case nodes.FactJoined(segment=name):
            found, known = t.JoinedFact(name.text), _declared(checker, name)
        case nodes.FactEntered(stage=name):
            found, known = t.EnteredFact(name.text), _is_stage(checker, name.span, name.text)
        case nodes.FactStage():
            return None
    return found if known else None


def _template(checker: Elaborator, node: nodes.FactSent, place: Place) -> e.Expression | None:
    return None if node.template is None else checker.infer_as(node.template, place, TEXT)


def _in_stage(checker: Elaborator, node: nodes.FactStage) -> e.Expression | None:
    name = node.stage
    if not _is_stage(checker, name.span, name.text):
        return None
    named = e.Constant(span=name.span, type=STAGE, value=name.text)
    return e.OneOf(span=node.span, subject=e.StageRead(span=node.span), options=(named,))


def _is_stage(checker: Elaborator, span: Span, name: str) -> bool:
    if name in checker.names.stages:
        return True
    checker.report(unknown_label(checker, span, name, checker.names.stages))
    return False


def _declared(checker: Elaborator, name: nodes.Name | nodes.Path) -> bool:
    """Whether something is called so; that it is of the right kind is told by `checker.facts`."""
    return checker.names.find(name.text) is not None
