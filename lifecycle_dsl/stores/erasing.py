"""What was derived from a customer's data, and erasing them from a SQLite store with it."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Final

import msgspec

from lifecycle_dsl.stores.about import RENAMED, Renaming, Renamings

_LESS_PEOPLE: Final = "UPDATE population SET people = people - 1 WHERE stage = ?"
_LESS_MOVES: Final = "UPDATE moves SET people = people - ? WHERE source = ? AND target = ?"


_KEEP_RENAMED: Final = """
    INSERT INTO store VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""


class Placed(msgspec.Struct):
    """As much of a state as says where the customer is, and when that was written."""

    stage: str
    carried: int = 0


class _Keyed(msgspec.Struct):
    """As much of a decision as says which message it is."""

    key: str | None = None


class _Moved(msgspec.Struct, rename={"source": "from"}):
    """As much of a decision as says from where to where."""

    to: str
    source: str | None


def forget_customer(sqlite: sqlite3.Connection, customer: str) -> bool:
    """Erase a customer within a transaction; whether there was anything."""
    renamings = _renamings(sqlite)
    state = sqlite.execute("SELECT state FROM customers WHERE customer = ?", (customer,)).fetchone()
    if state is not None:
        with suppress(msgspec.DecodeError):  # what is damaged is erased, too
            placed = msgspec.msgpack.decode(state[0], type=Placed)
            stage = renamings.of_state(placed.stage, placed.carried)
            sqlite.execute(_LESS_PEOPLE, (stage,))
    moves = _moves(sqlite, customer, renamings)
    sqlite.executemany(_LESS_MOVES, [(n, source, target) for (source, target), n in moves.items()])
    sent = sqlite.execute(
        "SELECT line FROM decisions WHERE customer = ? AND kind IN ('sent', 'called')", (customer,)
    )
    keys = list(keys_in(line for (line,) in sent))
    before = sqlite.total_changes
    sqlite.executemany("DELETE FROM pruned WHERE key = ?", [(key,) for key in keys])
    for table in ("customers", "decisions", "outbox"):
        sqlite.execute(f"DELETE FROM {table} WHERE customer = ?", (customer,))  # noqa: S608
    erased = sqlite.total_changes > before
    for request in _answers(sqlite, customer):
        sqlite.execute("DELETE FROM answers WHERE request = ?", (request,))
        erased = True
    return erased


def note_renaming(sqlite: sqlite3.Connection, number: int, names: Mapping[str, str]) -> None:
    """Note within a transaction that stages are called otherwise after a change."""
    before = _renamings(sqlite)
    ((latest,),) = sqlite.execute("SELECT coalesce(max(number), 0) FROM decisions").fetchall()
    noted = before.with_another(Renaming(number, latest, dict(names)))
    sqlite.execute(_KEEP_RENAMED, (RENAMED, noted))


def moves_in(lines: Iterable[tuple[int, bytes]], renamings: Renamings) -> Counter[tuple[str, str]]:
    """The moves that `transition` decisions tell of, by source ('' for none) and target.

    Each decision comes with its number; stages have the names of now.
    """
    moves: Counter[tuple[str, str]] = Counter()
    for number, line in lines:
        moved = msgspec.json.decode(line, type=_Moved)
        source = renamings.of_decision(moved.source or "", number)
        moves[source, renamings.of_decision(moved.to, number)] += 1
    return moves


def keys_in(lines: Iterable[bytes]) -> Iterator[str]:
    """The keys of messages that decisions tell of."""
    for line in lines:
        with suppress(msgspec.MsgspecError):  # what is damaged names none
            key = msgspec.json.decode(line, type=_Keyed).key
            if key is not None:
                yield key


def quoted(customer: str) -> bytes:
    """A name as it stands in answers, without its quotes."""
    return msgspec.json.encode(customer)[1:-1]


def naming(customer: str, rows: Iterable[tuple[str, bytes]]) -> list[str]:
    """The requests that name a customer, or whose answers do; not those of `u10` for `u1`."""
    name = re.compile(rf"(?<!\w){re.escape(customer)}(?!\w)")
    whole = b'"%s"' % quoted(customer)
    return [request for request, body in rows if name.search(request) or whole in body]


def _renamings(sqlite: sqlite3.Connection) -> Renamings:
    """What stages were called before."""
    found = sqlite.execute("SELECT value FROM store WHERE name = ?", (RENAMED,)).fetchone()
    return Renamings.of(None if found is None else found[0])


def _moves(
    sqlite: sqlite3.Connection, customer: str, renamings: Renamings
) -> Counter[tuple[str, str]]:
    rows = sqlite.execute(
        "SELECT number, line FROM decisions WHERE customer = ? AND kind = 'transition'",
        (customer,),
    )
    return moves_in(rows, renamings)


def _answers(sqlite: sqlite3.Connection, customer: str) -> list[str]:
    rows = sqlite.execute(
        "SELECT request, body FROM answers WHERE instr(request, ?1) OR instr(body, ?2)",
        (customer, quoted(customer)),
    )
    return naming(customer, rows)
