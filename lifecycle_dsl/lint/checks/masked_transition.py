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
)
from lifecycle_dsl.lint.moves import rests
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.truth import all_hold
from lifecycle_dsl.lint.wording import quote, span_of_time
from lifecycle_dsl.program.rules import After, OnRecord, Transition, WhenTrue


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
            case After() | WhenTrue():
                by_stage = [_mask(rules, transition, each) for each in left_stages(transition)]
                masking = [mask for mask in by_stage if mask is not None]
                if masking and len(masking) == len(by_stage):
                    yield _finding(transition, masking[:1])
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
    limit = rules.time_limits.get(stage)
    if limit is None or limit is transition:
        return None
    mine, other = transition.moving, limit.moving
    if not isinstance(mine, After) or not isinstance(other, After):
        return None
    # A `from` rule counts from entering its stages, which may be long before.
    if transition.is_from_rule and transition.sources != limit.sources:
        return None
    order = rules.program.stages[stage].transitions
    first = order.index(limit) < order.index(transition)
    return limit if other.micros < mine.micros or (first and other.micros == mine.micros) else None


def _why(masking: Sequence[Transition], transition: Transition) -> str:
    mask = masking[0]
    if isinstance(mask.moving, After) and isinstance(transition.moving, After):
        return f"after {span_of_time(mask.moving.micros)} they have left already"
    return f"{' or '.join(quote(each.span) for each in masking)} always goes first"
