"""Rules take over a store: whole, once, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.stores import (
    Commit,
    OtherLifecycleError,
    OtherRulesError,
    Store,
    StoredEngine,
    StoreError,
    open_store,
    taking_over,
)
from lifecycle_dsl.stores.store import Rules

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
stage buyer
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
NEW = OLD.replace("stage buyer", "stage customer was buyer").replace("-> buyer", "-> customer")
NEW = NEW.replace("wait 3d", "wait 1d")
WITHOUT_LEADS = OLD.replace("stage lead", "stage prospect").replace("-> lead", "-> prospect")


def visits(count: int) -> list[dict[str, Any]]:
    return [{"type": "visit", "customer": f"u{n:04}", "at": T + n} for n in range(count)]


def filled(store: Store, count: int = 5) -> None:
    with StoredEngine(lcr.compile(OLD), store) as engine:
        for record in visits(count):
            engine.process(record)
        engine.process({"type": "order", "customer": "u0000", "at": T + DAY})


def contents(store: Store) -> object:
    rules = store.rules()
    return store.people("", 10_000), store.population(), store.moves(), rules and rules.fingerprint


def test_everybody_goes_on_under_the_new_rules() -> None:
    store = open_store("memory:")
    filled(store)
    with StoredEngine(lcr.compile(NEW), store) as engine:
        assert store.population() == {"customer": 1, "lead": 4}
        assert store.moves() == {(None, "lead"): 5, ("lead", "customer"): 1}
        sent = [each for each in engine.advance(T + 2 * DAY) if isinstance(each, lcr.Sent)]
        assert [each.at[:10] for each in sent] == ["2026-01-06"] * 5
    rules = store.rules()
    assert rules is not None
    assert rules.fingerprint == lcr.compile(NEW).fingerprint
    assert list(rules.sources.values()) == [NEW]


def test_rules_that_strand_people_are_refused_and_nothing_is_changed() -> None:
    store = open_store("memory:")
    filled(store)
    before = contents(store)
    with pytest.raises(OtherRulesError, match="4 in stage lead; say `retired lead -> STAGE`"):
        StoredEngine(lcr.compile(WITHOUT_LEADS), store)
    assert contents(store) == before
    with pytest.raises(OtherRulesError, match=r"5 at step hello.rest; say `retired hello.rest ->"):
        StoredEngine(lcr.compile(OLD.replace("as rest", "")), store)
    assert contents(store) == before
    StoredEngine(lcr.compile(OLD), store).close()  # the old ones still run


def test_people_of_a_retired_stage_are_counted_where_they_go() -> None:
    store = open_store("memory:")
    filled(store)
    new = WITHOUT_LEADS + "retired lead -> prospect\n"
    with StoredEngine(lcr.compile(new), store):
        assert store.population() == {"buyer": 1, "prospect": 4}
    moved = [each for each in store.decisions() if b'"rule":"retired"' in each.line]
    assert [each.customer for each in moved] == ["u0001", "u0002", "u0003", "u0004"]


def test_another_lifecycle_is_refused() -> None:
    store = open_store("memory:")
    filled(store)
    with pytest.raises(OtherLifecycleError, match="keeps the lifecycle shop, not club"):
        StoredEngine(lcr.compile(OLD.replace("lifecycle shop", "lifecycle club")), store)


class StoppedError(Exception):
    pass


@pytest.mark.parametrize("new", [NEW, WITHOUT_LEADS + "retired lead -> prospect\n"])
@pytest.mark.parametrize("stop", range(5))
def test_a_change_that_was_stopped_goes_on_where_it_was(
    stop: int, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_over, "PAGE", 2)
    calm, hard = open_store("memory:"), open_store("memory:")
    filled(calm)
    filled(hard)
    with StoredEngine(lcr.compile(new), calm):
        pass
    keep, rename = hard.commit, hard.set_rules
    left = [stop]

    def counted(call: Any, *arguments: Any) -> None:
        if not left[0]:
            raise StoppedError
        left[0] -= 1
        call(*arguments)

    monkeypatch.setattr(hard, "commit", lambda commit: counted(keep, commit))
    monkeypatch.setattr(hard, "set_rules", lambda *rules: counted(rename, *rules))
    with pytest.raises(StoppedError):
        StoredEngine(lcr.compile(new), hard)
    monkeypatch.setattr(hard, "commit", keep)
    monkeypatch.setattr(hard, "set_rules", rename)
    if 0 < stop < 4:  # people are of two kinds
        with pytest.raises(OtherRulesError, match="is being changed to other rules"):
            StoredEngine(lcr.compile(OLD), hard)
    with StoredEngine(lcr.compile(new), hard):
        pass
    assert contents(hard) == contents(calm)
    third = new.replace("wait 1d", "wait 2d").replace("wait 3d", "wait 4d")
    with StoredEngine(lcr.compile(third), hard) as engine:
        assert engine.customer("u0001").journeys == [("hello", "rest")]


def test_a_store_whose_rules_cannot_be_read_says_so() -> None:
    store = open_store("memory:")
    filled(store)
    rules = store.rules()
    assert rules is not None
    store.set_rules(Rules("shop", "other", {"rules.lcr": "lifecycle shop {"}))
    with pytest.raises(OtherRulesError, match="cannot be read by this version"):
        StoredEngine(lcr.compile(NEW), store)


def test_a_commit_that_fails_changes_nothing() -> None:
    store = open_store("memory:")
    filled(store)
    before = contents(store)
    with StoredEngine(lcr.compile(OLD), store) as engine:

        def refuse(_commit: Commit) -> None:
            raise StoreError("no room")

        records = [engine.ruleset.records.convert(each) for each in visits(9)]
        with pytest.raises(StoreError, match="no room"):
            engine.process_records(records, before_commit=refuse)
        assert contents(store) == before
        engine.process_records(records)
        assert store.population() == {"buyer": 1, "lead": 8}


def test_an_edit_that_leaves_customers_alone_touches_none(store: Store) -> None:
    filled(store)
    before = store.people("", 10_000), store.population(), store.moves()
    edited = lcr.compile(OLD.replace('"hello"', '"good day"'))
    kept: list[Commit] = []
    with StoredEngine(edited, store, before_commit=kept.append):
        assert (store.people("", 10_000), store.population(), store.moves()) == before
    assert kept == []
    found = store.rules()
    assert found is not None
    assert found.fingerprint == edited.fingerprint
