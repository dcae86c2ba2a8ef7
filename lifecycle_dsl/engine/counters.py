"""Memory terms while they run: how a slot changes with an entry, what it says, when that changes.

A slot is None until the first entry and then plain data: a number, an instant, or a short list.
Each kind of counter is one class with three functions of the slot:

- `note(slot, now, zone, value)` gives the slot with one more entry (`value` is the field's; where
  the kind needs none it is ignored);
- `read(slot, now, zone)` gives what the term says at now;
- `next_change(slot, now, zone)` gives an instant after now up to which `read` stays as it is,
  if nothing new is noted, or NEVER.

Lists are changed in place: a slot belongs to one customer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any, Protocol

from lifecycle_dsl.arithmetic import from_millionths, to_millionths
from lifecycle_dsl.arithmetic.rounding import SUM_LIMIT
from lifecycle_dsl.compiler.layout import NEVER
from lifecycle_dsl.localtime import Period as LocalPeriod
from lifecycle_dsl.localtime import Zone, next_period_start, period_index, period_start
from lifecycle_dsl.program.memory import Calendar, Ever, MemoryTerm, Remembers, Rolling
from lifecycle_dsl.program.types import MONEY, NUMBER

Slot = Any
DAY = LocalPeriod.DAY


class Counter(Protocol):
    """A kind of memory term."""

    def note(self, slot: Slot, now: int, zone: Zone, value: Any) -> Slot:
        """The slot with one more entry."""

    def read(self, slot: Slot, now: int, zone: Zone) -> Any:
        """What the term says at now."""

    def next_change(self, slot: Slot, now: int, zone: Zone) -> int:
        """Until when `read` surely stays as it is."""


class Since:
    """The time since the last entry, or the truth that there is one; the slot is its instant."""

    def note(self, slot: Slot, now: int, zone: Zone, value: Any) -> Slot:
        return now

    def read(self, slot: Slot, now: int, zone: Zone) -> Any:
        return None if slot is None else now - slot

    def next_change(self, slot: Slot, now: int, zone: Zone) -> int:
        return NEVER


class Seen(Since):
    """Whether there ever was an entry."""

    def read(self, slot: Slot, now: int, zone: Zone) -> Any:
        return slot is not None


class Last(Since):
    """The last entry's value; the slot is a list of it, which may be of any type."""

    def note(self, slot: Slot, now: int, zone: Zone, value: Any) -> Slot:
        return [value]

    def read(self, slot: Slot, now: int, zone: Zone) -> Any:
        return None if slot is None else slot[0]


class Streak:
    """Local days in a row; the slot is the last day and how many it ends."""

    def note(self, slot: Slot, now: int, zone: Zone, value: Any) -> Slot:
        today = period_index(zone, now, DAY)
        if slot is None or today > slot[0] + 1:
            return [today, 1]
        return slot if today <= slot[0] else [today, slot[1] + 1]

    def read(self, slot: Slot, now: int, zone: Zone) -> int:
        if slot is None or period_index(zone, now, DAY) > slot[0] + 1:
            return 0
        return int(slot[1])

    def next_change(self, slot: Slot, now: int, zone: Zone) -> int:
        if self.read(slot, now, zone) == 0:
            return NEVER
        return max(now + 1, period_start(zone, slot[0] + 2, DAY))


Combine = Callable[[Any, Any], Any]


class Running:
    """One number for all entries ever: a count, a sum, the largest or the smallest."""

    def __init__(self, start: Any, combine: Combine, take: Callable[[Any], Any]) -> None:
        self.start = start
        self.combine = combine
        self.take = take

    def note(self, slot: Slot, now: int, zone: Zone, value: Any) -> Slot:
        if slot is None:
            slot = self.start
        return value if slot is None else self.combine(slot, value)

    def read(self, slot: Slot, now: int, zone: Zone) -> Any:
        return self.take(self.start if slot is None else slot)

    def next_change(self, slot: Slot, now: int, zone: Zone) -> int:
        return NEVER


