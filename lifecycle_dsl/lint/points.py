"""Which sums of points can come together, of a transition `at N points`.

At one record the lines `on EVENTS` count of which the record is, and any of the lines `when C`.
Lines whose conditions cannot hold are left out, those that always hold are always in. Whether two
conditions exclude each other is not asked: there are rather too many sums than too few, so that
what is said never to come about never does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.truth import Known
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.rules import AtPoints, Transition

MOST_LINES = 16
"""More lines that may or may not count are not gone through."""


@frozen
class Line:
    """A line that can count."""

    node: e.PointLine
    points: float
    sure: bool
    """Whether it counts at every record that it is about."""


@frozen
class Points:
    """The lines of a transition at points, and its bar."""

    transition: Transition
    lines: tuple[Line, ...]
    bar: float

    def reaches(self, total: float) -> bool:
        """Whether a sum reaches the bar, as the engine compares it."""
        return total > self.bar - 1e-9 * max(1.0, abs(self.bar))

    def occasions(self) -> Iterator[tuple[Line, ...]]:
        """The lines that can count at one kind of record, for each kind there is."""
        seen = set()
        events = {event for line in self.lines for event in line.node.events or ()}
        for event in (None, *sorted(events)):
            there = tuple(
                line
                for line in self.lines
                if line.node.events is None or (event is not None and event in line.node.events)
            )
            key = tuple(id(line) for line in there)
            if key not in seen:
                seen.add(key)
                yield there

    def greatest(self, without: Line | None = None) -> float:
        """The greatest sum there can be, with a line left out."""
        return max(
            sum(line.points for line in there if line is not without and line.points > 0)
            + sum(line.points for line in there if line.sure and line.points < 0)
            for there in self.occasions()
        )

    def least(self) -> float:
        """The least sum at any record."""
        return min(
            sum(min(line.points, 0) if not line.sure else line.points for line in there)
            for there in self.occasions()
        )


def sums(lines: Sequence[Line]) -> set[float]:
    """All sums of lines that may or may not count."""
    found = {0.0}
    for line in lines:
        with_it = {round(total + line.points, 9) for total in found}
        found = with_it if line.sure else found | with_it
    return found


def surely_reached(moving: AtPoints, event: str, known: Known) -> bool:
    """Whether every record of an event brings enough points."""
    if not isinstance(moving.reached, e.Forgiving):
        return False
    least, _ = _at_record(moving, event, known)
    return least >= known.range(moving.reached.right).high


def may_be_reached(moving: AtPoints, event: str, known: Known) -> bool:
    """Whether some record of an event may bring enough points."""
    if not isinstance(moving.reached, e.Forgiving):
        return True
    _, most = _at_record(moving, event, known)
    return most >= known.range(moving.reached.right).low - 1e-6


def _at_record(moving: AtPoints, event: str, known: Known) -> tuple[float, float]:
    """The least and the most that a record of an event brings."""
    least = most = 0.0
    for line in moving.lines:
        truth = True if line.condition is None else known.truth(line.condition)
        if truth is False or (line.events is not None and event not in line.events):
            continue
        worth = known.range(line.points)
        least += worth.low if truth else min(worth.low, 0.0)
        most += worth.high if truth else max(worth.high, 0.0)
    return least, most


def points_of(rules: Rules) -> Iterator[tuple[Points, Known]]:
    """Every transition at points of which bar and points are constants."""
    for transition in rules.program.transitions:
        match transition.moving:
            case AtPoints(lines=lines, reached=e.Forgiving(right=e.Constant(value=bar))):
                known = rules.known_in(transition.sources)
                if isinstance(bar, int | float) and (counted := _counted(lines, known)) is not None:
                    yield Points(transition, tuple(counted), float(bar)), known
            case _:
                pass


def _counted(lines: Sequence[e.PointLine], known: Known) -> list[Line] | None:
    found = []
    for line in lines:
        truth = True if line.condition is None else known.truth(line.condition)
        if truth is False:
            continue
        if not isinstance(line.points, e.Constant) or not isinstance(
            line.points.value, int | float
        ):
            return None
        found.append(Line(line, float(line.points.value), truth is True))
    return found if len(found) <= MOST_LINES else None
