"""Decisions, facts and steps of tests in a line for people."""

from __future__ import annotations

import json
from typing import assert_never

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.localtime import DAY, MINUTE, SECOND, Zone, format_date, parse_instant
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.testing.facts import Wanted, said_by

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONGEST = 110


def step_text(step: t.TestStep) -> str:
    """A step as it is written, on one line and not too long."""
    return shortened(" ".join(step.span.text.split()))


def shortened(text: str) -> str:
    """A text with an end that says so if it is cut."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def times(count: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {0: "not once", 1: "once", 2: "twice"}.get(count, f"{count} times")


def local_time(zone: Zone, instant: int) -> str:
    """`Mon 2026-01-05 12:00`, with seconds where there are any."""
    local = zone.local_time(instant)
    time = f"{local // (60 * MINUTE):02}:{local // MINUTE % 60:02}"
    if rest := local % MINUTE:
        time += f":{rest / SECOND:09.6f}".rstrip("0").rstrip(".")
    day = zone.local_day(instant)
    return f"{_WEEKDAYS[zone.weekday(instant)]} {format_date(day)} {time}"


def length(micros: int) -> str:
    """How much time went by, in days, hours and minutes."""
    days, rest = divmod(micros, DAY)
    hours, rest = divmod(rest, 60 * MINUTE)
    minutes, rest = divmod(rest, MINUTE)
    shown = [f"{n}{unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if n]
    if rest:
        shown.append(f"{rest / SECOND:g}s")
    return " ".join(shown) or "0s"


def phrase(wanted: Wanted, *, happened: bool) -> str:
    """`no email "welcome" was sent`, or that one was."""
    fact = wanted.fact
    was = "was" if happened else "was not"
    match fact:
        case t.SentFact(target=target):
            template = "" if wanted.template is None else f' "{wanted.template}"'
            return f"{target}{template} {was} sent{_saying(wanted)}"
        case t.CalledFact(action=action):
            return f"{action} {was} called{_saying(wanted)}"
        case t.CreditedFact(attribution=attribution):
            if not wanted.data:
                return f"{attribution} {'credited' if happened else 'did not credit'} a conversion"
            gave = "gave a" if happened else "gave no"
            return f"{attribution} {gave} credit{_saying(wanted)}"
        case t.HeldFact(trigger=None, reason=reason):
            return f"{'something' if happened else 'nothing'} was held: {reason}"
        case t.HeldFact(trigger=trigger, reason=reason):
            return f"{trigger} {was} held: {reason}"
        case t.FiredFact(trigger=trigger):
            return f"{trigger} {'fired' if happened else 'did not fire'}"
        case t.LeftFact(trigger=trigger):
            return f"a run of {trigger} {was} left" if happened else f"no run of {trigger} was left"
        case t.JoinedFact(segment=segment):
            return f"the customer {'is' if happened else 'is not'} in {segment}"
        case t.EnteredFact(stage=stage):
            return f"{stage} {was} entered"
    assert_never(fact)


def shared(wanted: Wanted, share: float) -> str:
    """`revenue gave 0.35 to { channel: "email" }`: what credits have together."""
    attribution = wanted.fact.attribution if isinstance(wanted.fact, t.CreditedFact) else ""
    to = f" to {_data(dict(wanted.data))}" if wanted.data else ""
    return f"{attribution} gave {format_number(share)}{to}"


def _saying(wanted: Wanted) -> str:
    return f" with {_data(dict(wanted.data))}" if wanted.data else ""


def decision_line(decision: d.Decision, zone: Zone) -> str:
    """A decision in a line, with local times."""
    each = getattr(decision, "each", None)
    suffix = f" (for {each})" if each is not None else ""
    if getattr(decision, "draft", False):
        suffix += " (draft)"
    return f"{_decision(decision, zone)}{suffix}"


def _decision(decision: d.Decision, zone: Zone) -> str:
    match decision:
        case d.Transition(source=None, to=to):
            return f"started in {to}"
        case d.Transition(source=source, to=to, rule=rule):
            return f"{source} -> {to} ({rule})"
        case d.Fired(trigger=trigger):
            return f"fired {trigger}"
        case d.Sent(channel=channel, template=template, data=data, rule=rule):
            return f'sent {channel} "{template}"{_shown(data)} by {rule}'
        case d.Held(trigger=trigger, reason=reason, channel=channel, until=until):
            by = "" if channel is None else f" {channel}"
            instant = None if until is None else parse_instant(until)
            end = "" if instant is None else f", until {local_time(zone, instant)}"
            return f"held {trigger}{by}: {reason}{end}"
        case d.Called(action=action, data=data, rule=rule):
            return f"called {action}{_shown(data)} by {rule}"
        case d.Joined(segment=segment, rule=rule):
            return f"joined {segment} by {rule}"
        case d.Quit(segment=segment, rule=rule):
            return f"quit {segment} by {rule}"
        case d.Changed(trait=trait, value=value, rule=rule):
            return f"set {trait} = {json.dumps(value)} by {rule}"
        case d.Arm(split=split, arm=arm):
            return f"arm {arm} of {split}"
        case d.Left(trigger=trigger, step=step, reason=reason):
            return f"left {trigger} at {step}: {reason}"
        case d.Credit(attribution=attribution):
            said = said_by(decision)
            whole = {
                k: int(v) if isinstance(v, float) and v.is_integer() else v for k, v in said.items()
            }
            return f"credited {attribution} {_data(whole)}"
        case d.Broken(promise=promise):
            return f'broke always "{promise}"'
        case _:
            return type(decision).__name__.lower()


def _shown(data: dict[str, object]) -> str:
    return f" {_data(data)}" if data else ""


def _data(data: dict[str, object]) -> str:
    entries = (f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in data.items())
    return shortened(f"{{ {', '.join(entries)} }}")
