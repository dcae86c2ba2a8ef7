"""Everything that is told of a rule set, in order, as data."""

from __future__ import annotations

from attrs import frozen

from lifecycle_dsl.checker import Checked
from lifecycle_dsl.drawing import Graph, groups_of, stage_graph
from lifecycle_dsl.program.phrases import counted, listed
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.telling import (
    attributions,
    figures,
    messages,
    promises,
    stages,
    tables,
    triggers,
)
from lifecycle_dsl.telling.comments import comments_of
from lifecycle_dsl.telling.items import Entry, Grid, Item
from lifecycle_dsl.telling.vocabulary import Vocabulary


@frozen(kw_only=True)
class Contents:
    """What a page tells; an empty part is left out."""

    title: str
    introduction: str
    in_short: str
    graph: Graph
    beginnings: tuple[Item, ...]
    shared_ways: tuple[Entry, ...]
    stages: tuple[Entry, ...]
    triggers: tuple[Entry, ...]
    scores: tuple[Entry, ...]
    levels: tuple[Entry, ...]
    figures: tuple[Item, ...]
    traits: tuple[Item, ...]
    everywhere: tuple[Item, ...]
    channels: tuple[Entry, ...]
    topics: tuple[Entry, ...]
    routes: tuple[Entry, ...]
    tables: tuple[Grid, ...]
    attributions: tuple[Entry, ...]
    always: tuple[Item, ...]
    tests: tuple[Item, ...]


def contents(checked: Checked, program: Program) -> Contents:
    """What there is to tell of a rule set without errors."""
    groups = groups_of(checked.declarations)
    labels = {each.name: each.labels for each in program.levels.values()}
    known = Vocabulary(groups, tuple(program.stages), labels)
    comments = comments_of(checked.files, checked.declarations)
    return Contents(
        title=program.lifecycle,
        introduction=comments.head(checked.file.span.source),
        in_short=_in_short(program),
        graph=stage_graph(program, groups),
        beginnings=stages.beginnings(program, known),
        shared_ways=stages.shared_ways(program, known, comments),
        stages=stages.stages(program, known, comments),
        triggers=triggers.triggers(program, known, comments),
        scores=figures.scores(program, known, comments),
        levels=figures.levels(program, known, comments),
        figures=figures.figures(program, known),
        traits=figures.traits(program, known),
        everywhere=messages.everywhere(program, known),
        channels=messages.channels(program, known, comments),
        topics=messages.topics(program, known, comments),
        routes=messages.routes(program, known, comments),
        tables=tables.tables(program, known, comments),
        attributions=attributions.attributions(program, known, comments),
        always=promises.always(program),
        tests=promises.tests(program),
    )


def _in_short(program: Program) -> str:
    numbers = (
        (len(program.stages), "stage"),
        (len(program.triggers), "trigger"),
        (len(program.scores), "score"),
        (len(program.channels), "channel"),
        (len(program.tests), "test"),
    )
    shown = listed((counted(count, noun) for count, noun in numbers if count), "and")
    return f"{shown}. Times of day are those of {program.timezone} where a customer has no other."
