"""What stands beside an arrow: a transition in a few words, and the same at full length."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, assert_never

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.drawing.groups import Groups
from lifecycle_dsl.localtime import duration_literal
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program import happenings as h
from lifecycle_dsl.program import rules as r

MOST_NAMES: Final = 3
LONGEST_CONDITION: Final = 60


def short_label(transition: r.Transition, groups: Groups) -> str:
    """`on purchase`, `5 points`, `after 60d without activity`: enough to tell it from others."""
    guard = "" if transition.guard is None else f" when {_condition(transition.guard)}"
    return f"{_moving(transition.moving, MOST_NAMES, groups)}{guard}"


def full_label(transition: r.Transition) -> str:
    """The same with nothing left out."""
    guard = "" if transition.guard is None else f" when {source(transition.guard)}"
    return f"{_moving(transition.moving, None, Groups())}{guard}"


def placing_label(placing: r.Placing) -> str:
    """The condition of a line of the start; nothing where there is none."""
    return "" if placing.condition is None else f"when {_condition(placing.condition)}"


def source(expression: e.Expression) -> str:
    """An expression as the rule file writes it, on one line."""
    return " ".join(expression.span.text.split())


def _condition(expression: e.Expression) -> str:
    text = source(expression)
    return text if len(text) <= LONGEST_CONDITION else f"{text[: LONGEST_CONDITION - 1].rstrip()}…"


def _moving(moving: r.Moving, most: int | None, groups: Groups) -> str:
    match moving:
        case r.OnRecord(happenings=happenings):
            return f"on {_happenings(happenings, most, groups)}"
        case r.WhenTrue(condition=condition):
            return f"when {source(condition) if most is None else _condition(condition)}"
        case r.AtPoints(reached=reached):
            return f"{_bar(reached)} points"
        case r.After(micros=micros, without=without):
            silent = "" if without is None else f" without {_happenings(without, most, groups)}"
            return f"after {duration_literal(micros)}{silent}"
        case r.OnDates():
            return f"on {_dates(moving)}"
        case _:
            assert_never(moving)


def _bar(reached: e.Expression) -> str:
    bar = reached.right if isinstance(reached, e.Forgiving) else None
    match bar:
        case e.Constant(value=int() | float() as value):
            return format_number(value)
        case e.Expression():
            return source(bar)
        case _:
            return "enough"


def _dates(moving: r.OnDates) -> str:
    yearly = " yearly" if moving.yearly else ""
    if moving.shifts == (0,):
        return f"{moving.trait}{yearly}"
    shifts = ", ".join(duration_literal(abs(shift)) for shift in moving.shifts)
    side = "after" if any(shift > 0 for shift in moving.shifts) else "before"
    return f"{shifts} {side} {moving.trait}{yearly}"


def _happenings(found: h.Happenings, most: int | None, groups: Groups) -> str:
    names = [*groups.named(found.events), *map(_change, found.changes)]
    if most is not None and len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} others"]
    where = ""
    if found.where is not None:
        where = f" where {source(found.where) if most is None else _condition(found.where)}"
    return f"{listed(names)}{where}"


def listed(words: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    found = list(words)
    return " or ".join(part for part in (", ".join(found[:-1]), *found[-1:]) if part)


def _change(change: h.Change) -> str:
    match change:
        case h.EnterStage(stages=stages):
            return f"entering {listed(stages)}"
        case h.LeaveStage(stages=stages):
            return f"leaving {listed(stages)}"
        case h.EnterSegment(segment=segment):
            return f"entering {segment}"
        case h.LeaveSegment(segment=segment):
            return f"leaving {segment}"
        case h.LevelRises(level=level):
            return f"{level} rising"
        case h.LevelFalls(level=level):
            return f"{level} falling"
        case h.MessageSent(channel=channel, topic=topic):
            return f"{channel or topic} sent"
        case _:
            assert_never(change)
