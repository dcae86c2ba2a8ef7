"""What a record itself makes so, before anything looks at it: it is remembered and added by then.

A rule `on order` that asks whether there has been no order asks in vain, and one that asks for half
a year without a visit `on visit` does, too: the record at hand is one.
"""

from __future__ import annotations

from collections.abc import Collection

from lifecycle_dsl.lint.ranges import Range, point
from lifecycle_dsl.program.declarations import Score, ScoreLine
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.memory import MemoryTerm, Remembers

_AT_LEAST_ONE = {Remembers.COUNT, Remembers.STREAK}


def is_counted(term: MemoryTerm, events: Collection[str]) -> bool:
    """Whether memory surely has an entry of a record, whichever of some events it is of."""
    return term.field_name is None and _is_sure(term.happenings, events)


def remembered(term: MemoryTerm, events: Collection[str], otherwise: Range) -> Range:
    """What a number or a time of memory lies within at a record of one of some events."""
    if not is_counted(term, events):
        return otherwise
    if term.remembers is Remembers.SINCE:
        return point(0)
    if term.remembers in _AT_LEAST_ONE:
        return otherwise.meet(Range(1))
    return otherwise


def added_to(score: Score, events: Collection[str], before: Range) -> Range:
    """What a score lies within when a record of one of some events has been added to it."""
    if not events:
        return before
    least = min(_least_added(score, event) for event in events)
    return before.meet(Range(min(before.low + least, before.high))) if least > 0 else before


def _least_added(score: Score, event: str) -> float:
    """What a record of an event adds at the least, be it nothing."""
    least = 0.0
    for line in score.lines:
        if event in line.happenings.events:
            low = _low(line)
            least += low if _is_sure(line.happenings, (event,)) else min(low, 0.0)
    return least


def _low(line: ScoreLine) -> float:
    return float("-inf") if line.amount.bounds is None else line.amount.bounds[0]


def _is_sure(happenings: Happenings, events: Collection[str]) -> bool:
    """Whether a record of any of some events is one of those that are listened to."""
    if not events or happenings.where is not None:
        return False
    return all(event in happenings.events for event in events)
