"""`lcr plan`: what a change of rules will do; and a running process that changes its rules."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import run
from lifecycle_dsl.cli.sampling import Sample
from lifecycle_dsl.stores import open_store
from tests.unit.stores.test_shadow import NEW, OLD, T

DAY = 86_400_000_000
LCR = [sys.executable, "-c", "from lifecycle_dsl.cli.main import main; main()"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Rules, other rules, and a store in which ann and bob are under way."""
    (tmp_path / "old.lcr").write_text(OLD)
    (tmp_path / "new.lcr").write_text(NEW.replace("wait 3d", "wait 1d"))
    events = [("visit", "ann", 0), ("visit", "bob", 0), ("order", "bob", 1), ("visit", "bob", 2)]
    (tmp_path / "events.jsonl").write_text("".join(line(*each) for each in events))
    assert run(["run", *paths(tmp_path), "--store", url(tmp_path), "--quiet"]) == 0
    return tmp_path


def line(kind: str, customer: str, day: float) -> str:
    record = {"type": kind, "customer": customer, "at": T + int(day * DAY)}
    return json.dumps(record) + "\n"


def paths(folder: Path) -> list[str]:
    return [str(folder / "old.lcr"), str(folder / "events.jsonl")]


def url(folder: Path) -> str:
    return f"sqlite:///{folder}/s.db"


def test_without_a_store_it_says_what_differs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(["plan", str(folder / "old.lcr"), str(folder / "new.lcr")]) == 0
    told = capsys.readouterr().out
    assert "= stage customer  (it was buyer)" in told
    assert "    `customer -> lost` comes after 20d instead of 30d\n" in told
    assert run(["plan", str(folder / "old.lcr"), str(folder / "old.lcr")]) == 0
    assert capsys.readouterr().out == "The rules are the same.\n"


