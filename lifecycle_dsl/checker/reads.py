"""What an expression reads, by itself or through what stands behind names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import frozen

from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.memory import MemoryTerm
from lifecycle_dsl.program.walk import walk

Follow = Callable[[e.Expression], e.Expression | None]
"""What stands behind a let, level, segment or table that is read; None for all else."""


@frozen
class Reading:
    """The names of what is read, each once, in the order it is met."""

    fields: tuple[str, ...]
    traits: tuple[str, ...]
    scores: tuple[str, ...]
    memory: tuple[MemoryTerm, ...]
    lets: tuple[str, ...]
    levels: tuple[str, ...]
    segments: tuple[str, ...]
    seasons: tuple[str, ...]
    params: tuple[str, ...]
    tables: tuple[str, ...]
    clocks: tuple[e.Clock, ...]
    stage: bool
    """The stage or the one before it."""
    zone: bool
    """The customer's time zone, other than by a season or a memory of calendar days."""
    points: bool


def nothing_behind(_expression: e.Expression) -> None:
    """A `Follow` that stays at the expression itself."""


def all_in(expression: e.Expression, follow: Follow = nothing_behind) -> Iterator[e.Expression]:
    """All expressions in it and behind the names in it, each name followed once."""
    followed: set[e.Expression] = set()
    waiting = [expression]
    while waiting:
        for found in walk(waiting.pop()):
            yield found
            if isinstance(found, e.LetRead | e.LevelRead | e.SegmentRead | e.TableRead):
                if found in followed:
                    continue
                followed.add(found)
                value = follow(found)
                if value is not None:
                    waiting.append(value)


def reads(expression: e.Expression, follow: Follow = nothing_behind) -> Reading:
    """All that an expression reads."""
    names: dict[type, dict[str, None]] = {kind: {} for kind in _NAME_OF}
    memory: dict[MemoryTerm, None] = {}
    clocks: dict[e.Clock, None] = {}
    stage = zone = points = False
    for found in all_in(expression, follow):
        match found:
            case e.Linear():
                names[e.ScoreRead].update(dict.fromkeys(score for _, score in found.terms))
            case e.MemoryRead():
                memory[found.term] = None
            case e.ClockRead():
                clocks[found.clock] = None
            case e.StageRead() | e.PreviousStage():
                stage = True
            case e.Apply():
                zone |= found.operation.needs_zone
            case e.PointsSum():
                points = True
            case _:
                if type(found) in _NAME_OF:
                    names[type(found)][getattr(found, _NAME_OF[type(found)])] = None
    return Reading(
        fields=tuple(names[e.FieldRead]),
        traits=tuple(names[e.TraitRead]),
        scores=tuple(names[e.ScoreRead]),
        memory=tuple(memory),
        lets=tuple(names[e.LetRead]),
        levels=tuple(names[e.LevelRead]),
        segments=tuple(names[e.SegmentRead]),
        seasons=tuple(names[e.SeasonRead]),
        params=tuple(names[e.ParamRead]),
        tables=tuple(names[e.TableRead]),
        clocks=tuple(clocks),
        stage=stage,
        zone=zone,
        points=points,
    )


_NAME_OF: dict[type, str] = {
    e.FieldRead: "name",
    e.TraitRead: "trait",
    e.ScoreRead: "score",
    e.LetRead: "let",
    e.LevelRead: "level",
    e.SegmentRead: "segment",
    e.SeasonRead: "season",
    e.ParamRead: "param",
    e.TableRead: "table",
}
