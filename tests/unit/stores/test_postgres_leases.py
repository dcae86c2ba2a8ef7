"""Several workers on one PostgreSQL store: who holds what, and who is fenced off."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from lifecycle_dsl.stores import Commit, LostShardError, OtherRulesError, StoreBusyError, StoreError
from lifecycle_dsl.stores.leases import shard_of
from lifecycle_dsl.stores.postgres import PostgresStore
from lifecycle_dsl.stores.store import Rules
from tests.unit.stores.postgres_server import Server

SHARDS = 4
LEASE = 2
Worker = Callable[[], PostgresStore]


@pytest.fixture
def url(postgres: Server) -> str:
    ((uptime,),) = postgres.tell("SELECT extract(epoch FROM now() - pg_postmaster_start_time())")
    time.sleep(max(LEASE + 0.2 - float(uptime), 0))  # until then everybody counts as alive
    return postgres.url(schema=f"t{uuid4().hex}", shards=SHARDS, lease=LEASE)


@pytest.fixture
def worker(url: str) -> Iterator[Worker]:
    """Opens the store for one more worker."""
    stores: list[PostgresStore] = []

    def open_() -> PostgresStore:
        stores.append(PostgresStore(url))
        return stores[-1]

    yield open_
    for each in stores:
        each.close()


def silence(store: PostgresStore) -> None:
    """Let a worker's lease end, as if it had been stopped for that long."""
    heart = store._leases._heart
    if heart is not None:
        heart.stop()
    expire(store)


def expire(store: PostgresStore) -> None:
    with store._postgres.transaction() as cursor:
        cursor.execute(
            "UPDATE workers SET until = now() - interval '1 h' WHERE worker = %s",
            (store._postgres.name,),
        )


def of(name: str, value: bytes = b"1") -> Commit:
    return Commit(states=[(name, None, value)])


NAME = {shard_of(f"u{number}", SHARDS): f"u{number}" for number in range(100)}
"""A customer of each shard."""


def test_a_newcomer_gets_its_share_when_the_first_gives_it_back(worker: Worker) -> None:
    first, second = worker(), worker()
    first.acquire()
    assert sorted(first.owned()) == [0, 1, 2, 3]
    assert not second._leases.share(None)
    first.share()
    assert second._leases.share(None)
    assert sorted([*first.owned(), *second.owned()]) == [0, 1, 2, 3]
    assert len(first.owned()) == len(second.owned()) == 2
    for shard in range(SHARDS):
        holder, other = (first, second) if shard in first.owned() else (second, first)
        with pytest.raises(LostShardError, match=f"shard {shard} is not held"):
            other.commit(of(NAME[shard]))
        holder.commit(of(NAME[shard]))


def test_one_who_closes_releases_at_once(worker: Worker) -> None:
    first, second = worker(), worker()
    first.acquire()
    tokens = dict(first.owned())
    first.close()
    second.acquire()
    assert second.owned() == {shard: token + 1 for shard, token in tokens.items()}


def test_who_gets_nothing_says_so(worker: Worker) -> None:
    first, second = worker(), worker()
    first.acquire()
    with pytest.raises(StoreBusyError, match="held by other workers"):
        second.acquire()
    assert not second.owned()
    first.share()
    assert len(first.owned()) == SHARDS


def test_one_who_fell_silent_is_taken_over_and_fenced_off(worker: Worker) -> None:
    first, second = worker(), worker()
    first.acquire()
    first.commit(of(NAME[0], b"first"))
    silence(first)
    second.acquire()
    assert sorted(second.owned()) == [0, 1, 2, 3]
    second.commit(of(NAME[0], b"second"))
    late = Commit(
        states=[(NAME[0], None, b"late")],
        decisions=[(NAME[0], "sent", b"late")],
        outbox=[("key", NAME[0], "sent", "email", b"late")],
        counts={"records": 1},
        places={("events", 0): (9,)},
        clock=9,
    )
    with pytest.raises(LostShardError, match="nothing of the batch was kept"):
        first.commit(late)
    assert not first.owned()
    assert dict(second.load([NAME[0]])) == {NAME[0]: b"second"}
    assert (second.decisions(), second.outbox(), second.counts()) == ([], [], {})
    assert (second.place("events"), second.clock()) == (None, None)


