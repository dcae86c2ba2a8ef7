"""What a rule set says about itself, each once: its name, zone, dedupe, start."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define

from lifecycle_dsl.checker.declared import Report
from lifecycle_dsl.checker.problems import files as problems
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.diagnostics import closest
from lifecycle_dsl.localtime import LONGEST_WAIT, SHORTEST_WAIT, known_zones, zone
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes
from lifecycle_dsl.syntax.nodes.file import Declaration

USUAL_TIMEZONE = "UTC"


@define(eq=False)
class Settings:
    """The settings of a rule set."""

    lifecycle: str = ""
    timezone: str = USUAL_TIMEZONE
    dedupe: int | None = None
    start: nodes.Start | None = None


_WORDS: dict[type, str] = {
    nodes.Lifecycle: "lifecycle",
    nodes.Timezone: "timezone",
    nodes.Dedupe: "dedupe",
    nodes.Start: "start",
    nodes.Holdout: "holdout",
}


def settings_of(declarations: Iterable[Declaration], file: Span, report: Report) -> Settings:
    """The settings among the declarations of a rule set."""
    found = Settings()
    first: dict[str, Span] = {}
    stage: Span | None = None
    for node in declarations:
        if isinstance(node, nodes.Stage) and stage is None:
            stage = node.span
        word = _WORDS.get(type(node))
        if word is None:
            continue
        if word in first:
            report(problems.repeated_setting(node.span, word, first[word]))
            continue
        first[word] = node.span
        _set(found, node, report)
    if "lifecycle" not in first:
        report(problems.missing_lifecycle(file.source.name))
    if found.start is None and stage is not None:
        report(problems.missing_start(stage))
    return found


def _set(found: Settings, node: Declaration, report: Report) -> None:
    match node:
        case nodes.Lifecycle(name=name):
            found.lifecycle = name.text
        case nodes.Timezone(key=key):
            if zone(key) is None:
                report(problems.unknown_timezone(node.span, key, closest(key, known_zones())))
            else:
                found.timezone = key
        case nodes.Dedupe(micros=micros):
            if not SHORTEST_WAIT <= micros <= LONGEST_WAIT:
                report(quantity_problems.span_out_of_range(node.span))
            found.dedupe = micros
        case nodes.Start():
            found.start = node
        case _:
            pass
