"""A run that is killed, however often and wherever, comes to the end of the undisturbed one.

`LCR_KILLS=100` kills a hundred times at random instants; the tests kill a few times, and once in
each window of a batch.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path

import pytest

from tests.unit.stores.dying import DIED, POINTS
from tests.unit.stores.shop import arguments, left, record, stream, tick, write_events, write_rules

DYING = Path(__file__).with_name("dying.py")
KILLS = int(os.environ.get("LCR_KILLS", "5"))


def run(arguments: list[str], point: str = "never", number: int = 0) -> int:
    command = [sys.executable, str(DYING), point, str(number), *arguments]
    return subprocess.run(command, check=False, timeout=120).returncode


def run_dying(arguments: list[str], deaths: int = 0) -> int:
    """Run it to its end, though it dies time and again, in one window after the other."""
    for point in cycle(POINTS):
        # Each time it gets some commits further; each commit writes to two files.
        code = run(arguments, point, 8 if "write" in point else 4)
        if code == 0:
            return deaths
        assert code == DIED
        deaths += 1
        assert deaths < 100
    raise AssertionError


@pytest.mark.parametrize("name", ["e.jsonl", "e.jsonl.gz", "e.jsonl.zst", "e.msgpack"])
def test_a_run_may_die_in_every_window_of_a_batch(name: str, tmp_path: Path) -> None:
    rules = write_rules(tmp_path)
    events = write_events(tmp_path / name, stream(60 if name == "e.jsonl" else 20))
    assert run(arguments(tmp_path / "calm", rules, events)) == 0
    assert run_dying(arguments(tmp_path / "hard", rules, events)) >= len(POINTS) - 1
    assert left(tmp_path / "hard") == left(tmp_path / "calm")
    assert b'"kind":"sent"' in left(tmp_path / "calm").files["out.jsonl"]
    assert left(tmp_path / "calm").files["dead.jsonl"].count(b"\n") in {2, 6}


def test_a_large_tick_may_die_between_and_within_its_pages(tmp_path: Path) -> None:
    rules = write_rules(tmp_path)
    people = [record(f"p{n}", n / 1_000, "purchase") for n in range(1_050)]
    rows = [*people, tick(600), tick(600), record("p7", 601, "purchase"), tick(5_000)]
    events = write_events(tmp_path / "e.msgpack", rows)
    assert run(arguments(tmp_path / "calm", rules, events)) == 0
    hard = arguments(tmp_path / "hard", rules, events)
    frames = 53  # before the first tick; pages are of a hundred customers here
    assert run(hard, "before commit", frames + 4) == DIED
    assert run_dying(hard) >= len(POINTS)
    assert left(tmp_path / "hard") == left(tmp_path / "calm")
    assert dict(left(tmp_path / "calm").rows["population"]) == {"gone": 1_050}


def test_a_run_may_be_killed_at_any_instant(tmp_path: Path) -> None:
    rules = write_rules(tmp_path)
    events = write_events(tmp_path / "e.jsonl", stream(600))
    begun = time.monotonic()
    assert run(arguments(tmp_path / "calm", rules, events)) == 0
    whole = time.monotonic() - begun
    hard = arguments(tmp_path / "hard", rules, events)
    draw = random.Random(7)
    for _ in range(KILLS):
        command = [sys.executable, str(DYING), "never", "0", *hard]
        with subprocess.Popen(command) as process:
            time.sleep(draw.uniform(0.2, whole))
            process.kill()
            assert process.wait() in {0, -signal.SIGKILL}
    assert run(hard) == 0
    assert left(tmp_path / "hard") == left(tmp_path / "calm")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_told_to_stop_ends_well(how: signal.Signals, tmp_path: Path) -> None:
    rules = write_rules(tmp_path)
    events = write_events(tmp_path / "e.jsonl", stream(900))
    assert run(arguments(tmp_path / "calm", rules, events)) == 0
    hard = arguments(tmp_path / "hard", rules, events)
    out = tmp_path / "hard" / "out.jsonl"
    command = [sys.executable, str(DYING), "never", "0", *hard]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        while not out.exists() or out.stat().st_size < 5_000:
            time.sleep(0.01)
        process.send_signal(how)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, b"")
    stopped = left(tmp_path / "hard")
    assert stopped.files["out.jsonl"] != left(tmp_path / "calm").files["out.jsonl"]
    # What it says of itself is whole: a state for each customer who is there.
    assert len(stopped.files["state.jsonl"].splitlines()) == len(stopped.rows["customers"])
    assert run(hard) == 0
    assert left(tmp_path / "hard") == left(tmp_path / "calm")


def test_a_second_signal_ends_a_run_at_once(tmp_path: Path) -> None:
    rules = write_rules(tmp_path)
    command = [
        sys.executable, str(DYING), "never", "0",
        "run", str(rules), "-", "--store", f"sqlite:///{tmp_path}/s.db", "--quiet",
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not (tmp_path / "s.db.lock").exists():
            time.sleep(0.01)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)  # it waits for a pipe, which it cannot read on
        assert process.wait(timeout=20) == 130
        assert process.stderr is not None
        assert b"interrupted" in process.stderr.read()
