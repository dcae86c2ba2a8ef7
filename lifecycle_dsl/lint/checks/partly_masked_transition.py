"""Transitions that meet, where order alone decides: one is listed in vain for a stage or an event.

A narrow transition above a wide one, as a special case above the general one, is meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.masking import Place, left_stages, masked_test, masks
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import listed, quote
from lifecycle_dsl.program.rules import OnRecord, Transition


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Transitions that never get their turn in some of their stages, or at some of their events."""
    for transition in rules.program.transitions:
        if not isinstance(transition.moving, OnRecord):
            continue
        found = masks(rules, transition, transition.moving)
        if all(found.values()) or transition.moving.happenings.changes:
            continue
        yield from _met(rules, transition, found)


def _met(
    rules: Rules, transition: Transition, found: Mapping[Place, tuple[Transition, ...]]
) -> Iterator[Diagnostic]:
    lost: dict[tuple[Transition, ...], list[Place]] = {}
    for place, masking in found.items():
        if masking and all(mask.target != transition.target for mask in masking):
            lost.setdefault(masking, []).append(place)
    for masking, places in lost.items():
        if all(_is_special_case(mask, found) for mask in masking):
            continue
        yield warning(
            "partly-masked-transition",
            f"{_where(places, found)} this way to `{transition.target}` is never taken",
            transition.span,
            f"{' or '.join(quote(mask.span) for mask in masking)} always goes first there",
            secondary=[(mask.span, f"leads to `{mask.target}`") for mask in masking],
            help="say which of the two is meant there, and take the other out of the list",
            notes=masked_test(rules, places[0], transition, masking),
        )


def _is_special_case(mask: Transition, found: Mapping[Place, object]) -> bool:
    """Whether all that the earlier one is about, the later one is about too."""
    if not isinstance(mask.moving, OnRecord):
        return True  # It is about a state of the customer, whatever the event.
    events = mask.moving.happenings.events
    return all((stage, event) in found for stage in left_stages(mask) for event in events)


def _where(places: list[Place], found: Mapping[Place, object]) -> str:
    """The stages in which all of its events are lost, or the events that are."""
    stages = dict.fromkeys(stage for stage, _ in places)
    events = dict.fromkeys(event for _, event in places)
    said = []
    if len(stages) < len({stage for stage, _ in found}):
        said.append(f"in {listed(stages)}")
    if len(events) < len({event for _, event in found}):
        said.append(f"on {listed(events)}")
    return " ".join(said)
