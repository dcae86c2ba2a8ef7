"""What was derived from a customer is erased with them, in every kind of store."""

from __future__ import annotations

import msgspec

from lifecycle_dsl.stores import Commit, Store
from lifecycle_dsl.stores.store import Answer


def commit_of(customer: str, *stages: str) -> Commit:
    """A customer who went through some stages."""
    moves = list(zip([None, *stages], stages, strict=False))
    lines = [
        msgspec.json.encode({"kind": "transition", "customer": customer, "from": s, "to": t})
        for s, t in moves
    ]
    return Commit(
        states=[(customer, None, msgspec.msgpack.encode({"stage": stages[-1]}))],
        decisions=[(customer, "transition", line) for line in lines],
        moves=dict.fromkeys(moves, 1),
    )


def test_moves_and_people_are_those_of_the_others(store: Store) -> None:
    store.commit(commit_of("anna", "lead", "customer", "lost"))
    store.commit(commit_of("bob", "lead", "customer"))
    before = store.moves(), store.population()
    store.commit(commit_of("odd\0 \u2603", "lead", "lost"))
    assert store.forget("odd\0 \u2603")
    moves = {move: people for move, people in store.moves().items() if people}
    assert (moves, store.population()) == before
    assert store.forget("anna")
    moves = {move: people for move, people in store.moves().items() if people}
    assert moves == {(None, "lead"): 1, ("lead", "customer"): 1}
    assert store.population() == {"customer": 1}


def test_messages_of_one_customer_are_found(store: Store) -> None:
    rows = [(f"k{n}", f"c{n % 3}", "sent", "email", b"%d" % n) for n in range(9)]
    store.commit(Commit(outbox=rows))
    assert [each.line for each in store.outbox(customer="c1")] == [b"1", b"4", b"7"]
    second = store.outbox(customer="c1", most=2)[-1].number
    assert [each.line for each in store.outbox(None, second, 9, "c1")] == [b"7"]
    assert store.outbox(customer="nobody") == []


def test_answers_that_name_a_customer_go_with_them(store: Store) -> None:
    answers = [
        Answer("shop:anna", 1, b"{}"),
        Answer("shop:77", 2, b'{"customer":"anna"}'),
        Answer("shop:hanna", 3, b'{"customer":"annabel"}'),
    ]
    store.commit(Commit(answers=answers))
    assert store.forget("anna")
    kept = store.answers([each.request for each in answers])
    assert [each.request for each in kept] == ["shop:hanna"]
    assert not store.forget("anna")
