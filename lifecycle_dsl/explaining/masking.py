"""Decisions as explanations show them: what is private in them is masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from lifecycle_dsl.engine.decisions import Called, Changed, Credit, Decision, Sent
from lifecycle_dsl.explaining.probe import is_private
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.steps import Call, Send, Step, all_steps

MASK = "(private)"


def masked(program: Program, decision: Decision) -> Decision:
    """A decision without what its trigger computes from private traits and fields."""
    if isinstance(decision, Changed):
        private = program.traits[decision.trait].private
        return msgspec.structs.replace(decision, value=MASK) if private else decision
    if isinstance(decision, Credit):
        return _credit(program, decision)
    if not isinstance(decision, Sent | Called):
        return decision
    kind = Send if isinstance(decision, Sent) else Call
    steps = [step for step in _steps(program, decision.rule) if isinstance(step, kind)]
    data = _without(program, decision.data, (pair for step in steps for pair in step.data))
    if isinstance(decision, Sent) and _has_private_template(program, decision.rule):
        return msgspec.structs.replace(decision, data=data, template=MASK)
    return msgspec.structs.replace(decision, data=data)


def _credit(program: Program, decision: Credit) -> Credit:
    """A credit without what its attribution reads in private; what is gone may have been."""
    found = program.attributions.get(decision.attribution)
    campaigns = [] if found is None else [touch.campaign for touch in found.touches]
    if decision.template is not None and (
        found is None or _has_private_template(program, decision.campaign)
    ):
        decision = msgspec.structs.replace(decision, template=MASK)
    if found is None or any(each and is_private(program, each) for each in campaigns):
        campaign = None if decision.campaign is None else MASK
        decision = msgspec.structs.replace(decision, campaign=campaign)
    if found is None or any(is_private(program, each.worth) for each in found.conversions):
        decision = msgspec.structs.replace(decision, worth=None)
    return decision


def _steps(program: Program, trigger: str | None) -> Iterator[Step]:
    found = (each.steps for each in program.triggers if each.name == trigger)
    return (step for steps in found for step in all_steps(steps))


def _has_private_template(program: Program, trigger: str | None) -> bool:
    steps = _steps(program, trigger)
    return any(isinstance(step, Send) and is_private(program, step.template) for step in steps)


def _without(
    program: Program, data: dict[str, Any], computed: Iterable[tuple[str, e.Expression]]
) -> dict[str, Any]:
    private = {key for key, value in computed if is_private(program, value)}
    return {key: MASK if key in private else value for key, value in data.items()}
