"""A whole checked rule set."""

from collections.abc import Mapping

from attrs import field, frozen

from lifecycle_dsl.program.attributions import Attribution
from lifecycle_dsl.program.declarations import (
    Action,
    Event,
    Let,
    Level,
    Param,
    Score,
    Season,
    Segment,
    Trait,
)
from lifecycle_dsl.program.memory import MemoryTerm
from lifecycle_dsl.program.messages import Channel, FileGuards, Route, Topic
from lifecycle_dsl.program.rules import Placing, Stage, Transition, Trigger
from lifecycle_dsl.program.tables import Table
from lifecycle_dsl.program.tests import Promise, Test


@frozen(kw_only=True)
class Program:
    """Everything the engine needs to know, by name, in the order of the file (`use` inlined)."""

    lifecycle: str
    timezone: str
    dedupe: int | None
    """Microseconds."""
    events: Mapping[str, Event]
    traits: Mapping[str, Trait]
    scores: Mapping[str, Score]
    lets: Mapping[str, Let]
    levels: Mapping[str, Level]
    segments: Mapping[str, Segment]
    params: Mapping[str, Param]
    seasons: Mapping[str, Season]
    tables: Mapping[str, Table]
    actions: Mapping[str, Action]
    channels: Mapping[str, Channel]
    topics: Mapping[str, Topic]
    routes: Mapping[str, Route]
    message_guards: FileGuards
    """What guards every message."""
    memory: tuple[MemoryTerm, ...]
    """Every term that stands anywhere, once."""
    keeps: Mapping[MemoryTerm, int] = field(factory=dict)
    """How many entries suffice for counts that are only compared; elsewhere the term's `keep`."""
    start: tuple[Placing, ...]
    stages: Mapping[str, Stage]
    transitions: tuple[Transition, ...]
    """All of them: `from` rules in file order, then the stages' own in file order."""
    triggers: tuple[Trigger, ...]
    """By priority, 9 first, then in file order."""
    attributions: Mapping[str, Attribution] = field(factory=dict)
    retired: Mapping[str, str] = field(factory=dict)
    """Stages that were taken out, each with the stage that its customers are put into."""
    retired_steps: Mapping[tuple[str, str], tuple[str, str]] = field(factory=dict)
    """(trigger, step) that were taken out, each with where its runs go on."""
    tests: tuple[Test, ...] = field(eq=False)
    promises: tuple[Promise, ...] = field(eq=False)
