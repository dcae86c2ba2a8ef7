"""Whether a fact is among decisions: `sent email "welcome"`, `fired welcome`, `held T quiet`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, assert_never

from attrs import frozen

from lifecycle_dsl.compiler.values import as_data
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.program.expressions import Expression

Value = Callable[[Expression], Any]
"""What an expression comes to at the place of the expectation."""


@frozen
class Wanted:
    """A fact with its expressions evaluated."""

    fact: t.Fact
    template: str | None = None
    data: tuple[tuple[str, object], ...] = ()


def wanted(fact: t.Fact, value: Value) -> Wanted:
    """A fact to look for."""
    match fact:
        case t.SentFact(template=template, data=data):
            text = None if template is None else value(template)
            return Wanted(fact, text, _data(data, value))
        case t.CalledFact(data=data) | t.CreditedFact(data=data):
            return Wanted(fact, None, _data(data, value))
        case _:
            return Wanted(fact)


def _data(data: t.Data | None, value: Value) -> tuple[tuple[str, object], ...]:
    found = []
    for key, expression in data or ():
        write = as_data(expression)
        given = value(expression)
        found.append((key, given if write is None else write(given)))
    return tuple(found)


def found(look_for: Wanted, decisions: Iterable[d.Decision]) -> list[int]:
    """The places of the decisions that are such a fact."""
    listed = list(decisions)
    return [place for place, each in enumerate(listed) if is_such(look_for, each)]


def is_such(look_for: Wanted, decision: d.Decision) -> bool:
    """Whether a decision is such a fact."""
    return is_of_kind(look_for.fact, decision) and not differences(look_for, decision)


def is_of_kind(fact: t.Fact, decision: d.Decision) -> bool:
    """Whether a decision is what a fact speaks of, whatever the message or call says."""
    match fact:
        case t.SentFact(target=target):
            return isinstance(decision, d.Sent) and target in (decision.channel, decision.topic)
        case t.HeldFact(trigger=trigger, reason=reason):
            return (
                isinstance(decision, d.Held)
                and trigger in (None, decision.trigger)
                and reason == decision.reason
            )
        case t.FiredFact(trigger=trigger):
            return isinstance(decision, d.Fired) and decision.trigger == trigger
        case t.LeftFact(trigger=trigger):
            return isinstance(decision, d.Left) and decision.trigger == trigger
        case t.CalledFact(action=action):
            return isinstance(decision, d.Called) and decision.action == action
        case t.CreditedFact(attribution=attribution):
            return isinstance(decision, d.Credit) and decision.attribution == attribution
        case t.JoinedFact(segment=segment):
            return isinstance(decision, d.Joined) and decision.segment == segment
        case t.EnteredFact(stage=stage):
            return isinstance(decision, d.Transition) and decision.to == stage
    assert_never(fact)


def differences(look_for: Wanted, decision: d.Decision) -> list[tuple[str, object, object]]:
    """What a message, call or credit says otherwise: `template` or a datum, expected, found."""
    differing: list[tuple[str, object, object]] = []
    if isinstance(decision, d.Sent):
        if look_for.template is not None and look_for.template != decision.template:
            differing.append(("template", look_for.template, decision.template))
        said: dict[str, Any] = decision.data
    elif isinstance(decision, d.Called):
        said = decision.data
    elif isinstance(decision, d.Credit):
        said = said_by(decision)
    else:
        return []
    for key, value in look_for.data:
        if key not in said or not is_same(value, said[key]):
            differing.append((key, value, said.get(key)))
    return differing


def said_by(credit: d.Credit) -> dict[str, Any]:
    """What a credit says, by the keys of its decision; what it has not is left out."""
    said = {key: getattr(credit, key) for key in t.CREDIT_KEYS}
    return {key: value for key, value in said.items() if value is not None}


def is_same(wanted_value: object, found_value: object) -> bool:
    """Equality of data; of numbers to nine digits."""
    if isinstance(wanted_value, int | float) and isinstance(found_value, int | float):
        if isinstance(wanted_value, bool) or isinstance(found_value, bool):
            return wanted_value is found_value
        return math.isclose(wanted_value, found_value, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(wanted_value, list | tuple) and isinstance(found_value, list | tuple):
        return len(wanted_value) == len(found_value) and all(
            map(is_same, wanted_value, found_value)
        )
    return wanted_value == found_value
