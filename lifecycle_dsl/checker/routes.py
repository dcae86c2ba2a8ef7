"""Routes: which channel a message takes, by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecycle_dsl.checker.declared import Entry
from lifecycle_dsl.checker.messages import check_channels
from lifecycle_dsl.checker.problems import declarations as problems
from lifecycle_dsl.checker.scope import Scope
from lifecycle_dsl.checker.stage_sets import stages_called
from lifecycle_dsl.program.types import NUMBER
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


def check_route(names: Dictionary, entry: Entry) -> None:
    """Check a route; routes are for later."""
    node = entry.as_node(nodes.Route)
    names.put_off("a route", entry.span)
    taken: set[str] = set()
    covered: dict[str, Span] = {}
    for line in node.lines:
        taken.update(check_channels(names, line.channels))
        for name in line.stages:
            for stage in stages_called(names, name) or ():
                if stage in covered:
                    names.report(problems.duplicate_line(name.span, stage, covered[stage]))
                covered.setdefault(stage, name.span)
    if node.otherwise is not None:
        taken.update(check_channels(names, node.otherwise))
    else:
        missing = [stage for stage in names.stages if stage not in covered]
        if missing:
            names.report(problems.route_not_total(entry.span, missing))
    _check_preferences(names, node, taken)


def _check_preferences(names: Dictionary, node: nodes.Route, taken: set[str]) -> None:
    preferred: dict[str, Span] = {}
    for each in node.preferences:
        name = each.channel.text
        if check_channels(names, [each.channel]):
            if name not in taken:
                names.report(problems.channel_not_in_route(each.channel.span, name))
            elif name in preferred:
                names.report(problems.duplicate_line(each.channel.span, name, preferred[name]))
            preferred.setdefault(name, each.channel.span)
        names.check(each.value, Scope("`prefer`", names.of_the_customer), NUMBER)
