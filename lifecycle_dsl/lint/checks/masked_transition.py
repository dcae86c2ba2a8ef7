"""Transitions that an earlier one always forestalls."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.moves import rests
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.truth import Known, all_hold
from lifecycle_dsl.lint.witnesses import record, witness
from lifecycle_dsl.lint.wording import quote, span_of_time
from lifecycle_dsl.program.rules import After, OnRecord, Transition, WhenTrue


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Transitions that never get their turn, in none of their stages."""
    for transition in rules.program.transitions:
        stages = [each for each in transition.sources if each != transition.target]
        masks = [_mask(rules, transition, stage) for stage in stages]
        found = [mask for mask in masks if mask is not None]
        if not stages or len(found) < len(masks):
            continue
        mask = found[0]
        yield warning(
            "masked-transition",
            f"this way to `{transition.target}` is never taken",
            transition.span,
            _why(mask, transition),
            secondary=[(mask.span, f"goes first, and leads to `{mask.target}`")],
            help="put it above the other, ask less of it, or take it out",
            notes=_witness(rules, stages[0], transition, mask),
        )


def _mask(rules: Rules, transition: Transition, stage: str) -> Transition | None:
    """A transition that always moves first out of a stage; None if there is none for sure."""
    moving = transition.moving
    if isinstance(moving, After):
        return _sooner(rules, transition, stage)
    if not isinstance(moving, OnRecord | WhenTrue):
        return None
    earlier = []
    for each in rules.out_of(stage):
        if each is transition:
            break
        earlier.append(each)
    known = rules.known_in((stage,), timers=True)
    if isinstance(moving, WhenTrue):
        when = all_hold(known, (moving.condition,))
        states = [each for each in earlier if isinstance(each.moving, WhenTrue)]
        mask = None if when is None else _first(states, "", when)
        # Who comes back in the same instant meets the first as one that has had its turn.
        return mask if mask is not None and rests(rules, mask.target) else None
    if moving.happenings.changes or not moving.happenings.events:
        return None
    given = all_hold(known, (moving.happenings.where, transition.guard))
    if given is None:
        return None
    masks = [_first(earlier, event, given) for event in moving.happenings.events]
    return masks[0] if all(masks) else None


def _first(earlier: list[Transition], event: str, given: Known) -> Transition | None:
    """The first of some transitions that surely holds, at a record of an event if one is given."""
    for each in earlier:
        match each.moving:
            case OnRecord(happenings=happenings):
                conditions = (happenings.where, each.guard)
                if event not in happenings.events:
                    continue
            case WhenTrue(condition=condition):
                conditions = (condition, None)
            case _:
                continue
        if all(part is None or given.truth(part) is True for part in conditions):
            return each
    return None


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


def _why(mask: Transition, transition: Transition) -> str:
    if isinstance(mask.moving, After) and isinstance(transition.moving, After):
        return f"after {span_of_time(mask.moving.micros)} they have left already"
    return f"{quote(mask.span)} always goes first"


def _witness(rules: Rules, stage: str, transition: Transition, mask: Transition) -> tuple[str, ...]:
    moving = transition.moving
    bare = isinstance(moving, OnRecord) and moving.happenings.where is None
    plain = isinstance(mask.moving, OnRecord) and mask.moving.happenings.where is None
    if not bare or not plain or mask.guard is not None or not isinstance(moving, OnRecord):
        return ()
    first = next(rules.out_of(stage)) is mask and rests(rules, stage)
    if not first or transition.target == mask.target:
        return ()
    happens = record(rules.program, moving.happenings.events[0])
    return witness(
        f"never to {transition.target}",
        (f"given stage {stage}", happens, f"expect entered {mask.target}"),
    )
