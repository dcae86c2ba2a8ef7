"""The plan as text: what a record of each event can set off in each stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lifecycle_dsl.engine.ruleset import RuleSet


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
            if moves or fires:
                yield f"  on {event}"
                yield from (f"    may move {rule}" for rule in moves)
                yield from (f"    may fire {name}" for name in fires)
            else:
                quiet.append(event)
        if quiet:
            yield f"  nothing but counting on {', '.join(quiet)}"
        yield ""
