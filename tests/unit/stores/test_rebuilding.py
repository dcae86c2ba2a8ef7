"""Memory that new rules keep is refilled from the log of events, and nothing else happens."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

import lifecycle_dsl as lcr
from lifecycle_dsl.cli.main import run as lcr_run
from lifecycle_dsl.stores import StoredEngine, open_store, rebuilding

T = 1_767_571_200_000_000
HOUR = 3_600_000_000
OLD = """
lifecycle shop
event visit
event order { amount: money = 0 }
channel email { }
stage lead { -> buyer on order }
stage buyer
start { -> lead }
trigger hello { on visit  once  do { send email "hello" } }
"""
NEW = (
    OLD
    + """
segment big = sum(amount of order within 30d) > 100
trigger grown { on enter big  do { send email "big" } }
trigger often { on visit  when count(visit within 7d) >= 4  do { send email "often" } }
trigger mailed { on visit  when count(sent email) >= 9  do { send email "ninth" } }
"""
)
MORE = NEW.replace("within 7d) >= 4", "within 7d) >= 6")


def events(count: int) -> list[dict[str, Any]]:
    made = []
    for n in range(count):
        kind = {"type": "order", "amount": 40} if n % 3 == 2 else {"type": "visit"}
        made.append({**kind, "customer": f"u{n % 5}", "at": T + n * HOUR})
    return made


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@frozen
class Done:
    exit_code: int
    output: str


def run(*arguments: object) -> Done:
    """`lcr run`, and what it tells."""
    told = StringIO()
    with redirect_stderr(told), redirect_stdout(TextIOWrapper(BytesIO())):
        code = lcr_run(["run", *map(str, arguments)])
    return Done(code, told.getvalue())


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with rules, and a store that has handled a log."""
    (tmp_path / "old.lcr").write_text(OLD, encoding="utf-8")
    (tmp_path / "new.lcr").write_text(NEW, encoding="utf-8")
    log = written(tmp_path / "log.jsonl", events(60))
    assert run(tmp_path / "old.lcr", log, "--store", url(tmp_path)).exit_code == 0
    return tmp_path


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'store.db'}"


def contents(folder: Path) -> tuple[object, ...]:
    store = open_store(url(folder))
    try:
        return store.decisions(most=9_999), store.outbox(), store.population(), store.moves()
    finally:
        store.close()


def memory(folder: Path, rules: str) -> dict[str, dict[str, Any]]:
    """What the present rules remember of events, by customer."""
    ruleset, store = lcr.compile(rules), open_store(url(folder))
    slots = {
        term.text: slot
        for term, slot in ruleset.compiled.layout.memory.items()
        if not term.happenings.changes
    }
    found = {}
    with StoredEngine(ruleset, store) as engine:
        for name, _ in store.people("", 100):
            engine.customer(name)
            state = engine._engine.state(name)
            found[name] = {text: getattr(state, slot) for text, slot in slots.items()}
    store.close()
    return found


def from_the_beginning(rules: str, rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    ruleset = lcr.compile(rules)
    engine = lcr.Engine(ruleset)
    for row in rows:
        engine.process(row)
    return {
        name: {
            term.text: getattr(engine.state(name), slot)
            for term, slot in ruleset.compiled.layout.memory.items()
            if not term.happenings.changes
        }
        for name in engine.customers()
    }


def test_everything_new_is_remembered_and_nothing_is_decided(shop: Path) -> None:
    before = contents(shop)
    done = run(shop / "new.lcr", "--store", url(shop), "--rebuild", shop / "log.jsonl")
    assert done.exit_code == 0, done.output
    assert "rebuilt the memory of 5 of 5 customers from 60 records:" in done.output
    assert "count(visit within 7d)" in done.output
    assert "not count(sent email), of which events alone say nothing" in done.output
    assert contents(shop) == before
    assert memory(shop, NEW) == from_the_beginning(NEW, events(60))


def test_a_segment_that_is_so_by_what_is_refilled_is_entered_in_silence(shop: Path) -> None:
    run(shop / "new.lcr", "--store", url(shop), "--rebuild", shop / "log.jsonl")
    store = open_store(url(shop))
    with StoredEngine(lcr.compile(NEW), store) as engine:
        decided = engine.advance(T + 61 * HOUR)
        assert decided == []
        decided = engine.process({"type": "visit", "customer": "u1", "at": T + 61 * HOUR})
    assert [each.template for each in decided if isinstance(each, lcr.Sent)] == ["often"]
    store.close()


def test_what_the_store_has_not_handled_yet_is_left_out(shop: Path) -> None:
    written(shop / "log.jsonl", events(90))  # it has grown since
    done = run(
        shop / "new.lcr",
        shop / "log.jsonl",
        *("--store", url(shop), "--rebuild", shop / "log.jsonl", "--out", shop / "out.jsonl"),
    )
    assert done.exit_code == 0, done.output
    assert "from 60 records" in done.output
    assert memory(shop, NEW) == from_the_beginning(NEW, events(90))


def test_counts_that_need_more_entries_are_refilled_too(shop: Path) -> None:
    run(shop / "new.lcr", "--store", url(shop), "--rebuild", shop / "log.jsonl")
    (shop / "new.lcr").write_text(MORE, encoding="utf-8")
    done = run(shop / "new.lcr", "--store", url(shop), "--rebuild", shop / "log.jsonl")
    assert "count(visit within 7d)" in done.output
    assert "sum(" not in done.output
    assert memory(shop, MORE) == from_the_beginning(MORE, events(60))


def test_a_log_with_more_or_less_than_was_handled_is_refused(shop: Path) -> None:
    before = contents(shop)
    other = written(shop / "other.jsonl", events(59))
    done = run(shop / "new.lcr", "--store", url(shop), "--rebuild", other)
    assert done.exit_code == 2
    assert "has handled 60 records, and the events to rebuild from are 59" in done.output
    assert contents(shop) == before
    again = run(shop / "new.lcr", "--store", url(shop), "--rebuild", written(other, events(60)))
    assert again.exit_code == 0, again.output
    assert memory(shop, NEW) == from_the_beginning(NEW, events(60))


def test_a_rebuild_that_was_stopped_is_done_again(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "PAGE", 2)
    amend, left = StoredEngine.amend, [1]

    def stopped(engine: StoredEngine, *arguments: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        amend(engine, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(StoredEngine, "amend", stopped)
        run(shop / "new.lcr", "--store", url(shop), "--rebuild", shop / "log.jsonl")
    assert memory(shop, NEW) != from_the_beginning(NEW, events(60))
    done = run(shop / "new.lcr", "--store", url(shop), "--rebuild", shop / "log.jsonl")
    assert done.exit_code == 0, done.output
    assert memory(shop, NEW) == from_the_beginning(NEW, events(60))


def test_rebuilding_needs_a_store(shop: Path) -> None:
    done = run(shop / "new.lcr", "--rebuild", shop / "log.jsonl")
    assert done.exit_code == 2
    assert "--rebuild" in done.output
