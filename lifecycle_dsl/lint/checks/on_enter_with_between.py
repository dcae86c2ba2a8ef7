"""Triggers that look at the clock at the one instant at which something changes."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.moves import rests, sure_moves
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.witnesses import record, witness, zone_of
from lifecycle_dsl.localtime import DAY, DailyHours, format_instant
from lifecycle_dsl.program.happenings import EnterStage, LeaveStage
from lifecycle_dsl.program.rules import OccursOn, OccursSequence, Trigger, heard_by

_DAY = 20_459
"""The sixth of January 2026, the day after that on which tests begin."""


def check(rules: Rules) -> Iterator[Diagnostic]:
    """`on enter`, `leave`, `rises` or `falls` with `between`: who comes at night is lost."""
    for trigger in rules.program.triggers:
        if trigger.between is None or not isinstance(trigger.occurrence, OccursOn | OccursSequence):
            continue
        heard = heard_by(trigger.occurrence)[-1]
        if not heard.changes or heard.events:
            continue
        yield warning(
            "on-enter-with-between",
            f"`{trigger.name}` never reaches who comes outside its hours",
            trigger.span,
            "the change happens once, and `between` is looked at then",
            help="leave `between` out and let the channel's `quiet` hours hold the message back,"
            " or begin the steps with `wait until 09:00`",
            notes=_witness(rules, trigger, trigger.between),
        )


def _witness(rules: Rules, trigger: Trigger, between: tuple[int, int]) -> tuple[str, ...]:
    """Somebody who comes when the hours have just ended."""
    zone = zone_of(rules.program)
    at = zone.instant(_DAY, between[1] % DAY)
    found = _way(rules, trigger)
    if found is None or DailyHours(*between).inside(zone, at):
        return ()
    stage, event, target = found
    return witness(
        f"{trigger.name} is closed",
        (
            f"given stage {stage} at {format_instant(at)}",
            record(rules.program, event),
            f"expect entered {target}",
            f"expect not fired {trigger.name}",
        ),
    )


def _way(rules: Rules, trigger: Trigger) -> tuple[str, str, str] | None:
    """A stage, an event that surely leads out of it, and where to, at which the trigger comes."""
    for change in heard_by(trigger.occurrence)[-1].changes:
        if not isinstance(change, EnterStage | LeaveStage):
            continue
        for stage in rules.reachable:
            for event, move in sure_moves(rules, stage).items():
                enters = isinstance(change, EnterStage)
                crossed = (stage in change.stages) != (move.target in change.stages)
                if crossed and (move.target in change.stages) == enters and rests(rules, stage):
                    return stage, event, move.target
    return None
