"""The plan as text: what a record of each event can set off in each stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.program.attributions import Conversion, Touch


def plan_text(ruleset: RuleSet, stages: Iterable[str], events: Iterable[str]) -> Iterator[str]:
    """A paragraph for each stage; events that only count for scores and memory are one line."""
    plan = ruleset.compiled.plan
    listed = list(events)
    for stage in stages:
        yield f"stage {stage}"
        quiet = []
        for event in listed:
            moves = [transition.rule for transition in plan.movable(stage, event)]
            fires = [trigger.name for trigger in plan.listening(stage, event)]
            listening = ruleset.program.attributions.values()
            notes = [a.name for a in listening if _hears(a.touches, event)]
            credits_ = [a.name for a in listening if _hears(a.conversions, event)]
            if moves or fires or notes or credits_:
                yield f"  on {event}"
                yield from (f"    may move {rule}" for rule in moves)
                yield from (f"    may fire {name}" for name in fires)
                yield from (f"    may be a touch of {name}" for name in notes)
                yield from (f"    may be a conversion of {name}" for name in credits_)
            else:
                quiet.append(event)
        if quiet:
            yield f"  nothing but counting on {', '.join(quiet)}"
        yield ""


def _hears(lines: Iterable[Touch | Conversion], event: str) -> bool:
    return any(event in line.happenings.events for line in lines)
