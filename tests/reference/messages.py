"""Messages: what guards them, in which order, and when those that wait go on.

A message's owners are its channel, its topic and the file. Of a transactional one only the blocks
of all three count and, besides, what its topic says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lifecycle_dsl.arithmetic import HOLDOUT_SALT, bucket, nine_decimals
from lifecycle_dsl.localtime import first_outside, format_instant
from lifecycle_dsl.program.memory import Period
from lifecycle_dsl.program.messages import (
    Block,
    Cap,
    MessageGuards,
    QuietTime,
    Route,
    Topic,
)
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.program.steps import Send
from tests.reference.attributions import note_sent
from tests.reference.customer import Firing, Moment, Run
from tests.reference.effects import data_of, decide, key_of
from tests.reference.evaluate import evaluate, holds
from tests.reference.happenings import Sent, note_changes
from tests.reference.memory import periods_now

MOST_DEFERRALS = 32


@dataclass(frozen=True)
class Stopped:
    """Why a message does not go out, and by which channel it would have."""

    reason: str
    channel: str | None


def send(m: Moment, run: Run, step: Send) -> bool:
    """A message, if nothing stops it; False where it waits for the end of quiet times."""
    chosen = channel_for(m, run.trigger, step)
    if isinstance(chosen, Stopped):
        hold(m, run, step, chosen.reason, chosen.channel)
        return True
    quiet = quiet_times(m, run.trigger, chosen)
    if any(window.inside(m.zone, m.now) for window in quiet):
        return not deferred(m, run, step, chosen, first_outside(m.zone, m.now, quiet))
    if not has_room(m, run.trigger, chosen):
        hold(m, run, step, "cap", chosen)
        return True
    write(m, run, step, chosen)
    return True


def hold(
    m: Moment, run: Run, step: Send, reason: str, channel: str | None, *, until: int | None = None
) -> None:
    """Write what stopped a message, or until when it waits."""
    own = {"trigger": run.trigger.name, "reason": reason, "step": step.name}
    if channel is not None:
        own["channel"] = channel
    if until is not None:
        own["until"] = format_instant(until)
    decide(m, run, "held", **own)


def deferred(m: Moment, run: Run, step: Send, channel: str, until: int | None) -> bool:
    """Let a message wait; False where it is dropped, having waited too often or for no end."""
    if run.place != step.name:
        run.deferrals = 0
    if until is None or run.deferrals >= MOST_DEFERRALS:
        hold(m, run, step, "quiet", channel)
        return False
    hold(m, run, step, "quiet", channel, until=until)
    run.place, run.since, run.until, run.channel = step.name, m.now, None, channel
    run.deferrals += 1
    return True


def quiet_over(m: Moment, run: Run) -> int | None:
    """When a message that waits goes on, as the clock and the zone are now."""
    assert run.channel is not None
    return first_outside(m.zone, m.customer.clock, quiet_times(m, run.trigger, run.channel))


def write(m: Moment, run: Run, step: Send, channel: str) -> None:
    """The message goes out: it counts under its caps, and memory includes it."""
    name = run.trigger.topic
    topic = {} if name is None else {"topic": name}
    template = evaluate(m, step.template)
    decide(
        m,
        run,
        "sent",
        channel=channel,
        **topic,
        template=template,
        data=data_of(m, step.data),
        transactional=is_transactional(m, run.trigger),
        key=key_of(m, run, step.name),
    )
    for cap in caps_of(m, run.trigger, channel):
        past = m.customer.messages.setdefault(cap.key, [])
        past.append(Firing(m.now, periods_now(m, past)))
    if not is_transactional(m, run.trigger):
        note_sent(m, channel, run.trigger.name, template)
    note_changes(m, [Sent(channel, name, template)])


# Guards


def channel_for(m: Moment, trigger: Trigger, step: Send) -> str | Stopped:
    """The channel that a message takes, as far as all guards but quiet times and caps go."""
    channel = step.channel
    own = () if channel is None else m.program.channels[channel].guards.blocks
    if trigger.draft:
        return Stopped("draft", channel)
    for block in (*own, *blocks_of_all(m, trigger)):
        if holds(m, block.condition):
            return Stopped(block.name, channel)
    if channel is not None and not consents(m, channel_guards(m, trigger, channel)):
        return Stopped("consent", channel)
    if not consents(m, topic_guards(m, trigger)):
        return Stopped("consent", channel)
    if is_held_out(m, trigger):
        return Stopped("holdout", channel)
    if channel is not None:
        return channel
    assert step.route is not None
    return channel_of_route(m, trigger, m.program.routes[step.route])


def channel_of_route(m: Moment, trigger: Trigger, route: Route) -> str | Stopped:
    """The first channel that is not blocked, has consent, and has room."""
    allowed = [
        channel
        for channel in preferred(m, route, route.channels[m.customer.stage or ""])
        if not any(holds(m, b.condition) for b in m.program.channels[channel].guards.blocks)
        and consents(m, channel_guards(m, trigger, channel))
    ]
    if not allowed:
        return Stopped("no_channel", None)
    with_room = [channel for channel in allowed if has_room(m, trigger, channel)]
    return with_room[0] if with_room else Stopped("cap", None)


def preferred(m: Moment, route: Route, channels: tuple[str, ...]) -> list[str]:
    """The channels of a line; those with a preference share their places by its value."""
    values = {
        channel: nine_decimals(evaluate(m, value))
        for channel, value in route.preferences
        if channel in channels
    }
    by_value = sorted((c for c in channels if c in values), key=lambda c: -values[c])
    return [by_value.pop(0) if channel in values else channel for channel in channels]


def consents(m: Moment, guards: MessageGuards) -> bool:
    """Whether the consent that is asked for is there."""
    return holds(m, guards.consent)


def is_held_out(m: Moment, trigger: Trigger) -> bool:
    """Whether the customer is never messaged, but for transactional messages."""
    if is_transactional(m, trigger):
        return False
    return bucket(HOLDOUT_SALT, m.customer.name) < m.program.message_guards.holdout


def has_room(m: Moment, trigger: Trigger, channel: str) -> bool:
    """Whether there is room in every cap that covers a message."""
    return all(used(m, cap) < cap.count for cap in caps_of(m, trigger, channel))


def used(m: Moment, cap: Cap) -> int:
    """How many messages count in a cap now."""
    past = m.customer.messages.get(cap.key, [])
    if isinstance(cap.per, Period):
        today = periods_now(m, past)[cap.per]
        return sum(message.periods[cap.per] == today for message in past)
    return sum(m.now - message.at < cap.per for message in past)


# Owners


def topic_of(m: Moment, trigger: Trigger) -> Topic | None:
    """What a trigger's messages are about."""
    return None if trigger.topic is None else m.program.topics[trigger.topic]


