"""Instants as text and back: whole microseconds since 1970, UTC, within the years 1900-2400.

A date is the number of days since 1970-01-01, in the same years. Parsing gives None for whatever
is malformed, out of range or, in an instant, without an offset; formatting never rounds.
"""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

__all__ = [
    "DAY",
    "EPOCH_ORDINAL",
    "FIRST_DATE",
    "FIRST_INSTANT",
    "FIRST_RECORD",
    "HOUR",
    "LAST_DATE",
    "LAST_INSTANT",
    "LAST_RECORD",
    "MINUTE",
    "SECOND",
    "clamp_date",
    "clamp_instant",
    "datetime_to_micros",
    "format_date",
    "format_instant",
    "format_time_of_day",
    "parse_date",
    "parse_instant",
    "parse_time_of_day",
]

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

EPOCH_ORDINAL: Final = 719_163
"""What `date.toordinal` gives for 1970-01-01."""

FIRST_DATE: Final = -25_567  # 1900-01-01
LAST_DATE: Final = 157_419  # 2400-12-31
FIRST_INSTANT: Final = FIRST_DATE * DAY
LAST_INSTANT: Final = (LAST_DATE + 1) * DAY - 1
FIRST_RECORD: Final = 315_532_800 * SECOND  # 1980-01-01
LAST_RECORD: Final = 7_289_654_400 * SECOND - 1  # the last microsecond of 2200

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_INSTANT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]"
    r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME_OF_DAY: Final = re.compile(r"([0-9]{2}):([0-9]{2})")


def parse_instant(text: str, *, without_seconds: bool = False) -> int | None:
    """The instant an RFC 3339 text names; digits beyond microseconds are rounded, half up.

    A leap second counts as the second after it. Rule files may leave out the seconds
    (`2026-03-28T12:00Z`): pass `without_seconds`.
    """
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    day_text, hours, minutes, seconds, fraction, sign, offset_hours, offset_minutes = found.groups()
    if seconds is None and not without_seconds:
        return None
    day = _day_number(day_text)
    hour, minute, second = int(hours), int(minutes), int(seconds or 0)
    if day is None or hour > 23 or minute > 59 or second > 60:
        return None
    shift = 0
    if sign is not None:
        if int(offset_hours) > 23 or int(offset_minutes) > 59:
            return None
        shift = int(offset_hours) * 60 + int(offset_minutes)
        if sign == "-":
            shift = -shift
    whole_minutes = day * 1440 + hour * 60 + minute - shift
    if second == 60 and whole_minutes % 1440 != 1439:
        return None
    micros = 0
    if fraction is not None and second < 60:
        micros = int(fraction[:6].ljust(6, "0")) + (fraction[6:7] >= "5")
    t = whole_minutes * MINUTE + second * SECOND + micros
    return t if FIRST_INSTANT <= t <= LAST_INSTANT else None


def format_instant(t: int) -> str:
    """RFC 3339 in UTC with as many decimals of a second as needed: none, 3 or 6."""
    day, time = divmod(t, DAY)
    seconds, micros = divmod(time, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    text = f"{_day_text(day)}T{hour:02}:{minute:02}:{second:02}"
    if not micros:
        return text + "Z"
    return f"{text}.{micros:06}Z" if micros % 1000 else f"{text}.{micros // 1000:03}Z"


@lru_cache(maxsize=1024)
def _day_text(day: int) -> str:
    return date.fromordinal(day + EPOCH_ORDINAL).isoformat()


def datetime_to_micros(moment: datetime) -> int:
    """The instant of a datetime that carries an offset."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def parse_date(text: str) -> int | None:
    """The day number of `2026-12-25`."""
    day = _day_number(text)
    return day if day is not None and FIRST_DATE <= day <= LAST_DATE else None


def format_date(day: int) -> str:
    """The ISO text of a day number."""
    return date.fromordinal(day + EPOCH_ORDINAL).isoformat()


def parse_time_of_day(text: str) -> int | None:
    """Microseconds into the day of `07:30`; `24:00`, the end of the day, included."""
    found = _TIME_OF_DAY.fullmatch(text)
    if found is None or int(found[2]) > 59:
        return None
    time_of_day = int(found[1]) * HOUR + int(found[2]) * MINUTE
    return time_of_day if time_of_day <= DAY else None


def format_time_of_day(time_of_day: int) -> str:
    """`07:30`, with seconds and decimals only where there are any."""
    hours, rest = divmod(time_of_day, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    text = f"{hours:02}:{minutes:02}"
    if rest:
        text += f":{rest // SECOND:02}"
    if rest % SECOND:
        text += f".{rest % SECOND:06}".rstrip("0")
    return text


def clamp_instant(t: int) -> int:
    """The nearest instant within the calendar."""
    return min(max(t, FIRST_INSTANT), LAST_INSTANT)


def clamp_date(day: int) -> int:
    """The nearest date within the calendar."""
    return min(max(day, FIRST_DATE), LAST_DATE)


def _day_number(text: str) -> int | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).toordinal() - EPOCH_ORDINAL
    except ValueError:
        return None
