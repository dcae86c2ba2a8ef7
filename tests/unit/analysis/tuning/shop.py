"""Made-up shops, whose truth is known: who becomes a lead at which bar, and who of them buys."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

DAY = 86_400_000_000
START = 1_767_571_200_000_000  # Monday 2026-01-05, 00:00 UTC

RULES = """\
lifecycle shop
event visit
event purchase { amount: money }
event plan { name: text }
trait kind: text = "plain" { on plan: name }
score interest { on visit: 1 }
segment rich = kind == "rich"
param lead_bar = 4 tune 3 to 8 step 1
channel email { cost 0.01 }
holdout 10%
start { -> visitor }
stage visitor { -> lead when interest >= lead_bar }
stage lead
trigger hello { on enter lead  do { send email "hello" } }
"""


def events(
    customers: int,
    seed: int,
    chance: Callable[[int, bool], float],
    rich: float = 0.0,
) -> list[dict[str, Any]]:
    """Visits a day and a half apart, and then perhaps a purchase, within 14 days of each.

    `chance` is that of a purchase, given how many visits a customer makes, and whether they are
    rich, as `rich` of them are.
    """
    draw = random.Random(seed)
    made: list[dict[str, Any]] = []
    for number in range(customers):
        customer = f"c{number:06d}"
        at = START + int(draw.random() * 150 * DAY)
        is_rich = draw.random() < rich
        if is_rich:
            made.append({"type": "plan", "customer": customer, "at": at, "name": "rich"})
        visits = min(int(draw.gammavariate(3, 1.6)) + 1, 10)
        for _ in range(visits):
            at += int(draw.uniform(0.2, 1.0) * DAY) + 1
            made.append({"type": "visit", "customer": customer, "at": at})
        if draw.random() < chance(visits, is_rich):
            bought = at + int(draw.uniform(0.1, 3) * DAY)
            made.append({"type": "purchase", "customer": customer, "at": bought, "amount": 10})
    return sorted(made, key=lambda each: (each["at"], each["customer"]))


def planted(visits: int, is_rich: bool) -> float:  # noqa: FBT001 — as `events` calls it
    """Who visits six times buys three times as often."""
    del is_rich
    return 0.36 if visits >= 6 else 0.12


def without_effect(visits: int, is_rich: bool) -> float:  # noqa: FBT001 — see above
    """Everybody buys alike."""
    del visits, is_rich
    return 0.15


def for_the_rich(visits: int, is_rich: bool) -> float:  # noqa: FBT001 — see above
    """Only of the rich do those who come often buy more."""
    return (0.5 if visits >= 6 else 0.1) if is_rich else 0.15


def written(folder: Path, found: list[dict[str, Any]], rules: str = RULES) -> tuple[Path, Path]:
    """The rules and the events as files."""
    file, log = folder / "shop.lcr", folder / "events.jsonl"
    file.write_text(rules)
    log.write_text("".join(f"{json.dumps(each)}\n" for each in found))
    return file, log