def is_transactional(m: Moment, trigger: Trigger) -> bool:
    """Whether a trigger's messages pass the guards of others."""
    topic = topic_of(m, trigger)
    return topic is not None and topic.transactional


def topic_guards(m: Moment, trigger: Trigger) -> MessageGuards:
    """What the topic asks."""
    topic = topic_of(m, trigger)
    return MessageGuards() if topic is None else topic.guards


def channel_guards(m: Moment, trigger: Trigger, channel: str) -> MessageGuards:
    """What the channel asks besides its blocks: nothing of a transactional message."""
    if is_transactional(m, trigger):
        return MessageGuards()
    return m.program.channels[channel].guards


def blocks_of_all(m: Moment, trigger: Trigger) -> tuple[Block, ...]:
    """The blocks of topic and file."""
    return (*topic_guards(m, trigger).blocks, *m.program.message_guards.blocks)


def quiet_times(m: Moment, trigger: Trigger, channel: str) -> tuple[QuietTime, ...]:
    """The quiet times of channel, topic and file."""
    own = channel_guards(m, trigger, channel).quiet
    file = () if is_transactional(m, trigger) else m.program.message_guards.quiet
    return (*own, *topic_guards(m, trigger).quiet, *file)


def caps_of(m: Moment, trigger: Trigger, channel: str) -> Iterator[Cap]:
    """The caps that cover a message."""
    yield from channel_guards(m, trigger, channel).caps
    yield from topic_guards(m, trigger).caps
    if not is_transactional(m, trigger):
        for cap in m.program.message_guards.caps:
            if cap.channels is None or channel in cap.channels:
                yield cap
