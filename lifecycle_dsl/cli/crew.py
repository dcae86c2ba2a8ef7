"""Who handles the records of a run: one engine here, or one in each of several processes.

Customers are spread over the workers by a hash of their name that is the same everywhere. Each
worker gets its customers' records in their order, so that it decides about them what one engine
would. The output is put together batch by batch, within a batch worker by worker.
"""

from __future__ import annotations

import heapq
import tempfile
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Final, Protocol

import msgspec
from attrs import field, frozen

from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.decisions import encode_lines
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.inputs import pack
from lifecycle_dsl.inputs.selection import Selected, owner, share_of
from lifecycle_dsl.loading import load, with_params

_AHEAD: Final = 4
"""Batches that are under way in the workers."""


@frozen
class Outcome:
    """What became of some records."""

    decisions: bytes
    """JSON Lines."""
    kinds: Counter[str]
    dead_letters: list[DeadLetter] = field(factory=list)


class Crew(Protocol):
    """Handles batches in their order."""

    def give(self, selected: Selected, *, framed: bool) -> Iterable[Outcome]:
        """Hand over a batch; what is done by now comes back, perhaps of earlier ones."""

    def rest(self) -> Iterable[Outcome]:
        """What is still under way."""

    def clock(self) -> int | None:
        """The latest `at` that was accepted."""

    def advance(self, at: int) -> Iterable[Outcome]:
        """The tick at the end."""

    def counts(self) -> Counter[str]:
        """The engine's counters."""

    def states(self, at: int) -> Iterable[bytes]:
        """Customers as JSON, sorted by name, each with its line end."""


class Alone:
    """One engine, in this process."""

    def __init__(self, ruleset: RuleSet, *, promises: bool = False) -> None:
        if promises:
            # Only this needs the room of tests: what runs in production starts without it.
            watching = import_module("lifecycle_dsl.testing.promises")
            self._engine: Engine = watching.watched_engine(ruleset)
        else:
            self._engine = Engine(ruleset)

    def give(self, selected: Selected, *, framed: bool) -> Iterable[Outcome]:
        """Handles the batch now."""
        del framed
        decisions = self._engine.process_batch(selected.data)
        letters = selected.placed(self._engine.take_dead_letters())
        return [Outcome(encode_lines(decisions), _kinds(decisions), letters)]

    def rest(self) -> Iterable[Outcome]:
        """Nothing."""
        return []

    def clock(self) -> int | None:
        """The latest `at` that was accepted."""
        return self._engine.clock

    def advance(self, at: int) -> Iterable[Outcome]:
        """The tick at the end."""
        decisions = self._engine.advance(at)
        return [Outcome(encode_lines(decisions), _kinds(decisions))]

    def counts(self) -> Counter[str]:
        """The engine's counters."""
        return Counter(self._engine.counts)

    def states(self, at: int) -> Iterable[bytes]:
        """Customers as JSON, sorted by name."""
        encode = msgspec.json.encode
        return (encode(state) + b"\n" for state in self._engine.states(at))


_mine: Alone
"""In a worker's process: its engine."""


def _start(path: str, promises: bool, params: dict[str, str]) -> None:  # noqa: FBT001 — pools pass by place
    global _mine  # noqa: PLW0603 — a process of a pool keeps what it has only in its module
    ruleset = load(path)
    _mine = Alone(with_params(ruleset, params) if params else ruleset, promises=promises)


def _give(selected: Selected, *, framed: bool) -> Outcome:
    (outcome,) = _mine.give(selected, framed=framed)
    return outcome


def _advance(at: int) -> Outcome:
    (outcome,) = _mine.advance(at)
    return outcome


def _clock() -> int | None:
    return _mine.clock()


def _counts() -> Counter[str]:
    return _mine.counts()


def _write_states(at: int, path: Path) -> None:
    with path.open("wb") as file:
        file.writelines(_mine.states(at))


