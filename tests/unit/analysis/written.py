"""Decision logs that tests write themselves, and histories of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.loading import compile_sources

BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)

SHOP: Final = """
lifecycle shop
event visit { page: text? }
event purchase { amount: money }
start { -> lead }
stage lead { -> customer on purchase }
stage customer { -> sleeping after 60d without visit, purchase }
stage sleeping { -> customer on purchase }
channel email { cost 0.01  quiet 21:00 to 08:00  cap 2 per 7d }
channel sms { cost 0.08  cap 1 per 7d }
channel push
topic receipts { transactional }
holdout 20%
attribution revenue { touch sends  conversion purchase worth amount  within 14d  model linear }
trigger welcome {
  on enter customer  once
  do {
    send email "welcome"
    wait 3d
    await visit within 4d { send email "good" } else { send sms "help" }
  }
}
trigger wake_up { on enter sleeping  at most 1 per 90d  do { send email "miss" } }
trigger bill { on purchase  topic receipts  do { send email "bill" } }
trigger nudge {
  on visit where page == "/cart"  in lead, customer  exit on purchase
  do { wait 1h as pause  send sms "nudge" }
}
trigger tried { on visit  draft  do { send push "tried" } }
trigger never { on visit where page == "/none"  do { send push "never" } }
"""


def rules(text: str = SHOP) -> RuleSet:
    """Rules from their text."""
    return compile_sources({"rules.lcr": text})


def at(days: float) -> str:
    """An instant so many days after the beginning."""
    return (BEGIN + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def fired(customer: str, day: float, trigger: str = "nudge") -> dict[str, Any]:
    """A firing."""
    return {
        "kind": "fired",
        "customer": customer,
        "at": at(day),
        "rule": trigger,
        "trigger": trigger,
    }


def credit(
    customer: str, day: float, worth: float | None, channel: str = "sms", **more: Any
) -> dict[str, Any]:
    """A credit, whole unless a share is given."""
    return {
        "kind": "credit",
        "customer": customer,
        "at": at(day),
        "rule": "revenue",
        "attribution": "revenue",
        "channel": channel,
        "campaign": None,
        "share": 1.0,
        "worth": worth,
        **more,
    }


def sent(customer: str, day: float, channel: str = "sms", trigger: str = "nudge") -> dict[str, Any]:
    """A message."""
    return {
        "kind": "sent",
        "customer": customer,
        "at": at(day),
        "rule": trigger,
        "channel": channel,
        "template": trigger,
        "data": {},
        "transactional": False,
        "key": "0",
    }


def held(
    customer: str, day: float, reason: str, trigger: str = "nudge", **more: Any
) -> dict[str, Any]:
    """A message that is held; without a step a firing."""
    return {
        "kind": "held",
        "customer": customer,
        "at": at(day),
        "rule": trigger,
        "trigger": trigger,
        "reason": reason,
        **more,
    }


def log(folder: Path, decisions: Iterable[dict[str, Any]], ruleset: RuleSet) -> Path:
    """A log of decisions, in the order given."""
    path = folder / "decisions.jsonl"
    head = {"kind": "rules", "lifecycle": ruleset.lifecycle, "fingerprint": ruleset.fingerprint}
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(each) + "\n" for each in (head, *decisions))
    return path


def history(
    folder: Path,
    decisions: Iterable[dict[str, Any]],
    ruleset: RuleSet | None = None,
    until: float | None = None,
) -> History:
    """What a log says, known up to so many days after the beginning."""
    ruleset = ruleset or rules()
    found = History(ruleset)
    end = None if until is None else round((BEGIN.timestamp() + until * 86_400) * 1e6)
    found.read_log(log(folder, decisions, ruleset), end)
    return found
