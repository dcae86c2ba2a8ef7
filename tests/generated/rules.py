"""Made rule sets, as text: most are valid, and most do something."""

from __future__ import annotations

from tests.generated.attributions import attribution
from tests.generated.choices import Draw, composed, integers, lists, one_in, one_of, sampled_from
from tests.generated.measures import measures, score, score_settings
from tests.generated.messages import message_rules
from tests.generated.stages import from_rules, stage_text, start
from tests.generated.triggers import talkative, trigger
from tests.generated.vocabulary import FACTS, STAGES, SWITCHES, ZONES, Names, durations


@composed
def rule_sets(draw: Draw) -> str:
    """The text of a whole rule set."""
    zone_trait = draw(one_in(2))
    parts = [draw(headers()), FACTS, draw(traits(zone_trait=zone_trait))]
    season = draw(one_in(2))
    if season:
        parts.append("season holidays = 2026-03-28 to 2026-03-29, 2026-12-31")
    stages = STAGES[: draw(integers(2, 5))]
    scores = draw(lists(score_settings(), 1, 3))
    named = tuple((f"s{n}", half_life) for n, (half_life, _) in enumerate(scores, 1))
    names = Names(stages, named, zone_trait, season)
    parts += [draw(score(f"s{n}", settings)) for n, (_, settings) in enumerate(scores, 1)]
    parts.append("segment crowd")
    parts.append("param bar0 = 2 tune 1 to 5 step 1")
    names = draw(measures(names, parts))
    parts.append(draw(start(names)))
    parts += draw(lists(from_rules(names), 0, 2))
    parts += [draw(stage_text(names, stage)) for stage in stages]
    parts += draw(message_rules(names))
    parts.append("action crm.notify { reason: text, n: number? }")
    parts.append("action crm.offer { items: list of { name: text, due: date?, n: number = 1 } }")
    count = draw(integers(2, 6))
    parts += [draw(trigger(names, f"t{n}")) for n in range(1, count + 1)]
    if draw(one_in(2)):
        parts.append(draw(talkative(names)))
    parts += [draw(attribution(names, f"a{n}")) for n in range(draw(one_of(0, 1, 1, 2)))]
    return "\n".join(parts) + "\n"


@composed
def headers(draw: Draw) -> str:
    """The name, the zone, and perhaps `dedupe`."""
    dedupe = draw(sampled_from(["", f"dedupe {draw(durations)}\n"]))
    return f'lifecycle made\ntimezone "{draw(sampled_from(ZONES))}"\n{dedupe}'


@composed
def traits(draw: Draw, *, zone_trait: bool) -> str:
    """Traits of all types, some with folds."""
    zone = f'trait zone: text = "{draw(sampled_from(ZONES))}"\n' if zone_trait else ""
    vip = draw(one_of("", "{ on buy where plan == pro: true }", "{ on rate: event.good }"))
    credit = draw(
        one_of(
            "",
            "{ on buy: clamp(credit + 1, 0, 9) }",
            "{ on rate where stars > 1: clamp(stars, -5, 5)  on ping: 0 }",
        )
    )
    nick = draw(one_of("", '{ on rate where note is present: event.note else "?" }'))
    tariff = draw(one_of("", "{ on buy where event.plan is present: event.plan else free }"))
    ends = draw(one_of("", "{ on visit: date(now) + 2d }", "{ on ping: date(now) }"))
    due = draw(one_of("", "{ on visit: now + 1d }", "{ on buy: now }"))
    ref = draw(one_of("", "trait ref: text?\n"))
    return (
        f"{zone}{ref}trait vip: bool = false {vip}\n"
        f"trait credit: number = 0 {credit}\n"
        f"trait nick: text? {nick}\n"
        f"trait tariff: one of (free, pro) = free {tariff}\n"
        f"trait ends: date? {ends}\n"
        f"trait due_at: time? {due}\n"
        + "".join(f"trait {name}: bool = {draw(one_of('true', 'false'))}\n" for name in SWITCHES)
    )
