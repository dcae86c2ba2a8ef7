"""Processes that share a PostgreSQL store, while they are killed and stopped and cut off.

What they have decided together is what one engine decides that nobody disturbs.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest

import lifecycle_dsl as lcr
from benchmarks import stream
from lifecycle_dsl.inputs import open_input
from lifecycle_dsl.inputs.selection import Selection
from lifecycle_dsl.localtime import format_instant
from lifecycle_dsl.stores import Store, StoredEngine, open_store
from lifecycle_dsl.stores.feeding import Feeder
from lifecycle_dsl.stores.store import everyone
from tests.unit.stores.postgres_server import Server, programs, server
from tests.unit.transcripts import ROOT

RULES = ROOT / "rules" / "email_marketing.lcr"
RECORDS = 8_000
MADE = stream.records(RECORDS, 300, seed=7)
END = max(int(record["at"]) for record in MADE)
LEASE = 1
UNUSABLE = 2
"""The exit code of a worker that has no server when it starts."""
_CALL = "import sys; from lifecycle_dsl.cli.main import main; sys.exit(main())"
SOON = 120.0
"""Seconds in which everything has happened, also on a busy machine."""


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records of 300 customers in frames of fifty, one of them no record and one a tick."""
    made = MADE
    middle = made[RECORDS // 2]["at"]
    odd: list[dict[str, Any]] = [{"type": "tick", "at": middle}, {"type": "nonsense"}]
    path = tmp_path_factory.mktemp("events") / "events.msgpack"
    path.write_bytes(
        b"".join(stream.frames([*made[: RECORDS // 2], *odd, *made[RECORDS // 2 :]], 50))
    )
    return path


@pytest.fixture(scope="module")
def undisturbed(events: Path) -> dict[str, Any]:
    """What one engine makes of them."""
    ruleset = lcr.load(RULES)
    store = open_store("memory:")
    with StoredEngine(ruleset, store) as engine, open_input(str(events)) as source:
        feeder = Feeder(engine, source, Selection(ruleset.records))
        for _ in feeder.feed():
            pass
        for _ in feeder.advance(END):
            pass
        found = outcome(store)
    store.close()
    return found


def outcome(store: Store) -> dict[str, Any]:
    """What a store keeps, as far as it is the same however the work was divided."""
    decisions = defaultdict(list)
    after = 0
    while page := store.decisions(after=after):
        after = page[-1].number
        for each in page:
            decisions[each.customer].append(each.line)
    return {
        "states": {name: msgspec.msgpack.decode(data) for name, data in everyone(store)},
        "decisions": decisions,
        "outbox": sorted(message.key for message in store.outbox(most=1_000_000)),
        "counts": store.counts(),
        "moves": store.moves(),
        "population": store.population(),
        "clock": store.clock(),
    }


class Crew:
    """Processes of `lcr run` over one store."""

    def __init__(self, server_: Server, events: Path, folder: Path) -> None:
        self.url = server_.url(schema=f"t{uuid4().hex}", shards=16, lease=LEASE)
        self.folder = folder
        self._events = events
        self._all: list[subprocess.Popen[bytes]] = []
        self.store = open_store(self.url)

    def start(self) -> subprocess.Popen[bytes]:
        """One more worker."""
        with (self.folder / f"{len(self._all)}.log").open("wb") as log:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-X", "faulthandler", "-c", _CALL),
                    *("run", str(RULES), str(self._events), "--store", self.url, "--quiet"),
                    *("--until", format_instant(END)),
                    *("--out", str(self.folder / f"{len(self._all)}.jsonl")),
                ],
                stdout=log,
                stderr=log,
            )
        self._all.append(process)
        return process

    def until(self, share: float) -> None:
        """Wait until so much of the input is handled; a worker may be at its end sooner."""
        end = time.monotonic() + SOON
        while self.store.counts().get("records", 0) < share * RECORDS:
            assert time.monotonic() < end, self.said()
            if all(process.poll() is not None for process in self._all):
                self.start()
            time.sleep(0.02)

    def end(self, *codes: int) -> None:
        """Wait for all, who must have ended well unless they were killed, and finish the work."""
        self.start()
        for process in self._all:
            assert process.wait(SOON) in {0, -signal.SIGKILL, *codes}, self.said()
        assert self.start().wait(SOON) == 0, self.said()

    def said(self) -> str:
        """What they had to say."""
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def close(self) -> None:
        for process in self._all:
            process.kill()
            process.wait()
        self.store.close()


@pytest.fixture
def crew(postgres: Server, events: Path, tmp_path: Path) -> Iterator[Crew]:
    made = Crew(postgres, events, tmp_path)
    yield made
    made.close()


def test_two_decide_what_one_decides(crew: Crew, undisturbed: dict[str, Any]) -> None:
    crew.start()
    crew.start()
    crew.end()
    assert outcome(crew.store) == undisturbed
    written = sum(
        path.read_bytes().count(b"\n") - 1 for path in crew.folder.glob("*.jsonl")
    )  # but for the head
    assert written == sum(map(len, undisturbed["decisions"].values()))


def test_who_is_killed_is_taken_over(crew: Crew, undisturbed: dict[str, Any]) -> None:
    workers = [crew.start(), crew.start(), crew.start()]
    for number in range(5):
        crew.until(0.1 + 0.15 * number)
        workers.pop(0).kill()
        workers.append(crew.start())
    crew.end()
    assert outcome(crew.store) == undisturbed


def test_who_was_stopped_for_too_long_does_no_harm(crew: Crew, undisturbed: dict[str, Any]) -> None:
    first, second = crew.start(), crew.start()
    for number, process in enumerate([first, second, first]):
        crew.until(0.15 + 0.2 * number)
        os.kill(process.pid, signal.SIGSTOP)
        crew.until(0.2 + 0.2 * number)  # by the other
        time.sleep(1.5 * LEASE)
        os.kill(process.pid, signal.SIGCONT)
    crew.end()
    assert outcome(crew.store) == undisturbed


def test_sessions_that_are_cut_are_made_anew(
    crew: Crew, postgres: Server, undisturbed: dict[str, Any]
) -> None:
    crew.start()
    crew.start()
    for number in range(12):
        crew.until(0.05 + 0.07 * number)
        postgres.tell(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name LIKE 'lcr %' AND pid <> pg_backend_pid()"
        )
    crew.end(UNUSABLE)  # of one that was just starting
    assert outcome(crew.store) == undisturbed


def test_a_server_that_crashes_is_waited_for(
    events: Path, tmp_path: Path, undisturbed: dict[str, Any]
) -> None:
    bin_ = programs()
    if bin_ is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with server(bin_) as crashing:
        crew = Crew(crashing, events, tmp_path)
        try:
            crew.start()
            crew.start()
            for number in range(3):
                crew.until(0.2 + 0.2 * number)
                crashing.stop("immediate")
                crashing.start()
            crew.end(UNUSABLE)
            assert outcome(crew.store) == undisturbed
        finally:
            crew.close()
