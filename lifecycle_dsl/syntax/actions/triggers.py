"""Triggers and their journeys."""

from __future__ import annotations

from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax.actions.builder import (
    Action,
    Builder,
    Parts,
    bare,
    micros,
    node,
    only,
    several,
)


def _trigger(b: Builder, span: Span, parts: Parts) -> n.Trigger:
    declared, title, occurrence, *clauses, steps = parts
    return n.Trigger(
        span,
        declared,
        b.fixed(title),
        occurrence,
        tuple(c for c in clauses if not isinstance(c, n.ExitOn)),
        tuple(c for c in clauses if isinstance(c, n.ExitOn)),
        steps,
    )


def _occurs_sequence(b: Builder, span: Span, parts: Parts) -> n.OccursSequence:
    return n.OccursSequence(span, tuple(parts[:-1]), b.plain(parts[-1]).micros)


def _occurs_absence(b: Builder, span: Span, parts: Parts) -> n.OccursAbsence:
    return n.OccursAbsence(span, parts[0], parts[1], b.plain(parts[2]).micros)


def _occurs_after(b: Builder, span: Span, parts: Parts) -> n.OccursAfter:
    return n.OccursAfter(span, b.plain(parts[0]).micros, parts[1])


def _guard_between(b: Builder, span: Span, parts: Parts) -> n.GuardBetween:
    return n.GuardBetween(span, b.plain(parts[0]).micros, b.plain(parts[1]).micros)


def _guard_at_most(b: Builder, span: Span, parts: Parts) -> n.GuardAtMost:
    return n.GuardAtMost(span, b.whole(parts[0]) or 0, parts[1])


def _guard_for_each(b: Builder, span: Span, parts: Parts) -> n.GuardForEach:
    return n.GuardForEach(span, b.plain(parts[0]), b.whole(parts[1]))


def _guard_priority(b: Builder, span: Span, parts: Parts) -> n.GuardPriority:
    return n.GuardPriority(span, b.plain(parts[0]).value)


def _step_await(b: Builder, span: Span, parts: Parts) -> n.Await:
    happenings, ending, label, steps, otherwise = parts
    arm = n.Arm(happenings.span, happenings, steps)
    return n.Await(span, (arm,), ending, label, otherwise, single=True)


def _step_await_else(b: Builder, span: Span, parts: Parts) -> n.Await:
    happenings, ending, label, otherwise = parts
    return _step_await(b, span, [happenings, ending, label, (), otherwise])


def _step_await_arms(b: Builder, span: Span, parts: Parts) -> n.Await:
    ending, label, (*arms, otherwise) = parts
    return n.Await(span, tuple(arms), ending, label, otherwise, single=False)


def _if_step(b: Builder, span: Span, parts: Parts) -> n.If:
    condition, steps, otherwise = parts
    if isinstance(otherwise, n.If):
        return n.If(span, condition, steps, (otherwise,), chained=True)
    return n.If(span, condition, steps, otherwise, chained=False)


def _split_arm(b: Builder, span: Span, parts: Parts) -> n.SplitArm:
    return n.SplitArm(span, b.plain(parts[0]).value, parts[1])


def _step_split(b: Builder, span: Span, parts: Parts) -> n.Split:
    return n.Split(span, b.plain(parts[0]), tuple(parts[1:]))


def _data(b: Builder, span: Span, parts: Parts) -> n.Data:
    return n.Data(span, b.many(parts))


def _entry(b: Builder, span: Span, parts: Parts) -> n.Entry:
    return n.Entry(span, b.plain(parts[0]), parts[1])


def _arms(b: Builder, span: Span, parts: Parts) -> Parts:
    return parts if parts and not isinstance(parts[-1], n.Arm) else [*parts, None]


ACTIONS: dict[str, Action] = {
    "trigger": _trigger,
    "occurs_on": node(n.OccursOn),
    "occurs_absence": _occurs_absence,
    "occurs_sequence": _occurs_sequence,
    "occurs_after": _occurs_after,
    "occurs_every": node(n.OccursEvery),
    "occurs_dates": node(n.OccursDates),
    "then": only,
    "guard_in": node(n.GuardIn),
    "guard_when": node(n.GuardWhen),
    "guard_at": micros(n.GuardAt),
    "guard_between": _guard_between,
    "guard_once": bare(n.GuardOnce),
    "guard_at_most": _guard_at_most,
    "guard_for_each": _guard_for_each,
    "guard_topic": node(n.GuardTopic),
    "guard_priority": _guard_priority,
    "guard_draft": bare(n.GuardDraft),
    "guard_restart": bare(n.GuardRestart),
    "per_duration": micros(n.PerDuration),
    "per_period": node(n.PerPeriod),
    "exit_on": node(n.ExitOn),
    "steps": several,
    "step_send": node(n.Send),
    "step_set": node(n.SetTrait),
    "step_join": node(n.Join),
    "step_quit": node(n.Quit),
    "step_wait": node(n.Wait),
    "step_wait_until": node(n.WaitUntil),
    "step_await": _step_await,
    "step_await_else": _step_await_else,
    "step_await_arms": _step_await_arms,
    "step_split": _step_split,
    "step_call": node(n.CallAction),
    "step_exit": bare(n.Exit),
    "as_name": only,
    "time_of_day": only,
    "ending_within": micros(n.AwaitWithin),
    "ending_until": node(n.AwaitUntil),
    "arms": _arms,
    "arm": node(n.Arm),
    "else_steps": lambda b, span, parts: parts[0],
    "if_step": _if_step,
    "split_arm": _split_arm,
    "data": _data,
    "entry": _entry,
}
