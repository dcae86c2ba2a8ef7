"""Waits that the stage of their journey does not last for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.trigger_tests import firing
from lifecycle_dsl.lint.witnesses import witness
from lifecycle_dsl.lint.wording import listed, span_of_time
from lifecycle_dsl.program.rules import After, Transition, Trigger
from lifecycle_dsl.program.steps import Await, IfStep, Split, Step, Wait, inner_steps


@frozen
class _Stay:
    """Stages, how many microseconds all of them last at most, and what ends every stay in them."""

    stages: Sequence[str]
    longest: int
    limits: Sequence[Transition]
    test: tuple[str, ...]
    """One that shows that the run does not outlast it."""

    def outlasts(self, since: int) -> bool:
        """Whether customers may still be there so long after a firing."""
        return since < self.longest

    def finding(self, step: Wait | Await, since: int, what: str) -> Diagnostic:
        """What to say of a step that ends so long after the firing."""
        return warning(
            "wait-longer-than-stay",
            f"{what} is never done: {self._said()} been left by then",
            step.span,
            f"{span_of_time(since)} after the firing at the earliest",
            secondary=[
                (each.span, f"ends every stay after {span_of_time(each.moving.micros)}")
                for each in self.limits
                if isinstance(each.moving, After)
            ],
            help="wait less, or let the journey go on `in` the next stage too",
            notes=self.test,
        )

    def _said(self) -> str:
        return f"{listed(self.stages)} {'has' if len(self.stages) == 1 else 'have'}"


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Waits in a journey `in STAGES` behind which the stages have surely been left."""
    for trigger in rules.program.triggers:
        stages = trigger.stages or ()
        longest = rules.longest_among(stages)
        if stages and longest is not None:
            limits = list(dict.fromkeys(rules.time_limits[stage] for stage in stages))
            stay = _Stay(stages, longest, limits, _witness(rules, trigger, longest))
            yield from _too_long(trigger.steps, 0, stay)


def _witness(rules: Rules, trigger: Trigger, longest: int) -> tuple[str, ...]:
    """A firing, and the run that has left when the stage has; only of plain triggers."""
    first = trigger.steps[0] if trigger.steps else None
    if trigger.exits or trigger.draft or not isinstance(first, Wait):
        return ()
    found = firing(rules, trigger)
    if found is None or first.micros is None or first.micros < longest:
        return ()
    stage, happens = found
    return witness(
        f"{trigger.name} does not get that far",
        (
            f"given stage {stage}",
            happens,
            f"expect fired {trigger.name}",
            f"wait {span_of_time(longest)}",
            f"expect left {trigger.name}",
        ),
    )


def _too_long(steps: Sequence[Step], since: int, stay: _Stay) -> Iterator[Diagnostic]:
    """Look at steps that begin so long after the firing, at the earliest."""
    for place, step in enumerate(steps):
        match step:
            case Wait(micros=int() as micros):
                since += micros
                if not stay.outlasts(since):
                    if steps[place + 1 :]:
                        yield stay.finding(step, since, "what follows")
                    return
            case Await():
                for arm in step.arms:
                    yield from _too_long(arm.steps, since, stay)
                over = since + (step.micros or 0)
                if stay.outlasts(over):
                    yield from _too_long(step.otherwise, over, stay)
                elif step.otherwise:
                    yield stay.finding(step, over, "`else`")
            case IfStep() | Split():
                for inner in inner_steps(step):
                    yield from _too_long(inner, since, stay)
            case _:
                pass
