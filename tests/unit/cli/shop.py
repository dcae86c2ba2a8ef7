"""A small rule set and events for it, for the tests of commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RULES = """\
lifecycle shop
timezone "UTC"
dedupe 24h
event visit { page: text? }
event purchase { amount: money = 0 }
trait zone: text = "UTC"
trait vip: bool = false
score interest { half-life 30d  at least 0  on visit: 1  on purchase: 5 }
level warmth = interest { hot >= 10  warm >= 3  cold }
start { -> visitor }
stage visitor { -> customer on purchase }
stage customer { -> sleeping after 60d without purchase, visit }
stage sleeping { -> customer on purchase }
channel email
trigger welcome { on enter customer once do { send email "welcome_{warmth}" { vip: vip } } }
"""


def record(
    customer: str, at: str = "2026-01-05T12:00:00Z", type_: str = "visit", **more: Any
) -> dict[str, Any]:
    return {"type": type_, "customer": customer, "at": at, **more}


def stream(customers: int = 40) -> list[dict[str, Any]]:
    """A few records of each customer, over four months, in order of time."""
    found = []
    for number in range(customers):
        for step in range(number % 5 + 1):
            at = (
                f"2026-{1 + (number + step) % 4:02}-{1 + (number * 7 + step * 3) % 28:02}T08:00:00Z"
            )
            kind = "purchase" if (number + step) % 3 == 0 else "visit"
            found.append(record(f"u{number}", at, kind, id=f"{number}-{step}"))
    return sorted(found, key=lambda each: str(each["at"]))


def written(folder: Path, events: list[Any] | None = None) -> tuple[Path, Path]:
    """The rules and the events as files."""
    rules, log = folder / "shop.lcr", folder / "events.jsonl"
    rules.write_text(RULES)
    rows = stream() if events is None else events
    log.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return rules, log


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]
