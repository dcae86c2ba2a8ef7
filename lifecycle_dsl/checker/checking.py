"""The check of a rule set: nodes into a program, or everything that is wrong with them.

Read `check` as the table of contents; each construct has a module of its own. Whatever is wrong is
reported and the check goes on; a program is made only where nothing is.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve, frozen

from lifecycle_dsl.checker.circles import check_circles
from lifecycle_dsl.checker.declared import Report, What, entries
from lifecycle_dsl.checker.dictionary import MOST_COMPARED, Dictionary
from lifecycle_dsl.checker.events import check_event
from lifecycle_dsl.checker.expecting import check_promise
from lifecycle_dsl.checker.facts import blocks_of
from lifecycle_dsl.checker.files import Files, Read
from lifecycle_dsl.checker.measuring import check_attribution
from lifecycle_dsl.checker.messages import (
    MessageRules,
    check_action,
    check_file_rules,
    check_season,
)
from lifecycle_dsl.checker.parameters import check_param
from lifecycle_dsl.checker.remembering import memory_of
from lifecycle_dsl.checker.retirement import check_retirements
from lifecycle_dsl.checker.routes import check_route
from lifecycle_dsl.checker.scores import check_score
from lifecycle_dsl.checker.settings import settings_of
from lifecycle_dsl.checker.stages import Ways, check_start
from lifecycle_dsl.checker.tables import check_table
from lifecycle_dsl.checker.testing import check_test
from lifecycle_dsl.checker.traits import check_trait
from lifecycle_dsl.checker.triggers import check_trigger
from lifecycle_dsl.checker.values import check_let, check_level, check_segment, value_order
from lifecycle_dsl.checker.watching import check_watches
from lifecycle_dsl.diagnostics import Diagnostic, Severity, sort_and_cap
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import nodes
from lifecycle_dsl.syntax.nodes.file import Declaration


@frozen(eq=False)
class Checked:
    """What a check gave: a program unless there are errors, and the main file's nodes."""

    program: Program | None
    diagnostics: tuple[Diagnostic, ...]
    file: nodes.File
    files: tuple[nodes.File, ...]
    """The main file, and those it uses."""
    declarations: tuple[Declaration, ...]
    """Of all files, in their order; `use` inlined."""


def check(source: Source, read: Read | None = None) -> Checked:
    """Check a rule set; `read` gives the files that it uses, by their path from the main file's."""
    report = Report()
    files = Files(source, read, report)
    declarations = files.declarations()
    program = _program(files, declarations, report)
    found = report.diagnostics
    if files.has_gaps:
        found = [each for each in found if not _follows_from_gaps(each)]
    is_sound = all(each.severity is not Severity.ERROR for each in found)
    return Checked(
        program if is_sound else None,
        sort_and_cap(found),
        files.file,
        tuple(files.every),
        tuple(declarations),
    )


def _follows_from_gaps(diagnostic: Diagnostic) -> bool:
    """Whether something is only missing because a part of the text could not be read."""
    name = diagnostic.name
    return name.startswith(("unknown-", "missing-")) and name not in (
        "missing-file",
        "unknown-escape",
        "unknown-duration-unit",
        "missing-duration-unit",
    )


def _program(files: Files, declarations: list[Declaration], report: Report) -> Program:
    settings = settings_of(declarations, files.file.span, report)
    # What may only be missing because of a gap is not told, and needs no suggestion.
    compared = 0 if files.has_gaps else MOST_COMPARED
    names = Dictionary(entries(declarations, report), report, most_compared=compared)
    names.blocks = blocks_of(declarations)
    for name in value_order(names.entries):
        names.prepare(name)

    events = {name: check_event(names, entry) for name, entry in names.of(What.EVENT).items()}
    traits = {name: check_trait(names, entry) for name, entry in names.of(What.TRAIT).items()}
    params = {name: check_param(names, entry) for name, entry in names.of(What.PARAM).items()}
    scores = {name: check_score(names, entry) for name, entry in names.of(What.SCORE).items()}
    seasons = {name: check_season(names, entry) for name, entry in names.of(What.SEASON).items()}
    actions = {name: check_action(names, entry) for name, entry in names.of(What.ACTION).items()}
    message_rules = MessageRules(names)
    channels = {
        name: message_rules.channel(entry) for name, entry in names.of(What.CHANNEL).items()
    }
    topics = {name: message_rules.topic(entry) for name, entry in names.of(What.TOPIC).items()}

    start = () if settings.start is None else check_start(names, settings.start)
    ways = Ways(names)
    for node in declarations:
        ways.add(node)
    triggers = [check_trigger(names, entry) for entry in names.of(What.TRIGGER).values()]
    routes = {name: check_route(names, entry) for name, entry in names.of(What.ROUTE).items()}
    message_guards = check_file_rules(names, declarations)
    tables = {
        name: table
        for name, entry in names.of(What.TABLE).items()
        if (table := check_table(names, entry, files.beside))
    }
    attributions = {
        name: attribution
        for name, entry in names.of(What.ATTRIBUTION).items()
        if (attribution := check_attribution(names, entry))
    }
    retirements = check_retirements(names, declarations)
    by_rules = frozenset(names.hearing.watched)
    some_are_held_out = any(isinstance(node, nodes.Holdout) for node in declarations)
    tests = [
        check_test(names, node, attributions, some_are_held_out=some_are_held_out)
        for node in declarations
        if isinstance(node, nodes.Test)
    ]
    promises = [
        check_promise(names, node) for node in declarations if isinstance(node, nodes.Promise)
    ]

    # What is watched is known only when everything has been heard.
    lets = {
        name: let
        for name, entry in names.entries.items()
        if entry.what in (What.LET, What.MODEL) and (let := check_let(names, entry))
    }
    levels = {
        name: level
        for name, entry in names.of(What.LEVEL).items()
        if (level := check_level(names, entry))
    }
    segments = {
        name: segment
        for name, entry in names.of(What.SEGMENT).items()
        if (segment := check_segment(names, entry))
    }
    if check_circles(names, lets, levels, segments, (params, tables)):
        check_watches(names, levels, segments, tables)
    # What only tests and promises listen to is no part of the rules.
    levels = {name: evolve(each, watched=name in by_rules) for name, each in levels.items()}
    segments = {name: evolve(each, watched=name in by_rules) for name, each in segments.items()}
    program = Program(
        lifecycle=settings.lifecycle,
        timezone=settings.timezone,
        dedupe=settings.dedupe,
        events=events,
        traits=traits,
        scores=scores,
        lets=lets,
        levels=levels,
        segments=segments,
        params=params,
        seasons=seasons,
        tables=tables,
        actions=actions,
        channels=channels,
        topics=topics,
        routes=routes,
        message_guards=message_guards,
        memory=(),
        start=start,
        stages=ways.stages(),
        transitions=ways.transitions,
        triggers=_by_priority(triggers),
        attributions=attributions,
        retired=retirements.stages,
        retired_steps=retirements.steps,
        tests=tuple(tests),
        promises=tuple(promise for promise in promises if promise is not None),
    )
    return memory_of(program)


def _by_priority(triggers: Iterable[Trigger | None]) -> tuple[Trigger, ...]:
    """The highest first; of equal ones the first in the file."""
    found = [trigger for trigger in triggers if trigger is not None]
    return tuple(sorted(found, key=lambda trigger: -trigger.priority))
