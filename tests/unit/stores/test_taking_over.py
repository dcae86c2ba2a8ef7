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
    kept,
    open_store,
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


def contents(store: Store) -> tuple[object, ...]:
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
    with StoredEngine(lcr.compile(new), store) as engine:
        assert store.population() == {"buyer": 1, "lead": 4}
        engine.process({"type": "visit", "customer": "u0003", "at": T + DAY})
        assert store.population() == {"buyer": 1, "lead": 3, "prospect": 1}
        engine.advance(T + 2 * DAY)
        assert store.population() == {"buyer": 1, "prospect": 4}
    moved = [each for each in store.decisions() if b'"rule":"retired"' in each.line]
    assert [each.customer for each in moved] == ["u0003", "u0001", "u0002", "u0004"]


def test_another_lifecycle_is_refused() -> None:
    store = open_store("memory:")
    filled(store)
    with pytest.raises(OtherLifecycleError, match="keeps the lifecycle shop, not club"):
        StoredEngine(lcr.compile(OLD.replace("lifecycle shop", "lifecycle club")), store)


def test_nobody_is_touched_before_they_are_needed(store: Store) -> None:
    filled(store)
    before = store.people("", 100)
    with StoredEngine(lcr.compile(NEW), store) as engine:
        assert store.people("", 100) == before
        engine.process({"type": "order", "customer": "u0001", "at": T + DAY})
        changed = [a for a, b in zip(store.people("", 100), before, strict=True) if a != b]
        assert [name for name, _ in changed] == ["u0001"]
        assert engine.customer("u0000").stage == "customer"
        assert store.population() == {"customer": 2, "lead": 3}


class StoppedError(Exception):
    pass


THIRD = NEW.replace("stage lead", "stage prospect was lead").replace("-> lead", "-> prospect")
RETIRING = WITHOUT_LEADS + "retired lead -> prospect\n"
RENAMED_AGAIN = RETIRING.replace("stage prospect", "stage hopeful was prospect").replace(
    "-> prospect", "-> hopeful"
)


@pytest.mark.parametrize("chain", [[NEW], [RETIRING], [NEW, THIRD], [RETIRING, RENAMED_AGAIN]])
@pytest.mark.parametrize("stop", range(4))
def test_a_change_that_was_stopped_goes_on_where_it_was(
    store: Store, stop: int, chain: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "CARRIED", 2)
    calm = open_store("memory:")
    filled(calm)
    filled(store)
    for text in chain:
        carry_over(calm, text)
        StoredEngine(lcr.compile(text), store).close()
    keep, left = store.commit, [stop]

    def counted(commit: Commit) -> None:
        if not left[0]:
            raise StoppedError
        left[0] -= 1
        keep(commit)

    with monkeypatch.context() as patched:
        patched.setattr(store, "commit", counted)
        with pytest.raises(StoppedError):
            carry_over(store, chain[-1])
    with StoredEngine(lcr.compile(chain[-1]), store) as engine:
        engine.process({"type": "visit", "customer": "u0002", "at": T + DAY})
    with StoredEngine(lcr.compile(chain[-1]), calm) as engine:
        engine.process({"type": "visit", "customer": "u0002", "at": T + DAY})
    carry_over(store, chain[-1])
    assert contents(store)[1:] == contents(calm)[1:]
    assert told(store, chain[-1]) == told(calm, chain[-1])
    rules = store.rules()
    assert rules is not None
    assert rules.number == len(chain)
    assert rules.changes == ()


@pytest.mark.parametrize("chain", [[NEW], [RETIRING], [NEW, THIRD], [RETIRING, RENAMED_AGAIN]])
@pytest.mark.parametrize("carried", [False, True])
def test_who_is_forgotten_is_counted_no_longer_whatever_stages_are_called(
    store: Store, chain: list[str], *, carried: bool
) -> None:
    filled(store)
    for text in chain:
        StoredEngine(lcr.compile(text), store).close()
    if carried:
        carry_over(store, chain[-1])
    for name, _ in store.people("", 100):
        assert store.forget(name)
    assert store.population() == {}
    assert set(store.moves().values()) == {0}


def carry_over(store: Store, text: str) -> None:
    with StoredEngine(lcr.compile(text), store) as engine:
        for _ in engine.carrying():
            pass


def told(store: Store, text: str) -> object:
    """What is kept of everybody, by their names; stages by the names that they have now."""
    with StoredEngine(lcr.compile(text), store) as engine:
        states = list(engine.states())
    each = {state["customer"]: store.decisions(state["customer"]) for state in states}
    now = (b"prospect", b"hopeful") if "hopeful" in text else (b"", b"")
    return states, {n: [d.line.replace(*now) for d in found] for n, found in each.items()}


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
    with StoredEngine(edited, store) as engine:
        assert list(engine.carrying()) == []
        assert (store.people("", 10_000), store.population(), store.moves()) == before
    found = store.rules()
    assert found is not None
    assert (found.fingerprint, found.number) == (edited.fingerprint, 0)
