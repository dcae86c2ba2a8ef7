"""What every store does, method by method, whichever it is."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from lifecycle_dsl.stores import Commit, Delivery, Store, StoreError, Written
from lifecycle_dsl.stores.leases import shard_of
from lifecycle_dsl.stores.store import ONE, Answer, Rules, everyone

Opening = Callable[[str], Store]

LONG = "long " * 819
NAMES = ["anna", "Zoë", "b\0ob", "\x1amark", "ab\x1a", "a'b\"c\\", "𝒳", " ", LONG, LONG + "!", "%s"]
"""Customers as they come: any character, up to 4,096 of them."""


def state(name: str, stage: str = "lead", size: int = 0) -> bytes:
    return msgspec.msgpack.encode({"customer": name, "stage": stage, "pad": "x" * size})


def line(name: str, number: int) -> bytes:
    return msgspec.json.encode({"kind": "sent", "customer": name, "number": number})


def states(*rows: tuple[str, int | None]) -> Commit:
    return Commit(states=[(name, due, state(name)) for name, due in rows])


def message(name: str, number: int, destination: str = "email") -> tuple[str, str, str, str, bytes]:
    return f"key{number}", name, "sent", destination, line(name, number)


# ---- who runs rules here


def test_a_store_is_held_until_it_is_released(store: Store) -> None:
    assert sorted(store.owned()) == list(range(store.shards))
    store.share()
    assert len(store.owned()) == store.shards
    store.release()
    assert not store.owned()


def test_what_is_released_can_be_held_again(store: Store) -> None:
    store.release()
    store.acquire()
    assert len(store.owned()) == store.shards
    store.commit(states(("anna", 1)))


def test_releasing_what_is_not_held_does_nothing(url: str, opened: Opening) -> None:
    fresh = opened(url)
    fresh.release()
    assert not fresh.owned()


# ---- rules


def test_a_new_store_has_no_rules(store: Store) -> None:
    assert store.rules() is None


def test_rules_are_kept_with_their_sources(store: Store) -> None:
    first = Rules("shop", "f1", {"shop.lcr": 'lifecycle shop # "ü"\n', "more.lcr": ""})
    store.set_rules(first)
    assert store.rules() == first
    second = Rules("shop", "f2", {})
    store.set_rules(second)
    assert store.rules() == second


# ---- customers


def test_states_come_back_as_they_were_kept(store: Store) -> None:
    store.commit(states(*((name, place) for place, name in enumerate(NAMES))))
    assert dict(store.load(NAMES)) == {name: state(name) for name in NAMES}
    assert list(store.load(["nobody"])) == []
    assert list(store.load([])) == []
    assert dict(store.load(["nobody", "Zoë"])) == {"Zoë": state("Zoë")}


def test_a_later_state_takes_the_place_of_an_earlier_one(store: Store) -> None:
    store.commit(states(("anna", 5)))
    store.commit(Commit(states=[("anna", None, state("anna", "customer"))]))
    assert dict(store.load(["anna"])) == {"anna": state("anna", "customer")}
    assert store.due(10, (-1, ""), 10) == []


def test_a_large_state_comes_back(store: Store) -> None:
    large = state("anna", size=3_000_000)
    store.commit(Commit(states=[("anna", None, large)]))
    assert dict(store.load(["anna"])) == {"anna": large}


def test_thousands_are_kept_and_loaded_at_once(store: Store) -> None:
    names = [f"u{number}" for number in range(3_000)]
    store.commit(states(*((name, None) for name in names)))
    assert dict(store.load(names)) == {name: state(name) for name in names}


def test_who_is_due_comes_in_order(store: Store) -> None:
    store.commit(states(("b", 2), ("a", 2), ("c", 1), ("d", 9), ("e", None)))
    assert store.due(2, (-1, ""), 10) == [(1, "c"), (2, "a"), (2, "b")]
    assert store.due(2, (1, "c"), 1) == [(2, "a")]
    assert store.due(2, (2, "a"), 10) == [(2, "b")]
    assert store.due(9, (2, "b"), 10) == [(9, "d")]
    assert store.due(0, (-1, ""), 10) == []


def test_who_is_due_is_found_page_by_page(store: Store) -> None:
    store.commit(states(*((name, place // 3) for place, name in enumerate(NAMES))))
    found: list[tuple[int, str]] = []
    after = (-(1 << 62), "")
    while page := store.due(100, after, 2):
        found += page
        after = page[-1]
    assert sorted(found) == sorted((place // 3, name) for place, name in enumerate(NAMES))
    assert [due for due, _ in found] == sorted(due for due, _ in found)


def test_everybody_is_found_page_by_page(store: Store) -> None:
    store.commit(states(*((name, None) for name in NAMES)))
    found = list(everyone(store, 2))
    assert sorted(found) == sorted((name, state(name)) for name in NAMES)
    short = [name for name, _ in found if name in {"anna", "Zoë", "𝒳", " ", "%s"}]
    assert short == sorted(short)
    assert store.people("zzz", 10) == [("𝒳", state("𝒳"))]


# ---- commits


def test_a_commit_is_kept_whole(store: Store) -> None:
    store.commit(
        Commit(
            states=[("anna", 7, state("anna"))],
            decisions=[("anna", "sent", line("anna", 1))],
            outbox=[message("anna", 1)],
            moves={(None, "lead"): 1},
            places={("events", ONE): (5, "x")},
            counts={"records": 3},
            clock=70,
            answers=[Answer("r1", 9, b"yes")],
        )
    )
    assert dict(store.load(["anna"])) == {"anna": state("anna")}
    assert [each.line for each in store.decisions()] == [line("anna", 1)]
    assert [each.key for each in store.outbox()] == ["key1"]
    assert store.moves() == {(None, "lead"): 1}
    assert store.population() == {"lead": 1}
    assert store.place("events") == (5, "x")
    assert store.counts() == {"records": 3}
    assert store.clock() == 70
    assert store.answers(["r1"]) == [Answer("r1", 9, b"yes")]


def test_a_commit_that_fails_leaves_nothing(store: Store) -> None:
    store.commit(Commit(answers=[Answer("r1", 1, b"first")]))
    with pytest.raises(StoreError):
        store.commit(
            Commit(
                states=[("anna", 7, state("anna"))],
                decisions=[("anna", "sent", line("anna", 1))],
                outbox=[message("anna", 1)],
                moves={(None, "lead"): 1},
                places={("events", ONE): (5,)},
                counts={"records": 3},
                clock=70,
                answers=[Answer("r1", 2, b"second")],
            )
        )
    assert list(store.load(["anna"])) == []
    assert store.decisions() == []
    assert store.outbox() == []
    assert store.moves() == {}
    assert store.population() == {}
    assert store.place("events") is None
    assert store.counts() == {}
    assert store.clock() is None
    assert store.answers(["r1"]) == [Answer("r1", 1, b"first")]
    store.commit(states(("anna", 7)))
    assert store.due(7, (-1, ""), 10) == [(7, "anna")]


def test_an_empty_commit_is_none(store: Store) -> None:
    store.commit(Commit())
    assert store.counts() == {}
    assert store.clock() is None


def test_places_are_kept_by_source(store: Store) -> None:
    odd = "s\0" + "/very/long" * 400
    store.commit(Commit(places={("a", ONE): (1, "x", 1 << 60), (odd, ONE): ("1-2",)}))
    assert store.place("a") == (1, "x", 1 << 60)
    assert store.place(odd) == ("1-2",)
    assert store.place("b") is None
    store.commit(Commit(places={("a", ONE): (2, "y")}))
    assert store.place("a") == (2, "y")
    assert store.place("a", store.shards) is None


def test_the_clock_never_goes_back(store: Store) -> None:
    for clock in (50, 40, None, 60):
        store.commit(Commit(clock=clock))
    assert store.clock() == 60


def test_counts_are_added_up(store: Store) -> None:
    store.commit(Commit(counts={"records": 3, "late": 1}))
    store.commit(Commit(counts={"records": 4}))
    assert store.counts() == {"records": 7, "late": 1}


def test_moves_are_added_up_and_tell_who_is_where(store: Store) -> None:
    store.commit(Commit(moves={(None, "lead"): 5, ("lead", "customer"): 2}))
    store.commit(Commit(moves={("lead", "customer"): 3}))
    assert store.moves() == {(None, "lead"): 5, ("lead", "customer"): 5}
    assert store.population() == {"customer": 5}


# ---- answers to requests


def test_answers_are_found_and_forgotten(store: Store) -> None:
    odd = "key\0" * 2_000
    given = [Answer("a", 10, b"\0\xff"), Answer(odd, 20, b""), Answer("c", 30, b"c")]
    store.commit(Commit(answers=given))
    assert sorted(store.answers(["a", odd, "x"]), key=lambda each: each.at) == given[:2]
    assert store.answers([]) == []
    assert store.forget_answers(20) == 1
    assert store.forget_answers(20) == 0
    assert store.answers(["a", "c"]) == [given[2]]


# ---- decisions


def written(store: Store) -> list[Written]:
    store.commit(Commit(decisions=[("anna", "fired", b"1"), ("bob", "sent", b"2")]))
    store.commit(Commit(decisions=[("anna", "sent", b"3"), ("anna", "held", b"4")]))
    return store.decisions()


def test_decisions_come_in_the_order_of_handling(store: Store) -> None:
    all_ = written(store)
    assert [(each.customer, each.kind, each.line) for each in all_] == [
        ("anna", "fired", b"1"),
        ("bob", "sent", b"2"),
        ("anna", "sent", b"3"),
        ("anna", "held", b"4"),
    ]
    numbers = [each.number for each in all_]
    assert numbers == sorted(set(numbers))
    assert store.decisions(after=numbers[1]) == all_[2:]
    assert store.decisions(after=numbers[0], most=2) == all_[1:3]
    assert store.decisions("anna") == [all_[0], *all_[2:]]
    assert store.decisions("anna", after=numbers[0], most=1) == [all_[2]]
    assert store.decisions("nobody") == []


def test_a_thousand_decisions_of_one_commit_keep_their_order(store: Store) -> None:
    rows = [(f"u{number % 7}", "sent", b"%d" % number) for number in range(2_000)]
    store.commit(Commit(decisions=rows))
    assert [each.line for each in store.decisions(most=5_000)] == [row[2] for row in rows]
    assert len(store.decisions()) == 1_000


def test_the_latest_decisions_come_first(store: Store) -> None:
    all_ = written(store)
    assert store.latest(10) == all_[::-1]
    assert store.latest(2) == all_[:1:-1]
    assert store.latest(2, ["sent"]) == [all_[2], all_[1]]
    assert store.latest(5, {"sent", "held"}) == [all_[3], all_[2], all_[1]]
    assert store.latest(5, ["left"]) == []


def test_decisions_of_odd_names_are_found(store: Store) -> None:
    rows = [(name, "sent", line(name, place)) for place, name in enumerate(NAMES)]
    store.commit(Commit(decisions=rows))
    for name, kind, text in rows:
        assert [(w.customer, w.kind, w.line) for w in store.decisions(name)] == [(name, kind, text)]


# ---- outbox


def test_messages_wait_in_the_outbox(store: Store) -> None:
    store.commit(Commit(outbox=[message("anna", 1), message("bob", 2, "sms")]))
    first, second = store.outbox()
    assert (first.key, first.customer, first.kind, first.destination, first.line) == message(
        "anna", 1
    )
    assert (first.status, first.due, first.attempts, first.reason, first.since) == (
        Delivery.WAITING,
        0,
        0,
        None,
        None,
    )
    assert second.number > first.number
    assert store.outbox(after=first.number) == [second]
    assert store.outbox(most=1) == [first]
    assert store.outbox(Delivery.DEAD) == []
    assert store.outbox_counts() == {("email", Delivery.WAITING): 1, ("sms", Delivery.WAITING): 1}
    assert store.waiting() == {"email": 0, "sms": 0}


def test_a_message_of_a_key_that_is_there_is_left_alone(store: Store) -> None:
    store.commit(Commit(outbox=[message("anna", 1)]))
    store.commit(Commit(outbox=[("key1", "bob", "called", "crm", b"other"), message("bob", 2)]))
    assert [(each.key, each.customer) for each in store.outbox()] == [
        ("key1", "anna"),
        ("key2", "bob"),
    ]


def test_a_claim_is_a_lease(store: Store) -> None:
    store.commit(Commit(outbox=[message("anna", number) for number in range(3)]))
    store.commit(Commit(outbox=[message("anna", 9, "sms")]))
    claimed = store.claim("email", 100, 2, 50)
    assert [each.key for each in claimed] == ["key0", "key1"]
    assert {(each.attempts, each.due, each.since) for each in claimed} == {(1, 150, 100)}
    assert [each.key for each in store.claim("email", 120, 9, 50)] == ["key2"]
    assert store.claim("email", 149, 9, 50) == []
    assert store.waiting() == {"email": 150, "sms": 0}
    again = store.claim("email", 150, 9, 50)
    assert [(each.key, each.attempts, each.since) for each in again] == [
        ("key0", 2, 100),
        ("key1", 2, 100),
    ]
    assert store.claim("fax", 150, 9, 50) == []


def test_what_is_due_first_is_claimed_first(store: Store) -> None:
    store.commit(Commit(outbox=[message("anna", number) for number in range(3)]))
    one, two, three = (each.number for each in store.outbox())
    store.postpone(one, 30, "slow")
    store.postpone(two, 20, "slow")
    store.postpone(three, 10, "slow")
    assert [each.number for each in store.claim("email", 50, 1, 100)] == [three]
    assert [each.number for each in store.claim("email", 50, 9, 100)] == [one, two]


def test_messages_are_delivered_postponed_given_back_and_buried(store: Store) -> None:
    store.commit(Commit(outbox=[message("anna", number) for number in range(4)]))
    done, late, back, gone = (each.number for each in store.claim("email", 10, 9, 5))
    store.delivered([done], 11)
    store.postpone(late, 99, "503: no\0t now")
    store.give_back([back], 12, "the circuit is open")
    store.bury(gone, "no such address")
    found = {each.number: each for each in store.outbox()}
    assert (found[done].status, found[done].due, found[done].reason) == (
        Delivery.DELIVERED,
        11,
        None,
    )
    assert (found[late].status, found[late].due, found[late].attempts) == (Delivery.WAITING, 99, 1)
    assert "503" in (found[late].reason or "")
    assert (found[back].due, found[back].attempts, found[back].reason) == (
        12,
        0,
        "the circuit is open",
    )
    assert (found[gone].status, found[gone].reason) == (Delivery.DEAD, "no such address")
    assert store.waiting() == {"email": 12}
    assert store.outbox(Delivery.DEAD) == [found[gone]]
    assert store.outbox_counts() == {
        ("email", Delivery.WAITING): 2,
        ("email", Delivery.DELIVERED): 1,
        ("email", Delivery.DEAD): 1,
    }


def test_giving_back_keeps_the_reason_that_was_there(store: Store) -> None:
    store.commit(Commit(outbox=[message("anna", 1)]))
    (claimed,) = store.claim("email", 10, 9, 5)
    store.postpone(claimed.number, 20, "slow")
    store.give_back([claimed.number], 15)
    (found,) = store.outbox()
    assert (found.reason, found.due, found.attempts) == ("slow", 15, 0)


def test_what_is_delivered_or_dead_stays_so(store: Store) -> None:
    store.commit(Commit(outbox=[message("anna", 1), message("anna", 2)]))
    one, two = (each.number for each in store.outbox())
    store.delivered([one], 5)
    store.bury(two, "no")
    for number in (one, two):
        store.postpone(number, 50, "late")
        store.bury(number, "late")
        store.give_back([number], 60, "late")
    assert [each.status for each in store.outbox()] == [Delivery.DELIVERED, Delivery.DEAD]
    assert {each.reason for each in store.outbox()} == {None, "no"}
    assert store.claim("email", 1_000, 9, 5) == []


def test_dead_messages_are_tried_again_or_dropped(store: Store) -> None:
    store.commit(Commit(outbox=[message("anna", number) for number in range(4)]))
    numbers = [each.number for each in store.claim("email", 10, 9, 5)]
    for number in numbers[:3]:
        store.bury(number, "no")
    assert store.retry([numbers[0], numbers[3]], 77) == 1
    first = store.outbox()[0]
    assert (first.status, first.attempts, first.due, first.since) == (Delivery.WAITING, 0, 77, None)
    assert store.drop([numbers[1], numbers[3]]) == 1
    assert store.drop([]) == 0
    assert store.retry(None, 78) == 1
    assert store.drop(None) == 0
    assert [each.number for each in store.outbox()] == [numbers[0], numbers[2], numbers[3]]


def test_what_arrived_long_ago_is_pruned_and_its_keys_stay(store: Store) -> None:
    store.commit(Commit(outbox=[message("anna", n) for n in range(1, 6)]))
    numbers = [each.number for each in store.outbox()]
    store.delivered(numbers[:2], 10)
    store.delivered([numbers[2]], 20)
    store.bury(numbers[3], "no")
    assert store.prune(10, 9) == 0
    assert store.prune(20, 1) == 1
    assert store.prune(20, 9) == 1
    assert store.prune(20, 9) == 0
    left = [each.number for each in store.outbox()]
    assert left == numbers[2:]
    store.commit(Commit(outbox=[message("anna", n) for n in range(1, 7)]))
    assert [each.number for each in store.outbox()][:-1] == left
    assert store.outbox()[-1].key == "key6"


def test_of_who_is_forgotten_no_key_stays(store: Store) -> None:
    sent = b'{"kind":"sent","customer":"anna","key":"key1"}'
    batch = Commit(decisions=[("anna", "sent", sent)], outbox=[message("anna", 1)])
    store.commit(batch)
    store.delivered([each.number for each in store.outbox()], 10)
    assert store.prune(99, 9) == 1
    store.commit(Commit(outbox=[message("anna", 1)]))
    assert store.outbox() == []
    assert store.forget("anna")
    store.commit(Commit(outbox=[message("anna", 1)]))
    assert [each.key for each in store.outbox()] == ["key1"]


def test_numbers_are_not_given_twice(store: Store) -> None:
    store.commit(Commit(outbox=[message("anna", 1)], decisions=[("anna", "sent", b"1")]))
    (first,) = store.outbox()
    store.bury(first.number, "no")
    store.drop(None)
    number = store.decisions()[-1].number
    store.forget("anna")
    store.commit(Commit(outbox=[message("anna", 2)], decisions=[("anna", "sent", b"2")]))
    assert store.outbox()[0].number > first.number
    assert store.decisions()[0].number > number


# ---- one person's data


@pytest.mark.parametrize("name", NAMES)
def test_a_forgotten_customer_leaves_nothing(store: Store, name: str) -> None:
    for who in (name, "other"):
        store.commit(
            Commit(
                states=[(who, 5, state(who))],
                decisions=[(who, "sent", line(who, 1))],
                outbox=[(f"key {who == name}", who, "sent", "email", line(who, 1))],
                moves={(None, "lead"): 1},
            )
        )
    assert store.forget(name)
    assert not store.forget(name)
    assert list(store.load([name])) == []
    assert store.decisions(name) == []
    assert [each.customer for each in store.outbox()] == ["other"]
    assert store.due(9, (-1, ""), 9) == [(5, "other")]
    assert store.population() == {"lead": 1}
    store.commit(states((name, 1)))
    assert dict(store.load([name])) == {name: state(name)}


def test_nobody_is_forgotten_who_is_not_there(store: Store) -> None:
    assert not store.forget("nobody")


# ---- from one process to the next


def test_everything_is_there_when_it_is_opened_again(
    kind: str, url: str, store: Store, opened: Opening
) -> None:
    if kind == "memory":
        pytest.skip("it is gone with the process")
    store.commit(
        Commit(
            states=[(name, 1, state(name)) for name in NAMES],
            decisions=[("anna", "sent", line("anna", 1))],
            outbox=[message("anna", 1)],
            moves={(None, "lead"): len(NAMES)},
            places={("events", ONE): (5,)},
            counts={"records": 11},
            clock=70,
        )
    )
    store.set_rules(Rules("shop", "f1", {}))
    before = store.decisions(), store.outbox(), sorted(everyone(store))
    store.close()
    again = opened(url)
    assert (again.decisions(), again.outbox(), sorted(everyone(again))) == before
    assert again.rules() == Rules("shop", "f1", {})
    assert (again.clock(), again.counts(), again.place("events")) == (70, {"records": 11}, (5,))
    assert again.population() == {"lead": len(NAMES)}


def test_others_see_what_is_kept_and_see_to_the_outbox(
    kind: str, url: str, store: Store, opened: Opening
) -> None:
    if kind == "memory":
        pytest.skip("nobody else sees it")
    other = opened(url)
    store.commit(Commit(outbox=[message("anna", 1)], decisions=[("anna", "sent", b"1")]))
    assert len(other.decisions()) == 1
    (claimed,) = other.claim("email", 1, 9, 9)
    assert store.claim("email", 1, 9, 9) == []
    other.delivered([claimed.number], 2)
    assert store.outbox()[0].status is Delivery.DELIVERED


def test_the_shard_of_a_name_never_changes() -> None:
    assert [shard_of(name, 64) for name in ("anna", "bob", "Zoë", "𝒳", "")] == [55, 0, 42, 54, 0]
