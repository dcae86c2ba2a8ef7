"""Attribution while it runs: touches that are kept, and conversions that are credited to them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from operator import attrgetter
from sys import intern
from typing import TYPE_CHECKING, Any

from attrs import define
from msgspec import Struct

from lifecycle_dsl.arithmetic import (
    BILLION,
    SUM_LIMIT,
    apportioned,
    from_millionths,
    power,
    shared_out,
    to_millionths,
)
from lifecycle_dsl.compiler.runs import Touched
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.engine.hearing import Hearing, Moment
from lifecycle_dsl.program import attributions as a

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine

State = Any
Out = list[Any]
Weighing = Callable[[list[Touched], int], list[float]]
"""Of touches, the oldest first, and the instant of the conversion: what each weighs, from 0."""
_AT = attrgetter("at")


class Attributing:
    """One attribution of one engine."""

    def __init__(self, machine: Machine, attribution: a.Attribution) -> None:
        self.machine = machine
        self.attribution = attribution
        self.name = attribution.name
        self.slot = machine.compiled.layout.touches[attribution.name]
        self.left_early = 0
        """Touches that were young enough when they left a full list."""
        self._weigh: Weighing | None = None

    def touch(
        self,
        c: State,
        now: int,
        channel: str,
        campaign: str | None,
        trigger: str | None = None,
        *,
        template: str | None = None,
    ) -> None:
        """Keep a touch; those that are too old leave."""
        # A computed template is kept once, however many touches it is of.
        said = None if template is None else intern(template)
        new = Touched(now, channel, campaign, trigger, said)
        kept: list[Touched] | None = getattr(c, self.slot)
        if kept is None:
            setattr(c, self.slot, [new])
            return
        too_old = bisect_right(kept, now - self.attribution.within, key=_AT)
        if len(kept) - too_old >= a.MOST_TOUCHES:
            self.left_early += 1
            too_old += 1
        if too_old > 0:
            del kept[:too_old]
        kept.append(new)

    def standing(self, c: State, now: int) -> list[Touched]:
        """The touches that are young enough for a conversion that happens now, the oldest first."""
        kept: list[Touched] = getattr(c, self.slot) or []
        return kept[bisect_right(kept, now - self.attribution.within, key=_AT) :]

    def shares(self, touches: list[Touched], now: int) -> list[int]:
        """What each of these touches gets of a conversion that happens now, in billionths."""
        if self._weigh is None:
            self._weigh = weighing(self.machine, self.attribution)
        return apportioned(self._weigh(touches, now))

    def credit(self, c: State, now: int, out: Out, worth: float) -> None:
        """Share out a conversion that happens now."""
        touches = self.standing(c, now)
        shares = self.shares(touches, now)
        if not any(shares):
            touches, shares = [Touched(now, a.DIRECT)], [BILLION]
        whole = max(-SUM_LIMIT, min(SUM_LIMIT, to_millionths(worth)))
        worths = shared_out(whole, shares)
        text, name = self.machine.text(now), self.name
        for touch, share, part in zip(touches, shares, worths, strict=True):
            if share:
                channel, campaign = touch.channel, touch.trigger or touch.campaign
                given = share / BILLION, from_millionths(part), touch.template
                out.append(d.Credit(c.customer, text, name, name, channel, campaign, *given))


@define
class Converting:
    """A line of conversions, where something besides a record may have happened."""

    attributing: Attributing
    hearing: Hearing
    worth: Callable[[State, Any, int, str], float]

    def happens(self, c: State, r: Any, now: int, out: Out, event: str, moment: Moment) -> None:
        """Credit the conversion, if it is one."""
        hearing = self.hearing
        if hearing.at_record(c, r, now, event) or hearing.at_change(c, now, moment):
            self.attributing.credit(c, now, out, self.worth(c, r, now, event))


def converting(machine: Machine) -> tuple[Converting, ...]:
    """The lines of conversions, in the order in which they are credited."""
    compiled, links = machine.compiled, machine.links
    found = []
    for attributing in machine.attributions.values():
        for number, conversion in enumerate(attributing.attribution.conversions):
            title = f"{number}_{attributing.name}"
            hearing = Hearing.of(machine, f"converts_{title}", conversion.happenings)
            worth = compiled.worth(f"worth_{title}", conversion.worth, links)
            found.append(Converting(attributing, hearing, worth))
    return tuple(found)


# ---- weights


class Placed(Struct, gc=False):
    """A touch as a custom credit sees it."""

    position: float
    """From 1, the oldest."""
    touches: float
    before: int
    """Microseconds before the conversion."""


def weighing(machine: Machine, attribution: a.Attribution) -> Weighing:
    """How the touches of a conversion are weighed."""
    match attribution.model:
        case a.FirstTouch():
            return lambda touches, _: [float(not at) for at in range(len(touches))]
        case a.LastTouch():
            return lambda touches, _: [float(not at) for at in reversed(range(len(touches)))]
        case a.EqualCredit():
            return lambda touches, _: [1.0] * len(touches)
        case a.PositionCredit() as model:
            return lambda touches, _: _by_position(model, len(touches))
        case a.TimeDecay(half_life=half_life):
            return lambda touches, _: _fading(touches, half_life)
        case a.CustomCredit(weight=weight):
            title = f"weight_{attribution.name}"
            weight_of = machine.compiled.weight(title, weight, machine.links)

            def custom(touches: list[Touched], now: int) -> list[float]:
                count = float(len(touches))
                places = (
                    Placed(float(at), count, now - touch.at) for at, touch in enumerate(touches, 1)
                )
                return [max(weight_of(place), 0.0) for place in places]

            return custom


def _by_position(model: a.PositionCredit, count: int) -> list[float]:
    if count < 3:
        return [1.0] * count
    between = model.middle / (count - 2)
    return [float(model.first), *[between] * (count - 2), float(model.last)]


def _fading(touches: list[Touched], half_life: int) -> list[float]:
    """Measured from the newest touch, so that something is left however old all of them are."""
    newest = touches[-1].at if touches else 0
    return [power(0.5, (newest - touch.at) / half_life) for touch in touches]
