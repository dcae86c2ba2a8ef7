"""What became of people after something, and of those held out after the same: the lift.

Everybody to whom it happened counts, whether or not their message went out (intention to treat),
from the first time on. Whose window had not passed by the end is left out of both arms alike.

The two are alike only where nothing was done to either before: once messages have gone out, they
may decide to whom it happens at all. So it is counted who had got one before.
"""

from __future__ import annotations

from math import fsum
from typing import Final

from attrs import frozen

from lifecycle_dsl.analysis import conversions, holdout
from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.goals import Goal
from lifecycle_dsl.analysis.history import History, instant_of
from lifecycle_dsl.analysis.statistics.means import difference, mean
from lifecycle_dsl.analysis.statistics.proportions import wilson
from lifecycle_dsl.analysis.statistics.sequential import Moments

_NOBODY: Final = Moments(0, 0.0, 0.0)


@frozen
class Arm:
    """Customers of one kind whose window has passed."""

    n: int = 0
    converted: int = 0
    worth: Moments | None = _NOBODY
    """Of all of them; who did not convert is worth 0. None where it is masked."""
    too_late: int = 0
    """Customers whose window had not passed; they are in no other number."""
    written_before: int = 0
    """Of the customers, who had got a marketing message before it happened to them."""

    def rate(self, level: float) -> Estimate:
        """The share that converted."""
        return wilson(self.converted, self.n, level)

    def mean_worth(self, level: float) -> Estimate:
        """What one of them was worth."""
        return Estimate(None, n=self.n) if self.worth is None else mean(self.worth, level)


@frozen
class Followed:
    """What became of those to whom something happened."""

    messaged: Arm = Arm()
    """Who is not held out, and so may be messaged."""
    held_out: Arm = Arm()

    @property
    def too_late(self) -> int:
        """Customers of both arms whose window had not passed."""
        return self.messaged.too_late + self.held_out.too_late

    def more_worth(self, level: float) -> Estimate:
        """By how much a customer is worth more who may be messaged."""
        one, other = self.messaged.worth, self.held_out.worth
        if one is None or other is None:
            return Estimate(None, n=min(self.messaged.n, self.held_out.n))
        return difference(one, other, level)


def followed(history: History, starts: str, goal: Goal) -> dict[str, Followed]:
    """By name, what became of the customers of a query.

    It gives `name`, `customer`, `instant`, and `place`, a row of `decisions`. What comes behind
    the first of a name and a customer, and sooner than the goal's window after it, counts.
    """
    holdout.tell_apart(history)
    conversions.gather(history)
    history.ask(_WRITTEN)
    end = instant_of(history.end)
    history.ask(_STARTED.format(starts=starts), {"within": goal.within})
    found: dict[str, dict[bool, Arm]] = {}
    converted = {
        (name, is_held_out): tuple(told)
        for name, is_held_out, *told in history.ask(
            _CONVERTED, {"goal": goal.attribution, "end": end}
        )
    }
    for name, is_held_out, n, too_late, before in history.ask(_COUNTED, {"end": end}):
        count, is_masked, worths = converted.get((name, is_held_out), (0, False, []))
        # Exact sums, so that the order in which threads come does not show.
        total, squares = fsum(worths), fsum(worth * worth for worth in worths)
        worth = None if is_masked else Moments.of_sums(n, total, squares)
        found.setdefault(name, {})[is_held_out] = Arm(n, count, worth, too_late, before)
    history.ask("DROP TABLE started")
    return {
        name: Followed(arms.get(False, Arm()), arms.get(True, Arm()))
        for name, arms in found.items()
    }


_WRITTEN: Final = """
    CREATE TEMP TABLE IF NOT EXISTS written AS
    SELECT customer, min(rowid) AS place FROM decisions
    WHERE kind = 'sent' AND NOT coalesce(transactional, false) AND NOT coalesce(draft, false)
    GROUP BY customer
"""
"""When each customer got their first marketing message."""
_STARTED: Final = """
    CREATE OR REPLACE TEMP TABLE started AS
    WITH starts AS ({starts}),
    firsts AS (
        SELECT name, customer, min(starts.place) AS place,
            arg_min(starts.instant, starts.place) AS instant
        FROM starts GROUP BY name, customer
    )
    SELECT firsts.name, firsts.customer, firsts.place,
        firsts.instant + to_microseconds($within) AS until,
        held_out.customer IS NOT NULL AS is_held_out
    FROM firsts LEFT JOIN held_out ON held_out.customer = firsts.customer
"""
_COUNTED: Final = """
    SELECT name, is_held_out, count_if(until <= $end), count_if(until > $end),
        count_if(until <= $end AND coalesce(written.place < started.place, false))
    FROM started LEFT JOIN written ON written.customer = started.customer
    GROUP BY name, is_held_out ORDER BY name, is_held_out
"""
_CONVERTED: Final = """
    WITH each AS (
        SELECT name, is_held_out, started.customer, bool_or(worth IS NULL) AS is_masked,
            coalesce(sum(worth)::DOUBLE, 0) AS worth
        FROM started JOIN conversions ON conversions.customer = started.customer
            AND conversions.attribution = $goal AND conversions.place > started.place
            AND conversions.instant < started.until
        WHERE started.until <= $end
        GROUP BY ALL
    )
    SELECT name, is_held_out, count(*), bool_or(is_masked), list(worth)
    FROM each GROUP BY name, is_held_out
"""