class Shared:
    """Engines in processes of their own, each with its share of the customers."""

    def __init__(
        self,
        path: str,
        workers: int,
        *,
        promises: bool = False,
        params: Mapping[str, str] | None = None,
    ) -> None:
        context = get_context("spawn")
        start = path, promises, dict(params or {})
        self._workers = [
            ProcessPoolExecutor(1, mp_context=context, initializer=_start, initargs=start)
            for _ in range(workers)
        ]
        self._under_way: deque[list[Future[Outcome]]] = deque()
        self._ticks = 0
        self._folder = tempfile.TemporaryDirectory(prefix="lcr-")

    def close(self) -> None:
        """End the processes, and remove what lies on the disk."""
        for worker in self._workers:
            worker.shutdown(cancel_futures=True)
        self._folder.cleanup()

    def give(self, selected: Selected, *, framed: bool) -> Iterator[Outcome]:
        """Spreads the batch; gives what is done of the batches long before it."""
        shares = self._spread(selected, framed=framed)
        self._under_way.append(
            [
                worker.submit(_give, share, framed=framed)
                for worker, share in zip(self._workers, shares, strict=True)
            ]
        )
        while len(self._under_way) > _AHEAD:
            yield from _together(self._under_way.popleft())

    def rest(self) -> Iterator[Outcome]:
        """Waits for all batches."""
        while self._under_way:
            yield from _together(self._under_way.popleft())

    def clock(self) -> int | None:
        """The latest of the workers' clocks."""
        clocks = [worker.submit(_clock).result() for worker in self._workers]
        return max((clock for clock in clocks if clock is not None), default=None)

    def advance(self, at: int) -> Iterator[Outcome]:
        """The tick, worker by worker."""
        yield from _together([worker.submit(_advance, at) for worker in self._workers])

    def counts(self) -> Counter[str]:
        """The counters of all, a tick counted once."""
        counts: Counter[str] = Counter()
        for worker in self._workers:
            counts.update(worker.submit(_counts).result())
        if self._ticks:
            counts["records"] -= self._ticks * (len(self._workers) - 1)
        return counts

    def states(self, at: int) -> Iterator[bytes]:
        """Customers of all workers, merged by name."""
        paths = [Path(self._folder.name) / f"{place}.jsonl" for place in range(len(self._workers))]
        written = [
            worker.submit(_write_states, at, path)
            for worker, path in zip(self._workers, paths, strict=True)
        ]
        for each in written:
            each.result()
        with ExitStack() as stack:
            files = [stack.enter_context(path.open("rb")) for path in paths]
            yield from heapq.merge(*files, key=_customer_of_state)

    def _spread(self, selected: Selected, *, framed: bool) -> list[Selected]:
        records = selected.records(framed=framed)
        count = len(self._workers)
        shares: list[list[tuple[int, bytes]]] = [[] for _ in range(count)]
        for number, raw in records:
            customer = owner(raw, framed=framed)
            if customer is None:
                self._ticks += 1
                for share in shares:
                    share.append((number, raw))
            else:
                shares[share_of(customer, count)].append((number, raw))
        return [_share(share, selected, framed=framed) for share in shares]


def _share(share: Sequence[tuple[int, bytes]], whole: Selected, *, framed: bool) -> Selected:
    numbers = [number for number, _ in share]
    data = pack([raw for _, raw in share], framed=framed)
    originals = whole.originals_by_number()
    kept = None if originals is None else [originals[number] for number in numbers]
    return Selected(data, 1, numbers, kept, whole.key)


def _together(futures: Iterable[Future[Outcome]]) -> Iterator[Outcome]:
    """The outcomes in the order of the workers; a dead letter that all have, once."""
    seen: set[int] = set()
    for future in futures:
        outcome = future.result()
        letters = [letter for letter in outcome.dead_letters if letter.line not in seen]
        seen.update(letter.line for letter in letters)
        yield Outcome(outcome.decisions, outcome.kinds, letters)


def _kinds(decisions: Iterable[object]) -> Counter[str]:
    kinds = Counter(map(type, decisions))
    return Counter({kind.__name__.lower(): count for kind, count in kinds.items()})


class _Customer(msgspec.Struct):
    customer: str


_STATE: Final = msgspec.json.Decoder(_Customer)


def _customer_of_state(line: bytes) -> str:
    return _STATE.decode(line).customer
