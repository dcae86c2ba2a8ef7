"""A shop with a score, made histories of it, and their events as files."""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import zstandard

import lifecycle_dsl as lcr
from lifecycle_dsl.analysis.diffing.running import run
from lifecycle_dsl.analysis.diffing.sharing import Found
from lifecycle_dsl.analysis.feed import Feed

T = 1_767_571_200_000_000  # Monday 2026-01-05, 00:00 UTC
HOUR = 3_600_000_000
DAY = 24 * HOUR

RULES = """
lifecycle shop
event visit
event purchase { amount: money = 0 }
trait vip: bool = false
score interest { on visit: 1  on purchase: 3 }
segment keen = interest >= 5
level warmth = interest { hot >= 8  warm >= 3  cold }
start { -> lead }
stage lead { -> customer when interest >= 8 }
stage customer { -> asleep after 30d without visit, purchase }
stage asleep { -> customer on purchase }
action crm.notify { reason: text }
channel email { cost 0.5  cap 2 per 7d }
channel sms { cost 2 }
trigger welcome { on enter customer  once  do { send email "welcome_{warmth}" } }
trigger thanks {
  on purchase
  in customer
  do { send email "thanks"  call crm.notify { reason: "bought" } }
}
trigger miss_you { on enter asleep  do { send sms "miss_you" } }
"""

Record = dict[str, Any]


def world(seed: int = 1, customers: int = 60) -> list[Record]:
    """Visits and purchases of some customers over 100 days, in order of time."""
    draw = Random(seed)
    stream = []
    for number in range(customers):
        for _ in range(draw.randrange(1, 25)):
            kind = draw.choice(["visit", "visit", "purchase"])
            at = T + draw.randrange(100 * DAY)
            stream.append({"type": kind, "customer": f"c{number:03}", "at": at})
    return sorted(stream, key=lambda record: record["at"])


def written(stream: Iterable[Record], path: Path) -> Path:
    """A file of events, of the kind that its name says."""
    records = list(stream)
    if ".msgpack" in path.name:
        body = msgspec.msgpack.encode(records)
        data = struct.pack("<I", len(body)) + body
    else:
        data = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    match path.suffix:
        case ".gz":
            data = gzip.compress(data)
        case ".zst":
            data = zstandard.compress(data)
        case _:
            pass
    path.write_bytes(data)
    return path


def compared(old: str, new: str, path: Path, **options: Any) -> Found:
    """What a comparison of two rule sets over a file finds."""
    reading = {name: options.pop(name) for name in ("until", "key") if name in options}
    return run(lcr.compile(old), lcr.compile(new), Feed(str(path), **reading), **options)
