"""Triggers whose occurrence and guards never come together."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.witnesses import record, witness
from lifecycle_dsl.lint.wording import listed, span_of_time
from lifecycle_dsl.localtime import DAY, MINUTE, DailyHours, format_time_of_day
from lifecycle_dsl.program.happenings import Change, EnterStage, Happenings, LeaveStage
from lifecycle_dsl.program.rules import (
    OccursAbsence,
    OccursAfter,
    OccursDates,
    OccursEvery,
    OccursOn,
    Trigger,
)
from lifecycle_dsl.program.types import DATE
from lifecycle_dsl.source import Span

_CLOCK_CHANGE = 120
"""Minutes by which a clock change may put off a time of day."""


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Triggers whose time, hours, stay, stage or silence leave nothing over."""
    for trigger in rules.program.triggers:
        for why, help_, others in (
            *_stage_not_met(trigger),
            *_time_outside_hours(rules, trigger),
            *_stay_too_short(rules, trigger),
            *_disarms_itself(trigger),
        ):
            yield warning(
                "trigger-never-fires",
                f"`{trigger.name}` never fires",
                trigger.span,
                why,
                help=help_,
                secondary=others,
                notes=_witness(rules, trigger),
            )


_Reason = tuple[str, str, list[tuple[Span, str]]]


def _stage_not_met(trigger: Trigger) -> Iterator[_Reason]:
    """`on enter` and `on leave` beside an `in` of stages in which one then never is."""
    match trigger.occurrence:
        case OccursOn(happenings=happenings) if trigger.stages is not None:
            changes = happenings.changes
            if not happenings.events and changes and not any(_meets(c, trigger) for c in changes):
                yield (
                    f"who comes by this is never in {listed(trigger.stages, 'or')} then",
                    "`in` is looked at after the move: name the stage that is entered",
                    [],
                )
        case _:
            pass


def _meets(change: Change, trigger: Trigger) -> bool:
    stages = trigger.stages or ()
    match change:
        case EnterStage(stages=entered):
            return any(stage in entered for stage in stages)
        case LeaveStage(stages=left):
            return any(stage not in left for stage in stages)
        case _:
            return True


def _time_outside_hours(rules: Rules, trigger: Trigger) -> Iterator[_Reason]:
    """A time of day that lies outside `between`, with an hour or two for clock changes."""
    at = _time_of_day(rules, trigger)
    if trigger.between is None or at is None:
        return
    hours = DailyHours(*trigger.between)
    if not any(hours.holds((at + n * MINUTE) % DAY) for n in range(_CLOCK_CHANGE)):
        yield (
            f"it comes at {format_time_of_day(at)}, which lies outside its hours",
            "leave `between` out, or say `at` a time inside it",
            [],
        )


def _time_of_day(rules: Rules, trigger: Trigger) -> int | None:
    match trigger.occurrence:
        case OccursEvery(time_of_day=at):
            return at
        case OccursDates(dates=dates, time_of_day=at):
            is_date = rules.program.traits[dates.trait].type == DATE
            return at if at is not None or not is_date else 0
        case _:
            return None


def _stay_too_short(rules: Rules, trigger: Trigger) -> Iterator[_Reason]:
    """`after D without H in STAGE` of a stage that time leads out of before."""
    match trigger.occurrence, trigger.stages:
        case OccursAfter(micros=micros), (stage,) if stage in rules.stays:
            longest, limit = rules.stays[stage], rules.time_limits[stage]
            if micros >= longest:
                yield (
                    f"it takes {span_of_time(micros)} in `{stage}`, where nobody stays so long",
                    "wait less, or name the next stage too",
                    [(limit.span, f"ends every stay after {span_of_time(longest)}")],
                )
        case _:
            pass


def _disarms_itself(trigger: Trigger) -> Iterator[_Reason]:
    """`on A without B for D` where every A is a B: what is both only disarms."""
    match trigger.occurrence:
        case OccursAbsence(armed=armed, without=without, micros=micros) if (
            without.where is None
            and all(event in without.events for event in armed.events)
            and all(change in without.changes for change in armed.changes)
        ):
            silence = f"after {span_of_time(micros)} without"
            yield (
                "whatever it waits behind is also what it must not see",
                f"for silence say `{silence}`; else take what begins the wait out of `without`",
                [],
            )
        case _:
            pass


def _witness(rules: Rules, trigger: Trigger) -> tuple[str, ...]:
    """A record that should begin a wait, and the end of it."""
    stage = next(iter(trigger.stages or rules.reachable), None)
    match trigger.occurrence:
        case OccursAbsence(armed=Happenings(events=(event, *_)), micros=micros) if stage:
            return witness(
                f"{trigger.name} never comes",
                (
                    f"given stage {stage}",
                    record(rules.program, event),
                    f"wait {span_of_time(micros)}",
                    f"expect not fired {trigger.name}",
                ),
            )
        case _:
            return ()