class PerPeriod:
    """Any counter of all entries, begun anew with each local period.

    The slot is the period's number and the inner slot. A period never moves backwards.
    """

    def __init__(self, period: LocalPeriod, inner: Counter) -> None:
        self.period = period
        self.inner = inner

    def note(self, slot: Slot, now: int, zone: Zone, value: Any) -> Slot:
        index = period_index(zone, now, self.period)
        if slot is None or slot[0] < index:
            return [index, self.inner.note(None, now, zone, value)]
        slot[1] = self.inner.note(slot[1], now, zone, value)
        return slot

    def read(self, slot: Slot, now: int, zone: Zone) -> Any:
        if slot is not None and slot[0] >= period_index(zone, now, self.period):
            return self.inner.read(slot[1], now, zone)
        return self.inner.read(None, now, zone)

    def next_change(self, slot: Slot, now: int, zone: Zone) -> int:
        if slot is None or slot[0] < period_index(zone, now, self.period):
            return NEVER
        if slot[0] > period_index(zone, now, self.period):
            return max(now + 1, period_start(zone, slot[0] + 1, self.period))
        return next_period_start(zone, now, self.period)


Summary = Callable[[list[Any]], Any]


class Entries:
    """The newest values; the slot is their list."""

    def __init__(self, keep: int, summary: Summary) -> None:
        self.keep = keep
        self.summary = summary
        self.early = 0

    def note(self, slot: Slot, now: int, zone: Zone, value: Any) -> Slot:
        if slot is None:
            return [value]
        if len(slot) >= self.keep:
            self.early += 1
            del slot[0]
        slot.append(value)
        return slot

    def read(self, slot: Slot, now: int, zone: Zone) -> Any:
        return self.summary(slot or [])

    def next_change(self, slot: Slot, now: int, zone: Zone) -> int:
        return NEVER


class CountWithin:
    """How many entries are younger than a span; the slot is the list of their instants."""

    def __init__(self, span: int, keep: int) -> None:
        self.span = span
        self.keep = keep
        self.early = 0

    def note(self, slot: Slot, now: int, zone: Zone, value: Any) -> Slot:
        if slot is None:
            return [now]
        expired = bisect_right(slot, now - self.span)
        if len(slot) - expired >= self.keep:
            self.early += 1
            expired += 1
        if expired > 0:
            del slot[:expired]
        slot.append(now)
        return slot

    def read(self, slot: Slot, now: int, zone: Zone) -> int:
        return 0 if slot is None else len(slot) - bisect_right(slot, now - self.span)

    def next_change(self, slot: Slot, now: int, zone: Zone) -> int:
        if slot is None:
            return NEVER
        first = bisect_right(slot, now - self.span)
        return slot[first] + self.span if first < len(slot) else NEVER


class EntriesWithin:
    """The values of entries younger than a span; the slot is their instants and their values."""

    def __init__(self, span: int, keep: int, summary: Summary) -> None:
        self.span = span
        self.keep = keep
        self.summary = summary
        self.early = 0

    def note(self, slot: Slot, now: int, zone: Zone, value: Any) -> Slot:
        if slot is None:
            return [[now], [value]]
        instants, values = slot
        expired = bisect_right(instants, now - self.span)
        if len(instants) - expired >= self.keep:
            self.early += 1
            expired += 1
        if expired > 0:
            del instants[:expired]
            del values[:expired]
        instants.append(now)
        values.append(value)
        return slot

    def read(self, slot: Slot, now: int, zone: Zone) -> Any:
        if slot is None:
            return self.summary([])
        instants, values = slot
        expired = bisect_right(instants, now - self.span)
        return self.summary(values[expired:] if expired else values)

    def next_change(self, slot: Slot, now: int, zone: Zone) -> int:
        if slot is None:
            return NEVER
        instants = slot[0]
        first = bisect_right(instants, now - self.span)
        return instants[first] + self.span if first < len(instants) else NEVER


