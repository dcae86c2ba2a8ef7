"""Make the events of the experiment: made-up ones, or those of Hillstrom's e-mail test.

    python prepare.py events.jsonl.gz
    python prepare.py events.jsonl.gz --from hillstrom_data.csv

The published test names neither customers nor days. Its customers were dealt to arms by the shop,
and the engine deals by a hash of the name: so each customer gets a name that the hash deals to the
arm in which they really were. The mailing goes out on one Monday, and a visit comes at a made-up
instant of the fortnight after it, a purchase minutes behind. A tick at the end says that the
fortnight has passed for everybody.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lifecycle_dsl.arithmetic import bucket, split_salt

ARMS = ("No E-Mail", "Mens E-Mail", "Womens E-Mail")
ENDS = (3_334, 6_667, 10_000)  # as the split of rules.lcr deals the 10,000 places
DAY = 86_400_000_000
MAILING = 1_772_442_000_000_000  # Monday 2026-03-02, 09:00 UTC
CUSTOMERS = 6_000
VISIT = (0.106, 0.183, 0.151)  # the published rates, from which the made-up customers are drawn
BUYS = (0.054, 0.069, 0.058)  # of those who visit


def made_up() -> Iterator[dict[str, Any]]:
    """Rows as the published file has them, drawn with its rates."""
    draw = random.Random(14)  # noqa: S311 — made-up data needs no secrets
    for _ in range(CUSTOMERS):
        arm = draw.randrange(3)
        visits = draw.random() < VISIT[arm]
        buys = visits and draw.random() < BUYS[arm]
        yield {
            "segment": ARMS[arm],
            "visit": int(visits),
            "spend": round(draw.lognormvariate(4.4, 0.7), 2) if buys else 0,
        }


def published(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of the published file."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def named(number: int, arm: int) -> str:
    """A name that the split deals to an arm."""
    low = ENDS[arm - 1] if arm else 0
    tried = 0
    while True:
        name = f"h{number:05d}" if not tried else f"h{number:05d}-{tried}"
        if low <= bucket(split_salt("mailing_arm"), name) < ENDS[arm]:
            return name
        tried += 1


def events(rows: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """All events, in order of time."""
    draw = random.Random(2008)  # noqa: S311 — see above
    found: list[dict[str, Any]] = [{"type": "tick", "at": MAILING + 15 * DAY}]
    for number, row in enumerate(rows, 1):
        customer = named(number, ARMS.index(row["segment"]))
        found.append({"type": "mailing", "customer": customer, "at": MAILING})
        if int(row["visit"]):
            at = MAILING + 1 + int(draw.random() * 13.9 * DAY)
            found.append({"type": "visit", "customer": customer, "at": at})
            if float(row["spend"]):
                bought = {"at": at + 60_000_000, "amount": float(row["spend"])}
                found.append({"type": "purchase", "customer": customer, **bought})
    return sorted(found, key=lambda each: (each["at"], each.get("customer", "~")))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--from", dest="source", type=Path)
    arguments = parser.parse_args()
    rows = made_up() if arguments.source is None else published(arguments.source)
    text = "".join(f"{json.dumps(each)}\n" for each in events(rows))
    arguments.out.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
