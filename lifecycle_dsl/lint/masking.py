"""Which transition always moves first, at a record of an event in a stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lifecycle_dsl.lint.moves import rests
from lifecycle_dsl.lint.points import may_be_reached, surely_reached
from lifecycle_dsl.lint.rules import PROFILE, Rules
from lifecycle_dsl.lint.truth import Known, all_hold
from lifecycle_dsl.lint.witnesses import record, witness
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.rules import AtPoints, OnRecord, Transition, WhenTrue

Place = tuple[str, str]
"""A stage, and an event whose record comes there."""


def left_stages(transition: Transition) -> tuple[str, ...]:
    """The stages that a transition leads out of."""
    return tuple(each for each in transition.sources if each != transition.target)


def earlier_than(rules: Rules, transition: Transition, stage: str) -> list[Transition]:
    """The transitions out of a stage that are tried before another."""
    order = list(rules.out_of(stage))
    return order[: next(at for at, each in enumerate(order) if each is transition)]


def masks(
    rules: Rules, transition: Transition, moving: OnRecord
) -> Mapping[Place, tuple[Transition, ...]]:
    """What always moves first, by each place that a transition is about; empty where it may move.

    Several go first together where one of them always holds.
    """
    found: dict[Place, tuple[Transition, ...]] = {}
    for stage in left_stages(transition):
        known = rules.known_in((stage,), timers=True)
        earlier = earlier_than(rules, transition, stage)
        for event in moving.happenings.events:
            given = all_hold(known.at_record((event,)), (moving.happenings.where, transition.guard))
            if given is None:
                found[stage, event] = ()
                continue
            sure = first_sure(earlier, event, given)
            together = _together(rules, earlier, event, given, transition) if sure is None else ()
            found[stage, event] = together if sure is None else (sure,)
    return found


def taken_before(rules: Rules, transition: Transition) -> dict[str, Transition]:
    """The events whose every record an earlier transition takes, out of each of the stages."""
    earlier = _earlier(rules, transition)
    taking = ((event, _taking(rules, earlier, event)) for event in rules.program.events)
    return {event: first for event, first in taking if first is not None}


def points_mask(rules: Rules, transition: Transition, moving: AtPoints) -> list[Transition]:
    """What takes each record at which the points may be enough; empty where one is left over."""
    earlier = _earlier(rules, transition)
    masking: list[Transition] = []
    if not earlier:
        return masking
    for event in dict.fromkeys((*rules.program.events, PROFILE)):
        known = rules.known_in(left_stages(transition), timers=True).at_record((event,))
        if may_be_reached(moving, event, known):
            first = _taking(rules, earlier, event) if event in rules.program.events else None
            if first is None:
                return []
            masking.append(first)
    return list(dict.fromkeys(masking))


def _earlier(rules: Rules, transition: Transition) -> dict[str, list[Transition]]:
    """What is tried before, by the stages that are left; nothing if that is so in some alone."""
    earlier = {stage: earlier_than(rules, transition, stage) for stage in left_stages(transition)}
    return earlier if all(earlier.values()) else {}


def _taking(rules: Rules, earlier: dict[str, list[Transition]], event: str) -> Transition | None:
    """What takes every record of an event, in all of the stages: the first of them, or None."""
    masking = []
    for stage, before in earlier.items():
        known = rules.known_in((stage,), timers=True).at_record((event,))
        if (sure := first_sure(before, event, known)) is None:
            return None
        masking.append(sure)
    return masking[0] if masking else None


def _together(
    rules: Rules, earlier: Iterable[Transition], event: str, given: Known, masked: Transition
) -> tuple[Transition, ...]:
    """Transitions on an event of which it is proved that one always holds."""
    asked: dict[Transition, list[e.Expression]] = {}
    for each in earlier:
        if isinstance(each.moving, OnRecord) and event in each.moving.happenings.events:
            conditions = (each.moving.happenings.where, each.guard)
            asked[each] = [condition for condition in conditions if condition is not None]
    if asked and rules.prover.one_holds(given, list(asked.values()), masked.span):
        return tuple(asked)
    return ()


def first_sure(earlier: Iterable[Transition], event: str, given: Known) -> Transition | None:
    """The first of some transitions that surely holds, at a record of an event if one is given."""
    for each in earlier:
        match each.moving:
            case OnRecord(happenings=happenings):
                conditions = (happenings.where, each.guard)
                if event not in happenings.events:
                    continue
            case WhenTrue(condition=condition):
                conditions = (condition, None)
            case AtPoints() as moving if event and surely_reached(moving, event, given):
                conditions = (each.guard, None)
            case _:
                continue
        if all(part is None or given.truth(part) is True for part in conditions):
            return each
    return None


def masked_test(
    rules: Rules, place: Place, transition: Transition, masking: tuple[Transition, ...]
) -> tuple[str, ...]:
    """A record at which the one moves and the other does not, where that is sure."""
    (stage, event), mask = place, masking[0]
    plain = isinstance(mask.moving, OnRecord) and mask.moving.happenings.where is None
    bare = isinstance(transition.moving, OnRecord) and transition.moving.happenings.where is None
    if not bare or not plain or mask.guard is not None or transition.target == mask.target:
        return ()
    if next(rules.out_of(stage)) is not mask or not rests(rules, stage):
        return ()
    return witness(
        f"never to {transition.target}",
        (f"given stage {stage}", record(rules.program, event), f"expect entered {mask.target}"),
    )
