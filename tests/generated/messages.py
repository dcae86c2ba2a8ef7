"""Made channels, topics, and what guards messages."""

from __future__ import annotations

from tests.generated.choices import Choice, Draw, composed, either, one_in, one_of
from tests.generated.conditions import at_records, linear_values
from tests.generated.vocabulary import CHANNELS, Names, durations

EVERY_DAY = "monday, tuesday, wednesday, thursday, friday, saturday, sunday"


@composed
def message_rules(draw: Draw, names: Names) -> list[str]:
    """All declarations about messages."""
    parts = [draw(channel(names, name)) for name in CHANNELS]
    shared = "tips, news" if draw(one_in(4)) else "tips"
    parts.append(f"topic {shared} {{ {draw(own_rules(names))} }}")
    if shared == "tips":
        parts.append(f"topic news {{ {draw(own_rules(names))} }}")
    parts.append(f"topic bills {{ transactional  {draw(own_rules(names))} }}")
    if draw(one_in(3)):
        parts.append(f"block hushed {draw(blocking(names))}")
    if draw(one_in(4)):
        parts.append(draw(quiet(names)))
    if draw(one_in(4)):
        pair = draw(one_of("email, sms", "sms, push", "email, sms, push", "push"))
        parts.append(f"cap {pair} {draw(cap())}")
    if draw(one_in(4)):
        parts.append(f"cap all {draw(cap())}")
    if draw(one_in(4)):
        parts.append("holdout 30%")
    parts.append(draw(route(names)))
    return parts


@composed
def channel(draw: Draw, names: Names, name: str) -> str:
    """A channel with its guards."""
    cost = draw(one_of("", "", "  cost 0.05"))
    return f"channel {name} {{ {draw(own_rules(names))}{cost} }}"


@composed
def own_rules(draw: Draw, names: Names) -> str:
    """The guards of one channel or topic: often none."""
    rules = []
    if draw(one_in(3)):
        rules.append(f"consent {draw(consents(names))}")
    if draw(one_in(5)):
        rules.append(f"block bounced {draw(blocking(names))}")
    if draw(one_in(4)):
        rules.append(draw(quiet(names)))
        if draw(one_in(4)):
            rules.append(draw(quiet(names)))
    if draw(one_in(4)):
        rules.append(f"cap {draw(cap())}")
        if draw(one_in(4)):
            rules.append(f"cap {draw(cap())}")
    return "  ".join(rules)


def consents(names: Names) -> Choice[str]:
    """Conditions of consent: mostly traits that nothing but `profile` and `set` changes."""
    switches = one_of("mail_ok", "text_ok", "mail_ok or text_ok")
    return either(switches, switches, switches, at_records(names))


@composed
def blocking(draw: Draw, names: Names) -> str:
    """When messages are blocked."""
    switches = one_of("muted", "not text_ok", "muted and mail_ok")
    return f"when {draw(either(switches, switches, at_records(names)))}"


@composed
def quiet(draw: Draw, names: Names) -> str:
    """When messages wait."""
    hours = ("22:00 to 06:00", "22:00 to 09:00", "09:00 to 17:00", "02:30 to 09:00")
    days = ("on sunday", "on saturday, sunday", "on sunday, monday")
    season = ("during holidays",) if names.season else ()
    if draw(one_in(20)):
        return draw(one_of(f"quiet on {EVERY_DAY}", "quiet 00:00 to 17:00  quiet 17:00 to 00:00"))
    return f"quiet {draw(one_of(*hours, *days, *season))}"


@composed
def cap(draw: Draw) -> str:
    """So many messages in a span."""
    per = draw(either(one_of("day", "week", "month", "year"), durations, durations))
    return f"{draw(one_of(1, 1, 2, 3))} per {per}"


@composed
def route(draw: Draw, names: Names) -> str:
    """The channels of each stage."""
    some = one_of("email", "sms", "email, sms", "push, email")
    every_one = one_of("push, email, sms", "email, push, sms", "sms, email, push")
    lines = []
    left = list(names.stages)
    if draw(one_in(2)):
        lines.append(f"early: {draw(some)}")
        left = left[2:]
    lines += [f"{stage}: {draw(some)}" for stage in left if draw(one_in(3))]
    lines.append(f"otherwise: {draw(every_one)}")
    if draw(one_in(2)):
        one, other = draw(one_of(("sms", "email"), ("push", "email")))
        values = either(one_of("credit", "2", "s1"), linear_values(names))
        lines.append(f"prefer {one} by {draw(values)}, {other} by {draw(values)}")
    return f"route best {{ {'  '.join(lines)} }}"
