"""Memory terms: entries are appended for ever, and read by filtering the whole list."""

from __future__ import annotations

from collections import Counter
from typing import assert_never

from lifecycle_dsl.arithmetic import SUM_LIMIT, from_millionths, to_millionths
from lifecycle_dsl.localtime import Period as LocalPeriod
from lifecycle_dsl.localtime import period_index
from lifecycle_dsl.program.memory import Calendar, Ever, MemoryTerm, Period, Remembers, Rolling
from lifecycle_dsl.program.types import DURATION
from tests.reference.customer import Customer, Entry, Firing, Moment, Value


def append(m: Moment, term: MemoryTerm, value: Value) -> None:
    """Remember something under a term, at now."""
    entries = m.customer.memory.setdefault(term.text, [])
    periods = periods_now(m, entries)
    entries.append(Entry(m.now, periods[Period.DAY] if term.by_day else value, periods))


def periods_now(m: Moment, past: list[Entry] | list[Firing]) -> dict[Period, int]:
    """The local periods of now for a list of entries: a period never moves backwards."""
    today = {period: period_index(m.zone, m.now, LocalPeriod(period.value)) for period in Period}
    if past:
        last = past[-1].periods
        return {period: max(last[period], index) for period, index in today.items()}
    return today


def remembered(m: Moment, term: MemoryTerm) -> Value:
    """What a term says now."""
    entries = list(entries_of(m.customer, term))
    today = periods_now(m, entries)
    if keeps_entries(term):
        entries = entries[-m.program.keeps.get(term, term.keep) :]
    match term.window:
        case Rolling():
            entries = [entry for entry in entries if m.now - entry.at < term.window.micros]
        case Calendar():
            period = term.window.period
            entries = [entry for entry in entries if entry.periods[period] == today[period]]
        case Ever():
            pass
    return told(m, term, entries, today)


def entries_of(customer: Customer, term: MemoryTerm) -> list[Entry]:
    """All entries a term ever had."""
    return customer.memory.get(term.text, [])


def keeps_entries(term: MemoryTerm) -> bool:
    """Whether `keep` bounds the term: entries are kept, not one number or one entry."""
    match term.remembers:
        case Remembers.SEEN | Remembers.SINCE | Remembers.LAST | Remembers.STREAK:
            return False
        case Remembers.DISTINCT | Remembers.MOST:
            return True
        case Remembers.COUNT | Remembers.SUM | Remembers.LARGEST | Remembers.SMALLEST:
            return isinstance(term.window, Rolling)
    assert_never(term.remembers)


def told(m: Moment, term: MemoryTerm, entries: list[Entry], today: dict[Period, int]) -> Value:
    """What the entries that are left come to."""
    values = [entry.value for entry in entries]
    match term.remembers:
        case Remembers.COUNT:
            return float(len(entries))
        case Remembers.SUM:
            return sum(values) if term.result == DURATION else total(values)
        case Remembers.LARGEST:
            return max(values, default=None)
        case Remembers.SMALLEST:
            return min(values, default=None)
        case Remembers.DISTINCT:
            return float(len(set(values)))
        case Remembers.MOST:
            return commonest(values)
        case Remembers.SINCE:
            return m.now - entries[-1].at if entries else None
        case Remembers.SEEN:
            return bool(entries)
        case Remembers.LAST:
            return values[-1] if values else None
        case Remembers.STREAK:
            return float(days_in_a_row(entries, today[Period.DAY]))
    assert_never(term.remembers)


def total(values: list[Value]) -> float:
    """Numbers added in whole millionths."""
    micros = sum(to_millionths(float(value)) for value in values)
    return from_millionths(max(-SUM_LIMIT, min(micros, SUM_LIMIT)))


def commonest(values: list[Value]) -> Value:
    """The value there is most of; of equally common ones the one seen last."""
    counts = Counter(values)
    best = max(counts.values(), default=0)
    for value in reversed(values):
        if counts[value] == best:
            return value
    return None


def days_in_a_row(entries: list[Entry], today: int) -> int:
    """Days with an entry in a row up to today, or up to yesterday if there is none today yet."""
    days = {entry.periods[Period.DAY] for entry in entries}
    day = today if today in days else today - 1
    length = 0
    while day in days:
        length += 1
        day -= 1
    return length
