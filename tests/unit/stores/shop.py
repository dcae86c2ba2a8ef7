"""A small shop for runs over stores: its rules, its events, and what a run leaves behind."""

from __future__ import annotations

import gzip
import json
import sqlite3
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import zstandard
from attrs import frozen

RULES = """\
lifecycle shop
timezone "UTC"
dedupe 24h
event visit { page: text? }
event purchase { amount: money = 0 }
trait name: text private = "unknown"
action crm.notify { amount: money }
score interest { half-life 30d  at least 0  on visit: 1  on purchase: 5 }
level warmth = interest { hot >= 10  warm >= 3  cold }
let spent = sum(amount of purchase within 365d)
start { -> visitor }
stage visitor { -> customer on purchase }
stage customer { -> sleeping after 20d without purchase, visit }
stage sleeping { -> customer on purchase  -> gone after 40d }
stage gone { -> customer on purchase }
channel email { cap 3 per 7d }
trigger welcome {
  on enter customer
  do { send email "welcome_{warmth}" { spent: spent }  wait 3d  send email "tips" }
}
trigger thanks { on purchase where amount > 50  do { call crm.notify { amount: spent } } }
trigger browsing { on visit without purchase for 2d  at most 1 per 7d  do { send email "look" } }
"""
START = datetime(2026, 1, 5, 12, tzinfo=UTC)


def at(hours: float) -> str:
    """An instant, so many hours after the start."""
    return (START + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


def record(customer: str, hours: float, type_: str = "visit", **more: Any) -> dict[str, Any]:
    return {"type": type_, "customer": customer, "at": at(hours), **more}


def tick(hours: float) -> dict[str, Any]:
    return {"type": "tick", "at": at(hours)}


def stream(customers: int = 60, *, ticks: bool = True, wrong: bool = True) -> list[dict[str, Any]]:
    """Some weeks of a shop: records of each customer in order of time, and ticks among them.

    Some are rejected, some come twice; in the end most customers are due at one tick.
    """
    found: list[tuple[float, dict[str, Any]]] = []
    for number in range(customers):
        name = f"u{number}"
        for step in range(number % 5 + 2):
            hours = (number * 7 + step * 53) % 400 + step / 10
            kind = "purchase" if (number + step) % 3 == 0 else "visit"
            more = {"amount": 10 * number % 90} if kind == "purchase" else {}
            found.append((hours, record(name, hours, kind, id=f"{number}-{step}", **more)))
            if number % 9 == 0:
                found.append((hours, record(name, hours, kind, id=f"{number}-{step}", **more)))
        if wrong and number % 10 == 0:
            found.append((number, {"type": "purchase", "customer": name, "at": at(number)}))
            found[-1][1]["amount"] = "much"
    if ticks:
        found += [(hours, tick(hours)) for hours in (100, 100, 200, 300.5)]
    rows = [row for _, row in sorted(found, key=lambda each: each[0])]
    return [*rows, tick(1_000), tick(1_000), record("last", 1_001, "purchase")] if ticks else rows


def as_lines(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def as_frames(rows: list[dict[str, Any]], size: int = 20) -> bytes:
    bodies = [msgspec.msgpack.encode(rows[n : n + size]) for n in range(0, len(rows), size)]
    return b"".join(struct.pack("<I", len(body)) + body for body in bodies)


def write_events(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Events as the name of the file says."""
    data = as_frames(rows) if ".msgpack" in path.name else as_lines(rows)
    if path.suffix == ".gz":
        data = gzip.compress(data)
    elif path.suffix == ".zst":
        data = zstandard.compress(data)
    path.write_bytes(data)
    return path


def write_rules(folder: Path) -> Path:
    path = folder / "shop.lcr"
    path.write_text(RULES)
    return path


@frozen
class Left:
    """What a run left behind, in files and in its store."""

    files: dict[str, bytes]
    rows: dict[str, list[Any]]


TABLES = {
    "customers": "SELECT customer, due, state FROM customers ORDER BY customer",
    "decisions": "SELECT number, customer, kind, line FROM decisions ORDER BY number",
    "outbox": "SELECT number, key, customer, kind, destination, line FROM outbox ORDER BY number",
    "population": "SELECT * FROM population WHERE people <> 0 ORDER BY stage",
    "moves": "SELECT * FROM moves ORDER BY source, target",
    "counts": "SELECT * FROM counts ORDER BY name",
    "clock": "SELECT value FROM store WHERE name = 'clock'",
}


def rows(path: Path) -> dict[str, list[Any]]:
    """What is in a store's file."""
    connection = sqlite3.connect(path)
    try:
        return {name: connection.execute(query).fetchall() for name, query in TABLES.items()}
    finally:
        connection.close()


def arguments(folder: Path, rules: Path, events: Path | str, *more: str) -> list[str]:
    """A run over a store in a folder, with all the files that it may write."""
    folder.mkdir(exist_ok=True)
    return [
        "run", str(rules), str(events),
        "--store", f"sqlite:///{folder}/store.db",
        "--out", f"{folder}/out.jsonl",
        "--dead", f"{folder}/dead.jsonl",
        "--state", f"{folder}/state.jsonl",
        "--quiet",
        *more,
    ]  # fmt: skip


def left(folder: Path) -> Left:
    """What a run has left in its folder."""
    names = ("out.jsonl", "dead.jsonl", "state.jsonl")
    found = {name: (folder / name).read_bytes() for name in names if (folder / name).exists()}
    return Left(found, rows(folder / "store.db"))
