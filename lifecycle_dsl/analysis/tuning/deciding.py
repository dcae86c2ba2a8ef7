"""What a param decides: the moves and firings whose conditions read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.checker.remembering import moving_parts
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.happenings import (
    EnterSegment,
    Happenings,
    LeaveSegment,
    LevelFalls,
    LevelRises,
)
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import Transition, Trigger, heard_by
from lifecycle_dsl.program.walk import walk


class UndecidedError(AnalysisError):
    """No one happening is a param's; the message says why and what would help."""


def decided_by(program: Program, param: str) -> str:
    """The one happening that a param decides, as `--of` takes it.

    Raises:
        UndecidedError: where it decides none, or several.
    """
    found = list(dict.fromkeys(decisions_of(program, param)))
    if not found:
        raise UndecidedError(
            f"`{param}` stands in no move and in no trigger's guard; "
            "say whose success is to be compared, such as --of 'enter lead'"
        )
    if len(found) > 1:
        listed = ", ".join(f"--of '{each}'" for each in found)
        raise UndecidedError(f"`{param}` decides several things; say which: {listed}")
    return found[0]


def decisions_of(program: Program, param: str) -> Iterator[str]:
    """All happenings that a param decides: `enter lead`, `fired welcome`."""
    names = _names_that_read(program, param)
    for transition in program.transitions:
        if _reads(_of_transition(transition), names):
            yield f"enter {transition.target}"
    for trigger in program.triggers:
        if _reads(_of_trigger(trigger), names) or _hears(heard_by(trigger.occurrence), names):
            yield f"fired {trigger.name}"


def _of_transition(transition: Transition) -> Iterator[e.Expression]:
    yield from moving_parts(transition.moving)
    if transition.guard is not None:
        yield transition.guard


def _of_trigger(trigger: Trigger) -> Iterator[e.Expression]:
    if trigger.condition is not None:
        yield trigger.condition
    for happenings in heard_by(trigger.occurrence):
        if happenings.where is not None:
            yield happenings.where


def _names_that_read(program: Program, param: str) -> set[str]:
    """The param, and all lets, levels, segments and scores whose value depends on it."""
    parts = {
        **{each.name: [each.value] for each in program.lets.values()},
        **{each.name: [each.value, *each.reaches] for each in program.levels.values()},
        **{
            each.name: [each.condition]
            for each in program.segments.values()
            if each.condition is not None
        },
        **{each.name: [line.amount for line in each.lines] for each in program.scores.values()},
    }
    names = {param}
    while more := {n for n, each in parts.items() if n not in names and _reads(each, names)}:
        names |= more
    return names


def _reads(expressions: Iterable[e.Expression], names: set[str]) -> bool:
    return any(
        name in names
        for expression in expressions
        for part in walk(expression)
        for name in _names_in(part)
    )


def _names_in(part: e.Expression) -> tuple[str, ...]:
    match part:
        case e.ParamRead():
            return (part.param,)
        case e.LetRead():
            return (part.let,)
        case e.LevelRead():
            return (part.level,)
        case e.SegmentRead():
            return (part.segment,)
        case e.ScoreRead():
            return (part.score,)
        case e.Linear():
            return tuple(score for _, score in part.terms)
        case _:
            return ()


def _hears(heard: Iterable[Happenings], names: set[str]) -> bool:
    for happenings in heard:
        for change in happenings.changes:
            match change:
                case EnterSegment() | LeaveSegment():
                    if change.segment in names:
                        return True
                case LevelRises() | LevelFalls():
                    if change.level in names:
                        return True
                case _:
                    pass
    return False
