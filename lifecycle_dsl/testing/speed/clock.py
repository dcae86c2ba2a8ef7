"""A clock that is switched from one part of a rule set to another, and knows what it costs itself.

A part is a number. Between two switches, time belongs to the part that was switched to last; what a
switch itself takes is measured once and left out.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

_CALIBRATING = 20_000
Switch = Callable[[int], int]
"""To a part; gives the one before."""


class Clock:
    """How long parts have taken, in nanoseconds, and how often they were come to."""

    def __init__(self) -> None:
        self._spent = [0]
        self._visits = [0]
        self._returns = [0]
        self.visits: dict[int, int] = {}
        """By part: how often it was come to, up to the last lap."""
        self.enter, self.back = _switches(self._spent, self._visits, self._returns)
        self._overhead = self._calibrated()

    def part(self) -> int:
        """A new part."""
        for counts in (self._spent, self._visits, self._returns):
            counts.append(0)
        return len(self._spent) - 1

    def lap(self) -> list[float]:
        """How long each part took since the last lap, the clock's own time left out."""
        found = [
            spent - (visits + returns) * self._overhead
            for spent, visits, returns in zip(self._spent, self._visits, self._returns, strict=True)
        ]
        for part, visits in enumerate(self._visits):
            self.visits[part] = self.visits.get(part, 0) + visits
        for counts in (self._spent, self._visits, self._returns):
            counts[:] = [0] * len(counts)
        return found

    def timed(self, part: int, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function whose time belongs to a part."""
        enter, back = self.enter, self.back

        def call(*arguments: Any, **named: Any) -> Any:
            before = enter(part)
            try:
                return function(*arguments, **named)
            finally:
                back(before)

        return call

    def _calibrated(self) -> float:
        """What a switch adds to the part that it comes to."""
        part = self.part()
        least = float("inf")
        for _ in range(5):
            self._spent[part] = 0
            for _ in range(_CALIBRATING):
                self.enter(part)
            least = min(least, self._spent[part] / _CALIBRATING)
        self.enter(0)
        for counts in (self._spent, self._visits, self._returns):
            counts[:] = [0] * len(counts)
        return least


def _switches(spent: list[int], visits: list[int], returns: list[int]) -> tuple[Switch, Switch]:
    """To come to a part, and to go back to one."""
    now, last = 0, perf_counter_ns()
    clock = perf_counter_ns

    def enter(part: int) -> int:
        nonlocal now, last
        spent[now] += clock() - last
        before, now = now, part
        visits[part] += 1
        last = clock()
        return before

    def back(part: int) -> int:
        nonlocal now, last
        spent[now] += clock() - last
        before, now = now, part
        returns[part] += 1
        last = clock()
        return before

    return enter, back
