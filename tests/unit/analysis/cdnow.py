"""The customers of CDNOW in 1997 as BG/NBD takes them, counted without the project."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tests.unit.transcripts import ROOT

EVENTS = ROOT / "examples" / "01-cdnow" / "events.jsonl.gz"
END = date(1997, 9, 30)
"""Of the 39 weeks that the published parameters are fitted to."""

Floats = NDArray[np.float64]


@cache
def purchases() -> tuple[Floats, Floats, Floats, Floats]:
    """Repeat purchases, the week of the last, weeks seen, and what a repeat was worth on average.

    Purchases of one day are one; as in the published summary of the data.
    """
    days: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for line in gzip.decompress(EVENTS.read_bytes()).splitlines():
        event = json.loads(line)
        day = date.fromisoformat(event["at"][:10])
        if day <= END:
            days[event["customer"]][day] += event["amount"]
    rows = []
    for bought in days.values():
        first, *later = sorted(bought)
        last = max(bought)
        worth = sum(bought[day] for day in later) / len(later) if later else 0.0
        rows.append((len(later), (last - first).days / 7, (END - first).days / 7, worth))
    again, last_week, seen, mean = np.array(rows, dtype=np.float64).T
    return again, last_week, seen, mean
