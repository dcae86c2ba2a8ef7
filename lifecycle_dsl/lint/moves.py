"""What an event surely does to a customer in a stage, and what may bring one there."""

from __future__ import annotations

from collections.abc import Iterable

from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.program.expressions import Forgiving
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
            case AtPoints() if not _may_reach(rules, each, event):
                continue
            case _:
                return True
    return False


def _may_reach(rules: Rules, transition: Transition, event: str) -> bool:
    """Whether the points that can count at a record of an event may reach the bar."""
    moving = transition.moving
    if not isinstance(moving, AtPoints) or not isinstance(moving.reached, Forgiving):
        return True
    known = rules.known_in(transition.sources)
    most = 0.0
    for line in moving.lines:
        counts = line.events is None or event in line.events
        if counts and (line.condition is None or known.truth(line.condition) is not False):
            most += max(known.range(line.points).high, 0.0)
    return most >= known.range(moving.reached.right).low - 1e-6
