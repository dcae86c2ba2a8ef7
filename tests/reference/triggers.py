"""Step 6: which triggers fire, what stops them, and what their steps do."""

from __future__ import annotations

from hashlib import blake2b
from typing import assert_never

from lifecycle_dsl.localtime import DailyHours
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.memory import Period
from lifecycle_dsl.program.rules import Frequency, OccursOn, Stay, Trigger
from lifecycle_dsl.program.steps import Call, Exit, IfStep, Join, Quit, Send, SetTrait, Step
from tests.reference.customer import Firing, Moment, Value
from tests.reference.evaluate import evaluate, holds
from tests.reference.happenings import Arising, Sent, change_matches, note_changes, record_matches
from tests.reference.memory import periods_now
from tests.reference.written import json_of, json_value


def fire_matching(m: Moment, arose: list[Arising]) -> None:
    """Fire the triggers of the record at hand and of what arose.

    All are matched on the state after step 4, before any of their steps run; frequency is looked
    at as it then stands.
    """
    matched = [trigger for trigger in m.program.triggers if matches(m, trigger, arose)]
    in_hours = [within_hours(m, trigger) for trigger in matched]
    for trigger, in_time in zip(matched, in_hours, strict=True):
        try_to_fire(m, trigger, in_time=in_time)


def fire_on_timer(m: Moment, trigger: Trigger) -> None:
    """Fire a trigger whose silence has lasted, if its guards allow."""
    if guards_hold(m, trigger):
        try_to_fire(m, trigger, in_time=within_hours(m, trigger))


def matches(m: Moment, trigger: Trigger, arose: list[Arising]) -> bool:
    """Whether the trigger is on what happens, in its stages, and its condition holds."""
    if not isinstance(trigger.occurrence, OccursOn):
        return False
    happenings = trigger.occurrence.happenings
    on_change = any(change_matches(m, happenings, arising) for arising in arose)
    return (on_change or record_matches(m, happenings)) and guards_hold(m, trigger)


def guards_hold(m: Moment, trigger: Trigger) -> bool:
    """`in STAGES` and `when C`: where they do not hold, the trigger is not matched."""
    in_stages = trigger.stages is None or m.customer.stage in trigger.stages
    return in_stages and holds(m, trigger.condition)


def within_hours(m: Moment, trigger: Trigger) -> bool:
    """Whether the local time lies in `between T and T`."""
    return trigger.between is None or DailyHours(*trigger.between).inside(m.zone, m.now)


def try_to_fire(m: Moment, trigger: Trigger, *, in_time: bool) -> None:
    """Fire a matched trigger, or record once what stopped it."""
    if not in_time:
        hold(m, trigger, "hours")
        return
    for frequency in trigger.frequencies:
        if used(m, trigger, frequency) >= frequency.count:
            hold(m, trigger, frequency.reason)
            return
    past = m.customer.firings.setdefault(trigger.name, [])
    past.append(Firing(m.now, periods_now(m, past)))
    m.customer.held.pop(trigger.name, None)
    decide(m, trigger, "fired", trigger=trigger.name)
    run(m, trigger, trigger.steps)


def hold(m: Moment, trigger: Trigger, reason: str) -> None:
    """Record a reason once since the last firing."""
    reasons = m.customer.held.setdefault(trigger.name, set())
    if reason not in reasons:
        reasons.add(reason)
        decide(m, trigger, "held", trigger=trigger.name, reason=reason)


def used(m: Moment, trigger: Trigger, frequency: Frequency) -> int:
    """How many firings count in the frequency's span."""
    past = m.customer.firings.get(trigger.name, [])
    match frequency.per:
        case None:
            return len(past)
        case int():
            return sum(m.now - firing.at < frequency.per for firing in past)
        case Period():
            today = periods_now(m, past)[frequency.per]
            return sum(firing.periods[frequency.per] == today for firing in past)
        case Stay.STAY:
            return sum(firing.at >= m.customer.entered for firing in past)
        case _:
            raise TypeError(frequency.per)


def run(m: Moment, trigger: Trigger, steps: tuple[Step, ...]) -> bool:
    """Run steps one after the other; False once `exit` has ended them."""
    for step in steps:
        match step:
            case Send():
                send(m, trigger, step)
            case SetTrait():
                set_trait(m, trigger, step)
            case Join():
                put(m, trigger, step.segment, inside=True)
            case Quit():
                put(m, trigger, step.segment, inside=False)
            case Call():
                data = data_of(m, step.data)
                key = key_of(m, trigger, step.name)
                decide(m, trigger, "called", action=step.action, data=data, key=key)
            case IfStep():
                branch = step.steps if holds(m, step.condition) else step.otherwise
                if not run(m, trigger, branch):
                    return False
            case Exit():
                return False
            case _:
                assert_never(step)
    return True


def send(m: Moment, trigger: Trigger, step: Send) -> None:
    """A message, which memory includes."""
    template = evaluate(m, step.template)
    topic = {} if trigger.topic is None else {"topic": trigger.topic}
    transactional = trigger.topic is not None and m.program.topics[trigger.topic].transactional
    decide(
        m,
        trigger,
        "sent",
        channel=step.channel,
        **topic,
        template=template,
        data=data_of(m, step.data),
        transactional=transactional,
        key=key_of(m, trigger, step.name),
    )
    if not trigger.draft:
        note_changes(m, [Sent(step.channel, trigger.topic, template)])


def set_trait(m: Moment, trigger: Trigger, step: SetTrait) -> None:
    """Set a trait; written only where the value differs."""
    value = evaluate(m, step.value)
    if value != m.customer.traits[step.trait]:
        kind = m.program.traits[step.trait].type
        decide(m, trigger, "changed", trait=step.trait, value=json_value(kind, value))
    if not trigger.draft:
        m.customer.traits[step.trait] = value
        m.customer.trait_at[step.trait] = m.now


def put(m: Moment, trigger: Trigger, segment: str, *, inside: bool) -> None:
    """Join or quit a segment; written only where that changes something."""
    if (segment in m.customer.joined) == inside:
        return
    decide(m, trigger, "joined" if inside else "quit", segment=segment)
    if trigger.draft:
        return
    if inside:
        m.customer.joined.add(segment)
    else:
        m.customer.joined.discard(segment)


def decide(m: Moment, trigger: Trigger, kind: str, /, **own: Value) -> None:
    """Write a decision of a trigger, marked if it is a draft."""
    draft = {"draft": True} if trigger.draft else {}
    m.decide(kind, trigger.name, **own, **draft)


def data_of(m: Moment, data: tuple[tuple[str, Expression], ...]) -> dict[str, Value]:
    """The data of a message or a call as JSON."""
    return {name: json_of(e, evaluate(m, e)) for name, e in data}


def key_of(m: Moment, trigger: Trigger, step: str) -> str:
    """The idempotency key: the same on every replay, another for every firing and step."""
    *before, _ = m.customer.firings[trigger.name]
    number = sum(firing.at == m.now for firing in before)
    parts = (m.program.lifecycle, m.customer.name, trigger.name, str(m.now), str(number), step)
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=16).hexdigest()
