"""`lcr run --store` in its ordinary ways: options, refusals, following with and without ticks."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lifecycle_dsl.cli.main import run
from lifecycle_dsl.cli.wall import JUMP, TRIAL, Wall
from tests.unit.stores.shop import (
    arguments,
    as_lines,
    left,
    record,
    rows,
    stream,
    tick,
    write_events,
    write_rules,
)

LCR = [sys.executable, "-c", "from lifecycle_dsl.cli.main import main; main()"]
SECOND = 1_000_000
NOW = 1_800_000_000 * SECOND


def handled(database: Path) -> int:
    """How many records a store has taken."""
    if not database.exists():
        return 0
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        try:
            counts = dict(connection.execute("SELECT name, count FROM counts").fetchall())
        except sqlite3.OperationalError:
            return 0
    return int(counts.get("records", 0)) + int(counts.get("dead", 0))


def wait_for(what: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to be in time"
        time.sleep(0.05)


@contextmanager
def following(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A run that follows, and is told to stop in the end."""
    with subprocess.Popen([*LCR, *command, "--follow"], stderr=subprocess.PIPE) as process:
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
            assert process.returncode == 0
        finally:
            process.kill()


def test_a_run_that_is_given_more_of_its_file_goes_on_there(tmp_path: Path) -> None:
    rules, events = write_rules(tmp_path), tmp_path / "e.jsonl"
    every = stream(60)
    once = arguments(tmp_path / "once", rules, write_events(tmp_path / "all.jsonl", every))
    assert run(once) == 0
    data = as_lines(every)
    hard = arguments(tmp_path / "hard", rules, events)
    with following([*hard, "--no-ticks"]):
        for end in (1, 1_000, 1_004, 9_999, len(data)):
            events.write_bytes(data[:end])
            whole = data[:end].count(b"\n")
            wait_for(lambda whole=whole: handled(tmp_path / "hard/store.db") >= whole - 60)  # type: ignore[misc]
        dropped = rows(tmp_path / "once/store.db")["counts"]
        wait_for(lambda: rows(tmp_path / "hard/store.db")["counts"] == dropped)
    assert run(hard) == 0
    assert left(tmp_path / "hard") == left(tmp_path / "once")


def test_a_last_line_that_is_not_whole_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, events = write_rules(tmp_path), tmp_path / "e.jsonl"
    data = as_lines([record("a", 1), record("b", 2, "purchase", amount=60)])
    events.write_bytes(data[:-8])
    command = arguments(tmp_path / "run", rules, events)
    command.remove("--quiet")
    assert run(command) == 0
    assert "the last record is not whole and is left for the next run" in capsys.readouterr().err
    assert [row[0] for row in rows(tmp_path / "run/store.db")["customers"]] == ["a"]
    events.write_bytes(data)
    assert run(command) == 0
    assert "left for the next run" not in capsys.readouterr().err
    assert [row[0] for row in rows(tmp_path / "run/store.db")["customers"]] == ["a", "b"]
    assert (tmp_path / "run/dead.jsonl").read_bytes() == b""


def test_another_file_under_the_same_name_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = write_rules(tmp_path)
    events = write_events(tmp_path / "e.jsonl", stream(20))
    command = arguments(tmp_path / "run", rules, events)
    assert run(command) == 0
    before = left(tmp_path / "run")
    write_events(events, stream(30)[5:])
    assert run(command) == 2
    said = capsys.readouterr().err
    assert "is not the file that was read up to record" in said
    assert "put that one back, or give this one another name" in said
    assert left(tmp_path / "run") == before
    renamed = events.rename(tmp_path / "other.jsonl")
    assert run(arguments(tmp_path / "run", rules, renamed)) == 0


def test_what_cannot_be_read_or_written_so_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = write_rules(tmp_path)
    events = write_events(tmp_path / "e.jsonl", stream(5))
    assert run(arguments(tmp_path / "run", rules, tmp_path)) == 2
    assert "is a folder, which is read with --follow" in capsys.readouterr().err
    command = arguments(tmp_path / "run", rules, events)
    command[command.index("--out") + 1] = "/dev/null"
    assert run(command) == 2
    assert "/dev/null is no plain file" in capsys.readouterr().err


def test_strict_stops_before_the_batch_of_a_rejected_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = write_rules(tmp_path)
    events = tmp_path / "e.jsonl"
    good, wrong = record("a", 1), {"type": "purchase", "customer": "a", "at": "yesterday"}
    events.write_bytes(as_lines([good, tick(2), good, wrong, record("b", 3)]))
    command = arguments(tmp_path / "run", rules, events)
    assert run([*command, "--strict"]) == 3
    assert "record 4: `at` is no time" in capsys.readouterr().err
    assert handled(tmp_path / "run/store.db") == 2
    assert run([*command, "--strict"]) == 3  # it is still there
    assert handled(tmp_path / "run/store.db") == 2
    assert run(command) == 0
    assert handled(tmp_path / "run/store.db") == 5
    (letter,) = (tmp_path / "run/dead.jsonl").read_text().splitlines()
    assert json.loads(letter)["line"] == 4


