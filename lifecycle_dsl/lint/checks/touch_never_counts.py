"""Touches that an attribution never has."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.sending import is_transactional, sends
from lifecycle_dsl.lint.wording import listed
from lifecycle_dsl.program.attributions import Attribution
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.syntax import nodes


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Lines whose every event an earlier line has already; `touch sends` where nothing is sent."""
    for attribution in rules.program.attributions.values():
        yield from _taken(attribution)
    if not any(_markets(rules, trigger) for trigger in rules.program.triggers):
        yield from _nothing_sent(rules)


def _taken(attribution: Attribution) -> Iterator[Diagnostic]:
    """Of the lines that match a record the first counts, and one without `where` always matches."""
    taken: dict[str, int] = {}
    for at, touch in enumerate(attribution.touches):
        events = touch.happenings.events
        if events and all(event in taken for event in events):
            earlier = sorted({taken[event] for event in events})
            yield warning(
                "touch-never-counts",
                f"this line of `{attribution.name}` never counts",
                touch.span,
                f"{listed(events)} {'is' if len(events) == 1 else 'are'} taken by an earlier line",
                help="put the line with a `where`, or for fewer events, first",
                secondary=[
                    (attribution.touches[each].span, "counts for the same records")
                    for each in earlier[:2]
                ],
            )
        if touch.happenings.where is None:
            for event in events:
                taken.setdefault(event, at)


def _markets(rules: Rules, trigger: Trigger) -> bool:
    """Whether a trigger sends messages that are touches."""
    is_marketing = not trigger.draft and not is_transactional(rules.program, trigger)
    return is_marketing and any(True for _ in sends(trigger))


def _nothing_sent(rules: Rules) -> Iterator[Diagnostic]:
    for node in rules.declarations:
        if not isinstance(node, nodes.Attribution):
            continue
        for item in node.items:
            if isinstance(item, nodes.TouchSends):
                yield warning(
                    "touch-never-counts",
                    f"`touch sends` of `{node.declared.name.text}` never counts",
                    item.span,
                    "no trigger sends a marketing message",
                    help="name the events that are touches, or take the line out",
                )
