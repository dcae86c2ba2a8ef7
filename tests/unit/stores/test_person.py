"""`lcr export` and `lcr forget`: all that is kept of a customer, and nothing of them any more."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from lifecycle_dsl.cli.main import run
from lifecycle_dsl.stores import Commit, open_store
from lifecycle_dsl.stores.store import Answer
from tests.unit.stores.shop import arguments, record, rows, stream, write_events, write_rules

HOSTILE = [
    "u7; DROP TABLE customers; --",
    '"quoted" \\ \x1b[31mred',
    "line\nbreak\tand\0nul",
    "café ☃ \U0001f600",
    "%",
    "x" * 4_096,
]


@pytest.fixture
def url(tmp_path: Path) -> str:
    rules = write_rules(tmp_path)
    extra = [record(name, n, "purchase", amount=99) for n, name in enumerate(HOSTILE)]
    events = write_events(tmp_path / "e.msgpack", [*stream(80), *extra])
    assert run(arguments(tmp_path / "kept", rules, events)) == 0
    return f"sqlite:///{tmp_path}/kept/store.db"


def on_disk(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in sorted((folder / "kept").glob("store.db*")))


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def exported(url: str, name: str, out: Path) -> Any:
    assert run(["export", name, "--store", url, "--out", str(out)]) == 0
    return json.loads(out.read_bytes())


@pytest.mark.parametrize("name", ["u8", *HOSTILE])
def test_an_export_holds_all_that_is_kept(url: str, name: str, tmp_path: Path) -> None:
    found = exported(url, name, tmp_path / "x.json")
    assert found["customer"] == name
    assert found["lifecycle"] == "shop"
    states = lines(tmp_path / "kept/state.jsonl")
    (state,) = [each for each in states if each["customer"] == name]
    at = found["state"].pop("at")
    faded = {"scores": 0, "levels": 0}  # there they are as of the end
    assert {**state, **faded} == {**found["state"], **faded}
    assert at <= "2026-02-16T05:00:00Z"
    assert found["state"]["traits"] == {"name": "unknown"}
    mine = [each for each in lines(tmp_path / "kept/out.jsonl") if each.get("customer") == name]
    assert found["decisions"] == mine
    acted = [each for each in mine if each["kind"] in {"sent", "called"}]
    assert [each["decision"] for each in found["messages"]] == acted
    assert {each["status"] for each in found["messages"]} <= {"waiting"}


def test_an_export_shows_journeys_that_wait(url: str, tmp_path: Path) -> None:
    del url
    rules = write_rules(tmp_path)
    events = write_events(tmp_path / "f.jsonl", [record("a", 1, "purchase")])
    assert run(arguments(tmp_path / "other", rules, events)) == 0
    found = exported(f"sqlite:///{tmp_path}/other/store.db", "a", tmp_path / "x.json")
    assert found["journeys"] == [{"trigger": "welcome", "step": "wait1"}]


@pytest.mark.parametrize("name", ["u8", *HOSTILE])
def test_nothing_of_a_forgotten_customer_is_left(
    url: str, name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before, path = rows(tmp_path / "kept/store.db"), tmp_path / "kept/store.db"
    name_, quoted = name[:48], json.dumps(name[:48])[1:-1].encode()
    assert quoted in on_disk(tmp_path) or name_.encode() in on_disk(tmp_path)
    assert run(["forget", name, "--store", url]) == 0
    said = capfd.readouterr().out
    assert "erased" in said
    assert "their state" in said
    assert "\x1b" not in said
    after = rows(path)
    for table, column in (("customers", 0), ("decisions", 1), ("outbox", 2)):
        kept = [row for row in before[table] if row[column] != name]
        assert after[table] == kept, table
        assert len(kept) < len(before[table])
    if name != "%":  # which is in many other things
        found = on_disk(tmp_path)
        assert name_.encode() not in found
        assert quoted not in found
    assert run(["forget", name, "--store", url]) == 1
    assert run(["export", name, "--store", url]) == 1


def test_figures_are_those_of_the_others(url: str, tmp_path: Path) -> None:
    for name in [*HOSTILE, "u8", "u12"]:
        assert run(["forget", name, "--store", url]) == 0
    found = rows(tmp_path / "kept/store.db")
    moves: Counter[tuple[str, str]] = Counter()
    for _, _, kind, line in found["decisions"]:
        if kind == "transition":
            each = json.loads(line)
            moves[each["from"] or "", each["to"]] += 1
    assert {(source, target): n for source, target, n in found["moves"] if n} == moves
    people = Counter(target for _, target in moves.elements())
    people.subtract(source for source, _ in moves.elements())
    assert dict(found["population"]) == {stage: n for stage, n in people.items() if n and stage}
    assert sum(dict(found["population"]).values()) == len(found["customers"])


def test_answers_that_name_a_customer_are_forgotten(url: str) -> None:
    store = open_store(url)
    answers = [
        Answer("shop:u8", 1, b"{}"),
        Answer("shop:order-77", 2, b'{"rejected":[{"reason":"u8"}],"customer":"u8"}'),
        Answer("shop:u80", 3, b'{"customer":"u80"}'),
        Answer("shop:xu8", 4, b"{}"),
    ]
    store.commit(Commit(answers=answers))
    store.close()
    assert run(["forget", "u8", "--store", url]) == 0
    store = open_store(url)
    kept = store.answers([each.request for each in answers])
    store.close()
    assert sorted(each.request for each in kept) == ["shop:u80", "shop:xu8"]


def test_nobody_is_forgotten_while_a_run_has_them_in_memory(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    holder = open_store(url)
    holder.acquire()
    try:
        assert run(["forget", "u8", "--store", url]) == 2
        assert "stop that first, or ask the service" in capsys.readouterr().err
        assert run(["export", "u8", "--store", url]) == 0  # one may look
    finally:
        holder.close()
    assert run(["forget", "u8", "--store", url]) == 0


def test_who_is_forgotten_may_come_again(url: str, tmp_path: Path) -> None:
    assert run(["forget", "u8", "--store", url]) == 0
    rules = tmp_path / "shop.lcr"
    events = write_events(tmp_path / "later.jsonl", [record("u8", 2_000)])
    assert run(["run", str(rules), str(events), "--store", url, "--quiet"]) == 0
    found = exported(url, "u8", tmp_path / "x.json")
    assert [each["kind"] for each in found["decisions"]] == ["transition"]


@pytest.mark.parametrize("command", ["forget", "export"])
def test_names_and_stores_that_are_not_there(
    command: str, tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "u\udcff\x1b[31m", "--store", url]) == 1
    assert "keeps nothing of" in (said := capsys.readouterr().err)
    assert "\x1b" not in said
    assert run([command, "u8", "--store", f"sqlite:///{tmp_path}/none.db"]) == 2
    assert "there is no such file; `lcr run --store` makes a store" in capsys.readouterr().err
    assert not (tmp_path / "none.db").exists()
    assert run([command, "u8", "--store", "u8.db"]) == 2
    assert run([command, "u8", "--store", f"sqlite:///{tmp_path}/e.msgpack"]) == 2
    assert "it is no store, or it is damaged" in capsys.readouterr().err
