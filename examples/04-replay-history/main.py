"""The same history under two rule sets, and whose stage differs.

python examples/04-replay-history/main.py
"""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import lifecycle_dsl as lcr

ROOT = Path(__file__).resolve().parents[2]
HISTORY = ROOT / "examples" / "01-cdnow" / "events.jsonl.gz"
TODAY = (ROOT / "rules" / "retail.lcr").read_text(encoding="utf-8")
CHANGES = (
    ("from buying -> lapsing after 90d without purchase",
     "from buying -> lapsing after 120d without purchase"),
    ("-> loyal on purchase when visits >= 5",
     "-> loyal on purchase when visits >= 4"),
)  # fmt: skip
"""What is proposed: a month more of patience, and loyal one visit earlier."""


def replay(rules: str, name: str) -> lcr.Engine:
    """All customers as they would be at the end."""
    engine = lcr.Engine(lcr.compile(rules, name))
    engine.process_batch(gzip.decompress(HISTORY.read_bytes()))
    engine.advance(engine.clock or 0)
    return engine


def main() -> None:
    proposed = TODAY
    for line, instead in CHANGES:
        proposed = proposed.replace(line, instead)
    now, then = replay(TODAY, "today.lcr"), replay(proposed, "proposed.lcr")

    names = sorted(now.customers())
    moved = Counter(
        (before, after)
        for name in names
        if (before := now.customer(name).stage) != (after := then.customer(name).stage)
    )
    print(f"{moved.total():,} of {len(names):,} customers would stand elsewhere:")
    for (before, after), count in sorted(moved.items(), key=lambda item: (-item[1], item[0])):
        print(f"{count:>6,}  {before} -> {after}")


if __name__ == "__main__":
    main()
