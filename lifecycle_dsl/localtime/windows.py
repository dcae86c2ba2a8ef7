"""Windows of local time: hours of the day, weekdays, seasons; is t inside, and until when.

Whether an instant lies in a window is read off the local clock: a window is a set of local
readings. Its next change is the first later instant at which the clock's reading is no longer
(or is at last) in the set. Along a span of one offset the clock runs straight, so only the edges
of the window and the clock changes can be that instant; they are tried in order.
"""

from collections.abc import Iterable
from typing import Final, Protocol

from attrs import frozen

from lifecycle_dsl.localtime.instants import DAY, LAST_INSTANT
from lifecycle_dsl.localtime.zones import Zone

__all__ = ["DailyHours", "Season", "Weekdays", "Window", "first_outside"]

# No clock has ever jumped further than a day.
_LONGEST_JUMP: Final = 2 * DAY
# Hours and weekdays repeat after a week; a set of windows that lasts longer never opens.
_ATTEMPTS: Final = 1_000


class Window(Protocol):
    """A set of readings of a local clock, each in microseconds since 1970-01-01T00:00 local."""

    def holds(self, local: int) -> bool:
        """Whether a reading is in the set."""
        ...

    def edge_after(self, local: int) -> int | None:
        """The first later reading at which `holds` may differ, or None if there is none."""
        ...

    def inside(self, zone: Zone, t: int) -> bool:
        """Whether t lies in the window."""
        ...

    def next_change(self, zone: Zone, t: int) -> int | None:
        """The first instant after t at which `inside` is not what it is at t; None if never."""
        ...


class _OnLocalClock:
    """What every window does with its set of readings."""

    __slots__ = ()

    def inside(self: Window, zone: Zone, t: int) -> bool:
        """Whether t lies in the window."""
        return self.holds(t + zone.offset(t))

    def next_change(self: Window, zone: Zone, t: int) -> int | None:
        """The first instant after t at which `inside` is not what it is at t; None if never."""
        before = self.holds(t + zone.offset(t))
        while t <= LAST_INSTANT:
            _, high, offset, _ = zone.span(t)
            local = t + offset
            edge = self.edge_after(local)
            # No clock change leads back behind an edge that is long past, or far ahead to one.
            calm = self.edge_after(local - _LONGEST_JUMP) == edge
            if edge is None:
                if calm:
                    return None
                t = high
            elif calm and edge - local > 2 * _LONGEST_JUMP:
                t += edge - local - _LONGEST_JUMP
                continue
            else:
                t = min(edge - offset, high)
            if t <= LAST_INSTANT and self.holds(t + zone.offset(t)) != before:
                return t
        return None


@frozen
class DailyHours(_OnLocalClock):
    """From one time of day up to, not including, another; over midnight if `end` is not later.

    Times are microseconds from 0 to 24 h. Equal ends mean the whole day.
    """

    start: int
    end: int

    def holds(self, local: int) -> bool:
        """Whether a reading's time of day lies within."""
        time_of_day = local % DAY
        if self.start < self.end:
            return self.start <= time_of_day < self.end
        return time_of_day >= self.start or time_of_day < self.end

    def edge_after(self, local: int) -> int | None:
        """The next start or end of the hours; None if they fill the day."""
        if (self.end - self.start) % DAY == 0:
            return None
        midnight = local - local % DAY
        edges = (midnight + self.start, midnight + self.end)
        return min(edge if edge > local else edge + DAY for edge in edges)


@frozen
class Weekdays(_OnLocalClock):
    """Whole local days of some weekdays, 0 for Monday .. 6 for Sunday."""

    days: frozenset[int]

    def holds(self, local: int) -> bool:
        """Whether a reading's date is one of these weekdays."""
        return (local // DAY + 3) % 7 in self.days

    def edge_after(self, local: int) -> int | None:
        """The next midnight between a day in the set and one that is not."""
        day = local // DAY
        before = (day + 3) % 7 in self.days
        for later in range(day + 1, day + 7):
            if ((later + 3) % 7 in self.days) != before:
                return later * DAY
        return None


@frozen
class Season(_OnLocalClock):
    """Ranges of dates as day numbers, both ends included; in any order, overlaps allowed."""

    ranges: tuple[tuple[int, int], ...]

    def holds(self, local: int) -> bool:
        """Whether a reading's date lies in one of the ranges."""
        day = local // DAY
        return any(first <= day <= last for first, last in self.ranges)

    def edge_after(self, local: int) -> int | None:
        """The next beginning of a range, or of the day after one."""
        edges = (day * DAY for first, last in self.ranges for day in (first, last + 1))
        return min((edge for edge in edges if edge > local), default=None)


def first_outside(zone: Zone, t: int, windows: Iterable[Window]) -> int | None:
    """The first instant, t included, that lies in none of the windows; None if there is none."""
    every = tuple(windows)
    for _ in range(_ATTEMPTS):
        held = False
        for window in every:
            if window.inside(zone, t):
                later = window.next_change(zone, t)
                if later is None:
                    return None
                t, held = later, True
        if not held:
            return t
    return None
