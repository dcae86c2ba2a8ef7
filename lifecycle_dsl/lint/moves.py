"""What an event surely does to a customer in a stage, and what may bring one there."""

from __future__ import annotations

from collections.abc import Iterable

from lifecycle_dsl.lint.points import may_be_reached
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.program.rules import After, AtPoints, OnDates, OnRecord, Transition, WhenTrue


def sure_moves(rules: Rules, stage: str) -> dict[str, Transition]:
    """The events that lead out of a stage whatever else is so, and the transition that does."""
    found: dict[str, Transition] = {}
    unsure: set[str] = set()
    for each in rules.out_of(stage):
        match each.moving:
            case OnRecord(happenings=happenings):
                bare = happenings.where is None and each.guard is None
                for event in happenings.events:
                    if not bare:
                        unsure.add(event)
                    elif event not in unsure:
                        found.setdefault(event, each)
            case After() | OnDates():
                continue  # They have their own instants.
            case _:
                break  # It may hold at any record.
    return found


def rests(rules: Rules, stage: str) -> bool:
    """Whether nobody is led out of a stage directly after coming to it, by what is so already."""
    return not any(
        isinstance(each.moving, WhenTrue | AtPoints | OnDates) for each in rules.out_of(stage)
    )


def may_bring(rules: Rules, event: str, stages: Iterable[str]) -> bool:
    """Whether a record of an event may bring a customer into some stages from outside them."""
    wanted = set(stages)
    for each in rules.program.transitions:
        if each.target not in wanted or all(source in wanted for source in each.sources):
            continue
        match each.moving:
            case OnRecord(happenings=happenings) if event not in happenings.events:
                continue
            case After() | OnDates():
                continue
            case AtPoints() as moving if not may_be_reached(
                moving, event, rules.known_in(each.sources)
            ):
                continue
            case _:
                return True
    return False
