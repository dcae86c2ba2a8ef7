"""What became of tests as plain data: what reports are made of and processes hand each other."""

from __future__ import annotations

from attrs import frozen

from lifecycle_dsl.engine.decisions import Decision, encode_decision
from lifecycle_dsl.localtime import Zone, format_instant, parse_instant
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.source import Span
from lifecycle_dsl.testing.scene import zone_of_tests
from lifecycle_dsl.testing.story import Chapter, Failure, Outcome
from lifecycle_dsl.testing.wording import decision_line, length, local_time, step_text


@frozen
class Place:
    """Where something stands in a rule file; lines and columns from 1."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@frozen
class Episode:
    """A step of a test as it went: when, what it says, how long it took, what was decided."""

    at: str
    """Local time of the file's zone."""
    instant: str
    text: str
    passed: str
    """How much time went by; empty if none."""
    decided: tuple[str, ...]
    """In words."""
    decisions: tuple[str, ...]
    """As JSON."""


@frozen
class Trouble:
    """Why a test failed."""

    place: Place
    text: str
    """The line or lines that the place is in."""
    headline: str
    parts: tuple[tuple[str, str], ...]
    """Parts of the expectation as written, and what each came to."""
    notes: tuple[str, ...]


@frozen
class Result:
    """What became of a test."""

    title: str
    place: Place
    seconds: float
    trouble: Trouble | None
    story: tuple[Episode, ...]
    """Of a test that failed."""
    zone: str
    as_test: str = ""
    """Of a generated series that broke a promise: the test to put into the file."""

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return self.trouble is None

    @property
    def spot(self) -> Place:
        """Where to look in the file: at what failed, or at the promise that a made series broke."""
        return self.place if self.trouble is None or self.as_test else self.trouble.place


def resulted(program: Program, outcome: Outcome) -> Result:
    """An outcome as plain data."""
    local = zone_of_tests(program)
    failure = outcome.failure
    return Result(
        outcome.test.title,
        place_of(outcome.test.span),
        outcome.seconds,
        None if failure is None else _trouble(failure),
        () if failure is None else tuple(_episode(each, local) for each in outcome.story),
        program.timezone,
    )


def place_of(span: Span) -> Place:
    """Where a span stands."""
    source = span.source
    line, column = source.position(span.start)
    end_line, end_column = source.position(span.end)
    return Place(source.name, line, column, end_line, end_column)


def _trouble(failure: Failure) -> Trouble:
    place = place_of(failure.span)
    source = failure.span.source
    last = min(place.end_line, place.line + 5)
    text = "\n".join(source.line_text(line) for line in range(place.line, last + 1))
    parts = tuple((" ".join(part.span.text.split()), part.value) for part in failure.parts)
    if len(parts) == 1:
        parts = ()  # the headline says it
    return Trouble(place, text, failure.headline, tuple(dict.fromkeys(parts)), failure.notes)


def _episode(chapter: Chapter, local: Zone) -> Episode:
    passed = chapter.end - chapter.start
    moved = isinstance(chapter.step, t.Given) or not passed
    at = chapter.end if isinstance(chapter.step, t.Given) else chapter.start
    return Episode(
        local_time(local, at),
        format_instant(at),
        step_text(chapter.step),
        "" if moved else f"{length(passed)} later: {local_time(local, chapter.end)}",
        tuple(_decided(each, chapter, local) for each in chapter.decisions),
        tuple(encode_decision(each).decode() for each in chapter.decisions),
    )


def _decided(decision: Decision, chapter: Chapter, local: Zone) -> str:
    line = decision_line(decision, local)
    instant = parse_instant(decision.at)
    if instant is None or chapter.start in (chapter.end, instant):
        return line
    return f"{local_time(local, instant)}  {line}"
