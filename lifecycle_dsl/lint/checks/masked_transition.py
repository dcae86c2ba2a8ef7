"""Transitions that an earlier one always forestalls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.masking import (
    earlier_than,
    first_sure,
    left_stages,
    masked_test,
    masks,
    points_mask,
)
from lifecycle_dsl.lint.moves import rests
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.truth import all_hold
from lifecycle_dsl.lint.witnesses import witness
from lifecycle_dsl.lint.wording import quote, span_of_time
from lifecycle_dsl.program.rules import After, AtPoints, OnRecord, Transition, WhenTrue


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Transitions that never get their turn, in none of their stages."""
    for transition in rules.program.transitions:
        match transition.moving:
            case OnRecord() as moving:
                found = masks(rules, transition, moving)
                if found and all(found.values()):
                    place, first = next(iter(found.items()))
                    test = masked_test(rules, place, transition, first)
                    yield _finding(transition, first, test)
            case AtPoints() as moving:
                if masking := points_mask(rules, transition, moving):
                    yield _finding(transition, masking)
            case After() | WhenTrue():
                by_stage = [_mask(rules, transition, each) for each in left_stages(transition)]
                masking = [mask for mask in by_stage if mask is not None]
                if masking and len(masking) == len(by_stage):
                    test = _timed_test(rules, left_stages(transition)[0], masking[0])
                    yield _finding(transition, masking[:1], test)
            case _:
                pass


def _finding(
    transition: Transition, masking: Sequence[Transition], notes: tuple[str, ...] = ()
) -> Diagnostic:
    return warning(
        "masked-transition",
        f"this way to `{transition.target}` is never taken",
        transition.span,
        _why(masking, transition),
        secondary=[(each.span, f"goes first, and leads to `{each.target}`") for each in masking],
        help="put it above the other, ask less of it, or take it out",
        notes=notes,
    )


def _mask(rules: Rules, transition: Transition, stage: str) -> Transition | None:
    """A transition that always moves first out of a stage; None if there is none for sure."""
    moving = transition.moving
    if isinstance(moving, After):
        return _sooner(rules, transition, stage)
    if not isinstance(moving, WhenTrue):
        return None
    when = all_hold(rules.known_in((stage,), timers=True), (moving.condition,))
    earlier = earlier_than(rules, transition, stage)
    states = [each for each in earlier if isinstance(each.moving, WhenTrue)]
    mask = None if when is None else first_sure(states, "", when)
    # Who comes back in the same instant meets the first as one that has had its turn.
    return mask if mask is not None and rests(rules, mask.target) else None


def _sooner(rules: Rules, transition: Transition, stage: str) -> Transition | None:
    """The transition by which time leads out of a stage before this one is due."""
    order = list(rules.out_of(stage))
    for other in order:
        if other is transition or not isinstance(other.moving, After) or other.guard is not None:
            continue
        if other.target in other.sources or not _begins_sooner(other, transition):
            continue
        assert isinstance(transition.moving, After)  # noqa: S101 — as the caller chose it
        mine, its = transition.moving.micros, other.moving.micros
        if its < mine or (its == mine and order.index(other) < order.index(transition)):
            return other
    return None


def _begins_sooner(other: Transition, transition: Transition) -> bool:
    """Whether the time of one never begins after that of another."""
    its, mine = other.moving, transition.moving
    if not isinstance(its, After) or not isinstance(mine, After):
        return False
    # A `from` rule counts from entering its stages, which may be long before.
    if transition.is_from_rule and not set(transition.sources) <= set(other.sources):
        return False
    if its.without is None:
        return True
    if mine.without is None or mine.without.where is not None:
        return False
    # What begins the one anew begins the other anew, too.
    events, changes = set(mine.without.events), list(mine.without.changes)
    if not all(change in changes for change in its.without.changes):
        return False
    return events.issuperset(its.without.events)


def _timed_test(rules: Rules, stage: str, mask: Transition) -> tuple[str, ...]:
    """The time that a transition takes, where it surely is the first way out."""
    timed = [each for each in rules.out_of(stage) if isinstance(each.moving, After)]
    if not isinstance(mask.moving, After) or not rests(rules, stage):
        return ()
    if min(timed, key=_length) is not mask:  # of several of one length the first in the file
        return ()
    due = span_of_time(mask.moving.micros)
    steps = (f"given stage {stage}", f"wait {due}", f"expect entered {mask.target}")
    return witness(f"after {due} it is {mask.target}", steps)


def _length(transition: Transition) -> int:
    return transition.moving.micros if isinstance(transition.moving, After) else 0


def _why(masking: Sequence[Transition], transition: Transition) -> str:
    mask = masking[0]
    if isinstance(mask.moving, After) and isinstance(transition.moving, After):
        return f"after {span_of_time(mask.moving.micros)} they have left already"
    return f"{' or '.join(quote(each.span) for each in masking)} always goes first"
