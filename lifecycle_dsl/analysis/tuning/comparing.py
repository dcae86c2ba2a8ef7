"""The values side by side: whom each reached, how many of them came to the goal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from scipy.stats import norm

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.corrections import holm
from lifecycle_dsl.analysis.statistics.overlapping import Samples
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
    difference: Estimate
    """Of the rate to that of the present value; all intervals hold together."""
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

    def of(self, rows: Flags) -> Followed:
        """Only where `rows`, a customer each or a customer and a value, says so."""
        chosen = rows if rows.ndim == 2 else rows[:, None]
        return Followed(
            self.reached & chosen, self.members & chosen, self.hits & chosen, self.later, self.since
        )

    def samples(self, *, later: bool | None = None) -> Samples:
        """The samples to compare: of both periods, or of one."""
        if later is None:
            return Samples(self.members, self.hits)
        rows = self.later if later else ~self.later
        return Samples(self.members[rows], self.hits[rows])


def followed(lives: Lives, within: int, present: int) -> Followed:
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
    return Followed(reached, members, hits, first >= since, since)


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
    return [
        Trial(
            reached=int(reached[place]),
            censored=int(reached[place] - samples.n[place]),
            hits=int(samples.hits[place]),
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
