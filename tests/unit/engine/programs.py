"""Programs of declarations alone, for tests that need no rules."""

from __future__ import annotations

from collections.abc import Iterable

from lifecycle_dsl.program.declarations import Event, Trait
from lifecycle_dsl.program.messages import FileGuards
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.types import Field, Type
from lifecycle_dsl.source import Source, Span

NOWHERE = Span(Source("made.lcr", ""), 0, 0)


def program(events: dict[str, Iterable[Field]], traits: dict[str, Type] | None = None) -> Program:
    """A program that knows events and traits and does nothing."""
    return Program(
        lifecycle="made",
        timezone="UTC",
        dedupe=None,
        events={
            name: Event(span=NOWHERE, name=name, fields=tuple(fields))
            for name, fields in events.items()
        },
        traits={
            name: Trait(span=NOWHERE, name=name, type=type_, optional=True, default=None, folds=())
            for name, type_ in (traits or {}).items()
        },
        scores={},
        lets={},
        levels={},
        segments={},
        params={},
        seasons={},
        tables={},
        actions={},
        channels={},
        topics={},
        routes={},
        message_guards=FileGuards(),
        memory=(),
        start=(),
        stages={},
        transitions=(),
        triggers=(),
        tests=(),
        promises=(),
    )
