"""Triggers: what they listen to, which guards they have, and their steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from lifecycle_dsl.checker.dates import dates_of, lone_date, trait_dates
from lifecycle_dsl.checker.declared import Entry
from lifecycle_dsl.checker.guards import check_guards
from lifecycle_dsl.checker.hearing import Heard
from lifecycle_dsl.checker.moves import check_span
from lifecycle_dsl.checker.problems import declarations as problems
from lifecycle_dsl.checker.scope import Scope
from lifecycle_dsl.checker.steps import Steps
from lifecycle_dsl.localtime import WEEKDAYS
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.rules import Occurrence, OccursAfter, OccursOn, Trigger
from lifecycle_dsl.program.types import TEXT
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

EVERY = ("day", "month", *WEEKDAYS)
MOST_EACH = 1_000
"""Runs and armed values of `for each`, per customer."""


@frozen(eq=False)
class Occurs:
    """A checked occurrence; `occurrence` is None where it is for later."""

    occurrence: Occurrence | None
    heard: Heard | None
    """What its steps read the record of; None if no record is at hand."""
    is_calendar: bool = False
    several: tuple[Heard, ...] = ()
    """Everything it listens to, for `for each`."""


def check_trigger(names: Dictionary, entry: Entry) -> Trigger | None:
    """A checked trigger; None if it is wrong, or listens to what comes later."""
    node = entry.as_node(nodes.Trigger)
    occurs = _occurs(names, node.occurrence)
    is_calendar = occurs is not None and occurs.is_calendar
    guards = check_guards(names, node.guards, is_calendar=is_calendar)
    _check_each(names, node, occurs)
    for exit_on in node.exits:
        names.put_off("`exit on`", exit_on.span)
        names.hearing.heard(exit_on.happenings, "`exit on`", changes=True)
    scope = Scope("a step", names.of_the_customer)
    if occurs is not None and occurs.heard is not None:
        scope = occurs.heard.lasting_scope("a step")
    steps = Steps(names, entry.name).check(node.steps, scope)
    if occurs is None or occurs.occurrence is None or guards is None:
        return None
    return Trigger(
        span=entry.span,
        name=entry.name,
        was=entry.was,
        title=node.title,
        occurrence=occurs.occurrence,
        stages=guards.stages,
        condition=guards.condition,
        between=guards.between,
        frequencies=guards.frequencies,
        topic=guards.topic,
        priority=guards.priority,
        draft=guards.draft,
        steps=steps,
    )


def _occurs(names: Dictionary, node: nodes.Occurrence) -> Occurs | None:
    match node:
        case nodes.OccursOn(happenings=happenings):
            return _on(names, happenings)
        case nodes.OccursAbsence(happenings=armed, without=without, micros=micros):
            names.put_off("`on A without B for D`", node.span)
            check_span(names, micros, node.span)
            first = names.hearing.heard(armed, "a trigger", changes=True)
            second = names.hearing.heard(without, "`without`", changes=True)
            if first is None or second is None:
                return None
            return Occurs(None, first, several=(first, second))
        case nodes.OccursSequence(steps=steps, micros=micros):
            names.put_off("`on A then B within D`", node.span)
            check_span(names, micros, node.span)
            heard = [names.hearing.heard(step, "a trigger", changes=True) for step in steps]
            found = tuple(each for each in heard if each is not None)
            return Occurs(None, found[-1], several=found) if len(found) == len(heard) else None
        case nodes.OccursAfter(micros=micros, without=without):
            micros = check_span(names, micros, node.span)
            absent = names.hearing.heard(without, "`without`", changes=True)
            if absent is None:
                return None
            return Occurs(OccursAfter(micros=micros, without=absent.happenings), None)
        case nodes.OccursEvery(periods=periods):
            names.put_off("`every`", node.span)
            _check_every(names, periods)
            return Occurs(None, None, is_calendar=True)
        case nodes.OccursDates(dates=dates):
            names.put_off("a trigger at dates", node.span)
            dates_of(names, dates)
            return Occurs(None, None, is_calendar=True)


def _on(names: Dictionary, node: nodes.Happenings) -> Occurs | None:
    if (date := lone_date(names, node)) is not None:
        names.put_off("a trigger at dates", node.span)
        trait_dates(names, date, (0,), yearly=False)
        return Occurs(None, None, is_calendar=True)
    heard = names.hearing.heard(node, "a trigger", changes=True)
    if heard is None:
        return None
    return Occurs(OccursOn(happenings=heard.happenings), heard, several=(heard,))


def _check_every(names: Dictionary, periods: tuple[nodes.Name, ...]) -> None:
    first: dict[str, nodes.Name] = {}
    for period in periods:
        allowed = EVERY if len(periods) == 1 else WEEKDAYS
        if period.text not in allowed:
            names.report(problems.unknown_period(period.span, period.text, allowed))
        elif period.text in first:
            earlier = first[period.text].span
            names.report(problems.duplicate_line(period.span, period.text, earlier))
        first.setdefault(period.text, period)


def _check_each(names: Dictionary, node: nodes.Trigger, occurs: Occurs | None) -> None:
    """`for each FIELD`: every event of the occurrence has the field, and it is a text."""
    for guard in node.guards:
        if not isinstance(guard, nodes.GuardForEach):
            continue
        names.put_off("`for each`", guard.span)
        if guard.up_to is not None and not 1 <= guard.up_to <= MOST_EACH:
            names.report(problems.count_out_of_range(guard.span, MOST_EACH))
        if occurs is None:
            continue
        if not occurs.several:
            names.report(problems.pointless_guard(guard.span, "for each", "an event to listen to"))
        for heard in occurs.several:
            field = heard.fields.get(guard.field.text)
            if field is None:
                events = _listed(heard.happenings)
                similar = names.similar(guard.field.text, heard.fields)
                names.report(
                    problems.unknown_data_field(
                        guard.field.span, events, guard.field.text, similar, what="what happens in"
                    )
                )
            elif field.type != TEXT:
                names.report(
                    problems.wrong_kind(
                        guard.field.span,
                        guard.field.text,
                        f"of type {field.type}",
                        "a text that tells runs apart",
                        declared=None,
                    )
                )


def _listed(happenings: Happenings) -> str:
    return ", ".join(happenings.events[:3]) or "a change"
