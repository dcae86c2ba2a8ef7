"""Zones: from an instant to the local clock and back.

A zone is a list of spans with one offset each. The span last asked for is kept, since a stream
mostly stays within one. Local times that a clock change skips mean the first instant after the
gap, those that occur twice the first; both follow from one definition: `instant(day, time)` is the
first instant at which the local clock shows that time or a later one.
"""

from array import array
from bisect import bisect_left, bisect_right
from datetime import date
from typing import Final

from lifecycle_dsl.localtime.instants import DAY, EPOCH_ORDINAL, HOUR
from lifecycle_dsl.localtime.tzif import known_zones, read_spans

__all__ = ["Span", "Zone", "zone"]

_END: Final = 2**62


Span = tuple[int, int, int, int]
"""low, high, offset, reached: within the instants [low, high) the offset holds; `reached` is the
latest local time that the clock had shown before, in microseconds since 1970. (A plain tuple
unpacks faster than a named one.)"""


class Zone:
    """The clock of one zone; get it with `zone`. Instants and offsets are microseconds."""

    __slots__ = ("_offsets", "_reached", "_span", "_starts", "key")

    def __init__(self, key: str, starts: list[int], offsets: list[int]) -> None:
        self.key = key
        self._starts = array("q", starts)
        self._offsets = array("q", offsets)
        # INVARIANT: _reached[i], the latest local time before span i, never falls, so it can be
        # searched; local times go backwards only within what _reached covers.
        reached = [starts[0]]
        for end, offset in zip(starts[1:], offsets, strict=False):
            reached.append(max(reached[-1], end + offset - 1))
        self._reached = array("q", reached)
        # One tuple, replaced whole: threads that share a zone never see halves of two spans.
        self._span = self._span_at(0)

    def __repr__(self) -> str:
        return f"Zone({self.key!r})"

    def offset(self, t: int) -> int:
        """Local time minus UTC at t."""
        low, high, offset, _ = self._span
        if low <= t < high:
            return offset
        return self.span(t)[2]

    def span(self, t: int) -> Span:
        """The span that t lies in."""
        span = self._span
        if not span[0] <= t < span[1]:
            span = self._span_at(bisect_right(self._starts, t) - 1)
            self._span = span
        return span

    def local_day(self, t: int) -> int:
        """The local date at t, as a day number."""
        low, high, offset, _ = self._span
        if not low <= t < high:
            offset = self.span(t)[2]
        return (t + offset) // DAY

    def calendar_day(self, t: int) -> int:
        """The latest date that has begun by t: like `local_day`, but it never goes back.

        They differ where a clock goes back over midnight: the repeated end of the old day already
        belongs to the new one.
        """
        low, high, offset, reached = self._span
        if not low <= t < high:
            _, _, offset, reached = self.span(t)
        local = t + offset
        return (max(reached, local)) // DAY

    def local_time(self, t: int) -> int:
        """The time of day at t, as microseconds since 00:00 on the local clock."""
        return (t + self.offset(t)) % DAY

    def hour(self, t: int) -> int:
        """0..23."""
        return (t + self.offset(t)) % DAY // HOUR

    def weekday(self, t: int) -> int:
        """0 for Monday .. 6 for Sunday."""
        return (self.local_day(t) + 3) % 7

    def day(self, t: int) -> int:
        """The day of the month, 1..31."""
        return date.fromordinal(self.local_day(t) + EPOCH_ORDINAL).day

    def month(self, t: int) -> int:
        """1..12."""
        return date.fromordinal(self.local_day(t) + EPOCH_ORDINAL).month

    def year(self, t: int) -> int:
        """The year on the local calendar."""
        return date.fromordinal(self.local_day(t) + EPOCH_ORDINAL).year

    def instant(self, day: int, time_of_day: int) -> int:
        """The first instant at which the local clock shows that time or a later one."""
        local = day * DAY + time_of_day
        i = bisect_left(self._reached, local) - 1
        return max(self._starts[i], local - self._offsets[i])

    def day_start(self, day: int) -> int:
        """The instant at which a local date begins; not at 00:00 where that is skipped."""
        return self.instant(day, 0)

    def _span_at(self, i: int) -> Span:
        starts = self._starts
        high = starts[i + 1] if i + 1 < len(starts) else _END
        return starts[i], high, self._offsets[i], self._reached[i]


_ZONES: Final[dict[str, Zone]] = {}


def zone(key: str) -> Zone | None:
    """The zone of that name in the pinned database, or None; always the same object per name."""
    found = _ZONES.get(key)
    if found is None and key in known_zones():
        found = _ZONES.setdefault(key, Zone(key, *read_spans(key)))
    return found
