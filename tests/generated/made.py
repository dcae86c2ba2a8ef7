"""A made rule set that is valid, with a stream, and both interpreters run over it."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from traceback import extract_tb
from typing import Any, TypeVar

from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from hypothesis.errors import UnsatisfiedAssumption
from hypothesis.strategies import DrawFn

import lifecycle_dsl as lcr
from tests.generated.choices import Choice
from tests.generated.effort import effort, is_long
from tests.generated.rules import rule_sets
from tests.generated.smaller import Smaller
from tests.generated.streams import Record, streams
from tests.reference import Reference

Decisions = list[dict[str, Any]]
T = TypeVar("T")

Test = Callable[["Made"], None]

seeds = st.integers(0, 2**32)


class Made:
    """A rule set and a stream for it."""

    def __init__(self, text: str, stream: list[Record], seed: int = 0) -> None:
        self.text = text
        self.stream = stream
        self.seed = seed
        self.ruleset = lcr.compile(text)
        self._further = Random(seed)

    def __repr__(self) -> str:
        lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in self.stream)
        return f"\n{self.text}\n{lines}\n"

    @property
    def end(self) -> int:
        """The latest instant of the stream."""
        return max(int(record["at"]) for record in self.stream)

    def choose(self, choice: Choice[T]) -> T:
        """What else a test chooses, such as places to cut the stream at."""
        return choice.pick(self._further)

    def engine(self) -> lcr.Engine:
        """An engine that has seen nothing."""
        return lcr.Engine(self.ruleset)

    def reference(self) -> Reference:
        """A reference that has seen nothing."""
        return Reference(self.ruleset.program)


def text_and_stream(seed: int) -> tuple[str, list[Record]]:
    """What a seed gives: mostly a valid rule set."""
    random = Random(seed)
    return rule_sets().pick(random), streams().pick(random)


@st.composite
def made(draw: DrawFn) -> Made:
    """A valid rule set with a stream."""
    seed = draw(seeds)
    text, stream = text_and_stream(seed)
    try:
        return Made(text, stream, seed)
    except lcr.CompileError:
        assume(False)
        raise


def tried(examples: int) -> Callable[[Test], Callable[[], None]]:
    """A test of so many examples; in a long run one that fails is made smaller."""

    def of_all(test: Test) -> Callable[[], None]:
        def each(one: Made) -> None:
            try:
                test(one)
            except Exception as failure:
                if not is_long() or isinstance(failure, UnsatisfiedAssumption):
                    raise
                smallest = smallest_like(one, test, place_of(failure))
                raise AssertionError(f"of seed {one.seed}, made smaller:{smallest}") from failure

        each.__name__ = test.__name__
        each.__module__ = test.__module__
        found: Callable[[], None] = effort(examples)(given(made())(each))
        return found

    return of_all


def smallest_like(one: Made, test: Test, place: object) -> Made:
    """The smallest rule set and stream found that fail a test at the same place."""

    def fails(text: str, stream: list[Record]) -> bool:
        try:
            test(Made(text, stream, one.seed))
        except (lcr.CompileError, UnsatisfiedAssumption):
            return False
        except Exception as failure:  # noqa: BLE001 - a crash is looked at, too
            return place_of(failure) == place
        return False

    search = Smaller(one.text, one.stream, fails)
    search.search()
    return Made(search.text, search.stream, one.seed)


def place_of(failure: Exception) -> object:
    """What failed: where, and how."""
    frame = extract_tb(failure.__traceback__)[-1]
    return frame.filename, frame.lineno, type(failure)


def process(engine: lcr.Engine, record: Record) -> list[lcr.Decision]:
    """One record or tick into an engine; it must accept what is valid."""
    if record["type"] == "tick":
        return engine.advance(record["at"])
    decisions = engine.process(record)
    assert engine.take_dead_letters() == []
    return decisions


def lines(records: list[Record]) -> bytes:
    """Records as JSON Lines."""
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def written(decisions: list[lcr.Decision]) -> Decisions:
    """Decisions as their JSON says."""
    return [json.loads(lcr.encode_decision(decision)) for decision in decisions]


def decisions_of(engine: lcr.Engine, stream: list[Record]) -> Decisions:
    """What an engine decides, one record after the other."""
    return written([each for record in stream for each in process(engine, record)])


def states_of(engine: lcr.Engine, at: int) -> list[dict[str, Any]]:
    """All states, by customer."""
    return list(engine.states(at))


def by_customer(decisions: Decisions) -> dict[str, Decisions]:
    """Each customer's decisions in order."""
    found: dict[str, Decisions] = {}
    for decision in decisions:
        found.setdefault(decision["customer"], []).append(decision)
    return found


def same_bytes(decisions: Decisions) -> list[str]:
    """Decisions as text, so that the order of keys and the digits of numbers count."""
    return [json.dumps(decision, ensure_ascii=False) for decision in decisions]


def each_alone(decisions: Decisions) -> dict[str, list[str]]:
    """Each customer's decisions as text.

    Within a tick only the order of one customer's decisions is laid down.
    """
    return {name: same_bytes(own) for name, own in by_customer(decisions).items()}


def samples(count: int) -> list[Made]:
    """The same valid rule sets and streams each time."""
    found: list[Made] = []

    @settings(effort(count), max_examples=count, derandomize=True, phases=[Phase.generate])
    @given(made())
    def collect(one: Made) -> None:
        found.append(one)

    collect()
    return found