def test_one_who_was_silent_comes_back_for_its_share(worker: Worker) -> None:
    first, second = worker(), worker()
    first.acquire()
    silence(first)
    second.acquire()
    first.share()
    second.share()
    first.share()
    assert len(first.owned()) == len(second.owned()) == 2
    shard = min(first.owned())
    first.commit(of(NAME[shard]))


def test_one_who_was_silent_keeps_what_nobody_took(worker: Worker) -> None:
    first = worker()
    first.acquire()
    silence(first)
    first.commit(of(NAME[0]))
    assert dict(first.load([NAME[0]])) == {NAME[0]: b"1"}


def test_a_lease_is_renewed_while_its_worker_lives(worker: Worker) -> None:
    first, second = worker(), worker()
    first.acquire()
    time.sleep(LEASE * 1.6)
    assert not second._leases.share(None)
    first.commit(of(NAME[0]))


def test_the_session_of_one_who_stopped_in_mid_commit_is_ended(worker: Worker) -> None:
    first, second = worker(), worker()
    first.acquire()
    session = first._postgres._connected()
    session.execute("BEGIN")
    session.execute("SELECT * FROM shards FOR SHARE")
    session.execute("INSERT INTO customers VALUES ('u', 0, NULL, 'half')")
    assert first._leases._heart is not None
    first._leases._heart.stop()
    with second._postgres.transaction() as cursor:
        cursor.execute("UPDATE workers SET until = now() - interval '1 h'")
    second.acquire()
    assert sorted(second.owned()) == [0, 1, 2, 3]
    assert list(second.load(["u"])) == []
    with pytest.raises(LostShardError):
        first.commit(of(NAME[0]))


def test_who_forgets_a_customer_makes_the_holder_forget(worker: Worker) -> None:
    first, second = worker(), worker()
    first.acquire()
    first.commit(of(NAME[1]))
    before = dict(first.owned())
    assert second.forget(NAME[1])
    with pytest.raises(LostShardError):
        first.commit(of(NAME[1], b"from memory"))
    after = dict(first.owned())
    assert {shard for shard in before if before[shard] != after[shard]} == {1}
    assert list(first.load([NAME[1]])) == []
    first.commit(of(NAME[1], b"anew"))


def test_the_holder_itself_may_forget(worker: Worker) -> None:
    first = worker()
    first.acquire()
    first.commit(of(NAME[1]))
    before = dict(first.owned())
    assert first.forget(NAME[1])
    assert first.owned() == before | {1: before[1] + 1}
    first.commit(of(NAME[1], b"anew"))


def test_other_rules_need_all_shards(worker: Worker) -> None:
    first, second = worker(), worker()
    first.acquire()
    first.set_rules(Rules("shop", "old", {}))
    second._leases.share(None)
    first.share()
    second._leases.share(None)
    second.set_rules(Rules("shop", "old", {}))
    with pytest.raises(StoreBusyError, match="other workers run other rules"):
        second.set_rules(Rules("shop", "new", {}))
    first.release()
    second.share()
    second.set_rules(Rules("shop", "new", {}))
    with pytest.raises(OtherRulesError, match="other rules have taken over"):
        first.acquire()


def test_a_zombie_does_not_come_back_under_old_rules(worker: Worker) -> None:
    first, second = worker(), worker()
    first.acquire()
    first.set_rules(Rules("shop", "old", {}))
    silence(first)
    second.acquire()
    second.set_rules(Rules("shop", "new", {}))
    with pytest.raises(LostShardError):
        first.commit(of(NAME[0]))
    with pytest.raises(OtherRulesError):
        first.share()
    assert not first.owned()


