"""`points { ... }`: lines that each count while a condition holds, or at a record."""

from __future__ import annotations

import attrs

from lifecycle_dsl.checker import intervals
from lifecycle_dsl.checker.expressions.applying import interval
from lifecycle_dsl.checker.expressions.narrowing import knowledge
from lifecycle_dsl.checker.expressions.place import Elaborator, Place
from lifecycle_dsl.checker.problems import expressions as problems
from lifecycle_dsl.checker.scope import Reads, Scope
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.types import BOOL, NUMBER
from lifecycle_dsl.syntax import nodes


def points(checker: Elaborator, node: nodes.Points, place: Place) -> e.Expression | None:
    """The sum of the lines; None after a report."""
    place = place.wanting(None)
    lines = [_line(checker, line, place) for line in node.lines]
    checked = [line for line in lines if line is not None]
    if len(checked) < len(lines):
        return None
    low = high = 0.0
    for line in checked:
        least, greatest = interval(line.points) or (0.0, 0.0)
        low, high = low + min(least, 0.0), high + max(greatest, 0.0)
    if not intervals.fits((low, high)):
        checker.report(problems.may_overflow(node.span))
        return None
    return e.PointsSum(span=node.span, bounds=(low, high), lines=tuple(checked))


def _line(checker: Elaborator, line: nodes.PointLine, place: Place) -> e.PointLine | None:
    match line:
        case nodes.PointWhen():
            return _when(checker, line, place)
        case nodes.PointOn():
            return _on(checker, line, place)


def _when(checker: Elaborator, line: nodes.PointWhen, place: Place) -> e.PointLine | None:
    condition = checker.whole(line.condition, place, BOOL)
    if condition is None:
        checker.whole(line.points, place, NUMBER)
        return None
    from_here = place.knowing(knowledge(condition, holds=True))
    amount = checker.whole(line.points, from_here, NUMBER)
    if amount is None:
        return None
    return e.PointLine(span=line.span, events=None, condition=condition, points=amount)


def _on(checker: Elaborator, line: nodes.PointOn, place: Place) -> e.PointLine | None:
    resolved = checker.names.happenings(line.happenings, place="points", changes=False)
    if resolved is None:
        return None
    happenings, fields, some_fields = resolved
    where = None
    if line.happenings.where is not None:
        filtered = Scope(
            "a `where`",
            Reads.RECORD | Reads.TRAITS,
            fields,
            some_fields,
            missing_is_false=True,
        )
        where = checker.whole(line.happenings.where, Place(filtered, depth=place.depth), BOOL)
        if where is None:
            return None
    scope = attrs.evolve(
        place.scope,
        reads=place.scope.reads | Reads.RECORD,
        fields=fields,
        some_fields=some_fields,
        missing_is_false=False,
    )
    amount = checker.whole(line.points, attrs.evolve(place, scope=scope), NUMBER)
    if amount is None:
        return None
    return e.PointLine(span=line.span, events=happenings.events, condition=where, points=amount)
