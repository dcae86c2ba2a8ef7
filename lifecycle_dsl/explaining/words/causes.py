"""What a step was about, and how often something came, in words."""

from __future__ import annotations

from lifecycle_dsl.explaining.asking import PRIVATE as PRIVATE_FIELD
from lifecycle_dsl.explaining.model import Cause
from lifecycle_dsl.explaining.words.conditions import PRIVATE
from lifecycle_dsl.explaining.words.values import datum

MOST_FIELDS = 6


def because(cause: Cause) -> str:
    """`at purchase (amount: 20)`, `when its time had come`."""
    if cause.event is None:
        return "as things then stood" if cause.timer == "watch" else "when its time had come"
    fields = [
        f"{name}: {PRIVATE if value is PRIVATE_FIELD else datum(value)}"
        for name, value in cause.fields[:MOST_FIELDS]
    ]
    return f"at {cause.event}" + (f" ({', '.join(fields)})" if fields else "")


def times(count: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")
