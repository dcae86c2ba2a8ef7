"""New rules decide beside the running ones, and nothing is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.cli.main import run
from lifecycle_dsl.stores import OtherRulesError, Store, StoredEngine, open_store
from lifecycle_dsl.stores.shadow import Shadow

T = 1_767_571_200_000_000
DAY = 86_400_000_000
OLD = """
lifecycle shop
event visit
event order
channel email { }
stage lead {
  -> buyer on order
}
stage buyer {
  -> lost after 30d without visit
}
stage lost
start { -> lead }
trigger hello {
  on visit
  once
  do {
    wait 3d as rest
    send email "hello"
  }
}
"""
NEW = OLD.replace("buyer", "customer").replace("stage customer", "stage customer was buyer")
NEW = NEW.replace("30d", "20d").replace("once", "at most 1 per 7d")


def visit(customer: str, day: float) -> dict[str, Any]:
    return {"type": "visit", "customer": customer, "at": T + int(day * DAY)}


def running(old: str, new: str) -> tuple[StoredEngine, Shadow, Store]:
    store = open_store("memory:")
    engine = StoredEngine(lcr.compile(old), store)
    engine.process(visit("ann", 0))
    engine.process({**visit("ann", 1), "type": "order"})
    shadow = Shadow(lcr.compile(new), engine, open_store("memory:"))
    engine.beside = shadow
    return engine, shadow, store


def test_the_same_rules_decide_the_same() -> None:
    engine, shadow, _ = running(OLD, OLD)
    engine.process(visit("bob", 2))
    engine.advance(T + 90 * DAY)
    assert shadow.compared.old == shadow.compared.new
    assert shadow.compared.old["sent hello by email"] == 2
    assert not shadow.compared.differing


def test_what_differs_is_counted_under_the_new_names() -> None:
    engine, shadow, store = running(OLD, NEW)
    engine.process({**visit("bob", 2), "type": "order"})
    engine.advance(T + 20 * DAY)
    engine.process(visit("ann", 20.5))
    engine.advance(T + 28 * DAY)
    found = shadow.compared
    assert found.old["moved lead -> customer"] == found.new["moved lead -> customer"] == 1
    assert (found.old["moved customer -> lost"], found.new["moved customer -> lost"]) == (0, 1)
    assert (found.old["fired hello"], found.new["fired hello"]) == (0, 1)
    assert found.differing == {"ann", "bob"}
    ann = next(each for each in found.examples if each.customer == "ann")
    assert (ann.old, ann.new) == (("held hello (once)",), ("fired hello",))
    assert store.population() == {"buyer": 2}  # nothing of it was done
    assert [m.customer for m in store.outbox()] == ["ann"]


def test_trouble_in_the_shadow_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, shadow, store = running(OLD, NEW)

    def broken(_data: bytes) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(shadow._engine, "process_batch", broken)
    engine.process(visit("bob", 2))
    assert shadow.compared.trouble == "the shadow ended: oh"
    engine.process(visit("cid", 3))
    assert store.population() == {"buyer": 1, "lead": 2}


def test_rules_that_strand_people_are_refused_in_the_shadow_too(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    with pytest.raises(OtherRulesError, match="1 in stage buyer; say `retired buyer -> STAGE`"):
        running(OLD, OLD.replace("buyer", "client"))
    (tmp_path / "old.lcr").write_text(OLD)
    (tmp_path / "new.lcr").write_text(OLD.replace("lead", "prospect"))
    (tmp_path / "events.jsonl").write_text(f'{{"type":"visit","customer":"ann","at":{T}}}\n')
    command = ["run", str(tmp_path / "old.lcr"), str(tmp_path / "events.jsonl")]
    command += ["--store", f"sqlite:///{tmp_path}/s.db"]
    assert run(command) == 0
    assert run([*command, "--shadow", str(tmp_path / "new.lcr")]) == 2
    assert "no place for customers who stand 1 in stage lead" in (
        capfdbinary.readouterr().err.decode()
    )


def test_a_run_tells_what_its_shadow_would_have_decided(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "old.lcr").write_text(OLD)
    (tmp_path / "new.lcr").write_text(NEW)
    events = tmp_path / "events.jsonl"
    lines = [
        f'{{"type":"{kind}","customer":"ann","at":{T + day * DAY}}}'
        for kind, day in (("visit", 0), ("visit", 8), ("order", 9), ("visit", 60))
    ]
    events.write_text("\n".join(lines) + "\n")
    options = ["--store", f"sqlite:///{tmp_path}/s.db", "--shadow", str(tmp_path / "new.lcr")]
    assert run(["run", str(tmp_path / "old.lcr"), str(events), *options]) == 0
    told = capfdbinary.readouterr().err.decode()
    assert "           1             3 * fired hello" in told
    assert "differently about 1 customer" in told
