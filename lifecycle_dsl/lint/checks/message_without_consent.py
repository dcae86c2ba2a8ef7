"""Marketing by mail, text or phone for which nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.sending import channels_of, is_transactional, sends
from lifecycle_dsl.lint.trigger_tests import sending
from lifecycle_dsl.lint.wording import listed
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.program.types import BOOL
from lifecycle_dsl.program.walk import walk

PERSONAL = frozenset(
    {"email", "e_mail", "mail", "newsletter", "sms", "text", "texts", "phone", "call", "calls"}
    | {"whatsapp", "push", "post", "letter"}
)
"""Channels that reach a person where they did not come to look."""


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Channels to people's own addresses that no rule of the file asks consent for."""
    program = rules.program
    if any(topic.guards.consent is not None for topic in program.topics.values()):
        return
    for name, channel in program.channels.items():
        if name not in PERSONAL or channel.guards.consent is not None:
            continue
        senders = [
            trigger
            for trigger in program.triggers
            if not trigger.draft
            and not is_transactional(program, trigger)
            and any(name in channels_of(program, send) for send in sends(trigger))
        ]
        verb = "sends" if len(senders) == 1 else "send"
        if senders and not any(_asks(rules, trigger) for trigger in senders):
            yield warning(
                "message-without-consent",
                f"nobody is asked whether they want `{name}`",
                channel.span,
                f"{listed(trigger.name for trigger in senders)} {verb} by it whatever people said",
                help="say `consent TRAIT`, with a trait that events set and take back; what is no"
                " marketing belongs to a `transactional` topic",
                notes=next(filter(None, (sending(rules, each, name) for each in senders)), ()),
            )


def _asks(rules: Rules, trigger: Trigger) -> bool:
    """Whether a trigger's own condition, or a block, looks at something that people said."""
    blocks = rules.program.message_guards.blocks
    conditions = [trigger.condition, *(block.condition for block in blocks)]
    return any(
        condition is not None and _reads_a_choice(rules, condition) for condition in conditions
    )


def _reads_a_choice(rules: Rules, condition: e.Expression) -> bool:
    for part in walk(condition):
        match part:
            case e.TraitRead() | e.SegmentRead() | e.MemoryRead() if part.type == BOOL:
                return True
            case e.LetRead(let=name) if _reads_a_choice(rules, rules.program.lets[name].value):
                return True
            case _:
                pass
    return False
