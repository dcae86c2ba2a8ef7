"""A decision log set against what the rules now decide over the same events.

Both are compared line by line as they come. A run with several workers writes its customers in
another order, so where lines differ each customer's decisions are set against each other in their
order; of each customer that diverges, the first divergence is kept.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import islice
from typing import Any

import msgspec
from attrs import define, field, frozen

from lifecycle_dsl.analysis.diffing.logs import Head, Line, Lines
from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.engine.decisions import Rules, encode_decision
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.ruleset import RuleSet

_AT_ONCE = 10_000
"""Decisions that are set against lines at once."""


@frozen
class Divergence:
    """The first decision of a customer that is not as in the log."""

    customer: str
    log: Line | None
    """None where the replay decides something more."""
    replay: bytes | None
    """None where the log holds something more."""
    before: int
    """How many decisions of the customer are as in the log."""
    after_line: int
    """The line of the last of those; 0 where there is none."""
    in_tick: bool = False
    """Whether the replay decided it when time went on behind the last record."""

    @property
    def place(self) -> tuple[bool, int, str]:
        """By which the first of all is found."""
        line = self.after_line if self.log is None else self.log.number
        return self.log is None, line, self.customer


@define
class Replayed:
    """What came of it."""

    lines: int = 0
    """How many decisions the log holds, up to other rules."""
    same: int = 0
    """How many of them are reproduced."""
    customers: int = 0
    in_order: bool = True
    """Whether the customers come in the same order."""
    head: Head | None = None
    other: Head | None = None
    """Other rules that the log goes on with: nothing from there on can be replayed."""
    divergences: list[Divergence] = field(factory=list)
    """The first of each customer that diverges, in the order of the log."""
    end: int | None = None
    """The instant up to which time went on."""
    last: bytes | None = None
    """The last line of the log that was read."""
    replayed: Counter[str] = field(factory=Counter)
    """How many decisions of each customer were made; 0 of those of whom nothing was decided."""

    @property
    def is_reproduced(self) -> bool:
        """Whether everything is as in the log, but for the order of customers."""
        return not self.divergences


@frozen
class Asked:
    """How the run that wrote the log was asked for."""

    feed: Feed
    promises: bool = False
    tick: bool = True
    """Whether time went on when the records had ended."""

    def engine(self, ruleset: RuleSet) -> Engine:
        """An engine as the run had it."""
        if not self.promises:
            return Engine(ruleset)
        # Only this needs the room of tests.
        made: Engine = import_module("lifecycle_dsl.testing.promises").watched_engine(ruleset)
        return made


def replay(ruleset: RuleSet, log: Lines, asked: Asked) -> Replayed:
    """Set a log against a replay.

    Raises:
        AnalysisError: where the log is none of this lifecycle.
        InputError, OSError: where the events cannot be read.
    """
    lines = iter(log)
    found = Replayed(head=_head(ruleset, lines))
    against = _Against(found, _of_these_rules(found, lines))
    for decisions, in_tick in _decided(ruleset, asked, found):
        against.take(decisions, in_tick=in_tick)
        if against.is_over:
            break
    against.close()
    return found


def _head(ruleset: RuleSet, lines: Iterator[Line | Head]) -> Head:
    head = next(lines, None)
    if not isinstance(head, Head):
        raise AnalysisError(
            'this is no log of decisions: its first line is no head such as {"kind":"rules",…}'
        )
    if head.lifecycle != ruleset.lifecycle:
        raise AnalysisError(
            f"the log is of the lifecycle `{head.lifecycle}`, the rules of `{ruleset.lifecycle}`"
        )
    return head


def head_of(ruleset: RuleSet) -> bytes:
    """The head of a log of these rules."""
    return encode_decision(Rules(ruleset.lifecycle, ruleset.fingerprint))


def _of_these_rules(found: Replayed, lines: Iterable[Line | Head]) -> Iterator[Line]:
    """The lines up to a head of other rules."""
    for line in lines:
        if isinstance(line, Line):
            found.lines += 1
            found.last = line.text
            yield line
        elif found.head is not None and line.fingerprint != found.head.fingerprint:
            found.other = line
            return


def _decided(ruleset: RuleSet, asked: Asked, found: Replayed) -> Iterator[tuple[list[Any], bool]]:
    """What is decided, and whether by the tick at the end."""
    until = asked.feed.until
    engine = asked.engine(ruleset)
    for records in asked.feed.records(engine.records):
        yield engine.handle(records), False
    found.end = engine.clock if until is None else until
    if found.end is not None and (asked.tick or until is not None):
        yield engine.advance(found.end), True
    found.replayed.update(dict.fromkeys(engine.customers(), 0))


_Replay = tuple[str, bytes, bool]
"""The customer, the line, and whether the tick at the end made it."""


class _Against:
    """Sets lines of the log and of the replay against each other."""

    def __init__(self, found: Replayed, log: Iterator[Line]) -> None:
        self._found = found
        self._log = log
        self._has_ended = False
        self._lines: dict[str, deque[Line]] = {}
        """By customer, lines of the log that the replay has not come to."""
        self._ahead: dict[str, deque[_Replay]] = {}
        """By customer, decisions of the replay that the log has not come to."""
        self._diverged: dict[str, Divergence] = {}
        self._before: Counter[str] = Counter()
        self._after: dict[str, int] = {}

    @property
    def is_over(self) -> bool:
        """Whether the log has ended before other rules, and all of it is reproduced."""
        return self._has_ended and self._found.other is not None and not self._lines

    def take(self, decisions: list[Any], *, in_tick: bool) -> None:
        """Set decisions against as many lines."""
        for start in range(0, len(decisions), _AT_ONCE):
            part = [
                (each.customer, encode_decision(each), in_tick)
                for each in decisions[start : start + _AT_ONCE]
            ]
            self._found.replayed.update(customer for customer, _, _ in part)
            lines = list(islice(self._log, len(part)))
            self._has_ended = self._has_ended or len(lines) < len(part)
            if not self._is_same(part, lines):
                self._found.in_order = False
                for customer, text, _ in part:
                    self._put(customer, self._ahead, (customer, text, in_tick))
                for line in lines:
                    self._put(line.customer, self._lines, line)

    def close(self) -> None:
        """Take the rest of the log; what stands on one side alone diverges."""
        for line in self._log:
            self._put(line.customer, self._lines, line)
        for customer, lines in self._lines.items():
            self._diverge(customer, lines[0], None)
        if self._found.other is None:
            for customer, ahead in self._ahead.items():
                self._diverge(customer, None, ahead[0])
        self._found.customers = len(self._found.replayed)
        self._found.same = self._before.total()
        found = sorted(self._diverged.values(), key=lambda each: each.place)
        self._found.divergences = found

    def _is_same(self, part: list[_Replay], lines: list[Line]) -> bool:
        """Whether nothing waits, and both say the same in the same order."""
        if self._lines or self._ahead or self._diverged or len(lines) != len(part):
            return False
        if any(line.text != each[1] for line, each in zip(lines, part, strict=True)):
            return False
        for line in lines:
            self._before[line.customer] += 1
            self._after[line.customer] = line.number
        return True

    def _put(self, customer: str, mine: dict[str, deque[Any]], item: Any) -> None:  # noqa: ANN401
        """Set a line, or a decision, against the first that waits on the other side."""
        if customer in self._diverged:
            return
        theirs: dict[str, deque[Any]] = self._ahead if mine is self._lines else self._lines
        waiting = theirs.get(customer)
        if waiting is None:
            mine.setdefault(customer, deque()).append(item)
            return
        other = waiting.popleft()
        if not waiting:
            del theirs[customer]
        line, decision = (item, other) if mine is self._lines else (other, item)
        if line.text == decision[1]:
            self._before[customer] += 1
            self._after[customer] = line.number
        else:
            self._diverge(customer, line, decision)
            theirs.pop(customer, None)

    def _diverge(self, customer: str, line: Line | None, decision: _Replay | None) -> None:
        if customer not in self._diverged:
            self._diverged[customer] = Divergence(
                customer,
                line,
                None if decision is None else decision[1],
                self._before[customer],
                self._after.get(customer, 0),
                decision is not None and decision[2],
            )


def fields_that_differ(log: bytes, replay: bytes) -> list[str]:
    """The fields in which two decisions differ, in the order of the log's."""
    was, is_ = (msgspec.json.decode(each) for each in (log, replay))
    if not isinstance(was, dict) or not isinstance(is_, dict):
        return []
    return [key for key in {**was, **is_} if was.get(key, ...) != is_.get(key, ...)]
