"""Everything that a store keeps of one customer, as of one instant."""

from __future__ import annotations

from attrs import frozen

from lifecycle_dsl.stores.store import Message, Store, Written

PAGE = 1_000
"""Rows that are read at once."""


@frozen
class Person:
    """What is kept of a customer."""

    customer: str
    state: bytes | None
    """None where they have none, and only traces are left."""
    decisions: list[Written]
    messages: list[Message]


def person(store: Store, customer: str) -> Person | None:
    """What is kept of a customer, between two commits of whoever runs there; None for nobody."""
    found = _read(store, customer)
    while (again := _read(store, customer)) != found:
        found = again
    if found.state is None and not found.decisions and not found.messages:
        return None
    return found


def _read(store: Store, customer: str) -> Person:
    states = dict(store.load([customer]))
    decisions: list[Written] = []
    while page := store.decisions(customer, decisions[-1].number if decisions else 0, PAGE):
        decisions += page
    messages: list[Message] = []
    while found := store.outbox(None, messages[-1].number if messages else 0, PAGE, customer):
        messages += found
    return Person(customer, states.get(customer), decisions, messages)
