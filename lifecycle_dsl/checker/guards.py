"""The guards of a trigger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field

from lifecycle_dsl.checker.declared import What
from lifecycle_dsl.checker.moves import check_condition, check_span
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.checker.problems import triggers as problems
from lifecycle_dsl.checker.stage_sets import stage_set
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.memory import Period
from lifecycle_dsl.program.rules import Frequency, Stay
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

PERIODS = {period.value: period for period in Period}
USUAL_PRIORITY = 5
MOST_FIRINGS = 1_000
"""What `at most N per D` may remember for each customer."""

_WORDS: dict[type, str] = {
    nodes.GuardIn: "in",
    nodes.GuardWhen: "when",
    nodes.GuardAt: "at",
    nodes.GuardBetween: "between",
    nodes.GuardOnce: "once",
    nodes.GuardForEach: "for each",
    nodes.GuardTopic: "topic",
    nodes.GuardPriority: "priority",
    nodes.GuardDraft: "draft",
    nodes.GuardRestart: "restart",
}
"""Guards that stand once; `at most` may stand for several spans."""


@define(eq=False)
class Guards:
    """What the guards of a trigger say."""

    stages: tuple[str, ...] | None = None
    condition: Expression | None = None
    between: tuple[int, int] | None = None
    frequencies: tuple[Frequency, ...] = ()
    topic: str | None = None
    priority: int = USUAL_PRIORITY
    draft: bool = False
    time_of_day: int | None = None
    restart: bool = False
    is_wrong: bool = field(default=False, repr=False)


def check_guards(
    names: Dictionary, written: tuple[nodes.Guard, ...], *, is_calendar: bool
) -> Guards | None:
    """The guards; None if one of them is wrong."""
    guards = Guards()
    first: dict[str, Span] = {}
    for guard in written:
        word = _WORDS.get(type(guard))
        if word is not None and word in first:
            names.report(name_problems.duplicate_line(guard.span, word, first[word]))
            continue
        if word is not None:
            first[word] = guard.span
        _add(names, guards, guard, is_calendar=is_calendar)
    return None if guards.is_wrong else guards


def _add(names: Dictionary, guards: Guards, guard: nodes.Guard, *, is_calendar: bool) -> None:
    match guard:
        case nodes.GuardIn(stages=stages):
            guards.stages = stage_set(names, stages)
            guards.is_wrong |= guards.stages is None
        case nodes.GuardWhen(condition=condition):
            guards.condition = check_condition(names, condition, "a guard")
            guards.is_wrong |= guards.condition is None
        case nodes.GuardBetween(start=start, end=end):
            if start == end:
                names.report(quantity_problems.hours_of_no_length(guard.span))
            guards.between = start, end
        case nodes.GuardOnce() | nodes.GuardAtMost():
            frequency = _frequency(names, guard)
            if frequency is not None:
                found = (*guards.frequencies, frequency)
                guards.frequencies = tuple(sorted(found, key=lambda f: f.reason != "once"))
        case nodes.GuardTopic(topic=topic):
            guards.topic = topic.text
            guards.is_wrong |= names.entry(topic, What.TOPIC) is None
        case nodes.GuardPriority(priority=priority):
            guards.priority = _priority(names, priority, guard.span)
        case _:
            _add_plain(names, guards, guard, is_calendar=is_calendar)


def _add_plain(
    names: Dictionary,
    guards: Guards,
    guard: nodes.GuardDraft | nodes.GuardAt | nodes.GuardRestart | nodes.GuardForEach,
    *,
    is_calendar: bool,
) -> None:
    match guard:
        case nodes.GuardDraft():
            guards.draft = True
        case nodes.GuardAt(micros=micros):
            guards.time_of_day = micros
            if not is_calendar:
                wants = "days to stand for: `every`, or a date"
                names.report(problems.pointless_guard(guard.span, "at", wants))
        case nodes.GuardRestart():
            guards.restart = True
        case nodes.GuardForEach():
            pass  # It needs the fields of what happens: see `triggers`.


def _priority(names: Dictionary, priority: float, span: Span) -> int:
    if priority in range(1, 10):
        return int(priority)
    names.report(problems.priority_out_of_range(span))
    return USUAL_PRIORITY


def _frequency(names: Dictionary, guard: nodes.GuardOnce | nodes.GuardAtMost) -> Frequency | None:
    if isinstance(guard, nodes.GuardOnce):
        return Frequency(count=1, per=None, reason="once")
    if not 1 <= guard.count <= MOST_FIRINGS:
        names.report(quantity_problems.count_out_of_range(guard.span, MOST_FIRINGS))
        return None
    if guard.per is None:
        return Frequency(count=guard.count, per=None, reason="at_most")
    per = check_per(names, guard.per, stay=True)
    return None if per is None else Frequency(count=guard.count, per=per, reason="at_most")


def check_per(names: Dictionary, node: nodes.Per, *, stay: bool) -> int | Period | Stay | None:
    """The span of a frequency or cap; `stay` says whether `per stay` has a meaning here."""
    if isinstance(node, nodes.PerDuration):
        return check_span(names, node.micros, node.span)
    word = node.period.text
    if word in PERIODS:
        return PERIODS[word]
    if stay and word == Stay.STAY.value:
        return Stay.STAY
    allowed = (*PERIODS, Stay.STAY.value) if stay else tuple(PERIODS)
    names.report(quantity_problems.unknown_period(node.period.span, word, allowed))
    return None
