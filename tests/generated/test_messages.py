"""What no message may do, and what becomes of each: told by the log alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.memory import Period
from lifecycle_dsl.program.messages import Cap, FileGuards, MessageGuards
from tests.generated.log import Line, Log, lies_in, micros, most_in_a_period, most_within
from tests.generated.made import Made, tried

MOST_DEFERRALS = 32
OF_FIRINGS = {"hours", "once", "at_most", "already_running", "too_many"}
"""Reasons for which a trigger does not fire; all others are of messages."""
ANNOUNCED = 'call crm.notify { reason: "announced" }'

CONDITIONS: dict[str, Callable[[dict[str, bool]], bool]] = {
    "mail_ok": lambda on: on["mail_ok"],
    "text_ok": lambda on: on["text_ok"],
    "mail_ok or text_ok": lambda on: on["mail_ok"] or on["text_ok"],
    "muted": lambda on: on["muted"],
    "not text_ok": lambda on: not on["text_ok"],
    "muted and mail_ok": lambda on: on["muted"] and on["mail_ok"],
}
"""Conditions of consents and blocks as written; others are not looked at here."""


@tried(100)
def test_no_message_goes_out_against_what_guards_it(one: Made) -> None:
    log = Log(one)
    for line in log.lines:
        if line["kind"] != "sent":
            continue
        channel, topic, file = guards_of(one, line)
        marketing = () if line["transactional"] else (channel, file)
        for guards in (channel, topic, file):
            assert not any(is_true(block.condition, line) for block in guards.blocks)
        for guards in (topic, *marketing):
            assert not any(lies_in(window, line) for window in guards.quiet)
            if isinstance(guards, MessageGuards) and guards.consent is not None:
                assert not is_false(guards.consent, line)
        assert line["transactional"] or not is_held_out(file, line["customer"])
    for customer in log.customers:
        sent = [line for line in log.of(customer) if line["kind"] == "sent"]
        for cap, covered in caps(one, sent):
            assert is_kept(cap, covered), cap.key


@tried(100)
def test_each_message_goes_out_or_is_dropped_once(one: Made) -> None:
    announced = re.sub(r"\bsend (?=email|sms|push|best)", f"{ANNOUNCED}  send ", one.text)
    waiting: dict[tuple[str, str, str], Waiting] = {}
    for line in Log(Made(announced, one.stream, one.seed)).lines:
        run = line["customer"], line["rule"], line.get("each", "")
        message = waiting.get(run)
        if line["kind"] == "held" and line["reason"] in OF_FIRINGS:
            continue
        if line["kind"] == "called" and line["data"].get("reason") == "announced":
            assert message is None
            waiting[run] = Waiting()
        elif line["kind"] in {"sent", "held"}:
            assert message is not None
            message.try_again(line)
            if "until" not in line:
                del waiting[run]
        elif line["kind"] == "left" and message is not None:
            assert message.deferrals
            del waiting[run]
        else:
            assert message is None
    assert all(message.deferrals for message in waiting.values())


@dataclass
class Waiting:
    """A message that a run is at."""

    deferrals: int = 0
    until: int | None = None

    def try_again(self, line: Line) -> None:
        """It goes out, is dropped, or waits: once the instant has come until which it waited."""
        if self.until is not None and not line.zones_change:
            assert line.at == self.until
        if "until" in line:
            assert line["reason"] == "quiet"
            self.until = micros(line["until"])
            assert line.at < self.until
            self.deferrals += 1
            assert self.deferrals <= MOST_DEFERRALS


def guards_of(one: Made, line: Line) -> tuple[MessageGuards, MessageGuards, FileGuards]:
    """What channel, topic and file ask of a message."""
    program = one.ruleset.program
    channel = program.channels[line["channel"]].guards
    [named] = [trigger.topic for trigger in program.triggers if trigger.name == line["rule"]]
    assert line.get("topic") == named
    topic = None if named is None else program.topics[named]
    assert line["transactional"] == (topic is not None and topic.transactional)
    return channel, MessageGuards() if topic is None else topic.guards, program.message_guards


def is_true(condition: Expression, line: Line) -> bool:
    """Whether a condition is known to have been true."""
    known = CONDITIONS.get(condition.span.text)
    return known is not None and known(line.switches)


def is_false(condition: Expression, line: Line) -> bool:
    """Whether a condition is known to have been false."""
    known = CONDITIONS.get(condition.span.text)
    return known is not None and not known(line.switches)


def is_held_out(file: FileGuards, customer: str) -> bool:
    """Whether a customer is never messaged."""
    digest = blake2b(f"holdout\0{customer}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 10_000 < file.holdout


def caps(one: Made, sent: list[Line]) -> Iterator[tuple[Cap, list[Line]]]:
    """All caps with the messages of one customer that count in them."""
    program = one.ruleset.program
    marketing = [line for line in sent if not line["transactional"]]
    for channel in program.channels.values():
        for cap in channel.guards.caps:
            yield cap, [line for line in marketing if line["channel"] == channel.name]
    for topic in program.topics.values():
        for cap in topic.guards.caps:
            yield cap, [line for line in sent if line.get("topic") == topic.name]
    for joint in program.message_guards.caps:
        covered = program.channels if joint.channels is None else joint.channels
        yield joint, [line for line in marketing if line["channel"] in covered]


def is_kept(cap: Cap, covered: list[Line]) -> bool:
    """Whether no span of a cap holds more messages than it allows."""
    if isinstance(cap.per, Period):
        return most_in_a_period(cap.per, covered) <= cap.count
    return most_within(cap.per, covered) <= cap.count
