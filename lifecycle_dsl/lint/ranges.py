"""Ranges of quantities with open and closed ends, and how two of them compare."""

from __future__ import annotations

import math
from typing import Final

from attrs import frozen


@frozen
class Range:
    """All numbers between two ends."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no number lies in it."""
        return self.low > self.high or (self.low == self.high and (self.open_low or self.open_high))

    def meet(self, other: Range) -> Range:
        """What lies in both."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Range(
            low,
            high,
            (self.open_low and self.low == low) or (other.open_low and other.low == low),
            (self.open_high and self.high == high) or (other.open_high and other.high == high),
        )

    def join(self, other: Range) -> Range:
        """The least range around both."""
        low, high = min(self.low, other.low), max(self.high, other.high)
        return Range(
            low,
            high,
            (self.open_low or self.low != low) and (other.open_low or other.low != low),
            (self.open_high or self.high != high) and (other.open_high or other.high != high),
        )


EVERYTHING: Final = Range()


def point(value: float) -> Range:
    """One number."""
    return Range(value, value)


def compared(symbol: str, left: Range, right: Range) -> bool | None:
    """Whether a comparison surely holds or surely does not; None where it may do either."""
    match symbol:
        case "<":
            return _less(left, right)
        case ">":
            return _less(right, left)
        case ">=":
            return _not(_less(left, right))
        case "<=":
            return _not(_less(right, left))
        case "==":
            return _equal(left, right)
        case "!=":
            return _not(_equal(left, right))
        case _:
            return None


def bounded(symbol: str, right: Range) -> Range:
    """What lies in such a relation to something in a range."""
    match symbol:
        case "<":
            return Range(high=right.high, open_high=True)
        case "<=":
            return Range(high=right.high, open_high=right.open_high)
        case ">":
            return Range(low=right.low, open_low=True)
        case ">=":
            return Range(low=right.low, open_low=right.open_low)
        case "==":
            return right
        case _:
            return EVERYTHING


def _less(left: Range, right: Range) -> bool | None:
    if left.high < right.low or (left.high == right.low and (left.open_high or right.open_low)):
        return True
    return False if left.low >= right.high else None


def _equal(left: Range, right: Range) -> bool | None:
    if left.meet(right).is_empty:
        return False
    return True if left.low == left.high == right.low == right.high else None


def _not(truth: bool | None) -> bool | None:  # noqa: FBT001 — one of three truths
    return None if truth is None else not truth
