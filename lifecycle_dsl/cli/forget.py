"""`lcr forget`: erase a customer from a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from lifecycle_dsl.cli import options
from lifecycle_dsl.cli.keeping import is_name, kept_in, shown
from lifecycle_dsl.cli.terminal import UnusableError, plural
from lifecycle_dsl.stores import Store, StoreBusyError
from lifecycle_dsl.stores.person import Person, person
from lifecycle_dsl.stores.sqlite import SQLiteStore

FINE, NOBODY = 0, 1
_ENOUGH = 48
"""Bytes of a name that are looked for: longer texts do not lie in one piece."""


@click.command(
    short_help="Erase a customer from a store.",
    epilog="""\b
Examples:
  lcr forget u1 --store sqlite:///lifecycle.db
  lcr export u1 --store sqlite:///lifecycle.db --out u1.json && lcr forget u1 --store …
\b
Exit code 1 where nobody is called so.
""",
)
@click.argument("customer")
@options.store
def command(*, customer: str, store: str) -> int:
    """Erase CUSTOMER from a store: their state, decisions, messages, and what came of them.

    Figures of moves and stages no longer count them, and traces in the store's file are written
    over. The events themselves, and files that runs wrote beside the store (--out, --dead,
    --state), are yours to see to; a record that comes later makes a new customer.
    """
    with kept_in(store) as kept, _alone(kept):
        found = person(kept, customer) if is_name(customer) else None
        if not is_name(customer) or not kept.forget(customer):
            click.echo(f"{store} keeps nothing of {shown(customer)}", err=True)
            return NOBODY
        anew = _without_traces(kept, customer)
    click.echo(f"erased {shown(customer)}: {_told(found)}{anew}")
    return FINE


def _told(found: Person | None) -> str:
    if found is None:
        return "answers to requests"
    state = [] if found.state is None else ["their state"]
    decisions = plural(len(found.decisions), "decision")
    return ", ".join([*state, decisions, plural(len(found.messages), "message")])


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    """Nobody else runs rules meanwhile, who would have the customer in memory.

    PostgreSQL's workers see to that themselves.
    """
    if not isinstance(store, SQLiteStore):
        yield
        return
    try:
        store.acquire()
    except StoreBusyError as error:
        raise UnusableError(
            f"{store.url}: a run or a service has it in use; stop that first, "
            "or ask the service: DELETE /customers/CUSTOMER"
        ) from error
    try:
        yield
    finally:
        store.release()


def _without_traces(store: Store, customer: str) -> str:
    """Look for traces of a name in the store's file, and write that anew where there are any."""
    if not isinstance(store, SQLiteStore) or not store.holds(customer.encode()[:_ENOUGH]):
        return ""
    if store.write_anew():
        return "; the file was written anew"
    return "; somebody is reading the store, so traces may be left: run this again later"
