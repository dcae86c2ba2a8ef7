"""Triggers: what they listen to, which guards they have, and their steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from lifecycle_dsl.checker.dates import dates_of, lone_date, stands_for_a_trait, trait_dates
from lifecycle_dsl.checker.declared import Entry
from lifecycle_dsl.checker.guards import check_guards
from lifecycle_dsl.checker.hearing import Heard
from lifecycle_dsl.checker.moves import check_span
from lifecycle_dsl.checker.problems import data as data_problems
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.checker.problems import triggers as problems
from lifecycle_dsl.checker.scope import Scope
from lifecycle_dsl.checker.steps import Steps
from lifecycle_dsl.localtime import EVERY_WEEKDAY, WEEKDAY_NUMBERS, WEEKDAYS
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.rules import (
    Each,
    Occurrence,
    OccursAbsence,
    OccursAfter,
    OccursDates,
    OccursEvery,
    OccursOn,
    OccursSequence,
    OnDates,
    Trigger,
)
from lifecycle_dsl.program.types import TEXT, Labels
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

EVERY = ("day", "month", *WEEKDAYS)
USUAL_EACH = 8
MOST_EACH = 1_000
"""Runs and armed values of `for each`, per customer."""


@frozen(eq=False)
class Occurs:
    """A checked occurrence."""

    occurrence: Occurrence
    heard: Heard | None
    """What its steps read the record of; None if no record is at hand."""
    several: tuple[Heard, ...] = ()
    """Everything it listens to, for `for each`."""


def check_trigger(names: Dictionary, entry: Entry) -> Trigger | None:
    """A checked trigger; None if it is wrong."""
    node = entry.as_node(nodes.Trigger)
    guards = check_guards(names, node.guards, is_calendar=_is_calendar(names, node.occurrence))
    time_of_day = None if guards is None else guards.time_of_day
    occurs = _occurs(names, node.occurrence, time_of_day)
    each = _each(names, node, occurs)
    exits = [names.hearing.heard(e.happenings, "`exit on`", changes=True) for e in node.exits]
    scope = Scope("a step", names.of_the_customer)
    if occurs is not None and occurs.heard is not None:
        scope = occurs.heard.lasting_scope("a step")
    steps = Steps(names, entry.name)
    checked = steps.check(node.steps, scope)
    if occurs is None or guards is None:
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
        each=each,
        restart=guards.restart,
        exits=tuple(heard.happenings for heard in exits if heard is not None),
        steps=checked,
        former_steps=tuple(steps.former.items()),
    )


def _is_calendar(names: Dictionary, node: nodes.Occurrence) -> bool:
    """Whether it stands for days, so that `at T` says when on them."""
    match node:
        case nodes.OccursEvery() | nodes.OccursDates():
            return True
        case nodes.OccursOn(happenings=happenings):
            return any(stands_for_a_trait(names, each) for each in happenings.elements)
        case _:
            return False


def _occurs(names: Dictionary, node: nodes.Occurrence, time_of_day: int | None) -> Occurs | None:
    match node:
        case nodes.OccursOn(happenings=happenings):
            return _on(names, happenings, time_of_day)
        case nodes.OccursAbsence(happenings=armed, without=without, micros=micros):
            micros = check_span(names, micros, node.span)
            first = names.hearing.heard(armed, "a trigger", changes=True)
            second = names.hearing.heard(without, "`without`", changes=True)
            if first is None or second is None:
                return None
            absence = OccursAbsence(
                armed=first.happenings, without=second.happenings, micros=micros
            )
            return Occurs(absence, first, several=(first,))
        case nodes.OccursSequence(steps=steps, micros=micros):
            micros = check_span(names, micros, node.span)
            heard = [names.hearing.heard(step, "a trigger", changes=True) for step in steps]
            found = tuple(each for each in heard if each is not None)
            if len(found) < len(heard):
                return None
            sequence = OccursSequence(steps=tuple(h.happenings for h in found), micros=micros)
            return Occurs(sequence, found[-1], several=found)
        case nodes.OccursAfter(micros=micros, without=without):
            micros = check_span(names, micros, node.span)
            absent = names.hearing.heard(without, "`without`", changes=True)
            if absent is None:
                return None
            return Occurs(OccursAfter(micros=micros, without=absent.happenings), None)
        case nodes.OccursEvery(periods=periods):
            _check_every(names, periods)
            return Occurs(OccursEvery(_weekdays(periods), time_of_day or 0), None)
        case nodes.OccursDates(dates=dates):
            return _at_dates(dates_of(names, dates), time_of_day)


def _on(names: Dictionary, node: nodes.Happenings, time_of_day: int | None) -> Occurs | None:
    if (date := lone_date(names, node)) is not None:
        return _at_dates(trait_dates(names, date, (0,), yearly=False), time_of_day)
    heard = names.hearing.heard(node, "a trigger", changes=True)
    if heard is None:
        return None
    return Occurs(OccursOn(happenings=heard.happenings), heard, several=(heard,))


def _at_dates(dates: OnDates | None, time_of_day: int | None) -> Occurs | None:
    return None if dates is None else Occurs(OccursDates(dates, time_of_day), None)


def _weekdays(periods: tuple[nodes.Name, ...]) -> frozenset[int] | None:
    """The weekdays that the words of `every` mean; None for the first of the month."""
    words = [period.text for period in periods]
    if words == ["month"]:
        return None
    if words == ["day"]:
        return EVERY_WEEKDAY
    return frozenset(WEEKDAY_NUMBERS[word] for word in words if word in WEEKDAY_NUMBERS)


def _check_every(names: Dictionary, periods: tuple[nodes.Name, ...]) -> None:
    first: dict[str, nodes.Name] = {}
    for period in periods:
        allowed = EVERY if len(periods) == 1 else WEEKDAYS
        if period.text not in allowed:
            names.report(quantity_problems.unknown_period(period.span, period.text, allowed))
        elif period.text in first:
            earlier = first[period.text].span
            names.report(name_problems.duplicate_line(period.span, period.text, earlier))
        first.setdefault(period.text, period)


def _each(names: Dictionary, node: nodes.Trigger, occurs: Occurs | None) -> Each | None:
    """`for each FIELD`: every event of the occurrence has the field, and it is a text."""
    found: Each | None = None
    for guard in node.guards:
        if not isinstance(guard, nodes.GuardForEach):
            continue
        up_to = USUAL_EACH if guard.up_to is None else guard.up_to
        found = Each(field_name=guard.field.text, up_to=up_to)
        if guard.up_to is not None and not 1 <= guard.up_to <= MOST_EACH:
            names.report(quantity_problems.count_out_of_range(guard.span, MOST_EACH))
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
                    data_problems.unknown_data_field(
                        guard.field.span, events, guard.field.text, similar, what="what happens in"
                    )
                )
            elif field.type != TEXT and not isinstance(field.type, Labels):
                names.report(
                    name_problems.wrong_kind(
                        guard.field.span,
                        guard.field.text,
                        f"of type {field.type}",
                        "a text that tells runs apart",
                        declared=None,
                    )
                )
    return found


def _listed(happenings: Happenings) -> str:
    return ", ".join(happenings.events[:3]) or "a change"
