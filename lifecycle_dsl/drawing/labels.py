"""What stands beside an arrow: a transition in a few words, and the same at full length."""

from __future__ import annotations

from typing import Final, assert_never

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.drawing.groups import Groups
from lifecycle_dsl.localtime import duration_literal
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program import happenings as h
from lifecycle_dsl.program import rules as r
from lifecycle_dsl.program.phrases import change, dates, listed, on_one_line, shortened, some_of

MOST_NAMES: Final = 3
LONGEST_CONDITION: Final = 60


def short_label(transition: r.Transition, groups: Groups) -> str:
    """`on purchase`, `5 points`, `after 60d without activity`: enough to tell it from others."""
    guard = "" if transition.guard is None else f" when {_condition(transition.guard)}"
    return f"{_moving(transition.moving, MOST_NAMES, groups)}{guard}"


def full_label(transition: r.Transition) -> str:
    """The same with nothing left out."""
    guard = "" if transition.guard is None else f" when {on_one_line(transition.guard)}"
    return f"{_moving(transition.moving, None, Groups())}{guard}"


def placing_label(placing: r.Placing) -> str:
    """The condition of a line of the start; nothing where there is none."""
    return "" if placing.condition is None else f"when {_condition(placing.condition)}"


def _condition(expression: e.Expression) -> str:
    return shortened(on_one_line(expression), LONGEST_CONDITION)


def _moving(moving: r.Moving, most: int | None, groups: Groups) -> str:
    match moving:
        case r.OnRecord(happenings=happenings):
            return f"on {_happenings(happenings, most, groups)}"
        case r.WhenTrue(condition=condition):
            return f"when {on_one_line(condition) if most is None else _condition(condition)}"
        case r.AtPoints(reached=reached):
            return f"{_bar(reached)} points"
        case r.After(micros=micros, without=without):
            silent = "" if without is None else f" without {_happenings(without, most, groups)}"
            return f"after {duration_literal(micros)}{silent}"
        case r.OnDates():
            return f"on {dates(moving)}"
        case _:
            assert_never(moving)


def _bar(reached: e.Expression) -> str:
    bar = reached.right if isinstance(reached, e.Forgiving) else None
    match bar:
        case e.Constant(value=int() | float() as value):
            return format_number(value)
        case e.Expression():
            return on_one_line(bar)
        case _:
            return "enough"


def _happenings(found: h.Happenings, most: int | None, groups: Groups) -> str:
    names = [*groups.named(found.events), *map(change, found.changes)]
    if most is not None:
        names = some_of(names, most)
    where = ""
    if found.where is not None:
        where = f" where {on_one_line(found.where) if most is None else _condition(found.where)}"
    return f"{listed(names)}{where}"
