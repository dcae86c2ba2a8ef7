"""Tests and promises: their names, events, fields and values; they stay nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecycle_dsl.checker.constants import as_expression, constant_value
from lifecycle_dsl.checker.data import check_data, check_fields
from lifecycle_dsl.checker.declared import What
from lifecycle_dsl.checker.expressions.facts import Fact
from lifecycle_dsl.checker.facts import check_facts
from lifecycle_dsl.checker.groups import PROFILE
from lifecycle_dsl.checker.names import ScoreName, TraitName
from lifecycle_dsl.checker.problems import declarations as problems
from lifecycle_dsl.checker.scope import Reads, Scope
from lifecycle_dsl.checker.types import BUILT_IN_FIELDS
from lifecycle_dsl.program.types import BOOL, DURATION, MONEY, NUMBER, Field, Type
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

MOST_REPEATS = 10_000
QUANTITIES = (NUMBER, MONEY, DURATION)


def check_promise(names: Dictionary, node: nodes.Promise) -> None:
    """Check what a promise says."""
    scope = Scope("a promise", names.of_the_customer | Reads.FACTS)
    names.check(node.condition, scope, BOOL)
    check_facts(names, node.condition)


def check_test(names: Dictionary, node: nodes.Test) -> None:
    """Check the steps of a test."""
    clock: Span | None = None
    latest = 0
    for step in node.steps:
        match step:
            case nodes.Given(items=items):
                for item in items:
                    _check_given(names, item)
            case nodes.TestAt(micros=micros) | nodes.TestWaitUntil(micros=micros):
                if clock is not None and micros < latest:
                    names.report(problems.time_runs_backwards(step.span))
                clock, latest = step.span, max(micros, latest)
            case nodes.TestOn():
                _check_record(names, step)
            case nodes.TestWait(micros=micros):
                latest += micros
            case nodes.Expect(expectation=expectation):
                _check_expectation(names, expectation)


def _check_given(names: Dictionary, item: nodes.GivenItem) -> None:
    match item:
        case nodes.GivenStage(stage=stage):
            names.entry(stage, What.STAGE)
        case nodes.GivenJoined(segment=segment):
            entry = names.entry(segment, What.SEGMENT)
            if entry is not None and entry.as_node(nodes.Segment).condition is not None:
                names.report(problems.segment_is_computed(segment.span, segment.text, entry.span))
        case nodes.GivenHoldout():
            pass
        case nodes.GivenArm(split=split, arm=arm):
            _check_arm(names, split, arm, item.span)
        case nodes.GivenValue(name=name, value=value):
            _check_value(names, name, value)


def _check_arm(names: Dictionary, split: nodes.Name, arm: int, span: Span) -> None:
    node = names.splits.get(split.text)
    if node is None:
        similar = names.similar(split.text, names.splits)
        names.report(problems.unknown_split(split.span, split.text, similar))
    elif not 1 <= arm <= len(node.arms):
        names.report(problems.count_out_of_range(span, len(node.arms)))


def _check_value(
    names: Dictionary, name: nodes.Name, value: nodes.Constant | nodes.Expression
) -> None:
    written = as_expression(value) if isinstance(value, nodes.Constant) else value
    found = names.find(name.text)
    kind: Type
    match found:
        case TraitName(type=trait_type):
            kind = trait_type
        case ScoreName():
            kind = NUMBER
        case None:
            similar = names.similar(name.text, [*names.of(What.TRAIT), *names.of(What.SCORE)])
            names.report(problems.unknown_trait(name.span, name.text, similar))
            return
        case _:
            what = names.entries[name.text].what.value
            names.report(problems.given_not_settable(name.span, name.text, what))
            return
    checked = names.check(written, Scope("a given value", Reads.NOTHING), kind)
    if checked is not None and not constant_value(checked)[0]:
        names.report(problems.not_a_constant(written.span, "a given value"))


def _check_record(names: Dictionary, node: nodes.TestOn) -> None:
    if node.repeat is not None and not 1 <= node.repeat.count <= MOST_REPEATS:
        names.report(problems.count_out_of_range(node.repeat.span, MOST_REPEATS))
    fields: list[Field] = [each for key, each in BUILT_IN_FIELDS.items() if key != "customer"]
    name = node.event.text
    if name == PROFILE:
        for trait in names.of(What.TRAIT):
            found = names.find(trait)
            if isinstance(found, TraitName):
                fields.append(Field(trait, found.type, optional=True))
    else:
        entry = names.entry(node.event, What.EVENT)
        if entry is None:
            return
        fields += names.fields(entry.as_node(nodes.Event))
    given = [
        each if each.name != "at" else Field("at", each.type, optional=True) for each in fields
    ]
    check_fields(
        names,
        node.data,
        given,
        Scope("a test's record", Reads.NOTHING),
        owner=name,
        what="the event",
        at=node.event.span,
    )


def _check_expectation(names: Dictionary, node: nodes.Expectation) -> None:
    scope = Scope("an expectation", names.of_the_customer | Reads.FACTS)
    match node:
        case nodes.ExpectThat(condition=condition, data=data):
            names.check(condition, scope, BOOL)
            check_facts(names, condition)
            if data is not None:
                _check_expected_data(names, condition, data)
        case nodes.ExpectTimes(fact=fact, count=count):
            names.check(fact, scope, BOOL)
            _check_fact(names, fact)
            if count > MOST_REPEATS:
                names.report(problems.count_out_of_range(node.span, MOST_REPEATS))
        case nodes.ExpectAbout(value=value, about=about):
            found = names.check(value, scope, None)
            if found is not None and found.type not in QUANTITIES:
                names.report(
                    problems.wrong_kind(
                        value.span,
                        value.span.text,
                        f"of type {found.type}",
                        "a quantity",
                        declared=None,
                    )
                )
            elif found is not None:
                names.check(as_expression(about), scope, found.type)
        case nodes.ExpectOrder(earlier=earlier, later=later):
            for fact in (earlier, later):
                names.check(fact, scope, BOOL)
                _check_fact(names, fact)


def _check_fact(names: Dictionary, node: nodes.Expression) -> None:
    check_facts(names, node)
    if not isinstance(node, Fact) or isinstance(node, nodes.FactStage):
        names.report(problems.fact_expected(node.span))


def _check_expected_data(names: Dictionary, condition: nodes.Expression, data: nodes.Data) -> None:
    """Data beside a message or a call; also beside `not sent …`."""
    inner = condition
    while isinstance(inner, nodes.Unary | nodes.Bracketed):
        inner = inner.operand if isinstance(inner, nodes.Unary) else inner.inner
    scope = Scope("expected data", names.of_the_customer)
    match inner:
        case nodes.FactCalled(action=action):
            entry = names.entries.get(action.text)
            if entry is not None and isinstance(entry.node, nodes.Action):
                check_fields(
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
            check_data(names, data, scope)
        case _:
            names.report(problems.data_not_taken(data.span, f"`{condition.span.text}`"))