def test_who_is_due_is_given_of_held_shards_only(worker: Worker) -> None:
    first, second = worker(), worker()
    first.acquire()
    first.commit(Commit(states=[(name, shard, b"") for shard, name in NAME.items()]))
    second._leases.share(None)
    first.share()
    second.share()
    for each in (first, second):
        due = each.due(10, (-1, ""), 10)
        assert due == [(shard, NAME[shard]) for shard in sorted(each.owned())]


def test_counts_of_several_workers_are_one(worker: Worker) -> None:
    first, second = worker(), worker()
    first.acquire()
    second._leases.share(None)
    first.share()
    second.share()
    for each, clock in ((first, 5), (second, 9)):
        commit = Commit(counts={"records": 2}, moves={(None, "lead"): 1}, clock=clock)
        each.commit(commit)
        each.commit(commit)
    assert first.counts() == {"records": 8}
    assert first.population() == {"lead": 4}
    assert first.moves() == {(None, "lead"): 4}
    assert first.clock() == 9


class Workers(RuleBasedStateMachine):
    """Workers who share, fall silent and come back; the last who may write is what counts."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        schema = f"t{uuid4().hex}"
        self.workers = [PostgresStore(self.url.replace("SCHEMA", schema)) for _ in range(3)]
        self.kept: dict[str, bytes] = {}
        self.writes = 0

    def teardown(self) -> None:
        for each in self.workers:
            each.close()

    @rule(which=st.integers(0, 2))
    def share(self, which: int) -> None:
        self.workers[which].share()

    @rule(which=st.integers(0, 2))
    def fall_silent(self, which: int) -> None:
        expire(self.workers[which])

    @rule(which=st.integers(0, 2))
    def release(self, which: int) -> None:
        self.workers[which].release()

    @rule(which=st.integers(0, 2), shards=st.sets(st.integers(0, SHARDS - 1), min_size=1))
    def write(self, which: int, shards: set[int]) -> None:
        worker = self.workers[which]
        self.writes += 1
        value = b"%d" % self.writes
        believed, name = dict(worker.owned()), worker._postgres.name
        needed = shards | {min(believed, default=0)}
        truly = {shard: (holder, token) for shard, holder, token in self.rows()}
        may = all(truly[shard] == (name, believed.get(shard)) for shard in needed)
        commit = Commit(states=[(NAME[shard], None, value) for shard in sorted(shards)])
        if may:
            worker.commit(commit)
            self.kept |= {NAME[shard]: value for shard in shards}
        else:
            with pytest.raises(LostShardError):
                worker.commit(commit)

    @precondition(lambda self: self.kept)
    @rule(which=st.integers(0, 2), data=st.data())
    def forget(self, which: int, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.kept)))
        assert self.workers[which].forget(name)
        del self.kept[name]

    @invariant()
    def what_was_kept_is_there(self) -> None:
        assert dict(self.workers[0].load(list(NAME.values()))) == self.kept

    @invariant()
    def who_holds_it_knows_the_token(self) -> None:
        for worker in self.workers:
            held = worker.owned()
            for shard, holder, token in self.rows():
                if holder == worker._postgres.name and shard in held:
                    assert held[shard] <= token

    def rows(self) -> list[tuple[int, str | None, int]]:
        return self.workers[0]._postgres.read("SELECT shard, holder, token FROM shards")


def test_only_who_holds_a_shard_ever_writes_to_it(postgres: Server, url: str) -> None:
    assert url  # the server has been up for long enough

    class Here(Workers):
        url = postgres.url(schema="SCHEMA", shards=SHARDS, lease=1)

    case = Here.TestCase
    case.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
    case().runTest()


def test_a_store_of_another_number_of_shards_is_refused(url: str, worker: Worker) -> None:
    worker()
    with pytest.raises(StoreError, match="made with 4 shards"):
        PostgresStore(url.replace("shards=4", "shards=8"))
