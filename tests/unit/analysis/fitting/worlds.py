"""Made worlds whose likelihoods are known.

Purchases of a customer come by a Poisson process of the rate at which the chance of one within the
goal's span is logistic(intercept + weights x traits): the process has no memory, so that it is that
at every instant of their life. Visits and mails come as they like and mean nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from math import exp, log1p
from pathlib import Path
from random import Random
from typing import Any

from attrs import frozen

from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.inputs import Batch

DAY = 86_400_000_000
START = 1_700_000_000_000_000
WITHIN = 14
RULES = """lifecycle shop
event visit, mail
event purchase { amount: money = 0 }
trait size: number = 0
trait vip: bool = false
trait plan: one of (free, basic, pro) = free
trait salary: money private = 0
score love { half-life 14d  at least 0  on visit: 1 }
let visits = count(visit within 30d)
level warmth = love { hot >= 3  warm >= 1  cold }
start { -> fresh }
stage fresh { -> regular on purchase }
stage regular { -> gone after 60d without purchase }
stage gone { -> regular on purchase }
"""


def world(
    seed: int,
    customers: int,
    *,
    days: int = 120,
    intercept: float = -1.5,
    size: float = 0.0,
    vip: float = 0.0,
) -> list[dict[str, Any]]:
    """Records in order of time; `size` is normal, `vip` holds for a third."""
    made = Random(seed)
    records: list[dict[str, Any]] = []
    for number in range(customers):
        name = f"c{number:04}"
        traits = {"size": made.gauss(0, 1), "vip": made.random() < 1 / 3}
        born = START + int(made.random() * 20 * DAY)
        records.append({"type": "profile", "customer": name, "at": born, **traits})
        odds = intercept + size * float(traits["size"]) + vip * traits["vip"]
        chance = 1 / (1 + exp(-odds))
        rates = {"purchase": -log1p(-chance) / WITHIN, "visit": 0.1, "mail": 0.05}
        for kind, rate in rates.items():
            day = made.expovariate(rate)
            while born + day * DAY < START + days * DAY:
                at = born + int(day * DAY)
                records.append({"type": kind, "customer": name, "at": at})
                day += made.expovariate(rate)
    return sorted(records, key=lambda each: (each["at"], each["customer"], each["type"]))


def lines(records: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in records)


@frozen(kw_only=True)
class _Listed(Feed):
    """Records that stand in no file."""

    listed: list[dict[str, Any]]
    in_batches_of: int

    def pieces(self) -> Iterator[Batch]:
        """Batches of a size."""
        for at in range(0, len(self.listed), self.in_batches_of):
            part = self.listed[at : at + self.in_batches_of]
            yield Batch(lines(part), at + 1, framed=False)


def feed(records: Iterable[dict[str, Any]], *, size: int = 1000, until: int | None = None) -> Feed:
    """Records as an input, in batches of a size."""
    return _Listed("", until, listed=list(records), in_batches_of=size)


def written(folder: Path, records: Iterable[dict[str, Any]], rules: str = RULES) -> tuple[str, str]:
    """Rules and events as files."""
    (folder / "rules.lcr").write_text(rules)
    (folder / "events.jsonl").write_bytes(lines(records))
    return str(folder / "rules.lcr"), str(folder / "events.jsonl")
