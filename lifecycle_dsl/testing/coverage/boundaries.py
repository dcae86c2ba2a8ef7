"""What "just below" and "just above" mean.

Of a number: by no more than 1, or a tenth of the threshold if that is more; of a threshold with
decimals, by no more than one in its last decimal, or a tenth. Of a duration: by no more than one of
the largest unit that it has (a day for 30d, an hour for 5h), or a tenth if that is more.
"""

from __future__ import annotations

from lifecycle_dsl.localtime import DAY, HOUR, MINUTE, SECOND

SIDES = ("below", "at", "above")
FORGIVEN = 1e-9


def side(value: object, bar: float, *, is_time: bool) -> str | None:
    """On which side of a threshold a value is; None if it is not near."""
    if not isinstance(value, int | float):
        return None
    distance = float(value) - bar
    if abs(distance) <= FORGIVEN * max(1.0, abs(bar)):
        return "at"
    if abs(distance) > (near_span(bar) if is_time else near_number(bar)) * (1 + FORGIVEN):
        return None
    return "below" if distance < 0 else "above"


def near_number(bar: float) -> float:
    """How far from a number is near it."""
    text = f"{abs(bar):.9f}".rstrip("0")
    decimals = len(text.partition(".")[2])
    return max(10.0**-decimals, abs(bar) / 10)


def near_span(micros: float) -> float:
    """How far from a duration is near it, in microseconds."""
    unit = next((each for each in (DAY, HOUR, MINUTE, SECOND) if micros >= each), 1_000)
    return max(float(unit), micros / 10)
