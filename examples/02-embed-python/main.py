"""An engine inside a service: events come in one by one, decisions go to whatever carries them out.

python examples/02-embed-python/main.py
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import lifecycle_dsl as lcr
from lifecycle_dsl.engine.decisions import Called, Sent, Transition

RULES = Path(__file__).resolve().parents[2] / "rules" / "retail.lcr"


def carry_out(decisions: Iterable[lcr.Decision]) -> None:
    """What a service does with decisions: here they are printed."""
    for decision in decisions:
        match decision:
            case Transition(source=source, to=to):
                told = f"{source or '(start)'} -> {to}"
            case Sent(channel=channel, template=template, key=key):
                # The provider gets the key: replayed or retried, no message goes out twice.
                told = f"{channel} {template} (key {key[:8]})"
            case Called(action=action, data=data):
                told = f"call {action} {data}"
            case _:
                continue
        print(f"  {decision.at}  {decision.customer}: {told}")


def main() -> None:
    ruleset = lcr.load(RULES)
    engine = lcr.Engine(ruleset)

    print("an event as bytes from the wire, one as a typed struct, one as a dict")
    body = b'{"type": "purchase", "customer": "u1", "at": "2026-01-05T10:00:00Z", "amount": 120}'
    carry_out(engine.process(body))
    typed = ruleset.events.Purchase(
        customer="u1", at=datetime(2026, 1, 8, 10, tzinfo=UTC), amount=95.0
    )
    carry_out(engine.process(typed))
    carry_out(
        engine.process({"type": "purchase", "customer": "u2", "at": "2026-01-09T10:00:00+01:00"})
    )

    print("what cannot be handled is no exception")
    carry_out(engine.process({"type": "purchse", "customer": "u3", "at": "2026-01-09T11:00:00Z"}))
    for letter in engine.take_dead_letters():
        print(f"  rejected: {letter.reason}")

    print("the state of a customer")
    customer = engine.customer("u1")
    print(f"  {customer.stage}, before: {customer.previous}")
    print(f"  {customer.scores}, {customer.levels}, {customer.segments}")

    print("a restart: the state goes into a snapshot and comes out again")
    snapshot = engine.snapshot()
    engine = lcr.Engine.restore(ruleset, snapshot)
    print(f"  {len(list(engine.customers()))} customers, u1 is {engine.customer('u1').stage}")

    print("time goes on without an event: a service calls this every minute")
    carry_out(engine.advance(datetime(2026, 5, 1, tzinfo=UTC)))


if __name__ == "__main__":
    main()
