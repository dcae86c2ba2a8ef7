"""What a test went through: its steps, when they were, and what was decided in each."""

from __future__ import annotations

from attrs import define, field, frozen

from lifecycle_dsl.engine.decisions import Decision
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.source import Span


@define
class Chapter:
    """A step of a test: from when until when, and what was decided meanwhile."""

    step: t.TestStep
    start: int
    end: int
    decisions: list[Decision] = field(factory=list)


@frozen
class Failure:
    """Why a test failed."""

    span: Span
    """The expectation, the record that was not taken, or the test where a promise broke."""
    headline: str
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()


@frozen
class Part:
    """A part of an expectation and what it came to, written out."""

    span: Span
    value: str


@frozen
class Outcome:
    """What became of a test."""

    test: t.Test
    failure: Failure | None
    story: tuple[Chapter, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return self.failure is None
