"""Of two stretches of time in which something is counted, whether one always lies in the other."""

from __future__ import annotations

from lifecycle_dsl.localtime import DAY
from lifecycle_dsl.program.memory import Period

_LONGEST_DAYS = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 31, Period.YEAR: 366}
_INSIDE = {
    Period.DAY: {Period.DAY, Period.WEEK, Period.MONTH, Period.YEAR},
    Period.WEEK: {Period.WEEK},
    Period.MONTH: {Period.MONTH, Period.YEAR},
    Period.YEAR: {Period.YEAR},
}


def lies_within(shorter: object, longer: object) -> bool:
    """Whether each stretch of one lies in one of another: microseconds, a period, None for ever."""
    match longer, shorter:
        case None, _:
            return True
        case Period(), Period():
            return longer in _INSIDE[shorter]
        case int(), int():
            return shorter <= longer
        case int(), Period():
            # A local day may have 25 hours.
            return (_LONGEST_DAYS[shorter] + 1) * DAY <= longer
        case _:
            return longer == shorter
