"""Attribution: every touch there ever was is kept, and a conversion looks through all of them."""

from __future__ import annotations

from fractions import Fraction

from lifecycle_dsl.arithmetic import (
    SUM_LIMIT,
    apportioned,
    from_millionths,
    power,
    to_millionths,
)
from lifecycle_dsl.program.attributions import (
    DIRECT,
    MOST_TOUCHES,
    Attribution,
    CustomCredit,
    EqualCredit,
    FirstTouch,
    LastTouch,
    PositionCredit,
    TimeDecay,
)
from tests.reference.customer import Moment, Record, Touch, Value
from tests.reference.evaluate import evaluate
from tests.reference.happenings import Arising, change_matches, record_matches

BILLION = 1_000_000_000


def note_touches(m: Moment) -> None:
    """Step 2: of each attribution, the first line that the record at hand matches."""
    assert m.record is not None
    for attribution in m.program.attributions.values():
        for line in attribution.touches:
            if record_matches(m, line.happenings):
                campaign = None if line.campaign is None else evaluate(m, line.campaign)
                note(m, attribution, Touch(m.now, line.channel or m.record.event, campaign))
                break


def note_sent(m: Moment, channel: str, trigger: str, template: str) -> None:
    """A marketing message went out."""
    for attribution in m.program.attributions.values():
        if attribution.sends:
            note(m, attribution, Touch(m.now, channel, trigger, template))


def note(m: Moment, attribution: Attribution, touch: Touch) -> None:
    """Keep a touch."""
    m.customer.touches.setdefault(attribution.name, []).append(touch)


def credit_all(m: Moment, arose: list[Arising]) -> None:
    """Directly after step 4: each line that the record or a change matches is one conversion."""
    for attribution in m.program.attributions.values():
        for line in attribution.conversions:
            by_record = m.record is not None and record_matches(m, line.happenings)
            if by_record or any(change_matches(m, line.happenings, each) for each in arose):
                credit(m, attribution, evaluate(m, line.worth))


def credit(m: Moment, attribution: Attribution, worth: float) -> None:
    """Write who gets how much of a conversion."""
    every = m.customer.touches.get(attribution.name, [])
    young = [t for t in every[-MOST_TOUCHES:] if m.now - t.at < attribution.within]
    shares = apportioned(weights(m, attribution, young))
    if sum(shares) == 0:
        young, shares = [Touch(m.now, DIRECT, None)], [BILLION]
    whole = max(-SUM_LIMIT, min(SUM_LIMIT, to_millionths(worth)))
    given = so_far = 0
    for touch, share in zip(young, shares, strict=True):
        so_far += share
        part = half_away(Fraction(whole * so_far, BILLION)) - given
        given += part
        if share:
            said = {} if touch.template is None else {"template": touch.template}
            m.decide(
                "credit",
                attribution.name,
                attribution=attribution.name,
                channel=touch.channel,
                campaign=touch.campaign,
                share=share / BILLION,
                worth=from_millionths(part),
                **said,
            )


def half_away(amount: Fraction) -> int:
    """The nearest whole number; of two, the one further from 0."""
    whole = int(abs(amount) + Fraction(1, 2))
    return whole if amount >= 0 else -whole


def weights(m: Moment, attribution: Attribution, young: list[Touch]) -> list[float]:
    """What each touch weighs, the oldest first."""
    count = len(young)
    match attribution.model:
        case FirstTouch():
            return [1.0 if at == 0 else 0.0 for at in range(count)]
        case LastTouch():
            return [1.0 if at == count - 1 else 0.0 for at in range(count)]
        case EqualCredit():
            return [1.0] * count
        case PositionCredit(first=first, middle=middle, last=last):
            if count in (1, 2):
                return [50.0] * count
            ends = {0: float(first), count - 1: float(last)}
            return [ends.get(at, middle / (count - 2)) for at in range(count)]
        case TimeDecay(half_life=half_life):
            return [power(0.5, (young[-1].at - touch.at) / half_life) for touch in young]
        case CustomCredit(weight=weight):
            found: list[float] = []
            for place, touch in enumerate(young, 1):
                seen: dict[str, Value] = {
                    "position": float(place),
                    "touches": float(count),
                    "before": m.now - touch.at,
                }
                value = evaluate(m.reading(Record("", m.customer.name, m.now, None, seen)), weight)
                found.append(value if value > 0 else 0.0)
            return found
