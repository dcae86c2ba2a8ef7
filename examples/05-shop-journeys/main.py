"""A shop's week as a diary: what was sent to whom, what was held back, and why.

    python examples/05-shop-journeys/main.py RULES EVENTS UNTIL

UNTIL is the instant up to which time goes on behind the last event. Clocks are those of Amsterdam.
"""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import lifecycle_dsl as lcr
from lifecycle_dsl.engine.decisions import Called, Decision, Held, Left, Sent, Transition

ZONE = ZoneInfo("Europe/Amsterdam")


def local(at: str) -> str:
    """An instant of a decision on the clocks of the shop."""
    return datetime.fromisoformat(at).astimezone(ZONE).strftime("%d %b %H:%M")


def shown(value: Any) -> str:  # noqa: ANN401 (data of a message are of any kind)
    """A value of a message, in short; of a list of things, their titles."""
    if isinstance(value, list | tuple):
        return " + ".join(each["title"] for each in value)
    return str(value)


def told(decision: Decision) -> str | None:
    """A decision in one line; None where it goes without saying."""
    match decision:
        case Transition(source=source, to=to):
            return f"{source or '(start)'} -> {to}"
        case Sent(channel=channel, template=template, data=data):
            return f"{channel} {template}: " + ", ".join(map(shown, data.values()))
        case Held(trigger=trigger, reason=reason, channel=channel, until=until):
            waits = f" until {local(until)}" if until else ""
            return f"held {trigger}{f' on {channel}' if channel else ''}: {reason}{waits}"
        case Called(action=action, data=data):
            return f"called {action}: " + ", ".join(map(shown, data.values()))
        case Left(trigger=trigger, step=step, reason=reason):
            return f"left {trigger} at {step}: {reason}"
        case _:
            return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rules", type=Path)
    parser.add_argument("events", type=Path)
    parser.add_argument("until", type=datetime.fromisoformat)
    options = parser.parse_args()
    engine = lcr.Engine(lcr.load(options.rules))
    decisions = engine.process_batch(options.events.read_bytes())
    decisions += engine.advance(options.until)
    for decision in sorted(decisions, key=lambda each: datetime.fromisoformat(each.at)):
        if line := told(decision):
            print(f"{local(decision.at)}  {decision.customer:5} {line}")


if __name__ == "__main__":
    main()
