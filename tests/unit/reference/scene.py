"""A short way to say what the reference is given, and to read what it decides."""

from __future__ import annotations

from typing import Any

from lifecycle_dsl.localtime import parse_instant
from tests.reference import Reference
from tests.reference.loading import program_of

Said = list[str]


def instant(text: str) -> int:
    """Microseconds from `NOON` to an instant."""
    found = parse_instant(text, without_seconds=True)
    assert found is not None
    return found - NOON


NOON = parse_instant("2026-01-05T12:00:00Z") or 0
"""A Monday."""
FACTS = """
lifecycle scene
timezone "UTC"
event visit, ping
event buy { amount: money = 0, plan: text? }
trait vip: bool = false
trait credit: number = 0
channel email
"""


class Scene:
    """Rules, and one customer unless another is named; times are microseconds after `NOON`."""

    def __init__(self, rules: str, facts: str = FACTS) -> None:
        self.reference = Reference(program_of(facts + rules))

    def at(self, after: int, event: str, customer: str = "ann", **fields: Any) -> Said:
        """What is decided at a record."""
        at = NOON + after
        record = {"type": event, "customer": customer, "at": at, **fields}
        return said(self.reference.process(record))

    def tick(self, after: int) -> Said:
        """What is decided by a tick."""
        return said(self.reference.advance(NOON + after))

    def state(self, after: int | None = None) -> dict[str, Any]:
        """The customer's state."""
        return self.reference.state("ann", None if after is None else NOON + after)


PLAIN = """
start { -> fresh }
stage fresh
"""
"""A lifecycle in which nobody moves."""


def said(decisions: list[dict[str, Any]]) -> Said:
    """Decisions in a few words."""
    return [in_words(decision) for decision in decisions]


def in_words(decision: dict[str, Any]) -> str:
    """One decision in a few words, with the value of `for each` if it has one."""
    each = f" for {decision['each']}" if "each" in decision else ""
    return f"{deed(decision)}{each}"


def deed(decision: dict[str, Any]) -> str:
    """What was decided."""
    match decision["kind"]:
        case "transition":
            return f"{decision['from']} -> {decision['to']}"
        case "held":
            until = f" until {decision['until']}" if "until" in decision else ""
            by = f" {decision['channel']}" if "channel" in decision else ""
            return f"held {decision['trigger']} {decision['reason']}{by}{until}"
        case "left":
            return f"left {decision['trigger']} {decision['step']} {decision['reason']}"
        case "arm":
            return f"arm {decision['split']} {decision['arm']}"
        case "called":
            return f"called {decision['action']}"
        case "sent":
            return f"sent {decision['template']}"
        case "changed":
            return f"changed {decision['trait']} {decision['value']}"
        case "joined" | "quit":
            return f"{decision['kind']} {decision['segment']}"
        case kind:
            return f"{kind} {decision['rule']}"
