"""Routes: which channel a message takes, by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecycle_dsl.checker.declared import Entry
from lifecycle_dsl.checker.messages import check_channels
from lifecycle_dsl.checker.problems import messages as problems
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.scope import Scope
from lifecycle_dsl.checker.stage_sets import stages_called
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.messages import Route
from lifecycle_dsl.program.types import NUMBER
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


def check_route(names: Dictionary, entry: Entry) -> Route:
    """A checked route."""
    node = entry.as_node(nodes.Route)
    channels: dict[str, tuple[str, ...]] = {}
    covered: dict[str, Span] = {}
    for line in node.lines:
        taken = check_channels(names, line.channels)
        for name in line.stages:
            for stage in stages_called(names, name) or ():
                if stage in covered:
                    names.report(name_problems.duplicate_line(name.span, stage, covered[stage]))
                covered.setdefault(stage, name.span)
                channels.setdefault(stage, taken)
    missing = [stage for stage in names.stages if stage not in covered]
    others: tuple[str, ...] = ()
    if node.otherwise is not None:
        others = check_channels(names, node.otherwise)
    elif missing:
        names.report(problems.route_not_total(entry.span, missing))
    channels.update(dict.fromkeys(missing, others))
    in_route = {*others, *(channel for line in channels.values() for channel in line)}
    return Route(
        span=entry.span,
        name=entry.name,
        was=entry.was,
        channels={stage: channels[stage] for stage in names.stages},
        preferences=_preferences(names, node, in_route),
    )


def _preferences(
    names: Dictionary, node: nodes.Route, in_route: set[str]
) -> tuple[tuple[str, Expression], ...]:
    preferred: dict[str, Span] = {}
    found = []
    for each in node.preferences:
        name = each.channel.text
        if check_channels(names, [each.channel]):
            if name not in in_route:
                names.report(problems.channel_not_in_route(each.channel.span, name))
            elif name in preferred:
                names.report(name_problems.duplicate_line(each.channel.span, name, preferred[name]))
            preferred.setdefault(name, each.channel.span)
        value = names.check(each.value, Scope("`prefer`", names.of_the_customer), NUMBER)
        if value is not None:
            found.append((name, value))
    return tuple(found)
