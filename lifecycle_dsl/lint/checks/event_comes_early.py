"""Events that lead on from one stage and do nothing in the stage before it.

It is only looked at where `start` places people behind both: there the rules themselves say that
the steps between may be skipped.
"""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.moves import sure_moves
from lifecycle_dsl.lint.newcomers import stays_put
from lifecycle_dsl.lint.points import points_of
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.witnesses import record, witness
from lifecycle_dsl.lint.wording import listed
from lifecycle_dsl.program.rules import After, AtPoints, OnDates, OnRecord, Transition


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Stages with one way on, whose customers skip a step and are not seen to do so."""
    alone = _alone(rules)
    placed = {placing.target for placing in rules.program.start}
    for stage in (stage for stage in rules.reachable if stage in placed):
        own = [each for each in rules.out_of(stage) if not each.is_from_rule]
        following = {each.target for each in own}
        timed = any(isinstance(each.moving, After | OnDates) for each in own)
        if len(following) != 1 or timed:
            continue
        (next_stage,) = following
        heard = {event for each in rules.out_of(stage) for event in _heard(each)}
        found = {**sure_moves(rules, next_stage), **alone.get(next_stage, {})}
        early = {
            event: move
            for event, move in found.items()
            if event not in heard and not move.is_from_rule and move.target in placed - {stage}
        }
        if not early:
            continue
        event, move = next(iter(early.items()))
        yield warning(
            "event-comes-early",
            f"{listed(early, 'or')} in `{stage}` moves nobody, and in `{next_stage}` it does",
            own[0].span,
            f"the only way on from `{stage}`",
            secondary=[(move.span, f"`{event}` alone is enough here")],
            help=f"say in `{stage}` too what becomes of who skips a step:"
            f" `-> {move.target} on {event}`",
            notes=_witness(rules, stage, event),
        )


def _alone(rules: Rules) -> dict[str, dict[str, Transition]]:
    """By stage, the events whose points alone are enough, and for which transition."""
    found: dict[str, dict[str, Transition]] = {}
    for points, _ in points_of(rules):
        for line in points.lines:
            if line.node.events and line.sure and points.reaches(line.points):
                for source in points.transition.sources:
                    for event in line.node.events:
                        found.setdefault(source, {}).setdefault(event, points.transition)
    return found


def _heard(transition: Transition) -> tuple[str, ...]:
    match transition.moving:
        case OnRecord(happenings=happenings):
            return happenings.events
        case AtPoints(lines=lines):
            return tuple(event for line in lines for event in line.events or ())
        case _:
            return ()


def _witness(rules: Rules, stage: str, event: str) -> tuple[str, ...]:
    happens = record(rules.program, event)
    if happens is None or not stays_put(rules, stage, event, 1):
        return ()
    return witness(
        f"{event} in {stage} moves nobody",
        (f"given stage {stage}", happens, f"expect stage {stage}"),
    )
