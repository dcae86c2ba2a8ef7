"""A long run over a store at a steady rate, and the curve of what it takes.

Customers come, are active for a while and do not come again, as they do for years; files of events
come into a folder, which `lcr run --store --follow` reads while a sampler looks at the process. The
curve goes to `soak.csv` and `soak.svg`: memory of its own, the store's file, events a second, and
how far the run is behind what was written.

    python benchmarks/soak.py --minutes 60 --rate 2000 --folder /tmp/soak

Memory must reach a plateau, once as many customers have come as an engine remembers; the store's
file grows with the customers and decisions that it keeps.
"""

from __future__ import annotations

import argparse
import csv
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec
from attrs import astuple, fields, frozen

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.stream import FREQUENCY

RULES: Final = Path(__file__).parents[1] / "rules" / "email_marketing.lcr"
STAY: Final = 60
"""Seconds for which a customer is active."""
EVENTS: Final = 10
"""Events of a customer in that time."""
PER_FILE: Final = 20
"""Seconds of events in a file."""
KEPT_FILES: Final = 3
SAMPLE: Final = 5.0
"""Seconds between two looks."""


@frozen
class Sample:
    """One look at the run."""

    seconds: float
    memory_mb: float
    """The process's own memory, without the store's file as it is mapped into it."""
    store_mb: float
    """The store's file and the log beside it."""
    handled: int
    events_per_second: float
    behind: int
    """Events that are written and not handled."""
    customers: int
    decisions: int


class Crowd:
    """Customers who come and go, so many events a second in all."""

    def __init__(self, rate: int) -> None:
        self._draw = random.Random(11)
        self._active = rate * STAY // EVENTS
        self._come = rate / EVENTS
        self._kinds = list(FREQUENCY)
        self._weights = list(FREQUENCY.values())

    def events(self, since: float, until: float, count: int, base: int) -> Iterator[bytes]:
        """So many events between two instants, in order of time, as lines."""
        kinds = self._draw.choices(self._kinds, self._weights, k=count)
        for number, kind in enumerate(kinds):
            moment = since + (until - since) * number / count
            newest = int((moment - base) * self._come) + self._active
            who = newest - self._draw.randrange(self._active)
            at = int(moment * 1_000_000)
            yield b'{"type":"%s","customer":"c%d","at":%d}\n' % (kind.encode(), who, at)


def write(folder: Path, rate: int, seconds: float) -> Iterator[int]:
    """Write events as they happen, and tell how many there are by now."""
    crowd, begun, written = Crowd(rate), time.time(), 0
    last, file_number = begun, -1
    file = None
    while (now := time.time()) < begun + seconds:
        count = int((now - begun) * rate) - written
        if int((now - begun) / PER_FILE) != file_number:
            file_number = int((now - begun) / PER_FILE)
            if file is not None:
                file.close()
            file = (folder / f"{file_number:06}.jsonl").open("ab", buffering=0)
            (folder / f"{file_number - KEPT_FILES:06}.jsonl").unlink(missing_ok=True)
        if count and file is not None:
            file.write(b"".join(crowd.events(last, now, count, int(begun))))
            written += count
        last = now
        yield written
        time.sleep(0.1)
    if file is not None:
        file.close()


def own_memory(process: int) -> float:
    """Megabytes that belong to a process alone."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    return 0.0


def look(store: Path) -> tuple[int, int, int]:
    """Records that were handled, customers, decisions."""
    try:
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=30)) as sqlite:
            counts = dict(sqlite.execute("SELECT name, count FROM counts").fetchall())
            people = sqlite.execute("SELECT sum(people) FROM population").fetchone()[0]
            decisions = sqlite.execute("SELECT max(number) FROM decisions").fetchone()[0]
    except sqlite3.OperationalError:
        return 0, 0, 0  # it is just being made
    return counts.get("records", 0), people or 0, decisions or 0


def soak(folder: Path, rate: int, minutes: float) -> list[Sample]:
    """Run it, and look at it."""
    events, store = folder / "events", folder / "store.db"
    events.mkdir(parents=True)
    command = [
        *(sys.executable, "-c", "from lifecycle_dsl.cli.main import main; main()"),
        *("run", str(RULES), str(events), "--store", f"sqlite:///{store}", "--follow"),
    ]
    samples: list[Sample] = []
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)  # noqa: S603
        begun = before = time.monotonic()
        handled_before = 0
        try:
            for written in write(events, rate, minutes * 60):
                now = time.monotonic()
                if now - before < SAMPLE:
                    continue
                if process.poll() is not None:
                    raise SystemExit((folder / "log.txt").read_text())
                handled, customers, decisions = look(store)
                size = sum(each.stat().st_size for each in folder.glob("store.db*")) / 2**20
                samples.append(
                    Sample(
                        round(now - begun, 1),
                        round(own_memory(process.pid), 1),
                        round(size, 1),
                        handled,
                        round((handled - handled_before) / (now - before), 1),
                        written - handled,
                        customers,
                        decisions,
                    )
                )
                before, handled_before = now, handled
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=120)
    return samples


def write_csv(path: Path, samples: Sequence[Sample]) -> None:
    """The samples as a table."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow([each.name for each in fields(Sample)])
        table.writerows(map(astuple, samples))


def picture(samples: Sequence[Sample]) -> str:
    """The curves as SVG, one below the other, each from zero to its highest."""
    rows = [
        ("memory of its own, MB", [each.memory_mb for each in samples]),
        ("store on the disk, MB", [each.store_mb for each in samples]),
        ("events a second", [each.events_per_second for each in samples]),
        ("events behind", [float(each.behind) for each in samples]),
        ("customers", [float(each.customers) for each in samples]),
    ]
    width, height = 720, 110
    box = f"0 0 {width} {len(rows) * height}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" font-family="sans-serif">',
        f'<rect width="{width}" height="{len(rows) * height}" fill="white"/>',
    ]
    end = samples[-1].seconds
    for number, (title, values) in enumerate(rows):
        top, highest = number * height, max(*values, 1e-9)
        points = " ".join(
            f"{10 + (width - 20) * each.seconds / end:.1f},"
            f"{top + height - 12 - (height - 40) * value / highest:.1f}"
            for each, value in zip(samples, values, strict=True)
        )
        said = f"{title}: at most {highest:,.0f}, in the end {values[-1]:,.0f}"
        foot = top + height - 12
        parts += [
            f'<text x="10" y="{top + 16}" font-size="12">{said}</text>',
            f'<line x1="10" x2="{width - 10}" y1="{foot}" y2="{foot}" stroke="#bbb"/>',
            f'<polyline points="{points}" fill="none" stroke="#205080" stroke-width="1.5"/>',
        ]
    return "\n".join([*parts, "</svg>\n"])


def main() -> None:
    """Soak, and write the curve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=int, default=2_000, help="events a second")
    parser.add_argument("--folder", type=Path, required=True, help="a new folder for everything")
    given = parser.parse_args()
    samples = soak(given.folder, given.rate, given.minutes)
    write_csv(given.folder / "soak.csv", samples)
    (given.folder / "soak.svg").write_text(picture(samples), encoding="utf-8")
    for each in samples[:: max(1, len(samples) // 12)]:
        sys.stdout.write(f"{msgspec.json.encode(each).decode()}\n")


if __name__ == "__main__":
    main()
