"""The steps of a trigger: messages, traits, segments, calls, waits, branches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import evolve

from lifecycle_dsl.checker.data import check_data, check_fields
from lifecycle_dsl.checker.declared import What
from lifecycle_dsl.checker.hearing import Heard
from lifecycle_dsl.checker.moves import check_span
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.checker.problems import triggers as problems
from lifecycle_dsl.checker.scope import Reads, Scope
from lifecycle_dsl.localtime import LONGEST_WAIT
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.steps import (
    Arm,
    Await,
    Call,
    Exit,
    IfStep,
    Join,
    Quit,
    Send,
    SetTrait,
    Share,
    Split,
    Step,
    Wait,
    WaitUntil,
)
from lifecycle_dsl.program.types import BOOL, DURATION, TEXT, TIME
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


class Steps:
    """The steps of one trigger."""

    def __init__(self, names: Dictionary, trigger: str) -> None:
        self._names = names
        self._trigger = trigger
        self._count: Counter[str] = Counter()
        self._labels: dict[str, Span] = {}
        self.heard: list[Heard] = []
        """What its `await`s listen to."""
        self.former: dict[str, str] = {}
        """Steps by the names they had before."""

    def check(self, written: Iterable[nodes.Step], scope: Scope) -> tuple[Step, ...]:
        """Checked steps; wrong ones are left out, and reported."""
        steps = [self._step(step, scope) for step in written]
        return tuple(step for step in steps if step is not None)

    def _step(self, node: nodes.Step, scope: Scope) -> Step | None:
        match node:
            case nodes.Send():
                return self._send(node, scope)
            case nodes.SetTrait():
                return self._set(node, scope)
            case nodes.Join(segment=segment):
                joined = self._joined(segment)
                return None if joined is None else Join(span=node.span, segment=joined)
            case nodes.Quit(segment=segment):
                joined = self._joined(segment)
                return None if joined is None else Quit(span=node.span, segment=joined)
            case nodes.CallAction():
                return self._call(node, scope)
            case nodes.If():
                return self._if(node, scope)
            case nodes.Exit():
                return Exit(span=node.span, name=self._number("exit"))
            case nodes.Wait():
                return self._wait(node, scope)
            case nodes.WaitUntil():
                return self._wait_until(node, scope)
            case nodes.Await():
                return self._await(node, scope)
            case nodes.Split():
                return self._split(node, scope)

    def _number(self, kind: str) -> str:
        self._count[kind] += 1
        return f"{kind}{self._count[kind]}"

    def _named(self, kind: str, label: nodes.Declared | None, span: Span) -> str:
        """The name of a place at which a run can stand."""
        name = self._number(kind)
        if label is None:
            return self._name(name, span)
        name = self._name(label.name.text, label.name.span)
        if label.was is not None:
            self.former[label.was.text] = name
        return name

    def _name(self, name: str, span: Span) -> str:
        if name in self._labels:
            self._names.report(name_problems.duplicate_name(span, name, self._labels[name]))
        self._labels[name] = span
        self._names.steps.setdefault(self._trigger, {})[name] = span
        return name

    # Steps that act

    def _send(self, node: nodes.Send, scope: Scope) -> Send | None:
        name = self._named("send", None, node.span)
        is_route = self._channel(node.target)
        template = self._template(node.template, scope)
        data = check_data(self._names, node.data, scope)
        if template is None or data is None or is_route is None:
            return None
        target = node.target.text
        return Send(
            span=node.span,
            name=name,
            channel=None if is_route else target,
            route=target if is_route else None,
            template=template,
            data=data,
        )

    def _channel(self, name: nodes.Name) -> bool | None:
        """Whether a message's target is a route; None if it is neither route nor channel."""
        entry = self._names.entries.get(name.text)
        if entry is None:
            self._names.unknown(name, What.CHANNEL, What.ROUTE)
            return None
        if entry.what is What.ROUTE:
            return True
        return None if self._names.entry(name, What.CHANNEL) is None else False

    def _template(self, node: nodes.Text | nodes.Path, scope: Scope) -> Expression | None:
        written: nodes.Expression
        if isinstance(node, nodes.Text):
            written = node
        elif len(node.names) == 1:
            written = nodes.NameRead(node.span, node.names[0])
        elif len(node.names) == 2:
            written = nodes.Member(node.span, *node.names)
        else:
            self._names.report(problems.template_not_text(node.span))
            return None
        return self._names.check(written, _in(scope, "a template"), TEXT)

    def _set(self, node: nodes.SetTrait, scope: Scope) -> SetTrait | None:
        entry = self._names.entry(node.trait, What.TRAIT)
        if entry is None:
            return None
        trait = entry.as_node(nodes.Trait)
        value = self._names.check(
            node.value, scope, self._names.trait_type(trait), complete=not trait.type.optional
        )
        if value is None:
            return None
        return SetTrait(span=node.span, trait=node.trait.text, value=value)

    def _joined(self, name: nodes.Name) -> str | None:
        entry = self._names.entry(name, What.SEGMENT)
        if entry is None:
            return None
        if entry.as_node(nodes.Segment).condition is not None:
            self._names.report(problems.segment_is_computed(name.span, name.text, entry.span))
            return None
        return name.text

    def _call(self, node: nodes.CallAction, scope: Scope) -> Call | None:
        name = self._number("call")
        entry = self._names.entry(node.action, What.ACTION)
        if entry is None:
            check_data(self._names, node.data, scope)
            return None
        data = check_fields(
            self._names,
            node.data,
            self._names.fields(entry.as_node(nodes.Action)),
            scope,
            owner=entry.name,
            what="the action",
            at=node.span,
        )
        if data is None:
            return None
        return Call(span=node.span, name=name, action=entry.name, data=data)

    def _if(self, node: nodes.If, scope: Scope) -> IfStep | None:
        """A chain of `else if` is gone along, not into: it may be long."""
        chain = [node]
        while chain[-1].chained:
            chain += [step for step in chain[-1].otherwise or () if isinstance(step, nodes.If)]
        parts = []
        for link in chain:
            condition = self._names.check(link.condition, _in(scope, "a condition"), BOOL)
            parts.append((link.span, condition, self.check(link.steps, scope)))
        otherwise = self.check(chain[-1].otherwise or (), scope)
        result: IfStep | None = None
        for span, condition, steps in reversed(parts):
            if condition is None:
                continue
            result = IfStep(span=span, condition=condition, steps=steps, otherwise=otherwise)
            otherwise = (result,)
        return result

    # Steps that wait or branch

    def _wait(self, node: nodes.Wait, scope: Scope) -> Wait | None:
        name = self._named("wait", node.label, node.span)
        duration = node.duration
        if isinstance(duration, nodes.Duration):
            if duration.micros > LONGEST_WAIT:
                self._names.report(quantity_problems.span_out_of_range(duration.span))
            return Wait(span=node.span, name=name, micros=duration.micros, duration=None)
        value = self._names.check(duration, scope, DURATION)
        if value is None:
            return None
        return Wait(span=node.span, name=name, micros=None, duration=value)

    def _wait_until(self, node: nodes.WaitUntil, scope: Scope) -> WaitUntil | None:
        name = self._named("wait", node.label, node.span)
        until = node.until
        if isinstance(until, nodes.TimeOfDay):
            return WaitUntil(span=node.span, name=name, time_of_day=until.micros, instant=None)
        value = self._names.check(until, scope, TIME)
        if value is None:
            return None
        return WaitUntil(span=node.span, name=name, time_of_day=None, instant=value)

    def _await(self, node: nodes.Await, scope: Scope) -> Await:
        name = self._named("await", node.label, node.span)
        micros: int | None = None
        time_of_day: int | None = None
        instant: Expression | None = None
        match node.ending:
            case nodes.AwaitWithin(micros=within):
                micros = check_span(self._names, within, node.span)
            case nodes.AwaitUntil(until=nodes.TimeOfDay() as until):
                time_of_day = until.micros
            case nodes.AwaitUntil(until=until):
                instant = self._names.check(until, scope, TIME)
            case None:
                if node.otherwise is not None:
                    self._names.report(problems.endless_await(node.span))
        arms = [self._arm(arm, scope) for arm in node.arms]
        return Await(
            span=node.span,
            name=name,
            arms=tuple(arm for arm in arms if arm is not None),
            micros=micros,
            time_of_day=time_of_day,
            instant=instant,
            otherwise=self.check(node.otherwise or (), scope),
        )

    def _arm(self, arm: nodes.Arm, scope: Scope) -> Arm | None:
        heard = self._names.hearing.heard(arm.happenings, "`await`", changes=True)
        if heard is None:
            self.check(arm.steps, evolve(scope, reads=scope.reads & ~Reads.RECORD))
            return None
        self.heard.append(heard)
        steps = self.check(arm.steps, heard.lasting_scope("a step"))
        return Arm(span=arm.span, happenings=heard.happenings, steps=steps)

    def _split(self, node: nodes.Split, scope: Scope) -> Split:
        self._names.add_split(node)
        shares = []
        for arm in node.arms:
            if arm.percent == 0:
                self._names.report(problems.arm_never_taken(arm.span))
            elif not is_percent(arm.percent):
                self._names.report(quantity_problems.percent_out_of_range(arm.span))
            buckets = round(arm.percent * 100)
            shares.append(Share(span=arm.span, buckets=buckets, steps=self.check(arm.steps, scope)))
        name, was = node.declared.name, node.declared.was
        check_shares(self._names, [arm.percent for arm in node.arms], name.span)
        former = None if was is None else was.text
        return Split(span=node.span, name=name.text, was=former, shares=tuple(shares))


def check_shares(names: Dictionary, percents: Iterable[float], span: Span) -> None:
    """Percentages that are 100 together."""
    hundredths = sum(round(percent * 100) for percent in percents)
    if hundredths != 10_000:
        names.report(problems.arms_not_whole(span, f"{hundredths / 100:g}"))


def is_percent(percent: float) -> bool:
    """Whether a number is a percentage in hundredths."""
    return 0 <= percent <= 100 and abs(percent * 100 - round(percent * 100)) < 1e-6


def _in(scope: Scope, place: str) -> Scope:
    return evolve(scope, place=place)
