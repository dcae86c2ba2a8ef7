"""A decision in a few words, for the page."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from attrs import frozen

from lifecycle_dsl.stores.store import Written

_MARKS: Final = {
    "transition": "→",
    "sent": "✉",
    "held": "◼",
    "called": "⚑",
    "fired": "•",
    "left": "↩",
    "broken": "!",
}


@frozen
class Told:
    """A line of the page; all its texts are a stranger's."""

    number: int
    at: str
    kind: str
    mark: str
    customer: str
    what: str
    by: str
    """The trigger or the rule, where `what` does not say it."""


def told(written: Written, line: bytes) -> Told:
    """A decision, from its line as whoever looks may see it."""
    said: dict[str, Any] = msgspec.json.decode(line)
    kind = written.kind
    at = str(said["at"]).replace("T", " ").removesuffix("Z").partition(".")[0]
    mark = _MARKS.get(kind, "·")
    what = _what(kind, said)
    draft = " (draft)" if said.get("draft") else ""
    return Told(written.number, at, kind, mark, written.customer, what + draft, _by(kind, said))


def _what(kind: str, said: dict[str, Any]) -> str:
    match kind:
        case "transition":
            return f"{said['from'] or 'new'} → {said['to']}"
        case "fired":
            return f"{said['trigger']} fired"
        case "sent":
            return f"{said['channel']}: {said['template']}"
        case "held":
            until = f" until {said['until']}" if said.get("until") else ""
            channel = f" {said['channel']}" if said.get("channel") else ""
            return f"held{channel}: {said['reason']}{until}"
        case "called":
            return f"called {said['action']}"
        case "joined" | "quit":
            return f"{kind} {said['segment']}"
        case "changed":
            return f"{said['trait']} = {_short(said['value'])}"
        case "arm":
            return f"arm {said['arm']} of {said['split']}"
        case "left":
            return f"left at {said['step']}: {said['reason']}"
        case "credit":
            to = said["channel"] if said["campaign"] is None else said["campaign"]
            return f"{said['share'] * 100:.3g} % of {said['attribution']} to {to}"
        case "broken":
            return f"broken: {said['promise']}"
        case _:
            return kind


def _by(kind: str, said: dict[str, Any]) -> str:
    return "" if kind in {"fired", "broken", "credit"} else str(said.get("rule", ""))


def _short(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 80 else f"{text[:80]}…"