def test_with_a_store_it_says_who_goes_where_and_what_happens(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    before = open_store(url(folder)).people("", 9)
    plan = ["plan", str(folder / "new.lcr"), "--store", url(folder), "--days", "2"]
    assert run(plan) == 0
    told = capsys.readouterr().out
    assert "2 customers in flight\n           1  buyer -> customer\n           1  lead\n" in told
    assert "2 runs waiting\n           2  hello.rest\n" in told
    assert "At once, at 2026-01-07T00:00:00Z" in told
    assert "           0             2 * sent hello by email" in told
    assert "           2             0 * sent hello by email" in told
    assert "happens sooner than under the old rules to 2" in told
    assert open_store(url(folder)).people("", 9) == before
    assert run([*plan, "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["new"]["at_once"] == {"sent hello by email": 2}
    assert data["stages"][0] == {"from": "buyer", "to": "customer", "count": 1}


def test_a_sample_is_the_same_each_time_and_says_what_it_does_not_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "old.lcr").write_text(OLD)
    (tmp_path / "new.lcr").write_text(NEW.replace("wait 3d", "wait 1d"))
    people = [f"u{n}" for n in range(3_000)]
    rows = [line("visit", name, 0) for name in people]
    rows += [line("order", name, 1) for name in people[:1_000]]
    rows.append(line("visit", "u0", 2))
    (tmp_path / "events.jsonl").write_text("".join(rows))
    assert run(["run", *paths(tmp_path), "--store", url(tmp_path), "--quiet"]) == 0
    plan = ["plan", str(tmp_path / "new.lcr"), "--store", url(tmp_path), "--days", "2"]
    capsys.readouterr()
    assert run([*plan, "--sample", "400"]) == 0
    told = capsys.readouterr().out
    assert run([*plan, "--sample", "400"]) == 0
    assert capsys.readouterr().out == told
    assert "3,000 customers in flight\n" in told
    assert "of them were looked at, chosen by a hash of their names" in told
    assert run([*plan, "--sample", "400", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert 330 < data["sampled"] < 470
    low, high = data["new"]["between"]["at_once"]["sent hello by email"]
    assert low <= 3_000 <= high
    assert run([*plan, "--sample", "9999"]) == 0
    assert "looked at" not in capsys.readouterr().out


def test_intervals_of_a_sample_hold_about_as_often_as_they_say() -> None:
    """Of made people some get a message, some get several: 95 of 100 samples, within chance."""
    held = {"once": 0, "often": 0}
    for seed in range(200):
        names = [f"{seed}-{n}" for n in range(2_000)]
        once = {name: int(n % 7 == 0) for n, name in enumerate(names)}
        often = {name: n % 5 if n % 3 == 0 else 0 for n, name in enumerate(names)}
        sample = Sample(300, len(names))
        taken = [name for name, _ in sample.picked((name, b"") for name in names)]
        for what, counts in (("once", once), ("often", often)):
            found = [counts[name] for name in taken]
            low, high = sample.interval(sum(found), sum(each * each for each in found))
            held[what] += low <= sum(counts.values()) <= high
    assert all(180 <= count <= 200 for count in held.values()), held


def test_people_with_nowhere_to_go_make_it_fail(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "new.lcr").write_text(OLD.replace("lead", "prospect"))
    assert run(["plan", str(folder / "new.lcr"), "--store", url(folder)]) == 1
    told = capsys.readouterr().out
    assert "Nowhere to go: NEW will be refused\n           1  in stage lead\n" in told


def test_it_says_what_it_needs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = str(folder / "new.lcr")
    assert run(["plan", new]) == 2
    assert "give OLD and NEW, or NEW and a --store" in capsys.readouterr().err
    assert run(["plan", new, new, "--store", url(folder)]) == 2
    assert "was last run by other rules than OLD" in capsys.readouterr().err
    assert run(["plan", new, "--store", f"sqlite:///{folder}/none.db"]) == 2
    assert "there is no such file" in capsys.readouterr().err
    assert not (folder / "none.db").exists()
    open_store(f"sqlite:///{folder}/empty.db").close()
    assert run(["plan", new, "--store", f"sqlite:///{folder}/empty.db"]) == 2
    assert "there is nobody in flight" in capsys.readouterr().err
    assert run(["plan", new, new, "--sample", "5"]) == 2
    assert "--sample is of the customers of a --store" in capsys.readouterr().err


def test_a_run_that_follows_changes_its_rules_at_a_signal(folder: Path) -> None:
    log, out = folder / "events.jsonl", folder / "out.jsonl"
    options = ["--store", url(folder), "--follow", "--no-ticks", "--quiet", "--out", str(out)]
    with subprocess.Popen(
        [*LCR, "run", *paths(folder), *options], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None

        def reloaded(text: str) -> str:
            (folder / "old.lcr").write_text(text)
            process.send_signal(signal.SIGHUP)
            assert process.stderr is not None
            found = process.stderr.readline()
            while not found.startswith("lcr: "):
                found = process.stderr.readline()
            return found

        def written(kind: str, customer: str, day: float, expected: bytes) -> None:
            with log.open("a") as file:
                file.write(line(kind, customer, day))
            until = time.monotonic() + 20
            while time.monotonic() < until:
                if out.exists() and expected in out.read_bytes():
                    break
                time.sleep(0.05)
            assert expected in out.read_bytes()

        try:
            written("order", "ann", 3, b'"to":"buyer"')
            assert "the old rules go on" in reloaded("lifecycle shop {")
            assert "no place for" in reloaded(OLD.replace("buyer", "client"))
            assert "was loaded anew" in reloaded(NEW)
            written("order", "cid", 4, b'"to":"customer"')
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()
    assert open_store(url(folder)).population() == {"customer": 3}


def test_only_records_and_until_move_time(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    again = ["run", *paths(folder), "--store", url(folder), "--quiet"]
    capfdbinary.readouterr()
    assert run([*again, "--until", "2026-01-07T23:59:59Z"]) == 0
    assert b'"sent"' not in capfdbinary.readouterr().out
    assert run([*again, "--until", "2026-01-08T00:00:00Z"]) == 0
    assert capfdbinary.readouterr().out.count(b'"sent"') == 2
    assert run([*again, "--until", "2026-01-08T00:00:00Z"]) == 0
    assert capfdbinary.readouterr().out == b""
    assert run([*again, "--follow", "--until", "2026-01-08T00:00:00Z"]) == 2
