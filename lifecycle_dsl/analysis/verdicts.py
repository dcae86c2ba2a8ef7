"""What an experiment says of each arm, looked at on each of its days."""

from __future__ import annotations

from math import fsum, isfinite

from attrs import frozen

from lifecycle_dsl.analysis.experiments import Arm, Experiment
from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics import sequential
from lifecycle_dsl.analysis.statistics.sequential import Look, Moments


@frozen
class Verdict:
    """An arm against the control."""

    arm: int
    lift: Estimate
    """Of the shares that convert; it holds for all looks and arms together."""
    p: float | None
    """The least of all looks."""
    worth: Estimate
    """By how much a customer is worth more; without a value where few of either arm converted."""
    looks: tuple[Look | None, ...]
    """Day by day."""
    more: float | None
    """How many customers more, of all arms, until there is a verdict."""
    days: float | None
    """How many days that takes."""

    @property
    def is_told(self) -> bool:
        """Whether the arms are told apart."""
        return (
            self.lift.low is not None
            and self.lift.high is not None
            and (self.lift.low > 0 or self.lift.high < 0)
        )


def verdicts(experiment: Experiment, level: float) -> list[Verdict]:
    """Of each arm but the control, the level divided among them (Bonferroni)."""
    others = [place for place in range(len(experiment.arms)) if place != experiment.control]
    each = 1 - (1 - level) / len(others)
    control = experiment.arms[experiment.control]
    return [_verdict(experiment, place, experiment.arms[place], control, each) for place in others]


def _verdict(experiment: Experiment, place: int, arm: Arm, control: Arm, level: float) -> Verdict:
    looks = _looks(arm, control, level)
    last = looks[-1] if looks else None
    n = min(arm.sample.n, control.sample.n)
    seen = [look.p for look in looks if look is not None]
    lift = Estimate(None, n=n) if last is None else Estimate(last.effect, last.low, last.high, n)
    more, days = _until(experiment, arm, control, level) if last is not None else (None, None)
    return Verdict(
        arm=place,
        lift=lift,
        p=min(min(seen) * _count(experiment), 1.0) if seen else None,
        worth=_worth(arm, control, level),
        looks=tuple(looks),
        more=more,
        days=days,
    )


def _count(experiment: Experiment) -> int:
    return len(experiment.arms) - 1


def _looks(arm: Arm, control: Arm, level: float) -> list[Look | None]:
    """At the end of each day, of those who came until then and whose window has passed."""
    found: list[Look | None] = []
    hits, n, others, m = 0, 0, 0, 0
    for mine, theirs in zip(arm.days, control.days, strict=True):
        hits, n = hits + mine.hits, n + mine.n
        others, m = others + theirs.hits, m + theirs.n
        if hits + others < sequential.FIRST_LOOK:
            found.append(None)
        else:
            one, other = Moments.of_share(hits, n), Moments.of_share(others, m)
            found.append(sequential.look(one, other, level))
    return found


def _worth(arm: Arm, control: Arm, level: float) -> Estimate:
    one, other = arm.worth, control.worth
    if one is None or other is None or min(arm.hits, control.hits) < sequential.FIRST_LOOK:
        return Estimate(None, n=min(arm.sample.n, control.sample.n))
    look = sequential.look(one, other, level)
    if look is None:
        return Estimate(None, n=min(one.n, other.n))
    return Estimate(look.effect, look.low, look.high, min(one.n, other.n))


def _until(
    experiment: Experiment, arm: Arm, control: Arm, level: float
) -> tuple[float | None, float | None]:
    """How many customers more it takes, and how many days, if the effect is what it seems."""
    one, other = arm.sample, control.sample
    information = one.n * other.n / (one.n + other.n)
    spread = (one.variance / one.n + other.variance / other.n) * information
    needed = sequential.information_for(one.mean - other.mean, spread, level)
    if not isfinite(needed):
        return None, None
    in_all = fsum(each.sample.n for each in experiment.arms)
    more = max(in_all * (needed / information - 1), 0.0)
    return more, more / experiment.pace if experiment.pace else None
