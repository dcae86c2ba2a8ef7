"""Why an expectation does not hold: what each part came to, and what happened instead."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from attrs import frozen

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.steps import Send, all_steps
from lifecycle_dsl.program.walk import walk
from lifecycle_dsl.source import Span
from lifecycle_dsl.testing.facts import differences, found, is_of_kind
from lifecycle_dsl.testing.judging import Judge
from lifecycle_dsl.testing.reasons import why_not_fired, why_not_in
from lifecycle_dsl.testing.scene import zone_of_tests
from lifecycle_dsl.testing.story import Chapter, Failure
from lifecycle_dsl.testing.values import false_parts, parts_of, shown, written
from lifecycle_dsl.testing.wording import decision_line, phrase, shared, shortened, step_text, times

MOST_NOTES = 8
MOST_SENDERS = 2
_SINCE = "expectations speak of what happened since the last `given`, `on` or `wait` began"


def explained(program: Program, step: t.Expect, judge: Judge, story: Sequence[Chapter]) -> Failure:
    """The failure of an expectation that does not hold."""
    expectation = step.expectation
    span = step.span
    place = _Place(program, judge, story)
    match expectation:
        case t.That(condition=condition):
            return Failure(
                span,
                _of_condition(condition, judge),
                parts_of(condition, judge),
                tuple(dict.fromkeys(place.notes(condition)))[:MOST_NOTES],
            )
        case t.Times(fact=fact, count=count):
            happened = len(judge.places(fact))
            headline = f"`{written(fact.span)}` is so {times(happened)}, not {times(count)}"
            return Failure(span, headline, (), tuple(place.about_fact(fact)))
        case t.About(value=value, about=about):
            found_value, wanted = judge.value(value), judge.value(about)
            headline = (
                f"`{written(value.span)}` is {shown(found_value, value.type)}, not within 1 % of"
                f" {shown(wanted, about.type)}{_off(found_value, wanted)}"
            )
            return Failure(span, headline, parts_of(value, judge))
        case t.Shared(fact=fact, about=about):
            share, wanted = judge.share(fact), judge.value(about)
            headline = (
                f"{shared(judge.wanted(fact.fact), share)}, not within 1 % of"
                f" {format_number(wanted)}{_off(share, wanted)}"
            )
            return Failure(span, headline, (), tuple(place.of_shares(fact))[:MOST_NOTES])
        case t.Order(earlier=earlier, later=later):
            return place.of_order(span, earlier, later)


def _off(value: float | None, wanted: float | None) -> str:
    """How far a value is from another, in percent of that."""
    if value is None or not wanted:
        return ""
    percent = abs(value - wanted) / abs(wanted) * 100
    return f": {percent:,.3g} % {'more' if value > wanted else 'less'}"


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
        case e.And(operands=operands) | e.Or(operands=operands):
            wrong = [each for each in operands if not judge.value(each)]
            return shortened("; ".join(_is(each, judge) for each in wrong))
        case e.Not(operand=operand):
            return _is(operand, judge)
        case _:
            return _is(condition, judge)


def _is(condition: e.Expression, judge: Judge) -> str:
    return f"`{written(condition.span)}` is {shown(judge.value(condition), condition.type)}"


# ---- what happened instead


@frozen
class _Place:
    """Where a test stands: its rules, what is so now, and the story so far."""

    program: Program
    judge: Judge
    story: Sequence[Chapter]

    def of_order(self, span: Span, earlier: t.FactRead, later: t.FactRead) -> Failure:
        """The failure of two facts that are not in their order."""
        for fact in (earlier, later):
            if not self.judge.places(fact):
                headline = phrase(self.judge.wanted(fact.fact), happened=False)
                return Failure(span, headline, (), tuple(self.about_fact(fact)))
        notes = tuple(self._line(self.judge.places(fact)[0]) for fact in (later, earlier))
        return Failure(span, "they came in the other order", (), notes)

    def notes(self, condition: e.Expression) -> Iterator[str]:
        """What may help, of a condition that does not hold."""
        if isinstance(condition, e.And):
            for operand in condition.operands:
                if not self.judge.value(operand):
                    yield from self.notes(operand)
            return
        negated = isinstance(condition, e.Not)
        for part in walk(condition):
            match part:
                case e.OneOf(subject=e.StageRead(), options=options):
                    if not negated and not self.judge.value(part):
                        stages = [str(self.judge.value(option)) for option in options]
                        yield from why_not_in(self.program, stages, self.judge)
                case e.LevelRead(level=level):
                    value = self.program.levels[level].value
                    now = shown(self.judge.value(value), value.type)
                    yield f"{level} goes by `{written(value.span)}`, which is {now}"
                case e.SegmentRead(segment=segment):
                    yield from self._of_segment(segment)
                case t.FactRead() if negated:
                    yield from (self._line(place) for place in self.judge.places(part))
                case t.FactRead() if not self.judge.value(part):
                    yield from self._not_so(part)
                case _:
                    pass

    def _not_so(self, part: t.FactRead) -> Iterator[str]:
        """What a fact that is not so comes near, and what it would have taken."""
        yield from self.about_fact(part)
        last = self.story[-1].step if self.story else None
        events = [last.event] if isinstance(last, t.On) else []
        match part.fact:
            case t.FiredFact(trigger=trigger):
                yield from why_not_fired(self.program, trigger, self.judge, events)
            case t.SentFact(target=target):
                template = self.judge.wanted(part.fact).template
                for trigger in _senders(self.program, target, template):
                    if any(
                        getattr(each, "trigger", None) == trigger for each in self.judge.decisions
                    ):
                        continue
                    for reason in why_not_fired(self.program, trigger, self.judge, events):
                        yield f"{trigger} did not fire: {reason}"
            case t.JoinedFact(segment=segment):
                yield from self._of_segment(segment)
            case t.CreditedFact():
                yield from self._of_conversions(part.fact)
            case _:
                pass

    def _of_segment(self, segment: str) -> Iterator[str]:
        condition = self.program.segments[segment].condition
        if condition is not None:
            parts = false_parts(condition, self.judge) or [f"`{written(condition.span)}`"]
            yield f"{segment} goes by {', '.join(parts)}"

    def about_fact(self, part: t.FactRead) -> Iterator[str]:
        """What comes near a fact that is not so: the like, what was held, what was earlier."""
        fact = part.fact
        look_for = self.judge.wanted(fact)
        for place, decision in enumerate(self.judge.decisions):
            line = self._line(place)
            if is_of_kind(fact, decision):
                differing = differences(look_for, decision)
                for name, expected, came in differing:
                    yield f"{line}: `{name}` is {_datum(came)}, not {_datum(expected)}"
                if not differing:
                    yield line
            elif _tells_why_not(fact, decision):
                yield line
        for chapter in reversed(self.story[:-1]):
            if found(look_for, chapter.decisions):
                yield f"it was so earlier, in `{step_text(chapter.step)}`; {_SINCE}"
                break

    def of_shares(self, part: t.FactRead) -> Iterator[str]:
        """The credits that there are, those that are meant first; else what would be one."""
        decisions = self.judge.decisions
        given = [at for at, each in enumerate(decisions) if is_of_kind(part.fact, each)]
        meant = frozenset(self.judge.places(part))
        yield from map(self._line, sorted(given, key=lambda place: place not in meant))
        yield from self._of_conversions(part.fact)

    def _of_conversions(self, fact: t.Fact) -> Iterator[str]:
        """What would have been a conversion, where nothing was."""
        if isinstance(fact, t.CreditedFact) and not any(
            is_of_kind(fact, each) for each in self.judge.decisions
        ):
            for conversion in self.program.attributions[fact.attribution].conversions:
                yield f"no `{written(conversion.span)}` came"

    def _line(self, place: int) -> str:
        return decision_line(self.judge.decisions[place], zone_of_tests(self.program))


def _senders(program: Program, target: str, template: str | None) -> list[str]:
    """The triggers that would send it, if they are few enough to tell of."""
    found = [
        trigger.name
        for trigger in program.triggers
        for step in all_steps(trigger.steps)
        if isinstance(step, Send)
        and target in (step.channel, trigger.topic)
        and (template is None or _may_be(step.template, template))
    ]
    senders = list(dict.fromkeys(found))
    return senders if len(senders) <= MOST_SENDERS else []


def _may_be(template: e.Expression, name: str) -> bool:
    """Whether the name of a template can come out as another."""
    match template:
        case e.Constant(value=value):
            return value == name
        case e.TextJoin(parts=(str() as start, *_)):
            return name.startswith(start)
        case _:
            return True


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
