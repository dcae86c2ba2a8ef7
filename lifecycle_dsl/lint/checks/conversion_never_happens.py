"""Conversions that no customer can bring about."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import listed
from lifecycle_dsl.program.happenings import Change, EnterStage, LeaveStage


def check(rules: Rules) -> Iterator[Diagnostic]:
    """`conversion enter S` of a stage that nobody enters, `leave S` of one that nobody leaves."""
    for attribution in rules.program.attributions.values():
        for conversion in attribution.conversions:
            happenings = conversion.happenings
            if happenings.events or any(_happens(rules, each) for each in happenings.changes):
                continue
            yield warning(
                "conversion-never-happens",
                f"nothing can ever be credited by this line of `{attribution.name}`",
                conversion.span,
                _why(happenings.changes),
                help="name a stage that customers enter or leave, or take the line out",
            )


def _happens(rules: Rules, change: Change) -> bool:
    match change:
        case EnterStage(stages=stages):
            return any(stage in rules.reachable for stage in stages)
        case LeaveStage(stages=stages):
            return any(
                transition.target not in stages and stage in rules.reachable
                for stage in stages
                for transition in rules.program.stages[stage].transitions
            )
        case _:
            return True


def _why(changes: tuple[Change, ...]) -> str:
    entered = [s for each in changes if isinstance(each, EnterStage) for s in each.stages]
    left = [s for each in changes if isinstance(each, LeaveStage) for s in each.stages]
    told = [f"nobody ever enters {listed(entered, 'or')}"] if entered else []
    told += [f"nobody ever leaves {listed(left, 'or')}"] if left else []
    return ", and ".join(told)
