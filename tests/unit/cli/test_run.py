"""`lcr run`: decisions, states, dead letters and totals, on one process or several."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lifecycle_dsl.cli.main import run
from lifecycle_dsl.inputs import pack
from tests.unit.cli.shop import lines, record, stream, written

LCR = [sys.executable, "-c", "from lifecycle_dsl.cli.main import main; main()"]


def go(folder: Path, *options: str, events: list[Any] | None = None, code: int = 0) -> list[Any]:
    rules, log = written(folder, events)
    out = folder / "out.jsonl"
    assert run(["run", str(rules), str(log), "--out", str(out), *options]) == code
    return lines(out)


def by_customer(decisions: list[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each in decisions:
        if each["kind"] != "rules":
            found.setdefault(each["customer"], []).append(each)
    return found


def test_the_log_says_first_whose_decisions_it_holds(tmp_path: Path) -> None:
    first, *rest = go(tmp_path)
    assert first["kind"] == "rules"
    assert first["lifecycle"] == "shop"
    assert len(first["fingerprint"]) == 32
    assert {each["kind"] for each in rest} == {"transition", "fired", "sent"}


def test_time_goes_on_to_the_last_event(tmp_path: Path) -> None:
    events = [
        record("a", type_="purchase"),
        record("b", "2026-03-06T12:00:00Z"),
    ]
    moves = [each.get("to") for each in go(tmp_path, events=events) if each["kind"] == "transition"]
    assert moves == ["visitor", "customer", "visitor", "sleeping"]


def test_until_ends_the_run_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = [
        record("a", type_="purchase"),
        "nonsense",
        record("b", "2026-03-06T12:00:00Z"),
        record("c", "2026-03-06T12:00:00.000001Z"),
    ]
    dead = tmp_path / "dead.jsonl"
    until = ["--until", "2026-03-06T12:00:00Z", "--dead", str(dead)]
    found = by_customer(go(tmp_path, *until, events=events))
    assert sorted(found) == ["a", "b"]
    assert found["a"][-1]["to"] == "sleeping"
    assert [each["line"] for each in lines(dead)] == [2]
    assert "later" in capsys.readouterr().err


def test_states_are_written_sorted(tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    go(tmp_path, "--state", str(state))
    found = lines(state)
    assert [each["customer"] for each in found] == sorted(f"u{n}" for n in range(40))
    assert list(found[0]) == [
        "customer", "stage", "previous", "entered", "scores", "levels", "traits", "segments",
    ]  # fmt: skip


BAD = [
    record("a"),
    "",
    '{"type": "purchse", "customer": "a"}',
    record("a", "2026-01-05T12:00:01Z", amount=1, type_="purchase"),
    "[",
    record("b", "yesterday"),
    record("b", "2026-01-05T12:00:01Z"),
]


def test_dead_letters_are_written_and_the_run_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dead = tmp_path / "dead.jsonl"
    found = by_customer(go(tmp_path, "--dead", str(dead), events=BAD))
    assert sorted(found) == ["a", "b"]
    assert [(each["line"], each["reason"]) for each in lines(dead)] == [
        (3, "no event is called `purchse`"),
        (5, "the record is no valid JSON"),
        (6, "`at` is no time such as 2026-12-31T12:00:00Z"),
    ]
    assert lines(dead)[0]["record"] == BAD[2]
    shown = capsys.readouterr().err
    assert "dead letters" in shown
    assert "no event is called `purchse`" in shown


def test_strict_ends_at_the_first_rejected_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dead = tmp_path / "dead.jsonl"
    found = by_customer(go(tmp_path, "--strict", "--dead", str(dead), events=BAD, code=3))
    assert [[each["kind"] for each in found[customer]] for customer in found] == [["transition"]]
    assert [each["line"] for each in lines(dead)] == [3]
    assert "record 3: no event is called `purchse`; the run ended there" in capsys.readouterr().err


def test_strict_is_fine_with_what_is_fine(tmp_path: Path) -> None:
    loose = go(tmp_path)
    assert go(tmp_path, "--strict") == loose


def test_totals_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = [
        record("a", id="1"),
        record("a", id="1"),
        record("a", "2026-01-05T11:00:00Z"),
        record("b", type_="profile", zone="Nowhere/Land"),
        record("b", type_="purchase"),
    ]
    go(tmp_path, events=events)
    shown = {line.split()[0]: line for line in capsys.readouterr().err.splitlines()}
    assert shown["records"].split()[1] == "5"
    assert shown["late"].split()[1] == "1"
    assert shown["duplicates"].split()[1] == "1"
    assert "unknown" in shown


def test_quiet_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    go(tmp_path, "--quiet")
    assert capsys.readouterr().err == ""


def test_another_field_names_the_customer(tmp_path: Path) -> None:
    plain = by_customer(go(tmp_path))
    events = [
        {**{k: v for k, v in each.items() if k != "customer"}, "user": int(each["customer"][1:])}
        for each in stream()
    ]
    del events[3]["user"]
    events.insert(0, record("ignored", user="7"))
    dead = tmp_path / "dead.jsonl"
    found = by_customer(go(tmp_path, "--key", "user", "--dead", str(dead), events=events))
    assert sorted(found) == sorted(customer[1:] for customer in plain)
    (letter,) = lines(dead)
    assert letter["line"] == 5
    assert letter["reason"] == "`user` is missing"
    assert json.loads(letter["record"]) == events[4]


def test_undeclared_fields_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = [record("a", colour="red"), record("b", colour="blue", type_="purchase"), record("c")]
    go(tmp_path, "--undeclared", events=events)
    shown = capsys.readouterr().err
    assert "1  visit.colour" in shown
    assert "1  purchase.colour" in shown


def test_workers_decide_the_same(tmp_path: Path) -> None:
    events: list[Any] = [*stream(), "[", {"type": "tick", "at": "2026-09-01T00:00:00Z"},
                         {"type": "tick", "at": 5}]  # fmt: skip
    alone, shared = tmp_path / "alone", tmp_path / "shared"
    found = {}
    for folder, count in ((alone, "1"), (shared, "2")):
        folder.mkdir()
        more = ["--state", str(folder / "state"), "--dead", str(folder / "dead")]
        found[folder] = go(folder, "--workers", count, *more, events=events)
    assert by_customer(found[shared]) == by_customer(found[alone])
    assert found[shared][0] == found[alone][0]
    assert (shared / "state").read_bytes() == (alone / "state").read_bytes()
    assert (shared / "dead").read_bytes() == (alone / "dead").read_bytes()
    assert len(lines(alone / "dead")) == 2


def test_frames_decide_what_lines_decide(tmp_path: Path) -> None:
    from_lines = go(tmp_path)
    rules = tmp_path / "shop.lcr"
    log = tmp_path / "events.msgpack.gz"
    packed = [msgspec.msgpack.encode(each) for each in stream()]
    log.write_bytes(gzip.compress(b"".join(pack([each], framed=True) for each in packed)))
    out = tmp_path / "frames.jsonl"
    assert run(["run", str(rules), str(log), "--out", str(out)]) == 0
    assert lines(out) == from_lines


def test_standard_input_and_output_are_a_pipe(tmp_path: Path) -> None:
    expected = go(tmp_path)
    data = (tmp_path / "events.jsonl").read_bytes()
    done = subprocess.run(
        [*LCR, "run", str(tmp_path / "shop.lcr"), "-"], input=data, capture_output=True, check=True
    )
    assert [json.loads(line) for line in done.stdout.splitlines()] == expected
    assert b"\x1b" not in done.stderr
    assert b"records" in done.stderr


def test_files_that_cannot_be_used_are_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, log = written(tmp_path)
    csv = tmp_path / "events.csv"
    csv.write_text("a,b\n")
    packed = tmp_path / "events.jsonl.gz"
    packed.write_text("no gzip")
    for arguments, text in (
        ([str(tmp_path / "none.lcr"), str(log)], "No such file"),
        ([str(rules), str(tmp_path / "none.jsonl")], "No such file"),
        ([str(rules), str(csv)], "neither .jsonl nor .msgpack"),
        ([str(rules), str(packed)], "does not unpack"),
        ([str(rules), str(log), "--out", str(tmp_path / "no" / "out")], "No such file"),
        ([str(rules), str(log), "--until", "tomorrow"], "no instant such as"),
        ([str(rules), str(log), "--workers", "0"], "workers"),
    ):
        assert run(["run", *arguments]) == 2
        assert text in capsys.readouterr().err


def test_rules_with_errors_do_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules, log = written(tmp_path)
    rules.write_text(rules.read_text().replace("on purchase: 5", "on purchse: 5"))
    assert run(["run", str(rules), str(log)]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "error[unknown-event]" in shown.err
