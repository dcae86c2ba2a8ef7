"""Checked triggers as text: a line for each occurrence, guard and step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lifecycle_dsl.localtime import WEEKDAYS, duration_literal, format_time_of_day
from lifecycle_dsl.program import rules as r
from lifecycle_dsl.program import steps as s
from lifecycle_dsl.program.expression_text import expression_text, happenings_text, quoted
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.memory import Period


def trigger_lines(trigger: r.Trigger) -> Iterator[str]:
    """A trigger."""
    title = "" if trigger.title is None else f" {quoted(trigger.title)}"
    was = "" if trigger.was is None else f" was {trigger.was}"
    yield f"trigger {trigger.name}{was}{title}"
    yield f"  {_occurrence(trigger.occurrence)}"
    if trigger.each is not None:
        yield f"  for each {trigger.each.field_name} up to {trigger.each.up_to}"
    if trigger.stages is not None:
        yield f"  in {', '.join(trigger.stages)}"
    if trigger.condition is not None:
        yield f"  when {expression_text(trigger.condition)}"
    if trigger.between is not None:
        start, end = map(format_time_of_day, trigger.between)
        yield f"  between {start} and {end}"
    for frequency in trigger.frequencies:
        yield f"  {_frequency(frequency)}"
    if trigger.topic is not None:
        yield f"  topic {trigger.topic}"
    restart = " restart" if trigger.restart else ""
    yield f"  priority {trigger.priority}{' draft' if trigger.draft else ''}{restart}"
    for exit_on in trigger.exits:
        yield f"  exit on {happenings_text(exit_on)}"
    for was, name in trigger.former_steps:
        yield f"  {name} was {was}"
    yield from _steps(trigger.steps, "  ")


def _occurrence(occurrence: r.Occurrence) -> str:
    match occurrence:
        case r.OccursOn(happenings=happenings):
            return f"on {happenings_text(happenings)}"
        case r.OccursAfter(micros=micros, without=without):
            return f"after {duration_literal(micros)} without {happenings_text(without)}"
        case r.OccursAbsence(armed=armed, without=without, micros=micros):
            silent = f"{happenings_text(armed)} without {happenings_text(without)}"
            return f"on {silent} for {duration_literal(micros)}"
        case r.OccursSequence(steps=steps, micros=micros):
            return (
                f"on {' then '.join(map(happenings_text, steps))} within {duration_literal(micros)}"
            )
        case r.OccursEvery(weekdays=weekdays, time_of_day=time_of_day):
            days = "month" if weekdays is None else ", ".join(WEEKDAYS[d] for d in sorted(weekdays))
            return f"every {days} at {format_time_of_day(time_of_day)}"
        case r.OccursDates(dates=dates, time_of_day=time_of_day):
            at = "" if time_of_day is None else f" at {format_time_of_day(time_of_day)}"
            return f"on {dates_text(dates)}{at}"


def dates_text(dates: r.OnDates) -> str:
    """The instants that a trait gives."""
    shifted = ", ".join(duration_literal(shift) for shift in dates.shifts)
    return f"{dates.trait} + {shifted}{' yearly' if dates.yearly else ''}"


def _frequency(frequency: r.Frequency) -> str:
    return f"at most {frequency.count}{_per(frequency)} ({frequency.reason})"


def _per(frequency: r.Frequency) -> str:
    match frequency.per:
        case None:
            return ""
        case Period(value=word) | r.Stay(value=word):
            return f" per {word}"
        case int(micros):
            return f" per {duration_literal(micros)}"
        case _:
            raise TypeError(f"no span: {frequency.per!r}")


def frequency_keys(trigger: r.Trigger) -> tuple[str, ...]:
    """What the firings of each frequency are counted under in stored state."""
    keys: list[str] = []
    for frequency in trigger.frequencies:
        key = f"{trigger.name} {frequency.reason}{_per(frequency)}"
        again = sum(each == key or each.startswith(f"{key} #") for each in keys)
        keys.append(f"{key} #{again + 1}" if again else key)
    return tuple(keys)


def _steps(steps: Iterable[s.Step], indent: str) -> Iterator[str]:
    for step in steps:
        yield f"{indent}{_step(step)}"
        yield from _inner(step, f"{indent}  ")


def _step(step: s.Step) -> str:
    match step:
        case s.Send():
            target = step.channel or f"route {step.route}"
            template = expression_text(step.template)
            return f"{step.name}: send {target} {template}{_data(step.data)}"
        case s.SetTrait():
            return f"set {step.trait} = {expression_text(step.value)}"
        case s.Join():
            return f"join {step.segment}"
        case s.Quit():
            return f"quit {step.segment}"
        case s.Call():
            return f"{step.name}: call {step.action}{_data(step.data)}"
        case s.IfStep():
            return f"if {expression_text(step.condition)}"
        case s.Split():
            return f"split {step.name}" if step.was is None else f"split {step.name} was {step.was}"
        case s.Exit():
            return f"{step.name}: exit"
        case _:
            return _waiting(step)


def _waiting(step: s.Wait | s.WaitUntil | s.Await) -> str:
    match step:
        case s.Wait(micros=int(micros)):
            return f"{step.name}: wait {duration_literal(micros)}"
        case s.Wait(duration=Expression() as duration):
            return f"{step.name}: wait {expression_text(duration)}"
        case s.WaitUntil(time_of_day=int(time_of_day)):
            return f"{step.name}: wait until {format_time_of_day(time_of_day)}"
        case s.WaitUntil(instant=Expression() as instant):
            return f"{step.name}: wait until {expression_text(instant)}"
        case s.Await(micros=int(micros)):
            return f"{step.name}: await within {duration_literal(micros)}"
        case s.Await(time_of_day=int(time_of_day)):
            return f"{step.name}: await until {format_time_of_day(time_of_day)}"
        case s.Await(instant=Expression() as instant):
            return f"{step.name}: await until {expression_text(instant)}"
        case s.Await():
            return f"{step.name}: await"
        case _:
            raise TypeError(f"no text for {type(step).__name__}")


def _inner(step: s.Step, indent: str) -> Iterator[str]:
    """The steps inside a step, each list under what leads to it."""
    match step:
        case s.IfStep():
            yield from _steps(step.steps, indent)
            if step.otherwise:
                yield f"{indent}else"
                yield from _steps(step.otherwise, f"{indent}  ")
        case s.Await():
            for arm in step.arms:
                yield f"{indent}on {happenings_text(arm.happenings)}"
                yield from _steps(arm.steps, f"{indent}  ")
            if step.otherwise:
                yield f"{indent}else"
                yield from _steps(step.otherwise, f"{indent}  ")
        case s.Split():
            for share in step.shares:
                yield f"{indent}{share.buckets} of 10000"
                yield from _steps(share.steps, f"{indent}  ")
        case _:
            return


def _data(data: tuple[tuple[str, Expression], ...]) -> str:
    shown = ", ".join(f"{key}: {expression_text(value)}" for key, value in data)
    return f" {{ {shown} }}" if shown else ""
