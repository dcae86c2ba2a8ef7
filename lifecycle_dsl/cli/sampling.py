"""A sample of a store's customers, the same each time, and what it says of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from math import ceil, floor, sqrt
from typing import Final

from attrs import define

LEVEL: Final = 0.95
_DEVIATIONS: Final = 1.959964
"""To either side of the mean, for that level."""
_ALL: Final = 1 << 64


@define
class Sample:
    """So many of all customers, by a hash of their names; None for everybody."""

    wanted: int | None
    of: int
    """How many there are."""
    size: int = 0
    """How many were taken."""

    @property
    def is_part(self) -> bool:
        """Whether it is not everybody."""
        return self.wanted is not None and self.wanted < self.of

    def picked(self, people: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
        """Those who are in it."""
        limit = _ALL if self.wanted is None else _ALL * self.wanted // max(self.of, 1)
        for name, data in people:
            if _place(name) < limit:
                self.size += 1
                yield name, data

    def scaled(self, count: int) -> int:
        """About how many there are among all, if there are so many in the sample."""
        return round(count * self.of / self.size) if self.is_part and self.size else count

    def interval(self, count: int, squares: int) -> tuple[int, int]:
        """Between how many there are among all, at 95 %.

        `squares` is the sum of the squares of each customer's count. Where nobody counts twice it
        is Wilson's interval of a share, else that of a mean, of a sample without repeats.
        """
        if not self.is_part:
            return count, count
        if self.size == 0:
            return 0, self.of
        if squares == count:
            from lifecycle_dsl.analysis.statistics.proportions import wilson  # noqa: PLC0415

            share = wilson(count, self.size, LEVEL)
            low, high = (share.low or 0.0), (1.0 if share.high is None else share.high)
            return max(count, floor(low * self.of)), ceil(high * self.of)
        mean = count / self.size
        rest = 1 - self.size / self.of
        variance = max(squares / self.size - mean * mean, 0.0) / self.size * rest
        reach = _DEVIATIONS * sqrt(variance)
        low, high = (mean - reach) * self.of, (mean + reach) * self.of
        return max(count, floor(low)), ceil(high)


def _place(name: str) -> int:
    return int.from_bytes(blake2b(b"plan\0" + name.encode(), digest_size=8).digest(), "big")