class ByDay:
    """A counter whose values are the local days of its entries."""

    def __init__(self, inner: Counter) -> None:
        self.inner = inner
        self.read = inner.read
        self.next_change = inner.next_change

    def note(self, slot: Slot, now: int, zone: Zone, value: Any) -> Slot:
        return self.inner.note(slot, now, zone, zone.local_day(now))


class InMillionths:
    """A counter that gets its values in whole millionths."""

    def __init__(self, inner: Counter) -> None:
        self.inner = inner
        self.read = inner.read
        self.next_change = inner.next_change

    def note(self, slot: Slot, now: int, zone: Zone, value: Any) -> Slot:
        return self.inner.note(slot, now, zone, to_millionths(value))


def left_early(counter: Counter) -> int:
    """How many entries, of all customers, have left a full list before their time."""
    while (inner := getattr(counter, "inner", None)) is not None:
        counter = inner
    return getattr(counter, "early", 0)


def _distinct(values: list[Any]) -> int:
    return len(set(values))


def _most(values: list[Any]) -> Any:
    counts: dict[Any, int] = {}
    for value in values:
        # Taken out and put back, so that the dictionary's order is that of the last sight.
        counts[value] = counts.pop(value, 0) + 1
    best, most = None, 0
    for value, count in counts.items():
        if count >= most:
            best, most = value, count
    return best


def _total(values: list[int]) -> float:
    return from_millionths(_held(sum(values)))


def _held(total: int) -> int:
    return max(-SUM_LIMIT, min(SUM_LIMIT, total))


def _largest(values: list[Any]) -> Any:
    return max(values, default=None)


def _smallest(values: list[Any]) -> Any:
    return min(values, default=None)


def _same(value: Any) -> Any:
    return value


def _one_more(total: int, _: Any) -> int:
    return total + 1


def _add_held(total: int, value: int) -> int:
    return _held(total + value)


def _add(total: int, value: int) -> int:
    return total + value


_SUMMARIES: dict[Remembers, Summary] = {
    Remembers.DISTINCT: _distinct,
    Remembers.MOST: _most,
    Remembers.LARGEST: _largest,
    Remembers.SMALLEST: _smallest,
}


def counter(term: MemoryTerm, keep: int) -> Counter:
    """The counter that a term is; where it lists entries, it keeps so many."""
    made: Counter
    match term.window:
        case Rolling(span):
            made = _rolling(term, span, keep)
        case Calendar(period):
            made = PerPeriod(LocalPeriod(period.value), _ever(term, keep))
        case Ever():
            made = _ever(term, keep)
    if term.remembers is Remembers.SUM and _in_millionths(term):
        made = InMillionths(made)
    return ByDay(made) if term.by_day else made


def _in_millionths(term: MemoryTerm) -> bool:
    return term.result in (NUMBER, MONEY)


def _rolling(term: MemoryTerm, span: int, keep: int) -> Counter:
    match term.remembers:
        case Remembers.COUNT:
            return CountWithin(span, keep)
        case Remembers.SUM:
            return EntriesWithin(span, keep, _total if _in_millionths(term) else sum)
        case _:
            return EntriesWithin(span, keep, _SUMMARIES[term.remembers])


def _ever(term: MemoryTerm, keep: int) -> Counter:
    match term.remembers:
        case Remembers.COUNT:
            return Running(0, _one_more, _same)
        case Remembers.SUM if _in_millionths(term):
            return Running(0, _add_held, from_millionths)
        case Remembers.SUM:
            return Running(0, _add, _same)
        case Remembers.LARGEST:
            return Running(None, max, _same)
        case Remembers.SMALLEST:
            return Running(None, min, _same)
        case Remembers.SINCE:
            return Since()
        case Remembers.SEEN:
            return Seen()
        case Remembers.LAST:
            return Last()
        case Remembers.STREAK:
            return Streak()
        case Remembers.DISTINCT | Remembers.MOST:
            return Entries(keep, _SUMMARIES[term.remembers])
