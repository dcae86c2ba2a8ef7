"""The part of a rule set that can matter to a replay: triggers that only send or call are left out.

What a message says, whether it is held, and by what, changes no trait, no segment and no stage, and
no rule of another trigger looks at it, unless a memory counts what was sent. So a trigger whose
steps change nothing of the customer can be left out of a replay that looks neither at its firing
nor at its split; what is left decides the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from lifecycle_dsl.program.happenings import Happenings, MessageSent
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import After, OnRecord, Trigger, heard_by
from lifecycle_dsl.program.steps import Await, Join, Quit, SetTrait, Split, all_steps


def relevant(program: Program, trigger: str | None, split: str | None) -> Program:
    """The program without what cannot matter, if a trigger's firings or a split are looked at."""
    if any(isinstance(change, MessageSent) for each in _heard(program) for change in each.changes):
        return program
    kept = tuple(each for each in program.triggers if _matters(each, trigger, split))
    return evolve(program, triggers=kept)


def _matters(each: Trigger, trigger: str | None, split: str | None) -> bool:
    return each.name == trigger or any(
        isinstance(step, SetTrait | Join | Quit) or (isinstance(step, Split) and step.name == split)
        for step in all_steps(each.steps)
    )


def _heard(program: Program) -> Iterator[Happenings]:
    """All that any rule listens to."""
    for term in program.memory:
        yield term.happenings
    for transition in program.transitions:
        match transition.moving:
            case OnRecord(happenings=happenings) | After(without=Happenings() as happenings):
                yield happenings
            case _:
                pass
    for attribution in program.attributions.values():
        yield from attribution.heard()
    for trigger in program.triggers:
        yield from (*heard_by(trigger.occurrence), *trigger.exits)
        for step in all_steps(trigger.steps):
            if isinstance(step, Await):
                yield from (arm.happenings for arm in step.arms)
