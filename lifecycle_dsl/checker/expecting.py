"""What tests expect and promises promise: conditions over the customer and over what happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import evolve

from lifecycle_dsl.checker.constants import as_expression
from lifecycle_dsl.checker.data import Data, check_data, check_fields
from lifecycle_dsl.checker.declared import What
from lifecycle_dsl.checker.expressions.facts import Fact
from lifecycle_dsl.checker.facts import check_facts
from lifecycle_dsl.checker.problems import data as data_problems
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.checker.problems import tests as problems
from lifecycle_dsl.checker.scope import Reads, Scope
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.program.attributions import DIRECT, Attribution
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.types import BOOL, DURATION, MONEY, NUMBER, TEXT, Field, Labels
from lifecycle_dsl.program.walk import rewrite
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

MOST_TIMES = 10_000
QUANTITIES = (NUMBER, MONEY, DURATION)
Attributions = Mapping[str, Attribution]


def check_promise(names: Dictionary, node: nodes.Promise) -> t.Promise | None:
    """A promise; None after a report."""
    scope = Scope("a promise", names.of_the_customer | Reads.FACTS)
    condition = names.check(node.condition, scope, BOOL)
    check_facts(names, node.condition)
    if condition is None:
        return None
    return t.Promise(span=node.span, title=node.title, condition=condition)


def check_expectation(
    names: Dictionary, node: nodes.Expectation, attributions: Attributions
) -> t.Expectation | None:
    """What is expected; None after a report."""
    scope = Scope("an expectation", names.of_the_customer | Reads.FACTS, missing_is_false=True)
    match node:
        case nodes.ExpectThat():
            return _that(names, node, scope, attributions)
        case nodes.ExpectTimes(fact=fact, count=count):
            counted = _fact(names, fact, scope)
            if count > MOST_TIMES:
                names.report(quantity_problems.count_out_of_range(node.span, MOST_TIMES))
            return None if counted is None else t.Times(fact=counted, count=count)
        case nodes.ExpectAbout(value=nodes.FactCredited(), data=data):
            credited = _with(names, node.value, data, scope, attributions)
            share = names.check(as_expression(node.about), scope, NUMBER)
            if share is None or not isinstance(credited, t.FactRead):
                return None
            return t.Shared(fact=credited, about=share)
        case nodes.ExpectAbout():
            return _about(names, node, scope)
        case nodes.ExpectOrder(earlier=earlier, later=later):
            first, second = _fact(names, earlier, scope), _fact(names, later, scope)
            if first is None or second is None:
                return None
            return t.Order(earlier=first, later=second)


def _that(
    names: Dictionary, node: nodes.ExpectThat, scope: Scope, attributions: Attributions
) -> t.That | None:
    condition = _with(names, node.condition, node.data, scope, attributions)
    return None if condition is None else t.That(condition=condition)


def _with(
    names: Dictionary,
    node: nodes.Expression,
    data: nodes.Data | None,
    scope: Scope,
    attributions: Attributions,
) -> Expression | None:
    """A condition whose fact has the data that stand behind it."""
    condition = names.check(node, scope, BOOL)
    check_facts(names, node)
    if data is None:
        return condition
    expected = _expected_data(names, node, data, attributions)
    if condition is None or expected is None:
        return None
    return rewrite(condition, lambda part: _with_data(part, expected))


def _with_data(part: Expression, data: Data) -> Expression:
    if isinstance(part, t.FactRead) and isinstance(
        part.fact, t.SentFact | t.CalledFact | t.CreditedFact
    ):
        return evolve(part, fact=evolve(part.fact, data=data))
    return part


def _about(names: Dictionary, node: nodes.ExpectAbout, scope: Scope) -> t.About | None:
    value = names.check(node.value, scope, None)
    if node.data is not None:
        _report_not_taken(names, node.value, node.data)
        return None
    if value is None:
        return None
    if value.type not in QUANTITIES:
        kind = f"of type {value.type}"
        span = node.value.span
        names.report(name_problems.wrong_kind(span, span.text, kind, "a quantity", declared=None))
        return None
    about = names.check(as_expression(node.about), scope, value.type)
    return None if about is None else t.About(value=value, about=about)


def _fact(names: Dictionary, node: nodes.Expression, scope: Scope) -> t.FactRead | None:
    """Something that happens, to be counted or put in order."""
    found = names.check(node, scope, BOOL)
    check_facts(names, node)
    if not isinstance(node, Fact) or isinstance(node, nodes.FactStage):
        names.report(problems.fact_expected(node.span))
    return found if isinstance(found, t.FactRead) else None


def _expected_data(
    names: Dictionary, condition: nodes.Expression, data: nodes.Data, attributions: Attributions
) -> Data | None:
    """Data beside a message, a call or a credit; also beside `not sent …`."""
    inner = condition
    while isinstance(inner, nodes.Unary | nodes.Bracketed):
        inner = inner.operand if isinstance(inner, nodes.Unary) else inner.inner
    scope = Scope("expected data", names.of_the_customer)
    match inner:
        case nodes.FactCalled(action=action):
            entry = names.entries.get(action.text)
            if entry is None or not isinstance(entry.node, nodes.Action):
                return None
            return check_fields(
                names,
                data,
                names.fields(entry.node),
                scope,
                owner=entry.name,
                what="the action",
                at=data.span,
                needed=False,
            )
        case nodes.FactSent():
            return check_data(names, data, scope)
        case nodes.FactCredited(attribution=attribution):
            found = attributions.get(attribution.text)
            if found is None:
                return None
            return check_fields(
                names,
                data,
                _fields_of_credits(names, found),
                scope,
                owner=attribution.text,
                what="a credit of",
                at=data.span,
                needed=False,
            )
        case _:
            _report_not_taken(names, condition, data)
            return None


def _report_not_taken(names: Dictionary, node: nodes.Expression, data: nodes.Data) -> None:
    names.report(data_problems.data_not_taken(data.span, f"`{node.span.text}`"))


def _fields_of_credits(names: Dictionary, attribution: Attribution) -> tuple[Field, ...]:
    """What credits say, as decisions name it; channels and triggers that cannot be are mistakes."""
    sending = names.of(What.CHANNEL) if attribution.sends else ()
    channels = dict.fromkeys((*sending, DIRECT))
    for touch in attribution.touches:
        channels.update(
            dict.fromkeys(touch.happenings.events if touch.channel is None else (touch.channel,))
        )
    named = any(touch.campaign is not None for touch in attribution.touches)
    money = all(each.worth.type == MONEY for each in attribution.conversions)
    return (
        Field("channel", Labels(tuple(channels))),
        Field("campaign", TEXT if named else Labels(tuple(names.of(What.TRIGGER)))),
        Field("template", TEXT),
        Field("share", NUMBER),
        Field("worth", MONEY if money else NUMBER),
    )
