"""What a condition looks at, and what an event changes: whether one can matter to the other."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.walk import walk

Touched = frozenset[tuple[str, object]]
"""Pairs of a kind (`score`, `trait`, `memory`, `joined`) and a name or term."""

NOTHING: Touched = frozenset()


def inputs(program: Program, expressions: Iterable[e.Expression | None]) -> Touched:
    """All state that expressions read, through lets, levels, segments, params and tables."""
    found: set[tuple[str, object]] = set()
    seen: set[tuple[str, str]] = set()
    waiting = [expression for expression in expressions if expression is not None]
    while waiting:
        for part in walk(waiting.pop()):
            for pair, more in _read(program, part):
                if pair[0] in ("let", "level", "segment", "param", "table"):
                    if pair not in seen:
                        seen.add(pair)  # type: ignore[arg-type]
                        waiting.extend(more)
                else:
                    found.add(pair)
    return frozenset(found)


def _read(
    program: Program, part: e.Expression
) -> Iterable[tuple[tuple[str, object], list[e.Expression]]]:
    match part:
        case e.ScoreRead():
            yield ("score", part.score), []
        case e.Linear():
            for _, score in part.terms:
                yield ("score", score), []
        case e.TraitRead():
            yield ("trait", part.trait), []
        case e.MemoryRead():
            yield ("memory", part.term), []
        case e.SegmentRead() | e.ParamRead():
            yield from _segments(program, part)
        case _:
            yield from _named(program, part)


def _named(
    program: Program, part: e.Expression
) -> Iterable[tuple[tuple[str, object], list[e.Expression]]]:
    match part:
        case e.LetRead():
            yield ("let", part.let), [program.lets[part.let].value]
        case e.LevelRead():
            yield ("level", part.level), list(program.levels[part.level].reaches)
        case e.TableRead():
            table = program.tables[part.table]
            yield ("table", f"{part.table}.{part.output}"), list(table.reads(part.output))
        case _:
            return


def _segments(
    program: Program, part: e.SegmentRead | e.ParamRead
) -> Iterable[tuple[tuple[str, object], list[e.Expression]]]:
    match part:
        case e.SegmentRead():
            condition = program.segments[part.segment].condition
            if condition is None:
                yield ("joined", part.segment), []
            else:
                yield ("segment", part.segment), [condition]
        case e.ParamRead():
            for segment, _ in program.params[part.param].cases:
                yield from _segments(program, e.SegmentRead(span=part.span, segment=segment))


@frozen
class Changed:
    """What records of an event change."""

    touched: Touched

    def matters_to(self, read: Touched) -> bool:
        """Whether it changes anything of what is read."""
        return not self.touched.isdisjoint(read)


def changed_by(program: Program, event: str) -> Changed:
    """What records of an event change, before any trigger."""
    touched: set[tuple[str, object]] = set()
    if event == "profile":
        touched.update(("trait", name) for name in program.traits)
    for trait in program.traits.values():
        if any(event in fold.happenings.events for fold in trait.folds):
            touched.add(("trait", trait.name))
    for score in program.scores.values():
        if any(event in line.happenings.events for line in score.lines):
            touched.add(("score", score.name))
    touched.update(("memory", term) for term in program.memory if event in term.happenings.events)
    return Changed(frozenset(touched))
