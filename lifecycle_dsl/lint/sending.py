"""Who sends what by which channels, and what guards it."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.program.messages import Cap, JointCap, QuietTime
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.program.steps import Send, all_steps


def sends(trigger: Trigger) -> Iterator[Send]:
    """The messages that a trigger sends, in the order of the file."""
    return (step for step in all_steps(trigger.steps) if isinstance(step, Send))


def channels_of(program: Program, send: Send) -> tuple[str, ...]:
    """The channels that a message may take."""
    if send.channel is not None:
        return (send.channel,)
    route = program.routes[send.route or ""]
    return tuple(dict.fromkeys(name for line in route.channels.values() for name in line))


def is_transactional(program: Program, trigger: Trigger) -> bool:
    """Whether what a trigger sends passes consent, quiet hours and caps."""
    return trigger.topic is not None and program.topics[trigger.topic].transactional


def caps_on(program: Program, trigger: Trigger, channel: str) -> list[Cap]:
    """The caps that a message of a trigger by a channel has to pass."""
    own = [] if trigger.topic is None else list(program.topics[trigger.topic].guards.caps)
    if is_transactional(program, trigger):
        return own
    joint = [each for each in program.message_guards.caps if covers(each, channel)]
    return [*own, *program.channels[channel].guards.caps, *joint]


def covers(cap: JointCap, channel: str) -> bool:
    """Whether a cap of the file counts messages of a channel."""
    return cap.channels is None or channel in cap.channels


def quiet_on(program: Program, trigger: Trigger, channel: str) -> tuple[QuietTime, ...]:
    """The quiet times that a message of a trigger by a channel waits out."""
    own = () if trigger.topic is None else program.topics[trigger.topic].guards.quiet
    if is_transactional(program, trigger):
        return own
    return (*program.channels[channel].guards.quiet, *own, *program.message_guards.quiet)
