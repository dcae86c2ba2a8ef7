"""What was derived from a customer's data, and erasing them from a SQLite store with it."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

import msgspec

_LESS_PEOPLE: Final = "UPDATE population SET people = people - 1 WHERE stage = ?"
_LESS_MOVES: Final = "UPDATE moves SET people = people - ? WHERE source = ? AND target = ?"


class _Placed(msgspec.Struct):
    """As much of a state as says where the customer is."""

    stage: str


class _Moved(msgspec.Struct, rename={"source": "from"}):
    """As much of a decision as says from where to where."""

    to: str
    source: str | None


def forget_customer(sqlite: sqlite3.Connection, customer: str) -> bool:
    """Erase a customer within a transaction; whether there was anything."""
    state = sqlite.execute("SELECT state FROM customers WHERE customer = ?", (customer,)).fetchone()
    if state is not None:
        with suppress(msgspec.DecodeError):  # what is damaged is erased, too
            stage = msgspec.msgpack.decode(state[0], type=_Placed).stage
            sqlite.execute(_LESS_PEOPLE, (stage,))
    moves = _moves(sqlite, customer)
    sqlite.executemany(_LESS_MOVES, [(n, source, target) for (source, target), n in moves.items()])
    before = sqlite.total_changes
    for table in ("customers", "decisions", "outbox"):
        sqlite.execute(f"DELETE FROM {table} WHERE customer = ?", (customer,))  # noqa: S608
    erased = sqlite.total_changes > before
    for request in _answers(sqlite, customer):
        sqlite.execute("DELETE FROM answers WHERE request = ?", (request,))
        erased = True
    return erased


def moves_in(lines: Iterable[bytes]) -> Counter[tuple[str, str]]:
    """The moves that `transition` decisions tell of, by source ('' for none) and target."""
    moved = [msgspec.json.decode(line, type=_Moved) for line in lines]
    return Counter((each.source or "", each.to) for each in moved)


def quoted(customer: str) -> bytes:
    """A name as it stands in answers, without its quotes."""
    return msgspec.json.encode(customer)[1:-1]


def naming(customer: str, rows: Iterable[tuple[str, bytes]]) -> list[str]:
    """The requests that name a customer, or whose answers do; not those of `u10` for `u1`."""
    name = re.compile(rf"(?<!\w){re.escape(customer)}(?!\w)")
    whole = b'"%s"' % quoted(customer)
    return [request for request, body in rows if name.search(request) or whole in body]


def _moves(sqlite: sqlite3.Connection, customer: str) -> Counter[tuple[str, str]]:
    rows = sqlite.execute(
        "SELECT line FROM decisions WHERE customer = ? AND kind = 'transition'", (customer,)
    )
    return moves_in(line for (line,) in rows)


def _answers(sqlite: sqlite3.Connection, customer: str) -> list[str]:
    rows = sqlite.execute(
        "SELECT request, body FROM answers WHERE instr(request, ?1) OR instr(body, ?2)",
        (customer, quoted(customer)),
    )
    return naming(customer, rows)
