"""How workers divide the shards among themselves, turn by turn."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from lifecycle_dsl.stores.leases import Turn, shard_of, turn_of


def test_the_first_takes_all() -> None:
    holders: dict[int, str | None] = dict.fromkeys(range(5))
    assert turn_of("a", ["a"], holders) == Turn(take=frozenset(range(5)))


def test_a_newcomer_takes_nothing_from_others() -> None:
    assert turn_of("b", ["a", "b"], dict.fromkeys(range(4), "a")) == Turn()


def test_who_has_too_much_gives_back() -> None:
    assert turn_of("a", ["a", "b"], dict.fromkeys(range(5), "a")) == Turn(give=frozenset({3, 4}))


def test_what_a_silent_one_held_is_free() -> None:
    holders: dict[int, str | None] = {0: "a", 1: "gone", 2: "gone", 3: None}
    assert turn_of("a", ["a"], holders) == Turn(take=frozenset({1, 2, 3}))


def test_one_with_more_makes_room_for_one_with_too_little() -> None:
    holders: dict[int, str | None] = {0: "a", 1: "a", 2: "b", 3: "b"}
    assert turn_of("a", ["a", "b", "c"], holders) == Turn(give=frozenset({1}))
    holders[1] = None
    assert turn_of("b", ["a", "b", "c"], holders) == Turn()
    assert turn_of("a", ["a", "b", "c"], holders) == Turn()
    assert turn_of("c", ["a", "b", "c"], holders) == Turn(take=frozenset({1}))


@given(st.text(), st.integers(1, 4_096))
def test_every_name_has_a_shard(name: str, shards: int) -> None:
    assert 0 <= shard_of(name, shards) < shards


class Crew(RuleBasedStateMachine):
    """Workers that come, take their turns, leave and fall silent, in any order."""

    workers = Bundle("workers")

    def __init__(self) -> None:
        super().__init__()
        self.holders: dict[int, str | None] = {}
        self.live: list[str] = []
        self.came = 0

    @initialize(shards=st.integers(1, 20))
    def make(self, shards: int) -> None:
        self.holders = dict.fromkeys(range(shards))

    @rule(target=workers)
    def come(self) -> str:
        self.came += 1
        self.live.append(f"w{self.came}")
        return self.live[-1]

    @rule(worker=workers)
    def take_a_turn(self, worker: str) -> None:
        before = dict(self.holders)
        turn = turn_of(worker, self.live, before)
        assert not (turn.take and turn.give)
        for shard in turn.take:
            assert before[shard] not in self.live
            self.holders[shard] = worker
        for shard in turn.give:
            assert before[shard] == worker
            self.holders[shard] = None

    @rule(worker=consumes(workers))
    def leave(self, worker: str) -> None:
        self.live.remove(worker)
        self.holders = {
            shard: None if holder == worker else holder for shard, holder in self.holders.items()
        }

    @rule(worker=consumes(workers))
    def fall_silent(self, worker: str) -> None:
        self.live.remove(worker)

    @invariant()
    def it_settles(self) -> None:
        """A few turns of everybody give everybody a fair share, and then all rest."""
        if not self.live or not self.holders:
            return
        holders = dict(self.holders)
        for _ in range(2 * len(holders) + 2):
            for worker in self.live:
                turn = turn_of(worker, self.live, holders)
                holders |= dict.fromkeys(turn.take, worker) | dict.fromkeys(turn.give)
        held = Counter(holders.values())
        assert sum(held[worker] for worker in self.live) == len(holders)
        shares = [held[worker] for worker in self.live]
        assert max(shares) - min(shares) <= 1
        assert all(turn_of(worker, self.live, holders) == Turn() for worker in self.live)


TestCrew = Crew.TestCase
