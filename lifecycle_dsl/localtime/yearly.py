"""The yearly clock changes that a zone keeps for ever, from the last line of its data.

That line is a POSIX TZ string with the extensions of RFC 9636: `CET-1CEST,M3.5.0,M10.5.0/3`.
Offsets in it count westward; times of day run from -167 to 167 hours.
"""

import re
from datetime import date
from typing import Final

from attrs import frozen

from lifecycle_dsl.localtime.instants import EPOCH_ORDINAL

__all__ = ["YearlyRule", "parse_footer"]

_TIME: Final = r"[+-]?[0-9]+(?::[0-9]+){0,2}"
_NAME: Final = r"(?:<[^>]+>|[A-Za-z]+)"
_FOOTER: Final = re.compile(
    rf"{_NAME}({_TIME})(?:{_NAME}({_TIME})?,([^,/]+)(?:/({_TIME}))?,([^,/]+)(?:/({_TIME}))?)?"
)


@frozen
class YearlyRule:
    """Two clock changes a year, in seconds.

    The days are as in the footer; the times count from local midnight by the offset before them.
    """

    standard: int
    summer: int
    summer_day: str
    summer_time: int
    standard_day: str
    standard_time: int

    def transitions(self, year: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """The two changes of a year in order: second since 1970 and the offset from then on."""
        to_summer = _day_in(year, self.summer_day) * 86_400 + self.summer_time - self.standard
        to_standard = _day_in(year, self.standard_day) * 86_400 + self.standard_time - self.summer
        first, second = sorted(((to_summer, self.summer), (to_standard, self.standard)))
        return first, second


def parse_footer(footer: str) -> YearlyRule | None:
    """The rule of a footer, or None where the clock no longer changes; ValueError if malformed."""
    if not footer:
        return None
    found = _FOOTER.fullmatch(footer)
    if found is None:
        raise ValueError(f"unknown time-zone rule {footer!r}")
    west, summer_west, summer_day, summer_time, standard_day, standard_time = found.groups()
    if summer_day is None:
        return None
    standard = -_seconds(west)
    return YearlyRule(
        standard,
        standard + 3600 if summer_west is None else -_seconds(summer_west),
        summer_day,
        _seconds(summer_time or "2"),
        standard_day,
        _seconds(standard_time or "2"),
    )


def _seconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    hours, minutes, seconds = ([*map(int, text.lstrip("+-").split(":")), 0, 0])[:3]
    return sign * (hours * 3600 + minutes * 60 + seconds)


def _day_in(year: int, rule: str) -> int:
    """The day number of `Mm.w.d` (week 5: the last; 0: Sunday), `Jn` (no 29 February) or `n`."""
    new_year = date(year, 1, 1).toordinal() - EPOCH_ORDINAL
    if rule.startswith("J"):
        count = int(rule[1:])
        leap_day_passed = count >= 60 and date(year, 12, 31).timetuple().tm_yday == 366
        return new_year + count - 1 + leap_day_passed
    if not rule.startswith("M"):
        return new_year + int(rule)
    month, week, weekday = map(int, rule[1:].split("."))
    first = date(year, month, 1).toordinal() - EPOCH_ORDINAL
    next_month = date(year + month // 12, month % 12 + 1, 1).toordinal() - EPOCH_ORDINAL
    # Day 0 of the count was a Thursday, number 4 from Sunday.
    day = first + (weekday - first - 4) % 7 + (week - 1) * 7
    return day if day < next_month else day - 7
