"""`lcr export`: all that a store keeps of a customer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from lifecycle_dsl.cli import options
from lifecycle_dsl.cli.keeping import is_name, kept_in, shown, standing
from lifecycle_dsl.cli.opening import created
from lifecycle_dsl.cli.terminal import unreadable
from lifecycle_dsl.localtime import format_instant
from lifecycle_dsl.stores.person import Person, person
from lifecycle_dsl.stores.store import Message, Rules, Store

FINE, NOBODY = 0, 1


@click.command(
    short_help="Write all that a store keeps of a customer.",
    epilog="""\b
Examples:
  lcr export u1 --store sqlite:///lifecycle.db
  lcr export u1 --store sqlite:///lifecycle.db --out u1.json
\b
Exit code 1 where nobody is called so.
""",
)
@click.argument("customer")
@options.store
@click.option("--out", type=Path, help="Write it here, not to standard output.")
def command(*, customer: str, store: str, out: Path | None) -> int:
    """Write all that a store keeps of CUSTOMER as JSON: state, decisions and messages.

    The state is as of their last step, by the rules that the store was last run by. What the rules
    call private is there, too. A run may go on meanwhile.
    """
    with kept_in(store) as kept:
        found = person(kept, customer) if is_name(customer) else None
        if found is None:
            click.echo(f"{store} keeps nothing of {shown(customer)}", err=True)
            return NOBODY
        exported = _exported(kept, found)
    data = msgspec.json.format(msgspec.json.encode(exported), indent=2) + b"\n"
    if out is None:
        sys.stdout.buffer.write(data)
        return FINE
    try:
        with created(out) as file:
            file.write(data)
    except OSError as error:
        raise unreadable(str(out), error) from error
    return FINE


def _exported(store: Store, found: Person) -> dict[str, Any]:
    rules = store.rules()
    return {
        "customer": found.customer,
        "lifecycle": None if rules is None else rules.lifecycle,
        **_standing(store, rules, found),
        "decisions": [msgspec.Raw(each.line) for each in found.decisions],
        "messages": [_message(each) for each in found.messages],
    }


def _standing(store: Store, rules: Rules | None, found: Person) -> dict[str, Any]:
    """The state by name, as people see it."""
    if rules is None or found.state is None:
        return {"state": None, "journeys": []}
    engine = standing(store, rules, found.customer, found.state)
    (line,) = engine.states(None, [found.customer])
    clock = engine.state(found.customer).clock
    journeys = engine.customer(found.customer).journeys
    return {
        "state": {"at": format_instant(clock), **line},
        "journeys": [{"trigger": trigger, "step": step} for trigger, step in journeys],
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "key": message.key,
        "kind": message.kind,
        "destination": message.destination,
        "status": message.status.value,
        "attempts": message.attempts,
        "reason": message.reason,
        "decision": msgspec.Raw(message.line),
    }