def test_another_field_may_name_the_customer(tmp_path: Path) -> None:
    rules = write_rules(tmp_path)
    plain = stream(30, wrong=False)
    keyed = [
        {**{k: v for k, v in row.items() if k != "customer"}, "shop_id": row["customer"]}
        if "customer" in row
        else row
        for row in plain
    ]
    assert run(arguments(tmp_path / "a", rules, write_events(tmp_path / "a.jsonl", plain))) == 0
    by_key = arguments(tmp_path / "b", rules, write_events(tmp_path / "b.msgpack", keyed))
    assert run([*by_key, "--key", "shop_id"]) == 0
    assert left(tmp_path / "a") == left(tmp_path / "b")


# ---- the clock on the wall


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


QUICK = """\
lifecycle quick
event hello
start { -> here }
stage here { -> silent after 3s without hello }
stage silent { -> here on hello }
"""


def quick(tmp_path: Path) -> tuple[Path, Path]:
    rules, events = tmp_path / "quick.lcr", tmp_path / "e.jsonl"
    rules.write_text(QUICK)
    events.write_bytes(as_lines([{"type": "hello", "customer": "a", "at": ago(0.1)}]))
    return rules, events


def stages(database: Path) -> Any:
    return dict(rows(database)["population"])


def test_time_goes_on_for_the_silent_while_nothing_comes(tmp_path: Path) -> None:
    rules, events = quick(tmp_path)
    database = tmp_path / "run/store.db"
    with following(arguments(tmp_path / "run", rules, events)):
        wait_for(lambda: handled(database) == 1)
        wait_for(lambda: stages(database) == {"silent": 1}, 20)
        with events.open("ab") as file:
            file.write(as_lines([{"type": "hello", "customer": "a", "at": ago(0)}]))
        wait_for(lambda: stages(database) == {"here": 1}, 20)
    moves = {(source, target): n for source, target, n in rows(database)["moves"]}
    assert moves == {("", "here"): 1, ("here", "silent"): 1, ("silent", "here"): 1}


def test_without_ticks_only_events_move_time(tmp_path: Path) -> None:
    rules, events = quick(tmp_path)
    database = tmp_path / "run/store.db"
    with following([*arguments(tmp_path / "run", rules, events), "--no-ticks"]):
        wait_for(lambda: handled(database) == 1)
        time.sleep(4.5)
        assert stages(database) == {"here": 1}


class Clocks:
    """A wall and what really goes by."""

    def __init__(self) -> None:
        self.wall = NOW
        self.gone = 5 * SECOND
        self.said: list[str] = []
        self.clock = Wall(lambda: self.wall, lambda: self.gone, self.said.append)

    def after(self, seconds: float, jump: int = 0) -> int | None:
        self.wall += int(seconds * SECOND) + jump
        self.gone += int(seconds * SECOND)
        return self.clock.now()


def test_a_wall_that_goes_on_is_believed() -> None:
    clocks = Clocks()
    assert clocks.after(0) == NOW
    assert clocks.after(3_600) == NOW + 3_600 * SECOND  # the machine may have slept
    assert clocks.after(1, JUMP) == clocks.wall  # it may be set a little
    assert clocks.said == []


def test_a_wall_that_jumps_ahead_must_stand_there_first() -> None:
    clocks = Clocks()
    clocks.after(0)
    assert clocks.after(1, JUMP + 1) is None
    assert clocks.after(TRIAL / SECOND - 1) is None
    assert clocks.after(2) == clocks.wall
    assert len(clocks.said) == 1
    assert "the clock has jumped to 2027-" in clocks.said[0]


def test_a_jump_that_is_taken_back_never_was() -> None:
    clocks = Clocks()
    clocks.after(0)
    far = 50 * 365 * 86_400 * SECOND
    assert clocks.after(1, far) is None
    assert clocks.after(1, -far) == NOW + 2 * SECOND
    assert clocks.after(1) == NOW + 3 * SECOND


def test_a_wall_outside_all_years_has_no_ticks() -> None:
    clocks = Clocks()
    clocks.after(0)
    there = clocks.wall
    assert clocks.after(1, -there) is None
    assert clocks.after(1) is None
    assert clocks.said == ["the clock of this machine is wrong: no timers until it is set"]
    assert clocks.after(1, there) is None  # that is a jump ahead
    assert clocks.after(61) == clocks.wall
