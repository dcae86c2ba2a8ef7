"""Tests: how things stand at first, the records, and the clock; `expecting` has the rest."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from lifecycle_dsl.checker.constants import as_expression, constant_value
from lifecycle_dsl.checker.data import check_fields
from lifecycle_dsl.checker.declared import What
from lifecycle_dsl.checker.expecting import check_expectation
from lifecycle_dsl.checker.groups import PROFILE
from lifecycle_dsl.checker.names import ScoreName, TraitName
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.checker.problems import tests as problems
from lifecycle_dsl.checker.problems import triggers as step_problems
from lifecycle_dsl.checker.scope import Reads, Scope
from lifecycle_dsl.checker.types import BUILT_IN_FIELDS
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.program.attributions import Attribution
from lifecycle_dsl.program.types import NUMBER, Field, Type
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

MOST_REPEATS = 10_000


def check_test(
    names: Dictionary,
    node: nodes.Test,
    attributions: Mapping[str, Attribution],
    *,
    some_are_held_out: bool,
) -> t.Test:
    """The steps of a test; those with something wrong, which is reported, are left out."""
    _check_clock(names, node)
    behind_given = {
        id(at): at.micros
        for before, at in pairwise(node.steps)
        if isinstance(before, nodes.Given) and isinstance(at, nodes.TestAt)
    }
    steps: list[t.TestStep] = []
    for step in node.steps:
        match step:
            case nodes.TestAt() if id(step) in behind_given:
                given = steps[-1]
                if isinstance(given, t.Given):
                    at = step.micros
                    steps[-1] = t.Given(span=given.span.to(step.span), items=given.items, at=at)
            case nodes.TestAt(micros=micros) | nodes.TestWaitUntil(micros=micros):
                steps.append(t.Pass(span=step.span, until=micros))
            case nodes.TestWait(micros=micros):
                steps.append(t.Pass(span=step.span, micros=micros))
            case nodes.Given(items=items):
                found = [_given(names, item, some_are_held_out=some_are_held_out) for item in items]
                there = tuple(item for item in found if item is not None)
                steps.append(t.Given(span=step.span, items=there, at=None))
            case nodes.TestOn():
                record = _record(names, step)
                if record is not None:
                    steps.append(record)
            case nodes.Expect(expectation=expectation):
                expected = check_expectation(names, expectation, attributions)
                if expected is not None:
                    steps.append(t.Expect(span=step.span, expectation=expected))
    return t.Test(span=node.span, title=node.title, steps=tuple(steps))


def _check_clock(names: Dictionary, node: nodes.Test) -> None:
    clock: Span | None = None
    latest = 0
    for step in node.steps:
        match step:
            case nodes.TestAt(micros=micros) | nodes.TestWaitUntil(micros=micros):
                if clock is not None and micros < latest:
                    names.report(problems.time_runs_backwards(step.span))
                clock, latest = step.span, max(micros, latest)
            case nodes.TestWait(micros=micros):
                latest += micros
            case _:
                pass


def _given(
    names: Dictionary, item: nodes.GivenItem, *, some_are_held_out: bool
) -> t.GivenItem | None:
    match item:
        case nodes.GivenStage(stage=stage):
            known = names.entry(stage, What.STAGE)
            return None if known is None else t.GivenStage(stage.text)
        case nodes.GivenJoined(segment=segment):
            entry = names.entry(segment, What.SEGMENT)
            if entry is None:
                return None
            if entry.as_node(nodes.Segment).condition is not None:
                names.report(
                    step_problems.segment_is_computed(segment.span, segment.text, entry.span)
                )
            return t.GivenJoined(segment.text)
        case nodes.GivenHoldout():
            if not some_are_held_out:
                names.report(problems.missing_holdout(item.span))
            return t.GivenHoldout()
        case nodes.GivenArm(split=split, arm=arm):
            _check_arm(names, split, arm, item.span)
            return t.GivenArm(split.text, arm)
        case nodes.GivenValue(name=name, value=value):
            return _value(names, name, value)


def _check_arm(names: Dictionary, split: nodes.Name, arm: int, span: Span) -> None:
    node = names.splits.get(split.text)
    if node is None:
        similar = names.similar(split.text, names.splits)
        names.report(problems.unknown_split(split.span, split.text, similar))
    elif not 1 <= arm <= len(node.arms):
        names.report(quantity_problems.count_out_of_range(span, len(node.arms)))


def _value(
    names: Dictionary, name: nodes.Name, value: nodes.Constant | nodes.Expression
) -> t.GivenTrait | t.GivenScore | None:
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
            names.report(name_problems.unknown_trait(name.span, name.text, similar))
            return None
        case _:
            what = names.entries[name.text].what.value
            names.report(problems.given_not_settable(name.span, name.text, what))
            return None
    checked = names.check(written, Scope("a given value", Reads.NOTHING), kind)
    if checked is None:
        return None
    is_known, given = constant_value(checked)
    if not is_known:
        names.report(quantity_problems.not_a_constant(written.span, "a given value"))
        return None
    if isinstance(found, ScoreName):
        return t.GivenScore(name.text, float(given))  # type: ignore[arg-type]
    return t.GivenTrait(name.text, given)


def _record(names: Dictionary, node: nodes.TestOn) -> t.On | None:
    repeat = node.repeat
    if repeat is not None and not 1 <= repeat.count <= MOST_REPEATS:
        names.report(quantity_problems.count_out_of_range(repeat.span, MOST_REPEATS))
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
            return None
        fields += names.fields(entry.as_node(nodes.Event))
    taken = {
        each.name: each if each.name != "at" else Field("at", each.type, optional=True)
        for each in fields
    }
    data = check_fields(
        names,
        node.data,
        taken.values(),
        Scope("a test's record", Reads.NOTHING),
        owner=name,
        what="the event",
        at=node.event.span,
    )
    if data is None:
        return None
    given: list[tuple[str, Type, object]] = []
    for key, value in data:
        is_known, known = constant_value(value)
        if is_known:
            given.append((key, taken[key].type, known))
        else:
            names.report(quantity_problems.not_a_constant(value.span, "a field of a test's record"))
    return t.On(
        span=node.span,
        event=name,
        fields=tuple(given),
        count=1 if repeat is None else repeat.count,
        every=0 if repeat is None else repeat.micros or 0,
    )
