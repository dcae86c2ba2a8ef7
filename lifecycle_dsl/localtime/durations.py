"""Durations as text and back: whole microseconds; a day has 24 hours, a year 365 days."""

import re
from types import MappingProxyType
from typing import Final

from lifecycle_dsl.localtime.instants import DAY, HOUR, MINUTE, SECOND

__all__ = [
    "LONGEST_WAIT",
    "SHORTEST_WAIT",
    "UNITS",
    "YEAR",
    "duration_literal",
    "format_duration",
    "parse_duration",
]

MILLISECOND: Final = 1000
YEAR: Final = 365 * DAY

UNITS: Final = MappingProxyType(
    {
        "ms": MILLISECOND,
        "s": SECOND,
        "min": MINUTE,
        "h": HOUR,
        "d": DAY,
        "w": 7 * DAY,
        "y": YEAR,
    }
)
"""The language's units, shortest first, in microseconds."""

SHORTEST_WAIT: Final = MILLISECOND
LONGEST_WAIT: Final = 100 * YEAR
"""What may stand after `wait`, `after`, `every`, `within`, `per` and `for`."""

_LITERAL: Final = re.compile(r"([0-9]+(?:_[0-9]+)*)(?:\.([0-9]+))?(ms|s|min|h|d|w|y)")
_LONGEST_TEXT: Final = 40
# A literal says 14d and not 2w, as people write them.
_LITERAL_UNITS: Final = tuple((name, UNITS[name]) for name in ("y", "d", "h", "min", "s"))
_PEOPLE_UNITS: Final = (*_LITERAL_UNITS, ("ms", MILLISECOND), ("µs", 1))


def parse_duration(text: str) -> int | None:
    """The microseconds of `30d` or `1.5h`: one number, one unit, a whole number of microseconds."""
    found = _LITERAL.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
    if found is None:
        return None
    whole, fraction, unit = found.groups(default="")
    micros, rest = divmod(int(whole + fraction) * UNITS[unit], 10 ** len(fraction))
    return None if rest else micros


def format_duration(micros: int) -> str:
    """The duration for people, in its two largest units and rounded down to them: `3d 4h`."""
    if micros < 0:
        return f"-{format_duration(-micros)}"
    for place, (name, size) in enumerate(_PEOPLE_UNITS):
        count, rest = divmod(micros, size)
        if count == 0:
            continue
        text = f"{count}{name}"
        if place + 1 < len(_PEOPLE_UNITS):
            next_name, next_size = _PEOPLE_UNITS[place + 1]
            if rest >= next_size:
                text += f" {rest // next_size}{next_name}"
        return text
    return "0s"


def duration_literal(micros: int) -> str:
    """The duration as one literal of the language, in the largest unit that leaves no fraction.

    Below a millisecond that unit is `ms` with decimals; negative ones carry the unary minus.
    """
    if micros == 0:
        return "0s"
    if micros < 0:
        return f"-{duration_literal(-micros)}"
    for name, size in _LITERAL_UNITS:
        if micros % size == 0:
            return f"{micros // size}{name}"
    whole, rest = divmod(micros, MILLISECOND)
    return f"{whole}.{rest:03}".rstrip("0").rstrip(".") + "ms"
