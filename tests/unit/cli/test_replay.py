"""`lcr replay`, as somebody uses it in a terminal: what is reproduced, and what diverges."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import zstandard

from lifecycle_dsl import loading
from lifecycle_dsl.cli.main import run
from tests.unit.analysis.diffing.worlds import DAY, RULES, T, world, written

LCR = [sys.executable, "-c", "from lifecycle_dsl.cli.main import main; main()"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Rules, events, and the log of a run."""
    (tmp_path / "rules.lcr").write_text(RULES)
    written(world(), tmp_path / "events.jsonl")
    monkeypatch.chdir(tmp_path)
    assert run(["run", "rules.lcr", "events.jsonl", "--out", "log.jsonl", "--quiet"]) == 0
    return tmp_path


def replayed(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    """The exit code and what is told as JSON."""
    capsys.readouterr()
    code = run(["replay", *arguments, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_log_of_a_run_is_reproduced(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    count = len((folder / "log.jsonl").read_text().splitlines()) - 1
    assert run(["replay", "rules.lcr", "log.jsonl", "events.jsonl"]) == 0
    told = capsys.readouterr().out
    assert told == f"log.jsonl is reproduced: {count} decisions of 60 customers\n"


@pytest.mark.parametrize("packed", ["log.jsonl.gz", "log.jsonl.zst"])
def test_packed_logs_and_standard_input(folder: Path, packed: str) -> None:
    data = (folder / "log.jsonl").read_bytes()
    pack = gzip.compress if packed.endswith("gz") else zstandard.compress
    (folder / packed).write_bytes(pack(data))
    with (folder / "events.jsonl").open("rb") as events:
        done = subprocess.run(
            [*LCR, "replay", "rules.lcr", packed, "-"],
            stdin=events,
            capture_output=True,
            check=True,
        )
    assert done.stdout.startswith(f"{packed} is reproduced".encode())
    assert done.stderr == b""


@pytest.mark.parametrize("name", ["log.parquet", "days/"])
def test_parquet_is_told_as_lines(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", "rules.lcr", "events.jsonl", "--out", name, "--quiet"]) == 0
    assert run(["replay", "rules.lcr", name, "events.jsonl"]) == 0
    count = len((folder / "log.jsonl").read_text().splitlines()) - 1
    assert f"is reproduced: {count} decisions of 60 customers" in capsys.readouterr().out
    (folder / "new.lcr").write_text(RULES.replace("interest >= 8", "interest >= 10"))
    code, told = replayed("new.lcr", name, "events.jsonl", capsys=capsys)
    assert code == 1
    assert "another fingerprint" in told["reasons"][0]
    assert json.loads(told["first"]["log"])["customer"] == told["first"]["customer"]


def test_the_order_of_customers_is_no_divergence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--workers", "2", "--out", "shared.jsonl", "--quiet"]
    assert run(["run", "rules.lcr", "events.jsonl", *options]) == 0
    assert (folder / "shared.jsonl").read_bytes() != (folder / "log.jsonl").read_bytes()
    capsys.readouterr()
    assert run(["replay", "rules.lcr", "shared.jsonl", "events.jsonl"]) == 0
    assert "its customers in another order" in capsys.readouterr().out
    swapped = (folder / "log.jsonl").read_text().splitlines(keepends=True)
    swapped[-2:] = reversed(swapped[-2:])
    (folder / "swapped.jsonl").write_text("".join(swapped))
    assert run(["replay", "rules.lcr", "swapped.jsonl", "events.jsonl"]) == (
        1 if customer(swapped[-1]) == customer(swapped[-2]) else 0
    )


def customer(line: str) -> str:
    return str(json.loads(line)["customer"])


def test_one_changed_decision_is_found_with_the_story_before_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (folder / "log.jsonl").read_text().splitlines(keepends=True)
    place = next(n for n, line in enumerate(lines) if '"sms"' in line and n > len(lines) // 2)
    lines[place] = lines[place].replace('"channel":"sms"', '"channel":"email"')
    (folder / "log.jsonl").write_text("".join(lines))
    code, told = replayed("rules.lcr", "log.jsonl", "events.jsonl", capsys=capsys)
    assert code == 1
    assert (told["diverging"], told["same"]) == (1, len(lines) - 2 - after(lines, place))
    first = told["first"]
    assert (first["line"], first["fields"]) == (place + 1, ["channel"])
    assert first["customer"] == customer(lines[place])
    own = [x for x in lines[1:place] if customer(x) == first["customer"]]
    assert len(first["story"]) == min(len(own), 15)
    assert first["story"][-1]["what"] == "fired miss_you"
    assert run(["replay", "rules.lcr", "log.jsonl", "events.jsonl"]) == 1
    text = capsys.readouterr().out
    assert f"log.jsonl diverges at line {place + 1}, in `channel`" in text
    assert f"{first['customer']} up to there" in text
    assert f"1 customer of 60 diverges; {told['same']} of {len(lines) - 1} decisions" in text


def after(lines: list[str], place: int) -> int:
    """How many decisions of the same customer follow a line: they are not looked at."""
    return sum(customer(line) == customer(lines[place]) for line in lines[place + 1 :])


def test_the_first_divergence_is_the_first_in_the_log(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (folder / "log.jsonl").read_text().splitlines(keepends=True)
    for place in (40, 25, 60):
        lines[place] = lines[place].replace('"at":"2026', '"at":"2027')
    (folder / "log.jsonl").write_text("".join(lines))
    code, told = replayed("rules.lcr", "log.jsonl", "events.jsonl", capsys=capsys)
    assert (code, told["first"]["line"]) == (1, 26)


def test_other_bytes_that_say_the_same_diverge(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / "log.jsonl").read_text()
    (folder / "log.jsonl").write_text(text.replace('"from":null', '"from": null', 1))
    assert run(["replay", "rules.lcr", "log.jsonl", "events.jsonl"]) == 1
    assert "diverges at line 2, which says the same in other bytes" in capsys.readouterr().out


def test_other_rules_are_told_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "new.lcr").write_text(RULES.replace("interest >= 8", "interest >= 10"))
    code, told = replayed("new.lcr", "log.jsonl", "events.jsonl", capsys=capsys)
    assert code == 1
    assert told["reasons"][:2] == [
        "the log was decided by other rules: its head has another fingerprint",
        "give them as --rules-of to see what has changed",
    ]
    code, told = replayed(
        "new.lcr", "log.jsonl", "events.jsonl", "--rules-of", "rules.lcr", capsys=capsys
    )
    assert "`lead -> customer` comes when `interest >= 10` instead of" in told["reasons"][1]
    code, told = replayed(
        "new.lcr", "log.jsonl", "events.jsonl", "--rules-of", "new.lcr", capsys=capsys
    )
    assert told["reasons"][1] == "nor do the --rules-of have that fingerprint"


def test_rules_that_decide_the_same_by_another_text_diverge_in_the_head(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "new.lcr").write_text(RULES.replace("event visit\n", "event visit, call\n"))
    assert run(["replay", "new.lcr", "log.jsonl", "events.jsonl"]) == 1
    told = capsys.readouterr().out
    assert re.search(r"diverges in its head; all \d+ decisions are as in it", told)


def test_another_version_of_the_zones_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ruleset = loading.load(folder / "rules.lcr")
    text = (folder / "log.jsonl").read_text()
    other = text.replace(ruleset.fingerprint, ruleset.fingerprint_under("2024b"))
    (folder / "log.jsonl").write_text(other)
    code, told = replayed("rules.lcr", "log.jsonl", "events.jsonl", capsys=capsys)
    assert code == 1
    assert "with version 2024b of the time zones (tzdata)" in told["reasons"][0]
    assert "the rules are the same" in told["reasons"][0]


def test_events_that_are_missing_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = world()[0]["customer"]
    rest = [record for record in world() if record["customer"] != name]
    written(rest, folder / "fewer.jsonl")
    code, told = replayed("rules.lcr", "log.jsonl", "fewer.jsonl", capsys=capsys)
    assert code == 1
    assert told["first"]["customer"] == name
    assert told["first"]["replay"] == ""
    assert told["reasons"] == [
        f"EVENTS has no record of `{name}`: are some missing, or is it --key?"
    ]


def test_no_events_at_all_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "empty.jsonl").write_text("")
    code, told = replayed("rules.lcr", "log.jsonl", "empty.jsonl", capsys=capsys)
    assert code == 1
    assert told["same"] == 0
    assert told["first"]["replay"] == ""


def test_until_is_asked_for_and_taken(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    until = ["--until", "2026-08-01T00:00:00Z"]
    assert run(["run", "rules.lcr", "events.jsonl", *until, "--out", "u.jsonl", "--quiet"]) == 0
    code, told = replayed("rules.lcr", "u.jsonl", "events.jsonl", capsys=capsys)
    assert (code, told["first"]["replay"]) == (1, "")
    assert "say until when with --until" in told["reasons"][0]
    assert run(["replay", "rules.lcr", "u.jsonl", "events.jsonl", *until]) == 0
    del folder


def test_a_log_that_is_cut_off_diverges_at_its_end(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (folder / "log.jsonl").read_text().splitlines(keepends=True)
    (folder / "short.jsonl").write_text("".join(lines[:30]))
    code, told = replayed("rules.lcr", "short.jsonl", "events.jsonl", capsys=capsys)
    assert (code, told["first"]["line"], told["first"]["log"]) == (1, None, "")
    assert told["reasons"] == [
        "all that the log holds is reproduced: was it cut off, or had it another --until?"
    ]
    (folder / "cut.jsonl").write_text("".join(lines)[:-20])
    assert run(["replay", "rules.lcr", "cut.jsonl", "events.jsonl"]) == 2
    assert f"line {len(lines)} is no decision" in capsys.readouterr().err


def test_the_log_of_a_store_is_reproduced_without_the_tick(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", "sqlite:///s.db", "--out", "stored.jsonl", "--quiet"]
    assert run(["run", "rules.lcr", "events.jsonl", *store]) == 0
    code, told = replayed("rules.lcr", "stored.jsonl", "events.jsonl", capsys=capsys)
    assert code == 1
    assert "(--no-tick)" in told["reasons"][-1]
    assert run(["replay", "rules.lcr", "stored.jsonl", "events.jsonl", "--no-tick"]) == 0
    del folder


def test_of_a_log_over_several_rule_sets_the_part_before_the_change_is_replayed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    half = len(world()) // 2
    written(world()[:half], folder / "growing.jsonl")
    store = ["--store", "sqlite:///s.db", "--out", "stored.jsonl", "--quiet"]
    assert run(["run", "rules.lcr", "growing.jsonl", *store]) == 0
    first = len((folder / "stored.jsonl").read_text().splitlines())
    written(world(), folder / "growing.jsonl")
    (folder / "new.lcr").write_text(RULES.replace("after 30d", "after 20d"))
    assert run(["run", "new.lcr", "growing.jsonl", *store]) == 0
    code, told = replayed("rules.lcr", "stored.jsonl", "growing.jsonl", "--no-tick", capsys=capsys)
    assert code == 0
    assert (told["decisions"], told["same"]) == (first - 1, first - 1)
    assert told["other_rules"]["line"] == first + 1
    assert run(["replay", "rules.lcr", "stored.jsonl", "growing.jsonl", "--no-tick"]) == 0
    assert f"From line {first + 1} on it is of other rules" in capsys.readouterr().out


def test_promises_are_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rules.lcr").write_text(RULES + 'always "nobody sleeps" { not entered asleep }\n')
    out = ["--out", "p.jsonl", "--quiet", "--promises"]
    assert run(["run", "rules.lcr", "events.jsonl", *out]) == 0
    assert '"kind":"broken"' in (folder / "p.jsonl").read_text()
    code, told = replayed("rules.lcr", "p.jsonl", "events.jsonl", capsys=capsys)
    assert code == 1
    assert "the log looks at promises: replay it with --promises" in told["reasons"]
    assert run(["replay", "rules.lcr", "p.jsonl", "events.jsonl", "--promises"]) == 0
    cut = (folder / "p.jsonl").read_text().splitlines(keepends=True)[:-1]
    (folder / "p.jsonl").write_text("".join(cut))
    assert run(["replay", "rules.lcr", "p.jsonl", "events.jsonl", "--promises"]) == 1


@pytest.mark.parametrize(
    ("log", "content", "said"),
    [
        ("x.jsonl", '{"kind":"fired","customer":"a"}\n', "its first line is no head"),
        ("x.jsonl", "", "its first line is no head"),
        ("x.jsonl", "visit\n", "line 1 is no decision"),
        (
            "x.jsonl",
            '{"kind":"rules","lifecycle":"gym","fingerprint":"0"}\n',
            "the log is of the lifecycle `gym`, the rules of `shop`",
        ),
        ("x.csv", "a,b\n", "is no log of decisions: neither .jsonl"),
        ("x.jsonl.gz", "no gzip", "is damaged or cut off"),
        ("gone.jsonl", None, "gone.jsonl: No such file"),
    ],
)
def test_what_is_no_log_is_refused(
    folder: Path, log: str, content: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (folder / log).write_text(content)
    assert run(["replay", "rules.lcr", log, "events.jsonl"]) == 2
    assert said in capsys.readouterr().err


def test_what_is_private_is_masked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = """
lifecycle clinic
event visit { about: text private }
trait illness: text private = "none" { on visit: event.about }
start { -> new }
stage new
channel email
trigger hello { on visit  do { send email "hello" { illness: illness, n: 1 } } }
"""
    (folder / "rules.lcr").write_text(rules)
    visit = {"type": "visit", "customer": "ann", "at": T, "about": "flu"}
    written([visit, {**visit, "at": T + DAY, "about": "cough"}], folder / "visits.jsonl")
    assert run(["run", "rules.lcr", "visits.jsonl", "--out", "log.jsonl", "--quiet"]) == 0
    text = (folder / "log.jsonl").read_text()
    (folder / "log.jsonl").write_text(text.replace("cough", "gout"))
    assert run(["replay", "rules.lcr", "log.jsonl", "visits.jsonl"]) == 1
    told = capsys.readouterr().out
    assert "in `data`" in told
    assert "(private)" in told
    assert not re.search("flu|cough|gout", told)
