"""`lcr explain RULES EVENTS --customer C`: one customer's past, replayed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import msgspec
import pytest

from lifecycle_dsl.cli.main import run
from tests.unit.cli.shop import record, written

MANY = [
    *(record(f"x{number}", at="2026-01-05T08:00:00Z") for number in range(50)),
    record("u1", "2026-01-06T12:00:00Z"),
    record("u1", "2026-01-07T12:00:00Z", "purchase", amount=20),
    record("late", "2026-02-06T12:00:00Z"),
]


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What a question prints, on one line."""
    assert run(["explain", *map(str, arguments)]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_a_customer_is_explained_at_the_end_of_everybodys_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, events = written(tmp_path, MANY)
    shown = told(capsys, rules, events, "--customer", "u1")
    assert "u1 on Fri 2026-02-06 12:00 (UTC), after 2 records" in shown
    assert "In customer since Wed 2026-01-07 12:00 (30d), before that in visitor." in shown
    assert "move to sleeping on Sun 2026-03-08 12:00, in 30d." in shown


def test_an_instant_a_trigger_and_a_stage_can_be_asked_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, events = written(tmp_path, MANY)
    about = [rules, events, "--customer", "u1"]
    assert "In visitor since" in told(capsys, *about, "--at", "2026-01-06T13:00:00Z")
    assert 'sent email "welcome_warm"' in told(capsys, *about, "welcome")
    assert "The shortest way to sleeping: 1 move" in told(capsys, *about, "sleeping")


def test_the_rows_of_a_query_are_as_good_as_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("duckdb")
    rules, events = written(tmp_path, MANY)
    asked = ["--sql", f"FROM '{events}'", "--customer", "u1"]
    assert told(capsys, rules, "welcome", *asked) == told(
        capsys, rules, events, "welcome", "--customer", "u1"
    )
    assert run(["explain", str(rules), str(events), "welcome", *asked]) == 2
    assert run(["explain", str(rules), *asked[:2]]) == 2


def test_a_customer_of_a_store_is_explained_as_they_stand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, events = written(tmp_path, MANY)
    kept = ["--store", f"sqlite:///{tmp_path / 'kept.db'}"]
    assert run(["run", str(rules), str(events), *kept, "--quiet"]) == 0
    capsys.readouterr()
    shown = told(capsys, *kept, "--customer", "u1")
    assert "u1 on Wed 2026-01-07 12:00 (UTC) In customer since" in shown
    assert "a replay tells it" in told(capsys, *kept, "--customer", "u1", "welcome")
    later = told(capsys, *kept, "--customer", "u1", "--at", "2026-03-10T12:00:00Z")
    assert "In sleeping since Sun 2026-03-08 12:00 (2d)" in later
    for wrong in (["--customer", "nobody"], ["--customer", "u1", "a", "b"], []):
        assert run(["explain", *kept, *wrong]) == 2


def test_json_is_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules, events = written(tmp_path, MANY)
    shown = told(capsys, rules, events, "welcome", "--customer", "u1", "--format", "json")
    found = json.loads(shown)
    assert (found["customer"], found["records"]) == ("u1", 2)
    assert found["trigger"]["fired"]["at"] == "2026-01-07T12:00:00Z"


def test_all_kinds_of_files_and_keys_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, events = written(tmp_path, MANY)
    packed = tmp_path / "events.msgpack"
    frame = msgspec.msgpack.encode(MANY)
    packed.write_bytes(len(frame).to_bytes(4, "little") + frame)
    zipped = tmp_path / "events.jsonl.gz"
    zipped.write_bytes(gzip.compress(events.read_bytes()))
    shown = [told(capsys, rules, each, "--customer", "u1") for each in (events, packed, zipped)]
    assert shown[0] == shown[1] == shown[2]
    keyed = tmp_path / "keyed.jsonl"
    keyed.write_text(events.read_text().replace('"customer"', '"account"'))
    assert told(capsys, rules, keyed, "--customer", "u1", "--key", "account") == shown[0]


def test_malformed_records_of_the_customer_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, events = written(tmp_path, [*MANY, record("u1", type_="purchase", amount="x"), "{"])
    assert run(["explain", str(rules), str(events), "--customer", "u1"]) == 0
    assert "1 of their records were rejected" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--customer", "u11"], "is called `u11`; did you mean `u1`?"),
        (["--customer", "nobody"], "no customer of"),
        (["--customer", "u1", "welcom"], "is called `welcom`; did you mean `welcome`?"),
        (["--customer", "u1", "--at", "2026-01-01T00:00:00Z"], "had no record yet; the first is"),
        ([], "say whose past to replay"),
        (["welcome", "visitor", "--customer", "u1"], "at most one stage, trigger or attribution"),
    ],
)
def test_what_is_not_there_is_wrong_usage(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, events = written(tmp_path, MANY)
    assert run(["explain", str(rules), str(events), *arguments]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_broken_rules_and_missing_files_end_as_everywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, events = written(tmp_path, MANY)
    assert run(["explain", str(rules), "nowhere.jsonl", "--customer", "u1"]) == 2
    rules.write_text("lifecycle x\nstage")
    assert run(["explain", str(rules), str(events), "--customer", "u1"]) == 1
    assert "error" in capsys.readouterr().err
