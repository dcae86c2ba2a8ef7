"""Groups of events and of stages, with groups inside groups resolved."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen

from lifecycle_dsl.checker.declared import Entry, Report, What
from lifecycle_dsl.checker.ordering import order_of
from lifecycle_dsl.checker.problems import names as problems
from lifecycle_dsl.syntax import nodes

PROFILE = "profile"
"""The built-in event that sets traits."""


@frozen(eq=False)
class Group:
    """A resolved group; `what` is None where nothing in it could be read."""

    what: What | None
    members: frozenset[str]


def resolve_groups(
    entries: Mapping[str, Entry], report: Report, unknown: Callable[[nodes.Name], None]
) -> dict[str, Group]:
    """All groups by name; `unknown` reports a member that is nothing."""
    written = {
        name: entry.node
        for name, entry in entries.items()
        if entry.what is What.GROUP and isinstance(entry.node, nodes.Group)
    }
    graph = {name: [m.text for m in node.members] for name, node in written.items()}
    order, circles = order_of(graph)
    for circle in circles:
        report(problems.circular_definition(written[circle[0]].declared.name.span, circle))
    resolved: dict[str, Group] = {}
    for name in order:
        resolved[name] = _group(written[name], entries, resolved, report, unknown)
    return resolved


def _group(
    node: nodes.Group,
    entries: Mapping[str, Entry],
    resolved: Mapping[str, Group],
    report: Report,
    unknown: Callable[[nodes.Name], None],
) -> Group:
    kind: What | None = None
    members: set[str] = set()
    mixed = False
    for member in node.members:
        entry = entries.get(member.text)
        found: What | None
        if member.text == PROFILE:
            found, leaves = What.EVENT, frozenset([member.text])
        elif entry is None:
            unknown(member)
            continue
        elif entry.what is What.GROUP:
            group = resolved.get(member.text)
            if group is None or group.what is None:
                continue
            found, leaves = group.what, group.members
        elif entry.what in (What.EVENT, What.STAGE):
            found, leaves = entry.what, frozenset([member.text])
        else:
            report(
                problems.wrong_kind(
                    member.span,
                    member.text,
                    entry.what.value,
                    "an event or a stage",
                    declared=entry.span,
                )
            )
            continue
        kind = kind or found
        if found is not kind:
            mixed = True
            continue
        members |= leaves
    if mixed:
        report(problems.mixed_group(node.declared.name.span, node.declared.name.text))
    return Group(kind, frozenset(members))
