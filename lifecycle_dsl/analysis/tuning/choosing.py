"""Which value to take: chosen on the earlier period, and it has to hold in the later.

1. Of the values under which enough customers were followed in both periods, that is best whose
   difference to the present value is surely largest in the earlier period: the one with the highest
   lower limit, all limits holding together. Of those that are surely above the present value and
   cannot be told from the best, that is chosen which reaches most: nobody is shut out for nothing.
2. Over the whole history its difference has to be above zero, with the limits of all values
   together: the correction for looking at many.
3. In the later period alone, whose customers had no part in choosing, its difference has to be
   above zero again. Of rule sets in which the param changes nothing, at most (1 - level) / 2 get
   past this. Where several groups are looked at, the level is divided among them (Bonferroni).
"""

from __future__ import annotations

from enum import StrEnum
from math import ceil, inf

from attrs import frozen
from scipy.stats import norm

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.overlapping import Amounts, Samples
from lifecycle_dsl.analysis.statistics.power import least_effect, sample_for
from lifecycle_dsl.analysis.tuning.comparing import Followed, level_of, places_but


class Verdict(StrEnum):
    """What history says about the present value."""

    BETTER = "another value is better"
    KEEP = "no other value did better"
    UNCONFIRMED = "what did better earlier did not later"
    UNCLEAR = "a difference cannot be told from chance"
    TOO_FEW = "too few customers"


@frozen
class Choice:
    """The verdict, and the numbers behind it."""

    verdict: Verdict
    chosen: int | None = None
    """The place of the value that was chosen on the earlier period."""
    earlier: Estimate | None = None
    """Its difference there, all limits together."""
    later: Estimate | None = None
    """Its difference in the later period, alone."""
    p: float | None = None
    """Of that, looked at alone."""
    whole: Estimate | None = None
    """Its difference over the whole history, all limits together."""
    rates: tuple[Estimate, Estimate] | None = None
    """In the later period, of the value and of the present one."""
    more: int | None = None
    """How many customers more it would take, where the data do not suffice."""
    visible: float | None = None
    """The least difference to the present value that this history shows four times of five."""


def choose(who: Followed, present: int, least: int, level: float, groups: int = 1) -> Choice:
    """What to do, of one group of several."""
    earlier, later, whole = who.samples(later=False), who.samples(later=True), who.samples()
    fewest = [min(int(earlier.n[place]), int(later.n[place])) for place in range(len(whole.n))]
    others = [place for place in places_but(len(fewest), present) if fewest[place] >= least]
    if fewest[present] < least or not others:
        best = max((fewest[place] for place in places_but(len(fewest), present)), default=0)
        missing = 2 * (least - min(fewest[present], best))
        return Choice(Verdict.TOO_FEW, more=ceil(missing * whole.behind))
    jointly = level_of(earlier.joint_quantile(others, present, level))
    found = {place: earlier.difference(place, present, jointly) for place in others}
    chosen = _chosen(earlier, found, level)
    quantile = whole.joint_quantile(others, present, level)
    seen = whole.difference(chosen, present, level_of(quantile))
    alone = 1 - (1 - level) / groups
    confirmed = later.difference(chosen, present, alone)
    return Choice(
        verdict=_verdict(found[chosen], seen, confirmed),
        chosen=chosen,
        earlier=found[chosen],
        later=confirmed,
        p=later.p_value(chosen, present),
        whole=seen,
        rates=(later.share(chosen, level), later.share(present, level)),
        visible=least_effect(whole.standard_error(chosen, present), quantile),
        more=_more(whole, later, (chosen, present), (quantile, alone)),
    )


def _chosen(earlier: Samples | Amounts, found: dict[int, Estimate], level: float) -> int:
    """Of the values that cannot be told from the best, the one that reaches most."""
    best = max(found, key=lambda place: (_low(found[place]), -place))
    as_good = [
        place
        for place, difference in found.items()
        if place != best
        and _low(difference) > 0
        and _low(earlier.difference(best, place, level)) <= 0
    ]
    return max([best, *as_good], key=lambda place: (int(earlier.n[place]), -place))


def _verdict(earlier: Estimate, whole: Estimate, later: Estimate) -> Verdict:
    if (earlier.value or 0.0) <= 0:
        return Verdict.KEEP
    if _low(whole) <= 0:
        return Verdict.UNCLEAR
    return Verdict.BETTER if _low(later) > 0 else Verdict.UNCONFIRMED


def _low(estimate: Estimate) -> float:
    return -inf if estimate.low is None else estimate.low


def _more(
    whole: Samples | Amounts,
    later: Samples | Amounts,
    pair: tuple[int, int],
    bars: tuple[float, float],
) -> int | None:
    """How many more have to be reached for the difference seen so far to pass both bars."""
    value = whole.difference(*pair, 0.95).value or 0.0
    if value <= 0:
        return None
    there = int(whole.n[pair[1]])
    over_all = sample_for(there, whole.standard_error(*pair), value, bars[0])
    alone = float(norm.ppf((1 + bars[1]) / 2))
    in_half = sample_for(int(later.n[pair[1]]), later.standard_error(*pair), value, alone)
    if over_all is None or in_half is None:
        return None
    missing = max(over_all - there, 2 * (in_half - int(later.n[pair[1]])), 0)
    return ceil(missing * whole.behind)
