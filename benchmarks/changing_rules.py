"""What a change of rules costs a store of many customers, in processor time.

`python -m benchmarks.changing_rules 50000`: so many customers of the shipped rules on SQLite, then
an edit that changes no state, and one that everybody is carried over for.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import lifecycle_dsl as lcr
from lifecycle_dsl.stores import StoredEngine, open_store

RULES = Path(__file__).parents[1] / "rules/email_marketing.lcr"
EDITS = {
    "another title": ('"Welcome New Customer"', '"Welcome"'),
    "a shorter wait": ("wait 3d", "wait 2d"),
}
START = 1_767_571_200_000_000
EVENTS = ("email_open", "page_view", "purchase")


def edited(folder: Path, before: str, after: str) -> lcr.RuleSet:
    """The shipped rules with an edit."""
    found = 0
    for path in RULES.parent.glob(f"{RULES.stem}*.lcr"):
        text = path.read_text(encoding="utf-8")
        found += before in text
        (folder / path.name).write_text(text.replace(before, after, 1), encoding="utf-8")
    if not found:
        raise ValueError(f"{RULES} no longer says {before}")
    return lcr.load(folder / RULES.name)


def batch(first: int, count: int) -> bytes:
    """Three events of each of some customers."""
    rows = [
        {"type": event, "customer": f"c{number:08}", "at": START + number}
        for number in range(first, first + count)
        for event in EVENTS
    ]
    return b"\n".join(json.dumps(row).encode() for row in rows)


def spent(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def main(customers: int) -> None:
    """Print what each edit costs."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        store = open_store(f"sqlite:///{folder / 'store.db'}")
        with StoredEngine(lcr.load(RULES), store) as engine:
            for first in range(0, customers, 1_000):
                engine.process_batch(batch(first, min(1_000, customers - first)))
            for what, (before, after) in EDITS.items():
                ruleset = edited(folder, before, after)
                changing = spent(partial(engine.use, ruleset))
                carrying = spent(lambda: list(engine.carrying()))
                sys.stdout.write(
                    f"{what}: {changing * 1e3:.0f} ms until the next batch, then "
                    f"{carrying / customers * 1e6:.0f} us for each customer in the background\n"
                )
        store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
