"""Made stages: the start, and the ways from one stage to another."""

from __future__ import annotations

from tests.generated.choices import (
    Draw,
    composed,
    either,
    lists,
    one_in,
    one_of,
    pairs,
    sampled_from,
)
from tests.generated.conditions import at_records, bars, watchable
from tests.generated.hearing import heard, heard_events
from tests.generated.vocabulary import Names, durations

dates = one_of(
    "1d before ends", "1d after ends", "2d, 1d before ends", "6h after due_at", "ends yearly"
)
"""Days that a trait gives."""


@composed
def start(draw: Draw, names: Names) -> str:
    """Where customers begin."""
    lines = draw(
        lists(
            pairs(
                sampled_from(names.stages),
                one_of("vip", "credit > 1", "tariff == pro", "nick is present"),
            ),
            0,
            2,
        )
    )
    conditional = "  ".join(f"-> {stage} when {condition}" for stage, condition in lines)
    return f"start {{ {conditional}  -> {names.stages[0]} }}"


@composed
def moving(draw: Draw, names: Names) -> str:
    """A way of moving."""
    guard = f" when {draw(at_records(names))}" if draw(one_in(4)) else ""
    match draw(one_of("on", "on", "when", "when", "points", "after", "without", "dates")):
        case "on":
            return f"on {draw(heard_events()).text}{guard}"
        case "when":
            return f"when {draw(watchable(names))}"
        case "points":
            lines = draw(lists(point_line(names), 1, 3))
            bar = draw(either(bars, sampled_from(names.params)))
            return f"at {bar} points {{ {'  '.join(lines)} }}"
        case "after":
            return f"after {draw(durations)}{guard}"
        case "without":
            return f"after {draw(durations)} without {draw(heard(names)).text}{guard}"
        case _:
            return f"on {draw(dates)}{guard}"


@composed
def point_line(draw: Draw, names: Names) -> str:
    """A line of `at N points`."""
    if draw(one_in(2)):
        return f"on {draw(heard_events()).text}: {draw(bars)}"
    return f"when {draw(at_records(names))}: {draw(bars)}"


@composed
def stages_of(draw: Draw, names: Names) -> str:
    """Some stages, as `in` and `from` name them."""
    stage = draw(sampled_from(names.stages))
    other = draw(sampled_from(names.stages))
    pair = f"{stage}, {other}" if other != stage else stage
    return draw(sampled_from([stage, pair, "any", f"any except {stage}", "early"]))


@composed
def from_rules(draw: Draw, names: Names) -> str:
    """A way out of several stages."""
    sources = draw(stages_of(names))
    excepted = sources.removeprefix("any except ")
    elsewhere = [stage for stage in names.stages if sources != stage]
    if sources == "early" and len(names.stages) > 2:
        elsewhere = list(names.stages[1:])
    if sources != excepted and len(names.stages) == 2:
        elsewhere = [excepted]
    target = draw(sampled_from(elsewhere))
    return f"from {sources} -> {target} {draw(moving(names))}"


@composed
def stage_text(draw: Draw, names: Names, stage: str) -> str:
    """A stage and its ways out."""
    others = [other for other in names.stages if other != stage]
    ways = draw(lists(pairs(sampled_from(others), moving(names)), 1, 3))
    lines = "  ".join(f"-> {target} {way}" for target, way in ways)
    return f"stage {stage} {{ {lines} }}"
