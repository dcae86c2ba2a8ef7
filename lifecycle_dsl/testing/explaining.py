"""Why an expectation does not hold: what each part came to, and what happened instead."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.walk import walk
from lifecycle_dsl.testing.facts import Wanted, differences, found, is_of_kind
from lifecycle_dsl.testing.judging import Judge
from lifecycle_dsl.testing.reasons import why_not_fired, why_not_in
from lifecycle_dsl.testing.story import Chapter, Failure
from lifecycle_dsl.testing.values import parts_of, shown, written
from lifecycle_dsl.testing.wording import decision_line, phrase, step_text, times

MOST_NOTES = 8
_SINCE = "expectations speak of what happened since the last `given`, `on` or `wait` began"


def explained(program: Program, step: t.Expect, judge: Judge, story: Sequence[Chapter]) -> Failure:
    """The failure of an expectation that does not hold."""
    expectation = step.expectation
    span = step.span
    match expectation:
        case t.That(condition=condition):
            return Failure(
                span,
                _of_condition(condition, judge),
                parts_of(condition, judge),
                tuple(_notes(program, condition, judge, story))[:MOST_NOTES],
            )
        case t.Times(fact=fact, count=count):
            happened = len(judge.places(fact))
            headline = f"`{written(fact.span)}` is so {times(happened)}, not {times(count)}"
            return Failure(span, headline, (), tuple(_about_fact(fact, judge, story)))
        case t.About(value=value, about=about):
            found_value, wanted = judge.value(value), judge.value(about)
            headline = (
                f"`{written(value.span)}` is {shown(found_value, value.type)}, not within 1 % of"
                f" {shown(wanted, about.type)}"
            )
            return Failure(span, headline, parts_of(value, judge))
        case t.Order(earlier=earlier, later=later):
            return _of_order(span, earlier, later, judge, story)


def _of_condition(condition: e.Expression, judge: Judge) -> str:
    match condition:
        case t.FactRead(fact=fact):
            return phrase(judge.wanted(fact), happened=False)
        case e.Not(operand=t.FactRead(fact=fact)):
            return phrase(judge.wanted(fact), happened=True)
        case e.OneOf(subject=e.StageRead() as stage, options=options):
            expected = " or ".join(shown(judge.value(each), each.type) for each in options)
            now = judge.value(stage)
            return f"the stage is {now}, not {expected}" if now else "there is no stage yet"
        case e.Apply(operation=operation, arguments=(left, right)) if operation.name == "==":
            value = shown(judge.value(left), left.type)
            return f"`{written(left.span)}` is {value}, not {written(right.span)}"
        case e.Forgiving(left=left) | e.Apply(arguments=(left, e.Constant())):
            return f"`{written(left.span)}` is {shown(judge.value(left), left.type)}"
        case _:
            return "this does not hold"


def _of_order(
    span: Any, earlier: t.FactRead, later: t.FactRead, judge: Judge, story: Sequence[Chapter]
) -> Failure:
    for fact in (earlier, later):
        if not judge.places(fact):
            headline = phrase(judge.wanted(fact.fact), happened=False)
            return Failure(span, headline, (), tuple(_about_fact(fact, judge, story)))
    notes = tuple(decision_line(judge.decisions[judge.places(f)[0]]) for f in (later, earlier))
    return Failure(span, "they came in the other order", (), notes)


# ---- what happened instead


def _notes(
    program: Program, condition: e.Expression, judge: Judge, story: Sequence[Chapter]
) -> Iterator[str]:
    negated = isinstance(condition, e.Not)
    for part in walk(condition):
        if isinstance(part, e.OneOf) and isinstance(part.subject, e.StageRead):
            if not negated and not judge.value(part):
                stages = [str(judge.value(option)) for option in part.options]
                yield from why_not_in(program, stages, judge)
        elif isinstance(part, e.LevelRead):
            value = program.levels[part.level].value
            now = shown(judge.value(value), value.type)
            yield f"{part.level} goes by `{written(value.span)}`, which is {now}"
        if isinstance(part, t.FactRead):
            if negated:
                yield from (decision_line(judge.decisions[place]) for place in judge.places(part))
            elif not judge.value(part):
                yield from _about_fact(part, judge, story)
                if isinstance(part.fact, t.FiredFact):
                    events = [each.event for each in (_last(story),) if isinstance(each, t.On)]
                    yield from why_not_fired(program, part.fact.trigger, judge, events)


def _about_fact(part: t.FactRead, judge: Judge, story: Sequence[Chapter]) -> Iterator[str]:
    """What comes near a fact that is not so: the like, what was held, and what was earlier."""
    fact = part.fact
    look_for = judge.wanted(fact)
    for decision in judge.decisions:
        if is_of_kind(fact, decision):
            yield from _difference(look_for, decision)
        elif _tells_why_not(fact, decision):
            yield decision_line(decision)
    for chapter in reversed(story[:-1]):
        if found(look_for, chapter.decisions):
            yield f"it was so earlier, in `{step_text(chapter.step)}`; {_SINCE}"
            break


def _last(story: Sequence[Chapter]) -> t.TestStep | None:
    return story[-1].step if story else None


def _difference(look_for: Wanted, decision: d.Decision) -> Iterator[str]:
    differing = differences(look_for, decision)
    if not differing:
        yield decision_line(decision)
        return
    what = decision_line(decision)
    for name, expected, came in differing:
        yield f"{what}: `{name}` is {_datum(came)}, not {_datum(expected)}"


def _datum(value: object) -> str:
    if value is None:
        return "missing"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return json.dumps(value, ensure_ascii=False)
    return format_number(value) if isinstance(value, int | float) else str(value)


def _tells_why_not(fact: t.Fact, decision: d.Decision) -> bool:
    """Whether a decision says why something was not sent or did not fire."""
    if not isinstance(decision, d.Held):
        return False
    match fact:
        case t.SentFact(target=target):
            return decision.channel in (None, target) or decision.reason == "no_channel"
        case t.FiredFact(trigger=trigger) | t.HeldFact(trigger=trigger):
            return trigger in (None, decision.trigger)
        case _:
            return False
