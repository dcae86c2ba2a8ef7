"""The values side by side: whom each reached, how many of them came to the goal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray
from scipy.stats import norm

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.corrections import holm
from lifecycle_dsl.analysis.statistics.overlapping import Amounts, Samples, lifts, means
from lifecycle_dsl.analysis.tuning.objective import Objective
from lifecycle_dsl.analysis.tuning.replay import NEVER, Lives

Flags = NDArray[np.bool_]


@frozen
class Trial:
    """A value, and what came of those whom it reached."""

    reached: int
    censored: int
    """Of these, whose window had not passed by the end; they count nowhere else."""
    hits: int
    rate: Estimate
    """Or the worth, or the profit, as the objective says."""
    difference: Estimate
    """Of that to the one of the present value; all intervals hold together."""
    p: float
    """Of the difference, corrected by Holm for all that are looked at."""


@frozen
class Followed:
    """Who was reached under each value and followed for the whole window, and who succeeded."""

    reached: Flags
    members: Flags
    hits: Flags
    later: NDArray[np.bool_]
    """By customer: whether they are of the later period."""
    since: int
    """When the later period begins, in microseconds."""
    money: Money | None = None
    """Where values are compared by more than the rate."""

    def of(self, rows: Flags) -> Followed:
        """Only where `rows`, a customer each or a customer and a value, says so."""
        chosen = rows if rows.ndim == 2 else rows[:, None]
        return evolve(
            self,
            reached=self.reached & chosen,
            members=self.members & chosen,
            hits=self.hits & chosen,
        )

    def samples(self, *, later: bool | None = None) -> Samples | Amounts:
        """The samples to compare, by the objective: of both periods, or of one."""
        every = np.ones(len(self.later), dtype=bool)
        rows = every if later is None else self.later == later
        match self.money:
            case Money(objective=Objective.WORTH) as money:
                return means(self.members[rows], money.worth[rows])
            case Money(objective=Objective.PROFIT) as money:
                return money.profits(self.reached, self.members, rows)
            case _:
                return self.successes(rows)

    def successes(self, rows: Flags | None = None) -> Samples:
        """Who came to the goal, whatever values are compared by."""
        if rows is None:
            return Samples(self.members, self.hits)
        return Samples(self.members[rows], self.hits[rows])


@frozen
class Money:
    """What customers brought and cost under each value, from being reached on."""

    objective: Objective
    worth: NDArray[np.float64]
    cost: NDArray[np.float64]
    held_out: NDArray[np.bool_]

    def profits(self, reached: Flags, members: Flags, rows: Flags) -> Amounts:
        """Of all who are followed under every value that reaches them."""
        rows = rows & _everywhere(reached, members)
        return lifts(members[rows], self.worth[rows], self.cost[rows], self.held_out[rows])

    def parts(self, who: Followed) -> tuple[Amounts, Amounts, Amounts]:
        """What a profit is made of: worth with messages, worth without any, and cost."""
        found = []
        for amounts, chosen in (
            (self.worth, ~self.held_out),
            (self.worth, self.held_out),
            (self.cost, ~self.held_out),
        ):
            rows = chosen & _everywhere(who.reached, who.members)
            brought = np.where(who.members[rows], amounts[rows], 0.0)
            found.append(means(np.ones(brought.shape, dtype=bool), brought))
        return found[0], found[1], found[2]


def _everywhere(reached: Flags, members: Flags) -> NDArray[np.bool_]:
    """Who is reached by some value, and followed under all that reach them."""
    found: NDArray[np.bool_] = reached.any(axis=1) & (members == reached).all(axis=1)
    return found


def followed(
    lives: Lives, within: int, present: int, objective: Objective = Objective.RATE
) -> Followed:
    """Who counts: each customer from when they were first reached, if their window has passed.

    The later period begins with the median customer, by when any value reached them first: that
    instant is the same under all values, and no customer is in both periods.
    """
    reached = lives.reached != NEVER
    members = reached & (lives.reached + within <= lives.end)
    hits = members & (lives.success != NEVER) & (lives.success - lives.reached < within)
    first = np.where(reached, lives.reached, np.iinfo(np.int64).max).min(axis=1, initial=2**62)
    known = first[members[:, present]] if members[:, present].any() else first
    since = int(np.sort(known)[len(known) // 2]) if len(known) else 0
    money = None
    if objective is not Objective.RATE and lives.worth is not None and lives.cost is not None:
        money = Money(objective, lives.worth, lives.cost, lives.held_out)
    return Followed(reached, members, hits, first >= since, since, money)


def trials(who: Followed, present: int, level: float) -> list[Trial]:
    """Each value, compared with the present one over the whole history."""
    samples = who.samples()
    count = len(samples.n)
    others = [place for place in range(count) if place != present]
    together = level_of(samples.joint_quantile(others, present, level)) if others else level
    corrected = dict(
        zip(others, holm([samples.p_value(place, present) for place in others]), strict=True)
    )
    reached = who.reached.sum(axis=0)
    followed_ = who.members.sum(axis=0)
    hits = who.hits.sum(axis=0)
    return [
        Trial(
            reached=int(reached[place]),
            censored=int(reached[place] - followed_[place]),
            hits=int(hits[place]),
            rate=samples.share(place, level),
            difference=Estimate(None)
            if place == present
            else samples.difference(place, present, together),
            p=corrected.get(place, 1.0),
        )
        for place in range(count)
    ]


def level_of(quantile: float) -> float:
    """The level of an interval that reaches so many standard errors to each side."""
    return 1 - 2 * float(norm.sf(quantile))


def places_but(count: int, present: int) -> Sequence[int]:
    """All places but that of the present value."""
    return [place for place in range(count) if place != present]
